#include "filter/result/reply.h"

#include "mime/buf.h"

enum {
	REPLY_MAX = 480,
	NAME_MAX = 180
}; /* octets of the text, and of each of the two names in it */

static void
add_name(struct buf *out, struct slice name)
{
	buf_add(out, slice_head(name, NAME_MAX));
	if (name.n > NAME_MAX)
		buf_adds(out, "...");
}

const char *
reply_sentence(const struct evaluation *ev)
{
	const struct dmarc_result *dmarc = &ev->results.dmarc;
	struct buf out;

	if (!ev->evaluated || dmarc->code != AUTH_FAIL || !dmarc->has_record)
		return "Message has no author that DMARC could confirm";
	buf_init(&out, ev->arena, REPLY_MAX);
	buf_adds(&out, "Message from ");
	add_name(&out, ev->ids.author_domain);
	buf_addf(&out, " (%s=%s at _dmarc.", dmarc->selected != NULL ? dmarc->selected : "p",
		dmarc_policy_word(dmarc->policy));
	add_name(&out, dmarc->record_domain);
	buf_adds(&out, ") failed DMARC");
	return arena_cstr(ev->arena, buf_slice(&out));
}
