/*
 * mailauth(1): a thin tool over the public headers.
 *	mailauth.c	main: the context, and nothing else
 *	tool.c		global options, the commands, help
 *	options.c	options and operands read by tables
 *	input.c		files, the message, the resolver
 *	fetch.c		a resolver that also takes fetches
 *	policies.c	a file of policies, kept between runs
 *	output.c	one JSON object, printed as JSON or as text
 *	smtp.c		an SMTP client, as far as TLS
 *	spf.c ...	a command each
 *
 * A command reads its options, runs an evaluation, and builds one JSON object;
 * text for people is printed from the same object.  Nothing is printed to
 * standard output before all is known, so that a failure leaves it empty.
 *
 * Tests call tool_main() with streams, a resolver and a way of reading
 * messages of their own.
 */
#ifndef TOOL_H
#define TOOL_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include <jansson.h>

#include "mailauth.h"

/* A stable reason, as those of the library: mailauth-reasons(7). */
#define REASON(s) (s)

/* Exit statuses, as sysexits.h has them. */
enum {
	EXIT_PASS = 0,
	EXIT_VERDICT = 1,	/* another verdict than pass */
	EXIT_USAGE = 64,
	EXIT_DATA = 65,		/* input that is not what it should be */
	EXIT_NOINPUT = 66,
	EXIT_UNAVAILABLE = 69,	/* this build lacks it */
	EXIT_SOFTWARE = 70,
	EXIT_CANTCREAT = 73,
	EXIT_IO = 74,		/* output failed */
	EXIT_TEMPFAIL = 75
};

struct texts {
	const char **v;
	size_t n;
};

struct tool {
	/* ---- Given by whoever calls tool_main() ---- */
	FILE *in, *out, *err;
	bool colour;
	bool no_ahead;				/* no look-ahead */
	struct mailauth_resolver *resolver;	/* NULL: as the options say */
	/* Writes all of a file to the message, and its end; NULL: in pieces. */
	int (*feed)(struct mailauth_message *, FILE *);

	/* ---- Global options ---- */
	struct texts servers;
	const char *zone;
	double timeout;
	bool json, explain, trust_ad;
	int64_t now;

	/* ---- Inside ---- */
	const char *command;			/* "spf", "dkim verify" */
	double started;				/* seconds, on some clock */
	struct mailauth_resolver *made, *fetcher;	/* it stands on made */
	json_t *trace;				/* with explain: list of strings */
	bool nomem;				/* a value could not be made */
};

/* The whole tool; its exit status. */
int tool_main(struct tool *, int argc, char **argv);

/* ---- Messages (tool.c) ---- */

