/*
 * The DKIM room: signature fields, key records, verdicts, the handle.
 */
#include <stdio.h>
#include <time.h>

#include "dkim/dkim.h"
#include "signer.h"
#include "wrap.h"

enum { NOW = 1700000000 };
#define PASS MAILAUTH_DKIM_PASS
#define FAIL MAILAUTH_DKIM_FAIL
#define POLICY MAILAUTH_DKIM_POLICY
#define TEMP MAILAUTH_DKIM_TEMPERROR
#define PERM MAILAUTH_DKIM_PERMERROR

#define HEADER "From: a@x.example\r\nTo: b@y.example\r\nSubject: a test\r\n"
#define BODY "body\r\n"
#define ED "v=1; a=ed25519-sha256; d=x.example; s=k; h=from:to:subject; "

static EVP_PKEY *rsa, *ed;
static struct buf rsa_record, ed_record;

/* ---- Operations on keys are counted: tests link with --wrap ---- */

static unsigned verifications;
enum verify_status __real_ma_key_verify(struct public_key *,
    const uint8_t hash[SHA256_BYTES], struct slice);
enum verify_status __wrap_ma_key_verify(struct public_key *,
    const uint8_t hash[SHA256_BYTES], struct slice);

enum verify_status
__wrap_ma_key_verify(struct public_key *key, const uint8_t hash[SHA256_BYTES],
    struct slice signature)
{
	verifications++;
	return __real_ma_key_verify(key, hash, signature);
}

/* ---- One message verified ---- */

struct verified {
	struct mailauth_message *message;
	struct mailauth_dkim *dkim;
};

static struct verified
open_message(struct mailauth_lookups *lookups)
{
	struct verified v = { .message = mailauth_message_new() };

	v.dkim = mailauth_dkim_new(v.message, lookups, NOW);
	ck_assert_ptr_nonnull(v.dkim);
	return v;
}

static void
feed(struct mailauth_message *m, struct slice text, size_t piece)
{
	for (size_t at = 0; at < text.n; at += piece)
		ck_assert_int_eq(mailauth_message_write(m, text.p + at,
		    piece < text.n - at ? piece : text.n - at), MAILAUTH_DONE);
}

static void
finish(struct verified *v, struct slice text, size_t piece,
    struct signer_zone *z)
{
	struct mailauth_resolver *r = signer_resolver(z);

	feed(v->message, text, piece);
	ck_assert_int_eq(mailauth_message_end(v->message), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_dkim_verify(v->dkim, r), MAILAUTH_DONE);
	mailauth_resolver_free(r);
}

static struct verified
verify(struct slice text, struct signer_zone *z)
{
	struct verified v = open_message(NULL);

	finish(&v, text, SIZE_MAX, z);
	return v;
}

static void
done(struct verified *v)
{
	mailauth_dkim_free(v->dkim);
	mailauth_message_free(v->message);
}

static void
check(const struct verified *v, size_t i, const char *clause, int result,
    const char *reason)
{
	int got = mailauth_dkim_signature_result(v->dkim, i);
	const char *why = mailauth_dkim_signature_reason(v->dkim, i);

	ck_assert_msg(got == result && (why == NULL) == (reason == NULL) &&
	    (reason == NULL || strcmp(why, reason) == 0), "%s: %s (%s)", clause,
	    mailauth_dkim_result_name(got), why != NULL ? why : "-");
	ck_assert_ptr_nonnull(mailauth_dkim_signature_detail(v->dkim, i));
}

/* Text with its length, as accessors give it. */
static bool
says(const char *text, size_t n, const char *wanted)
{
	return text != NULL && ma_eq(ma_slice(text, n), ma_str(wanted));
}

static struct signer_zone
zone_of(const struct signer_record *records, size_t n)
{
	return (struct signer_zone){ .records = records, .n = n };
}

/* One record for every name. */
static struct signer_record
record_of(const struct buf *b)
{
	return (struct signer_record){ .text = ma_slice(b->p, b->n) };
}

/* ---- The RFCs' own messages ---- */

#define LETTER \
	"From: Joe SixPack <joe@football.example.com>\r\n" \
	"To: Suzie Q <suzie@shopping.example.net>\r\n" \
	"Subject: Is dinner ready?\r\n" \
	"Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n" \
	"Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n\r\n"

/* RFC 8463 appendix A: Ed25519 signs the hash. */
static const char rfc8463[] =
    "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
    " d=football.example.com; i=@football.example.com;\r\n"
    " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
    " subject : date : message-id : from : subject : date;\r\n"
    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
    " b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n"
    " Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r\n"
    "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"
    " d=football.example.com; i=@football.example.com;\r\n"
    " q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n"
    " date : message-id : from : subject : date;\r\n"
    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
    " b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\r\n"
    " DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\r\n"
    " dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=\r\n"
    LETTER "Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";

static const struct signer_record rfc8463_keys[] = {
	{ .name = "brisbane._domainkey.football.example.com",
	    .text = SLICE_LIT("v=DKIM1; k=ed25519; "
	    "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=") },
	{ .name = "test._domainkey.football.example.com",
	    .text = SLICE_LIT("v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNAD"
	    "CBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi"
	    "0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hst"
	    "T5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB") },
};

/*
 * RFC 6376 appendix A.2, the body with one blank, of which the bh= is, and no
 * paragraph indentation.
 */
static const char rfc6376[] =
    "DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;\r\n"
    "      c=simple/simple; q=dns/txt; i=joe@football.example.com;\r\n"
    "      h=Received : From : To : Subject : Date : Message-ID;\r\n"
    "      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
    "      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB\r\n"
    "      4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut\r\n"
    "      KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV\r\n"
    "      4bmp/YzhwvcubU4=;\r\n"
    "Received: from client1.football.example.com  [192.0.2.1]\r\n"
    "      by submitserver.example.com with SUBMISSION;\r\n"
    "      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)\r\n"
    LETTER "Hi.\r\n\r\nWe lost the game. Are you hungry yet?\r\n\r\nJoe.\r\n";

static const struct signer_record rfc6376_keys[] = {
	{ .name = "brisbane._domainkey.example.com",
	    .text = SLICE_LIT("v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQ"
	    "KBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYt"
	    "IxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v"
	    "/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhi"
	    "tdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB") },
};

START_TEST(verifies_the_rfcs_messages)
{
	struct signer_zone z = zone_of(rfc8463_keys, COUNT(rfc8463_keys));
	struct verified v = verify(ma_str(rfc8463), &z);
	const char *text;
	size_t n;

	ck_assert_int_eq(mailauth_dkim_result(v.dkim), PASS);
	ck_assert_uint_eq(mailauth_dkim_count(v.dkim), 2);
	check(&v, 0, "8463 A.3", PASS, NULL);
	check(&v, 1, "8463 A.3", PASS, NULL);
	ck_assert_uint_eq(mailauth_dkim_key_bits(v.dkim, 0), 256);
	ck_assert_uint_eq(mailauth_dkim_key_bits(v.dkim, 1), 1024);
	ck_assert_str_eq(mailauth_dkim_domain(v.dkim, 0, &n),
	    "football.example.com");
	ck_assert_uint_eq(n, 20);
	ck_assert_str_eq(mailauth_dkim_identity(v.dkim, 1, NULL),
	    "@football.example.com");
	ck_assert_str_eq(mailauth_dkim_canonicalization(v.dkim, 1, NULL),
	    "relaxed/relaxed");
	text = mailauth_dkim_signed_field(v.dkim, 0, 7, &n);
	ck_assert(says(text, n, "date"));
	ck_assert_ptr_null(mailauth_dkim_signed_field(v.dkim, 0, 8, &n));
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(mailauth_dkim_body_bytes(v.dkim, 0),
	    mailauth_dkim_signed_body_bytes(v.dkim, 0));
	done(&v);
	z = zone_of(rfc6376_keys, COUNT(rfc6376_keys));
	v = verify(ma_str(rfc6376), &z);
	check(&v, 0, "6376 A.2", PASS, NULL);
	ck_assert_str_eq(mailauth_dkim_identity(v.dkim, 0, NULL),
	    "joe@football.example.com");
	done(&v);
}
END_TEST

/* ---- Signature fields ---- */

#define X10 "0123456789"
#define B64_8 "AAAAAAAA"
#define B64_40 B64_8 B64_8 B64_8 B64_8 B64_8

