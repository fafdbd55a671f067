/*
 * One signature, from its settings to its field: RFC 6376 section 5.
 */
#include "sign/sign.h"

enum { RSA_BITS_MIN = 1024, RSA_BITS_GOOD = 2048, ED25519_BYTES = 64 };
enum { SIGNATURE_MAX = 2048, PLACEHOLDER = 4 };

/* ---- What cannot be signed ---- */

void
ma_signing_refuse(struct signing *s, struct finding why)
{
	if (s->verdict.result == 0 && why.reason != NULL)
		s->verdict = (struct verdict){ MAILAUTH_SIGNER_REFUSED, why };
}

/* A first line that would become a fold of whatever is put above it. */
static bool
begins_with_fold(const struct mailauth_message *m)
{
	struct slice raw;

	if (ma_message_fields(m) == 0)
		return false;
	raw = ma_message_field(m, 0).raw;
	return raw.n > 0 && ma_is_wsp(raw.p[0]);
}

struct finding
ma_signing_header_fault(const struct signed_header *h, bool author)
{
	size_t n;

	if (ma_message_header_over(h->message))
		return (struct finding){ REASON("header-limit"),
			"the header is longer than the limit" };
	if (begins_with_fold(h->message))
		return (struct finding){ REASON("leading-fold"),
			"the header begins with a blank, and would continue "
			"any field above it" };
	if (!author)
		return (struct finding){ 0 };
	/* RFC 5322 section 3.6: exactly one. */
	n = ma_header_count(h, SLICE_LIT("From"));
	if (n == 0)
		return (struct finding){ REASON("from-missing"),
			"there is no From field" };
	if (n > 1)
		return (struct finding){ REASON("from-repeated"),
			"there is more than one From field" };
	return (struct finding){ 0 };
}

/* RFC 6376 section 5.3: what others would change before they verify it. */
struct finding
ma_signing_line_fault(const struct mailauth_message *m)
{
	switch (ma_message_line_fault(m)) {
	case LINES_BARE_CR:
		return (struct finding){ REASON("bare-cr"),
			"the message has a CR without an LF behind it" };
	case LINES_MIXED:
		return (struct finding){ REASON("line-ends"),
			"not all lines of the message end the same way" };
	default:
		return (struct finding){ 0 };
	}
}

/* An RSA key of so many bits; RFC 8301 section 3.2. */
static struct finding
check_bits(struct signing *s, size_t bits)
{
	s->short_key = bits < RSA_BITS_GOOD;
	if (bits < RSA_BITS_MIN)
		return (struct finding){ REASON("key-too-short"),
			"the RSA key has fewer than 1024 bits" };
	return (struct finding){ 0 };
}

/* ---- The header is complete ---- */

int
ma_signing_header(struct signing *s, const struct signed_header *h)
{
	s->hash = -1;
	if (s->verdict.result != 0)
		return MAILAUTH_DONE;
	if (s->key != NULL && s->type == KEY_RSA)
		ma_signing_refuse(s, check_bits(s, mailauth_private_key_bits(s->key)));
	if (!ma_sign_text(s, h))
		return MAILAUTH_ENOMEM;
	if (s->verdict.result != 0 || s->kind == SIGNATURE_ARC_SEAL)
		return MAILAUTH_DONE;
	s->hash = ma_message_want_hash(h->message, s->body, UINT64_MAX);
	return s->hash < 0 ? s->hash : MAILAUTH_DONE;
}

/* ---- The message has ended ---- */

/* The octets of a tag's value are in text, which is ours. */
static bool
put_body_hash(struct signing *s, const struct mailauth_message *m)
{
	const struct body_hash *hash = ma_message_body_hash(m, s->hash);
	struct slice place = s->sig.tags[SIG_BH].value;
	struct buf b = { 0 };
	bool ok = ma_base64_encode(&b, hash->digest, SHA256_BYTES);

	if (ok)
		memcpy(s->text.text.p + (place.p - s->text.text.p), b.p, b.n);
	ma_buf_free(&b);
	return ok;
}

