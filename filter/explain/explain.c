#include "filter/explain/explain.h"

#include <stdio.h>
#include <unistd.h>

#include "auth/dns/dns.h"
#include "filter/explain/advice.h"
#include "filter/explain/explain_envelope.h"
#include "filter/explain/explain_from.h"
#include "filter/explain/explain_notes.h"
#include "filter/explain/undo.h"
#include "filter/intake/structure.h"
#include "filter/out/record.h"
#include "filter/result/block.h"
#include "filter/result/diagnosis.h"
#include "filter/result/json.h"
#include "filter/settings/own_senders.h"
#include "filter/settings/profile.h"
#include "filter/text/i18n.h"
#include "filter/text/printable.h"
#include "filter/text/reason_words.h"
#include "filter/text/table.h"
#include "filter/verdict/evaluate.h"
#include "mime/buf.h"

enum { LINE_MAX_OCTETS = 64 * 1024, SHOWN_MAX = 4096, LABEL = 15 };

static const char *
shown(struct slice s, struct arena *arena)
{
	return printable(s, SHOWN_MAX, arena);
}

static const char *
text_of(struct slice s, struct arena *arena)
{
	return s.n == 0 ? "-" : shown(s, arena);
}

static const char *
aligned_word(bool matters, bool aligned)
{
	return !matters ? "-" : aligned ? _("yes") : _("no");
}

/* A quoted record with where it stands, for the line under a row. */
static const char *
record_line(const char *prefix, struct slice name, struct slice record, struct arena *arena)
{
	struct buf line;

	if (record.n == 0)
		return NULL;
	buf_init(&line, arena, LINE_MAX_OCTETS);
	buf_addf(&line, "%s%s: %s", prefix, shown(name, arena), shown(record, arena));
	buf_addc(&line, '\0');
	return line.over ? NULL : line.p;
}

static void
add_spf(struct table *table, const struct evaluation *ev)
{
	const struct spf_result *spf = &ev->results.spf;
	struct arena *arena = ev->arena;
	struct buf why;

	buf_init(&why, arena, LINE_MAX_OCTETS);
	if (spf->term.n > 0)
		buf_addf(&why, _("%s in the record of %s"), shown(spf->term, arena),
			text_of(spf->term_domain, arena));
	else
		buf_adds(&why, reason_words(&spf->reason, arena));
	buf_addc(&why, '\0');
	table_row(table,
		(struct table_row){
			.cells = {spf->identity == SPF_ID_HELO ? "SPF (HELO)" : "SPF (MAIL FROM)",
				text_of(spf->domain, arena), auth_code_word(spf->code),
				aligned_word(spf->domain.n > 0 && !ev->results.local,
					ev->results.dmarc.spf_aligned),
				why.over ? "" : why.p},
			.code = spf->code,
			.under = {record_line("", spf->domain, spf->record, arena),
				spf->explanation.n == 0
					? NULL
					: record_line(_("the domain explains"), SLICE(""),
						  spf->explanation, arena)}});
}

static void
add_signature(struct table *table, const struct evaluation *ev, size_t i)
{
	const struct dkim_sig_result *sig = &ev->results.dkim.sigs[i];
	struct arena *arena = ev->arena;
	struct buf why, under;

	buf_init(&why, arena, LINE_MAX_OCTETS);
	buf_adds(&why, sig->reason.id != DKIM_R_NONE ? reason_words(&sig->reason, arena)
						     : shown(sig->sig.a_text, arena));
	if (sig->key_bits > 0)
		buf_addf(&why, _(", %u-bit key"), sig->key_bits);
	if (sig->unsigned_bytes > 0)
		buf_addf(&why, _(", %llu octets of the body not signed"),
			(unsigned long long)sig->unsigned_bytes);
	buf_addc(&why, '\0');
	buf_init(&under, arena, LINE_MAX_OCTETS);
	if (sig->sig.s.n > 0 && sig->sig.d.n > 0)
		buf_addf(&under, _("key at %s._domainkey.%s"), shown(sig->sig.s, arena),
			shown(sig->sig.d, arena));
	buf_addc(&under, '\0');
	table_row(table, (struct table_row){.cells = {"DKIM", text_of(sig->sig.d, arena),
						    auth_code_word(sig->code),
						    aligned_word(sig->sig.d.n > 0, sig->aligned),
						    why.over ? "" : why.p},
				 .code = sig->code,
				 .under = {under.over || under.n <= 1 ? NULL : under.p, NULL}});
}

