/*
 * The DNS resolver against servers in a thread that behave as none should.
 */
#include "../unit/answers.h"

#include <sys/resource.h>
#include <sys/time.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "fake.h"
#include "io/io.h"
#include "mailauth/resolver.h"

enum { WHOLE = 8000, SHORT = 400 };	/* milliseconds */

/* A resolver that asks these, question bound given; 0: the usual one. */
static struct mailauth_resolver *
asking(const char *first, const char *second, uint32_t bound, int trust)
{
	struct mailauth_dns *d = mailauth_dns_new();
	struct mailauth_resolver *r;

	ck_assert(mailauth_dns_add_server(d, first) == MAILAUTH_DONE);
	if (second != NULL)
		ck_assert(mailauth_dns_add_server(d, second) == MAILAUTH_DONE);
	ck_assert(mailauth_dns_set_deadline(d, WHOLE, bound) == MAILAUTH_DONE);
	if (trust >= 0)
		mailauth_dns_set_trust_ad(d, trust);
	ck_assert(mailauth_resolver_new_dns(d, &r) == MAILAUTH_DONE);
	mailauth_dns_free(d);
	return r;
}

/* What one question gets, in a flight of its own. */
static const char *
get(struct mailauth_resolver *r, struct buf *b, const char *name)
{
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q = question(l, name, "TXT");
	void *flight;

	ck_assert(mailauth_resolver_begin(r, &flight) == MAILAUTH_DONE);
	ck_assert(mailauth_resolver_ask(r, flight, q) == MAILAUTH_DONE);
	while (!mailauth_question_answered(q))
		ck_assert(mailauth_resolver_wait(r, flight, -1) == 1);
	mailauth_resolver_end(r, flight);
	said_of(b, q);
	mailauth_lookups_free(l);
	return b->p;
}

static void
give_up(struct mailauth_question *q)
{
	if (!mailauth_question_answered(q))
		mailauth_answer_failed(q, MAILAUTH_FAILURE_TIMEOUT);
}

/* ---- One server ---- */

static const struct {
	const char *name, *want;	/* NULL: 60000 times x */
	unsigned datagrams, streams;	/* 0 datagrams: not looked at */
	int trust;
} one[] = {
	{ "ok.example", "A", 1, 0, -1 },
	{ "nodata.example", "nodata", 1, 0, -1 },
	{ "nxdomain.example", "nxdomain", 1, 0, -1 },
	{ "servfail.example", "servfail", 1, 0, -1 },
	{ "refused.example", "refused", 1, 0, -1 },
	{ "notimp.example", "rcode", 2, 0, -1 },
	{ "formerr.example", "A", 2, 0, -1 },
	{ "bare.example", "A", 2, 0, -1 },
	{ "drop.example", "A", 2, 0, -1 },
	{ "never.example", "timeout", 0, 0, -1 },
	{ "badid.example", "timeout", 0, 0, -1 },
	{ "badname.example", "timeout", 0, 0, -1 },
	{ "badtype.example", "timeout", 0, 0, -1 },
	{ "badclass.example", "timeout", 0, 0, -1 },
	{ "query.example", "timeout", 0, 0, -1 },
	{ "short.example", "timeout", 0, 0, -1 },
	{ "empty.example", "timeout", 0, 0, -1 },
	{ "junk.example", "timeout", 0, 0, -1 },
	{ "noise.example", "A", 1, 0, -1 },
	{ "spoof.example", "A", 1, 0, -1 },
	{ "malformed.example", "malformed", 1, 0, -1 },
	{ "tc.example", NULL, 1, 1, -1 },
	{ "tccut.example", "A", 1, 1, -1 },
	{ "tcclose.example", "network", 1, 1, -1 },
	{ "tctc.example", "truncated", 1, 1, -1 },
	{ "tcbytes.example", "A", 1, 1, -1 },
	{ "tcnoise.example", "A", 1, 1, -1 },
	{ "tcnever.example", "timeout", 0, 1, -1 },
	{ "ad.example", "A", 1, 0, -1 },
	{ "ad.example", "A", 1, 0, 0 },
	{ "ad.example", "A secure", 1, 0, 1 },
	{ "ok.example", "A", 1, 0, 1 },
};

