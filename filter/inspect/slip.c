#include "filter/inspect/slip.h"

#include "filter/text/i18n.h"

static const char *const backslash =
	N_("the backslash belongs to the zone file, not into the record: publish ; without it");
static const char *const quotes =
	N_("quotation marks belong to the zone file, not into the record: publish it without them");
static const char *const line_end =
	N_("a line end was copied into the record: publish the value in one line");
static const char *const spf_here =
	N_("this is an SPF record: a wildcard (*) of the domain answers for this name, or it was "
	   "published at the wrong name");
static const char *const target_here =
	N_("this is the target of a CNAME, as text: publish it as a CNAME record");
static const char *const hash_name =
	N_("h= lists hashes, not algorithms: it must be sha256, or better be left out");
static const char *const full_width =
	N_("a character of another script: type the record with plain ASCII");

static size_t
find_line_end(struct slice record)
{
	const size_t cr = slice_find(record, '\r'), lf = slice_find(record, '\n');

	return cr < lf ? cr : lf;
}

static size_t
find_8bit(struct slice record)
{
	size_t i = 0;

	while (i < record.n && (unsigned char)record.p[i] < 0x80)
		i++;
	return i;
}

/* Is the text only a host name, with two dots or more, and without a tag? */
static bool
is_target(struct slice record)
{
	const struct slice text = slice_trim(record);
	size_t dots = 0;

	for (size_t i = 0; i < text.n; i++) {
		const char c = slice_lower(text.p[i]);

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
			    c == '.'))
			return false;
		dots += c == '.' ? 1 : 0;
	}
	return dots >= 2;
}

struct slip
slip_find(enum slip_kind kind, struct slice record, size_t at)
{
	const struct {
		size_t place;
		const char *text;
	} slips[] = {
		{slice_ifind(record, SLICE("\\;")), backslash},
		{slice_find(record, '"'), quotes},
		{find_line_end(record), line_end},
		{find_8bit(record), full_width},
		{kind == SLIP_KEY ? slice_ifind(record, SLICE("rsa-sha256")) : record.n, hash_name},
	};

	if (kind != SLIP_SPF && kind != SLIP_KEY_DATA &&
		slice_istarts(slice_trim(record), SLICE("v=spf1")))
		return (struct slip){at, spf_here};
	if (kind == SLIP_KEY && is_target(record))
		return (struct slip){1, target_here};
	for (size_t i = 0; i < sizeof slips / sizeof slips[0]; i++)
		if (slips[i].place < record.n)
			return (struct slip){slips[i].place + 1, slips[i].text};
	return (struct slip){at, NULL};
}
