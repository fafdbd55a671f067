/*
 * MTA-STS: RFC 8461.
 */
#include <stdio.h>

#include "mtasts/mtasts.h"
#include "mailauth/resolver.h"
#include "unit.h"
#include "wrap.h"

/* ---- Records: section 3.1 ---- */

#define ID32 "0123456789abcdefghijABCDEFGHIJ01"
#define KEY32 "a123456789abcdefghij.-_BCDEFGHIJ"

static const struct {
	const char *clause, *text;
	const char *want;		/* "=ID", a reason; NULL: no record */
} records[] = {
	{ "the example", "v=STSv1; id=20160831085700Z;", "=20160831085700Z" },
	{ "sts-field-delim", "v=STSv1;id=1", "=1" },
	{ "sts-field-delim", "v=STSv1 \t; \tid=1 \t; ", "=1" },
	{ "blanks at the end", "v=STSv1; id=1 ", "=1" },
	{ "sts-id: 32", "v=STSv1; id=" ID32, "=" ID32 },
	{ "sts-id: 33", "v=STSv1; id=" ID32 "x", "record-id" },
	{ "sts-id", "v=STSv1; id=a-b", "record-id" },
	{ "sts-id", "v=STSv1; id=", "record-syntax" },
	{ "sts-id", "v=STSv1; id= 1", "record-syntax" },
	{ "sts-id", "v=STSv1; id =1", "record-syntax" },
	{ "%s\"id\"", "v=STSv1; ID=1", "record-id-missing" },
	{ "the first counts", "v=STSv1; id=1; id=2", "=1" },
	{ "the first counts", "v=STSv1; id=-; id=2", "record-id" },
	{ "sts-extension", "v=STSv1; " KEY32 "=a:b; id=1; x=/<~", "=1" },
	{ "sts-ext-name: 33", "v=STSv1; " KEY32 "x=a; id=1", "record-syntax" },
	{ "sts-ext-name", "v=STSv1; -x=a; id=1", "record-syntax" },
	{ "sts-ext-value", "v=STSv1; x=a b; id=1", "record-syntax" },
	{ "sts-ext-value", "v=STSv1; x=a=b; id=1", "record-syntax" },
	{ "sts-ext-value", "v=STSv1; x=\xc3\xbc; id=1", "record-syntax" },
	{ "1*(sts-field-delim sts-field)", "v=STSv1;", "record-id-missing" },
	{ "1*(sts-field-delim sts-field)", "v=STSv1;;id=1", "record-syntax" },
	{ "1*(sts-field-delim sts-field)", "v=STSv1; id", "record-syntax" },
	{ "T1 begins with", "v=STSv1", NULL },
	{ "T1 begins with", "v=STSv1 id=1", NULL },
	{ "T1 begins with", " v=STSv1; id=1", NULL },
	{ "T1 begins with", "v=STSv10; id=1", NULL },
	{ "%s\"v=STSv1\"", "v=stsv1; id=1", NULL },
	{ "T1 begins with", "", NULL },
};

START_TEST(reads_records)
{
	struct slice text = ma_str(records[_i].text), id;
	const char *want = records[_i].want, *reason;
	char got[64];

	ck_assert_msg(ma_mtasts_is_record(text) == (want != NULL), "%s: %s",
	    records[_i].clause, records[_i].text);
	if (want == NULL)
		return;
	if (ma_mtasts_record_parse(text, &id, &reason))
		snprintf(got, sizeof got, "=%.*s", SLICE_ARG(id));
	else
		snprintf(got, sizeof got, "%s", reason);
	ck_assert_msg(strcmp(got, want) == 0, "%s: %s: %s, not %s",
	    records[_i].clause, records[_i].text, got, want);
}
END_TEST

START_TEST(writes_records)
{
	char buf[64];

	ck_assert_int_eq(mailauth_mtasts_record_text("2016", buf, sizeof buf),
	    17);
	ck_assert_str_eq(buf, "v=STSv1; id=2016;");
	ck_assert_int_eq(mailauth_mtasts_record_text("2016", NULL, 0), 17);
	ck_assert_int_eq(mailauth_mtasts_record_text("2016", buf, 4), 17);
	ck_assert_str_eq(buf, "v=S");
	ck_assert_int_eq(mailauth_mtasts_record_text(ID32, buf, sizeof buf),
	    45);
	ck_assert_int_eq(mailauth_mtasts_record_text(ID32 "x", buf, sizeof buf),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_mtasts_record_text("", buf, sizeof buf),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_mtasts_record_text("a;b", buf, sizeof buf),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_mtasts_record_text(NULL, buf, sizeof buf),
	    MAILAUTH_EINVAL);
}
END_TEST

