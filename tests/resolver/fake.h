/*
 * A name server in a thread, for what real ones do only on bad days.  The
 * first label of the question says what it does; it answers TXT with its own
 * name.
 *
 *	ok		the answer
 *	nodata, nxdomain, servfail, refused, notimp
 *	formerr		FORMERR while there is EDNS0, then the answer
 *	bare		the same without a question section
 *	drop		nothing, but to the second datagram the answer
 *	never		nothing
 *	badid, badname, badtype, badclass, query, short, empty, junk
 *			no reply to this
 *	noise		all of these, then the answer
 *	spoof		another's answer from another port, then the answer
 *	malformed	a record that ends past the end
 *	late		the answer, after a while
 *	ad		the answer with AD
 *	tc		TC and nothing; over TCP the answer, 60000 octets
 *	tccut		TC and half a record; over TCP the answer
 *	tcclose		TC; over TCP the end
 *	tctc		TC, over TCP as well
 *	tcbytes		TC; over TCP the answer, octet by octet
 *	tcnoise		TC; over TCP something else, then the answer
 *	tcnever		TC; over TCP nothing
 */
#ifndef FAKE_H
#define FAKE_H

#include <netinet/in.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { FAKE_LOG = 256, FAKE_CONNS = 64 };

struct fake {
	const char *word;		/* its own name */
	int family;			/* AF_INET, AF_INET6 */
	bool silent;			/* never answers */
	const char *always;		/* does this, whatever the label */
	unsigned hold;			/* answers once so many have come */
	bool one_each;			/* closes a connection after a reply */

	uint16_t port;
	char text[40];			/* ADDRESS@PORT */
	atomic_uint datagrams, streams, connections, with_edns, with_ad;
	atomic_uint held_most;
	uint16_t ports[FAKE_LOG], ids[FAKE_LOG];	/* of datagrams */

	int udp, tcp, spoof, stop[2];
	int conns[FAKE_CONNS];
	pthread_t thread;
	struct sockaddr_storage peers[FAKE_LOG];	/* those held */
	uint8_t held[FAKE_LOG][512];
	size_t held_n[FAKE_LOG], nheld;
};

/* False: no such family here. */
bool fake_start(struct fake *);
void fake_stop(struct fake *);

/* A port at which nobody listens: ADDRESS@PORT. */
void fake_nobody(char out[40]);

#endif
