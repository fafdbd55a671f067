/*
 * DMARC's words, and sentences for people.
 */
#include "dmarc/dmarc.h"

const char *
mailauth_dmarc_result_name(int result)
{
	static const char *const names[] = {
		[MAILAUTH_DMARC_NONE] = "none",
		[MAILAUTH_DMARC_PASS] = "pass",
		[MAILAUTH_DMARC_FAIL] = "fail",
		[MAILAUTH_DMARC_TEMPERROR] = "temperror",
		[MAILAUTH_DMARC_PERMERROR] = "permerror",
	};

	if (result < 1 || result >= (int)COUNT(names))
		return "unknown";
	return names[result];
}

const char *
mailauth_dmarc_policy_name(int policy)
{
	static const char *const names[] = {
		[MAILAUTH_DMARC_POLICY_NONE] = "none",
		[MAILAUTH_DMARC_POLICY_QUARANTINE] = "quarantine",
		[MAILAUTH_DMARC_POLICY_REJECT] = "reject",
	};

	if (policy < 1 || policy >= (int)COUNT(names))
		return "unknown";
	return names[policy];
}

const char *
mailauth_dmarc_discovery_name(int discovery)
{
	switch (discovery) {
	case MAILAUTH_DMARC_WALK:
		return "walk";
	case MAILAUTH_DMARC_PSL:
		return "psl";
	default:
		return "unknown";
	}
}

const char *
ma_dmarc_detail(const char *reason)
{
	static const struct {
		const char *reason, *detail;
	} list[] = {
		{ "alignment-limit", "what passed is not the author's; more "
		    "identifiers than the limit allows were not looked at" },
		{ "alignment-unknown", "a DNS lookup that would tell whether "
		    "what passed is the author's failed" },
		{ "author-domain", "the message has not exactly one author "
		    "domain" },
		{ "author-invalid", "the author domain is no domain name" },
		{ "author-literal", "the author's address has a literal in "
		    "place of a domain" },
		{ "dkim-temperror", "a signature of the author's domain could "
		    "not be verified for now" },
		{ "no-record", "the author domain and those above it publish "
		    "no DMARC record" },
		{ "not-aligned", "what passed is not the author's domain" },
		{ "not-authenticated", "neither SPF nor DKIM passed" },
		{ "policy-invalid", "the DMARC record has no valid policy, "
		    "and nowhere to report to" },
		{ "spf-temperror", "SPF of the author's domain could not be "
		    "evaluated for now" },
	};

	if (reason == NULL)
		return "SPF or DKIM passed for the author's domain";
	for (size_t i = 0; i < COUNT(list); i++)
		if (strcmp(reason, list[i].reason) == 0)
			return list[i].detail;
	return "a DNS lookup of the author's domain failed";
}
