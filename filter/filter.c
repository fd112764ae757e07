#include "filter/filter.h"

#include <errno.h>
#include <setjmp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth/dns/dns.h"
#include "filter/io/clock.h"
#include "filter/io/write.h"
#include "filter/log.h"
#include "filter/log_message.h"
#include "filter/out/deliver.h"
#include "filter/out/output.h"
#include "filter/out/record.h"
#include "filter/out/runner.h"
#include "filter/out/seal.h"
#include "filter/out/smtp_wire.h"
#include "filter/proxy/session.h"
#include "filter/result/block.h"
#include "filter/result/failure.h"
#include "filter/result/json.h"
#include "filter/result/reply.h"
#include "filter/settings/hostname.h"
#include "filter/settings/profile.h"
#include "filter/text/error_words.h"
#include "filter/verdict/evaluate.h"
#include "mime/buf.h"

enum { SAY_MAX = 512 };

struct job {
	const struct options *options;
	struct log *log;
	struct arena work; /* for the message and its DNS answers */
	jmp_buf out_of_memory;
	enum arena_lack lack; /* what was lacking then */
	int64_t began_ms;
	const char *next_hop; /* its resolved addresses */
	const char *our_name; /* our name for the next hop */
	int json_log;         /* --json-log, open; -1: see json_error */
	int json_error;
	bool reported;       /* the outcome was reported; the status is final */
	bool ending;         /* the evaluation is over */
	bool early;          /* a fault of the configuration, before the first octet was read */
	struct proxy *proxy; /* the SMTP session, or NULL */
	struct evaluation ev;
	struct outcome outcome;
};

/*
 * Writes one line, which the caller uses for a bounce, a log, a scanner's result or an SMTP reply.
 */
static bool
write_reply_line(const struct job *job, const struct delivery *delivery)
{
	struct buf line;

	if (delivery->say == NULL)
		return true;
	buf_init(&line, job->ev.arena, SAY_MAX);
	buf_adds(&line, delivery->say);
	if (delivery->say_why)
		buf_adds(&line, reply_sentence(&job->ev));
	if (job->proxy != NULL) {
		proxy_answer(job->proxy, buf_slice(&line));
		return true;
	}
	buf_addc(&line, '\n');
	return write_bytes(STDOUT_FILENO, buf_slice(&line));
}

/* The queue id for the log, even before the envelope is read. */
static const char *
queue_id(const struct job *job)
{
	const struct slice id = job->ev.intake.envelope.queue_id;

	return log_value(id.n > 0 ? id : slice_str(job->options->queue_id), job->ev.arena);
}

/* Logs an internal error with the queue id. */
static void
note_error(struct job *job, const char *what, const struct error *why)
{
	job->outcome.error = *why;
	if (why->reason.id != REASON_NONE)
		log_line(job->log, "id=%s %s%s", queue_id(job), what,
			error_words(why, job->ev.arena));
}

static int
tempfail(struct job *job, struct error why)
{
	struct delivery delivery = profile_delivery(job->options, DISP_TEMPFAIL, false, false);

	note_error(job, "temporary failure: ", &why);
	(void)write_reply_line(job, &delivery);
	return delivery.status;
}

/*
 * Passes the message to the next hop of an SMTP session, and the next hop's answer to the client.
 */
static enum status
hand_on_proxy(struct job *job, struct output *output, size_t size, struct error *error)
{
	off_t end;
	int fd = deliver_spool(output, size, job->options->spool_dir, &end, error);
	enum status st;

	if (fd < 0)
		return ST_TEMP;
	if (proxy_is_bare(job->proxy)) { /* known only after all of it was read */
		proxy_answer(job->proxy, SLICE("550 5.5.2 Bare CR or LF in the message"));
		*error = delivery_error(DELIVERY_E_BARE);
		st = ST_BAD;
	} else {
		st = proxy_hand_on(job->proxy, fd, end, error);
	}
	close(fd);
	if (st != ST_BAD)
		return st;
	note_error(job, "", error);
	return ST_OK;
}

