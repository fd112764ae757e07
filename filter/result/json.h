/* json.h: everything that is known about a message, as one JSON object (docs/schema.json). */
#ifndef FILTER_RESULT_JSON_H
#define FILTER_RESULT_JSON_H

#include "auth/diagnose/diagnose.h"
#include "filter/io/fault.h"
#include "filter/receiver/agree.h"
#include "filter/result/finding.h"
#include "filter/verdict/evaluate.h"
#include "filter/verdict/sender.h"
#include "filter/verdict/whatif.h"

/* A status code in a bounce (filter/rules/bounce.h). */
struct said_code {
	struct slice code;               /* "5.7.26" */
	struct slice host, recipient;    /* who said it, and of whose mail; or empty */
	size_t more;                     /* further recipients */
	const char *by, *also;           /* who gives it that meaning, or another one; or NULL */
	const char *id, *meaning, *page; /* for programs, in English, its page; or NULL */
};

/* The bounces in a message. */
struct said {
	const struct said_code *codes;
	size_t n;
	size_t returned; /* messages and headers that came back */
	bool read;       /* their parts could be read */
	bool whole;      /* nothing was left out because of a limit */
};

/* The outcome of the message, besides the evaluation. */
struct outcome {
	const char *path;     /* batch: the location of the message, escaped; or NULL */
	bool known;           /* batch: the source is known to send for the author */
	struct sender sender; /* batch: the class of the sender */
	size_t index;         /* batch, with path: index of the message in the run, from 0 */
	int status;           /* exit status */
	struct error error;   /* an internal error, or none */
	const char *event;    /* log only: a unique identifier of the line; or NULL */
	struct slice failure; /* log only: a header to be reported (failure.h), or empty */
	size_t dropped;       /* fields removed because they claimed to be ours */
	struct slice field;   /* our Authentication-Results field, or empty */
	const struct findings *advice;     /* of explain and batch; NULL: the member is left out */
	const struct diagnosis *diagnoses; /* causes of broken signatures; NULL: not requested */
	size_t ndiagnoses;
	const char *worse_source; /* --fail-if-worse: the source of the message; NULL: its result is
				     not worse */
	enum auth_code worse_dmarc;        /* --fail-if-worse: the DMARC result with the change */
	const struct said *bounce;         /* of explain; NULL: there is none in the message */
	const struct agreement *agreement; /* --compare-received; NULL: not compared */
	const struct what_if_result *what_ifs; /* results of --what-if, in its order; NULL: none */
	size_t nwhat_ifs;
	const struct what_if_result *other; /* result by the other RFC; NULL: not compared */
};

/*
 * Writes the object as one line of ASCII with its line end, in the arena; octets that are not UTF-8
 * become U+FFFD. ST_TEMP if jansson runs out of memory.
 */
enum status json_line(
	const struct evaluation *evaluation, const struct outcome *outcome, struct slice *line);

/*
 * A random identifier for a line of a log, so that a line that is imported twice counts once; NULL
 * if the kernel has no random octets yet.
 */
const char *json_event(struct arena *arena);

/* The value of the first Message-ID, without folds; empty if there is none. */
struct slice json_message_id(const struct evaluation *evaluation);

/* Writes the line for a file that could not be evaluated, in the same form. */
enum status json_failure(size_t index, const char *path, const struct error *error,
	struct arena *arena, struct slice *line);

/*
 * Appends line to the file with one write, so that several processes can share it; false with
 * errno.
 */
bool json_append(const char *path, struct slice line);

/* The same in two steps: opens the file (-1 with errno), then appends the line and closes it. */
int json_log_open(const char *path);
bool json_log_write(int fd, struct slice line);

#endif
