/*
 * What mailauth/dane.h exports of evaluations.
 */
#include "dane/dane.h"

enum { PORT_SMTP = 25, RECORDS_DEFAULT = 100, RECORDS_MAX = 1000 };

/* ---- Life ---- */

struct mailauth_dane *
mailauth_dane_new(struct mailauth_lookups *lookups)
{
	struct mailauth_dane *d = ma_calloc(sizeof *d);

	if (d == NULL || !ma_task_init(&d->task, lookups)) {
		ma_free(d);
		return NULL;
	}
	d->in.wrong = REASON("domain-empty");
	d->in.port = PORT_SMTP;
	d->in.max_records = RECORDS_DEFAULT;
	return d;
}

struct mailauth_dane *
ma_dane_new_for(struct mailauth_lookups *lookups, const struct dname *host,
    const struct dname *next_hop)
{
	struct mailauth_dane *d = mailauth_dane_new(lookups);

	if (d != NULL) {
		d->in.host = (struct mailbox){
			.family = MAILAUTH_ADDRESS_DOMAIN, .name = *host };
		d->in.next_hop = *next_hop;
	}
	return d;
}

void
mailauth_dane_free(struct mailauth_dane *d)
{
	if (d == NULL)
		return;
	ma_task_free(&d->task);
	ma_free(d);
}

struct mailauth_lookups *
mailauth_dane_lookups(struct mailauth_dane *d)
{
	return d != NULL ? d->task.lookups : NULL;
}

/* ---- Inputs ---- */

static int
check_input(const struct mailauth_dane *d, const char *text, size_t n)
{
	if (d == NULL || (text == NULL && n > 0))
		return MAILAUTH_EINVAL;
	return d->task.started ? MAILAUTH_EUSE : MAILAUTH_DONE;
}

/* A host name, a literal, or an address without brackets. */
static bool
read_host(struct slice text, struct mailbox *out, const char **wrong,
    bool *nomem)
{
	*out = (struct mailbox){ 0 };
	if (ma_ip_parse(text, &out->ip)) {
		out->family = out->ip.family == 4 ? MAILAUTH_ADDRESS_IPV4 :
		    MAILAUTH_ADDRESS_IPV6;
		return true;
	}
	if (ma_find(text, '@') < text.n) {
		*wrong = REASON("domain-syntax");
		return false;
	}
	return ma_destination_parse(text, out, wrong, nomem);
}

int
mailauth_dane_set_host(struct mailauth_dane *d, const char *text, size_t n)
{
	const char *wrong = NULL;
	struct mailbox host;
	bool nomem = false;
	int r = check_input(d, text, n);

	if (r != MAILAUTH_DONE)
		return r;
	if (!read_host(ma_slice(text, n), &host, &wrong, &nomem))
		host.family = 0;
	if (nomem)
		return MAILAUTH_ENOMEM;
	d->in.host = host;
	d->in.wrong = wrong;
	return MAILAUTH_DONE;
}

int
mailauth_dane_set_port(struct mailauth_dane *d, uint32_t port)
{
	int r = check_input(d, NULL, 0);

	if (r != MAILAUTH_DONE)
		return r;
	if (port < 1 || port > UINT16_MAX)
		return MAILAUTH_EINVAL;
	d->in.port = (uint16_t)port;
	return MAILAUTH_DONE;
}

int
mailauth_dane_set_next_hop(struct mailauth_dane *d, const char *text, size_t n)
{
	struct mailbox domain = { 0 };
	const char *wrong;
	bool nomem = false;
	int r = check_input(d, text, n);

	if (r != MAILAUTH_DONE)
		return r;
	d->in.next_hop.n = 0;
	if (ma_destination_parse(ma_slice(text, n), &domain, &wrong, &nomem) &&
	    domain.family == MAILAUTH_ADDRESS_DOMAIN)
		d->in.next_hop = domain.name;
	return nomem ? MAILAUTH_ENOMEM : MAILAUTH_DONE;
}

