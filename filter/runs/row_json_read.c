/* A row out of its JSON. */
#include "filter/runs/row_json.h"

#include <jansson.h>

#include "filter/result/diagnosis.h"
#include "filter/result/json_parts.h"
#include "filter/text/words.h"
#include "filter/verdict/policy.h"

struct reader {
	struct arena *arena;
	const char *error; /* the first that was found, or NULL */
};

static void
refuse(struct reader *reader, const char *error)
{
	if (reader->error == NULL)
		reader->error = error;
}

/* A text, or "" where it is null or not there. */
static const char *
text(struct reader *reader, const json_t *object, const char *name, size_t max)
{
	const json_t *value = json_object_get(object, name);

	if (value == NULL || json_is_null(value))
		return "";
	if (!json_is_string(value)) {
		refuse(reader, N_("a member that must be text is something else"));
		return "";
	}
	return row_text(slice_make(json_string_value(value), json_string_length(value)), max,
		reader->arena);
}

static bool
flag(struct reader *reader, const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	if (!json_is_boolean(value))
		refuse(reader, N_("a member that must be true or false is something else"));
	return json_is_true(value);
}

/* A member that is an object; NULL where it is null or not there. */
static const json_t *
part(struct reader *reader, const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	if (value == NULL || json_is_null(value))
		return NULL;
	if (!json_is_object(value))
		refuse(reader, N_("a member that must be an object is something else"));
	return value;
}

/* A member that is a list of at most max, which may be missing; its size. */
static size_t
list(struct reader *reader, const json_t *object, const char *name, size_t max, json_t **value)
{
	*value = json_object_get(object, name);
	if (*value == NULL)
		return 0;
	if (json_is_array(*value) && json_array_size(*value) <= max)
		return json_array_size(*value);
	refuse(reader, N_("a member that must be a list is none, or is too long"));
	return 0;
}

static const char *
word(struct reader *reader, const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));

	if (value == NULL)
		refuse(reader, N_("a member that must be a word is missing"));
	return value != NULL ? value : "";
}

static enum auth_code
code(struct reader *reader, const json_t *object, const char *name)
{
	const char *value = word(reader, object, name);

	for (int i = AUTH_NONE; i <= AUTH_PERMERROR; i++)
		if (strcmp(auth_code_word((enum auth_code)i), value) == 0)
			return (enum auth_code)i;
	refuse(reader, N_("an unknown result"));
	return AUTH_NONE;
}

static enum disposition
disposition(struct reader *reader, const json_t *object)
{
	const char *value = word(reader, object, "disposition");

	for (int i = DISP_ACCEPT; i <= DISP_TEMPFAIL; i++)
		if (strcmp(policy_word((enum disposition)i), value) == 0)
			return (enum disposition)i;
	refuse(reader, N_("an unknown disposition"));
	return DISP_ACCEPT;
}

/* A policy that holds, as a literal; a bad one and none are "". */
static const char *
policy(struct reader *reader, const json_t *dmarc)
{
	const json_t *value = json_object_get(dmarc, "policy");

	if (value == NULL || json_is_null(value))
		return "";
	for (int i = DMARC_P_NONE; i <= DMARC_REJECT; i++) {
		const char *known = dmarc_policy_word((enum dmarc_policy)i);

		if (json_is_string(value) && strcmp(known, json_string_value(value)) == 0)
			return known;
	}
	if (!json_is_string(value) || strcmp(json_string_value(value), "invalid") != 0)
		refuse(reader, N_("an unknown policy"));
	return "";
}

static void
read_signatures(struct reader *reader, const json_t *top, struct row *row)
{
	json_t *dkim;
	const size_t n = list(reader, top, "dkim", ROW_SIGNATURES, &dkim);
	struct row_signature *signatures = arena_array(reader->arena, n, sizeof *signatures);

	for (size_t i = 0; i < n; i++) {
		const json_t *one = json_array_get(dkim, i);

		signatures[i] = (struct row_signature){
			.d = text(reader, one, "d", ROW_TEXT),
			.s = text(reader, one, "s", ROW_TEXT),
			.code = code(reader, one, "result"),
			.aligned = flag(reader, one, "aligned"),
		};
	}
	row->signatures = signatures;
	row->nsignatures = n;
	row->dkim = row_dkim(signatures, n);
}

