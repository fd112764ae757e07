/* status.h: whether OUR work could be done. What a protocol answers (pass, fail) is never one. */
#ifndef MIME_STATUS_H
#define MIME_STATUS_H

enum status {
	ST_OK,   /* done; the result is set */
	ST_TEMP, /* a failure of the program or the machine; the same call may succeed later */
	ST_BAD,  /* the input is not of the form that was asked for */
	ST_LIMIT /* the input is longer or deeper than we read; policy decides what that means */
};

#endif
