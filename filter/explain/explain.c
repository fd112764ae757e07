#include "filter/explain/explain.h"

#include <stdio.h>
#include <unistd.h>

#include "auth/dns/dns.h"
#include "filter/explain/advice.h"
#include "filter/explain/explain_identities.h"
#include "filter/explain/explain_notes.h"
#include "filter/explain/explain_received.h"
#include "filter/explain/explain_rows.h"
#include "filter/explain/undo.h"
#include "filter/io/fault.h"
#include "filter/out/delivery_error.h"
#include "filter/out/record.h"
#include "filter/result/block.h"
#include "filter/result/diagnosis.h"
#include "filter/result/json.h"
#include "filter/rules/bounce.h"
#include "filter/rules/rules.h"
#include "filter/sandbox/apart.h"
#include "filter/settings/own_senders.h"
#include "filter/settings/profile.h"
#include "filter/structure/structure.h"
#include "filter/text/error_words.h"
#include "filter/text/i18n.h"
#include "filter/text/printable.h"
#include "filter/text/reason_words.h"
#include "filter/verdict/evaluate.h"
#include "mime/buf.h"

enum { LINE_MAX_OCTETS = 64 * 1024, SHOWN_MAX = 4096, CODE_MAX = 255, LABEL = 15 };

static const char *
printable_in(struct slice s, struct arena *arena)
{
	return printable(s, SHOWN_MAX, arena);
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
		printf(_("Vouched for by: %s.\n"), printable_in(verdict->override.by, ev->arena));
	explain_sealer(ev);
	soft = policy_softened(ev->options, ev->arena);
	if (soft != NULL)
		printf(_("Milder than by default, because of %s: %s.\n"), ev->options->config,
			soft);
}

static void
print_all(const struct evaluation *ev, bool color)
{
	explain_identities(ev);
	explain_rows(ev, color);
	explain_notes(ev);
	explain_hints(ev);
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

		printf(_("  the signature of %s (s=%s) %s\n"),
			printable_or_dash(sig->d, SHOWN_MAX, ev->arena),
			printable_or_dash(sig->s, SHOWN_MAX, ev->arena),
			diagnosis_words(diagnosis, ev->arena));
	}
}

/*
 * Writes the message for --undo. Returns 0, also without --undo, or the exit status of the failure.
 */
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
	fprintf(stderr, "mailstamp: --undo %s: %s\n", printable_in(slice_str(path), ev->arena),
		translated(fault_text(fault)));
	return EXIT_TEMPFAIL;
}

/* Says that memory lacks. Always false. */
static bool
without_memory(struct arena *arena)
{
	const struct error error = fault_error(FAULT_NO_MEMORY, NULL, NULL);

	error_print(&error, arena);
	return false;
}

/*
 * bounce: what JSON has of the bounces in the message; or NULL. False if the explanation cannot be
 * written. *status: the exit status for the message.
 */
static bool
write_explanation(struct evaluation *ev, const struct own_senders *own, const struct said *bounce,
	int *status)
{
	const struct options *options = ev->options;
	struct outcome outcome = {
		.status = profile_delivery(options, ev->verdict.disposition, false, false).status,
		.field = block_field(ev).field,
		.bounce = bounce};
	struct findings advice;
	struct slice line;
	int undone;

	if (ev->evaluated)
		outcome.diagnoses = diagnosis_run(
			&ev->in, &ev->results.dkim, options->undo != NULL, &outcome.ndiagnoses);
	findings_init(&advice, ev->arena);
	advice_make(ev, &outcome, own, &advice);
	outcome.advice = &advice;
	if (options->rules_for != NULL && options->output == OUTPUT_JSON)
		rules_findings(ev, options->rules_for, &advice);
	if (options->compare_received != NULL && ev->evaluated)
		outcome.agreement = agree_with_received(ev);
	if (options->output == OUTPUT_TEXT) {
		print_all(ev, options->color == COLOR_ALWAYS ||
				      (options->color == COLOR_AUTO && isatty(STDOUT_FILENO) != 0));
		if (outcome.agreement != NULL)
			explain_received(ev, outcome.agreement);
		if (options->rules_for != NULL)
			rules_print(ev, options->rules_for);
		print_diagnoses(ev, &outcome);
		print_findings(_("How to fix it:"), &advice);
	} else if (options->output == OUTPUT_JSON) {
		if (json_line(ev, &outcome, &line) != ST_OK)
			return without_memory(ev->arena);
		fwrite(line.p, 1, line.n, stdout);
	}
	if (fflush(stdout) != 0 || ferror(stdout) != 0) {
		const struct error error = delivery_error(DELIVERY_E_OUTPUT);

		error_print(&error, ev->arena);
		return false;
	}
	undone = write_undone(ev, &outcome);
	*status = undone != 0 ? undone : outcome.status;
	return undone != EXIT_TEMPFAIL;
}

