/*
 * The DKIM-Signature field: RFC 6376 section 3.5 and 6.1.1; and the two of ARC
 * that are like it: RFC 8617 section 4.1.2 and 4.1.3.
 *
 * "Being 'liberal in what you accept' is definitely a bad strategy in this
 * security context" (section 6.1.1).
 */
#include "dkim/dkim.h"

enum { LENGTH_DIGITS = 76, TIME_DIGITS = 12 };

static const char tag_names[SIG_TAGS][3] = {
	[SIG_V] = "v", [SIG_A] = "a", [SIG_B] = "b", [SIG_BH] = "bh",
	[SIG_C] = "c", [SIG_CV] = "cv", [SIG_D] = "d", [SIG_H] = "h", [SIG_I] = "i",
	[SIG_L] = "l", [SIG_Q] = "q", [SIG_S] = "s", [SIG_T] = "t",
	[SIG_X] = "x",
};

struct reading {
	enum signature_kind kind;
	struct signature *sig;
	struct arena *arena;
	struct finding *finding;	/* the first counts */
};

/* False, so that a reader may end with it. */
static bool
wrong(struct reading *r, const char *reason, const char *detail)
{
	if (r->finding->reason == NULL)
		*r->finding = (struct finding){ reason, detail };
	return false;
}

static const struct tag *
tag_of(const struct signature *sig, enum signature_tag k)
{
	return sig->tags[k].name.p != NULL ? &sig->tags[k] : NULL;
}

/* ---- a=, c=, q= ---- */

/* Literals in ABNF have no case: RFC 5234 section 2.3. */
static bool
read_algorithm(struct reading *r, struct slice v)
{
	if (ma_caseeq(v, SLICE_LIT("rsa-sha256"))) {
		r->sig->type = KEY_RSA;
		return true;
	}
	if (ma_caseeq(v, SLICE_LIT("ed25519-sha256"))) {
		r->sig->type = KEY_ED25519;
		return true;
	}
	/* RFC 8301 section 3.1: it has permanently failed. */
	if (ma_caseeq(v, SLICE_LIT("rsa-sha1")))
		return wrong(r, REASON("algorithm-rsa-sha1"),
		    "rsa-sha1 never passes (RFC 8301 section 3.1)");
	return wrong(r, REASON("algorithm"), "the algorithm is not known");
}

static bool
read_canon(struct slice v, enum canon *out)
{
	*out = ma_caseeq(v, SLICE_LIT("relaxed")) ? CANON_RELAXED :
	    CANON_SIMPLE;
	return *out == CANON_RELAXED || ma_caseeq(v, SLICE_LIT("simple"));
}

bool
ma_canon_parse(struct slice v, enum canon *header, enum canon *body)
{
	bool two = ma_find(v, '/') < v.n;
	enum canon first, second = CANON_SIMPLE;

	if (!read_canon(ma_cut(&v, '/'), &first) ||
	    (two && !read_canon(v, &second)))
		return false;
	*header = first;
	*body = second;
	return true;
}

static bool
read_canonicalization(struct reading *r, struct slice v)
{
	if (!ma_canon_parse(v, &r->sig->header, &r->sig->body)) {
		r->sig->canon_known = false;
		return wrong(r, REASON("canonicalization"),
		    "the canonicalization is not known");
	}
	return true;
}

static bool
read_query(struct reading *r, struct slice v)
{
	bool known = false;

	for (bool more = true; more;) {
		struct slice method;

		more = ma_find(v, ':') < v.n;
		method = ma_trim_fws(ma_cut(&v, ':'));
		if (method.n == 0)
			return wrong(r, REASON("syntax"),
			    "q= has an empty query method");
		if (ma_caseeq(method, SLICE_LIT("dns/txt")))
			known = true;
	}
	return known || wrong(r, REASON("query-method"),
	    "no query method is known");
}

/* ---- d=, s=, i= ---- */

static bool
read_name(struct reading *r, struct slice v, struct dname *out)
{
	bool nomem, ok = ma_domain_parse(v, out, &nomem);

	if (nomem)
		r->arena->failed = true;
	return ok;
}

