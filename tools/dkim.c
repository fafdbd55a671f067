/*
 * mailauth dkim verify: who signed this message, and is it unchanged?
 */
#include "tool.h"

const char *const unsigned_body_words[] = { "pass", "policy", NULL };

static int
status_of(int result)
{
	return result == MAILAUTH_DKIM_PASS ? EXIT_PASS :
	    result == MAILAUTH_DKIM_TEMPERROR ? EXIT_TEMPFAIL : EXIT_VERDICT;
}

static void
out_bytes(struct tool *t, json_t *o, const char *key, int64_t n)
{
	if (n >= 0)
		out_number(t, o, key, n);
	else
		out_null(t, o, key);
}

static void
out_fields(struct tool *t, json_t *o, const struct mailauth_dkim *d, size_t i)
{
	json_t *list = out_list(t, o, "signed_fields");
	const char *name;
	size_t n;

	for (size_t k = 0;
	    (name = mailauth_dkim_signed_field(d, i, k, &n)) != NULL; k++)
		out_item_octets(t, list, name, n);
	list = out_list(t, o, "unsigned_fields");
	for (size_t k = 0;
	    (name = mailauth_dkim_unsigned_field(d, i, k)) != NULL; k++)
		out_item_text(t, list, name);
	list = out_list(t, o, "repeated_fields");
	for (size_t k = 0;
	    (name = mailauth_dkim_repeated_field(d, i, k)) != NULL; k++)
		out_item_text(t, list, name);
}

static void
out_signature(struct tool *t, json_t *o, const struct mailauth_dkim *d, size_t i)
{
	const struct {
		const char *key;
		const char *(*get)(const struct mailauth_dkim *, size_t, size_t *);
	} tags[] = {
		{ "domain", mailauth_dkim_domain },
		{ "selector", mailauth_dkim_selector },
		{ "identity", mailauth_dkim_identity },
		{ "algorithm", mailauth_dkim_algorithm },
	};
	const char *text;
	size_t n;

	out_verdict(t, o,
	    mailauth_dkim_result_name(mailauth_dkim_signature_result(d, i)),
	    mailauth_dkim_signature_reason(d, i),
	    mailauth_dkim_signature_detail(d, i));
	for (size_t k = 0; k < sizeof tags / sizeof *tags; k++) {
		text = tags[k].get(d, i, &n);
		out_octets(t, o, tags[k].key, text, n);
	}
	if (mailauth_dkim_key_bits(d, i) > 0)
		out_number(t, o, "key_bits", mailauth_dkim_key_bits(d, i));
	else
		out_null(t, o, "key_bits");
	text = mailauth_dkim_canonicalization(d, i, &n);
	out_octets(t, o, "canonicalization", text, n);
	out_fields(t, o, d, i);
	out_bytes(t, o, "signed_body_bytes",
	    mailauth_dkim_signed_body_bytes(d, i));
	out_bytes(t, o, "body_bytes", mailauth_dkim_body_bytes(d, i));
	out_flag(t, o, "testing", mailauth_dkim_testing(d, i));
	out_flag(t, o, "secure", mailauth_dkim_secure(d, i));
}

void
out_dkim(struct tool *t, json_t *o, const struct mailauth_dkim *d)
{
	json_t *list;

	out_verdict(t, o, mailauth_dkim_result_name(mailauth_dkim_result(d)),
	    mailauth_dkim_reason(d), mailauth_dkim_detail(d));
	list = out_list(t, o, "signatures");
	for (size_t i = 0; i < mailauth_dkim_count(d); i++)
		out_signature(t, out_item(t, list), d, i);
}

static int
verify(struct tool *t, struct mailauth_dkim *d, struct mailauth_message *m,
    struct mailauth_resolver *resolver)
{
	const char *line;
	int r = mailauth_dkim_verify(d, resolver);
	json_t *o;

	if (r < 0)
		return tool_broken(t, r);
	o = json_object();
	out_dkim(t, o, d);
	out_text(t, o, "line_ends", input_line_ends(m));
	for (size_t i = 0; (line = mailauth_dkim_trace(d, i)) != NULL; i++)
		out_trace(t, line);
	return out_finish(t, o, mailauth_dkim_lookups(d),
	    status_of(mailauth_dkim_result(d)));
}

static int
read_and_verify(struct tool *t, struct mailauth_dkim *d,
    struct mailauth_message *m, const char *path)
{
	struct mailauth_resolver *resolver;
	int status = input_message(t, path, m);

	if (status == 0)
		status = input_resolver(t, &resolver);
	return status == 0 ? verify(t, d, m, resolver) : status;
}

static int
run(struct tool *t, int argc, char **argv)
{
	int unsigned_body = 0, status, r;
	const struct option options[] = {
		{ "unsigned-body", OPTION_WORD, &unsigned_body, NULL,
		    "a signature of a part of the body",
		    .words = unsigned_body_words },
		{ 0 },
	};
	struct mailauth_message *m;
	struct mailauth_dkim *d;
	const char *path;

	status = options_read(t, &command_dkim_verify, options, argc, argv,
	    &path, 1);
	if (status != OPTIONS_GO_ON)
		return status;
	m = mailauth_message_new();
	d = m != NULL ? mailauth_dkim_new(m, NULL, t->now) : NULL;
	r = d == NULL ? MAILAUTH_ENOMEM : mailauth_dkim_set_unsigned_body(d,
	    unsigned_body == 0 ? MAILAUTH_DKIM_PASS : MAILAUTH_DKIM_POLICY);
	if (r == MAILAUTH_DONE)
		r = mailauth_dkim_set_trace(d, t->explain);
	status = r < 0 ? tool_broken(t, r) : read_and_verify(t, d, m, path);
	mailauth_dkim_free(d);
	mailauth_message_free(m);
	return status;
}

const struct command command_dkim_verify = {
	"dkim verify", "[--unsigned-body pass|policy] [FILE]",
	"Who signed this message, and is it unchanged? (RFC 6376)", run
};
