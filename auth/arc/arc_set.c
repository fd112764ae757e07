#include "auth/arc/arc.h"
#include "mime/scan.h"

/* An ARC field, as found in the message. */
struct found {
	enum arc_part part;
	unsigned instance;
	const struct field *field;
	struct slice payload;
	struct dkim_sig sig;
	enum arc_reason reason; /* why it belongs to no set, or ARC_R_NONE */
};

static void
break_structure(
	struct arc_result *result, enum arc_part part, unsigned instance, struct reason reason)
{
	if (result->code == AUTH_FAIL)
		return; /* the first one is reported */
	result->code = AUTH_FAIL;
	result->part = part;
	result->instance = instance;
	result->reason = reason;
}

static void
fail_for(struct arc_result *result, enum arc_part part, unsigned instance, enum arc_reason reason)
{
	break_structure(result, part, instance, arc_reason(reason));
}

/* ARC_PART_CHAIN if it is not an ARC field */
static enum arc_part
part_of(const struct field *field)
{
	if (field_is(field, "ARC-Authentication-Results"))
		return ARC_PART_AAR;
	if (field_is(field, "ARC-Message-Signature"))
		return ARC_PART_AMS;
	return field_is(field, "ARC-Seal") ? ARC_PART_SEAL : ARC_PART_CHAIN;
}

/* RFC 8617 4.2.1: position = 1*2DIGIT, from 1 to 50 */
static enum arc_reason
read_instance(struct slice *at, size_t max_sets, unsigned *instance)
{
	const size_t before = at->n;
	unsigned long long number;

	if (!scan_number(at, 999, &number) || number == 0)
		return ARC_R_I;
	if (number > ARC_SETS_MAX || number > max_sets)
		return ARC_R_OVER;
	if (before - at->n > 2)
		return ARC_R_I;
	*instance = (unsigned)number;
	return ARC_R_NONE;
}

/* RFC 8617 4.1.1: [CFWS] "i" [CFWS] "=" [CFWS] position [CFWS] ";" and then results */
static enum arc_reason
read_aar(struct found *found, size_t max_sets)
{
	struct slice at = found->field->value;
	enum arc_reason reason;

	(void)scan_cfws(&at);
	if (!scan_char(&at, 'i'))
		return ARC_R_AAR_I;
	(void)scan_cfws(&at);
	if (!scan_char(&at, '='))
		return ARC_R_AAR_I;
	(void)scan_cfws(&at);
	reason = read_instance(&at, max_sets, &found->instance);
	if (reason != ARC_R_NONE)
		return reason;
	(void)scan_cfws(&at);
	if (!scan_char(&at, ';'))
		return ARC_R_AAR_I;
	found->payload = at;
	return ARC_R_NONE;
}

static enum arc_reason
read_signature(struct found *found, size_t max_sets, struct arena *arena)
{
	const enum dkim_form form =
		found->part == ARC_PART_SEAL ? DKIM_FORM_ARC_SEAL : DKIM_FORM_ARC_MESSAGE;
	enum arc_reason reason;
	const struct tag *tag;
	struct slice at;

	dkim_parse_as(form, found->field, arena, &found->sig);
	tag = taglist_get(&found->sig.tags, "i");
	if (tag == NULL)
		return ARC_R_NO_I;
	at = tag->value;
	reason = read_instance(&at, max_sets, &found->instance);
	if (reason != ARC_R_NONE)
		return reason;
	if (at.n > 0)
		return ARC_R_I;
	/* the instance cannot be trusted if the tag list has more than one reading */
	if (found->sig.tags.duplicate || found->sig.tags.malformed)
		return ARC_R_TAGS;
	return ARC_R_NONE;
}

static enum arc_cv
read_cv(const struct dkim_sig *seal)
{
	const struct tag *tag = taglist_get(&seal->tags, "cv");

	for (int cv = ARC_CV_NONE; tag != NULL && cv <= ARC_CV_FAIL; cv++)
		if (slice_ieq(tag->value, slice_str(arc_cv_word((enum arc_cv)cv))))
			return (enum arc_cv)cv;
	return ARC_CV_UNKNOWN;
}

unsigned
arc_highest(const struct message *message, struct arena *arena, bool *failed)
{
	unsigned highest = 0;

	*failed = false;
	for (size_t i = 0; i < message->nfields; i++) {
		struct found found = {.field = &message->fields[i]};

		found.part = part_of(found.field);
		if (found.part == ARC_PART_CHAIN || (found.field->flags & FIELD_OVERSIZE) != 0)
			continue;
		if (found.part == ARC_PART_AAR)
			(void)read_aar(&found, ARC_SETS_MAX);
		else
			(void)read_signature(&found, ARC_SETS_MAX, arena);
		if (found.part == ARC_PART_SEAL && read_cv(&found.sig) == ARC_CV_FAIL)
			*failed = true;
		if (found.instance > highest)
			highest = found.instance;
	}
	return highest;
}

/*
 * RFC 8617 4.1.2: a message signature must not cover seals; its other defects have DKIM's reasons
 */
static void
judge_ams(struct dkim_sig *ams)
{
	for (size_t i = 0; i < ams->nh && ams->defect.id == DKIM_R_NONE; i++)
		if (slice_ieq(ams->h[i], SLICE("ARC-Seal"))) {
			ams->defect = arc_reason(ARC_R_SIGNS_SEAL);
			ams->defect_as = AUTH_PERMERROR;
		}
}

