/*
 * Octets become header lines, then body: RFC 5322 section 2.1, 2.2.
 *
 * An LF ends a line where a CR stands before it, or where bare LFs count as
 * line ends.  Nothing else does, so that what one program takes for the end of
 * a line and another does not stays what it is.
 */
#include "message/handle.h"

static int
lose(struct mailauth_message *m, int status)
{
	if (m->status == MAILAUTH_DONE)
		m->status = status;
	return m->status;
}

/* An LF came, behind a CR or not. */
static void
note_line_end(struct mailauth_message *m, bool cr)
{
	if (cr)
		m->seen_crlf = true;
	else
		m->seen_lf = true;
	if (m->undecided)
		m->lf = !cr;
	m->undecided = false;
}

/* ---- From header to body ---- */

/* Longer than the limit: nothing of it is kept. */
static void
overflow(struct mailauth_message *m)
{
	m->header.over = true;
	ma_header_free(&m->header);
}

static int
complete_header(struct mailauth_message *m)
{
	int r = MAILAUTH_DONE;

	m->header.end_offset = m->header.line_offset;
	if (!m->header.over)
		r = ma_header_complete(&m->header);
	if (r != MAILAUTH_DONE)
		return lose(m, r);
	m->state = MESSAGE_BODY;
	if (!ma_find_author(m, &m->author))
		return lose(m, MAILAUTH_ENOMEM);
	for (struct reader *r1 = m->readers; r1 != NULL; r1 = r1->next)
		if ((r = r1->header(r1, m)) < 0)
			return lose(m, r);
	return MAILAUTH_DONE;
}

/* ---- Header lines ---- */

/* Add to the line.  Its last octets may be those of the empty line. */
static int
add(struct mailauth_message *m, const char *p, size_t n)
{
	struct header *h = &m->header;

	if (n > (size_t)m->max_header + 2 - h->text.n) {
		overflow(m);
		return MAILAUTH_DONE;
	}
	return ma_buf_add(&h->text, p, n) ? MAILAUTH_DONE :
	    lose(m, MAILAUTH_ENOMEM);
}

/* The line is a field of its own, or the fold of one. */
static int
begin_field(struct mailauth_message *m)
{
	struct header *h = &m->header;

	if (h->n > 0 && ma_is_wsp(h->text.p[h->line]))
		return MAILAUTH_DONE;
	return ma_header_field(h, h->line, h->line_offset) ? MAILAUTH_DONE :
	    lose(m, MAILAUTH_ENOMEM);
}

/* A line has come with its CRLF, not the empty one. */
static int
end_line(struct mailauth_message *m)
{
	struct header *h = &m->header;
	int r;

	if (h->text.n > m->max_header) {
		overflow(m);
		return MAILAUTH_DONE;
	}
	if ((r = begin_field(m)) != MAILAUTH_DONE)
		return r;
	h->line = h->text.n;
	h->line_offset = m->offset;
	return MAILAUTH_DONE;
}

/* Octets up to an LF, it included.  *cr: what ends here is a CRLF. */
static size_t
find_lf(const struct mailauth_message *m, const char *p, size_t n, bool *cr)
{
	const char *lf = n > 0 ? memchr(p, '\n', n) : NULL;

	if (lf == NULL)
		return 0;
	*cr = lf > p ? lf[-1] == '\r' : m->last == '\r';
	return (size_t)(lf - p) + 1;
}

/* Take header octets; what is left is body. */
static int
header_octets(struct mailauth_message *m, struct slice *in)
{
	struct header *h = &m->header;
	bool cr = false;
	size_t n;
	int r;

	while (in->n > 0 && !h->over) {
		bool lf = (n = find_lf(m, in->p, in->n, &cr)) > 0;

		if (lf)
			note_line_end(m, cr);
		else
			n = in->n;
		if (lf && !cr && m->lf) {
			if ((r = add(m, in->p, n - 1)) == MAILAUTH_DONE &&
			    !h->over)
				r = add(m, "\r\n", 2);
		} else {
			r = add(m, in->p, n);
		}
		m->last = in->p[n - 1];
		m->offset += n;
		*in = ma_sub(*in, n, in->n);
		if (r != MAILAUTH_DONE)
			return r;
		if (h->over || !lf || !(cr || m->lf))
			continue;
		if (h->text.n - h->line == 2) {		/* the empty line */
			h->text.n -= 2;
			return complete_header(m);
		}
		if ((r = end_line(m)) != MAILAUTH_DONE)
			return r;
	}
	return h->over ? complete_header(m) : MAILAUTH_DONE;
}

/* ---- The body ---- */

enum { BLOCK = 64 };

/* Does each LF among BLOCK octets have a CR before it, perhaps at p[-1]? */
static bool
has_no_bare_lf(const char *p)
{
	unsigned char bare = 0;

	for (ptrdiff_t i = 0; i < BLOCK; i++)
		bare |= (unsigned char)((p[i] == '\n') & (p[i - 1] != '\r'));
	return bare == 0;
}

/* Which line ends stand there? */
static void
note_line_ends(struct mailauth_message *m, const char *p, size_t n)
{
	const char *lf;
	size_t i = 0;

	while (i < n && !(m->seen_crlf && m->seen_lf)) {
		/* Once CRLF was seen, only a bare LF is news. */
		if (m->seen_crlf && i > 0 && n - i > BLOCK &&
		    has_no_bare_lf(p + i)) {
			i += BLOCK;
			continue;
		}
		if ((lf = memchr(p + i, '\n', n - i)) == NULL)
			break;
		note_line_end(m, (lf > p ? lf[-1] : m->last) == '\r');
		i = (size_t)(lf - p) + 1;
	}
}

