#include "filter/result/report_mail.h"

/* The unfolded value of the first field of that name; empty if it is missing or too long. */
static struct slice
value_of(const struct message *message, const char *name, struct arena *arena)
{
	const struct field *field = message_field(message, name, 0);

	return field == NULL || (field->flags & FIELD_OVERSIZE) != 0 ? SLICE("")
								     : field_unfold(field, arena);
}

static bool
contains(struct slice text, struct slice part)
{
	return slice_ifind(text, part) < text.n;
}

/* RFC 9990 3.5.2: case-sensitive, with white space between its parts */
static bool
is_dmarc_subject(struct slice subject)
{
	struct slice rest = slice_trim(subject);

	if (!slice_starts(rest, SLICE("Report")))
		return false;
	rest = slice_from(rest, 6);
	if (rest.n == 0 || !slice_is_blank(rest.p[0]))
		return false;
	return slice_starts(slice_trim(rest), SLICE("Domain:")) &&
	       contains(rest, SLICE("Submitter:"));
}

enum report_mail
report_mail_of(const struct message *message, struct arena *arena)
{
	const struct slice type = value_of(message, "Content-Type", arena);

	if (message_count(message, "TLS-Report-Domain") > 0 ||
		contains(type, SLICE("application/tlsrpt")) ||
		(slice_istarts(type, SLICE("multipart/report")) && contains(type, SLICE("tlsrpt"))))
		return REPORT_MAIL_TLS;
	if (slice_istarts(type, SLICE("multipart/report")) &&
		contains(type, SLICE("feedback-report")))
		return REPORT_MAIL_FAILURE;
	return is_dmarc_subject(value_of(message, "Subject", arena)) ? REPORT_MAIL_DMARC
								     : REPORT_MAIL_NONE;
}

const char *
report_mail_word(enum report_mail kind)
{
	static const char *const words[] = {
		[REPORT_MAIL_NONE] = NULL,
		[REPORT_MAIL_DMARC] = "dmarc",
		[REPORT_MAIL_FAILURE] = "failure",
		[REPORT_MAIL_TLS] = "tls",
	};
	return words[kind];
}
