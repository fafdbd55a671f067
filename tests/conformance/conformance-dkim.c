/*
 * The DKIM suites: whole messages, and canonical forms.  Every message is
 * verified with its keys coming in each order, in one piece and octet by octet;
 * all runs agree.
 *
 * Expected is what RFC 8301 leaves: rsa-sha1 and short keys never pass.
 */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "cases.h"
#include "message/message.h"

/*
 * The doubtful cases, and those that want rsa-sha1, decided by the RFC's words.
 */
static const struct {
	const char *name, *result;
} decided[] = {
	/*
	 * RFC 6376 section 5.3 speaks to signers; section 3.4.4 makes a body
	 * hash of any octets, and bare CRs and LFs are octets: the hash that
	 * was signed is the hash that is there.
	 */
	{ "own body bare-cr-lf relaxed/relaxed", "pass" },
	/* Section 3.5: l= "MUST NOT be larger than the actual number". */
	{ "own l= longer than body", "permerror" },
	{ "own l= 76 digits", "permerror" },
	/*
	 * Section 3.6.1: "Verifiers must do a string comparison on this value";
	 * another value: "MUST be discarded".
	 */
	{ "own key v=dkim1 lower case", "permerror" },
	/* Section 3.6.1: "Other tags MAY be present and MUST be ignored". */
	{ "own key g= other", "pass" },
	/* It is rsa-sha1 besides: RFC 8301 section 3.1. */
	{ "opendkim t-test95 relaxed/simple rsa-sha1 verifying with "
	    "granularity mismatch (failure)", "permerror" },
	/* Nothing in section 3.5 or 3.6.1 forbids what it has. */
	{ "mail-auth 002.txt", "pass" },
	/*
	 * Wanted is "fail" from whoever allows rsa-sha1; it has "permanently
	 * failed": RFC 8301 section 3.1.
	 */
	{ "opendkim t-test68 relaxed/simple rsa-sha1 verifying with altered "
	    "body", "permerror" },
	{ "opendkim t-test73 simple/simple rsa-sha256 verifying with extra "
	    "signature spaces and reportinfo (failure)", "permerror" },
	{ "opendkim t-test94 relaxed/simple rsa-sha1 verifying with extra "
	    "headers added (failure)", "permerror" },
};

/*
 * This one is to be verified as of hours before its t=, and to pass.  Section
 * 3.5 lets verifiers ignore signatures of the future, and so do we.
 */
static const char early[] = "mail-auth 004.txt";
enum { CLOCK_SKEW = 86400 };

static const char *
decision(const struct cases *cs)
{
	for (size_t i = 0; i < COUNT(decided); i++)
		if (strcmp(cases_name(cs), decided[i].name) == 0)
			return decided[i].result;
	return NULL;
}

struct got {
	struct mailauth_dkim *dkim;
	struct mailauth_message *message;
	struct mailauth_resolver *resolver;
};

/* Verify the case's message, so many octets at once. */
static bool
verify(struct cases *cs, enum cases_order order, size_t piece, struct got *got)
{
	json_int_t now = json_integer_value(cases_input(cs, "time"));
	size_t n = 0, wanted =
	    json_array_size(cases_expected(cs, "signatures"));
	char *text = cases_message(cs, &n);
	int r;

	got->resolver = cases_resolver(cs, order, 0);
	got->message = mailauth_message_new();
	got->dkim = mailauth_dkim_new(got->message, NULL, now);
	if (wanted > 10)
		mailauth_dkim_set_limit(got->dkim, MAILAUTH_DKIM_SIGNATURES,
		    (uint32_t)wanted);
	if (strcmp(cases_name(cs), early) == 0)
		mailauth_dkim_set_limit(got->dkim, MAILAUTH_DKIM_CLOCK_SKEW,
		    CLOCK_SKEW);
	for (size_t at = 0; at < n; at += piece)
		mailauth_message_write(got->message, text + at,
		    piece < n - at ? piece : n - at);
	mailauth_message_end(got->message);
	free(text);
	r = mailauth_dkim_verify(got->dkim, got->resolver);
	if (r != MAILAUTH_DONE)
		cases_fail(cs, "%s", mailauth_strerror(r));
	return r == MAILAUTH_DONE;
}

static void
done(struct got *got)
{
	mailauth_dkim_free(got->dkim);
	mailauth_message_free(got->message);
	mailauth_resolver_free(got->resolver);
}

static void
check_text(struct cases *cs, size_t i, const char *what, const json_t *wanted,
    const char *text, size_t n)
{
	if (wanted != NULL && !ma_caseeq(ma_str(json_string_value(wanted)),
	    ma_slice(text, n)))
		cases_fail(cs, "signature %zu: %s is %.*s, not %s", i, what,
		    (int)n, text != NULL ? text : "",
		    json_string_value(wanted));
}

static void
check_signature(struct cases *cs, const struct got *got, size_t i,
    const json_t *wanted)
{
	const json_t *result = json_object_get(wanted, "result_rfc8301");
	const char *word = mailauth_dkim_result_name(
	    mailauth_dkim_signature_result(got->dkim, i));
	const char *reason = mailauth_dkim_signature_reason(got->dkim, i);
	const char *text, *one = decision(cs);
	size_t n;

	if (result == NULL)
		result = json_object_get(wanted, "result");
	if (one != NULL ? strcmp(one, word) != 0 : !cases_one_of(result, word))
		cases_fail(cs, "signature %zu: %s (%s), not %s", i, word,
		    reason != NULL ? reason : "",
		    one != NULL ? one : cases_words(result));
	text = mailauth_dkim_domain(got->dkim, i, &n);
	check_text(cs, i, "d=", json_object_get(wanted, "d"), text, n);
	text = mailauth_dkim_selector(got->dkim, i, &n);
	check_text(cs, i, "s=", json_object_get(wanted, "s"), text, n);
	text = mailauth_dkim_algorithm(got->dkim, i, &n);
	check_text(cs, i, "a=", json_object_get(wanted, "a"), text, n);
}

