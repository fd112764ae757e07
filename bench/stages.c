/*
 * stages.c: nanoseconds for each stage of a message, and octets per cycle if the stage reads
 * octets.
 *
 * usage: stages FILE: a message with CRLF line ends. Prints the fastest of ROUNDS rounds, each with
 * as many calls as take about 2 ms.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "auth/base/base64.h"
#include "auth/base/crypto.h"
#include "auth/dkim/dkim.h"
#include "auth/dkim/dkim_scan.h"
#include "mime/message.h"
#include "tests/auth/base/crypto_keys.h"

enum { ROUNDS = 21, ROUND_NS = 2000000 };

static struct arena arena;
static struct crypto *crypto;
static struct slice file;
static struct message message;
static struct crypto_key *rsa_key;
static struct slice rsa_signature, key_text, key_der;
static unsigned char digest[CRYPTO_SHA256_SIZE];
static enum dkim_scan_way way;
static volatile size_t sink;

static double
now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static size_t
copy(void)
{
	static char *to;

	if (to == NULL)
		to = malloc(file.n);
	if (to == NULL)
		exit(75);
	memcpy(to, file.p, file.n);
	sink += (unsigned char)to[file.n - 1];
	return file.n;
}

static size_t
parse(void)
{
	struct message parsed;

	message_parse(file, 10000, 64 * 1024, &arena, &parsed);
	sink += parsed.nfields;
	return (size_t)(parsed.body.p - file.p);
}

static size_t
scan(void)
{
	const struct slice body = message.body;

	for (size_t at = 1; body.n > 1 && at < body.n - 1; at++) {
		at = dkim_scan(way, true, body.p, body.n, at);
		sink++;
	}
	return body.n;
}

static size_t
canonical_hash(enum dkim_canon canon)
{
	struct dkim_body_hash wanted = {.limit = UINT64_MAX};
	struct dkim_body_canon *running = dkim_body_begin(canon, &wanted, 1, crypto, &arena);
	uint64_t total;

	if (running == NULL)
		exit(75);
	dkim_body_add(running, message.body);
	(void)dkim_body_end(running, &total);
	sink += wanted.digest[0];
	return message.body.n;
}

static size_t
relaxed_hash(void)
{
	return canonical_hash(DKIM_RELAXED);
}

static size_t
simple_hash(void)
{
	return canonical_hash(DKIM_SIMPLE);
}

static size_t
hash(void)
{
	unsigned char one[CRYPTO_SHA256_SIZE];

	(void)crypto_sha256(crypto, message.body, one);
	sink += one[0];
	return message.body.n;
}

static size_t
base64(void)
{
	struct slice bytes;

	(void)base64_decode(key_text, &arena, &bytes);
	sink += bytes.n;
	return key_text.n;
}

static size_t
known_key(void)
{
	struct crypto_key *key;
	unsigned bits;

	(void)crypto_key_rsa(crypto, key_der, &key, &bits);
	crypto_key_free(key);
	return 0;
}

static size_t
new_key(void)
{
	struct crypto *fresh = crypto_new();
	struct crypto_key *key;
	unsigned bits;

	if (fresh == NULL)
		exit(75);
	(void)crypto_key_rsa(fresh, key_der, &key, &bits);
	crypto_key_free(key);
	crypto_free(fresh);
	return 0;
}

static size_t
verify(void)
{
	bool good;

	(void)crypto_verify(crypto, rsa_key, digest, rsa_signature, &good);
	sink += good;
	return 0;
}

/*
 * Returns the nanoseconds that one call takes in the fastest round. *octets: how many octets it
 * reads, 0 if none.
 */
