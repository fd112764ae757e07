/* dmarc_rig.c: see dmarc_rig.h */
#include "tests/support/dmarc_rig.h"

#include <criterion/criterion.h>

void
dmarc_rig_open(struct dmarc_rig *rig, const char *zone, const char *author)
{
	static const char message[] = "From: Author <a@author.example>\n\nHello.\n";
	struct error error = {.path = NULL};

	memset(rig, 0, sizeof *rig);
	arena_init(&rig->arena, NULL, NULL);
	cr_assert_eq(dns_open_zone(slice_str(zone), &rig->arena, &rig->dns, &error), ST_OK,
		"%s in\n%s", reason_code(&error.reason), zone);
	message_parse(SLICE(message), 1000, 65536, &rig->arena, &rig->message);
	rig->ids.author_domain = slice_str(author);
	rig->in = (struct auth_input){.message = &rig->message,
		.envelope = &rig->envelope,
		.ids = &rig->ids,
		.limits = &rig->limits,
		.options = &rig->options,
		.dns = rig->dns,
		.arena = &rig->arena};
	rig->dkim.sigs = rig->sigs;
}

void
dmarc_rig_close(struct dmarc_rig *rig)
{
	dns_free(rig->dns);
	arena_clear(&rig->arena);
}

static enum auth_code
code_of(struct slice word)
{
	for (int code = AUTH_NONE; code <= AUTH_PERMERROR; code++)
		if (slice_eq(word, slice_str(auth_code_word((enum auth_code)code))))
			return (enum auth_code)code;
	cr_assert_fail("no code: %.*s", (int)word.n, word.p);
	return AUTH_NONE;
}

static void
take_word(struct dmarc_rig *rig, struct slice word)
{
	size_t equals = slice_find(word, '='), colon = slice_find(word, ':');
	struct slice method = slice_head(word, equals);
	struct slice code = slice_from(slice_head(word, colon), equals + 1);
	struct slice domain = slice_from(word, colon + 1);
	bool unsure = code.n > 0 && code.p[code.n - 1] == '?';

	code.n -= unsure;
	if (slice_eq(method, SLICE("dkim"))) {
		cr_assert_lt(rig->dkim.n, sizeof rig->sigs / sizeof rig->sigs[0]);
		rig->sigs[rig->dkim.n++] = (struct dkim_sig_result){
			.sig.d = domain, .code = code_of(code), .unsure = unsure};
		return;
	}
	rig->spf = (struct spf_result){.code = code_of(code),
		.identity = slice_eq(method, SLICE("helo")) ? SPF_ID_HELO : SPF_ID_MAILFROM,
		.domain = domain,
		.unsure = unsure};
}

void
dmarc_rig_auth(struct dmarc_rig *rig, const char *words)
{
	struct slice rest = slice_str(words);

	while (rest.n > 0) {
		size_t blank = slice_find(rest, ' ');
		if (blank > 0)
			take_word(rig, slice_head(rest, blank));
		rest = slice_from(rest, blank + 1);
	}
}
