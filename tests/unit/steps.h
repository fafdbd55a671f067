/*
 * For tests of whole evaluations: run one over a master file in every order of
 * answers, with a resolver that can only block, and with each allocation in
 * turn failing; all runs must agree.  Link as wrap.h says.
 */
#ifndef STEPS_H
#define STEPS_H

#include "unit.h"
#include "wrap.h"
#include "lookups/lookups.h"
#include "mailauth/resolver.h"

/* ---- What is tested ---- */

struct subject {
	/* A handle with the row's inputs; NULL: no memory. */
	void *(*make)(const void *row, struct mailauth_lookups *);
	int (*step)(void *);
	int (*drive)(void *, struct mailauth_resolver *);
	void (*free)(void *);
	/* All that the accessors say. */
	void (*describe)(void *, struct buf *);
};

enum order { ALL_AT_ONCE, OLDEST_FIRST, NEWEST_FIRST, ORDERS };
enum { MAX_OUT = 8192 };

struct steps {
	const struct subject *subject;
	const void *row;
	const char *what;
	struct mailauth_resolver *zone;
	struct buf said, asked;
	unsigned questions, rounds;
};

/* A zone; in text ' stands for ". */
static inline struct mailauth_resolver *
zone_of(const char *text)
{
	struct mailauth_resolver *zone;
	struct buf b = { 0 };
	char error[200] = "";

	for (; *text != '\0'; text++)
		ma_buf_char(&b, *text == '\'' ? '"' : *text);
	ck_assert_msg(mailauth_resolver_new_zone(b.n > 0 ? b.p : "", b.n, "z",
	    &zone, error, sizeof error) == MAILAUTH_DONE, "%s", error);
	ma_buf_free(&b);
	return zone;
}

static inline void
answer_now(struct steps *s, struct mailauth_question *q)
{
	if (mailauth_resolver_known(s->zone, q) != 1)
		mailauth_answer_failed(q, MAILAUTH_FAILURE_TIMEOUT);
}

static inline void
hear(struct steps *s, void *h)
{
	ma_buf_clear(&s->said);
	s->subject->describe(h, &s->said);
	ma_buf_char(&s->said, '\0');
	ck_assert(!s->said.failed);
}

/* One run by hand; what was asked goes to s->asked in ALL_AT_ONCE. */
static inline void
run_order(struct steps *s, enum order order)
{
	static struct mailauth_question *out[MAX_OUT];
	struct mailauth_lookups *l = mailauth_lookups_new();
	void *h = s->subject->make(s->row, l);
	struct mailauth_question *q;
	size_t from = 0, n = 0;
	int r;

	ck_assert_ptr_nonnull(h);
	while ((r = s->subject->step(h)) == MAILAUTH_NEED) {
		while ((q = mailauth_lookups_next(l)) != NULL) {
			ck_assert(n < MAX_OUT);
			out[n++] = q;
			if (order != ALL_AT_ONCE)
				continue;
			if (s->asked.n > 0)
				ma_buf_str(&s->asked, ", ");
			ma_buf_fmt(&s->asked, "%s %s",
			    mailauth_question_name(q),
			    mailauth_question_type_name(q));
		}
		ck_assert_msg(n > from, "%s: it needs nothing", s->what);
		if (order == NEWEST_FIRST) {
			answer_now(s, out[--n]);
			continue;
		}
		answer_now(s, out[from++]);
		while (order == ALL_AT_ONCE && from < n)
			answer_now(s, out[from++]);
	}
	ck_assert_msg(r == MAILAUTH_DONE, "%s: step %d", s->what, r);
	hear(s, h);
	if (order == ALL_AT_ONCE) {
		s->questions = mailauth_lookups_queries(l);
		s->rounds = mailauth_lookups_rounds(l);
		ma_buf_char(&s->asked, '\0');
	}
	s->subject->free(h);
	mailauth_lookups_free(l);
	/* What was not needed may come after all is gone. */
	while (from < n)
		mailauth_answer_failed(out[from++], MAILAUTH_FAILURE_TIMEOUT);
}

