/*
 * DMARC records: RFC 9989 section 4.7, 4.8.
 */
#include "dmarc/dmarc.h"

/* ---- URIs ---- */

/* obs-dmarc-report-size = "!" 1*DIGIT [ "k" / "m" / "g" / "t" ] */
static struct slice
drop_size(struct slice uri)
{
	size_t at = ma_find(uri, '!');
	struct slice size = ma_sub(uri, at + 1, uri.n);
	uint64_t v;

	if (size.n > 1 && memchr("kmgtKMGT", size.p[size.n - 1], 8) != NULL)
		size.n--;
	return at < uri.n && ma_uint(size, UINT64_MAX, &v) ?
	    ma_sub(uri, 0, at) : uri;
}

bool
ma_dmarc_uri(struct slice *list, struct slice *uri)
{
	while (list->n > 0) {
		*uri = drop_size(ma_trim(ma_cut(list, ',')));
		if (ma_is_uri(*uri))
			return true;
	}
	return false;
}

/* ---- Values ---- */

/* dmarc-value = %x20-3A / %x3C-7E; else it is a syntax error. */
static bool
is_printable(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~')
			return false;
	return true;
}

/* dmarc-request = "none" / "quarantine" / "reject"; 0: none of them. */
static int
policy_of(struct slice value)
{
	for (int p = MAILAUTH_DMARC_POLICY_NONE;
	    p <= MAILAUTH_DMARC_POLICY_REJECT; p++)
		if (ma_caseeq(value, ma_str(mailauth_dmarc_policy_name(p))))
			return p;
	return 0;
}

/*
 * dmarc-fo: "0" or "1" or neither, and "d" and "s" at most once each, with ":"
 * between.  0: it is not that.
 */
static unsigned
options_of(struct slice value)
{
	static const char letters[] = "01ds";
	unsigned fo = 0, bit;
	const char *at;

	while (value.n > 0) {
		struct slice word = ma_trim(ma_cut(&value, ':'));

		if (word.n != 1 || (at = memchr(letters, word.p[0], 4)) == NULL)
			return 0;
		bit = 1u << (at - letters);
		if ((fo & bit) != 0)
			return 0;
		fo |= bit;
	}
	return (fo & (FO_ALL | FO_ANY)) == (FO_ALL | FO_ANY) ? 0 : fo;
}

static int
percent_of(struct slice value)
{
	uint64_t v;

	return value.n <= 3 && ma_uint(value, 101, &v) && v <= 100 ?
	    (int)v : -1;
}

/* ---- Records ---- */

enum known {
	TAG_P, TAG_SP, TAG_NP, TAG_ADKIM, TAG_ASPF, TAG_T, TAG_FO, TAG_RUA,
	TAG_RUF, TAG_PCT, TAGS
};
static const char *const tag_names[TAGS] = {
	"p", "sp", "np", "adkim", "aspf", "t", "fo", "rua", "ruf", "pct"
};

static void
take_tag(struct dmarc_record *r, enum known tag, struct slice v)
{
	bool right = v.n > 0 && is_printable(v);

	switch (tag) {
	case TAG_P:
	case TAG_SP:
	case TAG_NP:
		*(tag == TAG_P ? &r->p : tag == TAG_SP ? &r->sp : &r->np) =
		    policy_of(v);
		if (policy_of(v) == 0 && r->wrong == NULL)
			r->wrong = tag_names[tag];
		return;
	case TAG_ADKIM:
		r->strict_dkim = ma_caseeq(v, SLICE_LIT("s"));
		return;
	case TAG_ASPF:
		r->strict_spf = ma_caseeq(v, SLICE_LIT("s"));
		return;
	case TAG_T:
		r->testing = ma_caseeq(v, SLICE_LIT("y"));
		return;
	case TAG_FO:
		r->fo = options_of(v);
		return;
	case TAG_RUA:
	case TAG_RUF:
		if (right)
			*(tag == TAG_RUA ? &r->rua : &r->ruf) = v;
		return;
	case TAG_PCT:
		r->pct = percent_of(v);
		return;
	default:
		return;
	}
}

enum dmarc_record_status
ma_dmarc_record_parse(struct slice text, struct dmarc_record *r)
{
	struct slice tags, name, value;
	bool seen[TAGS] = { false };

	*r = (struct dmarc_record){ .pct = -1 };
	if (!ma_dmarc_version(text, &tags))
		return DMARC_RECORD_ABSENT;
	r->psd = ma_dmarc_psd(tags);
	while (ma_dmarc_tag(&tags, &name, &value))
		for (int i = 0; i < TAGS; i++)
			if (!seen[i] && ma_caseeq(name, ma_str(tag_names[i]))) {
				seen[i] = true;
				take_tag(r, (enum known)i, value);
			}
	/* "MUST be ignored if a "ruf" tag is not also specified": RFC 9989
	 * section 4.7; and its default is "0". */
	if (r->ruf.n == 0)
		r->fo = 0;
	else if (r->fo == 0)
		r->fo = FO_ALL;
	value = r->rua;
	r->reports = ma_dmarc_uri(&value, &name);
	if (!seen[TAG_P] && r->wrong == NULL)
		r->wrong = tag_names[TAG_P];
	return r->wrong == NULL ? DMARC_RECORD_OK : DMARC_RECORD_INVALID;
}

static void
format_policy(struct buf *b, enum known tag, int policy)
{
	if (policy != 0)
		ma_buf_fmt(b, "; %s=%s", tag_names[tag],
		    mailauth_dmarc_policy_name(policy));
}

static void
format_options(struct buf *b, unsigned fo)
{
	const char *sep = "; fo=";

	for (unsigned i = 0; i < 4; i++)
		if ((fo & 1u << i) != 0) {
			ma_buf_fmt(b, "%s%c", sep, "01ds"[i]);
			sep = ":";
		}
}

static void
format_list(struct buf *b, enum known tag, struct slice list)
{
	if (list.n > 0)
		ma_buf_fmt(b, "; %s=%.*s", tag_names[tag], SLICE_ARG(list));
}

bool
ma_dmarc_record_format(struct buf *b, const struct dmarc_record *r)
{
	ma_buf_str(b, "v=DMARC1");
	format_policy(b, TAG_P, r->p);
	format_policy(b, TAG_SP, r->sp);
	format_policy(b, TAG_NP, r->np);
	if (r->strict_dkim)
		ma_buf_str(b, "; adkim=s");
	if (r->strict_spf)
		ma_buf_str(b, "; aspf=s");
	if (r->psd != PSD_UNKNOWN)
		ma_buf_str(b, r->psd == PSD_YES ? "; psd=y" : "; psd=n");
	if (r->testing)
		ma_buf_str(b, "; t=y");
	format_list(b, TAG_RUA, r->rua);
	format_list(b, TAG_RUF, r->ruf);
	if (r->fo != FO_ALL)
		format_options(b, r->fo);
	if (r->pct >= 0)
		ma_buf_fmt(b, "; pct=%d", r->pct);
	return !b->failed;
}
