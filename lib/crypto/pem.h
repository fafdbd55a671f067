/*
 * PEM as keys and certificates have it: RFC 7468 section 2.
 */
#ifndef MA_PEM_H
#define MA_PEM_H

#include "base/base.h"

enum pem_status {
	PEM_END,		/* there is no more of it */
	PEM_OK,
	PEM_BROKEN		/* one begins and does not end as it began */
};
/* The next text, its base64 not looked at; what follows it stays in *rest. */
enum pem_status ma_pem_next(struct slice *rest, struct slice *label,
    struct slice *text);
/* Is the one in the other? */
bool ma_slice_has(struct slice, struct slice text);

#endif
