/*
 * mailauth/arc.h - chains of ARC sets: RFC 8617, validated and sealed.
 *
 * ARC is an experiment that the IETF is ending (it moves to Historic); this is
 * for those who have to do with it.  Nothing else of the library needs it.
 *
 * That a chain passes says who handled the message, and that nothing was
 * changed since the last of them sealed it.  Whether they are to be believed is
 * the caller's to say: mailauth_check_add_trusted_sealer().
 *
 *	message = mailauth_message_new();
 *	arc = mailauth_arc_new(message, NULL, time(NULL));
 *	...write the message, end it
 *	mailauth_arc_verify(arc, resolver);
 *	result = mailauth_arc_result(arc);
 */
#ifndef MAILAUTH_ARC_H
#define MAILAUTH_ARC_H

#include "mailauth/dkim.h"
#include "mailauth/lookups.h"
#include "mailauth/message.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mailauth_arc;
struct mailauth_private_key;

/* The Chain Validation Status: RFC 8617 section 4.4. */
enum mailauth_arc_result {
	MAILAUTH_ARC_NONE = 1,
	MAILAUTH_ARC_PASS = 2,
	MAILAUTH_ARC_FAIL = 3		/* DNS trouble, too: section 5.2.1 */
};
MAILAUTH_API const char *mailauth_arc_result_name(int result);	/* "none"; "unknown" */

/* ---- Validation ---- */

/*
 * The chain of this message, which must have no octets yet.  now: seconds
 * since 1970.  lookups: NULL: its own.  NULL: no memory, or message NULL or
 * begun.
 */
MAILAUTH_API struct mailauth_arc *mailauth_arc_new(struct mailauth_message *,
    struct mailauth_lookups *, int64_t now);
MAILAUTH_API void mailauth_arc_free(struct mailauth_arc *);	/* NULL allowed */
MAILAUTH_API struct mailauth_lookups *mailauth_arc_lookups(struct mailauth_arc *);

enum mailauth_arc_limit {
	MAILAUTH_ARC_SETS = 1,		/* sets of a chain: 50; at most 50.  Above: fail */
	MAILAUTH_ARC_KEYS = 2,		/* key records tried of one name: 3; at most 10 */
	MAILAUTH_ARC_CLOCK_SKEW = 3,	/* seconds: 300; at most 86400 */
	MAILAUTH_ARC_RSA_BITS = 4	/* of a key: 8192; 1024 to 16384.  Above: it fails */
};
/* Until the header is complete; then MAILAUTH_EUSE.  MAILAUTH_EINVAL. */
MAILAUTH_API int mailauth_arc_set_limit(struct mailauth_arc *, int limit, uint32_t value);
/* See mailauth_dkim_set_keys(). */
MAILAUTH_API int mailauth_arc_set_keys(struct mailauth_arc *, struct mailauth_keys *);
MAILAUTH_API int mailauth_arc_set_trace(struct mailauth_arc *, int on);

/*
 * As mailauth_dkim_step() and mailauth_dkim_verify().  A chain whose structure
 * is wrong asks nothing and is done when the header is complete.
 */
MAILAUTH_API int mailauth_arc_step(struct mailauth_arc *);
MAILAUTH_API int mailauth_arc_verify(struct mailauth_arc *, struct mailauth_resolver *);

/* ---- Once done ---- */

MAILAUTH_API int mailauth_arc_result(const struct mailauth_arc *);
/*
 * Why it failed: the reason names the field and what is against it, the detail
 * the set as well; that set's instance, 0 where it is no set's.  What is against
 * the field itself: its own reason below.
 */
MAILAUTH_API const char *mailauth_arc_reason(const struct mailauth_arc *);
MAILAUTH_API const char *mailauth_arc_detail(const struct mailauth_arc *);
MAILAUTH_API uint32_t mailauth_arc_failed_set(const struct mailauth_arc *);
/* Did it fail for a key that could not be looked up now?  Later it may pass. */
MAILAUTH_API int mailauth_arc_temporary(const struct mailauth_arc *);
/*
 * The oldest set whose message signature still passes, and those of all newer
 * ones; 0: all pass (RFC 8617 section 5.2 step 5); -1: the chain does not pass.
 */
MAILAUTH_API int mailauth_arc_oldest_pass(const struct mailauth_arc *);
/* Were all answers validated by DNSSEC, and was something asked? */
MAILAUTH_API int mailauth_arc_secure(const struct mailauth_arc *);
MAILAUTH_API const char *mailauth_arc_trace(const struct mailauth_arc *, size_t line);

/* The highest instance found; the accessors below take instances from 1 on. */
MAILAUTH_API uint32_t mailauth_arc_count(const struct mailauth_arc *);
/*
 * As they stand in the ARC-Seal, *n octets (n NULL: they end in a NUL all the
 * same only in _domain()); NULL: absent.  The domain as A-labels where it is
 * one.
 */
MAILAUTH_API const char *mailauth_arc_cv(const struct mailauth_arc *, uint32_t instance,
    size_t *n);
MAILAUTH_API const char *mailauth_arc_domain(const struct mailauth_arc *, uint32_t instance,
    size_t *n);
MAILAUTH_API const char *mailauth_arc_selector(const struct mailauth_arc *,
    uint32_t instance, size_t *n);
/* What follows "i=N;" in the ARC-Authentication-Results. */
MAILAUTH_API const char *mailauth_arc_results(const struct mailauth_arc *,
    uint32_t instance, size_t *n);

