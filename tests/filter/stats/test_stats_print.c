#include "filter/stats/stats_print.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "filter/page/page_parts.h"
#include "tests/support/plain_row.h"

/* Returns the stats of a what-if that changes that many senders, each by that many messages. */
static struct stats *
changed(size_t senders, size_t messages)
{
	static const char *const labels[] = {"p=reject"};
	struct stats *stats = stats_new(labels, 1, false);
	char domain[32];
	struct row row = plain_row();

	row.author_domain = domain;
	row.nwhat_ifs = 1;
	row.what_ifs[0] = (struct row_outcome){AUTH_FAIL, DISP_REJECT};
	cr_assert_not_null(stats);
	for (size_t i = 0; i < senders * messages; i++) {
		(void)snprintf(domain, sizeof domain, "d%zu.example", i % senders);
		row.index = i;
		cr_assert(stats_add(stats, &row));
	}
	return stats;
}

/* No line claims that something was left out if nothing was. */
static const struct row_of_rest {
	size_t senders, messages;
	bool more_sources, more_messages;
} rests[] = {
	{1, 1, false, false},
	{1, 10, false, false},
	{1, 11, false, true},
	{20, 1, false, true},
	{21, 1, true, true},
};

Test(stats_print, what_is_left_out)
{
	for (size_t i = 0; i < sizeof rests / sizeof rests[0]; i++) {
		struct stats *stats = changed(rests[i].senders, rests[i].messages);
		char *text = NULL;
		size_t n = 0;
		FILE *out = open_memstream(&text, &n);

		cr_assert_not_null(out);
		cr_expect(stats_print(stats, out));
		cr_assert(fclose(out) == 0);
		cr_expect_eq(strstr(text, "further sources are not shown") != NULL,
			rests[i].more_sources, "%zu senders", rests[i].senders);
		cr_expect_eq(strstr(text, "the first messages;") != NULL, rests[i].more_messages,
			"%zu messages", rests[i].senders * rests[i].messages);
		free(text);
		stats_free(stats);
	}
}

/*
 * The page lists changes in the order of the archive, not by size, and says how many are left out.
 */
Test(stats_print, changes_left_out_of_the_page)
{
	struct stats *stats = changed(1001, 1);
	char *text = NULL;
	size_t n = 0;
	struct html html = {.out = open_memstream(&text, &n)};

	cr_assert_not_null(html.out);
	page_changes(&html, stats);
	cr_assert(fclose(html.out) == 0);
	cr_expect_not_null(strstr(text, "The first 1,000 of 1,001 rows are shown."));
	free(text);
	stats_free(stats);
}
