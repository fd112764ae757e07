#include "filter/inspect/inspect_earlier.h"

#include <jansson.h>

#include "filter/result/json_library.h"
#include "filter/result/json_parts.h"
#include "filter/runs/run_reader.h"

enum { SCHEMA_VERSION = 1, TEXT_MAX = 64 * 1024, DEPTH_MAX = 64 };

/* A copy of a string in the arena; empty if the value is null or missing. */
static struct slice
text(struct run_reader *reader, const json_t *value)
{
	struct slice got = SLICE("");

	if (value == NULL || json_is_null(value))
		return got;
	if (json_is_string(value))
		got = slice_make(json_string_value(value), json_string_length(value));
	if (!json_is_string(value) || got.n > TEXT_MAX)
		run_refuse(reader, RUN_E_LONG_TEXT);
	return arena_dup(reader->arena, slice_head(got, TEXT_MAX));
}

/* The size of an array; 0 with an error in reader if it is not an array, or too long. */
static size_t
list(struct run_reader *reader, const json_t *value)
{
	if (json_is_array(value) && json_array_size(value) <= EARLIER_LIST)
		return json_array_size(value);
	run_refuse(reader, RUN_E_ARRAY);
	return 0;
}

static unsigned
bounded_member(struct run_reader *reader, json_int_t value, json_int_t max)
{
	if (value < 0 || value > max)
		run_refuse(reader, RUN_E_NUMBER);
	return value < 0 || value > max ? 0 : (unsigned)value;
}

/* Is there a finding with that id, which says that DNS did not answer? */
static bool
unanswered(const json_t *findings, const char *id)
{
	for (size_t i = 0; i < json_array_size(findings); i++) {
		const char *word =
			json_string_value(json_object_get(json_array_get(findings, i), "id"));

		if (word != NULL && strcmp(word, id) == 0)
			return true;
	}
	return false;
}

static void
read_terms(struct run_reader *reader, json_t *terms, struct inspect_earlier *earlier)
{
	const size_t n = list(reader, terms);

	earlier->terms = arena_array(reader->arena, n, sizeof *earlier->terms);
	for (size_t i = 0; i < n; i++) {
		json_t *term = NULL, *target = NULL, *record = NULL;
		json_int_t depth = 0;

		(void)run_unpack(reader, json_array_get(terms, i), "{s:I,s:o,s:o,s:o}", "depth",
			&depth, "term", &term, "target", &target, "record", &record);
		earlier->terms[earlier->nterms++] =
			(struct earlier_term){bounded_member(reader, depth, DEPTH_MAX),
				text(reader, term), text(reader, target), text(reader, record)};
	}
}

static void
read_nets(struct run_reader *reader, json_t *nets, struct inspect_earlier *earlier)
{
	const size_t n = list(reader, nets);

	earlier->nets = arena_array(reader->arena, n, sizeof *earlier->nets);
	for (size_t i = 0; i < n; i++) {
		struct earlier_net *net = &earlier->nets[earlier->nnets++];
		json_t *address = NULL, *term = NULL, *domain = NULL;
		json_int_t bits = 0;

		(void)run_unpack(reader, json_array_get(nets, i), "{s:o,s:I,s:o,s:o}", "address",
			&address, "bits", &bits, "term", &term, "domain", &domain);
		if (!ip_parse(text(reader, address), &net->net.ip))
			run_refuse(reader, RUN_E_NETWORK);
		net->net.bits = bounded_member(reader, bits, net->net.ip.family == 4 ? 32 : 128);
		net->term = text(reader, term);
		net->domain = text(reader, domain);
	}
}

static void
read_spf(struct run_reader *reader, json_t *spf, struct inspect_earlier *earlier)
{
	json_t *record = NULL, *others = NULL, *terms = NULL, *nets = NULL;
	int incomplete = 0;

	if (!run_unpack(reader, spf, "{s:o,s:o,s:o,s:o,s:b}", "record", &record, "others", &others,
		    "terms", &terms, "networks", &nets, "incomplete", &incomplete))
		return;
	earlier->spf = text(reader, record);
	earlier->others = text(reader, others);
	earlier->spf_whole = incomplete == 0;
	read_terms(reader, terms, earlier);
	read_nets(reader, nets, earlier);
}

static void
read_dmarc(struct run_reader *reader, json_t *dmarc, struct earlier_dmarc *out)
{
	json_t *domain = NULL, *record = NULL, *policy = NULL, *published = NULL, *verdict = NULL;
	json_t *written = NULL, *rua = NULL;
	const char *result = "", *mode = "", *adkim = "", *aspf = "";
	json_int_t pct = 100;

	if (!run_unpack(reader, dmarc, "{s:s,s:s,s:o,s:o,s:o,s:o,s:o}", "result", &result, "mode",
		    &mode, "record_domain", &domain, "record", &record, "policy", &policy,
		    "policy_published", &published, "disposition", &verdict))
		return;
	out->known = strcmp(result, "temperror") != 0;
	out->verdict = text(reader, verdict);
	out->pct = 100;
	if (json_is_null(record) ||
		!run_unpack(reader, record, "{s:o,s:s,s:s,s:I,s:o}", "text", &written, "adkim",
			&adkim, "aspf", &aspf, "pct", &pct, "rua", &rua))
		return;
	out->record = text(reader, written);
	out->domain = text(reader, domain);
	out->policy = text(reader, policy);
	out->spf_strict = strcmp(aspf, "s") == 0;
	out->dkim_strict = strcmp(adkim, "s") == 0;
	out->reports = text(reader, rua).n > 0;
	if (strcmp(mode, "rfc7489") == 0 && !slice_eq(text(reader, published), SLICE("none")))
		out->pct = bounded_member(reader, pct, 100);
}

