#include "filter/proxy/command.h"

#include <criterion/criterion.h>

static const struct row {
	const char *line;
	enum proxy_verb verb;
	const char *rest, *path;
} rows[] = {
	{"EHLO mx.test", PROXY_EHLO, "mx.test", ""},
	{"ehlo mx.test", PROXY_EHLO, "mx.test", ""},
	{"XFORWARD NAME=a ADDR=b", PROXY_XFORWARD, "NAME=a ADDR=b", ""},
	{"DATA", PROXY_DATA, "", ""},
	{"data ", PROXY_DATA, "", ""},
	{"RSET", PROXY_RSET, "", ""},
	{"NOOP x", PROXY_NOOP, "x", ""},
	{"QUIT", PROXY_QUIT, "", ""},
	{"QUITE", PROXY_OTHER, "", ""},
	{"", PROXY_OTHER, "", ""},
	{" QUIT", PROXY_OTHER, "QUIT", ""},
	{"DA\nTA", PROXY_BAD_LINE, "", ""},
	{"DATA\r", PROXY_BAD_LINE, "", ""},
	{"MAIL FROM:<a@b>", PROXY_MAIL, "FROM:<a@b>", "<a@b>"},
	{"mail from:<a@b> SIZE=1", PROXY_MAIL, "from:<a@b> SIZE=1", "<a@b>"},
	{"MAIL FROM: <a@b>", PROXY_MAIL, "FROM: <a@b>", "<a@b>"},
	{"MAIL FROM:<>", PROXY_MAIL, "FROM:<>", "<>"},
	{"MAIL FROM:a@b BODY=8BITMIME", PROXY_MAIL, "FROM:a@b BODY=8BITMIME", "a@b"},
	{"MAIL FROM:<\"a> b\\\"\"@c> X=1", PROXY_MAIL, "FROM:<\"a> b\\\"\"@c> X=1",
		"<\"a> b\\\"\"@c>"},
	{"RCPT TO:<a@b>", PROXY_RCPT, "TO:<a@b>", "<a@b>"},
	{"rcpt to: a@b", PROXY_RCPT, "to: a@b", "a@b"},
	/* lines that the next hop could read differently */
	{"MAIL FROM", PROXY_BAD_PATH, "FROM", ""},
	{"MAIL FROM:", PROXY_BAD_PATH, "FROM:", ""},
	{"MAIL TO:<a@b>", PROXY_BAD_PATH, "TO:<a@b>", ""},
	{"RCPT FROM:<a@b>", PROXY_BAD_PATH, "FROM:<a@b>", ""},
	{"MAIL FROM:<a@b", PROXY_BAD_PATH, NULL, ""},
	{"MAIL FROM:<a@b>x", PROXY_BAD_PATH, NULL, NULL},
	{"MAIL FROM:<a@b><c@d>", PROXY_BAD_PATH, NULL, NULL},
	{"MAIL FROM:x<a@b>", PROXY_BAD_PATH, NULL, ""},
	{"MAIL FROM:<a b@c>", PROXY_BAD_PATH, NULL, ""},
	{"MAIL FROM:<a<b@c>", PROXY_BAD_PATH, NULL, ""},
	{"MAIL FROM:\"a b", PROXY_BAD_PATH, NULL, ""},
	{"MAIL FROM:<\"a>", PROXY_BAD_PATH, NULL, ""},
	{"MAIL FROM:<\"a\\", PROXY_BAD_PATH, NULL, ""},
};

Test(proxy_command, rows)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		struct proxy_command got = proxy_command_read(slice_str(row->line));

		cr_expect(got.verb == row->verb, "%s: %d", row->line, got.verb);
		cr_expect(row->rest == NULL || row->verb == PROXY_BAD_LINE ||
				  slice_eq(got.rest, slice_str(row->rest)),
			"%s: %.*s", row->line, (int)got.rest.n, got.rest.p);
		cr_expect(row->path == NULL || slice_eq(got.path, slice_str(row->path)), "%s: %.*s",
			row->line, (int)got.path.n, got.path.p);
	}
	cr_expect(proxy_command_read(slice_make("NO\0OP", 5)).verb == PROXY_BAD_LINE);
}

static const struct forward_row {
	const char *rest;
	bool good;
	const char *name, *address, *helo;
} forward_rows[] = {
	{"NAME=mta.example ADDR=192.0.2.1 HELO=x", true, "mta.example", "192.0.2.1", "x"},
	{"name=a addr=192.0.2.1", true, "a", "192.0.2.1", ""},
	{"NAME=[UNAVAILABLE] ADDR=192.0.2.1", true, "", "192.0.2.1", ""},
	{"ADDR=192.0.2.1  HELO=a+2Bb+3dc", true, "", "192.0.2.1", "a+b=c"},
	/* only the literal word [UNAVAILABLE] means that the attribute is missing */
	{"HELO=+5BUNAVAILABLE]", true, "", "", "[UNAVAILABLE]"},
	{"HELO==[]", true, "", "", "=[]"},
	{"NAME=", true, "", "", ""},
	{"NAME=a NAME=b", true, "b", "", ""},
	{"PORT=25 PROTO=SMTP SOURCE=LOCAL IDENT=Q", true, "", "", ""},
	{"", false, "", "", ""},
	{"NAME", false, "", "", ""},
	{"COLOUR=red", false, "", "", ""},
	{"NAME=a COLOUR=red", false, "", "", ""},
	{"NAME=+", false, "", "", ""},
	{"NAME=+2", false, "", "", ""},
	{"NAME=+zz", false, "", "", ""},
	{"NAME=+00", false, "", "", ""},
	{"=a", false, "", "", ""},
};

Test(proxy_command, xforward)
{
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof forward_rows / sizeof forward_rows[0]; i++) {
		const struct forward_row *row = &forward_rows[i];
		struct proxy_client client = {.name = SLICE("")};

		cr_expect(proxy_xforward(slice_str(row->rest), &arena, &client) == row->good, "%s",
			row->rest);
		cr_expect(slice_eq(client.name, slice_str(row->name)), "%s", row->rest);
		cr_expect(slice_eq(client.address, slice_str(row->address)), "%s", row->rest);
		cr_expect(slice_eq(client.helo, slice_str(row->helo)), "%s", row->rest);
	}
	arena_clear(&arena);
}

static const struct ip_row {
	const char *text;
	int family; /* 0: none */
} ip_rows[] = {
	{"192.0.2.1", 4},
	{"IPv6:2001:db8::1", 6},
	{"ipv6:::1", 6},
	{"IPv6:::ffff:192.0.2.1", 4},
	{"2001:db8::1", 6},
	{"", 0},
	{"[UNAVAILABLE]", 0},
	{"IPv6:", 0},
	{"192.0.2.256", 0},
	{"mta.example", 0},
};

Test(proxy_command, address)
{
	for (size_t i = 0; i < sizeof ip_rows / sizeof ip_rows[0]; i++) {
		const struct proxy_client client = {.address = slice_str(ip_rows[i].text)};
		struct ip ip = {0};
		bool found = proxy_client_ip(&client, &ip);

		cr_expect(found == (ip_rows[i].family != 0), "%s", ip_rows[i].text);
		cr_expect(!found || ip.family == ip_rows[i].family, "%s", ip_rows[i].text);
	}
}
