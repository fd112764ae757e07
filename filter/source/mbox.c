#include "filter/source/mbox.h"

#include <stdlib.h>

enum { SIZE = 256 * 1024 };

struct mbox {
	struct unpack *in;
	size_t max;
	struct mbox_counts counts;
	bool end;
	enum fault error;
	size_t at, n; /* the unread octets in bytes */
	char bytes[SIZE];
};

struct mbox *
mbox_open(struct unpack *in, size_t max)
{
	struct mbox *mbox = malloc(sizeof *mbox);

	if (mbox == NULL) {
		unpack_close(in);
		return NULL;
	}
	mbox->in = in;
	mbox->max = max;
	mbox->end = false;
	mbox->error = FAULT_NONE;
	mbox->at = mbox->n = 0;
	mbox->counts = (struct mbox_counts){.joined = 0};
	return mbox;
}

int
mbox_next_file(struct mbox *mbox, enum fault *error)
{
	mbox->end = false;
	mbox->error = FAULT_NONE;
	mbox->at = mbox->n = 0;
	return unpack_next(mbox->in, error);
}

const char *
mbox_file(const struct mbox *mbox)
{
	return unpack_name(mbox->in);
}

struct mbox_counts
mbox_counts(const struct mbox *mbox)
{
	return mbox->counts;
}

/* Reads more bytes into the buffer, if there is room; false if nothing was read. */
static bool
fill(struct mbox *mbox)
{
	enum fault error = FAULT_NONE;
	long got;

	if (mbox->end)
		return false;
	if (mbox->at > 0) {
		memmove(mbox->bytes, mbox->bytes + mbox->at, mbox->n - mbox->at);
		mbox->n -= mbox->at;
		mbox->at = 0;
	}
	if (mbox->n == SIZE)
		return false;
	got = unpack_read(mbox->in, mbox->bytes + mbox->n, SIZE - mbox->n, &error);
	mbox->end = got <= 0;
	if (got < 0)
		mbox->error = error;
	if (got > 0)
		mbox->n += (size_t)got;
	return got > 0;
}

static struct slice
rest(const struct mbox *mbox)
{
	return slice_make(mbox->bytes + mbox->at, mbox->n - mbox->at);
}

struct slice
mbox_peek(struct mbox *mbox, size_t n)
{
	while (mbox->n - mbox->at < n && fill(mbox))
		continue;
	return slice_head(rest(mbox), n);
}

/*
 * Returns the next line with its line end, or a part of a line that is longer than the buffer;
 * empty at the end. The line is not consumed.
 */
static struct slice
next_line(struct mbox *mbox)
{
	size_t looked = 0;

	for (;;) {
		struct slice all = rest(mbox);
		size_t at = looked + slice_find(slice_from(all, looked), '\n');

		if (at < all.n)
			return slice_head(all, at + 1);
		looked = all.n;
		if (!fill(mbox))
			return rest(mbox);
	}
}

static bool
append(struct mbox_message *message, size_t *cap, size_t max, struct slice s)
{
	if (s.n > max - message->n) {
		message->partial = true;
		s = slice_head(s, max - message->n);
	}
	if (s.n > *cap - message->n) {
		size_t wanted = *cap < 8192 ? 8192 : *cap;
		char *grown;

		while (wanted - message->n < s.n)
			wanted *= 2;
		grown = realloc(message->bytes, wanted);
		if (grown == NULL)
			return false;
		message->bytes = grown;
		*cap = wanted;
	}
	if (s.n > 0)
		memcpy(message->bytes + message->n, s.p, s.n);
	message->n += s.n;
	return true;
}

static struct slice
without_quote(struct slice line, enum mbox_quoting quoting)
{
	size_t n = 0;

	while (n < line.n && line.p[n] == '>')
		n++;
	if (n == 0 || quoting == MBOX_NONE || (quoting == MBOX_O && n > 1) ||
		!slice_starts(slice_from(line, n), SLICE("From ")))
		return line;
	return slice_from(line, 1);
}

static bool
is_empty_line(struct slice line)
{
	return slice_eq(line, SLICE("\n")) || slice_eq(line, SLICE("\r\n"));
}

/* Returns the line after the next n octets, or as much of it as the buffer holds. */
static struct slice
line_behind(struct mbox *mbox, size_t n)
{
	for (;;) {
		struct slice all = slice_from(rest(mbox), n);
		size_t at = slice_find(all, '\n');

		if (at < all.n)
			return slice_head(all, at + 1);
		if (!fill(mbox))
			return all;
	}
}

/* Does a `From ` line begin a message, or is it text? */
static bool
begins_message(struct mbox *mbox, struct slice *line, bool after_empty)
{
	const size_t n = line->n;
	struct slice below = line_behind(mbox, n);
	enum mbox_from from;

	*line = slice_head(rest(mbox), n); /* the buffer may have moved */
	from = mbox_from_line(*line, below, after_empty);
	mbox->counts.joined += from == MBOX_FROM_JOINED ? 1 : 0;
	mbox->counts.text += from == MBOX_FROM_TEXT && after_empty ? 1 : 0;
	return from != MBOX_FROM_TEXT;
}

/* Reads the lines of one message into *message, unless it is NULL. False when out of memory. */
static bool
take_lines(struct mbox *mbox, enum mbox_quoting quoting, struct mbox_message *message, bool *first,
	size_t *last)
{
	bool begins = true, after_empty = false;
	size_t cap = 0;

	for (;;) {
		struct slice line = next_line(mbox);

		if (line.n == 0)
			return true;
		if (!*first && begins && quoting != MBOX_NONE &&
			slice_starts(line, SLICE("From ")) &&
			begins_message(mbox, &line, after_empty)) {
			if (!after_empty)
				*last = 0;
			return true;
		}
		after_empty = begins && is_empty_line(line);
		*last = after_empty ? line.n : 0;
		if (message != NULL &&
			!append(message, &cap, mbox->max,
				begins && !*first ? without_quote(line, quoting) : line))
			return false;
		begins = line.p[line.n - 1] == '\n';
		*first = false;
		mbox->at += line.n;
		/* nothing follows, so the rest need not be decompressed */
		if (quoting == MBOX_NONE && message != NULL && message->partial) {
			mbox->at = mbox->n;
			mbox->end = true;
			return true;
		}
	}
}

int
mbox_next(struct mbox *mbox, enum mbox_quoting quoting, struct mbox_message *message,
	enum fault *error)
{
	bool first = true;
	size_t last = 0;

	if (message != NULL)
		*message = (struct mbox_message){NULL, 0, false};
	if (!take_lines(mbox, quoting, message, &first, &last))
		*error = FAULT_LARGE_MESSAGE;
	else
		*error = mbox->error;
	if (*error != FAULT_NONE) {
		if (message != NULL) {
			free(message->bytes);
			message->bytes = NULL;
		}
		return -1;
	}
	if (message != NULL && quoting != MBOX_NONE && !message->partial)
		message->n -= last;
	return first ? 0 : 1;
}

double
mbox_share(const struct mbox *mbox)
{
	return unpack_share(mbox->in);
}

void
mbox_close(struct mbox *mbox)
{
	if (mbox == NULL)
		return;
	unpack_close(mbox->in);
	free(mbox);
}
