#include "filter/settings/settings.h"

struct options
options_default(void)
{
	return (struct options){
		.read_timeout = 600,
		.max_size = (uint64_t)256 << 20,
		.dns_timeout_ms = 5000,
		.deadline_ms = 60000,
		.auth = {.drift = 300  },
		.limits =
			{
                         .fields = 1000,
                         .field_size = 65536,
                         .dkim_signatures = 16,
                         .arc_sets = 50,
                         .keys = 10,
                         .verifications = 2000,
                         .header_octets = 8 * 1024 * 1024,
                         .questions = 100,
                         .rsa_min_bits = 1024,
                         .rsa_max_bits = 8192,
                         .spf_ms = 20000,
			 },
		.on_temperror = DISP_QUARANTINE,
		.ambiguous = DISP_QUARANTINE,
		.exit_override = { -1, -1,    -1, -1},
		.color = -1,
		.command_timeout = 600,
		.cache_size = (uint64_t)64 << 20,
	};
}
