/* data.h: reads the text after DATA (RFC 5321 4.5.2); only CRLF.CRLF ends it. */
#ifndef FILTER_PROXY_DATA_H
#define FILTER_PROXY_DATA_H

#include "mime/slice.h"

struct proxy_data {
	enum { DATA_START, DATA_DOT, DATA_DOT_CR, DATA_TEXT, DATA_CR } at;
	bool done; /* the end of the message has been reached */
	bool bare; /* there was a bare CR or LF (RFC 5321 2.3.8), where other programs may see the
		      end of the message */
};

/*
 * Processes octets as they arrive; *data is all zero at the beginning. Writes the message without
 * stuffed dots to out, which has room for octets.n + 1, and its size to *size. Returns the number
 * of octets processed: all, or those up to the end of the message.
 */
size_t proxy_data_take(struct proxy_data *data, struct slice octets, char *out, size_t *size);

#endif
