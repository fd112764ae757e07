/* csv.h: a cell of CSV that a spreadsheet takes for text. */
#ifndef FILTER_TEXT_CSV_H
#define FILTER_TEXT_CSV_H

#include "mime/buf.h"

/*
 * RFC 4180 2: quoted where it must be, and where another separator than ours would begin a cell
 * with a sign that begins a formula; a formula has a ' in front.
 */
void csv_add(struct buf *out, const char *text);

#endif
