/*
 * See fake.h.
 */
#include "fake.h"

#include <sys/socket.h>

#include <arpa/inet.h>
#include <err.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEADER = 12, BIG = 65535, LONG_TEXT = 60000 };

struct query {
	const uint8_t *p;
	size_t n;			/* to the end of its question */
	bool edns;
	char what[64];			/* the first label */
};

struct out {
	uint8_t p[BIG];
	size_t n;
};

static void
put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static bool
read_query(const uint8_t *p, size_t n, struct query *q)
{
	size_t at = HEADER;

	if (n < HEADER + 5)
		return false;
	snprintf(q->what, sizeof q->what, "%.*s", p[HEADER], p + HEADER + 1);
	q->what[strcspn(q->what, "0123456789")] = '\0';
	while (p[at] != 0)
		at += 1u + p[at];
	q->p = p;
	q->n = at + 5;
	q->edns = p[11] == 1;
	return true;
}

/* The header and the question, no record. */
static void
begin(struct out *o, const struct query *q, unsigned flags)
{
	memcpy(o->p, q->p, q->n);
	o->n = q->n;
	put16(o->p + 2, 0x8180 | flags);
	memset(o->p + 6, 0, 6);
}

static void
add_text(struct out *o, const char *text, size_t n)
{
	static const uint8_t fixed[] = { 0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60 };
	size_t length_at;

	memcpy(o->p + o->n, fixed, sizeof fixed);
	length_at = o->n + sizeof fixed;
	o->n = length_at + 2;
	for (size_t done = 0; done < n || n == 0;) {
		size_t piece = n - done < 255 ? n - done : 255;

		o->p[o->n++] = (uint8_t)piece;
		memcpy(o->p + o->n, text + done, piece);
		o->n += piece;
		done += piece;
		if (n == 0)
			break;
	}
	put16(o->p + length_at, (unsigned)(o->n - length_at - 2));
	o->p[7]++;
}

static void
answer(struct out *o, const struct query *q, const char *word)
{
	begin(o, q, 0);
	add_text(o, word, strlen(word));
}

static bool
is(const struct query *q, const char *what)
{
	return strcmp(q->what, what) == 0;
}

static const char *const unusable[] = { "badid", "badname", "badtype",
	"badclass", "query", "short", "empty", "junk" };

static void
make_unusable(struct out *o, const struct query *q, const char *how)
{
	answer(o, q, "forged");
	if (strcmp(how, "badid") == 0)
		o->p[0] ^= 0x40;
	else if (strcmp(how, "badname") == 0)
		o->p[HEADER + 1] ^= 1;
	else if (strcmp(how, "badtype") == 0)
		o->p[q->n - 3] ^= 1;
	else if (strcmp(how, "badclass") == 0)
		o->p[q->n - 1] ^= 2;
	else if (strcmp(how, "query") == 0)
		o->p[2] &= 0x7f;
	else if (strcmp(how, "short") == 0)
		o->n = 11;
	else if (strcmp(how, "empty") == 0)
		o->n = 0;
	else
		memset(o->p + 2, 0xc0, o->n - 2);
}

static void
send_udp(struct fake *f, const struct out *o, const struct sockaddr_storage *to)
{
	sendto(f->udp, o->p, o->n, MSG_NOSIGNAL, (const struct sockaddr *)to,
	    sizeof *to);
}

static void
send_noise(struct fake *f, const struct query *q,
    const struct sockaddr_storage *to)
{
	static struct out o;

	for (size_t i = 0; i < sizeof unusable / sizeof *unusable; i++) {
		make_unusable(&o, q, unusable[i]);
		send_udp(f, &o, to);
	}
}

static bool
is_unusable(const struct query *q)
{
	for (size_t i = 0; i < sizeof unusable / sizeof *unusable; i++)
		if (is(q, unusable[i]))
			return true;
	return false;
}

static void
make_failure(struct out *o, const struct query *q)
{
	static const struct {
		const char *what;
		unsigned rcode;
	} rcodes[] = { { "servfail", 2 }, { "nxdomain", 3 }, { "notimp", 4 },
		{ "refused", 5 }, { "formerr", 1 }, { "bare", 1 } };

	begin(o, q, 0);
	for (size_t i = 0; i < sizeof rcodes / sizeof *rcodes; i++)
		if (is(q, rcodes[i].what))
			o->p[3] |= (uint8_t)rcodes[i].rcode;
	if (is(q, "bare")) {
		put16(o->p + 4, 0);
		o->n = HEADER;
	}
}

static void
make_truncated(struct out *o, const struct query *q)
{
	begin(o, q, 0x200);
	if (is(q, "tccut")) {
		add_text(o, "cut off", 7);
		o->n -= 5;
	}
}

