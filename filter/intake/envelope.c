#include "filter/intake/envelope.h"

#include "filter/intake/envelope_modes.h"
#include "filter/intake/relay.h"
#include "filter/io/spool.h"

static void
take_rcpts(const struct options *options, struct arena *arena, struct envelope *envelope)
{
	struct slice *list;

	if (options->rcpts.n == 0)
		return;
	list = arena_array(arena,
		options->rcpts.n < ENVELOPE_RCPTS ? options->rcpts.n : ENVELOPE_RCPTS,
		sizeof *list);
	for (size_t i = 0; i < options->rcpts.n; i++)
		envelope_rcpt(slice_str(options->rcpts.v[i]), list, envelope);
}

/* The last name in a path: Exim names a scanned message's folder by the message's id. */
static struct slice
folder_name(const char *path)
{
	struct slice name = slice_str(path);
	size_t slash;

	while (name.n > 0 && name.p[name.n - 1] == '/')
		name.n--;
	slash = slice_rfind(name, '/');
	return slash < name.n ? slice_from(name, slash + 1) : name;
}

static void
take_options(const struct options *options, struct arena *arena, struct envelope *envelope)
{
	*envelope = (struct envelope){.path = PATH_UNKNOWN};
	/* options_parse accepts only an address */
	(void)ip_client(slice_str(options->client_ip), &envelope->client_ip);
	envelope->client_name = envelope_name(slice_str(options->client_name));
	envelope->helo = slice_trim(slice_str(options->helo));
	if (options->mail_from != NULL)
		envelope_path(slice_str(options->mail_from), envelope);
	envelope->queue_id = slice_str(options->queue_id);
	if (options->profile == PROFILE_EXIM_AV && options->queue_id == NULL)
		envelope->queue_id = folder_name(options->input);
	envelope->authenticated = slice_str(options->authenticated);
	take_rcpts(options, arena, envelope);
}

enum status
envelope_take(const struct options *options, struct slice bytes, struct arena *arena,
	struct intake *intake, enum fault *fault)
{
	*intake = (struct intake){.message = bytes};
	take_options(options, arena, &intake->envelope);
	switch (options->envelope) {
	case ENVELOPE_STDIN:
		return envelope_stdin(bytes, arena, intake, fault);
	case ENVELOPE_BSMTP:
		return envelope_bsmtp(bytes, options->spool_dir, arena, intake, fault);
	case ENVELOPE_ARGS:
	case ENVELOPE_FIELD:
	case ENVELOPE_HEADERS:
		break;
	}
	return ST_OK;
}

void
envelope_release(struct intake *intake)
{
	spool_release(intake->mapped);
	intake->mapped = SLICE("");
}

enum status
envelope_from_message(const struct options *options, const struct message *message,
	struct slice secret, struct dns *dns, struct arena *arena, struct intake *intake,
	enum fault *fault)
{
	enum status st = ST_OK;

	if (options->envelope == ENVELOPE_FIELD)
		st = envelope_field(message, options->limits.field_size, secret, arena,
			&intake->envelope, fault);
	/* the client given by the mail server may be a trusted relay */
	if (st == ST_OK)
		relay_look_behind(options, message, dns, &intake->envelope);
	if (options->envelope == ENVELOPE_HEADERS)
		envelope_headers(options, message, dns, arena, intake);
	return st;
}

void
envelope_trust(const struct options *options, struct envelope *envelope)
{
	for (size_t i = 0; i < options->trusted_clients.n; i++)
		if (ip_net_has(&options->trusted_clients.v[i], &envelope->client_ip))
			envelope->trusted_client = true;
}
