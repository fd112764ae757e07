/* test_dns_server.c: resolv.conf(5) as it is found on hosts. */
#include "auth/dns/dns_server.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mime/buf.h"

static const struct conf_row {
	const char *name;
	const char *text;
	const char *servers; /* ADDR:PORT[%SCOPE], each followed by a space; tcp */
} conf_rows[] = {
	{"one", "nameserver 192.0.2.1\n", "192.0.2.1:53 "},
	{"in their order", "nameserver 192.0.2.2\nnameserver 192.0.2.1\nnameserver 2001:db8::1\n",
		"192.0.2.2:53 192.0.2.1:53 2001:db8::1:53 "},
	{"no line end", "nameserver 192.0.2.1", "192.0.2.1:53 "},
	{"CR before the line end", "nameserver 192.0.2.1\r\n", "192.0.2.1:53 "},
	{"tab, trailing blanks", "nameserver\t192.0.2.1 \t \n", "192.0.2.1:53 "},
	{"blanks before", "  nameserver 192.0.2.1\n", "192.0.2.1:53 "},
	{"comments", "# nameserver 192.0.2.9\n; nameserver 192.0.2.8\nnameserver 192.0.2.1 # one\n",
		"192.0.2.1:53 "},
	{"systemd-resolved", "nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch .\n",
		"127.0.0.53:53 "},
	{"options of others", "options timeout:1 attempts:9 rotate ndots:15\nnameserver ::1\n",
		"::1:53 "},
	{"TCP only", "nameserver 192.0.2.1\noptions edns0 use-vc\n", "192.0.2.1:53 tcp"},
	{"an option in a comment", "nameserver 192.0.2.1\noptions edns0 # use-vc\n",
		"192.0.2.1:53 "},
	{"port", "nameserver [192.0.2.1]:5353\nnameserver [::1]:54\n", "192.0.2.1:5353 ::1:54 "},
	{"IPv4-mapped", "nameserver ::ffff:192.0.2.1\n", "192.0.2.1:53 "},
	{"scope by name", "nameserver fe80::53%lo\n", "fe80::53:53%1 "},
	{"scope by number", "nameserver fe80::53%7\n", "fe80::53:53%7 "},
	{"scope and port", "nameserver [fe80::53%lo]:54\n", "fe80::53:54%1 "},
	{"an interface that is not there", "nameserver fe80::53%none0\nnameserver ::1\n",
		"::1:53 "},
	{"an empty scope", "nameserver fe80::53%\nnameserver ::1\n", "::1:53 "},
	{"a scope too large", "nameserver fe80::53%4294967296\nnameserver ::1\n", "::1:53 "},
	{"lines that cannot be used",
		"nameserver\nnameserver localhost\nnameserver 192.0.2.300\n"
		"nameserver 192.0.2.1\n",
		"192.0.2.1:53 "},
	{"another keyword", "nameservers 192.0.2.1\nname 192.0.2.2\n", "127.0.0.1:53 "},
	{"nothing", "", "127.0.0.1:53 "},
	{"only comments", "# none\n\n", "127.0.0.1:53 "},
	{"search alone, TCP", "search example\noptions use-vc\n", "127.0.0.1:53 tcp"},
};

static const char *
servers_text(const struct dns_servers *servers, struct arena *arena)
{
	struct buf text;

	buf_init(&text, arena, 65536);
	for (size_t i = 0; i < servers->n; i++) {
		const struct dns_server *at = &servers->at[i];
		bool six = at->address.any.sa_family == AF_INET6;
		char address[INET6_ADDRSTRLEN], rest[32] = "";

		cr_assert_not_null(inet_ntop(at->address.any.sa_family,
			six ? (const void *)&at->address.v6.sin6_addr : &at->address.v4.sin_addr,
			address, sizeof address));
		(void)snprintf(rest, sizeof rest, ":%u",
			ntohs(six ? at->address.v6.sin6_port : at->address.v4.sin_port));
		buf_add(&text, slice_str(address));
		buf_add(&text, slice_str(rest));
		if (six && at->address.v6.sin6_scope_id != 0) {
			(void)snprintf(rest, sizeof rest, "%%%u", at->address.v6.sin6_scope_id);
			buf_add(&text, slice_str(rest));
		}
		buf_addc(&text, ' ');
		cr_expect_eq(at->n, six ? sizeof at->address.v6 : sizeof at->address.v4);
	}
	if (servers->tcp)
		buf_add(&text, SLICE("tcp"));
	return arena_cstr(arena, buf_slice(&text));
}

