#include "filter/feedback/feedback_find.h"

#include <stdlib.h>
#include <unistd.h>

#include "auth/base/base64.h"
#include "filter/aggregate/aggregate_gzip.h"
#include "filter/io/read.h"
#include "filter/io/spool.h"
#include "filter/io/unpack.h"
#include "filter/io/write.h"
#include "filter/structure/structure.h"
#include "mime/buf.h"
#include "mime/fields.h"
#include "mime/message.h"

enum { FILES_MAX = 1000, FIELDS = 1000, FIELD_MAX_OCTETS = 65536 };
enum { LOOK = 64 * 1024, READ_SECONDS = 15 };

static enum status
fail(struct feedback_search *search, enum feedback_aside why)
{
	if (!search->failed || why == FEEDBACK_ASIDE_LARGE)
		search->why = why;
	search->failed = true;
	return ST_OK;
}

static struct slice
without_mark(struct slice octets)
{
	while (octets.n > 0 && (slice_is_blank(octets.p[0]) || octets.p[0] == '\0'))
		octets = slice_from(octets, 1);
	if (slice_starts(octets, SLICE("\xef\xbb\xbf")))
		octets = slice_from(octets, 3);
	while (octets.n > 0 && slice_is_blank(octets.p[0]))
		octets = slice_from(octets, 1);
	return octets;
}

static bool
contains(struct slice text, const char *word)
{
	const struct slice wanted = slice_str(word);

	for (text = slice_head(text, LOOK); text.n >= wanted.n; text = slice_from(text, 1)) {
		text = slice_from(text, slice_find(text, wanted.p[0]));
		if (slice_istarts(text, wanted))
			return true;
	}
	return false;
}

/*
 * Is it XML, with one or two octets per character? Other text that begins with <, such as HTML,
 * does not count.
 */
static bool
is_xml(struct slice octets)
{
	const struct slice text = without_mark(octets);

	if (slice_starts(octets, SLICE("\xff\xfe<\0")) ||
		slice_starts(octets, SLICE("\xfe\xff\0<")) || slice_starts(octets, SLICE("<\0?\0")))
		return true;
	if (!slice_starts(text, SLICE("<")) || slice_istarts(text, SLICE("<html")) ||
		slice_istarts(text, SLICE("<!DOCTYPE html")))
		return false;
	return slice_istarts(text, SLICE("<?xml")) || contains(text, "<feedback") ||
	       contains(text, "<report_metadata");
}

static bool
is_tls(struct slice octets)
{
	const struct slice text = without_mark(octets);

	return slice_starts(text, SLICE("{")) &&
	       (contains(text, "\"organization-name\"") || contains(text, "\"policies\""));
}

static enum status
report_found(struct feedback_search *search, enum feedback_kind kind, struct slice octets)
{
	const struct feedback_found found = {
		.kind = kind, .octets = octets, .damaged = search->damaged};

	search->n++;
	return search->found(search->arg, &found);
}

/* Handles uncompressed octets. meant: their place, type or name says that they are a report. */
static enum status
look_plain(struct feedback_search *search, struct slice octets, bool meant)
{
	if (is_xml(octets))
		return report_found(search, FEEDBACK_AGGREGATE, octets);
	if (is_tls(octets))
		return report_found(search, FEEDBACK_TLS, octets);
	if (!meant)
		return ST_OK;
	return fail(search, without_mark(octets).n == 0 ? FEEDBACK_ASIDE_EMPTY
			    : slice_starts(without_mark(octets), SLICE("{"))
				    ? FEEDBACK_ASIDE_NOT_JSON
				    : FEEDBACK_ASIDE_NOT_XML);
}

static long
unpack_piece(void *from, char *to, size_t size, enum fault *error)
{
	return unpack_read(from, to, size, error);
}

/* Reads the current file of the archive into memory from malloc; false with *error. */
static bool
read_file(struct unpack *in, char **bytes, size_t *n, enum fault *error)
{
	if (!read_whole(unpack_piece, in, FEEDBACK_OCTETS, bytes, n, error))
		return false;
	if (*n > FEEDBACK_OCTETS)
		*error = FAULT_INFLATES;
	return *n <= FEEDBACK_OCTETS;
}

static enum status
fail_unpacking(struct feedback_search *search, enum fault error)
{
	/* FAULT_UNREADABLE is a local failure here, of the spool file */
	if (fault_is_ours(error) || error == FAULT_UNREADABLE)
		return ST_TEMP;
	return fail(
		search, error == FAULT_INFLATES || error == FAULT_MANY_FILES || error == FAULT_SLOW
				? FEEDBACK_ASIDE_LARGE
				: FEEDBACK_ASIDE_PACKED);
}

static enum status look_packed(struct feedback_search *search, struct slice octets);

