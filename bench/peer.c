/*
 * peer.c: the same work as mailstamp's, done with libspf2, libopendkim and libopendmarc (no ARC),
 * for comparison.
 *
 * usage: peer ENVELOPES FOLDER. Each line of ENVELOPES has a file in FOLDER, client, HELO and
 * reverse-path, separated by TABs; prints file, spf, dkim, dmarc. Queries the resolver of
 * /etc/resolv.conf.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/types.h>

#include <opendkim/dkim.h>
#include <opendmarc/dmarc.h>
#include <spf2/spf.h>

enum { LINE_SIZE = 4096, DOMAIN_SIZE = 256 };

struct mail {
	char *p;
	size_t n;
};

static bool
read_file(const char *folder, const char *name, struct mail *mail)
{
	char path[LINE_SIZE];
	FILE *file;
	long size;

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "rb");
	if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0)
		return false;
	rewind(file);
	mail->n = (size_t)size;
	mail->p = malloc(mail->n + 1);
	if (mail->p == NULL || fread(mail->p, 1, mail->n, file) != mail->n)
		return false;
	mail->p[mail->n] = '\0';
	return fclose(file) == 0;
}

/* Copies the domain of a From field to domain; reads only the simple forms that the corpus has. */
static void
author_of(const char *field, size_t n, char domain[DOMAIN_SIZE])
{
	const char *at = memchr(field, '@', n);
	size_t size = 0;

	for (at = at != NULL ? at + 1 : field + n;
		at < field + n && *at != '>' && *at != '\r' && size < DOMAIN_SIZE - 1; at++)
		domain[size++] = *at;
	domain[size] = '\0';
}

/* Feeds the header; returns the start of the body. */
static const char *
feed_header(DKIM *dkim, const struct mail *mail, char author[DOMAIN_SIZE])
{
	char *p = mail->p, *end = mail->p + mail->n;

	while (p < end && strncmp(p, "\r\n", 2) != 0) {
		char *stop = p;

		do
			stop = strstr(stop, "\r\n") + 2;
		while (stop < end && (*stop == ' ' || *stop == '\t'));
		if (strncasecmp(p, "From:", 5) == 0)
			author_of(p, (size_t)(stop - p), author);
		(void)dkim_header(dkim, (unsigned char *)p, (size_t)(stop - p - 2));
		p = stop;
	}
	return p + 2;
}

static const char *
check_dkim(DKIM_LIB *lib, const struct mail *mail, char author[DOMAIN_SIZE], DMARC_POLICY_T *dmarc)
{
	DKIM_STAT stat;
	DKIM *dkim = dkim_verify(lib, (unsigned char *)"bench", NULL, &stat);
	const char *body = feed_header(dkim, mail, author), *result = "none";
	DKIM_SIGINFO **sigs = NULL;
	int n = 0;

	if (dkim_eoh(dkim) != DKIM_STAT_NOSIG) {
		(void)dkim_body(dkim, (unsigned char *)body, (size_t)(mail->p + mail->n - body));
		(void)dkim_eom(dkim, NULL);
		result = "fail";
	}
	if (dkim_getsiglist(dkim, &sigs, &n) != DKIM_STAT_OK)
		n = 0;
	(void)opendmarc_policy_store_from_domain(dmarc, (unsigned char *)author);
	for (int i = 0; i < n; i++) {
		bool good = (dkim_sig_getflags(sigs[i]) & DKIM_SIGFLAG_PASSED) != 0 &&
			    dkim_sig_getbh(sigs[i]) == DKIM_SIGBH_MATCH;

		if (good)
			result = "pass";
		(void)opendmarc_policy_store_dkim(dmarc, dkim_sig_getdomain(sigs[i]),
			dkim_sig_getselector(sigs[i]),
			good ? DMARC_POLICY_DKIM_OUTCOME_PASS : DMARC_POLICY_DKIM_OUTCOME_FAIL,
			NULL);
	}
	(void)dkim_free(dkim);
	return result;
}

static const char *
check_spf(SPF_server_t *server, const char *ip, const char *helo, const char *from,
	DMARC_POLICY_T *dmarc)
{
	SPF_request_t *request = SPF_request_new(server);
	SPF_response_t *response = NULL;
	const char *result, *at = strchr(from, '@');

	(void)SPF_request_set_ipv4_str(request, ip);
	(void)SPF_request_set_helo_dom(request, helo);
	(void)SPF_request_set_env_from(request, from);
	(void)SPF_request_query_mailfrom(request, &response);
	result = SPF_strresult(SPF_response_result(response));
	(void)opendmarc_policy_store_spf(dmarc, (unsigned char *)(at != NULL ? at + 1 : helo),
		strcmp(result, "pass") == 0 ? DMARC_POLICY_SPF_OUTCOME_PASS
					    : DMARC_POLICY_SPF_OUTCOME_FAIL,
		DMARC_POLICY_SPF_ORIGIN_MAILFROM, NULL);
	SPF_response_free(response);
	SPF_request_free(request);
	return result;
}

int
main(int argc, char **argv)
{
	FILE *list = argc == 3 ? fopen(argv[1], "r") : NULL;
	DKIM_LIB *lib = dkim_init(NULL, NULL);
	SPF_server_t *server = SPF_server_new(SPF_DNS_RESOLV, 0);
	char line[LINE_SIZE];

	if (list == NULL || lib == NULL || server == NULL)
		return 64;
	while (fgets(line, sizeof line, list) != NULL) {
		char *name = strtok(line, "\t\n"), *ip = strtok(NULL, "\t\n"),
		     *helo = strtok(NULL, "\t\n"), *from = strtok(NULL, "\t\n");
		char author[DOMAIN_SIZE] = "";
		const char *spf, *dkim;
		DMARC_POLICY_T *dmarc;
		struct mail mail;

		if (from == NULL || !read_file(argv[2], name, &mail))
			return 75;
		dmarc = opendmarc_policy_connect_init((unsigned char *)ip, false);
		dkim = check_dkim(lib, &mail, author, dmarc);
		spf = check_spf(server, ip, helo, from, dmarc);
		(void)opendmarc_policy_query_dmarc(dmarc, (unsigned char *)author);
		printf("%s\t%s\t%s\t%s\n", name, spf, dkim,
			opendmarc_get_policy_to_enforce(dmarc) == DMARC_POLICY_PASS ? "pass"
										    : "fail");
		(void)opendmarc_policy_connect_shutdown(dmarc);
		free(mail.p);
	}
	return 0;
}
