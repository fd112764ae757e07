#include "filter/source/pack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter/intake/saved.h"
#include "filter/source/mbox.h"

struct pack {
	const struct options *options;
	struct mbox *mbox;
	char *name, *line;
	bool at_file; /* a file is being read */
	bool any;     /* the first file, or the lack of one, has been handled */
	char *file;   /* name of the current file: name, or name/file */
	enum mbox_quoting quoting;
	size_t in_mbox;
};

struct pack *
pack_open(const struct options *options, int fd, char *name, char *line)
{
	struct pack *pack = calloc(1, sizeof *pack);
	/*
	 * a file that is named like a single message is one, so that it need not be read to be
	 * counted
	 */
	struct unpack *in = unpack_open(fd, saved_is_one(name) ? UNPACK_ONE : UNPACK_ZIP_TAR_7Z);

	if (pack != NULL && in != NULL)
		pack->mbox = mbox_open(in, (size_t)options->max_size);
	else
		unpack_close(in);
	if (pack == NULL || pack->mbox == NULL) {
		free(pack);
		return NULL;
	}
	pack->options = options;
	pack->name = name;
	pack->line = line;
	return pack;
}

void
pack_rename(struct pack *pack, char *name)
{
	free(pack->name);
	pack->name = name;
}

/* Returns name, or name/file, from malloc; NULL when out of memory. */
static char *
name_below(const char *name, const char *file)
{
	size_t n;
	char *whole;

	if (file == NULL)
		return strdup(name);
	while (*file == '/' || strncmp(file, "./", 2) == 0)
		file++;
	n = strlen(name) + strlen(file) + 2;
	whole = malloc(n);
	if (whole != NULL)
		(void)snprintf(whole, n, "%s/%s", name, file);
	return whole;
}

/* Is it one of the files with metadata that macOS adds for each file? */
static bool
is_companion(const char *file)
{
	return file != NULL &&
	       (strncmp(file, "__MACOSX/", 9) == 0 || strstr(file, "/__MACOSX/") != NULL);
}

/* Goes to the next file. Returns 1; 0 at the end; -1 with *error. */
static int
next_file(struct pack *pack, enum fault *error)
{
	int got;

	do
		got = mbox_next_file(pack->mbox, error);
	while (got == 1 && is_companion(mbox_file(pack->mbox)));
	free(pack->file);
	pack->file = NULL;
	pack->at_file = got == 1;
	pack->in_mbox = 0;
	if (got == 0 && !pack->any) { /* the file is empty */
		pack->any = true;
		*error = FAULT_EMPTY;
		return -1;
	}
	pack->any = true;
	if (got != 1)
		return got;
	pack->file = name_below(pack->name, mbox_file(pack->mbox));
	if (pack->file == NULL) {
		*error = FAULT_NO_MEMORY;
		return -1;
	}
	pack->quoting = MBOX_NONE;
	if (saved_is_mbox(pack->file, mbox_peek(pack->mbox, SAVED_FIRST)))
		pack->quoting = pack->options->mboxo ? MBOX_O : MBOX_RD;
	return 1;
}

static char *
item_name(const struct pack *pack, size_t number)
{
	const char *file = pack->file != NULL ? pack->file : pack->name;
	size_t size = strlen(file) + 32;
	char *name = malloc(size);

	if (name != NULL && number > 0)
		(void)snprintf(name, size, "%s#%zu", file, number);
	else if (name != NULL)
		(void)snprintf(name, size, "%s", file);
	return name;
}

bool
pack_next(struct pack *pack, bool wanted, struct item *item)
{
	struct mbox_message message = {NULL, 0, false};
	enum fault error = FAULT_NONE;
	int got = 0;

	while (got == 0) {
		const bool whole = pack->at_file && pack->quoting == MBOX_NONE;

		if (!pack->at_file) {
			got = next_file(pack, &error);
			if (got == 0)
				return false;
			if (got < 0)
				break;
			got = 0;
			continue;
		}
		got = whole && !wanted ? 1
				       : mbox_next(pack->mbox, pack->quoting,
						 wanted ? &message : NULL, &error);
		if (got == 0 && whole) { /* a file named like a single message is one message,
					    whatever it contains */
			got = -1;
			error = FAULT_EMPTY;
		}
		pack->at_file = got == 1 && !whole;
	}
	*item = (struct item){
		.fd = -1,
		.name = item_name(pack,
			pack->file != NULL && pack->quoting != MBOX_NONE ? ++pack->in_mbox : 0),
		.error = got < 0 ? error : FAULT_NONE,
		.bytes = message.bytes,
		.n = message.n,
		.partial = message.partial,
		.line = pack->line != NULL ? strdup(pack->line) : NULL,
	};
	return true;
}

void
pack_count(const struct pack *pack, struct source_damage *damage)
{
	const struct mbox_counts counts = mbox_counts(pack->mbox);

	if (counts.joined + counts.text == 0)
		return;
	if (damage->mailboxes++ == 0)
		(void)snprintf(damage->first, sizeof damage->first, "%s", pack->name);
	damage->joined += counts.joined;
	damage->text += counts.text;
}

double
pack_share(const struct pack *pack)
{
	return mbox_share(pack->mbox);
}

void
pack_close(struct pack *pack)
{
	if (pack == NULL)
		return;
	mbox_close(pack->mbox);
	free(pack->name);
	free(pack->line);
	free(pack->file);
	free(pack);
}
