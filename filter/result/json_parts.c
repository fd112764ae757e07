#include "filter/result/json_parts.h"

#include <stdlib.h>

#include "auth/dns/dns.h"
#include "filter/result/diagnosis.h"
#include "filter/result/finding.h"
#include "filter/result/json_library.h"
#include "filter/text/printable.h"
#include "filter/verdict/whatif.h"
#include "mime/buf.h"

enum {
	PAYLOAD_MAX = 2048, /* octets of each sealer's results */
	LINE_OCTETS = 8192, /* initial size, enough for most lines */
	ABOUT_MAX = 64      /* octets of what a reason is about */
};

json_t *
json_from(struct slice text, struct arena *arena)
{
	struct slice left = text, one;
	struct buf clean;

	if (slice_is_ascii(text))
		return json_stringn_nocheck(text.n == 0 ? "" : text.p, text.n);
	buf_init(&clean, arena, 3 * text.n + 1);
	while (left.n > 0) {
		(void)printable_next_utf8(&left, &one);
		buf_add(&clean, one);
	}
	return json_stringn(clean.p, clean.n);
}

json_t *
json_known(struct slice text, struct arena *arena)
{
	return text.n == 0 ? json_null() : json_from(text, arena);
}

void
json_text(json_t *object, const char *name, const char *text)
{
	json_object_set_new(object, name, text == NULL ? json_null() : json_string(text));
}

/* Escapes DEL, which jansson does not; it can only occur within a string. */
static struct slice
escape_del(struct slice line, struct arena *arena)
{
	size_t dels = 0, n = 0;
	char *escaped;

	for (size_t i = 0; i < line.n; i++)
		dels += line.p[i] == 127;
	if (dels == 0)
		return line;
	escaped = arena_bytes(arena, line.n + 5 * dels);
	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] == 127) {
			memcpy(escaped + n, "\\u007f", 6);
			n += 6;
		} else {
			escaped[n++] = line.p[i];
		}
	}
	return slice_make(escaped, n);
}

enum status
json_write(json_t *object, struct arena *arena, struct slice *line)
{
	const size_t flags = JSON_COMPACT | JSON_ENSURE_ASCII;
	char *text = arena_alloc(arena, LINE_OCTETS);
	size_t n = object != NULL ? json_dumpb(object, text, LINE_OCTETS - 1, flags) : 0;
	bool whole;

	if (n > LINE_OCTETS - 1) { /* it did not fit: n is the required size */
		text = arena_alloc(arena, n + 1);
		n = json_dumpb(object, text, n, flags);
	}
	whole = n > 0 && !json_lacked_memory();
	json_decref(object);
	if (!whole)
		return ST_TEMP;
	text[n] = '\n';
	*line = escape_del(slice_make(text, n + 1), arena);
	return ST_OK;
}

json_t *
json_reason_about(const struct reason *reason, struct arena *arena)
{
	const struct slice about = reason_about(reason);

	return about.n > 0 ? json_from(slice_head(about, ABOUT_MAX), arena) : NULL;
}

json_t *
json_reason_at(const struct reason *reason)
{
	return reason->at > 0 ? json_integer((json_int_t)reason->at) : NULL;
}

json_t *
json_reason_octet(const struct reason *reason)
{
	return reason->has_octet ? json_integer(reason->octet) : NULL;
}

/* The number, or the largest that JSON can have. */
static json_int_t
size(uint64_t n)
{
	return n > INT64_MAX ? INT64_MAX : (json_int_t)n;
}

/* A number, or null. */
static json_t *
number_or_null(bool has, int64_t n)
{
	return has ? json_integer((json_int_t)n) : json_null();
}

json_t *
json_spf(const struct report_row *row, const struct spf_result *spf, struct arena *arena)
{
	static const char *const identities[] = {
		[SPF_ID_NONE] = NULL,
		[SPF_ID_MAILFROM] = "mailfrom",
		[SPF_ID_HELO] = "helo",
	};

	return json_pack("{" JSON_ROW "s:s?,s:o,s:o,s:o,s:o,s:o,s:o,s:I,s:I,s:s?}",
		JSON_ROW_OF(row, arena), "identity", identities[spf->identity], "domain",
		json_known(row->domain, arena), "sender", json_known(spf->sender, arena), "record",
		json_known(spf->record, arena), "term", json_known(spf->term, arena), "term_domain",
		json_known(spf->term_domain, arena), "explanation",
		json_known(spf->explanation, arena), "dns_lookups", size(spf->lookups),
		"void_lookups", size(spf->voids), "engine", spf->engine);
}

/* A property of a row, or null. */
static json_t *
property(const struct report_row *row, const char *name, struct arena *arena)
{
	return json_known(report_value(row, name), arena);
}

