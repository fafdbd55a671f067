/*
 * The handle of a sealer, and the exported functions.
 */
#include "arc/arc.h"

struct mailauth_sealer {
	struct maker maker;
	struct mailauth_arc *arc;	/* of the same message, on our lookups */
	struct new_set set;
	bool take_results;
};

/* ---- Results ---- */

/* Add what a field says, if it is one of ours, and of a version we know. */
static int
add_results(struct mailauth_sealer *s, struct slice value)
{
	struct mailauth_authres *one;
	bool ours, nomem;
	int r = mailauth_authres_parse(value.p, value.n, &one, NULL, 0);

	if (r != MAILAUTH_DONE)
		return r;
	ours = ma_authserv_id_equal(
	    ma_str(mailauth_authres_authserv_id(one)),
	    ma_str(s->set.authserv_id), &nomem);
	r = nomem ? MAILAUTH_ENOMEM : MAILAUTH_ESYNTAX;
	if (ours && mailauth_authres_version(one) == 1)
		r = ma_authres_merge(s->set.results, one);
	mailauth_authres_free(one);
	return r;
}

/* RFC 8617 section 4.1.1: "all of the authentication results". */
static int
take_results(struct mailauth_sealer *s, const struct mailauth_message *m)
{
	for (size_t i = 0; i < ma_message_fields(m); i++) {
		struct field f = ma_message_field(m, i);

		if (ma_caseeq(f.name, SLICE_LIT("Authentication-Results")) &&
		    add_results(s, f.value) == MAILAUTH_ENOMEM)
			return MAILAUTH_ENOMEM;
	}
	return MAILAUTH_DONE;
}

/* Section 6: the chain's status is among them. */
static int
add_status(struct mailauth_sealer *s)
{
	struct mailauth_authres *results = s->set.results;
	int n = mailauth_authres_count(results), r;

	for (int i = 0; i < n; i++)
		if (ma_eq(ma_str(mailauth_authres_method(results, i)),
		    SLICE_LIT("arc")))
			return MAILAUTH_DONE;
	r = mailauth_authres_add_result(results, "arc", 1,
	    mailauth_arc_result_name(s->set.chain));
	return r < 0 ? r : MAILAUTH_DONE;
}

/* ---- Life ---- */

static int
take_header(struct reader *reader, struct mailauth_message *m)
{
	struct mailauth_sealer *s = (struct mailauth_sealer *)(void *)
	    ((char *)reader - offsetof(struct mailauth_sealer, maker.reader));
	int r = ma_maker_header(&s->maker);

	if (r == MAILAUTH_DONE)
		r = ma_set_header(&s->set, &ma_arc_of(s->arc)->chain,
		    &s->maker.header);
	if (r == MAILAUTH_DONE && s->take_results &&
	    s->set.authserv_id != NULL &&
	    s->set.verdict.result == 0)
		r = take_results(s, m);
	return r;
}

struct mailauth_sealer *
mailauth_sealer_new(struct mailauth_message *m,
    struct mailauth_lookups *lookups, int64_t now)
{
	struct mailauth_sealer *s;

	if (m == NULL || (s = ma_calloc(sizeof *s)) == NULL)
		return NULL;
	/* It attaches before us, and has read the header when we do. */
	s->arc = mailauth_arc_new(m, lookups, now);
	s->set.results = mailauth_authres_new();
	if (s->arc == NULL || s->set.results == NULL ||
	    !ma_maker_init(&s->maker, m, mailauth_arc_lookups(s->arc), now,
	    take_header)) {
		mailauth_arc_free(s->arc);
		ma_set_free(&s->set);
		ma_free(s);
		return NULL;
	}
	s->take_results = true;
	s->set.message = (struct signing){ .kind = SIGNATURE_ARC_MESSAGE,
		.header = CANON_RELAXED, .body = CANON_RELAXED };
	s->set.seal = (struct signing){ .kind = SIGNATURE_ARC_SEAL,
		.header = CANON_RELAXED };
	return s;
}

void
mailauth_sealer_free(struct mailauth_sealer *s)
{
	if (s == NULL)
		return;
	mailauth_arc_free(s->arc);
	ma_set_free(&s->set);
	ma_maker_free(&s->maker);
	ma_free(s);
}

struct mailauth_lookups *
mailauth_sealer_lookups(struct mailauth_sealer *s)
{
	return s != NULL ? s->maker.task.lookups : NULL;
}

/* ---- Settings ---- */

/* Those that count when the header is complete. */
static int
check_open(const struct mailauth_sealer *s)
{
	return s != NULL ? ma_maker_open(&s->maker) : MAILAUTH_EINVAL;
}

/* Those that count at the end. */
static int
check_unstarted(const struct mailauth_sealer *s)
{
	if (s == NULL)
		return MAILAUTH_EINVAL;
	return s->maker.task.started ? MAILAUTH_EUSE : MAILAUTH_DONE;
}

