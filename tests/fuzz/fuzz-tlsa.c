/*
 * Any octets as the TLSA records of a host: pieces behind their length of one
 * octet.
 */
#include "dane/dane.h"
#include "fuzz.h"

/* Everything is secure; there is one address. */
static void
answer(struct mailauth_question *q, struct slice records)
{
	struct mailauth_packet *p = mailauth_packet_new(q, 0);
	const uint8_t *packet;
	size_t n;

	FUZZ_CHECK(p != NULL);
	if (mailauth_question_type(q) == TYPE_A)
		mailauth_packet_add(p, NULL, TYPE_A, 60, "\x7f\0\0\1", 4);
	while (mailauth_question_type(q) == TYPE_TLSA && records.n > 0) {
		size_t length = (unsigned char)records.p[0];
		struct slice one = ma_sub(records, 1, length);

		records = ma_sub(records, 1 + length, records.n);
		mailauth_packet_add(p, NULL, TYPE_TLSA, 60,
		    one.n > 0 ? one.p : "", one.n);
	}
	packet = mailauth_packet_data(p, &n);
	FUZZ_CHECK(mailauth_answer_dns(q, packet, n, MAILAUTH_ANSWER_SECURE) ==
	    MAILAUTH_DONE);
	mailauth_packet_free(p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct mailauth_dane *d = mailauth_dane_new(NULL);
	struct mailauth_dane_match *m = mailauth_dane_match_new(0);
	struct mailauth_question *q;
	bool usable = false;
	int r, result;

	mailauth_dane_set_host(d, "a.example", 9);
	while ((r = mailauth_dane_step(d)) == MAILAUTH_NEED)
		while ((q = mailauth_lookups_next(mailauth_dane_lookups(d))) !=
		    NULL)
			answer(q, ma_slice(data, n));
	FUZZ_CHECK(r == MAILAUTH_DONE);
	for (size_t i = 0; i < mailauth_dane_count(d); i++)
		usable |= mailauth_dane_usable(d, i) == 1;
	result = mailauth_dane_result(d);
	FUZZ_CHECK((result == MAILAUTH_DANE_DANE) == usable);
	FUZZ_CHECK(mailauth_dane_match_add(m, d) == MAILAUTH_DONE);
	FUZZ_CHECK(mailauth_dane_match_run(m) == MAILAUTH_DONE);
	FUZZ_CHECK(mailauth_dane_match_result(m) !=
	    MAILAUTH_DANE_AUTHENTICATED);
	mailauth_dane_match_free(m);
	mailauth_dane_free(d);
	return 0;
}
