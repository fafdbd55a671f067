/*
 * mailauth/sign.h - DKIM signatures made: RFC 6376 section 5, RFC 8301, 8463.
 *
 *	message = mailauth_message_new();
 *	signer = mailauth_signer_new(message, NULL, time(NULL));
 *	i = mailauth_signer_add(signer, "example.com", "selector", key);
 *	...write the message, end it
 *	mailauth_signer_step(signer);
 *	field = mailauth_signer_field(signer, i);	to be put on top
 *
 * The message is read once, in memory bounded by its header, whatever the
 * number of signatures; those of one body canonicalization share one hash.
 *
 * With the private key at hand the first step after the end of the message is
 * the last.  Without it (mailauth_signer_add_remote()) the signer asks for a
 * signature as evaluations ask the DNS: MAILAUTH_QUESTION_SIGN.
 *
 * By default a signature is relaxed/relaxed, covers all of the body, and covers
 * these fields, each once more often than the message has it, so that none can
 * be added: From, Subject, Date, To, Cc, Reply-To, Sender, Message-ID,
 * MIME-Version, Content-Type, Content-Transfer-Encoding, In-Reply-To,
 * References, List-Id, List-Help, List-Unsubscribe, List-Unsubscribe-Post,
 * List-Subscribe, List-Post, List-Owner, List-Archive.
 */
#ifndef MAILAUTH_SIGN_H
#define MAILAUTH_SIGN_H

#include "mailauth/lookups.h"
#include "mailauth/message.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mailauth_signer;
struct mailauth_private_key;

enum mailauth_signer_result {
	MAILAUTH_SIGNER_SIGNED = 1,
	MAILAUTH_SIGNER_REFUSED = 2,	/* see the reason; no field */
	MAILAUTH_SIGNER_TEMPERROR = 3	/* nobody answered with a signature */
};
/* "signed", "refused", "temperror"; "unknown". */
MAILAUTH_API const char *mailauth_signer_result_name(int result);

/*
 * A signer of this message, which must have no octets yet.  now: seconds since
 * 1970, for t=.  lookups: where SIGN questions are asked; NULL: its own.  NULL:
 * no memory, or message NULL or begun.
 */
MAILAUTH_API struct mailauth_signer *mailauth_signer_new(struct mailauth_message *,
    struct mailauth_lookups *, int64_t now);
MAILAUTH_API void mailauth_signer_free(struct mailauth_signer *);	/* NULL allowed */
MAILAUTH_API struct mailauth_lookups *mailauth_signer_lookups(struct mailauth_signer *);

/*
 * One more signature, up to 16; its number, from 0, or negative:
 * MAILAUTH_EINVAL, MAILAUTH_EUSE (one too many, or the header is complete),
 * MAILAUTH_ENOMEM.  domain and selector, which may have U-labels, are copied; the
 * key is lent, until the signer is freed.  What is wrong with the domain, the
 * selector or the key is told by the signature's reason.
 *
 * _add_remote(): algorithm is of enum mailauth_key_algorithm.
 */
MAILAUTH_API int mailauth_signer_add(struct mailauth_signer *,
    const char *domain, const char *selector,
    const struct mailauth_private_key *);
MAILAUTH_API int mailauth_signer_add_remote(struct mailauth_signer *,
    const char *domain, const char *selector, int algorithm);

/*
 * How signature i is made.  MAILAUTH_EINVAL; MAILAUTH_EUSE: the header is
 * complete; MAILAUTH_ENOMEM.
 *
 * _set_canonicalization(): as c= has it: "simple/relaxed".
 * _set_fields(): the names of h= between colons, instead of the default ones,
 * in this order, each as often as it stands there.  From must be among them.
 * _set_identity(): i=, its local-part as it is (UTF-8); quoted as need be.
 * _set_expiry(): x= so many seconds after t=; 0: no x=, as by default.
 * _set_copied_fields(): z= with the signed fields as they are.
 * _add_tag(): another tag, "q" too, but none that the signer makes itself, and
 * never "l"; value: 1 to 512 octets as in RFC 6376 section 3.2.
 */
MAILAUTH_API int mailauth_signer_set_canonicalization(struct mailauth_signer *,
    int i, const char *);
MAILAUTH_API int mailauth_signer_set_fields(struct mailauth_signer *, int i,
    const char *names);
MAILAUTH_API int mailauth_signer_set_identity(struct mailauth_signer *, int i,
    const char *, size_t n);
MAILAUTH_API int mailauth_signer_set_expiry(struct mailauth_signer *, int i,
    uint64_t seconds);
MAILAUTH_API int mailauth_signer_set_copied_fields(struct mailauth_signer *, int i,
    int on);
MAILAUTH_API int mailauth_signer_add_tag(struct mailauth_signer *, int i,
    const char *name, const char *value);

/*
 * A field that the MTA will put above the header after signing; it is signed
 * as if it stood there, the first announced the lowest.  As
 * mailauth_message_field() takes it; copied.  Up to 100.
 */
MAILAUTH_API int mailauth_signer_announce(struct mailauth_signer *,
    const char *name, size_t name_n, const char *value, size_t value_n);

/* Before the first step: write down what is done. */
MAILAUTH_API int mailauth_signer_set_trace(struct mailauth_signer *, int on);

/*
 * MAILAUTH_DONE, MAILAUTH_NEED, MAILAUTH_MORE (the message has not ended),
 * MAILAUTH_ENOMEM, MAILAUTH_ECRYPTO.
 */
MAILAUTH_API int mailauth_signer_step(struct mailauth_signer *);
/* The same with this resolver, after the end of the message; see
 * mailauth_dkim_verify(). */
MAILAUTH_API int mailauth_signer_sign(struct mailauth_signer *,
    struct mailauth_resolver *);

/* ---- Once done ---- */

MAILAUTH_API int mailauth_signer_count(const struct mailauth_signer *);
/* enum mailauth_signer_result; 0: not done, or no such signature. */
MAILAUTH_API int mailauth_signer_result(const struct mailauth_signer *, int i);
/* NULL where it is signed. */
MAILAUTH_API const char *mailauth_signer_reason(const struct mailauth_signer *, int i);
MAILAUTH_API const char *mailauth_signer_detail(const struct mailauth_signer *, int i);
/*
 * The field, its name, folds and CRLF included, to be put above the header;
 * lines of 78 columns, but for words that are longer.  NULL: not signed.
 */
MAILAUTH_API const char *mailauth_signer_field(const struct mailauth_signer *, int i);
/*
 * What speaks against a signature that was made all the same, as reasons:
 * "key-short", "signed-trace".  NULL: past the end.
 */
MAILAUTH_API const char *mailauth_signer_warning(const struct mailauth_signer *,
    int i, size_t k);
/* Line i of what was done. */
MAILAUTH_API const char *mailauth_signer_trace(const struct mailauth_signer *, size_t i);

#ifdef __cplusplus
}
#endif

#endif