/* ---- Policies: section 3.2 ---- */

#define V "version: STSv1\n"
#define MODE V "mode: enforce\n"
#define AGE MODE "max_age: 60\n"
#define WHOLE AGE "mx: a.example\n"

static const struct {
	const char *clause;
	struct slice text;
	const char *want;		/* "mode age mx ...", or "LINE: reason" */
} policies[] = {
	{ "the example", SLICE_LIT("version: STSv1\nmode: enforce\n"
	    "mx: mail.example.com\nmx: *.example.net\n"
	    "mx: backupmx.example.com\nmax_age: 604800\n"),
	    "enforce 604800 mail.example.com *.example.net "
	    "backupmx.example.com" },
	{ "sts-policy-term", SLICE_LIT("version: STSv1\r\nmode: testing\r\n"
	    "mx: a.example\nmax_age: 1\r\n"), "testing 1 a.example" },
	{ "no end", SLICE_LIT(AGE "mx: a.example"), "enforce 60 a.example" },
	{ "*WSP", SLICE_LIT("version:STSv1 \t\nmode:\t none\nmax_age:60\t"),
	    "none 60" },
	{ "any order", SLICE_LIT("mx: a.example\nmax_age: 60\nmode: enforce\n"
	    "version: STSv1\n"), "enforce 60 a.example" },
	{ "case of names", SLICE_LIT(AGE "mx: *.EXAMPLE.Com\n"),
	    "enforce 60 *.example.com" },
	{ "empty lines at the end", SLICE_LIT(WHOLE "\n \r\n\n"),
	    "enforce 60 a.example" },
	{ "the first counts", SLICE_LIT(WHOLE "mode: none\nversion: x\n"
	    "max_age: y\n"), "enforce 60 a.example" },
	{ "sts-policy-extension", SLICE_LIT(WHOLE KEY32 ": \xc3\xbc = ; x\n"),
	    "enforce 60 a.example" },
	{ "%s\"mode\"", SLICE_LIT(V "Mode: enforce\nmax_age: 60\n"),
	    "0: policy-mode" },
	{ "mode", SLICE_LIT(V "mode: Enforce\n"), "2: policy-mode" },
	{ "mode", SLICE_LIT(V "mode: unknown\n"), "2: policy-mode" },
	{ "version", SLICE_LIT("version: STSv2\n"), "1: policy-version" },
	{ "version", SLICE_LIT("version: stsv1\n"), "1: policy-version" },
	{ "version", SLICE_LIT("mode: none\nmax_age: 60\n"),
	    "0: policy-version" },
	{ "max_age", SLICE_LIT(MODE "mx: a.example\n"), "0: policy-max-age" },
	{ "max_age", SLICE_LIT(MODE "max_age: x\n"), "3: policy-max-age" },
	{ "max_age", SLICE_LIT(MODE "max_age: -1\n"), "3: policy-max-age" },
	{ "max_age: 10 digits", SLICE_LIT(V "mode: none\nmax_age: 9999999999"),
	    "none 31557600" },
	{ "max_age: 11 digits", SLICE_LIT(V "mode: none\nmax_age: 00000000001"),
	    "3: policy-max-age" },
	{ "max_age: below", SLICE_LIT(V "mode: none\nmax_age: 31557599"),
	    "none 31557599" },
	{ "max_age: at", SLICE_LIT(V "mode: none\nmax_age: 31557600"),
	    "none 31557600" },
	{ "max_age: above", SLICE_LIT(V "mode: none\nmax_age: 31557601"),
	    "none 31557600" },
	{ "max_age: 0", SLICE_LIT(V "mode: none\nmax_age: 0"), "none 0" },
	{ "mx", SLICE_LIT(AGE), "0: policy-mx" },
	{ "mx: a.b.*", SLICE_LIT(AGE "mx: a.*.example\n"), "4: policy-mx" },
	{ "mx: *", SLICE_LIT(AGE "mx: *\n"), "4: policy-mx" },
	{ "mx: *.", SLICE_LIT(AGE "mx: *.\n"), "4: policy-mx" },
	{ "mx: the final dot", SLICE_LIT(AGE "mx: a.example.\n"),
	    "4: policy-mx" },
	{ "mx: U-label", SLICE_LIT(AGE "mx: b\xc3\xbc" "cher.example\n"),
	    "4: policy-mx" },
	{ "mx: literal", SLICE_LIT(AGE "mx: [192.0.2.1]\n"), "4: policy-mx" },
	{ "mx: empty", SLICE_LIT(AGE "mx:\n"), "4: policy-syntax" },
	{ "sts-policy-ext-name", SLICE_LIT(AGE KEY32 "x: y\n"),
	    "4: policy-syntax" },
	{ "no colon", SLICE_LIT(AGE "mx a.example\n"), "4: policy-syntax" },
	{ "an empty line", SLICE_LIT(AGE "\nmx: a.example\n"),
	    "4: policy-syntax" },
	{ "a blank first", SLICE_LIT(AGE " mx: a.example\n"),
	    "4: policy-syntax" },
	{ "sts-policy-field-delim", SLICE_LIT(AGE "mx : a.example\n"),
	    "4: policy-syntax" },
	{ "BOM", SLICE_LIT("\xef\xbb\xbf" WHOLE), "1: policy-syntax" },
	{ "CTLs", SLICE_LIT(AGE "mx: a.example\rmx: b.example\n"),
	    "4: policy-syntax" },
	{ "NUL", SLICE_LIT(AGE "x: a\0b\n"), "4: policy-syntax" },
	{ "UTF-8", SLICE_LIT(AGE "x: \xff\n"), "4: policy-syntax" },
	{ "nothing", SLICE_LIT(""), "0: policy-version" },
	{ "HTML", SLICE_LIT("<!DOCTYPE html>\n"), "1: policy-syntax" },
};

