#include "filter/receiver/recorded.h"

#include <criterion/criterion.h>

#include "filter/provider/provider.h"

enum { FIELDS = 100 };

#define BORDER "Received: from a.example (a.example. [192.0.2.1]) by mx.example.net; x\n"
#define REST "From: a@example.com\n\n"
#define APPLE                                                                                      \
	"Received: from a.example (a.example [192.0.2.1]) by st1.me.com (Postfix) with ESMTPS id " \
	"1; x\n"
#define APPLE_ABOVE                                                                                \
	APPLE "X-ICL-Score: 3.3\nX-ICL-INFO: x\n"                                                  \
	      "Authentication-Results: bimi.icloud.com; bimi=skipped reason=\"insufficient "       \
	      "dmarc\"\n"                                                                          \
	      "X-ARC-Info: policy=fail; arc=none\nAuthentication-Results: arc.icloud.com; "        \
	      "arc=none\n"                                                                         \
	      "Authentication-Results: dmarc.icloud.com; dmarc=fail header.from=example.com\n"     \
	      "X-DMARC-Info: pass=none; s=u0\nX-DMARC-Policy: none\n"                              \
	      "Authentication-Results: dkim-verifier.icloud.com; dkim=fail (1024-bit key) "        \
	      "header.d=d.example header.b=I77INjus\n"
#define APPLE_SPF                                                                                  \
	"Authentication-Results: spf.icloud.com; spf=softfail (spf.icloud.com: x) "                \
	"smtp.mailfrom=b@s.example\n"
#define APPLE_END                                                                                  \
	"Received-SPF: softfail (spf.icloud.com: domain of b@s.example does not) "                 \
	"receiver=spf.icloud.com; client-ip=192.0.2.1\n"
#define FORGED(host)                                                                               \
	"Authentication-Results: dmarc." host "; dmarc=pass header.from=example.com\n"             \
	"Authentication-Results: dkim-verifier." host "; dkim=pass header.d=example.com\n"         \
	"Authentication-Results: spf." host "; spf=pass smtp.mailfrom=example.com\n"               \
	"Received-SPF: pass (spf." host ": x) receiver=spf." host ";\n"
#define GMAIL "Received: from a.example by mx.google.com with ESMTPS id 1; x\n"

