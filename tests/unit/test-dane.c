/*
 * DANE: RFC 6698, 7671, 7672.  Whole evaluations are in tests/fixtures/dane, real
 * servers in tests/network.
 */
#include <stdio.h>

#include <openssl/err.h>

#include "certs.h"
#include "dane/dane.h"
#include "mailauth/resolver.h"
#include "wrap.h"

/* ---- The certificates ---- */

enum who {
	ROOT, MIDDLE, LEAF, OLD, YOUNG, MISNAMED, WILD, COMMON, NUL, SELF, STRANGER,
	NO_CA, UNDER_NO_CA, OLD_MIDDLE, UNDER_OLD, PEOPLE
};
static struct made people[PEOPLE];

#define NAMES(...) (const struct slice[]){ __VA_ARGS__, { 0 } }
#define HOST "mx.example.com"

static void
make_people(void)
{
	const struct slice host = SLICE_LIT(HOST);
	const struct slice wild = SLICE_LIT("*.example.com");
	const struct slice other = SLICE_LIT("mx.example.net");
	const struct slice nul = SLICE_LIT(HOST "\0.example.net");

	people[ROOT] = made_cert("Root", NULL, true, -900, 900, NULL);
	people[MIDDLE] = made_cert("Middle", &people[ROOT], true, -900, 900,
	    NULL);
	people[LEAF] = made_cert("leaf", &people[MIDDLE], false, -10, 10,
	    NAMES(host));
	people[OLD] = made_cert("old", &people[MIDDLE], false, -10, -1,
	    NAMES(host));
	people[YOUNG] = made_cert("young", &people[MIDDLE], false, 1, 10,
	    NAMES(host));
	people[MISNAMED] = made_cert(HOST, &people[MIDDLE], false, -10, 10,
	    NAMES(other));
	people[WILD] = made_cert("wild", &people[MIDDLE], false, -10, 10,
	    NAMES(wild, other));
	people[COMMON] = made_cert(HOST, &people[MIDDLE], false, -10, 10, NULL);
	people[NUL] = made_cert("nul", &people[MIDDLE], false, -10, 10,
	    NAMES(nul));
	people[SELF] = made_cert("self", NULL, true, -10, 10, NAMES(host));
	people[STRANGER] = made_cert("Root", NULL, true, -900, 900, NULL);
	people[NO_CA] = made_cert("No CA", &people[ROOT], false, -10, 10, NULL);
	people[UNDER_NO_CA] = made_cert("x", &people[NO_CA], false, -10, 10,
	    NAMES(host));
	people[OLD_MIDDLE] = made_cert("Old Middle", &people[ROOT], true, -900,
	    -1, NULL);
	people[UNDER_OLD] = made_cert("y", &people[OLD_MIDDLE], false, -10, 10,
	    NAMES(host));
}

static void
free_people(void)
{
	for (int i = 0; i < PEOPLE; i++)
		made_free(&people[i]);
}

/* ---- Records against chains ---- */

/* A record that matches somebody, or spoilt. */
struct wanted {
	int usage, selector, matching;
	enum who of;
	bool spoilt;
};

