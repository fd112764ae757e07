#include "filter/intake/hop.h"

#include "mime/scan.h"

static bool
is_address_octet(char c)
{
	return slice_hex_digit(c) >= 0 || c == '.' || c == ':';
}

/*
 * Finds the next part of *at that may be an address (without its zone), and moves *at past it.
 * *is_id is set if the word "id" precedes it.
 */
static bool
next_candidate(struct slice *at, struct slice *candidate, bool *is_id)
{
	struct slice before = *at;
	size_t n = 0, start = 0;

	while (start < at->n && (!is_address_octet(at->p[start]) ||
					(start > 0 && (slice_is_alpha(at->p[start - 1]) ||
							      slice_is_digit(at->p[start - 1])))))
		start++;
	*at = slice_from(*at, start);
	while (n < at->n && is_address_octet(at->p[n]))
		n++;
	*candidate = slice_head(*at, n);
	*at = slice_from(*at, n);
	before = slice_trim(slice_head(before, start));
	*is_id = before.n >= 2 && slice_ieq(slice_from(before, before.n - 2), SLICE("id")) &&
		 (before.n == 2 || slice_is_blank(before.p[before.n - 3]));
	return candidate->n > 0;
}

/*
 * Does text contain an address that is neither private nor the provider's? Message ids (Microsoft:
 * 15.20.1.2) do not count.
 */
static bool
has_outside_address(struct slice text, const struct provider *provider)
{
	struct slice candidate;
	struct ip ip;
	bool is_id;

	while (next_candidate(&text, &candidate, &is_id)) {
		while (candidate.n > 0 && candidate.p[candidate.n - 1] == '.')
			candidate.n--;
		if (!received_address(candidate, &ip) || ip_is_private(&ip) ||
			(is_id && ip.family == 4))
			continue;
		if (provider == NULL ||
			(!provider_has_address(provider, &ip) &&
				!provider_lists(provider->mailbox.inside, candidate)))
			return true;
	}
	return false;
}

static bool
ends_with_number(struct slice text, struct slice before)
{
	size_t digits = 0;

	while (digits < text.n && slice_is_digit(text.p[text.n - 1 - digits]))
		digits++;
	text = slice_head(text, text.n - digits);
	return digits > 0 && text.n >= before.n &&
	       slice_ieq(slice_from(text, text.n - before.n), before);
}

/* `qmail 123 invoked by uid 4`, `... by alias`, `... from network`, `... for bounce` */
static bool
is_qmail(const struct received *received)
{
	static const char *const ends[] = {"by alias", "from network", "for bounce", "by uid"};
	struct slice at = received->lead;
	unsigned long long number;

	if (received->has_from || received->by.n > 0 ||
		!(scan_word(&at, SLICE("qmail")) || scan_word(&at, SLICE("qmail-queue"))) ||
		!scan_wsp(&at) || !scan_number(&at, UINT32_MAX, &number) || !scan_wsp(&at) ||
		!scan_word(&at, SLICE("invoked")) || !scan_wsp(&at))
		return false;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (slice_ieq(at, slice_str(ends[i])))
			return true;
	return scan_word(&at, SLICE("by uid ")) && scan_number(&at, UINT32_MAX, &number) &&
	       at.n == 0;
}

/* `from USER by H with PROTOCOL (Exim 4.96)`: Exim writes the address of any other client. */
static bool
is_exim_local(const struct received *received)
{
	return received->has_from && !received->from_comments && received->from.n > 0 &&
	       slice_find(received->from, '.') == received->from.n &&
	       slice_find(received->from, '[') == received->from.n &&
	       slice_find(received->from, ':') == received->from.n && received->by.n > 0 &&
	       received->by_comment.n == 0 && slice_istarts(received->with_next, SLICE("Exim "));
}

/* `(from USER@localhost) by H (8.14.4/8.14.4/Submit)` */
static bool
is_sendmail_local(const struct received *received)
{
	const struct slice submit = SLICE("/Submit");

	return !received->has_from && slice_istarts(received->lead, SLICE("from ")) &&
	       received->by_comment.n > submit.n &&
	       slice_ieq(
		       slice_from(received->by_comment, received->by_comment.n - submit.n), submit);
}

static bool
is_submission(const struct received *received)
{
	/* `by H (Postfix, from userid N)`, with any mail_name instead of Postfix */
	const bool postfix = !received->has_from && received->lead.n == 0 && received->by.n > 0 &&
			     ends_with_number(received->by_comment, SLICE(", from userid "));

	return postfix || is_exim_local(received) || is_sendmail_local(received) ||
	       is_qmail(received);
}

