/*
 * Records and macros: what is read as an SPF record is written back and read to
 * the same; what was checked expands within its bounds, to a name or to none.
 *
 * Input: the text of a record; behind the first NUL, if there is one, that of
 * an explanation.
 */
#include <stdio.h>
#include <stdlib.h>

#include "spf/spf.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
fail(const char *why, struct slice text)
{
	fprintf(stderr, "%s\n%.*s\n", why, SLICE_ARG(text));
	abort();
}

static const struct spf_values values = {
	.client = { .family = 6, .a = { 0x20, 1, 0xd, 0xb8, [15] = 1 } },
	.sender = SLICE_LIT("strong-bad+x@mail.example.com"),
	.local = SLICE_LIT("strong-bad+x"),
	.sender_domain = SLICE_LIT("mail.example.com"),
	.helo = SLICE_LIT("[192.0.2.1]"),
	.receiver = SLICE_LIT("mx.example.org"),
	.now = INT64_MIN,
};

static void
check_expansion(struct slice text)
{
	struct spf_macros m;
	struct expansion x;
	struct dname d;

	if (ma_spf_explain_string_check(text, &m)) {
		ma_spf_expand_text(text, &values, SLICE_LIT("d.example"),
		    SLICE_LIT("unknown"), &x);
		if (x.n > EXPLANATION_MAX)
			fail("an explanation is too long", text);
	}
	if (ma_spf_domain_spec_check(text, &m)) {
		ma_spf_expand_name(text, &values, SLICE_LIT("d.example"),
		    SLICE_LIT("unknown"), &x);
		if (x.n > EXPANSION)
			fail("an expansion is too long", text);
		if (ma_spf_expansion_name(&x, &d) &&
		    (d.n < 3 || d.w[d.n - 1] != 0))
			fail("no name", text);
	}
}

static size_t
count(const struct spf_record *r)
{
	size_t n = 0;

	for (const struct spf_term *t = r->terms; t != NULL; t = t->next) {
		check_expansion(t->spec);
		n++;
	}
	return n;
}

static void
check_record(struct slice text)
{
	struct arena a = { 0 };
	struct buf one = { 0 }, two = { 0 };
	struct spf_record r, again, short_one;
	size_t n;

	if (ma_spf_record_parse(text, KEEP_ALL, &a, &r) == SPF_RECORD_OK) {
		n = count(&r);
		if (ma_spf_record_parse(text, 3, &a, &short_one) !=
		    SPF_RECORD_OK || count(&short_one) > n ||
		    short_one.has_all != r.has_all)
			fail("keeping less changes the record", text);
		if (!ma_spf_record_format(&r, &one) ||
		    ma_spf_record_parse(ma_slice(one.p, one.n), KEEP_ALL, &a,
		    &again) != SPF_RECORD_OK || count(&again) != n ||
		    !ma_spf_record_format(&again, &two) ||
		    !ma_eq(ma_slice(one.p, one.n), ma_slice(two.p, two.n)))
			fail("what was written is not what was read", text);
	}
	ma_buf_free(&one);
	ma_buf_free(&two);
	ma_arena_free(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = ma_slice(data, size);

	check_record(text);
	check_record(ma_cut(&text, '\0'));
	check_expansion(text);
	return 0;
}
