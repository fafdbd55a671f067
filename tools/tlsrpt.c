/*
 * mailauth tls-rpt: who wants reports about TLS to this domain?
 */
#include <string.h>

#include "tool.h"

static int
status_of(int result)
{
	return result == MAILAUTH_TLSRPT_VALID ? EXIT_PASS :
	    result == MAILAUTH_TLSRPT_TEMPERROR ? EXIT_TEMPFAIL : EXIT_VERDICT;
}

static int
evaluate(struct tool *t, struct mailauth_tlsrpt *d)
{
	struct mailauth_resolver *resolver;
	const char *text;
	json_t *o, *list;
	int r, status;
	size_t n;

	if ((status = input_resolver(t, &resolver)) != 0)
		return status;
	if ((r = mailauth_tlsrpt_discover(d, resolver)) < 0)
		return tool_broken(t, r);
	o = json_object();
	out_verdict(t, o, mailauth_tlsrpt_result_name(mailauth_tlsrpt_result(d)),
	    mailauth_tlsrpt_reason(d), mailauth_tlsrpt_detail(d));
	list = out_list(t, o, "rua");
	for (size_t i = 0; (text = mailauth_tlsrpt_rua(d, i)) != NULL; i++)
		out_item_text(t, list, text);
	text = mailauth_tlsrpt_record(d, &n);
	out_octets(t, o, "record", text, n);
	for (size_t i = 0; (text = mailauth_tlsrpt_trace(d, i)) != NULL; i++)
		out_trace(t, text);
	return out_finish(t, o, mailauth_tlsrpt_lookups(d),
	    status_of(mailauth_tlsrpt_result(d)));
}

static int
run(struct tool *t, int argc, char **argv)
{
	const struct option options[] = { { 0 } };
	struct mailauth_tlsrpt *d;
	const char *domain;
	int status, r;

	status = options_read(t, &command_tlsrpt, options, argc, argv, &domain,
	    1);
	if (status != OPTIONS_GO_ON)
		return status;
	if (domain == NULL)
		return tool_usage(t, "which domain?");
	if ((d = mailauth_tlsrpt_new(NULL)) == NULL)
		return tool_broken(t, MAILAUTH_ENOMEM);
	r = mailauth_tlsrpt_set_domain(d, domain, strlen(domain));
	if (r == MAILAUTH_DONE)
		r = mailauth_tlsrpt_set_trace(d, t->explain);
	status = r < 0 ? tool_broken(t, r) : evaluate(t, d);
	mailauth_tlsrpt_free(d);
	return status;
}

const struct command command_tlsrpt = {
	"tls-rpt", "DOMAIN", "Who wants reports about TLS? (RFC 8460)", run
};
