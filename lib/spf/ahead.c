/*
 * Look-ahead: while an answer is missing, name what the terms after it will
 * ask, without deciding anything.  It changes what is asked, never the verdict.
 *
 * A term is named ahead once, and at most so many of them in an evaluation; and
 * none that the limit on terms cannot let come.  The walk goes into records
 * that are there already, and ends where a term matches for sure.
 */
#include "spf/spf.h"

enum walk {
	WALK_ON,		/* nothing is certain at the record's end */
	WALK_PASS,		/* here it ends for sure, with pass */
	WALK_OTHER,		/* or with another result */
	WALK_OVER		/* nothing more is to be named */
};

static enum walk walk(struct eval *, const struct frame *,
    const struct spf_term *from);

/* The type of a term's first question. */
static uint16_t
type_of(const struct eval *e, const struct spf_term *t)
{
	switch (t->kind) {
	case TERM_INCLUDE:
	case TERM_REDIRECT:
		return TYPE_TXT;
	case TERM_MX:
		return TYPE_MX;
	case TERM_PTR:
		return TYPE_PTR;
	case TERM_A:
		return e->in->client.family == 4 ? TYPE_A : TYPE_AAAA;
	default:
		return TYPE_A;
	}
}

/*
 * The name of a term's first question.  False: it carries more of the message
 * than the domain, or is no name.
 */
static bool
name_of(struct eval *e, const struct frame *f, const struct spf_term *t,
    struct dname *out)
{
	struct expansion text;

	if (t->kind == TERM_PTR) {
		ma_name_reverse(e->in->client, out);
		return true;
	}
	if ((t->macros.letters & ~LETTER('d')) != 0)
		return false;
	if (t->spec.n == 0) {
		*out = *f->domain;
		return true;
	}
	ma_spf_expand_name(t->spec, &e->values, f->name, SLICE_LIT(""), &text);
	return ma_spf_expansion_name(&text, out);
}

/* A record that has come already: what will it ask? */
static enum walk
walk_into(struct eval *e, const struct dname *domain)
{
	struct frame f = { .domain = domain };
	const struct answer *a = ma_peek(e->run, domain, TYPE_TXT);
	const struct spf_known *k;
	char raw[DOMAIN_TEXT];
	struct slice text;

	if (a == NULL)
		return WALK_ON;
	/* This ends in an error, unless the term is not come to. */
	if (ma_spf_records(a, &text) != 1 ||
	    text.n > e->in->limits.record_bytes ||
	    (k = ma_spf_recall(e, text)) == NULL ||
	    k->status != SPF_RECORD_OK)
		return WALK_OVER;
	f.record = &k->record;
	f.name = ma_spf_name_raw(domain, raw);
	return walk(e, &f, k->record.terms);
}

/* A term that asks; a redirect's record decides, an include's pass matches. */
static enum walk
walk_asking(struct eval *e, const struct frame *f, struct spf_term *t)
{
	struct dname name;
	enum walk w;

	e->walked += 1 + t->macros.validated;
	if (e->out->terms + e->walked > e->in->limits.terms)
		return WALK_OVER;
	if (!name_of(e, f, t, &name))
		return WALK_ON;
	if (!t->noted) {
		if (e->memory->ahead >= e->in->limits.ahead)
			return WALK_OVER;
		e->memory->ahead++;
		t->noted = true;
		ma_note(e->run, &name, type_of(e, t));
	}
	if (type_of(e, t) != TYPE_TXT)
		return WALK_ON;
	w = walk_into(e, &name);
	if (t->kind == TERM_REDIRECT || w == WALK_OVER)
		return w;
	return w != WALK_PASS ? WALK_ON :
	    t->qualifier == '+' ? WALK_PASS : WALK_OTHER;
}

static enum walk
walk(struct eval *e, const struct frame *f, const struct spf_term *from)
{
	enum walk w = WALK_ON;

	for (const struct spf_term *t = from; t != NULL && w == WALK_ON;
	    t = t->next) {
		if (t->kind == TERM_ALL || ((t->kind == TERM_IP4 ||
		    t->kind == TERM_IP6) && ma_ip_within(e->in->client, t->net,
		    t->kind == TERM_IP4 ? t->bits4 : t->bits6)))
			w = t->qualifier == '+' ? WALK_PASS : WALK_OTHER;
		else if (t->kind != TERM_IP4 && t->kind != TERM_IP6 &&
		    t->kind < TERM_REDIRECT)
			w = walk_asking(e, f, (struct spf_term *)t);
	}
	if (w == WALK_ON && f->record->redirect != NULL &&
	    !f->record->has_all)
		w = walk_asking(e, f, f->record->redirect);
	return w;
}

void
ma_spf_walk_on(struct eval *e, const struct frame *f,
    const struct spf_term *from)
{
	enum walk w;

	if (e->in->limits.ahead == 0 || e->walk_over)
		return;
	w = walk(e, f, from);
	/* An include that passes matches: the record around it ends as well. */
	e->walk_over = w == WALK_OVER || w == WALK_PASS;
}
