/*
 * The organizational domain by a public suffix list: RFC 7489 section 3.2.
 */
#include "orgdom/orgdom.h"

void
ma_suffix_organizational(mailauth_public_suffix *suffix, void *user,
    const struct dname *name, struct dname *out)
{
	char text[NAME_TEXT];
	unsigned labels = ma_name_labels(name);
	int n;

	ma_name_text(name, text);
	n = suffix(user, text);
	/* Step 4 prefixes "the "x+1"th label from the subject domain"; where
	 * there is none, no other name can share this one's. */
	if (n < 0 || (unsigned)n >= labels)
		*out = *name;
	else
		ma_name_last(name, (unsigned)n + 1, out);
}
