#include "filter/io/fault.h"

#include <errno.h>
#include <stddef.h>

#define ROW(id, code, ours, text) [FAULT_##id] = {code, text, ours},

static const struct {
	const char *code, *text;
	bool ours;
} rows[FAULT_TOLD + 1] = {FAULTS(ROW)};

const char *
fault_text(enum fault fault)
{
	return rows[fault].text;
}

const char *
fault_code(enum fault fault)
{
	return rows[fault].code;
}

bool
fault_is_ours(enum fault fault)
{
	return rows[fault].ours;
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
