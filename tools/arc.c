/*
 * mailauth arc verify, arc seal: chains of ARC sets.
 */
#include <stdlib.h>
#include <string.h>

#include "tool.h"

/* ---- arc verify ---- */

static int
status_of(int result)
{
	return result == MAILAUTH_ARC_PASS ? EXIT_PASS : EXIT_VERDICT;
}

static void
out_part(struct tool *t, json_t *o, const struct mailauth_arc *a,
    uint32_t instance, int part)
{
	out_verdict(t, o, mailauth_dkim_result_name(
	    mailauth_arc_part_result(a, instance, part)),
	    mailauth_arc_part_reason(a, instance, part),
	    mailauth_arc_part_detail(a, instance, part));
}

static void
out_set(struct tool *t, json_t *o, const struct mailauth_arc *a, uint32_t i)
{
	const char *text;
	size_t n;

	out_number(t, o, "instance", i);
	text = mailauth_arc_cv(a, i, &n);
	out_octets(t, o, "cv", text, n);
	text = mailauth_arc_domain(a, i, &n);
	out_octets(t, o, "domain", text, n);
	text = mailauth_arc_selector(a, i, &n);
	out_octets(t, o, "selector", text, n);
	out_part(t, out_object(t, o, "seal"), a, i, MAILAUTH_ARC_SEAL);
	out_part(t, out_object(t, o, "message_signature"), a, i,
	    MAILAUTH_ARC_MESSAGE_SIGNATURE);
}

void
out_arc(struct tool *t, json_t *o, const struct mailauth_arc *a)
{
	json_t *list;

	out_verdict(t, o, mailauth_arc_result_name(mailauth_arc_result(a)),
	    mailauth_arc_reason(a), mailauth_arc_detail(a));
	list = out_list(t, o, "sets");
	for (uint32_t i = 1; i <= mailauth_arc_count(a); i++)
		out_set(t, out_item(t, list), a, i);
	if (mailauth_arc_oldest_pass(a) >= 0)
		out_number(t, o, "oldest_pass", mailauth_arc_oldest_pass(a));
	else
		out_null(t, o, "oldest_pass");
	out_flag(t, o, "temporary", mailauth_arc_temporary(a));
}

static int
verify(struct tool *t, struct mailauth_arc *a, struct mailauth_message *m,
    const char *path)
{
	struct mailauth_resolver *resolver;
	const char *line;
	int status, r;
	json_t *o;

	if ((r = mailauth_arc_set_trace(a, t->explain)) < 0)
		return tool_broken(t, r);
	if ((status = input_message(t, path, m)) != 0 ||
	    (status = input_resolver(t, &resolver)) != 0)
		return status;
	if ((r = mailauth_arc_verify(a, resolver)) < 0)
		return tool_broken(t, r);
	o = json_object();
	out_arc(t, o, a);
	out_text(t, o, "line_ends", input_line_ends(m));
	for (size_t i = 0; (line = mailauth_arc_trace(a, i)) != NULL; i++)
		out_trace(t, line);
	return out_finish(t, o, mailauth_arc_lookups(a),
	    status_of(mailauth_arc_result(a)));
}

static int
run_verify(struct tool *t, int argc, char **argv)
{
	const struct option options[] = { { 0 } };
	struct mailauth_message *m;
	struct mailauth_arc *a;
	const char *path;
	int status = options_read(t, &command_arc_verify, options, argc, argv,
	    &path, 1);

	if (status != OPTIONS_GO_ON)
		return status;
	m = mailauth_message_new();
	a = mailauth_arc_new(m, NULL, t->now);
	status = a != NULL ? verify(t, a, m, path) :
	    tool_broken(t, MAILAUTH_ENOMEM);
	mailauth_arc_free(a);
	mailauth_message_free(m);
	return status;
}

const struct command command_arc_verify = {
	"arc verify", "[FILE]",
	"Who handled this message, and is the chain unbroken? (RFC 8617)",
	run_verify
};

/* ---- arc seal ---- */

struct inputs {
	const char *domain, *selector, *key, *authserv_id, *results, *headers,
	    *canonicalization, *path;
};

/* Options' values that the library refuses: EXIT_USAGE; 0: they are set. */
static int
set(struct tool *t, struct mailauth_sealer *s, const struct inputs *in,
    const struct mailauth_private_key *key)
{
	int r = mailauth_sealer_set_authserv_id(s, in->authserv_id);

	if (r == MAILAUTH_EINVAL)
		return tool_usage(t, "--authserv-id: %s cannot stand in a "
		    "header field", *in->authserv_id != '\0' ?
		    in->authserv_id : "nothing");
	if (r == MAILAUTH_DONE)
		r = mailauth_sealer_set_key(s, in->domain, in->selector, key);
	if (r == MAILAUTH_DONE && in->results != NULL) {
		r = mailauth_sealer_add_results(s, in->results,
		    strlen(in->results));
		if (r == MAILAUTH_ESYNTAX)
			return tool_usage(t, "--results: they are no "
			    "Authentication-Results of %s", in->authserv_id);
	}
	if (r == MAILAUTH_DONE && in->canonicalization != NULL) {
		r = mailauth_sealer_set_canonicalization(s,
		    in->canonicalization);
		if (r == MAILAUTH_EINVAL)
			return tool_usage(t, "--canonicalization: %s is none",
			    in->canonicalization);
	}
	if (r == MAILAUTH_DONE && in->headers != NULL)
		r = mailauth_sealer_set_fields(s, in->headers);
	/* Results that are given take the place of the message's. */
	if (r == MAILAUTH_DONE && in->results != NULL)
		r = mailauth_sealer_set_take_results(s, 0);
	if (r == MAILAUTH_DONE)
		r = mailauth_sealer_set_trace(s, t->explain);
	return r < 0 ? tool_broken(t, r) : 0;
}

