/*
 * check_host(): RFC 7208 section 4, and the modifiers and mechanisms that lead
 * to another check_host().
 */
#include "spf/spf.h"

enum { MISSING = 0 };			/* instead of a result: no answer yet */

static int check_host(struct eval *, const struct dname *, bool first);

/* ---- Records ---- */

size_t
ma_spf_records(const struct answer *a, struct slice *one)
{
	size_t n = 0;

	for (size_t i = 0; i < a->count; i++)
		if (ma_spf_record_is(a->records[i].data)) {
			*one = a->records[i].data;
			n++;
		}
	return n;
}

/* A record's text stays where it is, so its address tells it. */
struct spf_known *
ma_spf_recall(struct eval *e, struct slice text)
{
	struct spf_memory *m = e->memory;
	struct spf_known *k;

	for (k = m->known; k != NULL; k = k->next)
		if (k->text.p == text.p && k->text.n == text.n)
			return k;
	if ((k = ma_arena_alloc(&m->arena, sizeof *k)) != NULL) {
		k->text = text;
		k->status = ma_spf_record_parse(text, e->in->limits.terms + 1,
		    &m->arena, &k->record);
	}
	if (m->arena.failed) {
		m->arena.failed = false;
		e->run->nomem = true;
		return NULL;
	}
	k->next = m->known;
	return m->known = k;
}

static int
syntax_error(struct eval *e, const struct dname *domain,
    const struct spf_known *k)
{
	const char *name = ma_spf_show_name(e, domain);
	const char *where = ma_spf_show(e, k->record.where);
	/* RFC 7208 section 3.1: the record is US-ASCII. */
	const char *reason = ma_is_ascii(k->text) ? REASON("syntax") :
	    REASON("non-ascii");

	ma_trace(e->run, "%s: syntax error in %s: %s (RFC 7208 section 4.6)",
	    name, where, k->record.wrong);
	return ma_spf_decide(e, MAILAUTH_SPF_PERMERROR, reason,
	    "the record of %s has a syntax error in %s: %s", name, where,
	    k->record.wrong);
}

/*
 * RFC 7208 section 4.5, and section 4.6 of the syntax, which is checked before
 * anything is evaluated.  MISSING: *out is the record (or there is no memory).
 */
static int
select_record(struct eval *e, const struct dname *domain,
    const struct answer *a, bool first, const struct spf_record **out)
{
	struct slice text;
	struct spf_known *k;
	size_t n = ma_spf_records(a, &text);

	if (a->status == ANSWER_NXDOMAIN)
		return ma_spf_decide(e, MAILAUTH_SPF_NONE,
		    REASON("no-such-domain"), "the domain %s does not exist",
		    ma_spf_show_name(e, domain));
	if (n == 0)
		return ma_spf_decide(e, MAILAUTH_SPF_NONE,
		    REASON("no-record"), "%s publishes no SPF record",
		    ma_spf_show_name(e, domain));
	if (n > 1)
		return ma_spf_decide(e, MAILAUTH_SPF_PERMERROR,
		    REASON("several-records"),
		    "%s publishes more than one SPF record",
		    ma_spf_show_name(e, domain));
	if (first)
		e->out->record = text;
	if (text.n > e->in->limits.record_bytes)
		return ma_spf_decide(e, MAILAUTH_SPF_PERMERROR,
		    REASON("record-limit"),
		    "the record of %s has %zu octets, more than %u",
		    ma_spf_show_name(e, domain), text.n,
		    (unsigned)e->in->limits.record_bytes);
	if ((k = ma_spf_recall(e, text)) == NULL)
		return MISSING;
	if (k->status == SPF_RECORD_BROKEN)
		return syntax_error(e, domain, k);
	*out = &k->record;
	return MISSING;
}

/* ---- Targets ---- */

