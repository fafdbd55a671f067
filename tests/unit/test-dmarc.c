/*
 * DMARC: records, discovery, alignment, policy.  RFC 9989 unless said
 * otherwise.
 */
#include <stdio.h>

#include "dmarc/dmarc.h"
#include "steps.h"

/* ---- Records ---- */

/* INVALID where there is no valid policy; ABSENT is NULL. */
static const struct {
	const char *what, *text, *want;
} records[] = {
	{ "4.7 all tags", "v=DMARC1; p=reject; sp=quarantine; np=none; "
	    "adkim=s; aspf=s; psd=n; t=y; rua=mailto:a@b; ruf=mailto:c@d; "
	    "fo=1:d:s", "OK v=DMARC1; p=reject; sp=quarantine; np=none; "
	    "adkim=s; aspf=s; psd=n; t=y; rua=mailto:a@b; ruf=mailto:c@d; "
	    "fo=1:d:s" },
	{ "4.7 defaults", "v=DMARC1; p=none; adkim=r; aspf=r; psd=u; t=n",
	    "OK v=DMARC1; p=none" },
	{ "4.8 blanks", "v = DMARC1 ;\tp = reject ; ",
	    "OK v=DMARC1; p=reject" },
	{ "4.8 literals have no case", "V=DMARC1;P=Reject;ADKIM=S;T=Y;PSD=Y",
	    "OK v=DMARC1; p=reject; adkim=s; psd=y; t=y" },
	{ "4.7 the version has", "v=dmarc1; p=none", NULL },
	{ "4.7 another version", "v=DMARC2; p=none", NULL },
	{ "4.7 longer version", "v=DMARC11; p=none", NULL },
	{ "4.7 no version", "p=none", NULL },
	{ "4.7 version not first", "p=none; v=DMARC1", NULL },
	{ "4.8 blank before it", " v=DMARC1; p=none", NULL },
	{ "4.8 no separator", "v=DMARC1 p=none", NULL },
	{ "empty", "", NULL },
	{ "SPF", "v=spf1 -all", NULL },
	{ "no value", "v", NULL },
	{ "4.10.1 version alone", "v=DMARC1", "INVALID p v=DMARC1" },
	{ "4.10.1 version and separator", "v=DMARC1;",
	    "INVALID p v=DMARC1" },
	{ "4.7 p need not be second", "v=DMARC1; sp=none; p=reject",
	    "OK v=DMARC1; p=reject; sp=none" },
	{ "4.10.1 p unknown", "v=DMARC1; p=foo", "INVALID p v=DMARC1" },
	{ "4.10.1 p empty", "v=DMARC1; p=", "INVALID p v=DMARC1" },
	{ "4.10.1 p with more", "v=DMARC1; p=reject,none",
	    "INVALID p v=DMARC1" },
	{ "4.10.1 p with 8-bit", "v=DMARC1; p=none\xff",
	    "INVALID p v=DMARC1" },
	{ "4.10.1 sp unknown", "v=DMARC1; p=reject; sp=foo",
	    "INVALID sp v=DMARC1; p=reject" },
	{ "4.10.1 np unknown", "v=DMARC1; p=reject; np=",
	    "INVALID np v=DMARC1; p=reject" },
	{ "4.10.1 reports", "v=DMARC1; p=foo; rua=mailto:a@b",
	    "INVALID p reports v=DMARC1; rua=mailto:a@b" },
	{ "4.10.1 no valid reporting URI", "v=DMARC1; p=foo; rua=a@b",
	    "INVALID p v=DMARC1; rua=a@b" },
	{ "4.10.1 one of two URIs", "v=DMARC1; rua=a@b, https://x/",
	    "INVALID p reports v=DMARC1; rua=a@b, https://x/" },
	{ "4.8 unknown tags", "v=DMARC1; x=1; p=none; pp=reject; y=;",
	    "OK v=DMARC1; p=none" },
	{ "4.8 historic tags", "v=DMARC1; p=none; rf=afrf; ri=3600",
	    "OK v=DMARC1; p=none" },
	{ "4.8 syntax errors", "v=DMARC1;; foo; =x; p=none; 1=2; adkim=x; "
	    "aspf; t=maybe; psd=x", "OK v=DMARC1; p=none" },
	{ "the first of two", "v=DMARC1; p=reject; p=none",
	    "OK v=DMARC1; p=reject" },
	{ "the first of two, wrong", "v=DMARC1; p=x; p=none",
	    "INVALID p v=DMARC1" },
	{ "4.7 fo without ruf", "v=DMARC1; p=none; fo=1",
	    "OK v=DMARC1; p=none" },
	{ "4.7 fo 0 is the default", "v=DMARC1; p=none; ruf=x:y; fo=0",
	    "OK v=DMARC1; p=none; ruf=x:y" },
	{ "4.7 fo 0 and 1 exclude", "v=DMARC1; p=none; ruf=x:y; fo=0:1",
	    "OK v=DMARC1; p=none; ruf=x:y" },
	{ "4.8 fo twice d", "v=DMARC1; p=none; ruf=x:y; fo=d:d",
	    "OK v=DMARC1; p=none; ruf=x:y" },
	{ "4.8 fo in any order", "v=DMARC1; p=none; ruf=x:y; fo=s:1:d",
	    "OK v=DMARC1; p=none; ruf=x:y; fo=1:d:s" },
	{ "4.8 fo unknown", "v=DMARC1; p=none; ruf=x:y; fo=1:x",
	    "OK v=DMARC1; p=none; ruf=x:y" },
	{ "4.8 fo s alone", "v=DMARC1; p=none; ruf=x:y; fo=s",
	    "OK v=DMARC1; p=none; ruf=x:y; fo=s" },
	{ "7489 6.3 pct", "v=DMARC1; p=none; pct=0",
	    "OK v=DMARC1; p=none; pct=0" },
	{ "7489 6.3 pct above", "v=DMARC1; p=none; pct=101",
	    "OK v=DMARC1; p=none" },
	{ "7489 6.3 pct with sign", "v=DMARC1; p=none; pct=-1",
	    "OK v=DMARC1; p=none" },
	{ "OpenDMARC 78: blank values", "v=DMARC1; p=none; rua= ; ruf=; fo= ;"
	    "adkim=; sp=none", "OK v=DMARC1; p=none; sp=none" },
};

/* The record as said above, in b with a NUL; it parses to the same again. */
static void
say_record(struct slice text, struct buf *b)
{
	struct dmarc_record r, again;
	enum dmarc_record_status status = ma_dmarc_record_parse(text, &r);
	struct buf form = { 0 };

	ma_buf_clear(b);
	ck_assert(ma_dmarc_record_format(&form, &r));
	if (status == DMARC_RECORD_OK) {
		ma_buf_str(b, "OK ");
		ck_assert_int_eq(ma_dmarc_record_parse(ma_slice(form.p,
		    form.n), &again), DMARC_RECORD_OK);
		ck_assert(again.p == r.p && again.sp == r.sp &&
		    again.np == r.np && again.strict_dkim == r.strict_dkim &&
		    again.strict_spf == r.strict_spf && again.psd == r.psd &&
		    again.testing == r.testing && again.fo == r.fo &&
		    again.pct == r.pct && ma_eq(again.rua, r.rua) &&
		    ma_eq(again.ruf, r.ruf));
	} else if (status == DMARC_RECORD_INVALID)
		ma_buf_fmt(b, "INVALID %s %s", r.wrong,
		    r.reports ? "reports " : "");
	ma_buf_slice(b, ma_slice(form.p, form.n));
	ma_buf_free(&form);
	ma_buf_char(b, '\0');
}

