/*
 * A header field written word by word, folded, unbreakable.
 */
#include "authres/authres.h"

/* ---- Characters ---- */

bool
ma_is_token_char(int c)
{
	return c > ' ' && c < 0x7f && strchr("()<>@,;:\\\"/[]?=", c) == NULL;
}

/* Length of the UTF-8 sequence at the start of s; 0: it is none. */
static size_t
utf8_length(struct slice s)
{
	for (size_t n = 1; n <= 4 && n <= s.n; n++)
		if (ma_is_utf8(ma_sub(s, 0, n)))
			return n;
	return 0;
}

/* U+0080 to U+009F: controls as well. */
static bool
is_c1(struct slice s)
{
	return (unsigned char)s.p[0] == 0xc2 && (unsigned char)s.p[1] < 0xa0;
}

/*
 * Take a character from *s and give what is written for it: itself, behind a
 * backslash where it is one of `escape`, or "?".
 */
static struct slice
next_char(struct slice *s, const char *escape, char out[2])
{
	size_t n = utf8_length(*s);
	struct slice c = ma_sub(*s, 0, n > 0 ? n : 1);

	*s = ma_sub(*s, c.n, s->n);
	if (n == 0 || (n == 1 && (c.p[0] < ' ' || c.p[0] == 0x7f)) ||
	    (n == 2 && is_c1(c)))
		return SLICE_LIT("?");
	if (n > 1 || strchr(escape, c.p[0]) == NULL)
		return c;
	out[0] = '\\';
	out[1] = c.p[0];
	return ma_slice(out, 2);
}

/* How many octets all of s is written in. */
static size_t
written_length(struct slice s, const char *escape)
{
	size_t total = 0;
	char out[2];

	while (s.n > 0)
		total += next_char(&s, escape, out).n;
	return total;
}

/*
 * As much of s as is written in FIELD_VALUE octets; *cut: not all of it.  What
 * was cut once, and has FIELD_CUT dots more, is left as it is.
 */
static struct slice
bounded(struct slice s, const char *escape, bool *cut)
{
	struct slice rest = s;
	size_t total = 0, kept = 0;
	char out[2];

	*cut = false;
	if (written_length(s, escape) <= FIELD_VALUE + FIELD_CUT)
		return s;
	while (rest.n > 0) {
		total += next_char(&rest, escape, out).n;
		if (total > FIELD_VALUE) {
			*cut = true;
			break;
		}
		kept = s.n - rest.n;
	}
	return ma_sub(s, 0, kept);
}

bool
ma_field_clean(struct buf *b, struct slice s, const char *escape)
{
	char out[2];
	bool cut;

	s = bounded(s, escape, &cut);
	while (s.n > 0) {
		struct slice c = next_char(&s, escape, out);

		ma_buf_slice(b, c.p == out ? ma_sub(c, 1, 1) : c);
	}
	return ma_buf_str(b, cut ? "..." : "");
}

/* ---- Lines ---- */

static void
put(struct field_writer *w, struct slice s)
{
	ma_buf_slice(&w->text, s);
	w->column += s.n;
}

static void
fold(struct field_writer *w)
{
	ma_buf_str(&w->text, "\r\n\t");
	w->column = FIELD_TAB;
}

/* What comes has n octets that stay together: set it apart. */
static void
set_apart(struct field_writer *w, size_t n)
{
	if (w->column + 1 + n > FIELD_COLUMNS)
		fold(w);
	else
		put(w, SLICE_LIT(" "));
}

static void
put_text(struct field_writer *w, struct slice s, const char *escape)
{
	char out[2];

	while (s.n > 0)
		put(w, next_char(&s, escape, out));
}

static void
put_delimited(struct field_writer *w, const char *key, char open,
    struct slice s, char close, const char *escape)
{
	bool cut;

	s = bounded(s, escape, &cut);
	set_apart(w, strlen(key) + written_length(s, escape) + 2 +
	    (cut ? FIELD_CUT : 0));
	put(w, ma_str(key));
	put(w, ma_slice(&open, 1));
	put_text(w, s, escape);
	put(w, cut ? SLICE_LIT("...") : SLICE_LIT(""));
	put(w, ma_slice(&close, 1));
}

/* ---- Fields ---- */

