/*
 * Private keys: read, made, used, wiped.
 *
 * OpenSSL's decoders leave copies of what they read in memory that is freed as
 * it is.  So the few shapes that there are are read here, and the numbers
 * handed over; what held them is wiped.
 */
#include <stdio.h>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "crypto/crypto.h"
#include "crypto/der.h"
#include "crypto/pair.h"
#include "crypto/pem.h"

enum {
	RSA_BITS = 2048,		/* by default */
	RSA_MADE_MIN = 1024, RSA_MADE_MAX = 4096,
	RSA_READ_MIN = 512, RSA_READ_MAX = 16384,
	ED25519_BYTES = 32, ED25519_BITS = 256
};

struct mailauth_private_key {
	enum key_type type;
	uint32_t bits;
	int exposure;			/* of its file */
	EVP_PKEY *pkey;
	EVP_PKEY_CTX *signer;		/* RSA: made ready, copied for use */
	struct buf public_octets;
};

/* ---- What is said of a text that is no key ---- */

struct reading {
	char *error;
	size_t size;
};

/* Never a word of the text itself. */
static int
wrong(const struct reading *r, const char *why)
{
	if (r->size > 0)
		snprintf(r->error, r->size, "%s", why);
	return MAILAUTH_ESYNTAX;
}

/* ---- RSA ---- */

#define NO_KEY "the numbers of the RSA key are no key"

/* RSAPrivateKey: RFC 8017 appendix A.1.2. */
enum rsa_number { RSA_N, RSA_E, RSA_D, RSA_P, RSA_Q, RSA_DP, RSA_DQ, RSA_QINV,
	RSA_NUMBERS };

static bool
der_rsa(struct slice in, struct slice numbers[RSA_NUMBERS])
{
	struct slice all, version;

	if (!ma_der_take(&in, DER_SEQUENCE, &all) || in.n > 0 ||
	    !ma_der_take(&all, DER_INTEGER, &version) ||
	    !ma_eq(version, ma_slice("\0", 1)))
		return false;
	for (int i = 0; i < RSA_NUMBERS; i++)
		if (!ma_der_positive(&all, &numbers[i]))
			return false;
	return all.n == 0;
}

static size_t
bit_length(struct slice number)
{
	size_t bits = number.n * 8;

	for (int top = (uint8_t)number.p[0]; top < 0x80; top <<= 1)
		bits--;
	return bits;
}

/* Is a * b one, modulo m?  DONE, ESYNTAX; ENOMEM. */
static int
is_inverse(const BIGNUM *a, const BIGNUM *b, const BIGNUM *m, BN_CTX *ctx)
{
	BIGNUM *product = BN_CTX_get(ctx);

	if (product == NULL || BN_mod_mul(product, a, b, m, ctx) != 1)
		return MAILAUTH_ENOMEM;
	return BN_is_one(product) ? MAILAUTH_DONE : MAILAUTH_ESYNTAX;
}

/* RFC 8017 section 3.2, but for whether p and q are prime. */
static int
relate(BIGNUM *const v[RSA_NUMBERS], BN_CTX *ctx)
{
	BIGNUM *p1 = BN_CTX_get(ctx), *q1 = BN_CTX_get(ctx);
	BIGNUM *n = BN_CTX_get(ctx);
	const struct {
		const BIGNUM *a, *b, *modulus;
	} inverses[] = {
		{ v[RSA_E], v[RSA_D], p1 }, { v[RSA_E], v[RSA_D], q1 },
		{ v[RSA_E], v[RSA_DP], p1 }, { v[RSA_E], v[RSA_DQ], q1 },
		{ v[RSA_Q], v[RSA_QINV], v[RSA_P] },
	};
	int status = MAILAUTH_DONE;

	if (!BN_is_odd(v[RSA_P]) || BN_is_one(v[RSA_P]) ||
	    !BN_is_odd(v[RSA_Q]) || BN_is_one(v[RSA_Q]))
		return MAILAUTH_ESYNTAX;
	if (n == NULL || BN_mul(n, v[RSA_P], v[RSA_Q], ctx) != 1 ||
	    BN_sub(p1, v[RSA_P], BN_value_one()) != 1 ||
	    BN_sub(q1, v[RSA_Q], BN_value_one()) != 1)
		return MAILAUTH_ENOMEM;
	if (BN_cmp(n, v[RSA_N]) != 0)
		return MAILAUTH_ESYNTAX;
	for (size_t i = 0; i < COUNT(inverses) && status == MAILAUTH_DONE; i++)
		status = is_inverse(inverses[i].a, inverses[i].b,
		    inverses[i].modulus, ctx);
	return status;
}

