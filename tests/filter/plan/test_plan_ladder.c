#include "filter/plan/plan_ladder.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define NONE DMARC_P_NONE
#define Q DMARC_QUARANTINE
#define R DMARC_REJECT
#define A DMARC_ABSENT

static const struct {
	const char *name;
	bool there;
	struct plan_record now;
	enum plan_order order;
	const char *want; /* "p[/sp[/np]][ t][ pct]" of each step, joined by '|' */
} rows[] = {
	{"no record", false, {.pct = 100}, PLAN_TOGETHER,
		"none|quarantine t 0|quarantine t 25|quarantine|reject t 25|reject"},
	{"p=none", true, {NONE, A, A, false, 100}, PLAN_TOGETHER,
		"quarantine t 0|quarantine t 25|quarantine|reject t 25|reject"},
	{"p=none; pct=50", true, {NONE, A, A, false, 50}, PLAN_TOGETHER,
		"quarantine t 0|quarantine t 25|quarantine|reject t 25|reject"},
	{"p=quarantine; t=y; pct=0", true, {Q, A, A, true, 0}, PLAN_TOGETHER,
		"quarantine t 25|quarantine|reject t 25|reject"},
	{"p=quarantine; pct=0: RFC 9989 applies it to all", true, {Q, A, A, false, 0},
		PLAN_TOGETHER, "quarantine|reject t 25|reject"},
	{"p=quarantine; t=y: RFC 7489 applies it to all", true, {Q, A, A, true, 100}, PLAN_TOGETHER,
		"quarantine|reject t 25|reject"},
	{"p=quarantine; pct=60", true, {Q, A, A, false, 60}, PLAN_TOGETHER,
		"quarantine|reject t 25|reject"},
	{"p=quarantine", true, {Q, A, A, false, 100}, PLAN_TOGETHER, "reject t 25|reject"},
	{"p=reject; pct=0", true, {R, A, A, false, 0}, PLAN_TOGETHER, "reject"},
	{"p=reject; t=y", true, {R, A, A, true, 100}, PLAN_TOGETHER, "reject"},
	{"p=reject; t=y; pct=0", true, {R, A, A, true, 0}, PLAN_TOGETHER, "reject t 25|reject"},
	{"p=reject", true, {R, A, A, false, 100}, PLAN_TOGETHER, ""},
	{"p=reject; sp=reject", true, {R, R, A, false, 100}, PLAN_TOGETHER, ""},
	{"p=reject; sp=none", true, {R, NONE, A, false, 100}, PLAN_TOGETHER,
		"reject/quarantine|reject"},
	{"p=reject; sp=none, the domain first", true, {R, NONE, A, false, 100}, PLAN_DOMAIN_FIRST,
		"reject/quarantine|reject"},
	{"p=none; sp=reject", true, {NONE, R, A, false, 100}, PLAN_TOGETHER,
		"quarantine/reject|reject"},
	{"p=none, subdomains first", true, {NONE, A, A, false, 100}, PLAN_SUBDOMAINS_FIRST,
		"none/quarantine t 0|none/quarantine t 25|none/quarantine|none/reject t 25|none/"
		"reject|quarantine/reject|reject"},
	{"p=none, the domain first", true, {NONE, A, A, false, 100}, PLAN_DOMAIN_FIRST,
		"quarantine/none t 0|quarantine/none t 25|quarantine/none|reject/none t 25|reject/"
		"none|reject/quarantine|reject"},
	{"no record, subdomains first", false, {.pct = 100}, PLAN_SUBDOMAINS_FIRST,
		"none|none/quarantine t 0|none/quarantine t 25|none/quarantine|none/reject t 25|"
		"none/reject|quarantine/reject|reject"},
	{"np=reject is kept until all is", true, {NONE, A, R, false, 100}, PLAN_TOGETHER,
		"quarantine/A/reject|reject"},
	{"np=none is dropped", true, {Q, A, NONE, false, 100}, PLAN_TOGETHER,
		"quarantine|reject t 25|reject"},
	{"an invalid np is dropped", true, {NONE, A, DMARC_INVALID, false, 100}, PLAN_TOGETHER,
		"quarantine t 0|quarantine t 25|quarantine|reject t 25|reject"},
};

