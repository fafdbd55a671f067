/*
 * Mail routing: RFC 5321 section 5.1, RFC 7505.
 */
#include "mx/mx.h"
#include "steps.h"

struct row {
	const char *what, *where, *zone;
	const char *want;	/* result: hosts (reason) */
	const char *asked;
	unsigned rounds;
	const char *locals;	/* with blanks between */
};

/* A setter that lacked memory is called again. */
#define SURE(call) do { if ((call) == MAILAUTH_ENOMEM) \
	ck_assert_int_eq((call), MAILAUTH_DONE); } while (0)

static void *
make(const void *arg, struct mailauth_lookups *l)
{
	const struct row *row = arg;
	struct mailauth_mx *m = mailauth_mx_new(l);
	struct slice locals = ma_str(row->locals);

	if (m == NULL)
		return NULL;
	ck_assert_int_eq(mailauth_mx_set_seed(m, 7), 0);
	SURE(mailauth_mx_set_domain(m, row->where, strlen(row->where)));
	while (locals.n > 0) {
		struct slice word = ma_cut(&locals, ' ');

		SURE(mailauth_mx_add_local(m, word.p, word.n));
	}
	mailauth_mx_set_trace(m, 1);
	return m;
}

static int
step(void *m)
{
	return mailauth_mx_step(m);
}

static int
drive(void *m, struct mailauth_resolver *r)
{
	return mailauth_mx_route(m, r);
}

static void
release(void *m)
{
	mailauth_mx_free(m);
}

/* result [implicit] [secure] domain: PREF name[>target][addresses][!][+] ... */
static void
describe(void *arg, struct buf *b)
{
	const struct mailauth_mx *m = arg;
	const char *domain = mailauth_mx_domain(m);

	ma_buf_fmt(b, "%s%s%s %s:",
	    mailauth_mx_result_name(mailauth_mx_result(m)),
	    mailauth_mx_implicit(m) ? " implicit" : "",
	    mailauth_mx_secure(m) ? " secure" : "",
	    domain != NULL ? domain : "-");
	for (size_t i = 0; i < mailauth_mx_count(m); i++) {
		const char *name = mailauth_mx_name(m, i);
		const char *expanded = mailauth_mx_expanded_name(m, i);
		const char *address;

		ma_buf_fmt(b, " %u %s", mailauth_mx_preference(m, i), name);
		if (strcmp(name, expanded) != 0)
			ma_buf_fmt(b, ">%s", expanded);
		ma_buf_char(b, '[');
		for (size_t k = 0; (address = mailauth_mx_address(m, i, k)) !=
		    NULL; k++)
			ma_buf_fmt(b, "%s%s", k > 0 ? " " : "", address);
		ma_buf_char(b, ']');
		if (mailauth_mx_host_failed(m, i))
			ma_buf_char(b, '!');
		if (mailauth_mx_host_secure(m, i))
			ma_buf_char(b, '+');
	}
	if (mailauth_mx_reason(m) != NULL)
		ma_buf_fmt(b, " (%s)", mailauth_mx_reason(m));
	ck_assert_ptr_nonnull(mailauth_mx_detail(m));
	ck_assert_ptr_nonnull(mailauth_mx_trace(m, 0));
}

static const struct subject subject = {
	make, step, drive, release, describe
};

#define MX(pref, name) "d.example. MX " #pref " " name ".example.\n"
#define A(name, n) name ".example. A 192.0.2." #n "\n"
#define AAAA(name, n) name ".example. AAAA 2001:db8::" #n "\n"

