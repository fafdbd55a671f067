/*
 * What one field says: held, built, written.
 */
#include <stdio.h>

#include "authres/authres.h"

enum { AUTHSERV_ID_MAX = 255 };

struct comment {
	const char *text;
	struct comment *next;
};

struct property {
	const char *ptype, *property, *value;
	struct property *next;
};

struct result {
	const char *method, *result, *reason;	/* reason NULL: none */
	uint32_t version;
	struct comment *comments;
	struct property *properties;
};

struct mailauth_authres {
	const char *authserv_id;
	uint32_t version;
	struct comment *comments;	/* of the head */
	struct result **results;
	int n, cap;
	struct arena arena;
	struct buf text;		/* what was last written */
};

struct mailauth_authres *
mailauth_authres_new(void)
{
	struct mailauth_authres *a = ma_calloc(sizeof *a);

	if (a != NULL)
		a->version = 1;
	return a;
}

void
mailauth_authres_free(struct mailauth_authres *a)
{
	if (a == NULL)
		return;
	ma_buf_free(&a->text);
	ma_arena_free(&a->arena);
	ma_free(a);
}

/* ---- Building ---- */

static void *
alloc(struct mailauth_authres *a, size_t n)
{
	void *p = ma_arena_alloc(&a->arena, n);

	a->arena.failed = false;
	return p;
}

static const char *
copy(struct mailauth_authres *a, struct slice s)
{
	const char *p = ma_arena_str(&a->arena, s);

	a->arena.failed = false;
	return p;
}

/* As it will be written and read again.  NULL: no memory. */
static const char *
clean(struct mailauth_authres *a, struct slice s, const char *escape)
{
	struct buf b = { 0 };
	const char *p = NULL;

	if (ma_field_clean(&b, s, escape))
		p = copy(a, ma_slice(b.p, b.n));
	ma_buf_free(&b);
	return p;
}

bool
ma_is_keyword(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ma_is_alnum(s.p[i]) && s.p[i] != '-')
			return false;
	return s.n > 0 && s.n <= FIELD_KEYWORD && s.p[s.n - 1] != '-';
}

/* In lower case. */
static const char *
copy_keyword(struct mailauth_authres *a, const char *word)
{
	struct slice s = ma_str(word);
	char *p = alloc(a, s.n + 1);

	for (size_t i = 0; p != NULL && i < s.n; i++)
		p[i] = ma_lower(s.p[i]);
	return p;
}

static struct result *
get(const struct mailauth_authres *a, int i)
{
	return a != NULL && i >= 0 && i < a->n ? a->results[i] : NULL;
}

/* Room for one more. */
static bool
grow(struct mailauth_authres *a)
{
	int cap = a->cap > 0 ? 2 * a->cap : 8;
	struct result **list;

	if (a->n < a->cap)
		return true;
	if ((list = alloc(a, (size_t)cap * sizeof *list)) == NULL)
		return false;
	if (a->n > 0)
		memcpy(list, a->results, (size_t)a->n * sizeof *list);
	a->results = list;
	a->cap = cap;
	return true;
}

bool
ma_is_authserv_id(struct slice id)
{
	for (size_t i = 0; i < id.n; i++)
		if ((unsigned char)id.p[i] < ' ' || id.p[i] == 0x7f)
			return false;
	return id.n > 0 && id.n <= AUTHSERV_ID_MAX && ma_is_utf8(id);
}

int
mailauth_authres_set_authserv_id(struct mailauth_authres *a, const char *id)
{
	if (a == NULL || !ma_is_authserv_id(ma_str(id)))
		return MAILAUTH_EINVAL;
	if (a->authserv_id != NULL)
		return MAILAUTH_EUSE;
	a->authserv_id = clean(a, ma_str(id), FIELD_QUOTED);
	return a->authserv_id != NULL ? MAILAUTH_DONE : MAILAUTH_ENOMEM;
}

void
ma_authres_set_version(struct mailauth_authres *a, uint32_t version)
{
	a->version = version;
}

