#include "mime/address_map.h"

#include <criterion/criterion.h>

#define S(lit)                                                                                     \
	{                                                                                          \
		(lit), sizeof(lit) - 1                                                             \
	}

/* clang-format off */
static const struct row {
	const char *name;
	struct slice in;
	bool ok;
	struct slice apart, joined;
} rows[] = {
	{"text", S("A <a@b>"), true, S("A <a@b>"), S("A <a@b>")},
	{"UTF-8", S("\xc3\xa9\xef\xbc\xa0\xef\xbc\x8e"), true, S("\xc3\xa9@."), S("\xc3\xa9@.")},
	{"dots", S("\xe2\x80\xa6 \xe2\x92\x90 \xe3\x80\x82"), true, S("... 1. ."), S("... 1. .")},
	{"Q", S("=?utf-8?Q?a_=40=zz?="), true, S("a @=zz"), S("a @=zz")},
	{"B", S("=?UTF-8?b?YUBi?="), true, S("a@b"), S("a@b")},
	{"B, folded and padded", S("=?utf-8?B?YU Bi\tYQ==?="), true, S("a@ba"), S("a@ba")},
	{"B with other characters", S("=?utf-8?B?YU-Bi?="), false, S(""), S("")},
	{"B behind its padding", S("=?utf-8?B?YQ==YQ==?="), false, S(""), S("")},
	{"a language", S("=?utf-8*en?q?a?="), true, S("a"), S("a")},
	{"words", S("x =?utf-8?q?a?= =?utf-8?q?b?= y"), true, S("x a\x01" "b y"), S("x ab y")},
	{"folded words", S("=?utf-8?q?a?=\r\n =?utf-8?q?b?="), true, S("a\x01" "b"), S("ab")},
	{"words of two charsets", S("=?utf-8?q?a?= =?us-ascii?q?b?="), true, S("a\x01" "b"), S("ab")},
	{"a character split between words", S("=?utf-8?q?=EF?= =?utf-8?q?=BC=A0?="), true, S("\xef\x01\xbc\xa0"), S("@")},
	{"words in quotes", S("\"=?utf-8?q?a=40?=\""), true, S("\"a@\""), S("\"a@\"")},
	{"Latin-1", S("=?iso-8859-1?Q?=A3=C0x?="), true, S("\xa3\xc0x"), S("\xa3\xc0x")},
	{"GBK", S("=?gbk?Q?=A3=C0x?="), true, S("@x"), S("@x")},
	{"Shift JIS", S("=?Shift_JIS?Q?=81=97=81=44?="), true, S("@."), S("@.")},
	{"Big5", S("=?big5?Q?=A2=49?="), true, S("@"), S("@")},
	{"ISO-2022-JP", S("=?iso-2022-jp?B?YRskQiF3QDghJRsoQmI=?="), true, S("a@\xff.b"), S("a@\xff.b")},
	{"ISO-2022-JP with an escape of another charset", S("=?iso-2022-jp?B?GyRBYQ==?="), false, S(""), S("")},
	{"ISO-2022-JP with half a character", S("=?iso-2022-jp?B?GyRCIQ==?="), false, S(""), S("")},
	{"ISO-2022-JP that is left open", S("=?iso-2022-jp?B?GyRCIXc=?="), false, S(""), S("")},
	{"raw GBK before a letter", S("\xa3\xc0x"), true, S("@x"), S("@x")},
	{"raw GBK", S("\xa3\xc0 x"), true, S("\xa3\xc0 x"), S("\xa3\xc0 x")},
	{"an overlong @", S("\xc1\x80x"), true, S("@x"), S("@x")},
	{"a charset that is not known", S("=?utf-7?Q?+AEA-?="), false, S(""), S("")},
	{"a charset that only begins like one", S("=?utf-8x?Q?a?="), false, S(""), S("")},
	{"another", S("=?iso-8859-1@x?Q?a?="), false, S(""), S("")},
	{"a coding that is not known", S("=?utf-8?X?a?="), false, S(""), S("")},
	{"no encoded word", S("a =? b"), false, S(""), S("")},
	{"an encoded word within one", S("=?utf-8?Q?=3D=3F?="), false, S(""), S("")},
	{"an equals sign", S("a=b=c= ?x"), true, S("a=b=c= ?x"), S("a=b=c= ?x")},
};
/* clang-format on */

Test(address_map, rows)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (int joined = 0; joined <= 1; joined++) {
			const struct row *row = &rows[i];
			struct slice want = joined ? row->joined : row->apart;
			struct arena arena;
			struct buf out;

			arena_init(&arena, NULL, NULL);
			buf_init(&out, &arena, 1000);
			cr_expect(address_map(row->in, joined != 0, &out) == row->ok, "%s",
				row->name);
			cr_expect(!row->ok || slice_eq(buf_slice(&out), want), "%s: %.*s",
				row->name, (int)out.n, out.p);
			arena_clear(&arena);
		}
}

Test(address_map, names_nobody)
{
	/* clang-format off */
	static const struct nobody {
		const char *name;
		struct slice in;
		bool want;
	} nobody[] = {
		{"nothing", {NULL, 0}, true},
		{"an empty angle", S("<>"), true},
		{"a bounce", S("MAILER-DAEMON <>"), true},
		{"cron", S("root (Cron Daemon)"), true},
		{"dots beside blanks", S("Dr. No. <>"), true},
		{"three dots", S("a...b <>"), true},
		{"an address", S("a@b"), false},
		{"a dotted name", S("b.c <>"), false},
		{"a dotted name of other letters", S("\xc3\xa9.\xc3\xa9 <>"), false},
		{"a control", S("\x1b <>"), false},
		{"an @ in the octets of ISO-2022-JP", S("=?iso-2022-jp?Q?=1B$B@@=1B(B?= <>"), false},
		{"DEL", S("\x7f <>"), false},
		{"NUL", S("\0 <>"), false},
		{"an encoded word that is not known", S("=?x?q?a?= <>"), false},
		{"a name in two encoded words", S("=?utf-8?q?b=2E?= =?utf-8?q?c?= <>"), false},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof nobody / sizeof *nobody; i++) {
		struct arena arena;

		arena_init(&arena, NULL, NULL);
		cr_expect(address_names_nobody(nobody[i].in, &arena) == nobody[i].want, "%s",
			nobody[i].name);
		arena_clear(&arena);
	}
}