/* Handles a compressed file inside an archive, but nothing compressed inside that file. */
static enum status
look_inside(struct feedback_search *search, struct slice octets)
{
	enum status st;

	if (search->inside)
		return fail(search, FEEDBACK_ASIDE_PACKED);
	search->inside = true;
	st = look_packed(search, octets);
	search->inside = false;
	return st;
}

static enum status
look_file(struct feedback_search *search, struct slice octets, bool whole, enum fault error)
{
	enum status st = ST_OK;

	if ((whole || error != FAULT_INFLATES) && unpack_is_packed(octets.p, octets.n))
		st = look_inside(search, octets);
	/* a truncated report still has usable rows */
	else if (whole || (error != FAULT_INFLATES && is_xml(octets)))
		st = look_plain(search, octets, true);
	return whole || st != ST_OK ? st : fail_unpacking(search, error);
}

/* Handles all files of an archive. damaged: the archive itself is damaged. */
static enum status
look_files(struct feedback_search *search, struct unpack *in, bool damaged)
{
	enum fault error = FAULT_NONE;
	enum status st = ST_OK;
	int got = 1;

	for (size_t files = 0; st == ST_OK && got > 0; files++) {
		char *bytes;
		size_t n;
		bool whole;

		got = unpack_next(in, &error);
		if (got == 0 && files == 0)
			return fail(search, FEEDBACK_ASIDE_EMPTY);
		if (got <= 0)
			break;
		whole = read_file(in, &bytes, &n, &error);
		search->octets += n;
		if (search->files++ >= FILES_MAX || search->octets > FEEDBACK_OCTETS) {
			free(bytes);
			return fail(search, FEEDBACK_ASIDE_LARGE);
		}
		search->damaged = damaged || !whole;
		st = look_file(search, slice_make(bytes, n), whole, error);
		free(bytes);
	}
	return st == ST_OK && got < 0 ? fail_unpacking(search, error) : st;
}

/* Checks the checksum and length of gzip, which libarchive ignores. */
static enum status
check_gzip(struct slice octets, bool *damaged)
{
	enum status st = ST_OK;

	if (slice_starts(octets, SLICE("\x1f\x8b")))
		st = aggregate_gzip_check(octets, FEEDBACK_OCTETS);
	*damaged |= st == ST_BAD;
	return st == ST_TEMP ? ST_TEMP : ST_OK;
}

static enum status
look_packed(struct feedback_search *search, struct slice octets)
{
	int fd = spool_open(search->spool_dir, octets.n);
	bool damaged = search->inside && search->damaged;
	struct unpack *in;
	enum status st;

	if (fd < 0)
		return ST_TEMP;
	if (!write_bytes(fd, octets) || lseek(fd, 0, SEEK_SET) != 0) {
		close(fd);
		return ST_TEMP;
	}
	in = unpack_open(fd, UNPACK_ZIP_TAR); /* no reporter sends 7z */
	if (in == NULL)
		return ST_TEMP;
	if (!search->inside)
		search->files = search->octets = 0;
	st = check_gzip(octets, &damaged);
	if (st == ST_OK)
		st = look_files(search, in, damaged);
	search->damaged = false;
	unpack_close(in);
	return st;
}

/* Do the octets look like undeclared base64 of gzip, zip or XML? */
static bool
is_base64(struct slice octets)
{
	return slice_starts(octets, SLICE("H4sI")) || slice_starts(octets, SLICE("UEsD")) ||
	       slice_starts(octets, SLICE("PD94bWwg")) ||
	       slice_starts(octets, SLICE("PGZlZWRiYWNr"));
}

static bool
decode(const struct feedback_search *search, struct slice text, struct slice *octets)
{
	struct buf digits;

	buf_init(&digits, search->arena, text.n + 1);
	for (size_t i = 0; i < text.n; i++)
		if (!slice_is_blank(text.p[i]))
			buf_addc(&digits, text.p[i]);
	return base64_decode(buf_slice(&digits), search->arena, octets) == ST_OK;
}

enum status
feedback_find_in_file(struct feedback_search *search, struct slice octets)
{
	struct slice decoded;

	if (unpack_is_packed(octets.p, octets.n))
		return look_packed(search, octets);
	if (is_base64(without_mark(octets)) && decode(search, without_mark(octets), &decoded))
		return unpack_is_packed(decoded.p, decoded.n) ? look_packed(search, decoded)
							      : look_plain(search, decoded, true);
	return look_plain(search, octets, true);
}

/* mail */

static bool
starts_with(const char *text, const char *start)
{
	return text != NULL && strncmp(text, start, strlen(start)) == 0;
}

static bool
ends_with(const char *text, const char *end)
{
	const struct slice all = slice_str(text), last = slice_str(end);

	return all.n >= last.n && slice_ieq(slice_from(all, all.n - last.n), last);
}

