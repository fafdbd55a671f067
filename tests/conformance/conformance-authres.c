/*
 * Authentication-Results fields: RFC 8601 appendix B.  What they say, and that
 * what is written of it says the same.
 */
#include <string.h>

#include "base/base.h"
#include "cases.h"

static bool
is_text(const json_t *want, const char *got)
{
	const char *text = json_string_value(want);

	return text == NULL ? got == NULL :
	    got != NULL && strcmp(text, got) == 0;
}

static void
compare_result(struct cases *cs, const json_t *want,
    const struct mailauth_authres *a, int i)
{
	const json_t *props = json_object_get(want, "props"), *version;
	const char *value, *ptype, *property;
	int k = 0;

	version = json_object_get(want, "method_version");
	if (!is_text(json_object_get(want, "method"),
	    mailauth_authres_method(a, i)) ||
	    !is_text(json_object_get(want, "result"),
	    mailauth_authres_result(a, i)) ||
	    !is_text(json_object_get(want, "reason"),
	    mailauth_authres_reason(a, i)))
		cases_fail(cs, "result %d: another", i);
	if (mailauth_authres_method_version(a, i) !=
	    (version != NULL ? json_integer_value(version) : 1))
		cases_fail(cs, "result %d: another version", i);
	for (; (value = mailauth_authres_property(a, i, k, &ptype,
	    &property)) != NULL; k++) {
		const json_t *prop = json_array_get(props, (size_t)k);

		if (!is_text(json_array_get(prop, 0), ptype) ||
		    !is_text(json_array_get(prop, 1), property) ||
		    !is_text(json_array_get(prop, 2), value))
			cases_fail(cs, "result %d: %s.%s=%s", i, ptype,
			    property, value);
	}
	if (json_array_size(props) != (size_t)k)
		cases_fail(cs, "result %d: %d properties", i, k);
}

static void
compare(struct cases *cs, const struct mailauth_authres *a)
{
	const json_t *results = cases_expected(cs, "results");
	const json_t *version = cases_expected(cs, "version");

	if (!is_text(cases_expected(cs, "authserv_id"),
	    mailauth_authres_authserv_id(a)))
		cases_fail(cs, "authserv-id %s",
		    mailauth_authres_authserv_id(a));
	if (mailauth_authres_version(a) !=
	    (version != NULL ? json_integer_value(version) : 1))
		cases_fail(cs, "another version");
	if (json_array_size(results) != (size_t)mailauth_authres_count(a))
		cases_fail(cs, "%d results", mailauth_authres_count(a));
	for (int i = 0; i < mailauth_authres_count(a); i++)
		compare_result(cs, json_array_get(results, (size_t)i), a, i);
}

int
main(int argc, char **argv)
{
	struct cases *cs = cases_open(argc, argv, "authres/basic.json");
	struct mailauth_authres *a, *again;
	const char *value;
	char error[200];
	size_t n;

	while (cases_next(cs)) {
		bool strict = cases_expected(cs, "strict") == NULL ||
		    json_is_true(cases_expected(cs, "strict"));

		value = cases_text(cs, "value", &n);
		if (mailauth_authres_parse(value, n, &a, error,
		    sizeof error) != MAILAUTH_DONE) {
			if (strict)
				cases_fail(cs, "%s", error);
			continue;
		}
		if (!strict)
			cases_fail(cs, "it parses");
		compare(cs, a);
		value = strchr(mailauth_authres_text(a), ':') + 1;
		if (mailauth_authres_parse(value, strlen(value) - 2, &again,
		    error, sizeof error) != MAILAUTH_DONE)
			cases_fail(cs, "written: %s", error);
		else
			compare(cs, again);
		mailauth_authres_free(a);
		mailauth_authres_free(again);
	}
	return cases_close(cs);
}
