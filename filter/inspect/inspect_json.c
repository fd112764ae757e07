/* inspect_json.c: an inspection as JSON (docs/schema-inspect.json). */
#include <jansson.h>

#include "filter/inspect/inspect.h"
#include "filter/result/json_parts.h"

enum { SCHEMA_VERSION = 1 };

static json_t *
terms_part(const struct inspect_spf *spf, struct arena *arena)
{
	json_t *list = json_array();

	for (size_t i = 0; i < spf->n; i++) {
		const struct inspect_term *term = &spf->terms[i];

		json_array_append_new(list,
			json_pack("{s:I,s:o,s:o,s:o,s:o,s:b,s:b,s:s?}", "depth",
				(json_int_t)term->depth, "domain", json_known(term->domain, arena),
				"term", json_known(term->text, arena), "target",
				json_known(term->target, arena), "record",
				json_known(term->record, arena), "asks_dns", term->lookup, "void",
				term->nothing, "problem", term->problem));
	}
	return list;
}

static json_t *
nets_part(const struct inspect_spf *spf, struct arena *arena)
{
	json_t *list = json_array();

	for (size_t i = 0; i < spf->nnets; i++) {
		const struct inspect_net *net = &spf->nets[i];

		json_array_append_new(
			list, json_pack("{s:o,s:I,s:o,s:o}", "address",
				      json_known(ip_text(&net->ip, arena), arena), "bits",
				      (json_int_t)net->bits, "term", json_known(net->text, arena),
				      "domain", json_known(net->domain, arena)));
	}
	return list;
}

static json_t *
spf_part(const struct inspect_spf *spf, struct arena *arena)
{
	return json_pack("{s:o,s:I,s:I,s:I,s:I,s:b,s:b,s:b,s:s?,s:o,s:o}", "record",
		json_known(spf->record, arena), "dns_lookups", (json_int_t)spf->lookups,
		"void_lookups", (json_int_t)spf->voids, "octets", (json_int_t)spf->record.n,
		"ipv4_addresses", (json_int_t)spf->addresses4, "everyone", spf->everyone,
		"by_message", spf->by_message, "incomplete", spf->incomplete, "others", spf->others,
		"terms", terms_part(spf, arena), "networks", nets_part(spf, arena));
}

static json_t *
targets_part(const struct inspect_dmarc *dmarc, struct arena *arena)
{
	static const char *const states[] = {
		[DMARC_TARGET_OWN] = "own",
		[DMARC_TARGET_AUTHORISED] = "authorised",
		[DMARC_TARGET_REFUSED] = "refused",
		[DMARC_TARGET_MOVED] = "moved",
		[DMARC_TARGET_UNKNOWN] = "unknown",
		[DMARC_TARGET_INVALID] = "invalid",
	};
	json_t *list = json_array();

	for (size_t i = 0; i < dmarc->ntargets; i++) {
		const struct dmarc_target *target = &dmarc->targets[i];

		json_array_append_new(list,
			json_pack("{s:s,s:o,s:s,s:o,s:o,s:o}", "tag",
				target->failure ? "ruf" : "rua", "uri",
				json_known(target->uri, arena), "state", states[target->state],
				"host", json_known(target->host, arena), "asked_at",
				json_known(target->name, arena), "moved_to",
				json_known(target->moved_to, arena)));
	}
	return list;
}

/* The members that json_dmarc makes, and those that only an inspection has. */
static json_t *
dmarc_part(const struct inspect_dmarc *dmarc, struct arena *arena)
{
	const struct verdict *verdict = &dmarc->verdict;
	struct report report;
	json_t *part;

	report_init(&report, arena);
	part = json_dmarc(dmarc_report(&dmarc->result, &report), &dmarc->result, arena);
	json_object_set_new(part, "report_targets", targets_part(dmarc, arena));
	json_text(part, "disposition", policy_word(verdict->disposition));
	json_text(part, "disposition_reason", reason_text(&verdict->reason));
	json_text(part, "disposition_reason_code", reason_code(&verdict->reason));
	return part;
}

static json_t *
keys_part(const struct inspection *inspection, struct arena *arena)
{
	json_t *list = json_array();

	for (size_t i = 0; i < inspection->nkeys; i++) {
		const struct inspect_key *key = &inspection->keys[i];

		json_array_append_new(list,
			json_pack("{s:s?,s:o,s:o,s:b,s:s?,s:I,s:b,s:b,s:b,s:I}", "selector",
				key->selector, "name", json_known(key->name, arena), "record",
				json_known(key->record, arena), "usable", key->state == AUTH_PASS,
				"algorithm", key->algorithm, "bits", (json_int_t)key->bits,
				"revoked", key->revoked, "testing", key->testing, "named",
				key->named, "messages", (json_int_t)key->messages));
	}
	return list;
}

static json_t *
mx_part(const struct inspection *inspection, struct arena *arena)
{
	json_t *list = json_array();

	for (size_t i = 0; i < inspection->nmx; i++)
		json_array_append_new(
			list, json_pack("{s:I,s:o,s:b}", "preference",
				      (json_int_t)inspection->mx[i].preference, "name",
				      json_known(inspection->mx[i].name, arena), "has_address",
				      inspection->mx[i].resolves));
	return list;
}

/* The changes since --baseline; the findings describe their effects. */
static json_t *
baseline_part(const struct inspection *inspection)
{
	const struct inspect_earlier *earlier = inspection->earlier;
	struct arena *arena = inspection->in->arena;
	json_t *list = json_array();

	for (size_t i = 0; i < inspection->nchanges; i++) {
		const struct inspect_change *change = &inspection->changes[i];

		json_array_append_new(list, json_pack("{s:s,s:o,s:o,s:o}", "type", change->type,
						    "name", json_known(change->name, arena), "was",
						    json_known(change->was, arena), "is",
						    json_known(change->is, arena)));
	}
	return json_pack("{s:o,s:o}", "time",
		earlier->there ? json_integer((json_int_t)earlier->time) : json_null(), "changes",
		list);
}

/*
 * Members with o* are left out if they are NULL: without a valid domain, --messages or --baseline.
 */
enum status
inspect_json(const struct inspection *inspection, int status, struct slice *line)
{
	const bool known = inspection->domain.n > 0;
	struct arena *arena = inspection->in->arena;

	return json_write(
		json_pack("{s:i,s:s,s:I,s:s?,s:o,s:o*,s:o*,s:o*,s:o*,s:o*,s:o*,s:o*,s:o,s:i}",
			"version", SCHEMA_VERSION, "program", "mailstamp " MAILSTAMP_VERSION,
			"time", (json_int_t)inspection->in->now, "asked_for", inspection->given,
			"domain", json_known(inspection->domain, arena), "spf",
			known ? spf_part(&inspection->spf, arena) : NULL, "dmarc",
			known ? dmarc_part(&inspection->dmarc[0], arena) : NULL, "dmarc_rfc7489",
			known ? dmarc_part(&inspection->dmarc[1], arena) : NULL, "dkim",
			known ? keys_part(inspection, arena) : NULL, "messages_read",
			known && inspection->messages->asked
				? json_integer((json_int_t)inspection->messages->messages)
				: NULL,
			"mx", known ? mx_part(inspection, arena) : NULL, "baseline",
			known && inspection->earlier != NULL ? baseline_part(inspection) : NULL,
			"findings", json_findings(&inspection->findings), "status", status),
		arena, line);
}
