/*
 * Whole SPF evaluations: each is run in several manners, which all agree.
 */
#include "spf-run.h"
#include "read-field.h"
#include "wrap.h"

#define IP4 "192.0.2.1"
#define IP6 "2001:db8::1"
#define REV4 "1.2.0.192.in-addr.arpa. "
#define REV6 "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2" \
	".ip6.arpa. "
#define A1 "a A 192.0.2.1\n"
#define FROM { IP4, "h.example", "u@d.example" }
#define FROM6 { IP6, "h.example", "u@d.example" }
#define X63 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg"

static const struct {
	const char *clause;
	struct subject subject;
	const char *zone, *want;
} rows[] = {
	/* ---- Identities ---- */
	{ "2.3 HELO", { IP4, "h.example", NULL },
	    "h = v=spf1 exists:%{l}.%{o}.%{h} -all\n"
	    "postmaster.h.example.h A 127.0.0.2\n",
	    "pass - exists:%{l}.%{o}.%{h} 1/0" },
	{ "2.4 null sender", { IP4, "h.example", "" },
	    "h = v=spf1 exists:%{l}.%{d}.%{h} -all\n"
	    "postmaster.h.example.h A 127.0.0.2\n",
	    "pass - exists:%{l}.%{d}.%{h} 1/0" },
	{ "2.3 HELO literal", { IP4, "[192.0.2.1]", NULL }, "",
	    "none invalid-domain - 0/0" },
	{ "2.3 HELO of one label", { IP4, "localhost", NULL },
	    "localhost. TXT \"v=spf1 +all\"\n", "none invalid-domain - 0/0" },
	{ "2.3 no HELO", { IP4, "", NULL }, "",
	    "none no-sender-domain - 0/0" },
	{ "2.4 null sender, no HELO", { IP4, "", "" }, "",
	    "none no-sender-domain - 0/0" },
	{ "4.3 no domain", { IP4, "h.example", "u@" }, "",
	    "none no-sender-domain - 0/0" },
	{ "4.3 no local-part", { IP4, "h.example", "@d.example" },
	    "d = v=spf1 exists:%{s} -all\npostmaster@d A 127.0.0.2\n",
	    "pass - exists:%{s} 1/0" },
	{ "4.3 a domain alone", { IP4, "h.example", "d.example" },
	    "d = v=spf1 exists:%{s} -all\npostmaster@d A 127.0.0.2\n",
	    "pass - exists:%{s} 1/0" },
	{ "the last @ counts", { IP4, "h.example",
	    "\"a@b.example\"@d.example" },
	    "d = v=spf1 ip4:192.0.2.1\nb = v=spf1 -all\n",
	    "pass - ip4:192.0.2.1 0/0" },
	{ "4.3 a label of 64", { IP4, "h.example", "u@" X63 "a.example" }, "",
	    "none invalid-domain - 0/0" },
	{ "4.3 a label of 63", { IP4, "h.example", "u@" X63 ".example" },
	    X63 " = v=spf1 -all\n", "fail - -all 0/0" },
	{ "4.3 254 octets", { IP4, "h.example", "u@" X63 "." X63 "." X63 "."
	    X63 }, "", "none invalid-domain - 0/0" },
	{ "4.3 empty label", { IP4, "h.example", "u@d..example" }, "",
	    "none invalid-domain - 0/0" },
	{ "4.3 only dots", { IP4, "h.example", "u@.." }, "",
	    "none invalid-domain - 0/0" },
	{ "4.3 the root", { IP4, "h.example", "u@." }, "",
	    "none invalid-domain - 0/0" },
	{ "7.3 one final dot", { IP4, "h.example", "u@D.Example." },
	    "d = v=spf1 exists:%{s} -all\nu@d A 127.0.0.2\n",
	    "pass - exists:%{s} 1/0" },
	{ "parenthesis", { IP4, "h.example", "u@v.example(.d.example" },
	    "v.example\\(.d = v=spf1 +all\n", "none invalid-domain - 0/0" },
	{ "blank", { IP4, "h.example", "u@v .example" }, "",
	    "none invalid-domain - 0/0" },
	{ "underscore", { IP4, "h.example", "u@a_b.example" },
	    "a_b = v=spf1 -all\n", "fail - -all 0/0" },
	{ "4.3 NXDOMAIN", FROM, "", "none no-such-domain - 0/0" },
	{ "5 mapped address is IPv4", { "::ffff:192.0.2.1", "h.example",
	    "u@d.example" }, "d = v=spf1 ip6:::/0 -exists:%{i}.%{v} -all\n"
	    "192.0.2.1.in-addr. A 127.0.0.2\n",
	    "fail - -exists:%{i}.%{v} 1/0" },
	{ "5 mapped network is IPv6", FROM,
	    "d = v=spf1 ip6:::ffff:192.0.2.1 -all\n", "fail - -all 0/0" },
	{ "8616 4 U-labels", { IP4, "h.example", "u@b\xc3\xbc" "cher.example" },
	    "xn--bcher-kva = v=spf1 exists:%{s} -exists:%{o} -all\n"
	    "u@xn--bcher-kva A 127.0.0.2\n", "pass - exists:%{s} 1/0" },
	{ "8616 4 U-labels in HELO", { IP4, "b\xc3\xbc" "cher.example",
	    "u@d.example" }, "d = v=spf1 a:%{h} -all\n"
	    "xn--bcher-kva A 192.0.2.1\n", "pass - a:%{h} 1/0" },
	{ "8616 4 local-part not ASCII", { IP4, "h.example",
	    "\xc3\xbc@d.example" }, "d = v=spf1 exists:%{l}.d.example "
	    "-exists:%{s}.d.example include:%{l}.d.example a:%{d} -all\n"
	    "d A 192.0.2.1\n", "pass - a:%{d} 4/0" },
	{ "8616 4 and a redirect", { IP4, "h.example", "\xc3\xbc@d.example" },
	    "d = v=spf1 redirect=%{l}.d.example\n",
	    "permerror invalid-domain - 1/0" },
	{ "not UTF-8", { IP4, "h.example", "u@\xff.example" }, "",
	    "none invalid-domain - 0/0" },

	/* ---- Records ---- */
	{ "4.4 SERVFAIL", FROM, ";! d.example. TXT SERVFAIL\n",
	    "temperror dns-servfail - 0/0" },
	{ "4.4 REFUSED", FROM, ";! d.example. TXT REFUSED\n",
	    "temperror dns-refused - 0/0" },
	{ "4.4 time-out", FROM, ";! d.example. TXT TIMEOUT\n",
	    "temperror dns-timeout - 0/0" },
	{ "4.4 CNAME loop", FROM, "d CNAME e\ne CNAME d\n",
	    "temperror dns-servfail - 0/0" },
	{ "4.4 CNAME is followed", FROM, "d CNAME e\ne = v=spf1 a:%{d} -all\n"
	    "e A 192.0.2.1\n", "pass - a:%{d} 1/0" },
	{ "4.5 no TXT", FROM, "d A 192.0.2.1\n", "none no-record - 0/0" },
	{ "4.5 no SPF", FROM, "d = x\nd = v=spf10 all\nd = v=spf1x\n",
	    "none no-record - 0/0" },
	{ "4.5 one of several", FROM, "d = x\nd = v=spf10 all\n"
	    "d = v=spf1 -all\n", "fail - -all 0/0" },
	{ "4.5 two", FROM, "d = v=spf1 -all\nd = V=SPF1 +all\n",
	    "permerror several-records - 0/0" },
	{ "4.5 type SPF is dead", FROM,
	    "d TYPE99 \\# 12 0b763d73706631202d616c6c\n",
	    "none no-record - 0/0" },
	{ "3.3 strings are joined", FROM,
	    "d TXT \"v=spf1 ip4:192.\" \"0.2.1 -all\"\n",
	    "pass - ip4:192.0.2.1 0/0" },
	{ "3.1 8 bits", FROM, "d = v=spf1 -all x=\\195\\169\n",
	    "permerror non-ascii - 0/0" },
	{ "4.6 error at the end", FROM, "d = v=spf1 ip4:192.0.2.1 moo\n",
	    "permerror syntax - 0/0" },
	{ "4.6 error of an included record", FROM,
	    "d = v=spf1 include:e.example +all\ne = v=spf1 ip4:192.0.2.1 moo\n",
	    "permerror syntax - 1/0" },
	{ "4.7 default", FROM, "d = v=spf1 ip4:192.0.2.2\n",
	    "neutral - default 0/0" },
	{ "4.7 empty record", FROM, "d = v=spf1\n", "neutral - default 0/0" },
	{ "4.6.2 qualifiers", FROM, "d = v=spf1 ~all\n",
	    "softfail - ~all 0/0" },
	{ "4.6.2 qualifiers", FROM, "d = v=spf1 ?all\n", "neutral - ?all 0/0" },

	/* ---- Mechanisms ---- */
	{ "5.1 redirect and all", FROM,
	    "d = v=spf1 redirect=e.example ~all\ne = v=spf1 -all\n",
	    "softfail - ~all 0/0" },
	{ "5.1 all before redirect", FROM,
	    "d = v=spf1 ?all redirect=e.example\ne = v=spf1 -all\n",
	    "neutral - ?all 0/0" },
	{ "5.2 pass", FROM, "d = v=spf1 -include:e.example +all\n"
	    "e = v=spf1 ip4:192.0.2.1 -all\n",
	    "fail - -include:e.example 1/0" },
	{ "5.2 fail", FROM, "d = v=spf1 include:e.example ?all\n"
	    "e = v=spf1 -all\n", "neutral - ?all 1/0" },
	{ "5.2 softfail", FROM, "d = v=spf1 include:e.example +all\n"
	    "e = v=spf1 ~all\n", "pass - +all 1/0" },
	{ "5.2 neutral", FROM, "d = v=spf1 include:e.example -all\n"
	    "e = v=spf1\n", "fail - -all 1/0" },
	{ "5.2 temperror", FROM, "d = v=spf1 include:e.example +all\n"
	    ";! e.example. TXT SERVFAIL\n", "temperror dns-servfail - 1/0" },
	{ "5.2 permerror", FROM, "d = v=spf1 include:e.example +all\n"
	    "e = v=spf1 moo\n", "permerror syntax - 1/0" },
	{ "5.2 none", FROM, "d = v=spf1 include:e.example +all\ne = x\n",
	    "permerror include-no-record - 1/0" },
	{ "5.2 NXDOMAIN", FROM, "d = v=spf1 include:e.example +all\n",
	    "permerror include-no-record - 1/1" },
	{ "5.2 one label", FROM, "d = v=spf1 include:%{d1} +all\n",
	    "permerror include-no-record - 1/0" },
	{ "4.8 include of no name", FROM,
	    "d = v=spf1 include:e..example -all\n",
	    "fail - -all 1/0" },
	{ "4.8 a of no name", FROM,
	    "d = v=spf1 a:" X63 "a.example a:%{d}..%{d} ptr:e..example -all\n",
	    "fail - -all 3/0" },
	{ "5.2 of an include", FROM, "d = v=spf1 include:e.example -all\n"
	    "e = v=spf1 include:f.example ~all\nf = v=spf1 a:a.example\n" A1,
	    "pass - include:e.example 3/0" },
	{ "lesson 24 redirect in an include", FROM,
	    "d = v=spf1 include:e.example -all\n"
	    "e = v=spf1 redirect=f.example\nf = v=spf1 a:a.example -all\n" A1,
	    "pass - include:e.example 3/0" },
	{ "lesson 24 redirect after an include", FROM,
	    "d = v=spf1 include:e.example redirect=f.example\n"
	    "e = v=spf1 -all\nf = v=spf1 a:a.example -all\n" A1,
	    "pass - a:a.example 3/0" },
	{ "5.2 redirect to none in an include", FROM,
	    "d = v=spf1 include:e.example -all\n"
	    "e = v=spf1 redirect=f.example\n",
	    "permerror redirect-no-record - 2/1" },
	{ "5.3 a", FROM, "d = v=spf1 a -all\nd A 192.0.2.1\n", "pass - a 1/0" },
	{ "5.3 a//64 of an IPv4 client", FROM, "d = v=spf1 a//0 -all\n"
	    "d A 192.0.2.9\n", "fail - -all 1/0" },
	{ "5.3 a/24//64 of IPv6", FROM6, "d = v=spf1 a/0//64 -all\n"
	    "d AAAA 2001:db8::ffff\n", "pass - a/0//64 1/0" },
	{ "5.3 a of IPv6 asks AAAA alone", FROM6, "d = v=spf1 a/0 -all\n"
	    "d A 192.0.2.1\n", "fail - -all 1/1" },
	{ "lesson 23 a/0//0", FROM6, "d = v=spf1 a/0//0 -all\nd AAAA 1::\n",
	    "pass - a/0//0 1/0" },
	{ "5.3 /0 matches no address that is not there", FROM,
	    "d = v=spf1 a:e.example/0 -all\n", "fail - -all 1/1" },
	{ "5 SERVFAIL", FROM, "d = v=spf1 a:e.example +all\n"
	    ";! e.example. A SERVFAIL\n", "temperror dns-servfail - 1/0" },
	{ "5 NXDOMAIN goes on", FROM, "d = v=spf1 a:e.example +all\n",
	    "pass - +all 1/1" },
	{ "a match before a failure", FROM,
	    "d = v=spf1 a:a.example a:e.example -all\n" A1
	    ";! e.example. A TIMEOUT\n", "pass - a:a.example 1/0" },
	{ "an include passes before a dead one", FROM,
	    "d = v=spf1 include:e.example include:f.example -all\n"
	    "e = v=spf1 ip4:192.0.2.1 -all\n;! f.example. TXT TIMEOUT\n",
	    "pass - include:e.example 1/0" },
	{ "5.4 mx", FROM, "d = v=spf1 mx -all\nd MX 10 a\n" A1,
	    "pass - mx 1/0" },
	{ "5.4 no implicit MX", FROM, "d = v=spf1 mx -all\nd A 192.0.2.1\n",
	    "fail - -all 1/1" },
	{ "5.4 null MX", FROM, "d = v=spf1 mx -all\nd MX 0 .\n",
	    "fail - -all 1/0" },
	{ "lesson 20 one dead host", FROM, "d = v=spf1 mx -all\n"
	    "d MX 10 gone\nd MX 20 a\n" A1, "pass - mx 1/1" },
	{ "lesson 20 a host fails before the match", FROM,
	    "d = v=spf1 mx -all\nd MX 10 bad\nd MX 20 a\n" A1
	    ";! bad.example. A SERVFAIL\n", "temperror dns-servfail - 1/0" },
	{ "a host fails after the match", FROM,
	    "d = v=spf1 mx -all\nd MX 10 bad\nd MX 5 a\n" A1
	    ";! bad.example. A TIMEOUT\n", "pass - mx 1/0" },
	{ "equal preferences go by name", FROM,
	    "d = v=spf1 mx -all\nd MX 5 bad\nd MX 5 a\n" A1
	    ";! bad.example. A TIMEOUT\n", "pass - mx 1/0" },
	{ "5.5 ptr", FROM, "d = v=spf1 ptr -all\n" REV4 "PTR x.d\n"
	    "x.d A 192.0.2.1\n", "pass - ptr 1/0" },
	{ "5.5 the domain itself", FROM, "d = v=spf1 ptr -all\n" REV4 "PTR d\n"
	    "d A 192.0.2.1\n", "pass - ptr 1/0" },
	{ "erratum 4751 not the other way", FROM,
	    "d = v=spf1 ptr:x.d.example -all\n" REV4 "PTR d\nd A 192.0.2.1\n",
	    "fail - -all 1/0" },
	{ "lesson 24 case", FROM, "d = v=spf1 ptr:D.EXAMPLE -all\n"
	    REV4 "PTR X.d.ExAmPlE.\nx.d A 192.0.2.1\n",
	    "pass - ptr:D.EXAMPLE 1/0" },
	{ "lesson 24 whole labels", FROM, "d = v=spf1 ptr -all\n"
	    REV4 "PTR bad\nbad A 192.0.2.1\nxd A 192.0.2.1\n" REV4 "PTR xd\n",
	    "fail - -all 1/0" },
	{ "5.5 of IPv6", FROM6, "d = v=spf1 ptr -all\n" REV6 "PTR x.d\n"
	    "x.d AAAA 2001:db8::1\nx.d A 192.0.2.1\n", "pass - ptr 1/0" },
	{ "5.5 not validated", FROM, "d = v=spf1 ptr -all\n" REV4 "PTR x.d\n"
	    "x.d A 192.0.2.2\n", "fail - -all 1/0" },
	{ "5.5 a PTR error does not match", FROM, "d = v=spf1 ptr +all\n"
	    ";! 1.2.0.192.in-addr.arpa. PTR SERVFAIL\n", "pass - +all 1/0" },
	{ "5.5 an address error skips", FROM, "d = v=spf1 ptr -all\n"
	    REV4 "PTR x.d\n" REV4 "PTR y.d\ny.d A 192.0.2.1\n"
	    ";! x.d.example. A SERVFAIL\n", "pass - ptr 1/0" },
	{ "5.5 a CNAME loop skips", FROM, "d = v=spf1 ptr -all\n"
	    REV4 "PTR x.d\nx.d CNAME y.d\ny.d CNAME x.d\n", "fail - -all 1/0" },
	{ "2317 PTR behind a CNAME", FROM, "d = v=spf1 ptr -all\n"
	    REV4 "CNAME rev\nrev PTR x.d\nx.d A 192.0.2.1\n",
	    "pass - ptr 1/0" },
	{ "5.6 ip4", FROM, "d = v=spf1 ip4:192.0.2.9/24 -all\n",
	    "pass - ip4:192.0.2.9/24 0/0" },
	{ "5.6 ip4:0.0.0.0/0 is IPv4", FROM6, "d = v=spf1 ip4:0.0.0.0/0 -all\n",
	    "fail - -all 0/0" },
	{ "5.6 ip6:::/0 is IPv6", FROM, "d = v=spf1 ip6:::/0 -all\n",
	    "fail - -all 0/0" },
	{ "5.6 ip6", FROM6, "d = v=spf1 ip6:2001:db8::/32 -all\n",
	    "pass - ip6:2001:db8::/32 0/0" },
	{ "5.7 exists asks A for IPv6 too", FROM6,
	    "d = v=spf1 exists:a.example -all\n" A1,
	    "pass - exists:a.example 1/0" },
	{ "5.7 AAAA does not exist", FROM6,
	    "d = v=spf1 exists:b.example -all\nb AAAA 2001:db8::1\n",
	    "fail - -all 1/1" },
	{ "5.7 failure", FROM, "d = v=spf1 exists:b.example +all\n"
	    ";! b.example. A TIMEOUT\n", "temperror dns-timeout - 1/0" },

	/* ---- Modifiers ---- */
	{ "6.1 redirect", FROM, "d = v=spf1 a:gone.example redirect=e.example\n"
	    "e = v=spf1 ~all\n", "softfail - ~all 2/1" },
	{ "6.1 the domain changes", FROM, "d = v=spf1 redirect=e.example\n"
	    "e = v=spf1 a exists:%{d}.%{o} -all\ne A 192.0.2.2\n"
	    "e.example.d A 127.0.0.2\n", "pass - exists:%{d}.%{o} 3/0" },
	{ "6.1 to none", FROM, "d = v=spf1 redirect=e.example\ne = x\n",
	    "permerror redirect-no-record - 1/0" },
	{ "6.1 to what is not there", FROM, "d = v=spf1 redirect=e.example\n",
	    "permerror redirect-no-record - 1/1" },
	{ "6.1 to no name", FROM, "d = v=spf1 redirect=e..example\n",
	    "permerror invalid-domain - 1/0" },
	{ "6.1 to one label", FROM, "d = v=spf1 redirect=%{d1}\n",
	    "permerror redirect-no-record - 1/0" },
	{ "6.1 temperror", FROM, "d = v=spf1 redirect=e.example\n"
	    ";! e.example. TXT TIMEOUT\n", "temperror dns-timeout - 1/0" },
	{ "6.1 default of the target", FROM, "d = v=spf1 redirect=e.example\n"
	    "e = v=spf1\n", "neutral - default 1/0" },
	{ "6.2 exp", FROM, "d = v=spf1 -all exp=e.example\n"
	    "e = %{i} is not of %{d}: %{s}%_%{h} %{t} %{r} %%\n",
	    "fail - -all 0/0 192.0.2.1 is not of d.example: u@d.example "
	    "h.example 1700000000 unknown %" },
	{ "6.2 only of fail", FROM, "d = v=spf1 ~all exp=e.example\ne = x\n",
	    "softfail - ~all 0/0" },
	{ "lesson 22 not of an include", FROM,
	    "d = v=spf1 -include:i.example exp=e.example\n"
	    "i = v=spf1 +all exp=f.example\ne = ours\nf = theirs\n",
	    "fail - -include:i.example 1/0 ours" },
	{ "lesson 22 a failing include explains nothing", FROM,
	    "d = v=spf1 include:i.example -all\n"
	    "i = v=spf1 -all exp=f.example\nf = theirs\n", "fail - -all 1/0" },
	{ "lesson 22 of the redirect's target", FROM,
	    "d = v=spf1 redirect=r.example exp=e.example\n"
	    "r = v=spf1 -all exp=f.example\ne = ours\nf = of %{d}\n",
	    "fail - -all 1/0 of r.example" },
	{ "6.2 not of the redirecting record", FROM,
	    "d = v=spf1 redirect=r.example exp=e.example\n"
	    "r = v=spf1 -all\ne = ours\n", "fail - -all 1/0" },
	{ "6.2 two texts", FROM,
	    "d = v=spf1 -all exp=e.example\ne = x\ne = y\n",
	    "fail - -all 0/0" },
	{ "6.2 none", FROM, "d = v=spf1 -all exp=e.example\n",
	    "fail - -all 0/0" },
	{ "6.2 failure", FROM, "d = v=spf1 -all exp=e.example\n"
	    ";! e.example. TXT TIMEOUT\n", "fail - -all 0/0" },
	{ "6.2 syntax", FROM, "d = v=spf1 -all exp=e.example\ne = %{x}\n",
	    "fail - -all 0/0" },
	{ "6.2 not ASCII", FROM, "d = v=spf1 -all exp=e.example\n"
	    "e = \\195\\169\n", "fail - -all 0/0" },
	{ "6.2 a control character is no explain-string", FROM,
	    "d = v=spf1 -all exp=e.example\ne = a\\013\\010b\n",
	    "fail - -all 0/0" },
	{ "6.2 empty", FROM, "d = v=spf1 -all exp=e.example\ne TXT \"\"\n",
	    "fail - -all 0/0" },
	{ "6.2 no name", FROM, "d = v=spf1 -all exp=e..example\n",
	    "fail - -all 0/0" },
	{ "6.2 controls of the sender are left out", { IP4, "h.example",
	    "a\r\nb\t\x7f@d.example" }, "d = v=spf1 -all exp=e.example\n"
	    "e = no %{l}\n", "fail - -all 0/0 no ab" },
	{ "6.2 sender not ASCII", { IP4, "h.example", "\xc3\xbc@d.example" },
	    "d = v=spf1 -all exp=e.example\ne = no %{l}\n", "fail - -all 0/0" },
	{ "6.2 %{p} of the text is not counted", FROM,
	    "d = v=spf1 -all exp=%{p}.e.example\nx.d.example.e = you are %{p}\n"
	    REV4 "PTR x.d\nx.d A 192.0.2.1\n",
	    "fail - -all 0/0 you are x.d.example" },

	/* ---- %{p} ---- */
	{ "7.3 the domain first", FROM, "d = v=spf1 exists:%{p}.q.example\n"
	    REV4 "PTR a\n" REV4 "PTR x.d\n" REV4 "PTR d\n" A1
	    "x.d A 192.0.2.1\nd A 192.0.2.1\nd.example.q A 127.0.0.2\n",
	    "pass - exists:%{p}.q.example 2/0" },
	{ "7.3 then what is below it", FROM,
	    "d = v=spf1 exists:%{p}.q.example\n"
	    REV4 "PTR a\n" REV4 "PTR x.d\n" REV4 "PTR d\n" A1
	    "x.d A 192.0.2.1\nx.d.example.q A 127.0.0.2\n",
	    "pass - exists:%{p}.q.example 2/0" },
	{ "7.3 then any", FROM, "d = v=spf1 exists:%{p}.q.example\n"
	    REV4 "PTR b\n" REV4 "PTR a\n" A1 "a.example.q A 127.0.0.2\n",
	    "pass - exists:%{p}.q.example 2/0" },
	{ "7.3 unknown", FROM, "d = v=spf1 exists:%{p}.q.example\n"
	    REV4 "PTR b\nunknown.q A 127.0.0.2\n",
	    "pass - exists:%{p}.q.example 2/0" },
	{ "7.3 unknown after an error", FROM,
	    "d = v=spf1 exists:%{p}.q.example\n"
	    ";! 1.2.0.192.in-addr.arpa. PTR SERVFAIL\nunknown.q A 127.0.0.2\n",
	    "pass - exists:%{p}.q.example 2/0" },
	{ "lesson 21 macros of an include", FROM,
	    "d = v=spf1 include:i.example -all\n"
	    "i = v=spf1 exists:%{d}.%{o}.%{h}.%{ir}.%{l} -all\n"
	    "i.example.d.example.h.example.1.2.0.192.u. A 127.0.0.2\n",
	    "pass - include:i.example 2/0" },
	{ "lesson 21 in mx", FROM, "d = v=spf1 mx:%{d2}.q.example -all\n"
	    "d.example.q MX 1 a\n" A1, "pass - mx:%{d2}.q.example 1/0" },

	/* ---- Limits: 4.6.4 ---- */
	{ "lesson 18 ten terms", FROM, "d = v=spf1 a:b.example a:b.example "
	    "a:b.example a:b.example a:b.example a:b.example a:b.example "
	    "a:b.example a:b.example a:a.example -all\nb A 192.0.2.9\n" A1,
	    "pass - a:a.example 10/0" },
	{ "lesson 18 eleven", FROM, "d = v=spf1 a:b.example a:b.example "
	    "a:b.example a:b.example a:b.example a:b.example a:b.example "
	    "a:b.example a:b.example a:b.example a:a.example -all\n"
	    "b A 192.0.2.9\n" A1, "permerror term-limit - 10/0" },
	{ "the eleventh is not come to", FROM, "d = v=spf1 a:b.example "
	    "a:b.example a:b.example a:b.example a:b.example a:b.example "
	    "a:b.example a:b.example a:b.example a:a.example a:b.example\n"
	    "b A 192.0.2.9\n" A1, "pass - a:a.example 10/0" },
	{ "redirect is the tenth", FROM, "d = v=spf1 a:b.example a:b.example "
	    "a:b.example a:b.example a:b.example a:b.example a:b.example "
	    "a:b.example a:b.example redirect=e.example\nb A 192.0.2.9\n"
	    "e = v=spf1 -all\n", "fail - -all 10/0" },
	{ "redirect is the eleventh", FROM,
	    "d = v=spf1 a:b.example a:b.example "
	    "a:b.example a:b.example a:b.example a:b.example a:b.example "
	    "a:b.example a:b.example a:b.example redirect=e.example\n"
	    "b A 192.0.2.9\ne = v=spf1 -all\n", "permerror term-limit - 10/0" },
	{ "one limit over all records", FROM,
	    "d = v=spf1 include:e.example a:a.example -all\n"
	    "e = v=spf1 a:b.example a:b.example a:b.example a:b.example "
	    "a:b.example a:b.example a:b.example a:b.example a:b.example\n"
	    "b A 192.0.2.9\n" A1, "permerror term-limit - 10/0" },
	{ "%{p} counts", FROM, "d = v=spf1 a:%{p}.%{p}.q.example "
	    "a:%{p}.%{p}.q.example a:%{p}.%{p}.q.example a:b.example "
	    "a:b.example -all\nunknown.unknown.q A 192.0.2.9\nb A 192.0.2.9\n",
	    "permerror term-limit - 10/0" },
	{ "%{p} counts ten", FROM, "d = v=spf1 a:%{p}.%{p}.q.example "
	    "a:%{p}.%{p}.q.example a:%{p}.%{p}.q.example a:b.example -all\n"
	    "unknown.unknown.q A 192.0.2.9\nb A 192.0.2.9\n",
	    "fail - -all 10/0" },
	{ "all, ip4, ip6, exp cost nothing", FROM,
	    "d = v=spf1 ip4:1.1.1.1 ip4:1.1.1.2 ip4:1.1.1.3 ip4:1.1.1.4 "
	    "ip4:1.1.1.5 ip4:1.1.1.6 ip4:1.1.1.7 ip4:1.1.1.8 ip4:1.1.1.9 "
	    "ip6:::1 ip6:::2 -all exp=e.example\ne = no\n",
	    "fail - -all 0/0 no" },
	{ "a loop of includes", FROM, "d = v=spf1 include:d.example -all\n",
	    "permerror term-limit - 10/0" },
	{ "a loop of redirects", FROM, "d = v=spf1 redirect=e.example\n"
	    "e = v=spf1 redirect=d.example\n", "permerror term-limit - 10/0" },
	{ "two void lookups", FROM,
	    "d = v=spf1 a:x.example mx:y.example +all\n",
	    "pass - +all 2/2" },
	{ "three", FROM, "d = v=spf1 a:x.example mx:y.example exists:z.example "
	    "+all\n", "permerror void-lookup-limit - 3/3" },
	{ "NODATA is one too", FROM, "d = v=spf1 a:t.example mx:t.example "
	    "exists:t.example +all\nt = x\n",
	    "permerror void-lookup-limit - 3/3" },
	{ "lesson 19 IPv6 and hosts of IPv4", FROM6,
	    "d = v=spf1 a:a.example a:b.example a:c.example +all\n" A1
	    "b A 192.0.2.2\nc A 192.0.2.3\n",
	    "permerror void-lookup-limit - 3/3" },
	{ "hosts of an mx", FROM, "d = v=spf1 mx -all\nd MX 1 x\nd MX 2 y\n"
	    "d MX 3 z\nd MX 4 a\n" A1, "permerror void-lookup-limit - 1/3" },
	{ "no PTR is one", FROM,
	    "d = v=spf1 ptr a:x.example a:y.example +all\n",
	    "permerror void-lookup-limit - 3/3" },
	{ "the client's names are not the domain's", FROM,
	    "d = v=spf1 ptr -all\n" REV4 "PTR x.d\n" REV4 "PTR y.d\n"
	    REV4 "PTR z.d\n" REV4 "PTR w.d\n", "fail - -all 1/0" },
	{ "exp is none", FROM, "d = v=spf1 a:x.example a:y.example -all "
	    "exp=z.example\n", "fail - -all 2/2" },
	{ "ten hosts of an mx", FROM, "d = v=spf1 mx -all\nd MX 1 b\nd MX 2 b\n"
	    "d MX 3 b\nd MX 4 b\nd MX 5 b\nd MX 6 b\nd MX 7 b\nd MX 8 b\n"
	    "d MX 9 b\nd MX 10 a\nb A 192.0.2.9\n" A1, "pass - mx 1/0" },
	{ "eleven", FROM, "d = v=spf1 mx -all\nd MX 0 a\nd MX 1 b\nd MX 2 b\n"
	    "d MX 3 b\nd MX 4 b\nd MX 5 b\nd MX 6 b\nd MX 7 b\nd MX 8 b\n"
	    "d MX 9 b\nd MX 10 b\nb A 192.0.2.9\n" A1,
	    "permerror mx-limit - 1/0" },
	{ "ten names of a ptr", FROM, "d = v=spf1 ptr -all\n" REV4 "PTR b1\n"
	    REV4 "PTR b2\n" REV4 "PTR b3\n" REV4 "PTR b4\n" REV4 "PTR b5\n"
	    REV4 "PTR b6\n" REV4 "PTR b7\n" REV4 "PTR b8\n" REV4 "PTR b9\n"
	    REV4 "PTR d\nd A 192.0.2.1\n", "pass - ptr 1/0" },
	{ "the eleventh is not looked at", FROM, "d = v=spf1 ptr -all\n"
	    REV4 "PTR b1\n" REV4 "PTR b2\n" REV4 "PTR b3\n" REV4 "PTR b4\n"
	    REV4 "PTR b5\n" REV4 "PTR b6\n" REV4 "PTR b7\n" REV4 "PTR b8\n"
	    REV4 "PTR b9\n" REV4 "PTR b10\n" REV4 "PTR d\nd A 192.0.2.1\n",
	    "fail - -all 1/0" },
	{ "mixed case in answers", FROM, "D = v=spf1 A:A.EXAMPLE -all\n"
	    "A A 192.0.2.1\n", "pass - A:A.EXAMPLE 1/0" },
	{ "HELO of odd octets", { IP4, "a b\\.c", "u@d.example" },
	    "d = v=spf1 a:%{h} a:%{h}.example -all\n", "fail - -all 2/2" },
	{ "a domain's own name truncated on the left", FROM,
	    "d = v=spf1 exists:%{l}." X63 "." X63 "." X63 "." X63 ".a.example "
	    "-all\n" X63 "." X63 "." X63 ".a A 127.0.0.2\n",
	    "pass - exists:%{l}." X63 "." X63 "." X63 "."
	    X63 ".a.example 1/0" },
};