/* sub-domain 1*("." sub-domain): two labels at least. */
static bool
read_domain(struct reading *r, struct slice v)
{
	struct signature *sig = r->sig;

	if (!read_name(r, v, &sig->domain) || ma_name_labels(&sig->domain) < 2)
		return wrong(r, REASON("domain"), "d= is not a domain name");
	sig->domain_text = ma_name_string(r->arena, &sig->domain);
	return true;
}

/* Together with d= it names the key: RFC 6376 section 3.6.2.1. */
static bool
read_selector(struct reading *r, struct slice v)
{
	struct signature *sig = r->sig;
	struct dname selector, name;
	char text[NAME_TEXT];

	if (!read_name(r, v, &selector))
		return wrong(r, REASON("selector"), "s= is not a selector");
	if (sig->domain_text == NULL)
		return true;			/* d= was wrong */
	ma_name_text(&selector, text);
	if (!ma_name_prepend(SLICE_LIT("_domainkey"), &sig->domain, &name) ||
	    !ma_name_prepend(ma_str(text), &name, &sig->key))
		return wrong(r, REASON("selector"),
		    "the name of the key is too long");
	return true;
}

/*
 * dkim-quoted-printable (RFC 6376 section 2.11, RFC 8616 section 5): FWS gone,
 * =XX decoded.  NULL: malformed.
 */
static char *
decode(struct slice v, struct arena *arena, size_t *n)
{
	char *out = ma_arena_alloc(arena, v.n + 1);

	*n = 0;
	for (size_t i = 0; out != NULL && i < v.n; i++) {
		char c = v.p[i];

		if (ma_is_fws(c))
			continue;
		if (c == '=') {
			int high, low;

			if (v.n - i < 3 || ma_is_lower(v.p[i + 1]) ||
			    ma_is_lower(v.p[i + 2]) ||
			    (high = ma_hex(v.p[i + 1])) < 0 ||
			    (low = ma_hex(v.p[i + 2])) < 0)
				return NULL;
			c = (char)(high << 4 | low);
			i += 2;
		}
		out[(*n)++] = c;
	}
	return out;
}

static bool
has_control(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return true;
	return false;
}

uint32_t
ma_instance_parse(struct slice v)
{
	uint64_t n;

	return v.n <= 2 && ma_uint(v, ARC_SETS_MAX + 1, &n) &&
	    n <= ARC_SETS_MAX ? (uint32_t)n : 0;
}

static bool
read_instance(struct reading *r, struct slice v)
{
	r->sig->instance = ma_instance_parse(v);
	return r->sig->instance > 0 || wrong(r, REASON("arc-instance"),
	    "i= is not a number from 1 to 50");
}

/* [ Local-part ] "@" domain-name, which is d= or below it. */
static bool
read_identity(struct reading *r, struct slice v)
{
	struct signature *sig = r->sig;
	char text[NAME_TEXT], *p;
	struct dname domain;
	struct slice all;
	size_t at;

	all.p = p = decode(v, r->arena, &all.n);
	if (p == NULL || !ma_is_utf8(all) || has_control(all) ||
	    (at = ma_rfind(all, '@')) == all.n ||
	    !read_name(r, ma_sub(all, at + 1, all.n), &domain))
		return wrong(r, REASON("identity"), "i= is not an identity");
	if (sig->domain_text == NULL)
		return true;			/* d= was wrong */
	/* RFC 6376 section 6.1.1: by labels. */
	if (!ma_name_within(&domain, &sig->domain))
		return wrong(r, REASON("identity-domain"),
		    "the domain of i= is not that of d=, nor below it");
	sig->subdomain = !ma_name_equal(&domain, &sig->domain);
	ma_name_text(&domain, text);
	p = ma_arena_fmt(r->arena, "%.*s@%s", (int)at, all.p, text);
	sig->identity = ma_str(p);
	return true;
}

/* ---- h= ---- */

