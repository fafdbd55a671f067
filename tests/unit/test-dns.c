/*
 * The DNS room: names, replies, packets, zone text; and ldns, which must agree.
 */
#include <ldns/ldns.h>

#include "lookups/lookups.h"
#include "mailauth/resolver.h"
#include "packet.h"
#include "wrap.h"

/* ---- Names ---- */

#define L10 "abcdefghij"
#define L63 L10 L10 L10 L10 L10 L10 "abc"
#define L61 L10 L10 L10 L10 L10 L10 "a"
#define L62 L10 L10 L10 L10 L10 L10 "ab"
/* 63 + 1 + 63 + 1 + 63 + 1 + 61 = 253 octets of text, 255 of wire form. */
#define N253 L63 "." L63 "." L63 "." L61
#define N254 L63 "." L63 "." L63 "." L62

static const struct {
	const char *what, *in, *out;	/* out NULL: refused */
} mail_names[] = {
	{ "plain", "example.com", "example.com" },
	{ "RFC 1035 2.3.3 case", "EXAMPLE.Com", "example.com" },
	{ "one final dot", "example.com.", "example.com" },
	{ "two final dots", "example.com..", NULL },
	{ "root", ".", "." },
	{ "no text", "", NULL },
	{ "only dots", "..", NULL },
	{ "empty label first", ".example", NULL },
	{ "empty label within", "a..b", NULL },
	{ "RFC 1035 2.3.4 label of 63", L63, L63 },
	{ "RFC 1035 2.3.4 label of 64", L63 "x", NULL },
	{ "RFC 1035 2.3.4 name of 253", N253, N253 },
	{ "the same, final dot", N253 ".", N253 },
	{ "RFC 1035 2.3.4 name of 254", N254, NULL },
	{ "one label", "localhost", "localhost" },
	{ "underscore", "_x.a--b.2024_01", "_x.a--b.2024_01" },
	{ "a backslash is no escape here", "a\\.b", "a\\\\.b" },
	{ "blank and quote", "a b\"c", "a\\032b\\\"c" },
	{ "8-bit", "\xc3\xa9.example", "\\195\\169.example" },
	{ "8-bit has no case", "\xc4.example", "\\196.example" },
};

START_TEST(reads_names_as_mail_has_them)
{
	struct dname d;
	char text[NAME_TEXT];
	bool ok = ma_name_parse(ma_str(mail_names[_i].in), &d);

	ck_assert_msg(ok == (mail_names[_i].out != NULL), "%s",
	    mail_names[_i].what);
	if (!ok)
		return;
	ma_name_text(&d, text);
	ck_assert_msg(strcmp(text, mail_names[_i].out) == 0, "%s: %s",
	    mail_names[_i].what, text);
}
END_TEST

START_TEST(refuses_nul_in_names)
{
	struct dname d;
	bool nomem;

	ck_assert(!ma_name_parse(SLICE_LIT("evil.example\0.example"), &d));
	ck_assert(!ma_name_parse_utf8(SLICE_LIT("\xc3\xa9.a\0.b"), &d, &nomem));
	ck_assert(!ma_name_parse_utf8(SLICE_LIT("a\0\xc3\xa9.b"), &d, &nomem));
}
END_TEST

#define ORIGIN "sub.example"

static const struct {
	const char *what, *in, *out;
} master_names[] = {
	{ "RFC 1035 5.1 absolute", "a.example.", "a.example" },
	{ "RFC 1035 5.1 relative", "a", "a." ORIGIN },
	{ "RFC 1035 5.1 relative, two labels", "a.b", "a.b." ORIGIN },
	{ "RFC 1035 5.1 @", "@", ORIGIN },
	{ "root", ".", "." },
	{ "RFC 1035 5.1 \\X", "a\\.b.", "a\\.b" },
	{ "RFC 1035 5.1 \\DDD", "\\097\\046b.", "a\\.b" },
	{ "\\DDD of a capital has case", "\\065.", "a" },
	{ "NUL can be written", "a\\000.", "a\\000" },
	{ "escaped @ is a label", "\\@.", "\\@" },
	{ "escaped final dot is no end", "a\\.", "a\\.." ORIGIN },
	{ "over 255", "\\256.", NULL },
	{ "two digits", "\\25", NULL },
	{ "digits and more", "\\1a2.", NULL },
	{ "lone backslash", "a\\", NULL },
	{ "empty label", "a..b.", NULL },
	{ "dot first", ".a.", NULL },
	{ "no text", "", NULL },
	{ "label of 63, escaped", "\\a" L62 ".", "a" L62 },
	{ "label of 64", L63 "x.", NULL },
	{ "name of 253", N253 ".", N253 },
	{ "name of 254", N254 ".", NULL },
	{ "relative past 253", L63 "." L63 "." L63 "." L61, NULL },
};

START_TEST(reads_names_of_master_files)
{
	struct dname d, origin;
	char text[NAME_TEXT];
	bool ok;

	ck_assert(ma_name_parse(SLICE_LIT(ORIGIN), &origin));
	ok = ma_name_master(ma_str(master_names[_i].in), &origin, &d);
	ck_assert_msg(ok == (master_names[_i].out != NULL), "%s",
	    master_names[_i].what);
	if (!ok)
		return;
	ma_name_text(&d, text);
	ck_assert_msg(strcmp(text, master_names[_i].out) == 0, "%s: %s",
	    master_names[_i].what, text);
}
END_TEST

static const struct {
	const char *what, *in, *out;
} utf8_names[] = {
	{ "RFC 8616 3 U-label", "b\xc3\xbc" "cher.example",
	    "xn--bcher-kva.example" },
	{ "final dot", "b\xc3\xbc" "cher.example.", "xn--bcher-kva.example" },
	{ "capital U-label", "B\xc3\x9c" "CHER.Example",
	    "xn--bcher-kva.example" },
	{ "not NFC", "bu\xcc\x88" "cher.example", "xn--bcher-kva.example" },
	{ "non-transitional", "fa\xc3\x9f.example", "xn--fa-hia.example" },
	{ "ASCII labels beside stay", "_x.a--b.2024_01.b\xc3\xbc" "cher",
	    "_x.a--b.2024_01.xn--bcher-kva" },
	{ "only ASCII stays", "_x.a--b.2024_01", "_x.a--b.2024_01" },
	{ "A-label stays, right or not", "xn--a.XN--zzzz", "xn--a.xn--zzzz" },
	{ "invalid UTF-8", "b\xfc" "cher.example", NULL },
	{ "overlong dot", "a\xc0\xae" "b.example", NULL },
	{ "full-width letters are no U-label", "\xef\xbd\x81.example", NULL },
	{ "U+3002 is no dot", "a\xe3\x80\x82" "b.example", NULL },
	{ "U+2100 would become a/c", "\xe2\x84\x80.example", NULL },
	{ "disallowed", "\xe2\x98\x83\xef\xb7\xba.example", NULL },
	{ "empty label", "\xc3\xa9..example", NULL },
	{ "empty label last", "\xc3\xa9..", NULL },
	{ "bad ASCII label beside", L63 "x.\xc3\xa9", NULL },
	{ "root", ".", "." },
	{ "no text", "", NULL },
};

START_TEST(reads_names_of_utf8)
{
	struct dname d;
	char text[NAME_TEXT];
	bool nomem = true;
	bool ok = ma_name_parse_utf8(ma_str(utf8_names[_i].in), &d, &nomem);

	ck_assert(!nomem);
	ck_assert_msg(ok == (utf8_names[_i].out != NULL), "%s",
	    utf8_names[_i].what);
	if (!ok)
		return;
	ma_name_text(&d, text);
	ck_assert_msg(strcmp(text, utf8_names[_i].out) == 0, "%s: %s",
	    utf8_names[_i].what, text);
}
END_TEST

START_TEST(bounds_names_of_utf8)
{
	struct buf b = { 0 };
	struct dname d;
	bool nomem;

	/* Labels of 1 to 300 letters U+00FC; as A-labels 63 is passed early. */
	for (size_t n = 1; n <= 300; n++) {
		bool ok;

		ma_buf_str(&b, "\xc3\xbc");
		ok = ma_name_parse_utf8(ma_slice(b.p, b.n), &d, &nomem);
		ck_assert(!nomem);
		if (ok)
			ck_assert(d.n <= LABEL_MAX + 2);
		ck_assert_msg(ok ? n < LABEL_MAX : n > 1, "%zu letters", n);
	}
	/* A name: each "ue." becomes "xn--tda." of 8 octets: 31 of them fit. */
	ma_buf_clear(&b);
	for (size_t n = 1; n <= 40; n++) {
		ma_buf_str(&b, "\xc3\xbc.");
		ck_assert_msg(ma_name_parse_utf8(ma_slice(b.p, b.n), &d,
		    &nomem) == (n <= 31), "%zu labels", n);
	}
	ma_buf_free(&b);
}
END_TEST

/* Any octet in a label comes back from master-file text. */
START_TEST(writes_names_that_read_back)
{
	char wire[4] = { 1, 0, 0 };
	char text[NAME_TEXT];
	struct dname d, again;

	for (int c = 0; c < 256; c++) {
		wire[1] = (char)c;
		ck_assert(ma_name_wire(ma_slice(wire, 3), &d));
		ma_name_text(&d, text);
		ck_assert(ma_name_master(ma_str(text), NULL, &again));
		ck_assert_msg(ma_name_equal(&d, &again), "octet %d", c);
		for (const char *p = text; *p != '\0'; p++)
			ck_assert_msg(*p > ' ' && *p < 0x7f, "octet %d", c);
	}
}
END_TEST

