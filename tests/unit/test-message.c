/*
 * The message room: scanner, header, canonical forms, body hashes, author.
 */
#include <stdio.h>
#include <time.h>

#include "message/message.h"
#include "unit.h"
#include "wrap.h"

/* ---- A reader that wants hashes ---- */

enum { WANTS = 6 };
struct want {
	enum canon canon;
	uint64_t limit;
};

struct watcher {
	struct reader reader;
	unsigned called;
	size_t fields;
	int index[WANTS];
	const struct want *wants;
	size_t n;
};

static int
watch(struct reader *r, struct mailauth_message *m)
{
	struct watcher *w = (struct watcher *)(void *)r;

	w->called++;
	w->fields = ma_message_fields(m);
	for (size_t i = 0; i < w->n; i++)
		if ((w->index[i] = ma_message_want_hash(m, w->wants[i].canon,
		    w->wants[i].limit)) < 0)
			return w->index[i];
	return MAILAUTH_DONE;
}

static const struct want both[] = {
	{ CANON_SIMPLE, UINT64_MAX }, { CANON_RELAXED, UINT64_MAX },
};

static struct mailauth_message *
make(struct watcher *w, const struct want *wants, size_t n)
{
	struct mailauth_message *m = mailauth_message_new();

	*w = (struct watcher){ .reader = { .header = watch }, .wants = wants,
		.n = n };
	ck_assert_ptr_nonnull(m);
	ck_assert_int_eq(ma_message_attach(m, &w->reader), MAILAUTH_DONE);
	return m;
}

static void
feed(struct mailauth_message *m, struct slice text, size_t piece)
{
	for (size_t at = 0; at < text.n; at += piece)
		ck_assert_int_eq(mailauth_message_write(m, text.p + at,
		    piece < text.n - at ? piece : text.n - at), MAILAUTH_DONE);
}

/* ---- Canonical header fields ---- */

static const struct {
	const char *clause, *field, *relaxed;
} fields[] = {
	{ "3.4.5 A", "A: X\r\n", "a:X\r\n" },
	{ "3.4.5 B", "B : Y\t\r\n\tZ  \r\n", "b:Y Z\r\n" },
	{ "3.4.2 lower case", "SUBJect: AbC\r\n", "subject:AbC\r\n" },
	{ "3.4.2 blanks before the colon", "Subject \t: x\r\n",
	    "subject:x\r\n" },
	{ "3.4.2 none behind it", "Subject:x\r\n", "subject:x\r\n" },
	{ "3.4.2 colons in the value", "A: b : c\r\n", "a:b : c\r\n" },
	{ "3.4.2 runs", "A:\t \tb  c\t\td \r\n", "a:b c d\r\n" },
	{ "3.4.2 a tab alone", "A: b\tc\r\n", "a:b c\r\n" },
	{ "3.4.2 folded right behind the colon", "A:\r\n b\r\n", "a:b\r\n" },
	{ "3.4.2 folds of blanks", "A: b\r\n \r\n\t\r\n c\r\n \r\n",
	    "a:b c\r\n" },
	{ "3.4.2 no value", "A:\r\n", "a:\r\n" },
	{ "3.4.2 blanks alone", "A: \t\r\n", "a:\r\n" },
	{ "2.8 VT and FF are no blanks", "A: \v b\f\r\n", "a:\v b\f\r\n" },
	{ "2.8 bare CR and LF are none", "A: b\rc\nd\r\n", "a:b\rc\nd\r\n" },
	{ "2.8 a CR at the end", "A: b\r\r\n", "a:b\r\r\n" },
	{ "2.8 NBSP is none", "A: \xa0 b\r\n", "a:\xa0 b\r\n" },
};

START_TEST(makes_fields_canonical)
{
	struct slice field = ma_field_text(ma_str(fields[_i].field));
	struct buf b = { 0 };

	ck_assert(ma_canon_field_text(&b, CANON_RELAXED, field, false));
	ck_assert_msg(ma_eq(ma_slice(b.p, b.n), ma_str(fields[_i].relaxed)),
	    "%s: %.*s", fields[_i].clause, (int)b.n, b.p);
	ma_buf_clear(&b);
	ck_assert(ma_canon_field_text(&b, CANON_RELAXED, field, true));
	ck_assert_uint_eq(b.n, strlen(fields[_i].relaxed) - 2);
	ma_buf_clear(&b);
	ck_assert(ma_canon_field_text(&b, CANON_SIMPLE, field, false));
	ck_assert_msg(ma_eq(ma_slice(b.p, b.n), ma_str(fields[_i].field)),
	    "3.4.1 %s", fields[_i].field);
	ma_buf_free(&b);
}
END_TEST

/* ---- Canonical bodies, a second time and plainly ---- */

/* RFC 6376 section 3.4.3, 3.4.4, line by line over the whole text. */
static void
plain_canon(struct buf *out, enum canon canon, struct slice body)
{
	size_t empty = 0;

	ma_buf_clear(out);
	ma_buf_str(out, "");
	while (body.n > 0) {
		struct buf line = { 0 };
		size_t at = 0;

		while (at + 1 < body.n &&
		    (body.p[at] != '\r' || body.p[at + 1] != '\n'))
			at++;
		if (at + 1 >= body.n)
			at = body.n;
		for (size_t i = 0; i < at; i++) {
			bool wsp = ma_is_wsp(body.p[i]);

			if (canon == CANON_SIMPLE || !wsp)
				ma_buf_char(&line, body.p[i]);
			else if (i == 0 || !ma_is_wsp(body.p[i - 1]))
				ma_buf_char(&line, ' ');
		}
		if (canon == CANON_RELAXED && line.n > 0 &&
		    line.p[line.n - 1] == ' ')
			line.n--;
		body = ma_sub(body, at + 2, body.n);
		if (line.n == 0)
			empty++;
		for (; line.n > 0 && empty > 0; empty--)
			ma_buf_str(out, "\r\n");
		if (line.n > 0) {
			ma_buf_add(out, line.p, line.n);
			ma_buf_str(out, "\r\n");
		}
		ma_buf_free(&line);
	}
	if (canon == CANON_SIMPLE && out->n == 0)
		ma_buf_str(out, "\r\n");
}

