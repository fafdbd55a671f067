/*
 * The authres room: Authentication-Results (RFC 8601) and Received-SPF (RFC
 * 7208 section 9.1).
 *	write.c		a header field written, folded, unbreakable
 *	result.c	what an Authentication-Results field says
 *	read.c		the same read
 *	forged.c	fields that bear our name and are not ours
 *
 * A field is written word by word.  Whatever a value holds, it comes out as one
 * token, quoted string or comment: octets that cannot stand in a header (CR,
 * LF, NUL, other controls, what is not UTF-8) become "?".
 *
 * Lines are folded at 78 columns, between words.  Others fold at blanks inside
 * quoted strings and comments as well.  We: not there, because what stands in
 * them is a stranger's, and must not stand at the start of a line, where
 * programs that read line by line look for results.  No line passes 998 octets
 * (RFC 5322 section 2.1.1): a value of more than FIELD_VALUE written octets is
 * cut, and ends in "...", so that what is left of a name cannot be taken for
 * another name.
 */
#ifndef MA_AUTHRES_H
#define MA_AUTHRES_H

#include "dns/dns.h"
#include "mailauth/authres.h"

enum { FIELD_COLUMNS = 78, FIELD_VALUE = 800, FIELD_CUT = 3, FIELD_TAB = 8,
	FIELD_KEYWORD = 64 };

/* RFC 2045 section 5.1. */
bool ma_is_token_char(int);
/* Dots, if any, stand only between other characters. */
bool ma_dots_part(struct slice);
/* What is escaped, in quoted strings and in comments. */
#define FIELD_QUOTED "\"\\"
#define FIELD_COMMENT "()\\"
/* The text as whoever reads the field will find it.  False: no memory. */
bool ma_field_clean(struct buf *, struct slice, const char *escape);

struct field_writer {
	struct buf text;
	size_t column;
};

/* "Name:"; what comes next is set apart by a blank or a fold. */
void ma_field_begin(struct field_writer *, const char *name);
/* Words of our own, already right: "pass", "1;". */
void ma_field_word(struct field_writer *, const char *);
/* ";" right after what stands there; what comes next has a new line. */
void ma_field_next(struct field_writer *);
/*
 * key=value.  As it is where it is a token (RFC 2045 section 5.1) and dots
 * stand only between other characters, which makes it a dot-atom too; else
 * quoted.
 */
void ma_field_pair(struct field_writer *, const char *key, struct slice value);
/* A value alone, as in _pair(). */
void ma_field_value(struct field_writer *, struct slice value);
/*
 * key=address.  As it is where it is [dot-atom] "@" domain, as RFC 8601
 * section 2.2 wants it of identities; else as in _pair().
 */
void ma_field_identity(struct field_writer *, const char *key, struct slice address);
/* (text), parentheses and backslashes in it escaped. */
void ma_field_comment(struct field_writer *, struct slice text);
/* What goes right behind what stands there, or, without room, on a new line. */
void ma_field_part(struct field_writer *, struct slice);
/* One character behind it, for which there always is room. */
void ma_field_mark(struct field_writer *, char);
/* What may be folded anywhere. */
void ma_field_stream(struct field_writer *, struct slice);
/* The last CRLF.  False: there was no memory. */
bool ma_field_end(struct field_writer *);

/* ---- Authentication-Results ---- */

/* 1 to 255 octets of UTF-8 without controls. */
bool ma_is_authserv_id(struct slice);
/* Keyword of RFC 5321 section 4.1.2, at most FIELD_KEYWORD octets. */
bool ma_is_keyword(struct slice);
/*
 * Whatever the case of letters; A-labels and U-labels are equal.  False with
 * *nomem: it could not be told.
 */
bool ma_authserv_id_equal(struct slice, struct slice, bool *nomem);
void ma_authres_set_version(struct mailauth_authres *, uint32_t);
/*
 * "id; results" behind what stands there.  It has an authserv-id.
 */
void ma_authres_write(struct field_writer *, const struct mailauth_authres *);
/* Add all results of another.  MAILAUTH_EINVAL: too many; MAILAUTH_ENOMEM. */
int ma_authres_merge(struct mailauth_authres *, const struct mailauth_authres *);

#endif
