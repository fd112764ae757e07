/*
 * test_dkim_scan.c: every implementation compared with the plain one, at every alignment and up to
 * a page's end.
 */
#define _DEFAULT_SOURCE
#include "auth/dkim/dkim_scan.h"

#include <criterion/criterion.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LONGEST = 300, ROUNDS = 40 };

static const char *const names[] = {"octets", "16", "AVX2", "AVX-512"};

/*
 * Maps two pages, of which the second is unreadable, so that reading past the end of the first
 * crashes the test; returns that end.
 */
static char *
page_end(void)
{
	const size_t size = (size_t)sysconf(_SC_PAGESIZE);
	char *pages =
		mmap(NULL, 2 * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	cr_assert(pages != MAP_FAILED);
	cr_assert_eq(mprotect(pages + size, size, PROT_NONE), 0);
	return pages + size;
}

static void
compare(const char *p, size_t n, size_t at, const char *what)
{
	for (int relaxed = 0; relaxed < 2; relaxed++) {
		const size_t want = dkim_scan(DKIM_SCAN_OCTETS, relaxed, p, n, at);

		for (enum dkim_scan_way way = DKIM_SCAN_16; way < DKIM_SCAN_WAYS; way++)
			if (dkim_scan_has(way) && dkim_scan(way, relaxed, p, n, at) != want)
				cr_assert_fail("%s, %s, relaxed %d, n %zu, at %zu: not %zu",
					names[way], what, relaxed, n, at, want);
	}
}

/* One short text that may be a stop, at each position of texts of many lengths. */
Test(dkim_scan, one_place)
{
	static const char *const pairs[] = {"  ", "\t", " \t", " \r", "\n", "\r\n", "\r\n ",
		"\r\n\t", "\r\n\r\n", "\r\n!", "\r\n\x7f", "\r\n\xff", "\r\n\x80", " \x80", " \xff",
		" !", "\xa0", "\x89", "\x8a"};
	char *end = page_end();

	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		for (size_t n = 8; n < LONGEST; n += n < 140 ? 1 : 7) {
			const size_t size = strlen(pairs[i]);
			char *p = end - n;

			for (size_t at = 0; at + size <= n; at++) {
				memset(p, 'a', n);
				memcpy(p + at, pairs[i], size);
				compare(p, n, 1, "a pair");
			}
		}
}

/* Random texts, scanned from many positions, so that every alignment occurs. */
Test(dkim_scan, random)
{
	static const char octets[] =
		"aaaaaaaaaaaaaaaa   \t\r\r\r\n\n\n!\x1f\x80\xff\x0d\x8a\x89\xa0";
	unsigned state = 1;
	char *end = page_end();

	for (size_t round = 0; round < ROUNDS; round++)
		for (size_t n = 2; n < LONGEST; n++) {
			char *p = end - n;

			for (size_t i = 0; i < n; i++) {
				state = state * 1103515245U + 12345U;
				/* every eighth round has many stops, the others have few */
				p[i] = state >> 20 & (round % 8 == 0 ? 0 : 15)
					       ? 'a'
					       : octets[(state >> 8) % (sizeof octets - 1)];
			}
			for (size_t at = 1; at < n; at += 1 + at % 3)
				compare(p, n, at, "random");
		}
}

Test(dkim_scan, best_is_there)
{
	cr_expect(dkim_scan_has(dkim_scan_best()));
	cr_expect_not(dkim_scan_has(DKIM_SCAN_WAYS));
}
