#include "filter/runs/shard.h"

#include <jansson.h>

#include "filter/result/json_parts.h"

enum { VERSION = 1, LINE_MAX_OCTETS = 64 * 1024, LABEL_MAX = 4096 };

static const char head_name[] = "mailstamp_shard", end_name[] = "mailstamp_shard_end";

static json_t *
labels_of(const struct shard_head *head)
{
	json_t *labels = json_array();

	for (size_t i = 0; i < head->nwhat_ifs; i++)
		json_array_append_new(labels, json_string(head->what_ifs[i]));
	return labels;
}

static enum status
write_line(const char *name, json_t *part, struct arena *arena, struct slice *line)
{
	json_t *top = json_object();

	json_object_set_new(top, name, part);
	return json_write(top, arena, line);
}

enum status
shard_head_write(const struct shard_head *head, struct arena *arena, struct slice *line)
{
	json_t *part = json_object();

	json_object_set_new(part, "version", json_integer(VERSION));
	json_text(part, "program", "mailstamp " MAILSTAMP_VERSION);
	json_object_set_new(part, "shard", json_integer((json_int_t)head->at + 1));
	json_object_set_new(part, "of", json_integer((json_int_t)head->of));
	json_text(part, "run", head->run);
	json_object_set_new(part, "what_if", labels_of(head));
	json_object_set_new(part, "compared", json_boolean(head->compared));
	return write_line(head_name, part, arena, line);
}

enum status
shard_end_write(const struct shard_end *end, struct arena *arena, struct slice *line)
{
	json_t *part = json_object();

	json_object_set_new(part, "messages", json_integer((json_int_t)end->messages));
	json_object_set_new(part, "failed", json_integer((json_int_t)end->failed));
	return write_line(end_name, part, arena, line);
}

bool
shard_is_end(struct slice line)
{
	return slice_starts(line, SLICE("{\"mailstamp_shard_end\":"));
}

/* The object that stands alone under name, to be freed with *top. */
static const json_t *
read_line(struct slice line, const char *name, json_t **top)
{
	const json_t *part;

	*top = NULL;
	if (line.n > LINE_MAX_OCTETS)
		return NULL;
	*top = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, NULL);
	part = json_object_get(*top, name);
	return json_object_size(*top) == 1 && json_is_object(part) ? part : NULL;
}

/* A number of at least least and at most most; false where it is none. */
static bool
number(const json_t *part, const char *name, json_int_t least, json_int_t most, size_t *n)
{
	const json_t *value = json_object_get(part, name);

	if (!json_is_integer(value) || json_integer_value(value) < least ||
		json_integer_value(value) > most)
		return false;
	*n = (size_t)json_integer_value(value);
	return true;
}

static bool
read_run(const json_t *part, struct shard_head *head)
{
	const json_t *run = json_object_get(part, "run");

	if (!json_is_string(run) || json_string_length(run) != OPTIONS_MARK)
		return false;
	memcpy(head->run, json_string_value(run), OPTIONS_MARK + 1);
	for (size_t i = 0; i < OPTIONS_MARK; i++)
		if (slice_hex_digit(head->run[i]) < 0)
			return false;
	return true;
}

static bool
read_labels(const json_t *part, struct arena *arena, struct shard_head *head)
{
	const json_t *labels = json_object_get(part, "what_if");

	if (!json_is_array(labels) || json_array_size(labels) > WHAT_IF_MAX)
		return false;
	for (; head->nwhat_ifs < json_array_size(labels); head->nwhat_ifs++) {
		const json_t *label = json_array_get(labels, head->nwhat_ifs);

		if (!json_is_string(label) || json_string_length(label) > LABEL_MAX)
			return false;
		/* it was made printable; who made this one is not known */
		for (const char *p = json_string_value(label); *p != '\0'; p++)
			if (*p < ' ' || *p > '~')
				return false;
		head->what_ifs[head->nwhat_ifs] =
			arena_cstr(arena, slice_str(json_string_value(label)));
	}
	return true;
}

enum status
shard_head_parse(struct slice line, struct arena *arena, struct shard_head *head)
{
	json_t *top;
	const json_t *part = read_line(line, head_name, &top), *compared;
	size_t version;
	bool good;

	*head = (struct shard_head){.of = 0};
	compared = json_object_get(part, "compared");
	good = number(part, "version", VERSION, VERSION, &version) &&
	       number(part, "of", 1, SHARDS_MAX, &head->of) &&
	       number(part, "shard", 1, (json_int_t)head->of, &head->at) && read_run(part, head) &&
	       read_labels(part, arena, head) && json_is_boolean(compared);
	head->at -= good ? 1 : 0;
	head->compared = json_is_true(compared);
	json_decref(top);
	return good ? ST_OK : ST_BAD;
}

enum status
shard_end_parse(struct slice line, struct shard_end *end)
{
	json_t *top;
	const json_t *part = read_line(line, end_name, &top);
	bool good;

	*end = (struct shard_end){.messages = 0};
	good = number(part, "messages", 0, INT64_MAX, &end->messages) &&
	       number(part, "failed", 0, INT64_MAX, &end->failed);
	json_decref(top);
	return good ? ST_OK : ST_BAD;
}
