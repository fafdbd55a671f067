/*
 * The cache: what it keeps, how long, how much, and how it passes on.
 */
#include "answers.h"

#include <pthread.h>
#include <stdio.h>

#include "io/io.h"
#include "mailauth/resolver.h"

/* The linker puts this in place of the clock. */
static uint64_t now = 1000000;

uint64_t __wrap_ma_now_ms(void);
uint64_t
__wrap_ma_now_ms(void)
{
	return now;
}

/* ---- A resolver below that counts ---- */

struct below {
	unsigned asked, flights;
	uint32_t ttl;
	int rcode, failure;
	bool at_once, secure, silent;
	struct mailauth_question *open[16];
	size_t n;
};

static void
bring(struct below *b, struct mailauth_question *q)
{
	struct mailauth_packet *p;
	const uint8_t *data;
	char text[20];
	size_t n;

	if (b->failure != 0) {
		mailauth_answer_failed(q, b->failure);
		return;
	}
	p = mailauth_packet_new(q, b->rcode);
	n = (size_t)snprintf(text, sizeof text, "%u", b->asked);
	if (b->rcode == 0)
		ck_assert(mailauth_packet_add_text(p, NULL, b->ttl, text, n) ==
		    MAILAUTH_DONE);
	else
		ck_assert(mailauth_packet_add_negative(p, "example", b->ttl) ==
		    MAILAUTH_DONE);
	data = mailauth_packet_data(p, &n);
	ck_assert(mailauth_answer_dns(q, data, n,
	    b->secure ? MAILAUTH_ANSWER_SECURE : 0) == MAILAUTH_DONE);
	mailauth_packet_free(p);
}

static int
below_begin(void *user, void **flight)
{
	struct below *b = user;

	b->flights++;
	*flight = b;
	return 0;
}

static int
below_ask(void *flight, struct mailauth_question *q)
{
	struct below *b = flight;

	if (mailauth_question_type(q) == TYPE_ANY)
		return MAILAUTH_EUNSUPPORTED;
	b->asked++;
	if (b->at_once)
		bring(b, q);
	else
		b->open[b->n++] = q;
	return 0;
}

static int
below_wait(void *flight, int milliseconds)
{
	struct below *b = flight;

	(void)milliseconds;
	if (b->n == 0 || b->silent)
		return -1;
	bring(b, b->open[--b->n]);
	return 1;
}

static void
below_end(void *flight)
{
	struct below *b = flight;

	b->flights--;
	b->n = 0;
}

static struct mailauth_resolver *
make_below(struct below *b)
{
	struct mailauth_resolver_ops ops = {
		.size = sizeof ops, .begin = below_begin, .ask = below_ask,
		.wait = b->at_once ? NULL : below_wait, .end = below_end
	};

	return mailauth_resolver_new(&ops, b);
}

/* One question in a flight and a set of its own: what came, as text. */
static const char *
get(struct mailauth_resolver *r, struct buf *text, const char *name,
    uint32_t *ttl)
{
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q = question(l, name, "TXT");
	void *flight;

	ck_assert(mailauth_resolver_begin(r, &flight) == MAILAUTH_DONE);
	ck_assert(mailauth_resolver_ask(r, flight, q) == MAILAUTH_DONE);
	if (!mailauth_question_answered(q))
		ck_assert(mailauth_resolver_wait(r, flight, -1) == 1);
	mailauth_resolver_end(r, flight);
	said_of(text, q);
	if (ttl != NULL)
		*ttl = mailauth_question_ttl(q);
	mailauth_lookups_free(l);
	return text->p;
}

/* Is it known at once?  again: and keep what is. */
static bool
knows(struct mailauth_resolver *r, const char *name, const char *type,
    bool again)
{
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q = question(l, name, type);
	bool known = mailauth_resolver_known(r, q) == 1;

	ck_assert(known == (mailauth_question_answered(q) == 1));
	if (!known)
		mailauth_answer_failed(q, MAILAUTH_FAILURE_TIMEOUT);
	else if (again)
		ck_assert(mailauth_cache_store(r, q) == MAILAUTH_DONE);
	mailauth_lookups_free(l);
	return known;
}

/* ---- How long ---- */

