/* dmarc_discover.c: tree walk, organizational domain and policy record (RFC 9989 4.10). */
#include "auth/dmarc/dmarc_discover.h"

#include "auth/base/domain.h"
#include "mime/buf.h"

/* The name of the TXT records; empty if it is not a valid DNS name. */
static struct slice
record_name(struct arena *arena, struct slice name)
{
	struct buf buf;

	buf_init(&buf, arena, DOMAIN_MAX);
	buf_adds(&buf, "_dmarc.");
	buf_add(&buf, name);
	return buf.over ? slice_make(NULL, 0) : buf_slice(&buf);
}

static void
read_answer(const struct dns_answer *answer, enum dmarc_mode mode, struct dmarc_node *node)
{
	struct dmarc_record record;

	node->status = answer->status;
	node->over = answer->outcome == DNS_OUT_MANY;
	node->found = DMARC_NO_RECORD;
	/* RFC 9989 5.3.6: a permanent DNS error is as inconclusive as a temporary one */
	if (answer->status == DNS_TEMP || answer->status == DNS_BAD)
		node->found = DMARC_NO_ANSWER;
	if (answer->status != DNS_OK)
		return;
	/* RFC 9989 4.10 steps 2 and 6: anything but a DMARC record is dropped before counting */
	for (size_t i = 0; i < answer->n && node->found != DMARC_SEVERAL; i++) {
		if (!dmarc_parse(answer->rr[i].text, mode, &record))
			continue;
		node->found = node->found == DMARC_NO_RECORD ? DMARC_RECORD : DMARC_SEVERAL;
		node->record = record;
	}
}

static struct dmarc_node *
node_find(const struct dmarc_finder *finder, struct slice name)
{
	struct dmarc_node *node = finder->nodes;

	while (node != NULL && !slice_eq(node->name, name))
		node = node->next;
	return node;
}

/* The record to assume at that name; NULL: query DNS. */
static const struct dmarc_published *
supposed(const struct auth_input *in, struct slice name)
{
	for (size_t i = 0; in->overlay != NULL && i < in->overlay->n; i++)
		if (slice_eq(in->overlay->v[i].name, name))
			return &in->overlay->v[i];
	return NULL;
}

static void
read_supposed(
	const struct dmarc_published *published, enum dmarc_mode mode, struct dmarc_node *node)
{
	node->status = DNS_OK;
	node->found =
		dmarc_parse(published->text, mode, &node->record) ? DMARC_RECORD : DMARC_NO_RECORD;
}

/*
 * Is it a name of the author's own walk? The queries for these, at most DMARC_WALK_MAX, are exempt
 * from the query limit, so that the message's other queries cannot affect the policy.
 */
static bool
is_authors(const struct auth_input *in, struct slice name)
{
	const struct slice author = in->ids->author_domain;

	return domain_within(author, name) &&
	       (domain_labels(name) < DMARC_WALK_MAX || slice_eq(name, author));
}

static const struct dns_answer *
get(const struct auth_input *in, struct slice name, struct slice txt)
{
	return is_authors(in, name) ? dns_get_policy(in->dns, txt, DNS_TXT, 0)
				    : dns_get(in->dns, txt, DNS_TXT, 0);
}

struct dmarc_node *
dmarc_node(struct dmarc_finder *finder, struct slice name)
{
	const struct auth_input *in = finder->in;
	struct dmarc_node *node = node_find(finder, name);

	if (node != NULL)
		return node;
	node = arena_alloc(in->arena, sizeof *node);
	node->name = name;
	node->next = finder->nodes;
	finder->nodes = node;
	const struct dmarc_published *published = supposed(in, name);
	struct slice txt = record_name(in->arena, name);
	if (published != NULL)
		read_supposed(published, finder->mode, node);
	else if (txt.n == 0)
		node->found = DMARC_TOO_LONG;
	else
		read_answer(get(in, name, txt), finder->mode, node);
	return node;
}

/*
 * RFC 9989 4.10 steps 3, 4 and 7: the name itself, then its parents from at most seven labels down
 * to one
 */
static size_t
walk_names(struct slice start, struct slice names[DMARC_WALK_MAX])
{
	size_t labels = domain_labels(start), n = 0;

	names[n++] = start;
	for (size_t left = labels < 8 ? labels - 1 : 7; left > 0; left--)
		names[n++] = domain_tail(start, left);
	return n;
}

static void
name_ask(const struct auth_input *in, struct slice name)
{
	struct slice txt = record_name(in->arena, name);

	if (txt.n > 0 && is_authors(in, name))
		dns_ask_policy(in->dns, txt, DNS_TXT);
	else if (txt.n > 0)
		dns_ask(in->dns, txt, DNS_TXT);
}

void
dmarc_walk_ask(const struct dmarc_finder *finder, struct slice start)
{
	struct slice names[DMARC_WALK_MAX];
	size_t n = walk_names(start, names);

	for (size_t i = 0; i < n && !finder->in->options->no_ask; i++)
		if (node_find(finder, names[i]) == NULL && supposed(finder->in, names[i]) == NULL)
			name_ask(finder->in, names[i]);
}

/* The value of psd in a node's real or assumed record; NUL if there is no record. */
static char
node_psd(const struct dmarc_node *node)
{
	if (node->found == DMARC_NO_ANSWER)
		return node->assumed;
	return node->found == DMARC_RECORD ? node->record.psd : '\0';
}

void
dmarc_walk(struct dmarc_finder *finder, struct slice start, struct dmarc_walk *walk)
{
	struct slice names[DMARC_WALK_MAX];
	size_t n = walk_names(start, names);
	char psd = '\0';

	*walk = (struct dmarc_walk){.start = start};
	dmarc_walk_ask(finder, start);
	while (walk->n < n && psd != 'y' && psd != 'n') {
		struct dmarc_node *node = dmarc_node(finder, names[walk->n]);
		walk->nodes[walk->n++] = node;
		walk->failed |= node->found == DMARC_NO_ANSWER;
		walk->over |= node->over;
		psd = node_psd(node);
	}
}

