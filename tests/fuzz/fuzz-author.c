/*
 * Structured fields and the author domain.  Tokens stand one behind the other
 * in the text; an author domain is one that the text shows, stays the author
 * domain by itself, and in company of another there is none.
 *
 * Input: the value of a From field.
 */
#include "fuzz.h"
#include "text/text.h"

static void
check_tokens(struct slice text)
{
	const char *end = text.p;
	struct buf b = { 0 };
	struct slice rest = text;
	struct token t;

	while (ma_token(&rest, &t) != TOKEN_END) {
		if (t.type == TOKEN_BAD)
			break;
		FUZZ_CHECK(t.text.n > 0 && t.text.p >= end);
		end = t.text.p + t.text.n;
		FUZZ_CHECK(rest.p == end);
		if (t.type == TOKEN_QUOTED || t.type == TOKEN_LITERAL) {
			FUZZ_CHECK(t.text.n >= 2);
			ma_buf_clear(&b);
			FUZZ_CHECK(ma_unquote(&b, t.text));
			FUZZ_CHECK(b.n <= t.text.n - 2);
		}
	}
	ma_buf_free(&b);
}

static enum author_status
author_of(const char *before, struct slice text, const char *behind,
    struct author *out)
{
	struct buf b = { 0 };

	ma_buf_str(&b, before);
	ma_buf_slice(&b, text);
	ma_buf_str(&b, behind);
	ma_author(ma_slice(b.p, b.n), out);
	ma_buf_free(&b);
	return out->status;
}

static void
check_domain(const char *domain)
{
	size_t n = strlen(domain);

	FUZZ_CHECK(n > 0 && n < DOMAIN_TEXT);
	/* In a literal any dtext may stand. */
	for (size_t i = 0; i < n; i++)
		FUZZ_CHECK(domain[i] > ' ' && domain[i] < 0x7f &&
		    !ma_is_upper(domain[i]) && (domain[0] == '[' ||
		    strchr("@<>()\",;\\", domain[i]) == NULL));
	FUZZ_CHECK((domain[0] == '[') == (domain[n - 1] == ']'));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice text = ma_slice(data, n);
	struct author a, b;

	check_tokens(text);
	ma_author(text, &a);
	FUZZ_CHECK((a.status == AUTHOR_ONE) == (a.detail == NULL));
	if (a.status != AUTHOR_ONE)
		return 0;
	check_domain(a.domain);
	FUZZ_CHECK(ma_find(text, '@') < text.n);
	FUZZ_CHECK(author_of("a@", ma_str(a.domain), "", &b) == AUTHOR_ONE);
	FUZZ_CHECK(strcmp(a.domain, b.domain) == 0);
	FUZZ_CHECK(author_of("", text, ", x@other.invalid", &b) ==
	    (strcmp(a.domain, "other.invalid") == 0 ? AUTHOR_ONE :
	    AUTHOR_SEVERAL));
	FUZZ_CHECK(author_of("", text, "\"", &b) == AUTHOR_MALFORMED);
	FUZZ_CHECK(author_of("(", text, "", &b) != AUTHOR_ONE);
	return 0;
}