START_TEST(bears_one_server)
{
	static char big[60000 + 1];
	struct fake a = { .word = "A" };
	struct mailauth_resolver *r;
	struct buf b = { 0 };
	const char *want = one[_i].want;

	if (want == NULL)
		want = memset(big, 'x', sizeof big - 1);
	fake_start(&a);
	r = asking(a.text, NULL, SHORT, one[_i].trust);
	ck_assert_msg(strcmp(get(r, &b, one[_i].name), want) == 0, "%s: %.60s",
	    one[_i].name, b.p);
	if (one[_i].datagrams > 0)
		ck_assert_msg(a.datagrams == one[_i].datagrams, "%s: %u",
		    one[_i].name, a.datagrams);
	else
		ck_assert_uint_ge(a.datagrams, 1);
	if (one[_i].datagrams > 0)
		ck_assert_uint_eq(a.streams, one[_i].streams);
	ck_assert_uint_ge(a.with_edns, 1);
	ck_assert_uint_eq(a.with_ad, a.datagrams);
	mailauth_resolver_free(r);
	ma_buf_free(&b);
	fake_stop(&a);
}
END_TEST

/* ---- Two servers: what the first does, and what comes of it ---- */

static const struct {
	const char *first, *second;	/* NULL: silent; "": nobody there */
	const char *want;
} two[] = {
	{ "ok", "ok", "A" },
	{ NULL, "ok", "B" },
	{ "", "ok", "B" },
	{ "servfail", "ok", "B" },
	{ "refused", "ok", "B" },
	{ "notimp", "ok", "B" },
	{ "malformed", "ok", "B" },
	{ "tcclose", "ok", "B" },
	{ "tcnever", "ok", "B" },
	{ "junk", "ok", "B" },
	{ "nodata", "ok", "nodata" },
	{ "nxdomain", "ok", "nxdomain" },
	{ "servfail", "servfail", "servfail" },
	{ "refused", "servfail", "servfail" },
	{ "servfail", "", "network" },
	{ "", "", "network" },
	{ "servfail", NULL, "timeout" },
	{ NULL, "servfail", "timeout" },
	{ NULL, NULL, "timeout" },
	{ "", NULL, "timeout" },
};

START_TEST(goes_to_the_next_server)
{
	const char *does[] = { two[_i].first, two[_i].second };
	struct fake f[2] = { { .word = "A" }, { .word = "B" } };
	char text[2][40];
	struct mailauth_resolver *r;
	struct buf b = { 0 };

	for (int i = 0; i < 2; i++) {
		f[i].silent = does[i] == NULL;
		f[i].always = does[i];
		if (does[i] != NULL && *does[i] == '\0') {
			fake_nobody(text[i]);
		} else {
			fake_start(&f[i]);
			strcpy(text[i], f[i].text);
		}
	}
	r = asking(text[0], text[1], 800, -1);
	ck_assert_msg(strcmp(get(r, &b, "x.example"), two[_i].want) == 0,
	    "row %d: %s", _i, b.p);
	mailauth_resolver_free(r);
	ma_buf_free(&b);
	for (int i = 0; i < 2; i++)
		if (f[i].port != 0)
			fake_stop(&f[i]);
}
END_TEST

/* A server that was silent once is not the first to be asked next. */
START_TEST(learns_who_is_alive)
{
	struct fake a = { .word = "A", .silent = true }, b = { .word = "B" };
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_resolver *r;
	void *flight;

	fake_start(&a);
	fake_start(&b);
	r = asking(a.text, b.text, 800, -1);
	ck_assert(mailauth_resolver_begin(r, &flight) == MAILAUTH_DONE);
	for (int i = 0; i < 5; i++) {
		char name[20];
		struct mailauth_question *q;

		snprintf(name, sizeof name, "ok%d.example", i);
		q = question(l, name, "TXT");
		mailauth_resolver_ask(r, flight, q);
		ck_assert(mailauth_resolver_wait(r, flight, -1) == 1);
		ck_assert_int_eq(mailauth_question_failure(q), 0);
	}
	ck_assert_uint_eq(a.datagrams, 1);
	ck_assert_uint_eq(b.datagrams, 5);
	mailauth_resolver_end(r, flight);
	mailauth_lookups_free(l);
	mailauth_resolver_free(r);
	fake_stop(&a);
	fake_stop(&b);
}
END_TEST

/* ---- Many at once ---- */

