/*
 * Mail routing over the answers known: RFC 5321 section 5.1.
 */
#include "mx/mx.h"

struct eval {
	struct run *r;
	const struct mx_input *in;
	struct mx_outcome *out;
	int why;			/* an address lookup failed */
	bool cut;			/* hosts above the limit */
};

static void
conclude(struct eval *e, int result, const char *reason)
{
	e->out->result = result;
	e->out->reason = reason;
	ma_trace(e->r, "%s%s%s", mailauth_mx_result_name(result),
	    reason != NULL ? ", " : "", reason != NULL ? reason : "");
}

/* ---- Ourselves ---- */

static bool
is_our_name(const struct eval *e, struct slice wire)
{
	for (size_t i = 0; i < e->in->nlocals; i++) {
		const struct mx_local *l = &e->in->locals[i];

		if (l->ip.family == 0 &&
		    ma_eq(wire, ma_slice(l->name.w, l->name.n)))
			return true;
	}
	return false;
}

static bool
is_our_address(const struct eval *e, struct ip ip)
{
	for (size_t i = 0; i < e->in->nlocals; i++)
		if (ma_ip_equal(e->in->locals[i].ip, ma_ip_unmap(ip)))
			return true;
	return false;
}

/*
 * "If a matching record is found, all records at that preference level and
 * higher-numbered ones MUST be discarded from consideration": RFC 5321 section
 * 5.1.  By name it is seen before any address is asked.
 */
static void
prune_exchanges(struct eval *e, struct mx_exchanges *x)
{
	size_t i = 0;

	while (i < x->n && !is_our_name(e, x->list[i].name))
		i++;
	if (i == x->n)
		return;
	while (i > 0 && x->list[i - 1].preference == x->list[i].preference)
		i--;
	ma_trace(e->r, "preference %u and above is ours, left out "
	    "(RFC 5321 section 5.1)", x->list[i].preference);
	x->n = i;
}

/* The same by what the answers say: an alias of a name of ours, an address. */
static void
prune_hosts(struct eval *e)
{
	struct mx_outcome *o = e->out;
	uint16_t preference;
	size_t i = 0;

	while (i < o->n && !o->hosts[i].ours)
		i++;
	if (i == o->n)
		return;
	preference = o->hosts[i].preference;
	ma_trace(e->r, "%s is ours: preference %u and above is left out "
	    "(RFC 5321 section 5.1)", o->hosts[i].text, preference);
	while (i > 0 && o->hosts[i - 1].preference == preference)
		i--;
	o->n = i;
}

/* ---- Addresses ---- */

static void
add_addresses(struct eval *e, struct mx_host *h, const struct answer *a,
    uint8_t family)
{
	size_t size = family == 4 ? 4 : 16;
	struct ip ip = { .family = family };
	char text[IP_TEXT];

	for (size_t i = 0; i < a->count; i++) {
		if (a->records[i].data.n != size)
			continue;
		memcpy(ip.a, a->records[i].data.p, size);
		h->ours |= is_our_address(e, ip);
		if (h->naddresses == e->in->max_addresses)
			continue;
		ma_ip_text(ip, text);
		h->addresses[h->naddresses++] =
		    ma_arena_str(e->r->arena, ma_str(text));
	}
}

/*
 * What the host's name is an alias of.  It must be none (RFC 2181 section
 * 10.3); as others do, the chain is followed where the answer has it.
 */
static void
find_target(struct eval *e, struct mx_host *h, const struct answer *a)
{
	const struct alias *last =
	    a->aliases > 0 ? &a->chain[a->aliases - 1] : NULL;

	if (last != NULL && ma_name_wire(last->target, &h->target))
		h->ours |= is_our_name(e, last->target);
}

static void
read_host(struct eval *e, struct mx_host *h)
{
	const struct answer *v6 = h->v6, *v4 = h->v4;
	bool failed6 = v6->status == ANSWER_FAILED;
	bool failed4 = v4->status == ANSWER_FAILED;
	size_t count = v6->count + v4->count;

	if (count > e->in->max_addresses)
		count = e->in->max_addresses;
	h->addresses = ma_arena_alloc(e->r->arena,
	    count * sizeof *h->addresses);
	if (h->addresses == NULL)
		return;
	h->failed = failed6 || failed4;
	h->secure = !(failed6 && failed4) && (failed6 || v6->secure) &&
	    (failed4 || v4->secure);
	if (h->failed && e->why == 0)
		e->why = failed6 ? v6->why : v4->why;
	find_target(e, h, v4);
	find_target(e, h, v6);
	if (!ma_name_equal(&h->target, &h->name))
		h->expanded = ma_name_string(e->r->arena, &h->target);
	add_addresses(e, h, v6, 6);
	add_addresses(e, h, v4, 4);
}

/*
 * All addresses of all hosts, named at once, read when all are there.  False:
 * they are not.
 */
static bool
read_hosts(struct eval *e)
{
	struct mx_outcome *o = e->out;

	for (size_t i = 0; i < o->n; i++) {
		o->hosts[i].v6 = ma_ask(e->r, &o->hosts[i].name, TYPE_AAAA);
		o->hosts[i].v4 = ma_ask(e->r, &o->hosts[i].name, TYPE_A);
	}
	if (e->r->missed > 0 || e->r->nomem)
		return false;
	for (size_t i = 0; i < o->n; i++)
		read_host(e, &o->hosts[i]);
	return !e->r->arena->failed;
}

/* ---- The hosts ---- */

static void
add_host(struct eval *e, uint16_t preference, struct slice wire)
{
	struct mx_host *h = &e->out->hosts[e->out->n];

	if (!ma_name_wire(wire, &h->name))
		return;
	h->preference = preference;
	h->target = h->name;
	h->text = h->expanded = ma_name_string(e->r->arena, &h->name);
	e->out->n++;
}

