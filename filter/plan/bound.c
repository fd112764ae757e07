#include "filter/plan/bound.h"

#include <stdio.h>

enum { HALVINGS = 60, DECIMALS = 8 };

/* x^n by squaring */
static double
power(double x, uint64_t n)
{
	double result = 1;

	while (n > 0) {
		if (n % 2 == 1)
			result *= x;
		x *= x;
		n /= 2;
	}
	return result;
}

/*
 * The probability of exactly k of n, if that of each one is p. Factors above 1 and below 1
 * alternate, so that no intermediate product leaves the range of a double.
 */
static double
exactly(uint64_t k, uint64_t n, double p)
{
	const uint64_t piece = 64; /* factors of 1 - p multiplied at once */
	uint64_t left = n - k;
	const double few = power(1 - p, piece);
	double product = 1;

	for (uint64_t i = 1; i <= k; i++) {
		product *= (double)(n - k + i) / (double)i * p;
		while (product > 1 && left >= piece) {
			product *= few;
			left -= piece;
		}
	}
	return product * power(1 - p, left);
}

/*
 * The probability of at most k of n. k/n must be below p, so that the terms get smaller from k down
 * to 0.
 */
static double
at_most(uint64_t k, uint64_t n, double p)
{
	double term = exactly(k, n, p), sum = term;

	for (uint64_t i = k; i > 0 && term > sum * 1e-17; i--) {
		term *= (double)i * (1 - p) / ((double)(n - i + 1) * p);
		sum += term;
	}
	return sum;
}

double
bound_upper(uint64_t k, uint64_t n)
{
	const double rest = (100 - BOUND_CONFIDENCE) / 100.0;
	double low, high = 1;

	if (n == 0 || k >= n)
		return 1;
	low = (double)k / (double)n;
	for (int i = 0; i < HALVINGS; i++) {
		const double p = (low + high) / 2;

		if (at_most(k, n, p) > rest)
			low = p;
		else
			high = p;
	}
	return high;
}

void
bound_percent(double share, char text[BOUND_OCTETS])
{
	double value = 100 * share, unit = 1;
	unsigned decimals = 0;
	uint64_t whole;

	/* two significant digits */
	while (value / unit < 10 && decimals < DECIMALS) {
		unit /= 10;
		decimals++;
	}
	whole = (uint64_t)(value / unit);
	if ((double)whole < value / unit * (1 - 1e-12))
		whole++;
	value = (double)whole * unit;
	(void)snprintf(text, BOUND_OCTETS, "%.*f", (int)decimals, value > 100 ? 100 : value);
}
