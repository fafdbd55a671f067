/*
 * Any octets as an MTA-STS policy, as what is kept of one, and as the TXT records
 * of MTA-STS and TLS-RPT.
 */
#include "fuzz.h"
#include "mtasts/mtasts.h"

static void
try_policy(struct slice text)
{
	struct mailauth_mtasts_policy p = { 0 }, again = { 0 };
	struct mtasts_fault fault;
	struct buf b = { 0 };

	FUZZ_CHECK(ma_mtasts_policy_read(text, &p, &fault));
	if (fault.what == NULL) {
		FUZZ_CHECK(p.mode != 0 && p.max_age <= MAILAUTH_MTASTS_MAX_AGE);
		FUZZ_CHECK(p.n > 0 || p.mode == MAILAUTH_MTASTS_MODE_NONE);
		FUZZ_CHECK(ma_mtasts_policy_write(&b, &p));
		FUZZ_CHECK(ma_mtasts_policy_read(ma_slice(b.p, b.n), &again,
		    &fault));
		FUZZ_CHECK(fault.what == NULL && again.n == p.n &&
		    again.mode == p.mode && again.max_age == p.max_age);
		for (size_t i = 0; i < p.n; i++)
			FUZZ_CHECK(strcmp(p.mx[i], again.mx[i]) == 0);
		mailauth_mtasts_policy_match(&p, text.p, text.n);
	} else {
		FUZZ_CHECK(fault.reason != NULL);
	}
	ma_buf_free(&b);
	ma_mtasts_policy_clear(&p);
	ma_mtasts_policy_clear(&again);
}

static void
try_kept(struct slice text)
{
	struct mtasts_kept k, again;
	struct mtasts_fault fault;
	struct buf b = { 0 };

	if (ma_mtasts_kept_read(text, &k, &fault)) {
		FUZZ_CHECK(ma_mtasts_kept_write(&b, &k));
		FUZZ_CHECK(ma_mtasts_kept_read(ma_slice(b.p, b.n), &again,
		    &fault));
		FUZZ_CHECK(ma_eq(k.domain, again.domain) &&
		    ma_eq(k.id, again.id) && ma_eq(k.text, again.text) &&
		    ma_eq(k.failed_id, again.failed_id) &&
		    k.fetched == again.fetched && k.failed == again.failed);
	} else {
		FUZZ_CHECK(fault.what != NULL);
	}
	ma_buf_free(&b);
}

static void
try_records(struct slice text)
{
	struct tlsrpt_record record;
	struct arena arena = { 0 };
	const char *reason;
	struct slice id;

	if (ma_mtasts_record_parse(text, &id, &reason))
		FUZZ_CHECK(ma_mtasts_is_record(text) && ma_mtasts_is_id(id));
	else
		FUZZ_CHECK(reason != NULL);
	switch (ma_tlsrpt_record_parse(&arena, text, &record)) {
	case TLSRPT_RECORD_OK:
		FUZZ_CHECK(record.n > 0 && record.reason == NULL);
		break;
	case TLSRPT_RECORD_INVALID:
		FUZZ_CHECK(record.reason != NULL);
		break;
	case TLSRPT_RECORD_ABSENT:
		FUZZ_CHECK(!ma_tlsrpt_is_record(text));
	}
	ma_arena_free(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice text = ma_slice(data, n);

	try_policy(text);
	try_kept(text);
	try_records(text);
	return 0;
}
