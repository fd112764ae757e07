/* manifest.h: parses lists of paths with envelopes, and side files. */
#ifndef FILTER_SOURCE_MANIFEST_H
#define FILTER_SOURCE_MANIFEST_H

#include "auth/base/input.h"
#include "filter/io/fault.h"
#include "mime/status.h"

/*
 * Parses a line of --envelopes, without line end: `path TAB client-address TAB HELO TAB
 * reverse-path`, or a JSON object with path, client_ip, helo, mail_from and client_name. Missing
 * values are unknown; an empty reverse-path or <> is the null path. Everything is owned by the
 * arena or points into line. ST_BAD with *error if the line is malformed; path is set even then, if
 * there is one.
 */
enum status manifest_line(struct slice line, struct arena *arena, struct slice *path,
	struct envelope *envelope, enum fault *error);

/*
 * Parses a side file: lines like those of --envelope stdin (client_address=, helo_name=, sender=,
 * ...), with or without its first line. ST_BAD with *fault.
 */
enum status manifest_side(
	struct slice bytes, struct arena *arena, struct envelope *envelope, enum fault *fault);

#endif
