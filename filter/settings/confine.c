#define _GNU_SOURCE /* O_TMPFILE */
#include "filter/settings/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "auth/dns/dns_server.h"
#include "filter/io/paths.h"
#include "filter/io/spool.h"
#include "filter/sandbox/identity.h"
#include "filter/sandbox/sandbox.h"
#include "filter/text/i18n.h"

enum { PATHS_MAX = 64, DESCRIPTORS = 256, SECONDS = 120, MIB = 1 << 20, GIB = 1 << 30 };

struct plan {
	struct arena *arena;
	struct sandbox sandbox;
	struct landlock_path *paths;
	size_t room; /* capacity of paths */
	uint16_t ports[DNS_SERVERS_MAX];
};

static struct plan *
make(struct arena *arena, const struct options *options)
{
	struct plan *plan = arena_alloc(arena, sizeof *plan);

	plan->arena = arena;
	plan->room = PATHS_MAX + options->baselines.n;
	plan->paths = arena_array(arena, plan->room, sizeof *plan->paths);
	plan->sandbox.rules.paths = plan->paths;
	return plan;
}

/*
 * Adds an allowed path. Without room it is left out, and stays forbidden; this affects only unusual
 * command lines.
 */
static void
add_path(struct plan *plan, const char *path, enum landlock_use use)
{
	if (path != NULL && plan->sandbox.rules.npaths < plan->room)
		plan->paths[plan->sandbox.rules.npaths++] = (struct landlock_path){path, use};
}

/* Allows the folder of a file that will be written and, for a link, the folder of its target. */
static void
add_folder_of(struct plan *plan, const char *path)
{
	char *real;

	if (path == NULL)
		return;
	plan->sandbox.calls |= CALLS_WRITE;
	add_path(plan, path_folder(path, plan->arena), LANDLOCK_WRITE);
	real = realpath(path, NULL);
	if (real != NULL)
		add_path(plan, path_folder(arena_cstr(plan->arena, slice_str(real)), plan->arena),
			LANDLOCK_WRITE);
	free(real);
}

/*
 * Allows the libraries that are loaded when a message needs them (mime/late.h), and character set
 * converters.
 */
static void
add_libraries(struct plan *plan)
{
	static const char *const folders[] = {
		"/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/lib", "/lib64"};
	const char *own = getenv("LD_LIBRARY_PATH");
	struct slice more = own != NULL ? slice_str(own) : SLICE("");
	size_t n = sizeof folders / sizeof folders[0];
	char link[1];

	if (readlink("/lib", link, sizeof link) > 0)
		n -= 2; /* they are links to folders below /usr */
	for (size_t i = 0; i < n; i++)
		add_path(plan, folders[i], LANDLOCK_LIBRARY);
	while (more.n > 0) {
		const size_t end = slice_find(more, ':');

		if (end > 0)
			add_path(plan, arena_cstr(plan->arena, slice_head(more, end)),
				LANDLOCK_LIBRARY);
		more = slice_from(more, end + 1);
	}
}

/*
 * Allows the spool folder. Without support for O_TMPFILE, files are created with a name that is
 * removed at once.
 */
static void
add_spool(struct plan *plan, const struct options *options)
{
	const char *folder = spool_folder(options->spool_dir);
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);

	add_path(plan, folder, LANDLOCK_SPOOL);
	plan->sandbox.calls |= CALLS_SPOOL;
	if (fd >= 0)
		close(fd);
	else if (spool_needs_name(errno))
		plan->sandbox.calls |= CALLS_WRITE;
}

/*
 * Restricts the ports to which TCP may connect: with --resolver, those of these servers; with
 * --zone, none; with resolv.conf or a next hop, any. A bounce needs no DNS, and its store is open.
 */
static void
add_ports(struct plan *plan, const struct options *options)
{
	struct landlock_rules *rules = &plan->sandbox.rules;

	const bool asks = options->zone == NULL && options->command != COMMAND_REPORT_BOUNCE;

	if (options->next_hop != NULL || (asks && options->resolvers.n == 0))
		return;
	rules->ports = plan->ports;
	for (size_t i = 0; asks && i < options->resolvers.n; i++) {
		struct dns_server server;

		if (i >= DNS_SERVERS_MAX ||
			!dns_server_parse(slice_str(options->resolvers.v[i]), &server)) {
			rules->ports = NULL;
			return;
		}
		plan->ports[rules->nports++] = ntohs(server.address.any.sa_family == AF_INET
							     ? server.address.v4.sin_port
							     : server.address.v6.sin6_port);
	}
}

