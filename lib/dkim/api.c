/*
 * The handle of a verification, and the exported functions.
 */
#include "dkim/dkim.h"

enum {
	SIGNATURES = 10, SIGNATURES_MAX = 1000,
	KEYS = 3, KEYS_MAX = 10,
	CLOCK_SKEW = 300, CLOCK_SKEW_MAX = 86400,
	RSA_BITS = 8192, RSA_BITS_MIN = 1024, RSA_BITS_MAX = 16384
};

struct mailauth_dkim {
	struct task task;
	struct reader reader;
	struct verifier verifier;
};

/* ---- Life ---- */

static int
take_header(struct reader *reader, struct mailauth_message *m)
{
	struct mailauth_dkim *d = (struct mailauth_dkim *)(void *)
	    ((char *)reader - offsetof(struct mailauth_dkim, reader));

	(void)m;
	return ma_verifier_header(&d->verifier);
}

struct mailauth_dkim *
mailauth_dkim_new(struct mailauth_message *m, struct mailauth_lookups *lookups,
    int64_t now)
{
	struct mailauth_dkim *d;

	if (m == NULL || (d = ma_calloc(sizeof *d)) == NULL)
		return NULL;
	if (!ma_task_init(&d->task, lookups)) {
		ma_free(d);
		return NULL;
	}
	d->reader.header = take_header;
	if (ma_message_attach(m, &d->reader) != MAILAUTH_DONE) {
		ma_task_free(&d->task);
		ma_free(d);
		return NULL;
	}
	ma_message_ref(m);
	d->verifier = (struct verifier){ .message = m, .now = now,
		.max_signatures = SIGNATURES, .max_keys = KEYS,
		.clock_skew = CLOCK_SKEW, .rsa_bits = RSA_BITS,
		.unsigned_body = MAILAUTH_DKIM_PASS };
	return d;
}

void
mailauth_dkim_free(struct mailauth_dkim *d)
{
	if (d == NULL)
		return;
	ma_message_detach(d->verifier.message, &d->reader);
	ma_verifier_free(&d->verifier);
	mailauth_message_free(d->verifier.message);
	ma_task_free(&d->task);
	ma_free(d);
}

struct mailauth_lookups *
mailauth_dkim_lookups(struct mailauth_dkim *d)
{
	return d != NULL ? d->task.lookups : NULL;
}

/* ---- Settings ---- */

/* They count from the moment when the header is complete. */
static int
check_open(const struct mailauth_dkim *d)
{
	if (d == NULL)
		return MAILAUTH_EINVAL;
	return d->task.started || d->verifier.seen ? MAILAUTH_EUSE :
	    MAILAUTH_DONE;
}

int
mailauth_dkim_set_keys(struct mailauth_dkim *d, struct mailauth_keys *keys)
{
	int r = check_open(d);

	if (r == MAILAUTH_DONE)
		d->verifier.keys = keys;
	return r;
}

int
mailauth_dkim_set_unsigned_body(struct mailauth_dkim *d, int result)
{
	int r = check_open(d);

	if (r == MAILAUTH_DONE && result != MAILAUTH_DKIM_PASS &&
	    result != MAILAUTH_DKIM_POLICY)
		return MAILAUTH_EINVAL;
	if (r == MAILAUTH_DONE)
		d->verifier.unsigned_body = result;
	return r;
}

int
mailauth_dkim_set_limit(struct mailauth_dkim *d, int limit, uint32_t value)
{
	static const struct {
		size_t where;
		uint32_t min, max;
	} limits[] = {
		[MAILAUTH_DKIM_SIGNATURES] = {
			offsetof(struct verifier, max_signatures), 1,
			SIGNATURES_MAX },
		[MAILAUTH_DKIM_KEYS] = {
			offsetof(struct verifier, max_keys), 1, KEYS_MAX },
		[MAILAUTH_DKIM_CLOCK_SKEW] = {
			offsetof(struct verifier, clock_skew), 0,
			CLOCK_SKEW_MAX },
		[MAILAUTH_DKIM_RSA_BITS] = {
			offsetof(struct verifier, rsa_bits), RSA_BITS_MIN,
			RSA_BITS_MAX },
	};
	int r = check_open(d);

	if (r != MAILAUTH_DONE)
		return r;
	if (limit < 1 || limit >= (int)COUNT(limits) ||
	    value < limits[limit].min || value > limits[limit].max)
		return MAILAUTH_EINVAL;
	memcpy((char *)&d->verifier + limits[limit].where, &value,
	    sizeof value);
	return MAILAUTH_DONE;
}

