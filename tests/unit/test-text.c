/*
 * The text room: tag lists, tokens of structured fields, the author domain.
 */
#include <time.h>

#include "text/text.h"
#include "unit.h"
#include "wrap.h"

/* ---- Tag lists ---- */

static const struct {
	const char *clause, *text;
	enum tag_space space;
	enum tags_status status;
	const char *tags;		/* name=[value] of each that is read */
} lists[] = {
	{ "3.2 tag-list", "a=1; b=2", TAG_SPACE_FWS, TAGS_OK, "a=[1]b=[2]" },
	{ "3.2 a ; at the end", "a=1;", TAG_SPACE_FWS, TAGS_OK, "a=[1]" },
	{ "3.2 a ; and FWS at the end", "a=1; \r\n ", TAG_SPACE_FWS, TAGS_OK,
	    "a=[1]" },
	{ "3.2 ;;", "a=1;;b=2", TAG_SPACE_FWS, TAGS_SYNTAX, "a=[1]b=[2]" },
	{ "3.2 ;; at the end", "a=1;;", TAG_SPACE_FWS, TAGS_SYNTAX, "a=[1]" },
	{ "3.2 ; at the start", ";a=1", TAG_SPACE_FWS, TAGS_SYNTAX, "a=[1]" },
	{ "3.2 ; alone", ";", TAG_SPACE_FWS, TAGS_SYNTAX, "" },
	{ "3.2 nothing", "", TAG_SPACE_FWS, TAGS_SYNTAX, "" },
	{ "3.2 blanks alone", "  ", TAG_SPACE_FWS, TAGS_SYNTAX, "" },
	{ "3.2 FWS around all", " a = 1 ;\r\n\tb\t=\r\n 2\r\n\t", TAG_SPACE_FWS,
	    TAGS_OK, "a=[1]b=[2]" },
	{ "3.2 FWS inside stays", "a=1 \r\n 2", TAG_SPACE_FWS, TAGS_OK,
	    "a=[1 \r\n 2]" },
	{ "3.2 an empty value is a value", "a=;b= ", TAG_SPACE_FWS, TAGS_OK,
	    "a=[]b=[]" },
	{ "3.2 = in a value", "a=b=c==", TAG_SPACE_FWS, TAGS_OK, "a=[b=c==]" },
	{ "3.2 no =", "a; b=1", TAG_SPACE_FWS, TAGS_SYNTAX, "b=[1]" },
	{ "3.2 no name", "=1", TAG_SPACE_FWS, TAGS_SYNTAX, "" },
	{ "3.2 a name begins with a letter", "1a=1", TAG_SPACE_FWS,
	    TAGS_SYNTAX, "" },
	{ "3.2 and has an underscore", "a_1=x", TAG_SPACE_FWS, TAGS_OK,
	    "a_1=[x]" },
	{ "3.2 and no hyphen", "a-b=x", TAG_SPACE_FWS, TAGS_SYNTAX, "" },
	{ "3.2 and no blank", "a b=x", TAG_SPACE_FWS, TAGS_SYNTAX, "" },
	{ "3.2 duplicates", "d=a; d=b", TAG_SPACE_FWS, TAGS_DUPLICATE,
	    "d=[a]d=[b]" },
	{ "3.2 duplicates that are equal", "d=a;x=1; d=a", TAG_SPACE_FWS,
	    TAGS_DUPLICATE, "d=[a]x=[1]d=[a]" },
	{ "3.2 duplicates of an unknown name", "zz=1;zy=2;zz=", TAG_SPACE_FWS,
	    TAGS_DUPLICATE, "zz=[1]zy=[2]zz=[]" },
	{ "3.2 names have case", "d=a; D=b", TAG_SPACE_FWS, TAGS_OK,
	    "d=[a]D=[b]" },
	{ "2.8 a bare LF is no FWS", "a=1;\n b=2", TAG_SPACE_FWS, TAGS_SYNTAX,
	    "a=[1]b=[2]" },
	{ "2.8 a bare CR is no FWS", "a=1;\r b=2", TAG_SPACE_FWS, TAGS_SYNTAX,
	    "a=[1]b=[2]" },
	{ "2.8 CRLF without a blank", "a=1;\r\nb=2", TAG_SPACE_FWS,
	    TAGS_SYNTAX, "a=[1]b=[2]" },
	{ "3.2 a control", "a=\001", TAG_SPACE_FWS, TAGS_SYNTAX, "" },
	{ "3.2 VT is no blank", "a=\v1", TAG_SPACE_FWS, TAGS_SYNTAX, "" },
	{ "3.2 DEL", "a=1\177", TAG_SPACE_FWS, TAGS_SYNTAX, "" },
	{ "RFC 8616 5 UTF-8", "d=b\xc3\xbc" "cher", TAG_SPACE_FWS, TAGS_OK,
	    "d=[b\xc3\xbc" "cher]" },
	{ "RFC 8616 5 but no other 8-bit", "d=\xff", TAG_SPACE_FWS,
	    TAGS_SYNTAX, "" },
	{ "RFC 9989 4.8 blanks alone", " v =DMARC1\t; p= none", TAG_SPACE_WSP,
	    TAGS_OK, "v=[DMARC1]p=[none]" },
	{ "RFC 9989 4.8 no folds", "v=DMARC1;\r\n p=none", TAG_SPACE_WSP,
	    TAGS_SYNTAX, "v=[DMARC1]" },
};