static const struct {
	const char *clause, *field;
	int result;
	const char *reason;
} fields[] = {
	{ "3.5 what is required", ED "bh=%h; b=%b", PASS, NULL },
	{ "3.2 a ; at the end", ED "bh=%h; b=%b;", PASS, NULL },
	{ "3.2 ;;", ED "bh=%h;; b=%b", PERM, "syntax" },
	{ "3.2 ;; at the end", ED "bh=%h; b=%b;;", PERM, "syntax" },
	{ "3.2 no =", ED "bh=%h; b=%b; foo", PERM, "syntax" },
	{ "3.2 unknown tags are signed", ED "xx=1; bh=%h; _=; b=%b", PERM,
	    "syntax" },
	{ "3.2 unknown tags", ED "xx=1; bh=%h; y_=; b=%b", PASS, NULL },
	{ "3.2 folded behind the colon, FWS everywhere",
	    "\r\n v = 1 ;\r\n\ta\t=\r\n ed25519-sha256\r\n ; d\r\n ="
	    "\r\n x.example\r\n\t;s=k;"
	    " h=\r\n from\r\n :\r\n to ; bh=\r\n %h ; b=\r\n %b\r\n ", PASS,
	    NULL },
	{ "3.2 names have case", ED "BH=x; bh=%h; b=%b; B=y; D=q", PASS, NULL },
	{ "3.2 d= twice", "v=1; a=ed25519-sha256; d=x.example; d=y.example; "
	    "s=k; h=from; bh=%h; b=%b", PERM, "duplicate-tag" },
	{ "3.2 d= twice, the other first", "v=1; a=ed25519-sha256; "
	    "d=y.example; d=x.example; s=k; h=from; bh=%h; b=%b", PERM,
	    "duplicate-tag" },
	{ "3.2 an unknown tag twice", ED "bh=%h; zz=1; b=%b; zz=1", PERM,
	    "duplicate-tag" },

	{ "3.5 v= missing", "a=ed25519-sha256; d=x.example; s=k; h=from; "
	    "bh=%h; b=%b", PERM, "missing-tag" },
	{ "3.5 a= missing", "v=1; d=x.example; s=k; h=from; bh=%h; b=%b", PERM,
	    "missing-tag" },
	{ "3.5 d= missing", "v=1; a=ed25519-sha256; s=k; h=from; bh=%h; b=%b",
	    PERM, "missing-tag" },
	{ "3.5 s= missing", "v=1; a=ed25519-sha256; d=x.example; h=from; "
	    "bh=%h; b=%b", PERM, "missing-tag" },
	{ "3.5 h= missing", "v=1; a=ed25519-sha256; d=x.example; s=k; bh=%h; "
	    "b=%b", PERM, "missing-tag" },
	{ "3.5 bh= missing", ED "b=%b", PERM, "missing-tag" },
	{ "3.5 b= missing", ED "bh=%h", PERM, "missing-tag" },
	{ "3.5 v= is not first", "a=ed25519-sha256; d=x.example; s=k; h=from; "
	    "bh=%h; v=1; b=%b", PASS, NULL },
	{ "3.5 v=2", "v=2; a=ed25519-sha256; d=x.example; s=k; h=from; bh=%h; "
	    "b=%b", PERM, "version" },
	{ "3.5 v=01", "v=01; a=ed25519-sha256; d=x.example; s=k; h=from; "
	    "bh=%h; b=%b", PERM, "version" },
	{ "3.5 v= of nothing", "v=; a=ed25519-sha256; d=x.example; s=k; "
	    "h=from; bh=%h; b=%b", PERM, "version" },

	{ "3.5 a= has no case", "v=1; a=Ed25519-SHA256; d=x.example; s=k; "
	    "h=from; bh=%h; b=%b", PASS, NULL },
	{ "8301 3.1 rsa-sha1", "v=1; a=rsa-sha1; d=x.example; s=k; h=from; "
	    "bh=%h; b=%b", PERM, "algorithm-rsa-sha1" },
	{ "3.5 a= unknown", "v=1; a=rsa-sha512; d=x.example; s=k; h=from; "
	    "bh=%h; b=%b", PERM, "algorithm" },
	{ "3.5 a= of nothing", "v=1; a=; d=x.example; s=k; h=from; bh=%h; "
	    "b=%b", PERM, "algorithm" },

	{ "3.5 c=simple", ED "c=simple; bh=%h; b=%b", PASS, NULL },
	{ "3.5 c=relaxed is relaxed/simple", ED "c=relaxed; bh=%h; b=%b", PASS,
	    NULL },
	{ "3.5 c= has no case", ED "c=RELAXED/Simple; bh=%h; b=%b", PASS,
	    NULL },
	{ "3.5 c=simple/relaxed", ED "c=simple/relaxed; bh=%h; b=%b", PASS,
	    NULL },
	{ "3.5 c= unknown", ED "c=nowsp; bh=%h; b=%b", PERM,
	    "canonicalization" },
	{ "3.5 c= unknown of the body", ED "c=simple/x; bh=%h; b=%b", PERM,
	    "canonicalization" },
	{ "3.5 c= of nothing", ED "c=; bh=%h; b=%b", PERM, "canonicalization" },
	{ "3.5 c=relaxed/", ED "c=relaxed/; bh=%h; b=%b", PERM,
	    "canonicalization" },
	{ "3.5 c= of three", ED "c=simple/simple/simple; bh=%h; b=%b", PERM,
	    "canonicalization" },
	{ "3.5 c= with blanks", ED "c=simple / simple; bh=%h; b=%b", PERM,
	    "canonicalization" },

#define D(d) "v=1; a=ed25519-sha256; d=" d "; s=k; h=from; bh=%h; b=%b"
	{ "3.5 d= has no case", D("X.Example"), PASS, NULL },
	{ "8616 5 a U-label", D("b\xc3\xbc" "cher.example"), PASS, NULL },
	{ "3.5 d= of one label", D("example"), PERM, "domain" },
	{ "3.5 d= with a dot behind", D("x.example."), PERM, "domain" },
	{ "3.5 d= with two dots", D("x..example"), PERM, "domain" },
	{ "3.5 d= of nothing", D(""), PERM, "domain" },
	{ "3.5 d= a literal", D("[192.0.2.1]"), PERM, "domain" },
	{ "3.5 d= with a blank", D("x.example y"), PERM, "domain" },
	{ "8601 2 d= with (", D("x.example(.evil.example"), PERM, "domain" },
	{ "8601 2 d= with a quote", D("x.example\".y"), PERM, "domain" },
	{ "3.5 d= with a slash", D("x/y.example"), PERM, "domain" },
	{ "3.5 d= with a backslash", D("x\\.y.example"), PERM, "domain" },
	{ "3.5 d= with @", D("a@x.example"), PERM, "domain" },
	{ "3.5 d= not UTF-8", D("x\xff.example"), PERM, "syntax" },
	{ "1035 2.3.4 a label of 64", D(X10 X10 X10 X10 X10 X10 "0123.example"),
	    PERM, "domain" },

#define S(s) "v=1; a=ed25519-sha256; d=x.example; s=" s "; h=from; bh=%h; b=%b"
	{ "3.1 selectors of several labels", S("a.b.c"), PASS, NULL },
	{ "3.1 _x", S("_x"), PASS, NULL },
	{ "3.1 a--b is no IDNA name", S("a--b"), PASS, NULL },
	{ "3.1 2024_01", S("2024_01"), PASS, NULL },
	{ "8616 5 a U-label", S("sch\xc3\xb6n"), PASS, NULL },
	{ "3.5 s= of nothing", S(""), PERM, "selector" },
	{ "3.5 s= with two dots", S("a..b"), PERM, "selector" },
	{ "3.5 s= with a dot behind", S("a."), PERM, "selector" },
	{ "3.5 s= with a slash", S("a/b"), PERM, "selector" },
	{ "3.5 s= with a blank", S("a b"), PERM, "selector" },
	{ "3.5 s= with a star", S("*"), PERM, "selector" },
	{ "1035 2.3.4 too long with d=", S(X10 X10 X10 X10 X10 "." X10 X10 X10
	    X10 X10 "." X10 X10 X10 X10 X10 "." X10 X10 X10 X10 X10 "." X10
	    X10 X10), PERM, "selector" },

	{ "3.5 i=@d", ED "i=@x.example; bh=%h; b=%b", PASS, NULL },
	{ "3.5 i= has no case", ED "i=A@X.EXAMPLE; bh=%h; b=%b", PASS, NULL },
	{ "3.5 i= below d=", ED "i=a@b.x.example; bh=%h; b=%b", PASS, NULL },
	{ "6.1.1 i= by labels", ED "i=a@evilx.example; bh=%h; b=%b", PERM,
	    "identity-domain" },
	{ "6.1.1 i= above d=", ED "i=a@example; bh=%h; b=%b", PERM,
	    "identity-domain" },
	{ "6.1.1 i= elsewhere", ED "i=a@x.example.com; bh=%h; b=%b", PERM,
	    "identity-domain" },
	{ "2.11 i= encoded", ED "i=a=20b=40c@x.example; bh=%h; b=%b", PASS,
	    NULL },
	{ "2.11 i= with FWS", ED "i=a\r\n b@x.\r\n example; bh=%h; b=%b", PASS,
	    NULL },
	{ "2.11 hex in lower case", ED "i=a=c3=B6@x.example; bh=%h; b=%b", PERM,
	    "identity" },
	{ "2.11 hex in lower case", ED "i=a=4f@x.example; bh=%h; b=%b", PERM,
	    "identity" },
	{ "2.11 hex of one digit", ED "i=a=4; bh=%h; b=%b", PERM, "identity" },
	{ "2.11 an encoded NUL", ED "i=a=00@x.example; bh=%h; b=%b", PERM,
	    "identity" },
	{ "2.11 an encoded line", ED "i=a=0D=0Ab@x.example; bh=%h; b=%b", PERM,
	    "identity" },
	{ "3.5 i= without @", ED "i=x.example; bh=%h; b=%b", PERM, "identity" },
	{ "3.5 i= of nothing", ED "i=; bh=%h; b=%b", PERM, "identity" },
	{ "3.5 i= without domain", ED "i=a@; bh=%h; b=%b", PERM, "identity" },

#define H(h) "v=1; a=ed25519-sha256; d=x.example; s=k; h=" h "; bh=%h; b=%b"
	{ "5.4 any case", H("FROM:to"), PASS, NULL },
	{ "3.5 FWS round :", H("from \r\n : \r\n to"), PASS, NULL },
	{ "3.5 names that are not there", H("from:x-not:from:to:to"), PASS,
	    NULL },
	{ "6.1.1 without From", H("to:subject"), PERM, "from-not-signed" },
	{ "6.1.1 something like From", H("xfrom:from-x:to"), PERM,
	    "from-not-signed" },
	{ "3.5 h= of nothing", H(""), PERM, "signed-fields" },
	{ "3.5 h= with an empty name", H("from::to"), PERM, "signed-fields" },
	{ "3.5 h= with : behind", H("from:"), PERM, "signed-fields" },
	{ "3.5 h= with a blank in a name", H("from to"), PERM,
	    "signed-fields" },
	{ "3.5 h= with 8-bit", H("from:\xc3\xa4"), PERM, "signed-fields" },
	{ "3.5 its own name is not itself", H("from:dkim-signature"), PASS,
	    NULL },

	{ "3.5 l= all", ED "l=6; bh=%h; b=%b", PASS, NULL },
	{ "3.5 l= less", ED "l=5; bh=%h; b=%b", PASS, "unsigned-body" },
	{ "3.5 l=0", ED "l=0; bh=%h; b=%b", PASS, "unsigned-body" },
	{ "3.5 l= one more", ED "l=7; bh=%h; b=%b", PERM, "body-length" },
	{ "3.5 l=2^63", ED "l=9223372036854775808; bh=%h; b=%b", PERM,
	    "body-length" },
	{ "3.5 l=2^64-1", ED "l=18446744073709551615; bh=%h; b=%b", PERM,
	    "body-length" },
	{ "3.5 l=2^64+6", ED "l=18446744073709551622; bh=%h; b=%b", PERM,
	    "body-length" },
	{ "3.5 l= of 76 digits", ED "l=" X10 X10 X10 X10 X10 X10 X10
	    "012345; bh=%h; b=%b", PERM, "body-length" },
	{ "3.5 l= of 77 digits", ED "l=" X10 X10 X10 X10 X10 X10 X10
	    "0123456; bh=%h; b=%b", PERM, "syntax" },
	{ "3.5 l= with zeros", ED "l=0000006; bh=%h; b=%b", PASS, NULL },
	{ "3.5 l=-1", ED "l=-1; bh=%h; b=%b", PERM, "syntax" },
	{ "3.5 l= of nothing", ED "l=; bh=%h; b=%b", PERM, "syntax" },

	{ "3.5 t= now", ED "t=1700000000; bh=%h; b=%b", PASS, NULL },
	{ "3.5 t= within the skew", ED "t=1700000300; bh=%h; b=%b", PASS,
	    NULL },
	{ "3.5 t= beyond it", ED "t=1700000301; bh=%h; b=%b", PERM, "future" },
	{ "3.5 t=2^31", ED "t=2147483648; bh=%h; b=%b", PERM, "future" },
	{ "3.5 t=2^32 does not wrap", ED "t=5994967296; bh=%h; b=%b", PERM,
	    "future" },
	{ "3.5 t= of 12 digits", ED "t=999999999999; bh=%h; b=%b", PERM,
	    "future" },
	{ "3.5 t=10^20", ED "t=100000000000000000000; bh=%h; b=%b", PERM,
	    "future" },
	{ "3.5 t=0", ED "t=0; bh=%h; b=%b", PASS, NULL },
	{ "3.5 t= no number", ED "t=now; bh=%h; b=%b", PERM, "syntax" },
	{ "3.5 t= negative", ED "t=-1; bh=%h; b=%b", PERM, "syntax" },
	{ "3.5 t= of nothing", ED "t=; bh=%h; b=%b", PERM, "syntax" },
	{ "3.5 x= within the skew", ED "x=1699999700; bh=%h; b=%b", PASS,
	    NULL },
	{ "3.5 x= beyond it", ED "x=1699999699; bh=%h; b=%b", PERM, "expired" },
	{ "3.5 x=0", ED "x=0; bh=%h; b=%b", PERM, "expired" },
	{ "3.5 x=2^31", ED "x=2147483648; bh=%h; b=%b", PASS, NULL },
	{ "3.5 x=2^32 does not wrap", ED "x=4294967297; bh=%h; b=%b", PASS,
	    NULL },
	{ "3.5 x=10^12-1", ED "x=999999999999; bh=%h; b=%b", PASS, NULL },
	{ "3.5 x=10^20", ED "x=100000000000000000000; bh=%h; b=%b", PASS,
	    NULL },
	{ "3.5 x= no number", ED "x=never; bh=%h; b=%b", PERM, "syntax" },
	{ "3.5 x= after t=", ED "t=1699999999; x=1700000000; bh=%h; b=%b", PASS,
	    NULL },
	{ "3.5 x= not after t=", ED "x=1700000000; t=1700000000; bh=%h; b=%b",
	    PERM, "expiration" },
	{ "3.5 x= before t=", ED "t=1700000000; x=1699999999; bh=%h; b=%b",
	    PERM, "expiration" },

	{ "3.5 q=dns/txt", ED "q=dns/txt; bh=%h; b=%b", PASS, NULL },
	{ "3.5 q= has no case", ED "q=DNS/TXT; bh=%h; b=%b", PASS, NULL },
	{ "3.5 q= with others", ED "q=foo/x=20y : dns/txt:bar; bh=%h; b=%b",
	    PASS, NULL },
	{ "3.5 q= unknown", ED "q=foo; bh=%h; b=%b", PERM, "query-method" },
	{ "3.5 q=dns", ED "q=dns; bh=%h; b=%b", PERM, "query-method" },
	{ "3.5 q= of nothing", ED "q=; bh=%h; b=%b", PERM, "syntax" },
	{ "3.5 q= with an empty method", ED "q=dns/txt:; bh=%h; b=%b", PERM,
	    "syntax" },

	{ "3.5 z= with b= in it", ED "z=From:a=40x.example|To:b=3Db|\r\n "
	    "b=:x; bh=%h; b=%b", PASS, NULL },
	{ "3.7 b= first", "b=%b; " ED "bh=%h", PASS, NULL },
	{ "3.7 b= in the middle, with blanks", "v=1; b= \r\n\t%b \r\n ; "
	    "a=ed25519-sha256; d=x.example; s=k; h=from; bh=%h", PASS, NULL },
	{ "3.7 b= in the middle, relaxed", "v=1; c=relaxed; b= \r\n\t%b \r\n ; "
	    "a=ed25519-sha256; d=x.example; s=k; h=from; bh=%h", PASS, NULL },
	{ "3.7 b= last, with blanks", ED "bh=%h; b = \r\n %b\r\n ", PASS,
	    NULL },
	{ "3.7 tags that end in b", ED "xb=b=1; b_=b; bh=%h; zb=; b=%b", PASS,
	    NULL },

	{ "3.5 bh= of nothing", ED "bh=; b=%b", PERM, "body-hash-syntax" },
	{ "3.5 bh= of 1 octet", ED "bh=AA==; b=%b", PERM, "body-hash-syntax" },
	{ "3.5 bh= of 31 octets", ED "bh=" B64_40 "AA==; b=%b", PERM,
	    "body-hash-syntax" },
	{ "3.5 bh= of 32 octets", ED "bh=" B64_40 "AAA=; b=%b", FAIL,
	    "body-hash" },
	{ "3.5 bh= of 33 octets", ED "bh=" B64_40 "AAAA; b=%b", PERM,
	    "body-hash-syntax" },
	{ "3.5 bh= of 64 octets", ED "bh=" B64_40 B64_40 "AAAAAA==; b=%b", PERM,
	    "body-hash-syntax" },
	{ "3.5 bh= not base64", ED "bh=%h*; b=%b", PERM, "body-hash-syntax" },
	{ "3.5 b= of nothing", ED "bh=%h; b=", PERM, "signature-syntax" },
	{ "3.5 b= of 1 character", ED "bh=%h; b=A", PERM, "signature-syntax" },
	{ "3.5 b= of 11 characters", ED "bh=%h; b=AAAAAAAAAAA", PERM,
	    "signature-syntax" },
	{ "3.5 b= of 11 and =", ED "bh=%h; b=AAAAAAAAAAA=", FAIL, "signature" },
	{ "3.5 b= of 12 characters", ED "bh=%h; b=AAAAAAAAAAAA", FAIL,
	    "signature" },
	{ "3.5 b= not base64", ED "bh=%h; b=%b!", PERM, "signature-syntax" },
};

