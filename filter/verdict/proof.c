#include "filter/verdict/proof.h"

#include "auth/base/base64.h"
#include "auth/base/domain.h"
#include "auth/dkim/dkim.h"
#include "auth/dns/dns.h"
#include "auth/dns/dns_name.h"
#include "auth/spf/spf.h"
#include "filter/verdict/again.h"

enum {
	ZONE_OCTETS = 256 * 1024,
	STRING_OCTETS = 255,
	FIELD_MAX_OCTETS = 4096,
	RECORDS_MAX = 20,
	NETS_MAX = 500,   /* that are compared with later ones */
	NARROW_BITS4 = 8, /* no service documents a wider network */
	NARROW_BITS6 = 16,
	UNIQUE_LOCAL_BITS6 = 7,
	LOOKUPS_MAX = 10, /* RFC 7208 4.6.4 */
	NAMES_MAX = 200   /* that are tested in one search */
};

/* character-strings of a master file (RFC 1035 5.1), each of at most 255 octets */
static void
write_strings(struct buf *out, struct slice text)
{
	do {
		struct slice one = slice_head(text, STRING_OCTETS);

		buf_adds(out, " \"");
		for (size_t i = 0; i < one.n; i++) {
			const char c = one.p[i];

			if (c < ' ' || c > '~')
				dns_escape(out, (unsigned char)c);
			else if (c == '"' || c == '\\')
				buf_addf(out, "\\%c", c);
			else
				buf_addc(out, c);
		}
		buf_addc(out, '"');
		text = slice_from(text, one.n);
	} while (text.n > 0);
}

static void
write_record(struct buf *out, const struct proof_record *record)
{
	struct slice rest = record->text;
	const bool mx = strcmp(record->type, "MX") == 0;

	dns_name_write(out, record->name);
	buf_addf(out, " 3600 IN %s", record->type);
	if (strcmp(record->type, "TXT") == 0) {
		write_strings(out, record->text);
	} else {
		if (mx) {
			size_t blank = slice_find(rest, ' ');

			buf_addc(out, ' ');
			buf_add(out, slice_head(rest, blank));
			rest = slice_from(rest, blank + 1);
		}
		buf_addc(out, ' ');
		dns_name_write(out, rest);
	}
	buf_addc(out, '\n');
}

bool
proof_zone(const struct proof_record *records, size_t n, struct arena *arena, struct slice *text)
{
	struct buf zone;

	buf_init(&zone, arena, ZONE_OCTETS);
	for (size_t i = 0; i < n; i++)
		write_record(&zone, &records[i]);
	*text = buf_slice(&zone);
	return !zone.over;
}

struct dns *
proof_lay(const struct evaluation *ev, const struct proof_record *records, size_t n)
{
	struct dns_overlay *overlay;
	struct slice text;
	struct error error;
	size_t wrong;

	if (!proof_zone(records, n, ev->arena, &text) ||
		dns_overlay_read(&text, 1, 0, ev->arena, &overlay, &wrong, &error) != ST_OK)
		return NULL;
	return dns_open_overlay(overlay, ev->in.dns, ev->arena);
}

bool
proof_with(const struct evaluation *ev, const struct proof_record *records, size_t n,
	const struct envelope *envelope, struct auth_results *results)
{
	struct dns *dns = proof_lay(ev, records, n);
	bool done;

	if (dns == NULL)
		return false;
	done = evaluate_again(ev, dns, envelope, results) == ST_OK;
	dns_free(dns);
	return done;
}

struct envelope
proof_envelope(const struct evaluation *ev, struct slice domain)
{
	struct envelope envelope = ev->intake.envelope;
	struct buf path;

	buf_init(&path, ev->arena, DNS_NAME_TEXT_MAX + 16);
	buf_adds(&path, "bounce@");
	buf_add(&path, domain);
	envelope.path = PATH_GIVEN;
	envelope.mail_from = buf_slice(&path);
	return envelope;
}

static bool
check_spf(const struct evaluation *ev, struct dns *dns, const struct envelope *envelope,
	struct spf_result *result)
{
	struct auth_input in = ev->in;

	in.dns = dns;
	in.envelope = envelope;
	in.until_ms = evaluate_until_ms(ev->options, dns);
	return spf_check(&in, result) == ST_OK;
}

