#include "auth/base/domain.h"
#include "auth/dns/dns_name.h"
#include "auth/spf/spf_eval.h"
#include "mime/buf.h"

enum { EXPLANATION_MAX = 500 };

struct reason
spf_reason(enum spf_reason id)
{
	static const struct reason_row rows[] = {SPF_REASONS(REASON_ROW)};

	return reason_make(rows, REASON_SPF, id);
}

static struct slice
join_sender(struct slice local, struct slice domain, struct arena *arena)
{
	struct buf buf;

	if (local.n == 0)
		local = SLICE("postmaster"); /* RFC 7208 2.4, 4.3 */
	buf_init(&buf, arena, local.n + 1 + domain.n);
	buf_add(&buf, local);
	buf_addc(&buf, '@');
	buf_add(&buf, domain);
	return buf_slice(&buf);
}

enum status
spf_identify(const struct auth_input *in, struct spf_result *result, bool *ready)
{
	const struct envelope *envelope = in->envelope;
	struct slice local = SLICE(""), domain = slice_trim(envelope->helo), name = SLICE("");

	*ready = false;
	result->code = AUTH_NONE;
	result->reason = spf_reason(SPF_R_NO_PATH);
	if (envelope->path == PATH_UNKNOWN)
		return ST_OK;
	result->identity = SPF_ID_HELO;
	if (envelope->path == PATH_GIVEN) {
		size_t at = slice_rfind(envelope->mail_from, '@');
		result->identity = SPF_ID_MAILFROM;
		local = slice_head(envelope->mail_from, at);
		domain = slice_from(envelope->mail_from, at + 1);
	}
	result->sender = envelope->path == PATH_GIVEN ? envelope->mail_from
						      : join_sender(local, domain, in->arena);
	result->reason = spf_reason(SPF_R_NO_DOMAIN);
	/* RFC 7208 4.3: malformed, or not a multi-label name */
	if (domain_normalize(domain, in->arena, &name) != ST_OK || domain_labels(name) < 2)
		return ST_OK;
	result->domain = name;
	result->sender = join_sender(local, name, in->arena);
	result->reason = spf_reason(SPF_R_NO_CLIENT);
	*ready = envelope->client_ip.family != 0;
	return ST_OK;
}

int64_t
spf_until(const struct auth_input *in)
{
	const int64_t now = dns_clock_ms(in->dns), own = in->limits->spf_ms;

	if (own <= 0 || own > INT64_MAX - now)
		return in->until_ms;
	return in->until_ms != 0 && in->until_ms < now + own ? in->until_ms : now + own;
}

/* Fetches host's record (RFC 7208 4.4, 4.5): AUTH_PASS if there is one only, and well-formed. */
static enum auth_code
fetch(struct spf_eval *eval, struct spf_host *host)
{
	const struct dns_answer *answer;
	struct slice text = SLICE(""), bad_term;
	struct dns_name wire;
	size_t n = 0;
	enum spf_match match;

	(void)spf_blame(eval, SPF_NO, SPF_R_NO_DOMAIN);
	/* RFC 7208 4.3 */
	if (!dns_name_parse(host->domain, &wire) || slice_find(host->domain, '.') == host->domain.n)
		return AUTH_NONE;
	match = spf_lookup(eval, host->domain, DNS_TXT, &answer);
	if (match == SPF_TEMP || match == SPF_PERM)
		return match == SPF_TEMP ? AUTH_TEMPERROR : AUTH_PERMERROR;
	for (size_t i = 0; i < answer->n; i++)
		if (spf_is_record(answer->rr[i].text) && n++ == 0)
			text = answer->rr[i].text;
	(void)spf_blame(eval, SPF_NO, n == 0 ? SPF_R_NO_RECORD : SPF_R_SEVERAL);
	if (n != 1)
		return n == 0 ? AUTH_NONE : AUTH_PERMERROR;
	if (eval->result->record.n == 0)
		eval->result->record = text;
	if (spf_parse(text, eval->in->arena, &host->record, &bad_term) == ST_OK)
		return AUTH_PASS;
	eval->result->term = bad_term;
	eval->result->term_domain = host->domain;
	(void)spf_blame(eval, SPF_PERM, SPF_R_SYNTAX);
	return AUTH_PERMERROR;
}

/* check_host() (RFC 7208 4); *host is set to the record that gave the result, if there is one. */
static enum auth_code check_host(struct spf_eval *eval, struct slice domain, struct spf_host *host);

/* RFC 7208 5.2. Every level counts as one of the ten lookups, which bounds the recursion. */
static enum spf_match
match_include(struct spf_eval *eval, struct slice domain, const struct spf_directive *directive)
{
	struct spf_host host;
	struct slice name;
	enum spf_match match = spf_count_lookup(eval);

	if (match == SPF_YES)
		match = spf_target(eval, domain, directive->domain_spec, &name);
	if (match != SPF_YES)
		return match;
	switch (check_host(eval, name, &host)) {
	case AUTH_PASS:
		return SPF_YES;
	case AUTH_TEMPERROR:
		return SPF_TEMP;
	case AUTH_PERMERROR:
		return SPF_PERM;
	case AUTH_NONE:
		return spf_blame(eval, SPF_PERM, SPF_R_INCLUDE);
	case AUTH_FAIL:
	case AUTH_SOFTFAIL:
	case AUTH_NEUTRAL:
	case AUTH_POLICY:
		break;
	}
	return SPF_NO;
}

