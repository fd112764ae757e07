#include "filter/aggregate/aggregate_event.h"

#include <jansson.h>

#include "auth/base/domain.h"
#include "filter/result/code.h"
#include "filter/text/i18n.h"

enum { LATEST = 2 /* newest version of docs/schema.json */, RESULTS_MAX = 64 * 1024 };

/* Returns the text of a member; empty if it is null, missing or of another type. */
static struct slice
member_text(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	return json_is_string(value)
		       ? slice_make(json_string_value(value), json_string_length(value))
		       : SLICE("");
}

static struct slice
clean_of(const json_t *object, const char *name, struct arena *arena)
{
	return aggregate_clean(member_text(object, name), arena);
}

static bool
is_true(const json_t *object, const char *name)
{
	return json_is_true(json_object_get(object, name));
}

/* Is the member exactly that word? */
static bool
is_word(const json_t *object, const char *name, const char *word)
{
	return slice_eq(member_text(object, name), slice_str(word));
}

static enum dmarc_policy
policy_of(const json_t *object, const char *name)
{
	for (int i = DMARC_P_NONE; i <= DMARC_REJECT; i++)
		if (is_word(object, name, dmarc_policy_word((enum dmarc_policy)i)))
			return (enum dmarc_policy)i;
	return DMARC_ABSENT;
}

/*
 * Returns the sentence of a reason, by its code: the line may be from another version of the
 * program.
 */
static struct slice
why_of(const json_t *object)
{
	const json_t *code = json_object_get(object, "reason_code");

	return json_is_string(code) ? slice_str(code_text(json_string_value(code))) : SLICE("");
}

/* Returns the text for the element error (RFC 9990 3.1.1.5), or an empty text. */
static struct slice
record_error(const json_t *record, struct arena *arena)
{
	struct buf out;

	buf_init(&out, arena, AGGREGATE_TEXT);
	if (policy_of(record, "p") == DMARC_ABSENT)
		buf_adds(&out, "no valid p tag: evaluated as p=none");
	if (is_true(record, "syntax_error"))
		buf_addf(&out, "%sa part of the record has a syntax error and was ignored",
			out.n > 0 ? "; " : "");
	if (is_true(record, "duplicate_tag"))
		buf_addf(&out, "%sa tag is there twice and its first value was used",
			out.n > 0 ? "; " : "");
	return buf_slice(&out);
}

static void
read_policy(const json_t *dmarc, const json_t *record, struct arena *arena,
	struct aggregate_policy *policy)
{
	*policy = (struct aggregate_policy){
		.domain = clean_of(dmarc, "record_domain", arena),
		.text = clean_of(record, "text", arena),
		.rua = clean_of(record, "rua", arena),
		.ruf = clean_of(record, "ruf", arena),
		.fo = clean_of(record, "fo", arena),
		.p = policy_of(record, "p"),
		.sp = policy_of(record, "sp"),
		.np = policy_of(record, "np"),
		.adkim_strict = is_word(record, "adkim", "s"),
		.aspf_strict = is_word(record, "aspf", "s"),
		.testing = is_word(record, "t", "y"),
		.psd = is_word(record, "psd", "y"),
		.mode = is_word(dmarc, "mode", "rfc7489") ? DMARC_RFC7489 : DMARC_RFC9989,
		.error = record_error(record, arena),
	};
	/* RFC 9990 3.1.1.7: the value found in the record, or the default */
	if (policy->p == DMARC_ABSENT)
		policy->p = DMARC_P_NONE;
	if (policy->sp == DMARC_ABSENT)
		policy->sp = policy->p;
	if (policy->np == DMARC_ABSENT && policy->mode == DMARC_RFC9989)
		policy->np = policy->sp;
	if (policy->fo.n == 0)
		policy->fo = SLICE("0");
}

/* Returns the disposition for the report: RFC 9990 3.1.1.11 */
static const char *
disposition_of(const json_t *top, const json_t *dmarc)
{
	const enum dmarc_policy policy = policy_of(dmarc, "policy");

	if (is_word(top, "disposition", "quarantine"))
		return "quarantine";
	if (is_word(top, "disposition", "reject"))
		return "reject";
	return is_word(dmarc, "result", "pass") &&
			       (policy == DMARC_QUARANTINE || policy == DMARC_REJECT)
		       ? "pass"
		       : "none";
}

static void
add_reason(struct buf *out, const char *type, struct slice comment)
{
	buf_addf(out, "%s\t", type);
	buf_add(out, comment);
	buf_addc(out, '\n');
}

