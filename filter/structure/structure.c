#include "filter/structure/structure.h"

#include <gmime/gmime.h>
#include <stdlib.h>

#include "filter/structure/boundaries.h"
#include "mime/address.h"
#include "mime/buf.h"
#include "mime/fields.h"
#include "mime/late.h"

enum { TYPE_MAX = 200 };

struct library {
	__typeof__(&g_mime_stream_mem_new_with_buffer) stream;
	__typeof__(&g_mime_parser_new_with_stream) parser;
	__typeof__(&g_mime_parser_construct_message) construct;
	__typeof__(&g_mime_message_get_mime_part) mime_part;
	__typeof__(&g_mime_message_part_get_type) message_part_type;
	__typeof__(&g_mime_message_part_get_message) message;
	__typeof__(&g_mime_multipart_get_type) multipart_type;
	__typeof__(&g_mime_multipart_get_count) count;
	__typeof__(&g_mime_multipart_get_part) part;
	__typeof__(&g_mime_part_get_type) part_type;
	__typeof__(&g_mime_part_get_content) content;
	__typeof__(&g_mime_part_get_filename) filename;
	__typeof__(&g_mime_part_get_content_encoding) encoding;
	__typeof__(&g_mime_data_wrapper_get_stream) content_stream;
	__typeof__(&g_mime_object_get_content_type) content_type;
	__typeof__(&g_mime_content_type_is_type) is_type;
	__typeof__(&g_mime_content_type_get_media_type) media_type;
	__typeof__(&g_mime_content_type_get_media_subtype) media_subtype;
	__typeof__(&g_mime_object_get_content_type_parameter) parameter;
	__typeof__(&g_mime_object_get_header_list) headers;
	__typeof__(&g_mime_header_list_get_count) header_count;
	__typeof__(&g_mime_header_list_get_header_at) header_at;
	__typeof__(&g_mime_header_get_offset) offset;
	__typeof__(&g_mime_encoding_init_decode) decode_init;
	__typeof__(&g_mime_encoding_outlen) decode_room;
	__typeof__(&g_mime_encoding_step) decode_step;
	__typeof__(&g_type_check_instance_is_a) is_a;
	__typeof__(&g_object_unref) unref;
};

struct walk {
	struct library lib;
	struct slice raw;
	struct arena *arena;
	struct structure_message *found; /* NULL if parts are wanted */
	struct structure_part *parts;
	size_t *n;
	bool whole;                           /* nothing was left out */
	struct slice around[STRUCTURE_DEPTH]; /* boundaries of the enclosing multiparts, the
						 outermost first; empty for an attached message */
	size_t depth;
	size_t octets;                         /* of the attached messages */
	size_t parameters;                     /* semicolons in Content-* fields */
	bool opaque;                           /* GMime sees no text, and no names of files */
	size_t report, reports;                /* the current multipart/report, and how many */
	bool outermost;                        /* the current one is the message itself */
	struct boundaries boundaries;          /* all possible boundaries */
	size_t lines[STRUCTURE_LINES], nlines; /* where possible boundary lines begin */
};

static bool
load_gmime_parts(struct library *lib)
{
	static const struct late_name names[] = {
		LATE_ALWAYS(library, stream, g_mime_stream_mem_new_with_buffer),
		LATE_ALWAYS(library, parser, g_mime_parser_new_with_stream),
		LATE_ALWAYS(library, construct, g_mime_parser_construct_message),
		LATE_ALWAYS(library, mime_part, g_mime_message_get_mime_part),
		LATE_ALWAYS(library, message_part_type, g_mime_message_part_get_type),
		LATE_ALWAYS(library, message, g_mime_message_part_get_message),
		LATE_ALWAYS(library, multipart_type, g_mime_multipart_get_type),
		LATE_ALWAYS(library, count, g_mime_multipart_get_count),
		LATE_ALWAYS(library, part, g_mime_multipart_get_part),
		LATE_ALWAYS(library, part_type, g_mime_part_get_type),
		LATE_ALWAYS(library, content, g_mime_part_get_content),
		LATE_ALWAYS(library, filename, g_mime_part_get_filename),
		LATE_ALWAYS(library, encoding, g_mime_part_get_content_encoding),
		LATE_ALWAYS(library, content_stream, g_mime_data_wrapper_get_stream),
		LATE_ALWAYS(library, content_type, g_mime_object_get_content_type),
		LATE_ALWAYS(library, is_type, g_mime_content_type_is_type),
		LATE_ALWAYS(library, media_type, g_mime_content_type_get_media_type),
		LATE_ALWAYS(library, media_subtype, g_mime_content_type_get_media_subtype),
		LATE_ALWAYS(library, parameter, g_mime_object_get_content_type_parameter),
		LATE_ALWAYS(library, headers, g_mime_object_get_header_list),
		LATE_ALWAYS(library, header_count, g_mime_header_list_get_count),
		LATE_ALWAYS(library, header_at, g_mime_header_list_get_header_at),
		LATE_ALWAYS(library, offset, g_mime_header_get_offset),
		LATE_ALWAYS(library, decode_init, g_mime_encoding_init_decode),
		LATE_ALWAYS(library, decode_room, g_mime_encoding_outlen),
		LATE_ALWAYS(library, decode_step, g_mime_encoding_step),
		LATE_ALWAYS(library, is_a, g_type_check_instance_is_a),
		LATE_ALWAYS(library, unref, g_object_unref),
	};

	return late_load("libgmime-3.0.so.0", names, sizeof names / sizeof *names, lib);
}

