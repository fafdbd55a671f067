/*
 * Forged Authentication-Results fields: RFC 8601 section 5.
 */
#include <stdio.h>

#include "mailauth.h"
#include "unit.h"
#include "wrap.h"

#define AR "Authentication-Results"
#define ID "example.org"
#define U_ID "b\xc3\xbc" "cher.example"
#define A_ID "xn--bcher-kva.example"

static struct mailauth_message *
message_of(struct slice text)
{
	struct mailauth_message *m = mailauth_message_new();

	ck_assert_int_eq(mailauth_message_write(m, text.p, text.n), 0);
	ck_assert_int_eq(mailauth_message_end(m), 0);
	return m;
}

/* ---- One field ---- */

static const struct {
	const char *clause, *id;
	struct slice text;
	bool forged;			/* false: it stays */
} rows[] = {
	{ "5 own id", ID, SLICE_LIT(AR ": example.org; none"),
	    true },
	{ "5 another", ID, SLICE_LIT(AR ": example.com; spf=pass"), false },
	{ "5 a part of it", ID, SLICE_LIT(AR ": mx.example.org; none"), false },
	{ "5 more of it", ID, SLICE_LIT(AR ": example.org.uk; none"), false },
	{ "2.5 case", ID, SLICE_LIT(AR ": EXAMPLE.Org; none"),
	    true },
	{ "2.5 the final dot", ID, SLICE_LIT(AR ": example.org.; none"),
	    true },
	{ "2.2 quoted", ID, SLICE_LIT(AR ": \"example.org\"; none"),
	    true },
	{ "2.2 quoted-pairs", ID, SLICE_LIT(AR ": \"\\e\\xample.org\" 1; none"),
	    true },
	{ "2.2 CFWS", ID, SLICE_LIT(AR ":(example.com)\r\n\t(x) example.org(y)"
	    "\r\n 1;none"), true },
	{ "2.2 the id in a comment", ID,
	    SLICE_LIT(AR ": example.com (example.org); none"), false },
	{ "2.2 the id in a value", ID,
	    SLICE_LIT(AR ": example.com; spf=pass smtp.mailfrom=example.org"),
	    false },
	{ "blanks in it", ID, SLICE_LIT(AR ": \" example.org \"; none"),
	    true },
	{ "punctuation in it", ID, SLICE_LIT(AR ": \"<example.org>\"; none"),
	    true },
	{ "an encoded word", ID,
	    SLICE_LIT(AR ": \"=?utf-8?q?example=2Eorg?=\"; none"),
	    true },
	{ "an encoded word elsewhere", ID,
	    SLICE_LIT(AR ": example.com (=?utf-8?q?x?=); none"), false },
	/* A- and U-labels. */
	{ "5 U-label, ours the A-label", A_ID, SLICE_LIT(AR ": " U_ID "; none"),
	    true },
	{ "5 A-label, ours the U-label", U_ID, SLICE_LIT(AR ": " A_ID "; none"),
	    true },
	{ "5 U-label, quoted, case", A_ID,
	    SLICE_LIT(AR ": \"B\xc3\x9c" "cher.EXAMPLE\"; none"),
	    true },
	{ "5 A-label, case", U_ID,
	    SLICE_LIT(AR ": XN--Bcher-KVA.example; none"),
	    true },
	{ "5 U-label, blanks", A_ID,
	    SLICE_LIT(AR ": \" b\xc3\xbc" "cher . example\"; none"), true },
	{ "5 A-label, punctuation", U_ID,
	    SLICE_LIT(AR ": \"<" A_ID ">\"; none"), true },
	{ "5 another U-label", A_ID,
	    SLICE_LIT(AR ": b\xc3\xb6" "cher.example; none"), false },
	/* Versions. */
	{ "5 another version", ID, SLICE_LIT(AR ": example.com 2; spf=pass"),
	    true },
	{ "5 another version, ours", ID, SLICE_LIT(AR ": example.org 2; x"),
	    true },
	/* The name. */
	{ "RFC 5322 4.5.8 blanks", ID, SLICE_LIT(AR " \t: example.org; none"),
	    true },
	{ "RFC 5322 1.2.2 case", ID,
	    SLICE_LIT("AUTHENTICATION-results: example.org; none"),
	    true },
	{ "another name", ID, SLICE_LIT("X-" AR ": example.org; none"), false },
	{ "another name", ID, SLICE_LIT(AR "-X: example.org; none"), false },
	{ "RFC 8617 4.1.1", ID, SLICE_LIT("ARC-" AR ": i=1; example.org; none"),
	    false },
	/* What cannot be read. */
	{ "malformed", ID, SLICE_LIT(AR ": example.org"), true },
	{ "malformed", ID, SLICE_LIT(AR ": example.org dkim=pass"),
	    true },
	{ "malformed, a path", ID, SLICE_LIT(AR ": example.org/1; none"),
	    true },
	{ "malformed, case", ID, SLICE_LIT(AR ": EXAMPLE.ORG;;"),
	    true },
	{ "malformed, last", ID, SLICE_LIT(AR ": x x; spf=pass @example.org"),
	    true },
	{ "malformed, in pieces", ID,
	    SLICE_LIT(AR ": exam\r\n ple.\"o\\rg\";;"),
	    true },
	{ "malformed, a comment in it", ID,
	    SLICE_LIT(AR ": exam(x(y))ple.org;;"), true },
	{ "malformed, in a comment", ID,
	    SLICE_LIT(AR ": x (example.org;;"), true },
	{ "malformed, a control", ID, SLICE_LIT(AR ": exam\0ple.org; none"),
	    true },
	{ "malformed, a bare LF", ID, SLICE_LIT(AR ": \nexample.org; none"),
	    true },
	{ "malformed, an encoded word", ID,
	    SLICE_LIT(AR ": =?utf-8?b?ZXhhbXBsZS5vcmc=?=; none"),
	    true },
	{ "malformed, a U-label", A_ID, SLICE_LIT(AR ": " U_ID ";;"),
	    true },
	{ "malformed, a U-label", U_ID, SLICE_LIT(AR ": x\xff;;"),
	    true },
	{ "malformed, an A-label", A_ID, SLICE_LIT(AR ": " A_ID ";;"),
	    true },
	{ "malformed, UTF-8 for an ASCII id", ID, SLICE_LIT(AR ": \xc3\xbc;;"),
	    false },
	{ "malformed, another", ID, SLICE_LIT(AR ": example.com;;"), false },
	{ "malformed, an id of nothing but punctuation", "?!",
	    SLICE_LIT(AR ": x;;"), true },
	{ "malformed, empty", ID, SLICE_LIT(AR ":"), false },
	{ "malformed, almost", ID, SLICE_LIT(AR ": example.o, example.rg"),
	    false },
	/* Lines that some take for the field. */
	{ "hidden, a control first", ID,
	    SLICE_LIT("\1" AR ": example.org; none"), true },
	{ "hidden, a fold before the colon", ID,
	    SLICE_LIT(AR "\r\n : example.org; none"), true },
	{ "hidden, no colon", ID, SLICE_LIT(AR " example.org; none"),
	    true },
	{ "hidden, NUL behind the name", ID,
	    SLICE_LIT(AR "\0: example.org; none"), true },
	{ "hidden, another", ID, SLICE_LIT("\1" AR ": example.com; none"),
	    false },
	{ "hidden behind LF", ID,
	    SLICE_LIT("Subject: x\n" AR ": example.org; none"),
	    true },
	{ "hidden behind CR", ID,
	    SLICE_LIT("Subject: x\r" AR ": example.org; none"),
	    true },
	{ "hidden in a forged one", ID,
	    SLICE_LIT(AR ": example.com; none\n" AR ": example.org; none"),
	    true },
	{ "hidden behind LF, another", ID,
	    SLICE_LIT("Subject: x\n" AR ": example.com; none"), false },
	{ "not hidden: a fold", ID,
	    SLICE_LIT("Subject: x\r\n " AR ": example.org; none"), false },
};

