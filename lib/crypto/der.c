/*
 * DER as keys have it.
 */
#include "crypto/der.h"

bool
ma_der_take(struct slice *in, uint8_t type, struct slice *out)
{
	const uint8_t *p = (const uint8_t *)in->p;
	size_t n, octets = 0, at = 2;

	if (in->n < 2 || p[0] != type)
		return false;
	n = p[1];
	if (n >= 0x80) {
		octets = n & 0x7f;
		if (octets == 0 || octets > 3 || octets > in->n - 2)
			return false;
		for (n = 0; at < 2 + octets; at++)
			n = n << 8 | p[at];
		if (n < 0x80 || (n >> 8 * (octets - 1)) == 0)
			return false;
	}
	if (n > in->n - at)
		return false;
	*out = ma_sub(*in, at, n);
	*in = ma_sub(*in, at + n, in->n);
	return true;
}

bool
ma_der_positive(struct slice *in, struct slice *out)
{
	const uint8_t *p;

	if (!ma_der_take(in, DER_INTEGER, out) || out->n == 0)
		return false;
	p = (const uint8_t *)out->p;
	if (p[0] >= 0x80)
		return false;
	if (p[0] > 0)
		return true;
	*out = ma_sub(*out, 1, out->n);
	return out->n > 0 && p[1] >= 0x80;
}
