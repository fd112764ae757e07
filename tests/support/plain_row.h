/* plain_row.h: the row of an evaluated message without any further data. */
#ifndef TESTS_SUPPORT_PLAIN_ROW_H
#define TESTS_SUPPORT_PLAIN_ROW_H

#include "filter/stats/row.h"

static inline struct row
plain_row(void)
{
	return (struct row){.path = "p",
		.error = "",
		.evaluated = true,
		.spf_domain = "",
		.policy = "",
		.author_domain = "example.com",
		.client_ip = "",
		.client_name = "",
		.message_id = "",
		.envelope_from = "",
		.reason = "",
		.indicator = "",
		.override = "",
		.receiver = "",
		.worse_source = ""};
}

#endif
