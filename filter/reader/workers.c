#include "filter/reader/workers.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "filter/reader/inbox.h"
#include "filter/reader/reader.h"

enum {
	TICK_MS = 200,  /* maximum time that a result waits to be sent with others */
	SPARE = 8,      /* how many more threads than jobs may be awake before one ends */
	FEW = 2,        /* threads in addition to the jobs for short waits */
	WAIT_US = 250,  /* if the mean wait for DNS is N times as long, there are N more threads for
			   each job; if it is shorter, a thread that waits keeps its slot */
	NEAR_US = 1000, /* the same limit if the resolver is on this machine and needs its time */
	WAITS = 16,     /* the number of waits in that mean */
	TOGETHER = 16,  /* results that are sent together */
	ENOUGH = 32 * 1024 /* or octets */
};

struct workers {
	struct workers_config config;
	pthread_mutex_t lock;
	pthread_cond_t go_on, begin, changed;
	size_t slots; /* free slots */
	size_t back;  /* threads that have an answer from DNS and wait for a slot (go_on) */
	size_t threads, asleep; /* living threads; those waiting for DNS or for memory */
	size_t leaving;         /* threads that take no more messages but have not ended */
	int64_t waited_us;      /* mean duration of the last waits for DNS */
	int64_t keep_us;        /* WAIT_US, or NEAR_US if the resolver is on this machine */
	atomic_bool drained;    /* no more messages are taken */
	atomic_bool failed;     /* memory ran out, or no process reads the results */
	struct inbox *inbox;
	struct workspaces *spaces;
	pthread_mutex_t out_lock; /* acquired after lock */
	struct outbox outbox;
	size_t waiting; /* number of results in outbox */
};

struct thread {
	struct workers *workers;
	struct worker worker;
	int64_t since_us; /* start of the current wait for DNS */
	bool keeps;       /* keeps its slot during this wait */
};

static void *run_thread(void *arg);

/* A result cannot be sent: threads that wait for a message wake up, and the process ends. */
static void
fail(struct workers *workers)
{
	workers->failed = true;
	(void)shutdown(READER_ITEMS, SHUT_RD);
}

/* Sends the outbox, whose lock is held. */
static void
flush(struct workers *workers)
{
	if (!outbox_send(&workers->outbox))
		fail(workers);
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
send_frame(struct workers *workers, enum frame_kind kind, size_t number)
{
	const struct frame_head head = {.kind = kind, .turn = number};

	pthread_mutex_lock(&workers->out_lock);
	if (!outbox_add(&workers->outbox, &head, NULL, SLICE("")))
		fail(workers);
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
	if (!outbox_add(
		    &workers->outbox, &head, result->row, slice_make(result->json, result->njson)))
		fail(workers);
	if (++workers->waiting >= TOGETHER || workers->outbox.n >= ENOUGH)
		flush(workers);
	pthread_mutex_unlock(&workers->out_lock);
}

static int64_t
now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Starts one more thread; without it, the run continues. The lock is held. */
static bool
add_thread(struct workers *workers)
{
	pthread_attr_t attr;
	pthread_t thread;
	bool made;

	if (pthread_attr_init(&attr) != 0)
		return false;
	made = pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED) == 0 &&
	       pthread_create(&thread, &attr, run_thread, workers) == 0;
	(void)pthread_attr_destroy(&attr);
	if (made)
		workers->threads++;
	return made;
}

/*
 * The condition of the threads that get the next free slot, with messages in progress first, which
 * use memory. The lock is held; the condition is signaled after it is released.
 */
static pthread_cond_t *
next_in_turn(struct workers *workers)
{
	return workers->back > 0 ? &workers->go_on : &workers->begin;
}

static void
release_slot(struct workers *workers)
{
	pthread_cond_t *next;

	pthread_mutex_lock(&workers->lock);
	workers->slots++;
	next = next_in_turn(workers);
	pthread_mutex_unlock(&workers->lock);
	pthread_cond_signal(next);
}

/* Takes a free slot. The lock is held, and is released here. */
static void
take_slot(struct workers *workers)
{
	pthread_cond_t *next = --workers->slots > 0 ? next_in_turn(workers) : NULL;

	pthread_mutex_unlock(&workers->lock);
	if (next != NULL)
		pthread_cond_signal(next);
}

