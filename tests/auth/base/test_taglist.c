#include "auth/base/taglist.h"

#include <criterion/criterion.h>

/* a slice of a literal, which may contain NUL bytes */
#define S(lit) SLICE_INIT(lit)

/* flags of a whole list */
enum { FINE = 0, DUP = 1, BAD = 2 };

static struct taglist
parse(struct slice text, struct arena *arena)
{
	struct taglist list;

	cr_assert_eq(taglist_parse(text, NULL, arena, &list), ST_OK, "%.*s", (int)text.n, text.p);
	return list;
}

/* RFC 6376 3.2: how many tags, and which defects the list has */
Test(taglist, whole_lists)
{
	static const struct row {
		const char *name;
		struct slice text;
		size_t n;
		int flags;
	} rows[] = {
		{"one tag", S("a=1"), 1, FINE},
		{"last semicolon", S("a=1;"), 1, FINE},
		{"blank after the last semicolon", S("a=1; "), 1, FINE},
		{"fold after the last semicolon", S("a=1;\r\n\t"), 1, FINE},
		{"two tags", S("a=1;b=2"), 2, FINE},
		{"blanks everywhere", S(" a = 1 ; b = 2 ; "), 2, FINE},
		{"folds everywhere", S("\r\n a\r\n =\r\n\t1\r\n ;\r\n b=2"), 2, FINE},
		{"folds with LF", S("a=1;\n b=2"), 2, FINE},
		{"empty value", S("p="), 1, FINE},
		{"empty value before a semicolon", S("p=;k=rsa"), 2, FINE},
		{"equals sign in the value", S("b=abc=="), 1, FINE},
		{"digits and underscores in a name", S("a_1=x"), 1, FINE},
		{"UTF-8 in a value",
			S("d=b\xc3\xbc"
			  "cher.example"),
			1, FINE},
		{"every printable character", S("a=!\"#$%&'()*+,-./09:<=>?@AZ[\\]^_`az{|}~"), 1,
			FINE},
		{"names differ in case only", S("a=1;A=2"), 2, FINE},
		{"nothing", S(""), 0, FINE},
		{"only blanks", S(" \t"), 0, FINE},
		{"same name twice", S("a=1;b=2;a=3"), 3, DUP},
		{"same name, same value", S("a=1;a=1"), 2, DUP},
		{"only a semicolon", S(";"), 0, BAD},
		{"empty element inside", S("a=1;;b=2"), 2, BAD},
		{"blank element inside", S("a=1; ;b=2"), 2, BAD},
		{"empty element first", S(";a=1"), 1, BAD},
		{"two last semicolons", S("a=1;;"), 1, BAD},
		{"no equals sign", S("a"), 1, BAD},
		{"no equals sign in the last", S("a=1;b"), 2, BAD},
		{"no equals sign twice", S("b;b"), 2, DUP | BAD},
		{"no name", S("=1"), 1, BAD},
		{"name begins with a digit", S("1a=1"), 1, BAD},
		{"name begins with an underscore", S("_a=1"), 1, BAD},
		{"hyphen in a name", S("a-b=1"), 1, BAD},
		{"blank in a name", S("a b=1"), 1, BAD},
		{"UTF-8 in a name", S("\xc3\xbc=1"), 1, BAD},
		{"NUL in a value", S("a=1\0"), 1, BAD},
		{"NUL in a name", S("a\0=1"), 1, BAD},
		{"control character in a value", S("a=\x01"), 1, BAD},
		{"DEL in a value", S("a=\x7f"), 1, BAD},
		{"bare CR in a value", S("a=1\r2"), 1, BAD},
		{"bare CR at the end", S("a=1\r"), 1, BAD},
		{"line end that is no fold", S("a=1\r\n2"), 1, BAD},
		{"line end at the end", S("a=1\n"), 1, BAD},
		{"line end before the name", S("\na=1"), 1, BAD},
		{"line end alone in the last", S("a=1;\n"), 2, BAD},
		{"lone octet over 127", S("a=\xff"), 1, BAD},
		{"cut UTF-8", S("a=\xc3"), 1, BAD},
		{"overlong UTF-8", S("a=\xc0\xaf"), 1, BAD},
		{"surrogate", S("a=\xed\xa0\x80"), 1, BAD},
	};
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct taglist list = parse(rows[i].text, &arena);

		cr_expect_eq(list.n, rows[i].n, "%s: %zu tags", rows[i].name, list.n);
		cr_expect_eq(list.duplicate, (rows[i].flags & DUP) != 0, "%s", rows[i].name);
		cr_expect_eq(list.malformed, (rows[i].flags & BAD) != 0, "%s", rows[i].name);
	}
	arena_clear(&arena);
}

