/*
 * Inside the message room: what a message is made of.
 */
#ifndef MA_HANDLE_H
#define MA_HANDLE_H

#include "message/message.h"
#include "text/text.h"

/* ---- fields.c ---- */

/* A field in little room: there may be millions.  Places are in header.text. */
struct place {
	uint32_t at;
	uint32_t colon;			/* from there; 0: it has no name */
	uint32_t offset;		/* in the message as it came */
	uint32_t next;			/* see struct field */
};

struct header {
	struct buf text;
	struct place *fields;
	size_t n, cap;
	size_t line;			/* where the line that is read begins */
	uint64_t line_offset, end_offset;	/* in the message as it came */
	uint32_t *slots;		/* lowest fields of a name, by hash */
	size_t nslots;			/* a power of two, or 0 */
	uint8_t key[HASH_KEY];		/* of the hash */
	bool over;			/* longer than the limit */
};

/* Here, at text.n, a field begins.  False: no memory. */
bool ma_header_field(struct header *, size_t at, uint64_t offset);
/* All fields are there: names and index.  MAILAUTH_DONE or a failure. */
int ma_header_complete(struct header *);
void ma_header_free(struct header *);

/* ---- body.c ---- */

enum { PIECE = 1024 };			/* octets gathered for the digests */

struct canon_body {
	uint64_t total;			/* canonical octets so far */
	uint64_t lines;			/* line ends held back */
	bool blank, cr;			/* and blanks, and a CR behind them */
	bool wanted;
	size_t n;
	char piece[PIECE];
};

struct wanted_hash {
	enum canon canon;
	uint64_t limit;
	struct digest *digest;
	struct body_hash hash;
};

struct body {
	struct canon_body canons[2];	/* by enum canon */
	struct wanted_hash *hashes;
	size_t n, cap;
	bool failed;			/* a digest did */
};

int ma_body_want(struct body *, enum canon, uint64_t limit);
/* Octets whose line ends are CRLF. */
void ma_body_add(struct body *, const char *, size_t n);
/* MAILAUTH_DONE or MAILAUTH_ECRYPTO. */
int ma_body_end(struct body *);
void ma_body_free(struct body *);

/* ---- The whole ---- */

enum message_state { MESSAGE_HEADER, MESSAGE_BODY, MESSAGE_ENDED };

struct mailauth_message {
	unsigned holders;
	enum message_state state;
	int status;			/* MAILAUTH_DONE, or why it is lost */
	bool begun;			/* it has octets */
	bool by_field;			/* its header comes by _field() */
	bool lf;			/* a bare LF ends a line */
	bool undecided;			/* the first line end will say */
	bool seen_crlf, seen_lf;
	bool watch_cr, bare_cr;		/* see ma_message_watch_cr() */
	char last;			/* octet that came */
	uint64_t offset;		/* octets that came */
	uint32_t max_header;
	struct header header;
	struct reader *readers;
	struct body body;
	struct author author;
};

/* ---- scan.c ---- */

/* All return MAILAUTH_DONE or the failure for which the message is lost. */
int ma_scan_write(struct mailauth_message *, const char *, size_t n);
int ma_scan_field(struct mailauth_message *, struct slice name,
    struct slice value);
int ma_scan_end_header(struct mailauth_message *);
int ma_scan_end(struct mailauth_message *);

/* ---- author.c ---- */

/* Find the author once the header is complete.  False: no memory. */
bool ma_find_author(const struct mailauth_message *, struct author *);

#endif
