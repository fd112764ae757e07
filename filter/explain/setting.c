#include "filter/explain/setting.h"

#include "filter/text/i18n.h"

enum when {
	ALWAYS,
	LIKE_LIST, /* only if all additions identify the list */
	EXTERNAL,  /* only if a tag marks external mail */
	FILTERED   /* only if links lead to a known filter */
};

enum { KINDS_MAX = 6 };

static const struct row {
	struct setting setting;
	enum when when;
	enum diagnose_kind kinds[KINDS_MAX]; /* terminated by DIAGNOSE_KINDS if there are fewer */
} rows[] = {
	{{"advice-list-footer",
		 N_("on the list, leave the templates for header and footer empty, or put the text "
		    "into "
		    "List-* fields (Mailman: list:member:regular:footer)"),
		 "https://docs.mailman3.org/projects/mailman/en/latest/src/mailman/rest/docs/"
		 "templates.html"},
		LIKE_LIST,
		{DIAGNOSE_FOOTER, DIAGNOSE_PART_FOOTER, DIAGNOSE_PART, DIAGNOSE_WRAPPED,
			DIAGNOSE_KINDS}},
	{{"advice-list-subject",
		 N_("on the list, leave the subject prefix empty: readers can sort by List-Id "
		    "(Mailman: "
		    "subject_prefix)"),
		 "https://docs.mailman3.org/projects/mailman/en/latest/src/mailman/rest/docs/"
		 "listconf.html"},
		LIKE_LIST, {DIAGNOSE_SUBJECT, DIAGNOSE_KINDS}},
	{{"advice-list-from",
		 N_("on a list that changes nothing else, From need not be rewritten; where it "
		    "does, "
		    "Mailman's dmarc_mitigate_action is right"),
		 "https://docs.mailman3.org/projects/mailman/en/latest/src/mailman/handlers/docs/"
		 "dmarc-mitigations.html"},
		LIKE_LIST, {DIAGNOSE_FIELD_REWRITTEN, DIAGNOSE_KINDS}},
	{{"advice-external-tag",
		 N_("if your gateway does it, mark mail from outside in the mail program instead "
		    "of in Subject (Exchange: Set-ExternalInOutlook)"),
		 "https://learn.microsoft.com/en-us/powershell/module/exchangepowershell/"
		 "set-externalinoutlook"},
		EXTERNAL, {DIAGNOSE_SUBJECT, DIAGNOSE_KINDS}},
	{{"advice-links",
		 N_("if your gateway does it, verify DKIM before links are rewritten, or have "
		    "links "
		    "checked without being rewritten, as a Safe Links policy can"),
		 "https://learn.microsoft.com/en-us/defender-office-365/"
		 "safe-links-policies-configure"},
		FILTERED, {DIAGNOSE_LINKS, DIAGNOSE_KINDS}},
	{{"advice-recoding",
		 N_("sign after the text was encoded for 7-bit transport, or send it encoded "
		    "(Postfix: "
		    "disable_mime_output_conversion)"),
		 "https://www.postfix.org/postconf.5.html#disable_mime_output_conversion"},
		ALWAYS,
		{DIAGNOSE_TO_QP, DIAGNOSE_TO_BASE64, DIAGNOSE_FROM_QP, DIAGNOSE_FROM_BASE64,
			DIAGNOSE_REQUOTED, DIAGNOSE_REWRAPPED}},
	{{"advice-long-lines",
		 N_("send lines of at most 998 octets, or encode them, before signing (Postfix: "
		    "smtp_line_length_limit)"),
		 "https://www.postfix.org/postconf.5.html#smtp_line_length_limit"},
		ALWAYS, {DIAGNOSE_LONG_LINES, DIAGNOSE_FIELD_FOLDED, DIAGNOSE_KINDS}},
	{{"advice-canonicalization",
		 N_("sign with c=relaxed/relaxed, so that white space and letters do not matter"),
		 "https://www.rfc-editor.org/rfc/rfc6376#section-3.4"},
		ALWAYS,
		{DIAGNOSE_FIELD_SPACE, DIAGNOSE_FIELD_CASE, DIAGNOSE_BLANKS, DIAGNOSE_KINDS}},
	{{"advice-list-fields",
		 N_("do not sign list fields that are not there (List-*, Sender): a list must be "
		    "able to "
		    "add them"),
		 "https://www.rfc-editor.org/rfc/rfc6376#section-5.4"},
		LIKE_LIST, {DIAGNOSE_LIST_FIELDS, DIAGNOSE_KINDS}},
};

/* Does the tag only mark external mail? Compares its letters only. */
static bool
is_external(struct slice tag)
{
	static const char *const words[] = {"ext", "extern", "external", "externalemail",
		"externalmail", "externalmessage", "externalsender"};
	char letters[24];
	size_t n = 0;

	for (size_t i = 0; i < tag.n; i++)
		if (slice_is_alpha(tag.p[i]) && n < sizeof letters)
			letters[n++] = slice_lower(tag.p[i]);
		else if (slice_is_digit(tag.p[i]) || (unsigned char)tag.p[i] > 126)
			return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (slice_eq(slice_make(letters, n), slice_str(words[i])))
			return true;
	return false;
}

/*
 * Is this a redirecting host of a link filter? Only the filter's operator can make it redirect
 * elsewhere.
 */
static bool
is_filter(struct slice host)
{
	static const char *const hosts[] = {
		".safelinks.protection.outlook.com", "urldefense.com", "urldefense.proofpoint.com"};

	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		struct slice known = slice_str(hosts[i]);

		if (known.p[0] == '.' ? host.n > known.n &&
						slice_ieq(slice_from(host, host.n - known.n), known)
				      : slice_ieq(host, known))
			return true;
	}
	return false;
}

static bool
fits(const struct row *row, const struct diagnosis *diagnosis, const struct diagnose_change *change)
{
	bool kind = false;

	for (size_t i = 0; i < KINDS_MAX && row->kinds[i] != DIAGNOSE_KINDS; i++)
		kind |= row->kinds[i] == change->kind;
	switch (row->when) {
	case LIKE_LIST:
		return kind && diagnosis->like_list;
	case EXTERNAL:
		return kind && is_external(change->text);
	case FILTERED:
		return kind && is_filter(change->text);
	case ALWAYS:
	default:
		return kind;
	}
}

const struct setting *
setting_next(const struct diagnosis *diagnosis, size_t *at)
{
	while (*at < sizeof rows / sizeof *rows) {
		const struct row *row = &rows[(*at)++];

		for (size_t i = 0; i < diagnosis->n; i++)
			if (fits(row, diagnosis, &diagnosis->changes[i]))
				return &row->setting;
	}
	return NULL;
}

const struct setting *
setting_find(const char *id)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i].setting.id, id) == 0)
			return &rows[i].setting;
	return NULL;
}

const char *
setting_text(const char *id)
{
	const struct setting *setting = setting_find(id);

	return setting != NULL ? setting->text : NULL;
}
