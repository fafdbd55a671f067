/*
 * The asked-and-answered set of one message.
 */
#include <stdio.h>

#include "lookups/question.h"

enum { MAX_RECORDS = 8192, MAX_BYTES = 65535 };
enum { SIGNATURE_MAX = 2048 };		/* that of an RSA key of 16384 bits */
enum { MEDIA_TYPE_MAX = 255 };		/* what is longer is none that we know */

/* ---- Life ---- */

struct mailauth_lookups *
mailauth_lookups_new(void)
{
	struct mailauth_lookups *l = ma_calloc(sizeof *l);

	if (l != NULL) {
		l->holders = 1;
		l->step_generation = 1;
		l->max_records = 4096;
		l->max_bytes = MAX_BYTES;
	}
	return l;
}

void
ma_lookups_ref(struct mailauth_lookups *l)
{
	l->holders++;
}

/* Once dropped and with no question out, nobody can reach it any more. */
static void
free_if_unreachable(struct mailauth_lookups *l)
{
	if (l->holders > 0 || l->out > 0)
		return;
	ma_arena_free(&l->arena);
	ma_free(l->questions);
	ma_free(l->slots);
	ma_free(l);
}

void
mailauth_lookups_free(struct mailauth_lookups *l)
{
	if (l == NULL)
		return;
	l->holders--;
	free_if_unreachable(l);
}

int
mailauth_lookups_set_limit(struct mailauth_lookups *l, int limit, uint32_t value)
{
	if (l == NULL || value == 0)
		return MAILAUTH_EINVAL;
	if (limit == MAILAUTH_LOOKUPS_RECORDS && value <= MAX_RECORDS)
		l->max_records = value;
	else if (limit == MAILAUTH_LOOKUPS_BYTES && value <= MAX_BYTES)
		l->max_bytes = value;
	else
		return MAILAUTH_EINVAL;
	return MAILAUTH_DONE;
}

int
mailauth_lookups_set_known(struct mailauth_lookups *l,
    struct mailauth_resolver *known)
{
	if (l == NULL)
		return MAILAUTH_EINVAL;
	l->known = known;
	return MAILAUTH_DONE;
}

uint32_t
mailauth_lookups_queries(const struct mailauth_lookups *l)
{
	return l != NULL ? l->queries : 0;
}

uint32_t
mailauth_lookups_rounds(const struct mailauth_lookups *l)
{
	return l != NULL ? l->rounds : 0;
}

bool
ma_lookups_busy(const struct mailauth_lookups *l)
{
	return l->out > 0;
}

void
ma_lookups_begin(struct mailauth_lookups *l)
{
	l->step_generation = l->answered_generation + 1;
}

/* ---- Naming questions ---- */

/* FNV-1a.  Names are attackers': a flood of one slot costs a walk of all
 * questions, whose number the rooms' limits bound. */
static uint32_t
mix(uint32_t h, struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 16777619u;
	return h;
}

static uint32_t
hash(const struct asked *a)
{
	return mix(mix(2166136261u ^ a->of, a->name), a->what);
}

static bool
is_same(const struct asked *a, const struct asked *b)
{
	return a->kind == b->kind && a->of == b->of &&
	    ma_eq(a->name, b->name) && ma_eq(a->what, b->what);
}

static struct mailauth_question *
find(const struct mailauth_lookups *l, const struct asked *a, uint32_t h)
{
	if (l->nslots == 0)
		return NULL;
	for (size_t i = h;; i++) {
		struct mailauth_question *q = l->slots[i & (l->nslots - 1)];

		if (q == NULL || (q->hash == h && is_same(&q->asked, a)))
			return q;
	}
}

static void
place(struct mailauth_lookups *l, struct mailauth_question *q)
{
	size_t i = q->hash;

	while (l->slots[i & (l->nslots - 1)] != NULL)
		i++;
	l->slots[i & (l->nslots - 1)] = q;
}

