/*
 * what outgoing reports are made of: a line of the log, the status of a bounce, addresses of a
 * record, a reverse-path; an accepted row makes a report whose lines and parts are its own
 */
#include <assert.h>
#include <stdint.h>

#include "auth/base/crypto.h"
#include "filter/aggregate/aggregate_event.h"
#include "filter/aggregate/aggregate_xml.h"
#include "filter/reporting/reporting.h"
#include "filter/reporting/reporting_target.h"
#include "filter/reporting/reporting_verp.h"
#include "filter/result/json_library.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *own[] = {"dmarc@r.example"};

static void
check_text(struct slice text)
{
	for (size_t i = 0; i < text.n; i++)
		assert((unsigned char)text.p[i] >= ' ' && text.p[i] != 0x7f);
}

/* Every line has exactly the parts of its kind. */
static void
check_results(struct slice results)
{
	struct slice line;

	while (aggregate_line(&results, &line)) {
		size_t tabs = 0;

		for (size_t i = 0; i < line.n; i++)
			tabs += line.p[i] == '\t';
		assert(slice_starts(line, SLICE("dkim\t"))
				? tabs == 4
				: slice_starts(line, SLICE("spf\t")) && tabs == 3);
	}
}

static void
check_event(struct slice line, struct arena *arena)
{
	const struct strings list = {own, 1};
	struct aggregate_event event;
	struct aggregate_head head = {
		.org = SLICE("o"), .email = SLICE("e"), .id = SLICE("i"), .policy = &event.policy};
	struct aggregate_xml *xml;
	struct slice file;

	if (aggregate_event(line, &list, arena, &event) != AGGREGATE_ROW)
		return;
	check_text(event.row.source_ip);
	check_text(event.row.header_from);
	check_text(event.row.envelope_from);
	check_text(event.policy.text);
	check_text(event.policy.rua);
	check_text(event.spf_dns);
	check_results(event.row.results);
	xml = aggregate_xml_new(&head);
	assert(xml != NULL && aggregate_xml_row(xml, &event.row, 1) == ST_OK);
	assert(aggregate_xml_end(xml, &file) == ST_OK && file.n > 20);
	aggregate_xml_free(xml);
}

static void
check_addresses(struct slice list, struct arena *arena)
{
	struct slice rest = reporting_addresses(list, arena), address, again;
	size_t n = 0;

	for (; reporting_address_next(&rest, &address); n++) {
		check_text(address);
		assert(address.p[0] != '-' && address.n <= REPORTING_ADDRESS);
		assert(reporting_address(address, arena, &again) && slice_eq(address, again));
	}
	assert(n <= REPORTING_TARGETS);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char key[REPORTING_KEY];
	struct slice bytes = slice_make((const char *)data, size);
	struct crypto *crypto = crypto_new();
	struct reporting_verp verp;
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	assert(json_start() && crypto != NULL);
	check_event(bytes, &arena);
	check_addresses(bytes, &arena);
	(void)reporting_status_failed(bytes, &arena);
	(void)reporting_verp_read(crypto, key, bytes, "d@r.example", 0, &arena, &verp);
	crypto_free(crypto);
	arena_clear(&arena);
	return 0;
}
