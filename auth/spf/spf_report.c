#include "auth/spf/spf.h"
#include "mime/buf.h"
#include "mime/scan.h"

enum { VALUE_MAX = 255, RECEIVED_MAX = 16384 };

/* The HELO name that was checked: the sender without "postmaster@". */
static struct slice
helo_of(const struct spf_result *result)
{
	return slice_from(result->sender, SLICE("postmaster@").n);
}

void
spf_report(const struct spf_result *result, struct report *report)
{
	const bool named = result->domain.n > 0;
	struct report_row *row = report_add(report, "spf", result->code, result->reason);

	row->domain = result->domain;
	switch (result->identity) {
	case SPF_ID_MAILFROM:
		report_prop(
			row, "smtp.mailfrom", named ? REPORT_MAILBOX : REPORT_TEXT, result->sender);
		break;
	case SPF_ID_HELO:
		report_prop(row, "smtp.helo", named ? REPORT_DOMAIN : REPORT_TEXT,
			named ? result->domain : helo_of(result));
		break;
	case SPF_ID_NONE:
		break;
	}
}

/*
 * Appends value as a dot-atom, or as a quoted-string of its first printable ASCII characters
 * (RFC 7208 9.1). Runs of spaces become one, so that folding the field cannot produce a line of
 * spaces.
 */
static void
add_value(struct buf *out, struct slice value)
{
	struct slice at = value, atom;
	char last = '"';

	if (value.n <= VALUE_MAX && scan_dot_atom(&at, false, &atom) && at.n == 0) {
		buf_add(out, value);
		return;
	}
	buf_addc(out, '"');
	for (size_t i = 0, n = 0; i < value.n && n < VALUE_MAX; i++) {
		char c = value.p[i];
		if (c < ' ' || c > '~' || (c == ' ' && last == ' '))
			continue;
		last = c;
		if (c == '"' || c == '\\')
			buf_addc(out, '\\');
		buf_addc(out, c);
		n++;
	}
	buf_addc(out, '"');
}

static void
add_pair(struct buf *out, const char *key, struct slice value)
{
	buf_addf(out, " %s=", key);
	add_value(out, value);
	buf_addc(out, ';');
}

/* Appends the comment: the domain's name, with words before and after it. */
static void
add_comment(struct buf *out, const struct spf_result *result)
{
	const char *before = "", *after = "";

	switch (result->code) {
	case AUTH_PASS:
		before = "domain of ", after = " designates the client as permitted sender";
		break;
	case AUTH_FAIL:
		before = "domain of ", after = " does not designate the client as permitted sender";
		break;
	case AUTH_SOFTFAIL:
		before = "domain of ", after = " probably does not permit the client as sender";
		break;
	case AUTH_NEUTRAL:
		before = "domain of ", after = " neither permits nor denies the client as sender";
		break;
	case AUTH_NONE:
		before = "domain of ", after = " gives no answer for the client";
		break;
	case AUTH_TEMPERROR:
		before = "DNS failed for now for ";
		break;
	case AUTH_PERMERROR:
		before = "SPF record cannot be used for ";
		break;
	case AUTH_POLICY:
		break;
	}
	/*
	 * a normal name has only letters, digits, "-", "_" and ".", so it cannot close the comment
	 */
	if (result->domain.n == 0)
		buf_adds(out, " (no domain to ask)");
	else
		buf_addf(
			out, " (%s%.*s%s)", before, (int)result->domain.n, result->domain.p, after);
}

static void
add_identity(struct buf *out, const struct auth_input *in, const struct spf_result *result)
{
	if (in->envelope->client_ip.family != 0)
		add_pair(out, "client-ip", ip_text(&in->envelope->client_ip, in->arena));
	if (result->identity == SPF_ID_MAILFROM) /* RFC 8601 1.2: no UTF-8 in a plain field */
		add_pair(out, "envelope-from",
			slice_is_ascii(result->sender) ? result->sender : result->domain);
	else if (in->envelope->path == PATH_NULL)
		buf_adds(out, " envelope-from=\"\";");
	if (in->envelope->helo.n > 0)
		add_pair(out, "helo", in->envelope->helo);
	if (result->identity != SPF_ID_NONE)
		buf_addf(out, " identity=%s;",
			result->identity == SPF_ID_HELO ? "helo" : "mailfrom");
}

struct slice
spf_received(const struct auth_input *in, const struct spf_result *result)
{
	const bool failed = result->code == AUTH_TEMPERROR || result->code == AUTH_PERMERROR;
	struct buf out;
	struct slice text;

	buf_init(&out, in->arena, RECEIVED_MAX);
	buf_adds(&out, auth_code_word(result->code));
	add_comment(&out, result);
	if (in->options->receiver.n > 0)
		add_pair(&out, "receiver", in->options->receiver);
	add_identity(&out, in, result);
	if (failed && result->reason.id != SPF_R_NONE)
		add_pair(&out, "problem", slice_str(reason_text(&result->reason)));
	else if (result->term.n > 0)
		add_pair(&out, "mechanism", result->term);
	else if (result->code == AUTH_NEUTRAL)
		buf_adds(&out, " mechanism=default;");
	text = buf_slice(&out);
	if (text.p[text.n - 1] == ';')
		text.n--;
	return text;
}
