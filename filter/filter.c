#include "filter/filter.h"

#include <errno.h>
#include <setjmp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth/dns/dns.h"
#include "filter/io/write.h"
#include "filter/log.h"
#include "filter/out/deliver.h"
#include "filter/out/output.h"
#include "filter/out/record.h"
#include "filter/out/seal.h"
#include "filter/result/block.h"
#include "filter/result/json.h"
#include "filter/settings/profile.h"
#include "filter/verdict/evaluate.h"
#include "mime/buf.h"

struct job {
	const struct options *options;
	struct log *log;
	struct arena work; /* what is found in the message and in DNS */
	jmp_buf out_of_memory;
	bool told; /* the outcome is out, and its status is final */
	struct evaluation ev;
	struct outcome outcome;
};

static bool
say(const char *line)
{
	return line == NULL || (write_bytes(STDOUT_FILENO, slice_str(line)) &&
				       write_bytes(STDOUT_FILENO, SLICE("\n")));
}

static int
tempfail(struct job *job, const char *why)
{
	struct delivery told = profile_delivery(job->options, DISP_TEMPFAIL, false, false);

	job->outcome.error = why;
	if (why != NULL)
		log_line(job->log, "temporary failure: %s", why);
	(void)say(told.say);
	return told.status;
}

/* Hands the stamped message on; the whole of it, or not at all. */
static int
pass_on(struct job *job, struct slice block, int status)
{
	const struct options *options = job->options;
	struct output output = {
		.message = &job->ev.message,
		.max_field = options->limits.field_size,
		.block = block,
		.scrub = &job->ev.scrub,
		.rest = job->ev.input.partial ? &job->ev.input : NULL,
	};
	const char *error = "the message could not be written";
	enum status st;
	int command_status;

	if (options->exec_argv != NULL)
		st = deliver(&output, block.n + job->ev.message.raw.n, options->exec_argv,
			options->command_timeout, options->spool_dir, &error, &command_status);
	else
		st = output_message(&output, STDOUT_FILENO);
	job->outcome.dropped = output.dropped;
	if (st == ST_OK)
		return status;
	if (options->exec_argv != NULL)
		return tempfail(job, error);
	/* a part of it may be out: no line of ours may follow it */
	log_line(job->log, "temporary failure: %s", error);
	job->outcome.error = error;
	return profile_delivery(options, DISP_TEMPFAIL, false, false).status;
}

static bool
spf_names_sender(const struct evaluation *ev)
{
	return ev->evaluated && ev->taken.envelope.path == PATH_GIVEN &&
	       ev->results.spf.code == AUTH_PASS && ev->results.spf.identity == SPF_ID_MAILFROM;
}

/* The ARC set, if there is one, and our field. */
static struct slice
header_text(const struct job *job)
{
	const struct slice set = job->ev.sealed.set, field = job->outcome.field;
	struct buf text;

	buf_init(&text, job->ev.arena, set.n + field.n);
	buf_add(&text, set);
	buf_add(&text, field);
	return buf_slice(&text);
}

static int
emit_other(struct job *job, int status)
{
	struct slice text = SLICE("");

	job->outcome.status = status;
	if (job->options->output == OUTPUT_HEADER)
		text = header_text(job);
	if (job->options->output == OUTPUT_JSON &&
		json_line(&job->ev, &job->outcome, &text) != ST_OK)
		return tempfail(job, "no memory for JSON");
	if (write_bytes(STDOUT_FILENO, text))
		return status;
	return tempfail(job, "the output could not be written");
}

static int
finish(struct job *job)
{
	const struct options *options = job->options;
	struct evaluation *ev = &job->ev;
	struct delivery told = profile_delivery(options, ev->verdict.disposition,
		ev->taken.envelope.path == PATH_GIVEN, spf_names_sender(ev));

	if (options->output != OUTPUT_MESSAGE)
		return emit_other(job, told.status);
	if (!told.pass_on) {
		if (say(told.say) || !told.must_say)
			return told.status;
		return tempfail(job, "the outcome could not be written");
	}
	return pass_on(job,
		block_make(ev, job->outcome.field,
			told.disposition_field || options->disposition_field),
		told.status);
}

static int
failed(struct job *job, enum evaluate_status result, const char *why)
{
	const struct options *options = job->options;
	struct evaluation *ev = &job->ev;

	if (options->on_error_pass && ev->has_message && options->output == OUTPUT_MESSAGE) {
		job->outcome.error = why;
		log_line(job->log, "passed on unjudged: %s", why);
		ev->evaluated = false;
		ev->sealed = (struct arc_sealed){0};
		if (profile_keeps_message(options->profile))
			return 0; /* no line is a yes */
		job->outcome.field = block_field(ev).field;
		return pass_on(job, block_make(ev, job->outcome.field, false), 0);
	}
	if (result == EVALUATE_CONFIG) {
		int status = profile_misuse(
			options->profile_given, options->profile, isatty(STDIN_FILENO) != 0, true);

		job->outcome.error = why;
		log_line(job->log, "%s", why);
		if (profile_is_host(options->profile))
			(void)say(profile_delivery(options, DISP_TEMPFAIL, false, false).say);
		return status;
	}
	return tempfail(job, why);
}

