/*
 * record.h: --dns-record: writes the DNS answers of a run as a zone for --zone.
 *
 * The file is either written completely or left unchanged; only a record or an empty file is
 * replaced.
 */
#ifndef FILTER_OUT_RECORD_H
#define FILTER_OUT_RECORD_H

#include "filter/io/fault.h"
#include "filter/settings/settings.h"
#include "mime/status.h"

/*
 * Can the record be written? For interactive commands, before they start: 0, or the exit status of
 * a configuration error after a line to stderr. 0 if there is no --dns-record.
 */
int record_probe(const struct options *options, struct arena *arena);

/*
 * Writes zone (from dns_record or dns_pool_record; empty: more than a zone can hold) to
 * --dns-record. ST_TEMP with *why.
 */
enum status record_write(
	const struct options *options, struct slice zone, struct arena *arena, enum fault *why);

/* Reports on stderr that the answers were lost with the process that had them. */
void record_lost(const struct options *options, struct arena *arena);

/* Like record_write, but reports an error on stderr and returns false. */
bool record_keep(const struct options *options, struct slice zone, struct arena *arena);

#endif
