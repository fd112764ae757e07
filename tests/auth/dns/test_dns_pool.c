/*
 * test_dns_pool.c: answers that threads share. tests/dns/run and runs over whole archives use real
 * servers.
 */
#include "auth/dns/dns_pool.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>

#include "auth/dns/dns_cache.h"
#include "mime/buf.h"

enum { THREADS = 8, ROUNDS = 200, NAMES = 50 };

static const char zone_text[] = "$TTL 60\n*.w. TXT \"wild\"\na. A 192.0.2.1\na. A 192.0.2.2\n"
				";!SERVFAIL bad.\n";

static void
ask_all(struct dns_pool *pool, const struct dns_pool_user *user)
{
	const struct dns_answer *answer;
	struct arena arena;
	struct dns *dns;

	arena_init(&arena, NULL, NULL);
	dns = dns_pool_dns(pool, user, &arena);
	answer = dns_get(dns, SLICE("A"), DNS_A, 0);
	cr_expect(answer->status == DNS_OK && answer->n == 2);
	cr_expect_eq(dns_get(dns, SLICE("none"), DNS_A, 0)->status, DNS_NXDOMAIN);
	cr_expect_eq(dns_get(dns, SLICE("bad"), DNS_TXT, 0)->status, DNS_TEMP);
	for (int i = 0; i < NAMES; i++) {
		char name[16];

		(void)snprintf(name, sizeof name, "n%d.w", i);
		answer = dns_get(dns, slice_str(name), DNS_TXT, 0);
		cr_expect(answer->status == DNS_OK && slice_eq(answer->rr[0].text, SLICE("wild")));
	}
	cr_expect_eq(dns_asked(dns), NAMES + 3);
	dns_free(dns);
	arena_clear(&arena);
}

static void *
work(void *pool)
{
	struct dns_pool_user user = {.wait_begin = NULL};

	for (int i = 0; i < ROUNDS; i++)
		ask_all(pool, &user);
	return NULL;
}

Test(dns_pool, zone_and_record)
{
	struct slice zone = SLICE(zone_text), record;
	struct dns_pool_config config = {.zone = &zone, .keep_all = true};
	pthread_t threads[THREADS];
	struct dns_pool *pool;
	struct error error = {.path = NULL};
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	cr_assert_eq(dns_pool_open(&config, &pool, &error), ST_OK);
	for (int i = 0; i < THREADS; i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, work, pool), 0);
	for (int i = 0; i < THREADS; i++)
		(void)pthread_join(threads[i], NULL);
	cr_expect_eq(dns_pool_count(pool), NAMES + 3);
	record = dns_pool_record(pool, &arena);
	dns_pool_free(pool);

	/* the recorded zone gives the same answers */
	config.zone = &record;
	cr_assert_eq(dns_pool_open(&config, &pool, &error), ST_OK);
	work(pool);
	cr_expect(slice_eq(dns_pool_record(pool, &arena), record));
	dns_pool_free(pool);
	arena_clear(&arena);
}

Test(dns_pool, bad_back_ends)
{
	struct slice zone = SLICE("a. A nowhere\n");
	const char *const server = "localhost";
	struct dns_pool_config bad_zone = {.zone = &zone},
			       bad_server = {.dns = {.resolvers = &server, .nresolvers = 1}};
	struct dns_pool *pool;
	struct error error = {.path = NULL};
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	cr_expect_eq(dns_pool_open(&bad_zone, &pool, &error), ST_BAD);
	cr_expect(pool == NULL && error.reason.id != REASON_NONE);
	cr_expect_eq(dns_pool_open(&bad_server, &pool, &error), ST_BAD);
	cr_expect(pool == NULL && error.reason.id != REASON_NONE);
	arena_clear(&arena);
}

struct waits {
	int begun, slow, ended;
};

static void
begin(void *arg)
{
	((struct waits *)arg)->begun++;
}

static void
slow(void *arg)
{
	((struct waits *)arg)->slow++;
}

static void
end(void *arg)
{
	((struct waits *)arg)->ended++;
}

/*
 * Without a server each query times out once, for all threads, and the callbacks for waiting are
 * called.
 */
