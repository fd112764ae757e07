#include "filter/explain/explain_rows.h"

#include "filter/result/block.h"
#include "filter/text/i18n.h"
#include "filter/text/printable.h"
#include "filter/text/reason_words.h"
#include "filter/text/table.h"
#include "mime/buf.h"

enum { LINE_MAX_OCTETS = 64 * 1024, SHOWN_MAX = 4096, WHY = TABLE_COLUMNS - 1 };

static const char *
printable_in(struct slice s, struct arena *arena)
{
	return printable(s, SHOWN_MAX, arena);
}

static const char *
aligned_word(enum report_alignment alignment)
{
	switch (alignment) {
	case REPORT_ALIGNED:
		return _("yes");
	case REPORT_UNALIGNED:
		return _("no");
	case REPORT_NOT_COMPARED:
		break;
	}
	return "-";
}

/* Returns the record after its name, for a line below a row; NULL if there is no record. */
static const char *
record_line(const char *prefix, struct slice name, struct slice record, struct arena *arena)
{
	struct buf line;

	if (record.n == 0)
		return NULL;
	buf_init(&line, arena, LINE_MAX_OCTETS);
	buf_addf(&line, "%s%s: %s", prefix, printable_in(name, arena), printable_in(record, arena));
	buf_addc(&line, '\0');
	return line.over ? NULL : line.p;
}

/*
 * One function for each method completes its row: the name of the identity, the reason, and the
 * lines below the row.
 */
static void
describe_spf(const struct evaluation *ev, const struct report_row *row, struct table_row *line)
{
	const struct spf_result *spf = &ev->results.spf;
	struct arena *arena = ev->arena;
	struct buf why;

	line->cells[0] = spf->identity == SPF_ID_HELO ? "SPF (HELO)" : "SPF (MAIL FROM)";
	if (spf->explanation.n > 0)
		line->under[1] =
			record_line(_("the domain explains"), SLICE(""), spf->explanation, arena);
	line->under[0] = record_line("", row->domain, spf->record, arena);
	if (spf->term.n == 0)
		return;
	buf_init(&why, arena, LINE_MAX_OCTETS);
	buf_addf(&why, _("%s in the record of %s"), printable_in(spf->term, arena),
		printable_or_dash(spf->term_domain, SHOWN_MAX, arena));
	buf_addc(&why, '\0');
	line->cells[WHY] = why.over ? "" : why.p;
}

static void
describe_dkim(const struct evaluation *ev, const struct report_row *row, struct table_row *line)
{
	const struct dkim_result *dkim = &ev->results.dkim;
	const struct dkim_sig_result *sig = &dkim->sigs[row->nth];
	struct arena *arena = ev->arena;
	struct buf why, under;

	line->cells[0] = "DKIM";
	if (row->code == AUTH_NONE)
		line->cells[WHY] = _("no signature");
	if (row->code == AUTH_NONE || row->reason.id == DKIM_R_OVER)
		return;
	buf_init(&why, arena, LINE_MAX_OCTETS);
	buf_adds(&why, row->reason.id != DKIM_R_NONE ? line->cells[WHY]
						     : printable_in(sig->sig.a_text, arena));
	if (sig->key_bits > 0)
		buf_addf(&why, _(", %u-bit key"), sig->key_bits);
	if (sig->unsigned_bytes > 0)
		buf_addf(&why, _(", %llu octets of the body not signed"),
			(unsigned long long)sig->unsigned_bytes);
	buf_addc(&why, '\0');
	line->cells[WHY] = why.over ? "" : why.p;
	if (sig->sig.s.n == 0 || sig->sig.d.n == 0)
		return;
	buf_init(&under, arena, LINE_MAX_OCTETS);
	buf_addf(&under, _("key at %s._domainkey.%s"), printable_in(sig->sig.s, arena),
		printable_in(sig->sig.d, arena));
	buf_addc(&under, '\0');
	line->under[0] = under.over ? NULL : under.p;
}

/* Returns "sealed by a.example, b.example", with the newest sealer last; NULL if there is none. */
static const char *
sealers(const struct arc_result *arc, struct arena *arena)
{
	struct buf line, text;

	buf_init(&line, arena, LINE_MAX_OCTETS);
	for (size_t i = 0; i < arc->n; i++)
		buf_addf(&line, "%s%s", i == 0 ? "" : ", ",
			printable_or_dash(arc->sets[i].seal.sig.d, SHOWN_MAX, arena));
	buf_addc(&line, '\0');
	if (line.over || line.n <= 1)
		return NULL;
	buf_init(&text, arena, LINE_MAX_OCTETS);
	buf_addf(&text, _("sealed by %s"), line.p);
	buf_addc(&text, '\0');
	return text.over ? NULL : text.p;
}