static void
describe_policy(struct buf *b, const struct mailauth_mtasts_policy *p)
{
	const char *mx;

	ma_buf_fmt(b, "%s %u",
	    mailauth_mtasts_mode_name(mailauth_mtasts_policy_mode(p)),
	    (unsigned)mailauth_mtasts_policy_max_age(p));
	for (size_t i = 0; (mx = mailauth_mtasts_policy_mx(p, i)) != NULL; i++)
		ma_buf_fmt(b, " %s", mx);
	ma_buf_char(b, '\0');
}

START_TEST(reads_policies)
{
	struct slice text = policies[_i].text;
	struct mailauth_mtasts_policy p = { 0 }, *again;
	struct mtasts_fault fault;
	struct buf b = { 0 };
	char error[100] = "", written[4096];
	size_t n;
	int r;

	ck_assert(ma_mtasts_policy_read(text, &p, &fault));
	if (fault.what != NULL)
		ma_buf_fmt(&b, "%u: %s%c", fault.line, fault.reason, 0);
	else
		describe_policy(&b, &p);
	ck_assert_msg(strcmp(b.p, policies[_i].want) == 0, "%s: %s, not %s",
	    policies[_i].clause, b.p, policies[_i].want);
	/* The exported way says the same, and it can be written. */
	r = mailauth_mtasts_policy_parse(text.p, text.n, &again, error,
	    sizeof error);
	ck_assert_int_eq(r, fault.what == NULL ? MAILAUTH_DONE :
	    MAILAUTH_ESYNTAX);
	ck_assert_int_eq(error[0] != '\0', fault.what != NULL);
	if (r == MAILAUTH_DONE) {
		n = mailauth_mtasts_policy_text(again, written, sizeof written);
		ck_assert_uint_eq(n, strlen(written));
		mailauth_mtasts_policy_free(again);
		ck_assert_int_eq(mailauth_mtasts_policy_parse(written, n,
		    &again, NULL, 0), MAILAUTH_DONE);
		ma_buf_clear(&b);
		describe_policy(&b, again);
		ck_assert_str_eq(b.p, policies[_i].want);
	}
	mailauth_mtasts_policy_free(again);
	ma_mtasts_policy_clear(&p);
	ma_buf_free(&b);
}
END_TEST

/* A policy of just so many octets. */
static void
pad(struct buf *b, size_t n)
{
	ma_buf_str(b, WHOLE);
	while (b->n + 1000 < n)
		ma_buf_fmt(b, "x: %0996d\n", 0);
	ma_buf_fmt(b, "x: %0*d", (int)(n - b->n - 3), 0);
}

START_TEST(bounds_policies)
{
	for (size_t n = 65535; n <= 65537; n++) {
		struct mailauth_mtasts_policy *p;
		struct buf b = { 0 };

		pad(&b, n);
		ck_assert_uint_eq(b.n, n);
		ck_assert_int_eq(mailauth_mtasts_policy_parse(b.p, b.n, &p,
		    NULL, 0), n <= 65536 ? MAILAUTH_DONE : MAILAUTH_ESYNTAX);
		mailauth_mtasts_policy_free(p);
		ma_buf_free(&b);
	}
}
END_TEST

