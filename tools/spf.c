/*
 * mailauth spf: may this host send mail for this domain?
 */
#include <string.h>

#include "tool.h"

static int
status_of(int result)
{
	return result == MAILAUTH_SPF_PASS ? EXIT_PASS :
	    result == MAILAUTH_SPF_TEMPERROR ? EXIT_TEMPFAIL : EXIT_VERDICT;
}

void
out_spf(struct tool *t, json_t *o, const struct mailauth_spf *spf)
{
	const char *text;
	size_t n;

	out_verdict(t, o, mailauth_spf_result_name(mailauth_spf_result(spf)),
	    mailauth_spf_reason(spf), mailauth_spf_detail(spf));
	text = mailauth_spf_domain(spf, &n);
	out_octets(t, o, "domain", text, n);
	out_text(t, o, "identity",
	    mailauth_spf_identity(spf) == MAILAUTH_SPF_HELO ? "helo" :
	    "mailfrom");
	text = mailauth_spf_mechanism(spf, &n);
	out_octets(t, o, "mechanism", text, n);
	text = mailauth_spf_record(spf, &n);
	out_octets(t, o, "record", text, n);
	out_text(t, o, "explanation", mailauth_spf_explanation(spf));
	out_number(t, o, "lookups", mailauth_spf_term_count(spf));
	out_number(t, o, "void_lookups", mailauth_spf_void_count(spf));
	out_flag(t, o, "secure", mailauth_spf_secure(spf));
}

struct inputs {
	const char *ip, *helo, *mail_from, *receiver;
};

/* MAILAUTH_EINVAL: the address is none. */
static int
set_inputs(const struct tool *t, struct mailauth_spf *spf,
    const struct inputs *in)
{
	int r = mailauth_spf_set_client(spf, in->ip);

	if (r == MAILAUTH_DONE)
		r = mailauth_spf_set_helo(spf, in->helo, strlen(in->helo));
	if (r == MAILAUTH_DONE && in->mail_from != NULL)
		r = mailauth_spf_set_mail_from(spf, in->mail_from,
		    strlen(in->mail_from));
	if (r == MAILAUTH_DONE && in->receiver != NULL)
		r = mailauth_spf_set_receiver(spf, in->receiver,
		    strlen(in->receiver));
	if (r == MAILAUTH_DONE)
		r = mailauth_spf_set_trace(spf, t->explain);
	if (r == MAILAUTH_DONE && t->no_ahead)
		r = mailauth_spf_set_limit(spf, MAILAUTH_SPF_AHEAD, 0);
	return r;
}

static int
evaluate(struct tool *t, struct mailauth_spf *spf)
{
	struct mailauth_resolver *resolver;
	const char *line;
	int r, status;
	json_t *o;

	if ((status = input_resolver(t, &resolver)) != 0)
		return status;
	if ((r = mailauth_spf_eval(spf, resolver)) < 0)
		return tool_broken(t, r);
	o = json_object();
	out_spf(t, o, spf);
	for (size_t i = 0; (line = mailauth_spf_trace(spf, i)) != NULL; i++)
		out_trace(t, line);
	return out_finish(t, o, mailauth_spf_lookups(spf),
	    status_of(mailauth_spf_result(spf)));
}

static int
run(struct tool *t, int argc, char **argv)
{
	struct inputs in = { 0 };
	const struct option options[] = {
		{ "ip", OPTION_TEXT, &in.ip, "IP", "address of the SMTP client",
		    .required = true },
		{ "helo", OPTION_TEXT, &in.helo, "NAME",
		    "what it said at HELO or EHLO", .required = true },
		{ "mail-from", OPTION_TEXT, &in.mail_from, "ADDR",
		    "the reverse-path; without it HELO is checked" },
		{ "receiver", OPTION_TEXT, &in.receiver, "NAME",
		    "the host that checks (the macro %{r})" },
		{ 0 },
	};
	struct mailauth_spf *spf;
	int status, r;

	status = options_read(t, &command_spf, options, argc, argv, NULL, 0);
	if (status != OPTIONS_GO_ON)
		return status;
	if ((spf = mailauth_spf_new(NULL, t->now)) == NULL)
		return tool_broken(t, MAILAUTH_ENOMEM);
	r = set_inputs(t, spf, &in);
	if (r == MAILAUTH_EINVAL)
		status = tool_usage(t, "--ip: %s is no IP address", in.ip);
	else
		status = r < 0 ? tool_broken(t, r) : evaluate(t, spf);
	mailauth_spf_free(spf);
	return status;
}

const struct command command_spf = {
	"spf", "--ip IP --helo NAME [--mail-from ADDR] [--receiver NAME]",
	"May this host send mail for this domain? (RFC 7208)", run
};
