/*
 * Signatures made: settings, refusals, keys elsewhere, the RFCs' examples.  What
 * is signed here is verified by the library; other programs' verdicts are in
 * tests/peers.
 */
#include <stdio.h>
#include <string.h>

#include "sign/sign.h"
#include "mailauth.h"
#include "keypair.h"
#include "rfckeys.h"
#include "steps.h"

enum { NOW = 1700000000 };

#define FROM "From: Joe <joe@example.com>\r\n"
#define MESSAGE FROM "To: all@example.net\r\nSubject: a test\r\n\r\nHello.\r\n"

/* Keys are costly to make: once for all tests. */
static struct mailauth_private_key *rsa, *ed25519;

static void
make_keys(void)
{
	ck_assert_int_eq(mailauth_private_key_generate(MAILAUTH_KEY_RSA, 2048,
	    &rsa), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_private_key_generate(MAILAUTH_KEY_ED25519, 0,
	    &ed25519), MAILAUTH_DONE);
}

static void
free_keys(void)
{
	mailauth_private_key_free(rsa);
	mailauth_private_key_free(ed25519);
}

/* ---- A message signed ---- */

struct signed_message {
	struct mailauth_message *message;
	struct mailauth_signer *signer;
};

static struct signed_message
begin(void)
{
	struct signed_message s = { .message = mailauth_message_new() };

	ck_assert_int_eq(mailauth_message_set_line_ends(s.message,
	    MAILAUTH_LINES_FIRST), MAILAUTH_DONE);
	s.signer = mailauth_signer_new(s.message, NULL, NOW);
	ck_assert_ptr_nonnull(s.signer);
	return s;
}

static void
feed(struct signed_message *s, struct slice text, size_t piece)
{
	for (size_t at = 0; at < text.n; at += piece)
		ck_assert_int_eq(mailauth_message_write(s->message,
		    text.p + at, piece < text.n - at ? piece : text.n - at),
		    MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_message_end(s->message), MAILAUTH_DONE);
}

static void
finish(struct signed_message *s, const char *text)
{
	feed(s, ma_str(text), 7);
	ck_assert_int_eq(mailauth_signer_step(s->signer), MAILAUTH_DONE);
}

static void
end(struct signed_message *s)
{
	mailauth_signer_free(s->signer);
	mailauth_message_free(s->message);
}

/* The records of both keys, at s1 and s2 below a domain. */
static struct mailauth_resolver *
records(const char *domain)
{
	struct mailauth_resolver *zone;
	char text[4096], error[200];
	int n = mailauth_private_key_zone(rsa, domain, "s1", text, sizeof text);

	ck_assert(n > 0 && (size_t)n < sizeof text);
	n += mailauth_private_key_zone(ed25519, domain, "s2", text + n,
	    sizeof text - (size_t)n);
	ck_assert_msg(mailauth_resolver_new_zone(text, (size_t)n, NULL, &zone,
	    error, sizeof error) == MAILAUTH_DONE, "%s", error);
	return zone;
}

/* What verification says of field and message, of the first signature. */
static int
verify(const char *field, const char *text, const char *domain)
{
	struct mailauth_resolver *zone = records(domain);
	struct mailauth_message *m = mailauth_message_new();
	struct mailauth_dkim *d = mailauth_dkim_new(m, NULL, NOW);
	int result;

	mailauth_message_write(m, field, strlen(field));
	mailauth_message_write(m, text, strlen(text));
	mailauth_message_end(m);
	ck_assert_int_eq(mailauth_dkim_verify(d, zone), MAILAUTH_DONE);
	result = mailauth_dkim_signature_result(d, 0);
	mailauth_dkim_free(d);
	mailauth_message_free(m);
	mailauth_resolver_free(zone);
	return result;
}

/* A tag of a field. */
static struct slice
tag_of(const char *field, const char *name)
{
	struct slice list = ma_str(field);
	struct tag tag;

	ma_cut(&list, ':');
	while (ma_tag_next(&list, TAG_SPACE_FWS, &tag) != TAG_END)
		if (ma_eq(tag.name, ma_str(name)))
			return tag.value;
	return ma_slice(NULL, 0);
}

/* No line over 78 columns, but for one word. */
static void
check_folds(const char *field)
{
	struct slice rest = ma_str(field);

	ck_assert(ma_casestarts(rest, SLICE_LIT("DKIM-Signature: ")));
	ck_assert(rest.n > 2 && memcmp(rest.p + rest.n - 2, "\r\n", 2) == 0);
	while (rest.n > 0) {
		struct slice line = ma_cut(&rest, '\n');
		size_t columns = line.n - 1 + (line.p[0] == '\t' ? 7 : 0);
		struct slice words = ma_trim_fws(line);

		ck_assert(line.n > 0 && line.p[line.n - 1] == '\r');
		ck_assert_msg(columns <= 78 || ma_find(words, ' ') == words.n,
		    "%.*s", SLICE_ARG(line));
		ck_assert(rest.n == 0 || rest.p[0] == '\t');
	}
}

/* ---- Settings ---- */

