/*
 * The lookups room: the life of questions, what is counted, runs over them,
 * the blocking loop over all shapes of resolvers, and packets made.
 */
#include <stdio.h>

#include "lookups/lookups.h"
#include "packet.h"
#include "wrap.h"

static struct dname
name_of(const char *text)
{
	struct dname d;

	ck_assert_msg(ma_name_parse(ma_str(text), &d), "%s", text);
	return d;
}

static struct mailauth_question *
named(struct mailauth_lookups *l, const char *text, uint16_t type)
{
	struct dname d = name_of(text);
	struct mailauth_question *q = ma_lookups_question(l, &d, type);

	ck_assert_ptr_nonnull(q);
	return q;
}

/* As a resolver does that has records only.  Negative: nothing was changed. */
static int
answer_a(struct mailauth_question *q, const char *address, uint32_t flags)
{
	struct mailauth_packet *p = mailauth_packet_new(q, RCODE_NOERROR);
	const uint8_t *data;
	struct ip ip;
	size_t n;
	int r = MAILAUTH_ENOMEM;

	ck_assert(ma_ip_parse(ma_str(address), &ip));
	if (p != NULL && (r = mailauth_packet_add(p, NULL, TYPE_A, 60, ip.a,
	    4)) == MAILAUTH_DONE) {
		data = mailauth_packet_data(p, &n);
		r = mailauth_answer_dns(q, data, n, flags);
	}
	mailauth_packet_free(p);
	return r;
}

/* ---- Questions ---- */

START_TEST(asks_once)
{
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q = named(l, "A.example", TYPE_TXT), *other;
	size_t n;

	ck_assert_ptr_eq(q, named(l, "a.example.", TYPE_TXT));
	other = named(l, "a.example", TYPE_AAAA);
	ck_assert_ptr_ne(q, other);
	ck_assert_int_eq(mailauth_question_kind(q), MAILAUTH_QUESTION_DNS);
	ck_assert_str_eq(mailauth_question_name(q), "a.example");
	ck_assert(memcmp(mailauth_question_wire(q, &n), "\1a\7example",
	    11) == 0);
	ck_assert_uint_eq(n, 11);
	ck_assert_uint_eq(mailauth_question_type(q), TYPE_TXT);
	ck_assert_str_eq(mailauth_question_type_name(q), "TXT");
	ck_assert_str_eq(mailauth_question_type_name(other), "AAAA");
	ck_assert_ptr_null(mailauth_question_user(q));
	mailauth_question_set_user(q, l);
	ck_assert_ptr_eq(mailauth_question_user(q), l);
	ck_assert_ptr_eq(mailauth_lookups_next(l), q);
	ck_assert_ptr_eq(mailauth_lookups_next(l), other);
	ck_assert_ptr_null(mailauth_lookups_next(l));
	ck_assert_uint_eq(mailauth_lookups_queries(l), 2);
	/* Named again while it is out, and when it is answered. */
	ck_assert_ptr_eq(q, named(l, "a.example", TYPE_TXT));
	ck_assert_int_eq(mailauth_answer_failed(q, MAILAUTH_FAILURE_TIMEOUT),
	    MAILAUTH_DONE);
	ck_assert_ptr_eq(q, named(l, "a.example", TYPE_TXT));
	ck_assert_ptr_null(mailauth_lookups_next(l));
	ck_assert_int_eq(mailauth_answer_failed(other,
	    MAILAUTH_FAILURE_TIMEOUT), 0);
	mailauth_lookups_free(l);
}
END_TEST

START_TEST(bears_many_questions)
{
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *list[1000];
	char text[40];

	for (unsigned i = 0; i < COUNT(list); i++) {
		snprintf(text, sizeof text, "n%u.example", i);
		list[i] = named(l, text, TYPE_A);
	}
	for (unsigned i = 0; i < COUNT(list); i++) {
		snprintf(text, sizeof text, "N%u.example", i);
		ck_assert_ptr_eq(list[i], named(l, text, TYPE_A));
		ck_assert_ptr_eq(mailauth_lookups_next(l), list[i]);
	}
	/* Answered last to first. */
	for (unsigned i = COUNT(list); i-- > 0;)
		ck_assert_int_eq(answer_a(list[i], "192.0.2.1", 0), 0);
	mailauth_lookups_free(l);
}
END_TEST

START_TEST(takes_one_answer)
{
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q = named(l, "a.example", TYPE_A);
	size_t n = 1;

	/* Not handed out yet. */
	ck_assert_int_eq(answer_a(q, "192.0.2.1", 0), MAILAUTH_EUSE);
	ck_assert_ptr_null(ma_question_answer(q));
	ck_assert_ptr_eq(mailauth_lookups_next(l), q);
	ck_assert(!mailauth_question_answered(q));
	ck_assert_ptr_null(mailauth_question_reply(q, &n));
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(mailauth_answer_failed(q, 0), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_answer_failed(q, 99), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_answer_dns(q, NULL, 0, 0), MAILAUTH_EINVAL);
	ck_assert_int_eq(answer_a(q, "192.0.2.1", 2), MAILAUTH_EINVAL);
	ck_assert(ma_lookups_busy(l));
	ck_assert_int_eq(answer_a(q, "192.0.2.1", MAILAUTH_ANSWER_SECURE), 0);
	ck_assert(!ma_lookups_busy(l));
	ck_assert(mailauth_question_answered(q));
	ck_assert(mailauth_question_secure(q));
	ck_assert_int_eq(mailauth_question_failure(q), 0);
	ck_assert_uint_eq(mailauth_question_ttl(q), 60);
	ck_assert_ptr_nonnull(mailauth_question_reply(q, &n));
	ck_assert_uint_eq(n, 0x1b + 16);
	/* A second one changes nothing. */
	ck_assert_int_eq(answer_a(q, "192.0.2.2", 0), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_answer_failed(q, MAILAUTH_FAILURE_BOGUS),
	    MAILAUTH_EUSE);
	ck_assert(ma_question_answer(q)->records[0].data.p[3] == 1);
	ck_assert(mailauth_question_secure(q));
	mailauth_lookups_free(l);
}
END_TEST

/* What is broken is an answer too, and says why; it is never secure. */
START_TEST(takes_broken_replies)
{
	static const char mute[12] = { 0 };
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q = named(l, "a.example", TYPE_A);
	size_t n;

	mailauth_lookups_next(l);
	ck_assert_int_eq(mailauth_answer_dns(q, mute, sizeof mute,
	    MAILAUTH_ANSWER_SECURE), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_question_failure(q),
	    MAILAUTH_FAILURE_MISMATCH);
	ck_assert(!mailauth_question_secure(q));
	ck_assert_ptr_null(mailauth_question_reply(q, &n));
	ck_assert_uint_eq(mailauth_question_ttl(q), 0);
	mailauth_lookups_free(l);
}
END_TEST

