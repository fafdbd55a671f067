/*
 * resolv.conf(5), and servers as text.  A line that is not understood is
 * passed over, as everybody else does.
 */
#include <net/if.h>
#include <netinet/in.h>

#include "io/flight.h"

enum { DNS_PORT = 53, MAX_TIMEOUT = 30, MAX_ATTEMPTS = 5 };

/* The interface's number, or its name. */
static bool
parse_zone(struct slice s, uint32_t *out)
{
	char name[IF_NAMESIZE];
	uint64_t v;

	if (ma_uint(s, UINT32_MAX, &v)) {
		*out = (uint32_t)v;
		return v > 0 && v < UINT32_MAX;
	}
	if (s.n == 0 || s.n >= sizeof name)
		return false;
	memcpy(name, s.p, s.n);
	name[s.n] = '\0';
	return (*out = if_nametoindex(name)) != 0;
}

static void
make_server(struct ip ip, uint16_t port, uint32_t zone, struct server *out)
{
	struct sockaddr_in in4 = { .sin_family = AF_INET,
		.sin_port = htons(port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(port), .sin6_scope_id = zone };

	*out = (struct server){ 0 };
	if (ip.family == 4) {
		memcpy(&in4.sin_addr, ip.a, 4);
		memcpy(&out->address, &in4, out->n = sizeof in4);
	} else {
		memcpy(&in6.sin6_addr, ip.a, 16);
		memcpy(&out->address, &in6, out->n = sizeof in6);
	}
}

bool
ma_server_parse(struct slice s, struct server *out)
{
	size_t at = ma_find(s, '@'), percent;
	struct slice address = ma_sub(s, 0, at);
	uint64_t port = DNS_PORT;
	uint32_t zone = 0;
	struct ip ip;

	if (at < s.n && (!ma_uint(ma_sub(s, at + 1, s.n), 65536, &port) ||
	    port == 0 || port > 65535))
		return false;
	percent = ma_find(address, '%');
	if (!ma_ip_parse(ma_sub(address, 0, percent), &ip))
		return false;
	if (percent < address.n && (ip.family != 6 ||
	    !parse_zone(ma_sub(address, percent + 1, address.n), &zone)))
		return false;
	make_server(ip, (uint16_t)port, zone, out);
	return true;
}

static bool
is_blank(int c)
{
	return ma_is_wsp(c) || c == '\r';
}

static bool
is_solid(int c)
{
	return !is_blank(c);
}

static struct slice
next_word(struct slice *line)
{
	ma_span(line, is_blank);
	return ma_span(line, is_solid);
}

/* NAME:NUMBER with 1 to max, larger numbers count as max. */
static void
read_number(struct slice word, struct slice name, uint32_t max, uint32_t *out)
{
	uint64_t v;

	if (ma_eq(ma_cut(&word, ':'), name) && ma_uint(word, max, &v) && v > 0)
		*out = (uint32_t)v;
}

static void
read_options(struct slice line, struct dns_config *out)
{
	struct slice word;
	uint32_t seconds;

	while ((word = next_word(&line)).n > 0) {
		seconds = 0;
		read_number(word, SLICE_LIT("timeout"), MAX_TIMEOUT, &seconds);
		if (seconds > 0)
			out->interval = seconds * 1000;
		read_number(word, SLICE_LIT("attempts"), MAX_ATTEMPTS,
		    &out->attempts);
		if (ma_eq(word, SLICE_LIT("trust-ad")))
			out->trust_ad = true;
		if (ma_eq(word, SLICE_LIT("use-vc")))
			out->use_tcp = true;
	}
}

void
ma_resolv_conf_read(struct slice text, struct dns_config *out)
{
	while (text.n > 0) {
		struct slice line = ma_cut(&text, '\n');
		struct slice word = next_word(&line);

		if (ma_eq(word, SLICE_LIT("nameserver"))) {
			if (out->n < MAX_SERVERS && ma_server_parse(
			    next_word(&line), &out->servers[out->n]))
				out->n++;
		} else if (ma_eq(word, SLICE_LIT("options")))
			read_options(line, out);
	}
}