static const struct {
	const char *clause;
	int nrecords;
	struct wanted records[4];
	int n;
	enum who chain[5];
	const char *want;		/* result [reason] [record] */
} rows[] = {
	/* DANE-EE: the server's own certificate, whatever else. */
	{ "7672 3.1.1 3 1 1", 1, { { 3, 1, 1, LEAF, 0 } }, 3,
	    { LEAF, MIDDLE, ROOT }, "authenticated 0" },
	{ "6698 2.1.3 3 0 0", 1, { { 3, 0, 0, LEAF, 0 } }, 1, { LEAF },
	    "authenticated 0" },
	{ "6698 2.1.3 3 1 0", 1, { { 3, 1, 0, LEAF, 0 } }, 1, { LEAF },
	    "authenticated 0" },
	{ "6698 2.1.3 3 0 1", 1, { { 3, 0, 1, LEAF, 0 } }, 1, { LEAF },
	    "authenticated 0" },
	{ "6698 2.1.3 3 0 2", 1, { { 3, 0, 2, LEAF, 0 } }, 1, { LEAF },
	    "authenticated 0" },
	{ "6698 2.1.3 3 1 2", 1, { { 3, 1, 2, LEAF, 0 } }, 1, { LEAF },
	    "authenticated 0" },
	{ "7672 3.1.1 expired", 1, { { 3, 1, 1, OLD, 0 } }, 1, { OLD },
	    "authenticated 0" },
	{ "7672 3.1.1 misnamed", 1, { { 3, 1, 1, MISNAMED, 0 } }, 1,
	    { MISNAMED }, "authenticated 0" },
	{ "7672 3.1.1 self-signed", 1, { { 3, 1, 1, SELF, 0 } }, 1, { SELF },
	    "authenticated 0" },
	{ "7672 3.1.1 the first alone", 1, { { 3, 1, 1, LEAF, 0 } }, 2,
	    { MIDDLE, LEAF }, "failed tlsa-mismatch" },
	{ "7671 5.1 no match", 1, { { 3, 1, 1, LEAF, 1 } }, 1, { LEAF },
	    "failed tlsa-mismatch" },
	{ "7671 8.1 rollover", 2, { { 3, 1, 1, LEAF, 1 },
	    { 3, 1, 1, LEAF, 0 } }, 1, { LEAF }, "authenticated 1" },

	/* DANE-TA: a path from an issuer, for the host, now. */
	{ "7671 5.2 the root", 1, { { 2, 1, 1, ROOT, 0 } }, 3,
	    { LEAF, MIDDLE, ROOT }, "authenticated 0" },
	{ "7671 5.2 an intermediate", 1, { { 2, 0, 1, MIDDLE, 0 } }, 2,
	    { LEAF, MIDDLE }, "authenticated 0" },
	{ "7671 5.2 in any order", 1, { { 2, 1, 1, ROOT, 0 } }, 4,
	    { LEAF, STRANGER, ROOT, MIDDLE }, "authenticated 0" },
	{ "7672 3.1.2 it was not sent", 1, { { 2, 1, 1, ROOT, 0 } }, 2,
	    { LEAF, MIDDLE }, "failed tlsa-mismatch" },
	{ "7672 3.1.2 2 0 0 gives it", 1, { { 2, 0, 0, ROOT, 0 } }, 2,
	    { LEAF, MIDDLE }, "authenticated 0" },
	{ "7672 3.1.2 2 1 0 does not", 1, { { 2, 1, 0, ROOT, 0 } }, 2,
	    { LEAF, MIDDLE }, "failed tlsa-mismatch" },
	{ "7672 3.1.2 2 1 0 and sent", 1, { { 2, 1, 0, ROOT, 0 } }, 3,
	    { LEAF, MIDDLE, ROOT }, "authenticated 0" },
	{ "7671 5.2 a gap", 1, { { 2, 1, 1, ROOT, 0 } }, 2, { LEAF, ROOT },
	    "failed certificate-chain" },
	{ "7671 5.2 the same name, another key", 1,
	    { { 2, 1, 1, STRANGER, 0 } }, 3, { LEAF, MIDDLE, STRANGER },
	    "failed certificate-chain" },
	{ "5280 4.2.1.9 not a CA", 1, { { 2, 1, 1, ROOT, 0 } }, 3,
	    { UNDER_NO_CA, NO_CA, ROOT }, "failed certificate-chain" },
	{ "7671 5.2 a leaf is no anchor", 1, { { 2, 1, 1, LEAF, 0 } }, 3,
	    { LEAF, MIDDLE, ROOT }, "failed tlsa-mismatch" },
	{ "7671 5.2 nor if it is sent twice", 1, { { 2, 0, 1, LEAF, 0 } }, 3,
	    { LEAF, LEAF, MIDDLE }, "failed tlsa-mismatch" },
	{ "7671 5.2 nor where 2 0 0 gives it", 1, { { 2, 0, 0, LEAF, 0 } }, 3,
	    { LEAF, MIDDLE, ROOT }, "failed tlsa-mismatch" },
	{ "7671 5.2 nor if it signs itself", 1, { { 2, 1, 1, SELF, 0 } }, 1,
	    { SELF }, "failed tlsa-mismatch" },
	{ "7672 3.1.2 expired", 1, { { 2, 1, 1, ROOT, 0 } }, 3,
	    { OLD, MIDDLE, ROOT }, "failed certificate-expired" },
	{ "7672 3.1.2 not yet valid", 1, { { 2, 1, 1, ROOT, 0 } }, 3,
	    { YOUNG, MIDDLE, ROOT }, "failed certificate-expired" },
	{ "7672 3.1.2 an expired issuer", 1, { { 2, 1, 1, ROOT, 0 } }, 3,
	    { UNDER_OLD, OLD_MIDDLE, ROOT }, "failed certificate-expired" },
	{ "7672 3.2.2 misnamed, whatever its CN", 1, { { 2, 1, 1, ROOT, 0 } },
	    3, { MISNAMED, MIDDLE, ROOT }, "failed certificate-name" },
	{ "7672 3.2.3 wildcard", 1, { { 2, 1, 1, ROOT, 0 } }, 3,
	    { WILD, MIDDLE, ROOT }, "authenticated 0" },
	{ "7672 3.2.3 CN without DNS-ID", 1, { { 2, 1, 1, ROOT, 0 } }, 3,
	    { COMMON, MIDDLE, ROOT }, "authenticated 0" },
	{ "a NUL in a name", 1, { { 2, 1, 1, ROOT, 0 } }, 3,
	    { NUL, MIDDLE, ROOT }, "failed certificate-name" },
	{ "the furthest counts", 2, { { 2, 1, 1, STRANGER, 0 },
	    { 2, 1, 1, ROOT, 0 } }, 4, { MISNAMED, MIDDLE, ROOT, STRANGER },
	    "failed certificate-name" },
	{ "either usage", 2, { { 3, 1, 1, LEAF, 1 }, { 2, 1, 1, ROOT, 0 } }, 3,
	    { LEAF, MIDDLE, ROOT }, "authenticated 1" },

	/* What can be used. */
	{ "7672 3.1.3 PKIX", 2, { { 0, 1, 1, ROOT, 0 }, { 1, 1, 1, LEAF, 0 } },
	    3, { LEAF, MIDDLE, ROOT }, "tls-required tlsa-unusable" },
	{ "7672 3.1.3 PKIX beside", 2, { { 1, 1, 1, LEAF, 0 },
	    { 3, 1, 1, LEAF, 1 } }, 1, { LEAF }, "failed tlsa-mismatch" },
	{ "6698 4.1 an unknown selector", 1, { { 3, 2, 1, LEAF, 0 } }, 1,
	    { LEAF }, "tls-required tlsa-unusable" },
	{ "6698 4.1 an unknown matching type", 1, { { 3, 1, 3, LEAF, 0 } }, 1,
	    { LEAF }, "tls-required tlsa-unusable" },
	{ "no record", 0, { { 0 } }, 1, { LEAF }, "opportunistic no-tlsa" },
	{ "no chain", 1, { { 3, 1, 1, LEAF, 0 } }, 0, { LEAF },
	    "failed no-certificate" },

	/* RFC 7671 section 9. */
	{ "9 the strongest", 2, { { 3, 1, 1, LEAF, 0 }, { 3, 1, 2, LEAF, 1 } },
	    1, { LEAF }, "failed tlsa-mismatch" },
	{ "9 of each selector", 2, { { 3, 1, 1, LEAF, 0 },
	    { 3, 0, 2, LEAF, 1 } }, 1, { LEAF }, "authenticated 0" },
	{ "9 of each usage", 2, { { 3, 1, 1, LEAF, 0 }, { 2, 1, 2, ROOT, 1 } },
	    1, { LEAF }, "authenticated 0" },
	{ "9 without a digest", 2, { { 3, 1, 0, LEAF, 0 },
	    { 3, 1, 2, LEAF, 1 } }, 1, { LEAF }, "authenticated 0" },
};

