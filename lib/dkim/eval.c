/*
 * Signatures and answers become verdicts: RFC 6376 section 6.1.
 *
 * Of section 6.1.2's several key records at one name: others take the first
 * that comes, or any.  We: the well-formed ones are tried in the order of their
 * octets, so that the order in which they come cannot matter, up to a limit.
 */
#include <stdlib.h>

#include "dkim/dkim.h"

enum {
	KEYS_MAX = 10,		/* ceiling of MAILAUTH_DKIM_KEYS */
	KEPT_MORE = 100		/* signatures, beyond as many as may be tried */
};

/* ---- When the header is complete ---- */

/* By the field and the time alone; RFC 6376 section 6.1.1. */
static struct finding
check_time(const struct verifier *vf, const struct signature *sig)
{
	uint64_t now = vf->now > 0 ? (uint64_t)vf->now : 0;
	uint64_t skew = vf->clock_skew;

	if (sig->has_time && sig->time > now + skew)
		return (struct finding){ REASON("future"),
			"the signature is of a later time" };
	if (sig->has_expiry && sig->expiry < UINT64_MAX &&
	    now > sig->expiry + skew)
		return (struct finding){ REASON("expired"),
			"the signature has expired" };
	return (struct finding){ 0 };
}

static bool
add_verification(struct verifier *vf, uint32_t field, struct verdict verdict)
{
	size_t cap = vf->cap > 0 ? vf->cap * 2 : 4;
	struct verification *list;

	if (vf->n == vf->cap) {
		list = ma_realloc(vf->list, cap * sizeof *list);
		if (list == NULL)
			return false;
		vf->list = list;
		vf->cap = cap;
	}
	vf->list[vf->n++] = (struct verification){ .field = field,
		.verdict = verdict };
	return true;
}

struct kept *
ma_verifier_read(const struct verifier *vf, enum signature_kind kind,
    uint32_t field, struct arena *arena, struct verdict *verdict)
{
	struct field f = ma_message_field(vf->message, field);
	struct kept *k = ma_arena_alloc(arena, sizeof *k);

	*verdict = (struct verdict){ 0 };
	if (k == NULL ||
	    !ma_signature_parse(kind, f.value, arena, &k->sig,
	    &verdict->why))
		return NULL;
	k->hash = -1;
	if (verdict->why.reason == NULL)
		verdict->why = check_time(vf, &k->sig);
	if (verdict->why.reason != NULL)
		verdict->result = MAILAUTH_DKIM_PERMERROR;
	return k;
}

/* How many have been kept, of those that are well-formed and of those not. */
struct counts {
	uint32_t good, bad;
};

/*
 * One more signature.  Kept are as many well-formed and as many others as may
 * be tried, and some more, to tell of them: memory is not for floods.
 */
static int
take_signature(struct verifier *vf, uint32_t field, struct arena *spare,
    struct counts *counts)
{
	struct verdict verdict;
	struct kept *k;
	bool tried, keep;
	uint32_t *count;
	int hash;

	ma_arena_reset(spare);
	k = ma_verifier_read(vf, SIGNATURE_DKIM, field, spare, &verdict);
	if (k == NULL)
		return MAILAUTH_ENOMEM;
	count = verdict.result == 0 ? &counts->good : &counts->bad;
	tried = verdict.result == 0 && *count < vf->max_signatures;
	keep = (*count)++ < vf->max_signatures + KEPT_MORE;
	if (verdict.result == 0 && !tried)
		verdict = (struct verdict){ MAILAUTH_DKIM_POLICY,
			{ REASON("signature-limit"),
			"more signatures than the limit allows" } };
	if (!add_verification(vf, field, verdict))
		return MAILAUTH_ENOMEM;
	if (!keep)
		return MAILAUTH_DONE;
	ma_cover_fields(vf->message, &k->sig, &k->unsigned_fields,
	    &k->repeated_fields);
	if (tried) {
		hash = ma_message_want_hash(vf->message, k->sig.body,
		    k->sig.length);
		if (hash < 0)
			return hash;
		k->hash = hash;
	}
	k->arena = *spare;
	*spare = (struct arena){ 0 };
	vf->list[vf->n - 1].kept = k;
	return MAILAUTH_DONE;
}

int
ma_verifier_prepare(struct verifier *vf)
{
	return ma_picker_init(&vf->picker, vf->message) ?
	    ma_digest_new(&vf->digest) : MAILAUTH_ENOMEM;
}

