/*
 * mailauth/dkim.h - who signed this message, and is it unchanged?  RFC 6376,
 * 8301, 8463, 8616.
 *
 * A verification is attached to a message before its bytes come, and gives a
 * result for each DKIM-Signature field, from the top down.  It asks the TXT
 * record of each selector as soon as the header is complete, while the body
 * still streams by; one pass serves all signatures.
 *
 * What a pass does not say: that the author is the signer (see dmarc.h), that
 * unsigned fields are unchanged (mailauth_dkim_unsigned_field(), _repeated_field()),
 * that the whole body is signed (mailauth_dkim_signed_body_bytes()).
 */
#ifndef MAILAUTH_DKIM_H
#define MAILAUTH_DKIM_H

#include "mailauth/lookups.h"
#include "mailauth/message.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mailauth_dkim;
struct mailauth_keys;

/* RFC 8601 section 2.7.1.  neutral is never given. */
enum mailauth_dkim_result {
	MAILAUTH_DKIM_NONE = 1,
	MAILAUTH_DKIM_PASS = 2,
	MAILAUTH_DKIM_FAIL = 3,
	MAILAUTH_DKIM_POLICY = 4,
	MAILAUTH_DKIM_NEUTRAL = 5,
	MAILAUTH_DKIM_TEMPERROR = 6,
	MAILAUTH_DKIM_PERMERROR = 7
};
/* "pass"; "unknown" for what is none of them.  And back: 0 for no such word. */
MAILAUTH_API const char *mailauth_dkim_result_name(int result);
MAILAUTH_API int mailauth_dkim_result_parse(const char *word);

/*
 * Attach to a message that has no octet yet (else NULL), over these lookups
 * (NULL: its own), as of `now`.  The message and the lookups are held.  NULL:
 * no memory, or too late.
 */
MAILAUTH_API struct mailauth_dkim *mailauth_dkim_new(struct mailauth_message *,
    struct mailauth_lookups *, int64_t now);
MAILAUTH_API void mailauth_dkim_free(struct mailauth_dkim *);	/* NULL allowed */
MAILAUTH_API struct mailauth_lookups *mailauth_dkim_lookups(struct mailauth_dkim *);

/*
 * A memory of parsed public keys, found again by their text, so that nothing
 * can be stale; for at most so many keys (1 to 1000000).  Several threads may
 * use it at once.  It must outlive what uses it.  NULL: no memory, or 0.
 */
MAILAUTH_API struct mailauth_keys *mailauth_keys_new(uint32_t keys);
MAILAUTH_API void mailauth_keys_free(struct mailauth_keys *);	/* NULL allowed */
/* Before the first step, else MAILAUTH_EUSE.  NULL: none, the default. */
MAILAUTH_API int mailauth_dkim_set_keys(struct mailauth_dkim *, struct mailauth_keys *);

/*
 * What a good signature is that leaves a part of the body unsigned (l=):
 * MAILAUTH_DKIM_PASS (the default) or MAILAUTH_DKIM_POLICY, with the reason
 * unsigned-body either way.
 */
MAILAUTH_API int mailauth_dkim_set_unsigned_body(struct mailauth_dkim *, int result);

/* Name: default; ceiling; what happens above it. */
enum mailauth_dkim_limit {
	MAILAUTH_DKIM_SIGNATURES = 1,	/* well-formed ones tried: 10; 1000; policy, signature-limit */
	MAILAUTH_DKIM_KEYS = 2,		/* key records tried for one: 3; 10; the rest is not tried */
	MAILAUTH_DKIM_CLOCK_SKEW = 3,	/* seconds: 300; 86400; permerror, expired or future */
	MAILAUTH_DKIM_RSA_BITS = 4	/* of an RSA key: 8192; 16384; permerror, key-too-long */
};
MAILAUTH_API int mailauth_dkim_set_limit(struct mailauth_dkim *, int limit, uint32_t value);
MAILAUTH_API int mailauth_dkim_set_trace(struct mailauth_dkim *, int on);

/*
 * MAILAUTH_DONE; MAILAUTH_NEED: keys are lacking; MAILAUTH_MORE: the message has
 * not ended; MAILAUTH_ENOMEM, MAILAUTH_ECRYPTO.  Step once the header is complete,
 * so that keys are asked while the body comes.
 */
