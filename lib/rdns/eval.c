/*
 * iprev: RFC 8601 section 3.
 */
#include <stdlib.h>

#include "rdns/rdns.h"
#include "text/text.h"

/* A name that PTR records give. */
struct reverse {
	struct dname name;
	const char *text;
};

struct eval {
	struct run *r;
	const struct mailauth_rdns *in;
	struct rdns_outcome *out;
	struct reverse *names;		/* sorted by text, none twice */
	size_t n;
	int why;			/* a forward lookup failed */
	bool cut;			/* host names above the limit */
	bool usable;			/* a host name was among them */
};

static void
conclude(struct eval *e, int result, const char *reason)
{
	e->out->result = result;
	e->out->reason = reason;
	ma_trace(e->r, "iprev=%s%s%s (RFC 8601 section 2.7.3)",
	    mailauth_rdns_result_name(result), reason != NULL ? ", " : "",
	    reason != NULL ? reason : "");
}

static int
compare(const void *a, const void *b)
{
	return strcmp(((const struct reverse *)a)->text,
	    ((const struct reverse *)b)->text);
}

/*
 * The names in byte order, each once: which of them are looked up does not
 * depend on how the server turned its answer.  False: no memory.
 */
static bool
sort_names(struct eval *e, const struct answer *a)
{
	struct arena *arena = e->r->arena;
	struct reverse *name;
	size_t kept = 0;

	e->names = ma_arena_alloc(arena, a->count * sizeof *e->names);
	e->out->names = ma_arena_alloc(arena,
	    a->count * sizeof *e->out->names);
	e->out->confirmed = ma_arena_alloc(arena,
	    a->count * sizeof *e->out->confirmed);
	for (size_t i = 0; i < a->count && !arena->failed; i++) {
		name = &e->names[e->n];
		if (ma_name_wire(a->records[i].data, &name->name))
			e->names[e->n++].text = ma_name_string(arena,
			    &name->name);
	}
	if (arena->failed)
		return false;
	qsort(e->names, e->n, sizeof *e->names, compare);
	for (size_t i = 0; i < e->n; i++) {
		if (kept > 0 && strcmp(e->names[kept - 1].text,
		    e->names[i].text) == 0)
			continue;
		e->names[kept] = e->names[i];
		e->out->names[kept] = e->names[kept].text;
		kept++;
	}
	e->n = e->out->nnames = kept;
	return true;
}

static uint16_t
forward_type(const struct eval *e)
{
	return e->in->client.family == 4 ? TYPE_A : TYPE_AAAA;
}

/*
 * Only host names are looked up, and only so many: "the number of names
 * evaluated by generation of corresponding "A" or "AAAA" queries is limited"
 * (RFC 8601 section 3).  fn() each.
 */
static void
for_hosts(struct eval *e, void (*fn)(struct eval *, const struct reverse *))
{
	uint32_t left = e->in->max_names;

	for (size_t i = 0; i < e->n; i++) {
		if (!ma_is_host(&e->names[i].name))
			continue;
		e->usable = true;
		if (left == 0) {
			e->cut = true;
			return;
		}
		left--;
		fn(e, &e->names[i]);
	}
}

static void
note_forward(struct eval *e, const struct reverse *name)
{
	ma_note(e->r, &name->name, forward_type(e));
}

/* "This test is successful if I is an element of L." */
static void
read_forward(struct eval *e, const struct reverse *name)
{
	const struct answer *a = ma_ask(e->r, &name->name, forward_type(e));
	struct ip client = e->in->client;
	size_t size = client.family == 4 ? 4 : 16;

	if (a == NULL)
		return;
	if (a->status == ANSWER_FAILED && e->why == 0)
		e->why = a->why;
	for (size_t i = 0; i < a->count; i++)
		if (ma_eq(a->records[i].data, ma_slice(client.a, size))) {
			e->out->confirmed[e->out->nconfirmed++] =
			    name->text;
			ma_trace(e->r, "%s has the client's address",
			    name->text);
			return;
		}
}

/* The forward lookups are over. */
static void
decide(struct eval *e)
{
	if (e->out->nconfirmed > 0)
		conclude(e, MAILAUTH_RDNS_PASS, NULL);
	else if (e->why != 0)
		/* A later attempt may find the match. */
		conclude(e, MAILAUTH_RDNS_TEMPERROR,
		    ma_failure_reason(e->why));
	else
		conclude(e, MAILAUTH_RDNS_FAIL,
		    !e->usable ? REASON("no-host-name") :
		    e->cut ? REASON("name-limit") :
		    REASON("forward-mismatch"));
}

void
ma_rdns_run(struct run *r, void *arg)
{
	struct mailauth_rdns *d = arg;
	struct eval e = { .r = r, .in = d, .out = &d->out };
	const struct answer *a;
	struct dname reverse;

	d->out = (struct rdns_outcome){ 0 };
	ma_name_reverse(d->client, &reverse);
	if ((a = ma_ask(r, &reverse, TYPE_PTR)) == NULL)
		return;
	if (a->status == ANSWER_FAILED) {
		conclude(&e, MAILAUTH_RDNS_TEMPERROR,
		    ma_failure_reason(a->why));
		return;
	}
	if (a->status != ANSWER_RECORDS) {
		/* "no PTR data are published": RFC 8601 section 2.7.3. */
		conclude(&e, MAILAUTH_RDNS_PERMERROR, REASON("no-ptr"));
		return;
	}
	if (!sort_names(&e, a))
		return;
	for_hosts(&e, note_forward);
	for_hosts(&e, read_forward);
	if (r->missed == 0)
		decide(&e);
}
