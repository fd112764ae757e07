#include "filter/verdict/policy.h"

#include "filter/text/i18n.h"
#include "mime/buf.h"

enum { SIGNS_OCTETS = 256, ALL_OCTETS = 4 * SIGNS_OCTETS };

const char *
policy_word(enum disposition disposition)
{
	static const char *const words[] = {
		[DISP_ACCEPT] = "accept",
		[DISP_QUARANTINE] = "quarantine",
		[DISP_REJECT] = "reject",
		[DISP_TEMPFAIL] = "tempfail",
	};
	return words[disposition];
}

struct reason
policy_reason(enum policy_reason id)
{
	static const struct reason_row rows[] = {POLICY_REASONS(REASON_ROW)};

	return reason_make(rows, REASON_POLICY, id);
}

static bool
has_field_starting(const struct message *message, struct slice prefix)
{
	for (size_t i = 0; i < message->nfields; i++)
		if (slice_istarts(message->fields[i].name, prefix))
			return true;
	return false;
}

static bool
has_broken_aligned(const struct auth_results *results)
{
	for (size_t i = 0; i < results->dkim.n; i++)
		if (results->dkim.sigs[i].mismatch && results->dkim.sigs[i].aligned)
			return true;
	return false;
}

/*
 * Is there an aligned signature that verifies but that we do not accept? With t=y it counts as
 * missing (RFC 6376 3.6.1).
 */
static bool
has_refused_aligned(const struct auth_results *results)
{
	for (size_t i = 0; i < results->dkim.n; i++) {
		const struct dkim_sig_result *sig = &results->dkim.sigs[i];

		if (sig->verified && sig->code == AUTH_POLICY && sig->aligned && !sig->key_testing)
			return true;
	}
	return false;
}

/* "a, b and c" */
static const char *
join_indicators(const char *const *indicators, size_t n, struct arena *arena)
{
	struct buf text;

	if (n <= 1)
		return n == 0 ? NULL : indicators[0];
	buf_init(&text, arena, SIGNS_OCTETS);
	for (size_t i = 0; i < n; i++)
		buf_addf(&text, "%s%s", i == 0 ? "" : i + 1 == n ? " and " : ", ", indicators[i]);
	return arena_cstr(arena, buf_slice(&text));
}

size_t
policy_field_indicators(const struct message *message, const char *indicators[POLICY_INDICATORS])
{
	static const struct {
		const char *field, *indicator;
	} fields[] = {
		{"ARC-Seal", N_("an ARC-Seal field")},
		{"List-Id", N_("a List-Id field")},
		{"List-Post", N_("a List-Post field")},
	};
	size_t n = 0;

	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (message_count(message, fields[i].field) > 0)
			indicators[n++] = fields[i].indicator;
	if (has_field_starting(message, SLICE("Resent-")))
		indicators[n++] = N_("a Resent field");
	return n;
}

/*
 * Collects the indicators of a list, a forwarder or the author; false if there are none. A sender
 * can forge them, but only to get quarantine instead of reject.
 */
static bool
find_signs(const struct auth_input *in, const struct auth_results *results, struct verdict *verdict)
{
	const char **indicators = verdict->indicators;
	size_t n = policy_field_indicators(in->message, indicators);

	if (has_broken_aligned(results))
		indicators[n++] = N_("an aligned signature that was broken after signing");
	if (has_refused_aligned(results)) {
		verdict->only_refused = n == 0;
		indicators[n++] = N_("an aligned signature that verifies but is not accepted");
	}
	verdict->of_list = message_count(in->message, "List-Id") > 0 ||
			   message_count(in->message, "List-Post") > 0;
	verdict->nsigns = n;
	verdict->indicator = join_indicators(indicators, n, in->arena);
	return n > 0;
}

const char *
policy_signs_text(const struct verdict *verdict, struct arena *arena)
{
	struct buf all;

	buf_init(&all, arena, ALL_OCTETS);
	for (size_t i = 0; i < verdict->nsigns; i++) {
		if (i > 0)
			buf_adds(&all, i + 1 == verdict->nsigns ? _(" and ") : _(", "));
		buf_adds(&all, translated(verdict->indicators[i]));
	}
	buf_addc(&all, '\0');
	return all.over ? "" : all.p;
}