static void
read_results(struct reader *reader, const json_t *top, struct row *row)
{
	const json_t *spf = part(reader, top, "spf"), *dmarc = part(reader, top, "dmarc");

	row->evaluated = spf != NULL;
	if (spf == NULL)
		return;
	row->spf = code(reader, spf, "result");
	row->spf_domain = text(reader, spf, "domain", ROW_TEXT);
	read_signatures(reader, top, row);
	row->arc = code(reader, part(reader, top, "arc"), "result");
	row->dmarc = code(reader, dmarc, "result");
	row->policy = policy(reader, dmarc);
	row->spf_aligned = flag(reader, dmarc, "spf_aligned");
	row->dkim_aligned = flag(reader, dmarc, "dkim_pass");
}

static struct row_outcome
outcome(struct reader *reader, const json_t *object)
{
	return (struct row_outcome){code(reader, object, "dmarc"), disposition(reader, object)};
}

/* A kind counts once a signature, as damage_of has it. */
static void
read_changes(struct reader *reader, const json_t *one, struct damage *damage)
{
	bool seen[DAMAGE_KINDS] = {false};
	json_t *changes;
	const size_t n = list(reader, one, "changes", ROW_SIGNATURES, &changes);

	for (size_t i = 0; i < n; i++) {
		const char *kind = word(reader, json_array_get(changes, i), "kind");
		size_t k = 0;

		while (k < DAMAGE_KINDS && strcmp(diagnosis_kind((enum diagnose_kind)k), kind) != 0)
			k++;
		if (k == DAMAGE_KINDS)
			refuse(reader, N_("an unknown kind of change"));
		else
			seen[k] = true;
	}
	for (size_t k = 0; k < DAMAGE_KINDS; k++)
		damage->kinds[k] += seen[k];
}

static void
read_half(struct reader *reader, const json_t *one, struct damage *damage)
{
	const char *half = json_string_value(json_object_get(one, "half"));
	size_t k = DIAGNOSE_HEADER;

	while (half != NULL && k < DAMAGE_HALVES &&
		strcmp(diagnosis_half((enum diagnose_half)k), half) != 0)
		k++;
	if (k == DAMAGE_HALVES)
		refuse(reader, N_("an unknown half"));
	damage->halves[half == NULL || k == DAMAGE_HALVES ? DIAGNOSE_WHOLE : k]++;
	damage->unexplained++;
}

static void
read_diagnosis(struct reader *reader, const json_t *top, struct damage *damage)
{
	json_t *all;

	damage->signatures = list(reader, top, "diagnosis", ROW_SIGNATURES, &all);
	for (size_t i = 0; i < damage->signatures; i++) {
		const json_t *one = json_array_get(all, i);

		if (flag(reader, one, "explained"))
			read_changes(reader, one, damage);
		else
			read_half(reader, one, damage);
	}
}

static struct phrase
phrase(struct reader *reader, const json_t *said)
{
	struct phrase_arg *args = arena_array(reader->arena, PHRASE_ARGS, sizeof *args);
	json_t *all;
	struct phrase read = {
		.format = text(reader, said, "format", ROW_TEXT),
		.args = args,
		.n = list(reader, said, "args", PHRASE_ARGS, &all),
	};

	for (size_t i = 0; i < read.n; i++) {
		const json_t *one = json_array_get(all, i);

		args[i] = (struct phrase_arg){
			text(reader, one, "text", ROW_PATH), flag(reader, one, "words")};
	}
	return read;
}

static void
read_advice(struct reader *reader, const json_t *top, struct row *row)
{
	json_t *all;
	const size_t n = list(reader, top, "advice", ROW_SIGNATURES, &all);

	for (size_t i = 0; i < n && row->nadvice < ROW_ADVICE; i++) {
		const json_t *one = json_array_get(all, i);
		struct row_advice *advice = &row->advice[row->nadvice++];

		advice->id = text(reader, one, "id", ROW_TEXT);
		advice->said = phrase(reader, part(reader, one, "said"));
		advice->text = row_text(slice_str(phrase_text(&advice->said, reader->arena)),
			ROW_TEXT, reader->arena);
	}
}

