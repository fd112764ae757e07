#include "filter/text/catalogue.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/*
 * the format described in the GNU gettext manual, written by hand: two sentences and the header,
 * sorted
 */
static const unsigned char two[] =
	"\xde\x12\x04\x95"                     /* 0 magic */
	"\0\0\0\0"                             /* 4 revision */
	"\3\0\0\0\34\0\0\0\64\0\0\0"           /* 8 three strings; tables at 28, 52 */
	"\0\0\0\0\0\0\0\0"                     /* 20 no hash table */
	"\0\0\0\0\114\0\0\0"                   /* 28 "" at 76 */
	"\3\0\0\0\115\0\0\0\5\0\0\0\121\0\0\0" /* 36 "one" at 77, "three" at 81 */
	"\6\0\0\0\127\0\0\0"                   /* 52 "header" at 87 */
	"\3\0\0\0\136\0\0\0\4\0\0\0\142\0\0\0" /* 60 "uno" at 94, "tres" at 98 */
	"\0one\0three\0header\0uno\0tres";     /* 76, with the NUL that C adds */

static const struct row {
	const char *name, *english, *want;
} rows[] = {
	{"first", "one", "uno"},
	{"last", "three", "tres"},
	{"before all", "a", NULL},
	{"between two", "theirs", NULL},
	{"after all", "z", NULL},
	{"beginning of another", "thre", NULL},
	{"longer than another", "one ", NULL},
	{"other case", "One", NULL},
};

Test(catalogue, find)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *found = catalogue_find(two, sizeof two, rows[i].english);

		if (rows[i].want == NULL)
			cr_expect_null(found, "%s", rows[i].name);
		else
			cr_expect_str_eq(
				found != NULL ? found : "", rows[i].want, "%s", rows[i].name);
	}
}

/*
 * Looks up every row: no octet after the n-th is read (make asan), and a string that is found ends
 * before.
 */
static void
within(const unsigned char *octets, size_t n, const char *what, size_t at)
{
	unsigned char *mo = malloc(n > 0 ? n : 1);

	cr_assert_not_null(mo);
	memcpy(mo, octets, n);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *found = catalogue_find(mo, n, rows[i].english);

		cr_expect(found == NULL ||
				  memchr(found, '\0',
					  n - (size_t)((const unsigned char *)found - mo)) != NULL,
			"%s at %zu", what, at);
	}
	free(mo);
}

Test(catalogue, cut)
{
	for (size_t n = 0; n <= sizeof two; n++)
		within(two, n, "cut", n);
}

Test(catalogue, changed)
{
	static const unsigned char octets[] = {0, 1, 0x7f, 0x80, 0xff};

	for (size_t at = 0; at < sizeof two; at++) {
		for (size_t i = 0; i < sizeof octets; i++) {
			unsigned char changed[sizeof two];

			memcpy(changed, two, sizeof two);
			changed[at] = octets[i];
			within(changed, sizeof two, "changed", at);
		}
	}
}
