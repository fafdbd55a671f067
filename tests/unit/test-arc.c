/*
 * Chains validated and sealed: RFC 8617.
 */
#include <stdio.h>

#include "arc/arc.h"
#include "mailauth.h"
#include "steps.h"

enum { NOW = 1700000000 };

#define MESSAGE "From: Joe <joe@example.com>\r\nTo: all@example.net\r\n" \
    "Subject: a test\r\n\r\nHello.\r\n"
/* RFC 8463 appendix A: any key will do. */
#define SEED "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="
#define RECORD(name) name " TXT 'v=DKIM1; k=ed25519; " \
    "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo='\n"
#define ZONE RECORD("s._domainkey.a.example.") RECORD("s._domainkey.b.example.") \
    RECORD("s._domainkey.c.example.")

static struct mailauth_private_key *key;

static void
make_key(void)
{
	ck_assert_int_eq(mailauth_private_key_parse(SEED, strlen(SEED), &key,
	    NULL, 0), MAILAUTH_DONE);
}

static void
free_key(void)
{
	mailauth_private_key_free(key);
}

/* ---- Sealing ---- */

struct sealing {
	struct mailauth_message *message;
	struct mailauth_sealer *sealer;
};

static struct sealing
begin(const char *domain)
{
	struct sealing s = { .message = mailauth_message_new() };

	s.sealer = mailauth_sealer_new(s.message, NULL, NOW);
	ck_assert_ptr_nonnull(s.sealer);
	ck_assert_int_eq(mailauth_sealer_set_key(s.sealer, domain, "s", key),
	    MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_sealer_set_authserv_id(s.sealer, domain),
	    MAILAUTH_DONE);
	return s;
}

static void
end(struct sealing *s)
{
	mailauth_sealer_free(s->sealer);
	mailauth_message_free(s->message);
}

static void
feed(struct mailauth_message *m, struct slice text, size_t piece)
{
	for (size_t at = 0; at < text.n; at += piece)
		ck_assert_int_eq(mailauth_message_write(m, text.p + at,
		    piece < text.n - at ? piece : text.n - at), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_message_end(m), MAILAUTH_DONE);
}

/* The three fields before the text, if there are. */
static void
prepend(struct buf *text, const struct mailauth_sealer *s)
{
	struct buf all = { 0 };
	const char *field;

	for (int k = 0; (field = mailauth_sealer_field(s, k)) != NULL; k++)
		ma_buf_str(&all, field);
	ma_buf_add(&all, text->p, text->n);
	ma_buf_free(text);
	*text = all;
}

/* Seal the text as this domain, its chain validated over the zone. */
static int
seal(struct buf *text, const char *domain, const char *zone)
{
	struct sealing s = begin(domain);
	struct mailauth_resolver *resolver = zone_of(zone);
	int result;

	feed(s.message, ma_slice(text->p, text->n), 1000);
	ck_assert_int_eq(mailauth_sealer_seal(s.sealer, resolver),
	    MAILAUTH_DONE);
	result = mailauth_sealer_result(s.sealer);
	ck_assert_ptr_null(mailauth_sealer_warning(s.sealer, 0));
	prepend(text, s.sealer);
	end(&s);
	mailauth_resolver_free(resolver);
	return result;
}

/* A message of so many sets, by a, b, c, a, ... */
static void
chain(struct buf *text, unsigned n)
{
	static const char *const domains[] = {
		"a.example", "b.example", "c.example" };

	ma_buf_clear(text);
	ma_buf_str(text, MESSAGE);
	for (unsigned i = 0; i < n; i++)
		ck_assert_int_eq(seal(text, domains[i % 3], ZONE),
		    MAILAUTH_SEALER_SEALED);
}

/* ---- Validation as tests/unit/steps.h runs it ---- */

struct row {
	struct slice text;
	uint32_t sets;			/* limit; 0: the default */
};

struct validation {
	struct mailauth_message *message;
	struct mailauth_arc *arc;
};

static void
free_validation(void *h)
{
	struct validation *v = h;

	mailauth_arc_free(v->arc);
	mailauth_message_free(v->message);
	free(v);
}

static void *
make_validation(const void *r, struct mailauth_lookups *l)
{
	const struct row *row = r;
	struct validation *v = calloc(1, sizeof *v);

	v->message = mailauth_message_new();
	v->arc = mailauth_arc_new(v->message, l, NOW);
	if (v->arc == NULL || (row->sets > 0 && mailauth_arc_set_limit(v->arc,
	    MAILAUTH_ARC_SETS, row->sets) != MAILAUTH_DONE) ||
	    mailauth_message_write(v->message, row->text.p, row->text.n) < 0 ||
	    mailauth_message_end(v->message) < 0) {
		free_validation(v);
		return NULL;
	}
	return v;
}

static int
step_validation(void *h)
{
	return mailauth_arc_step(((struct validation *)h)->arc);
}

static int
drive_validation(void *h, struct mailauth_resolver *r)
{
	return mailauth_arc_verify(((struct validation *)h)->arc, r);
}

