/*
 * Private keys: texts, files, what is left of them in memory, and whether they
 * are published.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/pem.h>

#include "dkim/dkim.h"
#include "io/io.h"
#include "keypair.h"
#include "rfckeys.h"
#include "mailauth.h"
#include "steps.h"

/* ---- Memory that is given back must not hold a secret ---- */

enum { SECRETS = 8, SECRET_MIN = 12 };
static struct secret {
	uint8_t octets[600];
	size_t n;
} secrets[SECRETS];
static size_t nsecrets, scanned, leaks;

static void
scan(const void *p, size_t n)
{
	scanned++;
	for (size_t i = 0; i < nsecrets; i++)
		if (p != NULL && memmem(p, n, secrets[i].octets,
		    secrets[i].n) != NULL)
			leaks++;
}

static void
crypto_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	if (p != NULL)
		scan(p, malloc_usable_size(p));
	free(p);
}

/* OpenSSL's requests, too, can be made to fail, one by one. */
static size_t crypto_requests, crypto_fail_at = SIZE_MAX;
static bool crypto_lasting;		/* and all after it */

static void
crypto_start(size_t fail_at, bool lasting)
{
	crypto_requests = 0;
	crypto_fail_at = fail_at;
	crypto_lasting = lasting;
}

static bool
crypto_lacks(void)
{
	size_t i = crypto_requests++;

	return crypto_lasting ? i >= crypto_fail_at : i == crypto_fail_at;
}

static void *
crypto_malloc(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return n > 0 && !crypto_lacks() ? malloc(n) : NULL;
}

static void *
crypto_realloc(void *old, size_t n, const char *file, int line)
{
	void *p = crypto_malloc(n, file, line);
	size_t had = old != NULL ? malloc_usable_size(old) : 0;

	if (p != NULL && old != NULL)
		memcpy(p, old, had < n ? had : n);
	if (p != NULL || n == 0)
		crypto_free(old, file, line);
	return p;
}

void __real_ma_free(void *);
void __wrap_ma_free(void *);

void
__wrap_ma_free(void *p)
{
	if (p != NULL)
		scan(p, malloc_usable_size(p));
	__real_ma_free(p);
}

/* Some octets of it, and the same the other way round, as numbers lie. */
static void
add_secret(const void *p, size_t n, bool number)
{
	const uint8_t *octets = p;
	struct secret *s = &secrets[nsecrets++];

	ck_assert(nsecrets < SECRETS && n >= SECRET_MIN);
	s->n = n < 16 ? n : 16;
	memcpy(s->octets, octets + (n - s->n) / 2, s->n);
	if (!number)
		return;
	s = &secrets[nsecrets++];
	s->n = s[-1].n;
	for (size_t i = 0; i < s->n; i++)
		s->octets[i] = s[-1].octets[s->n - 1 - i];
}

/* ---- Texts ---- */

/* RSA and Ed25519. */
static const char *const rfc_keys[] = { rfc8463_rsa, rfc8463_seed };

static int
parse(const void *p, size_t n, struct mailauth_private_key **out,
    char error[200])
{
	return mailauth_private_key_parse(p, n, out, error, 200);
}

/* A key of this kind, as this text. */
enum shape { PKCS8_PEM, PKCS1_PEM, PKCS8_DER, PKCS1_DER, SHAPES };

static void
write_key(EVP_PKEY *key, enum shape shape, struct buf *b)
{
	BIO *bio = BIO_new(BIO_s_mem());
	PKCS8_PRIV_KEY_INFO *p8;
	char *text;
	long n;

	switch (shape) {
	case PKCS8_PEM:
		PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL,
		    NULL);
		break;
	case PKCS1_PEM:
		PEM_write_bio_PrivateKey_traditional(bio, key, NULL, NULL, 0,
		    NULL, NULL);
		break;
	case PKCS8_DER:
		p8 = EVP_PKEY2PKCS8(key);
		i2d_PKCS8_PRIV_KEY_INFO_bio(bio, p8);
		PKCS8_PRIV_KEY_INFO_free(p8);
		break;
	default:
		i2d_PrivateKey_bio(bio, key);
	}
	n = BIO_get_mem_data(bio, &text);
	ma_buf_clear(b);
	ma_buf_add(b, text, (size_t)n);
	BIO_free(bio);
}

/* What it signs, its own public half verifies. */
static void
check_pair(const struct mailauth_private_key *key)
{
	static const uint8_t hash[32] = "whatever";
	uint8_t signature[2048];
	struct public_key *public_half;
	uint32_t bits;
	size_t n;

	ck_assert_int_eq(ma_key_parse(ma_private_key_type(key),
	    ma_private_key_public(key), 16384, &public_half, &bits), KEY_OK);
	ck_assert_int_eq(ma_private_key_sign(key, hash, signature,
	    sizeof signature, &n), MAILAUTH_DONE);
	ck_assert_int_eq(ma_key_verify(public_half, hash,
	    ma_slice(signature, n)), VERIFY_GOOD);
	ck_assert(ma_key_belongs(public_half, key));
	ma_key_free(public_half);
}

START_TEST(reads_every_shape)
{
	EVP_PKEY *keys[] = { keypair_rsa(1024, 0), keypair_rsa(2048, 0),
		keypair_ed25519() };
	struct mailauth_private_key *key;
	struct buf text = { 0 };
	char error[200];

	for (int i = 0; i < 3; i++)
		for (int shape = 0; shape < SHAPES; shape++) {
			if (i == 2 && (shape == PKCS1_PEM ||
			    shape == PKCS1_DER))
				continue;
			write_key(keys[i], (enum shape)shape, &text);
			ck_assert_msg(parse(text.p, text.n, &key, error) ==
			    MAILAUTH_DONE, "%d %d: %s", i, shape, error);
			ck_assert_int_eq(mailauth_private_key_algorithm(key),
			    i == 2 ? MAILAUTH_KEY_ED25519 : MAILAUTH_KEY_RSA);
			ck_assert_uint_eq(mailauth_private_key_bits(key),
			    i == 0 ? 1024 : i == 1 ? 2048 : 256);
			check_pair(key);
			mailauth_private_key_free(key);
		}
	/* RFC 7468 section 2: text around it is passed over. */
	ma_buf_clear(&text);
	ma_buf_fmt(&text, "my key\n%sthe end\n", rfc8463_rsa);
	ck_assert_int_eq(parse(text.p, text.n, &key, error), MAILAUTH_DONE);
	mailauth_private_key_free(key);
	ck_assert_int_eq(parse(rfc8463_seed, strlen(rfc8463_seed), &key, error),
	    MAILAUTH_DONE);
	check_pair(key);
	mailauth_private_key_free(key);
	for (int i = 0; i < 3; i++)
		EVP_PKEY_free(keys[i]);
	ma_buf_free(&text);
}
END_TEST

