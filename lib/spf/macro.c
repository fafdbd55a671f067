/*
 * Macro-strings: RFC 7208 section 7.  One reader serves the check of a record
 * and the expansion, which therefore sees nothing that was not checked.
 */
#include <stdio.h>

#include "spf/spf.h"

/* ---- Reading ---- */

/* "%{" macro-letter transformers *delimiter "}" */
struct macro {
	char letter;			/* lower case */
	bool escape;			/* written in upper case */
	bool reverse;
	uint32_t parts;			/* right-hand parts to keep; 0: all */
	struct slice delimiters;	/* empty: "." */
};

static bool
is_digit(int c)
{
	return ma_is_digit(c);
}

static bool
is_delimiter(int c)
{
	return c != '\0' && strchr(".-+,/_=", c) != NULL;
}

/* Read the inside of "%{...}" from *text; *text goes on behind the "}". */
static bool
read_macro(struct slice *text, struct macro *m)
{
	struct slice digits;
	uint64_t parts = 0;

	*m = (struct macro){ 0 };
	if (text->n == 0)
		return false;
	m->letter = ma_lower(*text->p);
	m->escape = ma_is_upper(*text->p);
	*text = ma_sub(*text, 1, text->n);
	digits = ma_span(text, is_digit);
	/* RFC 7208 section 7.3: it must not be 0; a huge one is just many. */
	if (digits.n > 0 &&
	    (!ma_uint(digits, UINT32_MAX, &parts) || parts == 0))
		return false;
	m->parts = (uint32_t)parts;
	if (text->n > 0 && ma_lower(*text->p) == 'r') {
		m->reverse = true;
		*text = ma_sub(*text, 1, text->n);
	}
	m->delimiters = ma_span(text, is_delimiter);
	if (text->n == 0 || *text->p != '}')
		return false;
	*text = ma_sub(*text, 1, text->n);
	return true;
}

/* One piece of a macro-string. */
enum piece { PIECE_END, PIECE_LITERAL, PIECE_MACRO, PIECE_WRONG };

/* Literal characters come together, those of "%%", "%_" and "%-" alone. */
static enum piece
next_piece(struct slice *text, struct slice *literal, struct macro *m)
{
	char c;

	if (text->n == 0)
		return PIECE_END;
	if (*text->p != '%') {
		*literal = ma_sub(*text, 0, ma_find(*text, '%'));
		*text = ma_sub(*text, literal->n, text->n);
		return PIECE_LITERAL;
	}
	c = text->n > 1 ? text->p[1] : '\0';
	*text = ma_sub(*text, 2, text->n);
	switch (c) {
	case '{':
		return read_macro(text, m) ? PIECE_MACRO : PIECE_WRONG;
	case '%':
		*literal = SLICE_LIT("%");
		return PIECE_LITERAL;
	case '_':
		*literal = SLICE_LIT(" ");
		return PIECE_LITERAL;
	case '-':
		*literal = SLICE_LIT("%20");
		return PIECE_LITERAL;
	default:
		return PIECE_WRONG;
	}
}

/* ---- Checking ---- */

/* macro-literal: visible characters; also SP in an explain-string. */
static bool
are_visible(struct slice s, const char *also)
{
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] < 0x21 || s.p[i] > 0x7e) &&
		    (s.p[i] == '\0' || strchr(also, s.p[i]) == NULL))
			return false;
	return true;
}

/* *tail: what comes after the last macro-expand. */
static bool
check(struct slice text, const char *also, const char *letters,
    struct spf_macros *out, struct slice *tail)
{
	struct slice literal, before;
	struct macro m;

	*out = (struct spf_macros){ 0 };
	*tail = text;
	for (;;) {
		before = text;
		switch (next_piece(&text, &literal, &m)) {
		case PIECE_END:
			return true;
		case PIECE_LITERAL:
			if (*before.p == '%')
				*tail = text;
			else if (!are_visible(literal, also))
				return false;
			break;
		case PIECE_MACRO:
			if (!ma_is_lower(m.letter) ||
			    strchr(letters, m.letter) == NULL)
				return false;
			out->letters |= LETTER(m.letter);
			out->validated += m.letter == 'p';
			*tail = text;
			break;
		case PIECE_WRONG:
			return false;
		}
	}
}