static void
add_override(struct buf *out, const json_t *override, struct arena *arena)
{
	struct buf comment;

	buf_init(&comment, arena, AGGREGATE_TEXT);
	if (is_word(override, "reason", "arc")) {
		buf_adds(&comment, "the ARC chain of ");
		buf_add(&comment, clean_of(override, "by", arena));
		buf_adds(&comment, " vouches for the author domain");
	} else if (is_word(override, "reason", "accept-from")) {
		buf_adds(&comment, "this site accepts the author domain by that way");
	}
	add_reason(out,
		is_word(override, "type", "trusted_forwarder") ? "trusted_forwarder"
							       : "local_policy",
		buf_slice(&comment));
}

/* Returns the reasons why the disposition differs from the record's policy (RFC 9990 3.1.6). */
static struct slice
reasons_of(const json_t *top, const json_t *dmarc, const char *disposition, struct arena *arena)
{
	const json_t *override = json_object_get(top, "override");
	const enum dmarc_policy asked = policy_of(dmarc, "policy_published"),
				policy = policy_of(dmarc, "policy");
	struct buf out;

	buf_init(&out, arena, (size_t)4 * AGGREGATE_TEXT);
	if (is_word(dmarc, "result", "pass") || asked == DMARC_ABSENT)
		return SLICE("");
	if (policy != asked)
		add_reason(&out, is_true(dmarc, "sampled_out") ? "other" : "policy_test_mode",
			is_true(dmarc, "sampled_out") ? SLICE("outside of pct") : SLICE(""));
	if (strcmp(disposition, dmarc_policy_word(policy)) == 0)
		return buf_slice(&out);
	if (json_is_object(override))
		add_override(&out, override, arena);
	else if (!is_word(dmarc, "result", "fail"))
		add_reason(&out, "other", SLICE("a DNS lookup failed temporarily"));
	else if (member_text(top, "sign").n > 0)
		add_reason(&out, is_true(top, "sign_of_list") ? "mailing_list" : "local_policy",
			clean_of(top, "sign", arena));
	else
		add_reason(&out, "local_policy", SLICE(""));
	return buf_slice(&out);
}

/* Returns the rank of a signature in the report; the lowest comes first (RFC 9990 3.1.3). */
static unsigned
rank_of(const json_t *signature, struct slice author)
{
	if (!is_word(signature, "result", "pass"))
		return 3;
	if (slice_ieq(member_text(signature, "d"), author))
		return 0;
	return is_true(signature, "aligned") ? 1 : 2;
}

static const char *
result_of(const json_t *object)
{
	for (int i = AUTH_NONE; i <= AUTH_PERMERROR; i++)
		if (is_word(object, "result", auth_code_word((enum auth_code)i)))
			return auth_code_word((enum auth_code)i);
	return "none";
}

static void
add_signature(struct buf *out, const json_t *signature, struct arena *arena)
{
	buf_adds(out, "dkim\t");
	buf_add(out, clean_of(signature, "d", arena));
	buf_addc(out, '\t');
	buf_add(out, clean_of(signature, "s", arena));
	buf_addf(out, "\t%s\t", result_of(signature));
	buf_add(out, why_of(signature));
	buf_addc(out, '\n');
}

static struct slice
results_of(const json_t *top, struct slice author, struct arena *arena)
{
	const json_t *dkim = json_object_get(top, "dkim"), *spf = json_object_get(top, "spf");
	const size_t n = json_array_size(dkim);
	size_t written = 0;
	struct buf out;

	buf_init(&out, arena, RESULTS_MAX);
	for (unsigned rank = 0; rank < 4; rank++)
		for (size_t i = 0; i < n && written < AGGREGATE_SIGNATURES; i++) {
			const json_t *signature = json_array_get(dkim, i);

			if (rank_of(signature, author) != rank ||
				member_text(signature, "d").n == 0 ||
				member_text(signature, "s").n == 0)
				continue; /* without d= or s= it was not checked */
			add_signature(&out, signature, arena);
			written++;
		}
	if (member_text(spf, "domain").n > 0) {
		buf_adds(&out, "spf\t");
		buf_add(&out, clean_of(spf, "domain", arena));
		buf_addf(&out, "\t%s\t", result_of(spf));
		buf_add(&out, why_of(spf));
		buf_addc(&out, '\n');
	}
	return buf_slice(&out);
}

