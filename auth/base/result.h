/*
 * result.h: the result words of RFC 8601 2.7, one vocabulary for all methods.
 */
#ifndef AUTH_BASE_RESULT_H
#define AUTH_BASE_RESULT_H

enum auth_code {
	AUTH_NONE,
	AUTH_PASS,
	AUTH_FAIL,
	AUTH_SOFTFAIL,
	AUTH_NEUTRAL,
	AUTH_POLICY,
	AUTH_TEMPERROR,
	AUTH_PERMERROR
};

/* the registered word, lower case */
const char *auth_code_word(enum auth_code code);

#endif