int
mailauth_dkim_set_trace(struct mailauth_dkim *d, int on)
{
	int r = check_open(d);

	if (r == MAILAUTH_DONE)
		d->task.trace_on = on != 0;
	return r;
}

/* ---- Steps ---- */

static void
run(struct run *r, void *arg)
{
	ma_verifier_run(r, arg);
}

int
mailauth_dkim_step(struct mailauth_dkim *d)
{
	int r;

	if (d == NULL)
		return MAILAUTH_EINVAL;
	if ((r = ma_message_status(d->verifier.message)) != MAILAUTH_DONE)
		return r;
	r = ma_task_step(&d->task, run, &d->verifier);
	return d->verifier.failed != MAILAUTH_DONE ? d->verifier.failed : r;
}

static int
step(void *d)
{
	return mailauth_dkim_step(d);
}

int
mailauth_dkim_verify(struct mailauth_dkim *d,
    struct mailauth_resolver *resolver)
{
	int r;

	if (d == NULL)
		return MAILAUTH_EINVAL;
	r = ma_message_whole(d->verifier.message);
	return r == MAILAUTH_DONE ? ma_task_drive(&d->task, resolver, step, d) :
	    r;
}

/* ---- Before all is done ---- */

size_t
ma_dkim_signatures(const struct mailauth_dkim *d)
{
	return d->verifier.n;
}

struct slice
ma_dkim_signature_domain(const struct mailauth_dkim *d, size_t i)
{
	const struct kept *k = d->verifier.list[i].kept;

	return ma_str(k != NULL && k->hash >= 0 ? k->sig.domain_text : NULL);
}

int
ma_dkim_signature_result(const struct mailauth_dkim *d, size_t i)
{
	return d->verifier.list[i].verdict.result;
}

/* ---- Once done: the whole ---- */

static bool
is_done(const struct mailauth_dkim *d)
{
	return d != NULL && d->task.done;
}

int
mailauth_dkim_result(const struct mailauth_dkim *d)
{
	return is_done(d) ? d->verifier.whole.result : 0;
}

const char *
mailauth_dkim_reason(const struct mailauth_dkim *d)
{
	return is_done(d) ? d->verifier.whole.why.reason : NULL;
}

const char *
mailauth_dkim_detail(const struct mailauth_dkim *d)
{
	return is_done(d) ? d->verifier.whole.why.detail : NULL;
}

const char *
mailauth_dkim_trace(const struct mailauth_dkim *d, size_t line)
{
	return d != NULL ? ma_task_trace(&d->task, line) : NULL;
}

int
mailauth_dkim_reply(const struct mailauth_dkim *d, const char **enhanced,
    const char **text)
{
	static const struct verdict none;

	return ma_dkim_reply(is_done(d) ? &d->verifier.whole : &none, enhanced,
	    text);
}

size_t
mailauth_dkim_count(const struct mailauth_dkim *d)
{
	return is_done(d) ? d->verifier.n : 0;
}

/* ---- Once done: signatures ---- */

static const struct verification *
get(const struct mailauth_dkim *d, size_t i)
{
	return i < mailauth_dkim_count(d) ? &d->verifier.list[i] : NULL;
}

static const struct signature *
get_signature(const struct mailauth_dkim *d, size_t i)
{
	const struct verification *v = get(d, i);

	return v != NULL && v->kept != NULL ? &v->kept->sig : NULL;
}

int
mailauth_dkim_signature_result(const struct mailauth_dkim *d, size_t i)
{
	const struct verification *v = get(d, i);

	return v != NULL ? v->verdict.result : 0;
}

const char *
mailauth_dkim_signature_reason(const struct mailauth_dkim *d, size_t i)
{
	const struct verification *v = get(d, i);

	return v != NULL ? v->verdict.why.reason : NULL;
}

const char *
mailauth_dkim_signature_detail(const struct mailauth_dkim *d, size_t i)
{
	const struct verification *v = get(d, i);

	return v != NULL ? v->verdict.why.detail : NULL;
}

/* Give out text; an absent one has p NULL. */
static const char *
give(struct slice s, size_t *n)
{
	if (n != NULL)
		*n = s.p != NULL ? s.n : 0;
	return s.p;
}

/* A tag as it stands in the field. */
static const char *
give_tag(const struct mailauth_dkim *d, size_t i, enum signature_tag tag,
    size_t *n)
{
	const struct verification *v = get(d, i);

	return give(v != NULL ? ma_signature_tag(
	    ma_message_field(d->verifier.message, v->field).value, tag) :
	    ma_slice(NULL, 0), n);
}

