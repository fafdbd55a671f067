/*
 * Authentication-Results read, built, written, and removed: RFC 8601.
 */
#include <stdio.h>

#include "authres/authres.h"
#include "mailauth.h"
#include "unit.h"
#include "wrap.h"

/* All that a handle holds, as one line. */
static void
describe(const struct mailauth_authres *a, struct buf *b)
{
	const char *text, *ptype, *property;

	ma_buf_fmt(b, "%s", mailauth_authres_authserv_id(a));
	for (int k = 0; (text = mailauth_authres_comment(a,
	    MAILAUTH_AUTHRES_HEAD, k)) != NULL; k++)
		ma_buf_fmt(b, " (%s)", text);
	if (mailauth_authres_version(a) != 1)
		ma_buf_fmt(b, " v%u", (unsigned)mailauth_authres_version(a));
	for (int i = 0; i < mailauth_authres_count(a); i++) {
		ma_buf_fmt(b, "|%s", mailauth_authres_method(a, i));
		if (mailauth_authres_method_version(a, i) != 1)
			ma_buf_fmt(b, "/%u",
			    (unsigned)mailauth_authres_method_version(a, i));
		ma_buf_fmt(b, "=%s", mailauth_authres_result(a, i));
		if ((text = mailauth_authres_reason(a, i)) != NULL)
			ma_buf_fmt(b, " r<%s>", text);
		for (int k = 0; (text = mailauth_authres_comment(a, i,
		    k)) != NULL; k++)
			ma_buf_fmt(b, " (%s)", text);
		for (int k = 0; (text = mailauth_authres_property(a, i, k,
		    &ptype, &property)) != NULL; k++)
			ma_buf_fmt(b, " %s.%s<%s>", ptype, property, text);
	}
	ma_buf_char(b, '\0');
	ck_assert(!b->failed);
}

/* What is written reads back as what is held. */
static void
check_round_trip(struct mailauth_authres *a)
{
	struct buf held = { 0 }, read = { 0 };
	const char *text = mailauth_authres_text(a);
	struct mailauth_authres *again;
	struct slice value;
	char error[200];

	ck_assert_ptr_nonnull(text);
	value = ma_str(text);
	ma_cut(&value, ':');
	ck_assert(value.n > 2 &&
	    memcmp(value.p + value.n - 2, "\r\n", 2) == 0);
	value.n -= 2;
	/* One field: every line but the first is a fold, and short enough. */
	for (size_t i = 0, line = 0; i < value.n; i++) {
		ck_assert(++line <= 998);
		if (value.p[i] != '\r' && value.p[i] != '\n')
			continue;
		ck_assert(value.p[i] == '\r' && value.p[i + 1] == '\n' &&
		    value.p[i + 2] == '\t' && value.p[i + 3] != '\r');
		i++;
		line = 0;
	}
	ck_assert_msg(mailauth_authres_parse(value.p, value.n, &again, error,
	    sizeof error) == MAILAUTH_DONE, "%s\n%s", error, text);
	describe(a, &held);
	describe(again, &read);
	ck_assert_str_eq(held.p, read.p);
	mailauth_authres_free(again);
	ma_buf_free(&held);
	ma_buf_free(&read);
}

/* ---- The grammar: section 2.2 ---- */