/* "sealed by a.example, b.example": the newest last */
static const char *
sealers(const struct arc_result *arc, struct arena *arena)
{
	struct buf line, told;

	buf_init(&line, arena, LINE_MAX_OCTETS);
	for (size_t i = 0; i < arc->n; i++)
		buf_addf(
			&line, "%s%s", i == 0 ? "" : ", ", text_of(arc->sets[i].seal.sig.d, arena));
	buf_addc(&line, '\0');
	if (line.over || line.n <= 1)
		return NULL;
	buf_init(&told, arena, LINE_MAX_OCTETS);
	buf_addf(&told, _("sealed by %s"), line.p);
	buf_addc(&told, '\0');
	return told.over ? NULL : told.p;
}

static void
arc_broken(const struct arc_result *arc, struct arena *arena, struct buf *why)
{
	const char *part = arc_part_text(arc, arena);

	if (part != NULL)
		buf_addf(why, "%s: ", part);
	buf_adds(why, reason_words(&arc->reason, arena));
}

static const char *
arc_why(const struct arc_result *arc, struct arena *arena)
{
	struct buf why;

	buf_init(&why, arena, LINE_MAX_OCTETS);
	if (arc->code == AUTH_NONE)
		buf_adds(&why, _("no chain"));
	else if (arc->code != AUTH_PASS)
		arc_broken(arc, arena, &why);
	else if (arc->oldest_pass == 0)
		buf_adds(&why, _("unchanged since the first seal"));
	else
		buf_addf(&why, _("unchanged since seal %u of %zu"), arc->oldest_pass, arc->n);
	buf_addc(&why, '\0');
	return why.over ? "" : why.p;
}

