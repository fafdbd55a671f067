/*
 * The SPF room without DNS: records and macros.
 */
#include <stdio.h>

#include "unit.h"
#include "spf/spf.h"

/* ---- Records ---- */

/* want: the record formatted again; NULL: broken; "": not an SPF record. */
static const struct {
	const char *clause, *text, *want;
} records[] = {
	{ "4.5 version alone", "v=spf1", "v=spf1" },
	{ "4.5 version has any case", "V=sPf1 ALL", "v=spf1 all" },
	{ "4.5 v=spf10", "v=spf10 all", "" },
	{ "4.5 tab after the version", "v=spf1\tall", "" },
	{ "4.5 blank before", " v=spf1 all", "" },
	{ "4.5 nothing", "", "" },
	{ "4.5 short", "v=spf", "" },
	{ "4.5 another version", "v=spf2.0/pra all", "" },
	{ "4.6.1 several spaces", "v=spf1   mx  -all  ", "v=spf1 mx -all" },
	{ "4.6.1 tab between terms", "v=spf1 mx\t-all", NULL },
	{ "4.6.1 LF between terms", "v=spf1 mx\n-all", NULL },
	{ "4.6 error at the end", "v=spf1 all moo", NULL },
	{ "4.6 error after all", "v=spf1 -all ip4:1.2.3", NULL },
	{ "4.6.1 names have any case",
	    "v=spf1 IP4:192.0.2.1 Include:a.example ReDirect=b.example",
	    "v=spf1 ip4:192.0.2.1 include:a.example redirect=b.example" },
	{ "4.6.1 qualifiers", "v=spf1 +a ?mx ~ptr -all",
	    "v=spf1 a ?mx ~ptr -all" },
	{ "4.6.1 two qualifiers", "v=spf1 --all", NULL },
	{ "4.6.1 qualifier alone", "v=spf1 -", NULL },
	{ "4.6.1 unknown mechanism", "v=spf1 foo", NULL },
	{ "4.6.1 unknown mechanism with domain", "v=spf1 foo:a.example", NULL },
	{ "4.6.1 unknown modifier", "v=spf1 x-y_z.1=foo:%{d}/bar x-y_z.1=",
	    "v=spf1 x-y_z.1=foo:%{d}/bar x-y_z.1=" },
	{ "4.6.1 modifier name starts with a letter", "v=spf1 1up=foo", NULL },
	{ "4.6.1 modifier without name", "v=spf1 =all", NULL },
	{ "4.6.1 qualifier before a modifier", "v=spf1 -redirect=a.example",
	    NULL },
	{ "4.6.1 qualifier before an unknown modifier", "v=spf1 +x=y", NULL },
	{ "4.6.1 modifier with a wrong macro", "v=spf1 x=%abc", NULL },
	{ "4.6.1 modifier with 8 bits", "v=spf1 x=\xc3\xa9", NULL },
	{ "4.6.1 = after :", "v=spf1 x:y=z", NULL },
	{ "4.6.1 a modifier with the name of a mechanism", "v=spf1 all=x",
	    "v=spf1 all=x" },
	{ "6 redirect twice", "v=spf1 redirect=a.example redirect=a.example",
	    NULL },
	{ "6 exp twice", "v=spf1 exp=a.example -all EXP=b.example", NULL },
	{ "6.1 redirect is no mechanism", "v=spf1 redirect:a.example", NULL },
	{ "6.1 redirect without domain", "v=spf1 redirect=", NULL },
	{ "6.2 exp without domain", "v=spf1 exp= -all", NULL },
	{ "6.2 exp of no domain", "v=spf1 exp=-all", NULL },
	{ "5.1 all.", "v=spf1 all.", NULL },
	{ "5.1 all:x", "v=spf1 -all:x", NULL },
	{ "5.1 all/8", "v=spf1 -all/8", NULL },
	{ "5.1 all twice", "v=spf1 all -all", "v=spf1 all -all" },
	{ "5.2 include without domain", "v=spf1 include", NULL },
	{ "5.2 include:", "v=spf1 include: -all", NULL },
	{ "5.2 include with a length", "v=spf1 include:a.example/24", NULL },
	{ "5.3 a", "v=spf1 a a/24 a//64 a/24//64",
	    "v=spf1 a a/24 a//64 a/24//64" },
	{ "5.3 a with domain", "v=spf1 a:b.example a:b.example/24//64 "
	    "a:b.example//0", "v=spf1 a:b.example a:b.example/24//64 "
	    "a:b.example//0" },
	{ "5.6 the whole length is the default",
	    "v=spf1 a/32//128 ip4:1.2.3.4/32 ip6:::1/128",
	    "v=spf1 a ip4:1.2.3.4 ip6:::1" },
	{ "5.3 a:", "v=spf1 a:", NULL },
	{ "5.3 a:/24", "v=spf1 a:/24", NULL },
	{ "5.3 a/", "v=spf1 a/", NULL },
	{ "5.3 a//", "v=spf1 a//", NULL },
	{ "5.3 a///24", "v=spf1 a///24", NULL },
	{ "5.3 a/24/64", "v=spf1 a/24/64", NULL },
	{ "5.3 a//64/24", "v=spf1 a//64/24", NULL },
	{ "5.3 a/33", "v=spf1 a/33", NULL },
	{ "5.3 a//129", "v=spf1 a//129", NULL },
	{ "5.6 a/0//0", "v=spf1 a/0//0", "v=spf1 a/0//0" },
	{ "5.6 leading zero", "v=spf1 a/08", NULL },
	{ "5.6 a/00", "v=spf1 a/00", NULL },
	{ "5.6 a//064", "v=spf1 a//064", NULL },
	{ "5.6 a huge length",
	    "v=spf1 a/4294967320", NULL },
	{ "5.3 slash after a domain", "v=spf1 a:b.example/", NULL },
	{ "5.3 port", "v=spf1 a:b.example:8080", NULL },
	{ "7.1 visible characters", "v=spf1 a:foo:bar/baz.example/24",
	    "v=spf1 a:foo:bar/baz.example/24" },
	{ "7.1 slash among delimiters", "v=spf1 a:%{d/2} a:%{d2/}/24 "
	    "exists:%{l1r/}.b.example", NULL },
	{ "7.1 slash among delimiters at its place",
	    "v=spf1 a:%{d2/}/24 exists:%{l1r/}.b.example",
	    "v=spf1 a:%{d2/}/24 exists:%{l1r/}.b.example" },
	{ "5.4 mx", "v=spf1 mx mx:b.example//48",
	    "v=spf1 mx mx:b.example//48" },
	{ "5.4 mx:", "v=spf1 mx:", NULL },
	{ "5.5 ptr", "v=spf1 ptr ptr:b.example", "v=spf1 ptr ptr:b.example" },
	{ "5.5 ptr:", "v=spf1 ptr:", NULL },
	{ "5.5 ptr with a length", "v=spf1 ptr/0", NULL },
	{ "5.7 exists", "v=spf1 exists:%{ir}.b.example",
	    "v=spf1 exists:%{ir}.b.example" },
	{ "5.7 exists without domain", "v=spf1 exists", NULL },
	{ "5.7 exists with a length", "v=spf1 exists:b.example/24", NULL },
	{ "5.6 ip4", "v=spf1 ip4:0.0.0.0/0 ip4:192.0.2.1/24",
	    "v=spf1 ip4:0.0.0.0/0 ip4:192.0.2.1/24" },
	{ "5.6 ip4 of three", "v=spf1 ip4:1.2.3", NULL },
	{ "5.6 ip4 999", "v=spf1 ip4:1.2.3.999", NULL },
	{ "5.6 ip4 leading zero", "v=spf1 ip4:1.2.3.04", NULL },
	{ "5.6 ip4 /33", "v=spf1 ip4:1.2.3.4/33", NULL },
	{ "5.6 ip4 /00", "v=spf1 ip4:1.2.3.4/00", NULL },
	{ "5.6 ip4 /", "v=spf1 ip4:1.2.3.4/", NULL },
	{ "5.6 ip4 //32", "v=spf1 ip4:1.2.3.4//32", NULL },
	{ "5.6 ip4 port", "v=spf1 ip4:1.2.3.4:25", NULL },
	{ "5.6 ip4 alone", "v=spf1 ip4", NULL },
	{ "5.6 ip4:", "v=spf1 ip4:", NULL },
	{ "5.6 ip4 with a length alone", "v=spf1 ip4/24", NULL },
	{ "5.6 ip6", "v=spf1 ip6:::/0 ip6:2001:DB8::1/32 ip6:::ffff:1.2.3.4",
	    "v=spf1 ip6:::/0 ip6:2001:db8::1/32 ip6:::ffff:1.2.3.4" },
	{ "5.6 ip6 zone", "v=spf1 ip6:fe80::1%eth0", NULL },
	{ "5.6 ip6 /129", "v=spf1 ip6:::1/129", NULL },
	{ "5.6 ip6 two ::", "v=spf1 ip6::CAFE::BABE", NULL },
	{ "5.6 ip6 of IPv4", "v=spf1 ip6:1.2.3.4", NULL },
	{ "5.6 ip4 of IPv6", "v=spf1 ip4:::1", NULL },
	{ "7.1 toplabel alone", "v=spf1 a:museum", NULL },
	{ "7.1 toplabel alone with a dot", "v=spf1 a:museum.", NULL },
	{ "7.1 numeric toplabel", "v=spf1 a:1.2.3.4", NULL },
	{ "7.1 toplabel with digits", "v=spf1 a:b.1c a:b.1-2",
	    "v=spf1 a:b.1c a:b.1-2" },
	{ "7.1 toplabel begins with a hyphen", "v=spf1 a:b.-com", NULL },
	{ "7.1 toplabel ends in a hyphen", "v=spf1 a:b.com-", NULL },
	{ "7.1 underscore in the toplabel", "v=spf1 a:b.c_m", NULL },
	{ "7.1 final dot", "v=spf1 a:b.example.", "v=spf1 a:b.example." },
	{ "7.1 two final dots", "v=spf1 a:b.example..", NULL },
	{ "7.1 empty label inside is syntax", "v=spf1 a:b..example",
	    "v=spf1 a:b..example" },
	{ "7.1 ends in a macro", "v=spf1 a:%{d} a:x%{d} a:%% a:%_ a:%-",
	    "v=spf1 a:%{d} a:x%{d} a:%% a:%_ a:%-" },
	{ "7.1 letters after a macro", "v=spf1 a:%{d}com", NULL },
	{ "7.1 dot after a macro", "v=spf1 a:%{d}.", NULL },
	{ "7.1 toplabel after a macro", "v=spf1 a:%{d}.com",
	    "v=spf1 a:%{d}.com" },
	{ "7.1 the dot is within the macro", "v=spf1 a:x%{d.}com", NULL },
	{ "7.1 8 bits", "v=spf1 a:\xc3\xa9.example", NULL },
	{ "7.1 DEL", "v=spf1 a:b\x7f.example", NULL },
};

