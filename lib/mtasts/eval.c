/*
 * Which policy applies to a domain, and what is kept of it: RFC 8461 section
 * 3.1, 3.3 and 5.1.
 */
#include "mtasts/mtasts.h"

struct eval {
	struct run *r;
	struct mailauth_mtasts *m;
	struct mtasts_outcome *out;
	struct slice id;		/* of the record; p NULL: no valid one */
	bool failed;			/* a fetch of just now, for out->why */
};

static const struct mtasts_trouble no_trouble;

/* ---- Once all is known ---- */

/*
 * "time-since-fetch has not exceeded its "max_age"": section 5.1.  One of the
 * future, which a clock has dated wrong, counts if it is so near.
 */
static bool
is_live(const struct mailauth_mtasts *m)
{
	int64_t age = m->now - m->kept.fetched, max_age = m->cached.max_age;

	return !m->has_given && m->kept.text.p != NULL && age <= max_age &&
	    age >= -max_age;
}

/*
 * "implementers SHOULD limit further attempts to a period of five minutes or
 * longer per version ID": section 3.3.
 */
static bool
has_just_failed(const struct mailauth_mtasts *m)
{
	return m->kept.failed_id.p != NULL && m->now >= m->kept.failed &&
	    m->now - m->kept.failed < MTASTS_BACKOFF;
}

static void
keep(struct eval *e, const struct mtasts_kept *k)
{
	struct buf b = { 0 };

	if (ma_mtasts_kept_write(&b, k))
		e->out->keep = ma_slice(ma_arena_str(e->r->arena,
		    ma_slice(b.p, b.n)), b.n);
	else
		e->r->nomem = true;
	ma_buf_free(&b);
	e->out->action = MAILAUTH_MTASTS_STORE;
}

/* What to do with the cache where the policy is not a new one. */
static void
keep_old(struct eval *e)
{
	const struct mailauth_mtasts *m = e->m;
	struct mtasts_kept k = m->kept;

	if (m->has_given)
		return;
	if (!is_live(m))
		k.text = k.id = (struct slice){ 0 };
	if (e->failed) {
		k.domain = ma_str(m->domain);
		k.failed_id = e->id;
		k.failed = m->now;
		k.failure = e->out->why.reason;
		keep(e, &k);
		return;
	}
	if (m->kept.text.p == NULL || k.text.p != NULL)
		return;
	/* It goes; but not that a fetch has failed just now. */
	if (has_just_failed(m))
		keep(e, &k);
	else
		e->out->action = MAILAUTH_MTASTS_DROP;
}

static void
use(struct eval *e, const struct mailauth_mtasts_policy *policy, int source,
    int64_t since)
{
	e->out->result = MAILAUTH_MTASTS_VALID;
	e->out->policy = policy;
	e->out->source = source;
	if (source != MAILAUTH_MTASTS_GIVEN)
		e->out->expires = since + policy->max_age;
	ma_trace(e->r, "policy from %s, mode %s%s%s (RFC 8461 section 5.1)",
	    mailauth_mtasts_source_name(source),
	    mailauth_mtasts_mode_name(policy->mode),
	    e->out->why.reason != NULL ? ", because " : "",
	    e->out->why.reason != NULL ? e->out->why.reason : "");
}

/*
 * No policy comes from outside, for this trouble or because none is needed.
 * "if no "live" policy can be discovered via DNS or fetched via HTTPS, but a
 * valid (non-expired) policy exists in the sender's cache, the sender MUST apply
 * that cached policy": section 3.3.
 */
static void
use_old(struct eval *e, struct mtasts_trouble why)
{
	e->out->why = why;
	keep_old(e);
	if (is_live(e->m)) {
		use(e, &e->m->cached, MAILAUTH_MTASTS_CACHED,
		    e->m->kept.fetched);
		return;
	}
	e->out->result = why.result;
	ma_trace(e->r, "%s, %s (RFC 8461 section 3.3)",
	    mailauth_mtasts_result_name(why.result), why.reason);
}

static void
use_new(struct eval *e, struct slice text)
{
	const struct mailauth_mtasts *m = e->m;
	const struct mtasts_kept k = { .domain = ma_str(m->domain),
		.text = text, .id = e->id, .fetched = m->now };

	keep(e, &k);
	use(e, &m->fetched, MAILAUTH_MTASTS_FETCHED, m->now);
}

/* ---- The policy ---- */

/*
 * "MTAs SHOULD validate that the media type is "text/plain" to guard against
 * cases where web servers allow untrusted users to host non-text content":
 * section 3.2.
 */
static bool
is_plain_text(struct slice media_type)
{
	return ma_caseeq(ma_trim(ma_cut(&media_type, ';')),
	    SLICE_LIT("text/plain"));
}

/* NULL: it is a policy, if it can be read. */
static const char *
fault_of(const struct fetched *f)
{
	switch (f->failure) {
	case 0:
		break;
	case MAILAUTH_FAILURE_TIMEOUT:
		return REASON("policy-timeout");
	case MAILAUTH_FAILURE_TLS:
		return REASON("policy-tls");
	case MAILAUTH_FAILURE_LIMIT:
		return REASON("policy-length");
	default:
		return REASON("policy-network");
	}
	/* "HTTP 3xx redirects MUST NOT be followed", and what is not 200 is no
	 * policy: section 3.3. */
	if (f->status >= 300 && f->status < 400)
		return REASON("policy-redirect");
	if (f->status >= 500)
		return REASON("policy-server");
	if (f->status != 200)
		return REASON("policy-status");
	return is_plain_text(f->media_type) ? NULL :
	    REASON("policy-media-type");
}

