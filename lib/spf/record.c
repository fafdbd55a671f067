/*
 * Records: RFC 7208 section 4.5 and 4.6.1, and the syntax of section 5 and 6.
 * Text becomes terms, and terms text; nothing here knows the DNS.
 */
#include "spf/spf.h"

/* Readers of what follows a name return what is wrong with it, or NULL. */
typedef const char *reader(struct slice rest, struct spf_term *);

/* ---- Prefix lengths ---- */

/* Take mark 1*DIGIT from the end of *s. */
static bool
take_number(struct slice *s, struct slice mark, struct slice *digits)
{
	size_t at = s->n;

	while (at > 0 && ma_is_digit(s->p[at - 1]))
		at--;
	if (at == s->n || at < mark.n ||
	    !ma_eq(ma_sub(*s, at - mark.n, mark.n), mark))
		return false;
	*digits = ma_sub(*s, at, s->n);
	*s = ma_sub(*s, 0, at - mark.n);
	return true;
}

/* "0", or no leading zero, up to max: RFC 7208 section 5.6. */
static bool
read_bits(struct slice digits, uint8_t max, uint8_t *out)
{
	uint64_t v;

	if (!ma_uint(digits, 1000, &v) || v > max ||
	    (digits.n > 1 && digits.p[0] == '0'))
		return false;
	*out = (uint8_t)v;
	return true;
}

/* dual-cidr-length = [ ip4-cidr-length ] [ "/" ip6-cidr-length ], at the end */
static bool
take_dual_cidr(struct slice *s, struct spf_term *t)
{
	struct slice digits;

	if (take_number(s, SLICE_LIT("//"), &digits) &&
	    !read_bits(digits, 128, &t->bits6))
		return false;
	return !take_number(s, SLICE_LIT("/"), &digits) ||
	    read_bits(digits, 32, &t->bits4);
}

/* ---- What follows a mechanism's name ---- */

static const char *
read_nothing(struct slice rest, struct spf_term *t)
{
	(void)t;
	return rest.n == 0 ? NULL : "this mechanism takes no argument";
}

/* ":" domain-spec */
static const char *
read_domain(struct slice rest, struct spf_term *t)
{
	if (rest.n < 2 || rest.p[0] != ':')
		return "this mechanism needs a domain";
	t->spec = ma_sub(rest, 1, rest.n);
	return ma_spf_domain_spec_check(t->spec, &t->macros) ? NULL :
	    "this is not the name of a domain";
}

/* [ ":" domain-spec ] */
static const char *
read_any_domain(struct slice rest, struct spf_term *t)
{
	return rest.n == 0 ? NULL : read_domain(rest, t);
}

/*
 * [ ":" domain-spec ] [ dual-cidr-length ]
 *
 * A domain-spec may hold slashes but ends in none of this, so the length is
 * what stands at the end.
 */
static const char *
read_host(struct slice rest, struct spf_term *t)
{
	if (!take_dual_cidr(&rest, t))
		return "this is not a prefix length";
	return read_any_domain(rest, t);
}

/* ":" network [ "/" length ] */
static const char *
read_network(struct slice rest, struct spf_term *t)
{
	bool v4 = t->kind == TERM_IP4;
	struct slice address;

	if (rest.n < 2 || rest.p[0] != ':')
		return "this mechanism needs a network";
	rest = ma_sub(rest, 1, rest.n);
	address = ma_sub(rest, 0, ma_find(rest, '/'));
	if (!(v4 ? ma_ip4_parse : ma_ip6_parse)(address, &t->net))
		return v4 ? "this is not an IPv4 address" :
		    "this is not an IPv6 address";
	if (address.n < rest.n &&
	    !read_bits(ma_sub(rest, address.n + 1, rest.n), v4 ? 32 : 128,
	    v4 ? &t->bits4 : &t->bits6))
		return "this is not a prefix length";
	return NULL;
}

/* ---- Terms ---- */