static const struct {
	const char *clause, *value;
	const char *want;		/* NULL: it is none */
	const char *error;
} values[] = {
	{ "no-result", "example.org; none", "example.org", NULL },
	{ "no-result, CFWS", " (a) example.org(b)1 (c) ; (d) NONE (e)",
	    "example.org (a) (b) (c) (d) (e)", NULL },
	{ "the field's end", "example.org; x=y\r\n", "example.org|x=y", NULL },
	{ "authres-version", "a.example 2; none", "a.example v2", NULL },
	{ "appendix B.3", "example.com;\r\n spf=pass smtp.mailfrom=example.net",
	    "example.com|spf=pass smtp.mailfrom<example.net>", NULL },
	{ "appendix B.4", "example.com; auth=pass (cram-md5) "
	    "smtp.auth=sender@example.net; spf=pass smtp.mailfrom=example.net",
	    "example.com|auth=pass (cram-md5) smtp.auth<sender@example.net>"
	    "|spf=pass smtp.mailfrom<example.net>", NULL },
	{ "appendix B.6", "example.com; dkim=pass reason=\"good signature\""
	    "\r\n header.i=@mail-router.example.net; dkim=fail "
	    "reason=\"bad signature\" header.i=@newyork.example.com",
	    "example.com|dkim=pass r<good signature> "
	    "header.i<@mail-router.example.net>|dkim=fail r<bad signature> "
	    "header.i<@newyork.example.com>", NULL },
	{ "appendix B.7", "foo.example.net (foobar) 1 (baz);\r\n"
	    " dkim (Because I like it) / 1 (One yay) = (wait for it) fail\r\n"
	    " policy (A dot can go here) . (like that) expired\r\n"
	    " (this surprised me) = (as I wasn't expecting it) 1362471462",
	    "foo.example.net (foobar) (baz)|dkim=fail (Because I like it) "
	    "(One yay) (wait for it) (A dot can go here) (like that) "
	    "(this surprised me) (as I wasn't expecting it) "
	    "policy.expired<1362471462>", NULL },
	{ "case", "Example.ORG; DKIM=Pass HEADER.D=Example.COM",
	    "Example.ORG|dkim=pass header.d<Example.COM>", NULL },
	{ "value: quoted", "\"a b\"; x=y z.w=\"c \\\"d\\\\ e\"",
	    "a b|x=y z.w<c \"d\\ e>", NULL },
	{ "value: empty", "a; x=y reason=\"\" z.w=\"\"", "a|x=y r<> z.w<>",
	    NULL },
	{ "value: folded", "a; x=y reason=\"b\r\n c\"", "a|x=y r<b c>", NULL },
	{ "value: folded", "a; x=y reason=\"b\r\n\tc\" (d\r\n\te)",
	    "a|x=y r<b c> (d e)", NULL },
	{ "value: UTF-8", "b\xc3\xbc; x=y z.w=\xc3\xa9 z.v=\xc3\xa9@\xc3\xa9.de",
	    "b\xc3\xbc|x=y z.w<\xc3\xa9> z.v<\xc3\xa9@\xc3\xa9.de>", NULL },
	{ "pvalue: local-part", "a; x=y z.w=a=b/c?d@e.example",
	    "a|x=y z.w<a=b/c?d@e.example>", NULL },
	{ "pvalue: quoted local-part", "a; x=y z.w=\"b c\"@e.example",
	    "a|x=y z.w<\"b c\"@e.example>", NULL },
	{ "pvalue: folded local-part", "a; x=y z.w=\"b\r\n c\r\n\t\\\"d\""
	    "@e.example", "a|x=y z.w<\"b c \\\"d\"@e.example>", NULL },
	{ "pvalue: CFWS behind a local-part (RFC 5322 3.4.1)",
	    "a; x=y z.w=b(c)\r\n @e.example q.r=\"f\" @g.example",
	    "a|x=y (c) z.w<b@e.example> q.r<\"f\"@g.example>", NULL },
	{ "method-version", "a; x/2=y", "a|x/2=y", NULL },
	{ "method-version, 1*DIGIT", "a 0000000000002; x/0000000001=y",
	    "a v2|x=y", NULL },
	{ "method-version, the highest", "a; x/4294967295=y",
	    "a|x/4294967295=y", NULL },
	{ "unknown words", "a; x-y--z=w p-q.r=t", "a|x-y--z=w p-q.r<t>",
	    NULL },
	{ "a property of type reason", "a; x=y reason (b) . c=d",
	    "a|x=y (b) reason.c<d>", NULL },
	{ "propspecs need no blank", "a; x=y z.w=\"b\"q.r=c",
	    "a|x=y z.w<b> q.r<c>", NULL },
	{ "reason, a comment apart", "a; x=y reason=\"b\"(c)z.w=d",
	    "a|x=y r<b> (c) z.w<d>", NULL },
	{ "reason is a method", "a; reason=pass", "a|reason=pass", NULL },
	{ "none is a method", "a; none=pass", "a|none=pass", NULL },
	{ "nested comments", "a; x=y ((b) c (d (e))) z.w=1",
	    "a|x=y ((b) c (d (e))) z.w<1>", NULL },
	{ "quoted pairs in comments", "a; x=y (b \\) \\( \\\\ c)",
	    "a|x=y (b ) ( \\ c)", NULL },
	{ "comment between result and property", "a; x=y(b)z.w=1",
	    "a|x=y (b) z.w<1>", NULL },
	{ "semicolons inside", "a; x=y reason=\"; spf=pass\" (; dkim=pass)",
	    "a|x=y r<; spf=pass> (; dkim=pass)", NULL },

	{ "authserv-id", "", NULL, "octet 0: there is no authserv-id" },
	{ "authserv-id", "; none", NULL, "octet 0: there is no authserv-id" },
	{ "authserv-id empty", "\"\"; none", NULL,
	    "octet 2: the authserv-id cannot be one" },
	{ "resinfo", "example.com", NULL, "octet 11: no result follows" },
	{ "version", "example.com v1; none", NULL,
	    "octet 12: a version is no number" },
	{ "version apart", "\"a\"1; none", NULL,
	    "octet 3: no result follows" },
	{ "Keyword", "a; -=y", NULL, "octet 3: a result has no method" },
	{ "Keyword", "a; spf-=y", NULL, "octet 3: a result has no method" },
	{ "Keyword", "a; s_f=y", NULL, "octet 4: a method has no \"=\"" },
	{ "Keyword", "a; x=y-", NULL, "octet 5: a method has no result" },
	{ "reasonspec apart", "a; x=y reason=\"b\"z.w=c", NULL,
	    "octet 17: no blank follows a reason" },
	{ "pvalue: dots", "a; x=y z.w=b@c..d", NULL,
	    "octet 13: no domain follows an \"@\"" },
	{ "pvalue: dots", "a; x=y z.w=b..c@d.e", NULL,
	    "octet 11: a local-part is malformed" },
	{ "pvalue: dots", "a; x=y z.w=.b@d.e", NULL,
	    "octet 11: a local-part is malformed" },
	{ "version", "example.com 1 2; none", NULL,
	    "octet 14: no result follows" },
	{ "resinfo empty", "a;", NULL, "octet 2: a result has no method" },
	{ "resinfo empty", "a; x=y;", NULL,
	    "octet 7: a result has no method" },
	{ "resinfo empty", "a;; x=y", NULL,
	    "octet 2: a result has no method" },
	{ "no-result alone", "a; none; x=y", NULL,
	    "octet 7: a method has no \"=\"" },
	{ "no-result alone", "a; x=y; none", NULL,
	    "octet 12: a method has no \"=\"" },
	{ "no-result", "a; none x", NULL,
	    "octet 8: a method has no \"=\"" },
	{ "methodspec", "a; x", NULL, "octet 4: a method has no \"=\"" },
	{ "methodspec", "a; x=", NULL, "octet 5: a method has no result" },
	{ "methodspec", "a; x=\"y\"", NULL,
	    "octet 5: a method has no result" },
	{ "method-version", "a; x/=y", NULL,
	    "octet 5: a version is no number" },
	{ "method-version, above", "a; x/4294967296=y", NULL,
	    "octet 5: a version is no number" },
	{ "reasonspec", "a; x=y reason=", NULL,
	    "octet 14: reason has no value" },
	{ "reasonspec comes first", "a; x=y z.w=1 reason=b", NULL,
	    "octet 19: a property has no \".\"" },
	{ "propspec", "a; x=y z", NULL, "octet 8: a property has no \".\"" },
	{ "propspec", "a; x=y z.=1", NULL,
	    "octet 9: a property has no name" },
	{ "propspec", "a; x=y z.w", NULL, "octet 10: a property has no \"=\"" },
	{ "propspec", "a; x=y z.w=", NULL,
	    "octet 11: a property has no value" },
	{ "pvalue", "a; x=y z.w=b c", NULL,
	    "octet 14: a property has no \".\"" },
	{ "pvalue: a colon", "a; x=y z.w=2001:db8::1", NULL,
	    "octet 15: here stands neither reason nor a property" },
	{ "pvalue: no domain", "a; x=y z.w=b@", NULL,
	    "octet 13: no domain follows an \"@\"" },
	{ "pvalue: no domain", "a; x=y z.w=b @ c.d", NULL,
	    "octet 14: no domain follows an \"@\"" },
	{ "pvalue: comment", "a; x=y z.w=b(c @d.e", NULL,
	    "octet 12: a comment is malformed" },
	{ "comment", "a; x=y (b", NULL, "octet 6: a comment is malformed" },
	{ "comment", "a; x=y b)", NULL, "octet 8: a property has no \".\"" },
	{ "quoted-string", "a; x=y reason=\"b", NULL,
	    "octet 14: a quoted string is malformed" },
	{ "not UTF-8", "a; x=y z.w=\xff", NULL,
	    "octet 11: a property has no value" },
	{ "bare CR", "a; x=y\r z.w=1", NULL,
	    "octet 6: here stands neither reason nor a property" },
	{ "control", "a; x=y \x01", NULL,
	    "octet 7: here stands neither reason nor a property" },
};

