/*
 * page_file.h: a file that is written whole or not at all.
 */
#ifndef FILTER_PAGE_PAGE_FILE_H
#define FILTER_PAGE_PAGE_FILE_H

#include <stdio.h>

#include "filter/io/fault.h"
#include "mime/arena.h"
#include "mime/status.h"

struct page_file {
	FILE *out;          /* what is written goes here */
	const char *target; /* where it is to stand; behind a link, where the link leads */
	const char *part;   /* what it is called until then, in the same folder */
};

/* A file that stands there keeps its mode. ST_TEMP with *why; then there is nothing to close. */
enum status page_file_open(
	struct page_file *file, const char *path, struct arena *arena, enum fault *why);

/* To the disk, and over the target; ST_TEMP with *why, and then as page_file_drop. */
enum status page_file_keep(struct page_file *file, enum fault *why);

/* Leaves the target as it was and nothing else behind. */
void page_file_drop(struct page_file *file);

#endif
