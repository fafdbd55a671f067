/*
 * Inside the loader of the conformance suites.
 *	cases.c		files, cases, verdicts on them
 *	zone.c		the DNS of a case, and resolvers over it
 */
#ifndef INSIDE_H
#define INSIDE_H

#include "cases.h"

struct cases {
	char path[700];
	json_t *root;
	const json_t *list;		/* of root */
	const json_t *now;		/* the present case, of root */
	json_t *dns;			/* its names in lower case, held */
	size_t at, done, failed, doubtful;
	bool take_doubtful;
	bool failed_now;
	unsigned questions;
};

/* Take this as the present case's DNS; NULL: it has none. */
void cases_dns_load(struct cases *, const json_t *);

#endif
