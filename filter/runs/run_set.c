#include "filter/runs/run_set.h"

#include <errno.h>
#include <fcntl.h>

#include "filter/io/fault.h"

struct set {
	struct arena *arena;
	struct arena line; /* for one message */
	run_set_take take;
	void *arg;
	struct run_head *heads; /* heads of the files read so far */
	size_t n;
};

static bool
is_same(const struct run_head *a, const struct run_head *b)
{
	return strcmp(a->mark, b->mark) == 0 && a->of == b->of;
}

static enum run_got
open_one(struct set *set, const char *path, struct run_file **file, struct error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct run_head *head = &set->heads[set->n];
	enum run_got got;

	*error = fault_error(fault_of_path(errno), NULL, NULL);
	if (fd < 0)
		return RUN_NOT_READ;
	got = run_file_open(fd, set->arena, file, head, error);
	if (got != RUN_ROW)
		return got;
	for (size_t i = 0; i < set->n; i++)
		if (is_same(&set->heads[i], head) && set->heads[i].at == head->at) {
			*error = run_error(RUN_E_RUN_TWICE);
			run_file_close(*file);
			return RUN_BAD;
		}
	set->n++;
	return RUN_ROW;
}

static enum run_got
read_one(struct set *set, const char *path, struct error *error)
{
	struct run_file *file;
	struct slice line;
	struct row row;
	enum run_got got = open_one(set, path, &file, error);

	if (got != RUN_ROW)
		return got;
	for (;;) {
		arena_clear(&set->line);
		got = run_file_next(file, &set->line, &row, &line, error);
		if (got != RUN_ROW)
			break;
		if (!row.failed && !set->take(set->arg, &row)) {
			*error = run_error(RUN_E_NONE);
			got = RUN_NOT_READ;
			break;
		}
	}
	run_file_close(file);
	return got;
}

/* Returns the index of the first file whose run lacks a shard; set->n if all are complete. */
static size_t
find_part(const struct set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		size_t shards = 0;

		for (size_t j = 0; j < set->n; j++)
			shards += is_same(&set->heads[i], &set->heads[j]) ? 1 : 0;
		if (shards != set->heads[i].of)
			return i;
	}
	return set->n;
}

enum run_got
run_set_read(const struct strings *paths, struct arena *arena, run_set_take take, void *arg,
	const char **path, struct error *error)
{
	struct set set = {.arena = arena, .take = take, .arg = arg};
	enum run_got got = RUN_DONE;
	size_t part;

	*path = paths->n > 0 ? paths->v[0] : "";
	if (paths->n > RUN_SET_FILES) {
		*error = run_error(RUN_E_MANY_FILES);
		return RUN_BAD;
	}
	set.heads = arena_array(arena, paths->n, sizeof *set.heads);
	arena_init(&set.line, arena->oom, arena->oom_arg);
	for (size_t i = 0; i < paths->n && got == RUN_DONE; i++) {
		*path = paths->v[i];
		got = read_one(&set, *path, error);
	}
	arena_clear(&set.line);
	part = got == RUN_DONE ? find_part(&set) : set.n;
	if (part == set.n)
		return got;
	*path = paths->v[part];
	*error = run_error(RUN_E_ONE_SHARD);
	return RUN_CUT;
}