/* Is the part, by its type or name, meant to be a report? */
static bool
is_meant(const struct structure_part *part)
{
	static const char *const types[] = {"application/gzip", "application/x-gzip",
		"application/zip", "application/x-zip-compressed", "text/xml", "application/xml",
		"application/tlsrpt+json", "application/tlsrpt+gzip"};
	static const char *const ends[] = {".xml", ".xml.gz", ".zip", ".gz", ".json", ".json.gz"};

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strcmp(part->type, types[i]) == 0)
			return true;
	for (size_t i = 0; part->name != NULL && i < sizeof ends / sizeof *ends; i++)
		if (ends_with(part->name, ends[i]))
			return true;
	return false;
}

static enum status
look_part(struct feedback_search *search, const struct structure_part *part)
{
	if (is_meant(part))
		return feedback_find_in_file(search, part->bytes);
	if (unpack_is_packed(part->bytes.p, part->bytes.n) || is_base64(without_mark(part->bytes)))
		return feedback_find_in_file(search, part->bytes);
	return look_plain(search, part->bytes, false);
}

/* The header of the reported message, from a part after the failure report; or empty. */
static struct slice
header_behind(const struct structure_part *parts, size_t n, size_t at)
{
	for (size_t i = at + 1; i < n; i++)
		if (starts_with(parts[i].type, "message/rfc822") ||
			starts_with(parts[i].type, "message/global") ||
			starts_with(parts[i].type, "text/rfc822"))
			return parts[i].bytes;
	return SLICE("");
}

static enum status
look_parts(struct feedback_search *search, const struct structure_part *parts, size_t n)
{
	enum status st = ST_OK;

	for (size_t i = 0; st == ST_OK && i < n; i++) {
		if (strcmp(parts[i].type, "message/feedback-report") == 0) {
			const struct feedback_found found = {
				.kind = FEEDBACK_FAILURE,
				.octets = parts[i].bytes,
				.header = header_behind(parts, n, i),
			};

			search->n++;
			st = search->found(search->arg, &found);
		} else if (!starts_with(parts[i].type, "message/")) {
			st = look_part(search, &parts[i]);
		}
	}
	/* a failure report as plain text */
	for (size_t i = 0; st == ST_OK && search->n == 0 && !search->failed && i < n; i++) {
		const struct feedback_found found = {
			.kind = FEEDBACK_FAILURE, .octets = parts[i].bytes, .plain = true};
		struct feedback_failure failure;

		if (strcmp(parts[i].type, "text/plain") == 0 &&
			feedback_failure_parse(parts[i].bytes, SLICE(""), true, search->arena,
				&failure) == ST_OK) {
			search->n++;
			st = search->found(search->arg, &found);
		}
	}
	return st;
}

/*
 * Does the Subject say that the mail is a report (RFC 9990 3.5.2, RFC 8460 5.3, usual subjects of
 * failure reports)?
 */
static bool
says_so(const struct message *message, struct arena *arena)
{
	static const char *const words[] = {
		"report domain", "dmarc", "tls report", "failure report", "authentication failure"};
	const struct field *subject = message_field(message, "Subject", 0);

	for (size_t i = 0; subject != NULL && i < sizeof words / sizeof *words; i++)
		if (contains(field_unfold(subject, arena), words[i]))
			return true;
	return false;
}

enum status
feedback_find_in_mail(struct feedback_search *search, struct slice mail)
{
	struct structure_part *parts = arena_array(search->arena, STRUCTURE_PARTS, sizeof *parts);
	struct message message;
	enum status st;
	bool whole;
	size_t n;

	message_parse(mail, FIELDS, FIELD_MAX_OCTETS, search->arena, &message);
	search->meant = says_so(&message, search->arena);
	/* GLib can wait for itself forever when out of memory: the alarm ends that with 75 */
	(void)alarm(READ_SECONDS);
	st = structure_parts(search->gmime, slice_from(mail, message.mbox_from.n), false,
		search->arena, parts, &n, &whole);
	(void)alarm(0);
	if (st == ST_OK)
		st = look_parts(search, parts, n);
	if (st == ST_OK && !whole)
		st = fail(search, FEEDBACK_ASIDE_LARGE);
	/* a body that is a compressed report, although the header does not declare that */
	if (st == ST_OK && search->n == 0 && !search->failed &&
		(unpack_is_packed(message.body.p, message.body.n) ||
			is_base64(without_mark(message.body))))
		st = feedback_find_in_file(search, message.body);
	return st;
}

bool
feedback_is_mail(struct slice octets)
{
	return !unpack_is_packed(octets.p, octets.n) && !is_xml(octets) &&
	       !slice_starts(without_mark(octets), SLICE("<")) &&
	       !slice_starts(without_mark(octets), SLICE("{")) && !is_base64(octets);
}
