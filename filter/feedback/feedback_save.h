/* feedback_save.h: saves reports in the store. */
#ifndef FILTER_FEEDBACK_FEEDBACK_SAVE_H
#define FILTER_FEEDBACK_FEEDBACK_SAVE_H

#include "auth/base/crypto.h"
#include "filter/feedback/feedback_report.h"
#include "filter/store/store.h"

/* How certain the sender of a report is; the numbers are stored. */
enum feedback_auth {
	FEEDBACK_FILE = 0,            /* no mail: the report came as a file */
	FEEDBACK_UNAUTHENTICATED = 1, /* the mail that brought it did not pass DMARC */
	FEEDBACK_AUTHENTICATED = 2    /* that mail passed DMARC for its author domain */
};

struct feedback_origin {
	enum feedback_auth auth;
	struct slice domain; /* the author domain, in lower case; only a claim if unauthenticated */
	struct slice message_id;
	const char *name; /* of the file */
	int64_t now;
};

enum feedback_kind { FEEDBACK_AGGREGATE, FEEDBACK_TLS, FEEDBACK_FAILURE };

/* Why a report was set aside. */
/* clang-format off */
#define FEEDBACK_ASIDES(A) \
	A(NO_REPORT, "no_report", "it holds no report") \
	A(NOT_XML, "not_xml", "it is not an aggregate report: XML without the element feedback") \
	A(NOT_JSON, "not_json", "it is not a TLS report") \
	A(NOT_FAILURE, "not_failure", "it is not a failure report") \
	A(EMPTY, "empty", "it is empty") \
	A(LARGE, "large", "it is larger than is read") \
	A(PACKED, "packed", "it cannot be unpacked")
#define FEEDBACK_ASIDE_ID(id, code, text) FEEDBACK_ASIDE_##id,
enum feedback_aside { FEEDBACK_ASIDES(FEEDBACK_ASIDE_ID) };
/* clang-format on */

const char *feedback_aside_text(enum feedback_aside why); /* English */

enum feedback_saved {
	FEEDBACK_SAVED,
	FEEDBACK_DUPLICATE, /* a report with the same octets is stored */
	FEEDBACK_DIFFERS,   /* a report with the same name and other octets is stored, and kept */
	FEEDBACK_NOT_SAVED  /* an internal failure: see store_last_error */
};

struct feedback_saver;

/* store and crypto must outlive it. NULL when out of memory. */
struct feedback_saver *feedback_saver_open(struct store *store, struct crypto *crypto);
void feedback_saver_close(struct feedback_saver *saver);
/* Call it at the beginning of each transaction: `report prune` may have changed the store. */
void feedback_saver_begin(struct feedback_saver *saver);

/*
 * Save a parsed report within the caller's transaction. octets: the uncompressed report, from which
 * an aggregate report is parsed again for its rows.
 */
enum feedback_saved feedback_save_aggregate(struct feedback_saver *saver,
	const struct feedback_origin *origin, const struct feedback_report *report,
	struct slice octets, struct arena *arena);
enum feedback_saved feedback_save_tls(struct feedback_saver *saver,
	const struct feedback_origin *origin, const struct feedback_report *report,
	struct slice octets, struct arena *arena);
/* header: of the reported message; two reports may differ only in it. */
enum feedback_saved feedback_save_failure(struct feedback_saver *saver,
	const struct feedback_origin *origin, const struct feedback_failure *failure,
	struct slice octets, struct slice header, struct arena *arena);

/* Stores the octets of a report that could not be read, unless they are already stored. */
enum status feedback_save_aside(struct feedback_saver *saver, const struct feedback_origin *origin,
	enum feedback_aside why, struct slice octets, struct arena *arena);

#endif
