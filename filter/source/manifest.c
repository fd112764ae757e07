#include "filter/source/manifest.h"

#include <jansson.h>

#include "filter/intake/envelope_modes.h"
#include "filter/result/json_library.h"
#include "mime/buf.h"

enum { SIDE_MAX = ENVELOPE_MAX + 64 };

static struct slice
take_column(struct slice *line, bool *there)
{
	size_t n = slice_find(*line, '\t');
	struct slice column = slice_head(*line, n);

	*there = line->p != NULL;
	*line = n < line->n ? slice_from(*line, n + 1) : (struct slice){NULL, 0};
	return column;
}

static enum status
read_columns(struct slice line, struct slice *path, struct envelope *envelope, enum fault *error)
{
	bool there;
	struct slice client, sender;

	*path = take_column(&line, &there);
	client = take_column(&line, &there);
	envelope->helo = slice_trim(take_column(&line, &there));
	sender = take_column(&line, &there);
	if (there)
		envelope_path(sender, envelope);
	if (ip_client(client, &envelope->client_ip) != ST_OK) {
		*error = FAULT_LINE_CLIENT;
		return ST_BAD;
	}
	return ST_OK;
}

static struct slice
member(const json_t *object, const char *name, struct arena *arena)
{
	const json_t *value = json_object_get(object, name);

	if (!json_is_string(value))
		return (struct slice){NULL, 0};
	return arena_dup(arena, slice_make(json_string_value(value), json_string_length(value)));
}

static enum status
read_json(struct slice line, struct arena *arena, struct slice *path, struct envelope *envelope,
	enum fault *error)
{
	struct slice client, sender;
	json_t *object;

	(void)json_lacked_memory(); /* of something else, before */
	object = json_loadb(line.p, line.n, 0, NULL);
	if (!json_is_object(object)) {
		json_decref(object);
		*error = json_lacked_memory() ? FAULT_NO_MEMORY : FAULT_LINE_NO_OBJECT;
		return ST_BAD;
	}
	*path = member(object, "path", arena);
	client = member(object, "client_ip", arena);
	envelope->client_name = envelope_name(member(object, "client_name", arena));
	envelope->helo = slice_trim(member(object, "helo", arena));
	sender = member(object, "mail_from", arena);
	if (sender.p != NULL)
		envelope_path(sender, envelope);
	json_decref(object);
	if (ip_client(client, &envelope->client_ip) != ST_OK) {
		*error = FAULT_LINE_CLIENT;
		return ST_BAD;
	}
	return ST_OK;
}

enum status
manifest_line(struct slice line, struct arena *arena, struct slice *path, struct envelope *envelope,
	enum fault *error)
{
	enum status st;

	*path = SLICE("");
	*envelope = (struct envelope){.path = PATH_UNKNOWN};
	st = line.n > 0 && line.p[0] == '{' ? read_json(line, arena, path, envelope, error)
					    : read_columns(line, path, envelope, error);
	if (path->n > 0 && memchr(path->p, '\0', path->n) == NULL)
		return st;
	*path = SLICE("");
	*error = st == ST_OK ? FAULT_LINE_NO_PATH : *error;
	return ST_BAD;
}

enum status
manifest_side(struct slice bytes, struct arena *arena, struct envelope *envelope, enum fault *fault)
{
	static const char head[] = "mailstamp-envelope=";
	struct intake intake = {.envelope = {.path = PATH_UNKNOWN}};
	struct buf whole;
	enum status st;

	buf_init(&whole, arena, SIDE_MAX);
	if (!slice_starts(bytes, SLICE("mailstamp-envelope=")))
		buf_addf(&whole, "%s1\n", head);
	buf_add(&whole, slice_trim(bytes));
	buf_adds(&whole, "\n\n");
	*envelope = intake.envelope;
	if (whole.over) {
		*fault = FAULT_SIDE_LARGE;
		return ST_BAD;
	}
	st = envelope_stdin(buf_slice(&whole), arena, &intake, fault);
	*envelope = intake.envelope;
	return st == ST_OK ? ST_OK : ST_BAD;
}
