/*
 * The ARC suites.  Validation: every chain is validated with its keys coming in
 * each order, in one piece and octet by octet; all runs agree.  Signing: every
 * message is sealed; the new fields have the tags and results that are wanted,
 * b= excepted (the order of tags, which it covers, is free), and the chain they
 * make passes, or fails for what failed before.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/base.h"
#include "cases.h"
#include "text/text.h"

/*
 * The doubtful cases (ams_fields_a_sha1, as_fields_a_sha1): seals and message
 * signatures by rsa-sha1.  RFC 8617 section 4.1.2 and 4.1.3 take a= from RFC
 * 6376, and RFC 8301 section 3.1 updates that: "rsa-sha1 MUST NOT be used for
 * signing or verifying."  So neither passes, and RFC 8617 section 5.2 makes
 * the chain fail: what the suite wants.
 */

static int
validate(struct cases *cs, enum cases_order order, size_t piece)
{
	struct mailauth_resolver *resolver = cases_resolver(cs, order, 0);
	struct mailauth_message *m = mailauth_message_new();
	struct mailauth_arc *arc = mailauth_arc_new(m, NULL,
	    (int64_t)time(NULL));
	size_t n = 0;
	char *text = cases_message(cs, &n);
	int r, result;

	for (size_t at = 0; at < n; at += piece)
		mailauth_message_write(m, text + at,
		    piece < n - at ? piece : n - at);
	mailauth_message_end(m);
	free(text);
	if ((r = mailauth_arc_verify(arc, resolver)) != MAILAUTH_DONE)
		cases_fail(cs, "%s", mailauth_strerror(r));
	result = mailauth_arc_result(arc);
	if (result == MAILAUTH_ARC_FAIL && mailauth_arc_reason(arc) == NULL)
		cases_fail(cs, "it fails without a reason");
	if ((result == MAILAUTH_ARC_PASS) !=
	    (mailauth_arc_oldest_pass(arc) >= 0))
		cases_fail(cs, "oldest pass %d", mailauth_arc_oldest_pass(arc));
	if (!cases_one_of(cases_expected(cs, "cv"),
	    mailauth_arc_result_name(result)))
		cases_fail(cs, "%s (%s: %s), not %s",
		    mailauth_arc_result_name(result), mailauth_arc_reason(arc),
		    mailauth_arc_detail(arc),
		    cases_words(cases_expected(cs, "cv")));
	mailauth_arc_free(arc);
	mailauth_message_free(m);
	mailauth_resolver_free(resolver);
	return result;
}

/* ---- Signing ---- */

static struct slice
wanted(const struct cases *cs, const char *field)
{
	return ma_str(json_string_value(cases_expected(cs, field)));
}

/* The same tags but b=, whatever their order; h= and the rest as they stand. */
static void
compare_tags(struct cases *cs, const char *what, struct slice want,
    const char *field)
{
	struct slice got = ma_str(field), rest;
	struct tag tag, other;
	size_t n = 0;

	ma_cut(&got, ':');
	got = ma_trim_fws(got);
	for (rest = got; ma_tag_next(&rest, TAG_SPACE_FWS, &tag) == TAG_OK;)
		n++;
	while (ma_tag_next(&want, TAG_SPACE_FWS, &tag) == TAG_OK) {
		n--;
		for (rest = got;
		    ma_tag_next(&rest, TAG_SPACE_FWS, &other) == TAG_OK;)
			if (ma_eq(tag.name, other.name))
				break;
		if (!ma_eq(tag.name, other.name) || (!ma_eq(tag.name,
		    SLICE_LIT("b")) && !ma_eq(tag.value, other.value)))
			cases_fail(cs, "%s: %.*s=%.*s, not %.*s", what,
			    SLICE_ARG(other.name), SLICE_ARG(other.value),
			    SLICE_ARG(tag.value));
	}
	if (n != 0)
		cases_fail(cs, "%s: %zu tags more", what, n);
}

/*
 * Both are "i=N; id; results" and say the same.  The suite has plain LFs where
 * folds are.
 */
static void
compare_results(struct cases *cs, struct slice want, const char *field)
{
	char *unfolded = strdup(want.p);
	struct slice got = ma_str(field), both[2];
	struct mailauth_authres *a[2] = { NULL };
	const char *text[2] = { NULL };

	for (char *p = unfolded; (p = strchr(p, '\n')) != NULL;)
		*p = ' ';
	ma_cut(&got, ':');
	both[0] = ma_trim_fws(got);
	both[1] = ma_trim_fws(ma_str(unfolded));
	if (!ma_eq(ma_cut(&both[0], ';'), ma_cut(&both[1], ';')))
		cases_fail(cs, "another instance: %s", field);
	for (int i = 0; i < 2; i++)
		if (mailauth_authres_parse(both[i].p, both[i].n, &a[i], NULL,
		    0) == MAILAUTH_DONE)
			text[i] = mailauth_authres_text(a[i]);
	if (text[0] == NULL || text[1] == NULL ||
	    strcmp(text[0], text[1]) != 0)
		cases_fail(cs, "%s, not %s", text[0], text[1]);
	mailauth_authres_free(a[0]);
	mailauth_authres_free(a[1]);
	free(unfolded);
}