START_TEST(keeps_limits)
{
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q[3];
	uint8_t big[600] = { 0 };

	ck_assert_int_eq(mailauth_lookups_set_limit(l, 0, 1), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_lookups_set_limit(l,
	    MAILAUTH_LOOKUPS_RECORDS, 0), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_lookups_set_limit(l,
	    MAILAUTH_LOOKUPS_RECORDS, 8193), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_lookups_set_limit(l,
	    MAILAUTH_LOOKUPS_BYTES, 65536), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_lookups_set_limit(NULL,
	    MAILAUTH_LOOKUPS_BYTES, 100), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_lookups_set_limit(l,
	    MAILAUTH_LOOKUPS_BYTES, sizeof big - 1), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_lookups_set_limit(l,
	    MAILAUTH_LOOKUPS_RECORDS, 1), MAILAUTH_DONE);
	for (unsigned i = 0; i < COUNT(q); i++)
		q[i] = named(l, "a.example", (uint16_t)(TYPE_A + i));
	while (mailauth_lookups_next(l) != NULL)
		;
	ck_assert_int_eq(answer_a(q[0], "192.0.2.1", 0), 0);
	ck_assert_int_eq(mailauth_question_failure(q[0]), 0);
	ck_assert_int_eq(mailauth_answer_dns(q[1], big, sizeof big - 1, 0), 0);
	ck_assert_int_eq(mailauth_question_failure(q[1]),
	    MAILAUTH_FAILURE_MISMATCH);
	ck_assert_int_eq(mailauth_answer_dns(q[2], big, sizeof big, 0), 0);
	ck_assert_int_eq(mailauth_question_failure(q[2]),
	    MAILAUTH_FAILURE_LIMIT);
	mailauth_lookups_free(l);
}
END_TEST

/* Late answers after all handles are gone; the last one releases the memory. */
START_TEST(outlives_its_handles)
{
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q[3];

	for (unsigned i = 0; i < COUNT(q); i++) {
		q[i] = named(l, "a.example", (uint16_t)(1 + i));
		ck_assert_ptr_eq(mailauth_lookups_next(l), q[i]);
	}
	ma_lookups_ref(l);
	mailauth_lookups_free(l);
	ck_assert_int_eq(answer_a(q[0], "192.0.2.1", 0), MAILAUTH_DONE);
	mailauth_lookups_free(l);
	ck_assert_int_eq(answer_a(q[2], "192.0.2.1", 0), MAILAUTH_EGONE);
	/* Names and own pointers are there until a question is answered. */
	ck_assert_str_eq(mailauth_question_name(q[1]), "a.example");
	ck_assert_int_eq(mailauth_answer_failed(q[1],
	    MAILAUTH_FAILURE_TIMEOUT), MAILAUTH_EGONE);
}
END_TEST