START_TEST(makes_policies)
{
	struct mailauth_mtasts_policy *p;
	char buf[100];

	ck_assert_ptr_null(mailauth_mtasts_policy_new(0, 60));
	ck_assert_ptr_null(mailauth_mtasts_policy_new(4, 60));
	ck_assert_ptr_null(mailauth_mtasts_policy_new(1, 31557601));
	p = mailauth_mtasts_policy_new(MAILAUTH_MTASTS_TESTING, 31557600);
	ck_assert_int_eq(mailauth_mtasts_policy_add_mx(p, "*.A.example"), 0);
	ck_assert_int_eq(mailauth_mtasts_policy_add_mx(p, "a\r\nmode: none"),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_mtasts_policy_add_mx(p, NULL),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_mtasts_policy_add_mx(NULL, "a.example"),
	    MAILAUTH_EINVAL);
	ck_assert_uint_eq(mailauth_mtasts_policy_text(p, buf, sizeof buf), 67);
	ck_assert_str_eq(buf, "version: STSv1\r\nmode: testing\r\n"
	    "mx: *.a.example\r\nmax_age: 31557600\r\n");
	ck_assert_uint_eq(mailauth_mtasts_policy_text(p, buf, 5), 67);
	ck_assert_str_eq(buf, "vers");
	ck_assert_uint_eq(mailauth_mtasts_policy_text(NULL, buf, 5), 0);
	mailauth_mtasts_policy_free(p);
	mailauth_mtasts_policy_free(NULL);
	ck_assert_int_eq(mailauth_mtasts_policy_mode(NULL), 0);
	ck_assert_ptr_null(mailauth_mtasts_policy_mx(NULL, 0));
	ck_assert_str_eq(mailauth_mtasts_mode_name(9), "unknown");
	ck_assert_str_eq(mailauth_mtasts_source_name(0), "unknown");
}
END_TEST

/* ---- Hosts: section 4.1 ---- */

static const struct {
	const char *pattern;
	struct slice host;
	bool match;
} hosts[] = {
	{ "mail.example.com", SLICE_LIT("mail.example.com"), true },
	{ "mail.example.com", SLICE_LIT("MAIL.example.com."), true },
	{ "mail.example.com", SLICE_LIT("a.mail.example.com"), false },
	{ "*.example.com", SLICE_LIT("a.example.com"), true },
	{ "*.example.com", SLICE_LIT("A.Example.COM"), true },
	{ "*.example.com", SLICE_LIT("example.com"), false },
	{ "*.example.com", SLICE_LIT("a.b.example.com"), false },
	{ "*.example.com", SLICE_LIT("*.example.com"), true },
	{ "*.example.com", SLICE_LIT(".example.com"), false },
	{ "*.example.com", SLICE_LIT("a.example.com\0"), false },
	{ "*.example.com", SLICE_LIT(""), false },
	{ "*.example.com", SLICE_LIT("."), false },
	{ "*.com", SLICE_LIT("example.com"), true },
	{ "xn--bcher-kva.example", SLICE_LIT("xn--bcher-kva.example"), true },
};

START_TEST(matches_hosts)
{
	struct mailauth_mtasts_policy *p = mailauth_mtasts_policy_new(
	    MAILAUTH_MTASTS_ENFORCE, 60);

	ck_assert_int_eq(mailauth_mtasts_policy_add_mx(p, hosts[_i].pattern),
	    0);
	ck_assert_msg(mailauth_mtasts_policy_match(p, hosts[_i].host.p,
	    hosts[_i].host.n) == hosts[_i].match, "%s %s", hosts[_i].pattern,
	    hosts[_i].host.p);
	ck_assert(!mailauth_mtasts_policy_match(p, NULL, 0));
	ck_assert(!mailauth_mtasts_policy_match(NULL, "a", 1));
	mailauth_mtasts_policy_free(p);
}
END_TEST

/* ---- What is kept ---- */

#define POLICY "version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 1000\n"
#define KEPT "mta-sts-cache: 1\ndomain: example.com\n"
#define FAILED "failed: 1500 9 policy-timeout\n"
#define FETCHED "id: 1\nfetched: 1000\npolicy: 57\n" POLICY

