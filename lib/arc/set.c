/*
 * A new set: its three fields.  RFC 8617 section 5.1.
 */
#include <stdio.h>

#include "arc/arc.h"

static void
settle(struct new_set *n, int result, struct finding why)
{
	if (n->verdict.result == 0)
		n->verdict = (struct verdict){ result, why };
}

/* What became of one of its signatures, unless it is open or signed. */
static void
take_verdict(struct new_set *n, const struct signing *s)
{
	if (s->verdict.result == MAILAUTH_SIGNER_REFUSED)
		settle(n, MAILAUTH_SEALER_REFUSED, s->verdict.why);
	else if (s->verdict.result == MAILAUTH_SIGNER_TEMPERROR)
		settle(n, MAILAUTH_SEALER_TEMPERROR, s->verdict.why);
}

int
ma_set_header(struct new_set *n, const struct chain *chain,
    const struct signed_header *h)
{
	struct finding fault = ma_signing_header_fault(h, false);
	int r;

	n->instance = chain->n + 1;
	if (fault.reason != NULL)
		settle(n, MAILAUTH_SEALER_REFUSED, fault);
	else if (chain->ended)
		settle(n, MAILAUTH_SEALER_ENDED, chain->fault);
	else if (n->instance > ARC_SETS_MAX)
		settle(n, MAILAUTH_SEALER_REFUSED, (struct finding){
			REASON("arc-limit"), "the chain has 50 sets already" });
	if (n->verdict.result != 0)
		return MAILAUTH_DONE;
	n->message.instance = n->seal.instance = n->instance;
	r = ma_signing_header(&n->message, h);
	take_verdict(n, &n->message);
	return r;
}

/* ---- The message has ended ---- */

static bool
write_results(struct new_set *n)
{
	struct field_writer w = { 0 };
	char instance[16];

	if (n->field.text.n > 0)
		return true;
	snprintf(instance, sizeof instance, "i=%u;", (unsigned)n->instance);
	ma_field_begin(&w, "ARC-Authentication-Results");
	ma_field_word(&w, instance);
	ma_authres_write(&w, n->results);
	if (!ma_field_end(&w) || !ma_buf_char(&w.text, '\0')) {
		ma_buf_free(&w.text);
		return false;
	}
	n->field = w;
	return true;
}

/* A field of ours, without its NUL and last CRLF. */
static struct slice
own_text(const struct buf *field)
{
	return ma_field_text(ma_slice(field->p, field->n - 1));
}

/*
 * What the new seal covers: the sets before it, unless they are no chain
 * (section 5.1.2), and its own set.
 */
static bool
cover(struct new_set *n, const struct chain *chain,
    const struct mailauth_message *m, struct digest *d)
{
	struct signing *s = &n->seal;
	bool ok = ma_digest_reset(d);

	if (n->chain != MAILAUTH_ARC_FAIL)
		for (uint32_t i = 0; ok && i < chain->n; i++)
			ok = ma_seal_cover(d, m, &chain->sets[i], true);
	return ok &&
	    ma_canon_field(d, CANON_RELAXED, own_text(&n->field.text), false) &&
	    ma_canon_field(d, CANON_RELAXED, own_text(&n->message.field),
	    false) &&
	    ma_cover_own(d, &s->sig, ma_slice(s->text.text.p, s->text.text.n),
	    &s->arena) && ma_digest_end(d, s->header_hash);
}

static int
begin_seal(struct new_set *n, const struct chain *chain,
    const struct signed_header *h, struct digest *d)
{
	struct signing *s = &n->seal;

	s->chain = mailauth_arc_result_name(n->chain);
	if (!s->hashed && s->text.text.n == 0 && !ma_sign_text(s, h)) {
		ma_signing_free(s);		/* to begin anew */
		s->text = (struct field_writer){ 0 };
		s->field = (struct buf){ 0 };
		s->arena = (struct arena){ 0 };
		return MAILAUTH_ENOMEM;
	}
	if (s->hashed || s->verdict.result != 0)
		return MAILAUTH_DONE;
	s->hashed = cover(n, chain, h->message, d);
	if (s->arena.failed) {
		s->arena.failed = false;
		return MAILAUTH_ENOMEM;
	}
	return s->hashed ? MAILAUTH_DONE : MAILAUTH_ECRYPTO;
}

int
ma_set_run(struct new_set *n, const struct chain *chain,
    const struct signed_header *h, struct picker *picker, struct digest *d,
    struct run *r)
{
	struct finding fault = ma_signing_line_fault(h->message);
	int status;

	if (fault.reason != NULL)
		settle(n, MAILAUTH_SEALER_REFUSED, fault);
	if (n->verdict.result != 0)
		return MAILAUTH_DONE;
	if (!write_results(n))
		return MAILAUTH_ENOMEM;
	if ((status = ma_signing_hash(&n->message, h, picker, d)) < 0 ||
	    (status = ma_signing_finish(&n->message, r)) < 0)
		return status;
	take_verdict(n, &n->message);
	if (n->message.field.n == 0)
		return MAILAUTH_DONE;
	if ((status = begin_seal(n, chain, h, d)) < 0 ||
	    (status = ma_signing_finish(&n->seal, r)) < 0)
		return status;
	take_verdict(n, &n->seal);
	if (n->seal.field.n > 0)
		settle(n, MAILAUTH_SEALER_SEALED, (struct finding){ NULL,
			"it is sealed" });
	return MAILAUTH_DONE;
}

void
ma_set_free(struct new_set *n)
{
	ma_signing_free(&n->message);
	ma_signing_free(&n->seal);
	mailauth_authres_free(n->results);
	ma_buf_free(&n->field.text);
}