static const struct manner manners[] = {
	{ .eval = true, .ahead = 10, .held = NONE_HELD },
	{ .eval = true, .ahead = 0, .held = NONE_HELD },
	{ .ahead = 10, .held = NONE_HELD },
	{ .ahead = 0, .held = NONE_HELD },
	{ .lifo = true, .ahead = 10, .held = NONE_HELD },
	{ .lifo = true, .ahead = 100, .held = NONE_HELD },
	{ .all = true, .ahead = 10, .held = NONE_HELD },
};

START_TEST(evaluates)
{
	struct mailauth_resolver *zone = load_zone(rows[_i].zone);
	struct buf said = { 0 };
	size_t questions = 0;

	for (size_t i = 0; i < COUNT(manners); i++) {
		run_spf(&rows[_i].subject, zone, &manners[i], &said,
		    &questions);
		ck_assert_msg(strcmp(said.p, rows[_i].want) == 0,
		    "%s: manner %zu: %s", rows[_i].clause, i, said.p);
	}
	/* No answer that the verdict does not need holds it up or changes it. */
	for (size_t i = 0; i < questions; i++) {
		struct manner m = { .ahead = 10, .held = i };

		run_spf(&rows[_i].subject, zone, &m, &said, NULL);
		ck_assert_msg(strcmp(said.p, rows[_i].want) == 0,
		    "%s: question %zu held: %s", rows[_i].clause, i, said.p);
	}
	ma_buf_free(&said);
	mailauth_resolver_free(zone);
}
END_TEST

