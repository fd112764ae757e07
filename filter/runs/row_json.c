#include "filter/runs/row_json.h"

#include <jansson.h>

#include "filter/result/diagnosis.h"
#include "filter/result/json_parts.h"
#include "filter/text/words.h"
#include "filter/verdict/policy.h"

/* writing: members in the form of filter/result/json.c, of which the reader below knows no other */

static json_t *
results_of(const struct row *row, json_t *top)
{
	json_t *spf = json_object(), *arc = json_object(), *dmarc = json_object(),
	       *dkim = json_array();

	json_text(spf, "result", auth_code_word(row->spf));
	json_text(spf, "domain", row->spf_domain);
	json_object_set_new(top, "spf", spf);
	for (size_t i = 0; i < row->nsignatures; i++) {
		json_t *one = json_object();

		json_text(one, "result", auth_code_word(row->signatures[i].code));
		json_text(one, "d", row->signatures[i].d);
		json_text(one, "s", row->signatures[i].s);
		json_object_set_new(one, "aligned", json_boolean(row->signatures[i].aligned));
		json_array_append_new(dkim, one);
	}
	json_object_set_new(top, "dkim", dkim);
	json_text(arc, "result", auth_code_word(row->arc));
	json_object_set_new(top, "arc", arc);
	json_text(dmarc, "result", auth_code_word(row->dmarc));
	json_text(dmarc, "policy", row->policy[0] != '\0' ? row->policy : NULL);
	json_object_set_new(dmarc, "spf_aligned", json_boolean(row->spf_aligned));
	json_object_set_new(dmarc, "dkim_pass", json_boolean(row->dkim_aligned));
	json_object_set_new(top, "dmarc", dmarc);
	return top;
}

static json_t *
outcome_of(const struct row_outcome *outcome)
{
	json_t *part = json_object();

	json_text(part, "dmarc", auth_code_word(outcome->dmarc));
	json_text(part, "disposition", policy_word(outcome->disposition));
	return part;
}

/* Signatures that were looked at, so that counting them gives the row's numbers again. */
static json_t *
diagnosis_of(const struct damage *damage)
{
	json_t *list = json_array();
	size_t half = 0, halves = damage->halves[0];

	for (size_t i = 0; i < damage->signatures; i++) {
		json_t *one = json_object(), *changes = json_array();
		bool explained = i >= damage->unexplained;

		while (!explained && i >= halves && half + 1 < DAMAGE_HALVES)
			halves += damage->halves[++half];
		json_text(one, "half", explained ? NULL : diagnosis_half((enum diagnose_half)half));

		for (size_t k = 0; explained && k < DAMAGE_KINDS; k++)
			if (i - damage->unexplained < damage->kinds[k]) {
				json_t *change = json_object();

				json_text(change, "kind", diagnosis_kind((enum diagnose_kind)k));
				json_array_append_new(changes, change);
			}
		json_object_set_new(one, "explained", json_boolean(explained));
		json_object_set_new(one, "changes", changes);
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *
advice_of(const struct row *row)
{
	json_t *list = json_array();

	for (size_t i = 0; i < row->nadvice; i++) {
		json_t *one = json_object();

		json_text(one, "id", row->advice[i].id);
		json_object_set_new(one, "said", json_phrase(&row->advice[i].said));
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *
judged_of(const struct row *row, json_t *top)
{
	json_t *message = json_object(), *envelope = json_object(), *override = json_object(),
	       *source = json_object(), *what_ifs = json_array();

	json_text(message, "author_domain", row->author_domain);
	if (row->has_date)
		json_object_set_new(message, "date", json_integer((json_int_t)row->date));
	json_object_set_new(top, "message", message);
	json_text(envelope, "client_ip", row->client_ip);
	json_text(envelope, "client_name", row->client_name);
	json_text(source, "text", row->envelope_from);
	json_object_set_new(envelope, "source", source);
	json_object_set_new(top, "envelope", envelope);
	json_object_set_new(top, "not_judged", json_boolean(row->not_judged));
	if (row->evaluated)
		results_of(row, top);
	json_text(top, "disposition", policy_word(row->disposition));
	json_text(top, "reason", row->reason);
	json_text(top, "sign", row->sign);
	json_text(override, "reason", row->override);
	json_object_set_new(top, "override", override);
	for (size_t i = 0; i < row->nwhat_ifs; i++)
		json_array_append_new(what_ifs, outcome_of(&row->what_ifs[i]));
	json_object_set_new(top, "what_if", what_ifs);
	if (row->has_other)
		json_object_set_new(top, "other_outcome", outcome_of(&row->other));
	json_object_set_new(top, "diagnosis", diagnosis_of(&row->damage));
	json_object_set_new(top, "advice", advice_of(row));
	return top;
}

static void
failure_of(const struct row *row, json_t *top)
{
	json_text(top, "error", row->error);
	json_object_set_new(top, "not_mail", json_boolean(row->not_mail));
}

enum status
row_to_json(const struct row *row, struct arena *arena, struct slice *line)
{
	json_t *top = json_object();

	json_object_set_new(top, "index", json_integer((json_int_t)row->index));
	json_text(top, "path", row->path);
	if (row->failed)
		failure_of(row, top);
	else
		judged_of(row, top);
	return json_write(top, arena, line);
}
