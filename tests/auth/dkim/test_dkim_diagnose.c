/* test_dkim_diagnose.c: bounds of the diagnosis, and its pieces; tests/diagnose/ has the changes.
 */
#include "auth/dkim/dkim_diagnose.h"

#include <criterion/criterion.h>

#include "auth/dkim/dkim_variant.h"
#include "tests/support/dkim_rig.h"
#include "tests/support/dkim_signer.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define TAGS                                                                                       \
	"v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=sel; h=from:to:subject; bh=@bh; "  \
	"b=@b"
#define MESSAGE                                                                                    \
	"From: Joe <joe@example.com>\r\nTo: a@example.net\r\nSubject: test\r\n\r\nHi.\r\n\r\n"     \
	"Joe.\r\n"

static void
set_up(void)
{
	dkim_rig_open();
	dkim_rig_zone(
		signer_record("sel._domainkey.example.com", "v=DKIM1; p=@spki:rsa-a", &rig.arena));
}

TestSuite(dkim_diagnose, .init = set_up, .fini = dkim_rig_close);

struct fake {
	int64_t now, step;
	unsigned asked;
};

static int64_t
fake_now(void *arg)
{
	struct fake *fake = arg;

	fake->asked++;
	return fake->now += fake->step;
}

static const struct dkim_diagnosis *
diagnose(struct slice message, int64_t step, size_t *n)
{
	struct fake fake = {.step = step};
	const struct dkim_clock clock = {fake_now, &fake};
	const struct dkim_result *result = dkim_rig_check(message, NULL);
	enum auth_code before = result->n > 0 ? result->sigs[0].code : AUTH_NONE;
	const struct dkim_diagnosis *got = dkim_diagnose(&rig.in, result, &clock, n);

	cr_expect(result->n == 0 || result->sigs[0].code == before, "no result changes");
	return got;
}

static struct slice
changed(const char *from, const char *to)
{
	return signer_replace(
		signer_sign("rsa-a", TAGS, SLICE(MESSAGE), &rig.arena), from, to, &rig.arena);
}

Test(dkim_diagnose, footer_and_tag)
{
	size_t n;
	struct slice message = signer_replace(changed("Subject: test", "Subject: [x] test"),
		"Joe.\r\n", "Joe.\r\n-- \r\nlist\r\n", &rig.arena);
	const struct dkim_diagnosis *got = diagnose(message, 0, &n);

	cr_assert_eq(n, 1);
	cr_assert(got[0].found && got[0].n == 2 && !got[0].stopped);
	cr_expect(got[0].changes[0].kind == DKIM_CHANGE_FOOTER && got[0].changes[0].octets == 11);
	cr_expect(got[0].changes[1].kind == DKIM_CHANGE_SUBJECT);
	cr_expect(slice_eq(got[0].changes[1].text, SLICE("[x]")));
}

Test(dkim_diagnose, what_passes_is_not_asked)
{
	size_t n;

	(void)diagnose(changed("Hi.", "Hi."), 0, &n);
	cr_expect_eq(n, 0);
}

Test(dkim_diagnose, other_failures_are_not_asked)
{
	size_t n;

	(void)diagnose(changed("s=sel", "s=gone"), 0, &n);
	cr_expect_eq(n, 0, "there is no key");
	(void)diagnose(changed("v=1", "v=2"), 0, &n);
	cr_expect_eq(n, 0, "malformed");
}

Test(dkim_diagnose, unknown)
{
	size_t n;
	const struct dkim_diagnosis *got = diagnose(changed("Hi.", "Ho."), 0, &n);

	cr_assert_eq(n, 1);
	cr_expect(!got[0].found && got[0].n == 0);
}

Test(dkim_diagnose, time_ends_it)
{
	size_t n;
	const struct dkim_diagnosis *got =
		diagnose(changed("Joe.\r\n", "Joe.\r\nlist\r\n"), DKIM_DIAGNOSE_MS, &n);

	cr_assert_eq(n, 1);
	cr_expect(!got[0].found && got[0].stopped, "not even one try");
}

