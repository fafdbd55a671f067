/*
 * The crypto room: SHA-256, public keys, signatures, the memory of keys.
 */
#include <pthread.h>

#include "keypair.h"
#include "mailauth/dkim.h"
#include "wrap.h"

static const uint8_t hash[SHA256_BYTES] = "thirty-two octets of some hash.";

/* ---- SHA-256 ---- */

/* FIPS 180-4: the SHA-256 of "abc". */
START_TEST(hashes)
{
	static const char wanted[] =
	    "\xba\x78\x16\xbf\x8f\x01\xcf\xea\x41\x41\x40\xde\x5d\xae\x22\x23"
	    "\xb0\x03\x61\xa3\x96\x17\x7a\x9c\xb4\x10\xff\x61\xf2\x00\x15\xad";
	struct digest *d;
	uint8_t out[SHA256_BYTES];

	ck_assert_int_eq(ma_digest_new(&d), MAILAUTH_DONE);
	for (int i = 0; i < 2; i++) {
		ck_assert(ma_digest_add(d, "a", 1) &&
		    ma_digest_add(d, NULL, 0) && ma_digest_add(d, "bc", 2) &&
		    ma_digest_end(d, out));
		ck_assert(memcmp(out, wanted, sizeof out) == 0);
		ck_assert(ma_digest_reset(d));
	}
	ma_digest_free(d);
	ma_digest_free(NULL);
}
END_TEST

START_TEST(prepares)
{
	ck_assert_int_eq(mailauth_prepare(), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_prepare(), MAILAUTH_DONE);
}
END_TEST

/* ---- RSA keys ---- */

/* An element; long lengths in as few octets as can be. */
static void
der(struct buf *b, int type, struct slice in)
{
	ma_buf_char(b, (char)type);
	if (in.n >= 0x10000)
		ma_buf_add(b, (char[]){ (char)0x83, (char)(in.n >> 16) }, 2);
	else if (in.n >= 0x100)
		ma_buf_char(b, (char)0x82);
	else if (in.n >= 0x80)
		ma_buf_char(b, (char)0x81);
	if (in.n >= 0x100)
		ma_buf_char(b, (char)(in.n >> 8));
	ma_buf_char(b, (char)in.n);
	ma_buf_slice(b, in);
}

/* An odd number of so many bits. */
static void
number(struct buf *b, unsigned bits)
{
	size_t n = (bits + 7) / 8;

	ma_buf_clear(b);
	if (bits % 8 == 0)
		ma_buf_char(b, 0);
	ma_buf_char(b, (char)(1 << (bits - 1) % 8));
	for (size_t i = 1; i < n; i++)
		ma_buf_char(b, (char)0x5b);
}

/* RSAPublicKey of these INTEGERs' octets. */
static void
rsa_der(struct buf *b, struct slice n, struct slice e)
{
	struct buf in = { 0 };

	der(&in, 2, n);
	der(&in, 2, e);
	ma_buf_clear(b);
	der(b, 0x30, ma_slice(in.p, in.n));
	ma_buf_free(&in);
}

static enum key_status
parse(struct slice octets, uint32_t *bits)
{
	struct public_key *key;
	enum key_status status = ma_key_parse(KEY_RSA, octets, 8192, &key,
	    bits);

	ck_assert((key != NULL) == (status == KEY_OK));
	if (key != NULL) {
		ck_assert_int_eq(ma_key_type(key), KEY_RSA);
		ck_assert_uint_eq(ma_key_bits(key), *bits);
	}
	ma_key_free(key);
	return status;
}

