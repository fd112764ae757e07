/*
 * diagnose_header.c: the header half. With RSA, b= contains the hash of the header, so each attempt
 * costs one hash; with Ed25519, it costs one signature check.
 */
#include "auth/diagnose/diagnose_head.h"

/* what a try costs, each of its fields in the index, and a signature; as octets of a body */
enum { WORK_A_TRY = 4096, WORK_A_FIELD = 48, WORK_ED25519 = 100000 };
enum { CONTENT_MAX = 64, HEADER_MAX = 256 * 1024 };

static const struct rule {
	const char *what;
	void (*options)(const struct diagnose_head *head, struct diagnose_choice *choice);
} rules[] = {
	{"Subject", diagnose_subject_options},
	{"From", diagnose_from_options},
	{"fields that were added", diagnose_added_options},
	{"Content-Type", diagnose_type_options},
	{"Content-Transfer-Encoding", diagnose_encoding_options},
	{"fields kept under another name, z=", diagnose_kept_options},
	{"long fields that were broken", diagnose_folded_options},
	{"address lists", diagnose_address_options},
	{"Date", diagnose_date_options},
	{"fields that are missing", diagnose_missing_options},
	{"white space and letters (simple)", diagnose_space_options},
};

enum { RULES = sizeof rules / sizeof *rules };

struct header_search {
	struct diagnose_head head;
	const struct dkim_signed *hashes;
	struct diagnose_budget *budget;
	struct diagnose_choice choices[RULES];
	const struct field **by; /* the replacement of each field in this attempt; NULL: removed */
	unsigned char *strength; /* 0: as it is, 1: a weak edit, 2: a strong one */
	const bool *is_signed;
	struct diagnose_header *found;
	struct arena *arena;
};

/* Combines the picks; false if two edit the same field. more: fields to add at the end. */
static bool
apply(struct header_search *search, const size_t *picks, const struct field **more, size_t *nmore)
{
	const struct diagnose_head *head = &search->head;

	*nmore = 0;
	for (size_t i = 0; i < head->n; i++)
		search->by[i] = &head->fields[i];
	memset(search->strength, 0, head->n);
	for (size_t r = 0; r < RULES; r++) {
		const struct diagnose_option *option = &search->choices[r].options[picks[r]];

		for (size_t k = 0; k < option->nfields; k++) {
			const struct diagnose_field_edit *edit = &option->fields[k];
			unsigned char strength = edit->weak ? 1 : 2;

			if (edit->at >= head->n) {
				if (*nmore == CONTENT_MAX)
					return false;
				more[(*nmore)++] = edit->field;
				continue;
			}
			if (search->strength[edit->at] >= strength) {
				if (!edit->weak)
					return false;
				continue;
			}
			search->strength[edit->at] = strength;
			search->by[edit->at] = edit->field;
		}
	}
	return true;
}

/*
 * Collects the fields of this attempt; only: just the signed ones, because no others are hashed.
 * *sig: the signature's own field, or NULL.
 */
static size_t
collect(const struct header_search *search, const struct field **more, size_t nmore, bool only,
	struct field *fields, const struct field **sig)
{
	size_t n = 0;

	*sig = NULL;
	for (size_t i = 0; i < search->head.n; i++) {
		const struct field *field = search->by[i];
		bool own = search->head.fields[i].raw.p == search->head.sig->field->raw.p;

		if (field == NULL || (only && !search->is_signed[i] && !own))
			continue;
		if (own)
			*sig = &fields[n];
		fields[n++] = *field;
	}
	for (size_t i = 0; i < nmore; i++)
		fields[n++] = *more[i];
	return n;
}

static bool
verifies(struct header_search *search, const struct field *fields, size_t n,
	const struct field *sig_field, struct arena *scratch)
{
	struct auth_input in = *search->head.in;
	struct dkim_sig_result again = {.sig = *search->head.sig};
	struct message message = *in.message;
	unsigned char digest[CRYPTO_SHA256_SIZE];
	struct dkim_selection selection;

	if (sig_field == NULL)
		return false;
	again.sig.field = sig_field;
	message.fields = fields;
	message.nfields = n;
	in.arena = scratch;
	dkim_select(dkim_index_make(&message, scratch), &again.sig, scratch, &selection);
	if (selection.oversize ||
		dkim_header_hash(&again.sig, &selection, in.crypto, digest) != ST_OK)
		return false;
	diagnose_spend(search->budget, WORK_A_TRY + WORK_A_FIELD * n + 2 * sig_field->raw.n);
	for (size_t i = 0; i < selection.n; i++)
		diagnose_spend(search->budget, 2 * selection.fields[i]->raw.n);
	if (again.sig.a == DKIM_RSA_SHA256) {
		for (size_t i = 0; i < search->hashes->n; i++)
			if (memcmp(search->hashes->hashes[i], digest, sizeof digest) == 0)
				return true;
		return false;
	}
	diagnose_spend(search->budget, WORK_ED25519);
	return dkim_verify(&in, digest, &again) == ST_OK && (again.code == AUTH_PASS);
}

