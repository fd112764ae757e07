#include "filter/settings/options_mark.h"

#include <inttypes.h>

#include "filter/settings/options_table.h"
#include "mime/buf.h"

enum { OCTETS_MAX = 64 * 1024 * 1024 };

/* Options that change no result: those for speed, for the part of the run, and for reporting. */
static const char *const apart[] = {"jobs", "unordered", "shard", "resume", "merge", "cache-size",
	"config", "lang", "json-log", "output", "into", "html", "dns-record", "spool-dir",
	"sandbox", "baseline"};

static bool
is_apart(const char *name)
{
	for (size_t i = 0; i < sizeof apart / sizeof apart[0]; i++)
		if (strcmp(apart[i], name) == 0)
			return true;
	return false;
}

/* Hashes the length as well, so that adjacent values stay distinct, and NULL differs from empty. */
static void
add_text(struct buf *out, const char *text)
{
	if (text == NULL)
		buf_adds(out, "-\n");
	else
		buf_addf(out, "%zu:%s\n", strlen(text), text);
}

static void
add_texts(struct buf *out, const struct strings *texts)
{
	buf_addf(out, "%zu\n", texts->n);
	for (size_t i = 0; i < texts->n; i++)
		add_text(out, texts->v[i]);
}

static void
add_nets(struct buf *out, const struct nets *nets)
{
	buf_addf(out, "%zu\n", nets->n);
	for (size_t i = 0; i < nets->n; i++) {
		buf_add(out, ip_text(&nets->v[i].ip, out->arena));
		buf_addf(out, "/%u\n", nets->v[i].bits);
	}
}

static void
add_value(struct buf *out, const struct option_row *row, const struct options *options)
{
	const void *at = (const char *)options + row->at;

	switch (row->kind) {
	case OPTION_FLAG:
	case OPTION_YES:
		buf_addf(out, "%d\n", *(const bool *)at ? 1 : 0);
		break;
	case OPTION_WORD:
		buf_addf(out, "%d\n", *(const int *)at);
		break;
	case OPTION_TEXT:
	case OPTION_PATH:
	case OPTION_SENDER:
	case OPTION_CLIENT_IP:
	case OPTION_DOMAIN:
	case OPTION_SELECTOR:
	case OPTION_ID:
	case OPTION_MAYBE_ID:
		add_text(out, *(const char *const *)at);
		break;
	case OPTION_NUMBER:
	case OPTION_MILLIS:
	case OPTION_NOW:
	case OPTION_DAY:
		buf_addf(out, "%" PRId64 "\n", *(const int64_t *)at);
		break;
	case OPTION_COUNT:
		buf_addf(out, "%zu\n", *(const size_t *)at);
		break;
	case OPTION_BITS:
		buf_addf(out, "%u\n", *(const unsigned *)at);
		break;
	case OPTION_SIZE:
		buf_addf(out, "%" PRIu64 "\n", *(const uint64_t *)at);
		break;
	case OPTION_TEXTS:
	case OPTION_IDS:
	case OPTION_SERVERS:
	case OPTION_RELAYS:
	case OPTION_DOMAINS:
	case OPTION_ACCEPTS:
		add_texts(out, at);
		break;
	case OPTION_NETS:
		add_nets(out, at);
		break;
	case OPTION_EXITS:
	case OPTION_COMMAND:
	case OPTION_CONFIG:
		break;
	}
	/* giving an option may have a different effect from having the same value by default */
	if (row->given != 0)
		buf_addf(out, "%d\n", *(const bool *)((const char *)options + row->given) ? 1 : 0);
}

static enum status
hash_of(struct slice text, char mark[OPTIONS_MARK + 1])
{
	unsigned char digest[CRYPTO_SHA256_SIZE];
	struct crypto *crypto = crypto_new();
	enum status st = crypto != NULL ? crypto_sha256(crypto, text, digest) : ST_TEMP;

	crypto_free(crypto);
	if (st != ST_OK)
		return st;
	hex_text(digest, sizeof digest, mark);
	return ST_OK;
}

enum status
options_mark(const struct options *options, struct arena *arena, char mark[OPTIONS_MARK + 1])
{
	struct buf out;

	buf_init(&out, arena, OCTETS_MAX);
	buf_adds(&out, "mailstamp " MAILSTAMP_VERSION "\n");
	add_texts(&out, &options->paths);
	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];

		if (!option_is_for(row, COMMAND_BATCH) || is_apart(row->name))
			continue;
		buf_addf(&out, "%s ", row->name);
		add_value(&out, row, options);
	}
	return out.over ? ST_TEMP : hash_of(buf_slice(&out), mark);
}
