/*
 * The one resolver type: a table of functions and whose it is.
 */
#include "lookups/lookups.h"

struct mailauth_resolver {
	struct mailauth_resolver_ops ops;
	void *user;
};

struct mailauth_resolver *
mailauth_resolver_new(const struct mailauth_resolver_ops *ops, void *user)
{
	struct mailauth_resolver *r;

	/* Members beyond ops->size were not there when the caller was built. */
	if (ops == NULL || ops->size <
	    offsetof(struct mailauth_resolver_ops, ask) + sizeof ops->ask)
		return NULL;
	if ((r = ma_calloc(sizeof *r)) == NULL)
		return NULL;
	memcpy(&r->ops, ops,
	    ops->size < sizeof r->ops ? ops->size : sizeof r->ops);
	r->user = user;
	if (r->ops.ask == NULL) {
		ma_free(r);
		return NULL;
	}
	return r;
}

void
mailauth_resolver_free(struct mailauth_resolver *r)
{
	if (r == NULL)
		return;
	if (r->ops.free != NULL)
		r->ops.free(r->user);
	ma_free(r);
}

void *
ma_resolver_user(const struct mailauth_resolver *r,
    int (*ask)(void *, struct mailauth_question *))
{
	return r != NULL && r->ops.ask == ask ? r->user : NULL;
}

int
mailauth_resolver_begin(struct mailauth_resolver *r, void **flight)
{
	if (r == NULL || flight == NULL)
		return MAILAUTH_EINVAL;
	*flight = r->user;
	return r->ops.begin != NULL ? r->ops.begin(r->user, flight) : 0;
}

int
mailauth_resolver_ask(struct mailauth_resolver *r, void *flight,
    struct mailauth_question *q)
{
	return r != NULL && q != NULL ? r->ops.ask(flight, q) : MAILAUTH_EINVAL;
}

int
mailauth_resolver_waits(const struct mailauth_resolver *r)
{
	return r != NULL && r->ops.wait != NULL;
}

int
mailauth_resolver_wait(struct mailauth_resolver *r, void *flight,
    int milliseconds)
{
	return mailauth_resolver_waits(r) ?
	    r->ops.wait(flight, milliseconds) : -1;
}

int
mailauth_resolver_known(struct mailauth_resolver *r, struct mailauth_question *q)
{
	return r != NULL && q != NULL && r->ops.known != NULL ?
	    r->ops.known(r->user, q) : 0;
}

void
mailauth_resolver_end(struct mailauth_resolver *r, void *flight)
{
	if (r != NULL && r->ops.end != NULL)
		r->ops.end(flight);
}
