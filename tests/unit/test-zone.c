/*
 * The zone-file resolver: what it reads, what it refuses, what it answers.
 */
#include "answers.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "mailauth/resolver.h"

static struct mailauth_resolver *
load(const char *text, size_t n)
{
	struct mailauth_resolver *r = NULL;
	char error[200] = "";

	ck_assert_msg(mailauth_resolver_new_zone(text, n, "z", &r, error,
	    sizeof error) == MAILAUTH_DONE, "%s", error);
	return r;
}

/* ---- Reading: what stands in the file becomes these records ---- */

#define EX "$ORIGIN example.\n$TTL 300\n"
#define FOUR "a A 192.0.2.1\n"

static const struct {
	const char *what, *zone, *name, *type, *want;
} reads[] = {
	{ "1035 5.1 owner, class, type", "a.example. IN A 192.0.2.1\n",
	    "a.example", "A", "192.0.2.1" },
	{ "1035 5.1 no line end at the end", "a.example. A 192.0.2.1",
	    "a.example", "A", "192.0.2.1" },
	{ "CR LF", "$ORIGIN example.\r\na A 192.0.2.1\r\n\tTXT x\r\n",
	    "a.example", "TXT", "x" },
	{ "1035 5.1 TTL then class", "a.example. 300 IN A 192.0.2.1\n",
	    "a.example", "A", "192.0.2.1" },
	{ "1035 5.1 class then TTL", "a.example. IN 300 A 192.0.2.1\n",
	    "a.example", "A", "192.0.2.1" },
	{ "3597 5 CLASS1", "a.example. CLASS1 TYPE1 192.0.2.1\n",
	    "a.example", "A", "192.0.2.1" },
	{ "letter case", "$origin EXAMPLE.\nA in a 192.0.2.1\n",
	    "a.example", "A", "192.0.2.1" },
	{ "1035 5.1 owner inherited", EX "a A 192.0.2.1\n A 192.0.2.2\n",
	    "a.example", "A", "192.0.2.1 | 192.0.2.2" },
	{ "inherited over directives and comments",
	    EX "a A 192.0.2.1\n$ORIGIN other.\n\n ; x\n\tA 192.0.2.2\n",
	    "a.example", "A", "192.0.2.1 | 192.0.2.2" },
	{ "1035 5.1 @", EX "@ A 192.0.2.1\n", "example", "A", "192.0.2.1" },
	{ "relative $ORIGIN", EX "$ORIGIN sub\na A 192.0.2.1\n",
	    "a.sub.example", "A", "192.0.2.1" },
	{ "relative to the root", "a.example A 192.0.2.1\n",
	    "a.example", "A", "192.0.2.1" },
	{ "relative name in rdata", EX "a CNAME b\n", "a.example", "CNAME",
	    "b.example" },
	{ "@ in rdata", EX "a MX 5 @\n", "a.example", "MX", "5 example" },
	{ "1035 5.1 parentheses", EX "a (\n A ; x\n 192.0.2.1 )\n",
	    "a.example", "A", "192.0.2.1" },
	{ "several strings in parentheses", EX "a TXT ( \"x\"\n\t\"y\" )\n",
	    "a.example", "TXT", "xy" },
	{ "strings without blanks between", EX "a TXT \"x\"\"y\"\n",
	    "a.example", "TXT", "xy" },
	{ "bare strings", EX "a TXT v=spf1 -all\n", "a.example", "TXT",
	    "v=spf1-all" },
	{ "comment characters in a string", EX "a TXT \"x;(y\" ; z\n",
	    "a.example", "TXT", "x;(y" },
	{ "1035 5.1 escapes", EX "a TXT \"\\\"\\\\\\065\\;\"\n", "a.example",
	    "TXT", "\"\\A;" },
	{ "escapes in a bare string", EX "a TXT x\\ y\\;\\(\\\"\n",
	    "a.example", "TXT", "x y;(\"" },
	{ "8-bit in a string", EX "a TXT \"\xc3\xa9\xff\"\n", "a.example",
	    "TXT", "\xc3\xa9\xff" },
	{ "empty string", EX "a TXT \"\"\n", "a.example", "TXT", "" },
	{ "escaped dot in an owner", EX "a\\.b A 192.0.2.1\n",
	    "a\\.b.example", "A", "192.0.2.1" },
	{ "escapes in a name of rdata", EX "a PTR \\040\\@\\.\\;\\\"x.y.\n",
	    "a.example", "PTR", "\\(\\@\\.\\;\\\"x.y" },
	{ "8-bit in names", EX "\xc4 PTR \xe4.y.\n", "\\196.example", "PTR",
	    "\\228.y" },
	{ "the root as exchange (RFC 7505)", EX "a MX 0 .\n", "a.example",
	    "MX", "0 ." },
	{ "record at the root", ". TXT x\n", ".", "TXT", "x" },
	{ "AAAA", EX "a AAAA 2001:DB8::1\n", "a.example", "AAAA",
	    "2001:db8::1" },
	{ "MX at its limits", EX "a MX 0 b\n MX 65535 c\n", "a.example", "MX",
	    "0 b.example | 65535 c.example" },
	{ "TLSA in pieces", EX "a TLSA 3 1 1 ( AAbb\n cc )\n", "a.example",
	    "TLSA", "030101aabbcc" },
	{ "TLSA in words", EX "a TLSA DANE-EE SPKI SHA2-256 aa\n",
	    "a.example", "TLSA", "030101aa" },
	{ "TLSA numbers at their limit", EX "a TLSA 255 255 255 aa\n",
	    "a.example", "TLSA", "ffffffaa" },
	{ "3597 5 of an unknown type", EX "a TYPE65280 \\# 3 ab cdef\n",
	    "a.example", "TYPE65280", "abcdef" },
	{ "3597 5 of a known type", EX "a A \\# 4 c0000201\n", "a.example",
	    "A", "192.0.2.1" },
	{ "3597 5 without octets", EX "a TYPE65280 \\# 0\n", "a.example",
	    "TYPE65280", "" },
	{ "a quoted \\# is a string", EX "a TXT \"\\\\#\"\n", "a.example",
	    "TXT", "\\#" },
	{ "SRV", EX "a SRV 1 2 65535 b\n", "a.example", "SRV",
	    "00010002ffff0162076578616d706c6500" },
	{ "CAA without quotes", EX "a CAA 0 issue x\n", "a.example", "CAA",
	    "0005697373756578" },
	{ "HTTPS with a quoted piece (RFC 9460)",
	    EX "a HTTPS 1 . alpn=\"h2,h3\"\n", "a.example", "HTTPS",
	    "0001000001000602683202" "6833" },
	{ "2181 5 a record once", EX "a A 192.0.2.1\na 5 A 192.0.2.1\n",
	    "a.example", "A", "192.0.2.1" },
	{ "types that only ldns knows", EX "a SSHFP 1 1 aabb\n", "a.example",
	    "TYPE44", "0101aabb" },
	{ "two zones in a file", EX "@ SOA a b 1 2 3 4 5\na A 192.0.2.1\n"
	    "$ORIGIN net.\n@ SOA a b 1 2 3 4 5\na A 192.0.2.2\n", "a.net",
	    "A", "192.0.2.2" },
	{ "a name like a type", EX "MX MX 1 mx\n", "mx.example", "MX",
	    "1 mx.example" },
	{ "nested parentheses", EX "a ((A) 192.0.2.1)\n", "a.example", "A",
	    "192.0.2.1" },
	{ "a comment that only looks like a remark", EX FOUR "; ! x y z\n",
	    "a.example", "A", "192.0.2.1" },
	{ "a remark behind a record is a comment", EX "a A 192.0.2.1 ;! x\n",
	    "a.example", "A", "192.0.2.1" },
};

