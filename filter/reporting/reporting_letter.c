#include "filter/reporting/reporting_letter.h"

#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "auth/dns/dns.h"
#include "filter/aggregate/aggregate_name.h"
#include "filter/io/clock.h"
#include "filter/io/spool.h"
#include "filter/io/write.h"
#include "filter/out/deliver.h"
#include "filter/reporting/reporting_mail.h"
#include "filter/reporting/reporting_store.h"
#include "filter/reporting/reporting_verp.h"
#include "filter/text/i18n.h"
#include "filter/verdict/evaluate.h"

enum {
	CONSENT_SECONDS = DAY_SECONDS, /* how long the consent of another domain is cached */
	FAILURES_MAX = 5,              /* after so many failures in a row, nothing more is sent */
	TEXT_MAX = 2048,
	EX_DATAERR_ = 65, /* sysexits.h */
	EX_NOUSER_ = 67,
	EX_NOHOST_ = 68,
	NOT_EXECUTED = 126, /* the program cannot be executed, */
	NOT_FOUND = 127     /* or is missing, as for a shell */
};

enum status
reporting_letter_load(struct reporting_post *post, int64_t mail, int64_t report,
	struct slice address, struct reporting_letter *letter)
{
	struct store_query *query = store_query(post->store,
		"SELECT policy, day, frozen, file, subject, report_id, attachment"
		" FROM out_report WHERE id = ?1");
	struct slice addresses;
	enum store_step step;
	int64_t policy = 0;

	*letter = (struct reporting_letter){.mail = mail, .address = address};
	store_bind_int(query, 1, report);
	step = store_step(query);
	if (step == STORE_ROW) {
		policy = store_int(query, 0);
		letter->day = store_int(query, 1);
		letter->frozen = store_int(query, 2);
		letter->file = arena_dup(&post->arena, store_text(query, 3));
		letter->subject = arena_dup(&post->arena, store_text(query, 4));
		letter->id = arena_dup(&post->arena, store_text(query, 5));
		letter->attachment = arena_dup(&post->arena, store_blob(query, 6));
	}
	store_reset(query);
	if (step != STORE_ROW)
		return ST_TEMP;
	return reporting_store_policy_get(
		post->store, policy, &post->arena, &letter->policy, &addresses);
}

enum status
reporting_letter_suppressed(
	struct reporting_post *post, const struct reporting_letter *letter, bool *suppressed)
{
	struct store_query *query = store_query(post->store,
		"SELECT 1 FROM out_suppressed WHERE domain = ?1 AND address = ?2 AND until > ?3"
		" AND until <= ?4");
	enum store_step step;

	store_bind_text(query, 1, letter->policy.domain);
	store_bind_text(query, 2, letter->address);
	store_bind_int(query, 3, post->now);
	store_bind_int(query, 4, reporting_latest(post->now, REPORTING_SILENT_MOST));
	step = store_step(query);
	*suppressed = step == STORE_ROW;
	store_reset(query);
	return step == STORE_FAILED ? ST_TEMP : ST_OK;
}

/* the consent of another domain: from the store, else from DNS */

static enum status
known_consent(struct reporting_post *post, const struct reporting_letter *letter,
	enum reporting_consent *consent, struct slice *instead)
{
	struct store_query *query =
		store_query(post->store, "SELECT given, instead FROM out_consent"
					 " WHERE domain = ?1 AND address = ?2 AND until > ?3"
					 " AND until <= ?4");
	enum store_step step;

	*consent = REPORTING_CONSENT_UNKNOWN;
	store_bind_text(query, 1, letter->policy.domain);
	store_bind_text(query, 2, letter->address);
	store_bind_int(query, 3, post->now);
	store_bind_int(query, 4, reporting_latest(post->now, CONSENT_SECONDS));
	step = store_step(query);
	if (step == STORE_ROW) {
		*consent = store_int(query, 0) != 0 ? REPORTING_CONSENT_GIVEN
						    : REPORTING_CONSENT_REFUSED;
		*instead = arena_dup(&post->arena, store_text(query, 1));
	}
	store_reset(query);
	return step == STORE_FAILED ? ST_TEMP : ST_OK;
}

static enum status
ask_consent(struct reporting_post *post, const struct reporting_letter *letter,
	enum reporting_consent *consent, struct slice *instead)
{
	struct auth_input in = post->in;
	struct store_query *query;

	in.arena = &post->arena;
	dns_begin(in.dns, post->options->deadline_ms);
	in.until_ms = evaluate_until_ms(post->options, in.dns);
	*consent = reporting_target(&in, &letter->policy, false, letter->address, instead);
	if (*consent == REPORTING_CONSENT_UNKNOWN)
		return ST_OK;
	query = store_query(post->store,
		"INSERT INTO out_consent (domain, address, given, instead, until)"
		" VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (domain, address) DO UPDATE SET"
		" given = excluded.given, instead = excluded.instead, until = excluded.until");
	store_bind_text(query, 1, letter->policy.domain);
	store_bind_text(query, 2, letter->address);
	store_bind_int(query, 3, *consent == REPORTING_CONSENT_GIVEN);
	store_bind_text(query, 4, *instead);
	store_bind_int(query, 5, post->now + CONSENT_SECONDS);
	return store_run(query);
}