struct slice
dmarc_walk_org(const struct dmarc_walk *walk)
{
	struct slice org = walk->start;

	for (size_t i = 0; i < walk->n; i++) {
		struct slice name = walk->nodes[i]->name;
		char psd = node_psd(walk->nodes[i]);
		/*
		 * RFC 9989 4.10.2 rule 2: one label below the public suffix, unless the walk
		 * started there. It is not the name of nodes[i - 1], which may have several labels
		 * more
		 */
		if (psd == 'y' && i > 0)
			return domain_tail(walk->start, domain_labels(name) + 1);
		/*
		 * rule 3: the record with the fewest labels is the last one found; rule 1: psd=n
		 * ends the search
		 */
		if (psd != '\0')
			org = name;
		if (psd == 'n' || psd == 'y')
			break;
	}
	return org;
}

/* RFC 9989 4.10.1 for a domain without a record of its own */
static enum dmarc_discovery
discover_above(const struct dmarc_walk *walk, struct dmarc_selection *selection)
{
	enum dmarc_discovery nothing = DMARC_NOTHING;

	/* any unanswered name could have a record with psd=n, which would then be selected */
	if (walk->failed)
		return DMARC_UNKNOWN;
	selection->org = dmarc_walk_org(walk);
	for (size_t i = 0; i < walk->n; i++) {
		const struct dmarc_node *node = walk->nodes[i];
		if (node->found == DMARC_SEVERAL)
			nothing = DMARC_NOTHING_SEVERAL;
		if (node->found != DMARC_RECORD)
			continue;
		/* records at names in between do not apply */
		bool is_org = slice_eq(node->name, selection->org);
		if (is_org || node->record.psd == 'y') {
			selection->node = node;
			selection->source = is_org ? DMARC_FROM_ORG : DMARC_FROM_PSD;
			return DMARC_SELECTED;
		}
	}
	return nothing;
}

static enum dmarc_discovery
discover_7489(struct dmarc_finder *finder, struct slice author, struct dmarc_selection *selection)
{
	const struct dmarc_node *node = dmarc_node(finder, author);

	selection->org = domain_psl_org(finder->in->psl, author);
	/*
	 * RFC 7489 6.6.3 step 3: discovery continues only if there is no record; several records
	 * end it
	 */
	if ((node->found == DMARC_NO_RECORD || node->found == DMARC_TOO_LONG) &&
		!slice_eq(selection->org, author)) {
		node = dmarc_node(finder, selection->org);
		selection->source = DMARC_FROM_ORG;
	}
	selection->node = node;
	switch (node->found) {
	case DMARC_RECORD:
		return DMARC_SELECTED;
	case DMARC_SEVERAL:
		return DMARC_NOTHING_SEVERAL;
	case DMARC_NO_ANSWER:
		return DMARC_UNKNOWN;
	case DMARC_NO_RECORD:
	case DMARC_TOO_LONG:
		break;
	}
	return DMARC_NOTHING;
}

enum dmarc_discovery
dmarc_discover(struct dmarc_finder *finder, struct slice author, struct dmarc_selection *selection)
{
	struct dmarc_walk walk;

	*selection = (struct dmarc_selection){.source = DMARC_FROM_AUTHOR};
	if (finder->mode == DMARC_RFC7489)
		return discover_7489(finder, author, selection);
	selection->node = dmarc_node(finder, author);
	if (selection->node->found == DMARC_RECORD)
		return DMARC_SELECTED;
	if (selection->node->found == DMARC_NO_ANSWER)
		return DMARC_UNKNOWN;
	dmarc_walk(finder, author, &walk);
	return discover_above(&walk, selection);
}

static const char *
found_word(const struct dmarc_node *node)
{
	switch (node->found) {
	case DMARC_RECORD:
		return "record";
	case DMARC_SEVERAL:
		return "several records";
	case DMARC_TOO_LONG:
		return "too long to ask";
	case DMARC_NO_ANSWER:
		return node->status == DNS_BAD ? "bad answer" : "temperror";
	case DMARC_NO_RECORD:
		break;
	}
	return "no record";
}

void
dmarc_steps(const struct dmarc_finder *finder, struct slice author, struct dmarc_result *result)
{
	struct slice names[DMARC_WALK_MAX];
	struct dmarc_step *steps = arena_array(finder->in->arena, DMARC_WALK_MAX, sizeof *steps);
	size_t n = walk_names(author, names);
	char psd = '\0';

	result->steps = steps;
	for (size_t i = 0; i < n && psd != 'y' && psd != 'n'; i++) {
		const struct dmarc_node *node = node_find(finder, names[i]);
		if (node == NULL)
			continue;
		steps[result->nsteps++] =
			(struct dmarc_step){.name = node->name, .found = found_word(node)};
		psd = node_psd(node);
	}
}

void
dmarc_ask(const struct auth_input *in)
{
	struct slice author = in->ids->author_domain;
	enum dmarc_mode mode = in->options->dmarc_mode;
	bool both = in->options->dmarc_compare;
	struct dmarc_finder finder = {.in = in, .mode = mode};

	if (in->ids->ambiguous.id != FROM_R_NONE || author.n == 0)
		return;
	if (both || mode == DMARC_RFC9989)
		dmarc_walk_ask(&finder, author);
	if ((both || mode == DMARC_RFC7489) && in->psl != NULL) {
		name_ask(in, author);
		name_ask(in, domain_psl_org(in->psl, author));
	}
}
