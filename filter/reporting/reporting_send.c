/*
 * reporting_send.c: freezes the due reports and sends them by sendmail(1), or writes them to a
 * folder.
 */
#include <stdio.h>
#include <stdlib.h>

#include "auth/base/crypto.h"
#include "filter/aggregate/aggregate_name.h"
#include "filter/io/clock.h"
#include "filter/io/ownfile.h"
#include "filter/reporting/reporting.h"
#include "filter/reporting/reporting_error.h"
#include "filter/reporting/reporting_failure.h"
#include "filter/reporting/reporting_freeze.h"
#include "filter/reporting/reporting_letter.h"
#include "filter/reporting/reporting_store.h"
#include "filter/reporting/reporting_verp.h"
#include "filter/settings/profile.h"
#include "filter/text/error_words.h"
#include "filter/text/i18n.h"
#include "filter/text/printable.h"
#include "filter/verdict/evaluate.h"

enum {
	WAIT_FIRST = 600, /* seconds until the next attempt, doubled each time */
	WAIT_DOUBLED = 6, /* how often it is doubled */
	WAIT_MOST = WAIT_FIRST << WAIT_DOUBLED,
	TEXT_MAX = 2048,
};

struct mail {
	struct mail *next;
	int64_t id, report, tries, due;
	struct slice address;
};

struct sender {
	struct reporting_post post;
	struct evaluation ev;
	struct error error; /* why a mail could not be written to the folder */
	int64_t sent, refused, suppressed, failed, expired, waiting;
};

static enum status
set_state(struct sender *sender, int64_t id, enum reporting_state state)
{
	struct store_query *query = store_query(
		sender->post.store, "UPDATE out_mail SET state = ?1, sent = ?2 WHERE id = ?3");

	if (sender->post.options->into != NULL)
		return ST_OK;
	store_bind_int(query, 1, (int64_t)state);
	if (state == REPORTING_SENT)
		store_bind_int(query, 2, sender->post.now);
	else
		store_bind_null(query, 2);
	store_bind_int(query, 3, id);
	return store_run(query);
}

/* How many seconds after this attempt the next one is due. */
static int64_t
pause_after(const struct mail *mail)
{
	return (int64_t)WAIT_FIRST << (mail->tries < WAIT_DOUBLED ? mail->tries : WAIT_DOUBLED);
}

/*
 * Keeps the mail queued for a later attempt. last: it is given up instead if its time is over; not
 * otherwise, so that no mail is lost because a run was late, its clock was wrong or this host had
 * no room.
 */
static enum status
wait_longer(struct sender *sender, const struct mail *mail, const struct reporting_letter *letter,
	bool last)
{
	struct store_query *query =
		store_query(sender->post.store, "UPDATE out_mail SET next = ?1 WHERE id = ?2");

	if (last && letter->frozen + REPORTING_LATE < sender->post.now) {
		sender->expired++;
		return set_state(sender, mail->id, REPORTING_EXPIRED);
	}
	sender->waiting++;
	if (sender->post.options->into != NULL)
		return ST_OK;
	store_bind_int(query, 1, sender->post.now + pause_after(mail));
	store_bind_int(query, 2, mail->id);
	return store_run(query);
}

/* Claims the mail, so that no other process takes it within the next ten minutes. */
static enum status
claim(struct sender *sender, const struct mail *mail, bool *claimed)
{
	struct store_query *query = store_query(sender->post.store,
		"UPDATE out_mail SET tries = tries + 1, next = ?1"
		" WHERE id = ?2 AND state = 0 AND (next <= ?3 OR next > ?4) RETURNING id");
	enum store_step step;

	store_bind_int(query, 1, sender->post.now + WAIT_FIRST);
	store_bind_int(query, 2, mail->id);
	store_bind_int(query, 3, sender->post.now);
	store_bind_int(query, 4, reporting_latest(sender->post.now, WAIT_MOST));
	step = store_step(query);
	*claimed = step == STORE_ROW;
	store_reset(query);
	return step == STORE_FAILED ? ST_TEMP : ST_OK;
}

