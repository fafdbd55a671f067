/*
 * The names of master files and where a question leads among them: exact
 * names, empty non-terminals, wildcards (RFC 4592), aliases, and what ";!"
 * lines say instead.  Nothing changes once it is loaded.
 */
#include "io/zone.h"

enum { SET_OCTETS_MAX = 65535, RECORD_FIXED = 12 };

struct datum {
	struct datum *next;
	uint32_t ttl;
	struct slice rdata;
};

/* The records of one type at one name, as they came. */
struct set {
	struct set *next;
	uint16_t type;
	size_t octets;
	struct datum *first, **end;
};

struct said {
	struct said *next;
	uint16_t type;
	enum remark what;
};

struct node {
	struct slice name;		/* in wire form */
	uint64_t hash;
	bool exists;			/* has something, or a name below has */
	struct set *sets;
	struct said *said;
};

struct zone {
	struct arena arena;
	struct node **slots;		/* linear probing, at most half taken */
	size_t n, nslots;		/* nslots is a power of two, or 0 */
	uint8_t key[HASH_KEY];
	bool all_secure;
};

struct zone *
ma_zone_new(void)
{
	struct zone *z = ma_calloc(sizeof *z);

	if (z != NULL && !ma_random(z->key, sizeof z->key)) {
		ma_free(z);
		return NULL;
	}
	return z;
}

void
ma_zone_free(struct zone *z)
{
	if (z == NULL)
		return;
	ma_arena_free(&z->arena);
	ma_free(z->slots);
	ma_free(z);
}

void
ma_zone_all_secure(struct zone *z)
{
	z->all_secure = true;
}

/* ---- The table ---- */

/* Where the name is, or would be; there are slots. */
static struct node **
slot(const struct zone *z, struct slice name, uint64_t hash)
{
	size_t i = (size_t)hash;

	for (;; i++) {
		struct node **at = &z->slots[i & (z->nslots - 1)];

		if (*at == NULL ||
		    ((*at)->hash == hash && ma_eq((*at)->name, name)))
			return at;
	}
}

static struct node *
find(const struct zone *z, struct slice name)
{
	return z->nslots > 0 ? *slot(z, name, ma_hash(z->key, name)) : NULL;
}

static bool
grow(struct zone *z)
{
	size_t old = z->nslots, n = old > 0 ? 2 * old : 64;
	struct node **before = z->slots, **after;

	if (2 * (z->n + 1) <= old)
		return true;
	if ((after = ma_calloc(n * sizeof *after)) == NULL)
		return false;
	z->slots = after;
	z->nslots = n;
	for (size_t i = 0; i < old; i++)
		if (before[i] != NULL)
			*slot(z, before[i]->name, before[i]->hash) = before[i];
	ma_free(before);
	return true;
}

/* NULL: no memory. */
static struct node *
find_or_add(struct zone *z, struct slice name)
{
	uint64_t hash = ma_hash(z->key, name);
	struct node **at, *node;
	char *copy;

	if (!grow(z))
		return NULL;
	at = slot(z, name, hash);
	if (*at != NULL)
		return *at;
	node = ma_arena_alloc(&z->arena, sizeof *node);
	copy = ma_arena_str(&z->arena, name);
	if (node == NULL || copy == NULL)
		return NULL;
	*node = (struct node){ .name = ma_slice(copy, name.n), .hash = hash };
	z->n++;
	return *at = node;
}

static struct slice
octets(const struct dname *name)
{
	return ma_slice(name->w, name->n);
}

/* Without its first label; not of the root. */
static struct slice
parent(struct slice name)
{
	return ma_sub(name, 1u + (unsigned char)name.p[0], name.n);
}

static bool
is_root(struct slice name)
{
	return name.n == 1;
}

/* It is there, and so are the names above it: RFC 4592 section 2.2.2. */
static bool
make_exist(struct zone *z, struct node *node)
{
	while (!node->exists) {
		node->exists = true;
		if (is_root(node->name))
			break;
		if ((node = find_or_add(z, parent(node->name))) == NULL)
			return false;
	}
	return true;
}

/* ---- Filling it ---- */

static struct set *
set_of(const struct node *node, uint16_t type)
{
	struct set *set = node->sets;

	while (set != NULL && set->type != type)
		set = set->next;
	return set;
}

static struct set *
add_set(struct zone *z, struct node *node, uint16_t type)
{
	struct set *set = ma_arena_alloc(&z->arena, sizeof *set);

	if (set == NULL)
		return NULL;
	*set = (struct set){ .next = node->sets, .type = type };
	set->end = &set->first;
	return node->sets = set;
}