/* Room for one more question, at most half of the slots taken. */
static bool
grow(struct mailauth_lookups *l)
{
	size_t cap = l->cap > 0 ? l->cap * 2 : 16;
	struct mailauth_question **list, **slots;

	if (l->n < l->cap)
		return true;
	if ((slots = ma_calloc(2 * cap * sizeof *slots)) == NULL)
		return false;
	if ((list = ma_realloc(l->questions, cap * sizeof *list)) == NULL) {
		ma_free(slots);
		return false;
	}
	l->questions = list;
	l->cap = cap;
	ma_free(l->slots);
	l->slots = slots;
	l->nslots = 2 * cap;
	for (size_t i = 0; i < l->n; i++)
		place(l, l->questions[i]);
	return true;
}

/* From the set's arena, whose failures are told at once. */
static void *
alloc(struct mailauth_lookups *l, size_t n)
{
	void *p = ma_arena_alloc(&l->arena, n);

	l->arena.failed = false;
	return p;
}

/* Copy *from to *p, which goes on behind it. */
static struct slice
copy(char **p, struct slice from)
{
	struct slice to = ma_slice(*p, from.n);

	if (from.n > 0)
		memcpy(*p, from.p, from.n);
	*p += from.n;
	return to;
}

struct mailauth_question *
ma_lookups_asked(struct mailauth_lookups *l, const struct asked *a)
{
	uint32_t h = hash(a);
	struct mailauth_question *q = find(l, a, h);
	struct dname name;
	char text[NAME_TEXT], *p;
	size_t n;

	if (q != NULL)
		return q;
	ma_name_wire(a->name, &name);
	ma_name_text(&name, text);
	n = strlen(text) + 1;
	if (!grow(l) || (q = alloc(l, sizeof *q + n + a->name.n +
	    a->what.n + 1)) == NULL)
		return NULL;
	*q = (struct mailauth_question){ .lookups = l, .asked = *a, .hash = h,
		.generation = l->step_generation };
	p = (char *)(q + 1);
	q->text = copy(&p, ma_slice(text, n)).p;
	q->asked.name = copy(&p, a->name);
	q->asked.what = copy(&p, a->what);	/* a NUL follows it */
	if (a->kind == MAILAUTH_QUESTION_DNS)
		ma_type_text((uint16_t)a->of, q->type_text);
	else
		snprintf(q->type_text, sizeof q->type_text, "%s",
		    a->kind == MAILAUTH_QUESTION_FETCH ? "FETCH" : "SIGN");
	l->questions[l->n++] = q;
	place(l, q);
	if (l->known != NULL) {
		q->state = QUESTION_OUT;
		l->out++;
		mailauth_resolver_known(l->known, q);
		if (q->state == QUESTION_OUT)
			ma_question_take_back(q);
	}
	return q;
}

struct mailauth_question *
ma_lookups_question(struct mailauth_lookups *l, const struct dname *name,
    uint16_t type)
{
	const struct asked a = ma_asked_dns(name, type);

	return ma_lookups_asked(l, &a);
}

void
ma_question_hold(struct mailauth_question *q)
{
	ma_lookups_ref(q->lookups);
}

void
ma_question_release(struct mailauth_question *q)
{
	mailauth_lookups_free(q->lookups);
}

const struct answer *
ma_peek(const struct run *r, const struct dname *name, uint16_t type)
{
	const struct asked a = ma_asked_dns(name, type);
	const struct mailauth_question *q = find(r->lookups, &a, hash(&a));

	return q != NULL ? ma_question_answer(q) : NULL;
}

const struct answer *
ma_question_answer(const struct mailauth_question *q)
{
	return q->state == QUESTION_ANSWERED ? &q->answer : NULL;
}

/* ---- Handing out ---- */

struct mailauth_question *
mailauth_lookups_next(struct mailauth_lookups *l)
{
	struct mailauth_question *q;

	if (l == NULL)
		return NULL;
	while (l->next < l->n && l->questions[l->next]->state != QUESTION_NAMED)
		l->next++;
	if (l->next == l->n)
		return NULL;
	q = l->questions[l->next++];
	q->state = QUESTION_OUT;
	l->out++;
	l->queries++;
	if (q->generation > l->rounds)
		l->rounds = q->generation;
	return q;
}

