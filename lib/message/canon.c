/*
 * Canonical header fields: RFC 6376 section 3.4.1 and 3.4.2.
 */
#include "message/message.h"

/* Where canonical text goes, in pieces: to a digest, or to a buffer. */
struct sink {
	struct digest *digest;
	struct buf *buf;
	bool failed;
	size_t n;
	char piece[512];
};

static void
flush(struct sink *s)
{
	if (!(s->digest != NULL ? ma_digest_add(s->digest, s->piece, s->n) :
	    ma_buf_add(s->buf, s->piece, s->n)))
		s->failed = true;
	s->n = 0;
}

static void
put(struct sink *s, const char *p, size_t n)
{
	if (n > sizeof s->piece - s->n)
		flush(s);
	if (n <= sizeof s->piece) {
		memcpy(s->piece + s->n, p, n);
		s->n += n;
	} else if (!(s->digest != NULL ? ma_digest_add(s->digest, p, n) :
	    ma_buf_add(s->buf, p, n))) {
		s->failed = true;
	}
}

struct slice
ma_field_text(struct slice raw)
{
	if (raw.n >= 2 && raw.p[raw.n - 2] == '\r' && raw.p[raw.n - 1] == '\n')
		raw.n -= 2;
	return raw;
}

/* White space or the CRLF of a fold at i: how many octets. */
static size_t
space_at(struct slice s, size_t i)
{
	if (ma_is_wsp(s.p[i]))
		return 1;
	return s.p[i] == '\r' && s.n - i > 2 && s.p[i + 1] == '\n' &&
	    ma_is_wsp(s.p[i + 2]) ? 2 : 0;
}

/*
 * Unfolded, each run of blanks one SP, none at the end; none at the start of
 * what stands behind the colon.
 */
static void
put_relaxed_value(struct sink *s, struct slice v)
{
	size_t i = 0, from, n;
	bool first = true;

	while (i < v.n) {
		for (from = i; i < v.n && (n = space_at(v, i)) > 0;)
			i += n;
		if (i == v.n)
			break;
		if (i > from && !first)
			put(s, " ", 1);
		first = false;
		/* Up to white space that is not just the one SP it will be. */
		for (from = i; i < v.n; i++)
			if (space_at(v, i) > 0 && (v.p[i] != ' ' ||
			    i + 1 == v.n || space_at(v, i + 1) > 0))
				break;
		put(s, v.p + from, i - from);
	}
}

static void
put_relaxed(struct sink *s, struct slice field)
{
	struct slice value = field, name = ma_cut(&value, ':');
	bool colon = name.n < field.n;

	name = ma_trim_fws(name);
	for (size_t i = 0; i < name.n; i++) {
		char c = ma_lower(name.p[i]);

		put(s, &c, 1);
	}
	if (colon)
		put(s, ":", 1);
	put_relaxed_value(s, value);
}

static bool
put_field(struct sink *s, enum canon canon, struct slice field, bool last)
{
	if (canon == CANON_RELAXED)
		put_relaxed(s, field);
	else
		put(s, field.p, field.n);
	if (!last)
		put(s, "\r\n", 2);
	flush(s);
	return !s->failed;
}

bool
ma_canon_field(struct digest *d, enum canon canon, struct slice field,
    bool last)
{
	struct sink s = { .digest = d };

	return put_field(&s, canon, field, last);
}

bool
ma_canon_field_text(struct buf *b, enum canon canon, struct slice field,
    bool last)
{
	struct sink s = { .buf = b };

	return put_field(&s, canon, field, last);
}
