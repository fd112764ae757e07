#include <stdint.h>

#include "auth/dkim/dkim.h"
#include "auth/dkim/dkim_scan.h"

/*
 * A buffer in front of the hash. Long runs are hashed in place; short ones are collected, because
 * calling the hash function costs more than copying a line.
 */
enum { SINK_SIZE = 4096, SINK_SHORT = 512 };

/*
 * For a struct sink that is not initialized: clearing its buffer would take 5 % of a message's
 * time, and only octets that were written are read.
 */
#ifdef __has_attribute
#if __has_attribute(uninitialized)
#define NOT_CLEARED __attribute__((uninitialized))
#endif
#endif
#ifndef NOT_CLEARED
#define NOT_CLEARED
#endif

struct sink {
	struct crypto_hash *hash;
	struct dkim_body_hash *wanted; /* the prefixes whose hashes are wanted */
	size_t nwanted;
	uint64_t hashed; /* octets so far, gathered ones included */
	uint64_t room;   /* octets up to the end of the next wanted prefix */
	uint64_t beyond; /* octets after the end of the longest wanted prefix */
	bool done;       /* no wanted prefix extends beyond the hashed text */
	bool failed;
	size_t n;
	char gathered[SINK_SIZE];
};

static void
sink_flush(struct sink *sink)
{
	if (sink->n > 0)
		crypto_hash_add(sink->hash, slice_make(sink->gathered, sink->n));
	sink->n = 0;
}

/* Takes the hashes of the prefixes that end here, and finds where the next one ends. */
static void
sink_mark(struct sink *sink)
{
	sink_flush(sink);
	sink->done = true;
	sink->room = 0;
	for (size_t i = 0; i < sink->nwanted; i++) {
		struct dkim_body_hash *wanted = &sink->wanted[i];

		if (wanted->limit == sink->hashed) {
			struct crypto_hash *copy = crypto_hash_copy(sink->hash);

			if (copy == NULL || crypto_hash_end(copy, wanted->digest) != ST_OK)
				sink->failed = true;
		} else if (wanted->limit > sink->hashed) {
			uint64_t room = wanted->limit - sink->hashed;

			sink->room = sink->done || room < sink->room ? room : sink->room;
			sink->done = false;
		}
	}
}

/* Adds octets that do not fit the buffer, or in which a wanted prefix ends. */
static void
sink_add_slowly(struct sink *sink, const char *p, size_t n)
{
	while (n > 0 && !sink->done) {
		size_t take = n < sink->room ? n : (size_t)sink->room;

		if (take > SINK_SIZE - sink->n || take > SINK_SHORT)
			sink_flush(sink);
		if (take > SINK_SHORT) {
			crypto_hash_add(sink->hash, slice_make(p, take));
		} else {
			memcpy(sink->gathered + sink->n, p, take);
			sink->n += take;
		}
		sink->hashed += take;
		sink->room -= take;
		p += take;
		n -= take;
		if (sink->room == 0)
			sink_mark(sink);
	}
	sink->beyond += n;
}

static inline void
sink_add(struct sink *sink, const char *p, size_t n)
{
	if (n > SINK_SHORT || n >= sink->room || n > SINK_SIZE - sink->n) {
		sink_add_slowly(sink, p, n);
		return;
	}
	memcpy(sink->gathered + sink->n, p, n);
	sink->n += n;
	sink->hashed += n;
	sink->room -= n;
}

/* Starts without wanted prefixes, so that everything that is added is hashed. */
static void
sink_init(struct sink *sink, struct crypto_hash *hash)
{
	sink->hash = hash;
	sink->nwanted = 0;
	sink->hashed = sink->beyond = 0;
	sink->room = UINT64_MAX;
	sink->done = sink->failed = false;
	sink->n = 0;
}

struct dkim_body_canon {
	struct sink sink;
	enum dkim_canon canon;
	enum dkim_scan_way scan;
	bool in_line;     /* part of the current line was added to the sink */
	bool blank;       /* relaxed: white space held back until more text follows on its line */
	bool cr;          /* a CR held back until the next octet is known */
	uint64_t empties; /* empty lines, kept until a non-empty line follows */
};

