/*
 * A milter's shape: a thread a connection, the message's header field by field,
 * blocking DNS.  The threads share the resolver, a cache over it and the memory
 * of keys.
 */
#include <pthread.h>

#include "mail.h"

enum { THREADS = 4, CONNECTIONS = 10, MESSAGES = 2 };

static struct mailauth_resolver *cache;
static struct mailauth_keys *keys;

/* What a milter keeps for a connection. */
struct session {
	struct mailauth_lookups *lookups;	/* one: HELO is asked once */
	const char *client;
	int forged;
};

/* At MAIL SPF is known, and a milter may refuse already. */
static struct mailauth_check *
on_mail(struct session *s)
{
	struct mailauth_check *c = mailauth_check_new(s->lookups, NOW);

	NEED(mailauth_check_set_client(c, s->client) == MAILAUTH_DONE);
	NEED(mailauth_check_set_helo(c, HELO, strlen(HELO)) == MAILAUTH_DONE);
	NEED(mailauth_check_set_mail_from(c, SENDER, strlen(SENDER)) ==
	    MAILAUTH_DONE);
	NEED(mailauth_check_set_authserv_id(c, RECEIVER) == MAILAUTH_DONE);
	NEED(mailauth_dkim_set_keys(mailauth_check_dkim(c), keys) ==
	    MAILAUTH_DONE);
	EXPECT(mailauth_check_run(c, cache) == MAILAUTH_MORE);
	EXPECT(mailauth_spf_result(mailauth_check_spf(c)) ==
	    (s->forged ? MAILAUTH_SPF_FAIL : MAILAUTH_SPF_PASS));
	return c;
}

/* header, eoh, body in chunks that cut where they like. */
static void
on_data(struct mailauth_check *c, int forged)
{
	struct mailauth_message *m = mailauth_check_message(c);
	char text[512] = "";
	size_t n, step = 7;

	for (size_t i = 0; i < N_FIELDS; i++)
		EXPECT(mailauth_message_field(m, fields[i].name,
		    strlen(fields[i].name), fields[i].value,
		    strlen(fields[i].value)) == MAILAUTH_DONE);
	EXPECT(mailauth_message_end_header(m) == MAILAUTH_DONE);
	for (size_t i = 0; i < N_LINES; i++) {
		strcat(text, body[i]);
		strcat(text, "\r\n");
	}
	if (forged)
		strcat(text, "Bring money.\r\n");
	n = strlen(text);
	for (size_t i = 0; i < n; i += step)
		EXPECT(mailauth_message_write(m, text + i,
		    n - i < step ? n - i : step) == MAILAUTH_DONE);
	EXPECT(mailauth_message_end(m) == MAILAUTH_DONE);
}

static void
on_message(struct session *s)
{
	struct mailauth_check *c = on_mail(s);
	const char *field;

	on_data(c, s->forged);
	EXPECT(mailauth_check_run(c, cache) == MAILAUTH_DONE);
	if (s->forged)
		expect_forged(c);
	else
		expect_genuine(c);
	field = mailauth_check_authentication_results(c);
	EXPECT(field != NULL && strncmp(field, "Authentication-Results: "
	    RECEIVER, strlen("Authentication-Results: " RECEIVER)) == 0);
	mailauth_check_free(c);
}

static void *
serve(void *arg)
{
	int thread = *(int *)arg;

	for (int i = 0; i < CONNECTIONS; i++) {
		struct session s = { mailauth_lookups_new(), CLIENT, 0 };
		uint32_t asked = 0;

		if ((thread + i) % 3 == 0) {
			s.client = STRANGER;
			s.forged = 1;
		}
		if (thread % 2 == 0)	/* answers that need no step */
			mailauth_lookups_set_known(s.lookups, cache);
		for (int k = 0; k < MESSAGES; k++) {
			on_message(&s);
			/* The second message asks nothing. */
			EXPECT(k == 0 ||
			    mailauth_lookups_queries(s.lookups) == asked);
			asked = mailauth_lookups_queries(s.lookups);
		}
		mailauth_lookups_free(s.lookups);
	}
	return NULL;
}

int
main(void)
{
	struct mailauth_resolver *dns = zone_resolver();
	pthread_t threads[THREADS];
	int numbers[THREADS];

	cache = mailauth_resolver_new_cache(dns, 1000, 1 << 20);
	keys = mailauth_keys_new(100);
	NEED(cache != NULL && keys != NULL);
	for (int i = 0; i < THREADS; i++) {
		numbers[i] = i;
		NEED(pthread_create(&threads[i], NULL, serve, &numbers[i]) == 0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	mailauth_keys_free(keys);
	mailauth_resolver_free(cache);
	mailauth_resolver_free(dns);
	return wrong != 0;
}