START_TEST(reads_records)
{
	struct buf b = { 0 };
	struct dmarc_record r;

	if (records[_i].want == NULL)
		ck_assert_msg(ma_dmarc_record_parse(ma_str(records[_i].text),
		    &r) == DMARC_RECORD_ABSENT, "%s", records[_i].what);
	else {
		say_record(ma_str(records[_i].text), &b);
		ck_assert_msg(strcmp(b.p, records[_i].want) == 0, "%s: %s",
		    records[_i].what, b.p);
	}
	ma_buf_free(&b);
}
END_TEST

/* Valid URIs, one a line; "+": reports may go there. */
static const struct {
	const char *what, *list, *want;
} uris[] = {
	{ "4.8 one", "mailto:a@b", "+mailto:a@b\n" },
	{ "4.8 two", "mailto:a@b,mailto:c@d", "+mailto:a@b\n+mailto:c@d\n" },
	{ "4.8 blanks", " mailto:a@b \t,\t mailto:c@d ",
	    "+mailto:a@b\n+mailto:c@d\n" },
	{ "4.8 obsolete size", "mailto:a@b!10m,mailto:c@d!1",
	    "+mailto:a@b\n+mailto:c@d\n" },
	{ "4.8 size letters", "x:a!1k,x:b!1M,x:c!1g,x:d!1T",
	    "-x:a\n-x:b\n-x:c\n-x:d\n" },
	{ "4.8 ! is to be encoded", "mailto:a!b@c,mailto:a@b!,"
	    "mailto:a@b!10x,mailto:a@b!m", "" },
	{ "3986 2.1 encoded", "mailto:a%21b%2C@c", "+mailto:a%21b%2C@c\n" },
	{ "3986 2.1 half encoded", "mailto:a%2@c,mailto:a%,mailto:%zz@c",
	    "" },
	{ "3986 3 no scheme", "a@b,:a@b,1x:a,m ailto:a@b,//x", "" },
	{ "3986 3.1 odd schemes", "a+b-c.9:x", "-a+b-c.9:x\n" },
	{ "3986 2 octets", "mailto:a b@c,mailto:<a@b>,mailto:\"a\"@b,"
	    "mailto:a\\@b,mailto:{a}@b,mailto:a@b|c,mailto:a^@b", "" },
	{ "brackets only in an authority", "mailto:a@[192.0.2.1],"
	    "https://[::1]/", "-https://[::1]/\n" },
	{ "4.7 other schemes", "https://x.example/,mailto:a@b,ftp://y",
	    "-https://x.example/\n+mailto:a@b\n-ftp://y\n" },
	{ "mailto has no case", "MAILTO:a@b", "+MAILTO:a@b\n" },
	{ "mailto to nobody", "mailto:,mailto:x,mailto:@b,mailto:a@,"
	    "mailto:?to=a@b", "-mailto:x\n-mailto:@b\n-mailto:a@\n"
	    "-mailto:?to=a@b\n" },
	{ "empty items", ",,mailto:a@b,,", "+mailto:a@b\n" },
	{ "CR and LF", "mailto:a@b\r\nBcc:c", "" },
	{ "8-bit", "mailto:\xc3\xa9@b", "" },
};

START_TEST(reads_uris)
{
	struct slice list = ma_str(uris[_i].list), uri;
	struct buf b = { 0 };

	while (ma_dmarc_uri(&list, &uri))
		ma_buf_fmt(&b, "%c%.*s\n",
		    ma_is_mailto(uri) ? '+' : '-', SLICE_ARG(uri));
	ma_buf_char(&b, '\0');
	ck_assert_msg(strcmp(b.p, uris[_i].want) == 0, "%s:\n%s",
	    uris[_i].what, b.p);
	ma_buf_free(&b);
}
END_TEST

/* ---- Evaluations ---- */

struct row {
	const char *what, *from;
	const char *spf;		/* "pass example.com" or NULL */
	const char *dkim;		/* the same, "," between, or NULL */
	const char *zone, *want;
	const char *asked;		/* NULL: any */
	unsigned rounds;		/* 0: any */
	bool psl;
};

/* com, uk, co.uk and all single labels. */
static int
suffix(void *user, const char *domain)
{
	struct slice s = ma_str(domain);

	ck_assert_ptr_eq(user, &uris);
	if (strstr(domain, "odd.example") != NULL)
		return -1;
	return s.n >= 5 && ma_eq(ma_sub(s, s.n - 5, 5), SLICE_LIT("co.uk")) &&
	    (s.n == 5 || s.p[s.n - 6] == '.') ? 2 : 1;
}

/* A setter that lacked memory is called again. */
#define SURE(call) do { if ((call) == MAILAUTH_ENOMEM) \
	ck_assert_int_eq((call), MAILAUTH_DONE); } while (0)

static void
set_component(struct mailauth_dmarc *d, struct slice item, bool dkim)
{
	struct slice word = ma_cut(&item, ' ');
	char text[20] = "";

	memcpy(text, word.p, word.n);
	if (dkim)
		SURE(mailauth_dmarc_add_dkim(d,
		    strcmp(text, "pass") == 0 ? MAILAUTH_DKIM_PASS :
		    strcmp(text, "temperror") == 0 ? MAILAUTH_DKIM_TEMPERROR :
		    strcmp(text, "none") == 0 ? MAILAUTH_DKIM_NONE :
		    MAILAUTH_DKIM_FAIL, item.p, item.n));
	else
		SURE(mailauth_dmarc_set_spf(d,
		    strcmp(text, "pass") == 0 ? MAILAUTH_SPF_PASS :
		    strcmp(text, "temperror") == 0 ? MAILAUTH_SPF_TEMPERROR :
		    strcmp(text, "none") == 0 ? MAILAUTH_SPF_NONE :
		    MAILAUTH_SPF_FAIL, item.p, item.n));
}

static void *
make(const void *arg, struct mailauth_lookups *l)
{
	const struct row *row = arg;
	struct mailauth_dmarc *d = mailauth_dmarc_new(l);
	struct slice rest = ma_str(row->dkim);

	if (d == NULL)
		return NULL;
	ck_assert_ptr_nonnull(mailauth_dmarc_lookups(d));
	if (row->from != NULL)
		SURE(mailauth_dmarc_set_from_domain(d, row->from,
		    strlen(row->from)));
	if (row->spf != NULL)
		set_component(d, ma_str(row->spf), false);
	while (rest.n > 0)
		set_component(d, ma_cut(&rest, ','), true);
	if (row->psl)
		mailauth_dmarc_set_discovery(d, MAILAUTH_DMARC_PSL, suffix,
		    (void *)&uris);
	mailauth_dmarc_set_trace(d, 1);
	return d;
}

static int
step(void *d)
{
	return mailauth_dmarc_step(d);
}

static int
drive(void *d, struct mailauth_resolver *r)
{
	return mailauth_dmarc_align(d, r);
}

static void
release(void *d)
{
	mailauth_dmarc_free(d);
}

static const char *
or_dash(const char *s)
{
	return s != NULL ? s : "-";
}

/* RESULT policy/disposition organizational record-domain facts reason */
static void
describe(void *arg, struct buf *b)
{
	const struct mailauth_dmarc *d = arg;
	int policy = mailauth_dmarc_policy(d);
	int disposition = mailauth_dmarc_disposition(d);

	ma_buf_fmt(b, "%s %s/%s %s %s",
	    mailauth_dmarc_result_name(mailauth_dmarc_result(d)),
	    policy != 0 ? mailauth_dmarc_policy_name(policy) : "-",
	    disposition != 0 ? mailauth_dmarc_policy_name(disposition) : "-",
	    or_dash(mailauth_dmarc_organizational_domain(d)),
	    or_dash(mailauth_dmarc_record_domain(d)));
	if (mailauth_dmarc_spf_aligned(d))
		ma_buf_str(b, " spf");
	if (mailauth_dmarc_dkim_aligned(d))
		ma_buf_str(b, " dkim");
	for (size_t i = 0; i < 10; i++)
		if (mailauth_dmarc_dkim_signature_aligned(d, i))
			ma_buf_fmt(b, "%zu", i);
	if (mailauth_dmarc_testing(d))
		ma_buf_str(b, " t");
	if (mailauth_dmarc_secure(d))
		ma_buf_str(b, " secure");
	if (mailauth_dmarc_reason(d) != NULL)
		ma_buf_fmt(b, " (%s)", mailauth_dmarc_reason(d));
	ck_assert_ptr_nonnull(mailauth_dmarc_detail(d));
	ck_assert_ptr_nonnull(mailauth_dmarc_trace(d, 0));
	ck_assert((mailauth_dmarc_record(d, NULL) != NULL) ==
	    (mailauth_dmarc_record_domain(d) != NULL));
}

