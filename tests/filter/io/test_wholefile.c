#define _XOPEN_SOURCE 700
#include "filter/io/wholefile.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void
make_file(const char *name, struct slice content, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	cr_assert(fd >= 0);
	cr_assert(write(fd, content.p, content.n) == (ssize_t)content.n);
	cr_assert(fchmod(fd, mode) == 0);
	cr_assert(close(fd) == 0);
}

static const struct row {
	const char *name;
	struct slice content;
	size_t max;
	bool fits;
} rows[] = {
	{"empty", SLICE_INIT(""), 100, true},
	{"nothing may be", SLICE_INIT(""), 0, true},
	{"text", SLICE_INIT("abc\n"), 100, true},
	{"NUL and CR", SLICE_INIT("\0a\r\n\0\xff"), 100, true},
	{"at the limit", SLICE_INIT("12345"), 5, true},
	{"over the limit", SLICE_INIT("123456"), 5, false},
	{"one where 0 may", SLICE_INIT("1"), 0, false},
};

Test(wholefile, content)
{
	char name[] = "/tmp/mailstamp-w.XXXXXX";

	cr_assert(close(mkstemp(name)) == 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		enum fault why = FAULT_NONE;
		struct slice got = SLICE("");
		struct arena arena;
		enum status st;

		arena_init(&arena, NULL, NULL);
		make_file(name, row->content, 0644);
		st = wholefile_read(name, row->max, &arena, &got, &why);
		cr_expect(st == (row->fits ? ST_OK : ST_BAD), "%s", row->name);
		if (row->fits)
			cr_expect(slice_eq(got, row->content), "%s: the octets", row->name);
		else
			cr_expect_eq(why, FAULT_TOO_LARGE, "%s", row->name);
		arena_clear(&arena);
	}
	unlink(name);
}

/* Anything but a regular file is refused without blocking, with the reason. */
Test(wholefile, no_file, .timeout = 10)
{
	char folder[] = "/tmp/mailstamp-w.XXXXXX";
	enum fault why = FAULT_NONE;
	struct slice got;
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	cr_assert_not_null(mkdtemp(folder));
	cr_assert(chdir(folder) == 0);
	cr_assert(mkfifo("fifo", 0600) == 0);
	cr_assert(symlink("loop", "loop") == 0);
	cr_expect(wholefile_read("missing", 100, &arena, &got, &why) == ST_BAD);
	cr_expect_eq(why, FAULT_NO_FILE);
	cr_expect(wholefile_read("", 100, &arena, &got, &why) == ST_BAD);
	cr_expect_eq(why, FAULT_NO_FILE);
	cr_expect(wholefile_read("loop", 100, &arena, &got, &why) == ST_BAD);
	cr_expect_eq(why, FAULT_LINKS);
	cr_expect(wholefile_read(".", 100, &arena, &got, &why) == ST_BAD);
	cr_expect_eq(why, FAULT_NOT_REGULAR);
	cr_expect(wholefile_read("fifo", 100, &arena, &got, &why) == ST_BAD);
	cr_expect_eq(why, FAULT_NOT_REGULAR);
	cr_expect(wholefile_read("/dev/zero", 100, &arena, &got, &why) == ST_BAD);
	cr_expect_eq(why, FAULT_NOT_REGULAR);
	cr_expect(unlink("fifo") == 0 && unlink("loop") == 0);
	cr_expect(chdir("/") == 0 && rmdir(folder) == 0);
	arena_clear(&arena);
}

