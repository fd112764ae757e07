#include "auth/dns/dns_wire.h"

#include "auth/dns/dns_backend.h"

enum { HEADER = 12, OPT_SIZE = 11, CLASS_IN = 1, TYPE_NS = 2, TYPE_SOA = 6, TYPE_OPT = 41 };

enum flags {
	FLAG_QR = 0x8000,
	OPCODE = 0x7800,
	FLAG_AA = 0x0400,
	FLAG_TC = 0x0200,
	FLAG_RA = 0x0080,
	FLAG_AD = 0x20
};

/* one record of a message */
struct record {
	struct dns_name owner;
	unsigned type, class;
	uint32_t ttl;
	size_t at, end; /* its data */
};

/* the beginning of a section of the message, and its number of records */
struct section {
	size_t at;
	unsigned n;
};

static unsigned
get16(struct slice s, size_t at)
{
	return (unsigned)((unsigned char)s.p[at] << 8 | (unsigned char)s.p[at + 1]);
}

static void
put16(unsigned char *p, unsigned value)
{
	p[0] = (unsigned char)(value >> 8);
	p[1] = (unsigned char)value;
}

size_t
dns_query_write(struct slice text, enum dns_type type, uint16_t id, bool edns,
	unsigned char query[DNS_QUERY_MAX])
{
	struct dns_name name;
	unsigned char *p = query;

	if (!dns_name_parse(text, &name))
		return 0;
	memset(query, 0, DNS_QUERY_MAX);
	put16(p, id);
	put16(p + 2, 0x0120); /* RD, AD */
	put16(p + 4, 1);
	put16(p + 10, edns ? 1 : 0);
	p += HEADER;
	memcpy(p, name.wire, name.n);
	p += name.n;
	put16(p, (unsigned)type);
	put16(p + 2, CLASS_IN);
	p += 4;
	if (edns) { /* RFC 6891 6.1.2: root, OPT, size, no flags, no options */
		put16(p + 1, TYPE_OPT);
		put16(p + 3, DNS_UDP_MAX);
		p += OPT_SIZE;
	}
	return (size_t)(p - query);
}

bool
dns_answer_is_to(struct slice message, struct slice query)
{
	size_t question;
	unsigned flags, rcode;

	if (message.n < HEADER || query.n < HEADER || get16(message, 0) != get16(query, 0))
		return false;
	flags = get16(message, 2);
	rcode = flags & 15;
	if ((flags & FLAG_QR) == 0 || (flags & OPCODE) != 0)
		return false;
	/* a server that could not read the query may omit the question section */
	if (get16(message, 4) == 0)
		return rcode != 0 && rcode != 3;
	question = query.n - HEADER - (get16(query, 10) > 0 ? OPT_SIZE : 0);
	return get16(message, 4) == 1 && slice_eq(slice_head(slice_from(message, HEADER), question),
						 slice_head(slice_from(query, HEADER), question));
}

static bool
read_record(struct slice message, size_t *at, struct record *record)
{
	size_t pos;

	if (!dns_name_read(message, at, &record->owner) || message.n - *at < 10)
		return false;
	pos = *at;
	record->type = get16(message, pos);
	record->class = get16(message, pos + 2);
	record->ttl = (uint32_t)get16(message, pos + 4) << 16 | get16(message, pos + 6);
	if (record->ttl > 0x7fffffff)
		record->ttl = 0; /* RFC 2181 8 */
	record->at = pos + 10;
	if (get16(message, pos + 8) > message.n - record->at)
		return false;
	record->end = record->at + get16(message, pos + 8);
	*at = record->end;
	return true;
}

static bool
read_target(struct slice message, size_t at, size_t end, struct arena *arena, struct slice *text)
{
	struct dns_name name;

	return dns_name_read(message, &at, &name) && at == end && dns_name_text(&name, arena, text);
}

