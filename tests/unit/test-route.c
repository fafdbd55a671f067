/*
 * Routes: what REQUIRETLS and TLS-Required change (RFC 8689), which questions
 * are asked when, and calls.  The table of causes and outcomes is in
 * tests/fixtures/route.
 */
#include <stdio.h>

#include "route/route.h"
#include "steps.h"

struct row {
	const char *what, *where, *zone;
	const char *cached;		/* a policy's mode and mx; NULL: none */
	bool require, no;
	const char *want;		/* result reply: tls[=reason] ... */
	const char *asked;
	unsigned rounds;
};

static void *
make(const void *arg, struct mailauth_lookups *l)
{
	const struct row *row = arg;
	struct mailauth_route *r = mailauth_route_new(l, 1700000000);
	char text[400], policy[200];
	int n = 0;

	if (r == NULL)
		return NULL;
	ck_assert_int_eq(mailauth_route_set_require_tls(r, row->require), 0);
	ck_assert_int_eq(mailauth_route_set_tls_required_no(r, row->no), 0);
	ck_assert_int_eq(mailauth_route_set_trace(r, 1), 0);
	ck_assert_int_eq(mailauth_mx_set_seed(mailauth_route_mx(r), 7), 0);
	while (mailauth_route_set_domain(r, row->where, strlen(row->where)) !=
	    MAILAUTH_DONE)
		continue;
	if (row->cached == NULL)
		return r;
	snprintf(policy, sizeof policy,
	    "version: STSv1\nmode: %s\nmax_age: 86400\n", row->cached);
	n = snprintf(text, sizeof text, "mta-sts-cache: 1\ndomain: d.example\n"
	    "id: 1\nfetched: 1700000000\npolicy: %zu\n%s", strlen(policy),
	    policy);
	while (mailauth_mtasts_set_cache(mailauth_route_mtasts(r), text,
	    (size_t)n, NULL, 0) == MAILAUTH_ENOMEM)
		continue;
	return r;
}

static int
step(void *r)
{
	return mailauth_route_step(r);
}

static int
drive(void *r, struct mailauth_resolver *resolver)
{
	return mailauth_route_find(r, resolver);
}

static void
release(void *r)
{
	mailauth_route_free(r);
}

static void
describe(void *arg, struct buf *b)
{
	const struct mailauth_route *r = arg;
	const char *reason = mailauth_route_reason(r), *enhanced, *text;
	int code = mailauth_route_reply(r, &enhanced, &text);

	ma_buf_str(b, mailauth_route_result_name(mailauth_route_result(r)));
	if (reason != NULL)
		ma_buf_fmt(b, "=%s", reason);
	if (code != 0)
		ma_buf_fmt(b, " %d %s", code, enhanced);
	ck_assert_int_eq(code != 0, text != NULL);
	for (size_t i = 0; i < mailauth_route_count(r); i++) {
		reason = mailauth_route_tls_reason(r, i);
		ma_buf_fmt(b, "%s %s", i == 0 ? ":" : "",
		    mailauth_route_tls_name(mailauth_route_tls(r, i)));
		if (reason != NULL)
			ma_buf_fmt(b, "=%s", reason);
		ck_assert_ptr_nonnull(mailauth_route_tls_detail(r, i));
	}
	ck_assert_ptr_nonnull(mailauth_route_detail(r));
	ck_assert_ptr_nonnull(mailauth_route_trace(r, 0));
}

static const struct subject subject = {
	make, step, drive, release, describe
};

#define D "d.example"
#define MX(pref, host) "d.example. MX " #pref " " host ".example.\n"
#define A(host) host ".example. A 192.0.2.1\n"
#define TLSA(host) "_25._tcp." host ".example. TLSA 3 1 1 " \
    "0000000000000000000000000000000000000000000000000000000000000000\n"
#define UNUSABLE(host) "_25._tcp." host ".example. TLSA 0 1 1 00\n"
#define STS "_mta-sts.d.example. TXT 'v=STSv1; id=1'\n"
#define SECURE ";! secure\n"
#define HOST_SECURE(host) ";! " host ".example. A secure\n;! " host \
    ".example. AAAA secure\n;! _25._tcp." host ".example. TLSA secure\n"