/* A record that cannot be written is logged and changes nothing. */
static void
write_dns_record(struct job *job)
{
	const struct options *options = job->options;
	struct arena *arena = job->ev.arena;
	enum fault why;

	if (options->dns_record != NULL && job->ev.in.dns != NULL &&
		record_write(options, dns_record(job->ev.in.dns, arena), arena, &why) != ST_OK)
		log_line(job->log, "DNS record %s: %s", options->dns_record, fault_text(why));
}

/* what became of sealing: cv= of our set, or why there is none */
static const char *
sealed_word(const struct evaluation *ev)
{
	return ev->sealed.instance > 0 ? arc_cv_word(ev->sealed.cv)
				       : reason_text(&ev->sealed.reason);
}

static void
log_verdict(struct job *job)
{
	const struct evaluation *ev = &job->ev;
	const struct envelope *envelope = &ev->taken.envelope;
	struct arena *arena = ev->arena;

	if (!profile_is_host(job->options->profile) && job->options->log == NULL)
		return; /* a person sees the result; the log is for servers */
	log_line(job->log,
		"id=%s client=%s from=<%s> author=%s spf=%s dmarc=%s policy=%s disposition=%s "
		"removed=%zu status=%d%s%s%s%s",
		log_value(envelope->queue_id, arena),
		log_value(ip_text(&envelope->client_ip, arena), arena),
		log_value(envelope->mail_from, arena), log_value(ev->ids.author_domain, arena),
		auth_code_word(ev->results.spf.code), auth_code_word(ev->results.dmarc.code),
		dmarc_policy_word(ev->results.dmarc.policy), policy_word(ev->verdict.disposition),
		job->outcome.dropped, job->outcome.status,
		ev->verdict.reason.id != REASON_NONE ? " reason=" : "",
		ev->verdict.reason.id != REASON_NONE ? reason_text(&ev->verdict.reason) : "",
		job->options->arc_seal != NULL ? " seal=" : "",
		job->options->arc_seal != NULL ? log_value(slice_str(sealed_word(ev)), arena) : "");
}

static void
write_json_log(struct job *job)
{
	const char *path = job->options->json_log;
	struct slice line;

	if (path == NULL)
		return;
	if (json_line(&job->ev, &job->outcome, &line) != ST_OK || !json_append(path, line))
		log_line(job->log, "JSON log %s: %s", path, strerror(errno));
}

/*
 * Memory for one message: where it runs out, we come back here. What was found stays where it is,
 * for the message, its envelope and DNS answers may lie there.
 */
static enum evaluate_status
evaluate_guarded(struct job *job, struct arena *lasting, const char **why)
{
	struct evaluation *ev = &job->ev;
	enum evaluate_status result;
	struct authres ours;

	if (setjmp(job->out_of_memory) != 0) {
		ev->arena = lasting;
		*why = "no memory";
		return EVALUATE_TEMP;
	}
	ev->arena = &job->work;
	result = evaluate(ev, NULL, why);
	if (result != EVALUATE_OK)
		return result;
	ours = block_field(ev);
	job->outcome.field = ours.field;
	return seal_make(ev, ours.value, why);
}

static void
on_out_of_memory(void *job)
{
	longjmp(((struct job *)job)->out_of_memory, 1);
}

/*
 * Once the evaluation is over, memory that is out is the end: either nothing was written yet, or
 * only our logs are missing, which never change a delivery.
 */
static void
give_up(void *arg)
{
	const struct job *job = arg;

	deliver_kill();
	_exit(job->told ? job->outcome.status : EXIT_TEMPFAIL);
}

int
filter_main(const struct options *options, struct arena *arena)
{
	/* not on the stack: its content must survive a longjmp */
	struct job *job = arena_alloc(arena, sizeof *job);
	enum evaluate_status result = EVALUATE_CONFIG;
	const char *why = "this profile needs -- COMMAND, for its host throws stdout away";
	int status;

	job->options = options;
	job->log = log_open(options);
	arena_init(&job->work, on_out_of_memory, job);
	evaluate_begin(options, arena, &job->ev);
	if (!profile_needs_command(options->profile) || options->exec_argv != NULL)
		result = evaluate_guarded(job, arena, &why);
	job->work.oom = arena->oom = give_up;
	arena->oom_arg = job;
	job->outcome.status = result == EVALUATE_OK ? finish(job) : failed(job, result, why);
	job->told = true;
	input_drain(&job->ev.input);
	if (result == EVALUATE_OK)
		log_verdict(job);
	write_json_log(job);
	write_dns_record(job);
	status = job->outcome.status;
	evaluate_end(&job->ev);
	log_close(job->log);
	arena_clear(&job->work);
	return status;
}