static const struct row rows[] = {
	/* X4: order */
	{ "X4 by preference", "d.example", MX(20, "b") MX(10, "a") A("a", 1)
	    A("b", 2), "ok d.example: 10 a.example[192.0.2.1] "
	    "20 b.example[192.0.2.2]", "d.example MX, a.example AAAA, "
	    "a.example A, b.example AAAA, b.example A", 2 },
	{ "X4 preferences are numbers", "d.example", MX(9, "b") MX(10, "a")
	    MX(65535, "c") MX(0, "d") A("a", 1),
	    "ok d.example: 0 d.example[] 9 b.example[] "
	    "10 a.example[192.0.2.1] 65535 c.example[]" },
	{ "IPv6 first, in the order of the answer", "d.example", MX(1, "a")
	    A("a", 3) A("a", 1) A("a", 2) AAAA("a", 9) AAAA("a", 8),
	    "ok d.example: 1 a.example[2001:db8::9 2001:db8::8 192.0.2.3 "
	    "192.0.2.1 192.0.2.2]" },
	{ "X7 repeated: the best preference", "d.example", MX(20, "a")
	    MX(5, "A") MX(10, "a") MX(7, "b") A("a", 1),
	    "ok d.example: 5 a.example[192.0.2.1] 7 b.example[]" },

	/* X1, X2: which records */
	{ "X1 the domain is an alias", "d.example",
	    "d.example. CNAME e.example.\ne.example. MX 5 a.example.\n"
	    A("a", 1), "ok e.example: 5 a.example[192.0.2.1]",
	    "d.example MX, a.example AAAA, a.example A", 2 },
	{ "X1 an alias, implicit", "d.example",
	    "d.example. CNAME e.example.\n" A("e", 1),
	    "ok implicit e.example: 0 e.example[192.0.2.1]",
	    "d.example MX, e.example AAAA, e.example A", 2 },
	{ "X1 an alias of nothing", "d.example",
	    "d.example. CNAME e.example.\n",
	    "no-such-domain e.example: (no-such-domain)" },
	{ "X1 no such domain", "d.example", A("a", 1),
	    "no-such-domain d.example: (no-such-domain)", "d.example MX", 1 },
	{ "X1 implicit", "d.example", A("d", 1) AAAA("d", 1),
	    "ok implicit d.example: 0 d.example[2001:db8::1 192.0.2.1]",
	    "d.example MX, d.example AAAA, d.example A", 2 },
	{ "implicit, no address", "d.example", "d.example. TXT x\n",
	    "no-address implicit d.example: 0 d.example[] (no-address)" },
	{ "X1 a failure", "d.example", ";! d.example MX SERVFAIL\n"
	    A("d", 1), "temperror d.example: (dns-servfail)", "d.example MX",
	    1 },
	{ "X2 no fall-back", "d.example", MX(1, "a") A("d", 1),
	    "no-address d.example: 1 a.example[] (no-address)",
	    "d.example MX, a.example AAAA, a.example A" },
	{ "X2 none is usable", "d.example", "d.example. MX 1 192.0.2.1.\n"
	    A("d", 1), "permerror d.example: (no-usable-exchange)",
	    "d.example MX" },

	/* X3: null MX */
	{ "X3 null MX", "d.example", "d.example. MX 0 .\n" A("d", 1),
	    "null-mx d.example: (null-mx)", "d.example MX", 1 },
	{ "X3 of another preference", "d.example", "d.example. MX 10 .\n",
	    "null-mx d.example: (null-mx)" },
	{ "X3 twice", "d.example", "d.example. MX 10 .\nd.example. MX 0 .\n",
	    "null-mx d.example: (null-mx)" },
	{ "X3 with others", "d.example", "d.example. MX 0 .\n" MX(5, "a")
	    A("a", 1), "ok d.example: 5 a.example[192.0.2.1]" },
	{ "X3 with what is none", "d.example", "d.example. MX 0 .\n"
	    "d.example. MX 5 a_b.example.\n",
	    "permerror d.example: (no-usable-exchange)" },

	/* X6: exchanges */
	{ "X6 names that no host has", "d.example",
	    "d.example. MX 1 a_b.example.\nd.example. MX 2 192.0.2.7.\n"
	    "d.example. MX 3 a\\.b.example.\nd.example. MX 3 -a.example.\n"
	    "d.example. MX 3 a\\032b.example.\n" MX(4, "a") A("a", 1)
	    "a_b.example. A 192.0.2.2\n",
	    "ok d.example: 4 a.example[192.0.2.1]",
	    "d.example MX, a.example AAAA, a.example A" },
	{ "X6 an exchange is an alias", "d.example", MX(1, "a")
	    "a.example. CNAME b.example.\n" A("b", 1),
	    "ok d.example: 1 a.example>b.example[192.0.2.1]" },
	{ "X6 an alias of an alias", "d.example", MX(1, "a")
	    "a.example. CNAME b.example.\nb.example. CNAME c.example.\n"
	    A("c", 1), "ok d.example: 1 a.example>c.example[192.0.2.1]" },
	{ "X6 an alias of nothing", "d.example", MX(1, "a")
	    "a.example. CNAME b.example.\n",
	    "no-address d.example: 1 a.example>b.example[] (no-address)" },
	{ "a host without address among others", "d.example", MX(1, "a")
	    MX(2, "b") A("b", 1),
	    "ok d.example: 1 a.example[] 2 b.example[192.0.2.1]" },
	{ "a host that fails among others", "d.example", MX(1, "a")
	    MX(2, "b") A("b", 1) ";! a.example * SERVFAIL\n",
	    "ok d.example: 1 a.example[]! 2 b.example[192.0.2.1]" },
	{ "half of a host fails", "d.example", MX(1, "a") A("a", 1)
	    ";! a.example AAAA TIMEOUT\n",
	    "ok d.example: 1 a.example[192.0.2.1]!" },
	{ "no address, and a failure", "d.example", MX(1, "a") MX(2, "b")
	    ";! b.example A REFUSED\n", "temperror d.example: "
	    "1 a.example[] 2 b.example[]! (dns-refused)" },

	/* X5: ourselves */
	{ "X5 that preference and all above", "d.example", MX(5, "a")
	    MX(10, "me") MX(10, "b") MX(20, "c") A("a", 1),
	    "ok d.example: 5 a.example[192.0.2.1]",
	    "d.example MX, a.example AAAA, a.example A", 2, "ME.example." },
	{ "X5 nothing left", "d.example", MX(10, "me") MX(20, "b") A("b", 1),
	    "loop d.example: (mail-loop)", "d.example MX", 1,
	    "other me.example" },
	{ "X5 the same preference", "d.example", MX(10, "me") MX(10, "b")
	    A("b", 1), "loop d.example: (mail-loop)", NULL, 0,
	    "me.example" },
	{ "X5 by address", "d.example", MX(5, "a") MX(10, "b") MX(20, "c")
	    A("a", 1) A("b", 2) A("c", 3),
	    "ok d.example: 5 a.example[192.0.2.1]", NULL, 0, "192.0.2.2" },
	{ "X5 by IPv6 address", "d.example", MX(5, "a") MX(10, "b")
	    AAAA("a", 1) AAAA("b", 2),
	    "ok d.example: 5 a.example[2001:db8::1]", NULL, 0,
	    "[IPv6:2001:DB8::2]" },
	{ "X5 by mapped address", "d.example", MX(5, "a") A("a", 1),
	    "loop d.example: (mail-loop)", NULL, 0, "::ffff:192.0.2.1" },
	{ "X5 by the alias's target", "d.example", MX(5, "a") MX(10, "b")
	    A("a", 1) "b.example. CNAME me.example.\n" A("me", 9),
	    "ok d.example: 5 a.example[192.0.2.1]", NULL, 0, "me.example" },
	{ "X5 by a dangling alias's target", "d.example", MX(10, "b")
	    "b.example. CNAME me.example.\n",
	    "loop d.example: (mail-loop)", NULL, 0, "me.example" },
	{ "X5 what is no name and no address", "d.example", MX(5, "a")
	    A("a", 1), "ok d.example: 5 a.example[192.0.2.1]", NULL, 0,
	    " [x:y] a..b . 192.0.2 [192.0.2.1" },
	{ "X5 implicit", "d.example", A("d", 1),
	    "loop implicit d.example: (mail-loop)", "d.example MX", 1,
	    "d.example" },
	{ "X5 implicit by address", "d.example", A("d", 1),
	    "loop implicit d.example: (mail-loop)", NULL, 0, "192.0.2.1" },
	{ "X5 a U-label", "d.example",
	    "d.example. MX 5 xn--bcher-kva.example.\n",
	    "loop d.example: (mail-loop)", NULL, 0,
	    "b\xc3\xbc" "cher.example" },
	{ "X5 not by the domain's name", "d.example", MX(5, "a") A("a", 1),
	    "ok d.example: 5 a.example[192.0.2.1]", NULL, 0, "d.example" },
	{ "X5 the first of ours counts", "d.example", MX(5, "a")
	    MX(10, "b") MX(15, "me") A("a", 1) A("b", 2) A("me", 3),
	    "ok d.example: 5 a.example[192.0.2.1]", NULL, 0,
	    "me.example 192.0.2.2" },

	/* X8: literals; what is given */
	{ "X8 literal", "[192.0.2.1]", "",
	    "ok -: 0 [192.0.2.1][192.0.2.1]", "", 0 },
	{ "X8 IPv6 literal, as given", "[ipv6:2001:DB8:0::1]", "",
	    "ok -: 0 [ipv6:2001:DB8:0::1][2001:db8::1]", "" },
	{ "X8 of a mailbox", "u@[192.0.2.1]", "",
	    "ok -: 0 [192.0.2.1][192.0.2.1]", "" },
	{ "X8 ours", "[192.0.2.1]", "", "loop -: (mail-loop)", "", 0,
	    "192.0.2.1" },
	{ "General literal", "[x:y]", "",
	    "permerror -: (literal-unroutable)", "" },
	{ "wrong literal", "[192.0.2]", "", "permerror -: (literal-ipv4)",
	    "" },
	{ "mailbox", "U.v@D.Example", MX(1, "a") A("a", 1),
	    "ok d.example: 1 a.example[192.0.2.1]" },
	{ "the last @", "\"a@b\"@d.example", MX(1, "a") A("a", 1),
	    "ok d.example: 1 a.example[192.0.2.1]" },
	{ "quotes that hold the @", "\"a@d.example\"", "",
	    "permerror -: (domain-syntax)", "" },
	{ "mailbox with final dot", "u@d.example.", "",
	    "permerror -: (domain-syntax)", "" },
	{ "domain with final dot", "d.example.", MX(1, "a") A("a", 1),
	    "ok d.example: 1 a.example[192.0.2.1]" },
	{ "U-labels", "b\xc3\xbc" "cher.example",
	    "xn--bcher-kva.example. MX 1 a.example.\n" A("a", 1),
	    "ok xn--bcher-kva.example: 1 a.example[192.0.2.1]" },
	{ "single label", "example", "example. MX 1 a.example.\n" A("a", 1),
	    "ok example: 1 a.example[192.0.2.1]" },
	{ "nothing", "", "", "permerror -: (domain-empty)", "" },
	{ "nothing behind the @", "u@", "", "permerror -: (domain-empty)",
	    "" },
	{ "dot", ".", "", "permerror -: (domain-syntax)", "" },
	{ "two dots", "d..example", "", "permerror -: (domain-syntax)", "" },
	{ "underscore", "d_e.example", "", "permerror -: (domain-syntax)",
	    "" },
	{ "blank", "d e.example", "", "permerror -: (domain-syntax)", "" },
	{ "an address without brackets", "192.0.2.1", "",
	    "permerror -: (domain-syntax)", "" },
	{ "an IPv6 address without brackets", "2001:db8::1", "",
	    "permerror -: (domain-syntax)", "" },
	{ "not UTF-8", "\xff.example", "", "permerror -: (not-utf8)", "" },

	/* X9: DNSSEC */
	{ "X9 all secure", "d.example", ";! secure\n" MX(1, "a") A("a", 1),
	    "ok secure d.example: 1 a.example[192.0.2.1]+" },
	{ "X9 the MX alone", "d.example", ";! d.example MX secure\n"
	    MX(1, "a") A("a", 1),
	    "ok secure d.example: 1 a.example[192.0.2.1]" },
	{ "X9 one host alone", "d.example", ";! a.example * secure\n"
	    MX(1, "a") MX(2, "b") A("a", 1) A("b", 2),
	    "ok d.example: 1 a.example[192.0.2.1]+ "
	    "2 b.example[192.0.2.2]" },
	{ "X9 half a host", "d.example", ";! a.example A secure\n"
	    MX(1, "a") A("a", 1), "ok d.example: 1 a.example[192.0.2.1]" },
	{ "X9 what failed is no answer", "d.example",
	    ";! a.example A secure\n;! a.example AAAA SERVFAIL\n"
	    MX(1, "a") A("a", 1), "ok d.example: 1 a.example[192.0.2.1]!+" },
};