static bool
read_txt(struct slice message, size_t at, size_t end, struct arena *arena, struct slice *text)
{
	char *p;
	size_t n = 0;

	if (at == end)
		return false; /* RFC 1035 3.3.14: one string or more */
	p = arena_alloc(arena, end - at);
	while (at < end) {
		size_t len = (unsigned char)message.p[at++];
		if (len > end - at)
			return false;
		memcpy(p + n, message.p + at, len);
		n += len;
		at += len;
	}
	*text = slice_make(p, n);
	return true;
}

static bool
read_ip(struct slice message, const struct record *record, unsigned char family, size_t n,
	struct ip *ip)
{
	if (record->end - record->at != n)
		return false;
	ip->family = family;
	memcpy(ip->bytes, message.p + record->at, n);
	return true;
}

static bool
read_rdata(
	struct slice message, const struct record *record, struct arena *arena, struct dns_rr *rr)
{
	switch ((enum dns_type)record->type) {
	case DNS_A:
		return read_ip(message, record, 4, 4, &rr->ip);
	case DNS_AAAA:
		return read_ip(message, record, 6, 16, &rr->ip);
	case DNS_MX:
		if (record->end - record->at < 3)
			return false;
		rr->preference = get16(message, record->at);
		return read_target(message, record->at + 2, record->end, arena, &rr->name);
	case DNS_PTR:
	case DNS_CNAME:
		return read_target(message, record->at, record->end, arena, &rr->name);
	case DNS_TXT:
		return read_txt(message, record->at, record->end, arena, &rr->text);
	}
	return false;
}

/*
 * Follows the first CNAME of *owner, whose target becomes *owner. False if there is none; *bad if
 * its target is not a name.
 */
static bool
follow(struct slice message, struct section section, struct dns_name *owner, uint32_t *ttl,
	bool *bad)
{
	struct record record;
	size_t at = section.at;

	for (unsigned i = 0; i < section.n && read_record(message, &at, &record); i++) {
		size_t target = record.at;
		if (record.type != (unsigned)DNS_CNAME || record.class != CLASS_IN ||
			!dns_name_eq(&record.owner, owner))
			continue;
		*bad = !dns_name_read(message, &target, owner) || target != record.end;
		if (record.ttl < *ttl)
			*ttl = record.ttl;
		return !*bad;
	}
	return false;
}

/*
 * Collects the records of owner. DNS_OUT_BAD if one of them cannot be read, DNS_OUT_LARGE if they
 * take more memory than DNS_ANSWER_MAX, else DNS_OUT_NODATA.
 */
static enum dns_outcome_id
collect_records(struct slice message, struct section section, const struct dns_name *owner,
	enum dns_type type, struct arena *arena, struct dns_answer *answer)
{
	struct record record;
	struct dns_rr *rr = NULL;
	size_t at = section.at, n = 0, size;

	for (unsigned i = 0; i < section.n && read_record(message, &at, &record); i++)
		n += record.type == (unsigned)type && record.class == CLASS_IN &&
		     dns_name_eq(&record.owner, owner);
	if (n == 0)
		return DNS_OUT_NODATA;
	size = n * sizeof *rr;
	if (size > DNS_ANSWER_MAX)
		return DNS_OUT_LARGE;
	rr = arena_array(arena, n, sizeof *rr);
	at = section.at;
	for (unsigned i = 0; i < section.n && read_record(message, &at, &record); i++) {
		struct dns_rr *next = &rr[answer->n];

		if (record.type != (unsigned)type || record.class != CLASS_IN ||
			!dns_name_eq(&record.owner, owner))
			continue;
		if (!read_rdata(message, &record, arena, next))
			return DNS_OUT_BAD;
		size += next->text.n + next->name.n;
		if (size > DNS_ANSWER_MAX)
			return DNS_OUT_LARGE;
		answer->n++;
		if (record.ttl < answer->ttl)
			answer->ttl = record.ttl;
	}
	answer->rr = rr;
	return DNS_OUT_NODATA;
}

