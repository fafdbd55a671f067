/*
 * The resolver that asks the DNS: its settings, and its functions.
 */
#include "io/flight.h"

#define RESOLV_CONF "/etc/resolv.conf"

enum { WHOLE_MS = 20000, QUESTION_SHARE = 4 };
enum { TRUST_UNSAID = -1 };

struct mailauth_dns {
	struct dns_config config;	/* servers added, bounds */
	char *path;			/* NULL: RESOLV_CONF */
	int trust;			/* TRUST_UNSAID, 0, 1 */
};

/* ---- Settings ---- */

struct mailauth_dns *
mailauth_dns_new(void)
{
	struct mailauth_dns *d = ma_calloc(sizeof *d);

	if (d != NULL) {
		d->config.whole = WHOLE_MS;
		d->trust = TRUST_UNSAID;
	}
	return d;
}

void
mailauth_dns_free(struct mailauth_dns *d)
{
	if (d == NULL)
		return;
	ma_free(d->path);
	ma_free(d);
}

int
mailauth_dns_add_server(struct mailauth_dns *d, const char *text)
{
	if (d == NULL || text == NULL || d->config.n == MAX_SERVERS ||
	    !ma_server_parse(ma_str(text), &d->config.servers[d->config.n]))
		return MAILAUTH_EINVAL;
	d->config.n++;
	return MAILAUTH_DONE;
}

int
mailauth_dns_set_resolv_conf(struct mailauth_dns *d, const char *path)
{
	struct slice s = ma_str(path);
	char *copy;

	if (d == NULL || path == NULL)
		return MAILAUTH_EINVAL;
	if ((copy = ma_realloc(NULL, s.n + 1)) == NULL)
		return MAILAUTH_ENOMEM;
	memcpy(copy, path, s.n + 1);
	ma_free(d->path);
	d->path = copy;
	return MAILAUTH_DONE;
}

int
mailauth_dns_set_deadline(struct mailauth_dns *d, uint32_t whole,
    uint32_t question)
{
	if (d == NULL || whole == 0)
		return MAILAUTH_EINVAL;
	d->config.whole = whole;
	d->config.question = question;
	return MAILAUTH_DONE;
}

int
mailauth_dns_set_trust_ad(struct mailauth_dns *d, int trust)
{
	if (d == NULL || trust < 0 || trust > 1)
		return MAILAUTH_EINVAL;
	d->trust = trust;
	return MAILAUTH_DONE;
}

/* ---- The resolver ---- */

/* resolv.conf(5): without a name server, the one on this machine. */
static void
use_this_machine(struct dns_config *c)
{
	if (c->n > 0)
		return;
	ma_server_parse(SLICE_LIT("127.0.0.1"), &c->servers[0]);
	ma_server_parse(SLICE_LIT("::1"), &c->servers[1]);
	c->n = 2;
}

static int
read_resolv_conf(const struct mailauth_dns *d, struct dns_config *c)
{
	struct buf text = { 0 };
	int r = ma_read_file(d->path != NULL ? d->path : RESOLV_CONF, &text);

	if (r == MAILAUTH_DONE)
		ma_resolv_conf_read(ma_slice(text.p, text.n), c);
	ma_buf_free(&text);
	use_this_machine(c);
	return r == MAILAUTH_ENOMEM ? r : MAILAUTH_DONE;
}

static int
begin(void *user, void **flight)
{
	struct flight *f;
	int r = ma_flight_begin(user, &f);

	if (r == MAILAUTH_DONE)
		*flight = f;
	return r;
}

static int
ask(void *flight, struct mailauth_question *q)
{
	return ma_flight_ask(flight, q);
}

static int
wait(void *flight, int milliseconds)
{
	return ma_flight_wait(flight, milliseconds);
}

static void
end(void *flight)
{
	ma_flight_end(flight);
}

int
mailauth_resolver_new_dns(const struct mailauth_dns *d,
    struct mailauth_resolver **out)
{
	static const struct mailauth_resolver_ops ops = {
		.size = sizeof ops, .begin = begin, .ask = ask, .wait = wait,
		.end = end, .free = ma_free
	};
	struct mailauth_dns *own;
	struct dns_config *c;
	int r = MAILAUTH_DONE;

	if (out == NULL)
		return MAILAUTH_EINVAL;
	*out = NULL;
	if (d == NULL) {
		if ((own = mailauth_dns_new()) == NULL)
			return MAILAUTH_ENOMEM;
		r = mailauth_resolver_new_dns(own, out);
		mailauth_dns_free(own);
		return r;
	}
	if ((c = ma_calloc(sizeof *c)) == NULL)
		return MAILAUTH_ENOMEM;
	*c = d->config;
	if (c->n == 0)
		r = read_resolv_conf(d, c);
	if (d->trust != TRUST_UNSAID)
		c->trust_ad = d->trust;
	if (c->question == 0)
		c->question = c->whole / QUESTION_SHARE;
	if (r == MAILAUTH_DONE &&
	    (*out = mailauth_resolver_new(&ops, c)) == NULL)
		r = MAILAUTH_ENOMEM;
	if (r != MAILAUTH_DONE)
		ma_free(c);
	return r;
}
