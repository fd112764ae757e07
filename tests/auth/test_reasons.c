/* test_reasons.c: rules for every row of every table of reasons. */
#include <criterion/criterion.h>
#include <string.h>

#include "auth/auth.h"

enum { REASONS_MAX = 500 };

static struct reason all[REASONS_MAX];
static size_t nall;

static void
add(struct reason reason)
{
	cr_assert_lt(nall, (size_t)REASONS_MAX);
	all[nall++] = reason;
}

#define ADD_FROM(id, code, text) add(from_reason(FROM_R_##id));
#define ADD_SPF(id, code, text) add(spf_reason(SPF_R_##id));
#define ADD_DKIM(id, code, text) add(dkim_reason(DKIM_R_##id));
#define ADD_ARC(id, code, text) add(arc_reason(ARC_R_##id));
#define ADD_DKIM_NOTE(id, code, text) add(dkim_note(DKIM_NOTE_##id));
#define ADD_ARC_NOTE(id, code, text) add(arc_note(ARC_NOTE_##id));
#define ADD_DMARC(id, code, text) add(dmarc_reason(DMARC_R_##id));

static void collect(void){
	/* clang-format off */
	FROM_REASONS(ADD_FROM)
	SPF_REASONS(ADD_SPF)
	DKIM_REASONS(ADD_DKIM)
	ARC_REASONS(ADD_ARC)
	DKIM_NOTES(ADD_DKIM_NOTE)
	ARC_NOTES(ADD_ARC_NOTE)
	DMARC_REASONS(ADD_DMARC)
	/* clang-format on */
}

TestSuite(reasons, .init = collect);

/* Tables are looked up by position: each row must be at the position of its id. */
Test(reasons, row_of_an_id)
{
	struct reason none = dkim_reason(DKIM_R_NONE), key = dkim_reason(DKIM_R_KEY_NO_P);

	cr_expect_str_eq(reason_code(&key), "dkim_key_no_p");
	cr_expect_str_eq(reason_text(&key), "the key record has no p=");
	cr_expect_eq(key.id, DKIM_R_KEY_NO_P);
	cr_expect_null(reason_code(&none));
	cr_expect_null(reason_text(&none));
	cr_expect_eq(reason_about(&none).n, 0);
}

Test(reasons, ids_and_codes_are_used_once)
{
	for (size_t i = 0; i < nall; i++) {
		cr_expect_neq(all[i].id, REASON_NONE);
		for (size_t j = 0; j < i; j++) {
			cr_expect_neq(all[i].id, all[j].id, "%s", reason_code(&all[i]));
			cr_expect_str_neq(reason_code(&all[i]), reason_code(&all[j]));
		}
	}
}

