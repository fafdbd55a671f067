/*
 * The io room: the only sockets, files, clock and randomness, and the only
 * place that sees ldns.
 *	clock.c		the time, random octets
 *	keyfile.c	a private key from its file
 *	zonelex.c	a master file	->  words, line by line
 *	rdata.c		words		->  rdata in wire form, by ldns
 *	zoneload.c	a master file	->  struct zone
 *	zone.c		names and what they have; where a question leads
 *	zoneresolver.c	the same as a resolver
 *	cache.c		a cache over any resolver
 *	resolvconf.c	resolv.conf, servers as text
 *	query.c		a question as a packet, by ldns
 *	socket.c	UDP
 *	tcp.c		messages over TCP
 *	flight.c	one evaluation's questions: whom to ask, when again
 *	dns.c		all that as a resolver, and its settings
 */
#ifndef MA_IO_H
#define MA_IO_H

#include "dns/dns.h"

/* Milliseconds of a clock that only goes forward. */
uint64_t ma_now_ms(void);

/* Octets that nobody can guess.  False: the system has none. */
bool ma_random(void *, size_t);

/* The whole of a file.  MAILAUTH_ESYSTEM (errno), MAILAUTH_ENOMEM. */
int ma_read_file(const char *path, struct buf *);

#endif
