/* The next hop: how its address is written, which addresses are tried, and which one answers. */
#include "filter/out/smtp_wire.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "filter/io/clock.h"

enum { SOON_MS = 5000 };

static const struct resolve_row {
	const char *address, *want;
} resolve_rows[] = {
	{"127.0.0.1:25", "127.0.0.1:25 "},
	{"127.0.0.1:65535", "127.0.0.1:65535 "},
	{"[127.0.0.1]:25", "127.0.0.1:25 "},
	{"[::1]:25", "[::1]:25 "},
	{"[0:0::1]:25", "[::1]:25 "},
	{"unix:/run/x", "unix:/run/x"},
	/* what smtp_address_valid refuses has no address */
	{"127.0.0.1", ""},
	{"[::1]", ""},
	{"[::1:25", ""},
	{"::1:25", ""},
	{":25", ""},
	{"127.0.0.1:", ""},
	{"127.0.0.1:smtp", ""},
	{"", ""},
};

Test(smtp_wire, resolve, .timeout = 60)
{
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof resolve_rows / sizeof resolve_rows[0]; i++)
		cr_expect_str_eq(smtp_resolve(resolve_rows[i].address, &arena),
			resolve_rows[i].want, "%s", resolve_rows[i].address);
	arena_clear(&arena);
}

/* A name is replaced by its addresses, so that later no file is read and no name is looked up. */
Test(smtp_wire, resolve_a_name, .timeout = 60)
{
	struct arena arena;
	struct slice all;

	arena_init(&arena, NULL, NULL);
	all = slice_str(smtp_resolve("localhost:2525", &arena));
	cr_assert(all.n > 0);
	while (all.n > 0) {
		const struct slice one = slice_head(all, slice_find(all, ' '));

		cr_expect(slice_eq(one, SLICE("127.0.0.1:2525")) ||
				  slice_eq(one, SLICE("[::1]:2525")),
			"%.*s", (int)one.n, one.p);
		cr_expect_lt(one.n, all.n, "each ends with a space");
		all = slice_from(all, one.n + 1);
	}
	arena_clear(&arena);
}

/* Starts a server on loopback; returns its descriptor and sets *port. */
static int
serve(unsigned *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
	socklen_t n = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	cr_assert(bind(fd, (struct sockaddr *)&address, n) == 0 && listen(fd, 4) == 0);
	cr_assert(getsockname(fd, (struct sockaddr *)&address, &n) == 0);
	*port = ntohs(address.sin_port);
	return fd;
}

/* The first address where a server listens is used; unusable ones are skipped. */
Test(smtp_wire, connects_to_the_first_that_listens, .timeout = 60)
{
	static const struct {
		const char *before, *after;
		bool listens;
	} rows[] = {
		{"", "", true}, {"", " ", true}, {"127.0.0.1:1 ", " 127.0.0.1:2 ", true},
		{"[::1]:1 127.0.0.1:1  ", "", true}, {"nonsense ", "", true},
		{"127.0.0.1:1", "",
			false}, /* nothing listens on this port, and there is no other address */
	};
	unsigned port;
	const int server = serve(&port);

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		static struct smtp_wire wire;
		char address[256];
		bool connected;

		wire.until_ms = clock_ms() + SOON_MS;
		if (rows[i].listens)
			(void)snprintf(address, sizeof address, "%s127.0.0.1:%u%s", rows[i].before,
				port, rows[i].after);
		else
			(void)snprintf(address, sizeof address, "%s", rows[i].before);
		connected = smtp_connect(&wire, address);
		cr_expect_eq(connected, rows[i].listens, "%s", address);
		smtp_close(&wire);
	}
	close(server);
}
