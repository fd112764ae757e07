#include "filter/cli/options_batch.h"

#include <criterion/criterion.h>

#include "auth/spf/spf.h"
#include "filter/cli/options.h"
#include "filter/verdict/whatif.h"

enum { MAX_ARGS = 12 };

#include "filter/text/error_words.h"
#include "tests/support/arena_suite.h"

static struct options options;
static struct error error;

ARENA_SUITE(options_batch);

/*
 * Parses "mailstamp batch" and args, which end with NULL; the host's configuration file is not
 * read.
 */
static enum status
parse(const char *const *args)
{
	char *argv[MAX_ARGS + 3] = {arena_cstr(&arena, SLICE("mailstamp")),
		arena_cstr(&arena, SLICE("batch")),
		arena_cstr(&arena, SLICE("--config=/dev/null"))};
	int argc = 3;
	bool in_file;

	for (; *args != NULL; args++)
		argv[argc++] = arena_cstr(&arena, slice_str(*args));
	error = (struct error){.path = NULL};
	return options_parse(argc, argv, &arena, &options, &error, &in_file);
}

#define PARSE(...) parse((const char *const[]){__VA_ARGS__, NULL})

static const struct row {
	const char *name;
	const char *args[8];
	const char *expected; /* NULL: it is accepted */
} rows[] = {
	{"a path", {"x"}, NULL},
	{"two paths, one behind --", {"x", "--", "--y"}, NULL},
	{"a list", {"--files-from", "-"}, NULL},
	{"a manifest", {"--envelopes", "x", "folder"}, NULL},
	{"stamped", {"--output", "stamp", "--into", "x", "y"}, NULL},
	{"each at its date", {"--now", "message", "x"}, NULL},
	{"nothing to read", {NULL}, "needs a PATH"},
	{"two lists", {"--envelopes", "x", "--files-from", "y"}, "no other list"},
	{"a manifest and two paths", {"--envelopes", "x", "y", "z"}, "no other list"},
	{"a filter's output", {"--output", "message", "x"}, "--output must be json"},
	{"stamped nowhere", {"--output", "stamp", "x"}, "must be given together"},
	{"a folder for nothing", {"--into", "x", "y"}, "must be given together"},
	{"an envelope on stdin", {"--envelope", "bsmtp", "x"}, "args, field or headers"},
	{"two logs", {"--resume", "x", "--json-log", "y", "z"}, "cannot be combined"},
	{"a page", {"--html", "x", "y"}, NULL},
	{"a page of a journal", {"--resume", "x", "--html", "y", "z"}, NULL},
	{"a page beside lines", {"--html", "x", "--output", "json", "y"}, NULL},
	{"a page without a name", {"--html", "", "x"}, "--html must not be empty"},
	{"what broke signatures", {"--diagnose", "x"}, NULL},
	{"what broke them, in words", {"--diagnose=much", "x"}, "--diagnose must be true"},
	{"a shard", {"--shard", "2/3", "x"}, NULL},
	{"the whole as one shard", {"--shard", "1/1", "x"}, NULL},
	{"a shard of a journal", {"--shard", "2/3", "--resume", "x", "y"}, NULL},
	{"the most shards", {"--shard", "100000/100000", "x"}, NULL},
	{"too many shards", {"--shard", "1/100001", "x"}, "--shard must be I/N"},
	{"shard 0", {"--shard", "0/3", "x"}, "--shard must be I/N"},
	{"a shard behind the last", {"--shard", "4/3", "x"}, "--shard must be I/N"},
	{"a shard of none", {"--shard", "0/0", "x"}, "--shard must be I/N"},
	{"a shard of how many", {"--shard", "2", "x"}, "--shard must be I/N"},
	{"a shard of nothing", {"--shard", "2/", "x"}, "--shard must be I/N"},
	{"a shard with junk", {"--shard", "2/3x", "x"}, "--shard must be I/N"},
	{"a shard with blanks", {"--shard", "2 /3", "x"}, "--shard must be I/N"},
	{"no shard", {"--shard", "", "x"}, "--shard must not be empty"},
	{"what if", {"--what-if", "p=reject", "x"}, NULL},
	{"what if, by domains", {"--what-if", "a.example: p=none | p=reject", "x"}, NULL},
	{"what if not", {"--what-if", "p=maybe", "x"}, "--what-if: "},
	{"one of two what-ifs is none", {"--what-if=p=none", "--what-if=sp=none", "x"},
		"--what-if: "},
	{"joined", {"--merge", "a", "b"}, NULL},
	{"joined as a page", {"--merge", "--html", "x", "--output", "none", "a"}, NULL},
	{"joined from nothing", {"--merge"}, "needs a PATH"},
	{"joined and stamped", {"--merge", "--output", "stamp", "--into", "x", "a"},
		"--merge takes --output"},
	{"joined and split", {"--merge", "--shard", "1/2", "a"}, "--merge reads the JSON"},
	{"joined and gone on with", {"--merge", "--resume", "x", "a"}, "--merge reads the JSON"},
	{"joined from a manifest", {"--merge", "--envelopes", "x", "a"}, "--merge reads the JSON"},
	{"joined from a list", {"--merge", "--files-from", "x"}, "--merge reads the JSON"},
	{"joined and logged", {"--merge", "--json-log", "x", "a"}, "--merge reads the JSON"},
	{"joined and recorded", {"--merge", "--dns-record", "x", "a"}, "--merge reads the JSON"},
	{"no job", {"--jobs", "0", "x"}, "from 1"},
	{"a word for the clock", {"--now", "noon", "x"}, "whole number"},
};

