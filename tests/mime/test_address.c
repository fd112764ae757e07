#include "mime/address.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define S(lit) SLICE_INIT(lit)

/* want: `display|local|domain` of each mailbox, each followed by LF */
struct row {
	const char *name;
	struct slice in;
	enum status status;
	struct slice want;
	size_t groups;
};

static struct slice
list_text(const struct address_list *list, char *text, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		const struct address *a = &list->list[i];
		const struct slice parts[] = {
			a->display, SLICE("|"), a->local, SLICE("|"), a->domain, SLICE("\n")};

		cr_expect(a->literal == (a->domain.n > 0 && a->domain.p[0] == '['));
		for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
			cr_assert(parts[k].n <= size - n);
			if (parts[k].n > 0)
				memcpy(text + n, parts[k].p, parts[k].n);
			n += parts[k].n;
		}
	}
	return slice_make(text, n);
}

static void
expect_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct row *row = &rows[i];
		struct address_list list;
		struct arena arena;
		struct slice got;
		enum status status;
		char text[1000];
		/* an exact copy, so that the sanitizer detects a read past the end */
		char *exact = malloc(row->in.n == 0 ? 1 : row->in.n);

		cr_assert(exact != NULL);
		if (row->in.n > 0)
			memcpy(exact, row->in.p, row->in.n);
		arena_init(&arena, NULL, NULL);
		status = address_parse_list(slice_make(exact, row->in.n), &arena, &list);
		got = list_text(&list, text, sizeof text);
		cr_expect(status == row->status, "%s: status %d", row->name, (int)status);
		cr_expect(slice_eq(got, row->want), "%s: \"%.*s\"", row->name, (int)got.n, got.p);
		cr_expect(list.groups == row->groups, "%s: %zu groups", row->name, list.groups);
		arena_clear(&arena);
		free(exact);
	}
}

#define EXPECT_ROWS(rows) expect_rows((rows), sizeof(rows) / sizeof *(rows))