START_TEST(reads_fields)
{
	struct mailauth_authres *a;
	struct buf b = { 0 };
	char error[200];
	int r = mailauth_authres_parse(values[_i].value,
	    strlen(values[_i].value), &a, error, sizeof error);

	if (values[_i].want == NULL) {
		ck_assert_msg(r == MAILAUTH_ESYNTAX, "%s: %s",
		    values[_i].clause, values[_i].value);
		ck_assert_ptr_null(a);
		ck_assert_str_eq(error, values[_i].error);
		return;
	}
	ck_assert_msg(r == MAILAUTH_DONE, "%s: %s", values[_i].clause, error);
	describe(a, &b);
	ck_assert_str_eq(b.p, values[_i].want);
	check_round_trip(a);
	mailauth_authres_free(a);
	ma_buf_free(&b);
}
END_TEST

START_TEST(takes_nul_for_what_it_is)
{
	struct mailauth_authres *a;

	ck_assert_int_eq(mailauth_authres_parse("a; x=y z.w=\0", 12, &a, NULL,
	    0), MAILAUTH_ESYNTAX);
	ck_assert_int_eq(mailauth_authres_parse("\"a\0\"; none", 10, &a, NULL,
	    0), MAILAUTH_ESYNTAX);
	ck_assert_int_eq(mailauth_authres_parse(NULL, 1, &a, NULL, 0),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_authres_parse("a; none", 7, NULL, NULL, 0),
	    MAILAUTH_EINVAL);
}
END_TEST

