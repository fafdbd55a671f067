/*
 * The handle of a signer, and the exported functions.
 */
#include <stdio.h>

#include "sign/sign.h"

enum { SIGNATURES_MAX = 16, ANNOUNCED_MAX = 100, TAG_VALUE_MAX = 512 };
#define EXPIRY_MAX UINT64_C(9999999999)

struct mailauth_signer {
	struct maker maker;
	struct signing *list[SIGNATURES_MAX];
	int n;
	size_t nannounced;
	struct announced **last;	/* where the next is announced */
};

/* ---- Life ---- */

static int
take_header(struct reader *reader, struct mailauth_message *m)
{
	struct mailauth_signer *s = (struct mailauth_signer *)(void *)
	    ((char *)reader - offsetof(struct mailauth_signer, maker.reader));
	struct finding fault = ma_signing_header_fault(&s->maker.header, true);
	int r = ma_maker_header(&s->maker);

	(void)m;
	for (int i = 0; r == MAILAUTH_DONE && i < s->n; i++) {
		ma_signing_refuse(s->list[i], fault);
		r = ma_signing_header(s->list[i], &s->maker.header);
	}
	return r;
}

struct mailauth_signer *
mailauth_signer_new(struct mailauth_message *m,
    struct mailauth_lookups *lookups, int64_t now)
{
	struct mailauth_signer *s;

	if (m == NULL || (s = ma_calloc(sizeof *s)) == NULL)
		return NULL;
	if (!ma_maker_init(&s->maker, m, lookups, now, take_header)) {
		ma_free(s);
		return NULL;
	}
	s->last = &s->maker.header.announced;
	return s;
}

void
mailauth_signer_free(struct mailauth_signer *s)
{
	if (s == NULL)
		return;
	for (int i = 0; i < s->n; i++) {
		ma_signing_free(s->list[i]);
		ma_free(s->list[i]);
	}
	ma_maker_free(&s->maker);
	ma_free(s);
}

struct mailauth_lookups *
mailauth_signer_lookups(struct mailauth_signer *s)
{
	return s != NULL ? s->maker.task.lookups : NULL;
}

/* ---- Settings ---- */

/* They count from the moment when the header is complete. */
static int
check_open(const struct mailauth_signer *s)
{
	return s != NULL ? ma_maker_open(&s->maker) : MAILAUTH_EINVAL;
}

/* The signature whose setting may be changed; NULL: *r says why not. */
static struct signing *
open_signing(const struct mailauth_signer *s, int i, int *r)
{
	*r = check_open(s);
	if (*r == MAILAUTH_DONE && (i < 0 || i >= s->n))
		*r = MAILAUTH_EINVAL;
	return *r == MAILAUTH_DONE ? s->list[i] : NULL;
}

static int
copy(struct mailauth_signer *s, struct slice text, struct slice *out)
{
	return ma_maker_text(&s->maker, text, out);
}

static int
add(struct mailauth_signer *s, const char *domain, const char *selector,
    const struct mailauth_private_key *key, enum key_type type)
{
	int r = check_open(s);
	struct signing *one;

	if (r != MAILAUTH_DONE)
		return r;
	if (domain == NULL || selector == NULL)
		return MAILAUTH_EINVAL;
	if (s->n == SIGNATURES_MAX)
		return MAILAUTH_EUSE;
	if ((one = ma_calloc(sizeof *one)) == NULL)
		return MAILAUTH_ENOMEM;
	*one = (struct signing){ .kind = SIGNATURE_DKIM, .key = key,
		.type = type, .header = CANON_RELAXED, .body = CANON_RELAXED };
	if ((r = copy(s, ma_str(domain), &one->domain)) != MAILAUTH_DONE ||
	    (r = copy(s, ma_str(selector), &one->selector)) != MAILAUTH_DONE) {
		ma_free(one);
		return r;
	}
	s->list[s->n] = one;
	return s->n++;
}

int
mailauth_signer_add(struct mailauth_signer *s, const char *domain,
    const char *selector, const struct mailauth_private_key *key)
{
	return key != NULL ?
	    add(s, domain, selector, key, ma_private_key_type(key)) :
	    MAILAUTH_EINVAL;
}

int
mailauth_signer_add_remote(struct mailauth_signer *s, const char *domain,
    const char *selector, int algorithm)
{
	if (algorithm != (int)KEY_RSA && algorithm != (int)KEY_ED25519)
		return MAILAUTH_EINVAL;
	return add(s, domain, selector, NULL, (enum key_type)algorithm);
}

