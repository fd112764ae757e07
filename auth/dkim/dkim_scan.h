/*
 * dkim_scan.h: finds the octets of a body that are not canonical, at memory speed.
 *
 * The text between two of them is canonical as it is and is hashed in place. All implementations
 * return the same; the fastest one that the processor supports is chosen at run time.
 */
#ifndef AUTH_DKIM_DKIM_SCAN_H
#define AUTH_DKIM_DKIM_SCAN_H

#include <stdbool.h>
#include <stddef.h>

enum dkim_scan_way {
	DKIM_SCAN_OCTETS, /* octet by octet: the reference for the others */
	DKIM_SCAN_16,     /* vectors that every compiler supports */
	DKIM_SCAN_AVX2,
	DKIM_SCAN_AVX512,
	DKIM_SCAN_WAYS
};

/* Does this processor support it? */
bool dkim_scan_has(enum dkim_scan_way way);

/* The fastest one that this processor supports. */
enum dkim_scan_way dkim_scan_best(void);

/*
 * The index of the first octet of p[at] to p[n - 2] that may not be canonical, or n - 1; 0 < at <
 * n. Simple: a line end that is not CRLF, or after which an empty line may follow (RFC 6376 3.4.3).
 * Relaxed: also white space other than a single SP inside a line, and line ends before white space
 * (RFC 6376 3.4.4).
 */
size_t dkim_scan(enum dkim_scan_way way, bool relaxed, const char *p, size_t n, size_t at);

#endif