static enum status
hand_over(struct sender *sender, const struct mail *mail, const struct reporting_letter *letter)
{
	bool claimed;
	int status;

	if (claim(sender, mail, &claimed) != ST_OK)
		return ST_TEMP;
	if (!claimed)
		return ST_OK;
	status = reporting_post_hand(&sender->post, letter->verp, letter->to, letter->text);
	if (status == 0) {
		sender->sent++;
		return set_state(sender, mail->id, REPORTING_SENT);
	}
	if (reporting_post_never(status)) {
		sender->failed++;
		return set_state(sender, mail->id, REPORTING_FAILED);
	}
	reporting_post_told(&sender->post, status);
	return wait_longer(sender, mail, letter, reporting_post_ran(status));
}

/*
 * Writes the mail to the folder, completely or not at all; the same mail always has the same name.
 */
static enum status
put_file(struct sender *sender, const struct reporting_letter *letter)
{
	static const struct ownfile_kind kind = {SLICE_INIT("Return-Path: <"), FAULT_EXISTS};
	struct ownfile file;
	struct buf path;
	enum fault why = FAULT_NONE;
	enum status st;

	buf_init(&path, &sender->post.arena, TEXT_MAX);
	buf_addf(&path, "%s/", sender->post.options->into);
	buf_add(&path, letter->id);
	buf_addf(&path, "-%lld.eml", (long long)letter->mail);
	st = ownfile_open(&file, arena_cstr(&sender->post.arena, buf_slice(&path)), &kind,
		&sender->post.arena, &why);
	if (st == ST_OK) {
		fprintf(file.out, "Return-Path: <%s>\n", letter->verp);
		fwrite(letter->text.p, 1, letter->text.n, file.out);
		st = ownfile_keep(&file, &why);
	}
	if (st == ST_OK)
		sender->sent++;
	else
		sender->error =
			fault_error(why, NULL, arena_cstr(&sender->post.arena, buf_slice(&path)));
	return st;
}

static enum status
send_one(struct sender *sender, const struct mail *mail)
{
	struct reporting_post *post = &sender->post;
	enum reporting_consent consent;
	struct reporting_letter letter;
	bool suppressed;

	if (reporting_letter_load(post, mail->id, mail->report, mail->address, &letter) != ST_OK ||
		reporting_letter_suppressed(post, &letter, &suppressed) != ST_OK)
		return ST_TEMP;
	if (suppressed) {
		sender->suppressed++;
		return set_state(sender, mail->id, REPORTING_SUPPRESSED);
	}
	if (reporting_letter_consent(post, &letter, &consent) != ST_OK)
		return ST_TEMP;
	if (consent == REPORTING_CONSENT_UNKNOWN) /* given up only in a second run after its time */
		return wait_longer(sender, mail, &letter,
			mail->due <= post->now &&
				mail->due - pause_after(mail) > letter.frozen + REPORTING_LATE);
	if (consent == REPORTING_CONSENT_REFUSED) {
		sender->refused++;
		return set_state(sender, mail->id, REPORTING_REFUSED);
	}
	if (reporting_letter_write(post, &letter) != ST_OK)
		return ST_TEMP;
	return post->options->into != NULL ? put_file(sender, &letter)
					   : hand_over(sender, mail, &letter);
}

/* Lists what is due; a time that is too far ahead was written when the clock was wrong. */
static enum status
list_mail(struct sender *sender, struct arena *arena, struct mail **list)
{
	struct store_query *query = store_query(sender->post.store,
		"SELECT id, report, address, tries, next FROM out_mail"
		" WHERE state = 0 AND (next <= ?1 OR next > ?3) ORDER BY id LIMIT ?2");
	struct mail **end = list;
	enum store_step step;

	*list = NULL;
	store_bind_int(query, 1, sender->post.now);
	store_bind_int(query, 2, (int64_t)sender->post.options->max_mails);
	store_bind_int(query, 3, reporting_latest(sender->post.now, WAIT_MOST));
	while ((step = store_step(query)) == STORE_ROW) {
		struct mail *mail = arena_alloc(arena, sizeof *mail);

		mail->id = store_int(query, 0);
		mail->report = store_int(query, 1);
		mail->address = arena_dup(arena, store_text(query, 2));
		mail->tries = store_int(query, 3);
		mail->due = store_int(query, 4);
		*end = mail;
		end = &mail->next;
	}
	store_reset(query);
	return step == STORE_DONE ? ST_OK : ST_TEMP;
}

