/* spf_input.h: what the fuzz targets of both SPF evaluators read from their input. */
#ifndef TESTS_SUPPORT_SPF_INPUT_H
#define TESTS_SUPPORT_SPF_INPUT_H

#include <assert.h>
#include <stdint.h>

#include "auth/spf/spf.h"

struct spf_input {
	struct envelope envelope;
	struct slice zone;
};

/* The client's address family in the first byte, a path in the first line, a zone in the others. */
static inline struct spf_input
spf_input(const uint8_t *data, size_t size)
{
	struct spf_input input = {
		.envelope =
			{
				.client_ip = {.family = 4, .bytes = {192, 0, 2, 1}},
				.helo = SLICE("h.example"),
				.path = PATH_GIVEN,
			},
	};
	const struct slice text = slice_from((struct slice){(const char *)data, size}, 1);

	if (size > 0 && (data[0] & 1) != 0)
		input.envelope.client_ip.family = 6;
	input.envelope.mail_from = slice_head(text, slice_find(text, '\n'));
	input.zone = slice_from(text, input.envelope.mail_from.n + 1);
	if (input.envelope.mail_from.n == 0)
		input.envelope.path = PATH_NULL;
	return input;
}

static inline void
spf_input_printable(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		assert(s.p[i] >= ' ' && s.p[i] <= '~');
}

/* Asserts that the report of any result is one row, and that Received-SPF is printable. */
static inline void
spf_input_report(const struct auth_input *in, const struct spf_result *result)
{
	struct report report;

	spf_input_printable(spf_received(in, result));
	report_init(&report, in->arena);
	spf_report(result, &report);
	assert(report.n == 1 && report.rows[0].nprops <= 1);
}

#endif
