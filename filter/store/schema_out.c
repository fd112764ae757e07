/*
 * schema_out.c: data for outgoing reports, from the filter's logs, and the state of these reports.
 */
#include <stddef.h>

#include "filter/store/store_schema.h"

/* clang-format off */
const char *const store_schema_out[] = {
	/* internal values: the key of bounce addresses, the day of the last prune */
	"CREATE TABLE out_key (name TEXT NOT NULL PRIMARY KEY, value @blob NOT NULL)",

	/* log lines that have been counted; day: the first second of their day */
	"CREATE TABLE out_seen ("
	"digest TEXT NOT NULL PRIMARY KEY, day BIGINT NOT NULL) @clustered",
	"CREATE INDEX out_seen_day ON out_seen (day)",

	/*
	 * logs that have been read: digest of the first line, position, and digest of the part
	 * before the position
	 */
	"CREATE TABLE out_log ("
	"identity TEXT NOT NULL PRIMARY KEY, octets BIGINT NOT NULL, digest TEXT NOT NULL,"
	"seen BIGINT NOT NULL) @clustered",

	/* DMARC records as applied */
	"CREATE TABLE out_policy ("
	"id @id,"
	"digest TEXT NOT NULL UNIQUE,"
	"domain TEXT NOT NULL, record TEXT NOT NULL, rua TEXT NOT NULL, ruf TEXT NOT NULL,"
	"fo TEXT NOT NULL,"
	"p BIGINT NOT NULL, sp BIGINT NOT NULL, np BIGINT NOT NULL," /* enum dmarc_policy */
	"adkim BIGINT NOT NULL, aspf BIGINT NOT NULL," /* 1: strict */
	"testing BIGINT NOT NULL, psd BIGINT NOT NULL,"
	"mode BIGINT NOT NULL," /* enum dmarc_mode */
	"error TEXT NOT NULL,"
	"addresses TEXT NOT NULL" /* of rua, separated by spaces */
	")",

	/* rows of a day */
	"CREATE TABLE out_row ("
	"day BIGINT NOT NULL," /* its first second */
	"policy BIGINT NOT NULL," /* out_policy */
	"report BIGINT NOT NULL," /* out_report; 0: not reported yet; -1: never to be reported */
	"digest TEXT NOT NULL,"
	"source TEXT NOT NULL, disposition TEXT NOT NULL, dkim BIGINT NOT NULL,"
	"spf BIGINT NOT NULL, reasons TEXT NOT NULL, header_from TEXT NOT NULL,"
	"envelope_from TEXT, envelope_to TEXT NOT NULL, results TEXT NOT NULL,"
	"messages BIGINT NOT NULL,"
	"reports BIGINT NOT NULL," /* how many of the messages are themselves reports */
	"PRIMARY KEY (day, policy, report, digest)) @clustered",
	"CREATE INDEX out_row_report ON out_row (report, day)",

	/* reports as they are sent; frozen reports never change */
	"CREATE TABLE out_report ("
	"id @id,"
	"day BIGINT NOT NULL, policy BIGINT NOT NULL, part BIGINT NOT NULL,"
	"report_id TEXT NOT NULL UNIQUE, file TEXT NOT NULL, subject TEXT NOT NULL,"
	"messages BIGINT NOT NULL, frozen BIGINT NOT NULL, attachment @blob NOT NULL,"
	"UNIQUE (day, policy, part))",

	/* recipients of reports */
	"CREATE TABLE out_mail ("
	"id @id,"
	"report BIGINT NOT NULL," /* id of out_report, or -id of out_failure */
	"address TEXT NOT NULL,"
	"state BIGINT NOT NULL," /* enum reporting_state */
	"tries BIGINT NOT NULL, next BIGINT NOT NULL, sent BIGINT,"
	"UNIQUE (report, address))",
	"CREATE INDEX out_mail_state ON out_mail (state, next)",

	/* groups of similar messages for a failure report */
	"CREATE TABLE out_failure ("
	"id @id,"
	"policy BIGINT NOT NULL, day BIGINT NOT NULL, digest TEXT NOT NULL,"
	"incidents BIGINT NOT NULL,"
	"told BIGINT NOT NULL," /* how many of the incidents have been reported */
	"first BIGINT NOT NULL,"
	"fields TEXT NOT NULL, header TEXT NOT NULL, state BIGINT NOT NULL,"
	"next BIGINT NOT NULL,"
	"UNIQUE (policy, day, digest))",

	/* addresses whose mail bounced */
	"CREATE TABLE out_suppressed ("
	"domain TEXT NOT NULL, address TEXT NOT NULL, bounces BIGINT NOT NULL,"
	"until BIGINT NOT NULL,"
	"PRIMARY KEY (domain, address)) @clustered",

	/* whether another domain accepts reports (RFC 9990 4), and at which address instead */
	"CREATE TABLE out_consent ("
	"domain TEXT NOT NULL, address TEXT NOT NULL, given BIGINT NOT NULL, instead TEXT NOT NULL,"
	"until BIGINT NOT NULL,"
	"PRIMARY KEY (domain, address)) @clustered",
	NULL,
};
/* clang-format on */