static void
read_date(struct reader *reader, const json_t *message, struct row *row)
{
	const json_t *date = json_object_get(message, "date");

	row->has_date = json_is_integer(date);
	if (row->has_date)
		row->date = json_integer_value(date);
	else if (date != NULL && !json_is_null(date))
		refuse(reader, N_("a date is not a number"));
}

static void
read_judged(struct reader *reader, const json_t *top, struct row *row)
{
	const json_t *message = part(reader, top, "message");
	const json_t *envelope = part(reader, top, "envelope");
	const json_t *other = part(reader, top, "other_outcome");
	json_t *what_ifs;

	if (message == NULL || envelope == NULL)
		refuse(reader, N_("a member that must be an object is missing"));
	row->author_domain = text(reader, message, "author_domain", ROW_TEXT);
	read_date(reader, message, row);
	row->client_ip = text(reader, envelope, "client_ip", ROW_TEXT);
	row->client_name = text(reader, envelope, "client_name", ROW_TEXT);
	row->envelope_from = text(reader, part(reader, envelope, "source"), "text", ROW_TEXT);
	/* runs of an older program don't say it */
	row->not_judged =
		json_object_get(top, "not_judged") != NULL && flag(reader, top, "not_judged");
	read_results(reader, top, row);
	row->disposition = disposition(reader, top);
	row->reason = text(reader, top, "reason", ROW_TEXT);
	row->sign = text(reader, top, "sign", ROW_TEXT);
	row->override = text(reader, part(reader, top, "override"), "reason", ROW_TEXT);
	row->has_other = other != NULL;
	if (other != NULL)
		row->other = outcome(reader, other);
	row->nwhat_ifs = list(reader, top, "what_if", WHAT_IF_MAX, &what_ifs);
	for (size_t i = 0; i < row->nwhat_ifs; i++)
		row->what_ifs[i] = outcome(reader, json_array_get(what_ifs, i));
	read_diagnosis(reader, top, &row->damage);
	read_advice(reader, top, row);
}

static void
read_row(struct reader *reader, const json_t *top, struct row *row)
{
	const json_t *index = json_object_get(top, "index");

	row_failure(0, text(reader, top, "path", ROW_PATH), text(reader, top, "error", ROW_TEXT),
		reader->arena, row);
	if (json_is_integer(index) && json_integer_value(index) >= 0)
		row->index = (size_t)json_integer_value(index);
	else
		refuse(reader, N_("it has no index"));
	if (json_object_get(top, "path") == NULL)
		refuse(reader, N_("it has no path"));
	row->failed = json_object_get(top, "disposition") == NULL;
	row->not_mail = json_object_get(top, "not_mail") != NULL && flag(reader, top, "not_mail");
	if (row->failed && row->error[0] == '\0')
		refuse(reader, N_("it has neither a disposition nor an error"));
	if (!row->failed) {
		row->error = "";
		read_judged(reader, top, row);
	}
}

/* Our lines are printable ASCII; others would act on the terminal where they are told as they are.
 */
static bool
is_printable(struct slice line)
{
	if (line.n > 0 && line.p[line.n - 1] == '\n')
		line.n--;
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] < ' ' || line.p[i] > '~')
			return false;
	return true;
}

enum status
row_from_json(struct slice line, struct arena *arena, struct row *row, const char **error)
{
	struct reader reader = {.arena = arena};
	json_error_t why = {.text = ""};
	json_t *top;

	*row = (struct row){.path = ""};
	if (line.n > ROW_JSON_MAX) {
		*error = "the line is too long";
		return ST_BAD;
	}
	top = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &why);
	if (top == NULL && json_error_code(&why) == json_error_out_of_memory) {
		*error = "no memory";
		return ST_TEMP;
	}
	if (!json_is_object(top))
		refuse(&reader, N_("the line is not a JSON object"));
	else if (!is_printable(line))
		refuse(&reader, N_("the line is not as it was written"));
	else
		read_row(&reader, top, row);
	json_decref(top);
	*error = reader.error;
	return reader.error == NULL ? ST_OK : ST_BAD;
}