START_TEST(judges_signature_fields)
{
	struct signer_record r = record_of(&ed_record);
	struct signer_zone z = zone_of(&r, 1);
	struct buf template = { 0 }, text = { 0 };
	struct verified v;

	ma_buf_fmt(&template, "DKIM-Signature: %s\r\n", fields[_i].field);
	ma_buf_char(&template, '\0');
	signer_sign(&text, ed, template.p, SLICE_LIT(HEADER), SLICE_LIT(BODY));
	v = verify(ma_slice(text.p, text.n), &z);
	ck_assert_uint_eq(mailauth_dkim_count(v.dkim), 1);
	check(&v, 0, fields[_i].clause, fields[_i].result, fields[_i].reason);
	ck_assert_int_eq(mailauth_dkim_result(v.dkim), fields[_i].result);
	/* What its field alone condemns asks nothing. */
	if (z.asked == 0)
		ck_assert_msg(fields[_i].result == PERM, "%s",
		    fields[_i].clause);
	else
		ck_assert_msg(fields[_i].result != PERM ||
		    strcmp(fields[_i].reason, "body-length") == 0, "%s: asked",
		    fields[_i].clause);
	done(&v);
	ma_buf_free(&template);
	ma_buf_free(&text);
}
END_TEST

/* NULs cut no name short: nothing is asked. */
START_TEST(asks_nothing_of_names_with_nul)
{
	static const struct slice texts[] = {
		SLICE_LIT("DKIM-Signature: v=1; a=ed25519-sha256; d=x.example; "
		    "s=evil.example.\0.any; h=from; bh="
		    "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\n"),
		SLICE_LIT("DKIM-Signature: v=1; a=ed25519-sha256; "
		    "d=x.example\0.y; s=k; h=from; bh="
		    "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\n"),
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct signer_record r = record_of(&ed_record);
		struct signer_zone z = zone_of(&r, 1);
		struct verified v = verify(texts[i], &z);
		size_t n;

		check(&v, 0, "6376 3.2", PERM, "syntax");
		ck_assert_uint_eq(z.asked, 0);
		/* As it stands there. */
		mailauth_dkim_selector(v.dkim, 0, &n);
		ck_assert_uint_eq(n, i == 0 ? 18 : 1);
		done(&v);
	}
}
END_TEST

/* The rest of lesson by lesson: what was changed behind the signer's back. */
static const struct {
	const char *clause, *c, *header, *body;
	int result;
	const char *reason;
} changes[] = {
	{ "3.4.1 nothing", "simple", HEADER, BODY, PASS, NULL },
	{ "3.4.1 a blank in a field", "simple",
	    "From:  a@x.example\r\nTo: b@y.example\r\nSubject: a test\r\n",
	    BODY, FAIL, "signature" },
	{ "3.4.2 blanks, folds, case", "relaxed",
	    "FROM:a@x.example \r\nTo:\r\n\tb@y.example\r\nSubject : a\r\n "
	    "test\r\n", BODY, PASS, NULL },
	{ "3.4.2 a blank taken away inside", "relaxed",
	    "From: a@x.example\r\nTo: b@y.example\r\nSubject: atest\r\n", BODY,
	    FAIL, "signature" },
	{ "3.4.2 a VT added", "relaxed",
	    "From: a@x.example\r\nTo: b@y.example\r\nSubject: a\v test\r\n",
	    BODY, FAIL, "signature" },
	{ "3.4 c=relaxed: the body is simple", "relaxed", HEADER, "body \r\n",
	    FAIL, "body-hash" },
	{ "3.4 c=relaxed/simple", "relaxed/simple", HEADER, "body \r\n", FAIL,
	    "body-hash" },
	{ "3.4 c=simple/relaxed", "simple/relaxed", HEADER, "body \r\n", PASS,
	    NULL },
	{ "3.4 c=simple/relaxed: the header is simple", "simple/relaxed",
	    "From: a@x.example \r\nTo: b@y.example\r\nSubject: a test\r\n",
	    BODY, FAIL, "signature" },
	{ "3.4.3 lines at the end", "simple", HEADER, BODY "\r\n\r\n", PASS,
	    NULL },
	{ "3.4.3 no line end", "simple", HEADER, "body", PASS, NULL },
	{ "6.1.3 another body", "simple", HEADER, "Body\r\n", FAIL,
	    "body-hash" },
	{ "6.1.3 another From", "relaxed",
	    "From: b@x.example\r\nTo: b@y.example\r\nSubject: a test\r\n",
	    BODY, FAIL, "signature" },
	{ "5.4.2 a second Subject on top", "relaxed", "Subject: x\r\n" HEADER,
	    BODY, PASS, NULL },
	{ "5.4.2 a second Subject below", "relaxed", HEADER "Subject: x\r\n",
	    BODY, FAIL, "signature" },
	{ "5.4.2 a second From on top, oversigned", "relaxed",
	    "From: x@evil.example\r\n" HEADER, BODY, FAIL, "signature" },
	{ "5.4 a field added, oversigned", "relaxed", "Reply-To: x\r\n" HEADER,
	    BODY, FAIL, "signature" },
	{ "5.4 a field that is not signed", "relaxed", "X: x\r\n" HEADER, BODY,
	    PASS, NULL },
};

START_TEST(notices_changes)
{
	struct signer_record r = record_of(&ed_record);
	struct signer_zone z = zone_of(&r, 1);
	struct buf template = { 0 }, text = { 0 };
	struct slice whole, field;
	struct verified v;

	ma_buf_fmt(&template, "DKIM-Signature: v=1; a=ed25519-sha256; c=%s; "
	    "d=x.example; s=k; h=From:To:Subject:from:Reply-To; bh=%%h; "
	    "b=%%b\r\n", changes[_i].c);
	ma_buf_char(&template, '\0');
	signer_sign(&text, ed, template.p, SLICE_LIT(HEADER), SLICE_LIT(BODY));
	whole = ma_slice(text.p, text.n);
	field = ma_cut(&whole, '\n');
	ma_buf_clear(&template);
	ma_buf_add(&template, field.p, field.n + 1);
	ma_buf_str(&template, changes[_i].header);
	ma_buf_str(&template, "\r\n");
	ma_buf_str(&template, changes[_i].body);
	v = verify(ma_slice(template.p, template.n), &z);
	check(&v, 0, changes[_i].clause, changes[_i].result,
	    changes[_i].reason);
	done(&v);
	ma_buf_free(&template);
	ma_buf_free(&text);
}
END_TEST

/* RFC 6376 section 3.5: white space in b= and bh= is not there. */
START_TEST(ignores_white_space_in_base64)
{
	struct signer_record r = record_of(&ed_record);
	struct signer_zone z = zone_of(&r, 1);
	struct buf text = { 0 }, out = { 0 };
	struct slice whole, head;
	struct verified v;
	size_t n;

	signer_sign(&text, ed, "DKIM-Signature: " ED "bh=%h; b=%b\r\n",
	    SLICE_LIT(HEADER), SLICE_LIT(BODY));
	whole = ma_slice(text.p, text.n);
	n = ma_find(whole, '\r') - 30;
	ma_buf_add(&out, text.p, n);
	for (size_t i = 0; i < 30; i++) {
		ma_buf_str(&out, i % 3 == 0 ? "\r\n\t" : " ");
		ma_buf_char(&out, text.p[n + i]);
	}
	ma_buf_add(&out, text.p + n + 30, text.n - n - 30);
	v = verify(ma_slice(out.p, out.n), &z);
	check(&v, 0, "3.5 b=", PASS, NULL);
	/* header.b shows it without. */
	head = whole;
	head = ma_cut(&head, '\r');
	head = ma_sub(head, head.n - 88, 88);
	whole.p = mailauth_dkim_signature_data(v.dkim, 0, &n);
	whole.n = n;
	ck_assert(ma_eq(whole, head));
	done(&v);
	ma_buf_free(&text);
	ma_buf_free(&out);
}
END_TEST

