/*
 * Tag lists, and what is read from them: signatures and key records.  What is
 * well-formed is so in every part; what was parsed is formatted to text that
 * parses to the same.
 *
 * Input: a tag list.
 */
#include "dkim/dkim.h"
#include "fuzz.h"

/* Every tag is right, and no name is there twice. */
static void
check_list(struct slice list, enum tag_space space)
{
	enum tags_status status = ma_tags_check(list, space);
	struct slice rest = list, others;
	enum tag_status got;
	struct tag tag, other;

	while ((got = ma_tag_next(&rest, space, &tag)) != TAG_END) {
		if (status != TAGS_OK)
			continue;
		FUZZ_CHECK(got == TAG_OK);
		FUZZ_CHECK(tag.rest.n >= tag.value.n);
		FUZZ_CHECK(rest.p + rest.n == list.p + list.n);
		if (list.n > 2000)
			continue;
		for (others = rest; ma_tag_next(&others, space, &other) ==
		    TAG_OK;)
			FUZZ_CHECK(!ma_eq(tag.name, other.name));
	}
}

static void
check_signature(struct slice value, struct arena *arena)
{
	struct signature sig, again;
	struct finding finding;
	struct buf b = { 0 };

	FUZZ_CHECK(ma_signature_parse(SIGNATURE_DKIM, value, arena, &sig,
	    &finding));
	FUZZ_CHECK((finding.reason == NULL) == (finding.detail == NULL));
	for (int tag = 0; tag < SIG_TAGS; tag++)
		FUZZ_CHECK(ma_eq(ma_signature_tag(value,
		    (enum signature_tag)tag), sig.tags[tag].value));
	if (finding.reason != NULL)
		return;
	FUZZ_CHECK(ma_tags_check(value, TAG_SPACE_FWS) == TAGS_OK);
	FUZZ_CHECK(sig.nnames > 0 && sig.data.n > 0);
	FUZZ_CHECK(ma_name_within(&sig.key, &sig.domain));
	FUZZ_CHECK(ma_signature_format(&b, &sig));
	FUZZ_CHECK(ma_signature_parse(SIGNATURE_DKIM, ma_slice(b.p, b.n), arena,
	    &again, &finding));
	FUZZ_CHECK(finding.reason == NULL);
	FUZZ_CHECK(sig.type == again.type && sig.header == again.header &&
	    sig.body == again.body && sig.length == again.length &&
	    sig.time == again.time && sig.expiry == again.expiry);
	FUZZ_CHECK(ma_name_equal(&sig.key, &again.key));
	FUZZ_CHECK(ma_eq(sig.identity, again.identity));
	FUZZ_CHECK(ma_eq(sig.data, again.data));
	FUZZ_CHECK(sig.nnames == again.nnames);
	for (size_t k = 0; k < sig.nnames; k++)
		FUZZ_CHECK(ma_eq(ma_signature_name(&sig, k),
		    ma_signature_name(&again, k)));
	ma_buf_free(&b);
}

static void
check_key_record(struct slice text, struct arena *arena)
{
	struct key_record k, again;
	struct buf b = { 0 };
	const char *detail;

	if (ma_key_record_parse(text, arena, &k, &detail) != KEY_RECORD_OK) {
		FUZZ_CHECK(k.key.p == NULL || k.key.n <= text.n);
		return;
	}
	FUZZ_CHECK(ma_tags_check(text, TAG_SPACE_FWS) == TAGS_OK);
	if (k.type == 0)
		return;
	FUZZ_CHECK(ma_key_record_format(&b, &k));
	FUZZ_CHECK(ma_key_record_parse(ma_slice(b.p, b.n), arena, &again,
	    &detail) == KEY_RECORD_OK);
	FUZZ_CHECK(k.type == again.type && k.sha256 == again.sha256 &&
	    k.email == again.email && k.testing == again.testing &&
	    k.strict == again.strict && ma_eq(k.key, again.key));
	ma_buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice text = ma_slice(data, n);
	struct arena arena = { 0 };

	check_list(text, TAG_SPACE_FWS);
	check_list(text, TAG_SPACE_WSP);
	check_signature(text, &arena);
	check_key_record(text, &arena);
	ma_arena_free(&arena);
	return 0;
}
