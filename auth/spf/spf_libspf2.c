#define _DEFAULT_SOURCE /* netdb.h: the return codes of a lookup */
#include "auth/spf/spf.h"

#ifdef MAILSTAMP_LIBSPF2
#include <netinet/in.h>
#include <sys/types.h>
#include <time.h>

#include <spf2/spf.h>

#include "auth/dns/dns_name.h"
#include "auth/spf/spf_eval.h"
#include "mime/late.h"

/*
 * libspf2 counts its ten lookups for each record separately, so that a tree of includes can cause
 * 10^n queries: after MAX_QUESTIONS every answer is "try again", which ends the evaluation. A
 * sender longer than MAX_SENDER, the longest that libspf2 was tested with, is not passed to it.
 */
enum { MAX_QUESTIONS = 100, MAX_SENDER = 1000, MAX_RR = 1000 };

/* the functions of libspf2 that we use */
struct spf2 {
	__typeof__(&SPF_dns_rr_buf_realloc) rr_realloc;
	__typeof__(&SPF_dns_rr_free) rr_free;
	__typeof__(&SPF_dns_rr_new_init) rr_new;
	__typeof__(&SPF_error_code) error_code;
	__typeof__(&SPF_error_errorp) error_is;
	__typeof__(&SPF_request_free) request_free;
	__typeof__(&SPF_request_new) request_new;
	__typeof__(&SPF_request_query_mailfrom) query;
	__typeof__(&SPF_request_set_env_from) set_env_from;
	__typeof__(&SPF_request_set_helo_dom) set_helo;
	__typeof__(&SPF_request_set_ipv4) set_ipv4;
	__typeof__(&SPF_request_set_ipv6) set_ipv6;
	__typeof__(&SPF_response_errcode) response_error;
	__typeof__(&SPF_response_free) response_free;
	__typeof__(&SPF_response_message) response_message;
	__typeof__(&SPF_response_messages) response_messages;
	__typeof__(&SPF_response_reason) response_reason;
	__typeof__(&SPF_response_result) response_result;
	__typeof__(&SPF_server_free) server_free;
	__typeof__(&SPF_server_new_dns) server_new;
	__typeof__(&SPF_server_set_rec_dom) set_receiver;
};

/* the global variables of libspf2 */
struct spf2_handlers {
	__typeof__(&SPF_warning_handler) warning, info, debug;
};

struct hook {
	const struct auth_input *in;
	struct spf2 spf2;
	int64_t until;
	unsigned questions;
	bool over; /* a query exceeded the message's limit */
	bool no_memory;
};

static bool
load_libspf2(struct spf2 *spf2, struct spf2_handlers *handlers)
{
	static const char library[] = "libspf2.so.2";
	static const struct late_name names[] = {
		LATE(spf2, rr_realloc, SPF_dns_rr_buf_realloc),
		LATE(spf2, rr_free, SPF_dns_rr_free),
		LATE(spf2, rr_new, SPF_dns_rr_new_init),
		LATE(spf2, error_code, SPF_error_code),
		LATE(spf2, error_is, SPF_error_errorp),
		LATE(spf2, request_free, SPF_request_free),
		LATE(spf2, request_new, SPF_request_new),
		LATE(spf2, query, SPF_request_query_mailfrom),
		LATE(spf2, set_env_from, SPF_request_set_env_from),
		LATE(spf2, set_helo, SPF_request_set_helo_dom),
		LATE(spf2, set_ipv4, SPF_request_set_ipv4),
		LATE(spf2, set_ipv6, SPF_request_set_ipv6),
		LATE(spf2, response_error, SPF_response_errcode),
		LATE(spf2, response_free, SPF_response_free),
		LATE(spf2, response_message, SPF_response_message),
		LATE(spf2, response_messages, SPF_response_messages),
		LATE(spf2, response_reason, SPF_response_reason),
		LATE(spf2, response_result, SPF_response_result),
		LATE(spf2, server_free, SPF_server_free),
		LATE(spf2, server_new, SPF_server_new_dns),
		LATE(spf2, set_receiver, SPF_server_set_rec_dom),
	};
#ifdef MAILSTAMP_STATIC
	*handlers =
		(struct spf2_handlers){&SPF_warning_handler, &SPF_info_handler, &SPF_debug_handler};
#else
	static const struct late_name variables[] = {
		LATE(spf2_handlers, warning, SPF_warning_handler),
		LATE(spf2_handlers, info, SPF_info_handler),
		LATE(spf2_handlers, debug, SPF_debug_handler),
	};

	if (!late_load(library, variables, sizeof variables / sizeof *variables, handlers))
		return false;
#endif
	return late_load(library, names, sizeof names / sizeof *names, spf2);
}

