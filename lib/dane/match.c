/*
 * Do TLSA records match the certificates that a server has presented?  RFC 6698
 * section 2.1, RFC 7671 section 5 and 9, RFC 7672 section 3.
 */
#include <stdio.h>

#include "crypto/crypto.h"
#include "dane/dane.h"

enum {
	RECORDS_MAX = 1000, NAMES_MAX = 100, CHAIN_MAX = 20,
	/* Certificates that records give whole, of which paths are tried. */
	GIVEN_MAX = 20
};

struct mailauth_dane_match {
	int64_t now;
	bool ran;
	struct arena text;		/* what was given */
	struct tlsa *records;
	size_t nrecords, cap;
	const char *names[NAMES_MAX];
	size_t nnames;
	struct cert *chain[CHAIN_MAX];
	size_t n;

	int result;			/* 0: not run yet */
	const char *reason;
	int tls_failure;
	size_t matched;			/* a record; SIZE_MAX: none */
};

/* ---- Life ---- */

struct mailauth_dane_match *
mailauth_dane_match_new(int64_t now)
{
	struct mailauth_dane_match *m = ma_calloc(sizeof *m);

	if (m != NULL) {
		m->now = now;
		m->matched = SIZE_MAX;
	}
	return m;
}

void
mailauth_dane_match_free(struct mailauth_dane_match *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->n; i++)
		ma_cert_free(m->chain[i]);
	ma_free(m->records);
	ma_arena_free(&m->text);
	ma_free(m);
}

/* ---- Inputs ---- */

static int
check_input(const struct mailauth_dane_match *m, const void *p, size_t n)
{
	if (m == NULL || (p == NULL && n > 0))
		return MAILAUTH_EINVAL;
	return m->ran ? MAILAUTH_EUSE : MAILAUTH_DONE;
}

/* A copy that stays; p NULL: no memory, which is forgotten. */
static struct slice
keep(struct mailauth_dane_match *m, struct slice s)
{
	struct slice copy = ma_slice(ma_arena_str(&m->text, s), s.n);

	m->text.failed = false;
	return copy;
}

static bool
make_room(struct mailauth_dane_match *m)
{
	size_t cap = m->cap > 0 ? 2 * m->cap : 4;
	struct tlsa *list;

	if (m->nrecords < m->cap)
		return true;
	if ((list = ma_realloc(m->records, cap * sizeof *list)) == NULL)
		return false;
	m->records = list;
	m->cap = cap;
	return true;
}

int
mailauth_dane_match_add_record(struct mailauth_dane_match *m, int usage,
    int selector, int matching_type, const void *data, size_t n)
{
	struct tlsa t;
	int r = check_input(m, data, n);

	if (r != MAILAUTH_DONE)
		return r;
	if (usage < 0 || usage > UINT8_MAX || selector < 0 ||
	    selector > UINT8_MAX || matching_type < 0 ||
	    matching_type > UINT8_MAX)
		return MAILAUTH_EINVAL;
	if (m->nrecords == RECORDS_MAX)
		return MAILAUTH_EUSE;
	t = (struct tlsa){ .usage = (uint8_t)usage,
		.selector = (uint8_t)selector,
		.matching_type = (uint8_t)matching_type,
		.data = keep(m, ma_slice(data, n)) };
	if (t.data.p == NULL || !make_room(m))
		return MAILAUTH_ENOMEM;
	m->records[m->nrecords++] = t;
	return MAILAUTH_DONE;
}

int
mailauth_dane_match_add_name(struct mailauth_dane_match *m, const char *text,
    size_t n)
{
	char name[NAME_TEXT];
	struct dname d;
	struct slice copy;
	int r = check_input(m, text, n);

	if (r != MAILAUTH_DONE)
		return r;
	if (!ma_name_parse(ma_slice(text, n), &d) || !ma_name_is_host(&d))
		return MAILAUTH_EINVAL;
	if (m->nnames == NAMES_MAX)
		return MAILAUTH_EUSE;
	ma_name_text(&d, name);
	if ((copy = keep(m, ma_str(name))).p == NULL)
		return MAILAUTH_ENOMEM;
	m->names[m->nnames++] = copy.p;
	return MAILAUTH_DONE;
}