START_TEST(writes_the_longest_text)
{
	struct dname d = { 0 }, again;
	char text[NAME_TEXT];
	char label[LABEL_MAX];

	memset(label, 0xff, sizeof label);
	for (int i = 0; i < 3; i++)
		ck_assert(ma_name_add(&d, label, LABEL_MAX));
	ck_assert(!ma_name_add(&d, label, 62));
	ck_assert(ma_name_add(&d, label, 61));
	d.w[d.n++] = 0;
	ck_assert_uint_eq(d.n, DNAME_MAX);
	ma_name_text(&d, text);
	ck_assert_uint_eq(strlen(text), NAME_TEXT - 6);
	ck_assert(ma_name_master(ma_str(text), NULL, &again));
	ck_assert(ma_name_equal(&d, &again));
}
END_TEST

static const struct {
	const char *what, *wire;
	bool ok;
} wires[] = {
	{ "root", "00", true },
	{ "one label", "01 61 00", true },
	{ "empty", "", false },
	{ "no root", "01 61", false },
	{ "more after the root", "01 61 00 00", false },
	{ "label past the end", "02 61 00", false },
	{ "pointer", "c0 00", false },
	{ "reserved kind", "40 00", false },
};

START_TEST(reads_wire_names)
{
	struct buf b = { 0 };
	struct dname d;

	ck_assert_msg(ma_name_wire(packet_from(&b, wires[_i].wire), &d) ==
	    wires[_i].ok, "%s", wires[_i].what);
	ma_buf_free(&b);
}
END_TEST

static struct dname
name_of(const char *text)
{
	struct dname d;

	ck_assert_msg(ma_name_parse(ma_str(text), &d), "%s", text);
	return d;
}

static const struct {
	const char *name, *top;
	bool within;
} tops[] = {
	{ "example.com", "example.com", true },
	{ "a.example.com", "example.com", true },
	{ "aexample.com", "example.com", false },
	{ "example.com", "a.example.com", false },
	{ "example.com", ".", true },
	{ ".", ".", true },
	{ "example.org", "example.com", false },
};

START_TEST(knows_what_is_within)
{
	struct dname d = name_of(tops[_i].name), top = name_of(tops[_i].top);

	ck_assert_msg(ma_name_within(&d, &top) == tops[_i].within, "%s in %s",
	    tops[_i].name, tops[_i].top);
}
END_TEST

START_TEST(cuts_and_lengthens_names)
{
	struct dname d = name_of("a.b.example"), r, whole = name_of(N253);
	struct ip ip;

	ck_assert_uint_eq(ma_name_labels(&d), 3);
	ma_name_last(&d, 2, &r);
	ck_assert(ma_name_equal(&r, &(struct dname){ 11, "\1b\7example" }));
	ma_name_last(&d, 9, &r);
	ck_assert(ma_name_equal(&r, &d));
	ma_name_last(&d, 0, &r);
	ck_assert_uint_eq(r.n, 1);
	ck_assert_uint_eq(ma_name_labels(&r), 0);
	ck_assert(ma_name_prepend(SLICE_LIT("_x._y"), &d, &d));
	r = name_of("_x._y.a.b.example");
	ck_assert(ma_name_equal(&r, &d));
	ck_assert(!ma_name_prepend(SLICE_LIT("a"), &whole, &r));
	ck_assert(!ma_name_prepend(SLICE_LIT(""), &d, &r));
	ck_assert(ma_ip_parse(SLICE_LIT("192.0.2.7"), &ip));
	ma_name_reverse(ip, &d);
	r = name_of("7.2.0.192.in-addr.arpa");
	ck_assert(ma_name_equal(&r, &d));
}
END_TEST

static const struct {
	const char *name;
	bool host;
} hosts[] = {
	{ "example.com", true }, { "1.2.3", true }, { "a-b.c", true },
	{ "-a.b", false }, { "a-.b", false }, { "a_b.c", false },
	{ ".", false }, { "a b.c", false }, { "\xc3\xa9.c", false },
};

START_TEST(knows_hosts)
{
	struct dname d = name_of(hosts[_i].name);

	ck_assert_msg(ma_name_is_host(&d) == hosts[_i].host, "%s",
	    hosts[_i].name);
}
END_TEST

static const struct {
	const char *in;
	unsigned type;			/* 0: refused */
	const char *out;
} types[] = {
	{ "txt", 16, "TXT" }, { "A", 1, "A" }, { "TYPE16", 16, "TXT" },
	{ "type65280", 65280, "TYPE65280" }, { "TYPE258", 258, "TYPE258" },
	{ "TYPE65535", 65535, "TYPE65535" },
	{ "TYPE0", 0, NULL }, { "TYPE65536", 0, NULL }, { "TYPE", 0, NULL },
	{ "TYPE-1", 0, NULL }, { "NOPE", 0, NULL }, { "", 0, NULL },
	{ "TYPE18446744073709551617", 0, NULL }, { "TLSA", 52, "TLSA" },
};

START_TEST(knows_types)
{
	char text[TYPE_TEXT];
	uint16_t type = 0;
	bool ok = ma_type_parse(ma_str(types[_i].in), &type);

	ck_assert_msg(ok == (types[_i].type != 0) && type == types[_i].type,
	    "%s", types[_i].in);
	if (!ok)
		return;
	ma_type_text(type, text);
	ck_assert_str_eq(text, types[_i].out);
}
END_TEST

/* ---- Replies ---- */

#define LONG_TXT "\"" L10 L10 L10 L10 L10 L10 L10 L10 L10 L10 L10 L10 "\""
#define SOA_RDATA "<ns.example> <root.example> 00000001 00000002 00000003 " \
	"00000004 "
#define MINIMUM "00000384"		/* 900 */

enum { FAILED = ANSWER_FAILED, RECORDS = ANSWER_RECORDS,
	NODATA = ANSWER_NODATA, NXDOMAIN = ANSWER_NXDOMAIN };