START_TEST(reads_files)
{
	struct mailauth_resolver *r =
	    load(reads[_i].zone, strlen(reads[_i].zone));
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q =
	    question(l, reads[_i].name, reads[_i].type);
	struct buf b = { 0 };

	ck_assert(mailauth_resolver_known(r, q) == 1);
	ck_assert_msg(strcmp(said_of(&b, q), reads[_i].want) == 0,
	    "%s: %s", reads[_i].what, b.p);
	ma_buf_free(&b);
	mailauth_lookups_free(l);
	mailauth_resolver_free(r);
}
END_TEST

static const struct {
	const char *what, *zone;
	uint32_t ttl;
} ttls[] = {
	{ "2308 4 $TTL", "$TTL 7\na TXT x\n", 7 },
	{ "a record's own", "$TTL 7\na 8 TXT x\n", 8 },
	{ "2308 4 $TTL for the next", "$TTL 7\nb 8 TXT x\na TXT x\n", 7 },
	{ "1035 5.1 the last stated", "b 8 TXT x\na TXT x\n", 8 },
	{ "none stated", "a TXT x\n", 3600 },
	{ "units", "a 1h30m TXT x\n", 5400 },
	{ "all units", "a 1W1d1H1m1s TXT x\n", 694861 },
	{ "units in $TTL", "$TTL 2d\na TXT x\n", 172800 },
	{ "2181 8 the largest", "a 2147483647 TXT x\n", 2147483647 },
	{ "2308 3 least of SOA and its minimum",
	    "@ 9 SOA a b 1 2 3 4 5\nb TXT x\n", 5 },
	{ "the same the other way", "@ 4 SOA a b 1 2 3 4 5\nb TXT x\n", 4 },
	{ "2308 5 no SOA, not kept", "b TXT x\n", 0 },
};

