/* a file as an mbox, compressed or not: messages end, and none is over the limit */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "filter/io/spool.h"
#include "filter/source/mbox.h"

enum { MESSAGE_MAX = 4096, MESSAGES_MAX = 100000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = spool_open(NULL, size);
	struct mbox_message message;
	struct mbox *mbox;
	enum fault error;
	enum mbox_quoting quoting = size > 0 ? data[size - 1] % 3 : MBOX_RD;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) != 0)
		abort();
	mbox = mbox_open(unpack_open(fd, UNPACK_ZIP_TAR_7Z), MESSAGE_MAX);
	assert(mbox != NULL);
	(void)mbox_peek(mbox, 8);
	for (int i = 0; i < MESSAGES_MAX; i++) {
		error = FAULT_NONE;
		if (mbox_next(mbox, quoting, &message, &error) <= 0)
			break;
		assert(message.n <= MESSAGE_MAX && error == FAULT_NONE);
		free(message.bytes);
	}
	mbox_close(mbox);
	return 0;
}
