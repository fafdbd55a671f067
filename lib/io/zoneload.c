/*
 * A master file's entries: RFC 1035 section 5.1, RFC 2308 section 4 ($TTL), and
 * the ";!" lines.
 */
#include "io/zone.h"

enum { USUAL_TTL = 3600 };	/* where neither $TTL nor a record says one */

struct loader {
	struct zone *zone;
	struct lines *lines;
	struct dname origin, owner;
	bool has_owner;
	bool has_default;	/* $TTL was there */
	uint32_t ttl;		/* for records that say none */
	struct buf rdata;
};

/* ---- Directives ---- */

static int
read_directive(struct loader *ld, const struct entry *e)
{
	const struct word *w = e->words;
	struct lines *l = ld->lines;

	if (ma_caseeq(w->text, SLICE_LIT("$INCLUDE")) ||
	    ma_caseeq(w->text, SLICE_LIT("$GENERATE")))
		return ma_word_fail(l, w, "not read here");
	if (!ma_caseeq(w->text, SLICE_LIT("$ORIGIN")) &&
	    !ma_caseeq(w->text, SLICE_LIT("$TTL")))
		return ma_word_fail(l, w, "no such directive");
	if (e->n != 2)
		return ma_word_fail(l, &w[e->n > 2 ? 2 : 0], e->n > 2 ?
		    "a word too many" : "a word is missing behind");
	if (ma_lower(w->text.p[1]) == 'o') {
		if (w[1].quoted ||
		    !ma_name_master(w[1].text, &ld->origin, &ld->origin))
			return ma_word_fail(l, &w[1], "not a domain name");
		return MAILAUTH_DONE;
	}
	if (w[1].quoted || !ma_period_parse(w[1].text, TTL_MAX, &ld->ttl))
		return ma_word_fail(l, &w[1], "not a TTL");
	ld->has_default = true;
	return MAILAUTH_DONE;
}

/* ---- ";!" lines ---- */

static enum remark
remark_word(struct slice s)
{
	static const char *const words[] = {
		[REMARK_SERVFAIL] = "SERVFAIL", [REMARK_REFUSED] = "REFUSED",
		[REMARK_NXDOMAIN] = "NXDOMAIN", [REMARK_NODATA] = "NODATA",
		[REMARK_TIMEOUT] = "TIMEOUT", [REMARK_SECURE] = "secure",
	};

	for (size_t i = 1; i < COUNT(words); i++)
		if (ma_caseeq(s, ma_str(words[i])))
			return (enum remark)i;
	return REMARK_NONE;
}

static int
read_remark(struct loader *ld, const struct entry *e)
{
	const struct word *w = e->words;
	struct lines *l = ld->lines;
	uint16_t type = TYPE_EVERY;
	struct dname name;
	enum remark what;
	const char *why;
	int r;

	if (e->n == 1 && remark_word(w->text) == REMARK_SECURE) {
		ma_zone_all_secure(ld->zone);
		return MAILAUTH_DONE;
	}
	if (e->n != 3)
		return ma_lines_fail(l, w->line,
		    "a ;! line is not NAME TYPE WORD");
	if (w[0].quoted || !ma_name_master(w[0].text, &ld->origin, &name))
		return ma_word_fail(l, &w[0], "not a domain name");
	if (!ma_eq(w[1].text, SLICE_LIT("*")) &&
	    !ma_rdata_type(w[1].text, &type))
		return ma_word_fail(l, &w[1], "no such record type");
	if ((what = remark_word(w[2].text)) == REMARK_NONE)
		return ma_word_fail(l, &w[2], "no such word in a ;! line");
	r = ma_zone_remark(ld->zone, &name, type, what, &why);
	return r == MAILAUTH_ESYNTAX ? ma_word_fail(l, &w[2], why) : r;
}

/* ---- Records ---- */

