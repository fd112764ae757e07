#include "filter/stats/damage.h"

#include "filter/text/i18n.h"

static const char *const kinds[] = {
	[DIAGNOSE_FOOTER] = N_("a footer was added"),
	[DIAGNOSE_TOP] = N_("text was added above the body"),
	[DIAGNOSE_PART] = N_("a MIME part was added"),
	[DIAGNOSE_WRAPPED] = N_("the body was made a MIME part"),
	[DIAGNOSE_BLANKS] = N_("white space at line ends was changed"),
	[DIAGNOSE_LINE_ENDS] = N_("line ends were changed"),
	[DIAGNOSE_BLANK_LINE] = N_("the empty line on top was removed"),
	[DIAGNOSE_REWRAPPED] = N_("base64 was wrapped again"),
	[DIAGNOSE_TO_QP] = N_("encoded as quoted-printable"),
	[DIAGNOSE_TO_BASE64] = N_("encoded as base64"),
	[DIAGNOSE_FROM_QP] = N_("decoded from quoted-printable"),
	[DIAGNOSE_FROM_BASE64] = N_("decoded from base64"),
	[DIAGNOSE_BOUNDARY] = N_("a MIME boundary was rewritten"),
	[DIAGNOSE_PREAMBLE] = N_("a MIME preamble was removed"),
	[DIAGNOSE_SUBJECT] = N_("a tag was put into Subject"),
	[DIAGNOSE_FIELD_ADDED] = N_("a signed field was added"),
	[DIAGNOSE_FIELD_REWRITTEN] = N_("a signed field was rewritten"),
	[DIAGNOSE_FIELD_REMOVED] = N_("a signed field was removed"),
	[DIAGNOSE_FIELD_SPACE] = N_("white space in signed fields was changed"),
	[DIAGNOSE_FIELD_CASE] = N_("letters of a signed field were changed"),
	[DIAGNOSE_BLOCK] = N_("text was added inside a MIME part"),
	[DIAGNOSE_PART_FOOTER] = N_("text was added at the end of a MIME part"),
	[DIAGNOSE_META] = N_("an element was added to an HTML head"),
	[DIAGNOSE_LINKS] = N_("links were rewritten"),
	[DIAGNOSE_PART_FIELDS] = N_("header fields of MIME parts were rewritten"),
	[DIAGNOSE_LONG_LINES] = N_("long lines were broken"),
	[DIAGNOSE_FROM_LINES] = N_("\">\" was put before \"From \""),
	[DIAGNOSE_DOTS] = N_("dots at the start of lines were doubled or lost"),
	[DIAGNOSE_REQUOTED] = N_("quoted-printable was encoded again"),
	[DIAGNOSE_PREAMBLE_ADDED] = N_("a MIME preamble was added"),
	[DIAGNOSE_DELIMITER_LINES] = N_("empty lines before MIME delimiters were changed"),
	[DIAGNOSE_FIELD_FORM] = N_("a signed field was written in another form"),
	[DIAGNOSE_LIST_FIELDS] = N_("signed list fields were added"),
	[DIAGNOSE_FIELD_FOLDED] = N_("a long signed field was broken into lines"),
	[DIAGNOSE_FIELD_CHANGED] = N_("a signed field got another value"),
};

/* which half of an unexplained signature was proved */
static const char *const halves[DAMAGE_HALVES] = {
	[DIAGNOSE_WHOLE] = N_("nothing is known of them"),
	[DIAGNOSE_HEADER] = N_("the header verifies, the body was changed"),
	[DIAGNOSE_BODY] = N_("the body verifies, a signed field was changed"),
	[DIAGNOSE_KEY] = N_("another key signed, or b= was changed"),
	[DIAGNOSE_GENUINE] = N_("the key signed; header and body were changed"),
};

_Static_assert((int)(sizeof kinds / sizeof kinds[0]) == (int)DAMAGE_KINDS, "every kind has words");

/* Counts each kind at most once per signature. */
struct damage
damage_of(const struct diagnosis *diagnoses, size_t n)
{
	struct damage damage = {.signatures = n};

	for (size_t i = 0; i < n; i++) {
		bool seen[DAMAGE_KINDS] = {false};

		damage.unexplained += !diagnoses[i].found;
		damage.halves[diagnoses[i].half] += !diagnoses[i].found;
		for (size_t k = 0; diagnoses[i].found && k < diagnoses[i].n; k++)
			seen[diagnoses[i].changes[k].kind] = true;
		for (size_t k = 0; k < DAMAGE_KINDS; k++)
			damage.kinds[k] += seen[k];
	}
	return damage;
}

void
damage_add(struct damage *sum, const struct damage *one)
{
	sum->signatures += one->signatures;
	sum->unexplained += one->unexplained;
	for (size_t i = 0; i < DAMAGE_HALVES; i++)
		sum->halves[i] += one->halves[i];
	for (size_t k = 0; k < DAMAGE_KINDS; k++)
		sum->kinds[k] += one->kinds[k];
}

void
damage_print(const struct damage *damage, FILE *out)
{
	if (damage->signatures == 0)
		return;
	fputs(_("\nWhat broke signatures\n"), out);
	for (size_t k = 0; k < DAMAGE_KINDS; k++)
		if (damage->kinds[k] > 0)
			fprintf(out, "%10zu  %s\n", damage->kinds[k], _(kinds[k]));
	if (damage->unexplained > 0)
		fprintf(out, "%10zu  %s\n", damage->unexplained, _("not explained"));
	for (size_t i = 0; i < DAMAGE_HALVES; i++)
		if (damage->halves[i] > 0)
			fprintf(out, "%10s  %10zu  %s\n", "", damage->halves[i], _(halves[i]));
	fprintf(out, _("%10zu  signatures that failed and were examined\n"), damage->signatures);
}

const char *
damage_word(size_t kind)
{
	return _(kinds[kind]);
}
