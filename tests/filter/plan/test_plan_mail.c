#include "filter/plan/plan_mail.h"

#include <criterion/criterion.h>

#include "tests/support/plain_row.h"

/* A row of that author and class, with the DMARC result of the class and no other data. */
static struct row
row_of(const char *author, enum sender_class class)
{
	struct row row = plain_row();

	row.path = "";
	row.dmarc = class == SENDER_PASSES ? AUTH_PASS : AUTH_FAIL;
	row.author_domain = author;
	row.sender = (struct sender){class, SENDER_BY_NOTHING};
	return row;
}

static const struct row_signature ours = {"example.com", "s", AUTH_PASS, true, ""},
				  sibling = {"b.example.com", "s", AUTH_PASS, true, ""},
				  other = {"other.com", "s", AUTH_PASS, false, ""};

/*
 * Which names of a row may be aligned: of a message, all that passed; of a report, those that the
 * receiver found to be aligned.
 */
static const struct {
	const char *name;
	const char *spf_domain;
	const struct row_signature *sig;
	bool reported, spf_aligned, dkim_aligned;
	const char *spf, *dkim;
} rows[] = {
	{"a message", "example.com", &ours, false, true, true, "example.com", " example.com"},
	{"a message that was not aligned then", "b.example.com", &sibling, false, false, false,
		"b.example.com", " b.example.com"},
	{"a message with one label in common", "other.com", &other, false, false, false,
		"other.com", " other.com"},
	{"a report", "example.com", &ours, true, true, true, "example.com", " example.com"},
	{"a report of a sibling", "b.example.com", &sibling, true, true, true, "b.example.com",
		" b.example.com"},
	{"a report: passed, and not aligned", "example.com", &ours, true, false, false, "", ""},
	{"a report: SPF alone", "example.com", &ours, true, true, false, "example.com", ""},
	{"a report: DKIM alone", "example.com", &ours, true, false, true, "", " example.com"},
	{"a report without names", "", NULL, true, true, true, "a.example.com", " a.example.com"},
	{"a report with the name of another", "other.com", &other, true, true, true,
		"a.example.com", " a.example.com"},
};

Test(plan_mail, what_may_be_aligned)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct row row = row_of("a.example.com", SENDER_DECIDE);
		struct plan_mail mail;
		struct arena arena;

		arena_init(&arena, NULL, NULL);
		cr_assert(plan_mail_init(&mail, SLICE("example.com"), rows[i].reported, &arena));
		row.more = 4;
		row.spf = rows[i].spf_domain[0] != '\0' ? AUTH_PASS : AUTH_NONE;
		row.spf_domain = rows[i].spf_domain;
		row.spf_aligned = rows[i].spf_aligned;
		row.signatures = rows[i].sig;
		row.nsignatures = rows[i].sig != NULL ? 1 : 0;
		row.dkim_aligned = rows[i].dkim_aligned;
		cr_assert(plan_mail_add(&mail, &row));
		cr_assert_eq(mail.ngroups, 1, "%s", rows[i].name);
		cr_expect_str_eq(mail.groups[0]->spf, rows[i].spf, "%s: %s", rows[i].name,
			mail.groups[0]->spf);
		cr_expect_str_eq(mail.groups[0]->dkim, rows[i].dkim, "%s: %s", rows[i].name,
			mail.groups[0]->dkim);
		cr_expect_eq(mail.messages, 5);
		cr_expect_eq(mail.groups[0]->messages, 5);
		cr_expect_eq(mail.groups[0]->classes[SENDER_DECIDE], 5);
		plan_mail_clear(&mail);
		arena_clear(&arena);
	}
}

/* A later row shows whose host it was: all messages of the earlier row move to another class. */
Test(plan_mail, rows_move_as_a_whole)
{
	struct row row = row_of("example.com", SENDER_FORGED);
	struct plan_mail mail;
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	cr_assert(plan_mail_init(&mail, SLICE("example.com"), true, &arena));
	row.more = 6;
	row.client_ip = "192.0.2.1";
	cr_assert(plan_mail_add(&mail, &row));
	row.sender.class = SENDER_PASSES;
	row.spf = row.dmarc = AUTH_PASS;
	row.spf_domain = "example.com";
	row.spf_aligned = true;
	cr_assert(plan_mail_add(&mail, &row));
	cr_expect_eq(mail.groups[0]->classes[SENDER_FORGED], 0);
	cr_expect_eq(mail.groups[0]->classes[SENDER_OWN], 7);
	plan_mail_clear(&mail);
	arena_clear(&arena);
}

/* Invented names leave room for the domain, and any mail that they displace is reported. */
Test(plan_mail, too_many_names)
{
	struct plan_mail mail;
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	cr_assert(plan_mail_init(&mail, SLICE("example.com"), true, &arena));
	for (int i = 0; i < PLAN_AUTHORS + 10; i++) {
		char name[32];
		struct row row;

		(void)snprintf(name, sizeof name, "x%d.example.com", i);
		row = row_of(name, SENDER_FORGED);
		cr_assert(plan_mail_add(&mail, &row));
	}
	cr_expect_eq(mail.beyond, 11);
	cr_expect_eq(mail.open, 0);
	for (int class = SENDER_PASSES; class <= SENDER_FORGED; class ++) {
		struct row row = row_of("new.example.com", (enum sender_class) class);

		cr_assert(plan_mail_add(&mail, &row));
	}
	cr_expect_eq(mail.open, SENDER_FORGED - SENDER_PASSES - 1);
	for (int i = 0; i < 3; i++) {
		struct row row = row_of("example.com", SENDER_OWN);

		cr_assert(plan_mail_add(&mail, &row));
	}
	cr_expect_eq(mail.groups[mail.ngroups - 1]->author, 0);
	cr_expect_eq(mail.groups[mail.ngroups - 1]->messages, 3);
	plan_mail_clear(&mail);
	arena_clear(&arena);
}