START_TEST(reads_ttls)
{
	struct mailauth_resolver *r =
	    load(ttls[_i].zone, strlen(ttls[_i].zone));
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q = question(l, "a", "TXT");

	ck_assert(mailauth_resolver_known(r, q) == 1);
	ck_assert_msg(mailauth_question_ttl(q) == ttls[_i].ttl, "%s: %u",
	    ttls[_i].what, mailauth_question_ttl(q));
	mailauth_lookups_free(l);
	mailauth_resolver_free(r);
}
END_TEST

/* ---- Errors: the line, and a piece of the message ---- */

static const struct {
	const char *what, *zone, *error;
} errors[] = {
	{ "unclosed parenthesis", "a A (\n192.0.2.1\n", "z:1: a parenthesis is not" },
	{ "parenthesis closed only", "\na A 192.0.2.1 )\n", "z:2: a parenthesis that" },
	{ "unclosed quote", "\n\na TXT \"x\nb TXT \"y\"\n", "z:3: a quote" },
	{ "unclosed quote at the end", "a TXT \"x", "z:1: a quote" },
	{ "escaped quote at the end", "a TXT \"x\\\"", "z:1: a quote" },
	{ "unclosed quote in a word", "a HTTPS 1 . alpn=\"h2\n", "z:1: a quote" },
	{ "text behind a quote", "a TXT \"x\"y\n", "z:1: text right behind" },
	{ "quote in a bare string", "a TXT x\"y\"\n", "z:1: a bad escape" },
	{ "backslash at a line's end", "a TXT x\\\n", "z:1: a backslash" },
	{ "backslash at the end", "a TXT x\\", "z:1: a backslash" },
	{ "escape over 255", "a TXT \"\\256\"\n", "z:1: a bad escape" },
	{ "escape of two digits", "a TXT \"\\25x\"\n", "z:1: a bad escape" },
	{ "$INCLUDE", "$INCLUDE /etc/passwd\n", "z:1: not read here: $INCLUDE" },
	{ "$generate", "$generate 1-9 a A 192.0.2.$\n", "z:1: not read here" },
	{ "other directive", "$FOO x\n", "z:1: no such directive: $FOO" },
	{ "$ORIGIN alone", "$ORIGIN\n", "z:1: a word is missing" },
	{ "$ORIGIN of two words", "$ORIGIN a. b.\n", "z:1: a word too many: b." },
	{ "$ORIGIN of no name", "$ORIGIN a..b.\n", "z:1: not a domain name" },
	{ "$TTL of no number", "$TTL x\n", "z:1: not a TTL: x" },
	{ "$TTL too large", "$TTL 2147483648\n", "z:1: not a TTL" },
	{ "TTL with a wrong unit", "a 1y A 192.0.2.1\n", "z:1: not a TTL: 1y" },
	{ "TTL whose unit is missing", "a 1h30 A 192.0.2.1\n", "z:1: not a TTL" },
	{ "TTL over all", "a 99999999999999999999w A 192.0.2.1\n", "z:1: not a TTL" },
	{ "two TTLs", "a 3 4 A 192.0.2.1\n", "z:1: no such record type: 4" },
	{ "class CH", "a CH TXT x\n", "z:1: another class than IN: CH" },
	{ "CLASS3", "a CLASS3 TXT x\n", "z:1: another class than IN: CLASS3" },
	{ "nothing to inherit", " A 192.0.2.1\n", "z:1: no name stands before" },
	{ "owner of no name", "a..b A 192.0.2.1\n", "z:1: not a domain name: a..b" },
	{ "label over 63", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaa A 192.0.2.1\n", "z:1: not a domain name" },
	{ "quoted owner", "\"a\" A 192.0.2.1\n", "z:1: not a domain name" },
	{ "no type", "a\n", "z:1: a record type is missing behind: a" },
	{ "no type behind a class", "a IN\n", "z:1: a record type is missing" },
	{ "unknown type", "a FOO x\n", "z:1: no such record type: FOO" },
	{ "TYPE0", "a TYPE0 \\# 0\n", "z:1: no such record type" },
	{ "OPT", "a TYPE41 \\# 0\n", "z:1: no such record type" },
	{ "ANY", "a ANY\n", "z:1: another class" },
	{ "AXFR", "a AXFR x\n", "z:1: no such record type" },
	{ "unknown type without \\#", "a TYPE65280 x\n", "z:1: this type is read" },
	{ "type by the system's tables", "a WKS 1.2.3.4 tcp smtp\n", "z:1: this type" },
	{ "no rdata", "a A\n", "z:1: Syntax error" },
	{ "no string", "a TXT\n", "z:1: a string is missing" },
	{ "surplus", "a A 192.0.2.1 x\n", "z:1: Syntax error, superfluous" },
	{ "surplus behind MX", "a MX 1 b c\n", "z:1: Syntax error, superfluous" },
	{ "surplus on its line", "a MX (1 b\nc)\n", "z:2: Syntax error" },
	{ "no address", "a A 192.0.2\n", "z:1: Syntax error" },
	{ "leading zero", "a A 192.0.02.1\n", "z:1: Syntax error" },
	{ "an IPv6 zone", "a AAAA fe80::1%eth0\n", "z:1: Syntax error" },
	{ "MX 65536", "a MX 65536 b\n", "z:1: a number over 65535: 65536" },
	{ "MX -1", "a MX -1 b\n", "z:1: not a number: -1" },
	{ "MX without number", "a MX b\n", "z:1: not a number: b" },
	{ "TLSA 256", "a TLSA 256 1 1 aa\n", "z:1: a number over 255" },
	{ "TLSA 3 256 1", "a TLSA 3 256 1 aa\n", "z:1: a number over 255" },
	{ "TLSA 3 1 300", "a TLSA 3 1 300 aa\n", "z:1: a number over 255" },
	{ "TLSA odd", "a TLSA 3 1 1 aab\n", "z:1: an odd number" },
	{ "TLSA odd in pieces", "a TLSA 3 1 1 aa\tbbc\n", "z:1: an odd number" },
	{ "TLSA of no hexadecimal", "a TLSA 3 1 1 aaxx\n", "z:1: Syntax error" },
	{ "TLSA without data", "a TLSA 3 1 1\n", "z:1: Syntax error" },
	{ "SRV port 65536", "a SRV 0 0 65536 b\n", "z:1: a number over 65535" },
	{ "SOA serial 2^32", "a SOA a b 4294967296 2 3 4 5\n", "z:1: a number over" },
	{ "SOA minimum 2^32", "a SOA a b 1 2 3 4 4294967296\n", "z:1: not a time" },
	{ "CAA flags 256", "a CAA 256 issue \"x\"\n", "z:1: a number over 255" },
	{ "4398 2.1 certificate type 0", "a CERT 0 1 1 AQAB\n",
	    "z:1: reserved" },
	{ "target too long", "a CNAME "
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.\n",
	    "z:1: not a domain name" },
	{ "3597 5 too few", "a A \\# 4 c00002\n", "z:1: not as many octets" },
	{ "3597 5 too many", "a A \\# 1 c00002\n", "z:1: not as many octets" },
	{ "3597 5 odd", "a A \\# 1 c\n", "z:1: an odd number" },
	{ "3597 5 no hexadecimal", "a A \\# 1 xx\n", "z:1: not hexadecimal" },
	{ "3597 5 no length", "a A \\#\n", "z:1: no length" },
	{ "3597 5 length too large", "a A \\# 65536 aa\n", "z:1: no length" },
	{ "3597 alias to no name", "a CNAME \\# 2 c00c\n", "z:1: an alias to no" },
	{ "2181 10.1 two aliases", "a CNAME b\na CNAME c\n", "z:2: a second alias" },
	{ "empty remark", "a TXT x\n;!\n", "z:2: a ;! line that says nothing" },
	{ "empty remark at the end", ";!", "z:1: a ;! line that says nothing" },
	{ "remark of two words", ";! a SERVFAIL\n", "z:1: a ;! line is not" },
	{ "remark of four", ";! a A TIMEOUT x\n", "z:1: a ;! line is not" },
	{ "remark of one word", ";! SERVFAIL\n", "z:1: a ;! line is not" },
	{ "remark of no word", ";! a A FORMERR\n", "z:1: no such word" },
	{ "remark of no type", ";! a FOO NXDOMAIN\n", "z:1: no such record type" },
	{ "remark of no name", ";! a..b A NXDOMAIN\n", "z:1: not a domain name" },
	{ "remarks at odds", ";! a A NXDOMAIN\n;! a A TIMEOUT\n",
	    "z:2: something else was said" },
	{ "remark in parentheses", "a TXT (\n;! a A TIMEOUT\nx)\n",
	    "z:2: a ;! line within" },
	{ "parenthesis in a remark", ";! a A (\nTIMEOUT)\n", "z:1: a parenthesis in" },
	{ "the line after CR LF", "a A 192.0.2.1\r\nb A x\r\n", "z:2: Syntax" },
	{ "the line behind a parenthesis", "a TXT (\nx\ny\n)\nb FOO\n",
	    "z:5: no such record type" },
	{ "control characters are not echoed", "a A\033[1m x\n",
	    "z:1: no such record type: A?[1m" },
};

START_TEST(refuses_errors)
{
	struct mailauth_resolver *r = NULL;
	char error[200];
	const char *want = errors[_i].error;

	ck_assert_msg(mailauth_resolver_new_zone(errors[_i].zone,
	    strlen(errors[_i].zone), "z", &r, error, sizeof error) ==
	    MAILAUTH_ESYNTAX, "%s", errors[_i].what);
	ck_assert_ptr_null(r);
	ck_assert_msg(strncmp(error, want, strlen(want)) == 0, "%s: %s",
	    errors[_i].what, error);
}
END_TEST

START_TEST(refuses_nul)
{
	struct mailauth_resolver *r = NULL;
	char error[200];

	ck_assert(mailauth_resolver_new_zone("a\nb TXT \"x\0y\"\n", 14, "z", &r,
	    error, sizeof error) == MAILAUTH_ESYNTAX);
	ck_assert(mailauth_resolver_new_zone("b TXT \"x\0y\"\n", 12, "z", &r,
	    error, sizeof error) == MAILAUTH_ESYNTAX);
	ck_assert_str_eq(error, "z:1: a NUL; write \\000");
	ck_assert(mailauth_resolver_new_zone("b\0 TXT \"xy\"\n", 12, NULL, &r,
	    error, sizeof error) == MAILAUTH_ESYNTAX);
	ck_assert_str_eq(error, "zone:1: a NUL; write \\000");
	/* Nowhere to say it. */
	ck_assert(mailauth_resolver_new_zone("(", 1, "z", &r, NULL, 0) ==
	    MAILAUTH_ESYNTAX);
	ck_assert(mailauth_resolver_new_zone("(", 1, "z", &r, error, 4) ==
	    MAILAUTH_ESYNTAX);
	ck_assert_str_eq(error, "z:1");
}
END_TEST

START_TEST(bounds_strings_and_sets)
{
	char text[70000], error[200];
	struct mailauth_resolver *r = NULL;
	size_t n;

	n = (size_t)snprintf(text, sizeof text, "a TXT \"%0255d\"\n", 7);
	mailauth_resolver_free(load(text, n));
	n = (size_t)snprintf(text, sizeof text, "a TXT x\n\t\"%0256d\"\n", 7);
	ck_assert(mailauth_resolver_new_zone(text, n, "z", &r, error,
	    sizeof error) == MAILAUTH_ESYNTAX);
	ck_assert(strncmp(error, "z:2: ", 5) == 0);
	n = 0;
	for (int i = 0; i < 250; i++)
		n += (size_t)snprintf(text + n, sizeof text - n,
		    "a TXT \"%0255d\"\n", i);
	ck_assert(mailauth_resolver_new_zone(text, n, "z", &r, error,
	    sizeof error) == MAILAUTH_ESYNTAX);
	ck_assert_msg(strncmp(error, "z:245: more records", 19) == 0, "%s",
	    error);
}
END_TEST

START_TEST(reads_files_by_path)
{
	struct mailauth_resolver *r = NULL;
	char error[200] = "x", path[] = "/tmp/mailauth-zone-XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");

	for (int i = 0; i < 3000; i++)
		fprintf(f, "host%d.example. A 192.0.2.%d\n", i, i % 256);
	fclose(f);
	ck_assert(mailauth_resolver_new_zone_file(path, &r, error,
	    sizeof error) == MAILAUTH_DONE);
	ck_assert_str_eq(error, "");
	mailauth_resolver_free(r);
	remove(path);
	errno = 0;
	ck_assert(mailauth_resolver_new_zone_file(path, &r, error,
	    sizeof error) == MAILAUTH_ESYSTEM);
	ck_assert(errno == ENOENT && r == NULL);
	ck_assert(mailauth_resolver_new_zone_file("/", &r, error,
	    sizeof error) == MAILAUTH_ESYSTEM);
	ck_assert(errno == EISDIR);
	ck_assert(mailauth_resolver_new_zone_file(NULL, &r, error,
	    sizeof error) == MAILAUTH_EINVAL);
}
END_TEST