START_TEST(signs_by_default)
{
	struct signed_message s = begin();
	const char *field;

	ck_assert_int_eq(mailauth_signer_add(s.signer, "Example.COM", "s1",
	    rsa), 0);
	ck_assert_int_eq(mailauth_signer_add(s.signer, "example.com", "s2",
	    ed25519), 1);
	ck_assert_int_eq(mailauth_signer_result(s.signer, 0), 0);
	ck_assert_int_eq(mailauth_signer_step(s.signer), MAILAUTH_MORE);
	finish(&s, MESSAGE);
	ck_assert_int_eq(mailauth_signer_count(s.signer), 2);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(mailauth_signer_result(s.signer, i),
		    MAILAUTH_SIGNER_SIGNED);
		ck_assert_ptr_null(mailauth_signer_reason(s.signer, i));
		ck_assert_ptr_null(mailauth_signer_warning(s.signer, i, 0));
		field = mailauth_signer_field(s.signer, i);
		check_folds(field);
		ck_assert(ma_eq(tag_of(field, "c"),
		    SLICE_LIT("relaxed/relaxed")));
		ck_assert(ma_eq(tag_of(field, "d"), SLICE_LIT("example.com")));
		ck_assert(ma_eq(tag_of(field, "t"), SLICE_LIT("1700000000")));
		ck_assert_ptr_null(tag_of(field, "l").p);
		ck_assert_ptr_null(tag_of(field, "x").p);
		ck_assert_ptr_null(tag_of(field, "i").p);
		ck_assert_int_eq(verify(field, MESSAGE, "example.com"),
		    MAILAUTH_DKIM_PASS);
		/* It would notice. */
		ck_assert_int_eq(verify(field, FROM "To: all@example.net\r\n"
		    "Subject: a test\r\n\r\nHullo.\r\n", "example.com"),
		    MAILAUTH_DKIM_FAIL);
		ck_assert_int_eq(verify(field, "Subject: one more\r\n" MESSAGE,
		    "example.com"), MAILAUTH_DKIM_FAIL);
		ck_assert_int_eq(verify(field, "List-Id: <x.y>\r\n" MESSAGE,
		    "example.com"), MAILAUTH_DKIM_FAIL);
		ck_assert_int_eq(verify(field, "Received: a\r\n" MESSAGE,
		    "example.com"), MAILAUTH_DKIM_PASS);
	}
	ck_assert_ptr_null(mailauth_signer_field(s.signer, 2));
	ck_assert_ptr_null(mailauth_signer_field(s.signer, -1));
	end(&s);
}
END_TEST

/* RFC 6376 section 5.4: each field that is there, and one that is not. */
START_TEST(oversigns)
{
	const char *text = "Subject: 1\r\nTo: a\r\nTo: b\r\n" FROM "\r\n";
	struct signed_message s = begin();
	struct slice h, name;
	unsigned from = 0, to = 0, subject = 0, cc = 0, received = 0;

	mailauth_signer_add(s.signer, "example.com", "s2", ed25519);
	finish(&s, text);
	h = tag_of(mailauth_signer_field(s.signer, 0), "h");
	while (h.n > 0) {
		name = ma_trim_fws(ma_cut(&h, ':'));
		from += ma_caseeq(name, SLICE_LIT("From"));
		to += ma_caseeq(name, SLICE_LIT("To"));
		subject += ma_caseeq(name, SLICE_LIT("Subject"));
		cc += ma_caseeq(name, SLICE_LIT("Cc"));
		received += ma_caseeq(name, SLICE_LIT("Received"));
	}
	ck_assert_uint_eq(from, 2);
	ck_assert_uint_eq(to, 3);
	ck_assert_uint_eq(subject, 2);
	ck_assert_uint_eq(cc, 1);
	ck_assert_uint_eq(received, 0);
	end(&s);
}
END_TEST

static const char *const canons[] = {
	"simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed",
	"relaxed", "simple",
};

/* RFC 6376 section 3.4, every form, over a message that has what differs. */
START_TEST(signs_every_canonical_form)
{
	const char *text = "FROM :  Joe <joe@example.com>\t \r\nTo:a\r\n"
	    "Subject: \t folded\r\n\t here \r\n\r\n a  b \t\r\n\r\nc\r\n\r\n\r\n";
	struct signed_message s = begin();
	const char *field;

	for (int k = 0; k < 2; k++) {
		mailauth_signer_add(s.signer, "example.com",
		    k == 0 ? "s1" : "s2", k == 0 ? rsa : ed25519);
		ck_assert_int_eq(mailauth_signer_set_canonicalization(s.signer,
		    k, canons[_i]), MAILAUTH_DONE);
	}
	finish(&s, text);
	for (int k = 0; k < 2; k++) {
		field = mailauth_signer_field(s.signer, k);
		ck_assert_ptr_nonnull(field);
		ck_assert_int_eq(verify(field, text, "example.com"),
		    MAILAUTH_DKIM_PASS);
	}
	end(&s);
}
END_TEST

START_TEST(sets_tags)
{
	struct signed_message s = begin();
	char tag[514];
	const char *field;

	mailauth_signer_add(s.signer, "example.com", "s2", ed25519);
	ck_assert_int_eq(mailauth_signer_set_identity(s.signer, 0,
	    "Jo;e =\xc3\xa9@Sub.example.com", 24), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_signer_set_expiry(s.signer, 0, 3600),
	    MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_signer_set_copied_fields(s.signer, 0, 1),
	    MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_signer_add_tag(s.signer, 0, "q", "dns/txt"),
	    MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_signer_add_tag(s.signer, 0, "q", "dns/txt"),
	    MAILAUTH_EUSE);
	memset(tag, 'x', 513);
	tag[513] = '\0';
	ck_assert_int_eq(mailauth_signer_add_tag(s.signer, 0, "x_long", tag),
	    MAILAUTH_EINVAL);
	tag[512] = '\0';
	ck_assert_int_eq(mailauth_signer_add_tag(s.signer, 0, "x_long", tag),
	    MAILAUTH_DONE);
	finish(&s, "Subject: a|b=c;\r\n d\r\n" MESSAGE);
	field = mailauth_signer_field(s.signer, 0);
	ck_assert_ptr_nonnull(field);
	check_folds(field);
	ck_assert(ma_eq(tag_of(field, "i"),
	    SLICE_LIT("Jo=3Be=20=3D=C3=A9@sub.example.com")));
	ck_assert(ma_eq(tag_of(field, "x"), SLICE_LIT("1700003600")));
	ck_assert(ma_eq(tag_of(field, "q"), SLICE_LIT("dns/txt")));
	ck_assert_uint_eq(tag_of(field, "x_long").n, 512);
	ck_assert(ma_starts(tag_of(field, "z"), SLICE_LIT(
	    "Subject:=20a=7Cb=3Dc=3B=0D=0A=20d|From:=20Joe=20<joe@")));
	ck_assert_int_eq(verify(field, "Subject: a|b=c;\r\n d\r\n" MESSAGE,
	    "example.com"), MAILAUTH_DKIM_PASS);
	end(&s);
}
END_TEST

