/*
 * What mailauth/dmarc.h exports.
 */
#include "dmarc/dmarc.h"

enum { ALIGNMENT_DEFAULT = 11, ALIGNMENT_MAX = 1000 };

/* ---- Life ---- */

struct mailauth_dmarc *
mailauth_dmarc_new(struct mailauth_lookups *lookups)
{
	struct mailauth_dmarc *d = ma_calloc(sizeof *d);

	if (d == NULL || !ma_task_init(&d->task, lookups)) {
		ma_free(d);
		return NULL;
	}
	d->in.discovery = MAILAUTH_DMARC_WALK;
	d->in.walk_queries = WALK_MAX;
	d->in.alignment_walks = ALIGNMENT_DEFAULT;
	return d;
}

void
mailauth_dmarc_free(struct mailauth_dmarc *d)
{
	if (d == NULL)
		return;
	ma_task_free(&d->task);
	ma_arena_free(&d->text);
	ma_free(d->in.dkim);
	ma_free(d);
}

struct mailauth_lookups *
mailauth_dmarc_lookups(struct mailauth_dmarc *d)
{
	return d != NULL ? d->task.lookups : NULL;
}

/* ---- Inputs ---- */

/* May an input be set? */
static int
check_input(const struct mailauth_dmarc *d, const char *text, size_t n)
{
	if (d == NULL || (text == NULL && n > 0))
		return MAILAUTH_EINVAL;
	return d->task.started ? MAILAUTH_EUSE : MAILAUTH_DONE;
}

/*
 * A domain that can be compared: without regard to case, U-labels, and the
 * final dot.  What has other octets than names of mail have is never asked for.
 */
static int
read_domain(struct slice text, struct dname *name, bool *named)
{
	bool nomem = false;

	if (text.n > 0 && text.p[text.n - 1] == '.')
		text.n--;
	*named = ma_domain_parse(text, name, &nomem);
	return nomem ? MAILAUTH_ENOMEM : MAILAUTH_DONE;
}

int
mailauth_dmarc_set_from_domain(struct mailauth_dmarc *d, const char *text,
    size_t n)
{
	struct slice copy, shown;
	struct dname author;
	bool named;
	int r;

	if ((r = check_input(d, text, n)) != MAILAUTH_DONE ||
	    (r = read_domain(ma_slice(text, n), &author, &named)) !=
	    MAILAUTH_DONE)
		return r;
	copy = ma_slice(ma_arena_str(&d->text, ma_slice(text, n)), n);
	shown = copy;
	if (named)
		shown.p = ma_name_string(&d->text, &author);
	if (copy.p == NULL || shown.p == NULL) {
		d->text.failed = false;
		return MAILAUTH_ENOMEM;
	}
	d->in.from = copy;
	d->in.named = named;
	d->in.author = author;
	d->author = shown.p;
	return MAILAUTH_DONE;
}

static enum component
spf_component(int result)
{
	return result == MAILAUTH_SPF_PASS ? COMPONENT_PASS :
	    result == MAILAUTH_SPF_TEMPERROR ? COMPONENT_TEMPERROR :
	    COMPONENT_OTHER;
}

static enum component
dkim_component(int result)
{
	return result == MAILAUTH_DKIM_PASS ? COMPONENT_PASS :
	    result == MAILAUTH_DKIM_TEMPERROR ? COMPONENT_TEMPERROR :
	    COMPONENT_OTHER;
}

static bool
is_spf_result(int result)
{
	return result >= MAILAUTH_SPF_NONE && result <= MAILAUTH_SPF_PERMERROR;
}

static bool
is_dkim_result(int result)
{
	return result >= MAILAUTH_DKIM_NONE &&
	    result <= MAILAUTH_DKIM_PERMERROR;
}

static int
set_spf(struct mailauth_dmarc *d, enum component state, struct slice domain)
{
	struct identifier id = { .state = state };
	int r;

	if ((r = check_input(d, domain.p, domain.n)) != MAILAUTH_DONE ||
	    (r = read_domain(domain, &id.name, &id.named)) != MAILAUTH_DONE)
		return r;
	d->in.spf = id;
	return MAILAUTH_DONE;
}

