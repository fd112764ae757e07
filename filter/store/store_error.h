/* store_error.h: the errors of opening and using the store. */
#ifndef FILTER_STORE_STORE_ERROR_H
#define FILTER_STORE_STORE_ERROR_H

#include "auth/base/reason.h"

/* clang-format off */
#define STORE_ERRORS(R) \
	R(NO_MEMORY,   "store_no_memory",   "no memory") \
	/* opening it */ \
	R(KIND,        "store_kind",        "a store is a file or postgresql://...") \
	R(MISSING,     "store_missing",     "there is no store") \
	R(FOREIGN,     "store_foreign",     "is not a store of mailstamp") \
	R(NEWER,       "store_newer",       "has schema version %s, and this program knows versions up to %s") \
	R(OLDER,       "store_older",       "has an older schema: `mailstamp report read` migrates it") \
	R(NO_SQLITE,   "store_no_sqlite",   "libsqlite3.so.0 cannot be loaded") \
	R(NO_LIBPQ,    "store_no_libpq",    "libpq.so.5 cannot be loaded") \
	R(WAL,         "store_wal",         "nothing can be written beside it, and its -wal or -journal file holds changes: copy both to another folder") \
	/* using it */ \
	R(CHANGED,     "store_changed",     "was changed while it was read") \
	R(DATABASE,    "store_database",    "the database reports: %s") \
	R(ROLLED_BACK, "store_rolled_back", "the transaction was rolled back") \
	R(STATEMENT,   "store_statement",   "a statement of the schema is too long")

#define STORE_ERROR_ID(id, code, text) STORE_E_##id,
enum store_error REASON_ENUM(STORE_E, REASON_STORE, STORE_ERRORS, STORE_ERROR_ID);
/* clang-format on */

struct error store_error(enum store_error id);

#endif