/* ---- Answering ---- */

/* RFC 4592 section 2.2.1, and more. */
static const char world[] =
    "$ORIGIN example.\n"
    "@ 3600 SOA ns hostmaster 1 2 3 4 60\n"
    "@ NS ns.example.com.\n"
    "* TXT \"this is a wildcard\"\n"
    "* MX 10 host1\n"
    "sub.* TXT \"this is not a wildcard\"\n"
    "host1 A 192.0.2.1\n"
    "_ssh._tcp.host1 SRV 0 0 22 host1\n"
    "_ssh._tcp.host2 SRV 0 0 22 host1\n"
    "subdel NS ns.example.com.\n"
    /* Aliases */
    "www CNAME host1\n"
    "one CNAME two\n"
    "two CNAME three\n"
    "three TXT end\n"
    "*.wild CNAME host1\n"
    "loop CNAME pool\n"
    "pool CNAME loop\n"
    "self CNAME self\n"
    "away CNAME nowhere.test.\n"
    "toent CNAME _tcp.host1\n"
    "both CNAME host1\n"
    "both TXT own\n"
    "empty.*.star TXT x\n"
    "upper CNAME HOST1\n"
    "cut TXT \"one\" \"text\"\n"
    "cut TXT onetext\n"
    /* What records cannot say */
    ";! host1 AAAA SERVFAIL\n"
    ";! refused.host1 * REFUSED\n"
    ";! refused.host1 TXT NODATA\n"
    ";! gone TXT NXDOMAIN\n"
    ";! host1 MX nodata\n"
    ";!slow TXT TimeOut ; a comment\n"
    "  ;! below.slow2 TXT TIMEOUT\n"
    "toslow CNAME slow\n"
    "tofail CNAME fail\n"
    ";! fail * SERVFAIL\n"
    "togone CNAME gone\n"
    ";! *.w2 A SERVFAIL\n"
    "$ORIGIN secure.test.\n"
    "a TXT x\n"
    ";! a TXT secure\n"
    "b TXT x\n"
    ";! b * SECURE\n"
    "toa CNAME a\n"
    ";! toa * secure\n"
    "toy CNAME x\n"
    ";! toy TXT secure\n"
    "toa2 CNAME a\n"
    ";! toa2 CNAME secure\n"
    "toa3 CNAME a\n"
    "tox CNAME x\n"
    ";! tox * secure\n"
    "tox2 CNAME x\n"
    ";! tox2 CNAME secure\n"
    "x TXT x\n"
    ";! none TXT secure\n"
    ";! none2 TXT secure\n"
    ";! none2 TXT SERVFAIL\n"
    "*.w TXT x\n"
    ";! *.w TXT secure\n";

