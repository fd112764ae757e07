/* inspect_mx.c: checks where replies and bounces to the domain go. */
#include "auth/dns/dns.h"
#include "filter/inspect/inspect.h"

enum { MX_MAX = 50 };

#define ADD(inspection, level, id, ...)                                                            \
	findings_add(&(inspection)->findings, level, "mx", id, __VA_ARGS__)

static const struct dns_answer *
query(const struct inspection *inspection, struct slice name, enum dns_type type)
{
	return dns_get(inspection->in->dns, name, type, 0);
}

static bool
failed(const struct dns_answer *answer)
{
	return answer->status == DNS_TEMP || answer->status == DNS_BAD;
}

static void
judge_exchanger(struct inspection *inspection, struct inspect_mx *mx)
{
	const char *name = findings_shown(&inspection->findings, mx->name);
	const struct dns_answer *a = query(inspection, mx->name, DNS_A);
	const struct dns_answer *aaaa = query(inspection, mx->name, DNS_AAAA);
	struct ip ip;

	mx->resolves = a->n > 0 || aaaa->n > 0;
	if (ip_parse(mx->name, &ip))
		ADD(inspection, FINDING_ERROR, "mx-address", "MX %s is an address, not a name",
			name);
	else if (!mx->resolves && (failed(a) || failed(aaaa)))
		ADD(inspection, FINDING_WARNING, "mx-no-answer", "MX %s could not be looked up",
			name);
	else if (!mx->resolves)
		ADD(inspection, FINDING_ERROR, "mx-dead", "MX %s has no address", name);
	else if (query(inspection, mx->name, DNS_CNAME)->n > 0)
		ADD(inspection, FINDING_WARNING, "mx-alias",
			"MX %s is an alias (CNAME), which RFC 5321 5.1 does not allow", name);
}

static void
judge_none(struct inspection *inspection)
{
	bool address = query(inspection, inspection->domain, DNS_A)->n > 0 ||
		       query(inspection, inspection->domain, DNS_AAAA)->n > 0;

	if (address)
		ADD(inspection, FINDING_NOTE, "mx-implicit",
			"no MX: mail goes to the domain's own address");
	else
		ADD(inspection, FINDING_WARNING, "mx-missing",
			"no MX and no address: nobody can reply to mail from this domain, and "
			"bounces are lost");
}

void
inspect_mx(struct inspection *inspection)
{
	const struct dns_answer *answer = query(inspection, inspection->domain, DNS_MX);
	bool null_mx = false;

	if (failed(answer)) {
		ADD(inspection, FINDING_WARNING, "mx-no-answer",
			"the MX could not be looked up: %s",
			phrase_words(dns_why(answer), inspection->findings.arena));
		return;
	}
	inspection->mx = arena_array(inspection->in->arena, MX_MAX, sizeof *inspection->mx);
	for (size_t i = 0; i < answer->n && i < MX_MAX; i++) {
		struct inspect_mx *mx = &inspection->mx[inspection->nmx++];

		mx->name = answer->rr[i].name;
		mx->preference = answer->rr[i].preference;
		if (mx->name.n > 0)
			judge_exchanger(inspection, mx);
		else
			null_mx = true;
	}
	if (inspection->nmx == 0)
		judge_none(inspection);
	if (null_mx && inspection->nmx > 1)
		ADD(inspection, FINDING_ERROR, "mx-null-and-more",
			"a null MX is listed together with other MX records (RFC 7505 3)");
	else if (null_mx)
		ADD(inspection, FINDING_NOTE, "mx-null",
			"a null MX: the domain accepts no mail (RFC 7505), and nobody can reply to "
			"it");
}
