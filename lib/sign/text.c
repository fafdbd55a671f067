/*
 * The text of a signature's field: RFC 6376 section 3.5, RFC 8617 section 4.1.
 *
 * Nothing of what a caller gave stands there as it came: names are parsed and
 * written anew, local-parts and copied fields are quoted, what cannot be quoted
 * is refused.
 */
#include <stdio.h>

#include "sign/sign.h"

enum {
	NAMES_MAX = 1000,		/* in h= */
	COPIED_MAX = 65536,		/* octets of z= */
	TIME_MAX = 999999999		/* x1000: what has twelve digits */
};

static const char *const field_names[SIGNATURE_KINDS] = {
	[SIGNATURE_DKIM] = "DKIM-Signature",
	[SIGNATURE_ARC_MESSAGE] = "ARC-Message-Signature",
	[SIGNATURE_ARC_SEAL] = "ARC-Seal",
};

/* RFC 6376 section 5.4.1, but for Resent- fields, of which there may be more. */
static const char *const default_names[] = {
	"From", "Subject", "Date", "To", "Cc", "Reply-To", "Sender",
	"Message-ID", "MIME-Version", "Content-Type",
	"Content-Transfer-Encoding", "In-Reply-To", "References", "List-Id",
	"List-Help", "List-Unsubscribe", "List-Unsubscribe-Post",
	"List-Subscribe", "List-Post", "List-Owner", "List-Archive",
};

/* What is changed, removed or added on the way: RFC 6376 section 5.4. */
static const char *const trace_names[] = {
	"Received", "Return-Path", "Received-SPF", "Authentication-Results",
	"ARC-Authentication-Results", "ARC-Message-Signature", "ARC-Seal",
};
enum { RESULTS = 3 };			/* from here on: of results */

static bool
is_among(struct slice name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ma_caseeq(name, ma_str(names[i])))
			return true;
	return false;
}

/* ---- The writing ---- */

/* False, so that a writer may end with it.  A lack of memory is no reason. */
static bool
refuse(struct signing *s, const char *reason, const char *detail)
{
	if (!s->arena.failed)
		ma_signing_refuse(s, (struct finding){ reason, detail });
	return false;
}

/* A tag that stays in one piece. */
static void
put_tag(struct signing *s, const char *name, struct slice value)
{
	char *word = ma_arena_fmt(&s->arena, "%s=%.*s;", name,
	    SLICE_ARG(value));

	if (word != NULL)
		ma_field_word(&s->text, word);
}

static void
put_number(struct signing *s, const char *name, uint64_t n)
{
	char text[24];

	snprintf(text, sizeof text, "%llu", (unsigned long long)n);
	put_tag(s, name, ma_str(text));
}

/*
 * dkim-quoted-printable (RFC 6376 section 2.11), with no blank in it, and none
 * of what stands between values.
 */
static void
quote(struct buf *b, struct slice text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c > ' ' && c < 0x7f && strchr(";=|", c) == NULL)
			ma_buf_char(b, (char)c);
		else
			ma_buf_fmt(b, "=%02X", c);
	}
}

/* ---- d=, s=, i= ---- */

/* A name as A-labels; NULL: it is none, or there is no memory. */
static const char *
name_text(struct signing *s, struct slice name)
{
	struct dname parsed;
	bool nomem;

	if (!ma_domain_parse(name, &parsed, &nomem)) {
		s->arena.failed = s->arena.failed || nomem;
		return NULL;
	}
	return ma_name_string(&s->arena, &parsed);
}

static bool
put_names(struct signing *s)
{
	const char *domain = name_text(s, s->domain);
	const char *selector = name_text(s, s->selector);

	if (domain == NULL)
		return refuse(s, REASON("domain"),
		    "the domain is not a domain name");
	if (selector == NULL)
		return refuse(s, REASON("selector"),
		    "the selector is not a selector");
	put_tag(s, "d", ma_str(domain));
	put_tag(s, "s", ma_str(selector));
	return true;
}