/* All ask for a.example; zone NULL: not looked at. */
static const struct reply_row {
	const char *what;
	uint16_t type;
	const char *packet;
	int status, why;
	uint32_t ttl;
	const char *zone;
} replies[] = {
	/* What types have. */
	{ "RFC 1035 3.4.1 A", TYPE_A,
	    REPLY(A, "0001") RR("c00c", A, MINUTE, "c0000201"),
	    RECORDS, 0, 60, "a.example. 60 IN A 192.0.2.1\n" },
	{ "A of 3 octets", TYPE_A,
	    REPLY(A, "0001") RR("c00c", A, MINUTE, "c00002"),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "A of 5 octets", TYPE_A,
	    REPLY(A, "0001") RR("c00c", A, MINUTE, "c000020100"),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "A of none", TYPE_A,
	    REPLY(A, "0001") RR("c00c", A, MINUTE, ""),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "RFC 3596 2.2 AAAA", TYPE_AAAA, REPLY(AAAA, "0001")
	    RR("c00c", AAAA, MINUTE, "20010db8000000000000000000000001"),
	    RECORDS, 0, 60, "a.example. 60 IN AAAA 2001:db8::1\n" },
	{ "AAAA of 4 octets", TYPE_AAAA,
	    REPLY(AAAA, "0001") RR("c00c", AAAA, MINUTE, "c0000201"),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "RFC 1035 3.3.14 TXT, strings joined", TYPE_TXT, REPLY(TXT, "0001")
	    RR("c00c", TXT, MINUTE, "03 \"v=s\" 00 04 \"pf1 \""),
	    RECORDS, 0, 60, "a.example. 60 IN TXT \"v=spf1 \"\n" },
	{ "TXT of one empty string", TYPE_TXT,
	    REPLY(TXT, "0001") RR("c00c", TXT, MINUTE, "00"),
	    RECORDS, 0, 60, "a.example. 60 IN TXT \"\"\n" },
	{ "RFC 1035 3.3.14 TXT without a string", TYPE_TXT,
	    REPLY(TXT, "0001") RR("c00c", TXT, MINUTE, ""),
	    RECORDS, 0, 60, "a.example. 60 IN TXT \"\"\n" },
	{ "TXT string past the rdata", TYPE_TXT,
	    REPLY(TXT, "0001") RR("c00c", TXT, MINUTE, "04 \"abc\""),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "TXT string past the rdata, within the packet", TYPE_TXT,
	    REPLY(TXT, "0002") RR("c00c", TXT, MINUTE, "02 \"ab\" 09")
	    RR("c00c", TXT, MINUTE, "09 \"123456789\""),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "TXT of any octets", TYPE_TXT, REPLY(TXT, "0001")
	    RR("c00c", TXT, MINUTE, "07 00 22 5c ff 3b 20 7f"),
	    RECORDS, 0, 60,
	    "a.example. 60 IN TXT \"\\000\\\"\\\\\\255; \\127\"\n" },
	{ "TXT over 255 octets is printed in strings", TYPE_TXT,
	    REPLY(TXT, "0001") RR("c00c", TXT, MINUTE, "78 " LONG_TXT
	    " 78 " LONG_TXT " 0c \"0123456789zz\" 06 \"!xxxxx\""),
	    RECORDS, 0, 60, "a.example. 60 IN TXT \""
	    L10 L10 L10 L10 L10 L10 L10 L10 L10 L10 L10 L10
	    L10 L10 L10 L10 L10 L10 L10 L10 L10 L10 L10 L10
	    "0123456789zz!xx\" \"xxx\"\n" },
	{ "RFC 1035 3.3.9 MX, name compressed", TYPE_MX, REPLY(MX, "0002")
	    RR("c00c", MX, MINUTE, "000a 02 \"MX\" c00e")
	    RR("c00c", MX, HOUR, "ffff <.>"),
	    RECORDS, 0, 60, "a.example. 60 IN MX 10 mx.example.\n"
	    "a.example. 3600 IN MX 65535 .\n" },
	{ "MX without a name", TYPE_MX,
	    REPLY(MX, "0001") RR("c00c", MX, MINUTE, "000a"),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "MX of one octet", TYPE_MX,
	    REPLY(MX, "0001") RR("c00c", MX, MINUTE, "00"),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "MX name ends before the rdata", TYPE_MX,
	    REPLY(MX, "0001") RR("c00c", MX, MINUTE, "000a <mx> 00"),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "MX name ends after the rdata", TYPE_MX, REPLY(MX, "0002")
	    RR("c00c", MX, MINUTE, "000a 02 \"m\"")
	    RR("<.>", MX, MINUTE, "000a <mx>"),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "RFC 1035 3.3.12 PTR", TYPE_PTR,
	    REPLY(PTR, "0001") RR("c00c", PTR, MINUTE, "04 \"Host\" c00c"),
	    RECORDS, 0, 60, "a.example. 60 IN PTR host.a.example.\n" },
	{ "PTR of none", TYPE_PTR,
	    REPLY(PTR, "0001") RR("c00c", PTR, MINUTE, ""),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "RFC 6698 2.1 TLSA", TYPE_TLSA,
	    REPLY(TLSA, "0001") RR("c00c", TLSA, MINUTE, "030101 a1b2"),
	    RECORDS, 0, 60, "a.example. 60 IN TLSA 3 1 1 a1b2\n" },
	{ "TLSA too short is printed as RFC 3597 has it", TYPE_TLSA,
	    REPLY(TLSA, "0002") RR("c00c", TLSA, MINUTE, "0301")
	    RR("c00c", TLSA, MINUTE, "030101"), RECORDS, 0, 60,
	    "a.example. 60 IN TLSA \\# 2 0301\n"
	    "a.example. 60 IN TLSA \\# 3 030101\n" },
	{ "RFC 3597 5 type without a word", 65280,
	    REPLY("ff00", "0002") RR("c00c", "ff00", MINUTE, "00 \"z\"")
	    RR("c00c", "ff00", MINUTE, ""), RECORDS, 0, 60,
	    "a.example. 60 IN TYPE65280 \\# 2 007a\n"
	    "a.example. 60 IN TYPE65280 \\# 0\n" },
	{ "type CNAME is an answer", TYPE_CNAME,
	    REPLY(CNAME, "0001") RR("c00c", CNAME, MINUTE, "<b.example>"),
	    RECORDS, 0, 60, "a.example. 60 IN CNAME b.example.\n" },
	{ "RFC 2181 10.1 two answers of type CNAME", TYPE_CNAME,
	    REPLY(CNAME, "0002") RR("c00c", CNAME, MINUTE, "<b.example>")
	    RR("c00c", CNAME, MINUTE, "<c.example>"),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },

	/* Is it a reply, and to this? */
	{ "RFC 1035 4.1.1 header cut", TYPE_A, "0000 8180 0001 0000 0000 00",
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0,
	    ";! a.example. A SERVFAIL\n" },
	{ "nothing", TYPE_A, "",
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "QR clear", TYPE_A, HEAD("0180", "0000", "0000", "0000") QUESTION(A),
	    FAILED, MAILAUTH_FAILURE_MISMATCH, 0, NULL },
	{ "another opcode", TYPE_A,
	    HEAD("a180", "0000", "0000", "0000") QUESTION(A),
	    FAILED, MAILAUTH_FAILURE_MISMATCH, 0, NULL },
	{ "no question", TYPE_A, "0000 8180 0000 0000 0000 0000",
	    FAILED, MAILAUTH_FAILURE_MISMATCH, 0, NULL },
	{ "two questions", TYPE_A,
	    "0000 8180 0002 0000 0000 0000 " QUESTION(A) QUESTION(A),
	    FAILED, MAILAUTH_FAILURE_MISMATCH, 0, NULL },
	{ "another name", TYPE_A,
	    HEAD("8180", "0001", "0000", "0000") "<b.example> 0001 0001 "
	    RR("<a.example>", A, MINUTE, "c0000201"),
	    FAILED, MAILAUTH_FAILURE_MISMATCH, 0, NULL },
	{ "another type", TYPE_A, REPLY(AAAA, "0000"),
	    FAILED, MAILAUTH_FAILURE_MISMATCH, 0, NULL },
	{ "another class", TYPE_A,
	    HEAD("8180", "0000", "0000", "0000") "<a.example> 0001 0003",
	    FAILED, MAILAUTH_FAILURE_MISMATCH, 0, NULL },
	{ "question cut", TYPE_A,
	    HEAD("8180", "0000", "0000", "0000") "<a.example> 0001 00",
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "question's name cut", TYPE_A,
	    HEAD("8180", "0000", "0000", "0000") "01 \"a\" 07 \"exam\"",
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "question a pointer to itself", TYPE_A,
	    HEAD("8180", "0000", "0000", "0000") "c00c 0001 0001",
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "question a pointer into the header", TYPE_A,
	    HEAD("8180", "0000", "0000", "0000") "c000 0001 0001",
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "RFC 1035 2.3.3 question in other case", TYPE_A,
	    HEAD("8180", "0001", "0000", "0000")
	    "01 \"A\" 07 \"EXamPLE\" 00 0001 0001"
	    RR("c00c", A, MINUTE, "c0000201"),
	    RECORDS, 0, 60, "a.example. 60 IN A 192.0.2.1\n" },

	/* RCODEs and TC. */
	{ "TC, cut in a record", TYPE_A,
	    HEAD("8380", "0002", "0000", "0000") QUESTION(A) "c00c 00",
	    FAILED, MAILAUTH_FAILURE_TRUNCATED, 0, NULL },
	{ "TC without the question", TYPE_A, "0000 8380 0001 0001 0000 0000",
	    FAILED, MAILAUTH_FAILURE_TRUNCATED, 0, NULL },
	{ "TC, all there", TYPE_A,
	    HEAD("8380", "0001", "0000", "0000") QUESTION(A)
	    RR("c00c", A, MINUTE, "c0000201"),
	    FAILED, MAILAUTH_FAILURE_TRUNCATED, 0, NULL },
	{ "SERVFAIL", TYPE_A, HEAD("8182", "0000", "0000", "0000") QUESTION(A),
	    FAILED, MAILAUTH_FAILURE_SERVFAIL, 0,
	    ";! a.example. A SERVFAIL\n" },
	{ "REFUSED", TYPE_A, HEAD("8185", "0000", "0000", "0000") QUESTION(A),
	    FAILED, MAILAUTH_FAILURE_REFUSED, 0, ";! a.example. A REFUSED\n" },
	{ "FORMERR", TYPE_A, HEAD("8181", "0000", "0000", "0000") QUESTION(A),
	    FAILED, MAILAUTH_FAILURE_RCODE, 0, ";! a.example. A SERVFAIL\n" },
	{ "FORMERR without the question", TYPE_A,
	    "0000 8181 0000 0000 0000 0000",
	    FAILED, MAILAUTH_FAILURE_RCODE, 0, NULL },
	{ "NOTIMP", TYPE_A, HEAD("8184", "0000", "0000", "0000") QUESTION(A),
	    FAILED, MAILAUTH_FAILURE_RCODE, 0, NULL },
	{ "YXDOMAIN", TYPE_A, HEAD("8186", "0000", "0000", "0000") QUESTION(A),
	    FAILED, MAILAUTH_FAILURE_RCODE, 0, NULL },
	{ "SERVFAIL with records", TYPE_A,
	    HEAD("8182", "0001", "0000", "0000") QUESTION(A)
	    RR("c00c", A, MINUTE, "c0000201"),
	    FAILED, MAILAUTH_FAILURE_SERVFAIL, 0, NULL },
	{ "RFC 6891 6.1.3 BADVERS", TYPE_A,
	    HEAD("8180", "0000", "0000", "0001") QUESTION(A)
	    "00 0029 04d0 01000000 0000",
	    FAILED, MAILAUTH_FAILURE_RCODE, 0, NULL },
	{ "RFC 6891 6.1.3 18 is not SERVFAIL", TYPE_A,
	    HEAD("8182", "0000", "0000", "0001") QUESTION(A)
	    "00 0029 04d0 01000000 0000",
	    FAILED, MAILAUTH_FAILURE_RCODE, 0, NULL },
	{ "RFC 6891 6.1.2 OPT with options", TYPE_A,
	    HEAD("8180", "0001", "0000", "0001") QUESTION(A)
	    RR("c00c", A, MINUTE, "c0000201")
	    "00 0029 04d0 00008000 [ 000a [ 0102030405060708 ] ]",
	    RECORDS, 0, 60, NULL },
	{ "RFC 6891 6.1.1 two OPT", TYPE_A,
	    HEAD("8180", "0000", "0000", "0002") QUESTION(A)
	    "00 0029 04d0 00000000 0000 00 0029 04d0 00000000 0000",
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "RFC 6891 6.1.2 OPT not of the root", TYPE_A,
	    HEAD("8180", "0000", "0000", "0001") QUESTION(A)
	    "c00c 0029 04d0 00000000 0000",
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },

	/* Lengths and counts that lie. */
	{ "a record less than promised", TYPE_A,
	    REPLY(A, "0002") RR("c00c", A, MINUTE, "c0000201"),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "an authority less than promised", TYPE_A,
	    HEAD("8180", "0001", "0001", "0000") QUESTION(A)
	    RR("c00c", A, MINUTE, "c0000201"),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "an additional less than promised", TYPE_A,
	    HEAD("8180", "0001", "0000", "ffff") QUESTION(A)
	    RR("c00c", A, MINUTE, "c0000201"),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "octets after the last record", TYPE_A,
	    REPLY(A, "0001") RR("c00c", A, MINUTE, "c0000201") "ffffff",
	    RECORDS, 0, 60, "a.example. 60 IN A 192.0.2.1\n" },
	{ "rdlength past the end", TYPE_A,
	    REPLY(A, "0001") "c00c 0001 0001 0000003c 0005 c0000201",
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "rdlength past the end, a record that is not ours", TYPE_A,
	    REPLY(A, "0001") "<b> 0001 0001 0000003c 0005 c0000201",
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "record cut before rdlength", TYPE_A,
	    REPLY(A, "0001") "c00c 0001 0001 0000003c 00",
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "pointer cut", TYPE_A, REPLY(A, "0001") "c0",
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },

	/* Pointers: RFC 1035 4.1.4. */
	{ "pointer to itself", TYPE_A,
	    REPLY(A, "0001") RR("c01b", A, MINUTE, "c0000201"),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "pointer forward", TYPE_A, REPLY(A, "0001")
	    RR("c01d", A, MINUTE, "c0000201"),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "pointer to the labels before it", TYPE_A,
	    REPLY(A, "0001") RR("01 \"a\" c01b", A, MINUTE, "c0000201"),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "pointer into the header", TYPE_A,
	    REPLY(A, "0001") RR("c002", A, MINUTE, "c0000201"),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "pointers to each other", TYPE_A, REPLY(A, "0002")
	    RR("<b>", "ff00", MINUTE, "c02a c028") /* rdata at 0028 */
	    RR("c02a", A, MINUTE, "c0000201"),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "pointer to a pointer", TYPE_A, REPLY(A, "0002")
	    RR("c00c", A, MINUTE, "c0000201")
	    RR("c01b", A, MINUTE, "c0000202"),
	    RECORDS, 0, 60, "a.example. 60 IN A 192.0.2.1\n"
	    "a.example. 60 IN A 192.0.2.2\n" },
	{ "pointer into another's rdata", TYPE_A, REPLY(A, "0002")
	    RR("<b>", "ff00", MINUTE, "01 \"a\" 07 \"example\" 00")
	    RR("c028", A, MINUTE, "c0000202"),
	    RECORDS, 0, 60, "a.example. 60 IN A 192.0.2.2\n" },
	{ "reserved kind 01", TYPE_A,
	    REPLY(A, "0001") RR("41 00", A, MINUTE, "c0000201"),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "reserved kind 10", TYPE_A,
	    REPLY(A, "0001") RR("8100", A, MINUTE, "c0000201"),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "name over 255 by a pointer", TYPE_A, REPLY(A, "0002")
	    RR("<" L63 "." L63 "." L63 "." L61 ">", "ff00", MINUTE, "")
	    RR("01 \"a\" c01b", "ff00", MINUTE, ""),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "name of 255 by a pointer", TYPE_A, REPLY(A, "0003")
	    RR("<" L63 "." L63 "." L63 ">", "ff00", MINUTE, "")
	    RR("3d \"" L61 "\" c01b", "ff00", MINUTE, "")
	    RR("c00c", A, MINUTE, "c0000201"), RECORDS, 0, 60, NULL },

	/* What belongs to the question. */
	{ "others' records", TYPE_A, REPLY(A, "0003")
	    RR("<b.example>", A, MINUTE, "c0000209")
	    RR("c00c", A, HOUR, "c0000201") RR("c00e", A, MINUTE, "c0000208"),
	    RECORDS, 0, 3600, "a.example. 3600 IN A 192.0.2.1\n" },
	{ "other types", TYPE_A, REPLY(A, "0002")
	    RR("c00c", "002e", MINUTE, "00") RR("c00c", A, HOUR, "c0000201"),
	    RECORDS, 0, 3600, "a.example. 3600 IN A 192.0.2.1\n" },
	{ "another class", TYPE_A, REPLY(A, "0001")
	    "c00c 0001 0003 0000003c [ c0000201 ]",
	    NODATA, 0, 0, ";! a.example. A NODATA\n" },
	{ "a record outside of the answer section", TYPE_A,
	    HEAD("8180", "0000", "0000", "0001") QUESTION(A)
	    RR("c00c", A, MINUTE, "c0000201"),
	    NODATA, 0, 0, ";! a.example. A NODATA\n" },
	{ "RFC 2181 5 equal records once, the lesser TTL", TYPE_TXT,
	    REPLY(TXT, "0003") RR("c00c", TXT, HOUR, "01 \"a\"")
	    RR("c00c", TXT, MINUTE, "01 \"b\"")
	    RR("<a.example>", TXT, MINUTE, "01 \"a\""),
	    RECORDS, 0, 60, "a.example. 60 IN TXT \"a\"\n"
	    "a.example. 60 IN TXT \"b\"\n" },
	{ "TXT of other strings is another record", TYPE_TXT,
	    REPLY(TXT, "0002") RR("c00c", TXT, MINUTE, "02 \"ab\" 01 \"c\"")
	    RR("c00c", TXT, MINUTE, "01 \"a\" 02 \"bc\""),
	    RECORDS, 0, 60, "a.example. 60 IN TXT \"abc\"\n"
	    "a.example. 60 IN TXT \"abc\" \"\"\n" },
	{ "names are equal whatever their case and pointers", TYPE_MX,
	    REPLY(MX, "0003") RR("c00c", MX, MINUTE, "0001 <mx.example>")
	    RR("c00c", MX, MINUTE, "0001 02 \"MX\" c00e")
	    RR("c00c", MX, MINUTE, "0002 02 \"MX\" c00e"),
	    RECORDS, 0, 60, "a.example. 60 IN MX 1 mx.example.\n"
	    "a.example. 60 IN MX 2 mx.example.\n" },
	{ "RFC 2181 8 TTL with the highest bit", TYPE_A, REPLY(A, "0001")
	    RR("c00c", A, "80000001", "c0000201"),
	    RECORDS, 0, 0, "a.example. 0 IN A 192.0.2.1\n" },
	{ "RFC 2181 8 the highest TTL", TYPE_A, REPLY(A, "0001")
	    RR("c00c", A, "7fffffff", "c0000201"),
	    RECORDS, 0, 2147483647, "a.example. 2147483647 IN A 192.0.2.1\n" },

	/* Chains. */
	{ "RFC 1034 3.6.2 alias", TYPE_A, REPLY(A, "0002")
	    RR("c00c", CNAME, MINUTE, "01 \"B\" c00e")
	    RR("<b.example>", A, HOUR, "c0000201"), RECORDS, 0, 60,
	    "a.example. 60 IN CNAME b.example.\n"
	    "b.example. 3600 IN A 192.0.2.1\n" },
	{ "chain, backwards", TYPE_A, REPLY(A, "0003")
	    RR("<c.example>", A, HOUR, "c0000201")
	    RR("<b.example>", CNAME, MINUTE, "<c.example>")
	    RR("c00c", CNAME, HOUR, "<b.example>"), RECORDS, 0, 60,
	    "a.example. 3600 IN CNAME b.example.\n"
	    "b.example. 60 IN CNAME c.example.\n"
	    "c.example. 3600 IN A 192.0.2.1\n" },
	{ "chain out of the packet", TYPE_A, REPLY(A, "0001")
	    RR("c00c", CNAME, MINUTE, "<b.example>"), NODATA, 0, 0,
	    "a.example. 60 IN CNAME b.example.\n;! b.example. A NODATA\n" },
	{ "records at another name than the chain's end", TYPE_A,
	    REPLY(A, "0002") RR("c00c", CNAME, MINUTE, "<b.example>")
	    RR("<c.example>", A, HOUR, "c0000201"), NODATA, 0, 0,
	    "a.example. 60 IN CNAME b.example.\n;! b.example. A NODATA\n" },
	{ "loop of one", TYPE_A, REPLY(A, "0001")
	    RR("c00c", CNAME, MINUTE, "c00c"),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "loop of two", TYPE_A, REPLY(A, "0002")
	    RR("<b.example>", CNAME, MINUTE, "<A.example>")
	    RR("c00c", CNAME, MINUTE, "<b.example>"),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "loop that leaves out the name asked", TYPE_A, REPLY(A, "0003")
	    RR("c00c", CNAME, MINUTE, "<b.example>")
	    RR("<b.example>", CNAME, MINUTE, "<c.example>")
	    RR("<c.example>", CNAME, MINUTE, "<b.example>"),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "RFC 2181 10.1 two aliases", TYPE_A, REPLY(A, "0002")
	    RR("c00c", CNAME, MINUTE, "<b.example>")
	    RR("c00c", CNAME, MINUTE, "<c.example>"),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "the same alias twice", TYPE_A, REPLY(A, "0003")
	    RR("c00c", CNAME, MINUTE, "<b.example>")
	    RR("c00c", CNAME, HOUR, "<B.example>")
	    RR("<b.example>", A, HOUR, "c0000201"), RECORDS, 0, 60,
	    "a.example. 60 IN CNAME b.example.\n"
	    "b.example. 3600 IN A 192.0.2.1\n" },
	{ "RFC 2181 10.1 alias and other data", TYPE_A, REPLY(A, "0002")
	    RR("c00c", A, MINUTE, "c0000201")
	    RR("c00c", CNAME, MINUTE, "<b.example>"),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "alias's name runs past its rdata", TYPE_A, REPLY(A, "0002")
	    RR("c00c", CNAME, MINUTE, "07 \"exa\"")
	    RR("c00c", A, MINUTE, "c0000201"),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "RFC 6672 3.1 DNAME and the CNAME made of it", TYPE_A,
	    REPLY(A, "0003") RR("c00e", "0027", MINUTE, "<example.net>")
	    RR("c00c", CNAME, MINUTE, "<a.example.net>")
	    RR("<a.example.net>", A, MINUTE, "c0000201"), RECORDS, 0, 60,
	    "a.example. 60 IN CNAME a.example.net.\n"
	    "a.example.net. 60 IN A 192.0.2.1\n" },
	{ "a broken alias that is not ours", TYPE_A, REPLY(A, "0002")
	    RR("<b.example>", CNAME, MINUTE, "c00c 00")
	    RR("c00c", A, MINUTE, "c0000201"), RECORDS, 0, 60, NULL },

	/* Negative answers. */
	{ "RFC 2308 2.1 NXDOMAIN", TYPE_A,
	    HEAD("8183", "0000", "0001", "0000") QUESTION(A)
	    RR("c00e", SOA, HOUR, SOA_RDATA MINIMUM),
	    NXDOMAIN, 0, 900, ";! a.example. A NXDOMAIN\n" },
	{ "RFC 2308 5 the SOA's TTL is less", TYPE_A,
	    HEAD("8183", "0000", "0001", "0000") QUESTION(A)
	    RR("c00e", SOA, MINUTE, SOA_RDATA MINIMUM),
	    NXDOMAIN, 0, 60, NULL },
	{ "RFC 2308 5 at most so long", TYPE_A,
	    HEAD("8183", "0000", "0001", "0000") QUESTION(A)
	    RR("c00e", SOA, "00015180", SOA_RDATA "00015180"),
	    NXDOMAIN, 0, NEGATIVE_TTL_MAX, NULL },
	{ "RFC 2308 5 no SOA, not kept", TYPE_A,
	    HEAD("8183", "0000", "0000", "0000") QUESTION(A),
	    NXDOMAIN, 0, 0, NULL },
	{ "a SOA of elsewhere", TYPE_A,
	    HEAD("8183", "0000", "0001", "0000") QUESTION(A)
	    RR("<example.net>", SOA, HOUR, SOA_RDATA MINIMUM),
	    NXDOMAIN, 0, 0, NULL },
	{ "SOA too short", TYPE_A,
	    HEAD("8183", "0000", "0001", "0000") QUESTION(A)
	    RR("c00e", SOA, HOUR, SOA_RDATA "0003"),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "RFC 2308 2.1 NXDOMAIN of an alias's target", TYPE_A,
	    HEAD("8183", "0001", "0001", "0000") QUESTION(A)
	    RR("c00c", CNAME, MINUTE, "<b.example>")
	    RR("c00e", SOA, HOUR, SOA_RDATA MINIMUM), NXDOMAIN, 0, 60,
	    "a.example. 60 IN CNAME b.example.\n;! b.example. A NXDOMAIN\n" },
	{ "RFC 2308 2.1 NXDOMAIN with such records", TYPE_A,
	    HEAD("8183", "0001", "0000", "0000") QUESTION(A)
	    RR("c00c", A, MINUTE, "c0000201"),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "RFC 2308 2.1 NXDOMAIN type 4: NS only", TYPE_A,
	    HEAD("8103", "0000", "0001", "0000") QUESTION(A)
	    RR("c00e", NS, HOUR, "<ns.example>"), NXDOMAIN, 0, 0, NULL },
	{ "RFC 2308 2.2 NODATA type 1", TYPE_A,
	    HEAD("8100", "0000", "0002", "0000") QUESTION(A)
	    RR("c00e", NS, HOUR, "<ns.example>")
	    RR("c00e", SOA, HOUR, SOA_RDATA MINIMUM),
	    NODATA, 0, 900, ";! a.example. A NODATA\n" },
	{ "RFC 2308 2.2 NODATA type 2", TYPE_A,
	    HEAD("8180", "0000", "0001", "0000") QUESTION(A)
	    RR("c00e", SOA, HOUR, SOA_RDATA MINIMUM), NODATA, 0, 900, NULL },
	{ "RFC 2308 2.2 NODATA type 3", TYPE_A, REPLY(A, "0000"),
	    NODATA, 0, 0, NULL },
	{ "RFC 2308 2.2 referral", TYPE_A,
	    HEAD("8100", "0000", "0001", "0000") QUESTION(A)
	    RR("c00e", NS, HOUR, "<ns.example>"),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "RFC 2308 2.2 referral after an alias", TYPE_A,
	    HEAD("8500", "0001", "0001", "0000") QUESTION(A)
	    RR("c00c", CNAME, HOUR, "<x.example>")
	    RR("c00e", NS, HOUR, "<ns.example>"),
	    FAILED, MAILAUTH_FAILURE_MALFORMED, 0, NULL },
	{ "NS only, of a server that recurses", TYPE_A,
	    HEAD("8180", "0000", "0001", "0000") QUESTION(A)
	    RR("c00e", NS, HOUR, "<ns.example>"), NODATA, 0, 0, NULL },
	{ "NS in the answer section is no referral", TYPE_A,
	    HEAD("8100", "0001", "0000", "0000") QUESTION(A)
	    RR("c00e", NS, HOUR, "<ns.example>"), NODATA, 0, 0, NULL },
	{ "records, with NS and without RA", TYPE_A,
	    HEAD("8500", "0001", "0001", "0000") QUESTION(A)
	    RR("c00c", A, MINUTE, "c0000201")
	    RR("c00e", NS, HOUR, "<ns.example>"), RECORDS, 0, 60, NULL },
};