static const struct {
	const char *what;
	struct below below;
	uint64_t after;		/* milliseconds until it is asked again */
	bool kept;
	const char *first;
	uint32_t left;		/* TTL of what was kept */
} rows[] = {
	{ "at once", { .ttl = 60 }, 0, true, "1", 60 },
	{ "a second that has begun counts", { .ttl = 60 }, 1, true, "1", 59 },
	{ "just alive", { .ttl = 60 }, 59999, true, "1", 0 },
	{ "just dead", { .ttl = 60 }, 60000, false, "1", 0 },
	{ "2181 8 TTL 0 is not kept", { .ttl = 0 }, 0, false, "1", 0 },
	{ "2181 8 a long life", { .ttl = 2147483647 }, 2147483646000, true, "1",
	    1 },
	{ "2308 5 NXDOMAIN", { .ttl = 60, .rcode = 3 }, 59000, true,
	    "nxdomain", 1 },
	{ "2308 5 NXDOMAIN dead", { .ttl = 60, .rcode = 3 }, 60000, false,
	    "nxdomain", 0 },
	{ "NXDOMAIN at most 3600 s", { .ttl = 7200, .rcode = 3 }, 3599000, true,
	    "nxdomain", 3600 },
	{ "NXDOMAIN after 3600 s", { .ttl = 7200, .rcode = 3 }, 3600000, false,
	    "nxdomain", 0 },
	{ "failures are not kept", { .failure = MAILAUTH_FAILURE_SERVFAIL }, 0,
	    false, "servfail", 0 },
	{ "secure stays secure", { .ttl = 60, .secure = true }, 1000, true,
	    "1 secure", 59 },
	{ "from a resolver that blocks", { .ttl = 60, .at_once = true }, 1000,
	    true, "1", 59 },
};

START_TEST(keeps_as_long_as_told)
{
	struct below b = rows[_i].below;
	struct mailauth_resolver *low = make_below(&b),
	    *r = mailauth_resolver_new_cache(low, 10, 10000);
	struct buf text = { 0 };
	uint32_t ttl;

	ck_assert(mailauth_resolver_waits(r) == !b.at_once);
	ck_assert_str_eq(get(r, &text, "a.example", NULL), rows[_i].first);
	ck_assert_uint_eq(b.asked, 1);
	now += rows[_i].after;
	get(r, &text, "A.example", &ttl);
	ck_assert_msg(b.asked == (rows[_i].kept ? 1 : 2), "%s", rows[_i].what);
	if (rows[_i].kept) {
		ck_assert_str_eq(text.p, rows[_i].first);
		/* The cap of 3600 is the reader's, on each reading. */
		ck_assert_msg(ttl == rows[_i].left, "%s: %u", rows[_i].what,
		    ttl);
	}
	ck_assert_uint_eq(b.flights, 0);
	ma_buf_free(&text);
	mailauth_resolver_free(r);
	mailauth_resolver_free(low);
}
END_TEST

/* Kept again from what was kept, ever again: it must not outlive its TTL. */
START_TEST(is_not_kept_alive_by_keeping)
{
	struct mailauth_resolver *r = mailauth_resolver_new_cache(NULL, 10, 10000);
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q = question(l, "a.example", "TXT");
	struct below b = { .ttl = 10 };
	unsigned steps = 0;

	ck_assert(!mailauth_resolver_waits(r));
	bring(&b, q);
	ck_assert(mailauth_cache_store(r, q) == MAILAUTH_DONE);
	for (; steps < 100; steps++) {
		now += 900;
		if (!knows(r, "a.example", "TXT", true))
			break;
	}
	ck_assert_uint_ge(steps, 8);
	ck_assert_uint_le(steps, 11);
	mailauth_lookups_free(l);
	mailauth_resolver_free(r);
}
END_TEST

/* ---- How much ---- */

START_TEST(forgets_the_least_recently_used)
{
	struct below b = { .ttl = 60 };
	struct mailauth_resolver *low = make_below(&b),
	    *r = mailauth_resolver_new_cache(low, 2, 10000);
	struct buf text = { 0 };

	ck_assert_str_eq(get(r, &text, "a", NULL), "1");
	ck_assert_str_eq(get(r, &text, "b", NULL), "2");
	ck_assert_str_eq(get(r, &text, "a", NULL), "1");
	ck_assert_str_eq(get(r, &text, "c", NULL), "3");	/* b goes */
	ck_assert_str_eq(get(r, &text, "a", NULL), "1");
	ck_assert_str_eq(get(r, &text, "b", NULL), "4");	/* c goes */
	ck_assert_str_eq(get(r, &text, "a", NULL), "1");
	ck_assert_str_eq(get(r, &text, "c", NULL), "5");
	ma_buf_free(&text);
	mailauth_resolver_free(r);
	mailauth_resolver_free(low);
}
END_TEST

static const struct {
	uint32_t entries;
	size_t octets;
	unsigned kept;		/* of 100 names */
} bounds[] = {
	{ 1000, 1000000, 100 }, { 64, 1000000, 64 }, { 1, 1000000, 1 },
	{ 0, 1000000, 0 }, { 1000, 0, 0 }, { 1000, 100, 0 },
};

