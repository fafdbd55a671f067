/*
 * A private key from its file.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "io/io.h"

/* What is against a file with a secret in it; NULL: nothing. */
static const char *
fault(const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return "it is not a regular file";
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return "it belongs to somebody else";
	if ((st->st_mode & S_IWOTH) != 0)
		return "others may write it: chmod 600";
	if ((st->st_mode & S_IWGRP) != 0)
		return "its group may write it: chmod 600";
	if (st->st_size > MAILAUTH_PRIVATE_KEY_BYTES)
		return "it is longer than a key can be";
	return NULL;
}

static int
exposure(const struct stat *st)
{
	if ((st->st_mode & S_IROTH) != 0)
		return MAILAUTH_KEY_WORLD_READABLE;
	return (st->st_mode & S_IRGRP) != 0 ? MAILAUTH_KEY_GROUP_READABLE : 0;
}

/* Up to size octets; how many, or MAILAUTH_ESYSTEM. */
static ssize_t
read_up_to(int fd, char *p, size_t size)
{
	size_t n = 0;
	ssize_t got;

	while (n < size) {
		if ((got = read(fd, p + n, size - n)) == 0)
			break;
		if (got < 0 && errno != EINTR)
			return MAILAUTH_ESYSTEM;
		if (got > 0)
			n += (size_t)got;
	}
	return (ssize_t)n;
}

static int
read_key(int fd, struct mailauth_private_key **out, char *error, size_t size)
{
	/* One octet more than fits shows that it is too long. */
	enum { ROOM = MAILAUTH_PRIVATE_KEY_BYTES + 1 };
	char *text = ma_realloc(NULL, ROOM);
	ssize_t n;
	int r;

	if (text == NULL)
		return MAILAUTH_ENOMEM;
	n = read_up_to(fd, text, ROOM);
	r = n < 0 ? (int)n : mailauth_private_key_parse(text, (size_t)n, out,
	    error, size);
	explicit_bzero(text, ROOM);
	ma_free(text);
	return r;
}

int
mailauth_private_key_read_file(const char *path,
    struct mailauth_private_key **out, char *error, size_t size)
{
	int fd, r = MAILAUTH_ESYSTEM, saved;
	const char *why;
	struct stat st;

	if (error != NULL && size > 0)
		error[0] = '\0';
	if (path == NULL || out == NULL)
		return MAILAUTH_EINVAL;
	*out = NULL;
	/* Whoever opens a FIFO would wait for its writer. */
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) < 0)
		return MAILAUTH_ESYSTEM;
	if (fstat(fd, &st) == 0) {
		if ((why = fault(&st)) != NULL) {
			r = MAILAUTH_ESYNTAX;
			if (error != NULL)
				snprintf(error, size, "%s", why);
		} else {
			r = read_key(fd, out, error, size);
		}
	}
	if (r == MAILAUTH_DONE)
		ma_private_key_set_exposure(*out, exposure(&st));
	saved = errno;
	close(fd);
	errno = saved;
	return r;
}
