/*
 * Record types and their words.
 */
#include <stdio.h>

#include "dns/dns.h"

static const struct {
	uint16_t type;
	const char *word;
} words[] = {
	{ TYPE_A, "A" }, { TYPE_NS, "NS" }, { TYPE_CNAME, "CNAME" },
	{ TYPE_SOA, "SOA" }, { TYPE_PTR, "PTR" }, { TYPE_MX, "MX" },
	{ TYPE_TXT, "TXT" }, { TYPE_AAAA, "AAAA" }, { TYPE_DNAME, "DNAME" },
	{ TYPE_TLSA, "TLSA" }, { 33, "SRV" }, { 99, "SPF" }, { 257, "CAA" },
	{ 43, "DS" }, { 46, "RRSIG" }, { 47, "NSEC" }, { 48, "DNSKEY" },
	{ 50, "NSEC3" }, { 64, "SVCB" }, { 65, "HTTPS" }, { 13, "HINFO" },
};

void
ma_type_text(uint16_t type, char out[TYPE_TEXT])
{
	for (size_t i = 0; i < COUNT(words); i++)
		if (words[i].type == type) {
			snprintf(out, TYPE_TEXT, "%s", words[i].word);
			return;
		}
	snprintf(out, TYPE_TEXT, "TYPE%u", type);
}

bool
ma_type_parse(struct slice s, uint16_t *out)
{
	uint64_t v;

	for (size_t i = 0; i < COUNT(words); i++)
		if (ma_caseeq(s, ma_str(words[i].word))) {
			*out = words[i].type;
			return true;
		}
	if (!ma_casestarts(s, SLICE_LIT("TYPE")) ||
	    !ma_uint(ma_sub(s, 4, s.n), 65536, &v) || v == 0 || v > 65535)
		return false;
	*out = (uint16_t)v;
	return true;
}
