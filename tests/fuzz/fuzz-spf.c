/*
 * Whole evaluations over a made-up DNS: it ends, within the limits on what it
 * asks; with other orders of answers and without look-ahead it says the same;
 * Received-SPF is one field.
 *
 * Input: lines.  HELO, MAIL FROM, then records: "NAME TYPE DATA" with a name of
 * one letter (of X, the domain is X.example), types T, A, M and P, data a text,
 * or letters of hosts; "!" as data: it fails.  Lines that are none of these are
 * left out.  An upper-case letter at the start: the client is of IPv6.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lookups/lookups.h"
#include "mailauth/spf.h"
#include "read-field.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* Ten terms, an mx of ten hosts each, the names of %{p}; and exp=. */
enum { LINES = 40, OPEN = 200, ASKED_MAX = 1 + 10 + 10 * 10 + 1 + 10 + 1 };

struct dns {
	struct slice lines[LINES];
	size_t n;
};

static void
fail(const char *why)
{
	fprintf(stderr, "%s\n", why);
	abort();
}

/* ---- Answers ---- */

/* Does this line speak of the name and type asked? */
static bool
is_about(struct slice line, const struct dname *name, uint16_t type)
{
	uint16_t t = line.p[2] == 'T' ? TYPE_TXT : line.p[2] == 'M' ? TYPE_MX :
	    line.p[2] == 'P' ? TYPE_PTR : TYPE_A;
	struct dname top;

	if (t != type && !(t == TYPE_A && type == TYPE_AAAA))
		return false;
	/* Of reverse names there is one. */
	if (t == TYPE_PTR)
		return true;
	if (!ma_name_parse(SLICE_LIT("example"), &top) ||
	    !ma_name_prepend(ma_sub(line, 0, 1), &top, &top))
		return false;
	return ma_name_within(name, &top);
}

static void
add_host(struct mailauth_packet *p, uint16_t type, char c, size_t i)
{
	char name[] = "x.example", address[16] = { 0 };

	name[0] = c;
	address[3] = c;
	address[15] = c;
	if (type == TYPE_A || type == TYPE_AAAA)
		mailauth_packet_add(p, NULL, type, 60, address,
		    type == TYPE_A ? 4 : 16);
	else if (ma_is_alnum(c))
		mailauth_packet_add_name(p, NULL, type, 60, (uint16_t)(i % 3),
		    name);
}

static void
answer(const struct dns *dns, struct mailauth_question *q)
{
	uint16_t type = mailauth_question_type(q);
	struct mailauth_packet *p = mailauth_packet_new(q, 0);
	struct dname name;
	const uint8_t *wire;
	bool failed = p == NULL;
	size_t n;

	wire = mailauth_question_wire(q, &n);
	if (!ma_name_wire(ma_slice(wire, n), &name))
		fail("a question has no name");
	for (size_t i = 0; i < dns->n && !failed; i++) {
		struct slice data = ma_sub(dns->lines[i], 4, SIZE_MAX);

		if (!is_about(dns->lines[i], &name, type))
			continue;
		if (ma_eq(data, SLICE_LIT("!")))
			failed = true;
		else if (type == TYPE_TXT)
			mailauth_packet_add_text(p, NULL, 60, data.p, data.n);
		for (size_t k = 0; type != TYPE_TXT && k < data.n && k < 20;
		    k++)
			add_host(p, type, data.p[k], k);
	}
	if (failed) {
		mailauth_answer_failed(q, MAILAUTH_FAILURE_SERVFAIL);
	} else {
		wire = mailauth_packet_data(p, &n);
		mailauth_answer_dns(q, wire, n, 0);
	}
	mailauth_packet_free(p);
}

/* ---- Evaluations ---- */

/* Step to the end; the last open question is answered first, or the first. */
static void
drive(struct mailauth_spf *s, const struct dns *dns, bool last)
{
	struct mailauth_lookups *l = mailauth_spf_lookups(s);
	struct mailauth_question *open[OPEN], *q;
	size_t n = 0, at;
	int r;

	while ((r = mailauth_spf_step(s)) == MAILAUTH_NEED) {
		while ((q = mailauth_lookups_next(l)) != NULL) {
			if (n == OPEN)
				fail("too much is asked at once");
			open[n++] = q;
		}
		if (n == 0)
			fail("it needs nothing that it names");
		at = last ? n - 1 : 0;
		answer(dns, open[at]);
		n--;
		memmove(open + at, open + at + 1, (n - at) * sizeof *open);
	}
	if (r != MAILAUTH_DONE)
		fail(mailauth_strerror(r));
	while (n > 0)
		answer(dns, open[--n]);
}

