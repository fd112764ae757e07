#include "auth/spf/spf.h"
#include "mime/scan.h"

/* RFC 7208 5: what may follow the name of a mechanism */
enum rule_flags { RULE_DOMAIN = 1, RULE_REQUIRED = 2, RULE_CIDR = 4, RULE_ADDRESS = 8 };

static const struct rule {
	const char *name;
	enum spf_mechanism mechanism;
	unsigned flags;
} rules[] = {
	{"all", SPF_ALL, 0},
	{"include", SPF_INCLUDE, RULE_DOMAIN | RULE_REQUIRED},
	{"a", SPF_A, RULE_DOMAIN | RULE_CIDR},
	{"mx", SPF_MX, RULE_DOMAIN | RULE_CIDR},
	{"ptr", SPF_PTR, RULE_DOMAIN},
	{"ip4", SPF_IP4, RULE_ADDRESS | RULE_REQUIRED},
	{"ip6", SPF_IP6, RULE_ADDRESS | RULE_REQUIRED},
	{"exists", SPF_EXISTS, RULE_DOMAIN | RULE_REQUIRED},
};

static bool
is_alphanum(char c)
{
	return slice_is_alpha(c) || slice_is_digit(c);
}

static bool
all_digits(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!slice_is_digit(s.p[i]))
			return false;
	return s.n > 0;
}

/* RFC 7208 7.1: alphanumeric with at least one letter, or with a hyphen inside */
static bool
is_toplabel(struct slice label)
{
	bool seen = false;
	char last = '-';

	for (size_t i = 0; i < label.n; i++) {
		last = label.p[i];
		if (!is_alphanum(last) && last != '-')
			return false;
		seen = seen || !slice_is_digit(last);
	}
	return seen && !slice_starts(label, SLICE("-")) && last != '-';
}

/* RFC 7208 7.1: domain-spec = macro-string domain-end */
static bool
is_domain_spec(struct slice text)
{
	size_t literals, dot;

	if (text.n == 0 || !spf_macro_check(text, false, &literals))
		return false;
	if (literals == 0)
		return true;
	text = slice_from(text, text.n - literals);
	dot = slice_rfind(text, '.');
	if (dot + 1 == text.n)
		dot = slice_rfind(slice_head(text, --text.n), '.');
	return dot < text.n && is_toplabel(slice_from(text, dot + 1));
}

/* RFC 7208 12: cidr lengths have no leading zero */
static bool
parse_bits(struct slice digits, unsigned max, unsigned *bits)
{
	unsigned long long value;

	if (!all_digits(digits) || digits.n > 3 ||
		(digits.n > 1 && slice_starts(digits, SLICE("0"))) ||
		!scan_number(&digits, max, &value))
		return false;
	*bits = (unsigned)value;
	return true;
}

/*
 * Removes the prefix lengths, [ "/" ip4 ] [ "//" ip6 ], from the end of *text. A domain-spec cannot
 * end like that, so parsing from the end is safe. False for a length out of range.
 */
static bool
cut_dual_cidr(struct slice *text, struct spf_directive *directive)
{
	size_t slash = slice_rfind(*text, '/');
	struct slice digits = slice_from(*text, slash + 1);

	if (!all_digits(digits))
		return true; /* no length here; the check of the domain-spec reports a stray '/' */
	if (slash > 0 && slice_rfind(slice_head(*text, slash), '/') == slash - 1) {
		if (!parse_bits(digits, 128, &directive->bits6))
			return false;
		*text = slice_head(*text, slash - 1);
		slash = slice_rfind(*text, '/');
		digits = slice_from(*text, slash + 1);
		if (!all_digits(digits))
			return true;
	}
	if (!parse_bits(digits, 32, &directive->bits4))
		return false;
	*text = slice_head(*text, slash);
	return true;
}

/* RFC 7208 5.6 */
static bool
parse_network(struct slice text, struct spf_directive *directive)
{
	const bool ip6 = directive->mechanism == SPF_IP6;
	const size_t slash = slice_find(text, '/');

	if (!ip_parse_family(slice_head(text, slash), ip6 ? 6 : 4, &directive->ip))
		return false;
	if (slash == text.n)
		return true;
	return parse_bits(slice_from(text, slash + 1), ip6 ? 128 : 32,
		ip6 ? &directive->bits6 : &directive->bits4);
}

