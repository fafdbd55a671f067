/*
 * A master file as a resolver.  Questions are answered one a wait, in the
 * order in which they were asked; those marked TIMEOUT never.
 */
#include "io/zone.h"
#include "mailauth/resolver.h"

/* One evaluation's questions that are open. */
struct flight {
	const struct zone *zone;
	struct mailauth_question **open;
	size_t n, cap, next;
};

enum outcome {
	ANSWERED,
	NEVER,			/* TIMEOUT */
	NO_MEMORY		/* the question is still open */
};

/* What the zone says, handed on; MAILAUTH_ENOMEM or whatever answering gave. */
static int
hand_on(const struct zone_reply *reply, int r, struct mailauth_question *q)
{
	if (r == MAILAUTH_ENOMEM)
		return r;
	if (r != MAILAUTH_DONE)
		return mailauth_answer_failed(q, MAILAUTH_FAILURE_LIMIT);
	if (reply->instead == REMARK_SERVFAIL)
		return mailauth_answer_failed(q, MAILAUTH_FAILURE_SERVFAIL);
	if (reply->instead == REMARK_REFUSED)
		return mailauth_answer_failed(q, MAILAUTH_FAILURE_REFUSED);
	return mailauth_answer_dns(q, reply->packet.b.p, reply->packet.b.n,
	    reply->secure ? MAILAUTH_ANSWER_SECURE : 0);
}

static enum outcome
answer(const struct zone *z, struct mailauth_question *q)
{
	struct zone_reply reply;
	struct dname name;
	size_t n;
	const uint8_t *wire = mailauth_question_wire(q, &n);
	int r;

	ma_name_wire(ma_slice(wire, n), &name);
	r = ma_zone_ask(z, &name, mailauth_question_type(q), &reply);
	if (r == MAILAUTH_DONE && reply.instead == REMARK_TIMEOUT)
		return NEVER;
	r = hand_on(&reply, r, q);
	ma_packet_free(&reply.packet);
	return r == MAILAUTH_ENOMEM ? NO_MEMORY : ANSWERED;
}

static int
begin(void *user, void **flight)
{
	struct flight *f = ma_calloc(sizeof *f);

	if (f == NULL)
		return MAILAUTH_ENOMEM;
	f->zone = user;
	*flight = f;
	return MAILAUTH_DONE;
}

static int
ask(void *flight, struct mailauth_question *q)
{
	struct flight *f = flight;

	if (mailauth_question_kind(q) != MAILAUTH_QUESTION_DNS)
		return MAILAUTH_EUNSUPPORTED;
	if (f->n == f->cap) {
		size_t cap = f->cap > 0 ? 2 * f->cap : 32;
		struct mailauth_question **open =
		    ma_realloc(f->open, cap * sizeof *open);

		if (open == NULL)
			return MAILAUTH_ENOMEM;
		f->open = open;
		f->cap = cap;
	}
	f->open[f->n++] = q;
	return MAILAUTH_DONE;
}

/* The next question that has an answer, however often memory is lacking. */
static int
wait(void *flight, int milliseconds)
{
	enum { PATIENCE = 16 };
	struct flight *f = flight;
	unsigned failures = 0;

	(void)milliseconds;
	while (f->next < f->n && failures < PATIENCE)
		switch (answer(f->zone, f->open[f->next])) {
		case ANSWERED:
			f->next++;
			return 1;
		case NEVER:
			f->next++;
			break;
		case NO_MEMORY:
			failures++;
		}
	return -1;
}

static int
known(void *user, struct mailauth_question *q)
{
	return mailauth_question_kind(q) == MAILAUTH_QUESTION_DNS &&
	    answer(user, q) == ANSWERED;
}

static void
end(void *flight)
{
	struct flight *f = flight;

	ma_free(f->open);
	ma_free(f);
}

static void
free_zone(void *user)
{
	ma_zone_free(user);
}

int
mailauth_resolver_new_zone(const char *text, size_t n, const char *name,
    struct mailauth_resolver **out, char *error, size_t size)
{
	static const struct mailauth_resolver_ops ops = {
		.size = sizeof ops, .begin = begin, .ask = ask, .wait = wait,
		.known = known, .end = end, .free = free_zone
	};
	struct lines l = { .rest = { text, n }, .line = 1,
		.name = name != NULL ? name : "zone",
		.error = error, .size = error != NULL ? size : 0 };
	struct zone *z;
	int r;

	if (l.size > 0)
		error[0] = '\0';
	if (out == NULL || (text == NULL && n > 0))
		return MAILAUTH_EINVAL;
	*out = NULL;
	if ((z = ma_zone_new()) == NULL)
		return MAILAUTH_ENOMEM;
	r = ma_zone_load(z, &l);
	if (r == MAILAUTH_DONE &&
	    (*out = mailauth_resolver_new(&ops, z)) == NULL)
		r = MAILAUTH_ENOMEM;
	if (r != MAILAUTH_DONE)
		ma_zone_free(z);
	return r;
}

int
mailauth_resolver_new_zone_file(const char *path,
    struct mailauth_resolver **out, char *error, size_t size)
{
	struct buf text = { 0 };
	int r;

	if (error != NULL && size > 0)
		error[0] = '\0';
	if (path == NULL || out == NULL)
		return MAILAUTH_EINVAL;
	*out = NULL;
	if ((r = ma_read_file(path, &text)) == MAILAUTH_DONE)
		r = mailauth_resolver_new_zone(text.p, text.n, path, out, error,
		    size);
	ma_buf_free(&text);
	return r;
}
