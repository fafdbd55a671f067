/*
 * TLSA records: RFC 6698 section 2.1.
 */
#include "dane/dane.h"

bool
ma_tlsa_parse(struct slice rdata, struct tlsa *out)
{
	if (rdata.n < 3)
		return false;
	*out = (struct tlsa){ .usage = (uint8_t)rdata.p[0],
		.selector = (uint8_t)rdata.p[1],
		.matching_type = (uint8_t)rdata.p[2],
		.data = ma_sub(rdata, 3, rdata.n) };
	return true;
}

/*
 * PKIX-TA(0) and PKIX-EE(1) have no meaning for SMTP (RFC 7672 section 3.1.3),
 * and a digest of another length is none (RFC 6698 section 4.1).
 */
bool
ma_tlsa_usable(const struct tlsa *t)
{
	if ((t->usage != USAGE_TA && t->usage != USAGE_EE) ||
	    t->selector > SELECT_KEY)
		return false;
	switch (t->matching_type) {
	case MATCH_FULL:
		return t->data.n > 0;
	case MATCH_SHA256:
		return t->data.n == 32;
	case MATCH_SHA512:
		return t->data.n == 64;
	default:
		return false;
	}
}