static int
add_dkim(struct mailauth_dmarc *d, enum component state, struct slice domain)
{
	struct identifier id = { .state = state }, *list;
	struct dmarc_input *in;
	size_t cap;
	int r;

	if ((r = check_input(d, domain.p, domain.n)) != MAILAUTH_DONE ||
	    (r = read_domain(domain, &id.name, &id.named)) != MAILAUTH_DONE)
		return r;
	in = &d->in;
	if (in->signatures == in->cap) {
		cap = in->cap > 0 ? 2 * in->cap : 4;
		if (cap > SIZE_MAX / sizeof *list || (list =
		    ma_realloc(in->dkim, cap * sizeof *list)) == NULL)
			return MAILAUTH_ENOMEM;
		in->dkim = list;
		in->cap = cap;
	}
	in->dkim[in->signatures++] = id;
	return MAILAUTH_DONE;
}

int
mailauth_dmarc_set_spf(struct mailauth_dmarc *d, int result,
    const char *domain, size_t n)
{
	if (!is_spf_result(result))
		return MAILAUTH_EINVAL;
	return set_spf(d, spf_component(result), ma_slice(domain, n));
}

int
mailauth_dmarc_add_dkim(struct mailauth_dmarc *d, int result,
    const char *domain, size_t n)
{
	if (!is_dkim_result(result))
		return MAILAUTH_EINVAL;
	return add_dkim(d, dkim_component(result), ma_slice(domain, n));
}

int
ma_dmarc_pend_spf(struct mailauth_dmarc *d, struct slice domain)
{
	return set_spf(d, COMPONENT_PENDING, domain);
}

int
ma_dmarc_pend_dkim(struct mailauth_dmarc *d, struct slice domain)
{
	return add_dkim(d, COMPONENT_PENDING, domain);
}

static int
settle(struct mailauth_dmarc *d, struct identifier *id, enum component state)
{
	if (id->state != COMPONENT_PENDING)
		return MAILAUTH_EUSE;
	id->state = state;
	/* What the last run lacked may no longer matter: run again. */
	d->task.missed = 0;
	return MAILAUTH_DONE;
}

int
ma_dmarc_settle_spf(struct mailauth_dmarc *d, int result)
{
	if (!is_spf_result(result))
		return MAILAUTH_EINVAL;
	return settle(d, &d->in.spf, spf_component(result));
}

int
ma_dmarc_settle_dkim(struct mailauth_dmarc *d, size_t i, int result)
{
	if (!is_dkim_result(result) || i >= d->in.signatures)
		return MAILAUTH_EINVAL;
	return settle(d, &d->in.dkim[i], dkim_component(result));
}

int
mailauth_dmarc_set_discovery(struct mailauth_dmarc *d, int discovery,
    mailauth_public_suffix *suffix, void *user)
{
	int r = check_input(d, NULL, 0);

	if (r != MAILAUTH_DONE)
		return r;
	if (discovery != MAILAUTH_DMARC_WALK &&
	    (discovery != MAILAUTH_DMARC_PSL || suffix == NULL))
		return MAILAUTH_EINVAL;
	d->in.discovery = discovery;
	d->in.suffix = suffix;
	d->in.suffix_user = user;
	return MAILAUTH_DONE;
}

int
mailauth_dmarc_set_limit(struct mailauth_dmarc *d, int limit, uint32_t value)
{
	int r = check_input(d, NULL, 0);

	if (r != MAILAUTH_DONE)
		return r;
	if (limit == MAILAUTH_DMARC_WALK_QUERIES && value >= 1 &&
	    value <= WALK_MAX)
		d->in.walk_queries = value;
	else if (limit == MAILAUTH_DMARC_ALIGNMENT_WALKS &&
	    value <= ALIGNMENT_MAX)
		d->in.alignment_walks = value;
	else
		return MAILAUTH_EINVAL;
	return MAILAUTH_DONE;
}

int
mailauth_dmarc_set_trace(struct mailauth_dmarc *d, int on)
{
	int r = check_input(d, NULL, 0);

	if (r == MAILAUTH_DONE)
		d->task.trace_on = on != 0;
	return r;
}

/* ---- The evaluation ---- */

int
mailauth_dmarc_step(struct mailauth_dmarc *d)
{
	return d != NULL ? ma_task_step(&d->task, ma_dmarc_run, d) :
	    MAILAUTH_EINVAL;
}

static int
step(void *d)
{
	return mailauth_dmarc_step(d);
}

