/*
 * What mailauth/mtasts.h exports, but for policies and records as text.
 */
#include "mtasts/mtasts.h"

/* ---- Life ---- */

struct mailauth_mtasts *
mailauth_mtasts_new(struct mailauth_lookups *lookups, int64_t now)
{
	struct mailauth_mtasts *m = ma_calloc(sizeof *m);

	if (m == NULL || !ma_task_init(&m->task, lookups)) {
		ma_free(m);
		return NULL;
	}
	m->now = now < 0 ? 0 : now < MTASTS_TIME_MAX ? now : MTASTS_TIME_MAX;
	m->wrong = REASON("domain-empty");
	return m;
}

void
mailauth_mtasts_free(struct mailauth_mtasts *m)
{
	if (m == NULL)
		return;
	ma_task_free(&m->task);
	ma_arena_free(&m->text);
	ma_mtasts_policy_clear(&m->cached);
	ma_mtasts_policy_clear(&m->given);
	ma_mtasts_policy_clear(&m->fetched);
	ma_free(m);
}

struct mailauth_lookups *
mailauth_mtasts_lookups(struct mailauth_mtasts *m)
{
	return m != NULL ? m->task.lookups : NULL;
}

/* ---- Inputs ---- */

static int
check_input(const struct mailauth_mtasts *m, const char *text, size_t n)
{
	if (m == NULL || (text == NULL && n > 0))
		return MAILAUTH_EINVAL;
	return m->task.started ? MAILAUTH_EUSE : MAILAUTH_DONE;
}

int
mailauth_mtasts_set_domain(struct mailauth_mtasts *m, const char *text,
    size_t n)
{
	struct mailbox where = { 0 };
	const char *wrong = NULL;
	bool nomem = false;
	int r = check_input(m, text, n);

	if (r != MAILAUTH_DONE)
		return r;
	if (!ma_destination_parse(ma_slice(text, n), &where, &wrong, &nomem))
		where.family = 0;
	if (nomem)
		return MAILAUTH_ENOMEM;
	m->where = where;
	m->wrong = wrong;
	m->kept = (struct mtasts_kept){ 0 };	/* it was another domain's */
	m->domain[0] = '\0';
	if (where.family == MAILAUTH_ADDRESS_DOMAIN)
		ma_name_text(&where.name, m->domain);
	return MAILAUTH_DONE;
}

const char *
mailauth_mtasts_domain(const struct mailauth_mtasts *m)
{
	return m != NULL && m->domain[0] != '\0' ? m->domain : NULL;
}

/* Of this domain, and its policy is one.  False: no memory. */
static bool
check_kept(struct mailauth_mtasts *m, const struct mtasts_kept *k,
    struct mtasts_fault *fault)
{
	if (!ma_eq(k->domain, ma_str(m->domain))) {
		fault->what = "it is of another domain";
		return true;
	}
	return k->text.p == NULL ||
	    ma_mtasts_policy_read(k->text, &m->cached, fault);
}

int
mailauth_mtasts_set_cache(struct mailauth_mtasts *m, const char *text,
    size_t n, char *error, size_t size)
{
	struct mtasts_fault fault;
	struct mtasts_kept kept;
	struct slice copy;
	int r = check_input(m, text, n);

	if (r != MAILAUTH_DONE)
		return r;
	m->kept = (struct mtasts_kept){ 0 };
	ma_mtasts_policy_clear(&m->cached);
	copy = ma_slice(ma_arena_str(&m->text, ma_slice(text, n)), n);
	if (copy.p == NULL) {
		m->text.failed = false;
		return MAILAUTH_ENOMEM;
	}
	if (!ma_mtasts_kept_read(copy, &kept, &fault))
		return ma_mtasts_complain(&fault, error, size);
	if (!check_kept(m, &kept, &fault))
		return MAILAUTH_ENOMEM;
	if (fault.what != NULL)
		return ma_mtasts_complain(&fault, error, size);
	m->kept = kept;
	return MAILAUTH_DONE;
}

int
mailauth_mtasts_set_policy(struct mailauth_mtasts *m, const char *text,
    size_t n)
{
	int r = check_input(m, text, n);

	if (r != MAILAUTH_DONE)
		return r;
	ma_mtasts_policy_clear(&m->given);
	m->has_given = ma_mtasts_policy_read(ma_slice(text, n), &m->given,
	    &m->given_fault);
	return m->has_given ? MAILAUTH_DONE : MAILAUTH_ENOMEM;
}

int
mailauth_mtasts_set_refresh(struct mailauth_mtasts *m, int on)
{
	int r = check_input(m, NULL, 0);

	if (r == MAILAUTH_DONE)
		m->refresh = on != 0;
	return r;
}

int
mailauth_mtasts_set_trace(struct mailauth_mtasts *m, int on)
{
	int r = check_input(m, NULL, 0);

	if (r == MAILAUTH_DONE)
		m->task.trace_on = on != 0;
	return r;
}

/* ---- The evaluation ---- */

int
mailauth_mtasts_step(struct mailauth_mtasts *m)
{
	return m != NULL ? ma_task_step(&m->task, ma_mtasts_run, m) :
	    MAILAUTH_EINVAL;
}

static int
step(void *m)
{
	return mailauth_mtasts_step(m);
}

int
mailauth_mtasts_discover(struct mailauth_mtasts *m,
    struct mailauth_resolver *resolver)
{
	return m != NULL ? ma_task_drive(&m->task, resolver, step, m) :
	    MAILAUTH_EINVAL;
}

/* ---- Once done ---- */

/* The outcome; one with nothing in it while there is none. */
static const struct mtasts_outcome *
outcome(const struct mailauth_mtasts *m)
{
	static const struct mtasts_outcome nothing;

	return m != NULL && m->task.done ? &m->out : &nothing;
}

int
mailauth_mtasts_result(const struct mailauth_mtasts *m)
{
	return outcome(m)->result;
}

const char *
mailauth_mtasts_reason(const struct mailauth_mtasts *m)
{
	return outcome(m)->why.reason;
}

const char *
mailauth_mtasts_detail(const struct mailauth_mtasts *m)
{
	const struct mtasts_outcome *o = outcome(m);

	return o->result != 0 ? ma_mtasts_detail(o->why.reason) : NULL;
}

int
mailauth_mtasts_tls_failure(const struct mailauth_mtasts *m)
{
	return outcome(m)->why.tls_failure;
}

const char *
mailauth_mtasts_id(const struct mailauth_mtasts *m)
{
	return outcome(m)->id;
}

const struct mailauth_mtasts_policy *
mailauth_mtasts_policy(const struct mailauth_mtasts *m)
{
	return outcome(m)->policy;
}

int
mailauth_mtasts_source(const struct mailauth_mtasts *m)
{
	return outcome(m)->source;
}

int64_t
mailauth_mtasts_expires(const struct mailauth_mtasts *m)
{
	return outcome(m)->expires;
}

int
mailauth_mtasts_action(const struct mailauth_mtasts *m)
{
	return outcome(m)->action;
}

const char *
mailauth_mtasts_cache(const struct mailauth_mtasts *m, size_t *n)
{
	struct slice keep = outcome(m)->keep;

	if (n != NULL)
		*n = keep.n;
	return keep.p;
}

const char *
mailauth_mtasts_trace(const struct mailauth_mtasts *m, size_t i)
{
	return m != NULL ? ma_task_trace(&m->task, i) : NULL;
}
