/*
 * DMARC over the answers known: RFC 9989 section 4.10, 5.3.
 *
 * A run counts everything in one order, whatever has come first: the author
 * domain's walk, its existence, then SPF's identifier and those of DKIM as the
 * signatures stand.
 */
#include "dmarc/dmarc.h"

/* Do two names have one organizational domain, or are they equal? */
enum alignment {
	ALIGNED_NO,
	ALIGNED_YES,
	ALIGNED_FAILED,			/* a query that would tell failed */
	ALIGNED_MISSING			/* it has not been answered yet */
};

/* An identifier whose organizational domain was looked for. */
struct known {
	struct dname name;
	enum alignment alignment;
};

struct eval {
	struct run *r;
	const struct dmarc_input *in;
	struct dmarc_outcome *out;

	/* What discovery found. */
	bool has_record, has_organizational;
	struct walk_record record;	/* the one that applies */
	struct dmarc_record tags;
	struct dname organizational;	/* the author domain's */

	/* What the identifiers say. */
	struct known *known;
	size_t nknown, max_known;
	bool passed, aligned;		/* one passed; one that aligns */
	bool cut;			/* one that passed was not looked for */
	const char *trouble;		/* why it is neither pass nor fail */
};

/* ---- Evidence ---- */

static void
conclude(struct eval *e, int result, const char *reason)
{
	e->out->result = result;
	e->out->reason = reason;
	e->out->detail = ma_dmarc_detail(reason);
	ma_trace(e->r, "dmarc=%s%s%s", mailauth_dmarc_result_name(result),
	    reason != NULL ? ", " : "", reason != NULL ? reason : "");
}

/* The URIs of a list that reports may go to. */
static struct uris
report_uris(struct arena *arena, struct slice list)
{
	struct slice rest = list, uri;
	struct uris out = { 0 };
	size_t n = 0;

	while (ma_dmarc_uri(&rest, &uri))
		n += ma_is_mailto(uri);
	out.list = ma_arena_alloc(arena, n * sizeof *out.list);
	while (out.list != NULL && ma_dmarc_uri(&list, &uri))
		if (ma_is_mailto(uri))
			out.list[out.n++] = ma_arena_str(arena, uri);
	return out;
}

/* Of several troubles the first is told. */
static void
trouble(struct eval *e, const char *reason)
{
	if (e->trouble == NULL)
		e->trouble = reason;
}

/* ---- Discovery: RFC 9989 section 4.10.1 ---- */

static void
take_record(struct eval *e, const struct walk_record *record,
    const char *section)
{
	e->has_record = true;
	e->record = *record;
	e->out->record = record->text;
	e->out->record_domain = ma_name_string(e->r->arena, &record->name);
	ma_trace(e->r, "the record of %s applies (%s)",
	    e->out->record_domain, section);
}

static void
take_organizational(struct eval *e, const struct dname *name)
{
	e->has_organizational = true;
	e->organizational = *name;
	e->out->organizational = ma_name_string(e->r->arena, name);
}

/*
 * In this order: the record of the author domain, of its organizational domain,
 * of its public suffix domain.  What else a walk met has no say.
 */
static const struct walk_record *
choose_record(const struct eval *e, const struct walk *w)
{
	const struct walk_record *last =
	    w->n > 0 ? &w->records[w->n - 1] : NULL;

	if (last == NULL)
		return NULL;
	if (ma_name_equal(&w->records[0].name, &e->in->author))
		return &w->records[0];
	if (w->status != WALK_DONE)
		return NULL;
	for (size_t i = 0; i < w->n; i++)
		if (ma_name_equal(&w->records[i].name, &w->organizational))
			return &w->records[i];
	return last->psd == PSD_YES ? last : NULL;
}

/*
 * One walk serves twice: from the author domain's parent it would ask the same
 * names.  False: the run is over, or lacks answers.
 */
