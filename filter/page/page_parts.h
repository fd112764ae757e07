/*
 * page_parts.h: the parts of pages, for page.c and page_reports.c.
 *
 * Charts use percent horizontally, so that they fit any width and text keeps its size, and pixels
 * vertically. The shades are patterns, which can be distinguished without colour.
 */
#ifndef FILTER_PAGE_PAGE_PARTS_H
#define FILTER_PAGE_PAGE_PARTS_H

#include "filter/stats/since.h"
#include "filter/stats/stats_list.h"
#include "filter/text/cells.h"
#include "filter/text/html.h"

/* The classes of messages in the charts; each message is in exactly one. */
enum page_kind {
	PAGE_PASSED,          /* DMARC passed */
	PAGE_LEGITIMATE,      /* DMARC failed: known_fails and open_fails of struct stats_counts */
	PAGE_UNAUTHENTICATED, /* DMARC failed: unauthenticated_fails of struct stats_counts */
	PAGE_OTHER,           /* no DMARC record, an error, not evaluated */
	PAGE_NOT_JUDGED,
	PAGE_KINDS
};

enum { PAGE_DISPOSITIONS = 4 };

/* The parts of one bar: by kind or by disposition. */
struct page_shares {
	uint64_t n[PAGE_KINDS];
};

uint64_t page_kind_count(const struct stats_counts *counts, enum page_kind kind);
const char *page_kind_text(enum page_kind kind);

/* Returns the name of a disposition for people, such as "Accepted". */
const char *page_disposition_text(enum disposition disposition);

/* Writes the name of a scenario: "What-if 2" or "The other RFC". */
void page_scenario_name(struct html *html, const struct stats *stats, size_t scenario);

struct page_shares page_shares_of(const struct stats_counts *counts);

/*
 * page_total: counts all messages. page_dates: sets the first and the last day of mail; false if no
 * message has a date.
 */
void page_total(const struct stats *stats, struct stats_counts *counts);
bool page_dates(
	const struct stats *stats, char first[STATS_DAY_OCTETS], char last[STATS_DAY_OCTETS]);

/*
 * page_headline: writes the answer to the owner's main question (is p=reject safe?). page_tiles:
 * writes the numbers of the summary.
 */
void page_headline(struct html *html, const struct stats_counts *counts);
void page_tiles(struct html *html, const struct stats_counts *counts);

/* Begins a section with heading and note; page_numbers_end ends it. */
void page_section_begin(struct html *html, const char *id, const char *title, const char *note);
void page_legend_item(struct html *html, int shade, const char *text);
void page_legend_kinds(struct html *html);

/* Draws a bar from the left of an svg; a bar of all messages would fill its width. y in pixels. */
void page_bar_across(struct html *html, const struct page_shares *shares, uint64_t all, int y);

/*
 * Write the numbers of a chart as a collapsed table. Call page_numbers_begin, then
 * page_numbers_head for each column, then write the rows, then call page_numbers_end; or call
 * page_numbers_kinds instead of the first two, and page_kind_cells at the end of each row.
 */
void page_numbers_begin(struct html *html, const char *caption, const char *first);
void page_numbers_head(struct html *html, const char *title);
void page_numbers_kinds(struct html *html, const char *caption, const char *first);
void page_kind_cells(struct html *html, const struct stats_counts *counts);
void page_numbers_end(struct html *html);

/*
 * page_chart_patterns writes the shades, to which charts refer. Each of the others writes complete
 * sections, or nothing if there is nothing to show. False when out of memory.
 */
void page_chart_patterns(struct html *html);
bool page_chart_time(struct html *html, const struct stats *stats);
bool page_chart_sources(struct html *html, const struct stats *stats);
void page_chart_scenarios(struct html *html, const struct stats *stats);

/* Writes a table of cells; nothing if it has no rows. Empty columns are left out. */
void page_cells(struct html *html, const struct cells *table);

bool page_domains(struct html *html, const struct stats *stats);
/* archive: the statistics of an archive, which are shown beside those of stats; or NULL. */
bool page_sources(struct html *html, const struct stats *stats, const struct stats *archive);
void page_handlers(struct html *html, const struct handlers *handlers);
void page_since(struct html *html, const struct since *since);
void page_changes(struct html *html, const struct stats *stats);
void page_messages(struct html *html, const struct stats *stats);

/*
 * To write a table, call page_table_begin, page_table_heads and page_table_body, then write the
 * rows, and close table, region and section.
 */
struct page_column {
	const char *title; /* to be translated */
	bool number;       /* sorted as a number */
};

/* Begins a section and its table, up to the column heads; id must be unique. */
void page_table_begin(struct html *html, const char *id, const char *title, const char *note);
void page_table_heads(struct html *html, const struct page_column *columns, size_t n);
/* Writes the head of a column for a scenario. number: the column is sorted as numbers. */
void page_table_scenario(
	struct html *html, const struct stats *stats, size_t scenario, bool number);
void page_table_body(struct html *html);

/*
 * page_rows: how many of n rows to show. page_left_out: writes below the table that the first shown
 * of n rows are shown, and how many further messages (beyond) are not listed.
 */
size_t page_rows(size_t n);
void page_left_out(struct html *html, size_t n, size_t shown, uint64_t beyond);

void page_cell_number(struct html *html, uint64_t n);
void page_cell_percent(struct html *html, uint64_t n, uint64_t all);
/* Writes a cell; an empty text is shown as a dash. */
void page_cell_text(struct html *html, const char *text);

#endif
