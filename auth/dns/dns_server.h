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
	socklen_t n; /* size of the address */
};

struct dns_servers {
	struct dns_server at[DNS_SERVERS_MAX];
	size_t n;
	bool tcp; /* options use-vc: TCP from the start */
};

/* ADDR, ADDR:PORT (IPv4) or [ADDR]:PORT; the port defaults to 53. */
bool dns_server_parse(struct slice text, struct dns_server *server);

/* Is its address a loopback address, so that it computes on the processors of this machine? */
bool dns_server_is_local(const struct dns_server *server);

/*
 * Reads the text of a resolv.conf: its nameserver lines, in order, at most 16, and the option
 * use-vc; everything else is ignored. An address has one of the forms of dns_server_parse, and may
 * have a scope (fe80::1%eth0). Unusable lines are ignored; if none is usable, the server is
 * 127.0.0.1.
 */
void dns_servers_parse(struct slice text, struct dns_servers *servers);

/*
 * The same from the first 64 KiB of a file. A file that does not exist or that this process may not
 * read counts as empty; ST_TEMP if it cannot be read for another reason.
 */
enum status dns_servers_read(const char *path, struct dns_servers *servers);

#endif
