/*
 * The From field, and the author domain in it: RFC 5322 section 3.6.2.
 *
 * Programs differ in which line they take for the From field where there are
 * several, or where one is malformed, and forgers live on that.  We: where any
 * program may see another From field than the one that we see, there is no
 * author.
 */
#include "message/handle.h"

static const struct slice from_name = { "From", 4 };

/* A From field as it should be: no blanks before the colon. */
static bool
is_from(const struct field *f)
{
	return ma_caseeq(f->name, from_name) &&
	    f->raw.p[f->name.n] == ':';
}

/* Why there is no author, NULL: there is one From field, which is *from. */
static const char *
find_from(const struct mailauth_message *m, struct field *from)
{
	size_t n = m->header.n, count = 0;

	if (m->header.over)
		return "the header is longer than the limit";
	for (size_t i = 0; i < n; i++) {
		struct field f = ma_message_field(m, i);

		if (is_from(&f)) {
			*from = f;
			count++;
		} else if (ma_is_like_field(f.raw, from_name)) {
			return f.name.n > 0 ?
			    "a From field has blanks before its colon" :
			    "a malformed header line looks like a From field";
		}
		if (ma_hides_field(f.raw, from_name))
			return "a From field hides within another field";
	}
	if (count != 1)
		return count == 0 ? "there is no From field" :
		    "there is more than one From field";
	return NULL;
}

bool
ma_find_author(const struct mailauth_message *m, struct author *out)
{
	struct field from;
	const char *why = find_from(m, &from);

	*out = (struct author){ .status = AUTHOR_MALFORMED, .detail = why };
	if (why == NULL)
		ma_author(from.value, out);
	return out->status != AUTHOR_NOMEM;
}