static const struct {
	const char *clause;
	unsigned bits;
	struct slice e;
	enum key_status status;
} rsa_rows[] = {
	{ "8301 3.2 1023 bits", 1023, SLICE_LIT("\1\0\1"), KEY_TOO_SHORT },
	{ "8301 3.2 1024 bits", 1024, SLICE_LIT("\1\0\1"), KEY_OK },
	{ "8301 3.2 2048 bits", 2048, SLICE_LIT("\1\0\1"), KEY_OK },
	{ "8301 3.2 2049 bits", 2049, SLICE_LIT("\1\0\1"), KEY_OK },
	{ "8301 3.2 4096 bits", 4096, SLICE_LIT("\1\0\1"), KEY_OK },
	{ "6376 8.13 8192 bits", 8192, SLICE_LIT("\1\0\1"), KEY_OK },
	{ "6376 8.13 8193 bits", 8193, SLICE_LIT("\1\0\1"), KEY_TOO_LONG },
	{ "6376 8.13 100000 bits", 100000, SLICE_LIT("\1\0\1"), KEY_TOO_LONG },
	{ "8301 3.2 16 bits", 16, SLICE_LIT("\3"), KEY_TOO_SHORT },
	{ "6376 8.13 e 3", 1024, SLICE_LIT("\3"), KEY_OK },
	{ "6376 8.13 e 1", 1024, SLICE_LIT("\1"), KEY_BAD_EXPONENT },
	{ "6376 8.13 e 2", 1024, SLICE_LIT("\2"), KEY_BAD_EXPONENT },
	{ "6376 8.13 e 65536", 1024, SLICE_LIT("\1\0\0"), KEY_BAD_EXPONENT },
	{ "6376 8.13 e 2^32-1", 1024, SLICE_LIT("\0\xff\xff\xff\xff"), KEY_OK },
	{ "6376 8.13 e 2^32+1", 1024, SLICE_LIT("\1\0\0\0\1"),
	    KEY_BAD_EXPONENT },
	{ "X.690 8.3 e 0", 1024, SLICE_LIT("\0"), KEY_MALFORMED },
	{ "X.690 8.3 e of nothing", 1024, SLICE_LIT(""), KEY_MALFORMED },
	{ "X.690 8.3 negative e", 1024, SLICE_LIT("\x81"), KEY_MALFORMED },
	{ "X.690 8.3.2 e with too many zeros", 1024, SLICE_LIT("\0\1\0\1"),
	    KEY_MALFORMED },
};

START_TEST(measures_rsa_keys)
{
	struct buf n = { 0 }, b = { 0 };
	uint32_t bits;

	number(&n, rsa_rows[_i].bits);
	rsa_der(&b, ma_slice(n.p, n.n), rsa_rows[_i].e);
	ck_assert_msg(parse(ma_slice(b.p, b.n), &bits) == rsa_rows[_i].status,
	    "%s", rsa_rows[_i].clause);
	ck_assert_msg(bits == (rsa_rows[_i].status == KEY_MALFORMED ? 0 :
	    rsa_rows[_i].bits), "%s: %u bits", rsa_rows[_i].clause,
	    (unsigned)bits);
	ma_buf_free(&n);
	ma_buf_free(&b);
}
END_TEST

/* RFC 6376 section 3.6.1 and its erratum 3017. */
START_TEST(reads_both_shapes)
{
	EVP_PKEY *pair = keypair_rsa(1024, 0);
	struct buf b = { 0 };
	uint32_t bits;

	for (int info = 0; info < 2; info++) {
		keypair_public(pair, info != 0, &b);
		ck_assert_int_eq(parse(ma_slice(b.p, b.n), &bits), KEY_OK);
		/* Cut short everywhere, or with an octet more. */
		for (size_t n = 0; n < b.n; n++)
			ck_assert_msg(parse(ma_slice(b.p, n), &bits) ==
			    KEY_MALFORMED, "shape %d cut at %zu", info, n);
		ma_buf_char(&b, '\0');
		ck_assert_int_eq(parse(ma_slice(b.p, b.n), &bits),
		    KEY_MALFORMED);
	}
	EVP_PKEY_free(pair);
	ma_buf_free(&b);
}
END_TEST

/* X.690 section 10.1: lengths in as few octets as can be. */
START_TEST(reads_shortest_lengths_alone)
{
	struct buf n = { 0 }, b = { 0 }, longer = { 0 };
	uint32_t bits;

	number(&n, 1024);
	rsa_der(&b, ma_slice(n.p, n.n), SLICE_LIT("\1\0\1"));
	ck_assert_int_eq(parse(ma_slice(b.p, b.n), &bits), KEY_OK);
	ma_buf_add(&longer, "\x30\x82\0", 3);
	ma_buf_add(&longer, b.p + 2, b.n - 2);
	ck_assert_int_eq(parse(ma_slice(longer.p, longer.n), &bits),
	    KEY_MALFORMED);
	/* A short length as a long one, of the exponent. */
	ma_buf_clear(&longer);
	ma_buf_add(&longer, b.p, b.n - 5);
	longer.p[2]++;
	ma_buf_add(&longer, "\x02\x81\x03\1\0\1", 6);
	ck_assert_int_eq(parse(ma_slice(longer.p, longer.n), &bits),
	    KEY_MALFORMED);
	ma_buf_free(&n);
	ma_buf_free(&b);
	ma_buf_free(&longer);
}
END_TEST