static double
measured(size_t (*stage)(void), size_t *octets)
{
	double rounds[ROUNDS];
	size_t calls = 1;

	*octets = stage();
	for (double took = 0; took < ROUND_NS / 2; calls *= 2) {
		double start = now_ns();

		for (size_t i = 0; i < calls; i++)
			(void)stage();
		took = now_ns() - start;
	}
	for (size_t r = 0; r < ROUNDS; r++) {
		double start = now_ns();

		for (size_t i = 0; i < calls; i++)
			(void)stage();
		rounds[r] = (now_ns() - start) / (double)calls;
		arena_reset(&arena);
		for (size_t k = r; k > 0 && rounds[k] < rounds[k - 1]; k--) {
			double other = rounds[k];

			rounds[k] = rounds[k - 1];
			rounds[k - 1] = other;
		}
	}
	return rounds[0];
}

/* Returns the cycles of the time stamp counter per nanosecond; 0 if there is no counter. */
static double
cycles_a_ns(void)
{
#if defined(__x86_64__)
	const double start = now_ns();
	const unsigned long long before = __builtin_ia32_rdtsc();

	while (now_ns() - start < 20e6)
		continue;
	return (double)(__builtin_ia32_rdtsc() - before) / (now_ns() - start);
#else
	return 0;
#endif
}

static void
show(const char *name, size_t (*stage)(void), double cycles)
{
	size_t octets;
	const double ns = measured(stage, &octets);

	printf("%-36s %10.0f ns", name, ns);
	if (octets > 0)
		printf("  %6.2f GB/s", (double)octets / ns);
	if (octets > 0 && cycles > 0)
		printf("  %6.2f octets a cycle", (double)octets / ns / cycles);
	putchar('\n');
}

static void
set_up(const char *path)
{
	const struct rsa_key *row = NULL;
	static struct arena longlived;
	struct stat info;
	unsigned bits;
	char *p;
	int fd = open(path, O_RDONLY);

	arena_init(&arena, NULL, NULL);
	arena_init(&longlived, NULL, NULL);
	crypto = crypto_new();
	if (fd < 0 || fstat(fd, &info) != 0 || info.st_size <= 0 || crypto == NULL)
		exit(75);
	p = arena_bytes(&longlived, (size_t)info.st_size);
	if (read(fd, p, (size_t)info.st_size) != info.st_size)
		exit(75);
	close(fd);
	file = slice_make(p, (size_t)info.st_size);
	message_parse(file, 10000, 64 * 1024, &longlived, &message);
	for (size_t i = 0; i < sizeof rsa_keys / sizeof *rsa_keys; i++)
		if (rsa_keys[i].bits == 2048)
			row = &rsa_keys[i];
	if (row == NULL)
		exit(75);
	key_text = slice_str(row->key);
	(void)crypto_sha256(crypto, SLICE("mailstamp"), digest);
	(void)base64_decode(key_text, &longlived, &key_der);
	(void)base64_decode(slice_str(row->signature), &longlived, &rsa_signature);
	if (crypto_key_rsa(crypto, key_der, &rsa_key, &bits) != ST_OK)
		exit(75);
	way = dkim_scan_best();
}

int
main(int argc, char **argv)
{
	static const char *const names[] = {
		"scan, an octet at a time", "scan, vectors of 16", "scan, AVX2", "scan, AVX-512"};
	double cycles;

	if (argc != 2)
		return 64;
	set_up(argv[1]);
	cycles = cycles_a_ns();
	printf("message of %zu octets, body %zu\n", file.n, message.body.n);
	show("copy of the message", copy, cycles);
	show("header to fields", parse, cycles);
	for (way = DKIM_SCAN_OCTETS; way < DKIM_SCAN_WAYS; way++)
		if (dkim_scan_has(way))
			show(names[way], scan, cycles);
	show("SHA-256 of the body", hash, cycles);
	show("simple body, canonical, hashed", simple_hash, cycles);
	show("relaxed body, canonical, hashed", relaxed_hash, cycles);
	show("base64 of a key", base64, cycles);
	show("RSA-2048 key, decoded", new_key, cycles);
	show("RSA-2048 key, known", known_key, cycles);
	show("RSA-2048 signature", verify, cycles);
	return 0;
}
