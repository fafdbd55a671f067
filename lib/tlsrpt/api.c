/*
 * What mailauth/tlsrpt.h exports.
 */
#include "tlsrpt/tlsrpt.h"

struct mailauth_tlsrpt *
mailauth_tlsrpt_new(struct mailauth_lookups *lookups)
{
	struct mailauth_tlsrpt *t = ma_calloc(sizeof *t);

	if (t == NULL || !ma_task_init(&t->task, lookups)) {
		ma_free(t);
		return NULL;
	}
	t->wrong = REASON("domain-empty");
	return t;
}

void
mailauth_tlsrpt_free(struct mailauth_tlsrpt *t)
{
	if (t == NULL)
		return;
	ma_task_free(&t->task);
	ma_free(t);
}

struct mailauth_lookups *
mailauth_tlsrpt_lookups(struct mailauth_tlsrpt *t)
{
	return t != NULL ? t->task.lookups : NULL;
}

int
mailauth_tlsrpt_set_domain(struct mailauth_tlsrpt *t, const char *text,
    size_t n)
{
	struct mailbox where = { 0 };
	const char *wrong = NULL;
	bool nomem = false;

	if (t == NULL || (text == NULL && n > 0))
		return MAILAUTH_EINVAL;
	if (t->task.started)
		return MAILAUTH_EUSE;
	if (!ma_destination_parse(ma_slice(text, n), &where, &wrong, &nomem))
		where.family = 0;
	if (nomem)
		return MAILAUTH_ENOMEM;
	t->where = where;
	t->wrong = wrong;
	return MAILAUTH_DONE;
}

int
mailauth_tlsrpt_set_trace(struct mailauth_tlsrpt *t, int on)
{
	if (t == NULL)
		return MAILAUTH_EINVAL;
	if (t->task.started)
		return MAILAUTH_EUSE;
	t->task.trace_on = on != 0;
	return MAILAUTH_DONE;
}

int
mailauth_tlsrpt_step(struct mailauth_tlsrpt *t)
{
	return t != NULL ? ma_task_step(&t->task, ma_tlsrpt_run, t) :
	    MAILAUTH_EINVAL;
}

static int
step(void *t)
{
	return mailauth_tlsrpt_step(t);
}

int
mailauth_tlsrpt_discover(struct mailauth_tlsrpt *t,
    struct mailauth_resolver *resolver)
{
	return t != NULL ? ma_task_drive(&t->task, resolver, step, t) :
	    MAILAUTH_EINVAL;
}

/* ---- Once done ---- */

/* The outcome; one with nothing in it while there is none. */
static const struct tlsrpt_outcome *
outcome(const struct mailauth_tlsrpt *t)
{
	static const struct tlsrpt_outcome nothing;

	return t != NULL && t->task.done ? &t->out : &nothing;
}

int
mailauth_tlsrpt_result(const struct mailauth_tlsrpt *t)
{
	return outcome(t)->result;
}

const char *
mailauth_tlsrpt_reason(const struct mailauth_tlsrpt *t)
{
	return outcome(t)->reason;
}

const char *
mailauth_tlsrpt_detail(const struct mailauth_tlsrpt *t)
{
	const struct tlsrpt_outcome *o = outcome(t);

	return o->result != 0 ? ma_tlsrpt_detail(o->reason) : NULL;
}

const char *
mailauth_tlsrpt_record(const struct mailauth_tlsrpt *t, size_t *n)
{
	struct slice record = outcome(t)->record;

	if (n != NULL)
		*n = record.n;
	return record.p;
}

const char *
mailauth_tlsrpt_rua(const struct mailauth_tlsrpt *t, size_t i)
{
	const struct tlsrpt_outcome *o = outcome(t);

	return i < o->n ? o->rua[i] : NULL;
}

int
mailauth_tlsrpt_secure(const struct mailauth_tlsrpt *t)
{
	return t != NULL && t->task.done && t->task.secure;
}

const char *
mailauth_tlsrpt_trace(const struct mailauth_tlsrpt *t, size_t i)
{
	return t != NULL ? ma_task_trace(&t->task, i) : NULL;
}