static int
add_record(struct mailauth_dane_match *m, const struct wanted *r)
{
	uint8_t digest[64], data[2048];
	size_t n;
	const uint8_t *p = made_tlsa(&people[r->of], r->selector,
	    r->matching > 2 ? 1 : r->matching, digest, &n);

	ck_assert(n <= sizeof data);
	memcpy(data, p, n);
	if (r->spoilt)
		data[n - 1] ^= 1;
	return mailauth_dane_match_add_record(m, r->usage, r->selector,
	    r->matching, data, n);
}

/* With the i-th allocation failing; false: there were not so many. */
static bool
run_row(int row, size_t i)
{
	struct mailauth_dane_match *m;
	struct buf b = { 0 };
	const char *reason;
	bool failed;

	wrap_start(i);
	while ((m = mailauth_dane_match_new(CERTS_NOW)) == NULL)
		continue;
	for (int k = 0; k < rows[row].nrecords; k++)
		while (add_record(m, &rows[row].records[k]) != MAILAUTH_DONE)
			continue;
	while (mailauth_dane_match_add_name(m, HOST, strlen(HOST)) !=
	    MAILAUTH_DONE)
		continue;
	for (int k = 0; k < rows[row].n; k++) {
		const struct made *c = &people[rows[row].chain[k]];

		while (mailauth_dane_match_add_certificates(m, c->der, c->n,
		    NULL, 0) != MAILAUTH_DONE)
			continue;
	}
	while (mailauth_dane_match_run(m) == MAILAUTH_ENOMEM)
		continue;
	failed = wrap_requests > i;
	wrap_start(SIZE_MAX);
	reason = mailauth_dane_match_reason(m);
	ma_buf_str(&b, mailauth_dane_result_name(mailauth_dane_match_result(m)));
	if (reason != NULL)
		ma_buf_fmt(&b, " %s", reason);
	for (size_t k = 0; k < 4; k++)
		if (mailauth_dane_match_record(m, k))
			ma_buf_fmt(&b, " %zu", k);
	ma_buf_char(&b, '\0');
	ck_assert_msg(strcmp(b.p, rows[row].want) == 0, "%s: %s, not %s",
	    rows[row].clause, b.p, rows[row].want);
	ck_assert_ptr_nonnull(mailauth_dane_match_detail(m));
	ck_assert_int_eq(mailauth_dane_match_tls_failure(m) != 0,
	    mailauth_dane_match_result(m) == MAILAUTH_DANE_FAILED ||
	    mailauth_dane_match_result(m) == MAILAUTH_DANE_TLS_REQUIRED);
	ma_buf_free(&b);
	mailauth_dane_match_free(m);
	return failed;
}

