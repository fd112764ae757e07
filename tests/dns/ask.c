/*
 * ask.c: sends queries to resolvers as the program does, and prints the answers.
 *
 * ask [-1] [-t TIMEOUT_MS] [-d DEADLINE_MS] [-u UNTIL_MS] RESOLVER[,RESOLVER...] NAME TYPE ...
 *
 * One line for each query: NAME TYPE MS ANSWER (tests/support/dns_text.h), MS from the start to the
 * answer. -1: one query after the other; otherwise all are sent before the first answer is awaited.
 * RESOLVER -: the system's resolvers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/support/dns_text.h"

enum { RESOLVERS_MAX = 20 };

static enum dns_type
type_of(const char *word)
{
	static const enum dns_type types[] = {DNS_A, DNS_CNAME, DNS_PTR, DNS_MX, DNS_TXT, DNS_AAAA};

	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (strcmp(word, dns_type_word(types[i])) == 0)
			return types[i];
	fprintf(stderr, "ask: no type %s\n", word);
	exit(2);
}

static size_t
split(char *list, const char *resolvers[RESOLVERS_MAX])
{
	size_t n = 0;

	if (strcmp(list, "-") == 0)
		return 0;
	for (char *at = strtok(list, ","); at != NULL && n < RESOLVERS_MAX; at = strtok(NULL, ","))
		resolvers[n++] = at;
	return n;
}

int
main(int argc, char **argv)
{
	const char *resolvers[RESOLVERS_MAX];
	struct dns_config config = {
		.resolvers = resolvers, .timeout_ms = 5000, .deadline_ms = 60000};
	int64_t start, until = 0;
	bool together = true;
	struct error error = {.path = NULL};
	struct arena arena;
	struct dns *dns;
	int option;

	while ((option = getopt(argc, argv, "1t:d:u:")) != -1)
		if (option == '1')
			together = false;
		else if (option == 't')
			config.timeout_ms = atoi(optarg);
		else if (option == 'd')
			config.deadline_ms = atoi(optarg);
		else if (option == 'u')
			until = atoi(optarg);
		else
			return 2;
	if (argc - optind < 3 || (argc - optind) % 2 == 0)
		return 2;
	config.nresolvers = split(argv[optind++], resolvers);
	if (dns_open_resolver(&config, &dns, &error) != ST_OK) {
		fprintf(stderr, "ask: %s\n", reason_code(&error.reason));
		return 2;
	}
	arena_init(&arena, NULL, NULL);
	start = dns_clock_ms(dns);
	for (int i = optind; together && i < argc; i += 2)
		dns_ask(dns, slice_str(argv[i]), type_of(argv[i + 1]));
	for (int i = optind; i < argc; i += 2) {
		enum dns_type type = type_of(argv[i + 1]);
		const struct dns_answer *answer =
			dns_get(dns, slice_str(argv[i]), type, until == 0 ? 0 : start + until);

		printf("%s %s %lld %s\n", argv[i], argv[i + 1],
			(long long)(dns_clock_ms(dns) - start), dns_text(answer, type, &arena));
	}
	dns_free(dns);
	arena_clear(&arena);
	return 0;
}
