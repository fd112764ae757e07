#include "filter/stats/stats.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "filter/stats/stats_list.h"
#include "tests/support/plain_row.h"

static struct row
failing_row(void)
{
	struct row row = plain_row();

	row.dmarc = AUTH_FAIL;
	return row;
}

static uint64_t
domain_sum(const struct stats *stats)
{
	uint64_t sum = stats->other_domain.counts.messages;

	for (size_t i = 0; i < stats->ndomains; i++)
		sum += stats->domains[i].counts.messages;
	return sum;
}

Test(stats, many_domains_stay_within_the_bounds)
{
	enum { MANY = 100000 };
	struct stats *stats = stats_new(NULL, 0, false);
	struct row row = failing_row();
	char domain[64], ip[32];
	uint64_t sources;

	for (size_t i = 0; i < MANY; i++) {
		(void)snprintf(domain, sizeof domain, "d%zu.example", i);
		(void)snprintf(ip, sizeof ip, "11.%zu.%zu.1", i / 256 % 256, i % 256);
		row.author_domain = domain;
		row.client_ip = ip;
		row.index = i;
		row.has_date = true;
		row.date = (int64_t)(i % 1000) * 86400;
		cr_assert(stats_add(stats, &row));
	}
	cr_expect_eq(stats->ndomains, (size_t)STATS_DOMAINS);
	cr_expect_eq(stats->nsources, (size_t)STATS_SOURCES);
	cr_expect_eq(stats->nmessages, (size_t)STATS_MESSAGES);
	cr_expect(stats->nperiods <= STATS_PERIODS && stats->months);
	cr_expect_eq(stats->worth, (uint64_t)MANY);
	cr_expect_eq(domain_sum(stats), (uint64_t)MANY);
	sources = stats->other_source.counts.messages;
	for (size_t i = 0; i < stats->nsources; i++)
		sources += stats->sources[i].counts.messages;
	cr_expect_eq(sources, (uint64_t)MANY);
	stats_free(stats);
}

static const struct kind_row {
	const char *name;
	enum auth_code spf, dkim, dmarc;
	bool spf_aligned, dkim_aligned;
	const char *sign;
	bool known;
	uint64_t aligned, hurt, open, bare, worth;
} kind_rows[] = {
	{"passed", AUTH_PASS, AUTH_NONE, AUTH_PASS, true, false, "", false, 1, 0, 0, 0, 0},
	{"a spammer with SPF of his own", AUTH_PASS, AUTH_NONE, AUTH_FAIL, false, false, "", false,
		0, 0, 1, 0, 1},
	{"signed by another", AUTH_FAIL, AUTH_PASS, AUTH_FAIL, false, false, "", false, 0, 0, 1, 0,
		1},
	{"with a list's fields", AUTH_FAIL, AUTH_NONE, AUTH_FAIL, false, false, "a List-Id field",
		false, 0, 0, 1, 0, 1},
	{"of a known service", AUTH_PASS, AUTH_PASS, AUTH_FAIL, false, false, "", true, 0, 1, 0, 0,
		1},
	{"of a known host", AUTH_FAIL, AUTH_NONE, AUTH_FAIL, false, false, "", true, 0, 1, 0, 0, 1},
	{"nothing speaks for it", AUTH_FAIL, AUTH_NONE, AUTH_FAIL, false, false, "", false, 0, 0, 0,
		1, 1},
	{"no record, not aligned", AUTH_NONE, AUTH_NONE, AUTH_NONE, false, false, "", false, 0, 0,
		0, 1, 1},
	{"no record, aligned", AUTH_PASS, AUTH_NONE, AUTH_NONE, true, false, "", false, 0, 0, 0, 0,
		1},
	{"DNS did not answer", AUTH_NONE, AUTH_NONE, AUTH_TEMPERROR, false, false, "", false, 0, 0,
		0, 0, 1},
};

Test(stats, kinds)
{
	for (size_t i = 0; i < sizeof kind_rows / sizeof kind_rows[0]; i++) {
		const struct kind_row *want = &kind_rows[i];
		struct stats *stats = stats_new(NULL, 0, false);
		struct row row = failing_row();
		const struct stats_counts *counts;

		row.spf = want->spf;
		row.spf_aligned = want->spf_aligned;
		row.dkim = want->dkim;
		row.dkim_aligned = want->dkim_aligned;
		row.dmarc = want->dmarc;
		row.indicator = want->sign;
		row.known = want->known;
		cr_assert(stats_add(stats, &row));
		counts = &stats->domains[0].counts;
		cr_expect_eq(counts->aligned, want->aligned, "%s", want->name);
		cr_expect_eq(counts->known_fails, want->hurt, "%s", want->name);
		cr_expect_eq(counts->open_fails, want->open, "%s", want->name);
		cr_expect_eq(counts->unauthenticated_fails, want->bare, "%s", want->name);
		cr_expect_eq(stats->worth, want->worth, "%s", want->name);
		stats_free(stats);
	}
}

