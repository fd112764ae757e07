#include "auth/arc/arc.h"
#include "auth/base/base64.h"
#include "mime/buf.h"

enum {
	FOLD_COLUMNS = 76, /* of a generated line, without its line end */
	TAB_COLUMNS = 8,
	SET_MAX = 16 << 20 /* of a buffer; the size limit is checked later */
};

/*
 * The fields that the message signature covers, each as often as it occurs (RFC 8617 5.1,
 * RFC 6376 5.4.1): those that a reader sees and those needed to rebuild the message. Never ARC
 * fields, and not Authentication-Results, which the next host may remove.
 */
static const char *const signed_names[] = {"From", "Sender", "Reply-To", "To", "Cc", "Subject",
	"Date", "Message-ID", "In-Reply-To", "References", "MIME-Version", "Content-Type",
	"Content-Transfer-Encoding", "Content-ID", "Content-Description", "Content-Disposition",
	"Content-Language", "List-Id", "List-Help", "List-Unsubscribe", "List-Unsubscribe-Post",
	"List-Subscribe", "List-Post", "List-Owner", "List-Archive", "Resent-From", "Resent-Sender",
	"Resent-To", "Resent-Cc", "Resent-Date", "Resent-Message-ID", "Autocrypt",
	"DKIM-Signature"};

/* A set under construction. */
struct making {
	const struct auth_input *in;
	const struct arc_sealer *sealer;
	const char *eol;
	unsigned instance;
	enum arc_cv cv;
	struct field aar, ams, seal;
};

/* Parses text, which ends with a line end, as a field. */
static struct field
field_of(struct slice text)
{
	struct field field = {0};

	(void)fields_next(&text, SIZE_MAX, &field);
	return field;
}

/*
 * Adds text that has no white space, such as base64, folded to lines of FOLD_COLUMNS. column: where
 * the text begins on the current line.
 */
static void
add_wrapped(struct buf *out, struct slice text, size_t column, const char *eol)
{
	while (text.n > 0) {
		size_t n = column < FOLD_COLUMNS ? FOLD_COLUMNS - column : 0;

		buf_add(out, slice_head(text, n));
		text = slice_from(text, n);
		if (text.n == 0)
			return;
		buf_addf(out, "%s\t", eol);
		column = TAB_COLUMNS;
	}
}

/*
 * Adds h=: the names, separated by colons and folded between them. From is listed once more than it
 * occurs (choose_names), so that adding another From breaks the signature (RFC 6376 8.15).
 */
static void
add_names(const struct making *making, const struct slice *names, size_t n, struct buf *out)
{
	size_t column = TAB_COLUMNS + 2;

	buf_adds(out, "h=");
	for (size_t i = 0; i < n; i++) {
		if (column + names[i].n + 1 > FOLD_COLUMNS && i > 0) {
			buf_addf(out, "%s\t ", making->eol);
			column = TAB_COLUMNS + 1;
		}
		buf_add(out, names[i]);
		buf_addc(out, i + 1 < n ? ':' : ';');
		column += names[i].n + 1;
	}
}

static const struct slice *
choose_names(const struct message *message, struct arena *arena, size_t *n)
{
	const size_t kinds = sizeof signed_names / sizeof *signed_names;
	struct slice *names = arena_array(arena, message->nfields + 1, sizeof *names);

	*n = 0;
	names[(*n)++] = slice_str(signed_names[0]);
	for (size_t k = 0; k < kinds; k++)
		for (size_t count = message_count(message, signed_names[k]); count > 0; count--)
			names[(*n)++] = slice_str(signed_names[k]);
	return names;
}

static void
add_start(const struct making *making, struct buf *out)
{
	const struct arc_sealer *sealer = making->sealer;

	buf_addf(out, " i=%u; a=%s;", making->instance,
		sealer->rsa ? "rsa-sha256" : "ed25519-sha256");
	buf_addf(out, " t=%lld;", (long long)making->in->now);
}