static void
write_step(const struct plan_record *step, char *out, size_t n)
{
	const size_t at = strlen(out);
	char sp[64] = "", np[64] = "", pct[16] = "";

	if (step->np != A)
		(void)snprintf(np, sizeof np, "/%s", dmarc_policy_word(step->np));
	if (step->sp != A || step->np != A)
		(void)snprintf(
			sp, sizeof sp, "/%s", step->sp == A ? "A" : dmarc_policy_word(step->sp));
	if (step->pct < 100)
		(void)snprintf(pct, sizeof pct, " %u", step->pct);
	(void)snprintf(out + at, n - at, "%s%s%s%s%s%s", at > 0 ? "|" : "",
		dmarc_policy_word(step->p), sp, np, step->testing ? " t" : "", pct);
}

Test(plan_ladder, records)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct plan_record steps[PLAN_STEPS];
		const size_t n =
			plan_ladder(rows[i].there ? &rows[i].now : NULL, rows[i].order, steps);
		char got[2048] = "";

		for (size_t k = 0; k < n; k++)
			write_step(&steps[k], got, sizeof got);
		cr_expect_str_eq(
			got, rows[i].want, "%s: %s, expected %s", rows[i].name, got, rows[i].want);
	}
}

/*
 * From every record, in every order: no step weakens anything, and the last is as strict as
 * p=reject for all.
 */
Test(plan_ladder, never_weaker_and_ends)
{
	static const unsigned shares[] = {0, 1, 25, 50, 99, 100};
	static const struct plan_record last = {R, A, A, false, 100};
	const struct plan_force whole = plan_force_of(&last);

	for (unsigned i = 0; i < 3 * 4 * 4 * 2 * 6 * 3; i++) {
		const struct plan_record now = {(enum dmarc_policy)(NONE + i % 3),
			(enum dmarc_policy)(i / 3 % 4 == 0 ? A : DMARC_INVALID + i / 3 % 4),
			(enum dmarc_policy)(i / 12 % 4 == 0 ? A : DMARC_INVALID + i / 12 % 4),
			i / 48 % 2 == 1, shares[i / 96 % 6]};
		struct plan_record steps[PLAN_STEPS];
		const size_t n = plan_ladder(&now, (enum plan_order)(i / 576), steps);
		struct plan_force before = plan_force_of(&now), force = before;

		for (size_t k = 0; k < n; k++) {
			force = plan_force_of(&steps[k]);
			cr_expect(!plan_is_weaker(&force, &before), "%u: step %zu is weaker", i, k);
			before = force;
		}
		cr_expect(!plan_is_weaker(&force, &whole), "%u: does not end at p=reject", i);
	}
}

Test(plan_ladder, texts)
{
	static const struct {
		struct plan_record record;
		const char *now, *reports, *want;
	} texts[] = {
		{{NONE, A, A, false, 100}, "", "mailto:postmaster@example.com",
			"v=DMARC1; p=none; rua=mailto:postmaster@example.com"},
		{{NONE, A, A, false, 100}, "", "", "v=DMARC1; p=none"},
		{{Q, NONE, R, true, 0},
			"v=DMARC1;p=none;rua=mailto:a@b.example;pct=5;T=n; aspf=s ;x=y",
			"mailto:c@d",
			"v=DMARC1; p=quarantine; sp=none; np=reject; t=y; pct=0; "
			"rua=mailto:a@b.example; aspf=s; x=y"},
		{{R, A, A, false, 100}, "v=DMARC1; P=none; ;; rua=mailto:a@b.example;", "",
			"v=DMARC1; p=reject; rua=mailto:a@b.example"},
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct arena arena;
		struct slice got;

		arena_init(&arena, NULL, NULL);
		got = plan_record_text(&texts[i].record, slice_str(texts[i].now),
			slice_str(texts[i].reports), &arena);
		cr_expect(slice_eq(got, slice_str(texts[i].want)), "%.*s", (int)got.n, got.p);
		arena_clear(&arena);
	}
}
