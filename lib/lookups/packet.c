/*
 * Reply packets for those who have parsed records only.
 */
#include "lookups/lookups.h"

enum { STRING_MAX = 255 };

struct mailauth_packet {
	struct packet packet;
};

struct mailauth_packet *
mailauth_packet_new(const struct mailauth_question *q, int rcode)
{
	struct mailauth_packet *p;
	const uint8_t *wire;
	struct dname name;
	size_t n;

	if (mailauth_question_kind(q) != MAILAUTH_QUESTION_DNS ||
	    (wire = mailauth_question_wire(q, &n)) == NULL ||
	    !ma_name_wire(ma_slice(wire, n), &name) || rcode < 0 || rcode > 15)
		return NULL;
	if ((p = ma_calloc(sizeof *p)) == NULL)
		return NULL;
	if (!ma_packet_begin(&p->packet, &name, mailauth_question_type(q),
	    rcode)) {
		mailauth_packet_free(p);
		return NULL;
	}
	return p;
}

void
mailauth_packet_free(struct mailauth_packet *p)
{
	if (p == NULL)
		return;
	ma_packet_free(&p->packet);
	ma_free(p);
}

/* owner NULL: the name that was asked. */
static bool
read_owner(const struct mailauth_packet *p, const char *owner,
    struct dname *out)
{
	if (owner != NULL)
		return ma_name_master(ma_str(owner), NULL, out);
	*out = p->packet.name;
	return true;
}

/* Is this what the type has?  Of types not named here: anything. */
static bool
is_rdata(uint16_t type, struct slice data)
{
	struct dname name;

	switch (type) {
	case 0:
	case TYPE_OPT:
	case TYPE_ANY:
		return false;		/* no type of records */
	case TYPE_A:
		return data.n == 4;
	case TYPE_AAAA:
		return data.n == 16;
	case TYPE_TXT:
		return data.n > 0;
	case TYPE_CNAME:
	case TYPE_NS:
	case TYPE_PTR:
		return ma_name_wire(data, &name);
	case TYPE_MX:
		return ma_name_wire(ma_sub(data, 2, data.n), &name);
	default:
		return true;
	}
}

int
mailauth_packet_add(struct mailauth_packet *p, const char *owner,
    uint16_t type, uint32_t ttl, const void *data, size_t n)
{
	struct slice rdata = ma_slice(data, n);
	struct dname name;

	if (p == NULL || (data == NULL && n > 0) || !is_rdata(type, rdata) ||
	    !read_owner(p, owner, &name))
		return MAILAUTH_EINVAL;
	return ma_packet_add(&p->packet, &name, type, ttl, rdata);
}

int
mailauth_packet_add_text(struct mailauth_packet *p, const char *owner,
    uint32_t ttl, const char *text, size_t n)
{
	struct slice rest = ma_slice(text, n);
	struct buf rdata = { 0 };
	struct dname name;
	int r = MAILAUTH_ENOMEM;

	if (p == NULL || (text == NULL && n > 0) ||
	    !read_owner(p, owner, &name))
		return MAILAUTH_EINVAL;
	if (n > PACKET_MAX)
		return MAILAUTH_ESYNTAX;
	do {
		struct slice string = ma_sub(rest, 0, STRING_MAX);

		ma_buf_char(&rdata, (char)string.n);
		ma_buf_slice(&rdata, string);
		rest = ma_sub(rest, STRING_MAX, rest.n);
	} while (rest.n > 0);
	if (!rdata.failed)
		r = ma_packet_add(&p->packet, &name, TYPE_TXT, ttl,
		    ma_slice(rdata.p, rdata.n));
	ma_buf_free(&rdata);
	return r;
}

int
mailauth_packet_add_name(struct mailauth_packet *p, const char *owner,
    uint16_t type, uint32_t ttl, uint16_t preference, const char *name)
{
	uint8_t rdata[2 + DNAME_MAX];
	struct dname owner_name, target;

	if (p == NULL || !read_owner(p, owner, &owner_name) ||
	    !ma_name_master(ma_str(name), NULL, &target))
		return MAILAUTH_EINVAL;
	if (type != TYPE_MX && type != TYPE_CNAME && type != TYPE_NS &&
	    type != TYPE_PTR)
		return MAILAUTH_EINVAL;
	rdata[0] = (uint8_t)(preference >> 8);
	rdata[1] = (uint8_t)preference;
	memcpy(rdata + 2, target.w, target.n);
	return ma_packet_add(&p->packet, &owner_name, type, ttl,
	    type == TYPE_MX ? ma_slice(rdata, 2u + target.n) :
	    ma_slice(rdata + 2, target.n));
}

int
mailauth_packet_add_negative(struct mailauth_packet *p, const char *zone,
    uint32_t minimum)
{
	uint8_t rdata[22] = { 0 };	/* two roots, five numbers */
	struct dname name;

	if (p == NULL || !read_owner(p, zone, &name))
		return MAILAUTH_EINVAL;
	if (minimum > TTL_MAX)
		minimum = TTL_MAX;
	for (unsigned i = 0; i < 4; i++)
		rdata[18 + i] = (uint8_t)(minimum >> (24 - 8 * i));
	return ma_packet_add_authority(&p->packet, &name, TYPE_SOA, minimum,
	    ma_slice(rdata, sizeof rdata));
}

const uint8_t *
mailauth_packet_data(const struct mailauth_packet *p, size_t *n)
{
	if (n != NULL)
		*n = p != NULL ? p->packet.b.n : 0;
	return p != NULL ? (const uint8_t *)p->packet.b.p : NULL;
}
