/*
 * An event loop: questions go out, answers come at once, late, in any order,
 * twice, never, or when the task that asked is gone.  The verdicts and the
 * field that says them are the same however they came.
 */
#include "mail.h"

enum order { AT_ONCE, FIRST_FIRST, LAST_FIRST, SHUFFLED, ALL_TOGETHER, ORDERS };

enum { MAX_OUT = 64 };

/* The loop's own world: what is out, and a server that answers when told to. */
static struct mailauth_resolver *server;
static struct mailauth_question *out[MAX_OUT];
static size_t n_out;
static const char *mute;		/* a name whose answers never come */

static void
deliver(struct mailauth_question *q)
{
	const char *name = mailauth_question_name(q);

	if (mute != NULL && strcmp(name, mute) == 0)
		EXPECT(mailauth_answer_failed(q, MAILAUTH_FAILURE_TIMEOUT) ==
		    MAILAUTH_DONE);
	else
		EXPECT(mailauth_resolver_known(server, q) == 1);
	EXPECT(mailauth_question_answered(q));
	/* Again: refused, and nothing changes. */
	EXPECT(mailauth_answer_failed(q, MAILAUTH_FAILURE_NETWORK) ==
	    MAILAUTH_EUSE);
}

/* Send what the task wants to know. */
static void
send_all(struct mailauth_lookups *l, enum order order)
{
	struct mailauth_question *q;

	while ((q = mailauth_lookups_next(l)) != NULL) {
		NEED(n_out < MAX_OUT);
		EXPECT(mailauth_question_kind(q) == MAILAUTH_QUESTION_DNS);
		EXPECT(mailauth_question_user(q) == NULL);
		mailauth_question_set_user(q, &out[n_out]);
		if (order == AT_ONCE)
			deliver(q);
		else
			out[n_out++] = q;
	}
}

/* One turn of the loop: something comes in. */
static void
receive(enum order order)
{
	static unsigned seed = 1;
	size_t i = 0;

	if (order == LAST_FIRST)
		i = n_out - 1;
	else if (order == SHUFFLED)
		i = (seed = seed * 1103515245u + 12345u) / 65536 % n_out;
	deliver(out[i]);
	memmove(out + i, out + i + 1, (n_out - i - 1) * sizeof *out);
	n_out--;
	while (order == ALL_TOGETHER && n_out > 0)
		deliver(out[--n_out]);
}

/* As far as it goes now.  Answered at once, questions lead to the next. */
static int
step(struct mailauth_check *c, enum order order)
{
	int r, rounds = 0;

	while ((r = mailauth_check_step(c)) == MAILAUTH_NEED) {
		NEED(rounds++ < MAX_OUT);
		send_all(mailauth_check_lookups(c), order);
		if (order != AT_ONCE)
			break;
	}
	return r;
}

static struct mailauth_check *
begin(const char *client)
{
	struct mailauth_check *c = mailauth_check_new(NULL, NOW);

	NEED(c != NULL);
	NEED(mailauth_check_set_client(c, client) == MAILAUTH_DONE);
	NEED(mailauth_check_set_helo(c, HELO, strlen(HELO)) == MAILAUTH_DONE);
	NEED(mailauth_check_set_mail_from(c, SENDER, strlen(SENDER)) ==
	    MAILAUTH_DONE);
	NEED(mailauth_check_set_authserv_id(c, RECEIVER) == MAILAUTH_DONE);
	return c;
}