/* ---- Limits: at each, and one above ---- */

static const struct {
	const char *head, *one;
	int most;
	const char *error;
} floods[] = {
	{ "a", "; x=y", MAILAUTH_AUTHRES_RESULTS, "more results" },
	{ "a; x=y", " z.w=1", MAILAUTH_AUTHRES_PROPERTIES, "more properties" },
	{ "a; x=y", " (b)", MAILAUTH_AUTHRES_COMMENTS, "more comments" },
	{ "a; none", "(b)", MAILAUTH_AUTHRES_COMMENTS, "more comments" },
};

START_TEST(keeps_limits)
{
	struct mailauth_authres *a;
	struct buf b = { 0 };
	char error[200];

	ma_buf_str(&b, floods[_i].head);
	for (int i = 0; i < floods[_i].most; i++)
		ma_buf_str(&b, floods[_i].one);
	ck_assert_int_eq(mailauth_authres_parse(b.p, b.n, &a, error,
	    sizeof error), MAILAUTH_DONE);
	if (_i < 3)
		check_round_trip(a);
	mailauth_authres_free(a);
	ma_buf_str(&b, floods[_i].one);
	ck_assert_int_eq(mailauth_authres_parse(b.p, b.n, &a, error,
	    sizeof error), MAILAUTH_ESYNTAX);
	ck_assert_ptr_nonnull(strstr(error, floods[_i].error));
	ma_buf_free(&b);
}
END_TEST