static const struct row rows[] = {
	/* When what is asked. */
	{ "all hosts at once", D, MX(1, "a") MX(2, "b") A("a") A("b") TLSA("b")
	    SECURE, NULL, false, false, "ok: opportunistic=no-tlsa dane",
	    "d.example MX, _mta-sts.d.example TXT, a.example AAAA, a.example A, "
	    "b.example AAAA, b.example A, _25._tcp.a.example TLSA, "
	    "_25._tcp.b.example TLSA", 3 },
	{ "TLSA never before its address", D, MX(1, "a") A("a") TLSA("a"),
	    NULL, false, false, "ok: opportunistic=address-insecure",
	    "d.example MX, _mta-sts.d.example TXT, a.example AAAA, a.example A",
	    2 },
	{ "a literal asks nothing", "[192.0.2.1]", "", NULL, false, false,
	    "ok: opportunistic=address-literal", "", 0 },
	{ "null MX", D, "d.example. MX 0 .\n", NULL, false, false,
	    "no-host=null-mx 556 5.1.10", NULL, 1 },
	{ "the same host twice", D, MX(1, "a") MX(2, "a") A("a") TLSA("a")
	    SECURE, NULL, false, false, "ok: dane", NULL, 3 },
	{ "hosts that are left out", D, MX(1, "a") MX(1, "_b") A("a") TLSA("a")
	    SECURE, NULL, false, false, "ok: dane", NULL, 3 },

	/* RFC 8689 section 4.1: TLS-Required: No */
	{ "no: DANE and MTA-STS do not bind", D, MX(1, "a") A("a") TLSA("a") STS
	    SECURE, "enforce\nmx: b.example", false, true,
	    "ok: opportunistic=tls-required-no",
	    "d.example MX, a.example AAAA, a.example A", 2 },
	{ "no, without address", D, MX(1, "a") SECURE, NULL, false, true,
	    "no-host=no-address 550 5.4.4: unreachable=no-address", NULL, 2 },
	{ "no: nothing under REQUIRETLS", D, MX(1, "a") A("a") TLSA("a") SECURE,
	    NULL, true, true, "ok: dane", NULL, 3 },

	/* RFC 8689 section 4.2.1: REQUIRETLS */
	{ "secure MX, DANE", D, MX(1, "a") A("a") TLSA("a") SECURE, NULL, true,
	    false, "ok: dane", NULL, 3 },
	{ "secure MX, no DANE", D, MX(1, "a") A("a") SECURE, NULL, true, false,
	    "ok: pkix=no-tlsa", NULL, 3 },
	{ "secure MX, unusable records", D, MX(1, "a") A("a") UNUSABLE("a")
	    SECURE, NULL, true, false, "ok: pkix=tlsa-unusable", NULL, 3 },
	{ "insecure MX", D, MX(1, "a") A("a"), NULL, true, false,
	    "no-tls=requiretls-insecure 550 5.7.30: "
	    "refused=requiretls-insecure", NULL, 2 },
	{ "insecure MX, DANE", D, MX(1, "a") A("a") TLSA("a") HOST_SECURE("a"),
	    NULL, true, false, "no-tls=requiretls-insecure 550 5.7.30: "
	    "refused=requiretls-insecure", NULL, 3 },
	{ "insecure MX, DANE, listed", D, MX(1, "a") A("a") TLSA("a") STS
	    HOST_SECURE("a"), "enforce\nmx: a.example", true, false,
	    "ok: dane", NULL, 3 },
	{ "enforce, listed", D, MX(1, "a") A("a") STS,
	    "enforce\nmx: a.example", true, false, "ok: mta-sts", NULL, 2 },
	{ "testing, listed", D, MX(1, "a") A("a") STS,
	    "testing\nmx: a.example", true, false, "ok: pkix", NULL, 2 },
	{ "testing, unlisted", D, MX(1, "a") A("a") STS,
	    "testing\nmx: b.example", true, false,
	    "no-tls=requiretls-insecure 550 5.7.30: "
	    "refused=requiretls-insecure", NULL, 2 },
	{ "enforce, unlisted: tried again", D, MX(1, "a") A("a") STS,
	    "enforce\nmx: b.example", true, false,
	    "temperror=policy-host 451 4.4.1: refused=policy-host", NULL, 2 },
	{ "a literal", "[192.0.2.1]", "", NULL, true, false,
	    "no-tls=requiretls-insecure 550 5.7.30: "
	    "refused=requiretls-insecure", "", 0 },
	{ "one of two", D, MX(1, "a") MX(2, "b") A("a") A("b") TLSA("b") SECURE
	    ";! _25._tcp.a.example. TLSA SERVFAIL\n", NULL, true, false,
	    "ok: unreachable=dns-servfail dane", NULL, 3 },

	/* No host may be tried. */
	{ "all refused", D, MX(1, "a") MX(2, "b") A("a") A("b") STS,
	    "enforce\nmx: c.example", false, false,
	    "temperror=policy-host 451 4.4.1: refused=policy-host "
	    "refused=policy-host", NULL, 2 },
	{ "all unreachable", D, MX(1, "a") A("a") SECURE
	    ";! _25._tcp.a.example. TLSA TIMEOUT\n", NULL, false, false,
	    "temperror=dns-timeout 451 4.4.1: unreachable=dns-timeout", NULL,
	    3 },
	{ "one has no address, one fails", D, MX(1, "a") MX(2, "b")
	    ";! b.example. A SERVFAIL\n;! b.example. AAAA SERVFAIL\n", NULL,
	    false, false, "temperror=dns-servfail 451 4.4.1: "
	    "unreachable=no-address unreachable=dns-servfail", NULL, 2 },
	{ "no address at all", D, MX(1, "a"), NULL, false, false,
	    "no-host=no-address 550 5.4.4: unreachable=no-address", NULL, 2 },
	{ "the domain fails", D, ";! d.example. MX SERVFAIL\n", NULL, false,
	    false, "temperror=dns-servfail 451 4.4.1", NULL, 1 },

	/* A cached policy outlives what an attacker can hide. */
	{ "the record is gone", D, MX(1, "a") A("a"), "enforce\nmx: a.example",
	    false, false, "ok: mta-sts=no-record", NULL, 2 },
	{ "the record is gone, unlisted", D, MX(1, "a") A("a"),
	    "enforce\nmx: b.example", false, false,
	    "temperror=policy-host 451 4.4.1: refused=policy-host", NULL, 2 },
	{ "the fetch does not come", D, MX(1, "a") A("a")
	    "_mta-sts.d.example. TXT 'v=STSv1; id=2'\n",
	    "enforce\nmx: a.example", false, false,
	    "ok: mta-sts=policy-timeout", NULL, 2 },
};

