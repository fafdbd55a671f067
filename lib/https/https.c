/*
 * The companion library libmailauth-https: FETCH questions by way of libcurl.
 *
 * A flight is one of the resolver below and a multi handle beside it.  Neither
 * knows of the other's sockets: while both have something to wait for, each
 * gets its turn, some milliseconds long.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <curl/curl.h>

#include "mailauth/https.h"

enum {
	TIMEOUT_MAX = 60000,		/* RFC 8461 section 3.3: one minute */
	HEADER_MAX = 65536, PIECE = 4096,
	TURN = 10, LONG_TURN = 1000	/* milliseconds */
};

struct https {
	struct mailauth_resolver *below;	/* NULL: none */
	long timeout, whole;		/* milliseconds; whole 0: no bound */
	char *ca_file, *user_agent;
	struct curl_slist *connect_to;
};

struct flight {
	const struct https *https;
	int64_t end;			/* no fetch lasts longer */
	void *below;			/* its flight */
	bool waits;			/* something may come from there */
	CURLM *multi;
	struct fetch *open;
};

/* A question that is out. */
struct fetch {
	struct fetch *next;
	struct mailauth_question *question;
	CURL *easy;
	size_t header, limit;		/* octets */
	char *body;
	size_t n, cap;
	bool over;			/* more than may be */
	bool nomem;
	bool enough;			/* the status says all */
	bool chunked;			/* the body says itself where it ends */
	bool closed;			/* the server has: close_notify */
};

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- What comes ---- */

static long
status_of(const struct fetch *f)
{
	long status = 0;

	curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

static size_t
take_header(char *p, size_t size, size_t count, void *user)
{
	static const char encoding[] = "Transfer-Encoding:", last[] = "chunked";
	struct fetch *f = user;
	size_t n = size * count, end = n, length = sizeof last - 1;

	while (end > 0 && strchr(" \t\r\n", p[end - 1]) != NULL)
		end--;
	if (end >= sizeof encoding - 1 + length &&
	    curl_strnequal(p, encoding, sizeof encoding - 1) &&
	    curl_strnequal(p + end - length, last, length))
		f->chunked = true;
	f->header += n;
	f->over = f->header > HEADER_MAX;
	return f->over ? 0 : n;
}

/*
 * What libcurl traces: the alert by which a server says that nothing follows is
 * the only message of TLS so short (RFC 8446 section 6.1).
 */
static int
take_trace(CURL *easy, curl_infotype type, char *p, size_t n, void *user)
{
	static const char close_notify[] = { 1, 0 };
	struct fetch *f = user;

	(void)easy;
	if (type == CURLINFO_SSL_DATA_IN && n == sizeof close_notify &&
	    memcmp(p, close_notify, n) == 0)
		f->closed = true;
	return 0;
}

/* No program that is started meanwhile gets the socket. */
static int
close_on_exec(void *user, curl_socket_t fd, curlsocktype purpose)
{
	(void)user;
	(void)purpose;
	return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 ? CURL_SOCKOPT_OK :
	    CURL_SOCKOPT_ERROR;
}

static bool
make_room(struct fetch *f, size_t n)
{
	size_t cap = f->cap > 0 ? f->cap : PIECE;
	char *body;

	while (cap < n)
		cap *= 2;
	if (cap == f->cap)
		return true;
	if ((body = realloc(f->body, cap)) == NULL)
		return false;
	f->body = body;
	f->cap = cap;
	return true;
}

/* Short of what was given: the transfer ends. */
static size_t
take_body(char *p, size_t size, size_t count, void *user)
{
	struct fetch *f = user;
	size_t n = size * count;
	curl_off_t length = -1;

	/* Nobody wants the body of an error, which may be endless. */
	f->enough = status_of(f) != 200;
	if (f->enough)
		return 0;
	curl_easy_getinfo(f->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	f->over = n > f->limit - f->n || length > (curl_off_t)f->limit;
	f->nomem = !f->over && !make_room(f, f->n + n);
	if (f->over || f->nomem)
		return 0;
	memcpy(f->body + f->n, p, n);
	f->n += n;
	return n;
}

/* ---- What is asked ---- */

static bool
set_up(CURL *c, const struct https *h, long timeout, const char *url,
    struct fetch *f)
{
	const struct {
		CURLoption option;
		long value;
	} numbers[] = {
		{ CURLOPT_FOLLOWLOCATION, 0 },
		{ CURLOPT_SSL_VERIFYPEER, 1 },
		{ CURLOPT_SSL_VERIFYHOST, 2 },
		{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
		{ CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1 },
		/* Each sees a certificate: nothing of others' is resumed. */
		{ CURLOPT_SSL_SESSIONID_CACHE, 0 },
		{ CURLOPT_FRESH_CONNECT, 1 },
		{ CURLOPT_FORBID_REUSE, 1 },
		{ CURLOPT_CERTINFO, 1 },
		{ CURLOPT_VERBOSE, 1 },		/* for take_trace() */
		{ CURLOPT_TIMEOUT_MS, timeout },
		{ CURLOPT_NOSIGNAL, 1 },
#if LIBCURL_VERSION_NUM >= 0x075700
		/* The thread that looks up an address is not waited for. */
		{ CURLOPT_QUICK_EXIT, 1 },
#endif
	};

	/* These authorities, and no others beside. */
	if (h->ca_file != NULL)
		curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (curl_easy_setopt(c, numbers[i].option, numbers[i].value) !=
		    CURLE_OK)
			return false;
	return curl_easy_setopt(c, CURLOPT_URL, url) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_PROXY, "") == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_USERAGENT, h->user_agent) == CURLE_OK &&
	    (h->ca_file == NULL || curl_easy_setopt(c, CURLOPT_CAINFO,
	    h->ca_file) == CURLE_OK) &&
	    (h->connect_to == NULL || curl_easy_setopt(c, CURLOPT_CONNECT_TO,
	    h->connect_to) == CURLE_OK) &&
	    curl_easy_setopt(c, CURLOPT_SOCKOPTFUNCTION, close_on_exec) ==
	    CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_DEBUGFUNCTION, take_trace) ==
	    CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_DEBUGDATA, f) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header) ==
	    CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_HEADERDATA, f) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_WRITEDATA, f) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_PRIVATE, f) == CURLE_OK;
}