START_TEST(matches)
{
	for (size_t i = 0; run_row(_i, i); i++)
		continue;
	run_row(_i, SIZE_MAX);
}
END_TEST

/* What others have left in OpenSSL's queue of errors is theirs. */
START_TEST(minds_its_own_errors)
{
	struct mailauth_dane_match *m = mailauth_dane_match_new(CERTS_NOW);
	static const enum who chain[] = { COMMON, ROOT };
	const struct wanted root = { 2, 1, 1, ROOT, 0 };

	ERR_clear_error();
	ERR_raise(ERR_LIB_X509, ERR_R_MALLOC_FAILURE);
	ck_assert_int_eq(add_record(m, &root), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_dane_match_add_certificates(m, "\x30\x00", 2,
	    NULL, 0), MAILAUTH_ESYNTAX);
	for (int i = 0; i < ROWS(chain); i++)
		ck_assert_int_eq(mailauth_dane_match_add_certificates(m,
		    people[chain[i]].der, people[chain[i]].n, NULL, 0),
		    MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_dane_match_run(m), MAILAUTH_DONE);
	ck_assert_str_eq(mailauth_dane_match_reason(m), "certificate-chain");
	ck_assert_int_eq(ERR_GET_REASON(ERR_get_error()),
	    ERR_R_MALLOC_FAILURE);
	ck_assert_int_eq((int)ERR_get_error(), 0);
	mailauth_dane_match_free(m);
}
END_TEST

/* ---- Certificates shown and read ---- */

static struct mailauth_dane_match *
match_of(enum who who)
{
	struct mailauth_dane_match *m = mailauth_dane_match_new(CERTS_NOW);

	ck_assert_int_eq(mailauth_dane_match_add_certificates(m,
	    people[who].der, people[who].n, NULL, 0), MAILAUTH_DONE);
	return m;
}

START_TEST(shows_certificates)
{
	struct mailauth_dane_match *m = match_of(WILD);

	ck_assert_uint_eq(mailauth_dane_match_count(m), 1);
	ck_assert_str_eq(mailauth_dane_match_subject(m, 0), "CN=wild");
	ck_assert_str_eq(mailauth_dane_match_name(m, 0, 0), "*.example.com");
	ck_assert_str_eq(mailauth_dane_match_name(m, 0, 1), "mx.example.net");
	ck_assert_ptr_null(mailauth_dane_match_name(m, 0, 2));
	ck_assert_int_eq(mailauth_dane_match_not_before(m, 0),
	    CERTS_NOW - 10 * CERTS_DAY);
	ck_assert_int_eq(mailauth_dane_match_not_after(m, 0),
	    CERTS_NOW + 10 * CERTS_DAY);
	ck_assert_ptr_null(mailauth_dane_match_subject(m, 1));
	mailauth_dane_match_free(m);
	m = match_of(NUL);
	ck_assert_str_eq(mailauth_dane_match_name(m, 0, 0),
	    HOST "\\x00.example.net");
	mailauth_dane_match_free(m);
	m = match_of(COMMON);
	ck_assert_str_eq(mailauth_dane_match_name(m, 0, 0), HOST);
	mailauth_dane_match_free(m);
}
END_TEST

