/*
 * The base room: numbers, UTF-8, base64, addresses, arena and buffer.
 */
#include "unit.h"

static const struct {
	const char *what, *in;
	uint64_t max;
	bool ok;
	uint64_t out;
} numbers[] = {
	{ "one digit", "7", 100, true, 7 },
	{ "at the limit", "100", 100, true, 100 },
	{ "one above", "101", 100, true, 100 },
	{ "2^64", "18446744073709551616", UINT64_MAX, true, UINT64_MAX },
	{ "2^64-1", "18446744073709551615", UINT64_MAX, true, UINT64_MAX },
	{ "many zeros", "0000000000000000000000000000000007", 9, true, 7 },
	{ "empty", "", 9, false, 0 },
	{ "sign", "+1", 9, false, 0 },
	{ "letter", "1a", 9, false, 0 },
};

START_TEST(reads_numbers)
{
	uint64_t v = 0;
	bool ok = ma_uint(ma_str(numbers[_i].in), numbers[_i].max, &v);

	ck_assert_msg(ok == numbers[_i].ok, "%s", numbers[_i].what);
	if (ok)
		ck_assert_msg(v == numbers[_i].out, "%s", numbers[_i].what);
}
END_TEST

static const struct {
	const char *in;
	bool ok;
} utf8[] = {
	{ "", true }, { "abc", true }, { "\xc3\xa9", true },
	{ "\xf0\x9f\x98\x80", true }, { "\xf4\x8f\xbf\xbf", true },
	{ "\xf4\x90\x80\x80", false }, { "\xc0\xaf", false },
	{ "\xe0\x80\xaf", false }, { "\xed\xa0\x80", false },
	{ "\xc3", false }, { "\xff", false }, { "\x80", false },
};

START_TEST(knows_utf8)
{
	ck_assert_msg(ma_is_utf8(ma_str(utf8[_i].in)) == utf8[_i].ok,
	    "RFC 3629 row %d", _i);
}
END_TEST

static const struct {
	const char *what, *in, *out;	/* out NULL: refused */
} base64[] = {
	{ "RFC 4648 section 10", "", "" },
	{ "RFC 4648 section 10", "Zg==", "f" },
	{ "RFC 4648 section 10", "Zm8=", "fo" },
	{ "RFC 4648 section 10", "Zm9v", "foo" },
	{ "RFC 4648 section 10", "Zm9vYmFy", "foobar" },
	{ "FWS anywhere", " Z\r\n\tm 9v ", "foo" },
	{ "FWS within padding", "Zg= =", "f" },
	{ "no padding", "Zg", NULL },
	{ "too much padding", "Zg===", NULL },
	{ "padding in the middle", "Zg==Zg==", NULL },
	{ "one digit left", "Z", NULL },
	{ "bits left over", "Zh==", NULL },
	{ "foreign octet", "Zm9*", NULL },
	{ "URL alphabet", "_-__", NULL },
};

START_TEST(decodes_base64)
{
	uint8_t out[64];
	size_t n;
	bool ok = ma_base64_decode(ma_str(base64[_i].in), out, &n);

	ck_assert_msg(ok == (base64[_i].out != NULL), "%s", base64[_i].what);
	if (ok)
		ck_assert_msg(ma_eq(ma_slice(out, n), ma_str(base64[_i].out)),
		    "%s", base64[_i].what);
}
END_TEST

START_TEST(encodes_what_it_decodes)
{
	struct buf b = { 0 };
	uint8_t in[40], out[60];
	size_t n;

	for (size_t i = 0; i < sizeof in; i++)
		in[i] = (uint8_t)(i * 37 + (size_t)_i);
	ck_assert(ma_base64_encode(&b, in, (size_t)_i));
	ck_assert(ma_base64_decode(ma_slice(b.p, b.n), out, &n));
	ck_assert(ma_eq(ma_slice(in, (size_t)_i), ma_slice(out, n)));
	ma_buf_free(&b);
}
END_TEST

