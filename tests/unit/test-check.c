/*
 * The check room: inputs as they come, what stands when, what is asked how
 * often, and the Authentication-Results field.  Verdicts of whole messages are
 * in tests/fixtures.
 */
#include <stdio.h>

#include "check/check.h"
#include "mailauth/resolver.h"
#include "read-field.h"
#include "unit.h"

static const char ZONE[] =
    "$TTL 60\n"
    "example.com. TXT \"v=spf1 ip4:192.0.2.0/24 -all\"\n"
    "mail.example.com. A 192.0.2.25\n"
    "mail.example.com. TXT \"v=spf1 a -all\"\n"
    "25.2.0.192.in-addr.arpa. PTR mail.example.com.\n"
    "s._domainkey.example.com. TXT \"v=DKIM1; k=ed25519; "
    "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"\n"
    "_dmarc.example.com. TXT \"v=DMARC1; p=reject\"\n";
static const char MESSAGE[] =
    "From: a@example.com\r\nSubject: x\r\n\r\nbody\r\n";

static struct mailauth_resolver *zone;

static void
open_zone(void)
{
	char error[200];

	ck_assert_int_eq(mailauth_resolver_new_zone(ZONE, sizeof ZONE - 1, "z",
	    &zone, error, sizeof error), MAILAUTH_DONE);
}

static void
close_zone(void)
{
	mailauth_resolver_free(zone);
}

/* Answer all that is named; how many questions that were. */
static unsigned
answer_all(struct mailauth_lookups *l)
{
	struct mailauth_question *q;
	unsigned n = 0;

	while ((q = mailauth_lookups_next(l)) != NULL) {
		ck_assert_int_eq(mailauth_resolver_known(zone, q), 1);
		n++;
	}
	return n;
}

static int
step_through(struct mailauth_check *c)
{
	int r;

	while ((r = mailauth_check_step(c)) == MAILAUTH_NEED)
		if (answer_all(mailauth_check_lookups(c)) == 0)
			return r;
	return r;
}

static void
write_message(struct mailauth_check *c, const char *text)
{
	struct mailauth_message *m = mailauth_check_message(c);

	ck_assert_int_eq(mailauth_message_write(m, text, strlen(text)), 0);
	ck_assert_int_eq(mailauth_message_end(m), 0);
}

static struct mailauth_check *
new_check(struct mailauth_lookups *l)
{
	struct mailauth_check *c = mailauth_check_new(l, 1700000000);

	ck_assert_int_eq(mailauth_check_set_client(c, "192.0.2.25"), 0);
	ck_assert_int_eq(mailauth_check_set_helo(c, "mail.example.com", 16), 0);
	ck_assert_int_eq(mailauth_check_set_mail_from(c, "a@example.com", 13), 0);
	ck_assert_int_eq(mailauth_check_set_authserv_id(c, "mx.example.org"), 0);
	return c;
}

/* ---- Inputs ---- */

/* Each input asks what it can, and verdicts stand before the message comes. */
START_TEST(goes_as_far_as_inputs_allow)
{
	struct mailauth_check *c = mailauth_check_new(NULL, 0);
	struct mailauth_lookups *l = mailauth_check_lookups(c);

	ck_assert_int_eq(mailauth_check_set_authserv_id(c, "mx"), 0);
	ck_assert_int_eq(mailauth_check_step(c), MAILAUTH_MORE);
	ck_assert_uint_eq(answer_all(l), 0);
	mailauth_check_set_client(c, "192.0.2.25");
	ck_assert_int_eq(step_through(c), MAILAUTH_MORE);
	ck_assert_int_eq(mailauth_rdns_result(mailauth_check_rdns(c)),
	    MAILAUTH_RDNS_PASS);
	mailauth_check_set_helo(c, "mail.example.com", 16);
	ck_assert_int_eq(step_through(c), MAILAUTH_MORE);
	ck_assert_int_eq(mailauth_spf_result(mailauth_check_helo_spf(c)),
	    MAILAUTH_SPF_PASS);
	ck_assert_int_eq(mailauth_spf_result(mailauth_check_spf(c)), 0);
	mailauth_check_set_mail_from(c, "a@example.com", 13);
	ck_assert_int_eq(step_through(c), MAILAUTH_MORE);
	ck_assert_int_eq(mailauth_spf_result(mailauth_check_spf(c)),
	    MAILAUTH_SPF_PASS);
	ck_assert_int_eq(mailauth_check_result(c), 0);
	ck_assert_ptr_null(mailauth_check_authentication_results(c));
	write_message(c, MESSAGE);
	ck_assert_int_eq(step_through(c), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_check_result(c), MAILAUTH_DMARC_PASS);
	ck_assert_int_eq(mailauth_check_step(c), MAILAUTH_DONE);
	mailauth_check_free(c);
}
END_TEST