/* Passes the message to COMMAND, the next hop or stdout. */
static enum status
hand_on(struct job *job, struct output *output, struct error *error)
{
	const struct options *options = job->options;
	const size_t size = output->block.n + job->ev.message.raw.n;
	int command_status;

	if (job->proxy != NULL)
		return hand_on_proxy(job, output, size, error);
	if (options->next_hop != NULL) {
		struct smtp_job smtp = {
			.next_hop = job->next_hop,
			.our_name = job->our_name,
			.envelope = &job->ev.intake.envelope,
			.timeout = options->command_timeout,
		};

		return deliver_smtp(output, size, &smtp, options->spool_dir, job->ev.arena, error);
	}
	if (options->exec_argv != NULL)
		return deliver(output, size, options->exec_argv, options->command_timeout,
			options->spool_dir, error, &command_status);
	return output_message(output, STDOUT_FILENO);
}

/* Passes the stamped message on. COMMAND and the next hop get it completely or not at all. */
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
	struct error error = delivery_error(DELIVERY_E_NOT_WRITTEN);
	enum status st = hand_on(job, &output, &error);

	job->outcome.dropped = output.dropped;
	if (st == ST_OK)
		return status;
	if (options_keep_stdout(options))
		return tempfail(job, error);
	/* part of the message may have been written, so no line may follow */
	note_error(job, "temporary failure: ", &error);
	return profile_delivery(options, DISP_TEMPFAIL, false, false).status;
}

static bool
spf_names_sender(const struct evaluation *ev)
{
	return ev->evaluated && ev->intake.envelope.path == PATH_GIVEN &&
	       ev->results.spf.code == AUTH_PASS && ev->results.spf.identity == SPF_ID_MAILFROM;
}

static int
emit_other(struct job *job, int status)
{
	struct slice text = SLICE("");

	job->outcome.status = status;
	if (job->options->output == OUTPUT_HEADER)
		text = block_header(&job->ev, job->outcome.field);
	if (job->options->output == OUTPUT_JSON &&
		json_line(&job->ev, &job->outcome, &text) != ST_OK)
		return tempfail(job, delivery_error(DELIVERY_E_NO_JSON));
	if (write_bytes(STDOUT_FILENO, text))
		return status;
	return tempfail(job, delivery_error(DELIVERY_E_OUTPUT));
}

static int
finish(struct job *job)
{
	const struct options *options = job->options;
	struct evaluation *ev = &job->ev;
	struct delivery delivery = profile_delivery(options, ev->verdict.disposition,
		ev->intake.envelope.path == PATH_GIVEN, spf_names_sender(ev));

	if (options->output != OUTPUT_MESSAGE)
		return emit_other(job, delivery.status);
	if (!delivery.pass_on) {
		if (write_reply_line(job, &delivery) || !delivery.must_say)
			return delivery.status;
		return tempfail(job, delivery_error(DELIVERY_E_OUTCOME));
	}
	return pass_on(job,
		block_make(ev, job->outcome.field,
			delivery.disposition_field || options->disposition_field),
		delivery.status);
}

/* Is the message logged? Not if a person sees the result. */
static bool
is_logged(const struct job *job)
{
	return profile_is_host(job->options->profile) || job->options->log != NULL;
}

/* Enters the sandbox: everything that needs rights is done. */
static enum evaluate_status
give_up_rights(struct job *job, struct error *why)
{
	struct confinement confinement;

	if (job->options->next_hop != NULL && job->proxy == NULL) {
		job->next_hop = smtp_resolve(job->options->next_hop, job->ev.arena);
		job->our_name = hostname_get(job->ev.arena);
	}
	if (evaluate_confine(&job->ev, &confinement, why) != EVALUATE_OK) {
		job->early = false; /* --sandbox require overrides --on-error */
		return EVALUATE_TEMP;
	}
	/* for mail servers only: a person who tries the program as root does not need this line */
	if (confinement.note.reason.id != REASON_NONE &&
		(profile_is_host(job->options->profile) || job->options->user_given))
		log_line(job->log, "%s", error_words(&confinement.note, job->ev.arena));
	return EVALUATE_OK;
}

