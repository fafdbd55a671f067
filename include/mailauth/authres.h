/*
 * mailauth/authres.h - the Authentication-Results field: RFC 8601.
 *
 * Read, written, and removed where it is forged.
 *
 * A handle holds what one field says: parsed from it, or built.  What it is
 * given to hold (values, reasons, comments) may be any octets; what cannot stand
 * in a field (controls, what is not UTF-8) becomes "?", what is longer than 800
 * octets is cut and ends in "...".  The accessors tell what is held then, and
 * that is what a reader of the written field finds.
 */
#ifndef MAILAUTH_AUTHRES_H
#define MAILAUTH_AUTHRES_H

#include "mailauth/message.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mailauth_authres;

/* What one handle may hold; a field with more does not parse. */
enum {
	MAILAUTH_AUTHRES_RESULTS = 1000,	/* results */
	MAILAUTH_AUTHRES_PROPERTIES = 100,	/* properties of one */
	MAILAUTH_AUTHRES_COMMENTS = 100		/* comments of one, or of the head */
};
/* The head as an index: what stands before the first result. */
#define MAILAUTH_AUTHRES_HEAD (-1)

/* An empty one; NULL: no memory. */
MAILAUTH_API struct mailauth_authres *mailauth_authres_new(void);
MAILAUTH_API void mailauth_authres_free(struct mailauth_authres *);	/* NULL allowed */

/*
 * What follows the field's colon (or "i=N;" in an ARC-Authentication-Results),
 * by the grammar of section 2.2, unknown methods, results and properties kept,
 * with UTF-8 where RFC 6532 has it.  MAILAUTH_ESYNTAX: it is not such a value;
 * error (NULL allowed) gets what is wrong and at which octet, at most size
 * octets with the NUL.  MAILAUTH_EINVAL, MAILAUTH_ENOMEM.
 */
MAILAUTH_API int mailauth_authres_parse(const char *value, size_t n,
    struct mailauth_authres **out, char *error, size_t size);

/* ---- What it holds ---- */

/* Decoded.  NULL: not set. */
MAILAUTH_API const char *mailauth_authres_authserv_id(const struct mailauth_authres *);
/* 1 where it is not given; what another one says must not be relied on. */
MAILAUTH_API uint32_t mailauth_authres_version(const struct mailauth_authres *);
/* Results; 0: "none". */
MAILAUTH_API int mailauth_authres_count(const struct mailauth_authres *);
/* Of result i, in lower case; NULL: there is no such result. */
MAILAUTH_API const char *mailauth_authres_method(const struct mailauth_authres *, int i);
MAILAUTH_API uint32_t mailauth_authres_method_version(const struct mailauth_authres *,
    int i);							/* 1 where it is not given */
MAILAUTH_API const char *mailauth_authres_result(const struct mailauth_authres *, int i);
/* Decoded; NULL: none is given. */
MAILAUTH_API const char *mailauth_authres_reason(const struct mailauth_authres *, int i);
/*
 * The value, decoded, of property k of result i; ptype and property in lower
 * case (each NULL allowed).  NULL: past the end.
 */
MAILAUTH_API const char *mailauth_authres_property(const struct mailauth_authres *, int i,
    int k, const char **ptype, const char **property);
/* Comment k of result i, or of MAILAUTH_AUTHRES_HEAD; NULL: past the end. */
MAILAUTH_API const char *mailauth_authres_comment(const struct mailauth_authres *, int i,
    int k);
/*
 * The whole field, its name, folds and CRLF included; it lives until the handle
 * is changed or freed.  NULL: no authserv-id, or no memory.
 */
MAILAUTH_API const char *mailauth_authres_text(struct mailauth_authres *);

/* ---- Building ---- */

/*
 * MAILAUTH_EINVAL: no such result, one too many, or not what can stand there;
 * MAILAUTH_EUSE: it is set already; MAILAUTH_ENOMEM.
 *
 * _set_authserv_id(): 1 to 255 octets of UTF-8 without controls.
 * _add_result(): its index.  method and result: letters, digits and "-", which
 * is not last, at most 64 octets; version: 1 is not written.
 * _add_property(): ptype and property as method.
 */
MAILAUTH_API int mailauth_authres_set_authserv_id(struct mailauth_authres *,
    const char *);
MAILAUTH_API int mailauth_authres_add_result(struct mailauth_authres *,
    const char *method, uint32_t version, const char *result);
MAILAUTH_API int mailauth_authres_set_reason(struct mailauth_authres *, int i,
    const char *, size_t n);
MAILAUTH_API int mailauth_authres_add_property(struct mailauth_authres *, int i,
    const char *ptype, const char *property, const char *value, size_t n);
MAILAUTH_API int mailauth_authres_add_comment(struct mailauth_authres *, int i,
    const char *, size_t n);

/* ---- Forged fields: section 5 ---- */

/*
 * Fields that claim to be of this authserv-id, in a message that comes from
 * outside, from the bottom up, so that removing one leaves the places of the next
 * as they are.  Anywhere in the header, forged is
 *
 *  - a field with this id, whatever the case of its letters, whether its labels
 *    are A- or U-labels, and whatever blanks and punctuation but "-", "_" and "."
 *    are in it; or with an encoded word in its id;
 *  - a field of another version than 1, whatever its id;
 *  - a field that does not parse, if this id stands anywhere in it, all octets
 *    but letters, digits, "-", "_", "." and those above 127 passed over, with
 *    the text of its comments or without; or if it has an encoded word in it; or
 *    an octet above 127, where this id has one or an A-label;
 *  - a line that some programs take for such a field, and a field of any name in
 *    which such a line stands behind a bare CR or LF, under the same condition.
 *
 * The header must be complete; the message is lent.  NULL: no memory, or an
 * argument is NULL, or the header is not complete, or it was longer than its
 * limit and so is not known.
 */
struct mailauth_forged;
MAILAUTH_API struct mailauth_forged *mailauth_forged_new(const struct mailauth_message *,
    const char *authserv_id);
MAILAUTH_API void mailauth_forged_free(struct mailauth_forged *);	/* NULL allowed */
MAILAUTH_API size_t mailauth_forged_count(const struct mailauth_forged *);
/*
 * Of field i: its name as written, *n octets; which of the fields of that name
 * it is, from 1 at the top, as milters change headers, or 0 and no name where it
 * is a line without one; where it begins in the
 * message as it came, and its length with its line end.
 */
MAILAUTH_API const char *mailauth_forged_name(const struct mailauth_forged *, size_t i,
    size_t *n);
MAILAUTH_API uint32_t mailauth_forged_occurrence(const struct mailauth_forged *,
    size_t i);
MAILAUTH_API uint64_t mailauth_forged_offset(const struct mailauth_forged *, size_t i);
MAILAUTH_API uint64_t mailauth_forged_length(const struct mailauth_forged *, size_t i);

#ifdef __cplusplus
}
#endif

#endif