/* The i-th allocation fails, i = 0, 1, ...: the same is said. */
START_TEST(bears_lack_of_memory)
{
	static const char *const clauses[] = { "6.2 exp",
		"7.3 then what is below it", "lesson 24 redirect in an include",
		"ten hosts of an mx", "4.6 error of an included record",
		"8616 4 U-labels", "one limit over all records" };
	struct buf said = { 0 };
	size_t row = 0;

	while (strcmp(rows[row].clause, clauses[_i]) != 0)
		row++;
	for (size_t i = 0, requests = 1; i < requests; i++) {
		struct mailauth_resolver *zone = load_zone(rows[row].zone);
		struct mailauth_spf *spf;

		wrap_start(i);
		spf = make_spf(&rows[row].subject, NULL);
		drive(spf, zone, &manners[2], NULL);
		requests = wrap_requests;
		wrap_start(SIZE_MAX);
		said_by(spf, &said);
		ck_assert_msg(strcmp(said.p, rows[row].want) == 0,
		    "%s: request %zu: %s", rows[row].clause, i, said.p);
		mailauth_spf_free(spf);
		mailauth_resolver_free(zone);
	}
	ma_buf_free(&said);
}
END_TEST

/* ---- Questions: exactly these, in this order ---- */

static const struct {
	const char *clause;
	struct subject subject;
	uint32_t ahead;
	const char *zone, *want;
	bool all;		/* every answer comes before the next step */
} questions[] = {
	{ "no look-ahead", FROM, 0,
	    "d = v=spf1 a:b.example mx include:e.example -all\nb A 192.0.2.2\n"
	    "d MX 1 b\nd MX 2 c\nc A 192.0.2.3\ne = v=spf1\n",
	    "TXT d.example, A b.example, MX d.example, A c.example, "
	    "TXT e.example" },
	{ "look-ahead", FROM, 10,
	    "d = v=spf1 a:b.example mx include:e.example ptr exists:f.example "
	    "redirect=g.example\nb A 192.0.2.2\nd MX 1 b\nd MX 2 c\n"
	    "c A 192.0.2.1\n",
	    "TXT d.example, A b.example, MX d.example, TXT e.example, "
	    "PTR 1.2.0.192.in-addr.arpa, A f.example, TXT g.example, "
	    "A c.example" },
	{ "of the message nothing is asked ahead", FROM, 10,
	    "d = v=spf1 a:b.example exists:%{l}.x.example a:%{o} a:%{h} "
	    "exists:%{i}.x.example a:%{d} exists:%{p}.example "
	    "include:_%{d}.e.example -all\nb A 192.0.2.1\n",
	    "TXT d.example, A b.example, A d.example, "
	    "TXT _d.example.e.example" },
	{ "not beyond the limit on terms", FROM, 100,
	    "d = v=spf1 a:a0.example a:a1.example a:a2.example a:a3.example "
	    "a:a4.example a:a5.example a:a6.example a:a7.example a:a8.example "
	    "a:a9.example a:b0.example a:b1.example\na0 A 192.0.2.1\n",
	    "TXT d.example, A a0.example, A a1.example, A a2.example, "
	    "A a3.example, A a4.example, A a5.example, A a6.example, "
	    "A a7.example, A a8.example, A a9.example" },
	{ "not beyond what is certain", FROM, 10,
	    "d = v=spf1 a:b.example ip4:192.0.2.0/24 a:c.example -all "
	    "redirect=e.example\n", "TXT d.example, A b.example" },
	{ "not beyond all", FROM, 10,
	    "d = v=spf1 a:b.example ?all a:c.example\n",
	    "TXT d.example, A b.example" },
	{ "beyond what is not certain", FROM, 10,
	    "d = v=spf1 a:b.example ip4:192.0.2.9 a:c.example -all\n",
	    "TXT d.example, A b.example, A c.example" },
	{ "an included record and what comes after it", FROM, 10,
	    "d = v=spf1 include:e.example a:b.example -all\n"
	    "e = v=spf1 a:c.example a:f.example -all\nb A 192.0.2.1\n"
	    "c A 192.0.2.2\nf A 192.0.2.3\n",
	    "TXT d.example, TXT e.example, A b.example, A c.example, "
	    "A f.example" },
	{ "records that have come are walked", FROM, 10,
	    "d = v=spf1 include:e.example include:f.example -all\n"
	    "e = v=spf1 a:g.example -all\nf = v=spf1 a:i.example -all\n"
	    ";! g.example. A TIMEOUT\n",
	    "TXT d.example, TXT e.example, TXT f.example, A g.example, "
	    "A i.example", true },
	/* A chain of includes, each with nine a: ten are named ahead in all. */
	{ "the count is of the whole evaluation", FROM, 10,
	    "d = v=spf1 include:e.example a:d1.example a:d2.example "
	    "a:d3.example a:d4.example a:d5.example a:d6.example a:d7.example "
	    "a:d8.example a:d9.example\n"
	    "e = v=spf1 include:f.example a:e1.example a:e2.example "
	    "a:e3.example a:e4.example a:e5.example a:e6.example a:e7.example "
	    "a:e8.example a:e9.example\n"
	    "f = v=spf1 include:g.example a:f1.example a:f2.example\n"
	    "g = v=spf1 ip4:192.0.2.1\n",
	    "TXT d.example, TXT e.example, A d1.example, A d2.example, "
	    "A d3.example, A d4.example, A d5.example, A d6.example, "
	    "A d7.example, A d8.example, A d9.example, TXT f.example, "
	    "A e1.example, TXT g.example" },
	{ "exp is asked when it is wanted", FROM, 10,
	    "d = v=spf1 a:b.example -all exp=e.example\nb A 192.0.2.2\n",
	    "TXT d.example, A b.example, TXT e.example" },
	{ "and not else", FROM, 10,
	    "d = v=spf1 a:b.example ~all exp=e.example\nb A 192.0.2.2\n",
	    "TXT d.example, A b.example" },
	{ "3.3 the eleventh include of a loop is not asked", FROM, 10,
	    "d = v=spf1 include:e.example -all\n"
	    "e = v=spf1 include:d.example -all\n",
	    "TXT d.example, TXT e.example" },
	{ "ptr asks only for names that can match", FROM, 10,
	    "d = v=spf1 ptr -all\n" REV4 "PTR a\n" REV4 "PTR x.d\n"
	    REV4 "PTR b\n", "TXT d.example, PTR 1.2.0.192.in-addr.arpa, "
	    "A x.d.example" },
	{ "S5 nothing is asked for a literal", { IP4, "[192.0.2.1]", NULL }, 10,
	    "", "" },
	{ "5.4 the root is no host", FROM, 10, "d = v=spf1 mx -all\nd MX 0 .\n",
	    "TXT d.example, MX d.example" },
	{ "SPFail", { IP4, "h.example", "u@a.b.d.example" }, 0,
	    "a.b.d = v=spf1 exists:%{d1r}.foo.example "
	    "exists:%{d2r}.foo.example "
	    "exists:%{D1R-}.foo.example exists:%{dr}.%{d3}.foo.example -all\n"
	    "a.foo A 1.1.1.1\n", "TXT a.b.d.example, A a.foo.example" },
	{ "SPFail, all of them", { IP4, "h.example", "u@a.b.d.example" }, 0,
	    "a.b.d = v=spf1 -a:%{d1r}.foo.example -a:%{d2r}.foo.example "
	    "-a:%{dr}.%{d3}.foo.example -a:%{D2R-}.foo.example ~all\n"
	    "*.foo A 1.1.1.1\n", "TXT a.b.d.example, A a.foo.example, "
	    "A b.a.foo.example, A example.d.b.a.b.d.example.foo.example, "
	    "A a.b.d.example.foo.example" },
	{ "lesson 21 exact names, IPv4", { IP4, "Mail.h.example",
	    "strong-bad@d.example" }, 0,
	    "d = v=spf1 include:i.%{d} -all\n"
	    "i.d = v=spf1 exists:%{d}.d exists:%{o}.o exists:%{h}.h "
	    "exists:%{ir}.%{v}.arpa exists:%{l1r-}.l.%{d} -all\n",
	    "TXT d.example, TXT i.d.example, A i.d.example.d, A d.example.o, "
	    "A mail.h.example.h" },
	{ "lesson 21 exact names, IPv6", { "2001:db8::cb01", "h.example",
	    "strong-bad@d.example" }, 0,
	    "d = v=spf1 include:i.%{d} -all\n"
	    "i.d = v=spf1 a:%{lr-}.l mx:%{ir}.%{v}.q exists:%{i}.%{v}.q -all\n",
	    "TXT d.example, TXT i.d.example, AAAA bad.strong.l, "
	    "MX 1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2"
	    ".ip6.q, A 2.0.0.1.0.d.b.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."
	    "c.b.0.1.ip6.q" },
};