/* The message first, the envelope last: the same. */
START_TEST(takes_inputs_in_any_order)
{
	struct mailauth_check *c = mailauth_check_new(NULL, 0);

	write_message(c, MESSAGE);
	ck_assert_int_eq(mailauth_check_step(c), MAILAUTH_MORE);
	mailauth_check_set_mail_from(c, "a@example.com", 13);
	ck_assert_int_eq(step_through(c), MAILAUTH_MORE);
	mailauth_check_set_helo(c, "mail.example.com", 16);
	ck_assert_int_eq(step_through(c), MAILAUTH_MORE);
	mailauth_check_set_client(c, "192.0.2.25");
	ck_assert_int_eq(step_through(c), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_check_result(c), MAILAUTH_DMARC_PASS);
	ck_assert_ptr_null(mailauth_check_authentication_results(c));
	ck_assert_ptr_null(mailauth_check_trace(c, 0));
	mailauth_check_free(c);
}
END_TEST

/* All that the header names is asked before the body has come. */
START_TEST(asks_at_the_end_of_the_header)
{
	struct mailauth_check *c = new_check(NULL);
	struct mailauth_message *m = mailauth_check_message(c);
	static const char header[] = "DKIM-Signature: v=1; a=ed25519-sha256; "
	    "d=example.com; s=s; h=from; bh="
	    "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=; b=AAAA\r\n"
	    "From: a@example.com\r\n\r\nb";

	ck_assert_int_eq(mailauth_message_write(m, header, sizeof header - 1), 0);
	ck_assert_int_eq(step_through(c), MAILAUTH_MORE);
	mailauth_message_end(m);
	ck_assert_int_eq(mailauth_check_step(c), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_dkim_signature_result(mailauth_check_dkim(c),
	    0), MAILAUTH_DKIM_FAIL);
	ck_assert_int_eq(mailauth_check_signature_aligned(c, 0), 0);
	mailauth_check_free(c);
}
END_TEST

/* Without a signature that could pass, the body is not waited for. */
START_TEST(does_not_wait_for_a_body_in_vain)
{
	struct mailauth_check *c = new_check(NULL);

	ck_assert_int_eq(mailauth_message_write(mailauth_check_message(c),
	    "From: a@example.com\r\n\r\nb", 24), 0);
	ck_assert_int_eq(step_through(c), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_check_result(c), MAILAUTH_DMARC_PASS);
	mailauth_check_free(c);
}
END_TEST

