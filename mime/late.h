/*
 * late.h: functions of shared libraries that most runs do not need.
 *
 * Linking a library costs every process its mapping and its relocations, needed or not. These are
 * loaded when something first asks for them, under the names that the program would be linked with,
 * and stay loaded. In a static build (make STATIC=1) what has an archive is a part of the program,
 * and nothing is loaded but GLib and GMime.
 */
#ifndef MIME_LATE_H
#define MIME_LATE_H

#include <stdbool.h>
#include <stddef.h>

struct late_name {
	const char *name;
	size_t at;             /* of the pointer in the table */
	void (*address)(void); /* of a static build, or NULL */
};

/* A row: the pointer MEMBER of struct TABLE is SYMBOL's; LATE_ALWAYS is loaded in any build. */
#define LATE_ALWAYS(table, member, symbol)                                                         \
	{                                                                                          \
#symbol, offsetof(struct table, member), NULL                                      \
	}
#ifdef MAILSTAMP_STATIC
#define LATE(table, member, symbol)                                                                \
	{                                                                                          \
#symbol, offsetof(struct table, member), (void (*)(void))symbol                    \
	}
#else
#define LATE(table, member, symbol) LATE_ALWAYS(table, member, symbol)
#endif

/*
 * Fills the n pointers of table that names tell. From any thread, and cheap where the library is
 * loaded already. False if the library or a name in it is missing: the pointers then have no
 * defined value.
 */
bool late_load(const char *library, const struct late_name *names, size_t n, void *table);

#endif
