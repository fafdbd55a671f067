/*
 * mailauth/mtasts.h - must mail for this domain go to these hosts, over TLS
 * with a valid certificate?  RFC 8461, MTA-STS.
 *
 * An evaluation takes a domain, the time, and what the caller has in its cache.
 * It asks TXT at _mta-sts below the domain, and where that names another policy
 * than the cached one a FETCH question for the policy (mailauth/lookups.h;
 * libmailauth-https has a resolver that takes it).  Then it says which policy
 * applies, and what to keep in the cache.
 */
#ifndef MAILAUTH_MTASTS_H
#define MAILAUTH_MTASTS_H

#include "mailauth/lookups.h"

#ifdef __cplusplus
extern "C" {
#endif

enum mailauth_mtasts_mode {
	MAILAUTH_MTASTS_ENFORCE = 1,
	MAILAUTH_MTASTS_TESTING = 2,
	MAILAUTH_MTASTS_MODE_NONE = 3
};
MAILAUTH_API const char *mailauth_mtasts_mode_name(int mode);	/* "enforce" */

/* ---- Policies and records as text: section 3.1, 3.2 ---- */

struct mailauth_mtasts_policy;

enum {
	MAILAUTH_MTASTS_POLICY_OCTETS = 65536,	/* of a policy, at most */
	MAILAUTH_MTASTS_MAX_AGE = 31557600	/* seconds; more counts as this */
};

/*
 * Read a policy.  MAILAUTH_ESYNTAX: it is none; error (size octets; NULL and 0:
 * none) says what is wrong and where.  MAILAUTH_ENOMEM, MAILAUTH_EINVAL.
 */
MAILAUTH_API int mailauth_mtasts_policy_parse(const char *text, size_t n,
    struct mailauth_mtasts_policy **out, char *error, size_t size);
/* A new one: mode, seconds that it may be kept.  NULL: no such, or no memory. */
MAILAUTH_API struct mailauth_mtasts_policy *mailauth_mtasts_policy_new(int mode,
    uint32_t max_age);
/* Add a host name, perhaps with "*." before it.  MAILAUTH_EINVAL: it is none. */
MAILAUTH_API int mailauth_mtasts_policy_add_mx(struct mailauth_mtasts_policy *,
    const char *pattern);
MAILAUTH_API void mailauth_mtasts_policy_free(struct mailauth_mtasts_policy *);
MAILAUTH_API int mailauth_mtasts_policy_mode(const struct mailauth_mtasts_policy *);
MAILAUTH_API uint32_t mailauth_mtasts_policy_max_age(const struct mailauth_mtasts_policy *);
/* Pattern i, in lower case; NULL: past the end. */
MAILAUTH_API const char *mailauth_mtasts_policy_mx(const struct mailauth_mtasts_policy *,
    size_t i);
/*
 * Section 4.1: does the policy list this MX host?  The name of the MX record,
 * not what it is an alias of; a "*" stands for one label.
 */
MAILAUTH_API int mailauth_mtasts_policy_match(const struct mailauth_mtasts_policy *,
    const char *host, size_t n);
/*
 * Its text, to be published: at most size octets with a NUL; returns the whole
 * length without it.  The parser reads it back to the same, if it has a host or
 * mode none, and no more than so many octets.
 */
MAILAUTH_API size_t mailauth_mtasts_policy_text(const struct mailauth_mtasts_policy *,
    char *buf, size_t size);
/* Likewise the TXT record for this id; MAILAUTH_EINVAL: not 1 to 32 letters and digits. */
MAILAUTH_API int mailauth_mtasts_record_text(const char *id, char *buf, size_t size);

/* ---- An evaluation ---- */

struct mailauth_mtasts;

enum mailauth_mtasts_result {
	MAILAUTH_MTASTS_VALID = 1,	/* a policy applies */
	MAILAUTH_MTASTS_NONE = 2,	/* not exactly one record */
	MAILAUTH_MTASTS_INVALID = 3,	/* the record, the policy, or the way to it */
	MAILAUTH_MTASTS_TEMPERROR = 4
};
MAILAUTH_API const char *mailauth_mtasts_result_name(int result);

/*
 * As of `now`, which counts as 1970 before that, over these lookups (NULL: its
 * own).  NULL: no memory.
 */
MAILAUTH_API struct mailauth_mtasts *mailauth_mtasts_new(struct mailauth_lookups *,
    int64_t now);
MAILAUTH_API void mailauth_mtasts_free(struct mailauth_mtasts *);	/* NULL allowed */
MAILAUTH_API struct mailauth_lookups *mailauth_mtasts_lookups(struct mailauth_mtasts *);

/*
 * Inputs; after the first step MAILAUTH_EUSE; MAILAUTH_ENOMEM.
 * The domain of the recipient, or its mailbox: any octets.  A literal, or what
 * is no domain, has no policy.
 */
MAILAUTH_API int mailauth_mtasts_set_domain(struct mailauth_mtasts *, const char *, size_t n);
/* It, once set, by which a cache can be sorted; NULL: it is no domain. */
MAILAUTH_API const char *mailauth_mtasts_domain(const struct mailauth_mtasts *);
/*
 * What the caller's cache has for this domain: text that _cache() gave once,
 * or anything.  MAILAUTH_ESYNTAX: it is no such text, or of another domain (set
 * that first), and counts as nothing; error as above.
 */
MAILAUTH_API int mailauth_mtasts_set_cache(struct mailauth_mtasts *, const char *, size_t n,
    char *error, size_t size);
/*
 * A policy at hand, which takes the place of fetching one: what is wrong with it
 * is told by the result.  The cache plays no part then.
 */
MAILAUTH_API int mailauth_mtasts_set_policy(struct mailauth_mtasts *, const char *, size_t n);
/*
 * 1: fetch even where the id is the cached one, to renew it ("once per day":
 * section 3.3).
 */
MAILAUTH_API int mailauth_mtasts_set_refresh(struct mailauth_mtasts *, int on);
MAILAUTH_API int mailauth_mtasts_set_trace(struct mailauth_mtasts *, int on);

/* MAILAUTH_DONE, MAILAUTH_NEED, MAILAUTH_ENOMEM. */
MAILAUTH_API int mailauth_mtasts_step(struct mailauth_mtasts *);
MAILAUTH_API int mailauth_mtasts_discover(struct mailauth_mtasts *,
    struct mailauth_resolver *);

/* ---- Once done ---- */

/*
 * Valid also where the cached policy outlives a record that is gone or a fetch
 * that failed: then the reason tells, and _tls_failure() what to report.
 */
MAILAUTH_API int mailauth_mtasts_result(const struct mailauth_mtasts *);
MAILAUTH_API const char *mailauth_mtasts_reason(const struct mailauth_mtasts *);
MAILAUTH_API const char *mailauth_mtasts_detail(const struct mailauth_mtasts *);
/* enum mailauth_tls_failure; 0: nothing to report. */
MAILAUTH_API int mailauth_mtasts_tls_failure(const struct mailauth_mtasts *);
/* id= of the record; NULL: there is no valid one. */
MAILAUTH_API const char *mailauth_mtasts_id(const struct mailauth_mtasts *);
/* The policy that applies, lent; NULL: none. */
MAILAUTH_API const struct mailauth_mtasts_policy *mailauth_mtasts_policy(
    const struct mailauth_mtasts *);
enum mailauth_mtasts_source {
	MAILAUTH_MTASTS_FETCHED = 1,
	MAILAUTH_MTASTS_CACHED = 2,
	MAILAUTH_MTASTS_GIVEN = 3	/* by _set_policy() */
};
MAILAUTH_API int mailauth_mtasts_source(const struct mailauth_mtasts *);	/* 0: no policy */
MAILAUTH_API const char *mailauth_mtasts_source_name(int source);	/* "fetched", "cache", "file" */
/* Until when it may be used, seconds since 1970; 0: no policy, or a given one. */
MAILAUTH_API int64_t mailauth_mtasts_expires(const struct mailauth_mtasts *);

/*
 * What to do with the cache (section 3.3, 5.1): leave what is there; store
 * _cache() under the domain; or remove what is there, which has expired.
 */
enum mailauth_mtasts_action {
	MAILAUTH_MTASTS_KEEP = 1,
	MAILAUTH_MTASTS_STORE = 2,	/* a new policy, or that a fetch failed */
	MAILAUTH_MTASTS_DROP = 3
};
MAILAUTH_API int mailauth_mtasts_action(const struct mailauth_mtasts *);
/* The text to store, *n octets (NULL allowed); NULL unless STORE. */
MAILAUTH_API const char *mailauth_mtasts_cache(const struct mailauth_mtasts *, size_t *n);
MAILAUTH_API const char *mailauth_mtasts_trace(const struct mailauth_mtasts *, size_t i);

#ifdef __cplusplus
}
#endif

#endif