/* Returns the normalized domain of an address, or an empty text. */
static struct slice
domain_of(struct slice address, struct arena *arena)
{
	const size_t at = slice_rfind(address, '@');
	struct slice domain;

	return at < address.n && domain_normalize(slice_from(address, at + 1), arena, &domain) ==
					 ST_OK
		       ? domain
		       : SLICE("");
}

/* Returns the domain of all recipients; empty if they have several. */
static struct slice
envelope_to(const json_t *rcpts, struct arena *arena)
{
	struct slice first = SLICE("");

	for (size_t i = 0; i < json_array_size(rcpts); i++) {
		const json_t *rcpt = json_array_get(rcpts, i);
		struct slice domain = domain_of(
			slice_make(json_string_value(rcpt), json_string_length(rcpt)), arena);

		if (domain.n == 0 || (i > 0 && !slice_eq(first, domain)))
			return SLICE("");
		first = domain;
	}
	return first;
}

/* Is rcpt the address own, or one of its VERP forms (local+TAG@domain for local@domain)? */
static bool
is_address(struct slice rcpt, struct slice own)
{
	const size_t at = slice_rfind(own, '@'), end = slice_rfind(rcpt, '@');
	struct slice local = slice_head(rcpt, end);

	if (end == rcpt.n || at == own.n || !slice_ieq(slice_from(rcpt, end), slice_from(own, at)))
		return false;
	if (slice_ieq(local, slice_head(own, at)))
		return true;
	return local.n > at && local.p[at] == '+' && slice_istarts(local, slice_head(own, at));
}

/* Is every recipient one of these addresses? */
static bool
to_own(const json_t *rcpts, const struct strings *own)
{
	const size_t n = json_array_size(rcpts);

	for (size_t i = 0; i < n; i++) {
		const json_t *rcpt = json_array_get(rcpts, i);
		const struct slice address =
			slice_make(json_string_value(rcpt), json_string_length(rcpt));
		bool found = false;

		for (size_t k = 0; k < own->n && json_is_string(rcpt) && !found; k++)
			found = is_address(address, slice_str(own->v[k]));
		if (!found)
			return false;
	}
	return n > 0;
}

/*
 * Classifies a line. Every line of the filter has time, envelope, message and disposition; lines of
 * batch also have a path.
 */
static enum aggregate_event_kind
kind_of(const json_t *top, const struct strings *own)
{
	const json_t *version = json_object_get(top, "version"),
		     *envelope = json_object_get(top, "envelope"),
		     *message = json_object_get(top, "message"),
		     *dmarc = json_object_get(top, "dmarc"),
		     *record = json_object_get(dmarc, "record");

	if (!json_is_integer(version) || json_integer_value(version) < 1 ||
		json_integer_value(version) > LATEST || json_object_get(top, "path") != NULL ||
		!slice_starts(member_text(top, "program"), SLICE("mailstamp ")))
		return AGGREGATE_FOREIGN;
	if (!json_is_integer(json_object_get(top, "time")) || !json_is_object(envelope) ||
		!json_is_object(message) || !json_is_string(json_object_get(top, "disposition")))
		return AGGREGATE_TORN;
	if (is_word(top, "disposition", "tempfail") ||
		member_text(top, "error").n > 0 /* with an error, the outcome is unknown */)
		return AGGREGATE_DEFERRED;
	if (is_true(top, "local") || is_true(envelope, "trusted_client") ||
		member_text(envelope, "authenticated").n > 0)
		return AGGREGATE_EXEMPT;
	if (!json_is_object(dmarc) || member_text(message, "ambiguous").n > 0 ||
		is_true(top, "not_judged") || member_text(dmarc, "from_domain").n == 0)
		return AGGREGATE_UNJUDGED;
	if (!json_is_object(record) || is_word(dmarc, "result", "permerror") ||
		is_word(dmarc, "result", "none") || member_text(dmarc, "record_domain").n == 0)
		return AGGREGATE_NO_POLICY;
	if (to_own(json_object_get(envelope, "rcpt"), own))
		return AGGREGATE_OWN;
	if (member_text(record, "rua").n == 0 && member_text(record, "ruf").n == 0)
		return AGGREGATE_NO_ADDRESS;
	return member_text(envelope, "client_ip").n == 0 ? AGGREGATE_NO_CLIENT : AGGREGATE_ROW;
}

