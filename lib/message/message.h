/*
 * The message room: one message as it streams by, in memory bounded by its
 * header.
 *	scan.c		octets -> header lines, then body; line ends
 *	fields.c	the header kept whole, and its index by name
 *	canon.c		canonical header fields; RFC 6376 section 3.4.1, 3.4.2
 *	body.c		canonical body and its hashes; section 3.4.3, 3.4.4
 *	author.c	the From field, and the author domain in it
 *	api.c		the handle and the exported functions
 *
 * What reads a message attaches to it before its first octet; when the header
 * is complete it is called once, and says which body hashes it wants; then the
 * body streams through, once, whatever the number of hashes; what is hashed is
 * not kept.
 *
 * The header is kept with CRLF line ends: where bare LFs count as line ends
 * they have become CRLF, and a last line without an end has got one.  Offsets
 * count octets as they came, so that a field can be cut out of the original.
 */
#ifndef MA_MESSAGE_H
#define MA_MESSAGE_H

#include "base/base.h"
#include "crypto/crypto.h"
#include "mailauth/message.h"

/* ---- The header ---- */

/*
 * A line of the header with its folds.  raw: all of it, from the first octet of
 * the name to the last CRLF.  name: what stands before the colon without
 * blanks; empty where there is no colon or the name is not RFC 5322's
 * (printable ASCII without colon and blanks).  value: what follows the colon,
 * the last CRLF not included; empty without a name.  They live as long as the
 * message.
 */
struct field {
	struct slice raw, name, value;
	uint64_t offset, length;	/* in the message as it came */
	uint32_t next;			/* of this name upwards, or NO_FIELD */
};
enum { NO_FIELD = UINT32_MAX };

/* Once the header is complete; from the top. */
size_t ma_message_fields(const struct mailauth_message *);
struct field ma_message_field(const struct mailauth_message *, size_t i);
/* The lowest field of this name, without regard to case; NO_FIELD: none. */
uint32_t ma_message_last(const struct mailauth_message *, struct slice name);
/* Was the header longer than the limit?  Then it has no fields. */
bool ma_message_header_over(const struct mailauth_message *);
/*
 * Does a line begin with this name, other octets than those of names skipped,
 * and then something that cannot belong to a name, or a colon?
 */
bool ma_is_like_field(struct slice line, struct slice name);
/* Does such a line begin within a field, behind what some take for its end? */
bool ma_hides_field(struct slice raw, struct slice name);
/* MAILAUTH_DONE, or the failure for which the message is lost. */
int ma_message_status(const struct mailauth_message *);
/* The same, and MAILAUTH_EUSE while it has not ended. */
int ma_message_whole(const struct mailauth_message *);

/*
 * Fields taken by name, each once, from the bottom up: RFC 6376 section 5.4.2.
 * In constant time each, whatever the names.
 */
struct picker {
	const struct mailauth_message *message;
	struct pick *picks;		/* by the lowest field of a name */
	uint32_t round;
	struct announced *announced;	/* whose they are; NULL: none */
};

/* A field that will stand above the header; the lowest of them is the first. */
struct announced {
	struct slice name, text;	/* text: without the last CRLF */
	uint32_t round;			/* the picker's, if it was taken */
	struct announced *next;
};
bool ma_picker_init(struct picker *, const struct mailauth_message *);
void ma_picker_free(struct picker *);
/* As if none had been taken. */
void ma_picker_begin(struct picker *);
/* The next of this name but `except` (or NO_FIELD); NO_FIELD: no more. */
uint32_t ma_pick(struct picker *, struct slice name, uint32_t except);
/*
 * The text, without the last CRLF, of the next of this name but `except` (or
 * NO_FIELD), and of the announced ones then.  False: no more.
 */
bool ma_pick_text(struct picker *, struct slice name, uint32_t except,
    struct slice *text);

/* ---- Readers ---- */

/*
 * Called once, when the header is complete and before any octet of the body; it
 * wants body hashes now or never.  Negative: no memory, the message is lost.
 */
struct reader {
	int (*header)(struct reader *, struct mailauth_message *);
	struct reader *next;		/* the message's own */
};
/* MAILAUTH_EUSE: the message has octets already. */
int ma_message_attach(struct mailauth_message *, struct reader *);
void ma_message_detach(struct mailauth_message *, struct reader *);
void ma_message_ref(struct mailauth_message *);

/*
 * What RFC 6376 section 5.3 has nobody sign: line ends that not everybody
 * takes for line ends.  Whether there are bare CRs is known only where
 * ma_message_watch_cr() was called from within reader.header().
 */
enum line_fault {
	LINES_RIGHT,
	LINES_MIXED,		/* both CRLF and bare LF, or LF that is no end */
	LINES_BARE_CR
};
void ma_message_watch_cr(struct mailauth_message *);
enum line_fault ma_message_line_fault(const struct mailauth_message *);

/* ---- Canonical forms ---- */

enum canon { CANON_SIMPLE, CANON_RELAXED };

/*
 * Hand a header field, without its last CRLF, in canonical form to the digest;
 * with a CRLF behind it unless `last` (RFC 6376 section 3.7).  False: the
 * digest failed.
 */
bool ma_canon_field(struct digest *, enum canon, struct slice field, bool last);
/* The same to a buffer. */
bool ma_canon_field_text(struct buf *, enum canon, struct slice field,
    bool last);
/* A raw field without its last CRLF. */
struct slice ma_field_text(struct slice raw);

/*
 * A body hash (SHA-256): canonicalisation, and how many canonical octets
 * (UINT64_MAX: all).  Equal wants share one hash; the same index comes back.
 * Only from within reader.header().  Negative: MAILAUTH_ENOMEM,
 * MAILAUTH_ECRYPTO.
 */
int ma_message_want_hash(struct mailauth_message *, enum canon, uint64_t limit);

struct body_hash {
	uint8_t digest[SHA256_BYTES];
	uint64_t hashed;		/* canonical octets that went in */
	uint64_t total;			/* canonical octets of the whole body */
};
/* NULL: the message has not ended. */
const struct body_hash *ma_message_body_hash(const struct mailauth_message *,
    int i);

#endif
