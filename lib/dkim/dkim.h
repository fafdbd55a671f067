/*
 * The DKIM room: RFC 6376, 8301, 8463, 8616.
 *	record.c	DKIM-Signature text	->  struct signature
 *	keyrecord.c	key TXT			->  struct key_record
 *	cover.c		what a signature covers of a header
 *	eval.c		signatures and answers	->  verdicts
 *	verify.c	hashes and keys: the costly part
 *	result.c	the results' words, the reply of a server
 *	api.c		the handle and the exported functions
 *
 * What the header alone can say is found once, when it is complete.  Each step
 * goes through the signatures and what is known of their keys; a verdict once
 * reached is kept.
 */
#ifndef MA_DKIM_H
#define MA_DKIM_H

#include "lookups/lookups.h"
#include "message/message.h"
#include "text/text.h"
#include "mailauth/dkim.h"

/* ---- Signatures: RFC 6376 section 3.5 ---- */

/* Which field: RFC 8617 section 4.1.2 and 4.1.3 say how the others differ. */
enum signature_kind {
	SIGNATURE_DKIM,			/* DKIM-Signature */
	SIGNATURE_ARC_MESSAGE,		/* ARC-Message-Signature */
	SIGNATURE_ARC_SEAL,		/* ARC-Seal */
	SIGNATURE_KINDS
};

enum signature_tag {
	SIG_V, SIG_A, SIG_B, SIG_BH, SIG_C, SIG_CV, SIG_D, SIG_H, SIG_I, SIG_L,
	SIG_Q, SIG_S, SIG_T, SIG_X,
	SIG_TAGS
};

/* What is wrong, or why: both static; reason NULL: nothing. */
struct finding {
	const char *reason, *detail;
};

/* A name in h=, within its value. */
struct signed_name {
	uint32_t at, n;
};

struct signature {
	struct tag tags[SIG_TAGS];	/* as written; name.p NULL: absent */
	enum key_type type;		/* a= */
	enum canon header, body;	/* c= */
	bool canon_known;		/* it is right, or absent */
	struct dname domain;		/* d= */
	struct dname key;		/* where its key record is */
	const char *domain_text;	/* d= */
	struct slice identity;		/* i=, decoded, as A-labels */
	bool subdomain;			/* the domain of i= is below d= */
	uint32_t instance;		/* ARC's i=; 0: it is none */
	const struct signed_name *names;	/* h= */
	size_t nnames;
	uint64_t length;		/* l=; UINT64_MAX: all */
	bool has_time, has_expiry;
	uint64_t time, expiry;		/* t=, x=; UINT64_MAX: for ever */
	uint8_t body_hash[SHA256_BYTES];	/* bh= */
	struct slice data;		/* b=, decoded */
	struct slice data_text;		/* b= without white space */
};

/*
 * The value of such a field.  What is wrong with it comes in *finding, the
 * first in the order of RFC 6376 section 6.1.1; *out holds what could be read
 * all the same.  False: no memory.
 */
bool ma_signature_parse(enum signature_kind, struct slice value, struct arena *,
    struct signature *out, struct finding *);
/* One tag of such a value, as written, without memory; p NULL: absent. */
struct slice ma_signature_tag(struct slice value, enum signature_tag);
/* RFC 5322 section 3.6.8. */
bool ma_is_field_name(struct slice);
/* The name k of h=. */
struct slice ma_signature_name(const struct signature *, size_t k);
/* c=; "relaxed" is relaxed/simple.  False: it is none, nothing is set. */
bool ma_canon_parse(struct slice, enum canon *header, enum canon *body);
/* ARC's instance: 1*2DIGIT, 1 to 50 (RFC 8617 section 4.2.1); 0: it is none. */
enum { ARC_SETS_MAX = 50 };
uint32_t ma_instance_parse(struct slice);
/* The text of a DKIM signature; h= and b= as they stand in tags and data. */
bool ma_signature_format(struct buf *, const struct signature *);

/* ---- Key records: RFC 6376 section 3.6.1 ---- */

enum key_record_status {
	KEY_RECORD_ABSENT = 1,		/* a TXT record of something else */
	KEY_RECORD_OK,
	KEY_RECORD_INVALID
};

struct key_record {
	enum key_type type;		/* k=; 0: one that we do not know */
	bool sha256;			/* h= allows it */
	bool email;			/* s= allows it */
	bool testing, strict;		/* t=y, t=s */
	struct slice key;		/* p=, decoded; empty: revoked */
};

/* *detail: what is wrong, static, if INVALID.  No memory: the arena says so. */
enum key_record_status ma_key_record_parse(struct slice text, struct arena *,
    struct key_record *out, const char **detail);
bool ma_key_record_format(struct buf *, const struct key_record *);
/*
 * What it has against being used with this algorithm: RFC 6376 section 6.1.2,
 * step 6 to 8.
 */
