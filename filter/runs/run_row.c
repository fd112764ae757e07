#include "filter/runs/run_row.h"

#include <jansson.h>

#include "filter/explain/advice_text.h"
#include "filter/result/code.h"
#include "filter/result/diagnosis.h"
#include "filter/result/json_library.h"
#include "filter/runs/run_reader.h"
#include "filter/verdict/policy.h"
#include "mime/buf.h"

enum { LATEST = 2 /* newest version of docs/schema.json */ };

/* Returns a text, or "" if it is null or missing. */
static const char *
text(struct run_reader *reader, const json_t *value, size_t max)
{
	if (value == NULL || json_is_null(value))
		return "";
	if (!json_is_string(value)) {
		run_refuse(reader, RUN_E_TEXT);
		return "";
	}
	return row_text(slice_make(json_string_value(value), json_string_length(value)), max,
		reader->arena);
}

/* Returns the sentence for the code or, if the code is unknown, the sentence in the line (written).
 */
static const char *
sentence(struct run_reader *reader, const json_t *code, const json_t *written)
{
	const char *known = code_text(json_string_value(code));
	const char *own = text(reader, written, ROW_TEXT);

	return known != NULL ? known : own;
}

/* Reads a list of at most max elements, which may be missing; returns its size. */
static size_t
list(struct run_reader *reader, const json_t *value, size_t max)
{
	if (value == NULL)
		return 0;
	if (json_is_array(value) && json_array_size(value) <= max)
		return json_array_size(value);
	run_refuse(reader, RUN_E_ARRAY);
	return 0;
}

static enum auth_code
code_of(struct run_reader *reader, const char *word)
{
	for (int i = AUTH_NONE; i <= AUTH_PERMERROR; i++)
		if (strcmp(auth_code_word((enum auth_code)i), word) == 0)
			return (enum auth_code)i;
	run_refuse(reader, RUN_E_RESULT);
	return AUTH_NONE;
}

static enum disposition
disposition_of(struct run_reader *reader, const char *word)
{
	for (int i = DISP_ACCEPT; i <= DISP_TEMPFAIL; i++)
		if (strcmp(policy_word((enum disposition)i), word) == 0)
			return (enum disposition)i;
	run_refuse(reader, RUN_E_DISPOSITION);
	return DISP_ACCEPT;
}

/*
 * Returns the policy as a literal; "" if the policy is missing or "invalid". Another word is an
 * error.
 */
static const char *
policy_of(struct run_reader *reader, const json_t *value)
{
	const char *word = text(reader, value, ROW_TEXT);

	for (int i = DMARC_P_NONE; i <= DMARC_REJECT; i++)
		if (strcmp(dmarc_policy_word((enum dmarc_policy)i), word) == 0)
			return dmarc_policy_word((enum dmarc_policy)i);
	if (word[0] != '\0' && strcmp(word, "invalid") != 0)
		run_refuse(reader, RUN_E_POLICY);
	return "";
}

static void
read_signatures(struct run_reader *reader, const json_t *dkim, struct row *row)
{
	const size_t n = list(reader, dkim, ROW_SIGNATURES);
	struct row_signature *signatures = arena_array(reader->arena, n, sizeof *signatures);

	for (size_t i = 0; i < n; i++) {
		json_t *d = NULL, *s = NULL, *b = NULL;
		const char *result = "none";
		int aligned = 0;

		(void)run_unpack(reader, json_array_get(dkim, i), "{s:s,s:b,s?o,s?o,s?o}", "result",
			&result, "aligned", &aligned, "d", &d, "s", &s, "b", &b);
		signatures[i] = (struct row_signature){
			.d = text(reader, d, ROW_TEXT),
			.s = text(reader, s, ROW_TEXT),
			.code = code_of(reader, result),
			.aligned = aligned != 0,
			.b = text(reader, b, ROW_TEXT),
		};
	}
	row->signatures = signatures;
	row->nsignatures = n;
	row->dkim = row_dkim(signatures, n);
}