/* d= and s= on separate lines, so that names of any length fit */
static void
add_who(const struct making *making, struct buf *out)
{
	buf_addf(out, "%s\td=", making->eol);
	buf_add(out, making->sealer->domain);
	buf_addf(out, ";%s\ts=", making->eol);
	buf_add(out, making->sealer->selector);
	buf_addc(out, ';');
}

/* Signs digest and appends the signature to text, which ends with "b=". */
static enum status
add_signature(const struct making *making, const unsigned char *digest, struct buf *text,
	struct field *field)
{
	struct arena *arena = making->in->arena;
	struct slice signature;

	if (crypto_sign(making->in->crypto, making->sealer->key, digest, arena, &signature) !=
		ST_OK)
		return ST_TEMP;
	add_wrapped(text, base64_encode(signature, arena), TAB_COLUMNS + 2, making->eol);
	buf_adds(text, making->eol);
	*field = field_of(buf_slice(text));
	return ST_OK;
}

/* RFC 8617 4.1.1 */
static void
make_aar(struct making *making, struct slice results)
{
	size_t first = slice_find(results, '\n');
	struct buf text;

	buf_init(&text, making->in->arena, SET_MAX);
	buf_addf(&text, "ARC-Authentication-Results: i=%u;", making->instance);
	if (first < results.n && first > 0 && results.p[first - 1] == '\r')
		first--;
	if (first > 0 && text.n + first > FOLD_COLUMNS)
		buf_addf(&text, "%s\t", making->eol);
	else if (first > 0)
		buf_addc(&text, ' ');
	buf_add(&text, results);
	buf_adds(&text, making->eol);
	making->aar = field_of(buf_slice(&text));
}

static enum status
hash_body(const struct auth_input *in, const unsigned char **digest)
{
	const struct dkim_sig form = {.body_canon = DKIM_RELAXED};
	struct dkim_bodies *bodies = dkim_bodies_new(in->arena);
	uint64_t total;

	dkim_bodies_want(bodies, &form);
	dkim_bodies_make(bodies, in);
	return dkim_bodies_get(bodies, &form, digest, &total);
}

/*
 * RFC 8617 4.1.2; sets *oversize, and makes no field, if a field to be covered is over the size
 * limit
 */
static enum status
make_ams(struct making *making, bool *oversize)
{
	const struct auth_input *in = making->in;
	struct dkim_sig sig = {.header_canon = DKIM_RELAXED};
	unsigned char header[CRYPTO_SHA256_SIZE];
	struct dkim_selection selection;
	const unsigned char *body;
	struct field unsealed;
	struct buf text;

	sig.h = choose_names(in->message, in->arena, &sig.nh);
	dkim_select(dkim_index_make(in->message, in->arena), &sig, in->arena, &selection);
	*oversize = selection.oversize;
	if (*oversize)
		return ST_OK;
	if (hash_body(in, &body) != ST_OK)
		return ST_TEMP;
	buf_init(&text, in->arena, SET_MAX);
	buf_adds(&text, "ARC-Message-Signature:");
	add_start(making, &text);
	buf_addf(&text, " c=relaxed/relaxed;");
	add_who(making, &text);
	buf_addf(&text, "%s\t", making->eol);
	add_names(making, sig.h, sig.nh, &text);
	buf_addf(&text, "%s\tbh=", making->eol);
	buf_add(&text,
		base64_encode(slice_make((const char *)body, CRYPTO_SHA256_SIZE), in->arena));
	buf_addf(&text, ";%s\tb=", making->eol);
	unsealed = field_of(buf_slice(&text));
	sig.field = &unsealed;
	if (dkim_header_hash(&sig, &selection, in->crypto, header) != ST_OK)
		return ST_TEMP;
	return add_signature(making, header, &text, &making->ams);
}

static void
hash_field(const struct field *field, struct crypto_hash *hash)
{
	dkim_field_add(DKIM_RELAXED, field, false, false, hash);
}

