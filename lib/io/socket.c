/*
 * Sockets: none blocks, none outlives an exec, none raises a signal.
 */
#include <netinet/in.h>

#include <errno.h>
#include <unistd.h>

#include "io/flight.h"

/*
 * The system picks the source port of a socket that was not bound, at random
 * on the systems we know; connecting makes it drop what others send.
 */
static int
open_connected(const struct server *to, int type)
{
	int family = to->address.ss_family, fd, r;
	int room = 1 << 20;	/* for replies to hundreds of questions */

	fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (type == SOCK_DGRAM)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
	do
		r = connect(fd, (const struct sockaddr *)&to->address, to->n);
	while (r != 0 && errno == EINTR && type == SOCK_DGRAM);
	if (r != 0 && errno != EINPROGRESS && errno != EINTR) {
		close(fd);
		return -1;
	}
	return fd;
}

int
ma_udp_open(const struct server *to)
{
	return open_connected(to, SOCK_DGRAM);
}

int
ma_tcp_open(const struct server *to)
{
	return open_connected(to, SOCK_STREAM);
}

void
ma_socket_close(int fd)
{
	if (fd >= 0)
		close(fd);
}

static bool
is_not_now(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS ||
	    error == ENOMEM;
}

enum moved
ma_udp_send(int fd, const void *p, size_t n)
{
	/* A refusal of an earlier datagram is told once, by whatever comes. */
	for (int tries = 0; tries < 2;) {
		if (send(fd, p, n, MSG_NOSIGNAL) >= 0)
			return MOVED;
		if (is_not_now(errno))
			return NOT_NOW;
		if (errno != EINTR)
			tries++;
	}
	return BROKEN;
}

enum moved
ma_udp_receive(int fd, void *p, size_t size, size_t *n)
{
	ssize_t got;

	do
		got = recv(fd, p, size, 0);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return is_not_now(errno) ? NOT_NOW : BROKEN;
	*n = (size_t)got;
	return MOVED;
}