/*
 * The server answers nothing before all two hundred have come: one after the
 * other, or in rounds, they would never be answered.
 */
START_TEST(asks_all_at_once)
{
	enum { MANY = 200 };
	struct fake a = { .word = "A", .hold = MANY };
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_resolver *r;
	struct mailauth_question *q[MANY];
	void *flight;
	bool seen[65536] = { false };
	unsigned left = MANY;

	fake_start(&a);
	r = asking(a.text, NULL, 0, -1);
	ck_assert(mailauth_resolver_begin(r, &flight) == MAILAUTH_DONE);
	for (int i = 0; i < MANY; i++) {
		char name[20];

		snprintf(name, sizeof name, "ok%d.example", i);
		q[i] = question(l, name, "TXT");
		ck_assert(mailauth_resolver_ask(r, flight, q[i]) ==
		    MAILAUTH_DONE);
	}
	while (left > 0) {
		ck_assert(mailauth_resolver_wait(r, flight, -1) == 1);
		left = 0;
		for (int i = 0; i < MANY; i++)
			left += !mailauth_question_answered(q[i]);
	}
	ck_assert_uint_eq(a.held_most, MANY);
	for (int i = 0; i < MANY; i++)
		ck_assert_int_eq(mailauth_question_failure(q[i]), 0);
	/* One socket, as many ids as questions. */
	for (int i = 0; i < MANY; i++) {
		ck_assert_uint_eq(a.ports[i], a.ports[0]);
		ck_assert(!seen[a.ids[i]]);
		seen[a.ids[i]] = true;
	}
	mailauth_resolver_end(r, flight);
	mailauth_lookups_free(l);
	mailauth_resolver_free(r);
	fake_stop(&a);
}
END_TEST

/* Nobody can guess the port or the id of the next flight. */
START_TEST(takes_random_ports_and_ids)
{
	enum { FLIGHTS = 64 };
	struct fake a = { .word = "A" };
	struct mailauth_resolver *r;
	struct buf b = { 0 };
	unsigned near = 0;

	fake_start(&a);
	r = asking(a.text, NULL, 0, -1);
	for (int i = 0; i < FLIGHTS; i++)
		ck_assert_str_eq(get(r, &b, "ok.example"), "A");
	for (int i = 1; i < FLIGHTS; i++) {
		near += abs(a.ports[i] - a.ports[i - 1]) < 16;
		near += abs(a.ids[i] - a.ids[i - 1]) < 16;
	}
	ck_assert_uint_le(near, 8);
	mailauth_resolver_free(r);
	ma_buf_free(&b);
	fake_stop(&a);
}
END_TEST

/* ---- Time ---- */

START_TEST(ends_with_the_whole)
{
	struct fake a = { .word = "A", .silent = true };
	struct mailauth_dns *d = mailauth_dns_new();
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q = question(l, "ok.example", "TXT"), *late;
	struct mailauth_resolver *r;
	uint64_t start;
	void *flight;

	fake_start(&a);
	mailauth_dns_add_server(d, a.text);
	mailauth_dns_set_deadline(d, 300, 100000);
	ck_assert(mailauth_resolver_new_dns(d, &r) == MAILAUTH_DONE);
	mailauth_dns_free(d);
	start = ma_now_ms();
	ck_assert(mailauth_resolver_begin(r, &flight) == MAILAUTH_DONE);
	mailauth_resolver_ask(r, flight, q);
	ck_assert(mailauth_resolver_wait(r, flight, 0) == 0);
	ck_assert(mailauth_resolver_wait(r, flight, 50) == 0);
	ck_assert_uint_ge(ma_now_ms() - start, 50);
	ck_assert(mailauth_resolver_wait(r, flight, -1) < 0);
	ck_assert_uint_ge(ma_now_ms() - start, 300);
	ck_assert_uint_le(ma_now_ms() - start, 3000);
	give_up(q);
	/* Its time is over: what is asked now is not even sent. */
	late = question(l, "late.example", "TXT");
	ck_assert(mailauth_resolver_ask(r, flight, late) == MAILAUTH_DONE);
	ck_assert(mailauth_resolver_wait(r, flight, -1) < 0);
	mailauth_resolver_end(r, flight);
	give_up(late);
	mailauth_lookups_free(l);
	mailauth_resolver_free(r);
	fake_stop(&a);
}
END_TEST