static const struct {
	const char *what, *name, *type, *want;
} answers[] = {
	{ "4592 2.2.1 synthesis of MX", "host3.example", "MX",
	    "10 host1.example" },
	{ "4592 2.2.1 no A at the wildcard", "host3.example", "A", "nodata" },
	{ "4592 2.2.1 over more labels", "foo.bar.example", "TXT",
	    "this is a wildcard" },
	{ "4592 2.2.1 the name is there (its remark)", "host1.example", "MX",
	    "nodata" },
	{ "4592 2.2.1 the name is there", "host1.example", "TXT", "nodata" },
	{ "4592 2.2.1 sub.* is there", "sub.*.example", "MX", "nodata" },
	{ "4592 2.2.1 sub.* itself", "sub.*.example", "TXT",
	    "this is not a wildcard" },
	{ "4592 2.2.1 _tcp.host1 stands between", "_telnet._tcp.host1.example",
	    "SRV", "nxdomain" },
	{ "4592 2.2.1 a host with no wildcard right below",
	    "ghost.host1.example", "TXT", "nxdomain" },
	{ "4592 2.2.1 the delegated name is there", "host.subdel.example",
	    "TXT", "nxdomain" },
	{ "4592 2.2.1 ghost.*.example", "ghost.*.example", "MX", "nxdomain" },
	{ "4592 2.1.1 the wildcard's own name", "*.example", "TXT",
	    "this is a wildcard" },
	{ "4592 4.9 an empty wildcard", "foo.star.example", "TXT", "nodata" },
	{ "empty non-terminal", "_tcp.host1.example", "TXT", "nodata" },
	{ "empty non-terminal hides the wildcard", "host2.example", "MX",
	    "nodata" },
	{ "no such name", "foo.test", "A", "nxdomain" },
	{ "above all zones", "test", "A", "nodata" },
	{ "letter case", "HOST1.Example", "A", "192.0.2.1" },
	{ "alias", "www.example", "A", "host1.example> 192.0.2.1" },
	{ "alias asked for", "www.example", "CNAME", "host1.example" },
	{ "no alias asked for", "host1.example", "CNAME", "nodata" },
	{ "alias without such a record", "www.example", "TXT",
	    "host1.example> nodata" },
	{ "two aliases", "one.example", "TXT",
	    "two.example> three.example> end" },
	{ "4592 4.3 wildcard alias", "x.wild.example", "A",
	    "host1.example> 192.0.2.1" },
	{ "alias loop", "loop.example", "A", "servfail" },
	{ "alias to itself", "self.example", "A", "servfail" },
	{ "alias to nothing", "away.example", "A", "nowhere.test> nxdomain" },
	{ "alias to an empty non-terminal", "toent.example", "A",
	    "_tcp.host1.example> nodata" },
	{ "records beside an alias", "both.example", "TXT", "own" },
	{ "the alias beside records", "both.example", "A",
	    "host1.example> 192.0.2.1" },
	{ "target in upper case", "upper.example", "A",
	    "host1.example> 192.0.2.1" },
	{ "one text cut in two ways", "cut.example", "TXT", "onetext | onetext" },
	{ "SERVFAIL said", "host1.example", "AAAA", "servfail" },
	{ "REFUSED said of all", "refused.host1.example", "A", "refused" },
	{ "this type before all", "refused.host1.example", "TXT", "nodata" },
	{ "NXDOMAIN said", "gone.example", "TXT", "nxdomain" },
	{ "NXDOMAIN said of one type, wildcard for others", "gone.example",
	    "MX", "10 host1.example" },
	{ "a name of which something is said is there", "slow.example", "MX",
	    "nodata" },
	{ "so is the one above", "slow2.example", "MX", "nodata" },
	{ "alias to a failure", "tofail.example", "A", "servfail" },
	{ "alias to what is said not to be there", "togone.example", "TXT",
	    "gone.example> nxdomain" },
	{ "said of a wildcard", "x.w2.example", "A", "servfail" },
	{ "secure", "a.secure.test", "TXT", "x secure" },
	{ "secure, another type", "a.secure.test", "A", "nodata" },
	{ "secure, all types", "b.secure.test", "A", "nodata secure" },
	{ "secure alias and target", "toa.secure.test", "TXT",
	    "a.secure.test> x secure" },
	{ "the alias record secure", "toa2.secure.test", "TXT",
	    "a.secure.test> x secure" },
	{ "alias not secure", "toa3.secure.test", "TXT", "a.secure.test> x" },
	{ "target not secure", "tox.secure.test", "TXT", "x.secure.test> x" },
	{ "only the alias record secure", "tox2.secure.test", "TXT",
	    "x.secure.test> x" },
	{ "just this answer secure, aliases with it", "toy.secure.test", "TXT",
	    "x.secure.test> x secure" },
	{ "secure denial", "none.secure.test", "TXT", "nxdomain secure" },
	{ "a failure is never secure", "none2.secure.test", "TXT",
	    "servfail" },
	{ "secure wildcard", "foo.w.secure.test", "TXT", "x secure" },
};

