/*
 * The questions of one evaluation on their way: whom to ask, when to ask
 * again, which reply to believe.
 *
 * A question goes to one server at a time.  Where nothing comes for a while it
 * goes to the next, round and round; a server that fails it (SERVFAIL and the
 * like, nobody there) is not asked again, and when all have failed it, that is
 * the answer.  A reply is taken from every server that was asked, late ones
 * too.
 *
 * Others (glibc) ask each server the same number of times and 5 s apart.  We:
 * as often as fits the question's time, the second time after an eighth of it,
 * because mail waits for us.
 */
#include <poll.h>

#include "io/flight.h"

enum { MAX_REPLY = 65535, MAX_RECORDS = 8192, FIRST_SHARE = 8 };
enum { MAX_DATAGRAMS = 512 };	/* taken from one socket in one turn */

/* A question that is out. */
struct pending {
	struct mailauth_question *question;
	uint8_t query[QUERY_MAX];
	size_t n;			/* octets of it */
	bool edns;			/* its last record is OPT */
	uint64_t deadline;		/* milliseconds */
	uint64_t again;			/* when it is sent to another */
	unsigned sent;			/* so many times */
	unsigned at;			/* to this server last */
	bool over_tcp;
	bool unsent;			/* over UDP: there was no room */
	uint16_t asked_udp, asked_tcp;	/* a bit a server */
	int said[MAX_SERVERS];		/* how it failed there; 0: it has not */
};

struct flight {
	const struct dns_config *config;
	uint64_t deadline;
	int udp[MAX_SERVERS];		/* -1: not open */
	struct stream tcp[MAX_SERVERS];
	struct pending **open;
	size_t n, cap;
	unsigned first;			/* the server that is asked first */
	uint16_t ids[32];		/* chance in store */
	size_t nids;
	struct arena arena;		/* of one reply */
	uint8_t *room;			/* for a datagram */
	bool answered;			/* something was, and no wait since */
};

/* ---- Being done with a question ---- */

static void
forget(struct flight *f, size_t i)
{
	ma_free(f->open[i]);
	f->open[i] = f->open[--f->n];
}

static void
fail(struct flight *f, size_t i, int why)
{
	mailauth_answer_failed(f->open[i]->question, why);
	f->answered = true;
	forget(f, i);
}

static void
deliver(struct flight *f, size_t i, struct slice reply)
{
	enum { AT_FLAGS = 3, AD = 0x20 };
	bool secure = f->config->trust_ad && (reply.p[AT_FLAGS] & AD) != 0;

	/* Without memory it is as if the reply had been lost. */
	if (mailauth_answer_dns(f->open[i]->question, reply.p, reply.n,
	    secure ? MAILAUTH_ANSWER_SECURE : 0) == MAILAUTH_ENOMEM)
		return;
	f->answered = true;
	forget(f, i);
}

/* ---- Asking ---- */

/* Time until it is sent again: twice as long in each round of the servers. */
static uint64_t
interval(const struct flight *f, const struct pending *p)
{
	uint64_t question = f->config->question;
	uint64_t first = f->config->interval > 0 ? f->config->interval :
	    question / FIRST_SHARE;
	unsigned round = (p->sent - 1) / f->config->n;

	if (first > question / 2)
		first = question / 2;	/* so that there is a second time */
	if (first < 1)
		first = 1;
	return first << (round < 16 ? round : 16);
}

static enum moved
send_udp(struct flight *f, struct pending *p)
{
	int *fd = &f->udp[p->at];
	enum moved moved;

	if (*fd < 0 && (*fd = ma_udp_open(&f->config->servers[p->at])) < 0)
		return BROKEN;
	moved = ma_udp_send(*fd, p->query, p->n);
	p->unsent = moved == NOT_NOW;
	p->asked_udp |= (uint16_t)(1u << p->at);
	return moved;
}

static enum moved
send_tcp(struct flight *f, struct pending *p)
{
	p->asked_tcp |= (uint16_t)(1u << p->at);
	return ma_stream_put(&f->tcp[p->at], &f->config->servers[p->at],
	    ma_slice(p->query, p->n)) ? MOVED : BROKEN;
}

