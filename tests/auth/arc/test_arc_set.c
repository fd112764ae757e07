#include <criterion/criterion.h>

#include "auth/arc/arc.h"
#include "mime/buf.h"

#include "tests/support/arena_suite.h"

ARENA_SUITE(arc_set);

#define BH "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define AAR(i) "ARC-Authentication-Results: i=" i "; mx.example; spf=pass\r\n"
#define AMS_OF(i, more)                                                                            \
	"ARC-Message-Signature: i=" i "; a=rsa-sha256; d=example.org; s=s; h=from; bh=" BH         \
	"; b=AAAA" more "\r\n"
#define AMS(i) AMS_OF(i, "")
#define SEAL_OF(i, cv, more)                                                                       \
	"ARC-Seal: i=" i "; a=rsa-sha256; cv=" cv "; d=example.org; s=s; b=AAAA" more "\r\n"
#define SEAL(i, cv) SEAL_OF(i, cv, "")
#define SET(i, cv) SEAL(i, cv) AMS(i) AAR(i)
#define FROM "From: a@example.com\r\n"

/* Returns the reason after its subject, "ARC-Seal i=1: ..."; NULL if there is none. */
static const char *
reason_of(const struct arc_result *result)
{
	const char *part = arc_part_text(result, &arena);
	struct buf text;

	if (result->reason.id == ARC_R_NONE)
		return NULL;
	buf_init(&text, &arena, 1000);
	buf_addf(&text, "%s%s%s", part ? part : "", part ? ": " : "", reason_text(&result->reason));
	return arena_cstr(&arena, buf_slice(&text));
}

/* Returns the result and the number of sets: "pass 2", "none 0", "fail 1 ARC-Seal i=1: ...". */
static const char *
parsed(const char *header, size_t max_sets)
{
	struct arc_result result;
	struct message message;
	struct buf text;
	const char *reason;

	message_parse(slice_str(header), 1000, 65536, &arena, &message);
	arc_parse(&message, max_sets, &arena, &result);
	reason = reason_of(&result);
	buf_init(&text, &arena, 1000);
	buf_addf(&text, "%s %zu%s%s", auth_code_word(result.code), result.n, reason ? " " : "",
		reason ? reason : "");
	return arena_cstr(&arena, buf_slice(&text));
}

