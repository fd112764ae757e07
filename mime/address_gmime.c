/*
 * GMime's reading of an address field.
 *
 * libgmime pulls in 20 libraries (GIO, GPGME...), 1.2 ms of dynamic linking for each process. It is
 * loaded by name when the first field needs a second reader, then initialised (g_mime_init, once,
 * 0.1 ms) and never unloaded: GLib cannot unregister types. Its default parser options, the
 * tolerant ones, are used because the strict grammar is compared with the reading of a tolerant
 * mail client.
 */
#include "mime/address.h"

#include <gmime/gmime.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "mime/apart.h"
#include "mime/late.h"

enum {
	VALUE_MAX = 64 * 1024,
	MAX_COLONS = 100,            /* GMime recurses at each; 4,000 overflow a stack of 512 KiB */
	MAX_WORK = 64 * 1024 * 1024, /* GMime may read to the end from each comma: 70 ms */
	FIRST_CAP = 4,
	LENGTH = 2,            /* octets before a domain in a reply */
	REPLY_MAX = 256 * 1024 /* octets; four for each octet of the longest value */
};

struct address_gmime {
	const struct apart *apart; /* NULL: GMime runs in this process */
	bool died;                 /* the separate process died while reading the last value */
	pthread_mutex_t lock;      /* protects loading only */
	enum { UNTRIED, LOADED, FAILED } state;
	__typeof__(&g_log_set_default_handler) on_log;
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
	bool without; /* some address has no domain */
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

/*
 * In place of GLib's handler, which asks for the peer of stderr: a call that the sandbox can
 * forbid. After a lack of memory, GLib ends the process with SIGTRAP.
 */
static void
write_nothing(const gchar *domain, GLogLevelFlags level, const gchar *text, gpointer arg)
{
	(void)domain;
	(void)level;
	(void)text;
	(void)arg;
}

static bool
load_gmime(struct address_gmime *gmime)
{
	static const struct late_name names[] = {
		LATE_ALWAYS(address_gmime, on_log, g_log_set_default_handler),
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
	(void)gmime->on_log(write_nothing, NULL);
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
		gmime->state = load_gmime(gmime) ? LOADED : FAILED;
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

/* Adds the domains of list and its groups. MAX_COLONS bounds the recursion, here and in GMime. */
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
 * choice. Domains do not depend on them, so the words are overwritten, octet for octet.
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
count_char(struct slice s, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == c;
	return n;
}

void
address_gmime_apart(struct address_gmime *gmime, const struct apart *apart)
{
	gmime->apart = apart;
}

bool
address_gmime_died(const struct address_gmime *gmime)
{
	return gmime->died;
}

/* *complete: there is at least one address, and each has a domain */
static void
read_here(
	const struct address_gmime *gmime, const char *value, struct domains *found, bool *complete)
{
	InternetAddressList *list = gmime->parse(NULL, value);

	*complete = false;
	if (list == NULL)
		return;
	walk(gmime, list, found);
	gmime->unref(list);
	*complete = found->n > 0 && !found->without;
}

/*
 * The input of the separate process. Its reply: one octet (is it complete?), then the length and
 * the text of each domain.
 */
struct reading {
	struct address_gmime *gmime;
	const char *value;
};

/*
 * Loads GMime, and makes it load the libraries that convert character sets: GMime tries several for
 * octets that are not UTF-8.
 */
static bool
load_there(void *arg)
{
	static const char other_octets[] = "\xe9\xa4 <a@example.com>";
	const struct reading *reading = arg;
	InternetAddressList *list;

	if (!address_gmime_ready(reading->gmime))
		return false;
	list = reading->gmime->parse(NULL, other_octets);
	if (list != NULL)
		reading->gmime->unref(list);
	return true;
}

static void
end_there(void *arg, enum arena_lack lack)
{
	(void)arg;
	(void)lack;
	_exit(1);
}

static size_t
work_there(void *arg, char *reply, size_t size)
{
	const struct reading *reading = arg;
	struct arena arena;
	struct domains found = {.arena = &arena};
	bool complete;
	size_t n = 1;

	arena_init(&arena, end_there, NULL);
	read_here(reading->gmime, reading->value, &found, &complete);
	reply[0] = complete;
	for (size_t i = 0; i < found.n; i++) {
		const size_t length = found.list[i].n;

		if (length > VALUE_MAX || length + LENGTH > size - n)
			end_there(NULL, ARENA_MEMORY);
		reply[n] = (char)(length >> 8);
		reply[n + 1] = (char)(length & 255);
		memcpy(reply + n + LENGTH, found.list[i].p, length);
		n += LENGTH + length;
	}
	return n;
}

/*
 * The reply is as untrusted as the message: only the text of domains is used, and lengths are
 * checked.
 */
static enum status
take_reply(struct slice reply, struct domains *found, bool *complete)
{
	*complete = reply.n > 0 && reply.p[0] == 1;
	reply = slice_from(reply, 1);
	while (reply.n > 0) {
		size_t length;

		if (reply.n < LENGTH)
			return ST_LIMIT;
		length = (size_t)(unsigned char)reply.p[0] << 8 | (unsigned char)reply.p[1];
		reply = slice_from(reply, LENGTH);
		if (length > reply.n)
			return ST_LIMIT;
		add_domain(found, slice_head(reply, length));
		reply = slice_from(reply, length);
	}
	*complete = *complete && found->n > 0;
	return ST_OK;
}

static enum status
read_there(struct address_gmime *gmime, const char *value, struct domains *found, bool *complete)
{
	struct reading reading = {.gmime = gmime, .value = value};
	const struct apart_job job = {.load = load_there, .work = work_there, .arg = &reading};
	char *reply = arena_bytes(found->arena, REPLY_MAX);
	size_t n;

	switch (gmime->apart->run(&job, reply, REPLY_MAX, &n)) {
	case APART_DONE:
		return take_reply(slice_make(reply, n), found, complete);
	case APART_DIED:
		return ST_LIMIT;
	case APART_NO_LOAD:
	case APART_NO_SECCOMP:
	case APART_NOT_STARTED:
		break;
	}
	return ST_TEMP;
}

enum status
address_gmime_domains(struct address_gmime *gmime, struct slice value, struct arena *arena,
	struct slice **domains, size_t *n, bool *complete)
{
	struct domains found = {.arena = arena};
	enum status st = ST_OK;

	*domains = NULL;
	*n = 0;
	*complete = false;
	if (gmime != NULL && gmime->apart != NULL)
		gmime->died = false;
	if (value.n > VALUE_MAX || count_char(value, ':') > MAX_COLONS ||
		count_char(value, ',') * value.n > MAX_WORK)
		return ST_LIMIT;
	if (slice_find(value, '\0') < value.n)
		return ST_BAD;
	if (gmime != NULL && gmime->apart != NULL) {
		st = read_there(gmime, without_encoded_words(value, arena), &found, complete);
		gmime->died = st == ST_LIMIT;
	} else if (address_gmime_ready(gmime)) {
		read_here(gmime, without_encoded_words(value, arena), &found, complete);
	} else {
		st = ST_TEMP;
	}
	if (st != ST_OK) {
		*complete = false;
		return st;
	}
	*domains = found.list;
	*n = found.n;
	return ST_OK;
}