int
mailauth_authres_add_result(struct mailauth_authres *a, const char *method,
    uint32_t version, const char *result)
{
	struct result *r;

	if (a == NULL || !ma_is_keyword(ma_str(method)) ||
	    !ma_is_keyword(ma_str(result)) || a->n == MAILAUTH_AUTHRES_RESULTS)
		return MAILAUTH_EINVAL;
	if (!grow(a) || (r = alloc(a, sizeof *r)) == NULL ||
	    (r->method = copy_keyword(a, method)) == NULL ||
	    (r->result = copy_keyword(a, result)) == NULL)
		return MAILAUTH_ENOMEM;
	r->version = version;
	a->results[a->n] = r;
	return a->n++;
}

int
mailauth_authres_set_reason(struct mailauth_authres *a, int i, const char *p,
    size_t n)
{
	struct result *r = get(a, i);

	if (r == NULL || (p == NULL && n > 0))
		return MAILAUTH_EINVAL;
	if (r->reason != NULL)
		return MAILAUTH_EUSE;
	r->reason = clean(a, ma_slice(p, n), FIELD_QUOTED);
	return r->reason != NULL ? MAILAUTH_DONE : MAILAUTH_ENOMEM;
}

int
mailauth_authres_add_property(struct mailauth_authres *a, int i,
    const char *ptype, const char *property, const char *p, size_t n)
{
	struct result *r = get(a, i);
	struct property **at, *new;
	int count = 0;

	if (r == NULL || !ma_is_keyword(ma_str(ptype)) ||
	    !ma_is_keyword(ma_str(property)) || (p == NULL && n > 0))
		return MAILAUTH_EINVAL;
	for (at = &r->properties; *at != NULL; at = &(*at)->next)
		count++;
	if (count == MAILAUTH_AUTHRES_PROPERTIES)
		return MAILAUTH_EINVAL;
	if ((new = alloc(a, sizeof *new)) == NULL ||
	    (new->ptype = copy_keyword(a, ptype)) == NULL ||
	    (new->property = copy_keyword(a, property)) == NULL ||
	    (new->value = clean(a, ma_slice(p, n), FIELD_QUOTED)) == NULL)
		return MAILAUTH_ENOMEM;
	*at = new;
	return MAILAUTH_DONE;
}

/* Where the comments of a result or of the head are; NULL: nowhere. */
static struct comment **
comments_of(struct mailauth_authres *a, int i)
{
	struct result *r = get(a, i);

	if (a != NULL && i == MAILAUTH_AUTHRES_HEAD)
		return &a->comments;
	return r != NULL ? &r->comments : NULL;
}

int
mailauth_authres_add_comment(struct mailauth_authres *a, int i, const char *p,
    size_t n)
{
	struct comment **at = comments_of(a, i), *new;
	int count = 0;

	if (at == NULL || (p == NULL && n > 0))
		return MAILAUTH_EINVAL;
	for (; *at != NULL; at = &(*at)->next)
		count++;
	if (count == MAILAUTH_AUTHRES_COMMENTS)
		return MAILAUTH_EINVAL;
	if ((new = alloc(a, sizeof *new)) == NULL ||
	    (new->text = clean(a, ma_slice(p, n), FIELD_COMMENT)) == NULL)
		return MAILAUTH_ENOMEM;
	*at = new;
	return MAILAUTH_DONE;
}

/* ---- What it holds ---- */

const char *
mailauth_authres_authserv_id(const struct mailauth_authres *a)
{
	return a != NULL ? a->authserv_id : NULL;
}

uint32_t
mailauth_authres_version(const struct mailauth_authres *a)
{
	return a != NULL ? a->version : 0;
}

int
mailauth_authres_count(const struct mailauth_authres *a)
{
	return a != NULL ? a->n : 0;
}

const char *
mailauth_authres_method(const struct mailauth_authres *a, int i)
{
	const struct result *r = get(a, i);

	return r != NULL ? r->method : NULL;
}

uint32_t
mailauth_authres_method_version(const struct mailauth_authres *a, int i)
{
	const struct result *r = get(a, i);

	return r != NULL ? r->version : 0;
}

const char *
mailauth_authres_result(const struct mailauth_authres *a, int i)
{
	const struct result *r = get(a, i);

	return r != NULL ? r->result : NULL;
}

const char *
mailauth_authres_reason(const struct mailauth_authres *a, int i)
{
	const struct result *r = get(a, i);

	return r != NULL ? r->reason : NULL;
}

