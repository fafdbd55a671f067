/*
 * The text room: grammars that several protocols share.  Slices go in, slices
 * come out; nothing is copied.
 *	tags.c		tag lists: RFC 6376 section 3.2, and their like
 *	uri.c		URIs of reports
 *	rfc5322.c	tokens of structured fields, and the author domain
 *	mailbox.c	mailboxes and address literals of SMTP: RFC 5321
 *	api.c		what mailauth/address.h exports
 */
#ifndef MA_TEXT_H
#define MA_TEXT_H

#include "dns/dns.h"
#include "mailauth/address.h"

/* ---- Tag lists ---- */

/*
 * One tag-spec.  rest: what stands between its "=" and the next ";" or the
 * end, white space included; value is that without white space around it.
 */
struct tag {
	struct slice name, value, rest;
};

enum tag_status {
	TAG_END,		/* the list is over */
	TAG_OK,
	TAG_EMPTY,		/* nothing before a ";" */
	TAG_SYNTAX		/* no "=", no name, or a wrong octet */
};

/*
 * What may stand around names and values: blanks and folds (DKIM, ARC), or
 * blanks alone (DMARC: RFC 9989 section 4.8).
 */
enum tag_space { TAG_SPACE_FWS, TAG_SPACE_WSP };

/*
 * The next tag-spec; what follows it stays in *list.  One ";" at the end ends
 * the list.  Names are ALPHA *(ALPHA / DIGIT / "_"), values any printable
 * ASCII and UTF-8, blanks (and folds) inside them included.  After TAG_EMPTY
 * and TAG_SYNTAX the next call goes on behind that tag-spec, for those who
 * ignore what is wrong; *out holds what could be read.
 */
enum tag_status ma_tag_next(struct slice *list, enum tag_space,
    struct tag *out);

/*
 * Is the whole list well-formed, and no name in it twice (RFC 6376 section
 * 3.2)?  In time n log n whatever it holds.
 */
enum tags_status {
	TAGS_OK = 1,
	TAGS_SYNTAX,
	TAGS_DUPLICATE,
	TAGS_NOMEM
};
enum tags_status ma_tags_check(struct slice list, enum tag_space);

/*
 * White space is FWS only where CRs and LFs come as folds: CRLF and a blank
 * (RFC 5322 section 3.2.2; also several in a row, section 4.2).
 */
bool ma_folds_ok(struct slice);

/*
 * The records of MTA-STS and TLS-RPT are tag lists whose names and "=" and
 * values stand without blanks between (RFC 8461 section 3.1, RFC 8460 section
 * 3).  Does this one begin with the version, such as "v=STSv1", and a ";"?
 * *fields: what follows.
 */
bool ma_fields_begin(struct slice text, struct slice version,
    struct slice *fields);
/* The next field; its value is not looked at, but that it is there. */
enum tag_status ma_fields_next(struct slice *fields, struct tag *out);
/* May a field, there and in policies, have this name? */
bool ma_is_field_key(struct slice);
/* May an extension have this value?  No blanks, no "=". */
bool ma_is_extension(struct slice value);

/* ---- URIs ---- */

/*
 * URI = scheme ":" hier-part [ "?" query ] [ "#" fragment ], as far as its
 * octets go: RFC 3986 section 2, 3.1.  "Commas and exclamation points MUST be
 * encoded": RFC 9989 section 4.8, RFC 8460 section 3.
 */
bool ma_is_uri(struct slice);
/* Of those: "mailto:" with an address; "https:" with a host. */
bool ma_is_mailto(struct slice uri);
bool ma_is_https(struct slice uri);

/* ---- RFC 5322: structured fields ---- */

enum token_type {
	TOKEN_END,		/* nothing but CFWS was left */
	TOKEN_ATOM,		/* 1*atext (RFC 6532 section 3.2: UTF-8) */
	TOKEN_QUOTED,		/* a quoted-string, its quotes included */
	TOKEN_LITERAL,		/* a domain-literal, its brackets included */
	TOKEN_SPECIAL,		/* one of the specials: text.p[0] */
	TOKEN_BAD		/* see ma_token() */
};
struct token {
	enum token_type type;
	struct slice text;
};

