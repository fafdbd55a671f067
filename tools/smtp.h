/*
 * Enough of SMTP to see a server's certificates: RFC 5321, RFC 3207.
 */
#ifndef SMTP_H
#define SMTP_H

#include "tool.h"

enum smtp_end {
	SMTP_SEEN = 1,			/* the chain was presented */
	SMTP_NO_CONNECTION,
	SMTP_NO_STARTTLS,
	SMTP_NO_TLS,			/* the handshake failed */
	SMTP_NO_MEMORY
};

/*
 * Connect to the host's addresses in turn until one speaks SMTP, in the time
 * that the command has left; hand the presented chain to the match.  server_name:
 * for TLS; NULL: none.  *what: what went wrong, a sentence.
 */
enum smtp_end smtp_look(struct tool *, const struct mailauth_dane *,
    uint16_t port, const char *server_name, struct mailauth_dane_match *,
    const char **what);

#endif
