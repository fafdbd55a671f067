/*
 * The authres room: what is written is one field, and says what it was given.
 */
#include "authres/authres.h"
#include "read-field.h"
#include <stdio.h>

#include "unit.h"

static char *
finish(struct field_writer *w)
{
	ck_assert(ma_field_end(w));
	ck_assert(ma_buf_char(&w->text, '\0'));
	return w->text.p;
}

static const struct {
	const char *clause;
	char kind;			/* 'p'air, 'i'dentity, 'c'omment */
	struct slice value;
	const char *written;		/* after "X: " */
} rows[] = {
	{ "RFC 2045 5.1 token", 'p', SLICE_LIT("example.com"), "k=example.com" },
	{ "RFC 2045 5.1 token", 'p', SLICE_LIT("a_b-c+d"), "k=a_b-c+d" },
	{ "RFC 2045 5.1 value empty", 'p', SLICE_LIT(""), "k=\"\"" },
	{ "RFC 2045 5.1 tspecials", 'p', SLICE_LIT("a@b"), "k=\"a@b\"" },
	{ "RFC 8601 2.7.3 IPv6", 'p', SLICE_LIT("2001:db8::1"),
	    "k=\"2001:db8::1\"" },
	{ "RFC 5322 3.2.3 dot-atom", 'p', SLICE_LIT("a..b"), "k=\"a..b\"" },
	{ "RFC 5322 3.2.3 dot-atom", 'p', SLICE_LIT(".a"), "k=\".a\"" },
	{ "RFC 5322 3.2.3 dot-atom", 'p', SLICE_LIT("a."), "k=\"a.\"" },
	{ "RFC 5322 3.2.4 quoted-pair", 'p', SLICE_LIT("a\"b\\c"),
	    "k=\"a\\\"b\\\\c\"" },
	{ "RFC 5322 2.2 no CR, LF", 'p', SLICE_LIT("a\r\nX: y"),
	    "k=\"a??X: y\"" },
	{ "RFC 5322 3.2.4 no NUL", 'p', SLICE_LIT("a\0b\tc\177"),
	    "k=\"a?b?c?\"" },
	{ "RFC 6532 3.1 UTF-8", 'p', SLICE_LIT("b\xc3\xbc" "cher"),
	    "k=\"b\xc3\xbc" "cher\"" },
	{ "RFC 6532 3.1 not UTF-8", 'p', SLICE_LIT("b\xfc" "ch\xc3"),
	    "k=\"b?ch?\"" },
	{ "C1 controls", 'p', SLICE_LIT("a\xc2\x85" "b"), "k=\"a?b\"" },
	{ "another result", 'p', SLICE_LIT("x; spf=pass"), "k=\"x; spf=pass\"" },
	{ "RFC 8601 2.2 identity", 'i', SLICE_LIT("@example.com"),
	    "k=@example.com" },
	{ "RFC 8601 2.2 identity", 'i', SLICE_LIT("a.b@example.com"),
	    "k=a.b@example.com" },
	{ "RFC 8601 2.2 identity", 'i', SLICE_LIT("example.com"),
	    "k=example.com" },
	{ "identity, quoted", 'i', SLICE_LIT("\"a b\"@example.com"),
	    "k=\"\\\"a b\\\"@example.com\"" },
	{ "identity, two @", 'i', SLICE_LIT("a@b@c"), "k=\"a@b@c\"" },
	{ "identity, no domain", 'i', SLICE_LIT("a@"), "k=\"a@\"" },
	{ "RFC 6376 3.5 domain-name", 'i', SLICE_LIT("@a-1.b.c"), "k=@a-1.b.c" },
	{ "RFC 6376 3.5 domain-name", 'i', SLICE_LIT("@%s.example"),
	    "k=\"@%s.example\"" },
	{ "RFC 6376 3.5 domain-name", 'i', SLICE_LIT("@a.-b.c"),
	    "k=\"@a.-b.c\"" },
	{ "RFC 6376 3.5 domain-name", 'i', SLICE_LIT("@a-.c"), "k=\"@a-.c\"" },
	{ "RFC 6376 3.5 domain-name", 'i', SLICE_LIT("a@b"), "k=\"a@b\"" },
	{ "CVE-2020-12272", 'i', SLICE_LIT("a@victim.com(.attacker.com"),
	    "k=\"a@victim.com(.attacker.com\"" },
	{ "RFC 5322 3.2.2 comment", 'c', SLICE_LIT("a (b) \\c"),
	    "(a \\(b\\) \\\\c)" },
	{ "RFC 5322 3.2.2 comment", 'c', SLICE_LIT("); spf=pass\r\n"),
	    "(\\); spf=pass?\?)" },
	{ "RFC 5322 3.2.2 comment", 'c', SLICE_LIT(""), "()" },
};

static void
write_value(struct field_writer *w, char kind, struct slice value)
{
	if (kind == 'p')
		ma_field_pair(w, "k", value);
	else if (kind == 'i')
		ma_field_identity(w, "k", value);
	else
		ma_field_comment(w, value);
}