static const struct {
	const char *what, *text;
	bool good;
} kept_texts[] = {
	{ "a policy", KEPT FETCHED, true },
	{ "and a failure", KEPT FAILED FETCHED, true },
	{ "a failure alone", KEPT FAILED, true },
	{ "nothing", "", false },
	{ "nothing of it", KEPT, false },
	{ "another version", "mta-sts-cache: 2\ndomain: example.com\n" FETCHED,
	    false },
	{ "another domain", "mta-sts-cache: 1\ndomain: example.net\n" FETCHED,
	    false },
	{ "no domain", "mta-sts-cache: 1\n" FETCHED, false },
	{ "no id", KEPT "fetched: 1000\npolicy: 57\n" POLICY, false },
	{ "an id alone", KEPT FAILED "id: 1\n", false },
	{ "a wrong id", KEPT "id: a b\nfetched: 1\npolicy: 57\n" POLICY, false },
	{ "a wrong time", KEPT "id: 1\nfetched: -1\npolicy: 57\n" POLICY,
	    false },
	{ "too long a time", KEPT "id: 1\nfetched: 1000000000000000\n"
	    "policy: 57\n" POLICY, false },
	{ "too short", KEPT "id: 1\nfetched: 1000\npolicy: 58\n" POLICY,
	    false },
	{ "too long", KEPT FETCHED "\n", false },
	{ "no policy", KEPT "id: 1\nfetched: 1\npolicy: 5\nhello", false },
	{ "another key", KEPT "x: y\n" FETCHED, false },
	{ "no such reason", KEPT "failed: 1500 9 whatever\n", false },
	{ "a failure without id", KEPT "failed: 1500 policy-timeout\n", false },
};

START_TEST(reads_what_was_kept)
{
	struct mailauth_mtasts *m = mailauth_mtasts_new(NULL, 1000);
	const char *text = kept_texts[_i].text;
	char error[100] = "";

	mailauth_mtasts_set_domain(m, "joe@EXAMPLE.com", 15);
	ck_assert_str_eq(mailauth_mtasts_domain(m), "example.com");
	ck_assert_msg(mailauth_mtasts_set_cache(m, text, strlen(text), error,
	    sizeof error) == (kept_texts[_i].good ? MAILAUTH_DONE :
	    MAILAUTH_ESYNTAX), "%s: %s", kept_texts[_i].what, error);
	ck_assert_int_eq(error[0] == '\0', kept_texts[_i].good);
	mailauth_mtasts_free(m);
}
END_TEST

/* No part of it is taken for the whole. */
START_TEST(reads_all_that_was_kept)
{
	static const char text[] = KEPT FAILED FETCHED;
	size_t alone = strlen(KEPT FAILED);
	int good = 0;

	for (size_t n = 0; n < sizeof text; n++) {
		struct mailauth_mtasts *m = mailauth_mtasts_new(NULL, 1000);

		mailauth_mtasts_set_domain(m, "example.com", 11);
		good += mailauth_mtasts_set_cache(m, text, n, NULL, 0) ==
		    MAILAUTH_DONE;
		/* The failure alone, with its line end or without. */
		ck_assert_int_eq(good, (n + 1 >= alone) + (n >= alone) +
		    (n == sizeof text - 1));
		mailauth_mtasts_free(m);
	}
}
END_TEST

/* ---- The rule: section 3.3, 5.1 ---- */

#define TXT(id) "_mta-sts.example.com. 60 TXT \"v=STSv1; id=" id "\"\n"

struct rule {
	const char *what;
	const char *cache;		/* NULL: nothing is kept */
	const char *zone;
	int status;			/* of the fetch; 0: it must not be asked */
	const char *body;		/* NULL: a failure, whose number status is */
	int64_t now;
	bool refresh;
	/* result source action expires reason, and what is kept: */
	const char *want, *keep;
};

#define NEW "version: STSv1\nmode: testing\nmx: b.example\nmax_age: 500\n"
#define KEEP(id, now) KEPT "id: " id "\nfetched: " now "\npolicy: 56\n" NEW