/* Each octet of the frame changed: nothing else is taken for a key. */
START_TEST(reads_nothing_else)
{
	EVP_PKEY *pair = keypair_rsa(1024, 0);
	struct buf b = { 0 };
	uint32_t bits;

	keypair_public(pair, true, &b);
	/*
	 * SEQUENCE 3, SEQUENCE and OID 2 + 11, NULL 2, BIT STRING 3 + 1,
	 * SEQUENCE 3, INTEGER 3.
	 */
	for (size_t i = 0; i < 28; i++)
		for (int bit = 0; bit < 8; bit++) {
			b.p[i] = (char)(b.p[i] ^ 1 << bit);
			ck_assert_msg(parse(ma_slice(b.p, b.n), &bits) !=
			    KEY_OK, "octet %zu, bit %d", i, bit);
			b.p[i] = (char)(b.p[i] ^ 1 << bit);
		}
	ck_assert_int_eq(parse(ma_slice(b.p, b.n), &bits), KEY_OK);
	EVP_PKEY_free(pair);
	ma_buf_free(&b);
}
END_TEST

START_TEST(refuses_other_octets)
{
	static const struct slice rows[] = {
		SLICE_LIT(""), SLICE_LIT("\x30"), SLICE_LIT("\x30\x00"),
		SLICE_LIT("\x30\x80\x00\x00"), SLICE_LIT("\x30\x81\x00"),
		SLICE_LIT("\x30\x84\xff\xff\xff\xff"),
		SLICE_LIT("\x30\x83\xff\xff\xff"),
		SLICE_LIT("-----BEGIN PUBLIC KEY-----"),
	};
	struct buf even = { 0 }, b = { 0 };
	uint32_t bits;
	char *big = calloc(1, 65536);

	for (size_t i = 0; i < COUNT(rows); i++)
		ck_assert_msg(parse(rows[i], &bits) == KEY_MALFORMED, "%zu", i);
	ck_assert_int_eq(parse(ma_slice(big, 65536), &bits), KEY_MALFORMED);
	/* An even modulus is no product of two odd primes. */
	number(&even, 1024);
	even.p[even.n - 1] = 0x5a;
	rsa_der(&b, ma_slice(even.p, even.n), SLICE_LIT("\1\0\1"));
	ck_assert_int_eq(parse(ma_slice(b.p, b.n), &bits), KEY_MALFORMED);
	free(big);
	ma_buf_free(&even);
	ma_buf_free(&b);
}
END_TEST

/* ---- RSA signatures ---- */

static struct public_key *
public_of(EVP_PKEY *pair, enum key_type type)
{
	struct public_key *key;
	struct buf b = { 0 };
	uint32_t bits;

	keypair_public(pair, false, &b);
	ck_assert_int_eq(ma_key_parse(type, ma_slice(b.p, b.n), 8192, &key,
	    &bits), KEY_OK);
	ma_buf_free(&b);
	return key;
}

START_TEST(verifies_rsa)
{
	static const unsigned sizes[] = { 1024, 1031, 2048 };
	EVP_PKEY *pair = keypair_rsa(sizes[_i], 0);
	struct public_key *key = public_of(pair, KEY_RSA);
	uint8_t sig[300] = { 0 }, other[SHA256_BYTES];
	size_t n = sizeof sig - 1;

	keypair_sign(pair, hash, sig + 1, &n);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(ma_key_verify(key, hash, ma_slice(sig + 1, n)),
		    VERIFY_GOOD);
	memcpy(other, hash, sizeof other);
	other[31] ^= 1;
	ck_assert_int_eq(ma_key_verify(key, other, ma_slice(sig + 1, n)),
	    VERIFY_BAD);
	/* RFC 8017 section 8.2.2 step 1: exactly as long as the modulus. */
	ck_assert_int_eq(ma_key_verify(key, hash, ma_slice(sig, n + 1)),
	    VERIFY_BAD);
	ck_assert_int_eq(ma_key_verify(key, hash, ma_slice(sig + 1, n - 1)),
	    VERIFY_BAD);
	ck_assert_int_eq(ma_key_verify(key, hash, ma_slice(sig, 0)),
	    VERIFY_BAD);
	sig[n / 2] ^= 0x10;
	ck_assert_int_eq(ma_key_verify(key, hash, ma_slice(sig + 1, n)),
	    VERIFY_BAD);
	memset(sig, 0xff, sizeof sig);
	ck_assert_int_eq(ma_key_verify(key, hash, ma_slice(sig, n)),
	    VERIFY_BAD);
	ma_key_free(key);
	EVP_PKEY_free(pair);
}
END_TEST

