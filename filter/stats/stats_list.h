/*
 * stats_list.h: statistics in the form in which they are listed: sorted, with days and kinds as
 * text.
 *
 * Used for the tables on the terminal and on the page.
 */
#ifndef FILTER_STATS_STATS_LIST_H
#define FILTER_STATS_STATS_LIST_H

#include "filter/stats/stats.h"

enum { STATS_DAY_OCTETS = 16 };

/*
 * Return the indices of the domains or sources, those with the most messages first, then in the
 * order of first messages. From malloc; NULL when out of memory.
 */
size_t *stats_order_domains(const struct stats *stats);
size_t *stats_order_sources(const struct stats *stats);

/* Writes the day as 2026-01-31, or "-". */
void stats_day_text(int64_t seconds, char text[STATS_DAY_OCTETS]);

/* Returns how a source was identified, in words for people: "signed by" and the like. */
const char *stats_by_text(enum source_by by);

/* Returns the same as a word for programs: signature, envelope, host, network or "". */
const char *stats_by_word(enum source_by by);

/* Returns the author domain, or the text "(no author domain)". */
const char *stats_author_text(const char *domain);

/* Returns 100 n / all; 0 if all is 0. */
double stats_percent(uint64_t n, uint64_t all);

/* Returns the number of messages with another disposition in a scenario. */
uint64_t stats_changed(const struct stats_matrix *matrix);

/* Returns the number of a source's messages that were evaluated and are not aligned. */
uint64_t stats_unaligned(const struct stats_source *source);

/*
 * Returns the class of a source: SENDER_PASSES if all its evaluated messages pass, else the most
 * frequent class of its unaligned messages, with their most frequent evidence.
 */
struct sender stats_source_sender(const struct stats_source *source);

#endif