/* the stream for GMime */

/* Records a line that may be a boundary. False if there are too many: the message ends there. */
static bool
keep_line(struct walk *walk, struct slice line)
{
	const size_t at = (size_t)(line.p - walk->raw.p);

	if (walk->nlines < STRUCTURE_LINES) {
		walk->lines[walk->nlines++] = at;
		return true;
	}
	walk->raw = slice_head(walk->raw, at);
	walk->whole = false;
	return false;
}

/* The header that is being copied: the number of its fields so far, and its current field. */
struct header {
	size_t fields;
	bool addresses, content; /* its value is hidden; its name is Content-* */
};

/* Overwrites the costly parts of a line that is not a boundary; at: its place in the copy. */
static void
blot(struct walk *walk, struct header *header, struct slice line, char *at)
{
	const bool folded = line.p[0] == ' ' || line.p[0] == '\t';
	const size_t from = folded ? 1 : slice_find(line, ':') + 1;
	size_t parameters;
	bool many;

	if (slice_trim(line).n == 0) {
		*header = (struct header){.fields = 0};
		return;
	}
	if (!folded) {
		header->fields++;
		header->addresses = from <= line.n && line_has_addresses(line);
		header->content = slice_istarts(line, SLICE("Content-"));
	}
	parameters = header->content ? line_parameters(line) : 0;
	walk->parameters += parameters;
	many = (folded || parameters > 0) && header->content &&
	       walk->parameters > STRUCTURE_PARAMETERS;
	if (many)
		walk->whole = false;
	if (header->fields > STRUCTURE_FIELDS) {
		if (header->content)
			walk->whole = false;
		at[0] = ' '; /* a continuation line does not end the header */
		line_overwrite(at, 1, line.n);
	} else if (header->addresses || many || (walk->opaque && !header->content)) {
		line_overwrite(at, from, line.n);
	} else if (walk->opaque) {
		line_hide_words(line, at);
	}
}

/*
 * Makes a copy of the same size, for GMime, in which costly parts are overwritten. Notes which
 * lines may be boundaries.
 */
static char *
blotted(struct walk *walk)
{
	char *copy = malloc(walk->raw.n);
	struct slice rest = walk->raw, line;
	struct header header = {.fields = 0};

	if (copy == NULL)
		return NULL;
	memcpy(copy, walk->raw.p, walk->raw.n);
	while (line_next(&rest, &line)) {
		const bool boundary = boundaries_is_line(&walk->boundaries, line);

		if (boundary && !keep_line(walk, line))
			break;
		if (boundary)
			header = (struct header){.fields = 0};
		else
			blot(walk, &header, line, copy + (line.p - walk->raw.p));
	}
	return copy;
}

/* places */

static bool
is_a(const struct walk *walk, void *object, GType type)
{
	return object != NULL && walk->lib.is_a((GTypeInstance *)object, type);
}

/* The position of the object's first field, or first if that is lower. */
static size_t
first_field(const struct walk *walk, void *object, size_t first)
{
	GMimeHeaderList *list = object != NULL ? walk->lib.headers((GMimeObject *)object) : NULL;
	int n = list != NULL ? walk->lib.header_count(list) : 0;

	for (int i = 0; i < n; i++) {
		gint64 at = walk->lib.offset(walk->lib.header_at(list, i));

		if (at >= 0 && (size_t)at < first)
			first = (size_t)at;
	}
	return first;
}

/* Is the line at that offset a boundary of an enclosing multipart? */
static bool
is_around(const struct walk *walk, size_t at)
{
	const struct slice rest = slice_from(walk->raw, at);
	struct slice name, closed;

	if (!boundary_name(slice_head(rest, slice_find(rest, '\n')), &name, &closed))
		return false;
	for (size_t i = 0; i < walk->depth; i++)
		if (walk->around[i].n > 0 &&
			(slice_eq(walk->around[i], name) || slice_eq(walk->around[i], closed)))
			return true;
	return false;
}