/* A dead server's question gives up by itself; others go on. */
START_TEST(bounds_each_question)
{
	struct fake a = { .word = "A" };
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *dead = question(l, "never.example", "TXT"),
	    *good = question(l, "ok.example", "TXT");
	struct mailauth_resolver *r;
	uint64_t start = ma_now_ms();
	void *flight;

	fake_start(&a);
	r = asking(a.text, NULL, 300, -1);
	ck_assert(mailauth_resolver_begin(r, &flight) == MAILAUTH_DONE);
	mailauth_resolver_ask(r, flight, dead);
	mailauth_resolver_ask(r, flight, good);
	ck_assert(mailauth_resolver_wait(r, flight, -1) == 1);
	ck_assert(mailauth_question_answered(good));
	ck_assert(!mailauth_question_answered(dead));
	ck_assert(mailauth_resolver_wait(r, flight, -1) == 1);
	ck_assert_int_eq(mailauth_question_failure(dead),
	    MAILAUTH_FAILURE_TIMEOUT);
	ck_assert_uint_ge(ma_now_ms() - start, 300);
	ck_assert_uint_le(ma_now_ms() - start, 3000);
	/* It was asked again in that time. */
	ck_assert_uint_ge(a.datagrams, 1 + 3);
	/* Nothing is open: nothing more can come. */
	ck_assert(mailauth_resolver_wait(r, flight, -1) < 0);
	mailauth_resolver_end(r, flight);
	mailauth_lookups_free(l);
	mailauth_resolver_free(r);
	fake_stop(&a);
}
END_TEST

static volatile sig_atomic_t ticks;

static void
tick(int sig)
{
	(void)sig;
	ticks++;
}

START_TEST(bears_signals)
{
	struct fake a = { .word = "A" };
	struct sigaction act = { .sa_handler = tick };	/* no SA_RESTART */
	struct itimerval often = { { 0, 3000 }, { 0, 3000 } }, never = { 0 };
	struct mailauth_resolver *r;
	struct buf b = { 0 };

	fake_start(&a);
	r = asking(a.text, NULL, 0, -1);
	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	ck_assert_str_eq(get(r, &b, "late.example"), "A");
	ck_assert_str_eq(get(r, &b, "tcbytes.example"), "A");
	setitimer(ITIMER_REAL, &never, NULL);
	ck_assert_int_gt(ticks, 10);
	mailauth_resolver_free(r);
	ma_buf_free(&b);
	fake_stop(&a);
}
END_TEST

/* ---- Descriptors ---- */

struct counted {
	unsigned all, inherited;	/* by what is executed */
};

static struct counted
count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct counted c = { 0 };
	struct dirent *e;

	while (dir != NULL && (e = readdir(dir)) != NULL) {
		int flags = fcntl(atoi(e->d_name), F_GETFD);

		c.all += flags >= 0;
		c.inherited += flags >= 0 && (flags & FD_CLOEXEC) == 0;
	}
	if (dir != NULL)
		closedir(dir);
	return c;
}

START_TEST(keeps_no_descriptor)
{
	struct fake a = { .word = "A", .silent = true };
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q[] = { question(l, "a.example", "TXT"),
		question(l, "b.example", "TXT") };
	struct mailauth_resolver *r;
	struct counted before, during, after;
	char nobody[40];
	void *flight;

	fake_start(&a);
	fake_nobody(nobody);
	r = asking(a.text, nobody, 0, -1);
	before = count_descriptors();
	ck_assert(mailauth_resolver_begin(r, &flight) == MAILAUTH_DONE);
	mailauth_resolver_ask(r, flight, q[0]);
	mailauth_resolver_ask(r, flight, q[1]);
	ck_assert(mailauth_resolver_wait(r, flight, 1200) == 0);
	during = count_descriptors();
	/* Repeated to the other server: one socket a server and flight. */
	ck_assert_uint_eq(during.all, before.all + 2);
	ck_assert_uint_eq(during.inherited, before.inherited);
	mailauth_resolver_end(r, flight);
	after = count_descriptors();
	ck_assert_uint_eq(before.all, after.all);
	give_up(q[0]);
	give_up(q[1]);
	mailauth_lookups_free(l);
	mailauth_resolver_free(r);
	fake_stop(&a);
}
END_TEST

