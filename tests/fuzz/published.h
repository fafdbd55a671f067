/*
 * A key for fuzz targets, and a resolver that finds its record wherever one is
 * looked for.
 */
#ifndef PUBLISHED_H
#define PUBLISHED_H

#include "fuzz.h"
#include "mailauth.h"

enum { NOW = 1700000000 };

/* RFC 8463 appendix A. */
static inline const struct mailauth_private_key *
published_key(void)
{
	static struct mailauth_private_key *key;

	if (key == NULL)
		FUZZ_CHECK(mailauth_private_key_parse(
		    "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=", 44, &key,
		    NULL, 0) == MAILAUTH_DONE);
	return key;
}

static inline int
published_ask(void *user, struct mailauth_question *q)
{
	struct mailauth_packet *p = mailauth_packet_new(q, 0);
	const uint8_t *data;
	char record[256];
	int length;
	size_t n;

	(void)user;
	length = mailauth_private_key_record(published_key(), record,
	    sizeof record);
	FUZZ_CHECK(p != NULL && length > 0 && mailauth_packet_add_text(p, NULL,
	    60, record, (size_t)length) == MAILAUTH_DONE);
	data = mailauth_packet_data(p, &n);
	mailauth_answer_dns(q, data, n, 0);
	mailauth_packet_free(p);
	return 0;
}

static inline struct mailauth_resolver *
published_resolver(void)
{
	static const struct mailauth_resolver_ops ops = { .size = sizeof ops,
		.ask = published_ask };

	return mailauth_resolver_new(&ops, NULL);
}

#endif
