/* identities_rig.h: tables of headers and the author domain that identities_find sees in them. */
#ifndef TESTS_SUPPORT_IDENTITIES_RIG_H
#define TESTS_SUPPORT_IDENTITIES_RIG_H

#include <criterion/criterion.h>

#include "auth/base/identities.h"
#include "mime/buf.h"

/* a slice of a literal, which may contain NUL bytes */
#define S(lit) SLICE_INIT(lit)

#define NO_FROM "no From field"
#define SEVERAL_FROM "several From fields"
#define OVER_LIMIT "From field is over a limit"
#define UNREADABLE "From field cannot be read"
#define NO_DOMAIN "an author has no domain"
#define BAD_DOMAIN "an author domain is not a domain name"
#define SEVERAL_DOMAINS "several author domains"
#define DIFFER "readers differ about the author domain"
#define READER_DIED "the second reader of From crashed"
#define NOT_ASKED "the second reader of From is not available"
#define LOOKS_LIKE_FROM "a line looks like another From field"
#define BLANK_FIRST "the header begins with white space"
#define HAS_NUL "NUL in the header"
#define HAS_BARE_CR "bare CR in the header"
#define MANY_FIELDS "too many header fields"
#define NO_AUTHOR "no author domain"

enum { FIELDS = 20, FIELD_SIZE = 2000 };

struct identities_rig {
	struct arena arena;
	struct address_gmime *gmime;
	struct message message;
	struct identities ids;
};

static inline void
identities_rig_find(struct identities_rig *f, struct slice text)
{
	message_parse(text, FIELDS, FIELD_SIZE, &f->arena, &f->message);
	cr_assert_eq(identities_find(&f->message, f->gmime, &f->arena, &f->ids), ST_OK);
}

static inline void
identities_rig_open(struct identities_rig *f)
{
	*f = (struct identities_rig){.gmime = address_gmime_open()};
	cr_assert_not_null(f->gmime);
	arena_init(&f->arena, NULL, NULL);
}

static inline void
identities_rig_close(struct identities_rig *f)
{
	arena_clear(&f->arena);
	address_gmime_close(f->gmime);
}

static inline bool
same_reason(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/*
 * domain: the author domain, or empty; all: every author domain, each followed by a space
 */
struct identities_row {
	const char *name;
	struct slice text;
	const char *ambiguous;
	struct slice domain, all;
	size_t fields;
};

static inline void
identities_rig_check(struct identities_rig *f, const struct identities_row *row)
{
	const char *reason;
	struct buf all;

	identities_rig_find(f, row->text);
	buf_init(&all, &f->arena, 4096);
	for (size_t i = 0; i < f->ids.ndomains; i++) {
		buf_add(&all, f->ids.all_domains[i]);
		buf_addc(&all, ' ');
	}
	reason = reason_text(&f->ids.ambiguous);
	cr_expect(same_reason(reason, row->ambiguous), "%s: %s", row->name,
		reason == NULL ? "not ambiguous" : reason);
	cr_expect(slice_eq(f->ids.author_domain, row->domain), "%s: %.*s", row->name,
		(int)f->ids.author_domain.n, f->ids.author_domain.p);
	cr_expect(slice_eq(buf_slice(&all), row->all), "%s: %.*s", row->name, (int)all.n, all.p);
	cr_expect_eq(
		f->ids.from_fields, row->fields, "%s: %zu fields", row->name, f->ids.from_fields);
}

#endif
