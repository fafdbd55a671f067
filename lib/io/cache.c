/*
 * A cache over any resolver: replies by name and type, as long as their
 * records say, the least recently used gone first.
 */
#include <pthread.h>

#include "io/io.h"
#include "lookups/lookups.h"
#include "mailauth/resolver.h"

struct entry {
	struct entry *next;		/* in its slot */
	struct entry *newer, *older;	/* by use */
	uint64_t hash;
	uint64_t stored, expires;	/* milliseconds */
	uint16_t type;
	bool secure;
	size_t name, reply;		/* octets of each */
	uint8_t data[];			/* the name, the reply */
};

struct cache {
	struct mailauth_resolver *below;
	size_t max_entries, max_octets;
	uint8_t key[HASH_KEY];
	pthread_mutex_t lock;		/* for all that follows */
	struct entry **slots;
	size_t nslots;			/* a power of two, or 0 */
	size_t entries, octets;
	struct entry *newest, *oldest;
};

/* ---- Replies grow old ---- */

static unsigned
get16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static size_t
behind_name(const uint8_t *p, size_t n, size_t at)
{
	while (at < n && p[at] != 0) {
		if (p[at] >= 0xc0)
			return at + 2;
		at += 1u + p[at];
	}
	return at + 1;
}

/* The records have so many seconds less to live. */
static void
grow_older(uint8_t *p, size_t n, uint32_t seconds)
{
	enum { HEADER = 12, QUESTION_FIXED = 4, RECORD_FIXED = 10 };
	size_t at = HEADER;
	unsigned records;

	if (n < HEADER)
		return;
	for (unsigned i = get16(p + 4); i > 0; i--)
		at = behind_name(p, n, at) + QUESTION_FIXED;
	records = get16(p + 6) + get16(p + 8) + get16(p + 10);
	for (; records > 0; records--) {
		uint8_t *ttl;
		uint32_t v;

		at = behind_name(p, n, at);
		if (at > n || n - at < RECORD_FIXED)
			return;
		ttl = p + at + 4;
		v = (uint32_t)get16(ttl) << 16 | get16(ttl + 2);
		v = v > seconds ? v - seconds : 0;
		if (get16(p + at) != TYPE_OPT)
			for (int k = 3; k >= 0; k--, v >>= 8)
				ttl[k] = (uint8_t)v;
		at += RECORD_FIXED + get16(p + at + 8);
	}
}

/* ---- The table; the lock is held ---- */

static size_t
size_of(const struct entry *e)
{
	return sizeof *e + e->name + e->reply;
}

static uint64_t
hash(const struct cache *c, struct slice name, uint16_t type)
{
	return ma_hash(c->key, name) ^ type;
}

/* The place that points to it, or the end of its slot; there are slots. */
static struct entry **
place(struct cache *c, uint64_t h, struct slice name, uint16_t type)
{
	struct entry **at = &c->slots[h & (c->nslots - 1)];

	while (*at != NULL && ((*at)->hash != h || (*at)->type != type ||
	    !ma_eq(ma_slice((*at)->data, (*at)->name), name)))
		at = &(*at)->next;
	return at;
}

static void
unlink_use(struct cache *c, struct entry *e)
{
	if (e->newer != NULL)
		e->newer->older = e->older;
	else
		c->newest = e->older;
	if (e->older != NULL)
		e->older->newer = e->newer;
	else
		c->oldest = e->newer;
}

static void
link_newest(struct cache *c, struct entry *e)
{
	e->newer = NULL;
	e->older = c->newest;
	if (c->newest != NULL)
		c->newest->newer = e;
	else
		c->oldest = e;
	c->newest = e;
}

static void
drop(struct cache *c, struct entry **at)
{
	struct entry *e = *at;

	*at = e->next;
	unlink_use(c, e);
	c->entries--;
	c->octets -= size_of(e);
	ma_free(e);
}

static void
drop_oldest(struct cache *c)
{
	struct entry *e = c->oldest;

	drop(c, place(c, e->hash, ma_slice(e->data, e->name), e->type));
}

static bool
grow(struct cache *c)
{
	size_t n = c->nslots > 0 ? 2 * c->nslots : 64;
	struct entry **slots;

	if (c->entries < c->nslots)
		return true;
	if ((slots = ma_calloc(n * sizeof *slots)) == NULL)
		return false;
	for (struct entry *e = c->newest; e != NULL; e = e->older) {
		e->next = slots[e->hash & (n - 1)];
		slots[e->hash & (n - 1)] = e;
	}
	ma_free(c->slots);
	c->slots = slots;
	c->nslots = n;
	return true;
}

