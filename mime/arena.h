/*
 * arena.h: memory that lives as long as one message.
 *
 * Everything that is found in a message or in DNS is allocated here and freed at once. An
 * allocation never returns NULL: where memory is out, the arena calls its oom function, which
 * must not return (the program answers with a temporary failure, exit status 75, before any
 * output). Objects of foreign libraries do not live here and are freed by the file that made them.
 */
#ifndef MIME_ARENA_H
#define MIME_ARENA_H

#include "mime/slice.h"

/*
 * Under AddressSanitizer each allocation is a block of its own, of just its size, and none is kept,
 * so that an overflow is found, and so is the use of what was there before a reset.
 */
#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
enum { ARENA_EXACT = 1 };
#else
enum { ARENA_EXACT = 0 };
#endif

struct arena_block;

struct arena {
	struct arena_block *blocks; /* newest first */
	void (*oom)(void *arg);     /* must not return */
	void *oom_arg;
};

/* oom may be NULL: then the process aborts. Nothing is allocated yet. */
void arena_init(struct arena *arena, void (*oom)(void *arg), void *oom_arg);

/* n zeroed bytes, aligned for any type; n may be 0. Owned by the arena. */
void *arena_alloc(struct arena *arena, size_t n);

/* The same without zeros, for bytes that the caller writes before anything reads them. */
char *arena_bytes(struct arena *arena, size_t n);

/* count zeroed elements of size bytes each; an overflow counts as out of memory */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* a copy of s that the arena owns */
struct slice arena_dup(struct arena *arena, struct slice s);

/* a copy of s with a NUL after it; a NUL inside s stays inside */
char *arena_cstr(struct arena *arena, struct slice s);

/* an ASCII lower-case copy of s */
struct slice arena_lower(struct arena *arena, struct slice s);

/* Memory is out, though not the arena's own: does what an allocation that fails does. */
_Noreturn void arena_no_memory(const struct arena *arena);

/* frees everything; the arena can be used again */
void arena_clear(struct arena *arena);

/*
 * The same for an arena that is used again at once: a bounded amount of memory, as much as was
 * needed last, stays the arena's, so that the next message asks the kernel for nothing.
 */
void arena_reset(struct arena *arena);

#endif
