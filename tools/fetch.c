/*
 * A resolver that takes fetches, too: over HTTPS; or, where all answers come
 * from a zone file, one that finds no way to any host.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_HTTPS
#include "mailauth/https.h"
#endif
#include "tool.h"

/* ---- Offline ---- */

struct flight {
	struct mailauth_resolver *below;
	void *flight;
};

static int
begin(void *below, void **flight)
{
	struct flight *f = malloc(sizeof *f);
	int r;

	if (f == NULL)
		return MAILAUTH_ENOMEM;
	f->below = below;
	if ((r = mailauth_resolver_begin(below, &f->flight)) < 0)
		free(f);
	else
		*flight = f;
	return r;
}

static int
ask(void *flight, struct mailauth_question *q)
{
	struct flight *f = flight;

	if (mailauth_question_kind(q) == MAILAUTH_QUESTION_FETCH)
		return mailauth_answer_failed(q, MAILAUTH_FAILURE_NETWORK);
	return mailauth_resolver_ask(f->below, f->flight, q);
}

/* What a fetch got is there already, and nothing may be left to wait for. */
static int
wait(void *flight, int milliseconds)
{
	struct flight *f = flight;

	return mailauth_resolver_wait(f->below, f->flight, milliseconds);
}

static void
end(void *flight)
{
	struct flight *f = flight;

	mailauth_resolver_end(f->below, f->flight);
	free(f);
}

static int
make_offline(struct tool *t, struct mailauth_resolver *below)
{
	static const struct mailauth_resolver_ops ops = { .size = sizeof ops,
		.begin = begin, .ask = ask, .wait = wait, .end = end };

	t->fetcher = mailauth_resolver_new(&ops, below);
	return t->fetcher != NULL ? 0 : tool_broken(t, MAILAUTH_ENOMEM);
}

/* ---- Over HTTPS ---- */

#ifdef HAVE_HTTPS

static int
make_https(struct tool *t, struct mailauth_resolver *below,
    const struct fetch_options *o)
{
	const struct mailauth_https config = { .size = sizeof config,
		.ca_file = o->ca_file, .connect_to = o->connect_to,
		.whole = input_time_left(t) };
	int r = mailauth_resolver_new_https(below, &config, &t->fetcher);

	if (r == MAILAUTH_ESYSTEM)
		return tool_fail(t, EXIT_NOINPUT, "%s: %s", o->ca_file,
		    strerror(errno));
	if (r == MAILAUTH_EINVAL)
		return tool_usage(t, "--connect-to: %s is no address",
		    o->connect_to);
	return r < 0 ? tool_broken(t, r) : 0;
}

#else

static int
make_https(struct tool *t, struct mailauth_resolver *below,
    const struct fetch_options *o)
{
	(void)below;
	(void)o;
	return tool_fail(t, EXIT_UNAVAILABLE,
	    "policies cannot be fetched: this build lacks libmailauth-https");
}

#endif

int
fetch_resolver(struct tool *t, const struct fetch_options *o,
    struct mailauth_resolver **out)
{
	struct mailauth_resolver *below;
	int status;

	mailauth_resolver_free(t->fetcher);
	t->fetcher = NULL;
	status = input_resolver(t, &below);
	*out = below;
	if (status != 0 || t->resolver != NULL)
		return status;
	status = t->zone != NULL ? make_offline(t, below) :
	    make_https(t, below, o);
	*out = t->fetcher;
	return status;
}
