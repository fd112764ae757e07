/* inspect_messages.c: finds the keys that saved messages are signed with. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth/base/domain.h"
#include "filter/inspect/inspect.h"
#include "filter/intake/msgtime.h"
#include "filter/intake/saved.h"
#include "filter/io/paths.h"
#include "filter/io/walk.h"
#include "filter/source/mbox.h"

enum { SEEN_MAX = 1000, MESSAGES_MAX = 100000, SIGNATURES_MAX = 50 };
enum {
	HEAD_OCTETS = 4 * 1024 * 1024
}; /* octets read of each message: signatures are in its header */

struct reading {
	const struct options *options;
	struct arena *arena; /* for the results */
	struct arena one;    /* for one message */
	struct inspect_messages *found;
};

static void
tell_unread(struct reading *reading, const char *path, enum fault why)
{
	struct inspect_messages *found = reading->found;

	found->ours = found->ours || fault_is_ours(why);
	if (found->unread++ == 0) {
		found->unread_path = path_shown(path, reading->arena);
		found->unread_why = fault_text(why);
	}
}

static void
note_date(struct inspect_seen *seen, const int64_t *date)
{
	if (date == NULL)
		return;
	if (!seen->has_dates || *date < seen->oldest)
		seen->oldest = *date;
	if (!seen->has_dates || *date > seen->newest)
		seen->newest = *date;
	seen->has_dates = true;
}

/* Counts a key once for each message, even if several signatures of the message use it. */
static void
note_signature(struct reading *reading, const struct dkim_sig *sig, const int64_t *date)
{
	struct inspect_messages *found = reading->found;
	struct inspect_seen *seen;

	if (sig->d.n == 0 || sig->s.n == 0)
		return;
	for (size_t i = 0; i < found->nseen; i++) {
		seen = &found->seen[i];
		if (slice_eq(seen->d, sig->d) && slice_eq(seen->s, sig->s)) {
			seen->messages += seen->last != found->messages;
			seen->last = found->messages;
			note_date(seen, date);
			return;
		}
	}
	found->cut = found->cut || found->nseen == SEEN_MAX;
	if (found->nseen == SEEN_MAX)
		return;
	seen = &found->seen[found->nseen++];
	*seen = (struct inspect_seen){.d = arena_dup(reading->arena, sig->d),
		.s = arena_dup(reading->arena, sig->s),
		.messages = 1,
		.last = found->messages};
	note_date(seen, date);
}

/* Reads the signatures of a message; a file without a header does not count as a message. */
static void
read_message(struct reading *reading, struct slice raw)
{
	const struct limits *limits = &reading->options->limits;
	const struct field *field;
	struct message message;
	struct dkim_sig sig;
	int64_t date = 0;
	bool dated;

	arena_clear(&reading->one);
	message_parse(raw, limits->fields, limits->field_size, &reading->one, &message);
	if ((message.flags & MESSAGE_NO_HEADER) != 0)
		return;
	reading->found->messages++;
	dated = message_time(&message, &reading->one, &date);
	for (size_t n = 0; n < SIGNATURES_MAX &&
			   (field = message_field(&message, "DKIM-Signature", n)) != NULL;
		n++) {
		if ((field->flags & FIELD_OVERSIZE) != 0)
			continue;
		dkim_parse(field, &reading->one, &sig);
		note_signature(reading, &sig, dated ? &date : NULL);
	}
}

static bool
is_full(struct reading *reading)
{
	if (reading->found->messages < MESSAGES_MAX)
		return false;
	reading->found->cut = true;
	return true;
}

/* Reads one file: a message or an mbox. Returns what mbox_next returned last. */
static int
read_messages(struct reading *reading, const char *name, struct mbox *mbox, enum fault *error)
{
	enum mbox_quoting quoting = MBOX_NONE;
	struct mbox_message message;
	int got = 1;

	if (saved_is_mbox(name, mbox_peek(mbox, SAVED_FIRST)))
		quoting = reading->options->mboxo ? MBOX_O : MBOX_RD;
	while (!is_full(reading)) {
		got = mbox_next(mbox, quoting, &message, error);
		if (got <= 0)
			break;
		read_message(reading, saved_unwrap(name, slice_make(message.bytes, message.n)));
		free(message.bytes);
	}
	return got;
}

/*
 * Reads all messages of a file, compressed or not. The file is not mapped, because it may be
 * truncated at any time.
 */
static void
read_files(struct reading *reading, const char *path, struct mbox *mbox)
{
	const size_t before = reading->found->messages;
	enum fault error = FAULT_NONE, one = FAULT_NONE;
	int got = 1;

	while (!is_full(reading) && (got = mbox_next_file(mbox, &one)) == 1) {
		const char *name = mbox_file(mbox);

		if (read_messages(reading, name != NULL ? name : path, mbox, &one) < 0)
			error = one;
	}
	if (got < 0)
		error = one;
	if (error != FAULT_NONE || reading->found->messages == before)
		tell_unread(reading, path, error != FAULT_NONE ? error : FAULT_NO_MESSAGE);
}

static void
read_file(struct reading *reading, const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	struct unpack *in;
	struct mbox *mbox;
	struct stat info;

	if (fd < 0) {
		tell_unread(reading, path, fault_of_path(errno));
		return;
	}
	if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
		tell_unread(reading, path, FAULT_NO_MESSAGE);
		close(fd);
		return;
	}
	in = unpack_open(fd, UNPACK_ZIP_TAR_7Z);
	mbox = in != NULL ? mbox_open(in, HEAD_OCTETS) : NULL;
	if (mbox == NULL) {
		tell_unread(reading, path, FAULT_NO_MEMORY);
		return;
	}
	read_files(reading, path, mbox);
	mbox_close(mbox);
}

static void
read_path(struct reading *reading, struct walk *walk, const char *path, bool named)
{
	struct stat info;
	enum fault error;

	if ((named ? stat(path, &info) : lstat(path, &info)) != 0) {
		tell_unread(reading, path, fault_of_path(errno));
	} else if (S_ISDIR(info.st_mode)) {
		error = walk_enter(walk, path, &info);
		if (error != FAULT_NONE)
			tell_unread(reading, path, error);
	} else {
		read_file(reading, path);
	}
}

void
inspect_messages_read(
	const struct options *options, struct arena *arena, struct inspect_messages *found)
{
	struct reading reading = {.options = options, .arena = arena, .found = found};
	struct walk walk = {.top = NULL};
	enum fault error;
	char *path;

	*found = (struct inspect_messages){.asked = options->messages.n > 0};
	if (!found->asked)
		return;
	found->seen = arena_array(arena, SEEN_MAX, sizeof *found->seen);
	arena_init(&reading.one, arena->oom, arena->oom_arg);
	for (size_t i = 0; i < options->messages.n && !is_full(&reading); i++) {
		read_path(&reading, &walk, options->messages.v[i], true);
		while (!is_full(&reading) &&
			((error = walk_next(&walk, &path)) != FAULT_NONE || path != NULL)) {
			if (error != FAULT_NONE)
				tell_unread(&reading, options->messages.v[i], error);
			else
				read_path(&reading, &walk, path, false);
			free(path);
		}
	}
	walk_end(&walk);
	arena_clear(&reading.one);
}
