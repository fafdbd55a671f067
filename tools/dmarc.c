/*
 * mailauth dmarc: does what passed agree with the author's domain?
 */
#include <stdlib.h>
#include <string.h>

#include "tool.h"

const char *const discovery_words[] = { "walk", "psl", NULL };

int
status_dmarc(int result)
{
	return result == MAILAUTH_DMARC_PASS ? EXIT_PASS :
	    result == MAILAUTH_DMARC_TEMPERROR ? EXIT_TEMPFAIL : EXIT_VERDICT;
}

static const char *
policy_name(int policy)
{
	return policy != 0 ? mailauth_dmarc_policy_name(policy) : NULL;
}

void
out_dmarc(struct tool *t, json_t *o, const struct mailauth_dmarc *d)
{
	const char *text;
	size_t n;

	out_verdict(t, o, mailauth_dmarc_result_name(mailauth_dmarc_result(d)),
	    mailauth_dmarc_reason(d), mailauth_dmarc_detail(d));
	out_text(t, o, "policy", policy_name(mailauth_dmarc_policy(d)));
	out_text(t, o, "disposition",
	    policy_name(mailauth_dmarc_disposition(d)));
	text = mailauth_dmarc_domain(d, &n);
	out_octets(t, o, "domain", text, n);
	out_text(t, o, "organizational_domain",
	    mailauth_dmarc_organizational_domain(d));
	out_text(t, o, "record_domain", mailauth_dmarc_record_domain(d));
	text = mailauth_dmarc_record(d, &n);
	out_octets(t, o, "record", text, n);
	out_flag(t, o, "spf_aligned", mailauth_dmarc_spf_aligned(d));
	out_flag(t, o, "dkim_aligned", mailauth_dmarc_dkim_aligned(d));
	out_flag(t, o, "testing", mailauth_dmarc_testing(d));
	out_text(t, o, "discovery",
	    mailauth_dmarc_discovery_name(mailauth_dmarc_discovery(d)));
	out_flag(t, o, "secure", mailauth_dmarc_secure(d));
}

/* RESULT,DOMAIN.  0, or the exit status. */
static int
add_component(struct tool *t, struct mailauth_dmarc *d, const char *option,
    const char *text)
{
	const char *comma = strchr(text, ',');
	bool spf = strcmp(option, "spf") == 0;
	char word[16];
	size_t n = comma != NULL ? (size_t)(comma - text) : 0;
	int result = 0, r;

	if (comma == NULL)
		return tool_usage(t, "--%s: %s is not RESULT,DOMAIN", option,
		    *text != '\0' ? text : "nothing");
	if (n < sizeof word) {
		memcpy(word, text, n);
		word[n] = '\0';
		result = spf ? mailauth_spf_result_parse(word) :
		    mailauth_dkim_result_parse(word);
	}
	if (result == 0)
		return tool_usage(t, "--%s: %.*s is no result of %s", option,
		    n > 0 ? (int)n : 7, n > 0 ? text : "nothing",
		    spf ? "SPF" : "DKIM");
	comma++;
	r = spf ? mailauth_dmarc_set_spf(d, result, comma, strlen(comma)) :
	    mailauth_dmarc_add_dkim(d, result, comma, strlen(comma));
	return r < 0 ? tool_broken(t, r) : 0;
}

struct inputs {
	const char *from, *spf;
	struct texts dkim;
	int discovery;
	void *suffixes;
};

/* 0, or the exit status. */
static int
set_inputs(struct tool *t, struct mailauth_dmarc *d, struct inputs *in)
{
	mailauth_public_suffix *suffix;
	int r = mailauth_dmarc_set_from_domain(d, in->from, strlen(in->from));
	int status = 0;

	if (r == MAILAUTH_DONE)
		r = mailauth_dmarc_set_trace(d, t->explain);
	if (r < 0)
		return tool_broken(t, r);
	if (in->spf != NULL)
		status = add_component(t, d, "spf", in->spf);
	for (size_t i = 0; status == 0 && i < in->dkim.n; i++)
		status = add_component(t, d, "dkim", in->dkim.v[i]);
	if (status != 0 || in->discovery == 0)
		return status;
	status = input_suffixes(t, &suffix, &in->suffixes);
	if (status != 0)
		return status;
	r = mailauth_dmarc_set_discovery(d, MAILAUTH_DMARC_PSL, suffix,
	    in->suffixes);
	return r < 0 ? tool_broken(t, r) : 0;
}

static int
evaluate(struct tool *t, struct mailauth_dmarc *d)
{
	struct mailauth_resolver *resolver;
	const char *line;
	int r, status;
	json_t *o;

	if ((status = input_resolver(t, &resolver)) != 0)
		return status;
	if ((r = mailauth_dmarc_align(d, resolver)) < 0)
		return tool_broken(t, r);
	o = json_object();
	out_dmarc(t, o, d);
	for (size_t i = 0; (line = mailauth_dmarc_trace(d, i)) != NULL; i++)
		out_trace(t, line);
	return out_finish(t, o, mailauth_dmarc_lookups(d),
	    status_dmarc(mailauth_dmarc_result(d)));
}

static int
run(struct tool *t, int argc, char **argv)
{
	struct inputs in = { 0 };
	const struct option options[] = {
		{ "from", OPTION_TEXT, &in.from, "DOMAIN", "the author's domain",
		    .required = true },
		{ "spf", OPTION_TEXT, &in.spf, "RESULT,DOMAIN",
		    "what SPF said of MAIL FROM" },
		{ "dkim", OPTION_TEXTS, &in.dkim, "RESULT,DOMAIN",
		    "what DKIM said of a signature; may be repeated" },
		{ "discovery", OPTION_WORD, &in.discovery, NULL,
		    "how the organizational domain is found",
		    .words = discovery_words },
		{ 0 },
	};
	struct mailauth_dmarc *d = NULL;
	int status;

	status = options_read(t, &command_dmarc, options, argc, argv, NULL, 0);
	if (status == OPTIONS_GO_ON) {
		d = mailauth_dmarc_new(NULL);
		status = d == NULL ? tool_broken(t, MAILAUTH_ENOMEM) :
		    set_inputs(t, d, &in);
		if (status == 0)
			status = evaluate(t, d);
	}
	mailauth_dmarc_free(d);
	input_suffixes_free(in.suffixes);
	free(in.dkim.v);
	return status;
}

const struct command command_dmarc = {
	"dmarc", "--from DOMAIN [--spf RESULT,DOMAIN] [--dkim RESULT,DOMAIN]... "
	"[--discovery walk|psl]",
	"Does what passed agree with the author's domain? (RFC 9989)", run
};
