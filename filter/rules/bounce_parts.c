#include "filter/rules/bounce_parts.h"

#include <string.h>
#include <unistd.h>

#include "filter/structure/structure.h"

/*
 * The reply of the separate process: an octet (is it whole?), then the records. A record has the
 * kind, the flags, the number of the bounce, and two numbers of eight octets: the length, and the
 * offset in the message; if the part was encoded, its octets follow, and there is no offset.
 */
enum {
	NUMBER = 8,
	RECORD = 3 + 2 * NUMBER,
	AROUND = 16, /* room for what filter/sandbox/apart.c adds */
	REPLY_MAX = BOUNCE_RECODED_OCTETS + BOUNCE_PARTS * RECORD + AROUND
};

enum { FLAG_COPIED = 1, FLAG_RECODED = 2, FLAG_ATTACHED = 4 };

struct search {
	struct address_gmime *gmime;
	struct slice raw;
	struct arena arena;
	char *reply;
	size_t size, n;
	size_t parts, reports;
	size_t left;   /* octets of messages that may still be searched */
	bool attached; /* the current bounce is only a part of the message */
	bool whole;
};

static void
put_number(char *at, size_t value)
{
	for (size_t i = 0; i < NUMBER; i++)
		at[i] = (char)((uint64_t)value >> (8 * i) & 255);
}

/* Clamps a number that is too large for a size_t. */
static size_t
get_number(const char *at)
{
	uint64_t value = 0;

	for (size_t i = 0; i < NUMBER; i++)
		value |= (uint64_t)(unsigned char)at[i] << (8 * i);
	return value > SIZE_MAX ? SIZE_MAX : (size_t)value;
}

/* the separate process */

static void
end_there(void *arg, enum arena_lack lack)
{
	(void)arg;
	(void)lack;
	_exit(1);
}

static bool
load_there(void *arg)
{
	return structure_ready(((struct search *)arg)->gmime);
}

/* Appends a record; at most max octets of the part. */
static void
put_part(struct search *search, enum bounce_kind kind, struct slice bytes, size_t max, bool recoded)
{
	const bool inside =
		bytes.p >= search->raw.p && bytes.p + bytes.n <= search->raw.p + search->raw.n;
	const size_t copied = inside ? 0 : bytes.n < max ? bytes.n : max;
	char *at = search->reply + search->n;

	if (bytes.n > max)
		search->whole = false;
	bytes = slice_head(bytes, max);
	if (search->parts == BOUNCE_PARTS || RECORD + copied > search->size - search->n) {
		search->whole = false;
		return;
	}
	search->parts++;
	at[0] = (char)kind;
	at[1] = (char)((inside ? 0 : FLAG_COPIED) | (recoded ? FLAG_RECODED : 0) |
		       (search->attached ? FLAG_ATTACHED : 0));
	at[2] = (char)search->reports;
	put_number(at + 3, bytes.n);
	put_number(at + 3 + NUMBER, inside ? (size_t)(bytes.p - search->raw.p) : 0);
	if (!inside && bytes.n > 0)
		memcpy(at + RECORD, bytes.p, bytes.n);
	search->n += RECORD + copied;
}

static bool
is_type(const struct structure_part *part, const char *type)
{
	return strcmp(part->type, type) == 0;
}

static bool
is_status(const struct structure_part *part)
{
	return is_type(part, "message/delivery-status") ||
	       is_type(part, "message/global-delivery-status");
}

static bool
is_message(const struct structure_part *part)
{
	return is_type(part, "message/rfc822") || is_type(part, "message/global");
}

static bool
is_header(const struct structure_part *part)
{
	return is_type(part, "text/rfc822-headers") || is_type(part, "message/global-headers");
}

/*
 * Appends the parts of one report, whose parts are parts[0] to parts[n-1]. By RFC 6522 3 the first
 * part is for people (it may have alternatives), the second one the status, and the third one the
 * returned message; a text elsewhere may have been written by the sender of that message.
 */
static void
put_report(struct search *search, const struct structure_part *parts, size_t n, bool recoded)
{
	size_t status = 0, returned;
	bool plain = false;

	while (status < n && !is_status(&parts[status]))
		status++;
	if (status == n)
		return;
	if (search->reports == BOUNCE_REPORTS) {
		search->whole = false;
		return;
	}
	search->reports++;
	for (size_t i = 0; i < status && !is_message(&parts[i]) && !is_header(&parts[i]); i++)
		plain = plain || is_type(&parts[i], "text/plain");
	for (size_t i = 0; i < status && !is_message(&parts[i]) && !is_header(&parts[i]); i++)
		if (is_type(&parts[i], plain ? "text/plain" : "text/html"))
			put_part(search, BOUNCE_TEXT, parts[i].bytes, BOUNCE_TEXT_OCTETS,
				recoded || parts[i].recoded);
	put_part(search, BOUNCE_STATUS, parts[status].bytes, BOUNCE_STATUS_OCTETS,
		recoded || parts[status].recoded);
	for (returned = status; returned < n; returned++)
		if (is_message(&parts[returned]) || is_header(&parts[returned]))
			break;
	if (returned < n)
		put_part(search, is_header(&parts[returned]) ? BOUNCE_HEADER : BOUNCE_MESSAGE,
			parts[returned].bytes, search->raw.n, recoded || parts[returned].recoded);
}