static int
herrno_of(const struct dns_answer *answer)
{
	switch (answer->status) {
	case DNS_OK:
		return NETDB_SUCCESS;
	case DNS_NODATA:
		return NO_DATA;
	case DNS_NXDOMAIN:
		return HOST_NOT_FOUND;
	case DNS_TEMP:
	case DNS_BAD:
		break;
	}
	return TRY_AGAIN;
}

static const struct dns_answer *
resolve(struct hook *hook, const char *domain, ns_type type)
{
	static const struct dns_answer nodata = {.status = DNS_NODATA},
				       late = {.status = DNS_TEMP, .outcome = DNS_OUT_TIMEOUT},
				       nothing = {
					       .status = DNS_NXDOMAIN, .outcome = DNS_OUT_NXDOMAIN};
	const struct dns_answer *answer;
	struct dns_name wire;

	if (type != ns_t_a && type != ns_t_aaaa && type != ns_t_mx && type != ns_t_ptr &&
		type != ns_t_txt)
		return &nodata; /* RFC 7208 3.1: no type SPF */
	if (!dns_name_parse(slice_str(domain), &wire))
		return &nothing; /* as in our own evaluator */
	if (++hook->questions > MAX_QUESTIONS ||
		(hook->until != 0 && dns_clock_ms(hook->in->dns) >= hook->until))
		return &late;
	answer = dns_get(hook->in->dns, slice_str(domain), (enum dns_type)type, hook->until);
	hook->over |= answer->outcome == DNS_OUT_MANY;
	return answer;
}

/* Copies record i of the answer; false when out of memory. */
static bool
copy_rr(const struct spf2 *spf2, SPF_dns_rr_t *to, int i, const struct dns_rr *rr)
{
	struct slice text = rr->text;

	if (to->rr_type == ns_t_mx || to->rr_type == ns_t_ptr)
		text = rr->name;
	if (spf2->rr_realloc(to, i, text.n + 1 + sizeof(SPF_dns_rr_data_t)) != SPF_E_SUCCESS)
		return false;
	if (to->rr_type == ns_t_a) {
		memcpy(&to->rr[i]->a, rr->ip.bytes, sizeof to->rr[i]->a);
	} else if (to->rr_type == ns_t_aaaa) {
		memcpy(&to->rr[i]->aaaa, rr->ip.bytes, sizeof to->rr[i]->aaaa);
	} else {
		char *p = (char *)to->rr[i];
		if (text.n > 0)
			memcpy(p, text.p, text.n);
		p[text.n] = '\0';
	}
	return true;
}

static SPF_dns_rr_t *
lookup(SPF_dns_server_t *server, const char *domain, ns_type type, int should_cache)
{
	struct hook *hook = server->hook;
	const struct spf2 *spf2 = &hook->spf2;
	const struct dns_answer *answer = resolve(hook, domain, type);
	SPF_dns_rr_t *rr = spf2->rr_new(
		server, domain, type, (int)(answer->ttl & 0x7fffffff), herrno_of(answer));

	(void)should_cache;
	if (rr == NULL) {
		hook->no_memory = true;
		return NULL;
	}
	for (size_t i = 0; i < answer->n && i < MAX_RR; i++) {
		if (!copy_rr(spf2, rr, (int)i, &answer->rr[i])) {
			hook->no_memory = true;
			spf2->rr_free(rr);
			return NULL;
		}
		rr->num_rr = (int)i + 1;
	}
	return rr;
}