static bool
is_retrieval_protocol(struct slice word)
{
	return slice_istarts(word, SLICE("POP3")) || slice_istarts(word, SLICE("IMAP")) ||
	       slice_ieq(word, SLICE("ETRN")) || slice_ieq(word, SLICE("ODMR")) ||
	       slice_ieq(word, SLICE("SDPS")) || slice_ieq(word, SLICE("APOP")) ||
	       slice_ieq(word, SLICE("KPOP"));
}

/*
 * `from HOST [ADDR] by H with POP3 (fetchmail-6.4)`, `... with IMAP4-SSL getmail 6.18`: the address
 * is that of the host that the mail was fetched from, the only one that may be external.
 */
static bool
is_retrieval(const struct received *received)
{
	return received->has_from && !received->from_comments && received->by.n > 0 &&
	       received->by_comment.n == 0 && is_retrieval_protocol(received->with) &&
	       (slice_istarts(received->with_next, SLICE("fetchmail-")) ||
		       slice_istarts(received->with_next, SLICE("getmail"))) &&
	       !has_outside_address(received->after_from, NULL);
}

static bool
is_lmtp(const struct received *received)
{
	static const char *const words[] = {"LMTP", "LMTPS", "LMTPA", "LMTPSA", "UTF8LMTP",
		"UTF8LMTPS", "UTF8LMTPA", "UTF8LMTPSA"};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (slice_ieq(received->with, slice_str(words[i])))
			return true;
	return false;
}

/*
 * `from BORDER-HOST by p44-mailgateway-smtp-x (mailgateway 2403B92) with SMTP id y`: Apple's hosts
 * behind the border have names that are no domains.
 */
static bool
is_gateway(const struct provider *provider, const struct received *received)
{
	struct slice list = slice_str(provider->mailbox.gateway), word;

	return provider_next_word(&list, &word) &&
	       slice_find(received->by, '.') == received->by.n &&
	       slice_ieq(slice_head(received->by_comment, slice_find(received->by_comment, ' ')),
		       word) &&
	       provider_has_border(provider, received->from);
}

/*
 * Is the field that of an internal hop of the provider? Google writes no from clause, and an
 * address after by; all others write a from clause, and a name after by.
 */
static bool
is_inside(const struct provider *provider, struct slice value, const struct received *received)
{
	const struct provider_mailbox *mailbox = &provider->mailbox;
	struct ip ip;
	bool address = ip_client(received->by, &ip) == ST_OK && ip.family != 0;

	return mailbox->word != NULL && received->by.n > 0 && received->lead.n == 0 &&
	       received->has_from != address &&
	       (provider_lists(mailbox->inside, received->by) || is_gateway(provider, received)) &&
	       !has_outside_address(value, provider);
}

static const struct provider *
find_provider(struct slice value, const struct received *received, const struct provider *only)
{
	for (size_t i = 0; i < provider_count; i++)
		if ((only == NULL || only == &provider_table[i]) &&
			is_inside(&provider_table[i], value, received))
			return &provider_table[i];
	return NULL;
}

enum hop
hop_kind(struct slice value, const struct received *received, const struct provider *provider,
	const struct provider **found)
{
	*found = NULL;
	if (!received->whole || received->ambiguous)
		return HOP_OUTSIDE;
	if (is_retrieval(received))
		return HOP_RETRIEVAL;
	*found = find_provider(value, received, provider);
	if (*found != NULL)
		return HOP_PROVIDER;
	if (has_outside_address(value, NULL))
		return HOP_OUTSIDE;
	if (is_submission(received))
		return HOP_SUBMISSION;
	if (received->has_from && received->by.n > 0 &&
		(received->local_socket ||
			(received->ip.family != 0 && ip_is_loopback(&received->ip))))
		return HOP_LOOPBACK;
	return received->by.n > 0 && is_lmtp(received) ? HOP_LMTP : HOP_OUTSIDE;
}

const char *
hop_word(enum hop hop)
{
	static const char *const words[] = {
		[HOP_OUTSIDE] = "outside",
		[HOP_RELAY] = "relay",
		[HOP_LOOPBACK] = "loopback",
		[HOP_LMTP] = "lmtp",
		[HOP_SUBMISSION] = "submission",
		[HOP_RETRIEVAL] = "retrieval",
		[HOP_PROVIDER] = "mailbox",
	};
	return words[hop];
}

/*
 * qmail writes no name in its by clause, so the fields of its SMTP server are recognized by their
 * form.
 */
bool
hop_same_host(const struct received *submission, const struct received *below)
{
	if (is_qmail(submission))
		return is_qmail(below) || (below->has_from && below->bare);
	return slice_ieq(submission->by, below->by);
}