struct finding ma_key_record_check(const struct key_record *, enum key_type);
/* The records' texts in the order of their octets; NULL: no memory. */
struct slice *ma_key_texts(const struct answer *, struct arena *);
/* What is against these octets as a key; reason NULL: nothing, or KEY_FAILED. */
struct finding ma_key_finding(enum key_status);

/* ---- Verdicts ---- */

struct verdict {
	int result;			/* mailauth_dkim_result; 0: none yet */
	struct finding why;
};

/* See mailauth_dkim_reply(). */
int ma_dkim_reply(const struct verdict *, const char **enhanced,
    const char **text);

/* A displayed field is a bit: see ma_displayed_name(). */
enum { DISPLAYED_MAX = 32 };
const char *ma_displayed_name(size_t bit);	/* NULL: past the end */

/* What is kept of a signature that is worth it. */
struct kept {
	struct arena arena;		/* in which this stands, too */
	struct signature sig;
	uint32_t unsigned_fields, repeated_fields;	/* displayed ones */
	int hash;			/* of the body; -1: not wanted */
	bool hashed;			/* header_hash is there */
	uint8_t header_hash[SHA256_BYTES];
};

struct verification {
	uint32_t field;			/* in the header */
	struct verdict verdict;
	struct kept *kept;		/* NULL: nothing but the verdict */
	uint32_t key_bits;
	bool asked;			/* for its key */
	bool testing, secure;
};

struct verifier {
	struct mailauth_message *message;
	int64_t now;
	struct mailauth_keys *keys;
	uint32_t max_signatures, max_keys, clock_skew, rsa_bits;
	int unsigned_body;		/* MAILAUTH_DKIM_PASS or _POLICY */
	bool seen;			/* the header was */
	int failed;			/* MAILAUTH_DONE, or MAILAUTH_ECRYPTO */
	struct verification *list;
	size_t n, cap;
	struct picker picker;
	struct digest *digest;		/* of headers */
	struct verdict whole;
};

/*
 * For a chain of ARC sets, too: read the signature in this field into the arena;
 * the verdict's result is 0 if it needs its key.  NULL: no memory.
 */
struct kept *ma_verifier_read(const struct verifier *, enum signature_kind,
    uint32_t field, struct arena *, struct verdict *);
/* What hashes headers.  Negative: ENOMEM, ECRYPTO. */
int ma_verifier_prepare(struct verifier *);
/* Find the verdict, by the answers known.  See verifier.failed. */
void ma_verifier_judge(struct run *, struct verifier *, struct verification *);

/* The header is complete.  Negative: ENOMEM, ECRYPTO. */
int ma_verifier_header(struct verifier *);
/* One run over what is known. */
void ma_verifier_run(struct run *, struct verifier *);
void ma_verifier_free(struct verifier *);

/* ---- Before all is done ---- */

/*
 * For rooms above, once the header is complete: how many signatures, their d=
 * (empty where the signature is not tried), and results as they come, 0 before.
 */
size_t ma_dkim_signatures(const struct mailauth_dkim *);
struct slice ma_dkim_signature_domain(const struct mailauth_dkim *, size_t i);
int ma_dkim_signature_result(const struct mailauth_dkim *, size_t i);

/* ---- What a signature covers ---- */

/* Which displayed fields are not signed, or more often there than signed. */
void ma_cover_fields(const struct mailauth_message *, const struct signature *,
    uint32_t *unsigned_fields, uint32_t *repeated_fields);
/*
 * The hash over the header fields but `except`, and the signature's own text
 * (RFC 6376 section 3.7).  False: the digest failed, or there is no memory.
 */
bool ma_cover_hash(struct picker *, struct digest *, const struct signature *,
    struct slice own, uint32_t except, struct arena *,
    uint8_t out[SHA256_BYTES]);
/* The own text alone: without the value of b= and the blanks around it. */
bool ma_cover_own(struct digest *, const struct signature *, struct slice own,
    struct arena *);

/* ---- The costly part ---- */

/* A key record that is tried. */
struct candidate {
	struct slice text;
	struct key_record record;
	struct verdict verdict;		/* result 0: nothing against it */
	struct public_key *key;
	uint32_t bits;
};

/* Make the key; what is against it comes in c->verdict.  False: no memory. */
bool ma_verify_key(const struct verifier *, struct candidate *);
/*
 * What the body says of this signature: a verdict, or result 0: its hash is
 * right.  The message has ended.
 */
struct verdict ma_verify_body(const struct verifier *, const struct kept *);
/* Pass or fail; 0: the library failed, see verifier.failed. */
struct verdict ma_verify_signature(struct verifier *, struct verification *,
    struct public_key *, struct arena *);

#endif
