/* advice_parts.h: what advice.c and advice_dkim.c share. */
#ifndef FILTER_EXPLAIN_ADVICE_PARTS_H
#define FILTER_EXPLAIN_ADVICE_PARTS_H

#include "auth/diagnose/diagnose.h"
#include "filter/explain/advice_text.h"
#include "filter/result/json.h"
#include "filter/verdict/evaluate.h"

struct advice {
	const struct evaluation *ev;
	const struct outcome *outcome; /* its diagnoses */
	const struct auth_results *results;
	struct findings *findings;
	struct arena *arena;
	const char *author; /* the author domain, printable */
	enum finding_level level;
	bool spf_aligned;
	bool indirect; /* it seems to have come through a list or forwarder */
};

/* A finding with the sentence of that id; its values follow, or NULL. */
#define advice_add(advice, which, ...)                                                             \
	advice_say((advice)->findings, (advice)->level, which, NULL,                               \
		(const char *const[]){__VA_ARGS__, NULL})

const char *advice_shown(const struct advice *advice, struct slice text);

/* Is one of them the other or above it? */
bool advice_related(struct slice a, struct slice b);

/* The DMARC record without a tag; empty where it has no such tag. */
struct slice advice_without_tag(const struct advice *advice, const char *tag);

/* The finding's record stands at prefix and domain. */
void advice_records(const struct advice *advice, struct finding *finding, const char *prefix,
	struct slice domain, struct slice now, struct slice should);

/* What a well-known service calls its custom MAIL FROM or own DKIM domain, or NULL. */
const char *advice_provider(struct slice domain, bool dkim);

void advise_dkim(const struct advice *advice);

#endif
