/*
 * SipHash-2-4 (Aumasson and Bernstein, 2012): without the key nobody can find
 * names that fall into one slot.
 */
#include "base/base.h"

struct state {
	uint64_t a, b, c, d;
};

static uint64_t
rotate(uint64_t v, unsigned bits)
{
	return v << bits | v >> (64 - bits);
}

static uint64_t
little(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return v;
}

static void
mix(struct state *s, unsigned rounds)
{
	while (rounds-- > 0) {
		s->a += s->b;
		s->c += s->d;
		s->b = rotate(s->b, 13) ^ s->a;
		s->d = rotate(s->d, 16) ^ s->c;
		s->a = rotate(s->a, 32);
		s->c += s->b;
		s->a += s->d;
		s->b = rotate(s->b, 17) ^ s->c;
		s->d = rotate(s->d, 21) ^ s->a;
		s->c = rotate(s->c, 32);
	}
}

static void
absorb(struct state *s, uint64_t word)
{
	s->d ^= word;
	mix(s, 2);
	s->a ^= word;
}

uint64_t
ma_hash(const uint8_t key[HASH_KEY], struct slice in)
{
	uint64_t k0 = little(key, 8), k1 = little(key + 8, 8);
	const uint8_t *p = (const uint8_t *)in.p;
	size_t left = in.n;
	struct state s = { k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d,
		k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573 };

	for (; left >= 8; left -= 8, p += 8)
		absorb(&s, little(p, 8));
	absorb(&s, (uint64_t)in.n << 56 | little(p, left));
	s.c ^= 0xff;
	mix(&s, 4);
	return s.a ^ s.b ^ s.c ^ s.d;
}
