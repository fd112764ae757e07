/* csv.h: a cell of CSV that a spreadsheet treats as text. */
#ifndef FILTER_TEXT_CSV_H
#define FILTER_TEXT_CSV_H

#include "mime/buf.h"

/*
 * RFC 4180 2: quoted if necessary, even if only a program with another separator would see a cell
 * that begins like a formula; a formula is prefixed with a '.
 */
void csv_add(struct buf *out, const char *text);

#endif
