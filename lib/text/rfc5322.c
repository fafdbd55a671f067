/*
 * Structured header fields, and the author domain: RFC 5322 section 3.2, 3.4
 * and 4, RFC 6532, RFC 6854.
 */
#include "text/text.h"

/* ---- Tokens ---- */

/* ALPHA / DIGIT and these (section 3.2.3), and UTF-8 (RFC 6532 section 3.2). */
static bool
is_atext(int c)
{
	return ma_is_alnum(c) || c >= 0x80 ||
	    (c != 0 && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool
is_special(int c)
{
	return c != 0 && strchr("()<>[]:;@\\,.\"", c) != NULL;
}

/* How many octets at i are white space: a blank, the CRLF of a fold, none. */
static size_t
space_at(struct slice s, size_t i)
{
	if (ma_is_wsp(s.p[i]))
		return 1;
	return s.n - i > 2 && s.p[i] == '\r' && s.p[i + 1] == '\n' &&
	    ma_is_wsp(s.p[i + 2]) ? 2 : 0;
}

/*
 * The length of what begins with `open`, up to its `close`, which nests if it
 * is a comment.  0: it does not end, or something stands in it that cannot.
 */
static size_t
enclosed(struct slice s, char open, char close)
{
	size_t depth = 1;

	for (size_t i = 1; i < s.n; i++) {
		char c = s.p[i];

		if (c == '\\') {
			/* RFC 5322 section 4.1 had NUL, CR and LF here. */
			if (++i == s.n || s.p[i] == '\0' || s.p[i] == '\r' ||
			    s.p[i] == '\n')
				return 0;
		} else if (c == close) {
			if (--depth == 0)
				return ma_is_utf8(ma_sub(s, 0, i)) ? i + 1 : 0;
		} else if (c == open) {
			if (open != '(')
				return 0;
			depth++;
		} else if (c == '\r') {
			if (space_at(s, i) == 0)
				return 0;
			i++;
		} else if (c == '\0' || c == '\n') {
			return 0;
		}
	}
	return 0;
}

bool
ma_cfws(struct slice *rest)
{
	struct slice s = *rest;
	size_t n;

	while (s.n > 0) {
		n = s.p[0] == '(' ? enclosed(s, '(', ')') : space_at(s, 0);
		if (n == 0 && s.p[0] == '(')
			return false;
		if (n == 0)
			break;
		s = ma_sub(s, n, s.n);
	}
	*rest = s;
	return true;
}

enum token_type
ma_token(struct slice *rest, struct token *out)
{
	struct slice s = *rest, atom;
	size_t n = 0;
	int c;

	*out = (struct token){ .type = TOKEN_BAD };
	if (!ma_cfws(&s))
		return TOKEN_BAD;
	out->text = ma_sub(s, 0, 0);
	if (s.n == 0) {
		*rest = s;
		return out->type = TOKEN_END;
	}
	c = (unsigned char)s.p[0];
	if (c == '"') {
		out->type = TOKEN_QUOTED;
		n = enclosed(s, '"', '"');
	} else if (c == '[') {
		out->type = TOKEN_LITERAL;
		n = enclosed(s, '[', ']');
	} else if (is_special(c)) {
		out->type = TOKEN_SPECIAL;
		n = 1;
	} else {
		atom = s;
		atom = ma_span(&atom, is_atext);
		out->type = TOKEN_ATOM;
		n = ma_is_utf8(atom) ? atom.n : 0;
	}
	if (n == 0)
		return out->type = TOKEN_BAD;
	out->text = ma_sub(s, 0, n);
	*rest = ma_sub(s, n, s.n);
	return out->type;
}

bool
ma_unquote(struct buf *b, struct slice quoted)
{
	struct slice s = ma_sub(quoted, 1, quoted.n > 1 ? quoted.n - 2 : 0);

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n)
			i++;
		else if (s.p[i] == '\r' || s.p[i] == '\n')
			continue;
		ma_buf_char(b, s.p[i]);
	}
	return !b->failed;
}

/* ---- Domains ---- */

