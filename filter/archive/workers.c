#include "filter/archive/workers.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

enum {
	TICK_MS = 200,
	SPARE = 8 /* how many more threads than jobs may be awake before one ends */
};

/* a result that waits for its turn */
struct waiting {
	bool there, skip;
	struct judged judged;
};

struct workers {
	struct workers_config config;
	pthread_mutex_t source_lock; /* taken before lock, never after it */
	pthread_mutex_t lock;
	pthread_cond_t slot_free, window_moved, changed;
	size_t slots;                       /* free slots */
	size_t threads, asleep, handed_out; /* living threads; those waiting for DNS; items */
	size_t leaving;                     /* alive, but no longer take messages */
	size_t emitted, skipped;            /* skipped: found in the journal */
	bool stop, drained;                 /* nothing more is taken */
	enum workers_end end;
	double share;
	struct waiting *window;
	struct workspaces *spaces;
};

static void *work(void *arg);

/* The lock is held. If a thread cannot be created, the run continues without it. */
static bool
add_thread(struct workers *workers)
{
	pthread_attr_t attr;
	pthread_t thread;
	bool made;

	if (pthread_attr_init(&attr) != 0)
		return false;
	made = pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED) == 0 &&
	       pthread_create(&thread, &attr, work, workers) == 0;
	(void)pthread_attr_destroy(&attr);
	if (made)
		workers->threads++;
	return made;
}

static void
wait_begin(void *arg)
{
	struct workers *workers = arg;

	pthread_mutex_lock(&workers->lock);
	workers->asleep++;
	workers->slots++;
	pthread_cond_signal(&workers->slot_free);
	if (!workers->drained && !workers->stop && workers->threads < workers->config.threads &&
		workers->threads - workers->asleep - workers->leaving < workers->config.jobs)
		(void)add_thread(workers);
	pthread_mutex_unlock(&workers->lock);
}

static void
take_slot(struct workers *workers)
{
	while (workers->slots == 0)
		pthread_cond_wait(&workers->slot_free, &workers->lock);
	workers->slots--;
}

static void
wait_end(void *arg)
{
	struct workers *workers = arg;

	pthread_mutex_lock(&workers->lock);
	workers->asleep--;
	take_slot(workers);
	pthread_mutex_unlock(&workers->lock);
}

/* The lock is held. */
static void
stop(struct workers *workers, enum workers_end end)
{
	if (!workers->stop)
		workers->end = end;
	workers->stop = true;
	source_stop(workers->config.source);
	pthread_cond_broadcast(&workers->window_moved);
}

static void
emit(struct workers *workers, const struct judged *judged)
{
	struct journal *journal = workers->config.journal;
	struct slice json = judged->json != NULL ? slice_make(judged->json, judged->njson)
						 : slice_make(judged->text, judged->n);

	/*
	 * messages that are not in the journal are evaluated again, and have not been reported yet
	 */
	if (journal != NULL && (judged->row == NULL || judged->ours)) {
		stop(workers, WORKERS_BROKEN);
		return;
	}
	if (!workers->config.emit(workers->config.arg, judged))
		stop(workers, WORKERS_STOPPED);
	else if (journal != NULL && !journal_add(journal, json))
		stop(workers, WORKERS_BROKEN);
}

/*
 * Emits all results that are next in order, also after a stop, so that finished ones are reported.
 */
static void
move_window(struct workers *workers)
{
	struct waiting *at;

	while ((at = &workers->window[workers->emitted % JOURNAL_WINDOW])->there) {
		if (!at->skip && (workers->end == WORKERS_DONE || workers->end == WORKERS_STOPPED))
			emit(workers, &at->judged);
		judged_clear(&at->judged);
		*at = (struct waiting){.there = false};
		workers->emitted++;
	}
	pthread_cond_broadcast(&workers->window_moved);
}

/* Stores or emits a result, which it then owns; unordered ones do not wait. */
static void
hand_in(struct workers *workers, size_t turn, struct judged *judged, bool skip)
{
	struct waiting *at = &workers->window[turn % JOURNAL_WINDOW];

	*at = (struct waiting){.there = true, .skip = skip};
	if (workers->config.options->unordered && !skip) {
		emit(workers, judged);
		judged_clear(judged);
		at->skip = true;
	} else {
		at->judged = *judged;
	}
	move_window(workers);
}

/* Room in the window for one more? False where the run stops. The lock is held. */
static bool
wait_for_room(struct workers *workers)
{
	while (!workers->stop && workers->handed_out - workers->emitted >= JOURNAL_WINDOW)
		pthread_cond_wait(&workers->window_moved, &workers->lock);
	return !workers->stop;
}

/* Threads that were added because of the first, slow answers are not needed for long. */
static bool
is_spare(struct workers *workers)
{
	bool spare;

	pthread_mutex_lock(&workers->lock);
	spare = workers->threads - workers->asleep - workers->leaving >
		workers->config.jobs + SPARE;
	if (spare)
		workers->leaving++;
	pthread_mutex_unlock(&workers->lock);
	return spare;
}

/* The next message that is not in the journal, and its turn among those of this run. False at the
 * end. */