/* Other DKIM-Signature fields are fields like others: b= stays. */
START_TEST(signs_other_signatures)
{
	struct signer_record r = record_of(&ed_record);
	struct signer_zone z = zone_of(&r, 1);
	struct buf inner = { 0 }, text = { 0 };
	struct slice header, body;
	struct verified v;

	signer_sign(&inner, ed, "DKIM-Signature: " ED "bh=%h; b=%b\r\n",
	    SLICE_LIT(HEADER), SLICE_LIT(BODY));
	header = ma_slice(inner.p, inner.n - strlen("\r\n" BODY));
	body = SLICE_LIT(BODY);
	signer_sign(&text, ed, "DKIM-Signature: v=1; a=ed25519-sha256; "
	    "d=y.example; s=k; h=from:dkim-signature:dkim-signature; bh=%h; "
	    "b=%b\r\n", header, body);
	v = verify(ma_slice(text.p, text.n), &z);
	check(&v, 0, "3.7 outer", PASS, NULL);
	check(&v, 1, "3.7 inner", PASS, NULL);
	done(&v);
	/* One octet of the inner b= changed: both are broken. */
	header.p = memmem(text.p, text.n, "d=x.example", 11);
	header.p = memchr(header.p, '\r', 400);
	text.p[header.p - text.p - 20] ^= 1;
	v = verify(ma_slice(text.p, text.n), &z);
	check(&v, 0, "3.7 outer", FAIL, "signature");
	ck_assert_int_ne(mailauth_dkim_signature_result(v.dkim, 1), PASS);
	done(&v);
	ma_buf_free(&inner);
	ma_buf_free(&text);
}
END_TEST

/* ---- Key records ---- */

static const struct {
	const char *clause;
	bool rsa, info;			/* which key signs; p= as SPKI */
	const char *record;		/* %p: its key */
	const char *identity;		/* i=, or NULL */
	int result;
	const char *reason;
	bool testing;
} records[] = {
	{ "3.6.1", true, true, "v=DKIM1; k=rsa; p=%p", NULL, PASS, NULL,
	    false },
	{ "3.6.1 RSAPublicKey", true, false, "v=DKIM1; k=rsa; p=%p", NULL, PASS,
	    NULL, false },
	{ "3.6.1 k= is rsa", true, true, "v=DKIM1; p=%p", NULL, PASS, NULL,
	    false },
	{ "3.6.1 v= is not needed", true, true, "p=%p", NULL, PASS, NULL,
	    false },
	{ "3.6.1 k= has no case", true, true, "k=RSA; p=%p", NULL, PASS, NULL,
	    false },
	{ "8463 4.2", false, false, "v=DKIM1; k=ed25519; p=%p", NULL, PASS,
	    NULL, false },
	{ "8463 4.2 not as SPKI", false, true, "v=DKIM1; k=ed25519; p=%p", NULL,
	    PERM, "key-syntax", false },
	{ "3.2 a ; at the end", false, false, "v=DKIM1; k=ed25519; p=%p;", NULL,
	    PASS, NULL, false },
	{ "3.2 blanks", false, false, " v = DKIM1 ; k = ed25519 ; p = %p ",
	    NULL, PASS, NULL, false },
	{ "3.2 no blanks", false, false, "v=DKIM1;k=ed25519;p=%p", NULL, PASS,
	    NULL, false },
	{ "3.2 ;;", false, false, "v=DKIM1; k=ed25519;; p=%p", NULL, PERM,
	    "key-syntax", false },
	{ "3.2 a tag twice", false, false, "v=DKIM1; k=ed25519; p=%p; p=%p",
	    NULL, PERM, "key-syntax", false },
	{ "3.2 an unknown tag twice", false, false, "k=ed25519; p=%p; x=1; x=1",
	    NULL, PERM, "key-syntax", false },
	{ "3.6.1 v= first", false, false, "k=ed25519; v=DKIM1; p=%p", NULL,
	    PERM, "key-syntax", false },
	{ "3.6.1 v= has case", false, false, "v=dkim1; k=ed25519; p=%p", NULL,
	    PERM, "no-key", false },
	{ "3.6.1 DKIM1.0", false, false, "v=DKIM1.0; k=ed25519; p=%p", NULL,
	    PERM, "no-key", false },
	{ "3.6.1 other tags", false, false, "v=DKIM1; k=ed25519; foo=bar; p=%p",
	    NULL, PASS, NULL, false },
	{ "3.6.1 n=", false, false, "k=ed25519; n=some=20notes; p=%p", NULL,
	    PASS, NULL, false },
	{ "C.2 g= is nothing any more", false, false,
	    "k=ed25519; g=nobody; p=%p", NULL, PASS, NULL, false },
	{ "3.6.1 FWS in p=", false, false, "k=ed25519; p= \r\n %p \t", NULL,
	    PASS, NULL, false },
	{ "3.6.1 p= missing", false, false, "v=DKIM1; k=ed25519", NULL, PERM,
	    "key-syntax", false },
	{ "6.1.2 7 revoked", false, false, "v=DKIM1; k=ed25519; p=", NULL, PERM,
	    "key-revoked", false },
	{ "6.1.2 7 revoked, whatever its type", false, false, "v=DKIM1; p=",
	    NULL, PERM, "key-revoked", false },
	{ "3.6.1 p= not base64", false, false, "k=ed25519; p=%p!", NULL, PERM,
	    "key-syntax", false },
	{ "3.6.1 p= of one octet", false, false, "k=ed25519; p=AA==", NULL,
	    PERM, "key-syntax", false },
	{ "3.6.1 p= of one octet", true, false, "k=rsa; p=AA==", NULL, PERM,
	    "key-syntax", false },
	{ "3.6.1 p= of other octets", true, false, "k=rsa; p=MIGfMA0GCSqGSIb3",
	    NULL, PERM, "key-syntax", false },
	{ "6.1.2 8 ed25519 for rsa", true, true, "k=ed25519; p=%p", NULL, PERM,
	    "key-algorithm", false },
	{ "6.1.2 8 rsa for ed25519", false, false, "k=rsa; p=%p", NULL, PERM,
	    "key-algorithm", false },
	{ "6.1.2 8 rsa by default for ed25519", false, false, "p=%p", NULL,
	    PERM, "key-algorithm", false },
	{ "3.6.1 k= unknown", false, false, "k=ed448; p=%p", NULL, PERM,
	    "key-algorithm", false },
	{ "3.6.1 h=sha256", false, false, "k=ed25519; h=sha256; p=%p", NULL,
	    PASS, NULL, false },
	{ "3.6.1 h= of several", false, false,
	    "k=ed25519; h=x : SHA256:y; p=%p",
	    NULL, PASS, NULL, false },
	{ "6.1.2 6 h=sha1", false, false, "k=ed25519; h=sha1; p=%p", NULL, PERM,
	    "key-hash", false },
	{ "6.1.2 6 h= of nothing", false, false, "k=ed25519; h=; p=%p", NULL,
	    PERM, "key-hash", false },
	{ "3.6.1 s=*", false, false, "k=ed25519; s=*; p=%p", NULL, PASS, NULL,
	    false },
	{ "3.6.1 s=email", false, false, "k=ed25519; s=tlsrpt:email; p=%p",
	    NULL, PASS, NULL, false },
	{ "3.6.1 s=tlsrpt", false, false, "k=ed25519; s=tlsrpt; p=%p", NULL,
	    PERM, "key-service", false },
	{ "3.6.1 s= of nothing", false, false, "k=ed25519; s=; p=%p", NULL,
	    PERM, "key-service", false },
	{ "3.6.1 t=y", false, false, "k=ed25519; t=y; p=%p", NULL, PASS, NULL,
	    true },
	{ "3.6.1 t= of several", false, false, "k=ed25519; t=z : y:s; p=%p",
	    "i=a@x.example; ", PASS, NULL, true },
	{ "3.6.1 t=s", false, false, "k=ed25519; t=s; p=%p",
	    "i=a@b.x.example; ", PERM, "identity-domain", false },
	{ "3.6.1 t=s without i=", false, false, "k=ed25519; t=s; p=%p", NULL,
	    PASS, NULL, false },
	{ "6.1.2 another TXT", false, false, "v=spf1 include:x.example -all",
	    NULL, PERM, "no-key", false },
	{ "6.1.2 another TXT, not a list", false, false, "hello world", NULL,
	    PERM, "no-key", false },
	{ "6.1.2 nothing", false, false, "", NULL, PERM, "no-key", false },
};

START_TEST(judges_key_records)
{
	EVP_PKEY *key = records[_i].rsa ? rsa : ed;
	struct buf record = { 0 }, template = { 0 }, text = { 0 };
	struct signer_record r;
	struct signer_zone z;
	struct verified v;

	signer_record(&record, key, records[_i].info, records[_i].record);
	r = record_of(&record);
	z = zone_of(&r, 1);
	ma_buf_fmt(&template, "DKIM-Signature: v=1; a=%s-sha256; "
	    "d=x.example; s=k; h=from; %sbh=%%h; b=%%b\r\n",
	    records[_i].rsa ? "rsa" : "ed25519",
	    records[_i].identity != NULL ? records[_i].identity : "");
	ma_buf_char(&template, '\0');
	signer_sign(&text, key, template.p, SLICE_LIT(HEADER), SLICE_LIT(BODY));
	v = verify(ma_slice(text.p, text.n), &z);
	check(&v, 0, records[_i].clause, records[_i].result,
	    records[_i].reason);
	ck_assert_msg(mailauth_dkim_testing(v.dkim, 0) == records[_i].testing,
	    "%s", records[_i].clause);
	ck_assert_uint_eq(z.asked, 1);
	done(&v);
	ma_buf_free(&record);
	ma_buf_free(&template);
	ma_buf_free(&text);
}
END_TEST

/* Sizes of records, and keys that are too short or too long. */
START_TEST(bears_keys_of_any_size)
{
	static const size_t sizes[] = { 0, 255, 256, 4095, 4096, 4097, 60000 };
	EVP_PKEY *shorter = keypair_rsa(768, 0);
	struct buf record = { 0 }, text = { 0 };
	struct signer_record r;
	struct signer_zone z;
	struct verified v;

	signer_sign(&text, rsa, "DKIM-Signature: v=1; a=rsa-sha256; "
	    "d=x.example; s=k; h=from; bh=%h; b=%b\r\n", SLICE_LIT(HEADER),
	    SLICE_LIT(BODY));
	for (size_t i = 0; i < COUNT(sizes); i++) {
		ma_buf_clear(&record);
		ma_buf_str(&record, "p=");
		while (record.n + 4 <= sizes[i])
			ma_buf_str(&record, "MIIB");
		r = record_of(&record);
		z = zone_of(&r, 1);
		v = verify(ma_slice(text.p, text.n), &z);
		check(&v, 0, "size", PERM, i == 0 ? "key-revoked" :
		    "key-syntax");
		done(&v);
	}
	signer_record(&record, shorter, true, "p=%p");
	r = record_of(&record);
	z = zone_of(&r, 1);
	v = verify(ma_slice(text.p, text.n), &z);
	check(&v, 0, "8301 3.2", PERM, "key-too-short");
	ck_assert_uint_eq(mailauth_dkim_key_bits(v.dkim, 0), 768);
	done(&v);
	/* The limit decides, and shows. */
	r = record_of(&rsa_record);
	z = zone_of(&r, 1);
	v = open_message(NULL);
	ck_assert_int_eq(mailauth_dkim_set_limit(v.dkim,
	    MAILAUTH_DKIM_RSA_BITS, 1024), 0);
	finish(&v, ma_slice(text.p, text.n), SIZE_MAX, &z);
	check(&v, 0, "8301 3.2", PERM, "key-too-long");
	ck_assert_uint_eq(mailauth_dkim_key_bits(v.dkim, 0), 1031);
	done(&v);
	EVP_PKEY_free(shorter);
	ma_buf_free(&record);
	ma_buf_free(&text);
}
END_TEST

