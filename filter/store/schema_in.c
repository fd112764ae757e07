/* schema_in.c: reports received about our domains. */
#include <stddef.h>

#include "filter/store/store_schema.h"

/* clang-format off */
const char *const store_schema_in[] = {
	/*
	 * senders of reports: the author domain of the mail that contained them, empty for a loose
	 * file
	 */
	"CREATE TABLE in_sender ("
	"id @id,"
	"domain TEXT NOT NULL,"
	"auth BIGINT NOT NULL," /* enum feedback_auth */
	"UNIQUE (domain, auth))",

	/* reports; the columns from org on are claims of the sender */
	"CREATE TABLE in_report ("
	"id @id,"
	"kind TEXT NOT NULL," /* aggregate, tls, failure */
	"sender BIGINT NOT NULL," /* in_sender */
	"received BIGINT NOT NULL,"
	"digest TEXT NOT NULL," /* SHA-256 of its octets, uncompressed */
	"seen BIGINT NOT NULL," /* number of arrivals */
	"differs BIGINT NOT NULL," /* arrivals with the same name but other octets */
	"rows_read BIGINT NOT NULL, messages BIGINT NOT NULL, warnings BIGINT NOT NULL,"
	"message_id TEXT,"
	"org TEXT NOT NULL, report_id TEXT NOT NULL, domain TEXT NOT NULL,"
	"begins BIGINT, ends BIGINT," /* seconds since the epoch */
	"email TEXT, contact TEXT, version TEXT, namespace TEXT, generator TEXT, errors TEXT,"
	"p TEXT, sp TEXT, np TEXT, adkim TEXT, aspf TEXT, pct TEXT, fo TEXT, testing TEXT,"
	"discovery TEXT,"
	"UNIQUE (kind, sender, org, report_id, domain))",
	"CREATE INDEX in_report_domain ON in_report (domain, begins)",

	/* the values as reported; words of the standard in lower case */
	"CREATE TABLE in_row ("
	"report BIGINT NOT NULL," /* in_report */
	"n BIGINT NOT NULL,"
	"source TEXT NOT NULL, messages BIGINT NOT NULL,"
	"disposition TEXT NOT NULL, dkim TEXT NOT NULL, spf TEXT NOT NULL,"
	"header_from TEXT NOT NULL, envelope_from TEXT, envelope_to TEXT,"
	"auth BIGINT NOT NULL," /* in_auth */
	"reasons TEXT," /* "TYPE TAB COMMENT LF" each */
	"marks BIGINT NOT NULL," /* contradictions in the row: bits of enum feedback_mark */
	"PRIMARY KEY (report, n)) @clustered",

	/* lists of authentication results; a list that many rows share is stored once */
	"CREATE TABLE in_auth (id @id, digest TEXT NOT NULL UNIQUE)",
	"CREATE TABLE in_result ("
	"auth BIGINT NOT NULL, n BIGINT NOT NULL,"
	"method TEXT NOT NULL," /* dkim, spf */
	"domain TEXT, selector TEXT, scope TEXT, result TEXT, human TEXT,"
	"PRIMARY KEY (auth, n)) @clustered",

	/* warnings about a report */
	"CREATE TABLE in_warning ("
	"report BIGINT NOT NULL, code TEXT NOT NULL, times BIGINT NOT NULL, sample TEXT,"
	"PRIMARY KEY (report, code)) @clustered",

	/* the policies in a TLS report (RFC 8460), with their counts of sessions */
	"CREATE TABLE in_tls ("
	"report BIGINT NOT NULL, n BIGINT NOT NULL,"
	"type TEXT NOT NULL, domain TEXT NOT NULL, mx TEXT, policy TEXT,"
	"successes BIGINT NOT NULL, failures BIGINT NOT NULL,"
	"PRIMARY KEY (report, n)) @clustered",
	/* the failures of each of these policies; policy: n of in_tls */
	"CREATE TABLE in_tls_failure ("
	"report BIGINT NOT NULL, policy BIGINT NOT NULL, n BIGINT NOT NULL,"
	"result TEXT NOT NULL, sending_ip TEXT, receiving_ip TEXT, receiving_mx TEXT,"
	"receiving_helo TEXT, sessions BIGINT NOT NULL, reason TEXT, information TEXT,"
	"PRIMARY KEY (report, policy, n)) @clustered",

	/* failure reports: about one message each, without its body */
	"CREATE TABLE in_failure ("
	"report BIGINT NOT NULL PRIMARY KEY,"
	"feedback_type TEXT, user_agent TEXT, source TEXT, source_port TEXT, auth_failure TEXT,"
	"delivery TEXT, alignment TEXT, original_from TEXT, original_to TEXT, arrival BIGINT,"
	"incidents BIGINT NOT NULL, results TEXT, dkim_domain TEXT, dkim_selector TEXT,"
	"dkim_identity TEXT, spf_dns TEXT, header_from TEXT, message_id TEXT)",

	/* octets that could not be read as a report */
	"CREATE TABLE in_aside ("
	"id @id,"
	"sender BIGINT NOT NULL, received BIGINT NOT NULL, seen BIGINT NOT NULL,"
	"name TEXT, why TEXT NOT NULL, digest TEXT NOT NULL UNIQUE, octets @blob)",
	NULL,
};
/* clang-format on */
