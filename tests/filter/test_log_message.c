#define _XOPEN_SOURCE 700
#include "filter/log_message.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/arena_suite.h"
#include "tests/support/read_back.h"

ARENA_SUITE(log_message);

enum { LINE = 2 * LOG_LINE_MAX };

/* Returns the log line of an evaluation, as written to a file. */
static const char *
line_of(struct evaluation *ev)
{
	char path[] = "/tmp/mailstamp-log-message.XXXXXX", *text = arena_bytes(&arena, LINE);
	const struct outcome outcome = {.status = 0};
	struct options options = options_default();
	struct log *log;
	int fd = mkstemp(path);

	cr_assert(fd >= 0);
	close(fd);
	options.log = path;
	ev->options = &options;
	ev->arena = &arena;
	log = log_open(&options);
	log_message(log, ev, &outcome, 0);
	log_close(log);
	(void)read_back(path, text, LINE);
	unlink(path);
	return text;
}

/*
 * The log line has the same DKIM results as the field: signatures over the limit are policy, not
 * none.
 */
Test(log_message, dkim_is_as_in_the_field)
{
	static const struct dkim_sig_result one = {
		.code = AUTH_PASS, .sig = {.d = SLICE_INIT("a.example"), .s = SLICE_INIT("s1")}};
	static const struct {
		const char *name;
		bool evaluated, oversize;
		size_t signatures, over;
		const char *want;
	} rows[] = {
		{"none", true, false, 0, 0, " dkim=none arc=none "},
		{"one", true, false, 1, 0, " dkim=\"pass d=a.example s=s1\" arc=none "},
		{"one, and more than the limit", true, false, 1, 3,
			" dkim=\"pass d=a.example s=s1, policy unchecked=3\" arc=none "},
		{"all over the limit", true, false, 0, 3, " dkim=\"policy unchecked=3\" arc=none "},
		{"many: four, and those that were not checked", true, false, 6, 2,
			" dkim=\"pass d=a.example s=s1, pass d=a.example s=s1, pass d=a.example "
			"s=s1, pass d=a.example s=s1, policy unchecked=2\" arc=none "},
		{"over the size limit", false, true, 0, 0, " dkim=none arc=none "},
		{"not evaluated", false, false, 0, 0, " dkim=none arc=none "},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct dkim_sig_result *sigs =
			arena_array(&arena, rows[i].signatures, sizeof *sigs);
		struct evaluation ev = {
			.evaluated = rows[i].evaluated, .oversize = rows[i].oversize};
		const char *line;

		for (size_t k = 0; k < rows[i].signatures; k++)
			sigs[k] = one;
		ev.results.dkim = (struct dkim_result){
			.sigs = sigs, .n = rows[i].signatures, .over = rows[i].over};
		line = line_of(&ev);
		cr_expect_not_null(strstr(line, rows[i].want), "%s: %s", rows[i].name, line);
	}
}
