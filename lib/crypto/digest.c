/*
 * SHA-256.
 */
#include <openssl/err.h>
#include <openssl/evp.h>

#include "crypto/crypto.h"

struct digest {
	EVP_MD *sha256;		/* fetched once: it is looked up each time */
	EVP_MD_CTX *ctx;
};

int
ma_digest_new(struct digest **out)
{
	struct digest *d = ma_calloc(sizeof *d);
	int r = MAILAUTH_ENOMEM;

	*out = NULL;
	if (d == NULL)
		return r;
	ERR_set_mark();
	if ((d->ctx = EVP_MD_CTX_new()) == NULL)
		goto out;
	r = MAILAUTH_ECRYPTO;
	if ((d->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL)) == NULL ||
	    !ma_digest_reset(d))
		goto out;
	r = MAILAUTH_DONE;
	*out = d;
	d = NULL;
out:
	ERR_pop_to_mark();
	ma_digest_free(d);
	return r;
}

void
ma_digest_free(struct digest *d)
{
	if (d == NULL)
		return;
	EVP_MD_CTX_free(d->ctx);
	EVP_MD_free(d->sha256);
	ma_free(d);
}

bool
ma_digest_reset(struct digest *d)
{
	return EVP_DigestInit_ex2(d->ctx, d->sha256, NULL) == 1;
}

bool
ma_digest_add(struct digest *d, const void *p, size_t n)
{
	return n == 0 || EVP_DigestUpdate(d->ctx, p, n) == 1;
}

bool
ma_digest_end(struct digest *d, uint8_t out[SHA256_BYTES])
{
	return EVP_DigestFinal_ex(d->ctx, out, NULL) == 1;
}

bool
ma_digest_copy(struct digest *to, const struct digest *from)
{
	return EVP_MD_CTX_copy_ex(to->ctx, from->ctx) == 1;
}
