/*
 * Words of routes, sentences for people, and SMTP replies.
 */
#include "route/route.h"

const char *
mailauth_route_result_name(int result)
{
	static const char *const names[] = {
		[MAILAUTH_ROUTE_OK] = "ok",
		[MAILAUTH_ROUTE_NO_HOST] = "no-host",
		[MAILAUTH_ROUTE_TEMPERROR] = "temperror",
		[MAILAUTH_ROUTE_NO_TLS] = "no-tls",
	};

	if (result < 1 || result >= (int)COUNT(names))
		return "unknown";
	return names[result];
}

const char *
mailauth_route_tls_name(int tls)
{
	static const char *const names[] = {
		[MAILAUTH_ROUTE_DANE] = "dane",
		[MAILAUTH_ROUTE_TLS_REQUIRED] = "tls-required",
		[MAILAUTH_ROUTE_MTA_STS] = "mta-sts",
		[MAILAUTH_ROUTE_MTA_STS_TESTING] = "mta-sts-testing",
		[MAILAUTH_ROUTE_OPPORTUNISTIC] = "opportunistic",
		[MAILAUTH_ROUTE_UNREACHABLE] = "unreachable",
		[MAILAUTH_ROUTE_REFUSED] = "refused",
		[MAILAUTH_ROUTE_PKIX] = "pkix",
	};

	if (tls < 1 || tls >= (int)COUNT(names))
		return "unknown";
	return names[tls];
}

static const char *
own_detail(const char *reason)
{
	static const struct {
		const char *reason, *detail;
	} list[] = {
		{ "address-literal", "an address has no policy" },
		{ "no-address", "the host has no address" },
		{ "policy-host", "the domain's MTA-STS policy does not list "
		    "the host" },
		{ "requiretls-insecure", "neither DNSSEC nor an MTA-STS "
		    "policy says that this is the domain's host, as "
		    "REQUIRETLS wants it" },
		{ "tls-required-no", "the message asks for delivery whatever "
		    "the policies (RFC 8689 section 4.1)" },
	};

	for (size_t i = 0; reason != NULL && i < COUNT(list); i++)
		if (strcmp(reason, list[i].reason) == 0)
			return list[i].detail;
	return NULL;
}

static const char *
plain_detail(int tls)
{
	switch (tls) {
	case MAILAUTH_ROUTE_DANE:
		return "TLS, authenticated by the host's TLSA records";
	case MAILAUTH_ROUTE_MTA_STS:
	case MAILAUTH_ROUTE_PKIX:
		return "TLS with a certificate that is valid for the host";
	case MAILAUTH_ROUTE_MTA_STS_TESTING:
		return "TLS if it can be had; failures are reported";
	default:
		return NULL;
	}
}

const char *
ma_route_tls_detail(const struct route_host *h)
{
	if (h->detail != NULL)
		return h->detail;
	return h->reason != NULL ? own_detail(h->reason) :
	    plain_detail(h->tls);
}

const char *
ma_route_detail(const struct route_outcome *o)
{
	if (o->detail != NULL)
		return o->detail;
	return o->reason != NULL ? own_detail(o->reason) :
	    "at least one host may be tried";
}

int
mailauth_route_reply(const struct mailauth_route *r, const char **enhanced,
    const char **text)
{
	const char *code = NULL, *words = NULL;
	int reply = 0;

	switch (mailauth_route_result(r)) {
	case MAILAUTH_ROUTE_NO_HOST:
		return mailauth_mx_reply(mailauth_route_mx(r), 0, enhanced,
		    text);
	case MAILAUTH_ROUTE_TEMPERROR:
		reply = 451;
		code = "4.4.1";		/* RFC 3463 section 3.5 */
		words = "No mail host of the domain can be reached now as "
		    "its policies want it";
		break;
	case MAILAUTH_ROUTE_NO_TLS:
		reply = 550;
		code = "5.7.30";	/* RFC 8689 section 8 */
		words = "REQUIRETLS support required";
		break;
	}
	if (enhanced != NULL)
		*enhanced = code;
	if (text != NULL)
		*text = words;
	return reply;
}
