/*
 * mailauth check: a whole message.
 */
#include <stdlib.h>
#include <string.h>

#include "tool.h"

struct inputs {
	const char *ip, *helo, *mail_from, *authserv_id, *path;
	int unsigned_body, discovery;
	bool prepend;
	struct texts trusted;
	void *suffixes;
};

static const char *
disposition_name(int disposition)
{
	return disposition != 0 ? mailauth_dmarc_policy_name(disposition) : NULL;
}

static void
out_check(struct tool *t, json_t *o, struct mailauth_check *c)
{
	const char *enhanced = NULL, *text = NULL;
	int code;

	out_verdict(t, o, mailauth_dmarc_result_name(mailauth_check_result(c)),
	    mailauth_check_reason(c), mailauth_check_detail(c));
	out_rdns(t, out_object(t, o, "iprev"), mailauth_check_rdns(c));
	out_spf(t, out_object(t, o, "helo_spf"), mailauth_check_helo_spf(c));
	out_spf(t, out_object(t, o, "spf"), mailauth_check_spf(c));
	out_dkim(t, out_object(t, o, "dkim"), mailauth_check_dkim(c));
	out_arc(t, out_object(t, o, "arc"), mailauth_check_arc(c));
	out_dmarc(t, out_object(t, o, "dmarc"), mailauth_check_dmarc(c));
	out_text(t, o, "authentication_results",
	    mailauth_check_authentication_results(c));
	out_text(t, o, "disposition",
	    disposition_name(mailauth_check_disposition(c)));
	out_text(t, o, "override", mailauth_check_override(c));
	code = mailauth_check_reply(c, &enhanced, &text);
	out_reply(t, o, code, enhanced, text);
	out_text(t, o, "line_ends", input_line_ends(mailauth_check_message(c)));
}

/* Options' values that the library refuses: EXIT_USAGE; 0: they are set. */
static int
set_envelope(struct tool *t, struct mailauth_check *c, const struct inputs *in)
{
	int r = mailauth_check_set_client(c, in->ip);

	if (r == MAILAUTH_EINVAL)
		return tool_usage(t, "--ip: %s is no IP address",
		    *in->ip != '\0' ? in->ip : "nothing");
	if (r == MAILAUTH_DONE)
		r = mailauth_check_set_authserv_id(c, in->authserv_id);
	if (r == MAILAUTH_EINVAL)
		return tool_usage(t, "--authserv-id: %s cannot stand in a "
		    "header field", *in->authserv_id != '\0' ?
		    in->authserv_id : "nothing");
	if (r == MAILAUTH_DONE)
		r = mailauth_check_set_helo(c, in->helo, strlen(in->helo));
	if (r == MAILAUTH_DONE)
		r = mailauth_check_set_mail_from(c, in->mail_from,
		    strlen(in->mail_from));
	return r < 0 ? tool_broken(t, r) : 0;
}

static int
set_manner(struct tool *t, struct mailauth_check *c, struct inputs *in)
{
	mailauth_public_suffix *suffix;
	int r = mailauth_dkim_set_unsigned_body(mailauth_check_dkim(c),
	    in->unsigned_body == 0 ? MAILAUTH_DKIM_PASS :
	    MAILAUTH_DKIM_POLICY), status;

	for (size_t i = 0; r == MAILAUTH_DONE && i < in->trusted.n; i++) {
		r = mailauth_check_add_trusted_sealer(c, in->trusted.v[i]);
		if (r == MAILAUTH_EINVAL || r == MAILAUTH_EUSE)
			return tool_usage(t, "--trusted-sealer: %s is no "
			    "domain, or one too many", in->trusted.v[i]);
	}
	if (r == MAILAUTH_DONE && in->discovery != 0) {
		status = input_suffixes(t, &suffix, &in->suffixes);
		if (status != 0)
			return status;
		r = mailauth_dmarc_set_discovery(mailauth_check_dmarc(c),
		    MAILAUTH_DMARC_PSL, suffix, in->suffixes);
	}
	if (r == MAILAUTH_DONE)
		r = mailauth_check_set_trace(c, t->explain);
	if (r == MAILAUTH_DONE && t->no_ahead)
		r = mailauth_spf_set_limit(mailauth_check_spf(c),
		    MAILAUTH_SPF_AHEAD, 0);
	if (r == MAILAUTH_DONE && t->no_ahead)
		r = mailauth_spf_set_limit(mailauth_check_helo_spf(c),
		    MAILAUTH_SPF_AHEAD, 0);
	return r < 0 ? tool_broken(t, r) : 0;
}

