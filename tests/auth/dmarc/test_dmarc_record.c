/* test_dmarc_record.c: DMARC records as text (RFC 9989 4.7, 4.8; RFC 7489 6.3, 6.4). */
#include <criterion/criterion.h>
#include <stdio.h>

#include "auth/dmarc/dmarc.h"

#define P "v=DMARC1; p=none; "

/* Writes p= and the tags that differ from the defaults as one line. */
static const char *
describe(const struct dmarc_record *record, char *out, size_t size)
{
	size_t n = 0;

#define SAY(condition, ...)                                                                        \
	do {                                                                                       \
		if (condition)                                                                     \
			n += (size_t)snprintf(out + n, size - n, __VA_ARGS__);                     \
	} while (0)
	SAY(true, "p=%s", dmarc_policy_word(record->p));
	SAY(record->sp != DMARC_ABSENT, " sp=%s", dmarc_policy_word(record->sp));
	SAY(record->np != DMARC_ABSENT, " np=%s", dmarc_policy_word(record->np));
	SAY(record->adkim_strict, " adkim=s");
	SAY(record->aspf_strict, " aspf=s");
	SAY(record->psd != 'u', " psd=%c", record->psd);
	SAY(record->testing, " t=y");
	SAY(record->pct != 100, " pct=%u", record->pct);
	SAY(record->rua.n > 0, " rua=%.*s", (int)record->rua.n, record->rua.p);
	SAY(record->rua_valid, " usable");
	SAY(record->ruf.n > 0, " ruf=%.*s", (int)record->ruf.n, record->ruf.p);
	SAY(record->fo.n > 0, " fo=%.*s", (int)record->fo.n, record->fo.p);
	SAY(record->deprecated, " old");
	SAY(record->syntax_error, " syntax");
	SAY(record->duplicate, " twice");
#undef SAY
	return out;
}

