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
 * Sets *found to the canonical name. libc tells a name that could not be looked up, for lack of
 * memory or descriptors, as one that does not exist; only errno differs.
 */
static bool
look_up(const char *name, struct addrinfo **found, struct arena *arena)
{
	const struct addrinfo hints = {.ai_flags = AI_CANONNAME, .ai_socktype = SOCK_STREAM};
	int result;

	errno = 0;
	result = getaddrinfo(name, NULL, &hints, found);
	if (result == EAI_MEMORY || (result != 0 && fault_of_lack(errno, FAULT_NONE) != FAULT_NONE))
		arena_no_memory(arena);
	return result == 0;
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
