/*
 * mailauth/rdns.h - is the host who its reverse DNS says it is?
 * Forward-confirmed reverse DNS, the method iprev of RFC 8601 section 3.
 *
 * An evaluation asks the PTR record of the address and, for at most 10 of the
 * names found, their A or AAAA records, by the address's family.  The names are
 * the text of whoever holds the reverse zone: only host names count.
 */
#ifndef MAILAUTH_RDNS_H
#define MAILAUTH_RDNS_H

#include "mailauth/lookups.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mailauth_rdns;

/* RFC 8601 section 2.7.3; permerror: the address has no PTR record. */
enum mailauth_rdns_result {
	MAILAUTH_RDNS_PASS = 1,
	MAILAUTH_RDNS_FAIL = 2,
	MAILAUTH_RDNS_TEMPERROR = 3,
	MAILAUTH_RDNS_PERMERROR = 4
};
MAILAUTH_API const char *mailauth_rdns_result_name(int result);

MAILAUTH_API struct mailauth_rdns *mailauth_rdns_new(struct mailauth_lookups *);
MAILAUTH_API void mailauth_rdns_free(struct mailauth_rdns *);	/* NULL allowed */
MAILAUTH_API struct mailauth_lookups *mailauth_rdns_lookups(struct mailauth_rdns *);

/* Required.  MAILAUTH_EINVAL: no address; MAILAUTH_EUSE: after the first step. */
MAILAUTH_API int mailauth_rdns_set_client(struct mailauth_rdns *, const char *address);

enum mailauth_rdns_limit {
	MAILAUTH_RDNS_NAMES = 1		/* names looked up: 10; 100; the rest is not looked at */
};
MAILAUTH_API int mailauth_rdns_set_limit(struct mailauth_rdns *, int limit, uint32_t value);
MAILAUTH_API int mailauth_rdns_set_trace(struct mailauth_rdns *, int on);

MAILAUTH_API int mailauth_rdns_step(struct mailauth_rdns *);
MAILAUTH_API int mailauth_rdns_confirm(struct mailauth_rdns *, struct mailauth_resolver *);

MAILAUTH_API int mailauth_rdns_result(const struct mailauth_rdns *);
MAILAUTH_API const char *mailauth_rdns_reason(const struct mailauth_rdns *);
MAILAUTH_API const char *mailauth_rdns_detail(const struct mailauth_rdns *);
/* All names the PTR records give, as master-file text, in byte order; NULL: past the end. */
MAILAUTH_API const char *mailauth_rdns_name(const struct mailauth_rdns *, size_t i);
/* Those that resolve back. */
MAILAUTH_API const char *mailauth_rdns_confirmed(const struct mailauth_rdns *, size_t i);
MAILAUTH_API int mailauth_rdns_secure(const struct mailauth_rdns *);
MAILAUTH_API const char *mailauth_rdns_trace(const struct mailauth_rdns *, size_t i);
/* 550 5.7.25 on fail and permerror (RFC 7372 section 3.3), 451 4.7.25 on temperror. */
MAILAUTH_API int mailauth_rdns_reply(const struct mailauth_rdns *,
    const char **enhanced, const char **text);

#ifdef __cplusplus
}
#endif

#endif