static void
describe_arc(const struct evaluation *ev, const struct report_row *row, struct table_row *line)
{
	const struct arc_result *arc = &ev->results.arc;
	struct buf why;

	line->cells[0] = "ARC";
	line->under[0] = sealers(arc, ev->arena);
	buf_init(&why, ev->arena, LINE_MAX_OCTETS);
	if (row->code == AUTH_NONE)
		buf_adds(&why, _("no chain"));
	else if (row->code != AUTH_PASS)
		buf_addf(&why, "%s%s%s", row->part != NULL ? row->part : "",
			row->part != NULL ? ": " : "", line->cells[WHY]);
	else if (arc->oldest_pass == 0)
		buf_adds(&why, _("unchanged since the first seal"));
	else
		buf_addf(&why, _("unchanged since seal %u of %zu"), arc->oldest_pass, arc->n);
	buf_addc(&why, '\0');
	line->cells[WHY] = why.over ? "" : why.p;
}

static const char *
dmarc_why(const struct dmarc_result *dmarc, struct arena *arena)
{
	struct buf why;

	buf_init(&why, arena, LINE_MAX_OCTETS);
	buf_adds(&why, reason_words(&dmarc->reason, arena));
	if (dmarc->policy >= DMARC_P_NONE) {
		buf_adds(&why, why.n > 0 ? _(", ") : "");
		if (dmarc->selected != NULL)
			buf_addf(&why, _("policy %s by the %s tag"),
				dmarc_policy_word(dmarc->policy), dmarc->selected);
		else
			buf_addf(&why, _("policy %s"), dmarc_policy_word(dmarc->policy));
		if (dmarc->published != dmarc->policy)
			buf_addf(&why, _(", %s published"), dmarc_policy_word(dmarc->published));
		if (dmarc->mode == DMARC_RFC7489 && dmarc->record.pct < 100 &&
			dmarc->published > DMARC_P_NONE)
			buf_addf(&why,
				_(", for %u%% of failing mail by pct, %s for the rest; which "
				  "message is among them is each receiver's choice"),
				dmarc->record.pct,
				dmarc_policy_word(dmarc_one_less(dmarc->published)));
	}
	buf_addc(&why, '\0');
	return why.over ? "" : why.p;
}

static void
describe_dmarc_of(const struct dmarc_result *dmarc, struct arena *arena, struct table_row *line)
{
	line->cells[0] = dmarc->mode == DMARC_RFC7489 ? "DMARC (RFC 7489)" : "DMARC";
	line->cells[WHY] = dmarc_why(dmarc, arena);
	if (dmarc->has_record)
		line->under[0] =
			record_line("_dmarc.", dmarc->record_domain, dmarc->record.text, arena);
}

static void
describe_dmarc(const struct evaluation *ev, const struct report_row *row, struct table_row *line)
{
	(void)row;
	describe_dmarc_of(&ev->results.dmarc, ev->arena, line);
}

static void
describe_user(const struct evaluation *ev, const struct report_row *row, struct table_row *line)
{
	(void)row;
	line->cells[0] = "AUTH";
	line->cells[WHY] = printable_in(ev->intake.envelope.authenticated, ev->arena);
}

/* Adds the results of the Authentication-Results field to the table. */
static void
add_rows(const struct evaluation *ev, const struct report *report, struct table *table)
{
	static const struct {
		const char *method, *name;
		void (*describe)(const struct evaluation *ev, const struct report_row *row,
			struct table_row *line);
	} methods[] = {
		{"auth", "AUTH", describe_user},
		{"spf", "SPF", describe_spf},
		{"dkim", "DKIM", describe_dkim},
		{"arc", "ARC", describe_arc},
		{"dmarc", "DMARC", describe_dmarc},
	};

	for (size_t i = 0; i < report->n; i++) {
		const struct report_row *row = &report->rows[i];
		struct table_row line = {.code = row->code,
			.cells = {row->method, printable_or_dash(row->domain, SHOWN_MAX, ev->arena),
				auth_code_word(row->code), aligned_word(row->alignment),
				reason_words(&row->reason, ev->arena)}};

		for (size_t k = 0; k < sizeof methods / sizeof *methods; k++) {
			if (strcmp(methods[k].method, row->method) != 0)
				continue;
			line.cells[0] = methods[k].name;
			if (ev->evaluated)
				methods[k].describe(ev, row, &line);
		}
		table_row(table, line);
	}
}

/* Adds the DMARC result of the other mode, which is not in the field. */
static void
add_other_dmarc(const struct evaluation *ev, struct table *table)
{
	const struct dmarc_result *dmarc = &ev->results.dmarc_other;
	struct table_row line = {.code = dmarc->code,
		.cells = {"", printable_or_dash(dmarc->from_domain, SHOWN_MAX, ev->arena),
			auth_code_word(dmarc->code), "-", ""}};

	describe_dmarc_of(dmarc, ev->arena, &line);
	table_row(table, line);
}

void
explain_rows(const struct evaluation *ev, bool color)
{
	struct report report;
	struct table table;

	block_report(ev, &report);
	if (report.n == 0)
		return;
	table_begin(&table, ev->arena);
	if (ev->results.has_spf_other)
		printf(_("The result of the other SPF evaluator, %s, is %s.\n\n"),
			ev->results.spf_other.engine, auth_code_word(ev->results.spf_other.code));
	add_rows(ev, &report, &table);
	if (ev->results.has_dmarc_other)
		add_other_dmarc(ev, &table);
	table_print(&table, stdout, color);
}
