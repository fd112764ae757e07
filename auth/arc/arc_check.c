#include "auth/arc/arc.h"
#include "auth/dns/dns.h"

/*
 * The number of sets whose keys are queried before any answer arrives: more than a legitimate chain
 * has. The keys of further sets are not queried until the chain is checked.
 */
enum { SETS_AHEAD = 10 };

static void
fail_chain(struct arc_result *result, enum arc_part part, unsigned instance,
	const struct dkim_sig_result *sig)
{
	result->code = AUTH_FAIL;
	result->part = part;
	result->instance = instance;
	result->reason = sig->reason;
	result->unsure = sig->unsure;
}

static void
set(struct dkim_sig_result *sig, enum arc_reason reason, enum auth_code code)
{
	sig->reason = arc_reason(reason);
	sig->code = code;
}

/* Is the result still unknown? A checked signature never has AUTH_NONE. */
static bool
is_open(const struct dkim_sig_result *sig)
{
	return sig->code == AUTH_NONE;
}

static void
ask_key(const struct auth_input *in, const struct dkim_sig *sig)
{
	struct slice name;

	if (dkim_key_name(sig->s, sig->d, in->arena, &name))
		dns_ask(in->dns, name, DNS_TXT);
}

/*
 * Queries the keys of the newest sets, most important first: the newest message signature and the
 * seals decide; the older message signatures only show since when the message is unchanged.
 */
static void
ask_keys(const struct auth_input *in, const struct arc_result *chain, size_t sets)
{
	const size_t oldest = sets < chain->n ? chain->n - sets : 0;

	ask_key(in, &chain->sets[chain->n - 1].ams.sig);
	for (size_t i = chain->n; i > oldest; i--)
		ask_key(in, &chain->sets[i - 1].seal.sig);
	for (size_t i = chain->n - 1; i > oldest; i--)
		if (is_open(&chain->sets[i - 1].ams) &&
			chain->sets[i - 1].ams.sig.defect.id == DKIM_R_NONE)
			ask_key(in, &chain->sets[i - 1].ams.sig);
}

void
arc_find(const struct auth_input *in, struct arc_result *result)
{
	arc_parse(in->message, in->limits->arc_sets, in->arena, result);
}

void
arc_ask(const struct auth_input *in, const struct arc_result *found)
{
	if (found->code == AUTH_PASS)
		ask_keys(in, found, SETS_AHEAD);
}

void
arc_plan(const struct auth_input *in, struct dkim_bodies *bodies, struct arc_result *result)
{
	if (result->code == AUTH_NONE)
		return;
	if (in->envelope->client_ip.family != 0)
		result->remote_ip = ip_text(&in->envelope->client_ip, in->arena);
	if (result->code != AUTH_PASS)
		return;
	for (size_t i = 0; i < result->n; i++) {
		dkim_judge_field(in, &result->sets[i].ams);
		dkim_judge_field(in, &result->sets[i].seal);
		if (is_open(&result->sets[i].ams))
			dkim_bodies_want(bodies, &result->sets[i].ams.sig);
	}
}

/*
 * Checks one message signature. *doubled is set if a single-instance field that it covers is
 * repeated with another value, so that a reader may see an unsigned one (RFC 6376 8.15).
 */
static enum status
check_ams(const struct auth_input *in, struct dkim_index *index, const struct dkim_bodies *bodies,
	bool *doubled, struct dkim_sig_result *ams)
{
	struct dkim_selection selection;

	if (!is_open(ams))
		return ST_OK;
	dkim_select(index, &ams->sig, in->arena, &selection);
	*doubled = selection.doubled != NULL;
	if (selection.oversize)
		set(ams, ARC_R_SIGNED_OVERSIZE, AUTH_POLICY);
	else if (!dkim_may_hash(in, &selection))
		set(ams, ARC_R_MUCH, AUTH_POLICY);
	else if (dkim_check_signature(in, &selection, bodies, ams) != ST_OK)
		return ST_TEMP;
	if (ams->code == AUTH_PASS) {
		dkim_judge_time(in, ams);
		dkim_note_verified(in, &selection, ams);
	}
	return ST_OK;
}

/*
 * Computes the hash that each seal signs (RFC 8617 5.1.1): of all sets up to its own, each in the
 * order AAR, AMS, seal; the last seal is hashed without the value of b=. The common prefix is
 * hashed once.
 */
