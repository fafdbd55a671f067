/*
 * The results' words.
 */
#include "sign/sign.h"

const char *
mailauth_signer_result_name(int result)
{
	static const char *const words[] = {
		[MAILAUTH_SIGNER_SIGNED] = "signed",
		[MAILAUTH_SIGNER_REFUSED] = "refused",
		[MAILAUTH_SIGNER_TEMPERROR] = "temperror",
	};

	return result > 0 && result < (int)COUNT(words) ? words[result] :
	    "unknown";
}

const char *
mailauth_key_check_result_name(int result)
{
	static const char *const words[] = {
		[MAILAUTH_KEY_VALID] = "valid",
		[MAILAUTH_KEY_MISMATCH] = "mismatch",
		[MAILAUTH_KEY_REVOKED] = "revoked",
		[MAILAUTH_KEY_INVALID] = "invalid",
		[MAILAUTH_KEY_NONE] = "none",
		[MAILAUTH_KEY_TEMPERROR] = "temperror",
	};

	return result > 0 && result < (int)COUNT(words) ? words[result] :
	    "unknown";
}
