/* fuzz_dmarc_record.c: any TXT text as a DMARC record, in both modes. */
#include <assert.h>
#include <stdint.h>

#include "auth/dmarc/dmarc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
inside(struct slice part, struct slice text)
{
	assert(part.n == 0 || (part.p >= text.p && part.p + part.n <= text.p + text.n));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_make((const char *)data, size);
	struct dmarc_record records[2];
	bool is[2];

	for (int mode = DMARC_RFC9989; mode <= DMARC_RFC7489; mode++) {
		struct dmarc_record *record = &records[mode];
		is[mode] = dmarc_parse(text, (enum dmarc_mode)mode, record);
		if (!is[mode])
			continue;
		inside(record->rua, text);
		inside(record->ruf, text);
		inside(record->fo, text);
		assert(slice_eq(record->text, text));
		assert(record->psd == 'u' || record->psd == 'y' || record->psd == 'n');
		assert(record->pct <= 100);
		assert(!record->rua_valid || record->rua.n > 0);
	}
	/* the mode does not affect whether it is a record, nor most of its content */
	assert(is[0] == is[1]);
	if (is[0]) {
		assert(slice_eq(records[0].rua, records[1].rua));
		assert(records[0].adkim_strict == records[1].adkim_strict);
		assert(records[0].sp == records[1].sp);
		assert(records[0].p == records[1].p || records[1].p == DMARC_INVALID);
		assert(records[0].pct == 100 && records[1].psd == 'u' && !records[1].testing);
	}
	return 0;
}
