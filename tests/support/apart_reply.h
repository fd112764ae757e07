/* apart_reply.h: in place of a separate process: ends and replies as the test says. */
#ifndef TESTS_SUPPORT_APART_REPLY_H
#define TESTS_SUPPORT_APART_REPLY_H

#include <criterion/criterion.h>
#include <string.h>

#include "mime/apart.h"
#include "mime/slice.h"

/* What apart_reply_run returns: how the process ended, and its reply. */
static struct {
	enum apart_end end;
	struct slice reply;
} apart_reply;

static enum apart_end
apart_reply_run(const struct apart_job *job, char *reply, size_t size, size_t *n)
{
	(void)job;
	cr_assert(apart_reply.reply.n <= size);
	if (apart_reply.reply.n > 0)
		memcpy(reply, apart_reply.reply.p, apart_reply.reply.n);
	*n = apart_reply.reply.n;
	return apart_reply.end;
}

#endif