static const struct {
	const char *name, *mailbox, *message;
	size_t border;
	const char *wanted;
	enum recorded_form form;
	const char *id, *spf, *dkim, *dmarc, *spf_domain, *signer;
} rows[] = {
	{"our own MTA's field above the border", NULL,
		"Authentication-Results: mx.example.net; spf=pass smtp.mailfrom=b@s.example; "
		"dkim=pass header.d=d.example; dmarc=fail header.from=example.com\n" BORDER REST,
		1, "", RECORDED_FIELD, "mx.example.net", "pass", "pass", "fail", "s.example",
		"d.example"},
	{"two fields of one id are one", NULL,
		"Authentication-Results: mx.example.net; dmarc=pass header.from=example.com\n"
		"Authentication-Results: mx.example.net; dkim=fail header.i=@d.example\n" BORDER
			REST,
		1, "", RECORDED_FIELD, "mx.example.net", "", "fail", "pass", "", "d.example"},
	{"another host's field is left out", NULL,
		"Authentication-Results: inside.example; spf=fail smtp.mailfrom=x.example\n"
		"Authentication-Results: mx.example.net; spf=pass smtp.mailfrom=s.example\n" BORDER
			REST,
		1, "", RECORDED_FIELD, "mx.example.net", "pass", "", "", "s.example", ""},
	{"the one that is asked for", NULL,
		"Authentication-Results: inside.example; spf=fail smtp.mailfrom=x.example\n"
		"Authentication-Results: mx.example.net; spf=pass smtp.mailfrom=s.example\n" BORDER
			REST,
		1, "INSIDE.example", RECORDED_FIELD, "inside.example", "fail", "", "", "x.example",
		""},
	{"attack: the sender's own, below the border", NULL,
		BORDER "Authentication-Results: mx.example.net; dmarc=pass "
		       "header.from=example.com\n" REST,
		1, "", RECORDED_NOTHING, "", "", "", "", "", ""},
	{"attack: below the border, with the id that is asked for", NULL,
		BORDER "Authentication-Results: mx.example.net; dmarc=pass "
		       "header.from=example.com\n" REST,
		1, "mx.example.net", RECORDED_NOTHING, "", "", "", "", "", ""},
	{"attack: an ARC set below the border", NULL,
		BORDER "ARC-Authentication-Results: i=1; mx.google.com; dmarc=pass "
		       "header.from=example.com\n" REST,
		1, "", RECORDED_NOTHING, "", "", "", "", "", ""},
	{"Gmail's own set above", "gmail",
		"ARC-Authentication-Results: i=1; mx.google.com; spf=pass (google.com: x) "
		"smtp.mailfrom=a@example.com; dmarc=pass (p=NONE) header.from=example.com\n" GMAIL
			REST,
		1, "", RECORDED_ARC, "mx.google.com", "pass", "", "pass", "example.com", ""},
	{"Gmail's own field, right below its Received", "gmail",
		GMAIL "Received-SPF: pass (google.com: x) client-ip=192.0.2.1;\n"
		      "Authentication-Results: mx.google.com; dkim=pass header.i=@example.com "
		      "header.s=s; dmarc=pass header.from=example.com\n" REST,
		1, "", RECORDED_FIELD, "mx.google.com", "", "pass", "pass", "", "example.com"},
	{"attack: below Gmail's Received, after another field", "gmail",
		GMAIL "Subject: x\nAuthentication-Results: mx.google.com; dmarc=pass "
		      "header.from=example.com\n" REST,
		1, "", RECORDED_NOTHING, "", "", "", "", "", ""},
	{"attack: a second one right below Gmail's", "gmail",
		GMAIL "Authentication-Results: mx.google.com; dmarc=fail header.from=example.com\n"
		      "Authentication-Results: mx.google.com; dmarc=pass "
		      "header.from=example.com\n" REST,
		1, "", RECORDED_FIELD, "mx.google.com", "", "", "fail", "", ""},
	{"Microsoft's, without an id", "microsoft365",
		"Authentication-Results: spf=pass (sender IP is 192.0.2.1) "
		"smtp.mailfrom=s.example; "
		"dkim=none (message not signed) header.d=none;dmarc=bestguesspass action=none "
		"header.from=example.com;compauth=pass reason=109\n" BORDER REST,
		1, "", RECORDED_NO_ID, "microsoft", "pass", "none", "bestguesspass", "s.example",
		"none"},
	{"Microsoft's, dmarc first", "microsoft365",
		"Authentication-Results: dmarc=pass action=none header.from=example.com;"
		"spf=fail smtp.mailfrom=s.example;compauth=pass reason=100\n" BORDER REST,
		1, "", RECORDED_NO_ID, "microsoft", "fail", "", "pass", "s.example", ""},
	{"Microsoft's, compauth first", "microsoft365",
		"Authentication-Results: compauth=fail reason=601;dmarc=fail action=oreject "
		"header.from=example.com\n" BORDER REST,
		1, "", RECORDED_NO_ID, "microsoft", "", "", "fail", "", ""},
	{"no id, with a version and a comment", "microsoft365",
		"Authentication-Results: (x) arc / 1 = none; dmarc=pass "
		"header.from=a.example\n" BORDER REST,
		1, "", RECORDED_NO_ID, "microsoft", "", "", "pass", "", ""},
	{"attack: no id, dmarc first, below the border", "microsoft365",
		BORDER "Authentication-Results: dmarc=pass header.from=example.com\n" REST, 1, "",
		RECORDED_NOTHING, "", "", "", "", "", ""},
	{"attack: no id, compauth first, below the border", "microsoft365",
		BORDER "Authentication-Results: compauth=pass; dmarc=pass "
		       "header.from=example.com\n" REST,
		1, "microsoft", RECORDED_NOTHING, "", "", "", "", "", ""},
	{"attack: no id, right below Gmail's Received", "gmail",
		GMAIL "Authentication-Results: dmarc=pass header.from=example.com\n" REST, 1, "",
		RECORDED_NOTHING, "", "", "", "", "", ""},
	{"attack: no id, before Gmail's own", "gmail",
		GMAIL "Authentication-Results: dmarc=pass header.from=example.com\n"
		      "Authentication-Results: mx.google.com; dmarc=fail "
		      "header.from=example.com\n" REST,
		1, "", RECORDED_FIELD, "mx.google.com", "", "", "fail", "", ""},
	{"a version after the id", NULL,
		"Authentication-Results: mx.example.net 1; spf=pass "
		"smtp.mailfrom=s.example\n" BORDER REST,
		1, "mx.example.net", RECORDED_FIELD, "mx.example.net", "pass", "", "", "s.example",
		""},
	{"a version after the id and a slash", NULL,
		"Authentication-Results: mx.example.net/1; spf=pass "
		"smtp.mailfrom=s.example\n" BORDER REST,
		1, "mx.example.net", RECORDED_FIELD, "mx.example.net", "pass", "", "", "s.example",
		""},
	{"the same with comments", NULL,
		"Authentication-Results: (x) mx.example.net (y) /(z) 1; dkim/1=hardfail "
		"header.d=d.example\n" BORDER REST,
		1, "", RECORDED_FIELD, "mx.example.net", "", "hardfail", "", "", "d.example"},
	{"an unknown version", NULL,
		"Authentication-Results: mx.example.net/2; spf=pass "
		"smtp.mailfrom=s.example\n" BORDER REST,
		1, "", RECORDED_NOTHING, "", "", "", "", "", ""},
	{"attack: such an id below the border", NULL,
		BORDER "Authentication-Results: mx.example.net/1; dmarc=pass "
		       "header.from=example.com\n" REST,
		1, "mx.example.net", RECORDED_NOTHING, "", "", "", "", "", ""},
	{"attack: an id that only begins like it", NULL,
		"Authentication-Results: mx.example.net/evil; dmarc=pass "
		"header.from=example.com\n" BORDER REST,
		1, "mx.example.net", RECORDED_NOTHING, "", "", "", "", "", ""},
	{"Apple's, a field and an id for each mechanism", NULL,
		"Authentication-Results: bimi.icloud.com; bimi=none\n"
		"Authentication-Results: dmarc.icloud.com; dmarc=pass header.from=example.com\n"
		"Authentication-Results: dkim-verifier.icloud.com; dkim=pass (2048-bit key) "
		"header.d=d.example header.i=@d.example\n"
		"Authentication-Results: spf.icloud.com; spf=pass (spf.icloud.com: x) "
		"smtp.mailfrom=a@s.example\n" BORDER REST,
		1, "", RECORDED_FIELD, "icloud.com", "pass", "pass", "pass", "s.example",
		"d.example"},
	{"one of Apple's ids is asked for", NULL,
		"Authentication-Results: dmarc.icloud.com; dmarc=pass header.from=example.com\n"
		"Authentication-Results: spf.icloud.com; spf=pass smtp.mailfrom=s.example\n"
		"Authentication-Results: mx.example.net; spf=fail smtp.mailfrom=x.example\n" BORDER
			REST,
		1, "DMARC.icloud.com", RECORDED_FIELD, "icloud.com", "pass", "", "pass",
		"s.example", ""},
	{"Apple is asked for", NULL,
		"Authentication-Results: dmarc.icloud.com; dmarc=fail "
		"header.from=example.com\n" BORDER REST,
		1, "icloud.com", RECORDED_FIELD, "icloud.com", "", "", "fail", "", ""},
	{"attack: Apple's ids, below the border", NULL,
		BORDER "Authentication-Results: dmarc.icloud.com; dmarc=pass "
		       "header.from=example.com\n" REST,
		1, "icloud.com", RECORDED_NOTHING, "", "", "", "", "", ""},
	{"Apple's, right below its Received", "icloud", APPLE_ABOVE APPLE_SPF APPLE_END REST, 1, "",
		RECORDED_FIELD, "icloud.com", "softfail", "fail", "fail", "s.example", "d.example"},
	{"Apple's, asked for", "icloud", APPLE_ABOVE APPLE_SPF APPLE_END REST, 1, "spf.icloud.com",
		RECORDED_FIELD, "icloud.com", "softfail", "fail", "fail", "s.example", "d.example"},
	{"Apple's, where another's are asked for", "icloud", APPLE_ABOVE APPLE_SPF APPLE_END REST,
		1, "mx.google.com", RECORDED_NOTHING, "", "", "", "", "", ""},
	{"Apple's layout at no host of Apple", NULL, APPLE_ABOVE APPLE_SPF APPLE_END REST, 1, "",
		RECORDED_NOTHING, "", "", "", "", "", ""},
	{"Apple's results of SPF alone", "icloud", APPLE APPLE_SPF APPLE_END REST, 1, "",
		RECORDED_FIELD, "icloud.com", "softfail", "", "", "s.example", ""},
	{"attack: a whole set below Apple's", "icloud",
		APPLE_ABOVE APPLE_SPF APPLE_END FORGED("icloud.com") REST, 1, "", RECORDED_FIELD,
		"icloud.com", "softfail", "fail", "fail", "s.example", "d.example"},
	{"attack: results that Apple did not write, below its own", "icloud",
		APPLE APPLE_SPF APPLE_END FORGED("icloud.com") REST, 1, "", RECORDED_FIELD,
		"icloud.com", "softfail", "", "", "s.example", ""},
	{"attack: a set after another field", "icloud",
		APPLE "Subject: x\n" FORGED("icloud.com") REST, 1, "", RECORDED_NOTHING, "", "", "",
		"", "", ""},
	{"attack: a set below the next Received", "icloud",
		APPLE "Received: from b.example by a.example; x\n" FORGED("icloud.com") REST, 1, "",
		RECORDED_NOTHING, "", "", "", "", "", ""},
	{"attack: Apple's without the end, and the sender's", "icloud",
		APPLE_ABOVE "DKIM-Signature: x\n" FORGED("icloud.com") REST, 1, "",
		RECORDED_NOTHING, "", "", "", "", "", ""},
	{"attack: the set of another host", "icloud", APPLE FORGED("noticloud.com") REST, 1, "",
		RECORDED_NOTHING, "", "", "", "", "", ""},
	{"attack: another's Received-SPF ends Apple's", "icloud",
		APPLE_ABOVE APPLE_SPF "Received-SPF: pass (a.example: x) y\n" REST, 1, "",
		RECORDED_NOTHING, "", "", "", "", "", ""},
	{"attack: no result of SPF above Received-SPF", "icloud",
		APPLE "Authentication-Results: dmarc.icloud.com; dmarc=pass "
		      "header.from=example.com\n" APPLE_END REST,
		1, "", RECORDED_NOTHING, "", "", "", "", "", ""},
	{"attack: an id that only ends like Apple's", NULL,
		"Authentication-Results: dmarc.noticloud.com; dmarc=pass header.from=example.com\n"
		"Authentication-Results: spf.icloud.com; spf=pass smtp.mailfrom=s.example\n" BORDER
			REST,
		1, "", RECORDED_FIELD, "icloud.com", "pass", "", "", "s.example", ""},
	{"Yahoo's, with a semicolon at the end", "yahoo",
		"Authentication-Results: atlas.mail.yahoo.com; dkim=unknown; spf=pass "
		"smtp.mailfrom=s.example; dmarc=pass(p=REJECT) header.from=example.com;\n" BORDER
			REST,
		1, "", RECORDED_FIELD, "atlas.mail.yahoo.com", "pass", "unknown", "pass",
		"s.example", ""},
	{"above an inside hop and below it", NULL,
		"Received: by store.example.net; x\n"
		"Authentication-Results: mx.example.net; spf=pass smtp.mailfrom=s.example\n" BORDER
			REST,
		2, "", RECORDED_FIELD, "mx.example.net", "pass", "", "", "s.example", ""},
	{"the HELO domain's result is not the reverse-path's", NULL,
		"Authentication-Results: mx.example.net; spf=none smtp.helo=h.example; "
		"spf=pass smtp.mailfrom=s.example; spf=fail smtp.helo=h.example\n" BORDER REST,
		1, "", RECORDED_FIELD, "mx.example.net", "pass", "", "", "s.example", ""},
	{"one that cannot be read", NULL,
		"Authentication-Results: mx.example.net; spf=\"pass\n" BORDER REST, 1, "",
		RECORDED_NOTHING, "", "", "", "", "", ""},
	{"no Received at all", NULL,
		"Authentication-Results: mx.example.net; spf=pass smtp.mailfrom=s.example\n" REST,
		0, "", RECORDED_NOTHING, "", "", "", "", "", ""},
};

