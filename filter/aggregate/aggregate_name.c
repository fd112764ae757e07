#include "filter/aggregate/aggregate_name.h"

#include <inttypes.h>

#include "auth/base/crypto.h"
#include "filter/io/clock.h"
#include "mime/buf.h"

enum { NAME_MAX_OCTETS = 1024 };

enum status
aggregate_id(struct crypto *crypto, const struct aggregate_name *name, struct arena *arena,
	struct slice *id)
{
	unsigned char digest[CRYPTO_SHA256_SIZE];
	struct buf text;

	buf_init(&text, arena, SIZE_MAX);
	buf_add(&text, name->submitter);
	buf_addc(&text, '!');
	buf_add(&text, name->domain);
	buf_addf(&text, "!%" PRId64 "!%" PRId64 "!", name->day, name->part);
	buf_add(&text, name->policy);
	if (crypto_sha256(crypto, buf_slice(&text), digest) != ST_OK)
		return ST_TEMP;
	buf_init(&text, arena, AGGREGATE_ID);
	buf_add_hex(&text, digest, AGGREGATE_ID / 2);
	*id = buf_slice(&text);
	return ST_OK;
}

const char *
aggregate_file(const struct aggregate_name *name, struct slice id, struct arena *arena)
{
	struct buf text;

	buf_init(&text, arena, NAME_MAX_OCTETS);
	buf_add(&text, name->submitter);
	buf_addc(&text, '!');
	buf_add(&text, name->domain);
	buf_addf(&text, "!%" PRId64 "!%" PRId64 "!", name->day, name->day + DAY_SECONDS - 1);
	buf_add(&text, id);
	buf_adds(&text, ".xml.gz");
	return arena_cstr(arena, buf_slice(&text));
}

const char *
aggregate_subject(const struct aggregate_name *name, struct slice id, struct arena *arena)
{
	struct buf text;

	buf_init(&text, arena, NAME_MAX_OCTETS);
	buf_adds(&text, "Report Domain: ");
	buf_add(&text, name->domain);
	buf_adds(&text, " Submitter: ");
	buf_add(&text, name->submitter);
	buf_adds(&text, " Report-ID: <");
	buf_add(&text, id);
	buf_addc(&text, '>');
	return arena_cstr(arena, buf_slice(&text));
}
