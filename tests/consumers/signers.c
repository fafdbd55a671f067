/*
 * The shape of an outgoing filter: threads that share one private key, each
 * message signed, then sealed, then verified as whoever receives it does.
 */
#include <pthread.h>

#include "mail.h"

enum { THREADS = 4, MESSAGES = 4 };

static struct mailauth_private_key *keys[2];
static struct mailauth_resolver *zones[2];

/* The message as the filter has it: fields one by one, then the body. */
static void
send_message(struct mailauth_message *m)
{
	for (size_t i = 0; i < N_FIELDS; i++)
		EXPECT(mailauth_message_field(m, fields[i].name,
		    strlen(fields[i].name), fields[i].value,
		    strlen(fields[i].value)) == MAILAUTH_DONE);
	EXPECT(mailauth_message_end_header(m) == MAILAUTH_DONE);
	for (size_t i = 0; i < N_LINES; i++) {
		mailauth_message_write(m, body[i], strlen(body[i]));
		mailauth_message_write(m, "\r\n", 2);
	}
	EXPECT(mailauth_message_end(m) == MAILAUTH_DONE);
}

/* A field that was made, put on top of the message as the next hop has it. */
static void
put_field(struct mailauth_message *m, const char *field)
{
	const char *colon = strchr(field, ':');

	NEED(colon != NULL);
	EXPECT(mailauth_message_field(m, field, (size_t)(colon - field),
	    colon + 1, strlen(colon + 1) - 2) == MAILAUTH_DONE);
}

static void
verify(const struct mailauth_signer *s, const struct mailauth_sealer *sealer,
    struct mailauth_resolver *records)
{
	struct mailauth_message *m = mailauth_message_new();
	struct mailauth_dkim *d = mailauth_dkim_new(m, NULL, NOW);
	struct mailauth_arc *a = mailauth_arc_new(m, NULL, NOW);

	for (int k = 0; k < 3; k++)
		put_field(m, mailauth_sealer_field(sealer, k));
	put_field(m, mailauth_signer_field(s, 0));
	send_message(m);
	EXPECT(mailauth_dkim_verify(d, records) == MAILAUTH_DONE);
	EXPECT(mailauth_dkim_signature_result(d, 0) == MAILAUTH_DKIM_PASS);
	EXPECT(mailauth_arc_verify(a, records) == MAILAUTH_DONE);
	EXPECT(mailauth_arc_result(a) == MAILAUTH_ARC_PASS);
	mailauth_arc_free(a);
	mailauth_dkim_free(d);
	mailauth_message_free(m);
}

static void
sign_and_seal(int which)
{
	struct mailauth_message *m = mailauth_message_new();
	struct mailauth_message *signed_message = mailauth_message_new();
	struct mailauth_signer *s = mailauth_signer_new(m, NULL, NOW);
	struct mailauth_sealer *sealer = mailauth_sealer_new(signed_message,
	    NULL, NOW);

	EXPECT(mailauth_signer_add(s, "sign.example", "s", keys[which]) == 0);
	EXPECT(mailauth_signer_set_canonicalization(s, 0, which == 0 ?
	    "simple/simple" : "relaxed/relaxed") == MAILAUTH_DONE);
	send_message(m);
	EXPECT(mailauth_signer_step(s) == MAILAUTH_DONE);
	EXPECT(mailauth_sealer_set_key(sealer, "sign.example", "s",
	    keys[which]) == MAILAUTH_DONE);
	EXPECT(mailauth_sealer_set_authserv_id(sealer, RECEIVER) ==
	    MAILAUTH_DONE);
	put_field(signed_message, mailauth_signer_field(s, 0));
	send_message(signed_message);
	EXPECT(mailauth_sealer_set_chain(sealer, MAILAUTH_ARC_NONE) ==
	    MAILAUTH_DONE);
	EXPECT(mailauth_sealer_step(sealer) == MAILAUTH_DONE);
	verify(s, sealer, zones[which]);
	mailauth_sealer_free(sealer);
	mailauth_signer_free(s);
	mailauth_message_free(signed_message);
	mailauth_message_free(m);
}

static void *
work(void *unused)
{
	for (int i = 0; i < MESSAGES; i++)
		sign_and_seal(i % 2);
	return unused;
}

int
main(void)
{
	pthread_t threads[THREADS];
	char line[2048], error[200];

	for (int i = 0; i < 2; i++) {
		NEED(mailauth_private_key_generate(i == 0 ? MAILAUTH_KEY_RSA :
		    MAILAUTH_KEY_ED25519, 0, &keys[i]) == MAILAUTH_DONE);
		NEED(mailauth_private_key_zone(keys[i], "sign.example", "s",
		    line, sizeof line) > 0);
		NEED(mailauth_resolver_new_zone(line, strlen(line), "zone",
		    &zones[i], error, sizeof error) == MAILAUTH_DONE);
	}
	for (int i = 0; i < THREADS; i++)
		NEED(pthread_create(&threads[i], NULL, work, NULL) == 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < 2; i++) {
		mailauth_private_key_free(keys[i]);
		mailauth_resolver_free(zones[i]);
	}
	return wrong != 0;
}