/* The three fields on top of the message: what becomes of the chain? */
static void
validate_sealed(struct cases *cs, const struct mailauth_sealer *s,
    const char *text, size_t n)
{
	struct mailauth_resolver *resolver = cases_resolver(cs, CASES_FIFO, 0);
	struct mailauth_message *m = mailauth_message_new();
	struct mailauth_arc *arc = mailauth_arc_new(m, NULL,
	    (int64_t)time(NULL));
	int want = mailauth_sealer_chain(s) == MAILAUTH_ARC_FAIL ?
	    MAILAUTH_ARC_FAIL : MAILAUTH_ARC_PASS;

	for (int k = 0; k < 3; k++)
		mailauth_message_write(m, mailauth_sealer_field(s, k),
		    strlen(mailauth_sealer_field(s, k)));
	mailauth_message_write(m, text, n);
	mailauth_message_end(m);
	mailauth_arc_verify(arc, resolver);
	if (mailauth_arc_result(arc) != want)
		cases_fail(cs, "sealed, it is %s: %s",
		    mailauth_arc_result_name(mailauth_arc_result(arc)),
		    mailauth_arc_detail(arc));
	mailauth_arc_free(arc);
	mailauth_message_free(m);
	mailauth_resolver_free(resolver);
}

static void
compare_sealed(struct cases *cs, const struct mailauth_sealer *s,
    const char *text, size_t n)
{
	bool nothing = wanted(cs, "AS").n == 0;

	if (nothing != (mailauth_sealer_field(s, 0) == NULL)) {
		cases_fail(cs, "%s: %s", mailauth_sealer_result_name(
		    mailauth_sealer_result(s)), mailauth_sealer_detail(s));
		return;
	}
	if (nothing)
		return;
	compare_tags(cs, "AS", wanted(cs, "AS"), mailauth_sealer_field(s, 0));
	compare_tags(cs, "AMS", wanted(cs, "AMS"),
	    mailauth_sealer_field(s, 1));
	compare_results(cs, wanted(cs, "AAR"), mailauth_sealer_field(s, 2));
	validate_sealed(cs, s, text, n);
}

static void
seal(struct cases *cs)
{
	struct mailauth_resolver *resolver = cases_resolver(cs, CASES_FIFO, 0);
	struct mailauth_message *m = mailauth_message_new();
	struct mailauth_sealer *s = mailauth_sealer_new(m, NULL,
	    json_integer_value(cases_input(cs, "time")));
	struct mailauth_private_key *key;
	const char *pem;
	char *text;
	size_t n;
	int r;

	pem = cases_text(cs, "private_key_pem", &n);
	r = mailauth_private_key_parse(pem, n, &key, NULL, 0);
	if (r == MAILAUTH_DONE)
		r = mailauth_sealer_set_key(s, cases_text(cs, "domain", NULL),
		    cases_text(cs, "selector", NULL), key);
	if (r == MAILAUTH_DONE)
		r = mailauth_sealer_set_authserv_id(s,
		    cases_text(cs, "authserv_id", NULL));
	if (r == MAILAUTH_DONE)
		r = mailauth_sealer_set_fields(s,
		    cases_text(cs, "sig_headers", NULL));
	text = cases_message(cs, &n);
	mailauth_message_write(m, text, n);
	mailauth_message_end(m);
	if (r == MAILAUTH_DONE)
		r = mailauth_sealer_seal(s, resolver);
	if (r == MAILAUTH_DONE)
		compare_sealed(cs, s, text, n);
	else
		cases_fail(cs, "%s", mailauth_strerror(r));
	free(text);
	mailauth_sealer_free(s);
	mailauth_message_free(m);
	mailauth_private_key_free(key);
	mailauth_resolver_free(resolver);
}

static int
run_signing(int argc, char **argv)
{
	struct cases *cs = cases_open(argc, argv, "arc/suite-sign.json");

	cases_take_doubtful(cs);
	while (cases_next(cs))
		seal(cs);
	return cases_close(cs);
}

int
main(int argc, char **argv)
{
	struct cases *cs = cases_open(argc, argv, "arc/suite-validation.json");
	int status;

	cases_take_doubtful(cs);
	while (cases_next(cs))
		for (int order = 0; order < CASES_ORDERS; order++) {
			validate(cs, (enum cases_order)order, 1 << 20);
			validate(cs, (enum cases_order)order, 1);
		}
	status = cases_close(cs);
	return status == 0 ? run_signing(argc, argv) : status;
}
