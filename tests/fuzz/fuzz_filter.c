/*
 * fuzz_filter: the whole filter over a message with its options, envelope and DNS.
 *
 * The input is four parts separated by a line with one octet 0x1E: letters that select options (see
 * choose), the envelope (client, HELO and reverse-path, a line each), a zone, and the message. The
 * mutator keeps the parts separate. With the letter `g` every signature and body hash counts as
 * good (the linker takes the functions below instead of the real ones), so that the code after
 * verification is reached.
 */
#define _GNU_SOURCE /* memfd_create */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "auth/base/crypto.h"
#include "auth/dns/dns.h"
#include "filter/out/output.h"
#include "filter/result/block.h"
#include "filter/settings/settings.h"
#include "filter/verdict/evaluate.h"
#include "mime/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
/* libFuzzer's; a program that only replays does not have it */
__attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

enum { PART_OPTIONS, PART_ENVELOPE, PART_ZONE, PART_MESSAGE, PARTS };
static const struct slice mark = {"\x1e\n", 2};

static bool all_good; /* the letter g */

enum status __real_crypto_verify(struct crypto *crypto, const struct crypto_key *key,
	const unsigned char *digest, struct slice signature, bool *good);
enum status __wrap_crypto_verify(struct crypto *crypto, const struct crypto_key *key,
	const unsigned char *digest, struct slice signature, bool *good);
enum status __real_dkim_bodies_get(const struct dkim_bodies *bodies, const struct dkim_sig *sig,
	const unsigned char **digest, uint64_t *total);
enum status __wrap_dkim_bodies_get(const struct dkim_bodies *bodies, const struct dkim_sig *sig,
	const unsigned char **digest, uint64_t *total);

enum status
__wrap_crypto_verify(struct crypto *crypto, const struct crypto_key *key,
	const unsigned char *digest, struct slice signature, bool *good)
{
	enum status st = __real_crypto_verify(crypto, key, digest, signature, good);

	*good = *good || all_good;
	return st;
}

enum status
__wrap_dkim_bodies_get(const struct dkim_bodies *bodies, const struct dkim_sig *sig,
	const unsigned char **digest, uint64_t *total)
{
	enum status st = __real_dkim_bodies_get(bodies, sig, digest, total);

	if (st == ST_OK && all_good)
		*digest = (const unsigned char *)sig->bh.p;
	return st;
}

/*
 * Cuts the input into its parts. With fewer separators the last parts are empty; separators in the
 * message belong to it.
 */
static void
cut(struct slice input, struct slice parts[PARTS])
{
	for (size_t i = 0; i < PARTS; i++) {
		const char *at = i + 1 < PARTS ? memmem(input.p, input.n, mark.p, mark.n) : NULL;
		size_t n = at != NULL ? (size_t)(at - input.p) : input.n;

		parts[i] = slice_head(input, n);
		input = slice_from(input, at != NULL ? n + mark.n : n);
	}
}

static bool
has(struct slice letters, char letter)
{
	return slice_find(letters, letter) < letters.n;
}

static void
choose(struct slice letters, struct slice envelope, struct arena *arena, struct options *options)
{
	static const char *sealers[] = {"lists.example.org"}, *own[] = {"mail.example.com"};
	struct slice line[3] = {{0}};
	struct ip ip;

	*options = options_default();
	options->authserv_id = "mx.example.net";
	options->has_now = true;
	options->now = 1767225600;
	for (size_t i = 0; i < 3; i++) {
		(void)line_next(&envelope, &line[i]);
		line[i] = slice_trim(line[i]);
	}
	if (ip_parse(line[0], &ip))
		options->client_ip = arena_cstr(arena, line[0]);
	if (line[1].n > 0)
		options->helo = arena_cstr(arena, line[1]);
	options->mail_from = has(letters, 'u') ? NULL : arena_cstr(arena, line[2]);
	options->auth.dkim_l_allow = has(letters, 'l');
	options->envelope = has(letters, 'h') ? ENVELOPE_HEADERS : ENVELOPE_ARGS;
	options->reject_on = has(letters, 'p') ? REJECT_ON_PUBLISHED : REJECT_ON_DIRECT;
	options->received_spf = has(letters, 'r');
	options->scrub = has(letters, 'A') ? SCRUB_ALL : SCRUB_OWN;
	options->no_author_null_path = has(letters, 'n');
	if (has(letters, 's'))
		options->trusted_sealers = (struct strings){sealers, 1};
	if (has(letters, 'o'))
		options->own_ids = (struct strings){own, 1};
	all_good = has(letters, 'g');
}

/*
 * Can two names belong to one owner? They can if b ends with the last two labels of a, or with all
 * of a.
 */
