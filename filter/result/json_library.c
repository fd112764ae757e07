#include "filter/result/json_library.h"

#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>

#include "mime/late.h"

static _Thread_local bool
	lacked_memory; /* memory ran out since the last call of json_lacked_memory */

static void *
allocate(size_t n)
{
	void *p = malloc(n);

	lacked_memory |= p == NULL;
	return p;
}

bool
json_lacked_memory(void)
{
	const bool lacked = lacked_memory;

	lacked_memory = false;
	return lacked;
}

#ifdef MAILSTAMP_STATIC

bool
json_start(void)
{
	json_set_alloc_funcs(allocate, free);
	json_decref(json_object()); /* makes jansson read /dev/urandom now, as below */
	return true;
}

#else

static struct jansson {
	bool loaded;
	__typeof__(&json_set_alloc_funcs) set_alloc_funcs;
	__typeof__(&json_array) array_;
	__typeof__(&json_array_append_new) array_append_new;
	__typeof__(&json_array_get) array_get;
	__typeof__(&json_array_size) array_size;
	__typeof__(&json_delete) delete_;
	__typeof__(&json_dumpb) dumpb;
	__typeof__(&json_false) false_;
	__typeof__(&json_integer) integer_;
	__typeof__(&json_integer_value) integer_value;
	__typeof__(&json_loadb) loadb;
	__typeof__(&json_null) null_;
	__typeof__(&json_object) object_;
	__typeof__(&json_object_get) object_get;
	__typeof__(&json_object_set_new) object_set_new;
	__typeof__(&json_object_size) object_size;
	__typeof__(&json_string) string_;
	__typeof__(&json_string_length) string_length;
	__typeof__(&json_string_value) string_value;
	__typeof__(&json_stringn) stringn;
	__typeof__(&json_stringn_nocheck) stringn_nocheck;
	__typeof__(&json_true) true_;
	__typeof__(&json_vpack_ex) vpack_ex;
	__typeof__(&json_vunpack_ex) vunpack_ex;
} library;

static void
load_jansson(void)
{
	json_t *first;
	static const struct late_name names[] = {
		LATE(jansson, set_alloc_funcs, json_set_alloc_funcs),
		LATE(jansson, array_, json_array),
		LATE(jansson, array_append_new, json_array_append_new),
		LATE(jansson, array_get, json_array_get),
		LATE(jansson, array_size, json_array_size),
		LATE(jansson, delete_, json_delete),
		LATE(jansson, dumpb, json_dumpb),
		LATE(jansson, false_, json_false),
		LATE(jansson, integer_, json_integer),
		LATE(jansson, integer_value, json_integer_value),
		LATE(jansson, loadb, json_loadb),
		LATE(jansson, null_, json_null),
		LATE(jansson, object_, json_object),
		LATE(jansson, object_get, json_object_get),
		LATE(jansson, object_set_new, json_object_set_new),
		LATE(jansson, object_size, json_object_size),
		LATE(jansson, string_, json_string),
		LATE(jansson, string_length, json_string_length),
		LATE(jansson, string_value, json_string_value),
		LATE(jansson, stringn, json_stringn),
		LATE(jansson, stringn_nocheck, json_stringn_nocheck),
		LATE(jansson, true_, json_true),
		LATE(jansson, vpack_ex, json_vpack_ex),
		LATE(jansson, vunpack_ex, json_vunpack_ex),
	};

	library.loaded =
		late_load("libjansson.so.4", names, sizeof names / sizeof *names, &library);
	if (!library.loaded)
		return;
	library.set_alloc_funcs(allocate, free);
	/* the first object makes jansson read /dev/urandom, which the sandbox later forbids */
	first = library.object_();
	library.loaded = first != NULL;
	if (first != NULL)
		library.delete_(first);
}

bool
json_start(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	return pthread_once(&once, load_jansson) == 0 && library.loaded;
}

/*
 * The library, which is loaded now if json_start was not called. If that fails, the process ends
 * with a temporary failure.
 */
static const struct jansson *
the(void)
{
	if (!json_start())
		abort();
	return &library;
}

/* The functions that jansson.h declares, which its inline functions also call. */

json_t *
json_array(void)
{
	return the()->array_();
}

int
json_array_append_new(json_t *array, json_t *value)
{
	return the()->array_append_new(array, value);
}

json_t *
json_array_get(const json_t *array, size_t index)
{
	return the()->array_get(array, index);
}

size_t
json_array_size(const json_t *array)
{
	return the()->array_size(array);
}

void
json_delete(json_t *json)
{
	the()->delete_(json);
}

size_t
json_dumpb(const json_t *json, char *buffer, size_t size, size_t flags)
{
	return the()->dumpb(json, buffer, size, flags);
}

json_t *
json_false(void)
{
	return the()->false_();
}

json_t *
json_integer(json_int_t value)
{
	return the()->integer_(value);
}

json_int_t
json_integer_value(const json_t *integer)
{
	return the()->integer_value(integer);
}

json_t *
json_loadb(const char *buffer, size_t buflen, size_t flags, json_error_t *error)
{
	return the()->loadb(buffer, buflen, flags, error);
}

json_t *
json_null(void)
{
	return the()->null_();
}

json_t *
json_object(void)
{
	return the()->object_();
}

json_t *
json_object_get(const json_t *object, const char *key)
{
	return the()->object_get(object, key);
}

int
json_object_set_new(json_t *object, const char *key, json_t *value)
{
	return the()->object_set_new(object, key, value);
}

size_t
json_object_size(const json_t *object)
{
	return the()->object_size(object);
}

json_t *
json_pack(const char *format, ...)
{
	va_list args;
	json_t *made;

	va_start(args, format);
	made = the()->vpack_ex(NULL, 0, format, args);
	va_end(args);
	return made;
}

json_t *
json_string(const char *value)
{
	return the()->string_(value);
}

size_t
json_string_length(const json_t *string)
{
	return the()->string_length(string);
}

const char *
json_string_value(const json_t *string)
{
	return the()->string_value(string);
}

json_t *
json_stringn(const char *value, size_t len)
{
	return the()->stringn(value, len);
}

json_t *
json_stringn_nocheck(const char *value, size_t len)
{
	return the()->stringn_nocheck(value, len);
}

json_t *
json_true(void)
{
	return the()->true_();
}

int
json_unpack(json_t *root, const char *format, ...)
{
	va_list args;
	int result;

	va_start(args, format);
	result = the()->vunpack_ex(root, NULL, 0, format, args);
	va_end(args);
	return result;
}

int
json_vunpack_ex(json_t *root, json_error_t *error, size_t flags, const char *format, va_list args)
{
	return the()->vunpack_ex(root, error, flags, format, args);
}

#endif
