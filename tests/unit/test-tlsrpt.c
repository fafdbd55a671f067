/*
 * TLS-RPT: RFC 8460.
 */
#include "steps.h"
#include "tlsrpt/tlsrpt.h"

struct row {
	const char *what, *where, *zone, *want;
};

static void *
make(const void *arg, struct mailauth_lookups *l)
{
	const struct row *row = arg;
	struct mailauth_tlsrpt *t = mailauth_tlsrpt_new(l);

	if (t == NULL)
		return NULL;
	ck_assert_int_eq(mailauth_tlsrpt_set_domain(t, row->where,
	    strlen(row->where)), 0);
	mailauth_tlsrpt_set_trace(t, 1);
	return t;
}

static int
step(void *t)
{
	return mailauth_tlsrpt_step(t);
}

static int
drive(void *t, struct mailauth_resolver *r)
{
	return mailauth_tlsrpt_discover(t, r);
}

static void
release(void *t)
{
	mailauth_tlsrpt_free(t);
}

static void
describe(void *t, struct buf *b)
{
	const char *uri, *reason = mailauth_tlsrpt_reason(t);

	ma_buf_fmt(b, "%s%s", mailauth_tlsrpt_result_name(
	    mailauth_tlsrpt_result(t)), mailauth_tlsrpt_secure(t) ? "+" : "");
	for (size_t i = 0; (uri = mailauth_tlsrpt_rua(t, i)) != NULL; i++)
		ma_buf_fmt(b, " %s", uri);
	if (reason != NULL)
		ma_buf_fmt(b, " (%s)", reason);
	ck_assert_ptr_nonnull(mailauth_tlsrpt_detail(t));
	ck_assert_ptr_nonnull(mailauth_tlsrpt_trace(t, 0));
}

static const struct subject subject = {
	make, step, drive, release, describe
};

#define D "example.com"
#define R(text) "_smtp._tls.example.com. TXT '" text "'\n"
#define OK "v=TLSRPTv1; rua=mailto:a@b.example"

static const struct row rows[] = {
	{ "3.1 mailto", D, R("v=TLSRPTv1;rua=mailto:reports@example.com"),
	    "valid mailto:reports@example.com" },
	{ "3.1 https", D, R("v=TLSRPTv1; rua=https://r.example/v1/tlsrpt"),
	    "valid https://r.example/v1/tlsrpt" },
	{ "a list", D, R("v=TLSRPTv1; rua=mailto:a@b.example , https://c/;"),
	    "valid mailto:a@b.example https://c/" },
	{ "several rua add up", D, R(OK "; rua=mailto:c@b.example"),
	    "valid mailto:a@b.example mailto:c@b.example" },
	{ "extensions", D, R(OK "; x-y.z=1:2"), "valid mailto:a@b.example" },
	{ "secure", D, R(OK) ";! secure\n", "valid+ mailto:a@b.example" },
	{ "others beside", D, R(OK) R("v=spf1 -all") R("v=TLSRPTv2; rua=x"),
	    "valid mailto:a@b.example" },
	{ "an alias", D, "_smtp._tls.example.com. CNAME x.\nx. TXT '" OK "'\n",
	    "valid mailto:a@b.example" },
	{ "a mailbox", "joe@EXAMPLE.com", R(OK), "valid mailto:a@b.example" },
	{ "another scheme", D, R("v=TLSRPTv1; rua=ftp://x/,mailto:a@b.example"),
	    "valid mailto:a@b.example" },
	{ "no URI", D, R("v=TLSRPTv1; rua=x y,mailto:a@b.example"),
	    "valid mailto:a@b.example" },
	{ "\"!\" is encoded", D, R("v=TLSRPTv1; rua=mailto:a@b.example!1m"),
	    "invalid (no-report-address)" },
	{ "no address", D, R("v=TLSRPTv1; rua=mailto:"),
	    "invalid (no-report-address)" },
	{ "no host", D, R("v=TLSRPTv1; rua=https:///x"),
	    "invalid (no-report-address)" },
	{ "no rua", D, R("v=TLSRPTv1;"), "invalid (no-report-address)" },
	{ "%s\"rua\"", D, R("v=TLSRPTv1; RUA=mailto:a@b.example"),
	    "invalid (no-report-address)" },
	{ "blanks", D, R("v=TLSRPTv1; rua = mailto:a@b.example"),
	    "invalid (tlsrpt-syntax)" },
	{ "a field without value", D, R(OK "; x"), "invalid (tlsrpt-syntax)" },
	{ "an empty field", D, R(OK ";;"), "invalid (tlsrpt-syntax)" },
	{ "an extension with a blank", D, R(OK "; x=a b"),
	    "invalid (tlsrpt-syntax)" },
	{ "two", D, R(OK) R("v=TLSRPTv1; rua=mailto:c@b.example"),
	    "none (several-records)" },
	{ "none", D, "x. TXT x\n", "none (no-record)" },
	{ "%s\"v=TLSRPTv1\"", D, R("v=tlsrptv1; rua=mailto:a@b.example"),
	    "none (no-record)" },
	{ "\"v=TLSRPTv1;\"", D, R("v=TLSRPTv1"), "none (no-record)" },
	{ "SERVFAIL", D, ";! _smtp._tls.example.com. TXT SERVFAIL\n",
	    "temperror (dns-servfail)" },
	{ "TIMEOUT", D, ";! _smtp._tls.example.com. TXT TIMEOUT\n",
	    "temperror (dns-timeout)" },
	{ "a literal", "[192.0.2.1]", "", "none (address-literal)" },
	{ "no domain", "a b", "", "none (domain-syntax)" },
};