static bool
put_identity(struct signing *s)
{
	size_t at = ma_rfind(s->identity, '@');
	const char *domain;
	struct buf b = { 0 };
	bool ok;

	if (s->identity.p == NULL)
		return true;
	domain = at < s->identity.n ?
	    name_text(s, ma_sub(s->identity, at + 1, s->identity.n)) : NULL;
	if (domain == NULL || at > LOCAL_PART_MAX)
		return refuse(s, REASON("identity"),
		    "the identity is not an address");
	quote(&b, ma_sub(s->identity, 0, at));
	ma_buf_char(&b, '@');
	if ((ok = ma_buf_str(&b, domain)))
		put_tag(s, "i", ma_slice(b.p, b.n));
	s->arena.failed = s->arena.failed || !ok;
	ma_buf_free(&b);
	return ok;
}

/* ---- h=, z= ---- */

size_t
ma_header_count(const struct signed_header *h, struct slice name)
{
	uint32_t i = ma_message_last(h->message, name);
	size_t n = 0;

	for (; i != NO_FIELD; i = ma_message_field(h->message, i).next)
		n++;
	for (const struct announced *a = h->announced; a != NULL; a = a->next)
		n += ma_caseeq(a->name, name);
	return n;
}

/* The names that are signed, one after the other. */
struct name_list {
	struct signing *s;
	size_t n;
};

static bool
add_name(struct name_list *l, struct slice name)
{
	if (l->n == NAMES_MAX)
		return refuse(l->s, REASON("signed-fields-limit"),
		    "more than 1000 field names would be signed");
	if (l->n++ > 0)
		ma_field_mark(&l->s->text, ':');
	ma_field_part(&l->s->text, name);
	return true;
}

static bool
add_default_names(struct name_list *l, const struct signed_header *h)
{
	const struct slice dkim = SLICE_LIT("DKIM-Signature");

	for (size_t i = 0; i < COUNT(default_names); i++) {
		struct slice name = ma_str(default_names[i]);
		size_t n = ma_header_count(h, name) + 1;

		while (n-- > 0)
			if (!add_name(l, name))
				return false;
	}
	/* RFC 8617 section 4.1.2: "any ... already present". */
	if (l->s->kind == SIGNATURE_ARC_MESSAGE)
		for (size_t n = ma_header_count(h, dkim); n > 0; n--)
			if (!add_name(l, dkim))
				return false;
	return true;
}

static bool
add_given_name(struct name_list *l, struct slice name)
{
	struct signing *s = l->s;

	/* One with a ";" could not stand in a list of tags. */
	if (!ma_is_field_name(name) || ma_find(name, ';') < name.n)
		return refuse(s, REASON("signed-fields"),
		    "the list of fields has something that is no field name");
	if (s->kind == SIGNATURE_ARC_MESSAGE &&
	    is_among(name, trace_names + RESULTS,
	    COUNT(trace_names) - RESULTS))
		return refuse(s, REASON("arc-signed-fields"),
		    "fields of results and of ARC must not be signed");
	if (is_among(name, trace_names, COUNT(trace_names)))
		s->signs_trace = true;
	return add_name(l, name);
}

static bool
put_signed_names(struct signing *s, const struct signed_header *h)
{
	struct name_list l = { .s = s };
	struct slice rest = s->names;

	ma_field_word(&s->text, "h=");
	if (rest.p == NULL && !add_default_names(&l, h))
		return false;
	for (bool more = rest.p != NULL; more;) {
		more = ma_find(rest, ':') < rest.n;
		if (!add_given_name(&l, ma_trim_fws(ma_cut(&rest, ':'))))
			return false;
	}
	ma_field_mark(&s->text, ';');
	return true;
}

/* In pieces, but =XX is one. */
static void
put_quoted(struct signing *s, struct slice text)
{
	while (text.n > 0) {
		size_t n = text.p[0] == '=' ? 3 : 1;

		ma_field_part(&s->text, ma_sub(text, 0, n));
		text = ma_sub(text, n, text.n);
	}
}

