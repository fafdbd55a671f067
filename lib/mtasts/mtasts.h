/*
 * The mtasts room: RFC 8461.
 *	record.c	the TXT record: text, no DNS
 *	policy.c	the policy: text, no DNS; which hosts it lists
 *	cache.c		what is kept of a domain, as text
 *	eval.c		domain, cache and answers  ->  struct mtasts_outcome
 *	result.c	words and sentences
 *	api.c		the handles and the exported functions
 */
#ifndef MA_MTASTS_H
#define MA_MTASTS_H

#include "lookups/lookups.h"
#include "mailauth/mtasts.h"
#include "text/text.h"
#include "tlsrpt/tlsrpt.h"

/* ---- Records: section 3.1 ---- */

enum { MTASTS_ID_MAX = 32 };

bool ma_mtasts_is_record(struct slice text);
/* id= of such a record; false: it is invalid, *reason says why. */
bool ma_mtasts_record_parse(struct slice text, struct slice *id,
    const char **reason);
bool ma_mtasts_is_id(struct slice);

/* ---- Policies: section 3.2 ---- */

struct mailauth_mtasts_policy {
	int mode;
	uint32_t max_age;
	struct arena arena;
	const char **mx;		/* in lower case */
	size_t n, cap;
};

/* What is wrong with a text, and in which line, from 1 on. */
struct mtasts_fault {
	const char *what;		/* a sentence; NULL: nothing */
	unsigned line;			/* 0: something is missing */
	const char *reason;		/* policies */
};
/* To the caller; MAILAUTH_ESYNTAX. */
int ma_mtasts_complain(const struct mtasts_fault *, char *error, size_t size);

/* False: no memory.  A faulty one has to be freed all the same. */
bool ma_mtasts_policy_read(struct slice text, struct mailauth_mtasts_policy *,
    struct mtasts_fault *);
void ma_mtasts_policy_clear(struct mailauth_mtasts_policy *);
bool ma_mtasts_policy_write(struct buf *,
    const struct mailauth_mtasts_policy *);
/* Is it a list of this name? */
bool ma_mtasts_policy_lists(const struct mailauth_mtasts_policy *,
    const struct dname *host);

/*
 * The next line of a policy or of what is kept: "key:" *WSP value *WSP, to an
 * LF or CRLF.  False: it is no such line.  The rest stays in *text.
 */
bool ma_mtasts_line(struct slice *text, struct slice *key,
    struct slice *value);

/* ---- What is kept of a domain ---- */

/*
 * Lines as those of policies, then the policy as it was fetched:
 *
 *	mta-sts-cache: 1
 *	domain: example.com
 *	id: 20160831085700Z
 *	fetched: 1700000000
 *	failed: 1700000300 20160901 policy-timeout
 *	policy: OCTETS
 */
struct mtasts_kept {
	struct slice domain;
	/* The policy that was fetched; text p NULL: none. */
	struct slice text, id;
	int64_t fetched;		/* seconds since 1970 */
	/* The fetch that failed last, since then; id p NULL: none did. */
	struct slice failed_id;
	int64_t failed;
	const char *failure;		/* its reason, static */
};

/* Times from 1970 on, as many as are kept as text. */
#define MTASTS_TIME_MAX INT64_C(999999999999999)

/* Slices of the text, which has to stay.  False: it is no such text. */
bool ma_mtasts_kept_read(struct slice text, struct mtasts_kept *,
    struct mtasts_fault *);
bool ma_mtasts_kept_write(struct buf *, const struct mtasts_kept *);

/* ---- Evaluation ---- */

/*
 * What a way to a policy came to.  reason NULL: all is well.  Those of fetching
 * are known by their reason, for it is kept.
 */
struct mtasts_trouble {
	const char *reason;
	int result;			/* where no other policy applies */
	int tls_failure;
};
struct mtasts_trouble ma_mtasts_fetch_trouble(const char *reason);
/* The same word as a static one; NULL: no fetch fails so. */
const char *ma_mtasts_fetch_reason(struct slice word);

struct mtasts_outcome {
	int result;
	struct mtasts_trouble why;
	const char *id;
	const struct mailauth_mtasts_policy *policy;
	int source, action;
	int64_t expires;
	struct slice keep;		/* where action is STORE */
};

struct mailauth_mtasts {
	struct task task;
	struct arena text;		/* what was given */
	int64_t now;
	struct mailbox where;		/* family 0: it is wrong */
	const char *wrong;		/* why */
	char domain[NAME_TEXT];		/* empty: it is none */
	bool refresh;
	struct mtasts_kept kept;	/* domain p NULL: nothing */
	struct mailauth_mtasts_policy cached;	/* that of kept, if it has one */
	bool has_given;
	struct mailauth_mtasts_policy given;
	struct mtasts_fault given_fault;
	bool has_fetched;		/* it was read; it does not change */
	struct mailauth_mtasts_policy fetched;
	struct mtasts_fault fetched_fault;
	struct mtasts_outcome out;	/* in task.arena; once task.done */
};

/* A run of ma_task_step(); arg: struct mailauth_mtasts. */
void ma_mtasts_run(struct run *, void *arg);

/* Seconds from a failed fetch to the next for the same id: section 3.3. */
enum { MTASTS_BACKOFF = 300 };

const char *ma_mtasts_detail(const char *reason);

#endif