MAILAUTH_API int mailauth_dkim_step(struct mailauth_dkim *);
/* To the end; the message must have ended, else MAILAUTH_EUSE. */
MAILAUTH_API int mailauth_dkim_verify(struct mailauth_dkim *, struct mailauth_resolver *);

/* ---- Once done ---- */

/*
 * The best of all: the first of pass, temperror, policy, fail, neutral,
 * permerror that a signature has; none without a signature.
 */
MAILAUTH_API int mailauth_dkim_result(const struct mailauth_dkim *);
MAILAUTH_API const char *mailauth_dkim_reason(const struct mailauth_dkim *);
MAILAUTH_API const char *mailauth_dkim_detail(const struct mailauth_dkim *);
MAILAUTH_API const char *mailauth_dkim_trace(const struct mailauth_dkim *, size_t line);

/* Signatures, in header order; i counts from 0. */
MAILAUTH_API size_t mailauth_dkim_count(const struct mailauth_dkim *);
MAILAUTH_API int mailauth_dkim_signature_result(const struct mailauth_dkim *, size_t i);
MAILAUTH_API const char *mailauth_dkim_signature_reason(const struct mailauth_dkim *, size_t i);
MAILAUTH_API const char *mailauth_dkim_signature_detail(const struct mailauth_dkim *, size_t i);
/*
 * d=, as A-labels in lower case; s= and a=; i= decoded (by default "@" and d=);
 * c= in full (by default simple/simple).  What is wrong comes as it stands in
 * the field, any octets, *n of them (n may be NULL); so does all of a signature
 * of which no more is known, see below.  NULL: not there.
 */
MAILAUTH_API const char *mailauth_dkim_domain(const struct mailauth_dkim *, size_t i, size_t *n);
MAILAUTH_API const char *mailauth_dkim_selector(const struct mailauth_dkim *, size_t i, size_t *n);
MAILAUTH_API const char *mailauth_dkim_identity(const struct mailauth_dkim *, size_t i, size_t *n);
MAILAUTH_API const char *mailauth_dkim_algorithm(const struct mailauth_dkim *, size_t i, size_t *n);
MAILAUTH_API const char *mailauth_dkim_canonicalization(const struct mailauth_dkim *, size_t i, size_t *n);
/*
 * b= without white space: all of it.  This and the fields' names are known of as
 * many well-formed signatures as may be tried and 100 more, and of as many
 * others; the body's octets, of those tried.
 */
MAILAUTH_API const char *mailauth_dkim_signature_data(const struct mailauth_dkim *, size_t i, size_t *n);
/* Bits of the key that was used (256 for Ed25519); 0: none was. */
MAILAUTH_API uint32_t mailauth_dkim_key_bits(const struct mailauth_dkim *, size_t i);
MAILAUTH_API int mailauth_dkim_testing(const struct mailauth_dkim *, size_t i);	/* t=y in the key */
MAILAUTH_API int mailauth_dkim_secure(const struct mailauth_dkim *, size_t i);
/*
 * Field names: h= as written; displayed fields (From, Sender, Reply-To, To, Cc,
 * Subject, Date, Message-ID, Content-Type, ...) that are present but unsigned;
 * those present more often than signed.  NULL: k is past the end.
 */
MAILAUTH_API const char *mailauth_dkim_signed_field(const struct mailauth_dkim *, size_t i, size_t k, size_t *n);
MAILAUTH_API const char *mailauth_dkim_unsigned_field(const struct mailauth_dkim *, size_t i, size_t k);
MAILAUTH_API const char *mailauth_dkim_repeated_field(const struct mailauth_dkim *, size_t i, size_t k);
/* Canonical octets of the body: signed, and all; -1 where it was not hashed. */
MAILAUTH_API int64_t mailauth_dkim_signed_body_bytes(const struct mailauth_dkim *, size_t i);
MAILAUTH_API int64_t mailauth_dkim_body_bytes(const struct mailauth_dkim *, size_t i);

/* The SMTP reply for a server that acts on the result (RFC 7372 section 3.1);
 * 0: nothing to refuse.  See mailauth_spf_reply(). */
MAILAUTH_API int mailauth_dkim_reply(const struct mailauth_dkim *,
    const char **enhanced, const char **text);

#ifdef __cplusplus
}
#endif

#endif
