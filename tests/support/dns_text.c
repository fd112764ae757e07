#include "tests/support/dns_text.h"

#include "mime/buf.h"

static void
add_bytes(struct buf *out, struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < ' ' || c > '~')
			buf_addf(out, "\\%03u", (unsigned)c);
		else
			buf_addc(out, (char)c);
	}
}

static void
add_rr(struct buf *out, const struct dns_rr *rr, enum dns_type type)
{
	switch (type) {
	case DNS_A:
	case DNS_AAAA:
		buf_add(out, ip_text(&rr->ip, out->arena));
		break;
	case DNS_MX:
		buf_addf(out, "%u ", rr->preference);
		add_bytes(out, rr->name);
		break;
	case DNS_PTR:
	case DNS_CNAME:
		add_bytes(out, rr->name);
		break;
	case DNS_TXT:
		buf_addc(out, '"');
		add_bytes(out, rr->text);
		buf_addc(out, '"');
		break;
	}
}

const char *
dns_text(const struct dns_answer *answer, enum dns_type type, struct arena *arena)
{
	struct buf out;

	buf_init(&out, arena, 64 * 1024 * 1024);
	buf_adds(&out, dns_status_word(answer->status));
	if (answer->status == DNS_OK)
		buf_addf(&out, " %lu", (unsigned long)answer->ttl);
	if (dns_why(answer) != NULL)
		buf_addf(&out, " %s", dns_why(answer));
	for (size_t i = 0; i < answer->n; i++) {
		buf_adds(&out, i == 0 ? " " : ", ");
		add_rr(&out, &answer->rr[i], type);
	}
	if (answer->secure)
		buf_adds(&out, " secure");
	return arena_cstr(arena, buf_slice(&out));
}
