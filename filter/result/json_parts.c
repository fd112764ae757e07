#include "filter/result/json_parts.h"

#include <stdlib.h>

#include "auth/dns/dns.h"
#include "filter/result/diagnosis.h"
#include "filter/result/finding.h"
#include "filter/result/json_library.h"
#include "filter/verdict/whatif.h"
#include "mime/buf.h"
#include "mime/scan.h"

enum {
	PAYLOAD_MAX = 2048, /* octets of each sealer's results */
	ABOUT_MAX = 64      /* octets of the thing that a reason concerns */
};

json_t *
json_from(struct slice text, struct arena *arena)
{
	struct slice rest = text;
	struct buf clean;

	buf_init(&clean, arena, 3 * text.n + 1);
	while (rest.n > 0) {
		struct slice at = rest;

		if ((unsigned char)rest.p[0] < 0x80)
			at = slice_from(rest, 1);
		else if (!scan_utf8_non_ascii(&at)) {
			buf_adds(&clean, "\xEF\xBF\xBD");
			rest = slice_from(rest, 1);
			continue;
		}
		buf_add(&clean, slice_head(rest, rest.n - at.n));
		rest = at;
	}
	return json_stringn(clean.n == 0 ? "" : clean.p, clean.n);
}

void
json_slice(json_t *object, const char *name, struct slice text, struct arena *arena)
{
	json_object_set_new(object, name, text.n == 0 ? json_null() : json_from(text, arena));
}

void
json_text(json_t *object, const char *name, const char *text)
{
	json_object_set_new(object, name, text == NULL ? json_null() : json_string(text));
}

enum status
json_write(json_t *object, struct arena *arena, struct slice *line)
{
	char *text = json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII);
	const bool lacked = json_lacked_memory(), whole = text != NULL && !lacked;
	struct slice both;

	json_decref(object);
	if (!whole) {
		free(text);
		return ST_TEMP;
	}
	both = arena_dup(arena, slice_make(text, strlen(text) + 1));
	free(text);
	/* the copied NUL becomes the line end */
	((char *)(uintptr_t)both.p)[both.n - 1] = '\n';
	*line = both;
	return ST_OK;
}

static void
set_size(json_t *object, const char *name, uint64_t n)
{
	json_object_set_new(object, name, json_integer(n > INT64_MAX ? INT64_MAX : (json_int_t)n));
}

void
json_reason(json_t *object, const struct reason *reason, struct arena *arena)
{
	json_text(object, "reason", reason_text(reason));
	json_text(object, "reason_code", reason_code(reason));
	if (reason_about(reason).n > 0)
		json_slice(
			object, "reason_about", slice_head(reason_about(reason), ABOUT_MAX), arena);
	if (reason->at > 0)
		json_object_set_new(object, "reason_at", json_integer((json_int_t)reason->at));
	if (reason->has_octet)
		json_object_set_new(object, "reason_octet", json_integer(reason->octet));
}

static void
set_bool(json_t *object, const char *name, bool value)
{
	json_object_set_new(object, name, json_boolean(value));
}

json_t *
json_spf(const struct spf_result *spf, struct arena *arena)
{
	static const char *const identities[] = {
		[SPF_ID_NONE] = NULL,
		[SPF_ID_MAILFROM] = "mailfrom",
		[SPF_ID_HELO] = "helo",
	};
	json_t *part = json_object();

	json_text(part, "result", auth_code_word(spf->code));
	json_reason(part, &spf->reason, arena);
	json_text(part, "identity", identities[spf->identity]);
	json_slice(part, "domain", spf->domain, arena);
	json_slice(part, "sender", spf->sender, arena);
	json_slice(part, "record", spf->record, arena);
	json_slice(part, "term", spf->term, arena);
	json_slice(part, "term_domain", spf->term_domain, arena);
	json_slice(part, "explanation", spf->explanation, arena);
	set_size(part, "dns_lookups", spf->lookups);
	set_size(part, "void_lookups", spf->voids);
	json_text(part, "engine", spf->engine);
	return part;
}

