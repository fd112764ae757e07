#include "filter/plan/plan_check.h"

#include "auth/base/domain.h"
#include "auth/dns/dns.h"
#include "filter/verdict/proof.h"
#include "mime/buf.h"

enum { FROM_OCTETS = 1024 };

/* A message that represents a group, as far as DMARC examines it. */
struct letter {
	struct message message;
	struct envelope envelope;
	struct identities ids;
	struct auth_input in;
	struct spf_result spf;
	struct dkim_result dkim;
};

struct plan_time
plan_time_begin(const struct evaluation *ev, size_t authors)
{
	const int64_t now = dns_clock_ms(ev->in.dns), most = ev->options->deadline_ms;

	return (struct plan_time){
		.until_ms = most > (INT64_MAX - now) / PLAN_DEADLINES ? INT64_MAX
								      : now + most * PLAN_DEADLINES,
		.left = authors,
	};
}

/* Gives the following queries their share of the time; returns its end. */
static int64_t
begin_queries(const struct evaluation *ev, const struct plan_time *time)
{
	const int64_t now = dns_clock_ms(ev->in.dns), most = ev->options->deadline_ms;
	const int64_t rest = time->until_ms > now ? time->until_ms - now : 0;
	const int64_t share = time->left > 1 ? rest / (int64_t)time->left : rest;

	dns_begin(evaluate_dns(ev), share < most ? share : most);
	return share < most ? now + share : INT64_MAX;
}

static void
write_letter(const struct evaluation *ev, struct dns *dns, struct slice author, struct arena *arena,
	struct letter *letter)
{
	struct buf text;

	*letter = (struct letter){
		.ids = {.author_domain = author, .author_text = author},
		.spf = {.code = AUTH_NONE},
	};
	buf_init(&text, arena, FROM_OCTETS);
	buf_adds(&text, "From: someone@");
	buf_add(&text, author);
	buf_adds(&text, "\r\n\r\n");
	message_parse(buf_slice(&text), ev->options->limits.fields, ev->options->limits.field_size,
		arena, &letter->message);
	letter->in = ev->in;
	letter->in.message = &letter->message;
	letter->in.envelope = &letter->envelope;
	letter->in.ids = &letter->ids;
	letter->in.arena = arena;
	letter->in.dns = dns;
	letter->in.until_ms = evaluate_until_ms(ev->options, dns);
}

/* Sets the SPF and DKIM passes of the group. */
static void
sign_letter(const struct plan_group *group, struct arena *arena, struct letter *letter)
{
	struct slice rest = slice_str(group->dkim);

	if (group->spf[0] != '\0') {
		letter->spf.code = AUTH_PASS;
		letter->spf.identity = SPF_ID_MAILFROM;
		letter->spf.domain = slice_str(group->spf);
	}
	letter->dkim.sigs = arena_array(arena, PLAN_SIGNERS, sizeof *letter->dkim.sigs);
	while (rest.n > 1) {
		const struct slice name = slice_from(rest, 1);
		const size_t end = slice_find(name, ' ');
		struct dkim_sig_result *sig = &letter->dkim.sigs[letter->dkim.n++];

		sig->code = AUTH_PASS;
		sig->sig.d = slice_head(name, end);
		rest = slice_from(name, end);
	}
}

bool
plan_check_now(const struct evaluation *ev, struct slice domain, struct dmarc_result results[2])
{
	dns_begin(evaluate_dns(ev), ev->options->deadline_ms);
	for (int mode = DMARC_RFC9989; mode <= DMARC_RFC7489; mode++) {
		struct letter letter;

		write_letter(ev, ev->in.dns, domain, ev->arena, &letter);
		if (dmarc_check(&letter.in, (enum dmarc_mode)mode, &letter.spf, &letter.dkim,
			    &results[mode]) != ST_OK)
			return false;
	}
	return true;
}

/*
 * Sets the scope of an author domain: does the domain's record or another one apply to it? Also
 * queries what a later record with another np may need.
 */
static bool
find_scope(struct plan_check *check, struct dns *dns, size_t author)
{
	const struct slice name = slice_str(check->mail->authors[author]);
	struct dmarc_result result;
	struct letter letter;

	write_letter(check->ev, dns, name, &check->arena, &letter);
	if (dmarc_check(&letter.in, DMARC_RFC9989, &letter.spf, &letter.dkim, &result) != ST_OK)
		return false;
	if (slice_eq(name, check->domain))
		check->scopes[author] = PLAN_DOMAIN;
	else if (result.code == AUTH_TEMPERROR || !result.has_record)
		check->scopes[author] = PLAN_UNKNOWN;
	else if (slice_eq(result.record_domain, check->domain))
		check->scopes[author] = PLAN_BELOW;
	else
		check->scopes[author] = PLAN_APART;
	if (check->scopes[author] == PLAN_BELOW && result.record.np != DMARC_ABSENT)
		(void)dns_get_policy(dns, name, DNS_A, 0);
	arena_clear(&check->arena);
	return true;
}

