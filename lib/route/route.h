/*
 * The route room: where mail goes and what each connection must satisfy, by mx,
 * dane and mtasts together; RFC 8461 section 2, RFC 8689.
 *	eval.c		what the parts say  ->  struct route_outcome
 *	result.c	words, sentences, SMTP replies
 *	api.c		the handle, the steps of the parts, the exported functions
 */
#ifndef MA_ROUTE_H
#define MA_ROUTE_H

#include "dane/dane.h"
#include "lookups/lookups.h"
#include "mailauth/route.h"
#include "mtasts/mtasts.h"
#include "mx/mx.h"

struct route_host {
	int tls;			/* enum mailauth_route_tls */
	const char *reason, *detail;	/* detail NULL: by the others */
	int tls_failure;
};

struct route_outcome {
	int result;
	const char *reason, *detail;	/* as those of hosts */
	struct route_host *hosts;	/* as those of mx */
	size_t n;
};

struct mailauth_route {
	struct task task;		/* of the decision */
	bool require_tls, tls_required_no;
	struct mailauth_mx *mx;
	struct mailauth_mtasts *mtasts;
	struct dname domain;		/* n 0: no domain */
	struct mailauth_dane **danes;	/* by host of mx */
	size_t n, cap;
	struct route_outcome out;	/* in task.arena; once task.done */
};

/* Do policies count for this message? */
static inline bool
ma_route_is_bound(const struct mailauth_route *r)
{
	return r->require_tls || !r->tls_required_no;
}

/* A run of ma_task_step(), the parts being done; arg: struct mailauth_route. */
void ma_route_run(struct run *, void *arg);

const char *ma_route_detail(const struct route_outcome *);
const char *ma_route_tls_detail(const struct route_host *);

#endif
