/*
 * For the resolvers' tests: questions handed out, and what they got as text.
 */
#ifndef ANSWERS_H
#define ANSWERS_H

#include "unit.h"
#include "lookups/lookups.h"

/* A question that is out. */
static inline struct mailauth_question *
question(struct mailauth_lookups *l, const char *name, const char *type)
{
	struct mailauth_question *q;
	struct dname d;
	uint16_t t;

	ck_assert_msg(ma_name_master(ma_str(name), NULL, &d), "%s", name);
	ck_assert_msg(ma_type_parse(ma_str(type), &t), "%s", type);
	ma_lookups_begin(l);
	ck_assert_ptr_nonnull(ma_lookups_question(l, &d, t));
	q = mailauth_lookups_next(l);
	ck_assert_ptr_nonnull(q);
	return q;
}

static inline void
put_wire_name(struct buf *b, struct slice wire)
{
	char text[NAME_TEXT];
	struct dname d;

	ck_assert(ma_name_wire(wire, &d));
	ma_name_text(&d, text);
	ma_buf_str(b, text);
}

static inline void
put_record(struct buf *b, uint16_t type, const struct record *r)
{
	struct ip ip = { .family = type == TYPE_A ? 4 : 6 };
	char text[IP_TEXT];

	switch (type) {
	case TYPE_A:
	case TYPE_AAAA:
		memcpy(ip.a, r->data.p, r->data.n);
		ma_ip_text(ip, text);
		ma_buf_str(b, text);
		break;
	case TYPE_MX:
		ma_buf_fmt(b, "%u ", r->preference);
		/* FALLTHROUGH */
	case TYPE_NS:
	case TYPE_PTR:
	case TYPE_CNAME:
		put_wire_name(b, r->data);
		break;
	case TYPE_TXT:
		ma_buf_slice(b, r->data);
		break;
	default:
		for (size_t i = 0; i < r->data.n; i++)
			ma_buf_fmt(b, "%02x", (unsigned char)r->data.p[i]);
	}
}

/*
 * "alias> record | record", "alias> nodata", "nxdomain", "timeout" and the
 * like; " secure" behind.  In *b, with a NUL.
 */
static inline const char *
said_of(struct buf *b, const struct mailauth_question *q)
{
	const struct answer *a = ma_question_answer(q);

	ma_buf_clear(b);
	if (a == NULL) {
		ma_buf_str(b, "open");
	} else {
		for (size_t i = 0; i < a->aliases; i++) {
			put_wire_name(b, a->chain[i].target);
			ma_buf_str(b, "> ");
		}
		if (a->status != ANSWER_RECORDS)
			ma_buf_str(b, a->status == ANSWER_NODATA ? "nodata" :
			    a->status == ANSWER_NXDOMAIN ? "nxdomain" :
			    mailauth_failure_name(a->why));
		for (size_t i = 0; i < a->count; i++) {
			if (i > 0)
				ma_buf_str(b, " | ");
			put_record(b, mailauth_question_type(q),
			    &a->records[i]);
		}
		if (a->secure)
			ma_buf_str(b, " secure");
	}
	ma_buf_char(b, '\0');
	return b->p;
}

#endif
