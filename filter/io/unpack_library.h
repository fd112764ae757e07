/*
 * unpack_library.h: loads libarchive when the first compressed file is read, and recognizes its
 * formats. For unpack.c.
 */
#ifndef FILTER_IO_UNPACK_LIBRARY_H
#define FILTER_IO_UNPACK_LIBRARY_H

#include <archive.h>
#include <archive_entry.h>
#include <stdbool.h>
#include <stddef.h>

struct unpack_library {
	__typeof__(&archive_read_new) create;
	__typeof__(&archive_read_free) free;
	__typeof__(&archive_read_support_filter_gzip) gzip;
	__typeof__(&archive_read_support_filter_zstd) zstd;
	__typeof__(&archive_read_support_filter_xz) xz;
	__typeof__(&archive_read_support_filter_bzip2) bzip2;
	__typeof__(&archive_read_support_format_zip) zip;
	__typeof__(&archive_read_support_format_tar) tar;
	__typeof__(&archive_read_support_format_7zip) sevenzip;
	__typeof__(&archive_read_support_format_raw) raw;
	__typeof__(&archive_read_support_format_empty) empty;
	__typeof__(&archive_read_open_fd) open_fd;
	__typeof__(&archive_read_open) open;
	__typeof__(&archive_read_next_header) next_header;
	__typeof__(&archive_read_data) data;
	__typeof__(&archive_filter_bytes) filter_bytes;
	__typeof__(&archive_format) format;
	__typeof__(&archive_errno) error_number;
	__typeof__(&archive_error_string) error_string;
	__typeof__(&archive_entry_filetype) filetype;
	__typeof__(&archive_entry_pathname) pathname;
	__typeof__(&archive_entry_is_encrypted) is_encrypted;
};

/* Loads libarchive. False if it, or one of its functions, is missing. */
bool unpack_library_load(struct unpack_library *library);

/* Do these first octets belong to a compressed file? To an archive? */
bool unpack_is_compressed(const char *bytes, size_t n);
bool unpack_is_archive(const char *bytes, size_t n);

#endif