/* Is there a CR without an LF behind it among n octets before p[n]? */
static bool
has_bare_cr(const char *p, size_t n)
{
	unsigned char bare = 0;

	for (; n >= BLOCK && bare == 0; p += BLOCK, n -= BLOCK)
		for (size_t i = 0; i < BLOCK; i++)
			bare |= (unsigned char)((p[i] == '\r') &
			    (p[i + 1] != '\n'));
	for (size_t i = 0; i < n && bare == 0; i++)
		bare = p[i] == '\r' && p[i + 1] != '\n';
	return bare != 0;
}

/* The last octet is decided by the next ones, or by the end. */
static void
note_bare_cr(struct mailauth_message *m, const char *p, size_t n)
{
	if (m->watch_cr && !m->bare_cr)
		m->bare_cr = (m->last == '\r' && p[0] != '\n') ||
		    has_bare_cr(p, n - 1);
}

void
ma_message_watch_cr(struct mailauth_message *m)
{
	const struct buf *text = &m->header.text;

	m->watch_cr = true;
	if (text->n > 0)
		m->bare_cr = has_bare_cr(text->p, text->n - 1);
}

struct piece {
	char text[4096];
	size_t n;
};

static void
gather(struct mailauth_message *m, struct piece *to, const char *p, size_t n)
{
	if (n > sizeof to->text - to->n) {
		ma_body_add(&m->body, to->text, to->n);
		to->n = 0;
	}
	if (n > sizeof to->text) {
		ma_body_add(&m->body, p, n);
	} else if (n > 0) {
		memcpy(to->text + to->n, p, n);
		to->n += n;
	}
}

/* Each bare LF becomes CRLF. */
static void
add_with_lf(struct mailauth_message *m, const char *p, size_t n)
{
	struct piece piece;
	char last = m->last;

	piece.n = 0;
	while (n > 0) {
		const char *lf = memchr(p, '\n', n);
		size_t k = lf != NULL ? (size_t)(lf - p) : n;

		gather(m, &piece, p, k);
		if (lf == NULL)
			break;
		if ((k > 0 ? lf[-1] : last) != '\r')
			gather(m, &piece, "\r", 1);
		gather(m, &piece, "\n", 1);
		last = '\n';
		n -= k + 1;
		p = lf + 1;
	}
	ma_body_add(&m->body, piece.text, piece.n);
}

static void
body_octets(struct mailauth_message *m, const char *p, size_t n)
{
	if (n == 0)
		return;
	note_line_ends(m, p, n);
	note_bare_cr(m, p, n);
	/* Where a header is too long, nobody knows where the body begins. */
	if (m->body.n > 0 && !m->header.over) {
		if (m->lf)
			add_with_lf(m, p, n);
		else
			ma_body_add(&m->body, p, n);
	}
	m->last = p[n - 1];
	m->offset += n;
}

/* ---- What the handle's functions do ---- */

int
ma_scan_write(struct mailauth_message *m, const char *p, size_t n)
{
	struct slice in = ma_slice(p, n);
	int r;

	if (m->state == MESSAGE_HEADER &&
	    (r = header_octets(m, &in)) != MAILAUTH_DONE)
		return r;
	if (m->state == MESSAGE_BODY)
		body_octets(m, in.p, in.n);
	return MAILAUTH_DONE;
}

/* A field by itself: its folds end in CRLF or LF, and it ends where it ends. */
int
ma_scan_field(struct mailauth_message *m, struct slice name, struct slice value)
{
	struct header *h = &m->header;
	size_t at = h->text.n, line;
	int r;

	if (h->over)
		return MAILAUTH_DONE;
	if (!ma_header_field(h, at, m->offset))
		return lose(m, MAILAUTH_ENOMEM);
	m->offset += name.n + 1 + value.n + 2;
	if ((r = add(m, name.p, name.n)) != MAILAUTH_DONE || h->over ||
	    (r = add(m, ":", 1)) != MAILAUTH_DONE || h->over)
		return r;
	do {
		bool fold = (line = ma_find(value, '\n')) < value.n;
		bool cr = fold && line > 0 && value.p[line - 1] == '\r';

		if ((r = add(m, value.p, line - cr)) != MAILAUTH_DONE ||
		    h->over || (r = add(m, "\r\n", 2)) != MAILAUTH_DONE ||
		    h->over)
			return r;
		value = ma_sub(value, line + 1, value.n);
	} while (value.n > 0);
	if (h->text.n > m->max_header)
		overflow(m);
	h->line = h->text.n;
	h->line_offset = m->offset;
	return MAILAUTH_DONE;
}

int
ma_scan_end_header(struct mailauth_message *m)
{
	m->last = '\0';
	return complete_header(m);
}

/* The message is over within its header: a last line without end gets one. */
static int
end_in_header(struct mailauth_message *m)
{
	struct header *h = &m->header;
	int r = MAILAUTH_DONE;

	if (!m->by_field && h->text.n > m->max_header) {
		overflow(m);
	} else if (!m->by_field && h->text.n > h->line) {
		r = begin_field(m);
		if (r == MAILAUTH_DONE && !ma_buf_str(&h->text, "\r\n"))
			r = lose(m, MAILAUTH_ENOMEM);
		h->line_offset = m->offset;
	}
	return r != MAILAUTH_DONE ? r : complete_header(m);
}

int
ma_scan_end(struct mailauth_message *m)
{
	int r = MAILAUTH_DONE;

	if (m->state == MESSAGE_HEADER &&
	    (r = end_in_header(m)) != MAILAUTH_DONE)
		return r;
	if (m->watch_cr && m->last == '\r')
		m->bare_cr = true;
	if ((r = ma_body_end(&m->body)) != MAILAUTH_DONE)
		return lose(m, r);
	m->state = MESSAGE_ENDED;
	return MAILAUTH_DONE;
}