START_TEST(routes)
{
	check_steps(&subject, &rows[_i], rows[_i].what, rows[_i].zone,
	    rows[_i].want, rows[_i].asked, rows[_i].rounds);
}
END_TEST

/* ---- The shuffle ---- */

/* Which of six hosts of one preference comes first, and the order in *order. */
static size_t
first_of(struct mailauth_resolver *zone, uint64_t seed, char order[7])
{
	struct mailauth_mx *m = mailauth_mx_new(NULL);
	bool seen[6] = { false };

	mailauth_mx_set_seed(m, seed);
	mailauth_mx_set_domain(m, "d.example", 9);
	ck_assert_int_eq(mailauth_mx_route(m, zone), MAILAUTH_DONE);
	ck_assert_uint_eq(mailauth_mx_count(m), 8);
	ck_assert_str_eq(mailauth_mx_name(m, 0), "x.example");
	ck_assert_str_eq(mailauth_mx_name(m, 7), "y.example");
	for (size_t i = 0; i < 6; i++) {
		order[i] = mailauth_mx_name(m, i + 1)[0];
		ck_assert(order[i] >= 'a' && order[i] <= 'f');
		ck_assert(!seen[order[i] - 'a']);
		seen[order[i] - 'a'] = true;
		ck_assert_uint_eq(mailauth_mx_preference(m, i + 1), 10);
	}
	order[6] = '\0';
	mailauth_mx_free(m);
	return (size_t)(order[0] - 'a');
}

