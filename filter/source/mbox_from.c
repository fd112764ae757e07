/* Recognizes lines that begin a message of an mbox. */
#include "filter/source/mbox.h"
#include "mime/scan.h"

/* Is the word `HH:MM` or `HH:MM:SS`? */
static bool
is_time(struct slice word)
{
	size_t digits = 0, colons = 0;

	for (size_t i = 0; i < word.n; i++) {
		if (slice_is_digit(word.p[i])) {
			digits++;
			continue;
		}
		if (word.p[i] != ':' || digits == 0 || digits > 2)
			return false;
		digits = 0;
		colons++;
	}
	return digits == 2 && (colons == 1 || colons == 2);
}

static bool
is_year(struct slice word)
{
	unsigned long long year;

	return word.n == 4 && scan_number(&word, 9999, &year) && word.n == 0 && year >= 1970;
}

/* Do a time and a year follow the sender, in any order: `From joe Sat Nov 28 05:47:06 2026`? */
static bool
has_date(struct slice line)
{
	bool time = false, year = false;

	line = slice_trim(line);
	for (size_t words = 0; line.n > 0; words++) {
		struct slice word;
		size_t n = 0;

		while (n < line.n && !slice_is_blank(line.p[n]))
			n++;
		word = slice_head(line, n);
		line = slice_trim(slice_from(line, n));
		time |= words > 1 && is_time(word);
		year |= words > 1 && is_year(word);
	}
	return time && year;
}

static struct slice
field_name(struct slice line)
{
	size_t n = 0;

	while (n < line.n && line.p[n] > ' ' && line.p[n] < 127 && line.p[n] != ':')
		n++;
	return n < line.n && line.p[n] == ':' ? slice_head(line, n) : SLICE("");
}

/*
 * Is this a field that is usually at the top of stored mail? (Text may also begin with a word and a
 * colon.)
 */
static bool
is_top_field(struct slice name)
{
	static const char *const names[] = {"Return-Path", "Received", "Delivered-To", "Date",
		"From", "To", "Subject", "Message-ID", "MIME-Version", "Envelope-To", "Status",
		"Reply-To", "DKIM-Signature", "Authentication-Results", "Content-Type", "Sender"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (slice_ieq(name, slice_str(names[i])))
			return true;
	return slice_istarts(name, SLICE("X-")) || slice_istarts(name, SLICE("ARC-"));
}

enum mbox_from
mbox_from_line(struct slice line, struct slice below, bool after_empty)
{
	struct slice name = field_name(below);

	if (after_empty)
		return has_date(line) || name.n > 0 ? MBOX_FROM_BEGINS : MBOX_FROM_TEXT;
	return has_date(line) || is_top_field(name) ? MBOX_FROM_JOINED : MBOX_FROM_TEXT;
}
