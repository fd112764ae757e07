/* page_frame.h: the frame of every page: its head, its end, its file. */
#ifndef FILTER_PAGE_PAGE_FRAME_H
#define FILTER_PAGE_PAGE_FRAME_H

#include "filter/io/fault.h"
#include "filter/text/html.h"
#include "mime/arena.h"
#include "mime/status.h"

struct page_frame {
	const char *title;                          /* in the reader's language */
	int64_t made;                               /* when, in seconds since the epoch */
	void (*body)(struct html *html, void *arg); /* up to the end of the element main */
	void *arg;
};

/*
 * Can a file be written there? ST_TEMP with *why if not: better now than after a run of hours. An
 * existing file is unchanged.
 */
enum status page_probe(const char *path, struct arena *arena, enum fault *why);

/* As page_write (page.h). */
enum status page_frame_write(
	const struct page_frame *frame, const char *path, struct arena *arena, enum fault *why);

/* A section and its name, to be translated. */
struct page_link {
	const char *id, *name;
	bool there;
};

/* The list of the sections that are present. */
void page_links(struct html *html, const struct page_link *links, size_t n);

#endif