/* Many results, one deep comment, one long value: in linear time. */
static void
parse_flood(int row, unsigned n)
{
	static const char *const pieces[] = { " (", "x", "\\\\" };
	struct mailauth_authres *a;
	struct buf b = { 0 };

	ma_buf_str(&b, row == 0 ? "a; x=y" : "a; x=y reason=\"");
	for (unsigned i = 0; i < n; i++)
		ma_buf_str(&b, pieces[row]);
	for (unsigned i = 0; i < n && row == 0; i++)
		ma_buf_char(&b, ')');
	ma_buf_str(&b, row == 0 ? "" : "\"");
	ck_assert_int_eq(mailauth_authres_parse(b.p, b.n, &a, NULL, 0),
	    MAILAUTH_DONE);
	mailauth_authres_free(a);
	ma_buf_free(&b);
}

START_TEST(reads_in_linear_time)
{
	unit_grows_linearly(parse_flood, _i, 100000);
}
END_TEST

/* ---- Built ---- */

START_TEST(builds_fields)
{
	struct mailauth_authres *a = mailauth_authres_new();
	const char *ptype, *property;

	ck_assert_ptr_null(mailauth_authres_text(a));
	ck_assert_int_eq(mailauth_authres_set_authserv_id(a, ""),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_authres_set_authserv_id(a, "a\r\nb"),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_authres_set_authserv_id(a, "mx.example"),
	    MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_authres_set_authserv_id(a, "mx.example"),
	    MAILAUTH_EUSE);
	ck_assert_str_eq(mailauth_authres_text(a),
	    "Authentication-Results: mx.example; none\r\n");
	ck_assert_int_eq(mailauth_authres_add_result(a, "DKIM", 1, "Pass"), 0);
	ck_assert_int_eq(mailauth_authres_add_result(a, "x", 7, "y"), 1);
	ck_assert_int_eq(mailauth_authres_set_reason(a, 0, "good", 4),
	    MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_authres_set_reason(a, 0, "good", 4),
	    MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_authres_add_property(a, 0, "Header", "I",
	    "@example.com", 12), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_authres_add_comment(a, 0, "2048-bit", 8),
	    MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_authres_add_comment(a, MAILAUTH_AUTHRES_HEAD,
	    "us", 2), MAILAUTH_DONE);
	ck_assert_str_eq(mailauth_authres_text(a),
	    "Authentication-Results: mx.example (us);\r\n"
	    "\tdkim=pass reason=good (2048-bit) header.i=@example.com;\r\n"
	    "\tx/7=y\r\n");
	ck_assert_str_eq(mailauth_authres_property(a, 0, 0, &ptype, &property),
	    "@example.com");
	ck_assert_str_eq(ptype, "header");
	ck_assert_str_eq(property, "i");
	ck_assert_ptr_null(mailauth_authres_property(a, 0, 1, &ptype, NULL));
	ck_assert_ptr_null(ptype);
	check_round_trip(a);

	ck_assert_int_eq(mailauth_authres_add_result(a, "x y", 1, "z"),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_authres_add_result(a, "x", 1, "z;"),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_authres_add_result(a, "", 1, "z"),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_authres_add_property(a, 0, "x", "y=z", "", 0),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_authres_add_property(a, 2, "x", "y", "", 0),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_authres_set_reason(a, -1, "", 0),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_authres_add_comment(a, -2, "", 0),
	    MAILAUTH_EINVAL);
	mailauth_authres_free(a);
}
END_TEST

