/*
 * What mailauth/rdns.h exports.
 */
#include "rdns/rdns.h"

enum { NAMES_DEFAULT = 10, NAMES_MAX = 100 };

struct mailauth_rdns *
mailauth_rdns_new(struct mailauth_lookups *lookups)
{
	struct mailauth_rdns *d = ma_calloc(sizeof *d);

	if (d == NULL || !ma_task_init(&d->task, lookups)) {
		ma_free(d);
		return NULL;
	}
	d->max_names = NAMES_DEFAULT;
	return d;
}

void
mailauth_rdns_free(struct mailauth_rdns *d)
{
	if (d == NULL)
		return;
	ma_task_free(&d->task);
	ma_free(d);
}

struct mailauth_lookups *
mailauth_rdns_lookups(struct mailauth_rdns *d)
{
	return d != NULL ? d->task.lookups : NULL;
}

int
mailauth_rdns_set_client(struct mailauth_rdns *d, const char *address)
{
	struct ip ip;

	if (d == NULL || !ma_ip_parse(ma_str(address), &ip))
		return MAILAUTH_EINVAL;
	if (d->task.started)
		return MAILAUTH_EUSE;
	d->client = ma_ip_unmap(ip);
	return MAILAUTH_DONE;
}

int
mailauth_rdns_set_limit(struct mailauth_rdns *d, int limit, uint32_t value)
{
	if (d == NULL || limit != MAILAUTH_RDNS_NAMES || value > NAMES_MAX)
		return MAILAUTH_EINVAL;
	if (d->task.started)
		return MAILAUTH_EUSE;
	d->max_names = value;
	return MAILAUTH_DONE;
}

int
mailauth_rdns_set_trace(struct mailauth_rdns *d, int on)
{
	if (d == NULL)
		return MAILAUTH_EINVAL;
	if (d->task.started)
		return MAILAUTH_EUSE;
	d->task.trace_on = on != 0;
	return MAILAUTH_DONE;
}

int
mailauth_rdns_step(struct mailauth_rdns *d)
{
	if (d == NULL)
		return MAILAUTH_EINVAL;
	if (d->client.family == 0)
		return MAILAUTH_EUSE;
	return ma_task_step(&d->task, ma_rdns_run, d);
}

static int
step(void *d)
{
	return mailauth_rdns_step(d);
}

int
mailauth_rdns_confirm(struct mailauth_rdns *d,
    struct mailauth_resolver *resolver)
{
	return d != NULL ? ma_task_drive(&d->task, resolver, step, d) :
	    MAILAUTH_EINVAL;
}

/* The outcome; one with nothing in it while there is none. */
static const struct rdns_outcome *
outcome(const struct mailauth_rdns *d)
{
	static const struct rdns_outcome nothing;

	return d != NULL && d->task.done ? &d->out : &nothing;
}

int
mailauth_rdns_result(const struct mailauth_rdns *d)
{
	return outcome(d)->result;
}

const char *
mailauth_rdns_reason(const struct mailauth_rdns *d)
{
	return outcome(d)->reason;
}

const char *
mailauth_rdns_detail(const struct mailauth_rdns *d)
{
	const struct rdns_outcome *o = outcome(d);

	return o->result != 0 ? ma_rdns_detail(o->reason) : NULL;
}

const char *
mailauth_rdns_name(const struct mailauth_rdns *d, size_t i)
{
	return i < outcome(d)->nnames ? outcome(d)->names[i] : NULL;
}

const char *
mailauth_rdns_confirmed(const struct mailauth_rdns *d, size_t i)
{
	return i < outcome(d)->nconfirmed ? outcome(d)->confirmed[i] : NULL;
}

int
mailauth_rdns_secure(const struct mailauth_rdns *d)
{
	return d != NULL && d->task.done && d->task.secure;
}

const char *
mailauth_rdns_trace(const struct mailauth_rdns *d, size_t i)
{
	return d != NULL ? ma_task_trace(&d->task, i) : NULL;
}

int
mailauth_rdns_reply(const struct mailauth_rdns *d, const char **enhanced,
    const char **text)
{
	const char *code = NULL, *words = NULL;
	int reply = 0;

	switch (outcome(d)->result) {
	case MAILAUTH_RDNS_FAIL:
	case MAILAUTH_RDNS_PERMERROR:
		reply = 550;
		code = "5.7.25";	/* RFC 7372 section 3.3 */
		words = "Reverse DNS validation failed";
		break;
	case MAILAUTH_RDNS_TEMPERROR:
		reply = 451;
		code = "4.7.25";
		words = "Reverse DNS cannot be validated now";
		break;
	}
	if (enhanced != NULL)
		*enhanced = code;
	if (text != NULL)
		*text = words;
	return reply;
}