START_TEST(fails_without_descriptors)
{
	struct fake a = { .word = "A" };
	struct rlimit before, none;
	struct mailauth_resolver *r;
	struct buf b = { 0 };

	fake_start(&a);
	r = asking(a.text, NULL, 0, -1);
	getrlimit(RLIMIT_NOFILE, &before);
	none = before;
	none.rlim_cur = 0;
	setrlimit(RLIMIT_NOFILE, &none);
	get(r, &b, "ok.example");
	setrlimit(RLIMIT_NOFILE, &before);
	ck_assert_str_eq(b.p, "network");
	ck_assert_str_eq(get(r, &b, "ok.example"), "A");
	mailauth_resolver_free(r);
	ma_buf_free(&b);
	fake_stop(&a);
}
END_TEST

/* ---- resolv.conf ---- */

static const struct {
	const char *what, *options;	/* behind the server's line */
	const char *name, *want;
	unsigned datagrams, streams, connections;
} files[] = {
	{ "no options", "", "ad.example", "A", 1, 0, 0 },
	{ "trust-ad", "options trust-ad", "ad.example", "A secure", 1, 0, 0 },
	{ "use-vc", "options use-vc", "ok.example", "A", 0, 1, 1 },
	{ "attempts", "options attempts:2", "never.example", "timeout", 2, 0,
	    0 },
};

static struct mailauth_resolver *
from_file(const struct fake *f, const char *options)
{
	char path[] = "/tmp/mailauth-resolv-XXXXXX";
	FILE *file = fdopen(mkstemp(path), "w");
	struct mailauth_dns *d = mailauth_dns_new();
	struct mailauth_resolver *r;

	fprintf(file, "# test\nnameserver nonsense\nnameserver %s\n%s\n",
	    f->text, options);
	fclose(file);
	ck_assert(mailauth_dns_set_resolv_conf(d, path) == MAILAUTH_DONE);
	ck_assert(mailauth_dns_set_deadline(d, WHOLE, 1000) == MAILAUTH_DONE);
	ck_assert(mailauth_resolver_new_dns(d, &r) == MAILAUTH_DONE);
	mailauth_dns_free(d);
	remove(path);
	return r;
}

START_TEST(follows_resolv_conf)
{
	struct fake a = { .word = "A" };
	struct mailauth_resolver *r;
	struct buf b = { 0 };

	fake_start(&a);
	r = from_file(&a, files[_i].options);
	ck_assert_msg(strcmp(get(r, &b, files[_i].name), files[_i].want) == 0,
	    "%s: %s", files[_i].what, b.p);
	ck_assert_uint_eq(a.datagrams, files[_i].datagrams);
	ck_assert_uint_eq(a.streams, files[_i].streams);
	ck_assert_uint_eq(a.connections, files[_i].connections);
	mailauth_resolver_free(r);
	ma_buf_free(&b);
	fake_stop(&a);
}
END_TEST

/* Forty questions over TCP: one connection, or one each where it is closed. */
START_TEST(shares_a_connection)
{
	enum { MANY = 40 };
	struct fake a = { .word = "A", .one_each = _i == 1 };
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_resolver *r;
	struct mailauth_question *q[MANY];
	void *flight;
	unsigned left = MANY;

	fake_start(&a);
	r = from_file(&a, "options use-vc");
	ck_assert(mailauth_resolver_begin(r, &flight) == MAILAUTH_DONE);
	for (int i = 0; i < MANY; i++) {
		char name[20];

		snprintf(name, sizeof name, "ok%d.example", i);
		q[i] = question(l, name, "TXT");
		mailauth_resolver_ask(r, flight, q[i]);
	}
	while (left > 0) {
		ck_assert(mailauth_resolver_wait(r, flight, -1) == 1);
		left = 0;
		for (int i = 0; i < MANY; i++)
			left += !mailauth_question_answered(q[i]);
	}
	for (int i = 0; i < MANY; i++)
		ck_assert_int_eq(mailauth_question_failure(q[i]), 0);
	if (_i == 0)
		ck_assert_uint_eq(a.connections, 1);
	else
		ck_assert_uint_ge(a.connections, 2);
	mailauth_resolver_end(r, flight);
	mailauth_lookups_free(l);
	mailauth_resolver_free(r);
	fake_stop(&a);
}
END_TEST

/* ---- The rest ---- */

