/*
 * The handle of a chain's validation, and the exported functions.
 */
#include "arc/arc.h"

enum {
	KEYS = 3, KEYS_MAX = 10,
	CLOCK_SKEW = 300, CLOCK_SKEW_MAX = 86400,
	RSA_BITS = 8192, RSA_BITS_MIN = 1024, RSA_BITS_MAX = 16384
};

struct mailauth_arc {
	struct task task;
	struct reader reader;
	struct arc arc;
};

/* ---- Life ---- */

static int
take_header(struct reader *reader, struct mailauth_message *m)
{
	struct mailauth_arc *a = (struct mailauth_arc *)(void *)
	    ((char *)reader - offsetof(struct mailauth_arc, reader));

	(void)m;
	return ma_arc_header(&a->arc);
}

struct mailauth_arc *
mailauth_arc_new(struct mailauth_message *m, struct mailauth_lookups *lookups,
    int64_t now)
{
	struct mailauth_arc *a;

	if (m == NULL || (a = ma_calloc(sizeof *a)) == NULL)
		return NULL;
	if (!ma_task_init(&a->task, lookups)) {
		ma_free(a);
		return NULL;
	}
	a->reader.header = take_header;
	if (ma_message_attach(m, &a->reader) != MAILAUTH_DONE) {
		ma_task_free(&a->task);
		ma_free(a);
		return NULL;
	}
	ma_message_ref(m);
	a->arc.max_sets = ARC_SETS_MAX;
	a->arc.verifier = (struct verifier){ .message = m, .now = now,
		.max_keys = KEYS, .clock_skew = CLOCK_SKEW,
		.rsa_bits = RSA_BITS, .unsigned_body = MAILAUTH_DKIM_POLICY };
	return a;
}

void
mailauth_arc_free(struct mailauth_arc *a)
{
	if (a == NULL)
		return;
	ma_message_detach(a->arc.verifier.message, &a->reader);
	ma_arc_free(&a->arc);
	mailauth_message_free(a->arc.verifier.message);
	ma_task_free(&a->task);
	ma_free(a);
}

struct mailauth_lookups *
mailauth_arc_lookups(struct mailauth_arc *a)
{
	return a != NULL ? a->task.lookups : NULL;
}

struct arc *
ma_arc_of(struct mailauth_arc *a)
{
	return &a->arc;
}

const struct arc *
ma_arc_of_const(const struct mailauth_arc *a)
{
	return &a->arc;
}

/* ---- Settings ---- */

/* They count from the moment when the header is complete. */
static int
check_open(const struct mailauth_arc *a)
{
	if (a == NULL)
		return MAILAUTH_EINVAL;
	return a->task.started || a->arc.seen ? MAILAUTH_EUSE : MAILAUTH_DONE;
}

int
mailauth_arc_set_limit(struct mailauth_arc *a, int limit, uint32_t value)
{
	static const struct {
		size_t where;
		uint32_t min, max;
	} limits[] = {
		[MAILAUTH_ARC_SETS] = { offsetof(struct arc, max_sets), 1,
			ARC_SETS_MAX },
		[MAILAUTH_ARC_KEYS] = {
			offsetof(struct arc, verifier.max_keys), 1, KEYS_MAX },
		[MAILAUTH_ARC_CLOCK_SKEW] = {
			offsetof(struct arc, verifier.clock_skew), 0,
			CLOCK_SKEW_MAX },
		[MAILAUTH_ARC_RSA_BITS] = {
			offsetof(struct arc, verifier.rsa_bits), RSA_BITS_MIN,
			RSA_BITS_MAX },
	};
	int r = check_open(a);

	if (r != MAILAUTH_DONE)
		return r;
	if (limit < 1 || limit >= (int)COUNT(limits) ||
	    value < limits[limit].min || value > limits[limit].max)
		return MAILAUTH_EINVAL;
	memcpy((char *)&a->arc + limits[limit].where, &value, sizeof value);
	return MAILAUTH_DONE;
}

int
mailauth_arc_set_keys(struct mailauth_arc *a, struct mailauth_keys *keys)
{
	int r = check_open(a);

	if (r == MAILAUTH_DONE)
		a->arc.verifier.keys = keys;
	return r;
}

int
mailauth_arc_set_trace(struct mailauth_arc *a, int on)
{
	int r = check_open(a);

	if (r == MAILAUTH_DONE)
		a->task.trace_on = on != 0;
	return r;
}

/* ---- Steps ---- */

static void
run(struct run *r, void *arg)
{
	ma_arc_run(r, arg);
}

int
mailauth_arc_step(struct mailauth_arc *a)
{
	int r;

	if (a == NULL)
		return MAILAUTH_EINVAL;
	if ((r = ma_message_status(a->arc.verifier.message)) != MAILAUTH_DONE)
		return r;
	r = ma_task_step(&a->task, run, &a->arc);
	return a->arc.verifier.failed != MAILAUTH_DONE ?
	    a->arc.verifier.failed : r;
}

static int
step(void *a)
{
	return mailauth_arc_step(a);
}

