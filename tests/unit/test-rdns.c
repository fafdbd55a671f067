/*
 * Forward-confirmed reverse DNS: RFC 8601 section 3.
 */
#include "rdns/rdns.h"
#include "steps.h"

struct row {
	const char *what, *client, *zone;
	const char *want;		/* result: names | confirmed (reason) */
	const char *asked;
	unsigned rounds;
	uint32_t limit;			/* 0: the default */
};

static void *
make(const void *arg, struct mailauth_lookups *l)
{
	const struct row *row = arg;
	struct mailauth_rdns *d = mailauth_rdns_new(l);

	if (d == NULL)
		return NULL;
	ck_assert_int_eq(mailauth_rdns_set_client(d, row->client), 0);
	if (row->limit > 0)
		ck_assert_int_eq(mailauth_rdns_set_limit(d,
		    MAILAUTH_RDNS_NAMES, row->limit), 0);
	mailauth_rdns_set_trace(d, 1);
	return d;
}

static int
step(void *d)
{
	return mailauth_rdns_step(d);
}

static int
drive(void *d, struct mailauth_resolver *r)
{
	return mailauth_rdns_confirm(d, r);
}

static void
release(void *d)
{
	mailauth_rdns_free(d);
}

static void
describe(void *arg, struct buf *b)
{
	const struct mailauth_rdns *d = arg;

	ma_buf_fmt(b, "%s:",
	    mailauth_rdns_result_name(mailauth_rdns_result(d)));
	for (size_t i = 0; mailauth_rdns_name(d, i) != NULL; i++)
		ma_buf_fmt(b, " %s", mailauth_rdns_name(d, i));
	ma_buf_str(b, " |");
	for (size_t i = 0; mailauth_rdns_confirmed(d, i) != NULL; i++)
		ma_buf_fmt(b, " %s", mailauth_rdns_confirmed(d, i));
	if (mailauth_rdns_secure(d))
		ma_buf_str(b, " secure");
	if (mailauth_rdns_reason(d) != NULL)
		ma_buf_fmt(b, " (%s)", mailauth_rdns_reason(d));
	ck_assert_ptr_nonnull(mailauth_rdns_detail(d));
	ck_assert_ptr_nonnull(mailauth_rdns_trace(d, 0));
}

static const struct subject subject = {
	make, step, drive, release, describe
};

#define ME "1.2.0.192.in-addr.arpa"
#define PTR(name) ME ". PTR " name "\n"
#define ME6 "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2" \
	".ip6.arpa"