#define SIX(a, b, c, d, e, f) MX(10, a) MX(10, b) MX(10, c) MX(20, "y") \
	MX(10, d) MX(10, e) MX(10, f) MX(5, "x")

/* Section 5.1: each is first about as often, whatever the order of arrival. */
START_TEST(shuffles)
{
	struct mailauth_resolver *one = zone_of(SIX("a", "b", "c", "d", "e",
	    "f")), *other = zone_of(SIX("e", "c", "f", "a", "d", "b"));
	size_t count[6] = { 0 };
	char order[7], again[7];

	for (uint64_t seed = 0; seed < 600; seed++) {
		count[first_of(one, seed, order)]++;
		first_of(other, seed, again);
		ck_assert_str_eq(order, again);
	}
	for (size_t i = 0; i < 6; i++)
		ck_assert_msg(count[i] > 60 && count[i] < 140, "%zu: %zu",
		    i, count[i]);
	mailauth_resolver_free(one);
	mailauth_resolver_free(other);
}
END_TEST

/* ---- Limits ---- */

/* 1000 exchanges with addresses: the first 100 in order are asked. */
START_TEST(bounds_hosts)
{
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_mx *m = mailauth_mx_new(l);
	struct mailauth_resolver *zone, *small;
	struct buf b = { 0 };

	for (int i = 999; i >= 0; i--)
		ma_buf_fmt(&b, "d.example. MX %d h%d.example.\n"
		    "h%d.example. A 192.0.2.1\n", i, i, i);
	ma_buf_char(&b, '\0');
	zone = zone_of(b.p);
	mailauth_mx_set_domain(m, "d.example", 9);
	ck_assert_int_eq(mailauth_mx_route(m, zone), MAILAUTH_DONE);
	ck_assert_uint_eq(mailauth_mx_count(m), 100);
	ck_assert_uint_eq(mailauth_lookups_queries(l), 201);
	ck_assert_uint_eq(mailauth_lookups_rounds(l), 2);
	for (size_t i = 0; i < 100; i++)
		ck_assert_uint_eq(mailauth_mx_preference(m, i), i);
	mailauth_mx_free(m);
	/* Where none within the limit has an address, it is told. */
	ma_buf_clear(&b);
	for (int i = 0; i < 3; i++)
		ma_buf_fmt(&b, "e.example. MX %d h%d.example.\n", i, i);
	ma_buf_fmt(&b, "h2.example. A 192.0.2.1\n%c", '\0');
	small = zone_of(b.p);
	m = mailauth_mx_new(NULL);
	mailauth_mx_set_domain(m, "e.example", 9);
	mailauth_mx_set_limit(m, MAILAUTH_MX_HOSTS, 2);
	ck_assert_int_eq(mailauth_mx_route(m, small), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_mx_result(m), MAILAUTH_MX_NO_ADDRESS);
	ck_assert_str_eq(mailauth_mx_reason(m), "host-limit");
	mailauth_mx_free(m);
	mailauth_resolver_free(small);
	/* Ourselves are found beyond the limit, too. */
	m = mailauth_mx_new(NULL);
	mailauth_mx_set_domain(m, "d.example", 9);
	mailauth_mx_set_limit(m, MAILAUTH_MX_HOSTS, 3);
	mailauth_mx_add_local(m, "h2.example", 10);
	ck_assert_int_eq(mailauth_mx_route(m, zone), MAILAUTH_DONE);
	ck_assert_uint_eq(mailauth_mx_count(m), 2);
	mailauth_mx_free(m);
	mailauth_lookups_free(l);
	mailauth_resolver_free(zone);
	ma_buf_free(&b);
}
END_TEST

