/* diagnose_recode.c: the transfer encodings that a body and its parts may have had. */
#include "auth/diagnose/diagnose_mime.h"

#define PLAIN DIAGNOSE_PLAIN
#define QP DIAGNOSE_QP
#define BASE64 DIAGNOSE_BASE64

/* clang-format off */
const struct diagnose_recode diagnose_recodes[DIAGNOSE_RECODES] = {
	{DIAGNOSE_TO_QP,       1, QP,     PLAIN,  0,        0,  "8bit"},
	{DIAGNOSE_TO_QP,       2, QP,     PLAIN,  0,        0,  "7bit"},
	{DIAGNOSE_TO_QP,       3, QP,     PLAIN,  0,        0,  ""},
	{DIAGNOSE_TO_BASE64,   1, BASE64, PLAIN,  0,        0,  "8bit"},
	{DIAGNOSE_TO_BASE64,   2, BASE64, PLAIN,  0,        0,  "7bit"},
	{DIAGNOSE_TO_BASE64,   3, BASE64, PLAIN,  0,        0,  ""},
	{DIAGNOSE_TO_BASE64,   2, BASE64, QP,     0,        0,  "quoted-printable"},
	{DIAGNOSE_TO_BASE64,   3, BASE64, QP,     0,        2,  "quoted-printable"},
	{DIAGNOSE_TO_BASE64,   3, BASE64, QP,     0,        1,  "quoted-printable"},
	{DIAGNOSE_TO_BASE64,   3, BASE64, QP,     0,        3,  "quoted-printable"},
	{DIAGNOSE_TO_BASE64,   3, BASE64, QP,     0,        6,  "quoted-printable"},
	{DIAGNOSE_REWRAPPED,   1, BASE64, BASE64, 76,       0,  NULL},
	{DIAGNOSE_REWRAPPED,   2, BASE64, BASE64, 72,       0,  NULL},
	{DIAGNOSE_REWRAPPED,   2, BASE64, BASE64, 64,       0,  NULL},
	{DIAGNOSE_REWRAPPED,   2, BASE64, BASE64, 60,       0,  NULL},
	{DIAGNOSE_REWRAPPED,   2, BASE64, BASE64, SIZE_MAX, 0,  NULL},
	{DIAGNOSE_REWRAPPED,   3, BASE64, BASE64, 74,       0,  NULL},
	{DIAGNOSE_REWRAPPED,   3, BASE64, BASE64, 75,       0,  NULL},
	{DIAGNOSE_FROM_QP,     2, PLAIN,  QP,     0,        0,  "quoted-printable"},
	{DIAGNOSE_FROM_QP,     3, PLAIN,  QP,     0,        2,  "quoted-printable"},
	{DIAGNOSE_FROM_QP,     3, PLAIN,  QP,     0,        1,  "quoted-printable"},
	{DIAGNOSE_FROM_QP,     3, PLAIN,  QP,     0,        3,  "quoted-printable"},
	{DIAGNOSE_FROM_QP,     3, PLAIN,  QP,     0,        5,  "quoted-printable"},
	{DIAGNOSE_FROM_QP,     3, PLAIN,  QP,     0,        6,  "quoted-printable"},
	{DIAGNOSE_FROM_QP,     3, PLAIN,  QP,     0,        8,  "quoted-printable"},
	{DIAGNOSE_FROM_BASE64, 2, PLAIN,  BASE64, 76,       0,  "base64"},
	{DIAGNOSE_FROM_BASE64, 3, PLAIN,  BASE64, 72,       0,  "base64"},
	{DIAGNOSE_FROM_BASE64, 3, PLAIN,  BASE64, 64,       0,  "base64"},
	{DIAGNOSE_FROM_BASE64, 2, QP,     BASE64, 76,       0,  "base64"},
	{DIAGNOSE_FROM_BASE64, 3, QP,     BASE64, 64,       0,  "base64"},
	{DIAGNOSE_REQUOTED,    2, QP,     QP,     0,        0,  NULL},
	{DIAGNOSE_REQUOTED,    3, QP,     QP,     0,        1,  NULL},
	{DIAGNOSE_REQUOTED,    2, QP,     QP,     0,        2,  NULL},
	{DIAGNOSE_REQUOTED,    3, QP,     QP,     0,        3,  NULL},
	{DIAGNOSE_REQUOTED,    3, QP,     QP,     0,        4,  NULL},
	{DIAGNOSE_REQUOTED,    3, QP,     QP,     0,        5,  NULL},
	{DIAGNOSE_REQUOTED,    3, QP,     QP,     0,        6,  NULL},
	{DIAGNOSE_REQUOTED,    3, QP,     QP,     0,        7,  NULL},
	{DIAGNOSE_REQUOTED,    3, QP,     QP,     0,        8,  NULL},
	{DIAGNOSE_REQUOTED,    3, QP,     QP,     0,        9,  NULL},
	{DIAGNOSE_REQUOTED,    3, QP,     QP,     0,        10, NULL},
	{DIAGNOSE_REQUOTED,    3, QP,     QP,     0,        11, NULL},
};
/* clang-format on */

static bool
applies(const struct diagnose_plan *plan, const struct diagnose_recode *recode)
{
	for (size_t i = 0; i < plan->nleaves; i++) {
		const struct diagnose_leaf *leaf = &plan->leaves[i];

		if (leaf->decoded.p == NULL || leaf->coding != recode->from ||
			(!leaf->text && recode->kind != DIAGNOSE_REWRAPPED))
			continue;
		if (recode->kind == DIAGNOSE_REQUOTED && recode->qp_style == leaf->qp_style)
			continue;
		return true;
	}
	return false;
}

void
diagnose_recode_options(struct diagnose_plan *plan, struct diagnose_choice *choice)
{
	for (int i = 0; i < DIAGNOSE_RECODES; i++) {
		const struct diagnose_recode *recode = &diagnose_recodes[i];
		struct diagnose_option *option;

		/* of a whole body, what the coding was called is the header's question */
		if (plan->nparts == 0 && recode->to == DIAGNOSE_PLAIN &&
			strcmp(recode->named, "8bit") != 0)
			continue;
		if (!applies(plan, recode) ||
			(option = diagnose_choice_add(choice, recode->cost)) == NULL)
			continue;
		option->way = i + 1;
		/* which of two codings it was before or is now */
		diagnose_option_change(option, recode->kind, SLICE(""),
			(recode->from == DIAGNOSE_BASE64 && recode->to == DIAGNOSE_QP) ||
					(recode->from == DIAGNOSE_QP && recode->to == DIAGNOSE_BASE64)
				? SLICE("quoted-printable")
				: SLICE(""));
		option->changes[0].octets = recode->width;
	}
}