/* "fail arc-seal 2 temporary", or "pass 0", then each set's two results. */
static void
describe_validation(void *h, struct buf *b)
{
	const struct mailauth_arc *a = ((struct validation *)h)->arc;
	const char *reason = mailauth_arc_reason(a);

	ma_buf_str(b, mailauth_arc_result_name(mailauth_arc_result(a)));
	if (reason != NULL)
		ma_buf_fmt(b, " %s %u%s", reason,
		    (unsigned)mailauth_arc_failed_set(a),
		    mailauth_arc_temporary(a) ? " temporary" : "");
	if (mailauth_arc_result(a) == MAILAUTH_ARC_PASS)
		ma_buf_fmt(b, " %d", mailauth_arc_oldest_pass(a));
	ck_assert_ptr_nonnull(mailauth_arc_detail(a));
	for (uint32_t i = 1; i <= mailauth_arc_count(a); i++)
		ma_buf_fmt(b, "; %s %s", mailauth_dkim_result_name(
		    mailauth_arc_part_result(a, i, MAILAUTH_ARC_SEAL)),
		    mailauth_dkim_result_name(mailauth_arc_part_result(a, i,
		    MAILAUTH_ARC_MESSAGE_SIGNATURE)));
}

static const struct subject subject = { make_validation, step_validation,
	drive_validation, free_validation, describe_validation };

static void
check(const char *what, const struct buf *text, const char *zone,
    const char *want, const char *asked)
{
	const struct row row = { .text = { text->p, text->n } };

	check_steps(&subject, &row, what, zone, want, asked, 0);
}

/* The first `from` in the text behind `behind` becomes `to`. */
static void
change(struct buf *text, const char *behind, const char *from, const char *to)
{
	struct buf out = { 0 };
	char *at = memmem(text->p, text->n, behind, strlen(behind));
	size_t before;

	ck_assert_msg(at != NULL, "no %s", behind);
	at = memmem(at, text->n - (size_t)(at - text->p), from, strlen(from));
	ck_assert_msg(at != NULL, "no %s behind %s", from, behind);
	before = (size_t)(at - text->p);
	ma_buf_add(&out, text->p, before);
	ma_buf_str(&out, to);
	ma_buf_add(&out, at + strlen(from), text->n - before - strlen(from));
	ma_buf_free(text);
	*text = out;
}

/* ---- Chains that pass ---- */

#define A "s._domainkey.a.example TXT"
#define B "s._domainkey.b.example TXT"
#define C "s._domainkey.c.example TXT"

START_TEST(validates_chains)
{
	struct buf text = { 0 };

	ma_buf_str(&text, MESSAGE);
	check("no chain", &text, ZONE, "none", "");
	chain(&text, 1);
	check("one", &text, ZONE, "pass 0; pass pass", A);
	chain(&text, 4);
	/* The newest first; each name once. */
	check("four", &text, ZONE,
	    "pass 0; pass pass; pass pass; pass pass; pass pass",
	    A ", " C ", " B);
	ma_buf_free(&text);
}
END_TEST

/* Section 5.2 step 5. */
START_TEST(finds_the_oldest_pass)
{
	struct buf text = { 0 };

	/* Changed, as a list does, before the second seal. */
	chain(&text, 1);
	change(&text, "Subject", "a test", "[list] a test");
	ck_assert_int_eq(seal(&text, "b.example", ZONE),
	    MAILAUTH_SEALER_SEALED);
	/* Its validation had failed: AMS(1) was the newest. */
	check("changed", &text, ZONE,
	    "fail arc-ended 2; none none; none none", "");
	/* Not so if somebody says that it passed when it came in. */
	chain(&text, 1);
	change(&text, "Subject", "a test", "[list] a test");
	{
		struct sealing s = begin("b.example");

		ck_assert_int_eq(mailauth_sealer_set_chain(s.sealer,
		    MAILAUTH_ARC_PASS), MAILAUTH_DONE);
		feed(s.message, ma_slice(text.p, text.n), 50);
		ck_assert_int_eq(mailauth_sealer_step(s.sealer),
		    MAILAUTH_DONE);
		ck_assert_int_eq(mailauth_sealer_chain(s.sealer),
		    MAILAUTH_ARC_PASS);
		prepend(&text, s.sealer);
		end(&s);
	}
	check("changed by a list", &text, ZONE,
	    "pass 2; pass fail; pass pass", B ", " A);
	ck_assert_int_eq(seal(&text, "c.example", ZONE),
	    MAILAUTH_SEALER_SEALED);
	check("and forwarded", &text, ZONE,
	    "pass 2; pass fail; pass pass; pass pass", C ", " B ", " A);
	ma_buf_free(&text);
}
END_TEST

/* ---- Chains that fail ---- */

