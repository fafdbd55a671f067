/*
 * Mailboxes and address literals.
 */
#include "unit.h"
#include "mailauth/address.h"

/* ---- Literals ---- */

#define IP4 MAILAUTH_ADDRESS_IPV4
#define IP6 MAILAUTH_ADDRESS_IPV6
#define GENERAL MAILAUTH_ADDRESS_GENERAL
#define DOMAIN MAILAUTH_ADDRESS_DOMAIN

static const struct {
	const char *what, *text;
	int family;
	const char *out;	/* the address; or the reason */
} literals[] = {
	{ "IPv4", "[192.0.2.1]", IP4, "192.0.2.1" },
	{ "Snum 0", "[0.0.0.0]", IP4, "0.0.0.0" },
	{ "Snum 255", "[255.255.255.255]", IP4, "255.255.255.255" },
	{ "Snum 256", "[192.0.2.256]", 0, "literal-ipv4" },
	{ "Snum of four digits", "[192.0.2.0001]", 0, "literal-ipv4" },
	{ "leading zeros", "[192.0.2.001]", 0, "literal-ipv4" },
	{ "octal", "[010.0.2.1]", 0, "literal-ipv4" },
	{ "three numbers", "[192.0.2]", 0, "literal-ipv4" },
	{ "five numbers", "[192.0.2.1.1]", 0, "literal-ipv4" },
	{ "hexadecimal", "[0xc0.0.2.1]", 0, "literal-ipv4" },
	{ "one number", "[3221225985]", 0, "literal-ipv4" },
	{ "blank inside", "[192.0.2.1 ]", 0, "literal-ipv4" },
	{ "comment inside", "[192.0.2.1(x)]", 0, "literal-ipv4" },
	{ "nothing inside", "[]", 0, "literal-ipv4" },
	{ "no brackets", "192.0.2.1", 0, "literal-brackets" },
	{ "one bracket", "[192.0.2.1", 0, "literal-brackets" },
	{ "the other bracket", "192.0.2.1]", 0, "literal-brackets" },
	{ "brackets alone", "[", 0, "literal-brackets" },
	{ "nothing", "", 0, "literal-brackets" },
	{ "text before", "x[192.0.2.1]", 0, "literal-brackets" },
	{ "text behind", "[192.0.2.1]x", 0, "literal-brackets" },
	{ "twice", "[[192.0.2.1]]", 0, "literal-ipv4" },
	{ "IPv6-comp", "[IPv6:2001:DB8::1]", IP6, "2001:db8::1" },
	{ "tag in lower case", "[ipv6:2001:db8::1]", IP6, "2001:db8::1" },
	{ "tag in odd case", "[iPV6:::1]", IP6, "::1" },
	{ "all zeros", "[IPv6:::]", IP6, "::" },
	{ "IPv6-full", "[IPv6:1:2:3:4:5:6:7:8]", IP6, "1:2:3:4:5:6:7:8" },
	{ "seven groups", "[IPv6:1:2:3:4:5:6:7]", 0, "literal-ipv6" },
	{ "nine groups", "[IPv6:1:2:3:4:5:6:7:8:9]", 0, "literal-ipv6" },
	{ "six groups and ::", "[IPv6:1:2:3:4:5:6::]", IP6, "1:2:3:4:5:6::" },
	{ ":: in the middle of six", "[IPv6:1:2:3::4:5:6]", IP6,
	    "1:2:3::4:5:6" },
	{ ":: for one group at the end", "[IPv6:1:2:3:4:5:6:7::]", 0,
	    "literal-ipv6-group" },
	{ ":: for one group at the start", "[IPv6:::2:3:4:5:6:7:8]", 0,
	    "literal-ipv6-group" },
	{ ":: for one group inside", "[IPv6:1:2:3:4::6:7:8]", 0,
	    "literal-ipv6-group" },
	{ ":: for none", "[IPv6:1:2:3:4::5:6:7:8]", 0, "literal-ipv6" },
	{ "two ::", "[IPv6:2001:db8::1::2]", 0, "literal-ipv6" },
	{ ":::", "[IPv6::::]", 0, "literal-ipv6" },
	{ "five digits", "[IPv6:12345::1]", 0, "literal-ipv6" },
	{ "no digit", "[IPv6:2001:db8:::1]", 0, "literal-ipv6" },
	{ "foreign digit", "[IPv6:2001:dbg::1]", 0, "literal-ipv6" },
	{ "nothing behind the tag", "[IPv6:]", 0, "literal-ipv6" },
	{ "zone", "[IPv6:fe80::1%eth0]", 0, "literal-ipv6" },
	{ "IPv6v4-full", "[IPv6:1:2:3:4:5:6:192.0.2.1]", IP6,
	    "1:2:3:4:5:6:c000:201" },
	{ "IPv6v4-comp, mapped", "[IPv6:::ffff:192.0.2.1]", IP6,
	    "::ffff:192.0.2.1" },
	{ "IPv6v4-comp of four groups", "[IPv6:1:2:3:4::192.0.2.1]", IP6,
	    "1:2:3:4::c000:201" },
	{ "IPv6v4-comp of five groups", "[IPv6:1:2:3:4:5::192.0.2.1]", 0,
	    "literal-ipv6-group" },
	{ "IPv4 with the tag", "[IPv6:192.0.2.1]", 0, "literal-ipv6" },
	{ "leading zeros within", "[IPv6:::192.0.02.1]", 0, "literal-ipv6" },
	{ "blank behind the tag", "[IPv6: ::1]", 0, "literal-ipv6" },
	{ "no tag", "[2001:db8::1]", 0, "literal-tag" },
	{ "no tag, no address", "[1:2:3]", 0, "literal-tag" },
	{ "no tag, with zone", "[fe80::1%eth0]", 0, "literal-tag" },
	{ "empty tag", "[::1]", 0, "literal-tag" },
	{ "tag ends in hyphen", "[x-:y]", 0, "literal-tag" },
	{ "tag with underscore", "[x_y:z]", 0, "literal-tag" },
	{ "tag with blank", "[x y:z]", 0, "literal-tag" },
	{ "General", "[tag:text]", GENERAL, "" },
	{ "General, Ldh-str and dcontent", "[x-400:!Z^~:(a)@]", GENERAL, "" },
	{ "General, digits as tag", "[1:2]", GENERAL, "" },
	{ "General of nothing", "[tag:]", 0, "literal-text" },
	{ "dcontent has no blank", "[tag:a b]", 0, "literal-text" },
	{ "dcontent has no bracket", "[tag:a[b]", 0, "literal-text" },
	{ "dcontent has no backslash", "[tag:a\\b]", 0, "literal-text" },
	{ "dcontent has no 8-bit", "[tag:\xc3\xa9]", 0, "literal-text" },
	{ "dcontent has no DEL", "[tag:\x7f]", 0, "literal-text" },
};