START_TEST(discovers)
{
	check_steps(&subject, &rows[_i], rows[_i].what, rows[_i].zone,
	    rows[_i].want, NULL, 0);
}
END_TEST

START_TEST(names_failures)
{
	for (int f = MAILAUTH_TLS_STARTTLS_NOT_SUPPORTED;
	    f <= MAILAUTH_TLS_STS_WEBPKI_INVALID; f++)
		ck_assert_str_ne(mailauth_tls_failure_name(f), "unknown");
	ck_assert_str_eq(mailauth_tls_failure_name(0), "unknown");
	ck_assert_str_eq(mailauth_tls_failure_name(12), "unknown");
	ck_assert_str_eq(mailauth_tls_failure_name(
	    MAILAUTH_TLS_DANE_REQUIRED), "dane-required");
}
END_TEST

START_TEST(refuses_odd_calls)
{
	struct mailauth_tlsrpt *t = mailauth_tlsrpt_new(NULL);
	size_t n = 7;

	ck_assert_int_eq(mailauth_tlsrpt_set_domain(t, NULL, 1),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_tlsrpt_result(t), 0);
	ck_assert_ptr_null(mailauth_tlsrpt_detail(t));
	ck_assert_int_eq(mailauth_tlsrpt_step(t), MAILAUTH_DONE);
	ck_assert_str_eq(mailauth_tlsrpt_reason(t), "domain-empty");
	ck_assert_int_eq(mailauth_tlsrpt_set_domain(t, "a", 1), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_tlsrpt_set_trace(t, 1), MAILAUTH_EUSE);
	ck_assert_ptr_null(mailauth_tlsrpt_record(t, &n));
	ck_assert_uint_eq(n, 0);
	mailauth_tlsrpt_free(t);
	mailauth_tlsrpt_free(NULL);
	ck_assert_int_eq(mailauth_tlsrpt_step(NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_tlsrpt_discover(NULL, NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_tlsrpt_set_domain(NULL, "a", 1),
	    MAILAUTH_EINVAL);
	ck_assert_ptr_null(mailauth_tlsrpt_rua(NULL, 0));
	ck_assert_ptr_null(mailauth_tlsrpt_lookups(NULL));
	ck_assert_str_eq(mailauth_tlsrpt_result_name(5), "unknown");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tlsrpt");
	TCase *tc = tcase_create("tlsrpt");

	tcase_add_loop_test(tc, discovers, 0, ROWS(rows));
	tcase_add_test(tc, names_failures);
	tcase_add_test(tc, refuses_odd_calls);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