/* Which field of a set. */
enum mailauth_arc_part {
	MAILAUTH_ARC_SEAL = 1,
	MAILAUTH_ARC_MESSAGE_SIGNATURE = 2
};
/*
 * enum mailauth_dkim_result; MAILAUTH_DKIM_NONE: it was not tried, since the
 * chain had failed before, or the oldest set to pass was known.
 */
MAILAUTH_API int mailauth_arc_part_result(const struct mailauth_arc *,
    uint32_t instance, int part);
MAILAUTH_API const char *mailauth_arc_part_reason(const struct mailauth_arc *,
    uint32_t instance, int part);
MAILAUTH_API const char *mailauth_arc_part_detail(const struct mailauth_arc *,
    uint32_t instance, int part);

/* ---- Sealing: RFC 8617 section 5.1 ---- */

/*
 * Adds a set to a message as it goes out, after all other changes, signing
 * among them.  The chain that is there is validated first, unless the caller
 * says what came of it: mailauth_sealer_set_chain().
 */
struct mailauth_sealer;

enum mailauth_sealer_result {
	MAILAUTH_SEALER_SEALED = 1,	/* a failed chain, too, by cv=fail */
	MAILAUTH_SEALER_REFUSED = 2,	/* see the reason; no fields */
	MAILAUTH_SEALER_TEMPERROR = 3,	/* nobody answered with a signature */
	MAILAUTH_SEALER_ENDED = 4	/* a seal says cv=fail: nothing is added
					 * (section 5.1 step 2); no fields */
};
/* "sealed", "refused", "temperror", "ended"; "unknown". */
MAILAUTH_API const char *mailauth_sealer_result_name(int result);

/* See mailauth_arc_new(). */
MAILAUTH_API struct mailauth_sealer *mailauth_sealer_new(struct mailauth_message *,
    struct mailauth_lookups *, int64_t now);
MAILAUTH_API void mailauth_sealer_free(struct mailauth_sealer *);	/* NULL allowed */
MAILAUTH_API struct mailauth_lookups *mailauth_sealer_lookups(struct mailauth_sealer *);

/*
 * Until the header is complete; then MAILAUTH_EUSE.  MAILAUTH_EINVAL,
 * MAILAUTH_ENOMEM.  Texts are copied; a key is lent until the sealer is freed.
 * The key (or remote key) and the authserv-id are required.  See
 * mailauth_signer_add(), _add_remote(), _set_canonicalization(), _set_fields();
 * by default DKIM-Signature fields are signed, too, and no list need name From.
 */
MAILAUTH_API int mailauth_sealer_set_key(struct mailauth_sealer *,
    const char *domain, const char *selector,
    const struct mailauth_private_key *);
MAILAUTH_API int mailauth_sealer_set_remote_key(struct mailauth_sealer *,
    const char *domain, const char *selector, int algorithm);
MAILAUTH_API int mailauth_sealer_set_authserv_id(struct mailauth_sealer *,
    const char *);
MAILAUTH_API int mailauth_sealer_set_canonicalization(struct mailauth_sealer *,
    const char *);
MAILAUTH_API int mailauth_sealer_set_fields(struct mailauth_sealer *,
    const char *names);
/*
 * Whether the Authentication-Results fields of the message that bear the
 * authserv-id go into the set (1, by default) or not (0).
 */
MAILAUTH_API int mailauth_sealer_set_take_results(struct mailauth_sealer *, int on);

/*
 * Until the first step; then MAILAUTH_EUSE.  _set_chain(): enum
 * mailauth_arc_result, found when the message came in.  What the message shows
 * to be no pass stays none.  _add_results(): an Authentication-Results field or
 * what follows its colon, as mailauth_check_authentication_results() gives it;
 * MAILAUTH_ESYNTAX: it is none, or bears another authserv-id.
 */
MAILAUTH_API int mailauth_sealer_set_chain(struct mailauth_sealer *, int result);
MAILAUTH_API int mailauth_sealer_add_results(struct mailauth_sealer *,
    const char *, size_t n);
MAILAUTH_API int mailauth_sealer_set_trace(struct mailauth_sealer *, int on);

/* See mailauth_signer_step() and mailauth_signer_sign(); questions of the DNS
 * are asked where the sealer validates the chain itself. */
MAILAUTH_API int mailauth_sealer_step(struct mailauth_sealer *);
MAILAUTH_API int mailauth_sealer_seal(struct mailauth_sealer *,
    struct mailauth_resolver *);

/* ---- Once done ---- */

MAILAUTH_API int mailauth_sealer_result(const struct mailauth_sealer *);
MAILAUTH_API const char *mailauth_sealer_reason(const struct mailauth_sealer *);
MAILAUTH_API const char *mailauth_sealer_detail(const struct mailauth_sealer *);
/* The chain's status as sealed: enum mailauth_arc_result. */
MAILAUTH_API int mailauth_sealer_chain(const struct mailauth_sealer *);
MAILAUTH_API uint32_t mailauth_sealer_instance(const struct mailauth_sealer *);
/*
 * The three fields from the top: ARC-Seal, ARC-Message-Signature,
 * ARC-Authentication-Results; each with its name, folds and CRLF.  NULL: not
 * sealed, or k is not 0 to 2.
 */
MAILAUTH_API const char *mailauth_sealer_field(const struct mailauth_sealer *, int k);
/* See mailauth_signer_warning(). */
MAILAUTH_API const char *mailauth_sealer_warning(const struct mailauth_sealer *, size_t k);
MAILAUTH_API const char *mailauth_sealer_trace(const struct mailauth_sealer *, size_t line);

#ifdef __cplusplus
}
#endif

#endif