static struct proof_record
over(const struct plan_check *check, struct slice text, struct arena *arena)
{
	struct buf name;

	buf_init(&name, arena, DOMAIN_MAX + 16);
	buf_adds(&name, "_dmarc.");
	buf_add(&name, check->domain);
	return (struct proof_record){buf_slice(&name), "TXT", text};
}

/* Evaluates the mail of a group. Without a record nothing passes. */
static bool
judge_group(struct plan_check *check, struct dns *dns, const struct plan_group *group,
	enum dmarc_mode mode, struct dmarc_result *result)
{
	struct letter letter;

	write_letter(check->ev, dns, slice_str(check->mail->authors[group->author]), &check->arena,
		&letter);
	sign_letter(group, &check->arena, &letter);
	return dmarc_check(&letter.in, mode, &letter.spf, &letter.dkim, result) == ST_OK;
}

bool
plan_check_restart(struct plan_check *check)
{
	for (size_t i = 0; i < check->mail->ngroups; i++) {
		struct dmarc_result result;

		if (!judge_group(check, check->ev->in.dns, check->mail->groups[i], DMARC_RFC9989,
			    &result))
			return false;
		check->passes[i] = result.code == AUTH_PASS;
		arena_clear(&check->arena);
	}
	return true;
}

/* The groups of each author domain, as lists of their numbers. */
struct lists {
	size_t *first; /* by number of the author domain */
	size_t *next;  /* by number of the group; ngroups: the last one */
};

static struct lists
list_groups(const struct plan_mail *mail, struct arena *arena)
{
	const struct lists lists = {
		arena_array(arena, mail->nauthors, sizeof *lists.first),
		arena_array(arena, mail->ngroups, sizeof *lists.next),
	};

	for (size_t i = 0; i < mail->nauthors; i++)
		lists.first[i] = mail->ngroups;
	for (size_t i = mail->ngroups; i > 0; i--) {
		size_t *first = &lists.first[mail->groups[i - 1]->author];

		lists.next[i - 1] = *first;
		*first = i - 1;
	}
	return lists;
}

/* Evaluates a group by both RFCs, so that all its queries are made; *unknown: some failed. */
static bool
ask_group(struct plan_check *check, struct dns *dns, const struct plan_group *group, bool *unknown)
{
	for (int mode = DMARC_RFC9989; mode <= DMARC_RFC7489; mode++) {
		struct dmarc_result result;

		if (!judge_group(check, dns, group, (enum dmarc_mode)mode, &result))
			return false;
		*unknown = *unknown || result.code == AUTH_TEMPERROR;
		arena_clear(&check->arena);
	}
	return true;
}

/* Makes all queries for the mail of an author domain, with and without the record. */
static bool
ask_author(struct plan_check *check, struct dns *dns, const struct lists *lists, size_t author,
	struct plan_time *time)
{
	const int64_t end = begin_queries(check->ev, time);
	bool unknown, done = find_scope(check, dns, author);

	unknown = check->scopes[author] == PLAN_UNKNOWN;
	for (size_t i = lists->first[author]; done && i < check->mail->ngroups; i = lists->next[i])
		done = ask_group(check, dns, check->mail->groups[i], &unknown) &&
		       ask_group(check, check->ev->in.dns, check->mail->groups[i], &unknown);
	check->cut[author] = unknown && dns_clock_ms(dns) >= end;
	if (time->left > 1)
		time->left--;
	return done;
}

bool
plan_check_init(struct plan_check *check, const struct evaluation *ev, const struct plan_mail *mail,
	struct slice domain, struct slice text, struct plan_time *time)
{
	const struct lists lists = list_groups(mail, ev->arena);
	struct proof_record record;
	struct dns *dns;
	bool done = true;

	*check = (struct plan_check){.ev = ev, .mail = mail, .domain = domain};
	check->scopes = arena_array(ev->arena, mail->nauthors, sizeof *check->scopes);
	check->cut = arena_array(ev->arena, mail->nauthors, sizeof *check->cut);
	check->passes = arena_array(ev->arena, mail->ngroups, sizeof *check->passes);
	arena_init(&check->arena, ev->arena->oom, ev->arena->oom_arg);
	record = over(check, text, ev->arena);
	dns = proof_lay(ev, &record, 1);
	if (dns == NULL)
		return false;
	for (size_t i = 0; done && i < mail->nauthors; i++)
		done = ask_author(check, dns, &lists, i, time);
	dns_free(dns);
	return done && plan_check_restart(check);
}

