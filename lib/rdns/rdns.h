/*
 * The rdns room: forward-confirmed reverse DNS, iprev of RFC 8601 section 3.
 *	eval.c		address and answers  ->  struct rdns_outcome
 *	result.c	words and sentences
 *	api.c		the handle and the exported functions
 */
#ifndef MA_RDNS_H
#define MA_RDNS_H

#include "lookups/lookups.h"
#include "mailauth/rdns.h"

struct rdns_outcome {
	int result;
	const char *reason;
	const char **names, **confirmed;	/* sorted */
	size_t nnames, nconfirmed;
};

struct mailauth_rdns {
	struct task task;
	struct ip client;
	uint32_t max_names;
	struct rdns_outcome out;	/* in task.arena; once task.done */
};

/* A run of ma_task_step(); arg: struct mailauth_rdns. */
void ma_rdns_run(struct run *, void *arg);

const char *ma_rdns_detail(const char *reason);

#endif
