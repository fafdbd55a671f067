/*
 * An Authentication-Results field read: RFC 8601 section 2.2.
 */
#include <stdio.h>

#include "authres/authres.h"
#include "text/text.h"

struct reading {
	const char *start;
	struct slice rest;
	struct mailauth_authres *to;
	int result;			/* whose comments come; or the head */
	const char *wrong;		/* NULL: nothing so far */
	const char *where;
	int status;			/* MAILAUTH_DONE, MAILAUTH_ENOMEM */
};

/* The first counts.  False, so that a reader may end with it. */
static bool
wrong(struct reading *r, const char *why)
{
	if (r->wrong == NULL) {
		r->wrong = why;
		r->where = r->rest.p;
	}
	return false;
}

/* What building returned. */
static bool
took(struct reading *r, int status, const char *why)
{
	if (status == MAILAUTH_ENOMEM)
		r->status = status;
	return status >= 0 || wrong(r, why);
}

static void
skip(struct reading *r, size_t n)
{
	r->rest = ma_sub(r->rest, n, r->rest.n);
}

static bool
is_next(const struct reading *r, char c)
{
	return r->rest.n > 0 && r->rest.p[0] == c;
}

/* ---- CFWS, and the comments in it ---- */

/* The tabs of folds, as any blank. */
static void
blank_tabs(struct buf *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->p[i] == '\t')
			b->p[i] = ' ';
}

/* One comment, at the start of s, which is well-formed; its length. */
static size_t
take_comment(struct reading *r, struct slice s)
{
	struct buf b = { 0 };
	size_t i = 1, depth = 1;

	for (; depth > 0; i++) {
		char c = s.p[i];

		if (c == '\r' || c == '\n')
			continue;
		if (c == '\\')
			c = s.p[++i];
		else if (c == '(')
			depth++;
		else if (c == ')' && --depth == 0)
			continue;
		ma_buf_char(&b, c);
	}
	blank_tabs(&b);
	if (b.failed)
		r->status = MAILAUTH_ENOMEM;
	else
		took(r, mailauth_authres_add_comment(r->to, r->result,
		    b.n > 0 ? b.p : "", b.n), "more comments than are taken");
	ma_buf_free(&b);
	return i;
}

/* False: it is malformed, or there is no memory. */
static bool
cfws(struct reading *r)
{
	struct slice s = r->rest;

	if (!ma_cfws(&r->rest))
		return wrong(r, "a comment is malformed");
	s.n -= r->rest.n;
	while (s.n > 0 && r->wrong == NULL && r->status == MAILAUTH_DONE) {
		size_t n = s.p[0] == '(' ? take_comment(r, s) : 1;

		s = ma_sub(s, n, s.n);
	}
	return r->wrong == NULL && r->status == MAILAUTH_DONE;
}

/* ---- Words ---- */

static bool
is_keyword_char(int c)
{
	return ma_is_alnum(c) || c == '-';
}

/* A keyword as a string in *out. */
static bool
keyword(struct reading *r, char *out, size_t size, const char *why)
{
	struct slice word = r->rest;

	word = ma_span(&word, is_keyword_char);
	if (!ma_is_keyword(word) || word.n >= size)
		return wrong(r, why);
	memcpy(out, word.p, word.n);
	out[word.n] = '\0';
	skip(r, word.n);
	return true;
}

static bool
number(struct reading *r, uint32_t *out)
{
	struct slice digits = r->rest;
	uint64_t n;

	digits = ma_span(&digits, is_keyword_char);
	if (!ma_uint(digits, UINT32_MAX + UINT64_C(1), &n) || n > UINT32_MAX)
		return wrong(r, "a version is no number");
	*out = (uint32_t)n;
	skip(r, digits.n);
	return true;
}

/* A quoted-string at the start of rest; its length, 0: malformed. */
static size_t
quoted_length(const struct reading *r)
{
	struct slice rest = r->rest;
	struct token token;

	return ma_token(&rest, &token) == TOKEN_QUOTED ? token.text.n : 0;
}

/* RFC 2045 section 5.1 with UTF-8, as RFC 6532 section 3.2 has atoms. */
static struct slice
take_token(struct slice *s)
{
	size_t n = 0;

	while (n < s->n && (ma_is_token_char((unsigned char)s->p[n]) ||
	    (unsigned char)s->p[n] >= 0x80))
		n++;
	return ma_sub(*s, 0, n);
}

/* value: a token or a quoted-string, decoded.  False: neither. */
static bool
value(struct reading *r, struct buf *out, const char *why)
{
	struct slice token = take_token(&r->rest);
	size_t n;

	if (is_next(r, '"')) {
		if ((n = quoted_length(r)) == 0)
			return wrong(r, "a quoted string is malformed");
		ma_unquote(out, ma_sub(r->rest, 0, n));
		blank_tabs(out);
		skip(r, n);
	} else {
		if (token.n == 0 || !ma_is_utf8(token))
			return wrong(r, why);
		ma_buf_slice(out, token);
		skip(r, token.n);
	}
	if (out->failed)
		r->status = MAILAUTH_ENOMEM;
	return !out->failed;
}

