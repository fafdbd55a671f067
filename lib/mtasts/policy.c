/*
 * MTA-STS policies: RFC 8461 section 3.2.
 *
 *	sts-policy-record = sts-policy-field *WSP
 *	    *(sts-policy-term sts-policy-field *WSP) [sts-policy-term]
 *	sts-policy-field-delim = ":" *WSP
 *	sts-policy-term = LF / CRLF
 */
#include <stdio.h>

#include "mtasts/mtasts.h"

/* ---- Lines ---- */

/* sts-policy-ext-value: no CTLs, UTF-8. */
static bool
is_value(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < ' ' || c == 0x7f)
			return false;
	}
	return s.n > 0 && ma_is_utf8(s);
}

bool
ma_mtasts_line(struct slice *text, struct slice *key, struct slice *value)
{
	struct slice line = ma_cut(text, '\n');

	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	if (ma_find(line, ':') == line.n)
		return false;
	*key = ma_cut(&line, ':');
	*value = ma_trim(line);
	return ma_is_field_key(*key) && is_value(*value);
}

/* ---- Values ---- */

static int
mode_of(struct slice value)
{
	for (int m = MAILAUTH_MTASTS_ENFORCE; m <= MAILAUTH_MTASTS_MODE_NONE;
	    m++)
		if (ma_eq(value, ma_str(mailauth_mtasts_mode_name(m))))
			return m;
	return 0;
}

/* sts-policy-mx-value = ["*."] Domain */
static bool
is_pattern(struct slice s)
{
	struct dname name;

	if (ma_starts(s, SLICE_LIT("*.")))
		s = ma_sub(s, 2, s.n);
	return s.n > 0 && s.p[s.n - 1] != '.' && ma_name_parse(s, &name) &&
	    ma_name_is_host(&name);
}

/* False: no memory. */
static bool
add_mx(struct mailauth_mtasts_policy *p, struct slice pattern)
{
	size_t cap = p->cap > 0 ? 2 * p->cap : 8;
	const char **list;
	char *copy;

	if ((copy = ma_arena_str(&p->arena, pattern)) == NULL)
		return false;
	for (size_t i = 0; i < pattern.n; i++)
		copy[i] = ma_lower(copy[i]);
	if (p->n == p->cap) {
		list = ma_realloc(p->mx, cap * sizeof *list);
		if (list == NULL)
			return false;
		p->mx = list;
		p->cap = cap;
	}
	p->mx[p->n++] = copy;
	return true;
}

/* ---- Policies read ---- */

struct reading {
	struct mailauth_mtasts_policy *policy;
	struct mtasts_fault *fault;
	bool version, mode, max_age;	/* was there */
	bool nomem;
};

static void
wrong(struct reading *r, const char *reason, const char *what)
{
	r->fault->reason = reason;
	r->fault->what = what;
}

static void
take_max_age(struct reading *r, struct slice value)
{
	uint64_t v;

	if (value.n > 10 || !ma_uint(value, UINT64_MAX, &v)) {
		wrong(r, REASON("policy-max-age"),
		    "max_age is not 1 to 10 digits");
		return;
	}
	/* "maximum value of 31557600".  We: more counts as this, because the
	 * policy says clearly what it wants. */
	r->policy->max_age = v < MAILAUTH_MTASTS_MAX_AGE ? (uint32_t)v :
	    MAILAUTH_MTASTS_MAX_AGE;
}

/*
 * "If any non-repeated field -- i.e., all fields excepting "mx" -- is
 * duplicated, all entries except for the first SHALL be ignored": section 3.2.
 */