int
mailauth_dane_match_add(struct mailauth_dane_match *m,
    const struct mailauth_dane *d)
{
	const uint8_t *data;
	const char *name;
	size_t n, records, names;
	int r = check_input(m, NULL, 0);

	if (r != MAILAUTH_DONE)
		return r;
	records = m->nrecords;
	names = m->nnames;
	if (mailauth_dane_result(d) == 0 ||
	    mailauth_dane_result(d) == MAILAUTH_DANE_UNREACHABLE)
		return MAILAUTH_EINVAL;
	for (size_t i = 0; r == MAILAUTH_DONE && i < mailauth_dane_count(d);
	    i++) {
		data = mailauth_dane_data(d, i, &n);
		r = mailauth_dane_match_add_record(m, mailauth_dane_usage(d, i),
		    mailauth_dane_selector(d, i),
		    mailauth_dane_matching_type(d, i), data, n);
	}
	for (size_t i = 0; r == MAILAUTH_DONE &&
	    (name = mailauth_dane_reference_name(d, i)) != NULL; i++)
		r = mailauth_dane_match_add_name(m, name, strlen(name));
	/* All of it, or nothing. */
	if (r != MAILAUTH_DONE) {
		m->nrecords = records;
		m->nnames = names;
	}
	return r;
}

static int
take_certificate(void *arg, struct cert *c)
{
	struct mailauth_dane_match *m = arg;

	if (m->n == CHAIN_MAX) {
		ma_cert_free(c);
		return MAILAUTH_EUSE;
	}
	m->chain[m->n++] = c;
	return MAILAUTH_DONE;
}

int
mailauth_dane_match_add_certificates(struct mailauth_dane_match *m,
    const void *p, size_t n, char *error, size_t size)
{
	const char *what = "";
	size_t before;
	int r = check_input(m, p, n);

	if (r != MAILAUTH_DONE)
		return r;
	before = m->n;
	r = ma_certs_read(ma_slice(p, n), take_certificate, m, &what);
	/* All of it, or nothing. */
	while (r != MAILAUTH_DONE && m->n > before)
		ma_cert_free(m->chain[--m->n]);
	if (r == MAILAUTH_ESYNTAX && error != NULL)
		snprintf(error, size, "%s", what);
	return r;
}

/* ---- Records against certificates ---- */

static bool
matches(const struct tlsa *t, const struct cert *c)
{
	enum cert_part part = t->selector == SELECT_KEY ? CERT_KEY : CERT_WHOLE;

	switch (t->matching_type) {
	case MATCH_FULL:
		return ma_eq(t->data, c->part[part]);
	case MATCH_SHA256:
		return ma_eq(t->data, ma_slice(c->digest[part][CERT_SHA256],
		    SHA256_BYTES));
	default:
		return ma_eq(t->data, ma_slice(c->digest[part][CERT_SHA512],
		    SHA512_BYTES));
	}
}

/*
 * RFC 7671 section 9: of the digests of one usage and selector the strongest
 * alone counts; records without a digest always do.
 */
static bool
counts(const struct mailauth_dane_match *m, const struct tlsa *t)
{
	if (!ma_tlsa_usable(t))
		return false;
	if (t->matching_type != MATCH_SHA256)
		return true;
	for (size_t i = 0; i < m->nrecords; i++) {
		const struct tlsa *other = &m->records[i];

		if (other->usage == t->usage &&
		    other->selector == t->selector &&
		    other->matching_type == MATCH_SHA512 &&
		    ma_tlsa_usable(other))
			return false;
	}
	return true;
}

