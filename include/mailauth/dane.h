/*
 * mailauth/dane.h - DANE for SMTP: RFC 6698, 7671, 7672.  In two calls without
 * I/O between: what applies to a host (struct mailauth_dane), and does the
 * certificate chain that it has presented match (struct mailauth_dane_match)?
 *
 * The first takes a host and asks its A and AAAA records; once these have come
 * and DNSSEC has validated them, TLSA at _PORT._tcp of its base domain; where
 * the host is an alias that leads to an insecure zone, CNAME before.
 */
#ifndef MAILAUTH_DANE_H
#define MAILAUTH_DANE_H

#include "mailauth/lookups.h"

#ifdef __cplusplus
extern "C" {
#endif

enum mailauth_dane_result {
	MAILAUTH_DANE_DANE = 1,		/* usable records: authenticate by them */
	MAILAUTH_DANE_AUTHENTICATED = 2,	/* a chain matches */
	MAILAUTH_DANE_FAILED = 3,	/* no record matches the chain */
	MAILAUTH_DANE_TLS_REQUIRED = 4,	/* secure records, all unusable: TLS all the same */
	MAILAUTH_DANE_OPPORTUNISTIC = 5,	/* no secure records */
	MAILAUTH_DANE_UNREACHABLE = 6	/* no address, or a lookup failed or is bogus */
};
MAILAUTH_API const char *mailauth_dane_result_name(int result);	/* "tls-required" */

/* ---- What applies to a host ---- */

struct mailauth_dane;

/* A new evaluation over these lookups (NULL: its own).  NULL: no memory. */
MAILAUTH_API struct mailauth_dane *mailauth_dane_new(struct mailauth_lookups *);
MAILAUTH_API void mailauth_dane_free(struct mailauth_dane *);	/* NULL allowed */
MAILAUTH_API struct mailauth_lookups *mailauth_dane_lookups(struct mailauth_dane *);

/*
 * Inputs; after the first step MAILAUTH_EUSE; MAILAUTH_ENOMEM.
 * The host to connect to: of an MX record, or of the configuration; any octets.
 * An address or a literal has no DANE: opportunistic.
 */
MAILAUTH_API int mailauth_dane_set_host(struct mailauth_dane *, const char *, size_t n);
/* 1 to 65535; 25 by default. */
MAILAUTH_API int mailauth_dane_set_port(struct mailauth_dane *, uint32_t port);
/*
 * The domain whose MX records led to the host: its name, and where it is an
 * alias what that leads to, count in a certificate too (RFC 7672 section
 * 3.2.2).  Its MX records are asked, and only a secure answer gives names.
 */
MAILAUTH_API int mailauth_dane_set_next_hop(struct mailauth_dane *, const char *, size_t n);

enum mailauth_dane_limit {
	MAILAUTH_DANE_RECORDS = 1	/* TLSA records of a host: 100; 1000; the rest is left out */
};
MAILAUTH_API int mailauth_dane_set_limit(struct mailauth_dane *, int limit, uint32_t value);
MAILAUTH_API int mailauth_dane_set_trace(struct mailauth_dane *, int on);

/* MAILAUTH_DONE, MAILAUTH_NEED, MAILAUTH_ENOMEM. */
MAILAUTH_API int mailauth_dane_step(struct mailauth_dane *);
MAILAUTH_API int mailauth_dane_discover(struct mailauth_dane *, struct mailauth_resolver *);

/* ---- Once done ---- */

/* DANE, TLS_REQUIRED, OPPORTUNISTIC or UNREACHABLE. */
MAILAUTH_API int mailauth_dane_result(const struct mailauth_dane *);
MAILAUTH_API const char *mailauth_dane_reason(const struct mailauth_dane *);
MAILAUTH_API const char *mailauth_dane_detail(const struct mailauth_dane *);
/* enum mailauth_tls_failure; 0: nothing to report. */
MAILAUTH_API int mailauth_dane_tls_failure(const struct mailauth_dane *);
/* Were the addresses, and what else was asked of the host, validated? */
MAILAUTH_API int mailauth_dane_secure(const struct mailauth_dane *);
/* Addresses to connect to, IPv6 first; NULL: past the end. */
MAILAUTH_API const char *mailauth_dane_address(const struct mailauth_dane *, size_t i);
/* What the records stand for, and the server name for TLS (SNI); NULL: none. */
MAILAUTH_API const char *mailauth_dane_base_domain(const struct mailauth_dane *);
/* Names that a certificate under usage 2 may have: section 3.2.2. */
MAILAUTH_API const char *mailauth_dane_reference_name(const struct mailauth_dane *, size_t i);
/* The secure TLSA records, as they came. */
MAILAUTH_API size_t mailauth_dane_count(const struct mailauth_dane *);
MAILAUTH_API int mailauth_dane_usage(const struct mailauth_dane *, size_t i);
MAILAUTH_API int mailauth_dane_selector(const struct mailauth_dane *, size_t i);
MAILAUTH_API int mailauth_dane_matching_type(const struct mailauth_dane *, size_t i);
MAILAUTH_API const uint8_t *mailauth_dane_data(const struct mailauth_dane *, size_t i,
    size_t *n);
/* RFC 7672 section 3.1: usage 2 or 3, and the rest known and well-formed. */
MAILAUTH_API int mailauth_dane_usable(const struct mailauth_dane *, size_t i);
MAILAUTH_API const char *mailauth_dane_trace(const struct mailauth_dane *, size_t i);

/* ---- Does this chain match? ---- */

struct mailauth_dane_match;

/* As of `now`: validity of certificates under usage 2.  NULL: no memory. */
MAILAUTH_API struct mailauth_dane_match *mailauth_dane_match_new(int64_t now);
MAILAUTH_API void mailauth_dane_match_free(struct mailauth_dane_match *);	/* NULL allowed */

/*
 * Inputs, before _run(), then MAILAUTH_EUSE; MAILAUTH_ENOMEM.
 * A TLSA record, DNSSEC-validated, of any kind; up to 1000, else MAILAUTH_EUSE.
 */
MAILAUTH_API int mailauth_dane_match_add_record(struct mailauth_dane_match *,
    int usage, int selector, int matching_type, const void *data, size_t n);
/* A reference name; up to 100, else MAILAUTH_EUSE; MAILAUTH_EINVAL: no host name. */
MAILAUTH_API int mailauth_dane_match_add_name(struct mailauth_dane_match *,
    const char *, size_t n);
/*
 * All records and reference names of an evaluation that is done.
 * MAILAUTH_EINVAL: it is not, or the host is unreachable, so that nothing is to
 * be connected to.
 */
MAILAUTH_API int mailauth_dane_match_add(struct mailauth_dane_match *,
    const struct mailauth_dane *);
/*
 * Certificates as the server sent them, its own first: one in DER, or all of a
 * PEM text.  Up to 20, else MAILAUTH_EUSE.  MAILAUTH_ESYNTAX: it is no
 * certificate of at most 65535 octets, or something follows it; error (size
 * octets; NULL and 0: none) says more.  MAILAUTH_ECRYPTO.  Then none is added.
 */
MAILAUTH_API int mailauth_dane_match_add_certificates(struct mailauth_dane_match *,
    const void *, size_t n, char *error, size_t size);

/* MAILAUTH_DONE, MAILAUTH_ENOMEM, MAILAUTH_ECRYPTO. */
MAILAUTH_API int mailauth_dane_match_run(struct mailauth_dane_match *);

/*
 * Once run: AUTHENTICATED or FAILED; TLS_REQUIRED: no record is usable;
 * OPPORTUNISTIC: there is no record.
 */
MAILAUTH_API int mailauth_dane_match_result(const struct mailauth_dane_match *);
MAILAUTH_API const char *mailauth_dane_match_reason(const struct mailauth_dane_match *);
MAILAUTH_API const char *mailauth_dane_match_detail(const struct mailauth_dane_match *);
MAILAUTH_API int mailauth_dane_match_tls_failure(const struct mailauth_dane_match *);
/* Record i, as added: is it the one that authenticates? */
MAILAUTH_API int mailauth_dane_match_record(const struct mailauth_dane_match *, size_t i);
/* The certificates, as added; all but _count() any octets, escaped. */
MAILAUTH_API size_t mailauth_dane_match_count(const struct mailauth_dane_match *);
/* RFC 4514, UTF-8. */
MAILAUTH_API const char *mailauth_dane_match_subject(const struct mailauth_dane_match *,
    size_t i);
/* DNS-IDs of subjectAltName; without any the common names.  NULL: past the end. */
MAILAUTH_API const char *mailauth_dane_match_name(const struct mailauth_dane_match *,
    size_t i, size_t k);
/* Seconds since 1970. */
MAILAUTH_API int64_t mailauth_dane_match_not_before(const struct mailauth_dane_match *,
    size_t i);
MAILAUTH_API int64_t mailauth_dane_match_not_after(const struct mailauth_dane_match *,
    size_t i);

#ifdef __cplusplus
}
#endif

#endif