START_TEST(reads_literals)
{
	char address[46] = "untouched";
	const char *reason = "untouched";
	int family = mailauth_addr_literal_parse(literals[_i].text,
	    strlen(literals[_i].text), address, sizeof address, &reason);

	ck_assert_msg(family == literals[_i].family, "%s: %s: family %d",
	    literals[_i].what, literals[_i].text, family);
	if (family != 0) {
		ck_assert_ptr_null(reason);
		ck_assert_msg(strcmp(address, literals[_i].out) == 0,
		    "%s: %s", literals[_i].what, address);
	} else {
		ck_assert_str_eq(address, "");
		ck_assert_msg(strcmp(reason, literals[_i].out) == 0,
		    "%s: %s", literals[_i].what, reason);
	}
	/* The same as a mailbox's domain, and alone. */
	struct mailauth_address *alone = mailauth_address_parse(
	    literals[_i].text, strlen(literals[_i].text));
	char box[100] = "u@";

	strcat(box, literals[_i].text);
	struct mailauth_address *whole =
	    mailauth_address_parse(box, strlen(box));

	if (literals[_i].text[0] == '[') {
		ck_assert_int_eq(mailauth_address_family(alone), family);
		ck_assert_int_eq(mailauth_address_family(whole), family);
		ck_assert_ptr_null(mailauth_address_local_part(alone, NULL));
	} else
		ck_assert(!mailauth_address_valid(alone));
	mailauth_address_free(alone);
	mailauth_address_free(whole);
}
END_TEST

