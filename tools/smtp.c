/*
 * An SMTP client that gets as far as TLS, and no further.
 *
 * Whoever answers is a stranger: every line, reply and wait is bounded.
 */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "smtp.h"

/* RFC 5321 section 4.5.3.1.5 has 512 octets for a line; some send more. */
enum { LINE_OCTETS = 2048, REPLY_LINES = 100 };
/* Of a handshake; OpenSSL itself takes 100 kB of certificates. */
enum { TLS_OCTETS = 262144 };

struct session {
	int fd;
	double deadline;		/* seconds, as of now() */
	char in[LINE_OCTETS];
	size_t n, taken;		/* octets in it; those that were read */
	bool starttls;			/* EHLO offers it */
	size_t tls_taken;		/* octets of TLS that came */
	SSL_CTX *context;
	SSL *ssl;
	const char *what;
};

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Wait for it, no longer than until the deadline. */
static bool
wait_for(struct session *s, short events)
{
	struct pollfd p = { .fd = s->fd, .events = events };
	double left;
	int r;

	do {
		left = s->deadline - now();
		if (left <= 0) {
			s->what = "the server did not answer in time";
			return false;
		}
		r = poll(&p, 1, (int)(left * 1000) + 1);
	} while (r == 0 || (r < 0 && errno == EINTR));
	return r > 0;
}

/* ---- The connection ---- */

static bool
connect_to(struct session *s, const char *address, uint16_t port)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST |
		AI_NUMERICSERV, .ai_socktype = SOCK_STREAM };
	struct addrinfo *list;
	socklen_t n = sizeof(int);
	char service[8];
	int error = 0, r;

	s->what = "there is no connection to the host";
	snprintf(service, sizeof service, "%u", (unsigned)port);
	if (getaddrinfo(address, service, &hints, &list) != 0)
		return false;
	s->fd = socket(list->ai_family, SOCK_STREAM | SOCK_NONBLOCK |
	    SOCK_CLOEXEC, 0);
	r = s->fd < 0 ? -1 : connect(s->fd, list->ai_addr, list->ai_addrlen);
	freeaddrinfo(list);
	if (r == 0)
		return true;
	if (s->fd < 0 || errno != EINPROGRESS || !wait_for(s, POLLOUT))
		return false;
	return getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &n) == 0 &&
	    error == 0;
}

static bool
send_octets(struct session *s, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t r = send(s->fd, p, n, MSG_NOSIGNAL);

		if (r < 0 && errno == EAGAIN && wait_for(s, POLLOUT))
			continue;
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return false;
		p += r;
		n -= (size_t)r;
	}
	return true;
}

static bool
send_text(struct session *s, const char *text)
{
	return send_octets(s, text, strlen(text));
}

/* ---- Replies ---- */

/* It looks at the clock even where octets wait: they may never end. */
static bool
receive(struct session *s)
{
	ssize_t r;

	if (s->n == sizeof s->in) {
		s->what = "the server's line is too long";
		return false;
	}
	do {
		if (!wait_for(s, POLLIN))
			return false;
		r = recv(s->fd, s->in + s->n, sizeof s->in - s->n, 0);
	} while (r < 0 && (errno == EAGAIN || errno == EINTR));
	if (r <= 0) {
		s->what = "the server has closed the connection";
		return false;
	}
	s->n += (size_t)r;
	return true;
}

/* The next line, without its end; what follows it stays. */
static bool
read_line(struct session *s, const char **line, size_t *n)
{
	const char *lf;

	memmove(s->in, s->in + s->taken, s->n - s->taken);
	s->n -= s->taken;
	s->taken = 0;
	while ((lf = memchr(s->in, '\n', s->n)) == NULL)
		if (!receive(s))
			return false;
	*line = s->in;
	*n = (size_t)(lf - s->in);
	s->taken = *n + 1;
	if (*n > 0 && s->in[*n - 1] == '\r')
		--*n;
	return true;
}

/* "250-STARTTLS": RFC 3207 section 4; parameters are none of ours. */
static bool
is_starttls(const char *line, size_t n)
{
	return n >= 12 && strncasecmp(line + 4, "STARTTLS", 8) == 0 &&
	    (n == 12 || line[12] == ' ');
}

