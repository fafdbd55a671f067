/*
 * MTA-STS: records, policies, hosts; RFC 8461.
 */
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "cases.h"

/* TXT records for example.com, all others absent; a fetch gets a policy. */
static int
ask(void *records, struct mailauth_question *q)
{
	static const char policy[] =
	    "version: STSv1\nmode: none\nmax_age: 60\n";
	const struct mailauth_fetched got = { .size = sizeof got,
		.status = 200, .media_type = "text/plain", .body = policy,
		.body_size = sizeof policy - 1 };

	if (mailauth_question_kind(q) == MAILAUTH_QUESTION_FETCH)
		return mailauth_answer_fetched(q, &got);
	cases_answer_txt(q, records);
	return 0;
}

static void
check_record(struct cases *cs)
{
	const struct mailauth_resolver_ops ops = { .size = sizeof ops,
		.ask = ask };
	struct mailauth_resolver *r = mailauth_resolver_new(&ops,
	    (void *)(uintptr_t)cases_input(cs, "txt"));
	struct mailauth_mtasts *m = mailauth_mtasts_new(NULL, 0);
	const char *want = json_string_value(cases_expected(cs, "id")), *id;

	mailauth_mtasts_set_domain(m, "example.com", 11);
	if (mailauth_mtasts_discover(m, r) != MAILAUTH_DONE)
		cases_fail(cs, "it does not run");
	id = mailauth_mtasts_id(m);
	if ((id == NULL) != (want == NULL) ||
	    (id != NULL && strcmp(id, want) != 0))
		cases_fail(cs, "id %s, not %s", id != NULL ? id : "none",
		    want != NULL ? want : "none");
	if ((mailauth_mtasts_result(m) == MAILAUTH_MTASTS_VALID) !=
	    (want != NULL))
		cases_fail(cs, "result %s", mailauth_mtasts_result_name(
		    mailauth_mtasts_result(m)));
	mailauth_mtasts_free(m);
	mailauth_resolver_free(r);
}

static void
check_values(struct cases *cs, const struct mailauth_mtasts_policy *p)
{
	const json_t *mx = cases_expected(cs, "mx");
	const json_t *max_age = cases_expected(cs, "max_age");
	const json_t *mode = cases_expected(cs, "mode");
	size_t n = 0;

	if (mode != NULL && strcmp(json_string_value(mode),
	    mailauth_mtasts_mode_name(mailauth_mtasts_policy_mode(p))) != 0)
		cases_fail(cs, "another mode");
	if (max_age != NULL && json_integer_value(max_age) !=
	    (json_int_t)mailauth_mtasts_policy_max_age(p))
		cases_fail(cs, "max_age %u",
		    (unsigned)mailauth_mtasts_policy_max_age(p));
	while (mailauth_mtasts_policy_mx(p, n) != NULL)
		n++;
	if (mx != NULL && n != json_array_size(mx))
		cases_fail(cs, "%zu mx", n);
	for (size_t i = 0; mx != NULL && i < n; i++)
		if (strcmp(json_string_value(json_array_get(mx, i)),
		    mailauth_mtasts_policy_mx(p, i)) != 0)
			cases_fail(cs, "mx %zu is another", i);
}

static void
check_policy(struct cases *cs)
{
	struct mailauth_mtasts_policy *p;
	bool valid = json_is_true(cases_expected(cs, "valid"));
	char error[128] = "";
	const char *text;
	size_t n;
	int r;

	text = cases_text(cs, "policy", &n);
	r = mailauth_mtasts_policy_parse(text, n, &p, error, sizeof error);
	if (r != (valid ? MAILAUTH_DONE : MAILAUTH_ESYNTAX))
		cases_fail(cs, "parsed to %d: %s", r, error);
	else if (valid)
		check_values(cs, p);
	mailauth_mtasts_policy_free(p);
}

static void
check_match(struct cases *cs)
{
	struct mailauth_mtasts_policy *p = mailauth_mtasts_policy_new(
	    MAILAUTH_MTASTS_ENFORCE, 60);
	const char *host;
	json_t *one;
	size_t i, n;

	json_array_foreach(cases_input(cs, "patterns"), i, one)
		mailauth_mtasts_policy_add_mx(p, json_string_value(one));
	host = cases_text(cs, "host", &n);
	if (mailauth_mtasts_policy_match(p, host, n) !=
	    json_is_true(cases_expected(cs, "match")))
		cases_fail(cs, "match");
	mailauth_mtasts_policy_free(p);
}

int
main(int argc, char **argv)
{
	struct cases *cs = cases_open(argc, argv, "mta-sts/basic.json");

	while (cases_next(cs)) {
		const char *protocol = cases_protocol(cs);

		if (strcmp(protocol, "mta-sts-record") == 0)
			check_record(cs);
		else if (strcmp(protocol, "mta-sts-policy") == 0)
			check_policy(cs);
		else if (strcmp(protocol, "mta-sts-match") == 0)
			check_match(cs);
		else
			cases_fail(cs, "no such protocol: %s", protocol);
	}
	return cases_close(cs);
}
