/*
 * What trusted sealers say of a failed DMARC result: RFC 8617 section 7.2.1.
 */
#include <stdio.h>

#include "base/base.h"
#include "mailauth.h"
#include "unit.h"

enum { NOW = 1700000000 };

#define SEED "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="
#define RECORD(name) "s._domainkey." name ". TXT \"v=DKIM1; k=ed25519; " \
    "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"\n"
#define ZONE RECORD("a.example") RECORD("b.example") RECORD("c.example") \
    "_dmarc.example.com. TXT \"v=DMARC1; p=reject\"\n" \
    "_dmarc.example.net. TXT \"v=DMARC1; p=none\"\n"
#define MESSAGE "From: Joe <joe@example.com>\r\nSubject: [list] a\r\n\r\nHi.\r\n"
#define YES "dmarc=pass header.from=example.com"

static struct mailauth_private_key *key;
static struct mailauth_resolver *zone;

static void
make(void)
{
	char error[200];

	ck_assert_int_eq(mailauth_private_key_parse(SEED, strlen(SEED), &key,
	    NULL, 0), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_resolver_new_zone(ZONE, strlen(ZONE), "zone",
	    &zone, error, sizeof error), MAILAUTH_DONE);
}

static void
unmake(void)
{
	mailauth_private_key_free(key);
	mailauth_resolver_free(zone);
}

/* A set by this domain on top of the text; fields NULL: those by default. */
static void
seal(struct buf *text, const char *domain, const char *results,
    const char *fields)
{
	struct mailauth_message *m = mailauth_message_new();
	struct mailauth_sealer *s = mailauth_sealer_new(m, NULL, NOW);
	struct buf all = { 0 }, value = { 0 };
	const char *field;

	ma_buf_fmt(&value, "%s; %s", domain, results);
	ck_assert_int_eq(mailauth_sealer_set_key(s, domain, "s", key), 0);
	ck_assert_int_eq(mailauth_sealer_set_authserv_id(s, domain), 0);
	ck_assert_int_eq(mailauth_sealer_add_results(s, value.p, value.n), 0);
	if (fields != NULL)
		mailauth_sealer_set_fields(s, fields);
	/* Lists change messages after they have validated them. */
	mailauth_sealer_set_chain(s, MAILAUTH_ARC_PASS);
	mailauth_message_write(m, text->p, text->n);
	mailauth_message_end(m);
	ck_assert_int_eq(mailauth_sealer_seal(s, zone), MAILAUTH_DONE);
	for (int k = 0; (field = mailauth_sealer_field(s, k)) != NULL; k++)
		ma_buf_str(&all, field);
	ma_buf_add(&all, text->p, text->n);
	ma_buf_free(text);
	*text = all;
	ma_buf_free(&value);
	mailauth_sealer_free(s);
	mailauth_message_free(m);
}

struct set {
	const char *domain, *results, *fields;
};

