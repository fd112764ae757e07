#include "filter/text/reason_words.h"

#include "filter/text/i18n.h"
#include "filter/text/printable.h"
#include "mime/buf.h"

enum { ABOUT_MAX = 64, TEXT_MAX = 1024 };

const char *
reason_words(const struct reason *reason, struct arena *arena)
{
	const char *text = reason_text(reason), *about;
	struct buf out;

	if (text == NULL)
		return "";
	if (reason_about(reason).n == 0 && !reason->has_octet)
		return translated(text);
	about = printable(reason_about(reason), ABOUT_MAX, arena);
	buf_init(&out, arena, TEXT_MAX);
	/* the sentence; a tag or field; the octet at fault and its position */
	if (reason->has_octet && reason_about(reason).n > 0)
		buf_addf(&out, _("%s: %s, octet 0x%02x at %zu"), translated(text), about,
			reason->octet, reason->at);
	else if (reason->has_octet)
		buf_addf(&out, _("%s: octet 0x%02x at %zu"), translated(text), reason->octet,
			reason->at);
	else if (reason->at > 0)
		buf_addf(&out, _("%s: %s, from octet %zu on"), translated(text), about, reason->at);
	else
		buf_addf(&out, "%s: %s", translated(text), about);
	buf_addc(&out, '\0');
	return out.over ? translated(text) : out.p;
}
