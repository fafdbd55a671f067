/*
 * Base64: RFC 4648 section 4.
 */
#include "base/base.h"

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int
value(char c)
{
	if (ma_is_upper(c))
		return c - 'A';
	if (ma_is_lower(c))
		return c - 'a' + 26;
	if (ma_is_digit(c))
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool
ma_base64_decode(struct slice in, uint8_t *out, size_t *n)
{
	uint32_t bits = 0;
	size_t digits = 0, pads = 0;
	int v;

	*n = 0;
	for (size_t i = 0; i < in.n; i++) {
		if (ma_is_fws(in.p[i]))
			continue;
		if (in.p[i] == '=') {
			pads++;
			continue;
		}
		if (pads > 0 || (v = value(in.p[i])) < 0)
			return false;
		bits = (bits << 6 | (uint32_t)v) & 0xffff;
		/* 6, 4 or 2 of the bits so far wait for the next digit. */
		switch (digits++ % 4) {
		case 1:
			out[(*n)++] = (uint8_t)(bits >> 4);
			break;
		case 2:
			out[(*n)++] = (uint8_t)(bits >> 2);
			break;
		case 3:
			out[(*n)++] = (uint8_t)bits;
			break;
		}
	}
	switch (digits % 4) {
	case 0:
		return pads == 0;
	case 2:
		return pads == 2 && (bits & 0xf) == 0;
	case 3:
		return pads == 1 && (bits & 0x3) == 0;
	default:
		return false;
	}
}

bool
ma_base64_encode(struct buf *b, const void *data, size_t n)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i;
		uint32_t v = (uint32_t)p[i] << 16 |
		    (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
		    (left > 2 ? p[i + 2] : 0);
		char four[4] = { alphabet[v >> 18], alphabet[v >> 12 & 63],
			left > 1 ? alphabet[v >> 6 & 63] : '=',
			left > 2 ? alphabet[v & 63] : '=' };

		ma_buf_add(b, four, sizeof four);
	}
	return !b->failed;
}
