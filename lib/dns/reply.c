/*
 * A reply packet becomes an answer: RFC 1035 section 4, RFC 2181, RFC 2308.
 *
 * The packet is hostile.  It is read in place: once from end to end, where
 * every name and length is checked, then its answer section once for each name
 * of the chain.  All those passes together cost at most MAX_ALIASES + 3 times
 * the packet, because the work for one name is bounded (MAX_JUMPS, DNAME_MAX),
 * whatever its pointers do.
 *
 * Functions that can fail return 0, an enum mailauth_failure, or
 * MAILAUTH_ENOMEM.
 */
#include "dns/dns.h"
#include "mailauth/lookups.h"

enum { HEADER = 12, MAX_JUMPS = 127 };
enum {
	FLAG_QR = 0x8000, FLAG_OPCODE = 0x7800, FLAG_TC = 0x0200,
	FLAG_RA = 0x0080, FLAG_RCODE = 0x000f
};

/* What is being read, and what is known of it so far. */
struct reply {
	struct slice packet;
	const struct dname *name;	/* the question's */
	uint16_t type;
	size_t max_records;
	struct arena *arena;
	unsigned flags, rcode;
	unsigned questions, answers, authorities, additionals;
	size_t answers_at;		/* where that section begins */
	bool has_opt, has_ns, has_soa;
	struct dname zone;		/* the SOA's owner */
	uint32_t negative_ttl;		/* and what it says */
};

struct rr {
	struct dname owner;
	uint16_t type, class;
	uint32_t ttl;			/* as it stands there */
	size_t at, n;			/* rdata */
};

/* ---- Octets and names ---- */

static uint8_t
get8(struct slice s, size_t at)
{
	return (uint8_t)s.p[at];
}

static uint16_t
get16(struct slice s, size_t at)
{
	return (uint16_t)(get8(s, at) << 8 | get8(s, at + 1));
}

static uint32_t
get32(struct slice s, size_t at)
{
	return (uint32_t)get16(s, at) << 16 | get16(s, at + 2);
}

/* RFC 2181 section 8: a TTL with the highest bit set counts as 0. */
static uint32_t
usable_ttl(uint32_t ttl)
{
	return ttl <= TTL_MAX ? ttl : 0;
}

