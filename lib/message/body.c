/*
 * The canonical body and its hashes: RFC 6376 section 3.4.3 and 3.4.4.
 *
 * One canonicaliser of a kind feeds all hashes of that kind.  It holds back
 * what may turn out to be nothing: line ends at the end of the body, and white
 * space at the end of a line; all else goes on in spans as long as can be, so
 * that where the text was cut makes no difference, and long lines and long runs
 * of blank lines cost no memory.
 */
#include "message/handle.h"

enum { MAX_HASHES = 65536 };

/* ---- Hashes ---- */

int
ma_body_want(struct body *b, enum canon canon, uint64_t limit)
{
	size_t cap = b->cap > 0 ? 2 * b->cap : 2;
	struct wanted_hash *w;
	struct digest *d;
	int r;

	for (size_t i = 0; i < b->n; i++)
		if (b->hashes[i].canon == canon && b->hashes[i].limit == limit)
			return (int)i;
	if (b->n == b->cap) {
		if (cap > MAX_HASHES || (w = ma_realloc(b->hashes,
		    cap * sizeof *w)) == NULL)
			return MAILAUTH_ENOMEM;
		b->hashes = w;
		b->cap = cap;
	}
	if ((r = ma_digest_new(&d)) != MAILAUTH_DONE)
		return r;
	b->hashes[b->n] = (struct wanted_hash){ .canon = canon, .limit = limit,
		.digest = d };
	b->canons[canon].wanted = true;
	return (int)b->n++;
}

static void
hash(struct body *b, enum canon canon, const char *p, size_t n)
{
	for (size_t i = 0; i < b->n; i++) {
		struct wanted_hash *w = &b->hashes[i];
		uint64_t left = w->limit - w->hash.hashed;
		size_t take = n < left ? n : (size_t)left;

		if (w->canon != canon || take == 0)
			continue;
		if (!ma_digest_add(w->digest, p, take))
			b->failed = true;
		w->hash.hashed += take;
	}
}

static void
flush(struct body *b, enum canon canon)
{
	struct canon_body *c = &b->canons[canon];

	hash(b, canon, c->piece, c->n);
	c->n = 0;
}

/* Canonical octets: short ones are gathered. */
static void
put(struct body *b, enum canon canon, const char *p, size_t n)
{
	struct canon_body *c = &b->canons[canon];

	c->total += n;
	if (n > sizeof c->piece - c->n)
		flush(b, canon);
	if (n > sizeof c->piece / 2) {
		flush(b, canon);
		hash(b, canon, p, n);
	} else {
		memcpy(c->piece + c->n, p, n);
		c->n += n;
	}
}

/* What was held back stands before something: it counts. */
static void
release(struct body *b, enum canon canon)
{
	struct canon_body *c = &b->canons[canon];

	for (; c->lines > 0; c->lines--)
		put(b, canon, "\r\n", 2);
	if (c->blank)
		put(b, canon, " ", 1);
	if (c->cr)
		put(b, canon, "\r", 1);
	c->blank = c->cr = false;
}

/* ---- Simple ---- */

static void
simple_add(struct body *b, const char *p, size_t n)
{
	struct canon_body *c = &b->canons[CANON_SIMPLE];
	uint64_t lines = 0;
	bool cr;

	if (n > 0 && c->cr && p[0] == '\n') {
		c->cr = false;
		c->lines++;
		p++;
		n--;
	}
	if (n == 0)
		return;
	cr = p[n - 1] == '\r';
	if (cr)
		n--;
	for (; n >= 2 && p[n - 2] == '\r' && p[n - 1] == '\n'; n -= 2)
		lines++;
	if (n > 0 || c->cr) {
		release(b, CANON_SIMPLE);
		put(b, CANON_SIMPLE, p, n);
	}
	c->lines += lines;
	c->cr = cr;
}

/* Exactly one CRLF ends the body, also that which is empty or absent. */
static void
simple_end(struct body *b)
{
	struct canon_body *c = &b->canons[CANON_SIMPLE];

	if (c->cr)
		release(b, CANON_SIMPLE);
	put(b, CANON_SIMPLE, "\r\n", 2);
	flush(b, CANON_SIMPLE);
}

/* ---- Relaxed ---- */

enum { BLOCK = 64 };

/*
 * Does nothing change in these BLOCK octets, whatever follows the one behind
 * them?  Compilers turn this into few instructions.
 */
static bool
is_plain(const char *p)
{
	unsigned char changes = 0;

	for (size_t i = 0; i < BLOCK; i++)
		changes |= (unsigned char)((p[i] == '\t') | ((p[i] == ' ') &
		    ((p[i + 1] == ' ') | (p[i + 1] == '\t') |
		    (p[i + 1] == '\r'))));
	return changes == 0;
}

/*
 * How many octets from here, where no white space or line end is, stay as
 * they are, up to the last of them that is neither white space nor line end.
 */
static size_t
plain_span(const char *p, size_t n)
{
	size_t i = 0;

	while (n - i > BLOCK && is_plain(p + i))
		i += BLOCK;
	for (; i < n; i++) {
		if (p[i] == '\t')
			break;
		if (p[i] == ' ' && (i + 1 == n || ma_is_wsp(p[i + 1]) ||
		    p[i + 1] == '\r'))
			break;
	}
	while (i > 0 && ma_is_fws(p[i - 1]))
		i--;
	return i;
}

/* White space, a CR or an LF. */
static void
hold(struct body *b, char octet)
{
	struct canon_body *c = &b->canons[CANON_RELAXED];

	if (octet == '\n' && c->cr) {
		c->blank = c->cr = false;
		c->lines++;
		return;
	}
	if (c->cr || octet == '\n')
		release(b, CANON_RELAXED);
	if (octet == '\n')
		put(b, CANON_RELAXED, "\n", 1);
	else if (octet == '\r')
		c->cr = true;
	else
		c->blank = true;
}

static void
relaxed_add(struct body *b, const char *p, size_t n)
{
	size_t span;

	while (n > 0) {
		if (ma_is_fws(p[0])) {
			hold(b, p[0]);
			span = 1;
		} else {
			span = plain_span(p, n);
			release(b, CANON_RELAXED);
			put(b, CANON_RELAXED, p, span);
		}
		p += span;
		n -= span;
	}
}

/* A body of which something is left ends in one CRLF. */
static void
relaxed_end(struct body *b)
{
	struct canon_body *c = &b->canons[CANON_RELAXED];

	if (c->cr)
		release(b, CANON_RELAXED);
	if (c->total > 0)
		put(b, CANON_RELAXED, "\r\n", 2);
	flush(b, CANON_RELAXED);
}

/* ---- Both ---- */

void
ma_body_add(struct body *b, const char *p, size_t n)
{
	if (b->canons[CANON_SIMPLE].wanted)
		simple_add(b, p, n);
	if (b->canons[CANON_RELAXED].wanted)
		relaxed_add(b, p, n);
}

int
ma_body_end(struct body *b)
{
	simple_end(b);
	relaxed_end(b);
	for (size_t i = 0; i < b->n; i++) {
		struct wanted_hash *w = &b->hashes[i];

		w->hash.total = b->canons[w->canon].total;
		if (!ma_digest_end(w->digest, w->hash.digest))
			b->failed = true;
		ma_digest_free(w->digest);
		w->digest = NULL;
	}
	return b->failed ? MAILAUTH_ECRYPTO : MAILAUTH_DONE;
}

void
ma_body_free(struct body *b)
{
	for (size_t i = 0; i < b->n; i++)
		ma_digest_free(b->hashes[i].digest);
	ma_free(b->hashes);
}
