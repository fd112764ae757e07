#include "filter/inspect/inspect_trial.h"

#include "auth/base/domain.h"
#include "filter/settings/profile.h"
#include "filter/stats/sources.h"

/* The result of a message with unmodified DNS. */
struct trial_fact {
	unsigned char known; /* the message was evaluated */
	unsigned char spf, dmarc, disposition, class;
};

struct comparing {
	struct trials *trials;
	struct trial *trial;
	struct slice domain;
};

int
trials_begin(const struct options *options, struct arena *arena, struct trials *trials)
{
	struct options batch = *options;

	*trials = (struct trials){.asked = options->messages.n > 0, .arena = arena};
	if (!trials->asked)
		return 0;
	batch.archive = options->messages;
	batch.dns_record = NULL;
	return piped_prepare(&batch, arena, trials->piped, TRIAL_PROPOSALS + 1);
}

void
trials_end(struct trials *trials)
{
	if (trials->asked)
		piped_drop(trials->piped, TRIAL_PROPOSALS + 1);
	trials->asked = false;
}

static bool
note_before(void *arg, const struct row *row)
{
	struct trials *trials = arg;

	if (row->failed || !row->evaluated || row->index >= TRIAL_MESSAGES)
		return true;
	trials->before[row->index] = (struct trial_fact){.known = 1,
		.spf = (unsigned char)row->spf,
		.dmarc = (unsigned char)row->dmarc,
		.disposition = (unsigned char)row->disposition,
		.class = (unsigned char)sources_sender(row).class};
	if (row->index >= trials->n)
		trials->n = row->index + 1;
	return true;
}

static bool
fails(unsigned spf)
{
	return spf == AUTH_FAIL || spf == AUTH_PERMERROR;
}

/*
 * Is the result worse? A stricter result is wanted for mail that may be forged, and the owner
 * cannot influence the SPF result of a forwarder.
 */
static bool
is_worse(const struct trial_fact *was, const struct row *now)
{
	const bool wanted = was->class == SENDER_FORGED || was->class == SENDER_DECIDE;

	if ((was->dmarc == AUTH_PASS && now->dmarc != AUTH_PASS) ||
		(was->spf == AUTH_PASS && now->spf != AUTH_PASS))
		return true;
	if (wanted)
		return false;
	if (now->disposition > (enum disposition)was->disposition)
		return true;
	return was->class != SENDER_FORWARDER && !fails(was->spf) && fails(now->spf);
}

static void
note_source(struct comparing *comparing, const struct row *row)
{
	struct trial *trial = comparing->trial;
	struct arena *arena = comparing->trials->arena;
	struct source_key key;

	if (trial->worse++ > 0)
		return;
	sources_key(row, &key);
	trial->source = key.name[0] != '\0' ? arena_cstr(arena, slice_str(key.name)) : "?";
	trial->author = arena_cstr(arena, slice_str(row->author_domain));
}

static bool
compare(void *arg, const struct row *row)
{
	struct comparing *comparing = arg;
	const struct trials *trials = comparing->trials;
	struct trial *trial = comparing->trial;

	if (row->failed || !row->evaluated || row->index >= trials->n ||
		trials->before[row->index].known == 0)
		return true;
	if (is_worse(&trials->before[row->index], row))
		note_source(comparing, row);
	if (row->author_domain[0] == '\0' || sources_sender(row).class == SENDER_UNJUDGED ||
		!domain_within(slice_str(row->author_domain), comparing->domain))
		return true;
	trial->judged++;
	trial->dmarc += row->dmarc == AUTH_PASS;
	trial->spf += row->spf == AUTH_PASS;
	return true;
}

/* Lets the process evaluate the mail, and reads its results; false if that fails. */
static bool
judge_with(struct trials *trials, struct piped *piped, struct slice overlay,
	bool (*take)(void *arg, const struct row *row), void *arg)
{
	const int status = piped_begin(piped, overlay) ? piped_read(piped, trials->arena, take, arg)
						       : EXIT_TEMPFAIL;

	trials->ours = trials->ours || status == EXIT_TEMPFAIL;
	return status == 0;
}

/* Evaluates all mail with unmodified DNS, once, before the first proposal. */
static bool
judge_before(struct trials *trials)
{
	if (trials->before != NULL)
		return !trials->failed;
	trials->before = arena_array(trials->arena, TRIAL_MESSAGES, sizeof *trials->before);
	trials->failed = !judge_with(trials, &trials->piped[0], SLICE(""), note_before, trials);
	return !trials->failed;
}

void
trial_run(struct trials *trials, struct slice overlay, struct slice domain, struct trial *trial)
{
	struct comparing comparing = {trials, trial, domain};
	struct piped *piped;

	*trial = (struct trial){.end = TRIAL_FAILED, .source = "", .author = ""};
	if (trials->used == TRIAL_PROPOSALS || !judge_before(trials))
		return;
	piped = &trials->piped[1 + trials->used++];
	if (judge_with(trials, piped, overlay, compare, &comparing))
		trial->end = trial->worse > 0 ? TRIAL_WORSE : TRIAL_GOOD;
}