bool
proof_for_all(const struct evaluation *ev, const struct proof_record *record, unsigned char family)
{
	/* no client has these: reserved by RFC 1112 4, this network (RFC 1122 3.2.1.3); discarded
	 * by RFC 6666, link-local */
	static const struct ip strangers[2][2] = {{{4, {240, 0, 0, 1}}, {4, {0, 0, 0, 1}}},
		{{6, {0x01}}, {6, {0xfe, 0x80, [15] = 1}}}};
	struct envelope envelope = proof_envelope(ev, record->name);
	struct spf_result result;
	struct dns *dns = proof_lay(ev, record, 1);
	bool done = dns != NULL;

	for (size_t i = 0; done && i < 2; i++) {
		envelope.client_ip = strangers[family == 6][i];
		done = check_spf(ev, dns, &envelope, &result) && result.code != AUTH_PERMERROR &&
		       result.code != AUTH_TEMPERROR && result.code != AUTH_PASS;
	}
	if (dns != NULL)
		dns_free(dns);
	return done;
}

/*
 * What a record allows, with those that it includes: addresses of IPv4, and networks /64 of IPv6.
 * One network inside another one that was counted is not counted again.
 */
struct extent {
	uint64_t addresses, networks;
	const struct spf_directive *counted[NETS_MAX];
	size_t n;
	unsigned left; /* records that may still be read */
};

static bool
is_counted(const struct extent *extent, const struct spf_directive *one)
{
	const bool six = one->mechanism == SPF_IP6;

	for (size_t i = 0; i < extent->n; i++) {
		const struct spf_directive *net = extent->counted[i];
		const unsigned bits = six ? net->bits6 : net->bits4;

		if (net->mechanism == one->mechanism && bits <= (six ? one->bits6 : one->bits4) &&
			ip_in_prefix(&one->ip, &net->ip, bits))
			return true;
	}
	return false;
}

/* Counts a mechanism that allows networks. False if that is too wide, alone or with the others. */
static bool
count_one(struct extent *extent, const struct spf_directive *one)
{
	const bool net = one->mechanism == SPF_IP4 || one->mechanism == SPF_IP6;

	/* fc00::/7 is not public (RFC 4193) */
	if (one->mechanism == SPF_IP6 && one->bits6 >= UNIQUE_LOCAL_BITS6 &&
		(one->ip.bytes[0] & 0xfe) == 0xfc)
		return true;
	if (one->mechanism == SPF_ALL || one->bits4 < NARROW_BITS4 || one->bits6 < NARROW_BITS6)
		return false;
	if (net && (is_counted(extent, one) ||
			   ip_net_is_local(
				   &one->ip, one->mechanism == SPF_IP4 ? one->bits4 : one->bits6)))
		return true;
	if (one->mechanism != SPF_IP6)
		extent->addresses += (uint64_t)1 << (32 - one->bits4);
	if (one->mechanism != SPF_IP4 && one->bits6 <= 64)
		extent->networks += (uint64_t)1 << (64 - one->bits6);
	if (net && extent->n < NETS_MAX)
		extent->counted[extent->n++] = one;
	/* together less than twice what a single network may have */
	return extent->addresses < (uint64_t)2 << (32 - NARROW_BITS4) &&
	       extent->networks < (uint64_t)2 << (64 - NARROW_BITS6);
}

static bool narrow_record(const struct evaluation *ev, struct slice text, struct extent *extent);

/* Is the SPF record of that name narrow, or is there none? */
static bool
narrow_name(const struct evaluation *ev, struct slice name, struct extent *extent)
{
	const struct dns_answer *answer = dns_get(ev->in.dns, name, DNS_TXT, 0);

	for (size_t i = 0; answer->status == DNS_OK && i < answer->n; i++)
		if (spf_is_record(answer->rr[i].text) &&
			!narrow_record(ev, answer->rr[i].text, extent))
			return false;
	return true;
}

static bool
narrow_record(const struct evaluation *ev, struct slice text, struct extent *extent)
{
	struct spf_record record;
	struct slice bad;

	if (extent->left == 0)
		return false;
	extent->left--;
	if (spf_parse(text, ev->arena, &record, &bad) != ST_OK)
		return true;
	for (size_t i = 0; i < record.n; i++) {
		const struct spf_directive *one = &record.directives[i];

		if (one->qualifier != AUTH_PASS)
			continue;
		if (one->mechanism == SPF_INCLUDE ? !narrow_name(ev, one->domain_spec, extent)
						  : !count_one(extent, one))
			return false;
	}
	return record.redirect.n == 0 || narrow_name(ev, record.redirect, extent);
}

bool
proof_is_narrow(const struct evaluation *ev, struct slice record)
{
	struct extent *extent = arena_alloc(ev->arena, sizeof *extent);

	extent->left = RECORDS_MAX;
	return narrow_record(ev, record, extent);
}

