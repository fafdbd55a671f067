/*
 * The ARC room: RFC 8617.
 *	chain.c		the header's ARC sets, and whether they are a chain
 *	eval.c		signatures, seals and answers -> the chain's status
 *	result.c	the results' words
 *	api.c		the handle of a validation, and its exported functions
 *	set.c		a new set: its three fields
 *	sealer.c	the handle of a sealer, and its exported functions
 *
 * The two signatures of a set are read, judged and made by the DKIM room.
 */
#ifndef MA_ARC_H
#define MA_ARC_H

#include "authres/authres.h"
#include "sign/sign.h"
#include "mailauth/arc.h"

/* In the order in which seals cover them: section 5.1.1. */
enum arc_field { ARC_RESULTS, ARC_MESSAGE, ARC_SEAL, ARC_FIELDS };

struct arc_set {
	uint32_t fields[ARC_FIELDS];	/* in the header; NO_FIELD: absent */
	bool repeated;			/* one of them was there again */
	struct slice results;		/* behind "i=N;" */
	struct verification message, seal;
};

struct chain {
	struct arc_set sets[ARC_SETS_MAX];	/* by instance, from 1 on */
	uint32_t n;			/* the highest instance */
	bool ended;			/* the newest seal says cv=fail */
	struct finding fault;		/* of the structure; NULL: none */
	uint32_t fault_set;		/* whose it is; 0: no set's */
	struct arena arena;		/* of what was read */
};

struct arc {
	struct verifier verifier;	/* message, keys, limits */
	uint32_t max_sets;
	bool structure_only;		/* somebody else knows the status */
	bool seen;			/* the header was */
	struct chain chain;
	int result;			/* 0: not yet */
	struct finding why;
	uint32_t failed_set, oldest_pass;
	bool temporary;
};

/* Collect the sets.  Negative: MAILAUTH_ENOMEM, MAILAUTH_ECRYPTO. */
int ma_chain_collect(struct arc *);
void ma_chain_free(struct chain *);
/* cv= of a set's seal; p NULL: absent. */
struct slice ma_chain_status(const struct arc_set *);

/*
 * The header is complete: structure, and what to hash of the body and of the
 * seals.  Negative as above.
 */
int ma_arc_header(struct arc *);
/* One run over what is known. */
void ma_arc_run(struct run *, struct arc *);
void ma_arc_free(struct arc *);

/* For rooms above and for sealers. */
struct arc *ma_arc_of(struct mailauth_arc *);
const struct arc *ma_arc_of_const(const struct mailauth_arc *);

/* ---- A new set ---- */

struct new_set {
	/* ---- Settings ---- */
	const char *authserv_id;
	struct signing message, seal;
	struct mailauth_authres *results;	/* ours; may be NULL */

	/* ---- What comes of them ---- */
	int chain;			/* enum mailauth_arc_result; 0: open */
	uint32_t instance;
	struct field_writer field;	/* ARC-Authentication-Results */
	struct verdict verdict;		/* enum mailauth_sealer_result */
};

/* The header is complete.  Negative as above. */
int ma_set_header(struct new_set *, const struct chain *,
    const struct signed_header *);
/* The message has ended, and the status is known.  Negative as above. */
int ma_set_run(struct new_set *, const struct chain *,
    const struct signed_header *, struct picker *, struct digest *,
    struct run *);
void ma_set_free(struct new_set *);

/* ---- What seals cover ---- */

/* The fields of a complete set, but its seal, or with it. */
bool ma_seal_cover(struct digest *, const struct mailauth_message *,
    const struct arc_set *, bool with_seal);

#endif