struct dkim_body_canon *
dkim_body_begin(enum dkim_canon canon, struct dkim_body_hash *wanted, size_t n,
	struct crypto *crypto, struct arena *arena)
{
	struct dkim_body_canon *body = arena_alloc(arena, sizeof *body);

	body->canon = canon;
	body->scan = dkim_scan_best();
	body->sink.wanted = wanted;
	body->sink.nwanted = n;
	body->sink.hash = crypto_hash_new(crypto);
	if (body->sink.hash == NULL)
		return NULL;
	sink_mark(&body->sink);
	return body;
}

/* Adds what was held back, because more text follows. */
static void
body_release(struct dkim_body_canon *body)
{
	for (; body->empties > 0; body->empties--)
		sink_add(&body->sink, "\r\n", 2);
	if (body->blank)
		sink_add(&body->sink, " ", 1); /* RFC 6376 3.4.4 a: a run becomes one SP */
	if (body->cr)
		sink_add(&body->sink, "\r", 1);
	body->blank = body->cr = false;
	body->in_line = true;
}

static void
body_line_end(struct dkim_body_canon *body)
{
	if (body->in_line)
		sink_add(&body->sink, "\r\n", 2);
	else
		body->empties++; /* RFC 6376 3.4.3, 3.4.4 b: empty lines at the end are dropped */
	/* RFC 6376 3.4.4 a: white space at the end of a line is dropped */
	body->blank = body->cr = body->in_line = false;
}

/*
 * How many bytes at p are canonical as they are; at least one, because the first is neither a line
 * end nor, if relaxed, white space.
 */
static inline size_t
plain_run(enum dkim_scan_way scan, bool relaxed, const char *p, size_t n)
{
	size_t at;

	if (n == 1)
		return 1;
	at = dkim_scan(scan, relaxed, p, n, 1);
	/* the byte after the last one is not known yet */
	if (p[at - 1] == '\r')
		return p[at] == '\n' && n - at > 1 ? at + 1 : at - 1;
	return at;
}

void
dkim_body_add(struct dkim_body_canon *body, struct slice bytes)
{
	const bool relaxed = body->canon == DKIM_RELAXED;

	for (size_t at = 0; at < bytes.n;) {
		const char *p = bytes.p + at;
		size_t n = 1;

		if (*p == '\n') {
			body_line_end(body);
		} else if (*p == '\r') {
			if (body->cr)
				body_release(body);
			body->cr = true;
		} else if (relaxed && (*p == ' ' || *p == '\t')) {
			if (body->cr)
				body_release(body);
			body->blank = true;
		} else {
			body_release(body);
			n = plain_run(body->scan, relaxed, p, bytes.n - at);
			sink_add(&body->sink, p, n);
			body->in_line = p[n - 1] != '\n';
		}
		at += n;
	}
}

enum status
dkim_body_end(struct dkim_body_canon *body, uint64_t *total)
{
	struct sink *sink = &body->sink;
	unsigned char digest[CRYPTO_SHA256_SIZE];

	if (body->cr)
		body_release(body);
	/*
	 * RFC 6376 3.4.3: CRLF is added if the body is empty or does not end with one; 3.4.4: only
	 * in the latter case
	 */
	if (body->in_line || (body->canon == DKIM_SIMPLE && sink->hashed + sink->beyond == 0))
		sink_add(sink, "\r\n", 2);
	*total = sink->hashed + sink->beyond;
	sink_flush(sink);
	if (crypto_hash_end(sink->hash, digest) != ST_OK)
		sink->failed = true;
	for (size_t i = 0; i < sink->nwanted; i++)
		if (sink->wanted[i].limit > sink->hashed)
			memcpy(sink->wanted[i].digest, digest, sizeof digest);
	return sink->failed ? ST_TEMP : ST_OK;
}