Test(dkim_diagnose, four_signatures)
{
	struct slice message = SLICE(MESSAGE);
	const struct dkim_diagnosis *got;
	size_t n;

	for (int i = 0; i < 6; i++)
		message = signer_sign("rsa-a", TAGS, message, &rig.arena);
	got = diagnose(signer_replace(message, "Joe.\r\n", "Joe.\r\nlist\r\n", &rig.arena), 0, &n);
	cr_assert_eq(n, DKIM_DIAGNOSE_SIGNATURES);
	for (size_t i = 0; i < n; i++)
		cr_expect(got[i].found && got[i].signature == i, "%zu", i);
}

/* clang-format off */
static const struct parameter_row {
	const char *name, *value, *found; /* NULL: none */
} parameter_rows[] = {
	{"token", " multipart/mixed; boundary=abc", "abc"},
	{"quoted", " multipart/mixed; boundary=\"a b\"; x=y", "a b"},
	{"folded", " multipart/mixed;\r\n\tboundary=abc", "abc"},
	{"second", " multipart/mixed; charset=x; BOUNDARY = abc ; y=z", "abc"},
	{"no value", " multipart/mixed; boundary=", NULL},
	{"no semicolon", " boundary=abc", NULL},
	{"another", " multipart/mixed; xboundary=abc", NULL},
	{"empty", "", NULL},
	{"open quote", " m/m; boundary=\"abc", "abc"},
};

static const struct coding_row {
	const char *name, *plain, *coded;
} coding_rows[] = {
	{"plain", "abc\r\n", "abc\r\n"},
	{"equals", "a=b\r\n", "a=3Db\r\n"},
	{"blank at the end", "a \r\nb\t\r\n", "a=20\r\nb=09\r\n"},
	{"8-bit", "\xC3\xBC\r\n", "=C3=BC\r\n"},
	{"without a line end", "abc", "abc"},
	{"76 octets fit", "1234567890123456789012345678901234567890123456789012345678901234567890123456\r\n",
		"1234567890123456789012345678901234567890123456789012345678901234567890123456\r\n"},
	{"77 do not", "12345678901234567890123456789012345678901234567890123456789012345678901234567\r\n",
		"123456789012345678901234567890123456789012345678901234567890123456789012345=\r\n67\r\n"},
};
/* clang-format on */

Test(dkim_diagnose, parameter)
{
	for (size_t i = 0; i < COUNT(parameter_rows); i++) {
		const struct parameter_row *row = &parameter_rows[i];
		struct slice found;
		bool got = dkim_parameter(slice_str(row->value), "boundary", &found);

		cr_expect(got == (row->found != NULL), "%s", row->name);
		if (got && row->found != NULL)
			cr_expect(slice_eq(found, slice_str(row->found)), "%s", row->name);
	}
}

Test(dkim_diagnose, quoted_printable)
{
	for (size_t i = 0; i < COUNT(coding_rows); i++) {
		const struct coding_row *row = &coding_rows[i];
		struct buf coded, plain;

		buf_init(&coded, &rig.arena, 1000);
		buf_init(&plain, &rig.arena, 1000);
		dkim_qp_encode(slice_str(row->plain), &coded);
		cr_expect(slice_eq(buf_slice(&coded), slice_str(row->coded)), "%s: %.*s", row->name,
			(int)coded.n, coded.p);
		cr_expect(dkim_qp_decode(slice_str(row->coded), &plain), "%s", row->name);
		cr_expect(slice_eq(buf_slice(&plain), slice_str(row->plain)), "%s", row->name);
	}
}

Test(dkim_diagnose, parts)
{
	const struct slice body =
		SLICE("pre\r\n--a\r\nContent-Type: m/m; boundary=b\r\n\r\n--b\r\n\r\n"
		      "x\r\n--b--\r\n--a\r\n\r\ny\r\n--a--\r\npost\r\n--a\r\n\r\nz");
	struct dkim_part parts[DKIM_PARTS_MAX];
	size_t n = dkim_parts(body, SLICE("a"), parts);

	cr_assert_eq(n, 3, "%zu", n);
	cr_expect(parts[0].top && !parts[1].top && parts[2].top);
	cr_expect(slice_eq(slice_from(slice_head(body, parts[1].end), parts[1].body), SLICE("x")));
	cr_expect(slice_eq(slice_from(slice_head(body, parts[2].end), parts[2].body), SLICE("y")));
}