/* Are these the numbers of a key?  DONE, ESYNTAX; ENOMEM. */
static int
rsa_check(const struct slice numbers[RSA_NUMBERS])
{
	BN_CTX *ctx = BN_CTX_new();	/* it wipes what it lends */
	BIGNUM *v[RSA_NUMBERS];
	int status = MAILAUTH_ENOMEM;

	if (ctx == NULL)
		return status;
	BN_CTX_start(ctx);
	for (int i = 0; i < RSA_NUMBERS; i++)
		if ((v[i] = BN_CTX_get(ctx)) == NULL ||
		    BN_bin2bn((const uint8_t *)numbers[i].p,
		    (int)numbers[i].n, v[i]) == NULL)
			goto out;
	status = relate(v, ctx);
out:
	BN_CTX_end(ctx);
	BN_CTX_free(ctx);
	return status;
}

/* Each number as this machine has it, one after the other. */
static void
lay_out(const struct slice numbers[RSA_NUMBERS], uint8_t *native,
    OSSL_PARAM out[RSA_NUMBERS + 1])
{
	static const char *const names[RSA_NUMBERS] = {
		OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E,
		OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_RSA_FACTOR1,
		OSSL_PKEY_PARAM_RSA_FACTOR2, OSSL_PKEY_PARAM_RSA_EXPONENT1,
		OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
	};
	const uint16_t probe = 1;
	bool little = *(const uint8_t *)&probe == 1;

	for (int i = 0; i < RSA_NUMBERS; i++) {
		struct slice v = numbers[i];

		for (size_t k = 0; k < v.n; k++)
			native[little ? v.n - 1 - k : k] = (uint8_t)v.p[k];
		out[i] = OSSL_PARAM_construct_BN(names[i], native, v.n);
		native += v.n;
	}
	out[RSA_NUMBERS] = OSSL_PARAM_construct_end();
}

/* A key object of these numbers; NULL: no memory, or the library failed. */
static EVP_PKEY *
rsa_make(const struct slice numbers[RSA_NUMBERS])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM params[RSA_NUMBERS + 1];
	EVP_PKEY *pkey = NULL;
	uint8_t *native;
	size_t n = 0;

	for (int i = 0; i < RSA_NUMBERS; i++)
		n += numbers[i].n;
	if ((native = ma_realloc(NULL, n)) != NULL) {
		lay_out(numbers, native, params);
		if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
		    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_KEYPAIR,
		    params) != 1)
			pkey = NULL;
		OPENSSL_cleanse(native, n);
	}
	ma_free(native);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static int
rsa_read(struct mailauth_private_key *k, struct slice der,
    const struct reading *r)
{
	struct slice v[RSA_NUMBERS];
	size_t bits;
	int status;

	if (!der_rsa(der, v))
		return wrong(r, "it is no RSA private key of two primes");
	bits = bit_length(v[RSA_N]);
	if (bits < RSA_READ_MIN)
		return wrong(r, "the RSA key has fewer than 512 bits");
	if (bits > RSA_READ_MAX)
		return wrong(r, "the RSA key has more than 16384 bits");
	if (!ma_eq(v[RSA_E], SLICE_LIT("\x01\x00\x01")))
		return wrong(r, "the exponent of the RSA key is not 65537");
	for (int i = RSA_D; i < RSA_NUMBERS; i++)
		if (v[i].n > v[RSA_N].n)
			return wrong(r, NO_KEY);
	if ((status = rsa_check(v)) != MAILAUTH_DONE)
		return status == MAILAUTH_ESYNTAX ? wrong(r, NO_KEY) : status;
	k->type = KEY_RSA;
	k->pkey = rsa_make(v);
	return k->pkey != NULL ? MAILAUTH_DONE : MAILAUTH_ENOMEM;
}