bool
ma_spf_macro_string_check(struct slice text, struct spf_macros *out)
{
	struct slice tail;

	return check(text, "", "slodipvh", out, &tail);
}

bool
ma_spf_explain_string_check(struct slice text, struct spf_macros *out)
{
	struct slice tail;

	return check(text, " ", "slodipvhcrt", out, &tail);
}

/*
 * toplabel = ( *alphanum ALPHA *alphanum ) /
 *            ( 1*alphanum "-" *( alphanum / "-" ) alphanum )
 */
static bool
is_toplabel(struct slice s)
{
	bool digits = true;

	if (s.n == 0 || s.p[0] == '-' || s.p[s.n - 1] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!ma_is_alnum(s.p[i]) && s.p[i] != '-')
			return false;
		digits = digits && ma_is_digit(s.p[i]);
	}
	return !digits;
}

/* domain-end = ( "." toplabel [ "." ] ) / macro-expand */
bool
ma_spf_domain_spec_check(struct slice text, struct spf_macros *out)
{
	struct slice tail;
	size_t dot;

	if (!check(text, "", "slodipvh", out, &tail) || text.n == 0)
		return false;
	if (tail.n == 0)
		return true;
	if (tail.p[tail.n - 1] == '.')
		tail.n--;
	dot = ma_rfind(tail, '.');
	return dot < tail.n && is_toplabel(ma_sub(tail, dot + 1, tail.n));
}

/* ---- Expanding ---- */

/* Where an expansion goes: of names the right end counts, of texts the left. */
struct sink {
	struct expansion *to;
	bool name;
};

static void
put(struct sink *s, struct slice piece)
{
	enum { KEPT = EXPANSION / 2 };
	struct expansion *to = s->to;

	if (!s->name)
		piece = ma_sub(piece, 0, EXPLANATION_MAX - to->n);
	else if (piece.n > KEPT)
		piece = ma_sub(piece, piece.n - KEPT, KEPT);
	if (to->n + piece.n > EXPANSION) {
		memmove(to->text, to->text + to->n - KEPT, KEPT);
		to->n = KEPT;
	}
	if (piece.n > 0)
		memcpy(to->text + to->n, piece.p, piece.n);
	to->n += piece.n;
}

