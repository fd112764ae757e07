#include "filter/reporting/reporting_mail.h"

#include <gmime/gmime.h>
#include <stdio.h>
#include <time.h>

#include "mime/buf.h"
#include "mime/late.h"

enum { ID_MAX = 512, NAME_OCTETS = 2048, LINE_PLAIN = 900 };

struct library {
	__typeof__(&g_mime_init) init;
	__typeof__(&g_mime_message_new) message_new;
	__typeof__(&g_mime_message_add_mailbox) add_mailbox;
	__typeof__(&g_mime_message_set_mime_part) set_mime_part;
	__typeof__(&g_mime_object_set_header) set_header;
	__typeof__(&g_mime_object_set_content_type_parameter) set_parameter;
	__typeof__(&g_mime_object_set_disposition) set_disposition;
	__typeof__(&g_mime_object_to_string) to_string;
	__typeof__(&g_mime_multipart_new_with_subtype) multipart_new;
	__typeof__(&g_mime_multipart_set_boundary) set_boundary;
	__typeof__(&g_mime_multipart_add) add;
	__typeof__(&g_mime_part_new_with_type) part_new;
	__typeof__(&g_mime_part_set_content) set_content;
	__typeof__(&g_mime_part_set_content_encoding) set_encoding;
	__typeof__(&g_mime_object_get_header_list) headers;
	__typeof__(&g_mime_header_list_get_header) header;
	__typeof__(&g_mime_header_set_raw_value) set_raw;
	__typeof__(&g_mime_stream_mem_new_with_buffer) stream;
	__typeof__(&g_mime_data_wrapper_new_with_stream) wrapper;
	__typeof__(&g_object_unref) unref;
	__typeof__(&g_free) free;
};

static bool
load(struct library *lib)
{
	static const struct late_name names[] = {
		LATE_ALWAYS(library, init, g_mime_init),
		LATE_ALWAYS(library, message_new, g_mime_message_new),
		LATE_ALWAYS(library, add_mailbox, g_mime_message_add_mailbox),
		LATE_ALWAYS(library, set_mime_part, g_mime_message_set_mime_part),
		LATE_ALWAYS(library, set_header, g_mime_object_set_header),
		LATE_ALWAYS(library, set_parameter, g_mime_object_set_content_type_parameter),
		LATE_ALWAYS(library, set_disposition, g_mime_object_set_disposition),
		LATE_ALWAYS(library, to_string, g_mime_object_to_string),
		LATE_ALWAYS(library, multipart_new, g_mime_multipart_new_with_subtype),
		LATE_ALWAYS(library, set_boundary, g_mime_multipart_set_boundary),
		LATE_ALWAYS(library, add, g_mime_multipart_add),
		LATE_ALWAYS(library, part_new, g_mime_part_new_with_type),
		LATE_ALWAYS(library, set_content, g_mime_part_set_content),
		LATE_ALWAYS(library, set_encoding, g_mime_part_set_content_encoding),
		LATE_ALWAYS(library, headers, g_mime_object_get_header_list),
		LATE_ALWAYS(library, header, g_mime_header_list_get_header),
		LATE_ALWAYS(library, set_raw, g_mime_header_set_raw_value),
		LATE_ALWAYS(library, stream, g_mime_stream_mem_new_with_buffer),
		LATE_ALWAYS(library, wrapper, g_mime_data_wrapper_new_with_stream),
		LATE_ALWAYS(library, unref, g_object_unref),
		LATE_ALWAYS(library, free, g_free),
	};

	if (!late_load("libgmime-3.0.so.0", names, sizeof names / sizeof *names, lib))
		return false;
	lib->init();
	return true;
}

/* RFC 5322 3.3, independent of the locale */
const char *
reporting_mail_date(int64_t when, char text[REPORTING_DATE])
{
	static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
				 *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
					 "Aug", "Sep", "Oct", "Nov", "Dec"};
	const time_t at = (time_t)when;
	struct tm utc = {0};

	(void)gmtime_r(&at, &utc);
	(void)snprintf(text, REPORTING_DATE, "%s, %02d %s %d %02d:%02d:%02d +0000",
		days[utc.tm_wday], utc.tm_mday, months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour,
		utc.tm_min, utc.tm_sec);
	return text;
}

/*
 * Sets a field with a file name as in RFC 9990 3.5.1: GMime would split a long name as in RFC 2231,
 * which readers of reports do not support. name consists of letters, digits and "!.-_" only.
 */