/* Stores the field in its set; false if the set already has one. */
static bool
place(struct arc_result *result, const struct found *found)
{
	struct arc_set *set = &result->sets[found->instance - 1];
	struct dkim_sig_result *sig = found->part == ARC_PART_AMS ? &set->ams : &set->seal;

	if (found->instance > result->n)
		result->n = found->instance;
	if (found->part == ARC_PART_AAR) {
		if (set->aar != NULL)
			return false;
		set->aar = found->field;
		set->payload = found->payload;
		return true;
	}
	if (sig->sig.field != NULL)
		return false;
	sig->sig = found->sig;
	if (found->part == ARC_PART_AMS)
		judge_ams(&sig->sig);
	else
		set->cv = read_cv(&sig->sig);
	return true;
}

/* Reads an ARC field; its reason is ARC_R_NONE if it belongs to a set. */
static void
read_field(struct found *found, size_t max_sets, struct arena *arena)
{
	if ((found->field->flags & FIELD_OVERSIZE) != 0)
		found->reason = ARC_R_OVERSIZE;
	else if (found->part == ARC_PART_AAR)
		found->reason = read_aar(found, max_sets);
	else
		found->reason = read_signature(found, max_sets, arena);
}

/* Reads the ARC fields into sets. nfound: the number of ARC fields. */
static void
collect(const struct message *message, size_t nfound, size_t max_sets, struct arena *arena,
	struct arc_result *result)
{
	struct found *all = arena_array(arena, nfound, sizeof *all), *end = all;
	unsigned highest = 0;

	for (size_t i = 0; i < message->nfields; i++) {
		const enum arc_part part = part_of(&message->fields[i]);

		if (part == ARC_PART_CHAIN)
			continue;
		end->field = &message->fields[i];
		end->part = part;
		read_field(end, max_sets, arena);
		if (end->reason == ARC_R_NONE && end->instance > highest)
			highest = end->instance;
		end++;
	}
	result->sets = arena_array(arena, highest, sizeof *result->sets);
	for (struct found *found = all; found < end; found++) {
		if (found->reason == ARC_R_NONE && !place(result, found))
			found->reason = ARC_R_TWICE;
		if (found->reason != ARC_R_NONE)
			fail_for(result, found->part, found->instance, found->reason);
	}
}

/* RFC 8617 5.2 step 3 A: each set has its three fields, from 1 without a gap. */
static void
check_whole(struct arc_result *result)
{
	for (unsigned i = 1; i <= result->n; i++) {
		const struct arc_set *set = &result->sets[i - 1];
		const bool ams = set->ams.sig.field != NULL, seal = set->seal.sig.field != NULL;

		if (set->aar == NULL && !ams && !seal)
			fail_for(result, ARC_PART_CHAIN, i, ARC_R_NO_SET);
		else if (set->aar == NULL)
			fail_for(result, ARC_PART_AAR, i, ARC_R_MISSING);
		else if (!ams)
			fail_for(result, ARC_PART_AMS, i, ARC_R_MISSING);
		else if (!seal)
			fail_for(result, ARC_PART_SEAL, i, ARC_R_MISSING);
	}
}

/* RFC 8617 4.1.3: no h=; 5.2 step 3 C: cv= is none in the first seal, pass in all others */
static void
check_seals(struct arc_result *result)
{
	for (unsigned i = 1; i <= result->n; i++) {
		const struct arc_set *set = &result->sets[i - 1];

		if (taglist_get(&set->seal.sig.tags, "h") != NULL)
			fail_for(result, ARC_PART_SEAL, i, ARC_R_SEAL_H);
		if (set->cv == ARC_CV_UNKNOWN)
			fail_for(result, ARC_PART_SEAL, i, ARC_R_CV);
		else if (i == 1 && set->cv != ARC_CV_NONE)
			fail_for(result, ARC_PART_SEAL, i, ARC_R_CV_FIRST);
		else if (i > 1 && set->cv != ARC_CV_PASS)
			fail_for(result, ARC_PART_SEAL, i, ARC_R_CV_LATER);
		if (set->seal.sig.defect.id != DKIM_R_NONE)
			break_structure(result, ARC_PART_SEAL, i, set->seal.sig.defect);
	}
}

void
arc_parse(const struct message *message, size_t max_sets, struct arena *arena,
	struct arc_result *result)
{
	const struct arc_set *newest;
	size_t fields = 0;

	*result = (struct arc_result){0};
	for (size_t i = 0; i < message->nfields; i++)
		fields += part_of(&message->fields[i]) != ARC_PART_CHAIN;
	if (fields == 0)
		return; /* RFC 8617 5.2 step 1: none */
	if (max_sets > ARC_SETS_MAX)
		max_sets = ARC_SETS_MAX;
	result->code = AUTH_PASS;
	if (message->flags & MESSAGE_MANY_FIELDS)
		fail_for(result, ARC_PART_CHAIN, 0,
			ARC_R_MANY_FIELDS); /* mailstamp(1), --max-fields */
	if (fields > 3 * max_sets)
		fail_for(result, ARC_PART_CHAIN, 0, ARC_R_OVER);
	if (result->code == AUTH_FAIL)
		return;
	collect(message, fields, max_sets, arena, result);
	if (result->code == AUTH_FAIL)
		return;
	check_whole(result);
	if (result->code == AUTH_FAIL)
		return;
	newest = &result->sets[result->n - 1];
	if (newest->cv == ARC_CV_FAIL) /* RFC 8617 5.2 step 2 */
		fail_for(result, ARC_PART_SEAL, (unsigned)result->n, ARC_R_CV_FAIL);
	check_seals(result);
	if (newest->ams.sig.defect.id != DKIM_R_NONE)
		break_structure(result, ARC_PART_AMS, (unsigned)result->n, newest->ams.sig.defect);
}