static struct slice
formatted(const struct spf_record *r, struct buf *b)
{
	ma_buf_clear(b);
	ck_assert(ma_spf_record_format(r, b));
	return ma_slice(b->p, b->n);
}

START_TEST(reads_records)
{
	const char *want = records[_i].want, *clause = records[_i].clause;
	struct arena a = { 0 };
	struct buf b = { 0 }, again = { 0 };
	struct spf_record r;
	enum spf_record_status st = ma_spf_record_parse(
	    ma_str(records[_i].text), KEEP_ALL, &a, &r);

	ck_assert_msg(st == (want == NULL ? SPF_RECORD_BROKEN : *want == '\0' ?
	    SPF_RECORD_ABSENT : SPF_RECORD_OK), "%s: status %d", clause,
	    (int)st);
	if (st == SPF_RECORD_BROKEN) {
		ck_assert_msg(r.wrong != NULL && r.where.n > 0, "%s", clause);
	} else if (st == SPF_RECORD_OK) {
		struct slice text = formatted(&r, &b);

		ck_assert_msg(ma_eq(text, ma_str(want)), "%s: %.*s", clause,
		    SLICE_ARG(text));
		/* What was written reads back to the same. */
		ck_assert_msg(ma_spf_record_parse(text, KEEP_ALL, &a, &r) ==
		    SPF_RECORD_OK && ma_eq(formatted(&r, &again), text),
		    "%s: again", clause);
	}
	ma_buf_free(&b);
	ma_buf_free(&again);
	ma_arena_free(&a);
}
END_TEST

