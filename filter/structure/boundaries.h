/*
 * boundaries.h: finds the lines of a message at which a MIME parser would begin a part (RFC 2046
 * 5.1.1), without such a parser, so that its work is bounded before it starts; and what else is
 * costly for a parser.
 */
#ifndef FILTER_STRUCTURE_BOUNDARIES_H
#define FILTER_STRUCTURE_BOUNDARIES_H

#include <stdbool.h>

#include "mime/slice.h"

enum { BOUNDARY_NAMES = 64, BOUNDARY_NAME_MAX = 200 };

/* Every value of a parameter `boundary`, wherever it is in the message: also in its text. */
struct boundaries {
	struct slice names[BOUNDARY_NAMES];
	size_t n;
	bool any; /* one has a form that is not read here, or there are too many: every line that
		     begins "--" counts */
};

/* Finds them in time linear in the size of raw, into which they point. */
void boundaries_find(struct slice raw, struct boundaries *boundaries);

/* May that name be the boundary of a part? */
bool boundaries_have(const struct boundaries *boundaries, struct slice name);

/* May the line, with its line end, begin or end a part? */
bool boundaries_is_line(const struct boundaries *boundaries, struct slice line);

/* The name without white space at its end, which is not part of a boundary. */
struct slice boundary_without_blanks(struct slice name);

/*
 * Splits a line `--NAME` or `--NAME--`, ignoring white space at its end: *name is the text after
 * the first hyphens, *closed the same without the final ones. False for any other line.
 */
bool boundary_name(struct slice line, struct slice *name, struct slice *closed);

/*
 * How many multipart and message types the octets may name, anywhere: at least as many as levels of
 * nesting. Linear time.
 */
size_t boundaries_types(struct slice raw);

/* Is it a field of addresses? GMime recurses at each colon in them. */
bool line_has_addresses(struct slice line);

/* The semicolons in the line, each of which may begin a parameter. */
size_t line_parameters(struct slice line);

/* Overwrites the octets of copy from that offset up to n, but no line ends. */
void line_overwrite(char *copy, size_t from, size_t n);

/*
 * Overwrites, in the copy at `at`, what would make GMime convert a character set in a line of a
 * Content-* field; but nothing in the parameter boundary, which may contain "=?".
 */
void line_hide_words(struct slice line, char *at);

#endif
