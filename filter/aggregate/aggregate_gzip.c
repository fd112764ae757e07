#include "filter/aggregate/aggregate_gzip.h"

#include <stdlib.h>
#include <zlib.h>

#include "mime/late.h"

enum {
	STEP = 64 * 1024,
	GZIP_WINDOW = 15 + 16, /* a gzip file, not a zlib stream */
	MEMORY_LEVEL = 8,
	ROOM_FIRST = 16 * 1024,
	INSIDE_MAX = 256 * 1024 /* octets that deflate may hold back */
};

struct library {
	__typeof__(&deflateInit2_) init;
	__typeof__(&deflate) deflate;
	__typeof__(&deflateEnd) end;
};

struct aggregate_gzip {
	struct library lib;
	z_stream stream;
	bool begun;
	unsigned char *file;
	size_t n, room;
	size_t pending; /* octets of input since the last output */
};

struct aggregate_gzip *
aggregate_gzip_new(void)
{
	static const struct late_name names[] = {
		LATE_ALWAYS(library, init, deflateInit2_),
		LATE_ALWAYS(library, deflate, deflate),
		LATE_ALWAYS(library, end, deflateEnd),
	};
	struct aggregate_gzip *gzip = calloc(1, sizeof *gzip);

	if (gzip == NULL)
		return NULL;
	if (!late_load("libz.so.1", names, sizeof names / sizeof *names, &gzip->lib) ||
		gzip->lib.init(&gzip->stream, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW,
			MEMORY_LEVEL, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
			(int)sizeof(z_stream)) != Z_OK) {
		free(gzip);
		return NULL;
	}
	gzip->begun = true;
	return gzip;
}

/* checking a file */

struct inflater {
	__typeof__(&inflateInit2_) init;
	__typeof__(&inflate) inflate;
	__typeof__(&inflateReset) reset;
	__typeof__(&inflateEnd) end;
};

static bool
load_inflater(struct inflater *lib)
{
	static const struct late_name names[] = {
		LATE_ALWAYS(inflater, init, inflateInit2_),
		LATE_ALWAYS(inflater, inflate, inflate),
		LATE_ALWAYS(inflater, reset, inflateReset),
		LATE_ALWAYS(inflater, end, inflateEnd),
	};

	return late_load("libz.so.1", names, sizeof names / sizeof *names, lib);
}

/*
 * The state of checking a gzip file; inside: that of the file inside it, if its octets are gzip
 * again.
 */
struct check {
	const struct inflater *lib;
	struct check *inside; /* NULL: the octets inside are not checked */
	z_stream stream;
	size_t limit;      /* number of octets that may still come out */
	bool begun, ended; /* ended: its last member has been read */
	bool started;      /* some octets have come out */
};

static enum status
begin_check(const struct inflater *lib, size_t limit, struct check *inside, struct check *check)
{
	*check = (struct check){.lib = lib, .inside = inside, .limit = limit};
	if (lib->init(&check->stream, GZIP_WINDOW, ZLIB_VERSION, (int)sizeof check->stream) != Z_OK)
		return ST_TEMP;
	check->begun = true;
	return ST_OK;
}

static bool
is_gzip(struct slice octets)
{
	return slice_starts(octets, SLICE("\x1f\x8b\x08"));
}

/* Handles what follows the end of a member: another member, or octets that are ignored. */
static enum status
go_on(struct check *check)
{
	const z_stream *stream = &check->stream;

	if (stream->avail_in >= 2 && stream->next_in[0] == 0x1f && stream->next_in[1] == 0x8b)
		return check->lib->reset(&check->stream) == Z_OK ? ST_OK : ST_TEMP;
	check->ended = true;
	return ST_OK;
}

static enum status check_octets(struct check *check, struct slice octets);

/* Handles decompressed octets: counts them and, if they are gzip again, checks them. */
static enum status
check_inside(struct check *check, struct slice octets)
{
	if (octets.n > check->limit)
		return ST_LIMIT;
	check->limit -= octets.n;
	if (!check->started && octets.n > 0) {
		check->started = true;
		if (!is_gzip(octets))
			check->inside = NULL;
	}
	return check->inside != NULL ? check_octets(check->inside, octets) : ST_OK;
}