static const struct {
	uint32_t limit, want;
} address_limits[] = {
	{ 1, 1 }, { 299, 299 }, { 300, 300 }, { 301, 300 }, { 1000, 300 },
};

START_TEST(bounds_addresses)
{
	struct mailauth_mx *m = mailauth_mx_new(NULL);
	struct mailauth_resolver *zone;
	struct buf b = { 0 };
	size_t n = 0;

	for (int i = 0; i < 150; i++)
		ma_buf_fmt(&b, "d.example. A 192.0.2.%d\n"
		    "d.example. AAAA 2001:db8::%d\n", i, i);
	ma_buf_char(&b, '\0');
	zone = zone_of(b.p);
	mailauth_mx_set_domain(m, "d.example", 9);
	ck_assert_int_eq(mailauth_mx_set_limit(m, MAILAUTH_MX_ADDRESSES,
	    address_limits[_i].limit), 0);
	ck_assert_int_eq(mailauth_mx_route(m, zone), MAILAUTH_DONE);
	while (mailauth_mx_address(m, 0, n) != NULL)
		n++;
	ck_assert_uint_eq(n, address_limits[_i].want);
	mailauth_mx_free(m);
	mailauth_resolver_free(zone);
	ma_buf_free(&b);
}
END_TEST

/* ---- Replies, and odd calls ---- */

