/*
 * What OpenSSL would load at its first use, loaded now.
 */
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "crypto/crypto.h"

static bool
has_algorithm(const char *name)
{
	EVP_KEYMGMT *keys = EVP_KEYMGMT_fetch(NULL, name, NULL);
	EVP_SIGNATURE *signatures = EVP_SIGNATURE_fetch(NULL, name, NULL);
	bool ok = keys != NULL && signatures != NULL;

	EVP_KEYMGMT_free(keys);
	EVP_SIGNATURE_free(signatures);
	return ok;
}

int
mailauth_prepare(void)
{
	struct digest *d = NULL;
	bool ok;

	ERR_set_mark();
	ok = OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL) == 1 &&
	    RAND_status() == 1 && has_algorithm("RSA") &&
	    has_algorithm("ED25519") && ma_digest_new(&d) == MAILAUTH_DONE;
	ma_digest_free(d);
	ERR_pop_to_mark();
	return ok ? MAILAUTH_DONE : MAILAUTH_ECRYPTO;
}
