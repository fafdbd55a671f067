/*
 * Words of TLS-RPT, and sentences for people.
 */
#include "tlsrpt/tlsrpt.h"

const char *
mailauth_tls_failure_name(int failure)
{
	static const char *const names[] = {
		[MAILAUTH_TLS_STARTTLS_NOT_SUPPORTED] = "starttls-not-supported",
		[MAILAUTH_TLS_CERTIFICATE_HOST_MISMATCH] =
		    "certificate-host-mismatch",
		[MAILAUTH_TLS_CERTIFICATE_EXPIRED] = "certificate-expired",
		[MAILAUTH_TLS_CERTIFICATE_NOT_TRUSTED] =
		    "certificate-not-trusted",
		[MAILAUTH_TLS_VALIDATION_FAILURE] = "validation-failure",
		[MAILAUTH_TLS_TLSA_INVALID] = "tlsa-invalid",
		[MAILAUTH_TLS_DNSSEC_INVALID] = "dnssec-invalid",
		[MAILAUTH_TLS_DANE_REQUIRED] = "dane-required",
		[MAILAUTH_TLS_STS_POLICY_FETCH_ERROR] =
		    "sts-policy-fetch-error",
		[MAILAUTH_TLS_STS_POLICY_INVALID] = "sts-policy-invalid",
		[MAILAUTH_TLS_STS_WEBPKI_INVALID] = "sts-webpki-invalid",
	};

	if (failure < 1 || failure >= (int)COUNT(names))
		return "unknown";
	return names[failure];
}

const char *
mailauth_tlsrpt_result_name(int result)
{
	static const char *const names[] = {
		[MAILAUTH_TLSRPT_VALID] = "valid",
		[MAILAUTH_TLSRPT_NONE] = "none",
		[MAILAUTH_TLSRPT_INVALID] = "invalid",
		[MAILAUTH_TLSRPT_TEMPERROR] = "temperror",
	};

	if (result < 1 || result >= (int)COUNT(names))
		return "unknown";
	return names[result];
}

const char *
ma_tlsrpt_detail(const char *reason)
{
	static const struct {
		const char *reason, *detail;
	} list[] = {
		{ "address-literal", "an address has no such record" },
		{ "no-record", "the domain has no TLS-RPT record" },
		{ "no-report-address", "the record names no mailto: or https: "
		    "address for reports" },
		{ "several-records", "the domain has more than one TLS-RPT "
		    "record" },
		{ "tlsrpt-syntax", "the record is not fields with \";\" "
		    "between (RFC 8460 section 3)" },
	};
	const char *detail;

	if (reason == NULL)
		return "the domain wants reports";
	for (size_t i = 0; i < COUNT(list); i++)
		if (strcmp(reason, list[i].reason) == 0)
			return list[i].detail;
	detail = ma_mailbox_detail(reason);
	return detail != NULL ? detail : "the DNS lookup of the record failed";
}
