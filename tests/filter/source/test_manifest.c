#include "filter/source/manifest.h"

#include <criterion/criterion.h>

static const struct row {
	const char *name, *line;
	bool good;
	const char *path, *client, *helo;
	enum path_kind kind;
	const char *sender;
} rows[] = {
	{"all", "a.eml\t192.0.2.1\tmail.example\tb@example.org", true, "a.eml", "192.0.2.1",
		"mail.example", PATH_GIVEN, "b@example.org"},
	{"brackets", "a\t[IPv6:2001:db8::1]\th\t<b@example.org>", true, "a", "2001:db8::1", "h",
		PATH_GIVEN, "b@example.org"},
	{"the null path", "a\t192.0.2.1\th\t", true, "a", "192.0.2.1", "h", PATH_NULL, ""},
	{"the null path in brackets", "a\t192.0.2.1\th\t<>", true, "a", "192.0.2.1", "h", PATH_NULL,
		""},
	{"no reverse-path", "a\t192.0.2.1\th", true, "a", "192.0.2.1", "h", PATH_UNKNOWN, ""},
	{"a path alone", "a b.eml", true, "a b.eml", "", "", PATH_UNKNOWN, ""},
	{"no client", "a\t\th\tb@example.org", true, "a", "", "h", PATH_GIVEN, "b@example.org"},
	{"a client that is none", "a\tnowhere\th\t", false, "a", "", "h", PATH_NULL, ""},
	{"no path", "\t192.0.2.1", false, "", "192.0.2.1", "", PATH_UNKNOWN, ""},
	{"JSON",
		"{\"path\": \"a\", \"client_ip\": \"192.0.2.1\", \"helo\": \"h\", \"mail_from\": "
		"\"b@example.org\"}",
		true, "a", "192.0.2.1", "h", PATH_GIVEN, "b@example.org"},
	{"JSON: the null path", "{\"path\": \"a\", \"mail_from\": \"\"}", true, "a", "", "",
		PATH_NULL, ""},
	{"JSON: a null is not known", "{\"path\": \"a\", \"mail_from\": null}", true, "a", "", "",
		PATH_UNKNOWN, ""},
	{"JSON: no path", "{\"mail_from\": \"\"}", false, "", "", "", PATH_NULL, ""},
	{"JSON: a number", "{\"path\": 1}", false, "", "", "", PATH_UNKNOWN, ""},
	{"JSON: NUL", "{\"path\": \"a\\u0000b\"}", false, "", "", "", PATH_UNKNOWN, ""},
	{"JSON: cut off", "{\"path\": \"a\"", false, "", "", "", PATH_UNKNOWN, ""},
};

Test(manifest, lines)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		struct envelope envelope;
		enum fault error = FAULT_NONE;
		struct arena arena;
		struct slice path;
		enum status st;

		arena_init(&arena, NULL, NULL);
		st = manifest_line(slice_str(row->line), &arena, &path, &envelope, &error);
		cr_expect_eq(st, row->good ? ST_OK : ST_BAD, "%s", row->name);
		cr_expect_eq(error == FAULT_NONE, row->good, "%s", row->name);
		cr_expect(slice_eq(path, slice_str(row->path)), "%s: path", row->name);
		cr_expect(slice_eq(ip_text(&envelope.client_ip, &arena), slice_str(row->client)),
			"%s: client", row->name);
		cr_expect(slice_eq(envelope.helo, slice_str(row->helo)), "%s: HELO", row->name);
		cr_expect_eq(envelope.path, row->kind, "%s: kind", row->name);
		cr_expect(slice_eq(envelope.mail_from, slice_str(row->sender)), "%s: sender",
			row->name);
		arena_clear(&arena);
	}
}

static const struct side_row {
	const char *name, *text;
	bool good;
	enum path_kind kind;
} side_rows[] = {
	{"without the first line", "client_address=192.0.2.1\nsender=a@example.org\n", true,
		PATH_GIVEN},
	{"with it", "mailstamp-envelope=1\nsender=\n", true, PATH_NULL},
	{"CRLF and empty lines", "sender=a@example.org\r\n\r\n\r\n", true, PATH_GIVEN},
	{"empty", "", true, PATH_UNKNOWN},
	{"a client that is none", "client_address=nowhere\n", false, PATH_UNKNOWN},
	{"another version", "mailstamp-envelope=2\n", false, PATH_UNKNOWN},
};

Test(manifest, side_files)
{
	for (size_t i = 0; i < sizeof side_rows / sizeof side_rows[0]; i++) {
		const struct side_row *row = &side_rows[i];
		struct envelope envelope;
		enum fault fault = FAULT_NONE;
		struct arena arena;
		enum status st;

		arena_init(&arena, NULL, NULL);
		st = manifest_side(slice_str(row->text), &arena, &envelope, &fault);
		cr_expect_eq(st, row->good ? ST_OK : ST_BAD, "%s", row->name);
		cr_expect(row->good || fault != FAULT_NONE, "%s", row->name);
		if (row->good)
			cr_expect_eq(envelope.path, row->kind, "%s", row->name);
		arena_clear(&arena);
	}
}
