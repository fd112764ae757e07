#include "filter/out/seal.h"

#include "filter/io/fault.h"
#include "filter/io/wholefile.h"

enum { KEY_MAX = 64 * 1024 };

static enum evaluate_status
bad_key(struct evaluation *ev, enum fault why, struct error *error)
{
	*error = fault_error(why, "ARC key", ev->options->arc_key);
	return evaluate_refusal(error);
}

/*
 * Is it a key after all? OpenSSL does not report every lack of memory as one, and remembers what it
 * did not find then; a new context does not.
 */
static bool
is_key(struct slice pem)
{
	struct crypto *crypto = crypto_new();
	struct crypto_signer *signer = NULL;
	struct crypto_signer_info info;
	const bool is = crypto == NULL || crypto_signer_new(crypto, pem, &signer, &info) != ST_BAD;

	crypto_signer_free(signer);
	crypto_free(crypto);
	return is;
}

enum evaluate_status
seal_open(struct evaluation *ev, struct error *error)
{
	const struct limits *limits = &ev->options->limits;
	struct crypto_signer_info info;
	struct slice pem = SLICE("");
	enum fault why;
	enum status st;

	if (ev->options->arc_seal == NULL)
		return EVALUATE_OK;
	if (wholefile_key(ev->options->arc_key, KEY_MAX, ev->arena, &pem, &why) != ST_OK)
		return bad_key(ev, why, error);
	st = crypto_signer_new(ev->in.crypto, pem, &ev->signer, &info);
	if (st == ST_BAD && is_key(pem))
		st = ST_TEMP;
	crypto_wipe(
		(void *)(uintptr_t)pem.p, pem.n); /* the text is in the arena, so it is writable */
	if (st == ST_TEMP) {
		*error = fault_error(FAULT_NO_KEY_MEMORY, NULL, NULL);
		return EVALUATE_TEMP;
	}
	if (st != ST_OK)
		return bad_key(ev, FAULT_NOT_A_KEY, error);
	if (info.rsa && info.bits < limits->rsa_min_bits)
		return bad_key(ev, FAULT_SMALL_KEY, error);
	if (info.rsa && info.bits > limits->rsa_max_bits)
		return bad_key(ev, FAULT_LARGE_KEY, error);
	ev->signer_rsa = info.rsa;
	return EVALUATE_OK;
}

enum evaluate_status
seal_make(struct evaluation *ev, struct slice results, struct error *error)
{
	const struct options *options = ev->options;
	struct arc_sealer sealer;

	if (options->arc_seal == NULL)
		return EVALUATE_OK;
	if (!ev->evaluated) {
		ev->sealed.reason = policy_reason(POLICY_R_OVERSIZE);
		return EVALUATE_OK;
	}
	sealer = (struct arc_sealer){
		.domain = slice_str(options->arc_seal),
		.selector = slice_str(options->arc_selector),
		.key = ev->signer,
		.rsa = ev->signer_rsa,
	};
	if (arc_seal(&ev->in, &ev->results.arc, &sealer, results, ev->message.eol, &ev->sealed) ==
		ST_OK)
		return EVALUATE_OK;
	*error = fault_error(FAULT_NOT_SEALED, NULL, NULL);
	return EVALUATE_TEMP;
}