static const struct {
	const char *where, *zone, *locals;
	int to;
	const char *to_enhanced;
	int from;
	const char *from_enhanced;
} replies[] = {
	{ "d.example", A("d", 1), NULL, 0, NULL, 0, NULL },
	{ "d.example", "d.example. MX 0 .\n", NULL, 556, "5.1.10", 550,
	    "5.7.27" },
	{ "d.example", "", NULL, 550, "5.1.2", 550, "5.1.8" },
	{ "d.example", MX(1, "a"), NULL, 550, "5.4.4", 550, "5.1.8" },
	{ "d.example", A("d", 1), "d.example", 550, "5.4.6", 0, NULL },
	{ "d.example", ";! d.example MX SERVFAIL\n", NULL, 451, "4.4.3", 451,
	    "4.1.8" },
	{ "d..example", "", NULL, 550, "5.1.2", 550, "5.1.8" },
};

static void
check_reply(const struct mailauth_mx *m, int as_sender, int code,
    const char *want)
{
	const char *enhanced = "x", *text = "x";

	ck_assert_int_eq(mailauth_mx_reply(m, as_sender, &enhanced, &text),
	    code);
	ck_assert((text != NULL) == (code != 0));
	if (want == NULL)
		ck_assert_ptr_null(enhanced);
	else
		ck_assert_str_eq(enhanced, want);
}

