/*
 * Options and operands, read by tables.  The forms are those of getopt_long(3):
 * --name value, --name=value, -n value, -nvalue, -jx; options may follow
 * operands; "--" ends them.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

enum { GLOBALS = 10 };

static const double MAX_SECONDS = 1000000;
/* The end of the year 9999. */
#define MAX_TIME UINT64_C(253402300799)

struct globals {
	struct option rows[GLOBALS];
};

/* The global options, pointing into this context. */
static void
globals_init(struct globals *g, struct tool *t)
{
	const struct option rows[GLOBALS] = {
		{ "nameserver", OPTION_TEXTS, &t->servers, "ADDR[@PORT]",
		    "ask this server; may be repeated", .letter = 'n' },
		{ "zone", OPTION_TEXT, &t->zone, "FILE",
		    "answer from this master file alone, offline",
		    .letter = 'z' },
		{ "timeout", OPTION_SECONDS, &t->timeout, "SECONDS",
		    "bound on the whole command (20)", .letter = 't' },
		{ "json", OPTION_FLAG, &t->json, NULL,
		    "one JSON object instead of text", .letter = 'j' },
		{ "explain", OPTION_FLAG, &t->explain, NULL,
		    "the trace, and the DNS answers as a zone", .letter = 'x' },
		{ "at", OPTION_NUMBER, &t->now, "UNIXTIME",
		    "evaluate as of that moment", .max = MAX_TIME },
		{ "trust-ad", OPTION_FLAG, &t->trust_ad, NULL,
		    "believe the AD bit of the nameserver" },
		{ "help", OPTION_HELP, NULL, NULL, "this text", .letter = 'h' },
		{ "version", OPTION_VERSION, NULL, NULL, "the version",
		    .letter = 'V' },
		{ 0 },
	};

	memcpy(g->rows, rows, sizeof rows);
}

/* ---- Values ---- */

/* Digits only, at most max. */
static bool
read_number(const char *text, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	for (const char *p = text; *p != '\0'; p++) {
		uint64_t d = (uint64_t)(*p - '0');

		if (*p < '0' || *p > '9' || d > max || v > (max - d) / 10)
			return false;
		v = v * 10 + d;
	}
	*out = v;
	return *text != '\0';
}

/* Digits, perhaps with a point among them, whatever the locale. */
static bool
read_seconds(const char *text, double *out)
{
	double v = 0, unit = 1;
	bool digit = false, point = false;

	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '.' && !point) {
			point = true;
			continue;
		}
		if (*p < '0' || *p > '9')
			return false;
		digit = true;
		v = v * 10 + (*p - '0');
		if (point)
			unit *= 10;
		if (!isfinite(v) || !isfinite(unit))
			return false;
	}
	*out = v / unit;
	return digit && *out > 0 && *out <= MAX_SECONDS;
}

static bool
read_word(const char *text, const char *const *words, int *out)
{
	for (int i = 0; words[i] != NULL; i++)
		if (strcmp(text, words[i]) == 0) {
			*out = i;
			return true;
		}
	return false;
}

static bool
append(struct texts *list, const char *text)
{
	const char **v = realloc(list->v, (list->n + 1) * sizeof *v);

	if (v == NULL)
		return false;
	list->v = v;
	v[list->n++] = text;
	return true;
}

static int
wrong_value(struct tool *t, const struct option *o, const char *value)
{
	static const char *const wanted[] = {
		[OPTION_NUMBER] = "a number", [OPTION_SECONDS] =
		    "a number of seconds",
	};
	char words[128] = "";

	if (o->type != OPTION_WORD)
		return tool_usage(t, "--%s: %s is not %s", o->name,
		    *value != '\0' ? value : "nothing",
		    o->max == MAX_TIME ? "a time in seconds since 1970" :
		    wanted[o->type]);
	for (size_t i = 0; o->words[i] != NULL; i++) {
		if (i > 0)
			strncat(words, " or ", sizeof words - strlen(words) - 1);
		strncat(words, o->words[i], sizeof words - strlen(words) - 1);
	}
	return tool_usage(t, "--%s: %s is not %s", o->name,
	    *value != '\0' ? value : "nothing", words);
}

