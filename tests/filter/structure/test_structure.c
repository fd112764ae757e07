#include "filter/structure/structure.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>

#include "mime/address.h"
#include "mime/buf.h"

#define INNER "From: a@b.example\r\nSubject: in\r\n\r\nhello\r\n"
#define B64_INNER "RnJvbTogYUBiLmV4YW1wbGUNClN1YmplY3Q6IGluDQoNCmhlbGxvDQo="
#define TOP                                                                                        \
	"From: x@y.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b "   \
	"1\"\r\n\r\n"
#define END "\r\n--b 1--\r\n"
#define RFC822 "\r\n--b 1\r\nContent-Type: message/rfc822\r\n\r\n"

enum { MANY = 300000 };

/* clang-format off */
static const struct {
	const char *name, *raw;
	const char *want[3]; /* up to the first NULL */
	bool recoded;
} rows[] = {
	{"plain", INNER, {NULL}, false},
	{"forwarded as an attachment", TOP RFC822 INNER END, {INNER}, false},
	{"with text before it", TOP "--b 1\r\nContent-Type: text/plain\r\n\r\nsee below\r\n" RFC822 INNER END, {INNER}, false},
	{"two", TOP RFC822 INNER RFC822 "Received: x\r\n" INNER END, {INNER, "Received: x\r\n" INNER}, false},
	{"LF", "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nFrom: a\n\nx\n\n--b--\n", {"From: a\n\nx\n"}, false},
	{"no end", TOP RFC822 INNER, {INNER}, false},
	{"in a report", "From: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\nVersion: 1\r\n\r\n--b\r\nContent-Type: message/rfc822\r\nContent-Disposition: inline\r\n\r\n" INNER "\r\n--b--\r\n", {INNER}, false},
	{"all of it is one", "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n" INNER, {INNER}, false},
	{"one in another", TOP RFC822 "Subject: o\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\nContent-Type: message/rfc822\r\n\r\n" INNER "\r\n--i--\r\n" END,
		{"Subject: o\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\nContent-Type: message/rfc822\r\n\r\n" INNER "\r\n--i--\r\n", INNER}, false},
	{"one in another, its boundary is missing", TOP RFC822 "Subject: o\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\nContent-Type: message/rfc822\r\n\r\n" INNER END,
		{"Subject: o\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\nContent-Type: message/rfc822\r\n\r\n" INNER, INNER}, false},
	{"Content fields first", TOP RFC822 "Content-Type: text/plain\r\n" INNER END, {"Content-Type: text/plain\r\n" INNER}, false},
	{"addresses are as they were", TOP RFC822 "From: \"a:b\" <c@d.example>,\r\n e@f.example\r\n\r\nFrom: x\r\n" END, {"From: \"a:b\" <c@d.example>,\r\n e@f.example\r\n\r\nFrom: x\r\n"}, false},
	{"in base64", TOP "\r\n--b 1\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" B64_INNER END, {INNER}, true},
	{"in quoted-printable", TOP "\r\n--b 1\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nFrom: a=40b\r\n\r\nx=3D=\r\ny\r\n" END, {"From: a@b\r\n\r\nx=y\r\n"}, true},
	{"a file named .eml", TOP "\r\n--b 1\r\nContent-Type: application/octet-stream; name=\"spam.EML\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" B64_INNER END, {INNER}, true},
	{"a file named .eml in its disposition", TOP "\r\n--b 1\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment;\r\n filename*=utf-8''a%20b.eml\r\n\r\n" INNER END, {INNER}, false},
	{"all of it is such a file", "MIME-Version: 1.0\r\nContent-Type: application/octet-stream; name=a.eml\r\nContent-Transfer-Encoding: base64\r\n\r\n" B64_INNER "\r\n", {INNER}, true},
	{"a file of another name", TOP "\r\n--b 1\r\nContent-Type: application/octet-stream; name=\"a.eml.exe\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" B64_INNER END, {NULL}, false},
	{"only an end of a name", TOP "\r\n--b 1\r\nContent-Type: application/octet-stream; name=\".eml\"\r\n\r\n" INNER END, {NULL}, false},
	{"headers alone are no message", TOP "\r\n--b 1\r\nContent-Type: text/rfc822-headers\r\n\r\nFrom: a\r\n" END, {NULL}, false},
};
/* clang-format on */