static void
take(struct reading *r, struct slice key, struct slice value)
{
	if (ma_eq(key, SLICE_LIT("version")) && !r->version) {
		r->version = true;
		if (!ma_eq(value, SLICE_LIT("STSv1")))
			wrong(r, REASON("policy-version"),
			    "version is not STSv1");
	} else if (ma_eq(key, SLICE_LIT("mode")) && !r->mode) {
		r->mode = true;
		if ((r->policy->mode = mode_of(value)) == 0)
			wrong(r, REASON("policy-mode"),
			    "mode is not enforce, testing or none");
	} else if (ma_eq(key, SLICE_LIT("max_age")) && !r->max_age) {
		r->max_age = true;
		take_max_age(r, value);
	} else if (ma_eq(key, SLICE_LIT("mx"))) {
		if (!is_pattern(value))
			wrong(r, REASON("policy-mx"),
			    "mx is no host name, perhaps after \"*.\"");
		else if (!add_mx(r->policy, value))
			r->nomem = true;
	}
}

static void
check_complete(struct reading *r)
{
	r->fault->line = 0;
	if (!r->version)
		wrong(r, REASON("policy-version"), "there is no version");
	else if (!r->mode)
		wrong(r, REASON("policy-mode"), "there is no mode");
	else if (!r->max_age)
		wrong(r, REASON("policy-max-age"), "there is no max_age");
	else if (r->policy->n == 0 &&
	    r->policy->mode != MAILAUTH_MTASTS_MODE_NONE)
		wrong(r, REASON("policy-mx"), "there is no mx");
}

bool
ma_mtasts_policy_read(struct slice text, struct mailauth_mtasts_policy *p,
    struct mtasts_fault *fault)
{
	struct reading r = { .policy = p, .fault = fault };
	struct slice key, value;

	*fault = (struct mtasts_fault){ 0 };
	if (text.n > MAILAUTH_MTASTS_POLICY_OCTETS) {
		wrong(&r, REASON("policy-length"),
		    "it has more than 65536 octets");
		return true;
	}
	/* Others: an empty line spoils it.  We: those at the end are passed
	 * over, because editors leave them. */
	while (text.n > 0 && ma_is_fws(text.p[text.n - 1]))
		text.n--;
	while (text.n > 0 && fault->what == NULL && !r.nomem) {
		fault->line++;
		if (ma_mtasts_line(&text, &key, &value))
			take(&r, key, value);
		else
			wrong(&r, REASON("policy-syntax"),
			    "the line is not a name, \":\" and a value");
	}
	if (fault->what == NULL && !r.nomem)
		check_complete(&r);
	return !r.nomem;
}

void
ma_mtasts_policy_clear(struct mailauth_mtasts_policy *p)
{
	ma_arena_free(&p->arena);
	ma_free(p->mx);
	*p = (struct mailauth_mtasts_policy){ 0 };
}

/* ---- Hosts: section 4.1 ---- */

/*
 * "the wildcard character "*" matches only one label", the leftmost, and all of
 * it.
 */
static bool
matches(struct slice pattern, const struct dname *host)
{
	struct dname name, rest;
	unsigned labels = ma_name_labels(host);
	bool wild = ma_starts(pattern, SLICE_LIT("*."));

	if (!ma_name_parse(wild ? ma_sub(pattern, 2, pattern.n) : pattern,
	    &name) || labels == 0)
		return false;
	if (!wild)
		return ma_name_equal(&name, host);
	ma_name_last(host, labels - 1, &rest);
	return ma_name_equal(&name, &rest);
}

bool
ma_mtasts_policy_lists(const struct mailauth_mtasts_policy *p,
    const struct dname *host)
{
	for (size_t i = 0; i < p->n; i++)
		if (matches(ma_str(p->mx[i]), host))
			return true;
	return false;
}

/* ---- Policies written ---- */

bool
ma_mtasts_policy_write(struct buf *b, const struct mailauth_mtasts_policy *p)
{
	ma_buf_fmt(b, "version: STSv1\r\nmode: %s\r\n",
	    mailauth_mtasts_mode_name(p->mode));
	for (size_t i = 0; i < p->n; i++)
		ma_buf_fmt(b, "mx: %s\r\n", p->mx[i]);
	return ma_buf_fmt(b, "max_age: %u\r\n", (unsigned)p->max_age);
}

