#include "filter/explain/proof.h"

#include "auth/dns/dns.h"
#include "auth/dns/dns_name.h"
#include "auth/spf/spf.h"
#include "filter/verdict/again.h"

enum { ZONE_OCTETS = 256 * 1024, STRING_OCTETS = 255, WRONG_MAX = 1 };

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

/* The records over the evaluation's DNS; NULL where they cannot be written. */
static struct dns *
lay(const struct evaluation *ev, const struct proof_record *records, size_t n)
{
	struct dns_overlay *overlay;
	struct slice text;
	const char *error;
	struct buf zone;
	size_t wrong;

	buf_init(&zone, ev->arena, ZONE_OCTETS);
	for (size_t i = 0; i < n; i++)
		write_record(&zone, &records[i]);
	text = buf_slice(&zone);
	if (zone.over ||
		dns_overlay_read(&text, WRONG_MAX, ev->arena, &overlay, &wrong, &error) != ST_OK)
		return NULL;
	return dns_open_overlay(overlay, ev->in.dns, ev->arena);
}

bool
proof_with(const struct evaluation *ev, const struct proof_record *records, size_t n,
	const struct envelope *envelope, struct auth_results *results)
{
	struct dns *dns = lay(ev, records, n);
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
	struct envelope envelope = ev->taken.envelope;
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
proof_for_all(
	const struct evaluation *ev, const struct proof_record *record, unsigned char family)
{
	struct envelope envelope = proof_envelope(ev, record->name);
	struct spf_result result;
	struct dns *dns;
	bool done;

	/* of documentation, and of nobody (RFC 6666) */
	envelope.client_ip = family == 6 ? (struct ip){6, {0x01}} : (struct ip){4, {240, 0, 0, 1}};
	dns = lay(ev, record, 1);
	if (dns == NULL)
		return false;
	done = check_spf(ev, dns, &envelope, &result) && result.code != AUTH_PERMERROR &&
	       result.code != AUTH_TEMPERROR;
	dns_free(dns);
	return done;
}

bool
proof_allows(const struct evaluation *ev, struct slice domain)
{
	const struct envelope envelope = proof_envelope(ev, domain);
	struct spf_result result;

	return envelope.client_ip.family != 0 && check_spf(ev, ev->in.dns, &envelope, &result) &&
	       result.code == AUTH_PASS;
}
