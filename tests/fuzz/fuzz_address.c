/*
 * An accepted value, written and parsed again, gives the same address; the tolerant reading returns
 * one address of the value; GMime parses a plain value alike; no rule of the scanner reads past the
 * end.
 */
#include "mime/address.h"
#include "mime/address_map.h"
#include "mime/address_tolerant.h"
#include "mime/buf.h"
#include "mime/scan.h"

#include <assert.h>
#include <stdint.h>

enum { MAX_VALUE = 64 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_spec(const struct address *address, struct arena *arena)
{
	struct address_list again;
	struct buf buf;

	buf_init(&buf, arena, 1 << 20);
	buf_addc(&buf, '"');
	for (size_t i = 0; i < address->local.n; i++) {
		if (address->local.p[i] == '"' || address->local.p[i] == '\\')
			buf_addc(&buf, '\\');
		buf_addc(&buf, address->local.p[i]);
	}
	buf_adds(&buf, "\"@");
	buf_add(&buf, address->domain);
	if (buf.n > 64 * 1024)
		return;
	if (address_parse_list(buf_slice(&buf), arena, &again) != ST_OK)
		return; /* a quoted local-part may be ambiguous (mime/address_lex.h) */
	assert(again.n == 1);
	assert(slice_eq(again.list[0].local, address->local));
	assert(slice_eq(again.list[0].domain, address->domain));
	assert(again.list[0].literal == address->literal);
}

/*
 * GMime leaks memory on some malformed values, so it is called only for values that one of our
 * readings accepts.
 */
static void
check_gmime(struct slice value, const struct address_list *list, struct arena *arena)
{
	static struct address_gmime *gmime;
	bool plain = address_is_plain(value), complete;
	struct slice *domains;
	enum status status;
	size_t n;

	if (gmime == NULL)
		gmime = address_gmime_open();
	status = address_gmime_domains(gmime, value, arena, &domains, &n, &complete);
	assert(status != ST_TEMP && (status == ST_OK || n == 0) && (n > 0 || !complete));
	if (plain) {
		assert(list->n == 1 && list->groups == 0 && status == ST_OK && n == 1 && complete);
		assert(slice_eq(domains[0], list->list[0].domain));
	}
}

/*
 * The tolerant reading returns one address, which is a part of the value; a fault is within the
 * value.
 */
static void
check_tolerant(struct slice value, struct arena *arena)
{
	struct address_list list;
	struct slice domain;

	if (address_parse_tolerant(value, arena, &list) == ST_OK) {
		assert(list.n == 1 && list.list[0].local.n > 0 && list.list[0].domain.n > 0);
		domain = list.list[0].domain;
		assert(domain.p[-1] == '@' && domain.p + domain.n <= value.p + value.n);
		check_gmime(value, &list, arena);
	} else {
		assert(list.n == 0);
	}
	assert(list.fault.at <= value.n && address_cause_text(list.fault.cause) != NULL);
}

/* A value that names nobody has no address and no `@`. */
static void
check_map(struct slice value, const struct address_list *list, struct arena *arena)
{
	if (address_names_nobody(value, arena))
		assert(list->n == 0 && slice_find(value, '@') == value.n);
}

static void
check_scan(struct slice value)
{
	bool (*const rules[])(struct slice *) = {
		scan_wsp, scan_fws, scan_comment, scan_cfws, scan_utf8_non_ascii};
	unsigned long long number;
	struct slice at, out;

	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		at = value;
		assert(rules[i](&at) == (at.n < value.n) && at.p + at.n == value.p + value.n);
	}
	at = value;
	assert(scan_token(&at, &out) == (at.n < value.n));
	at = value;
	assert(scan_quoted_string(&at, true, &out) == (at.n < value.n));
	at = value;
	assert(scan_dot_atom(&at, true, &out) == (at.n < value.n));
	at = value;
	assert(!scan_number(&at, 255, &number) || number <= 255);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice value = {(const char *)data, size};
	struct address_list list;
	struct arena arena;
	enum status status;

	arena_init(&arena, NULL, NULL);
	status = address_parse_list(value, &arena, &list);
	assert(status == ST_OK ? list.n + list.groups > 0 : list.n + list.groups == 0);
	for (size_t i = 0; i < list.n; i++)
		check_spec(&list.list[i], &arena);
	assert(status == ST_OK || !address_is_plain(value));
	assert((list.fault.cause == ADDRESS_NO_FAULT) == (status == ST_OK || size > MAX_VALUE));
	assert(list.fault.at <= size);
	if (status == ST_OK)
		check_gmime(value, &list, &arena);
	else if (status == ST_BAD)
		check_tolerant(value, &arena);
	check_map(value, &list, &arena);
	check_scan(value);
	arena_clear(&arena);
	return 0;
}
