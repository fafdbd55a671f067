/*
 * What mailauth/route.h exports.
 */
#include "route/route.h"

/* ---- Life ---- */

struct mailauth_route *
mailauth_route_new(struct mailauth_lookups *lookups, int64_t now)
{
	struct mailauth_route *r = ma_calloc(sizeof *r);

	if (r == NULL || !ma_task_init(&r->task, lookups)) {
		ma_free(r);
		return NULL;
	}
	r->mx = mailauth_mx_new(r->task.lookups);
	r->mtasts = mailauth_mtasts_new(r->task.lookups, now);
	if (r->mx == NULL || r->mtasts == NULL) {
		mailauth_route_free(r);
		return NULL;
	}
	return r;
}

void
mailauth_route_free(struct mailauth_route *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->n; i++)
		mailauth_dane_free(r->danes[i]);
	ma_free(r->danes);
	mailauth_mtasts_free(r->mtasts);
	mailauth_mx_free(r->mx);
	ma_task_free(&r->task);
	ma_free(r);
}

struct mailauth_lookups *
mailauth_route_lookups(struct mailauth_route *r)
{
	return r != NULL ? r->task.lookups : NULL;
}

/* ---- Inputs ---- */

static int
check_input(const struct mailauth_route *r)
{
	if (r == NULL)
		return MAILAUTH_EINVAL;
	return r->task.started ? MAILAUTH_EUSE : MAILAUTH_DONE;
}

int
mailauth_route_set_domain(struct mailauth_route *r, const char *text, size_t n)
{
	int status = check_input(r);

	if (status == MAILAUTH_DONE)
		status = mailauth_mx_set_domain(r->mx, text, n);
	if (status == MAILAUTH_DONE)
		status = mailauth_mtasts_set_domain(r->mtasts, text, n);
	if (status == MAILAUTH_DONE)
		r->domain = r->mtasts->where.name;
	return status;
}

int
mailauth_route_set_require_tls(struct mailauth_route *r, int on)
{
	int status = check_input(r);

	if (status == MAILAUTH_DONE)
		r->require_tls = on != 0;
	return status;
}

int
mailauth_route_set_tls_required_no(struct mailauth_route *r, int on)
{
	int status = check_input(r);

	if (status == MAILAUTH_DONE)
		r->tls_required_no = on != 0;
	return status;
}

int
mailauth_route_set_trace(struct mailauth_route *r, int on)
{
	int status = check_input(r);

	if (status == MAILAUTH_DONE)
		status = mailauth_mx_set_trace(r->mx, on);
	if (status == MAILAUTH_DONE)
		status = mailauth_mtasts_set_trace(r->mtasts, on);
	if (status == MAILAUTH_DONE)
		r->task.trace_on = on != 0;
	return status;
}

/* ---- Steps ---- */

/* One for each host that the MX records name.  False: no memory. */
static bool
add_danes(struct mailauth_route *r)
{
	const struct dname *host;
	struct mailauth_dane *d;

	while ((host = ma_mx_wanted(r->mx, r->n)) != NULL) {
		if (r->n == r->cap) {
			size_t cap = r->cap > 0 ? 2 * r->cap : 8;
			struct mailauth_dane **list =
			    ma_realloc(r->danes, cap * sizeof *list);

			if (list == NULL)
				return false;
			r->danes = list;
			r->cap = cap;
		}
		d = ma_dane_new_for(r->task.lookups, host, &r->domain);
		if (d == NULL)
			return false;
		d->task.trace_on = r->task.trace_on;
		r->danes[r->n++] = d;
	}
	return true;
}

/* Those of hosts that are left.  MAILAUTH_NEED: one lacks answers. */
static int
step_danes(struct mailauth_route *r)
{
	int status = MAILAUTH_DONE, one;

	if (!add_danes(r))
		return MAILAUTH_ENOMEM;
	for (size_t i = 0; i < r->n && ma_mx_wanted(r->mx, i) != NULL; i++) {
		if ((one = mailauth_dane_step(r->danes[i])) < 0)
			return one;
		status = one == MAILAUTH_NEED ? one : status;
	}
	return status;
}

