/*
 * stats_list.h: a run's statistics as their readers list them: the largest first, days and kinds as
 * text.
 *
 * The tables of the terminal and those of the page are both made with it.
 */
#ifndef FILTER_STATS_STATS_LIST_H
#define FILTER_STATS_STATS_LIST_H

#include "filter/stats/stats.h"

enum { STATS_DAY_OCTETS = 16 };

/* Numbers of the domains, or sources: the most messages first, then the first seen. From malloc;
 * NULL without memory. */
size_t *stats_order_domains(const struct stats *stats);
size_t *stats_order_sources(const struct stats *stats);

/* stats_day as 2026-01-31, or "-". */
void stats_day_text(int64_t seconds, char text[STATS_DAY_OCTETS]);

/* How a source was identified, in words for people: "signed by" and the like. */
const char *stats_by_text(enum source_by by);

/* The same in a word for programs: signature, envelope, host, network; "". */
const char *stats_by_word(enum source_by by);

/* An author domain, or words for "(no author domain)". */
const char *stats_author_text(const char *domain);

/* 100 n / all; 0 if all is 0. */
double stats_percent(uint64_t n, uint64_t all);

/* How many messages get another disposition in a scenario. */
uint64_t stats_changed(const struct stats_matrix *matrix);

/* How many messages of a source are judged and not aligned. */
uint64_t stats_unaligned(const struct stats_source *source);

/*
 * The class of a source: passes if all of its judged messages do, else that of most of its messages
 * that are not aligned, with the evidence for most of these.
 */
struct sender stats_source_sender(const struct stats_source *source);

#endif
