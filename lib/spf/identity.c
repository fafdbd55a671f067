/*
 * From HELO and MAIL FROM to the domain to check, and to what the macros stand
 * for: RFC 7208 section 2.3, 2.4 and 4.3, RFC 8616 section 4.
 */
#include "spf/spf.h"

/* The part before the last "@", if there is one, and what is behind it. */
static struct slice
split_sender(struct slice sender, struct slice *domain)
{
	size_t at = ma_rfind(sender, '@');

	*domain = at < sender.n ? ma_sub(sender, at + 1, sender.n) : sender;
	return ma_sub(sender, 0, at < sender.n ? at : 0);
}

/*
 * Letters, digits, hyphens and underscores.  Others: any octets.  We: what no
 * mail domain has makes it malformed, a literal's bracket or a parenthesis
 * say, and nothing is asked for it.
 */
static bool
has_mail_octets(const struct dname *d)
{
	for (size_t i = 0; d->w[i] != 0; i += 1u + d->w[i])
		for (size_t k = 1; k <= d->w[i]; k++)
			if (!ma_is_alnum(d->w[i + k]) &&
			    d->w[i + k] != '-' && d->w[i + k] != '_')
				return false;
	return d->n > 1;
}

/* RFC 8616 section 4: U-labels become A-labels. */
static bool
read_name(struct eval *e, struct slice text, struct dname *out)
{
	bool nomem = false, ok = ma_name_parse_utf8(text, out, &nomem);

	if (nomem)
		e->run->nomem = true;
	return ok;
}

/* A name as text that outlives the run's functions. */
static struct slice
keep_name(struct eval *e, const struct dname *d)
{
	char raw[DOMAIN_TEXT];
	struct slice text = ma_spf_name_raw(d, raw);

	text.p = ma_arena_str(e->run->arena, text);
	return text;
}

/*
 * %{h} is what was said, but for U-labels.  A value that is too long to be of a
 * name is not used, nor what is not ASCII: terms with it do not match.
 */
static void
set_helo(struct eval *e)
{
	struct slice helo = e->in->helo;
	struct dname d;

	if (!ma_is_ascii(helo) && helo.n <= VALUE_MAX &&
	    read_name(e, helo, &d))
		helo = keep_name(e, &d);
	if (!ma_is_ascii(helo) || helo.n > VALUE_MAX)
		e->values.unusable |= LETTER('h');
	e->values.helo = helo;
}

static void
set_sender(struct eval *e, struct slice local, struct slice domain,
    const struct dname *name)
{
	struct spf_values *v = &e->values;
	struct arena *arena = e->run->arena;

	/* RFC 8616 section 4 of local-parts: such terms do not match. */
	if (!ma_is_ascii(local) || local.n > VALUE_MAX)
		v->unusable |= LETTER('s') | LETTER('l');
	v->local = ma_sub(local, 0, VALUE_MAX);
	v->sender_domain = domain;
	if (!ma_is_ascii(domain))
		v->sender_domain = keep_name(e, name);
	else if (domain.p[domain.n - 1] == '.')
		v->sender_domain.n--;
	v->sender.n = v->local.n + 1 + v->sender_domain.n;
	v->sender.p = ma_arena_alloc(arena, v->sender.n);
	if (v->sender.p == NULL || v->sender_domain.p == NULL)
		return;
	memcpy((char *)v->sender.p, v->local.p, v->local.n);
	((char *)v->sender.p)[v->local.n] = '@';
	memcpy((char *)v->sender.p + v->local.n + 1, v->sender_domain.p,
	    v->sender_domain.n);
}

static void
set_others(struct eval *e)
{
	e->values.client = e->in->client;
	e->values.now = e->in->now;
	e->values.receiver = e->in->receiver;
	if (e->in->receiver.n == 0)
		e->values.receiver = SLICE_LIT("unknown");
}

int
ma_spf_identity(struct eval *e, struct dname *out)
{
	bool mail = e->in->has_mail_from && e->in->mail_from.n > 0;
	struct slice domain = e->in->helo, local = ma_slice(NULL, 0);
	bool named;

	if (mail)
		local = split_sender(e->in->mail_from, &domain);
	/* RFC 7208 section 4.3, and 2.4 of the null sender. */
	if (local.n == 0)
		local = SLICE_LIT("postmaster");
	e->out->domain = domain.n > 0 ? domain : SLICE_LIT("");
	if (domain.n == 0)
		return ma_spf_decide(e, MAILAUTH_SPF_NONE,
		    REASON("no-sender-domain"), "%s gives no domain",
		    mail ? "the sender address" : "HELO");
	named = read_name(e, domain, out) && has_mail_octets(out);
	if (named)
		e->out->domain = keep_name(e, out);
	if (!named || ma_name_labels(out) < 2)
		return ma_spf_decide(e, MAILAUTH_SPF_NONE,
		    REASON("invalid-domain"),
		    "%s is not a domain name of two labels or more",
		    ma_spf_show(e, domain));
	set_helo(e);
	set_sender(e, local, domain, out);
	set_others(e);
	return 0;
}
