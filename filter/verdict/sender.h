/*
 * sender.h: classifies who sent a message in an author's name, with the evidence.
 *
 * For unaligned mail, p=reject harms the classes from SENDER_OWN to SENDER_FORWARDER and stops
 * SENDER_FORGED; about SENDER_DECIDE only the domain's owner can decide.
 */
#ifndef FILTER_VERDICT_SENDER_H
#define FILTER_VERDICT_SENDER_H

#include <stdbool.h>

enum sender_class {
	SENDER_UNJUDGED, /* not evaluated, or it could not be evaluated */
	SENDER_PASSES,
	SENDER_OWN,       /* sent by the author's own hosts, not aligned */
	SENDER_SERVICE,   /* a known service that the author uses, not aligned */
	SENDER_FORWARDER, /* a forwarder or list */
	SENDER_DECIDE,    /* some evidence, but no proof */
	SENDER_FORGED     /* no evidence */
};

enum { SENDER_CLASSES = SENDER_FORGED + 1 };

enum sender_evidence {
	SENDER_BY_NOTHING,
	/* evidence for the author's own hosts, or for a service that the author uses */
	SENDER_BY_OWN_LIST,  /* --own-senders names it */
	SENDER_BY_MX,        /* the host receives the domain's mail */
	SENDER_BY_ADDRESS,   /* the domain's own address */
	SENDER_BY_RANGE,     /* a documented range of a service that the domain's records name */
	SENDER_BY_RECORDS,   /* the domain's records name the service, or allow the host */
	SENDER_BY_ELSEWHERE, /* the same host passed SPF for the domain in another message */
	/* evidence for a forwarder or list */
	SENDER_BY_TRUST,      /* the administrator's options trust it */
	SENDER_BY_SEAL,       /* an ARC chain of known sealers, in which the author's mail passed */
	SENDER_BY_FORWARDING, /* SPF or DKIM passed for a known list or forwarding domain */
	SENDER_BY_COPY,       /* its Message-ID and signature were aligned in another message */
	SENDER_BY_ARCHIVE,    /* from reports: the archive contains mail that the host forwarded */
	SENDER_BY_REPORTER,   /* from reports: a known receiver reports forwarding */
	/* weak evidence, which a forger can also produce */
	SENDER_BY_PASS,      /* SPF, DKIM or ARC passed for another domain */
	SENDER_BY_KNOWN,     /* a host of a known service that the domain's records do not name */
	SENDER_BY_FIELDS,    /* fields of a list or forwarder */
	SENDER_BY_SIGNATURE, /* a broken signature of the author */
	SENDER_EVIDENCES
};

/* The facts about a message that determine its class. */
struct sender_facts {
	bool aligned;
	enum sender_evidence own; /* evidence up to SENDER_BY_ELSEWHERE, or SENDER_BY_NOTHING */
	bool service;             /* the evidence is about a service, not about the author's host */
	enum sender_evidence passed; /* evidence for a forwarder or list, or SENDER_BY_NOTHING */
	bool pass, known, fields, signature; /* the last four kinds of evidence */
};

struct sender {
	enum sender_class class;
	enum sender_evidence by;
};

/*
 * Classifies from the facts alone. The owner's list has priority, then evidence for a forwarder,
 * then the rest.
 */
struct sender sender_of(const struct sender_facts *facts);

/* Does that evidence belong to that class? */
bool sender_shows(enum sender_evidence by, enum sender_class class);

/* Does p=reject harm unaligned mail of that class? */
bool sender_is_hurt(enum sender_class class);

/*
 * Words for programs: the class ("passes", "own"...) and the evidence ("own-list", "mx"..., "" for
 * nothing). The readers return false for an unknown word.
 */
const char *sender_class_word(enum sender_class class);
const char *sender_evidence_word(enum sender_evidence by);
bool sender_class_read(const char *word, enum sender_class *class);
bool sender_evidence_read(const char *word, enum sender_evidence *by);

/* The same in words for people, in the language of i18n_choose. */
const char *sender_class_text(enum sender_class class);
const char *sender_evidence_text(enum sender_evidence by);

#endif