static const struct rule rules[] = {
	{ "none kept, fetched", NULL, TXT("1"), 200, NEW, 2000, false,
	    "valid fetched store 2500 -", KEEP("1", "2000") },
	{ "the id is the kept one", KEPT FETCHED, TXT("1"), 0, NULL, 1500,
	    false, "valid cache keep 2000 -", NULL },
	{ "the id decides", KEPT FETCHED, TXT("2"), 200, NEW, 1500, false,
	    "valid fetched store 2000 -", KEEP("2", "1500") },
	{ "max_age has not passed", KEPT FETCHED, TXT("1"), 0, NULL, 2000,
	    false, "valid cache keep 2000 -", NULL },
	{ "max_age has passed", KEPT FETCHED, TXT("1"), 200, NEW, 2001, false,
	    "valid fetched store 2501 -", KEEP("1", "2001") },
	{ "a clock that went back", KEPT FETCHED, TXT("1"), 0, NULL, 500,
	    false, "valid cache keep 2000 -", NULL },
	{ "once a day", KEPT FETCHED, TXT("1"), 200, NEW, 1500, true,
	    "valid fetched store 2000 -", KEEP("1", "1500") },
	{ "once a day, and it fails", KEPT FETCHED, TXT("1"), 500, "", 1500,
	    true, "valid cache store 2000 policy-server",
	    KEPT "failed: 1500 1 policy-server\n" FETCHED },

	{ "outlives the record", KEPT FETCHED, "", 0, NULL, 1500, false,
	    "valid cache keep 2000 no-record", NULL },
	{ "outlives two records", KEPT FETCHED, TXT("2") TXT("3"), 0, NULL,
	    1500, false, "valid cache keep 2000 several-records", NULL },
	{ "outlives a broken record", KEPT FETCHED, TXT("-"), 0, NULL, 1500,
	    false, "valid cache keep 2000 record-id", NULL },
	{ "outlives the DNS", KEPT FETCHED,
	    ";! _mta-sts.example.com. TXT SERVFAIL\n", 0, NULL, 1500, false,
	    "valid cache keep 2000 dns-servfail", NULL },
	{ "outlives a fetch that fails", KEPT FETCHED, TXT("2"),
	    MAILAUTH_FAILURE_TIMEOUT, NULL, 1500, false,
	    "valid cache store 2000 policy-timeout",
	    KEPT "failed: 1500 2 policy-timeout\n" FETCHED },
	{ "outlives a policy that is none", KEPT FETCHED, TXT("2"), 200,
	    "mode: none\n", 1500, false,
	    "valid cache store 2000 policy-version",
	    KEPT "failed: 1500 2 policy-version\n" FETCHED },

	{ "not its own end", KEPT FETCHED, "", 0, NULL, 2001, false,
	    "none - drop 0 no-record", NULL },
	{ "not its own end", KEPT FETCHED, TXT("2"), MAILAUTH_FAILURE_NETWORK,
	    NULL, 2001, false, "temperror - store 0 policy-network",
	    KEPT "failed: 2001 2 policy-network\n" },
	{ "its end, and a failure of just now", KEPT
	    "failed: 2000 9 policy-tls\n" FETCHED, "", 0, NULL, 2100, false,
	    "none - store 0 no-record", KEPT "failed: 2000 9 policy-tls\n" },
	{ "its end, and an old failure", KEPT FAILED FETCHED, "", 0, NULL,
	    2001, false, "none - drop 0 no-record", NULL },
	{ "a clock that was too far ahead", KEPT
	    "id: 1\nfetched: 9000\npolicy: 57\n" POLICY, "", 0, NULL, 7999,
	    false, "none - drop 0 no-record", NULL },
	{ "a clock that was ahead", KEPT
	    "id: 1\nfetched: 9000\npolicy: 57\n" POLICY, "", 0, NULL, 8000,
	    false, "valid cache keep 10000 no-record", NULL },
	{ "nothing kept, nothing there", NULL, "", 0, NULL, 2000, false,
	    "none - keep 0 no-record", NULL },
	{ "nothing kept, a fetch that fails", NULL, TXT("2"),
	    MAILAUTH_FAILURE_TLS, NULL, 2000, false,
	    "invalid - store 0 policy-tls",
	    KEPT "failed: 2000 2 policy-tls\n" },

	{ "has just failed: at once", KEPT FAILED, TXT("9"), 0, NULL, 1500,
	    false, "temperror - keep 0 policy-timeout", NULL },
	{ "has just failed: 299 s", KEPT FAILED, TXT("9"), 0, NULL, 1799,
	    false, "temperror - keep 0 policy-timeout", NULL },
	{ "has failed: 300 s", KEPT FAILED, TXT("9"), 200, NEW, 1800, false,
	    "valid fetched store 2300 -", KEEP("9", "1800") },
	{ "has failed: another id", KEPT FAILED, TXT("8"), 200, NEW, 1501,
	    false, "valid fetched store 2001 -", KEEP("8", "1501") },
	{ "has failed: in the future", KEPT FAILED, TXT("9"), 200, NEW, 1499,
	    false, "valid fetched store 1999 -", KEEP("9", "1499") },
	{ "has just failed, the old applies", KEPT FAILED FETCHED, TXT("9"), 0,
	    NULL, 1600, false, "valid cache keep 2000 policy-timeout", NULL },
};

static void
answer(const struct rule *rule, struct mailauth_question *q,
    struct mailauth_resolver *zone)
{
	struct mailauth_fetched got = { .size = sizeof got,
		.status = rule->status, .media_type = "text/plain",
		.body = rule->body,
		.body_size = rule->body != NULL ? strlen(rule->body) : 0 };

