/*
 * A question as a packet, by ldns; and what a reply to it looks like.
 */
#include <ldns/ldns.h>

#include "io/flight.h"

enum { HEADER = 12, AT_FLAGS = 2, AT_QUESTIONS = 4, AT_ADDITIONALS = 10 };
enum { EDNS_OCTETS = 1232 };	/* what fits every path: DNS flag day 2020 */

/* The packet; NULL: no memory. */
static ldns_pkt *
make_packet(const struct mailauth_question *q, uint16_t id)
{
	size_t n;
	const uint8_t *wire = mailauth_question_wire(q, &n);
	ldns_rdf *name = ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, n, wire);
	ldns_pkt *p;

	if (name == NULL)
		return NULL;
	p = ldns_pkt_query_new(name, (ldns_rr_type)mailauth_question_type(q),
	    LDNS_RR_CLASS_IN, LDNS_RD | LDNS_AD);
	if (p == NULL) {
		ldns_rdf_deep_free(name);
		return NULL;
	}
	ldns_pkt_set_id(p, id);
	ldns_pkt_set_edns_udp_size(p, EDNS_OCTETS);
	return p;
}

int
ma_query_make(const struct mailauth_question *q, uint16_t id,
    uint8_t out[QUERY_MAX])
{
	ldns_pkt *p = make_packet(q, id);
	ldns_buffer *b = ldns_buffer_new(QUERY_MAX);
	int r = MAILAUTH_ENOMEM;

	if (p != NULL && b != NULL &&
	    ldns_pkt2buffer_wire_compress(b, p, NULL) == LDNS_STATUS_OK &&
	    ldns_buffer_position(b) <= QUERY_MAX) {
		r = (int)ldns_buffer_position(b);
		memcpy(out, ldns_buffer_begin(b), (size_t)r);
	}
	ldns_buffer_free(b);
	ldns_pkt_free(p);
	return r;
}

int
mailauth_query_packet(const struct mailauth_question *q, uint16_t id, void *buf,
    size_t size)
{
	uint8_t query[QUERY_MAX];
	int n;

	if (buf == NULL || mailauth_question_kind(q) != MAILAUTH_QUESTION_DNS)
		return MAILAUTH_EINVAL;
	if ((n = ma_query_make(q, id, query)) < 0)
		return n;
	if ((size_t)n > size)
		return MAILAUTH_EINVAL;
	memcpy(buf, query, (size_t)n);
	return n;
}

size_t
ma_query_plain(uint8_t *query, size_t n)
{
	query[AT_ADDITIONALS] = query[AT_ADDITIONALS + 1] = 0;
	return n - OPT_OCTETS;
}

static unsigned
get16(struct slice s, size_t at)
{
	const uint8_t *p = (const uint8_t *)s.p + at;

	return (unsigned)p[0] << 8 | p[1];
}

/* From behind the header to the end of the one question. */
static struct slice
question_of(struct slice query)
{
	size_t n = HEADER;

	while (query.p[n] != 0)
		n += 1u + (unsigned char)query.p[n];
	return ma_sub(query, HEADER, n + 5 - HEADER);
}

bool
ma_query_matches(struct slice query, struct slice reply)
{
	enum { QR = 0x8000, OPCODE = 0x7800, RCODE = 15 };
	struct slice asked, name, got;
	unsigned flags, rcode;

	if (reply.n < HEADER || get16(reply, 0) != get16(query, 0))
		return false;
	flags = get16(reply, AT_FLAGS);
	rcode = flags & RCODE;
	if ((flags & (QR | OPCODE)) != QR)
		return false;
	if (get16(reply, AT_QUESTIONS) == 0)
		return rcode != RCODE_NOERROR && rcode != RCODE_NXDOMAIN;
	asked = question_of(query);
	got = ma_sub(reply, HEADER, asked.n);
	name = ma_sub(asked, 0, asked.n - 4);
	/* Lengths of labels are no letters. */
	return get16(reply, AT_QUESTIONS) == 1 && got.n == asked.n &&
	    ma_caseeq(ma_sub(got, 0, name.n), name) &&
	    ma_eq(ma_sub(got, name.n, 4), ma_sub(asked, name.n, 4));
}