/* The error that ended the evaluation; libspf2 stores it in one of several places. */
static SPF_errcode_t
error_of(const struct spf2 *spf2, SPF_response_t *response)
{
	SPF_errcode_t code = spf2->response_error(response);

	for (int i = 0; code == SPF_E_SUCCESS && i < spf2->response_messages(response); i++) {
		SPF_error_t *message = spf2->response_message(response, i);
		if (spf2->error_is(message) != 0)
			code = spf2->error_code(message);
	}
	return code;
}

static enum auth_code
code_of(const struct spf2 *spf2, SPF_response_t *response)
{
	switch (spf2->response_result(response)) {
	case SPF_RESULT_NONE:
		return AUTH_NONE;
	case SPF_RESULT_NEUTRAL:
		return AUTH_NEUTRAL;
	case SPF_RESULT_PASS:
		return AUTH_PASS;
	case SPF_RESULT_FAIL:
		return AUTH_FAIL;
	case SPF_RESULT_SOFTFAIL:
		return AUTH_SOFTFAIL;
	case SPF_RESULT_TEMPERROR:
		return AUTH_TEMPERROR;
	case SPF_RESULT_PERMERROR:
	case SPF_RESULT_INVALID: /* libspf2 also returns this for a record that it cannot parse or
				    fetch */
		break;
	}
	return error_of(spf2, response) == SPF_E_DNS_ERROR ? AUTH_TEMPERROR : AUTH_PERMERROR;
}

static struct reason
error_reason(SPF_errcode_t error)
{
	if (error == SPF_E_BIG_DNS)
		return spf_reason(SPF_R_LOOKUPS);
	if (error == SPF_E_MULTIPLE_RECORDS)
		return spf_reason(SPF_R_SEVERAL);
	if (error == SPF_E_INCLUDE_RETURNED_NONE)
		return spf_reason(SPF_R_INCLUDE);
	if (error >= SPF_E_SYNTAX && error <= SPF_E_INVALID_PREFIX && error != SPF_E_INTERNAL_ERROR)
		return spf_reason(SPF_R_SYNTAX);
	return spf_reason(SPF_R_ENGINE);
}

static struct reason
reason_of(const struct spf2 *spf2, SPF_response_t *response, enum auth_code code)
{
	switch (code) {
	case AUTH_NONE:
		return spf_reason(SPF_R_NO_RECORD);
	case AUTH_TEMPERROR:
		return spf_reason(SPF_R_DNS);
	case AUTH_PERMERROR:
		return error_reason(error_of(spf2, response));
	case AUTH_FAIL:
	case AUTH_SOFTFAIL:
	case AUTH_NEUTRAL:
		return spf_reason(spf2->response_reason(response) == SPF_REASON_MECH
					  ? SPF_R_TERM
					  : SPF_R_DEFAULT);
	case AUTH_PASS:
	case AUTH_POLICY:
		break;
	}
	return spf_reason(SPF_R_NONE);
}

/* The identity's record, for the report; libspf2 has just queried it, so the answer is known. */
static struct slice
record_of(const struct hook *hook, struct slice domain)
{
	const struct dns_answer *answer = dns_get(hook->in->dns, domain, DNS_TXT, hook->until);
	struct slice text = SLICE("");
	size_t n = 0;

	for (size_t i = 0; i < answer->n; i++)
		if (spf_is_record(answer->rr[i].text) && n++ == 0)
			text = answer->rr[i].text;
	return n == 1 ? text : SLICE("");
}

static bool
set_client(const struct spf2 *spf2, SPF_request_t *request, const struct ip *client)
{
	struct in_addr a;
	struct in6_addr aaaa;

	if (client->family == 4) {
		memcpy(&a, client->bytes, sizeof a);
		return spf2->set_ipv4(request, a) == SPF_E_SUCCESS;
	}
	memcpy(&aaaa, client->bytes, sizeof aaaa);
	return spf2->set_ipv6(request, aaaa) == SPF_E_SUCCESS;
}