static json_t *
json_signature(const struct dkim_sig_result *sig, struct arena *arena)
{
	json_t *part = json_object();

	json_text(part, "result", auth_code_word(sig->code));
	json_reason(part, &sig->reason, arena);
	json_slice(part, "d", sig->sig.d, arena);
	json_slice(part, "s", sig->sig.s, arena);
	json_slice(part, "i", sig->sig.i, arena);
	json_slice(part, "a", sig->sig.a_text, arena);
	json_slice(part, "b", slice_head(sig->sig.b_text, 16), arena);
	set_bool(part, "aligned", sig->aligned);
	set_size(part, "key_bits", sig->key_bits);
	set_bool(part, "key_testing", sig->key_testing);
	json_object_set_new(part, "signed_at",
		sig->sig.has_t ? json_integer((json_int_t)sig->sig.t) : json_null());
	json_object_set_new(part, "expires_at",
		sig->sig.has_x ? json_integer((json_int_t)sig->sig.x) : json_null());
	json_object_set_new(part, "body_length", json_null());
	if (sig->sig.has_l)
		set_size(part, "body_length", sig->sig.l);
	set_size(part, "unsigned_bytes", sig->unsigned_bytes);
	return part;
}

json_t *
json_dkim(const struct auth_results *results, struct arena *arena)
{
	json_t *list = json_array();

	for (size_t i = 0; i < results->dkim.n; i++)
		json_array_append_new(list, json_signature(&results->dkim.sigs[i], arena));
	return list;
}

static void
set_time(json_t *object, const char *name, bool has, int64_t seconds)
{
	json_object_set_new(object, name, has ? json_integer((json_int_t)seconds) : json_null());
}

/* A message signature or a seal, or null where its field is missing. */
static json_t *
json_arc_field(const struct dkim_sig_result *sig, bool seal, struct arena *arena)
{
	json_t *part;

	if (sig->sig.field == NULL)
		return json_null();
	part = json_object();
	json_text(part, "result", auth_code_word(sig->code));
	json_reason(part, &sig->reason, arena);
	json_slice(part, "d", sig->sig.d, arena);
	json_slice(part, "s", sig->sig.s, arena);
	json_slice(part, "a", sig->sig.a_text, arena);
	set_size(part, "key_bits", sig->key_bits);
	set_bool(part, "key_testing", sig->key_testing);
	set_time(part, "signed_at", sig->sig.has_t, sig->sig.t);
	if (seal)
		return part;
	set_time(part, "expires_at", sig->sig.has_x, sig->sig.x);
	json_object_set_new(part, "body_length", json_null());
	if (sig->sig.has_l)
		set_size(part, "body_length", sig->sig.l);
	return part;
}

json_t *
json_arc(const struct arc_result *arc, struct arena *arena)
{
	json_t *part = json_object(), *sets = json_array();

	json_text(part, "result", auth_code_word(arc->code));
	json_reason(part, &arc->reason, arena);
	json_text(part, "about", arc->reason.id == ARC_R_NONE ? NULL : arc_part_word(arc->part));
	json_object_set_new(part, "instance", json_null());
	if (arc->instance > 0)
		set_size(part, "instance", arc->instance);
	set_bool(part, "temporary", arc->unsure);
	json_object_set_new(part, "oldest_pass", json_null());
	if (arc->code == AUTH_PASS)
		set_size(part, "oldest_pass", arc->oldest_pass);
	for (size_t i = 0; i < arc->n; i++) {
		const struct arc_set *each = &arc->sets[i];
		json_t *set = json_object();

		set_size(set, "instance", i + 1);
		json_text(set, "cv", arc_cv_word(each->cv));
		json_slice(set, "authentication_results",
			slice_head(slice_trim(each->payload), PAYLOAD_MAX), arena);
		json_object_set_new(
			set, "message_signature", json_arc_field(&each->ams, false, arena));
		json_object_set_new(set, "seal", json_arc_field(&each->seal, true, arena));
		json_array_append_new(sets, set);
	}
	json_object_set_new(part, "sets", sets);
	return part;
}