START_TEST(writes_values)
{
	struct field_writer w = { 0 };
	char want[128];

	ma_field_begin(&w, "X");
	write_value(&w, rows[_i].kind, rows[_i].value);
	snprintf(want, sizeof want, "X: %s\r\n", rows[_i].written);
	ck_assert_msg(strcmp(finish(&w), want) == 0, "%s: %s",
	    rows[_i].clause, w.text.p);
	ma_buf_free(&w.text);
}
END_TEST

START_TEST(folds_between_words)
{
	struct field_writer w = { 0 };

	ma_field_begin(&w, "Authentication-Results");
	ma_field_value(&w, SLICE_LIT("mx.example.org"));
	ma_field_next(&w);
	ma_field_word(&w, "spf=pass");
	ma_field_pair(&w, "smtp.mailfrom",
	    SLICE_LIT("a-rather-long-name-of-a-host.example.com"));
	ma_field_pair(&w, "reason", SLICE_LIT("short"));
	ck_assert_str_eq(finish(&w),
	    "Authentication-Results: mx.example.org;\r\n"
	    "\tspf=pass smtp.mailfrom=a-rather-long-name-of-a-host.example.com\r\n"
	    "\treason=short\r\n");
	ma_buf_free(&w.text);
}
END_TEST

/* What a stranger wrote never begins a line. */
START_TEST(does_not_fold_values)
{
	struct field_writer w = { 0 };

	ma_field_begin(&w, "X");
	ma_field_pair(&w, "smtp.mailfrom", SLICE_LIT("a sentence of words that "
	    "goes on beyond the seventy-eighth column; dkim=pass "));
	ck_assert_str_eq(finish(&w), "X:\r\n"
	    "\tsmtp.mailfrom=\"a sentence of words that "
	    "goes on beyond the seventy-eighth column; dkim=pass \"\r\n");
	ma_buf_free(&w.text);
}
END_TEST

/* RFC 5322 section 2.1.1. */
START_TEST(cuts_long_values)
{
	static const char kinds[] = "pic", fills[] = "a\"(\xff ";
	struct items items = { .list = malloc(ITEMS_MAX * sizeof *items.list) };
	char value[5000];

	for (size_t k = 0; k < strlen(kinds); k++)
		for (size_t f = 0; f < strlen(fills); f++) {
			struct field_writer w = { 0 };

			memset(value, fills[f], sizeof value);
			ma_field_begin(&w, "X");
			write_value(&w, kinds[k], ma_slice(value, sizeof value));
			ck_assert(ma_field_end(&w));
			read_field(w.text.p, w.text.n, "X", &items);
			ck_assert_msg(items.wrong == NULL && items.n == 1,
			    "%c %zu: %s", kinds[k], f, items.wrong);
			ck_assert(stands_for(&items.list[0], value,
			    sizeof value));
			ma_buf_free(&w.text);
		}
	free(items.list);
}
END_TEST

/* Lesson: for every hostile value, what is read is what was written. */
START_TEST(reads_back)
{
	static const char *const hostile[] = {
		"; spf=pass \r\n X:", "\"; dkim=pass header.d=\"a.example",
		")(", "\\", "\\\"", "a\\", "\r\n\r\nbody", "\n\tdmarc=pass",
		"=?utf-8?q?=3B_spf=3Dpass?=", "x (y) ; z=1", " ", "",
	};
	struct items items = { .list = malloc(ITEMS_MAX * sizeof *items.list) };
	struct field_writer w = { 0 };
	struct slice v = ma_str(hostile[_i]);

	ma_field_begin(&w, "Authentication-Results");
	ma_field_value(&w, v);
	ma_field_next(&w);
	ma_field_word(&w, "dkim=fail");
	ma_field_comment(&w, v);
	ma_field_pair(&w, "header.d", v);
	ma_field_identity(&w, "header.i", v);
	ck_assert(ma_field_end(&w));
	read_field(w.text.p, w.text.n, "Authentication-Results", &items);
	ck_assert_msg(items.wrong == NULL, "%s: %s", hostile[_i], items.wrong);
	ck_assert_uint_eq(items.n, 6);
	for (size_t i = 0; i < items.n; i++) {
		ck_assert_int_eq(items.list[i].kind, "w;pcpp"[i]);
		if (i != 1 && i != 2)
			ck_assert_msg(stands_for(&items.list[i], v.p, v.n),
			    "%s: item %zu", hostile[_i], i);
	}
	ck_assert_str_eq(items.list[2].key, "dkim");
	ck_assert_str_eq(items.list[4].key, "header.d");
	ck_assert_str_eq(items.list[5].key, "header.i");
	ma_buf_free(&w.text);
	free(items.list);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("authres");
	TCase *tc = tcase_create("write");

	tcase_add_loop_test(tc, writes_values, 0, ROWS(rows));
	tcase_add_test(tc, folds_between_words);
	tcase_add_test(tc, does_not_fold_values);
	tcase_add_test(tc, cuts_long_values);
	tcase_add_loop_test(tc, reads_back, 0, 12);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
