/*
 * Any octets as the certificates that a server presents, in PEM or DER; what is
 * one is matched by itself and, its own issuer, by nothing else.
 */
#include "dane/dane.h"
#include "fuzz.h"

static void
look(const struct mailauth_dane_match *m)
{
	for (size_t i = 0; i < mailauth_dane_match_count(m); i++) {
		FUZZ_CHECK(mailauth_dane_match_subject(m, i) != NULL);
		for (size_t k = 0; mailauth_dane_match_name(m, i, k) != NULL;
		    k++)
			for (const char *c = mailauth_dane_match_name(m, i, k);
			    *c != '\0'; c++)
				FUZZ_CHECK(*c > ' ' && *c <= '~');
	}
}

static int
result_with(const uint8_t *data, size_t n, int usage)
{
	struct mailauth_dane_match *m = mailauth_dane_match_new(1700000000);
	char error[128] = "";
	int r, result;

	FUZZ_CHECK(mailauth_dane_match_add_record(m, usage, 0, 0, data, n) ==
	    MAILAUTH_DONE);
	FUZZ_CHECK(mailauth_dane_match_add_name(m, "mx.example.com", 14) ==
	    MAILAUTH_DONE);
	r = mailauth_dane_match_add_certificates(m, data, n, error,
	    sizeof error);
	FUZZ_CHECK(r == MAILAUTH_DONE || r == MAILAUTH_EUSE ||
	    (r == MAILAUTH_ESYNTAX && error[0] != '\0'));
	look(m);
	r = mailauth_dane_match_run(m);
	FUZZ_CHECK(r == MAILAUTH_DONE || r == MAILAUTH_ECRYPTO);
	result = mailauth_dane_match_result(m);
	/* In DER it is one certificate, the server's own. */
	if (usage == USAGE_EE && mailauth_dane_match_count(m) == 1 &&
	    data[0] == 0x30)
		FUZZ_CHECK(result == MAILAUTH_DANE_AUTHENTICATED);
	mailauth_dane_match_free(m);
	return result;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	result_with(data, n, USAGE_EE);
	result_with(data, n, USAGE_TA);
	return 0;
}
