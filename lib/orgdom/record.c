/*
 * What makes a TXT record a DMARC record: RFC 9989 section 4.7, 4.8.
 *
 *	dmarc-record = dmarc-version *(dmarc-sep dmarc-tag) [dmarc-sep]
 *	dmarc-version = "v" equals %s"DMARC1"
 *	dmarc-sep = *WSP ";" *WSP
 *	equals = *WSP "=" *WSP
 */
#include "orgdom/orgdom.h"
#include "text/text.h"

bool
ma_dmarc_version(struct slice text, struct slice *tags)
{
	struct slice version = ma_cut(&text, ';'), name;

	/* Nothing stands before the "v": its place in the ABNF is the first. */
	name = ma_cut(&version, '=');
	if (!ma_caseeq(ma_rtrim(name), SLICE_LIT("v")) ||
	    !ma_eq(ma_trim(version), SLICE_LIT("DMARC1")))
		return false;
	*tags = text;
	return true;
}

/*
 * dmarc-tag = 1*ALPHA equals 1*dmarc-value
 *
 * "Syntax errors in the remainder of the record MUST be discarded in favor of
 * default values (if any) or ignored outright": RFC 9989 section 4.8.
 */
bool
ma_dmarc_tag(struct slice *tags, struct slice *name, struct slice *value)
{
	enum tag_status status;
	struct tag tag;

	while ((status = ma_tag_next(tags, TAG_SPACE_WSP, &tag)) != TAG_END) {
		/* A name with a wrong value is a tag that is not valid. */
		if (status == TAG_OK ||
		    (status == TAG_SYNTAX && tag.value.n > 0)) {
			*name = tag.name;
			*value = tag.value;
			return true;
		}
	}
	return false;
}

/*
 * Others: the last of repeated tags counts, or the record is dropped (RFC 6376
 * section 3.2).  We: the first counts, because what is wrong in the remainder
 * is ignored, and the later one is what is wrong.
 */
bool
ma_dmarc_find(struct slice tags, const char *want, struct slice *value)
{
	struct slice name;

	/* The ABNF's "v" has no case; no more can the others have one. */
	while (ma_dmarc_tag(&tags, &name, value))
		if (ma_caseeq(name, ma_str(want)))
			return true;
	return false;
}

enum psd
ma_dmarc_psd(struct slice tags)
{
	struct slice value;

	if (!ma_dmarc_find(tags, "psd", &value))
		return PSD_UNKNOWN;
	if (ma_caseeq(value, SLICE_LIT("y")))
		return PSD_YES;
	return ma_caseeq(value, SLICE_LIT("n")) ? PSD_NO : PSD_UNKNOWN;
}