/* clang-format off */
static const struct row {
	const char *name;
	const char *text;
	const char *rfc9989; /* NULL: no DMARC record */
	const char *rfc7489; /* NULL: the same as for RFC 9989 */
} rows[] = {
	/* the version tag (RFC 9989 4.7) */
	{"the smallest useful record", "v=DMARC1; p=none", "p=none", NULL},
	{"version alone", "v=DMARC1", "p=absent", "p=absent syntax"},
	{"version and separator", "v=DMARC1;", "p=absent", NULL},
	{"name of the version in capitals", "V=DMARC1; p=none", "p=none", NULL},
	{"blanks around everything", "v\t= DMARC1 \t;\t p = none \t", "p=none", NULL},
	{"blank before the version", " v=DMARC1; p=none", "p=none syntax", NULL},
	{"tab before the version", "\tv=DMARC1; p=none", "p=none syntax", NULL},
	{"version in lower case", "v=dmarc1; p=none", NULL, NULL},
	{"version in mixed case", "v=Dmarc1; p=none", NULL, NULL},
	{"a later version", "v=DMARC2; p=none", NULL, NULL},
	{"version with a tail", "v=DMARC10; p=none", NULL, NULL},
	{"version cut short", "v=DMARC; p=none", NULL, NULL},
	{"separator forgotten", "v=DMARC1 p=reject", NULL, NULL},
	{"comma for a separator", "v=DMARC1, p=reject", NULL, NULL},
	{"version not first", "p=reject; v=DMARC1", NULL, NULL},
	{"empty element first", ";v=DMARC1; p=reject", NULL, NULL},
	{"no version", "p=reject", NULL, NULL},
	{"version in quotes", "v=\"DMARC1\"; p=reject", NULL, NULL},
	{"version without a value", "v=; p=reject", NULL, NULL},
	{"version without '='", "vDMARC1; p=reject", NULL, NULL},
	{"an SPF record", "v=spf1 -all", NULL, NULL},
	{"line end before the version", "\nv=DMARC1; p=reject", NULL, NULL},
	{"line end after the version", "v=DMARC1\r\n; p=reject", NULL, NULL},
	{"nothing", "", NULL, NULL},
	{"only separators", ";;;", NULL, NULL},
	{"version said again", "v=DMARC1; p=none; v=DMARC1", "p=none twice", NULL},
	{"another version later", "v=DMARC1; p=none; v=DMARC2", "p=none twice", NULL},

	/* policies */
	{"quarantine", "v=DMARC1; p=quarantine", "p=quarantine", NULL},
	{"policy in capitals", "v=DMARC1; P=REJECT", "p=reject", NULL},
	{"unknown policy", "v=DMARC1; p=bogus", "p=invalid syntax", NULL},
	{"policy with a tail", "v=DMARC1; p=none.", "p=invalid syntax", NULL},
	{"policy in two words", "v=DMARC1; p=re ject", "p=invalid syntax", NULL},
	{"empty policy", "v=DMARC1; p=", "p=invalid syntax", NULL},
	{"policy with a control octet", "v=DMARC1; p=reject\x01", "p=invalid syntax", NULL},
	{"policy with a line end", "v=DMARC1; p=reject\n", "p=invalid syntax", NULL},
	{"policy with 8 bits", "v=DMARC1; p=reject\xc3\xa9", "p=invalid syntax", NULL},
	{"policy followed by a dash", "v=DMARC1; p=reject -", "p=invalid syntax", NULL},
	{"all three policies", "v=DMARC1; p=none; sp=quarantine; np=reject",
		"p=none sp=quarantine np=reject", "p=none sp=quarantine"},
	{"bad sp", "v=DMARC1; p=reject; sp=nein", "p=reject sp=invalid syntax", NULL},
	{"empty sp", "v=DMARC1; p=reject; sp=", "p=reject sp=invalid syntax", NULL},
	{"bad np", "v=DMARC1; p=reject; np=nein", "p=reject np=invalid syntax", "p=reject"},
	{"policy in another place", "v=DMARC1; adkim=s; p=reject", "p=reject adkim=s",
		"p=invalid adkim=s syntax"},
	{"policy after an unknown tag", "v=DMARC1; x=1; p=reject", "p=reject", "p=invalid syntax"},
	{"policy after an empty element", "v=DMARC1; ; p=reject", "p=reject syntax", NULL},
	{"no policy", "v=DMARC1; sp=reject", "p=absent sp=reject", NULL},

	/* alignment, psd, t */
	{"strict", P "adkim=s; aspf=s", "p=none adkim=s aspf=s", NULL},
	{"strict in capitals", P "ADKIM=S; ASPF=S", "p=none adkim=s aspf=s", NULL},
	{"relaxed said", P "adkim=r; aspf=R", "p=none", NULL},
	{"bad alignment", P "adkim=x; aspf=strict", "p=none syntax", NULL},
	{"a public suffix", P "psd=y", "p=none psd=y", "p=none"},
	{"an organization", P "psd=N", "p=none psd=n", "p=none"},
	{"neither said", P "psd=u", "p=none", NULL},
	{"bad psd", P "psd=yes", "p=none syntax", "p=none"},
	{"test mode", P "t=y", "p=none t=y", "p=none"},
	{"test mode in capitals", P "T=Y", "p=none t=y", "p=none"},
	{"no test mode", P "t=n", "p=none", NULL},
	{"bad test mode", P "t=1", "p=none syntax", "p=none"},

	/* report addresses */
	{"rua", P "rua=mailto:a@example.com", "p=none rua=mailto:a@example.com usable", NULL},
	{"rua with a size", P "rua=mailto:a@example.com!10m",
		"p=none rua=mailto:a@example.com!10m usable", NULL},
	{"rua without a scheme", P "rua=a@example.com", "p=none rua=a@example.com", NULL},
	{"one good rua of three", P "rua=x , https://example.com/r,,",
		"p=none rua=x , https://example.com/r,, usable", NULL},
	{"empty rua", P "rua=", "p=none syntax", NULL},
	{"rua with a tab", P "rua=mailto:a@b,\tmailto:c@d", "p=none syntax", NULL},
	{"fo without ruf", P "fo=1", "p=none", NULL},
	{"fo with ruf", P "fo=1:d:s; ruf=mailto:a@b", "p=none ruf=mailto:a@b fo=1:d:s", NULL},
	{"fo in any order", P "fo=s:0:d; ruf=mailto:a@b", "p=none ruf=mailto:a@b fo=s:0:d", NULL},
	{"fo in capitals", P "fo=D; ruf=mailto:a@b", "p=none ruf=mailto:a@b fo=D", NULL},
	{"fo with both digits", P "fo=0:1; ruf=mailto:a@b", "p=none ruf=mailto:a@b syntax",
		"p=none ruf=mailto:a@b fo=0:1"},
	{"fo with one letter twice", P "fo=d:d; ruf=mailto:a@b", "p=none ruf=mailto:a@b syntax",
		"p=none ruf=mailto:a@b fo=d:d"},
	{"fo with blanks", P "fo=1 : d; ruf=mailto:a@b", "p=none ruf=mailto:a@b syntax",
		"p=none ruf=mailto:a@b fo=1 : d"},
	{"fo with an empty part", P "fo=1:; ruf=mailto:a@b", "p=none ruf=mailto:a@b syntax", NULL},
	{"fo with an unknown part", P "fo=1:x; ruf=mailto:a@b", "p=none ruf=mailto:a@b syntax",
		NULL},

	/* tags that RFC 9989 9.3 made historic */
	{"pct", P "pct=20", "p=none old", "p=none pct=20 old"},
	{"pct of nothing", P "pct=0", "p=none old", "p=none pct=0 old"},
	{"pct of all", P "pct=100", "p=none old", NULL},
	{"pct over all", P "pct=101", "p=none old", "p=none old syntax"},
	{"pct with many digits", P "pct=0020", "p=none old", "p=none old syntax"},
	{"pct below nothing", P "pct=-1", "p=none old", "p=none old syntax"},
	{"pct with a sign", P "pct=50%", "p=none old", "p=none old syntax"},
	{"rf and ri", P "rf=afrf; ri=3600", "p=none old", NULL},

	/* other permitted tags */
	{"unknown tags", P "x=1; unknown=a=b; q=\xff", "p=none", NULL},
	{"a tag without '='", P "bogus; adkim=s", "p=none adkim=s syntax", NULL},
	{"a tag without a name", P "=s; adkim=s", "p=none adkim=s syntax", NULL},
	{"a tag with a digit", P "adkim1=s; adkim=s", "p=none adkim=s syntax", NULL},
	{"a tag with a blank inside", P "ad kim=s", "p=none syntax", NULL},
	{"empty elements", P "; ;adkim=s", "p=none adkim=s syntax", NULL},
	{"separators at the end", "v=DMARC1; p=none;;", "p=none syntax", NULL},
	{"one separator and blanks", "v=DMARC1; p=none ; ", "p=none", NULL},
	{"the first of two counts", "v=DMARC1; p=reject; p=none", "p=reject twice", NULL},
	{"also where it is bad", "v=DMARC1; p=bad; p=reject", "p=invalid syntax twice", NULL},
	{"a weaker alignment later", P "adkim=s; adkim=r", "p=none adkim=s twice", NULL},
	{"quotes mean nothing", "v=DMARC1; p=\"reject\"", "p=invalid syntax", NULL},
};
/* clang-format on */

