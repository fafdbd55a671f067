/*
 * mailauth dkim keygen, dkim verify-key: private keys, and whether they are
 * published.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

enum { TEXT_MAX = 16384 };

/* ---- dkim keygen ---- */

struct inputs {
	const char *domain, *selector, *out;
	uint64_t bits;
	int algorithm;
};

static const char *const algorithm_words[] = { "rsa", "ed25519", NULL };

/* A new file that nobody else can read.  0 or the exit status. */
static int
write_key(struct tool *t, const char *path, const char *text, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, 0600), saved;
	bool ok;

	if (fd < 0)
		return tool_fail(t, EXIT_CANTCREAT, "%s: %s", path,
		    strerror(errno));
	for (ssize_t got = 1; n > 0 && got > 0; n -= (size_t)got) {
		while ((got = write(fd, text, n)) < 0 && errno == EINTR)
			;
		if (got <= 0)
			break;
		text += got;
	}
	ok = n == 0 && fsync(fd) == 0;
	saved = errno;
	if (close(fd) != 0 && ok) {
		saved = errno;
		ok = false;
	}
	if (ok)
		return 0;
	unlink(path);
	return tool_fail(t, EXIT_IO, "%s: %s", path, strerror(saved));
}

/* The record as a line of a master file, and its parts. */
static int
print(struct tool *t, const struct mailauth_private_key *key, const char *zone)
{
	char record[TEXT_MAX], *name;
	json_t *o;

	if (!t->json) {
		fputs(zone, t->out);
		return EXIT_PASS;
	}
	if (mailauth_private_key_record(key, record, sizeof record) < 0 ||
	    (name = strdup(zone)) == NULL)
		return tool_broken(t, MAILAUTH_ENOMEM);
	/* "name. TTL IN TXT ...": the name as A-labels. */
	name[strcspn(name, " ") - 1] = '\0';
	o = json_object();
	out_text(t, o, "name", name);
	out_text(t, o, "record", record);
	free(name);
	return out_finish(t, o, NULL, EXIT_PASS);
}

static int
make(struct tool *t, const struct mailauth_private_key *key,
    const struct inputs *in)
{
	char zone[TEXT_MAX], pem[TEXT_MAX];
	int n = mailauth_private_key_zone(key, in->domain, in->selector, zone,
	    sizeof zone), status;

	if (n == MAILAUTH_EINVAL)
		return tool_usage(t, "--domain and --selector: they are no "
		    "name of a key");
	if (n < 0 || (n = mailauth_private_key_pem(key, pem, sizeof pem)) < 0)
		return tool_broken(t, n);
	status = write_key(t, in->out, pem, (size_t)n);
	explicit_bzero(pem, sizeof pem);
	return status == 0 ? print(t, key, zone) : status;
}

static int
run_keygen(struct tool *t, int argc, char **argv)
{
	struct inputs in = { 0 };
	const struct option options[] = {
		{ "domain", OPTION_TEXT, &in.domain, "D", "who will sign",
		    .required = true },
		{ "selector", OPTION_TEXT, &in.selector, "S",
		    "the key's name there", .required = true },
		{ "algorithm", OPTION_WORD, &in.algorithm, NULL,
		    "what kind of key (rsa)", .words = algorithm_words },
		{ "bits", OPTION_NUMBER, &in.bits, "N",
		    "of an RSA key: 1024 to 4096 (2048)", .max = 1000000 },
		{ "out", OPTION_TEXT, &in.out, "PEM",
		    "the private key's new file", .required = true },
		{ 0 },
	};
	struct mailauth_private_key *key = NULL;
	int status = options_read(t, &command_dkim_keygen, options, argc, argv,
	    NULL, 0), r;

	if (status != OPTIONS_GO_ON)
		return status;
	r = mailauth_private_key_generate(in.algorithm + 1, (uint32_t)in.bits,
	    &key);
	if (r == MAILAUTH_EINVAL)
		status = tool_usage(t, "--bits: %s", in.algorithm == 0 ?
		    "an RSA key has 1024 to 4096" :
		    "an Ed25519 key has always 256");
	else
		status = r < 0 ? tool_broken(t, r) : make(t, key, &in);
	mailauth_private_key_free(key);
	return status;
}

const struct command command_dkim_keygen = {
	"dkim keygen", "--domain D --selector S\n"
	"       [--algorithm rsa|ed25519] [--bits N] --out PEM",
	"Make a private key, and the record that publishes it", run_keygen
};

/* ---- dkim verify-key ---- */

static int
verify(struct tool *t, struct mailauth_key_check *c)
{
	struct mailauth_resolver *resolver;
	const char *text;
	int status, r, result;
	size_t n;
	json_t *o;

	if ((r = mailauth_key_check_set_trace(c, t->explain)) < 0)
		return tool_broken(t, r);
	if ((status = input_resolver(t, &resolver)) != 0)
		return status;
	if ((r = mailauth_key_check_run(c, resolver)) < 0)
		return tool_broken(t, r);
	result = mailauth_key_check_result(c);
	o = json_object();
	out_verdict(t, o, mailauth_key_check_result_name(result),
	    mailauth_key_check_reason(c), mailauth_key_check_detail(c));
	text = mailauth_key_check_record(c, &n);
	out_octets(t, o, "record", text, n);
	out_flag(t, o, "secure", mailauth_key_check_secure(c));
	for (size_t i = 0; (text = mailauth_key_check_trace(c, i)) != NULL; i++)
		out_trace(t, text);
	return out_finish(t, o, mailauth_key_check_lookups(c),
	    result == MAILAUTH_KEY_VALID ? EXIT_PASS :
	    result == MAILAUTH_KEY_TEMPERROR ? EXIT_TEMPFAIL : EXIT_VERDICT);
}

static int
run_verify_key(struct tool *t, int argc, char **argv)
{
	const char *domain, *selector, *path;
	const struct option options[] = {
		{ "domain", OPTION_TEXT, &domain, "D", "who signs",
		    .required = true },
		{ "selector", OPTION_TEXT, &selector, "S",
		    "the key's name there", .required = true },
		{ "key", OPTION_TEXT, &path, "PEM", "file of the private key",
		    .required = true },
		{ 0 },
	};
	struct mailauth_private_key *key = NULL;
	struct mailauth_key_check *c;
	int status = options_read(t, &command_dkim_verify_key, options, argc,
	    argv, NULL, 0);

	if (status != OPTIONS_GO_ON)
		return status;
	if ((status = input_key(t, path, &key)) == 0) {
		c = mailauth_key_check_new(NULL, domain, selector, key);
		status = c != NULL ? verify(t, c) :
		    tool_broken(t, MAILAUTH_ENOMEM);
		mailauth_key_check_free(c);
	}
	mailauth_private_key_free(key);
	return status;
}

const struct command command_dkim_verify_key = {
	"dkim verify-key", "--domain D --selector S --key PEM",
	"Is this private key published? (RFC 6376)", run_verify_key
};
