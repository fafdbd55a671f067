/*
 * The library's memory counted, and failing at a chosen request.  Link with
 * -Wl,--wrap=ma_realloc,--wrap=ma_calloc.
 */
#ifndef WRAP_H
#define WRAP_H

#include "base/base.h"

static _Atomic size_t wrap_requests, wrap_octets;	/* threads may share them */
static _Atomic size_t wrap_fail_at = SIZE_MAX;	/* this request fails, counted from 0 */

void *__real_ma_realloc(void *, size_t);
void *__wrap_ma_realloc(void *, size_t);
void *__wrap_ma_calloc(size_t);

void *
__wrap_ma_realloc(void *old, size_t n)
{
	if (wrap_requests++ == wrap_fail_at)
		return NULL;
	wrap_octets += n;
	return __real_ma_realloc(old, n);
}

void *
__wrap_ma_calloc(size_t n)
{
	void *p = __wrap_ma_realloc(NULL, n);

	if (p != NULL)
		memset(p, 0, n);
	return p;
}

/* From now on: nothing counted yet, this request fails. */
static inline void
wrap_start(size_t fail_at)
{
	wrap_requests = wrap_octets = 0;
	wrap_fail_at = fail_at;
}

#endif
