#include "mime/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

/* KEPT_MAX: the largest block that arena_reset keeps; most messages need less */
enum {
	BLOCK_SIZE = ARENA_EXACT ? 0 : 16 * 1024,
	KEPT_MAX = ARENA_EXACT ? 0 : 256 * 1024,
	LARGE = BLOCK_SIZE / 4
};

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	alignas(max_align_t) char bytes[];
};

void
arena_init(struct arena *arena, arena_oom *oom, void *oom_arg)
{
	*arena = (struct arena){.oom = oom, .oom_arg = oom_arg};
}

_Noreturn void
arena_lacks(const struct arena *arena, enum arena_lack lack)
{
	if (arena->oom != NULL)
		arena->oom(arena->oom_arg, lack);
	abort();
}

_Noreturn void
arena_no_memory(const struct arena *arena)
{
	arena_lacks(arena, ARENA_MEMORY);
}

static struct arena_block *
new_block(size_t size)
{
	struct arena_block *block = NULL;

	if (size <= SIZE_MAX - sizeof *block)
		block = malloc(sizeof *block + size);
	if (block != NULL)
		*block = (struct arena_block){.size = size};
	return block;
}

/* Adds a block. A large request gets its own block after the current one, which stays in use. */
static struct arena_block *
add_block(struct arena *arena, size_t need)
{
	struct arena_block *block = new_block(need > LARGE ? need : BLOCK_SIZE);

	if (block == NULL)
		arena_no_memory(arena);
	if (need > LARGE && arena->blocks != NULL) {
		block->next = arena->blocks->next;
		arena->blocks->next = block;
	} else {
		block->next = arena->blocks;
		arena->blocks = block;
	}
	return block;
}

char *
arena_bytes(struct arena *arena, size_t n)
{
	const size_t align = alignof(max_align_t);
	struct arena_block *block = arena->blocks;
	size_t rounded;
	char *p;

	if (n > SIZE_MAX - align)
		arena_no_memory(arena);
	rounded = n == 0 ? align : (n + align - 1) / align * align;
	if (block == NULL || block->size - block->used < rounded)
		block = add_block(arena, ARENA_EXACT ? n : rounded);
	p = block->bytes + block->used;
	block->used += ARENA_EXACT ? n : rounded;
	return p;
}

void *
arena_alloc(struct arena *arena, size_t n)
{
	return memset(arena_bytes(arena, n), 0, n);
}

void *
arena_array(struct arena *arena, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size)
		arena_no_memory(arena);
	return arena_alloc(arena, count * size);
}

struct slice
arena_dup(struct arena *arena, struct slice s)
{
	return slice_make(arena_cstr(arena, s), s.n);
}

char *
arena_cstr(struct arena *arena, struct slice s)
{
	char *p;

	if (s.n == SIZE_MAX)
		arena_no_memory(arena);
	p = arena_bytes(arena, s.n + 1);
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return p;
}

struct slice
arena_lower(struct arena *arena, struct slice s)
{
	char *p = arena_cstr(arena, s);

	for (size_t i = 0; i < s.n; i++)
		p[i] = slice_lower(p[i]);
	return slice_make(p, s.n);
}

void
arena_clear(struct arena *arena)
{
	struct arena_block *next;

	for (struct arena_block *block = arena->blocks; block != NULL; block = next) {
		next = block->next;
		free(block);
	}
	arena->blocks = NULL;
}

/* Takes the largest block of at most that size out of the arena; NULL if there is none. */
static struct arena_block *
take_largest(struct arena *arena, size_t most)
{
	struct arena_block **found = NULL, *block;

	for (struct arena_block **at = &arena->blocks; *at != NULL; at = &(*at)->next)
		if ((*at)->size <= most && (found == NULL || (*at)->size > (*found)->size))
			found = at;
	if (ARENA_EXACT || found == NULL)
		return NULL;
	block = *found;
	*found = block->next;
	return block;
}

void
arena_reset(struct arena *arena)
{
	arena_reset_within(arena, KEPT_MAX);
}

void
arena_reset_within(struct arena *arena, size_t most)
{
	size_t used = 0, size = BLOCK_SIZE;
	struct arena_block *kept;

	for (const struct arena_block *block = arena->blocks; block != NULL; block = block->next)
		used += block->used;
	kept = take_largest(arena, most);
	arena_clear(arena);
	if (kept == NULL)
		return;
	while (size < used && size < most)
		size *= 2;
	if (kept->size < size) {
		free(kept);
		kept = new_block(size); /* NULL when out of memory: nothing is kept */
	}
	if (kept != NULL)
		*kept = (struct arena_block){.size = kept->size};
	arena->blocks = kept;
}
