/*
 * row_block.h: a row as one block of octets, which another process can have made.
 */
#ifndef FILTER_STATS_ROW_BLOCK_H
#define FILTER_STATS_ROW_BLOCK_H

#include "filter/stats/row.h"

/*
 * The row with its arrays and texts, from malloc; *n octets. Its pointers are offsets, so that it
 * is the same at any address, for a process that runs the same program. NULL without memory.
 */
void *row_pack(const struct row *row, size_t *n);

/*
 * The row in a block of n octets from malloc, which it then is: free() frees it. Nothing in the
 * block is believed: NULL where it is not one that row_pack makes, with values of the enums, texts
 * that end and are safe to show (row_text), and arrays within the block. The block is then as it
 * was or changed, and still the caller's.
 */
struct row *row_unpack(void *block, size_t n);

#endif