/* The entry if it is still alive, used most recently now; NULL: none. */
static struct entry *
find(struct cache *c, struct slice name, uint16_t type, uint64_t now)
{
	struct entry **at;

	if (c->nslots == 0)
		return NULL;
	at = place(c, hash(c, name, type), name, type);
	if (*at == NULL)
		return NULL;
	if ((*at)->expires <= now) {
		drop(c, at);
		return NULL;
	}
	unlink_use(c, *at);
	link_newest(c, *at);
	return *at;
}

/* In place of an older one; what is too much goes. */
static bool
put(struct cache *c, struct entry *e)
{
	struct slice name = ma_slice(e->data, e->name);
	struct entry **at;

	if (!grow(c))
		return false;
	at = place(c, e->hash, name, e->type);
	if (*at != NULL)
		drop(c, at);
	e->next = c->slots[e->hash & (c->nslots - 1)];
	c->slots[e->hash & (c->nslots - 1)] = e;
	link_newest(c, e);
	c->entries++;
	c->octets += size_of(e);
	while (c->entries > c->max_entries || c->octets > c->max_octets)
		drop_oldest(c);
	return true;
}

/* ---- Keeping and finding ---- */

static int
store(struct cache *c, const struct mailauth_question *q)
{
	uint32_t ttl = mailauth_question_ttl(q);
	uint64_t now = ma_now_ms();
	size_t name_n, n;
	const uint8_t *name = mailauth_question_wire(q, &name_n);
	const uint8_t *reply = mailauth_question_reply(q, &n);
	struct entry *e;
	bool ok;

	if (reply == NULL || ttl == 0 || c->max_entries == 0 ||
	    sizeof *e + name_n + n > c->max_octets)
		return MAILAUTH_DONE;
	if ((e = ma_realloc(NULL, sizeof *e + name_n + n)) == NULL)
		return MAILAUTH_ENOMEM;
	*e = (struct entry){ .stored = now,
		.expires = now + (uint64_t)ttl * 1000,
		.type = mailauth_question_type(q), .name = name_n, .reply = n,
		.secure = mailauth_question_secure(q) };
	e->hash = hash(c, ma_slice(name, name_n), e->type);
	memcpy(e->data, name, name_n);
	memcpy(e->data + name_n, reply, n);
	pthread_mutex_lock(&c->lock);
	ok = put(c, e);
	pthread_mutex_unlock(&c->lock);
	if (!ok)
		ma_free(e);
	return ok ? MAILAUTH_DONE : MAILAUTH_ENOMEM;
}

/*
 * A copy of the reply, as old as it is by now: seconds that have begun count,
 * so that what is stored again lives no longer.
 */
static bool
recall(struct cache *c, const struct mailauth_question *q, struct buf *reply,
    bool *secure)
{
	uint64_t now = ma_now_ms(), age = 0;
	size_t n;
	const uint8_t *name = mailauth_question_wire(q, &n);
	const struct entry *e;
	bool ok = false;

	pthread_mutex_lock(&c->lock);
	e = find(c, ma_slice(name, n), mailauth_question_type(q), now);
	if (e != NULL) {
		ok = ma_buf_add(reply, e->data + e->name, e->reply);
		age = (now - e->stored + 999) / 1000;
		*secure = e->secure;
	}
	pthread_mutex_unlock(&c->lock);
	if (ok)
		grow_older((uint8_t *)reply->p, reply->n, (uint32_t)age);
	return ok;
}

static bool
answer(struct cache *c, struct mailauth_question *q)
{
	struct buf reply = { 0 };
	bool secure, ok;

	if (mailauth_question_kind(q) != MAILAUTH_QUESTION_DNS)
		return false;
	ok = recall(c, q, &reply, &secure) &&
	    mailauth_answer_dns(q, reply.p, reply.n,
	    secure ? MAILAUTH_ANSWER_SECURE : 0) != MAILAUTH_ENOMEM;
	ma_buf_free(&reply);
	return ok;
}

/* ---- As a resolver ---- */

/* One evaluation's questions that the resolver below has. */
struct flight {
	struct cache *cache;
	void *below;
	bool answered;		/* one of them at once, and no wait since */
	struct mailauth_question **asked;
	size_t n, cap;
};

