/*
 * Messages over TCP, each behind two octets of its length: RFC 1035 section
 * 4.2.2; several at a time over one connection: RFC 7766 section 6.2.1.1.
 */
#include <errno.h>
#include <poll.h>

#include "io/flight.h"

enum { LENGTH = 2, READ_OCTETS = 16384 };

void
ma_stream_close(struct stream *s)
{
	ma_socket_close(s->fd);
	ma_buf_free(&s->out);
	ma_buf_free(&s->in);
	*s = (struct stream){ .fd = -1 };
}

bool
ma_stream_put(struct stream *s, const struct server *to, struct slice message)
{
	size_t before = s->out.n;

	if (s->fd < 0 && (s->fd = ma_tcp_open(to)) < 0)
		return false;
	if (ma_buf_char(&s->out, (char)(message.n >> 8)) &&
	    ma_buf_char(&s->out, (char)message.n) &&
	    ma_buf_slice(&s->out, message))
		return true;
	s->out.n = before;
	s->out.failed = false;
	return false;
}

short
ma_stream_events(const struct stream *s)
{
	return s->written < s->out.n ? POLLIN | POLLOUT : POLLIN;
}

static bool
is_not_now(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

static bool
write_some(struct stream *s)
{
	while (s->written < s->out.n) {
		ssize_t n = send(s->fd, s->out.p + s->written,
		    s->out.n - s->written, MSG_NOSIGNAL);

		if (n < 0)
			return is_not_now(errno);
		s->written += (size_t)n;
	}
	ma_buf_clear(&s->out);
	s->written = 0;
	return true;
}

/* What was taken makes room first. */
static bool
read_some(struct stream *s)
{
	char piece[READ_OCTETS];
	ssize_t n;

	if (s->taken > 0) {
		memmove(s->in.p, s->in.p + s->taken, s->in.n - s->taken);
		s->in.n -= s->taken;
		s->taken = 0;
	}
	if ((n = recv(s->fd, piece, sizeof piece, 0)) < 0)
		return is_not_now(errno);
	return n > 0 && ma_buf_add(&s->in, piece, (size_t)n);
}

bool
ma_stream_run(struct stream *s, short revents)
{
	if ((revents & POLLOUT) != 0 && !write_some(s))
		return false;
	return (revents & (POLLIN | POLLHUP | POLLERR)) == 0 || read_some(s);
}

bool
ma_stream_next(struct stream *s, struct slice *message)
{
	struct slice rest;
	size_t n;

	if (s->in.n - s->taken < LENGTH)
		return false;
	rest = ma_slice(s->in.p + s->taken, s->in.n - s->taken);
	n = (size_t)(unsigned char)rest.p[0] << 8 | (unsigned char)rest.p[1];
	if (rest.n - LENGTH < n)
		return false;
	*message = ma_sub(rest, LENGTH, n);
	s->taken += LENGTH + n;
	return true;
}