	if (mailauth_question_kind(q) == MAILAUTH_QUESTION_DNS) {
		ck_assert_int_eq(mailauth_resolver_known(zone, q), 1);
		return;
	}
	ck_assert_msg(rule->status != 0, "%s: it fetches", rule->what);
	ck_assert_str_eq(mailauth_question_url(q),
	    "https://mta-sts.example.com/.well-known/mta-sts.txt");
	ck_assert_str_eq(mailauth_question_name(q), "mta-sts.example.com");
	ck_assert_str_eq(mailauth_question_type_name(q), "FETCH");
	ck_assert_uint_eq(mailauth_question_max_octets(q), 65536);
	ck_assert_int_eq(rule->body != NULL ? mailauth_answer_fetched(q, &got) :
	    mailauth_answer_failed(q, rule->status), MAILAUTH_DONE);
}

static struct mailauth_mtasts *
make(const struct rule *rule)
{
	struct mailauth_mtasts *m;

	while ((m = mailauth_mtasts_new(NULL, rule->now)) == NULL)
		continue;
	mailauth_mtasts_set_domain(m, "example.com", 11);
	mailauth_mtasts_set_refresh(m, rule->refresh);
	mailauth_mtasts_set_trace(m, 1);
	while (rule->cache != NULL && mailauth_mtasts_set_cache(m, rule->cache,
	    strlen(rule->cache), NULL, 0) != MAILAUTH_DONE)
		continue;
	return m;
}

/* With the i-th allocation failing; false: there were not so many. */
static bool
run_rule(const struct rule *rule, size_t i)
{
	static const char *const actions[] = { "?", "keep", "store", "drop" };
	struct mailauth_resolver *zone;
	struct mailauth_mtasts *m;
	struct mailauth_question *q;
	const char *reason, *keep;
	struct buf b = { 0 };
	size_t fail_at, n;
	bool failed;
	int r;

	ck_assert_int_eq(mailauth_resolver_new_zone(rule->zone,
	    strlen(rule->zone), "zone", &zone, NULL, 0), MAILAUTH_DONE);
	wrap_start(i);
	m = make(rule);
	while ((r = mailauth_mtasts_step(m)) != MAILAUTH_DONE) {
		ck_assert(r == MAILAUTH_NEED || r == MAILAUTH_ENOMEM);
		fail_at = wrap_fail_at;
		wrap_fail_at = SIZE_MAX;
		while ((q = mailauth_lookups_next(
		    mailauth_mtasts_lookups(m))) != NULL)
			answer(rule, q, zone);
		wrap_fail_at = fail_at;
	}
	failed = wrap_requests > i;
	wrap_start(SIZE_MAX);
	reason = mailauth_mtasts_reason(m);
	ma_buf_fmt(&b, "%s %s %s %lld %s%c",
	    mailauth_mtasts_result_name(mailauth_mtasts_result(m)),
	    mailauth_mtasts_source(m) != 0 ? mailauth_mtasts_source_name(
	    mailauth_mtasts_source(m)) : "-",
	    actions[mailauth_mtasts_action(m)],
	    (long long)mailauth_mtasts_expires(m),
	    reason != NULL ? reason : "-", 0);
	ck_assert_msg(strcmp(b.p, rule->want) == 0, "%s: %s, not %s",
	    rule->what, b.p, rule->want);
	keep = mailauth_mtasts_cache(m, &n);
	ck_assert_msg(rule->keep == NULL ? keep == NULL : keep != NULL &&
	    ma_eq(ma_slice(keep, n), ma_str(rule->keep)), "%s: %s",
	    rule->what, keep);
	ck_assert_ptr_nonnull(mailauth_mtasts_detail(m));
	ck_assert_ptr_nonnull(mailauth_mtasts_trace(m, 0));
	ck_assert_int_eq(mailauth_mtasts_policy(m) != NULL,
	    mailauth_mtasts_result(m) == MAILAUTH_MTASTS_VALID);
	mailauth_mtasts_free(m);
	mailauth_resolver_free(zone);
	ma_buf_free(&b);
	return failed;
}

START_TEST(follows_the_rule)
{
	for (size_t i = 0; run_rule(&rules[_i], i); i++)
		continue;
	run_rule(&rules[_i], SIZE_MAX);
}
END_TEST

/* ---- Calls ---- */