static struct answer
read_packet(struct slice packet, uint16_t type, size_t max, struct arena *arena)
{
	struct dname name = name_of("a.example");
	struct answer answer;

	ck_assert(ma_reply_read(packet, &name, type, max, arena, &answer));
	return answer;
}

START_TEST(reads_replies)
{
	const struct reply_row *row = &replies[_i];
	struct dname name = name_of("a.example");
	struct buf b = { 0 }, zone = { 0 };
	struct arena arena = { 0 };
	struct slice in = packet_from(&b, row->packet);
	struct answer got;
	char *copy = malloc(in.n > 0 ? in.n : 1);	/* for ASan */

	if (in.n > 0)
		memcpy(copy, in.p, in.n);
	got = read_packet(ma_slice(copy, in.n), row->type, 4096, &arena);
	free(copy);
	ck_assert_msg((int)got.status == row->status && got.why == row->why,
	    "%s: status %d, %s", row->what, (int)got.status,
	    mailauth_failure_name(got.why));
	ck_assert_msg(got.ttl == row->ttl, "%s: ttl %u", row->what, got.ttl);
	ck_assert_msg((got.count > 0) == (row->status == RECORDS), "%s",
	    row->what);
	ck_assert(!got.secure);
	ck_assert(ma_zone_text(&zone, &name, row->type, &got));
	if (row->zone != NULL)
		ck_assert_msg(ma_eq(ma_slice(zone.p, zone.n),
		    ma_str(row->zone)), "%s:\n%.*s", row->what, (int)zone.n,
		    zone.p);
	ma_buf_free(&zone);
	ma_buf_free(&b);
	ma_arena_free(&arena);
}
END_TEST

