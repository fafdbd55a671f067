/*
 * Words of MTA-STS, and sentences for people.
 */
#include "mtasts/mtasts.h"

const char *
mailauth_mtasts_mode_name(int mode)
{
	static const char *const names[] = {
		[MAILAUTH_MTASTS_ENFORCE] = "enforce",
		[MAILAUTH_MTASTS_TESTING] = "testing",
		[MAILAUTH_MTASTS_MODE_NONE] = "none",
	};

	if (mode < 1 || mode >= (int)COUNT(names))
		return "unknown";
	return names[mode];
}

const char *
mailauth_mtasts_result_name(int result)
{
	static const char *const names[] = {
		[MAILAUTH_MTASTS_VALID] = "valid",
		[MAILAUTH_MTASTS_NONE] = "none",
		[MAILAUTH_MTASTS_INVALID] = "invalid",
		[MAILAUTH_MTASTS_TEMPERROR] = "temperror",
	};

	if (result < 1 || result >= (int)COUNT(names))
		return "unknown";
	return names[result];
}

const char *
mailauth_mtasts_source_name(int source)
{
	static const char *const names[] = {
		[MAILAUTH_MTASTS_FETCHED] = "fetched",
		[MAILAUTH_MTASTS_CACHED] = "cache",
		[MAILAUTH_MTASTS_GIVEN] = "file",
	};

	if (source < 1 || source >= (int)COUNT(names))
		return "unknown";
	return names[source];
}

/* How a policy cannot be had, and what RFC 8460 section 4.3.2.2 calls it. */
static const struct {
	struct mtasts_trouble trouble;
	const char *detail;
} fetches[] = {
	{ { "policy-length", MAILAUTH_MTASTS_INVALID,
	    MAILAUTH_TLS_STS_POLICY_INVALID },
	    "the policy has more than 65536 octets" },
	{ { "policy-max-age", MAILAUTH_MTASTS_INVALID,
	    MAILAUTH_TLS_STS_POLICY_INVALID },
	    "the policy's max_age is absent, or not 1 to 10 digits" },
	{ { "policy-media-type", MAILAUTH_MTASTS_INVALID,
	    MAILAUTH_TLS_STS_POLICY_INVALID },
	    "the policy's media type is not text/plain" },
	{ { "policy-mode", MAILAUTH_MTASTS_INVALID,
	    MAILAUTH_TLS_STS_POLICY_INVALID },
	    "the policy's mode is absent, or not enforce, testing or none" },
	{ { "policy-mx", MAILAUTH_MTASTS_INVALID,
	    MAILAUTH_TLS_STS_POLICY_INVALID },
	    "the policy has no mx, or one that is no host name" },
	{ { "policy-network", MAILAUTH_MTASTS_TEMPERROR,
	    MAILAUTH_TLS_STS_POLICY_FETCH_ERROR },
	    "there is no way to the policy's host" },
	{ { "policy-redirect", MAILAUTH_MTASTS_INVALID,
	    MAILAUTH_TLS_STS_POLICY_FETCH_ERROR },
	    "the policy's host redirects, which must not be followed" },
	{ { "policy-server", MAILAUTH_MTASTS_TEMPERROR,
	    MAILAUTH_TLS_STS_POLICY_FETCH_ERROR },
	    "the policy's host has an error of its own" },
	{ { "policy-status", MAILAUTH_MTASTS_INVALID,
	    MAILAUTH_TLS_STS_POLICY_FETCH_ERROR },
	    "the policy's host has no policy" },
	{ { "policy-syntax", MAILAUTH_MTASTS_INVALID,
	    MAILAUTH_TLS_STS_POLICY_INVALID },
	    "a line of the policy is not a name, \":\" and a value "
	    "(RFC 8461 section 3.2)" },
	{ { "policy-timeout", MAILAUTH_MTASTS_TEMPERROR,
	    MAILAUTH_TLS_STS_POLICY_FETCH_ERROR },
	    "the policy did not come in time" },
	{ { "policy-tls", MAILAUTH_MTASTS_INVALID,
	    MAILAUTH_TLS_STS_WEBPKI_INVALID },
	    "the policy's host has no TLS, or no certificate that is valid "
	    "for its name" },
	{ { "policy-version", MAILAUTH_MTASTS_INVALID,
	    MAILAUTH_TLS_STS_POLICY_INVALID },
	    "the policy's version is absent, or not STSv1" },
};

struct mtasts_trouble
ma_mtasts_fetch_trouble(const char *reason)
{
	for (size_t i = 0; i < COUNT(fetches); i++)
		if (strcmp(fetches[i].trouble.reason, reason) == 0)
			return fetches[i].trouble;
	return (struct mtasts_trouble){ reason, MAILAUTH_MTASTS_INVALID,
		MAILAUTH_TLS_STS_POLICY_INVALID };
}

const char *
ma_mtasts_fetch_reason(struct slice word)
{
	for (size_t i = 0; i < COUNT(fetches); i++)
		if (ma_eq(word, ma_str(fetches[i].trouble.reason)))
			return fetches[i].trouble.reason;
	return NULL;
}

const char *
ma_mtasts_detail(const char *reason)
{
	static const struct {
		const char *reason, *detail;
	} list[] = {
		{ "address-literal", "an address has no policy" },
		{ "no-record", "the domain has no MTA-STS record" },
		{ "record-id", "id= of the record is not 1 to 32 letters and "
		    "digits" },
		{ "record-id-missing", "the record has no id=" },
		{ "record-syntax", "the record is not fields with \";\" "
		    "between (RFC 8461 section 3.1)" },
		{ "several-records", "the domain has more than one MTA-STS "
		    "record" },
	};
	const char *detail;

	if (reason == NULL)
		return "the domain has a policy";
	for (size_t i = 0; i < COUNT(list); i++)
		if (strcmp(reason, list[i].reason) == 0)
			return list[i].detail;
	for (size_t i = 0; i < COUNT(fetches); i++)
		if (strcmp(reason, fetches[i].trouble.reason) == 0)
			return fetches[i].detail;
	detail = ma_mailbox_detail(reason);
	return detail != NULL ? detail : "the DNS lookup of the record failed";
}