static json_t *
json_steps(const struct dmarc_result *dmarc, struct arena *arena)
{
	json_t *list = json_array();

	for (size_t i = 0; i < dmarc->nsteps; i++) {
		json_t *step = json_object();

		json_slice(step, "domain", dmarc->steps[i].name, arena);
		json_text(step, "found", dmarc->steps[i].found);
		json_array_append_new(list, step);
	}
	return list;
}

static const char *
policy_or_null(enum dmarc_policy policy)
{
	return policy == DMARC_ABSENT ? NULL : dmarc_policy_word(policy);
}

static json_t *
json_record(const struct dmarc_record *record, struct arena *arena)
{
	const char psd[] = {record->psd, '\0'};
	json_t *part = json_object();

	json_slice(part, "text", record->text, arena);
	json_text(part, "p", policy_or_null(record->p));
	json_text(part, "sp", policy_or_null(record->sp));
	json_text(part, "np", policy_or_null(record->np));
	json_text(part, "adkim", record->adkim_strict ? "s" : "r");
	json_text(part, "aspf", record->aspf_strict ? "s" : "r");
	json_text(part, "psd", psd);
	json_text(part, "t", record->testing ? "y" : "n");
	set_size(part, "pct", record->pct);
	json_slice(part, "rua", record->rua, arena);
	json_slice(part, "ruf", record->ruf, arena);
	set_bool(part, "deprecated_tags", record->deprecated);
	set_bool(part, "syntax_error", record->syntax_error);
	set_bool(part, "duplicate_tag", record->duplicate);
	return part;
}

json_t *
json_sealed(const struct arc_sealed *sealed, struct arena *arena)
{
	json_t *part = json_object();

	json_object_set_new(part, "instance",
		sealed->instance > 0 ? json_integer((json_int_t)sealed->instance) : json_null());
	json_text(part, "cv", arc_cv_word(sealed->cv));
	json_reason(part, &sealed->reason, arena);
	return part;
}

json_t *
json_dmarc(const struct dmarc_result *dmarc, struct arena *arena)
{
	static const char *const sources[] = {
		[DMARC_FROM_AUTHOR] = "author",
		[DMARC_FROM_ORG] = "organizational",
		[DMARC_FROM_PSD] = "public-suffix",
	};
	json_t *part = json_object();

	json_text(part, "result", auth_code_word(dmarc->code));
	json_reason(part, &dmarc->reason, arena);
	json_text(part, "mode", dmarc->mode == DMARC_RFC7489 ? "rfc7489" : "rfc9989");
	json_slice(part, "from_domain", dmarc->from_domain, arena);
	json_slice(part, "record_domain", dmarc->record_domain, arena);
	json_text(part, "record_source", dmarc->has_record ? sources[dmarc->source] : NULL);
	json_object_set_new(part, "record",
		dmarc->has_record ? json_record(&dmarc->record, arena) : json_null());
	json_slice(part, "organizational_domain", dmarc->org_domain, arena);
	json_text(part, "policy_tag", dmarc->selected);
	json_text(part, "policy_published", policy_or_null(dmarc->published));
	json_text(part, "policy", policy_or_null(dmarc->policy));
	set_bool(part, "author_nonexistent", dmarc->author_nonexistent);
	set_bool(part, "spf_aligned", dmarc->spf_aligned);
	set_bool(part, "dkim_aligned", dmarc->dkim_aligned);
	set_bool(part, "spf_pass", dmarc->spf_pass);
	set_bool(part, "dkim_pass", dmarc->dkim_pass);
	json_object_set_new(part, "discovery", json_steps(dmarc, arena));
	return part;
}

static json_t *
json_change(const struct diagnose_change *change, struct arena *arena)
{
	json_t *part = json_object();

	json_text(part, "kind", diagnosis_kind(change->kind));
	set_size(part, "octets", change->octets == SIZE_MAX ? 0 : change->octets);
	json_slice(part, "field", change->field, arena);
	json_slice(part, "text", change->text, arena);
	json_slice(part, "more", change->more, arena);
	return part;
}

