/*
 * The mechanisms that ask for addresses: RFC 7208 section 5.3, 5.4, 5.5, 5.7;
 * and what they count.
 */
#include "spf/spf.h"

/* ---- Counting: RFC 7208 section 4.6.4 ---- */

static bool
count_one(struct eval *e, const struct spf_term *t)
{
	if (e->out->terms < e->in->limits.terms) {
		e->out->terms++;
		return true;
	}
	ma_trace(e->run, "%.*s: one term too many (RFC 7208 section 4.6.4)",
	    SLICE_ARG(t->text));
	ma_spf_error(e, MAILAUTH_SPF_PERMERROR, REASON("term-limit"),
	    "more than %u terms that ask the DNS: %s is one too many",
	    (unsigned)e->in->limits.terms, ma_spf_show(e, t->text));
	return false;
}

/* RFC 7208 section 7.3: a %{p} costs what ptr costs. */
bool
ma_spf_count_term(struct eval *e, const struct spf_term *t)
{
	bool ok = count_one(e, t);

	for (uint32_t i = 0; ok && i < t->macros.validated; i++)
		ok = count_one(e, t);
	return ok;
}

bool
ma_spf_count_void(struct eval *e, const struct answer *a)
{
	if (a->status == ANSWER_RECORDS)
		return true;
	if (e->out->voids++ < e->in->limits.voids)
		return true;
	ma_trace(e->run,
	    "one void lookup too many (RFC 7208 section 4.6.4)");
	ma_spf_error(e, MAILAUTH_SPF_PERMERROR, REASON("void-lookup-limit"),
	    "more than %u lookups found nothing",
	    (unsigned)e->in->limits.voids);
	return false;
}

/* ---- Addresses ---- */

static uint16_t
address_type(const struct eval *e)
{
	return e->in->client.family == 4 ? TYPE_A : TYPE_AAAA;
}

/* Is the client among these addresses, as far as bits go? */
static bool
is_client(const struct eval *e, const struct answer *a, unsigned bits)
{
	struct ip ip = { .family = e->in->client.family };
	size_t n = ip.family == 4 ? 4 : 16;

	for (size_t i = 0; i < a->count; i++) {
		if (a->records[i].data.n != n)
			continue;
		memcpy(ip.a, a->records[i].data.p, n);
		if (ma_ip_within(e->in->client, ip, bits))
			return true;
	}
	return false;
}

/* RFC 7208 section 5.3, and the hosts of section 5.4. */
enum match
ma_spf_match_addresses(struct eval *e, const struct spf_term *t,
    const struct dname *name)
{
	const struct answer *a = ma_ask(e->run, name, address_type(e));

	if (a == NULL)
		return MATCH_MISSING;
	if (a->status == ANSWER_FAILED) {
		ma_spf_dns_error(e, name, address_type(e), a);
		return MATCH_ERROR;
	}
	if (!ma_spf_count_void(e, a))
		return MATCH_ERROR;
	return is_client(e, a, e->in->client.family == 4 ? t->bits4 :
	    t->bits6) ? MATCH_YES : MATCH_NO;
}

/* RFC 7208 section 5.7: A records, also for a client of IPv6. */
enum match
ma_spf_match_exists(struct eval *e, const struct dname *target)
{
	const struct answer *a = ma_ask(e->run, target, TYPE_A);

	if (a == NULL)
		return MATCH_MISSING;
	if (a->status == ANSWER_FAILED) {
		ma_spf_dns_error(e, target, TYPE_A, a);
		return MATCH_ERROR;
	}
	if (!ma_spf_count_void(e, a))
		return MATCH_ERROR;
	return a->status == ANSWER_RECORDS ? MATCH_YES : MATCH_NO;
}

/* ---- mx ---- */

static bool
comes_before(const struct record *a, const struct record *b)
{
	if (a->preference != b->preference)
		return a->preference < b->preference;
	return ma_cmp(a->data, b->data) < 0;
}

/*
 * The hosts by preference, then by name: servers turn the order of records
 * round, and a limit or a failure must not come and go with it.
 */
static const struct record **
sort_hosts(struct eval *e, const struct answer *a)
{
	const struct record **hosts =
	    ma_arena_alloc(e->run->arena, a->count * sizeof *hosts);

	for (size_t i = 0; hosts != NULL && i < a->count; i++) {
		size_t at = i;

		for (; at > 0 && comes_before(&a->records[i], hosts[at - 1]);
		    at--)
			hosts[at] = hosts[at - 1];
		hosts[at] = &a->records[i];
	}
	return hosts;
}

/* RFC 7505 section 3: the root is no host. */
static bool
is_host(const struct record *r, struct dname *name)
{
	return ma_name_wire(r->data, name) && name->n > 1;
}

