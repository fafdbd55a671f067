/*
 * Whole SPF evaluations for tests, driven in every way that may not matter.
 *
 * Zones are written short: "$ORIGIN example." stands before them, and a line
 * "name = text" is a TXT record.
 */
#ifndef SPF_RUN_H
#define SPF_RUN_H

#include <stdio.h>

#include "unit.h"
#include "mailauth.h"

/* As strings of a length that they may have. */
static inline void
put_txt(struct buf *b, struct slice name, struct slice text)
{
	enum { STRING = 200 };

	ma_buf_fmt(b, "%.*s TXT", SLICE_ARG(name));
	do {
		ma_buf_fmt(b, " \"%.*s\"", SLICE_ARG(ma_sub(text, 0, STRING)));
		text = ma_sub(text, STRING, text.n);
	} while (text.n > 0);
	ma_buf_char(b, '\n');
}

static inline struct mailauth_resolver *
load_zone(const char *lines)
{
	struct slice rest = ma_str(lines);
	struct mailauth_resolver *r = NULL;
	struct buf b = { 0 };
	char error[200] = "";
	int status;

	ma_buf_str(&b, "$ORIGIN example.\n$TTL 60\n");
	while (rest.n > 0) {
		struct slice line = ma_cut(&rest, '\n'), name = line;
		size_t at = ma_find(line, '=');

		if (at > 0 && at + 1 < line.n && line.p[at - 1] == ' ' &&
		    line.p[at + 1] == ' ') {
			name.n = at;
			put_txt(&b, name, ma_sub(line, at + 2, line.n));
		} else {
			ma_buf_slice(&b, line);
			ma_buf_char(&b, '\n');
		}
	}
	status = mailauth_resolver_new_zone(b.p, b.n, "zone", &r, error,
	    sizeof error);
	ck_assert_msg(status == MAILAUTH_DONE, "%s", error);
	ma_buf_free(&b);
	return r;
}

/* One evaluation.  from NULL: the HELO identity. */
struct subject {
	const char *ip, *helo, *from;
};

static inline struct mailauth_spf *
make_spf(const struct subject *s, struct mailauth_lookups *lookups)
{
	struct mailauth_spf *spf;

	while ((spf = mailauth_spf_new(lookups, 1700000000)) == NULL)
		;
	while (mailauth_spf_set_client(spf, s->ip) != MAILAUTH_DONE)
		;
	while (mailauth_spf_set_helo(spf, s->helo, strlen(s->helo)) !=
	    MAILAUTH_DONE)
		;
	while (s->from != NULL && mailauth_spf_set_mail_from(spf, s->from,
	    strlen(s->from)) != MAILAUTH_DONE)
		;
	return spf;
}

/* What may not matter: who waits, which answer comes first, or never. */
struct manner {
	bool eval, lifo, all;		/* all: every answer before a step */
	uint32_t ahead;
	size_t held;			/* index of the question held back */
};

enum { NONE_HELD = 100000, OPEN_MAX = 400 };

static inline void
answer_one(struct mailauth_resolver *zone, struct mailauth_question *q)
{
	/* Twice: memory may have been lacking once. */
	if (!mailauth_resolver_known(zone, q) &&
	    !mailauth_resolver_known(zone, q))
		mailauth_answer_failed(q, MAILAUTH_FAILURE_TIMEOUT);
}

/*
 * Step until it is done.  What is asked goes to *asked, if that is not NULL, as
 * "TXT d.example, A d.example".
 */
static inline void
drive(struct mailauth_spf *spf, struct mailauth_resolver *zone,
    const struct manner *m, struct buf *asked)
{
	struct mailauth_lookups *l = mailauth_spf_lookups(spf);
	struct mailauth_question *open[OPEN_MAX], *q;
	size_t index[OPEN_MAX], n = 0, seen = 0, at, held = m->held;
	int r;

	while ((r = mailauth_spf_step(spf)) != MAILAUTH_DONE) {
		if (r == MAILAUTH_ENOMEM)
			continue;
		ck_assert_int_eq(r, MAILAUTH_NEED);
		while ((q = mailauth_lookups_next(l)) != NULL) {
			ck_assert(n < OPEN_MAX);
			if (asked != NULL)
				ma_buf_fmt(asked, "%s%s %s",
				    asked->n > 0 ? ", " : "",
				    mailauth_question_type_name(q),
				    mailauth_question_name(q));
			index[n] = seen++;
			open[n++] = q;
		}
		ck_assert_msg(n > 0, "it needs nothing that it names");
		do {
			at = m->lifo ? n - 1 : 0;
			if (index[at] == held && n > 1)
				at = m->lifo ? n - 2 : 1;
			answer_one(zone, open[at]);
			n--;
			memmove(open + at, open + at + 1, (n - at) *
			    sizeof *open);
			memmove(index + at, index + at + 1, (n - at) *
			    sizeof *index);
		} while (m->all && n > 0);
	}
	/* What is still out is answered after the end. */
	while (n > 0)
		answer_one(zone, open[--n]);
}

/* "fail - -all 3/1 See me.": result, reason, mechanism, terms/voids, exp. */
static inline const char *
said_by(const struct mailauth_spf *spf, struct buf *b)
{
	const char *reason = mailauth_spf_reason(spf);
	const char *exp = mailauth_spf_explanation(spf);
	size_t n;
	const char *mechanism = mailauth_spf_mechanism(spf, &n);

	ma_buf_clear(b);
	ma_buf_fmt(b, "%s %s %s %u/%u",
	    mailauth_spf_result_name(mailauth_spf_result(spf)),
	    reason != NULL ? reason : "-",
	    mechanism != NULL ? mechanism : "-",
	    (unsigned)mailauth_spf_term_count(spf),
	    (unsigned)mailauth_spf_void_count(spf));
	if (exp != NULL)
		ma_buf_fmt(b, " %s", exp);
	ma_buf_char(b, '\0');
	return b->p;
}

/* Returns what was said; *questions (if not NULL) gets their number. */
static inline const char *
run_spf(const struct subject *s, struct mailauth_resolver *zone,
    const struct manner *m, struct buf *said, size_t *questions)
{
	struct mailauth_spf *spf = make_spf(s, NULL);

	mailauth_spf_set_limit(spf, MAILAUTH_SPF_AHEAD, m->ahead);
	if (m->eval)
		ck_assert_int_eq(mailauth_spf_eval(spf, zone), MAILAUTH_DONE);
	else
		drive(spf, zone, m, NULL);
	said_by(spf, said);
	if (questions != NULL)
		*questions = mailauth_lookups_queries(
		    mailauth_spf_lookups(spf));
	mailauth_spf_free(spf);
	return said->p;
}

#endif
