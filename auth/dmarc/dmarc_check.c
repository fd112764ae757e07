/*
 * dmarc_check.c: alignment of the identifiers that passed, and the result (RFC 9989 4.4, 5.3;
 * RFC 7489 6.6.2).
 */
#include "auth/base/crypto.h"
#include "auth/base/domain.h"
#include "auth/dmarc/dmarc_discover.h"

struct check {
	struct dmarc_finder finder;
	const struct spf_result *spf;
	struct dkim_result *dkim;
	struct dmarc_result *result;
	bool identifier_unknown; /* an identifier with temperror is or could be aligned */
	bool alignment_unknown;  /* whether an identifier that passed is aligned is unknown */
	bool author_names; /* one of these two is due to a failed query on the author domain's own
			      walk */
	bool over; /* an identifier that passed was not compared, because of the query limit */
};

struct reason
dmarc_reason(enum dmarc_reason id)
{
	static const struct reason_row rows[] = {DMARC_REASONS(REASON_ROW)};

	return reason_make(rows, REASON_DMARC, id);
}

static enum status
finish(struct check *check, enum auth_code code, enum dmarc_reason reason)
{
	check->result->code = code;
	check->result->reason = dmarc_reason(reason);
	return ST_OK;
}

/* policy: p, sp and np */

static bool
is_policy(enum dmarc_policy policy)
{
	return policy >= DMARC_P_NONE;
}

/* RFC 9989 4.10.1, RFC 7489 6.6.3 step 6: p must be valid, sp and np valid or absent */
static bool
record_unusable(const struct dmarc_record *record)
{
	return !is_policy(record->p) || record->sp == DMARC_INVALID || record->np == DMARC_INVALID;
}

/*
 * RFC 9989 3.2.13: only NXDOMAIN means that a domain does not exist; after an error it is treated
 * as existing, which cannot turn a pass into a fail.
 */
static bool
author_nonexistent(struct check *check)
{
	const struct auth_input *in = check->finder.in;
	struct slice author = check->result->from_domain;
	const struct dmarc_node *node = dmarc_node(&check->finder, author);

	/* a name below it exists, so it exists (RFC 8020) */
	if (node->found != DMARC_TOO_LONG && (node->status == DNS_OK || node->status == DNS_NODATA))
		return false;
	return dns_get_policy(in->dns, author, DNS_A, 0)->status == DNS_NXDOMAIN;
}

/*
 * RFC 9989 4.7: a domain with its own record gets p. One below the record gets np if it does not
 * exist, otherwise sp; a missing np is replaced by sp, and a missing sp by p.
 */
static void
select_policy(struct check *check)
{
	struct dmarc_result *result = check->result;
	const struct dmarc_record *record = &result->record;
	bool sp = result->source != DMARC_FROM_AUTHOR && is_policy(record->sp);

	result->selected = sp ? "sp" : "p";
	result->published = sp ? record->sp : record->p;
	if (result->unusable) {
		result->selected = "p";
		result->published = DMARC_P_NONE;
		return;
	}
	if (result->source == DMARC_FROM_AUTHOR || !is_policy(record->np) ||
		record->np == result->published)
		return;
	result->author_nonexistent = author_nonexistent(check);
	if (result->author_nonexistent) {
		result->selected = "np";
		result->published = record->np;
	}
}

enum dmarc_policy
dmarc_one_less(enum dmarc_policy policy)
{
	return policy == DMARC_REJECT ? DMARC_QUARANTINE : DMARC_P_NONE;
}

/*
 * RFC 7489 6.6.4: is this message outside the sampled share? A hash of the header and of the
 * beginning of the body decides, so that the answer for a message never changes.
 */
static enum status
sampled_out(const struct auth_input *in, unsigned pct, bool *out)
{
	enum { HEADER_MAX = 65536 };
	unsigned char digest[CRYPTO_SHA256_SIZE];
	struct crypto_hash *hash = crypto_hash_new(in->crypto);
	unsigned number = 0;

	*out = false;
	if (hash == NULL)
		return ST_TEMP;
	crypto_hash_add(hash, slice_head(in->message->header, HEADER_MAX));
	crypto_hash_add(hash, slice_head(in->message->body, MESSAGE_BEGINNING));
	if (crypto_hash_end(hash, digest) != ST_OK)
		return ST_TEMP;
	for (size_t i = 0; i < sizeof digest; i++)
		number = (number * 256 + digest[i]) % 100;
	*out = number >= pct;
	return ST_OK;
}