static void
set_name(const struct library *lib, GMimePart *part, const char *field, const char *value,
	const char *parameter, const char *name)
{
	GMimeHeader *header = lib->header(lib->headers((GMimeObject *)part), field);
	char raw[NAME_OCTETS];

	(void)snprintf(raw, sizeof raw, " %s;\n\t%s=\"%s\"\n", value, parameter, name);
	lib->set_raw(header, raw);
}

/*
 * The encoding of a part: quoted-printable for 8-bit octets, long lines, and lines that begin with
 * '-', as a boundary does; otherwise 7bit.
 */
static GMimeContentEncoding
text_encoding(struct slice content)
{
	size_t line = 0;

	for (size_t i = 0; i < content.n; i++) {
		line = content.p[i] == '\n' ? 0 : line + 1;
		if ((unsigned char)content.p[i] >= 0x7f || line > LINE_PLAIN ||
			(content.p[i] == '-' && line == 1))
			return GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
	}
	return GMIME_CONTENT_ENCODING_7BIT;
}

static GMimeObject *
make_part(const struct library *lib, const struct reporting_mail_part *part)
{
	GMimePart *made = lib->part_new(part->type, part->subtype);
	GMimeStream *stream = lib->stream(part->content.p, part->content.n);
	GMimeDataWrapper *content = lib->wrapper(stream, GMIME_CONTENT_ENCODING_DEFAULT);
	char type[128];

	lib->set_content(made, content);
	lib->unref(content);
	lib->unref(stream);
	if (part->name != NULL) {
		lib->set_disposition((GMimeObject *)made, "attachment");
		(void)snprintf(type, sizeof type, "%s/%s", part->type, part->subtype);
		set_name(lib, made, "Content-Type", type, "name", part->name);
		set_name(lib, made, "Content-Disposition", "attachment", "filename", part->name);
		lib->set_encoding(made, GMIME_CONTENT_ENCODING_BASE64);
	} else {
		lib->set_disposition((GMimeObject *)made, "inline");
		lib->set_encoding(made, text_encoding(part->content));
	}
	return (GMimeObject *)made;
}

static GMimeObject *
make_body(const struct library *lib, const struct reporting_mail *mail)
{
	GMimeMultipart *body = lib->multipart_new(mail->report_type != NULL ? "report" : "mixed");
	char boundary[ID_MAX];

	(void)snprintf(boundary, sizeof boundary, "=_%.60s", mail->id);
	lib->set_boundary(body, boundary);
	if (mail->report_type != NULL)
		lib->set_parameter((GMimeObject *)body, "report-type", mail->report_type);
	for (size_t i = 0; i < mail->nparts; i++) {
		GMimeObject *part = make_part(lib, &mail->parts[i]);

		lib->add(body, part);
		lib->unref(part);
	}
	return (GMimeObject *)body;
}

enum status
reporting_mail_write(const struct reporting_mail *mail, struct arena *arena, struct slice *message)
{
	const struct slice from = slice_str(mail->from);
	struct library lib;
	GMimeMessage *made;
	GMimeObject *top, *body;
	char id[ID_MAX], date[REPORTING_DATE], *text;

	if (!load(&lib))
		return ST_TEMP;
	made = lib.message_new(FALSE);
	top = (GMimeObject *)made;
	lib.add_mailbox(made, GMIME_ADDRESS_TYPE_FROM, mail->from_name, mail->from);
	lib.add_mailbox(made, GMIME_ADDRESS_TYPE_TO, NULL, mail->to);
	lib.set_header(top, "Subject", mail->subject, NULL);
	lib.set_header(top, "Date", reporting_mail_date(mail->date, date), NULL);
	(void)snprintf(
		id, sizeof id, "<%s%s>", mail->id, slice_from(from, slice_rfind(from, '@')).p);
	lib.set_header(top, "Message-Id", id, NULL);
	lib.set_header(top, "Auto-Submitted", "auto-generated", NULL); /* RFC 3834 5 */
	lib.set_header(top, "MIME-Version", "1.0", NULL);
	body = make_body(&lib, mail);
	lib.set_mime_part(made, body);
	lib.unref(body);
	text = lib.to_string(top, NULL);
	lib.unref(made);
	if (text == NULL)
		return ST_TEMP;
	*message = arena_dup(arena, slice_str(text));
	lib.free(text);
	return ST_OK;
}