void
ma_field_begin(struct field_writer *w, const char *name)
{
	put(w, ma_str(name));
	put(w, SLICE_LIT(":"));
}

void
ma_field_word(struct field_writer *w, const char *word)
{
	set_apart(w, strlen(word));
	put(w, ma_str(word));
}

void
ma_field_next(struct field_writer *w)
{
	put(w, SLICE_LIT(";"));
	w->column = FIELD_COLUMNS;	/* the line is full */
}

bool
ma_dots_part(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '.' && (i == 0 || i + 1 == s.n ||
		    s.p[i - 1] == '.'))
			return false;
	return true;
}

/* A token, and a dot-atom (RFC 5322 section 3.2.3). */
static bool
is_plain(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ma_is_token_char((unsigned char)s.p[i]))
			return false;
	return s.n > 0 && s.n <= FIELD_VALUE + FIELD_CUT && ma_dots_part(s);
}

/* key: with its "=", or empty. */
static void
put_value(struct field_writer *w, const char *key, struct slice value,
    bool as_it_is)
{
	if (!as_it_is) {
		put_delimited(w, key, '"', value, '"', FIELD_QUOTED);
		return;
	}
	set_apart(w, strlen(key) + value.n);
	put(w, ma_str(key));
	put(w, value);
}

enum { KEY_TEXT = 136 };

/* "key=" in out; our own keys are short. */
static const char *
with_sign(const char *key, char out[KEY_TEXT])
{
	size_t n = strlen(key);

	if (n > KEY_TEXT - 2)
		n = KEY_TEXT - 2;
	memcpy(out, key, n);
	memcpy(out + n, "=", 2);
	return out;
}

void
ma_field_pair(struct field_writer *w, const char *key, struct slice value)
{
	char sign[KEY_TEXT];

	put_value(w, with_sign(key, sign), value, is_plain(value));
}

void
ma_field_value(struct field_writer *w, struct slice value)
{
	put_value(w, "", value, is_plain(value));
}

/* domain-name (RFC 6376 section 3.5): two labels at least. */
static bool
is_domain_name(struct slice s)
{
	bool dot = false;

	for (size_t i = 0; i < s.n; i++) {
		bool edge = i == 0 || i + 1 == s.n || s.p[i - 1] == '.' ||
		    s.p[i + 1] == '.';

		if (!ma_is_alnum(s.p[i]) &&
		    (edge || (s.p[i] != '-' && s.p[i] != '.')))
			return false;
		dot = dot || s.p[i] == '.';
	}
	return dot;
}

/*
 * Others: a quoted local-part as it is, too.  We: the whole in one quoted
 * string then, because readers that look for the end of a value at a blank or
 * at a closing quote are many.
 */
void
ma_field_identity(struct field_writer *w, const char *key, struct slice address)
{
	size_t at = ma_find(address, '@');
	struct slice local = ma_sub(address, 0, at);
	struct slice domain = ma_sub(address, at + 1, address.n);
	char sign[KEY_TEXT];
	bool as_it_is = address.n <= FIELD_VALUE + FIELD_CUT &&
	    is_domain_name(domain) &&
	    (local.n == 0 || is_plain(local));

	put_value(w, with_sign(key, sign), address,
	    at < address.n ? as_it_is : is_plain(address));
}

void
ma_field_comment(struct field_writer *w, struct slice text)
{
	put_delimited(w, "", '(', text, ')', FIELD_COMMENT);
}

void
ma_field_part(struct field_writer *w, struct slice s)
{
	if (w->column + s.n + 1 > FIELD_COLUMNS)
		fold(w);
	put(w, s);
}

void
ma_field_mark(struct field_writer *w, char c)
{
	put(w, ma_slice(&c, 1));
}

void
ma_field_stream(struct field_writer *w, struct slice s)
{
	while (s.n > 0) {
		size_t n = FIELD_COLUMNS - FIELD_TAB - 1;

		if (w->column + 1 < FIELD_COLUMNS)
			n = FIELD_COLUMNS - 1 - w->column;
		ma_field_part(w, ma_sub(s, 0, n));
		s = ma_sub(s, n, s.n);
	}
}

bool
ma_field_end(struct field_writer *w)
{
	ma_buf_str(&w->text, "\r\n");
	return !w->text.failed;
}
