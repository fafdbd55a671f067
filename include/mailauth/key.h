/*
 * mailauth/key.h - private keys that sign, and the records that publish them.
 */
#ifndef MAILAUTH_KEY_H
#define MAILAUTH_KEY_H

#include "mailauth/lookups.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Which algorithm, RFC 6376 section 3.3 and RFC 8463: rsa-sha256, or this. */
enum mailauth_key_algorithm {
	MAILAUTH_KEY_RSA = 1,
	MAILAUTH_KEY_ED25519 = 2
};
/* As k= of key records has it: "rsa", "ed25519"; "unknown". */
MAILAUTH_API const char *mailauth_key_algorithm_name(int algorithm);

/* ---- Private keys ---- */

/*
 * A private key does not change and may be used by several threads at once.
 * Its text is never part of an error; when it is freed it is wiped, and so is
 * whatever the library held it in on the way.
 */
struct mailauth_private_key;

/* Octets that the text of a key may have. */
#define MAILAUTH_PRIVATE_KEY_BYTES 65536

/*
 * From PEM (RFC 7468: "PRIVATE KEY", "RSA PRIVATE KEY") or DER (PKCS#8,
 * PKCS#1), not encrypted; or the base64 of the 32 octets of an Ed25519 key, as
 * RFC 8463 appendix A has it.  RSA: 512 to 16384 bits, the exponent 65537, the
 * numbers related as RFC 8017 section 3.2 says; a pair is tried once.
 * (What has fewer than 1024 bits signs nothing; see mailauth/sign.h.)
 * MAILAUTH_ESYNTAX: it is none; error (NULL allowed) gets why, at most size
 * octets with the NUL.  MAILAUTH_EINVAL, MAILAUTH_ENOMEM, MAILAUTH_ECRYPTO.
 */
MAILAUTH_API int mailauth_private_key_parse(const void *text, size_t n,
    struct mailauth_private_key **out, char *error, size_t size);
/*
 * From a file.  Refused, MAILAUTH_ESYNTAX: what is not a regular file, what
 * belongs to somebody else than root and the effective user, what its group or
 * others may write.  That they may read it is told by
 * mailauth_private_key_exposure().  MAILAUTH_ESYSTEM: see errno.
 */
MAILAUTH_API int mailauth_private_key_read_file(const char *path,
    struct mailauth_private_key **out, char *error, size_t size);
/*
 * A new one.  bits: RSA 1024 to 4096, 0: 2048; Ed25519 0.  MAILAUTH_EINVAL,
 * MAILAUTH_ENOMEM, MAILAUTH_ECRYPTO.
 */
MAILAUTH_API int mailauth_private_key_generate(int algorithm, uint32_t bits,
    struct mailauth_private_key **out);
MAILAUTH_API void mailauth_private_key_free(struct mailauth_private_key *);	/* NULL allowed */

MAILAUTH_API int mailauth_private_key_algorithm(const struct mailauth_private_key *);
MAILAUTH_API uint32_t mailauth_private_key_bits(const struct mailauth_private_key *);

/* Who but its owner may read the file that a key came from; 0: nobody. */
enum mailauth_key_exposure {
	MAILAUTH_KEY_GROUP_READABLE = 1,
	MAILAUTH_KEY_WORLD_READABLE = 2
};
MAILAUTH_API int mailauth_private_key_exposure(const struct mailauth_private_key *);

/*
 * These write a text of at most size octets with its NUL, nothing where it does
 * not fit, and return its length without it, whatever the size; or
 * MAILAUTH_EINVAL, MAILAUTH_ENOMEM.
 *
 * _pem(): the key itself, PKCS#8 in PEM.  Wipe it after use.
 * _record(): the text of its key record (RFC 6376 section 3.6.1).
 * _zone(): that record as a line of a master file, its strings of at most 255
 * octets; MAILAUTH_EINVAL also where domain or selector is no name.
 */
MAILAUTH_API int mailauth_private_key_pem(const struct mailauth_private_key *,
    char *buf, size_t size);
MAILAUTH_API int mailauth_private_key_record(const struct mailauth_private_key *,
    char *buf, size_t size);
MAILAUTH_API int mailauth_private_key_zone(const struct mailauth_private_key *,
    const char *domain, const char *selector, char *buf, size_t size);

/* ---- Is it published? ---- */

struct mailauth_key_check;

enum mailauth_key_check_result {
	MAILAUTH_KEY_VALID = 1,		/* a record publishes this key for mail */
	MAILAUTH_KEY_MISMATCH = 2,	/* another key */
	MAILAUTH_KEY_REVOKED = 3,
	MAILAUTH_KEY_INVALID = 4,	/* no verifier can use the record */
	MAILAUTH_KEY_NONE = 5,		/* there is no record */
	MAILAUTH_KEY_TEMPERROR = 6	/* it could not be looked up */
};
MAILAUTH_API const char *mailauth_key_check_result_name(int result);	/* "valid"; "unknown" */

/*
 * Is this key published at selector._domainkey.domain?  Texts may have
 * U-labels and are copied; the key is lent.  Of several records the best counts:
 * valid, mismatch, revoked, invalid; at most three are looked at, in the order
 * of their octets, as verifiers do.  NULL: no memory, or an argument is NULL.
 */
MAILAUTH_API struct mailauth_key_check *mailauth_key_check_new(
    struct mailauth_lookups *, const char *domain, const char *selector,
    const struct mailauth_private_key *);
MAILAUTH_API void mailauth_key_check_free(struct mailauth_key_check *);	/* NULL allowed */
MAILAUTH_API struct mailauth_lookups *mailauth_key_check_lookups(struct mailauth_key_check *);
/* Before the first step. */
MAILAUTH_API int mailauth_key_check_set_trace(struct mailauth_key_check *, int on);
/* MAILAUTH_DONE, MAILAUTH_NEED, MAILAUTH_ENOMEM. */
MAILAUTH_API int mailauth_key_check_step(struct mailauth_key_check *);
MAILAUTH_API int mailauth_key_check_run(struct mailauth_key_check *,
    struct mailauth_resolver *);

/* ---- Once done ---- */

MAILAUTH_API int mailauth_key_check_result(const struct mailauth_key_check *);
MAILAUTH_API const char *mailauth_key_check_reason(const struct mailauth_key_check *);
MAILAUTH_API const char *mailauth_key_check_detail(const struct mailauth_key_check *);
/* The record that decided, *n octets; NULL: none. */
MAILAUTH_API const char *mailauth_key_check_record(const struct mailauth_key_check *,
    size_t *n);
MAILAUTH_API int mailauth_key_check_secure(const struct mailauth_key_check *);
MAILAUTH_API const char *mailauth_key_check_trace(const struct mailauth_key_check *,
    size_t line);

#ifdef __cplusplus
}
#endif

#endif