/* Explains one attached message as if it had been stored separately. */
static bool
explain_attached(const struct evaluation *outer, const struct own_senders *own,
	const struct structure_message *found, size_t number)
{
	struct options options = *outer->options;
	const struct evaluate_tools tools = {outer->gmime, outer->in.psl, outer->in.crypto};
	struct evaluate_source source = {
		.tools = &tools, .overlay = outer->overlay, .bytes = found->bytes};
	struct evaluation ev;
	struct error error = {.path = NULL};
	bool explained = false;
	int status; /* not that of the outer message */

	options.envelope = ENVELOPE_HEADERS;
	options.client_ip = options.client_name = options.helo = options.mail_from = NULL;
	options.undo = NULL; /* --undo applies to the outer message */
	/* the host name cannot be queried again in the sandbox */
	options.authserv_id = outer->authserv_id;
	evaluate_begin(&options, outer->arena, &ev);
	if (evaluate_open_dns(&ev, &source.dns, &error) == EVALUATE_OK &&
		evaluate(&ev, &source, &error) == EVALUATE_OK) {
		if (options.output != OUTPUT_JSON)
			printf(found->recoded
					? _("\nAttached message %zu, re-encoded on the way:\n\n")
					: _("\nAttached message %zu:\n\n"),
				number);
		explained = write_explanation(&ev, own, NULL, &status);
	}
	if (error.reason.id != REASON_NONE)
		error_print(&error, outer->arena);
	evaluate_end(&ev);
	return explained;
}

static void
print_limit(void)
{
	fprintf(stderr, "mailstamp: %s\n", translated(fault_text(FAULT_MANY_PARTS)));
}

/* Explains the returned messages of a bounce; with --attached only those without a body. */
static bool
explain_returned(
	const struct evaluation *ev, const struct own_senders *own, const struct bounce *bounce)
{
	for (size_t i = 0; i < bounce->nreturned; i++) {
		const struct bounce_part *part = &bounce->returned[i];
		const struct structure_message found = {part->bytes, part->recoded};

		if (part->kind == BOUNCE_MESSAGE && ev->options->attached)
			continue;
		if (part->kind == BOUNCE_HEADER && ev->options->output == OUTPUT_TEXT)
			puts(_("\nThe returned header, without a body: no signature can be "
			       "checked."));
		if (!explain_attached(ev, own, &found, i + 1))
			return false;
	}
	return true;
}

/* a bounce */

static const char *
shown_code(struct slice text, struct arena *arena)
{
	return printable(text, CODE_MAX, arena);
}

static void
print_code(const struct bounce_code *code, struct arena *arena)
{
	const bool own = code->by != BOUNCE_NOBODY && code->by != BOUNCE_STANDARD;

	printf("  %s", shown_code(code->code, arena));
	if (own)
		printf(" (%s)", bounce_source_word(code->by));
	if (code->text != NULL)
		printf(": %s\n", translated(code->text));
	else
		printf(_(": not explained, because the host is not known to use it in the sense of "
			 "%s\n"),
			bounce_source_word(code->also));
	if (code->host.n > 0)
		printf(_("    said by %s\n"), shown_code(code->host, arena));
	else
		printf("    %s\n", _("the bounce does not name the host that said it"));
	if (code->recipient.n > 0 && code->others > 0)
		printf(_("    for %s and %zu more\n"), shown_code(code->recipient, arena),
			code->others);
	else if (code->recipient.n > 0)
		printf(_("    for %s\n"), shown_code(code->recipient, arena));
	if (code->text != NULL && code->also != BOUNCE_NOBODY)
		printf(_("    the host is not one of %s, to which the code means something of its "
			 "own\n"),
			bounce_source_word(code->also));
	if (code->page != NULL)
		printf("    %s\n", code->page);
}

