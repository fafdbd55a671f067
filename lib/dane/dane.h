/*
 * The dane room: DANE for SMTP, RFC 6698, 7671 and 7672.
 *	record.c	a TLSA record: octets, no DNS
 *	eval.c		host and answers  ->  struct dane_outcome
 *	match.c		records and certificates  ->  do they match?
 *	result.c	words and sentences
 *	api.c		the handle of an evaluation, and its exported functions
 */
#ifndef MA_DANE_H
#define MA_DANE_H

#include "lookups/lookups.h"
#include "mailauth/dane.h"
#include "text/text.h"
#include "tlsrpt/tlsrpt.h"

/* ---- Records: RFC 6698 section 2.1 ---- */

struct tlsa {
	uint8_t usage, selector, matching_type;
	struct slice data;
};
enum { USAGE_TA = 2, USAGE_EE = 3 };
enum { SELECT_CERTIFICATE = 0, SELECT_KEY = 1 };
enum { MATCH_FULL = 0, MATCH_SHA256 = 1, MATCH_SHA512 = 2 };

/* False: it is too short to be one. */
bool ma_tlsa_parse(struct slice rdata, struct tlsa *);
/* Can SMTP use it?  RFC 7672 section 3.1. */
bool ma_tlsa_usable(const struct tlsa *);

/* ---- Evaluation ---- */

struct dane_input {
	struct mailbox host;		/* family 0: it is wrong */
	const char *wrong;		/* why */
	struct dname next_hop;		/* n 0: none */
	uint16_t port;
	uint32_t max_records;
};

struct dane_outcome {
	int result;
	const char *reason;
	int tls_failure;
	bool secure;
	const char **addresses;		/* IPv6 first */
	size_t naddresses;
	const char *base;		/* the TLSA base domain; NULL: none */
	const char *names[4];		/* reference names */
	size_t nnames;
	const struct tlsa *records;
	size_t n;
};

struct mailauth_dane {
	struct task task;
	struct dane_input in;
	struct dane_outcome out;	/* in task.arena; once task.done */
};

/* For a host to which the MX records of this domain lead.  NULL: no memory. */
struct mailauth_dane *ma_dane_new_for(struct mailauth_lookups *,
    const struct dname *host, const struct dname *next_hop);

/* A run of ma_task_step(); arg: struct mailauth_dane. */
void ma_dane_run(struct run *, void *arg);

/* For evaluations and matches. */
const char *ma_dane_detail(int result, const char *reason);

#endif
