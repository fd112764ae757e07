/*
 * fuzz_spf_check: a path in the first line, a zone of the fuzzer's choice in the others. First
 * byte: the client's address family. Early queries change no result, and no limit of RFC 7208 4.6.4
 * is exceeded.
 */
#include <assert.h>
#include <stdint.h>

#include "auth/dns/dns.h"
#include "auth/spf/spf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
printable(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		assert(s.p[i] >= ' ' && s.p[i] <= '~');
}

static void
judge(const struct auth_input *in, struct spf_result *result)
{
	struct report report;

	if (!in->options->no_ask)
		spf_ask(in);
	assert(spf_check(in, result) == ST_OK);
	assert(result->lookups <= 10 && result->voids <= 3);
	assert(result->voids <= 2 || result->code == AUTH_PERMERROR);
	assert(result->unsure == (result->code == AUTH_TEMPERROR));
	assert((result->reason.id == SPF_R_NONE) == (result->code == AUTH_PASS));
	assert(result->explanation.n <= 500);
	assert(result->explanation.n == 0 || result->code == AUTH_FAIL);
	printable(result->explanation);
	printable(spf_received(in, result));
	report_init(&report, in->arena);
	spf_report(result, &report);
	assert(report.n == 1 && report.rows[0].nprops <= 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = {(const char *)data, size}, path;
	struct envelope envelope = {
		.client_ip = {.family = 4, .bytes = {192, 0, 2, 1}},
		.helo = SLICE("h.example"),
		.path = PATH_GIVEN,
	};
	const struct limits limits = {.spf_ms = 20000};
	struct spf_result results[2] = {{.code = AUTH_NONE}, {.code = AUTH_NONE}};
	struct arena arena;

	if (size > 0 && (data[0] & 1) != 0)
		envelope.client_ip.family = 6;
	text = slice_from(text, 1);
	path = slice_head(text, slice_find(text, '\n'));
	text = slice_from(text, path.n + 1);
	envelope.mail_from = path;
	if (path.n == 0)
		envelope.path = PATH_NULL;
	arena_init(&arena, NULL, NULL);
	for (int run = 0; run < 2; run++) {
		struct auth_options options = {.no_ask = run == 1};
		struct auth_input in = {.envelope = &envelope,
			.limits = &limits,
			.options = &options,
			.arena = &arena};
		struct error error = {.path = NULL};
		if (dns_open_zone(text, &arena, &in.dns, &error) == ST_OK)
			judge(&in, &results[run]);
		dns_free(in.dns);
	}
	assert(results[0].code == results[1].code && results[0].reason.id == results[1].reason.id);
	assert(results[0].lookups == results[1].lookups && results[0].voids == results[1].voids);
	arena_clear(&arena);
	return 0;
}
