/*
 * mailauth dane: must the way to this host be authenticated, and is it?
 */
#include <stdlib.h>
#include <string.h>

#include "smtp.h"

struct inputs {
	const char *host, *chain, *next_hop;
	uint64_t port;
	bool connect;
};

/* What is to be printed. */
struct verdict {
	int result, tls_failure;
	const char *reason, *detail;
	bool chain;			/* one was given, or presented */
};

static int
status_of(int result)
{
	switch (result) {
	case MAILAUTH_DANE_DANE:
	case MAILAUTH_DANE_AUTHENTICATED:
		return EXIT_PASS;
	case MAILAUTH_DANE_UNREACHABLE:
		return EXIT_TEMPFAIL;
	default:
		return EXIT_VERDICT;
	}
}

/* ---- Output ---- */

static void
out_hex(struct tool *t, json_t *o, const char *key, const uint8_t *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	char *text = malloc(2 * n + 1);

	if (text == NULL) {
		t->nomem = true;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		text[2 * i] = digits[p[i] >> 4];
		text[2 * i + 1] = digits[p[i] & 15];
	}
	out_octets(t, o, key, text, 2 * n);
	free(text);
}

static void
out_record(struct tool *t, json_t *o, const struct mailauth_dane *d, size_t i,
    const struct mailauth_dane_match *m)
{
	const uint8_t *data;
	size_t n;

	out_number(t, o, "usage", mailauth_dane_usage(d, i));
	out_number(t, o, "selector", mailauth_dane_selector(d, i));
	out_number(t, o, "matching_type", mailauth_dane_matching_type(d, i));
	data = mailauth_dane_data(d, i, &n);
	out_hex(t, o, "data", data, n);
	out_flag(t, o, "usable", mailauth_dane_usable(d, i));
	if (m != NULL)
		out_flag(t, o, "match", mailauth_dane_match_record(m, i));
	else
		out_null(t, o, "match");
}

static void
out_certificate(struct tool *t, json_t *o, const struct mailauth_dane_match *m,
    size_t i)
{
	enum { DAY = 86400 };
	int64_t end = mailauth_dane_match_not_after(m, i), left = end - t->now;
	const char *name;
	json_t *list;

	out_text(t, o, "subject", mailauth_dane_match_subject(m, i));
	list = out_list(t, o, "names");
	for (size_t k = 0; (name = mailauth_dane_match_name(m, i, k)) != NULL;
	    k++)
		out_item_text(t, list, name);
	out_number(t, o, "not_after", end);
	/* Whole days, of which the present one is none. */
	out_number(t, o, "days_left", left >= 0 ? left / DAY :
	    -((-left + DAY - 1) / DAY));
}

static int
print(struct tool *t, const struct verdict *v, struct mailauth_dane *d,
    const struct mailauth_dane_match *m)
{
	json_t *o = json_object(), *list;

	out_verdict(t, o, mailauth_dane_result_name(v->result), v->reason,
	    v->detail);
	out_text(t, o, "tls_failure", v->tls_failure != 0 ?
	    mailauth_tls_failure_name(v->tls_failure) : NULL);
	out_flag(t, o, "secure", mailauth_dane_secure(d));
	out_text(t, o, "base_domain", mailauth_dane_base_domain(d));
	list = out_list(t, o, "records");
	for (size_t i = 0; i < mailauth_dane_count(d); i++)
		out_record(t, out_item(t, list), d, i, v->chain ? m : NULL);
	if (v->chain) {
		list = out_list(t, o, "certificates");
		for (size_t i = 0; i < mailauth_dane_match_count(m); i++)
			out_certificate(t, out_item(t, list), m, i);
	} else {
		out_null(t, o, "certificates");
	}
	return out_finish(t, o, mailauth_dane_lookups(d), status_of(v->result));
}

/* ---- Verdicts ---- */

static struct verdict
without_chain(const struct mailauth_dane *d)
{
	return (struct verdict){ .result = mailauth_dane_result(d),
		.tls_failure = mailauth_dane_tls_failure(d),
		.reason = mailauth_dane_reason(d),
		.detail = mailauth_dane_detail(d) };
}

