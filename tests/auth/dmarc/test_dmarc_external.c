/* test_dmarc_external.c: report addresses in other domains (RFC 9990 4). */
#include "auth/dmarc/dmarc_external.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/support/dmarc_rig.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define CONSENT(host, text) TXT("example.com._report._dmarc." host, text)

#define LONG "a-label-of-sixty-three-characters-is-the-longest-that-fits-dns.a."

/* clang-format off */
static const struct row {
	const char *name, *zone, *tags, *want; /* the state of each address, in order */
} rows[] = {
	{"the domain itself", "", "p=none; rua=mailto:a@example.com", "own"},
	{"below it", "", "p=none; rua=mailto:a@r.example.com", "own"},
	{"elsewhere, nothing said", "", "p=none; rua=mailto:a@r.example", "refused"},
	{"elsewhere, agreed", CONSENT("r.example", "v=DMARC1;"), "p=none; rua=mailto:a@r.example",
		"authorised"},
	{"agreed without a semicolon", CONSENT("r.example", "v=DMARC1"),
		"p=none; rua=mailto:a@r.example", "authorised"},
	{"agreed with a policy", CONSENT("r.example", "v=DMARC1; p=none"),
		"p=none; rua=mailto:a@r.example", "authorised"},
	{"agreed for all", TXT("*._report._dmarc.r.example", "v=DMARC1"),
		"p=none; rua=mailto:a@r.example", "authorised"},
	{"something else stands there", CONSENT("r.example", "hello"),
		"p=none; rua=mailto:a@r.example", "refused"},
	{"the wrong case stands there", CONSENT("r.example", "v=dmarc1"),
		"p=none; rua=mailto:a@r.example", "refused"},
	{"one of several agrees", CONSENT("r.example", "x") CONSENT("r.example", "v=DMARC1"),
		"p=none; rua=mailto:a@r.example", "authorised"},
	{"another mailbox of the same host", CONSENT("r.example", "v=DMARC1; rua=mailto:b@r.example"),
		"p=none; rua=mailto:a@r.example", "authorised>mailto:b@r.example"},
	{"another host", CONSENT("r.example", "v=DMARC1; rua=mailto:b@s.example"),
		"p=none; rua=mailto:a@r.example", "moved>mailto:b@s.example"},
	{"rua of the consent is not for ruf", CONSENT("r.example", "v=DMARC1; rua=mailto:b@s.example"),
		"p=none; ruf=mailto:a@r.example", "authorised"},
	{"no answer", LOST("example.com._report._dmarc.r.example"),
		"p=none; rua=mailto:a@r.example", "unknown"},
	{"a size at its end", "", "p=none; rua=mailto:a@example.com!10m", "own"},
	{"several", CONSENT("r.example", "v=DMARC1"),
		"p=none; rua=mailto:a@r.example, mailto:b@q.example,mailto:c@example.com",
		"authorised refused own"},
	{"both tags", "", "p=none; rua=mailto:a@example.com; ruf=mailto:b@q.example", "own refused"},
	{"https", CONSENT("r.example", "v=DMARC1"), "p=none; rua=https://u@r.example:443/x@y",
		"authorised"},
	{"an address without mailto", "", "p=none; rua=a@example.com", "invalid"},
	{"no host", "", "p=none; rua=mailto:a", "invalid"},
	{"a host that is none", "", "p=none; rua=mailto:a@x..example", "invalid"},
	{"the end of the local part is the last @", "", "p=none; rua=mailto:a@example.com@q.example",
		"refused"},
	{"a suffix is no boundary", "", "p=none; rua=mailto:a@badexample.com", "refused"},
	{"a host with which no name can be asked for", "", "p=none; rua=mailto:a@" LONG LONG LONG "abcdefghijklmnopqrstuvwxyz.r.example", "refused"},
	{"no tags", "", "p=none", ""},
};
/* clang-format on */

static const char *const words[] = {
	[DMARC_TARGET_OWN] = "own",
	[DMARC_TARGET_AUTHORISED] = "authorised",
	[DMARC_TARGET_REFUSED] = "refused",
	[DMARC_TARGET_MOVED] = "moved",
	[DMARC_TARGET_UNKNOWN] = "unknown",
	[DMARC_TARGET_INVALID] = "invalid",
};

static void
expect(const struct row *row)
{
	char zone[1024], text[512], got[512] = "";
	struct dmarc_record record;
	struct dmarc_target *targets;
	struct dmarc_rig rig;
	size_t n;

	(void)snprintf(zone, sizeof zone, "%s%s", RECORD("example.com", "p=none"), row->zone);
	(void)snprintf(text, sizeof text, "v=DMARC1; %s", row->tags);
	dmarc_rig_open(&rig, zone, "example.com");
	cr_assert(dmarc_parse(slice_str(text), DMARC_RFC9989, &record), "%s", row->name);
	targets = dmarc_targets(&rig.in, DMARC_RFC9989, &record, SLICE("example.com"), &n);
	for (size_t i = 0; i < n; i++) {
		size_t at = strlen(got);
		(void)snprintf(got + at, sizeof got - at, "%s%s%s%.*s", i > 0 ? " " : "",
			words[targets[i].state], targets[i].moved_to.n > 0 ? ">" : "",
			(int)targets[i].moved_to.n, targets[i].moved_to.p);
	}
	cr_expect_str_eq(got, row->want, "%s: %s", row->name, got);
	dmarc_rig_close(&rig);
}

Test(dmarc_external, targets)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		expect(&rows[i]);
}

Test(dmarc_external, a_long_list_is_cut)
{
	char text[2048] = "v=DMARC1; p=none; rua=mailto:a@example.com";
	struct dmarc_record record;
	struct dmarc_rig rig;
	size_t n;

	for (int i = 0; i < 50; i++)
		strcat(text, ",mailto:a@example.com");
	dmarc_rig_open(&rig, RECORD("example.com", "p=none"), "example.com");
	cr_assert(dmarc_parse(slice_str(text), DMARC_RFC9989, &record));
	(void)dmarc_targets(&rig.in, DMARC_RFC9989, &record, SLICE("example.com"), &n);
	cr_expect_eq(n, DMARC_TARGETS_MAX);
	dmarc_rig_close(&rig);
}