static const struct {
	const char *name;
	reader *read;			/* NULL: a modifier */
} kinds[] = {
	[TERM_ALL] = { "all", read_nothing },
	[TERM_INCLUDE] = { "include", read_domain },
	[TERM_A] = { "a", read_host },
	[TERM_MX] = { "mx", read_host },
	[TERM_PTR] = { "ptr", read_any_domain },
	[TERM_IP4] = { "ip4", read_network },
	[TERM_IP6] = { "ip6", read_network },
	[TERM_EXISTS] = { "exists", read_domain },
	[TERM_REDIRECT] = { "redirect", NULL },
	[TERM_EXP] = { "exp", NULL },
};

const char *
ma_spf_term_name(enum spf_term_kind kind)
{
	return (size_t)kind < COUNT(kinds) ? kinds[kind].name : "modifier";
}

/* The kind of this name; TERM_MODIFIER: not known. */
static enum spf_term_kind
find_kind(struct slice name, bool modifier)
{
	for (size_t i = 0; i < COUNT(kinds); i++)
		if ((kinds[i].read == NULL) == modifier &&
		    ma_caseeq(name, ma_str(kinds[i].name)))
			return (enum spf_term_kind)i;
	return TERM_MODIFIER;
}

/* name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." ) */
static bool
is_modifier_name(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ma_is_alnum(s.p[i]) &&
		    (s.p[i] == '\0' || strchr("-_.", s.p[i]) == NULL))
			return false;
	return s.n > 0 && ma_is_alpha(s.p[0]);
}

/* name "=" macro-string; what we know needs a domain-spec there. */
static const char *
read_modifier(struct slice name, struct slice value, struct spf_term *t)
{
	if (!is_modifier_name(name))
		return "this is not the name of a modifier";
	t->kind = find_kind(name, true);
	t->spec = value;
	if (t->kind == TERM_MODIFIER)
		return ma_spf_macro_string_check(value, &t->macros) ? NULL :
		    "this value of a modifier has a wrong macro or octet";
	return ma_spf_domain_spec_check(value, &t->macros) ? NULL :
	    "this is not the name of a domain";
}

/* directive = [ qualifier ] mechanism */
static const char *
read_directive(struct slice name, struct slice rest, struct spf_term *t)
{
	if (name.n > 0 && strchr("+-?~", name.p[0]) != NULL &&
	    name.p[0] != '\0') {
		t->qualifier = name.p[0];
		name = ma_sub(name, 1, name.n);
	}
	t->kind = find_kind(name, false);
	if (t->kind != TERM_MODIFIER)
		return kinds[t->kind].read(rest, t);
	if (find_kind(name, true) != TERM_MODIFIER)
		return "this is a modifier, and takes \"=\"";
	return "there is no such mechanism";
}

/*
 * RFC 7208 section 4.6.1: a modifier has "=" right after its name, before any
 * ":" or "/".
 */
static const char *
read_term(struct slice word, struct spf_term *t)
{
	size_t at = 0;

	*t = (struct spf_term){ .qualifier = '+', .bits4 = 32, .bits6 = 128,
		.text = word };
	while (at < word.n && word.p[at] != '=' && word.p[at] != ':' &&
	    word.p[at] != '/')
		at++;
	if (at < word.n && word.p[at] == '=')
		return read_modifier(ma_sub(word, 0, at),
		    ma_sub(word, at + 1, word.n), t);
	return read_directive(ma_sub(word, 0, at), ma_sub(word, at, word.n), t);
}

/* ---- Records ---- */

bool
ma_spf_record_is(struct slice text)
{
	return ma_casestarts(text, SLICE_LIT("v=spf1")) &&
	    (text.n == 6 || text.p[6] == ' ');
}

/* RFC 7208 section 4.6.4: terms that cause DNS queries when evaluated. */
static bool
asks(const struct spf_term *t)
{
	return t->kind != TERM_ALL && t->kind != TERM_IP4 &&
	    t->kind != TERM_IP6 && t->kind < TERM_REDIRECT;
}