static void
read_keys(struct run_reader *reader, json_t *keys, const json_t *findings,
	struct inspect_earlier *earlier)
{
	const bool all = !unanswered(findings, "dkim-no-answer");
	const size_t n = list(reader, keys);

	earlier->keys = arena_array(reader->arena, n, sizeof *earlier->keys);
	for (size_t i = 0; i < n; i++) {
		struct earlier_key *key = &earlier->keys[earlier->nkeys];
		json_t *selector = NULL, *name = NULL, *record = NULL;
		int usable = 0;

		(void)run_unpack(reader, json_array_get(keys, i), "{s:o,s:o,s:o,s:b}", "selector",
			&selector, "name", &name, "record", &record, "usable", &usable);
		*key = (struct earlier_key){text(reader, selector), text(reader, name),
			text(reader, record), usable != 0, false};
		key->known = all || key->record.n > 0;
		earlier->nkeys += key->name.n > 0 ? 1 : 0;
	}
}

static void
read_mx(struct run_reader *reader, json_t *mx, struct inspect_earlier *earlier)
{
	const size_t n = list(reader, mx);

	earlier->mx = arena_array(reader->arena, n, sizeof *earlier->mx);
	for (size_t i = 0; i < n; i++) {
		json_t *name = NULL;
		json_int_t preference = 0;

		(void)run_unpack(reader, json_array_get(mx, i), "{s:o,s:I}", "name", &name,
			"preference", &preference);
		earlier->mx[earlier->nmx++] = (struct earlier_mx){
			text(reader, name), bounded_member(reader, preference, UINT16_MAX)};
	}
}

static void
read_domain(struct run_reader *reader, json_t *top, struct inspect_earlier *earlier)
{
	json_t *spf = NULL, *dmarc = NULL, *old = NULL, *dkim = NULL, *mx = NULL, *findings = NULL;
	json_int_t time = 0;

	if (!run_unpack(reader, top, "{s:I,s:o,s:o,s:o,s:o,s:o,s:o}", "time", &time, "spf", &spf,
		    "dmarc", &dmarc, "dmarc_rfc7489", &old, "dkim", &dkim, "mx", &mx, "findings",
		    &findings))
		return;
	earlier->there = true;
	earlier->time = time;
	earlier->spf_known = !unanswered(findings, "spf-no-answer");
	earlier->mx_known = !unanswered(findings, "mx-no-answer");
	read_spf(reader, spf, earlier);
	read_dmarc(reader, dmarc, &earlier->dmarc[0]);
	read_dmarc(reader, old, &earlier->dmarc[1]);
	read_keys(reader, dkim, findings, earlier);
	read_mx(reader, mx, earlier);
}

/* Parses one line, without its line end; fills *earlier if the line is about the domain. */
static void
read_line(struct run_reader *reader, struct slice line, struct slice domain,
	struct inspect_earlier *earlier)
{
	json_t *top = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, NULL);
	const char *program = NULL;
	json_int_t version = 0;
	json_t *name = NULL;

	if (!json_is_object(top) || !slice_is_printable(line) ||
		json_unpack(top, "{s:I,s:s,s:o,s:o}", "version", &version, "program", &program,
			"asked_for", &name, "domain", &name) != 0)
		run_refuse(reader, RUN_E_NOT_INSPECT);
	else if (version != SCHEMA_VERSION)
		run_refuse(reader, RUN_E_NEWER);
	else if (slice_eq(text(reader, name), domain) && earlier->there)
		run_refuse(reader, RUN_E_DOMAIN_TWICE);
	else if (slice_eq(text(reader, name), domain))
		read_domain(reader, top, earlier);
	json_decref(top);
}

enum status
inspect_earlier_parse(struct slice lines, struct slice domain, struct arena *arena,
	struct inspect_earlier *earlier, struct error *error)
{
	struct run_reader reader = {.arena = arena};

	*earlier = (struct inspect_earlier){.there = false};
	if (lines.n == 0 || lines.p[lines.n - 1] != '\n')
		run_refuse(&reader, RUN_E_NO_LINE_END);
	while (lines.n > 0 && reader.error == RUN_E_NONE) {
		const size_t end = slice_find(lines, '\n');

		read_line(&reader, slice_head(lines, end), domain, earlier);
		lines = slice_from(lines, end + 1);
	}
	if (json_lacked_memory())
		return ST_TEMP;
	*error = run_error(reader.error);
	return reader.error == RUN_E_NONE ? ST_OK : ST_BAD;
}
