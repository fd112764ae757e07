/*
 * json.h: everything that is known of one message, as one JSON object (docs/schema.json).
 */
#ifndef FILTER_RESULT_JSON_H
#define FILTER_RESULT_JSON_H

#include "auth/diagnose/diagnose.h"
#include "filter/io/fault.h"
#include "filter/receiver/agree.h"
#include "filter/result/finding.h"
#include "filter/verdict/evaluate.h"
#include "filter/verdict/sender.h"
#include "filter/verdict/whatif.h"

/* The outcome of the message, besides the evaluation. */
struct outcome {
	const char *path;              /* batch: the location of the message, escaped; or NULL */
	bool known;                    /* batch: its source is known to send for the author */
	struct sender sender;          /* batch: its class */
	size_t index;                  /* batch, with path: its number in the run, from 0 */
	int status;                    /* exit status */
	struct error error;            /* an internal error, or none */
	const char *event;             /* of a log: an identifier unique to this line; or NULL */
	struct slice failure;          /* of a log: a header to be reported (failure.h), or empty */
	size_t dropped;                /* fields removed because they claimed to be ours */
	struct slice field;            /* our Authentication-Results, or empty */
	const struct findings *advice; /* explain's and batch's; NULL: the member is left out */
	const struct diagnosis *diagnoses; /* causes of broken signatures; NULL: not requested */
	size_t ndiagnoses;
	const char *worse_source;          /* --fail-if-worse: who sent it; NULL: it is not worse */
	enum auth_code worse_dmarc;        /* and the DMARC result then */
	const struct agreement *agreement; /* --compare-received; NULL: not compared */
	const struct what_if_result *what_ifs; /* results of --what-if, in its order; NULL: none */
	size_t nwhat_ifs;
	const struct what_if_result *other; /* by the other RFC; NULL: not compared */
};

/*
 * One line with its line end, UTF-8, in the arena: text that is not UTF-8 has U+FFFD for its bad
 * octets. ST_TEMP if jansson has no memory.
 */
enum status json_line(
	const struct evaluation *evaluation, const struct outcome *outcome, struct slice *line);

/*
 * A random identifier for a line of a log, so that a line that is read twice counts once; NULL if
 * the kernel has no random octets yet.
 */
const char *json_event(struct arena *arena);

/* The value of the first Message-ID, without folds; empty if there is none. */
struct slice json_message_id(const struct evaluation *evaluation);

/* One line for a file that could not be evaluated; the same form as above. */
enum status json_failure(size_t index, const char *path, const struct error *error,
	struct arena *arena, struct slice *line);

/* Appends line to the file by one write, so that many processes can share it; false with errno. */
bool json_append(const char *path, struct slice line);

/* The same in two steps: a descriptor, or -1 with errno; the line, after which it is closed. */
int json_log_open(const char *path);
bool json_log_write(int fd, struct slice line);

#endif