/* Searches a message, and the messages in it that no bounce returned. */
static void
search_message(struct search *search, struct slice raw, bool recoded, size_t depth)
{
	struct structure_part *parts = arena_array(&search->arena, STRUCTURE_PARTS, sizeof *parts);
	bool whole;
	size_t n, end;

	if (raw.n > search->left) {
		search->whole = false;
		return;
	}
	search->left -= raw.n;
	if (structure_parts(search->gmime, raw, true, &search->arena, parts, &n, &whole) != ST_OK)
		end_there(NULL, ARENA_MEMORY);
	search->whole = search->whole && whole;
	for (size_t i = 0; i < n; i = end) {
		end = i + 1;
		while (parts[i].report != 0 && end < n && parts[end].report == parts[i].report)
			end++;
		search->attached = depth > 0 || !parts[i].outermost;
		if (parts[i].report != 0)
			put_report(search, parts + i, end - i, recoded);
		else if (is_message(&parts[i]) && depth == BOUNCE_DEPTH)
			search->whole = false;
		else if (is_message(&parts[i]))
			search_message(
				search, parts[i].bytes, recoded || parts[i].recoded, depth + 1);
	}
}

static size_t
work_there(void *arg, char *reply, size_t size)
{
	struct search *search = arg;

	arena_init(&search->arena, end_there, NULL);
	search->reply = reply;
	search->size = size - AROUND;
	search->n = 1;
	search->left = BOUNCE_TIMES * search->raw.n + BOUNCE_MORE;
	search->whole = true;
	search_message(search, search->raw, false, 0);
	reply[0] = search->whole;
	arena_clear(&search->arena);
	return search->n;
}

/* this process */

/* Takes a record from the reply, which is as untrusted as the message; false if it is invalid. */
static bool
take_part(struct slice *reply, struct slice raw, struct bounce_part *part)
{
	const char *at = reply->p;
	size_t length, offset;

	if (reply->n < RECORD)
		return false;
	length = get_number(at + 3);
	offset = get_number(at + 3 + NUMBER);
	*reply = slice_from(*reply, RECORD);
	part->kind = (enum bounce_kind)at[0];
	part->recoded = (at[1] & FLAG_RECODED) != 0;
	part->attached = (at[1] & FLAG_ATTACHED) != 0;
	part->report = (unsigned char)at[2];
	if (at[0] < BOUNCE_TEXT || at[0] > BOUNCE_MESSAGE || part->report == 0 ||
		part->report > BOUNCE_REPORTS)
		return false;
	if ((at[1] & FLAG_COPIED) == 0) {
		part->bytes = slice_head(slice_from(raw, offset), length);
		return offset <= raw.n && length <= raw.n - offset;
	}
	part->bytes = slice_head(*reply, length);
	*reply = slice_from(*reply, part->bytes.n);
	return part->bytes.n == length;
}

static bool
take_reply(struct slice reply, struct slice raw, struct bounce_part *parts, size_t *n, bool *whole)
{
	if (reply.n == 0)
		return false;
	*whole = reply.p[0] == 1;
	reply = slice_from(reply, 1);
	for (*n = 0; reply.n > 0; ++*n)
		if (*n == BOUNCE_PARTS || !take_part(&reply, raw, &parts[*n]) ||
			(*n > 0 && parts[*n].report < parts[*n - 1].report))
			return false;
	return true;
}

enum apart_end
bounce_parts(const struct apart *apart, struct address_gmime *gmime, struct slice raw,
	struct arena *arena, struct bounce_part *parts, size_t *n, bool *whole)
{
	struct search search = {.gmime = gmime, .raw = raw};
	const struct apart_job job = {.load = load_there, .work = work_there, .arg = &search};
	enum apart_end end;
	char *reply;
	size_t octets;

	*n = 0;
	*whole = raw.n <= BOUNCE_OCTETS;
	if (!*whole)
		return APART_DONE;
	reply = arena_bytes(arena, REPLY_MAX);
	end = apart->run(&job, reply, REPLY_MAX, &octets);
	if (end == APART_DONE && !take_reply(slice_make(reply, octets), raw, parts, n, whole))
		end = APART_DIED;
	if (end != APART_DONE)
		*n = 0;
	return end;
}