static int
print(struct tool *t, struct mailauth_sealer *s,
    const struct mailauth_message *m, const struct kept *kept)
{
	json_t *o = json_object(), *list = out_list(t, o, "warnings");
	const char *fields[3], *text;
	int status = mailauth_sealer_chain(s) == MAILAUTH_ARC_FAIL ?
	    EXIT_VERDICT : EXIT_PASS, wrote;
	size_t n = 0;
	char *own;

	for (size_t k = 0; (text = mailauth_sealer_warning(s, k)) != NULL; k++)
		sign_warn(t, list, text);
	for (; n < 3 && (fields[n] = mailauth_sealer_field(s, (int)n)) != NULL;)
		n++;
	if (!t->json) {
		json_decref(o);
		wrote = input_repeat(t, kept, fields, n, NULL);
		return wrote != 0 ? wrote : status;
	}
	out_verdict(t, o, mailauth_arc_result_name(mailauth_sealer_chain(s)),
	    mailauth_sealer_reason(s), mailauth_sealer_detail(s));
	list = out_list(t, o, "fields");
	for (size_t k = 0; k < n; k++) {
		if ((own = input_own_ends(kept, fields[k])) == NULL)
			t->nomem = true;
		out_item_text(t, list, own != NULL ? own : "");
		free(own);
	}
	out_text(t, o, "line_ends", input_line_ends(m));
	for (size_t i = 0; (text = mailauth_sealer_trace(s, i)) != NULL; i++)
		out_trace(t, text);
	return out_finish(t, o, mailauth_sealer_lookups(s), status);
}

static int
seal(struct tool *t, const struct inputs *in,
    const struct mailauth_private_key *key)
{
	struct mailauth_message *m = mailauth_message_new();
	struct mailauth_sealer *s = mailauth_sealer_new(m, NULL, t->now);
	struct mailauth_resolver *resolver;
	struct kept kept = { 0 };
	int status, r;

	status = s == NULL ? tool_broken(t, MAILAUTH_ENOMEM) :
	    set(t, s, in, key);
	if (status == 0)
		status = input_message_kept(t, in->path, m, &kept);
	if (status == 0)
		status = input_resolver(t, &resolver);
	if (status == 0 &&
	    (r = mailauth_sealer_seal(s, resolver)) != MAILAUTH_DONE)
		status = tool_broken(t, r);
	if (status == 0)
		status = mailauth_sealer_result(s) == MAILAUTH_SEALER_REFUSED ?
		    sign_refused(t, mailauth_sealer_reason(s),
		    mailauth_sealer_detail(s)) : print(t, s, m, &kept);
	input_kept_free(t, &kept);
	mailauth_sealer_free(s);
	mailauth_message_free(m);
	return status;
}

static int
run_seal(struct tool *t, int argc, char **argv)
{
	struct inputs in = { 0 };
	const struct option options[] = {
		{ "domain", OPTION_TEXT, &in.domain, "D", "who seals: d=",
		    .required = true },
		{ "selector", OPTION_TEXT, &in.selector, "S",
		    "which of its keys: s=", .required = true },
		{ "key", OPTION_TEXT, &in.key, "PEM", "file of the private key",
		    .required = true },
		{ "authserv-id", OPTION_TEXT, &in.authserv_id, "ID",
		    "whose results they are", .required = true },
		{ "results", OPTION_TEXT, &in.results, "TEXT",
		    "an Authentication-Results field, or its value (those of "
		    "the message)" },
		{ "headers", OPTION_TEXT, &in.headers, "LIST",
		    "names of the fields to sign, with colons between" },
		{ "canonicalization", OPTION_TEXT, &in.canonicalization, "C",
		    "of header and body (relaxed/relaxed)" },
		{ 0 },
	};
	struct mailauth_private_key *key = NULL;
	int status = options_read(t, &command_arc_seal, options, argc, argv,
	    &in.path, 1);

	if (status != OPTIONS_GO_ON)
		return status;
	if ((status = input_key(t, in.key, &key)) == 0)
		status = seal(t, &in, key);
	mailauth_private_key_free(key);
	return status;
}

const struct command command_arc_seal = {
	"arc seal", "--domain D --selector S --key PEM --authserv-id ID\n"
	"       [--results TEXT] [--headers LIST] [--canonicalization C] [FILE]",
	"Add a set to a message's chain (RFC 8617)", run_seal
};