static void
conclude(struct mailauth_dane_match *m, int result, const char *reason,
    int tls_failure)
{
	m->result = result;
	m->reason = reason;
	m->tls_failure = tls_failure;
}

static void
succeed(struct mailauth_dane_match *m, size_t record)
{
	m->matched = record;
	conclude(m, MAILAUTH_DANE_AUTHENTICATED, NULL, 0);
}

/* RFC 7672 section 3.1.1: names, dates and issuers do not matter. */
static void
try_leaf(struct mailauth_dane_match *m)
{
	for (size_t i = 0; i < m->nrecords; i++)
		if (m->records[i].usage == USAGE_EE &&
		    counts(m, &m->records[i]) &&
		    matches(&m->records[i], m->chain[0])) {
			succeed(m, i);
			return;
		}
}

/* How far a trust anchor has brought us. */
struct attempt {
	struct mailauth_dane_match *match;
	enum cert_path best;		/* 0: there was no anchor */
	bool failed;
};

static void
try_anchor(struct attempt *a, const struct cert *anchor, size_t record)
{
	struct mailauth_dane_match *m = a->match;
	enum cert_path path = ma_cert_path(m->chain, m->n, anchor, m->names,
	    m->nnames, m->now);

	if (path == CERT_PATH_GOOD)
		succeed(m, record);
	else if (path == CERT_PATH_FAILED)
		a->failed = true;
	else if (a->best == 0 || path < a->best)
		a->best = path;
}

/*
 * Certificates of the chain that records trust, but never the server's own: a
 * trust anchor issues (RFC 7671 section 5.2).
 */
static void
try_issuers(struct attempt *a)
{
	struct mailauth_dane_match *m = a->match;

	for (size_t k = 1; k < m->n; k++)
		for (size_t i = 0; m->result == 0 && i < m->nrecords &&
		    !ma_eq(m->chain[k]->part[CERT_WHOLE],
		    m->chain[0]->part[CERT_WHOLE]); i++)
			if (m->records[i].usage == USAGE_TA &&
			    counts(m, &m->records[i]) &&
			    matches(&m->records[i], m->chain[k])) {
				try_anchor(a, m->chain[k], i);
				break;
			}
}

/*
 * "2 0 0" gives the anchor itself, which the server need not send, and which is
 * not the server's own either.  Others
 * (OpenSSL) take the bare key of "2 1 0" for an anchor as well.  We: a key that
 * no certificate of the chain has authenticates nothing, because servers have
 * to send the certificate then (RFC 7672 section 3.1.2).
 */
static int
try_given(struct attempt *a)
{
	struct mailauth_dane_match *m = a->match;
	unsigned left = GIVEN_MAX;
	struct cert *anchor;
	int r;

	for (size_t i = 0; m->result == 0 && left > 0 && i < m->nrecords; i++) {
		const struct tlsa *t = &m->records[i];

		if (t->usage != USAGE_TA || t->selector != SELECT_CERTIFICATE ||
		    t->matching_type != MATCH_FULL || matches(t, m->chain[0]))
			continue;
		left--;
		if ((r = ma_cert_read(t->data, &anchor)) == MAILAUTH_ESYNTAX)
			continue;
		if (r != MAILAUTH_DONE)
			return r;
		try_anchor(a, anchor, i);
		ma_cert_free(anchor);
	}
	return MAILAUTH_DONE;
}

/* No record authenticates: the best that can be said of it. */
static void
fail(struct mailauth_dane_match *m, enum cert_path best)
{
	switch (best) {
	case CERT_PATH_NAME:
		conclude(m, MAILAUTH_DANE_FAILED, REASON("certificate-name"),
		    MAILAUTH_TLS_CERTIFICATE_HOST_MISMATCH);
		return;
	case CERT_PATH_EXPIRED:
		conclude(m, MAILAUTH_DANE_FAILED, REASON("certificate-expired"),
		    MAILAUTH_TLS_CERTIFICATE_EXPIRED);
		return;
	case CERT_PATH_BROKEN:
		conclude(m, MAILAUTH_DANE_FAILED, REASON("certificate-chain"),
		    MAILAUTH_TLS_CERTIFICATE_NOT_TRUSTED);
		return;
	default:
		conclude(m, MAILAUTH_DANE_FAILED, REASON("tlsa-mismatch"),
		    MAILAUTH_TLS_VALIDATION_FAILURE);
	}
}