/* The first hosts in order, as many as the limit allows. */
static void
take_hosts(struct eval *e, const struct mx_exchanges *x)
{
	size_t n = x->n < e->in->max_hosts ? x->n : e->in->max_hosts;

	e->cut = n < x->n;
	if (e->cut)
		ma_trace(e->r, "%zu hosts above the limit are left out",
		    x->n - n);
	e->out->hosts = ma_arena_alloc(e->r->arena,
	    n * sizeof *e->out->hosts);
	for (size_t i = 0; e->out->hosts != NULL && i < n; i++)
		add_host(e, x->list[i].preference, x->list[i].name);
}

/* What is said of hosts that were all looked at. */
static void
decide(struct eval *e)
{
	struct mx_outcome *o = e->out;

	prune_hosts(e);
	if (o->n == 0) {
		conclude(e, MAILAUTH_MX_LOOP, REASON("mail-loop"));
		return;
	}
	for (size_t i = 0; i < o->n; i++)
		if (o->hosts[i].naddresses > 0) {
			conclude(e, MAILAUTH_MX_OK, NULL);
			return;
		}
	if (e->why != 0)
		conclude(e, MAILAUTH_MX_TEMPERROR, ma_failure_reason(e->why));
	else
		conclude(e, MAILAUTH_MX_NO_ADDRESS, e->cut ?
		    REASON("host-limit") : REASON("no-address"));
}

/*
 * "If one or more MX RRs are found for a given name, SMTP systems MUST NOT
 * utilize any address RRs associated with that name unless they are located
 * using the MX RRs": RFC 5321 section 5.1.
 */
static void
route_to(struct eval *e, struct mx_exchanges *x)
{
	if (x->n == 0) {
		conclude(e, MAILAUTH_MX_PERMERROR,
		    REASON("no-usable-exchange"));
		return;
	}
	prune_exchanges(e, x);
	if (x->n == 0) {
		conclude(e, MAILAUTH_MX_LOOP, REASON("mail-loop"));
		return;
	}
	take_hosts(e, x);
	if (e->out->n > 0 && e->in->max_addresses == 0)
		conclude(e, MAILAUTH_MX_OK, NULL);
	else if (e->out->n > 0 && read_hosts(e))
		decide(e);
}

/* ---- The domain ---- */

/*
 * "If a CNAME record is found, the resulting name is processed as if it were
 * the initial name": RFC 5321 section 5.1.
 */
static struct dname
routed_name(const struct eval *e, const struct answer *a)
{
	struct dname name = e->in->where.name;

	if (a->aliases > 0)
		ma_name_wire(a->chain[a->aliases - 1].target, &name);
	return name;
}

static void
route_domain(struct eval *e)
{
	const struct answer *a = ma_ask(e->r, &e->in->where.name, TYPE_MX);
	struct mx_exchange self = { 0 };
	struct mx_exchanges x = { .list = &self, .n = 1 };
	struct dname name;

	if (a == NULL)
		return;
	e->out->secure = a->secure;
	name = routed_name(e, a);
	e->out->domain = ma_name_string(e->r->arena, &name);
	switch (a->status) {
	case ANSWER_FAILED:
		conclude(e, MAILAUTH_MX_TEMPERROR, ma_failure_reason(a->why));
		return;
	case ANSWER_NXDOMAIN:
		conclude(e, MAILAUTH_MX_NO_SUCH_DOMAIN,
		    REASON("no-such-domain"));
		return;
	case ANSWER_NODATA:
		/* "an implicit MX RR, with a preference of 0, pointing to
		 * that host": RFC 5321 section 5.1. */
		e->out->implicit = true;
		self.name = ma_slice(name.w, name.n);
		break;
	case ANSWER_RECORDS:
		if (!ma_mx_exchanges(e->r, a, e->in->seed, &x))
			return;
		if (x.null) {
			conclude(e, MAILAUTH_MX_NULL, REASON("null-mx"));
			return;
		}
	}
	route_to(e, &x);
}

/* RFC 5321 section 4.1.3: the host itself; there is nothing to ask. */
static void
route_literal(struct eval *e)
{
	struct slice given = e->in->where.domain;
	struct mx_host *h;
	char text[IP_TEXT];

	if ((h = ma_arena_alloc(e->r->arena, sizeof *h)) == NULL ||
	    (h->addresses = ma_arena_alloc(e->r->arena,
	    sizeof *h->addresses)) == NULL)
		return;
	ma_ip_text(e->in->where.ip, text);
	h->text = h->expanded = ma_arena_str(e->r->arena, given);
	h->addresses[h->naddresses++] =
	    ma_arena_str(e->r->arena, ma_str(text));
	h->ours = is_our_address(e, e->in->where.ip);
	e->out->hosts = h;
	e->out->n = 1;
	decide(e);
}

void
ma_mx_run(struct run *r, void *arg)
{
	struct mailauth_mx *m = arg;
	struct eval e = { .r = r, .in = &m->in, .out = &m->out };

	m->out = (struct mx_outcome){ 0 };
	switch (m->in.where.family) {
	case MAILAUTH_ADDRESS_DOMAIN:
		route_domain(&e);
		return;
	case MAILAUTH_ADDRESS_IPV4:
	case MAILAUTH_ADDRESS_IPV6:
		route_literal(&e);
		return;
	case MAILAUTH_ADDRESS_GENERAL:
		conclude(&e, MAILAUTH_MX_PERMERROR,
		    REASON("literal-unroutable"));
		return;
	default:
		conclude(&e, MAILAUTH_MX_PERMERROR, m->in.wrong);
		return;
	}
}
