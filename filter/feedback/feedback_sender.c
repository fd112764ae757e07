#include "filter/feedback/feedback_sender.h"

#include "filter/feedback/feedback_report.h"
#include "filter/intake/msgtime.h"
#include "filter/io/clock.h"
#include "mime/fields.h"
#include "mime/message.h"

enum {
	HELD_SECONDS = DAY_SECONDS, /* time for which a mail may wait if DNS does not answer for its
				       sender */
	CLOCKS_DIFFER = 300         /* seconds by which its arrival may be ahead of our clock */
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

enum status
feedback_sender(const struct options *options, const struct evaluation *tools, struct slice mail,
	struct arena *arena, struct feedback_origin *origin, bool *unanswered, struct error *error)
{
	const struct evaluate_tools shared = {tools->gmime, tools->in.psl, tools->in.crypto};
	struct evaluate_source source = {.tools = &shared, .bytes = mail};
	struct evaluation ev;
	enum status st = ST_TEMP;

	evaluate_begin(options, arena, &ev);
	if (evaluate_open_dns(&ev, &source.dns, error) == EVALUATE_OK &&
		evaluate(&ev, &source, error) == EVALUATE_OK)
		st = note_sender(&ev, arena, origin, unanswered);
	evaluate_end(&ev);
	return st;
}