bool
ma_is_field_name(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f || s.p[i] == ':')
			return false;
	return s.n > 0;
}

/*
 * In ARC nothing asks for From, and sealers leave names empty, which name no
 * field.  RFC 8617 section 4.1.2 forbids fields of ARC: seals are added once
 * all is signed, so that an ARC-Seal there is no field that was signed.
 */
static bool
read_names(struct reading *r, struct slice v)
{
	bool arc = r->kind == SIGNATURE_ARC_MESSAGE, from = arc;
	struct signed_name *names;
	const char *start = v.p;
	size_t n = 1, i = 0;

	for (size_t k = 0; k < v.n; k++)
		n += v.p[k] == ':';
	if ((names = ma_arena_alloc(r->arena, n * sizeof *names)) == NULL)
		return false;
	for (; i < n; i++) {
		struct slice name = ma_trim_fws(ma_cut(&v, ':'));

		if (!ma_is_field_name(name) && !(arc && name.n == 0))
			return wrong(r, REASON("signed-fields"),
			    "h= has something that is no field name");
		if (arc && ma_caseeq(name, SLICE_LIT("ARC-Seal")))
			return wrong(r, REASON("arc-signed-fields"),
			    "h= has ARC-Seal");
		names[i] = (struct signed_name){
			.at = (uint32_t)(name.p - start),
			.n = (uint32_t)name.n };
		from = from || ma_caseeq(name, SLICE_LIT("From"));
	}
	r->sig->names = names;
	r->sig->nnames = n;
	/* RFC 6376 section 6.1.1. */
	return from || wrong(r, REASON("from-not-signed"),
	    "h= does not have From");
}

/* ---- l=, t=, x= ---- */

static bool
read_length(struct reading *r, struct slice v)
{
	/* One less than what stands for all. */
	if (v.n > LENGTH_DIGITS || !ma_uint(v, UINT64_MAX - 1, &r->sig->length))
		return wrong(r, REASON("syntax"), "l= is not a number");
	return true;
}

/* RFC 6376 section 3.5: what has more than 12 digits is for ever. */
static bool
read_seconds(struct slice v, uint64_t *out)
{
	if (!ma_uint(v, UINT64_MAX, out))
		return false;
	if (v.n > TIME_DIGITS)
		*out = UINT64_MAX;
	return true;
}

static bool
read_time(struct reading *r, struct slice v)
{
	r->sig->has_time = read_seconds(v, &r->sig->time);
	return r->sig->has_time ||
	    wrong(r, REASON("syntax"), "t= is not a time");
}

static bool
read_expiry(struct reading *r, struct slice v)
{
	struct signature *sig = r->sig;

	sig->has_expiry = read_seconds(v, &sig->expiry);
	if (!sig->has_expiry)
		return wrong(r, REASON("syntax"), "x= is not a time");
	if (sig->has_time && sig->expiry <= sig->time)
		return wrong(r, REASON("expiration"), "x= is not after t=");
	return true;
}

/* ---- bh=, b= ---- */

static bool
read_base64(struct reading *r, struct slice v, struct slice *out)
{
	uint8_t *p = ma_arena_alloc(r->arena, v.n / 4 * 3 + 3);
	size_t n;

	if (p == NULL || !ma_base64_decode(v, p, &n))
		return false;
	*out = ma_slice(p, n);
	return true;
}

static bool
read_body_hash(struct reading *r, struct slice v)
{
	struct slice hash;

	if (!read_base64(r, v, &hash) || hash.n != SHA256_BYTES)
		return wrong(r, REASON("body-hash-syntax"),
		    "bh= is not the base64 of a SHA-256");
	memcpy(r->sig->body_hash, hash.p, SHA256_BYTES);
	return true;
}

static bool
read_data(struct reading *r, struct slice v)
{
	struct signature *sig = r->sig;
	char *text = ma_arena_alloc(r->arena, v.n + 1);
	size_t n = 0;

	for (size_t i = 0; text != NULL && i < v.n; i++)
		if (!ma_is_fws(v.p[i]))
			text[n++] = v.p[i];
	sig->data_text = ma_slice(text, n);
	if (!read_base64(r, v, &sig->data) || sig->data.n == 0)
		return wrong(r, REASON("signature-syntax"), "b= is not base64");
	return true;
}