/* RFC 6376 section 6.1.2 step 4: several records, in the order of octets. */
START_TEST(tries_several_records)
{
	EVP_PKEY *others[5];
	struct buf text = { 0 }, bufs[6] = { 0 };
	struct signer_record list[9];
	struct verified v;

	signer_sign(&text, ed, "DKIM-Signature: " ED "bh=%h; b=%b\r\n",
	    SLICE_LIT(HEADER), SLICE_LIT(BODY));
	for (size_t i = 0; i < COUNT(others); i++)
		others[i] = keypair_ed25519();
	/* Notes put them in an order: the third is the one. */
	signer_record(&bufs[0], others[0], false, "k=ed25519; n=a; p=%p");
	signer_record(&bufs[1], others[1], false, "k=ed25519; n=b; p=%p");
	signer_record(&bufs[2], ed, false, "k=ed25519; n=c; t=y; p=%p");
	signer_record(&bufs[3], others[2], false, "k=ed25519; n=d; p=%p");
	signer_record(&bufs[4], others[3], false, "k=ed25519; n=e; p=%p");
	signer_record(&bufs[5], others[4], false, "k=ed25519; n=f; p=%p");
	for (size_t i = 0; i < COUNT(bufs); i++)
		list[i] = record_of(&bufs[i]);
	list[6] = (struct signer_record){ .text = SLICE_LIT("v=spf1 -all") };
	list[7] = (struct signer_record){ .text = SLICE_LIT("k=ed25519; p") };
	list[8] = list[0];			/* twice the same is once */
	list[8].split = true;
	for (int reverse = 0; reverse < 2; reverse++) {
		struct signer_zone z = zone_of(list, COUNT(list));

		z.reverse = reverse != 0;
		verifications = 0;
		v = verify(ma_slice(text.p, text.n), &z);
		check(&v, 0, "the third", PASS, NULL);
		ck_assert(mailauth_dkim_testing(v.dkim, 0));
		ck_assert_uint_eq(verifications, 3);
		done(&v);
		/* Two keys at most: the one that signed is not tried. */
		verifications = 0;
		v = open_message(NULL);
		ck_assert_int_eq(mailauth_dkim_set_limit(v.dkim,
		    MAILAUTH_DKIM_KEYS, 2), 0);
		finish(&v, ma_slice(text.p, text.n), SIZE_MAX, &z);
		check(&v, 0, "not tried", FAIL, "signature");
		ck_assert_uint_eq(verifications, 2);
		done(&v);
	}
	/* A revoked one beside a good one. */
	list[0] = (struct signer_record){ .text = SLICE_LIT("k=ed25519; p=") };
	list[1] = list[2];
	for (size_t n = 1; n < 3; n++) {
		struct signer_zone z = zone_of(list, n);

		v = verify(ma_slice(text.p, text.n), &z);
		check(&v, 0, "revoked", n == 1 ? PERM : PASS, n == 1 ?
		    "key-revoked" : NULL);
		done(&v);
	}
	for (size_t i = 0; i < COUNT(bufs); i++)
		ma_buf_free(&bufs[i]);
	for (size_t i = 0; i < COUNT(others); i++)
		EVP_PKEY_free(others[i]);
	ma_buf_free(&text);
}
END_TEST

/* RFC 6376 section 3.6.2.2: strings are joined, records are not. */
START_TEST(joins_strings_but_not_records)
{
	struct buf text = { 0 };
	struct slice whole = ma_slice(ed_record.p, ed_record.n);
	struct signer_record halves[] = {
		{ .text = ma_sub(whole, 0, 30) },
		{ .text = ma_sub(whole, 30, 99) },
	};
	struct signer_zone z = zone_of(halves, 2);
	struct verified v;

	signer_sign(&text, ed, "DKIM-Signature: " ED "bh=%h; b=%b\r\n",
	    SLICE_LIT(HEADER), SLICE_LIT(BODY));
	v = verify(ma_slice(text.p, text.n), &z);
	ck_assert_int_eq(mailauth_dkim_result(v.dkim), PERM);
	done(&v);
	halves[0] = record_of(&ed_record);
	halves[0].split = true;
	z.n = 1;
	v = verify(ma_slice(text.p, text.n), &z);
	ck_assert_int_eq(mailauth_dkim_result(v.dkim), PASS);
	done(&v);
	ma_buf_free(&text);
}
END_TEST

static const struct {
	int failure;
	const char *reason;
} failures[] = {
	{ MAILAUTH_FAILURE_TIMEOUT, "dns-timeout" },
	{ MAILAUTH_FAILURE_SERVFAIL, "dns-servfail" },
	{ MAILAUTH_FAILURE_REFUSED, "dns-refused" },
	{ MAILAUTH_FAILURE_BOGUS, "dns-bogus" },
	{ MAILAUTH_FAILURE_MALFORMED, "dns-malformed" },
};

START_TEST(tells_failed_lookups)
{
	struct signer_record r = { .failure = failures[_i].failure };
	struct signer_zone z = zone_of(&r, 1);
	struct verified v = open_message(NULL);
	const char *enhanced, *text;

	/* The verdict needs no body: it comes before the message ends. */
	feed(v.message, ma_str(rfc6376), 700);
	ck_assert_int_eq(mailauth_message_end(v.message), 0);
	ck_assert_int_eq(mailauth_dkim_step(v.dkim), MAILAUTH_NEED);
	signer_answer(&z, mailauth_lookups_next(mailauth_dkim_lookups(v.dkim)));
	ck_assert_int_eq(mailauth_dkim_step(v.dkim), MAILAUTH_DONE);
	check(&v, 0, "6.1.2 2", TEMP, failures[_i].reason);
	ck_assert_int_eq(mailauth_dkim_result(v.dkim), TEMP);
	ck_assert_int_eq(mailauth_dkim_reply(v.dkim, &enhanced, &text), 451);
	ck_assert_str_eq(enhanced, "4.7.20");
	done(&v);
}
END_TEST

START_TEST(tells_secure_answers)
{
	struct signer_zone z = zone_of(rfc8463_keys, COUNT(rfc8463_keys));
	struct verified v;

	v = verify(ma_str(rfc8463), &z);
	ck_assert(!mailauth_dkim_secure(v.dkim, 0));
	done(&v);
	z.flags = MAILAUTH_ANSWER_SECURE;
	v = verify(ma_str(rfc8463), &z);
	ck_assert(mailauth_dkim_secure(v.dkim, 0));
	ck_assert(mailauth_dkim_secure(v.dkim, 1));
	done(&v);
}
END_TEST

/* ---- Steps ---- */

START_TEST(goes_step_by_step)
{
	struct signer_zone z = zone_of(rfc8463_keys, COUNT(rfc8463_keys));
	struct slice text = ma_str(rfc8463);
	size_t body = (size_t)(strstr(rfc8463, "\r\n\r\n") - rfc8463) + 4;
	struct verified v = open_message(NULL);
	struct mailauth_lookups *l = mailauth_dkim_lookups(v.dkim);
	struct mailauth_resolver *r = signer_resolver(&z);
	struct mailauth_question *first, *second;

	ck_assert_int_eq(mailauth_dkim_set_trace(v.dkim, 1), 0);
	ck_assert_int_eq(mailauth_dkim_step(v.dkim), MAILAUTH_MORE);
	ck_assert_int_eq(mailauth_dkim_set_trace(v.dkim, 1), MAILAUTH_EUSE);
	feed(v.message, ma_sub(text, 0, body - 1), SIZE_MAX);
	ck_assert_int_eq(mailauth_dkim_step(v.dkim), MAILAUTH_MORE);
	ck_assert_ptr_null(mailauth_lookups_next(l));
	/* The header is complete: both keys are asked, in order. */
	feed(v.message, ma_sub(text, body - 1, 1), SIZE_MAX);
	ck_assert_int_eq(mailauth_dkim_verify(v.dkim, r), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_dkim_step(v.dkim), MAILAUTH_NEED);
	first = mailauth_lookups_next(l);
	second = mailauth_lookups_next(l);
	ck_assert_str_eq(mailauth_question_name(first),
	    "brisbane._domainkey.football.example.com");
	ck_assert_str_eq(mailauth_question_type_name(first), "TXT");
	ck_assert_str_eq(mailauth_question_name(second),
	    "test._domainkey.football.example.com");
	ck_assert_ptr_null(mailauth_lookups_next(l));
	signer_answer(&z, second);
	ck_assert_int_eq(mailauth_dkim_step(v.dkim), MAILAUTH_NEED);
	/* The message ends: one verdict is reached, and kept. */
	verifications = 0;
	feed(v.message, ma_sub(text, body, text.n), 1);
	ck_assert_int_eq(mailauth_message_end(v.message), 0);
	ck_assert_int_eq(mailauth_dkim_step(v.dkim), MAILAUTH_NEED);
	ck_assert_int_eq(mailauth_dkim_result(v.dkim), 0);
	ck_assert_uint_eq(mailauth_dkim_count(v.dkim), 0);
	signer_answer(&z, first);
	ck_assert_int_eq(mailauth_dkim_step(v.dkim), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_dkim_step(v.dkim), MAILAUTH_DONE);
	ck_assert_uint_eq(verifications, 2);
	ck_assert_int_eq(mailauth_dkim_result(v.dkim), PASS);
	ck_assert_uint_eq(mailauth_lookups_rounds(l), 1);
	ck_assert_ptr_nonnull(mailauth_dkim_trace(v.dkim, 3));
	ck_assert_ptr_null(mailauth_dkim_trace(v.dkim, 4));
	mailauth_resolver_free(r);
	done(&v);
}
END_TEST

/* Keys first, body last: only octets are lacking. */
START_TEST(waits_for_the_body_alone)
{
	struct signer_zone z = zone_of(rfc6376_keys, 1);
	struct slice text = ma_str(rfc6376);
	struct verified v = open_message(NULL);

	feed(v.message, ma_sub(text, 0, text.n - 10), SIZE_MAX);
	ck_assert_int_eq(mailauth_dkim_step(v.dkim), MAILAUTH_NEED);
	signer_answer(&z, mailauth_lookups_next(mailauth_dkim_lookups(v.dkim)));
	ck_assert_int_eq(mailauth_dkim_step(v.dkim), MAILAUTH_MORE);
	ck_assert_int_eq(mailauth_dkim_step(v.dkim), MAILAUTH_MORE);
	feed(v.message, ma_sub(text, text.n - 10, 10), SIZE_MAX);
	ck_assert_int_eq(mailauth_dkim_step(v.dkim), MAILAUTH_MORE);
	ck_assert_int_eq(mailauth_message_end(v.message), 0);
	ck_assert_int_eq(mailauth_dkim_step(v.dkim), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_dkim_result(v.dkim), PASS);
	done(&v);
}
END_TEST