START_TEST(reads_tag_lists)
{
	struct slice rest = ma_str(lists[_i].text);
	struct buf b = { 0 };
	enum tag_status got;
	struct tag tag;

	ck_assert_msg(ma_tags_check(rest, lists[_i].space) == lists[_i].status,
	    "%s: %d", lists[_i].clause,
	    (int)ma_tags_check(rest, lists[_i].space));
	ma_buf_str(&b, "");
	while ((got = ma_tag_next(&rest, lists[_i].space, &tag)) != TAG_END)
		if (got == TAG_OK)
			ma_buf_fmt(&b, "%.*s=[%.*s]", SLICE_ARG(tag.name),
			    SLICE_ARG(tag.value));
	ck_assert_msg(ma_eq(ma_slice(b.p, b.n), ma_str(lists[_i].tags)),
	    "%s: %.*s", lists[_i].clause, (int)b.n, b.p);
	ma_buf_free(&b);
}
END_TEST

/* RFC 6376 section 3.7: what is cut out of b= is all between "=" and ";". */
START_TEST(keeps_the_rest_of_a_tag)
{
	struct slice rest = SLICE_LIT("a=1;b= \r\n x y \t;c=2");
	struct tag tag;

	ck_assert(ma_tag_next(&rest, TAG_SPACE_FWS, &tag) == TAG_OK);
	ck_assert(ma_tag_next(&rest, TAG_SPACE_FWS, &tag) == TAG_OK);
	ck_assert(ma_eq(tag.rest, SLICE_LIT(" \r\n x y \t")));
	ck_assert(ma_eq(rest, SLICE_LIT("c=2")));
}
END_TEST

START_TEST(a_nul_is_no_value)
{
	ck_assert(ma_tags_check(SLICE_LIT("a=1\0;b=2"), TAG_SPACE_FWS) ==
	    TAGS_SYNTAX);
	ck_assert(ma_tags_check(SLICE_LIT("a\0=1"), TAG_SPACE_FWS) ==
	    TAGS_SYNTAX);
}
END_TEST

/* Short names, all different, then one of them again. */
static void
many_tags(struct buf *b, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		ma_buf_fmt(b, "t%u=;", i);
	ck_assert(ma_tags_check(ma_slice(b->p, b->n),
	    TAG_SPACE_FWS) == TAGS_OK);
	ma_buf_fmt(b, "t%u=", n / 2);
	ck_assert(ma_tags_check(ma_slice(b->p, b->n), TAG_SPACE_FWS) ==
	    TAGS_DUPLICATE);
}

static void
find_duplicate(int row, unsigned n)
{
	struct buf b = { 0 };

	(void)row;
	many_tags(&b, n);
	ma_buf_free(&b);
}

START_TEST(finds_duplicates_in_no_time)
{
	struct buf b = { 0 };

	unit_grows_linearly(find_duplicate, 0, 10000);
	many_tags(&b, 1000);
	wrap_start(0);
	ck_assert(ma_tags_check(ma_slice(b.p, b.n), TAG_SPACE_FWS) ==
	    TAGS_NOMEM);
	wrap_start(SIZE_MAX);
	ma_buf_free(&b);
}
END_TEST

/* ---- Tokens ---- */

