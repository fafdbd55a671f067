/*
 * Addresses, prefixes and the names under which addresses are reversed.
 */
#include <stdio.h>

#include "base/base.h"

static bool
is_hex(int c)
{
	return ma_hex(c) >= 0;
}

bool
ma_ip4_parse(struct slice s, struct ip *out)
{
	struct ip ip = { .family = 4 };
	uint64_t v;

	for (int i = 0; i < 4; i++) {
		struct slice octet = i < 3 ? ma_cut(&s, '.') : s;

		if (octet.n > 3 || !ma_uint(octet, 256, &v) || v > 255 ||
		    (octet.n > 1 && octet.p[0] == '0'))
			return false;
		ip.a[i] = (uint8_t)v;
	}
	*out = ip;
	return true;
}

/*
 * Groups of 1*4HEXDIG with ":" between, the last perhaps an IPv4 address;
 * how many octets they make, or -1.  Nothing at all makes 0.
 */
static int
groups(struct slice s, uint8_t out[16])
{
	struct slice word;
	struct ip v4;
	int n = 0;

	while (s.n > 0) {
		bool last = ma_find(s, ':') == s.n;

		word = ma_cut(&s, ':');
		if (!last && s.n == 0)
			return -1;		/* a ":" at the end */
		if (last && ma_find(word, '.') < word.n) {
			if (n > 12 || !ma_ip4_parse(word, &v4))
				return -1;
			memcpy(out + n, v4.a, 4);
			return n + 4;
		}
		unsigned v = 0;
		struct slice rest = word;

		if (word.n < 1 || word.n > 4 || n > 14 ||
		    ma_span(&rest, is_hex).n != word.n)
			return -1;
		for (size_t i = 0; i < word.n; i++)
			v = v << 4 | (unsigned)ma_hex(word.p[i]);
		out[n++] = (uint8_t)(v >> 8);
		out[n++] = (uint8_t)v;
	}
	return n;
}

/* RFC 4291 section 2.2; its "::" may stand for a single group. */
bool
ma_ip6_parse(struct slice s, struct ip *out)
{
	struct ip ip = { .family = 6 };
	uint8_t tail[16];
	size_t at = s.n;
	int head, n;

	for (size_t i = 0; i + 1 < s.n && at == s.n; i++)
		if (s.p[i] == ':' && s.p[i + 1] == ':')
			at = i;
	if (at == s.n) {
		if (groups(s, ip.a) != 16)
			return false;
	} else {
		struct slice left = ma_sub(s, 0, at);

		if (ma_find(left, '.') < left.n ||
		    (head = groups(left, ip.a)) < 0 ||
		    (n = groups(ma_sub(s, at + 2, s.n), tail)) < 0 ||
		    head + n > 14)
			return false;
		memcpy(ip.a + 16 - n, tail, (size_t)n);
	}
	*out = ip;
	return true;
}

bool
ma_ip_parse(struct slice s, struct ip *out)
{
	return ma_ip4_parse(s, out) || ma_ip6_parse(s, out);
}

struct ip
ma_ip_unmap(struct ip ip)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct ip v4 = { .family = 4 };

	if (ip.family != 6 || memcmp(ip.a, mapped, sizeof mapped) != 0)
		return ip;
	memcpy(v4.a, ip.a + 12, 4);
	return v4;
}

bool
ma_ip_equal(struct ip a, struct ip b)
{
	return a.family == b.family &&
	    memcmp(a.a, b.a, a.family == 4 ? 4 : 16) == 0;
}

bool
ma_ip_within(struct ip ip, struct ip net, unsigned bits)
{
	size_t whole = bits / 8;

	if (ip.family != net.family || bits > (ip.family == 4 ? 32 : 128) ||
	    memcmp(ip.a, net.a, whole) != 0)
		return false;
	return bits % 8 == 0 ||
	    ((ip.a[whole] ^ net.a[whole]) & (0xff00 >> bits % 8 & 0xff)) == 0;
}

static void
ip6_text(const uint8_t a[16], char out[IP_TEXT])
{
	unsigned group[8];
	int best = -1, length = 1;		/* only runs of two or more */
	size_t n = 0;

	for (int i = 0; i < 8; i++)
		group[i] = (unsigned)a[2 * i] << 8 | a[2 * i + 1];
	for (int i = 0; i < 8; i++) {
		int k = i;

		while (k < 8 && group[k] == 0)
			k++;
		if (k - i > length) {
			best = i;
			length = k - i;
		}
	}
	/* As inet_ntop(3): dotted for ::ffff:0:0/96 and what was IPv4-compatible. */
	bool dotted = best == 0 && (length == 6 ||
	    (length == 5 && group[5] == 0xffff));

	for (int i = 0; i < (dotted ? 6 : 8); i++) {
		if (i == best) {
			n += (size_t)snprintf(out + n, IP_TEXT - n, "::");
			i += length - 1;
			continue;
		}
		n += (size_t)snprintf(out + n, IP_TEXT - n, "%s%x",
		    i == 0 || out[n - 1] == ':' ? "" : ":", group[i]);
	}
	if (dotted)
		snprintf(out + n, IP_TEXT - n, "%s%u.%u.%u.%u",
		    out[n - 1] == ':' ? "" : ":", a[12], a[13], a[14], a[15]);
}

void
ma_ip_text(struct ip ip, char out[IP_TEXT])
{
	if (ip.family == 6)
		ip6_text(ip.a, out);
	else
		snprintf(out, IP_TEXT, "%u.%u.%u.%u", ip.a[0], ip.a[1],
		    ip.a[2], ip.a[3]);
}

void
ma_ip_reverse(struct ip ip, char out[IP_REVERSE])
{
	size_t n = 0;

	if (ip.family == 4) {
		snprintf(out, IP_REVERSE, "%u.%u.%u.%u.in-addr.arpa", ip.a[3],
		    ip.a[2], ip.a[1], ip.a[0]);
		return;
	}
	for (int i = 15; i >= 0; i--)
		n += (size_t)snprintf(out + n, IP_REVERSE - n, "%x.%x.",
		    ip.a[i] & 15u, (unsigned)ip.a[i] >> 4);
	snprintf(out + n, IP_REVERSE - n, "ip6.arpa");
}