void
ma_question_take_back(struct mailauth_question *q)
{
	struct mailauth_lookups *l = q->lookups;

	q->state = QUESTION_NAMED;
	q->user = NULL;
	l->out--;
	l->next = 0;
}

/* ---- What callers see of a question ---- */

int
mailauth_question_kind(const struct mailauth_question *q)
{
	return q != NULL ? q->asked.kind : 0;
}

const char *
mailauth_question_name(const struct mailauth_question *q)
{
	return q != NULL ? q->text : NULL;
}

const uint8_t *
mailauth_question_wire(const struct mailauth_question *q, size_t *n)
{
	if (n != NULL)
		*n = q != NULL ? q->asked.name.n : 0;
	return q != NULL ? (const uint8_t *)q->asked.name.p : NULL;
}

static bool
is_kind(const struct mailauth_question *q, int kind)
{
	return mailauth_question_kind(q) == kind;
}

uint16_t
mailauth_question_type(const struct mailauth_question *q)
{
	return is_kind(q, MAILAUTH_QUESTION_DNS) ? (uint16_t)q->asked.of : 0;
}

const char *
mailauth_question_type_name(const struct mailauth_question *q)
{
	return q != NULL ? q->type_text : NULL;
}

int
mailauth_question_algorithm(const struct mailauth_question *q)
{
	return is_kind(q, MAILAUTH_QUESTION_SIGN) ? (int)q->asked.of : 0;
}

const char *
mailauth_question_url(const struct mailauth_question *q)
{
	return is_kind(q, MAILAUTH_QUESTION_FETCH) ? q->asked.what.p : NULL;
}

uint32_t
mailauth_question_max_octets(const struct mailauth_question *q)
{
	return is_kind(q, MAILAUTH_QUESTION_FETCH) ? q->asked.of : 0;
}

const uint8_t *
mailauth_question_digest(const struct mailauth_question *q, size_t *n)
{
	struct slice digest = is_kind(q, MAILAUTH_QUESTION_SIGN) ?
	    q->asked.what : ma_slice(NULL, 0);

	if (n != NULL)
		*n = digest.n;
	return (const uint8_t *)digest.p;
}

uint32_t
mailauth_question_generation(const struct mailauth_question *q)
{
	return q != NULL ? q->generation : 0;
}

void
mailauth_question_set_user(struct mailauth_question *q, void *user)
{
	if (q != NULL)
		q->user = user;
}

void *
mailauth_question_user(const struct mailauth_question *q)
{
	return q != NULL ? q->user : NULL;
}

int
mailauth_question_answered(const struct mailauth_question *q)
{
	return q != NULL && q->state == QUESTION_ANSWERED;
}

const uint8_t *
mailauth_question_reply(const struct mailauth_question *q, size_t *n)
{
	struct slice reply = q != NULL ? q->reply : ma_slice(NULL, 0);

	if (n != NULL)
		*n = reply.n;
	return (const uint8_t *)reply.p;
}

int
mailauth_question_failure(const struct mailauth_question *q)
{
	return mailauth_question_answered(q) ? q->answer.why : 0;
}

int
mailauth_question_secure(const struct mailauth_question *q)
{
	return mailauth_question_answered(q) && q->answer.secure;
}

uint32_t
mailauth_question_ttl(const struct mailauth_question *q)
{
	return mailauth_question_answered(q) ? q->answer.ttl : 0;
}

/* ---- Answers ---- */

/* May this question be answered now?  A dropped set only counts down. */
static int
check_open(struct mailauth_question *q)
{
	struct mailauth_lookups *l;

	if (q == NULL)
		return MAILAUTH_EINVAL;
	if (q->state != QUESTION_OUT)
		return MAILAUTH_EUSE;
	l = q->lookups;
	if (l->holders > 0)
		return MAILAUTH_DONE;
	q->state = QUESTION_ANSWERED;
	l->out--;
	free_if_unreachable(l);
	return MAILAUTH_EGONE;
}

