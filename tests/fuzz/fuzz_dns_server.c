/* fuzz_dns_server.c: a resolver's address, and a whole resolv.conf */
#include <stdint.h>
#include <stdlib.h>

#include "auth/dns/dns_server.h"

static void
check(const struct dns_server *server)
{
	bool six = server->address.any.sa_family == AF_INET6;

	if (!six && server->address.any.sa_family != AF_INET)
		abort();
	if (server->n != (six ? sizeof server->address.v6 : sizeof server->address.v4))
		abort();
	if ((six ? server->address.v6.sin6_port : server->address.v4.sin_port) == 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = {(const char *)data, size};
	struct dns_servers servers;
	struct dns_server server;

	if (dns_server_parse(text, &server))
		check(&server);
	dns_servers_parse(text, &servers);
	if (servers.n < 1 || servers.n > DNS_SERVERS_MAX)
		abort();
	for (size_t i = 0; i < servers.n; i++)
		check(&servers.at[i]);
	return 0;
}