/* Reads what a failure report must contain if an aligned identifier failed (RFC 9991 3). */
static void
read_failure(const json_t *top, struct arena *arena, struct aggregate_event *event)
{
	const json_t *dkim = json_object_get(top, "dkim"), *spf = json_object_get(top, "spf");
	struct buf text;

	event->authserv_id = clean_of(top, "authserv_id", arena);
	for (size_t i = 0; i < json_array_size(dkim); i++) {
		const json_t *one = json_array_get(dkim, i);
		const struct slice identity = member_text(one, "i");

		if (is_word(one, "result", "pass") || !is_true(one, "aligned") ||
			member_text(one, "s").n == 0)
			continue;
		event->dkim_domain = clean_of(one, "d", arena);
		event->dkim_identity =
			aggregate_clean(slice_from(identity, slice_rfind(identity, '@')), arena);
		event->dkim_selector = clean_of(one, "s", arena);
		break;
	}
	if (is_word(spf, "result", "pass") ||
		!is_true(json_object_get(top, "dmarc"), "spf_aligned"))
		return;
	buf_init(&text, arena, RESULTS_MAX);
	buf_adds(&text, "txt : ");
	buf_add(&text, clean_of(spf, "domain", arena));
	buf_adds(&text, " : \"");
	buf_add(&text, clean_of(spf, "record", arena));
	buf_addc(&text, '"');
	event->spf_dns = buf_slice(&text);
}

static void
read_row(const json_t *top, struct arena *arena, struct aggregate_event *event)
{
	const json_t *envelope = json_object_get(top, "envelope"),
		     *dmarc = json_object_get(top, "dmarc");
	const struct slice author = member_text(dmarc, "from_domain");
	const char *disposition = disposition_of(top, dmarc);

	event->row = (struct aggregate_row){
		.source_ip = clean_of(envelope, "client_ip", arena),
		.disposition = disposition,
		.dkim = is_true(dmarc, "dkim_pass"),
		.spf = is_true(dmarc, "spf_pass"),
		.reasons = reasons_of(top, dmarc, disposition, arena),
		.header_from = aggregate_clean(author, arena),
		.has_path = !is_word(envelope, "path", "unknown"),
		.envelope_from = domain_of(member_text(envelope, "mail_from"), arena),
		.envelope_to = envelope_to(json_object_get(envelope, "rcpt"), arena),
		.results = results_of(top, author, arena),
	};
	/* a path with an unreadable domain is not the null path */
	if (is_word(envelope, "path", "given") && event->row.envelope_from.n == 0)
		event->row.has_path = false;
	event->failed = is_word(dmarc, "result", "fail");
	event->own_report = is_word(dmarc, "result", "pass") &&
			    member_text(json_object_get(top, "message"), "report").n > 0;
	event->header = arena_dup(arena, member_text(top, "failure_header"));
	if (event->header.n > 0)
		read_failure(top, arena, event);
}

enum aggregate_event_kind
aggregate_event(struct slice line, const struct strings *own, struct arena *arena,
	struct aggregate_event *event)
{
	json_t *top = json_loadb(line.p, line.n, 0, NULL);
	const json_t *dmarc = json_object_get(top, "dmarc");
	enum aggregate_event_kind kind = AGGREGATE_TORN;

	*event = (struct aggregate_event){0};
	if (json_is_object(top))
		kind = kind_of(top, own);
	if (kind != AGGREGATE_TORN && kind != AGGREGATE_FOREIGN) {
		event->time = json_integer_value(json_object_get(top, "time"));
		event->id = clean_of(top, "event", arena);
	}
	if (kind == AGGREGATE_ROW) {
		read_policy(dmarc, json_object_get(dmarc, "record"), arena, &event->policy);
		read_row(top, arena, event);
	}
	json_delete(top);
	return kind;
}

const char *
aggregate_event_text(enum aggregate_event_kind kind)
{
	static const char *const texts[AGGREGATE_KINDS] = {
		[AGGREGATE_ROW] = N_("counted"),
		[AGGREGATE_TORN] = N_("not a whole line of JSON"),
		[AGGREGATE_FOREIGN] = N_("not a line of the filter's log"),
		[AGGREGATE_DEFERRED] = N_("deferred: the message will be sent again"),
		[AGGREGATE_EXEMPT] = N_("from trusted clients and users"),
		[AGGREGATE_UNJUDGED] = N_("ambiguous, over the size limit or not evaluated"),
		[AGGREGATE_NO_POLICY] = N_("no usable DMARC record"),
		[AGGREGATE_NO_ADDRESS] = N_("the domain requests no reports"),
		[AGGREGATE_NO_CLIENT] = N_("the client's address is not known"),
		[AGGREGATE_OWN] = N_("to addresses of --own-address or --report-from"),
	};
	return texts[kind];
}
