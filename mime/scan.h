/*
 * scan.h: one function per ABNF rule, named as the RFC names it.
 *
 * The functions for rules take a cursor, a slice whose start moves past the octets read. If the
 * rule matches, they return true and move the cursor; if not, they return false and the cursor does
 * not move. No function reads outside the slice, recurses without a bound, or allocates.
 */
#ifndef MIME_SCAN_H
#define MIME_SCAN_H

#include "mime/slice.h"

/* one given byte */
bool scan_char(struct slice *at, char c);
/* one given word; ASCII case does not matter */
bool scan_word(struct slice *at, struct slice word);
/* 1*DIGIT up to max (a larger number does not match); leading zeros allowed */
bool scan_number(struct slice *at, unsigned long long max, unsigned long long *value);
/* 1*( SP / HTAB ) */
bool scan_wsp(struct slice *at);
/*
 * [FWS]: SP, HTAB and line ends before one of these (RFC 5322 3.2.2, with obs-FWS); true if
 * anything was read
 */
bool scan_fws(struct slice *at);
/* comment with nesting up to 20 (RFC 5322 3.2.2) */
bool scan_comment(struct slice *at);
/* Does at begin with a well-formed comment that is nested too deep for scan_comment? */
bool scan_is_deep_comment(struct slice at);
/* [CFWS]: true if anything was read; an unclosed comment is not consumed */
bool scan_cfws(struct slice *at);
/* 1*atext, RFC 6532's UTF8-non-ascii included if utf8 (RFC 5322 3.2.3) */
bool scan_atom(struct slice *at, bool utf8, struct slice *out);
/* dot-atom-text (RFC 5322 3.2.3) */
bool scan_dot_atom(struct slice *at, bool utf8, struct slice *out);
/* quoted-string without CFWS around it; out is the text between the quotes as written */
bool scan_quoted_string(struct slice *at, bool utf8, struct slice *out);
/*
 * Skips to the first character of ends outside a quoted string, or to the end. A quote that begins
 * no quoted string is an ordinary octet, and so are all quotes after it: trying each would take
 * quadratic time.
 */
void scan_until(struct slice *at, const char *ends);
/* token of RFC 2045 5.1 */
bool scan_token(struct slice *at, struct slice *out);
/* How many octets at the start of s are printable ASCII, from first (' ' or '!') to '~'. */
size_t scan_printable_run(struct slice s, unsigned char first);
/* one UTF-8 sequence of two to four octets, well-formed (RFC 3629) */
bool scan_utf8_non_ascii(struct slice *at);

#endif
