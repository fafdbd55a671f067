/*
 * Authentication-Results: any octets parse or not, and what parses, or is built
 * of any octets, is written as one field that parses to the same.
 *
 * Input: an octet says what the rest is: a field's value, or values to build
 * one of, each behind its length.
 */
#include "authres/authres.h"
#include "fuzz.h"

static void
same(const char *a, const char *b)
{
	FUZZ_CHECK((a == NULL) == (b == NULL));
	FUZZ_CHECK(a == NULL || strcmp(a, b) == 0);
}

static void
compare_result(const struct mailauth_authres *a,
    const struct mailauth_authres *b, int i)
{
	const char *text, *ptype, *property, *p2, *q2;

	same(mailauth_authres_method(a, i), mailauth_authres_method(b, i));
	same(mailauth_authres_result(a, i), mailauth_authres_result(b, i));
	same(mailauth_authres_reason(a, i), mailauth_authres_reason(b, i));
	FUZZ_CHECK(mailauth_authres_method_version(a, i) ==
	    mailauth_authres_method_version(b, i));
	for (int k = 0; (text = mailauth_authres_property(a, i, k, &ptype,
	    &property)) != NULL; k++) {
		same(text, mailauth_authres_property(b, i, k, &p2, &q2));
		same(ptype, p2);
		same(property, q2);
	}
}

static void
compare(const struct mailauth_authres *a, const struct mailauth_authres *b)
{
	int n = mailauth_authres_count(a);
	const char *text;

	FUZZ_CHECK(n == mailauth_authres_count(b));
	FUZZ_CHECK(mailauth_authres_version(a) == mailauth_authres_version(b));
	same(mailauth_authres_authserv_id(a), mailauth_authres_authserv_id(b));
	for (int i = -1; i < n; i++) {
		compare_result(a, b, i);
		for (int k = 0; (text = mailauth_authres_comment(a, i,
		    k)) != NULL; k++)
			same(text, mailauth_authres_comment(b, i, k));
	}
}

/* Written, it is one field that says the same. */
static void
check_written(struct mailauth_authres *a)
{
	const char *text = mailauth_authres_text(a);
	struct mailauth_authres *again = NULL;
	struct slice value = ma_str(text);

	if (text == NULL)
		return;
	ma_cut(&value, ':');
	FUZZ_CHECK(value.n > 2 &&
	    memcmp(value.p + value.n - 2, "\r\n", 2) == 0);
	value.n -= 2;
	for (size_t i = 0; i < value.n; i++)
		FUZZ_CHECK(value.p[i] != '\n' || (i > 0 && i + 1 < value.n &&
		    value.p[i - 1] == '\r' && value.p[i + 1] == '\t'));
	FUZZ_CHECK(mailauth_authres_parse(value.p, value.n, &again, NULL, 0) ==
	    MAILAUTH_DONE);
	compare(a, again);
	mailauth_authres_free(again);
}

/* Values, each behind its length; what becomes of them in turn. */
static void
build(struct mailauth_authres *a, const uint8_t *data, size_t size)
{
	mailauth_authres_set_authserv_id(a, "mx.example");
	mailauth_authres_add_result(a, "dkim", 1, "pass");
	for (int turn = 0; size > 0; turn++) {
		size_t n = data[0] < 250 ? data[0] : data[0] * 8u;
		const char *p = (const char *)data + 1;

		if (n > size - 1)
			n = size - 1;
		switch (turn % 5) {
		case 0:
			mailauth_authres_add_property(a,
			    mailauth_authres_count(a) - 1, "header", "d", p, n);
			break;
		case 1:
			mailauth_authres_add_comment(a,
			    mailauth_authres_count(a) - 1, p, n);
			break;
		case 2:
			mailauth_authres_set_reason(a,
			    mailauth_authres_count(a) - 1, p, n);
			break;
		case 3:
			mailauth_authres_add_comment(a, MAILAUTH_AUTHRES_HEAD,
			    p, n);
			break;
		default:
			mailauth_authres_add_result(a, "spf", (uint32_t)n,
			    "none");
		}
		data += 1 + n;
		size -= 1 + n;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mailauth_authres *a = NULL;
	char error[128];

	if (size == 0)
		return 0;
	if ((data[0] & 1) != 0) {
		if ((a = mailauth_authres_new()) != NULL)
			build(a, data + 1, size - 1);
	} else if (mailauth_authres_parse((const char *)data + 1, size - 1, &a,
	    error, sizeof error) == MAILAUTH_ESYNTAX) {
		FUZZ_CHECK(a == NULL && error[0] != '\0');
	}
	if (a != NULL)
		check_written(a);
	mailauth_authres_free(a);
	return 0;
}
