/* diagnose_prove.c: a rebuilt message, octet by octet, judged as any other. */
#include "auth/diagnose/diagnose_mime.h"

enum { SIGNATURES = 1000 };

/* What was sent had CRLF, however it was stored since. */
static void
add_lines(struct buf *out, struct slice bytes)
{
	struct slice line;

	while (line_next(&bytes, &line)) {
		size_t end = line.n;

		if (end > 0 && line.p[end - 1] == '\n')
			end -= end > 1 && line.p[end - 2] == '\r' ? 2 : 1;
		buf_add(out, slice_head(line, end));
		if (end < line.n)
			buf_adds(out, "\r\n");
	}
}

bool
diagnose_prove(const struct auth_input *in, const struct dkim_sig *sig, const struct field *fields,
	size_t nfields, struct slice body, struct arena *arena, struct slice *rebuilt)
{
	struct limits limits = *in->limits;
	struct auth_input again = *in;
	struct dkim_result result;
	struct message message;
	size_t n = body.n + 2;
	struct buf bytes;

	for (size_t i = 0; i < nfields; i++)
		n += fields[i].raw.n + 2;
	for (size_t i = 0; i < body.n; i++)
		n += body.p[i] == '\n';
	bytes = diagnose_buf(n, arena);
	for (size_t i = 0; i < nfields; i++) {
		struct slice raw = fields[i].raw;

		add_lines(&bytes, raw);
		if (raw.n == 0 || raw.p[raw.n - 1] != '\n')
			buf_adds(&bytes, "\r\n");
	}
	buf_adds(&bytes, "\r\n");
	add_lines(&bytes, body);
	*rebuilt = buf_slice(&bytes);
	if (bytes.over)
		return false;
	limits.dkim_signatures = SIGNATURES;
	message_parse(*rebuilt, limits.fields, limits.field_size, arena, &message);
	again.limits = &limits;
	again.message = &message;
	again.arena = arena;
	if (dkim_check(&again, dkim_bodies_new(arena), &result) != ST_OK)
		return false;
	for (size_t i = 0; i < result.n; i++) {
		const struct dkim_sig_result *one = &result.sigs[i];

		if (slice_eq(one->sig.b_text, sig->b_text) && slice_eq(one->sig.d, sig->d) &&
			slice_eq(one->sig.s, sig->s))
			return one->code == AUTH_PASS ||
			       one->reason.id == DKIM_R_LENGTH;
	}
	return false;
}
