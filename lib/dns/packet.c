/*
 * A reply packet from parsed records: RFC 1035 section 4.
 */
#include "dns/dns.h"
#include "mailauth/base.h"

enum { HEADER = 12, FIXED = 10 };	/* FIXED: type, class, ttl, rdlength */
enum { AT_ANSWERS = 6, AT_AUTHORITIES = 8 };

static void
put16(void *at, unsigned v)
{
	uint8_t *p = at;

	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

bool
ma_packet_begin(struct packet *p, const struct dname *name, uint16_t type,
    int rcode)
{
	uint8_t header[HEADER] = { 0 }, tail[4];

	*p = (struct packet){ .name = *name };
	header[2] = 0x81;			/* QR, RD */
	header[3] = (uint8_t)(0x80 | (rcode & 15));	/* RA */
	put16(header + 4, 1);
	put16(tail, type);
	put16(tail + 2, CLASS_IN);
	return ma_buf_add(&p->b, header, sizeof header) &&
	    ma_buf_add(&p->b, name->w, name->n) &&
	    ma_buf_add(&p->b, tail, sizeof tail);
}

/* An owner that is the question's name becomes a pointer to it, no other. */
static struct slice
owner_octets(const struct packet *p, const struct dname *owner)
{
	if (ma_name_equal(owner, &p->name))
		return ma_slice("\xc0\x0c", 2);
	return ma_slice(owner->w, owner->n);
}

static int
add(struct packet *p, const struct dname *owner, uint16_t type, uint32_t ttl,
    struct slice rdata)
{
	struct slice octets = owner_octets(p, owner);
	size_t before = p->b.n;
	uint8_t fixed[FIXED];

	if (rdata.n > PACKET_MAX ||
	    before + octets.n + FIXED + rdata.n > PACKET_MAX)
		return MAILAUTH_ESYNTAX;
	if (ttl > TTL_MAX)
		ttl = TTL_MAX;		/* RFC 2181 section 8 */
	put16(fixed, type);
	put16(fixed + 2, CLASS_IN);
	put16(fixed + 4, ttl >> 16);
	put16(fixed + 6, ttl & 0xffff);
	put16(fixed + 8, (unsigned)rdata.n);
	if (!ma_buf_slice(&p->b, octets) ||
	    !ma_buf_add(&p->b, fixed, sizeof fixed) ||
	    !ma_buf_slice(&p->b, rdata)) {
		p->b.n = before;
		p->b.failed = false;
		return MAILAUTH_ENOMEM;
	}
	return MAILAUTH_DONE;
}

int
ma_packet_add(struct packet *p, const struct dname *owner, uint16_t type,
    uint32_t ttl, struct slice rdata)
{
	int r;

	if (p->authorities > 0)
		return MAILAUTH_EUSE;
	if ((r = add(p, owner, type, ttl, rdata)) == MAILAUTH_DONE)
		put16(p->b.p + AT_ANSWERS, ++p->answers);
	return r;
}

int
ma_packet_add_authority(struct packet *p, const struct dname *owner,
    uint16_t type, uint32_t ttl, struct slice rdata)
{
	int r = add(p, owner, type, ttl, rdata);

	if (r == MAILAUTH_DONE)
		put16(p->b.p + AT_AUTHORITIES, ++p->authorities);
	return r;
}

void
ma_packet_free(struct packet *p)
{
	ma_buf_free(&p->b);
}
