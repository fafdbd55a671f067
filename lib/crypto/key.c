/*
 * Public keys from their published octets, and signatures verified with them.
 *
 * OpenSSL's decoders take forty times as long as making a key of its numbers,
 * so the DER is read here: exactly the two shapes that there are, and nothing
 * else.
 */
#include <stdatomic.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "crypto/crypto.h"
#include "crypto/der.h"
#include "crypto/pair.h"

enum { RSA_BITS_MIN = 1024, RSA_BITS_MAX = 16384, ED25519_BYTES = 32 };

struct public_key {
	atomic_uint holders;
	enum key_type type;
	uint32_t bits;
	EVP_PKEY *pkey;
	EVP_PKEY_CTX *opener;		/* RSA: made ready, copied for use */
	uint8_t *modulus;		/* RSA */
	size_t bytes;			/* of it */
};

/* ---- Its DER ---- */

/* RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER } */
static bool
der_rsa(struct slice in, struct slice *n, struct slice *e)
{
	struct slice pair;

	return ma_der_take(&in, DER_SEQUENCE, &pair) && in.n == 0 &&
	    ma_der_positive(&pair, n) && ma_der_positive(&pair, e) && pair.n == 0;
}

/*
 * SubjectPublicKeyInfo with the algorithm rsaEncryption, or that RSAPublicKey
 * alone.
 */
static bool
der_key(struct slice in, struct slice *n, struct slice *e)
{
	struct slice all = in, info, algorithm, bits;

	if (der_rsa(in, n, e))
		return true;
	return ma_der_take(&all, DER_SEQUENCE, &info) && all.n == 0 &&
	    ma_der_take(&info, DER_SEQUENCE, &algorithm) &&
	    ma_eq(algorithm, DER_RSA) &&
	    ma_der_take(&info, DER_BITS, &bits) && info.n == 0 &&
	    bits.n > 0 && bits.p[0] == 0 &&
	    der_rsa(ma_sub(bits, 1, bits.n), n, e);
}

/* ---- RSA ---- */

static uint32_t
bit_length(struct slice number)
{
	uint32_t bits = (uint32_t)number.n * 8;

	for (int top = (uint8_t)number.p[0]; top < 0x80; top <<= 1)
		bits--;
	return bits;
}

/* RFC 6376 section 8.13: 3 to 2^32-1, odd. */
static bool
is_exponent(struct slice e, uint32_t *out)
{
	uint32_t v = 0;

	if (e.n > 4)
		return false;
	for (size_t i = 0; i < e.n; i++)
		v = v << 8 | (uint8_t)e.p[i];
	*out = v;
	return v >= 3 && (v & 1) != 0;
}

/* A key object of these numbers; NULL: the library failed. */
static EVP_PKEY *
rsa_make(struct slice n, uint32_t e)
{
	uint8_t native[RSA_BITS_MAX / 8];
	const uint16_t probe = 1;
	bool little = *(const uint8_t *)&probe == 1;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *pkey = NULL;
	OSSL_PARAM numbers[] = {
		OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, native, n.n),
		OSSL_PARAM_uint32(OSSL_PKEY_PARAM_RSA_E, &e),
		OSSL_PARAM_END
	};

	for (size_t i = 0; i < n.n; i++)
		native[little ? n.n - 1 - i : i] = (uint8_t)n.p[i];
	if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, numbers) != 1)
		pkey = NULL;
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

/* What opens a signature: RSAVP1 alone, no padding looked at. */
static EVP_PKEY_CTX *
rsa_opener(EVP_PKEY *pkey)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	char padding[] = OSSL_PKEY_RSA_PAD_MODE_NONE;
	const OSSL_PARAM how[] = {
		OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, padding,
		    sizeof padding - 1),
		OSSL_PARAM_END
	};

	if (ctx != NULL && EVP_PKEY_verify_recover_init_ex(ctx, how) == 1)
		return ctx;
	EVP_PKEY_CTX_free(ctx);
	return NULL;
}