static const struct {
	const char *clause;
	const char *behind, *from, *to;	/* in a chain of two */
	const char *zone;
	const char *want;
	bool asks;
} broken[] = {
	/* Section 5.2 step 4: body, header, key. */
	{ "the body", "\r\n\r\n", "Hello", "Hullo", ZONE,
	    "fail arc-message-signature 2; none none; none fail", true },
	{ "a signed field", "Subject", "test", "tost", ZONE,
	    "fail arc-message-signature 2; none none; none fail", true },
	{ "a field more", "From: Joe", "From: Joe", "Cc: x\r\nFrom: Joe", ZONE,
	    "fail arc-message-signature 2; none none; none fail", true },
	{ "no key", "From:", "From:", "From:", RECORD("s._domainkey.a.example."),
	    "fail arc-message-signature 2; none none; none permerror", true },
	{ "no first key", "From:", "From:", "From:",
	    RECORD("s._domainkey.b.example."),
	    "fail arc-seal 1; permerror permerror; pass pass", true },
	/* Section 5.2.1, and yet. */
	{ "a key's trouble", "From:", "From:", "From:",
	    RECORD("s._domainkey.a.example.")
	    ";! s._domainkey.b.example. TXT SERVFAIL\n",
	    "fail arc-message-signature 2 temporary; none none; "
	    "none temperror", true },
	{ "the first key's trouble", "From:", "From:", "From:",
	    RECORD("s._domainkey.b.example.")
	    ";! s._domainkey.a.example. TXT TIMEOUT\n",
	    "fail arc-seal 1 temporary; temperror temperror; pass pass",
	    true },
	/* Section 5.2 step 6: what seals cover. */
	{ "results of set 2", "ARC-Authentication-Results: i=2;", "arc=pass",
	    "arc=none", ZONE,
	    "fail arc-seal 2; none pass; fail pass", true },
	{ "results of set 1", "ARC-Authentication-Results: i=1;", "arc=none",
	    "arc=fail", ZONE,
	    "fail arc-seal 2; none pass; fail pass", true },
	{ "the first message signature", "ARC-Message-Signature: i=1;",
	    "t=1700000000", "t=1700000001", ZONE,
	    "fail arc-seal 2; none fail; fail pass", true },
	{ "the time of a seal", "ARC-Seal: i=2;", "t=1700000000",
	    "t=1700000001", ZONE, "fail arc-seal 2; none pass; fail pass",
	    true },
	{ "the time of the first seal", "ARC-Seal: i=1;", "t=1700000000",
	    "t=1700000001", ZONE, "fail arc-seal 2; none pass; fail pass",
	    true },

	/* Section 4.2.1, 5.2 step 1 to 3: nothing is asked. */
	{ "no instance", "ARC-Seal: i=2;", "i=2;", "", ZONE,
	    "fail arc-instance 0; none none; none none", false },
	{ "instance 0", "ARC-Seal: i=2;", "i=2", "i=0", ZONE,
	    "fail arc-instance 0; none none; none none", false },
	{ "instance 51", "ARC-Seal: i=2;", "i=2", "i=51", ZONE,
	    "fail arc-instance 0; none none; none none", false },
	{ "instance +2", "ARC-Seal: i=2;", "i=2", "i=+2", ZONE,
	    "fail arc-instance 0; none none; none none", false },
	{ "instance 002", "ARC-Seal: i=2;", "i=2", "i=002", ZONE,
	    "fail arc-instance 0; none none; none none", false },
	{ "results without instance", "ARC-Authentication-Results: i=2;",
	    "i=2;", "", ZONE, "fail arc-instance 0; none none; none none",
	    false },
	{ "results, instance not first", "ARC-Authentication-Results: i=2;",
	    "i=2; b.example", "b.example; i=2", ZONE,
	    "fail arc-instance 0; none none; none none", false },
	{ "a gap", "ARC-Seal: i=2;", "i=2", "i=3", ZONE,
	    "fail arc-set 2; none none; none none; none none", false },
	{ "no seal", "ARC-Seal: i=2;", "i=2", "i=1", ZONE,
	    "fail arc-set 1; none none; none none", false },
	{ "no message signature", "ARC-Message-Signature: i=2;",
	    "ARC-Message-Signature", "X", ZONE,
	    "fail arc-set 2; none none; none none", false },
	{ "no results", "ARC-Authentication-Results: i=1;",
	    "ARC-Authentication-Results", "X", ZONE,
	    "fail arc-set 1; none none; none none", false },
	{ "results twice", "From: Joe", "From: Joe",
	    "ARC-Authentication-Results: i=1; a; none\r\nFrom: Joe", ZONE,
	    "fail arc-set 1; none none; none none", false },
	{ "cv=fail", "ARC-Seal: i=2;", "cv=pass", "cv=fail", ZONE,
	    "fail arc-ended 2; none none; none none", false },
	{ "cv=none later", "ARC-Seal: i=2;", "cv=pass", "cv=none", ZONE,
	    "fail arc-cv 2; none none; none none", false },
	{ "cv=pass first", "ARC-Seal: i=1;", "cv=none", "cv=pass", ZONE,
	    "fail arc-cv 1; none none; none none", false },
	{ "cv=fail first", "ARC-Seal: i=1;", "cv=none", "cv=fail", ZONE,
	    "fail arc-cv 1; none none; none none", false },
	{ "no cv", "ARC-Seal: i=2;", "cv=pass;", "", ZONE,
	    "fail arc-cv 2; none none; permerror none", false },
	/* Section 4.1.3: "h" MUST result in fail. */
	{ "a seal with h=", "ARC-Seal: i=2;", "cv=pass;", "cv=pass; h=From;",
	    ZONE, "fail arc-seal 2; none none; permerror none", false },
	{ "a seal without d=", "ARC-Seal: i=1;", "d=a.example;", "", ZONE,
	    "fail arc-seal 1; permerror none; none none", false },
	{ "rsa-sha1", "ARC-Seal: i=1;", "ed25519-sha256", "rsa-sha1", ZONE,
	    "fail arc-seal 1; permerror none; none none", false },
	{ "a tag twice", "ARC-Message-Signature: i=2;", "d=b.example;",
	    "d=b.example; d=b.example;", ZONE,
	    "fail arc-message-signature 2; none none; none permerror",
	    false },
	{ "a later time", "ARC-Message-Signature: i=2;", "t=1700000000",
	    "t=1700000301", ZONE,
	    "fail arc-message-signature 2; none none; none permerror",
	    false },
};

