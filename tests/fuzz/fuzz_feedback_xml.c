/* An aggregate report: the values read are bounded, and both readings are the same. */
#include <assert.h>

#include "filter/feedback/feedback_report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	size_t rows;
	int64_t messages;
};

static enum status
on_row(void *arg, const struct feedback_row *row)
{
	struct seen *seen = arg;

	assert(row->nresults <= FEEDBACK_RESULTS && row->nreasons <= FEEDBACK_REASONS);
	assert(row->messages >= 0 && row->source.n <= FEEDBACK_VALUE);
	assert(row->header_from.n <= FEEDBACK_VALUE && row->dkim.n <= FEEDBACK_VALUE);
	for (size_t i = 0; i < row->nresults; i++)
		assert(row->results[i].domain.n <= FEEDBACK_VALUE);
	seen->rows++;
	seen->messages += row->messages;
	return ST_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice octets = slice_make((const char *)data, size);
	struct feedback_report first, second;
	struct seen seen = {0, 0};
	enum status st;
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	st = feedback_aggregate_parse(octets, &arena, &first, NULL, NULL);
	assert(st == ST_OK || st == ST_BAD);
	assert(feedback_aggregate_parse(octets, &arena, &second, on_row, &seen) == st);
	if (st == ST_OK) {
		assert(first.rows == seen.rows && second.rows == seen.rows);
		assert(first.messages == seen.messages);
		assert(slice_eq(first.id, second.id) && slice_eq(first.domain, second.domain));
		assert(first.org.n <= FEEDBACK_VALUE && first.errors.n <= 2 * FEEDBACK_VALUE);
		for (size_t i = 0; i < FEEDBACK_WARNINGS_N; i++)
			assert(first.warnings.times[i] == second.warnings.times[i]);
	}
	arena_clear(&arena);
	return 0;
}