static void
free_fetch(struct fetch *f)
{
	curl_easy_cleanup(f->easy);
	free(f->body);
	free(f);
}

/* What one that begins now may take; at least a millisecond. */
static long
time_for(const struct flight *flight)
{
	int64_t left = flight->end - now_ms();

	if (left > flight->https->timeout)
		return flight->https->timeout;
	return left > 0 ? (long)left : 1;
}

static int
start(struct flight *flight, struct mailauth_question *q)
{
	struct fetch *f = calloc(1, sizeof *f);

	if (f == NULL)
		return MAILAUTH_ENOMEM;
	f->question = q;
	f->limit = mailauth_question_max_octets(q);
	f->easy = curl_easy_init();
	if (f->easy == NULL ||
	    !set_up(f->easy, flight->https, time_for(flight),
	    mailauth_question_url(q), f) ||
	    curl_multi_add_handle(flight->multi, f->easy) != CURLM_OK) {
		free_fetch(f);
		return MAILAUTH_ENOMEM;
	}
	f->next = flight->open;
	flight->open = f;
	return MAILAUTH_DONE;
}

/* ---- What it came to ---- */

/*
 * RFC 8461 section 3.3 wants a DNS-ID.  libcurl also takes a common name where
 * the certificate has none; with OpenSSL it tells what was there.
 */
static bool
has_dns_id(CURL *easy)
{
	static const char san[] = "X509v3 Subject Alternative Name:";
	struct curl_certinfo *info = NULL;

	if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &info) != CURLE_OK ||
	    info == NULL || info->num_of_certs == 0)
		return true;
	for (struct curl_slist *l = info->certinfo[0]; l != NULL; l = l->next)
		if (strncmp(l->data, san, sizeof san - 1) == 0)
			return strstr(l->data, "DNS:") != NULL;
	return false;
}

/*
 * libcurl sees to a body that tells its length.  Another ends with the
 * connection, which anybody on the way can cut: only the server's own word
 * counts (RFC 9112 section 9.8), which libcurl does not ask for.
 */