static const struct subject subject = {
	make, step, drive, release, describe
};

#define R(name, tags) "_dmarc." name ". TXT 'v=DMARC1; " tags "'\n"
#define P(name) R(name, "p=reject")
#define FAILS(name) ";! _dmarc." name " TXT SERVFAIL\n"
#define HERE(name) name ". A 192.0.2.1\n"

static const struct row rows[] = {
	/* 3.2.10, 4.4: alignment */
	{ "exact SPF", "example.com", "pass example.com", NULL,
	    P("example.com"), "pass reject/none example.com example.com spf",
	    "_dmarc.example.com TXT, _dmarc.com TXT", 1 },
	{ "exact DKIM", "example.com", "fail x.net", "pass example.com",
	    P("example.com"), "pass reject/none example.com example.com "
	    "dkim0", "_dmarc.example.com TXT, _dmarc.com TXT", 1 },
	{ "letter case, final dots", "EXAMPLE.com.", "pass Example.COM.",
	    "pass eXample.com", P("example.com"),
	    "pass reject/none example.com example.com spf dkim0" },
	{ "U-labels (5.3.1)", "b\xc3\xbc" "cher.example",
	    "pass xn--bcher-kva.example", NULL, P("xn--bcher-kva.example"),
	    "pass reject/none xn--bcher-kva.example xn--bcher-kva.example "
	    "spf" },
	{ "relaxed: a child", "example.com", "pass a.example.com", NULL,
	    P("example.com"), "pass reject/none example.com example.com spf",
	    "_dmarc.example.com TXT, _dmarc.com TXT, "
	    "_dmarc.a.example.com TXT", 2 },
	{ "relaxed: the parent", "a.example.com", NULL, "pass example.com",
	    P("example.com") HERE("a.example.com"),
	    "pass reject/none example.com example.com dkim0",
	    "_dmarc.a.example.com TXT, _dmarc.example.com TXT, "
	    "_dmarc.com TXT", 1 },
	{ "relaxed: a sibling", "a.example.com", NULL, "pass b.example.com",
	    P("example.com"), "pass reject/none example.com example.com "
	    "dkim0" },
	{ "relaxed: none", "example.com", "pass example.net",
	    "pass other.com,pass com", P("example.com"),
	    "fail reject/reject example.com example.com (not-aligned)",
	    "_dmarc.example.com TXT, _dmarc.com TXT", 1 },
	{ "an ending is no parent", "example.com", "pass badexample.com",
	    "pass xample.com", P("example.com"),
	    "fail reject/reject example.com example.com (not-aligned)" },
	{ "strict: the parent fails (MA 0c4bab7)", "a.example.com",
	    "pass example.com", "pass example.com",
	    R("example.com", "p=reject; adkim=s; aspf=s"),
	    "fail reject/reject example.com example.com (not-aligned)" },
	{ "strict: equal", "a.example.com", "pass a.example.com",
	    "pass example.com", R("example.com", "p=reject; adkim=s; aspf=s"),
	    "pass reject/none example.com example.com spf",
	    "_dmarc.a.example.com TXT, _dmarc.example.com TXT, "
	    "_dmarc.com TXT", 1 },
	{ "adkim is not aspf", "a.example.com", "pass example.com",
	    "pass example.com", R("example.com", "p=reject; adkim=s"),
	    "pass reject/none example.com example.com spf" },
	{ "aspf is not adkim", "a.example.com", "pass example.com",
	    "pass example.com", R("example.com", "p=reject; aspf=s"),
	    "pass reject/none example.com example.com dkim0" },
	{ "nothing passed", "example.com", "fail example.com",
	    "fail example.com,none example.com", P("example.com"),
	    "fail reject/reject example.com example.com "
	    "(not-authenticated)" },
	{ "nothing at all", "example.com", NULL, NULL, P("example.com"),
	    "fail reject/reject example.com example.com "
	    "(not-authenticated)" },
	{ "fail of the victim, pass of another (CVE of PR 70)",
	    "example.com", "fail example.com", "fail example.com,pass x.net",
	    P("example.com"),
	    "fail reject/reject example.com example.com (not-aligned)" },
	{ "each signature for itself", "example.com", NULL,
	    "pass x.net,pass a.example.com,fail example.com,"
	    "pass example.com", P("example.com"),
	    "pass reject/none example.com example.com dkim13" },
	{ "domains that are none", "example.com", "pass ",
	    "pass example..com,pass exam ple.com,pass \xff,pass .,"
	    "pass example.com(.evil.net,pass _dmarc.\\.com", P("example.com"),
	    "fail reject/reject example.com example.com (not-aligned)",
	    "_dmarc.example.com TXT, _dmarc.com TXT" },
	{ "an empty record alone", "example.com", NULL, NULL,
	    "_dmarc.example.com. TXT ''\n",
	    "none -/- example.com - (no-record)" },
	{ "strings are joined (4.5)", "example.com", "pass example.com", NULL,
	    "_dmarc.example.com. TXT 'v=DM' 'ARC1; p=re' 'ject'\n",
	    "pass reject/none example.com example.com spf" },
	{ "the record behind an alias", "example.com", "pass example.com",
	    NULL, "_dmarc.example.com. CNAME x.net.\nx.net. TXT "
	    "'v=DMARC1; p=reject'\n",
	    "pass reject/none example.com example.com spf" },

	/* 4.10: the walk */
	{ "B.4.1 simple", "example.com", "pass example.com",
	    "pass signing.example.com", P("example.com")
	    P("signing.example.com"),
	    "pass reject/none example.com example.com spf dkim0" },
	{ "B.4.2 deep", "a.b.c.d.e.f.g.h.i.j.k.example.com",
	    "pass example.com", "pass signing.example.com",
	    P("example.com") P("signing.example.com"),
	    "pass reject/none example.com example.com spf dkim0",
	    "_dmarc.a.b.c.d.e.f.g.h.i.j.k.example.com TXT, "
	    "_dmarc.g.h.i.j.k.example.com TXT, "
	    "_dmarc.h.i.j.k.example.com TXT, _dmarc.i.j.k.example.com TXT, "
	    "_dmarc.j.k.example.com TXT, _dmarc.k.example.com TXT, "
	    "_dmarc.example.com TXT, _dmarc.com TXT, "
	    "_dmarc.signing.example.com TXT", 2 },
	{ "B.4.3 a public suffix domain", "giant.bank.example",
	    "pass mail.giant.bank.example", "pass mail.mega.bank.example",
	    R("bank.example", "p=none; psd=y") P("giant.bank.example"),
	    "pass reject/none giant.bank.example giant.bank.example spf",
	    "_dmarc.giant.bank.example TXT, _dmarc.bank.example TXT, "
	    "_dmarc.example TXT, _dmarc.mail.giant.bank.example TXT", 2 },
	{ "trap i: the fewest labels, not the nearest", "a.b.example.com",
	    NULL, "pass example.com", R("b.example.com", "p=none")
	    P("example.com"),
	    "pass reject/none example.com example.com dkim0" },
	{ "4.10.1 the author's own record decides", "a.example.com", NULL,
	    "pass b.example.com", R("a.example.com", "p=quarantine; sp=none")
	    P("example.com"),
	    "pass quarantine/none example.com a.example.com dkim0" },
	{ "trap ii: the organizational record before the PSD's",
	    "a.example.com", NULL, NULL, P("example.com")
	    R("com", "p=none; psd=y"),
	    "fail reject/reject example.com example.com "
	    "(not-authenticated)" },
	{ "4.10.1 an intermediate record has no say", "a.b.c.example", NULL,
	    NULL, R("b.c.example", "p=none") R("example", "p=reject; psd=y"),
	    "fail reject/reject c.example example (not-authenticated)" },
	{ "4.10.1 the PSD's record", "a.b.example", NULL, "pass b.example",
	    R("example", "p=reject; psd=y"),
	    "pass reject/none b.example example dkim0" },
	{ "PSD: two registrants do not align", "a.example", NULL,
	    "pass b.example", R("example", "p=reject; psd=y"),
	    "fail reject/reject a.example example (not-aligned)" },
	{ "trap iii: the top-level domain is asked", "a.example", NULL,
	    "pass b.example", P("example"),
	    "pass reject/none example example dkim0" },
	{ "trap iv: psd=y of the author itself", "bank.example",
	    "pass a.bank.example", NULL, R("bank.example",
	    "p=reject; psd=y") P("example"),
	    "fail reject/reject bank.example bank.example (not-aligned)" },
	{ "psd=y at the signer", "a.bank.example", "pass bank.example", NULL,
	    R("bank.example", "p=reject; psd=y"),
	    "fail reject/reject a.bank.example bank.example "
	    "(not-aligned)" },
	{ "trap v: several records, the walk goes on", "a.example.com",
	    NULL, "pass example.com",
	    P("a.example.com") R("a.example.com", "p=none")
	    R("example.com", "p=quarantine"),
	    "pass quarantine/none example.com example.com dkim0" },
	{ "several in mid-walk", "a.b.example.com", NULL, NULL,
	    R("b.example.com", "p=none; psd=n")
	    R("b.example.com", "p=reject; psd=n") P("example.com"),
	    "fail reject/reject example.com example.com "
	    "(not-authenticated)" },
	{ "others beside a record do not count", "example.com", NULL, NULL,
	    P("example.com") "_dmarc.example.com. TXT 'v=spf1 -all'\n"
	    "_dmarc.example.com. TXT 'v=dmarc1; p=none'\n",
	    "fail reject/reject example.com example.com "
	    "(not-authenticated)" },
	{ "trap vi: psd=y without p is a boundary", "a.example.com", NULL,
	    "pass b.com", R("com", "psd=y"),
	    "none -/- example.com com (policy-invalid)" },
	{ "trap vi, and the organizational record", "a.example.com", NULL,
	    "pass example.com", P("example.com") R("com", "psd=y"),
	    "pass reject/none example.com example.com dkim0" },
	{ "psd=n ends the walk", "a.b.example.com", NULL, "pass example.com",
	    R("b.example.com", "p=reject; psd=n") P("example.com"),
	    "fail reject/reject b.example.com b.example.com "
	    "(not-aligned)" },
	{ "psd=n in the identifier's walk", "example.com", NULL,
	    "pass a.b.example.com", R("b.example.com", "psd=n")
	    P("example.com"),
	    "fail reject/reject example.com example.com (not-aligned)" },
	{ "psd=y in the identifier's walk", "example.com", NULL,
	    "pass a.b.example.com", R("b.example.com", "psd=y")
	    P("example.com"),
	    "fail reject/reject example.com example.com (not-aligned)" },
	{ "records without psd count (editor's mail)", "a.example.com", NULL,
	    NULL, R("example.com", "p=reject; psd=u"),
	    "fail reject/reject example.com example.com "
	    "(not-authenticated)" },
	{ "no record at all", "a.example.com", "pass a.example.com", NULL,
	    HERE("a.example.com"), "none -/- a.example.com - (no-record)",
	    "_dmarc.a.example.com TXT, _dmarc.example.com TXT, "
	    "_dmarc.com TXT", 1 },
	{ "single label", "localhost", NULL, NULL, "",
	    "none -/- localhost - (no-record)", "_dmarc.localhost TXT", 1 },
	{ "single label with a record", "com", "pass com", NULL, P("com"),
	    "pass reject/none com com spf" },
	{ "8 labels: nothing is skipped", "a.b.c.d.e.f.g.com", NULL, NULL,
	    R("b.c.d.e.f.g.com", "p=reject; psd=n"),
	    "fail reject/reject b.c.d.e.f.g.com b.c.d.e.f.g.com "
	    "(not-authenticated)" },
	{ "9 labels: the 8 are skipped", "a.b.c.d.e.f.g.h.com", NULL, NULL,
	    R("b.c.d.e.f.g.h.com", "p=none; psd=n")
	    R("c.d.e.f.g.h.com", "p=reject"),
	    "fail reject/reject c.d.e.f.g.h.com c.d.e.f.g.h.com "
	    "(not-authenticated)" },
	{ "12 labels, psd=y at the 7: one label below was never asked",
	    "a.b.c.d.e.f.g.h.i.j.k.l", "pass x.e.f.g.h.i.j.k.l",
	    "pass x.f.g.h.i.j.k.l",
	    R("f.g.h.i.j.k.l", "p=reject; psd=y")
	    R("e.f.g.h.i.j.k.l", "p=none"),
	    "pass reject/none e.f.g.h.i.j.k.l f.g.h.i.j.k.l spf" },
	{ "12 labels, psd=y at the top", "a.b.c.d.e.f.g.h.i.j.example.com",
	    NULL, "pass x.example.com", R("com", "p=reject; psd=y"),
	    "pass reject/none example.com com dkim0" },

	/* 4.10.1: policies */
	{ "sp for those that exist", "a.example.com", NULL, NULL,
	    R("example.com", "p=none; sp=quarantine; np=reject")
	    HERE("a.example.com"),
	    "fail quarantine/quarantine example.com example.com "
	    "(not-authenticated)",
	    "_dmarc.a.example.com TXT, _dmarc.example.com TXT, "
	    "_dmarc.com TXT, a.example.com A", 2 },
	{ "np for those that do not", "a.example.com", NULL, NULL,
	    R("example.com", "p=none; sp=quarantine; np=reject"),
	    "fail reject/reject example.com example.com "
	    "(not-authenticated)" },
	{ "3.2.13 NODATA is existence", "a.example.com", NULL, NULL,
	    R("example.com", "p=none; np=reject") "a.example.com. TXT x\n",
	    "fail none/none example.com example.com (not-authenticated)" },
	{ "3.2.13 an empty non-terminal is existence", "a.example.com", NULL,
	    NULL, R("example.com", "p=none; np=reject")
	    HERE("x.a.example.com"),
	    "fail none/none example.com example.com (not-authenticated)" },
	{ "a dangling alias is existence", "a.example.com", NULL, NULL,
	    R("example.com", "p=none; np=reject")
	    "a.example.com. CNAME x.net.\n",
	    "fail none/none example.com example.com (not-authenticated)" },
	{ "existence: SERVFAIL", "a.example.com", NULL, NULL,
	    R("example.com", "p=none; np=reject")
	    ";! a.example.com A SERVFAIL\n",
	    "temperror -/- example.com example.com (dns-servfail)" },
	{ "existence: SERVFAIL, but a pass", "a.example.com", NULL,
	    "pass a.example.com", R("example.com", "p=none; np=reject")
	    ";! a.example.com A SERVFAIL\n",
	    "pass -/none example.com example.com dkim0" },
	{ "existence is not asked where it is the same", "a.example.com",
	    NULL, NULL, R("example.com", "p=none; sp=reject; np=reject"),
	    "fail reject/reject example.com example.com "
	    "(not-authenticated)", "_dmarc.a.example.com TXT, "
	    "_dmarc.example.com TXT, _dmarc.com TXT", 1 },
	{ "existence is not asked of the record's own domain", "example.com",
	    NULL, NULL, R("example.com", "p=quarantine; sp=none; np=reject"),
	    "fail quarantine/quarantine example.com example.com "
	    "(not-authenticated)", "_dmarc.example.com TXT, _dmarc.com TXT",
	    1 },
	{ "np falls back on sp", "a.example.com", NULL, NULL,
	    R("example.com", "p=none; sp=reject"),
	    "fail reject/reject example.com example.com "
	    "(not-authenticated)" },
	{ "sp falls back on p, np does not", "a.example.com", NULL, NULL,
	    R("example.com", "p=reject; np=none") HERE("a.example.com"),
	    "fail reject/reject example.com example.com "
	    "(not-authenticated)" },
	{ "sp of a subdomain's record is not used", "a.example.com", NULL,
	    NULL, R("a.example.com", "p=quarantine; sp=none")
	    P("example.com"),
	    "fail quarantine/quarantine example.com a.example.com "
	    "(not-authenticated)" },
	{ "the PSD's np", "ghost.bank.example", NULL, NULL,
	    R("bank.example", "p=none; sp=none; np=reject; psd=y"),
	    "fail reject/reject ghost.bank.example bank.example "
	    "(not-authenticated)" },
	{ "p wrong, no reports", "example.com", "pass example.com", NULL,
	    R("example.com", "p=foo"),
	    "none -/- example.com example.com (policy-invalid)" },
	{ "p wrong, reports", "example.com", NULL, NULL,
	    R("example.com", "p=foo; rua=mailto:a@example.com"),
	    "fail none/none example.com example.com (not-authenticated)" },
	{ "no p, reports, a pass", "example.com", "pass example.com", NULL,
	    R("example.com", "rua=mailto:a@example.com"),
	    "pass none/none example.com example.com spf" },
	{ "sp wrong: all of it is p=none", "example.com", NULL, NULL,
	    R("example.com", "p=reject; sp=foo; rua=mailto:a@example.com"),
	    "fail none/none example.com example.com (not-authenticated)" },
	{ "np wrong, no reports", "a.example.com", NULL, NULL,
	    R("example.com", "p=reject; np=foo"),
	    "none -/- example.com example.com (policy-invalid)" },
	{ "the author's wrong record hides the good one", "a.example.com",
	    NULL, NULL, R("a.example.com", "aspf=s") P("example.com"),
	    "none -/- example.com a.example.com (policy-invalid)" },
	{ "t=y: reject", "example.com", NULL, NULL,
	    R("example.com", "p=reject; t=y"),
	    "fail reject/quarantine example.com example.com t "
	    "(not-authenticated)" },
	{ "t=y: quarantine", "example.com", NULL, NULL,
	    R("example.com", "p=quarantine; t=y"),
	    "fail quarantine/none example.com example.com t "
	    "(not-authenticated)" },
	{ "t=y: none", "example.com", NULL, NULL,
	    R("example.com", "p=none; t=y"),
	    "fail none/none example.com example.com t "
	    "(not-authenticated)" },
	{ "t=y of sp", "a.example.com", NULL, NULL,
	    R("example.com", "p=none; sp=reject; t=y"),
	    "fail reject/quarantine example.com example.com t "
	    "(not-authenticated)" },

	/* 5.3.6: what could not be asked */
	{ "trap vii: the author's query", "example.com", "pass example.com",
	    NULL, FAILS("example.com"), "temperror -/- - - (dns-servfail)" },
	{ "the organizational domain's", "a.example.com", "pass a.example.com",
	    NULL, FAILS("example.com"), "temperror -/- - - (dns-servfail)" },
	{ "a time-out", "a.example.com", NULL, NULL, P("example.com")
	    ";! _dmarc.a.example.com TXT TIMEOUT\n",
	    "temperror -/- - - (dns-timeout)" },
	{ "refused", "a.example.com", NULL, NULL, P("a.example.com")
	    ";! _dmarc.a.example.com TXT REFUSED\n",
	    "temperror -/- - - (dns-refused)" },
	{ "the TLD's, where it decides", "a.example.com", NULL, NULL,
	    P("example.com") FAILS("com"),
	    "temperror -/- - - (dns-servfail)" },
	{ "the TLD's, an exact pass", "example.com", "pass example.com", NULL,
	    P("example.com") FAILS("com"),
	    "pass reject/none - example.com spf" },
	{ "the TLD's, and nothing passed", "example.com", NULL, NULL,
	    P("example.com") FAILS("com"),
	    "fail reject/reject - example.com (not-authenticated)" },
	{ "the TLD's, and a stranger passed", "example.com", NULL,
	    "pass x.net", P("example.com") FAILS("com"),
	    "fail reject/reject - example.com (not-aligned)" },
	{ "the TLD's, and who might align passed", "example.com", NULL,
	    "pass a.example.com", P("example.com") FAILS("com"),
	    "temperror reject/- - example.com (alignment-unknown)" },
	{ "the TLD's, and strict", "example.com", NULL,
	    "pass a.example.com", R("example.com", "p=reject; adkim=s")
	    FAILS("com"),
	    "fail reject/reject - example.com (not-aligned)" },
	{ "beyond the end of the walk", "a.example.com", NULL,
	    "pass example.com", R("example.com", "p=reject; psd=n")
	    FAILS("com"), "pass reject/none example.com example.com dkim0" },
	{ "beyond the end: nothing comes", "a.example.com", NULL,
	    "pass example.com", R("example.com", "p=reject; psd=n")
	    ";! _dmarc.com TXT TIMEOUT\n",
	    "pass reject/none example.com example.com dkim0" },
	{ "an identifier's walk", "example.com", NULL, "pass a.example.com",
	    P("example.com") FAILS("a.example.com"),
	    "temperror reject/- example.com example.com "
	    "(alignment-unknown)" },
	{ "an identifier's walk, another passes", "example.com",
	    "pass example.com", "pass a.example.com", P("example.com")
	    FAILS("a.example.com"),
	    "pass reject/none example.com example.com spf" },
	{ "of what failed nothing is asked", "example.com", NULL,
	    "fail a.example.com", P("example.com") FAILS("a.example.com"),
	    "fail reject/reject example.com example.com "
	    "(not-authenticated)" },
	{ "SPF's temperror", "example.com", "temperror example.com", NULL,
	    P("example.com"),
	    "temperror reject/- example.com example.com (spf-temperror)" },
	{ "SPF's temperror of another", "example.com", "temperror x.net",
	    NULL, P("example.com"), "fail reject/reject example.com "
	    "example.com (not-authenticated)" },
	{ "DKIM's temperror", "example.com", "fail example.com",
	    "fail example.com,temperror a.example.com", P("example.com"),
	    "temperror reject/- example.com example.com (dkim-temperror)" },
	{ "a temperror that would not align, strict", "example.com", NULL,
	    "temperror a.example.com", R("example.com", "p=reject; adkim=s"),
	    "fail reject/reject example.com example.com "
	    "(not-authenticated)" },
	{ "a temperror whose walk fails", "example.com", NULL,
	    "temperror a.example.com", P("example.com")
	    FAILS("a.example.com"), "temperror reject/- example.com "
	    "example.com (dkim-temperror)" },
	{ "a pass beats a temperror", "example.com", "temperror example.com",
	    "pass example.com", P("example.com"),
	    "pass reject/none example.com example.com dkim0" },
	{ "no record: a temperror is nothing", "example.com",
	    "temperror example.com", NULL, "",
	    "none -/- example.com - (no-record)" },

	/* 5.3.1: the author */
	{ "no author domain", NULL, "pass example.com", NULL, P("example.com"),
	    "none -/- - - (author-domain)", "", 0 },
	{ "an empty one", "", NULL, NULL, "", "none -/- - - (author-domain)" },
	{ "a literal", "[192.0.2.1]", "pass x.net", NULL, "",
	    "none -/- - - (author-literal)", "" },
	{ "no name", "exa mple.com", NULL, NULL, "",
	    "none -/- - - (author-invalid)", "" },
	{ "no name: two dots", "example..com", NULL, NULL, "",
	    "none -/- - - (author-invalid)", "" },
	{ "no name: dot alone", ".", NULL, NULL, "",
	    "none -/- - - (author-invalid)", "" },
	{ "no name: comment", "victim.com(.evil.com", NULL, NULL, "",
	    "none -/- - - (author-invalid)", "" },
	{ "no name: full-width", "\xef\xbd\x81.com", NULL, NULL, "",
	    "none -/- - - (author-invalid)", "" },
	{ "underscore", "_x.example.com", NULL, "pass example.com",
	    P("example.com"),
	    "pass reject/none example.com example.com dkim0" },

	/* DNSSEC */
	{ "all secure", "example.com", "pass example.com", NULL,
	    ";! secure\n" P("example.com"),
	    "pass reject/none example.com example.com spf secure" },
	{ "one is not", "example.com", "pass example.com", NULL,
	    P("example.com") ";! _dmarc.example.com TXT secure\n",
	    "pass reject/none example.com example.com spf" },
	{ "what was not read does not matter", "example.com",
	    "pass example.com", NULL, R("example.com", "p=reject; psd=n")
	    ";! _dmarc.example.com TXT secure\n",
	    "pass reject/none example.com example.com spf secure" },
};