/* Opens everything before the first octet of the message is read. */
static enum evaluate_status
open_all(struct job *job, struct error *why)
{
	const struct options *options = job->options;
	enum evaluate_status result = EVALUATE_TEMP;

	*why = delivery_error(DELIVERY_E_NOT_STARTED);
	if (options->exec_argv == NULL || runner_start(options->exec_argv) == ST_OK)
		result = evaluate_open(&job->ev, why);
	if (result == EVALUATE_OK)
		result = seal_open(&job->ev, why);
	return result;
}

/*
 * Evaluates the message. If memory runs out, control returns here; the arena is kept, because it
 * may contain the message, the envelope and DNS answers.
 */
static enum evaluate_status
evaluate_guarded(struct job *job, struct arena *longlived, struct error *why)
{
	struct evaluation *ev = &job->ev;
	enum evaluate_status result;
	struct authres ours;

	if (setjmp(job->out_of_memory) != 0) {
		ev->arena = longlived;
		job->early = false;
		*why = fault_error(fault_of_arena(job->lack), NULL, NULL);
		return EVALUATE_TEMP;
	}
	ev->arena = &job->work;
	result = open_all(job, why);
	job->early = result == EVALUATE_CONFIG;
	if (result != EVALUATE_OK)
		return result;
	result = evaluate_input(ev, why);
	if (result == EVALUATE_OK)
		result = give_up_rights(job, why);
	if (result == EVALUATE_OK)
		result = evaluate(ev, NULL, why);
	if (result != EVALUATE_OK)
		return result;
	ours = block_field(ev);
	job->outcome.field = ours.field;
	return seal_make(ev, ours.value, why);
}

static int
failed(struct job *job, enum evaluate_status result, const struct error *why)
{
	const struct options *options = job->options;
	struct evaluation *ev = &job->ev;

	/*
	 * not for a failure that the sender can cause, which would bypass every policy: many
	 * messages at a time use up memory and descriptors
	 */
	if (options->on_error_pass && job->early && options->output == OUTPUT_MESSAGE) {
		struct error unread = {.path = NULL};

		if (evaluate_input(ev, &unread) != EVALUATE_OK ||
			give_up_rights(job, &unread) != EVALUATE_OK ||
			evaluate_read(ev, &unread) != EVALUATE_OK)
			return tempfail(job, unread);
		note_error(job, "passed on without evaluation: ", why);
		ev->evaluated = false;
		ev->sealed = (struct arc_sealed){0};
		if (profile_keeps_message(options->profile))
			return 0; /* without a line the message is accepted */
		job->outcome.field = block_field(ev).field;
		return pass_on(job, block_make(ev, job->outcome.field, false), 0);
	}
	if (result == EVALUATE_CONFIG) {
		int status = profile_misuse(
			options->profile_given, options->profile, isatty(STDIN_FILENO) != 0, true);

		note_error(job, "", why);
		if (profile_is_host(options->profile)) {
			struct delivery delivery =
				profile_delivery(options, DISP_TEMPFAIL, false, false);

			(void)write_reply_line(job, &delivery);
		}
		return status;
	}
	return tempfail(job, *why);
}

/* Writes --dns-record; a failure is only logged. */
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

static void
log_verdict(struct job *job)
{
	if (!is_logged(job))
		return;
	log_message(job->log, &job->ev, &job->outcome, clock_ms() - job->began_ms);
}

static void
write_json_log(struct job *job)
{
	const char *path = job->options->json_log;
	struct slice line;

	if (path == NULL)
		return;
	job->outcome.event = json_event(job->ev.arena);
	job->outcome.failure = failure_header(&job->ev);
	errno = job->json_error;
	if (job->json_log < 0 || json_line(&job->ev, &job->outcome, &line) != ST_OK ||
		!json_log_write(job->json_log, line))
		log_line(job->log, "id=%s JSON log %s: %s", queue_id(job), path, strerror(errno));
}