/* The message comes in pieces, answers come in between. */
static void
feed(struct mailauth_check *c, enum order order, int forged)
{
	struct mailauth_message *m = mailauth_check_message(c);

	for (size_t i = 0; i < N_FIELDS; i++) {
		char line[512];
		int n = snprintf(line, sizeof line, "%s:%s\r\n",
		    fields[i].name, fields[i].value);

		EXPECT(mailauth_message_write(m, line, (size_t)n) ==
		    MAILAUTH_DONE);
		if (n_out > 0)
			receive(order);
		EXPECT(step(c, order) > 0);
	}
	EXPECT(mailauth_message_write(m, "\r\n", 2) == MAILAUTH_DONE);
	EXPECT(mailauth_message_header_done(m));
	for (size_t i = 0; i < N_LINES; i++) {
		EXPECT(mailauth_message_write(m, body[i], strlen(body[i])) ==
		    MAILAUTH_DONE);
		EXPECT(step(c, order) > 0);
		EXPECT(mailauth_message_write(m, "\r\n", 2) == MAILAUTH_DONE);
	}
	if (forged)
		EXPECT(mailauth_message_write(m, "Bring money.\r\n", 14) ==
		    MAILAUTH_DONE);
	EXPECT(mailauth_message_end(m) == MAILAUTH_DONE);
}

/* A whole task. */
static struct mailauth_check *
run(const char *client, enum order order, int forged)
{
	struct mailauth_check *c = begin(client);
	int r;

	feed(c, order, forged);
	while ((r = step(c, order)) == MAILAUTH_NEED) {
		NEED(n_out > 0);
		receive(order);
	}
	EXPECT(r == MAILAUTH_DONE);
	EXPECT(mailauth_check_step(c) == MAILAUTH_DONE);	/* and again */
	while (n_out > 0)		/* needed by no verdict: let them come */
		receive(order);
	return c;
}

static void
all_orders_agree(const char *client, int forged)
{
	char first[2048] = "";

	for (int order = AT_ONCE; order < ORDERS; order++) {
		struct mailauth_check *c = run(client, (enum order)order, forged);
		const char *field = mailauth_check_authentication_results(c);

		if (forged)
			expect_forged(c);
		else
			expect_genuine(c);
		NEED(field != NULL && strlen(field) < sizeof first);
		if (order == AT_ONCE)
			strcpy(first, field);
		EXPECT(strcmp(first, field) == 0);
		mailauth_check_free(c);
	}
}

/* A time-out is an answer. */
static void
nothing_comes(void)
{
	struct mailauth_check *c;
	const char *enhanced;

	mute = "_dmarc.example.org";
	c = run(CLIENT, FIRST_FIRST, 0);
	EXPECT(mailauth_check_result(c) == MAILAUTH_DMARC_TEMPERROR);
	EXPECT(mailauth_check_disposition(c) == 0);
	EXPECT(mailauth_check_reply(c, &enhanced, NULL) == 451);
	EXPECT(strcmp(enhanced, "4.7.0") == 0);
	EXPECT(mailauth_spf_result(mailauth_check_spf(c)) ==
	    MAILAUTH_SPF_PASS);
	mailauth_check_free(c);
	mute = NULL;
}

/* The client hangs up after so many answers; the others come all the same. */
static void
task_is_gone(size_t answered)
{
	struct mailauth_check *c = begin(CLIENT);
	static const char reply[12] = { 0 };

	while (step(c, LAST_FIRST) == MAILAUTH_NEED && n_out > 0 &&
	    answered > 0) {
		receive(LAST_FIRST);
		answered--;
	}
	mailauth_check_free(c);
	for (size_t i = 0; i < n_out; i++) {
		EXPECT(mailauth_question_name(out[i]) != NULL);
		EXPECT((i % 2 != 0 ?
		    mailauth_answer_failed(out[i], MAILAUTH_FAILURE_TIMEOUT) :
		    mailauth_answer_dns(out[i], reply, sizeof reply, 0)) ==
		    MAILAUTH_EGONE);
	}
	n_out = 0;
}

int
main(void)
{
	server = zone_resolver();
	all_orders_agree(CLIENT, 0);
	all_orders_agree(STRANGER, 1);
	nothing_comes();
	for (size_t i = 0; i < 6; i++)
		task_is_gone(i);
	mailauth_resolver_free(server);
	return wrong != 0;
}
