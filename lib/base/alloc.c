/*
 * The library's one way to get memory.
 */
#include <stdlib.h>

#include "base/base.h"

/* realloc(3), but never for nothing: size 0 gets one octet. */
void *
ma_realloc(void *old, size_t size)
{
	return realloc(old, size > 0 ? size : 1);
}

void
ma_free(void *p)
{
	free(p);
}

void *
ma_calloc(size_t size)
{
	void *p = ma_realloc(NULL, size);

	if (p != NULL)
		memset(p, 0, size);
	return p;
}
