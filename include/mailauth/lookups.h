/*
 * mailauth/lookups.h - questions, answers, and who brings them.
 *
 * An evaluation of this library does no I/O.  It is stepped; a step either
 * finishes or names the questions that it still needs, all that it can name at
 * once.  Questions and answers live in a lookups object, one for a message,
 * shared by all its checks: what two checks ask is asked once.
 *
 *	lookups = mailauth_lookups_new();
 *	spf = mailauth_spf_new(lookups, now);  ...set its inputs...
 *	while ((r = mailauth_spf_step(spf)) == MAILAUTH_NEED) {
 *		while ((q = mailauth_lookups_next(lookups)) != NULL)
 *			...send it; when its reply comes, mailauth_answer_dns(q, ...)
 *		...wait until something has been answered
 *	}
 *
 * Whoever can block hands a resolver to a blocking verb (mailauth_spf_eval()
 * and its like), which is this loop.  Ready-made resolvers: mailauth/resolver.h.
 *
 * A question handed out is answered exactly once, in any order, at any time,
 * also after the evaluation is over or all handles are freed: questions that
 * are out keep the memory they live in.  A time-out is an answer
 * (MAILAUTH_FAILURE_TIMEOUT); deadlines are the business of whoever asks.
 * What an answer says does not depend on when it came.
 *
 * A lookups object and its questions belong to one thread at a time.
 */
#ifndef MAILAUTH_LOOKUPS_H
#define MAILAUTH_LOOKUPS_H

#include "mailauth/base.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mailauth_lookups;
struct mailauth_question;
struct mailauth_resolver;
struct mailauth_packet;

/*
 * A new, empty object; NULL: no memory.  It is counted: this handle and every
 * evaluation made with it hold it; when all are freed and no question is out,
 * its memory goes.
 */
MAILAUTH_API struct mailauth_lookups *mailauth_lookups_new(void);
MAILAUTH_API void mailauth_lookups_free(struct mailauth_lookups *);	/* NULL allowed */

/* What one answer may hold.  More: it counts as failed (MAILAUTH_FAILURE_LIMIT). */
enum mailauth_lookups_limit {
	MAILAUTH_LOOKUPS_RECORDS = 1,	/* records, aliases with them: 4096; at most 8192 */
	MAILAUTH_LOOKUPS_BYTES = 2	/* octets of a reply: 65535; at most 65535 */
};
/* MAILAUTH_EINVAL: no such limit, or 0, or above its ceiling. */
MAILAUTH_API int mailauth_lookups_set_limit(struct mailauth_lookups *,
    int limit, uint32_t value);

/*
 * The next question that has not been handed out yet, in the order in which
 * they were named; NULL: none.  From now on it is out, until it is answered.
 */
MAILAUTH_API struct mailauth_question *mailauth_lookups_next(
    struct mailauth_lookups *);

/*
 * Let evaluations ask this resolver's `known` themselves, the moment they name
 * a question: what it knows costs no further step.  NULL: no longer.  The
 * resolver must outlive the lookups.
 */
MAILAUTH_API int mailauth_lookups_set_known(struct mailauth_lookups *,
    struct mailauth_resolver *);

/* Questions handed out so far, and the highest generation among them. */
MAILAUTH_API uint32_t mailauth_lookups_queries(const struct mailauth_lookups *);
MAILAUTH_API uint32_t mailauth_lookups_rounds(const struct mailauth_lookups *);

/*
 * All that was answered, as a master file (RFC 1035 section 5) that the
 * zone-file resolver reads back to the same answers.  What records cannot say
 * stands in comment lines: ";! NAME TYPE WORD" with SERVFAIL, REFUSED,
 * NXDOMAIN, NODATA, TIMEOUT or secure.  Writes at most size octets, the NUL
 * included, and returns the length of the whole text without it.
 */
MAILAUTH_API size_t mailauth_lookups_zone(const struct mailauth_lookups *,
    char *buf, size_t size);

/* ---- Questions ---- */