/* RFC 5322 3.4, 3.4.1; RFC 6532 3.2 */
Test(address, one_mailbox)
{
	/* clang-format off */
	static const struct row rows[] = {
		{"addr-spec", S("a@b.example"), ST_OK, S("|a|b.example\n"), 0},
		{"blanks around", S(" a@b \t"), ST_OK, S("|a|b\n"), 0},
		{"folds around", S("\r\n a@b\r\n "), ST_OK, S("|a|b\n"), 0},
		{"angle", S("<a@b>"), ST_OK, S("|a|b\n"), 0},
		{"a word and an angle", S("A <a@b>"), ST_OK, S("A|a|b\n"), 0},
		{"words", S("John  Q Public\t<a@b>"), ST_OK, S("John  Q Public|a|b\n"), 0},
		{"no blank before the angle", S("A<a@b>"), ST_OK, S("A|a|b\n"), 0},
		{"a quoted name", S("\"Public, J.\" <a@b>"), ST_OK, S("\"Public, J.\"|a|b\n"), 0},
		{"an empty quoted name", S("\"\" <a@b>"), ST_OK, S("\"\"|a|b\n"), 0},
		{"words and quotes", S("A \"B C\" D <a@b>"), ST_OK, S("A \"B C\" D|a|b\n"), 0},
		{"a word that touches a quote", S("A\"B\"<a@b>"), ST_OK, S("A\"B\"|a|b\n"), 0},
		{"a quoted pair in a name", S("\"A\\\"B\" <a@b>"), ST_OK, S("\"A\\\"B\"|a|b\n"), 0},
		{"a folded name", S("A\r\n B <a@b>"), ST_OK, S("A\r\n B|a|b\n"), 0},
		{"an encoded word is not decoded", S("=?utf-8?B?PGFAYj4=?= <a@b>"), ST_OK,
			S("=?utf-8?B?PGFAYj4=?=|a|b\n"), 0},
		{"dots of a local-part", S("a.b.c@d"), ST_OK, S("|a.b.c|d\n"), 0},
		{"every atext", S("!#$%&'*+-/=^?_`{|}~@b"), ST_OK, S("|!#$%&'*+-/=^?_`{|}~|b\n"),
			0},
		{"a quoted local-part", S("\"a b\"@c"), ST_OK, S("|a b|c\n"), 0},
		{"an empty quoted local-part", S("\"\"@c"), ST_OK, S("||c\n"), 0},
		{"quoted pairs of a local-part", S("\"a\\\"\\\\\\b\"@c"), ST_OK, S("|a\"\\b|c\n"),
			0},
		{"a folded local-part", S("\"a\r\n b\"@c"), ST_OK, S("|a b|c\n"), 0},
		{"an at sign in a quoted local-part", S("\"a@legit\"@evil"), ST_BAD, S(""), 0},
		{"a domain-literal", S("a@[192.0.2.1]"), ST_OK, S("|a|[192.0.2.1]\n"), 0},
		{"blanks in a domain-literal", S("a@[ 192.0.\r\n 2.1 ]"), ST_OK,
			S("|a|[192.0.2.1]\n"), 0},
		{"an empty domain-literal", S("a@[]"), ST_OK, S("|a|[]\n"), 0},
		{"an at sign in a domain-literal", S("a@[b@c]"), ST_OK, S("|a|[b@c]\n"), 0},
		{"UTF-8 in every part", S("\xc3\xa9 <\xc3\xa9@\xc3\xa9.\xc3\xa9>"), ST_OK,
			S("\xc3\xa9|\xc3\xa9|\xc3\xa9.\xc3\xa9\n"), 0},
		{"UTF-8 in quotes and in a comment", S("\"\xc3\xa9\" <\"\xc3\xa9\"@b> (\xc3\xa9)"),
			ST_OK, S("\"\xc3\xa9\"|\xc3\xa9|b\n"), 0},
		{"UTF-8 in a literal", S("a@[\xc3\xa9]"), ST_OK, S("|a|[\xc3\xa9]\n"), 0},
		{"a comment first", S("(x) a@b"), ST_OK, S("|a|b\n"), 0},
		{"a comment last", S("a@b (x)"), ST_OK, S("|a|b\n"), 0},
		{"comments everywhere", S("(1)A(2)B(3)<(4)a(5)@(6)b(7)>(8)"), ST_OK,
			S("A(2)B|a|b\n"), 0},
		{"nested comments", S("a@b (x (y) \\( z)"), ST_BAD, S(""), 0},
	};
	/* clang-format on */

	EXPECT_ROWS(rows);
}

