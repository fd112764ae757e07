#include "filter/log_message.h"

#include <inttypes.h>

#include "filter/result/block.h"
#include "mime/buf.h"

enum { SIGNATURES_MAX = 4, LIST_MAX = 1024 };

static void
add_word(struct buf *out, const char *key, const char *word)
{
	log_pair(out, key, slice_str(word));
}

static void
add_path(struct buf *out, const struct envelope *envelope)
{
	struct buf path;

	buf_init(&path, out->arena, envelope->mail_from.n + 3);
	buf_addc(&path, '<');
	buf_add(&path, envelope->mail_from);
	buf_addc(&path, '>');
	log_pair(out, "from", envelope->path == PATH_UNKNOWN ? SLICE("unknown") : buf_slice(&path));
}

static void
add_rcpts(struct buf *out, const struct envelope *envelope)
{
	struct buf list;

	buf_init(&list, out->arena, LIST_MAX);
	for (size_t i = 0; i < envelope->nrcpts; i++) {
		buf_adds(&list, i > 0 ? "," : "");
		buf_add(&list, envelope->rcpts[i]);
	}
	log_pair(out, "rcpts", buf_slice(&list));
}

/* spf=pass, as in the field */
static void
add_result(struct buf *out, const struct report *report, const char *method)
{
	const struct report_row *row = report_first(report, method);

	add_word(out, method, auth_code_word(row != NULL ? row->code : AUTH_NONE));
}

static void
add_prop(struct buf *list, const struct report_row *row, const char *name, const char *key)
{
	const struct slice value = report_value(row, name);

	if (value.n == 0)
		return;
	buf_adds(list, key);
	buf_add(list, value);
}

/* dkim="pass d=example.com s=s1, fail d=example.net s=x, policy unchecked=3", as in the field */
static void
add_dkim(struct buf *out, const struct report *report)
{
	size_t signatures = 0;
	struct buf list;

	buf_init(&list, out->arena, LIST_MAX);
	for (size_t i = 0; i < report->n; i++) {
		const struct report_row *row = &report->rows[i];

		if (strcmp(row->method, "dkim") != 0 ||
			(report_value(row, "policy.unchecked").n == 0 &&
				++signatures > SIGNATURES_MAX))
			continue;
		buf_adds(&list, list.n > 0 ? ", " : "");
		buf_adds(&list, auth_code_word(row->code));
		add_prop(&list, row, "header.d", " d=");
		add_prop(&list, row, "header.s", " s=");
		add_prop(&list, row, "policy.unchecked", " unchecked=");
	}
	log_pair(out, "dkim", list.n > 0 ? buf_slice(&list) : SLICE("none"));
}

/* the result of sealing: cv= of our set, or the reason why there is none */
static const char *
sealed_word(const struct evaluation *ev)
{
	return ev->sealed.instance > 0 ? arc_cv_word(ev->sealed.cv)
				       : reason_text(&ev->sealed.reason);
}

void
log_message(struct log *log, const struct evaluation *ev, const struct outcome *outcome,
	int64_t milliseconds)
{
	const struct envelope *envelope = &ev->intake.envelope;
	const struct reason *reason = &ev->verdict.reason;
	const bool has_reason = reason->id != REASON_NONE;
	struct report report;
	struct buf out;

	block_report(ev, &report);
	buf_init(&out, ev->arena, (size_t)4 * LOG_LINE_MAX);
	log_pair(&out, "id", envelope->queue_id);
	log_pair(&out, "client", ip_text(&envelope->client_ip, ev->arena));
	log_pair(&out, "helo", envelope->helo);
	add_path(&out, envelope);
	add_rcpts(&out, envelope);
	log_pair(&out, "author", ev->ids.author_domain);
	log_pair(&out, "msgid", ev->has_message ? message_id(&ev->message, ev->arena) : SLICE(""));
	add_result(&out, &report, "spf");
	add_dkim(&out, &report);
	add_result(&out, &report, "arc");
	add_result(&out, &report, "dmarc");
	add_word(&out, "policy", dmarc_policy_word(ev->results.dmarc.policy));
	add_word(&out, "disposition", policy_word(ev->verdict.disposition));
	buf_addf(&out, " removed=%zu", outcome->dropped);
	if (ev->options->arc_seal != NULL)
		add_word(&out, "seal", sealed_word(ev));
	add_word(&out, "reason_code", has_reason ? reason_code(reason) : "none");
	buf_addf(&out, " status=%d time_ms=%" PRId64, outcome->status, milliseconds);
	add_word(&out, "reason", has_reason ? reason_text(reason) : "");
	buf_addc(&out, '\0');
	if (!out.over)
		log_line(log, "%s", out.p);
}

void
log_message_known(const struct evaluation *ev)
{
	log_about(ev->intake.envelope.queue_id, message_id(&ev->message, ev->arena), ev->arena);
}
