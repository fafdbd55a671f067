/*
 * The handle and the exported functions.
 */
#include "spf/spf.h"

/* A limit: its default and its ceiling. */
struct limit {
	size_t at;			/* in struct spf_limits */
	uint32_t value, ceiling;
};

#define LIMIT(member, value, ceiling) \
	{ offsetof(struct spf_limits, member), value, ceiling }
static const struct limit limits[] = {
	[MAILAUTH_SPF_TERMS] = LIMIT(terms, 10, 100),
	[MAILAUTH_SPF_VOIDS] = LIMIT(voids, 2, 100),
	[MAILAUTH_SPF_MX_HOSTS] = LIMIT(mx_hosts, 10, 100),
	[MAILAUTH_SPF_PTR_NAMES] = LIMIT(ptr_names, 10, 100),
	[MAILAUTH_SPF_RECORD_BYTES] = LIMIT(record_bytes, 65535, 65535),
	[MAILAUTH_SPF_AHEAD] = LIMIT(ahead, 10, 100),
};

struct mailauth_spf {
	struct task task;
	struct spf_input in;
	struct spf_memory memory;
	struct spf_outcome out;		/* of the last run */
};

/* ---- Life ---- */

static void
put_limit(struct spf_limits *l, const struct limit *which, uint32_t value)
{
	memcpy((char *)l + which->at, &value, sizeof value);
}

struct mailauth_spf *
mailauth_spf_new(struct mailauth_lookups *lookups, int64_t now)
{
	struct mailauth_spf *s = ma_calloc(sizeof *s);

	if (s == NULL)
		return NULL;
	if (!ma_task_init(&s->task, lookups)) {
		ma_free(s);
		return NULL;
	}
	s->in.now = now;
	for (size_t i = 1; i < COUNT(limits); i++)
		put_limit(&s->in.limits, &limits[i], limits[i].value);
	return s;
}

void
mailauth_spf_free(struct mailauth_spf *s)
{
	if (s == NULL)
		return;
	ma_task_free(&s->task);
	ma_arena_free(&s->memory.arena);
	ma_free(s);
}

struct mailauth_lookups *
mailauth_spf_lookups(struct mailauth_spf *s)
{
	return s != NULL ? s->task.lookups : NULL;
}

/* ---- Inputs ---- */

static int
check_settable(const struct mailauth_spf *s)
{
	return s == NULL ? MAILAUTH_EINVAL :
	    s->task.started ? MAILAUTH_EUSE : MAILAUTH_DONE;
}

/*
 * A copy instead of what stood there, with a NUL after it: in the same place
 * where that has room.
 */
static int
set_text(struct mailauth_spf *s, struct slice *out, const char *text, size_t n)
{
	int r = check_settable(s);
	char *copy;

	if (r != MAILAUTH_DONE)
		return r;
	if (text == NULL && n > 0)
		return MAILAUTH_EINVAL;
	copy = (char *)out->p;
	if (copy == NULL || n > out->n)
		copy = ma_arena_alloc(&s->memory.arena, n + 1);
	if (copy == NULL) {
		s->memory.arena.failed = false;
		return MAILAUTH_ENOMEM;
	}
	if (n > 0)
		memcpy(copy, text, n);
	copy[n] = '\0';
	*out = ma_slice(copy, n);
	return MAILAUTH_DONE;
}

int
mailauth_spf_set_client(struct mailauth_spf *s, const char *address)
{
	int r = check_settable(s);
	struct ip ip;

	if (r != MAILAUTH_DONE)
		return r;
	if (!ma_ip_parse(ma_str(address), &ip))
		return MAILAUTH_EINVAL;
	s->in.client = ma_ip_unmap(ip);
	return MAILAUTH_DONE;
}

int
mailauth_spf_set_helo(struct mailauth_spf *s, const char *helo, size_t n)
{
	return set_text(s, s != NULL ? &s->in.helo : NULL, helo, n);
}

int
mailauth_spf_set_mail_from(struct mailauth_spf *s, const char *sender, size_t n)
{
	int r = set_text(s, s != NULL ? &s->in.mail_from : NULL, sender, n);

	if (r == MAILAUTH_DONE)
		s->in.has_mail_from = true;
	return r;
}