/* A row of a report counts many messages, which are reclassified together. */
Test(stats, rows_of_many_messages)
{
	struct stats *stats = stats_new(NULL, 0, false);
	struct row row = failing_row();

	row.client_ip = "192.0.2.1";
	row.more = 9;
	cr_assert(stats_add(stats, &row));
	cr_expect_eq(stats->domains[0].counts.unauthenticated_fails, (uint64_t)10);
	row.spf = AUTH_PASS;
	row.spf_aligned = true;
	row.dmarc = AUTH_PASS;
	row.spf_domain = "example.com";
	row.more = 1;
	cr_assert(stats_add(stats, &row));
	cr_expect_eq(stats->domains[0].counts.messages, (uint64_t)12);
	cr_expect_eq(stats->domains[0].counts.aligned, (uint64_t)2);
	cr_expect_eq(stats->domains[0].counts.unauthenticated_fails, (uint64_t)0);
	cr_expect_eq(stats->domains[0].counts.known_fails, (uint64_t)10);
	cr_expect_eq(stats->sources[0].evidence[SENDER_BY_ELSEWHERE], (uint64_t)10);
	cr_expect_not_null(
		stats_source_of(stats, SOURCE_BY_ADDRESS, "192.0.2.0/24", "example.com"));
	cr_expect_null(stats_source_of(stats, SOURCE_BY_ADDRESS, "192.0.2.0/24", "example.net"));
	cr_expect_not_null(stats_domain_of(stats, "example.com"));
	cr_expect_null(stats_domain_of(stats, "example.net"));
	stats_free(stats);
}

Test(stats, scenarios)
{
	const char *const labels[] = {"p=reject", "p=none"};
	struct stats *stats = stats_new(labels, 2, true);
	struct row row = failing_row();

	row.disposition = DISP_QUARANTINE;
	row.nwhat_ifs = 2;
	row.what_ifs[0].disposition = DISP_REJECT;
	row.what_ifs[1].disposition = DISP_ACCEPT;
	cr_assert(stats_add(stats, &row)); /* the other RFC has no result for it */
	row.has_other = true;
	row.other.disposition = DISP_ACCEPT;
	cr_assert(stats_add(stats, &row));
	cr_expect_eq(stats->nscenarios, (size_t)3);
	cr_expect_eq(stats_after(stats, 0, &row), DISP_REJECT);
	cr_expect_eq(stats_after(stats, 1, &row), DISP_ACCEPT);
	cr_expect_eq(stats_after(stats, 2, &row), DISP_ACCEPT);
	cr_expect_eq(stats->changes[0].n[DISP_QUARANTINE][DISP_REJECT], (uint64_t)2);
	cr_expect_eq(stats->changes[2].n[DISP_QUARANTINE][DISP_QUARANTINE], (uint64_t)1);
	cr_expect_eq(stats_changed(&stats->changes[2]), (uint64_t)1);
	cr_expect_eq(stats_changed(&stats->domains[0].changes[1]), (uint64_t)2);
	stats_free(stats);
}

Test(stats, order)
{
	static const char *const names[] = {"b.example", "a.example", "c.example", "a.example"};
	static const size_t want[] = {1, 0, 2};
	struct stats *stats = stats_new(NULL, 0, false);
	struct row row = failing_row();
	size_t *order;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		row.author_domain = names[i];
		cr_assert(stats_add(stats, &row));
	}
	order = stats_order_domains(stats);
	cr_assert(order != NULL);
	for (size_t i = 0; i < 3; i++)
		cr_expect_eq(order[i], want[i], "%zu", i);
	free(order);
	stats_free(stats);
}

static const struct text_row {
	int64_t seconds;
	const char *want;
} text_rows[] = {
	{0, "1970-01-01"},
	{1767225599, "2025-12-31"},
	{253402300799, "9999-12-31"},
	{253402300800, "-"},
	{-1, "-"},
	{INT64_MIN, "-"},
	{INT64_MAX, "-"},
};

Test(stats, day_text)
{
	char text[STATS_DAY_OCTETS];

	for (size_t i = 0; i < sizeof text_rows / sizeof text_rows[0]; i++) {
		stats_day_text(text_rows[i].seconds, text);
		cr_expect_str_eq(text, text_rows[i].want);
	}
}

Test(stats, dates_that_no_calendar_shows_hide_no_others)
{
	static const int64_t dates[] = {
		INT64_MIN, -1, 86400, 2 * 86400, INT64_C(253402300800), INT64_MAX};
	struct stats *stats = stats_new(NULL, 0, false);
	struct row row = plain_row();

	for (row.index = 0; row.index < sizeof dates / sizeof dates[0]; row.index++) {
		row.has_date = true;
		row.date = dates[row.index];
		cr_assert(stats_add(stats, &row));
	}
	cr_assert_eq(stats->nsources, (size_t)1);
	cr_expect(stats->sources[0].has_dates);
	cr_expect_eq(stats->sources[0].first, (int64_t)86400);
	cr_expect_eq(stats->sources[0].last, (int64_t)2 * 86400);
	cr_expect_eq(stats->other_period.counts.messages, (uint64_t)4);
	stats_free(stats);
}
