/*
 * Rdata from words.  ldns knows every type's text, but cuts numbers that are
 * too large, takes odd hexadecimal digits and loses the end of long strings:
 * so numbers, names and the RFC 3597 form are checked here, and TXT is read
 * here.
 */
#include <stdlib.h>

#include <ldns/ldns.h>

#include "io/zone.h"

enum { RDATA_MAX = 65535, LDNS_TEXT_MAX = 60000 };
enum { TYPE_WKS = 11, TYPE_SPF = 99 };

bool
ma_rdata_type(struct slice s, uint16_t *out)
{
	char word[16];
	unsigned type = 0;

	if (ma_type_parse(s, out))
		type = *out;
	else if (s.n < sizeof word) {
		memcpy(word, s.p, s.n);
		word[s.n] = '\0';
		type = (unsigned)ldns_get_rr_type_by_name(word);
	}
	/* RFC 6895 section 3.1: OPT, and 128 to 255, are of questions only. */
	if (type == 0 || type == TYPE_OPT || (type >= 128 && type <= 255))
		return false;
	*out = (uint16_t)type;
	return true;
}

/* \# LENGTH HEX...: RFC 3597 section 5. */
static int
read_generic(struct lines *l, const struct word *w, size_t n, struct buf *out)
{
	size_t start = out->n;
	uint64_t length;

	if (n < 2 || !ma_uint(w[1].text, RDATA_MAX + 1, &length) ||
	    length > RDATA_MAX)
		return ma_word_fail(l, &w[n < 2 ? 0 : 1],
		    "no length from 0 to 65535");
	for (size_t i = 2; i < n; i++) {
		struct slice t = w[i].text;

		if (t.n % 2 != 0)
			return ma_word_fail(l, &w[i],
			    "an odd number of hexadecimal digits");
		for (size_t k = 0; k < t.n; k += 2) {
			int hi = ma_hex((unsigned char)t.p[k]);
			int lo = ma_hex((unsigned char)t.p[k + 1]);

			if (hi < 0 || lo < 0 || w[i].quoted)
				return ma_word_fail(l, &w[i],
				    "not hexadecimal");
			ma_buf_char(out, (char)(hi << 4 | lo));
		}
	}
	if (out->failed)
		return MAILAUTH_ENOMEM;
	return out->n - start == length ? MAILAUTH_DONE :
	    ma_word_fail(l, &w[1], "not as many octets as this length says");
}

/* One or more strings of at most 255 octets: RFC 1035 section 3.3.14. */
static int
read_strings(struct lines *l, unsigned line, const struct word *w, size_t n,
    struct buf *out)
{
	size_t first = out->n;

	if (n == 0)
		return ma_lines_fail(l, line, "a string is missing");
	for (size_t i = 0; i < n; i++) {
		size_t start = out->n;

		ma_buf_char(out, 0);
		if (!ma_word_decode(w[i].text, out))
			return ma_word_fail(l, &w[i],
			    "a bad escape or quote in a string");
		if (out->failed)
			return MAILAUTH_ENOMEM;
		if (out->n - start > 256)
			return ma_word_fail(l, &w[i],
			    "a string over 255 octets");
		if (out->n - first > RDATA_MAX)
			return ma_word_fail(l, &w[i],
			    "a record over 65535 octets");
		out->p[start] = (char)(unsigned char)(out->n - start - 1);
	}
	return MAILAUTH_DONE;
}

/* The name as ldns cannot misread it: absolute, all but letters escaped. */
static bool
put_name(struct slice text, const struct dname *origin, struct buf *out)
{
	struct dname name;

	if (!ma_name_master(text, origin, &name))
		return false;
	for (size_t i = 0; name.w[i] != 0; i += 1u + name.w[i]) {
		for (size_t k = 1; k <= name.w[i]; k++) {
			unsigned char c = name.w[i + k];

			if (ma_is_alnum(c) || c == '-' || c == '_')
				ma_buf_char(out, (char)c);
			else
				ma_buf_fmt(out, "\\%03u", c);
		}
		ma_buf_char(out, '.');
	}
	if (name.n == 1)
		ma_buf_char(out, '.');
	return true;
}

/* The largest number in such a field; 0: no number, or else checked. */
static uint32_t
largest(ldns_rdf_type field)
{
	switch (field) {
	case LDNS_RDF_TYPE_INT8:
	case LDNS_RDF_TYPE_ALG:
	case LDNS_RDF_TYPE_CERTIFICATE_USAGE:
	case LDNS_RDF_TYPE_SELECTOR:
	case LDNS_RDF_TYPE_MATCHING_TYPE:
		return UINT8_MAX;
	case LDNS_RDF_TYPE_INT16:
	case LDNS_RDF_TYPE_CERT_ALG:
		return UINT16_MAX;
	case LDNS_RDF_TYPE_INT32:
		return UINT32_MAX;
	default:
		return 0;
	}
}

/* Some numbers have words as well: DANE-EE, RSASHA256. */
static bool
may_be_word(ldns_rdf_type field)
{
	return field != LDNS_RDF_TYPE_INT8 && field != LDNS_RDF_TYPE_INT16 &&
	    field != LDNS_RDF_TYPE_INT32;
}

static int
put_number(struct lines *l, const struct word *w, ldns_rdf_type field,
    struct buf *out)
{
	uint32_t max = largest(field);
	uint64_t v;

