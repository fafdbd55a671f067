/*
 * mailauth mta-sts: which hosts may mail for this domain go to?
 */
#include <stdlib.h>
#include <string.h>

#include "tool.h"

struct inputs {
	const char *domain, *policy, *cache;
	struct texts hosts;
	struct fetch_options fetch;
};

static int
status_of(int result)
{
	return result == MAILAUTH_MTASTS_VALID ? EXIT_PASS :
	    result == MAILAUTH_MTASTS_TEMPERROR ? EXIT_TEMPFAIL : EXIT_VERDICT;
}

/* ---- Output ---- */

static void
out_policy(struct tool *t, json_t *o, const struct mailauth_mtasts *m)
{
	const struct mailauth_mtasts_policy *p = mailauth_mtasts_policy(m);
	int failure = mailauth_mtasts_tls_failure(m);
	const char *mx;
	json_t *list;

	out_verdict(t, o, mailauth_mtasts_result_name(mailauth_mtasts_result(m)),
	    mailauth_mtasts_reason(m), mailauth_mtasts_detail(m));
	out_text(t, o, "id", mailauth_mtasts_id(m));
	out_text(t, o, "mode", p != NULL ? mailauth_mtasts_mode_name(
	    mailauth_mtasts_policy_mode(p)) : NULL);
	if (p != NULL)
		out_number(t, o, "max_age", mailauth_mtasts_policy_max_age(p));
	else
		out_null(t, o, "max_age");
	list = out_list(t, o, "mx");
	for (size_t i = 0; (mx = mailauth_mtasts_policy_mx(p, i)) != NULL; i++)
		out_item_text(t, list, mx);
	out_text(t, o, "source", p != NULL ? mailauth_mtasts_source_name(
	    mailauth_mtasts_source(m)) : NULL);
	if (mailauth_mtasts_expires(m) != 0)
		out_number(t, o, "expires", mailauth_mtasts_expires(m));
	else
		out_null(t, o, "expires");
	out_text(t, o, "tls_failure", failure != 0 ?
	    mailauth_tls_failure_name(failure) : NULL);
}

static void
out_host(struct tool *t, json_t *list, const struct mailauth_mtasts *m,
    const char *name)
{
	json_t *o = out_item(t, list);

	out_text(t, o, "name", name);
	out_flag(t, o, "match", mailauth_mtasts_policy_match(
	    mailauth_mtasts_policy(m), name, strlen(name)));
}

/* Those of the options, or of the domain's MX records.  The status. */
static int
out_hosts(struct tool *t, json_t *o, const struct inputs *in,
    struct mailauth_mtasts *m)
{
	json_t *list = out_list(t, o, "hosts");
	struct mailauth_resolver *resolver;
	struct mailauth_mx *mx;
	const char *name;
	int r;

	out_null(t, o, "hosts_reason");
	for (size_t i = 0; i < in->hosts.n; i++)
		out_host(t, list, m, in->hosts.v[i]);
	if (in->hosts.n > 0)
		return 0;
	if ((r = input_resolver(t, &resolver)) != 0)
		return r;
	mx = mailauth_mx_new(mailauth_mtasts_lookups(m));
	r = mailauth_mx_set_domain(mx, in->domain, strlen(in->domain));
	if (r == MAILAUTH_DONE)
		r = mailauth_mx_set_limit(mx, MAILAUTH_MX_ADDRESSES, 0);
	if (r == MAILAUTH_DONE)
		r = mailauth_mx_route(mx, resolver);
	for (size_t i = 0; r == MAILAUTH_DONE &&
	    (name = mailauth_mx_name(mx, i)) != NULL; i++)
		out_host(t, list, m, name);
	out_text(t, o, "hosts_reason", mailauth_mx_reason(mx));
	mailauth_mx_free(mx);
	return r < 0 ? tool_broken(t, r) : 0;
}

static int
print(struct tool *t, const struct inputs *in, struct mailauth_mtasts *m)
{
	json_t *o = json_object();
	const char *line;
	int status;

	out_policy(t, o, m);
	if ((status = out_hosts(t, o, in, m)) != 0) {
		json_decref(o);
		return status;
	}
	for (size_t i = 0; (line = mailauth_mtasts_trace(m, i)) != NULL; i++)
		out_trace(t, line);
	return out_finish(t, o, mailauth_mtasts_lookups(m),
	    status_of(mailauth_mtasts_result(m)));
}

/* ---- Input ---- */

static int
take_policy(struct tool *t, const char *path, struct mailauth_mtasts *m)
{
	char *text;
	size_t n;
	int r, status = input_file(t, path, &text, &n);

	if (status != 0)
		return status;
	r = mailauth_mtasts_set_policy(m, text, n);
	free(text);
	return r < 0 ? tool_broken(t, r) : 0;
}