static int
store(struct tool *t, const struct option *o, const char *value)
{
	bool ok = true;

	switch (o->type) {
	case OPTION_FLAG:
		*(bool *)o->to = true;
		break;
	case OPTION_TEXT:
		*(const char **)o->to = value;
		break;
	case OPTION_TEXTS:
		if (!append(o->to, value))
			return tool_broken(t, MAILAUTH_ENOMEM);
		break;
	case OPTION_NUMBER:
		ok = read_number(value, o->max, o->to);
		break;
	case OPTION_SECONDS:
		ok = read_seconds(value, o->to);
		break;
	case OPTION_WORD:
		ok = read_word(value, o->words, o->to);
		break;
	case OPTION_VERSION:
		fprintf(t->out, "mailauth %s\n", mailauth_version());
		return EXIT_PASS;
	case OPTION_HELP:		/* read_option() has done it */
		break;
	}
	return ok ? OPTIONS_GO_ON : wrong_value(t, o, value);
}

/* ---- Arguments ---- */

struct reader {
	struct tool *t;
	const struct command *command;	/* NULL: before it */
	const struct option *own, *global;
	int argc;
	char **argv;
	int at;				/* the argument read next */
	bool *given;			/* of own */
};

static const struct option *
find_in(const struct option *o, const char *name, size_t n, char letter)
{
	for (; o != NULL && o->name != NULL; o++)
		if (letter != 0 ? o->letter == letter :
		    strlen(o->name) == n && memcmp(o->name, name, n) == 0)
			return o;
	return NULL;
}

static const struct option *
find(const struct reader *r, const char *name, size_t n, char letter)
{
	const struct option *o = find_in(r->own, name, n, letter);

	if (o == NULL)
		return find_in(r->global, name, n, letter);
	r->given[o - r->own] = true;
	return o;
}

static bool
takes_value(const struct option *o)
{
	return o->what != NULL || o->type == OPTION_WORD;
}

/* The option found, with the value that was stuck to it, or the next argument. */
static int
take(struct reader *r, const struct option *o, const char *stuck)
{
	if (o->type == OPTION_HELP) {
		options_help(r->t, r->command, r->own);
		return EXIT_PASS;
	}
	if (takes_value(o) && stuck == NULL) {
		if (r->at == r->argc)
			return tool_usage(r->t, "--%s needs a value", o->name);
		stuck = r->argv[r->at++];
	}
	return store(r->t, o, stuck);
}

static int
read_long(struct reader *r, const char *arg)
{
	const char *sign = strchr(arg, '=');
	size_t n = sign != NULL ? (size_t)(sign - arg) : strlen(arg);
	const struct option *o = find(r, arg, n, 0);

	if (o == NULL)
		return tool_usage(r->t, "there is no option --%.*s", (int)n,
		    arg);
	if (sign != NULL && !takes_value(o))
		return tool_usage(r->t, "--%s takes no value", o->name);
	return take(r, o, sign != NULL ? sign + 1 : NULL);
}

static int
read_short(struct reader *r, const char *arg)
{
	int status = OPTIONS_GO_ON;

	while (*arg != '\0' && status == OPTIONS_GO_ON) {
		const struct option *o = find(r, NULL, 0, *arg);

		if (o == NULL)
			return tool_usage(r->t, "there is no option -%c", *arg);
		arg++;
		if (takes_value(o))
			return take(r, o, *arg != '\0' ? arg : NULL);
		status = take(r, o, NULL);
	}
	return status;
}

/* Is the next argument an option?  Then it is read: *status. */
static bool
read_option(struct reader *r, int *status)
{
	const char *arg = r->argv[r->at];

	if (arg[0] != '-' || arg[1] == '\0')
		return false;
	r->at++;
	*status = arg[1] == '-' ? read_long(r, arg + 2) :
	    read_short(r, arg + 1);
	return true;
}