/* False: no memory. */
static bool
read_fetched(struct eval *e, const struct fetched *f)
{
	struct mailauth_mtasts *m = e->m;

	if (m->has_fetched)
		return true;
	ma_mtasts_policy_clear(&m->fetched);
	m->has_fetched = ma_mtasts_policy_read(f->body, &m->fetched,
	    &m->fetched_fault);
	e->r->nomem |= !m->has_fetched;
	return m->has_fetched;
}

static void
fetch(struct eval *e)
{
	const struct fetched *f;
	const char *reason;
	struct dname host;
	char *url;

	if (!ma_name_prepend(SLICE_LIT("mta-sts"), &e->m->where.name, &host)) {
		use_old(e, (struct mtasts_trouble){ REASON("domain-length"),
			MAILAUTH_MTASTS_NONE, 0 });
		return;
	}
	url = ma_arena_fmt(e->r->arena,
	    "https://mta-sts.%s/.well-known/mta-sts.txt", e->m->domain);
	if (url == NULL || (f = ma_ask_fetch(e->r, &host, ma_str(url),
	    MAILAUTH_MTASTS_POLICY_OCTETS)) == NULL)
		return;
	if ((reason = fault_of(f)) == NULL) {
		if (!read_fetched(e, f))
			return;
		reason = e->m->fetched_fault.reason;
	}
	e->failed = reason != NULL;
	if (e->failed)
		use_old(e, ma_mtasts_fetch_trouble(reason));
	else
		use_new(e, f->body);
}

/* The policy at hand in the place of one fetched. */
static void
use_given(struct eval *e)
{
	const struct mailauth_mtasts *m = e->m;

	if (m->given_fault.what == NULL)
		use(e, &m->given, MAILAUTH_MTASTS_GIVEN, 0);
	else
		use_old(e, ma_mtasts_fetch_trouble(m->given_fault.reason));
}

/* ---- The record ---- */

/*
 * "records that do not begin with "v=STSv1;" are discarded.  If the number of
 * resulting records is not one, or if the resulting record is syntactically
 * invalid, senders MUST assume the recipient domain does not have an available
 * MTA-STS Policy": section 3.1.
 */
static struct mtasts_trouble
read_record(struct eval *e, const struct answer *a)
{
	struct mtasts_trouble none = { NULL, MAILAUTH_MTASTS_NONE, 0 };
	struct slice record = { 0 };
	const char *reason;
	size_t n = 0;

	if (a->status == ANSWER_FAILED)
		return (struct mtasts_trouble){ ma_failure_reason(a->why),
			MAILAUTH_MTASTS_TEMPERROR, 0 };
	for (size_t i = 0; i < a->count; i++)
		if (ma_mtasts_is_record(a->records[i].data)) {
			record = a->records[i].data;
			n++;
		}
	if (n != 1) {
		none.reason = n == 0 ? REASON("no-record") :
		    REASON("several-records");
		return none;
	}
	if (!ma_mtasts_record_parse(record, &e->id, &reason)) {
		e->id = (struct slice){ 0 };
		return (struct mtasts_trouble){ reason,
			MAILAUTH_MTASTS_INVALID, 0 };
	}
	e->out->id = ma_arena_str(e->r->arena, e->id);
	return no_trouble;
}

static void
discover(struct eval *e)
{
	const struct mailauth_mtasts *m = e->m;
	struct mtasts_trouble why;
	const struct answer *a;
	struct dname name;

	if (!ma_name_prepend(SLICE_LIT("_mta-sts"), &m->where.name, &name)) {
		use_old(e, (struct mtasts_trouble){ REASON("domain-length"),
			MAILAUTH_MTASTS_NONE, 0 });
		return;
	}
	if ((a = ma_ask(e->r, &name, TYPE_TXT)) == NULL)
		return;
	why = read_record(e, a);
	if (why.reason != NULL)
		use_old(e, why);
	else if (m->has_given)
		use_given(e);
	else if (is_live(m) && ma_eq(m->kept.id, e->id) && !m->refresh)
		use_old(e, no_trouble);
	else if (has_just_failed(m) && ma_eq(m->kept.failed_id, e->id))
		use_old(e, ma_mtasts_fetch_trouble(m->kept.failure));
	else
		fetch(e);
}

/* ---- The run ---- */

void
ma_mtasts_run(struct run *r, void *arg)
{
	struct mailauth_mtasts *m = arg;
	struct eval e = { .r = r, .m = m, .out = &m->out };

	m->out = (struct mtasts_outcome){ .action = MAILAUTH_MTASTS_KEEP };
	if (m->where.family == MAILAUTH_ADDRESS_DOMAIN) {
		discover(&e);
		return;
	}
	m->out.result = MAILAUTH_MTASTS_NONE;
	m->out.why.reason = m->where.family == 0 ? m->wrong :
	    REASON("address-literal");
}
