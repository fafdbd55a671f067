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

int
input_file(struct tool *t, const char *path, char **text, size_t *n)
{
	FILE *f = open_input(t, path);
	int status;

	*text = NULL;
	if (f == NULL)
		return EXIT_NOINPUT;
	errno = 0;
	*text = read_all(f, n);
	status = close_input(t, path, f,
	    *text == NULL ? tool_broken(t, MAILAUTH_ENOMEM) : 0);
	if (status != 0) {
		free(*text);
		*text = NULL;
	}
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

/* ---- A message that will be written again ---- */

/* Copy what cannot be read twice.  NULL: that failed, which has been said. */
static FILE *
spool(struct tool *t, const char *path, FILE *f)
{
	FILE *copy = tmpfile();
	char piece[PIECE];
	size_t n;

	while (copy != NULL && (n = fread(piece, 1, sizeof piece, f)) > 0)
		if (fwrite(piece, 1, n, copy) != n)
			break;
	if (copy == NULL || ferror(copy) || fflush(copy) != 0) {
		tool_fail(t, EXIT_CANTCREAT, "temporary file: %s",
		    strerror(errno));
	} else if (ferror(f)) {
		tool_fail(t, EXIT_NOINPUT, "%s: %s", name_of(path),
		    strerror(errno));
	} else {
		rewind(copy);
		return copy;
	}
	if (copy != NULL)
		fclose(copy);
	return NULL;
}

/* Does the first line end in a bare LF? */
static bool
first_is_lf(FILE *f)
{
	int c, last = '\0';

	while ((c = getc(f)) != EOF && c != '\n')
		last = c;
	return c == '\n' && last != '\r';
}

/* Where it can be read twice, or EXIT_NOINPUT, EXIT_CANTCREAT. */
static int
open_kept(struct tool *t, const char *path, struct kept *k)
{
	FILE *f = open_input(t, path);

	*k = (struct kept){ .f = f, .name = name_of(path) };
	if (f == NULL)
		return EXIT_NOINPUT;
	errno = 0;
	k->start = ftello(f);
	if (k->start >= 0 && fseeko(f, k->start, SEEK_SET) == 0)
		return 0;
	k->start = 0;
	k->f = spool(t, path, f);
	close_input(t, path, f, EXIT_NOINPUT);
	return k->f != NULL ? 0 : EXIT_CANTCREAT;
}

int
input_message_kept(struct tool *t, const char *path, struct mailauth_message *m,
    struct kept *k)
{
	int status = open_kept(t, path, k), r;

	if (status != 0)
		return status;
	errno = 0;
	r = t->feed != NULL ? t->feed(m, k->f) : feed_pieces(m, k->f);
	if (r < 0)
		return tool_broken(t, r);
	if (!ferror(k->f) && (k->end = ftello(k->f)) >= 0 &&
	    fseeko(k->f, k->start, SEEK_SET) == 0) {
		k->lf = first_is_lf(k->f);
		if (!ferror(k->f))
			return 0;
	}
	return tool_fail(t, EXIT_NOINPUT, "%s: %s", k->name, strerror(errno));
}

void
input_kept_free(struct tool *t, struct kept *k)
{
	if (k->f != NULL && k->f != t->in)
		fclose(k->f);
}

char *
input_own_ends(const struct kept *k, const char *field)
{
	char *text = strdup(field), *to = text;

	for (const char *p = text; text != NULL; p++) {
		if (k->lf && p[0] == '\r' && p[1] == '\n')
			continue;
		if ((*to++ = *p) == '\0')
			break;
	}
	return text;
}

/* Copy so many octets, or pass over them.  False: they are not there. */
static bool
copy(FILE *from, FILE *to, uint64_t n)
{
	char piece[PIECE];
	size_t got;

	for (; n > 0; n -= got) {
		got = fread(piece, 1, n < sizeof piece ? (size_t)n :
		    sizeof piece, from);
		if (got == 0)
			return false;
		if (to != NULL)
			fwrite(piece, 1, got, to);
	}
	return true;
}

/* What was left out stands there from the bottom up. */
static bool
copy_around(struct tool *t, const struct kept *k,
    const struct mailauth_forged *without)
{
	uint64_t at = 0, size = (uint64_t)(k->end - k->start);

	for (size_t i = mailauth_forged_count(without); i-- > 0;) {
		uint64_t offset = mailauth_forged_offset(without, i);
		uint64_t length = mailauth_forged_length(without, i);

		if (!copy(k->f, t->out, offset - at) ||
		    !copy(k->f, NULL, length))
			return false;
		at = offset + length;
	}
	return copy(k->f, t->out, size - at);
}

int
input_repeat(struct tool *t, const struct kept *k, const char *const *fields,
    size_t n, const struct mailauth_forged *without)
{
	char *own;
	int first;

	if (fseeko(k->f, k->start, SEEK_SET) == 0 &&
	    ((first = getc(k->f)) == ' ' || first == '\t'))
		return tool_fail(t, EXIT_DATA, "%s: the header begins with a "
		    "blank, and would continue any field above it", k->name);
	for (size_t i = 0; i < n; i++) {
		if ((own = input_own_ends(k, fields[i])) == NULL)
			return tool_broken(t, MAILAUTH_ENOMEM);
		fputs(own, t->out);
		free(own);
	}
	if (fseeko(k->f, k->start, SEEK_SET) != 0 ||
	    !copy_around(t, k, without))
		return tool_fail(t, EXIT_NOINPUT, "%s: it has changed "
		    "meanwhile", k->name);
	return 0;
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

/* ---- Keys ---- */

int
input_key(struct tool *t, const char *path, struct mailauth_private_key **out)
{
	char error[256];
	int r, exposure;

	errno = 0;
	r = mailauth_private_key_read_file(path, out, error, sizeof error);
	if (r == MAILAUTH_ESYSTEM)
		return tool_fail(t, EXIT_NOINPUT, "%s: %s", path,
		    strerror(errno));
	if (r == MAILAUTH_ESYNTAX)
		return tool_fail(t, EXIT_DATA, "%s: %s", path, error);
	if (r < 0)
		return tool_broken(t, r);
	exposure = mailauth_private_key_exposure(*out);
	if (exposure != 0)
		tool_fail(t, 0, "warning: %s: %s may read it: chmod 600", path,
		    exposure == MAILAUTH_KEY_WORLD_READABLE ? "others" :
		    "its group");
	return 0;
}

/* ---- The resolver ---- */

static int
make_zone(struct tool *t)
{
	char error[512] = "", *text;
	size_t n;
	int r, status = input_file(t, t->zone, &text, &n);

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

uint32_t
input_time_left(const struct tool *t)
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
		r = mailauth_dns_set_deadline(dns, input_time_left(t),
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

	if ((*out = t->resolver) != NULL)
		return 0;
	if (t->zone == NULL) {
		mailauth_resolver_free(t->made);
		t->made = NULL;
		status = make_dns(t);
	} else if (t->made == NULL) {
		status = make_zone(t);
	}
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
