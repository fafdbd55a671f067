/*
 * The handle of a message, and the exported functions.
 */
#include "message/handle.h"

enum { HEADER_BYTES = 16777216, HEADER_BYTES_MAX = 1073741824 };

struct mailauth_message *
mailauth_message_new(void)
{
	struct mailauth_message *m = ma_calloc(sizeof *m);

	if (m != NULL) {
		m->holders = 1;
		m->max_header = HEADER_BYTES;
	}
	return m;
}

void
ma_message_ref(struct mailauth_message *m)
{
	m->holders++;
}

void
mailauth_message_free(struct mailauth_message *m)
{
	if (m == NULL || --m->holders > 0)
		return;
	ma_header_free(&m->header);
	ma_body_free(&m->body);
	ma_free(m);
}

static bool
has_begun(const struct mailauth_message *m)
{
	return m->begun || m->state != MESSAGE_HEADER;
}

int
mailauth_message_set_line_ends(struct mailauth_message *m, int line_ends)
{
	if (m == NULL || line_ends < MAILAUTH_LINES_CRLF ||
	    line_ends > MAILAUTH_LINES_FIRST)
		return MAILAUTH_EINVAL;
	if (has_begun(m))
		return MAILAUTH_EUSE;
	m->lf = line_ends == MAILAUTH_LINES_LF;
	m->undecided = line_ends == MAILAUTH_LINES_FIRST;
	return MAILAUTH_DONE;
}

int
mailauth_message_set_limit(struct mailauth_message *m, int limit,
    uint32_t value)
{
	if (m == NULL || limit != MAILAUTH_MESSAGE_HEADER_BYTES ||
	    value > HEADER_BYTES_MAX)
		return MAILAUTH_EINVAL;
	if (has_begun(m))
		return MAILAUTH_EUSE;
	m->max_header = value;
	return MAILAUTH_DONE;
}

/* ---- Octets ---- */

int
mailauth_message_field(struct mailauth_message *m, const char *name,
    size_t name_n, const char *value, size_t value_n)
{
	if (m == NULL || (name == NULL && name_n > 0) ||
	    (value == NULL && value_n > 0))
		return MAILAUTH_EINVAL;
	if (m->status != MAILAUTH_DONE)
		return m->status;
	if (m->state != MESSAGE_HEADER || (m->begun && !m->by_field))
		return MAILAUTH_EUSE;
	m->begun = m->by_field = true;
	return ma_scan_field(m, ma_slice(name, name_n),
	    ma_slice(value, value_n));
}

int
mailauth_message_end_header(struct mailauth_message *m)
{
	if (m == NULL)
		return MAILAUTH_EINVAL;
	if (m->status != MAILAUTH_DONE)
		return m->status;
	if (m->state != MESSAGE_HEADER || (m->begun && !m->by_field))
		return MAILAUTH_EUSE;
	return ma_scan_end_header(m);
}

int
mailauth_message_write(struct mailauth_message *m, const void *p, size_t n)
{
	if (m == NULL || (p == NULL && n > 0))
		return MAILAUTH_EINVAL;
	if (m->status != MAILAUTH_DONE)
		return m->status;
	if (m->state == MESSAGE_ENDED ||
	    (m->state == MESSAGE_HEADER && m->by_field))
		return MAILAUTH_EUSE;
	if (n == 0)
		return MAILAUTH_DONE;
	m->begun = true;
	return ma_scan_write(m, p, n);
}

int
mailauth_message_end(struct mailauth_message *m)
{
	if (m == NULL)
		return MAILAUTH_EINVAL;
	if (m->status != MAILAUTH_DONE)
		return m->status;
	return m->state == MESSAGE_ENDED ? MAILAUTH_EUSE : ma_scan_end(m);
}

/* ---- What is known of it ---- */

int
mailauth_message_header_done(const struct mailauth_message *m)
{
	return m != NULL && m->state != MESSAGE_HEADER;
}

int
mailauth_message_ended(const struct mailauth_message *m)
{
	return m != NULL && m->state == MESSAGE_ENDED;
}

size_t
mailauth_message_count(const struct mailauth_message *m)
{
	return m != NULL ? ma_message_fields(m) : 0;
}

static const char *
give(struct slice s, size_t *n)
{
	if (n != NULL)
		*n = s.n;
	return s.p;
}

const char *
mailauth_message_field_name(const struct mailauth_message *m, size_t i,
    size_t *n)
{
	struct slice name = { NULL, 0 };

	if (i < mailauth_message_count(m))
		name = ma_message_field(m, i).name;
	return give(name.n > 0 ? name : ma_slice(NULL, 0), n);
}

const char *
mailauth_message_field_value(const struct mailauth_message *m, size_t i,
    size_t *n)
{
	return give(i < mailauth_message_count(m) ?
	    ma_message_field(m, i).value : ma_slice(NULL, 0), n);
}

int
mailauth_message_line_ends(const struct mailauth_message *m)
{
	if (m == NULL || (m->seen_crlf && m->seen_lf))
		return 0;
	return m->seen_lf ? MAILAUTH_LINES_LF : MAILAUTH_LINES_CRLF;
}

enum line_fault
ma_message_line_fault(const struct mailauth_message *m)
{
	if (m->bare_cr)
		return LINES_BARE_CR;
	return m->seen_lf && (m->seen_crlf || !m->lf) ? LINES_MIXED :
	    LINES_RIGHT;
}

const char *
mailauth_message_author_domain(const struct mailauth_message *m)
{
	return m != NULL && m->author.status == AUTHOR_ONE ?
	    m->author.domain : NULL;
}

const char *
mailauth_message_author_detail(const struct mailauth_message *m)
{
	return m != NULL ? m->author.detail : NULL;
}

bool
ma_message_header_over(const struct mailauth_message *m)
{
	return m->header.over;
}

int
ma_message_status(const struct mailauth_message *m)
{
	return m->status;
}

int
ma_message_whole(const struct mailauth_message *m)
{
	return m->status != MAILAUTH_DONE || mailauth_message_ended(m) ?
	    m->status : MAILAUTH_EUSE;
}

/* ---- Readers ---- */

int
ma_message_attach(struct mailauth_message *m, struct reader *reader)
{
	struct reader **at = &m->readers;

	if (has_begun(m) || m->status != MAILAUTH_DONE)
		return MAILAUTH_EUSE;
	while (*at != NULL)
		at = &(*at)->next;
	reader->next = NULL;
	*at = reader;
	return MAILAUTH_DONE;
}

void
ma_message_detach(struct mailauth_message *m, struct reader *reader)
{
	for (struct reader **at = &m->readers; *at != NULL; at = &(*at)->next)
		if (*at == reader) {
			*at = reader->next;
			return;
		}
}

int
ma_message_want_hash(struct mailauth_message *m, enum canon canon,
    uint64_t limit)
{
	return ma_body_want(&m->body, canon, limit);
}

const struct body_hash *
ma_message_body_hash(const struct mailauth_message *m, int i)
{
	return m->state == MESSAGE_ENDED ? &m->body.hashes[i].hash : NULL;
}
