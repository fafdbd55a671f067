/*
 * mailauth/tlsrpt.h - who wants to hear of TLS that failed, and in what words?
 * RFC 8460.
 *
 * An evaluation takes a domain and asks TXT at _smtp._tls below it.
 */
#ifndef MAILAUTH_TLSRPT_H
#define MAILAUTH_TLSRPT_H

#include "mailauth/lookups.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What went wrong with TLS, or with finding out what it has to be: the result
 * types of RFC 8460 section 4.3.  MTA-STS, DANE and routes use them, so that
 * whoever delivers can count them.
 */
enum mailauth_tls_failure {
	/* Section 4.3.1: negotiation. */
	MAILAUTH_TLS_STARTTLS_NOT_SUPPORTED = 1,
	MAILAUTH_TLS_CERTIFICATE_HOST_MISMATCH = 2,
	MAILAUTH_TLS_CERTIFICATE_EXPIRED = 3,
	MAILAUTH_TLS_CERTIFICATE_NOT_TRUSTED = 4,
	MAILAUTH_TLS_VALIDATION_FAILURE = 5,	/* whatever else */
	/* Section 4.3.2.1: DANE. */
	MAILAUTH_TLS_TLSA_INVALID = 6,
	MAILAUTH_TLS_DNSSEC_INVALID = 7,
	MAILAUTH_TLS_DANE_REQUIRED = 8,
	/* Section 4.3.2.2: MTA-STS. */
	MAILAUTH_TLS_STS_POLICY_FETCH_ERROR = 9,
	MAILAUTH_TLS_STS_POLICY_INVALID = 10,
	MAILAUTH_TLS_STS_WEBPKI_INVALID = 11
};
/* "starttls-not-supported"; "unknown". */
MAILAUTH_API const char *mailauth_tls_failure_name(int failure);

struct mailauth_tlsrpt;

enum mailauth_tlsrpt_result {
	MAILAUTH_TLSRPT_VALID = 1,
	MAILAUTH_TLSRPT_NONE = 2,	/* not exactly one record */
	MAILAUTH_TLSRPT_INVALID = 3,
	MAILAUTH_TLSRPT_TEMPERROR = 4
};
MAILAUTH_API const char *mailauth_tlsrpt_result_name(int result);

/* A new evaluation over these lookups (NULL: its own).  NULL: no memory. */
MAILAUTH_API struct mailauth_tlsrpt *mailauth_tlsrpt_new(struct mailauth_lookups *);
MAILAUTH_API void mailauth_tlsrpt_free(struct mailauth_tlsrpt *);	/* NULL allowed */
MAILAUTH_API struct mailauth_lookups *mailauth_tlsrpt_lookups(struct mailauth_tlsrpt *);

/*
 * The policy domain, or a mailbox there: any octets.  After the first step
 * MAILAUTH_EUSE; MAILAUTH_ENOMEM.  Never set, a literal, no domain: none.
 */
MAILAUTH_API int mailauth_tlsrpt_set_domain(struct mailauth_tlsrpt *, const char *, size_t n);
MAILAUTH_API int mailauth_tlsrpt_set_trace(struct mailauth_tlsrpt *, int on);

/* MAILAUTH_DONE, MAILAUTH_NEED, MAILAUTH_ENOMEM. */
MAILAUTH_API int mailauth_tlsrpt_step(struct mailauth_tlsrpt *);
MAILAUTH_API int mailauth_tlsrpt_discover(struct mailauth_tlsrpt *,
    struct mailauth_resolver *);

/* ---- Once done ---- */

MAILAUTH_API int mailauth_tlsrpt_result(const struct mailauth_tlsrpt *);
MAILAUTH_API const char *mailauth_tlsrpt_reason(const struct mailauth_tlsrpt *);
MAILAUTH_API const char *mailauth_tlsrpt_detail(const struct mailauth_tlsrpt *);
/* The record, where there is just one; any octets. */
MAILAUTH_API const char *mailauth_tlsrpt_record(const struct mailauth_tlsrpt *, size_t *n);
/*
 * Where reports go: the mailto: and https: URIs of all rua=, as written, others
 * left out; NULL: past the end.
 */
MAILAUTH_API const char *mailauth_tlsrpt_rua(const struct mailauth_tlsrpt *, size_t i);
MAILAUTH_API int mailauth_tlsrpt_secure(const struct mailauth_tlsrpt *);
MAILAUTH_API const char *mailauth_tlsrpt_trace(const struct mailauth_tlsrpt *, size_t i);

#ifdef __cplusplus
}
#endif

#endif
