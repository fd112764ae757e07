/*
 * domain.h: domain names as text: A-labels, labels, the public suffix list.
 *
 * A normal name is in lower case, has A-labels instead of U-labels (RFC 5890 2.3.2.1), no final
 * dot, at least one label, labels of 1 to 63 octets of letters, digits, '-' and '_', and at most
 * 253 octets.
 */
#ifndef AUTH_BASE_DOMAIN_H
#define AUTH_BASE_DOMAIN_H

#include "mime/arena.h"
#include "mime/status.h"

enum { DOMAIN_MAX = 253, DOMAIN_LABEL_MAX = 63 };

/*
 * text → a normal name in the arena. One dot at the end is dropped; IDNA's dots (U+3002, U+FF0E,
 * U+FF61) are dots. ST_BAD if it is not a domain name: an empty or overlong label or name, any byte
 * other than those above, a domain-literal, a last label of digits only (an IPv4 address), and a
 * U-label that IDNA 2008 refuses (libidn2, non-transitional UTS 46 mapping, which makes it lower
 * case first). An A-label is kept as written. If libidn2 cannot be loaded or has no memory, that is
 * as if the arena had none: whether the name is valid must not depend on it.
 */
enum status domain_normalize(struct slice text, struct arena *arena, struct slice *name);

/*
 * Does some program with IDNA take text for the normal name, or, if below is set, for a name with
 * further labels after it? Mapped as by domain_normalize, and as by IDNA 2003 (RFC 3490), which
 * removes joiners, takes ß for ss, and characters such as U+2024 for a dot. It ends at the first
 * label that differs, because a message may contain many names. Without memory as
 * domain_normalize.
 */
bool domain_maps_to(struct slice text, struct slice name, bool below, struct arena *arena);

/*
 * A normal name as mail programs display it: A-labels are decoded even if IDNA does not allow the
 * U-label (an emoji). In the arena; ST_BAD if an A-label is not Punycode. Without memory as
 * domain_normalize.
 */
enum status domain_to_unicode(struct slice name, struct arena *arena, struct slice *text);

/* The number of labels of a normal name. */
size_t domain_labels(struct slice name);

/* The last n labels, or all if there are fewer. */
struct slice domain_tail(struct slice name, size_t n);
/*
 * Guesses the part of a name that belongs to one organization: the last two labels, or three if the
 * second-level label is short (example.co.jp). Without a public suffix list, so that the result is
 * the same on every machine; it may keep one label too many (www.abc.com). A tail of the name.
 */
struct slice domain_organization(struct slice name);

/*
 * Is it a name below which a registry registers names for anybody: a top-level domain, or a normal
 * name such as co.jp? From a short table, and so the same on every machine; false for a name that
 * is not in it.
 */
bool domain_is_registry(struct slice name);

/* Is name the same as or below top, at a real label boundary? ASCII case does not matter. */
bool domain_within(struct slice name, struct slice top);

/* The number of labels that two normal names have in common, from the right. */
size_t domain_common(struct slice a, struct slice b);

struct domain_psl; /* a loaded public suffix list; read-only and shareable between threads */

/*
 * Loads the list at path; path NULL: the system's list (the newer of libpsl's built-in list and its
 * file). NULL if the list or libpsl cannot be loaded, or when out of memory (errno is ENOMEM).
 */
struct domain_psl *domain_psl_open(const char *path);
void domain_psl_free(struct domain_psl *psl);

/*
 * The organizational domain of a normal name by RFC 7489 3.2: the longest public suffix and one
 * label. A public suffix is its own organizational domain. Points into name.
 */
struct slice domain_psl_org(const struct domain_psl *psl, struct slice name);

#endif
