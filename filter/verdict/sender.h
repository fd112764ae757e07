/*
 * sender.h: the class of the sender of a message in an author's name, and its evidence.
 *
 * p=reject hurts unaligned mail of the classes from SENDER_OWN to SENDER_FORWARDER, and stops that
 * of SENDER_FORGED; only the owner can decide about SENDER_DECIDE.
 */
#ifndef FILTER_VERDICT_SENDER_H
#define FILTER_VERDICT_SENDER_H

#include <stdbool.h>

enum sender_class {
	SENDER_UNJUDGED, /* nothing was evaluated, or it could not be */
	SENDER_PASSES,
	SENDER_OWN,       /* the author's, not aligned */
	SENDER_SERVICE,   /* a known service that the author uses, not aligned */
	SENDER_FORWARDER, /* a forwarder or list */
	SENDER_DECIDE,    /* some evidence, but no proof */
	SENDER_FORGED     /* no evidence */
};

enum { SENDER_CLASSES = SENDER_FORGED + 1 };

enum sender_evidence {
	SENDER_BY_NOTHING,
	/* of the author, or of a service that he uses */
	SENDER_BY_OWN_LIST,  /* --own-senders names it */
	SENDER_BY_MX,        /* it receives the domain's mail */
	SENDER_BY_ADDRESS,   /* the domain's own address */
	SENDER_BY_RANGE,     /* a documented range of a service that the domain's records name */
	SENDER_BY_RECORDS,   /* the domain's records name it, or allow the host */
	SENDER_BY_ELSEWHERE, /* the same host passed SPF for the domain in another message */
	/* of a forwarder or list */
	SENDER_BY_TRUST,      /* the administrator's options trust it */
	SENDER_BY_SEAL,       /* a chain of known sealers, who saw the author's mail pass */
	SENDER_BY_FORWARDING, /* SPF or DKIM passed for a known list or forwarding domain */
	SENDER_BY_COPY,       /* its Message-ID and signature were aligned in another message */
	SENDER_BY_ARCHIVE,    /* from reports: the archive holds mail that it passed on */
	SENDER_BY_REPORTER,   /* from reports: a known receiver reports it */
	/* evidence that a forger can also have */
	SENDER_BY_PASS,      /* SPF, DKIM or ARC passed for somebody else */
	SENDER_BY_KNOWN,     /* a host of a known service that the domain's records do not name */
	SENDER_BY_FIELDS,    /* fields of a list or forwarder */
	SENDER_BY_SIGNATURE, /* a broken signature of the author's */
	SENDER_EVIDENCES
};

/* Facts about a message. */
struct sender_facts {
	bool aligned;
	enum sender_evidence own; /* one up to SENDER_BY_ELSEWHERE, or SENDER_BY_NOTHING */
	bool service;             /* the evidence is about a service, not about the author's host */
	enum sender_evidence passed;         /* one of a forwarder or list, or SENDER_BY_NOTHING */
	bool pass, known, fields, signature; /* the last four kinds of evidence */
};

struct sender {
	enum sender_class class;
	enum sender_evidence by;
};

/* Pure. The owner's list comes first, then evidence of a forwarder, then the rest. */
struct sender sender_of(const struct sender_facts *facts);

/* Is it evidence of that class? */
bool sender_shows(enum sender_evidence by, enum sender_class class);

/* Does p=reject hurt mail of that class that is not aligned? */
bool sender_is_hurt(enum sender_class class);

/*
 * Words for programs: "passes", "own" ...; "own-list", "mx" ..., "" for nothing. False if there is
 * no such word.
 */
const char *sender_class_word(enum sender_class class);
const char *sender_evidence_word(enum sender_evidence by);
bool sender_class_read(const char *word, enum sender_class *class);
bool sender_evidence_read(const char *word, enum sender_evidence *by);

/* The same for people, in the language of i18n_choose; the evidence "" for nothing. */
const char *sender_class_text(enum sender_class class);
const char *sender_evidence_text(enum sender_evidence by);

#endif
