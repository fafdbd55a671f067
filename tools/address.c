/*
 * mailauth address: is this a mailbox or an address literal?
 */
#include <string.h>

#include "tool.h"

static void
out_address(struct tool *t, json_t *o, const struct mailauth_address *a)
{
	int family = mailauth_address_family(a);
	const char *text;
	size_t n;

	out_flag(t, o, "valid", mailauth_address_valid(a));
	out_text(t, o, "reason", mailauth_address_reason(a));
	out_text(t, o, "detail", mailauth_address_detail(a));
	out_text(t, o, "family", family != 0 ?
	    mailauth_address_family_name(family) : NULL);
	out_text(t, o, "address", mailauth_address_ip(a));
	text = mailauth_address_local_part(a, &n);
	out_octets(t, o, "local_part", text, n);
	out_text(t, o, "domain", mailauth_address_domain(a));
}

static int
run(struct tool *t, int argc, char **argv)
{
	const struct option options[] = { { 0 } };
	struct mailauth_address *a;
	const char *text;
	json_t *o;
	int status;

	status = options_read(t, &command_address, options, argc, argv, &text,
	    1);
	if (status != OPTIONS_GO_ON)
		return status;
	if (text == NULL)
		return tool_usage(t, "which address?");
	if ((a = mailauth_address_parse(text, strlen(text))) == NULL)
		return tool_broken(t, MAILAUTH_ENOMEM);
	o = json_object();
	out_address(t, o, a);
	status = out_finish(t, o, NULL,
	    mailauth_address_valid(a) ? EXIT_PASS : EXIT_VERDICT);
	mailauth_address_free(a);
	return status;
}

const struct command command_address = {
	"address", "TEXT",
	"Is this a mailbox or an address literal? (RFC 5321)", run
};