/* The fields that h= names, as they are: for those who look for changes. */
static bool
put_copied(struct signing *s, const struct signed_header *h)
{
	struct buf b = { 0 };
	bool ok;

	for (size_t i = 0; i < ma_message_fields(h->message); i++) {
		struct field f = ma_message_field(h->message, i);
		struct slice list = s->names;
		bool is_signed = list.p == NULL &&
		    is_among(f.name, default_names, COUNT(default_names));

		while (!is_signed && list.n > 0)
			is_signed = ma_caseeq(f.name,
			    ma_trim_fws(ma_cut(&list, ':')));
		if (!is_signed || f.name.n == 0)
			continue;
		if (b.n > 0)
			ma_buf_char(&b, '|');
		quote(&b, f.name);
		ma_buf_char(&b, ':');
		quote(&b, f.value);
		if (b.n > COPIED_MAX)
			break;
	}
	ok = !b.failed && b.n <= COPIED_MAX;
	if (b.failed)
		s->arena.failed = true;
	else if (!ok)
		refuse(s, REASON("copied-fields-limit"),
		    "the copies of fields would have more than 65536 octets");
	if (ok && b.n > 0) {
		ma_field_word(&s->text, "z=");
		put_quoted(s, ma_slice(b.p, b.n));
		ma_field_mark(&s->text, ';');
	}
	ma_buf_free(&b);
	return ok;
}

/* ---- The whole ---- */

static const char *
algorithm(const struct signing *s)
{
	return s->type == KEY_RSA ? "rsa-sha256" : "ed25519-sha256";
}

static void
put_times(struct signing *s, int64_t now)
{
	const int64_t max = (int64_t)TIME_MAX * 1000 + 999;
	uint64_t t = (uint64_t)(now < 0 ? 0 : now > max ? max : now);

	put_number(s, "t", t);
	if (s->expiry > 0)
		put_number(s, "x", t + s->expiry);
}

static bool
put_message_tags(struct signing *s, const struct signed_header *h)
{
	static const char *const canons[2][2] = {
		[CANON_SIMPLE] = { "simple/simple", "simple/relaxed" },
		[CANON_RELAXED] = { "relaxed/simple", "relaxed/relaxed" },
	};
	static const char hash[] =
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

	put_tag(s, "c", ma_str(canons[s->header][s->body]));
	if (!put_names(s) || !put_identity(s))
		return false;
	put_times(s, h->now);
	for (const struct extra_tag *e = s->extra; e != NULL; e = e->next)
		put_tag(s, e->name.p, e->value);
	if (!put_signed_names(s, h) || (s->copied && !put_copied(s, h)))
		return false;
	put_tag(s, "bh", ma_str(hash));
	return true;
}

static bool
put_tags(struct signing *s, const struct signed_header *h)
{
	ma_field_begin(&s->text, field_names[s->kind]);
	if (s->kind == SIGNATURE_DKIM)
		put_tag(s, "v", SLICE_LIT("1"));
	else
		put_number(s, "i", s->instance);
	put_tag(s, "a", ma_str(algorithm(s)));
	if (s->kind != SIGNATURE_ARC_SEAL)
		return put_message_tags(s, h);
	put_tag(s, "cv", ma_str(s->chain));
	if (!put_names(s))
		return false;
	put_times(s, h->now);
	return true;
}

bool
ma_sign_text(struct signing *s, const struct signed_header *h)
{
	size_t name = strlen(field_names[s->kind]) + 1;
	struct finding finding;
	struct buf *b = &s->text.text;

	if (put_tags(s, h)) {
		ma_field_word(&s->text, "b=");
		/* The placeholder is no part of the line. */
		ma_buf_str(b, "AAAA");
		if (!b->failed && ma_signature_parse(s->kind,
		    ma_slice(b->p + name, b->n - name), &s->arena, &s->sig,
		    &finding) && finding.reason != NULL)
			ma_signing_refuse(s, finding);
	}
	return !b->failed && !s->arena.failed;
}