static bool
discover_by_walk(struct eval *e)
{
	const struct walk_record *record;
	struct walk w;

	ma_walk(e->r, &e->in->author, e->in->walk_queries, &w);
	if (w.status == WALK_MISSING)
		return false;
	if (w.status == WALK_DONE)
		take_organizational(e, &w.organizational);
	if ((record = choose_record(e, &w)) != NULL)
		take_record(e, record, "RFC 9989 section 4.10.1");
	else if (w.status == WALK_FAILED)
		/* "neither pass nor fail": RFC 9989 section 5.3.6. */
		conclude(e, MAILAUTH_DMARC_TEMPERROR, ma_failure_reason(w.why));
	else
		conclude(e, MAILAUTH_DMARC_NONE, REASON("no-record"));
	return record != NULL;
}

/*
 * RFC 7489 section 6.6.3: the author domain, and only where it has no record at
 * all its organizational domain.
 */
static bool
discover_by_suffix(struct eval *e)
{
	const struct dmarc_input *in = e->in;
	struct dname org;
	struct query q;

	ma_suffix_organizational(in->suffix, in->suffix_user, &in->author,
	    &org);
	take_organizational(e, &org);
	ma_dmarc_note(e->r, &in->author);
	ma_dmarc_note(e->r, &org);
	ma_dmarc_query(e->r, &in->author, &q);
	if (q.status == WALK_DONE && !q.found && !q.several)
		ma_dmarc_query(e->r, &org, &q);
	if (q.status == WALK_MISSING)
		return false;
	if (q.found)
		take_record(e, &q.record, "RFC 7489 section 6.6.3");
	else if (q.status == WALK_FAILED)
		conclude(e, MAILAUTH_DMARC_TEMPERROR, ma_failure_reason(q.why));
	else
		conclude(e, MAILAUTH_DMARC_NONE, REASON("no-record"));
	return q.found;
}

/* ---- The policy ---- */

/*
 * Does the author domain exist?  "If the response code received for a query for
 * a domain name is NXDOMAIN, then the domain name and any possible subdomains
 * do not exist": RFC 9989 section 3.2.13.  Where the name is an alias and its
 * target is not there, the name itself is.  False: not answered, or failed.
 */
static bool
ask_existence(struct eval *e, bool *exists)
{
	const struct answer *a = ma_ask(e->r, &e->in->author, TYPE_A);

	if (a == NULL)
		return false;
	if (a->status == ANSWER_FAILED) {
		trouble(e, ma_failure_reason(a->why));
		return false;
	}
	*exists = a->status != ANSWER_NXDOMAIN || a->aliases > 0;
	return true;
}

/*
 * The tag that applies: RFC 9989 section 4.10.1.  p= for the domain of the
 * record itself; for domains below it sp=, or np= for those that do not exist.
 * Only where these differ is existence asked for.  0: not known.
 */
static int
choose_policy(struct eval *e)
{
	const struct dmarc_record *t = &e->tags;
	int below = t->sp != 0 ? t->sp : t->p;
	int missing = t->np != 0 ? t->np : below;
	bool exists;

	/* "MUST act as if a record containing "p=none" was retrieved". */
	if (t->wrong != NULL)
		return MAILAUTH_DMARC_POLICY_NONE;
	if (ma_name_equal(&e->record.name, &e->in->author))
		return t->p;
	if (below == missing)
		return below;
	if (!ask_existence(e, &exists))
		return 0;
	ma_trace(e->r, "the author domain %s: %s= (RFC 9989 section 3.2.13)",
	    exists ? "exists" : "does not exist",
	    exists ? t->sp != 0 ? "sp" : "p" : "np");
	return exists ? below : missing;
}

/* t=y: one level below (RFC 9989 section 4.7). */
static int
tested(int policy)
{
	return policy > MAILAUTH_DMARC_POLICY_NONE ? policy - 1 : policy;
}

/*
 * Read the record that applies.  False: "the Mail Receiver applies no DMARC
 * processing to this message" (RFC 9989 section 4.10.1).
 */