START_TEST(stays_within_its_bounds)
{
	struct below b = { .ttl = 60 };
	struct mailauth_resolver *low = make_below(&b),
	    *r = mailauth_resolver_new_cache(low, bounds[_i].entries,
	    bounds[_i].octets);
	struct buf text = { 0 };
	char name[20];
	unsigned kept = 0;

	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof name, "n%d.example", i);
		get(r, &text, name, NULL);
	}
	ck_assert_uint_eq(b.asked, 100);
	for (int i = 99; i >= 0; i--) {
		snprintf(name, sizeof name, "n%d.example", i);
		kept += knows(r, name, "TXT", false);
	}
	ck_assert_msg(kept == bounds[_i].kept, "row %d: %u", _i, kept);
	ma_buf_free(&text);
	mailauth_resolver_free(r);
	mailauth_resolver_free(low);
}
END_TEST

START_TEST(bounds_octets)
{
	struct below b = { .ttl = 60 };
	struct mailauth_resolver *low = make_below(&b),
	    *r = mailauth_resolver_new_cache(low, 1000, 1500);
	struct buf text = { 0 };

	/* Each takes more than 100 octets: the first of 15 is gone. */
	for (int i = 0; i < 15; i++) {
		char name[20];

		snprintf(name, sizeof name, "n%d.example", i);
		get(r, &text, name, NULL);
	}
	ck_assert_str_eq(get(r, &text, "n14.example", NULL), "15");
	ck_assert_str_eq(get(r, &text, "n0.example", NULL), "16");
	ma_buf_free(&text);
	mailauth_resolver_free(r);
	mailauth_resolver_free(low);
}
END_TEST

/* ---- As a resolver ---- */

START_TEST(tells_types_apart)
{
	struct below b = { .ttl = 60 };
	struct mailauth_resolver *low = make_below(&b),
	    *r = mailauth_resolver_new_cache(low, 10, 10000);
	struct buf text = { 0 };

	get(r, &text, "a.example", NULL);
	ck_assert(!knows(r, "a.example", "A", false));
	ck_assert(knows(r, "a.example", "TXT", false));
	ma_buf_free(&text);
	mailauth_resolver_free(r);
	mailauth_resolver_free(low);
}
END_TEST

/* A known answer is not kept waiting for the others. */
START_TEST(wakes_for_what_it_knew)
{
	struct below b = { .ttl = 60 };
	struct mailauth_resolver *low = make_below(&b),
	    *r = mailauth_resolver_new_cache(low, 10, 10000);
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *known, *other, *last;
	struct buf text = { 0 };
	void *flight;

	get(r, &text, "known.example", NULL);
	b.silent = true;
	known = question(l, "known.example", "TXT");
	other = question(l, "other.example", "TXT");
	last = question(l, "last.example", "TXT");
	ck_assert(mailauth_resolver_begin(r, &flight) == MAILAUTH_DONE);
	mailauth_resolver_ask(r, flight, other);
	mailauth_resolver_ask(r, flight, known);
	ck_assert(mailauth_question_answered(known));
	ck_assert(mailauth_resolver_wait(r, flight, -1) == 1);
	ck_assert(!mailauth_question_answered(other));
	ck_assert(mailauth_resolver_wait(r, flight, -1) < 0);
	/* Given up by whoever asked; then the flight ends. */
	mailauth_answer_failed(other, MAILAUTH_FAILURE_TIMEOUT);
	mailauth_resolver_ask(r, flight, last);
	mailauth_resolver_end(r, flight);
	ck_assert_uint_eq(b.flights, 0);
	mailauth_answer_failed(last, MAILAUTH_FAILURE_TIMEOUT);
	ma_buf_free(&text);
	mailauth_lookups_free(l);
	mailauth_resolver_free(r);
	mailauth_resolver_free(low);
}
END_TEST

/* The task is gone while its questions are out: late answers are kept. */
START_TEST(outlives_the_task)
{
	struct below b = { .ttl = 60 };
	struct mailauth_resolver *low = make_below(&b),
	    *r = mailauth_resolver_new_cache(low, 10, 10000);
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q = question(l, "a.example", "TXT");
	struct buf text = { 0 };
	void *flight;

	ck_assert(mailauth_resolver_begin(r, &flight) == MAILAUTH_DONE);
	mailauth_resolver_ask(r, flight, q);
	mailauth_lookups_free(l);
	ck_assert(mailauth_resolver_wait(r, flight, -1) == 1);
	mailauth_resolver_end(r, flight);
	ck_assert_str_eq(get(r, &text, "a.example", NULL), "1");
	ma_buf_free(&text);
	mailauth_resolver_free(r);
	mailauth_resolver_free(low);
}
END_TEST

