/*
 * U-labels become A-labels; the only place that sees libidn2.
 */
#include <idn2.h>

#include "dns/dns.h"

/* A label that is longer as UTF-8 is too long as an A-label, too. */
enum { U_LABEL_MAX = 4 * LABEL_MAX };

/*
 * RFC 8616 section 3, RFC 5891 section 4.  Others: what UTS 46 maps to plain
 * ASCII (full-width letters, U+2100, U+3002) is taken as that.  We: refused,
 * because no U-label is that (RFC 5890 section 2.3.2.1), and dots or slashes
 * may come of it.
 */
static bool
add_u_label(struct dname *d, struct slice label, bool *nomem)
{
	uint8_t u[U_LABEL_MAX + 1] = { 0 }, *out = NULL;
	struct slice a;
	bool ok = false;
	int r;

	if (label.n > U_LABEL_MAX)
		return false;
	memcpy(u, label.p, label.n);
	r = idn2_lookup_u8(u, &out, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
	*nomem = r == IDN2_MALLOC;
	if (r == IDN2_OK) {
		a = ma_str((const char *)out);
		ok = ma_casestarts(a, SLICE_LIT("xn--")) &&
		    ma_find(a, '.') == a.n && ma_name_add(d, a.p, a.n);
	}
	idn2_free(out);
	return ok;
}

bool
ma_name_parse_utf8(struct slice text, struct dname *out, bool *nomem)
{
	struct dname d = { 0 };

	*nomem = false;
	if (ma_is_ascii(text))
		return ma_name_parse(text, out);
	if (!ma_is_utf8(text) || ma_find(text, '\0') < text.n)
		return false;
	if (text.p[text.n - 1] == '.')
		text.n--;
	for (bool more = true; more;) {
		size_t at = ma_find(text, '.');
		struct slice label = ma_sub(text, 0, at);

		more = at < text.n;
		text = ma_sub(text, at + 1, text.n);
		/* Of ASCII, selectors like "a--b" among them: as it stands. */
		if (!(ma_is_ascii(label) ? ma_name_add(&d, label.p, label.n) :
		    add_u_label(&d, label, nomem)))
			return false;
	}
	d.w[d.n++] = 0;
	*out = d;
	return true;
}
