#include "mime/address.h"

#include <criterion/criterion.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>

#define S(lit) SLICE_INIT(lit)

static bool
gmime_is_loaded(void)
{
	return dlopen("libgmime-3.0.so.0", RTLD_NOW | RTLD_NOLOAD) != NULL;
}

/* want: each domain, followed by LF */
Test(address_gmime, domains)
{
	/* clang-format off */
	static const struct row {
		const char *name;
		struct slice in;
		enum status status;
		struct slice want;
		bool partly; /* no address, or one without a domain */
	} rows[] = {
		{"addr-spec", S("a@b.example"), ST_OK, S("b.example\n"), false},
		{"angle", S(" A <a@b>"), ST_OK, S("b\n"), false},
		{"case stays", S("a@B.Example"), ST_OK, S("B.Example\n"), false},
		{"two", S("a@b, \"C\" <c@d>"), ST_OK, S("b\nd\n"), false},
		{"a group among others", S("x@y, G:a@b,c@d;, z@z"), ST_OK, S("y\nb\nd\nz\n"), false},
		{"nested groups", S("G:H:a@b;,c@d;"), ST_OK, S("b\nd\n"), false},
		{"a fold", S("A\r\n <a@b>"), ST_OK, S("b\n"), false},
		{"an encoded word", S("=?utf-8?B?PGFAYj4=?= <c@d>"), ST_OK, S("d\n"), false},
		{"an encoded word in an unknown character set", S("=?x-none?B?YQ==?= <c@d>"), ST_OK,
			S("d\n"), false},
		{"a literal", S("a@[192.0.2.1]"), ST_OK, S("[192.0.2.1]\n"), false},
		{"an at sign in a literal", S("a@[b@c]"), ST_OK, S("[b@c]\n"), false},
		{"an at sign in the local-part", S("\"a@b\"@c"), ST_OK, S("c\n"), false},
		{"UTF-8", S("a@\xc3\xa9.example"), ST_OK, S("\xc3\xa9.example\n"), false},
		{"an A-label", S("a@xn--bcher-kva.example"), ST_OK,
			S("b\xc3\xbc"
			  "cher.example\n"), false},
		{"a route", S("<@x,@y:a@b>"), ST_OK, S("b\n"), false},
		{"what strict readers refuse", S("a@legit.example <b@evil>"), ST_OK, S("evil\n"), false},
		{"what strict readers refuse, two", S("<a@legit>b@evil"), ST_OK,
			S("legit\nevil\n"), false},
		{"nothing", {NULL, 0}, ST_OK, S(""), true},
		{"blanks", S(" \r\n "), ST_OK, S(""), true},
		{"no address", S("no address"), ST_OK, S(""), true},
		{"no domain", S("root"), ST_OK, S(""), true},
		{"one of two without a domain", S("a@b, root"), ST_OK, S("b\n"), true},
		{"an empty group", S("undisclosed:;"), ST_OK, S(""), true},
		{"a NUL", S("a@legit\0@evil"), ST_BAD, S(""), true},
	};
	/* clang-format on */
	struct address_gmime *gmime = address_gmime_open();

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *row = &rows[i];
		struct slice *domains;
		struct arena arena;
		enum status status;
		char text[200];
		size_t n, used = 0;
		bool complete;

		arena_init(&arena, NULL, NULL);
		status = address_gmime_domains(gmime, row->in, &arena, &domains, &n, &complete);
		for (size_t k = 0; k < n; k++) {
			cr_assert(domains[k].n < sizeof text - used);
			memcpy(text + used, domains[k].p, domains[k].n);
			used += domains[k].n;
			text[used++] = '\n';
		}
		cr_expect(status == row->status, "%s: status %d", row->name, (int)status);
		cr_expect(complete == !row->partly, "%s: complete", row->name);
		cr_expect(slice_eq(slice_make(text, used), row->want), "%s: \"%.*s\"", row->name,
			(int)used, text);
		arena_clear(&arena);
	}
	address_gmime_close(gmime);
}