/* RFC 5322 3.4, RFC 6854 */
Test(address, lists_and_groups)
{
	/* clang-format off */
	static const struct row rows[] = {
		{"two", S("a@b, c@d"), ST_OK, S("|a|b\n|c|d\n"), 0},
		{"five, more than are first made room for", S("a@1,a@2,a@3,a@4,a@5"), ST_OK,
			S("|a|1\n|a|2\n|a|3\n|a|4\n|a|5\n"), 0},
		{"names", S("A <a@b>, \"B\" <c@d>"), ST_OK, S("A|a|b\n\"B\"|c|d\n"), 0},
		{"a group", S("G: a@b, C <c@d>;"), ST_OK, S("|a|b\nC|c|d\n"), 1},
		{"an empty group", S("undisclosed recipients:;"), ST_OK, S(""), 1},
		{"a group of a comment", S("G: (nobody) ;"), ST_OK, S(""), 1},
		{"a group among others", S("x@y, G:a@b; (c), z@z"), ST_OK, S("|x|y\n|a|b\n|z|z\n"),
			1},
		{"two groups", S("G:a@b;,H:c@d;"), ST_OK, S("|a|b\n|c|d\n"), 2},
		{"a quoted group name", S("\"G:\" : a@b;"), ST_OK, S("|a|b\n"), 1},
		{"two groups without a comma", S("G:a@b; H:c@d;"), ST_BAD, S(""), 0},
		{"a mailbox after a group without a comma", S("G:a@b; c@d"), ST_BAD, S(""), 0},
		{"a nested group", S("G: H: a@b;;"), ST_BAD, S(""), 0},
		{"an unclosed group", S("G: a@b"), ST_BAD, S(""), 0},
		{"an unclosed empty group", S("G:"), ST_BAD, S(""), 0},
		{"a group without a name", S(": a@b;"), ST_BAD, S(""), 0},
		{"a group whose name is an address", S("a@b: c@d;"), ST_BAD, S(""), 0},
		{"a group whose name is an angle", S("<a@b>: c@d;"), ST_BAD, S(""), 0},
		{"an end of a group that never began", S("a@b;"), ST_BAD, S(""), 0},
		{"semicolons between addresses", S("a@b; c@d"), ST_BAD, S(""), 0},
		{"two addresses without a comma", S("a@b c@d"), ST_BAD, S(""), 0},
		{"two angles without a comma", S("<a@b> <c@d>"), ST_BAD, S(""), 0},
		{"two in a group without a comma", S("G: <a@b> <c@d>;"), ST_BAD, S(""), 0},
	};
	/* clang-format on */

	EXPECT_ROWS(rows);
}

/* RFC 5322 4.1, 4.4 */
Test(address, obsolete_forms)
{
	/* clang-format off */
	static const struct row rows[] = {
		{"a dot in a name", S("John Q. Public <a@b>"), ST_OK, S("John Q. Public|a|b\n"), 0},
		{"dots without blanks", S("J.Q.P. <a@b>"), ST_OK, S("J.Q.P.|a|b\n"), 0},
		{"a dot first in a name", S(". A <a@b>"), ST_BAD, S(""), 0},
		{"a dot in a group's name", S("A. B: a@b;"), ST_OK, S("|a|b\n"), 1},
		{"empty elements", S(",a@b,, ,c@d,"), ST_OK, S("|a|b\n|c|d\n"), 0},
		{"empty elements of comments", S("(x),a@b,(y)"), ST_OK, S("|a|b\n"), 0},
		{"empty elements of a group", S("G:, ,a@b,,;"), ST_OK, S("|a|b\n"), 1},
		{"a group of commas", S("G:,,;"), ST_OK, S(""), 1},
		{"a route", S("<@x,@y:a@b>"), ST_BAD, S(""), 0},
		{"a route with blanks", S("A < @x (c) : a@b>"), ST_OK, S("A|a|b\n"), 0},
		{"one relay", S("<@x:a@b>"), ST_OK, S("|a|b\n"), 0},
		{"a route with blanks and commas", S("A < , @x (c) ,, @ y , : a@b>"), ST_BAD, S(""), 0},
		{"a route through a literal", S("<@[192.0.2.1]:a@b>"), ST_OK, S("|a|b\n"), 0},
		{"a route without a colon", S("<@x a@b>"), ST_BAD, S(""), 0},
		{"a route without a comma", S("<@x@y:a@b>"), ST_BAD, S(""), 0},
		{"a route of commas", S("<,,:a@b>"), ST_BAD, S(""), 0},
		{"only a route", S("<@x:>"), ST_BAD, S(""), 0},
		{"a colon without a route", S("<:a@b>"), ST_BAD, S(""), 0},
		{"blanks around the dots of a domain", S("a@b . c\r\n .(x) d"), ST_BAD, S(""), 0},
		{"blanks around the dots of a local-part", S("a . b (x).c@d"), ST_OK,
			S("|a.b.c|d\n"), 0},
		{"quoted words in a local-part", S("a.\"b c\".\"\\d\"@e"), ST_OK, S("|a.b c.d|e\n"),
			0},
		{"blanks around the at sign", S("a @ b"), ST_OK, S("|a|b\n"), 0},
		{"two words as local-part", S("a b@c"), ST_BAD, S(""), 0},
		{"two quoted words as local-part", S("\"a\"\"b\"@c"), ST_BAD, S(""), 0},
		{"two dots in a local-part", S("a..b@c"), ST_BAD, S(""), 0},
		{"a dot first in a local-part", S(".a@c"), ST_BAD, S(""), 0},
		{"a dot last in a local-part", S("a.@c"), ST_BAD, S(""), 0},
		{"two dots in a domain", S("a@b..c"), ST_BAD, S(""), 0},
		{"two dots in a domain, a blank between", S("a@b. .c"), ST_BAD, S(""), 0},
		{"a dot last in a domain", S("a@b."), ST_BAD, S(""), 0},
		{"a dot first in a domain", S("a@.b"), ST_BAD, S(""), 0},
		{"a quoted pair in a literal", S("a@[b\\c]"), ST_BAD, S(""), 0},
		{"a quoted pair outside quotes", S("a\\@b@c"), ST_BAD, S(""), 0},
	};
	/* clang-format on */

	EXPECT_ROWS(rows);
}