/* RFC 8463 appendix A.2: base64, whatever the first octet is. */
START_TEST(reads_every_seed)
{
	struct mailauth_private_key *key;
	uint8_t seed[32] = { 0 };
	struct buf text = { 0 };
	char error[200];

	for (int i = 0; i < 256; i++) {
		seed[0] = (uint8_t)i;
		ma_buf_clear(&text);
		ma_base64_encode(&text, seed, sizeof seed);
		for (int ends = 0; ends < 3; ends++) {
			ck_assert_msg(parse(text.p, text.n, &key, error) ==
			    MAILAUTH_DONE, "%d %d: %s", i, ends, error);
			mailauth_private_key_free(key);
			ma_buf_char(&text, ends == 0 ? '\r' : '\n');
		}
	}
	ma_buf_free(&text);
}
END_TEST

static const struct {
	const char *what, *text, *error;
} bad_texts[] = {
	{ "nothing", "", "neither PEM nor DER" },
	{ "words", "hello, world", "neither PEM nor DER" },
	{ "a public key", "-----BEGIN PUBLIC KEY-----\nMCow\n"
	    "-----END PUBLIC KEY-----\n", "a public key" },
	{ "a certificate", "-----BEGIN CERTIFICATE-----\nMCow\n"
	    "-----END CERTIFICATE-----\n", "something else" },
	{ "PKCS#8 encrypted", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMCow\n"
	    "-----END ENCRYPTED PRIVATE KEY-----\n", "is encrypted" },
	{ "PEM encrypted", "-----BEGIN RSA PRIVATE KEY-----\n"
	    "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nMCow\n"
	    "-----END RSA PRIVATE KEY-----\n", "is encrypted" },
	{ "no end", "-----BEGIN PRIVATE KEY-----\nMCow\n", "has no end" },
	{ "another end", "-----BEGIN PRIVATE KEY-----\nMCow\n"
	    "-----END RSA PRIVATE KEY-----\n", "has no end" },
	{ "two", "-----BEGIN PRIVATE KEY-----\nMCow\n-----END PRIVATE KEY-----"
	    "\n-----BEGIN PRIVATE KEY-----\nMCow\n-----END PRIVATE KEY-----\n",
	    "more than one" },
	{ "no base64", "-----BEGIN PRIVATE KEY-----\nM*ow\n"
	    "-----END PRIVATE KEY-----\n", "not base64" },
	{ "no DER", "-----BEGIN PRIVATE KEY-----\nMCow\n"
	    "-----END PRIVATE KEY-----\n", "no private key" },
	{ "33 octets", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	    "32 octets" },
};

START_TEST(refuses_other_texts)
{
	struct mailauth_private_key *key;
	char error[200];

	ck_assert_msg(parse(bad_texts[_i].text, strlen(bad_texts[_i].text),
	    &key, error) == MAILAUTH_ESYNTAX, "%s", bad_texts[_i].what);
	ck_assert_ptr_null(key);
	ck_assert_msg(strstr(error, bad_texts[_i].error) != NULL, "%s: %s",
	    bad_texts[_i].what, error);
}
END_TEST

/* What is DER, and not of a key that we take. */
START_TEST(refuses_other_keys)
{
	EVP_PKEY *ec = EVP_EC_gen("P-256"), *odd = keypair_rsa(1024, 3);
	EVP_PKEY *good = keypair_rsa(1024, 0);
	struct mailauth_private_key *key;
	struct buf text = { 0 };
	char error[200];

	write_key(ec, PKCS8_PEM, &text);
	ck_assert_int_eq(parse(text.p, text.n, &key, error), MAILAUTH_ESYNTAX);
	ck_assert_ptr_nonnull(strstr(error, "another kind"));
	write_key(odd, PKCS8_DER, &text);
	ck_assert_int_eq(parse(text.p, text.n, &key, error), MAILAUTH_ESYNTAX);
	ck_assert_ptr_nonnull(strstr(error, "65537"));
	for (int shape = PKCS8_DER; shape <= PKCS1_DER; shape++) {
		/* Each octet less, and one more. */
		write_key(good, (enum shape)shape, &text);
		for (size_t n = 0; n < text.n; n++)
			ck_assert_int_eq(parse(text.p, n, &key, error),
			    MAILAUTH_ESYNTAX);
		ma_buf_char(&text, '\0');
		ck_assert_int_eq(parse(text.p, text.n, &key, error),
		    MAILAUTH_ESYNTAX);
		/* Another octet anywhere: its numbers have to fit. */
		write_key(good, (enum shape)shape, &text);
		for (size_t i = 0; i < text.n; i++) {
			text.p[i] ^= 0x11;
			ck_assert_msg(parse(text.p, text.n, &key, error) ==
			    MAILAUTH_ESYNTAX, "%d: octet %zu", shape, i);
			text.p[i] ^= 0x11;
		}
	}
	ck_assert_int_eq(mailauth_private_key_parse(NULL, 1, &key, error,
	    sizeof error), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_private_key_parse("", 0, NULL, NULL, 0),
	    MAILAUTH_EINVAL);
	ma_buf_free(&text);
	EVP_PKEY_free(ec);
	EVP_PKEY_free(odd);
	EVP_PKEY_free(good);
}
END_TEST

/* DER, where it is made by hand. */
static void
add_der(struct buf *b, uint8_t type, const void *p, size_t n)
{
	ma_buf_char(b, (char)type);
	if (n >= 0x80)
		ma_buf_char(b, (char)(n > 0xff ? 0x82 : 0x81));
	if (n > 0xff)
		ma_buf_char(b, (char)(n >> 8));
	ma_buf_char(b, (char)n);
	ma_buf_add(b, p, n);
}

