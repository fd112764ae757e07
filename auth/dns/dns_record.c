/* dns_record.c: the answers of a run as a master file (RFC 1035 5.1) */
#include <stdlib.h>

#include "auth/dns/dns_backend.h"
#include "auth/dns/dns_name.h"
#include "auth/dns/dns_pool.h"

struct line {
	struct slice name;
	enum dns_type type;
	const struct dns_answer *answer;
};

struct lines {
	struct line *line;
	size_t n;
};

static void
collect(void *arg, struct slice name, enum dns_type type, const struct dns_answer *answer)
{
	struct lines *lines = arg;

	if (answer->status == DNS_OK || answer->outcome != DNS_OUT_UNASKED)
		lines->line[lines->n++] = (struct line){name, type, answer};
}

static int
compare_questions(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int order = memcmp(x->name.p, y->name.p, x->name.n < y->name.n ? x->name.n : y->name.n);

	if (order == 0 && x->name.n != y->name.n)
		order = x->name.n < y->name.n ? -1 : 1;
	return order != 0 ? order : (x->type > y->type) - (x->type < y->type);
}

static void
write_text(struct buf *out, struct slice text)
{
	size_t n = 0;

	buf_addc(out, '"');
	for (; n < text.n; n++) {
		unsigned char c = (unsigned char)text.p[n];
		if (n > 0 && n % 255 == 0) /* RFC 1035 3.3 */
			buf_adds(out, "\" \"");
		if (c < ' ' || c >= 127)
			dns_escape(out, c);
		else if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", (char)c);
		else
			buf_addc(out, (char)c);
	}
	buf_addc(out, '"');
}

static void
write_rr(struct buf *out, const struct line *line, const struct dns_rr *rr)
{
	dns_name_write(out, line->name);
	buf_addf(out, " %lu IN %s ", (unsigned long)line->answer->ttl, dns_type_word(line->type));
	switch (line->type) {
	case DNS_A:
	case DNS_AAAA:
		buf_add(out, ip_text(&rr->ip, out->arena));
		break;
	case DNS_MX:
		buf_addf(out, "%u ", rr->preference);
		dns_name_write(out, rr->name);
		break;
	case DNS_PTR:
	case DNS_CNAME:
		dns_name_write(out, rr->name);
		break;
	case DNS_TXT:
		write_text(out, rr->text);
		break;
	}
	buf_addc(out, '\n');
}

static void
write_pragma(struct buf *out, const char *word, const struct line *line)
{
	buf_addf(out, ";!%s ", word);
	dns_name_write(out, line->name);
	buf_addf(out, " %s\n", dns_type_word(line->type));
}

static struct slice
write_lines(struct lines *lines, struct arena *arena)
{
	struct buf out;

	qsort(lines->line, lines->n, sizeof *lines->line, compare_questions);
	buf_init(&out, arena, DNS_ZONE_MAX);
	buf_adds(&out, DNS_RECORD_FIRST);
	for (size_t i = 0; i < lines->n; i++) {
		const struct line *line = &lines->line[i];
		if (line->answer->status != DNS_OK)
			write_pragma(&out, dns_outcome_of(line->answer)->word, line);
		for (size_t k = 0; k < line->answer->n; k++)
			write_rr(&out, line, &line->answer->rr[k]);
		if (line->answer->secure)
			write_pragma(&out, "SECURE", line);
	}
	return out.over ? SLICE("") : buf_slice(&out);
}

struct slice
dns_record(const struct dns *dns, struct arena *arena)
{
	struct lines lines = {arena_array(arena, dns_asked(dns), sizeof *lines.line), 0};

	dns_each(dns, collect, &lines);
	return write_lines(&lines, arena);
}

struct slice
dns_pool_record(struct dns_pool *pool, struct arena *arena)
{
	struct lines lines = {arena_array(arena, dns_pool_count(pool), sizeof *lines.line), 0};

	dns_pool_each(pool, collect, &lines);
	return write_lines(&lines, arena);
}
