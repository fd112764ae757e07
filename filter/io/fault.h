/*
 * fault.h: faults of files, of a message and its envelope on input, and of our own processing.
 *
 * Rows F(ID, "code", OURS, "sentence"). OURS: a local failure, such as a lack of memory, disk space
 * or open files, after which a retry may succeed. Code compares the id, never the sentence.
 */
#ifndef FILTER_IO_FAULT_H
#define FILTER_IO_FAULT_H

#include <stdbool.h>

#include "auth/base/reason.h"
#include "mime/arena.h"

/* clang-format off */
#define FAULTS(F) \
	F(NO_MEMORY,      "no_memory",         true,  "no memory") \
	F(OPEN_FILES,     "open_files",        true,  "too many open files") \
	F(NO_LIBIDN2,     "no_idn",            true,  "libidn2.so.0 cannot be loaded") \
	F(NO_SPOOL,       "no_spool",          true,  "no space for the message in the spool folder") \
	F(NO_LOG,         "no_log",            true,  "the JSON log could not be written") \
	/* a path that cannot be opened */ \
	F(DENIED,         "denied",            false, "permission denied") \
	F(NO_FILE,        "no_file",           false, "no such file") \
	F(LINKS,          "links",             false, "too many links") \
	F(LONG_NAME,      "long_name",         false, "the name is too long") \
	F(IO,             "io",                false, "input or output error") \
	F(NOT_OPENED,     "not_opened",        false, "cannot be opened") \
	F(UNREADABLE,     "unreadable",        false, "the file cannot be read") \
	/* a file that is read completely */ \
	F(NOT_REGULAR,    "not_regular",       false, "not a regular file") \
	F(OTHER_OWNER,    "other_owner",       false, "it belongs to another user") \
	F(OTHERS_READ,    "others_read",       false, "it is readable by others") \
	F(TOO_LARGE,      "too_large",         false, "too large") \
	F(NOTHING_IN_IT,  "nothing_in_it",     false, "it is empty") \
	/* a message in an archive */ \
	F(EMPTY,          "empty",             false, "the file is empty") \
	F(FIFO,           "fifo",              false, "a FIFO, not a file") \
	F(SOCKET,         "socket",            false, "a socket, not a file") \
	F(DEVICE,         "device",            false, "a device, not a file") \
	F(FOLDER_LINK,    "folder_link",       false, "a link to a folder is not followed") \
	F(FILE_GONE,      "file_gone",         false, "no longer a file") \
	F(CHANGED,        "file_changed",      true,  "the file changed while it was read") \
	F(NO_MESSAGE,     "no_message",        false, "it contains no message") \
	F(LARGE_MESSAGE,  "large_message",     false, "too little memory for a message of this size") \
	F(MANY_PARTS,     "many_parts",        false, "it has more parts than are read") \
	/* a compressed file */ \
	F(NO_ARCHIVE,     "no_archive",        true,  "libarchive.so.13 cannot be loaded") \
	F(CUT,            "cut",               false, "the compressed file ends early") \
	F(DAMAGED,        "damaged",           false, "the compressed file is damaged") \
	F(ENCRYPTED,      "encrypted",         false, "it is encrypted") \
	F(NESTED,         "nested",            false, "an archive in an archive in an archive is not read") \
	F(INFLATES,       "inflates",          false, "it inflates to more than is read") \
	F(MANY_FILES,     "many_files",        false, "it holds more files than are read") \
	F(SLOW,           "slow",              false, "it takes too long to unpack") \
	/* a file that is not mail */ \
	F(NO_HEADER,      "no_header",         false, "not a message: it has no header field") \
	F(OUTLOOK_MSG,    "outlook_msg",       false, "not a message: an Outlook file (.msg); save it as .eml") \
	F(OUTLOOK_PST,    "outlook_pst",       false, "not a message: an Outlook archive (.pst); export it as .eml or mbox") \
	F(UTF16,          "wide_text",         false, "not a message: text in UTF-16; save it as it was received") \
	F(PKCS7,          "smime",             false, "not a message: an S/MIME file (.p7m) without the message around it") \
	/* a message on input */ \
	F(NOT_READ, "message_not_read", true, "the message could not be read") \
	F(NOT_IN_TIME, "not_in_time", true, "the message did not arrive in time") \
	F(CLIENT_LEFT, "client_left", true, "the client disconnected during the message") \
	F(NOT_MAPPED, "not_mapped", true, "the spooled message could not be mapped") \
	F(INPUT_NO_FILE, "input_no_file", false, "there is no such input file") \
	F(INPUT_NOT_OPENED, "input_not_opened", false, "the input file cannot be opened") \
	F(INPUT_FOLDER, "input_folder", false, "the input folder cannot be read") \
	F(INPUT_NO_EML, "input_no_eml", false, "there is no .eml in the input folder") \
	F(INPUT_TWO_EML, "input_two_eml", false, "there is more than one .eml in the input folder") \
	F(INPUT_BAD_EML, "input_bad_eml", false, "the .eml in the input folder cannot be opened") \
	F(INPUT_EML_FILE, "input_eml_file", false, "the .eml in the input folder is not a file") \
	/* the envelope: the preamble on stdin, or the field */ \
	F(ENVELOPE_MAGIC, "envelope_magic", false, "stdin does not begin with the line mailstamp-envelope=1") \
	F(ENVELOPE_END, "envelope_end", false, "no empty line ends the envelope on stdin") \
	F(ENVELOPE_LONG, "envelope_long", false, "the envelope on stdin is too long") \
	F(ENVELOPE_LINE, "envelope_line", false, "a line of the envelope is not NAME=VALUE") \
	F(ENVELOPE_VALUE, "envelope_value", false, "a value of the envelope is not percent-encoded correctly") \
	F(ENVELOPE_CLIENT, "envelope_client", false, "the envelope's client_address is not an address") \
	F(ENVELOPE_TWICE, "envelope_twice", false, "a name is repeated in the envelope") \
	F(ENVELOPE_NO_FIELD, "envelope_no_field", false, "no X-Mailstamp-Envelope has the right secret") \
	F(ENVELOPE_FIELDS, "envelope_fields", false, "more than one X-Mailstamp-Envelope has the right secret") \
	/* the envelope: batch SMTP */ \
	F(BSMTP_COMMAND, "bsmtp_command", false, "batch SMTP has an unknown command") \
	F(BSMTP_PATH, "bsmtp_path", false, "batch SMTP has a path that cannot be read") \
	F(BSMTP_ORDER, "bsmtp_order", false, "batch SMTP needs MAIL once, then RCPT, then DATA") \
	F(BSMTP_NO_DATA, "bsmtp_no_data", false, "batch SMTP ends before DATA, or its commands are too long") \
	F(BSMTP_NO_DOT, "bsmtp_no_dot", false, "batch SMTP has no final dot") \
	F(BSMTP_SECOND, "bsmtp_second", false, "batch SMTP has a second transaction") \
	/* the evaluation */ \
	F(FROM, "from_not_read", true, "the From field could not be read: out of memory, or GMime cannot be loaded") \
	F(NOT_SEALED, "not_sealed", true, "the ARC set could not be made") \
	F(NO_KEY_MEMORY, "no_key_memory", true, "no memory for the ARC key") \
	F(NO_SECRET, "no_secret", false, "--envelope field needs --envelope-secret-file") \
	F(NO_PIPE, "no_pipe", true, "there is no pipe to a process") \
	F(NO_PROCESS, "no_process", true, "no process can be started") \
	/* a configuration file */ \
	F(NOT_A_KEY, "not_a_key", false, "no RSA or Ed25519 key in PEM without a password") \
	F(SMALL_KEY, "small_key", false, "the RSA key is too small") \
	F(LARGE_KEY, "large_key", false, "the RSA key is too large") \
	F(NOT_READ_PSL, "psl_not_read", false, "cannot be read") \
	F(OWN_SENDER, "own_sender", false, "not a network, a domain or `provider NAME'") \
	F(OWN_WIDE, "own_wide", false, "a network wider than /8 of IPv4 or /16 of IPv6") \
	F(OWN_SUFFIX, "own_suffix", false, "below this name are domains of many owners") \
	F(OWN_PROVIDER, "own_provider", false, "no service of that name is known") \
	/* others */ \
	F(MANY_NAMES,     "many_names",        true, "too little memory for the names in this folder") \
	F(DEEP,           "deep",              false, "folders are nested too deeply") \
	F(LOOP,           "loop",              false, "the folder is inside itself") \
	F(SIDE_FILE,      "side_file",         false, "its side file cannot be read") \
	F(SIDE_LARGE,     "side_large",        false, "its side file is too large") \
	F(LINE_CLIENT,    "line_client",       false, "its client address in the list is not an IP address") \
	F(LINE_NO_OBJECT, "line_no_object",    false, "a line of the list is not a JSON object") \
	F(LINE_NO_PATH,   "line_no_path",      false, "a line of the list has no path") \
	F(LONG_LINE,      "long_line",         false, "its line is too long") \
	F(LIST_CUT,       "list_cut",          true,  "the list could not be read to its end") \
	F(READER_DIED,    "reader_died",       false, "the process that read it died") \
	F(NOT_EVALUATED,  "not_evaluated",     true,  "the message could not be evaluated") \
	F(STAMP_OVERSIZE, "stamp_oversize",    false, "a message over the size limit is not stamped") \
	F(STAMP_NAME,     "stamp_name",        false, "the name of the stamped message is too long") \
	F(STAMP_WRITE,    "stamp_not_written", false, "the stamped message cannot be written") \
	/* a file that we write */ \
	F(NO_ROOM,        "no_room",           true,  "no space left on the disk") \
	F(FILE_LIMIT,     "file_limit",        false, "the file is too large") \
	F(READ_ONLY,      "read_only",         false, "the disk is read-only") \
	F(FOLDER,         "folder",            false, "is a folder") \
	F(NOT_A_PAGE,     "not_a_page",        false, "the existing file was not written by --html") \
	F(NOT_A_RECORD,   "not_a_record",      false, "the existing file was not written by --dns-record") \
	F(ZONE_FULL,      "zone_full",         false, "more answers than a zone can hold") \
	F(NOT_WRITTEN,    "not_written",       false, "cannot be written") \
	/* a new file */ \
	F(EXISTS,         "exists",            false, "the file exists already")

#define FAULT_ID(id, code, ours, text) FAULT_##id,
enum fault {
	FAULT_NONE,
	FAULTS(FAULT_ID)
	FAULT_END
};
/* clang-format on */

/* The sentence, in English; NULL for FAULT_NONE. */
const char *fault_text(enum fault fault);

/* The fault as an error. what: the kind of the file, in fixed English words; path may be NULL. */
struct error fault_error(enum fault fault, const char *what, const char *path);

/* The fault of an error; FAULT_NONE for an error of another kind. */
enum fault fault_of_error(const struct error *error);

bool fault_is_ours(enum fault fault);

/* Is the file not mail, or an unreadable archive? */
bool fault_is_not_mail(enum fault fault);

/* the fault for errno after a call with a path failed */
enum fault fault_of_path(int error);

/* If errno says that memory or open files are lacking, that fault, otherwise the other one. */
enum fault fault_of_lack(int error, enum fault other);

/* the fault for what an arena's oom function is told */
enum fault fault_of_arena(enum arena_lack lack);

/* the fault for errno after a write failed */
enum fault fault_of_write(int error);

#endif
