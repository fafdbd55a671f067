/*
 * The lookups room: what was asked, what was answered, who brings answers.
 *	lookups.c	the asked-and-answered set, questions and their answers
 *	task.c		a handle's runs over it; the blocking loop
 *	resolver.c	the resolver type and its functions
 *
 * An evaluation is a plain function run over the answers known so far, from
 * its start each time:
 *
 *	answer = ma_ask(run, &name, TYPE_TXT);
 *	if (answer == NULL)
 *		return;			not there yet: the run will be repeated
 *
 * Whatever it allocates comes from run->arena, so its error path is `return`.
 */
#ifndef MA_LOOKUPS_H
#define MA_LOOKUPS_H

#include "dns/dns.h"
#include "mailauth/lookups.h"

/* ---- The set ---- */

void ma_lookups_ref(struct mailauth_lookups *);
/* Where a step begins: questions named from here on have the next generation. */
void ma_lookups_begin(struct mailauth_lookups *);
/* The question, named now if it was not yet.  NULL: no memory. */
struct mailauth_question *ma_lookups_question(struct mailauth_lookups *,
    const struct dname *, uint16_t type);
/* Its answer; NULL: not answered yet. */
const struct answer *ma_question_answer(const struct mailauth_question *);
bool ma_lookups_busy(const struct mailauth_lookups *);	/* are questions out? */
/*
 * For resolvers that look at a question after somebody else has answered it:
 * its set stays until it is released.
 */
void ma_question_hold(struct mailauth_question *);
void ma_question_release(struct mailauth_question *);
/* A resolver's user pointer, if it was made with this ask; else NULL. */
void *ma_resolver_user(const struct mailauth_resolver *,
    int (*ask)(void *, struct mailauth_question *));
/* The stable reason for enum mailauth_failure: "dns-timeout". */
const char *ma_failure_reason(int why);

/* ---- A run ---- */

struct trace {
	const char **lines;
	size_t n, cap;
};

enum { MAX_WATCHED = 16 };

struct run {
	struct mailauth_lookups *lookups;
	struct arena *arena;
	struct trace *trace;		/* NULL: off */
	unsigned read;			/* answers read */
	bool insecure;			/* one of them was not validated */
	bool nomem;			/* a question could not be named */
	bool more;			/* set by the run: message bytes are lacking */
	size_t missed;			/* answers that were not there */
	struct mailauth_question *watched[MAX_WATCHED];	/* the first of them */
};

/* The answer, or NULL: the run cannot go on for want of it (or of memory). */
const struct answer *ma_ask(struct run *, const struct dname *, uint16_t type);
/*
 * A FETCH question: get this URL, whose host is the name.  NULL as above.  Of a
 * failure `failure` alone is set.
 */
struct fetched {
	int failure;			/* enum mailauth_failure; 0: none */
	int status;
	struct slice media_type;	/* p NULL: there is none */
	struct slice body;
};
const struct fetched *ma_ask_fetch(struct run *, const struct dname *host,
    struct slice url, uint32_t max_octets);
/*
 * A SIGN question: sign this digest with the key whose record is at this name.
 * The signature is the one record of the answer.
 */
const struct answer *ma_ask_signature(struct run *, const struct dname *,
    int algorithm, struct slice digest);
/*
 * Name a question ahead of need; the answer, if it is there, is not read.
 * Nothing where whoever asks can only block, one question at a time.
 */
void ma_note(struct run *, const struct dname *, uint16_t type);
/*
 * The answer to a question that was named before, if it is there: names
 * nothing, lacks nothing, and does not count as read.
 */
const struct answer *ma_peek(const struct run *, const struct dname *,
    uint16_t type);
/* Whether all that was read was validated, and something was read. */
static inline bool
ma_run_secure(const struct run *r)
{
	return r->read > 0 && !r->insecure;
}
/* A line of the trace; nothing where it is off. */
void ma_trace(struct run *, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* ---- A task: what every handle begins with ---- */

struct task {
	struct mailauth_lookups *lookups;	/* held */
	struct arena arena;			/* of the last run */
	struct trace trace;
	bool trace_on;
	bool started;				/* a step was made: inputs are frozen */
	bool done;
	bool secure;				/* of the deciding run */
	size_t missed;				/* of the last run, as in struct run */
	struct mailauth_question *watched[MAX_WATCHED];
};

/* lookups NULL: the task makes its own.  False: no memory. */
bool ma_task_init(struct task *, struct mailauth_lookups *);
void ma_task_free(struct task *);

/*
 * Run fn once over the answers known, unless nothing it lacked has come.
 * MAILAUTH_DONE: it lacked nothing; MAILAUTH_NEED; MAILAUTH_MORE: only bytes of
 * the message; MAILAUTH_ENOMEM: as if it had not run.  fn is called with an
 * empty arena and must forget earlier runs.
 */
int ma_task_step(struct task *, void (*fn)(struct run *, void *arg), void *arg);

/*
 * The blocking verbs: step, hand out, wait, until step returns something else
 * than MAILAUTH_NEED, which is returned.
 */
int ma_task_drive(struct task *, struct mailauth_resolver *,
    int (*step)(void *handle), void *handle);

const char *ma_task_trace(const struct task *, size_t i);	/* NULL: past the end */

#endif
