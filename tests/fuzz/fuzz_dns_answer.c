/* fuzz_dns_answer.c: a server's message, read for two names and every type */
#include <stdint.h>
#include <stdlib.h>

#include "auth/dns/dns_wire.h"

static const enum dns_type types[] = {DNS_A, DNS_CNAME, DNS_PTR, DNS_MX, DNS_TXT, DNS_AAAA};

/* Returns a sum over every byte that the answer points to, so that the sanitizer checks them. */
static size_t
touch(const struct dns_answer *answer)
{
	size_t sum = 0;

	for (size_t i = 0; i < answer->n; i++) {
		const struct dns_rr *rr = &answer->rr[i];

		if (rr->name.n > DNS_NAME_TEXT_MAX || rr->text.n > 65535)
			abort();
		for (size_t k = 0; k < rr->name.n; k++)
			sum += (unsigned char)rr->name.p[k];
		for (size_t k = 0; k < rr->text.n; k++)
			sum += (unsigned char)rr->text.p[k];
	}
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct slice names[] = {{"a", 1}, {"a.example", 9}};
	struct slice message = {(const char *)data, size};
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < 12; i++) {
		struct dns_answer answer;

		dns_answer_parse(names[i % 2], types[i / 2], message, &arena, &answer);
		if ((answer.status == DNS_OK) != (answer.n > 0))
			abort();
		if ((answer.status >= DNS_TEMP) != (dns_why(&answer) != NULL))
			abort();
		if (touch(&answer) > 0 && answer.status != DNS_OK)
			abort();
	}
	arena_clear(&arena);
	return 0;
}