/* A chain is there.  Where DANE demands none it is shown all the same. */
static int
with_chain(struct tool *t, const struct mailauth_dane *d,
    struct mailauth_dane_match *m, struct verdict *v)
{
	int r = MAILAUTH_DONE;

	v->chain = true;
	if (v->result != MAILAUTH_DANE_DANE)
		return 0;
	if ((r = mailauth_dane_match_add(m, d)) == MAILAUTH_DONE)
		r = mailauth_dane_match_run(m);
	if (r < 0)
		return tool_broken(t, r);
	v->result = mailauth_dane_match_result(m);
	v->tls_failure = mailauth_dane_match_tls_failure(m);
	v->reason = mailauth_dane_match_reason(m);
	v->detail = mailauth_dane_match_detail(m);
	return 0;
}

static void
without_connection(struct verdict *v, enum smtp_end end, const char *what)
{
	bool demanded = v->result == MAILAUTH_DANE_DANE ||
	    v->result == MAILAUTH_DANE_TLS_REQUIRED;

	v->detail = what;
	if (end == SMTP_NO_CONNECTION) {
		v->result = MAILAUTH_DANE_UNREACHABLE;
		v->reason = REASON("connection-failed");
		v->tls_failure = 0;
		return;
	}
	if (demanded)
		v->result = MAILAUTH_DANE_FAILED;
	v->reason = end == SMTP_NO_STARTTLS ?
	    REASON("starttls-not-supported") : REASON("tls-handshake");
	v->tls_failure = end == SMTP_NO_STARTTLS ?
	    MAILAUTH_TLS_STARTTLS_NOT_SUPPORTED :
	    MAILAUTH_TLS_VALIDATION_FAILURE;
}

/* The host as in a mailbox: A-labels, no dot at the end.  NULL: no memory. */
static struct mailauth_address *
read_host(const char *host)
{
	size_t n = strlen(host);
	struct mailauth_address *a;
	char *text;
	int length;

	if (n > 0 && host[n - 1] == '.')
		n--;
	length = asprintf(&text, "postmaster@%.*s", (int)n, host);
	if (length < 0)
		return NULL;
	a = mailauth_address_parse(text, (size_t)length);
	free(text);
	return a;
}

/*
 * The server name for TLS: the TLSA base domain (RFC 7672 section 8.1); where
 * there is none, the host, unless it is an address (RFC 6066 section 3).
 */
static const char *
server_name(const struct inputs *in, const struct mailauth_dane *d,
    const struct mailauth_address *host)
{
	const char *base = mailauth_dane_base_domain(d);

	if (base != NULL)
		return base;
	return mailauth_address_family(host) == MAILAUTH_ADDRESS_DOMAIN &&
	    in->host[strspn(in->host, "0123456789.")] != '\0' ?
	    mailauth_address_domain(host) : NULL;
}

static int
look(struct tool *t, const struct inputs *in, const struct mailauth_dane *d,
    struct mailauth_dane_match *m, struct verdict *v)
{
	struct mailauth_address *host = read_host(in->host);
	const char *what = NULL;
	enum smtp_end end = SMTP_NO_MEMORY;

	if (host != NULL)
		end = smtp_look(t, d, (uint16_t)in->port,
		    server_name(in, d, host), m, &what);
	mailauth_address_free(host);
	if (end == SMTP_NO_MEMORY)
		return tool_broken(t, MAILAUTH_ENOMEM);
	if (end == SMTP_SEEN)
		return with_chain(t, d, m, v);
	without_connection(v, end, what);
	return 0;
}