const char *
mailauth_dkim_domain(const struct mailauth_dkim *d, size_t i, size_t *n)
{
	const struct signature *sig = get_signature(d, i);

	return sig != NULL && sig->domain_text != NULL ?
	    give(ma_str(sig->domain_text), n) : give_tag(d, i, SIG_D, n);
}

const char *
mailauth_dkim_selector(const struct mailauth_dkim *d, size_t i, size_t *n)
{
	return give_tag(d, i, SIG_S, n);
}

const char *
mailauth_dkim_identity(const struct mailauth_dkim *d, size_t i, size_t *n)
{
	const struct signature *sig = get_signature(d, i);

	return sig != NULL && sig->identity.p != NULL ?
	    give(sig->identity, n) : give_tag(d, i, SIG_I, n);
}

const char *
mailauth_dkim_algorithm(const struct mailauth_dkim *d, size_t i, size_t *n)
{
	return give_tag(d, i, SIG_A, n);
}

const char *
mailauth_dkim_canonicalization(const struct mailauth_dkim *d, size_t i,
    size_t *n)
{
	static const char *const words[2][2] = {
		[CANON_SIMPLE] = { "simple/simple", "simple/relaxed" },
		[CANON_RELAXED] = { "relaxed/simple", "relaxed/relaxed" },
	};
	const struct signature *sig = get_signature(d, i);

	return sig != NULL && sig->canon_known ?
	    give(ma_str(words[sig->header][sig->body]), n) :
	    give_tag(d, i, SIG_C, n);
}

const char *
mailauth_dkim_signature_data(const struct mailauth_dkim *d, size_t i, size_t *n)
{
	const struct signature *sig = get_signature(d, i);

	return give(sig != NULL ? sig->data_text : ma_slice(NULL, 0), n);
}

uint32_t
mailauth_dkim_key_bits(const struct mailauth_dkim *d, size_t i)
{
	const struct verification *v = get(d, i);

	return v != NULL ? v->key_bits : 0;
}

int
mailauth_dkim_testing(const struct mailauth_dkim *d, size_t i)
{
	const struct verification *v = get(d, i);

	return v != NULL && v->testing;
}

int
mailauth_dkim_secure(const struct mailauth_dkim *d, size_t i)
{
	const struct verification *v = get(d, i);

	return v != NULL && v->secure;
}

const char *
mailauth_dkim_signed_field(const struct mailauth_dkim *d, size_t i, size_t k,
    size_t *n)
{
	const struct signature *sig = get_signature(d, i);

	return give(sig != NULL ? ma_signature_name(sig, k) :
	    ma_slice(NULL, 0), n);
}

/* Displayed field k of those whose bits are set. */
static const char *
nth_displayed(uint32_t bits, size_t k)
{
	for (size_t bit = 0; bit < DISPLAYED_MAX; bit++)
		if ((bits >> bit & 1) != 0 && k-- == 0)
			return ma_displayed_name(bit);
	return NULL;
}

const char *
mailauth_dkim_unsigned_field(const struct mailauth_dkim *d, size_t i, size_t k)
{
	const struct verification *v = get(d, i);

	return v != NULL && v->kept != NULL ?
	    nth_displayed(v->kept->unsigned_fields, k) : NULL;
}

const char *
mailauth_dkim_repeated_field(const struct mailauth_dkim *d, size_t i, size_t k)
{
	const struct verification *v = get(d, i);

	return v != NULL && v->kept != NULL ?
	    nth_displayed(v->kept->repeated_fields, k) : NULL;
}

/* The body's hash for this signature, if it was wanted. */
static const struct body_hash *
get_hash(const struct mailauth_dkim *d, size_t i)
{
	const struct verification *v = get(d, i);

	if (v == NULL || v->kept == NULL || v->kept->hash < 0)
		return NULL;
	return ma_message_body_hash(d->verifier.message, v->kept->hash);
}

int64_t
mailauth_dkim_signed_body_bytes(const struct mailauth_dkim *d, size_t i)
{
	const struct body_hash *hash = get_hash(d, i);

	return hash != NULL ? (int64_t)hash->hashed : -1;
}

int64_t
mailauth_dkim_body_bytes(const struct mailauth_dkim *d, size_t i)
{
	const struct body_hash *hash = get_hash(d, i);

	return hash != NULL ? (int64_t)hash->total : -1;
}
