/*
 * Chains: a message with any ARC fields is none, pass or fail, the last with a
 * reason; sealing it gives three fields or a reason; and what is sealed as none
 * or pass, passes.
 */
#include "published.h"

static int
validate(struct mailauth_resolver *resolver, struct mailauth_sealer *sealed,
    const uint8_t *data, size_t size)
{
	struct mailauth_message *m = mailauth_message_new();
	struct mailauth_arc *a = mailauth_arc_new(m, NULL, NOW);
	const char *field;
	int result;

	for (int k = 0; sealed != NULL &&
	    (field = mailauth_sealer_field(sealed, k)) != NULL; k++)
		mailauth_message_write(m, field, strlen(field));
	mailauth_message_write(m, data, size);
	FUZZ_CHECK(mailauth_message_end(m) == MAILAUTH_DONE);
	FUZZ_CHECK(mailauth_arc_verify(a, resolver) == MAILAUTH_DONE);
	result = mailauth_arc_result(a);
	FUZZ_CHECK(result >= MAILAUTH_ARC_NONE && result <= MAILAUTH_ARC_FAIL);
	FUZZ_CHECK((mailauth_arc_reason(a) != NULL) ==
	    (result == MAILAUTH_ARC_FAIL));
	FUZZ_CHECK((mailauth_arc_oldest_pass(a) >= 0) ==
	    (result == MAILAUTH_ARC_PASS));
	for (uint32_t i = 1; i <= mailauth_arc_count(a); i++)
		for (int part = 1; part <= 2; part++)
			FUZZ_CHECK(mailauth_arc_part_result(a, i, part) != 0);
	mailauth_arc_free(a);
	mailauth_message_free(m);
	return result;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mailauth_resolver *resolver = published_resolver();
	struct mailauth_message *m = mailauth_message_new();
	struct mailauth_sealer *s = mailauth_sealer_new(m, NULL, NOW);
	int found, sealed;

	found = validate(resolver, NULL, data, size);
	FUZZ_CHECK(mailauth_sealer_set_key(s, "example.com", "s",
	    published_key()) == 0);
	FUZZ_CHECK(mailauth_sealer_set_authserv_id(s, "mx.example") == 0);
	mailauth_message_write(m, data, size);
	FUZZ_CHECK(mailauth_message_end(m) == MAILAUTH_DONE);
	FUZZ_CHECK(mailauth_sealer_seal(s, resolver) == MAILAUTH_DONE);
	if (mailauth_sealer_result(s) == MAILAUTH_SEALER_SEALED) {
		FUZZ_CHECK(mailauth_sealer_chain(s) == found);
		sealed = validate(resolver, s, data, size);
		FUZZ_CHECK(sealed == (found == MAILAUTH_ARC_FAIL ?
		    MAILAUTH_ARC_FAIL : MAILAUTH_ARC_PASS));
	} else {
		FUZZ_CHECK(mailauth_sealer_reason(s) != NULL);
		FUZZ_CHECK(mailauth_sealer_field(s, 0) == NULL);
	}
	mailauth_sealer_free(s);
	mailauth_message_free(m);
	mailauth_resolver_free(resolver);
	return 0;
}