/* What signs a SHA-256: RSASSA-PKCS1-v1_5, RFC 8017 section 8.2.1. */
static EVP_PKEY_CTX *
rsa_signer(EVP_PKEY *pkey)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	char padding[] = OSSL_PKEY_RSA_PAD_MODE_PKCSV15, sha[] = "SHA256";
	const OSSL_PARAM how[] = {
		OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, padding,
		    sizeof padding - 1),
		OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, sha,
		    sizeof sha - 1),
		OSSL_PARAM_END
	};

	if (ctx != NULL && EVP_PKEY_sign_init_ex(ctx, how) == 1)
		return ctx;
	EVP_PKEY_CTX_free(ctx);
	return NULL;
}

static bool
rsa_sign(const struct mailauth_private_key *k,
    const uint8_t hash[SHA256_BYTES], uint8_t *out, size_t *n)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_dup(k->signer);
	bool ok = ctx != NULL &&
	    EVP_PKEY_sign(ctx, out, n, hash, SHA256_BYTES) == 1;

	EVP_PKEY_CTX_free(ctx);
	return ok;
}

/* ---- Ed25519 ---- */

static int
ed25519_read(struct mailauth_private_key *k, struct slice seed,
    const struct reading *r)
{
	if (seed.n != ED25519_BYTES)
		return wrong(r, "the Ed25519 key has not 32 octets");
	k->type = KEY_ED25519;
	k->pkey = EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519", NULL,
	    (const uint8_t *)seed.p, seed.n);
	return k->pkey != NULL ? MAILAUTH_DONE : MAILAUTH_ENOMEM;
}

static bool
ed25519_sign(const struct mailauth_private_key *k,
    const uint8_t hash[SHA256_BYTES], uint8_t *out, size_t *n)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx != NULL &&
	    EVP_DigestSignInit_ex(ctx, NULL, NULL, NULL, NULL, k->pkey,
	    NULL) == 1 && EVP_DigestSign(ctx, out, n, hash, SHA256_BYTES) == 1;

	EVP_MD_CTX_free(ctx);
	return ok;
}

/* ---- Both ---- */

int
ma_private_key_sign(const struct mailauth_private_key *k,
    const uint8_t hash[SHA256_BYTES], uint8_t *out, size_t size, size_t *n)
{
	bool ok;

	*n = size;
	ERR_set_mark();
	ok = k->type == KEY_RSA ? rsa_sign(k, hash, out, n) :
	    ed25519_sign(k, hash, out, n);
	ERR_pop_to_mark();
	return ok ? MAILAUTH_DONE : MAILAUTH_ECRYPTO;
}

/* Its public half; false: no memory. */
static bool
find_public(struct mailauth_private_key *k)
{
	uint8_t *der = NULL, raw[ED25519_BYTES];
	size_t n = sizeof raw;
	bool ok;
	int length;

	if (k->type == KEY_ED25519)
		return EVP_PKEY_get_raw_public_key(k->pkey, raw, &n) == 1 &&
		    ma_buf_add(&k->public_octets, raw, n);
	length = i2d_PUBKEY(k->pkey, &der);
	ok = length > 0 && ma_buf_add(&k->public_octets, der, (size_t)length);
	OPENSSL_free(der);
	return ok;
}

/*
 * Do its halves belong together, its primes being such?  What the private one
 * does to a block the public one must undo.  Both without padding: what they
 * refuse is then no matter of the block, but of the library, which may lack
 * memory.
 */