static const struct row rows[] = {
	{ "2.7.3 pass", "192.0.2.1", PTR("h.example.")
	    "h.example. A 192.0.2.1\n", "pass: h.example | h.example",
	    ME " PTR, h.example A", 2, 0 },
	{ "2.7.3 pass, one of several addresses", "192.0.2.1",
	    PTR("h.example.") "h.example. A 192.0.2.9\n"
	    "h.example. A 192.0.2.1\n", "pass: h.example | h.example",
	    NULL, 0, 0 },
	{ "IPv6 asks AAAA alone", "2001:db8::1", ME6 ". PTR h.example.\n"
	    "h.example. A 192.0.2.1\nh.example. AAAA 2001:db8::1\n",
	    "pass: h.example | h.example", ME6 " PTR, h.example AAAA", 2, 0 },
	{ "IPv4-mapped is IPv4", "::ffff:192.0.2.1", PTR("h.example.")
	    "h.example. A 192.0.2.1\n", "pass: h.example | h.example",
	    ME " PTR, h.example A", 2, 0 },
	{ "2.7.3 fail: another address", "192.0.2.1", PTR("h.example.")
	    "h.example. A 192.0.2.2\n", "fail: h.example | "
	    "(forward-mismatch)", NULL, 0, 0 },
	{ "2.7.3 fail: forward NXDOMAIN", "192.0.2.1", PTR("h.example."),
	    "fail: h.example | (forward-mismatch)", NULL, 0, 0 },
	{ "2.7.3 fail: forward NODATA", "192.0.2.1", PTR("h.example.")
	    "h.example. AAAA 2001:db8::1\n",
	    "fail: h.example | (forward-mismatch)", NULL, 0, 0 },
	{ "2.7.3 permerror: NXDOMAIN", "192.0.2.1", "",
	    "permerror: | (no-ptr)", ME " PTR", 1, 0 },
	{ "2.7.3 permerror: NODATA", "192.0.2.1", ME ". TXT x\n",
	    "permerror: | (no-ptr)", NULL, 0, 0 },
	{ "2.7.3 temperror: PTR", "192.0.2.1", ";! " ME " PTR SERVFAIL\n",
	    "temperror: | (dns-servfail)", NULL, 0, 0 },
	{ "2.7.3 temperror: PTR timeout", "192.0.2.1",
	    ";! " ME " PTR TIMEOUT\n", "temperror: | (dns-timeout)", NULL, 0,
	    0 },
	{ "I3 forward fails, none matches", "192.0.2.1", PTR("a.example.")
	    PTR("b.example.") ";! a.example A REFUSED\n"
	    "b.example. A 192.0.2.2\n",
	    "temperror: a.example b.example | (dns-refused)", NULL, 0, 0 },
	{ "I3 forward fails, one matches", "192.0.2.1", PTR("a.example.")
	    PTR("b.example.") ";! a.example A SERVFAIL\n"
	    "b.example. A 192.0.2.1\n",
	    "pass: a.example b.example | b.example", NULL, 2, 0 },
	{ "sorted, once, lower case", "192.0.2.1", PTR("B.example.")
	    PTR("a.example.") PTR("b.EXAMPLE.") PTR("ab.example.")
	    "a.example. A 192.0.2.1\nb.example. A 192.0.2.1\n",
	    "pass: a.example ab.example b.example | a.example b.example",
	    ME " PTR, a.example A, ab.example A, b.example A", 2, 0 },
	{ "I4 an alias (RFC 2317)", "192.0.2.1",
	    ME ". CNAME 1.0/25.2.0.192.in-addr.arpa.\n"
	    "1.0/25.2.0.192.in-addr.arpa. PTR h.example.\n"
	    "h.example. A 192.0.2.1\n", "pass: h.example | h.example", NULL,
	    0, 0 },
	{ "I4 the name is an alias", "192.0.2.1", PTR("h.example.")
	    "h.example. CNAME x.example.\nx.example. A 192.0.2.1\n",
	    "pass: h.example | h.example", NULL, 0, 0 },
	{ "I4 names that no host has", "192.0.2.1", PTR(".")
	    PTR("192.0.2.1.") PTR("a_b.example.") PTR("-a.example.")
	    PTR("a\\032b.example.") PTR("a\\.b.example.")
	    "192.0.2.1. A 192.0.2.1\na_b.example. A 192.0.2.1\n",
	    "fail: -a.example . 192.0.2.1 a\\.b.example a\\032b.example "
	    "a_b.example | (no-host-name)", ME " PTR", 1, 0 },
	{ "header injection in a name", "192.0.2.1",
	    PTR("a\\013\\010x.example."),
	    "fail: a\\013\\010x.example | (no-host-name)", NULL, 0, 0 },
	{ "the limit counts host names", "192.0.2.1", PTR("_.example.")
	    PTR("a.example.") PTR("b.example.") PTR("c.example.")
	    "c.example. A 192.0.2.1\n",
	    "fail: _.example a.example b.example c.example | (name-limit)",
	    ME " PTR, a.example A, b.example A", 2, 2 },
	{ "what is within the limit passes", "192.0.2.1", PTR("a.example.")
	    PTR("b.example.") PTR("c.example.") "b.example. A 192.0.2.1\n",
	    "pass: a.example b.example c.example | b.example",
	    ME " PTR, a.example A, b.example A", 2, 2 },
	{ "secure", "192.0.2.1", ";! secure\n" PTR("h.example.")
	    "h.example. A 192.0.2.1\n",
	    "pass: h.example | h.example secure", NULL, 0, 0 },
	{ "half secure", "192.0.2.1", ";! " ME " PTR secure\n"
	    PTR("h.example.") "h.example. A 192.0.2.1\n",
	    "pass: h.example | h.example", NULL, 0, 0 },
};

START_TEST(confirms)
{
	check_steps(&subject, &rows[_i], rows[_i].what, rows[_i].zone,
	    rows[_i].want, rows[_i].asked, rows[_i].rounds);
}
END_TEST

