/*
 * fuzz_dmarc_check.c: a zone of the fuzzer's choice for a fixed author and identifiers. First byte:
 * mode, results, author; the rest is a zone (invalid lines are skipped).
 */
#include <assert.h>
#include <stdint.h>

#include "auth/base/domain.h"
#include "auth/dmarc/dmarc.h"
#include "auth/dns/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const authors[] = {
	"example.com", "a.example.com", "b.a.example.com", "z.y.x.w.v.u.t.s.example.com"};

static enum auth_code
judge(const struct auth_input *in, unsigned bits)
{
	static const enum auth_code codes[] = {AUTH_PASS, AUTH_FAIL, AUTH_TEMPERROR, AUTH_PASS};
	struct dkim_sig_result sigs[2] = {
		{.sig.d = SLICE("c.example.com"), .code = codes[bits & 3]},
		{.sig.d = SLICE("y.x.w.v.u.t.s.example.com"), .code = codes[bits >> 2 & 3]},
	};
	struct dkim_result dkim = {.sigs = sigs, .n = 2};
	struct spf_result spf = {.code = codes[bits >> 4 & 3],
		.identity = SPF_ID_MAILFROM,
		.domain = SLICE("other.com")};
	struct dmarc_result result;

	if (!in->options->no_ask)
		dmarc_ask(in);
	assert(dmarc_check(in, DMARC_RFC9989, &spf, &dkim, &result) == ST_OK);
	assert(result.code != AUTH_PASS || (result.has_record && result.policy >= DMARC_P_NONE));
	assert((result.code == AUTH_PASS) == (result.spf_pass || result.dkim_pass));
	assert(result.code == AUTH_TEMPERROR || !result.only_message_names);
	assert(result.nsteps >= 1 && result.nsteps <= 8);
	return result.code;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct message message;
	struct identities ids = {0};
	struct auth_options options = {0};
	enum auth_code codes[2] = {AUTH_NONE, AUTH_NONE};

	if (size == 0)
		return 0;
	ids.author_domain = slice_str(authors[data[0] >> 6]);
	arena_init(&arena, NULL, NULL);
	message_parse(SLICE("From: a@example.com\n\n"), 10, 1000, &arena, &message);
	for (int run = 0; run < 2; run++) {
		struct dns *dns;
		struct error error = {.path = NULL};
		struct slice zone = slice_make((const char *)data + 1, size - 1);
		if (dns_open_zone(zone, &arena, &dns, &error) != ST_OK)
			break;
		options.no_ask = run == 1;
		struct auth_input in = {.message = &message,
			.ids = &ids,
			.options = &options,
			.dns = dns,
			.arena = &arena};
		codes[run] = judge(&in, data[0] & 63U);
		dns_free(dns);
	}
	/* early queries change no result */
	assert(codes[0] == codes[1]);
	arena_clear(&arena);
	return 0;
}
