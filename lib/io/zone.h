/*
 * Inside the io room: a master file and what it says.
 */
#ifndef MA_ZONE_H
#define MA_ZONE_H

#include "io/io.h"

/* ---- Words of a master file: RFC 1035 section 5.1 ---- */

struct word {
	struct slice text;	/* escapes as they stand; within its quotes */
	unsigned line;
	bool quoted;
};

/* One record, directive or ";!" line: what parentheses hold together. */
struct entry {
	struct word *words;
	size_t n, cap;
	bool inherits;		/* begins with a blank: the last owner's */
	bool remark;		/* a ";!" line; its words follow */
};

/* A file being read, and where to say what is wrong with it. */
struct lines {
	struct slice rest;
	unsigned line;
	const char *name;
	char *error;
	size_t size;
};

/*
 * The next entry that has words; those of the last one are gone.
 * MAILAUTH_MORE: here it is; MAILAUTH_DONE: there is none; MAILAUTH_ESYNTAX,
 * MAILAUTH_ENOMEM.
 */
int ma_lines_next(struct lines *, struct entry *);
void ma_entry_free(struct entry *);

/* Say "NAME:LINE: what"; MAILAUTH_ESYNTAX. */
int ma_lines_fail(struct lines *, unsigned line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* "NAME:LINE: what: word" */
int ma_word_fail(struct lines *, const struct word *, const char *what);

/* Seconds: a number, or some with units (1h30m).  False: else, or over max. */
bool ma_period_parse(struct slice, uint32_t max, uint32_t *);
/* Undo \X and \DDD.  False: no such escape, or a quote in the middle. */
bool ma_word_decode(struct slice, struct buf *);

/*
 * Rdata from its words.  line: that of the type.  MAILAUTH_ESYNTAX,
 * MAILAUTH_ENOMEM.
 */
int ma_rdata_read(struct lines *, unsigned line, uint16_t type,
    const struct word *, size_t n, const struct dname *origin, struct buf *);
/* A type by its word, ldns's too; false: none that a record can have. */
bool ma_rdata_type(struct slice, uint16_t *);

/* ---- Names and what they have ---- */

/* What a ";!" line says. */
enum remark {
	REMARK_NONE,
	REMARK_SERVFAIL,
	REMARK_REFUSED,
	REMARK_NXDOMAIN,
	REMARK_NODATA,
	REMARK_TIMEOUT,
	REMARK_SECURE
};

enum { TYPE_EVERY = 0 };	/* "*" in a ";!" line */

struct zone;

struct zone *ma_zone_new(void);
void ma_zone_free(struct zone *);

/* *why: what cannot be, where MAILAUTH_ESYNTAX is returned; MAILAUTH_ENOMEM. */
int ma_zone_add(struct zone *, const struct dname *, uint16_t type,
    uint32_t ttl, struct slice rdata, const char **why);
int ma_zone_remark(struct zone *, const struct dname *, uint16_t type,
    enum remark, const char **why);
void ma_zone_all_secure(struct zone *);

/* What the zone says to a question. */
struct zone_reply {
	enum remark instead;	/* SERVFAIL, REFUSED, TIMEOUT: no packet */
	bool secure;
	struct packet packet;
};

/*
 * MAILAUTH_ENOMEM; MAILAUTH_ESYNTAX: more than a packet holds.  Free
 * out->packet in any case.
 */
int ma_zone_ask(const struct zone *, const struct dname *, uint16_t type,
    struct zone_reply *out);

/* Read a master file into the zone.  MAILAUTH_ESYNTAX: l->error; _ENOMEM. */
int ma_zone_load(struct zone *, struct lines *);

#endif
