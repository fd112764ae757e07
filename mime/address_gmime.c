/*
 * GMime's reading of an address field.
 *
 * libgmime pulls in 20 libraries (GIO, GPGME...), 1.2 ms of dynamic linking a process. It is
 * loaded by name when the first field needs a second reader, then initialised (g_mime_init, once,
 * 0.1 ms) and never unloaded: GLib cannot give back the types that were registered. Its default
 * parser options are used, the tolerant ones: a reading that a tolerant client may have is just
 * what the strict grammar is to be compared with.
 */
#include "mime/address.h"

#include <gmime/gmime.h>
#include <pthread.h>
#include <stdlib.h>

#include "mime/late.h"

enum {
	VALUE_MAX = 64 * 1024,
	MAX_COLONS = 100,            /* GMime recurses at each; 4,000 overflow a stack of 512 KiB */
	MAX_WORK = 64 * 1024 * 1024, /* GMime may read on to the end from each comma: 70 ms */
	FIRST_CAP = 4
};

struct address_gmime {
	pthread_mutex_t lock; /* over loading only */
	enum { UNTRIED, LOADED, FAILED } state;
	__typeof__(&g_mime_init) init;
	__typeof__(&internet_address_list_parse) parse;
	__typeof__(&internet_address_list_length) length;
	__typeof__(&internet_address_list_get_address) get;
	__typeof__(&internet_address_group_get_type) group_type;
	__typeof__(&internet_address_group_get_members) members;
	__typeof__(&internet_address_mailbox_get_type) mailbox_type;
	__typeof__(&internet_address_mailbox_get_addr) addr;
	__typeof__(&g_type_check_instance_is_a) is_a;
	__typeof__(&g_object_unref) unref;
};

struct domains {
	struct arena *arena;
	struct slice *list;
	size_t n, cap;
	bool without; /* an address has no domain */
};

struct address_gmime *
address_gmime_open(void)
{
	struct address_gmime *gmime = calloc(1, sizeof *gmime);

	if (gmime != NULL && pthread_mutex_init(&gmime->lock, NULL) != 0) {
		free(gmime);
		gmime = NULL;
	}
	return gmime;
}

void
address_gmime_close(struct address_gmime *gmime)
{
	if (gmime == NULL)
		return;
	(void)pthread_mutex_destroy(&gmime->lock);
	free(gmime);
}

static bool
load(struct address_gmime *gmime)
{
	static const struct late_name names[] = {
		LATE_ALWAYS(address_gmime, init, g_mime_init),
		LATE_ALWAYS(address_gmime, parse, internet_address_list_parse),
		LATE_ALWAYS(address_gmime, length, internet_address_list_length),
		LATE_ALWAYS(address_gmime, get, internet_address_list_get_address),
		LATE_ALWAYS(address_gmime, group_type, internet_address_group_get_type),
		LATE_ALWAYS(address_gmime, members, internet_address_group_get_members),
		LATE_ALWAYS(address_gmime, mailbox_type, internet_address_mailbox_get_type),
		LATE_ALWAYS(address_gmime, addr, internet_address_mailbox_get_addr),
		LATE_ALWAYS(address_gmime, is_a, g_type_check_instance_is_a),
		LATE_ALWAYS(address_gmime, unref, g_object_unref),
	};

	if (!late_load("libgmime-3.0.so.0", names, sizeof names / sizeof *names, gmime))
		return false;
	gmime->init();
	return true;
}

bool
address_gmime_ready(struct address_gmime *gmime)
{
	bool loaded;

	if (gmime == NULL || pthread_mutex_lock(&gmime->lock) != 0)
		return false;
	if (gmime->state == UNTRIED)
		gmime->state = load(gmime) ? LOADED : FAILED;
	loaded = gmime->state == LOADED;
	(void)pthread_mutex_unlock(&gmime->lock);
	return loaded;
}

static void
add_domain(struct domains *domains, struct slice domain)
{
	if (domains->n == domains->cap) {
		size_t cap = domains->cap == 0 ? FIRST_CAP : domains->cap * 2;
		struct slice *grown = arena_array(domains->arena, cap, sizeof *grown);

		if (domains->n > 0)
			memcpy(grown, domains->list, domains->n * sizeof *grown);
		domains->list = grown;
		domains->cap = cap;
	}
	domains->list[domains->n++] = arena_dup(domains->arena, domain);
}

/* The recursion is bounded as GMime's was, by MAX_COLONS. */
static void
walk(const struct address_gmime *gmime, InternetAddressList *list, struct domains *domains)
{
	int n = gmime->length(list);

	for (int i = 0; i < n; i++) {
		InternetAddress *address = gmime->get(list, i);
		GTypeInstance *instance = (GTypeInstance *)address;

		if (gmime->is_a(instance, gmime->group_type())) {
			walk(gmime, gmime->members((InternetAddressGroup *)address), domains);
		} else if (gmime->is_a(instance, gmime->mailbox_type())) {
			InternetAddressMailbox *mailbox = (InternetAddressMailbox *)address;
			struct slice addr = slice_str(gmime->addr(mailbox));

			if (mailbox->at < 0 || (size_t)mailbox->at + 1 >= addr.n)
				domains->without = true;
			else
				add_domain(domains, slice_from(addr, (size_t)mailbox->at + 1));
		}
	}
}

/*
 * GMime would decode encoded words in display names, by iconv with a character set of the sender's
 * choice. Domains do not depend on it, so the words are broken, octet for octet.
 */
static char *
without_encoded_words(struct slice value, struct arena *arena)
{
	char *copy = arena_cstr(arena, value);

	for (char *at = copy; (at = strstr(at, "=?")) != NULL; at += 2)
		at[1] = '_';
	return copy;
}

static size_t
count(struct slice s, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == c;
	return n;
}

enum status
address_gmime_domains(struct address_gmime *gmime, struct slice value, struct arena *arena,
	struct slice **domains, size_t *n, bool *complete)
{
	struct domains found = {.arena = arena};
	InternetAddressList *list;

	*domains = NULL;
	*n = 0;
	*complete = false;
	if (value.n > VALUE_MAX || count(value, ':') > MAX_COLONS ||
		count(value, ',') * value.n > MAX_WORK)
		return ST_LIMIT;
	if (slice_find(value, '\0') < value.n)
		return ST_BAD;
	if (!address_gmime_ready(gmime))
		return ST_TEMP;
	list = gmime->parse(NULL, without_encoded_words(value, arena));
	if (list == NULL)
		return ST_OK;
	walk(gmime, list, &found);
	gmime->unref(list);
	*domains = found.list;
	*n = found.n;
	*complete = found.n > 0 && !found.without;
	return ST_OK;
}