/* False if libspf2 fails for lack of memory. */
static bool
run_libspf2(const struct spf2 *spf2, SPF_server_t *server, SPF_request_t *request,
	const struct auth_input *in, struct spf_result *result)
{
	SPF_response_t *response = NULL;
	struct slice helo = slice_trim(in->envelope->helo);
	bool ok;

	(void)spf2->set_receiver(server, in->options->receiver.n == 0
						 ? "unknown"
						 : arena_cstr(in->arena, in->options->receiver));
	/*
	 * some functions of libspf2 return nonzero for success, others an error code: only the
	 * pointers that they set are reliable
	 */
	(void)spf2->set_env_from(request, arena_cstr(in->arena, result->sender));
	if (helo.n > 0 && helo.n <= MAX_SENDER)
		(void)spf2->set_helo(request, arena_cstr(in->arena, helo));
	if (!set_client(spf2, request, &in->envelope->client_ip) || request->env_from == NULL)
		return false;
	(void)spf2->query(request, &response);
	ok = response != NULL;
	if (ok) {
		result->code = code_of(spf2, response);
		result->reason = reason_of(spf2, response, result->code);
		if (response->num_dns_mech > 0)
			result->lookups = (unsigned)response->num_dns_mech;
		spf2->response_free(response);
	}
	return ok;
}

static bool
check(struct hook *hook, struct spf_result *result)
{
	const struct spf2 *spf2 = &hook->spf2;
	SPF_dns_server_t dns = {.lookup = lookup, .name = "mailstamp", .hook = hook};
	SPF_server_t *server = spf2->server_new(&dns, 0);
	SPF_request_t *request = server == NULL ? NULL : spf2->request_new(server);
	bool ok = request != NULL && run_libspf2(spf2, server, request, hook->in, result);

	if (ok && hook->over && result->code == AUTH_TEMPERROR) { /* as in our own evaluator */
		result->code = AUTH_PERMERROR;
		result->reason = spf_reason(SPF_R_QUESTIONS);
	}
	if (request != NULL)
		spf2->request_free(request);
	if (server != NULL)
		spf2->server_free(server);
	return ok && !hook->no_memory;
}

enum status
spf_libspf2_check(const struct auth_input *in, struct spf_result *result)
{
	struct hook hook = {.in = in};
	struct spf2_handlers handlers;
	bool ready, loaded;
	enum status status;

	*result = (struct spf_result){.engine = "libspf2"};
	status = spf_identify(in, result, &ready);
	if (status != ST_OK || !ready)
		return status;
	if (result->sender.n > MAX_SENDER || slice_find(result->sender, '\0') < result->sender.n) {
		result->code = AUTH_PERMERROR;
		result->reason = spf_reason(SPF_R_ENGINE);
		return ST_OK;
	}
	loaded = load_libspf2(&hook.spf2, &handlers);
	if (loaded) {
		/* NULL disables its output; every thread sets the same value */
		*handlers.warning = NULL;
		*handlers.info = NULL;
		*handlers.debug = NULL;
		hook.until = spf_until(in);
	}
	if (!loaded || !check(&hook, result)) {
		result->code = AUTH_TEMPERROR;
		result->reason = spf_reason(loaded ? SPF_R_MEMORY : SPF_R_LIBRARY);
		return ST_TEMP;
	}
	result->record = record_of(&hook, result->domain);
	result->unsure = result->code == AUTH_TEMPERROR;
	return ST_OK;
}

bool
spf_libspf2_built(void)
{
	return true;
}
#else
bool
spf_libspf2_built(void)
{
	return false;
}

enum status
spf_libspf2_check(const struct auth_input *in, struct spf_result *result)
{
	(void)in;
	*result = (struct spf_result){
		.code = AUTH_TEMPERROR, .reason = spf_reason(SPF_R_ENGINE), .engine = "libspf2"};
	return ST_OK;
}
#endif
