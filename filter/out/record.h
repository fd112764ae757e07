/*
 * record.h: --dns-record: writes the DNS answers of a run as a zone for --zone.
 *
 * The file is either written completely or left unchanged; only an earlier record or an empty file
 * is replaced.
 */
#ifndef FILTER_OUT_RECORD_H
#define FILTER_OUT_RECORD_H

#include "filter/io/fault.h"
#include "filter/settings/settings.h"
#include "mime/status.h"

/*
 * Can the record be written? Interactive commands call this before they start. Returns 0 if so, or
 * if there is no --dns-record; otherwise reports the error on stderr and returns the exit status of
 * a configuration error.
 */
int record_probe(const struct options *options, struct arena *arena);

/*
 * Writes zone (from dns_record or dns_pool_record; empty if there was more than a zone can hold) to
 * the file of --dns-record. ST_TEMP with *why.
 */
enum status record_write(
	const struct options *options, struct slice zone, struct arena *arena, enum fault *why);

/* Reports on stderr that the answers were lost with the process that had them. */
void record_lost(const struct options *options, struct arena *arena);

/* Like record_write, but reports an error on stderr and returns false. */
bool record_keep(const struct options *options, struct slice zone, struct arena *arena);

#endif