static void
decide_fail(const struct options *options, const struct auth_input *in,
	const struct auth_results *results, struct verdict *verdict)
{
	switch (results->dmarc.policy) {
	case DMARC_QUARANTINE:
		verdict->disposition = DISP_QUARANTINE;
		verdict->reason = policy_reason(POLICY_R_FAIL_QUARANTINE);
		return;
	case DMARC_REJECT:
		break;
	case DMARC_ABSENT:
	case DMARC_INVALID:
	case DMARC_P_NONE:
		verdict->disposition = DISP_ACCEPT;
		verdict->reason = policy_reason(POLICY_R_FAIL_NONE);
		return;
	}
	verdict->disposition = DISP_QUARANTINE;
	if (options->reject_on == REJECT_ON_NEVER) {
		verdict->reason = policy_reason(POLICY_R_FAIL_NO_REJECTS);
		return;
	}
	if (options->reject_on == REJECT_ON_DIRECT) { /* RFC 9989 7.4 */
		if (find_signs(in, results, verdict)) {
			verdict->reason =
				policy_reason(verdict->only_refused ? POLICY_R_FAIL_REFUSED
								    : POLICY_R_FAIL_INDIRECT);
			return;
		}
	}
	verdict->disposition = DISP_REJECT;
	verdict->reason = policy_reason(POLICY_R_FAIL_REJECT);
}

/* RFC 9989 5.3.6 leaves the handling to the receiver. */
static void
decide_temperror(
	const struct options *options, const struct dmarc_result *dmarc, struct verdict *verdict)
{
	bool enforced = dmarc->policy == DMARC_QUARANTINE || dmarc->policy == DMARC_REJECT;

	verdict->disposition = DISP_ACCEPT;
	if (!dmarc->only_message_names) {
		verdict->reason = policy_reason(POLICY_R_LOOKUP);
		if (options->tempfail_on_dmarc)
			verdict->disposition = DISP_TEMPFAIL;
		return;
	}
	verdict->reason = policy_reason(POLICY_R_NAMES);
	if (!options->on_temperror_given)
		verdict->disposition = enforced ? DISP_QUARANTINE : DISP_ACCEPT;
	else if (enforced || options->on_temperror == DISP_TEMPFAIL)
		verdict->disposition =
			options->on_temperror; /* with p=none nothing is quarantined */
}

static void
decide_ambiguous(
	const struct options *options, const struct auth_input *in, struct verdict *verdict)
{
	if (in->ids->ambiguous.id == FROM_R_NO_AUTHOR && options->no_author_null_path &&
		in->envelope->path == PATH_NULL) {
		verdict->reason = policy_reason(POLICY_R_NO_AUTHOR);
		return;
	}
	verdict->disposition = options->ambiguous;
	verdict->reason = in->ids->ambiguous;
}

void
policy_decide(const struct options *options, const struct auth_input *in,
	const struct auth_results *results, struct verdict *verdict)
{
	bool local = results != NULL
			     ? results->local
			     : in->envelope->trusted_client || in->envelope->authenticated.n > 0;

	*verdict = (struct verdict){.disposition = DISP_ACCEPT};
	if (results == NULL && (options->oversize_tempfail || !local)) {
		verdict->disposition =
			options->oversize_tempfail ? DISP_TEMPFAIL : options->ambiguous;
		verdict->reason = policy_reason(POLICY_R_OVERSIZE);
		return;
	}
	if (local) {
		verdict->reason = policy_reason(POLICY_R_LOCAL);
		return;
	}
	if (in->ids->ambiguous.id != FROM_R_NONE) {
		decide_ambiguous(options, in, verdict);
		return;
	}
	switch (results->dmarc.code) {
	case AUTH_FAIL:
		decide_fail(options, in, results, verdict);
		return;
	case AUTH_TEMPERROR:
		decide_temperror(options, &results->dmarc, verdict);
		return;
	case AUTH_PASS:
		verdict->reason = policy_reason(POLICY_R_PASS);
		return;
	case AUTH_PERMERROR:
		verdict->reason = policy_reason(results->dmarc.reason.id == DMARC_R_NOT_JUDGED
							? POLICY_R_NOT_JUDGED
							: POLICY_R_PERMERROR);
		return;
	case AUTH_NONE:
	case AUTH_SOFTFAIL:
	case AUTH_NEUTRAL:
	case AUTH_POLICY:
		verdict->reason = policy_reason(POLICY_R_NONE_PUBLISHED);
		return;
	}
}

const char *
policy_softened(const struct options *options, struct arena *arena)
{
	const struct {
		bool is;
		const char *text;
	} soft[] = {
		{options->reject_on == REJECT_ON_NEVER, "reject-on=never"},
		{options->ambiguous == DISP_ACCEPT, "ambiguous=accept"},
		{options->on_temperror_given && options->on_temperror == DISP_ACCEPT,
			"on-temperror=accept"},
		{options->no_author_null_path, "no-author=null-path"},
		{options->trusted_sealers.n > 0, "trusted-sealer"},
		{options->trusted_forwarders.n > 0, "trusted-forwarder"},
		{options->accept_from.n > 0, "accept-from"},
	};
	struct buf text;

	buf_init(&text, arena, SIGNS_OCTETS);
	for (size_t i = 0; options->config != NULL && i < sizeof soft / sizeof soft[0]; i++)
		if (soft[i].is)
			buf_addf(&text, "%s%s", text.n > 0 ? " " : "", soft[i].text);
	return text.n > 0 ? arena_cstr(arena, buf_slice(&text)) : NULL;
}