	if (w->quoted)
		return ma_word_fail(l, w, "a number in quotes");
	if (!ma_uint(w->text, (uint64_t)max + 1, &v)) {
		if (!may_be_word(field) ||
		    !ma_is_alpha((unsigned char)w->text.p[0]))
			return ma_word_fail(l, w, "not a number");
	} else if (v == 0 && field == LDNS_RDF_TYPE_CERT_ALG) {
		return ma_word_fail(l, w, "reserved");	/* ldns would leak */
	} else if (v > max)
		return ma_lines_fail(l, w->line, "a number over %u: %.*s", max,
		    SLICE_ARG(ma_sub(w->text, 0, 20)));
	ma_buf_slice(out, w->text);
	return MAILAUTH_DONE;
}

static int
put_field(struct lines *l, const struct word *w, ldns_rdf_type field,
    const struct dname *origin, struct buf *out)
{
	const char *quotes;
	uint32_t seconds;

	if (largest(field) > 0)
		return put_number(l, w, field, out);
	switch (field) {
	case LDNS_RDF_TYPE_DNAME:
		if (w->quoted || !put_name(w->text, origin, out))
			return ma_word_fail(l, w, "not a domain name");
		return MAILAUTH_DONE;
	case LDNS_RDF_TYPE_PERIOD:
		if (w->quoted ||
		    !ma_period_parse(w->text, UINT32_MAX, &seconds))
			return ma_word_fail(l, w, "not a time in seconds");
		ma_buf_fmt(out, "%u", seconds);
		return MAILAUTH_DONE;
	default:
		/* ldns wants the quotes of CAA, which may be left out. */
		quotes = w->quoted ||
		    field == LDNS_RDF_TYPE_LONG_STR ? "\"" : "";
		ma_buf_str(out, quotes);
		ma_buf_slice(out, w->text);
		ma_buf_str(out, quotes);
		return MAILAUTH_DONE;
	}
}

/* Hexadecimal at a record's end, in pieces: ldns adds a digit to odd ones. */
static bool
odd_hex(const ldns_rr_descriptor *d, const struct word *w, size_t n)
{
	size_t last = ldns_rr_descriptor_maximum(d), digits = 0;

	if (last == 0 || n < last ||
	    ldns_rr_descriptor_field_type(d, last - 1) != LDNS_RDF_TYPE_HEX)
		return false;
	for (size_t i = last - 1; i < n; i++)
		digits += w[i].text.n;
	return digits % 2 != 0;
}

/* The record as a line that ldns can be given. */
static int
put_line(struct lines *l, unsigned line, uint16_t type, const struct word *w,
    size_t n, const struct dname *origin, struct buf *out)
{
	const ldns_rr_descriptor *d = ldns_rr_descript(type);
	int r;

	/* WKS would ask the system for the numbers of services. */
	if (type == TYPE_WKS ||
	    ldns_rr_descriptor_field_type(d, 0) == LDNS_RDF_TYPE_UNKNOWN)
		return ma_lines_fail(l, line,
		    "this type is read as \\# LENGTH HEX only");
	if (odd_hex(d, w, n))
		return ma_word_fail(l, &w[n - 1],
		    "an odd number of hexadecimal digits");
	ma_buf_fmt(out, ". 0 IN TYPE%u", type);
	for (size_t i = 0; i < n; i++) {
		ma_buf_char(out, ' ');
		r = put_field(l, &w[i], i < ldns_rr_descriptor_maximum(d) ?
		    ldns_rr_descriptor_field_type(d, i) : LDNS_RDF_TYPE_NONE,
		    origin, out);
		if (r != MAILAUTH_DONE)
			return r;
	}
	if (!ma_buf_char(out, '\0'))
		return MAILAUTH_ENOMEM;
	return out->n <= LDNS_TEXT_MAX ? MAILAUTH_DONE :
	    ma_lines_fail(l, line, "a record that is too long");
}

static int
read_by_ldns(struct lines *l, unsigned line, const char *text, struct buf *out)
{
	enum { BEFORE = 11 };		/* the root, type, class, ttl, length */
	ldns_rr *rr = NULL;
	uint8_t *wire = NULL;
	size_t n = 0;
	ldns_status st = ldns_rr_new_frm_str(&rr, text, 0, NULL, NULL);

	if (st == LDNS_STATUS_OK)
		st = ldns_rr2wire(&wire, rr, LDNS_SECTION_ANSWER, &n);
	if (st == LDNS_STATUS_OK && n >= BEFORE)
		ma_buf_add(out, wire + BEFORE, n - BEFORE);
	free(wire);
	ldns_rr_free(rr);
	if (st == LDNS_STATUS_MEM_ERR || out->failed)
		return MAILAUTH_ENOMEM;
	return st == LDNS_STATUS_OK && n >= BEFORE ? MAILAUTH_DONE :
	    ma_lines_fail(l, line, "%s", ldns_get_errorstr_by_id(st));
}

int
ma_rdata_read(struct lines *l, unsigned line, uint16_t type,
    const struct word *w, size_t n, const struct dname *origin, struct buf *out)
{
	struct buf text = { 0 };
	int r;

	if (n > 0 && !w[0].quoted && ma_eq(w[0].text, SLICE_LIT("\\#")))
		return read_generic(l, w, n, out);
	if (type == TYPE_TXT || type == TYPE_SPF)
		return read_strings(l, line, w, n, out);
	r = put_line(l, line, type, w, n, origin, &text);
	if (r == MAILAUTH_DONE)
		r = read_by_ldns(l, n > 0 ? w[n - 1].line : line, text.p, out);
	ma_buf_free(&text);
	return r;
}