static bool
related(struct slice a, struct slice b)
{
	size_t dot = slice_rfind(a, '.');
	size_t before = dot < a.n ? slice_rfind(slice_head(a, dot), '.') : dot;
	struct slice end = before < dot ? slice_from(a, before + 1) : a;

	return b.n >= end.n && slice_ieq(slice_from(b, b.n - end.n), end) &&
	       (b.n == end.n || b.p[b.n - end.n - 1] == '.');
}

/* Every pass is justified by some result. */
static void
check_results(const struct evaluation *ev, struct slice zone)
{
	const struct auth_results *results = &ev->results;
	const struct dmarc_result *dmarc = &results->dmarc;
	bool earned = false;

	for (size_t i = 0; i < results->dkim.n; i++) {
		const struct dkim_sig_result *one = &results->dkim.sigs[i];
		bool from = false;

		if (one->code != AUTH_PASS)
			continue;
		for (size_t k = 0; k < one->sig.nh; k++)
			from = from || slice_ieq(one->sig.h[k], SLICE("from"));
		assert(from && one->sig.d.n > 0 && one->sig.bh.n == CRYPTO_SHA256_SIZE);
		assert(!one->sig.has_x || one->sig.x >= ev->in.now - ev->in.options->drift);
		assert(one->key_bits >= 256 && memmem(zone.p, zone.n, "p=", 2) != NULL);
		assert(one->unsigned_bytes == 0 || ev->in.options->dkim_l_allow);
		earned = earned || related(one->sig.d, dmarc->from_domain);
	}
	if (results->spf.code == AUTH_PASS) {
		assert(ev->in.envelope->client_ip.family != 0 && results->spf.domain.n > 0);
		assert(results->spf.record.n > 0 && zone.n > 0);
		earned = earned || related(results->spf.domain, dmarc->from_domain);
	}
	if (dmarc->code == AUTH_PASS) {
		assert(earned && ev->ids.from_fields == 1 && ev->ids.ambiguous.id == 0);
		assert(dmarc->spf_pass || dmarc->dkim_pass);
	}
	if (ev->ids.ambiguous.id != 0 && !ev->options->no_author_null_path && !results->local)
		assert(ev->verdict.disposition != DISP_ACCEPT);
	assert(results->arc.code != AUTH_PASS || (results->arc.n > 0 && results->arc.n <= 50));
}

/*
 * The block has one Authentication-Results field, only fields of ours, and no control characters.
 */
static void
check_block(struct slice block)
{
	static const char *const names[] = {"Authentication-Results:", "Received-SPF:",
		"Mailstamp-Disposition:", "Mailstamp-Note:"};
	struct slice line;
	size_t results = 0;

	assert(slice_starts(block, SLICE("Authentication-Results: mx.example.net")));
	for (size_t i = 0; i < block.n; i++)
		assert((block.p[i] >= 32 && block.p[i] < 127) ||
			strchr("\t\r\n", block.p[i]) != NULL);
	while (line_next(&block, &line)) {
		bool known = line.p[0] == ' ' || line.p[0] == '\t';

		assert(slice_trim(line).n > 0 && line.n <= 1000);
		for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
			known = known || slice_starts(line, slice_str(names[i]));
		results += slice_starts(line, slice_str(names[0]));
		assert(known && line.p[line.n - 1] == '\n');
	}
	assert(results == 1);
}

/* Does the field contain a name of ours anywhere, if only visible ASCII characters count? */
static bool
names_ours(struct slice raw, struct arena *arena)
{
	char *flat = arena_alloc(arena, raw.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < raw.n; i++)
		if (raw.p[i] > ' ' && raw.p[i] < 127)
			flat[n++] = slice_lower(raw.p[i]);
	return memmem(flat, n, "authentication-results", 22) != NULL ||
	       memmem(flat, n, "mailstamp-", 10) != NULL;
}

/* The text after the block is the message without the dropped fields. */
static void
check_rest(struct slice out, struct slice in, struct arena *arena)
{
	struct field field;
	size_t dropped = 0;

	while (fields_next(&in, SIZE_MAX, &field)) {
		if (slice_starts(out, field.raw)) {
			out = slice_from(out, field.raw.n);
			continue;
		}
		assert(names_ours(field.raw, arena));
		dropped++;
	}
	assert(slice_eq(out, in) || (dropped > 0 && in.n == 0 && out.n == 0));
}

