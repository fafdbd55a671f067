/*
 * Messages signed for a test, and a resolver that knows their keys.
 */
#ifndef SIGNER_H
#define SIGNER_H

#include "keypair.h"
#include "mailauth.h"
#include "message/message.h"
#include "text/text.h"

/* ---- Signing ---- */

struct signer_reader {
	struct reader reader;
	enum canon canon;
	uint64_t limit;
	int index;
};

static inline int
signer_header(struct reader *r, struct mailauth_message *m)
{
	struct signer_reader *s = (struct signer_reader *)(void *)r;

	s->index = ma_message_want_hash(m, s->canon, s->limit);
	return s->index < 0 ? s->index : MAILAUTH_DONE;
}

/* The tag of a template, or the default. */
static inline struct slice
signer_tag(struct slice list, const char *name, const char *otherwise)
{
	struct tag tag;

	while (ma_tag_next(&list, TAG_SPACE_FWS, &tag) != TAG_END)
		if (ma_eq(tag.name, ma_str(name)))
			return tag.value;
	return ma_str(otherwise);
}

/* Put what replaces the two octets of a mark; false: it is not there. */
static inline bool
signer_fill(struct buf *b, const char *mark, struct slice with)
{
	for (size_t i = 0; i + 1 < b->n; i++) {
		struct buf out = { 0 };

		if (b->p[i] != mark[0] || b->p[i + 1] != mark[1])
			continue;
		ma_buf_add(&out, b->p, i);
		ma_buf_slice(&out, with);
		ma_buf_add(&out, b->p + i + 2, b->n - i - 2);
		ma_buf_free(b);
		*b = out;
		return true;
	}
	return false;
}

/* The field without what stands between the = of b= and the next ;. */
static inline void
signer_empty(struct buf *out, struct slice field)
{
	struct slice list = ma_field_text(field), end = list;
	struct tag tag = { 0 };

	ma_cut(&list, ':');
	while (ma_tag_next(&list, TAG_SPACE_FWS, &tag) != TAG_END)
		if (ma_eq(tag.name, SLICE_LIT("b")))
			break;
	if (tag.rest.p == NULL)
		tag.rest = ma_sub(end, end.n, 0);
	ma_buf_clear(out);
	ma_buf_add(out, field.p, (size_t)(tag.rest.p - field.p));
	field = ma_sub(field, (size_t)(tag.rest.p - field.p) + tag.rest.n,
	    field.n);
	ma_buf_slice(out, field);
}

/*
 * A DKIM-Signature field put before header and body in *out.  The template is
 * the field's text, its CRLF included, with %h where the body hash goes and %b
 * where the signature goes; its tags say how to sign.
 */
static inline void
signer_sign(struct buf *out, EVP_PKEY *key, const char *template,
    struct slice header, struct slice body)
{
	struct slice value = ma_str(template), c, h, l;
	struct signer_reader r = { .reader = { .header = signer_header } };
	struct mailauth_message *m = mailauth_message_new();
	struct buf field = { 0 }, text = { 0 };
	struct digest *d;
	enum canon canon;
	struct picker p;
	uint8_t hash[32], sig[600];
	size_t n = sizeof sig;

	ma_cut(&value, ':');
	c = signer_tag(value, "c", "simple/simple");
	h = signer_tag(value, "h", "");
	l = signer_tag(value, "l", "");
	canon = ma_casestarts(c, SLICE_LIT("relaxed")) ? CANON_RELAXED :
	    CANON_SIMPLE;
	ma_cut(&c, '/');
	r.canon = ma_caseeq(c, SLICE_LIT("relaxed")) ? CANON_RELAXED :
	    CANON_SIMPLE;
	if (!ma_uint(l, UINT64_MAX - 1, &r.limit))
		r.limit = UINT64_MAX;
	ck_assert_int_eq(ma_message_attach(m, &r.reader), MAILAUTH_DONE);
	mailauth_message_write(m, header.p, header.n);
	mailauth_message_write(m, "\r\n", 2);
	mailauth_message_write(m, body.p, body.n);
	ck_assert_int_eq(mailauth_message_end(m), MAILAUTH_DONE);

