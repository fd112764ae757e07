#define _DEFAULT_SOURCE /* netdb.h: the codes that a lookup answers with */
#include <netinet/in.h>
#include <sys/types.h>
#include <time.h>

#include <spf2/spf.h>

#include "auth/dns/dns_name.h"
#include "auth/spf/spf_eval.h"

/*
 * libspf2 counts its ten lookups for each record alone, so that a tree of includes may ask 10^n
 * questions: past this many every answer is "try again", which ends its evaluation. A sender
 * that is longer than it was ever tried with is not given to it.
 */
enum { MAX_QUESTIONS = 100, MAX_SENDER = 1000, MAX_RR = 1000 };

struct hook {
	const struct auth_input *in;
	int64_t until;
	unsigned questions;
	bool no_memory;
};

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
ask(struct hook *hook, const char *domain, ns_type type)
{
	static const struct dns_answer nodata = {.status = DNS_NODATA},
				       late = {.status = DNS_TEMP, .outcome = DNS_OUT_TIMEOUT},
				       nothing = {
					       .status = DNS_NXDOMAIN, .outcome = DNS_OUT_NXDOMAIN};
	struct dns_name wire;

	if (type != ns_t_a && type != ns_t_aaaa && type != ns_t_mx && type != ns_t_ptr &&
		type != ns_t_txt)
		return &nodata; /* RFC 7208 3.1: no type SPF */
	if (!dns_name_parse(slice_str(domain), &wire))
		return &nothing; /* as our own evaluator has it */
	if (++hook->questions > MAX_QUESTIONS ||
		(hook->until != 0 && dns_clock_ms(hook->in->dns) >= hook->until))
		return &late;
	return dns_get(hook->in->dns, slice_str(domain), (enum dns_type)type, hook->until);
}

/* Copies record i of the answer; false where memory is out. */
static bool
copy_rr(SPF_dns_rr_t *to, int i, const struct dns_rr *rr)
{
	struct slice text = rr->text;

	if (to->rr_type == ns_t_mx || to->rr_type == ns_t_ptr)
		text = rr->name;
	if (SPF_dns_rr_buf_realloc(to, i, text.n + 1 + sizeof(SPF_dns_rr_data_t)) != SPF_E_SUCCESS)
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
	const struct dns_answer *answer = ask(hook, domain, type);
	SPF_dns_rr_t *rr = SPF_dns_rr_new_init(
		server, domain, type, (int)(answer->ttl & 0x7fffffff), herrno_of(answer));

	(void)should_cache;
	if (rr == NULL) {
		hook->no_memory = true;
		return NULL;
	}
	for (size_t i = 0; i < answer->n && i < MAX_RR; i++) {
		if (!copy_rr(rr, (int)i, &answer->rr[i])) {
			hook->no_memory = true;
			SPF_dns_rr_free(rr);
			return NULL;
		}
		rr->num_rr = (int)i + 1;
	}
	return rr;
}

/* The error that ended the evaluation: it is not always where one would look for it. */
static SPF_errcode_t
error_of(SPF_response_t *response)
{
	SPF_errcode_t code = SPF_response_errcode(response);

	for (int i = 0; code == SPF_E_SUCCESS && i < SPF_response_messages(response); i++) {
		SPF_error_t *message = SPF_response_message(response, i);
		if (SPF_error_errorp(message) != 0)
			code = SPF_error_code(message);
	}
	return code;
}

static enum auth_code
code_of(SPF_response_t *response)
{
	switch (SPF_response_result(response)) {
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
	case SPF_RESULT_INVALID: /* also for a record that it cannot read or fetch */
		break;
	}
	return error_of(response) == SPF_E_DNS_ERROR ? AUTH_TEMPERROR : AUTH_PERMERROR;
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
reason_of(SPF_response_t *response, enum auth_code code)
{
	switch (code) {
	case AUTH_NONE:
		return spf_reason(SPF_R_NO_RECORD);
	case AUTH_TEMPERROR:
		return spf_reason(SPF_R_DNS);
	case AUTH_PERMERROR:
		return error_reason(error_of(response));
	case AUTH_FAIL:
	case AUTH_SOFTFAIL:
	case AUTH_NEUTRAL:
		return spf_reason(SPF_response_reason(response) == SPF_REASON_MECH ? SPF_R_TERM
										   : SPF_R_DEFAULT);
	case AUTH_PASS:
	case AUTH_POLICY:
		break;
	}
	return spf_reason(SPF_R_NONE);
}

/* The identity's record, for the report: libspf2 has just asked for it. */
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
set_client(SPF_request_t *request, const struct ip *client)
{
	struct in_addr a;
	struct in6_addr aaaa;

	if (client->family == 4) {
		memcpy(&a, client->bytes, sizeof a);
		return SPF_request_set_ipv4(request, a) == SPF_E_SUCCESS;
	}
	memcpy(&aaaa, client->bytes, sizeof aaaa);
	return SPF_request_set_ipv6(request, aaaa) == SPF_E_SUCCESS;
}

/* False where libspf2 could not work: no memory. */
static bool
run(SPF_server_t *server, SPF_request_t *request, const struct auth_input *in,
	struct spf_result *result)
{
	SPF_response_t *response = NULL;
	struct slice helo = slice_trim(in->envelope->helo);
	bool ok;

	(void)SPF_server_set_rec_dom(server,
		in->options->receiver.n == 0 ? "unknown"
					     : arena_cstr(in->arena, in->options->receiver));
	/* its functions return nonzero or an error code for success, each as it likes: the
	 * pointers that they leave are what can be trusted */
	(void)SPF_request_set_env_from(request, arena_cstr(in->arena, result->sender));
	if (helo.n > 0 && helo.n <= MAX_SENDER)
		(void)SPF_request_set_helo_dom(request, arena_cstr(in->arena, helo));
	if (!set_client(request, &in->envelope->client_ip) || request->env_from == NULL)
		return false;
	(void)SPF_request_query_mailfrom(request, &response);
	ok = response != NULL;
	if (ok) {
		result->code = code_of(response);
		result->reason = reason_of(response, result->code);
		if (response->num_dns_mech > 0)
			result->lookups = (unsigned)response->num_dns_mech;
		SPF_response_free(response);
	}
	return ok;
}

static bool
check(struct hook *hook, struct spf_result *result)
{
	SPF_dns_server_t dns = {.lookup = lookup, .name = "mailstamp", .hook = hook};
	SPF_server_t *server = SPF_server_new_dns(&dns, 0);
	SPF_request_t *request = server == NULL ? NULL : SPF_request_new(server);
	bool ok = request != NULL && run(server, request, hook->in, result);

	if (request != NULL)
		SPF_request_free(request);
	if (server != NULL)
		SPF_server_free(server);
	return ok && !hook->no_memory;
}

enum status
spf_libspf2_check(const struct auth_input *in, struct spf_result *result)
{
	struct hook hook = {.in = in};
	bool ready;
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
	/* the library's own globals, NULL is silence; always the same value, whoever comes first */
	SPF_warning_handler = NULL;
	SPF_info_handler = NULL;
	SPF_debug_handler = NULL;
	hook.until = spf_until(in);
	if (!check(&hook, result)) {
		result->code = AUTH_TEMPERROR;
		result->reason = spf_reason(SPF_R_MEMORY);
		return ST_TEMP;
	}
	result->record = record_of(&hook, result->domain);
	result->unsure = result->code == AUTH_TEMPERROR;
	return ST_OK;
}