/* To this server; false: there is no way to it. */
static bool
send_to(struct flight *f, struct pending *p, unsigned server, bool over_tcp)
{
	p->at = server;
	p->over_tcp = over_tcp;
	p->unsent = false;
	p->sent++;
	p->again = ma_now_ms() + interval(f, p);
	return (over_tcp ? send_tcp(f, p) : send_udp(f, p)) != BROKEN;
}

/*
 * To the first server from this one on that has not failed it.  False: all
 * have.
 */
static bool
send_from(struct flight *f, struct pending *p, unsigned server)
{
	for (unsigned i = 0; i < f->config->n; i++) {
		unsigned s = (server + i) % f->config->n;

		if (p->said[s] != 0)
			continue;
		if (send_to(f, p, s, f->config->use_tcp))
			return true;
		p->said[s] = MAILAUTH_FAILURE_NETWORK;
	}
	return false;
}

/* A server failed it: the next one, or that is the answer. */
static void
refuse(struct flight *f, size_t i, unsigned server, int why)
{
	struct pending *p = f->open[i];

	p->said[server] = why;
	if (p->at == server && !send_from(f, p, server + 1))
		fail(f, i, why);
}

/* ---- Replies ---- */

static bool
was_asked(const struct pending *p, unsigned server, bool over_tcp)
{
	return ((over_tcp ? p->asked_tcp : p->asked_udp) >> server & 1) != 0;
}

/* The question that this is a reply to; f->n: none. */
static size_t
find(const struct flight *f, struct slice reply, unsigned server, bool over_tcp)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct pending *p = f->open[i];

		if (was_asked(p, server, over_tcp) &&
		    ma_query_matches(ma_slice(p->query, p->n), reply))
			return i;
	}
	return f->n;
}

/* What the reply comes to: 0, or an enum mailauth_failure; -1: no memory. */
static int
judge(struct flight *f, const struct pending *p, struct slice reply)
{
	size_t n;
	const uint8_t *wire = mailauth_question_wire(p->question, &n);
	struct answer answer;
	struct dname name;

	ma_arena_reset(&f->arena);
	ma_name_wire(ma_slice(wire, n), &name);
	if (!ma_reply_read(reply, &name, mailauth_question_type(p->question),
	    MAX_RECORDS, &f->arena, &answer))
		return -1;
	return answer.status == ANSWER_FAILED ? answer.why : 0;
}

/* Whole, the other way, or without what it does not understand. */
static void
ask_again(struct flight *f, size_t i, unsigned server, bool over_tcp)
{
	if (!send_to(f, f->open[i], server, over_tcp))
		refuse(f, i, server, MAILAUTH_FAILURE_NETWORK);
}

static void
take_reply(struct flight *f, unsigned server, bool over_tcp, struct slice reply)
{
	size_t i = find(f, reply, server, over_tcp);
	struct pending *p;
	int why;

	if (i == f->n || (why = judge(f, f->open[i], reply)) < 0)
		return;
	p = f->open[i];
	if (over_tcp)
		f->tcp[server].useful = true;
	switch (why) {
	case 0:
	case MAILAUTH_FAILURE_LIMIT:
		f->first = server;
		deliver(f, i, reply);
		break;
	case MAILAUTH_FAILURE_TRUNCATED:
		if (over_tcp)
			refuse(f, i, server, why);
		else if (!was_asked(p, server, true))
			ask_again(f, i, server, true);
		break;
	case MAILAUTH_FAILURE_RCODE:
		/* RFC 6891 section 7: it may know no EDNS0. */
		if (p->edns && p->at == server) {
			p->edns = false;
			p->n = ma_query_plain(p->query, p->n);
			ask_again(f, i, server, over_tcp);
			break;
		}
		/* FALLTHROUGH */
	default:
		refuse(f, i, server, why);
	}
}

/* Nobody is there: whoever waits for this server goes to the next. */
static void
give_up_server(struct flight *f, unsigned server, bool over_tcp)
{
	for (size_t i = f->n; i-- > 0;)
		if (f->open[i]->at == server &&
		    f->open[i]->over_tcp == over_tcp)
			refuse(f, i, server, MAILAUTH_FAILURE_NETWORK);
}