static int
authenticate(struct mailauth_dane_match *m)
{
	struct attempt a = { .match = m };
	int r = MAILAUTH_DONE;

	try_leaf(m);
	if (m->result == 0)
		try_issuers(&a);
	if (m->result == 0)
		r = try_given(&a);
	if (m->result != 0 || r != MAILAUTH_DONE)
		return r;
	if (a.failed)
		return MAILAUTH_ECRYPTO;
	fail(m, a.best);
	return MAILAUTH_DONE;
}

int
mailauth_dane_match_run(struct mailauth_dane_match *m)
{
	bool usable = false;

	if (m == NULL)
		return MAILAUTH_EINVAL;
	m->ran = true;
	if (m->result != 0)
		return MAILAUTH_DONE;
	for (size_t i = 0; i < m->nrecords; i++)
		usable |= ma_tlsa_usable(&m->records[i]);
	if (m->nrecords == 0)
		conclude(m, MAILAUTH_DANE_OPPORTUNISTIC, REASON("no-tlsa"), 0);
	else if (!usable)
		conclude(m, MAILAUTH_DANE_TLS_REQUIRED,
		    REASON("tlsa-unusable"), MAILAUTH_TLS_TLSA_INVALID);
	else if (m->n == 0)
		conclude(m, MAILAUTH_DANE_FAILED, REASON("no-certificate"),
		    MAILAUTH_TLS_VALIDATION_FAILURE);
	else
		return authenticate(m);
	return MAILAUTH_DONE;
}

/* ---- Once run ---- */

int
mailauth_dane_match_result(const struct mailauth_dane_match *m)
{
	return m != NULL ? m->result : 0;
}

const char *
mailauth_dane_match_reason(const struct mailauth_dane_match *m)
{
	return m != NULL ? m->reason : NULL;
}

const char *
mailauth_dane_match_detail(const struct mailauth_dane_match *m)
{
	return m != NULL && m->result != 0 ?
	    ma_dane_detail(m->result, m->reason) : NULL;
}

int
mailauth_dane_match_tls_failure(const struct mailauth_dane_match *m)
{
	return m != NULL ? m->tls_failure : 0;
}

int
mailauth_dane_match_record(const struct mailauth_dane_match *m, size_t i)
{
	return m != NULL && i < m->nrecords && i == m->matched;
}

size_t
mailauth_dane_match_count(const struct mailauth_dane_match *m)
{
	return m != NULL ? m->n : 0;
}

static const struct cert *
cert(const struct mailauth_dane_match *m, size_t i)
{
	return m != NULL && i < m->n ? m->chain[i] : NULL;
}

const char *
mailauth_dane_match_subject(const struct mailauth_dane_match *m, size_t i)
{
	const struct cert *c = cert(m, i);

	return c != NULL ? c->subject : NULL;
}

const char *
mailauth_dane_match_name(const struct mailauth_dane_match *m, size_t i,
    size_t k)
{
	const struct cert *c = cert(m, i);

	return c != NULL && k < c->nnames ? c->names[k] : NULL;
}

int64_t
mailauth_dane_match_not_before(const struct mailauth_dane_match *m, size_t i)
{
	const struct cert *c = cert(m, i);

	return c != NULL ? c->not_before : 0;
}

int64_t
mailauth_dane_match_not_after(const struct mailauth_dane_match *m, size_t i)
{
	const struct cert *c = cert(m, i);

	return c != NULL ? c->not_after : 0;
}
