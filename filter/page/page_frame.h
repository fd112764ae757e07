/* page_frame.h: what all pages have in common: beginning, end, writing the file. */
#ifndef FILTER_PAGE_PAGE_FRAME_H
#define FILTER_PAGE_PAGE_FRAME_H

#include "filter/io/fault.h"
#include "filter/text/html.h"
#include "mime/arena.h"
#include "mime/status.h"

struct page_frame {
	const char *title; /* in the reader's language */
	int64_t made;      /* time of creation, in seconds since the epoch */
	void (*body)(struct html *html, void *arg); /* writes the contents of the element main */
	void *arg;
};

/*
 * Can a file be written at path? ST_TEMP with *why if not. Call it before a run that may take
 * hours; an existing file is unchanged.
 */
enum status page_probe(const char *path, struct arena *arena, enum fault *why);

/* Like page_write (page.h). */
enum status page_frame_write(
	const struct page_frame *frame, const char *path, struct arena *arena, enum fault *why);

/* A section and its name, to be translated. */
struct page_link {
	const char *id, *name;
	bool there;
};

/* Writes links to the sections that are present. */
void page_links(struct html *html, const struct page_link *links, size_t n);

#endif
