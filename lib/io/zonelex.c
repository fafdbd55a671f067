/*
 * The words of a master file: RFC 1035 section 5.1.  Parentheses join lines, a
 * semicolon begins a comment, quotes hold a string of one line.  Where the RFC
 * is silent: a quoted string over a line's end is an error here as in BIND and
 * NSD; so is NUL, which nobody writes but as \000.
 */
#include <stdio.h>

#include "io/zone.h"

int
ma_lines_fail(struct lines *l, unsigned line, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (l->size == 0)
		return MAILAUTH_ESYNTAX;
	n = snprintf(l->error, l->size, "%s:%u: ", l->name, line);
	if (n >= 0 && (size_t)n < l->size) {
		va_start(ap, fmt);
		vsnprintf(l->error + n, l->size - (size_t)n, fmt, ap);
		va_end(ap);
	}
	return MAILAUTH_ESYNTAX;
}

int
ma_word_fail(struct lines *l, const struct word *w, const char *what)
{
	char shown[61];
	size_t n = w->text.n < 60 ? w->text.n : 60;

	for (size_t i = 0; i < n; i++) {
		char c = w->text.p[i];

		shown[i] = c > ' ' && c < 0x7f ? c : '?';
	}
	shown[n] = '\0';
	return ma_lines_fail(l, w->line, "%s: %s%s", what, shown,
	    n < w->text.n ? "..." : "");
}

static bool
is_blank(int c)
{
	return ma_is_wsp(c) || c == '\r';
}

/* What ends a word that does not stand in quotes. */
static bool
ends_word(int c)
{
	return is_blank(c) || c == '\n' || c == ';' || c == '(' || c == ')';
}

static void
skip(struct lines *l, size_t n)
{
	l->rest.p += n;
	l->rest.n -= n;
}

static void
skip_blanks(struct lines *l)
{
	ma_span(&l->rest, is_blank);
}

/*
 * From text.p[at], just behind an opening quote, to behind the closing one; 0:
 * there is none in this line.
 */
static size_t
behind_quote(struct slice text, size_t at)
{
	for (; at < text.n && text.p[at] != '\n'; at++) {
		if (text.p[at] == '"')
			return at + 1;
		if (text.p[at] == '\\' && at + 1 < text.n &&
		    text.p[at + 1] != '\n')
			at++;
	}
	return 0;
}

static int
read_quoted(struct lines *l, struct word *w)
{
	size_t end = behind_quote(l->rest, 1);

	if (end == 0)
		return ma_lines_fail(l, l->line, "a quote is not closed");
	w->quoted = true;
	w->text = ma_sub(l->rest, 1, end - 2);
	skip(l, end);
	if (l->rest.n > 0 && l->rest.p[0] != '"' && !ends_word(l->rest.p[0]))
		return ma_lines_fail(l, l->line,
		    "text right behind a quoted string");
	return MAILAUTH_DONE;
}

/*
 * From what stands at text.p[at], an octet, an escape or a quoted piece, to
 * behind it; 0: it has no end in this line.
 */
static size_t
behind_piece(struct slice text, size_t at)
{
	if (text.p[at] == '"')
		return behind_quote(text, at + 1);
	if (text.p[at] != '\\')
		return at + 1;
	if (at + 1 == text.n || text.p[at + 1] == '\r' ||
	    text.p[at + 1] == '\n')
		return 0;
	return at + 2;
}

/* A word may hold a quoted piece: alpn="h2,h3" (RFC 9460 section 2.1). */
static int
read_bare(struct lines *l, struct word *w)
{
	struct slice text = l->rest;
	size_t i = 0, next;

	for (; i < text.n && !ends_word(text.p[i]); i = next)
		if ((next = behind_piece(text, i)) == 0)
			return ma_lines_fail(l, l->line, text.p[i] == '"' ?
			    "a quote is not closed" :
			    "a backslash with nothing behind it");
	w->text = ma_sub(text, 0, i);
	skip(l, i);
	return MAILAUTH_DONE;
}