START_TEST(refuses_what_is_wrong)
{
	struct mailauth_check *c = mailauth_check_new(NULL, 0);
	char long_id[300];

	memset(long_id, 'a', sizeof long_id);
	long_id[sizeof long_id - 1] = '\0';
	ck_assert_int_eq(mailauth_check_set_client(c, "x"), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_check_set_client(c, NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_check_set_helo(c, NULL, 1), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_check_set_authserv_id(c, ""), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_check_set_authserv_id(c, "a\nb"),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_check_set_authserv_id(c, "\xff"),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_check_set_authserv_id(c, long_id),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_check_step(NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_check_run(NULL, zone), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_check_run(c, NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_check_run(c, zone), MAILAUTH_MORE);
	ck_assert_int_eq(mailauth_check_result(NULL), 0);
	ck_assert_ptr_null(mailauth_check_spf(NULL));
	mailauth_check_free(c);
	mailauth_check_free(NULL);
}
END_TEST

START_TEST(takes_each_input_once)
{
	struct mailauth_check *c = new_check(NULL);

	ck_assert_int_eq(mailauth_check_set_client(c, "192.0.2.26"),
	    MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_check_set_helo(c, "x", 1), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_check_set_mail_from(c, "x", 1), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_check_set_authserv_id(c, "x"), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_check_set_trace(c, 1), 0);
	mailauth_check_step(c);
	ck_assert_int_eq(mailauth_check_set_trace(c, 0), MAILAUTH_EUSE);
	/* The parts' settings are frozen with it. */
	ck_assert_int_eq(mailauth_dkim_set_keys(mailauth_check_dkim(c), NULL),
	    MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_spf_set_limit(mailauth_check_spf(c),
	    MAILAUTH_SPF_AHEAD, 0), MAILAUTH_EUSE);
	mailauth_check_free(c);
}
END_TEST

/* ---- Lookups ---- */

/* The second message of a connection asks nothing that the first has asked. */
START_TEST(shares_lookups)
{
	struct mailauth_lookups *l = mailauth_lookups_new();
	uint32_t first;

	for (int i = 0; i < 2; i++) {
		struct mailauth_check *c = new_check(l);

		write_message(c, MESSAGE);
		ck_assert_int_eq(mailauth_check_run(c, zone), MAILAUTH_DONE);
		ck_assert_int_eq(mailauth_check_result(c), MAILAUTH_DMARC_PASS);
		if (i == 0)
			first = mailauth_lookups_queries(l);
		mailauth_check_free(c);
	}
	ck_assert_uint_eq(mailauth_lookups_queries(l), first);
	mailauth_lookups_free(l);
}
END_TEST

/* PTR, TXT of HELO and MAIL FROM, the walk of two; then the host's address. */
START_TEST(asks_no_more_than_it_must)
{
	struct mailauth_check *c = new_check(NULL);

	write_message(c, MESSAGE);
	ck_assert_int_eq(mailauth_check_step(c), MAILAUTH_NEED);
	ck_assert_uint_eq(answer_all(mailauth_check_lookups(c)), 5);
	ck_assert_int_eq(mailauth_check_step(c), MAILAUTH_NEED);
	ck_assert_uint_eq(answer_all(mailauth_check_lookups(c)), 1);
	ck_assert_int_eq(mailauth_check_step(c), MAILAUTH_DONE);
	mailauth_check_free(c);
}
END_TEST

/* ---- The trace ---- */

START_TEST(tells_all_traces)
{
	static const char *const parts[] = {
		"iprev: ", "helo spf: ", "spf: ", "dkim: ", "arc: ",
		"dmarc: ",
	};
	struct mailauth_check *c = new_check(NULL);
	const char *line;
	size_t part = 0;

	mailauth_check_set_trace(c, 1);
	write_message(c, MESSAGE);
	ck_assert_int_eq(mailauth_check_run(c, zone), MAILAUTH_DONE);
	for (size_t i = 0; (line = mailauth_check_trace(c, i)) != NULL; i++)
		while (part < 6 && !ma_starts(ma_str(line),
		    ma_str(parts[part])))
			part++;
	ck_assert_uint_eq(part, 5);
	mailauth_check_free(c);
}
END_TEST

/* ---- The field: RFC 8601 ---- */

static const char *
field_of(struct mailauth_check *c, const char *message, struct items *items)
{
	const char *text;

	write_message(c, message);
	ck_assert_int_eq(mailauth_check_run(c, zone), MAILAUTH_DONE);
	text = mailauth_check_authentication_results(c);
	read_field(text, strlen(text), "Authentication-Results", items);
	ck_assert_msg(items->wrong == NULL, "%s: %s", items->wrong, text);
	return text;
}

/* The first item of this kind after item i whose key or text is this. */
static const struct item *
find_item(const struct items *items, size_t from, char kind, const char *key)
{
	for (size_t i = from; i < items->n; i++)
		if (items->list[i].kind == kind &&
		    strcmp(items->list[i].key, key) == 0)
			return &items->list[i];
	return NULL;
}

START_TEST(names_properties)
{
	struct items items = { .list = calloc(ITEMS_MAX, sizeof *items.list) };
	struct mailauth_check *c = new_check(NULL);
	const char *text = field_of(c, MESSAGE, &items);

	ck_assert_str_eq(text, "Authentication-Results: mx.example.org;\r\n"
	    "\tiprev=pass (mail.example.com) policy.iprev=192.0.2.25;\r\n"
	    "\tspf=pass smtp.mailfrom=example.com;\r\n"
	    "\tspf=pass smtp.helo=mail.example.com;\r\n"
	    "\tdkim=none;\r\n"
	    "\tarc=none;\r\n"
	    "\tdmarc=pass header.from=example.com policy.dmarc=none\r\n");
	mailauth_check_free(c);
	free(items.list);
}
END_TEST

/* RFC 8601 section 2.2: what is no token is quoted. */
START_TEST(quotes_what_is_no_token)
{
	struct items items = { .list = calloc(ITEMS_MAX, sizeof *items.list) };
	struct mailauth_check *c = mailauth_check_new(NULL, 0);
	const char *text;

	mailauth_check_set_client(c, "2001:DB8::1");
	mailauth_check_set_helo(c, "; dkim=pass\r\n", 13);
	mailauth_check_set_mail_from(c, "a@b\"c", 5);
	ck_assert_int_eq(mailauth_check_set_authserv_id(c, "my mx (1)"), 0);
	text = field_of(c, MESSAGE, &items);
	ck_assert_ptr_nonnull(strstr(text, ": \"my mx (1)\";\r\n"));
	ck_assert_ptr_nonnull(strstr(text, "policy.iprev=\"2001:db8::1\""));
	ck_assert_ptr_nonnull(strstr(text, "smtp.helo=\"; dkim=pass??\""));
	ck_assert_ptr_nonnull(strstr(text, "smtp.mailfrom=\"b\\\"c\""));
	ck_assert_ptr_nonnull(find_item(&items, 0, 'p', "dkim"));
	ck_assert_uint_eq(find_item(&items, 0, 'p', "dkim")->n, 4);
	mailauth_check_free(c);
	free(items.list);
}
END_TEST

#define SIGNED(domain, b) "DKIM-Signature: v=1; a=rsa-sha256; d=" domain \
    "; s=s; h=from; bh=frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=; b=" b "\r\n"

/* RFC 6008 section 4: at least eight, and as many as it takes. */
START_TEST(tells_signatures_apart)
{
	static const char *const want[] = { "AAAAAAAAB", "AAAAAAAAC", "AAAA",
		"DDDDDDDD" };
	struct items items = { .list = calloc(ITEMS_MAX, sizeof *items.list) };
	struct mailauth_check *c = new_check(NULL);
	size_t n = 0;

	field_of(c, SIGNED("y.example", "AAAAAAAABBBB")
	    SIGNED("y.example", "AAAA AAAA CCCC") SIGNED("x.example", "AAAA")
	    SIGNED("x.example", "DDDDDDDDEEEE") "From: a@example.com\r\n\r\n",
	    &items);
	for (size_t i = 0; i < items.n; i++) {
		const struct item *item = &items.list[i];

		if (item->kind != 'p' || strcmp(item->key, "header.b") != 0)
			continue;
		ck_assert(n < COUNT(want));
		ck_assert_msg(ma_eq(ma_slice(item->value, item->n),
		    ma_str(want[n])), "header.b %zu: %s", n, item->value);
		n++;
	}
	ck_assert_uint_eq(n, COUNT(want));
	mailauth_check_free(c);
	free(items.list);
}
END_TEST

/* A flood of signatures makes no flood of results. */
START_TEST(bounds_results)
{
	struct items items = { .list = calloc(ITEMS_MAX, sizeof *items.list) };
	struct mailauth_check *c = new_check(NULL);
	struct buf text = { 0 };
	size_t n = 0;

	for (int i = 0; i < 1000; i++)
		ma_buf_str(&text, SIGNED("y.example", "AAAA"));
	ma_buf_str(&text, "From: a@example.com\r\n\r\n");
	ma_buf_char(&text, '\0');
	field_of(c, text.p, &items);
	for (size_t i = 0; i < items.n; i++)
		n += items.list[i].kind == 'p' &&
		    strcmp(items.list[i].key, "dkim") == 0;
	ck_assert_uint_eq(n, 20);
	ck_assert_uint_eq(mailauth_dkim_count(mailauth_check_dkim(c)), 1000);
	ma_buf_free(&text);
	mailauth_check_free(c);
	free(items.list);
}
END_TEST

/* ---- What counts for DMARC ---- */

static const struct {
	const char *what, *helo, *mail_from, *message;
	int result;
	const char *reason;
} rows[] = {
	{ "RFC 9989 4.4: HELO never counts", "mail.example.com", "x@y.example",
	    "From: a@example.com\r\n\r\n", MAILAUTH_DMARC_FAIL,
	    "not-authenticated" },
	{ "RFC 7208 2.4: the null sender is HELO's", "mail.example.com", "",
	    "From: a@example.com\r\n\r\n", MAILAUTH_DMARC_PASS, NULL },
	{ "RFC 9989 5.3.1: two From fields", "mail.example.com",
	    "a@example.com", "From: a@example.com\r\nFrom: a@example.com\r\n"
	    "\r\n", MAILAUTH_DMARC_NONE, "author-domain" },
	{ "RFC 9989 5.3.1: no From field", "mail.example.com", "a@example.com",
	    "Sender: a@example.com\r\n\r\n", MAILAUTH_DMARC_NONE,
	    "author-domain" },
	{ "RFC 7208 4.3: a sender without @", "x", "example.com",
	    "From: a@example.com\r\n\r\n", MAILAUTH_DMARC_PASS, NULL },
	{ "RFC 5321 4.1.2: the last @ counts", "x", "a@y.example@example.com",
	    "From: a@example.com\r\n\r\n", MAILAUTH_DMARC_PASS, NULL },
	{ "the same, the other way", "x", "a@example.com@y.example",
	    "From: a@example.com\r\n\r\n", MAILAUTH_DMARC_FAIL,
	    "not-authenticated" },
};

START_TEST(counts)
{
	struct mailauth_check *c = mailauth_check_new(NULL, 0);

	mailauth_check_set_client(c, "192.0.2.25");
	mailauth_check_set_helo(c, rows[_i].helo, strlen(rows[_i].helo));
	mailauth_check_set_mail_from(c, rows[_i].mail_from,
	    strlen(rows[_i].mail_from));
	write_message(c, rows[_i].message);
	ck_assert_int_eq(mailauth_check_run(c, zone), MAILAUTH_DONE);
	ck_assert_msg(mailauth_check_result(c) == rows[_i].result, "%s: %d",
	    rows[_i].what, mailauth_check_result(c));
	if (rows[_i].reason != NULL)
		ck_assert_str_eq(mailauth_check_reason(c), rows[_i].reason);
	else
		ck_assert_ptr_null(mailauth_check_reason(c));
	ck_assert_ptr_nonnull(mailauth_check_detail(c));
	ck_assert_int_eq(mailauth_check_reply(c, NULL, NULL),
	    rows[_i].result == MAILAUTH_DMARC_FAIL ? 550 : 0);
	mailauth_check_free(c);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("check");
	TCase *tc = tcase_create("check");

	tcase_add_checked_fixture(tc, open_zone, close_zone);
	tcase_add_test(tc, goes_as_far_as_inputs_allow);
	tcase_add_test(tc, takes_inputs_in_any_order);
	tcase_add_test(tc, asks_at_the_end_of_the_header);
	tcase_add_test(tc, does_not_wait_for_a_body_in_vain);
	tcase_add_test(tc, refuses_what_is_wrong);
	tcase_add_test(tc, takes_each_input_once);
	tcase_add_test(tc, shares_lookups);
	tcase_add_test(tc, asks_no_more_than_it_must);
	tcase_add_test(tc, tells_all_traces);
	tcase_add_test(tc, names_properties);
	tcase_add_test(tc, quotes_what_is_no_token);
	tcase_add_test(tc, tells_signatures_apart);
	tcase_add_test(tc, bounds_results);
	tcase_add_loop_test(tc, counts, 0, ROWS(rows));
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