/* RFC 8410 section 7 and RFC 5958 section 2, in hexadecimal: behind the 32. */
#define ED(version) "0201" version "300506032b6570" "04220420" \
	"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
#define HALF "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"

static const struct {
	const char *what, *inside, *error;	/* NULL: it is read */
} infos[] = {
	{ "version 1", ED("00"), NULL },
	{ "version 2 without its public half", ED("01"), NULL },
	{ "attributes", ED("00") "a003020101", NULL },
	{ "its public half", ED("01") "812100" HALF, NULL },
	{ "both", ED("01") "a003020101" "812100" HALF, NULL },
	{ "version 3", ED("02"), "no private key" },
	{ "a public half in version 1", ED("00") "812100" HALF,
	    "no private key" },
	{ "both, the other way round", ED("01") "812100" HALF "a003020101",
	    "no private key" },
	{ "two of them", ED("01") "812100" HALF "812100" HALF,
	    "no private key" },
	{ "an element more", ED("00") "0500", "no private key" },
	{ "an octet more", ED("00") "00", "no private key" },
	{ "another's public half", ED("01") "812100"
	    "0100000000000000000000000000000000000000000000000000000000000000",
	    "its public half is of another key" },
	{ "a public half of no octets", ED("01") "810100",
	    "its public half is of another key" },
	{ "bits left over", ED("01") "812101" HALF,
	    "its public half is of another key" },
};

START_TEST(reads_what_follows_a_key)
{
	const char *hex = infos[_i].inside;
	struct mailauth_private_key *key;
	struct buf inside = { 0 }, text = { 0 };
	char error[200];
	int r;

	for (; hex[0] != '\0'; hex += 2)
		ma_buf_char(&inside,
		    (char)(ma_hex(hex[0]) << 4 | ma_hex(hex[1])));
	add_der(&text, 0x30, inside.p, inside.n);
	r = parse(text.p, text.n, &key, error);
	if (infos[_i].error == NULL) {
		ck_assert_msg(r == MAILAUTH_DONE, "%s: %s", infos[_i].what,
		    error);
		check_pair(key);
	} else {
		ck_assert_msg(r == MAILAUTH_ESYNTAX &&
		    strstr(error, infos[_i].error) != NULL, "%s: %d %s",
		    infos[_i].what, r, error);
	}
	mailauth_private_key_free(key);
	ma_buf_free(&inside);
	ma_buf_free(&text);
}
END_TEST

#undef ED

/* PKCS#1 of these numbers, which are freed. */
enum { RSA_N, RSA_E, RSA_D, RSA_P, RSA_Q, RSA_DP, RSA_DQ, RSA_QINV, NUMBERS };

static void
write_numbers(BIGNUM *numbers[NUMBERS], struct buf *b)
{
	uint8_t octets[2100];
	struct buf all = { 0 };

	add_der(&all, 0x02, "", 1);
	for (int i = 0; i < NUMBERS; i++) {
		size_t n = (size_t)BN_num_bits(numbers[i]) / 8 + 1;

		ck_assert_int_eq(BN_bn2binpad(numbers[i], octets, (int)n),
		    (int)n);
		add_der(&all, 0x02, octets, n);
		BN_free(numbers[i]);
	}
	ma_buf_clear(b);
	add_der(b, 0x30, all.p, all.n);
	ma_buf_free(&all);
}

static BIGNUM *
prime(int bits)
{
	BIGNUM *p = BN_new();

	ck_assert(BN_generate_prime_ex(p, bits, 0, NULL, NULL, NULL) == 1);
	return p;
}

/* One number that p is a factor of, times a prime of as many bits; e fits. */
static BIGNUM *
composite(const BIGNUM *e, int bits, BN_CTX *ctx)
{
	BIGNUM *p = BN_new(), *p1 = BN_new(), *gcd = BN_new();

	do {
		BIGNUM *a = prime(bits / 2), *b = prime(bits / 2);

		ck_assert(BN_mul(p, a, b, ctx) == 1 &&
		    BN_sub(p1, p, BN_value_one()) == 1 &&
		    BN_gcd(gcd, p1, e, ctx) == 1);
		BN_free(a);
		BN_free(b);
	} while (!BN_is_one(gcd));
	BN_free(p1);
	BN_free(gcd);
	return p;
}

/*
 * RFC 8017 section 3.2: all the numbers are related as they should, but p and q
 * are no primes.
 */
START_TEST(refuses_numbers_that_are_no_primes)
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *v[NUMBERS], *p1 = BN_new(), *q1 = BN_new(), *all = BN_new();
	struct mailauth_private_key *key;
	struct buf text = { 0 };
	char error[200];

	for (int i = 0; i < NUMBERS; i++)
		v[i] = i != RSA_P && i != RSA_Q ? BN_new() : NULL;
	BN_set_word(v[RSA_E], 65537);
	v[RSA_P] = composite(v[RSA_E], 512, ctx);
	v[RSA_Q] = composite(v[RSA_E], 512, ctx);
	ck_assert(BN_sub(p1, v[RSA_P], BN_value_one()) == 1 &&
	    BN_sub(q1, v[RSA_Q], BN_value_one()) == 1 &&
	    BN_mul(all, p1, q1, ctx) == 1 &&
	    BN_mul(v[RSA_N], v[RSA_P], v[RSA_Q], ctx) == 1 &&
	    BN_mod_inverse(v[RSA_D], v[RSA_E], all, ctx) != NULL &&
	    BN_mod(v[RSA_DP], v[RSA_D], p1, ctx) == 1 &&
	    BN_mod(v[RSA_DQ], v[RSA_D], q1, ctx) == 1 &&
	    BN_mod_inverse(v[RSA_QINV], v[RSA_Q], v[RSA_P], ctx) != NULL);
	write_numbers(v, &text);
	ck_assert_int_eq(parse(text.p, text.n, &key, error), MAILAUTH_ESYNTAX);
	ck_assert_str_eq(error, "the numbers of the RSA key are no key");
	BN_free(p1);
	BN_free(q1);
	BN_free(all);
	BN_CTX_free(ctx);
	ma_buf_free(&text);
}
END_TEST

