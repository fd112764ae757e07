#include "mime/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

enum { BLOCK_SIZE = 16 * 1024 };

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	alignas(max_align_t) char bytes[];
};

void
arena_init(struct arena *arena, void (*oom)(void *arg), void *oom_arg)
{
	*arena = (struct arena){.oom = oom, .oom_arg = oom_arg};
}

_Noreturn void
arena_no_memory(const struct arena *arena)
{
	if (arena->oom != NULL)
		arena->oom(arena->oom_arg);
	abort();
}

/* A large request gets a block of its own behind the current one, which stays in use. */
static struct arena_block *
add_block(struct arena *arena, size_t need)
{
	size_t size = need > BLOCK_SIZE / 4 ? need : BLOCK_SIZE;
	struct arena_block *block = NULL;

	if (size <= SIZE_MAX - sizeof *block)
		block = calloc(1, sizeof *block + size);
	if (block == NULL)
		arena_no_memory(arena);
	block->size = size;
	if (need > BLOCK_SIZE / 4 && arena->blocks != NULL) {
		block->next = arena->blocks->next;
		arena->blocks->next = block;
	} else {
		block->next = arena->blocks;
		arena->blocks = block;
	}
	return block;
}

void *
arena_alloc(struct arena *arena, size_t n)
{
	const size_t align = alignof(max_align_t);
	struct arena_block *block = arena->blocks;
	void *p;

	if (n > SIZE_MAX - align)
		arena_no_memory(arena);
	n = (n + align - 1) / align * align;
	if (n == 0)
		n = align;
	if (block == NULL || block->size - block->used < n)
		block = add_block(arena, n);
	p = block->bytes + block->used;
	block->used += n;
	return p;
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
	p = arena_alloc(arena, s.n + 1);
	if (s.n > 0)
		memcpy(p, s.p, s.n);
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
