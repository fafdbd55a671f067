/*
 * Key records: RFC 6376 section 3.6.1, RFC 8463 section 4.2.
 */
#include "dkim/dkim.h"

/* Is this word in a colon-separated list?  ABNF literals have no case. */
static bool
lists(struct slice list, struct slice word)
{
	for (bool more = true; more;) {
		more = ma_find(list, ':') < list.n;
		if (ma_caseeq(ma_trim_fws(ma_cut(&list, ':')), word))
			return true;
	}
	return false;
}

/* One tag; names are one letter each.  False: p= is not base64. */
static bool
read_tag(const struct tag *tag, struct arena *arena, struct key_record *out,
    bool *has_key)
{
	struct slice v = tag->value;
	uint8_t *p;

	switch (tag->name.n == 1 ? tag->name.p[0] : 0) {
	case 'k':
		out->type = ma_caseeq(v, SLICE_LIT("rsa")) ? KEY_RSA :
		    ma_caseeq(v, SLICE_LIT("ed25519")) ? KEY_ED25519 : 0;
		break;
	case 'h':
		out->sha256 = lists(v, SLICE_LIT("sha256"));
		break;
	case 's':
		out->email = lists(v, SLICE_LIT("*")) ||
		    lists(v, SLICE_LIT("email"));
		break;
	case 't':
		out->testing = lists(v, SLICE_LIT("y"));
		out->strict = lists(v, SLICE_LIT("s"));
		break;
	case 'p':
		*has_key = true;
		if ((p = ma_arena_alloc(arena, v.n / 4 * 3 + 3)) == NULL)
			break;
		out->key.p = (const char *)p;
		return ma_base64_decode(v, p, &out->key.n);
	}
	return true;
}

/*
 * "Records beginning with a 'v=' tag with any other value MUST be discarded";
 * so is text that is no list of tags and not of DKIM by its first word.
 */
static bool
is_other(struct slice text, bool list)
{
	struct tag tag;
	enum tag_status got = ma_tag_next(&text, TAG_SPACE_FWS, &tag);

	if (ma_eq(tag.name, SLICE_LIT("v")))
		return !ma_eq(tag.value, SLICE_LIT("DKIM1"));
	return !list && (got != TAG_OK || tag.name.n > 1);
}

enum key_record_status
ma_key_record_parse(struct slice text, struct arena *arena,
    struct key_record *out, const char **detail)
{
	enum tags_status list = ma_tags_check(text, TAG_SPACE_FWS);
	bool first = true, has_key = false;
	struct tag tag;

	*out = (struct key_record){ .type = KEY_RSA, .sha256 = true,
		.email = true };
	*detail = NULL;
	if (list == TAGS_NOMEM)
		arena->failed = true;
	if (is_other(text, list == TAGS_OK))
		return KEY_RECORD_ABSENT;
	*detail = list == TAGS_DUPLICATE ? "a tag is there twice" :
	    "it is not a list of tags";
	if (list != TAGS_OK)
		return KEY_RECORD_INVALID;
	while (ma_tag_next(&text, TAG_SPACE_FWS, &tag) == TAG_OK) {
		*detail = "v= is not its first tag";
		if (!first && ma_eq(tag.name, SLICE_LIT("v")))
			return KEY_RECORD_INVALID;
		first = false;
		*detail = "p= is not base64";
		if (!read_tag(&tag, arena, out, &has_key))
			return KEY_RECORD_INVALID;
	}
	*detail = has_key ? NULL : "p= is missing";
	return has_key ? KEY_RECORD_OK : KEY_RECORD_INVALID;
}

bool
ma_key_record_format(struct buf *b, const struct key_record *k)
{
	ma_buf_fmt(b, "v=DKIM1; k=%s", k->type == KEY_RSA ? "rsa" : "ed25519");
	if (!k->sha256)
		ma_buf_str(b, "; h=");
	if (!k->email)
		ma_buf_str(b, "; s=");
	if (k->testing || k->strict)
		ma_buf_fmt(b, "; t=%s%s%s", k->testing ? "y" : "",
		    k->testing && k->strict ? ":" : "", k->strict ? "s" : "");
	ma_buf_str(b, "; p=");
	return ma_base64_encode(b, k->key.p, k->key.n);
}

struct finding
ma_key_record_check(const struct key_record *k, enum key_type type)
{
	if (!k->email)
		return (struct finding){ REASON("key-service"),
			"s= of the key record does not have email" };
	if (!k->sha256)
		return (struct finding){ REASON("key-hash"),
			"h= of the key record does not have sha256" };
	if (k->key.n == 0)
		return (struct finding){ REASON("key-revoked"),
			"the key is revoked" };
	if (k->type != type)
		return (struct finding){ REASON("key-algorithm"),
			"k= of the key record is of another algorithm" };
	return (struct finding){ 0 };
}
