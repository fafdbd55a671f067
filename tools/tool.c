/*
 * The tool as a function: global options, the command, messages.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tool.h"

/* ---- Messages ---- */

static void
complain(struct tool *t, const char *fmt, va_list ap)
{
	char *text = NULL;
	int n = vasprintf(&text, fmt, ap);

	fputs(t->command != NULL ? "mailauth " : "mailauth", t->err);
	fprintf(t->err, "%s: ", t->command != NULL ? t->command : "");
	if (n >= 0)
		out_safely(t->err, text, (size_t)n);
	fputc('\n', t->err);
	free(text);
}

int
tool_fail(struct tool *t, int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain(t, fmt, ap);
	va_end(ap);
	return status;
}

int
tool_usage(struct tool *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain(t, fmt, ap);
	va_end(ap);
	fprintf(t->err, "\"mailauth %s%s--help\" tells more.\n",
	    t->command != NULL ? t->command : "",
	    t->command != NULL ? " " : "");
	return EXIT_USAGE;
}

int
tool_broken(struct tool *t, int status)
{
	if (status == MAILAUTH_ESYSTEM)
		return tool_fail(t, EXIT_SOFTWARE, "%s: %s",
		    mailauth_strerror(status), strerror(errno));
	return tool_fail(t, EXIT_SOFTWARE, "%s", mailauth_strerror(status));
}

/* ---- Commands ---- */

/* In the order in which the help names them. */
const struct command *const tool_commands[] = {
	&command_spf, &command_dkim_verify, &command_dkim_sign,
	&command_dkim_keygen, &command_dkim_verify_key, &command_dmarc,
	&command_arc_verify, &command_arc_seal, &command_rdns, &command_mx,
	&command_dane, &command_mtasts, &command_tlsrpt, &command_address,
	&command_check, &command_results, NULL,
};

/* Is this the first word of the name?  Then *rest is what follows it, or "". */
static bool
is_first(const char *word, const char *name, const char **rest)
{
	size_t n = strcspn(name, " ");

	*rest = name[n] == ' ' ? name + n + 1 : name + n;
	return strlen(word) == n && memcmp(word, name, n) == 0;
}

/* The command that these arguments name; *used: in how many words. */
static const struct command *
find_command(int argc, char **argv, int *used)
{
	const char *rest;

	for (size_t i = 0; tool_commands[i] != NULL; i++) {
		if (!is_first(argv[0], tool_commands[i]->name, &rest))
			continue;
		*used = *rest != '\0' ? 2 : 1;
		if (*rest == '\0' ||
		    (argc > 1 && strcmp(argv[1], rest) == 0))
			return tool_commands[i];
	}
	return NULL;
}

/* "dkim --help": what there is. */
static int
help_group(struct tool *t, const char *group)
{
	const char *rest;

	for (size_t i = 0; tool_commands[i] != NULL; i++)
		if (is_first(group, tool_commands[i]->name, &rest))
			fprintf(t->out, "mailauth %-16s  %s\n",
			    tool_commands[i]->name, tool_commands[i]->about);
	return EXIT_PASS;
}

/* "dkim" alone. */
static int
ask_which(struct tool *t, const char *group)
{
	char list[256] = "";
	const char *rest;

	for (size_t i = 0; tool_commands[i] != NULL; i++) {
		size_t n = strlen(list);

		if (is_first(group, tool_commands[i]->name, &rest))
			snprintf(list + n, sizeof list - n, "%s%s",
			    n > 0 ? ", " : "", rest);
	}
	return tool_usage(t, "%s what?  There is: %s", group, list);
}

static int
run_command(struct tool *t, int argc, char **argv)
{
	const struct command *c;
	int used = 0;

	if (argc == 0)
		return tool_usage(t, "which command?");
	c = find_command(argc, argv, &used);
	if (c == NULL && used == 0)
		return tool_usage(t, "there is no command %s", argv[0]);
	if (c == NULL && argc == 1)
		return ask_which(t, argv[0]);
	if (c == NULL && (strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "-h") == 0))
		return help_group(t, argv[0]);
	if (c == NULL)
		return tool_usage(t, "there is no command %s %s", argv[0],
		    argv[1]);
	t->command = c->name;
	return c->run(t, argc - used, argv + used);
}

int
tool_main(struct tool *t, int argc, char **argv)
{
	struct timespec now;
	int used, status;

	clock_gettime(CLOCK_MONOTONIC, &now);
	t->started = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
	t->timeout = 20;
	t->now = (int64_t)time(NULL);
	status = options_global(t, argc - 1, argv + 1, &used);
	if (status == OPTIONS_GO_ON)
		status = run_command(t, argc - 1 - used, argv + 1 + used);
	mailauth_resolver_free(t->fetcher);
	mailauth_resolver_free(t->made);
	json_decref(t->trace);
	free(t->servers.v);
	t->made = t->fetcher = NULL;
	t->trace = NULL;
	t->servers = (struct texts){ 0 };
	/* What was printed may still lie in the stream. */
	if (fflush(t->out) != 0 || ferror(t->out))
		return tool_fail(t, EXIT_IO, "output: %s", strerror(errno));
	return status;
}
