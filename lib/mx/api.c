/*
 * What mailauth/mx.h exports.
 */
#include "mx/mx.h"

enum {
	HOSTS_DEFAULT = 100, HOSTS_MAX = 1000,
	ADDRESSES_DEFAULT = 100, ADDRESSES_MAX = 1000
};

/* ---- Life ---- */

struct mailauth_mx *
mailauth_mx_new(struct mailauth_lookups *lookups)
{
	struct mailauth_mx *m = ma_calloc(sizeof *m);

	if (m == NULL || !ma_task_init(&m->task, lookups)) {
		ma_free(m);
		return NULL;
	}
	m->in.wrong = REASON("domain-empty");
	m->in.max_hosts = HOSTS_DEFAULT;
	m->in.max_addresses = ADDRESSES_DEFAULT;
	return m;
}

void
mailauth_mx_free(struct mailauth_mx *m)
{
	if (m == NULL)
		return;
	ma_task_free(&m->task);
	ma_arena_free(&m->text);
	ma_free(m->in.locals);
	ma_free(m);
}

struct mailauth_lookups *
mailauth_mx_lookups(struct mailauth_mx *m)
{
	return m != NULL ? m->task.lookups : NULL;
}

/* ---- Inputs ---- */

static int
check_input(const struct mailauth_mx *m, const char *text, size_t n)
{
	if (m == NULL || (text == NULL && n > 0))
		return MAILAUTH_EINVAL;
	return m->task.started ? MAILAUTH_EUSE : MAILAUTH_DONE;
}

int
mailauth_mx_set_domain(struct mailauth_mx *m, const char *text, size_t n)
{
	struct mx_input in;
	struct slice copy;
	bool nomem = false;
	int r = check_input(m, text, n);

	if (r != MAILAUTH_DONE)
		return r;
	in = m->in;
	copy = ma_slice(ma_arena_str(&m->text, ma_slice(text, n)), n);
	if (copy.p != NULL && !ma_destination_parse(copy, &in.where, &in.wrong,
	    &nomem))
		in.where.family = 0;
	if (copy.p == NULL || nomem) {
		m->text.failed = false;
		return MAILAUTH_ENOMEM;
	}
	m->in = in;
	return MAILAUTH_DONE;
}

int
mailauth_mx_set_seed(struct mailauth_mx *m, uint64_t seed)
{
	int r = check_input(m, NULL, 0);

	if (r == MAILAUTH_DONE)
		m->in.seed = seed;
	return r;
}

/* An address, in brackets or not, or a name; what is neither equals nothing. */
static int
read_local(struct slice text, struct mx_local *out)
{
	const char *reason;
	bool nomem = false;

	*out = (struct mx_local){ 0 };
	if (ma_ip_parse(text, &out->ip) ||
	    ma_literal_parse(text, &out->ip, &reason) != 0)
		out->ip = ma_ip_unmap(out->ip);
	else
		ma_name_parse_utf8(text, &out->name, &nomem);
	return nomem ? MAILAUTH_ENOMEM : MAILAUTH_DONE;
}

int
mailauth_mx_add_local(struct mailauth_mx *m, const char *text, size_t n)
{
	struct mx_local local, *list;
	size_t cap;
	int r = check_input(m, text, n);

	if (r != MAILAUTH_DONE ||
	    (r = read_local(ma_slice(text, n), &local)) != MAILAUTH_DONE)
		return r;
	if (m->in.nlocals == m->in.cap) {
		cap = m->in.cap > 0 ? 2 * m->in.cap : 4;
		if (cap > SIZE_MAX / sizeof *list || (list =
		    ma_realloc(m->in.locals, cap * sizeof *list)) == NULL)
			return MAILAUTH_ENOMEM;
		m->in.locals = list;
		m->in.cap = cap;
	}
	m->in.locals[m->in.nlocals++] = local;
	return MAILAUTH_DONE;
}

