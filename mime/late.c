#include "mime/late.h"

#include <dlfcn.h>
#include <string.h>

/* gcc's analyser (tools/analyse) takes what dlsym returns for uninitialised */
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12
#pragma GCC diagnostic ignored "-Wanalyzer-use-of-uninitialized-value"
#endif

bool
late_load(const char *library, const struct late_name *names, size_t n, void *table)
{
	void *handle = NULL; /* never closed: later messages need it */

	for (size_t i = 0; i < n; i++) {
		char *place = (char *)table + names[i].at;
		void *found;

		if (names[i].address != NULL) {
			memcpy(place, &names[i].address, sizeof names[i].address);
			continue;
		}
		if (handle == NULL)
			handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
		found = handle != NULL ? dlsym(handle, names[i].name) : NULL;
		if (found == NULL)
			return false;
		/*
		 * POSIX lets dlsym return a function's address as an object pointer; ISO C has no
		 * cast between the two
		 */
		memcpy(place, &found, sizeof found);
	}
	return true;
}
