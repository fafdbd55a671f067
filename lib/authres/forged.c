/*
 * Fields that bear our name and are not ours: RFC 8601 section 5.
 */
#include "authres/authres.h"
#include "message/message.h"

struct mailauth_forged {
	const struct mailauth_message *message;
	size_t n;
	struct {
		uint32_t field, occurrence;
	} list[];			/* from the bottom up */
};

static const struct slice name = { "Authentication-Results", 22 };

static bool
is_word_char(int c)
{
	return c > ' ' && c != 0x7f && strchr("()<>@,;\"=", c) == NULL;
}

/* Does the id stand in this text as a word? */
static bool
has_word(struct slice text, struct slice id)
{
	while (text.n > 0) {
		struct slice word = text;

		word.n = 0;
		while (word.n < text.n &&
		    is_word_char((unsigned char)text.p[word.n]))
			word.n++;
		if (word.n > 0 && ma_authserv_id_equal(word, id))
			return true;
		text = ma_sub(text, word.n + 1, text.n);
	}
	return false;
}

/* MAILAUTH_DONE: *forged says it; or MAILAUTH_ENOMEM. */
static int
judge(struct slice value, struct slice id, bool *forged)
{
	struct mailauth_authres *a;
	int r = mailauth_authres_parse(value.p, value.n, &a, NULL, 0);

	*forged = r == MAILAUTH_DONE ? ma_authserv_id_equal(
	    ma_str(mailauth_authres_authserv_id(a)), id) :
	    has_word(value, id);
	mailauth_authres_free(a);
	return r == MAILAUTH_ENOMEM ? r : MAILAUTH_DONE;
}

struct mailauth_forged *
mailauth_forged_new(const struct mailauth_message *m, const char *authserv_id)
{
	struct mailauth_forged *f;
	uint32_t count = 0, i;
	bool forged;

	if (m == NULL || authserv_id == NULL ||
	    !mailauth_message_header_done(m))
		return NULL;
	for (i = ma_message_last(m, name); i != NO_FIELD;
	    i = ma_message_field(m, i).next)
		count++;
	f = ma_calloc(sizeof *f + count * sizeof *f->list);
	if (f == NULL)
		return NULL;
	f->message = m;
	for (i = ma_message_last(m, name); i != NO_FIELD; count--) {
		struct field field = ma_message_field(m, i);

		if (judge(field.value, ma_str(authserv_id), &forged) !=
		    MAILAUTH_DONE) {
			mailauth_forged_free(f);
			return NULL;
		}
		if (forged) {
			f->list[f->n].field = i;
			f->list[f->n++].occurrence = count;
		}
		i = field.next;
	}
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
	return i < mailauth_forged_count(f) ? f->list[i].occurrence : 0;
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