START_TEST(speaks_ipv6)
{
	struct fake a = { .word = "A", .family = AF_INET6 };
	struct mailauth_resolver *r;
	struct buf b = { 0 };

	if (!fake_start(&a))
		return;			/* no IPv6 on this machine */
	r = asking(a.text, NULL, 0, -1);
	ck_assert_str_eq(get(r, &b, "ok.example"), "A");
	ck_assert_str_eq(get(r, &b, "tccut.example"), "A");
	mailauth_resolver_free(r);
	ma_buf_free(&b);
	fake_stop(&a);
}
END_TEST

/* The task is gone while its questions are out. */
START_TEST(outlives_the_task)
{
	struct fake a = { .word = "A" };
	struct mailauth_resolver *r;
	void *flight;

	fake_start(&a);
	r = asking(a.text, NULL, 0, -1);
	for (int answered = 0; answered < 2; answered++) {
		struct mailauth_lookups *l = mailauth_lookups_new();
		struct mailauth_question *q =
		    question(l, "late.example", "TXT");

		ck_assert(mailauth_resolver_begin(r, &flight) == MAILAUTH_DONE);
		mailauth_resolver_ask(r, flight, q);
		mailauth_lookups_free(l);
		if (answered)
			ck_assert(mailauth_resolver_wait(r, flight, -1) == 1);
		mailauth_resolver_end(r, flight);
		if (!answered)
			ck_assert(mailauth_answer_failed(q,
			    MAILAUTH_FAILURE_TIMEOUT) == MAILAUTH_EGONE);
	}
	mailauth_resolver_free(r);
	fake_stop(&a);
}
END_TEST

START_TEST(makes_queries)
{
	/* id 0x1234, RD AD, a question, OPT with 1232 octets */
	static const uint8_t want[] = "\x12\x34\x01\x20\0\1\0\0\0\0\0\1"
	    "\2ok\7example\0\0\20\0\1" "\0\0\51\4\xd0\0\0\0\0\0";
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q = question(l, "OK.example", "TXT");
	uint8_t p[512];

	ck_assert_int_eq(mailauth_query_packet(q, 0x1234, p, sizeof p),
	    (int)sizeof want);
	ck_assert(memcmp(p, want, sizeof want) == 0);
	ck_assert_int_eq(mailauth_query_packet(q, 1, p, sizeof want),
	    (int)sizeof want);
	ck_assert(mailauth_query_packet(q, 1, p, sizeof want - 1) ==
	    MAILAUTH_EINVAL);
	ck_assert(mailauth_query_packet(q, 1, NULL, 0) == MAILAUTH_EINVAL);
	ck_assert(mailauth_query_packet(NULL, 1, p, sizeof p) ==
	    MAILAUTH_EINVAL);
	give_up(q);
	mailauth_lookups_free(l);
}
END_TEST

START_TEST(makes_the_longest_query)
{
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q;
	char name[DNAME_MAX];
	uint8_t p[512];

	memset(name, 'a', sizeof name);
	name[63] = name[127] = name[191] = '.';
	name[253] = '\0';
	q = question(l, name, "TYPE65280");
	ck_assert_int_eq(mailauth_query_packet(q, 1, p, sizeof p),
	    12 + 255 + 4 + 11);
	give_up(q);
	mailauth_lookups_free(l);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("faults");
	TCase *tc = tcase_create("faults");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, bears_one_server, 0, ROWS(one));
	tcase_add_loop_test(tc, goes_to_the_next_server, 0, ROWS(two));
	tcase_add_test(tc, learns_who_is_alive);
	tcase_add_test(tc, asks_all_at_once);
	tcase_add_test(tc, takes_random_ports_and_ids);
	tcase_add_test(tc, ends_with_the_whole);
	tcase_add_test(tc, bounds_each_question);
	tcase_add_test(tc, bears_signals);
	tcase_add_test(tc, keeps_no_descriptor);
	tcase_add_test(tc, fails_without_descriptors);
	tcase_add_loop_test(tc, follows_resolv_conf, 0, ROWS(files));
	tcase_add_loop_test(tc, shares_a_connection, 0, 2);
	tcase_add_test(tc, speaks_ipv6);
	tcase_add_test(tc, outlives_the_task);
	tcase_add_test(tc, makes_queries);
	tcase_add_test(tc, makes_the_longest_query);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
