/* plan_json.c: a plan as JSON, for programs (docs/schema-plan.json). */
#include <jansson.h>

#include "filter/archive/baseline.h"
#include "filter/plan/bound.h"
#include "filter/plan/plan.h"
#include "filter/result/json_parts.h"
#include "filter/stats/stats_list.h"

enum { SCHEMA_VERSION = 1, LISTED = 1000 };

static json_t *
counts_part(const struct plan_counts *counts)
{
	return json_pack("{s:I,s:I,s:I,s:I,s:I}", "judged", (json_int_t)counts->judged, "passes",
		(json_int_t)counts->passes, "hurt", (json_int_t)counts->hurt, "decide",
		(json_int_t)counts->decide, "stopped", (json_int_t)counts->stopped);
}

static json_t *
scopes_part(const struct plan_counts counts[PLAN_SCOPES])
{
	return json_pack("{s:o,s:o,s:o,s:o}", "domain", counts_part(&counts[PLAN_DOMAIN]),
		"subdomains", counts_part(&counts[PLAN_BELOW]), "with_another_record",
		counts_part(&counts[PLAN_APART]), "unknown", counts_part(&counts[PLAN_UNKNOWN]));
}

/* Percent of a level: 100 is quarantine for all mail, 200 reject for all. */
static json_t *
force_part(const unsigned force[2])
{
	return json_pack("{s:i,s:i}", "rfc9989", (int)force[DMARC_RFC9989], "rfc7489",
		(int)force[DMARC_RFC7489]);
}

static json_t *
source_name(const struct plan *plan, enum plan_view view, size_t number)
{
	const struct stats_source *source = &plan->seen[view].mail.stats->sources[number];

	return json_pack("{s:s,s:s,s:s,s:s?}", "by", since_by_word(source->by), "name",
		source->name, "author_domain", source->author_domain, "provider", source->provider);
}

static json_t *
needs_part(const struct stats_source *source)
{
	json_t *list = json_array();

	for (size_t i = 0; i < source->nneeds; i++) {
		const struct stats_need *need = &source->needs[i];

		json_array_append_new(
			list, json_pack("{s:s,s:s,s:I,s:s?,s:I}", "id", need->id, "text",
				      need->text, "messages", (json_int_t)need->n, "record",
				      need->passes > 0 ? need->record : NULL, "passes",
				      (json_int_t)need->passes));
	}
	return list;
}

static const char *
class_word(const struct plan *plan, enum plan_view view, size_t number)
{
	const struct stats_source *source = &plan->seen[view].mail.stats->sources[number];

	return sender_class_word(stats_source_sender(source).class);
}

static json_t *
reported_source_part(const struct plan *plan, const struct plan_source *one)
{
	const struct plan_fails *fails = &one->fails[PLAN_IN_REPORTS];
	const size_t number = one->number[PLAN_IN_REPORTS];

	if (!plan->seen[PLAN_IN_REPORTS].used || number == STATS_SOURCES)
		return json_null();
	return json_pack("{s:s,s:I,s:I,s:I}", "class", class_word(plan, PLAN_IN_REPORTS, number),
		"hurt", (json_int_t)fails->hurt, "decide", (json_int_t)fails->decide, "stopped",
		(json_int_t)fails->stopped);
}

static json_t *
sources_part(const struct plan *plan)
{
	json_t *list = json_array();

	for (size_t i = 0; i < plan->nsources && i < LISTED; i++) {
		const struct plan_source *one = &plan->sources[i];
		const struct plan_fails *fails = &one->fails[PLAN_IN_MAIL];
		const enum plan_view view = plan_view_of(one);
		const size_t held = one->number[PLAN_IN_MAIL];
		json_t *part = source_name(plan, view, one->number[view]);

		json_object_set_new(
			part, "class", json_string(class_word(plan, view, one->number[view])));
		json_object_set_new(
			part, "scope", json_string(one->below ? "subdomains" : "domain"));
		json_object_set_new(part, "hurt", json_integer((json_int_t)fails->hurt));
		json_object_set_new(part, "decide", json_integer((json_int_t)fails->decide));
		json_object_set_new(part, "stopped", json_integer((json_int_t)fails->stopped));
		json_object_set_new(part, "reports", reported_source_part(plan, one));
		json_object_set_new(part, "needs",
			held != STATS_SOURCES
				? needs_part(&plan->seen[PLAN_IN_MAIL].mail.stats->sources[held])
				: json_array());
		json_array_append_new(list, part);
	}
	return list;
}

static json_t *
proof_part(const struct plan_effect *effect)
{
	return json_pack("{s:I,s:I}", "kept", (json_int_t)effect->result.kept, "lost",
		(json_int_t)effect->result.lost);
}

