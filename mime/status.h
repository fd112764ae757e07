/*
 * status.h: whether the program could do its work. A protocol's result (pass, fail) is never a
 * status.
 */
#ifndef MIME_STATUS_H
#define MIME_STATUS_H

enum status {
	ST_OK,   /* done; the result is set */
	ST_TEMP, /* a failure of the program or the machine; the same call may succeed later */
	ST_BAD,  /* the input does not have the required form */
	ST_LIMIT /* the input is longer or nested deeper than the limit; policy decides the
		    consequence */
};

#endif
