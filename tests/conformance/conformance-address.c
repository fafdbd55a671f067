/*
 * Mailboxes and address literals: RFC 5321 section 4.1.2, 4.1.3.
 *
 * The doubtful case has "::" for one group, and wants it refused; so does
 * section 4.1.3: "represents at least 2 16-bit groups of zeros".
 */
#include <string.h>

#include "cases.h"

static void
run_mailbox(struct cases *cs)
{
	size_t n;
	const char *text = cases_text(cs, "address", &n);
	struct mailauth_address *a = mailauth_address_parse(text, n);
	int wanted = json_is_true(cases_expected(cs, "rfc5321"));

	if (a == NULL || mailauth_address_valid(a) != wanted)
		cases_fail(cs, "valid %d (%s)", mailauth_address_valid(a),
		    a != NULL && mailauth_address_reason(a) != NULL ?
		    mailauth_address_reason(a) : "");
	mailauth_address_free(a);
}

static void
run_literal(struct cases *cs)
{
	size_t n;
	const char *text = cases_text(cs, "text", &n), *reason;
	const json_t *address = cases_expected(cs, "address");
	char got[46];
	int family = mailauth_addr_literal_parse(text, n, got, sizeof got,
	    &reason);

	if ((family > 0) != json_is_true(cases_expected(cs, "valid")))
		cases_fail(cs, "family %d (%s)", family,
		    reason != NULL ? reason : "");
	else if (address != NULL &&
	    strcmp(json_string_value(address), got) != 0)
		cases_fail(cs, "address %s", got);
}

static int
run_file(int argc, char **argv, const char *file)
{
	struct cases *cs = cases_open(argc, argv, file);

	cases_take_doubtful(cs);
	while (cases_next(cs)) {
		if (strcmp(cases_protocol(cs), "mailbox") == 0)
			run_mailbox(cs);
		else if (strcmp(cases_protocol(cs), "address-literal") == 0)
			run_literal(cs);
		else
			cases_fail(cs, "protocol %s", cases_protocol(cs));
	}
	return cases_close(cs);
}

int
main(int argc, char **argv)
{
	int mailboxes = run_file(argc, argv, "address/is_email-a.json");
	int literals =
	    run_file(argc, argv, "address/own-literals-basic.json");

	return mailboxes != 0 ? mailboxes : literals;
}
