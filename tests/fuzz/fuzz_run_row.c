/* a message's line: the row read is safe to show, and a copy of it is the same */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "filter/runs/run_row.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_texts(const struct row *row)
{
	assert(row->path != NULL && row->error != NULL && row->spf_domain != NULL);
	assert(row->author_domain != NULL && row->client_ip != NULL && row->client_name != NULL);
	assert(row->policy != NULL && row->reason != NULL && row->indicator != NULL);
	assert(row->override != NULL && strlen(row->path) <= ROW_PATH);
	assert(row->nsignatures <= ROW_SIGNATURES && row->nwhat_ifs <= WHAT_IF_MAX);
	for (size_t i = 0; i < row->nsignatures; i++)
		assert(strlen(row->signatures[i].d) <= ROW_TEXT && row->signatures[i].s != NULL);
	assert(row->nadvice <= ROW_ADVICE && row->failed == (row->error[0] != '\0'));
	for (const char *p = row->path; *p != '\0'; p++)
		assert((unsigned char)*p >= ' ' && *p != 0x7f);
}

static void
check_copy(const struct row *row)
{
	struct row *copy = row_copy(row);

	assert(copy != NULL && strcmp(copy->path, row->path) == 0);
	assert(strcmp(copy->override, row->override) == 0);
	for (size_t i = 0; i < row->nsignatures; i++)
		assert(strcmp(copy->signatures[i].s, row->signatures[i].s) == 0);
	for (size_t i = 0; i < row->nadvice; i++)
		assert(strcmp(copy->advice[i].text, row->advice[i].text) == 0);
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice line = slice_make((const char *)data, size);
	struct row row;
	struct error error = {.path = NULL};
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	if (run_row_read(line, &arena, &row, &error) == ST_OK) {
		check_texts(&row);
		check_copy(&row);
		assert(strcmp(row_text(slice_str(row.path), ROW_PATH, &arena), row.path) == 0);
		for (size_t i = 0; i < row.nadvice; i++)
			assert(strcmp(row_text(slice_str(row.advice[i].text), ROW_TEXT, &arena),
				       row.advice[i].text) == 0);
	} else {
		assert(error.reason.id != REASON_NONE);
	}
	arena_clear(&arena);
	return 0;
}