START_TEST(refuses_nul)
{
	static const struct slice texts[] = {
		SLICE_LIT("v=spf1 a:foo.example.com\0"),
		SLICE_LIT("v=spf1 a\0"), SLICE_LIT("v=spf1 \0"),
		SLICE_LIT("v=spf1 x\0=y"), SLICE_LIT("v=spf1 x=\0"),
		SLICE_LIT("v=spf1 \0all"), SLICE_LIT("v=spf1 ip4:1.2.3.4\0"),
		SLICE_LIT("v=spf1 a:%\0.example"),
		SLICE_LIT("v=spf1 a:%{\0}.example"),
		SLICE_LIT("v=spf1 a:%{d\0}.example"),
	};
	struct arena a = { 0 };
	struct spf_record r;

	for (size_t i = 0; i < COUNT(texts); i++)
		ck_assert_msg(ma_spf_record_parse(texts[i], KEEP_ALL, &a, &r) ==
		    SPF_RECORD_BROKEN, "7.1 row %zu", i);
	ma_arena_free(&a);
}
END_TEST

static unsigned
count_terms(const char *text, uint32_t keep, bool *has_all)
{
	struct arena a = { 0 };
	struct spf_record r;
	unsigned n = 0;

	ck_assert(ma_spf_record_parse(ma_str(text), keep, &a, &r) ==
	    SPF_RECORD_OK);
	for (const struct spf_term *t = r.terms; t != NULL; t = t->next)
		n++;
	*has_all = r.has_all;
	ma_arena_free(&a);
	return n;
}