static void
settle(struct mailauth_question *q)
{
	struct mailauth_lookups *l = q->lookups;

	q->state = QUESTION_ANSWERED;
	l->out--;
	if (q->generation > l->answered_generation)
		l->answered_generation = q->generation;
}

/* It has failed.  The question is open. */
static void
fail(struct mailauth_question *q, int failure)
{
	q->answer = (struct answer){ .status = ANSWER_FAILED, .why = failure };
	q->fetched = (struct fetched){ .failure = failure };
	settle(q);
}

int
mailauth_answer_dns(struct mailauth_question *q, const void *reply, size_t n,
    uint32_t flags)
{
	struct mailauth_lookups *l;
	struct answer answer;
	struct dname name;
	char *octets;
	int r;

	if (reply == NULL || (flags & ~(uint32_t)MAILAUTH_ANSWER_SECURE) != 0 ||
	    !is_kind(q, MAILAUTH_QUESTION_DNS))
		return MAILAUTH_EINVAL;
	if ((r = check_open(q)) != MAILAUTH_DONE)
		return r;
	l = q->lookups;
	if (n > l->max_bytes) {
		fail(q, MAILAUTH_FAILURE_LIMIT);
		return MAILAUTH_DONE;
	}
	if ((octets = alloc(l, n)) == NULL)
		return MAILAUTH_ENOMEM;
	memcpy(octets, reply, n);
	ma_name_wire(q->asked.name, &name);
	if (!ma_reply_read(ma_slice(octets, n), &name, (uint16_t)q->asked.of,
	    l->max_records, &l->arena, &answer)) {
		l->arena.failed = false;
		return MAILAUTH_ENOMEM;
	}
	answer.secure = answer.status != ANSWER_FAILED &&
	    (flags & MAILAUTH_ANSWER_SECURE) != 0;
	q->answer = answer;
	if (answer.status != ANSWER_FAILED)
		q->reply = ma_slice(octets, n);
	settle(q);
	return MAILAUTH_DONE;
}

int
mailauth_answer_signed(struct mailauth_question *q, const void *signature,
    size_t n)
{
	struct mailauth_lookups *l;
	struct record *record;
	char *octets;
	int r;

	if (signature == NULL || n == 0 || n > SIGNATURE_MAX ||
	    !is_kind(q, MAILAUTH_QUESTION_SIGN))
		return MAILAUTH_EINVAL;
	if ((r = check_open(q)) != MAILAUTH_DONE)
		return r;
	l = q->lookups;
	if ((record = alloc(l, sizeof *record + n)) == NULL)
		return MAILAUTH_ENOMEM;
	octets = memcpy(record + 1, signature, n);
	*record = (struct record){ .data = ma_slice(octets, n) };
	q->answer = (struct answer){ .status = ANSWER_RECORDS, .count = 1,
		.records = record };
	settle(q);
	return MAILAUTH_DONE;
}

int
mailauth_answer_fetched(struct mailauth_question *q,
    const struct mailauth_fetched *given)
{
	struct mailauth_fetched f = { 0 };
	struct slice type, body;
	char *p;
	int r;

	if (given == NULL || given->size < offsetof(struct mailauth_fetched,
	    status) + sizeof given->status)
		return MAILAUTH_EINVAL;
	memcpy(&f, given, given->size < sizeof f ? given->size : sizeof f);
	if (f.status < 100 || f.status > 999 ||
	    (f.body == NULL && f.body_size > 0) ||
	    !is_kind(q, MAILAUTH_QUESTION_FETCH))
		return MAILAUTH_EINVAL;
	if ((r = check_open(q)) != MAILAUTH_DONE)
		return r;
	if (f.body_size > q->asked.of) {
		fail(q, MAILAUTH_FAILURE_LIMIT);
		return MAILAUTH_DONE;
	}
	type = ma_sub(ma_str(f.media_type), 0, MEDIA_TYPE_MAX);
	body = ma_slice(f.body, f.body_size);
	if ((p = alloc(q->lookups, type.n + body.n)) == NULL)
		return MAILAUTH_ENOMEM;
	q->fetched = (struct fetched){ .status = f.status,
		.media_type = copy(&p, type), .body = copy(&p, body) };
	if (f.media_type == NULL)
		q->fetched.media_type.p = NULL;
	q->answer = (struct answer){ .status = ANSWER_RECORDS };
	settle(q);
	return MAILAUTH_DONE;
}

