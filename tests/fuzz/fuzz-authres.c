/*
 * What the field writer writes is one header field, and a reader of its own
 * finds in it just the items that were written: no other result, no other line.
 *
 * Input: items; an octet says which, one how long its value is.
 */
#include <stdio.h>
#include <stdlib.h>

#include "authres/authres.h"
#include "read-field.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct written {
	char kind;
	struct slice value;
};

static void
fail(const char *why, struct slice text)
{
	fprintf(stderr, "%s\n%.*s\n", why, SLICE_ARG(text));
	abort();
}

static struct written
write_item(struct field_writer *w, unsigned what, struct slice v)
{
	switch (what % 6) {
	case 0:
		ma_field_pair(w, "key", v);
		return (struct written){ 'p', v };
	case 1:
		ma_field_comment(w, v);
		return (struct written){ 'c', v };
	case 2:
		ma_field_value(w, v);
		return (struct written){ 'w', v };
	case 3:
		ma_field_identity(w, "key", v);
		return (struct written){ 'p', v };
	case 4:
		ma_field_next(w);
		return (struct written){ ';', { 0 } };
	default:
		ma_field_word(w, "word");
		return (struct written){ 'w', SLICE_LIT("word") };
	}
}

static void
compare(const struct items *items, const struct written *written, size_t n,
    struct slice text)
{
	if (items->wrong != NULL)
		fail(items->wrong, text);
	if (items->n != n)
		fail("another number of items", text);
	for (size_t i = 0; i < n; i++) {
		const struct item *got = &items->list[i];

		if (got->kind != written[i].kind ||
		    (got->kind == 'p' && strcmp(got->key, "key") != 0) ||
		    (got->kind != ';' && !stands_for(got, written[i].value.p,
		    written[i].value.n)))
			fail("another item", text);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct item list[ITEMS_MAX];
	struct written written[ITEMS_MAX - 1];
	struct items items = { .list = list };
	struct field_writer w = { 0 };
	size_t n = 0;

	ma_field_begin(&w, "X-Name");
	while (size >= 2 && n < COUNT(written)) {
		size_t length = data[1] < 250 ? data[1] : data[1] * 8u;

		if (length > size - 2)
			length = size - 2;
		written[n++] = write_item(&w, data[0],
		    ma_slice(data + 2, length));
		data += 2 + length;
		size -= 2 + length;
	}
	if (n > 0 && ma_field_end(&w)) {
		read_field(w.text.p, w.text.n, "X-Name", &items);
		compare(&items, written, n, ma_slice(w.text.p, w.text.n));
	}
	ma_buf_free(&w.text);
	return 0;
}