static const struct {
	const char *what;
	struct set sets[3];
	const char *trusted[3];
	const char *from, *to;		/* changed behind the last seal */
	uint32_t override;		/* the set; 0: none */
} rows[] = {
	{ "the one sealer", { { "a.example", YES, NULL } }, { "a.example" },
	    NULL, NULL, 1 },
	{ "in other letters", { { "a.example", YES, NULL } }, { "A.Example" },
	    NULL, NULL, 1 },
	{ "among others", { { "a.example", YES, NULL } },
	    { "x.example", "a.example", "y.example" }, NULL, NULL, 1 },
	{ "not trusted", { { "a.example", YES, NULL } }, { "b.example" }, NULL,
	    NULL, 0 },
	{ "nobody is", { { "a.example", YES, NULL } }, { NULL }, NULL, NULL, 0 },
	{ "a name below", { { "a.example", YES, NULL } }, { "x.a.example" },
	    NULL, NULL, 0 },
	{ "a name above", { { "a.example", YES, NULL } }, { "example" }, NULL,
	    NULL, 0 },
	{ "it failed there", { { "a.example",
	    "dmarc=fail header.from=example.com", NULL } }, { "a.example" },
	    NULL, NULL, 0 },
	{ "it says nothing", { { "a.example", "spf=pass", NULL } },
	    { "a.example" }, NULL, NULL, 0 },
	{ "of another author", { { "a.example",
	    "dmarc=pass header.from=example.org", NULL } }, { "a.example" },
	    NULL, NULL, 0 },
	{ "of a subdomain", { { "a.example",
	    "dmarc=pass header.from=x.example.com", NULL } }, { "a.example" },
	    NULL, NULL, 0 },
	{ "of this one among two", { { "a.example",
	    "dmarc=pass header.from=example.org; " YES, NULL } },
	    { "a.example" }, NULL, NULL, 1 },
	{ "in a comment", { { "a.example", "spf=fail (; " YES ")", NULL } },
	    { "a.example" }, NULL, NULL, 0 },
	/* Without header.from it is the From that is signed there. */
	{ "without an author", { { "a.example", "dmarc=pass", NULL } },
	    { "a.example" }, NULL, NULL, 1 },
	{ "without an author, From not signed", { { "a.example", "dmarc=pass",
	    "subject" } }, { "a.example" }, NULL, NULL, 0 },
	{ "From not signed", { { "a.example", YES, "subject" } },
	    { "a.example" }, NULL, NULL, 0 },
	/* Several sets. */
	{ "the first of two, both trusted", { { "a.example", YES, NULL },
	    { "b.example", "dmarc=fail", NULL } }, { "a.example", "b.example" },
	    NULL, NULL, 1 },
	{ "the first of two, the second not trusted", {
	    { "a.example", YES, NULL }, { "b.example", "dmarc=fail", NULL } },
	    { "a.example" }, NULL, NULL, 0 },
	{ "the second of two, the first not trusted", {
	    { "a.example", "spf=none", NULL }, { "b.example", YES, NULL } },
	    { "b.example" }, NULL, NULL, 2 },
	{ "the newest that says so", { { "a.example", YES, NULL },
	    { "b.example", YES, NULL }, { "c.example", "spf=none", NULL } },
	    { "a.example", "b.example", "c.example" }, NULL, NULL, 2 },
	{ "the newest has not signed From", { { "a.example", YES, NULL },
	    { "b.example", "spf=none", "subject" } },
	    { "a.example", "b.example" }, NULL, NULL, 0 },
	/* What breaks the chain. */
	{ "the body is another", { { "a.example", YES, NULL } },
	    { "a.example" }, "Hi.", "Ho.", 0 },
	{ "the author is another", { { "a.example", YES, NULL } },
	    { "a.example" }, "joe@example.com", "joe@example.net", 0 },
	{ "the results are others", { { "a.example",
	    "dmarc=fail header.from=example.com", NULL } }, { "a.example" },
	    "dmarc=fail", "dmarc=pass", 0 },
};

static void
change(struct buf *text, const char *from, const char *to)
{
	char *at = memmem(text->p, text->n, from, strlen(from));

	ck_assert(at != NULL && strlen(from) == strlen(to));
	memcpy(at, to, strlen(to));
}

static struct mailauth_check *
check(const struct buf *text, const char *const trusted[3])
{
	struct mailauth_check *c = mailauth_check_new(NULL, NOW);
	struct mailauth_message *m = mailauth_check_message(c);

	mailauth_check_set_client(c, "192.0.2.25");
	mailauth_check_set_helo(c, "mail.example", 12);
	mailauth_check_set_mail_from(c, "list@a.example", 14);
	mailauth_check_set_authserv_id(c, "mx.example");
	for (int i = 0; i < 3 && trusted[i] != NULL; i++)
		ck_assert_int_eq(mailauth_check_add_trusted_sealer(c,
		    trusted[i]), MAILAUTH_DONE);
	mailauth_message_write(m, text->p, text->n);
	mailauth_message_end(m);
	ck_assert_ptr_null(mailauth_check_override(c));
	ck_assert_int_eq(mailauth_check_run(c, zone), MAILAUTH_DONE);
	return c;
}

START_TEST(believes_whom_it_is_told_to)
{
	struct mailauth_check *c;
	struct buf text = { 0 };
	const char *word, *field;

	ma_buf_str(&text, MESSAGE);
	for (int i = 0; i < 3 && rows[_i].sets[i].domain != NULL; i++)
		seal(&text, rows[_i].sets[i].domain, rows[_i].sets[i].results,
		    rows[_i].sets[i].fields);
	if (rows[_i].from != NULL)
		change(&text, rows[_i].from, rows[_i].to);
	c = check(&text, rows[_i].trusted);
	word = mailauth_check_override(c);
	ck_assert_msg((word != NULL) == (rows[_i].override > 0), "%s: %s",
	    rows[_i].what, mailauth_arc_detail(mailauth_check_arc(c)));
	ck_assert_uint_eq(mailauth_check_override_set(c), rows[_i].override);
	/* What was found stays what it is. */
	ck_assert_int_eq(mailauth_check_result(c), MAILAUTH_DMARC_FAIL);
	if (strcmp(rows[_i].what, "the author is another") != 0)
		ck_assert_int_eq(mailauth_check_disposition(c),
		    MAILAUTH_DMARC_POLICY_REJECT);
	field = mailauth_check_authentication_results(c);
	ck_assert_ptr_nonnull(strstr(field, "dmarc=fail"));
	ck_assert((strstr(field, "(trusted-forwarder)") != NULL) ==
	    (word != NULL));
	if (word != NULL) {
		ck_assert_str_eq(word, "trusted-forwarder");
		ck_assert_int_eq(mailauth_check_reply(c, NULL, NULL), 0);
		ck_assert(strncmp(mailauth_check_override_evidence(c),
		    "arc=pass as[", 12) == 0);
	} else {
		ck_assert_ptr_null(mailauth_check_override_evidence(c));
	}
	mailauth_check_free(c);
	ma_buf_free(&text);
}
END_TEST

