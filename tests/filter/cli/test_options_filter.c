#include "filter/cli/options_filter.h"

#include <criterion/criterion.h>

#include "filter/cli/options.h"
#include "filter/text/error_words.h"
#include "tests/support/arena_suite.h"

ARENA_SUITE(options_filter);

enum { ARGS = 6 };

/*
 * --trusted-relay needs a client that can be the relay: from an option (even an empty one, which a
 * mail server passes for its own mail), from the header, or from an envelope that comes with the
 * message.
 */
static const struct row {
	const char *name;
	const char *args[ARGS];
	bool refused;
} rows[] = {
	{"a client", {"--trusted-relay=192.0.2.8", "--client-ip=192.0.2.8"}, false},
	{"an empty client", {"--trusted-relay=192.0.2.8", "--client-ip="}, false},
	{"the header", {"--trusted-relay=192.0.2.8", "--envelope=headers"}, false},
	{"standard input", {"--trusted-relay=192.0.2.8", "--envelope=stdin"}, false},
	{"the field", {"--trusted-relay=192.0.2.8", "--envelope=field", "--envelope-secret-file=x"},
		false},
	{"explain a file", {"explain", "--trusted-relay=192.0.2.8", "a.eml"}, false},
	{"batch", {"batch", "--trusted-relay=192.0.2.8", "a"}, false},
	{"nobody", {"--trusted-relay=192.0.2.8"}, true},
	{"nobody in a batch SMTP", {"--trusted-relay=192.0.2.8", "--envelope=bsmtp"}, true},
	{"nobody for explain", {"explain", "--trusted-relay=192.0.2.8"}, true},
};

Test(options_filter, relay_needs_a_client)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char *argv[ARGS + 3] = {arena_cstr(&arena, slice_str("mailstamp"))};
		struct options options;
		struct error error = {.path = NULL};
		bool in_file;
		int argc = 1;
		enum status st;

		for (size_t k = 0; k < ARGS && rows[i].args[k] != NULL; k++)
			argv[argc++] = arena_cstr(&arena, slice_str(rows[i].args[k]));
		argv[argc++] = arena_cstr(&arena, slice_str("--config=/dev/null"));
		st = options_parse(argc, argv, &arena, &options, &error, &in_file);
		cr_expect_eq(st != ST_OK, rows[i].refused, "%s: %s", rows[i].name,
			error_words(&error, &arena));
		if (rows[i].refused)
			cr_expect(strncmp(error_words(&error, &arena),
					  "--trusted-relay needs --client-ip", 33) == 0,
				"%s: %s", rows[i].name, error_words(&error, &arena));
	}
}
