/*
 * mailauth/route.h - where does mail for this domain go, and what must each
 * connection satisfy?  MX (RFC 5321), DANE (RFC 7672) and MTA-STS (RFC 8461)
 * over one set of lookups, and what REQUIRETLS and TLS-Required (RFC 8689)
 * change.
 *
 * It asks all that mailauth/mx.h, mtasts.h and dane.h say, each question as
 * early as the standards allow: TLSA of a host when its addresses have come.
 */
#ifndef MAILAUTH_ROUTE_H
#define MAILAUTH_ROUTE_H

#include "mailauth/dane.h"
#include "mailauth/mtasts.h"
#include "mailauth/mx.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mailauth_route;

enum mailauth_route_result {
	MAILAUTH_ROUTE_OK = 1,		/* at least one host may be tried */
	MAILAUTH_ROUTE_NO_HOST = 2,	/* see the result of _mx() */
	/* The domain or all hosts are out of reach, or the policy refuses all:
	 * keep the mail and try again. */
	MAILAUTH_ROUTE_TEMPERROR = 3,
	MAILAUTH_ROUTE_NO_TLS = 4	/* REQUIRETLS, which no host can satisfy */
};
MAILAUTH_API const char *mailauth_route_result_name(int result);	/* "no-host" */

/* What a connection to a host must satisfy. */
enum mailauth_route_tls {
	MAILAUTH_ROUTE_DANE = 1,	/* TLS, authenticated by the TLSA records of _dane() */
	MAILAUTH_ROUTE_TLS_REQUIRED = 2,	/* TLS, whatever the certificate */
	MAILAUTH_ROUTE_MTA_STS = 3,	/* TLS, and a certificate valid for the host's name by PKIX */
	MAILAUTH_ROUTE_MTA_STS_TESTING = 4,	/* as opportunistic; report where mta-sts would fail */
	MAILAUTH_ROUTE_OPPORTUNISTIC = 5,	/* TLS if it can be had */
	MAILAUTH_ROUTE_UNREACHABLE = 6,	/* not to be connected to: a lookup failed or is bogus */
	MAILAUTH_ROUTE_REFUSED = 7,	/* not to be connected to: the policy does not list it */
	MAILAUTH_ROUTE_PKIX = 8		/* under REQUIRETLS: as mta-sts */
};
MAILAUTH_API const char *mailauth_route_tls_name(int tls);	/* "mta-sts-testing" */

/* As of `now`, over these lookups (NULL: its own).  NULL: no memory. */
MAILAUTH_API struct mailauth_route *mailauth_route_new(struct mailauth_lookups *,
    int64_t now);
MAILAUTH_API void mailauth_route_free(struct mailauth_route *);	/* NULL allowed */
MAILAUTH_API struct mailauth_lookups *mailauth_route_lookups(struct mailauth_route *);

/*
 * Inputs; after the first step MAILAUTH_EUSE; MAILAUTH_ENOMEM.  The domain: see
 * mailauth_mx_set_domain().  Settings of the parts are set there, before the
 * first step: seed, names of our own and limits of _mx(), cache and policy of
 * _mtasts().
 */
MAILAUTH_API int mailauth_route_set_domain(struct mailauth_route *, const char *, size_t n);
/* The message came with REQUIRETLS (RFC 8689 section 4.2.1). */
MAILAUTH_API int mailauth_route_set_require_tls(struct mailauth_route *, int on);
/*
 * Its header has one field "TLS-Required: No", and whoever submitted it may say
 * so (RFC 8689 section 4.1): DANE and MTA-STS are not asked for and bind nothing.
 * Nothing under REQUIRETLS.
 */
MAILAUTH_API int mailauth_route_set_tls_required_no(struct mailauth_route *, int on);
MAILAUTH_API int mailauth_route_set_trace(struct mailauth_route *, int on);

/* The parts, lent; they live as long as the route.  Their steps are its. */
MAILAUTH_API struct mailauth_mx *mailauth_route_mx(const struct mailauth_route *);
MAILAUTH_API struct mailauth_mtasts *mailauth_route_mtasts(const struct mailauth_route *);
/* Of host i, once done; NULL: it was not asked for. */
MAILAUTH_API struct mailauth_dane *mailauth_route_dane(const struct mailauth_route *,
    size_t i);

/* MAILAUTH_DONE, MAILAUTH_NEED, MAILAUTH_ENOMEM. */
MAILAUTH_API int mailauth_route_step(struct mailauth_route *);
MAILAUTH_API int mailauth_route_find(struct mailauth_route *, struct mailauth_resolver *);

/* ---- Once done ---- */

MAILAUTH_API int mailauth_route_result(const struct mailauth_route *);
MAILAUTH_API const char *mailauth_route_reason(const struct mailauth_route *);
MAILAUTH_API const char *mailauth_route_detail(const struct mailauth_route *);
/*
 * Host i is host i of _mx(), in the order of delivery: security never changes
 * the order (RFC 7672 section 2.2.1).
 */
MAILAUTH_API size_t mailauth_route_count(const struct mailauth_route *);
MAILAUTH_API int mailauth_route_tls(const struct mailauth_route *, size_t i);
MAILAUTH_API const char *mailauth_route_tls_reason(const struct mailauth_route *, size_t i);
MAILAUTH_API const char *mailauth_route_tls_detail(const struct mailauth_route *, size_t i);
/* enum mailauth_tls_failure: what is already known to have failed; 0: nothing. */
MAILAUTH_API int mailauth_route_tls_failure(const struct mailauth_route *, size_t i);
MAILAUTH_API const char *mailauth_route_trace(const struct mailauth_route *, size_t i);
/*
 * For the sender: that of _mx() on no-host; 451 4.4.1 on temperror; 550 5.7.30
 * on no-tls (RFC 8689 section 8).  0: nothing to say.
 */
MAILAUTH_API int mailauth_route_reply(const struct mailauth_route *,
    const char **enhanced, const char **text);

#ifdef __cplusplus
}
#endif

#endif
