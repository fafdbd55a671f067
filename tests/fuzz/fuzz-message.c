/*
 * Messages: the same fields, author and body hashes whatever the pieces in
 * which they come; fields stand one behind the other, and are found by their
 * names.
 *
 * Input: an octet for the line ends, one for the pieces, then the message.
 */
#include "fuzz.h"
#include "message/message.h"

struct watcher {
	struct reader reader;
	int index[4];
};

static int
watch(struct reader *r, struct mailauth_message *m)
{
	struct watcher *w = (struct watcher *)(void *)r;

	for (int i = 0; i < 4; i++)
		w->index[i] = ma_message_want_hash(m, (enum canon)(i % 2),
		    i < 2 ? UINT64_MAX : 20);
	return MAILAUTH_DONE;
}

static struct mailauth_message *
read_message(struct watcher *w, int line_ends, struct slice text, size_t piece)
{
	struct mailauth_message *m = mailauth_message_new();

	*w = (struct watcher){ .reader = { .header = watch } };
	FUZZ_CHECK(ma_message_attach(m, &w->reader) == MAILAUTH_DONE);
	FUZZ_CHECK(mailauth_message_set_line_ends(m, line_ends) ==
	    MAILAUTH_DONE);
	FUZZ_CHECK(mailauth_message_set_limit(m, 1, 3000) == MAILAUTH_DONE);
	for (size_t at = 0; at < text.n; at += piece)
		FUZZ_CHECK(mailauth_message_write(m, text.p + at,
		    piece < text.n - at ? piece : text.n - at) ==
		    MAILAUTH_DONE);
	FUZZ_CHECK(mailauth_message_end(m) == MAILAUTH_DONE);
	return m;
}

static void
check_fields(const struct mailauth_message *m, struct slice text)
{
	size_t n = ma_message_fields(m);
	uint64_t at = 0;

	for (size_t i = 0; i < n; i++) {
		struct field f = ma_message_field(m, i);
		uint32_t last;

		FUZZ_CHECK(f.offset == at);
		at += f.length;
		FUZZ_CHECK(at <= text.n);
		FUZZ_CHECK(f.raw.n >= 3 && f.raw.p[f.raw.n - 1] == '\n');
		if (f.name.n == 0)
			continue;
		last = ma_message_last(m, f.name);
		FUZZ_CHECK(last != NO_FIELD && last >= i);
		FUZZ_CHECK(ma_caseeq(ma_message_field(m, last).name, f.name));
	}
}

static void
compare(const struct mailauth_message *a, const struct mailauth_message *b,
    const struct watcher *w)
{
	const char *author = mailauth_message_author_domain(a);
	size_t n = ma_message_fields(a);

	FUZZ_CHECK(n == ma_message_fields(b));
	FUZZ_CHECK(ma_message_header_over(a) == ma_message_header_over(b));
	FUZZ_CHECK(mailauth_message_line_ends(a) ==
	    mailauth_message_line_ends(b));
	for (size_t i = 0; i < n; i++)
		FUZZ_CHECK(ma_eq(ma_message_field(a, i).raw,
		    ma_message_field(b, i).raw));
	FUZZ_CHECK(ma_eq(ma_str(author),
	    ma_str(mailauth_message_author_domain(b))));
	for (int i = 0; i < 4; i++) {
		const struct body_hash *x = ma_message_body_hash(a,
		    w->index[i]);
		const struct body_hash *y = ma_message_body_hash(b,
		    w->index[i]);

		FUZZ_CHECK(x->total == y->total && x->hashed == y->hashed);
		FUZZ_CHECK(memcmp(x->digest, y->digest, SHA256_BYTES) == 0);
		FUZZ_CHECK(x->hashed <= x->total);
	}
}

/* Each field once, by its name, and no more. */
static void
check_picks(const struct mailauth_message *m)
{
	size_t n = ma_message_fields(m), named = 0, picked = 0;
	struct picker p;

	FUZZ_CHECK(ma_picker_init(&p, m));
	ma_picker_begin(&p);
	for (size_t i = 0; i < n; i++) {
		struct slice name = ma_message_field(m, i).name;

		if (name.n == 0)
			continue;
		named++;
		picked += ma_pick(&p, name, NO_FIELD) != NO_FIELD;
	}
	FUZZ_CHECK(picked == named);
	for (size_t i = 0; i < n; i++)
		FUZZ_CHECK(ma_pick(&p, ma_message_field(m, i).name, NO_FIELD) ==
		    NO_FIELD);
	ma_picker_free(&p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct mailauth_message *a, *b;
	struct watcher w;
	struct slice text;
	int line_ends;

	if (n < 2)
		return 0;
	text = ma_slice(data + 2, n - 2);
	line_ends = data[0] % 3 + 1;
	a = read_message(&w, line_ends, text, SIZE_MAX);
	b = read_message(&w, line_ends, text, data[1] % 16 + 1u);
	check_fields(a, text);
	check_picks(a);
	compare(a, b, &w);
	mailauth_message_free(a);
	mailauth_message_free(b);
	return 0;
}