static void
read_results(struct run_reader *reader, json_t *top, struct row *row)
{
	const char *spf, *arc, *dmarc;
	json_t *domain = NULL, *dkim, *policy = NULL;
	int spf_aligned, dkim_aligned;

	if (!run_unpack(reader, top, "{s:{s:s,s?o},s:o,s:{s:s},s:{s:s,s?o,s:b,s:b}}", "spf",
		    "result", &spf, "domain", &domain, "dkim", &dkim, "arc", "result", &arc,
		    "dmarc", "result", &dmarc, "policy", &policy, "spf_aligned", &spf_aligned,
		    "dkim_pass", &dkim_aligned))
		return;
	row->evaluated = true;
	row->spf = code_of(reader, spf);
	row->spf_domain = text(reader, domain, ROW_TEXT);
	read_signatures(reader, dkim, row);
	row->arc = code_of(reader, arc);
	row->dmarc = code_of(reader, dmarc);
	row->policy = policy_of(reader, policy);
	row->spf_aligned = spf_aligned != 0;
	row->dkim_aligned = dkim_aligned != 0;
}

static struct row_outcome
outcome(struct run_reader *reader, json_t *object)
{
	const char *dmarc = "none", *disposition = "accept";

	(void)run_unpack(reader, object, "{s:s,s:s}", "dmarc", &dmarc, "disposition", &disposition);
	return (struct row_outcome){code_of(reader, dmarc), disposition_of(reader, disposition)};
}

/* Like damage_of, counts each kind once for each signature. */
static void
read_changes(struct run_reader *reader, const json_t *changes, struct damage *damage)
{
	bool seen[DAMAGE_KINDS] = {false};
	const size_t n = list(reader, changes, ROW_SIGNATURES);

	for (size_t i = 0; i < n; i++) {
		const char *kind = "";
		size_t k = 0;

		(void)run_unpack(reader, json_array_get(changes, i), "{s:s}", "kind", &kind);
		while (k < DAMAGE_KINDS && strcmp(diagnosis_kind((enum diagnose_kind)k), kind) != 0)
			k++;
		if (k == DAMAGE_KINDS)
			run_refuse(reader, RUN_E_CHANGE);
		else
			seen[k] = true;
	}
	for (size_t k = 0; k < DAMAGE_KINDS; k++)
		damage->kinds[k] += seen[k];
}

/* Reads which half of an unexplained signature was proved; null, or version 1: none. */
static void
read_half(struct run_reader *reader, const json_t *half, struct damage *damage)
{
	const char *word = text(reader, half, ROW_TEXT);
	size_t k = word[0] == '\0' ? DIAGNOSE_WHOLE : DIAGNOSE_HEADER;

	while (word[0] != '\0' && k < DAMAGE_HALVES &&
		strcmp(diagnosis_half((enum diagnose_half)k), word) != 0)
		k++;
	if (k == DAMAGE_HALVES)
		run_refuse(reader, RUN_E_HALF);
	else
		damage->halves[k]++;
	damage->unexplained++;
}

static void
read_diagnosis(struct run_reader *reader, const json_t *all, struct damage *damage)
{
	damage->signatures = list(reader, all, ROW_SIGNATURES);
	for (size_t i = 0; i < damage->signatures; i++) {
		json_t *changes = NULL, *half = NULL;
		int explained = 0;

		(void)run_unpack(reader, json_array_get(all, i), "{s:b,s?o,s?o}", "explained",
			&explained, "changes", &changes, "half", &half);
		if (explained != 0)
			read_changes(reader, changes, damage);
		else
			read_half(reader, half, damage);
	}
}

static const char *
value_of(const void *arg, const char *name)
{
	return json_string_value(json_object_get(arg, name));
}

/*
 * Returns the record with which the message passed in a second evaluation, or "", as
 * row_from_evaluation does.
 */
static const char *
proved_record(struct run_reader *reader, const json_t *name, const char *type, const json_t *should,
	const char *proof)
{
	const bool txt = strcmp(type, "TXT") == 0;
	struct buf text_of;

	if (strcmp(proof, finding_proof_word(FINDING_PASSES)) != 0 || !json_is_string(name) ||
		!json_is_string(should))
		return "";
	buf_init(&text_of, reader->arena, (size_t)2 * ROW_TEXT);
	buf_addf(&text_of, "%s: %s%s%s", json_string_value(name), txt ? "" : type, txt ? "" : " ",
		json_string_value(should));
	return text_of.over ? "" : row_text(buf_slice(&text_of), ROW_TEXT, reader->arena);
}

