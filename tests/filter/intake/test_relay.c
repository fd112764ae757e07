#include "filter/intake/relay.h"

#include <criterion/criterion.h>
#include <string.h>

#include "auth/dns/dns.h"
#include "filter/intake/envelope.h"
#include "tests/support/arena_suite.h"

ARENA_SUITE(relay);

#define ZONE                                                                                       \
	"gw.example.org. IN A 192.0.2.8\n"                                                         \
	";!TIMEOUT lame.example.org. A\n"
#define OURS(client) "Received: from x (gw [" client "]) by mx.example.org (Postfix); x\n"
#define GW(client) "Received: from client.test (u [" client "]) by gw.example.org (Postfix); x\n"

#define LONG "an-argument-of-ehlo-that-is-longer-than-what-is-read-of-a-field."

static const struct row {
	const char *name, *relay, *client, *header; /* relay: or two, with a space between */
	const char *found, *helo;                   /* the client that is evaluated */
} rows[] = {
	{"behind the relay", "192.0.2.8", "192.0.2.8", OURS("192.0.2.8") GW("203.0.113.5"),
		"203.0.113.5", "client.test"},
	{"no line of our own", "192.0.2.8", "192.0.2.8", GW("203.0.113.5"), "203.0.113.5",
		"client.test"},
	{"two relays", "192.0.2.0/28", "192.0.2.8",
		OURS("192.0.2.8") GW("192.0.2.9") GW("203.0.113.5"), "203.0.113.5", "client.test"},
	{"by name", "gw.example.org", "192.0.2.8", OURS("192.0.2.8") GW("203.0.113.5"),
		"203.0.113.5", "client.test"},
	{"IPv6", "2001:db8::8", "2001:db8::8", OURS("IPv6:2001:db8::8") GW("IPv6:2001:db8:1::1"),
		"2001:db8:1::1", "client.test"},
	/* a sender can write anything below our own line */
	{"not from the relay", "192.0.2.8", "203.0.113.66", OURS("203.0.113.66") GW("203.0.113.5"),
		"203.0.113.66", "helo"},
	{"a stranger with the relay's line", "192.0.2.8", "203.0.113.66",
		OURS("192.0.2.8") GW("203.0.113.5"), "203.0.113.66", "helo"},
	{"a stranger behind the relay", "192.0.2.8", "192.0.2.8",
		OURS("192.0.2.8") GW("203.0.113.66") GW("203.0.113.5"), "203.0.113.66",
		"client.test"},
	/* no border is found: the client that connected is evaluated */
	{"no Received", "192.0.2.8", "192.0.2.8", "Subject: x\n", "192.0.2.8", "helo"},
	{"relays only", "192.0.2.8", "192.0.2.8", OURS("192.0.2.8") GW("192.0.2.8"), "192.0.2.8",
		"helo"},
	{"a line without an address", "192.0.2.8", "192.0.2.8",
		OURS("192.0.2.8") "Received: by gw.example.org (Postfix, from userid 0); x\n" GW(
			"203.0.113.5"),
		"192.0.2.8", "helo"},
	{"a name that does not answer", "lame.example.org", "192.0.2.8",
		OURS("192.0.2.8") GW("203.0.113.5"), "192.0.2.8", "helo"},
	{"a line over the limit", "192.0.2.8", "192.0.2.8",
		OURS("192.0.2.8") "Received: from " LONG LONG LONG LONG
				  " (u [203.0.113.5]) by gw.example.org; x\n",
		"192.0.2.8", "helo"},
	{"a second relay whose name does not answer", "192.0.2.8 lame.example.org", "192.0.2.8",
		OURS("192.0.2.8") GW("203.0.113.5"), "192.0.2.8", "helo"},
	{"none named", NULL, "192.0.2.8", OURS("192.0.2.8") GW("203.0.113.5"), "192.0.2.8", "helo"},
	{"no client", "192.0.2.8", "", OURS("192.0.2.8") GW("203.0.113.5"), "", "helo"},
};

Test(relay, who_is_judged)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		char first[64] = "";
		const char *list[] = {row->relay, NULL};
		const char *space = row->relay == NULL ? NULL : strchr(row->relay, ' ');
		struct error error = {.path = NULL};
		struct options options = options_default();
		struct envelope envelope = {
			.helo = SLICE_INIT("helo"), .client_name = SLICE_INIT("gw.example.org")};
		struct message message;
		struct dns *dns;
		struct slice found;

		cr_assert_eq(dns_open_zone(SLICE(ZONE), &arena, &dns, &error), ST_OK, "%s",
			reason_code(&error.reason));
		if (row->relay != NULL)
			options.trusted_relays = (struct strings){list, space == NULL ? 1 : 2};
		if (space != NULL) {
			memcpy(first, row->relay, (size_t)(space - row->relay));
			list[0] = first;
			list[1] = space + 1;
		}
		(void)ip_parse(slice_str(row->client), &envelope.client_ip);
		message_parse(slice_str(row->header), 1000, 256, &arena, &message);
		relay_look_behind(&options, &message, dns, &envelope);
		found = ip_text(&envelope.client_ip, &arena);
		cr_expect(slice_eq(found, slice_str(row->found)), "%s: %.*s", row->name,
			(int)found.n, found.p);
		cr_expect(slice_eq(envelope.helo, slice_str(row->helo)), "%s: %.*s", row->name,
			(int)envelope.helo.n, envelope.helo.p);
		cr_expect((envelope.client_name.n == 0) == !slice_eq(envelope.helo, SLICE("helo")),
			"%s: the relay's name", row->name);
		dns_free(dns);
	}
}
