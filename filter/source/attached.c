#include "filter/source/attached.h"

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "filter/intake/saved.h"
#include "filter/io/read.h"

struct taking {
	struct arena arena; /* for decoded messages */
	jmp_buf out_of_memory;
};

/*
 * Reads the file of an item into memory from malloc, NULL if it is empty; the file offset is
 * unchanged. FAULT_MANY_PARTS: it is too large to be searched.
 */
static enum fault
read_item(const struct item *item, char **bytes, size_t *n)
{
	struct stat info;
	ssize_t got;

	*n = 0;
	*bytes = NULL;
	if (fstat(item->fd, &info) != 0)
		return fault_of_lack(errno, FAULT_UNREADABLE);
	if (info.st_size > STRUCTURE_OCTETS)
		return FAULT_MANY_PARTS;
	if (info.st_size <= 0)
		return FAULT_NONE;
	*bytes = malloc((size_t)info.st_size);
	if (*bytes == NULL)
		return FAULT_NO_MEMORY;
	got = read_at(item->fd, *bytes, (size_t)info.st_size, 0);
	if (got < 0)
		return fault_of_lack(errno, FAULT_UNREADABLE);
	*n = (size_t)got;
	return FAULT_NONE;
}

static void
give(struct attached *attached, const char *name, const struct structure_message *found)
{
	const size_t size = strlen(name) + 40;
	char *title = malloc(size), *bytes = malloc(found->bytes.n);

	if (title != NULL)
		(void)snprintf(title, size, "%s/%s-%zu", name,
			found->recoded ? "reencoded" : "attached", attached->n + 1);
	if (bytes != NULL)
		memcpy(bytes, found->bytes.p, found->bytes.n);
	attached->items[attached->n++] = (struct item){.fd = -1,
		.n = found->bytes.n,
		.name = title,
		.bytes = bytes,
		.error = bytes != NULL ? FAULT_NONE : FAULT_NO_MEMORY};
}

static void
say_more(struct attached *attached, const char *name)
{
	static const char end[] = "/attached";
	const size_t size = strlen(name) + sizeof end;
	struct item *item = &attached->items[attached->n++];

	*item = (struct item){.fd = -1, .error = FAULT_MANY_PARTS, .name = malloc(size)};
	if (item->name != NULL)
		(void)snprintf(item->name, size, "%s%s", name, end);
}

static void
on_out_of_memory(void *arg, enum arena_lack lack)
{
	(void)lack;
	longjmp(((struct taking *)arg)->out_of_memory, 1);
}

/* Reports that the attached messages could not be looked for. */
static void
report_fault(struct attached *attached, const char *name, enum fault fault)
{
	attached_clear(attached);
	attached->items[0] = (struct item){.fd = -1, .error = fault};
	attached->items[0].name = strdup(name);
	attached->n = 1;
}

/*
 * Adds an item for each message found, and one that reports messages that were skipped. None is
 * skipped silently, not even if memory runs out.
 */
static void
take_messages(struct attached *attached, const char *name, struct slice bytes,
	struct address_gmime *gmime)
{
	struct structure_message *found = calloc(STRUCTURE_MESSAGES, sizeof *found);
	struct taking taking;
	bool whole;
	size_t n;

	arena_init(&taking.arena, on_out_of_memory, &taking);
	if (found == NULL || setjmp(taking.out_of_memory) != 0 ||
		structure_messages(gmime, saved_unwrap(name, bytes), &taking.arena, found, &n,
			&whole) != ST_OK) {
		report_fault(attached, name, FAULT_NO_MEMORY);
	} else {
		for (size_t i = 0; i < n; i++)
			give(attached, name, &found[i]);
		if (!whole)
			say_more(attached, name);
	}
	arena_clear(&taking.arena);
	free(found);
}

void
attached_take(struct attached *attached, const struct item *item, struct address_gmime *gmime)
{
	enum fault fault = FAULT_NONE;
	char *bytes = item->bytes;
	size_t n = item->n;

	attached_clear(attached);
	if (item->error != FAULT_NONE || item->name == NULL || item->partial)
		return;
	if (item->fd >= 0)
		fault = read_item(item, &bytes, &n);
	if (fault == FAULT_MANY_PARTS)
		say_more(attached, item->name);
	else if (fault != FAULT_NONE)
		report_fault(attached, item->name, fault);
	else if (n > 0 && bytes != NULL)
		take_messages(attached, item->name, slice_make(bytes, n), gmime);
	if (item->fd >= 0)
		free(bytes);
}

bool
attached_next(struct attached *attached, struct item *item)
{
	if (attached->next == attached->n)
		return false;
	*item = attached->items[attached->next];
	attached->items[attached->next++] = (struct item){.fd = -1};
	return true;
}

void
attached_clear(struct attached *attached)
{
	for (; attached->next < attached->n; attached->next++)
		item_clear(&attached->items[attached->next]);
	attached->n = attached->next = 0;
}