START_TEST(finds_routes)
{
	const struct row *row = &rows[_i];

	/* A zone takes no fetch, so that one is driven by hand alone. */
	if (strcmp(row->what, "the fetch does not come") == 0) {
		struct steps s = { .subject = &subject, .row = row,
			.what = row->what, .zone = zone_of(row->zone) };

		for (int order = 0; order < ORDERS; order++) {
			run_order(&s, (enum order)order);
			ck_assert_str_eq(s.said.p, row->want);
		}
		steps_free(&s);
		return;
	}
	check_steps(&subject, row, row->what, row->zone, row->want, row->asked,
	    row->rounds);
}
END_TEST

/* Two parts may have the same reason; each has its own sentence. */
START_TEST(tells_whose_reason_it_is)
{
	static const struct row row = { .where = D, .zone = MX(1, "a") A("a")
	    SECURE ";! _mta-sts.d.example. TXT SERVFAIL\n"
	    ";! _25._tcp.a.example. TLSA SERVFAIL\n" };
	struct mailauth_resolver *zone = zone_of(row.zone);
	struct mailauth_route *r = make(&row, NULL);

	ck_assert_int_eq(mailauth_route_find(r, zone), MAILAUTH_DONE);
	ck_assert_str_eq(mailauth_route_tls_detail(r, 0),
	    mailauth_dane_detail(mailauth_route_dane(r, 0)));
	ck_assert_str_eq(mailauth_route_detail(r),
	    mailauth_dane_detail(mailauth_route_dane(r, 0)));
	ck_assert_str_ne(mailauth_route_detail(r),
	    mailauth_mtasts_detail(mailauth_route_mtasts(r)));
	mailauth_route_free(r);
	mailauth_resolver_free(zone);
}
END_TEST

START_TEST(refuses_odd_calls)
{
	struct mailauth_route *r = mailauth_route_new(NULL, 0);

	ck_assert_int_eq(mailauth_route_set_domain(r, NULL, 1),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_route_result(r), 0);
	ck_assert_ptr_null(mailauth_route_detail(r));
	ck_assert_uint_eq(mailauth_route_count(r), 0);
	ck_assert_int_eq(mailauth_route_step(r), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_route_result(r), MAILAUTH_ROUTE_NO_HOST);
	ck_assert_int_eq(mailauth_route_set_domain(r, "a", 1), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_route_set_require_tls(r, 1), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_route_set_tls_required_no(r, 1),
	    MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_route_set_trace(r, 1), MAILAUTH_EUSE);
	ck_assert_ptr_null(mailauth_route_dane(r, 0));
	ck_assert_int_eq(mailauth_route_tls(r, 0), 0);
	mailauth_route_free(r);
	mailauth_route_free(NULL);
	ck_assert_int_eq(mailauth_route_step(NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_route_find(NULL, NULL), MAILAUTH_EINVAL);
	ck_assert_ptr_null(mailauth_route_mx(NULL));
	ck_assert_ptr_null(mailauth_route_mtasts(NULL));
	ck_assert_ptr_null(mailauth_route_lookups(NULL));
	ck_assert_ptr_null(mailauth_route_trace(NULL, 0));
	ck_assert_int_eq(mailauth_route_reply(NULL, NULL, NULL), 0);
	ck_assert_str_eq(mailauth_route_result_name(0), "unknown");
	ck_assert_str_eq(mailauth_route_tls_name(9), "unknown");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("route");
	TCase *tc = tcase_create("route");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, finds_routes, 0, ROWS(rows));
	tcase_add_test(tc, tells_whose_reason_it_is);
	tcase_add_test(tc, refuses_odd_calls);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
