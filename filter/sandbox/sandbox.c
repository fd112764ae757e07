#define _GNU_SOURCE
#include "filter/sandbox/sandbox.h"

#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "filter/sandbox/descriptors.h"
#include "filter/sandbox/seccomp.h"
#include "filter/text/i18n.h"
enum {
	GRACE = 5, /* seconds from SIGXCPU, which is logged, to SIGKILL */
	FDS_LOOKED_AT = 8
};

/*
 * Do we run under valgrind, which makes its own system calls in our process? Then there is no
 * sandbox.
 */
static bool
under_valgrind(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return preload != NULL && strstr(preload, "vgpreload") != NULL;
}

static bool
set_limit(__rlimit_resource_t what, uint64_t soft, uint64_t hard)
{
	struct rlimit limit;

	if (soft == 0)
		return true;
	if (getrlimit(what, &limit) != 0)
		return false;
	if (limit.rlim_max == RLIM_INFINITY || limit.rlim_max > hard)
		limit.rlim_max = (rlim_t)hard;
	if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > soft)
		limit.rlim_cur = (rlim_t)soft;
	return setrlimit(what, &limit) == 0;
}

/*
 * The size of the largest open file, such as stdout, stderr or the log. RLIMIT_FSIZE also counts
 * what a file already contains, so this size is added to the limit.
 */
static uint64_t
largest_file(void)
{
	uint64_t most = 0;
	struct stat info;

	for (int fd = 0; fd < FDS_LOOKED_AT; fd++)
		if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && (uint64_t)info.st_size > most)
			most = (uint64_t)info.st_size;
	return most;
}

static bool
set_limits(const struct sandbox *sandbox)
{
	const struct rlimit none = {0, 0};
	uint64_t file = sandbox->file == 0 ? 0 : sandbox->file + largest_file();

	return setrlimit(RLIMIT_CORE, &none) == 0 &&
	       set_limit(RLIMIT_AS, sandbox->memory, sandbox->memory) &&
	       set_limit(RLIMIT_FSIZE, file, file) &&
	       set_limit(RLIMIT_NOFILE, sandbox->descriptors, sandbox->descriptors) &&
	       set_limit(RLIMIT_CPU, sandbox->seconds, sandbox->seconds + GRACE);
}

enum sandbox_part
sandbox_enter(const struct sandbox *sandbox)
{
	enum sandbox_part missing = SANDBOX_ALL;

	if (SECCOMP_SANITIZED || under_valgrind())
		return SANDBOX_NOT_HERE;
	tzset();
	if (sandbox->closed)
		descriptors_close(STDERR_FILENO + 1, sandbox->keep);
	if (!set_limits(sandbox))
		missing = SANDBOX_LIMITS;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1ul, 0ul, 0ul, 0ul) != 0 ||
		prctl(PR_SET_DUMPABLE, 0ul, 0ul, 0ul, 0ul) != 0)
		return SANDBOX_NO_PRIVILEGES;
	if (!landlock_enter(&sandbox->rules) && missing == SANDBOX_ALL)
		missing = SANDBOX_LANDLOCK;
	if (!seccomp_enter(sandbox->calls) && missing == SANDBOX_ALL)
		missing = SANDBOX_SECCOMP;
	return missing;
}

enum sandbox_part
sandbox_enter_inner(int rules, unsigned calls)
{
	const bool sanitized = SECCOMP_SANITIZED || under_valgrind();
	enum sandbox_part missing = SANDBOX_ALL;

	if (!sanitized)
		descriptors_close(STDERR_FILENO + 1, rules);
	if (!sanitized && !landlock_use(rules))
		missing = SANDBOX_LANDLOCK;
	if (rules >= 0)
		close(rules);
	if (sanitized)
		return SANDBOX_NOT_HERE;
	if (!seccomp_enter(calls) && missing == SANDBOX_ALL)
		missing = SANDBOX_SECCOMP;
	return missing;
}

struct error
sandbox_missing(enum sandbox_part part)
{
	static const struct reason_row rows[] = {SANDBOX_ERRORS(REASON_ROW)};
	const unsigned id = part == SANDBOX_ALL ? REASON_NONE : (unsigned)REASON_SANDBOX + part;

	return error_make(rows, REASON_SANDBOX, id);
}

void
sandbox_print(FILE *out)
{
	const int landlock = landlock_version();

	if (SECCOMP_SANITIZED || under_valgrind()) {
		fputs("sandbox: none under a sanitizer or valgrind\n", out);
		return;
	}
	fprintf(out, "sandbox: no_new_privs, limits, %s, ",
		seccomp_can() ? "seccomp" : "no seccomp (kernel or machine)");
	if (landlock > 0)
		fprintf(out, "landlock %d\n", landlock);
	else
		fprintf(out, "no landlock (kernel)\n");
}