/* ---- The whole ---- */

/* RFC 8617 section 4.1.3: "MUST result in a cv status of 'fail'". */
static bool
forbid_names(struct reading *r, struct slice v)
{
	(void)v;
	return wrong(r, REASON("arc-seal-tag"), "a seal must not have h=");
}

enum {
	OF_DKIM = 1 << SIGNATURE_DKIM,
	OF_MESSAGE = 1 << SIGNATURE_ARC_MESSAGE,
	OF_SEAL = 1 << SIGNATURE_ARC_SEAL,
	OF_BOTH = OF_DKIM | OF_MESSAGE,
	OF_ARC = OF_MESSAGE | OF_SEAL,
	OF_ALL = OF_DKIM | OF_ARC
};

/*
 * In this order they are read: x= after t=, s= and i= after d=.  Tags are
 * ignored in fields of which they are not.
 */
static const struct {
	enum signature_tag tag;
	unsigned required, of;		/* in which fields */
	bool (*read)(struct reading *, struct slice);	/* NULL: elsewhere */
	const char *missing;
} readers[] = {
	{ SIG_V, OF_DKIM, OF_DKIM, NULL, "v= is missing" },
	{ SIG_I, OF_ARC, OF_ARC, read_instance, "i= is missing" },
	{ SIG_CV, OF_SEAL, OF_SEAL, NULL, "cv= is missing" },
	{ SIG_H, 0, OF_SEAL, forbid_names, NULL },
	{ SIG_A, OF_ALL, OF_ALL, read_algorithm, "a= is missing" },
	{ SIG_B, OF_ALL, OF_ALL, read_data, "b= is missing" },
	{ SIG_BH, OF_BOTH, OF_BOTH, read_body_hash, "bh= is missing" },
	{ SIG_D, OF_ALL, OF_ALL, read_domain, "d= is missing" },
	{ SIG_H, OF_BOTH, OF_BOTH, read_names, "h= is missing" },
	{ SIG_S, OF_ALL, OF_ALL, read_selector, "s= is missing" },
	{ SIG_C, 0, OF_BOTH, read_canonicalization, NULL },
	{ SIG_I, 0, OF_DKIM, read_identity, NULL },
	{ SIG_L, 0, OF_BOTH, read_length, NULL },
	{ SIG_Q, 0, OF_BOTH, read_query, NULL },
	{ SIG_T, 0, OF_ALL, read_time, NULL },
	{ SIG_X, 0, OF_BOTH, read_expiry, NULL },
};

static bool
is_of(unsigned kinds, const struct reading *r)
{
	return (kinds >> r->kind & 1) != 0;
}

static void
find_tags(struct slice value, struct signature *sig)
{
	enum tag_status got;
	struct tag tag;

	while ((got = ma_tag_next(&value, TAG_SPACE_FWS, &tag)) != TAG_END)
		for (size_t k = 0; tag.name.n <= 2 && k < SIG_TAGS; k++)
			if (sig->tags[k].name.p == NULL &&
			    ma_eq(tag.name, ma_str(tag_names[k])))
				sig->tags[k] = tag;
}

/* A tag list with all that is required: RFC 6376 section 6.1.1. */
static void
check_list(struct reading *r, struct slice value)
{
	enum tags_status list = ma_tags_check(value, TAG_SPACE_FWS);
	const struct tag *v = tag_of(r->sig, SIG_V);

	if (list == TAGS_NOMEM)
		r->arena->failed = true;
	else if (list == TAGS_DUPLICATE)
		wrong(r, REASON("duplicate-tag"), "a tag is there twice");
	else if (list == TAGS_SYNTAX)
		wrong(r, REASON("syntax"), "it is not a list of tags");
	/* Told before what another version may lack. */
	if (v != NULL && is_of(OF_DKIM, r) && !ma_eq(v->value, SLICE_LIT("1")))
		wrong(r, REASON("version"), "the version is not 1");
	for (size_t i = 0; i < COUNT(readers); i++)
		if (is_of(readers[i].required, r) &&
		    tag_of(r->sig, readers[i].tag) == NULL)
			wrong(r, REASON("missing-tag"), readers[i].missing);
}