/* The reply's code; 0: there is none. */
static int
read_reply(struct session *s)
{
	const char *line;
	size_t n;

	for (int i = 0; i < REPLY_LINES; i++) {
		if (!read_line(s, &line, &n))
			return 0;
		s->what = "the server does not speak SMTP";
		if (n < 3 || strspn(line, "0123456789") < 3 ||
		    (n > 3 && line[3] != ' ' && line[3] != '-'))
			return 0;
		if (i > 0 && is_starttls(line, n))
			s->starttls = true;
		if (n == 3 || line[3] == ' ')
			return 100 * (line[0] - '0') + 10 * (line[1] - '0') +
			    line[2] - '0';
	}
	s->what = "the server's reply does not end";
	return 0;
}

/* ---- TLS ---- */

/*
 * OpenSSL sees no socket: it gets what has come, piece by piece.  Else a server
 * that sends messages which TLS ignores, without end, would keep it for ever.
 */
static bool
hand_over(struct session *s)
{
	s->n = s->taken = 0;
	if (!receive(s))
		return false;
	s->what = "the TLS handshake does not end";
	if ((s->tls_taken += s->n) > TLS_OCTETS)
		return false;
	s->what = "the TLS handshake failed";
	return BIO_write(SSL_get_rbio(s->ssl), s->in, (int)s->n) == (int)s->n;
}

static bool
send_tls(struct session *s)
{
	char piece[LINE_OCTETS];
	int n;

	while ((n = BIO_read(SSL_get_wbio(s->ssl), piece, sizeof piece)) > 0)
		if (!send_octets(s, piece, (size_t)n))
			return false;
	return true;
}

static bool
shake_hands(struct session *s)
{
	int r, error;

	do {
		r = SSL_connect(s->ssl);
		error = SSL_get_error(s->ssl, r);
		/* An alert, too. */
		if (!send_tls(s))
			return false;
	} while (r != 1 && error == SSL_ERROR_WANT_READ && hand_over(s));
	return r == 1;
}

static bool
make_tls(struct session *s, const char *server_name)
{
	BIO *in, *out;

	s->context = SSL_CTX_new(TLS_client_method());
	if (s->context == NULL ||
	    SSL_CTX_set_min_proto_version(s->context, TLS1_2_VERSION) != 1)
		return false;
	SSL_CTX_set_verify(s->context, SSL_VERIFY_NONE, NULL);
	if ((s->ssl = SSL_new(s->context)) == NULL)
		return false;
	in = BIO_new(BIO_s_mem());
	out = BIO_new(BIO_s_mem());
	if (in == NULL || out == NULL) {
		BIO_free(in);
		BIO_free(out);
		return false;
	}
	SSL_set_bio(s->ssl, in, out);
	return server_name == NULL ||
	    SSL_set_tlsext_host_name(s->ssl, server_name) == 1;
}

/* What is presented is judged by whoever asked, not here. */
static enum smtp_end
start_tls(struct session *s, const char *server_name)
{
	unsigned long error;

	if (!make_tls(s, server_name))
		return SMTP_NO_MEMORY;
	s->what = "the TLS handshake failed";
	ERR_clear_error();
	if (shake_hands(s))
		return SMTP_SEEN;
	while ((error = ERR_get_error()) != 0)
		if (ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE)
			return SMTP_NO_MEMORY;
	return SMTP_NO_TLS;
}

static enum smtp_end
take_chain(struct session *s, struct mailauth_dane_match *m)
{
	STACK_OF(X509) *chain = SSL_get_peer_cert_chain(s->ssl);
	int r = MAILAUTH_DONE, n;

	for (int i = 0; r == MAILAUTH_DONE && i < sk_X509_num(chain); i++) {
		unsigned char *der = NULL;

		n = i2d_X509(sk_X509_value(chain, i), &der);
		r = n < 0 ? MAILAUTH_ENOMEM :
		    mailauth_dane_match_add_certificates(m, der, (size_t)n,
		    NULL, 0);
		OPENSSL_free(der);
	}
	s->what = "a certificate of the server cannot be read";
	/* More of them than anybody needs, or one that cannot be read: those
	 * before it may suffice. */
	if (r < 0 && r != MAILAUTH_EUSE && r != MAILAUTH_ESYNTAX)
		return SMTP_NO_MEMORY;
	return mailauth_dane_match_count(m) > 0 ? SMTP_SEEN : SMTP_NO_TLS;
}

/* ---- The dialogue ---- */