START_TEST(answers_questions)
{
	struct mailauth_resolver *r = load(world, sizeof world - 1);
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q =
	    question(l, answers[_i].name, answers[_i].type);
	struct buf b = { 0 };
	void *flight;

	ck_assert(mailauth_resolver_begin(r, &flight) == MAILAUTH_DONE);
	ck_assert(mailauth_resolver_ask(r, flight, q) == MAILAUTH_DONE);
	ck_assert_str_eq(said_of(&b, q), "open");
	ck_assert(mailauth_resolver_wait(r, flight, -1) == 1);
	ck_assert_msg(strcmp(said_of(&b, q), answers[_i].want) == 0,
	    "%s: %s", answers[_i].what, b.p);
	ck_assert(mailauth_resolver_wait(r, flight, -1) < 0);
	mailauth_resolver_end(r, flight);
	ma_buf_free(&b);
	mailauth_lookups_free(l);
	mailauth_resolver_free(r);
}
END_TEST

START_TEST(answers_in_the_order_asked)
{
	struct mailauth_resolver *r = load(world, sizeof world - 1);
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *slow = question(l, "slow.example", "TXT"),
	    *first = question(l, "host1.example", "A"),
	    *toslow = question(l, "toslow.example", "TXT"),
	    *second = question(l, "www.example", "A");
	void *flight;

	ck_assert(mailauth_resolver_known(r, slow) == 0);
	ck_assert(mailauth_resolver_begin(r, &flight) == MAILAUTH_DONE);
	mailauth_resolver_ask(r, flight, slow);
	mailauth_resolver_ask(r, flight, first);
	mailauth_resolver_ask(r, flight, toslow);
	mailauth_resolver_ask(r, flight, second);
	ck_assert(mailauth_resolver_wait(r, flight, -1) == 1);
	ck_assert(mailauth_question_answered(first));
	ck_assert(!mailauth_question_answered(second));
	ck_assert(mailauth_resolver_wait(r, flight, 0) == 1);
	ck_assert(mailauth_question_answered(second));
	ck_assert(mailauth_resolver_wait(r, flight, -1) < 0);
	ck_assert(!mailauth_question_answered(slow));
	ck_assert(!mailauth_question_answered(toslow));
	mailauth_resolver_end(r, flight);
	mailauth_answer_failed(slow, MAILAUTH_FAILURE_TIMEOUT);
	mailauth_answer_failed(toslow, MAILAUTH_FAILURE_TIMEOUT);
	mailauth_lookups_free(l);
	mailauth_resolver_free(r);
}
END_TEST

