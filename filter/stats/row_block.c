#include "filter/stats/row_block.h"

#include <stdlib.h>
#include <string.h>

#include "filter/text/printable.h"
#include "mime/scan.h"

enum { TEXTS = 14 };

/* all texts but those of arrays */
static void
texts_of(struct row *row, const char **texts[TEXTS])
{
	const char **const all[TEXTS] = {&row->path, &row->error, &row->spf_domain, &row->policy,
		&row->author_domain, &row->client_ip, &row->client_name, &row->message_id,
		&row->envelope_from, &row->reason, &row->indicator, &row->override,
		&row->worse_source, &row->receiver};

	memcpy(texts, all, sizeof all);
}

/*
 * The data of a row follows it: arrays first, because of their alignment, then texts. Without a
 * block it is only measured.
 */
struct pack {
	char *block;       /* or NULL */
	size_t n;          /* of it so far */
	const char *start; /* added to an offset: the block, or NULL for offsets as pointers */
};

static const void *
pack_octets(struct pack *pack, const void *octets, size_t n)
{
	const size_t at = pack->n;

	pack->n += n;
	if (pack->block == NULL)
		return octets;
	if (n > 0)
		memcpy(pack->block + at, octets, n);
	return pack->start != NULL ? pack->start + at : (const char *)(uintptr_t)at;
}

static void
pack_text(struct pack *pack, const char **text)
{
	if (*text == NULL)
		*text = "";
	*text = pack_octets(pack, *text, strlen(*text) + 1);
}

static void
pack_signatures(struct pack *pack, struct row *row)
{
	const struct row_signature *from = row->signatures;
	const size_t at = pack->n;

	row->signatures = pack_octets(pack, from, row->nsignatures * sizeof *from);
	for (size_t i = 0; i < row->nsignatures; i++) {
		struct row_signature one = from[i];

		pack_text(pack, &one.d);
		pack_text(pack, &one.s);
		if (pack->block != NULL)
			memcpy(pack->block + at + i * sizeof one, &one, sizeof one);
	}
}

static void
pack_row(struct pack *pack, struct row *row)
{
	const char **texts[TEXTS];

	pack->n = sizeof *row;
	pack_signatures(pack, row);
	texts_of(row, texts);
	for (size_t i = 0; i < TEXTS; i++)
		pack_text(pack, texts[i]);
	for (size_t i = 0; i < row->nadvice; i++) {
		pack_text(pack, &row->advice[i].id);
		pack_text(pack, &row->advice[i].text);
		pack_text(pack, &row->advice[i].record);
	}
	if (pack->block != NULL)
		memcpy(pack->block, row, sizeof *row);
}

static void *
make_block(const struct row *row, bool offsets, size_t *n)
{
	struct row shallow = *row;
	struct pack pack = {.block = NULL};

	pack_row(&pack, &shallow);
	*n = pack.n;
	pack.block = malloc(pack.n);
	if (pack.block == NULL)
		return NULL;
	pack.start = offsets ? NULL : pack.block;
	shallow = *row;
	pack_row(&pack, &shallow);
	return pack.block;
}

struct row *
row_copy(const struct row *row)
{
	size_t n;

	return make_block(row, false, &n);
}

void *
row_pack(const struct row *row, size_t *n)
{
	return make_block(row, true, n);
}

/* unpacking */

struct unpack {
	const char *block;
	size_t n;
	bool bad;
};

/* Would row_text leave it as it is? */
static bool
is_safe(struct slice text)
{
	struct slice one;

	while (text.n > 0) {
		text = slice_from(text, scan_printable_run(text, ' '));
		if (text.n > 0 && printable_next(&text, &one) != PRINTABLE_SHOWS)
			return false;
	}
	return true;
}