/* The reply to a datagram; false: none. */
static bool
make_reply(struct fake *f, struct out *o, const struct query *q)
{
	if (is_unusable(q)) {
		make_unusable(o, q, q->what);
	} else if (strncmp(q->what, "tc", 2) == 0) {
		make_truncated(o, q);
	} else if (is(q, "servfail") || is(q, "nxdomain") || is(q, "notimp") ||
	    is(q, "refused") || is(q, "nodata") ||
	    ((is(q, "formerr") || is(q, "bare")) && q->edns)) {
		make_failure(o, q);
	} else if (is(q, "never") ||
	    (is(q, "drop") && atomic_load(&f->datagrams) % 2 == 1)) {
		return false;
	} else {
		if (is(q, "late"))
			usleep(150000);
		answer(o, q, f->word);
		if (is(q, "ad"))
			o->p[3] |= 0x20;
		if (is(q, "malformed"))
			o->n -= 1;
	}
	return true;
}

static void
answer_datagram(struct fake *f, const uint8_t *p, size_t n,
    const struct sockaddr_storage *from)
{
	static struct out o;
	struct query q;

	if (!read_query(p, n, &q))
		return;
	if (f->always != NULL)
		snprintf(q.what, sizeof q.what, "%s", f->always);
	if (is(&q, "noise"))
		send_noise(f, &q, from);
	if (is(&q, "spoof")) {
		answer(&o, &q, "spoofed");
		sendto(f->spoof, o.p, o.n, 0, (const struct sockaddr *)from,
		    sizeof *from);
		usleep(20000);
	}
	if (make_reply(f, &o, &q))
		send_udp(f, &o, from);
}

static uint16_t
port_of(const struct sockaddr_storage *s)
{
	return ntohs(s->ss_family == AF_INET ?
	    ((const struct sockaddr_in *)s)->sin_port :
	    ((const struct sockaddr_in6 *)s)->sin6_port);
}

/* Kept until all that are awaited have come. */
static void
hold(struct fake *f, const uint8_t *p, size_t n,
    const struct sockaddr_storage *from)
{
	memcpy(f->held[f->nheld], p, n);
	f->held_n[f->nheld] = n;
	f->peers[f->nheld++] = *from;
	atomic_store(&f->held_most, (unsigned)f->nheld);
	if (f->nheld < f->hold)
		return;
	for (size_t i = 0; i < f->nheld; i++)
		answer_datagram(f, f->held[i], f->held_n[i], &f->peers[i]);
	f->nheld = 0;
}

static void
take_datagram(struct fake *f)
{
	struct sockaddr_storage from;
	socklen_t fn = sizeof from;
	uint8_t p[512];
	ssize_t n = recvfrom(f->udp, p, sizeof p, 0, (struct sockaddr *)&from,
	    &fn);
	unsigned at;

	if (n < HEADER)
		return;
	at = atomic_fetch_add(&f->datagrams, 1) % FAKE_LOG;
	f->ports[at] = port_of(&from);
	f->ids[at] = (uint16_t)(p[0] << 8 | p[1]);
	atomic_fetch_add(&f->with_edns, p[11] == 1);
	atomic_fetch_add(&f->with_ad, (p[3] & 0x20) != 0);
	if (f->silent)
		return;
	if (f->hold > 0)
		hold(f, p, (size_t)n, &from);
	else
		answer_datagram(f, p, (size_t)n, &from);
}

/* ---- TCP ---- */

static void
send_stream(int fd, const struct out *o, size_t piece)
{
	uint8_t length[2];

	put16(length, (unsigned)o->n);
	send(fd, length, 2, MSG_NOSIGNAL);
	for (size_t at = 0; at < o->n; at += piece) {
		size_t n = o->n - at < piece ? o->n - at : piece;

		send(fd, o->p + at, n, MSG_NOSIGNAL);
		if (piece == 1)
			usleep(500);
	}
}

/* False: to be closed. */
static bool
answer_stream(struct fake *f, int fd, const struct query *q)
{
	static struct out o;
	static char text[LONG_TEXT];

	if (is(q, "tcclose"))
		return false;
	if (is(q, "tcnever") || f->silent)
		return true;
	answer(&o, q, f->word);
	if (is(q, "tcnoise")) {
		make_unusable(&o, q, "badid");
		send_stream(fd, &o, o.n);
		make_unusable(&o, q, "short");
		send_stream(fd, &o, o.n);
		answer(&o, q, f->word);
	} else if (is(q, "tc")) {
		memset(text, 'x', sizeof text);
		begin(&o, q, 0);
		add_text(&o, text, sizeof text);
	} else if (is(q, "tctc"))
		make_truncated(&o, q);
	send_stream(fd, &o, is(q, "tcbytes") ? 1 : o.n);
	return !f->one_each;
}

