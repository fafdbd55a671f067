/*
 * DMARC records, and whole evaluations over what a hostile DNS says.
 *
 * Input: lines.  The first is the author domain, the second SPF's domain, the
 * third that of a signature; the rest answer the questions in turn, a line a
 * TXT record, an empty one a failure, "-" no such name.
 */
#include "dmarc/dmarc.h"
#include "fuzz.h"

/* What format() writes parses to the same, and is written the same again. */
static void
check_record(struct slice text)
{
	struct dmarc_record r, again;
	struct buf first = { 0 }, second = { 0 };

	if (ma_dmarc_record_parse(text, &r) == DMARC_RECORD_ABSENT)
		return;
	FUZZ_CHECK(ma_dmarc_record_format(&first, &r));
	FUZZ_CHECK(ma_dmarc_record_parse(ma_slice(first.p, first.n),
	    &again) != DMARC_RECORD_ABSENT);
	FUZZ_CHECK(again.p == r.p && again.testing == r.testing);
	FUZZ_CHECK(ma_dmarc_record_format(&second, &again));
	FUZZ_CHECK(ma_eq(ma_slice(first.p, first.n),
	    ma_slice(second.p, second.n)));
	ma_buf_free(&first);
	ma_buf_free(&second);
}

static void
answer(struct mailauth_question *q, struct slice line)
{
	struct mailauth_packet *p;
	const uint8_t *data;
	size_t n;

	if (line.n == 0) {
		mailauth_answer_failed(q, MAILAUTH_FAILURE_SERVFAIL);
		return;
	}
	p = mailauth_packet_new(q, ma_eq(line, SLICE_LIT("-")) ? 3 : 0);
	FUZZ_CHECK(p != NULL);
	if (line.p[0] != '-')
		mailauth_packet_add_text(p, NULL, 60, line.p, line.n);
	data = mailauth_packet_data(p, &n);
	FUZZ_CHECK(mailauth_answer_dns(q, data, n, 0) == MAILAUTH_DONE);
	mailauth_packet_free(p);
}

static void
check_outcome(const struct mailauth_dmarc *d)
{
	int result = mailauth_dmarc_result(d);
	int aligned = mailauth_dmarc_spf_aligned(d) |
	    mailauth_dmarc_dkim_aligned(d);

	FUZZ_CHECK(result >= MAILAUTH_DMARC_NONE &&
	    result <= MAILAUTH_DMARC_TEMPERROR);
	FUZZ_CHECK((result == MAILAUTH_DMARC_PASS) == (aligned != 0));
	FUZZ_CHECK((result == MAILAUTH_DMARC_PASS) ==
	    (mailauth_dmarc_reason(d) == NULL));
	FUZZ_CHECK((mailauth_dmarc_disposition(d) != 0) ==
	    (result == MAILAUTH_DMARC_PASS || result == MAILAUTH_DMARC_FAIL));
	FUZZ_CHECK(mailauth_dmarc_disposition(d) <= mailauth_dmarc_policy(d) ||
	    result == MAILAUTH_DMARC_PASS);
	if (result == MAILAUTH_DMARC_FAIL)
		FUZZ_CHECK(mailauth_dmarc_policy(d) != 0);
	for (size_t i = 0; mailauth_dmarc_rua(d, i) != NULL; i++)
		for (const char *c = mailauth_dmarc_rua(d, i); *c != '\0'; c++)
			FUZZ_CHECK(*c > ' ' && *c < 0x7f && *c != ',');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	enum { QUESTIONS = 3 * WALK_MAX + 1 };
	struct slice rest = ma_slice(data, n), line;
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_dmarc *d = mailauth_dmarc_new(l);
	struct mailauth_question *q;
	int r;

	check_record(rest);
	line = ma_cut(&rest, '\n');
	FUZZ_CHECK(mailauth_dmarc_set_from_domain(d, line.p, line.n) == 0);
	line = ma_cut(&rest, '\n');
	mailauth_dmarc_set_spf(d, MAILAUTH_SPF_PASS, line.p, line.n);
	line = ma_cut(&rest, '\n');
	mailauth_dmarc_add_dkim(d, MAILAUTH_DKIM_PASS, line.p, line.n);
	mailauth_dmarc_set_trace(d, 1);
	while ((r = mailauth_dmarc_step(d)) == MAILAUTH_NEED) {
		FUZZ_CHECK((q = mailauth_lookups_next(l)) != NULL);
		line = ma_cut(&rest, '\n');
		check_record(line);
		answer(q, line);
	}
	FUZZ_CHECK(r == MAILAUTH_DONE);
	FUZZ_CHECK(mailauth_lookups_queries(l) <= QUESTIONS);
	check_outcome(d);
	mailauth_dmarc_free(d);
	mailauth_lookups_free(l);
	return 0;
}