/* A machine's name is good for EHLO if it is one of several labels. */
static bool
is_name(const char *name)
{
	return strchr(name, '.') != NULL && strspn(name,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-")
	    == strlen(name);
}

/* RFC 5321 section 4.1.3: an address will do for a name. */
static bool
name_ourselves(struct session *s, char *out, size_t size)
{
	char address[INET6_ADDRSTRLEN + IF_NAMESIZE + 1];
	struct sockaddr_storage own;
	socklen_t n = sizeof own;

	if (gethostname(out, size) == 0 && memchr(out, '\0', size) != NULL &&
	    is_name(out))
		return true;
	if (getsockname(s->fd, (struct sockaddr *)&own, &n) != 0 ||
	    getnameinfo((struct sockaddr *)&own, n, address, sizeof address,
	    NULL, 0, NI_NUMERICHOST) != 0)
		return false;
	address[strcspn(address, "%")] = '\0';	/* the interface */
	snprintf(out, size, "[%s%s]", own.ss_family == AF_INET6 ? "IPv6:" : "",
	    address);
	return true;
}

static bool
greet(struct session *s)
{
	char own[256], line[512];
	int code;

	if ((code = read_reply(s)) != 220) {
		if (code != 0)
			s->what = "the server refuses to talk";
		return false;
	}
	if (!name_ourselves(s, own, sizeof own))
		return false;
	snprintf(line, sizeof line, "EHLO %s\r\n", own);
	return send_text(s, line);
}

static enum smtp_end
talk(struct session *s, const char *server_name, struct mailauth_dane_match *m)
{
	enum smtp_end end;
	int code;

	if (!greet(s))
		return SMTP_NO_CONNECTION;
	s->starttls = false;		/* whatever the banner said */
	if ((code = read_reply(s)) == 0)
		return SMTP_NO_CONNECTION;
	s->what = "the server cannot talk now";
	if (code / 100 == 4)
		return SMTP_NO_CONNECTION;
	s->what = "the server does not offer STARTTLS";
	if (code != 250 || !s->starttls)
		return SMTP_NO_STARTTLS;
	if (!send_text(s, "STARTTLS\r\n") || (code = read_reply(s)) == 0)
		return SMTP_NO_CONNECTION;
	s->what = "the server refuses STARTTLS";
	if (code != 220)
		return SMTP_NO_STARTTLS;
	/* What came in the clear must not be taken for what comes by TLS. */
	s->what = "the server has sent something behind its reply to STARTTLS";
	if (s->n > s->taken)
		return SMTP_NO_TLS;
	if ((end = start_tls(s, server_name)) == SMTP_SEEN)
		end = take_chain(s, m);
	return end;
}

static void
leave(struct session *s, enum smtp_end end)
{
	if (end == SMTP_NO_STARTTLS)
		send_text(s, "QUIT\r\n");
	if (end == SMTP_SEEN && SSL_write(s->ssl, "QUIT\r\n", 6) == 6) {
		SSL_shutdown(s->ssl);
		send_tls(s);
	}
	SSL_free(s->ssl);
	SSL_CTX_free(s->context);
	if (s->fd >= 0)
		close(s->fd);
}

/* For --explain. */
static void
trace_end(struct tool *t, const char *address, uint16_t port,
    const char *server_name, enum smtp_end end, const char *what)
{
	char line[512];

	snprintf(line, sizeof line, "%s port %u: %s%s%s", address,
	    (unsigned)port, end != SMTP_SEEN ? what :
	    "the server has presented its certificates",
	    end == SMTP_SEEN && server_name != NULL ? ", asked for " : "",
	    end == SMTP_SEEN && server_name != NULL ? server_name : "");
	if (t->explain)
		out_trace(t, line);
}

enum smtp_end
smtp_look(struct tool *t, const struct mailauth_dane *d, uint16_t port,
    const char *server_name, struct mailauth_dane_match *m, const char **what)
{
	enum smtp_end end = SMTP_NO_CONNECTION;
	const char *address;
	unsigned left = 0;

	while (mailauth_dane_address(d, left) != NULL)
		left++;
	for (size_t i = 0; end == SMTP_NO_CONNECTION &&
	    (address = mailauth_dane_address(d, i)) != NULL; i++) {
		struct session s = { .fd = -1, .deadline = now() +
			(double)input_time_left(t) / 1000 / left-- };

		if (connect_to(&s, address, port))
			end = talk(&s, server_name, m);
		*what = s.what;
		trace_end(t, address, port, server_name, end, *what);
		leave(&s, end);
	}
	return end;
}
