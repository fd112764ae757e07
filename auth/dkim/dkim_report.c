#include <inttypes.h>

#include "auth/dkim/dkim.h"
#include "mime/buf.h"

static const char *const reasons[DKIM_R_COUNT] = {
	[DKIM_R_NONE] = NULL,
	[DKIM_R_FIELD_SIZE] = "the signature field is over the size limit",
	[DKIM_R_MANY_TAGS] = "the signature has more tags than the limit",
	[DKIM_R_TAGS] = "the tag list is malformed",
	[DKIM_R_TAG_TWICE] = "a tag stands twice",
	[DKIM_R_MISSING] = "a required tag is missing",
	[DKIM_R_VERSION] = "v= is not 1",
	[DKIM_R_D] = "d= is not a domain name",
	[DKIM_R_S] = "s= is not a selector",
	[DKIM_R_KEY_NAME] = "the name of the key is too long",
	[DKIM_R_I] = "i= is malformed",
	[DKIM_R_I_OUTSIDE] = "i= is not within d=",
	[DKIM_R_B] = "b= is not base64",
	[DKIM_R_BH] = "bh= is not a SHA-256 hash in base64",
	[DKIM_R_H] = "h= is malformed",
	[DKIM_R_FROM] = "From is not signed",
	[DKIM_R_L] = "l= is not a number",
	[DKIM_R_T] = "t= is not a number",
	[DKIM_R_X] = "x= is not a number",
	[DKIM_R_X_BEFORE_T] = "x= is not after t=",
	[DKIM_R_Q] = "q= has no known method",
	[DKIM_R_C] = "the canonicalization is not known",
	[DKIM_R_SHA1] = "algorithm rsa-sha1 is not accepted",
	[DKIM_R_ALGORITHM] = "the algorithm is not known",
	[DKIM_R_EXPIRED] = "the signature has expired",
	[DKIM_R_FUTURE] = "the signature was made in the future",
	[DKIM_R_MANY_FIELDS] = "the header is over the limit of fields",
	[DKIM_R_OVERSIZE] = "a signed field is over the size limit",
	[DKIM_R_MUCH] = "the signatures cover more of the header than the limit",
	[DKIM_R_OVER] = "more signatures than the limit",
	[DKIM_R_NO_KEY] = "there is no key",
	[DKIM_R_KEY_TEMP] = "the key could not be fetched for now",
	[DKIM_R_KEY_UNREADABLE] = "the answer with the key could not be read",
	[DKIM_R_KEY_VERSION] = "the key record is not of version DKIM1",
	[DKIM_R_KEY_SYNTAX] = "the key record is malformed",
	[DKIM_R_KEY_NO_P] = "the key record has no p=",
	[DKIM_R_KEY_P] = "the key itself is malformed",
	[DKIM_R_KEY_SERVICE] = "the key is not for email",
	[DKIM_R_KEY_TYPE] = "the key is not of the type of a=",
	[DKIM_R_KEY_HASH] = "the key is not for SHA-256",
	[DKIM_R_KEY_REVOKED] = "the key is revoked",
	[DKIM_R_KEY_STRICT] = "the key does not allow i= below d=",
	[DKIM_R_KEY_MANY] = "more key records than are tried",
	[DKIM_R_KEY_LARGE] = "the key is too large",
	[DKIM_R_KEY_SMALL] = "the key is too small",
	[DKIM_R_OWN_FAULT] = "the signature could not be checked for now",
	[DKIM_R_BODY] = "the body hash did not verify",
	[DKIM_R_BODY_SHORT] = "the body is shorter than l=",
	[DKIM_R_SIGNATURE] = "the signature did not verify",
	[DKIM_R_DOUBLED] = "a signed field that may stand once stands more often",
	[DKIM_R_LENGTH] = "l= leaves the end of the body open",
};

const char *
dkim_reason_text(enum dkim_reason reason)
{
	return reasons[reason];
}

static struct slice
number(uint64_t n, struct arena *arena)
{
	struct buf buf;

	buf_init(&buf, arena, 32);
	buf_addf(&buf, "%" PRIu64, n);
	return buf_slice(&buf);
}

static void
signature_row(const struct dkim_sig_result *result, struct report *report)
{
	const struct dkim_sig *sig = &result->sig;
	struct report_row *row = report_add(report, "dkim", result->code, result->reason);

	report_prop(row, "header.d", REPORT_DOMAIN, sig->d);
	report_prop(row, "header.i", REPORT_MAILBOX, sig->i);
	report_prop(row, "header.s", REPORT_DOMAIN, sig->s);
	report_prop(row, "header.a", REPORT_TEXT, sig->a_text);
	report_prop(row, "header.b", REPORT_TEXT, slice_head(sig->b_text, 8)); /* RFC 6008 4 */
	if (result->reason == reasons[DKIM_R_LENGTH])
		report_prop(row, "policy.unsigned", REPORT_TEXT,
			number(result->unsigned_bytes, report->arena));
}

void
dkim_report(const struct dkim_result *result, struct report *report)
{
	for (size_t i = 0; i < result->n; i++)
		signature_row(&result->sigs[i], report);
	if (result->over > 0)
		report_prop(report_add(report, "dkim", AUTH_POLICY, reasons[DKIM_R_OVER]),
			"policy.unchecked", REPORT_TEXT, number(result->over, report->arena));
	if (result->n == 0 && result->over == 0)
		(void)report_add(report, "dkim", AUTH_NONE, NULL);
}