static int
copy(struct mailauth_sealer *s, struct slice text, struct slice *out)
{
	return ma_maker_text(&s->maker, text, out);
}

static int
set_key(struct mailauth_sealer *s, const char *domain, const char *selector,
    const struct mailauth_private_key *key, enum key_type type)
{
	struct signing *both[] = { &s->set.message, &s->set.seal };
	struct slice d, sel;
	int r = check_open(s);

	if (r != MAILAUTH_DONE)
		return r;
	if (domain == NULL || selector == NULL)
		return MAILAUTH_EINVAL;
	if ((r = copy(s, ma_str(domain), &d)) != MAILAUTH_DONE ||
	    (r = copy(s, ma_str(selector), &sel)) != MAILAUTH_DONE)
		return r;
	for (size_t i = 0; i < COUNT(both); i++) {
		both[i]->domain = d;
		both[i]->selector = sel;
		both[i]->key = key;
		both[i]->type = type;
	}
	return MAILAUTH_DONE;
}

int
mailauth_sealer_set_key(struct mailauth_sealer *s, const char *domain,
    const char *selector, const struct mailauth_private_key *key)
{
	return s != NULL && key != NULL ?
	    set_key(s, domain, selector, key, ma_private_key_type(key)) :
	    MAILAUTH_EINVAL;
}

int
mailauth_sealer_set_remote_key(struct mailauth_sealer *s, const char *domain,
    const char *selector, int algorithm)
{
	if (s == NULL ||
	    (algorithm != (int)KEY_RSA && algorithm != (int)KEY_ED25519))
		return MAILAUTH_EINVAL;
	return set_key(s, domain, selector, NULL, (enum key_type)algorithm);
}

int
mailauth_sealer_set_authserv_id(struct mailauth_sealer *s, const char *id)
{
	struct slice text;
	int r = check_open(s);

	if (r != MAILAUTH_DONE)
		return r;
	if (s->set.authserv_id != NULL)
		return MAILAUTH_EUSE;
	if ((r = mailauth_authres_set_authserv_id(s->set.results, id)) < 0 ||
	    (r = copy(s, ma_str(id), &text)) < 0)
		return r;
	s->set.authserv_id = text.p;
	return MAILAUTH_DONE;
}

int
mailauth_sealer_set_canonicalization(struct mailauth_sealer *s,
    const char *text)
{
	int r = check_open(s);

	if (r != MAILAUTH_DONE)
		return r;
	return ma_canon_parse(ma_str(text), &s->set.message.header,
	    &s->set.message.body) ? MAILAUTH_DONE : MAILAUTH_EINVAL;
}

int
mailauth_sealer_set_fields(struct mailauth_sealer *s, const char *names)
{
	int r = check_open(s);

	if (r != MAILAUTH_DONE)
		return r;
	return names != NULL ?
	    copy(s, ma_str(names), &s->set.message.names) :
	    MAILAUTH_EINVAL;
}

int
mailauth_sealer_set_take_results(struct mailauth_sealer *s, int on)
{
	int r = check_open(s);

	if (r == MAILAUTH_DONE)
		s->take_results = on != 0;
	return r;
}

int
mailauth_sealer_set_chain(struct mailauth_sealer *s, int result)
{
	int r = check_unstarted(s);

	if (r == MAILAUTH_DONE && (result < MAILAUTH_ARC_NONE ||
	    result > MAILAUTH_ARC_FAIL))
		return MAILAUTH_EINVAL;
	if (r != MAILAUTH_DONE)
		return r;
	s->set.chain = result;
	/* Then nothing need be hashed to validate it. */
	ma_arc_of(s->arc)->structure_only = true;
	return MAILAUTH_DONE;
}

int
mailauth_sealer_add_results(struct mailauth_sealer *s, const char *p, size_t n)
{
	const struct slice name = SLICE_LIT("Authentication-Results:");
	struct slice text = ma_slice(p, n);
	int r = check_unstarted(s);

	if (r != MAILAUTH_DONE)
		return r;
	if (p == NULL || s->set.authserv_id == NULL)
		return MAILAUTH_EINVAL;
	if (ma_casestarts(text, name))
		text = ma_sub(text, name.n, text.n);
	return add_results(s, ma_field_text(text));
}

int
mailauth_sealer_set_trace(struct mailauth_sealer *s, int on)
{
	int r = check_open(s);

	if (r == MAILAUTH_DONE)
		r = mailauth_arc_set_trace(s->arc, on);
	if (r == MAILAUTH_DONE)
		s->maker.task.trace_on = on != 0;
	return r;
}

/* ---- Steps ---- */