enum status
reporting_letter_consent(struct reporting_post *post, struct reporting_letter *letter,
	enum reporting_consent *consent)
{
	struct slice to = letter->address;

	if (known_consent(post, letter, consent, &to) != ST_OK ||
		(*consent == REPORTING_CONSENT_UNKNOWN &&
			ask_consent(post, letter, consent, &to) != ST_OK))
		return ST_TEMP;
	letter->to = arena_cstr(&post->arena, to);
	return ST_OK;
}

/* the mail that carries the report */

enum status
reporting_post_path(struct reporting_post *post, int64_t mail, int64_t made, const char **path)
{
	const struct options *options = post->options;
	/* a mail that waited for long must not begin with a path whose time is nearly over */
	const int64_t from = made + REPORTING_LATE < post->now ? post->now : made;
	const struct reporting_verp verp = {mail, from / DAY_SECONDS + REPORTING_VERP_DAYS};
	const char *base =
		options->bounce_address != NULL ? options->bounce_address : options->report_from;

	return reporting_verp_make(post->crypto, (const unsigned char *)post->secret.p, &verp, base,
		&post->arena, path);
}

enum status
reporting_letter_write(struct reporting_post *post, struct reporting_letter *letter)
{
	const struct options *options = post->options;
	char id[AGGREGATE_ID + 24];
	struct buf text;
	struct tm utc = {0};
	const time_t day = (time_t)letter->day;
	struct reporting_mail_part parts[2];
	struct reporting_mail mail = {
		.from_name = options->report_org,
		.from = options->report_from,
		.to = letter->to,
		.subject = arena_cstr(&post->arena, letter->subject),
		.id = id,
		.date = letter->frozen,
		.parts = parts,
		.nparts = 2,
	};

	(void)gmtime_r(&day, &utc);
	buf_init(&text, &post->arena, TEXT_MAX);
	buf_addf(&text, "This is a DMARC aggregate report (RFC 9990) about mail from ");
	buf_add(&text, letter->policy.domain);
	buf_addf(&text, "\nthat %s received on %04d-%02d-%02d (UTC).\n", options->report_domain,
		utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday);
	(void)snprintf(id, sizeof id, "%.*s-%lld", (int)letter->id.n, letter->id.p,
		(long long)letter->mail);
	parts[0] = (struct reporting_mail_part){"text", "plain", NULL, buf_slice(&text)};
	parts[1] = (struct reporting_mail_part){
		"application", "gzip", arena_cstr(&post->arena, letter->file), letter->attachment};
	if (reporting_post_path(post, letter->mail, letter->frozen, &letter->verp) != ST_OK)
		return ST_TEMP;
	return reporting_mail_write(&mail, &post->arena, &letter->text);
}

bool
reporting_post_may(const struct reporting_post *post)
{
	return post->failures < FAILURES_MAX && post->handed < post->options->max_mails;
}

/* returns sendmail's status, or -1 if it did not run to its end */
static int
hand(struct reporting_post *post, const char *path, const char *to, struct slice text)
{
	const struct options *options = post->options;
	const char *argv[] = {options->sendmail, "-i", "-f", path, "--", to, NULL};
	char *words[sizeof argv / sizeof *argv];
	struct error error;
	int fd = spool_open(options->spool_dir, text.n), status = 0;
	enum status st = ST_TEMP;

	memcpy(words, argv, sizeof words);
	if (fd < 0)
		return -1;
	if (write_bytes(fd, text) && lseek(fd, 0, SEEK_SET) == 0)
		st = deliver_run(
			fd, (off_t)text.n, words, options->command_timeout, &error, &status);
	close(fd);
	if (st == ST_OK)
		return 0;
	return WIFEXITED(status) && WEXITSTATUS(status) != 0 ? WEXITSTATUS(status) : -1;
}

int
reporting_post_hand(
	struct reporting_post *post, const char *path, const char *to, struct slice text)
{
	const int status = hand(post, path, to, text);

	post->handed++;
	if (status == 0)
		post->failures = 0;
	else if (!reporting_post_never(status))
		post->failures++;
	return status;
}

void
reporting_post_told(const struct reporting_post *post, int status)
{
	if (status < 0)
		fprintf(stderr,
			_("mailstamp: %s: it could not be run to its end; the report waits\n"),
			post->options->sendmail);
	else
		fprintf(stderr, _("mailstamp: %s: status %d; the report waits\n"),
			post->options->sendmail, status);
}

bool
reporting_post_ran(int status)
{
	return status > 0 && status != NOT_EXECUTED && status != NOT_FOUND;
}

bool
reporting_post_never(int status)
{
	return status == EX_NOUSER_ || status == EX_NOHOST_ || status == EX_DATAERR_;
}
