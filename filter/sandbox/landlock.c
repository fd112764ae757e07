/*
 * The kernel's interface as numeric constants: the headers of Debian 12 have only its first two
 * versions, and libc has no wrappers.
 */
#define _GNU_SOURCE /* O_PATH */
#include "filter/sandbox/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef SYS_landlock_create_ruleset

enum {
	FS_EXECUTE = 1 << 0,
	FS_WRITE_FILE = 1 << 1,
	FS_READ_FILE = 1 << 2,
	FS_READ_DIR = 1 << 3,
	FS_REMOVE_FILE = 1 << 5,
	FS_MAKE_DIR = 1 << 7,
	FS_MAKE_REG = 1 << 8,
	FS_REFER = 1 << 13,    /* version 2: a rename or link into another folder */
	FS_TRUNCATE = 1 << 14, /* version 3 */
	FS_FIRST = (1 << 13) - 1,
	FS_OF_FILES = FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE,
	NET_BIND_TCP = 1 << 0,
	NET_CONNECT_TCP = 1 << 1, /* version 4 */
	SCOPE_ABSTRACT_UNIX = 1 << 0,
	SCOPE_SIGNAL = 1 << 1, /* version 6 */
	ASK_VERSION = 1 << 0,
	RULE_PATH = 1,
	RULE_PORT = 2
};

struct ruleset {
	uint64_t fs, net, scoped;
};

struct path_rule {
	uint64_t allowed;
	int32_t fd;
} __attribute__((packed));

struct port_rule {
	uint64_t allowed, port;
};

int
landlock_version(void)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, ASK_VERSION);

	return version > 0 ? (int)version : 0;
}

static uint64_t
allowed_by(enum landlock_use use)
{
	switch (use) {
	case LANDLOCK_READ:
		return FS_READ_FILE | FS_READ_DIR;
	case LANDLOCK_LIBRARY:
		return FS_READ_FILE | FS_EXECUTE;
	case LANDLOCK_SPOOL:
		return FS_READ_FILE | FS_WRITE_FILE | FS_MAKE_REG | FS_REMOVE_FILE | FS_TRUNCATE;
	case LANDLOCK_WRITE:
		break;
	}
	return FS_READ_FILE | FS_READ_DIR | FS_WRITE_FILE | FS_MAKE_REG | FS_MAKE_DIR |
	       FS_REMOVE_FILE | FS_REFER | FS_TRUNCATE;
}

static bool
add_rule(int rules, const struct path_rule *rule)
{
	return syscall(SYS_landlock_add_rule, rules, RULE_PATH, rule, 0u) == 0;
}

static bool
allow_path(int rules, uint64_t handled, const struct landlock_path *path)
{
	struct path_rule rule = {.allowed = allowed_by(path->use) & handled};
	bool good;

	rule.fd = open(path->path, O_PATH | O_CLOEXEC);
	if (rule.fd < 0)
		/*
		 * a missing file needs no rule; one that exists but cannot be opened stays
		 * forbidden
		 */
		return errno != EMFILE && errno != ENFILE && errno != ENOMEM;
	good = add_rule(rules, &rule);
	if (!good && errno == EINVAL) { /* rights of folders are invalid for a file */
		rule.allowed &= FS_OF_FILES;
		good = add_rule(rules, &rule);
	}
	close(rule.fd);
	return good;
}

static bool
allow_port(int rules, uint16_t port)
{
	struct port_rule rule = {.allowed = NET_CONNECT_TCP, .port = port};

	return syscall(SYS_landlock_add_rule, rules, RULE_PORT, &rule, 0u) == 0;
}

int
landlock_make(const struct landlock_rules *rules)
{
	const int version = landlock_version();
	struct ruleset all = {.fs = FS_FIRST};
	bool good = true;
	size_t size = sizeof all.fs;
	int fd;

	if (version <= 0) {
		errno = ENOSYS;
		return -1;
	}
	if (version >= 2)
		all.fs |= FS_REFER;
	if (version >= 3)
		all.fs |= FS_TRUNCATE;
	if (version >= 4) {
		size = sizeof all.fs + sizeof all.net;
		all.net = rules->ports != NULL ? NET_BIND_TCP | NET_CONNECT_TCP : NET_BIND_TCP;
	}
	if (version >= 6) {
		size = sizeof all;
		all.scoped = SCOPE_ABSTRACT_UNIX | SCOPE_SIGNAL;
	}
	fd = (int)syscall(SYS_landlock_create_ruleset, &all, size, 0u);
	for (size_t i = 0; fd >= 0 && good && i < rules->npaths; i++)
		good = allow_path(fd, all.fs, &rules->paths[i]);
	for (size_t i = 0; good && version >= 4 && rules->ports != NULL && i < rules->nports; i++)
		good = allow_port(fd, rules->ports[i]);
	if (!good)
		close(fd);
	return good ? fd : -1;
}

bool
landlock_use(int fd)
{
	return syscall(SYS_landlock_restrict_self, fd, 0u) == 0;
}

#else

int
landlock_version(void)
{
	return 0;
}

int
landlock_make(const struct landlock_rules *rules)
{
	(void)rules;
	errno = ENOSYS;
	return -1;
}

bool
landlock_use(int fd)
{
	(void)fd;
	errno = ENOSYS;
	return false;
}

#endif

bool
landlock_enter(const struct landlock_rules *rules)
{
	const int fd = landlock_make(rules);
	const bool entered = fd >= 0 && landlock_use(fd);

	if (fd >= 0)
		close(fd);
	return entered;
}
