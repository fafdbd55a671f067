/*
 * mailauth mx: where does mail for this domain go?
 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "tool.h"

static int
status_of(int result)
{
	return result == MAILAUTH_MX_OK ? EXIT_PASS :
	    result == MAILAUTH_MX_TEMPERROR ? EXIT_TEMPFAIL : EXIT_VERDICT;
}

/* What a connection to host i must satisfy. */
static void
out_tls(struct tool *t, json_t *o, const struct mailauth_route *route,
    size_t i)
{
	int failure = mailauth_route_tls_failure(route, i);

	out_text(t, o, "tls",
	    mailauth_route_tls_name(mailauth_route_tls(route, i)));
	out_text(t, o, "tls_reason", mailauth_route_tls_reason(route, i));
	out_text(t, o, "tls_detail", mailauth_route_tls_detail(route, i));
	out_text(t, o, "tls_failure", failure != 0 ?
	    mailauth_tls_failure_name(failure) : NULL);
}

static void
out_host(struct tool *t, json_t *o, const struct mailauth_mx *mx, size_t i)
{
	const char *address;
	json_t *list;

	out_number(t, o, "preference", mailauth_mx_preference(mx, i));
	out_text(t, o, "name", mailauth_mx_name(mx, i));
	list = out_list(t, o, "addresses");
	for (size_t k = 0; (address = mailauth_mx_address(mx, i, k)) != NULL;
	    k++)
		out_item_text(t, list, address);
	/* RFC 7672 section 2.2.1: and that it is the domain's host. */
	out_flag(t, o, "secure", mailauth_mx_secure(mx) &&
	    mailauth_mx_host_secure(mx, i));
}

/* route NULL: without what connections must satisfy. */
static void
out_mx(struct tool *t, json_t *o, const struct mailauth_mx *mx,
    const struct mailauth_route *route)
{
	json_t *list, *host;

	out_verdict(t, o, mailauth_mx_result_name(mailauth_mx_result(mx)),
	    mailauth_mx_reason(mx), mailauth_mx_detail(mx));
	out_flag(t, o, "implicit", mailauth_mx_implicit(mx));
	list = out_list(t, o, "hosts");
	for (size_t i = 0; i < mailauth_mx_count(mx); i++) {
		host = out_item(t, list);
		out_host(t, host, mx, i);
		if (route != NULL)
			out_tls(t, host, route, i);
	}
}

static const char *
trace_line(const struct mailauth_mx *mx, const struct mailauth_route *route,
    size_t i)
{
	return route != NULL ? mailauth_route_trace(route, i) :
	    mailauth_mx_trace(mx, i);
}

/* route NULL: of mx alone; else mx is its part. */
static int
evaluate(struct tool *t, struct mailauth_mx *mx, struct mailauth_route *route)
{
	static const struct fetch_options none;
	struct mailauth_resolver *resolver;
	const char *line;
	int r, status;
	json_t *o;

	status = route != NULL ? fetch_resolver(t, &none, &resolver) :
	    input_resolver(t, &resolver);
	if (status != 0)
		return status;
	r = route != NULL ? mailauth_route_find(route, resolver) :
	    mailauth_mx_route(mx, resolver);
	if (r < 0)
		return tool_broken(t, r);
	o = json_object();
	out_mx(t, o, mx, route);
	for (size_t i = 0; (line = trace_line(mx, route, i)) != NULL; i++)
		out_trace(t, line);
	return out_finish(t, o, mailauth_mx_lookups(mx),
	    status_of(mailauth_mx_result(mx)));
}

struct inputs {
	const char *domain;
	uint64_t seed;
	struct texts local;
	bool policy;
};

static int
set_inputs(struct mailauth_mx *mx, const struct inputs *in)
{
	int r = mailauth_mx_set_seed(mx, in->seed);

	for (size_t i = 0; r == MAILAUTH_DONE && i < in->local.n; i++)
		r = mailauth_mx_add_local(mx, in->local.v[i],
		    strlen(in->local.v[i]));
	return r;
}

static int
route(struct tool *t, const struct inputs *in)
{
	struct mailauth_mx *mx = mailauth_mx_new(NULL);
	int r = set_inputs(mx, in), status;

	if (r == MAILAUTH_DONE)
		r = mailauth_mx_set_domain(mx, in->domain, strlen(in->domain));
	if (r == MAILAUTH_DONE)
		r = mailauth_mx_set_trace(mx, t->explain);
	status = r < 0 ? tool_broken(t, mx != NULL ? r : MAILAUTH_ENOMEM) :
	    evaluate(t, mx, NULL);
	mailauth_mx_free(mx);
	return status;
}

static int
route_by_policy(struct tool *t, const struct inputs *in)
{
	struct mailauth_route *route = mailauth_route_new(NULL, t->now);
	int r = set_inputs(mailauth_route_mx(route), in), status;

	if (r == MAILAUTH_DONE)
		r = mailauth_route_set_domain(route, in->domain,
		    strlen(in->domain));
	if (r == MAILAUTH_DONE)
		r = mailauth_route_set_trace(route, t->explain);
	status = r < 0 ? tool_broken(t, route != NULL ? r : MAILAUTH_ENOMEM) :
	    evaluate(t, mailauth_route_mx(route), route);
	mailauth_route_free(route);
	return status;
}

static int
run(struct tool *t, int argc, char **argv)
{
	struct inputs in = { 0 };
	const struct option options[] = {
		{ "seed", OPTION_NUMBER, &in.seed, "N",
		    "fixes the shuffle of equal preferences",
		    .max = UINT64_MAX },
		{ "local", OPTION_TEXTS, &in.local, "NAME",
		    "a name of our own; may be repeated" },
		{ "policy", OPTION_FLAG, &in.policy, NULL,
		    "what connections must satisfy: DANE, MTA-STS" },
		{ 0 },
	};
	int status;

	/* Without --seed the shuffle is a real one: RFC 5321 section 5.1. */
	if (getrandom(&in.seed, sizeof in.seed, 0) < 0)
		in.seed = (uint64_t)t->now;
	status = options_read(t, &command_mx, options, argc, argv, &in.domain,
	    1);
	if (status == OPTIONS_GO_ON && in.domain == NULL)
		status = tool_usage(t, "which domain?");
	if (status == OPTIONS_GO_ON)
		status = in.policy ? route_by_policy(t, &in) : route(t, &in);
	free(in.local.v);
	return status;
}

const struct command command_mx = {
	"mx", "DOMAIN|ADDRESS|LITERAL [--seed N] [--local NAME]... [--policy]",
	"Where does mail for this domain go? (RFC 5321)", run
};
