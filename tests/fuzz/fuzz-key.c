/*
 * Any octets as a private key: a pair whose halves belong together, or an error
 * that says why not.
 */
#include "crypto/crypto.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t hash[SHA256_BYTES];
	struct mailauth_private_key *key = NULL;
	uint8_t signature[2048];
	char error[128];
	size_t n;
	int r = mailauth_private_key_parse(data, size, &key, error,
	    sizeof error);

	/* There is memory: whatever fails does so for what is in the key. */
	FUZZ_CHECK(r == MAILAUTH_DONE || r == MAILAUTH_ESYNTAX);
	FUZZ_CHECK((r == MAILAUTH_DONE) == (key != NULL));
	FUZZ_CHECK(r != MAILAUTH_ESYNTAX || error[0] != '\0');
	if (key != NULL)
		FUZZ_CHECK(ma_private_key_sign(key, hash, signature,
		    sizeof signature, &n) == MAILAUTH_DONE && n > 0);
	mailauth_private_key_free(key);
	return 0;
}