/* Which departures from the grammar each rule accepts. */
Test(taglist, rules)
{
	static const char *const known[] = {"h", "p", NULL};
	static const struct row {
		const char *name;
		struct slice text;
		bool lenient_names, eight_bit; /* the rules */
		int flags;
		int odd, octet, fault; /* offsets from 0; -1: none */
	} rows[] = {
		{"nothing odd", S("a=1; b_1=2"), true, true, FINE, -1, -1, -1},
		{"a hyphen", S("x-note=1"), true, false, FINE, 1, -1, -1},
		{"a digit first", S("a=1; 2x=1"), true, false, FINE, 5, -1, -1},
		{"a hyphen last", S("x-=1"), true, false, FINE, 1, -1, -1},
		{"the first is told", S("x-y=1;2=2"), true, false, FINE, 1, -1, -1},
		{"a hyphen first", S("-x=1"), true, false, BAD, -1, -1, 0},
		{"an underscore first", S("_x=1"), true, false, BAD, -1, -1, 0},
		{"an underscore alone", S("_=1"), true, false, BAD, -1, -1, 0},
		{"a dot", S("x.y=1"), true, false, BAD, -1, -1, 1},
		{"a blank in a name", S("x y=1"), true, true, BAD, -1, -1, 1},
		{"UTF-8 in a name", S("a\xc3\xbc=1"), true, true, BAD, -1, -1, 1},
		{"a hyphen by the grammar", S("x-y=1"), false, true, BAD, -1, -1, 1},
		{"a doubled odd name", S("x-y=1;x-y=1"), true, false, DUP, 1, -1, -1},
		{"8-bit in an unknown tag", S("h=1; n=\xe9t\xe9"), false, true, FINE, -1, 7, -1},
		{"8-bit in a known tag", S("h=\xe9"), false, true, BAD, -1, -1, 2},
		{"8-bit by the grammar", S("n=\xe9"), false, false, BAD, -1, -1, 2},
		{"UTF-8 in a known tag", S("h=\xc3\xbc"), false, true, FINE, -1, -1, -1},
		{"a control in an unknown tag", S("n=\xe9\x01"), true, true, BAD, -1, 2, 3},
		{"DEL in an unknown tag", S("n=\x7f"), true, true, BAD, -1, -1, 2},
		{"a bare CR in an unknown tag", S("n=1\r2"), true, true, BAD, -1, -1, 3},
		{"NUL in an unknown tag", S("n=\0"), true, true, BAD, -1, -1, 2},
		{"no equals sign", S("x-y"), true, true, BAD, -1, -1, -1},
	};
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *row = &rows[i];
		const struct taglist_rules rules = {.lenient_names = row->lenient_names,
			.known = row->eight_bit ? known : NULL};
		const struct tag *bad;
		struct taglist list;

		cr_assert_eq(taglist_parse(row->text, &rules, &arena, &list), ST_OK);
		bad = taglist_malformed(&list);
		cr_expect_eq(list.duplicate, (row->flags & DUP) != 0, "%s", row->name);
		cr_expect_eq(list.malformed, (row->flags & BAD) != 0, "%s", row->name);
		cr_expect_eq(list.lenient_name == NULL ? -1 : list.lenient_name - row->text.p,
			row->odd, "%s", row->name);
		cr_expect_eq(list.eight_bit == NULL ? -1 : list.eight_bit - row->text.p, row->octet,
			"%s", row->name);
		cr_expect_eq(bad == NULL || bad->fault == NULL ? -1 : bad->fault - row->text.p,
			row->fault, "%s", row->name);
	}
	arena_clear(&arena);
}