/* All answers in one set, printed, read back: the same answers. */
START_TEST(reads_what_lookups_print)
{
	struct mailauth_resolver *r = load(world, sizeof world - 1);
	struct mailauth_lookups *l = mailauth_lookups_new(), *again;
	struct mailauth_question *q;
	struct buf b = { 0 };
	size_t n;
	char *text;

	for (size_t i = 0; i < COUNT(answers); i++) {
		q = question(l, answers[i].name, answers[i].type);
		ck_assert(mailauth_resolver_known(r, q) == 1);
	}
	mailauth_answer_failed(question(l, "slow.example", "TXT"),
	    MAILAUTH_FAILURE_TIMEOUT);
	n = mailauth_lookups_zone(l, NULL, 0);
	text = ma_realloc(NULL, n + 1);
	ck_assert(mailauth_lookups_zone(l, text, n + 1) == n);
	mailauth_resolver_free(r);
	r = load(text, n);
	again = mailauth_lookups_new();
	for (size_t i = 0; i < COUNT(answers); i++) {
		q = question(again, answers[i].name, answers[i].type);
		ck_assert(mailauth_resolver_known(r, q) == 1);
		ck_assert_msg(strcmp(said_of(&b, q), answers[i].want) == 0,
		    "%s: %s", answers[i].what, b.p);
	}
	q = question(again, "slow.example", "TXT");
	ck_assert(mailauth_resolver_known(r, q) == 0);
	mailauth_answer_failed(q, MAILAUTH_FAILURE_TIMEOUT);
	ma_free(text);
	ma_buf_free(&b);
	mailauth_lookups_free(l);
	mailauth_lookups_free(again);
	mailauth_resolver_free(r);
}
END_TEST

