/* dmarc_rig.h: one input for the DMARC tests: a zone, an author, results of SPF and DKIM as text.
 */
#ifndef TESTS_SUPPORT_DMARC_RIG_H
#define TESTS_SUPPORT_DMARC_RIG_H

#include "auth/dmarc/dmarc.h"
#include "auth/dns/dns.h"

/* lines of a zone */
#define RECORD(name, tags) "_dmarc." name ". IN TXT \"v=DMARC1; " tags "\"\n"
#define TXT(name, text) name ". IN TXT \"" text "\"\n"
#define HOST(name) name ". IN A 192.0.2.9\n"
#define LOST(name) ";!TIMEOUT " name ". TXT\n"
#define LAME(name) ";!SERVFAIL _dmarc." name ". TXT\n"

struct dmarc_rig {
	struct arena arena;
	struct dns *dns;
	struct message message;
	struct envelope envelope;
	struct identities ids;
	struct limits limits;
	struct auth_options options;
	struct auth_input in;
	struct spf_result spf;
	struct dkim_result dkim;
	struct dkim_sig_result sigs[32];
};

/*
 * Opens a rig with that zone and author, given as text; the message is From: <a@AUTHOR> and a body
 * line. Aborts the test if the zone is bad.
 */
void dmarc_rig_open(struct dmarc_rig *rig, const char *zone, const char *author);
void dmarc_rig_close(struct dmarc_rig *rig);

/*
 * Sets the results of SPF and DKIM from words `spf=CODE:DOMAIN`, `helo=CODE:DOMAIN` and
 * `dkim=CODE:DOMAIN`, of which dkim may be repeated. A '?' after CODE sets unsure.
 */
void dmarc_rig_auth(struct dmarc_rig *rig, const char *words);

#endif