Test(address_gmime, plain)
{
	/* clang-format off */
	static const struct row {
		const char *name;
		struct slice in;
		bool want;
	} rows[] = {
		{"addr-spec", S("a@b.example"), true},
		{"blanks around", S(" \ta@b "), true},
		{"angle", S("<a@b>"), true},
		{"words", S(" John Public <a@b>"), true},
		{"dots in a name", S(" John Q. Public <a@b>"), true},
		{"dots without blanks", S("J.Q. Public <a@b>"), true},
		{"no blank before the angle", S("A<a@b>"), true},
		{"a quoted name", S("\"John Public\" <a@b>"), true},
		{"a comma and a comment in quotes", S("\"Public, John (Sales)\" <a@b>"), true},
		{"an empty quoted name", S("\"\" <a@b>"), true},
		{"an encoded word", S("=?UTF-8?Q?J=C3=B6rg?= <a@b>"), true},
		{"dots in the local-part", S("a.b+c=d@e.f"), true},
		{"every letter of a domain", S("a@-az-AZ-09-.b"), true},
		{"nothing", {NULL, 0}, false},
		{"blanks", S("  "), false},
		{"a word", S("a"), false},
		{"no domain", S("<a@>"), false},
		{"no local-part", S("<@b>"), false},
		{"two", S("a@b,c@d"), false},
		{"two angles", S("<a@b> <c@d>"), false},
		{"a comma last", S("a@b,"), false},
		{"a group", S("G:a@b;"), false},
		{"a route", S("<@x:a@b>"), false},
		{"a comment", S("a@b (c)"), false},
		{"a comment in the name", S("A (c) <a@b>"), false},
		{"a fold", S("A\r\n <a@b>"), false},
		{"a line end", S("<a@b>\r\n"), false},
		{"a quoted pair in the name", S("\"A\\\"\" <a@b>"), false},
		{"an at sign in the quoted name", S("\"a@legit\" <a@b>"), false},
		{"an angle in the quoted name", S("\"<\" <a@b>"), false},
		{"a fold in the quoted name", S("\"A\r\n B\" <a@b>"), false},
		{"a quoted name and a word", S("\"A\" B <a@b>"), false},
		{"an address as name", S("a@legit <a@b>"), false},
		{"a dot first in the name", S(". A <a@b>"), false},
		{"a quoted local-part", S("\"a\"@b"), false},
		{"a quoted local-part in an angle", S("<\"a\"@b>"), false},
		{"blanks in the angle", S("< a@b>"), false},
		{"blanks at the end of the angle", S("<a@b >"), false},
		{"blanks round the at sign", S("a @ b"), false},
		{"two at signs", S("a@b@c"), false},
		{"an unclosed angle", S("<a@b"), false},
		{"an angle never opened", S("a@b>"), false},
		{"text after the angle", S("<a@b> A"), false},
		{"a literal", S("a@[192.0.2.1]"), false},
		{"a dot last in the domain", S("a@b."), false},
		{"two dots in the domain", S("a@b..c"), false},
		{"an underscore in the domain", S("a@b_c"), false},
		{"an A-label", S("a@xn--bcher-kva.example"), false},
		{"an A-label in another case", S("a@b.XN--bcher-kva"), false},
		{"an encoded word as local-part", S("=?utf-8?q?a?=@b"), false},
		{"UTF-8 in the name", S("\xc3\xa9 <a@b>"), false},
		{"UTF-8 in quotes", S("\"\xc3\xa9\" <a@b>"), false},
		{"UTF-8 in the local-part", S("\xc3\xa9@b"), false},
		{"UTF-8 in the domain", S("a@\xc3\xa9"), false},
		{"a NUL", S("a@b\0"), false},
		{"a control", S("\x01 <a@b>"), false},
	};
	/* clang-format on */
	struct address_gmime *gmime = address_gmime_open();

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *row = &rows[i];
		struct address_list list;
		struct slice *domains;
		struct arena arena;
		size_t n;
		bool complete;

		arena_init(&arena, NULL, NULL);
		cr_expect(address_is_plain(row->in) == row->want, "%s", row->name);
		if (row->want) {
			cr_expect(address_parse_list(row->in, &arena, &list) == ST_OK &&
					  list.n == 1 && list.groups == 0,
				"%s: parsed", row->name);
			cr_expect(address_gmime_domains(gmime, row->in, &arena, &domains, &n,
					  &complete) == ST_OK &&
					  n == 1 && slice_eq(domains[0], list.list[0].domain),
				"%s: GMime agrees", row->name);
		}
		arena_clear(&arena);
	}
	address_gmime_close(gmime);
}

Test(address_gmime, is_loaded_late)
{
	struct address_gmime *gmime = address_gmime_open();
	struct slice *domains;
	struct arena arena;
	size_t n;
	bool complete;

	arena_init(&arena, NULL, NULL);
	(void)address_is_plain(SLICE("a@b"));
	(void)address_gmime_domains(gmime, SLICE("a\0@b"), &arena, &domains, &n, &complete);
	cr_expect(!gmime_is_loaded(), "nothing has asked it yet");
	cr_expect(address_gmime_domains(gmime, SLICE("a@b"), &arena, &domains, &n, &complete) ==
		  ST_OK);
	cr_expect(gmime_is_loaded());
	address_gmime_close(gmime);
	gmime = address_gmime_open();
	cr_expect(address_gmime_domains(gmime, SLICE("a@b"), &arena, &domains, &n, &complete) ==
			  ST_OK,
		"a second handle");
	address_gmime_close(gmime);
	arena_clear(&arena);
}