#define SHA256_INFO "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02" \
	"\x01\x05\x00\x04\x20"

/* Blocks signed by the key itself: padding, DigestInfo, how much padding. */
static const struct {
	const char *clause;
	struct slice info;
	unsigned char first, type, fill;
	size_t garbage;			/* octets behind the hash */
	size_t gap;			/* octets less of padding */
	enum verify_status status;
} blocks[] = {
	{ "9.2 as it should be", SLICE_LIT(SHA256_INFO), 0, 1, 0xff, 0, 0,
	    VERIFY_GOOD },
	{ "9.2 garbage behind the hash (CVE-2006-4339)",
	    SLICE_LIT(SHA256_INFO), 0, 1, 0xff, 40, 0, VERIFY_BAD },
	{ "9.2 one octet behind", SLICE_LIT(SHA256_INFO), 0, 1, 0xff, 1, 0,
	    VERIFY_BAD },
	{ "9.2 block type 2", SLICE_LIT(SHA256_INFO), 0, 2, 0xff, 0, 0,
	    VERIFY_BAD },
	{ "9.2 block type 0", SLICE_LIT(SHA256_INFO), 0, 0, 0xff, 0, 0,
	    VERIFY_BAD },
	{ "9.2 padding that is not ff", SLICE_LIT(SHA256_INFO), 0, 1, 0xfe, 0,
	    0, VERIFY_BAD },
	{ "9.2 two zeros at the end of the padding", SLICE_LIT(SHA256_INFO), 0,
	    1, 0xff, 0, 1, VERIFY_BAD },
	{ "9.2 no DigestInfo", SLICE_LIT(""), 0, 1, 0xff, 0, 0, VERIFY_BAD },
	{ "9.2 DigestInfo without NULL",
	    SLICE_LIT("\x30\x2f\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02"
	    "\x01\x04\x20"), 0, 1, 0xff, 0, 0, VERIFY_BAD },
	{ "9.2 of SHA-384 by its OID",
	    SLICE_LIT("\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02"
	    "\x02\x05\x00\x04\x20"), 0, 1, 0xff, 0, 0, VERIFY_BAD },
	{ "9.2 a long length",
	    SLICE_LIT("\x30\x81\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04"
	    "\x02\x01\x05\x00\x04\x20"), 0, 1, 0xff, 0, 0, VERIFY_BAD },
};

START_TEST(refuses_forged_blocks)
{
	EVP_PKEY *pair = keypair_rsa(1024, 3);
	struct public_key *key = public_of(pair, KEY_RSA);
	uint8_t block[128], sig[128];
	size_t tail = blocks[_i].info.n + SHA256_BYTES + blocks[_i].garbage;
	size_t pad = sizeof block - 3 - tail;

	block[0] = blocks[_i].first;
	block[1] = blocks[_i].type;
	memset(block + 2, blocks[_i].fill, pad);
	memset(block + 2 + pad - blocks[_i].gap, 0, blocks[_i].gap + 1);
	memcpy(block + 3 + pad, blocks[_i].info.p, blocks[_i].info.n);
	memcpy(block + 3 + pad + blocks[_i].info.n, hash, SHA256_BYTES);
	memset(block + sizeof block - blocks[_i].garbage, 0x77,
	    blocks[_i].garbage);
	keypair_raw(pair, block, sizeof block, sig);
	ck_assert_msg(ma_key_verify(key, hash, ma_slice(sig, sizeof sig)) ==
	    blocks[_i].status, "%s", blocks[_i].clause);
	ma_key_free(key);
	EVP_PKEY_free(pair);
}
END_TEST

/* ---- Ed25519 ---- */