static void
check(const struct row *row, enum dmarc_mode mode, const char *expected)
{
	struct dmarc_record record;
	char got[512];
	bool is = dmarc_parse(slice_str(row->text), mode, &record);

	cr_expect_eq(is, expected != NULL, "%s, mode %d: is a record: %d", row->name, mode, is);
	if (!is || expected == NULL)
		return;
	describe(&record, got, sizeof got);
	cr_expect_str_eq(got, expected, "%s, mode %d: %s", row->name, mode, got);
	cr_expect(slice_eq(record.text, slice_str(row->text)), "%s: text", row->name);
}

Test(dmarc_record, rows)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		check(row, DMARC_RFC9989, row->rfc9989);
		check(row, DMARC_RFC7489, row->rfc7489 != NULL ? row->rfc7489 : row->rfc9989);
	}
}

Test(dmarc_record, a_nul_is_an_octet_like_others)
{
	struct dmarc_record record;

	cr_expect_not(dmarc_parse(SLICE("v=DMARC1\0; p=reject"), DMARC_RFC9989, &record));
	cr_assert(dmarc_parse(SLICE("v=DMARC1; p=reject\0; sp=none"), DMARC_RFC9989, &record));
	cr_expect_eq(record.p, DMARC_INVALID);
	cr_expect_eq(record.sp, DMARC_P_NONE);
	cr_assert(dmarc_parse(SLICE("v=DMARC1; p=none; adkim=\0"), DMARC_RFC9989, &record));
	cr_expect_not(record.adkim_strict);
	cr_expect(record.syntax_error);
}

/*
 * A record as long as DNS permits: a tag after many others is not lost, and parsing takes linear
 * time.
 */
Test(dmarc_record, long_record)
{
	struct arena arena;
	struct dmarc_record record;

	arena_init(&arena, NULL, NULL);
	for (unsigned kind = 0; kind < 3; kind++) {
		static const char *const fill[] = {";", "a=b;", "p=none,p=none;"};
		size_t unit = strlen(fill[kind]), n = 8;
		char *text = arena_alloc(&arena, 70000);
		memcpy(text, "v=DMARC1", 8);
		text[n++] = ';';
		while (n + unit + 8 < 65535) {
			memcpy(text + n, fill[kind], unit);
			n += unit;
		}
		memcpy(text + n, "adkim=s", 7);
		cr_assert(dmarc_parse(slice_make(text, n + 7), DMARC_RFC9989, &record));
		cr_expect(record.adkim_strict, "after many of %s", fill[kind]);
	}
	arena_clear(&arena);
}