START_TEST(shows_odd_subjects)
{
	struct made made = made_cert("a\x01,\"\xc3\xbc\n", NULL, false, -1, 1,
	    NULL);
	struct mailauth_dane_match *m = mailauth_dane_match_new(CERTS_NOW);

	ck_assert_int_eq(mailauth_dane_match_add_certificates(m, made.der,
	    made.n, NULL, 0), MAILAUTH_DONE);
	ck_assert_str_eq(mailauth_dane_match_subject(m, 0),
	    "CN=a\\01\\,\\\"\xc3\xbc\\0A");
	mailauth_dane_match_free(m);
	made_free(&made);
}
END_TEST

/* No part of a certificate is one, nor is one with something behind. */
START_TEST(reads_whole_certificates)
{
	const struct made *c = &people[LEAF];
	uint8_t *more = malloc(c->n + 1);
	char error[100];

	memcpy(more, c->der, c->n);
	more[c->n] = 0;
	for (size_t n = 0; n <= c->n + 1; n++) {
		struct mailauth_dane_match *m =
		    mailauth_dane_match_new(CERTS_NOW);
		int r = mailauth_dane_match_add_certificates(m, more, n, error,
		    sizeof error);

		ck_assert_int_eq(r, n == c->n ? MAILAUTH_DONE :
		    MAILAUTH_ESYNTAX);
		ck_assert_uint_eq(mailauth_dane_match_count(m), n == c->n);
		mailauth_dane_match_free(m);
	}
	free(more);
}
END_TEST

static void
pem_of(struct buf *b, enum who who)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long n;

	PEM_write_bio_X509(bio, people[who].x509);
	n = BIO_get_mem_data(bio, &text);
	ma_buf_add(b, text, (size_t)n);
	BIO_free(bio);
}

START_TEST(reads_pem)
{
	static const struct {
		const char *before, *between, *behind;
		int want;
		size_t count;
	} texts[] = {
		{ "", "", "", MAILAUTH_DONE, 2 },
		{ "subject=x\n", "\r\nissuer=y\r\n", "\n", MAILAUTH_DONE, 2 },
		{ "0 s:CN = x\n", "", "", MAILAUTH_DONE, 2 },
		{ "", "", "-----BEGIN PRIVATE KEY-----\nAA==\n"
		    "-----END PRIVATE KEY-----\n", MAILAUTH_ESYNTAX, 0 },
		{ "", "", "-----BEGIN CERTIFICATE-----\nAA==\n"
		    "-----END CERTIFICATE-----\n", MAILAUTH_ESYNTAX, 0 },
		{ "", "", "-----BEGIN CERTIFICATE-----\n!\n"
		    "-----END CERTIFICATE-----\n", MAILAUTH_ESYNTAX, 0 },
		{ "", "", "-----BEGIN CERTIFICATE-----\nAA==\n",
		    MAILAUTH_ESYNTAX, 0 },
	};
	struct mailauth_dane_match *m = mailauth_dane_match_new(CERTS_NOW);
	struct buf b = { 0 };
	char error[100] = "";

	ma_buf_str(&b, texts[_i].before);
	pem_of(&b, LEAF);
	ma_buf_str(&b, texts[_i].between);
	pem_of(&b, MIDDLE);
	ma_buf_str(&b, texts[_i].behind);
	ck_assert_msg(mailauth_dane_match_add_certificates(m, b.p, b.n, error,
	    sizeof error) == texts[_i].want, "%d: %s", _i, error);
	ck_assert_uint_eq(mailauth_dane_match_count(m), texts[_i].count);
	ck_assert_int_eq(error[0] == '\0', texts[_i].want == MAILAUTH_DONE);
	ma_buf_free(&b);
	mailauth_dane_match_free(m);
}
END_TEST

/* ---- Limits ---- */

START_TEST(bounds_chains)
{
	struct mailauth_dane_match *m = mailauth_dane_match_new(CERTS_NOW);
	const struct made *c = &people[LEAF];
	char large[65536];

	for (int i = 0; i < 21; i++)
		ck_assert_int_eq(mailauth_dane_match_add_certificates(m,
		    c->der, c->n, NULL, 0), i < 20 ? MAILAUTH_DONE :
		    MAILAUTH_EUSE);
	ck_assert_uint_eq(mailauth_dane_match_count(m), 20);
	mailauth_dane_match_free(m);
	m = mailauth_dane_match_new(CERTS_NOW);
	memset(large, 0, sizeof large);
	memcpy(large, "\x30\x82\xff\xfc", 4);
	ck_assert_int_eq(mailauth_dane_match_add_certificates(m, large,
	    sizeof large, NULL, 0), MAILAUTH_ESYNTAX);
	mailauth_dane_match_free(m);
}
END_TEST

