/*
 * iprev: RFC 8601 section 3, with the answers in each order.
 */
#include <string.h>

#include "cases.h"

static void
run(struct cases *cs, enum cases_order order)
{
	struct mailauth_resolver *r = cases_resolver(cs, order, 0);
	struct mailauth_rdns *d = mailauth_rdns_new(NULL);
	const json_t *result = cases_expected(cs, "result");
	const json_t *name = cases_expected(cs, "name");
	const char *word;
	int status;

	mailauth_rdns_set_client(d, cases_text(cs, "ip", NULL));
	status = mailauth_rdns_confirm(d, r);
	word = mailauth_rdns_result_name(mailauth_rdns_result(d));
	if (status != MAILAUTH_DONE)
		cases_fail(cs, "order %d: %s", (int)order,
		    mailauth_strerror(status));
	else if (!cases_one_of(result, word))
		cases_fail(cs, "order %d: %s, not %s", (int)order, word,
		    cases_words(result));
	else if (name != NULL && (mailauth_rdns_confirmed(d, 0) == NULL ||
	    strcmp(mailauth_rdns_confirmed(d, 0),
	    json_string_value(name)) != 0))
		cases_fail(cs, "another name");
	mailauth_rdns_free(d);
	mailauth_resolver_free(r);
}

int
main(int argc, char **argv)
{
	struct cases *cs = cases_open(argc, argv, "iprev/basic.json");

	while (cases_next(cs))
		for (int order = 0; order < CASES_ORDERS; order++)
			run(cs, (enum cases_order)order);
	return cases_close(cs);
}