static void
tell_summary(const struct sender *sender, const struct reporting_freezer *freezer,
	const struct reporting_failures *failures)
{
	const struct {
		int64_t n;
		const char *text;
	} lines[] = {
		{freezer->reports, N_("reports made")},
		{freezer->silent, N_("not made: all that day's mail was reports")},
		{sender->sent, sender->post.options->into != NULL ? N_("written") : N_("sent")},
		{sender->refused, N_("not sent: the other domain takes no reports")},
		{sender->suppressed, N_("not sent: mail to the address bounced")},
		{sender->failed, N_("not sent: no such address")},
		{sender->expired, N_("not sent: could not be sent for a week")},
		{failures->sent, N_("failure reports sent")},
		{failures->refused, N_("failure reports not sent: the other domain takes none")},
		{failures->suppressed, N_("failure reports not sent: mail to the address bounced")},
		{sender->waiting, N_("wait for the next run")},
	};

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (lines[i].n > 0)
			printf("%lld %s\n", (long long)lines[i].n, translated(lines[i].text));
}

static int
send_all(struct sender *sender, struct arena *arena)
{
	struct reporting_freezer freezer = {
		.options = sender->post.options,
		.store = sender->post.store,
		.crypto = sender->post.crypto,
		.arena = arena,
		.now = sender->post.now,
	};
	struct error error = {.path = NULL};
	struct mail *list = NULL;
	struct reporting_failures failures = {0};
	enum status st = reporting_store_secret(sender->post.store, arena, &sender->post.secret);

	if (st == ST_OK)
		st = reporting_freeze(&freezer, &error);
	if (st == ST_OK)
		st = list_mail(sender, arena, &list);
	for (const struct mail *mail = list;
		st == ST_OK && mail != NULL && reporting_post_may(&sender->post);
		mail = mail->next) {
		arena_reset(&sender->post.arena);
		st = send_one(sender, mail);
	}
	if (st == ST_OK)
		st = reporting_failure_send(&sender->post, &failures);
	sender->waiting += failures.waiting;
	if (st != ST_OK) {
		if (error.reason.id == REASON_NONE)
			error = sender->error;
		if (error.reason.id == REASON_NONE)
			error = reporting_why(sender->post.store, REPORTING_E_NOT_SENT);
		error_print(&error, arena);
	}
	tell_summary(sender, &freezer, &failures);
	return st == ST_OK && sender->waiting == 0 ? 0 : EXIT_TEMPFAIL;
}

/* Checks and normalizes one of our own addresses; false if it is invalid, which is reported. */
static bool
our_address(const char *option, const char **address, struct arena *arena)
{
	struct slice normal;

	if (*address != NULL && reporting_address(slice_str(*address), arena, &normal) &&
		slice_find(normal, '@') <= REPORTING_VERP_LOCAL) {
		*address = arena_cstr(arena, normal);
		return true;
	}
	fprintf(stderr,
		_("mailstamp: --%s must be an address with at most %d octets before the @\n"),
		option, (int)REPORTING_VERP_LOCAL);
	return false;
}

static bool
complete(struct options *options, struct arena *arena)
{
	if (!our_address("report-from", &options->report_from, arena) ||
		(options->bounce_address != NULL &&
			!our_address("bounce-address", &options->bounce_address, arena)))
		return false;
	if (options->report_domain == NULL)
		options->report_domain = strrchr(options->report_from, '@') + 1;
	options->auth.dmarc_compare = true; /* policies of RFC 7489 need the public suffix list */
	return true;
}

int
reporting_send_main(const struct options *given, struct arena *arena)
{
	struct options options = *given;
	struct sender sender = {
		.post = {.options = &options, .now = options_now(&options)},
	};
	struct error error;
	enum evaluate_status opened;
	int status;

	if (!complete(&options, arena))
		return EXIT_CONFIG_ERROR;
	arena_init(&sender.post.arena, arena->oom, arena->oom_arg);
	evaluate_begin(&options, arena, &sender.ev);
	opened = evaluate_open(&sender.ev, &error);
	sender.post.in = sender.ev.in;
	sender.post.crypto = sender.ev.in.crypto;
	if (opened == EVALUATE_OK) {
		status = store_open_command(options.store, STORE_WRITE, arena, &sender.post.store);
		if (status == 0)
			status = send_all(&sender, arena);
	} else {
		error_print(&error, arena);
		status = opened == EVALUATE_CONFIG ? EXIT_CONFIG_ERROR : EXIT_TEMPFAIL;
	}
	store_close(sender.post.store);
	evaluate_end(&sender.ev);
	arena_clear(&sender.post.arena);
	return status;
}
