/* feedback_save_parts.h: declarations shared by feedback_save.c and feedback_save_rows.c. */
#ifndef FILTER_FEEDBACK_FEEDBACK_SAVE_PARTS_H
#define FILTER_FEEDBACK_FEEDBACK_SAVE_PARTS_H

#include "auth/base/crypto.h"
#include "filter/feedback/feedback_report.h"
#include "filter/store/store.h"

enum { DIGEST_TEXT = 2 * CRYPTO_SHA256_SIZE + 1, KNOWN = 4096 };

/* A stored list of results; they are cached by digest, so that most rows need no query. */
struct known {
	char digest[DIGEST_TEXT];
	int64_t id;
};

struct feedback_saver {
	struct store *store;
	struct crypto *crypto;
	struct known known[KNOWN];
};

/* SHA-256 as text; false if OpenSSL failed. */
bool feedback_digest(
	const struct feedback_saver *saver, struct slice octets, char text[DIGEST_TEXT]);

/* Binds text, or NULL if it is empty. */
void feedback_bind_some(struct store_query *query, int at, struct slice text);

/* Runs a statement, and returns the id from its first row; -1 on failure or without a row. */
int64_t feedback_returned(struct store_query *query);

/* Reads the report again, and saves its rows as those of report id. */
enum status feedback_save_rows(struct feedback_saver *saver, int64_t id,
	const struct feedback_report *report, struct slice octets, struct arena *arena);

#endif
