/*
 * What a connection to each host must satisfy.
 */
#include "route/route.h"

struct eval {
	struct run *r;
	const struct mailauth_route *in;
	struct route_outcome *out;
	const struct mailauth_mtasts_policy *policy;	/* NULL: none applies */
	bool secure_mx;			/* DNSSEC says that these are the hosts */
};

/* For a reason of our own, or none. */
static struct route_host
host(int tls, const char *reason, int tls_failure)
{
	return (struct route_host){ tls, reason, NULL, tls_failure };
}

/* As DANE, or the policy, has it. */
static struct route_host
by_dane(int tls, const struct mailauth_dane *d)
{
	return (struct route_host){ tls, mailauth_dane_reason(d),
		mailauth_dane_detail(d), mailauth_dane_tls_failure(d) };
}

static struct route_host
by_policy(int tls, const struct mailauth_mtasts *m)
{
	const char *reason = mailauth_mtasts_reason(m);

	return (struct route_host){ tls, reason, reason != NULL ?
		mailauth_mtasts_detail(m) : NULL,
		mailauth_mtasts_tls_failure(m) };
}

static int
mode(const struct eval *e)
{
	return mailauth_mtasts_policy_mode(e->policy);
}

/* Does a policy of this mode list the host? */
static bool
is_listed(const struct eval *e, const struct mx_host *h, int wanted)
{
	return mode(e) == wanted && ma_mtasts_policy_lists(e->policy, &h->name);
}

/* RFC 8461 section 5: "enforce". */
static struct route_host
enforce(const struct eval *e, const struct mx_host *h)
{
	if (!is_listed(e, h, MAILAUTH_MTASTS_ENFORCE))
		return host(MAILAUTH_ROUTE_REFUSED, REASON("policy-host"),
		    MAILAUTH_TLS_VALIDATION_FAILURE);
	return by_policy(MAILAUTH_ROUTE_MTA_STS, e->in->mtasts);
}

/*
 * Nothing that authenticates is demanded by DANE.  Of records that are all
 * unusable the TLS remains, which a policy that is enforced has in it.
 */
static struct route_host
without_dane(const struct eval *e, const struct mx_host *h,
    const struct mailauth_dane *d)
{
	const struct mailauth_mtasts *m = e->in->mtasts;

	if (mode(e) == MAILAUTH_MTASTS_ENFORCE)
		return enforce(e, h);
	if (mailauth_dane_result(d) == MAILAUTH_DANE_TLS_REQUIRED)
		return by_dane(MAILAUTH_ROUTE_TLS_REQUIRED, d);
	if (mode(e) == MAILAUTH_MTASTS_TESTING) {
		if (!is_listed(e, h, MAILAUTH_MTASTS_TESTING))
			return host(MAILAUTH_ROUTE_MTA_STS_TESTING,
			    REASON("policy-host"),
			    MAILAUTH_TLS_VALIDATION_FAILURE);
		return by_policy(MAILAUTH_ROUTE_MTA_STS_TESTING, m);
	}
	return mailauth_mtasts_tls_failure(m) != 0 ?
	    by_policy(MAILAUTH_ROUTE_OPPORTUNISTIC, m) :
	    by_dane(MAILAUTH_ROUTE_OPPORTUNISTIC, d);
}

/*
 * DANE before MTA-STS, which "MUST NOT override a failing DANE validation": RFC
 * 8461 section 2.  Where the MX records are not secure anybody may have named
 * a host with good TLSA records; then a policy says which hosts they are.
 */
static struct route_host
judge(const struct eval *e, const struct mx_host *h,
    const struct mailauth_dane *d)
{
	switch (mailauth_dane_result(d)) {
	case MAILAUTH_DANE_UNREACHABLE:
		return by_dane(MAILAUTH_ROUTE_UNREACHABLE, d);
	case MAILAUTH_DANE_DANE:
		if (!e->secure_mx && mode(e) == MAILAUTH_MTASTS_ENFORCE &&
		    !is_listed(e, h, MAILAUTH_MTASTS_ENFORCE))
			return enforce(e, h);
		return host(MAILAUTH_ROUTE_DANE, NULL, 0);
	default:
		return without_dane(e, h, d);
	}
}

/*
 * RFC 8689 section 4.2.1: the host's name comes by DNSSEC or a policy lists it,
 * and its certificate is valid by DANE or PKIX.
 */
