/* view_tables.c: defines the tables and their columns. */
#include <time.h>

#include "filter/view/view_parts.h"

enum { ROWS_MOST = 10000 };

/* clang-format off */
#define COUNTS {"messages", N_("messages"), true}, {"pass", N_("pass"), true}, \
	{"fail", N_("fail"), true}, {"blocked", N_("blocked"), true}
#define DATES {"first", N_("first"), false}, {"last", N_("last"), false}
#define CLASS {"class", N_("class"), false}, {"why", N_("why"), false}
#define HELD {"archive", N_("archive"), true}, {"archive_pass", N_("of it pass"), true}
static const struct cells templates[TABLES] = {
	[TABLE_SENDERS] = {"senders", N_("Who reported"),
		N_("Only known receivers, whose mail passed DMARC, count in the tables below; what others say is a claim."), {{"class", N_("sender"), false},
		{"reports", N_("reports"), true}, COUNTS}, .ncolumns = 6},
	[TABLE_READINESS] = {"readiness", N_("Is p=reject safe?"),
		N_("Hurt: not aligned, but yours, of a known service that you use, or of a forwarder or list. Decide: there is evidence for it that a forger can also have. Stopped: no evidence for it."), {{"domain", N_("author domain"), false},
		{"published", N_("now"), false}, {"messages", N_("messages"), true}, {"pass", N_("pass"), true},
		{"hurt", N_("hurt"), true}, {"decide", N_("decide"), true}, {"stopped", N_("stopped"), true},
		{"archive", N_("archive"), true}, {"archive_pass", N_("pass"), true},
		{"archive_hurt", N_("hurt"), true}, {"archive_decide", N_("decide"), true},
		{"archive_stopped", N_("stopped"), true}}, .ncolumns = 12},
	[TABLE_DAYS] = {"days", N_("By day"),
		N_("By the day on which a report begins."), {{"day", N_("day"), false}, COUNTS}, .ncolumns = 5},
	[TABLE_SERVICES] = {"services", N_("By service"),
		N_("The service, or the domain, whose signature or SPF passed."), {{"service", N_("service"), false}, COUNTS,
		HELD}, .ncolumns = 7},
	[TABLE_IDENTITIES] = {"identities", N_("By actual sender"),
		N_("The domain that signed, else that of the envelope, else the network."), {{"domain", N_("author domain"), false},
		{"by", N_("known by"), false}, {"name", N_("name"), false}, {"service", N_("service"), false},
		CLASS, COUNTS, DATES, HELD}, .ncolumns = 14},
	[TABLE_SOURCES] = {"sources", N_("By source"),
		N_("Addresses that sent in the name of an author domain, and their class."), {{"source", N_("source"), false}, COUNTS, DATES,
		{"domain", N_("author domain"), false}, CLASS, HELD}, .ncolumns = 12},
	[TABLE_NEW] = {"new_sources", N_("New sources"),
		N_("Addresses whose first report begins on the day of --since or later."), {{"source", N_("source"), false}, {"first", N_("first"), false},
		{"domain", N_("author domain"), false}, {"messages", N_("messages"), true}, {"pass", N_("pass"), true},
		CLASS, {"archive", N_("archive"), true}}, .ncolumns = 8},
	[TABLE_FORWARDERS] = {"forwarders", N_("Forwarders and lists"),
		N_("Proved: the archive has mail that the host forwarded, or a failure report names a message in it. Likely: all others, with the reason."), {{"source", N_("source"), false},
		{"domain", N_("author domain"), false}, {"sure", N_("certainty"), false},
		{"messages", N_("messages"), true}, {"proved", N_("proved"), true}, {"archive", N_("archive"), true},
		{"reason", N_("reason"), false}}, .ncolumns = 7},
	[TABLE_REPORTERS] = {"reporters", N_("By reporter"),
		N_("The author domains of the mail that brought the reports."), {{"domain", N_("reporter"), false},
		{"class", N_("sender"), false}, {"reports", N_("reports"), true}, COUNTS}, .ncolumns = 7},
	[TABLE_POLICIES] = {"policies", N_("Policies that were found"),
		N_("What reporters found in DNS, what is published now, and what became of mail that did not pass."), {{"domain", N_("domain"), false},
		{"p", "p", false}, {"sp", "sp", false}, {"reports", N_("reports"), true}, DATES,
		{"published", N_("now"), false}, {"fail", N_("fail"), true}, {"none", N_("accepted"), true},
		{"quarantine", N_("quarantined"), true}, {"reject", N_("rejected"), true}}, .ncolumns = 11},
	[TABLE_MARKS] = {"contradictions", N_("Contradictions with the reporter's own data or with DNS"),
		N_("Compared with current DNS: a record may have changed since."),
		{{"domain", N_("reporter"), false}, {"rows", N_("rows"), true},
		{"messages", N_("messages"), true}, {"code", N_("what"), false}}, .ncolumns = 4},
	[TABLE_WARNINGS] = {"warnings", N_("Irregularities in the reports"),
		N_("Values that the standards do not have. No row is lost because of them."),
		{{"domain", N_("reporter"), false}, {"times", N_("times"), true},
		{"code", N_("what"), false}}, .ncolumns = 3},
	[TABLE_FAILURES] = {"failures", N_("Single messages (failure reports)"),
		N_("Messages that receivers reported; aligned in the archive: the message arrived there as it was signed."), {{"day", N_("day"), false},
		{"reporter", N_("reporter"), false}, {"source", N_("source"), false},
		{"domain", N_("author domain"), false}, {"failed", N_("failed"), false},
		{"dkim_domain", N_("signature of"), false}, {"dkim_selector", N_("selector"), false},
		{"message_id", "Message-ID", false}, {"archive", N_("archive"), false}}, .ncolumns = 9},
	[TABLE_TLS] = {"tls", N_("Connections (TLS reports)"),
		N_("Connections to your mail servers, by the policy that applied (RFC 8460)."), {{"domain", N_("domain"), false},
		{"type", N_("policy"), false}, {"successes", N_("encrypted"), true},
		{"failures", N_("failed"), true}}, .ncolumns = 4},
	[TABLE_TLS_FAILURES] = {"tls_failures", N_("Why connections failed"),
		N_("By the result that the sender names."), {{"domain", N_("domain"), false},
		{"result", N_("what"), false}, {"receiving_mx", N_("host"), false},
		{"sessions", N_("failed"), true}}, .ncolumns = 4},
};
/* clang-format on */

void
view_tables_begin(struct show *show)
{
	for (size_t i = 0; i < TABLES; i++) {
		show->tables[i] = templates[i];
		cells_begin(&show->tables[i], ROWS_MOST, show->arena);
	}
}

struct cell
view_day(const struct show *show, int64_t at)
{
	const time_t when = (time_t)at;
	char text[16];
	struct tm day;

	if (at == FEEDBACK_NO_TIME || gmtime_r(&when, &day) == NULL ||
		strftime(text, sizeof text, "%Y-%m-%d", &day) == 0)
		return cells_word("", "");
	return cells_text(slice_str(text), show->arena);
}

struct cell
view_number(const struct show *show, uint64_t number)
{
	return cells_number((int64_t)number, show->arena);
}

struct cell
view_text(const struct show *show, const char *text)
{
	return cells_text(slice_str(text), show->arena);
}

struct cell
view_mark(size_t mark)
{
	return cells_word(feedback_mark_code((enum feedback_mark)mark),
		feedback_mark_text((enum feedback_mark)mark));
}