Test(dns_pool, silence)
{
	const char *const server = "192.0.2.1";
	struct dns_pool_config config = {.dns = {.resolvers = &server,
						 .nresolvers = 1,
						 .timeout_ms = 200,
						 .deadline_ms = 5000},
		.cache_max = 1000000};
	struct waits waits = {0, 0, 0};
	struct dns_pool_user user = {
		.wait_begin = begin, .wait_long = slow, .wait_end = end, .wait_arg = &waits};
	struct dns_pool *pool;
	struct error error = {.path = NULL};
	struct arena arena;
	int64_t before;
	struct dns *dns;

	arena_init(&arena, NULL, NULL);
	cr_assert_eq(dns_pool_open(&config, &pool, &error), ST_OK);
	dns = dns_pool_dns(pool, &user, &arena);
	before = dns_clock_ms(dns);
	for (int i = 0; i < NAMES; i++) {
		char name[16];

		(void)snprintf(name, sizeof name, "n%d", i);
		dns_ask(dns, slice_str(name), DNS_A);
	}
	dns_settle(dns);
	cr_expect_lt(dns_clock_ms(dns) - before, 2000, "all at once");
	cr_expect(waits.begun > 0 && waits.begun == waits.ended);
	cr_expect(waits.slow > 0 && waits.slow <= waits.begun, "%d of %d", waits.slow, waits.begun);
	cr_expect_eq(dns_get(dns, SLICE("n1"), DNS_A, 0)->status, DNS_TEMP);
	dns_free(dns);
	dns = dns_pool_dns(pool, &user, &arena);
	waits.begun = 0;
	cr_expect_eq(dns_get(dns, SLICE("n1"), DNS_A, 0)->status, DNS_TEMP);
	cr_expect_eq(waits.begun, 0, "known already");
	dns_free(dns);
	dns_pool_free(pool);
	arena_clear(&arena);
}

/* The time-out of a query counts only while a thread waits: before, nothing would send it again. */
Test(dns_pool, time_without_a_waiting_thread)
{
	const char *const server = "192.0.2.1";
	struct dns_pool_config config = {.dns = {.resolvers = &server,
						 .nresolvers = 1,
						 .timeout_ms = 200,
						 .deadline_ms = 5000},
		.cache_max = 1000000};
	const struct dns_pool_user user = {.wait_begin = NULL};
	struct dns_pool *pool;
	struct error error = {.path = NULL};
	struct arena arena;
	int64_t before;
	struct dns *dns;

	arena_init(&arena, NULL, NULL);
	cr_assert_eq(dns_pool_open(&config, &pool, &error), ST_OK);
	dns = dns_pool_dns(pool, &user, &arena);
	dns_ask(dns, SLICE("n"), DNS_A);
	(void)poll(NULL, 0, 300);
	before = dns_clock_ms(dns);
	cr_expect_eq(dns_get(dns, SLICE("n"), DNS_A, 0)->status, DNS_TEMP);
	/* on a busy machine some of the 200 ms pass between the question and its being sent */
	cr_expect_geq(dns_clock_ms(dns) - before, 50);
	dns_free(dns);
	dns_pool_free(pool);
	arena_clear(&arena);
}

Test(dns_pool, cache_is_bounded)
{
	const struct dns_rr rr = {.text = SLICE_INIT("0123456789012345678901234567890123456789")};
	const struct dns_answer answer = {.status = DNS_OK, .rr = &rr, .n = 1};
	struct dns_entry *held = NULL;
	struct dns_cache cache;

	cr_assert(dns_cache_init(&cache, 10000, false));
	for (uint64_t i = 0; i < 5000; i++) {
		char name[16];
		struct dns_question q = {.type = DNS_TXT, .hash = i};
		struct dns_entry *e;

		(void)snprintf(name, sizeof name, "n%llu", (unsigned long long)i);
		q.name = slice_str(name);
		cr_assert_null(dns_cache_find(&cache, &q));
		e = dns_cache_add(&cache, &q);
		dns_cache_settle(e, &answer, INT64_MAX);
		cr_expect_eq(dns_cache_find(&cache, &q), e);
		if (i == 0)
			held = e;
		else
			dns_cache_unpin(&cache, e);
		cr_expect(cache.idle_size <= 10000);
	}
	cr_expect_lt(cache.n, 100);
	cr_expect(slice_eq(held->answer.rr[0].text, rr.text), "what is held stays");
	dns_cache_drop(&cache, held);
	dns_cache_unpin(&cache, held); /* frees it */
	dns_cache_free(&cache);
}