bool
proof_allows(const struct evaluation *ev, struct slice domain)
{
	const struct envelope envelope = proof_envelope(ev, domain);
	struct spf_result result;

	return envelope.client_ip.family != 0 && check_spf(ev, ev->in.dns, &envelope, &result) &&
	       result.code == AUTH_PASS;
}

/* A search for names in SPF records. */
struct search {
	const struct evaluation *ev;
	struct slice domain; /* whose record is the first one */
	bool (*test)(void *arg, struct slice name);
	bool (*deeper)(struct slice name);
	void *arg;
	unsigned lookups, names; /* that are left */
};

/* The domain-spec of an include or redirect in the record at `at`, with its macros replaced. */
static struct slice
expand(const struct search *search, struct slice spec, struct slice at)
{
	const struct envelope envelope = proof_envelope(search->ev, search->domain);
	const struct spf_macro_context context = {
		.sender = envelope.mail_from,
		.domain = at,
		.helo = envelope.helo,
		.client = &envelope.client_ip,
		.validated = SLICE("unknown"),
	};
	struct slice name;

	if (slice_find(spec, '%') == spec.n || envelope.client_ip.family == 0 ||
		spf_macro_expand(spec, &context, false, search->ev->arena, &name) != ST_OK)
		return spec;
	return name;
}

static bool search_name(struct search *search, struct slice at);

/* Tests the names in a record, then those in the records at these names. */
static bool
search_record(struct search *search, struct slice at, struct slice text)
{
	struct slice bad, *names, name;
	struct spf_record record;
	size_t n = 0;

	if (!spf_is_record(text) || spf_parse(text, search->ev->arena, &record, &bad) != ST_OK)
		return false;
	names = arena_array(search->ev->arena, record.n + 1, sizeof *names);
	for (size_t i = 0; i < record.n; i++)
		if (record.directives[i].qualifier == AUTH_PASS &&
			record.directives[i].mechanism == SPF_INCLUDE)
			names[n++] = expand(search, record.directives[i].domain_spec, at);
	if (record.redirect.n > 0)
		names[n++] = expand(search, record.redirect, at);
	for (size_t i = 0; i < n && search->names > 0; i++, search->names--)
		if (search->test(search->arg, names[i]))
			return true;
	for (size_t i = 0; i < n && search->lookups > 0; i++) {
		if (domain_normalize(names[i], search->ev->arena, &name) != ST_OK ||
			!search->deeper(name))
			continue;
		search->lookups--;
		if (search_name(search, name))
			return true;
	}
	return false;
}

static bool
search_name(struct search *search, struct slice at)
{
	const struct dns_answer *answer = dns_get(search->ev->in.dns, at, DNS_TXT, 0);

	for (size_t i = 0; answer->status == DNS_OK && i < answer->n && i < RECORDS_MAX; i++)
		if (search_record(search, at, answer->rr[i].text))
			return true;
	return false;
}

bool
proof_names(const struct evaluation *ev, struct slice domain,
	bool (*test)(void *arg, struct slice name), bool (*deeper)(struct slice name), void *arg)
{
	struct search search = {ev, domain, test, deeper, arg, LOOKUPS_MAX, NAMES_MAX};

	return search_name(&search, domain);
}

/* Does the record, or one that it includes, depend on more than the client's address? */
static bool
depends(const struct evaluation *ev, struct slice domain, unsigned *left)
{
	const struct dns_answer *answer = dns_get(ev->in.dns, domain, DNS_TXT, 0);
	struct spf_record record;
	struct slice bad;

	if (*left == 0)
		return true;
	--*left;
	for (size_t i = 0; answer->status == DNS_OK && i < answer->n; i++) {
		if (!spf_is_record(answer->rr[i].text))
			continue;
		if (slice_find(answer->rr[i].text, '%') < answer->rr[i].text.n)
			return true;
		if (spf_parse(answer->rr[i].text, ev->arena, &record, &bad) != ST_OK)
			continue;
		for (size_t k = 0; k < record.n; k++)
			if (record.directives[k].mechanism == SPF_INCLUDE &&
				depends(ev, record.directives[k].domain_spec, left))
				return true;
		if (record.redirect.n > 0 && depends(ev, record.redirect, left))
			return true;
	}
	return false;
}

bool
proof_forbids(const struct evaluation *ev, struct slice domain)
{
	const struct envelope envelope = proof_envelope(ev, domain);
	unsigned records = RECORDS_MAX;
	struct spf_result result;

	if (envelope.client_ip.family == 0 || !check_spf(ev, ev->in.dns, &envelope, &result) ||
		result.record.n == 0 || result.code == AUTH_PASS || result.code == AUTH_TEMPERROR ||
		result.unsure)
		return false;
	return !depends(ev, domain, &records);
}

