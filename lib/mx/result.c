/*
 * Words of mail routing, sentences for people, and SMTP replies.
 */
#include "mx/mx.h"

const char *
mailauth_mx_result_name(int result)
{
	static const char *const names[] = {
		[MAILAUTH_MX_OK] = "ok",
		[MAILAUTH_MX_NULL] = "null-mx",
		[MAILAUTH_MX_NO_SUCH_DOMAIN] = "no-such-domain",
		[MAILAUTH_MX_NO_ADDRESS] = "no-address",
		[MAILAUTH_MX_LOOP] = "loop",
		[MAILAUTH_MX_TEMPERROR] = "temperror",
		[MAILAUTH_MX_PERMERROR] = "permerror",
	};

	if (result < 1 || result >= (int)COUNT(names))
		return "unknown";
	return names[result];
}

const char *
ma_mx_detail(const char *reason)
{
	static const struct {
		const char *reason, *detail;
	} list[] = {
		{ "host-limit", "none of the first mail hosts of the domain "
		    "has an address; more than the limit were not looked "
		    "at" },
		{ "literal-unroutable", "nobody knows how to reach such an "
		    "address" },
		{ "mail-loop", "no host but ourselves is left" },
		{ "no-address", "no mail host of the domain has an address" },
		{ "no-such-domain", "the domain does not exist" },
		{ "no-usable-exchange", "none of the domain's mail exchanges "
		    "has a host name" },
		{ "null-mx", "the domain takes no mail" },
	};
	const char *detail;

	if (reason == NULL)
		return "at least one host has an address";
	for (size_t i = 0; i < COUNT(list); i++)
		if (strcmp(reason, list[i].reason) == 0)
			return list[i].detail;
	detail = ma_mailbox_detail(reason);
	return detail != NULL ? detail :
	    "a DNS lookup of the domain or its hosts failed";
}

struct reply {
	int code;
	const char *enhanced, *text;
};

/* For mail to the domain; enhanced codes of RFC 3463 section 3.2, 3.5. */
static struct reply
reply_to_sender(int result)
{
	switch (result) {
	case MAILAUTH_MX_NULL:		/* RFC 7505 section 4.1 */
		return (struct reply){ 556, "5.1.10",
		    "Recipient address has null MX" };
	case MAILAUTH_MX_NO_SUCH_DOMAIN:
		return (struct reply){ 550, "5.1.2", "No such domain" };
	case MAILAUTH_MX_NO_ADDRESS:
		return (struct reply){ 550, "5.4.4",
		    "No mail host of the domain has an address" };
	case MAILAUTH_MX_LOOP:
		return (struct reply){ 550, "5.4.6",
		    "Mail for the domain loops back to this host" };
	case MAILAUTH_MX_PERMERROR:
		return (struct reply){ 550, "5.1.2",
		    "Mail for this domain cannot be routed" };
	case MAILAUTH_MX_TEMPERROR:
		return (struct reply){ 451, "4.4.3",
		    "The domain cannot be looked up now" };
	default:
		return (struct reply){ 0 };
	}
}

/* For mail from the domain: can a reply or a bounce reach it? */
static struct reply
reply_to_recipient(int result)
{
	switch (result) {
	case MAILAUTH_MX_NULL:		/* RFC 7505 section 4.1 */
		return (struct reply){ 550, "5.7.27",
		    "Sender address has null MX" };
	case MAILAUTH_MX_NO_SUCH_DOMAIN:
	case MAILAUTH_MX_NO_ADDRESS:
	case MAILAUTH_MX_PERMERROR:
		return (struct reply){ 550, "5.1.8",
		    "The sender's domain takes no mail" };
	case MAILAUTH_MX_TEMPERROR:
		return (struct reply){ 451, "4.1.8",
		    "The sender's domain cannot be looked up now" };
	default:
		return (struct reply){ 0 };
	}
}

int
mailauth_mx_reply(const struct mailauth_mx *m, int as_sender,
    const char **enhanced, const char **text)
{
	int result = mailauth_mx_result(m);
	struct reply reply = as_sender ? reply_to_recipient(result) :
	    reply_to_sender(result);

	if (enhanced != NULL)
		*enhanced = reply.enhanced;
	if (text != NULL)
		*text = reply.text;
	return reply.code;
}