/* Words of 64 octets, and an authserv-id of 255. */
START_TEST(keeps_limits_of_words)
{
	struct mailauth_authres *a = mailauth_authres_new();
	char word[66], id[257];

	memset(word, 'x', sizeof word);
	memset(id, 'i', sizeof id);
	word[65] = id[256] = '\0';
	ck_assert_int_eq(mailauth_authres_set_authserv_id(a, id),
	    MAILAUTH_EINVAL);
	id[255] = '\0';
	ck_assert_int_eq(mailauth_authres_set_authserv_id(a, id),
	    MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_authres_add_result(a, word, 1, "x"),
	    MAILAUTH_EINVAL);
	word[64] = '\0';
	ck_assert_int_eq(mailauth_authres_add_result(a, word, 999999999, word),
	    0);
	ck_assert_int_eq(mailauth_authres_add_property(a, 0, word, word, id,
	    255), MAILAUTH_DONE);
	check_round_trip(a);
	mailauth_authres_free(a);
}
END_TEST

/* Whatever a stranger has chosen: one field, no other result. */
static const char *const hostile[] = {
	"; spf=pass", "\r\nX: y", "\r\n\r\nbody", "a\r\n b", "\"; dkim=pass (",
	"\\", "\\\\\"", ")", "(", "))((", "\x01\x7f\x80\xff", "\xc3\xa9",
	"\xc2\x85", "\xed\xa0\x80", "", " ", "  a  ", "a@b.example",
	"a b@c.example", "@", "@@", "\"a\"@b.example", "a@b@c.example",
	"a@b_c.example", ".a", "a..b", "a.", "a=b", "a;b", "none", "reason=x",
	"\t\t", "\r", "\n", "a@\xc3\xa9.example", "=?utf-8?q?a?=",
	"a@b.example; spf=pass", "2001:db8::1", "[192.0.2.1]", "<a@b.example>",
};

START_TEST(bears_hostile_values)
{
	struct mailauth_authres *a = mailauth_authres_new();
	const char *text = hostile[_i];
	size_t n = strlen(text);

	mailauth_authres_set_authserv_id(a, "mx.example");
	mailauth_authres_add_result(a, "dkim", 1, "fail");
	ck_assert_int_eq(mailauth_authres_set_reason(a, 0, text, n),
	    MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_authres_add_comment(a, 0, text, n),
	    MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_authres_add_comment(a, -1, text, n),
	    MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_authres_add_property(a, 0, "header", "d",
	    text, n), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_authres_add_property(a, 0, "header", "i", "x",
	    1), MAILAUTH_DONE);
	check_round_trip(a);
	ck_assert_int_eq(mailauth_authres_count(a), 1);
	mailauth_authres_free(a);
}
END_TEST

/* 800 octets as written, escapes counted; more is cut, once. */
START_TEST(cuts_long_values)
{
	static const char *const chars[] = { "x", "\"", "(", "\xc3\xa9" };
	struct mailauth_authres *a = mailauth_authres_new();
	struct buf b = { 0 };
	const char *held;

	mailauth_authres_set_authserv_id(a, "mx.example");
	mailauth_authres_add_result(a, "dkim", 1, "fail");
	for (int i = 0; i < 1000; i++)
		ma_buf_str(&b, chars[_i]);
	for (size_t n = 390; n < 1000; n++) {
		size_t octets = n * strlen(chars[_i]);

		if (n > 410 && n < 795)
			n = 795;
		ck_assert_int_eq(mailauth_authres_add_property(a, 0, "header",
		    "d", b.p, octets), MAILAUTH_DONE);
		if (mailauth_authres_property(a, 0, 99, NULL, NULL) != NULL)
			break;
	}
	ck_assert_int_eq(mailauth_authres_set_reason(a, 0, b.p, b.n),
	    MAILAUTH_DONE);
	held = mailauth_authres_reason(a, 0);
	ck_assert_str_eq(held + strlen(held) - 3, "...");
	ck_assert_int_eq(mailauth_authres_add_comment(a, 0, b.p, b.n),
	    MAILAUTH_DONE);
	check_round_trip(a);
	ma_buf_free(&b);
	mailauth_authres_free(a);
}
END_TEST