static enum status
hash_seals(const struct auth_input *in, const struct arc_result *result,
	unsigned char (*digests)[CRYPTO_SHA256_SIZE])
{
	struct crypto_hash *running = crypto_hash_new(in->crypto);
	unsigned char rest[CRYPTO_SHA256_SIZE];
	enum status status = ST_OK;

	if (running == NULL)
		return ST_TEMP;
	for (size_t i = 0; i < result->n && status == ST_OK; i++) {
		const struct arc_set *each = &result->sets[i];
		struct crypto_hash *own;

		dkim_field_add(DKIM_RELAXED, each->aar, false, false, running);
		dkim_field_add(DKIM_RELAXED, each->ams.sig.field, false, false, running);
		own = crypto_hash_copy(running);
		if (own == NULL) {
			status = ST_TEMP;
			break;
		}
		dkim_field_add(DKIM_RELAXED, each->seal.sig.field, true, true, own);
		status = crypto_hash_end(own, digests[i]);
		dkim_field_add(DKIM_RELAXED, each->seal.sig.field, false, false, running);
	}
	if (crypto_hash_end(running, rest) != ST_OK)
		return ST_TEMP;
	return status;
}

/* RFC 8617 5.2 step 6: from the newest to the first, until one fails */
static enum status
check_seals(const struct auth_input *in, struct arc_result *result)
{
	unsigned char(*digests)[CRYPTO_SHA256_SIZE] =
		arena_array(in->arena, result->n, sizeof *digests);

	if (hash_seals(in, result, digests) != ST_OK)
		return ST_TEMP;
	for (size_t i = result->n; i > 0 && result->code == AUTH_PASS; i--) {
		struct dkim_sig_result *seal = &result->sets[i - 1].seal;

		if (is_open(seal)) {
			if (dkim_verify(in, digests[i - 1], seal) != ST_OK)
				return ST_TEMP;
			if (seal->code == AUTH_PASS)
				dkim_judge_time(in, seal);
		}
		if (seal->code != AUTH_PASS)
			fail_chain(result, ARC_PART_SEAL, (unsigned)i, seal);
	}
	return ST_OK;
}

/* RFC 8617 5.2 step 5; not needed if a seal has failed, so the seals are checked first */
static enum status
find_oldest(const struct auth_input *in, struct dkim_index *index, const struct dkim_bodies *bodies,
	struct arc_result *result)
{
	bool doubled;

	result->oldest_pass = 0;
	for (size_t i = result->n - 1; i > 0; i--) {
		struct dkim_sig_result *ams = &result->sets[i - 1].ams;

		if (check_ams(in, index, bodies, &doubled, ams) != ST_OK)
			return ST_TEMP;
		if (ams->code != AUTH_PASS) {
			result->oldest_pass = (unsigned)i + 1;
			return ST_OK;
		}
	}
	return ST_OK;
}

static enum status
check_chain(
	const struct auth_input *in, const struct dkim_bodies *bodies, struct arc_result *result)
{
	struct dkim_index *index = dkim_index_make(in->message, in->arena);
	struct dkim_sig_result *newest = &result->sets[result->n - 1].ams;

	/* RFC 8617 5.2 step 4 */
	if (check_ams(in, index, bodies, &result->doubled, newest) != ST_OK)
		return ST_TEMP;
	if (newest->code != AUTH_PASS) {
		fail_chain(result, ARC_PART_AMS, (unsigned)result->n, newest);
		return ST_OK;
	}
	if (check_seals(in, result) != ST_OK)
		return ST_TEMP;
	return result->code == AUTH_PASS ? find_oldest(in, index, bodies, result) : ST_OK;
}

enum status
arc_check(const struct auth_input *in, struct dkim_bodies *bodies, struct arc_result *result)
{
	if (result->code != AUTH_PASS)
		return ST_OK;
	if (!in->options->no_ask)
		ask_keys(in, result, result->n);
	dkim_bodies_make(bodies, in);
	if (check_chain(in, bodies, result) == ST_OK)
		return ST_OK;
	result->code = AUTH_TEMPERROR;
	result->part = ARC_PART_CHAIN;
	result->instance = 0;
	result->reason = arc_reason(ARC_R_OWN_FAULT);
	return ST_TEMP;
}