bool
ma_domain_parse(struct slice s, struct dname *out, bool *nomem)
{
	*nomem = false;
	if (s.n == 0 || s.p[s.n - 1] == '.')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		int c = (unsigned char)s.p[i];

		if (!ma_is_alnum(c) && c != '-' && c != '_' && c != '.' &&
		    c < 0x80)
			return false;
	}
	return ma_name_parse_utf8(s, out, nomem);
}

/* ---- The addresses of a From field ---- */

/* A domain as it is read: its atoms and dots, or a literal, without CFWS. */
struct domain {
	char text[NAME_TEXT];
	size_t n;
	bool literal;
};

struct reader {
	struct slice rest;
	struct token token;		/* the one that is looked at */
	struct domain last;		/* of the mailbox before */
	struct author *out;
	size_t mailboxes;
	bool group;			/* inside one */
	bool groups;			/* there was one */
};

static void
next(struct reader *r)
{
	ma_token(&r->rest, &r->token);
}

static bool
is(const struct reader *r, char c)
{
	return r->token.type == TOKEN_SPECIAL && r->token.text.p[0] == c;
}

static bool
is_word(const struct reader *r)
{
	return r->token.type == TOKEN_ATOM || r->token.type == TOKEN_QUOTED;
}

static bool
malformed(struct reader *r, const char *detail)
{
	r->out->status = AUTHOR_MALFORMED;
	r->out->detail = detail;
	return false;
}

static bool
append(struct domain *d, struct slice s)
{
	if (s.n > sizeof d->text - d->n)
		return false;
	memcpy(d->text + d->n, s.p, s.n);
	d->n += s.n;
	return true;
}

/* "[" *([FWS] dtext) [FWS] "]", with RFC 5322 section 4.4's quoted-pairs. */
static bool
append_literal(struct domain *d, struct slice s)
{
	d->literal = true;
	for (size_t i = 0; i < s.n; i++) {
		bool inside = i > 0 && i + 1 < s.n;
		char c;

		if (inside && space_at(s, i) > 0) {
			i += space_at(s, i) - 1;
			continue;
		}
		if (inside && s.p[i] == '\\')
			i++;
		c = ma_lower(s.p[i]);
		if (c <= ' ' || c >= 0x7f ||
		    (inside && (c == '[' || c == ']' || c == '\\')) ||
		    !append(d, ma_slice(&c, 1)))
			return false;
	}
	return d->n < DOMAIN_TEXT;
}

/* dot-atom / domain-literal / obs-domain: atom *("." atom) */
static bool
read_domain(struct reader *r, struct domain *d)
{
	d->n = 0;
	d->literal = false;
	if (r->token.type == TOKEN_LITERAL) {
		if (!append_literal(d, r->token.text))
			return malformed(r, "a domain literal is malformed");
		next(r);
		return true;
	}
	for (;;) {
		if (r->token.type != TOKEN_ATOM)
			return malformed(r, "a domain is malformed");
		if (!append(d, r->token.text))
			return malformed(r, "a domain is too long");
		next(r);
		if (!is(r, '.'))
			return true;
		if (!append(d, SLICE_LIT(".")))
			return malformed(r, "a domain is too long");
		next(r);
	}
}

/* The domain of one more mailbox: is it that of the others? */
static bool
take_domain(struct reader *r, const struct domain *d)
{
	char text[NAME_TEXT] = "";
	struct dname name;
	bool nomem = false;

	if (r->mailboxes++ > 0 && d->literal == r->last.literal &&
	    ma_eq(ma_slice(d->text, d->n), ma_slice(r->last.text, r->last.n)))
		return true;
	r->last = *d;
	if (d->literal) {
		memcpy(text, d->text, d->n);
	} else if (ma_domain_parse(ma_slice(d->text, d->n), &name, &nomem)) {
		ma_name_text(&name, text);
	} else if (nomem) {
		r->out->status = AUTHOR_NOMEM;
		r->out->detail = "no memory";
		return false;
	} else {
		return malformed(r, "a domain is not a domain name");
	}
	if (r->mailboxes == 1) {
		memcpy(r->out->domain, text, sizeof r->out->domain);
		r->out->status = AUTHOR_ONE;
	} else if (strcmp(text, r->out->domain) != 0) {
		r->out->status = AUTHOR_SEVERAL;
	}
	return true;
}

