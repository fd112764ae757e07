#include "tests/support/dkim_rig.h"

#include <criterion/criterion.h>

#include "auth/base/budget.h"
#include "mime/buf.h"

struct dkim_rig rig;

void
dkim_rig_open(void)
{
	rig = (struct dkim_rig){0};
	arena_init(&rig.arena, NULL, NULL);
	rig.ids.author_domain = SLICE("example.com");
	rig.limits = (struct limits){.fields = 1000,
		.field_size = 65536,
		.dkim_signatures = 16,
		.arc_sets = 50,
		.keys = 10,
		.verifications = 2000,
		.header_octets = 8 << 20,
		.rsa_min_bits = 1024,
		.rsa_max_bits = 8192};
	rig.options.drift = 300;
	rig.in = (struct auth_input){.message = &rig.message,
		.envelope = &rig.envelope,
		.ids = &rig.ids,
		.limits = &rig.limits,
		.options = &rig.options,
		.now = DKIM_RIG_NOW,
		.crypto = crypto_new(),
		.arena = &rig.arena};
	cr_assert_not_null(rig.in.crypto);
}

void
dkim_rig_close(void)
{
	crypto_free(rig.in.crypto);
	dns_free(rig.dns);
	arena_clear(&rig.arena);
}

void
dkim_rig_zone(const char *zone)
{
	struct error error = {.path = NULL};

	dns_free(rig.dns);
	rig.dns = NULL;
	cr_assert_eq(dns_open_zone(slice_str(zone), &rig.arena, &rig.dns, &error), ST_OK, "%s",
		reason_code(&error.reason));
	rig.in.dns = rig.dns;
}

const struct dkim_result *
dkim_rig_check(struct slice raw, enum status *status)
{
	enum status got;

	message_parse(raw, rig.limits.fields, rig.limits.field_size, &rig.arena, &rig.message);
	rig.in.budget = budget_make(&rig.limits, &rig.arena);
	dkim_find(&rig.in, &rig.result);
	got = dkim_check(&rig.in, dkim_bodies_new(&rig.arena), &rig.result);
	if (status != NULL)
		*status = got;
	else
		cr_assert_eq(got, ST_OK);
	return &rig.result;
}

const char *
dkim_rig_text(void)
{
	struct report report;
	struct buf buf;

	report_init(&report, &rig.arena);
	dkim_report(&rig.result, &report);
	buf_init(&buf, &rig.arena, 1 << 16);
	for (size_t i = 0; i < report.n; i++) {
		buf_addf(&buf, "%s%s", i > 0 ? ", " : "", auth_code_word(report.rows[i].code));
		if (report.rows[i].reason.id != DKIM_R_NONE)
			buf_addf(&buf, " %s", reason_text(&report.rows[i].reason));
	}
	return arena_cstr(&rig.arena, buf_slice(&buf));
}