/* RFC 7489 section 3.2, 6.6.3. */
static const struct row psl_rows[] = {
	{ "the author's record", "a.example.com", "pass example.com", NULL,
	    P("a.example.com") R("example.com", "p=none"),
	    "pass reject/none example.com a.example.com spf",
	    "_dmarc.a.example.com TXT, _dmarc.example.com TXT", 1, true },
	{ "the organizational domain's", "a.b.example.com", NULL,
	    "pass c.example.com", R("example.com", "p=none; sp=reject")
	    R("b.example.com", "p=none"),
	    "pass reject/none example.com example.com dkim0",
	    "_dmarc.a.b.example.com TXT, _dmarc.example.com TXT", 1, true },
	{ "one domain, one question", "example.co.uk", NULL, "pass co.uk",
	    P("example.co.uk") P("co.uk"), "fail reject/reject example.co.uk "
	    "example.co.uk (not-aligned)", "_dmarc.example.co.uk TXT", 1,
	    true },
	{ "no record of a suffix is asked for", "example.co.uk", NULL, NULL,
	    R("co.uk", "p=reject; psd=y"),
	    "none -/- example.co.uk - (no-record)",
	    "_dmarc.example.co.uk TXT", 1, true },
	{ "a suffix as author", "co.uk", "pass co.uk",
	    "pass example.co.uk", P("co.uk"),
	    "pass reject/none co.uk co.uk spf", NULL, 0, true },
	{ "several records end it", "a.example.com", NULL, NULL,
	    P("a.example.com") R("a.example.com", "p=none") P("example.com"),
	    "none -/- example.com - (no-record)", NULL, 0, true },
	{ "several, of the organizational domain", "a.example.com", NULL,
	    NULL, P("example.com") R("example.com", "p=none"),
	    "none -/- example.com - (no-record)", NULL, 0, true },
	{ "the list cannot tell", "odd.example", "pass odd.example",
	    "pass a.odd.example", P("odd.example"),
	    "pass reject/none odd.example odd.example spf", NULL, 0, true },
	{ "the parent signs, no record there", "a.b.example.com", NULL,
	    "pass example.com", P("a.b.example.com"),
	    "pass reject/none example.com a.b.example.com dkim0", NULL, 0,
	    true },
	{ "a failure", "a.example.com", "pass a.example.com", NULL,
	    FAILS("example.com"),
	    "temperror -/- example.com - (dns-servfail)", NULL, 0, true },
	{ "a failure that is not needed", "a.example.com",
	    "pass a.example.com", NULL, P("a.example.com")
	    FAILS("example.com"),
	    "pass reject/none example.com a.example.com spf", NULL, 0,
	    true },
	{ "strict", "a.example.com", NULL, "pass example.com",
	    R("example.com", "p=reject; adkim=s"),
	    "fail reject/reject example.com example.com (not-aligned)", NULL,
	    0, true },
};

