#include "filter/explain/remedy.h"

#include "auth/dkim/dkim.h"
#include "filter/result/code.h"
#include "filter/text/i18n.h"

/* the code for a signature that fails without a reason */
static const char unexplained[] = "fails";

static const struct remedy {
	enum dkim_reason which;
	const char *id, *text; /* what to do */
} remedies[] = {
	{DKIM_R_NO_KEY, "advice-dkim-publish",
		N_("there is no key there: publish the record, or the CNAME, that the provider "
		   "names")},
	{DKIM_R_KEY_TEMP, "advice-dkim-dns",
		N_("the key could not be fetched from DNS: check the name servers")},
	{DKIM_R_KEY_REVOKED, "advice-dkim-revoked",
		N_("the key is revoked (p= is empty): sign with the new selector, or publish the "
		   "key "
		   "again")},
	{DKIM_R_KEY_SMALL, "advice-dkim-small",
		N_("the key is too small: make one of 2048 bits, under a new selector")},
	{DKIM_R_KEY_LARGE, "advice-dkim-large", N_("the key is too large: make one of 2048 bits")},
	{DKIM_R_KEY_P, "advice-dkim-key",
		N_("p= contains no key: publish it again, whole and without line ends or quotes "
		   "inside")},
	{DKIM_R_KEY_NO_P, "advice-dkim-key", N_("the record has no p=: publish it again, whole")},
	{DKIM_R_KEY_SYNTAX, "advice-dkim-key", N_("the record is broken: publish it again, whole")},
	{DKIM_R_KEY_VERSION, "advice-dkim-key", N_("v= of the record must be DKIM1")},
	{DKIM_R_KEY_TYPE, "advice-dkim-type",
		N_("the key is of another type than the signature: publish the key that signs")},
	{DKIM_R_KEY_HASH, "advice-dkim-use",
		N_("h= does not list sha256: remove h= from the record")},
	{DKIM_R_KEY_SERVICE, "advice-dkim-use",
		N_("s= does not list email: remove s= from the record")},
	{DKIM_R_KEY_STRICT, "advice-dkim-strict",
		N_("t=s requires i= to be of d= itself: remove t=s from the record")},
	{DKIM_R_EXPIRED, "advice-dkim-expired",
		N_("the signature has expired: make it valid for days (x=), or find out why the "
		   "mail was late")},
	{DKIM_R_FUTURE, "advice-dkim-clock", N_("the signer's clock is ahead: correct it")},
	{DKIM_R_SHA1, "advice-dkim-sha1", N_("rsa-sha1 is not accepted: sign with rsa-sha256")},
	{DKIM_R_FROM, "advice-dkim-from", N_("h= must name From: have the signer sign it")},
	{DKIM_R_LENGTH, "advice-dkim-length",
		N_("it leaves a part of the body unsigned (l=): sign without l=")},
	{DKIM_R_DOUBLED, "advice-dkim-doubled",
		N_("a field appears twice and is signed once: send it once")},
	{DKIM_R_BODY, "advice-dkim-changed",
		N_("the body was changed after signing: if your own systems do that, sign after "
		   "them")},
	{DKIM_R_BODY_SHORT, "advice-dkim-changed",
		N_("the body was cut after signing: if your own systems do that, sign after them")},
	{DKIM_R_SIGNATURE, "advice-dkim-changed",
		N_("a signed field was changed after signing, or another key signed: compare the "
		   "published key with the signer's, and if your own systems change the header, "
		   "sign after them")},
};

static const struct {
	const char *code, *text;
} proved[] = {
	{REMEDY_PROVED, N_("it was correct when it was made, as the diagnosis proves: if you know "
			   "what makes the change, prevent it, or sign after it")},
	{REMEDY_BODY, N_("the body was changed after signing: if your own systems do that, sign "
			 "after them")},
	{REMEDY_FIELD, N_("a signed field was changed after signing: if your own systems do that, "
			  "sign after them, or do not sign that field")},
	{REMEDY_BOTH, N_("header and body were changed after signing: if your own systems do that, "
			 "sign after them")},
	{REMEDY_KEY, N_("another key signed, or b= was changed: compare the published key with "
			"the signer's")},
	{unexplained, N_("it fails")},
};

const char *
remedy_id(const struct reason *reason)
{
	for (size_t i = 0; i < sizeof remedies / sizeof *remedies; i++)
		if (reason->id == (unsigned)remedies[i].which)
			return remedies[i].id;
	return NULL;
}

const char *
remedy_code(const struct reason *reason)
{
	return reason->id != REASON_NONE ? reason_code(reason) : unexplained;
}

const char *
remedy_text(const char *code)
{
	for (size_t i = 0; i < sizeof proved / sizeof *proved; i++)
		if (strcmp(proved[i].code, code) == 0)
			return proved[i].text;
	for (size_t i = 0; i < sizeof remedies / sizeof *remedies; i++) {
		const struct reason of = dkim_reason(remedies[i].which);
		const char *known = reason_code(&of);

		if (strcmp(known, code) == 0)
			return remedies[i].text;
	}
	return code_text(code);
}
