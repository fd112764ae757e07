#include "filter/io/fault.h"

#include <errno.h>
#include <stddef.h>

#define ROW(id, code, ours, text) {code, text},
#define OURS(id, code, ours, text) [FAULT_##id] = (ours),

static const struct reason_row rows[] = {FAULTS(ROW)};

const char *
fault_text(enum fault fault)
{
	return fault == FAULT_NONE ? NULL : rows[fault - 1].text;
}

struct error
fault_error(enum fault fault, const char *what, const char *path)
{
	struct error error = {.what = what, .path = path};

	if (fault != FAULT_NONE)
		error.reason = reason_make(rows, REASON_FAULT, (unsigned)REASON_FAULT + fault);
	return error;
}

enum fault
fault_of_error(const struct error *error)
{
	const unsigned first = REASON_FAULT;

	return error->reason.id > first && error->reason.id < first + FAULT_END
		       ? (enum fault)(error->reason.id - first)
		       : FAULT_NONE;
}

bool
fault_is_ours(enum fault fault)
{
	static const bool ours[FAULT_END] = {FAULTS(OURS)};

	return ours[fault];
}

bool
fault_is_not_mail(enum fault fault)
{
	return fault >= FAULT_CUT && fault <= FAULT_PKCS7;
}

enum fault
fault_of_path(int error)
{
	switch (error) {
	case EACCES:
	case EPERM:
		return FAULT_DENIED;
	case ENOENT:
	case ENOTDIR:
		return FAULT_NO_FILE;
	case ELOOP:
		return FAULT_LINKS;
	case ENAMETOOLONG:
		return FAULT_LONG_NAME;
	case EMFILE:
	case ENFILE:
		return FAULT_OPEN_FILES;
	case ENOMEM:
		return FAULT_NO_MEMORY;
	case EIO:
		return FAULT_IO;
	default:
		return FAULT_NOT_OPENED;
	}
}

enum fault
fault_of_lack(int error, enum fault other)
{
	const enum fault fault = fault_of_path(error);

	return fault == FAULT_NO_MEMORY || fault == FAULT_OPEN_FILES ? fault : other;
}

enum fault
fault_of_arena(enum arena_lack lack)
{
	switch (lack) {
	case ARENA_OPEN_FILES:
		return FAULT_OPEN_FILES;
	case ARENA_LIBIDN2:
		return FAULT_NO_LIBIDN2;
	case ARENA_MEMORY:
		break;
	}
	return FAULT_NO_MEMORY;
}

enum fault
fault_of_write(int error)
{
	switch (error) {
	case ENOSPC:
	case EDQUOT:
		return FAULT_NO_ROOM;
	case EFBIG:
		return FAULT_FILE_LIMIT;
	case EROFS:
		return FAULT_READ_ONLY;
	case EISDIR:
		return FAULT_FOLDER;
	default:
		return FAULT_NOT_WRITTEN;
	}
}