static enum match
match_hosts(struct eval *e, const struct spf_term *t, const struct answer *a)
{
	const struct record **hosts = sort_hosts(e, a);
	enum match m = MATCH_NO;
	struct dname name;

	if (hosts == NULL)
		return MATCH_MISSING;
	for (size_t i = 0; i < a->count && e->in->limits.ahead > 0; i++)
		if (is_host(hosts[i], &name))
			ma_note(e->run, &name, address_type(e));
	for (size_t i = 0; i < a->count && m == MATCH_NO; i++)
		if (is_host(hosts[i], &name))
			m = ma_spf_match_addresses(e, t, &name);
	return m;
}

/* RFC 7208 section 5.4; no implicit MX. */
enum match
ma_spf_match_mx(struct eval *e, const struct spf_term *t,
    const struct dname *target)
{
	const struct answer *a = ma_ask(e->run, target, TYPE_MX);

	if (a == NULL)
		return MATCH_MISSING;
	if (a->status == ANSWER_FAILED) {
		ma_spf_dns_error(e, target, TYPE_MX, a);
		return MATCH_ERROR;
	}
	if (!ma_spf_count_void(e, a))
		return MATCH_ERROR;
	/* RFC 7208 section 4.6.4: not "the first ten", as for ptr. */
	if (a->count > e->in->limits.mx_hosts)
		return ma_spf_error(e, MAILAUTH_SPF_PERMERROR,
		    REASON("mx-limit"), "%s has more than %u mail exchangers",
		    ma_spf_show_name(e, target),
		    (unsigned)e->in->limits.mx_hosts);
	return a->count > 0 ? match_hosts(e, t, a) : MATCH_NO;
}

/* ---- ptr and %{p} ---- */

/* Which of the client's names are looked at. */
enum which { NAMES_WITHIN, NAMES_EQUAL, NAMES_BELOW, NAMES_ELSEWHERE };

static bool
is_wanted(enum which which, const struct dname *name, const struct dname *top)
{
	bool equal = ma_name_equal(name, top);
	bool within = ma_name_within(name, top);

	switch (which) {
	case NAMES_WITHIN:
		return within;
	case NAMES_EQUAL:
		return equal;
	case NAMES_BELOW:
		return within && !equal;
	default:
		return !within;
	}
}

/*
 * RFC 7208 section 5.5: is one of the client's names of this kind validated?
 * Then it is *out.  RFC 7208 section 4.6.4: of more than ten names the rest is
 * ignored.  It does not say whether void lookups of names count.  Others: they
 * do.  We: no, because they are the client's to make, not the domain's, and
 * would turn its fail into permerror.
 */
static enum match
find_name(struct eval *e, const struct answer *ptr, enum which which,
    const struct dname *top, struct dname *out)
{
	size_t n = ptr->count < e->in->limits.ptr_names ? ptr->count :
	    e->in->limits.ptr_names;
	uint16_t type = address_type(e);
	const struct answer *a;

	for (size_t i = 0; i < n && e->in->limits.ahead > 0; i++)
		if (ma_name_wire(ptr->records[i].data, out) &&
		    is_wanted(which, out, top))
			ma_note(e->run, out, type);
	for (size_t i = 0; i < n; i++) {
		if (!ma_name_wire(ptr->records[i].data, out) ||
		    !is_wanted(which, out, top))
			continue;
		if ((a = ma_ask(e->run, out, type)) == NULL)
			return MATCH_MISSING;
		/* A failure: that name is skipped. */
		if (is_client(e, a, 8 * (type == TYPE_A ? 4 : 16)))
			return MATCH_YES;
	}
	return MATCH_NO;
}

static const struct answer *
ask_ptr(struct eval *e)
{
	struct dname reverse;

	ma_name_reverse(e->in->client, &reverse);
	return ma_ask(e->run, &reverse, TYPE_PTR);
}

/* RFC 7208 section 5.5; erratum 4751: the name is within the target. */
enum match
ma_spf_match_ptr(struct eval *e, const struct dname *target)
{
	const struct answer *a = ask_ptr(e);
	struct dname name;

	if (a == NULL)
		return MATCH_MISSING;
	if (a->status == ANSWER_FAILED)
		return MATCH_NO;
	if (!ma_spf_count_void(e, a))
		return MATCH_ERROR;
	return find_name(e, a, NAMES_WITHIN, target, &name);
}

/* RFC 7208 section 7.3: the domain itself, else one below it, else any. */
bool
ma_spf_validated(struct eval *e, const struct dname *domain, struct slice *out)
{
	static const enum which order[] = {
		NAMES_EQUAL, NAMES_BELOW, NAMES_ELSEWHERE
	};
	const struct answer *a = ask_ptr(e);
	char raw[DOMAIN_TEXT];
	struct dname name;

	*out = SLICE_LIT("unknown");
	if (a == NULL)
		return false;
	for (size_t i = 0; i < COUNT(order); i++)
		switch (find_name(e, a, order[i], domain, &name)) {
		case MATCH_MISSING:
			return false;
		case MATCH_YES:
			*out = ma_spf_name_raw(&name, raw);
			out->p = ma_arena_str(e->run->arena, *out);
			return out->p != NULL;
		default:
			break;
		}
	return true;
}
