#include "auth/base/domain.h"

#include <errno.h>
#include <idn2.h>
#include <libpsl.h>
#include <stdlib.h>

#include "mime/buf.h"
#include "mime/late.h"

/* Octets of a name before NFC and mapping, which can shorten it; a normal name has at most 253. */
enum { TEXT_MAX = 4096 };

/* libidn2, for names that are not plain ASCII */
struct idn {
	__typeof__(&idn2_lookup_u8) lookup;
	__typeof__(&idn2_to_unicode_8z8z) to_unicode;
	__typeof__(&idn2_free) free;
};

/* A missing library is no malformed name: it ends, like a lack of memory, in arena->oom. */
static void
load_idn(struct idn *idn, const struct arena *arena)
{
	static const struct late_name names[] = {
		LATE(idn, lookup, idn2_lookup_u8),
		LATE(idn, to_unicode, idn2_to_unicode_8z8z),
		LATE(idn, free, idn2_free),
	};

	errno = 0;
	if (!late_load("libidn2.so.0", names, sizeof names / sizeof *names, idn))
		arena_lacks(arena, errno == ENOMEM                      ? ARENA_MEMORY
				   : errno == EMFILE || errno == ENFILE ? ARENA_OPEN_FILES
									: ARENA_LIBIDN2);
}

static bool
is_ldh(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_';
}

/* Is it 1 to 63 octets of letters, digits, "-" and "_"? */
static bool
is_label(struct slice label)
{
	if (label.n == 0 || label.n > DOMAIN_LABEL_MAX)
		return false;
	for (size_t i = 0; i < label.n; i++)
		if (!is_ldh(label.p[i]))
			return false;
	return true;
}

/*
 * Is label all digits? If the last label is, the text is an IPv4 address and not a name: no
 * top-level domain is all digits (RFC 3696 2).
 */
static bool
is_numeric(struct slice label)
{
	for (size_t i = 0; i < label.n; i++)
		if (label.p[i] < '0' || label.p[i] > '9')
			return false;
	return true;
}

/*
 * The length of the dot at the start of s: "." or a character that IDNA treats as one
 * (RFC 3490 3.1).
 */
static size_t
dot_length(struct slice s)
{
	static const char *const dots[] = {"\xe3\x80\x82", "\xef\xbc\x8e", "\xef\xbd\xa1"};

	if (s.n > 0 && s.p[0] == '.')
		return 1;
	for (size_t i = 0; s.n > 0 && (unsigned char)s.p[0] >= 0xe0 && i < 3; i++)
		if (slice_starts(s, slice_str(dots[i])))
			return 3;
	return 0;
}

/* Removes and returns the label at the start of *text, and the dot after it. */
static struct slice
next_label(struct slice *text)
{
	struct slice label;
	size_t i = 0;

	while (i < text->n && dot_length(slice_from(*text, i)) == 0)
		i++;
	label = slice_head(*text, i);
	*text = slice_from(*text, i);
	*text = slice_from(*text, dot_length(*text));
	return label;
}

/*
 * Appends the A-label of label, which has at least one byte over 127, to out. mapping:
 * IDN2_NONTRANSITIONAL, or IDN2_TRANSITIONAL, which maps like IDNA 2003.
 */
static enum status
add_u_label(struct slice label, int mapping, struct arena *arena, struct buf *out)
{
	const uint8_t *text = (const uint8_t *)arena_cstr(arena, label);
	uint8_t *found = NULL;
	struct slice a_label;
	enum status status = ST_BAD;
	struct idn idn;
	int rc;

	load_idn(&idn, arena);
	rc = idn.lookup(text, &found, IDN2_NFC_INPUT | mapping);
	if (rc == IDN2_MALLOC)
		arena_no_memory(arena);
	if (rc != IDN2_OK)
		return ST_BAD;
	/* mapping may leave an empty label, or bytes that are invalid in a host name */
	a_label = slice_str((const char *)found);
	if (is_label(a_label)) {
		buf_add(out, a_label);
		status = ST_OK;
	}
	idn.free(found);
	return status;
}

/* Adds the label at the start of *text, and removes it and the dot after it. */
static enum status
add_label(struct slice *text, struct arena *arena, struct buf *out)
{
	const struct slice label = next_label(text);
	bool ascii = true;

	for (size_t i = 0; i < label.n; i++) {
		if ((unsigned char)label.p[i] > 127)
			ascii = false;
		else if (!is_ldh(label.p[i]))
			return ST_BAD;
	}
	if (!ascii)
		return add_u_label(label, IDN2_NONTRANSITIONAL, arena, out);
	if (!is_label(label))
		return ST_BAD;
	buf_add(out, label);
	return ST_OK;
}