static json_t *
bound_part(const struct plan_effect *effect, const struct plan_seen *seen)
{
	return json_pack("{s:I,s:I,s:f,s:i,s:I}", "failing", (json_int_t)effect->k, "of",
		(json_int_t)effect->n, "share", effect->bound, "confidence", BOUND_CONFIDENCE,
		"days", (json_int_t)seen->window);
}

static json_t *
reported_step_part(const struct plan *plan, const struct plan_step *step)
{
	const struct plan_effect *effect = &step->effects[PLAN_IN_REPORTS];

	if (!plan->seen[PLAN_IN_REPORTS].used)
		return json_null();
	return json_pack("{s:o,s:o,s:o}", "counts", scopes_part(effect->result.counts), "proof",
		proof_part(effect), "bound", bound_part(effect, &plan->seen[PLAN_IN_REPORTS]));
}

static json_t *
step_part(const struct plan *plan, const struct plan_step *step)
{
	struct arena *arena = plan->ev->arena;
	const struct plan_effect *effect = &step->effects[PLAN_IN_MAIL];

	return json_pack("{s:o,s:o,s:o,s:b,s:b,s:b,s:o,s:o,s:o,s:o,s:o,s:o,s:I,s:o}", "record",
		json_known(step->text, arena), "counts", scopes_part(effect->result.counts),
		"reports", reported_step_part(plan, step), "raises_domain", step->domain,
		"raises_subdomains", step->below, "asks_more", step->asks, "domain",
		force_part(step->force.domain), "subdomains", force_part(step->force.below),
		"subdomains_looked_up_at", json_known(step->elsewhere, arena),
		"subdomains_that_do_not_exist", json_integer((json_int_t)step->force.nowhere),
		"proof", proof_part(effect), "bound", bound_part(effect, &plan->seen[PLAN_IN_MAIL]),
		"wait_days", (json_int_t)step->wait, "waits_for",
		step->slowest < STATS_SOURCES ? source_name(plan, step->slowest_in, step->slowest)
					      : json_null());
}

/* The mail of a view as a whole, without the counts by scope. */
static json_t *
mail_part(const struct plan_seen *seen)
{
	const struct plan_mail *mail = &seen->mail;

	return json_pack("{s:I,s:I,s:I,s:I,s:o,s:o,s:I}", "messages", (json_int_t)mail->messages,
		"not_judged", (json_int_t)mail->not_judged, "left_out", (json_int_t)mail->beyond,
		"of_others", (json_int_t)mail->others, "first",
		mail->has_dates ? json_integer((json_int_t)mail->first) : json_null(), "last",
		mail->has_dates ? json_integer((json_int_t)mail->last) : json_null(),
		"senders_seen_on_one_day", (json_int_t)seen->seen_once);
}

static json_t *
reports_part(const struct plan *plan)
{
	const struct plan_seen *seen = &plan->seen[PLAN_IN_REPORTS];
	json_t *part;

	if (!seen->used)
		return json_null();
	part = mail_part(seen);
	json_object_set_new(part, "counts", scopes_part(seen->counts));
	json_object_set_new(part, "further_messages", json_integer((json_int_t)seen->rest));
	return part;
}

static json_t *
cut_part(const struct plan *plan)
{
	size_t n;
	const char *const *names = plan_cut(plan, &n);
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_string(names[i]));
	return list;
}

enum status
plan_json(const struct plan *plan, int status, struct slice *line)
{
	static const char *const ends[] = {
		[PLAN_WAY] = "steps",
		[PLAN_THERE] = "nothing-left",
		[PLAN_UNSEEN] = "nothing-seen",
	};
	static const char *const orders[] = {
		[PLAN_TOGETHER] = "together",
		[PLAN_SUBDOMAINS_FIRST] = "subdomains-first",
		[PLAN_DOMAIN_FIRST] = "domain-first",
	};
	const struct plan_seen *seen = &plan->seen[PLAN_IN_MAIL];
	struct arena *arena = plan->ev->arena;
	json_t *steps = json_array();

	for (size_t i = 0; i < plan->n; i++)
		json_array_append_new(steps, step_part(plan, &plan->steps[i]));
	return json_write(
		json_pack("{s:i,s:s,s:I,s:o,s:o,s:b,s:o,s:o,s:o,s:s,s:s,s:b,s:o,s:o,s:I,s:o,s:i}",
			"version", SCHEMA_VERSION, "program", "mailstamp " MAILSTAMP_VERSION,
			"time", (json_int_t)plan->ev->in.now, "domain",
			json_known(plan->domain, arena), "record",
			plan->now.has_record ? json_known(plan->now.record.text, arena)
					     : json_null(),
			"inherited", plan->inherited, "mail", mail_part(seen), "counts",
			scopes_part(seen->counts), "reports", reports_part(plan), "order",
			orders[plan->order], "end", ends[plan->end], "unproved", plan->failed_proof,
			"incomplete", cut_part(plan), "sources", sources_part(plan),
			"further_messages", (json_int_t)seen->rest, "steps", steps, "status",
			status),
		arena, line);
}
