/*
 * Words of iprev, and sentences for people.
 */
#include "rdns/rdns.h"

const char *
mailauth_rdns_result_name(int result)
{
	static const char *const names[] = {
		[MAILAUTH_RDNS_PASS] = "pass",
		[MAILAUTH_RDNS_FAIL] = "fail",
		[MAILAUTH_RDNS_TEMPERROR] = "temperror",
		[MAILAUTH_RDNS_PERMERROR] = "permerror",
	};

	if (result < 1 || result >= (int)COUNT(names))
		return "unknown";
	return names[result];
}

const char *
ma_rdns_detail(const char *reason)
{
	static const struct {
		const char *reason, *detail;
	} list[] = {
		{ "forward-mismatch", "none of the address's names has this "
		    "address" },
		{ "name-limit", "none of the address's first names has this "
		    "address; more than the limit were not looked at" },
		{ "no-host-name", "none of the address's names is a host "
		    "name" },
		{ "no-ptr", "the address has no name in the DNS" },
	};

	if (reason == NULL)
		return "a name of the address has this address";
	for (size_t i = 0; i < COUNT(list); i++)
		if (strcmp(reason, list[i].reason) == 0)
			return list[i].detail;
	return "a DNS lookup of the address or its names failed";
}
