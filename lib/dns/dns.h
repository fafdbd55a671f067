/*
 * The DNS room: names, replies read, replies made, zone text printed.  It asks
 * nothing and knows no socket; ldns is used only in io.
 *	name.c		domain names
 *	idna.c		U-labels to A-labels, the only place that sees libidn2
 *	type.c		types and their words
 *	reply.c		a reply packet, hostile input, becomes an answer
 *	packet.c	a packet made from parsed records
 *	zonetext.c	an answer as lines of a master file
 */
#ifndef MA_DNS_H
#define MA_DNS_H

#include "base/base.h"

enum {
	TYPE_A = 1, TYPE_NS = 2, TYPE_CNAME = 5, TYPE_SOA = 6, TYPE_PTR = 12,
	TYPE_MX = 15, TYPE_TXT = 16, TYPE_AAAA = 28, TYPE_DNAME = 39,
	TYPE_OPT = 41, TYPE_TLSA = 52, TYPE_ANY = 255
};
enum { CLASS_IN = 1 };
enum {
	RCODE_NOERROR = 0, RCODE_SERVFAIL = 2, RCODE_NXDOMAIN = 3,
	RCODE_REFUSED = 5
};

enum { TYPE_TEXT = 10 };	/* octets of "TYPE65535" and a NUL */
/* "TXT", or "TYPE65280". */
void ma_type_text(uint16_t type, char out[TYPE_TEXT]);
/* "txt", "TYPE16" and the like; false: no such type, or type 0. */
bool ma_type_parse(struct slice, uint16_t *);

/*
 * A domain name: wire form (RFC 1035 section 3.1), uncompressed, ASCII letters
 * in lower case, so that equal names are equal octets.  n counts the root's
 * octet; a name is never empty, the root has n 1.
 */
enum { DNAME_MAX = 255, LABEL_MAX = 63, NAME_TEXT = 1009 };
struct dname {
	uint8_t n;
	uint8_t w[DNAME_MAX];
};

/*
 * From text as mail has it: labels between dots, every octet but NUL and the
 * dot stands for itself, one final dot is allowed.  False: an empty label, a
 * label over 63, a name over 255 octets in wire form (253 as text), no text.
 */
bool ma_name_parse(struct slice text, struct dname *);
/*
 * The same, but labels that are UTF-8 become A-labels (RFC 8616, RFC 5891;
 * libidn2, non-transitional).  False also where they cannot.  *nomem where
 * libidn2 had no memory.
 */
bool ma_name_parse_utf8(struct slice text, struct dname *, bool *nomem);
/*
 * From text of a master file (RFC 1035 section 5.1): \DDD and \X escapes, and
 * relative to origin without a final dot (origin NULL: to the root; "@": the
 * origin).
 */
bool ma_name_master(struct slice text, const struct dname *origin,
    struct dname *);
/* From uncompressed wire form of just this length. */
bool ma_name_wire(struct slice wire, struct dname *);
void ma_name_root(struct dname *);
/*
 * Append a label to a name that lacks the root's octet yet; n 0 at first.
 * False: an empty label, one over 63, no room for it and the root's octet.
 */
bool ma_name_add(struct dname *, const char *label, size_t n);

/*
 * Text for a master file without the final dot ("." for the root): octets that
 * mean something there are escaped.  Hosts and domains come out as one knows
 * them.
 */
void ma_name_text(const struct dname *, char out[NAME_TEXT]);
/* The same in the arena; NULL: no memory. */
char *ma_name_string(struct arena *, const struct dname *);

static inline bool
ma_name_equal(const struct dname *a, const struct dname *b)
{
	return a->n == b->n && memcmp(a->w, b->w, a->n) == 0;
}

unsigned ma_name_labels(const struct dname *);		/* the root: 0 */
/* The rightmost so many labels; all of them where it has fewer. */
void ma_name_last(const struct dname *, unsigned labels, struct dname *);
/* Equal, or below. */
bool ma_name_within(const struct dname *, const struct dname *top);
/* A label, or dotted labels, put before; false: empty, or too long. */
bool ma_name_prepend(struct slice labels, const struct dname *, struct dname *);
/* All labels letters, digits, hyphens inside (RFC 5321 section 2.3.5). */
bool ma_name_is_host(const struct dname *);
/* Below in-addr.arpa or ip6.arpa. */
void ma_name_reverse(struct ip, struct dname *);

/* ---- Replies ---- */

enum answer_status {
	ANSWER_RECORDS = 1,	/* records of the type that was asked */
	ANSWER_NODATA,		/* the name is there, such records are not */
	ANSWER_NXDOMAIN,	/* the name (or the chain's end) is not there */
	ANSWER_FAILED		/* see why */
};

/*
 * A record's data: A, AAAA: the octets; TXT: its strings joined; PTR, CNAME,
 * NS, MX: the name in wire form, lower case; else the rdata as it came.
 */
struct record {
	struct slice data;
	uint32_t ttl;
	uint16_t preference;	/* MX */
};

/* One step of a CNAME chain; names in wire form. */
struct alias {
	struct slice owner, target;
	uint32_t ttl;
};

struct answer {
	enum answer_status status;
	int why;		/* enum mailauth_failure; 0 unless FAILED */
	bool secure;
	uint32_t ttl;		/* seconds the whole may be kept; 0 if FAILED */
	size_t count;		/* 0 unless RECORDS */
	const struct record *records;	/* of the chain's end, as they came */
	size_t aliases;
	const struct alias *chain;	/* from the name asked on */
};

/*
 * Read a reply to (name, type, IN): bounded, no recursion, in time linear in
 * n.  Only records that belong to the question are taken: those of the name,
 * and of the names that CNAME records of this packet lead to, at most
 * MAX_ALIASES of them, no loop.  What is malformed, truncated, not a reply or
 * not to the question makes out->status ANSWER_FAILED, with why.  All that
 * *out points to is in the arena.  False: no memory.
 */
enum { MAX_ALIASES = 16, NEGATIVE_TTL_MAX = 3600 };
bool ma_reply_read(struct slice packet, const struct dname *name, uint16_t type,
    size_t max_records, struct arena *, struct answer *out);

/* ---- Packets made ---- */

/*
 * A reply packet that grows record by record: id 0, QR RD RA, the question,
 * answers, then authorities.  It is complete after every call: b.p, b.n.
 */
struct packet {
	struct buf b;
	struct dname name;		/* the question's */
	uint16_t answers, authorities;
};

enum { PACKET_MAX = 65535, TTL_MAX = 0x7fffffff };

/* False: no memory.  Free it all the same. */
bool ma_packet_begin(struct packet *, const struct dname *name, uint16_t type,
    int rcode);
/*
 * Add a record; names in rdata are not compressed.  A ttl above TTL_MAX counts
 * as TTL_MAX.  MAILAUTH_ESYNTAX: the packet would pass PACKET_MAX octets;
 * MAILAUTH_EUSE: an answer after an authority; MAILAUTH_ENOMEM.  After a
 * failure the packet is as before.
 */
int ma_packet_add(struct packet *, const struct dname *owner, uint16_t type,
    uint32_t ttl, struct slice rdata);
int ma_packet_add_authority(struct packet *, const struct dname *owner,
    uint16_t type, uint32_t ttl, struct slice rdata);
void ma_packet_free(struct packet *);

/* ---- Zone text ---- */

/*
 * The answer to (name, type) as lines of a master file, absolute names, and
 * the ";!" lines for what records cannot say.
 */
bool ma_zone_text(struct buf *, const struct dname *name, uint16_t type,
    const struct answer *);

#endif