Test(address, no_address)
{
	/* clang-format off */
	static const struct row rows[] = {
		{"nothing", {NULL, 0}, ST_BAD, S(""), 0},
		{"blanks", S(" \r\n "), ST_BAD, S(""), 0},
		{"a comment", S("(a@b)"), ST_BAD, S(""), 0},
		{"a comment alone in a group", S("G: (a@b), c@d;"), ST_BAD, S(""), 0},
		{"commas", S(",,"), ST_BAD, S(""), 0},
		{"a word", S("root"), ST_BAD, S(""), 0},
		{"words", S("John Public"), ST_BAD, S(""), 0},
		{"no domain", S("a@"), ST_BAD, S(""), 0},
		{"no local-part", S("@b"), ST_BAD, S(""), 0},
		{"an empty angle", S("<>"), ST_BAD, S(""), 0},
		{"a name and an empty angle", S("A <>"), ST_BAD, S(""), 0},
		{"an angle without a domain", S("A <a>"), ST_BAD, S(""), 0},
		{"an unclosed angle", S("<a@b"), ST_BAD, S(""), 0},
		{"an angle never opened", S("a@b>"), ST_BAD, S(""), 0},
		{"two angles round one", S("<<a@b>>"), ST_BAD, S(""), 0},
		{"a name in an angle", S("<A <a@b>>"), ST_BAD, S(""), 0},
		{"two addresses in an angle", S("<a@b, c@d>"), ST_BAD, S(""), 0},
		{"an unclosed quote", S("\"A <a@b>"), ST_BAD, S(""), 0},
		{"an unclosed comment", S("a@b (x"), ST_BAD, S(""), 0},
		{"an unclosed comment first", S("(x a@b"), ST_BAD, S(""), 0},
		{"a comment never opened", S("a@b )"), ST_BAD, S(""), 0},
		{"an unclosed literal", S("a@[b"), ST_BAD, S(""), 0},
		{"a literal never opened", S("a@b]"), ST_BAD, S(""), 0},
		{"a literal in a literal", S("a@[[b]]"), ST_BAD, S(""), 0},
		{"a domain after a literal", S("a@[b]c"), ST_BAD, S(""), 0},
		{"a literal after a domain", S("a@b[c]"), ST_BAD, S(""), 0},
		{"two at signs", S("a@b@c"), ST_BAD, S(""), 0},
		{"a name after the angle", S("<a@b> A"), ST_BAD, S(""), 0},
		{"a quoted domain", S("a@\"b\""), ST_BAD, S(""), 0},
		{"words in a domain", S("a@b c"), ST_BAD, S(""), 0},
		{"Latin-1", S("J\xf6rg <a@b>"), ST_BAD, S(""), 0},
		{"Latin-1 in quotes", S("\"J\xf6rg\" <a@b>"), ST_BAD, S(""), 0},
		{"Latin-1 in a comment", S("a@b (J\xf6rg)"), ST_BAD, S(""), 0},
		{"Latin-1 in a domain", S("a@\xf6.b"), ST_BAD, S(""), 0},
		{"Latin-1 in a literal", S("a@[\xf6]"), ST_BAD, S(""), 0},
		{"an overlong at sign",
			S("a\xc1\x80"
			  "b@c"),
			ST_BAD, S(""), 0},
		{"a control", S("a\x01@b"), ST_BAD, S(""), 0},
		{"a control in quotes", S("\"\x1b\" <a@b>"), ST_BAD, S(""), 0},
		{"DEL", S("a@b\x7f"), ST_BAD, S(""), 0},
		{"a vertical tab as a blank", S("A\v<a@b>"), ST_BAD, S(""), 0},
		{"a bare CR", S("a@b\r"), ST_BAD, S(""), 0},
		{"a bare CR before a blank", S("a@b\r c@d"), ST_BAD, S(""), 0},
		{"a line end that is no fold", S("a@b\r\n,c@d"), ST_BAD, S(""), 0},
		{"a line end that is no fold, in quotes", S("\"a\nb\"@c"), ST_BAD, S(""), 0},
	};
	/* clang-format on */

	EXPECT_ROWS(rows);
}

