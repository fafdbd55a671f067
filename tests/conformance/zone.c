/*
 * The DNS of a case: an object of names, each an object of types, each a list
 * of records or a word for what happens; and resolvers that answer from it.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "dns/dns.h"
#include "inside.h"

enum { MAX_CHAIN = 12, NAME_SIZE = 4 * DNAME_MAX };

/* ---- Names ---- */

static void
lower(const char *in, char out[NAME_SIZE])
{
	size_t n = strlen(in);

	if (n > 0 && in[n - 1] == '.')
		n--;
	if (n >= NAME_SIZE)
		n = NAME_SIZE - 1;
	for (size_t i = 0; i < n; i++)
		out[i] = ma_lower(in[i]);
	out[n] = '\0';
}

/* The name asked, as the suites write names: octets as they are, in UTF-8. */
static void
asked_name(const struct mailauth_question *q, char out[NAME_SIZE])
{
	size_t n, to = 0;
	const uint8_t *wire = mailauth_question_wire(q, &n);

	for (size_t i = 0; wire[i] != 0; i += 1u + wire[i]) {
		if (i > 0)
			out[to++] = '.';
		for (size_t k = 1; k <= wire[i]; k++) {
			uint8_t c = wire[i + k];

			if (c >= 0x80)
				out[to++] = (char)(0xc0 | c >> 6);
			out[to++] = (char)(c < 0x80 ? c : 0x80 | (c & 0x3f));
		}
	}
	out[to] = '\0';
}

/* As text of a master file: what is not a plain letter is escaped. */
static const char *
master(const char *name, char out[4 * NAME_SIZE])
{
	size_t n = strlen(name), to = 0;

	if (n == 0 || strcmp(name, ".") == 0)
		return ".";
	for (size_t i = 0; i < n && i < NAME_SIZE; i++) {
		unsigned char c = (unsigned char)name[i];

		if (ma_is_alnum(c) || strchr("-_.", c) != NULL)
			out[to++] = (char)c;
		else
			to += (size_t)sprintf(out + to, "\\%03u", c);
	}
	out[to] = '\0';
	return out;
}

void
cases_dns_load(struct cases *cs, const json_t *dns)
{
	const char *name;
	json_t *types;

	json_decref(cs->dns);
	cs->dns = json_object();
	cs->questions = 0;
	json_object_foreach((json_t *)dns, name, types) {
		char key[NAME_SIZE];

		lower(name, key);
		json_object_set(cs->dns, key, types);
	}
}

/* Does some name lie below this one? */
static bool
is_above(const json_t *dns, const char *name)
{
	size_t n = strlen(name);
	const char *other;
	json_t *types;

	json_object_foreach((json_t *)dns, other, types) {
		size_t m = strlen(other);

		if (m > n && other[m - n - 1] == '.' &&
		    strcmp(other + m - n, name) == 0)
			return true;
	}
	return false;
}

/* ---- Records ---- */

/* One octet a character: U+0000 to U+00FF. */
static size_t
latin1(const json_t *text, uint8_t *out)
{
	const char *s = json_string_value(text);
	size_t n = json_string_length(text), to = 0;

	for (size_t i = 0; i < n; i++) {
		uint8_t c = (uint8_t)s[i];

		if (c >= 0xc0 && i + 1 < n)
			c = (uint8_t)((c & 3) << 6 | ((uint8_t)s[++i] & 0x3f));
		out[to++] = c;
	}
	return to;
}

/* A character-string, or as many as it takes. */
static void
add_string(struct buf *b, const json_t *text)
{
	uint8_t *octets = malloc(json_string_length(text) + 1);
	size_t n = latin1(text, octets), at = 0;

	do {
		size_t part = n - at < 255 ? n - at : 255;

		ma_buf_char(b, (char)part);
		ma_buf_add(b, octets + at, part);
		at += part;
	} while (at < n);
	free(octets);
}

static int
add_txt(struct mailauth_packet *p, const char *owner, const json_t *value)
{
	struct buf b = { 0 };
	size_t i;
	json_t *one;
	int r;

	if (json_is_string(value))
		add_string(&b, value);
	json_array_foreach(value, i, one)
		add_string(&b, one);
	if (b.n == 0)
		ma_buf_char(&b, 0);	/* no string at all: an empty one */
	r = mailauth_packet_add(p, owner, TYPE_TXT, 300, b.p, b.n);
	ma_buf_free(&b);
	return r;
}

