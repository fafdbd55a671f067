/*
 * mailauth.h - everything of libmailauth, and the conventions, stated once.
 *
 * Handles are opaque.  _new() gives one (NULL: no memory), _free() takes it
 * back and takes NULL.  The library copies what it is given and owns what it
 * returns: callers free handles, nothing else.  A handle may move between
 * threads but is used by one at a time; there are no locks, except in what says
 * that several threads may use it at once (resolvers, key memories).
 *
 * Results.  Functions that can fail return enum mailauth_status: 0 done,
 * positive to be continued, negative failed.  The verdict of a protocol is not
 * among these values: it is an enum of the RFC's words, read by an accessor
 * once the evaluation is done; 0 means "not done yet", and values may be added.
 * A malformed record or message is a verdict, never a failure.
 *
 * Text.  What can hold any octets is given and returned with its length.
 * Strings returned live until the handle that they came from is freed.  A
 * `reason` is a stable word in kebab-case, NULL where there is nothing to say;
 * mailauth-reasons(7) lists them all.  A `detail` is a sentence for people, in
 * no stable wording.  Domain names come without the final dot, in lower case,
 * as A-labels.
 *
 * A function given a NULL handle returns MAILAUTH_EINVAL, so that whoever lacks
 * memory notices at the last call at the latest.
 *
 * Indexes count from 0.  An accessor given NULL, an index past the end, or a
 * handle that is not done, returns 0 or NULL.  Accessors never allocate.
 *
 * Time is given: `now` is seconds since 1970 (UTC).  The library reads no
 * clock, environment, locale or file, and has no state of its own, outside
 * mailauth/resolver.h.
 *
 * Structs that callers fill begin with their own size: members beyond it count
 * as absent.
 */
#ifndef MAILAUTH_H
#define MAILAUTH_H

#include "mailauth/address.h"
#include "mailauth/arc.h"
#include "mailauth/authres.h"
#include "mailauth/base.h"
#include "mailauth/check.h"
#include "mailauth/dane.h"
#include "mailauth/dkim.h"
#include "mailauth/dmarc.h"
#include "mailauth/key.h"
#include "mailauth/lookups.h"
#include "mailauth/message.h"
#include "mailauth/mtasts.h"
#include "mailauth/mx.h"
#include "mailauth/rdns.h"
#include "mailauth/resolver.h"
#include "mailauth/route.h"
#include "mailauth/sign.h"
#include "mailauth/spf.h"
#include "mailauth/tlsrpt.h"

#endif