bool
dkim_tag_span(struct slice value, const char *name, struct slice *span)
{
	while (value.n > 0) {
		struct slice tag = slice_head(value, slice_find(value, ';'));
		size_t equals = slice_find(tag, '=');

		if (equals < tag.n && slice_is(slice_trim(slice_head(tag, equals)), name)) {
			*span = slice_from(tag, equals + 1);
			return true;
		}
		value = slice_from(value, tag.n + 1);
	}
	return false;
}

/* RFC 6376 3.4.1: as written, but an LF is a line end as well */
static void
simple_part(struct sink *sink, struct slice part)
{
	while (part.n > 0) {
		size_t line = slice_find(part, '\n');

		if (line == part.n) {
			sink_add(sink, part.p, part.n);
			return;
		}
		sink_add(sink, part.p, line > 0 && part.p[line - 1] == '\r' ? line - 1 : line);
		sink_add(sink, "\r\n", 2);
		part = slice_from(part, line + 1);
	}
}

/* How many bytes at the start of s are white space or a line end: 0, 1 or 2. */
static size_t
blank_at(struct slice s)
{
	return s.p[0] == ' ' || s.p[0] == '\t' ? 1 : line_end(s);
}

/* How many bytes at the start of s are neither white space nor a line end. */
static size_t
text_at(struct slice s)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
	uint64_t word;
	size_t n = 0;

	for (;;) {
		/* most bytes are above SP, so the exact test is rare: eight at once */
		for (; s.n - n >= sizeof word; n += sizeof word) {
			memcpy(&word, s.p + n, sizeof word);
			if (((word - ones * (' ' + 1)) & ~word & high) != 0)
				break;
		}
		while (n < s.n && (unsigned char)s.p[n] > ' ')
			n++;
		if (n == s.n || blank_at(slice_from(s, n)) > 0)
			return n;
		n++;
	}
}

/*
 * RFC 6376 3.4.2: unfolds; reduces runs of white space to one SP; removes white space at both ends
 * of the value
 */
static void
relaxed_part(struct sink *sink, struct slice part, bool *started, bool *blank)
{
	while (part.n > 0) {
		size_t n = blank_at(part), skipped = n;

		while (n > 0) {
			part = slice_from(part, n);
			n = part.n > 0 ? blank_at(part) : 0;
		}
		if (skipped > 0)
			*blank = true;
		if (part.n == 0)
			return;
		if (*blank && *started)
			sink_add(sink, " ", 1);
		n = text_at(part);
		sink_add(sink, part.p, n);
		*started = true;
		*blank = false;
		part = slice_from(part, n);
	}
}

static void
add_lower(struct sink *sink, struct slice name)
{
	NOT_CLEARED char lower[64];

	while (name.n > 0) {
		const size_t n = name.n < sizeof lower ? name.n : sizeof lower;

		for (size_t i = 0; i < n; i++)
			lower[i] = slice_lower(name.p[i]);
		sink_add(sink, lower, n);
		name = slice_from(name, n);
	}
}

void
dkim_field_add(enum dkim_canon canon, const struct field *field, bool without_b, bool last,
	struct crypto_hash *hash)
{
	NOT_CLEARED struct sink sink;
	const char *end = field->value.p + field->value.n;
	struct slice gap = {end, 0}; /* the omitted part of the value */
	struct slice head, tail;

	sink_init(&sink, hash);
	/* RFC 6376 3.7: the value of b= with all white space around it */
	if (without_b)
		(void)dkim_tag_span(field->value, "b", &gap);
	tail = slice_make(gap.p + gap.n, (size_t)(end - (gap.p + gap.n)));
	if (canon == DKIM_SIMPLE) {
		head = slice_make(field->raw.p, (size_t)(gap.p - field->raw.p));
		simple_part(&sink, head);
		simple_part(&sink, tail);
	} else {
		bool started = false, blank = false;

		add_lower(&sink, field->name);
		sink_add(&sink, ":", 1);
		head = slice_make(field->value.p, (size_t)(gap.p - field->value.p));
		relaxed_part(&sink, head, &started, &blank);
		relaxed_part(&sink, tail, &started, &blank);
	}
	if (!last)
		sink_add(&sink, "\r\n", 2);
	sink_flush(&sink);
}