const char *
mailauth_authres_property(const struct mailauth_authres *a, int i, int k,
    const char **ptype, const char **property)
{
	const struct result *r = get(a, i);
	const struct property *p = r != NULL && k >= 0 ? r->properties : NULL;

	while (p != NULL && k-- > 0)
		p = p->next;
	if (ptype != NULL)
		*ptype = p != NULL ? p->ptype : NULL;
	if (property != NULL)
		*property = p != NULL ? p->property : NULL;
	return p != NULL ? p->value : NULL;
}

const char *
mailauth_authres_comment(const struct mailauth_authres *a, int i, int k)
{
	struct comment *const *at = comments_of((struct mailauth_authres *)a,
	    i);
	const struct comment *c = at != NULL && k >= 0 ? *at : NULL;

	while (c != NULL && k-- > 0)
		c = c->next;
	return c != NULL ? c->text : NULL;
}

/* ---- Written ---- */

static void
write_comments(struct field_writer *w, const struct comment *c)
{
	for (; c != NULL; c = c->next)
		ma_field_comment(w, ma_str(c->text));
}

static void
write_result(struct field_writer *w, const struct result *r)
{
	char word[2 * FIELD_KEYWORD + 16], key[2 * FIELD_KEYWORD + 2];

	if (r->version == 1)
		snprintf(word, sizeof word, "%s=%s", r->method, r->result);
	else
		snprintf(word, sizeof word, "%s/%u=%s", r->method,
		    (unsigned)r->version, r->result);
	ma_field_next(w);
	ma_field_word(w, word);
	if (r->reason != NULL)
		ma_field_pair(w, "reason", ma_str(r->reason));
	write_comments(w, r->comments);
	for (const struct property *p = r->properties; p != NULL; p = p->next) {
		snprintf(key, sizeof key, "%s.%s", p->ptype, p->property);
		ma_field_identity(w, key, ma_str(p->value));
	}
}

void
ma_authres_write(struct field_writer *w, const struct mailauth_authres *a)
{
	char version[16];

	ma_field_value(w, ma_str(a->authserv_id));
	write_comments(w, a->comments);
	if (a->version != 1) {
		snprintf(version, sizeof version, "%u", (unsigned)a->version);
		ma_field_word(w, version);
	}
	for (int i = 0; i < a->n; i++)
		write_result(w, a->results[i]);
	if (a->n == 0) {
		ma_field_mark(w, ';');
		ma_field_word(w, "none");
	}
}

const char *
mailauth_authres_text(struct mailauth_authres *a)
{
	struct field_writer w = { 0 };

	if (a == NULL || a->authserv_id == NULL)
		return NULL;
	ma_field_begin(&w, "Authentication-Results");
	ma_authres_write(&w, a);
	if (!ma_field_end(&w) || !ma_buf_char(&w.text, '\0')) {
		ma_buf_free(&w.text);
		return NULL;
	}
	ma_buf_free(&a->text);
	a->text = w.text;
	return a->text.p;
}

/* ---- Several as one ---- */

static int
copy_result(struct mailauth_authres *to, const struct result *r)
{
	int i = mailauth_authres_add_result(to, r->method, r->version,
	    r->result), status = i < 0 ? i : MAILAUTH_DONE;

	if (status == MAILAUTH_DONE && r->reason != NULL)
		status = mailauth_authres_set_reason(to, i, r->reason,
		    strlen(r->reason));
	for (const struct comment *c = r->comments;
	    status == MAILAUTH_DONE && c != NULL; c = c->next)
		status = mailauth_authres_add_comment(to, i, c->text,
		    strlen(c->text));
	for (const struct property *p = r->properties;
	    status == MAILAUTH_DONE && p != NULL; p = p->next)
		status = mailauth_authres_add_property(to, i, p->ptype,
		    p->property, p->value, strlen(p->value));
	return status;
}

int
ma_authres_merge(struct mailauth_authres *to,
    const struct mailauth_authres *from)
{
	int status = MAILAUTH_DONE;

	for (int i = 0; status == MAILAUTH_DONE && i < from->n; i++)
		status = copy_result(to, from->results[i]);
	return status;
}

/* ---- authserv-ids ---- */

bool
ma_authserv_id_equal(struct slice a, struct slice b, bool *nomem)
{
	struct dname left, right;

	*nomem = false;
	if (ma_caseeq(a, b))
		return a.n > 0;
	return ma_name_parse_utf8(a, &left, nomem) &&
	    ma_name_parse_utf8(b, &right, nomem) &&
	    ma_name_equal(&left, &right);
}