Test(taglist, empty_element)
{
	struct taglist list;
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	list = parse(SLICE("a=1; ;b=2;;"), &arena);
	cr_expect_eq(*list.empty, ';');
	cr_expect_eq(strlen(list.empty), strlen(";b=2;;"));
	cr_expect_null(parse(SLICE("a=1;"), &arena).empty);
	arena_clear(&arena);
}

/* the first tag of a list */
Test(taglist, parts_of_a_tag)
{
	static const struct row {
		const char *name;
		struct slice text, tag, value, whole;
		bool well_formed;
	} rows[] = {
		{"plain", S("a=1"), S("a"), S("1"), S("a=1"), true},
		{"blanks taken off", S(" a = 1 ;b=2"), S("a"), S("1"), S("a = 1 "), true},
		{"blanks inside kept", S("h=from :\r\n to;"), S("h"), S("from :\r\n to"),
			S("h=from :\r\n to"), true},
		{"empty value", S("p=;"), S("p"), S(""), S("p="), true},
		{"empty, with a fold", S("b=\r\n ;"), S("b"), S(""), S("b=\r\n "), true},
		{"first equals counts", S("b=a=b"), S("b"), S("a=b"), S("b=a=b"), true},
		{"no equals sign", S(" quarantine ;"), S("quarantine"), S(""), S("quarantine "),
			false},
		{"no name", S("=x"), S(""), S("x"), S("=x"), false},
		{"NUL is kept", S("a=x\0y"), S("a"), S("x\0y"), S("a=x\0y"), false},
	};
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct taglist list = parse(rows[i].text, &arena);

		cr_assert_geq(list.n, 1, "%s", rows[i].name);
		cr_expect(slice_eq(list.tags[0].name, rows[i].tag), "%s: name", rows[i].name);
		cr_expect(slice_eq(list.tags[0].value, rows[i].value), "%s: value", rows[i].name);
		cr_expect(slice_eq(list.tags[0].whole, rows[i].whole), "%s: whole", rows[i].name);
		cr_expect_eq(list.tags[0].well_formed, rows[i].well_formed, "%s", rows[i].name);
	}
	arena_clear(&arena);
}

Test(taglist, get)
{
	struct arena arena;
	struct taglist list;

	arena_init(&arena, NULL, NULL);
	list = parse(SLICE("v=1; A=upper; a=first; a=second; p"), &arena);
	cr_expect(slice_eq(taglist_get(&list, "a")->value, SLICE("first")));
	cr_expect(slice_eq(taglist_get(&list, "A")->value, SLICE("upper")));
	cr_expect_not(taglist_get(&list, "p")->well_formed);
	cr_expect_null(taglist_get(&list, "V"));
	cr_expect_null(taglist_get(&list, ""));
	cr_expect_null(taglist_get(&list, "ab"));
	arena_clear(&arena);
}

/* Parses n tags with two-letter names, each followed by a semicolon. */
static enum status
parse_many(size_t n, struct arena *arena, struct taglist *list)
{
	char *text = arena_alloc(arena, n * 5 + 1);

	for (size_t i = 0; i < n; i++) {
		text[i * 5] = (char)('a' + i / 26 % 26);
		text[i * 5 + 1] = (char)('a' + i % 26);
		text[i * 5 + 2] = '=';
		text[i * 5 + 3] = 'x';
		text[i * 5 + 4] = ';';
	}
	return taglist_parse(slice_make(text, n * 5), NULL, arena, list);
}

Test(taglist, limit)
{
	struct arena arena;
	struct taglist list;

	arena_init(&arena, NULL, NULL);
	cr_expect_eq(parse_many(TAGLIST_MAX, &arena, &list), ST_OK);
	cr_expect_eq(list.n, TAGLIST_MAX);
	cr_expect_not(list.duplicate);
	cr_expect_not(list.malformed);
	cr_expect(slice_eq(list.tags[TAGLIST_MAX - 1].name, SLICE("dv")));
	cr_expect_eq(parse_many(TAGLIST_MAX + 1, &arena, &list), ST_LIMIT);
	cr_expect_eq(list.n, 0);
	cr_expect_eq(parse_many(100000, &arena, &list), ST_LIMIT);
	arena_clear(&arena);
}
