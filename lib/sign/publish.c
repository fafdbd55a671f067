/*
 * The record that publishes a private key: RFC 6376 section 3.6.
 */
#include "sign/sign.h"

enum { TTL = 3600 };

bool
ma_key_name(struct slice domain, struct slice selector, struct dname *out,
    bool *nomem)
{
	struct dname d, s, below;
	char text[NAME_TEXT];

	*nomem = false;
	if (!ma_domain_parse(domain, &d, nomem) ||
	    !ma_domain_parse(selector, &s, nomem))
		return false;
	ma_name_text(&s, text);
	return ma_name_prepend(SLICE_LIT("_domainkey"), &d, &below) &&
	    ma_name_prepend(ma_str(text), &below, out);
}

static bool
write_record(struct buf *b, const struct mailauth_private_key *k)
{
	const struct key_record record = { .type = ma_private_key_type(k),
		.sha256 = true, .email = true,
		.key = ma_private_key_public(k) };

	return ma_key_record_format(b, &record);
}

/* Hand out a text that is ours, and free it. */
static int
give(struct buf *b, char *buf, size_t size)
{
	int n = b->failed ? MAILAUTH_ENOMEM : (int)b->n;

	if (size > 0)
		buf[0] = '\0';
	if (!b->failed && b->n < size) {
		memcpy(buf, b->p, b->n);
		buf[b->n] = '\0';
	}
	ma_buf_free(b);
	return n;
}

int
mailauth_private_key_record(const struct mailauth_private_key *k, char *buf,
    size_t size)
{
	struct buf b = { 0 };

	if (k == NULL || (buf == NULL && size > 0))
		return MAILAUTH_EINVAL;
	write_record(&b, k);
	return give(&b, buf, size);
}

int
mailauth_private_key_zone(const struct mailauth_private_key *k,
    const char *domain, const char *selector, char *buf, size_t size)
{
	struct buf text = { 0 }, line = { 0 };
	struct dname name;
	bool nomem;

	if (k == NULL || (buf == NULL && size > 0))
		return MAILAUTH_EINVAL;
	if (!ma_key_name(ma_str(domain), ma_str(selector), &name, &nomem))
		return nomem ? MAILAUTH_ENOMEM : MAILAUTH_EINVAL;
	if (write_record(&text, k)) {
		const struct record record = { .ttl = TTL,
			.data = ma_slice(text.p, text.n) };
		const struct answer answer = { .status = ANSWER_RECORDS,
			.count = 1, .records = &record };

		ma_zone_text(&line, &name, TYPE_TXT, &answer);
	} else {
		line.failed = true;
	}
	ma_buf_free(&text);
	return give(&line, buf, size);
}
