/* dmarc_align.c: do two names have the same organizational domain (RFC 9989 4.10.2)? */
#include "auth/base/domain.h"
#include "auth/dmarc/dmarc_discover.h"

/*
 * If queries failed, the two walks are compared under every assumption about the missing records
 * that could change the answer. The nodes fall into three parts: those on the author's walk only,
 * on the identifier's walk only, and on both. Within a part, the first psd=y or psd=n, known or
 * assumed, decides; otherwise the record with the fewest labels. So it is enough to assume one
 * record per part at a time.
 */
enum part { PART_AUTHOR, PART_IDENTIFIER, PART_BOTH, PARTS };

struct pair {
	const struct dmarc_walk *author, *identifier;
	bool same, different; /* some assumption leads to this result */
};

static bool
walk_has(const struct dmarc_walk *walk, const struct dmarc_node *node)
{
	for (size_t i = 0; i < walk->n; i++)
		if (walk->nodes[i] == node)
			return true;
	return false;
}

/* The i-th node of a part if it has no answer, else NULL. */
static struct dmarc_node *
open_node(const struct pair *pair, unsigned part, size_t i)
{
	const struct dmarc_walk *walk = part == PART_IDENTIFIER ? pair->identifier : pair->author;
	const struct dmarc_walk *other = part == PART_IDENTIFIER ? pair->author : pair->identifier;
	struct dmarc_node *node = i < walk->n ? walk->nodes[i] : NULL;

	if (node == NULL || node->found != DMARC_NO_ANSWER)
		return NULL;
	return walk_has(other, node) == (part == PART_BOTH) ? node : NULL;
}

/*
 * Compares the walks under every assumption about this part and the later ones. Recurses at most
 * three levels, one for each part.
 */
static void
suppose(struct pair *pair, unsigned part)
{
	if (part == PARTS) {
		bool same =
			slice_eq(dmarc_walk_org(pair->author), dmarc_walk_org(pair->identifier));
		pair->same |= same;
		pair->different |= !same;
		return;
	}
	suppose(pair, part + 1);
	for (size_t i = 0; i < DMARC_WALK_MAX; i++) {
		struct dmarc_node *node = open_node(pair, part, i);
		for (const char *psd = "uny"; node != NULL && *psd != '\0'; psd++) {
			if (pair->same && pair->different)
				break;
			node->assumed = *psd;
			suppose(pair, part + 1);
		}
		if (node != NULL)
			node->assumed = '\0';
	}
}

static enum dmarc_alignment
align_walks(const struct dmarc_walk *author, const struct dmarc_walk *identifier)
{
	struct pair pair = {.author = author, .identifier = identifier};

	suppose(&pair, 0);
	if (pair.same && pair.different && identifier->over)
		return DMARC_OVER;
	if (pair.same && pair.different)
		return author->failed ? DMARC_UNSURE_AUTHOR : DMARC_UNSURE;
	return pair.same ? DMARC_ALIGNED : DMARC_NOT_ALIGNED;
}

/* Is the identifier's own walk needed to decide? If so, *author_walk is set. */
static bool
walk_needed(struct dmarc_finder *finder, struct slice author, struct slice identifier,
	struct dmarc_walk *author_walk, struct slice *author_org)
{
	/*
	 * an organizational domain is a suffix of its names: if these two names share no suffix, no
	 * query is needed
	 */
	if (domain_common(author, identifier) == 0)
		return false;
	dmarc_walk(finder, author, author_walk);
	if (author_walk->failed)
		return true;
	*author_org = dmarc_walk_org(author_walk);
	return domain_within(identifier, *author_org);
}

enum dmarc_alignment
dmarc_align_relaxed(struct dmarc_finder *finder, struct slice author, struct slice identifier,
	struct slice *author_org)
{
	struct dmarc_walk author_walk, identifier_walk;

	if (finder->mode == DMARC_RFC7489) {
		*author_org = domain_psl_org(finder->in->psl, author);
		return slice_eq(*author_org, domain_psl_org(finder->in->psl, identifier))
			       ? DMARC_ALIGNED
			       : DMARC_NOT_ALIGNED;
	}
	if (!walk_needed(finder, author, identifier, &author_walk, author_org))
		return DMARC_NOT_ALIGNED;
	dmarc_walk(finder, identifier, &identifier_walk);
	return align_walks(&author_walk, &identifier_walk);
}

enum dmarc_alignment
dmarc_align_roughly(struct dmarc_finder *finder, struct slice author, struct slice identifier,
	struct slice *author_org)
{
	struct dmarc_walk author_walk;

	if (finder->mode == DMARC_RFC7489)
		return dmarc_align_relaxed(finder, author, identifier, author_org);
	return walk_needed(finder, author, identifier, &author_walk, author_org) &&
			       !author_walk.failed
		       ? DMARC_ALIGNED
		       : DMARC_NOT_ALIGNED;
}

void
dmarc_align_ask(struct dmarc_finder *finder, struct slice author, struct slice identifier)
{
	struct dmarc_walk author_walk;
	struct slice author_org;

	if (finder->mode == DMARC_RFC9989 && !finder->in->options->no_ask &&
		walk_needed(finder, author, identifier, &author_walk, &author_org))
		dmarc_walk_ask(finder, identifier);
}