int
mailauth_dmarc_align(struct mailauth_dmarc *d,
    struct mailauth_resolver *resolver)
{
	return d != NULL ? ma_task_drive(&d->task, resolver, step, d) :
	    MAILAUTH_EINVAL;
}

/* ---- Once done ---- */

/* The outcome; one with nothing in it while there is none. */
static const struct dmarc_outcome *
outcome(const struct mailauth_dmarc *d)
{
	static const struct dmarc_outcome nothing;

	return d != NULL && d->task.done ? &d->out : &nothing;
}

int
mailauth_dmarc_result(const struct mailauth_dmarc *d)
{
	return outcome(d)->result;
}

const char *
mailauth_dmarc_reason(const struct mailauth_dmarc *d)
{
	return outcome(d)->reason;
}

const char *
mailauth_dmarc_detail(const struct mailauth_dmarc *d)
{
	return outcome(d)->detail;
}

int
mailauth_dmarc_policy(const struct mailauth_dmarc *d)
{
	return outcome(d)->policy;
}

int
mailauth_dmarc_disposition(const struct mailauth_dmarc *d)
{
	return outcome(d)->disposition;
}

const char *
mailauth_dmarc_domain(const struct mailauth_dmarc *d, size_t *n)
{
	const char *author = d != NULL && d->task.done &&
	    d->in.from.n > 0 ? d->author : NULL;

	if (n != NULL)
		*n = author == NULL ? 0 :
		    d->in.named ? strlen(author) : d->in.from.n;
	return author;
}

const char *
mailauth_dmarc_organizational_domain(const struct mailauth_dmarc *d)
{
	return outcome(d)->organizational;
}

const char *
mailauth_dmarc_record_domain(const struct mailauth_dmarc *d)
{
	return outcome(d)->record_domain;
}

const char *
mailauth_dmarc_record(const struct mailauth_dmarc *d, size_t *n)
{
	struct slice record = outcome(d)->record;

	if (n != NULL)
		*n = record.n;
	return record.p;
}

int
mailauth_dmarc_spf_aligned(const struct mailauth_dmarc *d)
{
	return outcome(d)->spf_aligned;
}

int
mailauth_dmarc_dkim_aligned(const struct mailauth_dmarc *d)
{
	return outcome(d)->dkim_aligned;
}

int
mailauth_dmarc_dkim_signature_aligned(const struct mailauth_dmarc *d, size_t i)
{
	const struct dmarc_outcome *o = outcome(d);

	return o->signature_aligned != NULL && i < d->in.signatures &&
	    o->signature_aligned[i];
}

int
mailauth_dmarc_testing(const struct mailauth_dmarc *d)
{
	return outcome(d)->testing;
}

int
mailauth_dmarc_discovery(const struct mailauth_dmarc *d)
{
	return d != NULL && d->task.done ? d->in.discovery : 0;
}

int
mailauth_dmarc_secure(const struct mailauth_dmarc *d)
{
	return d != NULL && d->task.done && d->task.secure;
}

const char *
mailauth_dmarc_rua(const struct mailauth_dmarc *d, size_t i)
{
	const struct uris *rua = &outcome(d)->rua;

	return i < rua->n ? rua->list[i] : NULL;
}

const char *
mailauth_dmarc_ruf(const struct mailauth_dmarc *d, size_t i)
{
	const struct uris *ruf = &outcome(d)->ruf;

	return i < ruf->n ? ruf->list[i] : NULL;
}

const char *
mailauth_dmarc_trace(const struct mailauth_dmarc *d, size_t i)
{
	return d != NULL ? ma_task_trace(&d->task, i) : NULL;
}

int
mailauth_dmarc_reply(const struct mailauth_dmarc *d, const char **enhanced,
    const char **text)
{
	const struct dmarc_outcome *o = outcome(d);
	const char *code = NULL, *words = NULL;
	int reply = 0;

	if (o->result == MAILAUTH_DMARC_TEMPERROR) {
		reply = 451;
		code = "4.7.0";
		words = "DMARC of the author's domain cannot be evaluated now";
	} else if (o->result == MAILAUTH_DMARC_FAIL &&
	    o->disposition == MAILAUTH_DMARC_POLICY_REJECT) {
		reply = 550;
		code = "5.7.26";	/* RFC 7372 section 3.4 */
		words = "Rejected by the DMARC policy of the author's domain";
	}
	if (enhanced != NULL)
		*enhanced = code;
	if (text != NULL)
		*text = words;
	return reply;
}
