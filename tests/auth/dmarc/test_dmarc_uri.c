/* test_dmarc_uri.c: reporting URIs (RFC 9989 4.6, 4.8; RFC 3986 3). */
#include <criterion/criterion.h>

#include "auth/dmarc/dmarc_uri.h"

static const struct row {
	const char *name;
	const char *uri;
	bool valid;
} rows[] = {
	{"mail address", "mailto:dmarc@example.com", true},
	{"scheme in capitals", "MAILTO:dmarc@example.com", true},
	{"mail address with a query", "mailto:d@example.com?subject=a%20b", true},
	{"web address", "https://example.com/report?d=1#x", true},
	{"port", "https://example.com:8443/", true},
	{"user", "https://me:secret@example.com/", true},
	{"empty port", "http://example.com:/", true},
	{"IPv6 literal", "https://[2001:db8::1]:443/r", true},
	{"empty authority", "file:///tmp/r", true},
	{"unknown scheme", "x-new+a.b-1:anything", true},
	{"scheme and nothing", "mailto:", true},
	{"encoded comma and exclamation", "mailto:a%2Cb%21@example.com", true},
	{"size", "mailto:a@example.com!10", true},
	{"size with a unit", "mailto:a@example.com!10m", true},
	{"size with a unit in capitals", "mailto:a@example.com!1G", true},
	{"a large size", "mailto:a@example.com!99999999999999999999999t", true},
	{"size without a number", "mailto:a@example.com!", false},
	{"size of a unit alone", "mailto:a@example.com!m", false},
	{"unknown unit", "mailto:a@example.com!10x", false},
	{"two units", "mailto:a@example.com!10mm", false},
	{"two sizes", "mailto:a@example.com!10!10", false},
	{"blank before the size", "mailto:a@example.com !10", false},
	{"exclamation inside", "mailto:a!b@example.com", false},
	{"comma inside", "mailto:a,b@example.com", false},
	{"no scheme", "dmarc@example.com", false},
	{"no scheme but a word", "not-a-uri", false},
	{"empty scheme", ":a@example.com", false},
	{"scheme begins with a digit", "1mailto:a@example.com", false},
	{"scheme with a blank", "mail to:a@example.com", false},
	{"scheme with an underscore", "mail_to:a@example.com", false},
	{"blank", "mailto:a b@example.com", false},
	{"angle brackets", "mailto:<a@example.com>", false},
	{"quotation mark", "mailto:\"a\"@example.com", false},
	{"backslash", "mailto:a\\b@example.com", false},
	{"8 bits", "mailto:\xc3\xa4@example.com", false},
	{"percent and nothing", "mailto:a%", false},
	{"percent and half", "mailto:a%4", false},
	{"percent and no hex", "mailto:a%4g@example.com", false},
	{"two fragments", "https://example.com/#a#b", false},
	{"bracket in the path", "https://example.com/[", false},
	{"bracket left open", "https://[2001:db8::1/", false},
	{"empty literal", "https://[]/", false},
	{"text after a literal", "https://[::1]x/", false},
	{"port of letters", "https://example.com:http/", false},
	{"two users", "https://a@b@example.com/", false},
	{"bracket in the user", "https://a[b@example.com/", false},
	{"nothing", "", false},
	{"size of nothing", "!10m", false},
};

Test(dmarc_uri, rows)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_eq(dmarc_uri_valid(slice_str(rows[i].uri)), rows[i].valid, "%s: %s",
			rows[i].name, rows[i].uri);
	cr_expect_not(dmarc_uri_valid(SLICE("mailto:a\0b@example.com")), "a NUL");
	cr_expect_not(dmarc_uri_valid(SLICE("ma\0lto:b@example.com")), "a NUL in the scheme");
}
