/* every way to find the envelope; the first byte selects it, the second whether DNS answers */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "auth/dns/dns.h"
#include "filter/intake/envelope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char zone[] = "relay.example. A 192.0.2.1\nmx.example. A 192.0.2.1\n"
			   ";!SERVFAIL lame.example\n";

static void
check(const struct envelope *envelope)
{
	assert(envelope->nrcpts <= ENVELOPE_RCPTS);
	assert((envelope->path == PATH_GIVEN) == (envelope->mail_from.n > 0));
	assert(envelope->client_ip.family == 0 || envelope->client_ip.family == 4 ||
		envelope->client_ip.family == 6);
	for (size_t i = 0; i < envelope->nrcpts; i++)
		assert(envelope->rcpts[i].n > 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *relays[] = {"10.0.0.0/8", "relay.example", "lame.example"};
	struct options options = options_default();
	struct message message;
	struct dns *dns = NULL;
	struct intake intake;
	struct arena arena;
	enum fault fault = FAULT_NONE;
	struct error error = {.path = NULL};
	struct slice bytes;

	if (size < 2)
		return 0;
	options.envelope = (enum envelope_mode)(data[0] % 5);
	options.mailbox = data[1] / 2 % 2 == 0 ? MAILBOX_NONE : MAILBOX_AUTO;
	options.trusted_relays = (struct strings){relays, 3};
	bytes = slice_make((const char *)data + 2, size - 2);
	arena_init(&arena, NULL, NULL);
	if (envelope_take(&options, bytes, &arena, &intake, &fault) == ST_OK) {
		assert(intake.message.n <= bytes.n);
		check(&intake.envelope);
		if (data[1] % 2 == 1)
			(void)dns_open_zone(slice_str(zone), &arena, &dns, &error);
		message_parse(intake.message, 50, 2000, &arena, &message);
		if (envelope_from_message(
			    &options, &message, SLICE("s3"), dns, &arena, &intake, &fault) == ST_OK)
			check(&intake.envelope);
		else
			assert(fault != FAULT_NONE);
	} else {
		assert(fault != FAULT_NONE);
	}
	envelope_release(&intake);
	dns_free(dns);
	arena_clear(&arena);
	return 0;
}
