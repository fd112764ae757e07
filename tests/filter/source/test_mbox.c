#include "filter/source/mbox.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

#include "filter/io/spool.h"

enum { MOST = 4, LIMIT = 100 };

#define AT " Sat Nov 28 05:47:06 2026\n"

/* clang-format off */
static const struct row {
	const char *name;
	enum mbox_quoting quoting;
	const char *file;
	const char *want[MOST]; /* up to the first NULL */
} rows[] = {
	{"nothing", MBOX_RD, "", {NULL}},
	{"one", MBOX_RD, "From x\nA: b\n\nc\n\n", {"From x\nA: b\n\nc\n"}},
	{"two", MBOX_RD, "From x\nA: b\n\nc\n\nFrom y\nD: e\n\n", {"From x\nA: b\n\nc\n", "From y\nD: e\n"}},
	{"CRLF", MBOX_RD, "From x\r\nA: b\r\n\r\nc\r\n\r\nFrom y\r\nD: e\r\n\r\n", {"From x\r\nA: b\r\n\r\nc\r\n", "From y\r\nD: e\r\n"}},
	{"a date, and no field", MBOX_RD, "From x\nA: b\n\nc\n\nFrom y" AT "\nd\n\n", {"From x\nA: b\n\nc\n", "From y" AT "\nd\n"}},
	{"a field, and no date", MBOX_RD, "From x\nA: b\n\nc\n\nFrom -\nX-Y: e\n", {"From x\nA: b\n\nc\n", "From -\nX-Y: e\n"}},
	{"no empty line, a date", MBOX_RD, "From x\nA: b\n\nc\nFrom y" AT "D: e\n", {"From x\nA: b\n\nc\n", "From y" AT "D: e\n"}},
	{"no empty line, a date with a zone", MBOX_RD, "From x\nA: b\n\nc\nFrom - Sat Nov 28 05:47:06 +0000 2026\nD: e\n", {"From x\nA: b\n\nc\n", "From - Sat Nov 28 05:47:06 +0000 2026\nD: e\n"}},
	{"no empty line, a field of mail", MBOX_RD, "From x\nA: b\n\nc\nFrom y\nReceived: e\n", {"From x\nA: b\n\nc\n", "From y\nReceived: e\n"}},
	{"no empty line, any word and a colon", MBOX_RD, "From x\nA: b\n\nc\nFrom you\nNote: e\n", {"From x\nA: b\n\nc\nFrom you\nNote: e\n"}},
	{"no empty line, a header alone", MBOX_RD, "From x\nA: b\nFrom y" AT "D: e\n\n", {"From x\nA: b\n", "From y" AT "D: e\n"}},
	{"a body's line after text", MBOX_RD, "From x\nA: b\n\nc\nFrom you\n\n", {"From x\nA: b\n\nc\nFrom you\n"}},
	{"a body's line after an empty one", MBOX_RD, "From x\nA: b\n\nc\n\nFrom here on we walked.\nd\n\n", {"From x\nA: b\n\nc\n\nFrom here on we walked.\nd\n"}},
	{"a body's line with a time", MBOX_RD, "From x\nA: b\n\nc\n\nFrom now until 10:30 today\nd\n", {"From x\nA: b\n\nc\n\nFrom now until 10:30 today\nd\n"}},
	{"a body's line with a year", MBOX_RD, "From x\nA: b\n\nc\n\nFrom about 2026 on\nd\n", {"From x\nA: b\n\nc\n\nFrom about 2026 on\nd\n"}},
	{"no line end at the end", MBOX_RD, "From x\nA: b\n\nc", {"From x\nA: b\n\nc"}},
	{"two empty lines before the next", MBOX_RD, "From x\nA: b\n\n\nFrom y" AT "\n", {"From x\nA: b\n\n", "From y" AT}},
	{"mboxrd takes one off", MBOX_RD, "From x\n\n>From a\n>>From b\n> From c\n>from d\n", {"From x\n\nFrom a\n>From b\n> From c\n>from d\n"}},
	{"mboxo only off one", MBOX_O, "From x\n\n>From a\n>>From b\n", {"From x\n\nFrom a\n>>From b\n"}},
	{"no mbox: all of it", MBOX_NONE, "From x\n\n>From a\n\nFrom y\n\n", {"From x\n\n>From a\n\nFrom y\n\n"}},
	{"over the limit, and the next one", MBOX_RD,
		"From x\n\n0123456789012345678901234567890123456789012345678901234567890123456789"
		"0123456789012345678901234567890123456789\n\nFrom y\nA: b\n\n",
		{"From x\n\n01234567890123456789012345678901234567890123456789012345678901234567"
		 "890123456789012345678901", "From y\nA: b\n"}},
};
/* clang-format on */