/* 1000 names: ten are looked up, the first by bytes. */
START_TEST(bounds_names)
{
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_rdns *d = mailauth_rdns_new(l);
	struct mailauth_resolver *zone;
	struct buf b = { 0 };
	size_t n = 0;

	for (int i = 999; i >= 0; i--)
		ma_buf_fmt(&b, PTR("n%03d.example."), i);
	ma_buf_fmt(&b, "n009.example. A 192.0.2.1\n"
	    "n010.example. A 192.0.2.1\n%c", '\0');
	zone = zone_of(b.p);
	mailauth_rdns_set_client(d, "192.0.2.1");
	ck_assert_int_eq(mailauth_rdns_confirm(d, zone), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_rdns_result(d), MAILAUTH_RDNS_PASS);
	ck_assert_uint_eq(mailauth_lookups_queries(l), 11);
	ck_assert_uint_eq(mailauth_lookups_rounds(l), 2);
	while (mailauth_rdns_name(d, n) != NULL)
		n++;
	ck_assert_uint_eq(n, 1000);
	ck_assert_str_eq(mailauth_rdns_confirmed(d, 0), "n009.example");
	ck_assert_ptr_null(mailauth_rdns_confirmed(d, 1));
	mailauth_rdns_free(d);
	mailauth_lookups_free(l);
	mailauth_resolver_free(zone);
	ma_buf_free(&b);
}
END_TEST

static const struct {
	const char *zone;
	int code;
	const char *enhanced;
} replies[] = {
	{ "", 550, "5.7.25" },
	{ PTR("h.example."), 550, "5.7.25" },
	{ ";! " ME " PTR SERVFAIL\n", 451, "4.7.25" },
	{ PTR("h.example.") "h.example. A 192.0.2.1\n", 0, NULL },
};

/* RFC 7372 section 3.3. */
START_TEST(replies_codes)
{
	struct mailauth_resolver *zone = zone_of(replies[_i].zone);
	struct mailauth_rdns *d = mailauth_rdns_new(NULL);
	const char *enhanced = "x", *text = "x";

	mailauth_rdns_set_client(d, "192.0.2.1");
	ck_assert_int_eq(mailauth_rdns_reply(d, NULL, NULL), 0);
	ck_assert_int_eq(mailauth_rdns_confirm(d, zone), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_rdns_reply(d, &enhanced, &text),
	    replies[_i].code);
	ck_assert((text != NULL) == (replies[_i].code != 0));
	if (replies[_i].enhanced != NULL)
		ck_assert_str_eq(enhanced, replies[_i].enhanced);
	else
		ck_assert_ptr_null(enhanced);
	mailauth_rdns_free(d);
	mailauth_resolver_free(zone);
}
END_TEST

START_TEST(refuses_odd_calls)
{
	struct mailauth_rdns *d = mailauth_rdns_new(NULL);

	ck_assert_int_eq(mailauth_rdns_step(NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_rdns_step(d), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_rdns_confirm(NULL, NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_rdns_set_client(d, NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_rdns_set_client(d, "h.example"),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_rdns_set_client(d, "[192.0.2.1]"),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_rdns_set_limit(d, MAILAUTH_RDNS_NAMES, 101),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_rdns_set_limit(d, 2, 1), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_rdns_set_client(d, "192.0.2.1"), 0);
	ck_assert_int_eq(mailauth_rdns_step(d), MAILAUTH_NEED);
	ck_assert_int_eq(mailauth_rdns_set_client(d, "192.0.2.1"),
	    MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_rdns_set_limit(d, MAILAUTH_RDNS_NAMES, 1),
	    MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_rdns_set_trace(d, 1), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_rdns_result(d), 0);
	ck_assert_ptr_null(mailauth_rdns_name(d, 0));
	ck_assert_ptr_null(mailauth_rdns_detail(d));
	ck_assert_ptr_null(mailauth_rdns_trace(NULL, 0));
	ck_assert_ptr_null(mailauth_rdns_lookups(NULL));
	ck_assert_str_eq(mailauth_rdns_result_name(0), "unknown");
	ck_assert_str_eq(mailauth_rdns_result_name(5), "unknown");
	mailauth_rdns_free(d);
	mailauth_rdns_free(NULL);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rdns");
	TCase *tc = tcase_create("rdns");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, confirms, 0, ROWS(rows));
	tcase_add_test(tc, bounds_names);
	tcase_add_loop_test(tc, replies_codes, 0, ROWS(replies));
	tcase_add_test(tc, refuses_odd_calls);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
