#include "filter/reader/reader.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>

static int
begin_slowly(void *arg)
{
	const struct frame_head head = {.kind = FRAME_READY};
	struct outbox outbox = {.octets = NULL};
	bool sent;

	(void)arg;
	(void)poll(NULL, 0, 300);
	sent = outbox_add(&outbox, &head, NULL, SLICE("")) && outbox_send(&outbox);
	free(outbox.octets);
	return sent ? 0 : 1;
}

static void
on_alarm(int number)
{
	(void)number;
}

/* Signals that arrive while the process starts are no reason to give it up. */
Test(reader, signals_while_it_begins)
{
	const struct itimerval often = {{0, 20 * 1000}, {0, 20 * 1000}}, never = {{0, 0}, {0, 0}};
	struct sigaction action = {.sa_handler = on_alarm};
	struct reader *reader;
	int status = -1;

	sigemptyset(&action.sa_mask);
	cr_assert_eq(sigaction(SIGALRM, &action, NULL), 0);
	cr_assert_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
	reader = reader_start(begin_slowly, NULL, &status);
	cr_assert_eq(setitimer(ITIMER_REAL, &never, NULL), 0);
	cr_assert_not_null(reader);
	reader_finish(reader);
	cr_expect(reader_end(reader, false));
}
