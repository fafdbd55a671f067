/*
 * A file of MTA-STS policies that are kept between runs.
 *
 *	mailauth policies 1
 *	DOMAIN OCTETS
 *	...so many octets, of mailauth_mtasts_cache(), and a line end
 *
 * It is replaced as a whole, so that who reads it sees the old or the new one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool.h"

static const char magic[] = "mailauth policies 1\n";

/* An entry in the file's text; n 0: there is none. */
struct entry {
	const char *start, *text;	/* its first octet, that of its text */
	size_t whole, n;		/* octets of all, of the text */
};

/* The entry that begins at p, of this domain or not.  False: it is none. */
static bool
read_entry(const char *p, const char *end, const char **domain, size_t *length,
    struct entry *e)
{
	const char *eol = memchr(p, '\n', (size_t)(end - p));
	const char *blank = eol != NULL ?
	    memchr(p, ' ', (size_t)(eol - p)) : NULL;
	size_t n = 0;

	if (blank == NULL || blank + 1 == eol || eol - blank > 9)
		return false;
	for (const char *c = blank + 1; c < eol; c++) {
		if (*c < '0' || *c > '9')
			return false;
		n = 10 * n + (size_t)(*c - '0');
	}
	if ((size_t)(end - eol) < n + 2 || eol[1 + n] != '\n')
		return false;
	*domain = p;
	*length = (size_t)(blank - p);
	*e = (struct entry){ p, eol + 1, (size_t)(eol - p) + n + 2, n };
	return true;
}

/* The domain's entry.  False: the file is not one of policies. */
static bool
find(const char *text, size_t n, const char *wanted, struct entry *out)
{
	const char *p = text + strlen(magic), *end = text + n, *domain;
	size_t length;
	struct entry e;

	*out = (struct entry){ 0 };
	if (n == 0)
		return true;
	if (n < strlen(magic) || memcmp(text, magic, strlen(magic)) != 0)
		return false;
	for (; p < end; p += e.whole) {
		if (!read_entry(p, end, &domain, &length, &e))
			return false;
		if (strlen(wanted) != length ||
		    memcmp(domain, wanted, length) != 0)
			continue;
		if (out->start != NULL)
			return false;
		*out = e;
	}
	return true;
}

/* All of a file; absent: none.  The status. */
static int
slurp(struct tool *t, const char *path, char **text, size_t *n)
{
	*text = NULL;
	*n = 0;
	if (access(path, F_OK) != 0 && errno == ENOENT)
		return 0;
	return input_file(t, path, text, n);
}

static int
spoilt(struct tool *t, const char *path)
{
	return tool_fail(t, EXIT_DATA, "%s: it is no file of policies", path);
}

int
policies_read(struct tool *t, const char *path, const char *domain,
    char **out, size_t *n)
{
	struct entry e;
	size_t size;
	char *text;
	int status;

	*out = NULL;
	*n = 0;
	if ((status = slurp(t, path, &text, &size)) != 0)
		return status;
	if (!find(text, size, domain, &e))
		status = spoilt(t, path);
	else if (e.text != NULL && (*out = malloc(e.n + 1)) == NULL)
		status = tool_broken(t, MAILAUTH_ENOMEM);
	else if (e.text != NULL)
		memcpy(*out, e.text, *n = e.n);
	free(text);
	return status;
}

/* ---- Written ---- */

/*
 * Open the file and lock it; who waits for the lock may get one of a file that
 * was replaced meanwhile, and tries again.  Negative: it cannot be made.
 */
static int
lock(const char *path)
{
	struct stat ours, there;
	int fd;

	for (;;) {
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
		if (fd < 0)
			return -1;
		if (flock(fd, LOCK_EX) != 0 || fstat(fd, &ours) != 0) {
			close(fd);
			return -1;
		}
		if (stat(path, &there) == 0 && there.st_dev == ours.st_dev &&
		    there.st_ino == ours.st_ino)
			return fd;
		close(fd);
	}
}

/* Everything but the old entry, then the new one.  False: it failed. */
static bool
write_all(FILE *f, const char *text, size_t size, const struct entry *old,
    const char *domain, const char *entry, size_t n)
{
	size_t start = old->start != NULL ? (size_t)(old->start - text) : size;
	size_t rest = start + old->whole;

	if (size == 0)
		fputs(magic, f);
	fwrite(text, 1, start, f);
	fwrite(text + rest, 1, size - rest, f);
	if (entry != NULL) {
		fprintf(f, "%s %zu\n", domain, n);
		fwrite(entry, 1, n, f);
		fputc('\n', f);
	}
	return fflush(f) == 0 && !ferror(f) && fsync(fileno(f)) == 0;
}

/* by: the old file, whose mode the new one gets. */
static int
replace(struct tool *t, const char *path, int by, const char *text,
    size_t size, const struct entry *old, const char *domain,
    const char *entry, size_t n)
{
	size_t length = strlen(path);
	struct stat st;
	char *temporary = malloc(length + 8);
	FILE *f = NULL;
	bool good = false;
	int fd = -1;

	if (temporary == NULL)
		return tool_broken(t, MAILAUTH_ENOMEM);
	memcpy(temporary, path, length);
	memcpy(temporary + length, ".XXXXXX", 8);
	if ((fd = mkstemp(temporary)) >= 0 && fstat(by, &st) == 0 &&
	    fchmod(fd, st.st_mode & 0777) == 0 &&
	    (f = fdopen(fd, "wb")) != NULL)
		good = write_all(f, text != NULL ? text : "", size, old,
		    domain, entry, n);
	if (f != NULL)
		good = fclose(f) == 0 && good;
	good = good && rename(temporary, path) == 0;
	if (!good)
		tool_fail(t, EXIT_CANTCREAT, "%s: %s", path, strerror(errno));
	if (f == NULL && fd >= 0)
		close(fd);
	if (!good && fd >= 0)
		unlink(temporary);
	free(temporary);
	return good ? 0 : EXIT_CANTCREAT;
}

static int
write_there(struct tool *t, const char *path, const char *domain,
    const char *entry, size_t n)
{
	struct entry old;
	size_t size;
	char *text;
	int fd = lock(path), status;

	if (fd < 0)
		return tool_fail(t, EXIT_CANTCREAT, "%s: %s", path,
		    strerror(errno));
	if ((status = slurp(t, path, &text, &size)) == 0)
		status = find(text, size, domain, &old) ?
		    replace(t, path, fd, text, size, &old, domain, entry, n) :
		    spoilt(t, path);
	free(text);
	close(fd);
	return status;
}

/* Through links: they stay, also where they lead to nothing yet. */
int
policies_write(struct tool *t, const char *path, const char *domain,
    const char *entry, size_t n)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666), status;
	char *real = fd >= 0 ? realpath(path, NULL) : NULL;

	status = real != NULL ? write_there(t, real, domain, entry, n) :
	    tool_fail(t, EXIT_CANTCREAT, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	free(real);
	return status;
}