static enum key_status
rsa_parse(struct public_key *key, struct slice octets, uint32_t max_bits)
{
	struct slice n, e;
	uint32_t exponent;

	if (!der_key(octets, &n, &e) || (n.p[n.n - 1] & 1) == 0)
		return KEY_MALFORMED;
	/* A DER length is under 2^24, so the bits are under 2^27. */
	key->bits = bit_length(n);
	if (key->bits < RSA_BITS_MIN)
		return KEY_TOO_SHORT;
	if (key->bits > max_bits || key->bits > RSA_BITS_MAX)
		return KEY_TOO_LONG;
	if (!is_exponent(e, &exponent))
		return KEY_BAD_EXPONENT;
	if ((key->modulus = ma_realloc(NULL, n.n)) == NULL)
		return KEY_FAILED;
	memcpy(key->modulus, n.p, n.n);
	key->bytes = n.n;
	if ((key->pkey = rsa_make(n, exponent)) == NULL ||
	    (key->opener = rsa_opener(key->pkey)) == NULL)
		return KEY_FAILED;
	return KEY_OK;
}

/* EMSA-PKCS1-v1_5 of a SHA-256: RFC 8017 section 9.2. */
static void
rsa_encode(const uint8_t hash[SHA256_BYTES], uint8_t *out, size_t n)
{
	static const uint8_t info[] = { 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09,
		0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
		0x00, 0x04, 0x20 };
	size_t tail = sizeof info + SHA256_BYTES;

	memset(out, 0xff, n);
	out[0] = 0;
	out[1] = 1;
	out[n - tail - 1] = 0;
	memcpy(out + n - tail, info, sizeof info);
	memcpy(out + n - SHA256_BYTES, hash, SHA256_BYTES);
}

/*
 * RFC 8017 section 8.2.2.  The signature is opened, and what is in it compared
 * with what must be, octet by octet.  (EVP_PKEY_verify() says the same of a
 * signature that is wrong and of memory that it lacks.)
 */
static enum verify_status
rsa_verify(const struct public_key *key, const uint8_t hash[SHA256_BYTES],
    struct slice signature)
{
	uint8_t want[RSA_BITS_MAX / 8], got[RSA_BITS_MAX / 8];
	size_t n = sizeof got;
	EVP_PKEY_CTX *ctx;
	int r;

	if (signature.n != key->bytes ||
	    memcmp(signature.p, key->modulus, key->bytes) >= 0)
		return VERIFY_BAD;
	if ((ctx = EVP_PKEY_CTX_dup(key->opener)) == NULL)
		return VERIFY_FAILED;
	r = EVP_PKEY_verify_recover(ctx, got, &n,
	    (const uint8_t *)signature.p, signature.n);
	EVP_PKEY_CTX_free(ctx);
	if (r != 1 || n != key->bytes)
		return VERIFY_FAILED;
	rsa_encode(hash, want, n);
	return memcmp(got, want, n) == 0 ? VERIFY_GOOD : VERIFY_BAD;
}

/* ---- Ed25519 ---- */

/*
 * Points of small order, all their encodings but for the sign.  Who publishes
 * one lets everybody sign.
 */
static bool
is_small_order(const uint8_t point[ED25519_BYTES])
{
	static const char table[][ED25519_BYTES + 1] = {
		"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
		"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
		"\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
		"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
		"\x26\xe8\x95\x8f\xc2\xb2\x27\xb0"
		"\x45\xc3\xf4\x89\xf2\xef\x98\xf0"
		"\xd5\xdf\xac\x05\xd3\xc6\x33\x39"
		"\xb1\x38\x02\x88\x6d\x53\xfc\x05",
		"\xc7\x17\x6a\x70\x3d\x4d\xd8\x4f"
		"\xba\x3c\x0b\x76\x0d\x10\x67\x0f"
		"\x2a\x20\x53\xfa\x2c\x39\xcc\xc6"
		"\x4e\xc7\xfd\x77\x92\xac\x03\x7a",
		"\xec\xff\xff\xff\xff\xff\xff\xff"
		"\xff\xff\xff\xff\xff\xff\xff\xff"
		"\xff\xff\xff\xff\xff\xff\xff\xff"
		"\xff\xff\xff\xff\xff\xff\xff\x7f",
		"\xed\xff\xff\xff\xff\xff\xff\xff"
		"\xff\xff\xff\xff\xff\xff\xff\xff"
		"\xff\xff\xff\xff\xff\xff\xff\xff"
		"\xff\xff\xff\xff\xff\xff\xff\x7f",
		"\xee\xff\xff\xff\xff\xff\xff\xff"
		"\xff\xff\xff\xff\xff\xff\xff\xff"
		"\xff\xff\xff\xff\xff\xff\xff\xff"
		"\xff\xff\xff\xff\xff\xff\xff\x7f",
	};
	uint8_t y[ED25519_BYTES];

	memcpy(y, point, sizeof y);
	y[ED25519_BYTES - 1] &= 0x7f;
	for (size_t i = 0; i < COUNT(table); i++)
		if (memcmp(y, table[i], sizeof y) == 0)
			return true;
	return false;
}