/*
 * Applies the test mode of RFC 9989 4.7 or the sampling of RFC 7489 6.6.4, which lower the policy
 * by one level.
 */
static enum status
soften_policy(struct check *check)
{
	struct dmarc_result *result = check->result;
	unsigned pct = result->record.pct;
	enum status status = ST_OK;

	result->policy = result->published;
	if (result->policy == DMARC_P_NONE)
		return ST_OK;
	if (check->finder.mode == DMARC_RFC7489 && pct < 100)
		status = sampled_out(check->finder.in, pct, &result->sampled_out);
	if (result->record.testing || result->sampled_out)
		result->policy = dmarc_one_less(result->published);
	return status;
}

/* alignment */

/* RFC 9989 4.10.2: no tree walk for equal names or strict alignment */
static bool
is_simple(const struct check *check, struct slice identifier, bool strict)
{
	return identifier.n == 0 || strict || slice_ieq(identifier, check->result->from_domain);
}

/*
 * Can the identifier make DMARC pass, or prevent a fail? Only then is the tree walked for it: other
 * names in a message must not cause queries.
 */
static bool
counts(enum auth_code code, bool unsure)
{
	return unsure || code == AUTH_PASS || code == AUTH_TEMPERROR;
}

static enum dmarc_alignment
align(struct check *check, struct slice identifier, bool strict, bool exactly)
{
	struct dmarc_result *result = check->result;

	if (is_simple(check, identifier, strict))
		return slice_ieq(identifier, result->from_domain) ? DMARC_ALIGNED
								  : DMARC_NOT_ALIGNED;
	return (exactly ? dmarc_align_relaxed : dmarc_align_roughly)(
		&check->finder, result->from_domain, identifier, &result->org_domain);
}

static void
align_ask(struct check *check, struct slice identifier, bool strict)
{
	if (!is_simple(check, identifier, strict))
		dmarc_align_ask(&check->finder, check->result->from_domain, identifier);
}

/* Sends the queries for the walks of all identifiers together: no walk depends on another. */
static void
align_ask_all(struct check *check)
{
	const struct dmarc_record *record = &check->result->record;

	if (check->spf->identity != SPF_ID_NONE && counts(check->spf->code, check->spf->unsure))
		align_ask(check, check->spf->domain, record->aspf_strict);
	for (size_t i = 0; i < check->dkim->n; i++) {
		const struct dkim_sig_result *sig = &check->dkim->sigs[i];

		if (counts(sig->code, sig->unsure))
			align_ask(check, sig->sig.d, record->adkim_strict);
	}
}

/* Records how an identifier affects the DMARC result; true if it is an aligned pass. */
static bool
weigh(struct check *check, enum dmarc_alignment alignment, enum auth_code code, bool unsure)
{
	check->over |= alignment == DMARC_OVER;
	if (alignment == DMARC_NOT_ALIGNED || alignment == DMARC_OVER)
		return false;
	/* RFC 9989 5.3.6: a failed query matters if its answer could have led to a pass */
	if (unsure || code == AUTH_TEMPERROR)
		check->identifier_unknown = true;
	else if (code == AUTH_PASS && alignment != DMARC_ALIGNED)
		check->alignment_unknown = true;
	else
		return code == AUTH_PASS;
	check->author_names |= alignment == DMARC_UNSURE_AUTHOR;
	return false;
}

static void
check_spf(struct check *check)
{
	const struct spf_result *spf = check->spf;
	struct dmarc_result *result = check->result;

	/* RFC 9989 4.4.2: MAIL FROM; for the null reverse-path, SPF has used the HELO domain */
	if (spf->identity == SPF_ID_NONE)
		return;
	enum dmarc_alignment alignment = align(
		check, spf->domain, result->record.aspf_strict, counts(spf->code, spf->unsure));
	result->spf_aligned = alignment == DMARC_ALIGNED;
	result->spf_pass = weigh(check, alignment, spf->code, spf->unsure);
}