/* Of a local-part, its dots included: RFC 5322 section 3.2.3. */
static bool
is_local_char(int c)
{
	return ma_is_alnum(c) || c >= 0x80 ||
	    (c > 0 && strchr("!#$%&'*+-/=?^_`{|}~.", c) != NULL);
}

static bool
is_domain_char(int c)
{
	return ma_is_alnum(c) || c >= 0x80 || c == '-' || c == '.' || c == '_';
}

static size_t
length_of(struct slice s, bool (*fn)(int))
{
	size_t n = 0;

	while (n < s.n && fn((unsigned char)s.p[n]))
		n++;
	return n;
}

/* As it is, its quotes too, which an "@" may stand in; but unfolded. */
static void
put_local_part(struct buf *out, struct slice local)
{
	for (size_t i = 0; i < local.n; i++)
		if (local.p[i] != '\r' && local.p[i] != '\n')
			ma_buf_char(out, local.p[i]);
	blank_tabs(out);
}

/*
 * local-part (RFC 5322 section 3.4.1: with CFWS behind it) "@" domain-name, the
 * local-part n octets.  One label, and "_", are seen in domains.
 */
static bool
identity(struct reading *r, size_t n, struct buf *out)
{
	struct slice local = ma_sub(r->rest, 0, n), domain;

	if (!is_next(r, '"') && (!ma_dots_part(local) || !ma_is_utf8(local)))
		return wrong(r, "a local-part is malformed");
	put_local_part(out, local);
	skip(r, n);
	if (!cfws(r))
		return false;
	skip(r, 1);
	domain = ma_sub(r->rest, 0, length_of(r->rest, is_domain_char));
	if (domain.n == 0 || !ma_dots_part(domain) || !ma_is_utf8(domain))
		return wrong(r, "no domain follows an \"@\"");
	ma_buf_char(out, '@');
	ma_buf_slice(out, domain);
	skip(r, domain.n);
	if (out->failed)
		r->status = MAILAUTH_ENOMEM;
	return !out->failed;
}

/* pvalue, without the CFWS around it. */
static bool
pvalue(struct reading *r, struct buf *out)
{
	size_t n = is_next(r, '"') ? quoted_length(r) :
	    length_of(r->rest, is_local_char);
	struct slice rest = ma_sub(r->rest, n, r->rest.n);

	if (n > 0 && !ma_cfws(&rest))
		rest.n = 0;			/* told when it is met */
	return rest.n > 0 && rest.p[0] == '@' ? identity(r, n, out) :
	    value(r, out, "a property has no value");
}

/* ---- One result ---- */

enum { WORD = FIELD_KEYWORD + 1 };

/* [CFWS] c [CFWS] */
static bool
sign(struct reading *r, char c, const char *why)
{
	if (!cfws(r))
		return false;
	if (!is_next(r, c))
		return wrong(r, why);
	skip(r, 1);
	return cfws(r);
}

/* What stands here ends a result, or the authserv-id. */
static bool
at_end(const struct reading *r)
{
	return r->rest.n == 0 || is_next(r, ';');
}

/* [CFWS] that must not be empty, but before the next ";" or the end. */
static bool
apart(struct reading *r, const char *why)
{
	size_t n = r->rest.n;

	return cfws(r) && (r->rest.n < n || at_end(r) || wrong(r, why));
}

static bool
reason(struct reading *r)
{
	struct buf text = { 0 };
	bool ok = sign(r, '=', "") &&
	    value(r, &text, "reason has no value") &&
	    took(r, mailauth_authres_set_reason(r->to, r->result,
	    text.n > 0 ? text.p : "", text.n), "reason is there twice");

	ma_buf_free(&text);
	return ok && apart(r, "no blank follows a reason");
}

/* What follows a ptype. */
static bool
property(struct reading *r, const char *ptype)
{
	struct buf text = { 0 };
	char name[WORD];
	bool ok = sign(r, '.', "a property has no \".\"") &&
	    keyword(r, name, sizeof name, "a property has no name") &&
	    sign(r, '=', "a property has no \"=\"") && pvalue(r, &text) &&
	    took(r, mailauth_authres_add_property(r->to, r->result, ptype,
	    name, text.n > 0 ? text.p : "", text.n),
	    "more properties than are taken");

	ma_buf_free(&text);
	return ok && cfws(r);
}