static json_t *
json_signature(
	const struct report_row *row, const struct dkim_sig_result *result, struct arena *arena)
{
	const struct dkim_sig *sig = &result->sig;

	return json_pack("{" JSON_ROW "s:o,s:o,s:o,s:o,s:o,s:b,s:I,s:b,s:o,s:o,s:o,s:I}",
		JSON_ROW_OF(row, arena), "d", json_known(row->domain, arena), "s",
		property(row, "header.s", arena), "i", property(row, "header.i", arena), "a",
		property(row, "header.a", arena), "b", json_known(dkim_sig_start(sig), arena),
		"aligned", row->alignment == REPORT_ALIGNED, "key_bits", size(result->key_bits),
		"key_testing", result->key_testing, "signed_at", number_or_null(sig->has_t, sig->t),
		"expires_at", number_or_null(sig->has_x, sig->x), "body_length",
		number_or_null(sig->has_l, size(sig->l)), "unsigned_bytes",
		size(result->unsigned_bytes));
}

json_t *
json_dkim(const struct report_row *first, const struct dkim_result *dkim, struct arena *arena)
{
	json_t *list = json_array();

	for (size_t i = 0; i < dkim->n; i++)
		json_array_append_new(list, json_signature(&first[i], &dkim->sigs[i], arena));
	return list;
}

/* A message signature or a seal, or null if its field is missing. */
static json_t *
json_arc_field(const struct dkim_sig_result *result, bool seal, struct arena *arena)
{
	const struct dkim_sig *sig = &result->sig;

	if (sig->field == NULL)
		return json_null();
	return json_pack("{s:s," JSON_REASON "s:o,s:o,s:o,s:I,s:b,s:o,s:o*,s:o*}", "result",
		auth_code_word(result->code), JSON_REASON_OF(&result->reason, arena), "d",
		json_known(sig->d, arena), "s", json_known(sig->s, arena), "a",
		json_known(sig->a_text, arena), "key_bits", size(result->key_bits), "key_testing",
		result->key_testing, "signed_at", number_or_null(sig->has_t, sig->t), "expires_at",
		seal ? NULL : number_or_null(sig->has_x, sig->x), "body_length",
		seal ? NULL : number_or_null(sig->has_l, size(sig->l)));
}

json_t *
json_arc(const struct report_row *row, const struct arc_result *arc, struct arena *arena)
{
	json_t *sets = json_array();

	for (size_t i = 0; i < arc->n; i++) {
		const struct arc_set *each = &arc->sets[i];

		json_array_append_new(
			sets, json_pack("{s:I,s:s?,s:o,s:o,s:o}", "instance", size(i + 1), "cv",
				      arc_cv_word(each->cv), "authentication_results",
				      json_known(slice_head(slice_trim(each->payload), PAYLOAD_MAX),
					      arena),
				      "message_signature", json_arc_field(&each->ams, false, arena),
				      "seal", json_arc_field(&each->seal, true, arena)));
	}
	return json_pack("{" JSON_ROW "s:s?,s:o,s:b,s:o,s:o}", JSON_ROW_OF(row, arena), "about",
		row->reason.id == ARC_R_NONE ? NULL : arc_part_word(arc->part), "instance",
		number_or_null(arc->instance > 0, arc->instance), "temporary", arc->unsure,
		"oldest_pass", number_or_null(row->code == AUTH_PASS, arc->oldest_pass), "sets",
		sets);
}

static json_t *
json_steps(const struct dmarc_result *dmarc, struct arena *arena)
{
	json_t *list = json_array();

	for (size_t i = 0; i < dmarc->nsteps; i++)
		json_array_append_new(list,
			json_pack("{s:o,s:s?}", "domain", json_known(dmarc->steps[i].name, arena),
				"found", dmarc->steps[i].found));
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

	return json_pack("{s:o,s:s?,s:s?,s:s?,s:s,s:s,s:s,s:s,s:I,s:o,s:o,s:o,s:b,s:b,s:b}", "text",
		json_known(record->text, arena), "p", policy_or_null(record->p), "sp",
		policy_or_null(record->sp), "np", policy_or_null(record->np), "adkim",
		record->adkim_strict ? "s" : "r", "aspf", record->aspf_strict ? "s" : "r", "psd",
		psd, "t", record->testing ? "y" : "n", "pct", size(record->pct), "rua",
		json_known(record->rua, arena), "ruf", json_known(record->ruf, arena), "fo",
		json_known(record->fo, arena), "deprecated_tags", record->deprecated,
		"syntax_error", record->syntax_error, "duplicate_tag", record->duplicate);
}

json_t *
json_sealed(const struct arc_sealed *sealed, struct arena *arena)
{
	return json_pack("{s:o,s:s?," JSON_REASON "}", "instance",
		number_or_null(sealed->instance > 0, sealed->instance), "cv",
		arc_cv_word(sealed->cv), JSON_REASON_OF(&sealed->reason, arena));
}

