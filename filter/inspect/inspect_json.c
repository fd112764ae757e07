/* inspect_json.c: an inspection for programs (docs/schema-inspect.json). */
#include <jansson.h>

#include "filter/inspect/inspect.h"
#include "filter/result/json_parts.h"

enum { SCHEMA_VERSION = 1 };

static json_t *
number(size_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *
terms_part(const struct inspect_spf *spf, struct arena *arena)
{
	json_t *list = json_array();

	for (size_t i = 0; i < spf->n; i++) {
		const struct inspect_term *term = &spf->terms[i];
		json_t *part = json_object();

		json_object_set_new(part, "depth", number(term->depth));
		json_slice(part, "domain", term->domain, arena);
		json_slice(part, "term", term->text, arena);
		json_slice(part, "target", term->target, arena);
		json_slice(part, "record", term->record, arena);
		json_object_set_new(part, "asks_dns", json_boolean(term->lookup));
		json_object_set_new(part, "void", json_boolean(term->nothing));
		json_text(part, "problem", term->problem);
		json_array_append_new(list, part);
	}
	return list;
}

static json_t *
nets_part(const struct inspect_spf *spf, struct arena *arena)
{
	json_t *list = json_array();

	for (size_t i = 0; i < spf->nnets; i++) {
		const struct inspect_net *net = &spf->nets[i];
		json_t *part = json_object();

		json_slice(part, "address", ip_text(&net->ip, arena), arena);
		json_object_set_new(part, "bits", number(net->bits));
		json_slice(part, "term", net->text, arena);
		json_slice(part, "domain", net->domain, arena);
		json_array_append_new(list, part);
	}
	return list;
}

static json_t *
spf_part(const struct inspect_spf *spf, struct arena *arena)
{
	json_t *part = json_object();

	json_slice(part, "record", spf->record, arena);
	json_object_set_new(part, "dns_lookups", number(spf->lookups));
	json_object_set_new(part, "void_lookups", number(spf->voids));
	json_object_set_new(part, "octets", number(spf->record.n));
	json_object_set_new(part, "ipv4_addresses", json_integer((json_int_t)spf->addresses4));
	json_object_set_new(part, "everyone", json_boolean(spf->everyone));
	json_object_set_new(part, "by_message", json_boolean(spf->by_message));
	json_object_set_new(part, "incomplete", json_boolean(spf->incomplete));
	json_text(part, "others", spf->others);
	json_object_set_new(part, "terms", terms_part(spf, arena));
	json_object_set_new(part, "networks", nets_part(spf, arena));
	return part;
}

static json_t *
dmarc_part(const struct inspect_dmarc *dmarc, struct arena *arena)
{
	static const char *const states[] = {
		[DMARC_TARGET_OWN] = "own",
		[DMARC_TARGET_AUTHORISED] = "authorised",
		[DMARC_TARGET_REFUSED] = "refused",
		[DMARC_TARGET_MOVED] = "moved",
		[DMARC_TARGET_UNKNOWN] = "unknown",
		[DMARC_TARGET_INVALID] = "invalid",
	};
	json_t *part = json_dmarc(&dmarc->result, arena), *targets = json_array();

	for (size_t i = 0; i < dmarc->ntargets; i++) {
		const struct dmarc_target *target = &dmarc->targets[i];
		json_t *one = json_object();

		json_text(one, "tag", target->failure ? "ruf" : "rua");
		json_slice(one, "uri", target->uri, arena);
		json_text(one, "state", states[target->state]);
		json_slice(one, "host", target->host, arena);
		json_slice(one, "asked_at", target->name, arena);
		json_slice(one, "moved_to", target->moved_to, arena);
		json_array_append_new(targets, one);
	}
	json_object_set_new(part, "report_targets", targets);
	json_text(part, "disposition", policy_word(dmarc->verdict.disposition));
	json_text(part, "disposition_reason", reason_text(&dmarc->verdict.reason));
	json_text(part, "disposition_reason_code", reason_code(&dmarc->verdict.reason));
	return part;
}

static json_t *
keys_part(const struct inspection *inspection, struct arena *arena)
{
	json_t *list = json_array();

	for (size_t i = 0; i < inspection->nkeys; i++) {
		const struct inspect_key *key = &inspection->keys[i];
		json_t *part = json_object();

		json_text(part, "selector", key->selector);
		json_slice(part, "name", key->name, arena);
		json_slice(part, "record", key->record, arena);
		json_object_set_new(part, "usable", json_boolean(key->state == AUTH_PASS));
		json_text(part, "algorithm", key->algorithm);
		json_object_set_new(part, "bits", number(key->bits));
		json_object_set_new(part, "revoked", json_boolean(key->revoked));
		json_object_set_new(part, "testing", json_boolean(key->testing));
		json_object_set_new(part, "named", json_boolean(key->named));
		json_object_set_new(part, "messages", number(key->messages));
		json_array_append_new(list, part);
	}
	return list;
}

static json_t *
mx_part(const struct inspection *inspection, struct arena *arena)
{
	json_t *list = json_array();

	for (size_t i = 0; i < inspection->nmx; i++) {
		json_t *part = json_object();

		json_object_set_new(part, "preference", number(inspection->mx[i].preference));
		json_slice(part, "name", inspection->mx[i].name, arena);
		json_object_set_new(part, "has_address", json_boolean(inspection->mx[i].resolves));
		json_array_append_new(list, part);
	}
	return list;
}

enum status
inspect_json(const struct inspection *inspection, int status, struct slice *line)
{
	struct arena *arena = inspection->in->arena;
	json_t *top = json_object();

	json_object_set_new(top, "version", json_integer(SCHEMA_VERSION));
	json_text(top, "program", "mailstamp " MAILSTAMP_VERSION);
	json_object_set_new(top, "time", json_integer((json_int_t)inspection->in->now));
	json_text(top, "asked_for", inspection->given);
	json_slice(top, "domain", inspection->domain, arena);
	if (inspection->domain.n > 0) {
		json_object_set_new(top, "spf", spf_part(&inspection->spf, arena));
		json_object_set_new(top, "dmarc", dmarc_part(&inspection->dmarc[0], arena));
		json_object_set_new(top, "dmarc_rfc7489", dmarc_part(&inspection->dmarc[1], arena));
		json_object_set_new(top, "dkim", keys_part(inspection, arena));
		if (inspection->messages->asked)
			json_object_set_new(
				top, "messages_read", number(inspection->messages->messages));
		json_object_set_new(top, "mx", mx_part(inspection, arena));
	}
	json_object_set_new(top, "findings", json_findings(&inspection->findings));
	json_object_set_new(top, "status", json_integer(status));
	return json_write(top, arena, line);
}