static void
add_outputs(struct plan *plan, const struct options *options)
{
	add_folder_of(plan, options->dns_record);
	add_folder_of(plan, options->undo);
	if (options->command != COMMAND_BATCH)
		return; /* the filter has already opened its JSON log */
	add_folder_of(plan, options->json_log);
	add_folder_of(plan, options->journal);
	add_folder_of(plan, options->html);
	if (options->into != NULL) {
		plan->sandbox.calls |= CALLS_WRITE;
		add_path(plan, options->into, LANDLOCK_WRITE);
	}
}

/* Allows the files that batch itself reads; its child that reads messages has even fewer rights. */
static void
add_files_of_batch(struct plan *plan, const struct options *options)
{
	for (size_t i = 0; i < options->baselines.n; i++)
		add_path(plan, options->baselines.v[i], LANDLOCK_READ);
}

/*
 * Makes the rules for the child of batch, as a descriptor. They do not allow resolv.conf, which was
 * read before: a rule would be for the present file, but resolv.conf, or the file that it is a link
 * to, is replaced at run time.
 */
static int
make_inner(struct plan *plan, const struct options *options)
{
	struct plan *inner = make(plan->arena, options);

	add_libraries(inner);
	add_ports(inner, options);
	return landlock_make(&inner->sandbox.rules);
}

/* Does the command read a report or a bounce from stdin, into the store? */
static bool
is_piped_report(const struct options *options)
{
	return options->command == COMMAND_REPORT_BOUNCE ||
	       (options->command == COMMAND_REPORT_READ && options->paths.n == 0 &&
		       options->files_from == NULL);
}

/*
 * Allows what the open store still needs. libpq needs only its socket; SQLite also opens, creates
 * and removes files beside its own (CALLS_WRITE), and may read random octets from /dev/urandom.
 */
static void
add_store(struct plan *plan, const struct options *options)
{
	if (options->store == NULL || (options->command != COMMAND_REPORT_READ &&
					      options->command != COMMAND_REPORT_BOUNCE &&
					      options->command != COMMAND_PLAN))
		return;
	if (strstr(options->store, "://") == NULL) {
		plan->sandbox.calls |= CALLS_STORE;
		add_folder_of(plan, options->store);
		add_path(plan, "/dev/urandom", LANDLOCK_READ);
	}
	if (options->command != COMMAND_REPORT_READ)
		return;
	/* DNS is opened, and the envelope secret read, again for each mail */
	add_path(plan, options->zone, LANDLOCK_READ);
	if (options->envelope == ENVELOPE_FIELD)
		add_path(plan, options->envelope_secret_file, LANDLOCK_READ);
}

/* Limits far above the needs of any legitimate message, whose cost auth/base/budget.h limits. */
static void
set_limits(struct plan *plan, const struct options *options)
{
	struct sandbox *sandbox = &plan->sandbox;

	if (options->command == COMMAND_BATCH || options->command == COMMAND_PLAN ||
		(options->command == COMMAND_REPORT_READ && !is_piped_report(options)))
		return; /* the need depends on the archive */
	sandbox->descriptors = DESCRIPTORS;
	sandbox->seconds = SECONDS + options->max_size / MIB;
	sandbox->memory = GIB + options->max_size * 4;
	sandbox->file = (uint64_t)64 * GIB + options->max_size * 2;
}

static void
make_plan(struct plan *plan, const struct options *options)
{
	const bool batch = options->command == COMMAND_BATCH && !options->merge;
	const bool many =
		!batch &&
		(options->command == COMMAND_BATCH || options->command == COMMAND_PLAN ||
			options->attached || options->messages.n > 0 ||
			(options->command == COMMAND_REPORT_READ && !is_piped_report(options)));

	/* GMime reads in a child */
	plan->sandbox.calls = CALLS_BASE | CALLS_FILES | CALLS_FORK;
	/* a bounce needs only the connection to its database, which is open and is not renewed */
	if (options->command != COMMAND_REPORT_BOUNCE)
		plan->sandbox.calls |= CALLS_SOCKETS;
	else if (strstr(options->store, "://") != NULL)
		plan->sandbox.calls |= CALLS_CONNECTED;
	if (options->command == COMMAND_BATCH) /* a child inherits the sandbox */
		plan->sandbox.calls |= CALLS_THREADS | CALLS_PARENT;
	add_libraries(plan);
	if (batch) /* another process opens the archive */
		add_files_of_batch(plan, options);
	else if (many) /* folders of messages may contain links to anywhere; each message has its
			  own DNS */
		add_path(plan, "/", LANDLOCK_READ);
	else if (options->command ==
		 COMMAND_EXPLAIN) /* opens DNS a second time for the returned message of a bounce */
		add_path(plan, options->zone, LANDLOCK_READ);
	add_store(plan, options);
	add_spool(plan, options);
	add_outputs(plan, options);
	add_ports(plan, options);
	set_limits(plan, options);
}

