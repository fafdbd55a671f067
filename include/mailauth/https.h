/*
 * mailauth/https.h - a resolver that fetches, by way of libcurl: for the
 * policies of MTA-STS (RFC 8461 section 3.3).
 *
 * In a library of its own, libmailauth-https, so that nobody else needs libcurl.
 *
 *	mailauth_resolver_new_dns(NULL, &dns);
 *	mailauth_resolver_new_https(dns, NULL, &resolver);
 *	...mailauth_mtasts_discover(m, resolver)...
 *	mailauth_resolver_free(resolver);
 *	mailauth_resolver_free(dns);
 */
#ifndef MAILAUTH_HTTPS_H
#define MAILAUTH_HTTPS_H

#include "mailauth/lookups.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What callers may set; all zero: by default. */
struct mailauth_https {
	uint32_t size;		/* sizeof this struct: a later member is absent */
	uint32_t timeout;	/* milliseconds for one fetch; 0: 60000, which is
				   also the most (RFC 8461 section 3.3) */
	const char *ca_file;	/* PEM of the authorities to trust; NULL: the
				   system's */
	const char *user_agent;	/* NULL: "libmailauth/VERSION" */
	/*
	 * Connect there, whatever the host: an address, perhaps with @port.  For
	 * a policy that is to be tried before the DNS leads to it.  NULL: where
	 * the system's resolver finds the host.
	 */
	const char *connect_to;
	uint32_t whole;		/* milliseconds for all fetches of a flight; 0: no
				   bound but that of each */
};

/*
 * A resolver that takes FETCH questions itself, several at once, and hands all
 * others to the one below, which is not owned and must outlive it (NULL:
 * others are not taken).  FETCH: https alone, over TLS 1.2 or later; no redirect
 * is followed, no proxy, cookie or cache used; a certificate valid for the host
 * by a DNS-ID (that a common name does not count is known with OpenSSL below
 * libcurl); no more octets than the question allows; a body without a length
 * only where the server says that it ends (RFC 9112 section 9.8; it is refused
 * with other than OpenSSL below libcurl).  Whatever the status, it is answered
 * with mailauth_answer_fetched(), without the body unless it is 200.  A failure
 * is TLS (the certificate), TIMEOUT (also without memory), LIMIT or NETWORK.
 *
 * It may be used by several threads at once where the one below may.  libcurl
 * starts a thread for the time that it looks up a host's address; before version
 * 7.87 it is waited for, even beyond the bounds.
 * MAILAUTH_ENOMEM; MAILAUTH_EINVAL; MAILAUTH_ESYSTEM: ca_file cannot be read,
 * errno says why; MAILAUTH_EUNSUPPORTED: libcurl lacks TLS.
 */
MAILAUTH_API int mailauth_resolver_new_https(struct mailauth_resolver *below,
    const struct mailauth_https *, struct mailauth_resolver **out);

#ifdef __cplusplus
}
#endif

#endif
