/*
 * mailauth/dmarc.h - does what passed agree with the author's domain, and what
 * does that domain want done?  RFC 9989; by choice the public-suffix discovery
 * of RFC 7489.
 *
 * An evaluation takes the author domain (of the From field), the result of SPF
 * for MAIL FROM, and those of the DKIM signatures.  It asks TXT records at
 * _dmarc below the author domain and the names above it (at most 8), likewise
 * for identifiers that passed and might align, and where np= and sp= differ
 * the author domain's A record.
 *
 * It returns facts and what the domain asks for.  Whether to reject is the
 * receiver's decision (RFC 9989 section 5.4).
 */
#ifndef MAILAUTH_DMARC_H
#define MAILAUTH_DMARC_H

#include "mailauth/lookups.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mailauth_dmarc;

/* RFC 9989 section 5.3 in the words of RFC 8601. */
enum mailauth_dmarc_result {
	MAILAUTH_DMARC_NONE = 1,
	MAILAUTH_DMARC_PASS = 2,
	MAILAUTH_DMARC_FAIL = 3,
	MAILAUTH_DMARC_TEMPERROR = 4,
	MAILAUTH_DMARC_PERMERROR = 5
};
MAILAUTH_API const char *mailauth_dmarc_result_name(int result);

enum mailauth_dmarc_policy {
	MAILAUTH_DMARC_POLICY_NONE = 1,
	MAILAUTH_DMARC_POLICY_QUARANTINE = 2,
	MAILAUTH_DMARC_POLICY_REJECT = 3
};
MAILAUTH_API const char *mailauth_dmarc_policy_name(int policy);

enum mailauth_dmarc_discovery {
	MAILAUTH_DMARC_WALK = 1,	/* the tree walk of RFC 9989 section 4.10 */
	MAILAUTH_DMARC_PSL = 2		/* a public suffix list: RFC 7489 section 3.2 */
};
MAILAUTH_API const char *mailauth_dmarc_discovery_name(int discovery);

/* A new evaluation over these lookups (NULL: its own).  NULL: no memory. */
MAILAUTH_API struct mailauth_dmarc *mailauth_dmarc_new(struct mailauth_lookups *);
MAILAUTH_API void mailauth_dmarc_free(struct mailauth_dmarc *);	/* NULL allowed */
MAILAUTH_API struct mailauth_lookups *mailauth_dmarc_lookups(struct mailauth_dmarc *);

/*
 * Inputs; after the first step MAILAUTH_EUSE; MAILAUTH_ENOMEM; MAILAUTH_EINVAL:
 * no such result.
 * The author domain as it stands in From: any octets; U-labels are converted,
 * a literal has brackets.  Never set: no author domain (result none).
 */
MAILAUTH_API int mailauth_dmarc_set_from_domain(struct mailauth_dmarc *, const char *, size_t n);
/* SPF for MAIL FROM (never HELO's): enum mailauth_spf_result, and its domain. */
MAILAUTH_API int mailauth_dmarc_set_spf(struct mailauth_dmarc *, int result,
    const char *domain, size_t n);
/* A DKIM signature: enum mailauth_dkim_result, and its d=.  May be repeated. */
MAILAUTH_API int mailauth_dmarc_add_dkim(struct mailauth_dmarc *, int result,
    const char *domain, size_t n);

/*
 * The public suffix of a domain, for MAILAUTH_DMARC_PSL: how many of its
 * rightmost labels are a public suffix; negative: it cannot tell.  domain:
 * A-labels, lower case, no final dot.  libmailauth-psl has a ready one.
 */
typedef int mailauth_public_suffix(void *user, const char *domain);
/* MAILAUTH_EINVAL: no such discovery, or PSL without a function. */
MAILAUTH_API int mailauth_dmarc_set_discovery(struct mailauth_dmarc *, int discovery,
    mailauth_public_suffix *suffix, void *user);

/* Name: default; ceiling; what happens above it. */
enum mailauth_dmarc_limit {
	MAILAUTH_DMARC_WALK_QUERIES = 1,	/* names of one walk: 8; 8; longer names are cut (section 4.10) */
	/* Different identifiers whose organizational domain is looked for: 11;
	 * 1000; above, those that come later do not align, reason alignment-limit. */
	MAILAUTH_DMARC_ALIGNMENT_WALKS = 2
};
MAILAUTH_API int mailauth_dmarc_set_limit(struct mailauth_dmarc *, int limit, uint32_t value);
MAILAUTH_API int mailauth_dmarc_set_trace(struct mailauth_dmarc *, int on);

/* MAILAUTH_DONE, MAILAUTH_NEED, MAILAUTH_ENOMEM. */
MAILAUTH_API int mailauth_dmarc_step(struct mailauth_dmarc *);
MAILAUTH_API int mailauth_dmarc_align(struct mailauth_dmarc *, struct mailauth_resolver *);

/* ---- Once done ---- */

MAILAUTH_API int mailauth_dmarc_result(const struct mailauth_dmarc *);
MAILAUTH_API const char *mailauth_dmarc_reason(const struct mailauth_dmarc *);
MAILAUTH_API const char *mailauth_dmarc_detail(const struct mailauth_dmarc *);
/* The published policy that applies: after sp= and np=, before t=.  0: no usable record. */
MAILAUTH_API int mailauth_dmarc_policy(const struct mailauth_dmarc *);
/*
 * What the domain asks for this message, after t=: none on pass; 0 on none and
 * temperror.
 */
MAILAUTH_API int mailauth_dmarc_disposition(const struct mailauth_dmarc *);
/* The author domain; *n octets (n may be NULL) where it is no name.  NULL: none. */
MAILAUTH_API const char *mailauth_dmarc_domain(const struct mailauth_dmarc *, size_t *n);
MAILAUTH_API const char *mailauth_dmarc_organizational_domain(const struct mailauth_dmarc *);
MAILAUTH_API const char *mailauth_dmarc_record_domain(const struct mailauth_dmarc *);
MAILAUTH_API const char *mailauth_dmarc_record(const struct mailauth_dmarc *, size_t *n);
MAILAUTH_API int mailauth_dmarc_spf_aligned(const struct mailauth_dmarc *);	/* a pass that aligns */
MAILAUTH_API int mailauth_dmarc_dkim_aligned(const struct mailauth_dmarc *);
MAILAUTH_API int mailauth_dmarc_dkim_signature_aligned(const struct mailauth_dmarc *, size_t i);	/* as added */
MAILAUTH_API int mailauth_dmarc_testing(const struct mailauth_dmarc *);	/* t=y */
MAILAUTH_API int mailauth_dmarc_discovery(const struct mailauth_dmarc *);
MAILAUTH_API int mailauth_dmarc_secure(const struct mailauth_dmarc *);
/* URIs of rua= and ruf=, as written, unsupported ones left out; NULL: past the end. */
MAILAUTH_API const char *mailauth_dmarc_rua(const struct mailauth_dmarc *, size_t i);
MAILAUTH_API const char *mailauth_dmarc_ruf(const struct mailauth_dmarc *, size_t i);
MAILAUTH_API const char *mailauth_dmarc_trace(const struct mailauth_dmarc *, size_t i);
/* 550 5.7.26 on fail with disposition reject, 451 4.7.0 on temperror; else 0. */
MAILAUTH_API int mailauth_dmarc_reply(const struct mailauth_dmarc *,
    const char **enhanced, const char **text);

#ifdef __cplusplus
}
#endif

#endif
