#include "filter/plan/bound.h"

#include <criterion/criterion.h>

/*
 * Clopper and Pearson's one-sided upper bounds at 95 %: 1 - 0.05^(1/n) for k = 0, otherwise the
 * 0.95 quantile of the beta distribution with parameters k + 1 and n - k, computed to 40 digits by
 * exact sums.
 */
static const struct {
	const char *name;
	uint64_t k, n;
	double want;
} rows[] = {
	{"nothing seen", 0, 0, 1},
	{"one message, which passes", 0, 1, 0.95},
	{"one message, which fails", 1, 1, 1},
	{"59: the least for 5 %", 0, 59, 0.0495076098882},
	{"58: not yet", 0, 58, 0.0503393383304},
	{"1,200", 0, 1200, 0.00249333003752},
	{"one of ten", 1, 10, 0.394163302437},
	{"five of ten", 5, 10, 0.777558898992},
	{"nine of ten", 9, 10, 0.994883803108},
	{"all of ten", 10, 10, 1},
	{"three of 1,200", 3, 1200, 0.00644859246051},
	{"100 of 1,000", 100, 1000, 0.116991532096},
	{"all but one of 1,000", 999, 1000, 0.999948708021},
	{"half of 100,000", 50000, 100000, 0.502605737718},
	{"1,000 of a million", 1000, 1000000, 0.00105357487745},
	{"none of a billion", 0, 1000000000, 2.99573227e-9},
	{"two of a billion", 2, 1000000000, 6.29579361e-9},
	{"more than all", 7, 5, 1},
};

Test(bound, known_values)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const double got = bound_upper(rows[i].k, rows[i].n);

		cr_expect(got >= rows[i].want * (1 - 1e-6) && got <= rows[i].want * (1 + 1e-6),
			"%s: %.12g, expected %.12g", rows[i].name, got, rows[i].want);
	}
}

Test(bound, rule_of_three)
{
	for (uint64_t n = 100; n < 100000000; n *= 10) {
		const double product = bound_upper(0, n) * (double)n;

		cr_expect(product < 3 && product > 2.9, "%.6f", product);
	}
}

Test(bound, grows_with_failures_and_falls_with_messages)
{
	for (uint64_t n = 1; n < 120; n++)
		for (uint64_t k = 0; k < n; k++) {
			const double here = bound_upper(k, n);

			cr_expect(here > (double)k / (double)n && here <= 1, "%d of %d", (int)k,
				(int)n);
			cr_expect(here < bound_upper(k + 1, n), "%d of %d", (int)k, (int)n);
			cr_expect(here > bound_upper(k, n + 1), "%d of %d", (int)k, (int)n);
		}
}

Test(bound, percent)
{
	static const struct {
		double share;
		const char *want;
	} texts[] = {
		{0.00249333003752, "0.25"},
		{1, "100"},
		{0.95, "95"},
		{0.9501, "96"},
		{0.5, "50"},
		{0.1, "10"},
		{0.0995, "10.0"},
		{0.01, "1.0"},
		{0.0101, "1.1"},
		{0.999999, "100"},
		{2.99573227e-9, "0.00000030"},
		{0, "0.00000000"},
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		char text[BOUND_OCTETS];

		bound_percent(texts[i].share, text);
		cr_expect_str_eq(text, texts[i].want, "%g", texts[i].share);
	}
}
