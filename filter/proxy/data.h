/*
 * data.h: what follows DATA (RFC 5321 4.5.2), up to CRLF.CRLF and nothing else.
 */
#ifndef FILTER_PROXY_DATA_H
#define FILTER_PROXY_DATA_H

#include "mime/slice.h"

struct proxy_data {
	enum { DATA_START, DATA_DOT, DATA_DOT_CR, DATA_TEXT, DATA_CR } at;
	bool done; /* the end was there */
	bool bare; /* a CR or LF stood alone (RFC 5321 2.3.8): other programs may see an end there
		    */
};

/*
 * Takes octets as they come; *data begins as all zero. Writes the message, without stuffed dots, to
 * out, which has room for octets.n and one more; *size is set to how much that is. Returns how many
 * octets were taken: all, or as far as the end went.
 */
size_t proxy_data_take(struct proxy_data *data, struct slice octets, char *out, size_t *size);

#endif