/* RFC 2181 section 5: a record stands once in its set. */
static bool
has_datum(const struct set *set, struct slice rdata)
{
	for (const struct datum *d = set->first; d != NULL; d = d->next)
		if (ma_eq(d->rdata, rdata))
			return true;
	return false;
}

int
ma_zone_add(struct zone *z, const struct dname *name, uint16_t type,
    uint32_t ttl, struct slice rdata, const char **why)
{
	struct node *node = find_or_add(z, octets(name));
	struct set *set;
	struct datum *d;
	struct dname target;

	if (node == NULL || !make_exist(z, node))
		return MAILAUTH_ENOMEM;
	if ((set = set_of(node, type)) == NULL &&
	    (set = add_set(z, node, type)) == NULL)
		return MAILAUTH_ENOMEM;
	if (has_datum(set, rdata))
		return MAILAUTH_DONE;
	*why = NULL;
	if (type == TYPE_CNAME && set->first != NULL)
		*why = "a second alias";	/* RFC 2181 section 10.1 */
	else if (type == TYPE_CNAME && !ma_name_wire(rdata, &target))
		*why = "an alias to no domain name";
	else if (set->octets + RECORD_FIXED + rdata.n > SET_OCTETS_MAX)
		*why = "more records of one name and type than a reply holds";
	if (*why != NULL)
		return MAILAUTH_ESYNTAX;
	if ((d = ma_arena_alloc(&z->arena, sizeof *d)) == NULL ||
	    (d->rdata.p = ma_arena_str(&z->arena, rdata)) == NULL)
		return MAILAUTH_ENOMEM;
	d->rdata.n = rdata.n;
	d->ttl = ttl;
	*set->end = d;
	set->end = &d->next;
	set->octets += RECORD_FIXED + rdata.n;
	return MAILAUTH_DONE;
}

/* What was said of just this type; being secure is another matter. */
static enum remark
said(const struct node *node, uint16_t type, bool secure)
{
	if (node != NULL)
		for (const struct said *s = node->said; s != NULL; s = s->next)
			if (s->type == type &&
			    (s->what == REMARK_SECURE) == secure)
				return s->what;
	return REMARK_NONE;
}

/*
 * A name of which something else is said than that it is not there, is there:
 * at other types it has nothing.
 */
int
ma_zone_remark(struct zone *z, const struct dname *name, uint16_t type,
    enum remark what, const char **why)
{
	struct node *node = find_or_add(z, octets(name));
	enum remark before;
	struct said *s;

	if (node == NULL)
		return MAILAUTH_ENOMEM;
	before = said(node, type, what == REMARK_SECURE);
	*why = "something else was said of this name and type";
	if (before != REMARK_NONE)
		return before == what ? MAILAUTH_DONE : MAILAUTH_ESYNTAX;
	if (what != REMARK_SECURE && what != REMARK_NXDOMAIN &&
	    !make_exist(z, node))
		return MAILAUTH_ENOMEM;
	if ((s = ma_arena_alloc(&z->arena, sizeof *s)) == NULL)
		return MAILAUTH_ENOMEM;
	*s = (struct said){ .next = node->said, .type = type, .what = what };
	node->said = s;
	return MAILAUTH_DONE;
}

/* ---- Where a question leads ---- */

/*
 * The wildcard that answers for a name that is not there: the one right below
 * its closest encloser, which is the nearest name above it that is there
 * (RFC 4592 section 3.3.1).  NULL: there is none, or it is not there.
 */
static const struct node *
wildcard(const struct zone *z, struct slice name)
{
	struct dname star = { .n = 2, .w = { 1, '*' } };
	const struct node *node = NULL;

	while (!is_root(name)) {
		name = parent(name);
		node = find(z, name);
		if (node != NULL && node->exists)
			break;
	}
	if (node == NULL || !node->exists)
		return NULL;
	memcpy(star.w + star.n, name.p, name.n);
	star.n = (uint8_t)(star.n + name.n);
	node = find(z, octets(&star));
	return node != NULL && node->exists ? node : NULL;
}

/* One name on the way of a question. */
struct step {
	struct dname name;
	const struct node *own;		/* itself, if anything is known of it */
	const struct node *data;	/* itself, the wildcard, or NULL */
	const struct set *alias;	/* NULL: the way ends here */
};

struct way {
	struct step steps[MAX_ALIASES + 1];
	size_t n;
	enum remark outcome;		/* REMARK_NONE: records */
	const struct set *records;
};

static enum remark
remark_of(const struct step *s, uint16_t type, bool secure)
{
	const struct node *nodes[] = { s->own, s->data };
	uint16_t types[] = { type, TYPE_EVERY };

	for (size_t i = 0; i < COUNT(nodes); i++)
		for (size_t k = 0; k < COUNT(types); k++) {
			enum remark r = said(nodes[i], types[k], secure);

			if (r != REMARK_NONE)
				return r;
		}
	return REMARK_NONE;
}

