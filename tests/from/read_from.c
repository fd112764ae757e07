/*
 * read_from: how our reader, and GMime without our precautions, read From values, for
 * tests/from/run. stdin: values, each after its length as four octets, little-endian. stdout: one
 * line each: none, strict or tolerant TAB the author domain as written TAB reason TAB cause TAB its
 * position TAB what is shown of it (address_map.h, in hexadecimal, only with --map) TAB the domains
 * that GMime shows.
 */
#include "auth/base/identities.h"
#include "mime/address_map.h"
#include "mime/buf.h"

#include <gmime/gmime.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIELDS = 10, FIELD_SIZE = 64 * 1024, VALUE_MAX = FIELD_SIZE - 10 };

static void
print_gmime(InternetAddressList *list)
{
	for (int i = 0; list != NULL && i < internet_address_list_length(list); i++) {
		InternetAddress *address = internet_address_list_get_address(list, i);

		if (INTERNET_ADDRESS_IS_GROUP(address)) {
			print_gmime(internet_address_group_get_members(
				INTERNET_ADDRESS_GROUP(address)));
		} else {
			const char *addr = internet_address_mailbox_get_addr(
				INTERNET_ADDRESS_MAILBOX(address));
			const char *at = addr == NULL ? NULL : strrchr(addr, '@');

			if (at != NULL)
				printf("\t%s", at + 1);
		}
	}
}

static void
print_map(struct slice value, struct arena *arena)
{
	struct buf out;

	buf_init(&out, arena, value.n * 2);
	if (!address_map(value, true, &out))
		buf_adds(&out, "?");
	for (size_t i = 0; i < out.n; i++)
		printf("%02x", (unsigned char)out.p[i]);
}

static void
print_value(
	struct slice value, struct address_gmime *gmime, struct arena *arena, bool map, bool always)
{
	struct identities ids;
	struct message message;
	struct buf text;
	InternetAddressList *list;
	const char *reason;

	buf_init(&text, arena, (size_t)FIELD_SIZE * 2);
	buf_adds(&text, "From: ");
	buf_add(&text, value);
	buf_adds(&text, "\r\n\r\n");
	message_parse(buf_slice(&text), FIELDS, FIELD_SIZE, arena, &message);
	if (identities_find(&message, gmime, arena, &ids) != ST_OK)
		exit(75);
	reason = reason_text(&ids.ambiguous);
	printf("%s\t%.*s\t%s\t%s\t%zu\t",
		ids.ambiguous.id != FROM_R_NONE ? "none"
		: ids.tolerant                  ? "tolerant"
						: "strict",
		(int)ids.author_text.n, ids.author_text.p, reason == NULL ? "" : reason,
		address_cause_text(ids.fault.cause), ids.fault.at);
	if (map)
		print_map(value, arena);
	if (always || ids.ambiguous.id == FROM_R_NONE) {
		list = internet_address_list_parse(NULL, arena_cstr(arena, value));
		print_gmime(list);
		if (list != NULL)
			g_object_unref(list);
	}
	printf("\n");
}

int
main(int argc, char **argv)
{
	struct address_gmime *gmime = address_gmime_open();
	bool map = argc > 1 && strcmp(argv[1], "--map") == 0;
	bool always = argc > 1 && strcmp(argv[1], "--always") == 0;
	unsigned char length[4];

	g_mime_init();
	while (fread(length, 1, sizeof length, stdin) == sizeof length) {
		size_t n = length[0] | (size_t)length[1] << 8 | (size_t)length[2] << 16;
		struct arena arena;
		char *p;

		if (n > VALUE_MAX || length[3] != 0)
			return 64;
		arena_init(&arena, NULL, NULL);
		p = arena_alloc(&arena, n);
		if (fread(p, 1, n, stdin) != n)
			return 65;
		print_value(slice_make(p, n), gmime, &arena, map, always);
		arena_clear(&arena);
	}
	address_gmime_close(gmime);
	return 0;
}