/* "@" domain, of a mailbox */
static bool
read_mailbox_domain(struct reader *r)
{
	struct domain d;

	next(r);
	return read_domain(r, &d) && take_domain(r, &d);
}

/*
 * Words and dots, which may turn out to be a display-name (phrase, obs-phrase)
 * or a local-part (obs-local-part: word *("." word)).
 */
struct words {
	size_t n;
	bool phrase, local;
};

static struct words
read_words(struct reader *r)
{
	struct words w = { .phrase = is_word(r), .local = is_word(r) };
	bool word = false;

	for (; is_word(r) || is(r, '.'); next(r), w.n++) {
		if (is_word(r) == word)
			w.local = false;
		word = is_word(r);
	}
	w.local = w.local && word;
	return w;
}

/* obs-route: *(CFWS / ",") "@" domain *("," [CFWS] ["@" domain]) ":" */
static bool
skip_route(struct reader *r)
{
	struct domain d;
	bool any = false;

	while (!is(r, ':')) {
		if (is(r, ',')) {
			next(r);
			continue;
		}
		if (!is(r, '@'))
			return malformed(r, "a route is malformed");
		next(r);
		if (!read_domain(r, &d))
			return false;
		if (!is(r, ',') && !is(r, ':'))
			return malformed(r, "a route is malformed");
		any = true;
	}
	next(r);
	return any || malformed(r, "a route is malformed");
}

/* "<" [obs-route] addr-spec ">", from behind the "<" */
static bool
read_angle(struct reader *r)
{
	if ((is(r, '@') || is(r, ',')) && !skip_route(r))
		return false;
	if (!read_words(r).local)
		return malformed(r, "an address has no local part");
	if (!is(r, '@'))
		return malformed(r, "an address has no domain");
	if (!read_mailbox_domain(r))
		return false;
	if (!is(r, '>'))
		return malformed(r, "an address does not end in \">\"");
	next(r);
	return true;
}

/* mailbox, or the start of a group; then what follows it. */
static bool
read_address(struct reader *r)
{
	struct words w = read_words(r);

	if (is(r, ':') && !r->group) {
		if (!w.phrase)
			return malformed(r, "a group has no name");
		r->group = r->groups = true;
		next(r);
		return true;
	}
	if (is(r, '<')) {
		if (w.n > 0 && !w.phrase)
			return malformed(r, "a display name is malformed");
		next(r);
		if (!read_angle(r))
			return false;
	} else if (is(r, '@')) {
		if (!w.local)
			return malformed(r, "a local part is malformed");
		if (!read_mailbox_domain(r))
			return false;
	} else {
		return malformed(r, w.n > 0 ? "an address has no domain" :
		    "something stands there that is no address");
	}
	if (r->token.type == TOKEN_END || is(r, ',') ||
	    (r->group && is(r, ';')))
		return true;
	return malformed(r, "something follows an address");
}

/* address-list, with RFC 5322 section 4.4's null members. */
static bool
read_list(struct reader *r)
{
	while (r->token.type != TOKEN_END) {
		if (r->token.type == TOKEN_BAD)
			return malformed(r, "an octet, comment or quoted "
			    "string is malformed");
		if (is(r, ',')) {
			next(r);
		} else if (r->group && is(r, ';')) {
			r->group = false;
			next(r);
			if (r->token.type != TOKEN_END && !is(r, ','))
				return malformed(r,
				    "something follows a group");
		} else if (!read_address(r)) {
			return false;
		}
	}
	return true;
}

void
ma_author(struct slice value, struct author *out)
{
	struct reader r = { .rest = value, .out = out };

	*out = (struct author){ .status = AUTHOR_NONE };
	next(&r);
	if (!read_list(&r))
		return;
	if (r.group)
		malformed(&r, "a group does not end");
	else if (r.mailboxes == 0 && !r.groups)
		malformed(&r, "the field is empty");
	else if (r.mailboxes == 0)
		out->detail = "the group is empty";
	else if (out->status == AUTHOR_SEVERAL)
		out->detail = "the addresses are of more than one domain";
}