static enum key_status
ed25519_parse(struct public_key *key, struct slice octets)
{
	const uint8_t *point = (const uint8_t *)octets.p;

	if (octets.n != ED25519_BYTES || is_small_order(point))
		return KEY_MALFORMED;
	key->bits = 256;
	key->pkey = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, point,
	    octets.n);
	return key->pkey != NULL ? KEY_OK : KEY_FAILED;
}

static enum verify_status
ed25519_try(const struct public_key *key, const uint8_t hash[SHA256_BYTES],
    struct slice signature)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	enum verify_status v = VERIFY_FAILED;

	if (ctx == NULL || EVP_DigestVerifyInit_ex(ctx, NULL, NULL, NULL, NULL,
	    key->pkey, NULL) != 1)
		goto out;
	v = VERIFY_BAD;
	if (EVP_DigestVerify(ctx, (const uint8_t *)signature.p, signature.n,
	    hash, SHA256_BYTES) == 1)
		v = VERIFY_GOOD;
out:
	EVP_MD_CTX_free(ctx);
	return v;
}

/*
 * OpenSSL 3.0 says the same of a signature that is wrong and of memory that it
 * lacked halfway, so what is bad must be so twice.
 */
static enum verify_status
ed25519_verify(const struct public_key *key, const uint8_t hash[SHA256_BYTES],
    struct slice signature)
{
	enum verify_status v = ed25519_try(key, hash, signature);

	return v == VERIFY_BAD ? ed25519_try(key, hash, signature) : v;
}

/* ---- Both ---- */

enum key_status
ma_key_parse(enum key_type type, struct slice octets, uint32_t max_bits,
    struct public_key **out, uint32_t *bits)
{
	struct public_key *key = ma_calloc(sizeof *key);
	enum key_status status;

	*out = NULL;
	*bits = 0;
	if (key == NULL)
		return KEY_FAILED;
	atomic_init(&key->holders, 1);
	key->type = type;
	ERR_set_mark();
	status = type == KEY_RSA ? rsa_parse(key, octets, max_bits) :
	    ed25519_parse(key, octets);
	ERR_pop_to_mark();
	*bits = key->bits;
	if (status == KEY_OK)
		*out = key;
	else
		ma_key_free(key);
	return status;
}

void
ma_key_ref(struct public_key *key)
{
	atomic_fetch_add(&key->holders, 1);
}

void
ma_key_free(struct public_key *key)
{
	if (key == NULL || atomic_fetch_sub(&key->holders, 1) > 1)
		return;
	EVP_PKEY_CTX_free(key->opener);
	EVP_PKEY_free(key->pkey);
	ma_free(key->modulus);
	ma_free(key);
}

enum key_type
ma_key_type(const struct public_key *key)
{
	return key->type;
}

uint32_t
ma_key_bits(const struct public_key *key)
{
	return key->bits;
}

enum verify_status
ma_key_verify(struct public_key *key, const uint8_t hash[SHA256_BYTES],
    struct slice signature)
{
	enum verify_status v;

	ERR_set_mark();
	v = key->type == KEY_RSA ? rsa_verify(key, hash, signature) :
	    ed25519_verify(key, hash, signature);
	ERR_pop_to_mark();
	return v;
}

bool
ma_key_belongs(const struct public_key *key,
    const struct mailauth_private_key *private_key)
{
	return EVP_PKEY_eq(key->pkey, ma_private_key_pkey(private_key)) == 1;
}
