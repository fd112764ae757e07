/* schema_out.c: what the filter's logs tell for reports to others, and what became of these. */
#include <stddef.h>

#include "filter/store/store_schema.h"

/* clang-format off */
const char *const store_schema_out[] = {
	/* logs that were read, and how far */
	"CREATE TABLE out_file ("
	"id @id,"
	"host TEXT NOT NULL, identity TEXT NOT NULL, octets BIGINT NOT NULL, lines BIGINT NOT NULL,"
	"seen BIGINT NOT NULL,"
	"UNIQUE (host, identity))",

	/* a policy as it was found, with its addresses */
	"CREATE TABLE out_policy ("
	"id @id,"
	"digest TEXT NOT NULL UNIQUE,"
	"domain TEXT NOT NULL, org TEXT NOT NULL, record TEXT NOT NULL,"
	"p TEXT, sp TEXT, np TEXT, adkim TEXT, aspf TEXT, fo TEXT, testing TEXT, discovery TEXT,"
	"rua TEXT)",

	/* what distinguishes the rows of a report */
	"CREATE TABLE out_tuple ("
	"id @id,"
	"digest TEXT NOT NULL UNIQUE,"
	"source TEXT NOT NULL, disposition TEXT NOT NULL, dkim TEXT NOT NULL, spf TEXT NOT NULL,"
	"reasons TEXT, header_from TEXT NOT NULL, envelope_from TEXT, envelope_to TEXT,"
	"results TEXT NOT NULL)",

	/* the messages of a UTC day (days since the epoch) */
	"CREATE TABLE out_event ("
	"day BIGINT NOT NULL, domain TEXT NOT NULL, policy BIGINT NOT NULL, tuple BIGINT NOT NULL,"
	"messages BIGINT NOT NULL, last BIGINT NOT NULL,"
	"PRIMARY KEY (day, domain, policy, tuple)) @clustered",

	/* a day that is frozen: what comes later is of no report */
	"CREATE TABLE out_period ("
	"day BIGINT NOT NULL, domain TEXT NOT NULL, policy BIGINT NOT NULL, part BIGINT NOT NULL,"
	"report_id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, frozen BIGINT NOT NULL,"
	"messages BIGINT NOT NULL, octets @blob NOT NULL,"
	"PRIMARY KEY (day, domain, policy, part))",

	"CREATE TABLE out_sent ("
	"report_id TEXT NOT NULL, address TEXT NOT NULL, state TEXT NOT NULL,"
	"tries BIGINT NOT NULL, tried BIGINT NOT NULL, sent BIGINT,"
	"PRIMARY KEY (report_id, address)) @clustered",

	"CREATE TABLE out_suppressed ("
	"address TEXT NOT NULL PRIMARY KEY, bounces BIGINT NOT NULL, until BIGINT NOT NULL,"
	"why TEXT) @clustered",

	"CREATE TABLE out_external ("
	"domain TEXT NOT NULL, host TEXT NOT NULL, verified BIGINT NOT NULL, address TEXT,"
	"until BIGINT NOT NULL,"
	"PRIMARY KEY (domain, host)) @clustered",
	NULL,
};
/* clang-format on */
