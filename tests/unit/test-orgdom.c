/*
 * The tree walk by itself: what it asks, what it collects, what it selects.
 */
#include "orgdom/orgdom.h"
#include "steps.h"

/* ---- Records and tags ---- */

static const struct {
	const char *what, *text;
	enum psd psd;
	bool ours;
} records[] = {
	{ "no psd", "v=DMARC1; p=none", PSD_UNKNOWN, true },
	{ "psd=y", "v=DMARC1; p=none; psd=y", PSD_YES, true },
	{ "psd=n", "v=DMARC1;psd=n;", PSD_NO, true },
	{ "psd=u", "v=DMARC1;psd=u", PSD_UNKNOWN, true },
	{ "letter case", "V =\tDMARC1 ; PSD = Y", PSD_YES, true },
	{ "no value", "v=DMARC1; psd=; psd=y", PSD_UNKNOWN, true },
	{ "no =", "v=DMARC1; psd; psd=y", PSD_YES, true },
	{ "the first of two", "v=DMARC1; psd=n; psd=y", PSD_NO, true },
	{ "with more", "v=DMARC1; psd=yes", PSD_UNKNOWN, true },
	{ "within another value", "v=DMARC1; rua=psd=y", PSD_UNKNOWN, true },
	{ "not ours", "v=DMARC1 psd=y", PSD_UNKNOWN, false },
	{ "not ours: case", "v=Dmarc1; psd=y", PSD_UNKNOWN, false },
	{ "not ours: order", "psd=y; v=DMARC1", PSD_UNKNOWN, false },
	{ "not ours: empty tag first", ";v=DMARC1", PSD_UNKNOWN, false },
};

START_TEST(knows_records)
{
	struct slice tags;
	bool ours = ma_dmarc_version(ma_str(records[_i].text), &tags);

	ck_assert_msg(ours == records[_i].ours, "%s", records[_i].what);
	if (ours)
		ck_assert_msg(ma_dmarc_psd(tags) == records[_i].psd, "%s",
		    records[_i].what);
}
END_TEST

START_TEST(pulls_tags)
{
	struct slice tags = SLICE_LIT(" a = b c ;; =x;d;e=;\tF\t=\xc3\xa9;"
	    "g=\xff"), name, value;
	struct buf b = { 0 };

	while (ma_dmarc_tag(&tags, &name, &value))
		ma_buf_fmt(&b, "%.*s(%zu) ", SLICE_ARG(name), value.n);
	ma_buf_char(&b, '\0');
	ck_assert_str_eq(b.p, "a(3) (1) e(0) F(2) g(1) ");
	ma_buf_free(&b);
}
END_TEST

/* ---- Walks ---- */

struct row {
	const char *what, *start, *zone;
	const char *want;		/* status, organizational, records */
	const char *asked;
};

struct handle {
	struct task task;
	struct dname start;
	struct walk walk;
};

static void *
make(const void *arg, struct mailauth_lookups *l)
{
	const struct row *row = arg;
	struct handle *h = ma_calloc(sizeof *h);

	if (h == NULL || !ma_task_init(&h->task, l)) {
		ma_free(h);
		return NULL;
	}
	ck_assert(ma_name_parse(ma_str(row->start), &h->start));
	return h;
}

static void
walk(struct run *r, void *arg)
{
	struct handle *h = arg;

	ma_walk(r, &h->start, WALK_MAX, &h->walk);
}

static int
step(void *arg)
{
	struct handle *h = arg;

	return ma_task_step(&h->task, walk, h);
}

static int
drive(void *arg, struct mailauth_resolver *r)
{
	struct handle *h = arg;

	return ma_task_drive(&h->task, r, step, h);
}

static void
release(void *arg)
{
	struct handle *h = arg;

	ma_task_free(&h->task);
	ma_free(h);
}

static void
describe(void *arg, struct buf *b)
{
	const struct handle *h = arg;
	const struct walk *w = &h->walk;
	char text[NAME_TEXT];

	ck_assert(w->status == WALK_DONE || w->status == WALK_FAILED);
	ma_name_text(w->status == WALK_DONE ? &w->organizational : &w->failed,
	    text);
	ma_buf_fmt(b, "%s%s", w->status == WALK_DONE ? "" : "failed ", text);
	for (size_t i = 0; i < w->n; i++) {
		ma_name_text(&w->records[i].name, text);
		ma_buf_fmt(b, " %s", text);
		ck_assert_uint_eq(w->records[i].labels,
		    ma_name_labels(&w->records[i].name));
	}
}

static const struct subject subject = {
	make, step, drive, release, describe
};

#define R(name, tags) "_dmarc." name ". TXT 'v=DMARC1; " tags "'\n"