static int
add_tlsa(struct mailauth_packet *p, const char *owner, const json_t *value)
{
	const json_t *hex = json_array_get(value, 3);
	struct slice text =
	    ma_slice(json_string_value(hex), json_string_length(hex));
	struct buf b = { 0 };
	int r;

	for (size_t i = 0; i < 3; i++)
		ma_buf_char(&b,
		    (char)json_integer_value(json_array_get(value, i)));
	for (size_t i = 0; i + 1 < text.n; i += 2)
		ma_buf_char(&b, (char)(ma_hex(text.p[i]) << 4 |
		    ma_hex(text.p[i + 1])));
	r = mailauth_packet_add(p, owner, TYPE_TLSA, 300, b.p, b.n);
	ma_buf_free(&b);
	return r;
}

static int
add_record(struct mailauth_packet *p, const char *owner, uint16_t type,
    const json_t *value)
{
	char name[4 * NAME_SIZE];
	uint8_t octets[16];

	switch (type) {
	case TYPE_A:
	case TYPE_AAAA:
		if (inet_pton(type == TYPE_A ? AF_INET : AF_INET6,
		    json_string_value(value), octets) != 1)
			return MAILAUTH_EINVAL;
		return mailauth_packet_add(p, owner, type, 300, octets,
		    type == TYPE_A ? 4 : 16);
	case TYPE_TXT:
		return add_txt(p, owner, value);
	case TYPE_TLSA:
		return add_tlsa(p, owner, value);
	case TYPE_MX:
		return mailauth_packet_add_name(p, owner, type, 300,
		    (uint16_t)json_integer_value(json_array_get(value, 0)),
		    master(json_string_value(json_array_get(value, 1)), name));
	default:
		return mailauth_packet_add_name(p, owner, type, 300, 0,
		    master(json_string_value(value), name));
	}
}

/* ---- Answers ---- */

/* What happens at the end of the chain. */
struct found {
	const json_t *records;		/* a list, or NULL */
	int failure, rcode;
};

static struct found
look_at(const json_t *dns, const char *name, const char *type)
{
	static const struct {
		const char *word;
		int failure, rcode;
	} words[] = {
		{ "SERVFAIL", MAILAUTH_FAILURE_SERVFAIL, 0 },
		{ "TIMEOUT", MAILAUTH_FAILURE_TIMEOUT, 0 },
		{ "REFUSED", MAILAUTH_FAILURE_REFUSED, 0 },
		{ "NXDOMAIN", 0, 3 },
		{ "NOERROR", 0, 0 },
	};
	const json_t *types = json_object_get(dns, name), *value;
	struct found f = { 0 };

	if (types == NULL) {
		f.rcode = is_above(dns, name) ? 0 : 3;
		return f;
	}
	if ((value = json_object_get(types, type)) == NULL)
		value = json_object_get(types, "*");
	if (json_is_array(value))
		f.records = value;
	for (size_t i = 0; json_is_string(value) && i < COUNT(words); i++)
		if (strcmp(words[i].word, json_string_value(value)) == 0) {
			f.failure = words[i].failure;
			f.rcode = words[i].rcode;
		}
	return f;
}

/* Where the name's alias leads; NULL: it has none, or the type has its own. */
static const char *
alias_of(const json_t *dns, const char *name, const char *type)
{
	const json_t *types = json_object_get(dns, name);
	const json_t *alias = json_object_get(types, "CNAME");

	if (json_object_get(types, type) != NULL)
		return NULL;
	return json_string_value(json_array_get(alias, 0));
}