static void
check_received(struct mailauth_spf *s)
{
	static struct item list[ITEMS_MAX];
	struct items items = { .list = list };
	char text[8000];
	size_t n = mailauth_spf_received(s, "mx.example.org", text,
	    sizeof text);

	if (n == 0 || n >= sizeof text)
		fail("no Received-SPF, or a long one");
	read_field(text, n, "Received-SPF", &items);
	if (items.wrong != NULL)
		fail(items.wrong);
	if (strcmp(items.list[0].value,
	    mailauth_spf_result_name(mailauth_spf_result(s))) != 0)
		fail("another result");
}

/* What is said, for the comparison; the explanation is printable. */
static void
say(struct mailauth_spf *s, struct buf *b)
{
	const char *reason = mailauth_spf_reason(s);
	const char *exp = mailauth_spf_explanation(s);
	size_t n;
	const char *mechanism = mailauth_spf_mechanism(s, &n);

	ma_buf_fmt(b, "%d %s %u %u %s\n%s\n", mailauth_spf_result(s),
	    reason != NULL ? reason : "-", mailauth_spf_term_count(s),
	    mailauth_spf_void_count(s), exp != NULL ? exp : "-",
	    mailauth_spf_detail(s));
	ma_buf_add(b, mechanism, n);
	for (; exp != NULL && *exp != '\0'; exp++)
		if (*exp < ' ' || *exp > '~')
			fail("the explanation does not print");
}

static void
evaluate(const struct dns *dns, struct slice helo, struct slice from,
    bool last, uint32_t ahead, struct buf *said)
{
	bool v6 = from.n > 0 && ma_is_upper(from.p[0]);
	struct mailauth_spf *s = mailauth_spf_new(NULL, 0);

	if (s == NULL || mailauth_spf_set_client(s, v6 ? "0:6100::61" :
	    "0.0.0.97") != 0 ||
	    mailauth_spf_set_limit(s, MAILAUTH_SPF_AHEAD, ahead) != 0)
		fail("it cannot be set up");
	mailauth_spf_set_helo(s, helo.p, helo.n);
	if (from.n == 0 || from.p[0] != '-')
		mailauth_spf_set_mail_from(s, from.p, from.n);
	mailauth_spf_set_trace(s, ahead > 0);
	drive(s, dns, last);
	if (mailauth_lookups_queries(mailauth_spf_lookups(s)) >
	    ASKED_MAX + ahead)
		fail("too much is asked");
	if (mailauth_spf_term_count(s) > 10 || mailauth_spf_void_count(s) > 3)
		fail("a limit is passed");
	say(s, said);
	check_received(s);
	mailauth_spf_free(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = ma_slice(data, size), line;
	struct slice helo = ma_cut(&text, '\n'), from = ma_cut(&text, '\n');
	struct buf said[4] = { { 0 } };
	struct dns dns = { .n = 0 };

	while (text.n > 0 && dns.n < LINES) {
		line = ma_cut(&text, '\n');
		if (line.n > 4 && line.p[1] == ' ' && line.p[3] == ' ' &&
		    ma_is_alnum(line.p[0]))
			dns.lines[dns.n++] = line;
	}
	for (int i = 0; i < 4; i++)
		evaluate(&dns, helo, from, i & 1, i & 2 ? 10 : 0, &said[i]);
	for (int i = 1; i < 4; i++)
		if (!ma_eq(ma_slice(said[0].p, said[0].n),
		    ma_slice(said[i].p, said[i].n))) {
			fprintf(stderr, "%.*s\n%.*s\n", (int)said[0].n,
			    said[0].p, (int)said[i].n, said[i].p);
			fail("another order, another verdict");
		}
	for (int i = 0; i < 4; i++)
		ma_buf_free(&said[i]);
	return 0;
}