/* clang-format off */
static const struct row {
	const char *name, *header, *want;
} rows[] = {
	{"no field of ARC", FROM, "none 0"},
	{"one set", SET("1", "none") FROM, "pass 1"},
	{"two sets", SET("2", "pass") SET("1", "none") FROM, "pass 2"},
	{"in any order", AAR("1") SEAL("2", "pass") AMS("1") FROM AMS("2") AAR("2") SEAL("1", "none"),
		"pass 2"},
	{"names in any case", "arc-SEAL: i=1;a=rsa-sha256;cv=none;d=a.example;s=s;b=AAAA\r\n"
	  AMS("1") AAR("1"), "pass 1"},
	{"a word of cv= in any case (RFC 5234 2.3)", SET("1", "None"), "pass 1"},
	{"two digits (RFC 8617 4.2.1)", SET("01", "none"), "pass 1"},
	{"comments before the instance", SEAL("1", "none") AMS("1")
	  "ARC-Authentication-Results: (a)\r\n i (b) = (c) 1 (d) ; x.example; none\r\n", "pass 1"},
	{"unknown tags", SEAL_OF("1", "none", "; x=1; zz=a") AMS("1") AAR("1"), "pass 1"},
	{"v= in a message signature is ignored (RFC 8617 4.1.2)",
		SEAL("1", "none") AMS_OF("1", "; v=7") AAR("1"), "pass 1"},

	/* sets (RFC 8617 4.2, 5.2 step 3) */
	{"only a seal", SEAL("1", "none"), "fail 1 ARC-Authentication-Results i=1: the field is missing"},
	{"only results", AAR("1"), "fail 1 ARC-Message-Signature i=1: the field is missing"},
	{"no seal", AMS("1") AAR("1"), "fail 1 ARC-Seal i=1: the field is missing"},
	{"no message signature", SEAL("1", "none") AAR("1"),
		"fail 1 ARC-Message-Signature i=1: the field is missing"},
	{"a later set without its results", SEAL("2", "pass") AMS("2") SET("1", "none"),
		"fail 2 ARC-Authentication-Results i=2: the field is missing"},
	{"a gap", SET("3", "pass") SET("1", "none"), "fail 3 i=2: the set is missing"},
	{"the first is missing", SET("2", "pass"), "fail 2 i=1: the set is missing"},
	{"a seal twice", SEAL("1", "none") SET("1", "none"), "fail 1 ARC-Seal i=1: duplicate field"},
	{"a message signature twice", AMS("1") SET("1", "none"),
		"fail 1 ARC-Message-Signature i=1: duplicate field"},
	{"results twice", SET("1", "none") AAR("1"),
		"fail 1 ARC-Authentication-Results i=1: duplicate field"},
	{"a set twice", SET("1", "none") SET("1", "none"), "fail 1 ARC-Seal i=1: duplicate field"},
	{"twice, written in two ways", SET("1", "none") AAR("01"),
		"fail 1 ARC-Authentication-Results i=1: duplicate field"},

	/* instances (RFC 8617 4.2.1) */
	{"0", SET("0", "none"), "fail 0 ARC-Seal: i= is not a number from 1 to 50"},
	{"51", SET("51", "pass"), "fail 0 ARC-Seal: more sets than the limit"},
	{"three digits", SET("001", "none"), "fail 0 ARC-Seal: i= is not a number from 1 to 50"},
	{"a huge number", SET("18446744073709551617", "none"),
		"fail 0 ARC-Seal: i= is not a number from 1 to 50"},
	{"negative", SET("-1", "none"), "fail 0 ARC-Seal: i= is not a number from 1 to 50"},
	{"no number", SET("a", "none"), "fail 0 ARC-Seal: i= is not a number from 1 to 50"},
	{"a number and more", SET("1x", "none"), "fail 0 ARC-Seal i=1: i= is not a number from 1 to 50"},
	{"no i= in a seal", "ARC-Seal: a=rsa-sha256; cv=none; d=a.example; s=s; b=AAAA\r\n" AMS("1") AAR("1"),
		"fail 1 ARC-Seal: i= is missing"},
	{"i= twice in a seal", SEAL_OF("1", "none", "; i=1") AMS("1") AAR("1"),
		"fail 1 ARC-Seal i=1: the tag list is malformed"},
	{"another tag twice in an older message signature",
		SET("2", "pass") SEAL("1", "none") AMS_OF("1", "; d=b.example") AAR("1"),
		"fail 2 ARC-Message-Signature i=1: the tag list is malformed"},
	{"I= is no i=", "ARC-Seal: I=1; a=rsa-sha256; cv=none; d=a.example; s=s; b=AAAA\r\n" AMS("1") AAR("1"),
		"fail 1 ARC-Seal: i= is missing"},
	{"results without an instance", SEAL("1", "none") AMS("1")
	  "ARC-Authentication-Results: mx.example; spf=pass\r\n",
		"fail 1 ARC-Authentication-Results: the field does not begin with i="},
	{"results whose instance comes later", SEAL("1", "none") AMS("1")
	  "ARC-Authentication-Results: mx.example; i=1; spf=pass\r\n",
		"fail 1 ARC-Authentication-Results: the field does not begin with i="},
	{"results without =", SEAL("1", "none") AMS("1") "ARC-Authentication-Results: i 1; x.example; none\r\n",
		"fail 1 ARC-Authentication-Results: the field does not begin with i="},
	{"results of an instance that does not exist", SEAL("1", "none") AMS("1") AAR("0"),
		"fail 1 ARC-Authentication-Results: i= is not a number from 1 to 50"},
	{"results without a semicolon", SEAL("1", "none") AMS("1") "ARC-Authentication-Results: i=1\r\n",
		"fail 1 ARC-Authentication-Results i=1: the field does not begin with i="},

	/* seals (RFC 8617 4.1.3, 5.2 steps 2 and 3) */
	{"no cv=", "ARC-Seal: i=1; a=rsa-sha256; d=a.example; s=s; b=AAAA\r\n" AMS("1") AAR("1"),
		"fail 1 ARC-Seal i=1: cv= is not none, pass or fail"},
	{"an empty cv=", SET("1", ""), "fail 1 ARC-Seal i=1: cv= is not none, pass or fail"},
	{"a new word", SET("1", "nonesuch"), "fail 1 ARC-Seal i=1: cv= is not none, pass or fail"},
	{"the first says pass", SET("1", "pass"), "fail 1 ARC-Seal i=1: cv= of the first seal is not none"},
	{"the second says none", SET("2", "none") SET("1", "none"),
		"fail 2 ARC-Seal i=2: cv= of a later seal is not pass"},
	{"the newest says fail", SET("2", "fail") SET("1", "none"),
		"fail 2 ARC-Seal i=2: the chain was broken before it was sealed"},
	{"the first and newest says fail", SET("1", "fail"),
		"fail 1 ARC-Seal i=1: the chain was broken before it was sealed"},
	{"one in the middle says fail", SET("3", "pass") SET("2", "fail") SET("1", "none"),
		"fail 3 ARC-Seal i=2: cv= of a later seal is not pass"},
	{"h= in a seal", SEAL_OF("1", "none", "; h=from") AMS("1") AAR("1"),
		"fail 1 ARC-Seal i=1: a seal must not have h="},
	{"h= in an older seal", SET("2", "pass") SEAL_OF("1", "none", "; h=") AMS("1") AAR("1"),
		"fail 2 ARC-Seal i=1: a seal must not have h="},
	{"rsa-sha1 in a seal", "ARC-Seal: i=1; a=rsa-sha1; cv=none; d=a.example; s=s; b=AAAA\r\n" AMS("1") AAR("1"),
		"fail 1 ARC-Seal i=1: algorithm rsa-sha1 is not accepted"},
	{"no d= in a seal", "ARC-Seal: i=1; a=rsa-sha256; cv=none; s=s; b=AAAA\r\n" AMS("1") AAR("1"),
		"fail 1 ARC-Seal i=1: a required tag is missing"},
	{"b= of a seal is no base64", "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=a.example; s=s; b=A*\r\n" AMS("1") AAR("1"),
		"fail 1 ARC-Seal i=1: b= is not base64"},
	{"t= of a seal is no number", SEAL_OF("1", "none", "; t=x") AMS("1") AAR("1"),
		"fail 1 ARC-Seal i=1: t= is not a number"},

	/* message signatures (RFC 8617 4.1.2) */
	{"the newest covers a seal", SEAL("1", "none")
	  "ARC-Message-Signature: i=1; a=rsa-sha256; d=a.example; s=s; h=from:arc-seal; bh=" BH "; b=AAAA\r\n" AAR("1"),
		"fail 1 ARC-Message-Signature i=1: h= names ARC-Seal"},
	{"an older one covers a seal: told by what still verifies", SET("2", "pass") SEAL("1", "none")
	  "ARC-Message-Signature: i=1; a=rsa-sha256; d=a.example; s=s; h=from:arc-seal; bh=" BH "; b=AAAA\r\n" AAR("1"),
		"pass 2"},
	{"the newest does not cover From", SEAL("1", "none")
	  "ARC-Message-Signature: i=1; a=rsa-sha256; d=a.example; s=s; h=to; bh=" BH "; b=AAAA\r\n" AAR("1"),
		"fail 1 ARC-Message-Signature i=1: From is not signed"},
	{"no bh=", SEAL("1", "none")
	  "ARC-Message-Signature: i=1; a=rsa-sha256; d=a.example; s=s; h=from; b=AAAA\r\n" AAR("1"),
		"fail 1 ARC-Message-Signature i=1: a required tag is missing"},
};
/* clang-format on */