static void
print_bounce(const struct bounce *bounce, struct arena *arena)
{
	if (bounce->n > 0)
		printf("\n%s\n", _("This is a bounce. Its codes, if it is not forged:"));
	for (size_t i = 0; i < bounce->n; i++)
		print_code(&bounce->codes[i], arena);
}

/*
 * Explains the codes and the returned messages of a bounce, or reports that it cannot be read.
 * False if explaining fails.
 */
static bool
tell_bounce(const struct evaluation *ev, const struct own_senders *own, enum bounce_found found,
	const struct bounce *bounce)
{
	if (found == BOUNCE_UNREAD || found == BOUNCE_LIMIT)
		fprintf(stderr, "mailstamp: %s\n",
			_("the bounce is not explained: reading its parts takes too much time or "
			  "memory, or they exceed a limit"));
	if (found == BOUNCE_FAILED)
		fprintf(stderr, "mailstamp: %s\n",
			_("the bounce is not explained: no process could be started, GMime "
			  "cannot be loaded, or the kernel does not offer seccomp"));
	if (found != BOUNCE_READ)
		return found != BOUNCE_FAILED;
	if (!bounce->whole)
		fprintf(stderr, "mailstamp: %s\n",
			_("the bounce has more parts, or longer ones, than are read"));
	if (!bounce->all_codes)
		fprintf(stderr, "mailstamp: %s\n",
			_("the bounce has more codes or recipients than are read"));
	if (ev->options->output == OUTPUT_TEXT)
		print_bounce(bounce, ev->arena);
	return explain_returned(ev, own, bounce);
}

/* Explains the attached messages. Returns status, unless explaining fails. */
static int
tell_attached(const struct evaluation *ev, const struct own_senders *own, int status)
{
	struct structure_message *found;
	bool whole;
	size_t n;

	found = arena_array(ev->arena, STRUCTURE_MESSAGES, sizeof *found);
	if (structure_messages(ev->gmime, ev->message.raw, ev->arena, found, &n, &whole) != ST_OK) {
		(void)without_memory(ev->arena);
		return EXIT_TEMPFAIL;
	}
	if (!whole)
		print_limit();
	for (size_t i = 0; i < n; i++)
		if (!explain_attached(ev, own, &found[i], i + 1))
			return EXIT_TEMPFAIL;
	return status;
}

/*
 * Explains the message, the bounces in it, and with --attached the attached messages. Returns the
 * exit status.
 */
static int
explain_message(struct evaluation *ev, const struct own_senders *own)
{
	struct bounce bounce = {.n = 0};
	const enum bounce_found found = ev->evaluated ? bounce_find(&sandbox_apart, ev->gmime,
								ev->message.raw, ev->arena, &bounce)
						      : BOUNCE_NONE;
	int status;

	if (!write_explanation(ev, own, bounce_said(&bounce, found, ev->arena), &status) ||
		!tell_bounce(ev, own, found, &bounce))
		return EXIT_TEMPFAIL;
	if (!ev->evaluated || !ev->options->attached || found == BOUNCE_UNREAD)
		return status;
	return tell_attached(ev, own, status);
}

int
explain_main(const struct options *options, struct arena *arena)
{
	const struct own_senders *own;
	bool wanted[RULES_PROVIDERS];
	struct slice word;
	struct confinement confinement;
	enum evaluate_status result;
	struct evaluation ev;
	struct error error;
	int status = record_probe(options, arena);

	if (status != 0)
		return status;
	if (options->rules_for != NULL && !rules_read(options->rules_for, wanted, &word)) {
		fprintf(stderr, _("mailstamp: --for: %s is not one of gmail, yahoo, outlook\n"),
			printable_in(word, arena));
		return EXIT_CONFIG_ERROR;
	}
	if (own_senders_open(options, arena, &own, &error) != ST_OK) {
		error_print(&error, arena);
		return profile_failure(&error);
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
		status = explain_message(&ev, own);
		if (options->dns_record != NULL && ev.in.dns != NULL &&
			!record_keep(options, dns_record(evaluate_dns(&ev), arena), arena))
			status = EXIT_TEMPFAIL;
		break;
	case EVALUATE_CONFIG:
		error_print(&error, arena);
		status = EXIT_CONFIG_ERROR;
		break;
	case EVALUATE_TEMP:
	default:
		error_print(&error, arena);
		status = EXIT_TEMPFAIL;
		break;
	}
	evaluate_end(&ev);
	return status;
}