/* What is said of a modulus of so many bits, with nothing behind it. */
static const struct {
	int bits;
	const char *error;
} sizes[] = {
	{ 511, "the RSA key has fewer than 512 bits" },
	{ 512, "the numbers of the RSA key are no key" },
	{ 16384, "the numbers of the RSA key are no key" },
	{ 16385, "the RSA key has more than 16384 bits" },
};

START_TEST(keeps_sizes)
{
	struct mailauth_private_key *key;
	BIGNUM *v[NUMBERS];
	struct buf text = { 0 };
	char error[200];

	for (int i = 0; i < NUMBERS; i++) {
		v[i] = BN_new();
		BN_set_word(v[i], i == RSA_E ? 65537 : 3);
	}
	BN_set_bit(v[RSA_N], sizes[_i].bits - 1);
	write_numbers(v, &text);
	ck_assert_int_eq(parse(text.p, text.n, &key, error), MAILAUTH_ESYNTAX);
	ck_assert_str_eq(error, sizes[_i].error);
	ma_buf_free(&text);
}
END_TEST

/* Keys that only just are some, and 65536 octets of text. */
START_TEST(keeps_limits)
{
	static const unsigned bits[] = { 512, 1016 };
	struct mailauth_private_key *key;
	struct buf text = { 0 };
	char error[200];

	for (size_t i = 0; i < COUNT(bits); i++) {
		EVP_PKEY *made = keypair_rsa(bits[i], 0);

		write_key(made, PKCS1_DER, &text);
		ck_assert_int_eq(parse(text.p, text.n, &key, error),
		    MAILAUTH_DONE);
		mailauth_private_key_free(key);
		EVP_PKEY_free(made);
	}
	ma_buf_clear(&text);
	ma_buf_str(&text, rfc8463_rsa);
	while (text.n < MAILAUTH_PRIVATE_KEY_BYTES)
		ma_buf_char(&text, '\n');
	ck_assert_int_eq(parse(text.p, text.n, &key, error), MAILAUTH_DONE);
	mailauth_private_key_free(key);
	ma_buf_char(&text, '\n');
	ck_assert_int_eq(parse(text.p, text.n, &key, error), MAILAUTH_ESYNTAX);
	ck_assert_ptr_nonnull(strstr(error, "longer"));
	ma_buf_free(&text);
}
END_TEST

static const struct {
	int algorithm;
	uint32_t bits;
	uint32_t got;			/* 0: refused */
} generated[] = {
	{ MAILAUTH_KEY_RSA, 0, 2048 }, { MAILAUTH_KEY_RSA, 1024, 1024 },
	{ MAILAUTH_KEY_RSA, 1023, 0 }, { MAILAUTH_KEY_RSA, 4097, 0 },
	{ MAILAUTH_KEY_ED25519, 0, 256 }, { MAILAUTH_KEY_ED25519, 255, 0 },
	{ 0, 0, 0 }, { 3, 0, 0 },
};

START_TEST(generates_keys)
{
	struct mailauth_private_key *key = NULL, *again;
	char pem[4096], error[200];
	int n, r = mailauth_private_key_generate(generated[_i].algorithm,
	    generated[_i].bits, &key);

	if (generated[_i].got == 0) {
		ck_assert_int_eq(r, MAILAUTH_EINVAL);
		return;
	}
	ck_assert_int_eq(r, MAILAUTH_DONE);
	ck_assert_uint_eq(mailauth_private_key_bits(key), generated[_i].got);
	check_pair(key);
	n = mailauth_private_key_pem(key, pem, sizeof pem);
	ck_assert(n > 0 && (size_t)n == strlen(pem));
	ck_assert_int_eq(mailauth_private_key_pem(key, pem, (size_t)n), n);
	ck_assert_str_eq(pem, "");
	ck_assert_int_eq(mailauth_private_key_pem(key, pem, (size_t)n + 1), n);
	ck_assert_int_eq(parse(pem, (size_t)n, &again, error), MAILAUTH_DONE);
	ck_assert(ma_eq(ma_private_key_public(key),
	    ma_private_key_public(again)));
	mailauth_private_key_free(key);
	mailauth_private_key_free(again);
}
END_TEST

/* ---- Records: RFC 6376 section 3.6, RFC 1035 section 3.3.14 ---- */

static const struct {
	unsigned bits;			/* 0: Ed25519 */
	const char *strings;		/* how long they are */
} lines[] = {
	{ 0, "66" }, { 1024, "234" }, { 2048, "255 155" },
	{ 4096, "255 255 244" },
};

START_TEST(writes_records)
{
	struct mailauth_private_key *key;
	struct mailauth_resolver *zone;
	struct mailauth_key_check *c;
	struct slice rest;
	struct buf lengths = { 0 };
	char line[2048], record[1024], error[200];
	const char *text;
	size_t n;

	ck_assert_int_eq(mailauth_private_key_generate(lines[_i].bits > 0 ?
	    MAILAUTH_KEY_RSA : MAILAUTH_KEY_ED25519, lines[_i].bits, &key),
	    MAILAUTH_DONE);
	ck_assert_int_gt(mailauth_private_key_record(key, record,
	    sizeof record), 0);
	ck_assert_int_gt(mailauth_private_key_zone(key, "b\xc3\xbc" "cher.Example",
	    "Sel.x", line, sizeof line), 0);
	ck_assert(ma_starts(ma_str(line), SLICE_LIT(
	    "sel.x._domainkey.xn--bcher-kva.example. 3600 IN TXT \"v=DKIM1; k=")));
	rest = ma_str(line);
	ma_cut(&rest, '"');
	while (rest.n > 1) {
		struct slice string = ma_cut(&rest, '"');

		ma_buf_fmt(&lengths, "%s%zu", lengths.n > 0 ? " " : "",
		    string.n);
		ma_cut(&rest, '"');
	}
	ma_buf_char(&lengths, '\0');
	ck_assert_str_eq(lengths.p, lines[_i].strings);

	ck_assert_int_eq(mailauth_resolver_new_zone(line, strlen(line), NULL,
	    &zone, error, sizeof error), MAILAUTH_DONE);
	c = mailauth_key_check_new(NULL, "b\xc3\xbc" "cher.example", "sel.x", key);
	ck_assert_int_eq(mailauth_key_check_run(c, zone), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_key_check_result(c), MAILAUTH_KEY_VALID);
	text = mailauth_key_check_record(c, &n);
	ck_assert(ma_eq(ma_slice(text, n), ma_str(record)));
	mailauth_key_check_free(c);
	ck_assert_int_eq(mailauth_private_key_zone(key, "a..b", "s", line,
	    sizeof line), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_private_key_zone(key, "a.b", "s\" x", line,
	    sizeof line), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_private_key_record(key, record, 5),
	    (int)n);
	ck_assert_str_eq(record, "");
	mailauth_resolver_free(zone);
	mailauth_private_key_free(key);
	ma_buf_free(&lengths);
}
END_TEST