enum status
domain_normalize(struct slice text, struct arena *arena, struct slice *name)
{
	struct buf out;
	struct slice label;

	*name = slice_make(NULL, 0);
	if (text.n == 0 || text.n > TEXT_MAX)
		return ST_BAD;
	buf_init(&out, arena, DOMAIN_MAX);
	do {
		enum status status = add_label(&text, arena, &out);

		if (status != ST_OK)
			return status;
		if (text.n > 0)
			buf_addc(&out, '.');
	} while (text.n > 0 && !out.over); /* a longer text may have a thousand labels */
	label = domain_tail(buf_slice(&out), 1);
	if (out.over || is_numeric(label))
		return ST_BAD;
	*name = arena_lower(arena, buf_slice(&out));
	return ST_OK;
}

/*
 * The text with the characters replaced that IDNA 2003 removes (RFC 3454 B.1), or that have a dot
 * in them (NFKC), and that the mapping of UTS 46 refuses.
 */
static struct slice
replace_older(struct slice text, struct arena *arena)
{
	static const char *const older[][2] = {{"\xe1\xa0\x86", ""}, {"\xe1\xa0\x8b", ""},
		{"\xe1\xa0\x8c", ""}, {"\xe1\xa0\x8d", ""}, {"\xe2\x80\xa4", "."},
		{"\xef\xb9\x92", "."}, {"\xe3\x8f\x87", "co."}, {"\xe3\x8f\x82", "a.m."},
		{"\xe3\x8f\x98", "p.m."}, {"\xf0\x9f\x84\x80", "0."}};
	enum { ROWS = sizeof older / sizeof *older, FIRST = 0x88, LAST = 0x9b };
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	while (text.n > 0) {
		const unsigned char last = text.n > 2 ? (unsigned char)text.p[2] : 0;
		size_t i = 0, n = 3;

		while (i < ROWS && !slice_starts(text, slice_str(older[i][0])))
			i++;
		if (i < ROWS) {
			buf_adds(&out, older[i][1]);
			n = strlen(older[i][0]);
		} else if (slice_starts(text, SLICE("\xe2\x92")) && last >= FIRST && last <= LAST) {
			buf_addf(&out, "%d.", last - FIRST + 1); /* U+2488: a digit with a dot */
		} else {
			buf_add(&out, slice_head(text, n = 1));
		}
		text = slice_from(text, n);
	}
	return buf_slice(&out);
}

/* Is label the normal one, if mapped by one IDNA or the other? */
static bool
label_maps_to(struct slice label, struct slice normal, struct arena *arena)
{
	static const int mappings[] = {IDN2_NONTRANSITIONAL, IDN2_TRANSITIONAL};

	if (slice_is_ascii(label))
		return slice_ieq(label, normal);
	for (size_t i = 0; i < sizeof mappings / sizeof *mappings; i++) {
		struct buf out;

		buf_init(&out, arena, DOMAIN_MAX);
		if (add_u_label(label, mappings[i], arena, &out) == ST_OK &&
			slice_ieq(buf_slice(&out), normal))
			return true;
	}
	return false;
}

bool
domain_maps_to(struct slice text, struct slice name, bool below, struct arena *arena)
{
	text = replace_older(text, arena);
	while (name.n > 0)
		if (!label_maps_to(next_label(&text), next_label(&name), arena))
			return false;
	return text.n == 0 || below;
}

enum status
domain_to_unicode(struct slice name, struct arena *arena, struct slice *text)
{
	char *decoded = NULL;
	struct idn idn;
	int rc;

	*text = slice_make(NULL, 0);
	load_idn(&idn, arena);
	rc = idn.to_unicode(arena_cstr(arena, name), &decoded, 0);
	if (rc == IDN2_MALLOC)
		arena_no_memory(arena);
	if (rc != IDN2_OK)
		return ST_BAD;
	*text = arena_dup(arena, slice_str(decoded));
	idn.free(decoded);
	return ST_OK;
}

size_t
domain_labels(struct slice name)
{
	size_t n = name.n > 0;

	for (size_t i = 0; i < name.n; i++)
		n += name.p[i] == '.';
	return n;
}

struct slice
domain_tail(struct slice name, size_t n)
{
	size_t at = name.n;

	if (n == 0)
		return slice_from(name, name.n);
	while (at > 0 && (name.p[at - 1] != '.' || --n > 0))
		at--;
	return slice_from(name, at);
}

struct slice
domain_organization(struct slice name)
{
	struct slice two = domain_tail(name, 2);

	return domain_tail(name, slice_find(two, '.') <= 3 ? 3 : 2);
}

/*
 * The labels below which registries register names, by top-level domain; from the section of the
 * public suffix list that the registries maintain. Names that one organization has (ad.nl, ne.ch,
 * gr.ch) look the same, and so no label is one everywhere.
 */