int
ma_signing_hash(struct signing *s, const struct signed_header *h,
    struct picker *picker, struct digest *digest)
{
	struct arena arena = { 0 };
	struct slice own;
	bool ok;

	if (s->hashed || s->verdict.result != 0)
		return MAILAUTH_DONE;
	if (!put_body_hash(s, h->message))
		return MAILAUTH_ENOMEM;
	own = ma_slice(s->text.text.p, s->text.text.n);
	picker->announced = h->announced;
	ok = ma_cover_hash(picker, digest, &s->sig, own, NO_FIELD, &arena,
	    s->header_hash);
	s->hashed = ok;
	ok = ok || arena.failed;
	ma_arena_free(&arena);
	return s->hashed ? MAILAUTH_DONE : ok ? MAILAUTH_ENOMEM :
	    MAILAUTH_ECRYPTO;
}

/* ---- The signature ---- */

static int
write_field(struct signing *s, struct slice signature)
{
	const struct buf *text = &s->text.text;
	struct field_writer w = { .column = s->text.column };
	struct buf b = { 0 };

	ma_buf_add(&w.text, text->p, text->n - PLACEHOLDER);
	if (ma_base64_encode(&b, signature.p, signature.n))
		ma_field_stream(&w, ma_slice(b.p, b.n));
	if (!ma_field_end(&w) || !ma_buf_char(&w.text, '\0') || b.failed) {
		ma_buf_free(&w.text);
		ma_buf_free(&b);
		return MAILAUTH_ENOMEM;
	}
	ma_buf_free(&b);
	s->field = w.text;
	s->verdict = (struct verdict){ MAILAUTH_SIGNER_SIGNED,
		{ NULL, "it is signed" } };
	return MAILAUTH_DONE;
}

/* Is this what the algorithm makes?  Whether it is right, we cannot know. */
static struct finding
check_signature(struct signing *s, size_t n)
{
	if (s->type == KEY_RSA)
		return check_bits(s, n * 8);
	if (n != ED25519_BYTES)
		return (struct finding){ REASON("signature-syntax"),
			"what came is not an Ed25519 signature" };
	return (struct finding){ 0 };
}

static int
ask(struct signing *s, struct run *r, struct slice *out)
{
	const struct answer *answer = ma_ask_signature(r, &s->sig.key,
	    (int)s->type, ma_slice(s->header_hash, SHA256_BYTES));

	if (answer == NULL)
		return MAILAUTH_DONE;
	if (answer->status != ANSWER_RECORDS) {
		s->verdict = (struct verdict){ MAILAUTH_SIGNER_TEMPERROR,
			{ REASON("not-signed"),
			"nobody answered with a signature" } };
		return MAILAUTH_DONE;
	}
	*out = answer->records[0].data;
	ma_signing_refuse(s, check_signature(s, out->n));
	return MAILAUTH_DONE;
}

int
ma_signing_finish(struct signing *s, struct run *r)
{
	uint8_t signature[SIGNATURE_MAX];
	struct slice octets = { NULL, 0 };
	size_t n;
	int status;

	if (s->verdict.result != 0)
		return MAILAUTH_DONE;
	if (s->key == NULL) {
		status = ask(s, r, &octets);
	} else {
		status = ma_private_key_sign(s->key, s->header_hash, signature,
		    sizeof signature, &n);
		octets = ma_slice(signature, n);
	}
	if (status != MAILAUTH_DONE || octets.p == NULL ||
	    s->verdict.result != 0)
		return status;
	return write_field(s, octets);
}

const char *
ma_signing_warning(const struct signing *s, size_t k)
{
	if (s->verdict.result != MAILAUTH_SIGNER_SIGNED)
		return NULL;
	if (s->short_key && k-- == 0)
		return REASON("key-short");
	if (s->signs_trace && k == 0)
		return REASON("signed-trace");
	return NULL;
}

void
ma_signing_free(struct signing *s)
{
	ma_buf_free(&s->text.text);
	ma_buf_free(&s->field);
	ma_arena_free(&s->arena);
}
