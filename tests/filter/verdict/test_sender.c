#include "filter/verdict/sender.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct {
	const char *name;
	struct sender_facts facts;
	enum sender_class class;
	enum sender_evidence by;
} rows[] = {
	{"aligned, whatever else is known",
		{.aligned = true, .own = SENDER_BY_OWN_LIST, .pass = true}, SENDER_PASSES,
		SENDER_BY_NOTHING},
	{"the owner's own host", {.own = SENDER_BY_ADDRESS}, SENDER_OWN, SENDER_BY_ADDRESS},
	{"a service that the records name", {.own = SENDER_BY_RANGE, .service = true, .pass = true},
		SENDER_SERVICE, SENDER_BY_RANGE},
	{"the owner's list before a forwarder",
		{.own = SENDER_BY_OWN_LIST, .passed = SENDER_BY_FORWARDING}, SENDER_OWN,
		SENDER_BY_OWN_LIST},
	{"a forwarder before the records: its hosts may be those of a service",
		{.own = SENDER_BY_RANGE, .service = true, .passed = SENDER_BY_FORWARDING},
		SENDER_FORWARDER, SENDER_BY_FORWARDING},
	{"a forger with SPF of his own", {.pass = true}, SENDER_DECIDE, SENDER_BY_PASS},
	{"a customer of a service that nothing names", {.known = true}, SENDER_DECIDE,
		SENDER_BY_KNOWN},
	{"fields of a list alone are no list", {.fields = true}, SENDER_DECIDE, SENDER_BY_FIELDS},
	{"a broken signature alone", {.signature = true}, SENDER_DECIDE, SENDER_BY_SIGNATURE},
	{"nothing", {.aligned = false}, SENDER_FORGED, SENDER_BY_NOTHING},
};

Test(sender, of)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct sender got = sender_of(&rows[i].facts);

		cr_expect_eq(got.class, rows[i].class, "%s", rows[i].name);
		cr_expect_eq(got.by, rows[i].by, "%s", rows[i].name);
		cr_expect(sender_shows(got.by, got.class), "%s", rows[i].name);
	}
}

Test(sender, words_are_read_back)
{
	for (int i = 0; i < SENDER_CLASSES; i++) {
		enum sender_class class = SENDER_UNJUDGED;

		cr_expect(sender_class_read(sender_class_word((enum sender_class)i), &class));
		cr_expect_eq(class, (enum sender_class)i);
		cr_expect(strlen(sender_class_text((enum sender_class)i)) > 0);
	}
	for (int i = 0; i < SENDER_EVIDENCES; i++) {
		enum sender_evidence by = SENDER_BY_NOTHING;

		cr_expect(sender_evidence_read(sender_evidence_word((enum sender_evidence)i), &by));
		cr_expect_eq(by, (enum sender_evidence)i);
	}
	cr_expect_not(sender_class_read("friend", &(enum sender_class){SENDER_UNJUDGED}));
	cr_expect_not(sender_evidence_read("hope", &(enum sender_evidence){SENDER_BY_NOTHING}));
}

Test(sender, hurt_is_the_second_to_the_fourth)
{
	for (int i = 0; i < SENDER_CLASSES; i++)
		cr_expect_eq(sender_is_hurt((enum sender_class)i),
			i >= SENDER_OWN && i <= SENDER_FORWARDER);
}
