#include "filter/page/page.h"

#include "auth/base/base64.h"
#include "auth/base/crypto.h"
#include "filter/io/ownfile.h"
#include "filter/page/page_assets.h"
#include "filter/page/page_parts.h"
#include "filter/stats/stats_list.h"
#include "filter/text/i18n.h"

static const struct ownfile_kind page_kind = {
	.first = {"<!DOCTYPE", sizeof "<!DOCTYPE" - 1},
	.another = FAULT_NOT_A_PAGE,
};

/* The only script and style that the browser may use, by hash. */
struct hashes {
	struct slice style, script;
};

static struct slice
asset(const unsigned char *octets, size_t n)
{
	return slice_make((const char *)octets, n);
}

static bool
hash_of(struct crypto *crypto, struct slice bytes, struct arena *arena, struct slice *text)
{
	unsigned char digest[CRYPTO_SHA256_SIZE];

	if (crypto_sha256(crypto, bytes, digest) != ST_OK)
		return false;
	*text = base64_encode(slice_make((const char *)digest, sizeof digest), arena);
	return true;
}

static bool
make_hashes(struct hashes *hashes, struct arena *arena)
{
	struct crypto *crypto = crypto_new();
	bool made = crypto != NULL &&
		    hash_of(crypto, asset(page_css, page_css_n), arena, &hashes->style) &&
		    hash_of(crypto, asset(page_js, page_js_n), arena, &hashes->script);

	crypto_free(crypto);
	return made;
}

static void
put_asset(struct html *html, struct slice bytes)
{
	(void)fwrite(bytes.p, 1, bytes.n, html->out);
}

static void
head(struct html *html, const struct hashes *hashes)
{
	html_markup(html,
		"<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'sha256-%.*s'; script-src 'sha256-%.*s'; base-uri 'none'; "
		"form-action 'none'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n"
		"<meta name=\"referrer\" content=\"no-referrer\">\n"
		"<meta name=\"robots\" content=\"noindex\">\n<title>",
		i18n_language(), (int)hashes->style.n, hashes->style.p, (int)hashes->script.n,
		hashes->script.p);
	html_text(html, _("Mail authentication report"));
	html_markup(html, "</title>\n<style>");
	put_asset(html, asset(page_css, page_css_n));
	html_markup(html, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">");
	html_text(html, _("Skip to the content"));
	html_markup(html, "</a>\n");
}

static void
total(const struct stats *stats, struct stats_counts *counts)
{
	*counts = stats->other_domain.counts;
	for (size_t i = 0; i < stats->ndomains; i++)
		counts_join(counts, &stats->domains[i].counts);
}

/* The first and the last day of mail; false where no message has a date. */
static bool
first_and_last(const struct stats *stats, char first[STATS_DAY_OCTETS], char last[STATS_DAY_OCTETS])
{
	int64_t from = INT64_MAX, to = INT64_MIN;

	for (size_t i = 0; i <= stats->nsources; i++) {
		const struct stats_source *source =
			i < stats->nsources ? &stats->sources[i] : &stats->other_source;

		if (!source->has_dates)
			continue;
		from = source->first < from ? source->first : from;
		to = source->last > to ? source->last : to;
	}
	stats_day_text(from, first);
	stats_day_text(to, last);
	return from <= to;
}

static void
header(struct html *html, const struct page *page, const struct stats_counts *counts)
{
	char first[STATS_DAY_OCTETS], last[STATS_DAY_OCTETS], n[HTML_NUMBER_OCTETS];

	html_markup(html, "<header>\n<h1>");
	html_text(html, _("Mail authentication report"));
	html_markup(html, "</h1>\n<p class=\"sub\">");
	html_say(html, _("%s messages"), html_number(counts->messages, n));
	if (first_and_last(page->stats, first, last)) {
		html_markup(html, " · ");
		html_say(html, _("%s to %s"), first, last);
	}
	if (page->shard != NULL) {
		html_markup(html, " · ");
		html_say(html, _("part %s of the archive"), page->shard);
	}
	html_markup(html, "</p>\n</header>\n");
}

static void
warnings(struct html *html, const struct page *page)
{
	char n[HTML_NUMBER_OCTETS];

	if (page->interrupted) {
		html_markup(html, "<p class=\"warn\">");
		html_text(html, _("The run was stopped before its end: this is what was done."));
		html_markup(html, "</p>\n");
	}
	if (page->failed > 0) {
		html_markup(html, "<p class=\"warn\">");
		html_say(html, _("%s files could not be read and are not counted."),
			html_number(page->failed, n));
		html_markup(html, "</p>\n");
	}
	if (page->not_mail > 0) {
		html_markup(html, "<p class=\"warn\">");
		html_say(html, _("%s files are not messages and are not counted."),
			html_number(page->not_mail, n));
		html_markup(html, "</p>\n");
	}
}

/* The main question of a domain's owner. */
static void
headline(struct html *html, const struct stats_counts *counts)
{
	char n[HTML_NUMBER_OCTETS], all[HTML_NUMBER_OCTETS], hurt[HTML_NUMBER_OCTETS],
		bare[HTML_NUMBER_OCTETS], open[HTML_NUMBER_OCTETS];

	html_markup(html, "<p class=\"lead\">");
	if (counts->messages == 0) {
		html_text(html, _("No message was judged."));
	} else {
		html_say(html, _("%.1f%% of all messages passed DMARC: %s of %s."),
			stats_percent(counts->aligned, counts->messages),
			html_number(counts->aligned, n), html_number(counts->messages, all));
		html_markup(html, "<br>\n");
		html_say(html,
			_("With p=reject everywhere, %s messages of known senders would be hurt, "
			  "and %s that nothing speaks for would be stopped. Of %s you have to "
			  "decide: something speaks for them that a forger can have, too."),
			html_number(counts->known_fails, hurt),
			html_number(counts->bare_fails, bare),
			html_number(counts->open_fails, open));
	}
	html_markup(html, "</p>\n");
}

