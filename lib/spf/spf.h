/*
 * The SPF room: RFC 7208 and its errata, RFC 8616 section 4.
 *	record.c	text of a record  <->  struct spf_record; knows no DNS
 *	macro.c		macro-strings: checked, expanded
 *	identity.c	HELO or MAIL FROM  ->  the domain and the macros' values
 *	eval.c		check_host(): identity, answers  ->  struct spf_outcome
 *	mechanism.c	the mechanisms that ask for addresses
 *	ahead.c		questions named ahead of need
 *	explain.c	exp=, and sentences for people
 *	result.c	words, the SMTP reply, Received-SPF
 *	api.c		the handle and the exported functions
 *
 * check_host() is written as the RFC writes it and run from its start over the
 * answers known so far.  What a run need not do again (a record parsed, a
 * target expanded) is kept in the evaluation's memory, since all that it was
 * made from is frozen.
 */
#ifndef MA_SPF_H
#define MA_SPF_H

#include "lookups/lookups.h"
#include "mailauth/spf.h"

/* ---- Macros: RFC 7208 section 7 ---- */

/* A set of macro letters, whatever their case. */
#define LETTER(c) (1u << ((c) - 'a'))

/* What a macro-string holds. */
struct spf_macros {
	uint32_t letters;
	uint32_t validated;	/* how many %{p}: each counts as a term */
};

/* Is text a macro-string? */
bool ma_spf_macro_string_check(struct slice text, struct spf_macros *out);
/* An explain-string: SP too, and the letters c, r, t. */
bool ma_spf_explain_string_check(struct slice text, struct spf_macros *out);
/* macro-string domain-end */
bool ma_spf_domain_spec_check(struct slice text, struct spf_macros *out);

enum { DOMAIN_TEXT = 254, EXPLANATION_MAX = 512, VALUE_MAX = 255 };

/* What the letters stand for. */
struct spf_values {
	struct ip client;
	struct slice sender, local, sender_domain;	/* s, l, o */
	struct slice helo, receiver;			/* h, r */
	int64_t now;					/* t */
	uint32_t unusable;	/* letters whose value cannot be used */
};

/*
 * Expand a macro-string that was checked; domain and validated are for %{d} and
 * %{p}.  As a name: it keeps its right end, so that what remains is at least
 * what a name may have.  As a text: cut after EXPLANATION_MAX octets.
 */
enum { EXPANSION = 1024 };
struct expansion {
	char text[EXPANSION];
	size_t n;
};
void ma_spf_expand_name(struct slice text, const struct spf_values *,
    struct slice domain, struct slice validated, struct expansion *out);
void ma_spf_expand_text(struct slice text, const struct spf_values *,
    struct slice domain, struct slice validated, struct expansion *out);
/*
 * The name that an expansion stands for: labels dropped at its left until it
 * has 253 octets (RFC 7208 section 7.3).  False: it is no name, or has an octet
 * that does not print.
 */
bool ma_spf_expansion_name(const struct expansion *, struct dname *);
/* A name's octets as they are, with dots between labels. */
struct slice ma_spf_name_raw(const struct dname *, char out[DOMAIN_TEXT]);

/* ---- Records: RFC 7208 section 4.5, 4.6, 5, 6 ---- */

enum spf_term_kind {
	TERM_ALL, TERM_INCLUDE, TERM_A, TERM_MX, TERM_PTR, TERM_IP4, TERM_IP6,
	TERM_EXISTS,
	TERM_REDIRECT, TERM_EXP, TERM_MODIFIER	/* one not known */
};

struct spf_term {
	struct spf_term *next;
	enum spf_term_kind kind;
	char qualifier;			/* '+' where none is written */
	uint8_t bits4, bits6;		/* prefix lengths */
	bool noted;			/* it was named ahead */
	bool no_target;			/* its target is no name */
	struct ip net;			/* ip4, ip6 */
	struct spf_macros macros;	/* of spec */
	struct slice text;		/* as written */
	struct slice spec;		/* domain-spec, or a modifier's value */
	const struct dname *target;	/* spec expanded, once it has been */
};

enum spf_record_status {
	SPF_RECORD_ABSENT,		/* not an SPF record */
	SPF_RECORD_OK,
	SPF_RECORD_BROKEN		/* one, with a syntax error */
};

struct spf_record {
	struct spf_term *terms;		/* in their order, modifiers too */
	struct spf_term *redirect, *exp;	/* of terms, or NULL */
	bool has_all;
	struct slice where;		/* the first term that is wrong */
	const char *wrong;		/* and what is, for people */
};

/* Begins with a version section of exactly "v=spf1" (RFC 7208 section 4.5). */
bool ma_spf_record_is(struct slice text);
/*
 * Read the whole record.  It points into text; its terms are in the arena.
 * Without memory it is broken, and the arena has failed.
 *
 * keep: after so many terms that ask, and after "all", the rest is checked but
 * not kept, nor are modifiers that nobody knows: an evaluation cannot come to
 * them.  KEEP_ALL keeps them.
 */