static enum status
check_octets(struct check *check, struct slice octets)
{
	unsigned char piece[STEP];
	z_stream *stream = &check->stream;
	enum status st = ST_OK;
	int got;

	memcpy(&stream->next_in, &octets.p, sizeof octets.p);
	stream->avail_in = (uInt)octets.n;
	stream->avail_out = 0;
	while (st == ST_OK && !check->ended && (stream->avail_in > 0 || stream->avail_out == 0)) {
		stream->next_out = piece;
		stream->avail_out = sizeof piece;
		got = check->lib->inflate(stream, Z_NO_FLUSH);
		if (got == Z_BUF_ERROR) /* zlib has consumed all input and needs more */
			return ST_OK;
		if (got != Z_OK && got != Z_STREAM_END)
			return got == Z_MEM_ERROR ? ST_TEMP : ST_BAD;
		st = check_inside(
			check, slice_make((const char *)piece, sizeof piece - stream->avail_out));
		if (st == ST_OK && got == Z_STREAM_END)
			st = go_on(check);
	}
	return st;
}

enum status
aggregate_gzip_check(struct slice file, size_t limit)
{
	struct check outer = {.lib = NULL}, inner;
	struct inflater lib;
	enum status st;

	if (file.n > UINT32_MAX)
		return ST_LIMIT;
	if (!load_inflater(&lib) || begin_check(&lib, limit, NULL, &inner) != ST_OK)
		return ST_TEMP;
	st = begin_check(&lib, limit, &inner, &outer);
	if (st == ST_OK)
		st = check_octets(&outer, file);
	if (st == ST_OK && (!outer.ended || (outer.inside != NULL && !inner.ended)))
		st = ST_BAD; /* a file ends early */
	if (outer.begun)
		(void)lib.end(&outer.stream);
	(void)lib.end(&inner.stream);
	return st;
}

/* writing a file */

static bool
make_room(struct aggregate_gzip *gzip)
{
	const size_t room = gzip->room == 0 ? ROOM_FIRST : 2 * gzip->room;
	unsigned char *grown;

	if (gzip->room - gzip->n >= ROOM_FIRST / 2)
		return true;
	grown = realloc(gzip->file, room);
	if (grown == NULL)
		return false;
	gzip->file = grown;
	gzip->room = room;
	return true;
}

/* Compresses. Z_NO_FLUSH: until all input is consumed; Z_FINISH: until all output is written. */
static enum status
run_deflate(struct aggregate_gzip *gzip, int flush)
{
	int got = Z_OK;

	do {
		size_t room;

		if (!make_room(gzip))
			return ST_TEMP;
		room = gzip->room - gzip->n;
		room = room < STEP ? room : STEP;
		gzip->stream.next_out = gzip->file + gzip->n;
		gzip->stream.avail_out = (uInt)room;
		got = gzip->lib.deflate(&gzip->stream, flush);
		if (got != Z_OK && got != Z_STREAM_END && got != Z_BUF_ERROR)
			return ST_TEMP;
		room -= gzip->stream.avail_out;
		gzip->n += room;
		if (room > 0)
			gzip->pending = 0;
	} while (flush == Z_FINISH ? got != Z_STREAM_END : gzip->stream.avail_in > 0);
	return ST_OK;
}

enum status
aggregate_gzip_add(struct aggregate_gzip *gzip, struct slice octets)
{
	while (octets.n > 0) {
		const struct slice piece = slice_head(octets, STEP);

		/* zlib only reads the input, but the pointer in its interface is not const */
		memcpy(&gzip->stream.next_in, &piece.p, sizeof piece.p);
		gzip->stream.avail_in = (uInt)piece.n;
		gzip->pending += piece.n;
		if (run_deflate(gzip, Z_NO_FLUSH) != ST_OK)
			return ST_TEMP;
		octets = slice_from(octets, piece.n);
	}
	return ST_OK;
}

size_t
aggregate_gzip_size(const struct aggregate_gzip *gzip)
{
	return gzip->n + (gzip->pending < INSIDE_MAX ? gzip->pending : INSIDE_MAX);
}

enum status
aggregate_gzip_end(struct aggregate_gzip *gzip, struct slice *file)
{
	gzip->stream.avail_in = 0;
	if (run_deflate(gzip, Z_FINISH) != ST_OK)
		return ST_TEMP;
	*file = slice_make((const char *)gzip->file, gzip->n);
	return ST_OK;
}

void
aggregate_gzip_free(struct aggregate_gzip *gzip)
{
	if (gzip == NULL)
		return;
	if (gzip->begun)
		(void)gzip->lib.end(&gzip->stream);
	free(gzip->file);
	free(gzip);
}
