#include "filter/io/fault.h"
#include "filter/settings/setting_error.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

static const char *
code_of(enum fault fault)
{
	const struct error error = fault_error(fault, NULL, NULL);

	return reason_code(&error.reason);
}

/* A program that reads a code may use it as a name; two faults never share one. */
Test(fault, rows)
{
	for (int i = FAULT_NONE + 1; i < FAULT_END; i++) {
		const char *code = code_of((enum fault)i), *text = fault_text((enum fault)i);

		cr_assert_not_null(code, "%d", i);
		cr_assert_not_null(text, "%s", code);
		cr_expect_eq(strspn(code, "abcdefghijklmnopqrstuvwxyz_"), strlen(code), "%s", code);
		for (int j = FAULT_NONE + 1; j < i; j++) {
			cr_expect_str_neq(code, code_of((enum fault)j));
			cr_expect_str_neq(text, fault_text((enum fault)j));
		}
	}
	cr_expect_null(fault_text(FAULT_NONE));
	cr_expect_null(code_of(FAULT_NONE));
}

/*
 * A fault that a retry may cure makes batch exit with 75, and is not blamed on the file.
 */
Test(fault, ours)
{
	static const enum fault ours[] = {FAULT_NO_MEMORY, FAULT_OPEN_FILES, FAULT_NO_LIBIDN2,
		FAULT_NO_SPOOL, FAULT_NO_LOG, FAULT_NOT_READ, FAULT_NOT_IN_TIME, FAULT_CLIENT_LEFT,
		FAULT_NOT_MAPPED, FAULT_NO_ARCHIVE, FAULT_FROM, FAULT_NOT_SEALED,
		FAULT_NO_KEY_MEMORY, FAULT_NO_PIPE, FAULT_NO_PROCESS, FAULT_MANY_NAMES,
		FAULT_NO_ROOM, FAULT_LIST_CUT, FAULT_CHANGED, FAULT_NOT_EVALUATED};

	for (int i = FAULT_NONE; i < FAULT_END; i++) {
		bool want = false;

		for (size_t k = 0; k < sizeof ours / sizeof ours[0]; k++)
			want |= ours[k] == (enum fault)i;
		cr_expect_eq(fault_is_ours((enum fault)i), want, "%d", i);
	}
}

/*
 * The fault can be found from its error, so that its code and its consequences come from one table.
 */
Test(fault, of_an_error)
{
	const struct error none = {.path = NULL},
			   other = setting_error(SETTING_E_EMPTY, NULL, NULL);

	for (int i = FAULT_NONE; i < FAULT_END; i++) {
		const struct error error = fault_error((enum fault)i, "zone", "/z");

		cr_expect_eq(fault_of_error(&error), (enum fault)i, "%d", i);
		if (i != FAULT_NONE)
			cr_expect_str_eq(reason_text(&error.reason), fault_text((enum fault)i));
	}
	cr_expect_eq(fault_of_error(&none), FAULT_NONE);
	cr_expect_eq(fault_of_error(&other), FAULT_NONE);
}

Test(fault, errno_values)
{
	static const struct {
		int error;
		enum fault path, write;
	} rows[] = {
		{EACCES, FAULT_DENIED, FAULT_NOT_WRITTEN},
		{EPERM, FAULT_DENIED, FAULT_NOT_WRITTEN},
		{ENOENT, FAULT_NO_FILE, FAULT_NOT_WRITTEN},
		{ENOTDIR, FAULT_NO_FILE, FAULT_NOT_WRITTEN},
		{ELOOP, FAULT_LINKS, FAULT_NOT_WRITTEN},
		{ENAMETOOLONG, FAULT_LONG_NAME, FAULT_NOT_WRITTEN},
		{EMFILE, FAULT_OPEN_FILES, FAULT_NOT_WRITTEN},
		{ENFILE, FAULT_OPEN_FILES, FAULT_NOT_WRITTEN},
		{ENOMEM, FAULT_NO_MEMORY, FAULT_NOT_WRITTEN},
		{EIO, FAULT_IO, FAULT_NOT_WRITTEN},
		{ENXIO, FAULT_NOT_OPENED, FAULT_NOT_WRITTEN},
		{ENOSPC, FAULT_NOT_OPENED, FAULT_NO_ROOM},
		{EDQUOT, FAULT_NOT_OPENED, FAULT_NO_ROOM},
		{EFBIG, FAULT_NOT_OPENED, FAULT_FILE_LIMIT},
		{EROFS, FAULT_NOT_OPENED, FAULT_READ_ONLY},
		{EISDIR, FAULT_NOT_OPENED, FAULT_FOLDER},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		cr_expect_eq(
			fault_of_path(rows[i].error), rows[i].path, "%s", strerror(rows[i].error));
		cr_expect_eq(fault_of_write(rows[i].error), rows[i].write, "%s",
			strerror(rows[i].error));
	}
}
