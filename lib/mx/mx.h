/*
 * The mx room: where mail goes, RFC 5321 section 5.1 and RFC 7505.
 *	exchange.c	MX records  ->  hosts, sorted and shuffled
 *	eval.c		domain and answers  ->  struct mx_outcome
 *	result.c	words, sentences, SMTP replies
 *	api.c		the handle and the exported functions
 */
#ifndef MA_MX_H
#define MA_MX_H

#include "lookups/lookups.h"
#include "mailauth/mx.h"
#include "text/text.h"

/* ---- Exchanges ---- */

struct mx_exchange {
	uint16_t preference;
	struct slice name;		/* wire form */
};

struct mx_exchanges {
	struct mx_exchange *list;	/* in the order of delivery */
	size_t n;
	bool null;			/* "." and nothing else */
};

/*
 * The exchanges of an answer to MX: each name once, with its best preference,
 * by preference, and shuffled within one as the seed says.  Names that no host
 * can have, and "." beside others, are left out.  False: no memory.
 */
bool ma_mx_exchanges(struct run *, const struct answer *, uint64_t seed,
    struct mx_exchanges *);

/* ---- Evaluation ---- */

/* A name or address by which we are known. */
struct mx_local {
	struct ip ip;			/* family 0: it is none */
	struct dname name;		/* n 0: it is none */
};

struct mx_input {
	struct slice given;
	struct mailbox where;		/* family 0: it is wrong */
	const char *wrong;		/* why */
	uint64_t seed;
	struct mx_local *locals;
	size_t nlocals, cap;
	uint32_t max_hosts, max_addresses;
};

struct mx_host {
	uint16_t preference;
	struct dname name, target;	/* target: at the end of its aliases */
	const char *text;		/* the name; a literal as given */
	const char *expanded;		/* the target */
	const char **addresses;		/* IPv6 first */
	size_t naddresses;
	bool secure, failed, ours;
	const struct answer *v6, *v4;
};

struct mx_outcome {
	int result;
	const char *reason;
	const char *domain;
	bool implicit, secure;
	struct mx_host *hosts;
	size_t n;
};

struct mailauth_mx {
	struct task task;
	struct arena text;		/* what was given */
	struct mx_input in;
	struct mx_outcome out;		/* in task.arena; once task.done */
};

/*
 * The hosts whose addresses were wanted when it was stepped last: those of the
 * outcome, and before it is done more, in the same order.  NULL: past the end,
 * or a literal.
 */
const struct dname *ma_mx_wanted(const struct mailauth_mx *, size_t i);

/* A run of ma_task_step(); arg: struct mailauth_mx. */
void ma_mx_run(struct run *, void *arg);

const char *ma_mx_detail(const char *reason);

#endif