START_TEST(asks)
{
	struct mailauth_resolver *zone = load_zone(questions[_i].zone);
	struct mailauth_spf *spf = make_spf(&questions[_i].subject, NULL);
	struct buf asked = { 0 };
	struct manner m = { .held = NONE_HELD, .all = questions[_i].all };

	ck_assert_int_eq(mailauth_spf_set_limit(spf, MAILAUTH_SPF_AHEAD,
	    questions[_i].ahead), MAILAUTH_DONE);
	drive(spf, zone, &m, &asked);
	ma_buf_char(&asked, '\0');
	ck_assert_msg(strcmp(asked.p, questions[_i].want) == 0, "%s: %s",
	    questions[_i].clause, asked.p);
	ma_buf_free(&asked);
	mailauth_spf_free(spf);
	mailauth_resolver_free(zone);
}
END_TEST

/* ---- Limits set by the caller ---- */

static const struct {
	const char *what;
	int limit;
	uint32_t value;
	const char *zone, *want;
} limits[] = {
	{ "0 terms", MAILAUTH_SPF_TERMS, 0, "d = v=spf1 ip4:192.0.2.2 a -all\n",
	    "permerror term-limit - 0/0" },
	{ "0 terms, none comes", MAILAUTH_SPF_TERMS, 0,
	    "d = v=spf1 ip4:192.0.2.1 a -all\n", "pass - ip4:192.0.2.1 0/0" },
	{ "11 terms", MAILAUTH_SPF_TERMS, 11, "d = v=spf1 a:b.example "
	    "a:b.example a:b.example a:b.example a:b.example a:b.example "
	    "a:b.example a:b.example a:b.example a:b.example a:a.example -all\n"
	    "b A 192.0.2.9\n" A1, "pass - a:a.example 11/0" },
	{ "a loop, 100 terms", MAILAUTH_SPF_TERMS, 100,
	    "d = v=spf1 include:d.example\n", "permerror term-limit - 100/0" },
	{ "0 voids", MAILAUTH_SPF_VOIDS, 0, "d = v=spf1 a:x.example +all\n",
	    "permerror void-lookup-limit - 1/1" },
	{ "3 voids", MAILAUTH_SPF_VOIDS, 3,
	    "d = v=spf1 a:x.example a:y.example "
	    "a:z.example +all\n", "pass - +all 3/3" },
	{ "1 host", MAILAUTH_SPF_MX_HOSTS, 1, "d = v=spf1 mx\nd MX 1 a\n"
	    "d MX 2 b\n" A1, "permerror mx-limit - 1/0" },
	{ "2 hosts", MAILAUTH_SPF_MX_HOSTS, 2, "d = v=spf1 mx\nd MX 1 a\n"
	    "d MX 2 b\n" A1, "pass - mx 1/0" },
	{ "1 name", MAILAUTH_SPF_PTR_NAMES, 1, "d = v=spf1 ptr -all\n"
	    REV4 "PTR a\n" REV4 "PTR d\nd A 192.0.2.1\n", "fail - -all 1/0" },
	{ "2 names", MAILAUTH_SPF_PTR_NAMES, 2, "d = v=spf1 ptr -all\n"
	    REV4 "PTR a\n" REV4 "PTR d\nd A 192.0.2.1\n", "pass - ptr 1/0" },
	{ "15 octets", MAILAUTH_SPF_RECORD_BYTES, 15, "d = v=spf1 a mx -all\n",
	    "permerror record-limit - 0/0" },
	{ "16 octets", MAILAUTH_SPF_RECORD_BYTES, 16, "d = v=spf1 a -all\n"
	    "d = not of ours, and long\nd A 192.0.2.1\n", "pass - a 1/0" },
};

