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

static void
out_mx(struct tool *t, json_t *o, const struct mailauth_mx *mx)
{
	json_t *list;

	out_verdict(t, o, mailauth_mx_result_name(mailauth_mx_result(mx)),
	    mailauth_mx_reason(mx), mailauth_mx_detail(mx));
	out_flag(t, o, "implicit", mailauth_mx_implicit(mx));
	list = out_list(t, o, "hosts");
	for (size_t i = 0; i < mailauth_mx_count(mx); i++)
		out_host(t, out_item(t, list), mx, i);
}

static int
evaluate(struct tool *t, struct mailauth_mx *mx)
{
	struct mailauth_resolver *resolver;
	const char *line;
	int r, status;
	json_t *o;

	if ((status = input_resolver(t, &resolver)) != 0)
		return status;
	if ((r = mailauth_mx_route(mx, resolver)) < 0)
		return tool_broken(t, r);
	o = json_object();
	out_mx(t, o, mx);
	for (size_t i = 0; (line = mailauth_mx_trace(mx, i)) != NULL; i++)
		out_trace(t, line);
	return out_finish(t, o, mailauth_mx_lookups(mx),
	    status_of(mailauth_mx_result(mx)));
}

struct inputs {
	const char *domain;
	uint64_t seed;
	struct texts local;
};

static int
set_inputs(const struct tool *t, struct mailauth_mx *mx,
    const struct inputs *in)
{
	int r = mailauth_mx_set_domain(mx, in->domain, strlen(in->domain));

	if (r == MAILAUTH_DONE)
		r = mailauth_mx_set_seed(mx, in->seed);
	for (size_t i = 0; r == MAILAUTH_DONE && i < in->local.n; i++)
		r = mailauth_mx_add_local(mx, in->local.v[i],
		    strlen(in->local.v[i]));
	if (r == MAILAUTH_DONE)
		r = mailauth_mx_set_trace(mx, t->explain);
	return r;
}

static int
route(struct tool *t, const struct inputs *in)
{
	struct mailauth_mx *mx;
	int r, status;

	if (in->domain == NULL)
		return tool_usage(t, "which domain?");
	if ((mx = mailauth_mx_new(NULL)) == NULL)
		return tool_broken(t, MAILAUTH_ENOMEM);
	r = set_inputs(t, mx, in);
	status = r < 0 ? tool_broken(t, r) : evaluate(t, mx);
	mailauth_mx_free(mx);
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
		{ 0 },
	};
	int status;

	/* Without --seed the shuffle is a real one: RFC 5321 section 5.1. */
	if (getrandom(&in.seed, sizeof in.seed, 0) < 0)
		in.seed = (uint64_t)t->now;
	status = options_read(t, &command_mx, options, argc, argv, &in.domain,
	    1);
	if (status == OPTIONS_GO_ON)
		status = route(t, &in);
	free(in.local.v);
	return status;
}

const struct command command_mx = {
	"mx", "DOMAIN|ADDRESS|LITERAL [--seed N] [--local NAME]...",
	"Where does mail for this domain go? (RFC 5321)", run
};
