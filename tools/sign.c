/*
 * mailauth dkim sign: a signature put on a message.
 */
#include <stdlib.h>
#include <string.h>

#include "tool.h"

/* The words of a=, by enum mailauth_key_algorithm. */
static const char *const algorithm_words[] = {
	"rsa-sha256", "ed25519-sha256", NULL };

struct inputs {
	const char *domain, *selector, *key, *canonicalization, *headers,
	    *identity, *path;
	uint64_t expire_in;
	int algorithm;			/* index of the word; -1: the key's */
};

int
sign_refused(struct tool *t, const char *reason, const char *detail)
{
	static const struct {
		const char *reason, *option;
	} options[] = {
		{ "domain", "--domain" }, { "selector", "--selector" },
		{ "identity", "--identity" },
		{ "identity-domain", "--identity" },
		{ "signed-fields", "--headers" },
		{ "signed-fields-limit", "--headers" },
		{ "from-not-signed", "--headers" },
		{ "arc-signed-fields", "--headers" },
	};

	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		if (strcmp(reason, options[i].reason) == 0)
			return tool_usage(t, "%s: %s", options[i].option,
			    detail);
	return tool_fail(t, EXIT_DATA, "%s (%s)", detail, reason);
}

void
sign_warn(struct tool *t, json_t *list, const char *reason)
{
	out_item_text(t, list, reason);
	tool_fail(t, 0, "warning: %s", strcmp(reason, "key-short") == 0 ?
	    "the RSA key has fewer than 2048 bits" :
	    "--headers has fields that are changed on the way");
}

static int
print(struct tool *t, const struct mailauth_signer *s,
    const struct mailauth_message *m, const struct kept *kept)
{
	const char *field = mailauth_signer_field(s, 0), *warning;
	json_t *o = json_object(), *list = out_list(t, o, "warnings");
	char *own;

	for (size_t k = 0; (warning = mailauth_signer_warning(s, 0, k)) != NULL;
	    k++)
		sign_warn(t, list, warning);
	if (!t->json) {
		json_decref(o);
		return input_repeat(t, kept, &field, 1, NULL);
	}
	if ((own = input_own_ends(kept, field)) == NULL) {
		json_decref(o);
		return tool_broken(t, MAILAUTH_ENOMEM);
	}
	out_text(t, o, "field", own);
	free(own);
	out_text(t, o, "line_ends", input_line_ends(m));
	for (size_t i = 0; (field = mailauth_signer_trace(s, i)) != NULL; i++)
		out_trace(t, field);
	return out_finish(t, o, NULL, EXIT_PASS);
}

/* Options' values that the library refuses: EXIT_USAGE; 0: they are set. */
static int
set(struct tool *t, struct mailauth_signer *s, const struct inputs *in,
    const struct mailauth_private_key *key)
{
	int r = mailauth_signer_add(s, in->domain, in->selector, key);

	if (in->algorithm >= 0 &&
	    mailauth_private_key_algorithm(key) != in->algorithm + 1)
		return tool_usage(t, "--algorithm: the key is of %s",
		    mailauth_key_algorithm_name(
		    mailauth_private_key_algorithm(key)));
	if (r >= 0 && in->canonicalization != NULL) {
		r = mailauth_signer_set_canonicalization(s, 0,
		    in->canonicalization);
		if (r == MAILAUTH_EINVAL)
			return tool_usage(t, "--canonicalization: %s is none",
			    in->canonicalization);
	}
	if (r >= 0 && in->headers != NULL)
		r = mailauth_signer_set_fields(s, 0, in->headers);
	if (r >= 0 && in->identity != NULL)
		r = mailauth_signer_set_identity(s, 0, in->identity,
		    strlen(in->identity));
	if (r >= 0)
		r = mailauth_signer_set_expiry(s, 0, in->expire_in);
	if (r >= 0)
		r = mailauth_signer_set_trace(s, t->explain);
	return r < 0 ? tool_broken(t, r) : 0;
}

static int
sign(struct tool *t, const struct inputs *in,
    const struct mailauth_private_key *key)
{
	struct mailauth_message *m = mailauth_message_new();
	struct mailauth_signer *s = mailauth_signer_new(m, NULL, t->now);
	struct kept kept = { 0 };
	int status, r;

	status = s == NULL ? tool_broken(t, MAILAUTH_ENOMEM) :
	    set(t, s, in, key);
	if (status == 0)
		status = input_message_kept(t, in->path, m, &kept);
	if (status == 0 && (r = mailauth_signer_step(s)) != MAILAUTH_DONE)
		status = tool_broken(t, r);
	if (status == 0)
		status = mailauth_signer_field(s, 0) != NULL ?
		    print(t, s, m, &kept) : sign_refused(t,
		    mailauth_signer_reason(s, 0), mailauth_signer_detail(s, 0));
	input_kept_free(t, &kept);
	mailauth_signer_free(s);
	mailauth_message_free(m);
	return status;
}

static int
run(struct tool *t, int argc, char **argv)
{
	struct inputs in = { .algorithm = -1 };
	const struct option options[] = {
		{ "domain", OPTION_TEXT, &in.domain, "D", "who signs: d=",
		    .required = true },
		{ "selector", OPTION_TEXT, &in.selector, "S",
		    "which of its keys: s=", .required = true },
		{ "key", OPTION_TEXT, &in.key, "PEM", "file of the private key",
		    .required = true },
		{ "algorithm", OPTION_WORD, &in.algorithm, NULL,
		    "that of the key, which need not be said",
		    .words = algorithm_words },
		{ "canonicalization", OPTION_TEXT, &in.canonicalization, "C",
		    "of header and body (relaxed/relaxed)" },
		{ "headers", OPTION_TEXT, &in.headers, "LIST",
		    "names of the fields to sign, with colons between" },
		{ "identity", OPTION_TEXT, &in.identity, "I",
		    "for whom: i=, an address at D or below" },
		{ "expire-in", OPTION_NUMBER, &in.expire_in, "SECONDS",
		    "x= so long after t=", .max = UINT64_C(9999999999) },
		{ 0 },
	};
	struct mailauth_private_key *key = NULL;
	int status = options_read(t, &command_dkim_sign, options, argc, argv,
	    &in.path, 1);

	if (status != OPTIONS_GO_ON)
		return status;
	if ((status = input_key(t, in.key, &key)) == 0)
		status = sign(t, &in, key);
	mailauth_private_key_free(key);
	return status;
}

const struct command command_dkim_sign = {
	"dkim sign", "--domain D --selector S --key PEM\n"
	"       [--algorithm A] [--canonicalization C] [--headers LIST]\n"
	"       [--identity I] [--expire-in SECONDS] [FILE]",
	"Put a signature on a message (RFC 6376)", run
};