int
mailauth_answer_failed(struct mailauth_question *q, int failure)
{
	int r;

	if (failure < MAILAUTH_FAILURE_TIMEOUT ||
	    failure > MAILAUTH_FAILURE_UNSUPPORTED)
		return MAILAUTH_EINVAL;
	if ((r = check_open(q)) != MAILAUTH_DONE)
		return r;
	fail(q, failure);
	return MAILAUTH_DONE;
}

const char *
mailauth_failure_name(int failure)
{
	static const char *const names[] = {
		[MAILAUTH_FAILURE_TIMEOUT] = "timeout",
		[MAILAUTH_FAILURE_NETWORK] = "network",
		[MAILAUTH_FAILURE_SERVFAIL] = "servfail",
		[MAILAUTH_FAILURE_REFUSED] = "refused",
		[MAILAUTH_FAILURE_RCODE] = "rcode",
		[MAILAUTH_FAILURE_BOGUS] = "bogus",
		[MAILAUTH_FAILURE_MALFORMED] = "malformed",
		[MAILAUTH_FAILURE_TRUNCATED] = "truncated",
		[MAILAUTH_FAILURE_MISMATCH] = "mismatch",
		[MAILAUTH_FAILURE_LIMIT] = "limit",
		[MAILAUTH_FAILURE_TLS] = "tls",
		[MAILAUTH_FAILURE_UNSUPPORTED] = "unsupported",
	};

	if (failure < 1 || failure >= (int)COUNT(names))
		return "unknown";
	return names[failure];
}

const char *
ma_failure_reason(int why)
{
	switch (why) {
	case MAILAUTH_FAILURE_TIMEOUT:
		return REASON("dns-timeout");
	case MAILAUTH_FAILURE_NETWORK:
		return REASON("dns-network");
	case MAILAUTH_FAILURE_SERVFAIL:
		return REASON("dns-servfail");
	case MAILAUTH_FAILURE_REFUSED:
		return REASON("dns-refused");
	case MAILAUTH_FAILURE_BOGUS:
		return REASON("dns-bogus");
	case MAILAUTH_FAILURE_MALFORMED:
		return REASON("dns-malformed");
	case MAILAUTH_FAILURE_TRUNCATED:
		return REASON("dns-truncated");
	case MAILAUTH_FAILURE_MISMATCH:
		return REASON("dns-mismatch");
	case MAILAUTH_FAILURE_LIMIT:
		return REASON("dns-limit");
	case MAILAUTH_FAILURE_TLS:
		return REASON("dns-tls");
	case MAILAUTH_FAILURE_UNSUPPORTED:
		return REASON("dns-unsupported");
	default:
		return REASON("dns-rcode");
	}
}

size_t
mailauth_lookups_zone(const struct mailauth_lookups *l, char *buf, size_t size)
{
	size_t total = 0;
	struct buf text = { 0 };

	/* A question at a time: nothing is kept, and no memory is no text. */
	for (size_t i = 0; l != NULL && i < l->n; i++) {
		const struct mailauth_question *q = l->questions[i];
		const struct answer *answer = ma_question_answer(q);
		struct dname name;

		ma_buf_clear(&text);
		if (answer == NULL || !is_kind(q, MAILAUTH_QUESTION_DNS) ||
		    !ma_name_wire(q->asked.name, &name) ||
		    !ma_zone_text(&text, &name, (uint16_t)q->asked.of, answer))
			continue;
		if (total < size)
			memcpy(buf + total, text.p,
			    text.n < size - total ? text.n : size - total);
		total += text.n;
	}
	ma_buf_free(&text);
	if (size > 0)
		buf[total < size ? total : size - 1] = '\0';
	return total;
}
