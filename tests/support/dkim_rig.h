/* dkim_rig.h: one input for the DKIM tests: a message, a zone, the limits of PROGRAM 6. */
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

enum { DKIM_RIG_NOW = 1700000000 };

/* Everything at its default; author domain example.com. */
void dkim_rig_open(struct dkim_rig *rig);
void dkim_rig_close(struct dkim_rig *rig);

/* The zone of the next check; aborts the test where it is bad. */
void dkim_rig_zone(struct dkim_rig *rig, const char *zone);

/* dkim_check over raw; *status where it is not NULL. */
const struct dkim_result *dkim_rig_check(
	struct dkim_rig *rig, struct slice raw, enum status *status);

/* `pass`, `fail the body hash did not verify`, ... of all rows, joined with ", " */
const char *dkim_rig_text(struct dkim_rig *rig);

#endif
