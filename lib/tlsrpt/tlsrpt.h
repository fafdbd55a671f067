/*
 * The tlsrpt room: who wants reports about TLS, and the words for what failed;
 * RFC 8460.
 *	record.c	a TXT record: text, no DNS
 *	eval.c		domain and answers  ->  struct tlsrpt_outcome
 *	result.c	words and sentences
 *	api.c		the handle and the exported functions
 */
#ifndef MA_TLSRPT_H
#define MA_TLSRPT_H

#include "lookups/lookups.h"
#include "mailauth/tlsrpt.h"
#include "text/text.h"

/* ---- Records: section 3 ---- */

struct tlsrpt_record {
	struct slice *uris;		/* where reports can go, in the text */
	size_t n;
	const char *reason;		/* why it is INVALID */
};

enum tlsrpt_record_status {
	TLSRPT_RECORD_ABSENT = 1,	/* it is no such record */
	TLSRPT_RECORD_OK,
	TLSRPT_RECORD_INVALID		/* also where the arena has failed */
};
bool ma_tlsrpt_is_record(struct slice text);
enum tlsrpt_record_status ma_tlsrpt_record_parse(struct arena *,
    struct slice text, struct tlsrpt_record *);

/* ---- Evaluation ---- */

struct tlsrpt_outcome {
	int result;
	const char *reason;
	struct slice record;		/* p NULL: not just one */
	const char **rua;
	size_t n;
};

struct mailauth_tlsrpt {
	struct task task;
	struct mailbox where;		/* family 0: it is wrong */
	const char *wrong;		/* why */
	struct tlsrpt_outcome out;	/* in task.arena; once task.done */
};

/* A run of ma_task_step(); arg: struct mailauth_tlsrpt. */
void ma_tlsrpt_run(struct run *, void *arg);

const char *ma_tlsrpt_detail(const char *reason);

#endif
