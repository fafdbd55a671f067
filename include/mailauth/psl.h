/*
 * mailauth/psl.h - a public suffix list for DMARC, by way of libpsl: for those
 * who discover DMARC records as RFC 7489 section 3.2 does.
 *
 * In a library of its own, libmailauth-psl, so that nobody else needs libpsl.
 *
 *	psl = mailauth_psl_new(NULL, &error);
 *	mailauth_dmarc_set_discovery(dmarc, MAILAUTH_DMARC_PSL,
 *	    mailauth_psl_suffix, psl);
 */
#ifndef MAILAUTH_PSL_H
#define MAILAUTH_PSL_H

#include "mailauth/base.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mailauth_psl;

/*
 * Load this list: the text of publicsuffix.org, or what psl-make-dafsa(1)
 * makes of it.  NULL: the newer of the system's and the one built into libpsl.
 * It may be used by several threads at once and must outlive what uses it.
 *
 * NULL: it could not be loaded; *error, where error is not NULL, is
 * MAILAUTH_ESYSTEM: it cannot be read (errno says why, where it does);
 * MAILAUTH_ESYNTAX: nothing in it is a suffix; MAILAUTH_EUNSUPPORTED: path is
 * NULL, and there is none.
 */
MAILAUTH_API struct mailauth_psl *mailauth_psl_new(const char *path, int *error);
MAILAUTH_API void mailauth_psl_free(struct mailauth_psl *);	/* NULL allowed */

/*
 * A mailauth_public_suffix function (mailauth/dmarc.h); user: the list.  How
 * many of the rightmost labels of domain are a public suffix, those that
 * companies have listed for their customers included.  A top-level domain that
 * the list does not have is one.  domain: A-labels, lower case, no final dot.
 * Negative: user or domain is NULL, or the domain is empty or has an empty
 * label.
 */
MAILAUTH_API int mailauth_psl_suffix(void *user, const char *domain);

#ifdef __cplusplus
}
#endif

#endif