static void
add_arc(struct table *table, const struct evaluation *ev)
{
	const struct arc_result *arc = &ev->results.arc;
	struct slice newest = {0};

	if (arc->n > 0)
		newest = arc->sets[arc->n - 1].seal.sig.d;
	table_row(table,
		(struct table_row){.cells = {"ARC", text_of(newest, ev->arena),
					   auth_code_word(arc->code), "-", arc_why(arc, ev->arena)},
			.code = arc->code,
			.under = {sealers(arc, ev->arena), NULL}});
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
add_dmarc(struct table *table, const struct evaluation *ev, const struct dmarc_result *dmarc)
{
	struct arena *arena = ev->arena;

	table_row(table,
		(struct table_row){
			.cells = {dmarc->mode == DMARC_RFC7489 ? "DMARC (RFC 7489)" : "DMARC",
				text_of(dmarc->from_domain, arena), auth_code_word(dmarc->code),
				"-", dmarc_why(dmarc, arena)},
			.code = dmarc->code,
			.under = {dmarc->has_record ? record_line("_dmarc.", dmarc->record_domain,
							      dmarc->record.text, arena)
						    : NULL,
				NULL}});
}

static void
print_identities(const struct evaluation *ev)
{
	const struct envelope *envelope = &ev->taken.envelope;
	struct arena *arena = ev->arena;
	const char *path = text_of(envelope->mail_from, arena);

	if (envelope->path != PATH_GIVEN)
		path = envelope->path == PATH_NULL ? _("<> (the null path)") : _("not known");
	text_pad(_("Author domain"), LABEL, stdout);
	printf("%s\n", text_of(ev->ids.author_domain, arena));
	text_pad(_("Client"), LABEL, stdout);
	printf("%s%s%s\n", text_of(ip_text(&envelope->client_ip, arena), arena),
		envelope->client_name.n > 0 ? " " : "", shown(envelope->client_name, arena));
	explain_client_source(&ev->taken.source, LABEL);
	text_pad("HELO", LABEL, stdout);
	printf("%s\n", text_of(envelope->helo, arena));
	text_pad("MAIL FROM", LABEL, stdout);
	printf("%s\n", path);
	explain_path_source(&ev->taken.source, LABEL);
	printf("\n");
	if (ev->ids.ambiguous.id != FROM_R_NONE)
		printf(_("The message is ambiguous: %s.\n\n"),
			reason_words(&ev->ids.ambiguous, arena));
	explain_from(&ev->ids, ev->arena);
}

static void
print_verdict(const struct evaluation *ev, bool color)
{
	static const char *const colors[] = {
		[DISP_ACCEPT] = "32",
		[DISP_QUARANTINE] = "33",
		[DISP_REJECT] = "31",
		[DISP_TEMPFAIL] = "33",
	};
	const struct verdict *verdict = &ev->verdict;
	const char *word = policy_word(verdict->disposition), *soft;
	struct buf shade;

	buf_init(&shade, ev->arena, LINE_MAX_OCTETS);
	if (color)
		buf_addf(&shade, "\033[1;%sm%s\033[0m", colors[verdict->disposition], word);
	else
		buf_adds(&shade, word);
	buf_addc(&shade, '\0');
	printf(_("\nDisposition: %s, because: %s.\n"), shade.p,
		reason_words(&verdict->reason, ev->arena));
	if (verdict->indicator != NULL)
		printf(_("It is not rejected because of %s.\n"),
			policy_signs_text(verdict, ev->arena));
	if (verdict->override.type != NULL)
		printf(_("Vouched for by: %s.\n"), shown(verdict->override.by, ev->arena));
	explain_sealer(ev);
	soft = policy_softened(ev->options, ev->arena);
	if (soft != NULL)
		printf(_("Milder than by default, because of %s: %s.\n"), ev->options->config,
			soft);
}

static void
print_all(const struct evaluation *ev, bool color)
{
	struct table table;

	print_identities(ev);
	if (ev->evaluated) {
		table_begin(&table, ev->arena);
		add_spf(&table, ev);
		if (ev->results.has_spf_other)
			printf(_("The other SPF engine, %s, says %s.\n\n"),
				ev->results.spf_other.engine,
				auth_code_word(ev->results.spf_other.code));
		for (size_t i = 0; i < ev->results.dkim.n; i++)
			add_signature(&table, ev, i);
		if (ev->results.dkim.n == 0)
			table_row(&table, (struct table_row){.cells = {"DKIM", "-", "none", "-",
								     _("no signature")},
						  .code = AUTH_NONE});
		add_arc(&table, ev);
		add_dmarc(&table, ev, &ev->results.dmarc);
		if (ev->results.has_dmarc_other)
			add_dmarc(&table, ev, &ev->results.dmarc_other);
		table_print(&table, stdout, color);
	}
	explain_notes(ev);
	print_verdict(ev, color);
}

static void
print_findings(const char *headline, const struct findings *findings)
{
	if (findings->first == NULL)
		return;
	printf("\n%s\n", headline);
	for (const struct finding *f = findings->first; f != NULL; f = f->next)
		finding_print(f, "  ", findings->arena, stdout);
}

static void
print_diagnoses(const struct evaluation *ev, const struct outcome *outcome)
{
	if (outcome->ndiagnoses > 0)
		printf("\n%s\n", _("What broke it:"));
	for (size_t i = 0; i < outcome->ndiagnoses; i++) {
		const struct diagnosis *diagnosis = &outcome->diagnoses[i];
		const struct dkim_sig *sig = &ev->results.dkim.sigs[diagnosis->signature].sig;

		printf(_("  the signature of %s (s=%s) %s\n"), text_of(sig->d, ev->arena),
			text_of(sig->s, ev->arena), diagnosis_words(diagnosis, ev->arena));
	}
}

/* --undo: 0, or the status that explain ends with. */
static int
write_undone(const struct evaluation *ev, const struct outcome *outcome)
{
	const struct diagnosis *found = undo_find(outcome->diagnoses, outcome->ndiagnoses);
	const char *path = ev->options->undo;
	enum fault fault;

	if (path == NULL)
		return 0;
	if (found == NULL) {
		fprintf(stderr, "mailstamp: %s\n",
			_("--undo: no change could be undone and proved; nothing was written"));
		return EXIT_NOTHING_PROVED;
	}
	fault = undo_write(path, found->rebuilt);
	if (fault == FAULT_NONE)
		return 0;
	fprintf(stderr, "mailstamp: --undo %s: %s\n", shown(slice_str(path), ev->arena),
		translated(fault_text(fault)));
	return EXIT_TEMPFAIL;
}

static int
tell(struct evaluation *ev, const struct own_senders *own)
{
	const struct options *options = ev->options;
	int status = profile_delivery(options, ev->verdict.disposition, false, false).status;
	struct outcome outcome = {.status = status, .field = block_field(ev).field};
	struct findings advice;
	struct slice line;
	int undone;

	if (ev->evaluated)
		outcome.diagnoses = diagnosis_run(
			&ev->in, &ev->results.dkim, options->undo != NULL, &outcome.ndiagnoses);
	findings_init(&advice, ev->arena);
	advice_make(ev, &outcome, own, &advice);
	outcome.advice = &advice;
	if (options->output == OUTPUT_TEXT) {
		print_all(ev, options->color == COLOR_ALWAYS ||
				      (options->color == COLOR_AUTO && isatty(STDOUT_FILENO) != 0));
		print_diagnoses(ev, &outcome);
		print_findings(_("How to fix it:"), &advice);
	} else if (options->output == OUTPUT_JSON) {
		if (json_line(ev, &outcome, &line) != ST_OK)
			return EXIT_TEMPFAIL;
		fwrite(line.p, 1, line.n, stdout);
	}
	if (fflush(stdout) != 0 || ferror(stdout) != 0)
		return EXIT_TEMPFAIL;
	undone = write_undone(ev, &outcome);
	return undone != 0 ? undone : status;
}

/* One message that is attached, as if it had been stored by itself. */
static bool
explain_attached(const struct evaluation *outer, const struct own_senders *own,
	const struct structure_message *found, size_t number)
{
	struct options options = *outer->options;
	const struct evaluate_tools tools = {outer->gmime, outer->in.psl, outer->in.crypto};
	struct evaluate_source source = {
		.tools = &tools, .overlay = outer->overlay, .bytes = found->bytes};
	struct evaluation ev;
	const char *error = NULL;
	bool told = false;

	options.envelope = ENVELOPE_HEADERS;
	options.client_ip = options.client_name = options.helo = options.mail_from = NULL;
	options.undo = NULL; /* that file is the outer message's */
	evaluate_begin(&options, outer->arena, &ev);
	if (evaluate_open_dns(&ev, &source.dns, &error) == EVALUATE_OK &&
		evaluate(&ev, &source, &error) == EVALUATE_OK) {
		if (options.output != OUTPUT_JSON)
			printf(found->recoded
					? _("\nAttached message %zu, re-encoded on the way:\n\n")
					: _("\nAttached message %zu:\n\n"),
				number);
		told = tell(&ev, own) != EXIT_TEMPFAIL;
	}
	if (error != NULL)
		fprintf(stderr, "mailstamp: %s\n", translated(error));
	evaluate_end(&ev);
	return told;
}

/* Those that are attached; the status stays that of the message itself. */
static int
tell_attached(const struct evaluation *ev, const struct own_senders *own, int status)
{
	struct structure_message *found;
	size_t n;

	if (!ev->options->attached || !ev->evaluated || status == EXIT_TEMPFAIL)
		return status;
	found = arena_array(ev->arena, STRUCTURE_MESSAGES, sizeof *found);
	if (structure_messages(ev->gmime, ev->message.raw, ev->arena, found, &n) != ST_OK)
		return EXIT_TEMPFAIL;
	for (size_t i = 0; i < n; i++)
		if (!explain_attached(ev, own, &found[i], i + 1))
			return EXIT_TEMPFAIL;
	return status;
}

int
explain_main(const struct options *options, struct arena *arena)
{
	const struct own_senders *own;
	struct confinement confinement;
	enum evaluate_status result;
	struct evaluation ev;
	const char *error = NULL;
	int status = record_probe(options, arena);

	if (status != 0)
		return status;
	if (own_senders_open(options, arena, &own, &error) != ST_OK) {
		fprintf(stderr, "mailstamp: %s\n", translated(error));
		return EXIT_CONFIG_ERROR;
	}
	evaluate_begin(options, arena, &ev);
	result = evaluate_open(&ev, &error);
	if (result == EVALUATE_OK)
		result = evaluate_input(&ev, &error);
	if (result == EVALUATE_OK)
		result = evaluate_confine(&ev, &confinement, &error);
	if (result == EVALUATE_OK)
		result = evaluate(&ev, NULL, &error);
	switch (result) {
	case EVALUATE_OK:
		status = tell_attached(&ev, own, tell(&ev, own));
		if (options->dns_record != NULL && ev.in.dns != NULL &&
			!record_keep(options, dns_record(evaluate_dns(&ev), arena), arena))
			status = EXIT_TEMPFAIL;
		break;
	case EVALUATE_CONFIG:
		fprintf(stderr, "mailstamp: %s\n", translated(error));
		status = EXIT_CONFIG_ERROR;
		break;
	case EVALUATE_TEMP:
	default:
		fprintf(stderr, "mailstamp: %s\n", translated(error));
		status = EXIT_TEMPFAIL;
		break;
	}
	evaluate_end(&ev);
	return status;
}
