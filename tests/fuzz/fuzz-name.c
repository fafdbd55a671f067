/*
 * Text and wire form that become domain names.
 */
#include "dns/dns.h"
#include "fuzz.h"

/* What every name must be, wherever it came from. */
static void
check_name(const struct dname *d)
{
	char text[NAME_TEXT];
	struct dname again;

	FUZZ_CHECK(ma_name_wire(ma_slice(d->w, d->n), &again));
	FUZZ_CHECK(ma_name_equal(d, &again));
	ma_name_text(d, text);
	FUZZ_CHECK(ma_is_ascii(ma_str(text)));
	FUZZ_CHECK(ma_find(ma_str(text), ' ') == strlen(text));
	FUZZ_CHECK(ma_name_master(ma_str(text), NULL, &again));
	FUZZ_CHECK(ma_name_equal(d, &again));
	for (unsigned i = 0; i <= ma_name_labels(d); i++) {
		ma_name_last(d, i, &again);
		FUZZ_CHECK(ma_name_labels(&again) == i);
		FUZZ_CHECK(ma_name_within(d, &again));
	}
	if (ma_name_prepend(SLICE_LIT("_x._y"), d, &again))
		FUZZ_CHECK(again.n == d->n + 6 && ma_name_within(&again, d));
	else
		FUZZ_CHECK(d->n + 6 > DNAME_MAX);
	if (ma_name_is_host(d))
		FUZZ_CHECK(strchr(text, '\\') == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice in = ma_slice(data, n);
	struct dname plain, d, origin;
	bool nomem, ok;
	uint16_t type;
	char word[TYPE_TEXT];

	if ((ok = ma_name_parse(in, &plain)))
		check_name(&plain);
	if (ma_name_parse_utf8(in, &d, &nomem)) {
		check_name(&d);
		FUZZ_CHECK(ma_is_utf8(in));
		if (ma_is_ascii(in))
			FUZZ_CHECK(ok && ma_name_equal(&d, &plain));
	} else
		FUZZ_CHECK(!ok || !ma_is_ascii(in));
	if (ma_name_master(in, NULL, &d))
		check_name(&d);
	if (ok && ma_name_master(in, &plain, &origin))
		check_name(&origin);
	if (ma_name_wire(in, &d)) {
		check_name(&d);
		FUZZ_CHECK(d.n == n);
	}
	if (ma_type_parse(in, &type)) {
		ma_type_text(type, word);
		FUZZ_CHECK(type != 0 && strlen(word) > 0);
	}
	return 0;
}