static void
read_advice(struct run_reader *reader, const json_t *all, struct row *row)
{
	const size_t n = list(reader, all, ROW_SIGNATURES);

	for (size_t i = 0; i < n && row->nadvice < ROW_ADVICE; i++) {
		const char *id = "", *written = "", *code = NULL, *known = NULL;
		const char *type = "TXT", *proof = "";
		json_t *values = NULL, *name = NULL, *should = NULL;

		(void)run_unpack(reader, json_array_get(all, i),
			"{s:s,s:s,s?s,s?o,s?o,s?o,s?s,s?s}", "id", &id, "text", &written, "code",
			&code, "values", &values, "name", &name, "record_should_be", &should,
			"record_type", &type, "proof", &proof);
		if (code != NULL)
			known = advice_text(
				code, &(struct advice_values){value_of, values}, reader->arena);
		row->advice[row->nadvice++] =
			(struct row_advice){row_text(slice_str(id), ROW_TEXT, reader->arena),
				row_text(slice_str(known != NULL ? known : written), ROW_TEXT,
					reader->arena),
				proved_record(reader, name, type, should, proof)};
	}
}

static void
read_date(struct run_reader *reader, const json_t *date, struct row *row)
{
	row->has_date = json_is_integer(date);
	if (row->has_date)
		row->date = json_integer_value(date);
	else if (date != NULL && !json_is_null(date))
		run_refuse(reader, RUN_E_DATE);
}

/* Reads the class of the sender, which lines of older versions lack. */
static void
read_sender(struct run_reader *reader, json_t *sender, struct row *row)
{
	const char *class = "", *by = "";

	if (sender != NULL &&
		run_unpack(reader, sender, "{s:s,s:s}", "class", &class, "evidence", &by) &&
		(!sender_class_read(class, &row->sender.class) ||
			!sender_evidence_read(by, &row->sender.by)))
		run_refuse(reader, RUN_E_SENDER);
}

/* Reads the comparison of --compare-received. */
static void
read_received(struct run_reader *reader, json_t *received, struct row *row)
{
	json_t *id = NULL, *differences = NULL;
	int agrees = 0;
	size_t n;

	if (received == NULL || !run_unpack(reader, received, "{s:o,s:b,s:o}", "id", &id, "agrees",
					&agrees, "differences", &differences))
		return;
	row->receiver = text(reader, id, ROW_TEXT);
	row->agrees = agrees != 0;
	n = list(reader, differences, AGREE_DIFFERENCES);
	for (size_t i = 0; i < n; i++) {
		const char *about = "";

		(void)run_unpack(reader, json_array_get(differences, i), "{s:s}", "about", &about);
		for (int k = 0; k < AGREE_METHODS; k++)
			if (strcmp(agree_about_word((enum agree_about)k), about) == 0)
				row->differs[k] = true;
	}
}

/* Reads the comparison of --fail-if-worse. */
static void
read_worse(struct run_reader *reader, json_t *worse, struct row *row)
{
	const char *dmarc = "none";
	json_t *source = NULL;

	if (worse == NULL ||
		!run_unpack(reader, worse, "{s:s,s:o}", "dmarc", &dmarc, "source", &source))
		return;
	row->worse = true;
	row->worse_dmarc = code_of(reader, dmarc);
	row->worse_source = text(reader, source, ROW_TEXT);
}

