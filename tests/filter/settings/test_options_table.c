#include "filter/settings/options_table.h"

#include <criterion/criterion.h>

#include "filter/provider/provider.h"
#include "filter/settings/profile.h"
#include "tests/support/arena_suite.h"

ARENA_SUITE(options_table);

static const struct option_row *
row_of(const char *name)
{
	return option_find(slice_str(name), COMMAND_FILTER);
}

/* The defaults of the mail servers' profiles; a given value always wins. */
Test(options_table, defaults_of_servers)
{
	static const struct {
		const char *name;
		enum profile profile;
		const char *given; /* NULL: nothing */
		int64_t ms;
	} rows[] = {
		{"plain", PROFILE_PLAIN, NULL, 60000},
		{"postfix", PROFILE_POSTFIX, NULL, 20000},
		{"exim-filter", PROFILE_EXIM_FILTER, NULL, 20000},
		{"exim-pipe", PROFILE_EXIM_PIPE, NULL, 20000},
		{"exim-av", PROFILE_EXIM_AV, NULL, 20000},
		{"procmail", PROFILE_PROCMAIL, NULL, 20000},
		{"maildrop", PROFILE_MAILDROP, NULL, 20000},
		{"given", PROFILE_PROCMAIL, "61", 61000},
		{"given as the usual default", PROFILE_PROCMAIL, "60", 60000},
		{"given without a server", PROFILE_PLAIN, "20", 20000},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct options options = options_default();
		struct error why;

		options.profile = rows[i].profile;
		if (rows[i].given != NULL)
			cr_assert(option_set(row_of("deadline"), rows[i].given, &arena, &options,
					  &why) == ST_OK);
		option_set_server_presets(&options);
		cr_expect(options.deadline_ms == rows[i].ms, "%s: %lld", rows[i].name,
			(long long)options.deadline_ms);
		cr_expect(options.dns_timeout_ms == 5000, "%s", rows[i].name);
	}
}

Test(options_table, default_of_a_profile)
{
	cr_expect_str_eq(option_preset(row_of("deadline"), PROFILE_PLAIN), "60");
	cr_expect_str_eq(option_preset(row_of("deadline"), PROFILE_MAILDROP), "20");
	cr_expect_str_eq(option_preset(row_of("dns-timeout"), PROFILE_MAILDROP), "5");
	cr_expect(option_preset(row_of("log"), PROFILE_MAILDROP) == NULL);
}

/* An option with a default for servers needs a member that records whether it was given. */
Test(options_table, server_defaults_have_a_place)
{
	for (size_t i = 0; i < option_count; i++)
		if (option_rows[i].server_preset != NULL)
			cr_expect(option_rows[i].given != 0 && option_rows[i].preset != NULL, "%s",
				option_rows[i].name);
}

/* Two rows with the same name and command, or the same member, would be a mistake. */
Test(options_table, has_no_doubles)
{
	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *a = &option_rows[i];

		cr_expect((a->commands == 0) == (a->name == NULL), "%s: of no command", a->name);
		for (size_t j = i + 1; a->name != NULL && j < option_count; j++) {
			const struct option_row *b = &option_rows[j];

			if (b->name == NULL || (a->commands & b->commands) == 0)
				continue;
			cr_expect_str_neq(a->name, b->name);
			cr_expect(a->at != b->at || a->at == 0, "%s and %s", a->name, b->name);
		}
	}
}

/*
 * The words of --mailbox are stored by position (enum mailbox), which envelope_headers.c derives
 * from the order of the services.
 */
Test(options_table, mailboxes_are_in_the_order_of_services)
{
	size_t rows = 0;

	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];
		size_t at = MAILBOX_FIRST;

		if (row->name == NULL || strcmp(row->name, "mailbox") != 0)
			continue;
		rows++;
		cr_expect(slice_eq(option_word(row->words, MAILBOX_NONE), SLICE("none")));
		cr_expect(slice_eq(option_word(row->words, MAILBOX_AUTO), SLICE("auto")));
		for (size_t k = 0; k < provider_count; k++) {
			const char *word = provider_table[k].mailbox.word;

			if (word != NULL)
				cr_expect(slice_eq(option_word(row->words, at++), slice_str(word)),
					"%s is not word %zu of --mailbox", word, at - 1);
		}
		cr_expect_eq(option_word(row->words, at).n, 0, "more words than services");
	}
	cr_expect(rows == 2, "%zu", rows);
}

/* --since: seconds since the epoch; -1: refused */
Test(options_table, days)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} rows[] = {
		{"1970-01-01", 0},
		{"1970-12-31", INT64_C(364) * 86400},
		{"2000-02-29", INT64_C(951782400)},
		{"2000-03-01", INT64_C(951868800)},
		{"2024-12-31", INT64_C(1735603200)},
		{"2100-03-01", INT64_C(4107542400)},
		{"9999-12-31", INT64_C(253402214400)},
		{"2100-02-29", -1},
		{"2023-02-29", -1},
		{"2023-04-31", -1},
		{"2023-13-01", -1},
		{"2023-00-01", -1},
		{"2023-01-00", -1},
		{"1969-12-31", -1},
		{"2023-1-1", -1},
		{"2023-01-011", -1},
		{"02023-01-1", -1},
		{"2023/01/01", -1},
		{"", -1},
	};
	const struct option_row *row = option_find(SLICE("since"), COMMAND_REPORT_SHOW);

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct options options = options_default();
		struct error why;
		const enum status st = option_set(row, rows[i].text, &arena, &options, &why);

		cr_expect_eq(st == ST_OK, rows[i].seconds >= 0, "%s", rows[i].text);
		if (st == ST_OK)
			cr_expect(options.since == rows[i].seconds && options.has_since, "%s: %lld",
				rows[i].text, (long long)options.since);
	}
}
