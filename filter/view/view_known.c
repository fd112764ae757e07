/* view_known.c: decides which reporters' reports count. */
#include "filter/feedback/feedback_save.h"
#include "filter/provider/provider.h"
#include "filter/view/view_parts.h"

enum { SENDERS = 1000 /* senders that are read together */ };

static bool
is_below(struct slice name, struct slice domain)
{
	return name.n >= domain.n && slice_ieq(slice_from(name, name.n - domain.n), domain) &&
	       (name.n == domain.n || name.p[name.n - domain.n - 1] == '.');
}

static bool
is_known(const struct options *options, struct slice domain)
{
	for (size_t i = 0; i < options->trusted_reporters.n; i++)
		if (is_below(domain, slice_str(options->trusted_reporters.v[i])))
			return true;
	for (size_t i = 0; i < provider_count; i++) {
		struct slice list = slice_str(provider_table[i].reporters), word;

		while (provider_next_word(&list, &word))
			if (is_below(domain, word))
				return true;
	}
	return false;
}

static enum view_class
class_of(const struct options *options, int64_t auth, struct slice domain)
{
	if (auth == FEEDBACK_FILE)
		return VIEW_FILE;
	if (auth != FEEDBACK_AUTHENTICATED)
		return VIEW_UNAUTHENTICATED;
	return is_known(options, domain) ? VIEW_KNOWN : VIEW_AUTHENTICATED;
}

struct known_sender {
	int64_t id;
	enum view_class class;
};

/* Reads the next senders after id *last; sets *n to their number, and *last to the last id. */
static enum status
next_senders(struct show *show, struct known_sender *senders, size_t *n, int64_t *last)
{
	struct store_query *query = store_query(show->store,
		"SELECT id, auth, domain FROM in_sender WHERE id > ?1 ORDER BY id LIMIT ?2");
	enum store_step step;

	*n = 0;
	store_bind_int(query, 1, *last);
	store_bind_int(query, 2, SENDERS);
	while ((step = store_step(query)) == STORE_ROW && *n < SENDERS)
		senders[(*n)++] = (struct known_sender){store_int(query, 0),
			class_of(show->options, store_int(query, 1), store_text(query, 2))};
	store_reset(query);
	if (*n > 0)
		*last = senders[*n - 1].id;
	return step == STORE_FAILED ? ST_TEMP : ST_OK;
}

/* Classifies all senders, in pieces: they may be many, because anybody's mail can add new ones. */
enum status
view_classify(struct show *show)
{
	struct known_sender *senders = arena_array(show->arena, SENDERS, sizeof *senders);
	int64_t last = INT64_MIN;
	size_t n = SENDERS;
	enum status st = store_execute(show->store,
		"CREATE TEMPORARY TABLE known (id BIGINT NOT NULL PRIMARY KEY, class BIGINT NOT "
		"NULL)");

	while (st == ST_OK && n == SENDERS) {
		st = next_senders(show, senders, &n, &last);
		for (size_t i = 0; st == ST_OK && i < n; i++) {
			struct store_query *query =
				store_query(show->store, "INSERT INTO known VALUES (?1, ?2)");

			store_bind_int(query, 1, senders[i].id);
			store_bind_int(query, 2, (int64_t)senders[i].class);
			st = store_run(query);
		}
	}
	return st;
}

int64_t
view_least(const struct options *options)
{
	return (int64_t)VIEW_KNOWN - (int64_t)options->reporters;
}

void
view_bind(const struct show *show, struct store_query *query)
{
	store_bind_text(query, 1, slice_str(show->domain));
	store_bind_text(query, 2, slice_str(show->below));
	store_bind_int(query, 3, view_least(show->options));
}