/*
 * The text from there to the boundary of an enclosing multipart, without the line end that belongs
 * to the boundary.
 */
static struct slice
up_to_boundary(const struct walk *walk, size_t from)
{
	size_t end = walk->raw.n;

	for (size_t i = 0; i < walk->nlines && end == walk->raw.n; i++)
		if (walk->lines[i] >= from && is_around(walk, walk->lines[i]))
			end = walk->lines[i];
	if (end < walk->raw.n && end > from && walk->raw.p[end - 1] == '\n')
		end -= end - from > 1 && walk->raw.p[end - 2] == '\r' ? 2 : 1;
	return slice_make(walk->raw.p + from, end - from);
}

static void
add_attached(struct walk *walk, struct slice bytes, bool recoded)
{
	walk->octets += bytes.n;
	if (*walk->n == STRUCTURE_MESSAGES || walk->octets / STRUCTURE_TIMES > walk->raw.n)
		walk->whole = false;
	else if (bytes.n > 0)
		walk->found[(*walk->n)++] = (struct structure_message){bytes, recoded};
}

/* The octets of a part, decoded; *recoded: they were encoded. False if the part has no content. */
static bool
decoded(const struct walk *walk, GMimePart *part, struct slice *bytes, bool *recoded)
{
	const struct library *lib = &walk->lib;
	GMimeDataWrapper *content = lib->content(part);
	GMimeStream *stream = content != NULL ? lib->content_stream(content) : NULL;
	GMimeContentEncoding encoding = lib->encoding(part);
	GMimeEncoding decoder;
	size_t start, end;
	char *out;

	if (stream == NULL || stream->bound_start < 0)
		return false;
	start = (size_t)stream->bound_start;
	end = stream->bound_end < 0 ? walk->raw.n : (size_t)stream->bound_end;
	if (start > end || end > walk->raw.n)
		return false;
	*recoded = encoding == GMIME_CONTENT_ENCODING_BASE64 ||
		   encoding == GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
	*bytes = slice_make(walk->raw.p + start, end - start);
	if (!*recoded)
		return true;
	lib->decode_init(&decoder, encoding);
	out = arena_alloc(walk->arena, lib->decode_room(&decoder, end - start) + 1);
	*bytes = slice_make(out, lib->decode_step(&decoder, walk->raw.p + start, end - start, out));
	return true;
}

/* Adds a message that is an ordinary part for GMime: it is encoded, or a file .eml. */
static void
add_recoded(struct walk *walk, GMimePart *part)
{
	struct slice bytes;
	bool recoded;

	if (decoded(walk, part, &bytes, &recoded))
		add_attached(walk, bytes, recoded);
}

static void
add_part(struct walk *walk, GMimeContentType *type, const char *name, struct slice bytes,
	bool recoded)
{
	const char *media = walk->lib.media_type(type), *sub = walk->lib.media_subtype(type);
	struct buf text;

	if (*walk->n == STRUCTURE_PARTS) {
		walk->whole = false;
		return;
	}
	buf_init(&text, walk->arena, TYPE_MAX);
	buf_adds(&text, media != NULL ? media : "");
	buf_addc(&text, '/');
	buf_adds(&text, sub != NULL ? sub : "");
	walk->parts[(*walk->n)++] = (struct structure_part){
		.type = arena_cstr(walk->arena, arena_lower(walk->arena, buf_slice(&text))),
		.name = name != NULL ? arena_cstr(walk->arena, slice_str(name)) : NULL,
		.bytes = bytes,
		.recoded = recoded,
		.report = walk->report,
		.outermost = walk->report > 0 && walk->outermost,
	};
}

/*
 * Is it a message by its type, or a file with such a name, as mail programs attach saved messages?
 */
static bool
is_message(const struct walk *walk, void *object)
{
	GMimeContentType *type = walk->lib.content_type((GMimeObject *)object);
	const char *name = walk->lib.filename((GMimePart *)object);
	const struct slice end = SLICE(".eml");
	size_t n = name != NULL ? strlen(name) : 0;

	return walk->lib.is_type(type, "message", "rfc822") ||
	       walk->lib.is_type(type, "message", "global") ||
	       (n > end.n && slice_ieq(slice_make(name + n - end.n, end.n), end));
}

static void visit(struct walk *walk, void *object);