/* RFC 8617 5.1.1, and 5.1.2: a chain that failed is not covered */
static enum status
make_seal(struct making *making, const struct arc_result *chain)
{
	struct crypto_hash *hash = crypto_hash_new(making->in->crypto);
	unsigned char digest[CRYPTO_SHA256_SIZE];
	struct field unsealed;
	struct buf text;

	if (hash == NULL)
		return ST_TEMP;
	for (size_t i = 0; making->cv == ARC_CV_PASS && i < chain->n; i++) {
		hash_field(chain->sets[i].aar, hash);
		hash_field(chain->sets[i].ams.sig.field, hash);
		hash_field(chain->sets[i].seal.sig.field, hash);
	}
	hash_field(&making->aar, hash);
	hash_field(&making->ams, hash);
	buf_init(&text, making->in->arena, SET_MAX);
	buf_adds(&text, "ARC-Seal:");
	add_start(making, &text);
	buf_addf(&text, " cv=%s;", arc_cv_word(making->cv));
	add_who(making, &text);
	buf_addf(&text, "%s\tb=", making->eol);
	unsealed = field_of(buf_slice(&text));
	dkim_field_add(DKIM_RELAXED, &unsealed, true, true, hash);
	if (crypto_hash_end(hash, digest) != ST_OK)
		return ST_TEMP;
	return add_signature(making, digest, &text, &making->seal);
}

/* Determines the instance and cv= of the new set. Returns ARC_R_NONE, or why no set is made. */
static enum arc_reason
find_place(const struct auth_input *in, const struct arc_result *chain, struct making *making)
{
	bool failed;

	if (in->ids->ambiguous.id != FROM_R_NONE)
		return ARC_R_AMBIGUOUS;
	if ((in->message->flags & MESSAGE_MANY_FIELDS) != 0)
		return ARC_R_MANY_FIELDS;
	making->instance = arc_highest(in->message, in->arena, &failed) + 1;
	if (failed) /* RFC 8617 5.1: no set is added after cv=fail */
		return ARC_R_FAILED_BEFORE;
	if (making->instance > ARC_SETS_MAX)
		return ARC_R_FULL;
	making->cv = chain->code == AUTH_NONE   ? ARC_CV_NONE
		     : chain->code == AUTH_PASS ? ARC_CV_PASS
						: ARC_CV_FAIL;
	if (making->cv != ARC_CV_FAIL)
		return ARC_R_NONE;
	/*
	 * a chain that was not checked must not be sealed as failed: that would break it for every
	 * receiver
	 */
	if (chain->unsure || chain->code == AUTH_TEMPERROR)
		return ARC_R_UNSURE;
	if (chain->reason.id == ARC_R_OVER)
		return ARC_R_OVER;
	if (chain->reason.id == ARC_R_OVERSIZE)
		return ARC_R_OVERSIZE;
	return ARC_R_NONE;
}

enum status
arc_seal(const struct auth_input *in, const struct arc_result *chain,
	const struct arc_sealer *sealer, struct slice results, const char *eol,
	struct arc_sealed *sealed)
{
	struct making making = {.in = in, .sealer = sealer, .eol = eol};
	const size_t max = in->limits->field_size;
	enum arc_reason reason = find_place(in, chain, &making);
	bool oversize = false;
	struct buf set;

	*sealed = (struct arc_sealed){.reason = arc_reason(reason)};
	if (reason != ARC_R_NONE)
		return ST_OK;
	make_aar(&making, results);
	if (make_ams(&making, &oversize) != ST_OK)
		return ST_TEMP;
	if (oversize) {
		sealed->reason = arc_reason(ARC_R_SIGNED_OVERSIZE);
		return ST_OK;
	}
	if (make_seal(&making, chain) != ST_OK)
		return ST_TEMP;
	if (making.aar.raw.n > max || making.ams.raw.n > max || making.seal.raw.n > max) {
		sealed->reason = arc_reason(ARC_R_SET_OVERSIZE);
		return ST_OK;
	}
	buf_init(&set, in->arena, SET_MAX);
	buf_add(&set, making.seal.raw);
	buf_add(&set, making.ams.raw);
	buf_add(&set, making.aar.raw);
	*sealed = (struct arc_sealed){.instance = making.instance,
		.cv = making.cv,
		.reason = making.cv == ARC_CV_FAIL ? chain->reason : arc_reason(ARC_R_NONE),
		.set = buf_slice(&set)};
	return ST_OK;
}