START_TEST(merges_fields)
{
	static const char first[] = "a.example (x); spf=pass (y) z.w=1";
	static const char second[] = "A.example; dkim=fail reason=b z.w=\"c d\"";
	struct mailauth_authres *to = mailauth_authres_new(), *one, *two;

	mailauth_authres_parse(first, strlen(first), &one, NULL, 0);
	mailauth_authres_parse(second, strlen(second), &two, NULL, 0);
	mailauth_authres_set_authserv_id(to, "a.example");
	ck_assert_int_eq(ma_authres_merge(to, one), MAILAUTH_DONE);
	ck_assert_int_eq(ma_authres_merge(to, two), MAILAUTH_DONE);
	ck_assert_str_eq(mailauth_authres_text(to),
	    "Authentication-Results: a.example;\r\n\tspf=pass (y) z.w=1;\r\n"
	    "\tdkim=fail reason=b z.w=\"c d\"\r\n");
	mailauth_authres_free(to);
	mailauth_authres_free(one);
	mailauth_authres_free(two);
}
END_TEST

/* ---- Forged fields: section 5 ---- */

static const struct {
	const char *what, *id, *text;
	/* "occurrence@offset+length" from the bottom up. */
	const char *want;
} forgeries[] = {
	{ "none", "mx.example", "From: a\r\n\r\n", "" },
	{ "of others", "mx.example",
	    "Authentication-Results: other.example; none\r\n\r\n", "" },
	{ "ours", "mx.example",
	    "Authentication-Results: mx.example; none\r\n\r\n", "1@0+42" },
	{ "anywhere", "mx.example", "A: b\r\n"
	    "Authentication-Results: mx.example; none\r\nC: d\r\n"
	    "authentication-results:x.example; none\r\n"
	    "AUTHENTICATION-RESULTS \t:\r\n MX.Example\r\n (c) 1; spf=pass\r\n"
	    "\r\n", "3@94+58 1@6+42" },
	{ "LF", "mx.example", "A: b\nAuthentication-Results: mx.example;\n"
	    " none\n\n", "1@5+42" },
	{ "an unknown version", "mx.example",
	    "Authentication-Results: mx.example 2; none\r\n\r\n", "1@0+44" },
	{ "quoted", "mx.example",
	    "Authentication-Results: \"mx\\.example\"; none\r\n\r\n",
	    "1@0+45" },
	{ "A-label of ours", "b\xc3\xbc" "cher.example",
	    "Authentication-Results: XN--bcher-kva.example; none\r\n\r\n",
	    "1@0+53" },
	{ "U-label of ours", "xn--bcher-kva.example",
	    "Authentication-Results: b\xc3\xbc" "cher.example; none\r\n\r\n",
	    "1@0+47" },
	{ "not a part of it", "mx.example",
	    "Authentication-Results: amx.example; none\r\n"
	    "Authentication-Results: mx.example.net; none\r\n"
	    "Authentication-Results: x; spf=pass z.w=mx.example\r\n\r\n", "" },
	{ "malformed, with our name", "mx.example",
	    "Authentication-Results: mx.example spf=pass\r\n"
	    "Authentication-Results: mx.example\r\n"
	    "Authentication-Results: ;;(MX.EXAMPLE\r\n"
	    "Authentication-Results: mx.other spf\r\n"
	    "Authentication-Results:\r\n\r\n", "3@81+39 2@45+36 1@0+45" },
	{ "other fields", "mx.example", "X-Authentication-Results: mx.example;"
	    " none\r\nARC-Authentication-Results: i=1; mx.example; none\r\n"
	    "\r\n", "" },
};