int
mailauth_dane_set_limit(struct mailauth_dane *d, int limit, uint32_t value)
{
	int r = check_input(d, NULL, 0);

	if (r != MAILAUTH_DONE)
		return r;
	if (limit != MAILAUTH_DANE_RECORDS || value < 1 || value > RECORDS_MAX)
		return MAILAUTH_EINVAL;
	d->in.max_records = value;
	return MAILAUTH_DONE;
}

int
mailauth_dane_set_trace(struct mailauth_dane *d, int on)
{
	int r = check_input(d, NULL, 0);

	if (r == MAILAUTH_DONE)
		d->task.trace_on = on != 0;
	return r;
}

/* ---- The evaluation ---- */

int
mailauth_dane_step(struct mailauth_dane *d)
{
	return d != NULL ? ma_task_step(&d->task, ma_dane_run, d) :
	    MAILAUTH_EINVAL;
}

static int
step(void *d)
{
	return mailauth_dane_step(d);
}

int
mailauth_dane_discover(struct mailauth_dane *d,
    struct mailauth_resolver *resolver)
{
	return d != NULL ? ma_task_drive(&d->task, resolver, step, d) :
	    MAILAUTH_EINVAL;
}

/* ---- Once done ---- */

/* The outcome; one with nothing in it while there is none. */
static const struct dane_outcome *
outcome(const struct mailauth_dane *d)
{
	static const struct dane_outcome nothing;

	return d != NULL && d->task.done ? &d->out : &nothing;
}

static const struct tlsa *
record(const struct mailauth_dane *d, size_t i)
{
	const struct dane_outcome *o = outcome(d);

	return i < o->n ? &o->records[i] : NULL;
}

int
mailauth_dane_result(const struct mailauth_dane *d)
{
	return outcome(d)->result;
}

const char *
mailauth_dane_reason(const struct mailauth_dane *d)
{
	return outcome(d)->reason;
}

const char *
mailauth_dane_detail(const struct mailauth_dane *d)
{
	const struct dane_outcome *o = outcome(d);

	return o->result != 0 ? ma_dane_detail(o->result, o->reason) : NULL;
}

int
mailauth_dane_tls_failure(const struct mailauth_dane *d)
{
	return outcome(d)->tls_failure;
}

int
mailauth_dane_secure(const struct mailauth_dane *d)
{
	return outcome(d)->secure;
}

const char *
mailauth_dane_address(const struct mailauth_dane *d, size_t i)
{
	const struct dane_outcome *o = outcome(d);

	return i < o->naddresses ? o->addresses[i] : NULL;
}

const char *
mailauth_dane_base_domain(const struct mailauth_dane *d)
{
	return outcome(d)->base;
}

const char *
mailauth_dane_reference_name(const struct mailauth_dane *d, size_t i)
{
	const struct dane_outcome *o = outcome(d);

	return i < o->nnames ? o->names[i] : NULL;
}

size_t
mailauth_dane_count(const struct mailauth_dane *d)
{
	return outcome(d)->n;
}

int
mailauth_dane_usage(const struct mailauth_dane *d, size_t i)
{
	const struct tlsa *t = record(d, i);

	return t != NULL ? t->usage : 0;
}

int
mailauth_dane_selector(const struct mailauth_dane *d, size_t i)
{
	const struct tlsa *t = record(d, i);

	return t != NULL ? t->selector : 0;
}

int
mailauth_dane_matching_type(const struct mailauth_dane *d, size_t i)
{
	const struct tlsa *t = record(d, i);

	return t != NULL ? t->matching_type : 0;
}

const uint8_t *
mailauth_dane_data(const struct mailauth_dane *d, size_t i, size_t *n)
{
	const struct tlsa *t = record(d, i);

	if (n != NULL)
		*n = t != NULL ? t->data.n : 0;
	return t != NULL ? (const uint8_t *)t->data.p : NULL;
}

int
mailauth_dane_usable(const struct mailauth_dane *d, size_t i)
{
	const struct tlsa *t = record(d, i);

	return t != NULL && ma_tlsa_usable(t);
}

const char *
mailauth_dane_trace(const struct mailauth_dane *d, size_t i)
{
	return d != NULL ? ma_task_trace(&d->task, i) : NULL;
}