static void
check_output(const struct evaluation *ev, struct slice raw, struct arena *arena)
{
	struct slice block = block_make(ev, block_field(ev).field, true), text;
	struct output output = {.message = &ev->message,
		.max_field = ev->options->limits.field_size,
		.block = block,
		.scrub = &ev->scrub};
	size_t mbox = slice_find(ev->message.mbox_from, '\n') < ev->message.mbox_from.n
			      ? ev->message.mbox_from.n
			      : 0;
	int fd = memfd_create("fuzz", 0);
	enum status st = output_message(&output, fd);
	off_t n = lseek(fd, 0, SEEK_CUR);
	char *p = arena_alloc(arena, n < 0 ? 0 : (size_t)n);

	assert(st == ST_OK && n >= 0 && pread(fd, p, (size_t)n, 0) == n);
	close(fd);
	check_block(block);
	text = slice_make(p, (size_t)n);
	assert(slice_eq(slice_head(text, mbox), slice_head(raw, mbox)));
	assert(slice_starts(slice_from(text, mbox), block));
	check_rest(slice_from(text, mbox + block.n), slice_from(raw, mbox), arena);
}

static void
run(struct slice parts[PARTS], const struct evaluate_tools *tools, struct arena *arena)
{
	struct evaluate_source source = {.tools = tools, .bytes = parts[PART_MESSAGE]};
	struct evaluation ev;
	struct options options;
	struct error error = {.path = NULL};

	choose(parts[PART_OPTIONS], parts[PART_ENVELOPE], arena, &options);
	if (dns_open_zone(parts[PART_ZONE], arena, &source.dns, &error) != ST_OK) {
		parts[PART_ZONE].n = 0;
		if (dns_open_zone(SLICE(""), arena, &source.dns, &error) != ST_OK)
			return;
	}
	evaluate_begin(&options, arena, &ev);
	if (evaluate(&ev, &source, &error) == EVALUATE_OK) {
		assert(ev.evaluated);
		check_results(&ev, parts[PART_ZONE]);
		check_output(&ev, parts[PART_MESSAGE], arena);
	} else {
		assert(error.reason.id != REASON_NONE);
	}
	evaluate_end(&ev);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice parts[PARTS];
	static struct evaluate_tools tools; /* kept: to open them costs more than a message */
	struct arena arena;

	if (tools.crypto == NULL) {
		tools.gmime = address_gmime_open();
		tools.crypto = crypto_new();
	}
	assert(tools.gmime != NULL && tools.crypto != NULL);
	arena_init(&arena, NULL, NULL);
	cut(slice_make((const char *)data, size), parts);
	run(parts, &tools, &arena);
	arena_clear(&arena);
	return 0;
}

/* Returns the line of the part that number selects, with its line end. */
static struct slice
some_line(struct slice part, unsigned number)
{
	struct slice rest = slice_from(part, part.n > 0 ? number % part.n : 0), line;
	size_t start = (size_t)(rest.p - part.p);

	while (start > 0 && part.p[start - 1] != '\n')
		start--;
	rest = slice_from(part, start);
	return line_next(&rest, &line) ? line : rest;
}

/* Repeats a line of the part elsewhere in it: duplicate fields, records, tags. */
static size_t
double_line(uint8_t *at, size_t n, size_t room, unsigned seed)
{
	struct slice part = {(const char *)at, n}, line = some_line(part, seed);
	size_t before = (size_t)(some_line(part, seed >> 12).p - part.p);
	uint8_t copy[1024];

	if (line.n == 0 || line.n > sizeof copy || n + line.n > room)
		return n;
	memcpy(copy, line.p, line.n);
	memmove(at + before + line.n, at + before, n - before);
	memcpy(at + before, copy, line.n);
	return n + line.n;
}

/* Changes one part and leaves the others as they are, so that related parts stay together. */
size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	/* changes the message more often than the other parts */
	static const unsigned char order[] = {PART_MESSAGE, PART_OPTIONS, PART_MESSAGE, PART_ZONE,
		PART_MESSAGE, PART_ENVELOPE, PART_MESSAGE, PART_ZONE};
	unsigned which = order[seed % sizeof order];
	struct slice parts[PARTS];
	size_t begin, behind, n;

	cut(slice_make((const char *)data, size), parts);
	begin = (size_t)(parts[which].p - (const char *)data);
	n = parts[which].n;
	behind = size - begin - n;
	if (max <= begin + behind)
		return LLVMFuzzerMutate(data, size, max);
	{
		size_t room = max - begin - behind, changed;
		uint8_t *part = malloc(room);

		if (part == NULL)
			return size;
		memcpy(part, data + begin, n);
		if (which == PART_OPTIONS && n > 0 && n < room) {
			part[n] = (uint8_t) "glhprAnsou"[seed / 8 % 10];
			changed = n < 12 ? n + 1 : n / 2;
		} else if (seed / 8 % 4 == 0) {
			changed = double_line(part, n, room, seed / 32);
		} else {
			changed = LLVMFuzzerMutate(part, n, room);
		}
		memmove(data + begin + changed, data + begin + n, behind);
		memcpy(data + begin, part, changed);
		free(part);
		return begin + changed + behind;
	}
}