static int
try_rsa(const struct mailauth_private_key *k, const struct reading *r)
{
	uint8_t block[RSA_READ_MAX / 8], closed[RSA_READ_MAX / 8],
	    opened[RSA_READ_MAX / 8];
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, k->pkey, NULL);
	size_t size = (k->bits + 7) / 8, n = sizeof closed, m = sizeof opened;
	int status = MAILAUTH_ECRYPTO;

	if (ctx == NULL)
		return MAILAUTH_ENOMEM;
	memset(block, 'b', size);
	block[0] = 0;			/* below the modulus */
	if (EVP_PKEY_sign_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) != 1 ||
	    EVP_PKEY_sign(ctx, closed, &n, block, size) != 1)
		goto out;
	if (EVP_PKEY_verify_recover_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) != 1 ||
	    EVP_PKEY_verify_recover(ctx, opened, &m, closed, n) != 1)
		goto out;
	status = MAILAUTH_DONE;
	if (m != size || memcmp(opened, block, size) != 0)
		status = wrong(r, NO_KEY);
out:
	EVP_PKEY_CTX_free(ctx);
	return status;
}

/* Make ready what signing needs. */
static int
finish(struct mailauth_private_key *k, const struct reading *r)
{
	k->bits = k->type == KEY_RSA ? (uint32_t)EVP_PKEY_get_bits(k->pkey) :
	    ED25519_BITS;
	if ((k->type == KEY_RSA &&
	    (k->signer = rsa_signer(k->pkey)) == NULL) || !find_public(k))
		return MAILAUTH_ENOMEM;
	/* Of an Ed25519 key one half is made of the other. */
	return k->type == KEY_RSA ? try_rsa(k, r) : MAILAUTH_DONE;
}

/* It was read or made, or not (status); what OpenSSL said of it goes. */
static int
hand_over(struct mailauth_private_key *k, int status, const struct reading *r,
    struct mailauth_private_key **out)
{
	if (status == MAILAUTH_DONE)
		status = finish(k, r);
	ERR_pop_to_mark();
	if (status == MAILAUTH_DONE)
		*out = k;
	else
		mailauth_private_key_free(k);
	return status;
}

/* ---- Texts ---- */

/* Is this its public half, a BIT STRING?  RFC 8410 section 7. */
static int
ed25519_compare(const struct mailauth_private_key *k, struct slice bits,
    const struct reading *r)
{
	uint8_t raw[ED25519_BYTES];
	size_t n = sizeof raw;

	if (EVP_PKEY_get_raw_public_key(k->pkey, raw, &n) != 1)
		return MAILAUTH_ENOMEM;
	if (bits.n != n + 1 || bits.p[0] != 0 ||
	    memcmp(bits.p + 1, raw, n) != 0)
		return wrong(r, "its public half is of another key");
	return MAILAUTH_DONE;
}

struct pkcs8 {
	struct slice algorithm, octets;
	struct slice half;		/* the public one; p NULL: absent */
};

/* OneAsymmetricKey: RFC 5958 section 2. */
static bool
der_pkcs8(struct slice in, struct pkcs8 *out)
{
	struct slice all, version, attributes;

	*out = (struct pkcs8){ 0 };
	if (!ma_der_take(&in, DER_SEQUENCE, &all) || in.n > 0 ||
	    !ma_der_take(&all, DER_INTEGER, &version) || version.n != 1 ||
	    version.p[0] > 1 ||
	    !ma_der_take(&all, DER_SEQUENCE, &out->algorithm) ||
	    !ma_der_take(&all, DER_OCTETS, &out->octets))
		return false;
	/* Attributes may follow, and in version 2 the public half. */
	ma_der_take(&all, DER_ATTRIBUTES, &attributes);
	if (version.p[0] == 1)
		ma_der_take(&all, DER_PUBLIC, &out->half);
	return all.n == 0;
}