START_TEST(obeys_limits)
{
	struct mailauth_resolver *zone = load_zone(limits[_i].zone);
	struct subject subject = FROM;
	struct mailauth_spf *spf = make_spf(&subject, NULL);
	struct buf said = { 0 };

	ck_assert_int_eq(mailauth_spf_set_limit(spf, limits[_i].limit,
	    limits[_i].value), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_spf_eval(spf, zone), MAILAUTH_DONE);
	said_by(spf, &said);
	ck_assert_msg(strcmp(said.p, limits[_i].want) == 0, "%s: %s",
	    limits[_i].what, said.p);
	ma_buf_free(&said);
	mailauth_spf_free(spf);
	mailauth_resolver_free(zone);
}
END_TEST

/* Section 3.3 of hostile sizes: it ends, and with a limit. */
START_TEST(bears_large_records)
{
	static const struct {
		const char *unit, *want;
	} units[] = {
		{ " a:b.example", "permerror term-limit - 10/0" },
		{ " ip4:192.0.2.9", "neutral - default 0/0" },
		{ " x=%{l}", "neutral - default 0/0" },
		{ " %", "permerror syntax - 0/0" },
	};
	struct subject subject = FROM;
	struct buf zone = { 0 }, said = { 0 };
	struct mailauth_resolver *r;

	ma_buf_str(&zone, "b A 192.0.2.9\nd = v=spf1");
	for (size_t n = strlen(units[_i].unit); n < 60000;
	    n += strlen(units[_i].unit))
		ma_buf_str(&zone, units[_i].unit);
	ma_buf_char(&zone, '\0');
	r = load_zone(zone.p);
	run_spf(&subject, r, &manners[2], &said, NULL);
	ck_assert_str_eq(said.p, units[_i].want);
	mailauth_resolver_free(r);
	ma_buf_free(&zone);
	ma_buf_free(&said);
}
END_TEST

