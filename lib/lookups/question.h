/*
 * Inside the lookups room: what a set and its questions are made of.
 */
#ifndef MA_QUESTION_H
#define MA_QUESTION_H

#include "lookups/lookups.h"

enum question_state {
	QUESTION_NAMED,			/* not handed out */
	QUESTION_OUT,
	QUESTION_ANSWERED
};

/* What makes it another question than others. */
struct asked {
	int kind;			/* enum mailauth_question_kind */
	uint32_t of;			/* DNS: the type; FETCH: octets; SIGN:
					   the algorithm */
	struct slice name;		/* in wire form */
	struct slice what;		/* FETCH: the URL; SIGN: the digest */
};

struct mailauth_question {
	struct mailauth_lookups *lookups;
	enum question_state state;
	struct asked asked;
	uint32_t hash, generation;
	const char *text;		/* the same for a master file */
	char type_text[TYPE_TEXT];
	void *user;
	struct slice reply;		/* DNS */
	struct answer answer;		/* once ANSWERED */
	struct fetched fetched;		/* FETCH; once ANSWERED */
};

struct mailauth_lookups {
	size_t holders;			/* handles; at 0 it is dropped */
	size_t out;			/* questions out */
	struct arena arena;		/* questions and answers */
	struct mailauth_question **questions;	/* in the order of naming */
	size_t n, cap;
	size_t next;			/* none before it is NAMED */
	struct mailauth_question **slots;	/* by hash, linear probing */
	size_t nslots;			/* a power of two, or 0 */
	uint32_t step_generation;	/* of what the present step names */
	uint32_t answered_generation;	/* the highest answered */
	uint32_t queries, rounds;
	uint32_t max_records, max_bytes;
	struct mailauth_resolver *known;
	bool no_ahead;			/* whoever asks now can only block */
};

static inline struct asked
ma_asked_dns(const struct dname *name, uint16_t type)
{
	return (struct asked){ .kind = MAILAUTH_QUESTION_DNS, .of = type,
		.name = ma_slice(name->w, name->n) };
}

/* The question, named now if it was not yet.  NULL: no memory. */
struct mailauth_question *ma_lookups_asked(struct mailauth_lookups *,
    const struct asked *);
/* As if it had never been handed out. */
void ma_question_take_back(struct mailauth_question *);

#endif