START_TEST(refuses_odd_calls)
{
	struct mailauth_mtasts *m = mailauth_mtasts_new(NULL, 0);

	ck_assert_ptr_null(mailauth_mtasts_domain(m));
	ck_assert_int_eq(mailauth_mtasts_set_domain(m, NULL, 1),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_mtasts_result(m), 0);
	ck_assert_int_eq(mailauth_mtasts_step(m), MAILAUTH_DONE);
	ck_assert_str_eq(mailauth_mtasts_reason(m), "domain-empty");
	ck_assert_int_eq(mailauth_mtasts_result(m), MAILAUTH_MTASTS_NONE);
	ck_assert_int_eq(mailauth_mtasts_set_domain(m, "a", 1), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_mtasts_set_cache(m, "a", 1, NULL, 0),
	    MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_mtasts_set_policy(m, "a", 1), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_mtasts_set_refresh(m, 1), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_mtasts_set_trace(m, 1), MAILAUTH_EUSE);
	mailauth_mtasts_free(m);
	mailauth_mtasts_free(NULL);
	ck_assert_int_eq(mailauth_mtasts_set_domain(NULL, "a", 1),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_mtasts_step(NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_mtasts_discover(NULL, NULL), MAILAUTH_EINVAL);
	ck_assert_ptr_null(mailauth_mtasts_lookups(NULL));
	ck_assert_ptr_null(mailauth_mtasts_domain(NULL));
	ck_assert_ptr_null(mailauth_mtasts_policy(NULL));
	ck_assert_ptr_null(mailauth_mtasts_cache(NULL, NULL));
	ck_assert_int_eq(mailauth_mtasts_action(NULL), 0);
	ck_assert_str_eq(mailauth_mtasts_result_name(0), "unknown");
	ck_assert_str_eq(mailauth_mtasts_result_name(5), "unknown");
}
END_TEST

/* Any time is borne; a domain takes away what another had kept. */
START_TEST(bears_odd_times)
{
	static const int64_t times[] = { INT64_MIN, -1, 0, INT64_MAX };
	static const char text[] = KEPT FETCHED;
	static const char zone[] = TXT("1");
	struct mailauth_resolver *r;

	ck_assert_int_eq(mailauth_resolver_new_zone(zone, sizeof zone - 1,
	    "zone", &r, NULL, 0), MAILAUTH_DONE);
	for (int i = 0; i < ROWS(times); i++)
		for (int again = 0; again < 2; again++) {
			struct mailauth_mtasts *m =
			    mailauth_mtasts_new(NULL, times[i]);
			bool live = times[i] < 2000 && !again;

			/* The policy is of 1000, for 1000 seconds. */

			mailauth_mtasts_set_domain(m, "example.com", 11);
			ck_assert_int_eq(mailauth_mtasts_set_cache(m, text,
			    sizeof text - 1, NULL, 0), 0);
			if (again)
				mailauth_mtasts_set_domain(m, "example.com",
				    11);
			ck_assert_int_eq(mailauth_mtasts_discover(m, r), live ?
			    MAILAUTH_DONE : MAILAUTH_EUNSUPPORTED);
			mailauth_mtasts_free(m);
		}
	mailauth_resolver_free(r);
}
END_TEST

/* A domain that leaves no room for the labels before it. */
START_TEST(takes_long_domains)
{
	char domain[254];
	struct mailauth_mtasts *m = mailauth_mtasts_new(NULL, 0);

	for (size_t i = 0; i < 253; i++)
		domain[i] = i % 50 == 49 ? '.' : 'a';
	ck_assert_int_eq(mailauth_mtasts_set_domain(m, domain, 253), 0);
	ck_assert_int_eq(mailauth_mtasts_step(m), MAILAUTH_DONE);
	ck_assert_str_eq(mailauth_mtasts_reason(m), "domain-length");
	mailauth_mtasts_free(m);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("mtasts");
	TCase *tc = tcase_create("mtasts");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, reads_records, 0, ROWS(records));
	tcase_add_test(tc, writes_records);
	tcase_add_loop_test(tc, reads_policies, 0, ROWS(policies));
	tcase_add_test(tc, bounds_policies);
	tcase_add_test(tc, makes_policies);
	tcase_add_loop_test(tc, matches_hosts, 0, ROWS(hosts));
	tcase_add_loop_test(tc, reads_what_was_kept, 0, ROWS(kept_texts));
	tcase_add_test(tc, reads_all_that_was_kept);
	tcase_add_loop_test(tc, follows_the_rule, 0, ROWS(rules));
	tcase_add_test(tc, refuses_odd_calls);
	tcase_add_test(tc, bears_odd_times);
	tcase_add_test(tc, takes_long_domains);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
