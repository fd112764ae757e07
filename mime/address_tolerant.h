/*
 * address_tolerant.h: reads the one address of a field that breaks the grammar, provided that every
 * reading has the same domain.
 *
 * It accepts three forms, after which only `>`, `;`, a final dot, white space and comments come:
 *   - TEXT <LOCAL@DOMAIN with exactly one `<`, the `>` perhaps missing
 *   - TEXT: LOCAL@DOMAIN
 *   - LOCAL@DOMAIN, perhaps after comments
 * and in them:
 *   - octets that are not UTF-8, in text, quotes and comments       [ADDRESS_NOT_UTF8]
 *   - characters in TEXT that should be quoted: , ; : [ ] > \ .     [ADDRESS_BARE_SPECIAL]
 *   - LOCAL with a dot first, last or beside another                [ADDRESS_LOCAL_DOTS]
 *   - no `>`, a final dot, a final `;`, no `;` of a group
 *                 [ADDRESS_NO_CLOSE, _FINAL_DOT, _SEMICOLON, _OPEN_GROUP]
 *
 * It refuses, besides what is ambiguous in both readings (mime/address_lex.h):
 *   - control characters, line ends that are not folds               [ADDRESS_CONTROL]
 *   - an octet of 0x81 to 0xFE before `@` or `\` if the value is not UTF-8: the two may be one
 *     character of Shift JIS, GBK or Big5                           [ADDRESS_LEGACY_SPECIAL]
 *   - no `@`, or two, outside quotes and comments          [ADDRESS_NO_AT, ADDRESS_SECOND_AT]
 *   - a second `<`, one after the `@`                              [ADDRESS_SECOND_ANGLE]
 *   - `@` in quotes, comments or encoded words, decoded and mapped (mime/address_map.h), unless the
 *     same domain follows it, and then white space, `"`, `)`, `>`, the end, or `,` or `;` before
 *     white space                                                   [ADDRESS_HIDDEN_AT]
 *   - LOCAL empty, with white space, with `=?`, or with anything but atext, dots and UTF-8
 *                                                                   [ADDRESS_BAD_LOCAL]
 *   - DOMAIN that is not a dot-atom, or contains `=?`                      [ADDRESS_BAD_DOMAIN]
 *   - anything else after DOMAIN                                   [ADDRESS_TRAILING_TEXT]
 */
#ifndef MIME_ADDRESS_TOLERANT_H
#define MIME_ADDRESS_TOLERANT_H

#include "mime/address.h"

/*
 * value: a From field's value, folds included, for which address_parse_list returned ST_BAD. ST_OK
 * with one mailbox in list, and the first ignored departure in list->fault; ST_BAD with the reason;
 * ST_LIMIT over 64 KiB. The slices point into value. The caller must also ask GMime: the reading
 * counts only if GMime finds no other domain (address_gmime_domains). Linear time.
 */
enum status address_parse_tolerant(
	struct slice value, struct arena *arena, struct address_list *list);

#endif