static const struct {
	const char *clause, *text, *tokens;
} token_rows[] = {
	{ "3.2.3 atoms", "a b!#$%&'*+-/=?^_`{|}~",
	    "<a><b!#$%&'*+-/=?^_`{|}~>" },
	{ "3.2.3 specials", "a@b,c;d:e<f>.", "<a>@<b>,<c>;<d>:<e><<f>>." },
	{ "3.2.2 comments nest", "a (b (c) \\) d) e", "<a><e>" },
	{ "3.2.2 folds", "a\r\n b\r\n \r\n\tc", "<a><b><c>" },
	{ "3.2.2 a fold in a comment", "(a\r\n b)c", "<c>" },
	{ "3.2.4 quoted-string", "\"a (b) \\\" \r\n c\" d",
	    "{\"a (b) \\\" \r\n c\"}<d>" },
	{ "3.4.1 domain-literal", "[1.2.3.4]x", "{[1.2.3.4]}<x>" },
	{ "4.1 controls in a quoted-string", "\"\001\177\"",
	    "{\"\001\177\"}" },
	{ "RFC 6532 3.2 UTF-8 in atoms", "\xc3\xbc (\xc3\xbc) \"\xc3\xbc\"",
	    "<\xc3\xbc>{\"\xc3\xbc\"}" },
	{ "3.2.2 a comment without end", "a (b", "<a>BAD" },
	{ "3.2.2 a comment that ends in a quote", "a (b\\)", "<a>BAD" },
	{ "3.2.4 a string without end", "\"a", "BAD" },
	{ "3.4.1 a literal without end", "[a", "BAD" },
	{ "3.4.1 a literal in a literal", "[a[b]]", "BAD" },
	{ "2.2.3 CRLF without a blank", "a\r\nb", "<a>BAD" },
	{ "4.1 bare CR", "a \r b", "<a>BAD" },
	{ "4.1 bare LF", "a \n b", "<a>BAD" },
	{ "4.1 bare LF in a comment", "(\n)", "BAD" },
	{ "4.1 quoted bare CR", "\"\\\r\"", "BAD" },
	{ "3.2.3 a control", "a\001", "<a>BAD" },
	{ "RFC 3629 not UTF-8", "\xff", "BAD" },
	{ "RFC 3629 not UTF-8 in a comment", "(\xff)", "BAD" },
	{ "RFC 3629 not UTF-8 in a string", "\"\xc3\"", "BAD" },
	{ "3.2.2 nothing but CFWS", " (a) ", "" },
	{ "3.2.2 ) alone", ")", ")" },
};

START_TEST(reads_tokens)
{
	struct slice rest = ma_str(token_rows[_i].text);
	struct buf b = { 0 };
	struct token t;

	ma_buf_str(&b, "");
	while (ma_token(&rest, &t) != TOKEN_END) {
		struct slice before = rest;

		if (t.type == TOKEN_BAD) {
			ck_assert(ma_token(&rest, &t) == TOKEN_BAD);
			ck_assert(before.p == rest.p && before.n == rest.n);
			ma_buf_str(&b, "BAD");
			break;
		}
		ma_buf_str(&b, t.type == TOKEN_ATOM ? "<" :
		    t.type == TOKEN_SPECIAL ? "" : "{");
		ma_buf_slice(&b, t.text);
		ma_buf_str(&b, t.type == TOKEN_ATOM ? ">" :
		    t.type == TOKEN_SPECIAL ? "" : "}");
	}
	ck_assert_msg(ma_eq(ma_slice(b.p, b.n), ma_str(token_rows[_i].tokens)),
	    "%s: %.*s", token_rows[_i].clause, (int)b.n, b.p);
	ma_buf_free(&b);
}
END_TEST

START_TEST(comments_nest_without_recursion)
{
	struct buf b = { 0 };
	struct slice rest;
	struct token t;

	for (int i = 0; i < 1000000; i++)
		ma_buf_char(&b, '(');
	rest = ma_slice(b.p, b.n);
	ck_assert(ma_token(&rest, &t) == TOKEN_BAD);
	for (int i = 0; i < 1000000; i++)
		ma_buf_char(&b, ')');
	rest = ma_slice(b.p, b.n);
	ck_assert(ma_token(&rest, &t) == TOKEN_END);
	ma_buf_free(&b);
}
END_TEST

START_TEST(unquotes)
{
	struct buf b = { 0 };

	ck_assert(ma_unquote(&b, SLICE_LIT("\"a\\\"b \r\n c\\\\\"")));
	ck_assert(ma_eq(ma_slice(b.p, b.n), SLICE_LIT("a\"b  c\\")));
	ma_buf_clear(&b);
	ck_assert(ma_unquote(&b, SLICE_LIT("[]")));
	ck_assert(b.n == 0);
	ma_buf_free(&b);
}
END_TEST

