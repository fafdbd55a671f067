/*
 * Pieces of text that somebody else owns, and numbers in them.
 */
#include "base/base.h"

struct slice
ma_str(const char *s)
{
	return ma_slice(s, s != NULL ? strlen(s) : 0);
}

int
ma_hex(int c)
{
	if (ma_is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
ma_eq(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool
ma_caseeq(struct slice a, struct slice b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (ma_lower(a.p[i]) != ma_lower(b.p[i]))
			return false;
	return true;
}

int
ma_cmp(struct slice a, struct slice b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n > 0 ? memcmp(a.p, b.p, n) : 0;

	return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

bool
ma_starts(struct slice s, struct slice prefix)
{
	return s.n >= prefix.n && ma_eq(ma_sub(s, 0, prefix.n), prefix);
}

bool
ma_casestarts(struct slice s, struct slice prefix)
{
	return s.n >= prefix.n && ma_caseeq(ma_sub(s, 0, prefix.n), prefix);
}

struct slice
ma_sub(struct slice s, size_t from, size_t n)
{
	if (from > s.n)
		from = s.n;
	if (n > s.n - from)
		n = s.n - from;
	return ma_slice(s.n > 0 ? s.p + from : s.p, n);
}

size_t
ma_find(struct slice s, char c)
{
	const char *at = s.n > 0 ? memchr(s.p, c, s.n) : NULL;

	return at != NULL ? (size_t)(at - s.p) : s.n;
}

size_t
ma_rfind(struct slice s, char c)
{
	for (size_t i = s.n; i > 0; i--)
		if (s.p[i - 1] == c)
			return i - 1;
	return s.n;
}

struct slice
ma_cut(struct slice *s, char c)
{
	size_t at = ma_find(*s, c);
	struct slice head = ma_sub(*s, 0, at);

	*s = ma_sub(*s, at + 1, s->n);
	return head;
}

struct slice
ma_span(struct slice *s, bool (*fn)(int))
{
	struct slice head;
	size_t i = 0;

	while (i < s->n && fn((unsigned char)s->p[i]))
		i++;
	head = ma_sub(*s, 0, i);
	*s = ma_sub(*s, i, s->n);
	return head;
}

static struct slice
trim(struct slice s, bool (*blank)(int), bool left)
{
	while (s.n > 0 && blank((unsigned char)s.p[s.n - 1]))
		s.n--;
	while (left && s.n > 0 && blank((unsigned char)s.p[0])) {
		s.p++;
		s.n--;
	}
	return s;
}

struct slice
ma_trim(struct slice s)
{
	return trim(s, ma_is_wsp, true);
}

struct slice
ma_rtrim(struct slice s)
{
	return trim(s, ma_is_wsp, false);
}

struct slice
ma_trim_fws(struct slice s)
{
	return trim(s, ma_is_fws, true);
}

bool
ma_uint(struct slice s, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		uint64_t d = (uint64_t)(s.p[i] - '0');

		if (!ma_is_digit(s.p[i]))
			return false;
		v = d > max || v > (max - d) / 10 ? max : v * 10 + d;
	}
	*out = v;
	return true;
}

bool
ma_is_ascii(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

bool
ma_is_utf8(struct slice s)
{
	/* Lowest code point that may take 2, 3, 4 octets: RFC 3629 section 3. */
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };

	for (size_t i = 0; i < s.n;) {
		unsigned char c = (unsigned char)s.p[i];
		size_t len = c < 0x80 ? 1 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
		uint32_t v = len == 1 ? c : c & (0x7fu >> len);

		if ((c >= 0x80 && c < 0xc0) || c > 0xf4 || len > s.n - i)
			return false;
		for (size_t k = 1; k < len; k++) {
			if (((unsigned char)s.p[i + k] & 0xc0) != 0x80)
				return false;
			v = v << 6 | ((unsigned char)s.p[i + k] & 0x3f);
		}
		if (v < least[len] || v > 0x10ffff ||
		    (v >= 0xd800 && v <= 0xdfff))
			return false;
		i += len;
	}
	return true;
}
