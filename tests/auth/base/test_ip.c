#include "auth/base/ip.h"

#include <criterion/criterion.h>

/* a slice of a literal, which may contain NUL bytes */
#define S(lit) SLICE_INIT(lit)

/* text in, canonical text out: dotted quad, RFC 5952 4 and 5 */
Test(ip, good)
{
	static const struct row {
		struct slice text;
		unsigned char family;
		struct slice canonical;
	} rows[] = {
		{S("192.0.2.1"), 4, S("192.0.2.1")},
		{S("0.0.0.0"), 4, S("0.0.0.0")},
		{S("255.255.255.255"), 4, S("255.255.255.255")},
		{S("2001:db8:0:0:0:0:0:1"), 6, S("2001:db8::1")},
		{S("2001:DB8::1"), 6, S("2001:db8::1")},
		{S("2001:0db8:0000:0000:0001:0000:0000:0001"), 6, S("2001:db8::1:0:0:1")},
		{S("2001:db8:0:1:1:1:1:1"), 6, S("2001:db8:0:1:1:1:1:1")},
		{S("2001:db8:0:0:1:0:0:0"), 6, S("2001:db8:0:0:1::")},
		{S("0:0:1:1:1:1:1:1"), 6, S("::1:1:1:1:1:1")},
		{S("1:1:1:1:1:1::"), 6, S("1:1:1:1:1:1::")},
		{S("1:2:3:4:5:6:7::"), 6, S("1:2:3:4:5:6:7:0")},
		{S("::2:3:4:5:6:7:8"), 6, S("0:2:3:4:5:6:7:8")},
		{S("1::3:4:5:6:7:8"), 6, S("1:0:3:4:5:6:7:8")},
		{S("::"), 6, S("::")},
		{S("::1"), 6, S("::1")},
		{S("1::"), 6, S("1::")},
		{S("::1.2.3.4"), 6, S("::102:304")},
		{S("64:ff9b::192.0.2.33"), 6, S("64:ff9b::c000:221")},
		{S("1:2:3:4:5:6:1.2.3.4"), 6, S("1:2:3:4:5:6:102:304")},
		{S("1:2:3:4:5::1.2.3.4"), 6, S("1:2:3:4:5:0:102:304")},
		{S("fe80::f"), 6, S("fe80::f")},
		/* RFC 7208 5: an IPv4-mapped address is IPv4 */
		{S("::ffff:192.0.2.1"), 4, S("192.0.2.1")},
		{S("::FFFF:c000:201"), 4, S("192.0.2.1")},
		{S("0:0:0:0:0:ffff:192.0.2.1"), 4, S("192.0.2.1")},
		{S("::fffe:192.0.2.1"), 6, S("::fffe:c000:201")},
	};
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice text;
		struct ip ip;

		cr_expect(ip_parse(rows[i].text, &ip), "%s", rows[i].text.p);
		cr_expect_eq(ip.family, rows[i].family, "%s", rows[i].text.p);
		text = ip_text(&ip, &arena);
		cr_expect(slice_eq(text, rows[i].canonical), "%s: %.*s", rows[i].text.p,
			(int)text.n, text.p);
	}
	arena_clear(&arena);
}

Test(ip, bad)
{
	static const struct slice rows[] = {
		S(""),
		S("1"),
		S("1.2.3"),
		S("1.2.3."),
		S("1.2.3.4."),
		S(".1.2.3.4"),
		S("1.2.3.4.5"),
		S("1..2.3"),
		S("256.1.1.1"),
		S("1.2.3.256"),
		S("1.2.3.1000"),
		S("01.2.3.4"),
		S("1.2.3.00"),
		S("1.2.3.4 "),
		S(" 1.2.3.4"),
		S("1.2.3.4\0"),
		S("1.2.3.4\n"),
		S("+1.2.3.4"),
		S("-1.2.3.4"),
		S("0x1.2.3.4"),
		S("1.2.3.4/24"),
		S("[1.2.3.4]"),
		S("99999999999999999999.1.1.1"),
		S("unknown"),
		S(":"),
		S(":::"),
		S("1:"),
		S(":1"),
		S("1:2:3:4:5:6:7"),
		S("1:2:3:4:5:6:7:"),
		S(":1:2:3:4:5:6:7"),
		S("1:2:3:4:5:6:7:8:9"),
		S("1:2:3:4:5:6:7:8::"),
		S("::1:2:3:4:5:6:7:8"),
		S("1:2:3:4::5:6:7:8"),
		S("1::2::3"),
		S("1:::2"),
		S("12345::"),
		S("g::"),
		S("::g"),
		S("::1%eth0"),
		S("::1 "),
		S("::1\0"),
		S("[::1]"),
		S("::1/64"),
		S("IPv6:::1"),
		S("::1.2.3"),
		S("::1.2.3.4.5"),
		S("::1.2.3.256"),
		S("::01.2.3.4"),
		S("::1.2.3.4:5"),
		S("1.2.3.4::"),
		S("1:2:3:4:5:6:7:1.2.3.4"),
		S("1:2:3:4:5:1.2.3.4"),
		S("1:2:3:4:5:6::1.2.3.4"),
		S("::ffff:1.2.3"),
		S("1:2:3:4:5:6:7:8\0"),
		S("::-1"),
		S("0:0:0:0:0:0:0:0:"),
		S("::00001"),
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct ip ip = {.family = 9};

		cr_expect_not(ip_parse(rows[i], &ip), "%s", rows[i].p);
		cr_expect_eq(ip.family, 0, "%s", rows[i].p);
		cr_expect_not(ip_parse_family(rows[i], 4, &ip), "%s", rows[i].p);
		cr_expect_not(ip_parse_family(rows[i], 6, &ip), "%s", rows[i].p);
	}
}

