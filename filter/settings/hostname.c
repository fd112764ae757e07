#include "filter/settings/hostname.h"

#include <errno.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include "filter/io/fault.h"

enum { NAME_SIZE = 256 };

/* Is it a plain host name? It is put into a field of every message. */
static bool
is_plain(const char *name)
{
	if (name[0] == '\0')
		return false;
	for (const char *c = name; *c != '\0'; c++)
		if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
			    (*c >= '0' && *c <= '9') || *c == '-' || *c == '.' || *c == '_'))
			return false;
	return true;
}

/*
 * Sets *found to the canonical name. libc reports a name that could not be looked up, for lack of
 * memory or descriptors, as one that does not exist; only errno differs.
 */
static bool
look_up(const char *name, struct addrinfo **found, struct arena *arena)
{
	const struct addrinfo hints = {.ai_flags = AI_CANONNAME, .ai_socktype = SOCK_STREAM};
	enum fault lack;
	int result;

	errno = 0;
	result = getaddrinfo(name, NULL, &hints, found);
	if (result == 0)
		return true;
	lack = fault_of_lack(errno, FAULT_NONE);
	if (lack == FAULT_OPEN_FILES)
		arena_lacks(arena, ARENA_OPEN_FILES);
	if (lack == FAULT_NO_MEMORY || result == EAI_MEMORY)
		arena_no_memory(arena);
	return false;
}

const char *
hostname_get(struct arena *arena)
{
	struct addrinfo *found = NULL;
	char name[NAME_SIZE];
	const char *best = name;

	if (gethostname(name, sizeof name) != 0)
		return "localhost";
	name[sizeof name - 1] = '\0';
	if (!is_plain(name))
		return "localhost";
	if (strchr(name, '.') == NULL && look_up(name, &found, arena) &&
		found->ai_canonname != NULL && is_plain(found->ai_canonname) &&
		strlen(found->ai_canonname) < sizeof name)
		best = found->ai_canonname;
	best = arena_cstr(arena, slice_str(best));
	if (found != NULL)
		freeaddrinfo(found);
	return best;
}