/* No octet can be taken away from what must be read whole. */
START_TEST(refuses_replies_that_are_cut)
{
	const struct reply_row *row = &replies[_i];
	struct buf b = { 0 };
	struct slice in = packet_from(&b, row->packet);
	struct arena arena = { 0 };

	if (row->status == FAILED ||
	    strcmp(row->what, "octets after the last record") == 0)
		in.n = 0;
	for (size_t n = 0; n < in.n; n++) {
		char *copy = malloc(n > 0 ? n : 1);
		struct answer got;

		memcpy(copy, in.p, n);
		got = read_packet(ma_slice(copy, n), row->type, 4096, &arena);
		free(copy);
		ck_assert_msg(got.status == ANSWER_FAILED &&
		    got.why == MAILAUTH_FAILURE_MALFORMED,
		    "%s, %zu octets: %d", row->what, n, (int)got.status);
	}
	ma_arena_free(&arena);
	ma_buf_free(&b);
}
END_TEST

/* The zone-file resolver makes the same answer of what was printed. */
START_TEST(prints_what_the_zone_resolver_reads)
{
	const struct reply_row *row = &replies[_i];
	struct dname name = name_of("a.example");
	struct buf b = { 0 }, zone = { 0 };
	struct arena arena = { 0 };
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q;
	struct mailauth_resolver *r;
	struct answer got;
	char error[200] = "";
	void *flight;
	size_t n;
	char *again;

	got = read_packet(packet_from(&b, row->packet), row->type, 4096,
	    &arena);
	got.secure = _i % 2 == 1;
	ck_assert(ma_zone_text(&zone, &name, row->type, &got));
	ck_assert_msg(mailauth_resolver_new_zone(zone.p, zone.n, "zone", &r,
	    error, sizeof error) == MAILAUTH_DONE, "%s: %s", row->what, error);
	ck_assert_ptr_nonnull(ma_lookups_question(l, &name, row->type));
	q = mailauth_lookups_next(l);
	ck_assert_int_eq(mailauth_resolver_begin(r, &flight), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_resolver_ask(r, flight, q), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_resolver_wait(r, flight, -1), 1);
	mailauth_resolver_end(r, flight);
	n = mailauth_lookups_zone(l, NULL, 0);
	again = malloc(n + 1);
	mailauth_lookups_zone(l, again, n + 1);
	/* A failure is never secure. */
	if (got.status == ANSWER_FAILED) {
		got.secure = false;
		ma_buf_clear(&zone);
		ck_assert(ma_zone_text(&zone, &name, row->type, &got));
	}
	ck_assert_msg(ma_eq(ma_slice(zone.p, zone.n), ma_slice(again, n)),
	    "%s:\n%.*s%s", row->what, (int)zone.n, zone.p, again);
	free(again);
	mailauth_resolver_free(r);
	mailauth_lookups_free(l);
	ma_arena_free(&arena);
	ma_buf_free(&zone);
	ma_buf_free(&b);
}
END_TEST