/* "mailauth: ..." to standard error, whatever octets are in it.  The status. */
int tool_fail(struct tool *, int status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The same with where to read on; EXIT_USAGE. */
int tool_usage(struct tool *, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* A negative result of the library; EXIT_SOFTWARE. */
int tool_broken(struct tool *, int status);

/* ---- Options (options.c) ---- */

enum option_type {
	OPTION_FLAG = 1,	/* bool */
	OPTION_TEXT,		/* const char *; NULL at first */
	OPTION_TEXTS,		/* struct texts; may be repeated */
	OPTION_NUMBER,		/* uint64_t, at most max */
	OPTION_SECONDS,		/* double */
	OPTION_WORD,		/* int: index of the word in words */
	OPTION_HELP,
	OPTION_VERSION
};

struct option {
	const char *name;
	enum option_type type;
	void *to;
	const char *what;		/* its value, in the help: "ADDR" */
	const char *help;
	char letter;			/* 0: none */
	bool required;
	uint64_t max;
	const char *const *words;	/* ends in NULL */
};

struct command {
	const char *name;		/* "dkim verify" */
	const char *synopsis;		/* what follows the name */
	const char *about;
	int (*run)(struct tool *, int argc, char **argv);
};

enum { OPTIONS_GO_ON = -1 };

/*
 * Read argv[0] on by the command's table (ends in a row of zeros) and the
 * global one; operands get operand[0] to operand[max - 1], the rest stays NULL.
 * OPTIONS_GO_ON, or the exit status: help was printed, or usage is wrong.
 */
int options_read(struct tool *, const struct command *,
    const struct option *, int argc, char **argv, const char **operand, int max);
/* Global options before the command: *used says how many arguments they were. */
int options_global(struct tool *, int argc, char **argv, int *used);
void options_help(struct tool *, const struct command *, const struct option *);

/* ---- Input (input.c) ---- */

/*
 * All octets of a file ("-" or NULL: standard input); free(3) them.  0 or the
 * exit status, which has been explained, and no octets.
 */
int input_file(struct tool *, const char *path, char **text, size_t *n);
/*
 * The file's octets into the message ("-" or NULL: standard input), line ends
 * as the first one says.  0 or the exit status.
 */
int input_message(struct tool *, const char *path, struct mailauth_message *);
/*
 * The same for a message that will be written again: what cannot be read twice
 * is kept in a temporary file.  Free it whatever came of it.
 */
struct kept {
	FILE *f;
	const char *name;
	off_t start, end;
	bool lf;		/* its first line ends in a bare LF */
};
int input_message_kept(struct tool *, const char *path,
    struct mailauth_message *, struct kept *);
void input_kept_free(struct tool *, struct kept *);
/*
 * Write it to the output: these fields on top, with its own line ends, then the
 * message as it is but for forged fields (NULL: none).  0 or the exit status.
 */
int input_repeat(struct tool *, const struct kept *, const char *const *fields,
    size_t n, const struct mailauth_forged *without);
/* A field with the message's line ends; free(3) it.  NULL: no memory. */
char *input_own_ends(const struct kept *, const char *field);
/* A private key from its file.  0 or the exit status. */
int input_key(struct tool *, const char *path, struct mailauth_private_key **);
/*
 * The resolver the options ask for, after all other input: it has what is left
 * of the time.  A second one takes the place of the first.  0 or the exit
 * status.
 */
int input_resolver(struct tool *, struct mailauth_resolver **);
/* What is left of the time for the whole command, in milliseconds. */
uint32_t input_time_left(const struct tool *);
const char *input_line_ends(const struct mailauth_message *);
/*
 * The public suffix list, by the companion library; *user is freed by _free(),
 * which takes NULL.  0, or EXIT_UNAVAILABLE: this build has none.
 */
int input_suffixes(struct tool *, mailauth_public_suffix **, void **user);
void input_suffixes_free(void *user);

/* ---- Fetches (fetch.c) ---- */

struct fetch_options {
	const char *ca_file, *connect_to;	/* NULL: as ever */
};
/* As input_resolver(), and for policies; without them where --zone is. */
int fetch_resolver(struct tool *, const struct fetch_options *,
    struct mailauth_resolver **);

/* ---- Kept policies (policies.c) ---- */

/*
 * What the file has of a domain; *text NULL: nothing, or there is no file;
 * free(3) it.  To put something else there (NULL: nothing).  0 or the exit
 * status.
 */
int policies_read(struct tool *, const char *path, const char *domain,
    char **text, size_t *n);
int policies_write(struct tool *, const char *path, const char *domain,
    const char *text, size_t n);

/* ---- Output (output.c) ---- */

/* Members of an object.  Text is any octets: what is not UTF-8 becomes U+FFFD. */
void out_octets(struct tool *, json_t *, const char *key, const char *, size_t n);
void out_text(struct tool *, json_t *, const char *key, const char *);	/* NULL: null */
void out_number(struct tool *, json_t *, const char *key, int64_t);
void out_flag(struct tool *, json_t *, const char *key, bool);
void out_null(struct tool *, json_t *, const char *key);
/* A new object or list as a member; lent. */
json_t *out_object(struct tool *, json_t *, const char *key);
json_t *out_list(struct tool *, json_t *, const char *key);
json_t *out_item(struct tool *, json_t *list);		/* an object in a list */
void out_item_octets(struct tool *, json_t *list, const char *, size_t n);
void out_item_text(struct tool *, json_t *list, const char *);
/* result, reason, detail */
void out_verdict(struct tool *, json_t *, const char *result,
    const char *reason, const char *detail);
/* code, enhanced, text; null where code is 0 */
void out_reply(struct tool *, json_t *, int code, const char *enhanced,
    const char *text);
/* A line of the trace. */
void out_trace(struct tool *, const char *line);

/*
 * Add `dns` (lookups NULL: the command asks nothing) and what --explain wants,
 * print the object, release it.  The status, or another where that failed.
 */
int out_finish(struct tool *, json_t *, const struct mailauth_lookups *, int status);

/* Octets to the stream, those that could do something to a terminal escaped. */
void out_safely(FILE *, const char *, size_t n);

/* ---- Verdicts that several commands print ---- */

void out_spf(struct tool *, json_t *, const struct mailauth_spf *);
void out_dkim(struct tool *, json_t *, const struct mailauth_dkim *);
void out_dmarc(struct tool *, json_t *, const struct mailauth_dmarc *);
void out_rdns(struct tool *, json_t *, const struct mailauth_rdns *);
void out_arc(struct tool *, json_t *, const struct mailauth_arc *);
int status_dmarc(int result);

/* pass | policy, and walk | psl */
extern const char *const unsigned_body_words[], *const discovery_words[];

/*
 * What a signer or sealer refuses: the option that is wrong (EXIT_USAGE), or
 * what is against message or key (EXIT_DATA).
 */
int sign_refused(struct tool *, const char *reason, const char *detail);
/* A warning to standard error, and to the list. */
void sign_warn(struct tool *, json_t *list, const char *reason);

/* ---- Commands ---- */

extern const struct command command_address, command_arc_seal,
    command_arc_verify, command_check, command_dane, command_dkim_keygen,
    command_dkim_sign, command_dkim_verify, command_dkim_verify_key,
    command_dmarc, command_mtasts, command_mx, command_rdns,
    command_results, command_spf, command_tlsrpt;
extern const struct command *const tool_commands[];	/* ends in NULL */

#endif