/* a test signature */

/* A key only for this purpose: it signs copies of messages that never leave this process. */
static const char key_pem[] = "-----BEGIN PRIVATE KEY-----\n"
			      "MC4CAQAwBQYDK2VwBCIEIJmiqqzGwGZV98DtWRiu4C2v9G9YPnSTxn0Zdn0Bjtvl\n"
			      "-----END PRIVATE KEY-----\n";
static const char key_record[] =
	"v=DKIM1; k=ed25519; p=/0IdjXcVQu99A1CVceMUu6Ungjoc/Sld4R+4XpwZKws=";
static const char selector[] = "mailstamp-test";

static struct field
field_of(struct slice text)
{
	struct field field = {0};

	(void)fields_next(&text, SIZE_MAX, &field);
	return field;
}

/* The SHA-256 digest of the body in relaxed form. */
static bool
digest_body(const struct auth_input *in, const unsigned char **digest)
{
	const struct dkim_sig form = {.body_canon = DKIM_RELAXED};
	struct dkim_bodies *bodies = dkim_bodies_new(in->arena);
	uint64_t total;

	dkim_bodies_want(bodies, &form);
	dkim_bodies_make(bodies, in);
	return dkim_bodies_get(bodies, &form, digest, &total) == ST_OK;
}

/* Makes a DKIM-Signature with c=relaxed/relaxed that covers the body and From. */
static bool
sign(const struct auth_input *in, const struct crypto_signer *signer, struct slice domain,
	struct field *field)
{
	static const struct slice names[] = {SLICE_INIT("From")};
	struct dkim_sig sig = {.header_canon = DKIM_RELAXED, .h = names, .nh = 1};
	unsigned char header[CRYPTO_SHA256_SIZE];
	struct dkim_selection selection;
	struct field unsigned_field;
	const unsigned char *body;
	struct slice signature;
	struct buf text;

	dkim_select(dkim_index_make(in->message, in->arena), &sig, in->arena, &selection);
	if (selection.oversize || !digest_body(in, &body))
		return false;
	buf_init(&text, in->arena, FIELD_MAX_OCTETS);
	buf_adds(&text, "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=");
	buf_add(&text, domain);
	buf_addf(&text, "; s=%s; h=From; bh=", selector);
	buf_add(&text,
		base64_encode(slice_make((const char *)body, CRYPTO_SHA256_SIZE), in->arena));
	buf_adds(&text, "; b=");
	unsigned_field = field_of(buf_slice(&text));
	sig.field = &unsigned_field;
	if (dkim_header_hash(&sig, &selection, in->crypto, header) != ST_OK ||
		crypto_sign(in->crypto, signer, header, in->arena, &signature) != ST_OK)
		arena_lacks(in->arena, ARENA_MEMORY);
	buf_add(&text, base64_encode(signature, in->arena));
	buf_adds(&text, "\r\n");
	*field = field_of(buf_slice(&text));
	return !text.over;
}

static struct message
with_field(const struct message *message, const struct field *field, struct arena *arena)
{
	struct field *fields = arena_array(arena, message->nfields + 1, sizeof *fields);
	struct message copy = *message;

	fields[0] = *field;
	if (message->nfields > 0)
		memcpy(fields + 1, message->fields, message->nfields * sizeof *fields);
	copy.fields = fields;
	copy.nfields++;
	copy.all_fields++;
	return copy;
}

bool
proof_signed(const struct evaluation *ev, struct slice domain, struct auth_results *results)
{
	struct evaluation signed_one = *ev;
	struct crypto_signer_info info;
	struct crypto_signer *signer;
	struct proof_record record = {.type = "TXT", .text = slice_str(key_record)};
	struct message message;
	struct field field;
	bool done;

	if (!dkim_key_name(slice_str(selector), domain, ev->arena, &record.name))
		return false;
	/* the key is ours, so only memory can lack: advice must not vanish without a word */
	if (crypto_signer_new(ev->in.crypto, slice_str(key_pem), &signer, &info) != ST_OK)
		arena_lacks(ev->arena, ARENA_MEMORY);
	done = sign(&ev->in, signer, domain, &field);
	crypto_signer_free(signer);
	if (!done)
		return false;
	message = with_field(&ev->message, &field, ev->arena);
	signed_one.in.message = &message;
	return proof_with(&signed_one, &record, 1, NULL, results);
}
