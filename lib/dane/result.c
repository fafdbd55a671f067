/*
 * Words of DANE, and sentences for people.
 */
#include "dane/dane.h"

const char *
mailauth_dane_result_name(int result)
{
	static const char *const names[] = {
		[MAILAUTH_DANE_DANE] = "dane",
		[MAILAUTH_DANE_AUTHENTICATED] = "authenticated",
		[MAILAUTH_DANE_FAILED] = "failed",
		[MAILAUTH_DANE_TLS_REQUIRED] = "tls-required",
		[MAILAUTH_DANE_OPPORTUNISTIC] = "opportunistic",
		[MAILAUTH_DANE_UNREACHABLE] = "unreachable",
	};

	if (result < 1 || result >= (int)COUNT(names))
		return "unknown";
	return names[result];
}

const char *
ma_dane_detail(int result, const char *reason)
{
	static const struct {
		const char *reason, *detail;
	} list[] = {
		{ "address-insecure", "the host's addresses are not "
		    "validated by DNSSEC, so DANE does not apply" },
		{ "address-literal", "an address has no TLSA records" },
		{ "certificate-chain", "no path leads from the certificate "
		    "to one that a TLSA record trusts" },
		{ "certificate-expired", "a certificate is not valid at this "
		    "time" },
		{ "certificate-name", "the certificate is not for the host" },
		{ "literal-unroutable", "nobody knows how to reach such an "
		    "address" },
		{ "no-address", "the host has no address" },
		{ "no-certificate", "the server has presented no "
		    "certificate" },
		{ "no-tlsa", "the host has no TLSA records that DNSSEC "
		    "validates" },
		{ "tlsa-limit", "none of the host's first TLSA records is "
		    "usable; more than the limit were not looked at" },
		{ "tlsa-mismatch", "no TLSA record matches what the server "
		    "has presented" },
		{ "tlsa-unusable", "the host has TLSA records, but none that "
		    "SMTP can use" },
	};
	const char *detail;

	if (reason == NULL)
		return result == MAILAUTH_DANE_AUTHENTICATED ?
		    "a TLSA record matches" : "the host has usable TLSA "
		    "records";
	for (size_t i = 0; i < COUNT(list); i++)
		if (strcmp(reason, list[i].reason) == 0)
			return list[i].detail;
	detail = ma_mailbox_detail(reason);
	return detail != NULL ? detail :
	    "a DNS lookup of the host or its TLSA records failed";
}
