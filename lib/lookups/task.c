/*
 * A handle's runs over the answers known so far, and the blocking loop.
 */
#include "lookups/question.h"

/* ---- What a run does ---- */

static void
trace_answer(struct run *r, const struct mailauth_question *q,
    const struct answer *a)
{
	const char *secure = a->secure ? ", secure" : "";

	if (q->asked.kind == MAILAUTH_QUESTION_FETCH &&
	    q->fetched.failure == 0)
		ma_trace(r, "%s: status %d, %zu octets", q->asked.what.p,
		    q->fetched.status, q->fetched.body.n);
	else if (a->status == ANSWER_RECORDS)
		ma_trace(r, "%s %s: %zu record%s%s", q->text, q->type_text,
		    a->count, a->count == 1 ? "" : "s", secure);
	else
		ma_trace(r, "%s %s: %s%s", q->text, q->type_text,
		    a->status == ANSWER_NODATA ? "no such record" :
		    a->status == ANSWER_NXDOMAIN ? "no such name" :
		    mailauth_failure_name(a->why), secure);
}

/* The question, answered; NULL: it is not, or there is no memory. */
static const struct mailauth_question *
ask(struct run *r, const struct asked *a)
{
	struct mailauth_question *q = ma_lookups_asked(r->lookups, a);

	if (q == NULL) {
		r->nomem = true;
		return NULL;
	}
	if (q->state != QUESTION_ANSWERED) {
		if (r->missed < MAX_WATCHED)
			r->watched[r->missed] = q;
		r->missed++;
		return NULL;
	}
	r->read++;
	if (!q->answer.secure)
		r->insecure = true;
	trace_answer(r, q, &q->answer);
	return q;
}

static const struct answer *
ask_answer(struct run *r, const struct asked *a)
{
	const struct mailauth_question *q = ask(r, a);

	return q != NULL ? &q->answer : NULL;
}

const struct answer *
ma_ask(struct run *r, const struct dname *name, uint16_t type)
{
	const struct asked a = ma_asked_dns(name, type);

	return ask_answer(r, &a);
}

const struct fetched *
ma_ask_fetch(struct run *r, const struct dname *host, struct slice url,
    uint32_t max_octets)
{
	const struct asked a = { .kind = MAILAUTH_QUESTION_FETCH,
		.of = max_octets, .name = ma_slice(host->w, host->n),
		.what = url };
	const struct mailauth_question *q = ask(r, &a);

	return q != NULL ? &q->fetched : NULL;
}

const struct answer *
ma_ask_signature(struct run *r, const struct dname *name, int algorithm,
    struct slice digest)
{
	const struct asked a = { .kind = MAILAUTH_QUESTION_SIGN,
		.of = (uint32_t)algorithm,
		.name = ma_slice(name->w, name->n), .what = digest };

	return ask_answer(r, &a);
}

void
ma_note(struct run *r, const struct dname *name, uint16_t type)
{
	if (!r->lookups->no_ahead &&
	    ma_lookups_question(r->lookups, name, type) == NULL)
		r->nomem = true;
}

void
ma_trace(struct run *r, const char *fmt, ...)
{
	struct trace *t = r->trace;
	va_list ap;

	if (t == NULL)
		return;
	if (t->n == t->cap) {
		size_t cap = t->cap > 0 ? 2 * t->cap : 32;
		const char **lines =
		    ma_arena_alloc(r->arena, cap * sizeof *lines);

		if (lines == NULL)
			return;
		if (t->n > 0)
			memcpy(lines, t->lines, t->n * sizeof *lines);
		t->lines = lines;
		t->cap = cap;
	}
	va_start(ap, fmt);
	t->lines[t->n] = ma_arena_vfmt(r->arena, fmt, ap);
	va_end(ap);
	if (t->lines[t->n] != NULL)
		t->n++;
}

/* ---- Tasks ---- */

bool
ma_task_init(struct task *t, struct mailauth_lookups *l)
{
	*t = (struct task){ 0 };
	if (l != NULL)
		ma_lookups_ref(l);
	else if ((l = mailauth_lookups_new()) == NULL)
		return false;
	t->lookups = l;
	return true;
}

