/*
 * The orgdom room: the organizational domain of a name.
 *	walk.c		the DNS tree walk: RFC 9989 section 4.10
 *	suffix.c	the caller's public suffix list: RFC 7489 section 3.2
 *	record.c	what makes a TXT record a DMARC record, and its psd= tag
 *
 * The walk's names follow from the name alone, so all its questions are named
 * in one round; answers are read in the RFC's order, and one beyond the point
 * where the walk stops changes nothing.
 */
#ifndef MA_ORGDOM_H
#define MA_ORGDOM_H

#include "lookups/lookups.h"
#include "mailauth/dmarc.h"

enum { WALK_MAX = 8 };		/* queries of one walk: RFC 9989 section 4.10 */

enum psd { PSD_UNKNOWN, PSD_YES, PSD_NO };

/* A DMARC record met on the walk: the one at its name that starts v=DMARC1. */
struct walk_record {
	struct dname name;		/* without _dmarc */
	unsigned labels;
	struct slice text;
	enum psd psd;
};

enum walk_status {
	WALK_DONE = 1,
	WALK_MISSING,			/* answers are not there yet */
	WALK_FAILED			/* a query that it needed failed: see failed */
};

struct walk {
	enum walk_status status;
	struct dname failed;		/* the name whose query failed */
	int why;			/* enum mailauth_failure */
	size_t n;
	struct walk_record records[WALK_MAX];	/* from the longest name on */
	struct dname organizational;	/* once WALK_DONE */
};

/* Walk from this name; every question of it is named at once. */
void ma_walk(struct run *, const struct dname *start, unsigned max_queries,
    struct walk *);
/* Name the questions of such a walk, reading nothing. */
void ma_walk_note(struct run *, const struct dname *start, unsigned max_queries);

#endif