static bool
is_secure(const struct step *s, uint16_t type)
{
	return remark_of(s, type, true) != REMARK_NONE ||
	    (s->alias != NULL && remark_of(s, TYPE_CNAME, true) != REMARK_NONE);
}

/*
 * Just the name and type that were asked: the whole answer, aliases with it,
 * was validated.  Else each name on the way must be marked.
 */
static bool
way_secure(const struct zone *z, const struct way *way, uint16_t type)
{
	const struct step *s = way->steps;

	if (z->all_secure || said(s->own, type, true) != REMARK_NONE)
		return true;
	for (size_t i = 0; i < way->n; i++)
		if (!is_secure(&s[i], type))
			return false;
	return true;
}

/* What is at the name of this step. */
static void
look(const struct zone *z, uint16_t type, struct step *s, struct way *way)
{
	s->own = find(z, octets(&s->name));
	s->data = s->own != NULL && s->own->exists ? s->own :
	    wildcard(z, octets(&s->name));
	way->outcome = remark_of(s, type, false);
	if (way->outcome != REMARK_NONE)
		return;
	if (s->data == NULL)
		way->outcome = REMARK_NXDOMAIN;
	else if ((way->records = set_of(s->data, type)) == NULL &&
	    (s->alias = set_of(s->data, TYPE_CNAME)) == NULL)
		way->outcome = REMARK_NODATA;
}

static void
follow(const struct zone *z, const struct dname *name, uint16_t type,
    struct way *way)
{
	struct step *s = way->steps;

	*way = (struct way){ .n = 1 };
	s->name = *name;
	for (;; s++, way->n++) {
		look(z, type, s, way);
		if (s->alias == NULL)
			return;
		if (way->n > MAX_ALIASES) {
			way->outcome = REMARK_SERVFAIL;	/* or a loop */
			return;
		}
		ma_name_wire(s->alias->first->rdata, &s[1].name);
	}
}

/* ---- The reply ---- */

static int
put_set(struct packet *p, const struct dname *owner, const struct set *set)
{
	int r = MAILAUTH_DONE;

	for (const struct datum *d = set->first;
	    d != NULL && r == MAILAUTH_DONE; d = d->next)
		r = ma_packet_add(p, owner, set->type, d->ttl, d->rdata);
	return r;
}

static uint32_t
minimum(struct slice soa)
{
	const uint8_t *p = (const uint8_t *)soa.p + soa.n - 4;

	return soa.n < 4 ? 0 : (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

/* The SOA of the zone around it, if the file has it: RFC 2308 section 3. */
static int
put_soa(const struct zone *z, struct packet *p, const struct dname *around)
{
	struct slice name = octets(around);

	for (;; name = parent(name)) {
		const struct node *node = find(z, name);
		const struct set *soa =
		    node != NULL ? set_of(node, TYPE_SOA) : NULL;
		struct dname owner;

		if (soa != NULL && ma_name_wire(name, &owner)) {
			const struct datum *d = soa->first;
			uint32_t ttl = minimum(d->rdata);

			return ma_packet_add_authority(p, &owner, TYPE_SOA,
			    d->ttl < ttl ? d->ttl : ttl, d->rdata);
		}
		if (is_root(name))
			return MAILAUTH_DONE;
	}
}

static int
make_reply(const struct zone *z, const struct way *way, uint16_t type,
    struct packet *p)
{
	const struct step *s = way->steps;
	int r = MAILAUTH_DONE;

	if (!ma_packet_begin(p, &s->name, type,
	    way->outcome == REMARK_NXDOMAIN ? RCODE_NXDOMAIN : RCODE_NOERROR))
		return MAILAUTH_ENOMEM;
	for (; s->alias != NULL && r == MAILAUTH_DONE; s++)
		r = put_set(p, &s->name, s->alias);
	if (r == MAILAUTH_DONE)
		r = way->records != NULL ? put_set(p, &s->name, way->records) :
		    put_soa(z, p, &s->name);
	return r;
}

int
ma_zone_ask(const struct zone *z, const struct dname *name, uint16_t type,
    struct zone_reply *out)
{
	struct way way;

	*out = (struct zone_reply){ 0 };
	follow(z, name, type, &way);
	if (way.outcome == REMARK_SERVFAIL || way.outcome == REMARK_REFUSED ||
	    way.outcome == REMARK_TIMEOUT) {
		out->instead = way.outcome;
		return MAILAUTH_DONE;
	}
	out->secure = way_secure(z, &way, type);
	return make_reply(z, &way, type, &out->packet);
}