/* ---- Evidence ---- */

static struct mailauth_spf *
done(const struct subject *s, const char *lines)
{
	struct mailauth_resolver *zone = load_zone(lines);
	struct mailauth_spf *spf = make_spf(s, NULL);

	mailauth_spf_set_trace(spf, 1);
	ck_assert_int_eq(mailauth_spf_eval(spf, zone), MAILAUTH_DONE);
	mailauth_resolver_free(zone);
	return spf;
}

START_TEST(gives_evidence)
{
	struct subject subject = { IP4, "h.example", "u@D.example." };
	struct mailauth_spf *spf = done(&subject,
	    "d = v=spf1 include:e.example -all\ne = v=spf1 ip4:192.0.2.1\n");
	const char *text;
	size_t n, i = 0;
	bool found = false;

	text = mailauth_spf_domain(spf, &n);
	ck_assert_str_eq(text, "d.example");
	ck_assert_uint_eq(n, 9);
	text = mailauth_spf_record(spf, &n);
	ck_assert_str_eq(text, "v=spf1 include:e.example -all");
	ck_assert_uint_eq(n, strlen(text));
	ck_assert_str_eq(mailauth_spf_mechanism(spf, NULL),
	    "include:e.example");
	ck_assert_int_eq(mailauth_spf_identity(spf), MAILAUTH_SPF_MAILFROM);
	ck_assert_str_eq(mailauth_spf_detail(spf), "d.example designates "
	    "192.0.2.1 as permitted sender: include:e.example");
	ck_assert_int_eq(mailauth_spf_secure(spf), 0);
	while ((text = mailauth_spf_trace(spf, i)) != NULL) {
		found = found || strcmp(text, "e.example: ip4:192.0.2.1 "
		    "matches (RFC 7208 section 5.6)") == 0;
		i++;
	}
	ck_assert(found && i >= 4);
	mailauth_spf_free(spf);
}
END_TEST