/*
 * RFC 7208 5.6: the term (ip4 or ip6) determines the family. A mapped address in it stays IPv6, and
 * so matches no client, because a client's mapped address becomes IPv4.
 */
Test(ip, one_family)
{
	struct arena arena;
	struct ip ip;

	arena_init(&arena, NULL, NULL);
	cr_expect(ip_parse_family(SLICE("192.0.2.1"), 4, &ip));
	cr_expect_not(ip_parse_family(SLICE("192.0.2.1"), 6, &ip));
	cr_expect_not(ip_parse_family(SLICE("::1"), 4, &ip));
	cr_expect(ip_parse_family(SLICE("::ffff:192.0.2.1"), 6, &ip));
	cr_expect_eq(ip.family, 6);
	cr_expect(slice_eq(ip_text(&ip, &arena), SLICE("::ffff:192.0.2.1")));
	cr_expect_not(ip_parse_family(SLICE("192.0.2.1"), 0, &ip));
	cr_expect_eq(ip_text(&ip, &arena).n, 0);
	arena_clear(&arena);
}

Test(ip, prefixes)
{
	static const struct row {
		struct slice net;
		bool valid;
		struct slice ip;
		bool has;
	} rows[] = {
		{S("192.0.2.1"), true, S("192.0.2.1"), true},
		{S("192.0.2.1"), true, S("192.0.2.0"), false},
		{S("192.0.2.1/32"), true, S("192.0.2.0"), false},
		{S("192.0.2.0/31"), true, S("192.0.2.1"), true},
		{S("192.0.2.0/31"), true, S("192.0.2.2"), false},
		{S("192.0.2.77/24"), true, S("192.0.2.255"), true},
		{S("192.0.2.77/24"), true, S("192.0.3.0"), false},
		{S("10.0.0.0/7"), true, S("11.255.255.255"), true},
		{S("10.0.0.0/7"), true, S("12.0.0.0"), false},
		{S("0.0.0.0/0"), true, S("255.1.2.3"), true},
		{S("0.0.0.0/0"), true, S("::1"), false},
		{S("::/0"), true, S("2001:db8::1"), true},
		{S("::/0"), true, S("192.0.2.1"), false},
		{S("2001:db8::/32"), true, S("2001:db8:ffff::1"), true},
		{S("2001:db8::/32"), true, S("2001:db9::1"), false},
		{S("2001:db8::/33"), true, S("2001:db8:7fff::"), true},
		{S("2001:db8::/33"), true, S("2001:db8:8000::"), false},
		{S("2001:db8::1/128"), true, S("2001:db8::1"), true},
		{S("2001:db8::1/127"), true, S("2001:db8::"), true},
		{S("::ffff:10.0.0.0/104"), true, S("10.9.9.9"), true},
		{S("::ffff:10.0.0.0/104"), true, S("11.0.0.0"), false},
		{S("::ffff:10.0.0.1"), true, S("10.0.0.2"), false},
		{S("::ffff:0.0.0.0/96"), true, S("1.2.3.4"), true},
		{S("::ffff:0.0.0.0/95"), false, S(""), false},
		{S("::ffff:10.0.0.0/129"), false, S(""), false},
		{S("192.0.2.0/33"), false, S(""), false},
		{S("2001:db8::/129"), false, S(""), false},
		{S("192.0.2.0/"), false, S(""), false},
		{S("192.0.2.0/024"), false, S(""), false},
		{S("192.0.2.0/+24"), false, S(""), false},
		{S("192.0.2.0/24 "), false, S(""), false},
		{S("192.0.2.0/24/24"), false, S(""), false},
		{S("192.0.2.0/99999999999999999999"), false, S(""), false},
		{S("/24"), false, S(""), false},
		{S(""), false, S(""), false},
		{S("192.0.2/24"), false, S(""), false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct ip_net net;
		struct ip ip;
		bool valid = ip_net_parse(rows[i].net, &net);

		cr_expect_eq(valid, rows[i].valid, "%s", rows[i].net.p);
		if (!rows[i].valid)
			continue;
		cr_assert(ip_parse(rows[i].ip, &ip));
		cr_expect_eq(ip_net_has(&net, &ip), rows[i].has, "%s in %s", rows[i].ip.p,
			rows[i].net.p);
	}
}

Test(ip, prefix_past_the_width)
{
	struct ip four = {.family = 4}, none = {0};

	cr_expect(ip_in_prefix(&four, &four, 32));
	cr_expect_not(ip_in_prefix(&four, &four, 33));
	cr_expect_not(ip_in_prefix(&none, &none, 0), "no address is in no network");
}

/* RFC 1035 3.5, RFC 3596 2.5 */
Test(ip, reverse_name)
{
	const struct ip none = {0};
	struct arena arena;
	struct slice name;
	struct ip ip;

	arena_init(&arena, NULL, NULL);
	cr_assert(ip_parse(SLICE("192.0.2.255"), &ip));
	name = ip_reverse_name(&ip, &arena);
	cr_expect(slice_eq(name, SLICE("255.2.0.192.in-addr.arpa")), "%.*s", (int)name.n, name.p);
	cr_expect(ip_parse(SLICE("2001:db8::567:89ab"), &ip));
	name = ip_reverse_name(&ip, &arena);
	cr_expect(slice_eq(name, SLICE("b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."
				       "8.b.d.0.1.0.0.2.ip6.arpa")),
		"%.*s", (int)name.n, name.p);
	cr_expect_eq(ip_reverse_name(&none, &arena).n, 0);
	arena_clear(&arena);
}

static const struct client_row {
	const char *name, *text;
	const char *ip; /* NULL: refused; "": none */
} client_rows[] = {
	{"IPv4", "192.0.2.1", "192.0.2.1"},
	{"IPv6", "2001:DB8::1", "2001:db8::1"},
	{"mapped counts as IPv4", "::ffff:192.0.2.1", "192.0.2.1"},
	{"brackets", "[192.0.2.1]", "192.0.2.1"},
	{"IPv6 literal", "[IPv6:2001:db8::1]", "2001:db8::1"},
	{"IPv6 tag", "ipv6:2001:db8::1", "2001:db8::1"},
	{"mapped behind the tag", "IPv6:::ffff:192.0.2.1", "192.0.2.1"},
	{"blanks", " 192.0.2.1 ", "192.0.2.1"},
	{"empty", "", ""},
	{"Postfix's unknown", "unknown", ""},
	{"loopback is an address", "127.0.0.1", "127.0.0.1"},
	{"IPv4 behind the tag", "IPv6:192.0.2.1", NULL},
	{"one bracket", "[192.0.2.1", NULL},
	{"network", "192.0.2.0/24", NULL},
	{"port", "192.0.2.1:25", NULL},
	{"name", "mx.example", NULL},
	{"empty brackets", "[]", NULL},
	{"leading zero", "192.0.2.01", NULL},
	{"zone", "fe80::1%eth0", NULL},
};

Test(ip, client_addresses)
{
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof client_rows / sizeof client_rows[0]; i++) {
		const struct client_row *row = &client_rows[i];
		struct ip ip;
		enum status st = ip_client(slice_str(row->text), &ip);

		cr_expect((st == ST_OK) == (row->ip != NULL), "%s", row->name);
		if (row->ip != NULL && row->ip[0] != '\0')
			cr_expect(slice_eq(ip_text(&ip, &arena), slice_str(row->ip)), "%s",
				row->name);
		else
			cr_expect(ip.family == 0, "%s: no address", row->name);
	}
	arena_clear(&arena);
}