Test(arc_set, rows)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_expect_str_eq(parsed(rows[i].header, 50), rows[i].want, "%s: %s", rows[i].name,
			parsed(rows[i].header, 50));
}

static const char *
many(unsigned sets)
{
	struct buf text;

	buf_init(&text, &arena, 1 << 20);
	for (unsigned i = sets; i > 0; i--) {
		buf_addf(&text, "ARC-Seal: i=%u; a=rsa-sha256; cv=%s; d=a.example; s=s; b=AAAA\r\n",
			i, i == 1 ? "none" : "pass");
		buf_addf(&text,
			"ARC-Message-Signature: i=%u; a=rsa-sha256; d=a.example; s=s; h=from; "
			"bh=" BH "; b=AAAA\r\n",
			i);
		buf_addf(&text, "ARC-Authentication-Results: i=%u; mx.example; none\r\n", i);
	}
	return arena_cstr(&arena, buf_slice(&text));
}

Test(arc_set, limits)
{
	cr_expect_str_eq(parsed(many(50), 50), "pass 50");
	cr_expect_str_eq(parsed(many(51), 50), "fail 0 more sets than the limit");
	cr_expect_str_eq(parsed(many(51), 1000), "fail 0 more sets than the limit");
	cr_expect_str_eq(parsed(many(3), 3), "pass 3");
	cr_expect_str_eq(parsed(many(4), 3), "fail 0 more sets than the limit");
	cr_expect_str_eq(parsed(SET("4", "pass") SET("1", "none"), 3),
		"fail 1 ARC-Seal: more sets than the limit");
	cr_expect_str_eq(parsed(many(300), 50), "fail 0 more sets than the limit");
}

Test(arc_set, field_limits)
{
	struct arc_result result;
	struct message message;

	message_parse(SLICE(SET("1", "none") FROM), 1000, 60, &arena, &message);
	arc_parse(&message, 50, &arena, &result);
	cr_expect_str_eq(reason_of(&result), "ARC-Seal: the field is over the size limit");
	message_parse(SLICE(SET("1", "none") FROM), 3, 65536, &arena, &message);
	arc_parse(&message, 50, &arena, &result);
	cr_expect_str_eq(reason_of(&result), "the header has more fields than the limit");
	cr_expect_eq(result.n, 0);
}

Test(arc_set, what_is_read)
{
	const char *header = SET("2", "PASS") SET("1", "none") FROM;
	struct arc_result result;
	struct message message;

	message_parse(slice_str(header), 1000, 65536, &arena, &message);
	arc_parse(&message, 50, &arena, &result);
	cr_assert_eq(result.n, 2);
	cr_expect_eq(result.sets[1].cv, ARC_CV_PASS);
	cr_expect_eq(result.sets[0].cv, ARC_CV_NONE);
	cr_expect(slice_eq(result.sets[0].payload, SLICE(" mx.example; spf=pass")));
	cr_expect(slice_eq(result.sets[0].seal.sig.d, SLICE("example.org")));
	cr_expect_eq(result.sets[0].seal.sig.header_canon, DKIM_RELAXED);
	cr_expect_eq(result.sets[0].ams.sig.header_canon, DKIM_SIMPLE);
	cr_expect_eq(result.sets[0].ams.sig.i.n, 0);
	cr_expect_eq(result.oldest_pass, 0);
	cr_expect_eq(result.instance, 0);
}