int
options_global(struct tool *t, int argc, char **argv, int *used)
{
	struct globals g;
	struct reader r = { .t = t, .argc = argc, .argv = argv };
	int status = OPTIONS_GO_ON;

	globals_init(&g, t);
	r.global = g.rows;
	while (r.at < argc && status == OPTIONS_GO_ON) {
		if (strcmp(argv[r.at], "--") == 0) {
			r.at++;
			break;
		}
		if (!read_option(&r, &status))
			break;
	}
	*used = r.at;
	return status;
}

static int
check_required(struct reader *r)
{
	for (size_t i = 0; r->own[i].name != NULL; i++)
		if (r->own[i].required && !r->given[i])
			return tool_usage(r->t, "--%s is needed",
			    r->own[i].name);
	return OPTIONS_GO_ON;
}

int
options_read(struct tool *t, const struct command *command,
    const struct option *own, int argc, char **argv, const char **operand,
    int max)
{
	bool given[16] = { false }, ended = false;
	struct globals g;
	struct reader r = { .t = t, .command = command, .own = own,
		.global = g.rows, .argc = argc, .argv = argv, .given = given };
	int status = OPTIONS_GO_ON, n = 0;

	globals_init(&g, t);
	for (int i = 0; i < max; i++)
		operand[i] = NULL;
	while (r.at < argc && status == OPTIONS_GO_ON) {
		if (!ended && strcmp(argv[r.at], "--") == 0) {
			ended = true;
			r.at++;
			continue;
		}
		if (!ended && read_option(&r, &status))
			continue;
		if (n == max)
			return tool_usage(t, "one argument too many: %s",
			    argv[r.at]);
		operand[n++] = argv[r.at++];
	}
	return status == OPTIONS_GO_ON ? check_required(&r) : status;
}

/* ---- Help ---- */

static void
help_rows(FILE *out, const struct option *o)
{
	char left[64], what[32];

	for (; o != NULL && o->name != NULL; o++) {
		what[0] = '\0';
		if (o->type == OPTION_WORD)
			snprintf(what, sizeof what, " %s|%s", o->words[0],
			    o->words[1]);
		else if (o->what != NULL)
			snprintf(what, sizeof what, " %s", o->what);
		snprintf(left, sizeof left, "%c%c%s --%s%s",
		    o->letter != 0 ? '-' : ' ',
		    o->letter != 0 ? o->letter : ' ',
		    o->letter != 0 ? "," : " ", o->name, what);
		fprintf(out, "  %-32s %s\n", left, o->help);
	}
}

void
options_help(struct tool *t, const struct command *command,
    const struct option *own)
{
	struct globals g;

	globals_init(&g, t);
	if (command != NULL) {
		fprintf(t->out, "usage: mailauth [global options] %s %s\n%s.\n",
		    command->name, command->synopsis, command->about);
		if (own->name != NULL) {
			fputs("\nOptions:\n", t->out);
			help_rows(t->out, own);
		}
	} else {
		fputs("usage: mailauth [global options] COMMAND [options] "
		    "[operands]\nAsk the DNS what it says about mail.\n"
		    "\nCommands:\n", t->out);
		for (size_t i = 0; tool_commands[i] != NULL; i++)
			fprintf(t->out, "  %-16s %s\n", tool_commands[i]->name,
			    tool_commands[i]->about);
	}
	fputs("\nGlobal options:\n", t->out);
	help_rows(t->out, g.rows);
	fputs("\nStatus: 0 pass, 1 another verdict, 75 try again, 64 usage, "
	    "65 wrong input,\n66 no input, 69 not in this build, 70 internal "
	    "error, 73 an output file exists,\n74 output failed.\n", t->out);
	if (command == NULL)
		fputs("\"mailauth COMMAND --help\" tells more; see mailauth(1)."
		    "\n", t->out);
}
