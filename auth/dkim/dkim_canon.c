#include <stdint.h>

#include "auth/dkim/dkim.h"

/*
 * What is put into the hash. Long runs are hashed where they stand; short ones are gathered, since
 * a call into the hash costs more than copying a line.
 */
enum { SINK_SIZE = 2048, SINK_SHORT = 512 };

struct sink {
	struct crypto_hash *hash;
	uint64_t room;  /* octets that may still be hashed */
	uint64_t total; /* octets so far, those past the room included */
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

static void
sink_add(struct sink *sink, const char *p, size_t n)
{
	sink->total += n;
	if (n > sink->room)
		n = (size_t)sink->room;
	if (n == 0)
		return;
	sink->room -= n;
	if (n > SINK_SIZE - sink->n)
		sink_flush(sink);
	if (n <= SINK_SHORT) {
		memcpy(sink->gathered + sink->n, p, n);
		sink->n += n;
	} else {
		sink_flush(sink);
		crypto_hash_add(sink->hash, slice_make(p, n));
	}
}

struct dkim_body_canon {
	struct sink sink;
	enum dkim_canon canon;
	bool in_line;     /* something of the current line is in the sink */
	bool blank;       /* relaxed: white space that a non-blank of its line may follow */
	bool cr;          /* a CR that an LF may follow */
	uint64_t empties; /* empty lines that a line which is not empty may follow */
};

struct dkim_body_canon *
dkim_body_begin(
	enum dkim_canon canon, uint64_t limit, struct crypto_hash *hash, struct arena *arena)
{
	struct dkim_body_canon *body = arena_alloc(arena, sizeof *body);