/* What cannot be a tag, or is the signer's own. */
static const struct {
	const char *name, *value;
} bad_tags[] = {
	{ "b", "x" }, { "bh", "x" }, { "l", "1" }, { "v", "1" }, { "d", "x" },
	{ "i", "@x" }, { "x", "1" }, { "z", "a:b" }, { "h", "From" },
	{ "", "x" }, { "1a", "x" }, { "a b", "x" }, { "y;l", "1" },
	{ "y", "" }, { "y", "1; l=0" }, { "y", "a\r\nX: y" }, { "y", "a\n b" },
	{ "y", " a" }, { "y", "a " }, { "y", "\x01" }, { "y", "\xff" },
};

START_TEST(refuses_tags)
{
	struct signed_message s = begin();

	mailauth_signer_add(s.signer, "example.com", "s2", ed25519);
	ck_assert_int_eq(mailauth_signer_add_tag(s.signer, 0, bad_tags[_i].name,
	    bad_tags[_i].value), MAILAUTH_EINVAL);
	end(&s);
}
END_TEST

START_TEST(signs_given_fields)
{
	const char *text = "Received: a\r\n" MESSAGE;
	struct signed_message s = begin();
	const char *field;

	mailauth_signer_add(s.signer, "example.com", "s2", ed25519);
	ck_assert_int_eq(mailauth_signer_set_fields(s.signer, 0,
	    "subject : FROM:from:Received\t:X-None"), MAILAUTH_DONE);
	finish(&s, text);
	field = mailauth_signer_field(s.signer, 0);
	ck_assert(ma_eq(tag_of(field, "h"),
	    SLICE_LIT("subject:FROM:from:Received:X-None")));
	ck_assert_str_eq(mailauth_signer_warning(s.signer, 0, 0),
	    "signed-trace");
	ck_assert_ptr_null(mailauth_signer_warning(s.signer, 0, 1));
	ck_assert_int_eq(verify(field, text, "example.com"),
	    MAILAUTH_DKIM_PASS);
	end(&s);
}
END_TEST

/* The MTA puts Date and a Message-ID on top later; folds become CRLF. */
START_TEST(signs_announced_fields)
{
	struct signed_message s = begin();
	const char *field;

	mailauth_signer_add(s.signer, "example.com", "s2", ed25519);
	mailauth_signer_add(s.signer, "example.com", "s1", rsa);
	mailauth_signer_set_canonicalization(s.signer, 1, "simple");
	ck_assert_int_eq(mailauth_signer_announce(s.signer, "Date", 4,
	    " Mon,\n 1 Jan", 12), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_signer_announce(s.signer, "To", 2, " x", 2),
	    MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_signer_announce(s.signer, "To", 2, " y", 2),
	    MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_signer_announce(s.signer, "To", 2,
	    " y\r\nX: z", 8), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_signer_announce(s.signer, "To:", 3, " x", 2),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_signer_announce(s.signer, "", 0, " x", 2),
	    MAILAUTH_EINVAL);
	finish(&s, MESSAGE);
	for (int i = 0; i < 2; i++) {
		field = mailauth_signer_field(s.signer, i);
		ck_assert_int_eq(verify(field, "To: y\r\nTo: x\r\n"
		    "Date: Mon,\r\n 1 Jan\r\n" MESSAGE, "example.com"),
		    MAILAUTH_DKIM_PASS);
		ck_assert_int_eq(verify(field, "To: x\r\nTo: y\r\n"
		    "Date: Mon,\r\n 1 Jan\r\n" MESSAGE, "example.com"),
		    MAILAUTH_DKIM_FAIL);
		ck_assert_int_eq(verify(field, MESSAGE, "example.com"),
		    MAILAUTH_DKIM_FAIL);
	}
	end(&s);
}
END_TEST

/* RFC 8616: U-labels in, A-labels out. */
START_TEST(takes_u_labels)
{
	struct signed_message s = begin();
	const char *field;

	mailauth_signer_add(s.signer, "b\xc3\xbc" "cher.example", "s1", rsa);
	mailauth_signer_set_identity(s.signer, 0, "@B\xc3\xbc" "cher.example",
	    16);
	finish(&s, MESSAGE);
	field = mailauth_signer_field(s.signer, 0);
	ck_assert(ma_eq(tag_of(field, "d"),
	    SLICE_LIT("xn--bcher-kva.example")));
	ck_assert(ma_eq(tag_of(field, "i"),
	    SLICE_LIT("@xn--bcher-kva.example")));
	ck_assert_int_eq(verify(field, MESSAGE, "xn--bcher-kva.example"),
	    MAILAUTH_DKIM_PASS);
	end(&s);
}
END_TEST

/* ---- Line ends ---- */

static const struct {
	const char *what, *text, *reason;
} texts[] = {
	{ "CRLF", MESSAGE, NULL },
	{ "LF", "From: Joe <joe@example.com>\nTo: a\n\nHello.\n", NULL },
	{ "no body", FROM "\r\n", NULL },
	{ "no empty line", FROM, NULL },
	{ "no last line end", FROM "\r\nHello", NULL },
	/* It would become a fold of the signature: RFC 5322 section 2.2.3. */
	{ "a blank first", " x\r\n" FROM "\r\n", "leading-fold" },
	{ "a tab first", "\tx: y\r\n" FROM "\r\n", "leading-fold" },
	/* RFC 5322 section 3.6 */
	{ "no From", "To: a\r\n\r\n", "from-missing" },
	{ "nothing", "", "from-missing" },
	{ "a body alone", "\r\n" FROM, "from-missing" },
	{ "two From", FROM FROM "\r\n", "from-repeated" },
	{ "two From, odd", FROM "FROM \t: x@y.example\r\n\r\n",
	    "from-repeated" },
	/* RFC 6376 section 5.3 */
	{ "CR in the header", FROM "To: a\rb\r\n\r\n", "bare-cr" },
	{ "CR in the body", FROM "\r\na\rb\r\n", "bare-cr" },
	{ "CR at the end", FROM "\r\na\r", "bare-cr" },
	{ "both line ends", FROM "\r\na\nb\r\n", "line-ends" },
	{ "both, LF first", "From: a@b.example\n\na\r\n", "line-ends" },
};