static int
read_chain(struct tool *t, const char *path, struct mailauth_dane_match *m)
{
	char error[128] = "", *text;
	size_t n;
	int r, status = input_file(t, path, &text, &n);

	if (status != 0)
		return status;
	r = mailauth_dane_match_add_certificates(m, text, n, error,
	    sizeof error);
	free(text);
	if (r == MAILAUTH_ESYNTAX)
		return tool_fail(t, EXIT_DATA, "%s: %s", path, error);
	if (r == MAILAUTH_EUSE)
		return tool_fail(t, EXIT_DATA, "%s: more than 20 certificates",
		    path);
	return r < 0 ? tool_broken(t, r) : 0;
}

/* ---- The command ---- */

static int
set_inputs(struct tool *t, struct mailauth_dane *d, const struct inputs *in)
{
	int r = mailauth_dane_set_host(d, in->host, strlen(in->host));

	if (r == MAILAUTH_DONE)
		r = mailauth_dane_set_port(d, (uint32_t)in->port);
	if (r == MAILAUTH_EINVAL)
		return tool_usage(t, "--port: 0 is no port");
	if (r == MAILAUTH_DONE && in->next_hop != NULL)
		r = mailauth_dane_set_next_hop(d, in->next_hop,
		    strlen(in->next_hop));
	if (r == MAILAUTH_DONE)
		r = mailauth_dane_set_trace(d, t->explain);
	return r < 0 ? tool_broken(t, r) : 0;
}

static int
evaluate(struct tool *t, const struct inputs *in, struct mailauth_dane *d,
    struct mailauth_dane_match *m)
{
	struct mailauth_resolver *resolver;
	const char *line;
	struct verdict v;
	int r, status = set_inputs(t, d, in);

	if (status == 0 && in->chain != NULL)
		status = read_chain(t, in->chain, m);
	if (status == 0)
		status = input_resolver(t, &resolver);
	if (status != 0)
		return status;
	if ((r = mailauth_dane_discover(d, resolver)) < 0)
		return tool_broken(t, r);
	for (size_t i = 0; (line = mailauth_dane_trace(d, i)) != NULL; i++)
		out_trace(t, line);
	v = without_chain(d);
	if (in->chain != NULL)
		status = with_chain(t, d, m, &v);
	else if (in->connect && v.result != MAILAUTH_DANE_UNREACHABLE)
		status = look(t, in, d, m, &v);
	return status != 0 ? status : print(t, &v, d, m);
}

static int
check_usage(struct tool *t, const struct inputs *in)
{
	if (in->host == NULL)
		return tool_usage(t, "which host?");
	if (in->chain != NULL && in->connect)
		return tool_usage(t, "--chain and --connect: which of them?");
	if (in->connect && t->zone != NULL)
		return tool_usage(t, "--connect: not with --zone, where no "
		    "packet leaves");
	return 0;
}

static int
run(struct tool *t, int argc, char **argv)
{
	struct inputs in = { .port = 25 };
	const struct option options[] = {
		{ "port", OPTION_NUMBER, &in.port, "N", "of the server (25)",
		    .max = 65535 },
		{ "chain", OPTION_TEXT, &in.chain, "PEM",
		    "the certificates that it has presented, its own first" },
		{ "connect", OPTION_FLAG, &in.connect, NULL,
		    "connect to it, and check those that it presents" },
		{ "next-hop", OPTION_TEXT, &in.next_hop, "DOMAIN",
		    "whose MX records lead to the host" },
		{ 0 },
	};
	struct mailauth_dane_match *m;
	struct mailauth_dane *d;
	int status;

	status = options_read(t, &command_dane, options, argc, argv, &in.host,
	    1);
	if (status != OPTIONS_GO_ON)
		return status;
	if ((status = check_usage(t, &in)) != 0)
		return status;
	d = mailauth_dane_new(NULL);
	m = mailauth_dane_match_new(t->now);
	status = d != NULL && m != NULL ? evaluate(t, &in, d, m) :
	    tool_broken(t, MAILAUTH_ENOMEM);
	mailauth_dane_match_free(m);
	mailauth_dane_free(d);
	return status;
}

const struct command command_dane = {
	"dane", "HOST [--port N] [--chain PEM | --connect] [--next-hop DOMAIN]",
	"Must the way to this host be authenticated? (RFC 7672)", run
};
