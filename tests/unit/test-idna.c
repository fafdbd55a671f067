/*
 * What becomes of everything that reads U-labels when libidn2 has no memory:
 * no memory, never a verdict.
 */
#include <idn2.h>

#include "dns/dns.h"
#include "mailauth.h"
#include "unit.h"

enum { NOW = 1700000000 };

#define U_ID "b\xc3\xbc" "cher.example"
#define A_ID "xn--bcher-kva.example"
#define SEED "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="
#define HEADER "From: Joe <joe@example.com>\r\n"

static bool lacking;

int __real_idn2_lookup_u8(const uint8_t *, uint8_t **, int);
int __wrap_idn2_lookup_u8(const uint8_t *, uint8_t **, int);

int
__wrap_idn2_lookup_u8(const uint8_t *label, uint8_t **out, int flags)
{
	return lacking ? IDN2_MALLOC : __real_idn2_lookup_u8(label, out, flags);
}

static struct mailauth_private_key *key;

static void
make(void)
{
	ck_assert_int_eq(mailauth_private_key_parse(SEED, strlen(SEED), &key,
	    NULL, 0), MAILAUTH_DONE);
}

static void
unmake(void)
{
	lacking = false;
	mailauth_private_key_free(key);
}

/* Written and ended; MAILAUTH_DONE, or why not. */
static int
give(struct mailauth_message *m, const char *text)
{
	int r = mailauth_message_write(m, text, strlen(text));

	return r == MAILAUTH_DONE ? mailauth_message_end(m) : r;
}

START_TEST(names)
{
	struct dname name;
	bool nomem;

	ck_assert(ma_name_parse_utf8(SLICE_LIT(U_ID), &name, &nomem));
	ck_assert(!nomem);
	lacking = true;
	ck_assert(!ma_name_parse_utf8(SLICE_LIT(U_ID), &name, &nomem));
	ck_assert(nomem);
	ck_assert(ma_name_parse_utf8(SLICE_LIT(A_ID), &name, &nomem));
	ck_assert(!nomem);
}
END_TEST

/* RFC 8601 section 5: what cannot be compared may be forged. */
START_TEST(forged_fields)
{
	static const char *const ids[] = { U_ID, A_ID };
	struct mailauth_message *m = mailauth_message_new();

	ck_assert_int_eq(give(m, HEADER "Authentication-Results: " U_ID
	    "; spf=pass\r\n\r\n"), MAILAUTH_DONE);
	for (int i = 0; i < ROWS(ids); i++)
		for (int with = 1; with >= 0; with--) {
			struct mailauth_forged *f;

			lacking = !with;
			f = mailauth_forged_new(m, ids[i]);
			ck_assert_int_eq(f != NULL, with || i == 0);
			ck_assert_uint_eq(mailauth_forged_count(f), f != NULL);
			mailauth_forged_free(f);
		}
	mailauth_message_free(m);
}
END_TEST

/* The status of sealing where the message has results under an A-label. */
static int
seal(void)
{
	struct mailauth_message *m = mailauth_message_new();
	struct mailauth_sealer *s = mailauth_sealer_new(m, NULL, NOW);
	int r;

	ck_assert_int_eq(mailauth_sealer_set_key(s, "a.example", "s", key), 0);
	ck_assert_int_eq(mailauth_sealer_set_authserv_id(s, U_ID), 0);
	r = give(m, "Authentication-Results: " A_ID "; spf=pass\r\n" HEADER
	    "\r\n");
	if (r == MAILAUTH_DONE)
		r = mailauth_sealer_step(s);
	if (r == MAILAUTH_DONE)
		ck_assert_ptr_nonnull(strstr(mailauth_sealer_field(s, 2),
		    "spf=pass"));
	mailauth_sealer_free(s);
	mailauth_message_free(m);
	return r;
}

START_TEST(sealed_results)
{
	ck_assert_int_eq(seal(), MAILAUTH_DONE);
	lacking = true;
	ck_assert_int_eq(seal(), MAILAUTH_ENOMEM);
}
END_TEST