START_TEST(bounds_records)
{
	struct mailauth_dane_match *m = match_of(LEAF);
	uint8_t digest[32] = { 0 };

	for (int i = 0; i < 1001; i++)
		ck_assert_int_eq(mailauth_dane_match_add_record(m, 3, 1, 1,
		    digest, sizeof digest), i < 1000 ? MAILAUTH_DONE :
		    MAILAUTH_EUSE);
	for (int i = 0; i < 101; i++)
		ck_assert_int_eq(mailauth_dane_match_add_name(m, HOST,
		    strlen(HOST)), i < 100 ? MAILAUTH_DONE : MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_dane_match_run(m), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_dane_match_result(m), MAILAUTH_DANE_FAILED);
	mailauth_dane_match_free(m);
}
END_TEST

/* Of certificates given whole, twenty are tried. */
START_TEST(bounds_given_anchors)
{
	for (int wrong = 19; wrong <= 20; wrong++) {
		struct mailauth_dane_match *m = match_of(LEAF);

		mailauth_dane_match_add_name(m, HOST, strlen(HOST));
		for (int i = 0; i < wrong; i++)
			mailauth_dane_match_add_record(m, 2, 0, 0,
			    people[STRANGER].der, people[STRANGER].n);
		mailauth_dane_match_add_record(m, 2, 0, 0, people[MIDDLE].der,
		    people[MIDDLE].n);
		ck_assert_int_eq(mailauth_dane_match_run(m), MAILAUTH_DONE);
		ck_assert_int_eq(mailauth_dane_match_result(m), wrong == 19 ?
		    MAILAUTH_DANE_AUTHENTICATED : MAILAUTH_DANE_FAILED);
		mailauth_dane_match_free(m);
	}
}
END_TEST

/* The records of a host: the first so many. */
START_TEST(bounds_evaluations)
{
	struct buf zone = { 0 };
	struct mailauth_resolver *r;

	ma_buf_str(&zone, "a.example. A 192.0.2.1\n;! secure\n");
	for (int i = 0; i < 101; i++)
		ma_buf_fmt(&zone, "_25._tcp.a.example. TLSA %d 1 1 %064x\n",
		    i == 100 ? 3 : 1, (unsigned)i);
	ck_assert_int_eq(mailauth_resolver_new_zone(zone.p, zone.n, "zone", &r,
	    NULL, 0), MAILAUTH_DONE);
	for (uint32_t limit = 99; limit <= 101; limit++) {
		struct mailauth_dane *d = mailauth_dane_new(NULL);

		mailauth_dane_set_host(d, "a.example", 9);
		ck_assert_int_eq(mailauth_dane_set_limit(d,
		    MAILAUTH_DANE_RECORDS, limit), 0);
		ck_assert_int_eq(mailauth_dane_discover(d, r), MAILAUTH_DONE);
		ck_assert_int_eq(mailauth_dane_result(d), limit == 101 ?
		    MAILAUTH_DANE_DANE : MAILAUTH_DANE_UNREACHABLE);
		ck_assert_uint_eq(mailauth_dane_count(d), limit);
		mailauth_dane_free(d);
	}
	mailauth_resolver_free(r);
	ma_buf_free(&zone);
}
END_TEST

/* ---- Names that a certificate may have: RFC 7672 section 3.2.2 ---- */

