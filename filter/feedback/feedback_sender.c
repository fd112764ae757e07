#include "filter/feedback/feedback_sender.h"

#include "filter/feedback/feedback_report.h"
#include "filter/intake/msgtime.h"
#include "filter/io/clock.h"
#include "mime/fields.h"
#include "mime/message.h"

enum {
	HELD_SECONDS = DAY_SECONDS, /* time for which a mail may wait if DNS does not answer for its
				       sender */
	CLOCKS_DIFFER = 300,        /* seconds by which its arrival may be ahead of our clock */
	QUEUE_OCTETS = 16 * 1024 * 1024,
	QUEUE_MS = 1000
};

/*
 * May the mail wait because DNS did not answer for its sender? Only until a day after its arrival
 * here, because a sender's DNS may never answer.
 */
static bool
may_wait(const struct message *message, int64_t now, struct arena *arena)
{
	int64_t arrived, age;

	if (!message_time(message, arena, &arrived))
		return false;
	age = now - arrived;
	return age >= -CLOCKS_DIFFER && age < HELD_SECONDS;
}

static enum status
note_sender(const struct evaluation *ev, struct arena *arena, struct feedback_origin *origin,
	bool *unanswered)
{
	const struct field *id = message_field(&ev->message, "Message-ID", 0);

	origin->auth = ev->evaluated && ev->results.dmarc.code == AUTH_PASS
			       ? FEEDBACK_AUTHENTICATED
			       : FEEDBACK_UNAUTHENTICATED;
	origin->domain = arena_lower(arena, ev->ids.author_domain);
	if (id != NULL)
		origin->message_id = slice_head(field_unfold(id, arena), FEEDBACK_VALUE);
	*unanswered = ev->evaluated && ev->results.dmarc.code == AUTH_TEMPERROR;
	return *unanswered && may_wait(&ev->message, origin->now, arena) ? ST_LIMIT : ST_OK;
}

/* Is a message at fault whose envelope field is missing, or cannot be read? */
static bool
is_of_envelope(enum fault fault)
{
	return fault >= FAULT_ENVELOPE_VALUE && fault <= FAULT_ENVELOPE_FIELDS;
}

/* Evaluates the mail, with its own envelope if that is NULL. The caller calls evaluate_end. */
static enum evaluate_status
judge(const struct evaluation *tools, struct slice mail, const struct envelope *envelope,
	struct evaluation *ev, struct error *error)
{
	const struct evaluate_tools shared = {tools->gmime, tools->in.psl, tools->in.crypto};
	struct evaluate_source source = {.tools = &shared, .bytes = mail, .envelope = envelope};
	enum evaluate_status status = evaluate_open_dns(ev, &source.dns, error);

	return status == EVALUATE_OK ? evaluate(ev, &source, error) : status;
}

enum status
feedback_sender(const struct options *options, const struct evaluation *tools, struct slice mail,
	struct arena *arena, struct feedback_origin *origin, struct feedback_judged *judged,
	struct error *error)
{
	const struct envelope unknown = {.path = PATH_UNKNOWN};
	struct evaluation ev;
	enum evaluate_status status;
	enum status st = ST_TEMP;

	*judged = (struct feedback_judged){.envelope = FAULT_NONE};
	evaluate_begin(options, arena, &ev);
	status = judge(tools, mail, NULL, &ev, error);
	if (status != EVALUATE_OK && is_of_envelope(fault_of_error(error))) {
		/* it will never have an envelope, and must neither be lost nor stop the others */
		judged->envelope = fault_of_error(error);
		evaluate_end(&ev);
		evaluate_begin(options, arena, &ev);
		status = judge(tools, mail, &unknown, &ev, error);
	}
	if (status == EVALUATE_OK)
		st = note_sender(&ev, arena, origin, &judged->unanswered);
	evaluate_end(&ev);
	return st;
}

/* the queue */

void
feedback_queue_add(struct feedback_queue *queue, const struct feedback_item *item)
{
	struct feedback_item *kept = &queue->v[queue->n];
	struct arena *arena = &queue->arena;

	if (queue->n++ == 0)
		queue->began_ms = clock_ms();
	queue->octets += item->octets.n;
	*kept = *item;
	kept->octets = arena_dup(arena, item->octets);
	kept->origin.domain = arena_dup(arena, item->origin.domain);
	kept->origin.message_id = arena_dup(arena, item->origin.message_id);
	if (item->origin.name != NULL)
		kept->origin.name = arena_cstr(arena, slice_str(item->origin.name));
}

bool
feedback_queue_is_full(const struct feedback_queue *queue)
{
	return queue->n == FEEDBACK_QUEUE || queue->octets > QUEUE_OCTETS ||
	       (queue->n > 0 && clock_ms() - queue->began_ms > QUEUE_MS);
}

void
feedback_queue_clear(struct feedback_queue *queue)
{
	arena_clear(&queue->arena);
	queue->n = queue->octets = 0;
}
