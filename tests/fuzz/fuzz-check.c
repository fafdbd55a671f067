/*
 * Whole messages over a made-up DNS: whatever the order of answers and the cuts
 * of the message, the verdicts are the same, DMARC passes only for the author's
 * domain, and the Authentication-Results field is one field that has the results
 * that were reached and no other.
 *
 * Input: lines.  HELO, MAIL FROM, then records up to an empty line: "TYPE END
 * DATA": whoever asks for this type (T, A or P) of a name that ends in END gets
 * this text, address (an octet of it) or name; "!" as data: it fails.  Then the
 * message.
 */
#include "fuzz.h"

#include "check/check.h"
#include "read-field.h"

enum { RECORDS = 32, OPEN = 400 };

struct record_line {
	struct slice type, end, data;
};

struct dns {
	struct record_line lines[RECORDS];
	size_t n;
};

struct input {
	struct dns dns;
	struct slice helo, mail_from, message;
};

/* ---- Answers ---- */

static bool
ends_in(struct slice s, struct slice end)
{
	return s.n >= end.n &&
	    ma_caseeq(ma_sub(s, s.n - end.n, end.n), end);
}

static bool
is_about(const struct record_line *r, const struct mailauth_question *q)
{
	uint16_t type = mailauth_question_type(q);
	const char *word = type == TYPE_TXT ? "T" : type == TYPE_PTR ? "P" :
	    type == TYPE_A ? "A" : "-";

	return ma_eq(r->type, ma_str(word)) &&
	    ends_in(ma_str(mailauth_question_name(q)), r->end);
}

static void
add_record(struct mailauth_packet *p, const struct mailauth_question *q,
    struct slice data)
{
	char name[256];
	uint8_t address[4] = { 192, 0, 2, 0 };

	switch (mailauth_question_type(q)) {
	case TYPE_TXT:
		mailauth_packet_add_text(p, NULL, 60, data.p, data.n);
		break;
	case TYPE_PTR:
		snprintf(name, sizeof name, "%.*s", SLICE_ARG(data));
		mailauth_packet_add_name(p, NULL, TYPE_PTR, 60, 0, name);
		break;
	default:
		address[3] = data.n > 0 ? (uint8_t)data.p[0] : 0;
		mailauth_packet_add(p, NULL, TYPE_A, 60, address, 4);
		break;
	}
}

static void
answer(const struct dns *dns, struct mailauth_question *q)
{
	struct mailauth_packet *p = mailauth_packet_new(q, 0);
	bool failed = false;
	const uint8_t *wire;
	size_t n;

	FUZZ_CHECK(p != NULL);
	for (size_t i = 0; i < dns->n; i++) {
		if (!is_about(&dns->lines[i], q))
			continue;
		if (ma_eq(dns->lines[i].data, SLICE_LIT("!")))
			failed = true;
		else
			add_record(p, q, dns->lines[i].data);
	}
	wire = mailauth_packet_data(p, &n);
	if (failed)
		mailauth_answer_failed(q, MAILAUTH_FAILURE_SERVFAIL);
	else
		mailauth_answer_dns(q, wire, n, 0);
	mailauth_packet_free(p);
}

/* ---- A run ---- */

enum way { WHOLE = 0, BYTES = 1, LAST_FIRST = 2, EARLY = 4, WAYS = 8 };

struct open {
	struct mailauth_question *q[OPEN];
	size_t n;
};

static int
drive(struct mailauth_check *c, const struct dns *dns, unsigned way,
    struct open *open)
{
	struct mailauth_lookups *l = mailauth_check_lookups(c);
	struct mailauth_question *q;
	size_t at;
	int r;

	while ((r = mailauth_check_step(c)) == MAILAUTH_NEED) {
		while ((q = mailauth_lookups_next(l)) != NULL) {
			FUZZ_CHECK(open->n < OPEN);
			open->q[open->n++] = q;
		}
		FUZZ_CHECK(open->n > 0);
		at = (way & LAST_FIRST) != 0 ? open->n - 1 : 0;
		answer(dns, open->q[at]);
		open->n--;
		memmove(open->q + at, open->q + at + 1,
		    (open->n - at) * sizeof *open->q);
	}
	FUZZ_CHECK(r == MAILAUTH_DONE || r == MAILAUTH_MORE);
	return r;
}

static void
feed(struct mailauth_check *c, struct slice text, unsigned way)
{
	struct mailauth_message *m = mailauth_check_message(c);
	size_t piece = (way & BYTES) != 0 ? 1 : text.n;

	mailauth_message_set_line_ends(m, MAILAUTH_LINES_FIRST);
	for (; text.n > 0; text = ma_sub(text, piece, text.n))
		FUZZ_CHECK(mailauth_message_write(m, text.p, piece) == 0);
	FUZZ_CHECK(mailauth_message_end(m) == 0);
}

/* ---- What must hold ---- */