static void
check_row(const struct row *row)
{
	check_steps(&subject, row, row->what, row->zone, row->want,
	    row->asked, row->rounds);
}

START_TEST(evaluates)
{
	check_row(&rows[_i]);
}
END_TEST

START_TEST(evaluates_by_suffix)
{
	check_row(&psl_rows[_i]);
}
END_TEST

/* ---- All permutations against an oracle that thinks in no other way ---- */

static const char *const words[] = { "pass", "fail", "temperror", "none" };
static const char *const domains[] = { "example.com", "a.example.com",
	"evil.net" };
enum { STATES = 12 };

/*
 * RFC 9989 section 5.3.5, 5.3.6, without regard to how: a pass that aligns;
 * else a temperror that would; else fail.
 */
static const char *
oracle(const int *state, int n)
{
	for (int i = 0; i < n; i++)
		if (state[i] >= 0 && state[i] % 4 == 0 && state[i] / 4 < 2)
			return "pass";
	for (int i = 0; i < n; i++)
		if (state[i] >= 0 && state[i] % 4 == 2 && state[i] / 4 < 2)
			return "temperror";
	return "fail";
}

START_TEST(agrees_with_oracle)
{
	struct mailauth_resolver *zone = zone_of(P("example.com"));
	struct mailauth_lookups *l = mailauth_lookups_new();

	mailauth_lookups_set_known(l, zone);
	/* SPF's state is _i; up to three signatures, -1: there is none. */
	for (int a = -1; a < STATES; a++)
		for (int b = -1; b < STATES; b++)
			for (int c = -1; c < STATES; c++) {
				int state[] = { _i, a, b, c };
				struct mailauth_dmarc *d =
				    mailauth_dmarc_new(l);
				char item[40];

				mailauth_dmarc_set_from_domain(d,
				    "example.com", 11);
				for (int i = 0; i < 4; i++) {
					if (state[i] < 0)
						continue;
					snprintf(item, sizeof item, "%s %s",
					    words[state[i] % 4],
					    domains[state[i] / 4]);
					set_component(d, ma_str(item), i > 0);
				}
				ck_assert_int_eq(mailauth_dmarc_step(d), 0);
				ck_assert_msg(strcmp(mailauth_dmarc_result_name(
				    mailauth_dmarc_result(d)),
				    oracle(state, 4)) == 0, "%d %d %d %d",
				    _i, a, b, c);
				mailauth_dmarc_free(d);
			}
	mailauth_lookups_free(l);
	mailauth_resolver_free(zone);
}
END_TEST