START_TEST(fails_broken_chains)
{
	struct buf text = { 0 };

	chain(&text, 2);
	change(&text, broken[_i].behind, broken[_i].from, broken[_i].to);
	check(broken[_i].clause, &text, broken[_i].zone, broken[_i].want,
	    broken[_i].asks ? B ", " A : "");
	ma_buf_free(&text);
}
END_TEST

/* l= of the newest counts by what it leaves; that of older ones not at all. */
START_TEST(minds_unsigned_bodies)
{
	struct buf text = { 0 };

	chain(&text, 2);
	change(&text, "ARC-Message-Signature: i=1;", "bh=", "l=8; bh=");
	check("l= of an older set", &text, ZONE,
	    "fail arc-seal 2; none policy; fail pass", NULL);
	ma_buf_free(&text);
}
END_TEST

/* 50 sets, not 51; and what a caller allows. */
START_TEST(keeps_limits)
{
	struct row row = { .sets = 3 };
	struct buf text = { 0 }, want = { 0 };
	struct mailauth_message *m = mailauth_message_new();
	struct mailauth_arc *a = mailauth_arc_new(m, NULL, NOW);

	chain(&text, 3);
	row.text = ma_slice(text.p, text.n);
	check_steps(&subject, &row, "three of three", ZONE,
	    "pass 0; pass pass; pass pass; pass pass", NULL, 1);
	row.sets = 2;
	check_steps(&subject, &row, "three of two", ZONE,
	    "fail arc-limit 0; none none; none none; none none", "", 0);

	chain(&text, 50);
	ck_assert_int_eq(seal(&text, "a.example", ZONE),
	    MAILAUTH_SEALER_REFUSED);
	row = (struct row){ .text = { text.p, text.n } };
	ma_buf_str(&want, "pass 0");
	for (int i = 0; i < 50; i++)
		ma_buf_str(&want, "; pass pass");
	ma_buf_char(&want, '\0');
	{
		struct validation *v = make_validation(&row, NULL);
		struct mailauth_resolver *zone = zone_of(ZONE);
		struct buf said = { 0 };

		ck_assert_int_eq(mailauth_arc_verify(v->arc, zone),
		    MAILAUTH_DONE);
		describe_validation(v, &said);
		ma_buf_char(&said, '\0');
		ck_assert_str_eq(said.p, want.p);
		ma_buf_free(&said);
		free_validation(v);
		mailauth_resolver_free(zone);
	}

	ck_assert_int_eq(mailauth_arc_set_limit(a, MAILAUTH_ARC_SETS, 0),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_arc_set_limit(a, MAILAUTH_ARC_SETS, 51),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_arc_set_limit(a, MAILAUTH_ARC_SETS, 50),
	    MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_arc_set_limit(a, MAILAUTH_ARC_KEYS, 0),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_arc_set_limit(a, MAILAUTH_ARC_KEYS, 11),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_arc_set_limit(a, MAILAUTH_ARC_CLOCK_SKEW,
	    86401), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_arc_set_limit(a, MAILAUTH_ARC_RSA_BITS,
	    1023), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_arc_set_limit(a, 5, 1), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_arc_set_keys(a, NULL), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_arc_step(a), MAILAUTH_MORE);
	ck_assert_int_eq(mailauth_arc_set_trace(a, 1), MAILAUTH_EUSE);
	mailauth_arc_free(a);
	mailauth_message_free(m);
	ma_buf_free(&text);
	ma_buf_free(&want);
}
END_TEST

