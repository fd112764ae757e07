/* dmarc_record.c: the DMARC policy record (RFC 9989 4.7, 4.8; RFC 7489 6.3, 6.4). */
#include "auth/dmarc/dmarc.h"

#include "auth/dmarc/dmarc_uri.h"
#include "mime/scan.h"

enum tag_id {
	TAG_V,
	TAG_P,
	TAG_SP,
	TAG_NP,
	TAG_ADKIM,
	TAG_ASPF,
	TAG_PSD,
	TAG_T,
	TAG_FO,
	TAG_RUA,
	TAG_RUF,
	TAG_PCT,
	TAG_RF,
	TAG_RI,
	TAGS
};

static const char *const tag_names[TAGS] = {
	"v", "p", "sp", "np", "adkim", "aspf", "psd", "t", "fo", "rua", "ruf", "pct", "rf", "ri"};

/*
 * Splits name=value; false if it is malformed. taglist_parse does not fit: a DMARC tag has a name
 * of letters only and no folds (RFC 9989 4.8), and a defect invalidates only its tag, not the list.
 */
static bool
split_tag(struct slice element, struct slice *name, struct slice *value)
{
	size_t at = slice_find(element, '=');

	if (at == element.n)
		return false;
	*name = dmarc_trim(slice_head(element, at));
	*value = dmarc_trim(slice_from(element, at + 1));
	for (size_t i = 0; i < name->n; i++)
		if (slice_lower(name->p[i]) < 'a' || slice_lower(name->p[i]) > 'z')
			return false;
	return name->n > 0;
}

/* RFC 9989 4.8: 1*dmarc-value, printable ASCII but no ';' */
static bool
value_is_text(struct slice value)
{
	return value.n > 0 && slice_is_printable(value);
}

/* The position of value, a single letter, in choices, which end with NUL; -1 for anything else. */
static int
one_of(struct slice value, const char *choices)
{
	if (value.n != 1)
		return -1;
	for (int i = 0; choices[i] != '\0'; i++)
		if (slice_lower(value.p[0]) == choices[i])
			return i;
	return -1;
}

static bool
set_policy(struct slice value, enum dmarc_policy *policy)
{
	/* RFC 5234 2.3: these literals are case-insensitive */
	if (slice_ieq(value, SLICE("none")))
		*policy = DMARC_P_NONE;
	else if (slice_ieq(value, SLICE("quarantine")))
		*policy = DMARC_QUARANTINE;
	else if (slice_ieq(value, SLICE("reject")))
		*policy = DMARC_REJECT;
	else
		*policy = DMARC_INVALID;
	return *policy != DMARC_INVALID;
}

static bool
set_strict(struct slice value, bool *strict)
{
	int choice = one_of(value, "rs");

	*strict = choice == 1;
	return choice >= 0;
}

/*
 * Is fo= valid? RFC 9989 4.8: 0 or 1 but not both, d, s; each at most once, without white space.
 * RFC 7489 allows repetition and white space.
 */
static bool
fo_valid(struct slice value, enum dmarc_mode mode)
{
	unsigned seen = 0;
	bool more;

	do {
		size_t at = slice_find(value, ':');
		struct slice part = slice_head(value, at);
		int choice = one_of(mode == DMARC_RFC7489 ? dmarc_trim(part) : part, "01ds");
		if (choice < 0)
			return false;
		/* 0 and 1 share a bit because they exclude each other */
		unsigned bit = 1U << (choice == 1 ? 0 : choice);
		if (mode == DMARC_RFC9989 && (seen & bit) != 0)
			return false;
		seen |= bit;
		more = at < value.n;
		value = slice_from(value, at + 1);
	} while (more);
	return true;
}

/* Is at least one URI valid? RFC 9989 4.10.1 requires this of rua. */
static bool
any_uri_valid(struct slice list)
{
	bool any = false;

	while (!any && list.n > 0)
		any = dmarc_uri_valid(dmarc_cut(&list, ','));
	return any;
}

/* RFC 7489 6.4: 1*3DIGIT, and 6.3: at most 100 */
static bool
set_pct(struct slice value, unsigned *pct)
{
	unsigned long long number;

	if (value.n > 3 || !scan_number(&value, 100, &number) || value.n > 0)
		return false;
	*pct = (unsigned)number;
	return true;
}

/* Does this RFC define the tag? Tags of the other one are unknown, and ignored. */
static bool
tag_known(enum tag_id tag, enum dmarc_mode mode)
{
	/* RFC 9989 9.3: pct, rf and ri are obsolete */
	if (tag == TAG_PCT || tag == TAG_RF || tag == TAG_RI)
		return mode == DMARC_RFC7489;
	if (tag == TAG_NP || tag == TAG_PSD || tag == TAG_T)
		return mode == DMARC_RFC9989;
	return tag != TAG_V;
}

