#define _XOPEN_SOURCE 700
#include "filter/wholefile.h"

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
	{"empty",           SLICE_INIT(""),              100, true },
	{"nothing may be",  SLICE_INIT(""),              0,   true },
	{"text",            SLICE_INIT("abc\n"),         100, true },
	{"NUL and CR",      SLICE_INIT("\0a\r\n\0\xff"), 100, true },
	{"at the limit",    SLICE_INIT("12345"),         5,   true },
	{"over the limit",  SLICE_INIT("123456"),        5,   false},
	{"one where 0 may", SLICE_INIT("1"),             0,   false},
};

Test(wholefile, content)
{
	char name[] = "/tmp/mailstamp-w.XXXXXX";

	cr_assert(close(mkstemp(name)) == 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		const char *why = "none";
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
			cr_expect_str_eq(why, "too large", "%s: %s", row->name, why);
		arena_clear(&arena);
	}
	unlink(name);
}

/* What is no file is refused, never waited for, and a sentence says why. */
Test(wholefile, no_file, .timeout = 10)
{
	char folder[] = "/tmp/mailstamp-w.XXXXXX";
	const char *why = NULL;
	struct slice got;
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	cr_assert_not_null(mkdtemp(folder));
	cr_assert(chdir(folder) == 0);
	cr_assert(mkfifo("fifo", 0600) == 0);
	cr_assert(symlink("loop", "loop") == 0);
	cr_expect(wholefile_read("missing", 100, &arena, &got, &why) == ST_BAD);
	cr_expect_str_eq(why, "no such file");
	cr_expect(wholefile_read("", 100, &arena, &got, &why) == ST_BAD);
	cr_expect_str_eq(why, "no such file");
	cr_expect(wholefile_read("loop", 100, &arena, &got, &why) == ST_BAD);
	cr_expect_str_eq(why, "too many links");
	cr_expect(wholefile_read(".", 100, &arena, &got, &why) == ST_BAD);
	cr_expect_str_eq(why, "not a regular file");
	cr_expect(wholefile_read("fifo", 100, &arena, &got, &why) == ST_BAD);
	cr_expect_str_eq(why, "not a regular file");
	cr_expect(wholefile_read("/dev/zero", 100, &arena, &got, &why) == ST_BAD);
	cr_expect_str_eq(why, "not a regular file");
	cr_expect(unlink("fifo") == 0 && unlink("loop") == 0);
	cr_expect(chdir("/") == 0 && rmdir(folder) == 0);
	arena_clear(&arena);
}

/* A secret that anybody on the machine can read or write is none. */
Test(wholefile, secret)
{
	static const struct {
		const char *name;
		struct slice content;
		mode_t mode;
		struct slice want;
		const char *why; /* NULL: it is read */
	} table[] = {
		{"owner only",       SLICE_INIT("s3cret"),       0600, SLICE_INIT("s3cret"),    NULL                },
		{"group may read",   SLICE_INIT("s3cret"),       0640, SLICE_INIT("s3cret"),    NULL                },
		{"others may read",  SLICE_INIT("s3cret"),       0604, SLICE_INIT(""),
                 "others can read it"									       },
		{"others may write", SLICE_INIT("s3cret"),       0602, SLICE_INIT(""),
                 "others can read it"									       },
		{"all may read",     SLICE_INIT("s3cret"),       0644, SLICE_INIT(""),          "others can read it"},
		{"a line end",       SLICE_INIT("s3cret\n"),     0600, SLICE_INIT("s3cret"),    NULL                },
		{"CRLF",             SLICE_INIT("s3cret\r\n"),   0600, SLICE_INIT("s3cret"),    NULL                },
		{"blanks are kept",  SLICE_INIT(" s3 cret \n"),  0600, SLICE_INIT(" s3 cret "), NULL                },
		{"NUL is kept",      SLICE_INIT("s3\0cret"),     0600, SLICE_INIT("s3\0cret"),  NULL                },
		{"empty",            SLICE_INIT(""),             0600, SLICE_INIT(""),          "it is empty"       },
		{"only a line end",  SLICE_INIT("\r\n"),         0600, SLICE_INIT(""),          "it is empty"       },
		{"too long",         SLICE_INIT("0123456789ab"), 0600, SLICE_INIT(""),          "too large"         },
	};
	char name[] = "/tmp/mailstamp-w.XXXXXX";

	cr_assert(close(mkstemp(name)) == 0);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		const char *why = NULL;
		struct slice got = SLICE("");
		struct arena arena;
		enum status st;

		arena_init(&arena, NULL, NULL);
		make_file(name, table[i].content, table[i].mode);
		st = wholefile_secret(name, 11, &arena, &got, &why);
		cr_expect(st == (table[i].why == NULL ? ST_OK : ST_BAD), "%s", table[i].name);
		if (table[i].why == NULL)
			cr_expect(slice_eq(got, table[i].want), "%s", table[i].name);
		else
			cr_expect_str_eq(why, table[i].why, "%s: %s", table[i].name, why);
		arena_clear(&arena);
	}
	unlink(name);
}

/* A private key is its owner's alone. */
Test(wholefile, key)
{
	static const struct {
		mode_t mode;
		const char *why; /* NULL: it is read */
	} table[] = {
		{0600, NULL                },
		{0400, NULL                },
		{0640, "others can read it"},
		{0620, "others can read it"},
		{0604, "others can read it"},
		{0601, "others can read it"},
	};
	char name[] = "/tmp/mailstamp-w.XXXXXX";

	cr_assert(close(mkstemp(name)) == 0);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		const char *why = NULL;
		struct slice got = SLICE("");
		struct arena arena;
		enum status st;

		arena_init(&arena, NULL, NULL);
		make_file(name, SLICE("key\n"), table[i].mode);
		st = wholefile_key(name, 10, &arena, &got, &why);
		cr_expect(st == (table[i].why == NULL ? ST_OK : ST_BAD), "%o", table[i].mode);
		if (table[i].why == NULL)
			cr_expect(slice_eq(got, SLICE("key\n")), "%o", table[i].mode);
		else
			cr_expect_str_eq(why, table[i].why, "%o", table[i].mode);
		arena_clear(&arena);
	}
	unlink(name);
}
