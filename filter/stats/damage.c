#include "filter/stats/damage.h"

#include "filter/text/words.h"

static const char *const kinds[] = {
	[DKIM_CHANGE_FOOTER] = N_("a footer was added"),
	[DKIM_CHANGE_TOP] = N_("text was added above the body"),
	[DKIM_CHANGE_PART] = N_("a MIME part was added"),
	[DKIM_CHANGE_WRAPPED] = N_("the body was made a MIME part"),
	[DKIM_CHANGE_BLANKS] = N_("blanks at line ends were changed"),
	[DKIM_CHANGE_LINE_ENDS] = N_("line ends were changed"),
	[DKIM_CHANGE_BLANK_LINE] = N_("the empty line on top was taken away"),
	[DKIM_CHANGE_REWRAPPED] = N_("base64 was wrapped again"),
	[DKIM_CHANGE_TO_QP] = N_("encoded as quoted-printable"),
	[DKIM_CHANGE_TO_BASE64] = N_("encoded as base64"),
	[DKIM_CHANGE_FROM_QP] = N_("decoded from quoted-printable"),
	[DKIM_CHANGE_FROM_BASE64] = N_("decoded from base64"),
	[DKIM_CHANGE_BOUNDARY] = N_("a MIME boundary was rewritten"),
	[DKIM_CHANGE_PREAMBLE] = N_("a MIME preamble was taken away"),
	[DKIM_CHANGE_SUBJECT] = N_("a tag was put into Subject"),
	[DKIM_CHANGE_FIELD_ADDED] = N_("a signed field was added"),
	[DKIM_CHANGE_FIELD_REWRITTEN] = N_("a signed field was rewritten"),
	[DKIM_CHANGE_FIELD_REMOVED] = N_("a signed field was taken away"),
	[DKIM_CHANGE_FIELD_SPACE] = N_("blanks of signed fields were changed"),
	[DKIM_CHANGE_FIELD_CASE] = N_("letters of a signed field were changed"),
};

_Static_assert((int)(sizeof kinds / sizeof kinds[0]) == (int)DAMAGE_KINDS, "every kind has words");

/* A kind counts once a signature, however often it was found there. */
struct damage
damage_of(const struct dkim_diagnosis *diagnoses, size_t n)
{
	struct damage damage = {.signatures = n};

	for (size_t i = 0; i < n; i++) {
		bool seen[DAMAGE_KINDS] = {false};

		damage.unexplained += !diagnoses[i].found;
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
		fprintf(out, "%10zu  %s\n", damage->unexplained, _("nothing known explains it"));
	fprintf(out, _("%10zu  signatures that failed and were looked at\n"), damage->signatures);
}
