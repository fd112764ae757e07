#include "filter/verdict/first_record.h"

#include "auth/base/domain.h"
#include "mime/buf.h"

enum { HOSTS_MAX = 10, TEXT_OCTETS = DOMAIN_MAX + 64 };

static bool
unanswered(const struct dns_answer *answer)
{
	return answer->status == DNS_TEMP || answer->status == DNS_BAD;
}

/*
 * Does the host have an address? Without one it cannot receive mail. True if DNS does not answer.
 */
static bool
has_address(struct dns *dns, struct slice name)
{
	const struct dns_answer *four = dns_get(dns, name, DNS_A, 0);
	const struct dns_answer *six = dns_get(dns, name, DNS_AAAA, 0);

	return four->n > 0 || six->n > 0 || unanswered(four) || unanswered(six);
}

bool
first_record_takes_mail(struct dns *dns, struct slice domain)
{
	const struct dns_answer *answer = dns_get(dns, domain, DNS_MX, 0);

	if (unanswered(answer))
		return true;
	if (answer->n == 0)
		return has_address(dns, domain);
	for (size_t i = 0; i < answer->n && i < HOSTS_MAX; i++)
		if (answer->rr[i].name.n > 0 && has_address(dns, answer->rr[i].name))
			return true;
	return false;
}

struct slice
first_record_reports(struct dns *dns, struct slice domain, struct arena *arena)
{
	struct buf text;

	if (!first_record_takes_mail(dns, domain))
		return SLICE("");
	buf_init(&text, arena, TEXT_OCTETS);
	buf_adds(&text, "mailto:postmaster@");
	buf_add(&text, domain);
	return buf_slice(&text);
}

struct slice
first_record_text(struct dns *dns, struct slice domain, struct arena *arena)
{
	const struct slice reports = first_record_reports(dns, domain, arena);
	struct buf text;

	buf_init(&text, arena, TEXT_OCTETS);
	buf_adds(&text, "v=DMARC1; p=none");
	if (reports.n > 0) {
		buf_adds(&text, "; rua=");
		buf_add(&text, reports);
	}
	return buf_slice(&text);
}
