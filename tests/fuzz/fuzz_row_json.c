/* a row's line: what is read is written and read again as the same */
#include <assert.h>
#include <stdint.h>

#include "filter/runs/row_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_texts(const struct row *row)
{
	assert(row->path != NULL && row->error != NULL && row->spf_domain != NULL);
	assert(row->author_domain != NULL && row->client_ip != NULL && row->client_name != NULL);
	assert(row->policy != NULL && row->reason != NULL && row->sign != NULL);
	assert(row->override != NULL && strlen(row->path) <= ROW_PATH);
	assert(row->nsignatures <= ROW_SIGNATURES && row->nwhat_ifs <= WHAT_IF_MAX);
	for (size_t i = 0; i < row->nsignatures; i++)
		assert(strlen(row->signatures[i].d) <= ROW_TEXT && row->signatures[i].s != NULL);
	assert(row->nadvice <= ROW_ADVICE && row->failed == (row->error[0] != '\0'));
	for (const char *p = row->path; *p != '\0'; p++)
		assert((unsigned char)*p >= ' ' && *p != 0x7f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice line = slice_make((const char *)data, size), once, twice;
	struct row row, again;
	const char *error = NULL;
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	if (row_from_json(line, &arena, &row, &error) == ST_OK) {
		check_texts(&row);
		assert(row_to_json(&row, &arena, &once) == ST_OK);
		assert(row_from_json(once, &arena, &again, &error) == ST_OK);
		assert(row_to_json(&again, &arena, &twice) == ST_OK && slice_eq(once, twice));
	} else {
		assert(error != NULL);
	}
	arena_clear(&arena);
	return 0;
}