/* A program that reads JSON may use a code as a name. */
Test(reasons, codes_are_names)
{
	for (size_t i = 0; i < nall; i++) {
		const char *code = reason_code(&all[i]);

		cr_expect_eq(strspn(code, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(code),
			"%s", code);
		cr_expect_not_null(strchr(code, '_'), "%s", code);
	}
}

/* RFC 8601 2.2: a reason must be safe to write without escapes. */
Test(reasons, texts_need_no_escapes)
{
	for (size_t i = 0; i < nall; i++) {
		const char *text = reason_text(&all[i]);

		cr_expect_leq(strlen(text), (size_t)60, "%s", text);
		for (const char *c = text; *c != '\0'; c++)
			cr_expect(*c >= ' ' && *c <= '~' && strchr(";()\"\\", *c) == NULL, "%s",
				text);
	}
}

/* Within one table two reasons never read the same. */
Test(reasons, texts_differ)
{
	for (size_t i = 0; i < nall; i++)
		for (size_t j = 0; j < i; j++)
			if (all[i].id / 0x100 == all[j].id / 0x100)
				cr_expect_str_neq(reason_text(&all[i]), reason_text(&all[j]));
}

Test(reasons, place)
{
	const struct slice value = SLICE(" v=1; d=a");

	cr_expect_eq(reason_place(value, slice_from(value, 6)), 7);
	cr_expect_eq(reason_place(value, value), 1);
	cr_expect_eq(reason_place(value, SLICE("elsewhere")), 0);
	cr_expect_eq(reason_place(value, slice_from(value, value.n)), 0);
	cr_expect_eq(reason_place(slice_make(NULL, 0), value), 0);
}

/* The reason for a malformed key record says which tag, offset and octet are wrong. */
Test(reasons, what_key_reasons_concern)
{
	static const struct {
		const char *record, *about;
		enum dkim_reason id;
		size_t at;
		int octet; /* -1: not known */
	} rows[] = {
		{"v=DKIM1; p=YQ==", "", DKIM_R_NONE, 0, -1},
		{"v=DKIM1; zz; p=YQ==", "zz", DKIM_R_KEY_SYNTAX, 10, -1},
		{"v=DKIM1; z.z=1; p=YQ==", "z.z", DKIM_R_KEY_SYNTAX, 11, '.'},
		{"v=DKIM1; k=r\001; p=", "k", DKIM_R_KEY_SYNTAX, 13, 1},
		{"v=DKIM1; k=r\377; p=", "k", DKIM_R_KEY_SYNTAX, 13, 0xff},
		{"p=YQ==; p=YQ==", "p", DKIM_R_KEY_SYNTAX, 9, -1},
		{"v=DKIM1;; p=YQ==", "", DKIM_R_KEY_SYNTAX, 9, ';'},
		{"v=DKIM2; p=YQ==", "v", DKIM_R_KEY_VERSION, 3, 'D'},
		{"v=DKIM1; p=Y*==", "p", DKIM_R_KEY_P, 13, '*'},
		{"v=DKIM1", "", DKIM_R_KEY_NO_P, 0, -1},
	};
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct dkim_key key;

		dkim_key_parse(slice_str(rows[i].record), &arena, &key);
		cr_expect_eq(key.defect.id, rows[i].id, "%s", rows[i].record);
		cr_expect(slice_eq(reason_about(&key.defect), slice_str(rows[i].about)), "%s",
			rows[i].record);
		cr_expect_eq(key.defect.at, rows[i].at, "%s: %zu", rows[i].record, key.defect.at);
		cr_expect_eq(key.defect.has_octet ? key.defect.octet : -1, rows[i].octet, "%s",
			rows[i].record);
	}
	arena_clear(&arena);
}

/* The reason for a malformed signature says which tag and offset are wrong. */
Test(reasons, what_dkim_reasons_concern)
{
	static const struct {
		const char *name, *value, *about;
		enum dkim_reason id;
		size_t at;
	} rows[] = {
		{"a tag is missing", " v=1; a=rsa-sha256; s=a; b=YQ==; bh=YQ==; h=from", "d",
			DKIM_R_MISSING, 0},
		{"a tag without a value sign", " v=1; a=rsa-sha256; zz; d=a.example", "zz",
			DKIM_R_TAGS, 21},
		{"duplicate tag", " v=1; a=rsa-sha256; d=a.example; s=x; d=b.example", "d",
			DKIM_R_TAG_TWICE, 39},
	};
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct field field = {
			.name = SLICE("DKIM-Signature"), .value = slice_str(rows[i].value)};
		struct dkim_sig sig;

		dkim_parse(&field, &arena, &sig);
		cr_expect_eq(sig.defect.id, rows[i].id, "%s", rows[i].name);
		cr_expect(slice_eq(reason_about(&sig.defect), slice_str(rows[i].about)), "%s: %.*s",
			rows[i].name, (int)reason_about(&sig.defect).n,
			reason_about(&sig.defect).p);
		cr_expect_eq(sig.defect.at, rows[i].at, "%s: %zu", rows[i].name, sig.defect.at);
	}
	arena_clear(&arena);
}
