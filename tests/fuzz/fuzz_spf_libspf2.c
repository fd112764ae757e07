/*
 * fuzz_spf_libspf2: the second evaluator over our DNS; its input is that of fuzz_spf_check: a path
 * in the first line, a zone in the others, the client's address family in the first byte. Whatever
 * libspf2 returns, the result is one of SPF's, with a reason, and our report of it is printable.
 */
#include <assert.h>
#include <stdint.h>

#include "auth/dns/dns.h"
#include "auth/spf/spf.h"

enum { QUESTIONS_MAX = 100, LIMIT = 30 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
printable(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		assert(s.p[i] >= ' ' && s.p[i] <= '~');
}

static void
judge(const struct auth_input *in)
{
	struct spf_result result;
	struct report report;
	enum status status = spf_libspf2_check(in, &result);

	if (!spf_libspf2_built())
		return;
	assert(status == ST_OK);
	assert(result.code != AUTH_POLICY);
	assert((result.reason.id == SPF_R_NONE) == (result.code == AUTH_PASS));
	assert(result.unsure == (result.code == AUTH_TEMPERROR));
	/* those of libspf2, then ours for the record that is reported */
	assert(dns_asked(in->dns) <= QUESTIONS_MAX + 1);
	assert(result.code != AUTH_PASS || result.record.n > 0);
	printable(spf_received(in, &result));
	report_init(&report, in->arena);
	spf_report(&result, &report);
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
	struct auth_options options = {.spf_engine = SPF_LIBSPF2};
	struct arena arena;
	struct auth_input in = {
		.envelope = &envelope, .limits = &limits, .options = &options, .arena = &arena};
	struct error error;

	if (size > 0 && (data[0] & 1) != 0)
		envelope.client_ip.family = 6;
	text = slice_from(text, 1);
	path = slice_head(text, slice_find(text, '\n'));
	text = slice_from(text, path.n + 1);
	envelope.mail_from = path;
	if (path.n == 0)
		envelope.path = PATH_NULL;
	arena_init(&arena, NULL, NULL);
	if (dns_open_zone(text, &arena, &in.dns, &error) == ST_OK) {
		if (size > 0 && (data[0] & 2) != 0)
			dns_limit(in.dns, LIMIT);
		judge(&in);
	}
	dns_free(in.dns);
	arena_clear(&arena);
	return 0;
}