static void
unpack_text(struct unpack *unpack, const char **text)
{
	const size_t at = (uintptr_t)*text;
	const char *end = NULL;

	if (at >= sizeof(struct row) && at < unpack->n)
		end = memchr(unpack->block + at, '\0', unpack->n - at);
	*text = "";
	if (end == NULL || end - (unpack->block + at) > ROW_PATH ||
		!is_safe(slice_make(unpack->block + at, (size_t)(end - (unpack->block + at)))))
		unpack->bad = true;
	else
		*text = unpack->block + at;
}

/* Any other value of a bool is undefined: it is read as an octet. */
static void
check_flags(struct unpack *unpack, const void *flags, size_t n)
{
	const unsigned char *octets = flags;

	for (size_t i = 0; i < n; i++)
		unpack->bad |= octets[i] > 1;
}

static void
check_code(struct unpack *unpack, enum auth_code code)
{
	unpack->bad |= (unsigned)code > AUTH_PERMERROR;
}

static void
check_outcome(struct unpack *unpack, const struct row_outcome *outcome)
{
	check_code(unpack, outcome->dmarc);
	unpack->bad |= (unsigned)outcome->disposition > DISP_TEMPFAIL;
}

static void
check_values(struct unpack *unpack, const struct row *row)
{
	const void *const flags[] = {&row->failed, &row->not_mail, &row->evaluated, &row->has_date,
		&row->spf_aligned, &row->dkim_aligned, &row->not_judged, &row->known,
		&row->has_other, &row->worse, &row->agrees};
	const enum auth_code codes[] = {
		row->spf, row->dkim, row->arc, row->dmarc, row->worse_dmarc};

	for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
		check_flags(unpack, flags[i], 1);
	check_flags(unpack, row->differs, sizeof row->differs);
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		check_code(unpack, codes[i]);
	unpack->bad |= (unsigned)row->disposition > DISP_TEMPFAIL ||
		       (unsigned)row->sender.class >= SENDER_CLASSES ||
		       (unsigned)row->sender.by >= SENDER_EVIDENCES ||
		       row->nwhat_ifs > WHAT_IF_MAX || row->nadvice > ROW_ADVICE ||
		       row->nsignatures > ROW_SIGNATURES;
	check_outcome(unpack, &row->other);
	for (size_t i = 0; !unpack->bad && i < row->nwhat_ifs; i++)
		check_outcome(unpack, &row->what_ifs[i]);
}

static void
unpack_signatures(struct unpack *unpack, struct row *row)
{
	const size_t at = (uintptr_t)row->signatures;
	struct row_signature *signatures;

	/* they are right behind the row, which is aligned for them */
	if (at != sizeof *row || row->nsignatures > (unpack->n - at) / sizeof *signatures) {
		unpack->bad = true;
		return;
	}
	signatures = (struct row_signature *)(row + 1);
	row->signatures = signatures;
	for (size_t i = 0; i < row->nsignatures; i++) {
		unpack_text(unpack, &signatures[i].d);
		unpack_text(unpack, &signatures[i].s);
		check_code(unpack, signatures[i].code);
		check_flags(unpack, &signatures[i].aligned, 1);
	}
}

_Static_assert(_Alignof(struct row_signature) <= _Alignof(struct row), "an array behind a row");

struct row *
row_unpack(void *block, size_t n)
{
	struct unpack unpack = {.block = block, .n = n};
	struct row *row = block;
	const char **texts[TEXTS];

	if (n < sizeof *row)
		return NULL;
	check_values(&unpack, row);
	if (unpack.bad)
		return NULL;
	unpack_signatures(&unpack, row);
	texts_of(row, texts);
	for (size_t i = 0; !unpack.bad && i < TEXTS; i++)
		unpack_text(&unpack, texts[i]);
	for (size_t i = 0; !unpack.bad && i < row->nadvice; i++) {
		unpack_text(&unpack, &row->advice[i].id);
		unpack_text(&unpack, &row->advice[i].text);
		unpack_text(&unpack, &row->advice[i].record);
	}
	return unpack.bad ? NULL : row;
}