/* RFC 3986 section 2.3. */
static bool
is_unreserved(int c)
{
	return ma_is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

static void
put_part(struct sink *s, struct slice part, bool escape)
{
	static const char hex[] = "0123456789ABCDEF";

	if (!escape) {
		put(s, part);
		return;
	}
	while (part.n > 0) {
		unsigned char c = (unsigned char)*part.p;
		char code[3] = { '%', hex[c >> 4], hex[c & 15] };

		put(s, is_unreserved(c) ? ma_sub(part, 0, 1) :
		    ma_slice(code, sizeof code));
		part = ma_sub(part, 1, part.n);
	}
}

/* Does c separate parts? */
static bool
separates(const struct macro *m, char c)
{
	if (m->delimiters.n == 0)
		return c == '.';
	return ma_find(m->delimiters, c) < m->delimiters.n;
}

/* The last part of *s, which loses it and the delimiter before it. */
static struct slice
cut_last(const struct macro *m, struct slice *s, bool *more)
{
	size_t at = s->n;
	struct slice part;

	while (at > 0 && !separates(m, s->p[at - 1]))
		at--;
	part = ma_sub(*s, at, s->n);
	*more = at > 0;
	*s = ma_sub(*s, 0, at > 0 ? at - 1 : 0);
	return part;
}

/*
 * The octets that the parts to keep take: RFC 7208 section 7.3 counts the
 * right-hand parts after the reversal, so with "r" these are the first.
 */
static struct slice
parts_to_keep(const struct macro *m, struct slice value)
{
	uint32_t left = m->parts;

	if (left == 0)
		return value;
	if (m->reverse) {
		for (size_t i = 0; i < value.n; i++)
			if (separates(m, value.p[i]) && --left == 0)
				return ma_sub(value, 0, i);
		return value;
	}
	for (size_t i = value.n; i > 0; i--)
		if (separates(m, value.p[i - 1]) && --left == 0)
			return ma_sub(value, i, value.n);
	return value;
}

/* Split, reverse, keep, join with ".", escape: in this order. */
static void
put_macro(struct sink *s, const struct macro *m, struct slice value)
{
	struct slice rest = parts_to_keep(m, value);
	bool more = true;

	if (m->reverse) {
		while (more) {
			put_part(s, cut_last(m, &rest, &more), m->escape);
			if (more)
				put(s, SLICE_LIT("."));
		}
		return;
	}
	while (rest.n > 0) {
		size_t n = 0;

		while (n < rest.n && !separates(m, rest.p[n]))
			n++;
		put_part(s, ma_sub(rest, 0, n), m->escape);
		if (n < rest.n)
			put(s, SLICE_LIT("."));
		rest = ma_sub(rest, n + 1, rest.n);
	}
}

/* %{i}: dotted quad, or 32 dotted nibbles. */
enum { VALUE_TEXT = 64 };
static struct slice
address_value(struct ip ip, char out[VALUE_TEXT])
{
	size_t n = 0;

	if (ip.family == 4) {
		ma_ip_text(ip, out);
		return ma_str(out);
	}
	for (size_t i = 0; i < 16; i++)
		n += (size_t)snprintf(out + n, VALUE_TEXT - n, "%s%x.%x",
		    i > 0 ? "." : "", (unsigned)ip.a[i] >> 4, ip.a[i] & 15u);
	return ma_slice(out, n);
}

static struct slice
value_of(char letter, const struct spf_values *v, struct slice domain,
    struct slice validated, char room[VALUE_TEXT])
{
	switch (letter) {
	case 's':
		return v->sender;
	case 'l':
		return v->local;
	case 'o':
		return v->sender_domain;
	case 'd':
		return domain;
	case 'i':
		return address_value(v->client, room);
	case 'p':
		return validated;
	case 'v':
		return v->client.family == 4 ? SLICE_LIT("in-addr") :
		    SLICE_LIT("ip6");
	case 'h':
		return v->helo;
	case 'c':
		ma_ip_text(v->client, room);
		return ma_str(room);
	case 'r':
		return v->receiver;
	default:
		snprintf(room, VALUE_TEXT, "%lld", (long long)v->now);
		return ma_str(room);
	}
}

static void
expand(struct slice text, const struct spf_values *v, struct slice domain,
    struct slice validated, struct sink *s)
{
	struct slice literal;
	struct macro m;
	char room[VALUE_TEXT];
	enum piece piece;

	s->to->n = 0;
	while ((piece = next_piece(&text, &literal, &m)) == PIECE_LITERAL ||
	    piece == PIECE_MACRO) {
		if (piece == PIECE_LITERAL)
			put(s, literal);
		else
			put_macro(s, &m,
			    value_of(m.letter, v, domain, validated, room));
		if (!s->name && s->to->n == EXPLANATION_MAX)
			return;
	}
}

void
ma_spf_expand_name(struct slice text, const struct spf_values *v,
    struct slice domain, struct slice validated, struct expansion *out)
{
	expand(text, v, domain, validated,
	    &(struct sink){ .to = out, .name = true });
}

void
ma_spf_expand_text(struct slice text, const struct spf_values *v,
    struct slice domain, struct slice validated, struct expansion *out)
{
	expand(text, v, domain, validated, &(struct sink){ .to = out });
}

/* ---- Names ---- */

bool
ma_spf_expansion_name(const struct expansion *e, struct dname *out)
{
	struct slice text = ma_slice(e->text, e->n);
	size_t dot = text.n > 0 && text.p[text.n - 1] == '.';

	/* RFC 7208 section 7.3: labels go at the left until it fits. */
	while (text.n - dot >= DOMAIN_TEXT)
		ma_cut(&text, '.');
	return are_visible(text, " ") && ma_name_parse(text, out) &&
	    out->n > 1;
}

struct slice
ma_spf_name_raw(const struct dname *d, char out[DOMAIN_TEXT])
{
	size_t n = 0;

	for (size_t i = 0; d->w[i] != 0; i += 1u + d->w[i]) {
		if (i > 0)
			out[n++] = '.';
		memcpy(out + n, d->w + i + 1, d->w[i]);
		n += d->w[i];
	}
	return ma_slice(out, n);
}