/* reasonspec and propspecs, up to the next ";" or the end. */
static bool
specs(struct reading *r)
{
	char word[WORD];

	for (bool first = true; !at_end(r); first = false) {
		if (!keyword(r, word, sizeof word,
		    "here stands neither reason nor a property") || !cfws(r))
			return false;
		if (first && is_next(r, '=') &&
		    ma_caseeq(ma_str(word), SLICE_LIT("reason")) ?
		    !reason(r) : !property(r, word))
			return false;
	}
	return true;
}

/* Those of one head to a result, or to another head. */
static bool
move_comments(struct reading *r, const struct mailauth_authres *from,
    struct mailauth_authres *to, int result)
{
	const char *comment;

	for (int k = 0; (comment = mailauth_authres_comment(from,
	    MAILAUTH_AUTHRES_HEAD, k)) != NULL; k++)
		if (!took(r, mailauth_authres_add_comment(to, result, comment,
		    strlen(comment)), "more comments than are taken"))
			return false;
	return true;
}

/*
 * method [ "/" version ] "=" result.  Comments on the way are the result's, so
 * that it is made before what it says is known: they are kept for it.
 */
static bool
resinfo(struct reading *r)
{
	struct mailauth_authres *to = r->to, *spare = mailauth_authres_new();
	char method[WORD], result[WORD] = "";
	uint32_t version = 1;
	bool ok = false;

	if (spare == NULL) {
		r->status = MAILAUTH_ENOMEM;
		return false;
	}
	r->to = spare;
	r->result = MAILAUTH_AUTHRES_HEAD;
	if (!cfws(r) || !keyword(r, method, sizeof method,
	    "a result has no method") || !cfws(r))
		goto out;
	if (is_next(r, '/') &&
	    (!sign(r, '/', "") || !number(r, &version) || !cfws(r)))
		goto out;
	/* no-result, and nothing more */
	if (ma_caseeq(ma_str(method), SLICE_LIT("none")) &&
	    r->rest.n == 0 && mailauth_authres_count(to) == 0) {
		ok = move_comments(r, spare, to, MAILAUTH_AUTHRES_HEAD);
		goto out;
	}
	if (!sign(r, '=', "a method has no \"=\"") ||
	    !keyword(r, result, sizeof result, "a method has no result"))
		goto out;
	r->to = to;
	r->result = mailauth_authres_add_result(to, method, version, result);
	ok = took(r, r->result, "more results than are taken") &&
	    move_comments(r, spare, to, r->result) && cfws(r) && specs(r);
out:
	r->to = to;
	mailauth_authres_free(spare);
	return ok;
}

/* ---- The whole ---- */

static bool
head(struct reading *r)
{
	struct buf id = { 0 };
	uint32_t version = 1;
	bool ok = cfws(r) && value(r, &id, "there is no authserv-id") &&
	    ma_buf_char(&id, '\0') &&
	    took(r, strlen(id.p) + 1 == id.n ?
	    mailauth_authres_set_authserv_id(r->to, id.p) : MAILAUTH_EINVAL,
	    "the authserv-id cannot be one");

	if (id.failed)
		r->status = MAILAUTH_ENOMEM;
	ma_buf_free(&id);
	if (!ok || !apart(r, "no result follows"))
		return false;
	if (!at_end(r) &&
	    (!number(r, &version) || !cfws(r)))
		return false;
	ma_authres_set_version(r->to, version);
	return is_next(r, ';') || wrong(r, "no result follows");
}

static void
payload(struct reading *r)
{
	bool ok = head(r);

	while (ok && is_next(r, ';')) {
		skip(r, 1);
		ok = resinfo(r);
	}
	if (ok && r->rest.n > 0)
		wrong(r, "something follows the results");
}

int
mailauth_authres_parse(const char *p, size_t n, struct mailauth_authres **out,
    char *error, size_t size)
{
	struct reading r = { .start = p, .rest = { p, n },
		.result = MAILAUTH_AUTHRES_HEAD };

	if (error != NULL && size > 0)
		error[0] = '\0';
	if (out == NULL || (p == NULL && n > 0))
		return MAILAUTH_EINVAL;
	if (n >= 2 && ma_eq(ma_sub(r.rest, n - 2, 2), SLICE_LIT("\r\n")))
		r.rest.n -= 2;
	*out = NULL;
	if ((r.to = mailauth_authres_new()) == NULL)
		return MAILAUTH_ENOMEM;
	payload(&r);
	if (r.status == MAILAUTH_DONE && r.wrong == NULL) {
		*out = r.to;
		return MAILAUTH_DONE;
	}
	mailauth_authres_free(r.to);
	if (r.status != MAILAUTH_DONE)
		return r.status;
	if (error != NULL && size > 0)
		snprintf(error, size, "octet %zu: %s",
		    n > 0 ? (size_t)(r.where - r.start) : 0, r.wrong);
	return MAILAUTH_ESYNTAX;
}
