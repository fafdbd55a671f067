/*
 * The orgdom room: the organizational domain of a name.
 *	record.c	what makes a TXT record a DMARC record, and its tags
 *	walk.c		the DNS tree walk: RFC 9989 section 4.10
 *	suffix.c	the caller's public suffix list: RFC 7489 section 3.2
 *
 * The walk's names follow from the name alone, so all its questions are named
 * in one round; answers are read in the RFC's order, and one beyond the point
 * where the walk stops is not waited for and changes nothing.
 *
 * Names have at least one label.
 */
#ifndef MA_ORGDOM_H
#define MA_ORGDOM_H

#include "lookups/lookups.h"
#include "mailauth/dmarc.h"

enum { WALK_MAX = 8 };		/* queries of one walk: RFC 9989 section 4.10 */

/* ---- Records ---- */

enum psd { PSD_UNKNOWN, PSD_YES, PSD_NO };

/*
 * Does this start with a valid v=DMARC1?  All else is not ours.  *tags: what
 * follows the version.
 */
bool ma_dmarc_version(struct slice text, struct slice *tags);
/*
 * The next tag and its value, blanks around them taken off; what has no "="
 * or a name that is not letters is passed over.  False: there is none.
 */
bool ma_dmarc_tag(struct slice *tags, struct slice *name, struct slice *value);
/* The first tag of this name, without regard to case; false: there is none. */
bool ma_dmarc_find(struct slice tags, const char *name, struct slice *value);
enum psd ma_dmarc_psd(struct slice tags);

/* ---- A query ---- */

/* A DMARC record: the one at its name that starts v=DMARC1. */
struct walk_record {
	struct dname name;		/* without _dmarc */
	unsigned labels;
	struct slice text;
	enum psd psd;
};

enum walk_status {
	WALK_DONE = 1,
	WALK_MISSING,			/* answers are not there yet */
	WALK_FAILED			/* a query that it needed failed */
};

/*
 * Ask for the record at _dmarc below name.  *found is 1, or 0: there is none,
 * or (RFC 9989 section 4.10 step 2) more than one, *several.  why: the failure.
 */
struct query {
	enum walk_status status;
	int why;			/* enum mailauth_failure */
	bool found, several;
	struct walk_record record;
};
void ma_dmarc_query(struct run *, const struct dname *name, struct query *);
/* Name the question, reading nothing. */
void ma_dmarc_note(struct run *, const struct dname *name);

/* ---- The tree walk ---- */

struct walk {
	enum walk_status status;
	struct dname failed;		/* the name whose query failed */
	int why;			/* enum mailauth_failure */
	size_t n;
	/* From the longest name on; with WALK_FAILED those before it. */
	struct walk_record records[WALK_MAX];
	struct dname organizational;	/* once WALK_DONE */
};

/*
 * Walk from this name; every question of it is named at once, and the answers
 * are read up to the first that lacks.  Longer names are cut to one label less
 * than max_queries.
 */
void ma_walk(struct run *, const struct dname *start, unsigned max_queries,
    struct walk *);

/* ---- A public suffix list ---- */

/*
 * RFC 7489 section 3.2: one label more than the public suffix.  A name that is
 * a public suffix, or of which nothing can be told, is its own.
 */
void ma_suffix_organizational(mailauth_public_suffix *, void *user,
    const struct dname *, struct dname *out);

#endif
