/* dns_server.h: addresses of resolvers, given or from resolv.conf(5). */
#ifndef AUTH_DNS_DNS_SERVER_H
#define AUTH_DNS_DNS_SERVER_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "mime/arena.h"
#include "mime/status.h"

enum { DNS_SERVERS_MAX = 16 };

struct dns_server {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} address;
	socklen_t n; /* octets of the address that are used */
};

struct dns_servers {
	struct dns_server at[DNS_SERVERS_MAX];
	size_t n;
	bool tcp; /* options use-vc: TCP from the start */
};

/* ADDR, ADDR:PORT (IPv4) or [ADDR]:PORT; the port defaults to 53. */
bool dns_server_parse(struct slice text, struct dns_server *server);

/*
 * The text of a resolv.conf: its nameserver lines, in their order and 16 at most, and use-vc of its
 * options; everything else is ignored. An address may have a scope (fe80::1%eth0), and the forms of
 * dns_server_parse. A line that cannot be used is ignored; if none is usable, the server is
 * 127.0.0.1.
 */
void dns_servers_parse(struct slice text, struct dns_servers *servers);

/*
 * The same from the first 64 KiB of a file. A file that does not exist or that this process may not
 * read counts as empty; ST_TEMP if it cannot be read for another reason.
 */
enum status dns_servers_read(const char *path, struct dns_servers *servers);

#endif
