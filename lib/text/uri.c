/*
 * URIs that say where reports go.
 */
#include "text/text.h"

/* unreserved, gen-delims and sub-delims, but "!" and what ends a URI here. */
static bool
is_uri_octet(unsigned char c, bool authority)
{
	if (c == '[' || c == ']')
		return authority;	/* round an IPv6 address */
	return ma_is_alnum(c) ||
	    (c != '\0' && strchr("-._~:/?#@$&'()*+=", c) != NULL);
}

bool
ma_is_uri(struct slice uri)
{
	struct slice scheme = ma_cut(&uri, ':');
	bool authority = ma_starts(uri, SLICE_LIT("//"));

	if (scheme.n == 0 || !ma_is_alpha(scheme.p[0]) || uri.n == 0)
		return false;
	for (size_t i = 1; i < scheme.n; i++)
		if (!ma_is_alnum(scheme.p[i]) && scheme.p[i] != '+' &&
		    scheme.p[i] != '-' && scheme.p[i] != '.')
			return false;
	for (size_t i = 0; i < uri.n; i++) {
		if (uri.p[i] != '%') {
			if (!is_uri_octet((unsigned char)uri.p[i], authority))
				return false;
			continue;
		}
		if (uri.n - i < 3 || ma_hex(uri.p[i + 1]) < 0 ||
		    ma_hex(uri.p[i + 2]) < 0)
			return false;
		i += 2;
	}
	return true;
}

bool
ma_is_mailto(struct slice uri)
{
	struct slice scheme = ma_cut(&uri, ':'), address = ma_cut(&uri, '?');
	size_t at = ma_rfind(address, '@');

	return ma_caseeq(scheme, SLICE_LIT("mailto")) && at > 0 &&
	    at + 1 < address.n;
}

bool
ma_is_https(struct slice uri)
{
	struct slice scheme = ma_cut(&uri, ':');

	return ma_caseeq(scheme, SLICE_LIT("https")) &&
	    ma_starts(uri, SLICE_LIT("//")) && uri.n > 2 && uri.p[2] != '/';
}