static void
visit_message(struct walk *walk, GMimeMessage *message)
{
	size_t from = first_field(walk, message, walk->raw.n);

	from = first_field(walk, walk->lib.mime_part(message), from);
	if (from < walk->raw.n)
		add_attached(walk, up_to_boundary(walk, from), false);
	visit(walk, walk->lib.mime_part(message));
}

static void
visit_multipart(struct walk *walk, void *object)
{
	const struct library *lib = &walk->lib;
	GMimeMultipart *multipart = object;
	const struct slice boundary = boundary_without_blanks(
		slice_str(lib->parameter((GMimeObject *)object, "boundary")));
	const bool report =
		walk->report == 0 &&
		lib->is_type(lib->content_type((GMimeObject *)object), "multipart", "report");
	int n = lib->count(multipart);

	/* if GMime has read another boundary, the lines with it are not known */
	if (!boundaries_have(&walk->boundaries, boundary))
		walk->whole = false;
	if (report) {
		walk->report = ++walk->reports;
		walk->outermost = walk->depth == 0;
	}
	walk->around[walk->depth++] = boundary;
	for (int i = 0; i < n; i++)
		visit(walk, lib->part(multipart, i));
	if (report)
		walk->report = 0;
	walk->depth--;
}

static void
visit(struct walk *walk, void *object)
{
	const struct library *lib = &walk->lib;

	if (walk->depth >= STRUCTURE_DEPTH)
		walk->whole = false;
	if (object == NULL || walk->depth >= STRUCTURE_DEPTH)
		return;
	if (is_a(walk, object, lib->message_part_type())) {
		GMimeMessage *message = lib->message((GMimeMessagePart *)object);

		if (message != NULL && walk->found == NULL) {
			size_t from = first_field(walk, message, walk->raw.n);

			from = first_field(walk, lib->mime_part(message), from);
			add_part(walk, lib->content_type((GMimeObject *)object), NULL,
				up_to_boundary(walk, from), false);
		} else if (message != NULL) {
			walk->around[walk->depth++] = SLICE("");
			visit_message(walk, message);
			walk->depth--;
		}
	} else if (is_a(walk, object, lib->multipart_type())) {
		visit_multipart(walk, object);
	} else if (is_a(walk, object, lib->part_type()) && walk->found == NULL) {
		struct slice bytes;
		bool recoded;

		if (decoded(walk, (GMimePart *)object, &bytes, &recoded))
			add_part(walk, lib->content_type((GMimeObject *)object),
				walk->opaque ? NULL : lib->filename((GMimePart *)object), bytes,
				recoded);
	} else if (is_a(walk, object, lib->part_type()) && is_message(walk, object)) {
		add_recoded(walk, (GMimePart *)object);
	}
}

static enum status
walk_message(struct walk *walk, struct address_gmime *gmime, bool *whole)
{
	GMimeStream *stream;
	GMimeParser *parser;
	GMimeMessage *message;
	char *copy;

	*walk->n = 0;
	*whole = walk->raw.n <= STRUCTURE_OCTETS &&
		 boundaries_types(walk->raw) <= (size_t)2 * STRUCTURE_DEPTH;
	if (walk->raw.n == 0 || !*whole)
		return ST_OK;
	walk->whole = true;
	boundaries_find(walk->raw, &walk->boundaries);
	if (!address_gmime_ready(gmime) || !load_gmime_parts(&walk->lib) ||
		(copy = blotted(walk)) == NULL)
		return ST_TEMP;
	stream = walk->lib.stream(copy, walk->raw.n);
	free(copy);
	parser = walk->lib.parser(stream);
	message = walk->lib.construct(parser, NULL);
	if (message != NULL) {
		visit(walk, walk->lib.mime_part(message));
		walk->lib.unref(message);
	}
	walk->lib.unref(parser);
	walk->lib.unref(stream);
	*whole = walk->whole;
	return ST_OK;
}

enum status
structure_messages(struct address_gmime *gmime, struct slice raw, struct arena *arena,
	struct structure_message *found, size_t *n, bool *whole)
{
	struct walk walk = {.raw = raw, .arena = arena, .found = found, .n = n};

	return walk_message(&walk, gmime, whole);
}

enum status
structure_parts(struct address_gmime *gmime, struct slice raw, bool opaque, struct arena *arena,
	struct structure_part *found, size_t *n, bool *whole)
{
	struct walk walk = {.raw = raw, .arena = arena, .parts = found, .n = n, .opaque = opaque};

	return walk_message(&walk, gmime, whole);
}

bool
structure_ready(struct address_gmime *gmime)
{
	struct library lib;

	return address_gmime_ready(gmime) && load_gmime_parts(&lib);
}
