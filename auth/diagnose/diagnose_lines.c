/* diagnose_lines.c: changes that servers make to the lines of any body. */
#include "auth/diagnose/diagnose_mime.h"

enum { LONG_LINE = 900, DOT_LINES = 40, LARGE = 512 * 1024, SPARE = 256 };

enum way {
	WAY_NONE,
	FROM_LINES,
	BREAK_SPACE,      /* CRLF SP was put into long lines */
	BREAK,            /* CRLF */
	BREAK_BANG_SPACE, /* "!" CRLF SP */
	BREAK_BANG,
	DASHES,
	DOTS_DOUBLED,
	TRAILING,
	NO_CR,
	FROM_CR,
	HALVED,
	TOP_LINE,
	DOT_LOST /* plus the index of the line */
};

static const struct rule {
	enum way way;
	unsigned cost;
	enum diagnose_kind kind;
} rules[] = {
	{FROM_LINES, 2, DIAGNOSE_FROM_LINES},
	{BREAK_SPACE, 2, DIAGNOSE_LONG_LINES},
	{BREAK, 2, DIAGNOSE_LONG_LINES},
	{BREAK_BANG_SPACE, 2, DIAGNOSE_LONG_LINES},
	{BREAK_BANG, 3, DIAGNOSE_LONG_LINES},
	{DASHES, 2, DIAGNOSE_BLANKS},
	{DOTS_DOUBLED, 3, DIAGNOSE_DOTS},
	{TRAILING, 3, DIAGNOSE_BLANKS},
	{NO_CR, 3, DIAGNOSE_LINE_ENDS},
	{FROM_CR, 3, DIAGNOSE_LINE_ENDS},
	{HALVED, 3, DIAGNOSE_LINE_ENDS},
	{TOP_LINE, 3, DIAGNOSE_BLANK_LINE},
};

static size_t
content_length(struct slice line)
{
	size_t n = line.n;

	while (n > 0 && (line.p[n - 1] == '\n' || line.p[n - 1] == '\r'))
		n--;
	return n;
}

static size_t
longest_line(struct slice body)
{
	struct slice rest = body, line;
	size_t most = 0;

	while (line_next(&rest, &line))
		if (content_length(line) > most)
			most = content_length(line);
	return most;
}

/*
 * Joins lines that are about as long as the longest one, because software that breaks lines fills
 * them.
 */
static void
join_lines(struct slice body, enum way way, struct buf *out)
{
	const bool bang = way == BREAK_BANG || way == BREAK_BANG_SPACE;
	const bool space = way == BREAK_SPACE || way == BREAK_BANG_SPACE;
	size_t longest = longest_line(body), least = longest > 3 ? longest - 3 : 0;
	struct slice rest = body, line;

	if (least < LONG_LINE)
		least = SIZE_MAX;
	while (line_next(&rest, &line)) {
		size_t n = content_length(line);
		bool broken = n >= least && rest.n > 0 && (!bang || line.p[n - 1] == '!') &&
			      (!space || rest.p[0] == ' ');

		if (!broken) {
			buf_add(out, line);
			continue;
		}
		buf_add(out, slice_head(line, bang ? n - 1 : n));
		if (space)
			rest = slice_from(rest, 1);
	}
}

static void
from_cr(struct slice body, struct buf *out)
{
	for (size_t i = 0; i < body.n; i++) {
		bool lf = i + 1 < body.n && body.p[i + 1] == '\n';

		buf_addc(out, body.p[i]);
		if (body.p[i] == '\r' && !lf)
			buf_addc(out, '\n');
	}
}

/* Removes the empty line that was added after each line; false if it is missing somewhere. */
static bool
halve(struct slice body, struct buf *out)
{
	bool was_blank = true, doubled = true;
	struct slice line;

	while (line_next(&body, &line)) {
		bool blank = slice_trim(line).n == 0;

		if (blank && !was_blank) {
			was_blank = true;
			continue;
		}
		doubled &= blank || was_blank;
		was_blank = false;
		buf_add(out, line);
	}
	return doubled;
}

