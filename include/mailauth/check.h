/*
 * mailauth/check.h - a whole message: reverse DNS, SPF of HELO and MAIL FROM,
 * every DKIM signature, ARC, DMARC, over one set of lookups, with the
 * Authentication-Results field (RFC 8601) that says so.
 *
 * Inputs come when they come: client at connect, HELO, MAIL FROM, then the
 * message (mailauth_check_message()).  It may be stepped after each; what can be
 * asked is asked at once, and verdicts stand as soon as they are reached:
 * mailauth_spf_result(mailauth_check_spf(check)) at MAIL, the rest at the end.
 */
#ifndef MAILAUTH_CHECK_H
#define MAILAUTH_CHECK_H

#include "mailauth/arc.h"
#include "mailauth/dkim.h"
#include "mailauth/dmarc.h"
#include "mailauth/rdns.h"
#include "mailauth/spf.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mailauth_check;

/* Over these lookups (NULL: its own), as of `now`.  NULL: no memory. */
MAILAUTH_API struct mailauth_check *mailauth_check_new(struct mailauth_lookups *,
    int64_t now);
MAILAUTH_API void mailauth_check_free(struct mailauth_check *);	/* NULL allowed */
MAILAUTH_API struct mailauth_lookups *mailauth_check_lookups(struct mailauth_check *);

/*
 * Each once, else MAILAUTH_EUSE; MAILAUTH_ENOMEM; client: MAILAUTH_EINVAL where it
 * is no address.  HELO and MAIL FROM may be any octets; MAIL FROM without
 * brackets, n 0 the null sender.
 */
MAILAUTH_API int mailauth_check_set_client(struct mailauth_check *, const char *address);
MAILAUTH_API int mailauth_check_set_helo(struct mailauth_check *, const char *, size_t n);
MAILAUTH_API int mailauth_check_set_mail_from(struct mailauth_check *, const char *, size_t n);
/*
 * Who checks: the first word of the Authentication-Results field (RFC 8601
 * section 2.5), a token or quoted by us.  EINVAL: empty, over 255 octets, or
 * octets that cannot stand there.  Also the %{r} of SPF unless it is no domain
 * name.  Before the first step, else MAILAUTH_EUSE.
 */
MAILAUTH_API int mailauth_check_set_authserv_id(struct mailauth_check *, const char *);

/*
 * Trust what this domain says in the ARC sets that it seals, up to 1000 of them,
 * no other name below or above it: see mailauth_check_override().  Before the
 * first step.  MAILAUTH_EINVAL: it is no domain; MAILAUTH_EUSE also: one too many.
 */
MAILAUTH_API int mailauth_check_add_trusted_sealer(struct mailauth_check *,
    const char *domain);

/* Before the first step: 1 keeps the traces of all parts. */
MAILAUTH_API int mailauth_check_set_trace(struct mailauth_check *, int on);

/* The message to write to; lent, lives as long as the check. */
MAILAUTH_API struct mailauth_message *mailauth_check_message(struct mailauth_check *);

/*
 * MAILAUTH_DONE, also before the message has ended, where the rest of it cannot
 * matter; MAILAUTH_NEED: answers are lacking; MAILAUTH_MORE: only inputs or octets
 * of the message are; MAILAUTH_ENOMEM, MAILAUTH_ECRYPTO.
 */
MAILAUTH_API int mailauth_check_step(struct mailauth_check *);
/*
 * The same with this resolver, until answers no longer lack: MAILAUTH_DONE, or
 * MAILAUTH_MORE.  Whoever can block calls it at MAIL, when the header is complete,
 * or only at the end.
 */
MAILAUTH_API int mailauth_check_run(struct mailauth_check *, struct mailauth_resolver *);

/*
 * The parts, lent; they live as long as the check.  Before its first step their
 * settings are the caller's: _set_limit(), mailauth_dkim_set_keys(),
 * mailauth_dkim_set_unsigned_body() (here MAILAUTH_DKIM_POLICY by default: such
 * a signature does not count for DMARC), mailauth_dmarc_set_discovery().  Their
 * inputs and steps are the check's.  Their accessors tell their verdicts, each as
 * soon as it is reached: its result is no longer 0.  _helo_spf() is the HELO
 * identity, _spf() MAIL FROM's.
 */
MAILAUTH_API struct mailauth_rdns *mailauth_check_rdns(const struct mailauth_check *);
MAILAUTH_API struct mailauth_spf *mailauth_check_helo_spf(const struct mailauth_check *);
MAILAUTH_API struct mailauth_spf *mailauth_check_spf(const struct mailauth_check *);
MAILAUTH_API struct mailauth_dkim *mailauth_check_dkim(const struct mailauth_check *);
MAILAUTH_API struct mailauth_arc *mailauth_check_arc(const struct mailauth_check *);
MAILAUTH_API struct mailauth_dmarc *mailauth_check_dmarc(const struct mailauth_check *);

/* ---- Once done ---- */

/* Does signature i of _dkim() pass, for a domain that agrees with the author's? */
MAILAUTH_API int mailauth_check_signature_aligned(const struct mailauth_check *, size_t i);

/* That of DMARC (enum mailauth_dmarc_result); likewise the disposition. */
MAILAUTH_API int mailauth_check_result(const struct mailauth_check *);
MAILAUTH_API const char *mailauth_check_reason(const struct mailauth_check *);
MAILAUTH_API const char *mailauth_check_detail(const struct mailauth_check *);
MAILAUTH_API int mailauth_check_disposition(const struct mailauth_check *);
/* Line i of the traces of all parts, one after the other. */
MAILAUTH_API const char *mailauth_check_trace(const struct mailauth_check *, size_t i);
/*
 * The Authentication-Results field, its name, folds and CRLF included; NULL
 * without an authserv-id.  Of many signatures it names the first twenty, and
 * every one that passes.
 */
MAILAUTH_API const char *mailauth_check_authentication_results(const struct mailauth_check *);
/*
 * Why the DMARC policy need not be applied, although the result is fail: the
 * word "trusted-forwarder", or NULL.  A trusted sealer says in its set that the
 * message passed DMARC for this author when it came there (RFC 8617 section
 * 7.2.1), the chain passes, its newest set has signed From, and all later sealers
 * are trusted, too.  Result, policy and disposition stay what they are.
 *
 * _set(): the instance of the set whose word it is; 0: none.  _evidence(): what a
 * report is to tell (section 7.2.2); NULL: none.
 */
MAILAUTH_API const char *mailauth_check_override(const struct mailauth_check *);
MAILAUTH_API uint32_t mailauth_check_override_set(const struct mailauth_check *);
MAILAUTH_API const char *mailauth_check_override_evidence(const struct mailauth_check *);
/* For a server that acts on the verdict: see mailauth_dmarc_reply(); under an
 * override 0. */
MAILAUTH_API int mailauth_check_reply(const struct mailauth_check *,
    const char **enhanced, const char **text);

#ifdef __cplusplus
}
#endif

#endif
