#include "filter/runs/run_head.h"

#include <jansson.h>

#include "filter/result/json_library.h"
#include "filter/result/json_parts.h"

enum { VERSION = 2, LINE_OCTETS_MAX = 64 * 1024, LABEL_MAX = 4096 };

#define END "mailstamp_run_end"

struct run_head
run_head_of(const struct options *options)
{
	static const char *const outputs[] = {
		[OUTPUT_MESSAGE] = "message",
		[OUTPUT_SUMMARY] = "summary",
		[OUTPUT_TSV] = "tsv",
		[OUTPUT_CSV] = "csv",
		[OUTPUT_JSON] = "json",
		[OUTPUT_STAMP] = "stamp",
		[OUTPUT_NONE] = "none",
	};
	struct run_head head = {
		.at = options->shard_at,
		.of = options->shard_of > 0 ? options->shard_of : 1,
		.nwhat_ifs = options->what_ifs.n,
		.compared = options->auth.dmarc_compare,
		.unordered = options->unordered,
		.output = outputs[options->output],
		.page = options->html != NULL,
	};

	for (size_t i = 0; i < head.nwhat_ifs; i++)
		head.what_ifs[i] = options->supposed[i].label;
	return head;
}

enum status
run_head_write(const struct run_head *head, struct arena *arena, struct slice *line)
{
	json_t *labels = json_array();

	for (size_t i = 0; i < head->nwhat_ifs; i++)
		json_array_append_new(labels, json_string(head->what_ifs[i]));
	return json_write(
		json_pack("{s:{s:i,s:s,s:s,s:I,s:I,s:o,s:b,s:b,s:s?,s:b}}", "mailstamp_run",
			"version", VERSION, "program", "mailstamp " MAILSTAMP_VERSION, "run",
			head->mark, "shard", (json_int_t)head->at + 1, "of", (json_int_t)head->of,
			"what_if", labels, "compared", head->compared, "unordered", head->unordered,
			"output", head->output, "page", head->page),
		arena, line);
}

enum status
run_end_write(const struct run_end *end, struct arena *arena, struct slice *line)
{
	return json_write(
		json_pack("{s:{s:I,s:I,s:I}}", END, "messages", (json_int_t)end->messages, "failed",
			(json_int_t)end->failed, "archive", (json_int_t)end->items),
		arena, line);
}

bool
run_is_end(struct slice line)
{
	return slice_starts(line, SLICE("{\"" END "\":")) ||
	       slice_starts(line, SLICE("{\"mailstamp_shard_end\":"));
}

/* Parses the line as an object with one member; NULL if it is anything else. */
static json_t *
parse_single_member(struct slice line)
{
	json_t *top = line.n <= LINE_OCTETS_MAX
			      ? json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, NULL)
			      : NULL;

	if (json_object_size(top) == 1)
		return top;
	json_decref(top);
	return NULL;
}

static bool
take_mark(const char *mark, size_t n, struct run_head *head)
{
	if (n != OPTIONS_MARK)
		return false;
	for (size_t i = 0; i < n; i++)
		if (slice_hex_digit(mark[i]) < 0)
			return false;
	memcpy(head->mark, mark, n);
	return true;
}

static bool
take_labels(const json_t *labels, struct arena *arena, struct run_head *head)
{
	if (!json_is_array(labels) || json_array_size(labels) > WHAT_IF_MAX)
		return false;
	for (; head->nwhat_ifs < json_array_size(labels); head->nwhat_ifs++) {
		const char *label = json_string_value(json_array_get(labels, head->nwhat_ifs));

		if (label == NULL || strlen(label) > LABEL_MAX)
			return false;
		/* labels that we wrote are printable, but the file may be forged */
		if (!slice_is_printable(slice_str(label)))
			return false;
		head->what_ifs[head->nwhat_ifs] = arena_cstr(arena, slice_str(label));
	}
	return true;
}

static enum status
read_head(json_t *top, struct arena *arena, struct run_head *head)
{
	json_t *part = NULL, *labels = NULL;
	int version = 0, latest = VERSION, compared = 0, unordered = 0;
	json_int_t at = 0, of = 0;
	const char *mark = "";
	size_t nmark = 0;

	if (json_unpack(top, "{s:o}", "mailstamp_run", &part) != 0) {
		latest = 1;
		(void)json_unpack(top, "{s:o}", "mailstamp_shard", &part);
	}
	if (json_unpack(part, "{s:i}", "version", &version) == 0 && version > latest)
		return ST_LIMIT;
	if (version != latest ||
		json_unpack(part, "{s:s%,s:I,s:I,s:o,s:b,s?b}", "run", &mark, &nmark, "shard", &at,
			"of", &of, "what_if", &labels, "compared", &compared, "unordered",
			&unordered) != 0 ||
		of < 1 || of > SHARDS_MAX || at < 1 || at > of || !take_mark(mark, nmark, head) ||
		!take_labels(labels, arena, head))
		return ST_BAD;
	head->at = (size_t)at - 1;
	head->of = (size_t)of;
	head->compared = compared != 0;
	head->unordered = unordered != 0;
	return ST_OK;
}

enum status
run_head_parse(struct slice line, struct arena *arena, struct run_head *head)
{
	json_t *top;
	enum status st;

	(void)json_lacked_memory(); /* of something else, before */
	top = parse_single_member(line);
	*head = (struct run_head){.of = 0};
	st = read_head(top, arena, head);
	json_decref(top);
	return json_lacked_memory() ? ST_TEMP : st;
}

enum status
run_end_parse(struct slice line, struct run_end *end)
{
	json_t *top, *part = NULL;
	json_int_t messages = -1, failed = -1, items = 0;
	bool good;

	(void)json_lacked_memory();
	top = parse_single_member(line);
	if (json_unpack(top, "{s:o}", END, &part) != 0)
		(void)json_unpack(top, "{s:o}", "mailstamp_shard_end", &part);
	good = json_unpack(part, "{s:I,s:I,s?I}", "messages", &messages, "failed", &failed,
		       "archive", &items) == 0;
	*end = (struct run_end){.messages = (size_t)messages,
		.failed = (size_t)failed,
		.items = (size_t)items,
		.counted = json_object_get(part, "archive") != NULL};
	json_decref(top);
	if (json_lacked_memory())
		return ST_TEMP;
	return good && messages >= 0 && failed >= 0 && items >= 0 ? ST_OK : ST_BAD;
}