static bool
take(struct workers *workers, struct item *item, size_t *turn)
{
	bool taken = false, open = true;

	*item = (struct item){.fd = -1};
	pthread_mutex_lock(&workers->source_lock);
	while (open && !taken) {
		struct judged none = {.row = NULL};
		bool changed = false;

		pthread_mutex_lock(&workers->lock);
		open = !workers->drained && wait_for_room(workers);
		pthread_mutex_unlock(&workers->lock);
		if (!open)
			break;
		open = source_next(workers->config.source, item);
		pthread_mutex_lock(&workers->lock);
		workers->drained = !open;
		workers->share = source_share(workers->config.source);
		if (open) {
			*turn = workers->handed_out++; /* a shard's indices have gaps */
			taken = true;
			if (workers->config.journal != NULL && item->name != NULL &&
				journal_has(workers->config.journal, item->index, item->name,
					&changed)) {
				if (changed)
					stop(workers, WORKERS_CHANGED);
				hand_in(workers, *turn, &none, true);
				workers->skipped++;
				taken = false;
			}
		} else if (workers->config.journal != NULL &&
			   workers->skipped < journal_done(workers->config.journal)) {
			stop(workers, WORKERS_CHANGED); /* its message is gone */
		}
		pthread_mutex_unlock(&workers->lock);
		if (!taken)
			item_clear(item);
	}
	pthread_mutex_unlock(&workers->source_lock);
	return taken;
}

/* True if the thread is spare and must end; it is counted as leaving. */
static bool
judge_items(struct workers *workers, struct worker *worker)
{
	struct item item;
	size_t turn = 0;

	while (take(workers, &item, &turn)) {
		struct judged judged;

		pthread_mutex_lock(&workers->lock);
		take_slot(workers);
		pthread_mutex_unlock(&workers->lock);
		worker_judge(worker, &item, &judged);
		item_clear(&item);
		pthread_mutex_lock(&workers->lock);
		workers->slots++;
		pthread_cond_signal(&workers->slot_free);
		hand_in(workers, turn, &judged, false);
		pthread_mutex_unlock(&workers->lock);
		if (is_spare(workers))
			return true;
	}
	return false;
}

static void *
work(void *arg)
{
	struct workers *workers = arg;
	struct worker *worker = calloc(1, sizeof *worker);
	bool spare = false;

	if (worker != NULL) {
		worker->options = workers->config.options;
		worker->pool = workers->config.pool;
		worker->spaces = workers->spaces;
		worker->advice = workers->config.advice;
		worker->overlay = workers->config.overlay;
		worker->own = workers->config.own;
		worker->tools = workers->config.tools;
		worker->user = (struct dns_pool_user){
			.wait_begin = wait_begin, .wait_end = wait_end, .wait_arg = workers};
	}
	if (worker != NULL) {
		spare = judge_items(workers, worker);
	} else {
		pthread_mutex_lock(&workers->lock);
		if (workers->threads - workers->leaving == 1)
			stop(workers, WORKERS_BROKEN);
		pthread_mutex_unlock(&workers->lock);
	}
	free(worker);
	/* counted until here: after the last thread, OpenSSL and the process are shut down */
	pthread_mutex_lock(&workers->lock);
	workers->leaving -= spare ? 1 : 0;
	workers->threads--;
	pthread_cond_signal(&workers->changed);
	pthread_mutex_unlock(&workers->lock);
	return NULL;
}

/* Signals are for the thread that runs the workers. */
static bool
start(struct workers *workers)
{
	sigset_t ours, before;

	sigemptyset(&ours);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGHUP);
	(void)pthread_sigmask(SIG_BLOCK, &ours, &before);
	for (size_t i = 0; i < workers->config.jobs && add_thread(workers); i++)
		continue;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return workers->threads > 0;
}

static void
supervise(struct workers *workers)
{
	while (workers->threads > 0) {
		struct timespec until;
		double share = workers->share;
		bool go_on;

		(void)clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += TICK_MS * 1000000L;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		(void)pthread_cond_timedwait(&workers->changed, &workers->lock, &until);
		go_on = workers->config.tick(workers->config.arg, share);
		if (!go_on)
			stop(workers, WORKERS_STOPPED);
	}
}

enum workers_end
workers_run(const struct workers_config *config)
{
	struct workers *workers = calloc(1, sizeof *workers);
	enum workers_end end = WORKERS_BROKEN;

	if (workers == NULL)
		return WORKERS_BROKEN;
	workers->config = *config;
	workers->slots = config->jobs;
	workers->window = calloc(JOURNAL_WINDOW, sizeof *workers->window);
	workers->spaces = workspaces_new();
	if (workers->window != NULL && workers->spaces != NULL &&
		pthread_mutex_init(&workers->source_lock, NULL) == 0 &&
		pthread_mutex_init(&workers->lock, NULL) == 0 &&
		pthread_cond_init(&workers->slot_free, NULL) == 0 &&
		pthread_cond_init(&workers->window_moved, NULL) == 0 &&
		pthread_cond_init(&workers->changed, NULL) == 0) {
		pthread_mutex_lock(&workers->lock);
		if (start(workers)) {
			supervise(workers);
			end = workers->end;
		}
		pthread_mutex_unlock(&workers->lock);
	}
	workspaces_free(workers->spaces);
	free(workers->window);
	free(workers);
	return end;
}
