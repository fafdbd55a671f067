/*
 * An answer as lines of a master file: RFC 1035 section 5.
 */
#include "dns/dns.h"
#include "mailauth/lookups.h"

enum { STRING_MAX = 255 };

/* An absolute name. */
static void
put_name(struct buf *b, const struct dname *name)
{
	char text[NAME_TEXT];

	ma_name_text(name, text);
	ma_buf_str(b, text);
	if (name->n > 1)
		ma_buf_char(b, '.');
}

static void
put_wire_name(struct buf *b, struct slice wire)
{
	struct dname name;

	if (ma_name_wire(wire, &name))
		put_name(b, &name);
	else
		b->failed = true;	/* no answer holds such a name */
}

static void
put_hex(struct buf *b, struct slice s)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		ma_buf_char(b, digits[c >> 4]);
		ma_buf_char(b, digits[c & 15]);
	}
}

static void
put_string(struct buf *b, struct slice s)
{
	ma_buf_char(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < ' ' || c >= 0x7f)
			ma_buf_fmt(b, "\\%03u", c);
		else {
			if (c == '"' || c == '\\')
				ma_buf_char(b, '\\');
			ma_buf_char(b, (char)c);
		}
	}
	ma_buf_char(b, '"');
}

/* At least one string, also of an empty text. */
static void
put_text(struct buf *b, struct slice s)
{
	do {
		put_string(b, ma_sub(s, 0, STRING_MAX));
		s = ma_sub(s, STRING_MAX, s.n);
		if (s.n > 0)
			ma_buf_char(b, ' ');
	} while (s.n > 0);
}

/*
 * Texts may be equal and their records not, which differ in where strings end.
 * Whoever reads them back must find as many: RFC 7208 section 4.5 counts them.
 * So each gets one empty string more than the one before.
 */
static size_t
equal_before(const struct answer *answer, size_t i)
{
	size_t n = 0;

	for (size_t k = 0; k < i; k++)
		if (ma_eq(answer->records[k].data, answer->records[i].data))
			n++;
	return n;
}

static void
put_address(struct buf *b, struct slice s)
{
	struct ip ip = { .family = s.n == 4 ? 4 : 6 };
	char text[IP_TEXT];

	memcpy(ip.a, s.p, s.n <= sizeof ip.a ? s.n : sizeof ip.a);
	ma_ip_text(ip, text);
	ma_buf_str(b, text);
}

/* RFC 3597 section 5. */
static void
put_generic(struct buf *b, struct slice s)
{
	ma_buf_fmt(b, "\\# %zu%s", s.n, s.n > 0 ? " " : "");
	put_hex(b, s);
}

/* RFC 6698 section 2.2; nothing to match has no form of its own. */
static void
put_tlsa(struct buf *b, struct slice s)
{
	if (s.n <= 3) {
		put_generic(b, s);
		return;
	}
	ma_buf_fmt(b, "%u %u %u ", (uint8_t)s.p[0], (uint8_t)s.p[1],
	    (uint8_t)s.p[2]);
	put_hex(b, ma_sub(s, 3, s.n));
}

static void
put_rdata(struct buf *b, uint16_t type, const struct answer *answer, size_t i)
{
	const struct record *rec = &answer->records[i];

	switch (type) {
	case TYPE_A:
	case TYPE_AAAA:
		put_address(b, rec->data);
		break;
	case TYPE_TXT:
		put_text(b, rec->data);
		for (size_t n = equal_before(answer, i); n > 0; n--)
			ma_buf_str(b, " \"\"");
		break;
	case TYPE_MX:
		ma_buf_fmt(b, "%u ", rec->preference);
		put_wire_name(b, rec->data);
		break;
	case TYPE_CNAME:
	case TYPE_NS:
	case TYPE_PTR:
		put_wire_name(b, rec->data);
		break;
	case TYPE_TLSA:
		put_tlsa(b, rec->data);
		break;
	default:
		put_generic(b, rec->data);
	}
}

/* "OWNER TTL IN TYPE " */
static void
put_start(struct buf *b, struct slice owner, uint32_t ttl, uint16_t type)
{
	char word[TYPE_TEXT];

	ma_type_text(type, word);
	put_wire_name(b, owner);
	ma_buf_fmt(b, " %lu IN %s ", (unsigned long)ttl, word);
}

/* ";! NAME TYPE WORD" */
static void
put_remark(struct buf *b, struct slice name, uint16_t type, const char *word)
{
	char type_word[TYPE_TEXT];

	ma_type_text(type, type_word);
	ma_buf_str(b, ";! ");
	put_wire_name(b, name);
	ma_buf_fmt(b, " %s %s\n", type_word, word);
}

static const char *
failure_word(int why)
{
	switch (why) {
	case MAILAUTH_FAILURE_TIMEOUT:
	case MAILAUTH_FAILURE_NETWORK:
		return "TIMEOUT";
	case MAILAUTH_FAILURE_REFUSED:
		return "REFUSED";
	default:
		return "SERVFAIL";
	}
}

bool
ma_zone_text(struct buf *b, const struct dname *name, uint16_t type,
    const struct answer *answer)
{
	struct slice asked = ma_slice(name->w, name->n);
	struct slice last = asked;

	for (size_t i = 0; i < answer->aliases; i++) {
		const struct alias *alias = &answer->chain[i];

		put_start(b, alias->owner, alias->ttl, TYPE_CNAME);
		put_wire_name(b, alias->target);
		ma_buf_char(b, '\n');
		last = alias->target;
	}
	for (size_t i = 0; i < answer->count; i++) {
		put_start(b, last, answer->records[i].ttl, type);
		put_rdata(b, type, answer, i);
		ma_buf_char(b, '\n');
	}
	if (answer->status == ANSWER_FAILED)
		put_remark(b, asked, type, failure_word(answer->why));
	if (answer->status == ANSWER_NXDOMAIN)
		put_remark(b, last, type, "NXDOMAIN");
	if (answer->status == ANSWER_NODATA)
		put_remark(b, last, type, "NODATA");
	if (answer->secure)
		put_remark(b, asked, type, "secure");
	return !b->failed;
}