int
mailauth_arc_verify(struct mailauth_arc *a, struct mailauth_resolver *resolver)
{
	int r;

	if (a == NULL)
		return MAILAUTH_EINVAL;
	r = ma_message_whole(a->arc.verifier.message);
	return r == MAILAUTH_DONE ? ma_task_drive(&a->task, resolver, step, a) :
	    r;
}

/* ---- Once done: the chain ---- */

static bool
is_done(const struct mailauth_arc *a)
{
	return a != NULL && a->task.done;
}

int
mailauth_arc_result(const struct mailauth_arc *a)
{
	return is_done(a) ? a->arc.result : 0;
}

const char *
mailauth_arc_reason(const struct mailauth_arc *a)
{
	return is_done(a) ? a->arc.why.reason : NULL;
}

const char *
mailauth_arc_detail(const struct mailauth_arc *a)
{
	return is_done(a) ? a->arc.why.detail : NULL;
}

uint32_t
mailauth_arc_failed_set(const struct mailauth_arc *a)
{
	return is_done(a) ? a->arc.failed_set : 0;
}

int
mailauth_arc_temporary(const struct mailauth_arc *a)
{
	return is_done(a) && a->arc.temporary;
}

int
mailauth_arc_oldest_pass(const struct mailauth_arc *a)
{
	return mailauth_arc_result(a) == MAILAUTH_ARC_PASS ?
	    (int)a->arc.oldest_pass : -1;
}

int
mailauth_arc_secure(const struct mailauth_arc *a)
{
	return is_done(a) && a->task.secure;
}

const char *
mailauth_arc_trace(const struct mailauth_arc *a, size_t line)
{
	return a != NULL ? ma_task_trace(&a->task, line) : NULL;
}

/* ---- Once done: sets ---- */

uint32_t
mailauth_arc_count(const struct mailauth_arc *a)
{
	return is_done(a) ? a->arc.chain.n : 0;
}

static const struct arc_set *
get(const struct mailauth_arc *a, uint32_t instance)
{
	return instance > 0 && instance <= mailauth_arc_count(a) ?
	    &a->arc.chain.sets[instance - 1] : NULL;
}

static const char *
give(struct slice s, size_t *n)
{
	if (n != NULL)
		*n = s.p != NULL ? s.n : 0;
	return s.p;
}

/* A tag of the seal as it stands there. */
static const char *
give_tag(const struct mailauth_arc *a, uint32_t instance,
    enum signature_tag tag, size_t *n)
{
	const struct arc_set *set = get(a, instance);

	return give(set != NULL && set->seal.kept != NULL ?
	    set->seal.kept->sig.tags[tag].value : ma_slice(NULL, 0), n);
}

const char *
mailauth_arc_cv(const struct mailauth_arc *a, uint32_t instance, size_t *n)
{
	return give_tag(a, instance, SIG_CV, n);
}

const char *
mailauth_arc_domain(const struct mailauth_arc *a, uint32_t instance, size_t *n)
{
	const struct arc_set *set = get(a, instance);

	return set != NULL && set->seal.kept != NULL &&
	    set->seal.kept->sig.domain_text != NULL ?
	    give(ma_str(set->seal.kept->sig.domain_text), n) :
	    give_tag(a, instance, SIG_D, n);
}

const char *
mailauth_arc_selector(const struct mailauth_arc *a, uint32_t instance,
    size_t *n)
{
	return give_tag(a, instance, SIG_S, n);
}

const char *
mailauth_arc_results(const struct mailauth_arc *a, uint32_t instance, size_t *n)
{
	const struct arc_set *set = get(a, instance);

	return give(set != NULL ? set->results : ma_slice(NULL, 0), n);
}

static const struct verdict *
get_part(const struct mailauth_arc *a, uint32_t instance, int part)
{
	static const struct verdict not_tried = { MAILAUTH_DKIM_NONE,
		{ NULL, "it was not tried" } };
	const struct arc_set *set = get(a, instance);
	const struct verification *v;

	if (set == NULL || (part != MAILAUTH_ARC_SEAL &&
	    part != MAILAUTH_ARC_MESSAGE_SIGNATURE))
		return NULL;
	v = part == MAILAUTH_ARC_SEAL ? &set->seal : &set->message;
	return v->verdict.result != 0 ? &v->verdict : &not_tried;
}

int
mailauth_arc_part_result(const struct mailauth_arc *a, uint32_t instance,
    int part)
{
	const struct verdict *v = get_part(a, instance, part);

	return v != NULL ? v->result : 0;
}

const char *
mailauth_arc_part_reason(const struct mailauth_arc *a, uint32_t instance,
    int part)
{
	const struct verdict *v = get_part(a, instance, part);

	return v != NULL ? v->why.reason : NULL;
}

const char *
mailauth_arc_part_detail(const struct mailauth_arc *a, uint32_t instance,
    int part)
{
	const struct verdict *v = get_part(a, instance, part);

	return v != NULL ? v->why.detail : NULL;
}