START_TEST(bounds_chains)
{
	char text[4000];
	size_t n = 0;
	struct mailauth_resolver *r;
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q;

	for (int i = 0; i <= MAX_ALIASES; i++)
		n += (size_t)snprintf(text + n, sizeof text - n,
		    "a%d CNAME a%d\n", i, i + 1);
	n += (size_t)snprintf(text + n, sizeof text - n, "a%d TXT x\n",
	    MAX_ALIASES + 1);
	r = load(text, n);
	q = question(l, "a1", "TXT");
	ck_assert(mailauth_resolver_known(r, q) == 1);
	ck_assert_int_eq(mailauth_question_failure(q), 0);
	q = question(l, "a0", "TXT");
	ck_assert(mailauth_resolver_known(r, q) == 1);
	ck_assert_int_eq(mailauth_question_failure(q),
	    MAILAUTH_FAILURE_SERVFAIL);
	mailauth_lookups_free(l);
	mailauth_resolver_free(r);
}
END_TEST

START_TEST(knows_nothing_of_an_empty_file)
{
	static const char *const files[] = { "", "\n", "; x", " \t\r\n;\n" };
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct buf b = { 0 };

	for (size_t i = 0; i < COUNT(files); i++) {
		struct mailauth_resolver *r = load(files[i], strlen(files[i]));
		char name[] = "a0.example";
		struct mailauth_question *q;

		name[1] = (char)('0' + i);
		q = question(l, name, "TXT");
		ck_assert(mailauth_resolver_known(r, q) == 1);
		ck_assert_str_eq(said_of(&b, q), "nxdomain");
		mailauth_resolver_free(r);
	}
	ma_buf_free(&b);
	mailauth_lookups_free(l);
}
END_TEST

START_TEST(marks_all_secure)
{
	static const char text[] = "a TXT x\n;! Secure\nb CNAME a\n";
	struct mailauth_resolver *r = load(text, sizeof text - 1);
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q = question(l, "b", "TXT");

	ck_assert(mailauth_resolver_known(r, q) == 1);
	ck_assert(mailauth_question_secure(q));
	q = question(l, "c", "TXT");
	ck_assert(mailauth_resolver_known(r, q) == 1);
	ck_assert(mailauth_question_secure(q));
	mailauth_lookups_free(l);
	mailauth_resolver_free(r);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("zone");
	TCase *tc = tcase_create("zone");

	tcase_add_loop_test(tc, reads_files, 0, ROWS(reads));
	tcase_add_loop_test(tc, reads_ttls, 0, ROWS(ttls));
	tcase_add_loop_test(tc, refuses_errors, 0, ROWS(errors));
	tcase_add_test(tc, refuses_nul);
	tcase_add_test(tc, bounds_strings_and_sets);
	tcase_add_test(tc, reads_files_by_path);
	tcase_add_loop_test(tc, answers_questions, 0, ROWS(answers));
	tcase_add_test(tc, answers_in_the_order_asked);
	tcase_add_test(tc, reads_what_lookups_print);
	tcase_add_test(tc, bounds_chains);
	tcase_add_test(tc, knows_nothing_of_an_empty_file);
	tcase_add_test(tc, marks_all_secure);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