static struct route_host
require(const struct eval *e, const struct mx_host *h, struct route_host was)
{
	bool known = e->secure_mx || is_listed(e, h, MAILAUTH_MTASTS_ENFORCE) ||
	    is_listed(e, h, MAILAUTH_MTASTS_TESTING);

	if (was.tls == MAILAUTH_ROUTE_UNREACHABLE ||
	    was.tls == MAILAUTH_ROUTE_REFUSED ||
	    was.tls == MAILAUTH_ROUTE_MTA_STS)
		return was;
	if (!known || h->name.n == 0)
		return host(MAILAUTH_ROUTE_REFUSED,
		    REASON("requiretls-insecure"), 0);
	if (was.tls == MAILAUTH_ROUTE_DANE)
		return was;
	was.tls = MAILAUTH_ROUTE_PKIX;
	return was;
}

static struct route_host
look_at(const struct eval *e, size_t i)
{
	const struct mx_host *h = &e->in->mx->out.hosts[i];
	struct route_host out;

	if (!ma_route_is_bound(e->in))
		return h->naddresses == 0 ?
		    host(MAILAUTH_ROUTE_UNREACHABLE, REASON("no-address"), 0) :
		    host(MAILAUTH_ROUTE_OPPORTUNISTIC,
		    REASON("tls-required-no"), 0);
	out = h->name.n > 0 ? judge(e, h, e->in->danes[i]) :
	    host(MAILAUTH_ROUTE_OPPORTUNISTIC, REASON("address-literal"), 0);
	return e->in->require_tls ? require(e, h, out) : out;
}

/* ---- All of it ---- */

static void
conclude(struct eval *e, int result, const char *reason, const char *detail)
{
	e->out->result = result;
	e->out->reason = reason;
	e->out->detail = detail;
	ma_trace(e->r, "%s%s%s", mailauth_route_result_name(result),
	    reason != NULL ? ", " : "", reason != NULL ? reason : "");
}

/* No host may be tried: what stands in the way? */
static void
conclude_without(struct eval *e)
{
	bool later = mailauth_mx_result(e->in->mx) == MAILAUTH_MX_TEMPERROR;
	const char *reason = later ? mailauth_mx_reason(e->in->mx) : NULL;
	const char *detail = mailauth_mx_detail(e->in->mx);
	bool addressed = false;

	for (size_t i = 0; i < e->out->n; i++) {
		const struct route_host *h = &e->out->hosts[i];
		const struct mx_host *known = &e->in->mx->out.hosts[i];

		addressed |= known->naddresses > 0;
		/* What REQUIRETLS alone refuses does not mend itself, nor
		 * does a host without addresses. */
		if ((h->tls == MAILAUTH_ROUTE_REFUSED && h->tls_failure == 0) ||
		    (known->naddresses == 0 && !known->failed))
			continue;
		later = true;
		if (reason == NULL) {
			reason = h->reason;
			detail = ma_route_tls_detail(h);
		}
	}
	if (later)
		conclude(e, MAILAUTH_ROUTE_TEMPERROR, reason, detail);
	else if (addressed)
		conclude(e, MAILAUTH_ROUTE_NO_TLS,
		    REASON("requiretls-insecure"), NULL);
	else
		conclude(e, MAILAUTH_ROUTE_NO_HOST,
		    mailauth_mx_reason(e->in->mx), detail);
}

static bool
may_be_tried(const struct eval *e, size_t i)
{
	int tls = e->out->hosts[i].tls;

	return tls != MAILAUTH_ROUTE_UNREACHABLE &&
	    tls != MAILAUTH_ROUTE_REFUSED &&
	    e->in->mx->out.hosts[i].naddresses > 0;
}

void
ma_route_run(struct run *r, void *arg)
{
	struct mailauth_route *in = arg;
	struct eval e = { .r = r, .in = in, .out = &in->out,
		.policy = ma_route_is_bound(in) ?
		    mailauth_mtasts_policy(in->mtasts) : NULL,
		.secure_mx = mailauth_mx_secure(in->mx) };
	bool some = false;

	in->out = (struct route_outcome){ 0 };
	in->out.n = mailauth_mx_count(in->mx);
	in->out.hosts = ma_arena_alloc(r->arena,
	    (in->out.n + 1) * sizeof *in->out.hosts);
	if (in->out.hosts == NULL)
		return;
	for (size_t i = 0; i < in->out.n; i++) {
		in->out.hosts[i] = look_at(&e, i);
		some |= may_be_tried(&e, i);
		ma_trace(r, "%s: %s%s%s", mailauth_mx_name(in->mx, i),
		    mailauth_route_tls_name(in->out.hosts[i].tls),
		    in->out.hosts[i].reason != NULL ? ", " : "",
		    in->out.hosts[i].reason != NULL ?
		    in->out.hosts[i].reason : "");
	}
	if (some)
		conclude(&e, MAILAUTH_ROUTE_OK, NULL, NULL);
	else
		conclude_without(&e);
}