Test(address_gmime, cannot_be_loaded)
{
	struct address_gmime *gmime = address_gmime_open();
	struct rlimit files, none = {0, 0};
	struct slice *domains;
	struct arena arena;
	size_t n;
	bool complete;

	arena_init(&arena, NULL, NULL);
	cr_expect(address_gmime_domains(NULL, SLICE("a@b"), &arena, &domains, &n, &complete) ==
		  ST_TEMP);
	cr_assert(getrlimit(RLIMIT_NOFILE, &files) == 0);
	none.rlim_max = files.rlim_max;
	cr_assert(setrlimit(RLIMIT_NOFILE, &none) == 0);
	cr_expect(address_gmime_domains(gmime, SLICE("a@b"), &arena, &domains, &n, &complete) ==
		  ST_TEMP);
	cr_assert(setrlimit(RLIMIT_NOFILE, &files) == 0);
	cr_expect(n == 0);
	address_gmime_close(gmime);
	address_gmime_close(NULL);
	arena_clear(&arena);
}

/* clang-format off */
static const struct hostile {
	const char *name, *unit;
	size_t octets; /* as many units as fit, then `a@b` */
	bool limit;    /* other results of GMime do not matter */
} hostile_rows[] = {
	{"100 groups in groups", "a:", 200, false},
	{"101 groups in groups", "a:", 202, true},
	{"groups in groups", "a:", 65000, true},
	{"colons", ":", 65000, true},
	{"commas in names", "a b,", 65000, true},
	{"commas in names, as many as are read", "a b,", 4000, false},
	{"long names, few commas",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa "
		"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb,",
		20000, false},
	{"words", "a ", 65000, false},
	{"dots", "a.", 65000, false},
	{"comments", "(a)", 65000, false},
	{"open comments", "(", 65000, false},
	{"quotes", "\"\" ", 65000, false},
	{"angles", "<", 65000, false},
	{"encoded words", "=?iso-2022-cn-ext?b?YQ==?= ", 65000, false},
	{"equals signs and question marks", "=?", 65000, false},
	{"A-labels", "a@xn--a.", 65000, false},
	{"backslashes", "\\", 65000, false},
	{"folds", "\r\n ", 65000, false},
	{"8-bit", "\xe9", 65000, false},
	{"over 64 KiB", "a", 64 * 1024, true},
};
/* clang-format on */

static void *
read_hostile(void *arg)
{
	struct address_gmime *gmime = arg;

	for (size_t i = 0; i < sizeof hostile_rows / sizeof *hostile_rows; i++) {
		bool complete;
		const struct hostile *row = &hostile_rows[i];
		size_t unit = strlen(row->unit), at = 0, n;
		struct slice *domains;
		struct arena arena;
		enum status status;
		char *p;

		arena_init(&arena, NULL, NULL);
		p = arena_alloc(&arena, row->octets + 3);
		for (; at + unit <= row->octets; at += unit)
			memcpy(p + at, row->unit, unit);
		memcpy(p + at, "a@b", 3);
		status = address_gmime_domains(
			gmime, slice_make(p, at + 3), &arena, &domains, &n, &complete);
		cr_expect((status == ST_LIMIT) == row->limit, "%s: status %d", row->name,
			(int)status);
		cr_expect(status != ST_TEMP, "%s", row->name);
		arena_clear(&arena);
	}
	return NULL;
}

/* Several threads at once with one handle, each on the small stack that a thread may have. */
Test(address_gmime, hostile_values_on_small_stacks, .timeout = 60)
{
	enum { THREADS = 4, STACK = 512 * 1024 };
	struct address_gmime *gmime = address_gmime_open();
	pthread_t threads[THREADS];
	pthread_attr_t attr;

	cr_assert(pthread_attr_init(&attr) == 0);
	cr_assert(pthread_attr_setstacksize(&attr, STACK) == 0);
	for (size_t i = 0; i < THREADS; i++)
		cr_assert(pthread_create(&threads[i], &attr, read_hostile, gmime) == 0);
	for (size_t i = 0; i < THREADS; i++)
		cr_assert(pthread_join(threads[i], NULL) == 0);
	cr_assert(pthread_attr_destroy(&attr) == 0);
	address_gmime_close(gmime);
}