static const struct row rows[] = {
	{ "4.10: 12 labels", "a.b.c.d.e.f.g.h.i.j.mail.example.com", "",
	    "a.b.c.d.e.f.g.h.i.j.mail.example.com",
	    "_dmarc.a.b.c.d.e.f.g.h.i.j.mail.example.com TXT, "
	    "_dmarc.g.h.i.j.mail.example.com TXT, "
	    "_dmarc.h.i.j.mail.example.com TXT, "
	    "_dmarc.i.j.mail.example.com TXT, "
	    "_dmarc.j.mail.example.com TXT, _dmarc.mail.example.com TXT, "
	    "_dmarc.example.com TXT, _dmarc.com TXT" },
	{ "7 labels", "a.b.c.d.e.f.g", "", "a.b.c.d.e.f.g",
	    "_dmarc.a.b.c.d.e.f.g TXT, _dmarc.b.c.d.e.f.g TXT, "
	    "_dmarc.c.d.e.f.g TXT, _dmarc.d.e.f.g TXT, _dmarc.e.f.g TXT, "
	    "_dmarc.f.g TXT, _dmarc.g TXT" },
	{ "8 labels", "z.a.b.c.d.e.f.g", R("a.b.c.d.e.f.g", "p=none"),
	    "a.b.c.d.e.f.g a.b.c.d.e.f.g",
	    "_dmarc.z.a.b.c.d.e.f.g TXT, _dmarc.a.b.c.d.e.f.g TXT, "
	    "_dmarc.b.c.d.e.f.g TXT, _dmarc.c.d.e.f.g TXT, "
	    "_dmarc.d.e.f.g TXT, _dmarc.e.f.g TXT, _dmarc.f.g TXT, "
	    "_dmarc.g TXT" },
	{ "1 label", "a", R("a", "p=none"), "a a", "_dmarc.a TXT" },
	{ "4.10.2 example", "a.mail.example.com",
	    R("mail.example.com", "p=none") R("example.com", "p=none"),
	    "example.com mail.example.com example.com", NULL },
	{ "4.10.2 example: psd=n", "a.mail.example.com",
	    R("mail.example.com", "psd=n") R("example.com", "p=none"),
	    "mail.example.com mail.example.com", NULL },
	{ "4.10.2 example: psd=y", "a.mail.example.com", R("com", "psd=y"),
	    "example.com com", NULL },
	{ "psd=n at the start", "a.example.com", R("a.example.com", "psd=n")
	    R("example.com", "p=none"), "a.example.com a.example.com", NULL },
	{ "psd=y at the start", "a.example.com", R("a.example.com", "psd=y")
	    R("example.com", "p=none"), "a.example.com a.example.com", NULL },
	{ "psd=y behind the short cut", "a.b.c.d.e.f.g.h.i.j",
	    R("d.e.f.g.h.i.j", "psd=y"), "c.d.e.f.g.h.i.j d.e.f.g.h.i.j",
	    NULL },
	{ "psd=y of two is none", "a.example.com", R("example.com", "psd=y")
	    R("example.com", "p=none") R("com", "p=none"), "com com", NULL },
	{ "a failure", "a.example.com", R("a.example.com", "p=none")
	    ";! _dmarc.example.com TXT SERVFAIL\n",
	    "failed example.com a.example.com", NULL },
	{ "a failure beyond", "a.example.com", R("example.com", "psd=n")
	    ";! _dmarc.com TXT SERVFAIL\n", "example.com example.com", NULL },
};

START_TEST(walks)
{
	check_steps(&subject, &rows[_i], rows[_i].what, rows[_i].zone,
	    rows[_i].want, rows[_i].asked, 1);
}
END_TEST

/* ---- Public suffixes ---- */

static int
say(void *user, const char *domain)
{
	(void)domain;
	return *(int *)user;
}

static const struct {
	const char *name;
	int suffix;
	const char *want;
} suffixes[] = {
	{ "a.b.example.com", 1, "example.com" },
	{ "a.b.example.co.uk", 2, "example.co.uk" },
	{ "a.b.c", 0, "c" },
	{ "a.b.c", 3, "a.b.c" },
	{ "a.b.c", 2, "a.b.c" },
	{ "a.b.c", 200, "a.b.c" },
	{ "a.b.c", -1, "a.b.c" },
};

START_TEST(takes_suffixes)
{
	struct dname name, out;
	char text[NAME_TEXT];
	int n = suffixes[_i].suffix;

	ck_assert(ma_name_parse(ma_str(suffixes[_i].name), &name));
	ma_suffix_organizational(say, &n, &name, &out);
	ma_name_text(&out, text);
	ck_assert_str_eq(text, suffixes[_i].want);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("orgdom");
	TCase *tc = tcase_create("orgdom");

	tcase_add_loop_test(tc, knows_records, 0, ROWS(records));
	tcase_add_test(tc, pulls_tags);
	tcase_add_loop_test(tc, walks, 0, ROWS(rows));
	tcase_add_loop_test(tc, takes_suffixes, 0, ROWS(suffixes));
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