/* Waits for a slot for a new message. */
static void
begin(struct workers *workers)
{
	pthread_mutex_lock(&workers->lock);
	while (workers->slots == 0 || workers->back > 0)
		pthread_cond_wait(&workers->begin, &workers->lock);
	take_slot(workers);
}

/*
 * The number of threads needed to keep all jobs busy while some wait for DNS. It grows with the
 * mean wait, because each thread costs memory and decodes the keys once more. The lock is held.
 */
static size_t
wanted_threads(const struct workers *workers)
{
	const size_t jobs = workers->config.jobs, most = workers->config.threads;
	const size_t times = (size_t)(workers->waited_us / WAIT_US);

	return times >= most || jobs * (1 + times) + FEW >= most ? most : jobs * (1 + times) + FEW;
}

/*
 * Adds a thread if one is needed and there are fewer than most. The lock is held. Returns the
 * number of threads to report, or 0.
 */
static size_t
replace_sleeper(struct workers *workers, size_t most)
{
	return !workers->drained && workers->threads < most &&
			       workers->threads - workers->asleep - workers->leaving <
				       workers->config.jobs &&
			       add_thread(workers)
		       ? workers->threads
		       : 0;
}

/* Lets another thread go on while this one waits; there are at most that many threads. */
static void
step_aside(struct workers *workers, size_t most)
{
	size_t threads;

	pthread_mutex_lock(&workers->lock);
	workers->asleep++;
	threads = replace_sleeper(workers, most);
	pthread_mutex_unlock(&workers->lock);
	release_slot(workers);
	if (threads > 0)
		send_frame(workers, FRAME_WANTED, threads);
}

static void
wait_begin(void *arg)
{
	struct thread *thread = arg;
	struct workers *workers = thread->workers;
	size_t most;

	thread->since_us = now_us();
	pthread_mutex_lock(&workers->lock);
	thread->keeps = workers->waited_us < workers->keep_us;
	most = wanted_threads(workers);
	pthread_mutex_unlock(&workers->lock);
	if (!thread->keeps)
		step_aside(workers, most);
}

/*
 * Adds a thread even beyond wanted_threads: all others may be waiting for one server that is
 * silent.
 */
static void
wait_long(void *arg)
{
	struct thread *thread = arg;
	struct workers *workers = thread->workers;
	size_t threads;

	if (thread->keeps) {
		thread->keeps = false;
		step_aside(workers, workers->config.threads);
		return;
	}
	pthread_mutex_lock(&workers->lock);
	threads = replace_sleeper(workers, workers->config.threads);
	pthread_mutex_unlock(&workers->lock);
	if (threads > 0)
		send_frame(workers, FRAME_WANTED, threads);
}

/* Waits for a slot after step_aside. The lock is held, and is released here. */
static void
resume(struct workers *workers)
{
	workers->asleep--;
	workers->back++;
	while (workers->slots == 0)
		pthread_cond_wait(&workers->go_on, &workers->lock);
	workers->back--;
	take_slot(workers);
}

static void
wait_end(void *arg)
{
	struct thread *thread = arg;
	struct workers *workers = thread->workers;
	const int64_t waited_us = now_us() - thread->since_us;

	pthread_mutex_lock(&workers->lock);
	workers->waited_us += (waited_us - workers->waited_us) / WAITS;
	if (thread->keeps) {
		pthread_mutex_unlock(&workers->lock);
		return;
	}
	resume(workers);
}

/*
 * Should this thread end, because those added for the first, slow answers are too many? It then
 * counts as leaving.
 */
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
 * Takes the next message; false at the end. Before the thread waits for one, it sends pending
 * results; while it waits, its slot is free.
 */
static bool
take(struct workers *workers, struct inbox_message *message)
{
	const bool open = !workers->drained && !workers->failed;
	enum packet_got got = open ? inbox_take(workers->inbox, false, message) : PACKET_END;

	if (got == PACKET_NONE) {
		release_slot(workers);
		flush_all(workers);
		got = inbox_take(workers->inbox, true, message);
		begin(workers);
	}
	if (got == PACKET_GOT)
		return true;
	workers->drained = true;
	return false;
}