/* Section 7.2.2: what a report tells. */
START_TEST(tells_its_evidence)
{
	const char *const trusted[3] = { "a.example", "b.example" };
	struct mailauth_check *c;
	struct buf text = { 0 };

	ma_buf_str(&text, MESSAGE);
	seal(&text, "a.example", YES
	    "; arc=none smtp.remote-ip=\"2001:db8::1a\"", NULL);
	seal(&text, "b.example", "spf=none", NULL);
	c = check(&text, trusted);
	ck_assert_str_eq(mailauth_check_override_evidence(c),
	    "arc=pass as[2].d=b.example as[2].s=s as[1].d=a.example as[1].s=s "
	    "remote-ip[1]=2001:db8::1a");
	mailauth_check_free(c);
	ma_buf_free(&text);
}
END_TEST

/* RFC 8617 section 4.1.1: what a check has found, in the set that is added. */
START_TEST(seals_what_a_check_has_found)
{
	const char *const trusted[3] = { NULL };
	struct mailauth_message *m = mailauth_message_new();
	struct mailauth_sealer *s = mailauth_sealer_new(m, NULL, NOW);
	struct mailauth_check *c;
	struct buf text = { 0 };
	const char *field, *arc;

	ma_buf_str(&text, MESSAGE);
	seal(&text, "a.example", YES, NULL);
	c = check(&text, trusted);
	mailauth_sealer_set_key(s, "b.example", "s", key);
	mailauth_sealer_set_authserv_id(s, "mx.example");
	mailauth_message_write(m, text.p, text.n);
	mailauth_message_end(m);
	field = mailauth_check_authentication_results(c);
	ck_assert_int_eq(mailauth_sealer_add_results(s, field, strlen(field)),
	    MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_sealer_set_chain(s,
	    mailauth_arc_result(mailauth_check_arc(c))), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_sealer_step(s), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_sealer_chain(s), MAILAUTH_ARC_PASS);
	/* The same, but for its name and the instance. */
	arc = mailauth_sealer_field(s, 2);
	ck_assert(strncmp(arc, "ARC-Authentication-Results: i=2; mx.example;",
	    44) == 0);
	ck_assert_str_eq(strchr(strchr(arc, ';') + 1, ';'), strchr(field, ';'));
	mailauth_check_free(c);
	mailauth_sealer_free(s);
	mailauth_message_free(m);
	ma_buf_free(&text);
}
END_TEST

/* A message that passes needs nobody's word. */
START_TEST(overrides_failures_alone)
{
	const char *const trusted[3] = { "a.example" };
	struct mailauth_check *c;
	struct buf text = { 0 };

	ma_buf_str(&text, "From: joe@no-record.example\r\n\r\nHi.\r\n");
	seal(&text, "a.example", "dmarc=pass header.from=no-record.example",
	    NULL);
	c = check(&text, trusted);
	ck_assert_int_eq(mailauth_check_result(c), MAILAUTH_DMARC_NONE);
	ck_assert_ptr_null(mailauth_check_override(c));
	mailauth_check_free(c);
	ma_buf_free(&text);
}
END_TEST

