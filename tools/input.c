/*
 * What comes in: the message, the zone, the resolver.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef HAVE_PSL
#include "mailauth/psl.h"
#endif
#include "tool.h"

enum { PIECE = 65536 };

/* ---- Files ---- */

static bool
is_standard(const char *path)
{
	return path == NULL || strcmp(path, "-") == 0;
}

static const char *
name_of(const char *path)
{
	return is_standard(path) ? "standard input" : path;
}

/* NULL: it cannot be opened, which has been said. */
static FILE *
open_input(struct tool *t, const char *path)
{
	FILE *f = is_standard(path) ? t->in : fopen(path, "rb");

	if (f == NULL)
		tool_fail(t, EXIT_NOINPUT, "%s: %s", path, strerror(errno));
	return f;
}

/* Close it; the status, or another where reading failed. */
static int
close_input(struct tool *t, const char *path, FILE *f, int status)
{
	if (status == 0 && ferror(f))
		status = tool_fail(t, EXIT_NOINPUT, "%s: %s", name_of(path),
		    strerror(errno));
	if (f != t->in)
		fclose(f);
	return status;
}

/* ---- The message ---- */

/* Line ends as the first one says: that is how files lie on disk. */
static int
feed_pieces(struct mailauth_message *m, FILE *f)
{
	char piece[PIECE];
	size_t n;
	int r = mailauth_message_set_line_ends(m, MAILAUTH_LINES_FIRST);

	while (r == MAILAUTH_DONE && (n = fread(piece, 1, sizeof piece, f)) > 0)
		r = mailauth_message_write(m, piece, n);
	return r == MAILAUTH_DONE ? mailauth_message_end(m) : r;
}

int
input_message(struct tool *t, const char *path, struct mailauth_message *m)
{
	FILE *f = open_input(t, path);
	int r;

	if (f == NULL)
		return EXIT_NOINPUT;
	errno = 0;
	r = t->feed != NULL ? t->feed(m, f) : feed_pieces(m, f);
	return close_input(t, path, f, r < 0 ? tool_broken(t, r) : 0);
}

const char *
input_line_ends(const struct mailauth_message *m)
{
	switch (mailauth_message_line_ends(m)) {
	case MAILAUTH_LINES_CRLF:
		return "crlf";
	case MAILAUTH_LINES_LF:
		return "lf";
	default:
		return "mixed";
	}
}

/* ---- The resolver ---- */

/* All octets of the file; NULL: no memory. */
static char *
read_all(FILE *f, size_t *n)
{
	char *text = malloc(PIECE), *more;
	size_t cap = PIECE, got;

	*n = 0;
	while (text != NULL && (got = fread(text + *n, 1, cap - *n, f)) > 0) {
		*n += got;
		if (*n < cap)
			continue;
		if ((more = realloc(text, cap *= 2)) == NULL)
			free(text);
		text = more;
	}
	return text;
}

static int
make_zone(struct tool *t)
{
	FILE *f = open_input(t, t->zone);
	char error[512] = "", *text;
	size_t n;
	int r, status;

	if (f == NULL)
		return EXIT_NOINPUT;
	errno = 0;
	text = read_all(f, &n);
	status = close_input(t, t->zone, f,
	    text == NULL ? tool_broken(t, MAILAUTH_ENOMEM) : 0);
	if (status == 0) {
		r = mailauth_resolver_new_zone(text, n, name_of(t->zone),
		    &t->made, error, sizeof error);
		if (r == MAILAUTH_ESYNTAX)
			status = tool_fail(t, EXIT_DATA, "%s", error);
		else if (r < 0)
			status = tool_broken(t, r);
	}
	free(text);
	return status;
}

/* What is left of the time for the whole command, in milliseconds. */
static uint32_t
time_left(const struct tool *t)
{
	struct timespec now;
	double left;

	clock_gettime(CLOCK_MONOTONIC, &now);
	left = t->started + t->timeout -
	    ((double)now.tv_sec + (double)now.tv_nsec / 1e9);
	return left > 0.001 ? (uint32_t)(left * 1000) : 1;
}

static int
add_servers(struct tool *t, struct mailauth_dns *dns)
{
	for (size_t i = 0; i < t->servers.n; i++) {
		int r = mailauth_dns_add_server(dns, t->servers.v[i]);

		if (r == MAILAUTH_EINVAL)
			return tool_usage(t, "--nameserver: %s is no address, "
			    "or one too many", t->servers.v[i]);
		if (r < 0)
			return tool_broken(t, r);
	}
	return 0;
}

static int
make_dns(struct tool *t)
{
	struct mailauth_dns *dns = mailauth_dns_new();
	uint32_t question = (uint32_t)(t->timeout * 1000 / 4);
	int r, status;

	if (dns == NULL)
		return tool_broken(t, MAILAUTH_ENOMEM);
	if ((status = add_servers(t, dns)) == 0) {
		r = mailauth_dns_set_deadline(dns, time_left(t),
		    question > 0 ? question : 1);
		if (r == MAILAUTH_DONE && t->trust_ad)
			r = mailauth_dns_set_trust_ad(dns, 1);
		if (r == MAILAUTH_DONE)
			r = mailauth_resolver_new_dns(dns, &t->made);
		if (r < 0)
			status = tool_broken(t, r);
	}
	mailauth_dns_free(dns);
	return status;
}

int
input_resolver(struct tool *t, struct mailauth_resolver **out)
{
	int status = 0;

	*out = t->resolver;
	if (t->resolver != NULL)
		return 0;
	status = t->zone != NULL ? make_zone(t) : make_dns(t);
	*out = t->made;
	return status;
}

/* ---- Public suffixes ---- */

#ifdef HAVE_PSL

int
input_suffixes(struct tool *t, mailauth_public_suffix **suffix, void **user)
{
	int error;

	*suffix = mailauth_psl_suffix;
	if ((*user = mailauth_psl_new(NULL, &error)) != NULL)
		return 0;
	return error == MAILAUTH_ENOMEM ? tool_broken(t, error) :
	    tool_fail(t, EXIT_UNAVAILABLE,
	    "--discovery psl: there is no public suffix list on this system");
}

void
input_suffixes_free(void *user)
{
	mailauth_psl_free(user);
}

#else

int
input_suffixes(struct tool *t, mailauth_public_suffix **suffix, void **user)
{
	*suffix = NULL;
	*user = NULL;
	return tool_fail(t, EXIT_UNAVAILABLE,
	    "--discovery psl: this build lacks libmailauth-psl");
}

void
input_suffixes_free(void *user)
{
	(void)user;
}

#endif