START_TEST(finds_forged_fields)
{
	struct mailauth_message *m = mailauth_message_new();
	struct mailauth_forged *f;
	struct buf b = { 0 };
	size_t n;

	mailauth_message_set_line_ends(m, MAILAUTH_LINES_FIRST);
	ck_assert_ptr_null(mailauth_forged_new(m, forgeries[_i].id));
	mailauth_message_write(m, forgeries[_i].text,
	    strlen(forgeries[_i].text));
	mailauth_message_end(m);
	f = mailauth_forged_new(m, forgeries[_i].id);
	ck_assert_ptr_nonnull(f);
	for (size_t i = 0; i < mailauth_forged_count(f); i++) {
		uint64_t at = mailauth_forged_offset(f, i);
		uint64_t length = mailauth_forged_length(f, i);
		const char *name = mailauth_forged_name(f, i, &n);

		ma_buf_fmt(&b, "%s%u@%u+%u", i > 0 ? " " : "",
		    (unsigned)mailauth_forged_occurrence(f, i), (unsigned)at,
		    (unsigned)length);
		ck_assert_uint_eq(n, 22);
		ck_assert_mem_eq(name, forgeries[_i].text + at, n);
		ck_assert(forgeries[_i].text[at + length - 1] == '\n');
	}
	ma_buf_char(&b, '\0');
	ck_assert_msg(strcmp(b.p, forgeries[_i].want) == 0, "%s: %s",
	    forgeries[_i].what, b.p);
	ck_assert_ptr_null(mailauth_forged_name(f, 9, NULL));
	ck_assert_uint_eq(mailauth_forged_occurrence(f, 9), 0);
	mailauth_forged_free(f);
	mailauth_message_free(m);
	ma_buf_free(&b);
}
END_TEST

/* ---- Memory ---- */

static const char full[] = "a.example (b) 2; dkim/3=pass reason=c (d) e.f=g "
    "h.i=\"j k\"; spf=none";

static bool
use_memory(void)
{
	struct mailauth_authres *a = NULL, *to = NULL;
	struct mailauth_message *m = NULL;
	struct mailauth_forged *f = NULL;
	bool ok = mailauth_authres_parse(full, strlen(full), &a, NULL, 0) ==
	    MAILAUTH_DONE && (to = mailauth_authres_new()) != NULL &&
	    mailauth_authres_set_authserv_id(to, "x") == MAILAUTH_DONE &&
	    ma_authres_merge(to, a) == MAILAUTH_DONE &&
	    mailauth_authres_text(to) != NULL &&
	    (m = mailauth_message_new()) != NULL &&
	    mailauth_message_write(m, "Authentication-Results: x; none\n", 32)
	    == MAILAUTH_DONE && mailauth_message_end(m) == MAILAUTH_DONE &&
	    (f = mailauth_forged_new(m, "x")) != NULL;

	mailauth_forged_free(f);
	mailauth_message_free(m);
	mailauth_authres_free(a);
	mailauth_authres_free(to);
	return ok;
}

START_TEST(bears_a_lack_of_memory)
{
	size_t i = 0;

	for (bool ok = false; !ok; i++) {
		wrap_start(i);
		ok = use_memory();
		ck_assert(ok == (wrap_requests <= i));
	}
	ck_assert_uint_gt(i, 20);
	wrap_start(SIZE_MAX);
	mailauth_authres_free(NULL);
	mailauth_forged_free(NULL);
	ck_assert_int_eq(mailauth_authres_count(NULL), 0);
	ck_assert_ptr_null(mailauth_authres_authserv_id(NULL));
	ck_assert_ptr_null(mailauth_authres_text(NULL));
	ck_assert_ptr_null(mailauth_authres_comment(NULL, -1, 0));
	ck_assert_uint_eq(mailauth_forged_count(NULL), 0);
	ck_assert_ptr_null(mailauth_forged_new(NULL, "a"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("results");
	TCase *tc = tcase_create("fields");

	tcase_add_loop_test(tc, reads_fields, 0, ROWS(values));
	tcase_add_test(tc, takes_nul_for_what_it_is);
	tcase_add_loop_test(tc, keeps_limits, 0, ROWS(floods));
	tcase_add_test(tc, builds_fields);
	tcase_add_test(tc, keeps_limits_of_words);
	tcase_add_loop_test(tc, bears_hostile_values, 0, ROWS(hostile));
	tcase_add_loop_test(tc, cuts_long_values, 0, 4);
	tcase_add_test(tc, merges_fields);
	tcase_add_loop_test(tc, finds_forged_fields, 0, ROWS(forgeries));
	tcase_add_test(tc, bears_a_lack_of_memory);
	suite_add_tcase(suite, tc);
	tc = unit_growth();
	tcase_add_loop_test(tc, reads_in_linear_time, 0, 3);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