START_TEST(looks_at_the_message)
{
	struct signed_message s = begin();

	mailauth_signer_add(s.signer, "example.com", "s2", ed25519);
	finish(&s, texts[_i].text);
	if (texts[_i].reason == NULL) {
		ck_assert_msg(mailauth_signer_field(s.signer, 0) != NULL, "%s",
		    texts[_i].what);
	} else {
		ck_assert_int_eq(mailauth_signer_result(s.signer, 0),
		    MAILAUTH_SIGNER_REFUSED);
		ck_assert_ptr_null(mailauth_signer_field(s.signer, 0));
		ck_assert_str_eq(mailauth_signer_reason(s.signer, 0),
		    texts[_i].reason);
		ck_assert_ptr_nonnull(mailauth_signer_detail(s.signer, 0));
	}
	end(&s);
}
END_TEST

/* ---- What a caller can give wrong ---- */

#define LABEL63 "a23456789012345678901234567890123456789012345678901234567890123"
#define DOMAIN_LONG LABEL63 "." LABEL63 "." LABEL63 ".example"

static const struct {
	const char *clause, *domain, *selector, *identity, *fields, *reason;
} refusals[] = {
	{ "3.5 d=", "example.com", "s2", NULL, NULL, NULL },
	{ "3.5 d= injection", "example.com; l=0", "s2", NULL, NULL, "domain" },
	{ "3.5 d= new line", "example.com\r\nX: y", "s2", NULL, NULL,
	    "domain" },
	{ "3.5 d= empty", "", "s2", NULL, NULL, "domain" },
	{ "3.5 d= one label", "com", "s2", NULL, NULL, "domain" },
	{ "3.5 d= empty label", "a..b", "s2", NULL, NULL, "domain" },
	{ "3.5 d= blank", "exa mple.com", "s2", NULL, NULL, "domain" },
	{ "3.5 d= not UTF-8", "ex\xff.com", "s2", NULL, NULL, "domain" },
	{ "3.5 s= several labels", "example.com", "a.b.s2", NULL, NULL, NULL },
	{ "3.5 s= injection", "example.com", "s2; l=0", NULL, NULL,
	    "selector" },
	{ "3.5 s= empty", "example.com", "", NULL, NULL, "selector" },
	{ "3.5 s= a dot", "example.com", ".", NULL, NULL, "selector" },
	{ "3.6.2.1 too long", DOMAIN_LONG, LABEL63, NULL, NULL, "selector" },
	{ "3.5 i= below", "example.com", "s2", "a@b.example.com", NULL, NULL },
	{ "3.5 i= elsewhere", "example.com", "s2", "a@example.net", NULL,
	    "identity-domain" },
	{ "3.5 i= by letters", "example.com", "s2", "a@notexample.com", NULL,
	    "identity-domain" },
	{ "3.5 i= no address", "example.com", "s2", "example.com", NULL,
	    "identity" },
	{ "3.5 i= injection", "example.com", "s2", "a@example.com; l=0", NULL,
	    "identity" },
	{ "3.5 i= control", "example.com", "s2", "a\r\nX: y@example.com", NULL,
	    "identity" },
	{ "5.4 h= without From", "example.com", "s2", NULL, "To:Subject",
	    "from-not-signed" },
	{ "5.4 h= empty", "example.com", "s2", NULL, "", "signed-fields" },
	{ "5.4 h= empty name", "example.com", "s2", NULL, "From::To",
	    "signed-fields" },
	{ "5.4 h= injection", "example.com", "s2", NULL, "From; l=0",
	    "signed-fields" },
	{ "5.4 h= semicolon", "example.com", "s2", NULL, "From:A;B",
	    "signed-fields" },
	{ "5.4 h= new line", "example.com", "s2", NULL, "From:A\r\nB: c",
	    "signed-fields" },
	{ "5.4 h= 8 bit", "example.com", "s2", NULL, "From:\xc3\xa9",
	    "signed-fields" },
};

START_TEST(refuses_what_is_wrong)
{
	struct signed_message s = begin();

	ck_assert_int_eq(mailauth_signer_add(s.signer, refusals[_i].domain,
	    refusals[_i].selector, ed25519), 0);
	if (refusals[_i].identity != NULL)
		mailauth_signer_set_identity(s.signer, 0, refusals[_i].identity,
		    strlen(refusals[_i].identity));
	if (refusals[_i].fields != NULL)
		mailauth_signer_set_fields(s.signer, 0, refusals[_i].fields);
	finish(&s, MESSAGE);
	if (refusals[_i].reason == NULL) {
		ck_assert_msg(mailauth_signer_field(s.signer, 0) != NULL,
		    "%s: %s", refusals[_i].clause,
		    mailauth_signer_detail(s.signer, 0));
	} else {
		ck_assert_msg(mailauth_signer_result(s.signer, 0) ==
		    MAILAUTH_SIGNER_REFUSED, "%s", refusals[_i].clause);
		ck_assert_str_eq(mailauth_signer_reason(s.signer, 0),
		    refusals[_i].reason);
		ck_assert_ptr_null(mailauth_signer_field(s.signer, 0));
	}
	end(&s);
}
END_TEST