int
mailauth_signer_set_canonicalization(struct mailauth_signer *s, int i,
    const char *text)
{
	struct signing *one;
	int r;

	if ((one = open_signing(s, i, &r)) == NULL)
		return r;
	return ma_canon_parse(ma_str(text), &one->header, &one->body) ?
	    MAILAUTH_DONE : MAILAUTH_EINVAL;
}

int
mailauth_signer_set_fields(struct mailauth_signer *s, int i, const char *names)
{
	struct signing *one;
	int r;

	if ((one = open_signing(s, i, &r)) == NULL)
		return r;
	return names != NULL ? copy(s, ma_str(names), &one->names) :
	    MAILAUTH_EINVAL;
}

int
mailauth_signer_set_identity(struct mailauth_signer *s, int i, const char *p,
    size_t n)
{
	struct signing *one;
	int r;

	if ((one = open_signing(s, i, &r)) == NULL)
		return r;
	return p != NULL ? copy(s, ma_slice(p, n), &one->identity) :
	    MAILAUTH_EINVAL;
}

int
mailauth_signer_set_expiry(struct mailauth_signer *s, int i, uint64_t seconds)
{
	struct signing *one;
	int r;

	if ((one = open_signing(s, i, &r)) == NULL)
		return r;
	if (seconds > EXPIRY_MAX)
		return MAILAUTH_EINVAL;
	one->expiry = seconds;
	return MAILAUTH_DONE;
}

int
mailauth_signer_set_copied_fields(struct mailauth_signer *s, int i, int on)
{
	struct signing *one;
	int r;

	if ((one = open_signing(s, i, &r)) != NULL)
		one->copied = on != 0;
	return r;
}

/* A tag-spec as it is, no more, and none that the signer makes itself. */
static bool
is_extra_tag(struct slice name, struct slice value)
{
	static const char *const own[] = {
		"v", "a", "b", "bh", "c", "d", "h", "i", "l", "s", "t", "x", "z",
	};
	char text[64 + TAG_VALUE_MAX];
	struct slice list;
	struct tag tag;

	for (size_t i = 0; i < COUNT(own); i++)
		if (ma_eq(name, ma_str(own[i])))
			return false;
	if (value.n == 0 || value.n > TAG_VALUE_MAX || name.n > 62 ||
	    ma_find(value, '\r') < value.n || ma_find(value, '\n') < value.n)
		return false;
	list = ma_slice(text, (size_t)snprintf(text, sizeof text, "%.*s=%.*s",
	    SLICE_ARG(name), SLICE_ARG(value)));
	return ma_tag_next(&list, TAG_SPACE_FWS, &tag) == TAG_OK &&
	    ma_eq(tag.name, name) && ma_eq(tag.value, value) && list.n == 0;
}

int
mailauth_signer_add_tag(struct mailauth_signer *s, int i, const char *name,
    const char *value)
{
	struct slice n = ma_str(name), v = ma_str(value);
	struct extra_tag **at, *tag;
	struct signing *one;
	int r;

	if ((one = open_signing(s, i, &r)) == NULL)
		return r;
	if (!is_extra_tag(n, v))
		return MAILAUTH_EINVAL;
	for (at = &one->extra; *at != NULL; at = &(*at)->next)
		if (ma_eq((*at)->name, n))
			return MAILAUTH_EUSE;
	if ((tag = ma_arena_alloc(&s->maker.text, sizeof *tag)) == NULL ||
	    copy(s, n, &tag->name) != MAILAUTH_DONE ||
	    copy(s, v, &tag->value) != MAILAUTH_DONE) {
		s->maker.text.failed = false;
		return MAILAUTH_ENOMEM;
	}
	*at = tag;
	return MAILAUTH_DONE;
}

/* Its text with CRLF folds: RFC 6376 section 3.4. */
static bool
announced_text(struct arena *arena, struct slice name, struct slice value,
    struct slice *out)
{
	struct buf b = { 0 };
	char *copy;

	ma_buf_slice(&b, name);
	ma_buf_char(&b, ':');
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '\n' && (i == 0 || value.p[i - 1] != '\r'))
			ma_buf_char(&b, '\r');
		ma_buf_char(&b, value.p[i]);
	}
	copy = b.failed ? NULL : ma_arena_str(arena, ma_slice(b.p, b.n));
	*out = ma_slice(copy, b.n);
	ma_buf_free(&b);
	return copy != NULL;
}

