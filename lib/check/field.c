/*
 * The verdicts as an Authentication-Results field: RFC 8601.
 *
 * Each result that was reached is there, `none` too, and the words are the
 * RFC's.  What a result was reached for (a domain, an address) stands with it;
 * local-parts do not (section 2.7.2).
 */
#include <stdio.h>

#include "check/check.h"

enum { MAX_SIGNATURES = 20, MIN_DATA = 8 };

static void
write_result(struct field_writer *w, const char *method, const char *result,
    const char *reason)
{
	char word[32];

	snprintf(word, sizeof word, "%s=%s", method, result);
	ma_field_next(w);
	ma_field_word(w, word);
	if (reason != NULL)
		ma_field_pair(w, "reason", ma_str(reason));
}

/* RFC 8601 section 2.7.3. */
static void
write_rdns(struct field_writer *w, const struct mailauth_check *c)
{
	const char *name = mailauth_rdns_confirmed(c->rdns, 0);
	char text[IP_TEXT];

	write_result(w, "iprev",
	    mailauth_rdns_result_name(mailauth_rdns_result(c->rdns)),
	    mailauth_rdns_reason(c->rdns));
	if (name != NULL)
		ma_field_comment(w, ma_str(name));
	ma_ip_text(c->client, text);
	ma_field_pair(w, "policy.iprev", ma_str(text));
}

/*
 * RFC 8601 section 2.7.2: the property is the identity that gave the result.
 * The null sender's result is that of postmaster at the HELO name as MAIL FROM
 * (RFC 7208 section 2.4).
 */
static void
write_spf(struct field_writer *w, const struct mailauth_spf *spf,
    const char *property)
{
	const char *domain;
	size_t n;

	write_result(w, "spf",
	    mailauth_spf_result_name(mailauth_spf_result(spf)),
	    mailauth_spf_reason(spf));
	domain = mailauth_spf_domain(spf, &n);
	ma_field_pair(w, property, ma_slice(domain, n));
}

/* ---- DKIM ---- */

static struct slice
signature_data(const struct mailauth_dkim *d, size_t i)
{
	size_t n;
	const char *data = mailauth_dkim_signature_data(d, i, &n);

	return ma_slice(data, n);
}

/*
 * RFC 6008 section 4: at least eight characters of b=, and as many as tell it
 * from the others.
 */
static struct slice
distinct_data(const struct mailauth_dkim *d, size_t i)
{
	struct slice own = signature_data(d, i);
	size_t n = MIN_DATA;

	for (size_t k = 0; k < mailauth_dkim_count(d); k++) {
		struct slice other = signature_data(d, k);

		while (k != i && n < own.n &&
		    ma_eq(ma_sub(own, 0, n), ma_sub(other, 0, n)))
			n++;
	}
	return ma_sub(own, 0, n);
}

static void
write_tag(struct field_writer *w, const char *property, const char *text,
    size_t n)
{
	if (text != NULL)
		ma_field_pair(w, property, ma_slice(text, n));
}

static void
write_signature(struct field_writer *w, const struct mailauth_dkim *d, size_t i)
{
	uint32_t bits = mailauth_dkim_key_bits(d, i);
	char comment[48];
	const char *text;
	struct slice data;
	size_t n;

	write_result(w, "dkim",
	    mailauth_dkim_result_name(mailauth_dkim_signature_result(d, i)),
	    mailauth_dkim_signature_reason(d, i));
	if (bits > 0) {
		snprintf(comment, sizeof comment, "%u-bit key%s",
		    (unsigned)bits,
		    mailauth_dkim_testing(d, i) ? ", testing" : "");
		ma_field_comment(w, ma_str(comment));
	}
	text = mailauth_dkim_domain(d, i, &n);
	write_tag(w, "header.d", text, n);
	if ((text = mailauth_dkim_identity(d, i, &n)) != NULL)
		ma_field_identity(w, "header.i", ma_slice(text, n));
	text = mailauth_dkim_selector(d, i, &n);
	write_tag(w, "header.s", text, n);
	text = mailauth_dkim_algorithm(d, i, &n);
	write_tag(w, "header.a", text, n);
	data = distinct_data(d, i);
	if (data.n > 0)
		ma_field_pair(w, "header.b", data);
}

static void
write_dkim(struct field_writer *w, const struct mailauth_dkim *d)
{
	size_t count = mailauth_dkim_count(d), shown = 0;

	/* No signature, or a header that was too long to look for one. */
	if (count == 0)
		write_result(w, "dkim",
		    mailauth_dkim_result_name(mailauth_dkim_result(d)),
		    mailauth_dkim_reason(d));
	for (size_t i = 0; i < count; i++)
		if (shown < MAX_SIGNATURES ||
		    mailauth_dkim_signature_result(d, i) == MAILAUTH_DKIM_PASS) {
			write_signature(w, d, i);
			shown++;
		}
}

/* ---- ARC ---- */

/* RFC 8617 section 10.2; where there is a chain, what it was judged for. */
static void
write_arc(struct field_writer *w, const struct mailauth_check *c)
{
	int oldest = mailauth_arc_oldest_pass(c->arc);
	char text[IP_TEXT];

	write_result(w, "arc",
	    mailauth_arc_result_name(mailauth_arc_result(c->arc)),
	    mailauth_arc_reason(c->arc));
	if (oldest >= 0) {
		snprintf(text, sizeof text, "%d", oldest);
		ma_field_pair(w, "header.oldest-pass", ma_str(text));
	}
	if (mailauth_arc_result(c->arc) != MAILAUTH_ARC_NONE) {
		ma_ip_text(c->client, text);
		ma_field_pair(w, "smtp.remote-ip", ma_str(text));
	}
}

/* ---- DMARC ---- */

/* RFC 9989 section 9.1: header.from, and policy.dmarc, what is to be applied. */
static void
write_dmarc(struct field_writer *w, const struct mailauth_check *c)
{
	const struct mailauth_dmarc *d = c->dmarc;
	int disposition = mailauth_dmarc_disposition(d);
	const char *domain;
	size_t n;

	write_result(w, "dmarc",
	    mailauth_dmarc_result_name(mailauth_dmarc_result(d)),
	    mailauth_dmarc_reason(d));
	if (c->override_set > 0) {
		ma_field_comment(w, SLICE_LIT("trusted-forwarder"));
		ma_field_comment(w, ma_str(c->evidence));
	}
	domain = mailauth_dmarc_domain(d, &n);
	write_tag(w, "header.from", domain, n);
	if (disposition != 0)
		ma_field_pair(w, "policy.dmarc",
		    ma_str(mailauth_dmarc_policy_name(disposition)));
}

bool
ma_check_field(struct field_writer *w, const struct mailauth_check *c)
{
	ma_field_begin(w, "Authentication-Results");
	ma_field_value(w, ma_str(c->authserv_id));
	write_rdns(w, c);
	write_spf(w, c->spf, "smtp.mailfrom");
	write_spf(w, c->helo_spf, "smtp.helo");
	write_dkim(w, c->dkim);
	write_arc(w, c);
	write_dmarc(w, c);
	return ma_field_end(w);
}
