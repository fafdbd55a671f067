/*
 * DANE: chains against records, RFC 6698, 7671 and 7672.
 *
 * The doubtful cases are decided:
 * "CN only": RFC 7672 section 3.2.3 has the common name count where there is no
 * DNS-ID: authenticated.
 * "usage 2 with leaf data": RFC 7671 section 5.2 has the trust anchor issue the
 * certificate, which the server's own does not: failed.
 */
#include <string.h>

#include "base/base.h"
#include "cases.h"

static int
result_of(const char *outcome)
{
	static const struct {
		const char *word;
		int result;
	} words[] = {
		{ "authenticated", MAILAUTH_DANE_AUTHENTICATED },
		{ "failed", MAILAUTH_DANE_FAILED },
		{ "unusable", MAILAUTH_DANE_TLS_REQUIRED },
		{ "not-dane", MAILAUTH_DANE_OPPORTUNISTIC },
	};

	for (size_t i = 0; i < COUNT(words); i++)
		if (strcmp(words[i].word, outcome) == 0)
			return words[i].result;
	return 0;
}

static void
add_record(struct mailauth_dane_match *m, const json_t *t)
{
	const json_t *hex = json_array_get(t, 3);
	const char *text = json_string_value(hex);
	struct buf b = { 0 };

	for (size_t i = 0; i + 1 < json_string_length(hex); i += 2)
		ma_buf_char(&b, (char)(ma_hex(text[i]) << 4 |
		    ma_hex(text[i + 1])));
	mailauth_dane_match_add_record(m,
	    (int)json_integer_value(json_array_get(t, 0)),
	    (int)json_integer_value(json_array_get(t, 1)),
	    (int)json_integer_value(json_array_get(t, 2)),
	    b.n > 0 ? b.p : "", b.n);
	ma_buf_free(&b);
}

static int
add_certificate(struct mailauth_dane_match *m, const json_t *base64)
{
	struct slice in = ma_slice(json_string_value(base64),
	    json_string_length(base64));
	uint8_t *octets = ma_realloc(NULL, in.n + 3);
	size_t n = 0;
	int r;

	ma_base64_decode(in, octets, &n);
	r = mailauth_dane_match_add_certificates(m, octets, n, NULL, 0);
	ma_free(octets);
	return r;
}

/* Is the record that authenticates of this usage? */
static bool
has_usage(const struct mailauth_dane_match *m, const json_t *records,
    const json_t *usage)
{
	for (size_t i = 0; i < json_array_size(records); i++)
		if (mailauth_dane_match_record(m, i))
			return json_equal(json_array_get(
			    json_array_get(records, i), 0), usage);
	return false;
}

static void
match(struct cases *cs)
{
	struct mailauth_dane_match *m = mailauth_dane_match_new(
	    (int64_t)json_integer_value(cases_input(cs, "time")));
	const json_t *records = cases_input(cs, "tlsa");
	const json_t *usage = cases_expected(cs, "usage"), *one;
	const char *outcome =
	    json_string_value(cases_expected(cs, "outcome"));
	size_t i;

	if (json_is_true(cases_input(cs, "secure")))
		json_array_foreach(records, i, one)
			add_record(m, one);
	json_array_foreach(cases_input(cs, "reference_ids"), i, one)
		mailauth_dane_match_add_name(m, json_string_value(one),
		    json_string_length(one));
	json_array_foreach(cases_input(cs, "chain_der_b64"), i, one)
		if (add_certificate(m, one) != MAILAUTH_DONE)
			cases_fail(cs, "certificate %zu", i);
	if (mailauth_dane_match_run(m) != MAILAUTH_DONE)
		cases_fail(cs, "it does not run");
	else if (mailauth_dane_match_result(m) != result_of(outcome))
		cases_fail(cs, "%s (%s), not %s", mailauth_dane_result_name(
		    mailauth_dane_match_result(m)),
		    mailauth_dane_match_detail(m), outcome);
	else if (usage != NULL && !has_usage(m, records, usage))
		cases_fail(cs, "by another usage");
	mailauth_dane_match_free(m);
}

int
main(int argc, char **argv)
{
	struct cases *cs = cases_open(argc, argv, "dane/own-a.json");

	cases_take_doubtful(cs);
	while (cases_next(cs))
		if (strcmp(cases_protocol(cs), "dane") == 0)
			match(cs);
	return cases_close(cs);
}
