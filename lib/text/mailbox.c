/*
 * Mailboxes and address literals: RFC 5321 section 4.1.2, 4.1.3.
 */
#include "text/text.h"

/* ---- Address literals ---- */

static bool
is_hex(int c)
{
	return ma_hex(c) >= 0;
}

static bool
is_dcontent(int c)
{
	return c >= 33 && c <= 126 && c != '[' && c != '\\' && c != ']';
}

/*
 * IPv6-comp = [IPv6-hex *5(":" IPv6-hex)] "::" [IPv6-hex *5(":" IPv6-hex)]
 *
 * "The "::" represents at least 2 16-bit groups of zeros", unlike RFC 4291
 * section 2.2; an IPv4 address at the end takes the room of two.
 */
static bool
has_room_for_gap(struct slice text)
{
	bool gap = false;
	int groups = 0;

	while (text.n > 0) {
		struct slice group = ma_cut(&text, ':');

		if (group.n == 0)
			gap = true;
		else
			groups += ma_find(group, '.') < group.n ? 2 : 1;
	}
	return !gap || groups <= 6;
}

/* IPv6-addr, after its tag. */
static int
parse_ip6(struct slice text, struct ip *ip, const char **reason)
{
	if (!ma_ip6_parse(text, ip)) {
		*reason = REASON("literal-ipv6");
		return 0;
	}
	if (!has_room_for_gap(text)) {
		*reason = REASON("literal-ipv6-group");
		return 0;
	}
	return MAILAUTH_ADDRESS_IPV6;
}

/*
 * By its grammar "2001:db8::1" is a literal with the tag "2001", but nobody has
 * registered such a tag: what looks like an IPv6 address lacks its tag.
 */
static bool
lacks_tag(struct slice tag, struct slice rest)
{
	return ma_span(&tag, is_hex).n <= 4 && tag.n == 0 &&
	    ma_find(rest, ':') < rest.n;
}

/*
 * General-address-literal = Ldh-str ":" 1*dcontent
 * Ldh-str = *( ALPHA / DIGIT / "-" ) Let-dig
 */
static int
parse_tagged(struct slice tag, struct slice rest, const char **reason)
{
	*reason = REASON("literal-tag");
	for (size_t i = 0; i < tag.n; i++)
		if (!ma_is_alnum(tag.p[i]) && tag.p[i] != '-')
			return 0;
	if (tag.n == 0 || tag.p[tag.n - 1] == '-' || lacks_tag(tag, rest))
		return 0;
	*reason = REASON("literal-text");
	if (rest.n == 0 || ma_span(&rest, is_dcontent).n == 0 || rest.n > 0)
		return 0;
	*reason = NULL;
	return MAILAUTH_ADDRESS_GENERAL;
}

int
ma_literal_parse(struct slice text, struct ip *ip, const char **reason)
{
	struct slice tag, rest;

	*reason = NULL;
	*ip = (struct ip){ 0 };
	if (text.n < 2 || text.p[0] != '[' || text.p[text.n - 1] != ']') {
		*reason = REASON("literal-brackets");
		return 0;
	}
	rest = ma_sub(text, 1, text.n - 2);
	if (ma_find(rest, ':') == rest.n) {
		/* Leading zeros, which the grammar has, are refused: some read
		 * them as octal. */
		if (ma_ip4_parse(rest, ip))
			return MAILAUTH_ADDRESS_IPV4;
		*reason = REASON("literal-ipv4");
		return 0;
	}
	tag = ma_cut(&rest, ':');
	if (ma_caseeq(tag, SLICE_LIT("IPv6")))
		return parse_ip6(rest, ip, reason);
	return parse_tagged(tag, rest, reason);
}

/* ---- Domains ---- */

bool
ma_is_host(const struct dname *name)
{
	struct dname last;

	ma_name_last(name, 1, &last);
	if (!ma_name_is_host(name))
		return false;
	for (size_t i = 1; i <= last.w[0]; i++)
		if (!ma_is_digit(last.w[i]))
			return true;
	return false;
}

/* A name over 253 octets, or a label over 63: RFC 1035 section 2.3.4. */
static bool
is_too_long(struct slice text)
{
	if (text.n > DOMAIN_TEXT_MAX)
		return true;
	while (text.n > 0)
		if (ma_cut(&text, '.').n > LABEL_MAX)
			return true;
	return false;
}

/*
 * Domain = sub-domain *("." sub-domain)
 * sub-domain = Let-dig [Ldh-str] / U-label
 */
static bool
parse_domain(struct slice text, struct dname *name, const char **reason,
    bool *nomem)
{
	*reason = REASON("domain-empty");
	if (text.n == 0)
		return false;
	*reason = REASON("domain-syntax");
	if (text.p[text.n - 1] == '.')
		return false;		/* right in the DNS, not in SMTP */
	if (!ma_is_utf8(text)) {
		*reason = REASON("not-utf8");
		return false;
	}
	if (!ma_name_parse_utf8(text, name, nomem)) {
		if (ma_is_ascii(text) && is_too_long(text))
			*reason = REASON("domain-length");
		return false;
	}
	/* "MUST NOT appear ... In particular, the underscore": RFC 5321
	 * section 4.1.2. */
	if (!ma_name_is_host(name))
		return false;
	*reason = NULL;
	return true;
}