START_TEST(bears_odd_calls)
{
	char small[45];
	const char *reason;

	ck_assert_int_eq(mailauth_addr_literal_parse("[::]", 4, small,
	    sizeof small, NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_addr_literal_parse(NULL, 1, NULL, 0, NULL),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_addr_literal_parse(NULL, 0, NULL, 0,
	    &reason), 0);
	ck_assert_str_eq(reason, "literal-brackets");
	ck_assert_int_eq(mailauth_addr_literal_parse("[192.0.2.1\0]", 12,
	    NULL, 0, NULL), 0);
	ck_assert(!mailauth_address_valid(NULL));
	ck_assert_ptr_null(mailauth_address_domain(NULL));
	mailauth_address_free(NULL);
	ck_assert_str_eq(mailauth_address_family_name(IP4), "ipv4");
	ck_assert_str_eq(mailauth_address_family_name(IP6), "ipv6");
	ck_assert_str_eq(mailauth_address_family_name(GENERAL), "general");
	ck_assert_str_eq(mailauth_address_family_name(DOMAIN), "domain");
	ck_assert_str_eq(mailauth_address_family_name(0), "unknown");
}
END_TEST

/* ---- Mailboxes ---- */

static const struct {
	const char *what, *text;
	const char *local, *domain;	/* local NULL: domain is the reason */
} mailboxes[] = {
	{ "Dot-string", "first.last@Example.COM", "first.last",
	    "example.com" },
	{ "every atext", "!#$%&'*+-/=?^_`{|}~@a", "!#$%&'*+-/=?^_`{|}~", "a" },
	{ "case is kept", "UsEr@a", "UsEr", "a" },
	{ "literal", "u@[192.0.2.1]", "u", "[192.0.2.1]" },
	{ "IPv6 literal, normal form", "u@[ipv6:2001:DB8:0::1]", "u",
	    "[IPv6:2001:db8::1]" },
	{ "General literal", "u@[x:Y]", "u", "[x:Y]" },
	{ "Quoted-string", "\"a b\"@a", "\"a b\"", "a" },
	{ "empty Quoted-string", "\"\"@a", "\"\"", "a" },
	{ "@ within quotes", "\"u@victim\"@a", "\"u@victim\"", "a" },
	{ "quoted-pair", "\"\\\"\\\\\\ x\"@a", "\"\\\"\\\\\\ x\"", "a" },
	{ "qtext without tab", "\"a\tb\"@a", NULL, "local-part-syntax" },
	{ "quoted-pair without tab", "\"a\\\tb\"@a", NULL,
	    "local-part-syntax" },
	{ "quoted-pair without 8-bit", "\"\\\xc3\xa9\"@a", NULL,
	    "local-part-syntax" },
	{ "quotes that do not end", "\"a@a", NULL, "local-part-syntax" },
	{ "quoted-pair that does not end", "\"a\\", NULL,
	    "local-part-syntax" },
	{ "text behind quotes", "\"a\"b@a", NULL, "local-part-syntax" },
	{ "quotes in an atom", "a\"b\"@a", NULL, "local-part-syntax" },
	{ "two dots", "a..b@a", NULL, "local-part-syntax" },
	{ "dot at the start", ".a@a", NULL, "local-part-syntax" },
	{ "dot at the end", "a.@a", NULL, "local-part-syntax" },
	{ "blank", "a b@a", NULL, "local-part-syntax" },
	{ "comment", "a(b)@a", NULL, "local-part-syntax" },
	{ "source route", "@x:a@a", NULL, "local-part-empty" },
	{ "brackets", "<a@a>", NULL, "local-part-syntax" },
	{ "backslash outside quotes", "a\\b@a", NULL, "local-part-syntax" },
	{ "CR", "a\r@a", NULL, "local-part-syntax" },
	{ "no local-part", "@a", NULL, "local-part-empty" },
	{ "nothing", "", NULL, "local-part-empty" },
	{ "no domain", "a@", NULL, "domain-empty" },
	{ "no @", "a", NULL, "domain-missing" },
	{ "no @ behind quotes", "\"a@b\"", NULL, "domain-missing" },
	{ "two @", "a@b@c", NULL, "domain-syntax" },
	{ "final dot", "a@a.", NULL, "domain-syntax" },
	{ "first dot", "a@.a", NULL, "domain-syntax" },
	{ "empty label", "a@a..b", NULL, "domain-syntax" },
	{ "underscore", "a@a_b.c", NULL, "domain-syntax" },
	{ "hyphen first", "a@-a.c", NULL, "domain-syntax" },
	{ "hyphen last", "a@a-.c", NULL, "domain-syntax" },
	{ "hyphens inside", "a@a--b.c", "a", "a--b.c" },
	{ "number as label", "a@1.2.3", "a", "1.2.3" },
	{ "blank in the domain", "a@a b", NULL, "domain-syntax" },
	{ "comment in the domain", "a@victim.com(.evil.com", NULL,
	    "domain-syntax" },
	{ "slash", "a@a/b", NULL, "domain-syntax" },
	{ "UTF-8 local-part (RFC 6531)", "\xc3\xa9@a", "\xc3\xa9", "a" },
	{ "UTF-8 in quotes", "\"\xc3\xa9 x\"@a", "\"\xc3\xa9 x\"", "a" },
	{ "U-label", "a@B\xc3\xbc" "cher.example", "a",
	    "xn--bcher-kva.example" },
	{ "no UTF-8 in the local-part", "\xff@a", NULL, "not-utf8" },
	{ "no UTF-8 in the domain", "a@\xc3", NULL, "not-utf8" },
	{ "full-width letters are no U-label", "a@\xef\xbd\x81.b", NULL,
	    "domain-syntax" },
	{ "ideographic dot", "a@b\xe3\x80\x82" "c", NULL, "domain-syntax" },
	{ "wrong literal", "a@[1.2.3]", NULL, "literal-ipv4" },
	{ "literal and more", "a@[192.0.2.1].b", NULL, "literal-brackets" },
	{ "literal as local-part", "[192.0.2.1]@a", NULL,
	    "literal-brackets" },
};

START_TEST(reads_mailboxes)
{
	const char *text = mailboxes[_i].text, *what = mailboxes[_i].what;
	struct mailauth_address *a = mailauth_address_parse(text,
	    strlen(text));
	const char *local;
	size_t n = 99;

	ck_assert_ptr_nonnull(a);
	local = mailauth_address_local_part(a, &n);
	ck_assert_msg(mailauth_address_valid(a) == (mailboxes[_i].local !=
	    NULL), "%s: %s", what, mailauth_address_reason(a));
	if (mailboxes[_i].local == NULL) {
		ck_assert_msg(strcmp(mailauth_address_reason(a),
		    mailboxes[_i].domain) == 0, "%s: %s", what,
		    mailauth_address_reason(a));
		ck_assert_ptr_nonnull(mailauth_address_detail(a));
		ck_assert(local == NULL && n == 0);
		ck_assert_ptr_null(mailauth_address_domain(a));
		ck_assert_ptr_null(mailauth_address_ip(a));
		ck_assert_int_eq(mailauth_address_family(a), 0);
	} else {
		ck_assert_ptr_null(mailauth_address_reason(a));
		ck_assert_ptr_null(mailauth_address_detail(a));
		ck_assert_msg(ma_eq(ma_slice(local, n),
		    ma_str(mailboxes[_i].local)), "%s: %s", what, local);
		ck_assert_msg(strcmp(mailauth_address_domain(a),
		    mailboxes[_i].domain) == 0, "%s: %s", what,
		    mailauth_address_domain(a));
	}
	mailauth_address_free(a);
}
END_TEST

/* RFC 5321 section 4.5.3.1: local-part 64, domain 253, mailbox 254 octets. */
static const struct {
	size_t local, domain;
	const char *reason;
} sizes[] = {
	{ 63, 10, NULL }, { 64, 10, NULL }, { 65, 10, "local-part-length" },
	{ 1, 251, NULL }, { 1, 252, NULL }, { 1, 253, "mailbox-length" },
	{ 1, 254, "domain-length" }, { 64, 189, NULL },
	{ 64, 190, "mailbox-length" }, { 65, 253, "local-part-length" },
	{ 64, 60000, "domain-length" }, { 60000, 10, "local-part-length" },
};

START_TEST(knows_limits)
{
	size_t n = sizes[_i].local + 1 + sizes[_i].domain;
	char *text = malloc(n);
	struct mailauth_address *a;
	const char *reason;

	memset(text, 'a', n);
	text[sizes[_i].local] = '@';
	/* Labels of 49 octets, from the right; the first is not empty. */
	for (size_t i = 2; i < sizes[_i].domain; i++)
		if (i % 50 == 49)
			text[n - 1 - i] = '.';
	if (text[sizes[_i].local + 1] == '.')
		text[sizes[_i].local + 1] = 'a';
	a = mailauth_address_parse(text, n);
	reason = mailauth_address_reason(a);
	ck_assert_msg(reason == sizes[_i].reason || (reason != NULL &&
	    sizes[_i].reason != NULL &&
	    strcmp(reason, sizes[_i].reason) == 0), "row %d: %s", _i, reason);
	mailauth_address_free(a);
	free(text);
}
END_TEST

START_TEST(knows_label_limits)
{
	char text[80] = "a@";
	struct mailauth_address *a;

	memset(text + 2, 'b', 63);
	a = mailauth_address_parse(text, 65);
	ck_assert(mailauth_address_valid(a));
	mailauth_address_free(a);
	text[65] = 'b';
	a = mailauth_address_parse(text, 66);
	ck_assert_str_eq(mailauth_address_reason(a), "domain-length");
	mailauth_address_free(a);
	/* A NUL stands nowhere. */
	a = mailauth_address_parse("a@b\0c", 5);
	ck_assert_str_eq(mailauth_address_reason(a), "domain-syntax");
	mailauth_address_free(a);
	a = mailauth_address_parse("a\0@b", 4);
	ck_assert_str_eq(mailauth_address_reason(a), "local-part-syntax");
	mailauth_address_free(a);
	a = mailauth_address_parse(NULL, 7);
	ck_assert_str_eq(mailauth_address_reason(a), "local-part-empty");
	mailauth_address_free(a);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("address");
	TCase *tc = tcase_create("address");

	tcase_add_loop_test(tc, reads_literals, 0, ROWS(literals));
	tcase_add_test(tc, bears_odd_calls);
	tcase_add_loop_test(tc, reads_mailboxes, 0, ROWS(mailboxes));
	tcase_add_loop_test(tc, knows_limits, 0, ROWS(sizes));
	tcase_add_test(tc, knows_label_limits);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