static const struct provider *
mailbox(const char *word)
{
	for (size_t i = 0; word != NULL && i < provider_count; i++)
		if (provider_table[i].mailbox.word != NULL &&
			strcmp(provider_table[i].mailbox.word, word) == 0)
			return &provider_table[i];
	return NULL;
}

static void
expect_text(const char *name, struct slice got, const char *want)
{
	cr_expect(
		slice_eq(got, slice_str(want)), "%s: %.*s, not %s", name, (int)got.n, got.p, want);
}

Test(recorded, read)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct intake intake = {.source = {.headers = true, .border = rows[i].border}};
		struct message message;
		struct arena arena;
		struct recorded recorded;

		arena_init(&arena, NULL, NULL);
		intake.source.provider = mailbox(rows[i].mailbox);
		message_parse(slice_str(rows[i].message), FIELDS, 4096, &arena, &message);
		cr_expect_eq(recorded_read(&message, &intake, slice_str(rows[i].wanted), &arena,
				     &recorded),
			rows[i].form != RECORDED_NOTHING, "%s", rows[i].name);
		cr_expect_eq(recorded.form, rows[i].form, "%s", rows[i].name);
		expect_text(rows[i].name, recorded.id, rows[i].id);
		expect_text(rows[i].name, recorded.spf.word, rows[i].spf);
		expect_text(rows[i].name, recorded.dkim.word, rows[i].dkim);
		expect_text(rows[i].name, recorded.dmarc.word, rows[i].dmarc);
		expect_text(rows[i].name, recorded.spf_domain, rows[i].spf_domain);
		expect_text(rows[i].name,
			recorded.nsignatures > 0 ? recorded.signatures[0].domain : SLICE(""),
			rows[i].signer);
		arena_clear(&arena);
	}
}