static const struct {
	const char *what, *host, *next_hop, *zone, *want;
} names[] = {
	{ "the host alone", "a.example", NULL, "a.example. A 192.0.2.1\n"
	    "_25._tcp.a.example. TLSA 3 1 0 00\n;! secure\n", "a.example" },
	{ "an alias", "a.example", NULL, "a.example. CNAME b.example.\n"
	    "b.example. A 192.0.2.1\n_25._tcp.b.example. TLSA 3 1 0 00\n"
	    ";! secure\n", "b.example a.example" },
	{ "a secure MX", "a.example", "d.example", "d.example. MX 1 a.example.\n"
	    "a.example. A 192.0.2.1\n_25._tcp.a.example. TLSA 3 1 0 00\n"
	    ";! secure\n", "a.example d.example" },
	{ "of an alias", "a.example", "d.example", "d.example. CNAME e.example.\n"
	    "e.example. MX 1 a.example.\na.example. A 192.0.2.1\n"
	    "_25._tcp.a.example. TLSA 3 1 0 00\n;! secure\n",
	    "a.example d.example e.example" },
	{ "an insecure MX", "a.example", "d.example", "d.example. MX 1 "
	    "a.example.\na.example. A 192.0.2.1\n"
	    "_25._tcp.a.example. TLSA 3 1 0 00\n;! a.example. A secure\n"
	    ";! a.example. AAAA secure\n"
	    ";! _25._tcp.a.example. TLSA secure\n", "a.example" },
	{ "no host name", "a.example", NULL, "a.example. CNAME b_c.example.\n"
	    "b_c.example. A 192.0.2.1\n"
	    "_25._tcp.b_c.example. TLSA 3 1 0 00\n;! secure\n", "a.example" },
	{ "an insecure family without records", "a.example", NULL,
	    "a.example. A 192.0.2.1\n_25._tcp.a.example. TLSA 3 1 0 00\n"
	    ";! a.example. A secure\n;! _25._tcp.a.example. TLSA secure\n",
	    "a.example" },
	{ "no record, no name", "a.example", NULL, "a.example. A 192.0.2.1\n"
	    ";! secure\n", "" },
};

START_TEST(gives_names)
{
	struct mailauth_dane *d = mailauth_dane_new(NULL);
	struct mailauth_dane_match *m = mailauth_dane_match_new(CERTS_NOW);
	struct mailauth_resolver *r;
	struct buf b = { 0 };
	const char *name;

	ck_assert_int_eq(mailauth_resolver_new_zone(names[_i].zone,
	    strlen(names[_i].zone), "zone", &r, NULL, 0), MAILAUTH_DONE);
	mailauth_dane_set_host(d, names[_i].host, strlen(names[_i].host));
	if (names[_i].next_hop != NULL)
		mailauth_dane_set_next_hop(d, names[_i].next_hop,
		    strlen(names[_i].next_hop));
	ck_assert_int_eq(mailauth_dane_match_add(m, d), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dane_discover(d, r), MAILAUTH_DONE);
	for (size_t i = 0; (name = mailauth_dane_reference_name(d, i)) != NULL;
	    i++)
		ma_buf_fmt(&b, "%s%s", i > 0 ? " " : "", name);
	ma_buf_char(&b, '\0');
	ck_assert_msg(strcmp(b.p, names[_i].want) == 0, "%s: %s", names[_i].what,
	    b.p);
	ck_assert_int_eq(mailauth_dane_match_add(m, d), MAILAUTH_DONE);
	ma_buf_free(&b);
	mailauth_dane_match_free(m);
	mailauth_dane_free(d);
	mailauth_resolver_free(r);
}
END_TEST

/* What must not be connected to cannot be matched. */
START_TEST(matches_nothing_unreachable)
{
	static const char zone[] = "a.example. A 192.0.2.1\n;! secure\n"
	    ";! _25._tcp.a.example. TLSA SERVFAIL\n";
	struct mailauth_dane_match *m = match_of(LEAF);
	struct mailauth_dane *d = mailauth_dane_new(NULL);
	struct mailauth_resolver *r;

	ck_assert_int_eq(mailauth_resolver_new_zone(zone, sizeof zone - 1,
	    "zone", &r, NULL, 0), MAILAUTH_DONE);
	mailauth_dane_set_host(d, "a.example", 9);
	ck_assert_int_eq(mailauth_dane_discover(d, r), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_dane_result(d), MAILAUTH_DANE_UNREACHABLE);
	ck_assert_int_eq(mailauth_dane_match_add(m, d), MAILAUTH_EINVAL);
	mailauth_dane_match_free(m);
	mailauth_dane_free(d);
	mailauth_resolver_free(r);
}
END_TEST