int
ma_verifier_header(struct verifier *vf)
{
	struct mailauth_message *m = vf->message;
	const struct slice name = SLICE_LIT("DKIM-Signature");
	struct counts counts = { 0 };
	struct arena spare = { 0 };
	int r = MAILAUTH_DONE;

	vf->seen = true;
	if (ma_message_last(m, name) == NO_FIELD)
		return MAILAUTH_DONE;
	for (size_t i = 0; r == MAILAUTH_DONE && i < ma_message_fields(m); i++)
		if (ma_caseeq(ma_message_field(m, i).name, name))
			r = take_signature(vf, (uint32_t)i, &spare, &counts);
	ma_arena_free(&spare);
	return r == MAILAUTH_DONE ? ma_verifier_prepare(vf) : r;
}

/* ---- Key records ---- */

static struct finding
check_record(const struct key_record *k, const struct signature *sig)
{
	struct finding f = ma_key_record_check(k, sig->type);

	if (f.reason == NULL && k->strict && sig->subdomain)
		f = (struct finding){ REASON("identity-domain"),
			"the key record forbids subdomains in i=" };
	return f;
}

static int
compare(const void *a, const void *b)
{
	return ma_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

struct slice *
ma_key_texts(const struct answer *answer, struct arena *arena)
{
	struct slice *texts =
	    ma_arena_alloc(arena, answer->count * sizeof *texts);

	if (texts == NULL)
		return NULL;
	for (size_t i = 0; i < answer->count; i++)
		texts[i] = answer->records[i].data;
	if (answer->count > 1)
		qsort(texts, answer->count, sizeof *texts, compare);
	return texts;
}

struct keyring {
	struct candidate list[KEYS_MAX];
	size_t n;
	struct finding none;		/* why there is none, if n is 0 */
};

/* The key records to try.  False: no memory. */
static bool
find_keys(const struct verifier *vf, const struct signature *sig,
    const struct answer *answer, struct arena *arena, struct keyring *ring)
{
	struct slice *texts = ma_key_texts(answer, arena);
	const char *detail;

	ring->n = 0;
	ring->none = (struct finding){ REASON("no-key"),
		"there is no key record" };
	for (size_t i = 0; texts != NULL && i < answer->count; i++) {
		struct candidate *c = &ring->list[ring->n];
		struct candidate one = { .text = texts[i] };
		enum key_record_status status;

		if (i > 0 && ma_eq(texts[i - 1], texts[i]))
			continue;
		status = ma_key_record_parse(texts[i], arena, &one.record,
		    &detail);
		if (status == KEY_RECORD_INVALID)
			ring->none = (struct finding){ REASON("key-syntax"),
				detail };
		if (status != KEY_RECORD_OK)
			continue;
		if (ring->n == vf->max_keys)
			break;
		*c = one;
		c->verdict.why = check_record(&c->record, sig);
		if (c->verdict.why.reason != NULL)
			c->verdict.result = MAILAUTH_DKIM_PERMERROR;
		ring->n++;
	}
	return !arena->failed;
}

/* The first that nothing is against, or n. */
static size_t
first_usable(const struct keyring *ring)
{
	size_t i = 0;

	while (i < ring->n && ring->list[i].verdict.result != 0)
		i++;
	return i;
}

static void
free_keys(struct keyring *ring)
{
	for (size_t i = 0; i < ring->n; i++)
		ma_key_free(ring->list[i].key);
}

/* ---- One signature ---- */

/* A verdict by which record; it is kept. */
static void
settle(struct verification *v, struct verdict verdict,
    const struct candidate *c)
{
	v->verdict = verdict;
	if (c != NULL) {
		v->testing = c->record.testing;
		v->key_bits = c->bits;
	}
}

/* Make the keys that nothing is against.  False: no memory. */
static bool
make_keys(const struct verifier *vf, struct keyring *ring)
{
	for (size_t i = 0; i < ring->n; i++)
		if (ring->list[i].verdict.result == 0 &&
		    !ma_verify_key(vf, &ring->list[i]))
			return false;
	return true;
}

/* The body is right: try the usable keys.  If none is good the first counts. */
static void
try_keys(struct verifier *vf, struct verification *v, struct keyring *ring,
    struct arena *arena)
{
	const struct candidate *best = NULL;
	struct verdict verdict = { 0 };

	for (size_t i = first_usable(ring); i < ring->n; i++) {
		struct verdict one;

		if (ring->list[i].key == NULL)
			continue;
		one = ma_verify_signature(vf, v, ring->list[i].key, arena);
		if (one.result == 0)
			return;
		if (best == NULL || one.result != MAILAUTH_DKIM_FAIL) {
			best = &ring->list[i];
			verdict = one;
		}
		if (one.result != MAILAUTH_DKIM_FAIL)
			break;
	}
	settle(v, verdict, best);
}

/* The message has ended, and there are keys that nothing is against so far. */
static void
verify(struct run *r, struct verifier *vf, struct verification *v,
    struct keyring *ring)
{
	struct verdict body;
	size_t usable;

	if (!make_keys(vf, ring)) {
		r->nomem = true;
		return;
	}
	usable = first_usable(ring);
	if (usable == ring->n) {
		settle(v, ring->list[0].verdict, &ring->list[0]);
		return;
	}
	body = ma_verify_body(vf, v->kept);
	if (body.result != 0)
		settle(v, body, &ring->list[usable]);
	else
		try_keys(vf, v, ring, r->arena);
}

static void
judge_keys(struct run *r, struct verifier *vf, struct verification *v,
    const struct answer *answer)
{
	struct keyring ring;

	if (!find_keys(vf, &v->kept->sig, answer, r->arena, &ring))
		return;
	if (ring.n == 0) {
		settle(v, (struct verdict){ MAILAUTH_DKIM_PERMERROR,
			ring.none }, NULL);
	} else if (first_usable(&ring) == ring.n) {
		settle(v, ring.list[0].verdict, &ring.list[0]);
	} else if (mailauth_message_ended(vf->message)) {
		verify(r, vf, v, &ring);
		free_keys(&ring);
	} else {
		r->more = true;
	}
}

void
ma_verifier_judge(struct run *r, struct verifier *vf, struct verification *v)
{
	const struct answer *answer;

	if (v->verdict.result != 0 && !v->asked)
		return;
	v->asked = true;
	answer = ma_ask(r, &v->kept->sig.key, TYPE_TXT);
	if (v->verdict.result != 0 || answer == NULL)
		return;
	v->secure = answer->secure;
	switch (answer->status) {
	case ANSWER_FAILED:
		/* RFC 6376 section 6.1.2 step 2. */
		settle(v, (struct verdict){ MAILAUTH_DKIM_TEMPERROR,
			{ ma_failure_reason(answer->why),
			"the key could not be looked up" } }, NULL);
		break;
	case ANSWER_RECORDS:
		judge_keys(r, vf, v, answer);
		break;
	default:
		settle(v, (struct verdict){ MAILAUTH_DKIM_PERMERROR,
			{ REASON("no-key"), "there is no key record" } }, NULL);
	}
}

/* ---- All of them ---- */

/* The order in which one result is better than another; higher is better. */
static int
rank(int result)
{
	switch (result) {
	case MAILAUTH_DKIM_PASS:
		return 6;
	case MAILAUTH_DKIM_TEMPERROR:
		return 5;
	case MAILAUTH_DKIM_POLICY:
		return 4;
	case MAILAUTH_DKIM_FAIL:
		return 3;
	case MAILAUTH_DKIM_NEUTRAL:
		return 2;
	case MAILAUTH_DKIM_PERMERROR:
		return 1;
	default:
		return 0;
	}
}

static void
judge_whole(struct verifier *vf)
{
	vf->whole = (struct verdict){ MAILAUTH_DKIM_NONE,
		{ NULL, "there is no signature" } };
	if (ma_message_header_over(vf->message))
		vf->whole = (struct verdict){ MAILAUTH_DKIM_PERMERROR,
			{ REASON("header-limit"),
			"the header is longer than the limit" } };
	for (size_t i = 0; i < vf->n; i++)
		if (rank(vf->list[i].verdict.result) > rank(vf->whole.result))
			vf->whole = vf->list[i].verdict;
}

static void
trace(struct run *r, const struct verification *v, size_t i)
{
	const struct kept *k = v->kept;

	ma_trace(r, "signature %zu%s%s: %s%s%s%s (RFC 6376 section 6.1)", i + 1,
	    k != NULL && k->sig.domain_text != NULL ? " of " : "",
	    k != NULL && k->sig.domain_text != NULL ? k->sig.domain_text : "",
	    mailauth_dkim_result_name(v->verdict.result),
	    v->verdict.why.reason != NULL ? ", " : "",
	    v->verdict.why.reason != NULL ? v->verdict.why.reason : "",
	    v->testing ? ", the key is for testing" : "");
}

void
ma_verifier_run(struct run *r, struct verifier *vf)
{
	if (!vf->seen) {
		r->more = true;
		return;
	}
	for (size_t i = 0; i < vf->n; i++) {
		ma_verifier_judge(r, vf, &vf->list[i]);
		if (vf->failed != MAILAUTH_DONE)
			r->nomem = true;	/* nothing is decided */
		if (r->nomem)
			return;
		if (r->trace != NULL && vf->list[i].verdict.result != 0)
			trace(r, &vf->list[i], i);
	}
	judge_whole(vf);
}

void
ma_verifier_free(struct verifier *vf)
{
	for (size_t i = 0; i < vf->n; i++) {
		struct arena arena;

		if (vf->list[i].kept == NULL)
			continue;
		arena = vf->list[i].kept->arena;	/* it stands in there */
		ma_arena_free(&arena);
	}
	ma_free(vf->list);
	ma_picker_free(&vf->picker);
	ma_digest_free(vf->digest);
}
