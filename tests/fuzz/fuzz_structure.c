/*
 * Messages attached to a message: each is inside the outer one, or was decoded and is not larger.
 * Bounces in it: their parts likewise, in order, and their codes are in these parts. If the first
 * octet is NUL, what follows is a reply of the process that reads bounces, with its length before
 * it (two octets), and then the message.
 */
#include <assert.h>
#include <stdint.h>

#include "filter/rules/bounce.h"
#include "filter/structure/structure.h"
#include "mime/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct slice given; /* the reply of the process, if the input has one */

static enum apart_end
run_here(const struct apart_job *job, char *reply, size_t size, size_t *n)
{
	assert(job->load(job->arg));
	*n = job->work(job->arg, reply, size);
	assert(*n <= size);
	return APART_DONE;
}

static enum apart_end
run_given(const struct apart_job *job, char *reply, size_t size, size_t *n)
{
	(void)job;
	*n = given.n < size ? given.n : size;
	if (*n > 0)
		memcpy(reply, given.p, *n);
	return APART_DONE;
}

static bool
is_within(struct slice part, struct slice whole)
{
	return part.p >= whole.p && part.p + part.n <= whole.p + whole.n;
}

/* Reads the octets, so that the sanitizer sees it. */
static void
touch(struct slice octets)
{
	volatile unsigned char last;

	for (size_t i = 0; i < octets.n; i++)
		last = (unsigned char)octets.p[i];
	(void)last;
}

static void
check_parts(const struct apart *apart, struct address_gmime *gmime, struct slice raw,
	struct arena *arena)
{
	struct bounce_part parts[BOUNCE_PARTS];
	enum apart_end end;
	size_t sum = 0, n;
	bool whole;

	end = bounce_parts(apart, gmime, raw, arena, parts, &n, &whole);
	assert(n <= BOUNCE_PARTS && (end == APART_DONE || n == 0));
	for (size_t i = 0; i < n; i++) {
		const struct bounce_part *part = &parts[i];

		assert(part->kind <= BOUNCE_MESSAGE);
		assert(part->report >= 1 && part->report <= BOUNCE_REPORTS);
		assert(i == 0 || part->report >= parts[i - 1].report);
		if (apart->run == run_here)
			assert(part->recoded || part->bytes.n == 0 || is_within(part->bytes, raw));
		if (!is_within(part->bytes, raw))
			sum += part->bytes.n;
		touch(part->bytes);
	}
	assert(sum <= BOUNCE_RECODED_OCTETS);
}

static void
check_bounce(const struct apart *apart, struct address_gmime *gmime, struct slice raw)
{
	static struct bounce bounce;
	enum bounce_found found;
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	check_parts(apart, gmime, raw, &arena);
	found = bounce_find(apart, gmime, raw, &arena, &bounce);
	assert(found == BOUNCE_READ || (bounce.n == 0 && bounce.nreturned == 0));
	assert(bounce.n <= BOUNCE_CODES && bounce.nreturned <= BOUNCE_REPORTS);
	for (size_t i = 0; i < bounce.n; i++) {
		const struct bounce_code *code = &bounce.codes[i];

		assert(code->code.n >= 5 && code->code.n <= 9);
		assert(code->code.p[0] == '4' || code->code.p[0] == '5');
		assert(code->others <= bounce.groups && code->by <= BOUNCE_STANDARD);
		assert((code->text == NULL) == (code->id == NULL));
	}
	assert((bounce_said(&bounce, found, &arena) != NULL) == (found != BOUNCE_NONE));
	arena_clear(&arena);
}

static void
check_given(const uint8_t *data, size_t size)
{
	const struct apart apart = {.run = run_given};
	const struct slice all = slice_make((const char *)data, size);
	const size_t n = (size_t)data[1] | (size_t)data[2] << 8;

	given = slice_head(slice_from(all, 3), n);
	check_bounce(&apart, NULL, slice_from(all, 3 + given.n));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct apart here = {.run = run_here};
	struct slice raw = slice_make((const char *)data, size);
	struct address_gmime *gmime;
	struct structure_message found[STRUCTURE_MESSAGES];
	struct arena arena;
	bool whole;
	size_t n;

	if (size >= 3 && data[0] == '\0') {
		check_given(data, size);
		return 0;
	}
	gmime = address_gmime_open();
	arena_init(&arena, NULL, NULL);
	if (structure_messages(gmime, raw, &arena, found, &n, &whole) == ST_OK) {
		assert(n <= STRUCTURE_MESSAGES);
		assert(whole || raw.n > 0);
		for (size_t i = 0; i < n; i++) {
			const struct slice one = found[i].bytes;

			assert(one.n > 0 && one.n <= raw.n);
			assert(found[i].recoded ||
				(one.p >= raw.p && one.p + one.n <= raw.p + raw.n));
		}
	}
	arena_clear(&arena);
	check_bounce(&here, gmime, raw);
	address_gmime_close(gmime);
	return 0;
}