void
plan_check_clear(struct plan_check *check)
{
	arena_clear(&check->arena);
}

/*
 * Is the policy for this scope what the record promises? Whether pct selects a message is ignored.
 */
static bool
is_promised(const struct plan_record *record, enum plan_scope scope, const struct dmarc_result *got)
{
	const enum dmarc_policy below = record->sp == DMARC_ABSENT ? record->p : record->sp;
	enum dmarc_policy wanted = scope == PLAN_DOMAIN ? record->p : below;

	if (scope == PLAN_BELOW && got->author_nonexistent && got->mode == DMARC_RFC9989 &&
		record->np != DMARC_ABSENT)
		wanted = record->np;
	if (!got->has_record || got->unusable || got->published != wanted)
		return false;
	if (got->mode == DMARC_RFC7489)
		return got->record.pct == record->pct &&
		       (record->pct > 0 || got->policy == dmarc_one_less(wanted));
	return got->policy == (record->testing ? dmarc_one_less(wanted) : wanted);
}

/*
 * Updates result->promised and result->elsewhere. RFC 7489 6.6.3: a name without its own record
 * uses that of its organizational domain, which need not be the plan's domain.
 */
static void
keep_promise(const struct plan_check *check, const struct plan_record *record,
	enum plan_scope scope, const struct dmarc_result got[2], struct plan_result *result)
{
	const struct dmarc_result *old = &got[DMARC_RFC7489];

	result->promised = result->promised && is_promised(record, scope, &got[DMARC_RFC9989]);
	if (scope == PLAN_BELOW && old->has_record && !slice_eq(old->record_domain, check->domain))
		result->elsewhere = arena_dup(check->ev->arena, old->record_domain);
	else
		result->promised = result->promised && is_promised(record, scope, old);
}

static void
count(const struct plan_group *group, bool passes, struct plan_counts *counts)
{
	const uint64_t *n = group->classes;

	counts->judged += group->messages;
	if (passes) {
		counts->passes += group->messages;
		return;
	}
	counts->hurt += n[SENDER_OWN] + n[SENDER_SERVICE] + n[SENDER_FORWARDER];
	/* mail that passed before is the author's, whatever its source */
	counts->hurt += n[SENDER_PASSES];
	counts->decide += n[SENDER_DECIDE];
	counts->stopped += n[SENDER_FORGED];
}

static bool
judge_with(struct plan_check *check, struct dns *dns, const struct plan_record *record,
	struct plan_result *result)
{
	for (size_t i = 0; i < check->mail->ngroups; i++) {
		const struct plan_group *group = check->mail->groups[i];
		const enum plan_scope scope = check->scopes[group->author];
		struct dmarc_result got[2];
		bool passes;

		for (int mode = DMARC_RFC9989; mode <= DMARC_RFC7489; mode++)
			if (!judge_group(check, dns, group, (enum dmarc_mode)mode, &got[mode]))
				return false;
		passes = got[DMARC_RFC9989].code == AUTH_PASS &&
			 got[DMARC_RFC7489].code == AUTH_PASS;
		count(group, passes, &result->counts[scope]);
		if (check->passes[i] && passes)
			result->kept += group->messages;
		else if (check->passes[i])
			result->lost += group->messages;
		check->passes[i] = passes;
		if (scope <= PLAN_BELOW)
			keep_promise(check, record, scope, got, result);
		arena_clear(&check->arena);
	}
	return true;
}

bool
plan_check_record(struct plan_check *check, const struct plan_record *record, struct slice text,
	struct plan_result *result)
{
	const struct proof_record laid = over(check, text, check->ev->arena);
	struct dns *dns = proof_lay(check->ev, &laid, 1);
	struct dmarc_result got;
	struct letter letter;
	bool done = dns != NULL;

	*result = (struct plan_result){.promised = true};
	/* for the domain itself, whether mail in its name was seen or not */
	for (int mode = DMARC_RFC9989; done && mode <= DMARC_RFC7489; mode++) {
		write_letter(check->ev, dns, check->domain, &check->arena, &letter);
		done = dmarc_check(&letter.in, (enum dmarc_mode)mode, &letter.spf, &letter.dkim,
			       &got) == ST_OK;
		result->promised =
			result->promised && done && is_promised(record, PLAN_DOMAIN, &got);
		arena_clear(&check->arena);
	}
	done = done && judge_with(check, dns, record, result);
	if (dns != NULL)
		dns_free(dns);
	return done;
}