bool
ma_signature_parse(enum signature_kind kind, struct slice value,
    struct arena *arena, struct signature *sig, struct finding *finding)
{
	struct reading r = { .kind = kind, .sig = sig, .arena = arena,
		.finding = finding };

	*sig = (struct signature){ .length = UINT64_MAX, .canon_known = true };
	*finding = (struct finding){ 0 };
	/*
	 * RFC 8617 section 4.1.3 has seals relaxed alone.  By section 4.1.2 a
	 * message signature without c= is simple/simple, as RFC 6376 section 3.5 has
	 * it; others, and the public suite, take relaxed/relaxed, and so do we:
	 * sealers that leave c= away made it so.
	 */
	if (kind != SIGNATURE_DKIM)
		sig->header = sig->body = CANON_RELAXED;
	find_tags(value, sig);
	check_list(&r, value);
	for (size_t i = 0; i < COUNT(readers); i++) {
		const struct tag *tag = tag_of(sig, readers[i].tag);

		if (tag != NULL && is_of(readers[i].of, &r) &&
		    readers[i].read != NULL)
			readers[i].read(&r, tag->value);
	}
	/* RFC 6376 section 3.5: i= is by default "@" and d=. */
	if (kind == SIGNATURE_DKIM && tag_of(sig, SIG_I) == NULL &&
	    sig->domain_text != NULL)
		sig->identity = ma_str(ma_arena_fmt(arena, "@%s",
		    sig->domain_text));
	return !arena->failed;
}

struct slice
ma_signature_tag(struct slice value, enum signature_tag k)
{
	struct tag tag;

	while (ma_tag_next(&value, TAG_SPACE_FWS, &tag) != TAG_END)
		if (ma_eq(tag.name, ma_str(tag_names[k])))
			return tag.value;
	return ma_slice(NULL, 0);
}

struct slice
ma_signature_name(const struct signature *sig, size_t k)
{
	if (k >= sig->nnames)
		return ma_slice(NULL, 0);
	return ma_sub(sig->tags[SIG_H].value, sig->names[k].at,
	    sig->names[k].n);
}

bool
ma_signature_format(struct buf *b, const struct signature *sig)
{
	static const char *const canons[] = {
		[CANON_SIMPLE] = "simple", [CANON_RELAXED] = "relaxed" };

	ma_buf_fmt(b, "v=1; a=%s; c=%s/%s; d=%s; s=",
	    sig->type == KEY_RSA ? "rsa-sha256" : "ed25519-sha256",
	    canons[sig->header], canons[sig->body], sig->domain_text);
	ma_buf_slice(b, sig->tags[SIG_S].value);
	if (tag_of(sig, SIG_I) != NULL) {
		ma_buf_str(b, "; i=");
		ma_buf_slice(b, sig->tags[SIG_I].value);
	}
	if (sig->length != UINT64_MAX)
		ma_buf_fmt(b, "; l=%llu", (unsigned long long)sig->length);
	if (sig->has_time)
		ma_buf_fmt(b, "; t=%llu", (unsigned long long)sig->time);
	if (sig->has_expiry)
		ma_buf_fmt(b, "; x=%llu", (unsigned long long)sig->expiry);
	ma_buf_str(b, "; h=");
	for (size_t k = 0; k < sig->nnames; k++) {
		if (k > 0)
			ma_buf_char(b, ':');
		ma_buf_slice(b, ma_signature_name(sig, k));
	}
	ma_buf_str(b, "; bh=");
	ma_base64_encode(b, sig->body_hash, SHA256_BYTES);
	ma_buf_str(b, "; b=");
	return ma_base64_encode(b, sig->data.p, sig->data.n);
}
