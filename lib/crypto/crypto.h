/*
 * The crypto room: the only one that sees OpenSSL.
 *	digest.c	SHA-256
 *	key.c		public keys from published octets, and verification
 *	private.c	private keys, and signing
 *	cert.c		certificates, and paths between them
 *	der.c		DER as keys and certificates have it
 *	pem.c		PEM likewise
 *	keys.c		the memory of parsed public keys, shared between threads
 *	prepare.c	mailauth_prepare()
 * Foreign objects are freed on every path; OpenSSL's own failures (no memory,
 * no such algorithm) are told apart from a signature that is wrong.
 */
#ifndef MA_CRYPTO_H
#define MA_CRYPTO_H

#include "base/base.h"
#include "mailauth/key.h"

/* ---- SHA-256 ---- */

enum { SHA256_BYTES = 32 };
struct digest;

/* Ready to take octets.  MAILAUTH_DONE, MAILAUTH_ENOMEM, MAILAUTH_ECRYPTO. */
int ma_digest_new(struct digest **);
void ma_digest_free(struct digest *);			/* NULL allowed */
bool ma_digest_reset(struct digest *);			/* ready again */
bool ma_digest_copy(struct digest *to, const struct digest *from);
bool ma_digest_add(struct digest *, const void *, size_t);
bool ma_digest_end(struct digest *, uint8_t out[SHA256_BYTES]);

/* ---- Public keys ---- */

enum key_type { KEY_RSA = 1, KEY_ED25519 };

struct public_key;		/* immutable; threads may share it */

enum key_status {
	KEY_OK = 1,
	KEY_MALFORMED,		/* not a key of this type, or octets left over;
				   an Ed25519 point of small order, for which
				   anybody can make signatures */
	KEY_TOO_SHORT,		/* RSA under 1024 bits: RFC 8301 section 3.2 */
	KEY_TOO_LONG,		/* RSA over max_bits */
	KEY_BAD_EXPONENT,	/* even, 1, over 2^32-1: RFC 6376
				   section 8.13 */
	KEY_FAILED		/* the library failed: no memory */
};
/*
 * RSA: DER of a SubjectPublicKeyInfo or of a PKCS#1 RSAPublicKey, exactly
 * (RFC 6376 section 3.6.1, erratum 3017); read here, strictly, since the
 * library's decoders are slow.  Ed25519: 32 octets (RFC 8463 section 4.2).
 * *out NULL unless KEY_OK; *bits where they are known.
 */
enum key_status ma_key_parse(enum key_type, struct slice octets,
    uint32_t max_bits, struct public_key **out, uint32_t *bits);
void ma_key_free(struct public_key *);			/* counted */
void ma_key_ref(struct public_key *);
enum key_type ma_key_type(const struct public_key *);
uint32_t ma_key_bits(const struct public_key *);

enum verify_status { VERIFY_GOOD = 1, VERIFY_BAD, VERIFY_FAILED };
/*
 * RSA: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 section 8.2.2) over this hash,
 * the signature of just the modulus's length;
 * Ed25519: PureEdDSA over the 32 octets of the hash (RFC 8463 section 3).
 */
enum verify_status ma_key_verify(struct public_key *,
    const uint8_t hash[SHA256_BYTES], struct slice signature);

/* ---- Private keys ---- */

enum key_type ma_private_key_type(const struct mailauth_private_key *);
/* p= of its record: DER of a SubjectPublicKeyInfo, or the 32 octets. */
struct slice ma_private_key_public(const struct mailauth_private_key *);
/*
 * What ma_key_verify() takes, in at most size octets; 2048 are always enough.
 * MAILAUTH_DONE, MAILAUTH_ECRYPTO.
 */
int ma_private_key_sign(const struct mailauth_private_key *,
    const uint8_t hash[SHA256_BYTES], uint8_t *out, size_t size, size_t *n);
/* Are these the halves of one pair? */
bool ma_key_belongs(const struct public_key *,
    const struct mailauth_private_key *);
/* Of its file: enum mailauth_key_exposure. */
void ma_private_key_set_exposure(struct mailauth_private_key *, int);

/* ---- Certificates: RFC 5280 ---- */

enum { CERT_OCTETS_MAX = 65535 };
enum cert_part { CERT_WHOLE, CERT_KEY, CERT_PARTS };
enum cert_digest { CERT_SHA256, CERT_SHA512, CERT_DIGESTS };
enum { SHA512_BYTES = 64 };

struct x509;			/* the library's own */

/* Immutable once read; texts live as long as it does. */
struct cert {
	struct x509 *x509;
	struct slice part[CERT_PARTS];	/* the DER of all, of its key's info */
	uint8_t digest[CERT_PARTS][CERT_DIGESTS][SHA512_BYTES];
	int64_t not_before, not_after;	/* seconds since 1970 */
	const char *subject;		/* RFC 4514 */
	/* DNS-IDs, or without one common names; what is not printable ASCII
	 * stands as \xHH. */
	const char **names;
	size_t nnames;
	struct arena arena;
};

/*
 * One certificate in DER, strictly, nothing behind it.  MAILAUTH_ESYNTAX,
 * MAILAUTH_ENOMEM, MAILAUTH_ECRYPTO.
 */
int ma_cert_read(struct slice der, struct cert **out);
void ma_cert_free(struct cert *);			/* NULL allowed */
/*
 * Every certificate of a PEM text, or the one that DER is, to take(), whose
 * they are then; until it returns something else than MAILAUTH_DONE.  As above;
 * *what: what is wrong, a sentence.
 */
int ma_certs_read(struct slice text, int (*take)(void *arg, struct cert *),
    void *arg, const char **what);

enum cert_path {
	CERT_PATH_GOOD = 1,
	CERT_PATH_NAME,			/* it is for none of the names */
	CERT_PATH_EXPIRED,		/* or not valid yet */
	CERT_PATH_BROKEN,		/* there is none, or none to be trusted */
	CERT_PATH_FAILED		/* the library failed */
};
/*
 * Does a path (RFC 5280 section 6) lead from the first of the chain, as the
 * certificate of a TLS server with one of these names (RFC 7672 section 3.2.3),
 * over others of it in any order, to the anchor, which may be one of them?
 */
enum cert_path ma_cert_path(struct cert *const *chain, size_t n,
    const struct cert *anchor, const char *const *names, size_t nnames,
    int64_t now);

/* ---- The memory of keys ---- */

struct mailauth_keys;
/*
 * Keys are known by the SHA-256 of their type and octets; each belongs to a set
 * of few slots, so that no choice of keys makes looking one up slow, and the
 * least recently used of its set gives way.
 *
 * As ma_key_parse(), but what was parsed before from the same octets comes from
 * the memory (NULL: there is none).  The caller gets a reference of its own.
 */
enum key_status ma_keys_get(struct mailauth_keys *, enum key_type,
    struct slice octets, uint32_t max_bits, struct public_key **out,
    uint32_t *bits);

#endif