/*
 * Opens the files that are written after the message was passed on, because nothing can be opened
 * in the sandbox.
 */
static void
open_logs(struct job *job)
{
	const struct options *options = job->options;

	job->log = log_open(options);
	log_arm(job->log);
	job->json_log = options->json_log != NULL ? json_log_open(options->json_log) : -1;
	job->json_error = job->json_log < 0 ? errno : 0;
}

static void
on_out_of_memory(void *arg, enum arena_lack lack)
{
	struct job *job = arg;

	job->lack = lack;
	longjmp(job->out_of_memory, 1);
}

/*
 * Called if memory runs out before or after the evaluation: ends the process. Either the message is
 * deferred, which is logged, or only logs are missing, which never affect delivery. After the
 * evaluation a part of the message may have been written, so no reply line may follow.
 */
static void
give_up(void *arg, enum arena_lack lack)
{
	const struct job *job = arg;
	const struct options *options = job->options;
	const char *say = profile_delivery(options, DISP_TEMPFAIL, false, false).say;

	runner_kill();
	if (job->reported)
		_exit(job->outcome.status);
	log_line(job->log, "id=%s temporary failure: %s",
		options->queue_id != NULL ? options->queue_id : "",
		fault_text(fault_of_arena(lack)));
	if (!job->ending && !profile_speaks_smtp(options->profile)) {
		if (say != NULL && write_bytes(STDOUT_FILENO, slice_str(say)))
			(void)write_bytes(STDOUT_FILENO, SLICE("\n"));
		input_discard(options->read_timeout);
	}
	_exit(EXIT_TEMPFAIL);
}

/*
 * Conducts the SMTP session up to DATA, in the profile that has one; false if no message follows.
 */
static bool
begin_session(struct job *job, struct arena *arena)
{
	struct error error;
	enum proxy_turn turn;

	if (!profile_speaks_smtp(job->options->profile))
		return true;
	job->proxy = proxy_open(job->options, arena);
	turn = proxy_converse(job->proxy, &error);
	if (error.reason.id != REASON_NONE)
		log_line(job->log, "%s", error_words(&error, arena));
	job->options = proxy_options(job->proxy);
	return turn == PROXY_TURN_DATA;
}

static void
begin(struct job *job, struct arena *arena)
{
	evaluate_begin(job->options, arena, &job->ev);
	job->ev.known = log_message_known;
	if (job->proxy != NULL) {
		job->ev.pull = proxy_pull;
		job->ev.pull_arg = job->proxy;
	}
}

int
filter_main(const struct options *options, struct arena *arena)
{
	/* not on the stack, because its contents must survive a longjmp */
	struct job *job = arena_alloc(arena, sizeof *job);
	enum evaluate_status result = EVALUATE_CONFIG;
	struct error why = delivery_error(DELIVERY_E_NO_NEXT_HOP);
	int status;

	job->options = options;
	job->began_ms = clock_ms();
	open_logs(job);
	arena->oom = give_up;
	arena->oom_arg = job;
	if (!begin_session(job, arena)) {
		log_close(job->log);
		return 0;
	}
	arena_init(&job->work, on_out_of_memory, job);
	begin(job, arena);
	if (!profile_needs_command(options->profile) || options_keep_stdout(options))
		result = evaluate_guarded(job, arena, &why);
	job->work.oom = give_up;
	job->ending = true;
	job->outcome.status = result == EVALUATE_OK ? finish(job) : failed(job, result, &why);
	job->reported = true;
	if (job->proxy == NULL)
		input_drain(&job->ev.input);
	if (result == EVALUATE_OK)
		log_verdict(job);
	write_json_log(job);
	write_dns_record(job);
	status = job->outcome.status;
	if (job->proxy != NULL)
		proxy_close(job->proxy);
	runner_end();
	evaluate_end(&job->ev);
	log_close(job->log);
	arena_clear(&job->work);
	return status;
}
