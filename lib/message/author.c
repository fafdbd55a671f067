/*
 * The From field, and the author domain in it: RFC 5322 section 3.6.2.
 *
 * Programs differ in which line they take for the From field where there are
 * several, or where one is malformed, and forgers live on that.  We: where any
 * program may see another From field than the one that we see, there is no
 * author.
 */
#include "message/handle.h"

static bool
is_ftext(int c)
{
	return c > ' ' && c < 0x7f;
}

/*
 * Does a line begin with the name From, other octets than those of names
 * skipped, and then something that cannot belong to a name, or a colon?
 */
static bool
is_like_from(struct slice line)
{
	static const char from[] = "from";
	size_t matched = 0;

	for (size_t i = 0; i < line.n; i++) {
		int c = (unsigned char)line.p[i];

		if (matched == 4)
			return c == ':' || !is_ftext(c);
		if (!is_ftext(c))
			continue;
		if (ma_lower((char)c) != from[matched++])
			return false;
	}
	return matched == 4;
}

/* A From field as it should be: no blanks before the colon. */
static bool
is_from(const struct field *f)
{
	return ma_caseeq(f->name, SLICE_LIT("From")) &&
	    f->raw.p[f->name.n] == ':';
}

/*
 * Behind a CR or LF where some see the end of a line; where all do, a fold
 * follows, but for what the caller of _field() gave.
 */
static bool
hides_from(struct slice raw)
{
	for (size_t i = 0; i < raw.n; i++) {
		char c = raw.p[i], after = i + 1 < raw.n ? raw.p[i + 1] : '\0';
		bool crlf = c == '\n' && i > 0 && raw.p[i - 1] == '\r';

		if ((c != '\r' && c != '\n') || (c == '\r' && after == '\n') ||
		    (crlf && ma_is_wsp(after)))
			continue;
		if (is_like_from(ma_sub(raw, i + 1, 64)))
			return true;
	}
	return false;
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
		} else if (is_like_from(f.raw)) {
			return f.name.n > 0 ?
			    "a From field has blanks before its colon" :
			    "a malformed header line looks like a From field";
		}
		if (hides_from(f.raw))
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