START_TEST(tells_whose_domain)
{
	struct subject literal = { IP4, "[IPv6:::1]", NULL };
	struct subject odd = { IP4, "h", "u@a\r\n b.example" };
	struct mailauth_spf *spf = done(&literal, "");

	ck_assert_str_eq(mailauth_spf_domain(spf, NULL), "[IPv6:::1]");
	ck_assert_int_eq(mailauth_spf_identity(spf), MAILAUTH_SPF_HELO);
	ck_assert_ptr_null(mailauth_spf_record(spf, NULL));
	mailauth_spf_free(spf);
	spf = done(&odd, "");
	ck_assert_str_eq(mailauth_spf_domain(spf, NULL), "a\r\n b.example");
	ck_assert_str_eq(mailauth_spf_detail(spf),
	    "a?? b.example is not a domain name of two labels or more");
	mailauth_spf_free(spf);
}
END_TEST

/* Secure: every answer that was read, not those that were only named. */
START_TEST(tells_what_is_secure)
{
	static const struct {
		const char *zone;
		int secure;
	} zones[] = {
		{ ";! secure\nd = v=spf1 a -all\nd A 192.0.2.1\n", 1 },
		{ ";! d.example. TXT secure\nd = v=spf1 a -all\n"
		    "d A 192.0.2.1\n", 0 },
		{ ";! d.example. TXT secure\nd = v=spf1 ip4:192.0.2.1\n", 1 },
		{ ";! d.example. TXT secure\n;! d.example. A secure\n"
		    "d = v=spf1 a a:b.example -all\nd A 192.0.2.1\n"
		    "b A 192.0.2.2\n", 1 },
		{ "", 0 },
	};
	struct subject subject = FROM;

	for (size_t i = 0; i < COUNT(zones); i++) {
		struct mailauth_spf *spf = done(&subject, zones[i].zone);

		ck_assert_msg(mailauth_spf_secure(spf) == zones[i].secure,
		    "row %zu", i);
		mailauth_spf_free(spf);
	}
}
END_TEST

START_TEST(replies)
{
	static const struct {
		const char *zone;
		int code;
		const char *enhanced;
	} replies_of[] = {
		{ "d = v=spf1 -all\n", 550, "5.7.23" },
		{ "d = v=spf1 moo\n", 550, "5.7.24" },
		{ ";! d.example. TXT SERVFAIL\n", 451, "4.7.24" },
		{ "d = v=spf1 ~all\n", 0, NULL },
		{ "d = v=spf1 ?all\n", 0, NULL },
		{ "d = v=spf1 +all\n", 0, NULL },
		{ "", 0, NULL },
	};
	struct subject subject = FROM;

	for (size_t i = 0; i < COUNT(replies_of); i++) {
		struct mailauth_spf *spf = done(&subject, replies_of[i].zone);
		const char *enhanced = "x", *text = "x";

		ck_assert_int_eq(mailauth_spf_reply(spf, &enhanced, &text),
		    replies_of[i].code);
		ck_assert_pstr_eq(enhanced, replies_of[i].enhanced);
		ck_assert((text != NULL) == (replies_of[i].code != 0));
		ck_assert_int_eq(mailauth_spf_reply(spf, NULL, NULL),
		    replies_of[i].code);
		mailauth_spf_free(spf);
	}
}
END_TEST

/* Two evaluations over one lookups ask once. */
START_TEST(shares_lookups)
{
	struct subject subject = FROM, other = { "192.0.2.7", "h.example",
		"x@d.example" };
	struct mailauth_resolver *zone =
	    load_zone("d = v=spf1 a -all\nd A 192.0.2.1\n");
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_spf *one = make_spf(&subject, l);
	struct mailauth_spf *two = make_spf(&other, l);

	ck_assert_ptr_eq(mailauth_spf_lookups(one), l);
	ck_assert_int_eq(mailauth_spf_eval(one, zone), MAILAUTH_DONE);
	ck_assert_uint_eq(mailauth_lookups_queries(l), 2);
	ck_assert_int_eq(mailauth_spf_step(two), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_spf_result(two), MAILAUTH_SPF_FAIL);
	ck_assert_uint_eq(mailauth_lookups_queries(l), 2);
	mailauth_spf_free(two);
	mailauth_resolver_free(zone);
	mailauth_lookups_free(l);
	/* Its text outlives all that. */
	ck_assert_str_eq(mailauth_spf_record(one, NULL), "v=spf1 a -all");
	mailauth_spf_free(one);
}
END_TEST

/* ---- Received-SPF ---- */

static const char *
received(const struct subject *s, const char *receiver, const char *zone,
    struct items *items, char *text, size_t size)
{
	struct mailauth_spf *spf = done(s, zone);
	size_t n = mailauth_spf_received(spf, receiver, text, size);

	ck_assert(n > 0 && n < size && text[n] == '\0');
	/* Cut where there is no room, its length all the same. */
	for (size_t room = 0; room < 40; room++) {
		char small[40];

		memset(small, 'x', sizeof small);
		ck_assert_uint_eq(mailauth_spf_received(spf, receiver, small,
		    room), n);
		if (room > 0)
			ck_assert(strlen(small) == room - 1 &&
			    memcmp(small, text, room - 1) == 0);
	}
	mailauth_spf_free(spf);
	*items = (struct items){ .list = items->list };
	read_field(text, n, "Received-SPF", items);
	return items->wrong;
}

static const char *
value_of(const struct items *items, const char *key)
{
	const char *value = NULL;

	for (size_t i = 0; i < items->n; i++)
		if (items->list[i].kind == 'p' &&
		    strcmp(items->list[i].key, key) == 0) {
			ck_assert_msg(value == NULL, "%s twice", key);
			value = items->list[i].value;
		}
	return value;
}