Test(options_batch, rows)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		enum status st = parse(row->args);

		cr_expect_eq(st, row->expected == NULL ? ST_OK : ST_BAD, "%s", row->name);
		cr_expect(options.command == COMMAND_BATCH, "%s", row->name);
		if (st == ST_OK)
			cr_expect(options.envelope == ENVELOPE_HEADERS, "%s", row->name);
		else if (row->expected != NULL)
			cr_expect(strstr(error_words(&error, &arena), row->expected) != NULL,
				"%s: %s", row->name, error_words(&error, &arena));
	}
}

#define SEVEN                                                                                      \
	"--what-if=p=none", "--what-if=p=none", "--what-if=p=none", "--what-if=p=none",            \
		"--what-if=p=none", "--what-if=p=none", "--what-if=p=none"

/* Up to WHAT_IF_MAX what-ifs are accepted, kept in order and parsed; one more is refused. */
Test(options_batch, what_ifs)
{
	cr_assert(PARSE(SEVEN, "--what-if=p=reject", "x") == ST_OK);
	cr_expect_eq(options.what_ifs.n, WHAT_IF_MAX);
	cr_expect_str_eq(options.supposed[0].label, "p=none");
	cr_expect_str_eq(options.supposed[WHAT_IF_MAX - 1].label, "p=reject");
	cr_assert(PARSE(SEVEN, "--what-if=p=reject", "--what-if=p=none", "x") == ST_BAD);
	cr_expect_not_null(strstr(error_words(&error, &arena), "eight times at most"), "%s",
		error_words(&error, &arena));
}

Test(options_batch, shard)
{
	cr_assert(PARSE("--shard=2/3", "x") == ST_OK);
	cr_expect(options.shard_at == 1 && options.shard_of == 3, "from 0");
	cr_assert(PARSE("x") == ST_OK);
	cr_expect_eq(options.shard_of, 0, "none");
}

/* A program that was built without libspf2 says so wherever libspf2 is requested. */
Test(options_batch, libspf2)
{
	const enum status want = spf_libspf2_built() ? ST_OK : ST_BAD;

	cr_expect(PARSE("--spf-engine=libspf2", "x") == want);
	cr_expect(PARSE("--spf-compare", "x") == want);
	cr_expect(want == ST_OK ||
			  strstr(error_words(&error, &arena), "built without libspf2") != NULL,
		"%s", error_words(&error, &arena));
	cr_expect(PARSE("--spf-engine=mailstamp", "--spf-compare=false", "x") == ST_OK);
}