static uint32_t
lesser(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/*
 * Read a name (RFC 1035 section 4.1.4); *at goes past it.  A pointer must lead
 * to before the labels it ends, "a prior occurrence", so that there is no loop.
 */
static bool
read_name(struct slice packet, size_t *at, struct dname *out)
{
	size_t i = *at, start = i, next = 0;
	unsigned jumps = 0;

	out->n = 0;
	while (i < packet.n && get8(packet, i) != 0) {
		size_t n = get8(packet, i);

		if (n >= 0xc0 && i + 1 < packet.n) {
			if (jumps == 0)
				next = i + 2;
			i = get16(packet, i) & 0x3fff;
			if (i < HEADER || i >= start || ++jumps > MAX_JUMPS)
				return false;
			start = i;
			continue;
		}
		/* RFC 1035 section 4.1.4: 10 and 01 are reserved. */
		if (n > LABEL_MAX || n >= packet.n - i ||
		    !ma_name_add(out, packet.p + i + 1, n))
			return false;
		i += n + 1;
	}
	if (i >= packet.n)
		return false;
	out->w[out->n++] = 0;
	*at = jumps > 0 ? next : i + 1;
	return true;
}

/* A name in rdata, which ends exactly at end. */
static bool
read_last_name(const struct reply *r, size_t at, size_t end, struct dname *out)
{
	return read_name(r->packet, &at, out) && at == end;
}

static bool
read_rr(const struct reply *r, size_t *at, struct rr *rr)
{
	size_t i = *at;

	if (!read_name(r->packet, &i, &rr->owner) || r->packet.n - i < 10)
		return false;
	rr->type = get16(r->packet, i);
	rr->class = get16(r->packet, i + 2);
	rr->ttl = get32(r->packet, i + 4);
	rr->n = get16(r->packet, i + 8);
	rr->at = i + 10;
	if (r->packet.n - rr->at < rr->n)
		return false;
	*at = rr->at + rr->n;
	return true;
}

/* ---- From end to end ---- */

static int
rcode_failure(unsigned rcode)
{
	switch (rcode) {
	case RCODE_NOERROR:
	case RCODE_NXDOMAIN:
		return 0;
	case RCODE_SERVFAIL:
		return MAILAUTH_FAILURE_SERVFAIL;
	case RCODE_REFUSED:
		return MAILAUTH_FAILURE_REFUSED;
	default:
		return MAILAUTH_FAILURE_RCODE;
	}
}

/* TC first: all else of a truncated reply may be lacking. */
static int
read_header(struct reply *r)
{
	if (r->packet.n < HEADER || r->packet.n > PACKET_MAX)
		return MAILAUTH_FAILURE_MALFORMED;
	r->flags = get16(r->packet, 2);
	r->rcode = r->flags & FLAG_RCODE;
	r->questions = get16(r->packet, 4);
	r->answers = get16(r->packet, 6);
	r->authorities = get16(r->packet, 8);
	r->additionals = get16(r->packet, 10);
	if ((r->flags & (FLAG_QR | FLAG_OPCODE)) != FLAG_QR)
		return MAILAUTH_FAILURE_MISMATCH;
	if ((r->flags & FLAG_TC) != 0)
		return MAILAUTH_FAILURE_TRUNCATED;
	return 0;
}

static int
read_question(struct reply *r)
{
	size_t at = HEADER;
	struct dname name;

	/* FORMERR and the like may come without the question. */
	if (r->questions == 0 && rcode_failure(r->rcode) != 0)
		return rcode_failure(r->rcode);
	if (r->questions != 1)
		return MAILAUTH_FAILURE_MISMATCH;
	if (!read_name(r->packet, &at, &name) || r->packet.n - at < 4)
		return MAILAUTH_FAILURE_MALFORMED;
	if (!ma_name_equal(&name, r->name) ||
	    get16(r->packet, at) != r->type ||
	    get16(r->packet, at + 2) != CLASS_IN)
		return MAILAUTH_FAILURE_MISMATCH;
	r->answers_at = at + 4;
	return 0;
}

/* The first SOA says how long a negative answer holds: RFC 2308 section 5. */
static bool
read_authority(struct reply *r, const struct rr *rr)
{
	size_t at = rr->at;
	struct dname name;

	if (rr->class != CLASS_IN)
		return true;
	r->has_ns = r->has_ns || rr->type == TYPE_NS;
	if (rr->type != TYPE_SOA || r->has_soa)
		return true;
	if (!read_name(r->packet, &at, &name) ||
	    !read_name(r->packet, &at, &name) || at + 20 != rr->at + rr->n)
		return false;
	r->has_soa = true;
	r->zone = rr->owner;
	r->negative_ttl = lesser(usable_ttl(rr->ttl),
	    usable_ttl(get32(r->packet, at + 16)));
	return true;
}

/* RFC 6891 section 6.1: one at most, of the root; the RCODE's upper bits. */
static bool
read_opt(struct reply *r, const struct rr *rr)
{
	if (r->has_opt || rr->owner.n != 1)
		return false;
	r->has_opt = true;
	r->rcode |= (rr->ttl >> 24) << 4;
	return true;
}

/*
 * Every record.  Others: BIND refuses octets after the last, ldns and c-ares
 * pass over them.  We: passed over, because nothing is read from them.
 */
static int
survey(struct reply *r)
{
	unsigned before_additional = r->answers + r->authorities;
	unsigned all = before_additional + r->additionals;
	size_t at = r->answers_at;
	struct rr rr;

	for (unsigned i = 0; i < all; i++) {
		if (!read_rr(r, &at, &rr))
			return MAILAUTH_FAILURE_MALFORMED;
		if (i >= r->answers && i < before_additional &&
		    !read_authority(r, &rr))
			return MAILAUTH_FAILURE_MALFORMED;
		if (i >= before_additional && rr.type == TYPE_OPT &&
		    !read_opt(r, &rr))
			return MAILAUTH_FAILURE_MALFORMED;
	}
	return rcode_failure(r->rcode);
}

/* ---- The chain ---- */

/* What the answer section has for one name. */
struct found {
	size_t wanted;			/* records of the type that was asked */
	bool alias;
	struct dname target;
	uint32_t ttl;			/* the alias's */
};

static bool
is_wanted(const struct reply *r, const struct rr *rr)
{
	return rr->class == CLASS_IN &&
	    (rr->type == r->type || r->type == TYPE_ANY);
}

/*
 * RFC 2181 section 10.1: one alias at a name, and nothing of the type asked
 * beside it; a reply with more could be read in two ways.
 */
static int
look_at(const struct reply *r, const struct dname *name, struct found *f)
{
	size_t at = r->answers_at;
	struct dname target;
	struct rr rr;

	*f = (struct found){ .ttl = TTL_MAX };
	for (unsigned i = 0; i < r->answers && read_rr(r, &at, &rr); i++) {
		bool wanted = is_wanted(r, &rr);
		bool alias = rr.type == TYPE_CNAME && rr.class == CLASS_IN;

		if (!(wanted || alias) || !ma_name_equal(&rr.owner, name))
			continue;
		if (wanted) {
			f->wanted++;
			continue;
		}
		if (!read_last_name(r, rr.at, rr.at + rr.n, &target) ||
		    (f->alias && !ma_name_equal(&target, &f->target)))
			return MAILAUTH_FAILURE_MALFORMED;
		f->alias = true;
		f->target = target;
		f->ttl = lesser(f->ttl, usable_ttl(rr.ttl));
	}
	return f->alias && f->wanted > 0 ? MAILAUTH_FAILURE_MALFORMED : 0;
}

static bool
keep(struct arena *arena, struct slice from, struct slice *out)
{
	char *p = ma_arena_str(arena, from);

	*out = ma_slice(p, from.n);
	return p != NULL;
}

/* Is target one of the names that the chain came by? */
static bool
loops(const struct alias *chain, size_t n, struct slice target)
{
	for (size_t i = 0; i < n; i++)
		if (ma_eq(chain[i].owner, target))
			return true;
	return false;
}

/*
 * From the name asked to *last, which is no alias here.  The records may stand
 * in any order.  A CNAME made from a DNAME (RFC 6672 section 3.1) is like any.
 */
static int
follow(const struct reply *r, struct answer *out, struct dname *last,
    struct found *f)
{
	struct alias chain[MAX_ALIASES];
	struct alias *copy;
	struct slice owner;
	size_t n = 0;
	int why;

	*last = *r->name;
	owner = ma_slice(r->name->w, r->name->n);
	while ((why = look_at(r, last, f)) == 0 && f->alias) {
		if (n == MAX_ALIASES)
			return MAILAUTH_FAILURE_LIMIT;
		if (n == 0 && !keep(r->arena, owner, &owner))
			return MAILAUTH_ENOMEM;
		chain[n] = (struct alias){ .owner = owner, .ttl = f->ttl };
		*last = f->target;
		if (!keep(r->arena, ma_slice(last->w, last->n), &owner))
			return MAILAUTH_ENOMEM;
		chain[n++].target = owner;
		if (loops(chain, n, owner))
			return MAILAUTH_FAILURE_MALFORMED;
		out->ttl = lesser(out->ttl, f->ttl);
	}
	if (why != 0 || n == 0)
		return why;
	if ((copy = ma_arena_alloc(r->arena, n * sizeof *copy)) == NULL)
		return MAILAUTH_ENOMEM;
	memcpy(copy, chain, n * sizeof *copy);
	out->chain = copy;
	out->aliases = n;
	return 0;
}

/* ---- The records ---- */

/*
 * (octet, so many octets)*, to the end.  RFC 1035 section 3.3.14 wants one string
 * at the least.  Others: a record without any is malformed, or is empty.  We: it
 * is empty, which is no record of any protocol, and the others beside it stand.
 */
static bool
is_strings(struct slice s)
{
	while (s.n > 0) {
		size_t n = get8(s, 0);

		if (n > s.n - 1)
			return false;
		s = ma_sub(s, n + 1, s.n);
	}
	return true;
}

/*
 * The rdata in one form for equal records: names in it whole and in lower
 * case, which is done in room; anything else as it stands in the packet.
 * False: it is not what its type has.
 */
enum { ROOM = 2 + DNAME_MAX };
static bool
read_rdata(const struct reply *r, const struct rr *rr, char room[ROOM],
    struct slice *out)
{
	size_t fixed = rr->type == TYPE_MX ? 2 : 0;	/* the preference */
	struct dname name;

	*out = ma_slice(r->packet.p + rr->at, rr->n);
	switch (rr->type) {
	case TYPE_A:
		return rr->n == 4;
	case TYPE_AAAA:
		return rr->n == 16;
	case TYPE_TXT:
		return is_strings(*out);
	case TYPE_MX:
	case TYPE_CNAME:
	case TYPE_NS:
	case TYPE_PTR:
		if (!read_last_name(r, rr->at + fixed, rr->at + rr->n, &name))
			return false;
		memcpy(room, out->p, fixed);
		memcpy(room + fixed, name.w, name.n);
		*out = ma_slice(room, fixed + name.n);
		return true;
	default:
		return true;
	}
}

/*
 * Which record has this rdata?  Open addressing; a flood of one slot is given
 * up after MAX_PROBES, and then a record may be kept twice, no harm.
 */
enum { MAX_PROBES = 32 };
struct seen {
	uint16_t *slots;		/* index of a record, and 1; 0: free */
	size_t mask;			/* their number, a power of 2, less 1 */
};

static bool
init_seen(struct arena *arena, size_t records, struct seen *s)
{
	size_t n = 2;

	while (n < 2 * records)
		n *= 2;
	s->mask = n - 1;
	s->slots = ma_arena_alloc(arena, n * sizeof *s->slots);
	return s->slots != NULL;
}

/* The record's index; or, for the n-th, n: now it is known. */
static size_t
find_or_note(struct seen *s, const struct record *records, size_t n,
    struct slice data)
{
	uint32_t h = 2166136261u;	/* FNV-1a */

	for (size_t i = 0; i < data.n; i++)
		h = (h ^ get8(data, i)) * 16777619u;
	for (size_t i = 0; i < MAX_PROBES; i++) {
		uint16_t *slot = &s->slots[(h + i) & s->mask];

		if (*slot == 0) {
			*slot = (uint16_t)(n + 1);
			return n;
		}
		if (ma_eq(records[*slot - 1].data, data))
			return *slot - 1u;
	}
	return n;
}

/* The strings of a TXT record, joined where they are. */
static size_t
join(char *p, size_t n)
{
	size_t from = 0, to = 0;

	while (from < n) {
		size_t length = (uint8_t)p[from++];

		memmove(p + to, p + from, length);
		from += length;
		to += length;
	}
	return to;
}

/* From rdata as read_rdata() has it, in the arena, to what callers see. */
static void
finish(uint16_t type, struct record *rec)
{
	if (type == TYPE_TXT)
		rec->data.n = join((char *)rec->data.p, rec->data.n);
	if (type == TYPE_MX) {
		rec->preference = get16(rec->data, 0);
		rec->data = ma_sub(rec->data, 2, rec->data.n);
	}
}

/* The records of the name at the end of the chain, equal ones once. */
static int
take(const struct reply *r, const struct dname *name, size_t wanted,
    struct answer *out)
{
	struct record *records;
	struct seen seen;
	size_t at = r->answers_at, n = 0;
	struct slice data;
	struct rr rr;
	char room[ROOM];

	records = ma_arena_alloc(r->arena, wanted * sizeof *records);
	if (records == NULL || !init_seen(r->arena, wanted, &seen))
		return MAILAUTH_ENOMEM;
	for (unsigned i = 0; i < r->answers && read_rr(r, &at, &rr); i++) {
		uint32_t ttl = usable_ttl(rr.ttl);
		size_t k;

		if (!is_wanted(r, &rr) || !ma_name_equal(&rr.owner, name))
			continue;
		if (!read_rdata(r, &rr, room, &data))
			return MAILAUTH_FAILURE_MALFORMED;
		out->ttl = lesser(out->ttl, ttl);
		/* RFC 2181 section 5: no two records are equal. */
		k = find_or_note(&seen, records, n, data);
		if (k < n) {
			records[k].ttl = lesser(records[k].ttl, ttl);
			continue;
		}
		if (!keep(r->arena, data, &records[n].data))
			return MAILAUTH_ENOMEM;
		records[n++].ttl = ttl;
	}
	/* RFC 2181 section 10.1: one canonical name. */
	if (r->type == TYPE_CNAME && n > 1)
		return MAILAUTH_FAILURE_MALFORMED;
	for (size_t i = 0; i < n; i++)
		finish(r->type, &records[i]);
	out->status = ANSWER_RECORDS;
	out->records = records;
	out->count = n;
	return 0;
}

/* ---- The whole ---- */

static int
nothing(const struct reply *r, const struct dname *last, struct answer *out)
{
	uint32_t ttl = 0;

	/*
	 * RFC 2308 section 2.2: servers without an SOA are a referral, not
	 * NODATA.  Others: taken as NODATA.  We: from a server that does not
	 * recurse (it should not have been asked) nothing has been learnt; one
	 * that does has looked.
	 */
	if (r->rcode == RCODE_NOERROR && r->has_ns && !r->has_soa &&
	    (r->flags & FLAG_RA) == 0)
		return MAILAUTH_FAILURE_MALFORMED;
	/* RFC 2308 section 5: without its zone's SOA it should not be kept. */
	if (r->has_soa && ma_name_within(last, &r->zone))
		ttl = lesser(r->negative_ttl, NEGATIVE_TTL_MAX);
	out->ttl = lesser(out->ttl, ttl);
	out->status = r->rcode == RCODE_NXDOMAIN ?
	    ANSWER_NXDOMAIN : ANSWER_NODATA;
	return 0;
}

static int
read_reply(struct reply *r, struct answer *out)
{
	struct dname last;
	struct found f;
	int why;

	if ((why = read_header(r)) != 0 || (why = read_question(r)) != 0 ||
	    (why = survey(r)) != 0 || (why = follow(r, out, &last, &f)) != 0)
		return why;
	if (f.wanted + out->aliases > r->max_records)
		return MAILAUTH_FAILURE_LIMIT;
	if (f.wanted == 0)
		return nothing(r, &last, out);
	/* RFC 2308 section 2.1: the name that has them would not exist. */
	if (r->rcode == RCODE_NXDOMAIN)
		return MAILAUTH_FAILURE_MALFORMED;
	return take(r, &last, f.wanted, out);
}

bool
ma_reply_read(struct slice packet, const struct dname *name, uint16_t type,
    size_t max_records, struct arena *arena, struct answer *out)
{
	struct reply r = { .packet = packet, .name = name, .type = type,
		.max_records = max_records, .arena = arena };
	int why;

	*out = (struct answer){ .ttl = TTL_MAX };
	if ((why = read_reply(&r, out)) != 0)
		*out = (struct answer){ .status = ANSWER_FAILED, .why = why };
	return why != MAILAUTH_ENOMEM;
}
