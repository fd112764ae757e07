#include "filter/archive/baseline.h"

#include <jansson.h>

#include "filter/io/paths.h"
#include "filter/result/json_parts.h"
#include "filter/runs/run_set.h"
#include "filter/settings/profile.h"
#include "filter/text/error_words.h"
#include "filter/text/i18n.h"

enum { SCHEMA_VERSION = 1, LISTED = 1000 /* sources per change */ };

struct reading {
	struct since *since;
	enum status st;
};

static bool
take(void *arg, const struct row *row)
{
	struct reading *reading = arg;

	reading->st = since_before(reading->since, row);
	return reading->st == ST_OK;
}

int
baseline_read(const struct options *options, struct arena *arena, struct since **since)
{
	struct reading reading = {.st = ST_OK};
	struct error error;
	const char *path;
	enum run_got got;

	*since = NULL;
	if (options->baselines.n == 0)
		return 0;
	reading.since = since_new(arena);
	if (reading.since == NULL)
		return EXIT_TEMPFAIL;
	got = run_set_read(&options->baselines, arena, take, &reading, &path, &error);
	if (got == RUN_DONE) {
		*since = reading.since;
		return 0;
	}
	since_free(reading.since);
	if (error.reason.id == REASON_NONE)
		error = run_error(reading.st == ST_LIMIT ? RUN_E_SENDERS : RUN_E_NO_MEMORY);
	error.what = N_("baseline");
	error.path = path;
	error_print(&error, arena);
	return got == RUN_BAD || reading.st == ST_LIMIT ? EXIT_CONFIG_ERROR : EXIT_TEMPFAIL;
}

static json_t *
counts_part(const struct since_counts *counts)
{
	return json_pack("{s:I,s:I,s:I}", "messages", (json_int_t)counts->messages, "judged",
		(json_int_t)counts->judged, "not_aligned", (json_int_t)counts->failing);
}

static json_t *
list_part(const struct since *since, enum since_change change)
{
	json_t *list = json_array();
	size_t n;
	const struct since_source *const *sources = since_list(since, change, &n);

	for (size_t i = 0; i < n && i < LISTED; i++)
		json_array_append_new(
			list, json_pack("{s:s,s:s,s:s,s:s?,s:s?,s:o,s:o,s:b}", "by",
				      since_by_word(sources[i]->by), "name", sources[i]->name,
				      "author_domain", sources[i]->author, "provider",
				      sources[i]->provider, "class",
				      sources[i]->now.messages > 0
					      ? sender_class_word(since_class(sources[i]))
					      : NULL,
				      "before", counts_part(&sources[i]->before), "now",
				      counts_part(&sources[i]->now), "starts_failing",
				      since_starts_failing(sources[i])));
	return list;
}

static json_int_t
number_of(const struct since *since, enum since_change change)
{
	size_t n;

	(void)since_list(since, change, &n);
	return (json_int_t)n;
}

enum status
baseline_json(const struct since *since, struct arena *arena, struct slice *line)
{
	const struct since_counts beyond = since_beyond(since);

	return json_write(
		json_pack("{s:{s:i,s:s,s:I,s:I,s:{s:I,s:I,s:I},s:o,s:o,s:o,s:o}}",
			"mailstamp_baseline", "version", SCHEMA_VERSION, "program",
			"mailstamp " MAILSTAMP_VERSION, "messages",
			(json_int_t)since_messages(since), "starts_failing",
			(json_int_t)since_failing(since), "senders", "new",
			number_of(since, SINCE_NEW), "worse", number_of(since, SINCE_WORSE), "gone",
			number_of(since, SINCE_GONE), "new", list_part(since, SINCE_NEW), "worse",
			list_part(since, SINCE_WORSE), "gone", list_part(since, SINCE_GONE),
			"not_compared", counts_part(&beyond)),
		arena, line);
}
