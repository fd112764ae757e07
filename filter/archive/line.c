#include "filter/archive/line.h"

#include "filter/text/csv.h"
#include "mime/buf.h"

enum { LINE_OCTETS = 4 << 20 };

struct slice
line_head(enum output_what output)
{
	return output == OUTPUT_CSV ? SLICE("path,spf,dkim,signatures,dmarc,arc,author_domain,"
					    "policy,disposition,reason,error,envelope\r\n")
				    : SLICE("");
}

static const char *
signatures(const struct row *row, struct arena *arena)
{
	struct buf out;

	buf_init(&out, arena, LINE_OCTETS);
	for (size_t i = 0; i < row->nsignatures; i++)
		buf_addf(&out, "%s%s/%s=%s", i > 0 ? "," : "", row->signatures[i].d,
			row->signatures[i].s, auth_code_word(row->signatures[i].code));
	if (out.n == 0)
		buf_addc(&out, '-');
	buf_addc(&out, '\0');
	return out.over ? "-" : out.p;
}

static void
add_columns(const struct row *row, enum output_what output, struct arena *arena, struct buf *out)
{
	const char *const cells[] = {
		row->path,
		row->evaluated ? auth_code_word(row->spf) : "-",
		row->evaluated ? auth_code_word(row->dkim) : "-",
		row->evaluated ? signatures(row, arena) : "-",
		row->evaluated ? auth_code_word(row->dmarc) : "-",
		row->evaluated ? auth_code_word(row->arc) : "-",
	};

	for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
		if (i > 0)
			buf_addc(out, output == OUTPUT_CSV ? ',' : '\t');
		if (output == OUTPUT_CSV)
			csv_add(out, cells[i]);
		else
			buf_adds(out, cells[i]);
	}
}

static void
add_csv_rest(const struct row *row, struct buf *out)
{
	buf_addc(out, ',');
	csv_add(out, row->author_domain);
	buf_addf(out, ",%s,%s,", row->policy, row->failed ? "" : policy_word(row->disposition));
	csv_add(out, row->reason);
	buf_addc(out, ',');
	csv_add(out, row->error);
	buf_addc(out, ',');
	csv_add(out, row->envelope_from);
	buf_adds(out, "\r\n");
}

enum status
line_make(const struct row *row, enum output_what output, struct arena *arena, struct slice *line)
{
	struct buf out;

	*line = SLICE("");
	if (output != OUTPUT_TSV && output != OUTPUT_CSV)
		return ST_OK;
	buf_init(&out, arena, LINE_OCTETS);
	add_columns(row, output, arena, &out);
	if (output == OUTPUT_CSV)
		add_csv_rest(row, &out);
	else
		buf_addc(&out, '\n');
	*line = buf_slice(&out);
	return out.over ? ST_LIMIT : ST_OK;
}
