/*
 * mailauth/resolver.h - ready-made resolvers: the DNS by way of ldns, a zone
 * file, a cache over any of them; and the query packet for those who have
 * sockets of their own.
 *
 * All may be used by several threads at once and must outlive what uses them.
 * Free them with mailauth_resolver_free().
 */
#ifndef MAILAUTH_RESOLVER_H
#define MAILAUTH_RESOLVER_H

#include "mailauth/lookups.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- The DNS ---- */

/*
 * Asks recursive servers over UDP with EDNS0 (1232 octets), and TCP where a
 * reply is truncated.  All open questions are in flight together, from one
 * connected socket a server and flight, with random ports and ids; a reply
 * counts only if its id and question are the asked ones.  A question that gets
 * no reply goes to the next server, again and again, until its time is over; a
 * server that fails it (SERVFAIL, REFUSED and the like, or nobody is there) is
 * not asked again, and once all have failed it, that is the answer.  No
 * thread, no signal, and no descriptor that outlives a flight.
 */
struct mailauth_dns;

/* NULL: no memory.  Without a server added, those of resolv.conf are asked. */
MAILAUTH_API struct mailauth_dns *mailauth_dns_new(void);
MAILAUTH_API void mailauth_dns_free(struct mailauth_dns *);	/* NULL allowed */
/*
 * Ask this server: an IPv4 or IPv6 address, perhaps with %zone, perhaps with
 * @port.  May be called up to 8 times; EINVAL: no address, no port, or one too
 * many.
 */
MAILAUTH_API int mailauth_dns_add_server(struct mailauth_dns *, const char *);
/*
 * Read another file than /etc/resolv.conf (resolv.conf(5)): nameserver (8 of
 * them), options timeout, attempts, trust-ad, use-vc; the rest is passed over.
 * No file, or no server in it: 127.0.0.1 and ::1.  Not read where a server was
 * added.  MAILAUTH_ENOMEM.
 */
MAILAUTH_API int mailauth_dns_set_resolv_conf(struct mailauth_dns *,
    const char *path);
/*
 * Bounds in milliseconds: of a whole evaluation (20000), of one question,
 * repetitions included (0: a quarter of the whole).  EINVAL: whole is 0.
 */
MAILAUTH_API int mailauth_dns_set_deadline(struct mailauth_dns *,
    uint32_t whole, uint32_t question);
/*
 * Whether the AD bit of replies is believed (1) or not (0); else resolv.conf's
 * `options trust-ad` decides, and added servers are not believed.
 */
MAILAUTH_API int mailauth_dns_set_trust_ad(struct mailauth_dns *, int trust);
/*
 * The resolver; the settings are copied (NULL: all by default).  resolv.conf is
 * read now.  MAILAUTH_ENOMEM, MAILAUTH_EINVAL.
 */
MAILAUTH_API int mailauth_resolver_new_dns(const struct mailauth_dns *,
    struct mailauth_resolver **out);

/* ---- A zone file ---- */

/*
 * Answers from a master file (RFC 1035 section 5) alone: several origins and
 * SOAs in one file, relative names, $ORIGIN, $TTL, parentheses, escapes, RFC
 * 3597 types; $INCLUDE is refused.  A name it lacks is NXDOMAIN, unless a name
 * below it is there; a name without that type is NODATA; CNAME chains are
 * followed inside the file; wildcards as RFC 4592.  Lines "; ! NAME TYPE WORD"
 * (without the blank) as mailauth_lookups_zone() writes them: a name of which
 * one says something else than NXDOMAIN or secure is there; an answer is secure
 * if just its name and type are marked, or every name on its way (TYPE, "*", or
 * CNAME of an alias), or the file ("; ! secure").
 *
 * text: the file's n octets; name: what to call it in messages.  On
 * MAILAUTH_ESYNTAX error (size octets; may be NULL) says "NAME:LINE: what is
 * wrong".  It answers when it is waited for, an answer at a time, in the order
 * of the questions; loops of one's own use _known().
 */
MAILAUTH_API int mailauth_resolver_new_zone(const char *text, size_t n,
    const char *name, struct mailauth_resolver **out, char *error, size_t size);
/* The same from a file.  ESYSTEM: it cannot be read; errno says why. */
MAILAUTH_API int mailauth_resolver_new_zone_file(const char *path,
    struct mailauth_resolver **out, char *error, size_t size);

/* ---- A cache ---- */

/*
 * Remembers what the resolver below brings, as long as the records say; that
 * there is nothing, as long as the SOA says and at most 3600 s (RFC 2308);
 * failures not at all.  At most so many entries and octets, the least recently
 * used go first.  The resolver below is not owned; NULL: a cache alone, for
 * loops of one's own, who use _known() and mailauth_cache_store().
 */
MAILAUTH_API struct mailauth_resolver *mailauth_resolver_new_cache(
    struct mailauth_resolver *below, uint32_t entries, size_t octets);
/*
 * Keep what this answered question got; a failure, or what may not be kept, is
 * passed over.  EINVAL: not a cache; EUSE: not answered; ENOMEM.
 */
MAILAUTH_API int mailauth_cache_store(struct mailauth_resolver *cache,
    const struct mailauth_question *);

/* ---- For sockets of one's own ---- */

/*
 * The query packet for a DNS question: RD, AD, EDNS0 with 1232 octets.
 * id: choose it at random.  Returns its length; MAILAUTH_EINVAL: size is too
 * small (512 suffices), or another kind of question; MAILAUTH_ENOMEM.
 */
MAILAUTH_API int mailauth_query_packet(const struct mailauth_question *,
    uint16_t id, void *buf, size_t size);

#ifdef __cplusplus
}
#endif

#endif
