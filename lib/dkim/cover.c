/*
 * What a signature covers of a header: RFC 6376 section 3.7 and 5.4.2.
 */
#include "dkim/dkim.h"

/* What people are shown, or what says how they are shown the rest. */
static const char *const displayed[] = {
	"From", "Sender", "Reply-To", "To", "Cc", "Subject", "Date",
	"Message-ID", "MIME-Version", "Content-Type",
	"Content-Transfer-Encoding",
};

const char *
ma_displayed_name(size_t bit)
{
	return bit < COUNT(displayed) ? displayed[bit] : NULL;
}

/* Are there more fields of this name than so many? */
static bool
has_more(const struct mailauth_message *m, struct slice name, size_t n)
{
	uint32_t i = ma_message_last(m, name);

	for (; i != NO_FIELD && n > 0; n--)
		i = ma_message_field(m, i).next;
	return i != NO_FIELD;
}

void
ma_cover_fields(const struct mailauth_message *m, const struct signature *sig,
    uint32_t *unsigned_fields, uint32_t *repeated_fields)
{
	size_t times[COUNT(displayed)] = { 0 };

	for (size_t k = 0; k < sig->nnames; k++)
		for (size_t bit = 0; bit < COUNT(displayed); bit++)
			if (ma_caseeq(ma_signature_name(sig, k),
			    ma_str(displayed[bit])))
				times[bit]++;
	*unsigned_fields = *repeated_fields = 0;
	for (size_t bit = 0; bit < COUNT(displayed); bit++) {
		if (!has_more(m, ma_str(displayed[bit]), times[bit]))
			continue;
		if (times[bit] == 0)
			*unsigned_fields |= UINT32_C(1) << bit;
		else
			*repeated_fields |= UINT32_C(1) << bit;
	}
}

bool
ma_cover_own(struct digest *d, const struct signature *sig, struct slice text,
    struct arena *arena)
{
	struct slice cut = sig->tags[SIG_B].rest;
	size_t head = (size_t)(cut.p - text.p);
	char *copy = ma_arena_alloc(arena, text.n);

	if (copy == NULL)
		return false;
	memcpy(copy, text.p, head);
	memcpy(copy + head, cut.p + cut.n, text.n - head - cut.n);
	return ma_canon_field(d, sig->header, ma_slice(copy, text.n - cut.n),
	    true);
}

bool
ma_cover_hash(struct picker *picker, struct digest *d,
    const struct signature *sig, struct slice own, uint32_t except,
    struct arena *arena, uint8_t out[SHA256_BYTES])
{
	struct slice text;

	if (!ma_digest_reset(d))
		return false;
	ma_picker_begin(picker);
	/* Names of which no field is left add nothing. */
	for (size_t k = 0; k < sig->nnames; k++)
		if (ma_pick_text(picker, ma_signature_name(sig, k), except,
		    &text) && !ma_canon_field(d, sig->header, text, false))
			return false;
	return ma_cover_own(d, sig, own, arena) && ma_digest_end(d, out);
}