static void
flush_udp(struct flight *f, unsigned server)
{
	for (size_t i = f->n; i-- > 0;) {
		struct pending *p = f->open[i];

		if (!p->unsent || p->at != server)
			continue;
		switch (send_udp(f, p)) {
		case MOVED:
			break;
		case NOT_NOW:
			return;
		case BROKEN:
			refuse(f, i, server, MAILAUTH_FAILURE_NETWORK);
		}
	}
}

static void
run_udp(struct flight *f, unsigned server, short revents)
{
	int fd = f->udp[server];
	size_t n;

	if ((revents & POLLOUT) != 0)
		flush_udp(f, server);
	if ((revents & ~POLLOUT) == 0)
		return;
	for (int i = 0; i < MAX_DATAGRAMS; i++)
		switch (ma_udp_receive(fd, f->room, MAX_REPLY, &n)) {
		case MOVED:
			take_reply(f, server, false, ma_slice(f->room, n));
			break;
		case NOT_NOW:
			return;
		case BROKEN:
			give_up_server(f, server, false);
			return;
		}
}

/*
 * A connection that has been of use may have been closed for being idle or
 * old: what still waits gets a new one.
 */
static void
end_stream(struct flight *f, unsigned server)
{
	bool useful = f->tcp[server].useful;

	ma_stream_close(&f->tcp[server]);
	if (!useful) {
		give_up_server(f, server, true);
		return;
	}
	for (size_t i = f->n; i-- > 0;)
		if (f->open[i]->at == server && f->open[i]->over_tcp)
			ask_again(f, i, server, true);
}

static void
run_tcp(struct flight *f, unsigned server, short revents)
{
	struct stream *s = &f->tcp[server];
	struct slice reply;
	bool alive = ma_stream_run(s, revents);

	while (s->fd >= 0 && ma_stream_next(s, &reply))
		take_reply(f, server, true, reply);
	if (!alive)
		end_stream(f, server);
}

/* ---- Waiting ---- */

/* May it be sent once more? */
static bool
may_repeat(const struct flight *f, const struct pending *p)
{
	return f->config->attempts == 0 ||
	    p->sent < f->config->attempts * f->config->n;
}

/* What is due: questions whose time is over, and those to be sent again. */
static void
look_at_clock(struct flight *f, uint64_t now)
{
	for (size_t i = f->n; i-- > 0;) {
		struct pending *p = f->open[i];

		if (now >= p->deadline || (now >= p->again &&
		    !may_repeat(f, p))) {
			fail(f, i, MAILAUTH_FAILURE_TIMEOUT);
		} else if (now >= p->again) {
			if (f->first == p->at)
				f->first = (p->at + 1) % f->config->n;
			if (!send_from(f, p, p->at + 1))
				fail(f, i, MAILAUTH_FAILURE_NETWORK);
		}
	}
}

static uint64_t
next_due(const struct flight *f)
{
	uint64_t due = f->deadline;

	for (size_t i = 0; i < f->n; i++) {
		const struct pending *p = f->open[i];
		uint64_t mine = p->again < p->deadline ? p->again : p->deadline;

		if (mine < due)
			due = mine;
	}
	return due;
}

static bool
has_unsent(const struct flight *f, unsigned server)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->open[i]->unsent && f->open[i]->at == server)
			return true;
	return false;
}

/* UDP first, then TCP; a closed one is -1, which poll(2) passes over. */
static void
fill_poll(const struct flight *f, struct pollfd *fds)
{
	for (unsigned s = 0; s < f->config->n; s++) {
		fds[2 * s] = (struct pollfd){ .fd = f->udp[s],
			.events = POLLIN };
		if (has_unsent(f, s))
			fds[2 * s].events |= POLLOUT;
		fds[2 * s + 1] = (struct pollfd){ .fd = f->tcp[s].fd,
			.events = ma_stream_events(&f->tcp[s]) };
	}
}

/* Wait for the sockets until then at most, and do what they want. */
static void
run_sockets(struct flight *f, uint64_t now, uint64_t until)
{
	struct pollfd fds[2 * MAX_SERVERS];
	uint64_t ms = until > now ? until - now : 0;

	fill_poll(f, fds);
	if (poll(fds, 2 * f->config->n, ms < 60000 ? (int)ms : 60000) <= 0)
		return;
	for (unsigned s = 0; s < f->config->n; s++) {
		if (fds[2 * s].revents != 0)
			run_udp(f, s, fds[2 * s].revents);
		if (fds[2 * s + 1].revents != 0 &&
		    fds[2 * s + 1].fd == f->tcp[s].fd)
			run_tcp(f, s, fds[2 * s + 1].revents);
	}
}