START_TEST(hands_on_refusals)
{
	struct below b = { .ttl = 60 };
	struct mailauth_resolver *low = make_below(&b),
	    *r = mailauth_resolver_new_cache(low, 10, 10000),
	    *alone = mailauth_resolver_new_cache(NULL, 10, 10000);
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *any = question(l, "a.example", "TYPE255"),
	    *txt = question(l, "a.example", "TXT");
	void *flight;

	mailauth_resolver_begin(r, &flight);
	ck_assert(mailauth_resolver_ask(r, flight, any) ==
	    MAILAUTH_EUNSUPPORTED);
	mailauth_resolver_end(r, flight);
	mailauth_resolver_begin(alone, &flight);
	ck_assert(mailauth_resolver_ask(alone, flight, txt) ==
	    MAILAUTH_EUNSUPPORTED);
	mailauth_resolver_end(alone, flight);
	ck_assert(mailauth_cache_store(low, txt) == MAILAUTH_EINVAL);
	ck_assert(mailauth_cache_store(NULL, txt) == MAILAUTH_EINVAL);
	ck_assert(mailauth_cache_store(alone, NULL) == MAILAUTH_EINVAL);
	ck_assert(mailauth_cache_store(alone, txt) == MAILAUTH_EUSE);
	mailauth_answer_failed(any, MAILAUTH_FAILURE_TIMEOUT);
	mailauth_answer_failed(txt, MAILAUTH_FAILURE_TIMEOUT);
	ck_assert(mailauth_cache_store(alone, txt) == MAILAUTH_DONE);
	mailauth_lookups_free(l);
	mailauth_resolver_free(alone);
	mailauth_resolver_free(r);
	mailauth_resolver_free(low);
}
END_TEST

/* What the resolver below knows at once is known through the cache as well. */
START_TEST(knows_what_is_known_below)
{
	static const char text[] = "a TXT x\n";
	struct mailauth_resolver *zone, *r;
	struct mailauth_lookups *l = mailauth_lookups_new();

	ck_assert(mailauth_resolver_new_zone(text, sizeof text - 1, "z", &zone,
	    NULL, 0) == MAILAUTH_DONE);
	r = mailauth_resolver_new_cache(zone, 10, 10000);
	ck_assert(mailauth_resolver_known(r, question(l, "a", "TXT")) == 1);
	mailauth_lookups_free(l);
	mailauth_resolver_free(r);
	mailauth_resolver_free(zone);
}
END_TEST

/* ---- Several threads ---- */

static void *
work(void *arg)
{
	struct mailauth_resolver *r = arg;
	struct buf text = { 0 };

	for (int i = 0; i < 2000; i++) {
		char name[20];

		snprintf(name, sizeof name, "n%d.example", i * 7 % 50);
		get(r, &text, name, NULL);
	}
	ma_buf_free(&text);
	return NULL;
}

START_TEST(serves_threads)
{
	struct mailauth_resolver *zone, *r;
	pthread_t threads[4];

	ck_assert(mailauth_resolver_new_zone("*.example TXT x\n", 16, "z", &zone,
	    NULL, 0) == MAILAUTH_DONE);
	r = mailauth_resolver_new_cache(zone, 20, 100000);
	for (size_t i = 0; i < COUNT(threads); i++)
		ck_assert(pthread_create(&threads[i], NULL, work, r) == 0);
	for (size_t i = 0; i < COUNT(threads); i++)
		pthread_join(threads[i], NULL);
	mailauth_resolver_free(r);
	mailauth_resolver_free(zone);
}
END_TEST

/* SipHash-2-4, appendix A of its paper: key and text 00 01 02 ... */
START_TEST(hashes_as_the_paper)
{
	uint8_t key[HASH_KEY], text[15];

	for (size_t i = 0; i < sizeof key; i++)
		key[i] = (uint8_t)i;
	memcpy(text, key, sizeof text);
	ck_assert(ma_hash(key, ma_slice(text, 15)) == 0xa129ca6149be45e5);
	ck_assert(ma_hash(key, ma_slice(text, 0)) == 0x726fdb47dd0e0e31);
	ck_assert(ma_hash(key, ma_slice(text, 8)) == 0x93f5f5799a932462);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cache");
	TCase *tc = tcase_create("cache");

	tcase_add_loop_test(tc, keeps_as_long_as_told, 0, ROWS(rows));
	tcase_add_test(tc, is_not_kept_alive_by_keeping);
	tcase_add_test(tc, forgets_the_least_recently_used);
	tcase_add_loop_test(tc, stays_within_its_bounds, 0, ROWS(bounds));
	tcase_add_test(tc, bounds_octets);
	tcase_add_test(tc, tells_types_apart);
	tcase_add_test(tc, wakes_for_what_it_knew);
	tcase_add_test(tc, outlives_the_task);
	tcase_add_test(tc, hands_on_refusals);
	tcase_add_test(tc, knows_what_is_known_below);
	tcase_add_test(tc, serves_threads);
	tcase_add_test(tc, hashes_as_the_paper);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