Test(ip, public_addresses)
{
	static const struct {
		const char *text;
		bool is_public;
	} addresses[] = {
		{"192.0.2.1", true},
		{"8.8.8.8", true},
		{"100.63.255.255", true},
		{"100.128.0.0", true},
		{"223.255.255.255", true},
		{"1.0.0.0", true},
		{"2001:db8::1", true},
		{"0.0.0.0", false},
		{"0.255.0.1", false},
		{"10.0.0.1", false},
		{"100.64.0.1", false},
		{"127.0.0.1", false},
		{"169.254.1.1", false},
		{"172.31.0.1", false},
		{"192.168.0.1", false},
		{"224.0.0.1", false},
		{"255.255.255.255", false},
		{"::", false},
		{"::1", false},
		{"fe80::1", false},
		{"fd00::1", false},
		{"ff02::1", false},
	};

	for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
		struct ip ip;

		cr_assert(ip_parse(slice_str(addresses[i].text), &ip));
		cr_expect_eq(ip_is_public(&ip), addresses[i].is_public, "%s", addresses[i].text);
	}
	cr_expect(!ip_is_public(&(struct ip){.family = 0}));
}

/* RFC 1918 3, RFC 6598 7: a wider network than a private one has public addresses. */
Test(ip, net_is_local)
{
	static const struct {
		const char *net;
		bool local;
	} rows[] = {
		{"10.0.0.0/8", true},
		{"172.16.0.0/12", true},
		{"172.16.0.0/11", false},
		{"172.31.0.1/12", true},
		{"100.64.0.0/10", true},
		{"100.64.0.0/9", false},
		{"198.51.100.0/24", false},
		{"fd00::/8", true},
		{"2001:db8::/32", false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct ip_net net;

		cr_assert(ip_net_parse(slice_str(rows[i].net), &net), "%s", rows[i].net);
		cr_expect_eq(ip_net_is_local(&net.ip, net.bits), rows[i].local, "%s", rows[i].net);
	}
}