enum match
ma_spf_target(struct eval *e, const struct frame *f, struct spf_term *t,
    const struct dname **out)
{
	struct slice validated = SLICE_LIT("");
	struct expansion text;
	struct dname name, *kept;

	*out = f->domain;
	if (t->spec.n == 0)
		return MATCH_YES;
	if (t->macros.validated > 0) {
		if (!ma_spf_validated(e, f->domain, &validated))
			return MATCH_MISSING;
		t->target = NULL;	/* each run reads what %{p} reads */
	}
	*out = t->target;
	if (t->target != NULL || t->no_target)
		return t->no_target ? MATCH_NO : MATCH_YES;
	ma_spf_expand_name(t->spec, &e->values, f->name, validated, &text);
	if ((t->macros.letters & e->values.unusable) != 0 ||
	    !ma_spf_expansion_name(&text, &name)) {
		t->no_target = true;
		return MATCH_NO;
	}
	if ((kept = ma_arena_alloc(&e->memory->arena, sizeof *kept)) == NULL) {
		e->memory->arena.failed = false;
		e->run->nomem = true;
		return MATCH_MISSING;
	}
	*kept = name;
	*out = t->target = kept;
	return MATCH_YES;
}

/* ---- Terms ---- */

/* RFC 7208 section 5.2. */
static enum match
match_include(struct eval *e, const struct dname *target)
{
	int result;

	e->includes++;
	result = check_host(e, target, false);
	e->includes--;
	switch (result) {
	case MISSING:
		return MATCH_MISSING;
	case MAILAUTH_SPF_PASS:
		return MATCH_YES;
	case MAILAUTH_SPF_FAIL:
	case MAILAUTH_SPF_SOFTFAIL:
	case MAILAUTH_SPF_NEUTRAL:
		return MATCH_NO;
	case MAILAUTH_SPF_NONE:
		return ma_spf_error(e, MAILAUTH_SPF_PERMERROR,
		    REASON("include-no-record"),
		    "%s is included and publishes no SPF record",
		    ma_spf_show_name(e, target));
	default:
		return MATCH_ERROR;
	}
}

static enum match
match_asking(struct eval *e, const struct frame *f, struct spf_term *t)
{
	const struct dname *target;
	enum match m;

	if (!ma_spf_count_term(e, t))
		return MATCH_ERROR;
	/*
	 * RFC 7208 section 4.8 leaves open what a target is that can be no
	 * name.  Others: permerror, or no match.  We: no match.
	 */
	if ((m = ma_spf_target(e, f, t, &target)) != MATCH_YES)
		return m;
	switch (t->kind) {
	case TERM_INCLUDE:
		return match_include(e, target);
	case TERM_A:
		return ma_spf_match_addresses(e, t, target);
	case TERM_MX:
		return ma_spf_match_mx(e, t, target);
	case TERM_PTR:
		return ma_spf_match_ptr(e, target);
	default:
		return ma_spf_match_exists(e, target);
	}
}

static enum match
match(struct eval *e, const struct frame *f, struct spf_term *t)
{
	unsigned bits = t->kind == TERM_IP4 ? t->bits4 : t->bits6;

	if (t->kind == TERM_ALL)
		return MATCH_YES;
	/* RFC 7208 section 5.6: an IPv4 client matches ip4 alone. */
	if (t->kind == TERM_IP4 || t->kind == TERM_IP6)
		return ma_ip_within(e->in->client, t->net, bits) ?
		    MATCH_YES : MATCH_NO;
	return match_asking(e, f, t);
}

static void
trace_term(struct eval *e, const struct frame *f, const struct spf_term *t,
    enum match m)
{
	static const char *const sections[] = {
		[TERM_ALL] = "5.1", [TERM_INCLUDE] = "5.2", [TERM_A] = "5.3",
		[TERM_MX] = "5.4", [TERM_PTR] = "5.5", [TERM_IP4] = "5.6",
		[TERM_IP6] = "5.6", [TERM_EXISTS] = "5.7",
		[TERM_REDIRECT] = "6.1"
	};

	if (e->run->trace != NULL)
		ma_trace(e->run, "%.*s: %.*s %s (RFC 7208 section %s)",
		    SLICE_ARG(f->name), SLICE_ARG(t->text),
		    t->kind == TERM_REDIRECT ? "is followed" :
		    m == MATCH_YES ? "matches" :
		    m == MATCH_NO ? "does not match" : "fails",
		    sections[t->kind]);
}

/* RFC 7208 section 4.6.2. */
static int
result_of(char qualifier)
{
	switch (qualifier) {
	case '-':
		return MAILAUTH_SPF_FAIL;
	case '~':
		return MAILAUTH_SPF_SOFTFAIL;
	case '?':
		return MAILAUTH_SPF_NEUTRAL;
	default:
		return MAILAUTH_SPF_PASS;
	}
}