/* For Ed25519 RFC 8410 section 7. */
static int
read_pkcs8(struct mailauth_private_key *k, struct slice in,
    const struct reading *r)
{
	struct pkcs8 p;
	struct slice seed;
	int status;

	if (!der_pkcs8(in, &p))
		return wrong(r, "it is no private key");
	if (ma_eq(p.algorithm, DER_RSA))
		return rsa_read(k, p.octets, r);
	if (!ma_eq(p.algorithm, DER_ED25519))
		return wrong(r, "it is a key of another kind than RSA and "
		    "Ed25519");
	if (!ma_der_take(&p.octets, DER_OCTETS, &seed) || p.octets.n > 0)
		return wrong(r, "the Ed25519 key has not 32 octets");
	status = ed25519_read(k, seed, r);
	return status == MAILAUTH_DONE && p.half.p != NULL ?
	    ed25519_compare(k, p.half, r) : status;
}

static int
read_der(struct mailauth_private_key *k, struct slice in,
    const struct reading *r)
{
	struct slice numbers[RSA_NUMBERS];

	return der_rsa(in, numbers) ? rsa_read(k, in, r) :
	    read_pkcs8(k, in, r);
}

/* The base64 in *in as octets, which are wiped behind fn(). */
static int
read_base64(struct mailauth_private_key *k, struct slice in,
    int (*fn)(struct mailauth_private_key *, struct slice,
    const struct reading *), const struct reading *r)
{
	size_t size = in.n / 4 * 3 + 3, n;
	uint8_t *octets = ma_realloc(NULL, size);
	int status;

	if (octets == NULL)
		return MAILAUTH_ENOMEM;
	status = ma_base64_decode(in, octets, &n) ?
	    fn(k, ma_slice(octets, n), r) :
	    wrong(r, "it is not base64");
	OPENSSL_cleanse(octets, size);
	ma_free(octets);
	return status;
}

/* Of one PEM text, which *in is to hold and no other. */
static int
read_pem(struct mailauth_private_key *k, struct slice in,
    const struct reading *r)
{
	struct slice label, text, other;

	if (ma_pem_next(&in, &label, &text) != PEM_OK)
		return wrong(r, "the PEM text has no end");
	if (ma_pem_next(&in, &other, &other) != PEM_END)
		return wrong(r, "it holds more than one PEM text");
	if (ma_eq(label, SLICE_LIT("ENCRYPTED PRIVATE KEY")) ||
	    ma_slice_has(text, SLICE_LIT("ENCRYPTED")))
		return wrong(r, "the key is encrypted");
	if (ma_eq(label, SLICE_LIT("RSA PRIVATE KEY")))
		return read_base64(k, text, rsa_read, r);
	if (ma_eq(label, SLICE_LIT("PRIVATE KEY")))
		return read_base64(k, text, read_pkcs8, r);
	return wrong(r, ma_slice_has(label, SLICE_LIT("PUBLIC KEY")) ?
	    "it is a public key" :
	    "it is something else than an RSA or Ed25519 private key");
}

static int
read_any(struct mailauth_private_key *k, struct slice in,
    const struct reading *r)
{
	if (ma_slice_has(in, SLICE_LIT("-----BEGIN ")))
		return read_pem(k, in, r);
	/*
	 * RFC 8463 appendix A.2: the 32 octets in base64.  It may begin as DER
	 * does, but no key is so short in DER.
	 */
	if (in.n >= 44 && in.n <= 46)
		return read_base64(k, in, ed25519_read, r);
	if (in.n > 0 && in.p[0] == DER_SEQUENCE)
		return read_der(k, in, r);
	return wrong(r, "it is neither PEM nor DER");
}

int
mailauth_private_key_parse(const void *p, size_t n,
    struct mailauth_private_key **out, char *error, size_t size)
{
	const struct reading r = { error, error != NULL ? size : 0 };
	struct mailauth_private_key *k;
	int status;

	if (r.size > 0)
		error[0] = '\0';
	if (out == NULL || (p == NULL && n > 0))
		return MAILAUTH_EINVAL;
	*out = NULL;
	if (n > MAILAUTH_PRIVATE_KEY_BYTES)
		return wrong(&r, "it is longer than a key can be");
	if ((k = ma_calloc(sizeof *k)) == NULL)
		return MAILAUTH_ENOMEM;
	ERR_set_mark();
	status = read_any(k, ma_slice(p, n), &r);
	return hand_over(k, status, &r, out);
}