START_TEST(verifies_ed25519)
{
	/* The order of the group, little-endian: RFC 8032 section 5.1. */
	static const char order[] =
	    "\xed\xd3\xf5\x5c\x1a\x63\x12\x58\xd6\x9c\xf7\xa2\xde\xf9\xde\x14"
	    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10";
	EVP_PKEY *pair = keypair_ed25519();
	struct public_key *key = public_of(pair, KEY_ED25519);
	uint8_t sig[65] = { 0 };
	size_t n = 64;
	unsigned carry = 0;

	keypair_sign(pair, hash, sig, &n);
	ck_assert_uint_eq(ma_key_bits(key), 256);
	ck_assert_int_eq(ma_key_type(key), KEY_ED25519);
	ck_assert_int_eq(ma_key_verify(key, hash, ma_slice(sig, 64)),
	    VERIFY_GOOD);
	ck_assert_int_eq(ma_key_verify(key, hash, ma_slice(sig, 63)),
	    VERIFY_BAD);
	ck_assert_int_eq(ma_key_verify(key, hash, ma_slice(sig, 65)),
	    VERIFY_BAD);
	ck_assert_int_eq(ma_key_verify(key, hash, ma_slice(sig, 0)),
	    VERIFY_BAD);
	/* RFC 8032 section 5.1.7: S is below the order. */
	for (size_t i = 0; i < 32; i++) {
		carry += sig[32 + i] + (uint8_t)order[i];
		sig[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	ck_assert_int_eq(ma_key_verify(key, hash, ma_slice(sig, 64)),
	    VERIFY_BAD);
	ma_key_free(key);
	EVP_PKEY_free(pair);
}
END_TEST

/*
 * With the neutral element as key (and R), and S of 0, anything verifies: such
 * keys are refused, whatever their encoding.
 */
START_TEST(refuses_points_of_small_order)
{
	static const char *const points[] = {
		"00000000000000000000000000000000"
		"00000000000000000000000000000000",
		"01000000000000000000000000000000"
		"00000000000000000000000000000000",
		"26e8958fc2b227b045c3f489f2ef98f0"
		"d5dfac05d3c63339b13802886d53fc05",
		"c7176a703d4dd84fba3c0b760d10670f"
		"2a2053fa2c39ccc64ec7fd7792ac037a",
		"ecffffffffffffffffffffffffffffff"
		"ffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffff"
		"ffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffff"
		"ffffffffffffffffffffffffffffff7f",
	};
	struct public_key *key;
	uint8_t point[32];
	uint32_t bits;

	for (size_t i = 0; i < COUNT(points); i++)
		for (int sign = 0; sign < 2; sign++) {
			for (size_t k = 0; k < 32; k++)
				point[k] = (uint8_t)(ma_hex(points[i][2 * k])
				    << 4 | ma_hex(points[i][2 * k + 1]));
			if (sign != 0)
				point[31] |= 0x80;
			ck_assert_msg(ma_key_parse(KEY_ED25519,
			    ma_slice(point, 32), 0, &key, &bits) ==
			    KEY_MALFORMED, "%s", points[i]);
		}
}
END_TEST

/* RFC 8463 section 4.2: 32 octets, nothing else. */
START_TEST(refuses_other_ed25519_keys)
{
	EVP_PKEY *pair = keypair_ed25519();
	struct public_key *key;
	struct buf b = { 0 };
	uint32_t bits;

	keypair_public(pair, true, &b);
	ck_assert_int_eq(ma_key_parse(KEY_ED25519, ma_slice(b.p, b.n), 0, &key,
	    &bits), KEY_MALFORMED);
	keypair_public(pair, false, &b);
	for (size_t n = 0; n < 32; n++)
		ck_assert_int_eq(ma_key_parse(KEY_ED25519, ma_slice(b.p, n), 0,
		    &key, &bits), KEY_MALFORMED);
	ma_buf_char(&b, 'x');
	ck_assert_int_eq(ma_key_parse(KEY_ED25519, ma_slice(b.p, b.n), 0, &key,
	    &bits), KEY_MALFORMED);
	EVP_PKEY_free(pair);
	ma_buf_free(&b);
}
END_TEST

/* The thread's list of errors is the host's: nothing is left, nothing gone. */
START_TEST(leaves_errors_alone)
{
	EVP_PKEY *pair = keypair_rsa(1024, 0);
	struct public_key *key = public_of(pair, KEY_RSA);
	unsigned long mine;
	uint8_t sig[128] = { 0 };
	uint32_t bits;

	ERR_clear_error();
	ck_assert_int_eq(ma_key_verify(key, hash, ma_slice(sig, sizeof sig)),
	    VERIFY_BAD);
	ck_assert_int_eq(parse(SLICE_LIT("x"), &bits), KEY_MALFORMED);
	ck_assert_uint_eq(ERR_peek_error(), 0);
	ERR_raise(ERR_LIB_USER, ERR_R_MALLOC_FAILURE);
	mine = ERR_peek_error();
	ck_assert_int_eq(ma_key_verify(key, hash, ma_slice(sig, sizeof sig)),
	    VERIFY_BAD);
	ck_assert_uint_eq(ERR_get_error(), mine);
	ck_assert_uint_eq(ERR_get_error(), 0);
	ma_key_free(key);
	EVP_PKEY_free(pair);
}
END_TEST

/* ---- The memory of keys ---- */

static struct slice
nth_key(struct buf *b, unsigned i)
{
	static struct buf n;

	number(&n, 1024);
	n.p[20] = (char)i;
	n.p[21] = (char)(i >> 8);
	rsa_der(b, ma_slice(n.p, n.n), SLICE_LIT("\1\0\1"));
	return ma_slice(b->p, b->n);
}

/* The key; it is kept by the memory alone, if at all. */
static struct public_key *
get(struct mailauth_keys *keys, unsigned i)
{
	struct public_key *key;
	struct buf b = { 0 };
	uint32_t bits;

	ck_assert_int_eq(ma_keys_get(keys, KEY_RSA, nth_key(&b, i), 8192, &key,
	    &bits), KEY_OK);
	ck_assert_uint_eq(bits, 1024);
	ma_buf_free(&b);
	return key;
}

START_TEST(remembers_keys)
{
	struct mailauth_keys *keys = mailauth_keys_new(3);
	struct public_key *held[5];

	ck_assert_ptr_null(mailauth_keys_new(0));
	ck_assert_ptr_null(mailauth_keys_new(1000001));
	ck_assert_ptr_nonnull(keys);
	for (unsigned i = 0; i < 3; i++)
		held[i] = get(keys, i);
	for (unsigned i = 0; i < 3; i++) {
		struct public_key *again = get(keys, i);

		ck_assert_ptr_eq(again, held[i]);
		ma_key_free(again);
	}
	/* The least recently used gives way: 0 was used after 1. */
	ma_key_free(get(keys, 0));
	held[3] = get(keys, 3);
	held[4] = get(keys, 0);
	ck_assert_ptr_eq(held[4], held[0]);
	ma_key_free(held[4]);
	held[4] = get(keys, 1);
	ck_assert_ptr_ne(held[4], held[1]);
	mailauth_keys_free(keys);
	mailauth_keys_free(NULL);
	/* They are counted: those that are held live on. */
	for (unsigned i = 0; i < 5; i++) {
		ck_assert_uint_eq(ma_key_bits(held[i]), 1024);
		ma_key_free(held[i]);
	}
}
END_TEST

START_TEST(remembers_many_keys)
{
	struct mailauth_keys *keys = mailauth_keys_new(100);
	struct public_key *held[300];
	unsigned found = 0;

	for (unsigned i = 0; i < COUNT(held); i++)
		held[i] = get(keys, i);
	for (unsigned i = COUNT(held); i-- > 0;) {
		struct public_key *again = get(keys, i);

		found += again == held[i];
		ma_key_free(again);
		ma_key_free(held[i]);
	}
	/* Sets of a few fill up unevenly; none holds more than its share. */
	ck_assert_uint_ge(found, 40);
	ck_assert_uint_le(found, 100);
	mailauth_keys_free(keys);
}
END_TEST

/* By type and octets; the limit counts for those that are remembered, too. */
START_TEST(tells_keys_apart)
{
	struct mailauth_keys *keys = mailauth_keys_new(10);
	struct public_key *key;
	struct buf b = { 0 };
	uint32_t bits;

	ma_key_free(get(keys, 1));
	ck_assert_int_eq(ma_keys_get(keys, KEY_ED25519, nth_key(&b, 1), 8192,
	    &key, &bits), KEY_MALFORMED);
	ck_assert_int_eq(ma_keys_get(keys, KEY_RSA, nth_key(&b, 1), 1023, &key,
	    &bits), KEY_TOO_LONG);
	ck_assert_ptr_null(key);
	ck_assert_uint_eq(bits, 1024);
	ck_assert_int_eq(ma_keys_get(keys, KEY_RSA, nth_key(&b, 1), 1024, &key,
	    &bits), KEY_OK);
	ma_key_free(key);
	ck_assert_int_eq(ma_keys_get(NULL, KEY_RSA, nth_key(&b, 1), 1024, &key,
	    &bits), KEY_OK);
	ma_key_free(key);
	ma_buf_free(&b);
	mailauth_keys_free(keys);
}
END_TEST

/* Eight keys in a memory of four, four threads at once. */
static void *
use(void *arg)
{
	void **args = arg;
	struct mailauth_keys *keys = args[0];
	struct slice *octets = args[1];

	for (unsigned i = 0; i < 400; i++) {
		static const uint8_t zeros[128];
		struct public_key *key;
		uint32_t bits;

		if (ma_keys_get(keys, KEY_RSA, octets[i * 5 % 8], 8192, &key,
		    &bits) != KEY_OK)
			return NULL;
		if (i % 16 == 0 && ma_key_verify(key, hash,
		    ma_slice(zeros, sizeof zeros)) != VERIFY_BAD)
			return NULL;
		ma_key_free(key);
	}
	return arg;
}

START_TEST(serves_threads)
{
	struct mailauth_keys *keys = mailauth_keys_new(4);
	struct buf bufs[8] = { 0 };
	struct slice octets[8];
	void *args[] = { keys, octets }, *result;
	pthread_t threads[4];

	for (unsigned i = 0; i < 8; i++)
		octets[i] = nth_key(&bufs[i], i);
	for (size_t i = 0; i < COUNT(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, use, args),
		    0);
	for (size_t i = 0; i < COUNT(threads); i++) {
		ck_assert_int_eq(pthread_join(threads[i], &result), 0);
		ck_assert_ptr_nonnull(result);
	}
	mailauth_keys_free(keys);
	for (size_t i = 0; i < 8; i++)
		ma_buf_free(&bufs[i]);
}
END_TEST

START_TEST(bears_a_lack_of_memory)
{
	struct buf b = { 0 };
	struct slice octets = nth_key(&b, 1);
	enum key_status status = KEY_FAILED;
	size_t i;

	for (i = 0; status != KEY_OK; i++) {
		struct mailauth_keys *keys;
		struct public_key *key = NULL;
		uint32_t bits;

		wrap_start(i);
		if ((keys = mailauth_keys_new(5)) == NULL)
			continue;
		status = ma_keys_get(keys, KEY_RSA, octets, 8192, &key, &bits);
		ck_assert(status == KEY_OK || status == KEY_FAILED);
		ck_assert((key != NULL) == (status == KEY_OK));
		ma_key_free(key);
		mailauth_keys_free(keys);
	}
	ck_assert_uint_ge(i, 3);
	wrap_start(SIZE_MAX);
	ma_buf_free(&b);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("crypto");
	TCase *tc = tcase_create("crypto");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, hashes);
	tcase_add_test(tc, prepares);
	tcase_add_loop_test(tc, measures_rsa_keys, 0, ROWS(rsa_rows));
	tcase_add_test(tc, reads_both_shapes);
	tcase_add_test(tc, reads_shortest_lengths_alone);
	tcase_add_test(tc, reads_nothing_else);
	tcase_add_test(tc, refuses_other_octets);
	tcase_add_loop_test(tc, verifies_rsa, 0, 3);
	tcase_add_loop_test(tc, refuses_forged_blocks, 0, ROWS(blocks));
	tcase_add_test(tc, verifies_ed25519);
	tcase_add_test(tc, refuses_points_of_small_order);
	tcase_add_test(tc, refuses_other_ed25519_keys);
	tcase_add_test(tc, leaves_errors_alone);
	tcase_add_test(tc, remembers_keys);
	tcase_add_test(tc, remembers_many_keys);
	tcase_add_test(tc, tells_keys_apart);
	tcase_add_test(tc, serves_threads);
	tcase_add_test(tc, bears_a_lack_of_memory);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
