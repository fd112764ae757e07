#include "auth/dns/dns_error.h"

struct error
dns_error(enum dns_error id)
{
	static const struct reason_row rows[] = {DNS_ERRORS(REASON_ROW)};

	return error_make(rows, REASON_DNS_SETUP, id);
}