enum mailauth_question_kind {
	/* More kinds may come.  Answer what you do not know with
	 * mailauth_answer_failed(question, MAILAUTH_FAILURE_UNSUPPORTED). */
	MAILAUTH_QUESTION_DNS = 1,	/* name and type, class IN */
	MAILAUTH_QUESTION_FETCH = 2,	/* an https URL, and how many octets */
	MAILAUTH_QUESTION_SIGN = 3	/* name of a key, algorithm and digest */
};

MAILAUTH_API int mailauth_question_kind(const struct mailauth_question *);
/* The name as text of a master file, no final dot, letters in lower case. */
MAILAUTH_API const char *mailauth_question_name(const struct mailauth_question *);
/* The same in wire form, uncompressed (RFC 1035 section 3.1); *n octets. */
MAILAUTH_API const uint8_t *mailauth_question_wire(
    const struct mailauth_question *, size_t *n);
MAILAUTH_API uint16_t mailauth_question_type(const struct mailauth_question *);	/* 0: none */
/* As text: "TXT", "AAAA"; "TYPE65280" where there is no word; "FETCH", "SIGN". */
MAILAUTH_API const char *mailauth_question_type_name(
    const struct mailauth_question *);
/*
 * FETCH: get this URL as RFC 8461 section 3.3 wants it: https; no redirect is
 * followed and nothing comes from a cache; the certificate is valid for the
 * host of the URL, which is also the question's name; a minute for all of it;
 * no more of the body is read than so many octets.  Of other kinds: NULL, and 0.
 */
MAILAUTH_API const char *mailauth_question_url(const struct mailauth_question *);
MAILAUTH_API uint32_t mailauth_question_max_octets(const struct mailauth_question *);
/*
 * SIGN: with the private key whose record is at the question's name
 * (RFC 6376 section 3.6.2.1), by this algorithm (enum mailauth_key_algorithm),
 * sign this SHA-256 digest of *n (32) octets.  MAILAUTH_KEY_RSA: a
 * RSASSA-PKCS1-v1_5 signature for SHA-256 over the digest (RFC 8017 section
 * 8.2, the hash being computed already).  MAILAUTH_KEY_ED25519: PureEdDSA over
 * the 32 octets (RFC 8463 section 3).  Of other kinds: 0, and NULL.
 */
MAILAUTH_API int mailauth_question_algorithm(const struct mailauth_question *);
MAILAUTH_API const uint8_t *mailauth_question_digest(
    const struct mailauth_question *, size_t *n);
/* One more than the highest generation answered before the step that named it. */
MAILAUTH_API uint32_t mailauth_question_generation(
    const struct mailauth_question *);

/* A pointer of the caller's own, NULL at first; never read by the library. */
MAILAUTH_API void mailauth_question_set_user(struct mailauth_question *, void *);
MAILAUTH_API void *mailauth_question_user(const struct mailauth_question *);

/*
 * What an answered question got, for caches and logs, while its lookups lives:
 * the reply packet (NULL and *n 0 where it failed or is open, and of other kinds
 * than DNS), and the failure
 * (0: none, or still open).
 */
MAILAUTH_API int mailauth_question_answered(const struct mailauth_question *);
MAILAUTH_API const uint8_t *mailauth_question_reply(
    const struct mailauth_question *, size_t *n);
MAILAUTH_API int mailauth_question_failure(const struct mailauth_question *);
MAILAUTH_API int mailauth_question_secure(const struct mailauth_question *);
/* Seconds the answer may be kept (RFC 2181 section 5.2, RFC 2308 section 5). */
MAILAUTH_API uint32_t mailauth_question_ttl(const struct mailauth_question *);

/* ---- Answers ---- */

enum mailauth_answer_flag {
	/* The resolver's word that DNSSEC validated all of it.  Give it only for
	 * a resolver that you trust over a path that you trust. */
	MAILAUTH_ANSWER_SECURE = 1
};