static void
change_line(struct slice line, enum way way, struct buf *out)
{
	size_t end = content_length(line), n = end;

	if (way == FROM_LINES && line.p[0] == '>') {
		size_t quotes = 0;

		while (quotes < line.n && line.p[quotes] == '>')
			quotes++;
		if (slice_starts(slice_from(line, quotes), SLICE("From ")))
			line = slice_from(line, 1);
	} else if (way == DOTS_DOUBLED && slice_starts(line, SLICE(".."))) {
		line = slice_from(line, 1);
	} else if (way == DASHES && slice_eq(slice_head(line, end), SLICE("--"))) {
		buf_adds(out, "-- ");
		line = slice_from(line, end);
	} else if (way == TRAILING) {
		while (n > 0 && (line.p[n - 1] == ' ' || line.p[n - 1] == '\t'))
			n--;
		buf_add(out, slice_head(line, n));
		line = slice_from(line, end);
	}
	buf_add(out, line);
}

bool
diagnose_lines(struct slice body, int way, struct arena *arena, struct slice *out)
{
	struct slice rest = body, line;
	struct buf made = diagnose_buf(body.n + SPARE, arena);
	int number = 0;

	if (way >= BREAK_SPACE && way <= BREAK_BANG) {
		join_lines(body, (enum way)way, &made);
	} else if (way == NO_CR) {
		for (size_t i = 0; i < body.n; i++)
			if (body.p[i] != '\r')
				buf_addc(&made, body.p[i]);
	} else if (way == FROM_CR) {
		from_cr(body, &made);
	} else if (way == HALVED) {
		if (!halve(body, &made))
			return false;
	} else if (way == TOP_LINE) {
		buf_adds(&made, "\r\n");
		buf_add(&made, body);
	} else {
		while (line_next(&rest, &line)) {
			if (way >= DOT_LOST && number++ == way - DOT_LOST)
				buf_addc(&made, '.');
			change_line(line, (enum way)(way < DOT_LOST ? way : WAY_NONE), &made);
		}
	}
	*out = buf_slice(&made);
	return !made.over && !slice_eq(*out, body);
}

/* Is there a CR that no LF follows? */
static bool
has_odd_cr(struct slice body)
{
	for (size_t i = 0; i < body.n; i++)
		if (body.p[i] == '\r' && (i + 1 == body.n || body.p[i + 1] != '\n'))
			return true;
	return false;
}

void
diagnose_line_options(struct diagnose_plan *plan, struct diagnose_choice *choice)
{
	bool odd = has_odd_cr(plan->body);
	struct slice rest = plan->body, line;
	struct arena scratch;

	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		const struct rule *rule = &rules[i];
		struct diagnose_option *option;
		struct slice made;
		bool differs;

		if ((rule->way == NO_CR || rule->way == FROM_CR) && !odd)
			continue;
		/*
		 * not checked for a large body, because an attempt that changes nothing costs no
		 * more than this check
		 */
		arena_init(&scratch, plan->arena->oom, plan->arena->oom_arg);
		differs = plan->body.n > LARGE ||
			  diagnose_lines(plan->body, (int)rule->way, &scratch, &made);
		arena_clear(&scratch);
		if (!differs || (option = diagnose_choice_add(choice, rule->cost)) == NULL)
			continue;
		option->way = (int)rule->way;
		diagnose_option_change(option, rule->kind, SLICE(""), SLICE(""));
	}
	for (int i = 0; i < DOT_LINES && line_next(&rest, &line); i++) {
		struct diagnose_option *option;

		if (content_length(line) == 0 || (option = diagnose_choice_add(choice, 5)) == NULL)
			continue;
		option->way = DOT_LOST + i;
		diagnose_option_change(option, DIAGNOSE_DOTS, SLICE(""), SLICE(""));
	}
}
