/*
 * The DMARC room: RFC 9989, and by choice RFC 7489's way to discover records.
 *	record.c	text of a record  <->  struct dmarc_record
 *	eval.c		inputs and answers  ->  struct dmarc_outcome
 *	result.c	words and sentences
 *	api.c		the handle and the exported functions
 *
 * What passed are identifiers: SPF's MAIL FROM domain and each signature's d=.
 * For those who check a message as it streams by, an identifier may be pending:
 * its name is known, its result is not yet.  The evaluation then asks what it
 * would ask if it passed, and no more: the author domain's walk at once, and as
 * soon as the author's organizational domain is known the walk of each pending
 * identifier that can align with it.
 *
 *	ma_dmarc_pend_spf(d, domain);		before the first step
 *	ma_dmarc_pend_dkim(d, domain);		one a signature, in header order
 *	mailauth_dmarc_step(d);			NEED: answers are lacking;
 *						MORE: only pending results are;
 *						DONE: these cannot matter
 *	ma_dmarc_settle_spf(d, result);		when it is there; step again
 *	ma_dmarc_settle_dkim(d, i, result);
 *
 * The outcome is that of an evaluation which had all results at the start.
 */
#ifndef MA_DMARC_H
#define MA_DMARC_H

#include "mailauth/dkim.h"
#include "mailauth/dmarc.h"
#include "mailauth/spf.h"
#include "orgdom/orgdom.h"
#include "text/text.h"

/* ---- Records ---- */

enum dmarc_record_status {
	DMARC_RECORD_ABSENT,		/* no DMARC record */
	DMARC_RECORD_OK,
	DMARC_RECORD_INVALID	/* no right policy: see wrong, reports */
};

/* "0" "1" "d" "s" */
enum { FO_ALL = 1, FO_ANY = 2, FO_DKIM = 4, FO_SPF = 8 };

struct dmarc_record {
	int p, sp, np;		/* enum mailauth_dmarc_policy; 0: none */
	const char *wrong;		/* the tag that makes it INVALID */
	bool reports;			/* rua= has a valid URI */
	bool strict_dkim, strict_spf;	/* adkim=s, aspf=s */
	enum psd psd;
	bool testing;			/* t=y */
	unsigned fo;			/* FO_; only with ruf= */
	struct slice rua, ruf;		/* as written, within the text */
	int pct;			/* RFC 7489 section 6.3; -1: none */
};

enum dmarc_record_status ma_dmarc_record_parse(struct slice text,
    struct dmarc_record *);
/* Such a record as text; what has its default value is left out. */
bool ma_dmarc_record_format(struct buf *, const struct dmarc_record *);
/*
 * The next URI of a list that is valid, an obsolete "!10m" taken off.  False:
 * there is none.
 */
bool ma_dmarc_uri(struct slice *list, struct slice *uri);

/* ---- Evaluation ---- */

enum component {
	COMPONENT_OTHER,	/* none of these: it counts for nothing */
	COMPONENT_PENDING,
	COMPONENT_PASS,
	COMPONENT_TEMPERROR
};

struct identifier {
	enum component state;
	bool named;			/* it has a name to compare */
	struct dname name;
};

struct dmarc_input {
	struct slice from;		/* as given; empty: no author domain */
	bool named;
	struct dname author;
	struct identifier spf, *dkim;
	size_t signatures, cap;
	int discovery;
	mailauth_public_suffix *suffix;
	void *suffix_user;
	uint32_t walk_queries, alignment_walks;
};

struct uris {
	const char **list;
	size_t n;
};

struct dmarc_outcome {
	int result, policy, disposition;
	const char *reason, *detail;
	const char *organizational, *record_domain;
	struct slice record;
	bool spf_aligned, dkim_aligned;
	bool *signature_aligned;	/* for each of input.signatures */
	bool testing;
	struct uris rua, ruf;		/* those that reports may go to */
};

struct mailauth_dmarc {
	struct task task;
	struct arena text;		/* what was given */
	const char *author;		/* as the accessor shows it */
	struct dmarc_input in;
	struct dmarc_outcome out;	/* in task.arena; once task.done */
};

/* A run of ma_task_step(); arg: struct mailauth_dmarc. */
void ma_dmarc_run(struct run *, void *arg);

/* As mailauth_dmarc_set_spf() and _add_dkim(), the result to come. */
int ma_dmarc_pend_spf(struct mailauth_dmarc *, struct slice domain);
int ma_dmarc_pend_dkim(struct mailauth_dmarc *, struct slice domain);
/*
 * The result of what was pending, at any time; i as added.  MAILAUTH_EINVAL: no
 * such result or signature; MAILAUTH_EUSE: it is not pending.
 */
int ma_dmarc_settle_spf(struct mailauth_dmarc *, int result);
int ma_dmarc_settle_dkim(struct mailauth_dmarc *, size_t i, int result);

/* ---- Sentences ---- */

const char *ma_dmarc_detail(const char *reason);

#endif
