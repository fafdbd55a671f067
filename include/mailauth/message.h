/*
 * mailauth/message.h - one message as it streams by.
 *
 * A message is read once, in pieces of any size, in memory bounded by its
 * header.  What reads it is attached first (mailauth_dkim_new(),
 * mailauth_check_message()); then its bytes come by _write(), or its header field
 * by field by _field() as milters have it, and at last _end().
 *
 * Line ends are CRLF; a bare LF or CR is an octet like others, unless the
 * caller says otherwise before the first octet.  Dot-stuffing must be undone.
 */
#ifndef MAILAUTH_MESSAGE_H
#define MAILAUTH_MESSAGE_H

#include "mailauth/base.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mailauth_message;

enum mailauth_line_ends {
	MAILAUTH_LINES_CRLF = 1,	/* the default */
	MAILAUTH_LINES_LF = 2,		/* each bare LF counts as CRLF */
	MAILAUTH_LINES_FIRST = 3	/* as the first line end says */
};

enum mailauth_message_limit {
	/* Octets of the header: 16777216; at most 1073741824.  Above: every
	 * signature is permerror, reason header-limit, and there is no author. */
	MAILAUTH_MESSAGE_HEADER_BYTES = 1
};

/* NULL: no memory.  Counted: what is attached holds it too. */
MAILAUTH_API struct mailauth_message *mailauth_message_new(void);
MAILAUTH_API void mailauth_message_free(struct mailauth_message *);	/* NULL allowed */

/* Before the first octet, else MAILAUTH_EUSE; MAILAUTH_EINVAL. */
MAILAUTH_API int mailauth_message_set_line_ends(struct mailauth_message *, int line_ends);
MAILAUTH_API int mailauth_message_set_limit(struct mailauth_message *, int limit,
    uint32_t value);

/*
 * A header field, before any _write() and _end_header(): blanks before the
 * colon belong to the name; the value begins right after the colon and has no
 * line end at its end (milters: SMFIP_HDR_LEADSPC); folds in it end in CRLF or
 * LF, whatever the line ends.  MAILAUTH_ENOMEM is final: the message is lost.
 */
MAILAUTH_API int mailauth_message_field(struct mailauth_message *,
    const char *name, size_t name_n, const char *value, size_t value_n);
/* No more fields: what follows by _write() is body. */
MAILAUTH_API int mailauth_message_end_header(struct mailauth_message *);

/*
 * The next octets of the message (of its body, after _end_header()).
 * MAILAUTH_ENOMEM and MAILAUTH_ECRYPTO are final; MAILAUTH_EUSE: after _end().
 */
MAILAUTH_API int mailauth_message_write(struct mailauth_message *, const void *, size_t n);
MAILAUTH_API int mailauth_message_end(struct mailauth_message *);

MAILAUTH_API int mailauth_message_header_done(const struct mailauth_message *);
MAILAUTH_API int mailauth_message_ended(const struct mailauth_message *);

/*
 * The header's fields from the top, once it is complete: how many lines with
 * their folds there are; of field i its name without blanks, *n octets (NULL:
 * none that is one), and what follows the colon, without the last line end,
 * folds as CRLF.
 */
MAILAUTH_API size_t mailauth_message_count(const struct mailauth_message *);
MAILAUTH_API const char *mailauth_message_field_name(const struct mailauth_message *,
    size_t i, size_t *n);
MAILAUTH_API const char *mailauth_message_field_value(const struct mailauth_message *,
    size_t i, size_t *n);

/*
 * The line ends seen: MAILAUTH_LINES_CRLF (also without any), MAILAUTH_LINES_LF;
 * 0: both.  Bare CRs do not count.
 */
MAILAUTH_API int mailauth_message_line_ends(const struct mailauth_message *);

/*
 * The author domain (RFC 9989 section 5.3.1, RFC 5322 section 3.6.2), once the
 * header is complete: the one domain of all addresses of the one From field,
 * as A-labels in lower case; a literal keeps its brackets.  NULL: there is none
 * for certain; why: mailauth_message_author_detail().
 */
MAILAUTH_API const char *mailauth_message_author_domain(const struct mailauth_message *);
MAILAUTH_API const char *mailauth_message_author_detail(const struct mailauth_message *);

#ifdef __cplusplus
}
#endif

#endif