int
mailauth_spf_set_receiver(struct mailauth_spf *s, const char *name, size_t n)
{
	return set_text(s, s != NULL ? &s->in.receiver : NULL, name, n);
}

int
mailauth_spf_set_limit(struct mailauth_spf *s, int limit, uint32_t value)
{
	int r = check_settable(s);

	if (r != MAILAUTH_DONE)
		return r;
	if (limit < 1 || limit >= (int)COUNT(limits) ||
	    value > limits[limit].ceiling)
		return MAILAUTH_EINVAL;
	put_limit(&s->in.limits, &limits[limit], value);
	return MAILAUTH_DONE;
}

int
mailauth_spf_set_trace(struct mailauth_spf *s, int on)
{
	int r = check_settable(s);

	if (r == MAILAUTH_DONE)
		s->task.trace_on = on != 0;
	return r;
}

/* ---- Running ---- */

static void
run_once(struct run *run, void *handle)
{
	struct mailauth_spf *s = handle;

	ma_spf_eval(run, &s->in, &s->memory, &s->out);
}

int
mailauth_spf_step(struct mailauth_spf *s)
{
	if (s == NULL)
		return MAILAUTH_EINVAL;
	if (s->in.client.family == 0)
		return MAILAUTH_EUSE;
	return ma_task_step(&s->task, run_once, s);
}

static int
step(void *handle)
{
	return mailauth_spf_step(handle);
}

int
mailauth_spf_eval(struct mailauth_spf *s, struct mailauth_resolver *resolver)
{
	if (s == NULL)
		return MAILAUTH_EINVAL;
	return ma_task_drive(&s->task, resolver, step, s);
}

/* ---- Once done ---- */

/* The outcome; one of nothing where there is none yet. */
static const struct spf_outcome *
outcome(const struct mailauth_spf *s)
{
	static const struct spf_outcome nothing;

	return s != NULL && s->task.done ? &s->out : &nothing;
}

static const char *
give(struct slice text, size_t *n)
{
	if (n != NULL)
		*n = text.n;
	return text.p;
}

int
mailauth_spf_result(const struct mailauth_spf *s)
{
	return outcome(s)->result;
}

const char *
mailauth_spf_reason(const struct mailauth_spf *s)
{
	return outcome(s)->reason;
}

const char *
mailauth_spf_detail(const struct mailauth_spf *s)
{
	return outcome(s)->detail;
}

int
mailauth_spf_identity(const struct mailauth_spf *s)
{
	if (outcome(s)->result == 0)
		return 0;
	return s->in.has_mail_from ? MAILAUTH_SPF_MAILFROM : MAILAUTH_SPF_HELO;
}

const char *
mailauth_spf_domain(const struct mailauth_spf *s, size_t *n)
{
	return give(outcome(s)->domain, n);
}

const char *
mailauth_spf_mechanism(const struct mailauth_spf *s, size_t *n)
{
	return give(outcome(s)->mechanism, n);
}

const char *
mailauth_spf_record(const struct mailauth_spf *s, size_t *n)
{
	return give(outcome(s)->record, n);
}

const char *
mailauth_spf_explanation(const struct mailauth_spf *s)
{
	return outcome(s)->explanation;
}

uint32_t
mailauth_spf_term_count(const struct mailauth_spf *s)
{
	return outcome(s)->terms;
}

uint32_t
mailauth_spf_void_count(const struct mailauth_spf *s)
{
	return outcome(s)->voids;
}

int
mailauth_spf_secure(const struct mailauth_spf *s)
{
	return outcome(s)->result != 0 && s->task.secure;
}

const char *
mailauth_spf_trace(const struct mailauth_spf *s, size_t i)
{
	return s != NULL ? ma_task_trace(&s->task, i) : NULL;
}

int
mailauth_spf_reply(const struct mailauth_spf *s, const char **enhanced,
    const char **text)
{
	return ma_spf_reply(outcome(s)->result, enhanced, text);
}

size_t
mailauth_spf_received(const struct mailauth_spf *s, const char *receiver,
    char *buf, size_t size)
{
	if (outcome(s)->result == 0 || (buf == NULL && size > 0))
		return 0;
	return ma_spf_received(&s->in, &s->out, ma_str(receiver), buf, size);
}