static const struct rule *
find_rule(struct slice name)
{
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
		if (slice_ieq(name, slice_str(rules[i].name)))
			return &rules[i];
	return NULL;
}

static enum auth_code
scan_qualifier(struct slice *at)
{
	if (scan_char(at, '-'))
		return AUTH_FAIL;
	if (scan_char(at, '~'))
		return AUTH_SOFTFAIL;
	if (scan_char(at, '?'))
		return AUTH_NEUTRAL;
	(void)scan_char(at, '+');
	return AUTH_PASS;
}

static bool
parse_directive(struct slice term, struct spf_directive *directive)
{
	const struct rule *rule;
	size_t n = 0;

	*directive = (struct spf_directive){.text = term, .bits4 = 32, .bits6 = 128};
	directive->qualifier = scan_qualifier(&term);
	while (n < term.n && is_alphanum(term.p[n]))
		n++;
	rule = find_rule(slice_head(term, n));
	if (rule == NULL)
		return false;
	directive->mechanism = rule->mechanism;
	term = slice_from(term, n);
	if ((rule->flags & RULE_CIDR) != 0 && !cut_dual_cidr(&term, directive))
		return false;
	if (term.n == 0)
		return (rule->flags & RULE_REQUIRED) == 0;
	if (!scan_char(&term, ':'))
		return false;
	if ((rule->flags & RULE_ADDRESS) != 0)
		return parse_network(term, directive);
	directive->domain_spec = term;
	return (rule->flags & RULE_DOMAIN) != 0 && is_domain_spec(term);
}

/* RFC 7208 12: name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." ), followed by "=" */
static bool
scan_modifier_name(struct slice *at, struct slice *name)
{
	size_t n = 0;

	if (at->n == 0 || !slice_is_alpha(at->p[0]))
		return false;
	while (n < at->n && (is_alphanum(at->p[n]) || slice_find(SLICE("-_."), at->p[n]) < 3))
		n++;
	if (n == at->n || at->p[n] != '=')
		return false;
	*name = slice_head(*at, n);
	*at = slice_from(*at, n + 1);
	return true;
}

static bool
set_modifier(struct slice *modifier, struct slice value)
{
	if (modifier->n > 0)
		return false; /* RFC 7208 6: each at most once */
	*modifier = value;
	return is_domain_spec(value);
}

static bool
parse_modifier(struct slice name, struct slice value, struct spf_record *record)
{
	size_t literals;

	if (slice_ieq(name, SLICE("redirect")))
		return set_modifier(&record->redirect, value);
	if (slice_ieq(name, SLICE("exp")))
		return set_modifier(&record->exp, value);
	/* RFC 7208 6: unknown modifiers are ignored; 4.6: but their syntax is checked */
	return spf_macro_check(value, true, &literals);
}

/* RFC 7208 4.6.1: terms are separated by SP only */
static bool
next_term(struct slice *rest, struct slice *term)
{
	while (scan_char(rest, ' '))
		;
	*term = slice_head(*rest, slice_find(*rest, ' '));
	*rest = slice_from(*rest, term->n);
	return term->n > 0;
}

bool
spf_is_record(struct slice text)
{
	const struct slice version = SLICE("v=spf1");

	/* RFC 7208 4.5 */
	return slice_istarts(text, version) && (text.n == version.n || text.p[version.n] == ' ');
}

enum status
spf_parse(struct slice text, struct arena *arena, struct spf_record *record, struct slice *bad_term)
{
	struct slice rest, term, name;
	struct spf_directive *directives;
	size_t terms = 0;

	*record = (struct spf_record){.n = 0};
	*bad_term = SLICE("");
	if (!spf_is_record(text))
		return ST_BAD;
	for (rest = slice_from(text, SLICE("v=spf1").n); next_term(&rest, &term);)
		terms++;
	directives = arena_array(arena, terms, sizeof *directives);
	record->directives = directives;
	for (rest = slice_from(text, SLICE("v=spf1").n); next_term(&rest, &term);) {
		struct slice value = term;
		*bad_term = term;
		if (scan_modifier_name(&value, &name)) {
			if (!parse_modifier(name, value, record))
				return ST_BAD;
		} else if (!parse_directive(term, &directives[record->n++])) {
			return ST_BAD;
		}
	}
	*bad_term = SLICE("");
	return ST_OK;
}
