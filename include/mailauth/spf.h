/*
 * mailauth/spf.h - may this host send mail for this domain?  RFC 7208.
 *
 * An evaluation takes the address of the SMTP client and one identity, MAIL
 * FROM or HELO, and gives one of the RFC's seven results.  It asks the TXT
 * record of the identity's domain and what the record's terms name: A, AAAA,
 * MX, PTR, and the TXT records of other domains; at most 10 such terms.
 *
 * HELO and MAIL FROM are two identities and two evaluations (section 2.3,
 * 2.4).  DMARC looks at MAIL FROM alone.
 */
#ifndef MAILAUTH_SPF_H
#define MAILAUTH_SPF_H

#include "mailauth/lookups.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mailauth_spf;

/* RFC 7208 section 2.6. */
enum mailauth_spf_result {
	MAILAUTH_SPF_NONE = 1,
	MAILAUTH_SPF_NEUTRAL = 2,
	MAILAUTH_SPF_PASS = 3,
	MAILAUTH_SPF_FAIL = 4,
	MAILAUTH_SPF_SOFTFAIL = 5,
	MAILAUTH_SPF_TEMPERROR = 6,
	MAILAUTH_SPF_PERMERROR = 7
};
/* "pass"; "unknown" for what is none of them.  And back: 0 for no such word. */
MAILAUTH_API const char *mailauth_spf_result_name(int result);
MAILAUTH_API int mailauth_spf_result_parse(const char *word);

enum mailauth_spf_identity {
	MAILAUTH_SPF_HELO = 1,
	MAILAUTH_SPF_MAILFROM = 2
};

/*
 * A new evaluation over these lookups (NULL: over its own), as of `now`
 * (the macro %{t}).  NULL: no memory.
 */
MAILAUTH_API struct mailauth_spf *mailauth_spf_new(struct mailauth_lookups *,
    int64_t now);
MAILAUTH_API void mailauth_spf_free(struct mailauth_spf *);	/* NULL allowed */
/* The lookups it works over; lives as long as the handle. */
MAILAUTH_API struct mailauth_lookups *mailauth_spf_lookups(struct mailauth_spf *);

/*
 * Inputs.  After the first step: MAILAUTH_EUSE.  Text may be any octets, is
 * copied, and may be given again, which replaces it; MAILAUTH_ENOMEM.
 *
 * client: an IPv4 or IPv6 address as text; IPv4-mapped ones count as IPv4
 * (section 5).  MAILAUTH_EINVAL: no address.  Required: a step without it is
 * MAILAUTH_EUSE.
 */
MAILAUTH_API int mailauth_spf_set_client(struct mailauth_spf *, const char *address);
/* What the client said at HELO or EHLO. */
MAILAUTH_API int mailauth_spf_set_helo(struct mailauth_spf *, const char *, size_t n);
/*
 * The reverse-path without its brackets; n 0: the null sender, which stands
 * for postmaster at the HELO name (section 2.4).  Without this call the HELO
 * identity is checked.  Without an "@" it is a domain; the last "@" counts.
 */
MAILAUTH_API int mailauth_spf_set_mail_from(struct mailauth_spf *, const char *, size_t n);
/* Name of the host that checks: the macro %{r}; by default "unknown". */
MAILAUTH_API int mailauth_spf_set_receiver(struct mailauth_spf *, const char *, size_t n);

/* Name: default; ceiling; what happens above it. */
enum mailauth_spf_limit {
	MAILAUTH_SPF_TERMS = 1,		/* terms that ask: 10; 100; permerror (section 4.6.4) */
	MAILAUTH_SPF_VOIDS = 2,		/* void lookups: 2; 100; permerror (section 4.6.4) */
	MAILAUTH_SPF_MX_HOSTS = 3,	/* hosts of one mx: 10; 100; permerror (section 4.6.4) */
	MAILAUTH_SPF_PTR_NAMES = 4,	/* names of one ptr: 10; 100; the rest is not looked at */
	MAILAUTH_SPF_RECORD_BYTES = 5,	/* octets of a record: 65535; 65535; permerror */
	MAILAUTH_SPF_AHEAD = 6		/* terms named ahead: 10; 100; 0 is no look-ahead */
};
/* MAILAUTH_EINVAL: no such limit, or above its ceiling. */
MAILAUTH_API int mailauth_spf_set_limit(struct mailauth_spf *, int limit, uint32_t value);
/* 1: keep a trace for mailauth_spf_trace(); 0, the default: none. */
MAILAUTH_API int mailauth_spf_set_trace(struct mailauth_spf *, int on);

/*
 * Carry the evaluation as far as the answers allow: MAILAUTH_DONE,
 * MAILAUTH_NEED, MAILAUTH_ENOMEM (step again), MAILAUTH_EUSE (no client).
 */
MAILAUTH_API int mailauth_spf_step(struct mailauth_spf *);
/* The same to its end, with this resolver.  What it returns, negative, comes too. */
MAILAUTH_API int mailauth_spf_eval(struct mailauth_spf *, struct mailauth_resolver *);

/* ---- Once done ---- */

MAILAUTH_API int mailauth_spf_result(const struct mailauth_spf *);
MAILAUTH_API const char *mailauth_spf_reason(const struct mailauth_spf *);
MAILAUTH_API const char *mailauth_spf_detail(const struct mailauth_spf *);
MAILAUTH_API int mailauth_spf_identity(const struct mailauth_spf *);
/*
 * The domain that was checked: A-labels, lower case; as given, *n octets (n may
 * be NULL), where it is no domain name.
 */
MAILAUTH_API const char *mailauth_spf_domain(const struct mailauth_spf *, size_t *n);
/* The term that decided, as written; "default" (section 4.7); NULL: none did. */
MAILAUTH_API const char *mailauth_spf_mechanism(const struct mailauth_spf *, size_t *n);
/* The record of the checked domain; NULL: none.  Any octets. */
MAILAUTH_API const char *mailauth_spf_record(const struct mailauth_spf *, size_t *n);
/*
 * On fail, what the domain has to say (section 6.2): printable ASCII, at most
 * 512 octets.  It is a stranger's text.  NULL: nothing.
 */
MAILAUTH_API const char *mailauth_spf_explanation(const struct mailauth_spf *);
MAILAUTH_API uint32_t mailauth_spf_term_count(const struct mailauth_spf *);	/* terms that asked */
MAILAUTH_API uint32_t mailauth_spf_void_count(const struct mailauth_spf *);	/* void lookups */
/* Whether every answer that was read had been validated by DNSSEC. */
MAILAUTH_API int mailauth_spf_secure(const struct mailauth_spf *);
MAILAUTH_API const char *mailauth_spf_trace(const struct mailauth_spf *, size_t i);

/*
 * The SMTP reply for a server that acts on the result (RFC 7208 section 8.4,
 * RFC 7372 section 3.2): its code (550, 451), and where not NULL the enhanced
 * code and a text; 0: nothing to refuse.
 */
MAILAUTH_API int mailauth_spf_reply(const struct mailauth_spf *,
    const char **enhanced, const char **text);

/*
 * The Received-SPF field (section 9.1), name, folds and CRLF included; octets
 * that cannot stand there are left out.  receiver: the host that checked.
 * Writes at most size octets, NUL included; returns the length without it; 0
 * where it is not done.
 */
MAILAUTH_API size_t mailauth_spf_received(const struct mailauth_spf *,
    const char *receiver, char *buf, size_t size);

#ifdef __cplusplus
}
#endif

#endif