START_TEST(bears_null)
{
	size_t n = 1;

	mailauth_lookups_free(NULL);
	ck_assert_ptr_null(mailauth_lookups_next(NULL));
	ck_assert_uint_eq(mailauth_lookups_queries(NULL), 0);
	ck_assert_uint_eq(mailauth_lookups_rounds(NULL), 0);
	ck_assert_uint_eq(mailauth_lookups_zone(NULL, NULL, 0), 0);
	ck_assert_int_eq(mailauth_lookups_set_known(NULL, NULL),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_question_kind(NULL), 0);
	ck_assert_ptr_null(mailauth_question_name(NULL));
	ck_assert_ptr_null(mailauth_question_wire(NULL, &n));
	ck_assert_uint_eq(n, 0);
	ck_assert_uint_eq(mailauth_question_type(NULL), 0);
	ck_assert_ptr_null(mailauth_question_type_name(NULL));
	ck_assert_uint_eq(mailauth_question_generation(NULL), 0);
	mailauth_question_set_user(NULL, &n);
	ck_assert_ptr_null(mailauth_question_user(NULL));
	ck_assert(!mailauth_question_answered(NULL));
	ck_assert_ptr_null(mailauth_question_reply(NULL, NULL));
	ck_assert_int_eq(mailauth_question_failure(NULL), 0);
	ck_assert(!mailauth_question_secure(NULL));
	ck_assert_uint_eq(mailauth_question_ttl(NULL), 0);
	ck_assert_int_eq(mailauth_answer_dns(NULL, "", 0, 0), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_answer_failed(NULL, 1), MAILAUTH_EINVAL);
	ck_assert_ptr_null(mailauth_packet_new(NULL, 0));
	mailauth_packet_free(NULL);
	ck_assert_ptr_null(mailauth_packet_data(NULL, &n));
	mailauth_resolver_free(NULL);
	ck_assert_int_eq(mailauth_resolver_begin(NULL, NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_resolver_ask(NULL, NULL, NULL),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_resolver_known(NULL, NULL), 0);
	ck_assert_int_eq(mailauth_resolver_waits(NULL), 0);
	ck_assert_int_eq(mailauth_resolver_wait(NULL, NULL, 0), -1);
	mailauth_resolver_end(NULL, NULL);
}
END_TEST

static const uint8_t digest[32] = { 1, 2, 3 };

/* A run that asks one signature by an algorithm. */
static const struct answer *
ask_signature(struct mailauth_lookups *l, int algorithm, uint8_t first)
{
	static struct arena arena;
	struct run run = { .lookups = l, .arena = &arena };
	struct dname d = name_of("s._domainkey.example.com");
	uint8_t octets[sizeof digest];

	memcpy(octets, digest, sizeof octets);
	octets[0] = first;
	return ma_ask_signature(&run, &d, algorithm,
	    ma_slice(octets, sizeof octets));
}

START_TEST(asks_signatures)
{
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q, *dns;
	const struct answer *a;
	uint8_t octets[2049] = "signature";
	char zone[8];
	size_t n;

	ck_assert_ptr_null(ask_signature(l, 1, 1));
	ck_assert_ptr_null(ask_signature(l, 1, 1));	/* the same */
	dns = named(l, "s._domainkey.example.com", TYPE_TXT);
	ck_assert_ptr_nonnull(q = mailauth_lookups_next(l));
	ck_assert_ptr_eq(mailauth_lookups_next(l), dns);
	ck_assert_ptr_null(mailauth_lookups_next(l));
	ck_assert_int_eq(mailauth_question_kind(q), MAILAUTH_QUESTION_SIGN);
	ck_assert_str_eq(mailauth_question_name(q), "s._domainkey.example.com");
	ck_assert_str_eq(mailauth_question_type_name(q), "SIGN");
	ck_assert_uint_eq(mailauth_question_type(q), 0);
	ck_assert_int_eq(mailauth_question_algorithm(q), 1);
	ck_assert_mem_eq(mailauth_question_digest(q, &n), digest, 32);
	ck_assert_uint_eq(n, 32);
	ck_assert_int_eq(mailauth_question_algorithm(dns), 0);
	ck_assert_ptr_null(mailauth_question_digest(dns, &n));
	ck_assert_uint_eq(n, 0);
	ck_assert_ptr_null(mailauth_packet_new(q, 0));

	/* Each kind has its answer. */
	ck_assert_int_eq(mailauth_answer_dns(q, octets, 12, 0),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_answer_signed(dns, octets, 9),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_answer_signed(q, NULL, 9), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_answer_signed(q, octets, 0), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_answer_signed(q, octets, 2049),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_answer_signed(q, octets, 9), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_answer_signed(q, octets, 9), MAILAUTH_EUSE);
	ck_assert_ptr_nonnull(a = ask_signature(l, 1, 1));
	ck_assert_uint_eq(a->count, 1);
	ck_assert_uint_eq(a->records[0].data.n, 9);
	ck_assert_mem_eq(a->records[0].data.p, "signature", 9);
	ck_assert_ptr_null(mailauth_question_reply(q, &n));
	ck_assert_uint_eq(mailauth_question_ttl(q), 0);
	ck_assert_uint_eq(mailauth_lookups_zone(l, zone, sizeof zone), 0);

	/* Another algorithm, another digest: other questions. */
	ck_assert_ptr_null(ask_signature(l, 2, 1));
	ck_assert_ptr_null(ask_signature(l, 1, 2));
	ck_assert_ptr_nonnull(q = mailauth_lookups_next(l));
	ck_assert_int_eq(mailauth_answer_signed(q, octets, 1), MAILAUTH_DONE);
	ck_assert_ptr_nonnull(q = mailauth_lookups_next(l));
	ck_assert_int_eq(mailauth_answer_signed(q, octets, 2048),
	    MAILAUTH_DONE);
	ck_assert_ptr_null(mailauth_lookups_next(l));
	ck_assert_int_eq(mailauth_answer_failed(dns,
	    MAILAUTH_FAILURE_TIMEOUT), MAILAUTH_DONE);
	mailauth_lookups_free(l);
}
END_TEST

/* The question for this URL, handed out. */
static struct mailauth_question *
fetch(struct mailauth_lookups *l, const char *url, uint32_t octets)
{
	struct arena arena = { 0 };
	struct run run = { .lookups = l, .arena = &arena };
	struct dname host = name_of("policy.example");

	ck_assert_ptr_null(ma_ask_fetch(&run, &host, ma_str(url), octets));
	ck_assert_uint_eq(run.missed, 1);
	return mailauth_lookups_next(l);
}

static const struct fetched *
fetched(struct mailauth_lookups *l, const char *url, uint32_t octets)
{
	struct arena arena = { 0 };
	struct run run = { .lookups = l, .arena = &arena };
	struct dname host = name_of("policy.example");

	return ma_ask_fetch(&run, &host, ma_str(url), octets);
}

#define URL "https://policy.example/x"

START_TEST(asks_fetches)
{
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q = fetch(l, URL, 4), *other;
	struct mailauth_fetched got = { .size = sizeof got, .status = 200,
		.media_type = "text/plain", .body = "abcd", .body_size = 4 };
	const struct fetched *f;
	size_t n;

	ck_assert_int_eq(mailauth_question_kind(q), MAILAUTH_QUESTION_FETCH);
	ck_assert_str_eq(mailauth_question_url(q), URL);
	ck_assert_uint_eq(mailauth_question_max_octets(q), 4);
	ck_assert_str_eq(mailauth_question_name(q), "policy.example");
	ck_assert_str_eq(mailauth_question_type_name(q), "FETCH");
	ck_assert_uint_eq(mailauth_question_type(q), 0);
	ck_assert_int_eq(mailauth_question_algorithm(q), 0);
	ck_assert_ptr_null(mailauth_question_digest(q, &n));
	/* Another URL is another question, the same is the same. */
	other = fetch(l, URL "y", 4);
	ck_assert_ptr_ne(other, q);
	ck_assert_ptr_null(fetch(l, URL, 4));

	ck_assert_int_eq(mailauth_answer_dns(q, "x", 1, 0), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_answer_signed(q, "x", 1), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_answer_fetched(q, NULL), MAILAUTH_EINVAL);
	for (int status = 99; status <= 1000; status += 901) {
		got.status = status;
		ck_assert_int_eq(mailauth_answer_fetched(q, &got),
		    MAILAUTH_EINVAL);
	}
	got.status = 200;
	got.size = 4;
	ck_assert_int_eq(mailauth_answer_fetched(q, &got), MAILAUTH_EINVAL);
	got.size = sizeof got;
	ck_assert_int_eq(mailauth_answer_fetched(q, &got), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_answer_fetched(q, &got), MAILAUTH_EUSE);
	f = fetched(l, URL, 4);
	ck_assert(f->failure == 0 && f->status == 200 &&
	    ma_eq(f->media_type, SLICE_LIT("text/plain")) &&
	    ma_eq(f->body, SLICE_LIT("abcd")));
	ck_assert_ptr_null(mailauth_question_reply(q, &n));
	/* A zone has no place for it. */
	ck_assert_uint_eq(mailauth_lookups_zone(l, NULL, 0), 0);

	/* One octet more than asked for. */
	got.body = "abcde";
	got.body_size = 5;
	ck_assert_int_eq(mailauth_answer_fetched(other, &got), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_question_failure(other),
	    MAILAUTH_FAILURE_LIMIT);
	f = fetched(l, URL "y", 4);
	ck_assert(f->failure == MAILAUTH_FAILURE_LIMIT && f->body.n == 0);

	/* An older program knows of no body; there is no media type. */
	q = fetch(l, URL "z", 4);
	got = (struct mailauth_fetched){ .size = offsetof(
		struct mailauth_fetched, media_type), .status = 999,
		.media_type = "x", .body = "y", .body_size = 1 };
	ck_assert_int_eq(mailauth_answer_fetched(q, &got), MAILAUTH_DONE);
	f = fetched(l, URL "z", 4);
	ck_assert(f->status == 999 && f->media_type.p == NULL &&
	    f->body.n == 0);
	q = fetch(l, URL "w", 4);
	ck_assert_int_eq(mailauth_answer_failed(q, MAILAUTH_FAILURE_TLS), 0);
	ck_assert_int_eq(fetched(l, URL "w", 4)->failure,
	    MAILAUTH_FAILURE_TLS);
	ck_assert_ptr_null(mailauth_question_url(NULL));
	ck_assert_uint_eq(mailauth_question_max_octets(NULL), 0);
	/* One that is out outlives its handles. */
	q = fetch(l, URL "v", 4);
	mailauth_lookups_free(l);
	ck_assert_int_eq(mailauth_answer_fetched(q, &got), MAILAUTH_EGONE);
}
END_TEST

START_TEST(names_failures)
{
	ck_assert_str_eq(mailauth_failure_name(0), "unknown");
	ck_assert_str_eq(mailauth_failure_name(-1), "unknown");
	ck_assert_str_eq(mailauth_failure_name(1), "timeout");
	ck_assert_str_eq(mailauth_failure_name(12), "unsupported");
	ck_assert_str_eq(mailauth_failure_name(13), "unknown");
	for (int i = 1; i <= 12; i++)
		ck_assert_str_ne(mailauth_failure_name(i), "unknown");
}
END_TEST

/* ---- A small evaluation ---- */

/*
 * It asks A of each name: all at once, or each once the one before has come.
 * sum: the last octets of all addresses; a failure counts 1000.
 */
struct eval {
	struct task task;
	const char *names[4];
	size_t n;
	bool in_turn;
	bool wants_bytes;
	unsigned runs, sum;
};

static void
eval_run(struct run *r, void *arg)
{
	struct eval *e = arg;

	e->runs++;
	e->sum = 0;
	r->more = e->wants_bytes;
	if (e->in_turn)
		for (size_t i = 1; i < e->n; i++) {
			struct dname d = name_of(e->names[i]);

			ma_note(r, &d, TYPE_A);
		}
	for (size_t i = 0; i < e->n; i++) {
		struct dname d = name_of(e->names[i]);
		const struct answer *a = ma_ask(r, &d, TYPE_A);
		const uint8_t *p;

		if (a == NULL && e->in_turn)
			return;
		if (a == NULL)
			continue;
		p = a->count > 0 ? (const uint8_t *)a->records[0].data.p : NULL;
		e->sum += p != NULL ? p[3] : 1000;
		ma_trace(r, "sum %u", e->sum);
	}
}

static int
eval_step(void *arg)
{
	struct eval *e = arg;

	return ma_task_step(&e->task, eval_run, e);
}

static void
eval_init(struct eval *e, struct mailauth_lookups *l, bool in_turn)
{
	*e = (struct eval){ .names = { "n1.example", "n2.example",
	    "n3.example" }, .n = 3, .in_turn = in_turn };
	ck_assert(ma_task_init(&e->task, l));
	e->task.trace_on = true;
}

/* n1.example has 192.0.2.1, and so on. */
static int
answer_right(struct mailauth_question *q)
{
	char address[] = "192.0.2.0";

	address[8] = mailauth_question_name(q)[1];
	return answer_a(q, address, MAILAUTH_ANSWER_SECURE);
}

START_TEST(steps_by_hand)
{
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q[3];
	struct eval e;

	eval_init(&e, l, false);
	e.wants_bytes = true;
	mailauth_lookups_free(l);		/* the task holds it */
	ck_assert_int_eq(eval_step(&e), MAILAUTH_NEED);
	for (unsigned i = 0; i < 3; i++)
		q[i] = mailauth_lookups_next(l);
	ck_assert_ptr_nonnull(q[2]);
	ck_assert_ptr_null(mailauth_lookups_next(l));
	/* Nothing has come: nothing is run. */
	ck_assert_int_eq(eval_step(&e), MAILAUTH_NEED);
	ck_assert_uint_eq(e.runs, 1);
	ck_assert_int_eq(answer_right(q[2]), 0);
	ck_assert_int_eq(eval_step(&e), MAILAUTH_NEED);
	ck_assert_uint_eq(e.runs, 2);
	ck_assert_int_eq(answer_right(q[0]), 0);
	ck_assert_int_eq(mailauth_answer_failed(q[1],
	    MAILAUTH_FAILURE_REFUSED), 0);
	ck_assert_int_eq(eval_step(&e), MAILAUTH_MORE);
	ck_assert_ptr_null(ma_task_trace(&e.task, 0));
	e.wants_bytes = false;
	ck_assert_int_eq(eval_step(&e), MAILAUTH_DONE);
	ck_assert_uint_eq(e.sum, 1 + 1000 + 3);
	ck_assert(!e.task.secure);
	/* Done is done. */
	ck_assert_int_eq(eval_step(&e), MAILAUTH_DONE);
	ck_assert_uint_eq(e.runs, 4);
	ck_assert_str_eq(ma_task_trace(&e.task, 0),
	    "n1.example A: 1 record, secure");
	ck_assert_str_eq(ma_task_trace(&e.task, 1), "sum 1");
	ck_assert_str_eq(ma_task_trace(&e.task, 2), "n2.example A: refused");
	ck_assert_str_eq(ma_task_trace(&e.task, 5), "sum 1004");
	ck_assert_ptr_null(ma_task_trace(&e.task, 6));
	ma_task_free(&e.task);
}
END_TEST

/* All orders of three answers, a step after each: one result. */
START_TEST(does_not_depend_on_order)
{
	static const unsigned orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 },
		{ 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q[3];
	struct eval e;

	eval_init(&e, l, false);
	ck_assert_int_eq(eval_step(&e), MAILAUTH_NEED);
	for (unsigned i = 0; i < 3; i++)
		q[i] = mailauth_lookups_next(l);
	for (unsigned i = 0; i < 3; i++) {
		ck_assert_int_eq(answer_right(q[orders[_i][i]]), 0);
		ck_assert_int_eq(eval_step(&e),
		    i < 2 ? MAILAUTH_NEED : MAILAUTH_DONE);
	}
	ck_assert_uint_eq(e.sum, 6);
	ck_assert(e.task.secure);
	ck_assert_uint_eq(mailauth_lookups_rounds(l), 1);
	ma_task_free(&e.task);
	mailauth_lookups_free(l);
}
END_TEST

START_TEST(counts_generations)
{
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *first, *early, *second, *late[2];

	ck_assert_uint_eq(mailauth_lookups_rounds(l), 0);
	ma_lookups_begin(l);
	first = named(l, "n1.example", TYPE_A);
	early = named(l, "n2.example", TYPE_A);
	ck_assert_uint_eq(mailauth_question_generation(first), 1);
	mailauth_lookups_next(l);
	mailauth_lookups_next(l);
	ck_assert_uint_eq(mailauth_lookups_rounds(l), 1);
	/* A step before any answer names in the same generation. */
	ma_lookups_begin(l);
	late[0] = named(l, "n3.example", TYPE_A);
	ck_assert_uint_eq(mailauth_question_generation(late[0]), 1);
	ck_assert_int_eq(answer_right(first), 0);
	/* What is named in a step belongs to when the step began. */
	late[1] = named(l, "n4.example", TYPE_A);
	ck_assert_uint_eq(mailauth_question_generation(late[1]), 1);
	ma_lookups_begin(l);
	second = named(l, "n5.example", TYPE_A);
	ck_assert_uint_eq(mailauth_question_generation(second), 2);
	/* Its being named does not count as a round, its being asked does. */
	ck_assert_uint_eq(mailauth_lookups_rounds(l), 1);
	while (mailauth_lookups_next(l) != NULL)
		;
	ck_assert_uint_eq(mailauth_lookups_rounds(l), 2);
	ck_assert_int_eq(answer_right(second), 0);
	ma_lookups_begin(l);
	ck_assert_uint_eq(mailauth_question_generation(named(l, "n6.example",
	    TYPE_A)), 3);
	/* An old question answered late takes nothing back. */
	ck_assert_int_eq(answer_right(early), 0);
	ma_lookups_begin(l);
	ck_assert_uint_eq(mailauth_question_generation(named(l, "n7.example",
	    TYPE_A)), 3);
	ck_assert_uint_eq(mailauth_lookups_queries(l), 5);
	mailauth_lookups_free(l);
	for (unsigned i = 0; i < COUNT(late); i++)
		ck_assert_int_eq(mailauth_answer_failed(late[i],
		    MAILAUTH_FAILURE_TIMEOUT), MAILAUTH_EGONE);
}
END_TEST

/* ---- Resolvers ---- */

/* A resolver made for tests, and what was done to it. */
struct fake {
	int begin, ask, wait;		/* what they return; wait 1: answers */
	unsigned sleepy;		/* it wakes so often for nothing */
	bool at_once;			/* answered in ask */
	bool backwards;			/* the last asked is answered first */
	const char *mute;		/* this name is never answered */
	const char *known;		/* this name is */
	struct mailauth_question *open[8];
	size_t n;
	unsigned begun, asked, waited, ended, freed, most;
};

static int
fake_begin(void *user, void **flight)
{
	struct fake *f = user;

	*flight = f;
	f->n = 0;
	if (f->begin == 0)
		f->begun++;
	return f->begin;
}

static bool
is_mute(const struct fake *f, const struct mailauth_question *q)
{
	return f->mute != NULL &&
	    strcmp(f->mute, mailauth_question_name(q)) == 0;
}

static int
fake_ask(void *flight, struct mailauth_question *q)
{
	struct fake *f = flight;

	ck_assert_ptr_null(mailauth_question_user(q));
	if (f->ask < 0)
		return f->ask;
	f->asked++;
	if (is_mute(f, q))
		return 0;
	if (f->at_once)
		return answer_right(q);
	mailauth_question_set_user(q, f);
	f->open[f->n++] = q;
	if (f->n > f->most)
		f->most = (unsigned)f->n;
	return 0;
}

static int
fake_wait(void *flight, int milliseconds)
{
	struct fake *f = flight;
	struct mailauth_question *q;

	ck_assert_int_eq(milliseconds, -1);
	f->waited++;
	if (f->sleepy > 0) {
		f->sleepy--;
		return 0;
	}
	if (f->wait <= 0 || f->n == 0)
		return -1;
	if (f->backwards)
		q = f->open[f->n - 1];
	else {
		q = f->open[0];
		memmove(f->open, f->open + 1, (f->n - 1) * sizeof *f->open);
	}
	f->n--;
	/* No memory for the answer: the question stays open for ever. */
	answer_right(q);
	return 1;
}

static int
fake_known(void *user, struct mailauth_question *q)
{
	struct fake *f = user;

	if (f->known == NULL ||
	    strcmp(f->known, mailauth_question_name(q)) != 0)
		return 0;
	return answer_right(q) == MAILAUTH_DONE;
}

static void
fake_end(void *flight)
{
	struct fake *f = flight;

	f->ended++;
}

static void
fake_free(void *user)
{
	struct fake *f = user;

	f->freed++;
}

static const struct mailauth_resolver_ops waiting = {
	.size = sizeof waiting, .begin = fake_begin, .ask = fake_ask,
	.wait = fake_wait, .known = fake_known, .end = fake_end,
	.free = fake_free,
};
static const struct mailauth_resolver_ops blocking = {
	.size = sizeof blocking, .begin = fake_begin, .ask = fake_ask,
	.end = fake_end,
};

/* One evaluation in which n2 hangs on n1, and n3 on n2, all noted ahead. */
static const struct drive_row {
	const char *what;
	const struct mailauth_resolver_ops *ops;
	struct fake fake;
	bool in_turn;
	int result;
	unsigned sum, queries, rounds, most;
} drives[] = {
	{ "waits, all at once", &waiting, { .wait = 1 },
	    false, MAILAUTH_DONE, 6, 3, 1, 3 },
	{ "waits, backwards", &waiting, { .wait = 1, .backwards = true },
	    false, MAILAUTH_DONE, 6, 3, 1, 3 },
	{ "waits, noted ahead", &waiting, { .wait = 1 },
	    true, MAILAUTH_DONE, 6, 3, 1, 3 },
	{ "could wait, answers in ask", &waiting, { .at_once = true },
	    true, MAILAUTH_DONE, 6, 3, 1, 0 },
	{ "blocks", &blocking, { .at_once = true },
	    false, MAILAUTH_DONE, 6, 3, 1, 0 },
	{ "blocks: nothing is asked ahead", &blocking, { .at_once = true },
	    true, MAILAUTH_DONE, 6, 3, 3, 0 },
	{ "blocks, and one is not answered", &blocking,
	    { .at_once = true, .mute = "n2.example" },
	    true, MAILAUTH_DONE, 1004, 3, 3, 0 },
	{ "waits, one never comes", &waiting,
	    { .wait = 1, .mute = "n2.example" },
	    false, MAILAUTH_DONE, 1004, 3, 1, 2 },
	{ "waits, nothing can come", &waiting, { .wait = -1 },
	    false, MAILAUTH_DONE, 3000, 3, 1, 3 },
	{ "waits, and wakes for nothing", &waiting,
	    { .wait = 1, .sleepy = 5 }, false, MAILAUTH_DONE, 6, 3, 1, 3 },
	{ "takes no such question", &waiting, { .ask = MAILAUTH_EUNSUPPORTED },
	    false, MAILAUTH_EUNSUPPORTED, 0, 1, 1, 0 },
	{ "blocks, has no memory", &blocking, { .ask = MAILAUTH_ENOMEM },
	    false, MAILAUTH_ENOMEM, 0, 1, 1, 0 },
	{ "does not begin", &waiting, { .begin = MAILAUTH_ESYSTEM },
	    false, MAILAUTH_ESYSTEM, 0, 0, 0, 0 },
};

START_TEST(drives_resolvers)
{
	const struct drive_row *row = &drives[_i];
	struct fake f = row->fake;
	struct mailauth_resolver *r = mailauth_resolver_new(row->ops, &f);
	struct dname ahead = name_of("ahead.example");
	struct mailauth_question *q;
	struct run run = { 0 };
	struct eval e;

	eval_init(&e, NULL, row->in_turn);
	ck_assert_int_eq(ma_task_drive(&e.task, r, eval_step, &e), row->result);
	if (row->result == MAILAUTH_DONE)
		ck_assert_msg(e.sum == row->sum, "%s: %u", row->what, e.sum);
	ck_assert_msg(mailauth_lookups_queries(e.task.lookups) == row->queries,
	    "%s: %u queries", row->what,
	    mailauth_lookups_queries(e.task.lookups));
	ck_assert_msg(mailauth_lookups_rounds(e.task.lookups) == row->rounds,
	    "%s: %u rounds", row->what,
	    mailauth_lookups_rounds(e.task.lookups));
	ck_assert_msg(f.most == row->most, "%s: %u open", row->what, f.most);
	ck_assert_uint_eq(f.begun, f.ended);
	ck_assert(!ma_lookups_busy(e.task.lookups));
	/* Whatever went wrong: another resolver finishes it. */
	if (row->result != MAILAUTH_DONE) {
		f = (struct fake){ .wait = 1, .at_once = true };
		ck_assert_int_eq(ma_task_drive(&e.task, r, eval_step, &e),
		    MAILAUTH_DONE);
		ck_assert_uint_eq(e.sum, 6);
	}
	/* Afterwards a loop of one's own may ask ahead. */
	run.lookups = e.task.lookups;
	ma_note(&run, &ahead, TYPE_A);
	q = mailauth_lookups_next(run.lookups);
	ck_assert_ptr_nonnull(q);
	ck_assert_int_eq(mailauth_answer_failed(q, MAILAUTH_FAILURE_TLS), 0);
	ma_task_free(&e.task);
	mailauth_resolver_free(r);
	ck_assert_uint_eq(f.freed, row->ops->free != NULL);
}
END_TEST

/* What is open when an evaluation ends can be asked again, by another. */
START_TEST(takes_back_what_is_open)
{
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct fake f = { .wait = 1 };
	struct mailauth_resolver *r = mailauth_resolver_new(&waiting, &f);
	struct dname ahead = name_of("n4.example");
	struct mailauth_question *q;
	struct eval e;

	/* Somebody has named a question that this evaluation does not need. */
	q = ma_lookups_question(l, &ahead, TYPE_A);
	eval_init(&e, l, false);
	f.backwards = true;		/* n1, n2, n3 come, n4 stays */
	ck_assert_int_eq(ma_task_drive(&e.task, r, eval_step, &e),
	    MAILAUTH_DONE);
	ck_assert_uint_eq(f.waited, 3);
	ck_assert(!mailauth_question_answered(q));
	ck_assert_ptr_null(mailauth_question_user(q));
	ck_assert_int_eq(answer_right(q), MAILAUTH_EUSE);
	ck_assert_ptr_eq(mailauth_lookups_next(l), q);
	/* While it is out in a loop of one's own, no blocking verb. */
	ck_assert_int_eq(ma_task_drive(&e.task, r, eval_step, &e),
	    MAILAUTH_EUSE);
	ck_assert_int_eq(answer_right(q), MAILAUTH_DONE);
	ck_assert_int_eq(ma_task_drive(&e.task, r, eval_step, &e),
	    MAILAUTH_DONE);
	ck_assert_int_eq(ma_task_drive(&e.task, NULL, eval_step, &e),
	    MAILAUTH_EINVAL);
	ma_task_free(&e.task);
	mailauth_resolver_free(r);
	mailauth_lookups_free(l);
}
END_TEST

START_TEST(asks_the_known_first)
{
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct fake f = { .wait = 1, .known = "n2.example" };
	struct mailauth_resolver *r = mailauth_resolver_new(&waiting, &f);
	struct mailauth_question *q;
	struct eval e;

	ck_assert_int_eq(mailauth_lookups_set_known(l, r), MAILAUTH_DONE);
	q = named(l, "n2.example", TYPE_A);
	ck_assert(mailauth_question_answered(q));
	ck_assert_uint_eq(mailauth_lookups_queries(l), 0);
	/* Not known: not answered, and not out. */
	q = named(l, "n1.example", TYPE_A);
	ck_assert(!mailauth_question_answered(q) && !ma_lookups_busy(l));
	eval_init(&e, l, false);
	ck_assert_int_eq(ma_task_drive(&e.task, r, eval_step, &e),
	    MAILAUTH_DONE);
	ck_assert_uint_eq(e.sum, 6);
	ck_assert_uint_eq(f.asked, 2);
	ck_assert_uint_eq(mailauth_lookups_queries(l), 2);
	/* No longer. */
	f.known = "n5.example";
	ck_assert_int_eq(mailauth_lookups_set_known(l, NULL), MAILAUTH_DONE);
	ck_assert(!mailauth_question_answered(named(l, "n5.example", TYPE_A)));
	ma_task_free(&e.task);
	mailauth_resolver_free(r);
	mailauth_lookups_free(l);
}
END_TEST

/* Members beyond size are absent, whatever stands there. */
START_TEST(minds_the_size_of_ops)
{
	struct mailauth_resolver_ops ops = waiting;
	struct mailauth_resolver *r;
	struct fake f = { .known = "n1.example" };

	ops.size = (uint32_t)offsetof(struct mailauth_resolver_ops, ask);
	ck_assert_ptr_null(mailauth_resolver_new(&ops, &f));
	ck_assert_ptr_null(mailauth_resolver_new(NULL, &f));
	ops.size = (uint32_t)offsetof(struct mailauth_resolver_ops, wait);
	ck_assert_ptr_nonnull(r = mailauth_resolver_new(&ops, &f));
	ck_assert(!mailauth_resolver_waits(r));
	ck_assert_int_eq(mailauth_resolver_wait(r, &f, 0), -1);
	mailauth_resolver_free(r);
	ck_assert_uint_eq(f.freed, 0);
	ops = waiting;
	ops.size += 64;			/* of a later library */
	ck_assert_ptr_nonnull(r = mailauth_resolver_new(&ops, &f));
	ck_assert(mailauth_resolver_waits(r));
	mailauth_resolver_free(r);
	ops.ask = NULL;
	ck_assert_ptr_null(mailauth_resolver_new(&ops, &f));
}
END_TEST

/* ---- Lack of memory ---- */

START_TEST(bears_lack_of_memory_by_hand)
{
	struct mailauth_lookups *l;
	struct mailauth_question *q;
	struct dname d = name_of("n1.example");
	size_t i;
	int r = MAILAUTH_ENOMEM;

	wrap_start(0);
	ck_assert_ptr_null(mailauth_lookups_new());
	wrap_start(SIZE_MAX);
	l = mailauth_lookups_new();
	for (i = 0, q = NULL; q == NULL; i++) {
		wrap_start(i);
		q = ma_lookups_question(l, &d, TYPE_A);
	}
	ck_assert_uint_ge(i, 4);	/* two tables and an arena's block */
	/* The failures have left nothing to be handed out. */
	ck_assert_ptr_eq(mailauth_lookups_next(l), q);
	ck_assert_ptr_null(mailauth_lookups_next(l));
	for (i = 0; r == MAILAUTH_ENOMEM; i++) {
		ck_assert(!mailauth_question_answered(q));
		wrap_start(i);
		r = answer_right(q);
		ck_assert(r == MAILAUTH_DONE || r == MAILAUTH_ENOMEM);
	}
	ck_assert_uint_ge(i, 3);	/* a packet and its octets */
	ck_assert(mailauth_question_answered(q));
	ck_assert_uint_eq(ma_question_answer(q)->count, 1);
	wrap_start(SIZE_MAX);
	mailauth_lookups_free(l);
}
END_TEST

/* A reply larger than the arena's block is open until there is memory. */
START_TEST(keeps_open_what_cannot_be_kept)
{
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q = named(l, "a.example", TYPE_TXT);
	struct mailauth_packet *p = mailauth_packet_new(q, 0);
	static char text[30000];
	const uint8_t *data;
	size_t n, i;
	int r = MAILAUTH_ENOMEM;

	ck_assert_int_eq(mailauth_packet_add_text(p, NULL, 1, text,
	    sizeof text), 0);
	data = mailauth_packet_data(p, &n);
	mailauth_lookups_next(l);
	for (i = 0; r == MAILAUTH_ENOMEM; i++) {
		ck_assert(!mailauth_question_answered(q));
		ck_assert(ma_lookups_busy(l));
		wrap_start(i);
		r = mailauth_answer_dns(q, data, n, 0);
	}
	ck_assert_int_eq(r, MAILAUTH_DONE);
	ck_assert_uint_ge(i, 3);	/* the packet's copy, and the text */
	ck_assert_uint_eq(ma_question_answer(q)->records[0].data.n,
	    sizeof text);
	wrap_start(SIZE_MAX);
	mailauth_packet_free(p);
	mailauth_lookups_free(l);
}
END_TEST

/*
 * The i-th request for memory fails in a whole evaluation; it says so, or gets
 * over it; repeated, the result is the one it has with memory.
 */
START_TEST(bears_lack_of_memory_in_a_drive)
{
	static const struct fake kinds[] = {
		{ .wait = 1 }, { .at_once = true },
	};
	struct fake f;
	struct mailauth_resolver *r;
	struct eval e;
	bool failed = true;
	int result;

	for (size_t i = 0; failed; i++) {
		f = kinds[_i];
		ck_assert_ptr_nonnull(r = mailauth_resolver_new(
		    f.at_once ? &blocking : &waiting, &f));
		eval_init(&e, NULL, true);
		wrap_start(i);
		result = ma_task_drive(&e.task, r, eval_step, &e);
		failed = wrap_requests > i;
		wrap_start(SIZE_MAX);
		ck_assert(!ma_lookups_busy(e.task.lookups));
		ck_assert_uint_eq(f.begun, f.ended);
		if (result != MAILAUTH_DONE) {
			ck_assert_int_eq(result, MAILAUTH_ENOMEM);
			ck_assert_int_eq(ma_task_drive(&e.task, r, eval_step,
			    &e), MAILAUTH_DONE);
		}
		/* That fake resolver loses what it has no memory for. */
		ck_assert(e.sum == 6 || (f.wait == 1 && e.sum > 1000));
		ck_assert_ptr_nonnull(ma_task_trace(&e.task, 5));
		ck_assert_ptr_null(ma_task_trace(&e.task, 6));
		ma_task_free(&e.task);
		mailauth_resolver_free(r);
	}
}
END_TEST

/* ---- Packets, zone text ---- */

/* Text of all that was answered, by two passes as callers do it. */
static char *
zone_of(const struct mailauth_lookups *l)
{
	size_t n = mailauth_lookups_zone(l, NULL, 0);
	char *text = malloc(n + 1);

	ck_assert_uint_eq(mailauth_lookups_zone(l, text, n + 1), n);
	ck_assert_uint_eq(strlen(text), n);
	return text;
}

static struct mailauth_packet *
packet_for(struct mailauth_lookups *l, const char *name, uint16_t type,
    int rcode, struct mailauth_question **q)
{
	struct mailauth_packet *p;

	*q = named(l, name, type);
	ck_assert_ptr_eq(mailauth_lookups_next(l), *q);
	ck_assert_ptr_nonnull(p = mailauth_packet_new(*q, rcode));
	return p;
}

static void
answer_packet(struct mailauth_question *q, struct mailauth_packet *p,
    uint32_t flags)
{
	const uint8_t *data;
	size_t n;

	data = mailauth_packet_data(p, &n);
	ck_assert_int_eq(mailauth_answer_dns(q, data, n, flags), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_question_failure(q), 0);
	mailauth_packet_free(p);
}

START_TEST(makes_packets_that_read_back)
{
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q;
	struct mailauth_packet *p;
	char text[300];
	char *zone;

	memset(text, 'x', sizeof text);
	p = packet_for(l, "a.example", TYPE_TXT, 0, &q);
	ck_assert_int_eq(mailauth_packet_add_name(p, NULL, TYPE_CNAME, 60, 9,
	    "B.example."), 0);
	ck_assert_int_eq(mailauth_packet_add_text(p, "b.example", 30, text,
	    300), 0);
	ck_assert_int_eq(mailauth_packet_add_text(p, "b.example", 40, NULL, 0),
	    0);
	answer_packet(q, p, MAILAUTH_ANSWER_SECURE);
	ck_assert_uint_eq(mailauth_question_ttl(q), 30);
	ck_assert_uint_eq(ma_question_answer(q)->records[0].data.n, 300);
	ck_assert_uint_eq(ma_question_answer(q)->records[1].data.n, 0);

	p = packet_for(l, "a.example", TYPE_MX, 0, &q);
	ck_assert_int_eq(mailauth_packet_add_name(p, NULL, TYPE_MX, 60, 256,
	    "mx\\.1.example"), 0);
	ck_assert_int_eq(mailauth_packet_add(p, "a.example.", TYPE_MX, 50,
	    "\0\5\2mx", 6), 0);
	answer_packet(q, p, 0);

	p = packet_for(l, "n.a.example", TYPE_MX, RCODE_NXDOMAIN, &q);
	ck_assert_int_eq(mailauth_packet_add_negative(p, "example", 300), 0);
	ck_assert_int_eq(mailauth_packet_add_text(p, NULL, 1, "x", 1),
	    MAILAUTH_EUSE);
	answer_packet(q, p, 0);
	ck_assert_uint_eq(mailauth_question_ttl(q), 300);

	p = packet_for(l, "e.example", TYPE_PTR, 0, &q);
	ck_assert_int_eq(mailauth_packet_add_negative(p, NULL, UINT32_MAX), 0);
	answer_packet(q, p, 0);
	ck_assert_uint_eq(mailauth_question_ttl(q), 3600);

	zone = zone_of(l);
	memset(text, 'x', sizeof text);
	ck_assert(ma_starts(ma_str(zone), SLICE_LIT(
	    "a.example. 60 IN CNAME b.example.\n"
	    "b.example. 30 IN TXT \"xxx")));
	ck_assert_ptr_nonnull(strstr(zone, "xxx\" \"xxx"));
	ck_assert_ptr_nonnull(strstr(zone, "xxx\"\nb.example. 40 IN TXT \"\"\n"
	    ";! a.example. TXT secure\n"
	    "a.example. 60 IN MX 256 mx\\.1.example.\n"
	    "a.example. 50 IN MX 5 mx.\n"
	    ";! n.a.example. MX NXDOMAIN\n"
	    ";! e.example. PTR NODATA\n"));
	free(zone);
	mailauth_lookups_free(l);
}
END_TEST

START_TEST(refuses_records_that_cannot_be)
{
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q = named(l, "a.example", TYPE_A);
	struct mailauth_packet *p = mailauth_packet_new(q, 0);
	static char big[65536];
	size_t n;

	ck_assert_ptr_null(mailauth_packet_new(q, 16));
	ck_assert_ptr_null(mailauth_packet_new(q, -1));
	ck_assert_int_eq(mailauth_packet_add(NULL, NULL, TYPE_A, 1, big, 4),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_packet_add(p, NULL, TYPE_A, 1, big, 3),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_packet_add(p, NULL, TYPE_A, 1, NULL, 4),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_packet_add(p, "a..b", TYPE_A, 1, big, 4),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_packet_add(p, NULL, TYPE_AAAA, 1, big, 4),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_packet_add(p, NULL, TYPE_TXT, 1, big, 0),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_packet_add(p, NULL, TYPE_PTR, 1, "\3ab", 3),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_packet_add(p, NULL, TYPE_MX, 1, big, 2),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_packet_add(p, NULL, 0, 1, big, 2),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_packet_add(p, NULL, TYPE_OPT, 1, big, 2),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_packet_add(p, NULL, TYPE_TLSA, 1, big,
	    sizeof big), MAILAUTH_ESYNTAX);
	ck_assert_int_eq(mailauth_packet_add_text(p, NULL, 1, big,
	    sizeof big - 200), MAILAUTH_ESYNTAX);
	ck_assert_int_eq(mailauth_packet_add_text(p, NULL, 1, big, SIZE_MAX),
	    MAILAUTH_ESYNTAX);
	ck_assert_int_eq(mailauth_packet_add_text(p, NULL, 1, NULL, 1),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_packet_add_name(p, NULL, TYPE_TXT, 1, 0,
	    "a"), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_packet_add_name(p, NULL, TYPE_PTR, 1, 0,
	    NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_packet_add_name(p, NULL, TYPE_PTR, 1, 0,
	    ""), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_packet_add_negative(p, "a..b", 1),
	    MAILAUTH_EINVAL);
	mailauth_packet_data(p, &n);
	ck_assert_uint_eq(n, 0x1b);
	mailauth_packet_free(p);
	mailauth_lookups_free(l);
}
END_TEST

START_TEST(bears_lack_of_memory_in_packets)
{
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q = named(l, "a.example", TYPE_TXT);
	struct mailauth_packet *p = NULL;
	char text[400] = { 0 };
	size_t i, n, before;
	int r = MAILAUTH_ENOMEM;

	for (i = 0; p == NULL; i++) {
		wrap_start(i);
		p = mailauth_packet_new(q, 0);
	}
	ck_assert_uint_eq(i, 3);
	mailauth_packet_data(p, &before);
	for (i = 0; r == MAILAUTH_ENOMEM; i++) {
		mailauth_packet_data(p, &n);
		ck_assert_uint_eq(n, before);
		wrap_start(i);
		r = mailauth_packet_add_text(p, NULL, 1, text, sizeof text);
	}
	ck_assert_int_eq(r, MAILAUTH_DONE);
	ck_assert_uint_ge(i, 3);
	wrap_start(SIZE_MAX);
	mailauth_packet_free(p);
	mailauth_lookups_free(l);
}
END_TEST

/* Any size of buffer: as much as fits, a NUL, and the whole length. */
START_TEST(writes_zones_into_any_buffer)
{
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q;
	char *whole, *part;
	size_t n;

	named(l, "open.example", TYPE_A);	/* not answered: not there */
	mailauth_lookups_next(l);
	q = named(l, "n1.example", TYPE_A);
	mailauth_lookups_next(l);
	ck_assert_int_eq(answer_right(q), 0);
	q = named(l, "n2.example", TYPE_A);
	mailauth_lookups_next(l);
	ck_assert_int_eq(mailauth_answer_failed(q, MAILAUTH_FAILURE_TIMEOUT),
	    MAILAUTH_DONE);
	whole = zone_of(l);
	n = strlen(whole);
	ck_assert_str_eq(whole, "n1.example. 60 IN A 192.0.2.1\n"
	    ";! n1.example. A secure\n;! n2.example. A TIMEOUT\n");
	for (size_t size = 1; size <= n + 2; size++) {
		part = malloc(size);
		memset(part, 'x', size);
		ck_assert_uint_eq(mailauth_lookups_zone(l, part, size), n);
		ck_assert_uint_eq(strlen(part), size <= n ? size - 1 : n);
		ck_assert(memcmp(part, whole, strlen(part)) == 0);
		free(part);
	}
	free(whole);
	q = named(l, "open.example", TYPE_A);
	mailauth_lookups_free(l);
	ck_assert_int_eq(mailauth_answer_failed(q, MAILAUTH_FAILURE_TIMEOUT),
	    MAILAUTH_EGONE);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("lookups");
	TCase *tc = tcase_create("questions");

	tcase_add_test(tc, asks_once);
	tcase_add_test(tc, bears_many_questions);
	tcase_add_test(tc, takes_one_answer);
	tcase_add_test(tc, takes_broken_replies);
	tcase_add_test(tc, keeps_limits);
	tcase_add_test(tc, outlives_its_handles);
	tcase_add_test(tc, bears_null);
	tcase_add_test(tc, asks_signatures);
	tcase_add_test(tc, asks_fetches);
	tcase_add_test(tc, names_failures);
	tcase_add_test(tc, counts_generations);
	suite_add_tcase(suite, tc);
	tc = tcase_create("runs and resolvers");
	tcase_add_test(tc, steps_by_hand);
	tcase_add_loop_test(tc, does_not_depend_on_order, 0, 6);
	tcase_add_loop_test(tc, drives_resolvers, 0, ROWS(drives));
	tcase_add_test(tc, takes_back_what_is_open);
	tcase_add_test(tc, asks_the_known_first);
	tcase_add_test(tc, minds_the_size_of_ops);
	suite_add_tcase(suite, tc);
	tc = tcase_create("lack of memory");
	tcase_add_test(tc, bears_lack_of_memory_by_hand);
	tcase_add_test(tc, keeps_open_what_cannot_be_kept);
	tcase_add_loop_test(tc, bears_lack_of_memory_in_a_drive, 0, 2);
	tcase_add_test(tc, bears_lack_of_memory_in_packets);
	suite_add_tcase(suite, tc);
	tc = tcase_create("packets and zone text");
	tcase_add_test(tc, makes_packets_that_read_back);
	tcase_add_test(tc, refuses_records_that_cannot_be);
	tcase_add_test(tc, writes_zones_into_any_buffer);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