static void
sum(struct slice text, uint8_t out[SHA256_BYTES])
{
	struct digest *d;

	ck_assert_int_eq(ma_digest_new(&d), MAILAUTH_DONE);
	ck_assert(ma_digest_add(d, text.p, text.n) && ma_digest_end(d, out));
	ma_digest_free(d);
}

/* All hashes of a body that came are those of the plain form. */
static void
check_hashes(struct mailauth_message *m, const struct watcher *w,
    struct slice body)
{
	struct buf form = { 0 };
	uint8_t digest[SHA256_BYTES];

	for (size_t i = 0; i < w->n; i++) {
		const struct body_hash *h = ma_message_body_hash(m,
		    w->index[i]);
		uint64_t n;

		ck_assert_ptr_nonnull(h);
		plain_canon(&form, w->wants[i].canon, body);
		n = w->wants[i].limit < form.n ? w->wants[i].limit : form.n;
		ck_assert_uint_eq(h->total, form.n);
		ck_assert_uint_eq(h->hashed, n);
		sum(ma_slice(form.p, (size_t)n), digest);
		ck_assert_msg(memcmp(digest, h->digest, SHA256_BYTES) == 0,
		    "canon %d, limit %llu, of %.*s", (int)w->wants[i].canon,
		    (unsigned long long)w->wants[i].limit, (int)body.n, body.p);
	}
	ma_buf_free(&form);
}

static const struct {
	const char *clause, *body, *simple, *relaxed;
} bodies[] = {
	{ "3.4.5", " C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n",
	    " C\r\nD E\r\n" },
	{ "3.4.3 none", "", "\r\n", "" },
	{ "3.4.3 one line end", "\r\n", "\r\n", "" },
	{ "3.4.3 two", "\r\n\r\n", "\r\n", "" },
	{ "3.4.4 blanks alone", " \t\r\n \r\n", " \t\r\n \r\n", "" },
	{ "3.4.4 blanks without line end", " ", " \r\n", "" },
	{ "3.4.3 no CRLF at the end", "a", "a\r\n", "a\r\n" },
	{ "3.4.4 nor behind blanks", "a ", "a \r\n", "a\r\n" },
	{ "3.4.3 empty lines inside stay", "a\r\n\r\nb\r\n\r\n",
	    "a\r\n\r\nb\r\n", "a\r\n\r\nb\r\n" },
	{ "3.4.4 blank lines inside become empty", "a\r\n \r\nb\r\n",
	    "a\r\n \r\nb\r\n", "a\r\n\r\nb\r\n" },
	{ "3.4.4 and at the end go", "a\r\n \r\n\t\r\n", "a\r\n \r\n\t\r\n",
	    "a\r\n" },
	{ "3.4.4 a blank at the start stays", "  a\r\n", "  a\r\n", " a\r\n" },
	{ "2.8 a bare CR is content", "a\rb\r\n", "a\rb\r\n", "a\rb\r\n" },
	{ "2.8 and at the end", "a\r", "a\r\r\n", "a\r\r\n" },
	{ "2.8 and before CRLF", "a \r\r\n", "a \r\r\n", "a \r\r\n" },
	{ "2.8 a bare LF is content", "a \n b\n\n", "a \n b\n\n\r\n",
	    "a \n b\n\n\r\n" },
	{ "2.8 LF CR", "\n\r", "\n\r\r\n", "\n\r\r\n" },
	{ "2.8 VT, FF and NBSP are no blanks", "a\v\r\n\f\xa0\r\n",
	    "a\v\r\n\f\xa0\r\n", "a\v\r\n\f\xa0\r\n" },
	{ "3.7 dots are what they are", "..a\r\n.\r\n", "..a\r\n.\r\n",
	    "..a\r\n.\r\n" },
	{ "3.4.4 a long line with blanks at the 64th octet",
	    "012345678901234567890123456789012345678901234567890123456789012 "
	    " 0123456789012345678901234567890123456789012345678901234567890123"
	    " \r\n 0123456789012345678901234567890123456789012345678901234567"
	    "8901234567890\t1",
	    "012345678901234567890123456789012345678901234567890123456789012 "
	    " 0123456789012345678901234567890123456789012345678901234567890123"
	    " \r\n 0123456789012345678901234567890123456789012345678901234567"
	    "8901234567890\t1\r\n",
	    "012345678901234567890123456789012345678901234567890123456789012 "
	    "0123456789012345678901234567890123456789012345678901234567890123"
	    "\r\n 0123456789012345678901234567890123456789012345678901234567"
	    "8901234567890 1\r\n" },
};

/* Whatever the place where it is cut, and octet by octet. */
START_TEST(makes_bodies_canonical)
{
	struct slice body = ma_str(bodies[_i].body);
	struct buf form = { 0 };

	plain_canon(&form, CANON_SIMPLE, body);
	ck_assert_msg(ma_eq(ma_slice(form.p, form.n),
	    ma_str(bodies[_i].simple)), "%s", bodies[_i].clause);
	plain_canon(&form, CANON_RELAXED, body);
	ck_assert_msg(ma_eq(ma_slice(form.p, form.n),
	    ma_str(bodies[_i].relaxed)), "%s", bodies[_i].clause);
	ma_buf_free(&form);
	for (size_t cut = 0; cut <= body.n + 1; cut++) {
		struct watcher w;
		struct mailauth_message *m = make(&w, both, COUNT(both));

		feed(m, SLICE_LIT("A: b\r\n\r\n"), 100);
		if (cut <= body.n) {
			feed(m, ma_sub(body, 0, cut), SIZE_MAX);
			feed(m, ma_sub(body, cut, body.n), SIZE_MAX);
		} else {
			feed(m, body, 1);
		}
		ck_assert_int_eq(mailauth_message_end(m), MAILAUTH_DONE);
		check_hashes(m, &w, body);
		mailauth_message_free(m);
	}
}
END_TEST

/* RFC 6376 section 3.4.3 and 3.4.4 give the SHA-256 of an empty body. */
START_TEST(hashes_empty_bodies)
{
	static const char *const texts[] = { "", "\r\n", "A: b\r\n",
		"A: b\r\n\r\n", "A: b\r\n\r\n\r\n", "A: b\r\n\r\n\r\n\r\n" };
	static const char *const sums[] = {
		"frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=",
		"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" };
	struct buf text = { 0 };

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct watcher w;
		struct mailauth_message *m = make(&w, both, COUNT(both));

		feed(m, ma_str(texts[i]), 1);
		ck_assert_int_eq(mailauth_message_end(m), MAILAUTH_DONE);
		for (int k = 0; k < 2; k++) {
			ma_buf_clear(&text);
			ma_base64_encode(&text, ma_message_body_hash(m,
			    w.index[k])->digest, SHA256_BYTES);
			ck_assert_msg(ma_eq(ma_slice(text.p, text.n),
			    ma_str(sums[k])), "%s", texts[i]);
		}
		mailauth_message_free(m);
	}
	ma_buf_free(&text);
}
END_TEST

