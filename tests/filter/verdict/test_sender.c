#include "filter/verdict/sender.h"

#include <criterion/criterion.h>
#include <string.h>

#include "filter/verdict/names.h"

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

/* FCrDNS (RFC 8601 2.7.3, iprev): a name counts if it resolves to the address; private addresses
 * have none. */
Test(sender, name_of_a_client)
{
	static const char zone[] = "44.2.0.192.in-addr.arpa. PTR mx.own.example.\n"
				   "mx.own.example. A 192.0.2.44\n"
				   "66.113.0.203.in-addr.arpa. PTR mx.own.example.\n"
				   "9.0.0.10.in-addr.arpa. PTR inside.own.example.\n"
				   "inside.own.example. A 10.0.0.9\n";
	static const struct {
		const char *ip, *name;
	} clients[] = {{"192.0.2.44", "mx.own.example"}, {"203.0.113.66", ""}, {"192.0.2.1", ""},
		{"10.0.0.9", ""}};
	struct error error = {.path = NULL};
	struct arena arena;
	struct dns *dns;

	arena_init(&arena, NULL, NULL);
	cr_assert_eq(dns_open_zone(slice_str(zone), &arena, &dns, &error), ST_OK);
	for (size_t i = 0; i < sizeof clients / sizeof clients[0]; i++) {
		struct ip ip;
		struct slice name;

		cr_assert(ip_parse(slice_str(clients[i].ip), &ip));
		name = names_of_client(dns, &ip, 0, &arena);
		cr_expect(slice_eq(name, slice_str(clients[i].name)), "%s: %.*s", clients[i].ip,
			(int)name.n, name.p);
		cr_expect_eq(names_of_client(NULL, &ip, 0, &arena).n, 0, "without DNS");
	}
	dns_free(dns);
	arena_clear(&arena);
}

Test(sender, hurt_is_the_second_to_the_fourth)
{
	for (int i = 0; i < SENDER_CLASSES; i++)
		cr_expect_eq(sender_is_hurt((enum sender_class)i),
			i >= SENDER_OWN && i <= SENDER_FORWARDER);
}