/*
 * Each returns MAILAUTH_DONE; MAILAUTH_EGONE: all handles are freed, the
 * question is not to be touched again; MAILAUTH_EUSE: it was answered already,
 * or is not out, and nothing has changed; MAILAUTH_EINVAL.
 *
 * mailauth_answer_dns(): the reply packet, which is copied.  A reply that is
 * malformed, truncated (TC), or to another question is taken too: it counts as
 * failed, for that reason.  Its id is not looked at.  MAILAUTH_ENOMEM: the
 * question is still open.
 */
MAILAUTH_API int mailauth_answer_dns(struct mailauth_question *,
    const void *reply, size_t n, uint32_t flags);

/*
 * The signature that a SIGN question asks for, 1 to 2048 octets, which are
 * copied; MAILAUTH_EINVAL also for another kind of question, as
 * mailauth_answer_dns() for this one.  MAILAUTH_ENOMEM: it is still open.
 */
MAILAUTH_API int mailauth_answer_signed(struct mailauth_question *,
    const void *signature, size_t n);

/* What a FETCH question got. */
struct mailauth_fetched {
	uint32_t size;		/* sizeof this struct: a later member is absent */
	int32_t status;		/* HTTP's: 200 */
	const char *media_type;	/* the value of Content-Type; NULL: there is none */
	const void *body;	/* may be NULL where it has no octets */
	size_t body_size;
};
/*
 * It is copied.  A body longer than was asked for counts as failed
 * (MAILAUTH_FAILURE_LIMIT).  MAILAUTH_EINVAL also for another kind of question,
 * or a status that is not 100 to 999.  MAILAUTH_ENOMEM: it is still open.
 */
MAILAUTH_API int mailauth_answer_fetched(struct mailauth_question *,
    const struct mailauth_fetched *);

enum mailauth_failure {
	MAILAUTH_FAILURE_TIMEOUT = 1,	/* nothing came */
	MAILAUTH_FAILURE_NETWORK = 2,	/* no way to ask */
	MAILAUTH_FAILURE_SERVFAIL = 3,
	MAILAUTH_FAILURE_REFUSED = 4,
	MAILAUTH_FAILURE_RCODE = 5,	/* another RCODE than 0, 2, 3, 5 */
	MAILAUTH_FAILURE_BOGUS = 6,	/* DNSSEC says it is forged */
	MAILAUTH_FAILURE_MALFORMED = 7,
	MAILAUTH_FAILURE_TRUNCATED = 8,
	MAILAUTH_FAILURE_MISMATCH = 9,	/* a reply to something else */
	MAILAUTH_FAILURE_LIMIT = 10,	/* more than enum mailauth_lookups_limit allows */
	MAILAUTH_FAILURE_TLS = 11,	/* also: a certificate that is not valid for the host */
	MAILAUTH_FAILURE_UNSUPPORTED = 12
};
MAILAUTH_API const char *mailauth_failure_name(int failure);	/* "timeout"; "unknown" */

/* No answer, and why.  Needs no memory. */
MAILAUTH_API int mailauth_answer_failed(struct mailauth_question *, int failure);

/* ---- Packets, for those who have records only ---- */

/*
 * A reply to this question with this RCODE (0 or 3: others are better told by
 * mailauth_answer_failed()), no record yet.  The question is not kept.  NULL:
 * no memory, or an RCODE that is not 0 to 15.
 */
MAILAUTH_API struct mailauth_packet *mailauth_packet_new(
    const struct mailauth_question *, int rcode);
MAILAUTH_API void mailauth_packet_free(struct mailauth_packet *);	/* NULL allowed */

/*
 * Add a record to the answer section.  owner: the name as text of a master
 * file; NULL: the name that was asked.  ttl in seconds.  MAILAUTH_EINVAL: a name
 * or length that cannot be; MAILAUTH_ESYNTAX: the packet would pass 65535
 * octets; MAILAUTH_ENOMEM.  After a failure the packet is as before.
 *
 * _add(): data in wire form, names in it uncompressed.  _add_text(): a TXT
 * record of one text, split into strings of 255 octets.  _add_name(): a type
 * whose data is a name (PTR, CNAME, NS), or a preference and a name (MX).
 */
