/* catalogue.h: looks a sentence up in a gettext catalogue that is part of the program. */
#ifndef FILTER_TEXT_CATALOGUE_H
#define FILTER_TEXT_CATALOGUE_H

#include <stddef.h>

/* po/ja.po as msgfmt compiles it; the Makefile makes it (tools/embed). */
extern const unsigned char catalogue_ja[];
extern const size_t catalogue_ja_n;

/*
 * The translation of english in a catalogue of n octets (.mo, little-endian), pointing into it;
 * NULL: there is none, or the octets are not a catalogue.
 */
const char *catalogue_find(const unsigned char *mo, size_t n, const char *english);

#endif