Test(structure, messages)
{
	struct address_gmime *gmime = address_gmime_open();
	struct structure_message found[STRUCTURE_MESSAGES];
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t n = 0, want = 0;
		bool whole;

		cr_assert_eq(structure_messages(
				     gmime, slice_str(rows[i].raw), &arena, found, &n, &whole),
			ST_OK, "%s", rows[i].name);
		cr_expect(whole, "%s", rows[i].name);
		while (want < 3 && rows[i].want[want] != NULL)
			want++;
		cr_expect_eq(n, want, "%s: %zu", rows[i].name, n);
		for (size_t k = 0; k < n && k < want; k++) {
			cr_expect(slice_eq(found[k].bytes, slice_str(rows[i].want[k])),
				"%s: %zu is [%.*s]", rows[i].name, k, (int)found[k].bytes.n,
				found[k].bytes.p);
			cr_expect_eq(found[k].recoded, rows[i].recoded, "%s", rows[i].name);
		}
	}
	arena_clear(&arena);
	address_gmime_close(gmime);
}

/* the text before and after a piece that is repeated */
/* clang-format off */
static const struct {
	const char *name, *before, *piece;
	size_t times;
	const char *after;
	size_t want;
	bool whole;
} limits[] = {
	{"as many messages as are read", TOP, RFC822 INNER, STRUCTURE_MESSAGES, END, STRUCTURE_MESSAGES, true},
	{"one more", TOP, RFC822 INNER, STRUCTURE_MESSAGES + 1, END, STRUCTURE_MESSAGES, false},
	{"as many boundaries as are read", TOP, "\r\n--b 1\r\n\r\nx\r\n", STRUCTURE_LINES - 2, RFC822 INNER END, 1, true},
	{"more", TOP, "\r\n--b 1\r\n\r\nx\r\n", STRUCTURE_LINES, RFC822 INNER END, 0, false},
	{"lines that are no boundary", TOP "--b 1\r\n\r\n", "--- a/file\r\n--\r\n-- \r\n--b 12\r\n", STRUCTURE_LINES, RFC822 INNER END, 1, true},
	{"the same where a boundary cannot be told", "Content-Type: multipart/mixed; boundary*0=\"b \"; boundary*1=1\r\n\r\n--b 1\r\n\r\n", "--- a/file\r\n", STRUCTURE_LINES, RFC822 INNER END, 0, false},
	{"a boundary in pieces", "Content-Type: multipart/mixed; boundary*0=\"b \"; boundary*1=1\r\n\r\n--b 1\r\n\r\n", "--- a/file\r\n", STRUCTURE_LINES - 3, RFC822 INNER END, 1, true},
	{"a boundary that is folded and has a comment", "Content-Type: multipart/mixed; boundary (x) =\r\n \"b 1\"\r\n\r\n", "", 1, RFC822 INNER END, 1, true},
	{"a boundary with an escape", "Content-Type: multipart/mixed; boundary=\"b\\ 1\"\r\n\r\n", "", 1, RFC822 INNER END, 1, true},
	{"a boundary that begins with a blank", "Content-Type: multipart/mixed; boundary=\" b 1\"\r\n\r\n", "", 1, "\r\n-- b 1\r\nContent-Type: message/rfc822\r\n\r\n" INNER "\r\n-- b 1--\r\n", 1, true},
	{"too many of it", "Content-Type: multipart/mixed; boundary=\" b 1\"\r\n\r\n", "\r\n-- b 1\r\n\r\nx\r\n", STRUCTURE_LINES, "\r\n-- b 1\r\nContent-Type: message/rfc822\r\n\r\n" INNER "\r\n-- b 1--\r\n", 0, false},
	{"too many of a boundary that ends with a blank for one reader only", "Content-Type: multipart/mixed; boundary=b 1\r\n\r\n", "\r\n--b 1\r\n\r\nx\r\n", STRUCTURE_LINES, RFC822 INNER END, 0, false},
	{"too many of a boundary in no ASCII", "Content-Type: multipart/mixed; boundary=\"b\xe9\"\r\n\r\n", "\r\n--b\xe9\r\n\r\nx\r\n", STRUCTURE_LINES, "\r\n--b\xe9\r\nContent-Type: message/rfc822\r\n\r\n" INNER "\r\n--b\xe9--\r\n", 0, false},
	{"text of many lines", TOP "--b 1\r\n\r\n", "a: b\r\n", 3 * STRUCTURE_FIELDS, RFC822 INNER END, 1, true},
	{"a header of many fields", "From: x\r\n", "a: b\r\n", 3 * STRUCTURE_FIELDS, "\r\ntext", 0, true},
	{"fields, then a type that is read", "", "a: b\r\n", STRUCTURE_FIELDS - 3, TOP RFC822 INNER END, 1, true},
	{"fields, then a type that is not read", "", "a: b\r\n", STRUCTURE_FIELDS - 2, TOP RFC822 INNER END, 0, false},
	{"a part with many fields", TOP "--b 1\r\n", "a: b\r\n", 3 * STRUCTURE_FIELDS, RFC822 INNER END, 1, true},
	{"as many parameters as are read", TOP "--b 1\r\nContent-Type: text/plain", ";a=b", STRUCTURE_PARAMETERS - 1, RFC822 INNER END, 1, true},
	{"more", TOP "--b 1\r\nContent-Type: text/plain", ";\r\n a=b", STRUCTURE_PARAMETERS, "\r\n" RFC822 INNER END, 1, false},
	{"text with semicolons", TOP "--b 1\r\n\r\n", ";\r\n a=b", STRUCTURE_PARAMETERS, RFC822 INNER END, 1, true},
	{"nested deeper than is read", "", "Content-Type: message/rfc822\r\n\r\n", 2 * STRUCTURE_DEPTH + 1, INNER, 0, false},
};
/* clang-format on */