/* What no evaluation comes to is not kept; has_all is known all the same. */
START_TEST(keeps_what_counts)
{
	static const char text[] =
	    "v=spf1 a mx x=y ptr ip4:1.2.3.4 all a a redirect=a.example";
	bool all;

	ck_assert_uint_eq(count_terms(text, KEEP_ALL, &all), 9);
	ck_assert_uint_eq(count_terms(text, 11, &all), 6);
	ck_assert_uint_eq(count_terms(text, 2, &all), 3);
	ck_assert(all);
	ck_assert_uint_eq(count_terms("v=spf1 a mx ?ip4:1.2.3.4", 2, &all), 2);
	ck_assert(!all);
}
END_TEST

/* ---- Macros ---- */

static struct spf_values
values(const char *client, const char *local, const char *domain)
{
	static char sender[600];
	struct spf_values v = { .helo = SLICE_LIT("mx.Example.org"),
		.receiver = SLICE_LIT("unknown"), .now = 1700000000 };

	ck_assert(ma_ip_parse(ma_str(client), &v.client));
	snprintf(sender, sizeof sender, "%s@%s", local, domain);
	v.sender = ma_str(sender);
	v.local = ma_str(local);
	v.sender_domain = ma_str(domain);
	return v;
}

static const char V4[] = "192.0.2.3", V6[] = "2001:db8::cb01";

