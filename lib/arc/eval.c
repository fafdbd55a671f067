/*
 * Signatures, seals and answers become the chain's status: RFC 8617 section
 * 5.2 step 4 to 7.
 *
 * Others hash all that was there before anew for each seal.  We: once, from the
 * first set on; where a seal's own text comes, the digest goes on in a copy.
 */
#include "arc/arc.h"

/* ---- When the header is complete ---- */

bool
ma_seal_cover(struct digest *d, const struct mailauth_message *m,
    const struct arc_set *set, bool with_seal)
{
	int n = with_seal ? ARC_FIELDS : ARC_SEAL;

	for (int k = 0; k < n; k++)
		if (!ma_canon_field(d, CANON_RELAXED, ma_field_text(
		    ma_message_field(m, set->fields[k]).raw), false))
			return false;
	return true;
}

/* The hashes that the seals have signed: section 5.1.1. */
static int
hash_seals(struct arc *a)
{
	const struct mailauth_message *m = a->verifier.message;
	struct digest *all = a->verifier.digest, *one;
	int r = ma_digest_new(&one);
	bool ok = r == MAILAUTH_DONE && ma_digest_reset(all);

	for (uint32_t i = 0; ok && i < a->chain.n; i++) {
		struct arc_set *set = &a->chain.sets[i];
		struct kept *k = set->seal.kept;
		struct slice seal = ma_field_text(
		    ma_message_field(m, set->fields[ARC_SEAL]).raw);

		ok = ma_seal_cover(all, m, set, false) &&
		    ma_digest_copy(one, all) &&
		    ma_cover_own(one, &k->sig, seal, &a->chain.arena) &&
		    ma_digest_end(one, k->header_hash) &&
		    ma_canon_field(all, CANON_RELAXED, seal, false);
		k->hashed = ok;
	}
	ma_digest_free(one);
	if (r != MAILAUTH_DONE || a->chain.arena.failed)
		return MAILAUTH_ENOMEM;
	return ok ? MAILAUTH_DONE : MAILAUTH_ECRYPTO;
}

/*
 * The body hash of a message signature.  Only the newest may have one of its
 * own by l=: sets are many, and each such hash costs as much as all others.
 */
static int
want_hash(struct arc *a, uint32_t instance)
{
	struct verification *v = &a->chain.sets[instance - 1].message;
	int hash;

	if (v->verdict.result != 0)
		return MAILAUTH_DONE;
	if (instance < a->chain.n && v->kept->sig.length != UINT64_MAX) {
		v->verdict = (struct verdict){ MAILAUTH_DKIM_POLICY,
			{ REASON("unsigned-body"),
			"l= of older sets is not looked at" } };
		return MAILAUTH_DONE;
	}
	hash = ma_message_want_hash(a->verifier.message, v->kept->sig.body,
	    v->kept->sig.length);
	v->kept->hash = hash;
	return hash < 0 ? hash : MAILAUTH_DONE;
}

int
ma_arc_header(struct arc *a)
{
	int r;

	a->seen = true;
	r = ma_chain_collect(a);
	if (r != MAILAUTH_DONE || a->chain.n == 0 ||
	    a->chain.fault.reason != NULL || a->structure_only)
		return r;
	for (uint32_t i = a->chain.n; i > 0; i--)
		if ((r = want_hash(a, i)) != MAILAUTH_DONE)
			return r;
	if ((r = ma_verifier_prepare(&a->verifier)) != MAILAUTH_DONE)
		return r;
	return hash_seals(a);
}

/* ---- Verdicts ---- */

static void
fail(struct run *r, struct arc *a, uint32_t set, struct finding why)
{
	a->result = MAILAUTH_ARC_FAIL;
	a->failed_set = set;
	a->why = why;
	if (set > 0)
		a->why.detail = ma_arena_fmt(r->arena, "set %u: %s",
		    (unsigned)set, why.detail);
}

/* Judge one signature.  False: something is lacking yet. */
static bool
judge(struct run *r, struct arc *a, struct verification *v)
{
	if (v->verdict.result == 0)
		ma_verifier_judge(r, &a->verifier, v);
	if (a->verifier.failed != MAILAUTH_DONE)
		r->nomem = true;		/* nothing is decided */
	return v->verdict.result != 0 && !r->nomem;
}

