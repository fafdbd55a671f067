/*
 * A line-by-line filter, as OpenSMTPD has them: events and the message's lines
 * come on one stream, without CRLF and with dots doubled; nothing blocks.  Keys
 * are asked for while the body is still to come.  A cache of its own answers
 * what an earlier session asked.
 */
#include "mail.h"

struct session {
	struct mailauth_check *check;
	struct mailauth_lookups *lookups;
	int early;			/* the key was asked before the body */
};

static struct mailauth_resolver *server, *cache;

/* Ask what is wanted now; the answers are kept for the next session. */
static void
pump(struct session *s, int in_body)
{
	struct mailauth_question *q;

	while (mailauth_check_step(s->check) == MAILAUTH_NEED) {
		int some = 0;

		while ((q = mailauth_lookups_next(s->lookups)) != NULL) {
			some = 1;
			if (!in_body && strstr(mailauth_question_name(q),
			    "_domainkey") != NULL)
				s->early = 1;
			NEED(mailauth_resolver_known(server, q) == 1);
			EXPECT(mailauth_cache_store(cache, q) == MAILAUTH_DONE);
		}
		NEED(some);
	}
}

static void
connected(struct session *s, const char *address)
{
	s->lookups = mailauth_lookups_new();
	NEED(mailauth_lookups_set_known(s->lookups, cache) == MAILAUTH_DONE);
	s->check = mailauth_check_new(s->lookups, NOW);
	NEED(mailauth_check_set_client(s->check, address) == MAILAUTH_DONE);
	NEED(mailauth_check_set_authserv_id(s->check, RECEIVER) ==
	    MAILAUTH_DONE);
	s->early = 0;
}

/* "." ends the message; a dot before others was put there by the client. */
static void
data_line(struct session *s, const char *line)
{
	struct mailauth_message *m = mailauth_check_message(s->check);
	int in_body = mailauth_message_header_done(m);

	if (strcmp(line, ".") == 0) {
		EXPECT(mailauth_message_end(m) == MAILAUTH_DONE);
	} else {
		if (line[0] == '.')
			line++;
		EXPECT(mailauth_message_write(m, line, strlen(line)) ==
		    MAILAUTH_DONE);
		EXPECT(mailauth_message_write(m, "\r\n", 2) == MAILAUTH_DONE);
	}
	pump(s, in_body);
}

/* One event: "report|...|EVENT|SESSION|OPERAND" or "filter|...". */
static void
event(struct session *s, const char *line)
{
	char name[32];
	const char *bar = strchr(line, '|'), *operand;

	NEED(bar != NULL && (size_t)(bar - line) < sizeof name);
	memcpy(name, line, (size_t)(bar - line));
	name[bar - line] = '\0';
	operand = bar + 1;
	if (strcmp(name, "link-connect") == 0)
		connected(s, operand);
	else if (strcmp(name, "link-identify") == 0)
		EXPECT(mailauth_check_set_helo(s->check, operand,
		    strlen(operand)) == MAILAUTH_DONE);
	else if (strcmp(name, "tx-mail") == 0)
		EXPECT(mailauth_check_set_mail_from(s->check, operand,
		    strlen(operand)) == MAILAUTH_DONE);
	else if (strcmp(name, "data-line") == 0)
		data_line(s, operand);
	if (strcmp(name, "data-line") != 0)
		pump(s, 0);
}

/* The lines of a header field: its folds are lines of their own. */
static void
send_field(struct session *s, const char *name, const char *value)
{
	char text[512], *line, *next;

	snprintf(text, sizeof text, "%s:%s", name, value);
	for (line = text; line != NULL; line = next) {
		char sent[600];

		if ((next = strstr(line, "\r\n")) != NULL) {
			*next = '\0';
			next += 2;
		}
		snprintf(sent, sizeof sent, "data-line|%s", line);
		event(s, sent);
	}
}

static void
transaction(struct session *s, const char *client, int forged)
{
	char line[600];

	snprintf(line, sizeof line, "link-connect|%s", client);
	event(s, line);
	event(s, "link-identify|" HELO);
	event(s, "tx-mail|" SENDER);
	/* SPF needs no message. */
	EXPECT(mailauth_spf_result(mailauth_check_spf(s->check)) ==
	    (forged ? MAILAUTH_SPF_FAIL : MAILAUTH_SPF_PASS));
	for (size_t i = 0; i < N_FIELDS; i++)
		send_field(s, fields[i].name, fields[i].value);
	event(s, "data-line|");
	for (size_t i = 0; i < N_LINES; i++) {
		snprintf(line, sizeof line, "data-line|%s%s",
		    body[i][0] == '.' ? "." : "", body[i]);
		event(s, line);
	}
	if (forged)
		event(s, "data-line|Bring money.");
	event(s, "data-line|.");
	if (forged)
		expect_forged(s->check);
	else
		expect_genuine(s->check);
}

static uint32_t
finish(struct session *s)
{
	uint32_t asked = mailauth_lookups_queries(s->lookups);

	mailauth_check_free(s->check);
	mailauth_lookups_free(s->lookups);
	return asked;
}

int
main(void)
{
	struct session s;

	NEED(mailauth_prepare() == MAILAUTH_DONE);	/* then: pledge("stdio") */
	server = zone_resolver();
	cache = mailauth_resolver_new_cache(NULL, 100, 1 << 20);
	NEED(cache != NULL);

	transaction(&s, CLIENT, 0);
	EXPECT(s.early);
	EXPECT(finish(&s) > 0);
	transaction(&s, CLIENT, 0);	/* the cache knows it all */
	EXPECT(finish(&s) == 0);
	transaction(&s, STRANGER, 1);
	EXPECT(finish(&s) > 0);		/* another address, another PTR */

	mailauth_resolver_free(cache);
	mailauth_resolver_free(server);
	return wrong != 0;
}
