#include "filter/page/page_frame.h"

#include "auth/base/base64.h"
#include "auth/base/crypto.h"
#include "filter/io/ownfile.h"
#include "filter/page/page_assets.h"
#include "filter/stats/stats_list.h"
#include "filter/text/i18n.h"

static const struct ownfile_kind page_kind = {
	.first = {"<!DOCTYPE", sizeof "<!DOCTYPE" - 1},
	.another = FAULT_NOT_A_PAGE,
};

/* The hashes of the only script and style that the browser may use. */
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
head(struct html *html, const struct hashes *hashes, const char *title)
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
	html_text(html, title);
	html_markup(html, "</title>\n<style>");
	put_asset(html, asset(page_css, page_css_n));
	html_markup(html, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">");
	html_text(html, _("Skip to the content"));
	html_markup(html, "</a>\n");
}

static void
footer(struct html *html, int64_t when)
{
	char made[STATS_DAY_OCTETS];

	stats_day_text(when, made);
	html_markup(html, "</main>\n<footer><p>");
	html_say(html, _("Made by mailstamp %s on %s. This page loads nothing from elsewhere."),
		MAILSTAMP_VERSION, made);
	html_markup(html, "</p></footer>\n<script>");
	put_asset(html, asset(page_js, page_js_n));
	html_markup(html, "</script>\n</body>\n</html>\n");
}

enum status
page_probe(const char *path, struct arena *arena, enum fault *why)
{
	return ownfile_probe(path, &page_kind, arena, why);
}

void
page_links(struct html *html, const struct page_link *links, size_t n)
{
	html_markup(html, "<nav aria-label=\"");
	html_text(html, _("Sections"));
	html_markup(html, "\"><ul>\n");
	for (size_t i = 0; i < n; i++) {
		if (!links[i].there)
			continue;
		html_markup(html, "<li><a href=\"#%s\">", links[i].id);
		html_text(html, _(links[i].name));
		html_markup(html, "</a></li>\n");
	}
	html_markup(html, "</ul></nav>\n");
}

enum status
page_frame_write(
	const struct page_frame *frame, const char *path, struct arena *arena, enum fault *why)
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
	head(&html, &hashes, frame->title);
	frame->body(&html, frame->arg);
	footer(&html, frame->made);
	if (html.failed) {
		ownfile_drop(&file);
		*why = FAULT_NO_MEMORY;
		return ST_TEMP;
	}
	return ownfile_keep(&file, why);
}