/* ---- Pending components ---- */

static void
answer_all(struct mailauth_lookups *l, struct mailauth_resolver *zone,
    struct buf *asked)
{
	struct mailauth_question *q;

	ma_buf_clear(asked);
	while ((q = mailauth_lookups_next(l)) != NULL) {
		ma_buf_fmt(asked, "%s ", mailauth_question_name(q));
		ck_assert_int_eq(mailauth_resolver_known(zone, q), 1);
	}
	ma_buf_char(asked, '\0');
}

/* A run with SPF of s and one signature of k, both to come. */
static const struct {
	const char *what, *s, *k, *record;
	int before;			/* the step after all answers */
	const char *second;		/* what the second round asks */
	int spf, dkim;
	const char *want;
} pending[] = {
	{ "both exact", "example.com", "example.com", "p=reject",
	    MAILAUTH_MORE, "", MAILAUTH_SPF_PASS, MAILAUTH_DKIM_FAIL,
	    "pass reject/none example.com example.com spf" },
	{ "one below", "x.net", "a.example.com", "p=reject", MAILAUTH_MORE,
	    "_dmarc.a.example.com ", MAILAUTH_SPF_PASS, MAILAUTH_DKIM_PASS,
	    "pass reject/none example.com example.com dkim0" },
	{ "both below", "b.example.com", "a.example.com", "p=reject",
	    MAILAUTH_MORE, "_dmarc.b.example.com _dmarc.a.example.com ",
	    MAILAUTH_SPF_FAIL, MAILAUTH_DKIM_TEMPERROR,
	    "temperror reject/- example.com example.com (dkim-temperror)" },
	{ "none aligns, but the reason needs them", "x.net", "evil.com",
	    "p=reject", MAILAUTH_MORE, "", MAILAUTH_SPF_PASS,
	    MAILAUTH_DKIM_PASS,
	    "fail reject/reject example.com example.com (not-aligned)" },
	{ "strict: only what is equal matters", "a.example.com",
	    "example.com", "p=reject; aspf=s; adkim=s", MAILAUTH_MORE, "",
	    MAILAUTH_SPF_PASS, MAILAUTH_DKIM_FAIL,
	    "fail reject/reject example.com example.com (not-aligned)" },
	{ "no usable record: nothing matters", "example.com", "example.com",
	    "p=x", MAILAUTH_DONE, "", MAILAUTH_SPF_PASS, MAILAUTH_DKIM_PASS,
	    "none -/- example.com example.com (policy-invalid)" },
};