static void
check(struct cases *cs, const struct got *got)
{
	const json_t *list = cases_expected(cs, "signatures");
	const json_t *overall = cases_expected(cs, "overall");
	size_t n = mailauth_dkim_count(got->dkim);
	const char *word =
	    mailauth_dkim_result_name(mailauth_dkim_result(got->dkim));

	if (overall != NULL && !cases_one_of(overall, word))
		cases_fail(cs, "%s, not %s", word, cases_words(overall));
	if (list != NULL && json_array_size(list) != n)
		cases_fail(cs, "%zu signatures, not %zu", n,
		    json_array_size(list));
	for (size_t i = 0; i < n && i < json_array_size(list); i++)
		check_signature(cs, got, i, json_array_get(list, i));
}

/* Two runs see the same. */
static void
compare(struct cases *cs, const struct got *a, const struct got *b)
{
	size_t n = mailauth_dkim_count(a->dkim);

	if (n != mailauth_dkim_count(b->dkim) ||
	    mailauth_dkim_result(a->dkim) != mailauth_dkim_result(b->dkim))
		cases_fail(cs, "two runs differ");
	for (size_t i = 0; i < n; i++)
		if (mailauth_dkim_signature_result(a->dkim, i) !=
		    mailauth_dkim_signature_result(b->dkim, i) ||
		    mailauth_dkim_body_bytes(a->dkim, i) !=
		    mailauth_dkim_body_bytes(b->dkim, i))
			cases_fail(cs, "signature %zu: two runs differ", i);
}

static void
run_message(struct cases *cs)
{
	static const size_t pieces[] = { 1, 7, 4096 };
	struct got first, again;
	bool ok = verify(cs, CASES_FIFO, SIZE_MAX, &first);

	if (ok)
		check(cs, &first);
	for (int order = 0; ok && order < CASES_ORDERS; order++) {
		ok = verify(cs, (enum cases_order)order, pieces[order % 3],
		    &again);
		if (ok)
			compare(cs, &first, &again);
		done(&again);
	}
	done(&first);
}

/* ---- Canonical forms ---- */

struct hasher {
	struct reader reader;
	int index[2];
};

static int
want(struct reader *r, struct mailauth_message *m)
{
	struct hasher *h = (struct hasher *)(void *)r;

	for (int canon = 0; canon < 2; canon++)
		h->index[canon] = ma_message_want_hash(m, (enum canon)canon,
		    UINT64_MAX);
	return MAILAUTH_DONE;
}

static struct slice
decoded(const json_t *text, char *out, size_t size)
{
	struct slice in =
	    ma_slice(json_string_value(text), json_string_length(text));
	size_t n = 0;

	if (in.n > size || !ma_base64_decode(in, (uint8_t *)out, &n))
		abort();
	return ma_slice(out, n);
}

static void
run_body(struct cases *cs)
{
	static const char *const wanted[] = { "simple_sha256",
		"relaxed_sha256" };
	struct hasher h = { .reader = { .header = want } };
	struct mailauth_message *m = mailauth_message_new();
	char body[4096], hash[64];
	struct slice in = decoded(cases_input(cs, "body_b64"), body,
	    sizeof body);

	ma_message_attach(m, &h.reader);
	mailauth_message_end_header(m);
	mailauth_message_write(m, in.p, in.n);
	mailauth_message_end(m);
	for (int canon = 0; canon < 2; canon++) {
		struct slice sum = ma_slice(
		    ma_message_body_hash(m, h.index[canon])->digest,
		    SHA256_BYTES);

		if (!ma_eq(sum, decoded(cases_expected(cs, wanted[canon]),
		    hash, sizeof hash)))
			cases_fail(cs, "%s differs", wanted[canon]);
	}
	mailauth_message_free(m);
}

static void
run_field(struct cases *cs)
{
	static const char *const wanted[] = { "simple_b64", "relaxed_b64" };
	char field[4096], form[4096];
	struct slice in = decoded(cases_input(cs, "field_b64"), field,
	    sizeof field);

	for (int canon = 0; canon < 2; canon++) {
		struct buf b = { 0 };

		ma_canon_field_text(&b, (enum canon)canon, ma_field_text(in),
		    false);
		if (!ma_eq(ma_slice(b.p, b.n),
		    decoded(cases_expected(cs, wanted[canon]), form,
		    sizeof form)))
			cases_fail(cs, "%s differs", wanted[canon]);
		ma_buf_free(&b);
	}
}

static int
run_file(int argc, char **argv, const char *file)
{
	struct cases *cs = cases_open(argc, argv, file);

	cases_take_doubtful(cs);
	while (cases_next(cs)) {
		if (strcmp(cases_protocol(cs), "dkim") == 0)
			run_message(cs);
		else if (cases_input(cs, "body_b64") != NULL)
			run_body(cs);
		else
			run_field(cs);
	}
	return cases_close(cs);
}

int
main(int argc, char **argv)
{
	static const char *const files[] = {
		"dkim/canon-basic.json", "dkim/rfc-examples.json",
		"dkim/chasquid.json", "dkim/dkimpy.json",
		"dkim/go-msgauth.json", "dkim/mail-auth.json",
		"dkim/opendkim.json", "dkim/own-a.json",
	};
	int status = EXIT_SUCCESS;

	for (size_t i = 0; i < COUNT(files); i++)
		if (run_file(argc, argv, files[i]) != EXIT_SUCCESS)
			status = EXIT_FAILURE;
	return status;
}
