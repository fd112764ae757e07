#include "auth/arc/arc.h"
#include "mime/buf.h"

enum { TEXT_MAX = 256 };

struct reason
arc_reason(enum arc_reason id)
{
	static const struct reason_row rows[] = {ARC_REASONS(REASON_ROW)};

	return reason_make(rows, REASON_ARC, id);
}

struct reason
arc_note(enum arc_note id)
{
	static const struct reason_row rows[] = {ARC_NOTES(REASON_ROW)};

	return reason_make(rows, REASON_ARC_NOTE, id);
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
arc_part_text(const struct arc_result *result, struct arena *arena)
{
	struct buf text;

	if (result->reason.id == ARC_R_NONE ||
		(result->part == ARC_PART_CHAIN && result->instance == 0))
		return NULL;
	buf_init(&text, arena, TEXT_MAX);
	if (result->part != ARC_PART_CHAIN)
		buf_addf(&text, "%s%s", arc_part_word(result->part),
			result->instance > 0 ? " " : "");
	if (result->instance > 0)
		buf_addf(&text, "i=%u", result->instance);
	return arena_cstr(arena, buf_slice(&text));
}

void
arc_report(const struct arc_result *result, struct report *report)
{
	struct report_row *row = report_add(report, "arc", result->code, result->reason);
	struct buf number;

	row->part = arc_part_text(result, report->arena);
	if (result->n > 0) /* the newest sealer */
		row->domain = result->sets[result->n - 1].seal.sig.d;
	if (result->code == AUTH_PASS) {
		buf_init(&number, report->arena, TEXT_MAX);
		buf_addf(&number, "%u", result->oldest_pass);
		report_prop(row, "header.oldest-pass", REPORT_TEXT, buf_slice(&number));
	}
	report_prop(row, "smtp.remote-ip", REPORT_TEXT, result->remote_ip);
}
