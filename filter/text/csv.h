/* csv.h: writes cells of CSV that a spreadsheet treats as text. */
#ifndef FILTER_TEXT_CSV_H
#define FILTER_TEXT_CSV_H

#include "mime/buf.h"

/*
 * Adds the text as one cell, quoted if necessary (RFC 4180 2). It is also quoted if a program that
 * expects another separator could split it and see a formula; a formula gets the prefix '.
 */
void csv_add(struct buf *out, const char *text);

#endif
