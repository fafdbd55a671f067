/*
 * Key pairs made for a test, and what signs with them.
 */
#ifndef KEYPAIR_H
#define KEYPAIR_H

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "crypto/crypto.h"
#include "unit.h"

/* An RSA key; the exponent is 65537 unless given. */
static inline EVP_PKEY *
keypair_rsa(unsigned bits, unsigned exponent)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	BIGNUM *e = BN_new();
	EVP_PKEY *key = NULL;

	ck_assert(BN_set_word(e, exponent > 0 ? exponent : 65537) == 1);
	ck_assert(EVP_PKEY_keygen_init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, (int)bits) == 1 &&
	    EVP_PKEY_CTX_set1_rsa_keygen_pubexp(ctx, e) == 1 &&
	    EVP_PKEY_generate(ctx, &key) == 1);
	BN_free(e);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static inline EVP_PKEY *
keypair_ed25519(void)
{
	return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
}

/* SubjectPublicKeyInfo, or the RSAPublicKey, or the 32 octets, in *b. */
static inline void
keypair_public(EVP_PKEY *key, bool info, struct buf *b)
{
	unsigned char *der = NULL, raw[32];
	size_t n = sizeof raw;

	ma_buf_clear(b);
	if (EVP_PKEY_is_a(key, "ED25519") && !info) {
		ck_assert(EVP_PKEY_get_raw_public_key(key, raw, &n) == 1);
		ma_buf_add(b, raw, n);
		return;
	}
	n = (size_t)(info ? i2d_PUBKEY(key, &der) : i2d_PublicKey(key, &der));
	ma_buf_add(b, der, n);
	OPENSSL_free(der);
}

/* The hash signed as DKIM has it; *n octets. */
static inline void
keypair_sign(EVP_PKEY *key, const uint8_t hash[32], uint8_t *out, size_t *n)
{
	if (EVP_PKEY_is_a(key, "ED25519")) {
		EVP_MD_CTX *ctx = EVP_MD_CTX_new();

		ck_assert(EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1 &&
		    EVP_DigestSign(ctx, out, n, hash, 32) == 1);
		EVP_MD_CTX_free(ctx);
	} else {
		EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);

		ck_assert(EVP_PKEY_sign_init(ctx) == 1 &&
		    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
		    EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1 &&
		    EVP_PKEY_sign(ctx, out, n, hash, 32) == 1);
		EVP_PKEY_CTX_free(ctx);
	}
}

/* A block as large as the modulus, put through the private key as it is. */
static inline void
keypair_raw(EVP_PKEY *key, const uint8_t *block, size_t size, uint8_t *out)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	size_t n = size;

	ck_assert(EVP_PKEY_sign_init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) == 1 &&
	    EVP_PKEY_sign(ctx, out, &n, block, size) == 1 && n == size);
	EVP_PKEY_CTX_free(ctx);
}

#endif