/* ---- Made ---- */

static EVP_PKEY *
generate(int algorithm, size_t bits)
{
	return algorithm == MAILAUTH_KEY_ED25519 ?
	    EVP_PKEY_Q_keygen(NULL, NULL, "ED25519") :
	    EVP_PKEY_Q_keygen(NULL, NULL, "RSA", bits);
}

int
mailauth_private_key_generate(int algorithm, uint32_t bits,
    struct mailauth_private_key **out)
{
	const struct reading r = { NULL, 0 };
	bool rsa = algorithm == MAILAUTH_KEY_RSA;
	struct mailauth_private_key *k;

	if (rsa && bits == 0)
		bits = RSA_BITS;
	if (out == NULL || (!rsa && algorithm != MAILAUTH_KEY_ED25519) ||
	    (rsa ? bits < RSA_MADE_MIN || bits > RSA_MADE_MAX :
	    bits != 0 && bits != ED25519_BITS))
		return MAILAUTH_EINVAL;
	*out = NULL;
	if ((k = ma_calloc(sizeof *k)) == NULL)
		return MAILAUTH_ENOMEM;
	k->type = (enum key_type)algorithm;
	ERR_set_mark();
	k->pkey = generate(algorithm, bits);
	return hand_over(k, k->pkey != NULL ? MAILAUTH_DONE : MAILAUTH_ECRYPTO,
	    &r, out);
}

/* OpenSSL wipes its private numbers when it frees them. */
void
mailauth_private_key_free(struct mailauth_private_key *k)
{
	if (k == NULL)
		return;
	EVP_PKEY_CTX_free(k->signer);
	EVP_PKEY_free(k->pkey);
	ma_buf_free(&k->public_octets);
	ma_free(k);
}

/* ---- What is known of it ---- */

const char *
mailauth_key_algorithm_name(int algorithm)
{
	return algorithm == MAILAUTH_KEY_RSA ? "rsa" :
	    algorithm == MAILAUTH_KEY_ED25519 ? "ed25519" : "unknown";
}

int
mailauth_private_key_algorithm(const struct mailauth_private_key *k)
{
	return k != NULL ? (int)k->type : 0;
}

uint32_t
mailauth_private_key_bits(const struct mailauth_private_key *k)
{
	return k != NULL ? k->bits : 0;
}

int
mailauth_private_key_exposure(const struct mailauth_private_key *k)
{
	return k != NULL ? k->exposure : 0;
}

void
ma_private_key_set_exposure(struct mailauth_private_key *k, int exposure)
{
	k->exposure = exposure;
}

enum key_type
ma_private_key_type(const struct mailauth_private_key *k)
{
	return k->type;
}

EVP_PKEY *
ma_private_key_pkey(const struct mailauth_private_key *k)
{
	return k->pkey;
}

struct slice
ma_private_key_public(const struct mailauth_private_key *k)
{
	return ma_slice(k->public_octets.p, k->public_octets.n);
}

int
mailauth_private_key_pem(const struct mailauth_private_key *k, char *buf,
    size_t size)
{
	BIO *bio = BIO_new(BIO_s_mem());	/* it wipes what it frees */
	int r = MAILAUTH_ENOMEM;
	char *text;
	long n;

	if (k == NULL || (buf == NULL && size > 0)) {
		BIO_free(bio);
		return MAILAUTH_EINVAL;
	}
	ERR_set_mark();
	if (bio != NULL && PEM_write_bio_PKCS8PrivateKey(bio, k->pkey, NULL,
	    NULL, 0, NULL, NULL) == 1 &&
	    (n = BIO_get_mem_data(bio, &text)) > 0) {
		r = (int)n;
		if ((size_t)n < size) {
			memcpy(buf, text, (size_t)n);
			buf[n] = '\0';
		} else if (size > 0) {
			buf[0] = '\0';
		}
	}
	BIO_free(bio);
	ERR_pop_to_mark();
	return r;
}