/* Every place to cut it, octet by octet, field by field: the same verdicts. */
START_TEST(does_not_depend_on_pieces)
{
	struct signer_zone z = zone_of(rfc8463_keys, COUNT(rfc8463_keys));
	struct slice text = ma_str(rfc8463), rest;
	struct verified v;

	for (size_t cut = 0; cut <= text.n + 1; cut++) {
		v = open_message(NULL);
		if (cut <= text.n)
			feed(v.message, ma_sub(text, 0, cut), SIZE_MAX);
		finish(&v, cut <= text.n ? ma_sub(text, cut, text.n) : text,
		    cut <= text.n ? SIZE_MAX : 1, &z);
		check(&v, 0, "cut", PASS, NULL);
		check(&v, 1, "cut", PASS, NULL);
		done(&v);
	}
	v = open_message(NULL);
	for (rest = text; !ma_starts(rest, SLICE_LIT("\r\n"));) {
		struct slice name = ma_cut(&rest, ':'), value = rest;

		value.n = 0;
		do {
			value.n = (size_t)(rest.p - value.p) +
			    ma_find(rest, '\r');
			ma_cut(&rest, '\n');
		} while (rest.p[0] == ' ');
		ck_assert_int_eq(mailauth_message_field(v.message, name.p,
		    name.n, value.p, value.n), 0);
	}
	ck_assert_int_eq(mailauth_message_end_header(v.message), 0);
	finish(&v, ma_sub(rest, 2, rest.n), 3, &z);
	check(&v, 0, "fields", PASS, NULL);
	check(&v, 1, "fields", PASS, NULL);
	done(&v);
}
END_TEST

/* On disk lines end in LF. */
START_TEST(reads_bare_line_feeds)
{
	struct signer_zone z = zone_of(rfc6376_keys, 1);
	struct buf text = { 0 };

	for (const char *p = rfc6376; *p != '\0'; p++)
		if (*p != '\r')
			ma_buf_char(&text, *p);
	for (int ends = MAILAUTH_LINES_CRLF; ends <= MAILAUTH_LINES_FIRST;
	    ends++) {
		struct verified v = open_message(NULL);

		ck_assert_int_eq(mailauth_message_set_line_ends(v.message,
		    ends), 0);
		finish(&v, ma_slice(text.p, text.n), 13, &z);
		if (ends == MAILAUTH_LINES_CRLF)
			ck_assert_int_ne(mailauth_dkim_result(v.dkim), PASS);
		else
			check(&v, 0, "LF", PASS, NULL);
		done(&v);
	}
	ma_buf_free(&text);
}
END_TEST

/* ---- The whole ---- */

/* The best of all, in each order: RFC 6376 section 6.1. */
START_TEST(takes_the_best_result)
{
	static const struct {
		const char *tags;
		int result;
	} kinds[] = {
		{ "s=good; l=6; bh=%h; b=%b", PASS },
		{ "s=temp; bh=%h; b=%b", TEMP },
		{ "s=good; l=2; bh=%h; b=%b", POLICY },
		{ "s=good; bh=%h; b=AAAA", FAIL },
		{ "s=none; bh=%h; b=%b", PERM },
	};
	struct signer_record list[] = {
		{ .name = "good._domainkey.x.example",
		    .text = ma_slice(ed_record.p, ed_record.n) },
		{ .name = "temp._domainkey.x.example",
		    .failure = MAILAUTH_FAILURE_SERVFAIL },
	};
	struct signer_zone z = zone_of(list, COUNT(list));

	for (size_t a = 0; a < COUNT(kinds); a++)
		for (size_t b = 0; b < COUNT(kinds); b++) {
			struct buf inner = { 0 }, outer = { 0 }, t = { 0 };
			struct verified v = open_message(NULL);
			const char *enhanced, *text;
			int want = kinds[a < b ? a : b].result, code;

			ma_buf_fmt(&t, "DKIM-Signature: v=1; a=ed25519-sha256; "
			    "d=x.example; h=from; %s\r\n", kinds[a].tags);
			ma_buf_char(&t, '\0');
			signer_sign(&inner, ed, t.p, SLICE_LIT(HEADER),
			    SLICE_LIT(BODY));
			ma_buf_clear(&t);
			ma_buf_fmt(&t, "DKIM-Signature: v=1; a=ed25519-sha256; "
			    "d=x.example; h=from; %s\r\n", kinds[b].tags);
			ma_buf_char(&t, '\0');
			signer_sign(&outer, ed, t.p, ma_slice(inner.p, inner.n -
			    strlen("\r\n" BODY)), SLICE_LIT(BODY));
			ck_assert_int_eq(mailauth_dkim_set_unsigned_body(v.dkim,
			    POLICY), 0);
			finish(&v, ma_slice(outer.p, outer.n), SIZE_MAX, &z);
			ck_assert_int_eq(mailauth_dkim_signature_result(v.dkim,
			    0), kinds[b].result);
			ck_assert_int_eq(mailauth_dkim_signature_result(v.dkim,
			    1), kinds[a].result);
			ck_assert_int_eq(mailauth_dkim_result(v.dkim), want);
			code = mailauth_dkim_reply(v.dkim, &enhanced, &text);
			ck_assert_int_eq(code, want == PASS ? 0 :
			    want == TEMP ? 451 : 550);
			if (want != PASS)
				ck_assert_str_eq(enhanced, want == TEMP ?
				    "4.7.20" : want == POLICY ? "5.7.21" :
				    "5.7.20");
			else
				ck_assert(enhanced == NULL && text == NULL);
			done(&v);
			ma_buf_free(&inner);
			ma_buf_free(&outer);
			ma_buf_free(&t);
		}
}
END_TEST

START_TEST(has_none_without_a_signature)
{
	struct signer_zone z = { 0 };
	struct verified v = verify(SLICE_LIT(HEADER "\r\n" BODY), &z);

	ck_assert_int_eq(mailauth_dkim_result(v.dkim), MAILAUTH_DKIM_NONE);
	ck_assert_ptr_null(mailauth_dkim_reason(v.dkim));
	ck_assert_ptr_nonnull(mailauth_dkim_detail(v.dkim));
	ck_assert_int_eq(mailauth_dkim_reply(v.dkim, NULL, NULL), 550);
	ck_assert_uint_eq(mailauth_dkim_count(v.dkim), 0);
	done(&v);
	v = verify(SLICE_LIT(""), &z);
	ck_assert_int_eq(mailauth_dkim_result(v.dkim), MAILAUTH_DKIM_NONE);
	done(&v);
}
END_TEST

/* A part of the body unsigned: pass or policy, with the numbers. */
START_TEST(tells_unsigned_bodies)
{
	struct signer_record r = record_of(&ed_record);
	struct signer_zone z = zone_of(&r, 1);
	struct buf text = { 0 };

	signer_sign(&text, ed, "DKIM-Signature: " ED
	    "l=4; bh=%h; b=%b\r\n", SLICE_LIT(HEADER), SLICE_LIT(BODY));
	ma_buf_str(&text, "appended");
	for (int policy = 0; policy < 2; policy++) {
		struct verified v = open_message(NULL);

		ck_assert_int_eq(mailauth_dkim_set_unsigned_body(v.dkim, FAIL),
		    MAILAUTH_EINVAL);
		if (policy != 0)
			ck_assert_int_eq(mailauth_dkim_set_unsigned_body(
			    v.dkim, POLICY), 0);
		finish(&v, ma_slice(text.p, text.n), SIZE_MAX, &z);
		check(&v, 0, "8.2", policy != 0 ? POLICY : PASS,
		    "unsigned-body");
		ck_assert_int_eq(mailauth_dkim_signed_body_bytes(v.dkim, 0), 4);
		ck_assert_int_eq(mailauth_dkim_body_bytes(v.dkim, 0), 16);
		done(&v);
	}
	ma_buf_free(&text);
}
END_TEST

/* What people are shown and the signature does not cover. */
START_TEST(tells_unsigned_and_repeated_fields)
{
	static const char *const wanted[] = { "Cc", "Content-Type" };
	struct signer_record r = record_of(&ed_record);
	struct signer_zone z = zone_of(&r, 1);
	struct buf text = { 0 };
	struct verified v;

	signer_sign(&text, ed, "DKIM-Signature: v=1; a=ed25519-sha256; "
	    "d=x.example; s=k; h=from:to:subject:date:to; bh=%h; b=%b\r\n",
	    SLICE_LIT("Subject: x\r\nTo: c@x.example\r\ncc: b\r\n" HEADER
	    "Content-Type: text/plain\r\nX-Other: y\r\n"), SLICE_LIT(BODY));
	v = verify(ma_slice(text.p, text.n), &z);
	check(&v, 0, "5.4", PASS, NULL);
	for (size_t k = 0; k < COUNT(wanted); k++)
		ck_assert_str_eq(mailauth_dkim_unsigned_field(v.dkim, 0, k),
		    wanted[k]);
	ck_assert_ptr_null(mailauth_dkim_unsigned_field(v.dkim, 0,
	    COUNT(wanted)));
	ck_assert_str_eq(mailauth_dkim_repeated_field(v.dkim, 0, 0), "Subject");
	ck_assert_ptr_null(mailauth_dkim_repeated_field(v.dkim, 0, 1));
	done(&v);
	ma_buf_free(&text);
}
END_TEST

START_TEST(gives_names_as_they_are_asked)
{
	struct signer_record r = { .name =
	    "k._domainkey.xn--bcher-kva.example",
	    .text = ma_slice(ed_record.p, ed_record.n) };
	struct signer_zone z = zone_of(&r, 1);
	struct buf text = { 0 };
	struct verified v;
	const char *word;
	size_t n;

	signer_sign(&text, ed, "DKIM-Signature: v=1; a=ed25519-sha256; "
	    "d=B\xc3\xbc" "cher.example; s=k; i=J=C3=B6rg@b\xc3\xbc"
	    "cher.example; h=from; bh=%h; b=%b\r\n", SLICE_LIT(HEADER),
	    SLICE_LIT(BODY));
	v = verify(ma_slice(text.p, text.n), &z);
	check(&v, 0, "8616 5", PASS, NULL);
	ck_assert_str_eq(mailauth_dkim_domain(v.dkim, 0, &n),
	    "xn--bcher-kva.example");
	ck_assert_str_eq(mailauth_dkim_identity(v.dkim, 0, &n),
	    "J\xc3\xb6rg@xn--bcher-kva.example");
	word = mailauth_dkim_algorithm(v.dkim, 0, &n);
	ck_assert(says(word, n, "ed25519-sha256"));
	ck_assert_str_eq(mailauth_dkim_canonicalization(v.dkim, 0, &n),
	    "simple/simple");
	done(&v);
	/* Wrong ones as they stand there. */
	v = verify(SLICE_LIT("DKIM-Signature: v=1; a= x y; c=q; d=a(b; "
	    "i=z\r\n"), &z);
	word = mailauth_dkim_domain(v.dkim, 0, &n);
	ck_assert(says(word, n, "a(b"));
	word = mailauth_dkim_identity(v.dkim, 0, &n);
	ck_assert(says(word, n, "z"));
	word = mailauth_dkim_algorithm(v.dkim, 0, &n);
	ck_assert(says(word, n, "x y"));
	word = mailauth_dkim_canonicalization(v.dkim, 0, &n);
	ck_assert(says(word, n, "q"));
	ck_assert_ptr_null(mailauth_dkim_selector(v.dkim, 0, &n));
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(mailauth_dkim_body_bytes(v.dkim, 0), -1);
	ck_assert_int_eq(mailauth_dkim_signed_body_bytes(v.dkim, 0), -1);
	done(&v);
	ma_buf_free(&text);
}
END_TEST