/* RFC 8301 section 3.2. */
static const struct {
	uint32_t bits;
	const char *reason, *warning;
} sizes[] = {
	{ 1023, "key-too-short", NULL },
	{ 1024, NULL, "key-short" },
	{ 2040, NULL, "key-short" },
	{ 2048, NULL, NULL },
};

START_TEST(minds_the_size_of_keys)
{
	struct signed_message s = begin();
	EVP_PKEY *made = keypair_rsa(sizes[_i].bits, 0);
	struct mailauth_private_key *key;
	unsigned char *der = NULL;
	int n = i2d_PrivateKey(made, &der);
	const char *warning;

	ck_assert_int_eq(mailauth_private_key_parse(der, (size_t)n, &key, NULL,
	    0), MAILAUTH_DONE);
	OPENSSL_free(der);
	EVP_PKEY_free(made);
	ck_assert_uint_eq(mailauth_private_key_bits(key), sizes[_i].bits);
	mailauth_signer_add(s.signer, "example.com", "s1", key);
	finish(&s, MESSAGE);
	warning = mailauth_signer_warning(s.signer, 0, 0);
	if (sizes[_i].reason != NULL) {
		ck_assert_str_eq(mailauth_signer_reason(s.signer, 0),
		    sizes[_i].reason);
		ck_assert_ptr_null(warning);
	} else {
		ck_assert_ptr_nonnull(mailauth_signer_field(s.signer, 0));
		ck_assert((warning == NULL) == (sizes[_i].warning == NULL));
		ck_assert(warning == NULL ||
		    strcmp(warning, sizes[_i].warning) == 0);
	}
	end(&s);
	mailauth_private_key_free(key);
}
END_TEST

/* Each limit: at it, and one above. */
START_TEST(keeps_limits)
{
	struct signed_message s = begin();
	struct buf text = { 0 };

	for (int i = 0; i < 16; i++)
		ck_assert_int_eq(mailauth_signer_add(s.signer, "example.com",
		    "s2", ed25519), i);
	ck_assert_int_eq(mailauth_signer_add(s.signer, "example.com", "s2",
	    ed25519), MAILAUTH_EUSE);
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(mailauth_signer_announce(s.signer, "X", 1, "",
		    0), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_signer_announce(s.signer, "X", 1, "", 0),
	    MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_signer_set_expiry(s.signer, 0,
	    UINT64_C(9999999999)), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_signer_set_expiry(s.signer, 0,
	    UINT64_C(10000000000)), MAILAUTH_EINVAL);
	end(&s);

	/* Names in h=: 21 by default, one more for each field: 979 of them. */
	for (int more = 0; more < 2; more++) {
		s = begin();
		mailauth_signer_add(s.signer, "example.com", "s2", ed25519);
		ma_buf_clear(&text);
		ma_buf_str(&text, FROM);
		for (int i = 0; i < 978 + more; i++)
			ma_buf_str(&text, "Cc: x\r\n");
		ma_buf_char(&text, '\0');
		finish(&s, text.p);
		if (more == 0)
			ck_assert_ptr_nonnull(mailauth_signer_field(s.signer,
			    0));
		else
			ck_assert_str_eq(mailauth_signer_reason(s.signer, 0),
			    "signed-fields-limit");
		end(&s);
	}
	/* z=: "Cc:" and the value, "From:=20x@y.z", and what stands between. */
	for (size_t more = 0; more < 2; more++) {
		s = begin();
		mailauth_signer_add(s.signer, "example.com", "s2", ed25519);
		mailauth_signer_set_copied_fields(s.signer, 0, 1);
		ma_buf_clear(&text);
		ma_buf_str(&text, "From: x@y.z\r\nCc:");
		for (size_t i = 0; i < 65536 - strlen("From:=20x@y.z|Cc:") +
		    more; i++)
			ma_buf_char(&text, 'x');
		ma_buf_str(&text, "\r\n\r\n");
		ma_buf_char(&text, '\0');
		finish(&s, text.p);
		if (more == 0)
			ck_assert_ptr_nonnull(mailauth_signer_field(s.signer,
			    0));
		else
			ck_assert_str_eq(mailauth_signer_reason(s.signer, 0),
			    "copied-fields-limit");
		end(&s);
	}
	/* A header that is longer than the message's limit has no From. */
	s = begin();
	mailauth_message_set_limit(s.message, MAILAUTH_MESSAGE_HEADER_BYTES,
	    10);
	mailauth_signer_add(s.signer, "example.com", "s2", ed25519);
	finish(&s, MESSAGE);
	ck_assert_str_eq(mailauth_signer_reason(s.signer, 0), "header-limit");
	end(&s);
	ma_buf_free(&text);
}
END_TEST