/* ---- Is it published? ---- */

#define P "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
#define OTHER "O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik="
#define AT "s._domainkey.example.com. IN TXT '"
#define ED "v=DKIM1; k=ed25519; p="

static const struct check {
	const char *what, *zone, *want;
} checks[] = {
	{ "it", AT ED P "'", "valid" },
	{ "tags more", AT "v=DKIM1; k=ed25519; t=y:s; n=x; p=" P "'",
	    "valid" },
	{ "by an alias", "s._domainkey.example.com. CNAME k.example.net.\n"
	    "k.example.net. TXT '" ED P "'", "valid" },
	{ "another key", AT ED OTHER "'", "mismatch other-key" },
	{ "another algorithm", AT "v=DKIM1; p=" P "'",
	    "mismatch key-algorithm" },
	{ "revoked", AT ED "'", "revoked key-revoked" },
	{ "revoked, and not for mail", AT "v=DKIM1; k=ed25519; s=x; p='",
	    "revoked key-revoked" },
	{ "revoked, and of another algorithm", AT "v=DKIM1; p='",
	    "revoked key-revoked" },
	{ "not for mail", AT "v=DKIM1; k=ed25519; s=x; p=" P "'",
	    "invalid key-service" },
	{ "not for SHA-256", AT "v=DKIM1; k=ed25519; h=sha1; p=" P "'",
	    "invalid key-hash" },
	{ "an algorithm unknown", AT "v=DKIM1; k=x; p=" P "'",
	    "invalid key-algorithm" },
	{ "not base64", AT "v=DKIM1; k=ed25519; p=*'", "invalid key-syntax" },
	{ "no key", AT "v=DKIM1; k=ed25519; p=AAAA'", "invalid key-syntax" },
	{ "no p=", AT "v=DKIM1; k=ed25519'", "invalid key-syntax" },
	{ "nothing", "example.com. TXT 'x'", "none no-key" },
	{ "something else", AT "v=spf1 -all'", "none no-key" },
	{ "another type", "s._domainkey.example.com. A 192.0.2.1",
	    "none no-key" },
	{ "trouble", ";! s._domainkey.example.com. TXT SERVFAIL",
	    "temperror dns-servfail" },
	{ "silence", ";! s._domainkey.example.com. TXT TIMEOUT",
	    "temperror dns-timeout" },
	/* Of several the best counts. */
	{ "other and it", AT ED OTHER "'\n" AT ED P "'", "valid" },
	{ "revoked and it", AT ED "'\n" AT ED P "'", "valid" },
	{ "broken and it", AT "v=DKIM1; k=ed25519; p=*'\n" AT ED P "'",
	    "valid" },
	{ "revoked and other", AT ED "'\n" AT ED OTHER "'",
	    "mismatch other-key" },
	{ "invalid and revoked", AT "v=DKIM1; s=x; p=x'\n" AT ED "'",
	    "revoked key-revoked" },
	/* Three are looked at, by their octets: as verifiers do. */
	{ "it is the third", AT ED "'\n" AT "v=DKIM1; k=ed25519; a=1; p=" OTHER
	    "'\n" AT ED P "'", "valid" },
	{ "it is the fourth", AT "v=DKIM1; k=ed25519; a=1; p=" OTHER "'\n"
	    AT "v=DKIM1; k=ed25519; a=2; p=" OTHER "'\n"
	    AT "v=DKIM1; k=ed25519; a=3; p=" OTHER "'\n" AT ED P "'",
	    "mismatch other-key" },
};
static struct mailauth_private_key *checked;

static void *
make_check(const void *row, struct mailauth_lookups *l)
{
	(void)row;
	return mailauth_key_check_new(l, "example.com", "s", checked);
}

static int
step_check(void *c)
{
	return mailauth_key_check_step(c);
}

static int
drive_check(void *c, struct mailauth_resolver *r)
{
	return mailauth_key_check_run(c, r);
}

static void
free_check(void *c)
{
	mailauth_key_check_free(c);
}

static void
describe_check(void *c, struct buf *b)
{
	const char *reason = mailauth_key_check_reason(c);

	ma_buf_fmt(b, "%s%s%s",
	    mailauth_key_check_result_name(mailauth_key_check_result(c)),
	    reason != NULL ? " " : "", reason != NULL ? reason : "");
	ck_assert_ptr_nonnull(mailauth_key_check_detail(c));
}

START_TEST(checks_records)
{
	const struct subject subject = { make_check, step_check, drive_check,
		free_check, describe_check };
	char error[200];

	ck_assert_int_eq(parse(rfc8463_seed, strlen(rfc8463_seed), &checked, error),
	    MAILAUTH_DONE);
	check_steps(&subject, NULL, checks[_i].what, checks[_i].zone,
	    checks[_i].want, NULL, 1);
	mailauth_private_key_free(checked);
}
END_TEST