bool
ma_mail_domain_parse(struct slice text, struct mailbox *out,
    const char **reason, bool *nomem)
{
	*out = (struct mailbox){ .domain = text };
	if (text.n > 0 && text.p[0] == '[')
		out->family = ma_literal_parse(text, &out->ip, reason);
	else if (parse_domain(text, &out->name, reason, nomem))
		out->family = MAILAUTH_ADDRESS_DOMAIN;
	return out->family != 0;
}

/* ---- Local-parts ---- */

/* atext (RFC 5322 section 3.2.3) and UTF8-non-ascii. */
static bool
is_atext(int c)
{
	return ma_is_alnum(c) || c >= 0x80 ||
	    (c > 0 && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

/* Dot-string = Atom *("." Atom); the text up to what is none. */
static struct slice
take_dot_string(struct slice *text)
{
	struct slice all = *text;

	for (;;) {
		if (ma_span(text, is_atext).n == 0)
			return ma_slice(all.p, 0);
		if (text->n == 0 || text->p[0] != '.')
			break;
		*text = ma_sub(*text, 1, text->n);
	}
	return ma_sub(all, 0, all.n - text->n);
}

/*
 * Quoted-string = DQUOTE *( qtextSMTP / "\" %d32-126 ) DQUOTE
 * qtextSMTP: any ASCII graphic or space but these two, and UTF8-non-ascii.
 */
static struct slice
take_quoted_string(struct slice *text)
{
	struct slice all = *text;
	size_t i = 1;

	for (; i < all.n && all.p[i] != '"'; i++) {
		unsigned char c = (unsigned char)all.p[i];

		if (c == '\\') {
			if (++i == all.n)
				break;
			c = (unsigned char)all.p[i];
			if (c > 126)
				return ma_slice(all.p, 0);
		}
		if (c < 32 || c == 127)
			return ma_slice(all.p, 0);
	}
	if (i >= all.n)
		return ma_slice(all.p, 0);
	*text = ma_sub(all, i + 1, all.n);
	return ma_sub(all, 0, i + 1);
}

bool
ma_mailbox_parse(struct slice text, struct mailbox *out, const char **reason,
    bool *nomem)
{
	struct slice rest = text, local;

	*out = (struct mailbox){ 0 };
	if (text.n > 0 && text.p[0] == '[')
		return ma_mail_domain_parse(text, out, reason, nomem);
	if (!ma_is_utf8(text)) {
		*reason = REASON("not-utf8");
		return false;
	}
	*reason = REASON("local-part-syntax");
	local = rest.n > 0 && rest.p[0] == '"' ?
	    take_quoted_string(&rest) : take_dot_string(&rest);
	if (local.n == 0) {
		if (text.n == 0 || text.p[0] == '@')
			*reason = REASON("local-part-empty");
		return false;
	}
	if (rest.n == 0) {
		*reason = REASON("domain-missing");
		return false;
	}
	if (rest.p[0] != '@')
		return false;
	if (local.n > LOCAL_PART_MAX) {
		*reason = REASON("local-part-length");
		return false;
	}
	if (!ma_mail_domain_parse(ma_sub(rest, 1, rest.n), out, reason, nomem))
		return false;
	if (text.n > MAILBOX_MAX) {
		*reason = REASON("mailbox-length");
		return false;
	}
	out->local_part = local;
	return true;
}

bool
ma_destination_parse(struct slice text, struct mailbox *out,
    const char **reason, bool *nomem)
{
	size_t at = ma_rfind(text, '@');

	if (at < text.n)
		text = ma_sub(text, at + 1, text.n);
	else if (text.n > 1 && text.p[text.n - 1] == '.')
		text.n--;
	if (!ma_mail_domain_parse(text, out, reason, nomem))
		return false;
	/* "192.0.2.1": an address needs its brackets. */
	if (out->family == MAILAUTH_ADDRESS_DOMAIN && !ma_is_host(&out->name)) {
		*reason = REASON("domain-syntax");
		return false;
	}
	return true;
}

/* ---- For people ---- */

const char *
ma_mailbox_detail(const char *reason)
{
	static const struct {
		const char *reason, *detail;
	} list[] = {
		{ "domain-empty", "there is no domain" },
		{ "domain-length", "the domain has more than 253 octets, or "
		    "a label more than 63" },
		{ "domain-missing", "there is no \"@\" and domain" },
		{ "domain-syntax", "the domain is not labels of letters, "
		    "digits and hyphens (RFC 5321 section 4.1.2)" },
		{ "literal-brackets",
		    "an address literal stands in square brackets" },
		{ "literal-ipv4", "the literal is no IPv4 address "
		    "(RFC 5321 section 4.1.3)" },
		{ "literal-ipv6", "the literal is no IPv6 address "
		    "(RFC 5321 section 4.1.3)" },
		{ "literal-ipv6-group", "\"::\" stands for two groups at "
		    "least in a literal (RFC 5321 section 4.1.3)" },
		{ "literal-tag", "the literal has no right tag, as \"IPv6:\"" },
		{ "literal-text", "what follows the literal's tag holds "
		    "octets that cannot stand there" },
		{ "local-part-empty", "there is no local-part" },
		{ "local-part-length",
		    "the local-part has more than 64 octets" },
		{ "local-part-syntax", "the local-part is no dot-string or "
		    "quoted string (RFC 5321 section 4.1.2)" },
		{ "mailbox-length", "the mailbox has more than 254 octets" },
		{ "not-utf8", "there are octets that are not UTF-8" },
	};

	for (size_t i = 0; reason != NULL && i < COUNT(list); i++)
		if (strcmp(reason, list[i].reason) == 0)
			return list[i].detail;
	return NULL;
}
