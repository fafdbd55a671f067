/*
 * A failed DMARC result overridden by the word of a trusted sealer: RFC 8617
 * section 7.2.1.
 *
 * A sealer that is trusted says, in its own set, that the message passed DMARC
 * when it came to it.  That word counts where nothing stands between it and us
 * but trusted sealers, where the chain is unbroken, and where the author that it
 * speaks of is the author that is there now.
 */
#include "check/check.h"

enum { TRUSTED_MAX = 1000 };

int
mailauth_check_add_trusted_sealer(struct mailauth_check *c, const char *domain)
{
	struct trusted *t;
	struct dname name;
	bool nomem;

	if (c == NULL || domain == NULL)
		return MAILAUTH_EINVAL;
	if (c->started || c->ntrusted == TRUSTED_MAX)
		return MAILAUTH_EUSE;
	if (!ma_domain_parse(ma_str(domain), &name, &nomem))
		return nomem ? MAILAUTH_ENOMEM : MAILAUTH_EINVAL;
	if ((t = ma_arena_alloc(&c->text, sizeof *t)) == NULL) {
		c->text.failed = false;
		return MAILAUTH_ENOMEM;
	}
	*t = (struct trusted){ .name = name, .next = c->trusted };
	c->trusted = t;
	c->ntrusted++;
	return MAILAUTH_DONE;
}

static bool
is_trusted(const struct mailauth_check *c, const struct arc_set *set)
{
	for (const struct trusted *t = c->trusted; t != NULL; t = t->next)
		if (ma_name_equal(&t->name, &set->seal.kept->sig.domain))
			return true;
	return false;
}

static bool
signs_from(const struct signature *sig)
{
	for (size_t k = 0; k < sig->nnames; k++)
		if (ma_caseeq(ma_signature_name(sig, k), SLICE_LIT("From")))
			return true;
	return false;
}

/* A result without header.from speaks of the From that its set has signed. */
static bool
has_signed_author(const struct arc *a, uint32_t instance)
{
	const struct verification *v = &a->chain.sets[instance - 1].message;

	return v->verdict.result == MAILAUTH_DKIM_PASS &&
	    signs_from(&v->kept->sig);
}

/* Does result i say dmarc=pass of this author, in versions we know? */
static bool
is_word(const struct arc *a, uint32_t instance,
    const struct mailauth_authres *results, int i, const char *author,
    bool *nomem)
{
	const char *value, *ptype, *property;

	*nomem = false;
	if (mailauth_authres_version(results) != 1 ||
	    mailauth_authres_method_version(results, i) != 1 ||
	    strcmp(mailauth_authres_method(results, i), "dmarc") != 0 ||
	    strcmp(mailauth_authres_result(results, i), "pass") != 0)
		return false;
	for (int k = 0; (value = mailauth_authres_property(results, i, k,
	    &ptype, &property)) != NULL; k++)
		if (strcmp(ptype, "header") == 0 &&
		    strcmp(property, "from") == 0)
			return ma_authserv_id_equal(ma_str(value),
			    ma_str(author), nomem);
	return has_signed_author(a, instance);
}

/* MAILAUTH_DONE: *vouches says it; or MAILAUTH_ENOMEM. */
static int
look_at(const struct arc *a, uint32_t instance, const char *author,
    bool *vouches)
{
	struct slice text = a->chain.sets[instance - 1].results;
	struct mailauth_authres *results;
	bool nomem = false;
	int r = mailauth_authres_parse(text.p, text.n, &results, NULL, 0);

	*vouches = false;
	for (int i = 0; r == MAILAUTH_DONE && !*vouches && !nomem &&
	    i < mailauth_authres_count(results); i++)
		*vouches = is_word(a, instance, results, i, author, &nomem);
	r = nomem ? MAILAUTH_ENOMEM : r;
	mailauth_authres_free(results);
	return r == MAILAUTH_ENOMEM ? r : MAILAUTH_DONE;
}

/* The address that the first sealer saw, from its results. */
static bool
put_address(struct buf *b, struct slice text)
{
	struct mailauth_authres *a;
	const char *value, *ptype, *property;

	if (mailauth_authres_parse(text.p, text.n, &a, NULL, 0) !=
	    MAILAUTH_DONE)
		return true;
	for (int i = 0; i < mailauth_authres_count(a); i++)
		for (int k = 0; (value = mailauth_authres_property(a, i, k,
		    &ptype, &property)) != NULL; k++)
			if (strcmp(ptype, "smtp") == 0 &&
			    strcmp(property, "remote-ip") == 0) {
				ma_buf_fmt(b, " remote-ip[1]=%s", value);
				i = mailauth_authres_count(a);
				break;
			}
	mailauth_authres_free(a);
	return !b->failed;
}

/* As section 7.2.2 wants it in reports. */
static int
write_evidence(struct mailauth_check *c, const struct arc *a)
{
	struct buf b = { 0 };

	ma_buf_str(&b, "arc=pass");
	for (uint32_t i = a->chain.n; i > 0; i--) {
		const struct signature *sig = &a->chain.sets[i - 1].seal.kept->sig;

		ma_buf_fmt(&b, " as[%u].d=%s as[%u].s=%.*s", (unsigned)i,
		    sig->domain_text, (unsigned)i,
		    SLICE_ARG(sig->tags[SIG_S].value));
	}
	put_address(&b, a->chain.sets[0].results);
	if (!b.failed)
		c->evidence = ma_arena_str(&c->task.arena,
		    ma_slice(b.p, b.n));
	ma_buf_free(&b);
	return c->evidence != NULL ? MAILAUTH_DONE : MAILAUTH_ENOMEM;
}

int
ma_check_override(struct mailauth_check *c)
{
	const char *author = mailauth_message_author_domain(c->message);
	const struct arc *a = ma_arc_of_const(c->arc);
	bool vouches = false;
	int r;

	c->override_set = 0;
	c->evidence = NULL;
	if (c->trusted == NULL || author == NULL ||
	    mailauth_dmarc_result(c->dmarc) != MAILAUTH_DMARC_FAIL ||
	    mailauth_arc_result(c->arc) != MAILAUTH_ARC_PASS ||
	    !signs_from(&a->chain.sets[a->chain.n - 1].message.kept->sig))
		return MAILAUTH_DONE;
	for (uint32_t i = a->chain.n; i > 0 &&
	    is_trusted(c, &a->chain.sets[i - 1]); i--) {
		if ((r = look_at(a, i, author, &vouches)) != MAILAUTH_DONE)
			return r;
		if (vouches) {
			c->override_set = i;
			return write_evidence(c, a);
		}
	}
	return MAILAUTH_DONE;
}

/* ---- Once done ---- */

const char *
mailauth_check_override(const struct mailauth_check *c)
{
	return c != NULL && c->done && c->override_set > 0 ?
	    REASON("trusted-forwarder") : NULL;
}

uint32_t
mailauth_check_override_set(const struct mailauth_check *c)
{
	return c != NULL && c->done ? c->override_set : 0;
}

const char *
mailauth_check_override_evidence(const struct mailauth_check *c)
{
	return c != NULL && c->done ? c->evidence : NULL;
}