/* The status of signing for a domain with a U-label. */
static int
sign(void)
{
	struct mailauth_message *m = mailauth_message_new();
	struct mailauth_signer *s = mailauth_signer_new(m, NULL, NOW);
	int r;

	ck_assert_int_eq(mailauth_signer_add(s, U_ID, "s", key), 0);
	r = give(m, HEADER "\r\n");
	if (r == MAILAUTH_DONE)
		r = mailauth_signer_step(s);
	if (r == MAILAUTH_DONE)
		ck_assert_int_eq(mailauth_signer_result(s, 0),
		    MAILAUTH_SIGNER_SIGNED);
	mailauth_signer_free(s);
	mailauth_message_free(m);
	return r;
}

START_TEST(signing_domains)
{
	ck_assert_int_eq(sign(), MAILAUTH_DONE);
	lacking = true;
	ck_assert_int_eq(sign(), MAILAUTH_ENOMEM);
}
END_TEST

START_TEST(author_domains)
{
	const char *text = "From: Joe <joe@" U_ID ">\r\n\r\n";
	struct mailauth_message *m = mailauth_message_new();

	ck_assert_int_eq(give(m, text), MAILAUTH_DONE);
	ck_assert_str_eq(mailauth_message_author_domain(m), A_ID);
	mailauth_message_free(m);
	lacking = true;
	m = mailauth_message_new();
	ck_assert_int_eq(give(m, text), MAILAUTH_ENOMEM);
	mailauth_message_free(m);
}
END_TEST

/* What a trusted sealer says of an author: RFC 8617 section 7.2.1. */
START_TEST(overrides)
{
	static const char zone[] = "_dmarc." A_ID ". TXT \"v=DMARC1; p=reject\"\n"
	    "s._domainkey.a.example. TXT \"v=DKIM1; k=ed25519; "
	    "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"\n";
	static const char text[] = "From: Joe <joe@" A_ID ">\r\n\r\n";
	static const char said[] = "a.example; dmarc=pass header.from=" U_ID;
	struct mailauth_message *m = mailauth_message_new();
	struct mailauth_sealer *s = mailauth_sealer_new(m, NULL, NOW);
	struct mailauth_check *c = mailauth_check_new(NULL, NOW);
	struct mailauth_resolver *resolver;

	ck_assert_int_eq(mailauth_resolver_new_zone(zone, strlen(zone), "zone",
	    &resolver, NULL, 0), MAILAUTH_DONE);
	mailauth_sealer_set_key(s, "a.example", "s", key);
	mailauth_sealer_set_authserv_id(s, "a.example");
	ck_assert_int_eq(mailauth_sealer_add_results(s, said, strlen(said)), 0);
	ck_assert_int_eq(give(m, text), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_sealer_seal(s, resolver), MAILAUTH_DONE);

	ck_assert_int_eq(mailauth_check_add_trusted_sealer(c, "a.example"), 0);
	mailauth_check_set_client(c, "192.0.2.1");
	mailauth_check_set_helo(c, "x.example", 9);
	mailauth_check_set_mail_from(c, "", 0);
	for (int i = 0; i < 3; i++) {
		const char *field = mailauth_sealer_field(s, i);

		ck_assert_int_eq(mailauth_message_write(
		    mailauth_check_message(c), field, strlen(field)), 0);
	}
	ck_assert_int_eq(give(mailauth_check_message(c), text), MAILAUTH_DONE);
	lacking = true;
	ck_assert_int_eq(mailauth_check_run(c, resolver), MAILAUTH_ENOMEM);
	lacking = false;
	ck_assert_int_eq(mailauth_check_run(c, resolver), MAILAUTH_DONE);
	ck_assert_str_eq(mailauth_check_override(c), "trusted-forwarder");
	mailauth_check_free(c);
	mailauth_sealer_free(s);
	mailauth_message_free(m);
	mailauth_resolver_free(resolver);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("idna");
	TCase *tc = tcase_create("idna");

	tcase_add_checked_fixture(tc, make, unmake);
	tcase_add_test(tc, names);
	tcase_add_test(tc, forged_fields);
	tcase_add_test(tc, sealed_results);
	tcase_add_test(tc, signing_domains);
	tcase_add_test(tc, author_domains);
	tcase_add_test(tc, overrides);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
