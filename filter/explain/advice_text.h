/*
 * advice_text.h: all sentences of advice, by code and values.
 *
 * To add one, add an id here and its row in advice_text.c. JSON holds code and values, from which
 * the sentence can be rebuilt in another language.
 */
#ifndef FILTER_EXPLAIN_ADVICE_TEXT_H
#define FILTER_EXPLAIN_ADVICE_TEXT_H

#include "filter/result/finding.h"
#include "filter/sender/evidence.h"

enum advice_id {
	ADVICE_FROM,
	ADVICE_ENVELOPE,
	ADVICE_AUTHOR,
	ADVICE_INDIRECT,
	ADVICE_SPF_DNS,
	ADVICE_SPF_INSIDE,
	ADVICE_SPF_FOREIGN,
	ADVICE_SPF_FOREIGN_UNKNOWN,
	ADVICE_SPF_SHARED,
	ADVICE_SPF_SHARED_HOST,
	ADVICE_SPF_PUBLISH,
	ADVICE_SPF_PUBLISH_UNKNOWN,
	ADVICE_SPF_STRICT,
	ADVICE_SPF_STRICT_SEND,
	ADVICE_SPF_OTHER,
	ADVICE_SPF_LIST,
	ADVICE_SPF_MAIL_FROM,
	ADVICE_SPF_MAIL_FROM_AT,
	ADVICE_SPF_FORWARDER,
	ADVICE_SPF_UNKNOWN,
	ADVICE_SPF_SENT_ON,
	ADVICE_SPF_ADD,
	ADVICE_SPF_NO_ROOM,
	ADVICE_SPF_JOIN,
	ADVICE_SPF_BROKEN,
	ADVICE_SPF_BROKEN_TERM,
	ADVICE_DKIM_SIGN,
	ADVICE_DKIM_FAILS,
	ADVICE_DKIM_UNKNOWN,
	ADVICE_DKIM_CNAME,
	ADVICE_DKIM_ROTATED,
	ADVICE_DKIM_STRICT,
	ADVICE_DKIM_STRICT_SIGN,
	ADVICE_DKIM_OTHER,
	ADVICE_DKIM_DOMAIN,
	ADVICE_DKIM_DOMAIN_AT,
	ADVICE_SETTING,
	ADVICE_DMARC_PUBLISH,
	ADVICE_DMARC_POLICY,
	ADVICE_IDS
};

/*
 * Adds a finding with the sentence which; the arena of findings owns it. values: in the order of
 * the row, each once, already escaped. id: replaces the id of the row, or NULL.
 */
struct finding *advice_say(struct findings *findings, enum finding_level level,
	enum advice_id which, const char *id, const char *const *values);

/* Returns the code for the value "evidence". */
const char *advice_evidence(enum evidence_id id);

/* Access to the stored values of one piece of advice. */
struct advice_values {
	const char *(*get)(const void *arg, const char *name); /* NULL if there is none */
	const void *arg;
};

/*
 * Returns the sentence of a stored piece of advice, in the language of i18n_choose; NULL if this
 * version does not know the code, or a value is missing.
 */
const char *advice_text(const char *code, const struct advice_values *values, struct arena *arena);

#endif
