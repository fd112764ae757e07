#include "filter/archive/crew.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

enum {
	TICK_MS = 200,
	SPARE = 8 /* threads more than jobs that may be awake before one ends */
};

/* a result that waits for its turn */
struct waiting {
	bool there, skip;
	struct judged judged;
};

struct crew {
	struct crew_config config;
	pthread_mutex_t source_lock; /* taken before lock, never after it */
	pthread_mutex_t lock;
	pthread_cond_t slot_free, window_moved, changed;
	size_t slots;                       /* places to work that are free */
	size_t threads, asleep, handed_out; /* alive; of them, waiting for DNS; items */
	size_t leaving;                     /* alive, but take nothing any more */
	size_t emitted, skipped;            /* skipped: found in the journal */
	bool stop, drained;                 /* nothing more is taken */
	enum crew_end end;
	double share;
	struct waiting *window;
	struct workspaces *spaces;
};

static void *work(void *arg);

/* The lock is held. A thread that cannot be had is done without. */
static bool
add_thread(struct crew *crew)
{
	pthread_attr_t attr;
	pthread_t thread;
	bool made;

	if (pthread_attr_init(&attr) != 0)
		return false;
	made = pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED) == 0 &&
	       pthread_create(&thread, &attr, work, crew) == 0;
	(void)pthread_attr_destroy(&attr);
	if (made)
		crew->threads++;
	return made;
}

static void
wait_begin(void *arg)
{
	struct crew *crew = arg;

	pthread_mutex_lock(&crew->lock);
	crew->asleep++;
	crew->slots++;
	pthread_cond_signal(&crew->slot_free);
	if (!crew->drained && !crew->stop && crew->threads < crew->config.threads &&
		crew->threads - crew->asleep - crew->leaving < crew->config.jobs)
		(void)add_thread(crew);
	pthread_mutex_unlock(&crew->lock);
}

static void
take_slot(struct crew *crew)
{
	while (crew->slots == 0)
		pthread_cond_wait(&crew->slot_free, &crew->lock);
	crew->slots--;
}

static void
wait_end(void *arg)
{
	struct crew *crew = arg;

	pthread_mutex_lock(&crew->lock);
	crew->asleep--;
	take_slot(crew);
	pthread_mutex_unlock(&crew->lock);
}

/* The lock is held. */
static void
stop(struct crew *crew, enum crew_end end)
{
	if (!crew->stop)
		crew->end = end;
	crew->stop = true;
	source_stop(crew->config.source);
	pthread_cond_broadcast(&crew->window_moved);
}

static void
emit(struct crew *crew, const struct judged *judged)
{
	struct journal *journal = crew->config.journal;
	struct slice json = judged->json != NULL ? slice_make(judged->json, judged->njson)
						 : slice_make(judged->text, judged->n);

	/* what is not in the journal is judged again, and has not been told yet */
	if (journal != NULL && (judged->row == NULL || judged->ours)) {
		stop(crew, CREW_BROKEN);
		return;
	}
	if (!crew->config.emit(crew->config.arg, judged))
		stop(crew, CREW_STOPPED);
	else if (journal != NULL && !journal_add(journal, json))
		stop(crew, CREW_BROKEN);
}

/* All results whose turn it is. After a stop too, so that what was judged in order is told. */
static void
move_window(struct crew *crew)
{
	struct waiting *at;

	while ((at = &crew->window[crew->emitted % JOURNAL_WINDOW])->there) {
		if (!at->skip && (crew->end == CREW_DONE || crew->end == CREW_STOPPED))
			emit(crew, &at->judged);
		judged_clear(&at->judged);
		*at = (struct waiting){.there = false};
		crew->emitted++;
	}
	pthread_cond_broadcast(&crew->window_moved);
}

/* A result, which is taken over; unordered ones do not wait. */
static void
hand_in(struct crew *crew, size_t turn, struct judged *judged, bool skip)
{
	struct waiting *at = &crew->window[turn % JOURNAL_WINDOW];

	*at = (struct waiting){.there = true, .skip = skip};
	if (crew->config.options->unordered && !skip) {
		emit(crew, judged);
		judged_clear(judged);
		at->skip = true;
	} else {
		at->judged = *judged;
	}
	move_window(crew);
}

/* Room in the window for one more? False where the run stops. The lock is held. */
static bool
wait_for_room(struct crew *crew)
{
	while (!crew->stop && crew->handed_out - crew->emitted >= JOURNAL_WINDOW)
		pthread_cond_wait(&crew->window_moved, &crew->lock);
	return !crew->stop;
}

/* Threads that the first, slow answers called for are not needed for ever. */
static bool
is_spare(struct crew *crew)
{
	bool spare;

	pthread_mutex_lock(&crew->lock);
	spare = crew->threads - crew->asleep - crew->leaving > crew->config.jobs + SPARE;
	if (spare)
		crew->leaving++;
	pthread_mutex_unlock(&crew->lock);
	return spare;
}

/* The next message that is not in the journal, and its turn among those of this run. False at the
 * end. */