/* Where there is no host, nothing but the MX records matters. */
static int
step_parts(struct mailauth_route *r)
{
	int mx, policy = MAILAUTH_DONE, danes = MAILAUTH_DONE;

	if ((mx = mailauth_mx_step(r->mx)) < 0)
		return mx;
	if (!ma_route_is_bound(r) ||
	    (mx == MAILAUTH_DONE && mailauth_mx_count(r->mx) == 0))
		return mx;
	if ((policy = mailauth_mtasts_step(r->mtasts)) < 0)
		return policy;
	if ((danes = step_danes(r)) < 0)
		return danes;
	return mx != MAILAUTH_DONE ? mx :
	    policy != MAILAUTH_DONE ? policy : danes;
}

int
mailauth_route_step(struct mailauth_route *r)
{
	int status;

	if (r == NULL)
		return MAILAUTH_EINVAL;
	if (r->task.done)
		return MAILAUTH_DONE;
	r->task.started = true;
	status = step_parts(r);
	return status == MAILAUTH_DONE ?
	    ma_task_step(&r->task, ma_route_run, r) : status;
}

static int
step(void *r)
{
	return mailauth_route_step(r);
}

int
mailauth_route_find(struct mailauth_route *r,
    struct mailauth_resolver *resolver)
{
	return r != NULL ? ma_task_drive(&r->task, resolver, step, r) :
	    MAILAUTH_EINVAL;
}

/* ---- Parts ---- */

struct mailauth_mx *
mailauth_route_mx(const struct mailauth_route *r)
{
	return r != NULL ? r->mx : NULL;
}

struct mailauth_mtasts *
mailauth_route_mtasts(const struct mailauth_route *r)
{
	return r != NULL ? r->mtasts : NULL;
}

struct mailauth_dane *
mailauth_route_dane(const struct mailauth_route *r, size_t i)
{
	return i < mailauth_route_count(r) && i < r->n ? r->danes[i] : NULL;
}

/* ---- Once done ---- */

/* The outcome; one with nothing in it while there is none. */
static const struct route_outcome *
outcome(const struct mailauth_route *r)
{
	static const struct route_outcome nothing;

	return r != NULL && r->task.done ? &r->out : &nothing;
}

static const struct route_host *
host(const struct mailauth_route *r, size_t i)
{
	const struct route_outcome *o = outcome(r);

	return i < o->n ? &o->hosts[i] : NULL;
}

int
mailauth_route_result(const struct mailauth_route *r)
{
	return outcome(r)->result;
}

const char *
mailauth_route_reason(const struct mailauth_route *r)
{
	return outcome(r)->reason;
}

const char *
mailauth_route_detail(const struct mailauth_route *r)
{
	return outcome(r)->result != 0 ? ma_route_detail(outcome(r)) : NULL;
}

size_t
mailauth_route_count(const struct mailauth_route *r)
{
	return outcome(r)->n;
}

int
mailauth_route_tls(const struct mailauth_route *r, size_t i)
{
	const struct route_host *h = host(r, i);

	return h != NULL ? h->tls : 0;
}

const char *
mailauth_route_tls_reason(const struct mailauth_route *r, size_t i)
{
	const struct route_host *h = host(r, i);

	return h != NULL ? h->reason : NULL;
}

const char *
mailauth_route_tls_detail(const struct mailauth_route *r, size_t i)
{
	const struct route_host *h = host(r, i);

	return h != NULL ? ma_route_tls_detail(h) : NULL;
}

int
mailauth_route_tls_failure(const struct mailauth_route *r, size_t i)
{
	const struct route_host *h = host(r, i);

	return h != NULL ? h->tls_failure : 0;
}

/* Line *i of these, or *i counted down by how many there are. */
static const char *
line_of(const struct task *t, size_t *i)
{
	const char *line = ma_task_trace(t, *i);

	for (size_t n = 0; line == NULL && *i > 0 &&
	    ma_task_trace(t, n) != NULL; n++)
		--*i;
	return line;
}

const char *
mailauth_route_trace(const struct mailauth_route *r, size_t i)
{
	const char *line;

	if (r == NULL || !r->task.done)
		return NULL;
	if ((line = line_of(&r->mx->task, &i)) != NULL ||
	    (line = line_of(&r->mtasts->task, &i)) != NULL)
		return line;
	for (size_t k = 0; k < r->n; k++)
		if ((line = line_of(&r->danes[k]->task, &i)) != NULL)
			return line;
	return line_of(&r->task, &i);
}
