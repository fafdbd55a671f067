/*
 * Memory of one run: pieces cut from blocks, given back all at once.
 */
#include <stdalign.h>
#include <stdio.h>

#include "base/base.h"

enum { BLOCK = 2048 };		/* octets of an ordinary block */

struct arena_block {
	struct arena_block *next;
	size_t cap, used;
	alignas(max_align_t) char data[];
};

static struct arena_block *
add_block(struct arena *a, size_t n)
{
	size_t cap = n > BLOCK ? n : BLOCK;
	struct arena_block *b;

	if (n > SIZE_MAX / 2 || (b = ma_realloc(NULL, sizeof *b + cap)) == NULL)
		return NULL;
	*b = (struct arena_block){ .next = a->head, .cap = cap };
	return a->head = b;
}

void *
ma_arena_alloc(struct arena *a, size_t n)
{
	size_t unit = alignof(max_align_t);
	size_t want = (n + unit - 1) / unit * unit;
	struct arena_block *b = a->head;
	void *p;

	if (want < n ||
	    ((b == NULL || b->cap - b->used < want) &&
	    (b = add_block(a, want)) == NULL)) {
		a->failed = true;
		return NULL;
	}
	p = b->data + b->used;
	b->used += want;
	memset(p, 0, n);
	return p;
}

char *
ma_arena_str(struct arena *a, struct slice s)
{
	char *p = ma_arena_alloc(a, s.n + 1);

	if (p != NULL && s.n > 0)
		memcpy(p, s.p, s.n);
	return p;
}

char *
ma_arena_vfmt(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	char *p;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0) {
		a->failed = true;
		return NULL;
	}
	if ((p = ma_arena_alloc(a, (size_t)n + 1)) != NULL)
		vsnprintf(p, (size_t)n + 1, fmt, ap);
	return p;
}

char *
ma_arena_fmt(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = ma_arena_vfmt(a, fmt, ap);
	va_end(ap);
	return p;
}

void
ma_arena_reset(struct arena *a)
{
	struct arena_block *b;

	while ((b = a->head) != NULL && b->next != NULL) {
		a->head = b->next;
		ma_free(b);
	}
	if (b != NULL)
		b->used = 0;
	a->failed = false;
}

void
ma_arena_free(struct arena *a)
{
	ma_arena_reset(a);
	ma_free(a->head);
	a->head = NULL;
}