void
cases_answer(struct cases *cs, struct mailauth_question *q, uint32_t flags)
{
	const char *type = mailauth_question_type_name(q), *target;
	struct mailauth_packet *p;
	struct found f;
	struct { char owner[NAME_SIZE], target[NAME_SIZE]; } chain[MAX_CHAIN];
	char name[NAME_SIZE], owner[4 * NAME_SIZE], to[4 * NAME_SIZE];
	size_t links = 0, n, i;
	const uint8_t *packet;
	json_t *one;
	int r = MAILAUTH_DONE;

	asked_name(q, name);
	while (links < MAX_CHAIN &&
	    (target = alias_of(cs->dns, name, type)) != NULL) {
		strcpy(chain[links].owner, name);
		lower(target, name);
		strcpy(chain[links++].target, name);
	}
	f = look_at(cs->dns, name, type);
	if (f.failure != 0) {
		mailauth_answer_failed(q, f.failure);
		return;
	}
	if ((p = mailauth_packet_new(q, f.rcode)) == NULL)
		abort();
	for (i = 0; i < links && r == MAILAUTH_DONE; i++)
		r = mailauth_packet_add_name(p, master(chain[i].owner, owner),
		    TYPE_CNAME, 300, 0, master(chain[i].target, to));
	json_array_foreach(f.records, i, one)
		if (r == MAILAUTH_DONE)
			r = add_record(p, master(name, owner),
			    mailauth_question_type(q), one);
	if (r != MAILAUTH_DONE)
		cases_fail(cs, "%s %s cannot be made a packet: %s", name, type,
		    mailauth_strerror(r));
	packet = mailauth_packet_data(p, &n);
	mailauth_answer_dns(q, packet, n, flags);
	mailauth_packet_free(p);
}

void
cases_answer_txt(struct mailauth_question *q, const json_t *texts)
{
	struct mailauth_packet *p = mailauth_packet_new(q, 0);
	const uint8_t *octets;
	json_t *one;
	size_t i, n;

	json_array_foreach(texts, i, one)
		mailauth_packet_add_text(p, NULL, 60, json_string_value(one),
		    json_string_length(one));
	octets = mailauth_packet_data(p, &n);
	mailauth_answer_dns(q, octets, n, 0);
	mailauth_packet_free(p);
}

/* ---- Resolvers ---- */

struct zone {
	struct cases *cases;
	enum cases_order order;
	uint32_t flags;
};

/* A flight keeps its open questions, at most so many; more are answered. */
enum { MAX_OPEN = 1000 };
struct flight {
	const struct zone *zone;
	struct mailauth_question *open[MAX_OPEN];
	size_t n;
};

static int
zone_begin(void *user, void **flight)
{
	struct flight *f = calloc(1, sizeof *f);

	if (f == NULL)
		return MAILAUTH_ENOMEM;
	f->zone = user;
	*flight = f;
	return 0;
}

static int
zone_ask(void *flight, struct mailauth_question *q)
{
	struct flight *f = flight;

	f->zone->cases->questions++;
	if (f->zone->order == CASES_BLOCKING || f->n == MAX_OPEN)
		cases_answer(f->zone->cases, q, f->zone->flags);
	else
		f->open[f->n++] = q;
	return 0;
}

/* One answer a time, so that every order of coming is a different run. */
static int
zone_wait(void *flight, int milliseconds)
{
	struct flight *f = flight;
	struct mailauth_question *q;

	(void)milliseconds;
	if (f->n == 0)
		return -1;
	f->n--;
	if (f->zone->order == CASES_LIFO) {
		q = f->open[f->n];
	} else {
		q = f->open[0];
		memmove(f->open, f->open + 1, f->n * sizeof *f->open);
	}
	cases_answer(f->zone->cases, q, f->zone->flags);
	return 1;
}

static void
zone_end(void *flight)
{
	free(flight);
}

static void
zone_free(void *user)
{
	free(user);
}

struct mailauth_resolver *
cases_resolver(struct cases *cs, enum cases_order order, uint32_t flags)
{
	struct mailauth_resolver_ops ops = { .size = sizeof ops,
		.begin = zone_begin, .ask = zone_ask, .wait = zone_wait,
		.end = zone_end, .free = zone_free };
	struct zone *z = malloc(sizeof *z);
	struct mailauth_resolver *r;

	if (z == NULL)
		abort();
	*z = (struct zone){ .cases = cs, .order = order, .flags = flags };
	if (order == CASES_BLOCKING)
		ops.wait = NULL;
	if ((r = mailauth_resolver_new(&ops, z)) == NULL)
		abort();
	return r;
}

unsigned
cases_questions(const struct cases *cs)
{
	return cs->questions;
}
