/*
 * What DANE says of a host: RFC 7672 section 2.2.
 */
#include <stdio.h>

#include "dane/dane.h"

struct eval {
	struct run *r;
	const struct dane_input *in;
	struct dane_outcome *out;
	const struct answer *v6, *v4;
	struct dname host, target;	/* target: at the end of its aliases */
	struct dname bases[2];		/* TLSA base domains to try, in order */
	size_t nbases;
};

static void
conclude(struct eval *e, int result, const char *reason, int tls_failure)
{
	e->out->result = result;
	e->out->reason = reason;
	e->out->tls_failure = tls_failure;
	ma_trace(e->r, "%s%s%s (RFC 7672 section 2.2)",
	    mailauth_dane_result_name(result), reason != NULL ? ", " : "",
	    reason != NULL ? reason : "");
}

/* An error is never taken for an absence: section 2.1.2. */
static void
give_up(struct eval *e, int why, bool always)
{
	bool dnssec = always || why == MAILAUTH_FAILURE_BOGUS ||
	    why == MAILAUTH_FAILURE_SERVFAIL;

	conclude(e, MAILAUTH_DANE_UNREACHABLE, ma_failure_reason(why),
	    dnssec ? MAILAUTH_TLS_DNSSEC_INVALID : 0);
}

/* ---- Addresses: section 2.2.2 ---- */

static void
add_addresses(struct eval *e, const struct answer *a, uint8_t family)
{
	struct ip ip = { .family = family };
	size_t size = family == 4 ? 4 : 16;
	char text[IP_TEXT];

	for (size_t i = 0; i < a->count; i++) {
		if (a->records[i].data.n != size)
			continue;
		memcpy(ip.a, a->records[i].data.p, size);
		ma_ip_text(ip, text);
		e->out->addresses[e->out->naddresses++] =
		    ma_arena_str(e->r->arena, ma_str(text));
	}
}

/* What the host is an alias of, where an answer has the chain. */
static void
find_target(struct eval *e, const struct answer *a)
{
	if (a->aliases > 0)
		ma_name_wire(a->chain[a->aliases - 1].target, &e->target);
}

/* Validated, or without any say: no record, and no alias. */
static bool
is_harmless(const struct answer *a)
{
	return a->secure || (a->count == 0 && a->aliases == 0);
}

/* One family that answers is enough.  False: the host is not reachable. */
static bool
read_addresses(struct eval *e)
{
	bool failed6 = e->v6->status == ANSWER_FAILED;
	bool failed4 = e->v4->status == ANSWER_FAILED;

	e->out->addresses = ma_arena_alloc(e->r->arena,
	    (e->v6->count + e->v4->count + 1) * sizeof *e->out->addresses);
	if (e->out->addresses == NULL)
		return false;
	add_addresses(e, e->v6, 6);
	add_addresses(e, e->v4, 4);
	if (e->out->naddresses == 0) {
		if (failed6 || failed4)
			give_up(e, failed6 ? e->v6->why : e->v4->why, false);
		else
			conclude(e, MAILAUTH_DANE_UNREACHABLE,
			    REASON("no-address"), 0);
		return false;
	}
	e->out->secure = is_harmless(e->v6) && is_harmless(e->v4);
	find_target(e, e->v4);
	find_target(e, e->v6);
	return true;
}

/* ---- The TLSA base domain: section 2.2.2, 2.2.3 ---- */

/*
 * Of a host that is an alias: where all of the chain is secure, what it leads
 * to first, then the host itself; where only the host's own CNAME is secure, the
 * host alone; names between never.  False: not known yet, or concluded.
 */
static bool
find_bases(struct eval *e)
{
	bool alias = !ma_name_equal(&e->host, &e->target);
	const struct answer *a;

	if (e->out->secure) {
		if (alias)
			e->bases[e->nbases++] = e->target;
		e->bases[e->nbases++] = e->host;
		return true;
	}
	if (alias) {
		if ((a = ma_ask(e->r, &e->host, TYPE_CNAME)) == NULL)
			return false;
		if (a->status == ANSWER_FAILED) {
			give_up(e, a->why, true);
			return false;
		}
		if (a->secure && a->status == ANSWER_RECORDS) {
			e->bases[e->nbases++] = e->host;
			return true;
		}
	}
	/* TLSA is not asked for: servers that break at it are mostly those of
	 * zones that are not signed. */
	conclude(e, MAILAUTH_DANE_OPPORTUNISTIC, REASON("address-insecure"), 0);
	return false;
}

static bool
tlsa_name(const struct eval *e, const struct dname *base, struct dname *out)
{
	char labels[16];

	snprintf(labels, sizeof labels, "_%u._tcp", (unsigned)e->in->port);
	return ma_name_prepend(ma_str(labels), base, out);
}

/* ---- Records ---- */

/* No certificate is for what is no host name. */
static void
add_name(struct eval *e, const struct dname *name)
{
	const char *text = ma_name_is_host(name) ?
	    ma_name_string(e->r->arena, name) : NULL;

	for (size_t i = 0; i < e->out->nnames && text != NULL; i++)
		if (strcmp(e->out->names[i], text) == 0)
			return;
	if (text != NULL)
		e->out->names[e->out->nnames++] = text;
}