json_t *
json_diagnoses(const struct diagnosis *diagnoses, size_t n, struct arena *arena)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		const struct diagnosis *one = &diagnoses[i];
		json_t *part = json_object(), *changes = json_array();

		set_size(part, "signature", one->signature);
		set_bool(part, "explained", one->found);
		set_bool(part, "stopped", one->stopped);
		json_text(part, "half", diagnosis_half(one->half));
		if (one->half == DIAGNOSE_KEY)
			set_bool(part, "key_matches", one->key_proved);
		set_bool(part, "like_list", one->like_list);
		for (size_t k = 0; k < one->n; k++)
			json_array_append_new(changes, json_change(&one->changes[k], arena));
		json_object_set_new(part, "changes", changes);
		json_text(part, "text", diagnosis_text(one, arena));
		json_array_append_new(list, part);
	}
	return list;
}

json_t *
json_what_if(const struct what_if_result *result, struct arena *arena)
{
	json_t *part = json_object();

	if (result->label != NULL)
		json_text(part, "record", result->label);
	json_text(part, "dmarc", auth_code_word(result->dmarc));
	json_text(part, "policy",
		result->policy >= DMARC_P_NONE ? dmarc_policy_word(result->policy) : NULL);
	json_text(part, "disposition", policy_word(result->disposition));
	json_reason(part, &result->reason, arena);
	return part;
}

json_t *
json_what_ifs(const struct what_if_result *results, size_t n, struct arena *arena)
{
	json_t *all = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(all, json_what_if(&results[i], arena));
	return all;
}

json_t *
json_phrase(const struct phrase *phrase)
{
	json_t *part = json_object(), *args = json_array();

	json_text(part, "format", phrase->format);
	for (size_t i = 0; i < phrase->n; i++) {
		json_t *arg = json_object();

		json_text(arg, "text", phrase->args[i].text);
		set_bool(arg, "words", phrase->args[i].words);
		json_array_append_new(args, arg);
	}
	json_object_set_new(part, "args", args);
	return part;
}

json_t *
json_findings(const struct findings *findings, bool said)
{
	json_t *list = json_array();

	for (const struct finding *f = findings->first; f != NULL; f = f->next) {
		json_t *part = json_object();

		json_text(part, "level", finding_level_word(f->level));
		json_text(part, "about", f->about);
		json_text(part, "id", f->id);
		json_text(part, "text", f->text);
		if (said)
			json_object_set_new(part, "said", json_phrase(&f->said));
		json_text(part, "name", f->name);
		json_text(part, "record_now", f->now);
		json_text(part, "record_should_be", f->should);
		json_array_append_new(list, part);
	}
	return list;
}

struct dns_writer {
	json_t *list;
	struct arena *arena;
};

static json_t *
record_text(const struct dns_rr *rr, enum dns_type type, struct arena *arena)
{
	struct buf text;

	if (type == DNS_TXT)
		return json_from(rr->text, arena);
	if (type == DNS_A || type == DNS_AAAA)
		return json_from(ip_text(&rr->ip, arena), arena);
	buf_init(&text, arena, 1024);
	if (type == DNS_MX)
		buf_addf(&text, "%u ", rr->preference);
	buf_add(&text, rr->name);
	return json_from(buf_slice(&text), arena);
}

static void
add_answer(void *arg, struct slice name, enum dns_type type, const struct dns_answer *answer)
{
	struct dns_writer *writer = arg;
	json_t *part = json_object(), *records = json_array();

	json_slice(part, "name", name, writer->arena);
	json_text(part, "type", dns_type_word(type));
	json_text(part, "status", dns_status_word(answer->status));
	json_text(part, "why", dns_why(answer));
	json_text(part, "why_code", dns_why_word(answer));
	for (size_t i = 0; i < answer->n; i++)
		json_array_append_new(records, record_text(&answer->rr[i], type, writer->arena));
	json_object_set_new(part, "records", records);
	json_array_append_new(writer->list, part);
}

json_t *
json_dns(const struct dns *dns, struct arena *arena)
{
	struct dns_writer writer = {.list = json_array(), .arena = arena};

	dns_each(dns, add_answer, &writer);
	return writer.list;
}