	body->sink.hash = hash;
	body->sink.room = limit;
	body->canon = canon;
	return body;
}

static void
body_data(struct dkim_body_canon *body, char c)
{
	for (; body->empties > 0; body->empties--)
		sink_add(&body->sink, "\r\n", 2);
	if (body->blank)
		sink_add(&body->sink, " ", 1); /* RFC 6376 3.4.4 a: a run becomes one SP */
	body->blank = false;
	body->in_line = true;
	sink_add(&body->sink, &c, 1);
}

/* One byte in any state. */
static void
body_step(struct dkim_body_canon *body, char c)
{
	if (c == '\n') {
		body->cr = false;
		body->blank = false; /* RFC 6376 3.4.4 a: white space at the end of a line */
		if (body->in_line)
			sink_add(&body->sink, "\r\n", 2);
		else
			body->empties++; /* RFC 6376 3.4.3, 3.4.4 b: those at the end go */
		body->in_line = false;
		return;
	}
	if (body->cr) {
		body->cr = false;
		body_data(body, '\r');
	}
	if (c == '\r')
		body->cr = true;
	else if (body->canon == DKIM_RELAXED && (c == ' ' || c == '\t'))
		body->blank = true;
	else
		body_data(body, c);
}

/*
 * Sixteen bytes at once, without a branch a byte. The comparison of two vectors gives 0 or all ones
 * in each byte.
 */
typedef unsigned char vec __attribute__((vector_size(16)));
typedef unsigned long long vec_half __attribute__((vector_size(16)));

static vec
vec_load(const char *p)
{
	vec v;

	memcpy(&v, p, sizeof v);
	return v;
}

static bool
vec_any(vec v)
{
	vec_half halves = (vec_half)v;
	return (halves[0] | halves[1]) != 0;
}

#define VEC_ALL(c) ((vec){c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c})

/*
 * Does one of the 16 bytes at p need a closer look? The bytes before and after are read, too. A
 * line end is plain where it is CRLF and what follows cannot be an empty or a blank line.
 */
static bool
relaxed_any(const char *p)
{
	const vec here = vec_load(p), before = vec_load(p - 1), after = vec_load(p + 1);
	const vec blank_after = (vec)(after <= VEC_ALL(' '));

	return vec_any(
		(vec)(here == VEC_ALL('\t')) | ((vec)(here == VEC_ALL(' ')) & blank_after) |
		((vec)(here == VEC_ALL('\n')) & ((vec)(before != VEC_ALL('\r')) | blank_after)));
}

static bool
simple_any(const char *p)
{
	const vec here = vec_load(p), before = vec_load(p - 1), after = vec_load(p + 1);

	return vec_any((vec)(here == VEC_ALL('\n')) &
		       ((vec)(before != VEC_ALL('\r')) | (vec)(after <= VEC_ALL('\r'))));
}

/* The same for one byte. */
static bool
relaxed_one(const char *p)
{
	const bool blank_after = (unsigned char)p[1] <= ' ';

	return *p == '\t' || (*p == ' ' && blank_after) ||
	       (*p == '\n' && (p[-1] != '\r' || blank_after));
}

static bool
simple_one(const char *p)
{
	return *p == '\n' && (p[-1] != '\r' || (unsigned char)p[1] <= '\r');
}

/*
 * How many bytes at p, inside a line with nothing held back, are canonical as they stand: 0 is
 * always right, and what stops the run is left to body_step.
 */
static size_t
plain_run(enum dkim_canon canon, const char *p, size_t n)
{
	const bool relaxed = canon == DKIM_RELAXED;
	size_t at = 1;

	if (n < 2 || *p == '\n' ||
		(relaxed && (*p == '\t' || (*p == ' ' && (unsigned char)p[1] <= ' '))))
		return 0;
	if (relaxed) {
		while (n - at > sizeof(vec) && !relaxed_any(p + at))
			at += sizeof(vec);
		while (n - at > 1 && !relaxed_one(p + at))
			at++;
	} else {
		while (n - at > sizeof(vec) && !simple_any(p + at))
			at += sizeof(vec);
		while (n - at > 1 && !simple_one(p + at))
			at++;
	}
	/* the last byte is not looked at: what follows it is not known yet */
	if (p[at - 1] == '\r')
		return p[at] == '\n' && n - at > 1 ? at + 1 : at - 1;
	return at;
}

void
dkim_body_add(struct dkim_body_canon *body, struct slice bytes)
{
	for (size_t at = 0; at < bytes.n;) {
		if (body->in_line && !body->blank && !body->cr) {
			const char *p = bytes.p + at;
			size_t n = plain_run(body->canon, p, bytes.n - at);

			if (n > 0) {
				sink_add(&body->sink, p, n);
				body->in_line = p[n - 1] != '\n';
				at += n;
			}
		}
		body_step(body, bytes.p[at++]);
	}
}

void
dkim_body_end(struct dkim_body_canon *body, uint64_t *total)
{
	if (body->cr)
		body_data(body, '\r');
	/* RFC 6376 3.4.3: no body, or no CRLF at its end, gets one; 3.4.4: only the latter does */
	if (body->in_line || (body->canon == DKIM_SIMPLE && body->sink.total == 0))
		sink_add(&body->sink, "\r\n", 2);
	sink_flush(&body->sink);
	*total = body->sink.total;
}

bool
dkim_tag_span(struct slice value, const char *name, struct slice *span)
{
	while (value.n > 0) {
		struct slice tag = slice_head(value, slice_find(value, ';'));
		size_t equals = slice_find(tag, '=');

		if (equals < tag.n &&
			slice_eq(slice_trim(slice_head(tag, equals)), slice_str(name))) {
			*span = slice_from(tag, equals + 1);
			return true;
		}
		value = slice_from(value, tag.n + 1);
	}
	return false;
}

/* RFC 6376 3.4.1: as it stands, but an LF is a line end as well */
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

/* RFC 6376 3.4.2: unfolded; a run of white space is one SP, at both ends of the value nothing */
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
		for (n = 1; n < part.n && blank_at(slice_from(part, n)) == 0;)
			n++;
		sink_add(sink, part.p, n);
		*started = true;
		*blank = false;
		part = slice_from(part, n);
	}
}

void
dkim_field_add(enum dkim_canon canon, const struct field *field, bool without_b, bool last,
	struct crypto_hash *hash)
{
	struct sink sink = {.hash = hash, .room = UINT64_MAX};
	const char *end = field->value.p + field->value.n;
	struct slice gap = {end, 0}; /* what of the value is left out */
	struct slice head, tail;

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

		for (size_t i = 0; i < field->name.n; i++) {
			char c = slice_lower(field->name.p[i]);
			sink_add(&sink, &c, 1);
		}
		sink_add(&sink, ":", 1);
		head = slice_make(field->value.p, (size_t)(gap.p - field->value.p));
		relaxed_part(&sink, head, &started, &blank);
		relaxed_part(&sink, tail, &started, &blank);
	}
	if (!last)
		sink_add(&sink, "\r\n", 2);
	sink_flush(&sink);
}