static const struct {
	const char *clause, *macro, *client, *want;	/* want NULL: refused */
} macros[] = {
	{ "7.4", "%{s}", V4, "strong-bad@email.example.com" },
	{ "7.4", "%{o}", V4, "email.example.com" },
	{ "7.4", "%{d}", V4, "email.example.com" },
	{ "7.4", "%{d4}", V4, "email.example.com" },
	{ "7.4", "%{d3}", V4, "email.example.com" },
	{ "7.4", "%{d2}", V4, "example.com" },
	{ "7.4", "%{d1}", V4, "com" },
	{ "7.4", "%{dr}", V4, "com.example.email" },
	{ "7.4", "%{d2r}", V4, "example.email" },
	{ "7.4", "%{l}", V4, "strong-bad" },
	{ "7.4", "%{l-}", V4, "strong.bad" },
	{ "7.4", "%{lr}", V4, "strong-bad" },
	{ "7.4", "%{lr-}", V4, "bad.strong" },
	{ "7.4", "%{l1r-}", V4, "strong" },
	{ "7.4", "%{ir}.%{v}._spf.%{d2}", V4,
	    "3.2.0.192.in-addr._spf.example.com" },
	{ "7.4", "%{lr-}.lp._spf.%{d2}", V4,
	    "bad.strong.lp._spf.example.com" },
	{ "7.4", "%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", V4,
	    "bad.strong.lp.3.2.0.192.in-addr._spf.example.com" },
	{ "7.4", "%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", V4,
	    "3.2.0.192.in-addr.strong.lp._spf.example.com" },
	{ "7.4", "%{d2}.trusted-domains.example.net", V4,
	    "example.com.trusted-domains.example.net" },
	{ "7.4", "%{ir}.%{v}._spf.%{d2}", V6, "1.0.b.c.0.0.0.0."
	    "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf."
	    "example.com" },
	{ "7.3 i of IPv6 is nibbles", "%{i}", V6, "2.0.0.1.0.d.b.8."
	    "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.c.b.0.1" },
	{ "7.3 c is for people", "%{c}", V6, "2001:db8::cb01" },
	{ "7.3 c of IPv4", "%{c}", V4, "192.0.2.3" },
	{ "7.2 v", "%{v}", V6, "ip6" },
	{ "7.3 t", "%{t}", V4, "1700000000" },
	{ "7.3 r", "%{r}", V4, "unknown" },
	{ "7.3 h as it was said", "%{h}", V4, "mx.Example.org" },
	{ "7.3 p", "%{p}", V4, "mail.example.net" },
	{ "7.1 %%, %_, %-", "a%%b%_c%-d", V4, "a%b c%20d" },
	{ "7.3 upper case is escaped", "%{S}", V4,
	    "strong-bad%40email.example.com" },
	{ "7.3 escaped after the split", "%{L-}", V4, "strong.bad" },
	{ "7.1 R for r", "%{dR}", V4, "com.example.email" },
	{ "7.1 all transformers", "%{D2R.-+,/_=}", V4, "example.email" },
	{ "7.3 0 is an error", "%{d0}", V4, NULL },
	{ "7.3 00 too", "%{d00}", V4, NULL },
	{ "7.3 128", "%{d128}", V4, "email.example.com" },
	{ "hMailServer #399 2^31", "%{d2147483648}", V4, "email.example.com" },
	{ "2^32", "%{d4294967296}", V4, "email.example.com" },
	{ "2^32 + 1 is not 1", "%{d4294967297}", V4, "email.example.com" },
	{ "2^64 + 1 is not 1", "%{d18446744073709551617}", V4,
	    "email.example.com" },
	{ "SPFail", "%{d1r}", V4, "email" },
	{ "CVE-2021-33913", "%{d200r.-+,/_=}", V4, "com.example.email" },
	{ "7.1 % at the end", "a%", V4, NULL },
	{ "7.1 %{ at the end", "a%{", V4, NULL },
	{ "7.1 %{d at the end", "a%{d", V4, NULL },
	{ "7.1 %{d1r at the end", "a%{d1r", V4, NULL },
	{ "7.1 %{d1r. at the end", "a%{d1r.", V4, NULL },
	{ "7.1 %(", "%(ir)", V4, NULL },
	{ "7.1 no letter", "%{}", V4, NULL },
	{ "7.1 unknown letter", "%{x}", V4, NULL },
	{ "7.1 digit for a letter", "%{1}", V4, NULL },
	{ "7.1 digits after r", "%{dr2}", V4, NULL },
	{ "7.1 r twice", "%{drr}", V4, NULL },
	{ "7.1 foreign delimiter", "%{d;}", V4, NULL },
	{ "7.1 blank in a macro", "%{d }", V4, NULL },
	{ "6.2 SP in an explain-string", "a b", V4, "a b" },
	{ "6.2 HTAB is none", "a\tb", V4, NULL },
	{ "6.2 8 bits", "a\xc3\xa9", V4, NULL },
};