START_TEST(tells_of_sets)
{
	struct buf text = { 0 };
	struct mailauth_resolver *zone = zone_of(ZONE);
	struct row row;
	struct validation *v;
	const char *p;
	size_t n;

	chain(&text, 2);
	row = (struct row){ .text = { text.p, text.n } };
	v = make_validation(&row, NULL);
	ck_assert_int_eq(mailauth_arc_set_trace(v->arc, 1), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_arc_result(v->arc), 0);
	ck_assert_ptr_null(mailauth_arc_domain(v->arc, 1, &n));
	ck_assert_int_eq(mailauth_arc_verify(v->arc, zone), MAILAUTH_DONE);
	ck_assert_uint_eq(mailauth_arc_count(v->arc), 2);
	p = mailauth_arc_domain(v->arc, 2, &n);
	ck_assert(ma_eq(ma_slice(p, n), SLICE_LIT("b.example")));
	p = mailauth_arc_selector(v->arc, 2, &n);
	ck_assert(ma_eq(ma_slice(p, n), SLICE_LIT("s")));
	p = mailauth_arc_cv(v->arc, 2, &n);
	ck_assert(ma_eq(ma_slice(p, n), SLICE_LIT("pass")));
	p = mailauth_arc_results(v->arc, 2, &n);
	ck_assert(ma_eq(ma_slice(p, n), SLICE_LIT(
	    " b.example;\r\n\tarc=pass")));
	ck_assert_ptr_null(mailauth_arc_domain(v->arc, 0, &n));
	ck_assert_ptr_null(mailauth_arc_domain(v->arc, 3, &n));
	ck_assert_int_eq(mailauth_arc_part_result(v->arc, 1, 3), 0);
	ck_assert_int_eq(mailauth_arc_secure(v->arc), 0);
	free_validation(v);

	ck_assert_ptr_null(mailauth_arc_new(NULL, NULL, NOW));
	mailauth_arc_free(NULL);
	ck_assert_ptr_null(mailauth_arc_lookups(NULL));
	ck_assert_int_eq(mailauth_arc_step(NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_arc_verify(NULL, zone), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_arc_result(NULL), 0);
	ck_assert_str_eq(mailauth_arc_result_name(MAILAUTH_ARC_PASS), "pass");
	ck_assert_str_eq(mailauth_arc_result_name(0), "unknown");
	mailauth_resolver_free(zone);
	ma_buf_free(&text);
}
END_TEST

/* ---- Sealing: section 5.1 ---- */

/* Whether what stands in the new fields is as wanted. */
static void
check_sealed(const struct mailauth_sealer *s, const char *const wanted[3])
{
	for (int k = 0; k < 3; k++) {
		const char *field = mailauth_sealer_field(s, k);

		ck_assert_ptr_nonnull(field);
		ck_assert_msg(strncmp(field, wanted[k], strlen(wanted[k])) == 0,
		    "%s", field);
	}
	ck_assert_ptr_null(mailauth_sealer_field(s, 3));
	ck_assert_ptr_null(mailauth_sealer_field(s, -1));
}

START_TEST(seals_a_new_chain)
{
	static const char *const wanted[] = {
		"ARC-Seal: i=1; a=ed25519-sha256; cv=none; d=a.example; s=s;",
		"ARC-Message-Signature: i=1; a=ed25519-sha256; "
		    "c=relaxed/relaxed;",
		"ARC-Authentication-Results: i=1; a.example;\r\n"
		    "\tspf=pass (yes) smtp.mailfrom=x.example;\r\n"
		    "\tdkim=none;\r\n\tdmarc=pass;\r\n\tarc=none\r\n",
	};
	const char *text = "Authentication-Results: a.example; spf=pass (yes)\r\n"
	    " smtp.mailfrom=x.example; dkim=none\r\n"
	    "Authentication-Results: other.example; spf=fail\r\n"
	    "DKIM-Signature: v=1; x\r\n" MESSAGE;
	struct sealing s = begin("a.example");
	struct slice h = { NULL, 0 };
	const char *results = "Authentication-Results: a.example; dmarc=pass\r\n";

	ck_assert_int_eq(mailauth_sealer_add_results(s.sealer, "x; none", 7),
	    MAILAUTH_ESYNTAX);
	ck_assert_int_eq(mailauth_sealer_add_results(s.sealer, "x", 1),
	    MAILAUTH_ESYNTAX);
	feed(s.message, ma_str(text), 3);
	ck_assert_int_eq(mailauth_sealer_add_results(s.sealer, results,
	    strlen(results)), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_sealer_step(s.sealer), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_sealer_add_results(s.sealer, results,
	    strlen(results)), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_sealer_result(s.sealer),
	    MAILAUTH_SEALER_SEALED);
	ck_assert_int_eq(mailauth_sealer_chain(s.sealer), MAILAUTH_ARC_NONE);
	ck_assert_uint_eq(mailauth_sealer_instance(s.sealer), 1);
	check_sealed(s.sealer, wanted);
	/* Signed: DKIM-Signature; never results, nor fields of ARC. */
	h = ma_signature_tag(ma_str(mailauth_sealer_field(s.sealer, 1) + 22),
	    SIG_H);
	ck_assert_ptr_nonnull(memmem(h.p, h.n, "DKIM-Signature", 14));
	ck_assert_ptr_null(memmem(h.p, h.n, "Results", 7));
	ck_assert_ptr_null(memmem(h.p, h.n, "ARC-", 4));
	end(&s);
}
END_TEST

START_TEST(seals_without_the_messages_results)
{
	const char *text = "Authentication-Results: a.example; spf=pass\r\n"
	    MESSAGE;
	struct sealing s = begin("a.example");

	ck_assert_int_eq(mailauth_sealer_set_take_results(s.sealer, 0),
	    MAILAUTH_DONE);
	feed(s.message, ma_str(text), 3);
	ck_assert_int_eq(mailauth_sealer_step(s.sealer), MAILAUTH_DONE);
	ck_assert_str_eq(mailauth_sealer_field(s.sealer, 2),
	    "ARC-Authentication-Results: i=1; a.example;\r\n\tarc=none\r\n");
	end(&s);
}
END_TEST

/* Section 5.1.2: a failed chain is sealed alone; step 2: and then no more. */
START_TEST(seals_failed_chains)
{
	static const char *const wanted[] = {
		"ARC-Seal: i=3; a=ed25519-sha256; cv=fail; d=c.example;",
		"ARC-Message-Signature: i=3; ",
		"ARC-Authentication-Results: i=3; c.example;\r\n\tarc=fail\r\n",
	};
	struct sealing s = begin("c.example");
	struct mailauth_resolver *zone = zone_of(ZONE);
	struct buf text = { 0 }, own = { 0 };
	struct row row;
	struct validation *v;

	chain(&text, 2);
	change(&text, "\r\n\r\n", "Hello", "Hullo");
	feed(s.message, ma_slice(text.p, text.n), 100);
	ck_assert_int_eq(mailauth_sealer_seal(s.sealer, zone), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_sealer_result(s.sealer),
	    MAILAUTH_SEALER_SEALED);
	ck_assert_int_eq(mailauth_sealer_chain(s.sealer), MAILAUTH_ARC_FAIL);
	check_sealed(s.sealer, wanted);
	/* Its own set alone is covered: as the first of a chain it verifies. */
	for (int k = 0; k < 3; k++)
		ma_buf_str(&own, mailauth_sealer_field(s.sealer, k));
	ma_buf_str(&own, MESSAGE);
	change(&own, "\r\n\r\n", "Hello", "Hullo");
	row = (struct row){ .text = { own.p, own.n } };
	v = make_validation(&row, NULL);
	{
		struct arc *a = ma_arc_of(v->arc);
		struct kept *k = a->chain.sets[2].seal.kept;
		struct digest *d;
		uint8_t out[SHA256_BYTES];
		struct public_key *public_half;
		uint32_t bits;

		/* RFC 8617 section 5.1.1 by hand, "as if it was the only set". */
		ck_assert_int_eq(ma_digest_new(&d), MAILAUTH_DONE);
		ck_assert(ma_seal_cover(d, v->message, &a->chain.sets[2],
		    false) && ma_cover_own(d, &k->sig, ma_field_text(
		    ma_message_field(v->message, 0).raw), &a->chain.arena) &&
		    ma_digest_end(d, out));
		ck_assert_int_eq(ma_key_parse(KEY_ED25519,
		    ma_private_key_public(key), 0, &public_half, &bits),
		    KEY_OK);
		ck_assert_int_eq(ma_key_verify(public_half, out, k->sig.data),
		    VERIFY_GOOD);
		ma_key_free(public_half);
		ma_digest_free(d);
	}
	free_validation(v);
	prepend(&text, s.sealer);
	check("the newest says so", &text, ZONE,
	    "fail arc-ended 3; none none; none none; none none", "");
	end(&s);
	ck_assert_int_eq(seal(&text, "a.example", ZONE), MAILAUTH_SEALER_ENDED);
	check("nothing was added", &text, ZONE,
	    "fail arc-ended 3; none none; none none; none none", "");
	ma_buf_free(&text);
	ma_buf_free(&own);
	mailauth_resolver_free(zone);
}
END_TEST

/* What a caller says of the chain, and what the message shows. */
static const struct {
	const char *what;
	unsigned sets;
	bool broken;			/* in its structure */
	int given, sealed;
} given[] = {
	{ "none of none", 0, false, MAILAUTH_ARC_NONE, MAILAUTH_ARC_NONE },
	{ "pass of none", 0, false, MAILAUTH_ARC_PASS, MAILAUTH_ARC_NONE },
	{ "fail of none", 0, false, MAILAUTH_ARC_FAIL, MAILAUTH_ARC_NONE },
	{ "pass of two", 2, false, MAILAUTH_ARC_PASS, MAILAUTH_ARC_PASS },
	{ "none of two", 2, false, MAILAUTH_ARC_NONE, MAILAUTH_ARC_FAIL },
	{ "fail of two", 2, false, MAILAUTH_ARC_FAIL, MAILAUTH_ARC_FAIL },
	{ "pass of broken", 2, true, MAILAUTH_ARC_PASS, MAILAUTH_ARC_FAIL },
};

START_TEST(believes_no_more_than_it_sees)
{
	struct sealing s = begin("c.example");
	struct buf text = { 0 };

	chain(&text, given[_i].sets);
	if (given[_i].broken)
		change(&text, "ARC-Seal: i=1", "cv=none", "cv=pass");
	ck_assert_int_eq(mailauth_sealer_set_chain(s.sealer, 0),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_sealer_set_chain(s.sealer, 4),
	    MAILAUTH_EINVAL);
	feed(s.message, ma_slice(text.p, text.n), 1000);
	ck_assert_int_eq(mailauth_sealer_set_chain(s.sealer, given[_i].given),
	    MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_sealer_step(s.sealer), MAILAUTH_DONE);
	ck_assert_msg(mailauth_sealer_chain(s.sealer) == given[_i].sealed,
	    "%s: %d", given[_i].what, mailauth_sealer_chain(s.sealer));
	end(&s);
	ma_buf_free(&text);
}
END_TEST

static const struct {
	const char *what, *text, *domain, *fields, *reason;
} refusals[] = {
	{ "all right", MESSAGE, "a.example", NULL, NULL },
	{ "no From: AMS asks none", "To: x\r\n\r\n", "a.example", NULL, NULL },
	{ "no From in h=", MESSAGE, "a.example", "To", NULL },
	{ "domain", MESSAGE, "a", NULL, "domain" },
	{ "domain, injection", MESSAGE, "a.example; l=1", NULL, "domain" },
	/* Section 4.1.2: MUST NOT. */
	{ "results signed", MESSAGE, "a.example",
	    "From:authentication-results", "arc-signed-fields" },
	{ "AAR signed", MESSAGE, "a.example",
	    "From:ARC-Authentication-Results", "arc-signed-fields" },
	{ "AMS signed", MESSAGE, "a.example", "ARC-Message-Signature",
	    "arc-signed-fields" },
	{ "AS signed", MESSAGE, "a.example", "arc-seal",
	    "arc-signed-fields" },
	{ "a blank first", " x\r\nFrom: a\r\n\r\n", "a.example", NULL,
	    "leading-fold" },
	{ "bare CR", "From: a\r\n\r\nb\rc\r\n", "a.example", NULL, "bare-cr" },
	{ "both line ends", "From: a\r\n\r\nb\nc\r\n", "a.example", NULL,
	    "line-ends" },
};

START_TEST(refuses_what_is_wrong)
{
	struct mailauth_message *m = mailauth_message_new();
	struct mailauth_sealer *s = mailauth_sealer_new(m, NULL, NOW);
	const char *reason;

	mailauth_sealer_set_key(s, refusals[_i].domain, "s", key);
	mailauth_sealer_set_authserv_id(s, "mx.example");
	if (refusals[_i].fields != NULL)
		ck_assert_int_eq(mailauth_sealer_set_fields(s,
		    refusals[_i].fields), MAILAUTH_DONE);
	feed(m, ma_str(refusals[_i].text), 4);
	ck_assert_int_eq(mailauth_sealer_step(s), MAILAUTH_DONE);
	reason = mailauth_sealer_reason(s);
	ck_assert_msg((reason == NULL) == (refusals[_i].reason == NULL), "%s",
	    refusals[_i].what);
	ck_assert((mailauth_sealer_field(s, 0) == NULL) == (reason != NULL));
	if (reason != NULL)
		ck_assert_str_eq(reason, refusals[_i].reason);
	mailauth_sealer_free(s);
	mailauth_message_free(m);
}
END_TEST

/* ---- A key that is elsewhere ---- */

static struct mailauth_resolver *below;
static unsigned asked;

static int
ask_both(void *user, struct mailauth_question *q)
{
	uint8_t signature[64];
	const uint8_t *digest;
	size_t n;

	if (mailauth_question_kind(q) == MAILAUTH_QUESTION_DNS)
		return mailauth_resolver_known(below, q) == 1 ? 0 :
		    mailauth_answer_failed(q, MAILAUTH_FAILURE_TIMEOUT);
	asked++;
	if (user != NULL)
		return mailauth_answer_failed(q, MAILAUTH_FAILURE_NETWORK);
	digest = mailauth_question_digest(q, &n);
	ck_assert_int_eq(ma_private_key_sign(key, digest, signature,
	    sizeof signature, &n), MAILAUTH_DONE);
	return mailauth_answer_signed(q, signature, n);
}

START_TEST(asks_for_signatures)
{
	const struct mailauth_resolver_ops ops = { .size = sizeof ops,
		.ask = ask_both };
	struct mailauth_resolver *resolver = mailauth_resolver_new(&ops,
	    _i == 0 ? NULL : &asked);
	struct mailauth_message *m = mailauth_message_new();
	struct mailauth_sealer *s = mailauth_sealer_new(m, NULL, NOW);
	struct buf text = { 0 };

	below = zone_of(ZONE);
	chain(&text, 1);
	ck_assert_int_eq(mailauth_sealer_set_remote_key(s, "b.example", "s",
	    3), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_sealer_set_remote_key(s, "b.example", "s",
	    MAILAUTH_KEY_ED25519), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_sealer_step(s), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_sealer_set_authserv_id(s, "b.example"),
	    MAILAUTH_DONE);
	feed(m, ma_slice(text.p, text.n), 1000);
	asked = 0;
	ck_assert_int_eq(mailauth_sealer_seal(s, resolver), MAILAUTH_DONE);
	if (_i == 0) {
		/* First the message, then the seal over its signature. */
		ck_assert_uint_eq(asked, 2);
		ck_assert_int_eq(mailauth_sealer_result(s),
		    MAILAUTH_SEALER_SEALED);
		prepend(&text, s);
		check("sealed elsewhere", &text, ZONE,
		    "pass 0; pass pass; pass pass", NULL);
	} else {
		ck_assert_uint_eq(asked, 1);
		ck_assert_int_eq(mailauth_sealer_result(s),
		    MAILAUTH_SEALER_TEMPERROR);
		ck_assert_str_eq(mailauth_sealer_reason(s), "not-signed");
		ck_assert_ptr_null(mailauth_sealer_field(s, 0));
	}
	mailauth_sealer_free(s);
	mailauth_message_free(m);
	mailauth_resolver_free(resolver);
	mailauth_resolver_free(below);
	ma_buf_free(&text);
}
END_TEST

/* ---- Memory ---- */

static bool
seal_once(struct slice text, struct mailauth_resolver *zone, struct buf *said)
{
	struct mailauth_message *m = mailauth_message_new();
	struct mailauth_sealer *s = mailauth_sealer_new(m, NULL, NOW);
	struct mailauth_lookups *l = mailauth_sealer_lookups(s);
	struct mailauth_question *q;
	bool ok = s != NULL &&
	    mailauth_sealer_set_key(s, "b.example", "s", key) == 0 &&
	    mailauth_sealer_set_authserv_id(s, "b.example") == 0 &&
	    mailauth_message_write(m, text.p, text.n) == 0 &&
	    mailauth_message_end(m) == 0;
	int r = MAILAUTH_ENOMEM;

	/* A step that lacked memory may be repeated. */
	while (ok && ((r = mailauth_sealer_step(s)) == MAILAUTH_ENOMEM ||
	    r == MAILAUTH_NEED))
		while (r == MAILAUTH_NEED &&
		    (q = mailauth_lookups_next(l)) != NULL) {
			size_t fail_at = wrap_fail_at;

			wrap_fail_at = SIZE_MAX;
			ck_assert_int_eq(mailauth_resolver_known(zone, q), 1);
			wrap_fail_at = fail_at;
		}
	if (ok) {
		ck_assert_int_eq(r, MAILAUTH_DONE);
		ma_buf_clear(said);
		for (int k = 0; k < 3; k++)
			ma_buf_str(said, mailauth_sealer_field(s, k));
	}
	mailauth_sealer_free(s);
	mailauth_message_free(m);
	return ok;
}

START_TEST(bears_a_lack_of_memory)
{
	struct mailauth_resolver *zone = zone_of(ZONE);
	struct buf text = { 0 }, first = { 0 }, said = { 0 };
	bool more = true;

	chain(&text, 1);
	ma_buf_str(&said, "Authentication-Results: b.example; spf=none\r\n");
	ma_buf_add(&said, text.p, text.n);
	ma_buf_clear(&text);
	ma_buf_add(&text, said.p, said.n);
	ck_assert(seal_once(ma_slice(text.p, text.n), zone, &first));
	for (size_t i = 0; more; i++) {
		wrap_start(i);
		if (!seal_once(ma_slice(text.p, text.n), zone, &said))
			ck_assert(wrap_requests > i);
		else
			ck_assert(ma_eq(ma_slice(said.p, said.n),
			    ma_slice(first.p, first.n)));
		more = wrap_requests > i;
		wrap_start(SIZE_MAX);
	}
	mailauth_resolver_free(zone);
	ma_buf_free(&text);
	ma_buf_free(&first);
	ma_buf_free(&said);
}
END_TEST

START_TEST(bears_null)
{
	ck_assert_ptr_null(mailauth_sealer_new(NULL, NULL, NOW));
	mailauth_sealer_free(NULL);
	ck_assert_ptr_null(mailauth_sealer_lookups(NULL));
	ck_assert_int_eq(mailauth_sealer_set_key(NULL, "a", "b", key),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_sealer_set_chain(NULL, 1), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_sealer_add_results(NULL, "", 0),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_sealer_step(NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_sealer_seal(NULL, NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_sealer_result(NULL), 0);
	ck_assert_ptr_null(mailauth_sealer_field(NULL, 0));
	ck_assert_ptr_null(mailauth_sealer_trace(NULL, 0));
	ck_assert_str_eq(mailauth_sealer_result_name(MAILAUTH_SEALER_ENDED),
	    "ended");
	ck_assert_str_eq(mailauth_sealer_result_name(0), "unknown");
}
END_TEST

/* Fifty sets, each field long: the prefix is hashed once. */
static void
validate_long(int row, unsigned n)
{
	static struct buf text;
	static struct mailauth_resolver *zone;
	struct mailauth_message *m = mailauth_message_new();
	struct mailauth_arc *a = mailauth_arc_new(m, NULL, NOW);

	(void)row;
	if (zone == NULL)
		zone = zone_of("");
	ma_buf_clear(&text);
	for (unsigned i = 50; i > 0; i--) {
		ma_buf_fmt(&text, "ARC-Seal: i=%u; a=ed25519-sha256; cv=%s; "
		    "d=a.example; s=s; b=AAAA\r\nARC-Message-Signature: i=%u; "
		    "a=ed25519-sha256; d=a.example; s=s; h=from; b=AAAA; bh="
		    "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\r\n"
		    "ARC-Authentication-Results: i=%u; ", i,
		    i == 1 ? "none" : "pass", i, i);
		for (unsigned k = 0; k < n; k++)
			ma_buf_str(&text, "xxxxxxxxxxxxxxx ");
		ma_buf_str(&text, "\r\n");
	}
	mailauth_message_write(m, text.p, text.n);
	mailauth_message_end(m);
	ck_assert_int_eq(mailauth_arc_verify(a, zone), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_arc_result(a), MAILAUTH_ARC_FAIL);
	mailauth_arc_free(a);
	mailauth_message_free(m);
}

START_TEST(takes_linear_time)
{
	unit_grows_linearly(validate_long, 0, 1000);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("arc");
	TCase *tc = tcase_create("validation");

	tcase_set_timeout(tc, 120);
	tcase_add_unchecked_fixture(tc, make_key, free_key);
	tcase_add_test(tc, validates_chains);
	tcase_add_test(tc, finds_the_oldest_pass);
	tcase_add_loop_test(tc, fails_broken_chains, 0, ROWS(broken));
	tcase_add_test(tc, minds_unsigned_bodies);
	tcase_add_test(tc, keeps_limits);
	tcase_add_test(tc, tells_of_sets);
	suite_add_tcase(suite, tc);
	tc = tcase_create("sealing");
	tcase_set_timeout(tc, 120);
	tcase_add_unchecked_fixture(tc, make_key, free_key);
	tcase_add_test(tc, seals_a_new_chain);
	tcase_add_test(tc, seals_without_the_messages_results);
	tcase_add_test(tc, seals_failed_chains);
	tcase_add_loop_test(tc, believes_no_more_than_it_sees, 0, ROWS(given));
	tcase_add_loop_test(tc, refuses_what_is_wrong, 0, ROWS(refusals));
	tcase_add_loop_test(tc, asks_for_signatures, 0, 2);
	tcase_add_test(tc, bears_a_lack_of_memory);
	tcase_add_test(tc, bears_null);
	suite_add_tcase(suite, tc);
	tc = unit_growth();
	tcase_add_test(tc, takes_linear_time);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