/* Others must not read or write a secret or a private key. Our own group may read both. */
static const struct guarded_row {
	const char *name;
	enum status (*read)(const char *path, size_t max, struct arena *arena, struct slice *bytes,
		enum fault *why);
	struct slice content;
	mode_t mode;
	struct slice want;
	const char *why; /* NULL: it is read */
} guarded_rows[] = {
	{"owner only", wholefile_secret, SLICE_INIT("s3cret"), 0600, SLICE_INIT("s3cret"), NULL},
	{"group may read", wholefile_secret, SLICE_INIT("s3cret"), 0640, SLICE_INIT("s3cret"),
		NULL},
	{"others may read", wholefile_secret, SLICE_INIT("s3cret"), 0604, SLICE_INIT(""),
		"it is readable by others"},
	{"others may write", wholefile_secret, SLICE_INIT("s3cret"), 0602, SLICE_INIT(""),
		"it is readable by others"},
	{"all may read", wholefile_secret, SLICE_INIT("s3cret"), 0644, SLICE_INIT(""),
		"it is readable by others"},
	{"a line end", wholefile_secret, SLICE_INIT("s3cret\n"), 0600, SLICE_INIT("s3cret"), NULL},
	{"CRLF", wholefile_secret, SLICE_INIT("s3cret\r\n"), 0600, SLICE_INIT("s3cret"), NULL},
	{"blanks are kept", wholefile_secret, SLICE_INIT(" s3 cret \n"), 0600,
		SLICE_INIT(" s3 cret "), NULL},
	{"NUL is kept", wholefile_secret, SLICE_INIT("s3\0cret"), 0600, SLICE_INIT("s3\0cret"),
		NULL},
	{"empty", wholefile_secret, SLICE_INIT(""), 0600, SLICE_INIT(""), "it is empty"},
	{"only a line end", wholefile_secret, SLICE_INIT("\r\n"), 0600, SLICE_INIT(""),
		"it is empty"},
	{"too long", wholefile_secret, SLICE_INIT("0123456789ab"), 0600, SLICE_INIT(""),
		"too large"},
	{"a key, owner only", wholefile_key, SLICE_INIT("key\n"), 0600, SLICE_INIT("key\n"), NULL},
	{"a key, to be read only", wholefile_key, SLICE_INIT("key\n"), 0400, SLICE_INIT("key\n"),
		NULL},
	{"a key, our group may read", wholefile_key, SLICE_INIT("key\n"), 0640, SLICE_INIT("key\n"),
		NULL},
	{"a key, group may write", wholefile_key, SLICE_INIT("key\n"), 0620, SLICE_INIT(""),
		"it is readable by others"},
	{"a key, others may read", wholefile_key, SLICE_INIT("key\n"), 0604, SLICE_INIT(""),
		"it is readable by others"},
	{"a key, others may run it", wholefile_key, SLICE_INIT("key\n"), 0601, SLICE_INIT(""),
		"it is readable by others"},
};

Test(wholefile, guarded)
{
	char name[] = "/tmp/mailstamp-w.XXXXXX";

	cr_assert(close(mkstemp(name)) == 0);
	for (size_t i = 0; i < sizeof guarded_rows / sizeof guarded_rows[0]; i++) {
		const struct guarded_row *row = &guarded_rows[i];
		enum fault why = FAULT_NONE;
		struct slice got = SLICE("");
		struct arena arena;
		enum status st;

		arena_init(&arena, NULL, NULL);
		make_file(name, row->content, row->mode);
		st = row->read(name, 11, &arena, &got, &why);
		cr_expect(st == (row->why == NULL ? ST_OK : ST_BAD), "%s", row->name);
		if (row->why == NULL)
			cr_expect(slice_eq(got, row->want), "%s", row->name);
		else
			cr_expect_str_eq(
				fault_text(why), row->why, "%s: %s", row->name, fault_text(why));
		arena_clear(&arena);
	}
	unlink(name);
}

/* If a group that we are not in may read a key, the key counts as readable by others. */
Test(wholefile, key_of_another_group)
{
	char name[] = "/tmp/mailstamp-w.XXXXXX";
	enum fault why = FAULT_NONE;
	struct arena arena;
	struct slice got;

	arena_init(&arena, NULL, NULL);
	cr_assert(close(mkstemp(name)) == 0);
	make_file(name, SLICE("key\n"), 0640);
	if (geteuid() == 0) {
		cr_assert(chown(name, 0, 12345) == 0);
		cr_expect(wholefile_key(name, 11, &arena, &got, &why) == ST_BAD);
		cr_expect_str_eq(fault_text(why), "it is readable by others");
	}
	unlink(name);
	arena_clear(&arena);
}
