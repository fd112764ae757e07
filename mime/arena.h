/*
 * arena.h: memory that lives as long as one message.
 *
 * Everything that is found in a message or in DNS is allocated here and freed all at once. An
 * allocation never returns NULL: when memory runs out, the arena calls its oom function, which must
 * not return (the program answers with a temporary failure, exit status 75, before any output). The
 * function is also told if something else is lacking without which a wrong result would follow.
 * Objects of foreign libraries do not live here and are freed by the file that made them.
 */
#ifndef MIME_ARENA_H
#define MIME_ARENA_H

#include "mime/slice.h"

/*
 * Under AddressSanitizer each allocation is a separate block of exactly its size, and none is
 * reused, so that overflows and use after a reset are found.
 */
#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
enum { ARENA_EXACT = 1 };
#else
enum { ARENA_EXACT = 0 };
#endif

enum arena_lack { ARENA_MEMORY, ARENA_OPEN_FILES, ARENA_LIBIDN2 };

typedef void arena_oom(void *arg, enum arena_lack lack); /* must not return */

struct arena_block;

struct arena {
	struct arena_block *blocks; /* newest first */
	arena_oom *oom;
	void *oom_arg;
};

/* oom may be NULL: then the process aborts. Nothing is allocated yet. */
void arena_init(struct arena *arena, arena_oom *oom, void *oom_arg);

/* n zeroed bytes, aligned for any type; n may be 0. Owned by the arena. */
void *arena_alloc(struct arena *arena, size_t n);

/* The same, but not zeroed, for bytes that the caller writes before anything reads them. */
char *arena_bytes(struct arena *arena, size_t n);

/* count zeroed elements of size bytes each; an overflow counts as out of memory */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* a copy of s that the arena owns */
struct slice arena_dup(struct arena *arena, struct slice s);

/* a copy of s with a NUL after it; a NUL inside s stays inside */
char *arena_cstr(struct arena *arena, struct slice s);

/* an ASCII lower-case copy of s */
struct slice arena_lower(struct arena *arena, struct slice s);

/* Handles memory that ran out elsewhere like a failed allocation of the arena. */
_Noreturn void arena_no_memory(const struct arena *arena);

/* The same for anything that is lacking. */
_Noreturn void arena_lacks(const struct arena *arena, enum arena_lack lack);

/* frees everything; the arena can be used again */
void arena_clear(struct arena *arena);

/*
 * Like arena_clear, for an arena that is used again at once: it keeps a bounded amount of memory,
 * as much as was needed last, so that the next message needs none from the kernel.
 */
void arena_reset(struct arena *arena);

/* Like arena_reset, but keeps at most that many octets. */
void arena_reset_within(struct arena *arena, size_t most);

#endif