/* The i-th request for memory fails; then the same answer comes out. */
START_TEST(bears_lack_of_memory)
{
	const struct reply_row *row = &replies[_i];
	struct dname name = name_of("a.example");
	struct buf b = { 0 }, zone = { 0 };
	struct slice in = packet_from(&b, row->packet);
	struct arena arena = { 0 };
	struct answer got;
	bool ok = false;

	for (size_t i = 0; !ok; i++) {
		wrap_start(i);
		ok = ma_reply_read(in, &name, row->type, 4096, &arena, &got);
		ck_assert(ok || wrap_requests == i + 1);
		ma_arena_free(&arena);
	}
	wrap_start(SIZE_MAX);
	got = read_packet(in, row->type, 4096, &arena);
	ck_assert_int_eq(got.status, row->status);
	ok = false;
	for (size_t i = 0; !ok; i++) {
		ma_buf_free(&zone);
		wrap_start(i);
		ok = ma_zone_text(&zone, &name, row->type, &got);
		ck_assert(ok || wrap_requests == i + 1);
	}
	if (row->zone != NULL)
		ck_assert(ma_eq(ma_slice(zone.p, zone.n), ma_str(row->zone)));
	wrap_start(SIZE_MAX);
	ma_buf_free(&zone);
	ma_buf_free(&b);
	ma_arena_free(&arena);
}
END_TEST

/* n0.example is a.example, then n1 ... each an alias of the next. */
static struct slice
chain_packet(struct buf *b, unsigned aliases, bool backwards)
{
	char text[200];

	ma_buf_clear(b);
	snprintf(text, sizeof text, "0000 8180 0001 %04x 0000 0000 "
	    QUESTION(A), aliases + 1);
	packet_put(b, ma_str(text));
	for (unsigned i = 0; i <= aliases; i++) {
		unsigned k = backwards ? aliases - i : i;
		char owner[40] = "<a.example>";

		if (k > 0)
			snprintf(owner, sizeof owner, "<n%u.example>", k);
		if (k < aliases)
			snprintf(text, sizeof text, "%s 0005 0001 %08x "
			    "[ <n%u.example> ]", owner, 100 + k, k + 1);
		else
			snprintf(text, sizeof text,
			    "%s 0001 0001 00000e10 [ 7f000001 ]", owner);
		packet_put(b, ma_str(text));
	}
	return ma_slice(b->p, b->n);
}

START_TEST(follows_chains_so_far)
{
	struct buf b = { 0 };
	struct arena arena = { 0 };
	struct answer got;

	for (unsigned n = 0; n <= MAX_ALIASES + 3; n++)
		for (int backwards = 0; backwards < 2; backwards++) {
			struct slice in = chain_packet(&b, n, backwards > 0);

			got = read_packet(in, TYPE_A, 4096, &arena);
			if (n > MAX_ALIASES) {
				ck_assert_int_eq(got.why,
				    MAILAUTH_FAILURE_LIMIT);
				continue;
			}
			ck_assert_int_eq(got.status, ANSWER_RECORDS);
			ck_assert_uint_eq(got.aliases, n);
			ck_assert_uint_eq(got.count, 1);
			ck_assert_uint_eq(got.ttl, n > 0 ? 100 : 3600);
			for (unsigned i = 0; i < n; i++)
				ck_assert_uint_eq(got.chain[i].ttl, 100 + i);
			for (unsigned i = 1; i < n; i++)
				ck_assert(ma_eq(got.chain[i].owner,
				    got.chain[i - 1].target));
		}
	ma_arena_free(&arena);
	ma_buf_free(&b);
}
END_TEST

/* Records and aliases together; what is not the question's does not count. */
START_TEST(counts_against_the_limit)
{
	struct buf b = { 0 };
	struct arena arena = { 0 };
	struct slice in = chain_packet(&b, 3, false);

	ck_assert_int_eq(read_packet(in, TYPE_A, 4, &arena).status,
	    ANSWER_RECORDS);
	ck_assert_int_eq(read_packet(in, TYPE_A, 3, &arena).why,
	    MAILAUTH_FAILURE_LIMIT);
	in = packet_from(&b, REPLY(A, "0003") RR("<b>", A, MINUTE, "c0000201")
	    RR("c00c", A, MINUTE, "c0000201") RR("<c>", A, MINUTE, "c0000201"));
	ck_assert_int_eq(read_packet(in, TYPE_A, 1, &arena).status,
	    ANSWER_RECORDS);
	ma_arena_free(&arena);
	ma_buf_free(&b);
}
END_TEST

/* ---- Floods: what is taken grows with the packet, no faster ---- */

/* So many equal pieces after the head; the count of answers set. */
static struct slice
flood(struct buf *b, const char *type, const char *piece, size_t size)
{
	char head[200];
	size_t n = 0, before;

	ma_buf_clear(b);
	snprintf(head, sizeof head, HEAD("8180", "0000", "0000", "0000")
	    "<a.example> %s 0001", type);
	packet_put(b, ma_str(head));
	do {
		before = b->n;
		packet_put(b, ma_str(piece));
		n++;
	} while (b->n + (b->n - before) <= size);
	b->p[6] = (char)(n >> 8);
	b->p[7] = (char)n;
	return ma_slice(b->p, b->n);
}

START_TEST(reads_65000_empty_strings)
{
	struct buf b = { 0 };
	struct arena arena = { 0 };
	struct answer got;
	size_t strings = 65000;

	packet_from(&b, REPLY(TXT, "0001") "c00c 0010 0001 00000001 fde8");
	for (size_t i = 0; i < strings; i++)
		ma_buf_char(&b, '\0');
	wrap_start(SIZE_MAX);
	got = read_packet(ma_slice(b.p, b.n), TYPE_TXT, 4096, &arena);
	ck_assert_int_eq(got.status, ANSWER_RECORDS);
	ck_assert_uint_eq(got.count, 1);
	ck_assert_uint_eq(got.records[0].data.n, 0);
	ck_assert_uint_lt(wrap_octets, 2 * b.n);
	/* No packet is longer than a TCP length says. */
	while (b.n < PACKET_MAX)
		ma_buf_char(&b, '\0');
	got = read_packet(ma_slice(b.p, b.n), TYPE_TXT, 4096, &arena);
	ck_assert_int_eq(got.status, ANSWER_RECORDS);
	ma_buf_char(&b, '\0');
	got = read_packet(ma_slice(b.p, b.n), TYPE_TXT, 4096, &arena);
	ck_assert_int_eq(got.why, MAILAUTH_FAILURE_MALFORMED);
	ma_arena_free(&arena);
	ma_buf_free(&b);
}
END_TEST