static bool
read_record(struct eval *e)
{
	struct dmarc_outcome *o = e->out;

	ma_dmarc_record_parse(e->record.text, &e->tags);
	if (e->tags.wrong != NULL)
		ma_trace(e->r, "%s= is not valid, and there is %s reporting "
		    "URI (RFC 9989 section 4.10.1)", e->tags.wrong,
		    e->tags.reports ? "a" : "no");
	if (e->tags.wrong != NULL && !e->tags.reports) {
		conclude(e, MAILAUTH_DMARC_NONE, REASON("policy-invalid"));
		return false;
	}
	o->testing = e->tags.testing;
	o->rua = report_uris(e->r->arena, e->tags.rua);
	o->ruf = report_uris(e->r->arena, e->tags.ruf);
	return true;
}

/* ---- Alignment: RFC 9989 section 4.10.2 ---- */

/* The organizational domain of name, compared with the author's. */
static enum alignment
compare_walked(struct eval *e, const struct dname *name)
{
	struct walk w;

	ma_walk(e->r, name, e->in->walk_queries, &w);
	if (w.status == WALK_MISSING)
		return ALIGNED_MISSING;
	if (w.status == WALK_FAILED)
		return ALIGNED_FAILED;
	return ma_name_equal(&w.organizational, &e->organizational) ?
	    ALIGNED_YES : ALIGNED_NO;
}

/*
 * The same, once for each name, and for so many names as the limit allows.
 * *cut: it was not looked for.
 */
static enum alignment
compare_once(struct eval *e, const struct dname *name, bool *cut)
{
	struct known *k;

	for (size_t i = 0; i < e->nknown; i++)
		if (ma_name_equal(&e->known[i].name, name))
			return e->known[i].alignment;
	if (e->nknown == e->max_known) {
		*cut = true;
		return ALIGNED_NO;
	}
	k = &e->known[e->nknown++];
	k->name = *name;
	k->alignment = compare_walked(e, name);
	return k->alignment;
}

/* Do both names end in the same label? */
static bool
share_top(const struct dname *a, const struct dname *b)
{
	struct dname top;

	ma_name_last(b, 1, &top);
	return ma_name_within(a, &top);
}

/*
 * Equal names align, in either mode.  Others: under a public suffix list, not
 * where the name is itself a suffix (RFC 7489 section 3.1.1).  We: there too,
 * because relaxed mode would else be stricter than strict mode.
 */
static enum alignment
compare(struct eval *e, const struct identifier *id, bool strict, bool *cut)
{
	const struct dmarc_input *in = e->in;
	struct dname org;

	if (!id->named)
		return ALIGNED_NO;
	if (ma_name_equal(&id->name, &in->author))
		return ALIGNED_YES;
	if (strict)
		return ALIGNED_NO;
	if (in->discovery == MAILAUTH_DMARC_PSL) {
		ma_suffix_organizational(in->suffix, in->suffix_user,
		    &id->name, &org);
		return ma_name_equal(&org, &e->organizational) ?
		    ALIGNED_YES : ALIGNED_NO;
	}
	/* An organizational domain is the name itself or above it: what is not
	 * below the author's need not be asked for. */
	if (e->has_organizational)
		return ma_name_within(&id->name, &e->organizational) ?
		    compare_once(e, &id->name, cut) : ALIGNED_NO;
	return share_top(&id->name, &in->author) ? ALIGNED_FAILED : ALIGNED_NO;
}

static void
trace_identifier(struct eval *e, const char *what, const struct identifier *id,
    enum alignment alignment)
{
	char text[NAME_TEXT];

	if (e->r->trace == NULL || !id->named)
		return;
	ma_name_text(&id->name, text);
	ma_trace(e->r, "%s %s: %s (RFC 9989 section 4.10.2)", what, text,
	    alignment == ALIGNED_YES ? "aligned" :
	    alignment == ALIGNED_NO ? "not aligned" : "cannot be told");
}