static struct mbox *
open_text(struct slice text, size_t max)
{
	int fd = spool_open(NULL, text.n);

	cr_assert(fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n);
	cr_assert(lseek(fd, 0, SEEK_SET) == 0);
	return mbox_open(unpack_open(fd, UNPACK_ZIP_TAR_7Z), max);
}

Test(mbox, messages)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		struct mbox *mbox = open_text(slice_str(row->file), LIMIT);
		struct mbox_message message;
		enum fault error = FAULT_NONE;
		size_t n = 0;

		while (mbox_next(mbox, row->quoting, &message, &error) == 1) {
			cr_assert(n < MOST && row->want[n] != NULL, "%s: too many", row->name);
			cr_expect(slice_eq(slice_make(message.bytes, message.n),
					  slice_str(row->want[n])),
				"%s: %zu is %.*s", row->name, n, (int)message.n, message.bytes);
			cr_expect_eq(message.partial, message.n == LIMIT, "%s", row->name);
			free(message.bytes);
			n++;
		}
		cr_expect(n == MOST || row->want[n] == NULL, "%s: %zu", row->name, n);
		cr_expect_eq(error, FAULT_NONE, "%s", row->name);
		mbox_close(mbox);
	}
}

/* Mailboxes that lost their empty lines, or do not quote From lines. */
Test(mbox, counts)
{
	static const struct {
		const char *file;
		size_t joined, text;
	} counted[] = {
		{"From x\nA: b\n\nc\n\nFrom y" AT "D: e\n", 0, 0},
		{"From x\nA: b\n\nc\nFrom y" AT "D: e\nFrom z" AT "F: g\n", 2, 0},
		{"From x\nA: b\n\nc\n\nFrom here on\nFrom there on\n\nFrom me\n", 0, 2},
	};

	for (size_t i = 0; i < sizeof counted / sizeof *counted; i++) {
		struct mbox *mbox = open_text(slice_str(counted[i].file), LIMIT);
		enum fault error = FAULT_NONE;
		struct mbox_counts counts;

		while (mbox_next(mbox, MBOX_RD, NULL, &error) == 1)
			continue;
		counts = mbox_counts(mbox);
		cr_expect_eq(counts.joined, counted[i].joined, "%zu: %zu", i, counts.joined);
		cr_expect_eq(counts.text, counted[i].text, "%zu: %zu", i, counts.text);
		mbox_close(mbox);
	}
}

Test(mbox, line_longer_than_any_buffer)
{
	enum { LONG = 1000000 };
	char *text = malloc(LONG);
	struct mbox_message message;
	enum fault error = FAULT_NONE;
	struct mbox *mbox;

	memset(text, 'x', LONG);
	memcpy(text, "From ", 5);
	memcpy(text + LONG - 13, "\n\nFrom y\nA:b\n", 13);
	mbox = open_text(slice_make(text, LONG), LONG);
	cr_assert_eq(mbox_next(mbox, MBOX_RD, &message, &error), 1);
	cr_expect(slice_eq(slice_make(message.bytes, message.n), slice_make(text, LONG - 12)));
	free(message.bytes);
	cr_assert_eq(mbox_next(mbox, MBOX_RD, &message, &error), 1);
	cr_expect(slice_eq(slice_make(message.bytes, message.n), SLICE("From y\nA:b\n")));
	free(message.bytes);
	mbox_close(mbox);
	free(text);
}

Test(mbox, whole_over_the_limit)
{
	struct mbox *mbox = open_text(SLICE("From x\nA: b\n\nFrom y\nA: b\n"), 9);
	struct mbox_message message;
	enum fault error = FAULT_NONE;

	cr_assert_eq(mbox_next(mbox, MBOX_NONE, &message, &error), 1);
	cr_expect(message.partial && message.n == 9);
	free(message.bytes);
	cr_expect_eq(mbox_next(mbox, MBOX_NONE, &message, &error), 0, "the rest is no message");
	cr_expect_eq(error, FAULT_NONE);
	mbox_close(mbox);
}