enum { KEEP_ALL = 0 };
enum spf_record_status ma_spf_record_parse(struct slice text, uint32_t keep,
    struct arena *, struct spf_record *out);
/* Back to text: names in lower case, no "+", one space. */
bool ma_spf_record_format(const struct spf_record *, struct buf *);
/* "all", "redirect" */
const char *ma_spf_term_name(enum spf_term_kind);

/* ---- Evaluation ---- */

struct spf_limits {
	uint32_t terms, voids, mx_hosts, ptr_names, record_bytes, ahead;
};

/* What an evaluation is about, frozen at its first step. */
struct spf_input {
	struct ip client;
	struct slice helo, mail_from, receiver;
	bool has_mail_from;		/* else the HELO identity is checked */
	int64_t now;
	struct spf_limits limits;
};

/* A record that was selected for a domain. */
struct spf_known {
	struct spf_known *next;
	struct slice text;
	enum spf_record_status status;
	struct spf_record record;
};

/* What runs need not do twice, and inputs.  It lives as long as the handle. */
struct spf_memory {
	struct arena arena;
	struct spf_known *known;
	uint32_t ahead;			/* terms named ahead so far */
};

struct spf_outcome {
	int result;			/* enum mailauth_spf_result */
	const char *reason, *detail;
	struct slice domain, mechanism, record;		/* p NULL: none */
	const char *explanation;
	uint32_t terms, voids;
};

/* Run over the answers known; what is decided goes to *out. */
void ma_spf_eval(struct run *, const struct spf_input *, struct spf_memory *,
    struct spf_outcome *out);

/* ---- Inside the evaluation ---- */

/* The one run. */
struct eval {
	struct run *run;
	const struct spf_input *in;
	struct spf_memory *memory;
	struct spf_values values;
	struct spf_outcome *out;
	int error;			/* the last result decided on */
	unsigned includes;		/* check_host() is so deep in them */
	uint32_t walked;		/* terms passed by the walk ahead */
	bool walk_over;
};

/* One check_host() of the recursion. */
struct frame {
	const struct dname *domain;
	struct slice name;		/* the same as text: %{d} */
	const struct spf_record *record;
};

enum match { MATCH_MISSING, MATCH_NO, MATCH_YES, MATCH_ERROR };

/* The domain to check and the macros' values: 0; or the result without one. */
int ma_spf_identity(struct eval *, struct dname *domain);

enum match ma_spf_match_addresses(struct eval *, const struct spf_term *,
    const struct dname *target);
enum match ma_spf_match_mx(struct eval *, const struct spf_term *,
    const struct dname *target);
enum match ma_spf_match_ptr(struct eval *, const struct dname *target);
enum match ma_spf_match_exists(struct eval *, const struct dname *target);
/*
 * The validated domain name of the client for %{p} (RFC 7208 section 7.3),
 * "unknown" where there is none.  False: an answer is missing.
 */
bool ma_spf_validated(struct eval *, const struct dname *domain,
    struct slice *out);

/*
 * The target of a term.  MATCH_YES: *out is it, in the evaluation's memory;
 * MATCH_NO: it can be no name; MATCH_MISSING.
 */
enum match ma_spf_target(struct eval *, const struct frame *,
    struct spf_term *, const struct dname **out);

/* How many of the answer's texts are SPF records; *one is one of them. */
size_t ma_spf_records(const struct answer *, struct slice *one);
/* This record, read once in an evaluation.  NULL: no memory. */
struct spf_known *ma_spf_recall(struct eval *, struct slice text);

/* An answer is missing: name what the terms from `from` on will ask. */
void ma_spf_walk_on(struct eval *, const struct frame *,
    const struct spf_term *from);

/* RFC 7208 section 6.2: sets out->explanation, if there is one. */
void ma_spf_explain(struct eval *, const struct frame *);

/* Decide, with a reason and a sentence; the result. */
int ma_spf_decide(struct eval *, int result, const char *reason,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* The same of a mechanism: temperror or permerror. */
enum match ma_spf_error(struct eval *, int result, const char *reason,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* A lookup that the RFC calls failed: temperror, by why it failed. */
int ma_spf_dns_error(struct eval *, const struct dname *, uint16_t type,
    const struct answer *);
/* NXDOMAIN or NODATA of a term: false where that is one too many. */
bool ma_spf_count_void(struct eval *, const struct answer *);
/* One more term that asks: false where that is one too many. */
bool ma_spf_count_term(struct eval *, const struct spf_term *);
/* The end: the result, and a sentence where it has none yet. */
void ma_spf_conclude(struct eval *, int result);
/* A stranger's text for a sentence: what does not print is "?", long is cut. */
const char *ma_spf_show(struct eval *, struct slice);
const char *ma_spf_show_name(struct eval *, const struct dname *);

/* ---- Results ---- */

/* As mailauth_spf_reply(); result 0: not done. */
int ma_spf_reply(int result, const char **enhanced, const char **text);
/* As mailauth_spf_received(), for what is done. */
size_t ma_spf_received(const struct spf_input *, const struct spf_outcome *,
    struct slice receiver, char *buf, size_t size);

#endif
