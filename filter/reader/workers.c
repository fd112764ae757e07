#include "filter/reader/workers.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "filter/reader/reader.h"

enum {
	TICK_MS = 200, /* the longest time that a result waits to be sent together with others */
	SPARE = 8,     /* how many more threads than jobs may be awake before one ends */
	TOGETHER = 16, /* results that are sent at once, or */
	ENOUGH = 32 * 1024 /* octets */
};

struct workers {
	struct workers_config config;
	pthread_mutex_t lock;
	pthread_cond_t slot_free, changed;
	size_t slots;           /* free slots */
	size_t threads, asleep; /* living threads; those waiting for DNS */
	size_t leaving;         /* alive, but no longer take messages */
	bool drained;           /* no more messages are taken */
	atomic_bool failed;     /* no memory, or no process reads the results */
	struct workspaces *spaces;
	pthread_mutex_t out_lock; /* locked after lock, never before it */
	struct outbox outbox;
	size_t waiting; /* results in it */
};

static void *work(void *arg);

/* Sends the outbox, whose lock is held. */
static void
flush(struct workers *workers)
{
	workers->failed |= !outbox_send(&workers->outbox);
	workers->waiting = 0;
}

static void
flush_all(struct workers *workers)
{
	pthread_mutex_lock(&workers->out_lock);
	flush(workers);
	pthread_mutex_unlock(&workers->out_lock);
}

/* Sends a frame without data immediately. */
static void
say(struct workers *workers, enum frame_kind kind, size_t number)
{
	const struct frame_head head = {.kind = kind, .turn = number};

	pthread_mutex_lock(&workers->out_lock);
	workers->failed |= !outbox_add(&workers->outbox, &head, NULL, SLICE(""));
	flush(workers);
	pthread_mutex_unlock(&workers->out_lock);
}

static void
give(struct workers *workers, uint64_t turn, const struct result *result)
{
	const struct frame_head head = {.kind = FRAME_RESULT,
		.ours = result->ours,
		.turn = turn,
		.nrow = result->nrow,
		.njson = result->njson};

	pthread_mutex_lock(&workers->out_lock);
	workers->failed |= !outbox_add(
		&workers->outbox, &head, result->row, slice_make(result->json, result->njson));
	if (++workers->waiting >= TOGETHER || workers->outbox.n >= ENOUGH)
		flush(workers);
	pthread_mutex_unlock(&workers->out_lock);
}

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
	size_t threads = 0;

	pthread_mutex_lock(&workers->lock);
	workers->asleep++;
	workers->slots++;
	pthread_cond_signal(&workers->slot_free);
	if (!workers->drained && workers->threads < workers->config.threads &&
		workers->threads - workers->asleep - workers->leaving < workers->config.jobs &&
		add_thread(workers))
		threads = workers->threads;
	pthread_mutex_unlock(&workers->lock);
	if (threads > 0)
		say(workers, FRAME_WANTED, threads);
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

/*
 * The next message; false at the end. No result waits to be sent while all threads wait for a
 * message.
 */
static bool
take(struct workers *workers, char *room, struct packet *packet)
{
	enum packet_got got;
	bool open;

	pthread_mutex_lock(&workers->lock);
	open = !workers->drained && !workers->failed;
	pthread_mutex_unlock(&workers->lock);
	got = open ? packet_receive(READER_ITEMS, false, room, packet) : PACKET_END;
	if (got == PACKET_NONE) {
		flush_all(workers);
		got = packet_receive(READER_ITEMS, true, room, packet);
	}
	if (got == PACKET_GOT)
		return true;
	pthread_mutex_lock(&workers->lock);
	workers->drained = true;
	pthread_mutex_unlock(&workers->lock);
	return false;
}

/* True if the thread is spare and must end; it is counted as leaving. */
static bool
judge_packets(struct workers *workers, struct worker *worker, char *room)
{
	struct packet packet;

	while (take(workers, room, &packet)) {
		struct result result;

		pthread_mutex_lock(&workers->lock);
		take_slot(workers);
		pthread_mutex_unlock(&workers->lock);
		worker_judge(worker, &packet, &result);
		pthread_mutex_lock(&workers->lock);
		workers->slots++;
		pthread_cond_signal(&workers->slot_free);
		pthread_mutex_unlock(&workers->lock);
		give(workers, packet.turn, &result);
		packet_clear(&packet);
		result_clear(&result);
		if (is_spare(workers))
			return true;
	}
	return false;
}

static void
set_up(const struct workers *workers, struct worker *worker)
{
	const struct workers_config *config = &workers->config;

	worker->options = config->options;
	worker->pool = config->pool;
	worker->spaces = workers->spaces;
	worker->advice = config->advice;
	worker->overlay = config->overlay;
	worker->own = config->own;
	worker->tools = config->tools;
	worker->user = (struct dns_pool_user){.wait_begin = wait_begin,
		.wait_end = wait_end,
		.wait_arg = (void *)(uintptr_t)workers};
}

static void *
work(void *arg)
{
	struct workers *workers = arg;
	struct worker *worker = calloc(1, sizeof *worker);
	char *room = malloc(PACKET_INLINE);
	bool spare = false;

	if (worker != NULL && room != NULL) {
		set_up(workers, worker);
		spare = judge_packets(workers, worker, room);
	}
	/* counted until here: after the last thread ends, OpenSSL and the process are shut down */
	pthread_mutex_lock(&workers->lock);
	workers->failed |=
		(worker == NULL || room == NULL) && workers->threads - workers->leaving == 1;
	free(worker);
	free(room);
	workers->leaving -= spare ? 1 : 0;
	workers->threads--;
	pthread_cond_signal(&workers->changed);
	pthread_mutex_unlock(&workers->lock);
	return NULL;
}

static void
supervise(struct workers *workers)
{
	while (workers->threads > 0) {
		struct timespec until;

		(void)clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += TICK_MS * 1000000L;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		(void)pthread_cond_timedwait(&workers->changed, &workers->lock, &until);
		pthread_mutex_unlock(&workers->lock);
		flush_all(workers);
		pthread_mutex_lock(&workers->lock);
	}
}

static bool
start(struct workers *workers)
{
	for (size_t i = 0; i < workers->config.jobs && add_thread(workers); i++)
		continue;
	return workers->threads > 0;
}

bool
workers_run(const struct workers_config *config)
{
	struct workers *workers = calloc(1, sizeof *workers);
	bool done = false;

	if (workers == NULL)
		return false;
	workers->config = *config;
	workers->slots = config->jobs;
	workers->spaces = workspaces_new();
	if (workers->spaces != NULL && pthread_mutex_init(&workers->out_lock, NULL) == 0 &&
		pthread_mutex_init(&workers->lock, NULL) == 0 &&
		pthread_cond_init(&workers->slot_free, NULL) == 0 &&
		pthread_cond_init(&workers->changed, NULL) == 0) {
		pthread_mutex_lock(&workers->lock);
		if (start(workers)) {
			say(workers, FRAME_READY, workers->threads);
			supervise(workers);
			done = !workers->failed;
		}
		pthread_mutex_unlock(&workers->lock);
	}
	workspaces_free(workers->spaces);
	free(workers->outbox.octets);
	free(workers);
	return done;
}