static void
report(struct header_search *search, const size_t *picks, const struct field **more, size_t nmore)
{
	struct diagnose_header *found = search->found;
	struct field *fields = arena_array(search->arena, search->head.n + nmore, sizeof *fields);
	const struct field *sig;

	found->nfields = collect(search, more, nmore, false, fields, &sig);
	found->fields = fields;
	found->same = true;
	for (size_t r = 0; r < RULES; r++) {
		const struct diagnose_option *option = &search->choices[r].options[picks[r]];

		found->same &= picks[r] == 0;
		for (size_t k = 0; k < option->nchanges && found->n < DIAGNOSE_CHANGES; k++)
			found->changes[found->n++] = option->changes[k];
	}
}

static bool
try_header(void *arg, const size_t *picks)
{
	struct header_search *search = arg;
	const struct field *more[CONTENT_MAX], *sig;
	struct arena scratch;
	struct field *fields;
	size_t nmore, n;
	bool found;

	if (!apply(search, picks, more, &nmore) || !diagnose_may_try(search->budget))
		return false;
	arena_init(&scratch, search->arena->oom, search->arena->oom_arg);
	fields = arena_array(&scratch, search->head.n + nmore, sizeof *fields);
	n = collect(search, more, nmore, true, fields, &sig);
	found = verifies(search, fields, n, sig, &scratch);
	if (found)
		report(search, picks, more, nmore);
	arena_clear(&scratch);
	return found;
}

/* Replaces the Content- fields of head by those of the part that was the whole body, each once. */
static void
unwrap(struct diagnose_head *head, struct slice content)
{
	struct field *fields = arena_array(head->arena, head->n + CONTENT_MAX, sizeof *fields);
	struct field *own = arena_array(head->arena, CONTENT_MAX, sizeof *own);
	bool used[CONTENT_MAX] = {false};
	size_t n = 0, nown = 0;

	while (nown < CONTENT_MAX && fields_next(&content, SIZE_MAX, &own[nown]))
		nown++;
	for (size_t i = 0; i < head->n; i++) {
		if (!slice_istarts(head->fields[i].name, SLICE("Content-"))) {
			fields[n++] = head->fields[i];
			continue;
		}
		for (size_t k = 0; k < nown; k++)
			if (!used[k] && slice_ieq(own[k].name, head->fields[i].name)) {
				fields[n++] = own[k];
				used[k] = true;
			}
	}
	for (size_t k = 0; k < nown; k++)
		if (!used[k] && slice_istarts(own[k].name, SLICE("Content-")))
			fields[n++] = own[k];
	head->fields = fields;
	head->n = n;
}

static const bool *
find_signed(const struct diagnose_head *head)
{
	bool *is_signed = arena_array(head->arena, head->n, sizeof *is_signed);

	for (size_t i = 0; i < head->n; i++)
		is_signed[i] = diagnose_signed(head, head->fields[i].name);
	return is_signed;
}

bool
diagnose_header_search(const struct auth_input *in, const struct dkim_sig *sig,
	const struct dkim_signed *hashes, const struct diagnose_body *body,
	struct diagnose_budget *budget, struct arena *arena, struct diagnose_header *found)
{
	struct header_search *search = arena_alloc(arena, sizeof *search);

	*found = (struct diagnose_header){0};
	*search = (struct header_search){
		.head = {.in = in,
			.sig = sig,
			.body = body,
			.arena = arena,
			.fields = in->message->fields,
			.n = in->message->nfields},
		.hashes = hashes,
		.budget = budget,
		.found = found,
		.arena = arena,
	};
	if (in->message->header.n > HEADER_MAX) {
		budget->stopped = true;
		return false;
	}
	if (body != NULL && body->unwrapped)
		unwrap(&search->head, body->content);
	search->by = arena_array(arena, search->head.n, sizeof *search->by);
	search->strength = arena_array(arena, search->head.n, 1);
	search->is_signed = find_signed(&search->head);
	for (size_t r = 0; r < RULES; r++) {
		diagnose_choice_init(&search->choices[r], arena);
		rules[r].options(&search->head, &search->choices[r]);
	}
	return diagnose_combine(search->choices, RULES, budget, try_header, search);
}