START_TEST(finds)
{
	struct mailauth_message *m;
	struct mailauth_forged *f;
	struct buf b = { 0 };

	ma_buf_str(&b, "From: a@example.com\r\n");
	ma_buf_slice(&b, rows[_i].text);
	ma_buf_str(&b, "\r\nTo: b@example.com\r\n\r\n" AR
	    ": example.org; none\r\n");
	m = message_of(ma_slice(b.p, b.n));
	f = mailauth_forged_new(m, rows[_i].id);
	ck_assert_ptr_nonnull(f);
	ck_assert_msg(mailauth_forged_count(f) == rows[_i].forged, "%s",
	    rows[_i].clause);
	if (rows[_i].forged) {
		ck_assert_uint_eq(mailauth_forged_offset(f, 0), 21);
		ck_assert_uint_eq(mailauth_forged_length(f, 0),
		    rows[_i].text.n + 2);
	}
	mailauth_forged_free(f);
	mailauth_message_free(m);
	ma_buf_free(&b);
}
END_TEST

/* ---- Places ---- */

static const char many[] =
    AR ": example.org; none\r\n"			/* 0, 43 */
    "Received: x\r\n"					/* 43, 13 */
    AR ": example.com; spf=pass\r\n"			/* 56, 47 */
    "authentication-results : example.org;\r\n none\r\n"	/* 103, 46 */
    "Subject: a\r\n"					/* 149, 12 */
    "Subject: b\n" AR ": example.org; none\r\n"		/* 161, 54 */
    "\1" AR ": example.org; none\r\n"			/* 215, 44 */
    AR ": exam(x)ple.org pass\r\n";			/* 259, 45 */