/* Forms in which one reader was shown one author and another reader a different one. */
Test(address, attacks)
{
	/* clang-format off */
	static const struct row rows[] = {
		{"two authors", S("<a@legit>, <b@evil>"), ST_OK, S("|a|legit\n|b|evil\n"), 0},
		{"two authors over a fold", S("a@legit\r\n ,b@evil"), ST_OK,
			S("|a|legit\n|b|evil\n"), 0},
		{"two authors, an empty one first", S(",<a@legit>,<b@evil>"), ST_OK,
			S("|a|legit\n|b|evil\n"), 0},
		{"two authors in a group", S("a:a@legit,b@evil;"), ST_OK, S("|a|legit\n|b|evil\n"),
			1},
		{"a NUL ends the address for some", S("a@legit\0@evil"), ST_BAD, S(""), 0},
		{"a NUL after the address", S("<a@legit>\0<b@evil>"), ST_BAD, S(""), 0},
		{"a NUL in the name", S("a@legit\0 <b@evil>"), ST_BAD, S(""), 0},
		{"a quoted NUL", S("\"a@legit\\\0\" <b@evil>"), ST_BAD, S(""), 0},
		{"an address as quoted name", S("\"a@legit\" <b@evil>"), ST_OK,
			S("\"a@legit\"|b|evil\n"), 0},
		{"an angle in the quoted name", S("\"<a@legit>\" <b@evil>"), ST_OK,
			S("\"<a@legit>\"|b|evil\n"), 0},
		{"a quoted quote that ends the name for some", S("\"x\\\" <a@legit>\" <b@evil>"),
			ST_OK, S("\"x\\\" <a@legit>\"|b|evil\n"), 0},
		{"an address as name", S("a@legit <b@evil>"), ST_BAD, S(""), 0},
		{"the same address as name", S("a@b.example <a@b.example>"), ST_OK,
			S("a@b.example|a|b.example\n"), 0},
		{"the same domain in another case", S("a@B.example <c@b.EXAMPLE>, d@e"), ST_OK,
			S("a@B.example|c|b.EXAMPLE\n|d|e\n"), 0},
		{"an address below the domain as name", S("a@b.example <a@c.b.example>"), ST_BAD, S(""), 0},
		{"the same literal as name", S("a@[1.2.3.4] <a@[1.2.3.4]>"), ST_BAD, S(""), 0},
		{"two names that are addresses", S("a@b a@b <a@b>"), ST_BAD, S(""), 0},
		{"two angles after an address", S("a@b <a@b> <a@b>"), ST_BAD, S(""), 0},
		{"a name with an open route", S("a@b <@a@b>"), ST_BAD, S(""), 0},
		{"an address with a dot as name", S("a@legit.example <b@evil>"), ST_BAD, S(""), 0},
		{"an address in a comment", S("b@evil (<a@legit>)"), ST_OK, S("|b|evil\n"), 0},
		{"an address in a comment first", S("(a@legit) b@evil"), ST_OK, S("|b|evil\n"), 0},
		{"an at sign after the angle", S("<a@legit>b@evil"), ST_BAD, S(""), 0},
		{"a domain after the angle", S("<a@legit>.evil"), ST_BAD, S(""), 0},
		{"a quoted name as local-part", S("\"Someone <a@legit>\"@evil"), ST_BAD, S(""), 0},
		{"an at sign after a comment", S("a@legit(comment)@evil"), ST_BAD, S(""), 0},
		{"a domain after a comment", S("a@legit(x)evil"), ST_BAD, S(""), 0},
		{"a comment before the dot", S("a@legit(x).evil"), ST_BAD, S(""), 0},
		{"a comment that hides the end", S("a@evil(@legit"), ST_BAD, S(""), 0},
		{"an encoded address", S("=?utf-8?b?YWRtaW5AbGVnaXQ=?="), ST_BAD, S(""), 0},
		{"an encoded address in an angle", S("<=?utf-8?b?YWRtaW5AbGVnaXQ=?=>"), ST_BAD,
			S(""), 0},
		{"an encoded word as local-part (RFC 2047 5)", S("=?utf-8?b?YUBsZWdpdCw=?=@evil"),
			ST_BAD, S(""), 0},
		{"an encoded word in an angle's local-part", S("<=?utf-8?b?YUBsZWdpdA==?=@evil>"),
			ST_BAD, S(""), 0},
		{"an encoded word in a quoted local-part", S("\"=?utf-8?q?a=40legit?=\"@evil"),
			ST_BAD, S(""), 0},
		{"an encoded word as domain", S("a@=?utf-8?b?bGVnaXQ=?="), ST_BAD, S(""), 0},
		{"an encoded word after dots of a domain", S("a@b . =?utf-8?b?bGVnaXQ=?="), ST_BAD,
			S(""), 0},
		{"an encoded author and an angle", S("=?utf-8?b?PGFAbGVnaXQ+?= <b@evil>"), ST_OK,
			S("=?utf-8?b?PGFAbGVnaXQ+?=|b|evil\n"), 0},
		{"a route without an angle", S("@legit,@evil:b@real"), ST_BAD, S(""), 0},
		{"a route in an angle", S("<@legit,@evil:b@real>"), ST_BAD, S(""), 0},
		{"a route, then two authors", S("<@legit:b@evil>, c@d"), ST_OK,
			S("|b|evil\n|c|d\n"), 0},
		{"a quoted pair in the local-part", S("a\\@legit@evil"), ST_BAD, S(""), 0},
		{"a quoted at sign", S("\"a@legit,\"@evil"), ST_BAD, S(""), 0},
		{"a group whose name is the author", S("a@legit:b@evil;"), ST_BAD, S(""), 0},
		{"two angles", S("<a@legit><b@evil>"), ST_BAD, S(""), 0},
		{"an angle in an angle", S("<a@legit <b@evil>>"), ST_BAD, S(""), 0},
		{"a comma in an angle", S("<a@legit,b@evil>"), ST_BAD, S(""), 0},
		{"a blank in the domain", S("a@legit evil"), ST_BAD, S(""), 0},
		{"a percent sign", S("a%legit@evil"), ST_OK, S("|a%legit|evil\n"), 0},
		{"an exclamation mark", S("legit!a@evil"), ST_OK, S("|legit!a|evil\n"), 0},
		{"a literal and a domain", S("a@[legit].evil"), ST_BAD, S(""), 0},
		{"a fullwidth at sign", S("a\xef\xbc\xa0legit@evil"), ST_OK,
			S("|a\xef\xbc\xa0legit|evil\n"), 0},
	};
	/* clang-format on */

	EXPECT_ROWS(rows);
}

