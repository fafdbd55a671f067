/*
 * Whatever is signed, and however it is to be signed: either the signer refuses
 * with a reason, or the field it makes is one, and verifies on top of the
 * message.
 *
 * Input: settings between NULs (domain, selector, identity, fields, tag), then
 * the message.
 */
#include "sign/sign.h"
#include "published.h"

static struct mailauth_message *
new_message(void)
{
	struct mailauth_message *m = mailauth_message_new();

	FUZZ_CHECK(m != NULL && mailauth_message_set_line_ends(m,
	    MAILAUTH_LINES_FIRST) == MAILAUTH_DONE);
	return m;
}

static void
feed(struct mailauth_message *m, const char *field, struct slice text)
{
	struct slice rest = ma_str(field);
	bool lf = ma_find(text, '\n') < text.n &&
	    (ma_find(text, '\n') == 0 ||
	    text.p[ma_find(text, '\n') - 1] != '\r');

	/* With the message's own line ends. */
	while (rest.n > 0) {
		struct slice line = ma_cut(&rest, '\n');

		mailauth_message_write(m, line.p, line.n - lf);
		mailauth_message_write(m, "\n", 1);
	}
	mailauth_message_write(m, text.p, text.n);
	FUZZ_CHECK(mailauth_message_end(m) == MAILAUTH_DONE);
}

static void
check_verifies(const char *field, struct slice text)
{
	struct mailauth_resolver *resolver = published_resolver();
	struct mailauth_message *m = new_message();
	struct mailauth_dkim *d = mailauth_dkim_new(m, NULL, NOW);

	feed(m, field, text);
	FUZZ_CHECK(mailauth_dkim_verify(d, resolver) == MAILAUTH_DONE);
	FUZZ_CHECK(mailauth_dkim_signature_result(d, 0) == MAILAUTH_DKIM_PASS);
	mailauth_dkim_free(d);
	mailauth_message_free(m);
	mailauth_resolver_free(resolver);
}

/* The next of the settings as a string; empty: NULL. */
static const char *
take(struct slice *rest, char out[256])
{
	struct slice s = ma_cut(rest, '\0');

	s = ma_sub(s, 0, 255);
	if (s.n > 0)
		memcpy(out, s.p, s.n);
	out[s.n] = '\0';
	return s.n > 0 ? out : NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = ma_slice(data, size);
	char domain[256], selector[256], identity[256], fields[256], tag[256];
	struct mailauth_message *m;
	struct mailauth_signer *s;
	const char *text;

	m = new_message();
	s = mailauth_signer_new(m, NULL, NOW);
	text = take(&rest, domain);
	FUZZ_CHECK(mailauth_signer_add(s, text != NULL ? text : "example.com",
	    take(&rest, selector) != NULL ? selector : "s",
	    published_key()) == 0);
	if ((text = take(&rest, identity)) != NULL)
		mailauth_signer_set_identity(s, 0, text, strlen(text));
	if ((text = take(&rest, fields)) != NULL)
		mailauth_signer_set_fields(s, 0, text);
	if ((text = take(&rest, tag)) != NULL)
		mailauth_signer_add_tag(s, 0, "y", text);
	if (size % 2 == 1)
		mailauth_signer_set_canonicalization(s, 0, "simple/simple");
	mailauth_signer_set_copied_fields(s, 0, size % 3 == 0);
	feed(m, "", rest);
	FUZZ_CHECK(mailauth_signer_step(s) == MAILAUTH_DONE);
	if (mailauth_signer_result(s, 0) == MAILAUTH_SIGNER_SIGNED)
		check_verifies(mailauth_signer_field(s, 0), rest);
	else
		FUZZ_CHECK(mailauth_signer_reason(s, 0) != NULL &&
		    mailauth_signer_field(s, 0) == NULL);
	mailauth_signer_free(s);
	mailauth_message_free(m);
	return 0;
}
