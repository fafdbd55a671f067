/*
 * mailauth/mx.h - where does mail for this domain go?  RFC 5321 section 5.1,
 * RFC 7505 (null MX).
 *
 * An evaluation takes a domain, an address or an address literal.  It asks the
 * domain's MX records and the A and AAAA records of each host (of the domain
 * itself where there is no MX record), and gives the hosts in the order in
 * which to try them.
 */
#ifndef MAILAUTH_MX_H
#define MAILAUTH_MX_H

#include "mailauth/lookups.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mailauth_mx;

enum mailauth_mx_result {
	MAILAUTH_MX_OK = 1,
	MAILAUTH_MX_NULL = 2,		/* the domain takes no mail (RFC 7505) */
	MAILAUTH_MX_NO_SUCH_DOMAIN = 3,
	MAILAUTH_MX_NO_ADDRESS = 4,	/* no host has an address */
	MAILAUTH_MX_LOOP = 5,		/* only ourselves are left */
	MAILAUTH_MX_TEMPERROR = 6,	/* no host has an address, and a lookup failed */
	MAILAUTH_MX_PERMERROR = 7	/* the name is invalid, or no exchange name is usable */
};
MAILAUTH_API const char *mailauth_mx_result_name(int result);	/* "null-mx" */

MAILAUTH_API struct mailauth_mx *mailauth_mx_new(struct mailauth_lookups *);
MAILAUTH_API void mailauth_mx_free(struct mailauth_mx *);	/* NULL allowed */
MAILAUTH_API struct mailauth_lookups *mailauth_mx_lookups(struct mailauth_mx *);

/*
 * Inputs; after the first step MAILAUTH_EUSE; MAILAUTH_ENOMEM.
 * A domain, a mailbox (what follows its last "@"), or a literal in brackets: any
 * octets.  Never set: permerror.
 */
MAILAUTH_API int mailauth_mx_set_domain(struct mailauth_mx *, const char *, size_t n);
/* Fixes the shuffle of equal preferences (section 5.1: MUST); give a random one. */
MAILAUTH_API int mailauth_mx_set_seed(struct mailauth_mx *, uint64_t seed);
/*
 * A name or address by which we are known; may be repeated.  Where a host is
 * ours, it and all hosts of its or a higher preference number are left out.
 * Any octets: what is neither can be no host.
 */
MAILAUTH_API int mailauth_mx_add_local(struct mailauth_mx *, const char *, size_t n);

enum mailauth_mx_limit {
	MAILAUTH_MX_HOSTS = 1,		/* hosts routed: 100; 1000; the first in order are kept */
	/* Addresses of one host: 100; 1000; the rest is left out.  0: none are
	 * asked for, and hosts stand without. */
	MAILAUTH_MX_ADDRESSES = 2
};
MAILAUTH_API int mailauth_mx_set_limit(struct mailauth_mx *, int limit, uint32_t value);
MAILAUTH_API int mailauth_mx_set_trace(struct mailauth_mx *, int on);

MAILAUTH_API int mailauth_mx_step(struct mailauth_mx *);
MAILAUTH_API int mailauth_mx_route(struct mailauth_mx *, struct mailauth_resolver *);

MAILAUTH_API int mailauth_mx_result(const struct mailauth_mx *);
MAILAUTH_API const char *mailauth_mx_reason(const struct mailauth_mx *);
MAILAUTH_API const char *mailauth_mx_detail(const struct mailauth_mx *);
MAILAUTH_API int mailauth_mx_implicit(const struct mailauth_mx *);	/* there is no MX record */
MAILAUTH_API int mailauth_mx_secure(const struct mailauth_mx *);	/* of the MX answer */
/* The domain that was routed: after aliases; A-labels.  NULL: none. */
MAILAUTH_API const char *mailauth_mx_domain(const struct mailauth_mx *);

/* Hosts in the order of delivery. */
MAILAUTH_API size_t mailauth_mx_count(const struct mailauth_mx *);
MAILAUTH_API uint16_t mailauth_mx_preference(const struct mailauth_mx *, size_t i);
/* A literal's is the literal as given. */
MAILAUTH_API const char *mailauth_mx_name(const struct mailauth_mx *, size_t i);
/* What the name is an alias of, where it is one; else the same. */
MAILAUTH_API const char *mailauth_mx_expanded_name(const struct mailauth_mx *, size_t i);
/* Its addresses, IPv6 first; NULL: past the end. */
MAILAUTH_API const char *mailauth_mx_address(const struct mailauth_mx *, size_t i, size_t k);
/* Were all answers about this host's addresses validated? */
MAILAUTH_API int mailauth_mx_host_secure(const struct mailauth_mx *, size_t i);
/* Did a lookup of its addresses fail? */
MAILAUTH_API int mailauth_mx_host_failed(const struct mailauth_mx *, size_t i);
MAILAUTH_API const char *mailauth_mx_trace(const struct mailauth_mx *, size_t i);
/*
 * For the sender of mail to this domain: 556 5.1.10 on null-mx (RFC 7505
 * section 4.2), 550 5.1.2 on no-such-domain, ...; for mail *from* this domain
 * (as_sender 1): 550 5.7.27 on null-mx.  0: nothing to refuse.
 */
MAILAUTH_API int mailauth_mx_reply(const struct mailauth_mx *, int as_sender,
    const char **enhanced, const char **text);

#ifdef __cplusplus
}
#endif

#endif