Test(structure, limits)
{
	struct address_gmime *gmime = address_gmime_open();
	struct structure_message found[STRUCTURE_MESSAGES];
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		struct buf raw;
		size_t n = 0;
		bool whole;

		buf_init(&raw, &arena, MANY);
		buf_adds(&raw, limits[i].before);
		for (size_t k = 0; k < limits[i].times; k++)
			buf_adds(&raw, limits[i].piece);
		buf_adds(&raw, limits[i].after);
		cr_assert(!raw.over, "%s", limits[i].name);
		cr_assert_eq(structure_messages(gmime, buf_slice(&raw), &arena, found, &n, &whole),
			ST_OK, "%s", limits[i].name);
		cr_expect_eq(n, limits[i].want, "%s: %zu", limits[i].name, n);
		cr_expect_eq(whole, limits[i].whole, "%s: %d", limits[i].name, whole);
		for (size_t k = 0; k < n; k++)
			cr_expect(slice_eq(found[k].bytes, SLICE(INNER)), "%s: %zu is [%.*s]",
				limits[i].name, k, (int)found[k].bytes.n, found[k].bytes.p);
	}
	arena_clear(&arena);
	address_gmime_close(gmime);
}

/* The stack size of a thread of batch. */
enum { STACK = 512 * 1024 };

static void *
run_hostile(void *arg)
{
	static const char *const starts[] = {
		"Content-Type: message/rfc822\n\n",
		"Content-Type: multipart/mixed; boundary=a\n\n--a\n",
		"From: a:a:a:a:a:a:a:a:a:a:a:a:a:\n",
		"Content-Type: multipart/mixed; boundary=\"\n",
		"--a\n",
		"a:a:",
	};
	struct address_gmime *gmime = address_gmime_open();
	struct structure_message found[STRUCTURE_MESSAGES];
	char *raw = malloc(MANY);

	(void)arg;
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
		size_t n = strlen(starts[i]), count = 0, levels[] = {90, 190, MANY / n};
		bool whole;

		for (size_t k = 0; k < sizeof levels / sizeof *levels; k++) {
			struct arena arena;

			arena_init(&arena, NULL, NULL);
			for (size_t at = 0; at < levels[k]; at++)
				memcpy(raw + at * n, starts[i], n);
			(void)structure_messages(gmime, slice_make(raw, levels[k] * n), &arena,
				found, &count, &whole);
			arena_clear(&arena);
		}
	}
	free(raw);
	address_gmime_close(gmime);
	return NULL;
}

Test(structure, hostile, .timeout = 30)
{
	pthread_attr_t attr;
	pthread_t thread;

	cr_assert_eq(pthread_attr_init(&attr), 0);
	cr_assert_eq(pthread_attr_setstacksize(&attr, STACK), 0);
	cr_assert_eq(pthread_create(&thread, &attr, run_hostile, NULL), 0);
	cr_assert_eq(pthread_join(thread, NULL), 0);
}