START_TEST(replies_codes)
{
	struct mailauth_resolver *zone = zone_of(replies[_i].zone);
	struct mailauth_mx *m = mailauth_mx_new(NULL);

	mailauth_mx_set_domain(m, replies[_i].where,
	    strlen(replies[_i].where));
	if (replies[_i].locals != NULL)
		mailauth_mx_add_local(m, replies[_i].locals,
		    strlen(replies[_i].locals));
	check_reply(m, 0, 0, NULL);
	ck_assert_int_eq(mailauth_mx_route(m, zone), MAILAUTH_DONE);
	check_reply(m, 0, replies[_i].to, replies[_i].to_enhanced);
	check_reply(m, 1, replies[_i].from, replies[_i].from_enhanced);
	mailauth_mx_free(m);
	mailauth_resolver_free(zone);
}
END_TEST

START_TEST(refuses_odd_calls)
{
	struct mailauth_mx *m = mailauth_mx_new(NULL);

	ck_assert_int_eq(mailauth_mx_step(NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_mx_route(NULL, NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_mx_set_domain(m, NULL, 1), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_mx_add_local(m, NULL, 1), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_mx_add_local(m, "", 0), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_mx_set_limit(m, MAILAUTH_MX_HOSTS, 0),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_mx_set_limit(m, MAILAUTH_MX_HOSTS, 1001),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_mx_set_limit(m, MAILAUTH_MX_ADDRESSES,
	    1001), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_mx_set_limit(m, 3, 1), MAILAUTH_EINVAL);
	/* Nothing was given. */
	ck_assert_int_eq(mailauth_mx_step(m), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_mx_result(m), MAILAUTH_MX_PERMERROR);
	ck_assert_str_eq(mailauth_mx_reason(m), "domain-empty");
	ck_assert_int_eq(mailauth_mx_set_domain(m, "x", 1), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_mx_set_seed(m, 1), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_mx_add_local(m, "x", 1), MAILAUTH_EUSE);
	ck_assert_ptr_null(mailauth_mx_name(m, 0));
	ck_assert_ptr_null(mailauth_mx_address(m, 0, 0));
	ck_assert_ptr_null(mailauth_mx_name(NULL, 0));
	ck_assert_uint_eq(mailauth_mx_count(NULL), 0);
	ck_assert_ptr_null(mailauth_mx_lookups(NULL));
	ck_assert_str_eq(mailauth_mx_result_name(0), "unknown");
	ck_assert_str_eq(mailauth_mx_result_name(8), "unknown");
	mailauth_mx_free(m);
	mailauth_mx_free(NULL);
	/* A NUL is in no name. */
	m = mailauth_mx_new(NULL);
	mailauth_mx_set_domain(m, "d\0.example", 10);
	ck_assert_int_eq(mailauth_mx_step(m), MAILAUTH_DONE);
	ck_assert_str_eq(mailauth_mx_reason(m), "domain-syntax");
	mailauth_mx_free(m);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("mx");
	TCase *tc = tcase_create("mx");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, routes, 0, ROWS(rows));
	tcase_add_test(tc, shuffles);
	tcase_add_test(tc, bounds_hosts);
	tcase_add_loop_test(tc, bounds_addresses, 0, ROWS(address_limits));
	tcase_add_loop_test(tc, replies_codes, 0, ROWS(replies));
	tcase_add_test(tc, refuses_odd_calls);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