	ma_buf_str(&field, template);
	ma_base64_encode(&text, ma_message_body_hash(m, r.index)->digest, 32);
	signer_fill(&field, "%h", ma_slice(text.p, text.n));
	ck_assert_int_eq(ma_digest_new(&d), MAILAUTH_DONE);
	ck_assert(ma_picker_init(&p, m));
	ma_picker_begin(&p);
	while (h.n > 0) {
		uint32_t i = ma_pick(&p, ma_trim_fws(ma_cut(&h, ':')),
		    NO_FIELD);

		if (i != NO_FIELD)
			ma_canon_field(d, canon,
			    ma_field_text(ma_message_field(m, i).raw), false);
	}
	signer_empty(&text, ma_slice(field.p, field.n));
	ma_canon_field(d, canon, ma_field_text(ma_slice(text.p, text.n)), true);
	ck_assert(ma_digest_end(d, hash));
	keypair_sign(key, hash, sig, &n);
	ma_buf_clear(&text);
	ma_base64_encode(&text, sig, n);
	signer_fill(&field, "%b", ma_slice(text.p, text.n));
	ma_buf_clear(out);
	ma_buf_add(out, field.p, field.n);
	ma_buf_slice(out, header);
	ma_buf_str(out, "\r\n");
	ma_buf_slice(out, body);
	ma_picker_free(&p);
	ma_digest_free(d);
	mailauth_message_free(m);
	ma_buf_free(&field);
	ma_buf_free(&text);
}

/* ---- Keys in the DNS ---- */

struct signer_record {
	const char *name;		/* NULL: for every name */
	struct slice text;
	int failure;			/* instead of the record */
	bool split;			/* into two strings; under 256 octets */
};

struct signer_zone {
	const struct signer_record *records;
	size_t n;
	bool reverse;			/* records of a name from the last on */
	uint32_t flags;
	unsigned asked;
};

static inline int
signer_add(struct mailauth_packet *p, const struct signer_record *r)
{
	struct buf data = { 0 };
	int status;

	if (!r->split)
		return mailauth_packet_add_text(p, NULL, 60, r->text.p,
		    r->text.n);
	ma_buf_char(&data, 10);
	ma_buf_add(&data, r->text.p, 10);
	ma_buf_char(&data, (char)(r->text.n - 10));
	ma_buf_add(&data, r->text.p + 10, r->text.n - 10);
	status = mailauth_packet_add(p, NULL, TYPE_TXT, 60, data.p, data.n);
	ma_buf_free(&data);
	return status;
}

static inline void
signer_answer(struct signer_zone *z, struct mailauth_question *q)
{
	struct mailauth_packet *p = NULL;
	const uint8_t *data;
	size_t n;

	for (size_t i = 0; i < z->n; i++) {
		const struct signer_record *r =
		    &z->records[z->reverse ? z->n - 1 - i : i];

		if (r->name != NULL &&
		    strcmp(r->name, mailauth_question_name(q)) != 0)
			continue;
		if (r->failure != 0) {
			mailauth_answer_failed(q, r->failure);
			mailauth_packet_free(p);
			return;
		}
		if (p == NULL)
			p = mailauth_packet_new(q, RCODE_NOERROR);
		if (p == NULL || signer_add(p, r) != MAILAUTH_DONE) {
			mailauth_packet_free(p);
			return;
		}
	}
	if (p == NULL && (p = mailauth_packet_new(q, RCODE_NXDOMAIN)) == NULL)
		return;
	data = mailauth_packet_data(p, &n);
	mailauth_answer_dns(q, data, n, z->flags);
	mailauth_packet_free(p);
}

static inline int
signer_ask(void *zone, struct mailauth_question *q)
{
	struct signer_zone *z = zone;

	z->asked++;
	signer_answer(z, q);
	return mailauth_question_answered(q) ? 0 : MAILAUTH_ENOMEM;
}

static inline struct mailauth_resolver *
signer_resolver(struct signer_zone *z)
{
	struct mailauth_resolver_ops ops = { .size = sizeof ops,
		.ask = signer_ask };

	return mailauth_resolver_new(&ops, z);
}

/* The text of a key record: %p is the key's base64. */
static inline void
signer_record(struct buf *b, EVP_PKEY *key, bool info, const char *template)
{
	struct buf octets = { 0 }, text = { 0 };

	keypair_public(key, info, &octets);
	ma_base64_encode(&text, octets.p, octets.n);
	ma_buf_clear(b);
	ma_buf_str(b, template);
	signer_fill(b, "%p", ma_slice(text.p, text.n));
	ma_buf_free(&octets);
	ma_buf_free(&text);
}

#endif