START_TEST(writes_received)
{
	static struct item list[ITEMS_MAX];
	struct items items = { .list = list };
	struct subject subject = { IP6, "h.example", "u@d.example" };
	char text[4000];

	ck_assert_pstr_eq(received(&subject, "mx.example.org",
	    "d = v=spf1 ip6:2001:db8::/32 -all\n", &items, text, sizeof text),
	    NULL);
	ck_assert_str_eq(items.list[0].value, "pass");
	ck_assert_int_eq(items.list[1].kind, 'c');
	ck_assert_str_eq(value_of(&items, "identity"), "mailfrom");
	ck_assert_str_eq(value_of(&items, "client-ip"), IP6);
	ck_assert_str_eq(value_of(&items, "envelope-from"), "u@d.example");
	ck_assert_str_eq(value_of(&items, "helo"), "h.example");
	ck_assert_str_eq(value_of(&items, "receiver"), "mx.example.org");
	ck_assert_str_eq(value_of(&items, "mechanism"), "ip6:2001:db8::/32");
	ck_assert_ptr_null(value_of(&items, "problem"));
	subject.from = NULL;
	ck_assert_pstr_eq(received(&subject, NULL, "h = v=spf1 moo\n", &items,
	    text, sizeof text), NULL);
	ck_assert_str_eq(items.list[0].value, "permerror");
	ck_assert_str_eq(value_of(&items, "identity"), "helo");
	ck_assert_ptr_null(value_of(&items, "envelope-from"));
	ck_assert_ptr_null(value_of(&items, "mechanism"));
	ck_assert_str_eq(value_of(&items, "problem"), "syntax");
	ck_assert_str_eq(value_of(&items, "receiver"), "unknown");
}
END_TEST

/* Section 9.1, lesson 29: a stranger's text stays within its value. */
START_TEST(keeps_received_whole)
{
	static const char *const evil[] = {
		"x; identity=helo\r\nX-Evil: yes\r\n", "\"", "\\", "(", ")",
		"a)\" pass (", "\r\n\r\nbody", "; spf=pass \r\n X:",
		"\x80\xff\xc3\x28", "=?utf-8?q?x?=", "a\tb", " ", ".",
		X63 X63 X63 X63 X63 X63 X63 X63 X63 X63 X63 X63 X63 X63 X63 X63,
		"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"",
	};
	static struct item list[ITEMS_MAX];
	struct items items = { .list = list };
	char text[9000], from[2000];

	for (size_t i = 0; i < COUNT(evil); i++) {
		struct subject subject = { IP4, evil[i], from };
		const char *wrong;

		for (int domain = 0; domain < 2; domain++) {
			snprintf(from, sizeof from, domain ? "u@%s" :
			    "%s@d.example", evil[i]);
			wrong = received(&subject, evil[i],
			    "d = v=spf1 ~all x=);x\n", &items, text,
			    sizeof text);
			ck_assert_msg(wrong == NULL, "%zu: %s\n%s", i, wrong,
			    text);
			ck_assert_str_eq(items.list[0].value,
			    domain ? "none" : "softfail");
			ck_assert_str_eq(value_of(&items, "identity"),
			    "mailfrom");
			ck_assert_ptr_nonnull(value_of(&items, "helo"));
			ck_assert_ptr_nonnull(value_of(&items, "receiver"));
		}
	}
}
END_TEST

/* ---- Use and misuse ---- */

START_TEST(refuses_misuse)
{
	struct mailauth_resolver *zone = load_zone("d = v=spf1 -all\n");
	struct mailauth_spf *s = mailauth_spf_new(NULL, 0);
	char buf[10];

	ck_assert_int_eq(mailauth_spf_step(s), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_spf_set_client(s, "192.0.2"),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_spf_set_client(s, NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_spf_set_client(s, IP4), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_spf_set_helo(s, NULL, 1), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_spf_set_helo(s, NULL, 0), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_spf_set_limit(s, 0, 1), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_spf_set_limit(s, 7, 1), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_spf_set_limit(s, -1, 1), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_spf_set_limit(s, MAILAUTH_SPF_TERMS, 101),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_spf_set_limit(s, MAILAUTH_SPF_RECORD_BYTES,
	    65536), MAILAUTH_EINVAL);
	/* Given again, an input replaces what was there. */
	ck_assert_int_eq(mailauth_spf_set_mail_from(s, "x@y", 3),
	    MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_spf_set_mail_from(s, "u@d.example", 11),
	    MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_spf_eval(s, NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_spf_step(s), MAILAUTH_NEED);
	/* Not done yet. */
	ck_assert_int_eq(mailauth_spf_result(s), 0);
	ck_assert_int_eq(mailauth_spf_identity(s), 0);
	ck_assert_ptr_null(mailauth_spf_domain(s, NULL));
	ck_assert_ptr_null(mailauth_spf_detail(s));
	ck_assert_ptr_null(mailauth_spf_trace(s, 0));
	ck_assert_int_eq(mailauth_spf_reply(s, NULL, NULL), 0);
	ck_assert_uint_eq(mailauth_spf_received(s, "x", buf, sizeof buf), 0);
	/* Frozen. */
	ck_assert_int_eq(mailauth_spf_set_client(s, IP4), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_spf_set_helo(s, "h", 1), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_spf_set_mail_from(s, "h", 1), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_spf_set_receiver(s, "h", 1), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_spf_set_trace(s, 1), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_spf_set_limit(s, MAILAUTH_SPF_TERMS, 1),
	    MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_spf_eval(s, zone), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_spf_result(s), MAILAUTH_SPF_FAIL);
	ck_assert_int_eq(mailauth_spf_step(s), MAILAUTH_DONE);
	ck_assert_ptr_null(mailauth_spf_trace(s, 0));
	mailauth_spf_free(s);
	mailauth_resolver_free(zone);
}
END_TEST

START_TEST(bears_null)
{
	size_t n = 7;

	mailauth_spf_free(NULL);
	ck_assert_ptr_null(mailauth_spf_lookups(NULL));
	ck_assert_int_eq(mailauth_spf_set_client(NULL, IP4), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_spf_set_helo(NULL, "x", 1), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_spf_set_mail_from(NULL, "x", 1),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_spf_set_receiver(NULL, "x", 1),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_spf_set_trace(NULL, 1), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_spf_set_limit(NULL, 1, 1), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_spf_step(NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_spf_eval(NULL, NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_spf_result(NULL), 0);
	ck_assert_ptr_null(mailauth_spf_record(NULL, &n));
	ck_assert_uint_eq(n, 0);
	ck_assert_uint_eq(mailauth_spf_term_count(NULL), 0);
	ck_assert_uint_eq(mailauth_spf_void_count(NULL), 0);
	ck_assert_int_eq(mailauth_spf_secure(NULL), 0);
	ck_assert_ptr_null(mailauth_spf_explanation(NULL));
	ck_assert_ptr_null(mailauth_spf_reason(NULL));
	ck_assert_int_eq(mailauth_spf_reply(NULL, NULL, NULL), 0);
	ck_assert_uint_eq(mailauth_spf_received(NULL, NULL, NULL, 0), 0);
}
END_TEST

/* HELO and sender may hold NUL; nothing is cut there. */
START_TEST(bears_nul)
{
	static const char from[] = "u\0v@d.example";
	struct mailauth_resolver *zone = load_zone(
	    "d = v=spf1 exists:%{l}.x.example a:%{h} -all exp=e.example\n"
	    "u.x A 127.0.0.2\na A 192.0.2.1\ne = %{l} %{h}\n");
	struct mailauth_spf *s = mailauth_spf_new(NULL, 0);
	struct buf said = { 0 };

	ck_assert_int_eq(mailauth_spf_set_client(s, IP4), MAILAUTH_DONE);
	mailauth_spf_set_helo(s, "a.example\0.b", 12);
	mailauth_spf_set_mail_from(s, from, sizeof from - 1);
	ck_assert_int_eq(mailauth_spf_eval(s, zone), MAILAUTH_DONE);
	ck_assert_str_eq(said_by(s, &said), "fail - -all 2/0 uv a.example.b");
	ma_buf_free(&said);
	mailauth_spf_free(s);
	mailauth_resolver_free(zone);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("spf-eval");
	TCase *tc = tcase_create("spf-eval");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, evaluates, 0, ROWS(rows));
	tcase_add_loop_test(tc, bears_lack_of_memory, 0, 7);
	tcase_add_loop_test(tc, asks, 0, ROWS(questions));
	tcase_add_loop_test(tc, obeys_limits, 0, ROWS(limits));
	tcase_add_loop_test(tc, bears_large_records, 0, 4);
	tcase_add_test(tc, gives_evidence);
	tcase_add_test(tc, tells_whose_domain);
	tcase_add_test(tc, tells_what_is_secure);
	tcase_add_test(tc, replies);
	tcase_add_test(tc, shares_lookups);
	tcase_add_test(tc, writes_received);
	tcase_add_test(tc, keeps_received_whole);
	tcase_add_test(tc, refuses_misuse);
	tcase_add_test(tc, bears_null);
	tcase_add_test(tc, bears_nul);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