void
ma_task_free(struct task *t)
{
	ma_arena_free(&t->arena);
	mailauth_lookups_free(t->lookups);
}

/* Is every answer that the last run lacked still lacking? */
static bool
nothing_new(const struct task *t)
{
	if (t->missed == 0 || t->missed > MAX_WATCHED)
		return false;
	for (size_t i = 0; i < t->missed; i++)
		if (t->watched[i]->state == QUESTION_ANSWERED)
			return false;
	return true;
}

int
ma_task_step(struct task *t, void (*fn)(struct run *, void *), void *arg)
{
	struct run r = { .lookups = t->lookups, .arena = &t->arena };

	if (t->done)
		return MAILAUTH_DONE;
	t->started = true;
	ma_lookups_begin(t->lookups);
	if (nothing_new(t))
		return MAILAUTH_NEED;
	ma_arena_reset(&t->arena);
	t->trace = (struct trace){ 0 };
	if (t->trace_on)
		r.trace = &t->trace;
	fn(&r, arg);
	t->missed = 0;
	if (r.nomem || t->arena.failed)
		return MAILAUTH_ENOMEM;
	t->missed = r.missed;
	memcpy(t->watched, r.watched, sizeof t->watched);
	if (r.missed > 0)
		return MAILAUTH_NEED;
	if (r.more)
		return MAILAUTH_MORE;
	t->secure = ma_run_secure(&r);
	t->done = true;
	return MAILAUTH_DONE;
}

const char *
ma_task_trace(const struct task *t, size_t i)
{
	return t->done && i < t->trace.n ? t->trace.lines[i] : NULL;
}

/* ---- The blocking loop ---- */

/* Questions out that nobody will answer: fn() each. */
static void
for_open(struct mailauth_lookups *l, void (*fn)(struct mailauth_question *))
{
	for (size_t i = 0; l->out > 0 && i < l->n; i++)
		if (l->questions[i]->state == QUESTION_OUT)
			fn(l->questions[i]);
}

static void
time_out(struct mailauth_question *q)
{
	mailauth_answer_failed(q, MAILAUTH_FAILURE_TIMEOUT);
}

/*
 * Hand out what is named: all of it to a resolver that waits, one question to
 * one that can only block, since a step may show that the others are needless.
 */
static int
hand_out(struct mailauth_lookups *l, struct mailauth_resolver *resolver,
    void *flight)
{
	bool waits = mailauth_resolver_waits(resolver);
	struct mailauth_question *q;
	int r;

	while ((q = mailauth_lookups_next(l)) != NULL) {
		r = mailauth_resolver_ask(resolver, flight, q);
		if (r < 0) {
			if (q->state == QUESTION_OUT)
				ma_question_take_back(q);
			return r;
		}
		if (!waits) {
			if (q->state == QUESTION_OUT)
				time_out(q);
			break;
		}
	}
	return MAILAUTH_DONE;
}

int
ma_task_drive(struct task *t, struct mailauth_resolver *resolver,
    int (*step)(void *), void *handle)
{
	struct mailauth_lookups *l = t->lookups;
	void *flight;
	int r;

	if (resolver == NULL)
		return MAILAUTH_EINVAL;
	if (ma_lookups_busy(l))
		return MAILAUTH_EUSE;
	if ((r = mailauth_resolver_begin(resolver, &flight)) < 0)
		return r;
	l->no_ahead = !mailauth_resolver_waits(resolver);
	while ((r = step(handle)) == MAILAUTH_NEED) {
		if ((r = hand_out(l, resolver, flight)) < 0)
			break;
		/* 0, although there is no bound: it was woken for nothing. */
		if (ma_lookups_busy(l) &&
		    mailauth_resolver_wait(resolver, flight, -1) < 0)
			for_open(l, time_out);
	}
	mailauth_resolver_end(resolver, flight);
	l->no_ahead = false;
	for_open(l, ma_question_take_back);
	return r;
}
