#include "auth/arc/arc.h"
#include "mime/buf.h"

enum { TEXT_MAX = 256 };

static const char *const reasons[ARC_R_COUNT] = {
	[ARC_R_NONE] = NULL,
	[ARC_R_OVER] = "more sets than the limit",
	[ARC_R_OVERSIZE] = "the field is over the size limit",
	[ARC_R_MANY_FIELDS] = "the header is over the limit of fields",
	[ARC_R_AAR_I] = "the field does not begin with its instance",
	[ARC_R_TAGS] = "the tag list is malformed",
	[ARC_R_NO_I] = "the instance is missing",
	[ARC_R_I] = "the instance is not a number from 1 to 50",
	[ARC_R_TWICE] = "the field stands twice",
	[ARC_R_NO_SET] = "the set is missing",
	[ARC_R_MISSING] = "the field is missing",
	[ARC_R_CV] = "cv= is not none, pass or fail",
	[ARC_R_CV_FIRST] = "cv= of the first seal is not none",
	[ARC_R_CV_LATER] = "cv= of a later seal is not pass",
	[ARC_R_CV_FAIL] = "the chain was broken before it was sealed",
	[ARC_R_SEAL_H] = "a seal must not have h=",
	[ARC_R_SIGNS_SEAL] = "h= names ARC-Seal",
	[ARC_R_SIGNED_OVERSIZE] = "a signed field is over the size limit",
	[ARC_R_MUCH] = "more signed fields than are hashed",
	[ARC_R_OWN_FAULT] = "the chain could not be checked for now",
	[ARC_R_FAILED_BEFORE] = "an earlier seal already says that the chain failed",
	[ARC_R_FULL] = "the chain has as many sets as there may be",
	[ARC_R_UNSURE] = "a key of the chain did not answer",
	[ARC_R_AMBIGUOUS] = "the message is ambiguous",
	[ARC_R_SET_OVERSIZE] = "a field of the set would be over the size limit",
};

const char *
arc_reason_text(enum arc_reason reason)
{
	return reasons[reason];
}

const char *
arc_part_word(enum arc_part part)
{
	static const char *const words[] = {
		[ARC_PART_CHAIN] = "chain",
		[ARC_PART_AAR] = "ARC-Authentication-Results",
		[ARC_PART_AMS] = "ARC-Message-Signature",
		[ARC_PART_SEAL] = "ARC-Seal",
	};
	return words[part];
}

const char *
arc_cv_word(enum arc_cv cv)
{
	static const char *const words[] = {
		[ARC_CV_UNKNOWN] = NULL,
		[ARC_CV_NONE] = "none",
		[ARC_CV_PASS] = "pass",
		[ARC_CV_FAIL] = "fail",
	};
	return words[cv];
}

const char *
arc_told(const struct arc_result *result, struct arena *arena)
{
	struct buf text;

	if (result->reason == NULL || (result->part == ARC_PART_CHAIN && result->instance == 0))
		return result->reason;
	buf_init(&text, arena, TEXT_MAX);
	if (result->part != ARC_PART_CHAIN)
		buf_addf(&text, "%s%s", arc_part_word(result->part),
			result->instance > 0 ? " " : "");
	if (result->instance > 0)
		buf_addf(&text, "i=%u", result->instance);
	buf_addf(&text, ": %s", result->reason);
	return arena_cstr(arena, buf_slice(&text));
}

void
arc_report(const struct arc_result *result, struct report *report)
{
	struct report_row *row =
		report_add(report, "arc", result->code, arc_told(result, report->arena));
	struct buf number;

	if (result->code == AUTH_PASS) {
		buf_init(&number, report->arena, TEXT_MAX);
		buf_addf(&number, "%u", result->oldest_pass);
		report_prop(row, "header.oldest-pass", REPORT_TEXT, buf_slice(&number));
	}
	report_prop(row, "smtp.remote-ip", REPORT_TEXT, result->remote_ip);
}