struct reading {
	struct spf_record *record;
	struct spf_term **end;		/* where the next one is linked */
	struct arena *arena;
	uint32_t keep, asking;
};

/* Can an evaluation come to this term? */
static bool
is_wanted(const struct reading *r, const struct spf_term *t)
{
	if (r->keep == KEEP_ALL || t->kind == TERM_REDIRECT ||
	    t->kind == TERM_EXP)
		return true;
	return t->kind != TERM_MODIFIER && !r->record->has_all &&
	    r->asking < r->keep;
}

static const char *
add_term(struct reading *r, const struct spf_term *t)
{
	struct spf_term **only = t->kind == TERM_REDIRECT ?
	    &r->record->redirect : t->kind == TERM_EXP ? &r->record->exp : NULL;
	struct spf_term *kept;
	bool wanted = is_wanted(r, t);

	/* RFC 7208 section 6: these two at most once each. */
	if (only != NULL && *only != NULL)
		return "this modifier stands there twice";
	r->record->has_all = r->record->has_all || t->kind == TERM_ALL;
	if (!wanted)
		return NULL;
	if ((kept = ma_arena_alloc(r->arena, sizeof *kept)) == NULL)
		return "there was no memory";
	*kept = *t;
	*r->end = kept;
	r->end = &kept->next;
	if (only != NULL)
		*only = kept;
	r->asking += asks(t);
	return NULL;
}

/* record = version *( 1*SP ( directive / modifier ) ) *SP */
enum spf_record_status
ma_spf_record_parse(struct slice text, uint32_t keep, struct arena *arena,
    struct spf_record *out)
{
	struct reading r = { .record = out, .end = &out->terms, .arena = arena,
		.keep = keep };
	struct spf_term term;
	struct slice word;

	*out = (struct spf_record){ 0 };
	if (!ma_spf_record_is(text))
		return SPF_RECORD_ABSENT;
	text = ma_sub(text, 6, text.n);
	while (text.n > 0) {
		if ((word = ma_cut(&text, ' ')).n == 0)
			continue;
		out->wrong = read_term(word, &term);
		if (out->wrong == NULL)
			out->wrong = add_term(&r, &term);
		if (out->wrong != NULL) {
			out->where = word;
			return SPF_RECORD_BROKEN;
		}
	}
	return SPF_RECORD_OK;
}

/* ---- Back to text ---- */

static void
format_network(const struct spf_term *t, struct buf *b)
{
	char address[IP_TEXT];
	unsigned bits = t->kind == TERM_IP4 ? t->bits4 : t->bits6;

	ma_ip_text(t->net, address);
	ma_buf_fmt(b, ":%s", address);
	if (bits != (t->kind == TERM_IP4 ? 32 : 128))
		ma_buf_fmt(b, "/%u", bits);
}

static void
format_term(const struct spf_term *t, struct buf *b)
{
	if (t->kind == TERM_MODIFIER) {
		ma_buf_slice(b, t->text);
		return;
	}
	if (t->qualifier != '+')
		ma_buf_char(b, t->qualifier);
	ma_buf_str(b, ma_spf_term_name(t->kind));
	if (t->kind == TERM_IP4 || t->kind == TERM_IP6) {
		format_network(t, b);
		return;
	}
	if (t->spec.n > 0) {
		ma_buf_char(b, t->kind < TERM_REDIRECT ? ':' : '=');
		ma_buf_slice(b, t->spec);
	}
	if (t->bits4 != 32)
		ma_buf_fmt(b, "/%u", t->bits4);
	if (t->bits6 != 128)
		ma_buf_fmt(b, "//%u", t->bits6);
}

bool
ma_spf_record_format(const struct spf_record *r, struct buf *b)
{
	ma_buf_str(b, "v=spf1");
	for (const struct spf_term *t = r->terms; t != NULL; t = t->next) {
		ma_buf_char(b, ' ');
		format_term(t, b);
	}
	return !b->failed;
}