START_TEST(bears_floods_of_records)
{
	struct buf b = { 0 };
	struct arena arena = { 0 };
	struct slice in;
	struct answer got;

	/* One record 4000 times is one record. */
	in = flood(&b, A, RR("c00c", A, MINUTE, "c0000201"), 65535);
	got = read_packet(in, TYPE_A, 8192, &arena);
	ck_assert_int_eq(got.status, ANSWER_RECORDS);
	ck_assert_uint_eq(got.count, 1);
	ck_assert_int_eq(read_packet(in, TYPE_A, 4000, &arena).why,
	    MAILAUTH_FAILURE_LIMIT);
	/* The same, one octet different each: all are kept, in their order. */
	for (size_t at = 0x1b, i = 0; at < in.n; at += 16, i++) {
		b.p[at + 14] = (char)(i >> 8);
		b.p[at + 15] = (char)i;
	}
	wrap_start(SIZE_MAX);
	ma_arena_free(&arena);
	got = read_packet(in, TYPE_A, 8192, &arena);
	ck_assert_uint_eq(got.count, (in.n - 0x1b) / 16);
	for (size_t i = 0; i < got.count; i++)
		ck_assert(got.records[i].data.p[2] == (char)(i >> 8) &&
		    got.records[i].data.p[3] == (char)i);
	ck_assert_uint_lt(wrap_octets, 8 * in.n);
	/* Aliases of the name asked, all the same. */
	in = flood(&b, A, RR("c00c", CNAME, MINUTE, "c00e"), 65535);
	got = read_packet(in, TYPE_A, 8192, &arena);
	ck_assert_int_eq(got.status, ANSWER_NODATA);
	ck_assert_uint_eq(got.aliases, 1);
	ma_arena_free(&arena);
	ma_buf_free(&b);
}
END_TEST

/* A name may take so many pointers; longer chains of them are refused. */
START_TEST(bears_floods_of_pointers)
{
	struct buf b = { 0 };
	struct arena arena = { 0 };

	for (unsigned jumps = 120; jumps < 8000;
	    jumps += jumps < 135 ? 1 : 997) {
		struct answer got;
		char owner[20];

		/* rdata: a pointer to the question, each next to the last. */
		packet_from(&b, REPLY(A, "0002") "00 ff00 0001 00000001 0000");
		b.p[b.n - 2] = (char)(2 * jumps >> 8);
		b.p[b.n - 1] = (char)(2 * jumps);
		for (unsigned i = 0; i < jumps; i++) {
			size_t to = i == 0 ? 12 : b.n - 2;

			ma_buf_char(&b, (char)(0xc0 + (to >> 8)));
			ma_buf_char(&b, (char)to);
		}
		snprintf(owner, sizeof owner, "%04zx", 0xc000 | (b.n - 2));
		packet_put(&b, ma_str(owner));
		packet_put(&b, SLICE_LIT("0001 0001 0000003c [ c0000201 ]"));
		got = read_packet(ma_slice(b.p, b.n), TYPE_A, 4096, &arena);
		ck_assert_msg(got.status == (jumps < 127 ? ANSWER_RECORDS :
		    ANSWER_FAILED), "%u jumps", jumps);
	}
	ma_arena_free(&arena);
	ma_buf_free(&b);
}
END_TEST

/* ---- Packets made ---- */

START_TEST(makes_packets)
{
	struct dname name = name_of("A.Example"), other = name_of("b.example");
	struct buf b = { 0 };
	struct packet p;

	ck_assert(ma_packet_begin(&p, &name, TYPE_TXT, RCODE_NXDOMAIN));
	ck_assert(ma_eq(ma_slice(p.b.p, p.b.n), packet_from(&b,
	    HEAD("8183", "0000", "0000", "0000") QUESTION(TXT))));
	ck_assert_int_eq(ma_packet_add(&p, &name, TYPE_CNAME, 60,
	    ma_slice(other.w, other.n)), MAILAUTH_DONE);
	ck_assert_int_eq(ma_packet_add(&p, &other, TYPE_TXT, UINT32_MAX,
	    SLICE_LIT("\1x")), MAILAUTH_DONE);
	ck_assert_int_eq(ma_packet_add_authority(&p, &other, TYPE_NS, 1,
	    ma_slice(name.w, name.n)), MAILAUTH_DONE);
	ck_assert(ma_eq(ma_slice(p.b.p, p.b.n), packet_from(&b,
	    HEAD("8183", "0002", "0001", "0000") QUESTION(TXT)
	    RR("c00c", CNAME, MINUTE, "<b.example>")
	    RR("<b.example>", TXT, "7fffffff", "01 \"x\"")
	    RR("<b.example>", NS, "00000001", "<a.example>"))));
	ck_assert_int_eq(ma_packet_add(&p, &name, TYPE_TXT, 60,
	    SLICE_LIT("\1x")), MAILAUTH_EUSE);
	ck_assert(ma_eq(ma_slice(p.b.p, p.b.n), ma_slice(b.p, b.n)));
	ma_packet_free(&p);
	ma_buf_free(&b);
}
END_TEST

START_TEST(makes_packets_up_to_65535)
{
	static const char zeros[PACKET_MAX + 1];
	struct dname name = name_of("a.example");
	struct packet p;
	size_t room, before;

	ck_assert(ma_packet_begin(&p, &name, TYPE_TXT, 0));
	room = PACKET_MAX - p.b.n - 12;
	before = p.b.n;
	ck_assert_int_eq(ma_packet_add(&p, &name, TYPE_TXT, 0,
	    ma_slice(zeros, room + 1)), MAILAUTH_ESYNTAX);
	ck_assert_int_eq(ma_packet_add(&p, &name, TYPE_TXT, 0,
	    ma_slice(zeros, sizeof zeros)), MAILAUTH_ESYNTAX);
	ck_assert(p.b.n == before && p.answers == 0 && p.b.p[7] == 0);
	ck_assert_int_eq(ma_packet_add(&p, &name, TYPE_TXT, 0,
	    ma_slice(zeros, room)), MAILAUTH_DONE);
	ck_assert_uint_eq(p.b.n, PACKET_MAX);
	ma_packet_free(&p);
}
END_TEST

START_TEST(makes_packets_again_after_lack_of_memory)
{
	struct dname name = name_of("a.example");
	char text[300] = { 0 };
	struct packet p;

	wrap_start(0);
	ck_assert(!ma_packet_begin(&p, &name, TYPE_TXT, 0));
	ma_packet_free(&p);
	wrap_start(1);
	ck_assert(ma_packet_begin(&p, &name, TYPE_TXT, 0));
	ck_assert_int_eq(ma_packet_add(&p, &name, TYPE_TXT, 0,
	    ma_slice(text, sizeof text)), MAILAUTH_ENOMEM);
	ck_assert(p.b.n == 0x1b && p.b.p[7] == 0);
	ck_assert_int_eq(ma_packet_add(&p, &name, TYPE_TXT, 0,
	    ma_slice(text, sizeof text)), MAILAUTH_DONE);
	ck_assert(p.b.n == 0x1b + 12 + sizeof text && p.b.p[7] == 1);
	wrap_start(SIZE_MAX);
	ma_packet_free(&p);
}
END_TEST

START_TEST(prints_failures_and_secure)
{
	static const struct {
		int why;
		const char *zone;
	} rows[] = {
		{ MAILAUTH_FAILURE_TIMEOUT, ";! a.example. TXT TIMEOUT\n" },
		{ MAILAUTH_FAILURE_NETWORK, ";! a.example. TXT TIMEOUT\n" },
		{ MAILAUTH_FAILURE_REFUSED, ";! a.example. TXT REFUSED\n" },
		{ MAILAUTH_FAILURE_BOGUS, ";! a.example. TXT SERVFAIL\n" },
		{ MAILAUTH_FAILURE_LIMIT, ";! a.example. TXT SERVFAIL\n" },
	};
	struct dname name = name_of("a.example"), odd;
	struct record rec = { .data = SLICE_LIT("x"), .ttl = 5 };
	struct answer a = { .status = ANSWER_RECORDS, .secure = true,
		.count = 1, .records = &rec };
	struct buf b = { 0 };

	ck_assert(ma_name_wire(SLICE_LIT("\3 .;\0"), &odd));
	ck_assert(ma_zone_text(&b, &odd, TYPE_TXT, &a));
	ck_assert(ma_eq(ma_slice(b.p, b.n), SLICE_LIT(
	    "\\032\\.\\;. 5 IN TXT \"x\"\n;! \\032\\.\\;. TXT secure\n")));
	a = (struct answer){ .status = ANSWER_NODATA, .secure = true };
	ma_name_root(&odd);
	ma_buf_clear(&b);
	ck_assert(ma_zone_text(&b, &odd, TYPE_MX, &a));
	ck_assert(ma_eq(ma_slice(b.p, b.n),
	    SLICE_LIT(";! . MX NODATA\n;! . MX secure\n")));
	for (size_t i = 0; i < COUNT(rows); i++) {
		a = (struct answer){ .status = ANSWER_FAILED,
			.why = rows[i].why };
		ma_buf_clear(&b);
		ck_assert(ma_zone_text(&b, &name, TYPE_TXT, &a));
		ck_assert(ma_eq(ma_slice(b.p, b.n), ma_str(rows[i].zone)));
	}
	ma_buf_free(&b);
}
END_TEST

/* ---- ldns, an implementation that is not ours ---- */

static uint32_t seed;

