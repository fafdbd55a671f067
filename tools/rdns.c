/*
 * mailauth rdns: is the host who its reverse DNS says it is?
 */
#include "tool.h"

static int
status_of(int result)
{
	return result == MAILAUTH_RDNS_PASS ? EXIT_PASS :
	    result == MAILAUTH_RDNS_TEMPERROR ? EXIT_TEMPFAIL : EXIT_VERDICT;
}

void
out_rdns(struct tool *t, json_t *o, const struct mailauth_rdns *d)
{
	const char *name;
	json_t *list;

	out_verdict(t, o, mailauth_rdns_result_name(mailauth_rdns_result(d)),
	    mailauth_rdns_reason(d), mailauth_rdns_detail(d));
	list = out_list(t, o, "names");
	for (size_t i = 0; (name = mailauth_rdns_name(d, i)) != NULL; i++)
		out_item_text(t, list, name);
	list = out_list(t, o, "confirmed");
	for (size_t i = 0; (name = mailauth_rdns_confirmed(d, i)) != NULL; i++)
		out_item_text(t, list, name);
	out_flag(t, o, "secure", mailauth_rdns_secure(d));
}

static int
evaluate(struct tool *t, struct mailauth_rdns *d)
{
	struct mailauth_resolver *resolver;
	const char *line;
	int r, status;
	json_t *o;

	if ((status = input_resolver(t, &resolver)) != 0)
		return status;
	if ((r = mailauth_rdns_confirm(d, resolver)) < 0)
		return tool_broken(t, r);
	o = json_object();
	out_rdns(t, o, d);
	for (size_t i = 0; (line = mailauth_rdns_trace(d, i)) != NULL; i++)
		out_trace(t, line);
	return out_finish(t, o, mailauth_rdns_lookups(d),
	    status_of(mailauth_rdns_result(d)));
}

static int
run(struct tool *t, int argc, char **argv)
{
	const struct option options[] = { { 0 } };
	struct mailauth_rdns *d;
	const char *ip;
	int status, r;

	status = options_read(t, &command_rdns, options, argc, argv, &ip, 1);
	if (status != OPTIONS_GO_ON)
		return status;
	if (ip == NULL)
		return tool_usage(t, "which IP address?");
	if ((d = mailauth_rdns_new(NULL)) == NULL)
		return tool_broken(t, MAILAUTH_ENOMEM);
	r = mailauth_rdns_set_client(d, ip);
	if (r == MAILAUTH_DONE)
		r = mailauth_rdns_set_trace(d, t->explain);
	if (r == MAILAUTH_EINVAL)
		status = tool_usage(t, "%s is no IP address",
		    *ip != '\0' ? ip : "nothing");
	else
		status = r < 0 ? tool_broken(t, r) : evaluate(t, d);
	mailauth_rdns_free(d);
	return status;
}

const struct command command_rdns = {
	"rdns", "IP", "Is the host who its reverse DNS says it is? (RFC 8601)", run
};