/* ---- Limits and floods ---- */

/* Malformed ones do not count, wherever they stand. */
START_TEST(limits_signatures)
{
	struct signer_record r = record_of(&ed_record);
	struct signer_zone z = zone_of(&r, 1);
	struct buf one = { 0 }, text = { 0 };
	struct verified v;
	struct slice field;
	size_t n;

	signer_sign(&one, ed, "DKIM-Signature: " ED "bh=%h; b=%b\r\n",
	    SLICE_LIT(HEADER), SLICE_LIT(BODY));
	field = ma_slice(one.p, one.n - strlen(HEADER "\r\n" BODY));
	for (int i = 0; i < 13; i++) {
		if (i % 2 == 0)
			ma_buf_str(&text, "DKIM-Signature: v=2\r\n");
		ma_buf_slice(&text, field);
	}
	ma_buf_str(&text, HEADER "\r\n" BODY);
	verifications = 0;
	v = verify(ma_slice(text.p, text.n), &z);
	ck_assert_uint_eq(mailauth_dkim_count(v.dkim), 20);
	ck_assert_uint_eq(verifications, 10);
	n = 0;
	for (size_t i = 0; i < 20; i++) {
		if (i % 3 == 0) {
			check(&v, i, "malformed", PERM, "version");
			continue;
		}
		if (n++ < 10)
			check(&v, i, "tried", PASS, NULL);
		else
			check(&v, i, "8.4", POLICY, "signature-limit");
		ck_assert_ptr_nonnull(mailauth_dkim_domain(v.dkim, i, NULL));
		/* Tried or not, it is told in the same words. */
		ck_assert_ptr_nonnull(mailauth_dkim_identity(v.dkim, i, NULL));
		ck_assert_ptr_nonnull(mailauth_dkim_canonicalization(v.dkim, i,
		    NULL));
		ck_assert_ptr_nonnull(mailauth_dkim_signed_field(v.dkim, i, 0,
		    NULL));
		ck_assert_ptr_nonnull(mailauth_dkim_signature_data(v.dkim, i,
		    NULL));
		ck_assert((mailauth_dkim_body_bytes(v.dkim, i) >= 0) ==
		    (n <= 10));
	}
	done(&v);
	v = open_message(NULL);
	ck_assert_int_eq(mailauth_dkim_set_limit(v.dkim,
	    MAILAUTH_DKIM_SIGNATURES, 13), 0);
	finish(&v, ma_slice(text.p, text.n), SIZE_MAX, &z);
	check(&v, 19, "raised", PASS, NULL);
	done(&v);
	ma_buf_free(&one);
	ma_buf_free(&text);
}
END_TEST

/* 10,000 signatures, each with a selector of its own and three keys. */
START_TEST(bears_a_flood_of_signatures)
{
	EVP_PKEY *other = keypair_ed25519();
	struct buf text = { 0 }, key = { 0 };
	struct signer_record list[12];
	struct signer_zone z = zone_of(list, COUNT(list));
	struct verified v;

	for (size_t i = 0; i < COUNT(list); i++) {
		struct buf record = { 0 };

		signer_record(&record, other, false, "k=ed25519; n=%n; p=%p");
		signer_fill(&record, "%n", ma_slice(&(char){ (char)('a' + i) },
		    1));
		list[i] = record_of(&record);
	}
	for (unsigned i = 0; i < 10000; i++)
		ma_buf_fmt(&text, "DKIM-Signature: v=1; a=ed25519-sha256; "
		    "d=x.example; s=k%u; h=from; bh=%s; b=AAAA\r\n", i,
		    "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=");
	ma_buf_str(&text, HEADER "\r\n\r\n");
	verifications = 0;
	v = verify(ma_slice(text.p, text.n), &z);
	ck_assert_uint_eq(z.asked, 10);
	ck_assert_uint_eq(verifications, 30);
	ck_assert_uint_eq(mailauth_dkim_count(v.dkim), 10000);
	ck_assert_int_eq(mailauth_dkim_result(v.dkim), POLICY);
	ck_assert_int_eq(mailauth_dkim_reply(v.dkim, NULL, NULL), 550);
	done(&v);
	for (size_t i = 0; i < COUNT(list); i++)
		free((void *)(uintptr_t)list[i].text.p);
	ma_buf_free(&text);
	ma_buf_free(&key);
	EVP_PKEY_free(other);
}
END_TEST

/* h= of n names over twice as many fields. */
static void
cover_fields(int row, unsigned n)
{
	struct signer_record r = record_of(&ed_record);
	struct signer_zone z = zone_of(&r, 1);
	struct buf field = { 0 }, header = { 0 }, text = { 0 };
	struct verified v;

	ma_buf_str(&field, "DKIM-Signature: v=1; a=ed25519-sha256; "
	    "d=x.example; s=k; bh=%h; b=%b; h=from");
	for (unsigned i = 0; i < n; i++)
		ma_buf_fmt(&field, row == 0 ? ":received" : ":n%u", i * 2);
	ma_buf_str(&field, "\r\n");
	ma_buf_char(&field, '\0');
	for (unsigned i = 0; i < 2 * n; i++)
		ma_buf_fmt(&header, row == 0 ? "Received: %u\r\n" :
		    "N%u: x\r\n", i);
	ma_buf_str(&header, HEADER);
	signer_sign(&text, ed, field.p, ma_slice(header.p, header.n),
	    SLICE_LIT(BODY));
	v = verify(ma_slice(text.p, text.n), &z);
	check(&v, 0, "flood", PASS, NULL);
	done(&v);
	ma_buf_free(&field);
	ma_buf_free(&header);
	ma_buf_free(&text);
}

START_TEST(bears_a_flood_of_names)
{
	unit_grows_linearly(cover_fields, _i, 12500);
}
END_TEST

/* A field of n octets: tags, names of h=, lines without end. */
static void
read_large_field(int row, unsigned n)
{
	static const struct {
		const char *head, *fill;
		const char *reason;
	} rows[] = {
		{ "v=1; a=", "x", "missing-tag" },
		{ "v=1; h=from", ":a", "missing-tag" },
		{ "v=1; b=", " A", "missing-tag" },
		{ "v=1", "; a=", "duplicate-tag" },
		{ "v=1;", ";", "syntax" },
		{ "v=1; i=", "=41", "missing-tag" },
	};
	struct buf text = { 0 };
	struct signer_zone z = { 0 };
	struct verified v;

	ma_buf_str(&text, "DKIM-Signature: ");
	ma_buf_str(&text, rows[row].head);
	while (text.n < n)
		ma_buf_str(&text, rows[row].fill);
	ma_buf_str(&text, "\r\n\r\n");
	wrap_start(SIZE_MAX);
	v = verify(ma_slice(text.p, text.n), &z);
	check(&v, 0, rows[row].head, PERM, rows[row].reason);
	done(&v);
	ma_buf_free(&text);
}

START_TEST(bears_large_fields)
{
	unit_grows_linearly(read_large_field, _i, 2000000);
}
END_TEST

START_TEST(limits_the_header)
{
	struct signer_zone z = zone_of(rfc6376_keys, 1);
	struct verified v = open_message(NULL);

	ck_assert_int_eq(mailauth_message_set_limit(v.message,
	    MAILAUTH_MESSAGE_HEADER_BYTES, 500), 0);
	finish(&v, ma_str(rfc6376), 50, &z);
	ck_assert_int_eq(mailauth_dkim_result(v.dkim), PERM);
	ck_assert_str_eq(mailauth_dkim_reason(v.dkim), "header-limit");
	ck_assert_uint_eq(mailauth_dkim_count(v.dkim), 0);
	ck_assert_uint_eq(z.asked, 0);
	done(&v);
}
END_TEST

/* 100 MB through a verification: no memory is taken for the body. */
START_TEST(keeps_no_body)
{
	struct signer_zone z = zone_of(rfc6376_keys, 1);
	struct slice text = ma_str(rfc6376);
	size_t body = (size_t)(strstr(rfc6376, "\r\n\r\n") - rfc6376) + 4;
	struct verified v = open_message(NULL);
	char *piece = malloc(1048576);

	ck_assert_ptr_nonnull(piece);
	for (size_t i = 0; i < 1048576; i++)
		piece[i] = "A line of text.\r\n"[i % 17];
	feed(v.message, ma_sub(text, 0, body), SIZE_MAX);
	ck_assert_int_eq(mailauth_dkim_step(v.dkim), MAILAUTH_NEED);
	wrap_start(SIZE_MAX);
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(mailauth_message_write(v.message, piece,
		    1048576), 0);
	ck_assert_uint_eq(wrap_requests, 0);
	finish(&v, SLICE_LIT(""), 1, &z);
	check(&v, 0, "100 MB", FAIL, "body-hash");
	ck_assert_int_ge(mailauth_dkim_body_bytes(v.dkim, 0), 104857600);
	free(piece);
	done(&v);
}
END_TEST

/* ---- The memory of keys ---- */

START_TEST(uses_a_memory_of_keys)
{
	struct signer_zone z = zone_of(rfc8463_keys, COUNT(rfc8463_keys));
	struct mailauth_keys *keys = mailauth_keys_new(10);

	for (int i = 0; i < 2; i++) {
		struct verified v = open_message(NULL);

		ck_assert_int_eq(mailauth_dkim_set_keys(v.dkim, keys), 0);
		finish(&v, ma_str(rfc8463), SIZE_MAX, &z);
		check(&v, 0, "keys", PASS, NULL);
		check(&v, 1, "keys", PASS, NULL);
		ck_assert_int_eq(mailauth_dkim_set_keys(v.dkim, NULL),
		    MAILAUTH_EUSE);
		done(&v);
	}
	mailauth_keys_free(keys);
}
END_TEST

/* ---- Text and back ---- */

START_TEST(formats_what_it_parses)
{
	static const char *const signatures[] = {
		"v=1; a=rsa-sha256; c=simple/relaxed; d=x.example; s=a.b; "
		    "i=q=20r@y.x.example; l=12; t=5; x=7; h=From:To:from; "
		    "bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; "
		    "b=AAECAw==",
		"v=1; a=ed25519-sha256; c=relaxed/simple; d=x.example; s=k; "
		    "h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; "
		    "b=AAAA",
	};
	static const char *const keys[] = {
		"v=DKIM1; k=rsa; p=AAAA", "v=DKIM1; k=ed25519; t=y; p=",
		"v=DKIM1; k=rsa; h=; s=; t=y:s; p=AAECAw==",
	};
	struct arena arena = { 0 };
	struct finding finding;
	struct key_record record;
	struct signature sig;
	struct buf b = { 0 };
	const char *detail;

	for (size_t i = 0; i < COUNT(signatures); i++) {
		ma_buf_clear(&b);
		ck_assert(ma_signature_parse(SIGNATURE_DKIM,
		    ma_str(signatures[i]), &arena,
		    &sig, &finding));
		ck_assert_msg(finding.reason == NULL, "%s", finding.reason);
		ck_assert(ma_signature_format(&b, &sig));
		ck_assert_msg(ma_eq(ma_slice(b.p, b.n), ma_str(signatures[i])),
		    "%.*s", (int)b.n, b.p);
	}
	for (size_t i = 0; i < COUNT(keys); i++) {
		ma_buf_clear(&b);
		ck_assert_int_eq(ma_key_record_parse(ma_str(keys[i]), &arena,
		    &record, &detail), KEY_RECORD_OK);
		ck_assert(ma_key_record_format(&b, &record));
		ck_assert_msg(ma_eq(ma_slice(b.p, b.n), ma_str(keys[i])),
		    "%.*s", (int)b.n, b.p);
	}
	ma_arena_free(&arena);
	ma_buf_free(&b);
}
END_TEST

