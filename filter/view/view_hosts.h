/*
 * view_hosts.h: the hosts that sent in an author's name, according to the reports and the archive.
 *
 * Forwarding is proved if the archive contains mail of the author that the host forwarded
 * (view_hosts_hold), and only for mail with a signature of the author whose domain and selector
 * also pass in the archive: other mail from that host may be from anybody. All other evidence makes
 * it only likely. Memory is bounded: hosts beyond VIEW_HOSTS are ignored.
 */
#ifndef FILTER_VIEW_VIEW_HOSTS_H
#define FILTER_VIEW_VIEW_HOSTS_H

#include "filter/feedback/feedback_report.h"
#include "filter/stats/row.h"

enum { VIEW_HOSTS = 100000, VIEW_KEYS = 20000, VIEW_MESSAGES = 1 << 19 };

/* Why a host counts as a forwarder of the author's mail; the strongest reason last. */
/* clang-format off */
#define VIEW_REASONS(R) \
	R(NONE, "", "") \
	R(SIGNATURE, "signature", "the author's signature passed at a host that the author's SPF record does not allow") \
	R(REPORTER, "reporter", "a known receiver names forwarding or a list as its reason") \
	R(FORWARDING, "forwarding", "SPF or DKIM passed for a known list or forwarding domain") \
	R(ARCHIVE, "archive", "the archive has mail that the host forwarded, but these rows name none of its signatures") \
	R(REPORTED, "failure-report", "a failure report names the Message-ID, domain and selector of a message that the archive has, " \
		"aligned, from another host") \
	R(COPY, "copy", "the archive has a copy, from this host, of a message that arrived aligned from another host, with the same " \
		"Message-ID, domain and selector") \
	R(SEAL, "seal", "the archive has mail that the host forwarded, for which a known sealer recorded a pass (ARC)")
#define VIEW_REASON_ID(id, code, text) VIEW_BY_##id,
enum view_reason { VIEW_REASONS(VIEW_REASON_ID) VIEW_REASONS_N };
/* clang-format on */

const char *view_reason_code(enum view_reason reason);
const char *view_reason_text(enum view_reason reason); /* English */
bool view_reason_proves(enum view_reason reason);

struct view_host {
	const char *author, *source; /* source: the address in canonical form */
	/* according to the reports */
	uint64_t messages, pass, spf_pass, blocked;
	bool has_dates;
	int64_t first, last;
	uint64_t classes[SENDER_CLASSES];
	enum sender_evidence by[SENDER_CLASSES]; /* evidence of the last message of each class */
	uint64_t forwarded, proved;              /* messages with a reason; with a proof */
	enum view_reason reason;                 /* the strongest of these reasons */
	/* in the archive */
	uint64_t held, held_pass;
	enum view_reason held_by; /* VIEW_BY_NONE, or a reason that is a proof */
};

struct view_hosts;

/* Everything is in the arena, except lists that view_hosts_settle and view_hosts_free free. */
struct view_hosts *view_hosts_new(struct arena *arena);
void view_hosts_free(struct view_hosts *hosts); /* NULL is fine */

/* The host, which is added if it is new; NULL if there are too many. Names are copied. */
struct view_host *view_hosts_take(
	struct view_hosts *hosts, struct slice author, struct slice source);
/* The class of a host over all reports: the most frequent class of its unaligned messages. */
struct sender view_host_sender(const struct view_host *host);

/* The number of hosts, and the host with an index. */
size_t view_hosts_count(const struct view_hosts *hosts);
const struct view_host *view_hosts_at(const struct view_hosts *hosts, size_t i);

/* Adds a message of the archive. */
void view_hosts_hold(struct view_hosts *hosts, const struct row *row);

/*
 * Must be called after the archive has been read: finds hosts that sent broken copies of messages
 * that also arrived aligned.
 */
void view_hosts_settle(struct view_hosts *hosts);

/*
 * Does the archive contain that message, aligned and with a signature of that domain and selector?
 * Call it after view_hosts_settle.
 */
bool view_hosts_has(const struct view_hosts *hosts, struct slice author, struct slice message_id,
	struct slice domain, struct slice selector);

/* Adds a failure report of a known receiver. Call it after view_hosts_settle. */
void view_hosts_reported(struct view_hosts *hosts, const struct feedback_failure *failure);

/*
 * For a row that is not aligned, or only by its signature: why its host counts as a forwarder.
 * known: the reporter is a known receiver; otherwise nothing is proved. told: the reason from the
 * row itself, VIEW_BY_NONE to VIEW_BY_FORWARDING.
 */
enum view_reason view_hosts_reason(const struct view_hosts *hosts, const struct view_host *host,
	const struct feedback_row *row, bool known, enum view_reason told);

#endif