json_t *
json_dmarc(const struct report_row *row, const struct dmarc_result *dmarc, struct arena *arena)
{
	static const char *const sources[] = {
		[DMARC_FROM_AUTHOR] = "author",
		[DMARC_FROM_ORG] = "organizational",
		[DMARC_FROM_PSD] = "public-suffix",
	};

	return json_pack("{" JSON_ROW
			 "s:s,s:o,s:o,s:s?,s:o,s:o,s:s?,s:s?,s:s?,s:b,s:b,s:b,s:b,s:b,s:b,s:o}",
		JSON_ROW_OF(row, arena), "mode",
		dmarc->mode == DMARC_RFC7489 ? "rfc7489" : "rfc9989", "from_domain",
		json_known(row->domain, arena), "record_domain",
		json_known(dmarc->record_domain, arena), "record_source",
		dmarc->has_record ? sources[dmarc->source] : NULL, "record",
		dmarc->has_record ? json_record(&dmarc->record, arena) : json_null(),
		"organizational_domain", json_known(dmarc->org_domain, arena), "policy_tag",
		dmarc->selected, "policy_published", policy_or_null(dmarc->published), "policy",
		policy_or_null(dmarc->policy), "sampled_out", dmarc->sampled_out,
		"author_nonexistent", dmarc->author_nonexistent, "spf_aligned", dmarc->spf_aligned,
		"dkim_aligned", dmarc->dkim_aligned, "spf_pass", dmarc->spf_pass, "dkim_pass",
		dmarc->dkim_pass, "discovery", json_steps(dmarc, arena));
}

static json_t *
json_change(const struct diagnose_change *change, struct arena *arena)
{
	return json_pack("{s:s,s:I,s:o,s:o,s:o}", "kind", diagnosis_kind(change->kind), "octets",
		change->octets == SIZE_MAX ? 0 : size(change->octets), "field",
		json_known(change->field, arena), "text", json_known(change->text, arena), "more",
		json_known(change->more, arena));
}

json_t *
json_diagnoses(const struct diagnosis *diagnoses, size_t n, struct arena *arena)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		const struct diagnosis *one = &diagnoses[i];
		json_t *changes = json_array();

		for (size_t k = 0; k < one->n; k++)
			json_array_append_new(changes, json_change(&one->changes[k], arena));
		json_array_append_new(
			list, json_pack("{s:I,s:b,s:b,s:s?,s:b,s:o,s:s}", "signature",
				      size(one->signature), "explained", one->found, "stopped",
				      one->stopped, "half", diagnosis_half(one->half), "like_list",
				      one->like_list, "changes", changes, "text",
				      diagnosis_text(one, arena)));
	}
	return list;
}

json_t *
json_what_if(const struct what_if_result *result, struct arena *arena)
{
	return json_pack("{s:s*,s:s,s:s?,s:s," JSON_REASON "}", "record", result->label, "dmarc",
		auth_code_word(result->dmarc), "policy",
		result->policy >= DMARC_P_NONE ? dmarc_policy_word(result->policy) : NULL,
		"disposition", policy_word(result->disposition),
		JSON_REASON_OF(&result->reason, arena));
}

json_t *
json_what_ifs(const struct what_if_result *results, size_t n, struct arena *arena)
{
	json_t *all = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(all, json_what_if(&results[i], arena));
	return all;
}

static json_t *
further_records(const struct finding *finding)
{
	json_t *list = json_array();

	for (size_t i = 0; i < finding->nmore; i++)
		json_array_append_new(
			list, json_pack("{s:s,s:s,s:s}", "type", finding->more[i].type, "name",
				      finding->more[i].name, "record", finding->more[i].text));
	return list;
}

json_t *
json_findings(const struct findings *findings)
{
	json_t *list = json_array();

	for (const struct finding *f = findings->first; f != NULL; f = f->next) {
		json_t *values = f->code != NULL ? json_object() : NULL;

		for (size_t i = 0; i < f->nvalues; i++)
			json_text(values, f->values[i].name, f->values[i].text);
		json_t *one = json_pack("{s:s,s:s,s:s,s:s,s:s*,s:o*,s:s?,s:s?,s:s?}", "level",
			finding_level_word(f->level), "about", f->about, "id", f->id, "text",
			f->text, "code", f->code, "values", values, "name", f->name, "record_now",
			f->now, "record_should_be", f->should);

		if (f->should != NULL)
			json_text(one, "record_type", f->type != NULL ? f->type : "TXT");
		if (f->proof != FINDING_UNPROVED)
			json_text(one, "proof", finding_proof_word(f->proof));
		if (f->judged > 0)
			json_object_set_new(one, "saved_messages",
				json_pack("{s:I,s:I,s:I}", "judged", (json_int_t)f->judged,
					"dmarc_passes", (json_int_t)f->dmarc_passes, "spf_passes",
					(json_int_t)f->spf_passes));
		if (f->nmore > 0)
			json_object_set_new(one, "further_records", further_records(f));
		json_array_append_new(list, one);
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
	json_t *records = json_array();

	for (size_t i = 0; i < answer->n; i++)
		json_array_append_new(records, record_text(&answer->rr[i], type, writer->arena));
	json_array_append_new(writer->list,
		json_pack("{s:o,s:s,s:s,s:s?,s:s?,s:o}", "name", json_known(name, writer->arena),
			"type", dns_type_word(type), "status", dns_status_word(answer->status),
			"why", dns_why(answer), "why_code", dns_why_word(answer), "records",
			records));
}

json_t *
json_dns(const struct dns *dns, struct arena *arena)
{
	struct dns_writer writer = {.list = json_array(), .arena = arena};

	dns_each(dns, add_answer, &writer);
	return writer.list;
}