static bool
take(struct crew *crew, struct item *item, size_t *turn)
{
	bool taken = false, open = true;

	*item = (struct item){.fd = -1};
	pthread_mutex_lock(&crew->source_lock);
	while (open && !taken) {
		struct judged none = {.row = NULL};
		bool changed = false;

		pthread_mutex_lock(&crew->lock);
		open = !crew->drained && wait_for_room(crew);
		pthread_mutex_unlock(&crew->lock);
		if (!open)
			break;
		open = source_next(crew->config.source, item);
		pthread_mutex_lock(&crew->lock);
		crew->drained = !open;
		crew->share = source_share(crew->config.source);
		if (open) {
			*turn = crew->handed_out++; /* a shard's indices have gaps */
			taken = true;
			if (crew->config.journal != NULL && item->name != NULL &&
				journal_has(
					crew->config.journal, item->index, item->name, &changed)) {
				if (changed)
					stop(crew, CREW_CHANGED);
				hand_in(crew, *turn, &none, true);
				crew->skipped++;
				taken = false;
			}
		} else if (crew->config.journal != NULL &&
			   crew->skipped < journal_done(crew->config.journal)) {
			stop(crew, CREW_CHANGED); /* what it tells of is gone */
		}
		pthread_mutex_unlock(&crew->lock);
		if (!taken)
			item_clear(item);
	}
	pthread_mutex_unlock(&crew->source_lock);
	return taken;
}

/* True where the thread ends as a spare one, and is counted as leaving. */
static bool
judge_all(struct crew *crew, struct judge *judge)
{
	struct item item;
	size_t turn = 0;

	while (take(crew, &item, &turn)) {
		struct judged judged;

		pthread_mutex_lock(&crew->lock);
		take_slot(crew);
		pthread_mutex_unlock(&crew->lock);
		judge_item(judge, &item, &judged);
		item_clear(&item);
		pthread_mutex_lock(&crew->lock);
		crew->slots++;
		pthread_cond_signal(&crew->slot_free);
		hand_in(crew, turn, &judged, false);
		pthread_mutex_unlock(&crew->lock);
		if (is_spare(crew))
			return true;
	}
	return false;
}

static void *
work(void *arg)
{
	struct crew *crew = arg;
	struct judge *judge = calloc(1, sizeof *judge);
	bool spare = false;

	if (judge != NULL) {
		judge->options = crew->config.options;
		judge->pool = crew->config.pool;
		judge->spaces = crew->spaces;
		judge->advice = crew->config.advice;
		judge->tools = crew->config.tools;
		judge->user = (struct dns_pool_user){
			.wait_begin = wait_begin, .wait_end = wait_end, .wait_arg = crew};
	}
	if (judge != NULL) {
		spare = judge_all(crew, judge);
	} else {
		pthread_mutex_lock(&crew->lock);
		if (crew->threads - crew->leaving == 1)
			stop(crew, CREW_BROKEN);
		pthread_mutex_unlock(&crew->lock);
	}
	free(judge);
	/* counted until here: whoever waits for the threads then ends OpenSSL and the process */
	pthread_mutex_lock(&crew->lock);
	crew->leaving -= spare ? 1 : 0;
	crew->threads--;
	pthread_cond_signal(&crew->changed);
	pthread_mutex_unlock(&crew->lock);
	return NULL;
}

/* Signals are for the thread that runs the crew. */
static bool
start(struct crew *crew)
{
	sigset_t ours, before;

	sigemptyset(&ours);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGHUP);
	(void)pthread_sigmask(SIG_BLOCK, &ours, &before);
	for (size_t i = 0; i < crew->config.jobs && add_thread(crew); i++)
		continue;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return crew->threads > 0;
}

static void
supervise(struct crew *crew)
{
	while (crew->threads > 0) {
		struct timespec until;
		double share = crew->share;
		bool go_on;

		(void)clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += TICK_MS * 1000000L;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		(void)pthread_cond_timedwait(&crew->changed, &crew->lock, &until);
		go_on = crew->config.tick(crew->config.arg, share);
		if (!go_on)
			stop(crew, CREW_STOPPED);
	}
}

enum crew_end
crew_run(const struct crew_config *config)
{
	struct crew *crew = calloc(1, sizeof *crew);
	enum crew_end end = CREW_BROKEN;

	if (crew == NULL)
		return CREW_BROKEN;
	crew->config = *config;
	crew->slots = config->jobs;
	crew->window = calloc(JOURNAL_WINDOW, sizeof *crew->window);
	crew->spaces = workspaces_new();
	if (crew->window != NULL && crew->spaces != NULL &&
		pthread_mutex_init(&crew->source_lock, NULL) == 0 &&
		pthread_mutex_init(&crew->lock, NULL) == 0 &&
		pthread_cond_init(&crew->slot_free, NULL) == 0 &&
		pthread_cond_init(&crew->window_moved, NULL) == 0 &&
		pthread_cond_init(&crew->changed, NULL) == 0) {
		pthread_mutex_lock(&crew->lock);
		if (start(crew)) {
			supervise(crew);
			end = crew->end;
		}
		pthread_mutex_unlock(&crew->lock);
	}
	workspaces_free(crew->spaces);
	free(crew->window);
	free(crew);
	return end;
}