static uint32_t
dice(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

static void
ldns_line(ldns_pkt *pkt, const char *line)
{
	ldns_rr *rr;

	ck_assert_msg(ldns_rr_new_frm_str(&rr, line, 0, NULL, NULL) ==
	    LDNS_STATUS_OK, "%s", line);
	ldns_pkt_push_rr(pkt, LDNS_SECTION_ANSWER, rr);
}

/* A random chain and random records after it, as lines; the names overlap. */
static size_t
random_lines(char lines[24][400], const char *type)
{
	unsigned aliases = dice(4), records = 1 + dice(8);
	char owner[100] = "a.example.", next[100];
	size_t n = 0;

	for (unsigned i = 0; i < aliases; i++) {
		snprintf(next, sizeof next, "n%u.%s%s", i,
		    dice(2) ? "sub.a." : "", dice(2) ? "example." : "test.");
		snprintf(lines[n++], 400, "%s %u IN CNAME %s", owner,
		    dice(9999), next);
		memcpy(owner, next, sizeof owner);
	}
	for (unsigned i = 0; i < records; i++) {
		char *line = lines[n++];
		int at = snprintf(line, 400, "%s %u IN %s ", owner, dice(9999),
		    type);
		size_t left = 400 - (size_t)at;

		if (strcmp(type, "A") == 0)
			snprintf(line + at, left, "192.0.2.%u", i);
		else if (strcmp(type, "MX") == 0)
			snprintf(line + at, left, "%u mx%u.%s", dice(65536), i,
			    dice(2) ? "a.example." : owner);
		else
			snprintf(line + at, left, "\"%u\\000\\\"\" \"%u;\"", i,
			    dice(100));
	}
	return n;
}

static uint16_t
ldns_type(const char *type)
{
	uint16_t v = 0;

	ck_assert(ma_type_parse(ma_str(type), &v));
	return v;
}

/* What ldns packs, compressed, must be read; and be the same lines in print. */
START_TEST(reads_what_ldns_packs)
{
	static const char *const kinds[] = { "A", "MX", "TXT" };
	const char *kind = kinds[_i % 3];
	char lines[24][400];
	ldns_pkt *pkt;
	uint8_t *wire;
	size_t n, size, used = 0;
	struct arena arena = { 0 };
	struct answer got;
	struct buf b = { 0 };
	struct dname name = name_of("a.example");
	struct slice text;

	seed = (uint32_t)_i;
	n = random_lines(lines, kind);
	pkt = ldns_pkt_query_new(ldns_dname_new_frm_str("a.example."),
	    (ldns_rr_type)ldns_type(kind), LDNS_RR_CLASS_IN, LDNS_RD | LDNS_QR);
	ck_assert_ptr_nonnull(pkt);
	for (size_t i = 0; i < n; i++)
		ldns_line(pkt, lines[i]);
	ck_assert(ldns_pkt2wire(&wire, pkt, &size) == LDNS_STATUS_OK);
	got = read_packet(ma_slice(wire, size), ldns_type(kind), 4096, &arena);
	ck_assert_int_eq(got.status, ANSWER_RECORDS);
	ck_assert_uint_eq(got.aliases + got.count, n);
	ck_assert(ma_zone_text(&b, &name, ldns_type(kind), &got));
	text = ma_slice(b.p, b.n);
	for (size_t i = 0; i < n; i++) {
		struct slice cut = ma_cut(&text, '\n');
		char *line = strndup(cut.p, cut.n);
		ldns_rr *ours, *theirs;

		ck_assert(ldns_rr_new_frm_str(&ours, line, 0, NULL, NULL) ==
		    LDNS_STATUS_OK);
		theirs = ldns_rr_list_rr(ldns_pkt_answer(pkt), used++);
		ck_assert(ldns_rr_ttl(ours) == ldns_rr_ttl(theirs));
		if (strcmp(kind, "TXT") != 0)	/* strings are joined */
			ck_assert_msg(ldns_rr_compare(ours, theirs) == 0,
			    "%s", line);
		ldns_rr_free(ours);
		free(line);
	}
	ck_assert_uint_eq(text.n, 0);
	ma_buf_free(&b);
	ma_arena_free(&arena);
	LDNS_FREE(wire);
	ldns_pkt_free(pkt);
}
END_TEST

/* TXT: the octets themselves, whatever they are. */
START_TEST(prints_text_that_ldns_reads)
{
	char data[600];
	struct record rec = { .data = { data, 0 }, .ttl = 1 };
	struct answer a = { .status = ANSWER_RECORDS, .count = 1,
		.records = &rec };
	struct dname name = name_of("a.example");
	struct buf b = { 0 };
	ldns_rr *rr;
	size_t at = 0;

	seed = (uint32_t)_i;
	rec.data.n = _i == 0 ? 0 : dice(sizeof data);
	for (size_t i = 0; i < rec.data.n; i++)
		data[i] = (char)dice(256);
	ck_assert(ma_zone_text(&b, &name, TYPE_TXT, &a));
	b.p[b.n - 1] = '\0';
	ck_assert(ldns_rr_new_frm_str(&rr, b.p, 0, NULL, NULL) ==
	    LDNS_STATUS_OK);
	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
		const uint8_t *string = ldns_rdf_data(ldns_rr_rdf(rr, i));

		ck_assert(ma_eq(ma_sub(rec.data, at, string[0]),
		    ma_slice(string + 1, string[0])));
		at += string[0];
	}
	ck_assert_uint_eq(at, rec.data.n);
	ldns_rr_free(rr);
	ma_buf_free(&b);
}
END_TEST

/*
 * A mutated packet of which we take every record, ldns takes too.  (Of others'
 * records ldns refuses what it knows and finds broken; we pass over them.)
 */
START_TEST(takes_nothing_that_ldns_refuses)
{
	const struct reply_row *row = &replies[_i];
	struct buf b = { 0 };
	struct arena arena = { 0 };

	seed = 1;
	for (int k = 0; k < 400; k++) {
		struct slice in = packet_from(&b, row->packet);
		struct answer got;
		ldns_pkt *pkt;

		for (uint32_t i = dice(3); i > 0 && in.n > 0x1b; i--)
			b.p[0x1b + dice((uint32_t)in.n - 0x1b)] =
			    (char)dice(256);
		got = read_packet(in, row->type, 4096, &arena);
		if (got.status == ANSWER_RECORDS &&
		    got.count + got.aliases == (uint8_t)in.p[7] &&
		    in.p[9] == 0 && in.p[11] == 0) {
			ck_assert(ldns_wire2pkt(&pkt, (const uint8_t *)in.p,
			    in.n) == LDNS_STATUS_OK);
			ldns_pkt_free(pkt);
		}
		ma_arena_reset(&arena);
	}
	ma_arena_free(&arena);
	ma_buf_free(&b);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("dns");
	TCase *tc = tcase_create("names");

	tcase_add_loop_test(tc, reads_names_as_mail_has_them, 0,
	    ROWS(mail_names));
	tcase_add_test(tc, refuses_nul_in_names);
	tcase_add_loop_test(tc, reads_names_of_master_files, 0,
	    ROWS(master_names));
	tcase_add_loop_test(tc, reads_names_of_utf8, 0, ROWS(utf8_names));
	tcase_add_test(tc, bounds_names_of_utf8);
	tcase_add_test(tc, writes_names_that_read_back);
	tcase_add_test(tc, writes_the_longest_text);
	tcase_add_loop_test(tc, reads_wire_names, 0, ROWS(wires));
	tcase_add_loop_test(tc, knows_what_is_within, 0, ROWS(tops));
	tcase_add_test(tc, cuts_and_lengthens_names);
	tcase_add_loop_test(tc, knows_hosts, 0, ROWS(hosts));
	tcase_add_loop_test(tc, knows_types, 0, ROWS(types));
	suite_add_tcase(suite, tc);
	tc = tcase_create("replies");
	tcase_set_timeout(tc, 60);	/* of sanitizers on a busy host */
	tcase_add_loop_test(tc, reads_replies, 0, ROWS(replies));
	tcase_add_loop_test(tc, refuses_replies_that_are_cut, 0, ROWS(replies));
	tcase_add_loop_test(tc, prints_what_the_zone_resolver_reads, 0,
	    ROWS(replies));
	tcase_add_loop_test(tc, bears_lack_of_memory, 0, ROWS(replies));
	tcase_add_test(tc, follows_chains_so_far);
	tcase_add_test(tc, counts_against_the_limit);
	tcase_add_test(tc, reads_65000_empty_strings);
	tcase_add_test(tc, bears_floods_of_records);
	tcase_add_test(tc, bears_floods_of_pointers);
	suite_add_tcase(suite, tc);
	tc = tcase_create("packets and zone text");
	tcase_add_test(tc, makes_packets);
	tcase_add_test(tc, makes_packets_up_to_65535);
	tcase_add_test(tc, makes_packets_again_after_lack_of_memory);
	tcase_add_test(tc, prints_failures_and_secure);
	suite_add_tcase(suite, tc);
	tc = tcase_create("ldns");
	tcase_set_timeout(tc, 60);	/* of sanitizers on a busy host */
	tcase_add_loop_test(tc, reads_what_ldns_packs, 0, 60);
	tcase_add_loop_test(tc, prints_text_that_ldns_reads, 0, 40);
	tcase_add_loop_test(tc, takes_nothing_that_ldns_refuses, 0,
	    ROWS(replies));
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