/* ---- The author ---- */

#define ONE AUTHOR_ONE
#define NONE AUTHOR_NONE
#define SEVERAL AUTHOR_SEVERAL
#define BAD AUTHOR_MALFORMED

static const struct {
	const char *clause, *value;
	enum author_status status;
	const char *domain;
} authors[] = {
	{ "3.4 addr-spec", " a@example.com", ONE, "example.com" },
	{ "3.4 name-addr", "A B <a@example.com>", ONE, "example.com" },
	{ "3.4 angle-addr alone", "<a@example.com>", ONE, "example.com" },
	{ "3.4 case", "a@EXAMPLE.Com", ONE, "example.com" },
	{ "3.4 folded", "\r\n A\r\n\t<a@example.com>\r\n ", ONE,
	    "example.com" },
	{ "4.1 obs-phrase: J. Doe", "J. Doe <a@example.com>", ONE,
	    "example.com" },
	{ "3.2.4 quoted name with @", "\"a@evil.example\" <u@good.example>",
	    ONE, "good.example" },
	{ "3.2.4 quoted local part", "\"a@victim.example\"@attacker.example",
	    ONE, "attacker.example" },
	{ "3.2.4 quoted local part in brackets",
	    "<\"a@victim.example> \"@attacker.example>", ONE,
	    "attacker.example" },
	{ "3.2.2 comment with @", "(a@victim.example) b@good.example", ONE,
	    "good.example" },
	{ "3.2.2 comment behind", "b@good.example (a@victim.example)", ONE,
	    "good.example" },
	{ "3.2.2 comment in brackets", "<(any@victim.example)b@good.example>",
	    ONE, "good.example" },
	{ "3.2.2 comment that does not end",
	    "<any@victim.example(.attacker.example>", BAD, NULL },
	{ "4.4 obs-domain with CFWS", "a@good (x) . (y) example", ONE,
	    "good.example" },
	{ "4.4 obs-local-part", "a . \"b c\" . d @ good.example", ONE,
	    "good.example" },
	{ "4.4 route", "<@victim.example:a@attacker.example>", ONE,
	    "attacker.example" },
	{ "4.4 route of two", "X <@a.example,@b.example : u@dom.example>", ONE,
	    "dom.example" },
	{ "4.4 route with null members",
	    "<,,@a.example,,@b.example,:u@d.example>",
	    ONE, "d.example" },
	{ "4.4 route of nothing", "<,:u@d.example>", BAD, NULL },
	{ "4.4 route without :", "<@a.example,u@d.example>", BAD, NULL },
	{ "4.4 route without address", "<@a.example:>", BAD, NULL },
	{ "4.4 a route needs brackets", "@a.example:u@d.example", BAD, NULL },
	{ "3.4 list of one domain", "a@x.example, B <b@X.example>", ONE,
	    "x.example" },
	{ "3.4 list of two domains", "a@victim.example, b@attacker.example",
	    SEVERAL, NULL },
	{ "3.4 list of a subdomain", "a@x.example, b@y.x.example", SEVERAL,
	    NULL },
	{ "3.4 two domains, one twice", "a@x.example, b@y.example, c@x.example",
	    SEVERAL, NULL },
	{ "4.4 null members", ",a@x.example,, ,b@x.example,", ONE,
	    "x.example" },
	{ "3.6.2 a value without domain", "a@x.example, b", BAD, NULL },
	{ "3.6.2 a comma alone", ",", BAD, NULL },
	{ "3.6.2 <>", "<>", BAD, NULL },
	{ "3.6.2 name and <>", "A <>", BAD, NULL },
	{ "3.6.2 a@", "a@", BAD, NULL },
	{ "3.6.2 <a@>", "<a@>", BAD, NULL },
	{ "3.6.2 @b", "@b.example", BAD, NULL },
	{ "3.6.2 <@b>", "<@b.example>", BAD, NULL },
	{ "3.6.2 nothing", "", BAD, NULL },
	{ "3.6.2 blanks", " \t", BAD, NULL },
	{ "3.6.2 a name alone", "Postmaster", BAD, NULL },
	{ "3.6.2 a comment alone", "(a@b.example)", BAD, NULL },
	{ "3.4 missing >", "A <a@good.example", BAD, NULL },
	{ "3.4 text behind", "A <a@good.example> evil.example", BAD, NULL },
	{ "3.4 address behind", "a@good.example <b@evil.example>", BAD, NULL },
	{ "3.4 two in brackets", "<a@good.example><b@evil.example>", BAD,
	    NULL },
	{ "3.4 brackets in brackets", "<<a@good.example>>", BAD, NULL },
	{ "3.4.1 two @", "a@b.example@c.example", BAD, NULL },
	{ "3.4.1 dot at the end", "a@good.example.", BAD, NULL },
	{ "3.4.1 dot at the start", "a@.good.example", BAD, NULL },
	{ "3.4.1 two dots", "a@good..example", BAD, NULL },
	{ "4.4 local part: dot first", ".a@good.example", BAD, NULL },
	{ "4.4 local part: dot last", "a.@good.example", BAD, NULL },
	{ "4.4 local part: two dots", "a..b@good.example", BAD, NULL },
	{ "4.4 local part: two words", "a b@good.example", BAD, NULL },
	{ "4.1 phrase: dot first", ". a <a@good.example>", BAD, NULL },
	{ "3.4 unquoted @ in a name", "a@x.example b <b@y.example>", BAD,
	    NULL },
	{ "3.4 unquoted comma in a name", "Doe, J <b@y.example>", BAD, NULL },
	{ "RFC 6854 2.1 group", "Team: a@x.example, b@x.example;", ONE,
	    "x.example" },
	{ "RFC 6854 2.1 group of two domains", "T: a@x.example, b@y.example;",
	    SEVERAL, NULL },
	{ "RFC 6854 2.1 group and mailbox", "T: a@x.example;, b@y.example",
	    SEVERAL, NULL },
	{ "RFC 6854 2.1 empty group", "undisclosed:;", NONE, NULL },
	{ "RFC 6854 2.1 group of CFWS", "g: (x) ;", NONE, NULL },
	{ "4.4 group of null members", "g:,,;", NONE, NULL },
	{ "3.4 group without end", "g: a@x.example", BAD, NULL },
	{ "3.4 group without name", ": a@x.example;", BAD, NULL },
	{ "3.4 group in a group", "g: h: a@x.example;;", BAD, NULL },
	{ "3.4 text behind a group", "g:; x", BAD, NULL },
	{ "3.4 ; without group", "a@x.example;", BAD, NULL },
	{ "RFC 2047 5 an encoded word is an atom",
	    "=?utf-8?q?a=40victim.example?= <a@good.example>", ONE,
	    "good.example" },
	{ "RFC 2047 5 and no address", "=?utf-8?q?a=40victim.example?=", BAD,
	    NULL },
	{ "RFC 2047 5 nor a domain", "a@=?utf-8?q?victim.example?=", BAD,
	    NULL },
	{ "RFC 2047 5 with @ in it",
	    "=?utf-8?q?a@victim.example?= <a@good.example>", BAD, NULL },
	{ "RFC 6532 3.2 UTF-8 local part", "\xc3\xbc@good.example", ONE,
	    "good.example" },
	{ "RFC 6532 3.2 U-label", "a@b\xc3\xbc" "cher.example", ONE,
	    "xn--bcher-kva.example" },
	{ "RFC 6532 3.2 U-label and A-label are one",
	    "a@b\xc3\xbc" "cher.example, b@xn--bcher-kva.example", ONE,
	    "xn--bcher-kva.example" },
	{ "RFC 5890 2.3.2.1 unicode dot", "a@victim\xe3\x80\x82" "example", BAD,
	    NULL },
	{ "RFC 5890 2.3.2.1 full-width letters", "a@\xef\xbd\x81.example", BAD,
	    NULL },
	{ "RFC 3629 not UTF-8", "a@\xff.example", BAD, NULL },
	{ "3.4.1 domain literal", "a@[192.0.2.1]", ONE, "[192.0.2.1]" },
	{ "3.4.1 literal with FWS", "a@ [ 192.0.2.1\r\n ] (x)", ONE,
	    "[192.0.2.1]" },
	{ "3.4.1 IPv6 literal", "a@[IPv6:2001:DB8::1]", ONE,
	    "[ipv6:2001:db8::1]" },
	{ "3.4.1 literal and domain", "a@[192.0.2.1], b@x.example", SEVERAL,
	    NULL },
	{ "4.4 quoted bracket in a literal", "a@[1\\]]", BAD, NULL },
	{ "3.4.1 literal with more behind", "a@[192.0.2.1].example", BAD,
	    NULL },
	{ "1034 3.5 a slash", "a@b/c.example", BAD, NULL },
	{ "1034 3.5 an underscore is seen", "a@_b.example", ONE, "_b.example" },
	{ "1034 3.1 a label of 64", "a@"
	    "0123456789012345678901234567890123456789012345678901234567890123"
	    ".example", BAD, NULL },
	{ "4.1 control in a name", "a\001 <a@x.example>", BAD, NULL },
	{ "4.1 bare CR", "a@x.example\r, b@y.example", BAD, NULL },
	{ "4.1 bare LF in a name", "\"a\n\" <a@x.example>", BAD, NULL },
	{ "5321 4.1.2 single label", "root@localhost", ONE, "localhost" },
	{ "3.4 backslash outside", "a\\@b@x.example", BAD, NULL },
};