/*
 * False if the value violates the tag's syntax: then the default applies (RFC 9989 4.8), except
 * that p, sp and np become DMARC_INVALID.
 */
static bool
set_tag(enum tag_id tag, struct slice value, enum dmarc_mode mode, struct dmarc_record *record)
{
	bool text = value_is_text(value);
	int choice;

	switch (tag) {
	case TAG_P:
		return set_policy(value, &record->p);
	case TAG_SP:
		return set_policy(value, &record->sp);
	case TAG_NP:
		return set_policy(value, &record->np);
	case TAG_ADKIM:
		return set_strict(value, &record->adkim_strict);
	case TAG_ASPF:
		return set_strict(value, &record->aspf_strict);
	case TAG_PSD:
		choice = one_of(value, "uyn");
		record->psd = choice > 0 ? "uyn"[choice] : 'u';
		return choice >= 0;
	case TAG_T:
		choice = one_of(value, "ny");
		record->testing = choice == 1;
		return choice >= 0;
	case TAG_FO:
		text = text && fo_valid(value, mode);
		if (text)
			record->fo = value;
		return text;
	case TAG_RUA:
		if (text)
			record->rua = value;
		record->rua_valid = text && any_uri_valid(value);
		return text;
	case TAG_RUF:
		if (text)
			record->ruf = value;
		return text;
	case TAG_PCT:
		return set_pct(value, &record->pct);
	case TAG_V:
	case TAG_RF:
	case TAG_RI:
	case TAGS:
		break;
	}
	return text;
}

static enum tag_id
tag_find(struct slice name)
{
	unsigned tag = 0;

	while (tag < TAGS && !slice_ieq(name, slice_str(tag_names[tag])))
		tag++;
	return (enum tag_id)tag;
}

/* nth: position of the tag, counted from 1 after v */
static void
take_tag(struct slice element, unsigned nth, enum dmarc_mode mode, unsigned *seen,
	struct dmarc_record *record)
{
	struct slice name, value;

	if (!split_tag(element, &name, &value)) {
		record->syntax_error = true;
		return;
	}
	enum tag_id tag = tag_find(name);
	if (tag == TAGS)
		return;
	record->deprecated |= tag == TAG_PCT || tag == TAG_RF || tag == TAG_RI;
	if ((*seen & 1U << tag) != 0) {
		record->duplicate = true;
		return;
	}
	*seen |= 1U << tag;
	if (!tag_known(tag, mode))
		return;
	if (!set_tag(tag, value, mode, record))
		record->syntax_error = true;
	/* RFC 7489 6.3, 6.4: p is directly after v */
	if (mode == DMARC_RFC7489 && tag == TAG_P && nth != 1) {
		record->p = DMARC_INVALID;
		record->syntax_error = true;
	}
}

bool
dmarc_parse(struct slice text, enum dmarc_mode mode, struct dmarc_record *record)
{
	struct slice rest = text, name, value;
	unsigned seen = 1U << TAG_V, nth = 0;

	/*
	 * RFC 9989 4.7: not a DMARC record unless v is first, with its value in exactly this case
	 */
	if (!split_tag(dmarc_cut(&rest, ';'), &name, &value) || !slice_ieq(name, SLICE("v")) ||
		!slice_eq(value, SLICE("DMARC1")))
		return false;
	*record = (struct dmarc_record){.text = text, .psd = 'u', .pct = 100};
	/* RFC 6376 3.2 allows white space before the first tag, RFC 9989 4.8 does not */
	record->syntax_error = text.p[0] == ' ' || text.p[0] == '\t';
	if (mode == DMARC_RFC7489 && slice_find(text, ';') == text.n)
		record->syntax_error = true; /* RFC 7489 6.4: a separator must follow v */
	while (rest.n > 0) {
		bool last = slice_find(rest, ';') == rest.n;
		struct slice element = dmarc_cut(&rest, ';');
		if (element.n > 0)
			take_tag(element, ++nth, mode, &seen, record);
		else if (!last)
			record->syntax_error = true;
	}
	if (record->ruf.n == 0)
		record->fo = slice_make(NULL, 0); /* RFC 9989 4.7: fo is ignored without ruf */
	return true;
}

const char *
dmarc_policy_word(enum dmarc_policy policy)
{
	switch (policy) {
	case DMARC_P_NONE:
		return "none";
	case DMARC_QUARANTINE:
		return "quarantine";
	case DMARC_REJECT:
		return "reject";
	case DMARC_INVALID:
		return "invalid";
	case DMARC_ABSENT:
		break;
	}
	return "absent";
}