static bool
take_stream(struct fake *f, int fd)
{
	uint8_t p[2 + 512];
	size_t n;
	struct query q;

	if (recv(fd, p, 2, MSG_WAITALL) != 2)
		return false;
	n = (size_t)(p[0] << 8 | p[1]);
	if (n > 512 || recv(fd, p + 2, n, MSG_WAITALL) != (ssize_t)n)
		return false;
	atomic_fetch_add(&f->streams, 1);
	if (!read_query(p + 2, n, &q))
		return true;
	if (f->always != NULL)
		snprintf(q.what, sizeof q.what, "%s", f->always);
	return answer_stream(f, fd, &q);
}

static void
take_connection(struct fake *f)
{
	int fd = accept(f->tcp, NULL, NULL);

	atomic_fetch_add(&f->connections, 1);
	for (int i = 0; i < FAKE_CONNS; i++)
		if (f->conns[i] < 0) {
			f->conns[i] = fd;
			return;
		}
	close(fd);
}

/* ---- The thread ---- */

static void *
serve(void *arg)
{
	struct fake *f = arg;
	struct pollfd p[3 + FAKE_CONNS];

	for (;;) {
		p[0] = (struct pollfd){ .fd = f->stop[0], .events = POLLIN };
		p[1] = (struct pollfd){ .fd = f->udp, .events = POLLIN };
		p[2] = (struct pollfd){ .fd = f->tcp, .events = POLLIN };
		for (int i = 0; i < FAKE_CONNS; i++)
			p[3 + i] = (struct pollfd){ .fd = f->conns[i],
				.events = POLLIN };
		if (poll(p, 3 + FAKE_CONNS, -1) < 0)
			continue;
		if (p[0].revents != 0)
			return NULL;
		if (p[1].revents != 0)
			take_datagram(f);
		for (int i = 0; i < FAKE_CONNS; i++)
			if (p[3 + i].revents != 0 &&
			    !take_stream(f, f->conns[i])) {
				close(f->conns[i]);
				f->conns[i] = -1;
			}
		if (p[2].revents != 0)
			take_connection(f);
	}
}

/* A bound socket; *port 0: any, and which.  -1: it cannot be. */
static int
bind_to(int family, int type, uint16_t *port)
{
	struct sockaddr_in a4 = { .sin_family = AF_INET,
		.sin_port = htons(*port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(*port), .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr *a = family == AF_INET ? (struct sockaddr *)&a4 :
	    (struct sockaddr *)&a6;
	socklen_t n = family == AF_INET ? sizeof a4 : sizeof a6;
	int fd = socket(family, type | SOCK_CLOEXEC, 0), room = 1 << 20;
	struct sockaddr_storage got;

	if (fd < 0 || bind(fd, a, n) != 0) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
	n = sizeof got;
	getsockname(fd, (struct sockaddr *)&got, &n);
	*port = port_of(&got);
	return fd;
}

static void
describe(int family, uint16_t port, char out[40])
{
	snprintf(out, 40, "%s@%u", family == AF_INET ? "127.0.0.1" : "::1",
	    port);
}

bool
fake_start(struct fake *f)
{
	uint16_t any = 0;

	if (f->family == 0)
		f->family = AF_INET;
	for (int i = 0; i < FAKE_CONNS; i++)
		f->conns[i] = -1;
	/* The same port for both: try until one is free for both. */
	for (int tries = 0; tries < 50; tries++) {
		f->port = 0;
		if ((f->udp = bind_to(f->family, SOCK_DGRAM, &f->port)) < 0)
			return false;
		if ((f->tcp = bind_to(f->family, SOCK_STREAM, &f->port)) >= 0)
			break;
		close(f->udp);
	}
	f->spoof = bind_to(f->family, SOCK_DGRAM, &any);
	if (f->tcp < 0 || listen(f->tcp, 64) != 0 || pipe(f->stop) != 0)
		errx(1, "cannot serve");
	describe(f->family, f->port, f->text);
	if (pthread_create(&f->thread, NULL, serve, f) != 0)
		errx(1, "no thread");
	return true;
}

void
fake_stop(struct fake *f)
{
	if (write(f->stop[1], "x", 1) != 1)
		errx(1, "cannot stop");
	pthread_join(f->thread, NULL);
	close(f->udp);
	close(f->tcp);
	close(f->spoof);
	close(f->stop[0]);
	close(f->stop[1]);
	for (int i = 0; i < FAKE_CONNS; i++)
		if (f->conns[i] >= 0)
			close(f->conns[i]);
}

void
fake_nobody(char out[40])
{
	uint16_t port = 0;
	int fd = bind_to(AF_INET, SOCK_DGRAM, &port);

	close(fd);
	describe(AF_INET, port, out);
}
