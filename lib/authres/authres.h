/*
 * The authres room: Authentication-Results (RFC 8601) and Received-SPF (RFC
 * 7208 section 9.1).
 *	write.c		a header field written, folded, unbreakable
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

#include "base/base.h"

enum { FIELD_COLUMNS = 78, FIELD_VALUE = 800 };

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
/* The last CRLF.  False: there was no memory. */
bool ma_field_end(struct field_writer *);

#endif