/* The message without forged fields, the new one on top. */
static int
prepend(struct tool *t, const struct mailauth_check *c, const struct inputs *in,
    struct mailauth_message *m, const struct kept *kept)
{
	const char *field = mailauth_check_authentication_results(c);
	struct mailauth_forged *forged = mailauth_forged_new(m,
	    in->authserv_id);
	int status;

	if (forged != NULL)
		status = input_repeat(t, kept, &field, 1, forged);
	else if (mailauth_message_count(m) > 0)
		status = tool_broken(t, MAILAUTH_ENOMEM);
	else
		status = tool_fail(t, EXIT_DATA,
		    "the header is longer than its limit");
	mailauth_forged_free(forged);
	return status != 0 ? status : status_dmarc(mailauth_check_result(c));
}

static int
evaluate(struct tool *t, struct mailauth_check *c, const struct inputs *in,
    struct kept *kept)
{
	struct mailauth_message *m = mailauth_check_message(c);
	struct mailauth_resolver *resolver;
	const char *line;
	int r, status;
	json_t *o;

	status = in->prepend ? input_message_kept(t, in->path, m, kept) :
	    input_message(t, in->path, m);
	if (status != 0 || (status = input_resolver(t, &resolver)) != 0)
		return status;
	if ((r = mailauth_check_run(c, resolver)) < 0)
		return tool_broken(t, r);
	if (in->prepend)
		return prepend(t, c, in, m, kept);
	o = json_object();
	out_check(t, o, c);
	for (size_t i = 0; (line = mailauth_check_trace(c, i)) != NULL; i++)
		out_trace(t, line);
	return out_finish(t, o, mailauth_check_lookups(c),
	    status_dmarc(mailauth_check_result(c)));
}

static int
run(struct tool *t, int argc, char **argv)
{
	struct inputs in = { .unsigned_body = 1 };
	const struct option options[] = {
		{ "ip", OPTION_TEXT, &in.ip, "IP", "address of the SMTP client",
		    .required = true },
		{ "helo", OPTION_TEXT, &in.helo, "NAME",
		    "what it said at HELO or EHLO", .required = true },
		{ "mail-from", OPTION_TEXT, &in.mail_from, "ADDR",
		    "the reverse-path; may be empty", .required = true },
		{ "authserv-id", OPTION_TEXT, &in.authserv_id, "ID",
		    "who checks: first in Authentication-Results",
		    .required = true },
		{ "unsigned-body", OPTION_WORD, &in.unsigned_body, NULL,
		    "a signature of a part of the body (policy)",
		    .words = unsigned_body_words },
		{ "discovery", OPTION_WORD, &in.discovery, NULL,
		    "how the organizational domain is found",
		    .words = discovery_words },
		{ "trusted-sealer", OPTION_TEXTS, &in.trusted, "D",
		    "believe the ARC sets of this domain" },
		{ "prepend", OPTION_FLAG, &in.prepend, NULL,
		    "write the message, the new field on top, forged ones "
		    "removed" },
		{ 0 },
	};
	struct mailauth_check *c = NULL;
	struct kept kept = { 0 };
	int status;

	status = options_read(t, &command_check, options, argc, argv, &in.path,
	    1);
	if (status != OPTIONS_GO_ON) {
		free(in.trusted.v);
		return status;
	}
	if (in.prepend && t->json)
		status = tool_usage(t, "--prepend writes the message: it does "
		    "not go with --json");
	else if ((c = mailauth_check_new(NULL, t->now)) == NULL)
		status = tool_broken(t, MAILAUTH_ENOMEM);
	else
		status = set_envelope(t, c, &in);
	if (status == 0)
		status = set_manner(t, c, &in);
	if (status == 0)
		status = evaluate(t, c, &in, &kept);
	input_kept_free(t, &kept);
	free(in.trusted.v);
	mailauth_check_free(c);
	input_suffixes_free(in.suffixes);
	return status;
}

const struct command command_check = {
	"check", "--ip IP --helo NAME --mail-from ADDR\n"
	"       --authserv-id ID [--unsigned-body pass|policy]\n"
	"       [--discovery walk|psl] [--trusted-sealer D]... [--prepend] "
	"[FILE]",
	"A whole message: reverse DNS, SPF, DKIM, ARC, DMARC", run
};
