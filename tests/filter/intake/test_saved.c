#include "filter/intake/saved.h"

#include <criterion/criterion.h>

#define MARK "\xEF\xBB\xBF"
#define MESSAGE "A: b\n\nc\n"

Test(saved, is_mbox)
{
	static const struct {
		const char *path, *first;
		bool one, mbox;
	} rows[] = {
		{"box", "From a", false, true},
		{"box.mbox", MARK "From a", false, true},
		{"box", "From: a", false, false},
		{"box", "", false, false},
		{"a.eml", "From a", true, false},
		{"a.EML", "From a", true, false},
		{"a.emlx", "From a", true, false},
		{"a.eml.gz", "From a", true, false},
		{"a.eml.zst", "From a", true, false},
		{"a.gz", "From a", false, true},
		{"eml", "From a", false, true},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		cr_expect_eq(saved_is_one(rows[i].path), rows[i].one, "%s", rows[i].path);
		cr_expect_eq(saved_is_mbox(rows[i].path, slice_str(rows[i].first)), rows[i].mbox,
			"%s", rows[i].path);
	}
}

Test(saved, unwrap)
{
	static const struct {
		const char *name, *path, *bytes, *want;
	} rows[] = {
		{"a message", "a.eml", MESSAGE, MESSAGE},
		{"a mark", "a.eml", MARK MESSAGE, MESSAGE},
		{"two marks", "a.eml", MARK MARK MESSAGE, MARK MESSAGE},
		{"digits are a message's own", "a.eml", "8\n" MESSAGE, "8\n" MESSAGE},
		{"Apple Mail", "a.emlx", "8\n" MESSAGE "<plist/>\n", MESSAGE},
		{"with blanks behind the length", "a.emlx", "8   \r\n" MESSAGE "<plist/>", MESSAGE},
		{"with a mark", "a.emlx", MARK "8\n" MESSAGE "<plist/>", MESSAGE},
		{"cut off", "a.emlx", "80\n" MESSAGE, MESSAGE},
		{"a length of nothing", "a.emlx", "0\n" MESSAGE, ""},
		{"no length", "a.emlx", MESSAGE, MESSAGE},
		{"no line end", "a.emlx", "8", "8"},
		{"a length that is none", "a.emlx", "8x\n" MESSAGE, "8x\n" MESSAGE},
		{"longer than any length", "a.emlx", "1234567890123\nx", "1234567890123\nx"},
		{"nothing", "a.emlx", "", ""},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice got = saved_unwrap(rows[i].path, slice_str(rows[i].bytes));

		cr_expect(slice_eq(got, slice_str(rows[i].want)), "%s: %.*s", rows[i].name,
			(int)got.n, got.p);
	}
}

Test(saved, not_mail)
{
	static const struct {
		const char *name;
		struct slice bytes;
		enum fault fault;
	} rows[] = {
		{"mail", SLICE_INIT("From: a\n\nb"), FAULT_NONE},
		{"one field", SLICE_INIT("A:"), FAULT_NONE},
		{"text", SLICE_INIT("dear friend\n\nb"), FAULT_NO_HEADER},
		{"an empty line", SLICE_INIT("\nFrom: a\n"), FAULT_NO_HEADER},
		{"zip", SLICE_INIT("PK\3\4\24\0\0\0"), FAULT_NO_HEADER},
		{"Outlook", SLICE_INIT("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\n\nFrom: a\n"),
			FAULT_OUTLOOK_MSG},
		{"Outlook's archive", SLICE_INIT("!BDN\nFrom: a\n"), FAULT_OUTLOOK_PST},
		{"UTF-16, marked",
			SLICE_INIT("\xff\xfe"
				   "F\0r\0"),
			FAULT_UTF16},
		{"UTF-16, big end", SLICE_INIT("\xfe\xff\0F\0r"), FAULT_UTF16},
		{"UTF-16, no mark", SLICE_INIT("F\0r\0o\0m\0:\0 \0a\0b\0"), FAULT_UTF16},
		{"a few NULs", SLICE_INIT("From:\0\0\0\0\0\0\0\0 a\n\n"), FAULT_NONE},
		{"S/MIME, DER",
			SLICE_INIT("\x30\x82\x01\x02\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"),
			FAULT_PKCS7},
		{"S/MIME, BER", SLICE_INIT("\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03"),
			FAULT_PKCS7},
		{"begins as DER", SLICE_INIT("0: a\n\n"), FAULT_NONE},
	};
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct message message;

		message_parse(rows[i].bytes, 100, 2000, &arena, &message);
		cr_expect_eq(saved_not_mail(&message), rows[i].fault, "%s", rows[i].name);
	}
	arena_clear(&arena);
}