static bool
is_class(struct slice s)
{
	static const char *const words[] = { "CS", "CH", "HS", "NONE", "ANY" };

	for (size_t i = 0; i < COUNT(words); i++)
		if (ma_caseeq(s, ma_str(words[i])))
			return true;
	return ma_casestarts(s, SLICE_LIT("CLASS"));
}

/* [TTL] [class], in either order; *at goes behind them. */
static int
read_ttl_and_class(struct loader *ld, const struct entry *e, size_t *at,
    uint32_t *ttl)
{
	bool has_ttl = false, has_class = false;

	for (; *at < e->n && !e->words[*at].quoted; ++*at) {
		const struct word *w = &e->words[*at];

		if (!has_class && (ma_caseeq(w->text, SLICE_LIT("IN")) ||
		    ma_caseeq(w->text, SLICE_LIT("CLASS1")))) {
			has_class = true;
		} else if (is_class(w->text)) {
			return ma_word_fail(ld->lines, w,
			    "another class than IN");
		} else if (!has_ttl &&
		    ma_is_digit((unsigned char)w->text.p[0])) {
			has_ttl = true;
			if (!ma_period_parse(w->text, TTL_MAX, ttl))
				return ma_word_fail(ld->lines, w, "not a TTL");
		} else
			break;
	}
	if (!has_ttl)
		*ttl = ld->ttl;
	else if (!ld->has_default)
		ld->ttl = *ttl;	/* RFC 1035 section 5.1: the last stated */
	return MAILAUTH_DONE;
}

static int
read_owner(struct loader *ld, const struct entry *e)
{
	const struct word *w = e->words;

	if (e->inherits)
		return ld->has_owner ? MAILAUTH_DONE : ma_word_fail(ld->lines,
		    w, "no name stands before this to inherit");
	if (w->quoted || !ma_name_master(w->text, &ld->origin, &ld->owner))
		return ma_word_fail(ld->lines, w, "not a domain name");
	ld->has_owner = true;
	return MAILAUTH_DONE;
}

static int
read_record(struct loader *ld, const struct entry *e)
{
	size_t at = e->inherits ? 0 : 1;
	const struct word *type_word;
	const char *why;
	uint32_t ttl;
	uint16_t type;
	int r;

	if ((r = read_owner(ld, e)) != MAILAUTH_DONE ||
	    (r = read_ttl_and_class(ld, e, &at, &ttl)) != MAILAUTH_DONE)
		return r;
	if (at == e->n)
		return ma_word_fail(ld->lines, &e->words[e->n - 1],
		    "a record type is missing behind");
	type_word = &e->words[at++];
	if (type_word->quoted || !ma_rdata_type(type_word->text, &type))
		return ma_word_fail(ld->lines, type_word,
		    "no such record type");
	ma_buf_clear(&ld->rdata);
	r = ma_rdata_read(ld->lines, type_word->line, type, e->words + at,
	    e->n - at, &ld->origin, &ld->rdata);
	if (r != MAILAUTH_DONE)
		return r;
	r = ma_zone_add(ld->zone, &ld->owner, type, ttl,
	    ma_slice(ld->rdata.p, ld->rdata.n), &why);
	return r == MAILAUTH_ESYNTAX ?
	    ma_lines_fail(ld->lines, type_word->line, "%s", why) : r;
}

static int
read_entry(struct loader *ld, const struct entry *e)
{
	if (e->remark)
		return read_remark(ld, e);
	if (!e->inherits && !e->words->quoted && e->words->text.p[0] == '$')
		return read_directive(ld, e);
	return read_record(ld, e);
}

int
ma_zone_load(struct zone *z, struct lines *l)
{
	struct loader ld = { .zone = z, .lines = l, .ttl = USUAL_TTL };
	struct entry e = { 0 };
	int r;

	ma_name_root(&ld.origin);
	while ((r = ma_lines_next(l, &e)) == MAILAUTH_MORE)
		if ((r = read_entry(&ld, &e)) != MAILAUTH_DONE)
			break;
	ma_buf_free(&ld.rdata);
	ma_entry_free(&e);
	return r;
}
