/*
 * fuzz_dns_name.c: a name as text, in a master file and in a message, converted from one form to
 * another
 */
#include <stdint.h>
#include <stdlib.h>

#include "auth/dns/dns_name.h"

static void
check(bool good)
{
	if (!good)
		abort();
}

/*
 * A name that has a text form is what this text parses to, both plain and as written for a master
 * file.
 */
static void
check_forms(const struct dns_name *name, struct arena *arena)
{
	struct dns_name root = {.n = 1}, again;
	struct slice text;
	struct buf written;

	check(name->n > 0 && name->n <= DNS_NAME_WIRE_MAX && name->wire[name->n - 1] == 0);
	if (!dns_name_text(name, arena, &text))
		return;
	check(text.n <= DNS_NAME_TEXT_MAX);
	check(text.n == 0 || (dns_name_parse(text, &again) && dns_name_eq(name, &again)));
	buf_init(&written, arena, 4 * DNS_NAME_WIRE_MAX);
	dns_name_write(&written, text);
	check(!written.over);
	check(dns_name_parse_master(buf_slice(&written), &root, &again));
	check(dns_name_eq(name, &again));
	check(slice_hash(slice_make((const char *)name->wire, name->n)) ==
		slice_hash(slice_make((const char *)again.wire, again.n)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct dns_name origin = {.n = 9, .wire = "\7example"};
	struct slice text = {(const char *)data, size};
	struct dns_name name;
	struct arena arena;
	size_t at = size / 2;

	arena_init(&arena, NULL, NULL);
	if (dns_name_parse(text, &name))
		check_forms(&name, &arena);
	if (dns_name_parse_master(text, &origin, &name))
		check_forms(&name, &arena);
	if (dns_name_read(text, &at, &name)) {
		check(at > size / 2 && at <= size);
		check_forms(&name, &arena);
	}
	arena_clear(&arena);
	return 0;
}
