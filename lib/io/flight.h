/*
 * Inside the io room: servers, sockets and the questions of one evaluation.
 */
#ifndef MA_FLIGHT_H
#define MA_FLIGHT_H

#include <sys/socket.h>

#include "io/io.h"
#include "mailauth/resolver.h"

enum { MAX_SERVERS = 8, QUERY_MAX = 512, OPT_OCTETS = 11 };

struct server {
	struct sockaddr_storage address;
	socklen_t n;
};

/* How servers are asked: resolv.conf(5) and what the caller set. */
struct dns_config {
	struct server servers[MAX_SERVERS];
	unsigned n;
	uint32_t interval;	/* ms to the first repetition; 0: not said */
	uint32_t attempts;	/* times each is asked; 0: until time is over */
	uint32_t whole, question;	/* milliseconds */
	bool trust_ad;
	bool use_tcp;
};

/* ---- resolvconf.c ---- */

/* ADDRESS[%ZONE][@PORT]; false: no such thing. */
bool ma_server_parse(struct slice, struct server *);
/* Adds what the text says; lines that it does not understand say nothing. */
void ma_resolv_conf_read(struct slice, struct dns_config *);

/* ---- socket.c: UDP, one datagram at a time ---- */

enum moved {
	MOVED,			/* sent, received */
	NOT_NOW,		/* nothing came, or no room: poll */
	BROKEN			/* no way there, or nobody listens */
};

/* Connected, non-blocking, a random port of the system's choice; -1: failed. */
int ma_udp_open(const struct server *);
enum moved ma_udp_send(int fd, const void *, size_t);
enum moved ma_udp_receive(int fd, void *, size_t size, size_t *n);
int ma_tcp_open(const struct server *);	/* on its way; -1: failed */
void ma_socket_close(int fd);		/* -1 allowed */

/* ---- tcp.c: messages behind their length, RFC 1035 section 4.2.2 ---- */

struct stream {
	int fd;			/* -1: closed */
	struct buf out, in;
	size_t written;		/* of out */
	size_t taken;		/* of in */
	bool useful;		/* it has brought a reply; its owner's */
};

/* Put a message behind those that wait; opens it if need be. */
bool ma_stream_put(struct stream *, const struct server *, struct slice);
short ma_stream_events(const struct stream *);	/* for poll(2) */
/* Write and read what can be.  False: it is at its end or broken. */
bool ma_stream_run(struct stream *, short revents);
/* The next whole message that came, until the next _run; false: none yet. */
bool ma_stream_next(struct stream *, struct slice *);
void ma_stream_close(struct stream *);

/* ---- query.c ---- */

/* Octets of the query; MAILAUTH_ENOMEM. */
int ma_query_make(const struct mailauth_question *, uint16_t id,
    uint8_t out[QUERY_MAX]);
/* The same without its EDNS0 record, which stands last; octets left. */
size_t ma_query_plain(uint8_t *query, size_t n);
/*
 * Is this a reply to that query: its id, its question?  A failure may come
 * without a question.
 */
bool ma_query_matches(struct slice query, struct slice reply);

/* ---- flight.c ---- */

struct flight;

int ma_flight_begin(const struct dns_config *, struct flight **);
int ma_flight_ask(struct flight *, struct mailauth_question *);
int ma_flight_wait(struct flight *, int milliseconds);
void ma_flight_end(struct flight *);

#endif
