/*
 * catalogue.c: the format of .mo files (GNU gettext manual, "The Format of GNU MO Files"): two
 * tables of lengths and offsets, the English one sorted. The hash table is not used: a binary
 * search takes about ten comparisons.
 */
#include "filter/text/catalogue.h"

#include <stdint.h>
#include <string.h>

enum { HEADER = 20, ENTRY = 8 };

static uint32_t
number_at(const unsigned char *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* The string that entry i of a table describes; NULL if it or the entry is outside the n octets. */
static const char *
string_at(const unsigned char *mo, size_t n, size_t table, size_t i)
{
	size_t length, offset;

	if (table > n || (n - table) / ENTRY <= i)
		return NULL;
	length = number_at(mo + table + i * ENTRY);
	offset = number_at(mo + table + i * ENTRY + 4);
	if (offset >= n || length >= n - offset || mo[offset + length] != '\0')
		return NULL;
	return (const char *)(mo + offset);
}

const char *
catalogue_find(const unsigned char *mo, size_t n, const char *english)
{
	size_t low = 0, high;

	if (n < HEADER || number_at(mo) != 0x950412de || number_at(mo + 4) >> 16 != 0)
		return NULL;
	high = number_at(mo + 8);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const char *found = string_at(mo, n, number_at(mo + 12), middle);
		int order = found != NULL ? strcmp(english, found) : -1;

		if (order == 0)
			return string_at(mo, n, number_at(mo + 16), middle);
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}