/* Skips the records of a section; false if one extends beyond the message. */
static bool
skip_section(struct slice message, struct section *section, size_t *at)
{
	struct record record;

	section->at = *at;
	for (unsigned i = 0; i < section->n; i++)
		if (!read_record(message, at, &record))
			return false;
	return true;
}

/* Is this a referral by a server that neither owns the name nor recurses? (RFC 1034 4.3.1) */
static bool
is_referral(struct slice message, unsigned flags, size_t at)
{
	struct section authority = {at, get16(message, 8)};
	struct record record;
	bool ns = false;

	if ((flags & (FLAG_AA | FLAG_RA)) != 0)
		return false;
	for (unsigned i = 0; i < authority.n && read_record(message, &at, &record); i++) {
		if (record.type == TYPE_SOA)
			return false;
		ns |= record.type == TYPE_NS;
	}
	return ns;
}

static enum dns_outcome_id
of_rcode(unsigned rcode)
{
	switch (rcode) {
	case 0:
		return DNS_OUT_NODATA;
	case 1:
		return DNS_OUT_FORMERR;
	case 2:
		return DNS_OUT_SERVFAIL;
	case 3:
		return DNS_OUT_NXDOMAIN;
	case 4:
		return DNS_OUT_NOTIMP;
	case 5:
		return DNS_OUT_REFUSED;
	default:
		return DNS_OUT_RCODE;
	}
}

/* Parses a message; returns DNS_OUT_NODATA also for an answer with records (answer->n > 0). */
static enum dns_outcome_id
parse(struct slice name, enum dns_type type, struct slice message, struct arena *arena,
	struct dns_answer *answer)
{
	struct section questions, answers;
	enum dns_outcome_id id;
	struct dns_name owner;
	unsigned flags, rcode;
	size_t at = HEADER;
	bool bad = false;

	if (message.n < HEADER)
		return DNS_OUT_BAD;
	flags = get16(message, 2);
	rcode = flags & 15;
	if ((flags & FLAG_QR) == 0)
		return DNS_OUT_BAD;
	if (rcode != 0 && rcode != 3)
		return of_rcode(rcode); /* the rest of the message does not matter */
	answer->secure = (flags & FLAG_AD) != 0;
	questions.n = get16(message, 4);
	answers.n = get16(message, 6);
	for (unsigned i = 0; i < questions.n; i++) {
		if (!dns_name_read(message, &at, &owner) || message.n - at < 4)
			return DNS_OUT_BAD;
		at += 4;
	}
	if ((flags & FLAG_TC) != 0 || !skip_section(message, &answers, &at))
		return DNS_OUT_BAD; /* the missing part may matter (RFC 2181 9) */
	if (rcode == 3)
		return DNS_OUT_NXDOMAIN; /* RFC 6604 3: the last CNAME's target does not exist */
	if (!dns_name_parse(name, &owner))
		return DNS_OUT_NAME;
	for (int links = 0;; links++) {
		id = collect_records(message, answers, &owner, type, arena, answer);
		if (id != DNS_OUT_NODATA)
			return id;
		if (answer->n > 0 || !follow(message, answers, &owner, &answer->ttl, &bad))
			break;
		if (links == DNS_CHAIN_MAX)
			return DNS_OUT_LOOP;
	}
	if (bad)
		return DNS_OUT_BAD;
	if (answer->n == 0 && is_referral(message, flags, at))
		return DNS_OUT_REFERRAL;
	return DNS_OUT_NODATA;
}

void
dns_answer_parse(struct slice name, enum dns_type type, struct slice message, struct arena *arena,
	struct dns_answer *answer)
{
	struct dns_answer found = {.ttl = UINT32_MAX};
	enum dns_outcome_id id = parse(name, type, message, arena, &found);

	*answer = dns_outcome_answer(id);
	answer->secure = found.secure && id <= DNS_OUT_NXDOMAIN;
	if (id != DNS_OUT_NODATA || found.n == 0)
		return;
	answer->status = DNS_OK;
	answer->rr = found.rr;
	answer->n = found.n;
	answer->ttl = found.ttl;
}
