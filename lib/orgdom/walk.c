/*
 * The DNS tree walk: RFC 9989 section 4.10, and what it says of the
 * organizational domain: section 4.10.2.
 */
#include "orgdom/orgdom.h"

/* False: too long for a name, so nothing is published there. */
static bool
record_name(const struct dname *name, struct dname *out)
{
	return ma_name_prepend(SLICE_LIT("_dmarc"), name, out);
}

/*
 * The names of a walk, in its order.  RFC 9989 section 4.10 steps 3, 4 and 7,
 * where max is 8: from 8 labels on, the second query is at the last 7; then one
 * label less each time, down to and including the top-level domain.
 */
static size_t
walk_names(const struct dname *start, unsigned max,
    struct dname names[WALK_MAX])
{
	unsigned labels = ma_name_labels(start);
	unsigned left = labels < max ? labels - 1 : max - 1;
	size_t n = 0;

	names[n++] = *start;
	for (; left > 0; left--)
		ma_name_last(start, left, &names[n++]);
	return n;
}

/* ---- A query ---- */

void
ma_dmarc_note(struct run *r, const struct dname *name)
{
	struct dname at;

	if (record_name(name, &at))
		ma_note(r, &at, TYPE_TXT);
}

/*
 * "Records that do not start with a "v" tag that identifies the current version
 * of DMARC are discarded.  If multiple DMARC Policy Records are returned for a
 * single target, they are all discarded": RFC 9989 section 4.10 step 2.
 */
static void
filter(const struct answer *a, const struct dname *name, struct query *q)
{
	struct slice tags;

	for (size_t i = 0; i < a->count; i++) {
		if (!ma_dmarc_version(a->records[i].data, &tags))
			continue;
		if (q->found) {
			q->found = false;
			q->several = true;
			return;
		}
		q->found = true;
		q->record = (struct walk_record){ .name = *name,
			.labels = ma_name_labels(name),
			.text = a->records[i].data,
			.psd = ma_dmarc_psd(tags) };
	}
}

void
ma_dmarc_query(struct run *r, const struct dname *name, struct query *q)
{
	const struct answer *a;
	struct dname at;

	*q = (struct query){ .status = WALK_DONE };
	if (!record_name(name, &at))
		return;
	if ((a = ma_ask(r, &at, TYPE_TXT)) == NULL) {
		q->status = WALK_MISSING;
	} else if (a->status == ANSWER_FAILED) {
		q->status = WALK_FAILED;
		q->why = a->why;
	} else
		filter(a, name, q);
}

/* ---- The walk ---- */

static void
trace_query(struct run *r, const struct dname *name, const struct query *q)
{
	char text[NAME_TEXT];

	if (r->trace == NULL)
		return;
	ma_name_text(name, text);
	if (q->several)
		ma_trace(r, "%s: several DMARC records, all are discarded "
		    "(RFC 9989 section 4.10 step 2)", text);
	else if (q->found)
		ma_trace(r, "%s: %.*s%s", text, SLICE_ARG(q->record.text),
		    q->record.psd != PSD_UNKNOWN ?
		    "; the walk stops (RFC 9989 section 4.10 step 2)" : "");
}

/*
 * RFC 9989 section 4.10.2, from the longest name to the shortest: 1, a record
 * with psd=n is the organizational domain's; 2, one label below a record with
 * psd=y, unless the walk started there; 3, the record with the fewest labels.
 * Without a record the name is its own.
 */
static void
select_organizational(struct run *r, const struct dname *start,
    struct walk *w)
{
	/* psd=y or n ends a walk, so only the last record can have it. */
	const struct walk_record *last =
	    w->n > 0 ? &w->records[w->n - 1] : NULL;
	const char *rule;
	char text[NAME_TEXT];

	if (last == NULL) {
		rule = "no record was found";
		w->organizational = *start;
	} else if (last->psd == PSD_NO) {
		rule = "1: psd=n";
		w->organizational = last->name;
	} else if (last->psd == PSD_YES &&
	    !ma_name_equal(&last->name, start)) {
		rule = "2: one label below psd=y";
		ma_name_last(start, last->labels + 1, &w->organizational);
	} else {
		rule = "3: the record with the fewest labels";
		w->organizational = last->name;
	}
	if (r->trace != NULL) {
		ma_name_text(&w->organizational, text);
		ma_trace(r, "organizational domain %s (RFC 9989 section "
		    "4.10.2, %s)", text, rule);
	}
}

void
ma_walk(struct run *r, const struct dname *start, unsigned max_queries,
    struct walk *w)
{
	struct dname names[WALK_MAX];
	size_t n = walk_names(start, max_queries, names);
	struct query q;

	*w = (struct walk){ .status = WALK_DONE };
	for (size_t i = 0; i < n; i++)
		ma_dmarc_note(r, &names[i]);
	for (size_t i = 0; i < n; i++) {
		ma_dmarc_query(r, &names[i], &q);
		if (q.status != WALK_DONE) {
			w->status = q.status;
			w->failed = names[i];
			w->why = q.why;
			return;
		}
		trace_query(r, &names[i], &q);
		if (!q.found)
			continue;
		w->records[w->n++] = q.record;
		if (q.record.psd != PSD_UNKNOWN)
			break;
	}
	select_organizational(r, start, w);
}