int
mailauth_signer_announce(struct mailauth_signer *s, const char *name,
    size_t name_n, const char *value, size_t value_n)
{
	struct announced *a;
	int r = check_open(s);

	if (r != MAILAUTH_DONE)
		return r;
	if (name == NULL || !ma_is_field_name(ma_slice(name, name_n)) ||
	    (value == NULL && value_n > 0))
		return MAILAUTH_EINVAL;
	if (s->nannounced == ANNOUNCED_MAX)
		return MAILAUTH_EUSE;
	if ((a = ma_arena_alloc(&s->maker.text, sizeof *a)) == NULL ||
	    !announced_text(&s->maker.text, ma_slice(name, name_n),
	    ma_slice(value, value_n), &a->text)) {
		s->maker.text.failed = false;
		return MAILAUTH_ENOMEM;
	}
	if (!ma_folds_ok(ma_sub(a->text, name_n, a->text.n)))
		return MAILAUTH_EINVAL;
	a->name = ma_sub(a->text, 0, name_n);
	*s->last = a;
	s->last = &a->next;
	s->nannounced++;
	return MAILAUTH_DONE;
}

int
mailauth_signer_set_trace(struct mailauth_signer *s, int on)
{
	int r = check_open(s);

	if (r == MAILAUTH_DONE)
		s->maker.task.trace_on = on != 0;
	return r;
}

/* ---- Steps ---- */

static void
trace(struct run *r, const struct signing *s, int i)
{
	ma_trace(r, "signature %d of %.*s: %s%s%s (RFC 6376 section 5)", i + 1,
	    SLICE_ARG(s->domain),
	    mailauth_signer_result_name(s->verdict.result),
	    s->verdict.why.reason != NULL ? ", " : "",
	    s->verdict.why.reason != NULL ? s->verdict.why.reason : "");
}

static int
sign(struct run *r, struct mailauth_signer *s, struct signing *one)
{
	const struct mailauth_message *m = s->maker.header.message;
	int status;

	if (one->verdict.result != 0)
		return MAILAUTH_DONE;
	if (!mailauth_message_ended(m)) {
		r->more = true;
		return MAILAUTH_DONE;
	}
	ma_signing_refuse(one, ma_signing_line_fault(m));
	status = ma_signing_hash(one, &s->maker.header, &s->maker.picker, s->maker.digest);
	return status == MAILAUTH_DONE ? ma_signing_finish(one, r) : status;
}

static void
run(struct run *r, void *arg)
{
	struct mailauth_signer *s = arg;
	int status = MAILAUTH_DONE;

	if (!s->maker.seen) {
		r->more = true;
		return;
	}
	for (int i = 0; i < s->n && status == MAILAUTH_DONE; i++) {
		status = sign(r, s, s->list[i]);
		if (s->list[i]->verdict.result != 0)
			trace(r, s->list[i], i);
	}
	ma_maker_ran(&s->maker, r, status);
}

int
mailauth_signer_step(struct mailauth_signer *s)
{
	int r;

	if (s == NULL)
		return MAILAUTH_EINVAL;
	if ((r = ma_message_status(s->maker.header.message)) != MAILAUTH_DONE)
		return r;
	return ma_maker_step(&s->maker, run, s);
}

static int
step(void *s)
{
	return mailauth_signer_step(s);
}

int
mailauth_signer_sign(struct mailauth_signer *s,
    struct mailauth_resolver *resolver)
{
	return s != NULL ? ma_maker_drive(&s->maker, resolver, step, s) :
	    MAILAUTH_EINVAL;
}

/* ---- Once done ---- */

int
mailauth_signer_count(const struct mailauth_signer *s)
{
	return s != NULL ? s->n : 0;
}

static const struct signing *
get(const struct mailauth_signer *s, int i)
{
	return s != NULL && s->maker.task.done && i >= 0 && i < s->n ? s->list[i] :
	    NULL;
}

int
mailauth_signer_result(const struct mailauth_signer *s, int i)
{
	const struct signing *one = get(s, i);

	return one != NULL ? one->verdict.result : 0;
}

const char *
mailauth_signer_reason(const struct mailauth_signer *s, int i)
{
	const struct signing *one = get(s, i);

	return one != NULL ? one->verdict.why.reason : NULL;
}

const char *
mailauth_signer_detail(const struct mailauth_signer *s, int i)
{
	const struct signing *one = get(s, i);

	return one != NULL ? one->verdict.why.detail : NULL;
}

const char *
mailauth_signer_field(const struct mailauth_signer *s, int i)
{
	const struct signing *one = get(s, i);

	return one != NULL && one->field.n > 0 ? one->field.p : NULL;
}

const char *
mailauth_signer_warning(const struct mailauth_signer *s, int i, size_t k)
{
	const struct signing *one = get(s, i);

	return one != NULL ? ma_signing_warning(one, k) : NULL;
}

const char *
mailauth_signer_trace(const struct mailauth_signer *s, size_t line)
{
	return s != NULL ? ma_task_trace(&s->maker.task, line) : NULL;
}