START_TEST(waits_for_pending)
{
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_dmarc *d = mailauth_dmarc_new(l);
	struct buf text = { 0 };
	struct mailauth_resolver *zone;

	ma_buf_fmt(&text, "_dmarc.example.com. TXT 'v=DMARC1; %s'%c",
	    pending[_i].record, '\0');
	zone = zone_of(text.p);
	mailauth_dmarc_set_from_domain(d, "example.com", 11);
	ck_assert_int_eq(ma_dmarc_pend_spf(d, ma_str(pending[_i].s)), 0);
	ck_assert_int_eq(ma_dmarc_pend_dkim(d, ma_str(pending[_i].k)), 0);
	mailauth_dmarc_set_trace(d, 1);
	ck_assert_int_eq(mailauth_dmarc_step(d), MAILAUTH_NEED);
	answer_all(l, zone, &text);
	ck_assert_str_eq(text.p, "_dmarc.example.com _dmarc.com ");
	if (mailauth_dmarc_step(d) == MAILAUTH_NEED) {
		answer_all(l, zone, &text);
		ck_assert_str_eq(text.p, pending[_i].second);
	} else
		ck_assert_str_eq("", pending[_i].second);
	ck_assert_int_eq(mailauth_dmarc_step(d), pending[_i].before);
	ck_assert_int_eq(ma_dmarc_settle_dkim(d, 1, MAILAUTH_DKIM_PASS),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(ma_dmarc_settle_spf(d, 0), MAILAUTH_EINVAL);
	ck_assert_int_eq(ma_dmarc_settle_dkim(d, 0, pending[_i].dkim), 0);
	ck_assert_int_eq(ma_dmarc_settle_dkim(d, 0, pending[_i].dkim),
	    MAILAUTH_EUSE);
	ck_assert_int_eq(ma_dmarc_settle_spf(d, pending[_i].spf), 0);
	ck_assert_int_eq(mailauth_dmarc_step(d), MAILAUTH_DONE);
	ma_buf_clear(&text);
	describe(d, &text);
	ma_buf_char(&text, '\0');
	ck_assert_msg(strcmp(text.p, pending[_i].want) == 0, "%s: %s",
	    pending[_i].what, text.p);
	mailauth_dmarc_free(d);
	mailauth_lookups_free(l);
	mailauth_resolver_free(zone);
	ma_buf_free(&text);
}
END_TEST

/* What is settled before its walk was answered is not waited for. */
START_TEST(forgets_what_failed)
{
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_dmarc *d = mailauth_dmarc_new(l);
	struct mailauth_resolver *zone = zone_of(P("example.com"));
	struct mailauth_question *q;
	struct buf asked = { 0 };

	mailauth_dmarc_set_from_domain(d, "example.com", 11);
	ma_dmarc_pend_dkim(d, ma_str("a.example.com"));
	ck_assert_int_eq(mailauth_dmarc_step(d), MAILAUTH_NEED);
	answer_all(l, zone, &asked);
	ck_assert_int_eq(mailauth_dmarc_step(d), MAILAUTH_NEED);
	q = mailauth_lookups_next(l);
	ck_assert_str_eq(mailauth_question_name(q), "_dmarc.a.example.com");
	ck_assert_int_eq(mailauth_dmarc_step(d), MAILAUTH_NEED);
	ck_assert_int_eq(ma_dmarc_settle_dkim(d, 0, MAILAUTH_DKIM_FAIL), 0);
	ck_assert_int_eq(mailauth_dmarc_step(d), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_dmarc_result(d), MAILAUTH_DMARC_FAIL);
	mailauth_answer_failed(q, MAILAUTH_FAILURE_TIMEOUT);
	mailauth_dmarc_free(d);
	mailauth_lookups_free(l);
	mailauth_resolver_free(zone);
	ma_buf_free(&asked);
}
END_TEST

/* ---- Limits, and the rest of the interface ---- */

/* 127 labels: at most 8 questions; also where no _dmarc fits before it. */
START_TEST(bounds_walks)
{
	char from[254];
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_dmarc *d = mailauth_dmarc_new(l);
	struct mailauth_resolver *zone = zone_of(P("a"));

	for (size_t i = 0; i < 253; i++)
		from[i] = i % 2 == 0 ? 'a' : '.';
	mailauth_dmarc_set_from_domain(d, from, 253);
	mailauth_lookups_set_known(l, NULL);
	ck_assert_int_eq(mailauth_dmarc_align(d, zone), MAILAUTH_DONE);
	ck_assert_uint_eq(mailauth_lookups_queries(l), 7);
	ck_assert_int_eq(mailauth_dmarc_result(d), MAILAUTH_DMARC_FAIL);
	ck_assert_str_eq(mailauth_dmarc_organizational_domain(d), "a");
	mailauth_dmarc_free(d);
	d = mailauth_dmarc_new(l);
	mailauth_dmarc_set_from_domain(d, from, 241);
	ck_assert_int_eq(mailauth_dmarc_align(d, zone), MAILAUTH_DONE);
	ck_assert_uint_eq(mailauth_lookups_queries(l), 8);
	mailauth_dmarc_free(d);
	mailauth_lookups_free(l);
	mailauth_resolver_free(zone);
}
END_TEST

static const struct {
	uint32_t limit;
	int result;
	const char *reason;
	unsigned asked;
} walks[] = {
	{ 0, MAILAUTH_DMARC_FAIL, "alignment-limit", 2 },
	{ 1, MAILAUTH_DMARC_FAIL, "alignment-limit", 3 },
	{ 2, MAILAUTH_DMARC_FAIL, "alignment-limit", 4 },
	{ 3, MAILAUTH_DMARC_PASS, NULL, 5 },
	{ 1000, MAILAUTH_DMARC_PASS, NULL, 5 },
};

/* Names are counted in order, equal ones once, and not those of no use. */
START_TEST(bounds_alignment)
{
	struct mailauth_resolver *zone = zone_of(P("example.com")
	    R("a.example.com", "psd=n") R("b.example.com", "psd=n"));
	struct mailauth_dmarc *d = mailauth_dmarc_new(NULL);

	ck_assert_int_eq(mailauth_dmarc_set_limit(d,
	    MAILAUTH_DMARC_ALIGNMENT_WALKS, walks[_i].limit), 0);
	mailauth_dmarc_set_from_domain(d, "example.com", 11);
	set_component(d, SLICE_LIT("pass a.example.com"), false);
	set_component(d, SLICE_LIT("pass x.net"), true);
	set_component(d, SLICE_LIT("fail d.example.com"), true);
	set_component(d, SLICE_LIT("pass a.example.com"), true);
	set_component(d, SLICE_LIT("pass b.example.com"), true);
	set_component(d, SLICE_LIT("pass c.example.com"), true);
	ck_assert_int_eq(mailauth_dmarc_align(d, zone), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_dmarc_result(d), walks[_i].result);
	ck_assert_uint_eq(mailauth_lookups_queries(mailauth_dmarc_lookups(d)),
	    walks[_i].asked);
	if (walks[_i].reason != NULL)
		ck_assert_str_eq(mailauth_dmarc_reason(d), walks[_i].reason);
	mailauth_dmarc_free(d);
	mailauth_resolver_free(zone);
}
END_TEST

/* A limit of the walk below 8 cuts sooner (section 4.10). */
START_TEST(cuts_sooner)
{
	struct mailauth_resolver *zone = zone_of(P("c.d.e"));
	struct mailauth_dmarc *d = mailauth_dmarc_new(NULL);

	ck_assert_int_eq(mailauth_dmarc_set_limit(d,
	    MAILAUTH_DMARC_WALK_QUERIES, 3), 0);
	mailauth_dmarc_set_from_domain(d, "a.b.c.d.e", 9);
	ck_assert_int_eq(mailauth_dmarc_align(d, zone), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_dmarc_result(d), MAILAUTH_DMARC_NONE);
	ck_assert_uint_eq(mailauth_lookups_queries(mailauth_dmarc_lookups(d)),
	    3);
	mailauth_dmarc_free(d);
	mailauth_resolver_free(zone);
}
END_TEST

START_TEST(shows_evidence)
{
	struct mailauth_resolver *zone = zone_of(R("example.com",
	    "p=reject; rua=mailto:a@b!10m, https://x, mailto:c@d; "
	    "ruf=mailto:e@f"));
	struct mailauth_dmarc *d = mailauth_dmarc_new(NULL);
	const char *enhanced, *text, *record;
	size_t n = 0;

	mailauth_dmarc_set_from_domain(d, "Example.com", 11);
	ck_assert_int_eq(mailauth_dmarc_result(d), 0);
	ck_assert_ptr_null(mailauth_dmarc_domain(d, &n));
	ck_assert_int_eq(mailauth_dmarc_align(d, zone), MAILAUTH_DONE);
	ck_assert_str_eq(mailauth_dmarc_domain(d, &n), "example.com");
	ck_assert_uint_eq(n, 11);
	ck_assert_int_eq(mailauth_dmarc_discovery(d), MAILAUTH_DMARC_WALK);
	ck_assert_str_eq(mailauth_dmarc_rua(d, 0), "mailto:a@b");
	ck_assert_str_eq(mailauth_dmarc_rua(d, 1), "mailto:c@d");
	ck_assert_ptr_null(mailauth_dmarc_rua(d, 2));
	ck_assert_str_eq(mailauth_dmarc_ruf(d, 0), "mailto:e@f");
	ck_assert_ptr_null(mailauth_dmarc_ruf(d, 1));
	record = mailauth_dmarc_record(d, &n);
	ck_assert(ma_starts(ma_slice(record, n),
	    SLICE_LIT("v=DMARC1; p=reject; rua=")));
	ck_assert_ptr_null(mailauth_dmarc_trace(d, 0));
	ck_assert_int_eq(mailauth_dmarc_reply(d, &enhanced, &text), 550);
	ck_assert_str_eq(enhanced, "5.7.26");
	ck_assert_ptr_nonnull(text);
	/* Once it has begun its inputs stand. */
	ck_assert_int_eq(mailauth_dmarc_set_from_domain(d, "x", 1),
	    MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_dmarc_set_spf(d, MAILAUTH_SPF_PASS, "x", 1),
	    MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_dmarc_add_dkim(d, MAILAUTH_DKIM_PASS, "x",
	    1), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_dmarc_set_trace(d, 1), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_dmarc_step(d), MAILAUTH_DONE);
	mailauth_dmarc_free(d);

	d = mailauth_dmarc_new(NULL);
	mailauth_dmarc_set_from_domain(d, "[x\0y]", 5);
	ck_assert_int_eq(mailauth_dmarc_step(d), MAILAUTH_DONE);
	text = mailauth_dmarc_domain(d, &n);
	ck_assert(ma_eq(ma_slice(text, n), ma_slice("[x\0y]", 5)));
	ck_assert_int_eq(mailauth_dmarc_reply(d, &enhanced, NULL), 0);
	ck_assert_ptr_null(enhanced);
	mailauth_dmarc_free(d);
	mailauth_resolver_free(zone);
}
END_TEST

START_TEST(refuses_odd_calls)
{
	struct mailauth_dmarc *d = mailauth_dmarc_new(NULL);

	ck_assert_int_eq(mailauth_dmarc_step(NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dmarc_align(NULL, NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dmarc_align(d, NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dmarc_set_from_domain(NULL, "", 0),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dmarc_set_from_domain(d, NULL, 1),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dmarc_set_spf(d, 0, "x", 1),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dmarc_set_spf(d, 8, "x", 1),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dmarc_add_dkim(d, 0, "x", 1),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dmarc_set_discovery(d, 3, NULL, NULL),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dmarc_set_discovery(d, MAILAUTH_DMARC_PSL,
	    NULL, NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dmarc_set_limit(d,
	    MAILAUTH_DMARC_WALK_QUERIES, 9), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dmarc_set_limit(d,
	    MAILAUTH_DMARC_WALK_QUERIES, 0), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dmarc_set_limit(d,
	    MAILAUTH_DMARC_ALIGNMENT_WALKS, 1001), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dmarc_set_limit(d, 3, 1), MAILAUTH_EINVAL);
	ck_assert_ptr_null(mailauth_dmarc_rua(NULL, 0));
	ck_assert_ptr_null(mailauth_dmarc_domain(NULL, NULL));
	ck_assert_int_eq(mailauth_dmarc_result(NULL), 0);
	ck_assert_int_eq(mailauth_dmarc_discovery(d), 0);
	ck_assert_ptr_null(mailauth_dmarc_lookups(NULL));
	ck_assert_str_eq(mailauth_dmarc_result_name(5), "permerror");
	ck_assert_str_eq(mailauth_dmarc_result_name(6), "unknown");
	ck_assert_str_eq(mailauth_dmarc_policy_name(0), "unknown");
	ck_assert_str_eq(mailauth_dmarc_discovery_name(2), "psl");
	ck_assert_str_eq(mailauth_dmarc_discovery_name(0), "unknown");
	mailauth_dmarc_free(d);
	mailauth_dmarc_free(NULL);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("dmarc");
	TCase *tc = tcase_create("records");
	TCase *runs = tcase_create("evaluations");

	tcase_add_loop_test(tc, reads_records, 0, ROWS(records));
	tcase_add_loop_test(tc, reads_uris, 0, ROWS(uris));
	suite_add_tcase(suite, tc);
	tcase_set_timeout(runs, 60);
	tcase_add_loop_test(runs, evaluates, 0, ROWS(rows));
	tcase_add_loop_test(runs, evaluates_by_suffix, 0, ROWS(psl_rows));
	tcase_add_loop_test(runs, agrees_with_oracle, 0, STATES);
	tcase_add_loop_test(runs, waits_for_pending, 0, ROWS(pending));
	tcase_add_test(runs, forgets_what_failed);
	tcase_add_test(runs, bounds_walks);
	tcase_add_loop_test(runs, bounds_alignment, 0, ROWS(walks));
	tcase_add_test(runs, cuts_sooner);
	tcase_add_test(runs, shows_evidence);
	tcase_add_test(runs, refuses_odd_calls);
	suite_add_tcase(suite, runs);
	return unit_run(suite);
}