Test(dns_server, resolv_conf)
{
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	cr_assert_eq(if_nametoindex("lo"), 1);
	for (size_t i = 0; i < sizeof conf_rows / sizeof conf_rows[0]; i++) {
		const struct conf_row *row = &conf_rows[i];
		struct dns_servers servers;
		const char *text;

		dns_servers_parse(slice_str(row->text), &servers);
		text = servers_text(&servers, &arena);
		cr_expect_str_eq(text, row->servers, "%s: %s", row->name, text);
	}
	arena_clear(&arena);
}

Test(dns_server, as_many_as_are_asked)
{
	struct dns_servers servers;
	struct arena arena;
	struct buf text;

	arena_init(&arena, NULL, NULL);
	buf_init(&text, &arena, 1 << 20);
	for (int i = 0; i < 200; i++) {
		char line[32];

		(void)snprintf(line, sizeof line, "nameserver 192.0.2.%d\n", i);
		buf_add(&text, slice_str(line));
	}
	dns_servers_parse(buf_slice(&text), &servers);
	cr_expect_eq(servers.n, DNS_SERVERS_MAX);
	arena_clear(&arena);
}

Test(dns_server, files)
{
	char folder[] = "/tmp/dns-server-XXXXXX", path[64];
	struct dns_servers servers;
	FILE *out;

	cr_assert_not_null(mkdtemp(folder));
	(void)snprintf(path, sizeof path, "%s/resolv.conf", folder);
	cr_expect_eq(dns_servers_read(path, &servers), ST_OK, "not there");
	cr_expect_eq(servers.n, 1);
	cr_expect_eq(servers.at[0].address.v4.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
	cr_assert_eq(symlink(path, path), 0);
	cr_expect_eq(dns_servers_read(path, &servers), ST_OK, "a link to itself");
	cr_assert_eq(unlink(path), 0);
	out = fopen(path, "w");
	cr_assert_not_null(out);
	(void)fputs("nameserver 192.0.2.1\n", out);
	(void)fclose(out);
	cr_expect_eq(dns_servers_read(path, &servers), ST_OK);
	cr_expect_eq(servers.at[0].address.v4.sin_addr.s_addr, htonl(0xc0000201));
	cr_assert_eq(unlink(path), 0);
	cr_expect_eq(dns_servers_read(folder, &servers), ST_TEMP, "a folder cannot be read");
	cr_assert_eq(rmdir(folder), 0);
}

static const struct local_row {
	const char *address;
	bool local;
} local_rows[] = {
	{"127.0.0.1", true},
	{"127.0.0.53:5353", true},
	{"127.255.255.255", true},
	{"::1", true},
	{"[::1]:54", true},
	{"::ffff:127.0.0.1", true},
	{"0.0.0.0", false},
	{"126.255.255.255", false},
	{"128.0.0.1", false},
	{"192.0.2.127", false},
	{"::", false},
	{"::2", false},
	{"fe80::1", false},
	{"2001:db8::1", false},
};

Test(dns_server, on_this_machine)
{
	for (size_t i = 0; i < sizeof local_rows / sizeof local_rows[0]; i++) {
		const struct local_row *row = &local_rows[i];
		struct dns_server server;

		cr_assert(dns_server_parse(slice_str(row->address), &server), "%s", row->address);
		cr_expect_eq(dns_server_is_local(&server), row->local, "%s", row->address);
	}
}