static int
begin(void *user, void **flight)
{
	struct cache *c = user;
	struct flight *f = ma_calloc(sizeof *f);
	int r;

	if (f == NULL)
		return MAILAUTH_ENOMEM;
	f->cache = c;
	if (c->below != NULL &&
	    (r = mailauth_resolver_begin(c->below, &f->below)) < 0) {
		ma_free(f);
		return r;
	}
	*flight = f;
	return MAILAUTH_DONE;
}

/* Keep what has come; all: and let go of the rest. */
static void
sweep(struct flight *f, bool all)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->n; i++) {
		struct mailauth_question *q = f->asked[i];

		if (mailauth_question_answered(q))
			store(f->cache, q);
		else if (!all) {
			f->asked[kept++] = q;
			continue;
		}
		ma_question_release(q);
	}
	f->n = kept;
}

static bool
room_for_one(struct flight *f)
{
	size_t cap = f->cap > 0 ? 2 * f->cap : 32;
	struct mailauth_question **asked;

	if (f->n < f->cap)
		return true;
	if ((asked = ma_realloc(f->asked, cap * sizeof *asked)) == NULL)
		return false;
	f->asked = asked;
	f->cap = cap;
	return true;
}

static int
ask(void *flight, struct mailauth_question *q)
{
	struct flight *f = flight;
	int r;

	if (answer(f->cache, q)) {
		f->answered = true;
		return MAILAUTH_DONE;
	}
	if (f->cache->below == NULL)
		return MAILAUTH_EUNSUPPORTED;
	if (!room_for_one(f))
		return MAILAUTH_ENOMEM;
	ma_question_hold(q);
	f->asked[f->n++] = q;
	r = mailauth_resolver_ask(f->cache->below, f->below, q);
	if (r >= 0 && !mailauth_question_answered(q))
		return MAILAUTH_DONE;
	if (r >= 0) {
		store(f->cache, q);
		f->answered = true;
	}
	f->n--;
	ma_question_release(q);
	return r < 0 ? r : MAILAUTH_DONE;
}

/* What was answered at once has come, whatever else is still out. */
static int
wait(void *flight, int milliseconds)
{
	struct flight *f = flight;
	int r;

	if (f->answered) {
		f->answered = false;
		return 1;
	}
	r = mailauth_resolver_wait(f->cache->below, f->below, milliseconds);
	sweep(f, false);
	return r;
}

static int
known(void *user, struct mailauth_question *q)
{
	struct cache *c = user;

	return answer(c, q) ||
	    (c->below != NULL && mailauth_resolver_known(c->below, q) == 1);
}

static void
end(void *flight)
{
	struct flight *f = flight;

	if (f->cache->below != NULL)
		mailauth_resolver_end(f->cache->below, f->below);
	sweep(f, true);
	ma_free(f->asked);
	ma_free(f);
}

static void
free_cache(void *user)
{
	struct cache *c = user;

	while (c->oldest != NULL)
		drop_oldest(c);
	ma_free(c->slots);
	pthread_mutex_destroy(&c->lock);
	ma_free(c);
}

static struct cache *
new_cache(struct mailauth_resolver *below, uint32_t entries, size_t octets)
{
	struct cache *c = ma_calloc(sizeof *c);

	if (c == NULL)
		return NULL;
	c->below = below;
	c->max_entries = entries;
	c->max_octets = octets;
	if (!ma_random(c->key, sizeof c->key) ||
	    pthread_mutex_init(&c->lock, NULL) != 0) {
		ma_free(c);
		return NULL;
	}
	return c;
}

struct mailauth_resolver *
mailauth_resolver_new_cache(struct mailauth_resolver *below, uint32_t entries,
    size_t octets)
{
	struct mailauth_resolver_ops ops = {
		.size = sizeof ops, .begin = begin, .ask = ask, .known = known,
		.end = end, .free = free_cache
	};
	struct mailauth_resolver *r;
	struct cache *c = new_cache(below, entries, octets);

	if (c == NULL)
		return NULL;
	if (mailauth_resolver_waits(below))
		ops.wait = wait;
	if ((r = mailauth_resolver_new(&ops, c)) == NULL)
		free_cache(c);
	return r;
}

int
mailauth_cache_store(struct mailauth_resolver *r,
    const struct mailauth_question *q)
{
	struct cache *c = ma_resolver_user(r, ask);

	if (c == NULL || q == NULL)
		return MAILAUTH_EINVAL;
	return mailauth_question_answered(q) ? store(c, q) : MAILAUTH_EUSE;
}