/*
 * A filter started by root becomes --user, unless it delivers as the owner of the mail. If that
 * user could not write to the spool folder or the next hop, the process remains root: otherwise
 * each large message would be deferred. If any of that is unknown, it does not remain root: the
 * message is deferred. Returns IDENTITY_CHANGED also if there is nothing to change.
 */
static enum identity_end
change_user(const struct options *options, struct error *note)
{
	const char *paths[] = {spool_folder(options->spool_dir), NULL, NULL};
	const enum profile profile = options->profile;
	enum identity_end end;

	if (options->command != COMMAND_FILTER || geteuid() != 0 || profile == PROFILE_PROCMAIL ||
		profile == PROFILE_MAILDROP)
		return IDENTITY_CHANGED;
	if (options->next_hop != NULL && strncmp(options->next_hop, "unix:", 5) == 0)
		paths[1] = options->next_hop + 5;
	end = identity_become(options->user, paths);
	if (end != IDENTITY_CHANGED)
		*note = identity_error(end, options->user);
	return end;
}

enum status
confine(const struct options *options, struct arena *arena, struct confinement *confinement,
	struct error *error)
{
	struct plan *plan;
	enum sandbox_part missing;
	enum identity_end end;

	*confinement = (struct confinement){.inner = -1};
	if (options->sandbox == SANDBOX_OFF)
		return ST_OK;
	plan = make(arena, options);
	make_plan(plan, options);
	end = change_user(options, &confinement->note);
	if (end == IDENTITY_NOT_READ ||
		(end != IDENTITY_CHANGED && options->sandbox == SANDBOX_REQUIRE)) {
		*error = confinement->note;
		return ST_TEMP;
	}
	if (options->command == COMMAND_BATCH)
		confinement->inner = make_inner(plan, options);
	missing = sandbox_enter(&plan->sandbox);
	confinement->entered = missing != SANDBOX_NOT_HERE;
	if (missing == SANDBOX_ALL || options->sandbox != SANDBOX_REQUIRE)
		return ST_OK;
	*error = sandbox_missing(missing);
	return ST_TEMP;
}

enum status
confine_opener(const struct options *options, int keep, struct arena *arena, struct error *error)
{
	struct plan *plan;
	enum sandbox_part missing;

	if (options->sandbox == SANDBOX_OFF)
		return ST_OK;
	plan = make(arena, options);
	plan->sandbox.rules.ports = plan->ports; /* no port is allowed */
	plan->sandbox.calls = CALLS_BASE | CALLS_FILES | CALLS_SEND;
	plan->sandbox.closed = true;
	plan->sandbox.keep = keep;
	add_libraries(plan);
	add_path(plan, "/", LANDLOCK_READ); /* folders of messages may contain links to anywhere */
	add_spool(plan, options);
	missing = sandbox_enter(&plan->sandbox);
	if (missing == SANDBOX_ALL || options->sandbox != SANDBOX_REQUIRE)
		return ST_OK;
	*error = sandbox_missing(missing);
	return ST_TEMP;
}

enum status
confine_inner(
	const struct options *options, const struct confinement *confinement, struct error *error)
{
	enum sandbox_part missing;

	if (options->sandbox == SANDBOX_OFF)
		return ST_OK;
	missing = sandbox_enter_inner(
		confinement->inner, CALLS_BASE | CALLS_FILES | CALLS_SOCKETS | CALLS_THREADS);
	if (missing == SANDBOX_ALL || options->sandbox != SANDBOX_REQUIRE)
		return ST_OK;
	*error = sandbox_missing(missing);
	return ST_TEMP;
}
