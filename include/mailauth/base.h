/*
 * mailauth/base.h - what every header of libmailauth needs: how functions
 * report, the version, and what a program may do once before it starts.
 */
#ifndef MAILAUTH_BASE_H
#define MAILAUTH_BASE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define MAILAUTH_API __attribute__((visibility("default")))
#else
#define MAILAUTH_API
#endif

/* The version of these headers; mailauth_version() tells the library's. */
#define MAILAUTH_VERSION	"0.1.0"
#define MAILAUTH_VERSION_NUMBER	0x000100	/* major, minor, patch: an octet each */

/*
 * What functions return that can do more than succeed: positive, the work
 * goes on; 0, done; negative, the library failed and nothing is decided.  A
 * verdict is never among these values: it has accessors of its own.
 */
enum mailauth_status {
	MAILAUTH_DONE = 0,		/* it is done; also "success" */
	MAILAUTH_NEED = 1,		/* answers are lacking: mailauth_lookups_next() */
	MAILAUTH_MORE = 2,		/* the message has not ended yet */
	MAILAUTH_ENOMEM = -1,		/* no memory; nothing has changed, may be repeated */
	MAILAUTH_EINVAL = -2,		/* an argument is NULL, out of range or no such word */
	MAILAUTH_EUSE = -3,		/* not at this time, or not twice */
	MAILAUTH_EGONE = -4,		/* whoever asked is gone */
	MAILAUTH_EUNSUPPORTED = -5,	/* this build or this resolver cannot do it */
	MAILAUTH_ESYSTEM = -6,		/* the system failed; errno says why */
	MAILAUTH_ESYNTAX = -7,		/* a file or text the caller gave is not what it should be */
	MAILAUTH_ECRYPTO = -8		/* the crypto library failed */
};

/* A sentence for a negative value; never NULL, static. */
MAILAUTH_API const char *mailauth_strerror(int status);

/* The version of the library, such as "0.1.0", and as a number. */
MAILAUTH_API const char *mailauth_version(void);
MAILAUTH_API uint32_t mailauth_version_number(void);

/*
 * Load now what the crypto library would load at its first use (its
 * configuration file, its random source): for programs that give up file
 * access afterwards (chroot, pledge, Landlock).  Others need not call it.
 * Returns MAILAUTH_DONE or MAILAUTH_ECRYPTO.
 */
MAILAUTH_API int mailauth_prepare(void);

#ifdef __cplusplus
}
#endif

#endif