static void
read_judged(struct run_reader *reader, json_t *top, struct row *row)
{
	json_t *domain = NULL, *date = NULL, *ip = NULL, *name = NULL, *reason = NULL,
	       *reason_code = NULL, *sign = NULL, *override = NULL, *spf = NULL, *other = NULL,
	       *what_ifs = NULL, *diagnosis = NULL, *advice = NULL, *source = NULL, *id = NULL,
	       *sender = NULL, *received = NULL, *worse = NULL;
	int not_judged = 0; /* missing in lines of older versions */
	const char *disposition = "accept";

	(void)run_unpack(reader, top,
		"{s:s,s:{s?o,s?o,s?o},s:{s?o,s?o,s?o},s?b,s?o,s?o,s?o,s?o,s?o,s?o,s?o,s?o,s?o,s?o,"
		"s?o,s?o}",
		"disposition", &disposition, "message", "author_domain", &domain, "date", &date,
		"message_id", &id, "envelope", "client_ip", &ip, "client_name", &name, "source",
		&source, "not_judged", &not_judged, "reason", &reason, "reason_code", &reason_code,
		"sign", &sign, "override", &override, "spf", &spf, "what_if", &what_ifs,
		"other_outcome", &other, "diagnosis", &diagnosis, "advice", &advice, "sender",
		&sender, "received", &received, "worse", &worse);
	row->author_domain = text(reader, domain, ROW_TEXT);
	read_date(reader, date, row);
	row->client_ip = text(reader, ip, ROW_TEXT);
	row->client_name = text(reader, name, ROW_TEXT);
	row->message_id = text(reader, id, ROW_TEXT);
	read_sender(reader, sender, row);
	read_received(reader, received, row);
	read_worse(reader, worse, row);
	row->envelope_from = text(reader, json_object_get(source, "text"), ROW_TEXT);
	row->not_judged = not_judged != 0;
	if (spf != NULL)
		read_results(reader, top, row);
	row->disposition = disposition_of(reader, disposition);
	row->reason = sentence(reader, reason_code, reason);
	row->indicator = text(reader, sign, ROW_TEXT);
	row->override = text(reader, json_object_get(override, "reason"), ROW_TEXT);
	row->known = json_is_true(json_object_get(top, "known_sender"));
	row->has_other = other != NULL;
	if (other != NULL)
		row->other = outcome(reader, other);
	row->nwhat_ifs = list(reader, what_ifs, WHAT_IF_MAX);
	for (size_t i = 0; i < row->nwhat_ifs; i++)
		row->what_ifs[i] = outcome(reader, json_array_get(what_ifs, i));
	read_diagnosis(reader, diagnosis, &row->damage);
	read_advice(reader, advice, row);
}

static void
read_row(struct run_reader *reader, json_t *top, struct row *row)
{
	json_t *path = NULL, *written = NULL, *code = NULL, *disposition = NULL;
	json_int_t index = 0, version = LATEST;
	const char *error;
	int not_mail = 0;

	if (!run_unpack(reader, top, "{s:I,s:o,s?I,s?o,s?o,s?o,s?b}", "index", &index, "path",
		    &path, "version", &version, "error", &written, "error_code", &code,
		    "disposition", &disposition, "not_mail", &not_mail))
		return;
	if (index < 0 || version > LATEST)
		run_refuse(reader, index < 0 ? RUN_E_INDEX : RUN_E_NEWER);
	error = sentence(reader, code, written);
	row_failure((size_t)index, text(reader, path, ROW_PATH), error, reader->arena, row);
	row->failed = disposition == NULL;
	row->not_mail = row->failed && not_mail != 0;
	if (row->failed && error[0] == '\0')
		run_refuse(reader, RUN_E_NEITHER);
	if (!row->failed) {
		row->error = "";
		read_judged(reader, top, row);
	}
}

/*
 * The lines that we write are printable ASCII; other text could control the terminal when it is
 * shown.
 */
static bool
is_printable(struct slice line)
{
	if (line.n > 0 && line.p[line.n - 1] == '\n')
		line.n--;
	return slice_is_printable(line);
}

enum status
run_row_read(struct slice line, struct arena *arena, struct row *row, struct error *error)
{
	struct run_reader reader = {.arena = arena};
	json_t *top;

	*row = (struct row){.path = ""};
	if (line.n > RUN_LINE_MAX) {
		*error = run_error(RUN_E_LONG_ROW);
		return ST_BAD;
	}
	(void)json_lacked_memory(); /* of something else, before */
	top = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	if (top == NULL && json_lacked_memory()) {
		*error = run_error(RUN_E_NO_MEMORY);
		return ST_TEMP;
	}
	if (!json_is_object(top))
		run_refuse(&reader, RUN_E_NO_OBJECT);
	else if (!is_printable(line))
		run_refuse(&reader, RUN_E_BYTES);
	else
		read_row(&reader, top, row);
	json_decref(top);
	*error = run_error(reader.error);
	return reader.error == RUN_E_NONE ? ST_OK : ST_BAD;
}