/* ---- What is exported ---- */

int
ma_mtasts_complain(const struct mtasts_fault *fault, char *error, size_t size)
{
	if (error != NULL && fault->line > 0)
		snprintf(error, size, "line %u: %s", fault->line, fault->what);
	else if (error != NULL)
		snprintf(error, size, "%s", fault->what);
	return MAILAUTH_ESYNTAX;
}

int
mailauth_mtasts_policy_parse(const char *text, size_t n,
    struct mailauth_mtasts_policy **out, char *error, size_t size)
{
	struct mailauth_mtasts_policy *p;
	struct mtasts_fault fault;
	int r = MAILAUTH_DONE;

	if (out == NULL || (text == NULL && n > 0))
		return MAILAUTH_EINVAL;
	*out = NULL;
	if ((p = ma_calloc(sizeof *p)) == NULL)
		return MAILAUTH_ENOMEM;
	if (!ma_mtasts_policy_read(ma_slice(text, n), p, &fault))
		r = MAILAUTH_ENOMEM;
	else if (fault.what != NULL)
		r = ma_mtasts_complain(&fault, error, size);
	if (r == MAILAUTH_DONE)
		*out = p;
	else
		mailauth_mtasts_policy_free(p);
	return r;
}

struct mailauth_mtasts_policy *
mailauth_mtasts_policy_new(int mode, uint32_t max_age)
{
	struct mailauth_mtasts_policy *p;

	if (mode < MAILAUTH_MTASTS_ENFORCE ||
	    mode > MAILAUTH_MTASTS_MODE_NONE ||
	    max_age > MAILAUTH_MTASTS_MAX_AGE ||
	    (p = ma_calloc(sizeof *p)) == NULL)
		return NULL;
	p->mode = mode;
	p->max_age = max_age;
	return p;
}

int
mailauth_mtasts_policy_add_mx(struct mailauth_mtasts_policy *p,
    const char *pattern)
{
	if (p == NULL || !is_pattern(ma_str(pattern)))
		return MAILAUTH_EINVAL;
	if (add_mx(p, ma_str(pattern)))
		return MAILAUTH_DONE;
	p->arena.failed = false;
	return MAILAUTH_ENOMEM;
}

void
mailauth_mtasts_policy_free(struct mailauth_mtasts_policy *p)
{
	if (p == NULL)
		return;
	ma_mtasts_policy_clear(p);
	ma_free(p);
}

int
mailauth_mtasts_policy_mode(const struct mailauth_mtasts_policy *p)
{
	return p != NULL ? p->mode : 0;
}

uint32_t
mailauth_mtasts_policy_max_age(const struct mailauth_mtasts_policy *p)
{
	return p != NULL ? p->max_age : 0;
}

const char *
mailauth_mtasts_policy_mx(const struct mailauth_mtasts_policy *p, size_t i)
{
	return p != NULL && i < p->n ? p->mx[i] : NULL;
}

int
mailauth_mtasts_policy_match(const struct mailauth_mtasts_policy *p,
    const char *host, size_t n)
{
	struct dname name;

	return p != NULL && host != NULL &&
	    ma_name_parse(ma_slice(host, n), &name) &&
	    ma_mtasts_policy_lists(p, &name);
}

size_t
mailauth_mtasts_policy_text(const struct mailauth_mtasts_policy *p, char *buf,
    size_t size)
{
	struct buf b = { 0 };
	size_t n = 0;

	if (p == NULL || (buf == NULL && size > 0))
		return 0;
	if (size > 0)
		buf[0] = '\0';
	if (ma_mtasts_policy_write(&b, p)) {
		n = b.n;
		if (size > 0) {
			size_t part = n < size ? n : size - 1;

			memcpy(buf, b.p, part);
			buf[part] = '\0';
		}
	}
	ma_buf_free(&b);
	return n;
}
