#include "auth/base/authres_read.h"

#include "mime/scan.h"

struct reader {
	struct slice at;
	struct authres_result *results;
	struct authres_prop *props;
	size_t nresults, nprops;
	bool over;
};

/* Keyword = Ldh-str (RFC 5321 4.1.2): letters, digits and '-', the last one no '-' */
static bool
scan_keyword(struct slice *at, struct slice *out)
{
	size_t n = 0;

	while (n < at->n) {
		const char c = slice_lower(at->p[n]);

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
			break;
		n++;
	}
	if (n == 0 || at->p[n - 1] == '-')
		return false;
	*out = slice_head(*at, n);
	*at = slice_from(*at, n);
	return true;
}

/* value = token / quoted-string (RFC 2045 5.1, RFC 6532) */
static bool
scan_value(struct slice *at, struct slice *out, bool *quoted)
{
	*quoted = scan_quoted_string(at, true, out);
	return *quoted || scan_token(at, out);
}

/* domain-name (RFC 6376 3.5), '_' and U-labels too; here the text alone, which the user judges */
static bool
scan_domain(struct slice *at)
{
	struct slice s = *at;

	while (s.n > 0) {
		const char c = slice_lower(s.p[0]);

		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
			c == '.')
			s = slice_from(s, 1);
		else if (!scan_utf8_non_ascii(&s))
			break;
	}
	if (s.n == at->n)
		return false;
	*at = s;
	return true;
}

/* pvalue: value / [ [ local-part ] "@" ] domain-name; the longest reading counts */
static bool
scan_pvalue(struct slice *at, struct slice *out, bool *quoted)
{
	struct slice s = *at, domain = *at, part;

	*quoted = false;
	(void)(scan_quoted_string(&s, true, &part) || scan_dot_atom(&s, true, &part));
	if (scan_char(&s, '@')) {
		if (!scan_domain(&s))
			return false;
		*out = slice_head(*at, at->n - s.n);
		*at = s;
		return true;
	}
	s = *at;
	/* longer than a token only where it has U-labels (RFC 8616 4) */
	if (scan_domain(&domain) && (!scan_token(&s, &part) || domain.n < s.n)) {
		*out = slice_head(*at, at->n - domain.n);
		*at = domain;
		return true;
	}
	return scan_value(at, out, quoted);
}

/* [CFWS] c [CFWS] */
static bool
separator(struct slice *at, char c)
{
	struct slice s = *at;

	(void)scan_cfws(&s);
	if (!scan_char(&s, c))
		return false;
	(void)scan_cfws(&s);
	*at = s;
	return true;
}

/* The only version that there is (RFC 8601 2.2); a digit more would be another one. */
static bool
scan_version(struct slice *at)
{
	struct slice s = *at, digits;

	if (!scan_token(&s, &digits) || !slice_eq(digits, SLICE("1")))
		return false;
	*at = s;
	return true;
}

/* reasonspec = "reason" [CFWS] "=" [CFWS] value, or Microsoft's "action" likewise */
static bool
scan_named(struct slice *at, const char *name)
{
	struct slice s = *at, word;
	bool quoted;

	if (!scan_keyword(&s, &word) || !slice_ieq(word, slice_str(name)) || !separator(&s, '=') ||
		!scan_value(&s, &word, &quoted))
		return false;
	*at = s;
	return true;
}

/* propspec = ptype [CFWS] "." [CFWS] property [CFWS] "=" pvalue */
static bool
read_prop(struct reader *reader, struct slice *at)
{
	struct authres_prop prop;
	struct slice s = *at;

	if (!scan_keyword(&s, &prop.ptype) || !separator(&s, '.') ||
		!scan_keyword(&s, &prop.property) || !separator(&s, '=') ||
		!scan_pvalue(&s, &prop.value, &prop.quoted))
		return false;
	if (reader->nprops == AUTHRES_PROPS_MAX) {
		reader->over = true;
		return false;
	}
	reader->props[reader->nprops++] = prop;
	*at = s;
	return true;
}

/* [ CFWS reasonspec ] [ CFWS 1*propspec ]; white space is asked for before each (RFC 8601 2.2) */
static void
read_props(struct reader *reader, struct authres_result *result)
{
	struct slice s = reader->at;
	bool first = true;

	result->props = reader->props + reader->nprops;
	while (scan_cfws(&s)) {
		const bool is_reason = first && scan_named(&s, "reason");
		const bool is_action = !is_reason && scan_named(&s, "action");

		if (!is_reason && !is_action) {
			if (!read_prop(reader, &s))
				break;
			result->nprops++;
		}
		first = first && is_action;
		reader->at = s;
	}
}

/* methodspec = Keyword [ [CFWS] "/" [CFWS] method-version ] [CFWS] "=" [CFWS] Keyword */
static bool
read_result(struct reader *reader)
{
	struct authres_result result = {0};

	if (!scan_keyword(&reader->at, &result.method))
		return false;
	if (separator(&reader->at, '/') && !scan_version(&reader->at))
		return false;
	if (!separator(&reader->at, '=') || !scan_keyword(&reader->at, &result.result))
		return false;
	if (reader->nresults == AUTHRES_RESULTS_MAX) {
		reader->over = true;
		return false;
	}
	read_props(reader, &result);
	reader->results[reader->nresults++] = result;
	return true;
}

static bool
read_none(struct slice at)
{
	struct slice word;

	if (!separator(&at, ';') || !scan_keyword(&at, &word) || !slice_ieq(word, SLICE("none")))
		return false;
	(void)scan_cfws(&at);
	return slice_trim(at).n == 0;
}

static bool
read_all(struct reader *reader, struct slice *id)
{
	struct slice before;
	bool quoted;

	(void)scan_cfws(&reader->at);
	if (!scan_value(&reader->at, id, &quoted))
		return false;
	before = reader->at;
	if (scan_cfws(&reader->at) && reader->at.n > 0 && reader->at.p[0] != ';' &&
		!scan_version(&reader->at))
		return false;
	if (reader->at.n == 0)
		reader->at = before;
	if (read_none(reader->at))
		return true;
	while (separator(&reader->at, ';'))
		if (!read_result(reader))
			return false;
	(void)scan_cfws(&reader->at);
	return slice_trim(reader->at).n == 0 && reader->nresults > 0;
}

enum status
authres_read(struct slice text, struct arena *arena, struct authres *authres)
{
	struct reader reader = {.at = text};
	struct slice id = {0};

	*authres = (struct authres){0};
	reader.results = arena_array(arena, AUTHRES_RESULTS_MAX, sizeof *reader.results);
	reader.props = arena_array(arena, AUTHRES_PROPS_MAX, sizeof *reader.props);
	if (!read_all(&reader, &id))
		return reader.over || scan_is_deep_comment(reader.at) ? ST_LIMIT : ST_BAD;
	authres->id = id;
	authres->results = reader.results;
	authres->n = reader.nresults;
	return ST_OK;
}

const struct authres_prop *
authres_prop(const struct authres_result *result, const char *ptype, const char *property)
{
	for (size_t i = 0; i < result->nprops; i++)
		if (slice_ieq(result->props[i].ptype, slice_str(ptype)) &&
			slice_ieq(result->props[i].property, slice_str(property)))
			return &result->props[i];
	return NULL;
}