/* The result of the first directive that matches (RFC 7208 4.6.2); AUTH_NONE if none does. */
static enum auth_code
evaluate(struct spf_eval *eval, const struct spf_host *host)
{
	struct spf_result *result = eval->result;

	for (size_t i = 0; i < host->record.n; i++) {
		const struct spf_directive *directive = &host->record.directives[i];
		enum spf_match match;
		result->term = directive->text;
		result->term_domain = host->domain;
		eval->term_void = false;
		match = directive->mechanism == SPF_INCLUDE
				? match_include(eval, host->domain, directive)
				: spf_match_directive(eval, host->domain, directive);
		if (match == SPF_YES) {
			(void)spf_blame(eval, match,
				directive->mechanism == SPF_ALL ? SPF_R_NOT_LISTED : SPF_R_TERM);
			return directive->qualifier;
		}
		if (match != SPF_NO)
			return match == SPF_TEMP ? AUTH_TEMPERROR : AUTH_PERMERROR;
	}
	result->term = SLICE("");
	result->term_domain = host->domain;
	(void)spf_blame(eval, SPF_NO, SPF_R_DEFAULT);
	return AUTH_NONE;
}

/* Sets *host to the target of redirect= (RFC 7208 6.1). SPF_YES: check_host() goes on with it. */
static enum spf_match
follow(struct spf_eval *eval, struct spf_host *host)
{
	struct slice name;
	enum spf_match match = spf_count_lookup(eval);

	eval->term_void = false;
	if (match == SPF_YES)
		match = spf_target(eval, host->domain, host->record.redirect, &name);
	if (match == SPF_YES)
		*host = (struct spf_host){.domain = name};
	return match;
}

static enum auth_code
check_host(struct spf_eval *eval, struct slice domain, struct spf_host *host)
{
	bool redirected = false;

	*host = (struct spf_host){.domain = domain};
	for (;;) {
		enum auth_code code = fetch(eval, host);
		enum spf_match match;
		if (code == AUTH_NONE && redirected) {
			(void)spf_blame(eval, SPF_PERM, SPF_R_REDIRECT);
			return AUTH_PERMERROR; /* RFC 7208 6.1 */
		}
		if (code != AUTH_PASS)
			return code;
		spf_ask_ahead(eval, host);
		code = evaluate(eval, host);
		if (code != AUTH_NONE)
			return code;
		if (host->record.redirect.n == 0)
			return AUTH_NEUTRAL; /* RFC 7208 4.7 */
		match = follow(eval, host);
		if (match != SPF_YES)
			return match == SPF_TEMP ? AUTH_TEMPERROR : AUTH_PERMERROR;
		redirected = true;
	}
}

/*
 * Fetches the explanation (RFC 7208 6.2) that the record with the fail refers to; errors here do
 * not change the result.
 */
static void
explain(struct spf_eval *eval, const struct spf_host *host)
{
	const struct dns_answer *answer;
	struct slice name, text;

	eval->explaining = true;
	if (host->record.exp.n == 0 ||
		spf_target(eval, host->domain, host->record.exp, &name) != SPF_YES ||
		spf_lookup(eval, name, DNS_TXT, &answer) != SPF_YES || answer->n != 1)
		return;
	text = answer->rr[0].text;
	if (spf_macro_needs_p(text))
		(void)spf_target(eval, host->domain, SLICE("%{p}"), &name);
	if (spf_macro_expand(text, &eval->macros, true, eval->in->arena, &text) != ST_OK)
		return;
	text = slice_head(text, EXPLANATION_MAX);
	if (slice_is_printable(text))
		eval->result->explanation = text;
}

static struct spf_macro_context
macros_of(const struct auth_input *in, const struct spf_result *result)
{
	return (struct spf_macro_context){
		.sender = result->sender,
		.domain = result->domain,
		.helo = slice_trim(in->envelope->helo),
		.receiver = in->options->receiver,
		.client = &in->envelope->client_ip,
		.validated = SLICE("unknown"),
		.now = in->now,
	};
}

void
spf_ask(const struct auth_input *in)
{
	struct spf_result result = {.code = AUTH_NONE};
	bool ready;

	if (spf_identify(in, &result, &ready) == ST_OK && ready)
		dns_ask(in->dns, result.domain, DNS_TXT);
}

enum status
spf_check(const struct auth_input *in, struct spf_result *result)
{
	struct spf_eval eval = {.in = in, .result = result};
	struct spf_host host;
	bool ready;
	enum status status;

	*result = (struct spf_result){.engine = "mailstamp"};
	status = spf_identify(in, result, &ready);
	if (status != ST_OK || !ready)
		return status;
	eval.macros = macros_of(in, result);
	eval.address = in->envelope->client_ip.family == 6 ? DNS_AAAA : DNS_A;
	eval.until = spf_until(in);
	eval.term_void = true; /* the query for the first record belongs to no term, so its void
				  lookup is not counted */
	result->code = check_host(&eval, result->domain, &host);
	if (result->code == AUTH_PASS)
		result->reason = spf_reason(SPF_R_NONE);
	result->unsure = result->code == AUTH_TEMPERROR;
	if (result->code == AUTH_FAIL)
		explain(&eval, &host);
	return ST_OK;
}