START_TEST(says_what_is_out_of_turn)
{
	struct signed_message s = begin();
	struct mailauth_signer *late;

	ck_assert_int_eq(mailauth_signer_add(s.signer, NULL, "s2", ed25519),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_signer_add(s.signer, "a.b", "s2", NULL),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_signer_add_remote(s.signer, "a.b", "s2", 3),
	    MAILAUTH_EINVAL);
	mailauth_signer_add(s.signer, "example.com", "s2", ed25519);
	ck_assert_int_eq(mailauth_signer_set_canonicalization(s.signer, 0,
	    "relaxed/none"), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_signer_set_canonicalization(s.signer, 1,
	    "relaxed"), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_signer_set_fields(s.signer, 0, NULL),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_signer_sign(s.signer, NULL), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_message_write(s.message, MESSAGE,
	    strlen(MESSAGE)), MAILAUTH_DONE);
	ck_assert_ptr_null(late = mailauth_signer_new(s.message, NULL, NOW));
	ck_assert_int_eq(mailauth_signer_add(s.signer, "example.com", "s2",
	    ed25519), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_signer_set_expiry(s.signer, 0, 1),
	    MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_signer_announce(s.signer, "X", 1, "", 0),
	    MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_signer_step(s.signer), MAILAUTH_MORE);
	ck_assert_int_eq(mailauth_message_end(s.message), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_signer_step(s.signer), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_signer_step(s.signer), MAILAUTH_DONE);
	end(&s);

	ck_assert_ptr_null(mailauth_signer_new(NULL, NULL, NOW));
	mailauth_signer_free(NULL);
	ck_assert_ptr_null(mailauth_signer_lookups(NULL));
	ck_assert_int_eq(mailauth_signer_step(NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_signer_sign(NULL, NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_signer_count(NULL), 0);
	ck_assert_int_eq(mailauth_signer_result(NULL, 0), 0);
	ck_assert_ptr_null(mailauth_signer_trace(NULL, 0));
	ck_assert_str_eq(mailauth_signer_result_name(MAILAUTH_SIGNER_SIGNED),
	    "signed");
	ck_assert_str_eq(mailauth_signer_result_name(9), "unknown");
}
END_TEST

/* ---- A key that is elsewhere ---- */

struct remote {
	int failure;			/* instead of a signature */
	size_t bytes;			/* so many instead of a signature's */
	unsigned asked;
};

static int
remote_ask(void *user, struct mailauth_question *q)
{
	struct remote *r = user;
	uint8_t signature[2048] = { 0 };
	const uint8_t *digest;
	size_t n, digest_n;

	if (mailauth_question_kind(q) != MAILAUTH_QUESTION_SIGN)
		return MAILAUTH_EUNSUPPORTED;
	r->asked++;
	if (r->failure != 0)
		return mailauth_answer_failed(q, r->failure);
	digest = mailauth_question_digest(q, &digest_n);
	ck_assert_uint_eq(digest_n, 32);
	ck_assert_int_eq(ma_private_key_sign(
	    mailauth_question_algorithm(q) == MAILAUTH_KEY_RSA ? rsa : ed25519,
	    digest, signature, sizeof signature, &n), MAILAUTH_DONE);
	return mailauth_answer_signed(q, signature,
	    r->bytes > 0 ? r->bytes : n);
}

static struct mailauth_resolver *
remote_resolver(struct remote *r)
{
	struct mailauth_resolver_ops ops = { .size = sizeof ops,
		.ask = remote_ask };

	return mailauth_resolver_new(&ops, r);
}

START_TEST(asks_for_signatures)
{
	struct signed_message s = begin();
	struct remote remote = { 0 };
	struct mailauth_resolver *resolver = remote_resolver(&remote);
	struct mailauth_resolver *zone = records("example.com");

	mailauth_signer_add_remote(s.signer, "example.com", "s1",
	    MAILAUTH_KEY_RSA);
	mailauth_signer_add_remote(s.signer, "example.com", "s2",
	    MAILAUTH_KEY_ED25519);
	mailauth_signer_add(s.signer, "example.com", "s2", ed25519);
	feed(&s, ma_str(MESSAGE), 7);
	/* Those who only know the DNS. */
	ck_assert_int_eq(mailauth_signer_sign(s.signer, zone),
	    MAILAUTH_EUNSUPPORTED);
	ck_assert_int_eq(mailauth_signer_sign(s.signer, resolver),
	    MAILAUTH_DONE);
	ck_assert_uint_eq(remote.asked, 2);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(verify(mailauth_signer_field(s.signer, i),
		    MESSAGE, "example.com"), MAILAUTH_DKIM_PASS);
	/* Ed25519 is deterministic: here or there, it is the same field. */
	ck_assert_str_eq(mailauth_signer_field(s.signer, 1),
	    mailauth_signer_field(s.signer, 2));
	end(&s);
	mailauth_resolver_free(resolver);
	mailauth_resolver_free(zone);
}
END_TEST

START_TEST(asks_by_hand)
{
	struct signed_message s = begin();
	struct mailauth_lookups *l = mailauth_signer_lookups(s.signer);
	struct remote remote = { 0 };
	struct mailauth_question *q;

	mailauth_signer_add_remote(s.signer, "example.com", "s2",
	    MAILAUTH_KEY_ED25519);
	ck_assert_int_eq(mailauth_signer_set_trace(s.signer, 1),
	    MAILAUTH_DONE);
	feed(&s, ma_str(MESSAGE), 1);
	ck_assert_int_eq(mailauth_signer_step(s.signer), MAILAUTH_NEED);
	ck_assert_int_eq(mailauth_signer_step(s.signer), MAILAUTH_NEED);
	ck_assert_ptr_nonnull(q = mailauth_lookups_next(l));
	ck_assert_ptr_null(mailauth_lookups_next(l));
	ck_assert_str_eq(mailauth_question_name(q),
	    "s2._domainkey.example.com");
	ck_assert_int_eq(mailauth_question_algorithm(q), MAILAUTH_KEY_ED25519);
	ck_assert_int_eq(remote_ask(&remote, q), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_signer_step(s.signer), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_signer_result(s.signer, 0),
	    MAILAUTH_SIGNER_SIGNED);
	ck_assert_ptr_nonnull(mailauth_signer_trace(s.signer, 0));
	end(&s);
}
END_TEST

static const struct {
	int algorithm;
	struct remote remote;
	int result;
	const char *reason, *warning;
} remotes[] = {
	{ MAILAUTH_KEY_RSA, { .failure = MAILAUTH_FAILURE_TIMEOUT },
	    MAILAUTH_SIGNER_TEMPERROR, "not-signed", NULL },
	{ MAILAUTH_KEY_RSA, { .bytes = 127 }, MAILAUTH_SIGNER_REFUSED,
	    "key-too-short", NULL },
	{ MAILAUTH_KEY_RSA, { .bytes = 128 }, MAILAUTH_SIGNER_SIGNED, NULL,
	    "key-short" },
	{ MAILAUTH_KEY_RSA, { .bytes = 255 }, MAILAUTH_SIGNER_SIGNED, NULL,
	    "key-short" },
	{ MAILAUTH_KEY_RSA, { .bytes = 256 }, MAILAUTH_SIGNER_SIGNED, NULL,
	    NULL },
	{ MAILAUTH_KEY_ED25519, { .bytes = 63 }, MAILAUTH_SIGNER_REFUSED,
	    "signature-syntax", NULL },
	{ MAILAUTH_KEY_ED25519, { .bytes = 65 }, MAILAUTH_SIGNER_REFUSED,
	    "signature-syntax", NULL },
	{ MAILAUTH_KEY_ED25519, { .bytes = 64 }, MAILAUTH_SIGNER_SIGNED, NULL,
	    NULL },
};

START_TEST(minds_what_it_is_answered)
{
	struct signed_message s = begin();
	struct remote remote = remotes[_i].remote;
	struct mailauth_resolver *resolver = remote_resolver(&remote);
	const char *reason, *warning;

	mailauth_signer_add_remote(s.signer, "example.com", "s1",
	    remotes[_i].algorithm);
	feed(&s, ma_str(MESSAGE), 7);
	ck_assert_int_eq(mailauth_signer_sign(s.signer, resolver),
	    MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_signer_result(s.signer, 0),
	    remotes[_i].result);
	reason = mailauth_signer_reason(s.signer, 0);
	ck_assert_str_eq(reason != NULL ? reason : "",
	    remotes[_i].reason != NULL ? remotes[_i].reason : "");
	warning = mailauth_signer_warning(s.signer, 0, 0);
	ck_assert_str_eq(warning != NULL ? warning : "",
	    remotes[_i].warning != NULL ? remotes[_i].warning : "");
	end(&s);
	mailauth_resolver_free(resolver);
}
END_TEST

/* ---- Memory ---- */

/* One signature of each kind; false: memory was lacking somewhere. */
static bool
sign_once(struct buf *said)
{
	struct mailauth_message *m = mailauth_message_new();
	struct mailauth_signer *s = mailauth_signer_new(m, NULL, NOW);
	bool ok = s != NULL &&
	    mailauth_signer_add(s, "example.com", "s2", ed25519) == 0 &&
	    mailauth_signer_set_identity(s, 0, "a@example.com", 13) == 0 &&
	    mailauth_signer_set_copied_fields(s, 0, 1) == 0 &&
	    mailauth_signer_add_tag(s, 0, "y", "1") == 0 &&
	    mailauth_signer_announce(s, "Date", 4, " x", 2) == 0 &&
	    mailauth_message_write(m, MESSAGE, strlen(MESSAGE)) == 0 &&
	    mailauth_message_end(m) == 0;
	int r = MAILAUTH_ENOMEM;

	/* A step that lacked memory may be repeated. */
	while (ok && (r = mailauth_signer_step(s)) == MAILAUTH_ENOMEM)
		;
	if (ok) {
		ck_assert_int_eq(r, MAILAUTH_DONE);
		ma_buf_clear(said);
		ma_buf_str(said, mailauth_signer_field(s, 0));
	}
	mailauth_signer_free(s);
	mailauth_message_free(m);
	return ok;
}

START_TEST(bears_a_lack_of_memory)
{
	struct buf first = { 0 }, said = { 0 };
	bool more = true;

	ck_assert(sign_once(&first));
	for (size_t i = 0; more; i++) {
		wrap_start(i);
		if (!sign_once(&said))
			ck_assert(wrap_requests > i);
		else
			ck_assert(ma_eq(ma_slice(said.p, said.n),
			    ma_slice(first.p, first.n)));
		more = wrap_requests > i;
		wrap_start(SIZE_MAX);
	}
	ma_buf_free(&first);
	ma_buf_free(&said);
}
END_TEST

/* Octets that signing a body of so many takes of the library's memory. */
static size_t
octets_for(size_t body)
{
	static char piece[65536];
	struct signed_message s = begin();
	size_t used;

	memset(piece, 'x', sizeof piece);
	for (size_t i = 62; i + 1 < sizeof piece; i += 64)
		memcpy(piece + i, "\r\n", 2);
	mailauth_signer_add(s.signer, "example.com", "s1", rsa);
	mailauth_signer_add(s.signer, "example.com", "s2", ed25519);
	mailauth_signer_set_canonicalization(s.signer, 1, "simple");
	wrap_start(SIZE_MAX);
	mailauth_message_write(s.message, FROM "\r\n", strlen(FROM) + 2);
	for (size_t n; body > 0; body -= n) {
		n = body < sizeof piece ? body : sizeof piece;
		ck_assert_int_eq(mailauth_message_write(s.message, piece, n),
		    MAILAUTH_DONE);
	}
	ck_assert_int_eq(mailauth_message_end(s.message), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_signer_step(s.signer), MAILAUTH_DONE);
	ck_assert_ptr_nonnull(mailauth_signer_field(s.signer, 0));
	ck_assert_ptr_nonnull(mailauth_signer_field(s.signer, 1));
	used = wrap_octets;
	end(&s);
	return used;
}

START_TEST(signs_100_megabytes_in_the_memory_of_a_kilobyte)
{
	ck_assert_uint_eq(octets_for(100u << 20), octets_for(1024));
}
END_TEST

/* ---- RFC 8463 appendix A, RFC 6376 appendix A and C ---- */

static const char example_8463[] =
    "From: Joe SixPack <joe@football.example.com>\r\n"
    "To: Suzie Q <suzie@shopping.example.net>\r\n"
    "Subject: Is dinner ready?\r\n"
    "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
    "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n"
    "\r\nHi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";
static const char example_6376[] =
    "Received: from client1.football.example.com  [192.0.2.1]\r\n"
    "      by submitserver.example.com with SUBMISSION;\r\n"
    "      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)\r\n"
    "From: Joe SixPack <joe@football.example.com>\r\n"
    "To: Suzie Q <suzie@shopping.example.net>\r\n"
    "Subject: Is dinner ready?\r\n"
    "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
    "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n"
    "\r\n"
    "Hi.\r\n"
    "\r\n"
    "We lost the game. Are you hungry yet?\r\n"
    "\r\n"
    "Joe.\r\n";

static const struct {
	const char *text, *key, *record, *canon, *field;
} examples[] = {
	{ example_8463, rfc8463_seed,
	    "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
	    "relaxed/relaxed", "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
	    " d=football.example.com; i=@football.example.com;\r\n"
	    " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
	    " subject : date : message-id : from : subject : date;\r\n"
	    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
	    " b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n"
	    " Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r\n" },
	{ example_8463, rfc8463_rsa,
	    "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWR"
	    "iGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutAC"
	    "DfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3"
	    "Ip3G+2kryOTIKT+l/K4w3QIDAQAB",
	    "relaxed/relaxed", "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"
	    " d=football.example.com; i=@football.example.com;\r\n"
	    " q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n"
	    " date : message-id : from : subject : date;\r\n"
	    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
	    " b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\r\n"
	    " DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\r\n"
	    " dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=\r\n" },
	{ example_6376, rfc6376_rsa,
	    "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBs"
	    "EmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBIt"
	    "La7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBc"
	    "WToIMmPSPDdQPNUYckcQ2QIDAQAB",
	    "simple/simple",
	    "DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;\r\n"
	    "      c=simple/simple; q=dns/txt; i=joe@football.example.com;\r\n"
	    "      h=Received : From : To : Subject : Date : Message-ID;\r\n"
	    "      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
	    "      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB\r\n"
	    "      4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut\r\n"
	    "      KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV\r\n"
	    "      4bmp/YzhwvcubU4=;\r\n" },
};

/* The hash that the example's field has signed. */
static void
hash_of(const char *text, const char *field, uint8_t out[SHA256_BYTES])
{
	struct mailauth_message *m = mailauth_message_new();
	struct slice value = ma_str(field);
	struct arena arena = { 0 };
	struct signature sig;
	struct finding finding;
	struct picker picker;
	struct digest *d;

	mailauth_message_write(m, text, strlen(text));
	mailauth_message_end(m);
	ma_cut(&value, ':');
	ck_assert(ma_signature_parse(SIGNATURE_DKIM, ma_field_text(value),
	    &arena, &sig, &finding) && finding.reason == NULL);
	ck_assert(ma_picker_init(&picker, m));
	ck_assert_int_eq(ma_digest_new(&d), MAILAUTH_DONE);
	ck_assert(ma_cover_hash(&picker, d, &sig, ma_field_text(ma_str(field)),
	    NO_FIELD, &arena, out));
	ma_digest_free(d);
	ma_picker_free(&picker);
	ma_arena_free(&arena);
	mailauth_message_free(m);
}

START_TEST(makes_the_rfcs_signatures)
{
	struct signed_message s = begin();
	struct mailauth_private_key *key;
	uint8_t hash[SHA256_BYTES], signature[2048], want[2048];
	char record[512], error[100];
	size_t n, want_n;

	ck_assert_msg(mailauth_private_key_parse(examples[_i].key,
	    strlen(examples[_i].key), &key, error, sizeof error) ==
	    MAILAUTH_DONE, "%s", error);
	mailauth_private_key_record(key, record, sizeof record);
	ck_assert_str_eq(record, examples[_i].record);
	hash_of(examples[_i].text, examples[_i].field, hash);
	ck_assert_int_eq(ma_private_key_sign(key, hash, signature,
	    sizeof signature, &n), MAILAUTH_DONE);
	ck_assert(ma_base64_decode(tag_of(examples[_i].field, "b"), want,
	    &want_n));
	ck_assert_uint_eq(n, want_n);
	ck_assert_mem_eq(signature, want, n);

	/* And the body hash, of a field of our own. */
	mailauth_signer_add(s.signer, "football.example.com", "test", key);
	mailauth_signer_set_canonicalization(s.signer, 0, examples[_i].canon);
	finish(&s, examples[_i].text);
	ck_assert(ma_eq(tag_of(mailauth_signer_field(s.signer, 0), "bh"),
	    tag_of(examples[_i].field, "bh")));
	end(&s);
	mailauth_private_key_free(key);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sign");
	TCase *tc = tcase_create("settings");

	tcase_add_unchecked_fixture(tc, make_keys, free_keys);
	tcase_add_test(tc, signs_by_default);
	tcase_add_test(tc, oversigns);
	tcase_add_loop_test(tc, signs_every_canonical_form, 0, ROWS(canons));
	tcase_add_test(tc, sets_tags);
	tcase_add_loop_test(tc, refuses_tags, 0, ROWS(bad_tags));
	tcase_add_test(tc, signs_given_fields);
	tcase_add_test(tc, signs_announced_fields);
	tcase_add_test(tc, takes_u_labels);
	tcase_add_loop_test(tc, looks_at_the_message, 0, ROWS(texts));
	tcase_add_loop_test(tc, refuses_what_is_wrong, 0, ROWS(refusals));
	tcase_add_loop_test(tc, minds_the_size_of_keys, 0, ROWS(sizes));
	tcase_add_test(tc, keeps_limits);
	tcase_add_test(tc, says_what_is_out_of_turn);
	suite_add_tcase(suite, tc);
	tc = tcase_create("keys elsewhere, memory, examples");
	tcase_add_unchecked_fixture(tc, make_keys, free_keys);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, asks_for_signatures);
	tcase_add_test(tc, asks_by_hand);
	tcase_add_loop_test(tc, minds_what_it_is_answered, 0, ROWS(remotes));
	tcase_add_test(tc, bears_a_lack_of_memory);
	tcase_add_loop_test(tc, makes_the_rfcs_signatures, 0, ROWS(examples));
	suite_add_tcase(suite, tc);
	tc = unit_growth();
	tcase_add_unchecked_fixture(tc, make_keys, free_keys);
	tcase_add_test(tc, signs_100_megabytes_in_the_memory_of_a_kilobyte);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
