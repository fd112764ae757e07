/*
 * late.h: functions of shared libraries that most runs do not need.
 *
 * Linking a library costs every process its mapping and its relocations, needed or not. These
 * libraries are loaded on first use, by the names that the program would be linked with, and stay
 * loaded. In a static build (make STATIC=1), libraries that have an archive are part of the
 * program, and only GLib and GMime are loaded.
 */
#ifndef MIME_LATE_H
#define MIME_LATE_H

#include <stdbool.h>
#include <stddef.h>

struct late_name {
	const char *name;
	size_t at;             /* offset of the pointer in the table */
	void (*address)(void); /* the function itself in a static build, or NULL */
};

/* A late_name that sets MEMBER of struct TABLE to SYMBOL. LATE_ALWAYS: loaded in any build. */
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
 * Sets the n pointers of table that names lists. Callable from any thread; cheap once the library
 * is loaded. False if the library or a name in it is missing: the pointers are then undefined.
 */
bool late_load(const char *library, const struct late_name *names, size_t n, void *table);

#endif