MAILAUTH_API int mailauth_packet_add(struct mailauth_packet *,
    const char *owner, uint16_t type, uint32_t ttl, const void *data, size_t n);
MAILAUTH_API int mailauth_packet_add_text(struct mailauth_packet *,
    const char *owner, uint32_t ttl, const char *text, size_t n);
MAILAUTH_API int mailauth_packet_add_name(struct mailauth_packet *,
    const char *owner, uint16_t type, uint32_t ttl, uint16_t preference,
    const char *name);
/*
 * The SOA of a negative answer (RFC 2308 section 3), so that caches know how
 * long it holds: minimum in seconds.  zone: its name, as owner above.  It comes
 * last: the next _add() is MAILAUTH_EUSE.
 */
MAILAUTH_API int mailauth_packet_add_negative(struct mailauth_packet *,
    const char *zone, uint32_t minimum);
/* The packet so far; it lives until the next _add or _free. */
MAILAUTH_API const uint8_t *mailauth_packet_data(const struct mailauth_packet *,
    size_t *n);

/* ---- Resolvers ---- */

/*
 * What a resolver can do.  begin to end is one evaluation's flight.
 */
struct mailauth_resolver_ops {
	uint32_t size;		/* sizeof this struct: a later member is absent */
	/*
	 * OPTIONAL: an evaluation begins: its deadline starts, its sockets are
	 * its own.  0, or negative: nothing was taken.  Absent: flight is user.
	 */
	int (*begin)(void *user, void **flight);
	/*
	 * REQUIRED: bring an answer.  Without wait: answer before returning.
	 * With wait: start, or answer.  0, or negative: nothing was taken;
	 * MAILAUTH_EUNSUPPORTED: not this kind of question.
	 */
	int (*ask)(void *flight, struct mailauth_question *);
	/*
	 * OPTIONAL: wait until something was answered, at most so many
	 * milliseconds (-1: as long as the flight lasts).  1: something was; 0:
	 * the time is over, or it woke for nothing and is called again;
	 * negative: nothing more can come, what is open counts as
	 * MAILAUTH_FAILURE_TIMEOUT.
	 */
	int (*wait)(void *flight, int milliseconds);
	/*
	 * OPTIONAL: answer now, without waiting, or not at all.  1: answered;
	 * 0: not.  It may answer this question and nothing else.
	 */
	int (*known)(void *user, struct mailauth_question *);
	/*
	 * OPTIONAL: the evaluation is over; no question of the flight is touched
	 * afterwards; those without answer count as never handed out.
	 */
	void (*end)(void *flight);
	/* OPTIONAL: the resolver itself is freed. */
	void (*free)(void *user);
};

/*
 * A resolver from these functions, which are copied; user is handed to them.
 * It may be used by several threads at once where the functions may.  NULL: no
 * memory, or no ask.
 */
MAILAUTH_API struct mailauth_resolver *mailauth_resolver_new(
    const struct mailauth_resolver_ops *, void *user);
MAILAUTH_API void mailauth_resolver_free(struct mailauth_resolver *);	/* NULL allowed */

/*
 * The functions of a resolver, for resolvers that wrap another and for loops
 * of one's own.  _ask() hands on what mailauth_lookups_next() gave; _wait() of a
 * resolver that has none is -1; _known() of one that has none is 0.
 */
MAILAUTH_API int mailauth_resolver_begin(struct mailauth_resolver *, void **flight);
MAILAUTH_API int mailauth_resolver_ask(struct mailauth_resolver *, void *flight,
    struct mailauth_question *);
MAILAUTH_API int mailauth_resolver_waits(const struct mailauth_resolver *);	/* has it wait? */
MAILAUTH_API int mailauth_resolver_wait(struct mailauth_resolver *, void *flight,
    int milliseconds);
MAILAUTH_API int mailauth_resolver_known(struct mailauth_resolver *,
    struct mailauth_question *);
MAILAUTH_API void mailauth_resolver_end(struct mailauth_resolver *, void *flight);

#ifdef __cplusplus
}
#endif

#endif