static const struct {
	const char *tops, *labels;
} registries[] = {
	{"jp", "ac,ad,co,ed,go,gr,lg,ne,or"},
	{"uk", "ac,co,gov,ltd,me,net,nhs,org,plc,police,sch"},
	{"kr", "ac,co,es,go,hs,kg,mil,ms,ne,or,pe,re,sc"},
	{"th", "ac,co,go,in,mi,net,or"},
	{"nz", "ac,co,cri,geek,gen,govt,health,iwi,kiwi,maori,mil,net,org,parliament,school"},
	{"za", "ac,agric,alt,co,edu,gov,grondar,law,mil,net,ngo,nic,nis,nom,org,school,tm,web"},
	{"au", "asn,com,edu,gov,id,net,org"},
	{"br", "adm,adv,art,blog,com,eco,edu,emp,eng,gov,ind,inf,jus,leg,med,mil,net,org,tv"},
	{"tr", "av,bbs,bel,biz,com,dr,edu,gen,gov,info,k12,kep,mil,name,net,org,pol,tel,tv,web"},
	{"in", "ac,co,com,edu,firm,gen,gov,ind,mil,net,nic,org,res"},
	{"il", "ac,co,gov,idf,k12,muni,net,org"},
	{"id", "ac,biz,co,desa,go,mil,my,net,or,sch,web"},
	{"cn", "ac,com,edu,gov,mil,net,org"},
	{"ar,bd,bh,bo,co,cy,do,ec,eg,ge,gh,gr,gt,hk,hn,kw,kz,lb,lk,lv,mo,mt,mx",
		"com,edu,gov,net,org"},
	{"my,ng,ni,om,pa,pe,ph,pk,pl,pr,py,qa,ro,sa,sg,sv,tn,tw,ua,uy,ve,vn",
		"com,edu,gov,net,org"},
	{"es", "com,edu,gob,nom,org"},
	{"pt", "com,edu,gov,int,net,nome,org,publ"},
	{"at", "ac,co,gv,or"},
	{"hu", "co,org"},
	{"rs", "ac,co,edu,gov,in,org"},
	{"ke,tz,ug", "ac,co,go,me,ne,or,sc"},
	{"cr", "ac,co,ed,fi,go,or,sa"},
};

/* Is the word in the list of words, which are separated by a comma? */
static bool
is_listed(const char *words, struct slice word)
{
	struct slice rest = slice_str(words);

	while (rest.n > 0) {
		const size_t end = slice_find(rest, ',');

		if (slice_ieq(slice_head(rest, end), word))
			return true;
		rest = slice_from(rest, end + 1);
	}
	return false;
}

bool
domain_is_registry(struct slice name)
{
	const size_t dot = slice_find(name, '.');

	if (domain_labels(name) != 2)
		return domain_labels(name) == 1;
	for (size_t i = 0; i < sizeof registries / sizeof registries[0]; i++)
		if (is_listed(registries[i].tops, slice_from(name, dot + 1)))
			return is_listed(registries[i].labels, slice_head(name, dot));
	return false;
}

bool
domain_within(struct slice name, struct slice top)
{
	if (top.n == 0 || name.n < top.n || !slice_ieq(slice_from(name, name.n - top.n), top))
		return false;
	return name.n == top.n || name.p[name.n - top.n - 1] == '.';
}

size_t
domain_common(struct slice a, struct slice b)
{
	size_t same = 0, n = 0;

	while (same < a.n && same < b.n &&
		slice_lower(a.p[a.n - 1 - same]) == slice_lower(b.p[b.n - 1 - same])) {
		n += a.p[a.n - 1 - same] == '.';
		same++;
	}
	/* the leftmost label in common counts only if it is complete in both names */
	if (same > 0 && (same == a.n || a.p[a.n - 1 - same] == '.') &&
		(same == b.n || b.p[b.n - 1 - same] == '.'))
		n++;
	return n;
}

/* libpsl, for RFC 7489 only */
struct domain_psl {
	psl_ctx_t *ctx;
	__typeof__(&psl_latest) latest;
	__typeof__(&psl_load_file) load_file;
	__typeof__(&psl_registrable_domain) registrable;
	__typeof__(&psl_free) free;
};

static bool
load_psl(struct domain_psl *psl)
{
	static const struct late_name names[] = {
		LATE(domain_psl, latest, psl_latest),
		LATE(domain_psl, load_file, psl_load_file),
		LATE(domain_psl, registrable, psl_registrable_domain),
		LATE(domain_psl, free, psl_free),
	};

	return late_load("libpsl.so.5", names, sizeof names / sizeof *names, psl);
}

struct domain_psl *
domain_psl_open(const char *path)
{
	struct domain_psl *psl;

	errno = 0;
	psl = calloc(1, sizeof *psl);
	if (psl == NULL)
		return NULL;
	if (load_psl(psl))
		psl->ctx = path == NULL ? psl->latest(NULL) : psl->load_file(path);
	if (psl->ctx == NULL) {
		free(psl); /* keeps errno */
		return NULL;
	}
	return psl;
}

void
domain_psl_free(struct domain_psl *psl)
{
	if (psl == NULL)
		return;
	psl->free(psl->ctx);
	free(psl);
}

struct slice
domain_psl_org(const struct domain_psl *psl, struct slice name)
{
	char text[DOMAIN_MAX + 1];
	const char *org;

	if (name.n == 0 || name.n > DOMAIN_MAX)
		return name;
	memcpy(text, name.p, name.n);
	text[name.n] = '\0';
	org = psl->registrable(psl->ctx, text); /* RFC 7489 3.2 */
	return org == NULL ? name : slice_from(name, (size_t)(org - text));
}
