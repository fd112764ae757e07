/* dkim_rig.h: one input for the tests of DKIM and ARC: a message, a zone, the default limits.
 */
#ifndef TESTS_SUPPORT_DKIM_RIG_H
#define TESTS_SUPPORT_DKIM_RIG_H

#include "auth/dkim/dkim.h"
#include "auth/dns/dns.h"

struct dkim_rig {
	struct arena arena;
	struct dns *dns;
	struct message message;
	struct envelope envelope;
	struct identities ids;
	struct limits limits;
	struct auth_options options;
	struct auth_input in;
	struct dkim_result result;
};

extern struct dkim_rig rig; /* of the one test that a process runs */

enum { DKIM_RIG_NOW = 1700000000 };

/*
 * The .init and .fini of a suite. dkim_rig_open sets everything to its default, and the author
 * domain to example.com.
 */
void dkim_rig_open(void);
void dkim_rig_close(void);

/* Sets the zone of the next check; aborts the test if it cannot be read. */
void dkim_rig_zone(const char *zone);

/* Runs dkim_check on raw; status may be NULL. */
const struct dkim_result *dkim_rig_check(struct slice raw, enum status *status);

/* `pass`, `fail the body hash did not verify`, ... of all rows, joined with ", " */
const char *dkim_rig_text(void);

#endif
