#include "filter/verdict/names.h"

struct slice
names_of_client(struct dns *dns, const struct ip *ip, int64_t until_ms, struct arena *arena)
{
	const struct dns_answer *names;

	if (dns == NULL || ip->family == 0 || ip_is_private(ip))
		return SLICE("");
	names = dns_get(dns, ip_reverse_name(ip, arena), DNS_PTR, until_ms);
	for (size_t i = 0; names->status == DNS_OK && i < names->n && i < NAMES_LOOKED_AT; i++)
		if (names->rr[i].name.n > 0 &&
			dns_has_address(dns, names->rr[i].name, ip, until_ms))
			return names->rr[i].name;
	return SLICE("");
}
