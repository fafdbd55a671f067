/*
 * Reply packets.  The question that was asked is the one in the packet, so that
 * more than the first check is reached.
 */
#include "dns/dns.h"
#include "fuzz.h"
#include "mailauth/lookups.h"

enum { HEADER = 12, MAX_RECORDS = 8192 };

/* The root and type A, where there is no such question. */
static uint16_t
find_question(struct slice packet, struct dname *name)
{
	size_t n = 0;

	packet = ma_sub(packet, HEADER, packet.n);
	while (n < packet.n && packet.p[n] != 0)
		n += (uint8_t)packet.p[n] + 1u;
	ma_name_root(name);
	if (n + 3 > packet.n || !ma_name_wire(ma_sub(packet, 0, n + 1), name))
		return TYPE_A;
	return (uint16_t)((uint8_t)packet.p[n + 1] << 8 |
	    (uint8_t)packet.p[n + 2]);
}

static void
check_record(uint16_t type, const struct record *rec)
{
	struct dname d;

	FUZZ_CHECK(rec->ttl <= TTL_MAX);
	switch (type) {
	case TYPE_A:
		FUZZ_CHECK(rec->data.n == 4);
		break;
	case TYPE_AAAA:
		FUZZ_CHECK(rec->data.n == 16);
		break;
	case TYPE_MX:
	case TYPE_CNAME:
	case TYPE_NS:
	case TYPE_PTR:
		FUZZ_CHECK(ma_name_wire(rec->data, &d));
	}
}

static void
check_answer(const struct answer *a, const struct dname *name, uint16_t type)
{
	struct slice owner = ma_slice(name->w, name->n);
	struct dname d;

	FUZZ_CHECK(a->status >= ANSWER_RECORDS && a->status <= ANSWER_FAILED);
	FUZZ_CHECK((a->status == ANSWER_FAILED) == (a->why != 0));
	FUZZ_CHECK((a->status == ANSWER_RECORDS) == (a->count > 0));
	FUZZ_CHECK(a->ttl <= TTL_MAX && !a->secure);
	FUZZ_CHECK(a->aliases <= MAX_ALIASES);
	FUZZ_CHECK(a->count + a->aliases <= MAX_RECORDS);
	for (size_t i = 0; i < a->aliases; i++) {
		FUZZ_CHECK(ma_eq(a->chain[i].owner, owner));
		owner = a->chain[i].target;
		FUZZ_CHECK(ma_name_wire(owner, &d));
		FUZZ_CHECK(a->ttl <= a->chain[i].ttl);
	}
	for (size_t i = 0; i < a->count; i++) {
		check_record(type, &a->records[i]);
		FUZZ_CHECK(a->ttl <= a->records[i].ttl);
	}
}

static void
put_rdata(struct buf *b, uint16_t type, const struct record *rec)
{
	struct slice s = rec->data;

	ma_buf_clear(b);
	if (type == TYPE_MX) {
		ma_buf_char(b, (char)(rec->preference >> 8));
		ma_buf_char(b, (char)rec->preference);
	}
	if (type != TYPE_TXT) {
		ma_buf_slice(b, s);
		return;
	}
	do {
		struct slice string = ma_sub(s, 0, 255);

		ma_buf_char(b, (char)string.n);
		ma_buf_slice(b, string);
		s = ma_sub(s, 255, s.n);
	} while (s.n > 0);
}

/* The answer as a packet of our own; false: it would be too long. */
static bool
make_packet(const struct answer *a, const struct dname *name, uint16_t type,
    struct packet *p)
{
	struct dname owner = *name, target;
	struct buf rdata = { 0 };
	int r = MAILAUTH_DONE;

	FUZZ_CHECK(ma_packet_begin(p, name, type,
	    a->status == ANSWER_NXDOMAIN ? RCODE_NXDOMAIN : RCODE_NOERROR));
	for (size_t i = 0; i < a->aliases && r == MAILAUTH_DONE; i++) {
		r = ma_packet_add(p, &owner, TYPE_CNAME, a->chain[i].ttl,
		    a->chain[i].target);
		FUZZ_CHECK(ma_name_wire(a->chain[i].target, &target));
		owner = target;
	}
	for (size_t i = 0; i < a->count && r == MAILAUTH_DONE; i++) {
		put_rdata(&rdata, type, &a->records[i]);
		r = ma_packet_add(p, &owner, type, a->records[i].ttl,
		    ma_slice(rdata.p, rdata.n));
	}
	FUZZ_CHECK(r == MAILAUTH_DONE || r == MAILAUTH_ESYNTAX);
	ma_buf_free(&rdata);
	return r == MAILAUTH_DONE;
}

static struct buf
zone_text(const struct answer *a, const struct dname *name, uint16_t type)
{
	struct buf b = { 0 };

	FUZZ_CHECK(ma_zone_text(&b, name, type, a));
	for (size_t i = 0; i < b.n; i++)
		FUZZ_CHECK((b.p[i] >= ' ' && b.p[i] < 0x7f) || b.p[i] == '\n');
	FUZZ_CHECK(b.n > 0 && b.p[b.n - 1] == '\n');
	return b;
}

/*
 * What was read, made into a packet and read again, is the same text.  Texts
 * may differ by where strings end, and then are equal once made again; and of
 * type ANY an answer does not know what it holds.
 */
static void
check_again(const struct answer *a, const struct dname *name, uint16_t type)
{
	struct buf text = zone_text(a, name, type), again;
	struct arena arena = { 0 };
	struct packet p;
	struct answer b;

	if (a->status != ANSWER_FAILED && type != TYPE_ANY &&
	    type != TYPE_OPT && (type != TYPE_TXT || a->count < 2)) {
		if (make_packet(a, name, type, &p)) {
			FUZZ_CHECK(ma_reply_read(ma_slice(p.b.p, p.b.n), name,
			    type, MAX_RECORDS, &arena, &b));
			again = zone_text(&b, name, type);
			FUZZ_CHECK(ma_eq(ma_slice(text.p, text.n),
			    ma_slice(again.p, again.n)));
			ma_buf_free(&again);
		}
		ma_packet_free(&p);
	}
	ma_arena_free(&arena);
	ma_buf_free(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice packet = ma_slice(data, n);
	struct arena arena = { 0 };
	struct answer a;
	struct dname name;
	uint16_t type = find_question(packet, &name);

	FUZZ_CHECK(ma_reply_read(packet, &name, type, MAX_RECORDS, &arena, &a));
	check_answer(&a, &name, type);
	check_again(&a, &name, type);
	ma_arena_free(&arena);
	return 0;
}