/* Count one identifier; is it a pass that aligns? */
static bool
judge(struct eval *e, const char *what, const struct identifier *id,
    bool strict, const char *temperror)
{
	enum alignment alignment;
	bool cut = false, pass = id->state == COMPONENT_PASS;

	if (id->state == COMPONENT_OTHER)
		return false;
	alignment = compare(e, id, strict, &cut);
	if (alignment == ALIGNED_MISSING)
		return false;		/* the run will be repeated */
	/* Also where it does not align: it may be read, and be the reason. */
	if (id->state == COMPONENT_PENDING) {
		e->r->more = true;
		return false;
	}
	trace_identifier(e, what, id, alignment);
	e->passed |= pass;
	e->cut |= pass && cut;
	if (alignment == ALIGNED_NO)
		return false;
	if (id->state == COMPONENT_TEMPERROR)
		trouble(e, temperror);
	else if (alignment == ALIGNED_FAILED)
		trouble(e, REASON("alignment-unknown"));
	else
		return e->aligned = true;
	return false;
}

static void
judge_all(struct eval *e)
{
	const struct dmarc_input *in = e->in;
	struct dmarc_outcome *o = e->out;
	size_t most = in->signatures + 1;

	e->max_known = most < in->alignment_walks ? most : in->alignment_walks;
	e->known = ma_arena_alloc(e->r->arena, e->max_known * sizeof *e->known);
	o->signature_aligned = ma_arena_alloc(e->r->arena,
	    in->signatures * sizeof *o->signature_aligned);
	if (e->known == NULL || o->signature_aligned == NULL)
		return;
	o->spf_aligned = judge(e, "spf", &in->spf, e->tags.strict_spf,
	    REASON("spf-temperror"));
	for (size_t i = 0; i < in->signatures; i++) {
		o->signature_aligned[i] = judge(e, "dkim", &in->dkim[i],
		    e->tags.strict_dkim, REASON("dkim-temperror"));
		o->dkim_aligned |= o->signature_aligned[i];
	}
}

/* ---- The whole ---- */

/*
 * RFC 9989 section 5.3.5: one aligned identifier makes a pass.  Section 5.3.6:
 * where a query that was needed failed it is neither pass nor fail; so it is
 * where SPF or DKIM itself could not be done, for a domain that would align.
 */
static void
decide(struct eval *e)
{
	struct dmarc_outcome *o = e->out;

	if (e->aligned) {
		o->disposition = MAILAUTH_DMARC_POLICY_NONE;
		conclude(e, MAILAUTH_DMARC_PASS, NULL);
	} else if (e->trouble != NULL) {
		conclude(e, MAILAUTH_DMARC_TEMPERROR, e->trouble);
	} else {
		o->disposition = o->testing ? tested(o->policy) : o->policy;
		conclude(e, MAILAUTH_DMARC_FAIL,
		    !e->passed ? REASON("not-authenticated") :
		    e->cut ? REASON("alignment-limit") :
		    REASON("not-aligned"));
	}
}

/* RFC 9989 section 5.3.1: is there exactly one author domain, a name? */
static bool
has_author(struct eval *e)
{
	const struct dmarc_input *in = e->in;

	if (in->from.n == 0)
		conclude(e, MAILAUTH_DMARC_NONE, REASON("author-domain"));
	else if (in->from.p[0] == '[')
		conclude(e, MAILAUTH_DMARC_NONE, REASON("author-literal"));
	else if (!in->named)
		conclude(e, MAILAUTH_DMARC_NONE, REASON("author-invalid"));
	else
		return true;
	return false;
}

void
ma_dmarc_run(struct run *r, void *arg)
{
	struct mailauth_dmarc *d = arg;
	struct eval e = { .r = r, .in = &d->in, .out = &d->out };

	d->out = (struct dmarc_outcome){ 0 };
	if (!has_author(&e) ||
	    !(d->in.discovery == MAILAUTH_DMARC_PSL ?
	    discover_by_suffix(&e) : discover_by_walk(&e)) ||
	    !read_record(&e))
		return;
	d->out.policy = choose_policy(&e);
	judge_all(&e);
	if (r->missed == 0 && !r->more)
		decide(&e);
}