START_TEST(expands)
{
	struct spf_values v = values(macros[_i].client, "strong-bad",
	    "email.example.com");
	struct slice text = ma_str(macros[_i].macro);
	struct expansion x;
	struct spf_macros m;
	bool ok = ma_spf_explain_string_check(text, &m);

	ck_assert_msg(ok == (macros[_i].want != NULL), "%s: %s",
	    macros[_i].clause, macros[_i].macro);
	if (!ok)
		return;
	ma_spf_expand_text(text, &v, SLICE_LIT("email.example.com"),
	    SLICE_LIT("mail.example.net"), &x);
	ck_assert_msg(ma_eq(ma_slice(x.text, x.n), ma_str(macros[_i].want)),
	    "%s: %.*s", macros[_i].clause, (int)x.n, x.text);
	ma_spf_expand_name(text, &v, SLICE_LIT("email.example.com"),
	    SLICE_LIT("mail.example.net"), &x);
	ck_assert_msg(ma_eq(ma_slice(x.text, x.n), ma_str(macros[_i].want)),
	    "%s as a name: %.*s", macros[_i].clause, (int)x.n, x.text);
}
END_TEST

/* Section 7.2: c, r and t are for exp= text only. */
START_TEST(knows_letters)
{
	struct spf_macros m;

	for (char c = 'a'; c <= 'z'; c++) {
		char text[8], upper[8];
		bool term = strchr("slodipvh", c) != NULL;
		bool exp = term || strchr("crt", c) != NULL;

		snprintf(text, sizeof text, "%%{%c}", c);
		snprintf(upper, sizeof upper, "%%{%c}", c - 32);
		ck_assert_msg(ma_spf_macro_string_check(ma_str(text), &m) ==
		    term, "%s", text);
		ck_assert(!term || m.letters == LETTER(c));
		ck_assert_msg(ma_spf_macro_string_check(ma_str(upper), &m) ==
		    term, "%s", upper);
		ck_assert_msg(ma_spf_explain_string_check(ma_str(text), &m) ==
		    exp, "%s", text);
	}
	ck_assert(ma_spf_macro_string_check(SLICE_LIT("%{p}.%{P1r}.%{d}"), &m));
	ck_assert_uint_eq(m.validated, 2);
	ck_assert(!ma_spf_macro_string_check(SLICE_LIT("a b"), &m));
}
END_TEST

/* ZDI-23-1472: every beginning of valid macros is refused or expands. */
START_TEST(bears_truncation)
{
	static const char whole[] =
	    "a%{d1r.-+}%%%{L255r-}x%_%{I}%-%{p2_=}.%{s3r@.,}%{ir}.%{v}";
	struct spf_values v = values(V6, "strong-bad", "email.example.com");
	struct spf_macros m;
	struct expansion x;

	for (size_t n = 0; n < sizeof whole; n++) {
		/* Just as large as it is, for the sanitizer. */
		char *copy = malloc(n > 0 ? n : 1);

		ck_assert_ptr_nonnull(copy);
		memcpy(copy, whole, n);
		if (ma_spf_explain_string_check(ma_slice(copy, n), &m))
			ma_spf_expand_text(ma_slice(copy, n), &v,
			    SLICE_LIT("a.example"), SLICE_LIT("unknown"), &x);
		free(copy);
	}
}
END_TEST

/* CVE-2021-33912: two digits for every octet. */
START_TEST(escapes_every_octet)
{
	struct spf_values v = values(V4, "x", "example.com");
	struct expansion x;

	for (int c = 0; c < 256; c++) {
		char octet = (char)c, want[8];
		size_t n = 1;

		want[0] = octet;
		if (!ma_is_alnum(c) && (c == 0 || strchr("-._~", c) == NULL))
			n = (size_t)snprintf(want, sizeof want, "%%%02X", c);
		v.local = ma_slice(&octet, 1);
		ma_spf_expand_text(SLICE_LIT("%{L}"), &v, SLICE_LIT(""),
		    SLICE_LIT(""), &x);
		ck_assert_msg(ma_eq(ma_slice(x.text, x.n), ma_slice(want, n)),
		    "octet %d", c);
		ma_spf_expand_text(SLICE_LIT("%{l}"), &v, SLICE_LIT(""),
		    SLICE_LIT(""), &x);
		ck_assert_msg(x.n == 1 && x.text[0] == octet, "octet %d", c);
	}
}
END_TEST

/* Another way to do what section 7.3 says: a list of parts. */
static void
oracle(struct slice value, unsigned keep, bool reverse, const char *delimiters,
    struct buf *out)
{
	struct slice parts[600], list[600];
	size_t n = 0, from = 0;

