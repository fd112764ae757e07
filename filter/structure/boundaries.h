/*
 * boundaries.h: the lines of a message at which a MIME parser would begin a part, found without
 * one, so that what it costs is bounded before it starts (RFC 2046 5.1.1)
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
	bool any; /* one is written in a form that is not read here: every line "--" counts */
};

/* Finds them; linear in raw, into which they point. */
void boundaries_find(struct slice raw, struct boundaries *boundaries);

/* May that name be the boundary of a part? */
bool boundaries_have(const struct boundaries *boundaries, struct slice name);

/* May the line, with its line end, begin or end a part? */
bool boundaries_is_line(const struct boundaries *boundaries, struct slice line);

/* Without white space at its end, which is not part of a boundary. */
struct slice boundary_without_blanks(struct slice name);

/*
 * Of a line `--NAME` or `--NAME--`, whose white space at the end does not count: *name is what is
 * behind the hyphens, *closed the same without those at its end. False for any other line.
 */
bool boundary_name(struct slice line, struct slice *name, struct slice *closed);

#endif
