/*
 * The results' words: RFC 8601 section 2.7.1; and a server's reply: RFC 7372
 * section 3.1.
 */
#include "dkim/dkim.h"

static const char *const words[] = {
	[MAILAUTH_DKIM_NONE] = "none", [MAILAUTH_DKIM_PASS] = "pass",
	[MAILAUTH_DKIM_FAIL] = "fail", [MAILAUTH_DKIM_POLICY] = "policy",
	[MAILAUTH_DKIM_NEUTRAL] = "neutral",
	[MAILAUTH_DKIM_TEMPERROR] = "temperror",
	[MAILAUTH_DKIM_PERMERROR] = "permerror",
};

const char *
mailauth_dkim_result_name(int result)
{
	return result > 0 && result < (int)COUNT(words) ? words[result] :
	    "unknown";
}

int
mailauth_dkim_result_parse(const char *word)
{
	for (int i = 1; word != NULL && i < (int)COUNT(words); i++)
		if (ma_caseeq(ma_str(word), ma_str(words[i])))
			return i;
	return 0;
}

/*
 * RFC 7372 section 3.1: X.7.21 where a signature passes and is not acceptable.
 * RFC 6376 section 6.3: only what may be otherwise later gets a 4xx.
 */
int
ma_dkim_reply(const struct verdict *v, const char **enhanced, const char **text)
{
	const char *ignored;

	if (enhanced == NULL)
		enhanced = &ignored;
	if (text == NULL)
		text = &ignored;
	*enhanced = *text = NULL;
	if (v->result == 0 || v->result == MAILAUTH_DKIM_PASS)
		return 0;
	if (v->result == MAILAUTH_DKIM_TEMPERROR) {
		*enhanced = "4.7.20";
		*text = "DKIM signature could not be verified now";
		return 451;
	}
	if (v->result == MAILAUTH_DKIM_POLICY &&
	    ma_eq(ma_str(v->why.reason), SLICE_LIT("unsigned-body"))) {
		*enhanced = "5.7.21";
		*text = "No acceptable DKIM signature found";
	} else {
		*enhanced = "5.7.20";
		*text = "No passing DKIM signature found";
	}
	return 550;
}
