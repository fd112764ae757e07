/*
 * fuzz_dkim_sig: the input is a field with any name. A field parsed without a defect must obey the
 * RFC, and must be the same when parsed again without line ends.
 */
#include <assert.h>
#include <stdint.h>

#include "auth/base/domain.h"
#include "auth/dkim/dkim.h"
#include "mime/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_sound(const struct dkim_sig *sig, struct slice input, struct arena *arena)
{
	struct slice name;
	bool from = false;

	assert(domain_normalize(sig->d, arena, &name) == ST_OK && slice_eq(name, sig->d));
	assert(sig->s.n > 0 && dkim_key_name(sig->s, sig->d, arena, &name));
	assert(domain_normalize(name, arena, &name) == ST_OK && name.n <= DOMAIN_MAX);
	assert(sig->i.n > sig->i_domain.n && domain_within(sig->i_domain, sig->d));
	assert(sig->i.p[sig->i.n - sig->i_domain.n - 1] == '@');
	assert(sig->a != DKIM_ALG_UNKNOWN && sig->a_text.n > 0);
	assert(sig->bh.n == CRYPTO_SHA256_SIZE && sig->b.n > 0 && sig->b_text.n >= sig->b.n);
	assert(!sig->has_t || !sig->has_x || sig->x > sig->t);
	for (size_t i = 0; i < sig->nh; i++) {
		assert(sig->h[i].n > 0 && sig->h[i].p >= input.p);
		assert(sig->h[i].p + sig->h[i].n <= input.p + input.n);
		from |= slice_ieq(sig->h[i], SLICE("from"));
	}
	assert(from);
}

/* The value without its line ends must be the same signature. */
static void
check_again(const struct dkim_sig *sig, struct arena *arena)
{
	struct field field = *sig->field;
	struct dkim_sig again;
	struct buf buf;

	buf_init(&buf, arena, field.value.n);
	for (size_t i = 0; i < field.value.n; i++)
		if (field.value.p[i] != '\r' && field.value.p[i] != '\n')
			buf_addc(&buf, field.value.p[i]);
	field.value = buf_slice(&buf);
	dkim_parse(&field, arena, &again);
	assert(again.defect.id == DKIM_R_NONE);
	assert(slice_eq(again.d, sig->d) && slice_eq(again.s, sig->s) && slice_eq(again.i, sig->i));
	assert(slice_eq(again.b, sig->b) && slice_eq(again.bh, sig->bh) && again.nh == sig->nh);
	assert(again.l == sig->l && again.t == sig->t && again.x == sig->x);
	assert(again.header_canon == sig->header_canon && again.body_canon == sig->body_canon);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice input = slice_make((const char *)data, size);
	struct slice rest = input;
	struct dkim_sig sig;
	struct field field;
	struct arena arena;

	if (!fields_next(&rest, 65536, &field) || (field.flags & FIELD_JUNK))
		return 0;
	arena_init(&arena, NULL, NULL);
	dkim_parse(&field, &arena, &sig);
	for (const struct note *n = sig.notes.first; n != NULL; n = n->next)
		assert(n->reason.has_octet && n->reason.at > 0 && n->reason.at <= n->whole.n &&
			(unsigned char)n->whole.p[n->reason.at - 1] == n->reason.octet);
	assert(sig.defect.at <= field.value.n);
	if (sig.defect.id == DKIM_R_NONE) {
		check_sound(&sig, input, &arena);
		check_again(&sig, &arena);
	} else {
		assert(sig.defect_as == AUTH_PERMERROR || sig.defect_as == AUTH_POLICY ||
			sig.defect_as == AUTH_NEUTRAL);
		assert(sig.i.n == 0 || domain_within(sig.i_domain, sig.d));
	}
	/* RFC 8617 4.1.2, 4.1.3: the same field read as ARC fields */
	dkim_parse_as(DKIM_FORM_ARC_MESSAGE, &field, &arena, &sig);
	assert(sig.i.n == 0 && sig.i_domain.n == 0);
	assert(sig.defect.id != DKIM_R_NONE || (sig.bh.n == CRYPTO_SHA256_SIZE && sig.nh > 0));
	dkim_parse_as(DKIM_FORM_ARC_SEAL, &field, &arena, &sig);
	assert(sig.header_canon == DKIM_RELAXED || (field.flags & FIELD_OVERSIZE));
	assert(sig.nh == 0 && sig.bh.n == 0 && !sig.has_l && !sig.has_x);
	arena_clear(&arena);
	return 0;
}
