/* fuzz_zone.c: a zone file; its answers are recorded, read again and must be the same */
#include <stdint.h>
#include <stdlib.h>

#include "auth/dns/dns.h"

static const enum dns_type types[] = {DNS_A, DNS_CNAME, DNS_PTR, DNS_MX, DNS_TXT, DNS_AAAA};

/* Queries the name in every line, also of a ";!" line, with every type, and the name above it. */
static void
ask_all(struct dns *dns, struct slice text)
{
	while (text.n > 0 && dns_asked(dns) < 300) {
		struct slice line = slice_head(text, slice_find(text, '\n')), word = line;

		text = slice_from(text, line.n + 1);
		if (slice_starts(line, SLICE(";!")))
			word = slice_from(line, slice_find(line, ' ') + 1);
		word = slice_head(word, slice_find(word, ' '));
		for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
			(void)dns_get(dns, word, types[i], 0);
		(void)dns_get(dns, slice_from(word, slice_find(word, '.') + 1), DNS_TXT, 0);
	}
}

static bool
alike(const struct dns_answer *a, const struct dns_answer *b)
{
	if (a->status != b->status || a->n != b->n || a->ttl != b->ttl || a->secure != b->secure ||
		(a->status != DNS_OK && a->outcome != b->outcome))
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!slice_eq(a->rr[i].text, b->rr[i].text) ||
			!slice_eq(a->rr[i].name, b->rr[i].name) ||
			memcmp(&a->rr[i].ip, &b->rr[i].ip, sizeof a->rr[i].ip) != 0 ||
			a->rr[i].preference != b->rr[i].preference)
			return false;
	return true;
}

static void
compare(void *arg, struct slice name, enum dns_type type, const struct dns_answer *answer)
{
	if (!alike(answer, dns_get(arg, name, type, 0)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = {(const char *)data, size};
	struct arena arena;
	struct dns *dns, *again;
	struct error error = {.path = NULL};

	arena_init(&arena, NULL, NULL);
	if (dns_open_zone(text, &arena, &dns, &error) == ST_OK) {
		ask_all(dns, text);
		if (dns_open_zone(dns_record(dns, &arena), &arena, &again, &error) != ST_OK)
			abort();
		dns_each(dns, compare, again);
		dns_free(again);
	} else if (dns != NULL || error.reason.id == REASON_NONE) {
		abort();
	}
	dns_free(dns);
	arena_clear(&arena);
	return 0;
}
