/*
 * What the consumers share: a message, the zone that vouches for it, and how
 * they say what is wrong.
 */
#ifndef MAIL_H
#define MAIL_H

#include <mailauth.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW		1700000000
#define CLIENT		"192.0.2.25"
#define STRANGER	"203.0.113.7"
#define HELO		"mx.example.org"
#define SENDER		"ada@example.org"
#define RECEIVER	"mx.example.net"

static const char zone[] =
    "org. 300 IN SOA ns.org. hostmaster.org. 1 7200 3600 1209600 300\n"
    "$ORIGIN example.org.\n"
    "@ 300 IN SOA ns hostmaster 1 7200 3600 1209600 300\n"
    "@ 300 IN MX 10 mx\n"
    "@ 300 IN TXT \"v=spf1 mx -all\"\n"
    "mx 300 IN A 192.0.2.25\n"
    "mx 300 IN TXT \"v=spf1 a -all\"\n"
    "_dmarc 300 IN TXT \"v=DMARC1; p=reject\"\n"
    "s1._domainkey 300 IN TXT \"v=DKIM1; k=ed25519; "
    "p=yggQmwonebENFrKuvrNc0If/48ciKMqeErNBhrcAyus=\"\n"
    "$ORIGIN 2.0.192.in-addr.arpa.\n"
    "25 300 IN PTR mx.example.org.\n";

/* Names, and values as milters have them: from right after the colon. */
static const struct {
	const char *name, *value;
} fields[] = {
	{ "DKIM-Signature", " v=1; a=ed25519-sha256; c=relaxed/relaxed; "
	    "d=example.org;\r\n\ts=s1; t=1700000000; "
	    "h=from:to:subject:date:message-id;\r\n"
	    "\tbh=YX6F+ruI1t86og0bYbZj4l/ks1q+5EV1X5KWzE6r7qk=;\r\n"
	    "\tb=rF7FVKWIChvVGXXYz7IVFKuysyjMYQvsN03tYWKOwRP1eUIGUUvYqTxyT9sY\r\n"
	    "\tH/ytpdOqw3NCCFrmcDp9DTqLBQ==" },
	{ "From", " Ada <ada@example.org>" },
	{ "To", " bob@example.net" },
	{ "Subject", " Dinner on\r\n\tThursday" },
	{ "Date", " Tue, 14 Nov 2023 22:00:00 +0000" },
	{ "Message-ID", " <1@example.org>" },
};
static const char *const body[] = {
	"Hello Bob,",
	".dots at the start of a line",
	"..  are doubled on the way.",
	"",
	"Ada",
};
#define N_FIELDS	(sizeof fields / sizeof *fields)
#define N_LINES		(sizeof body / sizeof *body)

static atomic_int wrong;

/* Something that must hold. */
#define EXPECT(what) expect((what) != 0, #what, __FILE__, __LINE__)

static inline void
expect(int holds, const char *what, const char *file, int line)
{
	if (holds)
		return;
	fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
	wrong++;
}

/* Without it nothing else makes sense. */
#define NEED(what) do {							\
	EXPECT(what);							\
	if (wrong)							\
		exit(1);						\
} while (0)

static inline struct mailauth_resolver *
zone_resolver(void)
{
	struct mailauth_resolver *r = NULL;
	char error[256] = "";

	if (mailauth_resolver_new_zone(zone, sizeof zone - 1, "zone", &r,
	    error, sizeof error) != MAILAUTH_DONE) {
		fprintf(stderr, "%s\n", error);
		exit(1);
	}
	return r;
}

/* The verdicts on the message from its own host, and on a forgery of it. */
static inline void
expect_genuine(const struct mailauth_check *c)
{
	EXPECT(mailauth_check_result(c) == MAILAUTH_DMARC_PASS);
	EXPECT(mailauth_check_disposition(c) == MAILAUTH_DMARC_POLICY_NONE);
	EXPECT(mailauth_rdns_result(mailauth_check_rdns(c)) ==
	    MAILAUTH_RDNS_PASS);
	EXPECT(mailauth_spf_result(mailauth_check_helo_spf(c)) ==
	    MAILAUTH_SPF_PASS);
	EXPECT(mailauth_spf_result(mailauth_check_spf(c)) ==
	    MAILAUTH_SPF_PASS);
	EXPECT(mailauth_dkim_result(mailauth_check_dkim(c)) ==
	    MAILAUTH_DKIM_PASS);
	EXPECT(mailauth_dmarc_spf_aligned(mailauth_check_dmarc(c)));
	EXPECT(mailauth_dmarc_dkim_aligned(mailauth_check_dmarc(c)));
	EXPECT(mailauth_check_reply(c, NULL, NULL) == 0);
}

static inline void
expect_forged(const struct mailauth_check *c)
{
	const char *enhanced = NULL, *text = NULL;

	EXPECT(mailauth_check_result(c) == MAILAUTH_DMARC_FAIL);
	EXPECT(mailauth_check_disposition(c) == MAILAUTH_DMARC_POLICY_REJECT);
	EXPECT(mailauth_spf_result(mailauth_check_spf(c)) ==
	    MAILAUTH_SPF_FAIL);
	EXPECT(mailauth_dkim_result(mailauth_check_dkim(c)) ==
	    MAILAUTH_DKIM_FAIL);
	EXPECT(mailauth_check_reply(c, &enhanced, &text) == 550);
	EXPECT(enhanced != NULL && strcmp(enhanced, "5.7.26") == 0);
	EXPECT(text != NULL);
}

#endif