static void
tile(struct html *html, const char *key, const char *name, uint64_t n, uint64_t all)
{
	char text[HTML_NUMBER_OCTETS];

	html_markup(html, "<div class=\"%s\"><dt>", key);
	html_text(html, name);
	html_markup(html, "</dt><dd><b>%s</b> <small>%.1f%%</small></dd></div>\n",
		html_number(n, text), stats_percent(n, all));
}

static void
tiles(struct html *html, const struct stats_counts *counts)
{
	const uint64_t all = counts->messages;

	html_markup(html, "<section aria-labelledby=\"summary-h\">\n<h2 id=\"summary-h\">");
	html_text(html, _("Summary"));
	html_markup(html, "</h2>\n<h3>");
	html_text(html, _("What became of the messages"));
	html_markup(html, "</h3>\n<dl class=\"tiles\">\n");
	for (int d = DISP_ACCEPT; d <= DISP_TEMPFAIL; d++)
		if (d != DISP_TEMPFAIL || counts->dispositions[d] > 0)
			tile(html, policy_word((enum disposition)d),
				page_disposition_text((enum disposition)d), counts->dispositions[d],
				all);
	html_markup(html, "</dl>\n<h3>");
	html_text(html, _("What DMARC says"));
	html_markup(html, "</h3>\n<dl class=\"tiles\">\n");
	for (int kind = 0; kind < PAGE_KINDS; kind++)
		tile(html, "kind", page_kind_text((enum page_kind)kind),
			page_kind_count(counts, (enum page_kind)kind), all);
	html_markup(html, "</dl>\n</section>\n");
}

static void
navigation(struct html *html, const struct page *page)
{
	const struct stats *stats = page->stats;
	const struct {
		const char *id, *name;
		bool there;
	} links[] = {
		{"time", N_("Over time"), stats->nperiods > 0},
		{"senders", N_("Largest senders"), true},
		{"whatif", N_("What if"), stats->nscenarios > 0},
		{"domains", N_("Author domains"), true},
		{"sources", N_("Senders"), true},
		{"since", N_("Since the earlier run"), page->since != NULL},
		{"handlers", N_("Broken signatures"), page->handlers->n > 0},
		{"changes", N_("Changes"), stats->nscenarios > 0},
		{"messages", N_("Single messages"), stats->nmessages > 0},
	};

	html_markup(html, "<nav aria-label=\"");
	html_text(html, _("Sections"));
	html_markup(html, "\"><ul>\n");
	for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
		if (!links[i].there)
			continue;
		html_markup(html, "<li><a href=\"#%s\">", links[i].id);
		html_text(html, _(links[i].name));
		html_markup(html, "</a></li>\n");
	}
	html_markup(html, "</ul></nav>\n");
}

static void
footer(struct html *html, const struct page *page)
{
	char made[STATS_DAY_OCTETS];

	stats_day_text(page->made, made);
	html_markup(html, "</main>\n<footer><p>");
	html_say(html, _("Made by mailstamp %s on %s. This page loads nothing from elsewhere."),
		MAILSTAMP_VERSION, made);
	html_markup(html, "</p></footer>\n<script>");
	put_asset(html, asset(page_js, page_js_n));
	html_markup(html, "</script>\n</body>\n</html>\n");
}

static void
write_all(struct html *html, const struct page *page, const struct hashes *hashes)
{
	const struct stats *stats = page->stats;
	struct stats_counts counts;

	total(stats, &counts);
	head(html, hashes);
	header(html, page, &counts);
	if (counts.messages > 0)
		navigation(html, page);
	html_markup(html, "<main id=\"main\">\n");
	warnings(html, page);
	headline(html, &counts);
	if (counts.messages > 0) {
		tiles(html, &counts);
		page_chart_patterns(html);
		html->failed = !page_chart_time(html, stats) || html->failed;
		html->failed = !page_chart_sources(html, stats) || html->failed;
		page_chart_scenarios(html, stats);
		html->failed = !page_domains(html, stats) || html->failed;
		html->failed = !page_sources(html, stats) || html->failed;
		page_since(html, page->since);
		page_handlers(html, page->handlers);
		page_changes(html, stats);
		page_messages(html, stats);
	}
	footer(html, page);
}

enum status
page_probe(const char *path, struct arena *arena, enum fault *why)
{
	return ownfile_probe(path, &page_kind, arena, why);
}

enum status
page_write(const struct page *page, const char *path, struct arena *arena, enum fault *why)
{
	struct hashes hashes = {.style = SLICE(""), .script = SLICE("")};
	struct ownfile file;
	struct html html;

	if (!make_hashes(&hashes, arena)) {
		*why = FAULT_NO_MEMORY;
		return ST_TEMP;
	}
	if (ownfile_open(&file, path, &page_kind, arena, why) != ST_OK)
		return ST_TEMP;
	html = (struct html){.out = file.out};
	write_all(&html, page, &hashes);
	if (html.failed) {
		ownfile_drop(&file);
		*why = FAULT_NO_MEMORY;
		return ST_TEMP;
	}
	return ownfile_keep(&file, why);
}
