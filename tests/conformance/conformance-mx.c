/*
 * Mail routing: RFC 5321 section 5.1, RFC 7505, with the answers in each order
 * and several seeds.
 */
#include <string.h>

#include "base/base.h"
#include "cases.h"

/* Is this result what the suite's word says? */
static bool
is_outcome(const char *outcome, int result)
{
	static const struct {
		const char *word;
		int result;
	} words[] = {
		{ "hosts", MAILAUTH_MX_OK },
		{ "nullmx", MAILAUTH_MX_NULL },
		{ "permerror", MAILAUTH_MX_PERMERROR },
		{ "permerror", MAILAUTH_MX_NO_SUCH_DOMAIN },
		{ "permerror", MAILAUTH_MX_NO_ADDRESS },
		{ "temperror", MAILAUTH_MX_TEMPERROR },
		{ "loop", MAILAUTH_MX_LOOP },
	};

	for (size_t i = 0; i < COUNT(words); i++)
		if (strcmp(words[i].word, outcome) == 0 &&
		    words[i].result == result)
			return true;
	return false;
}

/* Hosts of one preference may come in any order. */
static bool
same_hosts(const json_t *groups, const struct mailauth_mx *m)
{
	size_t at = 0;

	for (size_t g = 0; g < json_array_size(groups); g++) {
		const json_t *group = json_array_get(groups, g);
		size_t n = json_array_size(group);

		for (size_t i = 0; i < n; i++, at++) {
			const char *name = mailauth_mx_name(m, at);

			if (name == NULL || !cases_one_of(group, name) ||
			    mailauth_mx_preference(m, at) !=
			    mailauth_mx_preference(m, at - i))
				return false;
		}
	}
	return at == mailauth_mx_count(m);
}

static void
run(struct cases *cs, enum cases_order order, uint64_t seed)
{
	struct mailauth_resolver *r = cases_resolver(cs, order, 0);
	struct mailauth_mx *m = mailauth_mx_new(NULL);
	const json_t *self = cases_input(cs, "self");
	const json_t *groups = cases_expected(cs, "groups");
	const char *outcome, *text;
	int status;
	size_t n;

	text = cases_text(cs, "domain", &n);
	mailauth_mx_set_domain(m, text, n);
	mailauth_mx_set_seed(m, seed);
	for (size_t i = 0; i < json_array_size(self); i++) {
		text = json_string_value(json_array_get(self, i));
		mailauth_mx_add_local(m, text, strlen(text));
	}
	status = mailauth_mx_route(m, r);
	outcome = json_string_value(cases_expected(cs, "outcome"));
	if (status != MAILAUTH_DONE)
		cases_fail(cs, "order %d: %s", (int)order,
		    mailauth_strerror(status));
	else if (!is_outcome(outcome, mailauth_mx_result(m)))
		cases_fail(cs, "order %d: %s, not %s", (int)order,
		    mailauth_mx_result_name(mailauth_mx_result(m)), outcome);
	else if (groups != NULL && !same_hosts(groups, m))
		cases_fail(cs, "order %d: other hosts", (int)order);
	else if (mailauth_mx_implicit(m) !=
	    json_is_true(cases_expected(cs, "implicit")))
		cases_fail(cs, "implicit %d", mailauth_mx_implicit(m));
	mailauth_mx_free(m);
	mailauth_resolver_free(r);
}

int
main(int argc, char **argv)
{
	struct cases *cs = cases_open(argc, argv, "mx/basic.json");

	while (cases_next(cs))
		for (int order = 0; order < CASES_ORDERS; order++)
			for (uint64_t seed = 0; seed < 3; seed++)
				run(cs, (enum cases_order)order, seed);
	return cases_close(cs);
}