/* A term matches.  RFC 7208 section 6.2: no included record explains. */
static int
matched(struct eval *e, const struct frame *f, const struct spf_term *t)
{
	int result = result_of(t->qualifier);

	if (e->includes > 0)
		return result;
	e->out->mechanism = t->text;
	if (result == MAILAUTH_SPF_FAIL)
		ma_spf_explain(e, f);
	return result;
}

/* RFC 7208 section 6.1. */
static int
redirect(struct eval *e, const struct frame *f, struct spf_term *t)
{
	const struct dname *target;
	int result;

	trace_term(e, f, t, MATCH_YES);
	if (!ma_spf_count_term(e, t))
		return e->error;
	switch (ma_spf_target(e, f, t, &target)) {
	case MATCH_MISSING:
		return MISSING;
	case MATCH_NO:
		return ma_spf_decide(e, MAILAUTH_SPF_PERMERROR,
		    REASON("invalid-domain"),
		    "%s of %s leads to no domain name",
		    ma_spf_show(e, t->text), ma_spf_show(e, f->name));
	case MATCH_ERROR:
		return e->error;
	case MATCH_YES:
		break;
	}
	result = check_host(e, target, false);
	if (result != MAILAUTH_SPF_NONE)
		return result;
	return ma_spf_decide(e, MAILAUTH_SPF_PERMERROR,
	    REASON("redirect-no-record"),
	    "%s redirects to %s, which publishes no SPF record",
	    ma_spf_show(e, f->name), ma_spf_show_name(e, target));
}

/* RFC 7208 section 4.6.2, 4.6.3, 4.7. */
static int
evaluate(struct eval *e, const struct frame *f)
{
	struct spf_term *t;
	enum match m;

	for (t = f->record->terms; t != NULL; t = t->next) {
		if (t->kind >= TERM_REDIRECT)
			continue;
		if ((m = match(e, f, t)) == MATCH_MISSING) {
			ma_spf_walk_on(e, f, t->next);
			return MISSING;
		}
		trace_term(e, f, t, m);
		if (m == MATCH_ERROR)
			return e->error;
		if (m == MATCH_YES)
			return matched(e, f, t);
	}
	/* RFC 7208 section 6.1: not where there is an "all" anywhere. */
	if (f->record->redirect != NULL && !f->record->has_all)
		return redirect(e, f, f->record->redirect);
	if (e->includes == 0)
		e->out->mechanism = SLICE_LIT("default");
	ma_trace(e->run, "%.*s: nothing matches, neutral "
	    "(RFC 7208 section 4.7)", SLICE_ARG(f->name));
	return MAILAUTH_SPF_NEUTRAL;
}

/* RFC 7208 section 4.3 to 4.7; first: not called by a term. */
static int
check_host(struct eval *e, const struct dname *domain, bool first)
{
	struct frame f = { .domain = domain };
	const struct answer *a;
	char raw[DOMAIN_TEXT];
	int result;

	/* RFC 7208 section 4.3. */
	if (ma_name_labels(domain) < 2)
		return ma_spf_decide(e, MAILAUTH_SPF_NONE,
		    REASON("invalid-domain"),
		    "%s is not a domain name of two labels or more",
		    ma_spf_show_name(e, domain));
	if ((a = ma_ask(e->run, domain, TYPE_TXT)) == NULL)
		return MISSING;
	/* RFC 7208 section 4.4. */
	if (a->status == ANSWER_FAILED)
		return ma_spf_dns_error(e, domain, TYPE_TXT, a);
	if (!first && !ma_spf_count_void(e, a))
		return e->error;
	result = select_record(e, domain, a, first, &f.record);
	if (result != MISSING || f.record == NULL)
		return result;
	f.name = ma_spf_name_raw(domain, raw);
	return evaluate(e, &f);
}

void
ma_spf_eval(struct run *run, const struct spf_input *in,
    struct spf_memory *memory, struct spf_outcome *out)
{
	struct eval e = { .run = run, .in = in, .memory = memory, .out = out };
	struct dname domain;
	int result;

	*out = (struct spf_outcome){ 0 };
	if ((result = ma_spf_identity(&e, &domain)) == 0)
		result = check_host(&e, &domain, true);
	if (result != MISSING)
		ma_spf_conclude(&e, result);
}