static const char many_want[] = "259+45 " AR ":4, 215+44 :0, 161+54 Subject:2, "
    "103+46 authentication-results:3, 0+43 " AR ":1";

static void
check_places(const struct mailauth_forged *f)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < mailauth_forged_count(f); i++) {
		size_t n;
		const char *name = mailauth_forged_name(f, i, &n);

		ma_buf_fmt(&b, "%s%u+%u %.*s:%u", i > 0 ? ", " : "",
		    (unsigned)mailauth_forged_offset(f, i),
		    (unsigned)mailauth_forged_length(f, i), (int)n, name,
		    (unsigned)mailauth_forged_occurrence(f, i));
	}
	ma_buf_char(&b, '\0');
	ck_assert_str_eq(b.p, many_want);
	ma_buf_free(&b);
}

/* CVE-2022-48521: from the bottom up, each as it is counted before. */
START_TEST(tells_places)
{
	struct mailauth_message *m = message_of(ma_str(many));
	struct mailauth_forged *f = NULL;

	for (size_t i = 0; f == NULL; i++) {
		wrap_start(i);
		f = mailauth_forged_new(m, ID);
		wrap_start(SIZE_MAX);
		ck_assert(f == NULL || i > 3);
	}
	check_places(f);
	mailauth_forged_free(f);
	mailauth_message_free(m);
}
END_TEST

/* A header that is not known has no forged field that could be told. */
START_TEST(refuses_what_is_not_known)
{
	struct mailauth_message *m = mailauth_message_new();

	mailauth_message_set_limit(m, MAILAUTH_MESSAGE_HEADER_BYTES, 10);
	mailauth_message_write(m, AR ": example.org; none\r\n", 43);
	mailauth_message_end(m);
	ck_assert_ptr_null(mailauth_forged_new(m, ID));
	mailauth_message_free(m);
	m = mailauth_message_new();
	wrap_start(0);
	ck_assert_int_eq(mailauth_message_write(m, AR ": example.org; none\r\n",
	    43), MAILAUTH_ENOMEM);
	wrap_start(SIZE_MAX);
	mailauth_message_end(m);
	ck_assert_ptr_null(mailauth_forged_new(m, ID));
	mailauth_message_free(m);
}
END_TEST

/* ---- Growth ---- */

static const struct {
	const char *text;
	unsigned n;
} floods[] = {
	{ AR ": example.org; none\r\n", 4000 },
	{ AR ": example.org\r\n", 4000 },
	{ "Subject: x\n" AR ": example.org; none\r\n", 4000 },
	{ AR ": example.com; none\r\n", 4000 },
	{ "\n\1\1\1" AR "x", 4000 },
	{ "example.orexample.", 10000 },
	{ "\r" AR ":", 4000 },
};

static void
find_flood(int row, unsigned n)
{
	struct mailauth_message *m;
	struct buf b = { 0 };

	ma_buf_str(&b, AR ": ;");
	for (unsigned i = 0; i < n; i++)
		ma_buf_str(&b, floods[row].text);
	m = message_of(ma_slice(b.p, b.n));
	mailauth_forged_free(mailauth_forged_new(m, ID));
	mailauth_message_free(m);
	ma_buf_free(&b);
}

START_TEST(grows_linearly)
{
	unit_grows_linearly(find_flood, _i, floods[_i].n);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("forged");
	TCase *tc = tcase_create("forged"), *growth = unit_growth();

	tcase_add_loop_test(tc, finds, 0, ROWS(rows));
	tcase_add_test(tc, tells_places);
	tcase_add_test(tc, refuses_what_is_not_known);
	suite_add_tcase(suite, tc);
	tcase_add_loop_test(growth, grows_linearly, 0, ROWS(floods));
	suite_add_tcase(suite, growth);
	return unit_run(suite);
}