static const struct {
	const char *in, *out;	/* out NULL: no address */
} addresses[] = {
	{ "192.0.2.1", "192.0.2.1" }, { "0.0.0.0", "0.0.0.0" },
	{ "255.255.255.255", "255.255.255.255" },
	{ "256.0.0.1", NULL }, { "1.2.3", NULL }, { "1.2.3.4.5", NULL },
	{ "01.2.3.4", NULL }, { "1.2.3.", NULL }, { "", NULL },
	{ "1.2.3.4 ", NULL }, { "1..3.4", NULL }, { "1.2.3.0004", NULL },
	{ "::", "::" }, { "::1", "::1" }, { "1::", "1::" },
	{ "2001:DB8::1", "2001:db8::1" },
	{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
	{ "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8" },
	{ "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0" },
	{ "::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8" },
	{ "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304" },
	{ "::ffff:192.0.2.1", "::ffff:192.0.2.1" },
	{ "::192.0.2.1", "::192.0.2.1" },
	{ "::2", "::2" }, { "::ffff", "::ffff" }, { "::1:0", "::0.1.0.0" },
	{ "::ffff:0:0", "::ffff:0.0.0.0" },
	{ "::ffff:0:0:1", "::ffff:0:0:1" },
	{ "::1.2.3.4.5", NULL }, { "1:2:3:4:5:6:7:8:9", NULL },
	{ "1:2:3:4:5:6:7", NULL }, { "1::2::3", NULL }, { ":::", NULL },
	{ ":1::", NULL }, { "1:", NULL }, { ":1", NULL },
	{ "12345::", NULL }, { "g::", NULL }, { "fe80::1%eth0", NULL },
	{ "1.2.3.4::", NULL }, { "1:2:3:4:5:6:7:1.2.3.4", NULL },
	{ "1::2:3:4:5:6:7:8", NULL }, { "::01.2.3.4", NULL },
};

START_TEST(reads_addresses)
{
	struct ip ip;
	char text[IP_TEXT];
	bool ok = ma_ip_parse(ma_str(addresses[_i].in), &ip);

	ck_assert_msg(ok == (addresses[_i].out != NULL), "%s",
	    addresses[_i].in);
	if (!ok)
		return;
	ma_ip_text(ip, text);
	ck_assert_str_eq(text, addresses[_i].out);
}
END_TEST

static const struct {
	const char *ip, *net;
	unsigned bits;
	bool within;
} prefixes[] = {
	{ "192.0.2.1", "192.0.2.0", 24, true },
	{ "192.0.3.1", "192.0.2.0", 24, false },
	{ "192.0.3.1", "192.0.2.0", 23, true },
	{ "10.1.2.3", "0.0.0.0", 0, true },
	{ "10.1.2.3", "10.1.2.3", 32, true },
	{ "10.1.2.2", "10.1.2.3", 32, false },
	{ "10.1.2.3", "10.1.2.3", 33, false },
	{ "10.1.2.3", "::", 0, false },
	{ "2001:db8::1", "2001:db8::", 32, true },
	{ "2001:db8::1", "2001:db8::", 127, true },
	{ "2001:db8::2", "2001:db8::", 127, false },
	{ "2001:db8::2", "2001:db8::2", 128, true },
	{ "2001:db8::2", "2001:db8::2", 129, false },
};

START_TEST(matches_prefixes)
{
	struct ip ip, net;

	ck_assert(ma_ip_parse(ma_str(prefixes[_i].ip), &ip));
	ck_assert(ma_ip_parse(ma_str(prefixes[_i].net), &net));
	ck_assert_msg(ma_ip_within(ip, net, prefixes[_i].bits) ==
	    prefixes[_i].within, "row %d", _i);
}
END_TEST

START_TEST(reverses_addresses)
{
	struct ip ip;
	char text[IP_REVERSE];

	ck_assert(ma_ip_parse(SLICE_LIT("192.0.2.7"), &ip));
	ma_ip_reverse(ip, text);
	ck_assert_str_eq(text, "7.2.0.192.in-addr.arpa");
	ck_assert(ma_ip_parse(SLICE_LIT("2001:db8::cb01"), &ip));
	ma_ip_reverse(ip, text);
	ck_assert_str_eq(text, "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0."
	    "0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
	ck_assert(ma_ip_parse(SLICE_LIT("::ffff:192.0.2.7"), &ip));
	ip = ma_ip_unmap(ip);
	ck_assert(ip.family == 4 && ip.a[3] == 7);
}
END_TEST

START_TEST(keeps_arena_pieces_apart)
{
	struct arena a = { 0 };
	char *first = ma_arena_str(&a, SLICE_LIT("first"));
	char *big = ma_arena_alloc(&a, 100000);
	char *last = ma_arena_fmt(&a, "%s %d", "last", 7);

	ck_assert_ptr_nonnull(big);
	memset(big, 'x', 100000);
	ck_assert_str_eq(first, "first");
	ck_assert_str_eq(last, "last 7");
	ma_arena_reset(&a);
	ck_assert_str_eq(ma_arena_str(&a, SLICE_LIT("again")), "again");
	ck_assert_ptr_null(ma_arena_alloc(&a, SIZE_MAX));
	ck_assert(a.failed);
	ma_arena_free(&a);
}
END_TEST

START_TEST(cuts_slices)
{
	struct slice s = SLICE_LIT("a;;b");

	ck_assert(ma_eq(ma_cut(&s, ';'), SLICE_LIT("a")));
	ck_assert(ma_eq(ma_cut(&s, ';'), SLICE_LIT("")));
	ck_assert(ma_eq(ma_cut(&s, ';'), SLICE_LIT("b")));
	ck_assert(s.n == 0 && ma_cut(&s, ';').n == 0);
	ck_assert(ma_eq(ma_trim_fws(SLICE_LIT(" \r\n x y\t ")),
	    SLICE_LIT("x y")));
	ck_assert(ma_caseeq(SLICE_LIT("aZ1"), SLICE_LIT("Az1")));
	ck_assert(!ma_caseeq(SLICE_LIT("\xc4"), SLICE_LIT("\xe4")));
	ck_assert(ma_cmp(SLICE_LIT("a"), SLICE_LIT("ab")) < 0);
	ck_assert(ma_rfind(SLICE_LIT("a@b@c"), '@') == 3);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("base");
	TCase *tc = tcase_create("base");

	tcase_add_loop_test(tc, reads_numbers, 0, ROWS(numbers));
	tcase_add_loop_test(tc, knows_utf8, 0, ROWS(utf8));
	tcase_add_loop_test(tc, decodes_base64, 0, ROWS(base64));
	tcase_add_loop_test(tc, encodes_what_it_decodes, 0, 40);
	tcase_add_loop_test(tc, reads_addresses, 0, ROWS(addresses));
	tcase_add_loop_test(tc, matches_prefixes, 0, ROWS(prefixes));
	tcase_add_test(tc, reverses_addresses);
	tcase_add_test(tc, keeps_arena_pieces_apart);
	tcase_add_test(tc, cuts_slices);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