/* Returns unit, n times, between first and last. */
static struct slice
repeated(struct arena *arena, const char *first, const char *unit, size_t n, const char *last)
{
	size_t lengths[] = {strlen(first), strlen(unit), strlen(last)};
	char *p = arena_alloc(arena, lengths[0] + n * lengths[1] + lengths[2]), *at = p;

	memcpy(at, first, lengths[0]);
	at += lengths[0];
	for (size_t i = 0; i < n; i++, at += lengths[1])
		memcpy(at, unit, lengths[1]);
	memcpy(at, last, lengths[2]);
	return slice_make(p, (size_t)(at - p) + lengths[2]);
}

Test(address, limits)
{
	/* clang-format off */
	static const struct limit_row {
		const char *name, *first, *unit;
		size_t n;
		const char *last;
		enum status status;
		size_t mailboxes;
	} rows[] = {
		{"as many mailboxes as are read", "", "a@b,", ADDRESS_MAX, "", ST_OK, ADDRESS_MAX},
		{"one more", "", "a@b,", ADDRESS_MAX + 1, "", ST_LIMIT, 0},
		{"as many in a group", "G:", "a@b,", ADDRESS_MAX, ";", ST_OK, ADDRESS_MAX},
		{"one more in a group", "G:", "a@b,", ADDRESS_MAX + 1, ";", ST_LIMIT, 0},
		{"64 KiB", "a@b", " ", 64 * 1024 - 3, "", ST_OK, 1},
		{"one more octet", "a@b", " ", 64 * 1024 - 2, "", ST_LIMIT, 0},
		{"comments 20 deep", "a@b ((((((((((((((((((((", "x", 1, "))))))))))))))))))))",
			ST_OK, 1},
		{"comments 21 deep", "a@b (((((((((((((((((((((", "x", 1, ")))))))))))))))))))))",
			ST_LIMIT, 0},
		{"comments 21 deep in the middle", "<a@ (((((((((((((((((((((", "x", 1,
			"))))))))))))))))))))) b>", ST_LIMIT, 0},
		{"deep comments, unclosed", "a@b ", "(", 60000, "", ST_BAD, 0},
		{"groups in groups", "", "a:", 32000, "", ST_BAD, 0},
		{"many groups", "", "a:b@c;,", 900, "", ST_OK, 900},
		{"many empty groups", "", "a:;,", 16000, "", ST_OK, 0},
		{"many comments", "a@b", "(c)", 21000, "", ST_OK, 1},
		{"many words", "", "a ", 32000, "<a@b>", ST_OK, 1},
		{"many dots in a domain", "a@b", " . c", 16000, "", ST_BAD, 0},
		{"many dots in a local-part", "a", " . \"b\"", 10000, "@c", ST_OK, 1},
		{"a long route", "<@a", " . b,@c", 9000, ":x@y>", ST_BAD, 0},
		{"many folds", "a@b", "\r\n ", 21000, "", ST_OK, 1},
		{"many folds in a literal", "a@[", "\n b", 21000, "]", ST_OK, 1},
		{"many angles", "", "<", 65000, "", ST_BAD, 0},
		{"many quotes", "", "\"", 65000, "", ST_BAD, 0},
		{"many equals signs", "", "=", 65000, "@b", ST_OK, 1},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct limit_row *row = &rows[i];
		struct address_list list;
		struct arena arena;
		enum status status;

		arena_init(&arena, NULL, NULL);
		status = address_parse_list(
			repeated(&arena, row->first, row->unit, row->n, row->last), &arena, &list);
		cr_expect(status == row->status, "%s: status %d", row->name, (int)status);
		cr_expect(list.n == row->mailboxes, "%s: %zu mailboxes", row->name, list.n);
		arena_clear(&arena);
	}
}
