/*
 * Packets for tests, written octet by octet.  The notation, blanks between:
 *	81a0		hex octets
 *	<a.example>	a name in wire form (text of a master file)
 *	"text"		its octets
 *	[ ... ]		what is between, after its length in two octets
 */
#ifndef PACKET_H
#define PACKET_H

#include "dns/dns.h"
#include "unit.h"

/* <a.example> is at 000c, <example> at 000e, the rest begins at 001b. */
#define HEAD(flags, an, ns, ar) "0000 " flags " 0001 " an " " ns " " ar " "
#define QUESTION(type) "<a.example> " type " 0001 "
#define REPLY(type, an) HEAD("8180", an, "0000", "0000") QUESTION(type)
#define RR(owner, type, ttl, rdata) \
	owner " " type " 0001 " ttl " [ " rdata " ] "
#define A "0001"
#define NS "0002"
#define CNAME "0005"
#define SOA "0006"
#define PTR "000c"
#define MX "000f"
#define TXT "0010"
#define AAAA "001c"
#define TLSA "0034"
#define MINUTE "0000003c"
#define HOUR "00000e10"

/* What is between " and ", or < and >; both are gone from *s. */
static inline struct slice
packet_quoted(struct slice *s, char end)
{
	*s = ma_sub(*s, 1, s->n);
	ck_assert(ma_find(*s, end) < s->n);
	return ma_cut(s, end);
}

static inline void
packet_put(struct buf *b, struct slice s)
{
	size_t open[8] = { 0 }, depth = 0;

	while ((s = ma_trim(s)).n > 0) {
		struct dname name;
		struct slice hex;

		switch (s.p[0]) {
		case '<':
			ck_assert(ma_name_master(packet_quoted(&s, '>'), NULL,
			    &name));
			ma_buf_add(b, name.w, name.n);
			break;
		case '"':
			ma_buf_slice(b, packet_quoted(&s, '"'));
			break;
		case '[':
			ck_assert(depth < COUNT(open));
			ma_buf_add(b, "\0", 2);
			open[depth++] = b->n;
			s = ma_sub(s, 1, s.n);
			break;
		case ']':
			ck_assert(depth-- > 0);
			b->p[open[depth] - 2] =
			    (char)((b->n - open[depth]) >> 8);
			b->p[open[depth] - 1] = (char)(b->n - open[depth]);
			s = ma_sub(s, 1, s.n);
			break;
		default:
			hex = ma_cut(&s, ' ');
			ck_assert_msg(hex.n % 2 == 0, "%.*s", SLICE_ARG(hex));
			for (size_t i = 0; i < hex.n; i += 2)
				ma_buf_char(b, (char)(ma_hex(hex.p[i]) * 16 +
				    ma_hex(hex.p[i + 1])));
		}
	}
	ck_assert(depth == 0 && !b->failed);
}

static inline struct slice
packet_from(struct buf *b, const char *text)
{
	ma_buf_clear(b);
	packet_put(b, ma_str(text));
	return ma_slice(b->p, b->n);
}

#endif