/* The results in the field are those that were reached, in their order. */
static void
check_field(struct mailauth_check *c)
{
	static const char *const order[] = { "iprev", "spf", "spf", "dkim",
		"arc", "dmarc" };
	static struct item list[ITEMS_MAX];
	struct items items = { .list = list };
	const char *text = mailauth_check_authentication_results(c);
	size_t k = 0, expected = 0;

	FUZZ_CHECK(text != NULL);
	read_field(text, strlen(text), "Authentication-Results", &items);
	if (items.wrong != NULL)
		fprintf(stderr, "%s\n%s\n", items.wrong, text);
	FUZZ_CHECK(items.wrong == NULL);
	for (size_t i = 1; i < items.n; i++) {
		const char *key = list[i].key;

		if (list[i - 1].kind != ';')
			continue;
		FUZZ_CHECK(list[i].kind == 'p');
		if (k > 3 && strcmp(key, "dkim") == 0)
			continue;		/* another signature */
		FUZZ_CHECK(k < COUNT(order) && strcmp(key, order[k]) == 0);
		k++;
		expected++;
	}
	FUZZ_CHECK(expected == COUNT(order));
}

static void
check_verdict(struct mailauth_check *c)
{
	const struct mailauth_dmarc *d = mailauth_check_dmarc(c);
	bool aligned = mailauth_dmarc_spf_aligned(d) ||
	    mailauth_dmarc_dkim_aligned(d);

	if (mailauth_check_result(c) == MAILAUTH_DMARC_PASS) {
		FUZZ_CHECK(aligned);
		FUZZ_CHECK(mailauth_message_author_domain(
		    mailauth_check_message(c)) != NULL);
		FUZZ_CHECK(mailauth_check_reply(c, NULL, NULL) == 0);
	}
	if (mailauth_dmarc_spf_aligned(d))
		FUZZ_CHECK(mailauth_spf_result(mailauth_check_spf(c)) ==
		    MAILAUTH_SPF_PASS);
	if (mailauth_dmarc_dkim_aligned(d))
		FUZZ_CHECK(mailauth_dkim_result(mailauth_check_dkim(c)) ==
		    MAILAUTH_DKIM_PASS);
}

static void
say(struct mailauth_check *c, struct buf *b)
{
	const struct mailauth_dkim *d = mailauth_check_dkim(c);
	const char *reason = mailauth_check_reason(c);

	ma_buf_fmt(b, "%s%d %s %s\n", mailauth_check_authentication_results(c),
	    mailauth_check_disposition(c), reason != NULL ? reason : "-",
	    mailauth_check_detail(c));
	for (size_t i = 0; i < mailauth_dkim_count(d); i++)
		ma_buf_fmt(b, "%d %lld %d\n", mailauth_dkim_signature_result(d,
		    i), (long long)mailauth_dkim_body_bytes(d, i),
		    mailauth_check_signature_aligned(c, i));
}

static void
evaluate(const struct input *in, unsigned way, struct buf *said)
{
	struct mailauth_check *c = mailauth_check_new(NULL, 1700000000);
	struct open open = { .n = 0 };

	FUZZ_CHECK(c != NULL);
	mailauth_check_set_client(c, "192.0.2.97");
	mailauth_check_set_helo(c, in->helo.p, in->helo.n);
	mailauth_check_set_mail_from(c, in->mail_from.p, in->mail_from.n);
	mailauth_check_set_authserv_id(c, "mx.example.org");
	if ((way & EARLY) != 0)
		drive(c, &in->dns, way, &open);
	feed(c, in->message, way);
	FUZZ_CHECK(drive(c, &in->dns, way, &open) == MAILAUTH_DONE);
	check_field(c);
	check_verdict(c);
	say(c, said);
	mailauth_check_free(c);
	while (open.n > 0)
		mailauth_answer_failed(open.q[--open.n],
		    MAILAUTH_FAILURE_TIMEOUT);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice text = ma_slice(data, n), line;
	struct input in = { .helo = ma_cut(&text, '\n') };
	struct buf said[WAYS] = { { 0 } };

	in.mail_from = ma_cut(&text, '\n');
	while ((line = ma_cut(&text, '\n')).n > 0) {
		struct record_line *r = &in.dns.lines[in.dns.n];

		r->type = ma_cut(&line, ' ');
		r->end = ma_cut(&line, ' ');
		r->data = line;
		if (in.dns.n + 1 < RECORDS)
			in.dns.n++;
	}
	in.message = text;
	for (unsigned way = 0; way < WAYS; way++) {
		evaluate(&in, way, &said[way]);
		if (!ma_eq(ma_slice(said[0].p, said[0].n),
		    ma_slice(said[way].p, said[way].n)))
			fprintf(stderr, "%.*s\n%.*s\n", (int)said[0].n,
			    said[0].p, (int)said[way].n, said[way].p);
		FUZZ_CHECK(ma_eq(ma_slice(said[0].p, said[0].n),
		    ma_slice(said[way].p, said[way].n)));
	}
	for (unsigned way = 0; way < WAYS; way++)
		ma_buf_free(&said[way]);
	return 0;
}
