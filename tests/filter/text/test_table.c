#include "filter/text/table.h"

#include <criterion/criterion.h>
#include <stdlib.h>

struct print {
	struct arena arena;
	struct table table;
	char *text; /* what was printed */
	size_t n;
};

static void
begin(struct print *print)
{
	*print = (struct print){0};
	arena_init(&print->arena, NULL, NULL);
	table_begin(&print->table, &print->arena);
}

static const char *
printed(struct print *print, bool color)
{
	FILE *out;

	free(print->text);
	out = open_memstream(&print->text, &print->n);
	cr_assert_not_null(out);
	table_print(&print->table, out, color);
	cr_assert(fclose(out) == 0);
	return print->text;
}

static void
end(struct print *print)
{
	free(print->text);
	arena_clear(&print->arena);
}

static void
expect_text(struct print *print, bool color, const char *want)
{
	const char *got = printed(print, color);

	cr_expect_str_eq(got, want, "%s", got);
}

Test(table, empty)
{
	struct print print;

	begin(&print);
	expect_text(&print, false, "Identity  Domain  Result  Aligned  Why\n");
	end(&print);
}

/*
 * A column is as wide as its widest cell or its title; the last one has no trailing spaces.
 */
Test(table, columns)
{
	struct print print;

	begin(&print);
	table_row(&print.table, (struct table_row){.cells = {"SPF", "mail.example.com", "pass",
							   "yes", "ip4:1.2.3.4"},
					.code = AUTH_PASS});
	table_row(
		&print.table, (struct table_row){.cells = {"DMARC (RFC 7489)", "", "fail", "", ""},
				      .code = AUTH_FAIL});
	expect_text(&print, false,
		"Identity          Domain            Result  Aligned  Why\n"
		"SPF               mail.example.com  pass    yes      ip4:1.2.3.4\n"
		"DMARC (RFC 7489)                    fail             \n");
	end(&print);
}

Test(table, lines_below_a_row)
{
	static const struct {
		const char *name, *first, *second, *want;
	} rows[] = {
		{"none", NULL, NULL, ""},
		{"one", "one", NULL, "    one\n"},
		{"two", "one", "two", "    one\n    two\n"},
		{"only a second", NULL, "two", "    two\n"},
	};
	const char *head = "Identity  Domain  Result  Aligned  Why\n"
			   "a         b       c       d        e\n";

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *got;
		struct print print;

		begin(&print);
		table_row(&print.table, (struct table_row){.cells = {"a", "b", "c", "d", "e"},
						.under = {rows[i].first, rows[i].second}});
		got = printed(&print, false);
		cr_expect(strncmp(got, head, strlen(head)) == 0, "%s: %s", rows[i].name, got);
		cr_expect_str_eq(got + strlen(head), rows[i].want, "%s", rows[i].name);
		end(&print);
	}
}

/*
 * Pass is green, fail and permerror are red, none and neutral cyan, all others yellow; colours do
 * not move the columns.
 */
Test(table, colors)
{
	static const struct {
		enum auth_code code;
		const char *color;
	} rows[] = {
		{AUTH_PASS, "32"},
		{AUTH_FAIL, "31"},
		{AUTH_PERMERROR, "31"},
		{AUTH_SOFTFAIL, "33"},
		{AUTH_POLICY, "33"},
		{AUTH_TEMPERROR, "33"},
		{AUTH_NONE, "36"},
		{AUTH_NEUTRAL, "36"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char want[200];
		struct print print;

		begin(&print);
		table_row(&print.table, (struct table_row){.cells = {"a", "b", "c", "d", "e"},
						.code = rows[i].code});
		(void)snprintf(want, sizeof want,
			"Identity  Domain  \033[1mResult\033[0m  Aligned  Why\n"
			"a         b       \033[%smc\033[0m       d        e\n",
			rows[i].color);
		expect_text(&print, true, want);
		end(&print);
	}
}

/* the last row of explain's table is DMARC's, however many signatures are above it */
Test(table, holds_every_row)
{
	struct print print;
	const char *got;
	size_t lines = 0;

	begin(&print);
	for (int i = 0; i < 1003; i++)
		table_row(&print.table,
			(struct table_row){.cells = {i < 1002 ? "DKIM" : "DMARC", "", "", "", ""}});
	got = printed(&print, false);
	for (const char *p = got; *p != '\0'; p++)
		lines += *p == '\n';
	cr_expect(lines == 1004, "%zu lines", lines);
	cr_expect(strstr(got, "\nDMARC") != NULL);
	end(&print);
}