/*
 * Skip CFWS (RFC 5322 section 3.2.2, 4.2).  False: a comment does not end, or
 * something stands in it, or between, that cannot.
 */
bool ma_cfws(struct slice *rest);

/*
 * The next token behind any CFWS (RFC 5322 section 3.2, with what section 4.1
 * adds, but for NUL, bare CR and bare LF: we refuse those, because programs
 * differ in what they see there).  TOKEN_BAD: a comment, quoted-string or
 * literal that does not end, an octet that stands nowhere, text that is not
 * UTF-8; *rest is then as it was.
 */
enum token_type ma_token(struct slice *rest, struct token *);

/*
 * What a quoted-string or domain-literal means: without its delimiters, the
 * backslashes of quoted-pairs and the CRLFs of folds.
 */
bool ma_unquote(struct buf *, struct slice quoted);

/* ---- RFC 5322: the author ---- */

enum author_status {
	AUTHOR_ONE = 1,		/* exactly one domain */
	AUTHOR_NONE,		/* no mailbox: an empty group (RFC 6854) */
	AUTHOR_SEVERAL,		/* mailboxes of more than one domain */
	AUTHOR_MALFORMED,
	AUTHOR_NOMEM
};

enum { DOMAIN_TEXT = 256 };	/* octets of a domain or literal, and a NUL */
struct author {
	enum author_status status;
	char domain[DOMAIN_TEXT];	/* AUTHOR_ONE: A-labels, lower case; a
					   literal in its brackets */
	const char *detail;		/* a sentence, static; NULL if ONE */
};

/*
 * The author domain in the value of a From field: that of all its mailboxes,
 * lists, groups, routes, comments and quotes understood (RFC 5322 section 3.4
 * and 4.4, RFC 6854 section 2.1, RFC 6532).  Encoded words are what they look
 * like: atoms.  Nothing is guessed: what is not in the grammar has no author.
 */
void ma_author(struct slice value, struct author *);

/*
 * A domain name as DKIM and DMARC take it: letters, digits, hyphens,
 * underscores, and U-labels; no dot at its end.  False: it is not one.
 */
bool ma_domain_parse(struct slice, struct dname *, bool *nomem);

/* ---- RFC 5321: mailboxes and address literals ---- */

/*
 * Section 4.1.2 and 4.1.3, with UTF-8 as RFC 6531 section 3.3 has it.  What is
 * wrong is told as a reason: a static word.
 */

/* RFC 5321 section 4.5.3.1, octets; a path has two more for its brackets. */
enum { LOCAL_PART_MAX = 64, DOMAIN_TEXT_MAX = 253, MAILBOX_MAX = 254 };

struct mailbox {
	int family;			/* enum mailauth_address_family */
	struct slice local_part;	/* as written; empty: a literal alone */
	struct slice domain;		/* as written, after the last "@" */
	struct dname name;		/* if family is DOMAIN */
	struct ip ip;			/* if IPV4, IPV6 */
};

/* "[...]".  0: it is no literal, *reason says why.  ip: if IPV4 or IPV6. */
int ma_literal_parse(struct slice, struct ip *, const char **reason);
/*
 * What may stand after the "@": a host name, perhaps with U-labels, or a
 * literal.  local_part is left empty.  *nomem where libidn2 had no memory.
 */
bool ma_mail_domain_parse(struct slice, struct mailbox *, const char **reason,
    bool *nomem);
/* A mailbox, or a literal alone. */
bool ma_mailbox_parse(struct slice, struct mailbox *, const char **reason,
    bool *nomem);

/*
 * Where mail goes: a host name, perhaps with its final dot, a literal, or of a
 * mailbox what follows its last "@", whatever stands before.
 */
bool ma_destination_parse(struct slice, struct mailbox *, const char **reason,
    bool *nomem);

/* A sentence for a reason of the above. */
const char *ma_mailbox_detail(const char *reason);

/*
 * Can a host of the Internet have this name?  Letters, digits and hyphens, and
 * a last label that is no number: such a name would be taken for an address.
 */
bool ma_is_host(const struct dname *);

#endif
