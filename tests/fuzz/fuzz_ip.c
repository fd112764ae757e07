/* fuzz_ip: the system's reader and writer agree with ours. */
#include <arpa/inet.h>
#include <assert.h>
#include <stdint.h>

#include "auth/base/ip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(struct slice text, unsigned char family, int af, struct arena *arena)
{
	unsigned char bytes[16];
	struct ip ip, again;
	struct slice canonical;
	bool theirs = slice_find(text, '\0') == text.n &&
		      inet_pton(af, arena_cstr(arena, text), bytes) == 1;

	assert(ip_parse_family(text, family, &ip) == theirs);
	if (!theirs)
		return;
	assert(memcmp(ip.bytes, bytes, family == 4 ? 4 : 16) == 0);
	canonical = ip_text(&ip, arena);
	assert(ip_parse_family(canonical, family, &again));
	assert(memcmp(&ip, &again, sizeof ip) == 0);
	assert(ip_in_prefix(&ip, &again, family == 4 ? 32 : 128));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = {(const char *)data, size};
	struct arena arena;
	struct ip_net net;
	struct ip ip, again;
	bool either = ip_parse_family(text, 4, &ip) || ip_parse_family(text, 6, &ip);

	arena_init(&arena, NULL, NULL);
	check(text, 4, AF_INET, &arena);
	check(text, 6, AF_INET6, &arena);
	assert(ip_parse(text, &ip) == either);
	if (either) {
		assert(ip_parse(ip_text(&ip, &arena), &again));
		assert(memcmp(&ip, &again, sizeof ip) == 0);
	}
	if (ip_net_parse(text, &net)) {
		assert(net.ip.family == 4 || net.ip.family == 6);
		assert(net.bits <= (net.ip.family == 4 ? 32 : 128));
		assert(ip_net_has(&net, &net.ip));
	}
	arena_clear(&arena);
	return 0;
}