/*
 * RFC 7672 section 3.2.2: the base domain; and where the way to the host is
 * secure, the domain that mail is for and what that is an alias of.
 */
static void
find_names(struct eval *e, const struct dname *base, const struct answer *mx)
{
	struct dname name;

	add_name(e, base);
	if (e->in->next_hop.n == 0)
		add_name(e, &e->host);
	if (mx == NULL || !mx->secure)
		return;
	add_name(e, &e->in->next_hop);
	if (mx->aliases > 0 &&
	    ma_name_wire(mx->chain[mx->aliases - 1].target, &name))
		add_name(e, &name);
}

static void
read_records(struct eval *e, const struct answer *a)
{
	size_t n = a->count < e->in->max_records ? a->count :
	    e->in->max_records;
	struct tlsa *list = ma_arena_alloc(e->r->arena, n * sizeof *list);
	bool usable = false;

	for (size_t i = 0; i < n && list != NULL; i++) {
		struct slice data = a->records[i].data;
		const char *copy = ma_arena_str(e->r->arena, data);

		if (copy == NULL)
			return;
		if (!ma_tlsa_parse(ma_slice(copy, data.n), &list[e->out->n]))
			continue;
		usable |= ma_tlsa_usable(&list[e->out->n++]);
	}
	e->out->records = list;
	if (usable)
		conclude(e, MAILAUTH_DANE_DANE, NULL, 0);
	else if (n < a->count)
		/* One of the others may be usable. */
		conclude(e, MAILAUTH_DANE_UNREACHABLE, REASON("tlsa-limit"),
		    MAILAUTH_TLS_TLSA_INVALID);
	else
		conclude(e, MAILAUTH_DANE_TLS_REQUIRED,
		    REASON("tlsa-unusable"), MAILAUTH_TLS_TLSA_INVALID);
}

/* All base domains are named at once; the first that has secure records counts. */
static void
find_records(struct eval *e, const struct answer *mx)
{
	const struct answer *a;
	struct dname name;

	for (size_t i = 0; i < e->nbases; i++)
		if (tlsa_name(e, &e->bases[i], &name))
			ma_note(e->r, &name, TYPE_TLSA);
	for (size_t i = 0; i < e->nbases; i++) {
		if (!tlsa_name(e, &e->bases[i], &name))
			continue;
		if ((a = ma_ask(e->r, &name, TYPE_TLSA)) == NULL)
			return;
		if (a->status == ANSWER_FAILED) {
			give_up(e, a->why, true);
			return;
		}
		e->out->secure = e->out->secure && a->secure;
		if (a->status != ANSWER_RECORDS || !a->secure)
			continue;
		e->out->base = ma_name_string(e->r->arena, &e->bases[i]);
		find_names(e, &e->bases[i], mx);
		read_records(e, a);
		return;
	}
	conclude(e, MAILAUTH_DANE_OPPORTUNISTIC, REASON("no-tlsa"), 0);
}

/* ---- The run ---- */

static void
look_at_domain(struct eval *e)
{
	const struct answer *mx = NULL;

	e->host = e->target = e->in->host.name;
	e->v6 = ma_ask(e->r, &e->host, TYPE_AAAA);
	e->v4 = ma_ask(e->r, &e->host, TYPE_A);
	if (e->in->next_hop.n > 0)
		mx = ma_ask(e->r, &e->in->next_hop, TYPE_MX);
	if (e->v6 == NULL || e->v4 == NULL || !read_addresses(e) ||
	    !find_bases(e) || (e->in->next_hop.n > 0 && mx == NULL))
		return;
	find_records(e, mx);
}

/* There is no name that records could stand at. */
static void
look_at_address(struct eval *e)
{
	char text[IP_TEXT];

	e->out->addresses = ma_arena_alloc(e->r->arena,
	    sizeof *e->out->addresses);
	if (e->out->addresses == NULL)
		return;
	ma_ip_text(e->in->host.ip, text);
	e->out->addresses[e->out->naddresses++] =
	    ma_arena_str(e->r->arena, ma_str(text));
	conclude(e, MAILAUTH_DANE_OPPORTUNISTIC, REASON("address-literal"), 0);
}

void
ma_dane_run(struct run *r, void *arg)
{
	struct mailauth_dane *d = arg;
	struct eval e = { .r = r, .in = &d->in, .out = &d->out };

	d->out = (struct dane_outcome){ 0 };
	switch (d->in.host.family) {
	case MAILAUTH_ADDRESS_DOMAIN:
		look_at_domain(&e);
		return;
	case MAILAUTH_ADDRESS_IPV4:
	case MAILAUTH_ADDRESS_IPV6:
		look_at_address(&e);
		return;
	case MAILAUTH_ADDRESS_GENERAL:
		conclude(&e, MAILAUTH_DANE_UNREACHABLE,
		    REASON("literal-unroutable"), 0);
		return;
	default:
		conclude(&e, MAILAUTH_DANE_UNREACHABLE, d->in.wrong, 0);
		return;
	}
}
