/*
 * What only the system knows: the time, chance, and what stands in files.
 */
#include <sys/random.h>

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "io/io.h"

uint64_t
ma_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

bool
ma_random(void *p, size_t n)
{
	return getentropy(p, n) == 0;
}

int
ma_read_file(const char *path, struct buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), saved, r = MAILAUTH_DONE;
	char piece[16384];
	ssize_t n;

	if (fd < 0)
		return MAILAUTH_ESYSTEM;
	do {
		n = read(fd, piece, sizeof piece);
		if (n > 0 && !ma_buf_add(out, piece, (size_t)n))
			r = MAILAUTH_ENOMEM;
		else if (n < 0 && errno != EINTR)
			r = MAILAUTH_ESYSTEM;
	} while (r == MAILAUTH_DONE && n != 0);
	saved = errno;
	close(fd);
	errno = saved;
	return r;
}
