/*
 * The check room: a whole message, all rooms over one lookups.
 *	override.c	what trusted sealers say of a failed DMARC result
 *	field.c		the verdicts as an Authentication-Results field
 *	api.c		the handle and the exported functions
 *
 * A step gives each part whose inputs are there a step, in the order rdns, SPF
 * of HELO, SPF of MAIL FROM, DKIM, ARC, DMARC; DMARC is told of identifiers as soon
 * as their names are known, and of their results as they come, so that nothing
 * waits for anything but the answers it needs.
 */
#ifndef MA_CHECK_H
#define MA_CHECK_H

#include "arc/arc.h"
#include "authres/authres.h"
#include "dkim/dkim.h"
#include "dmarc/dmarc.h"
#include "lookups/lookups.h"
#include "mailauth/check.h"
#include "message/message.h"

struct mailauth_check {
	struct task task;		/* lends its lookups, drives; runs nothing */
	struct mailauth_message *message;
	struct mailauth_rdns *rdns;
	struct mailauth_spf *helo_spf, *spf;
	struct mailauth_dkim *dkim;
	struct mailauth_arc *arc;
	struct mailauth_dmarc *dmarc;

	/* ---- Inputs ---- */
	struct ip client;		/* family 0: not given */
	bool helo_given, mail_from_given;
	struct arena text;		/* what was given */
	struct slice helo, mail_from;
	const char *authserv_id;	/* NULL: no field is wanted */
	struct trusted {
		struct dname name;
		struct trusted *next;
	} *trusted;			/* sealers */
	size_t ntrusted;
	bool started, trace_on;

	/* ---- What DMARC has been told ---- */
	bool author_told, spf_told, spf_settled;
	struct progress {
		size_t seen;		/* of the signatures */
		size_t n;		/* of those, told: with a d= that counts */
	} told, settled;

	/* ---- Once done ---- */
	bool done;
	uint32_t override_set;		/* whose word counts; 0: nobody's */
	const char *evidence;		/* in task.arena */
	struct buf field;		/* ends in a NUL; empty: not wanted */
	const char **trace;		/* in task.arena */
	size_t lines;
};

/* See mailauth_check_override().  MAILAUTH_DONE, MAILAUTH_ENOMEM. */
int ma_check_override(struct mailauth_check *);
/* The Authentication-Results field of what is done.  False: no memory. */
bool ma_check_field(struct field_writer *, const struct mailauth_check *);

#endif
