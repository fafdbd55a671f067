/*
 * A buffer that grows.
 */
#include <stdio.h>

#include "base/base.h"

static bool
reserve(struct buf *b, size_t more)
{
	size_t cap = b->cap > 0 ? b->cap : 128;
	char *p;

	if (b->failed || more > SIZE_MAX / 4 - b->n)
		return !(b->failed = true);
	if (b->n + more <= b->cap)
		return true;
	while (cap < b->n + more)
		cap *= 2;
	if ((p = ma_realloc(b->p, cap)) == NULL)
		return !(b->failed = true);
	b->p = p;
	b->cap = cap;
	return true;
}

bool
ma_buf_add(struct buf *b, const void *p, size_t n)
{
	if (!reserve(b, n))
		return false;
	if (n > 0)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	return true;
}

bool
ma_buf_slice(struct buf *b, struct slice s)
{
	return ma_buf_add(b, s.p, s.n);
}

bool
ma_buf_str(struct buf *b, const char *s)
{
	return ma_buf_add(b, s, strlen(s));
}

bool
ma_buf_char(struct buf *b, char c)
{
	return ma_buf_add(b, &c, 1);
}

bool
ma_buf_fmt(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || !reserve(b, (size_t)n + 1))
		return !(b->failed = true);
	va_start(ap, fmt);
	vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
	return true;
}

void
ma_buf_clear(struct buf *b)
{
	b->n = 0;
	b->failed = false;
}

void
ma_buf_free(struct buf *b)
{
	ma_free(b->p);
	*b = (struct buf){ 0 };
}