START_TEST(finds_the_author)
{
	struct author a;

	ma_author(ma_str(authors[_i].value), &a);
	ck_assert_msg(a.status == authors[_i].status, "%s: %d (%s)",
	    authors[_i].clause, (int)a.status,
	    a.detail != NULL ? a.detail : "");
	if (a.status == AUTHOR_ONE) {
		ck_assert_str_eq(a.domain, authors[_i].domain);
		ck_assert_ptr_null(a.detail);
	} else {
		ck_assert_msg(a.detail != NULL, "%s", authors[_i].clause);
	}
}
END_TEST

START_TEST(a_nul_has_no_author)
{
	static const struct slice values[] = {
		{ "a@victim.example\0.attacker.example", 35 },
		{ "\"\0\" <a@x.example>", 17 }, { "(\0) a@x.example", 15 },
		{ "\"\\\0\" <a@x.example>", 18 },
	};

	for (size_t i = 0; i < COUNT(values); i++) {
		struct author a;

		ma_author(values[i], &a);
		ck_assert_msg(a.status == AUTHOR_MALFORMED, "%zu", i);
	}
}
END_TEST

START_TEST(bears_thousands_of_addresses)
{
	struct buf b = { 0 };
	struct author a;

	for (unsigned i = 0; i < 10000; i++)
		ma_buf_fmt(&b, "u%u@x.example, ", i);
	ma_author(ma_slice(b.p, b.n), &a);
	ck_assert_int_eq(a.status, AUTHOR_ONE);
	for (unsigned i = 0; i < 1000; i++)
		ma_buf_fmt(&b, "u@x%u.example, ", i);
	ma_author(ma_slice(b.p, b.n), &a);
	ck_assert_int_eq(a.status, AUTHOR_SEVERAL);
	ma_buf_free(&b);
}
END_TEST