static void
check_dkim(struct check *check)
{
	struct dkim_result *dkim = check->dkim;
	struct dmarc_result *result = check->result;

	for (size_t i = 0; i < dkim->n; i++) {
		struct dkim_sig_result *sig = &dkim->sigs[i];
		enum dmarc_alignment alignment = align(check, sig->sig.d,
			result->record.adkim_strict, counts(sig->code, sig->unsure));
		sig->aligned = alignment == DMARC_ALIGNED;
		result->dkim_aligned |= sig->aligned;
		result->dkim_pass |= weigh(check, alignment, sig->code, sig->unsure);
	}
}

/* verdict */

static enum status
decide(struct check *check)
{
	struct dmarc_result *result = check->result;

	align_ask_all(check);
	check_spf(check);
	check_dkim(check);
	/* RFC 9989 5.3.5; after an aligned pass, failures do not matter */
	if (result->spf_pass || result->dkim_pass)
		return finish(check, AUTH_PASS, DMARC_R_NONE);
	if (check->identifier_unknown || check->alignment_unknown) {
		result->only_message_names = !check->author_names;
		return finish(check, AUTH_TEMPERROR,
			check->identifier_unknown ? DMARC_R_IDENTIFIER_UNKNOWN
						  : DMARC_R_ALIGNMENT_UNKNOWN);
	}
	if (check->over)
		return finish(check, AUTH_FAIL, DMARC_R_QUESTIONS);
	if (check->finder.in->envelope_hidden)
		return finish(check, AUTH_PERMERROR, DMARC_R_NOT_JUDGED);
	return finish(check, AUTH_FAIL,
		result->unusable ? DMARC_R_NO_PASS_BAD_RECORD : DMARC_R_NO_ALIGNED_PASS);
}

static enum status
apply(struct check *check, const struct dmarc_selection *selection)
{
	struct dmarc_result *result = check->result;

	result->has_record = true;
	result->record = selection->node->record;
	result->record_domain = selection->node->name;
	result->source = selection->source;
	result->org_domain = selection->org;
	result->unusable = record_unusable(&result->record);
	/*
	 * RFC 9989 4.10.1, RFC 7489 6.6.3 step 6: without a valid rua URI DMARC does not apply, and
	 * no other record is used instead
	 */
	if (result->unusable && !result->record.rua_valid)
		return finish(check, AUTH_PERMERROR, DMARC_R_NO_USABLE_POLICY);
	select_policy(check);
	if (soften_policy(check) != ST_OK) {
		finish(check, AUTH_TEMPERROR, DMARC_R_NO_HASH);
		return ST_TEMP;
	}
	return decide(check);
}

static enum status
discover_and_judge(struct check *check)
{
	struct dmarc_selection selection;

	switch (dmarc_discover(&check->finder, check->result->from_domain, &selection)) {
	case DMARC_SELECTED:
		return apply(check, &selection);
	case DMARC_UNKNOWN:
		return finish(check, AUTH_TEMPERROR, DMARC_R_POLICY_UNKNOWN);
	case DMARC_NOTHING_SEVERAL:
		return finish(check, AUTH_NONE, DMARC_R_SEVERAL_RECORDS);
	case DMARC_NOTHING:
		break;
	}
	return finish(check, AUTH_NONE, DMARC_R_NO_RECORD);
}

enum status
dmarc_check(const struct auth_input *in, enum dmarc_mode mode, const struct spf_result *spf,
	struct dkim_result *dkim, struct dmarc_result *result)
{
	struct check check = {
		.finder = {.in = in, .mode = mode}, .spf = spf, .dkim = dkim, .result = result};

	*result = (struct dmarc_result){.mode = mode, .from_domain = in->ids->author_domain};
	for (size_t i = 0; i < dkim->n; i++)
		dkim->sigs[i].aligned = false;
	/* RFC 9989 4.2, 5.3.1: without exactly one author domain nothing can be aligned */
	if (in->ids->ambiguous.id != FROM_R_NONE) {
		result->code = AUTH_PERMERROR;
		result->reason = in->ids->ambiguous;
		return ST_OK;
	}
	if (result->from_domain.n == 0)
		return finish(&check, AUTH_PERMERROR, DMARC_R_NO_AUTHOR);
	if (mode == DMARC_RFC7489 && in->psl == NULL) {
		finish(&check, AUTH_TEMPERROR, DMARC_R_NO_PSL);
		return ST_TEMP;
	}
	enum status status = discover_and_judge(&check);
	dmarc_steps(&check.finder, result->from_domain, result);
	return status;
}