/* What a caller has said of the chain, and the message does not deny. */
static int
given_status(const struct mailauth_sealer *s)
{
	const struct chain *c = &ma_arc_of_const(s->arc)->chain;

	if (c->fault.reason != NULL)
		return MAILAUTH_ARC_FAIL;
	if (c->n == 0)
		return MAILAUTH_ARC_NONE;
	return s->set.chain == MAILAUTH_ARC_PASS ? MAILAUTH_ARC_PASS :
	    MAILAUTH_ARC_FAIL;
}

/* Find the chain's status.  As a step. */
static int
find_status(struct mailauth_sealer *s)
{
	int r;

	if (s->set.verdict.result != 0)
		return MAILAUTH_DONE;
	if (s->set.chain != 0) {
		s->set.chain = given_status(s);
		return add_status(s);
	}
	if ((r = mailauth_arc_step(s->arc)) != MAILAUTH_DONE)
		return r;
	s->set.chain = mailauth_arc_result(s->arc);
	r = add_status(s);
	if (r != MAILAUTH_DONE)
		s->set.chain = 0;
	return r;
}

static void
run(struct run *r, void *arg)
{
	struct mailauth_sealer *s = arg;
	struct new_set *set = &s->set;
	int status;

	if (!mailauth_message_ended(s->maker.header.message)) {
		r->more = set->verdict.result == 0;
		return;
	}
	status = ma_set_run(set, &ma_arc_of(s->arc)->chain, &s->maker.header,
	    &s->maker.picker, s->maker.digest, r);
	ma_maker_ran(&s->maker, r, status);
	if (status == MAILAUTH_DONE && set->verdict.result != 0)
		ma_trace(r, "set %u, cv=%s: %s%s%s (RFC 8617 section 5.1)",
		    (unsigned)set->instance,
		    mailauth_arc_result_name(set->chain),
		    mailauth_sealer_result_name(set->verdict.result),
		    set->verdict.why.reason != NULL ? ", " : "",
		    set->verdict.why.reason != NULL ? set->verdict.why.reason :
		    "");
}

int
mailauth_sealer_step(struct mailauth_sealer *s)
{
	int r;

	if (s == NULL || s->set.authserv_id == NULL ||
	    s->set.message.domain.p == NULL)
		return MAILAUTH_EINVAL;
	if ((r = ma_message_status(s->maker.header.message)) != MAILAUTH_DONE)
		return r;
	s->maker.task.started = true;
	if (!s->maker.seen)
		return MAILAUTH_MORE;
	if (!s->maker.task.done && (r = find_status(s)) != MAILAUTH_DONE)
		return r;
	return ma_maker_step(&s->maker, run, s);
}

static int
step(void *s)
{
	return mailauth_sealer_step(s);
}

int
mailauth_sealer_seal(struct mailauth_sealer *s,
    struct mailauth_resolver *resolver)
{
	return s != NULL ? ma_maker_drive(&s->maker, resolver, step, s) :
	    MAILAUTH_EINVAL;
}

/* ---- Once done ---- */

static bool
is_done(const struct mailauth_sealer *s)
{
	return s != NULL && s->maker.task.done;
}

int
mailauth_sealer_result(const struct mailauth_sealer *s)
{
	return is_done(s) ? s->set.verdict.result : 0;
}

const char *
mailauth_sealer_reason(const struct mailauth_sealer *s)
{
	return is_done(s) ? s->set.verdict.why.reason : NULL;
}

const char *
mailauth_sealer_detail(const struct mailauth_sealer *s)
{
	return is_done(s) ? s->set.verdict.why.detail : NULL;
}

int
mailauth_sealer_chain(const struct mailauth_sealer *s)
{
	if (mailauth_sealer_result(s) == MAILAUTH_SEALER_ENDED)
		return MAILAUTH_ARC_FAIL;
	return is_done(s) ? s->set.chain : 0;
}

uint32_t
mailauth_sealer_instance(const struct mailauth_sealer *s)
{
	return mailauth_sealer_result(s) == MAILAUTH_SEALER_SEALED ?
	    s->set.instance : 0;
}

const char *
mailauth_sealer_field(const struct mailauth_sealer *s, int k)
{
	if (mailauth_sealer_result(s) != MAILAUTH_SEALER_SEALED)
		return NULL;
	switch (k) {
	case 0:
		return s->set.seal.field.p;
	case 1:
		return s->set.message.field.p;
	case 2:
		return s->set.field.text.p;
	default:
		return NULL;
	}
}

const char *
mailauth_sealer_warning(const struct mailauth_sealer *s, size_t k)
{
	return mailauth_sealer_result(s) == MAILAUTH_SEALER_SEALED ?
	    ma_signing_warning(&s->set.message, k) : NULL;
}

const char *
mailauth_sealer_trace(const struct mailauth_sealer *s, size_t line)
{
	size_t n = 0;

	if (!is_done(s))
		return NULL;
	while (mailauth_arc_trace(s->arc, n) != NULL)
		n++;
	return line < n ? mailauth_arc_trace(s->arc, line) :
	    ma_task_trace(&s->maker.task, line - n);
}
