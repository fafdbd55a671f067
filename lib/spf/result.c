/*
 * Words for results, the SMTP reply, and the Received-SPF field.
 */
#include "authres/authres.h"
#include "spf/spf.h"

/* ---- Words: RFC 7208 section 2.6 ---- */

static const char *const names[] = {
	[MAILAUTH_SPF_NONE] = "none",
	[MAILAUTH_SPF_NEUTRAL] = "neutral",
	[MAILAUTH_SPF_PASS] = "pass",
	[MAILAUTH_SPF_FAIL] = "fail",
	[MAILAUTH_SPF_SOFTFAIL] = "softfail",
	[MAILAUTH_SPF_TEMPERROR] = "temperror",
	[MAILAUTH_SPF_PERMERROR] = "permerror",
};

const char *
mailauth_spf_result_name(int result)
{
	return result > 0 && result < (int)COUNT(names) ? names[result] :
	    "unknown";
}

int
mailauth_spf_result_parse(const char *word)
{
	for (int i = 1; i < (int)COUNT(names); i++)
		if (ma_caseeq(ma_str(word), ma_str(names[i])))
			return i;
	return 0;
}

/* ---- The SMTP reply: codes of RFC 7372 section 3.2 ---- */

int
ma_spf_reply(int result, const char **enhanced, const char **text)
{
	static const struct {
		int code;
		const char *enhanced, *text;
	} replies[COUNT(names)] = {
		/* RFC 7208 section 8.4, 8.6, 8.7. */
		[MAILAUTH_SPF_FAIL] = { 550, "5.7.23",
			"SPF validation failed" },
		[MAILAUTH_SPF_TEMPERROR] = { 451, "4.7.24",
			"SPF validation error, try again later" },
		[MAILAUTH_SPF_PERMERROR] = { 550, "5.7.24",
			"SPF validation error" },
	};

	if (enhanced != NULL)
		*enhanced = replies[result].enhanced;
	if (text != NULL)
		*text = replies[result].text;
	return replies[result].code;
}

/* ---- Received-SPF: RFC 7208 section 9.1 ---- */

static void
put_pair(struct field_writer *w, const char *key, struct slice value)
{
	ma_field_next(w);
	ma_field_pair(w, key, value);
}

static void
put_comment(struct field_writer *w, struct slice receiver, const char *detail)
{
	struct buf comment = { 0 };

	ma_buf_slice(&comment, receiver);
	ma_buf_str(&comment, ": ");
	ma_buf_str(&comment, detail);
	ma_field_comment(w, ma_slice(comment.p, comment.n));
	if (comment.failed)
		w->text.failed = true;
	ma_buf_free(&comment);
}

static bool
write_field(struct field_writer *w, const struct spf_input *in,
    const struct spf_outcome *out, struct slice receiver)
{
	char client[IP_TEXT];

	ma_ip_text(in->client, client);
	ma_field_begin(w, "Received-SPF");
	ma_field_word(w, mailauth_spf_result_name(out->result));
	put_comment(w, receiver, out->detail);
	ma_field_pair(w, "identity", in->has_mail_from ?
	    SLICE_LIT("mailfrom") : SLICE_LIT("helo"));
	put_pair(w, "client-ip", ma_str(client));
	if (in->has_mail_from)
		put_pair(w, "envelope-from", in->mail_from);
	put_pair(w, "helo", in->helo);
	put_pair(w, "receiver", receiver);
	if (out->mechanism.p != NULL)
		put_pair(w, "mechanism", out->mechanism);
	if (out->reason != NULL)
		put_pair(w, "problem", ma_str(out->reason));
	return ma_field_end(w);
}

size_t
ma_spf_received(const struct spf_input *in, const struct spf_outcome *out,
    struct slice receiver, char *buf, size_t size)
{
	struct field_writer w = { 0 };
	size_t n = 0;

	if (receiver.n == 0)
		receiver = SLICE_LIT("unknown");
	if (write_field(&w, in, out, receiver)) {
		n = w.text.n;
		if (size > 0) {
			size_t fits = n < size ? n : size - 1;

			memcpy(buf, w.text.p, fits);
			buf[fits] = '\0';
		}
	}
	ma_buf_free(&w.text);
	return n;
}
