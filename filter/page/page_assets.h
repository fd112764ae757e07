/* page_assets.h: page.css and page.js, embedded by the Makefile (tools/embed). */
#ifndef FILTER_PAGE_PAGE_ASSETS_H
#define FILTER_PAGE_PAGE_ASSETS_H

#include <stddef.h>

extern const unsigned char page_css[], page_js[];
extern const size_t page_css_n, page_js_n;

#endif