START_TEST(knows_the_words)
{
	for (int r = 1; r <= MAILAUTH_DKIM_PERMERROR; r++)
		ck_assert_int_eq(mailauth_dkim_result_parse(
		    mailauth_dkim_result_name(r)), r);
	ck_assert_str_eq(mailauth_dkim_result_name(0), "unknown");
	ck_assert_str_eq(mailauth_dkim_result_name(8), "unknown");
	ck_assert_str_eq(mailauth_dkim_result_name(-1), "unknown");
	ck_assert_int_eq(mailauth_dkim_result_parse("PASS"), PASS);
	ck_assert_int_eq(mailauth_dkim_result_parse("passed"), 0);
	ck_assert_int_eq(mailauth_dkim_result_parse(NULL), 0);
}
END_TEST

/* ---- The handle ---- */

START_TEST(says_what_is_out_of_turn)
{
	struct verified v = open_message(NULL);
	static const struct {
		int limit;
		uint32_t least, most;
	} limits[] = {
		{ MAILAUTH_DKIM_SIGNATURES, 1, 1000 },
		{ MAILAUTH_DKIM_KEYS, 1, 10 },
		{ MAILAUTH_DKIM_CLOCK_SKEW, 0, 86400 },
		{ MAILAUTH_DKIM_RSA_BITS, 1024, 16384 },
	};

	for (size_t i = 0; i < COUNT(limits); i++) {
		int which = limits[i].limit;

		ck_assert_int_eq(mailauth_dkim_set_limit(v.dkim, which,
		    limits[i].least), 0);
		ck_assert_int_eq(mailauth_dkim_set_limit(v.dkim, which,
		    limits[i].most), 0);
		ck_assert_int_eq(mailauth_dkim_set_limit(v.dkim, which,
		    limits[i].most + 1), MAILAUTH_EINVAL);
		if (limits[i].least > 0)
			ck_assert_int_eq(mailauth_dkim_set_limit(v.dkim, which,
			    limits[i].least - 1), MAILAUTH_EINVAL);
	}
	ck_assert_int_eq(mailauth_dkim_set_limit(v.dkim, 0, 1),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dkim_set_limit(v.dkim, 5, 1),
	    MAILAUTH_EINVAL);
	/* The header decides by them: afterwards it is too late. */
	feed(v.message, SLICE_LIT(HEADER "\r\n"), SIZE_MAX);
	ck_assert_int_eq(mailauth_dkim_set_limit(v.dkim,
	    MAILAUTH_DKIM_SIGNATURES, 1), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_dkim_set_unsigned_body(v.dkim, PASS),
	    MAILAUTH_EUSE);
	ck_assert_ptr_null(mailauth_dkim_new(v.message, NULL, NOW));
	done(&v);
	ck_assert_ptr_null(mailauth_dkim_new(NULL, NULL, NOW));
	ck_assert_int_eq(mailauth_dkim_step(NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dkim_verify(NULL, NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dkim_set_limit(NULL, 1, 1), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dkim_result(NULL), 0);
	ck_assert_uint_eq(mailauth_dkim_count(NULL), 0);
	ck_assert_int_eq(mailauth_dkim_reply(NULL, NULL, NULL), 0);
	ck_assert_ptr_null(mailauth_dkim_domain(NULL, 0, NULL));
	ck_assert_ptr_null(mailauth_dkim_trace(NULL, 0));
	ck_assert_ptr_null(mailauth_dkim_lookups(NULL));
	ck_assert_int_eq(mailauth_dkim_body_bytes(NULL, 0), -1);
	mailauth_dkim_free(NULL);
}
END_TEST

START_TEST(has_nothing_past_the_end)
{
	struct signer_zone z = zone_of(rfc6376_keys, 1);
	struct verified v = verify(ma_str(rfc6376), &z);
	size_t n = 7;

	ck_assert_int_eq(mailauth_dkim_signature_result(v.dkim, 1), 0);
	ck_assert_ptr_null(mailauth_dkim_signature_reason(v.dkim, 1));
	ck_assert_ptr_null(mailauth_dkim_signature_detail(v.dkim, 1));
	ck_assert_ptr_null(mailauth_dkim_selector(v.dkim, 1, &n));
	ck_assert_uint_eq(n, 0);
	ck_assert_uint_eq(mailauth_dkim_key_bits(v.dkim, 1), 0);
	ck_assert_ptr_null(mailauth_dkim_signature_data(v.dkim, 1, &n));
	ck_assert_ptr_null(mailauth_dkim_unsigned_field(v.dkim, 1, 0));
	ck_assert_ptr_null(mailauth_dkim_repeated_field(v.dkim, 1, 0));
	ck_assert_int_eq(mailauth_dkim_secure(v.dkim, 1), 0);
	done(&v);
}
END_TEST

/* Freed before the message is over, or before its questions are answered. */
START_TEST(may_go_at_any_time)
{
	struct signer_zone z = zone_of(rfc6376_keys, 1);
	struct slice text = ma_str(rfc6376);
	struct verified v = open_message(NULL);
	struct mailauth_question *q;

	feed(v.message, ma_sub(text, 0, 100), SIZE_MAX);
	mailauth_dkim_free(v.dkim);
	feed(v.message, ma_sub(text, 100, text.n), SIZE_MAX);
	ck_assert_int_eq(mailauth_message_end(v.message), 0);
	mailauth_message_free(v.message);
	v = open_message(NULL);
	feed(v.message, text, SIZE_MAX);
	ck_assert_int_eq(mailauth_dkim_step(v.dkim), MAILAUTH_NEED);
	q = mailauth_lookups_next(mailauth_dkim_lookups(v.dkim));
	/* The message goes first; the verification holds it. */
	mailauth_message_free(v.message);
	mailauth_dkim_free(v.dkim);
	signer_answer(&z, q);
}
END_TEST

/* ---- No memory ---- */

/* A whole verification whose i-th request fails. */
static int
whole(struct slice text, struct signer_zone *z, int *result)
{
	struct mailauth_message *m = mailauth_message_new();
	struct mailauth_dkim *d = NULL;
	struct mailauth_resolver *r = NULL;
	int status = MAILAUTH_ENOMEM;

	*result = 0;
	if (m == NULL || (d = mailauth_dkim_new(m, NULL, NOW)) == NULL ||
	    (r = signer_resolver(z)) == NULL)
		goto out;
	mailauth_dkim_set_trace(d, 1);
	status = mailauth_message_write(m, text.p, text.n);
	if (status == MAILAUTH_DONE)
		status = mailauth_message_end(m);
	if (status == MAILAUTH_DONE)
		status = mailauth_dkim_verify(d, r);
	else
		ck_assert_int_eq(mailauth_dkim_step(d), status);
	/* Nothing is lost by one that failed. */
	if (status == MAILAUTH_ENOMEM && mailauth_message_ended(m)) {
		wrap_fail_at = SIZE_MAX;
		ck_assert_int_eq(mailauth_dkim_verify(d, r), MAILAUTH_DONE);
		ck_assert_int_eq(mailauth_dkim_result(d), PASS);
	}
	*result = mailauth_dkim_result(d);
out:
	mailauth_resolver_free(r);
	mailauth_dkim_free(d);
	mailauth_message_free(m);
	return status;
}

START_TEST(bears_a_lack_of_memory)
{
	struct signer_zone z = zone_of(rfc8463_keys, COUNT(rfc8463_keys));
	int status = MAILAUTH_ENOMEM, result;
	size_t i;

	for (i = 0; status != MAILAUTH_DONE; i++) {
		wrap_start(i);
		status = whole(ma_str(rfc8463), &z, &result);
		ck_assert_msg(status == MAILAUTH_DONE ||
		    status == MAILAUTH_ENOMEM, "%zu: %d", i, status);
		ck_assert_uint_lt(i, 1000);
	}
	ck_assert_int_eq(result, PASS);
	ck_assert_uint_gt(i, 20);
	wrap_start(SIZE_MAX);
}
END_TEST

/* Once for all tests. */
static void
make_keys(void)
{
	rsa = keypair_rsa(1031, 0);
	ed = keypair_ed25519();
	signer_record(&rsa_record, rsa, true, "v=DKIM1; k=rsa; p=%p");
	signer_record(&ed_record, ed, false, "v=DKIM1; k=ed25519; p=%p");
}

static void
drop_keys(void)
{
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(ed);
	ma_buf_free(&rsa_record);
	ma_buf_free(&ed_record);
}

int
main(void)
{
	Suite *suite = suite_create("dkim");
	TCase *tc = tcase_create("dkim"), *growth = unit_growth();

	tcase_set_timeout(tc, 60);
	tcase_add_unchecked_fixture(tc, make_keys, drop_keys);
	tcase_add_unchecked_fixture(growth, make_keys, drop_keys);
	tcase_add_test(tc, verifies_the_rfcs_messages);
	tcase_add_loop_test(tc, judges_signature_fields, 0, ROWS(fields));
	tcase_add_test(tc, asks_nothing_of_names_with_nul);
	tcase_add_loop_test(tc, notices_changes, 0, ROWS(changes));
	tcase_add_test(tc, ignores_white_space_in_base64);
	tcase_add_test(tc, signs_other_signatures);
	tcase_add_loop_test(tc, judges_key_records, 0, ROWS(records));
	tcase_add_test(tc, bears_keys_of_any_size);
	tcase_add_test(tc, tries_several_records);
	tcase_add_test(tc, joins_strings_but_not_records);
	tcase_add_loop_test(tc, tells_failed_lookups, 0, ROWS(failures));
	tcase_add_test(tc, tells_secure_answers);
	tcase_add_test(tc, goes_step_by_step);
	tcase_add_test(tc, waits_for_the_body_alone);
	tcase_add_test(tc, does_not_depend_on_pieces);
	tcase_add_test(tc, reads_bare_line_feeds);
	tcase_add_test(tc, takes_the_best_result);
	tcase_add_test(tc, has_none_without_a_signature);
	tcase_add_test(tc, tells_unsigned_bodies);
	tcase_add_test(tc, tells_unsigned_and_repeated_fields);
	tcase_add_test(tc, gives_names_as_they_are_asked);
	tcase_add_test(tc, limits_signatures);
	tcase_add_test(tc, bears_a_flood_of_signatures);
	tcase_add_loop_test(growth, bears_a_flood_of_names, 0, 2);
	tcase_add_loop_test(growth, bears_large_fields, 0, 6);
	tcase_add_test(tc, limits_the_header);
	tcase_add_test(tc, keeps_no_body);
	tcase_add_test(tc, uses_a_memory_of_keys);
	tcase_add_test(tc, formats_what_it_parses);
	tcase_add_test(tc, knows_the_words);
	tcase_add_test(tc, says_what_is_out_of_turn);
	tcase_add_test(tc, has_nothing_past_the_end);
	tcase_add_test(tc, may_go_at_any_time);
	tcase_add_test(tc, bears_a_lack_of_memory);
	suite_add_tcase(suite, tc);
	suite_add_tcase(suite, growth);
	return unit_run(suite);
}
