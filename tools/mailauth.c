/*
 * mailauth: what the DNS says about mail.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

/* https://no-color.org: set to anything but nothing. */
static bool
wants_colour(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && (no == NULL || *no == '\0') &&
	    term != NULL && *term != '\0' && strcmp(term, "dumb") != 0;
}

int
main(int argc, char **argv)
{
	struct tool t = { .in = stdin, .out = stdout, .err = stderr };
	int fd;

	/*
	 * Where a standard descriptor is closed, no file or socket shall get
	 * its number: what is read or printed must fail then, not go astray.
	 */
	while ((fd = open("/dev/null", fcntl(STDIN_FILENO, F_GETFD) < 0 ?
	    O_WRONLY : O_RDONLY)) >= 0 && fd <= STDERR_FILENO)
		continue;
	if (fd >= 0)
		close(fd);
	signal(SIGPIPE, SIG_IGN);
	t.colour = wants_colour();
	return tool_main(&t, argc, argv);
}