static int
read_word(struct lines *l, struct entry *e)
{
	struct word *w;
	int r;

	if (e->n == e->cap) {
		size_t cap = e->cap > 0 ? 2 * e->cap : 16;

		if ((w = ma_realloc(e->words, cap * sizeof *w)) == NULL)
			return MAILAUTH_ENOMEM;
		e->words = w;
		e->cap = cap;
	}
	w = &e->words[e->n];
	*w = (struct word){ .line = l->line };
	r = l->rest.p[0] == '"' ? read_quoted(l, w) : read_bare(l, w);
	if (r != MAILAUTH_DONE)
		return r;
	if (ma_find(w->text, '\0') < w->text.n)
		return ma_lines_fail(l, l->line, "a NUL; write \\000");
	e->n++;
	return MAILAUTH_DONE;
}

/* Behind a line's end. */
static void
next_line(struct lines *l)
{
	skip(l, 1);
	l->line++;
}

static bool
at_remark(struct lines *l)
{
	skip_blanks(l);
	return ma_starts(l->rest, SLICE_LIT(";!"));
}

/* The words of one entry, to the line end outside parentheses or the end. */
static int
read_entry(struct lines *l, struct entry *e)
{
	unsigned depth = 0, opened = 0;
	int r;

	for (; skip_blanks(l), l->rest.n > 0;) {
		char c = l->rest.p[0];

		if ((c == '(' || c == ')') && e->remark)
			return ma_lines_fail(l, l->line,
			    "a parenthesis in a ;! line");
		if (c == '(') {
			if (depth++ == 0)
				opened = l->line;
			skip(l, 1);
		} else if (c == ')') {
			if (depth-- == 0)
				return ma_lines_fail(l, l->line,
				    "a parenthesis that was not opened");
			skip(l, 1);
		} else if (c == ';') {
			skip(l, ma_find(l->rest, '\n'));
		} else if (c == '\n') {
			next_line(l);
			if (depth == 0)
				return MAILAUTH_DONE;
			if (at_remark(l))
				return ma_lines_fail(l, l->line,
				    "a ;! line within parentheses");
		} else if ((r = read_word(l, e)) != MAILAUTH_DONE)
			return r;
	}
	return depth == 0 ? MAILAUTH_DONE :
	    ma_lines_fail(l, opened, "a parenthesis is not closed");
}

int
ma_lines_next(struct lines *l, struct entry *e)
{
	int r;

	while (l->rest.n > 0) {
		unsigned line = l->line;

		e->n = 0;
		e->inherits = is_blank(l->rest.p[0]);
		if ((e->remark = at_remark(l)))
			skip(l, 2);
		if ((r = read_entry(l, e)) != MAILAUTH_DONE)
			return r;
		if (e->n > 0)
			return MAILAUTH_MORE;
		if (e->remark)
			return ma_lines_fail(l, line,
			    "a ;! line that says nothing");
	}
	return MAILAUTH_DONE;
}

void
ma_entry_free(struct entry *e)
{
	ma_free(e->words);
	*e = (struct entry){ 0 };
}

bool
ma_period_parse(struct slice s, uint32_t max, uint32_t *out)
{
	static const struct {
		char unit;
		uint32_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 },
		{ 'w', 604800 } };
	uint64_t sum = 0, v;

	if (ma_uint(s, (uint64_t)max + 1, &sum))
		s.n = 0;
	else if (s.n == 0)
		return false;
	while (s.n > 0) {
		struct slice digits = ma_span(&s, ma_is_digit);
		size_t i = 0;

		if (!ma_uint(digits, (uint64_t)max + 1, &v) || s.n == 0)
			return false;
		while (i < COUNT(units) && units[i].unit != ma_lower(s.p[0]))
			i++;
		if (i == COUNT(units))
			return false;
		sum += v * units[i].seconds;
		s = ma_sub(s, 1, s.n);
		if (sum > max)
			return false;
	}
	*out = (uint32_t)sum;
	return sum <= max;
}

bool
ma_word_decode(struct slice s, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		uint64_t v;

		if (c == '"')
			return false;
		if (c == '\\') {
			if (++i == s.n)
				return false;
			c = s.p[i];
			if (ma_is_digit(c)) {
				if (s.n - i < 3 ||
				    !ma_uint(ma_sub(s, i, 3), 999, &v) ||
				    v > 255)
					return false;
				c = (char)(unsigned char)v;
				i += 2;
			}
		}
		ma_buf_char(out, c);
	}
	return true;
}