static uint32_t
chance(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/* Random bodies of awkward octets, in random pieces, with limits. */
START_TEST(agrees_with_the_plain_form)
{
	static const char octets[] = "ab  \t\r\r\n\n\r\n";
	static const char *const words[] = { "\r\n", " \r\n", "  ", "word ",
		"a line of some length that fills most of a block of octets ",
		"\t", "\r", "\n" };
	uint32_t seed = 7 + (uint32_t)_i * 1000;
	struct buf body = { 0 };

	for (int round = 0; round < 300; round++) {
		struct want wants[WANTS] = { both[0], both[1] };
		size_t n = chance(&seed) % 40;
		struct mailauth_message *m;
		struct slice rest;
		struct watcher w;

		ma_buf_clear(&body);
		ma_buf_str(&body, "");
		for (size_t i = 0; i < n; i++)
			if (_i % 2 == 0)
				ma_buf_char(&body,
				    octets[chance(&seed) % 10]);
			else
				ma_buf_str(&body,
				    words[chance(&seed) % COUNT(words)]);
		for (size_t i = 2; i < WANTS; i++)
			wants[i] = (struct want){ (enum canon)(i % 2),
				chance(&seed) % (body.n + 4) };
		m = make(&w, wants, WANTS);
		mailauth_message_end_header(m);
		for (rest = ma_slice(body.p, body.n); rest.n > 0;) {
			size_t k = 1 + chance(&seed) % 9;

			feed(m, ma_sub(rest, 0, k), SIZE_MAX);
			rest = ma_sub(rest, k, rest.n);
		}
		ck_assert_int_eq(mailauth_message_end(m), MAILAUTH_DONE);
		check_hashes(m, &w, ma_slice(body.p, body.n));
		mailauth_message_free(m);
	}
	ma_buf_free(&body);
}
END_TEST

START_TEST(shares_equal_hashes)
{
	static const struct want wants[] = {
		{ CANON_SIMPLE, 5 }, { CANON_RELAXED, 5 }, { CANON_SIMPLE, 5 },
		{ CANON_SIMPLE, 6 }, { CANON_RELAXED, 5 } };
	struct watcher w;
	struct mailauth_message *m = make(&w, wants, COUNT(wants));

	mailauth_message_end_header(m);
	ck_assert_int_eq(w.index[0], w.index[2]);
	ck_assert_int_eq(w.index[1], w.index[4]);
	ck_assert_int_ne(w.index[0], w.index[1]);
	ck_assert_int_ne(w.index[0], w.index[3]);
	ck_assert_ptr_null(ma_message_body_hash(m, w.index[0]));
	mailauth_message_free(m);
}
END_TEST

/* ---- The scanner ---- */

/*
 * Fields as name|value| and so on; an empty name is "-".  body: as it is
 * hashed, line ends CRLF.
 */
static const struct {
	const char *clause;
	int line_ends;
	const char *text, *fields, *body;
	int seen;
} messages[] = {
	{ "5322 2.1", 1, "A: b\r\nC:d\r\n\r\nx\r\n", "A| b|C|d|", "x\r\n", 1 },
	{ "5322 2.1 no body", 1, "A: b\r\nC:d\r\n", "A| b|C|d|", "", 1 },
	{ "5322 2.1 nothing behind the empty line", 1, "A: b\r\n\r\n", "A| b|",
	    "", 1 },
	{ "5322 2.1 no header", 1, "\r\nx\r\n", "", "x\r\n", 1 },
	{ "5322 2.1 nothing", 1, "", "", "", 1 },
	{ "5322 2.1 no line end", 1, "A: b", "A| b|", "", 1 },
	{ "5322 2.1 a CR at the end", 1, "A: b\r", "A| b\r|", "", 1 },
	{ "5322 2.2.3 folds", 1, "A: b\r\n c\r\n\td\r\nE: f\r\n\r\n",
	    "A| b\r\n c\r\n\td|E| f|", "", 1 },
	{ "5322 4.2 a fold of blanks does not end it", 1,
	    "A: b\r\n \r\nC: d\r\n\r\nx", "A| b\r\n |C| d|", "x", 1 },
	{ "5322 3.6.8 no colon", 1, "A: b\r\nno colon\r\nC: d\r\n\r\n",
	    "A| b|-||C| d|", "", 1 },
	{ "5322 3.6.8 a body right behind the header", 1,
	    "A: b\r\nHello\r\n\r\nx", "A| b|-||", "x", 1 },
	{ "5322 3.6.8 a blank first", 1, " A: b\r\n c\r\n\r\n", "-||", "", 1 },
	{ "5322 4.5.8 blanks before the colon", 1, "A \t: b\r\n\r\n", "A| b|",
	    "", 1 },
	{ "5322 3.6.8 blanks in the name", 1, "A B: c\r\n\r\n", "-||", "", 1 },
	{ "5322 3.6.8 a fold before the colon", 1, "A\r\n : c\r\n\r\n", "-||",
	    "", 1 },
	{ "5322 3.6.8 no name", 1, ": c\r\n\r\n", "-||", "", 1 },
	{ "5322 3.6.8 8-bit name", 1, "\xc3\xa4: c\r\n\r\n", "-||", "", 1 },
	{ "5322 3.6.8 odd but printable", 1, "!\"#: c\r\n\r\n", "!\"#| c|", "",
	    1 },
	{ "5321 2.3.8 a bare LF ends nothing", 1,
	    "A: b\nC: d\r\n\n\r\n\r\nx\ny", "A| b\nC: d|-||", "x\ny", 0 },
	{ "5321 2.3.8 nor a bare CR", 1, "A: b\rC: d\r\n\r\rx\r\n\r\ny",
	    "A| b\rC: d|-||", "y", 1 },
	{ "5321 2.3.8 LF.LF in a body", 1, "A: b\r\n\r\nx\n.\n\r\r\n",
	    "A| b|", "x\n.\n\r\r\n", 0 },
	{ "LF: each ends a line", 2, "A: b\n c\nD: e\n\nx\n\ny",
	    "A| b\r\n c|D| e|", "x\r\n\r\ny", 2 },
	{ "LF: and CRLF does", 2, "A: b\r\nC: d\n\r\nx\r\ny\n",
	    "A| b|C| d|", "x\r\ny\r\n", 0 },
	{ "LF: a bare CR does not", 2, "A: b\rc\n\nx\ry\n", "A| b\rc|",
	    "x\ry\r\n", 2 },
	{ "LF: CR CR LF", 2, "A: b\r\r\n\nx\r\r\n", "A| b\r|", "x\r\r\n", 0 },
	{ "first says LF", 3, "A: b\nC: d\n\nx\ny\r\nz", "A| b|C| d|",
	    "x\r\ny\r\nz", 0 },
	{ "first says CRLF", 3, "A: b\r\nC: d\n\r\n\r\nx\ny",
	    "A| b|C| d\n|", "x\ny", 0 },
	{ "first: LF alone", 3, "A: b\n\nx\n", "A| b|", "x\r\n", 2 },
	{ "first: none", 3, "A: b", "A| b|", "", 1 },
	{ "first: at the empty line", 3, "\nx\n", "", "x\r\n", 2 },
};

static void
check_fields(struct mailauth_message *m, const char *clause, const char *wanted,
    struct slice text)
{
	struct buf b = { 0 };
	uint64_t offset = 0;

	ma_buf_str(&b, "");
	for (size_t i = 0; i < ma_message_fields(m); i++) {
		struct field f = ma_message_field(m, i);

		if (f.name.n > 0)
			ma_buf_slice(&b, f.name);
		else
			ma_buf_str(&b, "-");
		ma_buf_str(&b, "|");
		ma_buf_slice(&b, f.value);
		ma_buf_str(&b, "|");
		/* A field begins where the last one ends, and is cut whole. */
		ck_assert_msg(f.offset == offset, "%s: offset", clause);
		offset += f.length;
		ck_assert_msg(f.offset + f.length <= text.n, "%s", clause);
		ck_assert_msg(ma_eq(ma_sub(f.raw, 0, 1),
		    ma_sub(text, (size_t)f.offset, 1)), "%s: cut", clause);
		ck_assert(f.raw.n >= 2 && f.raw.p[f.raw.n - 1] == '\n');
	}
	ck_assert_msg(ma_eq(ma_slice(b.p, b.n), ma_str(wanted)), "%s: %.*s",
	    clause, (int)b.n, b.p);
	ma_buf_free(&b);
}

/* In one piece, cut in two everywhere, and octet by octet. */
START_TEST(scans_messages)
{
	struct slice text = ma_str(messages[_i].text);

	for (size_t cut = 0; cut <= text.n + 1; cut++) {
		struct watcher w;
		struct mailauth_message *m = make(&w, both, COUNT(both));

		ck_assert_int_eq(mailauth_message_set_line_ends(m,
		    messages[_i].line_ends), MAILAUTH_DONE);
		feed(m, cut <= text.n ? ma_sub(text, 0, cut) : text,
		    cut <= text.n ? SIZE_MAX : 1);
		if (cut <= text.n)
			feed(m, ma_sub(text, cut, text.n), SIZE_MAX);
		ck_assert_int_eq(mailauth_message_end(m), MAILAUTH_DONE);
		ck_assert_uint_eq(w.called, 1);
		check_fields(m, messages[_i].clause, messages[_i].fields, text);
		check_hashes(m, &w, ma_str(messages[_i].body));
		ck_assert_msg(mailauth_message_line_ends(m) ==
		    messages[_i].seen, "%s: line ends", messages[_i].clause);
		mailauth_message_free(m);
	}
}
END_TEST

/* ---- Line ends that nobody should sign: RFC 6376 section 5.3 ---- */

#define CRLF_64 "01234567890123456789012345678901234567890123456789012345678901\r\n"

static const struct {
	const char *what, *text;
	int line_ends;
	enum line_fault fault;
} faults[] = {
	{ "CRLF", "A: b\r\n\r\nc\r\n", MAILAUTH_LINES_FIRST, LINES_RIGHT },
	{ "LF", "A: b\n\nc\n", MAILAUTH_LINES_FIRST, LINES_RIGHT },
	{ "no body", "A: b\r\n", MAILAUTH_LINES_FIRST, LINES_RIGHT },
	{ "no last end", "A: b\r\n\r\nc", MAILAUTH_LINES_FIRST,
	    LINES_RIGHT },
	{ "both in the body", "A: b\r\n\r\nc\nd\r\n", MAILAUTH_LINES_FIRST,
	    LINES_MIXED },
	{ "both in the header", "A: b\r\nC: d\nE: f\r\n\r\n",
	    MAILAUTH_LINES_FIRST, LINES_MIXED },
	{ "first LF, then CRLF", "A: b\n\nc\r\n", MAILAUTH_LINES_FIRST,
	    LINES_MIXED },
	{ "LF where it is no end", "A: b\n", MAILAUTH_LINES_CRLF,
	    LINES_MIXED },
	{ "CR in the header", "A: b\rc\r\n\r\nd\r\n", MAILAUTH_LINES_FIRST,
	    LINES_BARE_CR },
	{ "CR CR LF in the header", "A: b\r\r\n\r\nd\r\n",
	    MAILAUTH_LINES_FIRST, LINES_BARE_CR },
	{ "CR in the body", "A: b\r\n\r\nd\re\r\n", MAILAUTH_LINES_FIRST,
	    LINES_BARE_CR },
	{ "CR first in the body", "A: b\r\n\r\n\re\r\n",
	    MAILAUTH_LINES_FIRST, LINES_BARE_CR },
	{ "CR at the end", "A: b\r\n\r\ne\r", MAILAUTH_LINES_FIRST,
	    LINES_BARE_CR },
	{ "CR at the end of a header", "A: b\r", MAILAUTH_LINES_FIRST,
	    LINES_BARE_CR },
	{ "CR with LF", "A: b\n\ne\rf\n", MAILAUTH_LINES_FIRST,
	    LINES_BARE_CR },
	{ "many lines", "A: b\r\n\r\n" CRLF_64 CRLF_64 CRLF_64,
	    MAILAUTH_LINES_FIRST, LINES_RIGHT },
	{ "CR behind many lines", "A: b\r\n\r\n" CRLF_64 CRLF_64 CRLF_64
	    "\rx", MAILAUTH_LINES_FIRST, LINES_BARE_CR },
	{ "CR among many lines", "A: b\r\n\r\n" CRLF_64 "\r" CRLF_64
	    CRLF_64, MAILAUTH_LINES_FIRST, LINES_BARE_CR },
};

static int
watch_line_ends(struct reader *r, struct mailauth_message *m)
{
	(void)r;
	ma_message_watch_cr(m);
	return MAILAUTH_DONE;
}

START_TEST(sees_line_faults)
{
	struct slice text = ma_str(faults[_i].text);

	for (size_t piece = 1; piece <= text.n; piece++) {
		struct mailauth_message *m = mailauth_message_new();
		struct reader reader = { .header = watch_line_ends };

		ck_assert_int_eq(mailauth_message_set_line_ends(m,
		    faults[_i].line_ends), MAILAUTH_DONE);
		ck_assert_int_eq(ma_message_attach(m, &reader), MAILAUTH_DONE);
		feed(m, text, piece);
		ck_assert_int_eq(mailauth_message_end(m), MAILAUTH_DONE);
		ck_assert_msg(ma_message_line_fault(m) == faults[_i].fault,
		    "%s, pieces of %zu: %d", faults[_i].what, piece,
		    (int)ma_message_line_fault(m));
		mailauth_message_free(m);
	}
}
END_TEST

START_TEST(takes_nul_octets)
{
	const struct slice text = SLICE_LIT("A\0: b\r\nC: \0d\r\n\r\n\0x\0");
	struct watcher w;
	struct mailauth_message *m = make(&w, both, COUNT(both));

	feed(m, text, 1);
	ck_assert_int_eq(mailauth_message_end(m), MAILAUTH_DONE);
	ck_assert_uint_eq(ma_message_fields(m), 2);
	ck_assert_uint_eq(ma_message_field(m, 0).name.n, 0);
	ck_assert(ma_eq(ma_message_field(m, 1).value, SLICE_LIT(" \0d")));
	check_hashes(m, &w, SLICE_LIT("\0x\0"));
	mailauth_message_free(m);
}
END_TEST

/* As milters have it: the same as when it comes as octets. */
START_TEST(takes_fields_one_by_one)
{
	static const struct {
		const char *name, *value;
	} parts[] = {
		{ "From", " a@x.example" }, { "Subject ", " x\n\ty\r\n z" },
		{ "Empty", "" }, { "To", "b\r" },
	};
	const struct slice text = SLICE_LIT("From: a@x.example\r\n"
	    "Subject : x\r\n\ty\r\n z\r\nEmpty:\r\nTo:b\r\r\n");

	for (int lines = 1; lines <= 3; lines++) {
		struct watcher w;
		struct mailauth_message *m = make(&w, both, COUNT(both));
		struct buf raw = { 0 };

		ck_assert_int_eq(mailauth_message_set_line_ends(m, lines), 0);
		for (size_t i = 0; i < COUNT(parts); i++)
			ck_assert_int_eq(mailauth_message_field(m,
			    parts[i].name, strlen(parts[i].name),
			    parts[i].value, strlen(parts[i].value)), 0);
		ck_assert_int_eq(mailauth_message_write(m, "x", 1),
		    MAILAUTH_EUSE);
		ck_assert_int_eq(mailauth_message_end_header(m), 0);
		ck_assert_int_eq(mailauth_message_field(m, "A", 1, "b", 1),
		    MAILAUTH_EUSE);
		ck_assert_uint_eq(w.called, 1);
		for (size_t i = 0; i < ma_message_fields(m); i++)
			ma_buf_slice(&raw, ma_message_field(m, i).raw);
		ck_assert(ma_eq(ma_slice(raw.p, raw.n), text));
		ck_assert(ma_eq(ma_message_field(m, 1).name,
		    SLICE_LIT("Subject")));
		ck_assert_str_eq(mailauth_message_author_domain(m),
		    "x.example");
		feed(m, SLICE_LIT("x\ny\n"), 1);
		ck_assert_int_eq(mailauth_message_end(m), 0);
		check_hashes(m, &w, lines == 1 ? SLICE_LIT("x\ny\n") :
		    SLICE_LIT("x\r\ny\r\n"));
		ma_buf_free(&raw);
		mailauth_message_free(m);
	}
}
END_TEST

/* What looks like the end of the header in a value is in the value. */
START_TEST(keeps_fields_apart)
{
	struct mailauth_message *m = mailauth_message_new();

	ck_assert_int_eq(mailauth_message_field(m, "A", 1,
	    " b\r\n\r\nFrom: x@evil.example", 25), 0);
	ck_assert_int_eq(mailauth_message_field(m, "From", 4,
	    " a@good.example", 15), 0);
	ck_assert_int_eq(mailauth_message_end(m), 0);
	ck_assert_uint_eq(ma_message_fields(m), 2);
	/* Others may see two From fields. */
	ck_assert_ptr_null(mailauth_message_author_domain(m));
	mailauth_message_free(m);
}
END_TEST

START_TEST(says_what_is_out_of_turn)
{
	struct mailauth_message *m = mailauth_message_new();
	struct watcher w = { .reader = { .header = watch } };

	ck_assert_int_eq(mailauth_message_set_line_ends(m, 0), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_message_set_line_ends(m, 4), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_message_set_limit(m, 2, 5), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_message_set_limit(m, 1, 1073741825),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_message_write(m, NULL, 1), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_message_field(m, NULL, 1, "", 0),
	    MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_message_write(m, NULL, 0), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_message_set_line_ends(m, 1), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_message_write(m, "A", 1), MAILAUTH_DONE);
	ck_assert_int_eq(mailauth_message_set_line_ends(m, 1), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_message_set_limit(m, 1, 5), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_message_field(m, "A", 1, "b", 1),
	    MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_message_end_header(m), MAILAUTH_EUSE);
	ck_assert_int_eq(ma_message_attach(m, &w.reader), MAILAUTH_EUSE);
	ck_assert(!mailauth_message_header_done(m));
	ck_assert_int_eq(mailauth_message_end(m), MAILAUTH_DONE);
	ck_assert(mailauth_message_header_done(m));
	ck_assert(mailauth_message_ended(m));
	ck_assert_int_eq(mailauth_message_end(m), MAILAUTH_EUSE);
	ck_assert_int_eq(mailauth_message_write(m, "A", 1), MAILAUTH_EUSE);
	mailauth_message_free(m);
	mailauth_message_free(NULL);
	ck_assert_int_eq(mailauth_message_write(NULL, "", 0), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_message_end(NULL), MAILAUTH_EINVAL);
	ck_assert_int_eq(mailauth_message_line_ends(NULL), 0);
	ck_assert_int_eq(mailauth_message_ended(NULL), 0);
	ck_assert_ptr_null(mailauth_message_author_domain(NULL));
	ck_assert_ptr_null(mailauth_message_author_detail(NULL));
}
END_TEST

/* ---- The limit of the header ---- */

START_TEST(limits_the_header)
{
	static const struct {
		const char *text;
		uint32_t limit;
		bool over;
	} rows[] = {
		{ "A: b\r\n\r\nx", 6, false }, { "A: b\r\n\r\nx", 5, true },
		{ "A: b\r\nC: d\r\n\r\n", 12, false },
		{ "A: b\r\nC: d\r\n\r\n", 11, true },
		{ "A: b", 4, false }, { "A: b", 3, true },
		{ "A: b\r\n", 6, false }, { "A: b\r\n", 5, true },
		{ "A: bcdefghijkl", 5, true },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t piece = 1; piece < 20; piece += 18) {
			struct watcher w;
			struct mailauth_message *m = make(&w, NULL, 0);

			ck_assert_int_eq(mailauth_message_set_limit(m,
			    MAILAUTH_MESSAGE_HEADER_BYTES, rows[i].limit), 0);
			feed(m, ma_str(rows[i].text), piece);
			ck_assert_int_eq(mailauth_message_end(m), 0);
			ck_assert_msg(ma_message_header_over(m) ==
			    rows[i].over, "%zu", i);
			ck_assert_uint_eq(w.called, 1);
			if (rows[i].over)
				ck_assert_uint_eq(ma_message_fields(m), 0);
			ck_assert_ptr_null(mailauth_message_author_domain(m));
			mailauth_message_free(m);
		}
}
END_TEST

/* What is above the default limit is not kept. */
START_TEST(keeps_no_endless_header)
{
	struct mailauth_message *m = mailauth_message_new();
	char piece[65536];

	memset(piece, 'a', sizeof piece);
	wrap_start(SIZE_MAX);
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(mailauth_message_write(m, piece,
		    sizeof piece), 0);
	ck_assert(ma_message_header_over(m));
	/* The buffer doubled until it held 16 MiB. */
	ck_assert_uint_lt(wrap_octets, 2 * 33554432u + 100000);
	ck_assert_int_eq(mailauth_message_end(m), 0);
	mailauth_message_free(m);
}
END_TEST

/* ---- Fields by name ---- */

/* RFC 6376 section 5.4.2: from the bottom up, without regard to case. */
START_TEST(gives_out_its_fields)
{
	struct mailauth_message *m = mailauth_message_new();
	const char *text = "To : a\n b\nno field\n:\nX:\n\nbody\n";
	size_t n = 7;

	ck_assert_uint_eq(mailauth_message_count(NULL), 0);
	ck_assert_uint_eq(mailauth_message_count(m), 0);
	mailauth_message_set_line_ends(m, MAILAUTH_LINES_FIRST);
	feed(m, ma_str(text), 3);
	mailauth_message_end(m);
	ck_assert_uint_eq(mailauth_message_count(m), 4);
	ck_assert_mem_eq(mailauth_message_field_name(m, 0, &n), "To", 2);
	ck_assert_uint_eq(n, 2);
	ck_assert_mem_eq(mailauth_message_field_value(m, 0, &n), " a\r\n b", 6);
	ck_assert_uint_eq(n, 6);
	for (size_t i = 1; i < 3; i++) {
		ck_assert_ptr_null(mailauth_message_field_name(m, i, &n));
		ck_assert_uint_eq(n, 0);
		mailauth_message_field_value(m, i, &n);
		ck_assert_uint_eq(n, 0);
	}
	ck_assert_mem_eq(mailauth_message_field_name(m, 3, NULL), "X", 1);
	ck_assert_ptr_nonnull(mailauth_message_field_value(m, 3, &n));
	ck_assert_uint_eq(n, 0);
	ck_assert_ptr_null(mailauth_message_field_name(m, 4, &n));
	ck_assert_ptr_null(mailauth_message_field_value(m, 4, &n));
	mailauth_message_free(m);
}
END_TEST

START_TEST(picks_from_the_bottom)
{
	const struct slice text = SLICE_LIT("Received: A\r\nX: 1\r\n"
	    "received : B\r\nReceived: C\r\n");
	struct mailauth_message *m = mailauth_message_new();
	struct picker p;

	feed(m, text, SIZE_MAX);
	ck_assert_int_eq(mailauth_message_end(m), 0);
	ck_assert(ma_picker_init(&p, m));
	for (int round = 0; round < 2; round++) {
		ma_picker_begin(&p);
		ck_assert_uint_eq(ma_pick(&p, SLICE_LIT("RECEIVED"), NO_FIELD),
		    3);
		ck_assert_uint_eq(ma_pick(&p, SLICE_LIT("x"), NO_FIELD), 1);
		ck_assert_uint_eq(ma_pick(&p, SLICE_LIT("Received"), 2), 0);
		ck_assert_uint_eq(ma_pick(&p, SLICE_LIT("Received"), NO_FIELD),
		    NO_FIELD);
		ck_assert_uint_eq(ma_pick(&p, SLICE_LIT("Received"), NO_FIELD),
		    NO_FIELD);
		ck_assert_uint_eq(ma_pick(&p, SLICE_LIT("Receive"), NO_FIELD),
		    NO_FIELD);
	}
	/* The exception is where it begins. */
	ma_picker_begin(&p);
	ck_assert_uint_eq(ma_pick(&p, SLICE_LIT("Received"), 3), 2);
	ck_assert_uint_eq(ma_message_last(m, SLICE_LIT("Received")), 3);
	ck_assert_uint_eq(ma_message_last(m, SLICE_LIT("")), NO_FIELD);
	ma_picker_free(&p);
	mailauth_message_free(m);
}
END_TEST

/* So many fields: all of one name, or all of different ones. */
static void
read_fields(int row, unsigned n)
{
	struct buf text = { 0 };
	struct mailauth_message *m = mailauth_message_new();
	struct picker p;
	char name[32];

	for (unsigned i = 0; i < n; i++)
		ma_buf_fmt(&text, row == 0 ? "Same: %u\r\n" : "N%u: x\r\n", i);
	feed(m, ma_slice(text.p, text.n), 65536);
	ck_assert_int_eq(mailauth_message_end(m), 0);
	ck_assert_uint_eq(ma_message_fields(m), n);
	ck_assert(ma_picker_init(&p, m));
	ma_picker_begin(&p);
	for (unsigned i = n; i-- > 0;) {
		snprintf(name, sizeof name, row == 0 ? "Same" : "n%u", i);
		ck_assert_uint_eq(ma_pick(&p, ma_str(name), NO_FIELD), i);
	}
	ma_picker_free(&p);
	mailauth_message_free(m);
	ma_buf_free(&text);
}

START_TEST(bears_a_flood_of_fields)
{
	unit_grows_linearly(read_fields, _i, 25000);
}
END_TEST

/* ---- Large bodies ---- */

enum { MEGABYTE = 1048576 };

/* A body of so many MB, in a line of blank lines or of one: no memory grows. */
static void
hash_body(int row, unsigned megabytes)
{
	static const char *const fills[] = { "a", "\r\n", " ", " a",
	    "a  b\t\r\n" };
	struct watcher w;
	struct mailauth_message *m = make(&w, both, COUNT(both));
	size_t n = strlen(fills[row]);
	char *piece = malloc(MEGABYTE);

	ck_assert_ptr_nonnull(piece);
	for (size_t i = 0; i < MEGABYTE; i++)
		piece[i] = fills[row][i % n];
	feed(m, SLICE_LIT("A: b\r\n\r\n"), SIZE_MAX);
	wrap_start(SIZE_MAX);
	for (size_t i = 0; i < megabytes; i++)
		ck_assert_int_eq(mailauth_message_write(m, piece, MEGABYTE), 0);
	ck_assert_int_eq(mailauth_message_end(m), 0);
	ck_assert_uint_eq(wrap_octets, 0);
	free(piece);
	mailauth_message_free(m);
}

START_TEST(hashes_large_bodies_in_little_memory)
{
	unit_grows_linearly(hash_body, _i, 1);
}
END_TEST

START_TEST(hashes_100_megabytes_in_little_memory)
{
	hash_body(4, 100);
}
END_TEST

/* ---- The author ---- */

static const struct {
	const char *clause, *header, *domain;	/* NULL: none */
} author_rows[] = {
	{ "5322 3.6.2", "From: a@x.example\r\n", "x.example" },
	{ "5322 3.6.8 any case", "fROM: a@x.example\r\n", "x.example" },
	{ "5322 3.6.2 none", "To: a@x.example\r\n", NULL },
	{ "5322 3.6.2 Sender is not it", "Sender: a@x.example\r\n"
	    "Resent-From: a@x.example\r\n", NULL },
	{ "5322 3.6 two", "From: a@x.example\r\nFrom: a@y.example\r\n", NULL },
	{ "5322 3.6 two that are equal",
	    "From: a@x.example\r\nTo: b\r\nFROM: a@x.example\r\n", NULL },
	{ "5322 3.6.2 of two domains", "From: a@x.example, b@y.example\r\n",
	    NULL },
	{ "5322 4.5.2 a blank before the colon", "From : a@x.example\r\n",
	    NULL },
	{ "5322 4.5.2 and a good one",
	    "From\t: b@y.example\r\nFrom: a@x.example\r\n", NULL },
	{ "5322 2.2 a blank before the name",
	    " From: b@y.example\r\nFrom: a@x.example\r\n", NULL },
	{ "5322 2.2 folded before the colon",
	    "From\r\n : b@y.example\r\nFrom: a@x.example\r\n", NULL },
	{ "5322 2.2 8-bit in the name",
	    "From\xa0: b@y.example\r\nFrom: a@x.example\r\n", NULL },
	{ "5322 2.2 8-bit before the name",
	    "\xef\xbb\xbf" "From: b@y.example\r\nFrom: a@x.example\r\n", NULL },
	{ "5322 2.2 a control in the name",
	    "Fr\001om: b@y.example\r\nFrom: a@x.example\r\n", NULL },
	{ "5322 2.2 no colon", "From b@y.example\r\nFrom: a@x.example\r\n",
	    NULL },
	{ "5322 2.2 the name alone", "From\r\nFrom: a@x.example\r\n", NULL },
	{ "RFC 4155 A mbox", "From a@y.example Thu Jan  1 00:00:00 1970\r\n"
	    "From: a@x.example\r\n", NULL },
	{ "5321 2.3.8 behind a bare LF",
	    "X: y\nFrom: b@y.example\r\nFrom: a@x.example\r\n", NULL },
	{ "5321 2.3.8 behind a bare CR",
	    "X: y\rFrom: b@y.example\r\nFrom: a@x.example\r\n", NULL },
	{ "5321 2.3.8 behind LF LF",
	    "X: y\n\nfrom: b@y.example\r\nFrom: a@x.example\r\n", NULL },
	{ "5322 2.2 another name that begins so",
	    "From-X: b@y.example\r\nFromage: b\r\nFrom: a@x.example\r\n",
	    "x.example" },
	{ "5322 2.2 a value that begins so",
	    "X: From: b@y.example\r\n From: c@z.example\r\n"
	    "From: a@x.example\r\n", "x.example" },
	{ "5321 2.3.8 other words behind a bare LF",
	    "X: y\nfrom-x: b\r\nFrom: a@x.example\r\n", "x.example" },
	{ "5321 2.3.8 a bare CR before the CRLF",
	    "X: y\r\r\nFrom: a@x.example\r\n", "x.example" },
	{ "5321 2.3.8 a bare LF, then a CRLF",
	    "X: y\n\r\nFrom: a@x.example\r\n", "x.example" },
};

START_TEST(finds_the_author)
{
	struct mailauth_message *m = mailauth_message_new();
	const char *domain;

	feed(m, ma_str(author_rows[_i].header), 1);
	ck_assert_int_eq(mailauth_message_end(m), MAILAUTH_DONE);
	domain = mailauth_message_author_domain(m);
	if (author_rows[_i].domain == NULL)
		ck_assert_msg(domain == NULL &&
		    mailauth_message_author_detail(m) != NULL, "%s: %s",
		    author_rows[_i].clause, domain);
	else
		ck_assert_msg(domain != NULL &&
		    strcmp(domain, author_rows[_i].domain) == 0 &&
		    mailauth_message_author_detail(m) == NULL, "%s: %s",
		    author_rows[_i].clause, mailauth_message_author_detail(m));
	mailauth_message_free(m);
}
END_TEST

START_TEST(a_nul_in_the_name_is_no_author)
{
	static const struct slice headers[] = {
		SLICE_LIT("From\0: b@y.example\r\nFrom: a@x.example\r\n"),
		SLICE_LIT("Fr\0om: b@y.example\r\nFrom: a@x.example\r\n"),
		SLICE_LIT("\0From: b@y.example\r\nFrom: a@x.example\r\n"),
		SLICE_LIT("From\0x: b@y.example\r\nFrom: a@x.example\r\n"),
	};

	for (size_t i = 0; i < COUNT(headers); i++) {
		struct mailauth_message *m = mailauth_message_new();

		feed(m, headers[i], 1);
		ck_assert_int_eq(mailauth_message_end(m), MAILAUTH_DONE);
		ck_assert_msg(mailauth_message_author_domain(m) == NULL, "%zu",
		    i);
		mailauth_message_free(m);
	}
}
END_TEST

/* A value that comes by itself may hold what no header can. */
START_TEST(a_field_within_a_field_is_no_author)
{
	static const struct {
		const char *value, *domain;
	} rows[] = {
		{ " y\nFrom: b@y.example", NULL },
		{ " y\r\nFrom: b@y.example", NULL },
		{ " y\r\n\r\nfrom : b@y.example", NULL },
		{ " y\rFrom: b@y.example", NULL },
		{ " y\n From: b@y.example", "x.example" },
		{ " y\r\n\tFrom: b@y.example\r\n z", "x.example" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mailauth_message *m = mailauth_message_new();
		const char *domain;

		mailauth_message_field(m, "From", 4, " a@x.example", 12);
		mailauth_message_field(m, "X", 1, rows[i].value,
		    strlen(rows[i].value));
		ck_assert_int_eq(mailauth_message_end(m), MAILAUTH_DONE);
		domain = mailauth_message_author_domain(m);
		if (rows[i].domain == NULL)
			ck_assert_msg(domain == NULL, "%zu", i);
		else
			ck_assert_msg(domain != NULL &&
			    strcmp(domain, rows[i].domain) == 0, "%zu", i);
		mailauth_message_free(m);
	}
}
END_TEST

/* ---- No memory ---- */

static int
whole(struct slice text)
{
	struct mailauth_message *m = mailauth_message_new();
	struct watcher w = { .reader = { .header = watch }, .wants = both,
		.n = COUNT(both) };
	int r = MAILAUTH_ENOMEM, again;

	if (m == NULL)
		return r;
	r = ma_message_attach(m, &w.reader);
	for (size_t at = 0; r == MAILAUTH_DONE && at < text.n; at += 100)
		r = mailauth_message_write(m, text.p + at,
		    text.n - at < 100 ? text.n - at : 100);
	if (r == MAILAUTH_DONE)
		r = mailauth_message_end(m);
	/* The message is lost. */
	again = mailauth_message_write(m, "x", 1);
	ck_assert_int_eq(again, r < 0 ? r : MAILAUTH_EUSE);
	ma_message_detach(m, &w.reader);
	mailauth_message_free(m);
	return r;
}

START_TEST(bears_a_lack_of_memory)
{
	struct buf text = { 0 };
	int r = MAILAUTH_ENOMEM;

	for (unsigned i = 0; i < 700; i++)
		ma_buf_fmt(&text, "N%u: x\r\n", i);
	ma_buf_str(&text, "From: a@x.example\r\n\r\nbody\r\n");
	for (size_t i = 0; r != MAILAUTH_DONE; i++) {
		wrap_start(i);
		r = whole(ma_slice(text.p, text.n));
		ck_assert(r == MAILAUTH_DONE || r == MAILAUTH_ENOMEM);
		ck_assert_uint_lt(i, 1000);
	}
	ck_assert_uint_gt(wrap_requests, 10);
	wrap_start(SIZE_MAX);
	ma_buf_free(&text);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("message");
	TCase *tc = tcase_create("message"), *growth = unit_growth();

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, makes_fields_canonical, 0, ROWS(fields));
	tcase_add_loop_test(tc, makes_bodies_canonical, 0, ROWS(bodies));
	tcase_add_test(tc, hashes_empty_bodies);
	tcase_add_loop_test(tc, agrees_with_the_plain_form, 0, 6);
	tcase_add_test(tc, shares_equal_hashes);
	tcase_add_loop_test(tc, scans_messages, 0, ROWS(messages));
	tcase_add_loop_test(tc, sees_line_faults, 0, ROWS(faults));
	tcase_add_test(tc, takes_nul_octets);
	tcase_add_test(tc, takes_fields_one_by_one);
	tcase_add_test(tc, keeps_fields_apart);
	tcase_add_test(tc, says_what_is_out_of_turn);
	tcase_add_test(tc, limits_the_header);
	tcase_add_test(tc, keeps_no_endless_header);
	tcase_add_test(tc, gives_out_its_fields);
	tcase_add_test(tc, picks_from_the_bottom);
	tcase_add_loop_test(growth, bears_a_flood_of_fields, 0, 2);
	tcase_add_loop_test(growth, hashes_large_bodies_in_little_memory, 0, 5);
	tcase_add_test(growth, hashes_100_megabytes_in_little_memory);
	tcase_add_loop_test(tc, finds_the_author, 0, ROWS(author_rows));
	tcase_add_test(tc, a_nul_in_the_name_is_no_author);
	tcase_add_test(tc, a_field_within_a_field_is_no_author);
	tcase_add_test(tc, bears_a_lack_of_memory);
	suite_add_tcase(suite, tc);
	suite_add_tcase(suite, growth);
	return unit_run(suite);
}