	parts[n++] = ma_slice(value.p, 0);
	for (size_t i = 0; i < value.n; i++) {
		if (strchr(delimiters, value.p[i]) != NULL)
			parts[n++] = ma_slice(value.p + i + 1, 0);
		else
			parts[n - 1].n++;
	}
	for (size_t i = 0; i < n; i++)
		list[i] = reverse ? parts[n - 1 - i] : parts[i];
	if (keep > 0 && keep < n)
		from = n - keep;
	ma_buf_clear(out);
	for (size_t i = from; i < n; i++) {
		if (i > from)
			ma_buf_char(out, '.');
		ma_buf_slice(out, list[i]);
	}
}

START_TEST(agrees_with_another_way)
{
	static const char *const values_of[] = { "", "a", ".", "-.-", "a.b-c.d",
		"..a", "a..", "foo-bar+zip,quux/x_y=z", "....", "a-" };
	static const char *const sets[] = { "", ".", "-", "+-", ".-+,/_=" };
	static const unsigned keeps[] = { 0, 1, 2, 3, 5, 127, 200 };
	struct spf_values v = values(V4, "x", "example.com");
	struct buf want = { 0 };
	struct expansion x;
	char macro[40], digits[12];

	for (size_t i = 0; i < COUNT(values_of) * COUNT(sets) * COUNT(keeps);
	    i++) {
		const char *set = sets[i / COUNT(values_of) % COUNT(sets)];
		unsigned keep = keeps[i / COUNT(values_of) / COUNT(sets)];

		v.local = ma_str(values_of[i % COUNT(values_of)]);
		snprintf(digits, sizeof digits, "%u", keep);
		for (int r = 0; r < 2; r++) {
			snprintf(macro, sizeof macro, "%%{l%s%s%s}",
			    keep > 0 ? digits : "", r > 0 ? "r" : "", set);
			oracle(v.local, keep, r > 0, *set != '\0' ? set : ".",
			    &want);
			ma_spf_expand_text(ma_str(macro), &v, SLICE_LIT(""),
			    SLICE_LIT(""), &x);
			ck_assert_msg(ma_eq(ma_slice(x.text, x.n),
			    ma_slice(want.p, want.n)), "%s of %.*s: %.*s",
			    macro, SLICE_ARG(v.local), (int)x.n, x.text);
		}
	}
	ma_buf_free(&want);
}
END_TEST

/* ---- Names from expansions ---- */

static void
check_name(const char *clause, struct slice text, const char *want)
{
	struct spf_values v = values(V4, "x", "example.com");
	struct expansion x;
	struct dname d;
	char got[NAME_TEXT] = "-";

	ma_spf_expand_name(text, &v, SLICE_LIT("example.com"), SLICE_LIT(""),
	    &x);
	if (ma_spf_expansion_name(&x, &d))
		ma_name_text(&d, got);
	ck_assert_msg(strcmp(got, want) == 0, "%s: %s", clause, got);
}

/* "label.label..." of so many labels of so many letters. */
static const char *
labels(unsigned n, unsigned length, const char *tail)
{
	static char text[8000];
	size_t to = 0;

	for (unsigned i = 0; i < n; i++) {
		memset(text + to, (char)('a' + i % 26), length);
		to += length;
		text[to++] = '.';
	}
	strcpy(text + to, tail);
	return text;
}

START_TEST(makes_names)
{
	const char *text;

	check_name("one final dot", SLICE_LIT("a.example."), "a.example");
	check_name("two final dots", SLICE_LIT("a.example.."), "-");
	check_name("4.8 empty label", SLICE_LIT("a..example"), "-");
	check_name("empty label first", SLICE_LIT(".a.example"), "-");
	check_name("nothing", SLICE_LIT(""), "-");
	check_name("the root", SLICE_LIT("."), "-");
	check_name("any visible octet", SLICE_LIT("foo:bar/b%_z.example"),
	    "foo:bar/b\\032z.example");
	check_name("4.8 label of 63", ma_str(labels(1, 63, "example")),
	    labels(1, 63, "example"));
	check_name("4.8 label of 64", ma_str(labels(1, 64, "example")), "-");
	/* 49 * 5 + 8 is 253. */
	text = labels(49, 4, "examples");
	ck_assert_uint_eq(strlen(text), 253);
	check_name("7.3 253 octets stay", ma_str(text), text);
	text = labels(49, 4, "example.x");
	ck_assert_uint_eq(strlen(text), 254);
	check_name("7.3 254 lose a label", ma_str(text), text + 5);
	text = labels(1500, 4, "example.x");
	check_name("7.3 thousands keep the last", ma_str(text),
	    text + 1452 * 5);
	check_name("7.3 a long label goes",
	    ma_str(labels(1, 4000, "a.example")), "a.example");
}
END_TEST