/* *kept: there is a policy of the domain in it. */
static int
take_cache(struct tool *t, const char *path, struct mailauth_mtasts *m,
    bool *kept)
{
	const char *domain = mailauth_mtasts_domain(m);
	char error[256], *text;
	bool policy;
	size_t n;
	int r, status;

	if (domain == NULL)
		return 0;
	status = policies_read(t, path, domain, &text, &n);
	if (status != 0 || text == NULL)
		return status;
	r = mailauth_mtasts_set_cache(m, text, n, error, sizeof error);
	policy = memmem(text, n, "\npolicy: ", 9) != NULL;
	free(text);
	if (r == MAILAUTH_ESYNTAX)
		return tool_fail(t, EXIT_DATA, "%s: %s: %s", path, domain,
		    error);
	*kept = policy;
	return r < 0 ? tool_broken(t, r) : 0;
}

static int
set_inputs(struct tool *t, const struct inputs *in, struct mailauth_mtasts *m)
{
	int r = mailauth_mtasts_set_domain(m, in->domain, strlen(in->domain));
	bool kept = false;
	int status = 0;

	if (r == MAILAUTH_DONE)
		r = mailauth_mtasts_set_trace(m, t->explain);
	if (r < 0)
		return tool_broken(t, r);
	if (in->cache != NULL && strcmp(in->cache, "-") == 0)
		return tool_usage(t, "--cache: a file, not \"-\"");
	if (in->policy != NULL)
		return take_policy(t, in->policy, m);
	if (in->cache != NULL)
		status = take_cache(t, in->cache, m, &kept);
	if (status == 0 && t->zone != NULL && !kept)
		return tool_usage(t, "--zone: a policy is not fetched then: "
		    "give it by --policy");
	return status;
}

/* What the evaluation says of the cache; offline nothing was learnt. */
static int
keep(struct tool *t, const char *path, const struct mailauth_mtasts *m)
{
	const char *text;
	size_t n;

	switch (mailauth_mtasts_action(m)) {
	case MAILAUTH_MTASTS_STORE:
	case MAILAUTH_MTASTS_DROP:
		text = mailauth_mtasts_cache(m, &n);
		return policies_write(t, path, mailauth_mtasts_domain(m), text,
		    n);
	default:
		return 0;
	}
}

static int
evaluate(struct tool *t, const struct inputs *in, struct mailauth_mtasts *m)
{
	struct mailauth_resolver *resolver;
	int r, status = set_inputs(t, in, m);

	if (status == 0)
		status = in->policy != NULL ? input_resolver(t, &resolver) :
		    fetch_resolver(t, &in->fetch, &resolver);
	if (status != 0)
		return status;
	if ((r = mailauth_mtasts_discover(m, resolver)) < 0)
		return tool_broken(t, r);
	if (in->cache != NULL && in->policy == NULL && t->zone == NULL &&
	    (status = keep(t, in->cache, m)) != 0)
		return status;
	return print(t, in, m);
}

static int
run(struct tool *t, int argc, char **argv)
{
	struct inputs in = { 0 };
	const struct option options[] = {
		{ "policy", OPTION_TEXT, &in.policy, "FILE",
		    "the policy, which is not fetched then" },
		{ "cache", OPTION_TEXT, &in.cache, "FILE",
		    "keep policies there between runs" },
		{ "host", OPTION_TEXTS, &in.hosts, "NAME",
		    "is it listed? may be repeated (all MX hosts)" },
		{ "ca-file", OPTION_TEXT, &in.fetch.ca_file, "PEM",
		    "the authorities to trust (those of the system)" },
		{ "connect-to", OPTION_TEXT, &in.fetch.connect_to, "ADDR[@PORT]",
		    "where to fetch the policy (as the DNS says)" },
		{ 0 },
	};
	struct mailauth_mtasts *m;
	int status;

	status = options_read(t, &command_mtasts, options, argc, argv,
	    &in.domain, 1);
	if (status == OPTIONS_GO_ON && in.domain == NULL)
		status = tool_usage(t, "which domain?");
	if (status == OPTIONS_GO_ON) {
		m = mailauth_mtasts_new(NULL, t->now);
		status = m != NULL ? evaluate(t, &in, m) :
		    tool_broken(t, MAILAUTH_ENOMEM);
		mailauth_mtasts_free(m);
	}
	free(in.hosts.v);
	return status;
}

const struct command command_mtasts = {
	"mta-sts", "DOMAIN [--policy FILE] [--cache FILE] [--host NAME]...\n"
	"       [--ca-file PEM] [--connect-to ADDR[@PORT]]",
	"Which hosts may mail for this domain go to? (RFC 8461)", run
};
