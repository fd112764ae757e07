/* proof_sign.c: the message with a test signature of a domain */
#include "auth/base/base64.h"
#include "auth/dkim/dkim.h"
#include "auth/dns/dns.h"
#include "filter/explain/proof.h"
#include "filter/verdict/again.h"
#include "mime/buf.h"

enum { FIELD_MAX_OCTETS = 4096 };

/* A key for nothing else: it signs copies of messages that never leave this process. */
static const char key_pem[] = "-----BEGIN PRIVATE KEY-----\n"
			      "MC4CAQAwBQYDK2VwBCIEIJmiqqzGwGZV98DtWRiu4C2v9G9YPnSTxn0Zdn0Bjtvl\n"
			      "-----END PRIVATE KEY-----\n";
static const char key_record[] = "v=DKIM1; k=ed25519; p=/0IdjXcVQu99A1CVceMUu6Ungjoc/Sld4R+4XpwZKws=";
static const char selector[] = "mailstamp-test";

static struct field
field_of(struct slice text)
{
	struct field field = {0};

	(void)fields_next(&text, SIZE_MAX, &field);
	return field;
}

/* c=relaxed/relaxed, over the body and From. */
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
		return false;
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

	if (!dkim_key_name(slice_str(selector), domain, ev->arena, &record.name) ||
		crypto_signer_new(ev->in.crypto, slice_str(key_pem), &signer, &info) != ST_OK)
		return false;
	done = sign(&ev->in, signer, domain, &field);
	crypto_signer_free(signer);
	if (!done)
		return false;
	message = with_field(&ev->message, &field, ev->arena);
	signed_one.in.message = &message;
	return proof_with(&signed_one, &record, 1, NULL, results);
}
