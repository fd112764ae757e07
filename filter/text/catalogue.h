/* catalogue.h: looks up sentences in a gettext catalogue that is embedded in the program. */
#ifndef FILTER_TEXT_CATALOGUE_H
#define FILTER_TEXT_CATALOGUE_H

#include <stddef.h>

/* po/ja.po compiled by msgfmt; embedded by the Makefile (tools/embed). */
extern const unsigned char catalogue_ja[];
extern const size_t catalogue_ja_n;

/*
 * The translation of english in a catalogue of n octets (.mo, little-endian), pointing into it;
 * NULL if there is none, or if the octets are not a catalogue.
 */
const char *catalogue_find(const unsigned char *mo, size_t n, const char *english);

#endif