/* A record larger than the arena's blocks, and every allocation failing. */
START_TEST(bears_large_records)
{
	struct buf zone = { 0 };
	struct mailauth_resolver *r;
	bool failed = true;

	ma_buf_str(&zone, "a.example. A 192.0.2.1\n;! secure\n"
	    "_25._tcp.a.example. TLSA 3 0 0 ");
	for (int i = 0; i < 20000; i++)
		ma_buf_str(&zone, "ab");
	ma_buf_char(&zone, '\n');
	ck_assert_int_eq(mailauth_resolver_new_zone(zone.p, zone.n, "zone", &r,
	    NULL, 0), MAILAUTH_DONE);
	for (size_t i = 0; failed; i++) {
		struct mailauth_dane *d;
		struct mailauth_question *q;

		wrap_start(i);
		while ((d = mailauth_dane_new(NULL)) == NULL)
			continue;
		mailauth_dane_set_host(d, "a.example", 9);
		while (mailauth_dane_step(d) != MAILAUTH_DONE) {
			size_t fail_at = wrap_fail_at;

			wrap_fail_at = SIZE_MAX;
			while ((q = mailauth_lookups_next(
			    mailauth_dane_lookups(d))) != NULL)
				mailauth_resolver_known(r, q);
			wrap_fail_at = fail_at;
		}
		failed = wrap_requests > i && i < 1000;
		wrap_start(SIZE_MAX);
		ck_assert_int_eq(mailauth_dane_result(d), MAILAUTH_DANE_DANE);
		mailauth_dane_free(d);
	}
	mailauth_resolver_free(r);
	ma_buf_free(&zone);
}
END_TEST

/* ---- Calls ---- */

START_TEST(refuses_odd_calls)
{
	struct mailauth_dane *d = mailauth_dane_new(NULL);
	struct mailauth_dane_match *m = mailauth_dane_match_new(0);
	size_t n = 7;

	ck_assert_int_eq(mailauth_dane_set_port(d, 0), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dane_set_port(d, 65536), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dane_set_port(d, 65535), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_dane_set_limit(d, 1, 0), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dane_set_limit(d, 1, 1001), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dane_set_limit(d, 1, 1000), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_dane_set_limit(d, 2, 10), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dane_set_host(d, NULL, 1), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dane_step(d), MAILAUTH_DONE);
	ck_assert_str_eq(mailauth_dane_reason(d), "domain-empty");
	ck_assert_int_eq(mailauth_dane_result(d), MAILAUTH_DANE_UNREACHABLE);
	ck_assert_int_eq(mailauth_dane_set_host(d, "a", 1), MAILAUTH_EUSE);
	ck_assert_ptr_null(mailauth_dane_data(d, 0, &n));
	ck_assert_uint_eq(n, 0);
	mailauth_dane_free(d);
	mailauth_dane_free(NULL);
	ck_assert_int_eq(mailauth_dane_step(NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dane_discover(NULL, NULL), MAILAUTH_EINVAL);
	ck_assert_ptr_null(mailauth_dane_address(NULL, 0));
	ck_assert_ptr_null(mailauth_dane_lookups(NULL));
	ck_assert_str_eq(mailauth_dane_result_name(7), "unknown");

	ck_assert_int_eq(mailauth_dane_match_add_record(m, 256, 0, 0, "", 0),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dane_match_add_record(m, 3, -1, 0, "", 0),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dane_match_add_record(m, 3, 0, 0, NULL, 1),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dane_match_add_name(m, "a_b", 3),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dane_match_add_name(m, "a\0b", 3),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dane_match_result(m), 0);
	ck_assert_int_eq(mailauth_dane_match_run(m), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_dane_match_run(m), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_dane_match_add_name(m, "a", 1),
	    MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_dane_match_add_certificates(m, "a", 1, NULL,
	    0), MAILAUTH_EUSE);
	mailauth_dane_match_free(m);
	mailauth_dane_match_free(NULL);
	ck_assert_int_eq(mailauth_dane_match_run(NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_dane_match_add(NULL, NULL), MAILAUTH_EINVAL);
	ck_assert_uint_eq(mailauth_dane_match_count(NULL), 0);
	ck_assert_int_eq(mailauth_dane_match_result(NULL), 0);
	ck_assert_int_eq(mailauth_dane_match_record(NULL, 0), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("dane");
	TCase *tc = tcase_create("dane");

	tcase_set_timeout(tc, 60);
	tcase_add_unchecked_fixture(tc, make_people, free_people);
	tcase_add_loop_test(tc, matches, 0, ROWS(rows));
	tcase_add_test(tc, minds_its_own_errors);
	tcase_add_test(tc, shows_certificates);
	tcase_add_test(tc, shows_odd_subjects);
	tcase_add_test(tc, reads_whole_certificates);
	tcase_add_loop_test(tc, reads_pem, 0, 7);
	tcase_add_test(tc, bounds_chains);
	tcase_add_test(tc, bounds_records);
	tcase_add_test(tc, bounds_given_anchors);
	tcase_add_test(tc, bounds_evaluations);
	tcase_add_loop_test(tc, gives_names, 0, ROWS(names));
	tcase_add_test(tc, matches_nothing_unreachable);
	tcase_add_test(tc, bears_large_records);
	tcase_add_test(tc, refuses_odd_calls);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