START_TEST(keeps_limits)
{
	struct mailauth_check *c = mailauth_check_new(NULL, NOW);
	char name[32];

	ck_assert_int_eq(mailauth_check_add_trusted_sealer(c, "a b"),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_check_add_trusted_sealer(c, ""),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_check_add_trusted_sealer(c, NULL),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_check_add_trusted_sealer(NULL, "a.b"),
	    MAILAUTH_EINVAL);
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof name, "d%d.example", i);
		ck_assert_int_eq(mailauth_check_add_trusted_sealer(c, name),
		    MAILAUTH_DONE);
	}
	ck_assert_int_eq(mailauth_check_add_trusted_sealer(c, "a.example"),
	    MAILAUTH_EUSE);
	mailauth_check_free(c);
	c = mailauth_check_new(NULL, NOW);
	ck_assert_int_eq(mailauth_check_step(c), MAILAUTH_MORE);
	ck_assert_int_eq(mailauth_check_add_trusted_sealer(c, "a.example"),
	    MAILAUTH_EUSE);
	mailauth_check_free(c);
	ck_assert_ptr_null(mailauth_check_override(NULL));
	ck_assert_uint_eq(mailauth_check_override_set(NULL), 0);
	ck_assert_ptr_null(mailauth_check_override_evidence(NULL));
	ck_assert_ptr_null(mailauth_check_arc(NULL));
}
END_TEST

/* ---- Strangers' values, in the field that says what was found ---- */

/* Each as d=, s=, i=, MAIL FROM, HELO and the name of the client. */
static const char *const hostile[] = {
	"x; spf=pass", "x\r\nAuthentication-Results: mx.example; dkim=pass",
	"x\r\n\tdkim=pass", "x\" dkim=pass", "x) dkim=pass (", "x\\", "\"", "(",
	"x@y; arc=pass", "\xff\xfe", "\t", ";", "=", "x dmarc=pass",
};

START_TEST(writes_one_field_whatever_comes)
{
	static const char *const methods[] = { "iprev", "spf", "spf", "dkim",
		"arc", "dmarc" };
	const char *text = hostile[_i], *field;
	struct mailauth_check *c = mailauth_check_new(NULL, NOW);
	struct mailauth_message *m = mailauth_check_message(c);
	struct mailauth_authres *a;
	struct mailauth_resolver *names;
	struct buf b = { 0 };
	char error[200];

	/* The client's name: what a master file can hold of it. */
	ma_buf_str(&b, "25.2.0.192.in-addr.arpa. PTR ");
	for (const char *p = text; *p != '\0'; p++)
		ma_buf_fmt(&b, "\\%03u", (unsigned char)*p);
	ma_buf_str(&b, "x.example.\n");
	for (const char *p = text; *p != '\0'; p++)
		ma_buf_fmt(&b, "\\%03u", (unsigned char)*p);
	ma_buf_str(&b, "x.example. A 192.0.2.25\n");
	ck_assert_msg(mailauth_resolver_new_zone(b.p, b.n, "zone", &names,
	    error, sizeof error) == MAILAUTH_DONE, "%s", error);
	mailauth_check_set_client(c, "192.0.2.25");
	mailauth_check_set_helo(c, text, strlen(text));
	mailauth_check_set_mail_from(c, text, strlen(text));
	mailauth_check_set_authserv_id(c, "mx.example");
	ma_buf_clear(&b);
	ma_buf_fmt(&b, "DKIM-Signature: v=1; a=rsa-sha256; d=%s; s=%s; i=%s; "
	    "h=from; bh=x; b=x\r\nFrom: joe@example.com\r\n\r\n", text, text,
	    text);
	mailauth_message_write(m, b.p, b.n);
	mailauth_message_end(m);
	ck_assert_int_eq(mailauth_check_run(c, names), MAILAUTH_DONE);
	field = mailauth_check_authentication_results(c);
	ck_assert_msg(mailauth_authres_parse(strchr(field, ':') + 1,
	    strlen(strchr(field, ':') + 1) - 2, &a, error, sizeof error) ==
	    MAILAUTH_DONE, "%s\n%s", error, field);
	/* A line break ends the signature's field: then there may be another. */
	for (int i = 0, k = 0; i < mailauth_authres_count(a); i++) {
		ck_assert_msg(strcmp(mailauth_authres_method(a, i),
		    methods[k]) == 0, "%s", field);
		ck_assert_str_ne(mailauth_authres_result(a, i), "pass");
		k++;
	}
	ck_assert_int_eq(mailauth_authres_count(a), (int)COUNT(methods));
	mailauth_authres_free(a);
	mailauth_check_free(c);
	mailauth_resolver_free(names);
	ma_buf_free(&b);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("override");
	TCase *tc = tcase_create("override");

	tcase_add_unchecked_fixture(tc, make, unmake);
	tcase_add_loop_test(tc, believes_whom_it_is_told_to, 0, ROWS(rows));
	tcase_add_test(tc, tells_its_evidence);
	tcase_add_test(tc, seals_what_a_check_has_found);
	tcase_add_test(tc, overrides_failures_alone);
	tcase_add_test(tc, keeps_limits);
	tcase_add_loop_test(tc, writes_one_field_whatever_comes, 0,
	    ROWS(hostile));
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
