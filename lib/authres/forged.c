/*
 * Forged fields of a message: RFC 8601 section 5.
 *
 * What a forger wants is a reader who sees our authserv-id where we do not.  So
 * what is not in the grammar is not read in one way more, but looked at for
 * anything that a reader, however careless, might take for our id.
 */
#include "authres/authres.h"
#include "message/message.h"

static const struct slice field_name = { "Authentication-Results", 22 };

struct mailauth_forged {
	const struct mailauth_message *message;
	size_t n;
	struct {
		uint32_t field, occurrence;
	} list[];			/* from the bottom up */
};

struct search {
	const struct mailauth_message *message;
	struct slice id;
	struct buf plain_id, plain;
	bool u_labels;			/* the id may be written with UTF-8 */
	bool nomem;			/* something could not be looked at */
	uint32_t *occurrences;		/* of each among those of its name */
	size_t n;			/* that are forged; of others it is 0 */
};

/* ---- Fields that cannot be read ---- */

static bool
is_plain(int c)
{
	return ma_is_alnum(c) || c == '-' || c == '_' || c == '.' || c >= 0x80;
}

/* The octets that ids are made of, in lower case; comments: theirs too. */
static void
make_plain(struct buf *out, struct slice s, bool comments)
{
	size_t depth = 0;

	ma_buf_clear(out);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '(')
			depth++;
		else if (s.p[i] == ')' && depth > 0)
			depth--;
		else if (is_plain((unsigned char)s.p[i]) &&
		    (comments || depth == 0))
			ma_buf_char(out, ma_lower(s.p[i]));
	}
}

static bool
contains(struct slice s, struct slice part)
{
	while (s.n >= part.n) {
		size_t at = part.n > 0 ? ma_find(s, part.p[0]) : 0;

		s = ma_sub(s, at, s.n);
		if (ma_starts(s, part))
			return true;
		s = ma_sub(s, 1, s.n);
	}
	return false;
}

static bool
has_encoded_word(struct slice s)
{
	return contains(s, SLICE_LIT("=?"));
}

/* May any reader find our id in this? */
static bool
has_id(struct search *s, struct slice text)
{
	struct slice id = ma_slice(s->plain_id.p, s->plain_id.n);

	if (has_encoded_word(text) || (s->u_labels && !ma_is_ascii(text)))
		return true;
	for (int comments = 0; comments < 2; comments++) {
		make_plain(&s->plain, text, comments);
		s->nomem = s->nomem || s->plain.failed;
		if (contains(ma_slice(s->plain.p, s->plain.n), id))
			return true;
	}
	return false;
}

static bool
is_equal(struct search *s, struct slice a, struct slice b)
{
	bool nomem, equal = ma_authserv_id_equal(a, b, &nomem);

	s->nomem = s->nomem || nomem;
	return equal;
}

/* Is this id ours, for a careful reader or for one that is not? */
static bool
is_own(struct search *s, struct slice id)
{
	if (is_equal(s, id, s->id) || has_encoded_word(id))
		return true;
	make_plain(&s->plain, id, true);
	s->nomem = s->nomem || s->plain.failed;
	return is_equal(s, ma_slice(s->plain.p, s->plain.n),
	    ma_slice(s->plain_id.p, s->plain_id.n));
}

/* ---- Fields ---- */

/*
 * Any field of another version is to be removed where it comes from outside
 * (section 5); one with text that version 1 does not know does not parse.
 */
static bool
is_forged_value(struct search *s, struct slice value)
{
	struct mailauth_authres *a;
	int r = mailauth_authres_parse(value.p, value.n, &a, NULL, 0);
	bool forged = r == MAILAUTH_DONE ? mailauth_authres_version(a) != 1 ||
	    is_own(s, ma_str(mailauth_authres_authserv_id(a))) :
	    has_id(s, value);

	s->nomem = s->nomem || r == MAILAUTH_ENOMEM;
	mailauth_authres_free(a);
	return forged;
}

static bool
is_forged(struct search *s, const struct field *f)
{
	bool named = ma_caseeq(f->name, field_name);

	if (named && is_forged_value(s, f->value))
		return true;
	return ((!named && ma_is_like_field(f->raw, field_name)) ||
	    ma_hides_field(f->raw, field_name)) && has_id(s, f->raw);
}

/* Fields of a name are linked upwards, so each is one more than the next. */
static bool
count_names(struct search *s)
{
	size_t n = ma_message_fields(s->message);

	s->occurrences = ma_calloc(n * sizeof *s->occurrences + 1);
	if (s->occurrences == NULL)
		return false;
	for (size_t i = 0; i < n; i++) {
		uint32_t next = ma_message_field(s->message, i).next;

		s->occurrences[i] = next == NO_FIELD ? 1 :
		    s->occurrences[next] + 1;
	}
	return true;
}

/* Keep the occurrences of what is forged alone.  False: no memory. */
static bool
search(struct search *s)
{
	make_plain(&s->plain_id, s->id, true);
	s->u_labels = !ma_is_ascii(s->id) ||
	    contains(ma_slice(s->plain_id.p, s->plain_id.n),
	    SLICE_LIT("xn--"));
	if (s->plain_id.failed || !count_names(s))
		return false;
	for (size_t i = 0; i < ma_message_fields(s->message); i++) {
		struct field f = ma_message_field(s->message, i);

		if (is_forged(s, &f))
			s->n++;
		else
			s->occurrences[i] = 0;
	}
	return !s->nomem;
}

static struct mailauth_forged *
found(const struct search *s)
{
	struct mailauth_forged *f =
	    ma_calloc(sizeof *f + s->n * sizeof *f->list);

	if (f == NULL)
		return NULL;
	f->message = s->message;
	for (size_t i = ma_message_fields(s->message); i > 0; i--)
		if (s->occurrences[i - 1] > 0) {
			f->list[f->n].field = (uint32_t)i - 1;
			f->list[f->n++].occurrence = s->occurrences[i - 1];
		}
	return f;
}

struct mailauth_forged *
mailauth_forged_new(const struct mailauth_message *m, const char *authserv_id)
{
	struct search s = { .message = m, .id = ma_str(authserv_id) };
	struct mailauth_forged *f;

	if (m == NULL || authserv_id == NULL ||
	    ma_message_status(m) != MAILAUTH_DONE ||
	    !mailauth_message_header_done(m) || ma_message_header_over(m))
		return NULL;
	f = search(&s) ? found(&s) : NULL;
	ma_buf_free(&s.plain_id);
	ma_buf_free(&s.plain);
	ma_free(s.occurrences);
	return f;
}

void
mailauth_forged_free(struct mailauth_forged *f)
{
	ma_free(f);
}

size_t
mailauth_forged_count(const struct mailauth_forged *f)
{
	return f != NULL ? f->n : 0;
}

static struct field
get(const struct mailauth_forged *f, size_t i)
{
	return i < mailauth_forged_count(f) ?
	    ma_message_field(f->message, f->list[i].field) :
	    (struct field){ 0 };
}

const char *
mailauth_forged_name(const struct mailauth_forged *f, size_t i, size_t *n)
{
	struct slice s = get(f, i).name;

	if (n != NULL)
		*n = s.n;
	return s.p;
}

uint32_t
mailauth_forged_occurrence(const struct mailauth_forged *f, size_t i)
{
	return get(f, i).name.n > 0 ? f->list[i].occurrence : 0;
}

uint64_t
mailauth_forged_offset(const struct mailauth_forged *f, size_t i)
{
	return get(f, i).offset;
}

uint64_t
mailauth_forged_length(const struct mailauth_forged *f, size_t i)
{
	return get(f, i).length;
}