static bool
passes(const struct verification *v)
{
	return v->verdict.result == MAILAUTH_DKIM_PASS;
}

static void
fail_by(struct run *r, struct arc *a, uint32_t set, const char *reason,
    const struct verification *v)
{
	a->temporary = v->verdict.result == MAILAUTH_DKIM_TEMPERROR;
	fail(r, a, set, (struct finding){ reason, v->verdict.why.detail });
}

/* Steps 4 and 5.  False: it is over, or something is lacking yet. */
static bool
judge_messages(struct run *r, struct arc *a)
{
	struct chain *c = &a->chain;

	for (uint32_t i = c->n; i > 0; i--) {
		struct verification *v = &c->sets[i - 1].message;

		if (!judge(r, a, v))
			return false;
		if (passes(v))
			continue;
		if (i < c->n) {
			a->oldest_pass = i + 1;
			break;
		}
		fail_by(r, a, i, REASON("arc-message-signature"), v);
		return false;
	}
	return true;
}

/* Steps 6 and 7. */
static void
judge_seals(struct run *r, struct arc *a)
{
	struct chain *c = &a->chain;

	for (uint32_t i = c->n; i > 0; i--) {
		struct verification *v = &c->sets[i - 1].seal;

		if (!judge(r, a, v))
			return;
		if (!passes(v)) {
			fail_by(r, a, i, REASON("arc-seal"), v);
			return;
		}
	}
	a->result = MAILAUTH_ARC_PASS;
	a->why = (struct finding){ NULL, "the chain is unbroken" };
}

/* All keys, since most chains pass, and then all are needed. */
static void
name_keys(struct run *r, const struct chain *c)
{
	for (uint32_t i = c->n; i > 0; i--) {
		const struct arc_set *set = &c->sets[i - 1];

		if (set->message.verdict.result == 0)
			ma_note(r, &set->message.kept->sig.key, TYPE_TXT);
		ma_note(r, &set->seal.kept->sig.key, TYPE_TXT);
	}
}

static void
judge_chain(struct run *r, struct arc *a)
{
	const struct chain *c = &a->chain;

	if (ma_message_header_over(a->verifier.message)) {
		fail(r, a, 0, (struct finding){ REASON("header-limit"),
			"the header is longer than the limit" });
	} else if (c->fault.reason != NULL) {
		fail(r, a, c->fault_set, c->fault);
	} else if (c->n == 0) {
		a->result = MAILAUTH_ARC_NONE;
		a->why = (struct finding){ NULL, "there is no ARC set" };
	} else {
		name_keys(r, c);
		if (judge_messages(r, a))
			judge_seals(r, a);
	}
}

static void
trace(struct run *r, const char *field, uint32_t instance,
    const struct verification *v)
{
	if (v->verdict.result != 0)
		ma_trace(r, "%s of set %u%s%s: %s%s%s (RFC 8617 section 5.2)",
		    field, (unsigned)instance,
		    v->kept->sig.domain_text != NULL ? " of " : "",
		    v->kept->sig.domain_text != NULL ?
		    v->kept->sig.domain_text : "",
		    mailauth_dkim_result_name(v->verdict.result),
		    v->verdict.why.reason != NULL ? ", " : "",
		    v->verdict.why.reason != NULL ? v->verdict.why.reason : "");
}

static void
trace_all(struct run *r, const struct arc *a)
{
	for (uint32_t i = a->chain.n; i > 0; i--) {
		const struct arc_set *set = &a->chain.sets[i - 1];

		if (set->message.kept != NULL)
			trace(r, "message signature", i, &set->message);
		if (set->seal.kept != NULL)
			trace(r, "seal", i, &set->seal);
	}
	ma_trace(r, "chain of %u: %s%s%s", (unsigned)a->chain.n,
	    mailauth_arc_result_name(a->result),
	    a->why.reason != NULL ? ", " : "",
	    a->why.reason != NULL ? a->why.reason : "");
}

void
ma_arc_run(struct run *r, struct arc *a)
{
	a->result = 0;
	a->oldest_pass = 0;
	if (!a->seen) {
		r->more = true;
		return;
	}
	judge_chain(r, a);
	if (r->trace != NULL && a->result != 0)
		trace_all(r, a);
}

void
ma_arc_free(struct arc *a)
{
	ma_chain_free(&a->chain);
	ma_verifier_free(&a->verifier);
}