int
mailauth_mx_set_limit(struct mailauth_mx *m, int limit, uint32_t value)
{
	int r = check_input(m, NULL, 0);

	if (r != MAILAUTH_DONE)
		return r;
	if (limit == MAILAUTH_MX_HOSTS && value >= 1 && value <= HOSTS_MAX)
		m->in.max_hosts = value;
	else if (limit == MAILAUTH_MX_ADDRESSES && value <= ADDRESSES_MAX)
		m->in.max_addresses = value;
	else
		return MAILAUTH_EINVAL;
	return MAILAUTH_DONE;
}

int
mailauth_mx_set_trace(struct mailauth_mx *m, int on)
{
	int r = check_input(m, NULL, 0);

	if (r == MAILAUTH_DONE)
		m->task.trace_on = on != 0;
	return r;
}

/* ---- The evaluation ---- */

int
mailauth_mx_step(struct mailauth_mx *m)
{
	return m != NULL ? ma_task_step(&m->task, ma_mx_run, m) :
	    MAILAUTH_EINVAL;
}

static int
step(void *m)
{
	return mailauth_mx_step(m);
}

int
mailauth_mx_route(struct mailauth_mx *m, struct mailauth_resolver *resolver)
{
	return m != NULL ? ma_task_drive(&m->task, resolver, step, m) :
	    MAILAUTH_EINVAL;
}

/* ---- Once done ---- */

/* The outcome; one with nothing in it while there is none. */
static const struct mx_outcome *
outcome(const struct mailauth_mx *m)
{
	static const struct mx_outcome nothing;

	return m != NULL && m->task.done ? &m->out : &nothing;
}

static const struct mx_host *
host(const struct mailauth_mx *m, size_t i)
{
	const struct mx_outcome *o = outcome(m);

	return i < o->n ? &o->hosts[i] : NULL;
}

const struct dname *
ma_mx_wanted(const struct mailauth_mx *m, size_t i)
{
	return i < m->out.n && m->out.hosts[i].name.n > 0 ?
	    &m->out.hosts[i].name : NULL;
}

int
mailauth_mx_result(const struct mailauth_mx *m)
{
	return outcome(m)->result;
}

const char *
mailauth_mx_reason(const struct mailauth_mx *m)
{
	return outcome(m)->reason;
}

const char *
mailauth_mx_detail(const struct mailauth_mx *m)
{
	const struct mx_outcome *o = outcome(m);

	return o->result != 0 ? ma_mx_detail(o->reason) : NULL;
}

int
mailauth_mx_implicit(const struct mailauth_mx *m)
{
	return outcome(m)->implicit;
}

int
mailauth_mx_secure(const struct mailauth_mx *m)
{
	return outcome(m)->secure;
}

const char *
mailauth_mx_domain(const struct mailauth_mx *m)
{
	return outcome(m)->domain;
}

size_t
mailauth_mx_count(const struct mailauth_mx *m)
{
	return outcome(m)->n;
}

uint16_t
mailauth_mx_preference(const struct mailauth_mx *m, size_t i)
{
	const struct mx_host *h = host(m, i);

	return h != NULL ? h->preference : 0;
}

const char *
mailauth_mx_name(const struct mailauth_mx *m, size_t i)
{
	const struct mx_host *h = host(m, i);

	return h != NULL ? h->text : NULL;
}

const char *
mailauth_mx_expanded_name(const struct mailauth_mx *m, size_t i)
{
	const struct mx_host *h = host(m, i);

	return h != NULL ? h->expanded : NULL;
}

const char *
mailauth_mx_address(const struct mailauth_mx *m, size_t i, size_t k)
{
	const struct mx_host *h = host(m, i);

	return h != NULL && k < h->naddresses ? h->addresses[k] : NULL;
}

int
mailauth_mx_host_secure(const struct mailauth_mx *m, size_t i)
{
	const struct mx_host *h = host(m, i);

	return h != NULL && h->secure;
}

int
mailauth_mx_host_failed(const struct mailauth_mx *m, size_t i)
{
	const struct mx_host *h = host(m, i);

	return h != NULL && h->failed;
}

const char *
mailauth_mx_trace(const struct mailauth_mx *m, size_t i)
{
	return m != NULL ? ma_task_trace(&m->task, i) : NULL;
}
