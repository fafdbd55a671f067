/*
 * The sign room: signatures made, DKIM's and ARC's, and keys published.
 *	text.c		the text of the field, folded
 *	signing.c	one signature, from its settings to its field
 *	result.c	the results' words
 *	maker.c		what the handles of a signer and of a sealer share
 *	api.c		the handle of a signer, and its exported functions
 *	publish.c	a private key -> its key record
 *	keycheck.c	is a private key published?
 *
 * The text of a field is written with its place for b= filled, and is read back
 * by the parser of the verifier: what that one would refuse is refused, and
 * what is covered is found by the verifier's own code.
 */
#ifndef MA_SIGN_H
#define MA_SIGN_H

#include "authres/authres.h"
#include "dkim/dkim.h"
#include "mailauth/sign.h"

struct extra_tag {
	struct slice name, value;
	struct extra_tag *next;
};

struct signing {
	/* ---- Settings; texts are whose they are ---- */
	enum signature_kind kind;
	struct slice domain, selector;
	const struct mailauth_private_key *key;	/* NULL: it is asked for */
	enum key_type type;
	enum canon header, body;
	struct slice names;		/* h=; p NULL: by default */
	struct slice identity;		/* p NULL: no i= */
	uint64_t expiry;		/* seconds after t=; 0: no x= */
	bool copied;			/* z= */
	struct extra_tag *extra;
	uint32_t instance;		/* ARC: i= */
	const char *chain;		/* a seal's cv= */

	/* ---- What comes of them ---- */
	struct arena arena;
	struct field_writer text;	/* up to where b= has its value */
	struct signature sig;		/* in text */
	int hash;			/* of the body; -1: not wanted */
	bool hashed;			/* header_hash is there */
	uint8_t header_hash[SHA256_BYTES];
	struct verdict verdict;		/* enum mailauth_signer_result */
	bool signs_trace, short_key;	/* warnings */
	struct buf field;		/* ends in a NUL */
};

/* The header that is signed, and what will stand above it. */
struct signed_header {
	struct mailauth_message *message;
	struct announced *announced;	/* the lowest first */
	int64_t now;
};

/*
 * Where the key of a domain and a selector is published.  False: they are no
 * names, or too long.
 */
bool ma_key_name(struct slice domain, struct slice selector, struct dname *out,
    bool *nomem);

/* How many fields of this name there are. */
size_t ma_header_count(const struct signed_header *, struct slice name);

/*
 * Write the text up to "b=", with a placeholder behind it, and read it into sig.
 * What is wrong with the settings comes in s->verdict.  False: no memory.
 */
bool ma_sign_text(struct signing *, const struct signed_header *);

/*
 * The header is complete: the text, and the body hash that is wanted.  Not for
 * seals, which have no body.  Negative: MAILAUTH_ENOMEM, MAILAUTH_ECRYPTO.
 */
int ma_signing_header(struct signing *, const struct signed_header *);
/* The message has ended: bh= and the header's hash.  Negative as above. */
int ma_signing_hash(struct signing *, const struct signed_header *,
    struct picker *, struct digest *);
/* What to sign is known: sign it, or ask.  Negative as above; the verdict. */
int ma_signing_finish(struct signing *, struct run *);
/* What speaks against a signature made all the same; NULL: no more. */
const char *ma_signing_warning(const struct signing *, size_t k);
/* No field will come of it. */
void ma_signing_refuse(struct signing *, struct finding);
void ma_signing_free(struct signing *);

/*
 * What stands against signing this message at all: its header (`author`: also
 * a From field that is not one), once complete; its line ends, once ended.
 */
struct finding ma_signing_header_fault(const struct signed_header *,
    bool author);
struct finding ma_signing_line_fault(const struct mailauth_message *);

/* ---- What makes signatures: a signer's handle, and a sealer's ---- */

struct maker {
	struct task task;
	struct reader reader;
	struct signed_header header;
	struct arena text;		/* what was given */
	struct picker picker;
	struct digest *digest;
	bool seen;			/* the header was */
	int failed;			/* MAILAUTH_DONE, or MAILAUTH_ECRYPTO */
};

/*
 * It holds the message, and reads it.  False: no memory, or too late to read;
 * nothing to free.
 */
bool ma_maker_init(struct maker *, struct mailauth_message *,
    struct mailauth_lookups *, int64_t now,
    int (*header)(struct reader *, struct mailauth_message *));
void ma_maker_free(struct maker *);
/* MAILAUTH_EUSE once settings for the header come too late. */
int ma_maker_open(const struct maker *);
/* Keep what was given.  MAILAUTH_ENOMEM: nothing has changed. */
int ma_maker_text(struct maker *, struct slice text, struct slice *out);
/* From within reader.header().  Negative as above. */
int ma_maker_header(struct maker *);
/* What a run came to, from within it. */
void ma_maker_ran(struct maker *, struct run *, int status);
/* As ma_task_step(), and MAILAUTH_ECRYPTO. */
int ma_maker_step(struct maker *, void (*run)(struct run *, void *arg),
    void *arg);
/* As ma_task_drive(), once the message is whole. */
int ma_maker_drive(struct maker *, struct mailauth_resolver *,
    int (*step)(void *handle), void *handle);

#endif
