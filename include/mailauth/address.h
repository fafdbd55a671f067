/*
 * mailauth/address.h - mailboxes and address literals of SMTP: RFC 5321
 * section 4.1.2, 4.1.3, 4.5.3.1; UTF-8 as RFC 6531.  Asks nothing.
 */
#ifndef MAILAUTH_ADDRESS_H
#define MAILAUTH_ADDRESS_H

#include "mailauth/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum mailauth_address_family {
	MAILAUTH_ADDRESS_IPV4 = 1,	/* [192.0.2.1] */
	MAILAUTH_ADDRESS_IPV6 = 2,	/* [IPv6:2001:db8::1] */
	MAILAUTH_ADDRESS_GENERAL = 3,	/* [tag:text]: right, but nobody can route it */
	MAILAUTH_ADDRESS_DOMAIN = 4	/* a domain name */
};
MAILAUTH_API const char *mailauth_address_family_name(int family);

/*
 * Read an address literal with its brackets.  Returns its family, or 0: it is
 * none; reason (where not NULL) then says why.  address, where not NULL, gets
 * the address as inet_ntop(3) writes it; empty for GENERAL and for none; it has
 * room for at least 46 octets, else MAILAUTH_EINVAL.
 */
MAILAUTH_API int mailauth_addr_literal_parse(const char *text, size_t n,
    char *address, size_t size, const char **reason);

struct mailauth_address;

/* Read a mailbox or an address literal.  NULL: no memory. */
MAILAUTH_API struct mailauth_address *mailauth_address_parse(const char *text, size_t n);
MAILAUTH_API void mailauth_address_free(struct mailauth_address *);	/* NULL allowed */

MAILAUTH_API int mailauth_address_valid(const struct mailauth_address *);
MAILAUTH_API const char *mailauth_address_reason(const struct mailauth_address *);	/* NULL if valid */
MAILAUTH_API const char *mailauth_address_detail(const struct mailauth_address *);
/* 0 unless valid. */
MAILAUTH_API int mailauth_address_family(const struct mailauth_address *);
/* Of a literal, as inet_ntop(3) writes it; NULL: there is none. */
MAILAUTH_API const char *mailauth_address_ip(const struct mailauth_address *);
/* As written, quotes included; NULL where the text was a literal alone, or wrong. */
MAILAUTH_API const char *mailauth_address_local_part(const struct mailauth_address *, size_t *n);
/* A-labels, lower case; a literal with its brackets. */
MAILAUTH_API const char *mailauth_address_domain(const struct mailauth_address *);

#ifdef __cplusplus
}
#endif

#endif
