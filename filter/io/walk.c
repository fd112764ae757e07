#include "filter/io/walk.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "filter/io/paths.h"

struct walk_level {
	struct walk_level *below;
	char *path;
	char **names;
	size_t n, at;
	dev_t dev;
	ino_t ino;
};

static int
compare_walk_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
level_free(struct walk_level *level)
{
	for (size_t i = 0; i < level->n; i++)
		free(level->names[i]);
	free(level->names);
	free(level->path);
	free(level);
}

/* Has the folder path such a folder? A lack of memory sets *error. */
static bool
has_folder(const char *path, const char *name, enum fault *error)
{
	char *both = path_join(path, name);
	struct stat info;
	bool has = both != NULL && lstat(both, &info) == 0;

	if (both == NULL)
		*error = FAULT_MANY_NAMES;
	else if (!has)
		*error = fault_of_lack(errno, *error);
	free(both);
	return has && S_ISDIR(info.st_mode);
}

static bool
is_wanted(const char *path, const char *name, bool maildir, enum fault *error)
{
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return false;
	if (maildir)
		return strcmp(name, "cur") == 0 || strcmp(name, "new") == 0 ||
		       (name[0] == '.' && has_folder(path, name, error));
	return name[0] != '.' && !path_ends(name, ".envelope");
}

static bool
add_name(struct walk_level *level, const char *name)
{
	char *copy = strdup(name);

	if (copy == NULL)
		return false;
	if ((level->n & (level->n - 1)) == 0) {
		char **grown = realloc(
			level->names, (level->n == 0 ? 1 : level->n * 2) * sizeof *level->names);

		if (grown == NULL) {
			free(copy);
			return false;
		}
		level->names = grown;
	}
	level->names[level->n++] = copy;
	return true;
}

static enum fault
read_names(struct walk_level *level)
{
	enum fault error = FAULT_NONE;
	bool maildir =
		has_folder(level->path, "cur", &error) && has_folder(level->path, "new", &error);
	DIR *dir = opendir(level->path);
	struct dirent *entry;

	if (dir == NULL)
		return fault_of_path(errno);
	errno = 0;
	while (error == FAULT_NONE && (entry = readdir(dir)) != NULL) {
		if (is_wanted(level->path, entry->d_name, maildir, &error) &&
			!add_name(level, entry->d_name))
			error = FAULT_MANY_NAMES;
		errno = 0;
	}
	if (error == FAULT_NONE && errno != 0)
		error = fault_of_path(errno);
	closedir(dir);
	if (level->n > 0)
		qsort(level->names, level->n, sizeof *level->names, compare_walk_names);
	return error;
}

enum fault
walk_enter(struct walk *walk, const char *path, const struct stat *info)
{
	struct walk_level *level;
	enum fault error;

	if (walk->depth >= WALK_DEPTH)
		return FAULT_DEEP;
	for (level = walk->top; level != NULL; level = level->below)
		if (level->dev == info->st_dev && level->ino == info->st_ino)
			return FAULT_LOOP;
	level = calloc(1, sizeof *level);
	if (level == NULL)
		return FAULT_NO_MEMORY;
	level->path = strdup(path);
	level->dev = info->st_dev;
	level->ino = info->st_ino;
	error = level->path == NULL ? FAULT_NO_MEMORY : read_names(level);
	if (error != FAULT_NONE) {
		level_free(level);
		return error;
	}
	level->below = walk->top;
	walk->top = level;
	walk->depth++;
	return FAULT_NONE;
}

enum fault
walk_next(struct walk *walk, char **path)
{
	struct walk_level *level;

	*path = NULL;
	while ((level = walk->top) != NULL) {
		if (level->at < level->n) {
			*path = path_join(level->path, level->names[level->at++]);
			return *path != NULL ? FAULT_NONE : FAULT_NO_MEMORY;
		}
		walk->top = level->below;
		walk->depth--;
		level_free(level);
	}
	return FAULT_NONE;
}

double
walk_share(const struct walk *walk, double last)
{
	double share = last;

	for (const struct walk_level *level = walk->top; level != NULL; level = level->below)
		if (level->n > 0)
			share = level->at > 0 ? ((double)level->at - 1 + share) / (double)level->n
					      : 0;
	return share;
}

void
walk_end(struct walk *walk)
{
	struct walk_level *level;

	while ((level = walk->top) != NULL) {
		walk->top = level->below;
		level_free(level);
	}
	walk->depth = 0;
}
