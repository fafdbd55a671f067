/*
 * PEM: texts between lines of their own, and anything around them.
 */
#include "crypto/pem.h"

/* The index of text in s, or s.n. */
static size_t
find_text(struct slice s, struct slice text)
{
	for (size_t i = 0; text.n <= s.n && i <= s.n - text.n; i++)
		if (memcmp(s.p + i, text.p, text.n) == 0)
			return i;
	return s.n;
}

bool
ma_slice_has(struct slice s, struct slice text)
{
	return find_text(s, text) < s.n;
}

enum pem_status
ma_pem_next(struct slice *rest, struct slice *label, struct slice *text)
{
	const struct slice begin = SLICE_LIT("-----BEGIN ");
	const struct slice end = SLICE_LIT("-----END "), dashes = SLICE_LIT("-----");
	size_t at = find_text(*rest, begin), stop;
	struct slice in, after;

	if (at == rest->n)
		return PEM_END;
	in = ma_sub(*rest, at + begin.n, rest->n);
	*label = ma_sub(in, 0, find_text(in, dashes));
	in = ma_sub(in, label->n + dashes.n, in.n);
	stop = find_text(in, end);
	after = ma_sub(in, stop + end.n, in.n);
	*text = ma_sub(in, 0, stop);
	if (!ma_starts(after, *label))
		return PEM_BROKEN;
	after = ma_sub(after, label->n, after.n);
	if (!ma_starts(after, dashes))
		return PEM_BROKEN;
	*rest = ma_sub(after, dashes.n, after.n);
	return PEM_OK;
}