int
ma_flight_wait(struct flight *f, int milliseconds)
{
	uint64_t now = ma_now_ms(), until = milliseconds < 0 ? UINT64_MAX :
	    now + (uint64_t)milliseconds;
	bool looked = false;		/* at the sockets, at least once */

	for (;; now = ma_now_ms()) {
		uint64_t due;

		if (now < f->deadline)
			look_at_clock(f, now);
		if (f->answered) {
			f->answered = false;
			return 1;
		}
		if (now >= f->deadline || f->n == 0) {
			while (f->n > 0)
				forget(f, 0);
			return -1;
		}
		if (now >= until && looked)
			return 0;
		due = next_due(f);
		run_sockets(f, now, due < until ? due : until);
		looked = true;
	}
}

/* ---- Beginning and end ---- */

int
ma_flight_begin(const struct dns_config *config, struct flight **out)
{
	struct flight *f = ma_calloc(sizeof *f);

	if (f == NULL || (f->room = ma_realloc(NULL, MAX_REPLY)) == NULL) {
		ma_free(f);
		return MAILAUTH_ENOMEM;
	}
	f->config = config;
	f->deadline = ma_now_ms() + config->whole;
	for (unsigned s = 0; s < MAX_SERVERS; s++) {
		f->udp[s] = -1;
		f->tcp[s].fd = -1;
	}
	*out = f;
	return MAILAUTH_DONE;
}

void
ma_flight_end(struct flight *f)
{
	for (unsigned s = 0; s < f->config->n; s++) {
		ma_socket_close(f->udp[s]);
		ma_stream_close(&f->tcp[s]);
	}
	while (f->n > 0)
		forget(f, 0);
	ma_arena_free(&f->arena);
	ma_free(f->open);
	ma_free(f->room);
	ma_free(f);
}

static bool
id_is_free(const struct flight *f, uint16_t id)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->open[i]->query[0] == id >> 8 &&
		    f->open[i]->query[1] == (id & 0xff))
			return false;
	return true;
}

/* One that no open question has. */
static bool
take_id(struct flight *f, uint16_t *id)
{
	do {
		if (f->nids == 0) {
			if (!ma_random(f->ids, sizeof f->ids))
				return false;
			f->nids = COUNT(f->ids);
		}
		*id = f->ids[--f->nids];
	} while (!id_is_free(f, *id));
	return true;
}

static bool
room_for_one(struct flight *f)
{
	size_t cap = f->cap > 0 ? 2 * f->cap : 32;
	struct pending **open;

	if (f->n < f->cap)
		return true;
	if ((open = ma_realloc(f->open, cap * sizeof *open)) == NULL)
		return false;
	f->open = open;
	f->cap = cap;
	return true;
}

/* Half of all ids at most, so that a free one is found soon. */
enum { MAX_OPEN = 32768 };

int
ma_flight_ask(struct flight *f, struct mailauth_question *q)
{
	uint64_t now = ma_now_ms();
	struct pending *p;
	uint16_t id;
	int n;

	if (mailauth_question_kind(q) != MAILAUTH_QUESTION_DNS)
		return MAILAUTH_EUNSUPPORTED;
	if (f->n >= MAX_OPEN)
		return MAILAUTH_EUSE;
	if (!take_id(f, &id))
		return MAILAUTH_ESYSTEM;
	if (!room_for_one(f) || (p = ma_calloc(sizeof *p)) == NULL)
		return MAILAUTH_ENOMEM;
	if ((n = ma_query_make(q, id, p->query)) < 0) {
		ma_free(p);
		return n;
	}
	p->question = q;
	p->n = (size_t)n;
	p->edns = true;
	p->deadline = now + f->config->question;
	f->open[f->n++] = p;
	if (now < f->deadline && !send_from(f, p, f->first))
		fail(f, f->n - 1, MAILAUTH_FAILURE_NETWORK);
	return MAILAUTH_DONE;
}
