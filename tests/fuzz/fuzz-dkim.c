/*
 * Verifications: the same verdicts whatever the pieces of the message and
 * whenever the keys come; every accessor bears them.
 *
 * Input: key records, one a line, up to an empty line; then the message, whose
 * first line end says what its line ends are.  Every selector has all records.
 */
#include "dkim/dkim.h"
#include "fuzz.h"

enum { RECORDS = 8, NOW = 1700000000 };

struct input {
	struct slice records[RECORDS];
	size_t n;
	struct slice message;
};

static void
read_input(struct slice text, struct input *in)
{
	*in = (struct input){ 0 };
	while (text.n > 0) {
		struct slice line = ma_cut(&text, '\n');

		if (line.n == 0)
			break;
		if (in->n < RECORDS)
			in->records[in->n++] = line;
	}
	in->message = text;
}

static void
answer(const struct input *in, struct mailauth_question *q, bool reverse)
{
	struct mailauth_packet *p = mailauth_packet_new(q,
	    in->n > 0 ? RCODE_NOERROR : RCODE_NXDOMAIN);
	const uint8_t *data;
	size_t n;

	for (size_t i = 0; i < in->n; i++) {
		struct slice r = in->records[reverse ? in->n - 1 - i : i];

		if (mailauth_packet_add_text(p, NULL, 60, r.p, r.n) !=
		    MAILAUTH_DONE)
			break;
	}
	data = mailauth_packet_data(p, &n);
	FUZZ_CHECK(mailauth_answer_dns(q, data, n, 0) == MAILAUTH_DONE);
	mailauth_packet_free(p);
}

/* Answers what is asked so far. */
static void
answer_all(const struct input *in, struct mailauth_dkim *d, bool reverse)
{
	struct mailauth_question *q;

	while ((q = mailauth_lookups_next(mailauth_dkim_lookups(d))) != NULL)
		answer(in, q, reverse);
}

static struct mailauth_dkim *
run(const struct input *in, struct mailauth_message *m, size_t piece, bool late)
{
	struct mailauth_dkim *d = mailauth_dkim_new(m, NULL, NOW);
	struct slice text = in->message;
	int r;

	FUZZ_CHECK(mailauth_message_set_line_ends(m, MAILAUTH_LINES_FIRST) ==
	    MAILAUTH_DONE);
	for (size_t at = 0; at < text.n; at += piece) {
		FUZZ_CHECK(mailauth_message_write(m, text.p + at,
		    piece < text.n - at ? piece : text.n - at) ==
		    MAILAUTH_DONE);
		if (!late) {
			r = mailauth_dkim_step(d);
			FUZZ_CHECK(r == MAILAUTH_NEED || r == MAILAUTH_MORE ||
			    r == MAILAUTH_DONE);
			answer_all(in, d, false);
		}
	}
	FUZZ_CHECK(mailauth_message_end(m) == MAILAUTH_DONE);
	while ((r = mailauth_dkim_step(d)) == MAILAUTH_NEED)
		answer_all(in, d, late);
	FUZZ_CHECK(r == MAILAUTH_DONE);
	return d;
}

static void
touch(const char *text, size_t n)
{
	static volatile char sink;

	for (size_t i = 0; text != NULL && i < n; i++)
		sink = text[i];
	(void)sink;
}

static void
check_signature(const struct mailauth_dkim *d, size_t i)
{
	int result = mailauth_dkim_signature_result(d, i);
	const char *reason = mailauth_dkim_signature_reason(d, i), *text;
	int64_t all = mailauth_dkim_body_bytes(d, i);
	size_t n;

	FUZZ_CHECK(result >= MAILAUTH_DKIM_PASS &&
	    result <= MAILAUTH_DKIM_PERMERROR);
	FUZZ_CHECK(reason != NULL || result == MAILAUTH_DKIM_PASS);
	FUZZ_CHECK(mailauth_dkim_signature_detail(d, i) != NULL);
	FUZZ_CHECK(mailauth_dkim_signed_body_bytes(d, i) <= all);
	text = mailauth_dkim_domain(d, i, &n);
	touch(text, n);
	if (result == MAILAUTH_DKIM_PASS) {
		FUZZ_CHECK(all >= 0 && mailauth_dkim_key_bits(d, i) > 0);
		FUZZ_CHECK(strlen(text) == n);
	}
	text = mailauth_dkim_selector(d, i, &n);
	touch(text, n);
	text = mailauth_dkim_identity(d, i, &n);
	touch(text, n);
	text = mailauth_dkim_algorithm(d, i, &n);
	touch(text, n);
	text = mailauth_dkim_canonicalization(d, i, &n);
	touch(text, n);
	text = mailauth_dkim_signature_data(d, i, &n);
	touch(text, n);
	for (size_t k = 0; (text = mailauth_dkim_signed_field(d, i, k, &n)) !=
	    NULL; k++)
		touch(text, n);
	for (size_t k = 0; mailauth_dkim_unsigned_field(d, i, k) != NULL; k++)
		FUZZ_CHECK(k < DISPLAYED_MAX);
	for (size_t k = 0; mailauth_dkim_repeated_field(d, i, k) != NULL; k++)
		FUZZ_CHECK(k < DISPLAYED_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct mailauth_message *m[2];
	struct mailauth_dkim *d[2];
	struct input in;

	read_input(ma_slice(data, n), &in);
	for (int i = 0; i < 2; i++) {
		m[i] = mailauth_message_new();
		d[i] = run(&in, m[i], i == 0 ? SIZE_MAX : 1 + n / 40, i == 0);
	}
	FUZZ_CHECK(mailauth_dkim_count(d[0]) == mailauth_dkim_count(d[1]));
	FUZZ_CHECK(mailauth_dkim_result(d[0]) == mailauth_dkim_result(d[1]));
	for (size_t i = 0; i < mailauth_dkim_count(d[0]); i++) {
		check_signature(d[0], i);
		FUZZ_CHECK(mailauth_dkim_signature_result(d[0], i) ==
		    mailauth_dkim_signature_result(d[1], i));
		FUZZ_CHECK(ma_eq(ma_str(mailauth_dkim_signature_reason(d[0],
		    i)),
		    ma_str(mailauth_dkim_signature_reason(d[1], i))));
	}
	for (int i = 0; i < 2; i++) {
		mailauth_dkim_free(d[i]);
		mailauth_message_free(m[i]);
	}
	return 0;
}