/* ---- A resolver that can only block ---- */

static inline int
block(void *user, struct mailauth_question *q)
{
	answer_now(user, q);
	return 0;
}

static inline void
run_driven(struct steps *s, bool blocking)
{
	struct mailauth_resolver_ops ops = { .size = sizeof ops, .ask = block };
	struct mailauth_resolver *r = mailauth_resolver_new(&ops, s);
	void *h = s->subject->make(s->row, NULL);

	ck_assert(r != NULL && h != NULL);
	ck_assert_int_eq(s->subject->drive(h, blocking ? r : s->zone),
	    MAILAUTH_DONE);
	hear(s, h);
	s->subject->free(h);
	mailauth_resolver_free(r);
}

/* ---- The i-th allocation fails ---- */

/* Answering is tested elsewhere: there memory does not fail. */
static inline void
answer_with_memory(struct steps *s, struct mailauth_lookups *l)
{
	size_t fail_at = wrap_fail_at, requests = wrap_requests;
	struct mailauth_question *q;

	wrap_fail_at = SIZE_MAX;
	while ((q = mailauth_lookups_next(l)) != NULL)
		answer_now(s, q);
	wrap_fail_at = fail_at;
	wrap_requests = requests;
}

/* False: there were not so many. */
static inline bool
run_failing(struct steps *s, size_t i)
{
	struct mailauth_lookups *l = mailauth_lookups_new();
	void *h;
	bool failed;
	int r;

	wrap_start(i);
	if ((h = s->subject->make(s->row, l)) == NULL) {
		ck_assert(wrap_requests > i);
		h = s->subject->make(s->row, l);
	}
	while ((r = s->subject->step(h)) == MAILAUTH_NEED ||
	    r == MAILAUTH_ENOMEM) {
		/* Nothing has changed: step again. */
		ck_assert(r == MAILAUTH_NEED || wrap_requests > i);
		if (r == MAILAUTH_NEED)
			answer_with_memory(s, l);
	}
	failed = wrap_requests > i;
	wrap_start(SIZE_MAX);
	ck_assert_msg(r == MAILAUTH_DONE, "%s: step %d", s->what, r);
	hear(s, h);
	s->subject->free(h);
	mailauth_lookups_free(l);
	return failed;
}

/* ---- All of it ---- */

static inline void
steps_free(struct steps *s)
{
	ma_buf_free(&s->said);
	ma_buf_free(&s->asked);
	mailauth_resolver_free(s->zone);
}

/*
 * Every run of the row over this zone says `want`.  asked: all questions, in
 * the order in which they were named, where all answers come at once; NULL:
 * any.  rounds: 0: any.
 */
static inline void
check_steps(const struct subject *subject, const void *row, const char *what,
    const char *zone, const char *want, const char *asked, unsigned rounds)
{
	struct steps s = { .subject = subject, .row = row, .what = what,
		.zone = zone_of(zone) };

	for (int order = 0; order < ORDERS; order++) {
		run_order(&s, (enum order)order);
		ck_assert_msg(strcmp(s.said.p, want) == 0,
		    "%s: order %d\n got: %s\nwant: %s", what, order, s.said.p,
		    want);
	}
	ck_assert_msg(asked == NULL || strcmp(s.asked.p, asked) == 0,
	    "%s: asked\n got: %s\nwant: %s", what, s.asked.p, asked);
	ck_assert_msg(rounds == 0 || s.rounds == rounds, "%s: %u rounds",
	    what, s.rounds);
	for (int blocking = 0; blocking < 2; blocking++) {
		run_driven(&s, blocking);
		ck_assert_msg(strcmp(s.said.p, want) == 0,
		    "%s: driven\n got: %s\nwant: %s", what, s.said.p, want);
	}
	for (size_t i = 0; run_failing(&s, i); i++)
		ck_assert_msg(strcmp(s.said.p, want) == 0,
		    "%s: allocation %zu\n got: %s\nwant: %s", what, i,
		    s.said.p, want);
	steps_free(&s);
}

#endif