/* ---- Domains ---- */

START_TEST(reads_domains)
{
	static const struct {
		const char *text;
		bool ok;
	} rows[] = {
		{ "example.com", true }, { "_x", true }, { "a--b", true },
		{ "2024_01", true }, { "xn--bcher-kva.example", true },
		{ "b\xc3\xbc" "cher.example", true }, { "", false },
		{ ".", false }, { "a.", false }, { "a..b", false },
		{ "a b", false }, { "a(b", false }, { "a/b", false },
		{ "a\"b", false }, { "[1.2.3.4]", false }, { "\xff", false },
		{ "a;b", false }, { "a\\b", false }, { "*.a", false },
	};
	struct dname name;
	bool nomem;

	for (size_t i = 0; i < COUNT(rows); i++)
		ck_assert_msg(ma_domain_parse(ma_str(rows[i].text), &name,
		    &nomem) == rows[i].ok && !nomem, "%s", rows[i].text);
	ck_assert(!ma_domain_parse(SLICE_LIT("a.com\0.b"), &name, &nomem));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("text");
	TCase *tc = tcase_create("text"), *growth = unit_growth();

	tcase_add_loop_test(tc, reads_tag_lists, 0, ROWS(lists));
	tcase_add_test(tc, keeps_the_rest_of_a_tag);
	tcase_add_test(tc, a_nul_is_no_value);
	tcase_add_test(growth, finds_duplicates_in_no_time);
	tcase_add_loop_test(tc, reads_tokens, 0, ROWS(token_rows));
	tcase_add_test(tc, comments_nest_without_recursion);
	tcase_add_test(tc, unquotes);
	tcase_add_loop_test(tc, finds_the_author, 0, ROWS(authors));
	tcase_add_test(tc, a_nul_has_no_author);
	tcase_add_test(tc, bears_thousands_of_addresses);
	tcase_add_test(tc, reads_domains);
	suite_add_tcase(suite, tc);
	suite_add_tcase(suite, growth);
	return unit_run(suite);
}
