#include "filter/io/unpack_library.h"

#include <string.h>

#include "mime/late.h"

static bool
is_at(const char *bytes, size_t n, size_t at, const char *magic, size_t size)
{
	return n >= at + size && memcmp(bytes + at, magic, size) == 0;
}

#define IS_AT(at, magic) is_at(bytes, n, at, magic, sizeof(magic) - 1)

bool
unpack_is_compressed(const char *bytes, size_t n)
{
	return IS_AT(0, "\x1f\x8b\x08") ||     /* gzip: RFC 1952 2.3.1 */
	       IS_AT(0, "\x28\xb5\x2f\xfd") || /* zstd: RFC 8878 3.1.1 */
	       IS_AT(0, "\xfd\x37zXZ\0") ||    /* xz */
	       (IS_AT(0, "BZh") && n > 9 && bytes[3] >= '1' && bytes[3] <= '9' &&
		       IS_AT(4, "1AY&SY")); /* bzip2 */
}

bool
unpack_is_archive(const char *bytes, size_t n)
{
	return IS_AT(0, "PK\3\4") || IS_AT(0, "PK\5\6") || /* zip, an empty one */
	       IS_AT(0, "7z\xbc\xaf\x27\x1c") || IS_AT(257, "ustar");
}

/*
 * Loaded at run time even in a static build: linking libarchive statically would need a dozen more
 * libraries.
 */
bool
unpack_library_load(struct unpack_library *library)
{
	static const struct late_name names[] = {
		LATE_ALWAYS(unpack_library, create, archive_read_new),
		LATE_ALWAYS(unpack_library, free, archive_read_free),
		LATE_ALWAYS(unpack_library, gzip, archive_read_support_filter_gzip),
		LATE_ALWAYS(unpack_library, zstd, archive_read_support_filter_zstd),
		LATE_ALWAYS(unpack_library, xz, archive_read_support_filter_xz),
		LATE_ALWAYS(unpack_library, bzip2, archive_read_support_filter_bzip2),
		LATE_ALWAYS(unpack_library, zip, archive_read_support_format_zip),
		LATE_ALWAYS(unpack_library, tar, archive_read_support_format_tar),
		LATE_ALWAYS(unpack_library, sevenzip, archive_read_support_format_7zip),
		LATE_ALWAYS(unpack_library, raw, archive_read_support_format_raw),
		LATE_ALWAYS(unpack_library, empty, archive_read_support_format_empty),
		LATE_ALWAYS(unpack_library, open_fd, archive_read_open_fd),
		LATE_ALWAYS(unpack_library, open, archive_read_open),
		LATE_ALWAYS(unpack_library, next_header, archive_read_next_header),
		LATE_ALWAYS(unpack_library, data, archive_read_data),
		LATE_ALWAYS(unpack_library, filter_bytes, archive_filter_bytes),
		LATE_ALWAYS(unpack_library, format, archive_format),
		LATE_ALWAYS(unpack_library, error_number, archive_errno),
		LATE_ALWAYS(unpack_library, error_string, archive_error_string),
		LATE_ALWAYS(unpack_library, filetype, archive_entry_filetype),
		LATE_ALWAYS(unpack_library, pathname, archive_entry_pathname),
		LATE_ALWAYS(unpack_library, is_encrypted, archive_entry_is_encrypted),
	};

	return late_load("libarchive.so.13", names, sizeof names / sizeof *names, library);
}