/* Does a thread that has begun its message wait for a slot? */
static bool
is_other_first(struct workers *workers)
{
	bool first;

	pthread_mutex_lock(&workers->lock);
	first = workers->back > 0;
	pthread_mutex_unlock(&workers->lock);
	return first;
}

/*
 * Takes a workspace for the message; while the thread waits for one, another goes on. NULL when out
 * of memory.
 */
static struct workspace *
space_for(struct workers *workers, struct packet *packet)
{
	const size_t n = worker_octets(workers->config.options, packet);
	struct workspace *space = workspaces_take(workers->spaces, n, false);
	size_t most;

	if (space != NULL)
		return space;
	pthread_mutex_lock(&workers->lock);
	most = wanted_threads(workers);
	pthread_mutex_unlock(&workers->lock);
	step_aside(workers, most);
	space = workspaces_take(workers->spaces, n, true);
	pthread_mutex_lock(&workers->lock);
	resume(workers);
	return space;
}

/*
 * Evaluates messages until there are no more. The thread keeps its slot from one message to the
 * next. True if the thread is spare and must end; it is then counted as leaving.
 */
static bool
judge_packets(struct workers *workers, struct worker *worker)
{
	struct inbox_message message;
	bool spare = false;

	begin(workers);
	while (!spare && take(workers, &message)) {
		struct packet *packet = &message.packet;
		struct workspace *space = space_for(workers, packet);
		struct result result = {.row = NULL}; /* stays NULL when out of memory */

		if (space != NULL) {
			worker_judge(worker, space, packet, &result);
			workspaces_give(workers->spaces, space);
		}
		give(workers, packet->turn, &result);
		inbox_give(workers->inbox, &message);
		result_clear(&result);
		spare = is_spare(workers);
		if (!spare && is_other_first(workers)) {
			release_slot(workers);
			begin(workers);
		}
	}
	release_slot(workers);
	return spare;
}

static void
set_up(struct workers *workers, struct thread *thread)
{
	const struct workers_config *config = &workers->config;
	struct worker *worker = &thread->worker;

	thread->workers = workers;
	worker->options = config->options;
	worker->pool = config->pool;
	worker->advice = config->advice;
	worker->overlay = config->overlay;
	worker->own = config->own;
	worker->tools = config->tools;
	worker->user = (struct dns_pool_user){.wait_begin = wait_begin,
		.wait_long = wait_long,
		.wait_end = wait_end,
		.wait_arg = thread};
}

static void *
run_thread(void *arg)
{
	struct workers *workers = arg;
	struct thread *thread = calloc(1, sizeof *thread);
	bool spare = false;

	if (thread != NULL) {
		set_up(workers, thread);
		spare = judge_packets(workers, &thread->worker);
	}
	/*
	 * the thread is counted until here, because OpenSSL and the process are shut down after the
	 * last thread
	 */
	pthread_mutex_lock(&workers->lock);
	workers->failed |= thread == NULL && workers->threads - workers->leaving == 1;
	free(thread);
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
start_workers(struct workers *workers)
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
	workers->keep_us = dns_pool_is_local(config->pool) ? NEAR_US : WAIT_US;
	workers->inbox = inbox_new(READER_ITEMS);
	workers->spaces = workspaces_new(config->jobs);
	if (workers->inbox != NULL && workers->spaces != NULL &&
		pthread_mutex_init(&workers->out_lock, NULL) == 0 &&
		pthread_mutex_init(&workers->lock, NULL) == 0 &&
		pthread_cond_init(&workers->go_on, NULL) == 0 &&
		pthread_cond_init(&workers->begin, NULL) == 0 &&
		pthread_cond_init(&workers->changed, NULL) == 0) {
		pthread_mutex_lock(&workers->lock);
		if (start_workers(workers)) {
			send_frame(workers, FRAME_READY, workers->threads);
			supervise(workers);
			done = !workers->failed;
		}
		pthread_mutex_unlock(&workers->lock);
	}
	inbox_free(workers->inbox);
	workspaces_free(workers->spaces);
	free(workers->outbox.octets);
	free(workers);
	return done;
}