/* NUL, controls and 8 bits of HELO or local-part never become a name. */
START_TEST(refuses_octets_in_names)
{
	struct spf_values v = values(V4, "x", "example.com");
	struct expansion x;
	struct dname d;

	for (int c = 0; c < 256; c++) {
		char octet = (char)c;

		v.local = ma_slice(&octet, 1);
		ma_spf_expand_name(SLICE_LIT("a%{l}b.example"), &v,
		    SLICE_LIT(""), SLICE_LIT(""), &x);
		ck_assert_msg(ma_spf_expansion_name(&x, &d) ==
		    (c >= ' ' && c < 0x7f), "octet %d", c);
	}
}
END_TEST

/* CVE-2021-20314: thousands of macros. */
START_TEST(bears_long_texts)
{
	struct spf_values v = values(V4, "local-part", "example.com");
	struct buf b = { 0 };
	struct expansion x;
	struct spf_macros m;
	struct dname d;

	for (int i = 0; i < 4000; i++)
		ma_buf_str(&b, "%{S}%{l1r-}.%{p}.");
	ma_buf_str(&b, "%{d}");
	ck_assert(ma_spf_domain_spec_check(ma_slice(b.p, b.n), &m));
	ck_assert_uint_eq(m.validated, 4000);
	ma_spf_expand_text(ma_slice(b.p, b.n), &v, SLICE_LIT("a.example"),
	    SLICE_LIT("unknown"), &x);
	ck_assert_uint_eq(x.n, EXPLANATION_MAX);
	ck_assert(ma_starts(ma_slice(x.text, x.n),
	    SLICE_LIT("local-part%40example.comlocal.unknown.local-part%40")));
	ma_spf_expand_name(ma_slice(b.p, b.n), &v, SLICE_LIT("a.example"),
	    SLICE_LIT("unknown"), &x);
	ck_assert(ma_spf_expansion_name(&x, &d));
	ck_assert(d.n > 200);
	ma_buf_free(&b);
}
END_TEST

/* ---- Words ---- */

START_TEST(knows_words)
{
	for (int i = MAILAUTH_SPF_NONE; i <= MAILAUTH_SPF_PERMERROR; i++)
		ck_assert_int_eq(mailauth_spf_result_parse(
		    mailauth_spf_result_name(i)), i);
	ck_assert_str_eq(mailauth_spf_result_name(MAILAUTH_SPF_SOFTFAIL),
	    "softfail");
	ck_assert_str_eq(mailauth_spf_result_name(0), "unknown");
	ck_assert_str_eq(mailauth_spf_result_name(99), "unknown");
	ck_assert_str_eq(mailauth_spf_result_name(-1), "unknown");
	ck_assert_int_eq(mailauth_spf_result_parse("Pass"),
	    MAILAUTH_SPF_PASS);
	ck_assert_int_eq(mailauth_spf_result_parse("passed"), 0);
	ck_assert_int_eq(mailauth_spf_result_parse(""), 0);
	ck_assert_int_eq(mailauth_spf_result_parse(NULL), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("spf");
	TCase *tc = tcase_create("spf");

	tcase_add_loop_test(tc, reads_records, 0, ROWS(records));
	tcase_add_test(tc, refuses_nul);
	tcase_add_test(tc, keeps_what_counts);
	tcase_add_loop_test(tc, expands, 0, ROWS(macros));
	tcase_add_test(tc, knows_letters);
	tcase_add_test(tc, bears_truncation);
	tcase_add_test(tc, escapes_every_octet);
	tcase_add_test(tc, agrees_with_another_way);
	tcase_add_test(tc, makes_names);
	tcase_add_test(tc, refuses_octets_in_names);
	tcase_add_test(tc, bears_long_texts);
	tcase_add_test(tc, knows_words);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
