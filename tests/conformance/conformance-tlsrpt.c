/*
 * TLS-RPT records: RFC 8460.
 */
#include <string.h>

#include "base/base.h"
#include "cases.h"

static int
ask(void *records, struct mailauth_question *q)
{
	cases_answer_txt(q, records);
	return 0;
}

static void
run(struct cases *cs)
{
	const struct mailauth_resolver_ops ops = { .size = sizeof ops,
		.ask = ask };
	struct mailauth_resolver *r = mailauth_resolver_new(&ops,
	    (void *)(uintptr_t)cases_input(cs, "txt"));
	struct mailauth_tlsrpt *t = mailauth_tlsrpt_new(NULL);
	const json_t *want = cases_expected(cs, "rua");
	const char *uri;
	size_t n = 0;

	mailauth_tlsrpt_set_domain(t, "example.com", 11);
	if (mailauth_tlsrpt_discover(t, r) != MAILAUTH_DONE)
		cases_fail(cs, "it does not run");
	for (; (uri = mailauth_tlsrpt_rua(t, n)) != NULL; n++)
		if (!cases_one_of(json_array_get(want, n), uri))
			cases_fail(cs, "another rua: %s", uri);
	if (n != json_array_size(want) ||
	    (mailauth_tlsrpt_result(t) == MAILAUTH_TLSRPT_VALID) !=
	    json_is_array(want))
		cases_fail(cs, "%s, %zu rua", mailauth_tlsrpt_result_name(
		    mailauth_tlsrpt_result(t)), n);
	mailauth_tlsrpt_free(t);
	mailauth_resolver_free(r);
}

int
main(int argc, char **argv)
{
	struct cases *cs = cases_open(argc, argv, "tlsrpt/basic.json");

	while (cases_next(cs))
		run(cs);
	return cases_close(cs);
}