START_TEST(checks_names)
{
	struct mailauth_resolver *zone = zone_of("");
	struct mailauth_private_key *key;
	struct mailauth_key_check *c;
	char error[200];

	ck_assert_int_eq(parse(rfc8463_seed, strlen(rfc8463_seed), &key, error),
	    MAILAUTH_DONE);
	ck_assert_ptr_null(mailauth_key_check_new(NULL, NULL, "s", key));
	ck_assert_ptr_null(mailauth_key_check_new(NULL, "a.b", NULL, key));
	ck_assert_ptr_null(mailauth_key_check_new(NULL, "a.b", "s", NULL));
	c = mailauth_key_check_new(NULL, "a..b", "s", key);
	ck_assert_int_eq(mailauth_key_check_set_trace(c, 1), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_key_check_result(c), 0);
	ck_assert_int_eq(mailauth_key_check_run(c, zone), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_key_check_set_trace(c, 1), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_key_check_result(c), MAILAUTH_KEY_INVALID);
	ck_assert_str_eq(mailauth_key_check_reason(c), "domain");
	ck_assert_ptr_null(mailauth_key_check_record(c, NULL));
	ck_assert_str_eq(mailauth_key_check_trace(c, 0),
	    "key: invalid, domain (RFC 6376 section 6.1.2)");
	mailauth_key_check_free(c);
	c = mailauth_key_check_new(NULL, "a.b", "s", key);
	mailauth_key_check_set_trace(c, 1);
	ck_assert_int_eq(mailauth_key_check_run(c, zone), MAILAUTH_DONE);
	ck_assert_str_eq(mailauth_key_check_trace(c, 1),
	    "key: none, no-key (RFC 6376 section 6.1.2)");
	ck_assert_ptr_null(mailauth_key_check_trace(c, 2));
	ck_assert_int_eq(mailauth_key_check_secure(c), 0);
	mailauth_key_check_free(c);
	mailauth_key_check_free(NULL);
	ck_assert_ptr_null(mailauth_key_check_lookups(NULL));
	ck_assert_int_eq(mailauth_key_check_step(NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_key_check_run(NULL, zone), MAILAUTH_EINVAL);
	mailauth_private_key_free(key);
	mailauth_resolver_free(zone);
}
END_TEST

/* Whether DNSSEC vouched for the answer. */
START_TEST(tells_secure_answers)
{
	static const char record[] = ED P;
	struct mailauth_private_key *key;
	struct mailauth_key_check *c;
	struct mailauth_question *q;
	struct mailauth_packet *p;
	const uint8_t *data;
	char error[200];
	size_t n;

	ck_assert_int_eq(parse(rfc8463_seed, strlen(rfc8463_seed), &key, error),
	    MAILAUTH_DONE);
	c = mailauth_key_check_new(NULL, "example.com", "s", key);
	ck_assert_int_eq(mailauth_key_check_step(c), MAILAUTH_NEED);
	q = mailauth_lookups_next(mailauth_key_check_lookups(c));
	ck_assert_str_eq(mailauth_question_name(q),
	    "s._domainkey.example.com");
	p = mailauth_packet_new(q, 0);
	mailauth_packet_add_text(p, NULL, 60, record, strlen(record));
	data = mailauth_packet_data(p, &n);
	ck_assert_int_eq(mailauth_answer_dns(q, data, n,
	    _i == 0 ? 0 : MAILAUTH_ANSWER_SECURE), MAILAUTH_DONE);
	mailauth_packet_free(p);
	ck_assert_int_eq(mailauth_key_check_secure(c), 0);
	ck_assert_int_eq(mailauth_key_check_step(c), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_key_check_result(c), MAILAUTH_KEY_VALID);
	ck_assert_int_eq(mailauth_key_check_secure(c), _i);
	mailauth_key_check_free(c);
	mailauth_private_key_free(key);
}
END_TEST

/* ---- Files ---- */

static const struct {
	const char *what;
	mode_t mode;
	const char *error;		/* NULL: it is read */
	int exposure;
} files[] = {
	{ "its own", 0600, NULL, 0 },
	{ "read only", 0400, NULL, 0 },
	{ "the group reads", 0640, NULL, MAILAUTH_KEY_GROUP_READABLE },
	{ "others read", 0604, NULL, MAILAUTH_KEY_WORLD_READABLE },
	{ "all read", 0644, NULL, MAILAUTH_KEY_WORLD_READABLE },
	{ "others write", 0602, "others may write it", 0 },
	{ "the group writes", 0660, "its group may write it", 0 },
	{ "all write", 0666, "others may write it", 0 },
};

START_TEST(minds_the_mode_of_files)
{
	char dir[] = "/tmp/test-key-XXXXXX", path[64], error[200];
	struct mailauth_private_key *key;
	FILE *f;
	int r;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/key", dir);
	f = fopen(path, "w");
	fputs(rfc8463_rsa, f);
	fclose(f);
	ck_assert_int_eq(chmod(path, files[_i].mode), 0);
	r = mailauth_private_key_read_file(path, &key, error, sizeof error);
	if (files[_i].error == NULL) {
		ck_assert_msg(r == MAILAUTH_DONE, "%s: %s", files[_i].what,
		    error);
		ck_assert_int_eq(mailauth_private_key_exposure(key),
		    files[_i].exposure);
	} else {
		ck_assert_msg(r == MAILAUTH_ESYNTAX, "%s", files[_i].what);
		ck_assert_ptr_null(key);
		ck_assert_ptr_nonnull(strstr(error, files[_i].error));
	}
	mailauth_private_key_free(key);
	unlink(path);
	rmdir(dir);
}
END_TEST

START_TEST(reads_regular_files_alone)
{
	char dir[] = "/tmp/test-key-XXXXXX", path[64], link_path[64], error[200];
	struct mailauth_private_key *key;
	FILE *f;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(mailauth_private_key_read_file(dir, &key, error,
	    sizeof error), MAILAUTH_ESYNTAX);
	ck_assert_ptr_nonnull(strstr(error, "not a regular file"));
	snprintf(path, sizeof path, "%s/fifo", dir);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(mailauth_private_key_read_file(path, &key, error,
	    sizeof error), MAILAUTH_ESYNTAX);
	unlink(path);
	ck_assert_int_eq(mailauth_private_key_read_file(path, &key, error,
	    sizeof error), MAILAUTH_ESYSTEM);
	ck_assert_int_eq(errno, ENOENT);
	/* By a link it is the file that counts. */
	f = fopen(path, "w");
	fputs(rfc8463_seed, f);
	fclose(f);
	chmod(path, 0600);
	snprintf(link_path, sizeof link_path, "%s/link", dir);
	ck_assert_int_eq(symlink(path, link_path), 0);
	ck_assert_int_eq(mailauth_private_key_read_file(link_path, &key, error,
	    sizeof error), MAILAUTH_DONE);
	mailauth_private_key_free(key);
	/* Longer than a key can be. */
	ck_assert_int_eq(truncate(path, MAILAUTH_PRIVATE_KEY_BYTES + 1), 0);
	ck_assert_int_eq(mailauth_private_key_read_file(path, &key, error,
	    sizeof error), MAILAUTH_ESYNTAX);
	ck_assert_ptr_nonnull(strstr(error, "longer"));
	if (geteuid() == 0) {
		truncate(path, 0);
		ck_assert_int_eq(chown(path, 12345, 12345), 0);
		ck_assert_int_eq(mailauth_private_key_read_file(path, &key,
		    error, sizeof error), MAILAUTH_ESYNTAX);
		ck_assert_ptr_nonnull(strstr(error, "somebody else"));
	}
	ck_assert_int_eq(mailauth_private_key_read_file(NULL, &key, NULL, 0),
	    MAILAUTH_EINVAL);
	unlink(link_path);
	unlink(path);
	rmdir(dir);
}
END_TEST

/* ---- Wiped ---- */

/* The heap is one area, or more behind a fork; a sanitizer's is elsewhere. */
static size_t
heap(struct slice areas[8])
{
	FILE *f = fopen("/proc/self/maps", "r");
	uintptr_t from, to;
	char line[400];
	size_t n = 0;

	while (f != NULL && n < 8 && fgets(line, sizeof line, f) != NULL)
		if (strstr(line, "[heap]") != NULL && sscanf(line,
		    "%" SCNxPTR "-%" SCNxPTR, &from, &to) == 2)
			areas[n++] = ma_slice((const char *)from, to - from);
	if (f != NULL)
		fclose(f);
	return n;
}

/* How many secrets are there, in memory given back or not? */
static size_t
left_in_heap(void)
{
	struct slice areas[8];
	size_t left = 0;

	for (size_t n = heap(areas); n > 0; n--)
		for (size_t i = 0; i < nsecrets; i++)
			left += memmem(areas[n - 1].p, areas[n - 1].n,
			    secrets[i].octets, secrets[i].n) != NULL;
	return left;
}

static bool
in_heap(const char *p)
{
	struct slice areas[8];

	for (size_t n = heap(areas); n > 0; n--)
		if (p >= areas[n - 1].p && p < areas[n - 1].p + areas[n - 1].n)
			return true;
	return false;
}

/* Nothing of the secrets is left; and it would be noticed. */
static void
check_nothing_left(size_t before)
{
	char *p;

	ck_assert_uint_gt(scanned, before);
	ck_assert_uint_eq(leaks, 0);
	ck_assert_uint_eq(left_in_heap(), 0);
	p = malloc(100);
	memcpy(p, secrets[0].octets, secrets[0].n);
	if (in_heap(p))
		ck_assert_uint_eq(left_in_heap(), 1);
	crypto_free(p, NULL, 0);
	ck_assert_uint_eq(leaks, 1);
}

/* Of an RSA key: of d, of p and of the text; RFC 8017 appendix A.1.2. */
static void
add_rfc8463_secrets(bool rsa)
{
	struct slice text = ma_str(rsa ? rfc8463_rsa : rfc8463_seed);
	uint8_t der[700];
	size_t n;

	nsecrets = leaks = 0;
	if (rsa) {
		ck_assert(ma_base64_decode(ma_sub(text, 32, text.n - 32 - 30),
		    der, &n));
		add_secret(der + 144, 128, true);
		add_secret(der + 275, 64, true);
		add_secret(text.p + 300, 60, false);
	} else {
		ck_assert(ma_base64_decode(text, der, &n));
		add_secret(der, 32, false);
		add_secret(text.p, text.n, false);
	}
}

/* From the file to the last signature. */
START_TEST(leaves_nothing_behind)
{
	char dir[] = "/tmp/test-key-XXXXXX", path[64], pem[4096], error[200];
	uint8_t out[2048], hash[32] = { 1 };
	struct mailauth_private_key *key;
	struct slice text = ma_str(rfc_keys[_i]);
	size_t n, before;
	int fd;

	add_rfc8463_secrets(_i == 0);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/key", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	ck_assert_int_eq(write(fd, text.p, text.n), (ssize_t)text.n);
	close(fd);
	before = scanned;
	ck_assert_int_eq(mailauth_private_key_read_file(path, &key, error,
	    sizeof error), MAILAUTH_DONE);
	ck_assert_int_eq(ma_private_key_sign(key, hash, out, sizeof out, &n),
	    MAILAUTH_DONE);
	ck_assert_int_gt(mailauth_private_key_pem(key, pem, sizeof pem), 0);
	/* PKCS#8 in base64 is another text. */
	add_secret(strchr(pem, '\n') - 40 + (_i == 0 ? 500 : 70), 30, false);
	ck_assert_int_gt(mailauth_private_key_pem(key, pem, sizeof pem), 0);
	mailauth_private_key_free(key);
	check_nothing_left(before);
	unlink(path);
	rmdir(dir);
}
END_TEST

/* One octet of the key's text is another. */
static const struct {
	bool rsa;
	int at;				/* from its end where negative */
	char to;
	const char *error;
} refused[] = {
	{ true, -40, 'A', "the numbers of the RSA key are no key" },
	{ true, 200, 'A', "the numbers of the RSA key are no key" },
	{ true, 34, 'A', "it is no RSA private key of two primes" },
	{ true, 700, '*', "it is not base64" },
	{ true, -10, 'A', "the PEM text has no end" },
	{ false, 43, 'A', "the Ed25519 key has not 32 octets" },
};

START_TEST(leaves_nothing_of_what_it_refuses)
{
	struct mailauth_private_key *key;
	char text[1024], error[200];
	size_t n, before = scanned;

	add_rfc8463_secrets(refused[_i].rsa);
	n = (size_t)snprintf(text, sizeof text, "%s",
	    refused[_i].rsa ? rfc8463_rsa : rfc8463_seed);
	text[refused[_i].at + (refused[_i].at < 0 ? (int)n : 0)] =
	    refused[_i].to;
	ck_assert_int_eq(parse(text, n, &key, error), MAILAUTH_ESYNTAX);
	ck_assert_str_eq(error, refused[_i].error);
	check_nothing_left(before);
}
END_TEST

START_TEST(leaves_nothing_of_what_it_makes)
{
	struct mailauth_private_key *key;
	char pem[4096];
	uint8_t der[1400];
	size_t n, before = scanned;

	nsecrets = leaks = 0;
	ck_assert_int_eq(mailauth_private_key_generate(_i == 0 ?
	    MAILAUTH_KEY_RSA : MAILAUTH_KEY_ED25519, 0, &key), MAILAUTH_DONE);
	n = (size_t)mailauth_private_key_pem(key, pem, sizeof pem);
	ck_assert(ma_base64_decode(ma_sub(ma_slice(pem, n), 28, n - 28 - 26),
	    der, &n));
	/* PKCS#8 has 26 octets before PKCS#1, and 16 before the 32. */
	if (_i == 0) {
		add_secret(der + 400, 64, true);	/* of d */
		add_secret(der + 600, 32, true);	/* of p */
	} else {
		add_secret(der + 16, 32, false);
	}
	add_secret(pem + n / 2, 40, false);
	mailauth_private_key_free(key);
	check_nothing_left(before);
}
END_TEST

START_TEST(bears_a_lack_of_memory)
{
	struct mailauth_private_key *key;
	char error[200];
	int r;

	for (size_t i = 0;; i++) {
		wrap_start(i);
		r = parse(rfc8463_rsa, strlen(rfc8463_rsa), &key, error);
		if (wrap_requests <= i)
			break;
		ck_assert_int_eq(r, MAILAUTH_ENOMEM);
		ck_assert_ptr_null(key);
	}
	wrap_start(SIZE_MAX);
	ck_assert_int_eq(r, MAILAUTH_DONE);
	check_pair(key);
	mailauth_private_key_free(key);
	mailauth_private_key_free(NULL);
	ck_assert_int_eq(mailauth_private_key_algorithm(NULL), 0);
	ck_assert_uint_eq(mailauth_private_key_bits(NULL), 0);
	ck_assert_int_eq(mailauth_private_key_pem(NULL, NULL, 0),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_private_key_record(NULL, NULL, 0),
	    MAILAUTH_EINVAL);
	ck_assert_str_eq(mailauth_key_algorithm_name(MAILAUTH_KEY_RSA), "rsa");
	ck_assert_str_eq(mailauth_key_algorithm_name(7), "unknown");
}
END_TEST

/* All that a key is good for: the first that is not done is what is told. */
static int
use_key(const char *text)
{
	struct mailauth_private_key *key;
	uint8_t out[2048], hash[32] = { 1 };
	char pem[4096], error[200];
	int r = parse(text, strlen(text), &key, error);
	size_t n;

	ck_assert((r == MAILAUTH_DONE) == (key != NULL));
	if (r == MAILAUTH_DONE)
		r = ma_private_key_sign(key, hash, out, sizeof out, &n);
	if (r == MAILAUTH_DONE &&
	    (r = mailauth_private_key_pem(key, pem, sizeof pem)) > 0)
		r = MAILAUTH_DONE;
	mailauth_private_key_free(key);
	return r;
}

/* No key is wrong because OpenSSL lacks memory, for once or for good. */
START_TEST(bears_a_lack_of_its_memory)
{
	const char *text = rfc_keys[_i / 2];
	bool lasting = _i % 2 != 0;
	size_t got;
	int r;

	ck_assert_int_eq(use_key(text), MAILAUTH_DONE);
	for (size_t i = 0;; i++) {
		crypto_start(i, lasting);
		r = use_key(text);
		got = crypto_requests;
		crypto_start(SIZE_MAX, false);
		if (got <= i)
			break;
		ck_assert_msg(r == MAILAUTH_ENOMEM || r == MAILAUTH_ECRYPTO ||
		    (r == MAILAUTH_DONE && !lasting), "request %zu: %d", i, r);
	}
	ck_assert_int_eq(r, MAILAUTH_DONE);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key");
	TCase *tc = tcase_create("keys");

	if (CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc,
	    crypto_free) != 1)
		return 1;
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, reads_every_shape);
	tcase_add_test(tc, reads_every_seed);
	tcase_add_loop_test(tc, refuses_other_texts, 0, ROWS(bad_texts));
	tcase_add_loop_test(tc, reads_what_follows_a_key, 0, ROWS(infos));
	tcase_add_test(tc, refuses_numbers_that_are_no_primes);
	tcase_add_loop_test(tc, keeps_sizes, 0, ROWS(sizes));
	tcase_add_test(tc, keeps_limits);
	tcase_add_loop_test(tc, checks_records, 0, ROWS(checks));
	tcase_add_test(tc, checks_names);
	tcase_add_loop_test(tc, tells_secure_answers, 0, 2);
	tcase_add_loop_test(tc, minds_the_mode_of_files, 0, ROWS(files));
	tcase_add_test(tc, reads_regular_files_alone);
	tcase_add_test(tc, bears_a_lack_of_memory);
	suite_add_tcase(suite, tc);
	/*
	 * Not under valgrind: where it is slow, and what looks at memory that
	 * nobody has written.
	 */
	tc = unit_growth();
	tcase_add_test(tc, refuses_other_keys);
	tcase_add_loop_test(tc, generates_keys, 0, ROWS(generated));
	tcase_add_loop_test(tc, writes_records, 0, ROWS(lines));
	tcase_add_loop_test(tc, leaves_nothing_behind, 0, ROWS(rfc_keys));
	tcase_add_loop_test(tc, leaves_nothing_of_what_it_refuses, 0,
	    ROWS(refused));
	tcase_add_loop_test(tc, leaves_nothing_of_what_it_makes, 0, 2);
	tcase_add_loop_test(tc, bears_a_lack_of_its_memory, 0,
	    2 * ROWS(rfc_keys));
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
