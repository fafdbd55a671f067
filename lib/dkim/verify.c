/*
 * The costly part of a verification: keys made, hashes compared, signatures
 * verified.  RFC 6376 section 6.1.3.
 */
#include "dkim/dkim.h"

static struct verdict
verdict(int result, const char *reason, const char *detail)
{
	return (struct verdict){ result, { reason, detail } };
}

struct finding
ma_key_finding(enum key_status status)
{
	switch (status) {
	case KEY_MALFORMED:
		return (struct finding){ REASON("key-syntax"),
			"p= of the key record is not a key" };
	case KEY_TOO_SHORT:
		/* RFC 8301 section 3.2. */
		return (struct finding){ REASON("key-too-short"),
			"the RSA key has fewer than 1024 bits" };
	case KEY_TOO_LONG:
		return (struct finding){ REASON("key-too-long"),
			"the RSA key has more bits than the limit" };
	case KEY_BAD_EXPONENT:
		/* RFC 6376 section 8.13. */
		return (struct finding){ REASON("key-exponent"),
			"the exponent of the RSA key is not fit for use" };
	default:
		return (struct finding){ 0 };
	}
}

bool
ma_verify_key(const struct verifier *vf, struct candidate *c)
{
	enum key_status status = ma_keys_get(vf->keys, c->record.type,
	    c->record.key, vf->rsa_bits, &c->key, &c->bits);

	c->verdict.why = ma_key_finding(status);
	if (c->verdict.why.reason != NULL)
		c->verdict.result = MAILAUTH_DKIM_PERMERROR;
	return status != KEY_FAILED;
}

/* NULL: it covers no body. */
static const struct body_hash *
body_hash(const struct verifier *vf, const struct kept *k)
{
	return k->hash >= 0 ? ma_message_body_hash(vf->message, k->hash) : NULL;
}

struct verdict
ma_verify_body(const struct verifier *vf, const struct kept *k)
{
	const struct body_hash *hash = body_hash(vf, k);
	const struct signature *sig = &k->sig;

	if (hash == NULL)
		return verdict(0, NULL, NULL);
	/* RFC 6376 section 3.5: "MUST NOT be larger". */
	if (sig->length != UINT64_MAX && sig->length > hash->total)
		return verdict(MAILAUTH_DKIM_PERMERROR, REASON("body-length"),
		    "l= is larger than the body");
	if (memcmp(hash->digest, sig->body_hash, SHA256_BYTES) != 0)
		return verdict(MAILAUTH_DKIM_FAIL, REASON("body-hash"),
		    "the body has changed since it was signed");
	return verdict(0, NULL, NULL);
}

/* A good signature, but perhaps not over all of the body. */
static struct verdict
judge_good(const struct verifier *vf, const struct kept *k)
{
	const struct body_hash *hash = body_hash(vf, k);

	if (hash != NULL && hash->hashed < hash->total)
		return verdict(vf->unsigned_body, REASON("unsigned-body"),
		    "a part of the body is not signed");
	return verdict(MAILAUTH_DKIM_PASS, NULL,
	    "the signature is good");
}

struct verdict
ma_verify_signature(struct verifier *vf, struct verification *v,
    struct public_key *key, struct arena *arena)
{
	struct kept *k = v->kept;

	/* "The DKIM-Signature field MUST NOT be in its own h=." */
	if (!k->hashed && !ma_cover_hash(&vf->picker, vf->digest, &k->sig,
	    ma_field_text(ma_message_field(vf->message, v->field).raw),
	    v->field, arena, k->header_hash)) {
		if (!arena->failed)
			vf->failed = MAILAUTH_ECRYPTO;
		return verdict(0, NULL, NULL);
	}
	k->hashed = true;
	switch (ma_key_verify(key, k->header_hash, k->sig.data)) {
	case VERIFY_GOOD:
		return judge_good(vf, k);
	case VERIFY_BAD:
		return verdict(MAILAUTH_DKIM_FAIL, REASON("signature"),
		    "the header has changed since it was signed, or another "
		    "key signed it");
	default:
		vf->failed = MAILAUTH_ECRYPTO;
		return verdict(0, NULL, NULL);
	}
}