static bool
is_whole(const struct fetch *f)
{
	curl_off_t length = -1;

	curl_easy_getinfo(f->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	return length >= 0 || f->chunked || f->closed;
}

/* TLS is a certificate that was seen and is not valid; nothing else is. */
static int
failure_of(CURLcode code, const struct fetch *f)
{
	switch (code) {
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_OUT_OF_MEMORY:
		return MAILAUTH_FAILURE_TIMEOUT;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
		return MAILAUTH_FAILURE_TLS;
	default:
		return f->over ? MAILAUTH_FAILURE_LIMIT :
		    f->nomem ? MAILAUTH_FAILURE_TIMEOUT :
		    MAILAUTH_FAILURE_NETWORK;
	}
}

static void
answer(struct fetch *f, CURLcode code)
{
	struct mailauth_fetched got = { .size = sizeof got };
	int r;

	if (code == CURLE_OK && status_of(f) == 200 && !is_whole(f))
		code = CURLE_PARTIAL_FILE;
	if (code != CURLE_OK && !f->enough) {
		mailauth_answer_failed(f->question, failure_of(code, f));
		return;
	}
	if (!has_dns_id(f->easy)) {
		mailauth_answer_failed(f->question, MAILAUTH_FAILURE_TLS);
		return;
	}
	got.status = (int32_t)status_of(f);
	got.body = f->body;
	got.body_size = f->n;
	curl_easy_getinfo(f->easy, CURLINFO_CONTENT_TYPE, &got.media_type);
	r = mailauth_answer_fetched(f->question, &got);
	/* Without memory it is as if nothing had come.  EGONE: so is it. */
	if (r == MAILAUTH_ENOMEM)
		mailauth_answer_failed(f->question, MAILAUTH_FAILURE_TIMEOUT);
	else if (r == MAILAUTH_EINVAL)
		mailauth_answer_failed(f->question, MAILAUTH_FAILURE_NETWORK);
}

static void
forget(struct flight *flight, struct fetch *f)
{
	struct fetch **at = &flight->open;

	while (*at != f)
		at = &(*at)->next;
	*at = f->next;
	curl_multi_remove_handle(flight->multi, f->easy);
	free_fetch(f);
}

/* libcurl itself has failed, for want of memory: nothing more comes. */
static bool
give_up(struct flight *flight)
{
	while (flight->open != NULL) {
		mailauth_answer_failed(flight->open->question,
		    MAILAUTH_FAILURE_TIMEOUT);
		forget(flight, flight->open);
	}
	return true;
}

/* Move what can move.  Was something answered? */
static bool
run(struct flight *flight)
{
	struct fetch *f;
	bool some = false;
	int running, left;
	CURLMsg *m;

	if (curl_multi_perform(flight->multi, &running) != CURLM_OK)
		return give_up(flight);
	while ((m = curl_multi_info_read(flight->multi, &left)) != NULL) {
		CURLcode code = m->data.result;

		if (m->msg != CURLMSG_DONE || curl_easy_getinfo(m->easy_handle,
		    CURLINFO_PRIVATE, &f) != CURLE_OK)
			continue;
		answer(f, code);
		forget(flight, f);
		some = true;
	}
	return some;
}

/* ---- The resolver ---- */

static int
begin(void *user, void **out)
{
	const struct https *h = user;
	struct flight *f = calloc(1, sizeof *f);
	int r = MAILAUTH_ENOMEM;

	if (f == NULL)
		return r;
	f->https = h;
	f->end = h->whole > 0 ? now_ms() + h->whole : INT64_MAX;
	if ((f->multi = curl_multi_init()) != NULL)
		r = h->below != NULL ?
		    mailauth_resolver_begin(h->below, &f->below) : 0;
	if (r < 0) {
		curl_multi_cleanup(f->multi);
		free(f);
		return r;
	}
	*out = f;
	return 0;
}

static int
ask(void *flight, struct mailauth_question *q)
{
	struct flight *f = flight;
	int r;

	if (mailauth_question_kind(q) == MAILAUTH_QUESTION_FETCH)
		return start(f, q);
	if (f->https->below == NULL)
		return MAILAUTH_EUNSUPPORTED;
	r = mailauth_resolver_ask(f->https->below, f->below, q);
	if (r >= 0)
		f->waits = mailauth_resolver_waits(f->https->below);
	return r;
}

/* Nothing more comes from below once it says so, until it is asked again. */
static int
wait_below(struct flight *f, int milliseconds)
{
	int r = mailauth_resolver_wait(f->https->below, f->below, milliseconds);

	f->waits = r >= 0;
	return r;
}

static int
wait(void *flight, int milliseconds)
{
	struct flight *f = flight;
	int64_t end = milliseconds < 0 ? INT64_MAX : now_ms() + milliseconds;

	for (;;) {
		int64_t left = milliseconds < 0 ? LONG_TURN : end - now_ms();
		int turn = left > LONG_TURN ? LONG_TURN : left > 0 ? (int)left : 0;

		if (f->open == NULL)
			return f->waits ? wait_below(f, milliseconds < 0 ? -1 :
			    turn) : -1;
		if (run(f))
			return 1;
		if (f->waits && wait_below(f, turn < TURN ? turn : TURN) == 1)
			return 1;
		if (!f->waits)
			curl_multi_poll(f->multi, NULL, 0, turn, NULL);
		if (left <= 0)
			return 0;
	}
}

static int
known(void *user, struct mailauth_question *q)
{
	const struct https *h = user;

	return mailauth_question_kind(q) != MAILAUTH_QUESTION_FETCH ?
	    mailauth_resolver_known(h->below, q) : 0;
}

static void
end(void *flight)
{
	struct flight *f = flight;

	while (f->open != NULL)
		forget(f, f->open);
	curl_multi_cleanup(f->multi);
	mailauth_resolver_end(f->https->below, f->below);
	free(f);
}

static void
free_https(void *user)
{
	struct https *h = user;

	curl_slist_free_all(h->connect_to);
	free(h->ca_file);
	free(h->user_agent);
	free(h);
	curl_global_cleanup();
}

/* ---- Made ---- */

/* ADDRESS[@PORT] as libcurl has it: any host and port, then these. */
static int
read_connect_to(struct https *h, const char *text)
{
	const char *at = strchr(text, '@');
	size_t n = at != NULL ? (size_t)(at - text) : strlen(text);
	char address[INET6_ADDRSTRLEN], line[INET6_ADDRSTRLEN + 16];
	unsigned char octets[16];
	bool six = strchr(text, ':') != NULL;

	if (n >= sizeof address)
		return MAILAUTH_EINVAL;
	memcpy(address, text, n);
	address[n] = '\0';
	if (inet_pton(six ? AF_INET6 : AF_INET, address, octets) != 1 ||
	    (at != NULL && (at[1] == '\0' || strlen(at + 1) > 5 ||
	    strspn(at + 1, "0123456789") != strlen(at + 1) ||
	    atoi(at + 1) < 1 || atoi(at + 1) > 65535)))
		return MAILAUTH_EINVAL;
	snprintf(line, sizeof line, "::%s%s%s:%s", six ? "[" : "", address,
	    six ? "]" : "", at != NULL ? at + 1 : "");
	h->connect_to = curl_slist_append(NULL, line);
	return h->connect_to != NULL ? MAILAUTH_DONE : MAILAUTH_ENOMEM;
}

static int
configure(struct https *h, const struct mailauth_https *c)
{
	if (c->timeout > TIMEOUT_MAX)
		return MAILAUTH_EINVAL;
	if (c->ca_file != NULL && access(c->ca_file, R_OK) != 0)
		return MAILAUTH_ESYSTEM;
	h->timeout = c->timeout > 0 ? (long)c->timeout : TIMEOUT_MAX;
	h->whole = (long)c->whole;
	h->user_agent = strdup(c->user_agent != NULL ? c->user_agent :
	    "libmailauth/" MAILAUTH_VERSION);
	if (h->user_agent == NULL ||
	    (c->ca_file != NULL && (h->ca_file = strdup(c->ca_file)) == NULL))
		return MAILAUTH_ENOMEM;
	return c->connect_to != NULL ? read_connect_to(h, c->connect_to) :
	    MAILAUTH_DONE;
}

static bool
has_tls(void)
{
	const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);

	return (v->features & CURL_VERSION_SSL) != 0;
}

int
mailauth_resolver_new_https(struct mailauth_resolver *below,
    const struct mailauth_https *given, struct mailauth_resolver **out)
{
	static const struct mailauth_resolver_ops ops = { .size = sizeof ops,
		.begin = begin, .ask = ask, .wait = wait, .known = known,
		.end = end, .free = free_https };
	struct mailauth_https c = { 0 };
	struct https *h;
	int r;

	if (out == NULL)
		return MAILAUTH_EINVAL;
	*out = NULL;
	if (given != NULL)
		memcpy(&c, given, given->size < sizeof c ? given->size :
		    sizeof c);
	if ((h = calloc(1, sizeof *h)) == NULL)
		return MAILAUTH_ENOMEM;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(h);
		return MAILAUTH_ENOMEM;
	}
	h->below = below;
	r = has_tls() ? configure(h, &c) : MAILAUTH_EUNSUPPORTED;
	if (r == MAILAUTH_DONE &&
	    (*out = mailauth_resolver_new(&ops, h)) == NULL)
		r = MAILAUTH_ENOMEM;
	if (r != MAILAUTH_DONE)
		free_https(h);
	return r;
}
