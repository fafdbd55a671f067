/*
 * The SPF suite: RFC 7208 as its community reads it.  Every case is run in each
 * order of answers, with and without look-ahead; all runs agree.
 */
#include <string.h>
#include <strings.h>

#include "base/base.h"
#include "cases.h"

static struct mailauth_spf *
make(const struct cases *cs, uint32_t ahead)
{
	struct mailauth_spf *s = mailauth_spf_new(NULL, 1700000000);
	const char *text;
	size_t n;

	if (s == NULL ||
	    mailauth_spf_set_client(s, cases_text(cs, "ip", NULL)) != 0 ||
	    mailauth_spf_set_limit(s, MAILAUTH_SPF_AHEAD, ahead) != 0)
		return s;
	text = cases_text(cs, "helo", &n);
	mailauth_spf_set_helo(s, text, n);
	text = cases_text(cs, "mail_from", &n);
	mailauth_spf_set_mail_from(s, text, n);
	text = cases_text(cs, "receiver", &n);
	mailauth_spf_set_receiver(s, text, n);
	return s;
}

/* "DEFAULT": the checker's own, which we leave to the caller. */
static bool
explained(const json_t *wanted, const char *got)
{
	if (wanted == NULL)
		return true;
	if (strcmp(json_string_value(wanted), "DEFAULT") == 0)
		return got == NULL;
	return got != NULL && strcasecmp(json_string_value(wanted), got) == 0;
}

static void
run(struct cases *cs, enum cases_order order, uint32_t ahead, int *first)
{
	struct mailauth_resolver *r = cases_resolver(cs, order, 0);
	struct mailauth_spf *s = make(cs, ahead);
	const json_t *result = cases_expected(cs, "result");
	const json_t *explanation = cases_expected(cs, "explanation");
	int status = mailauth_spf_eval(s, r), got = mailauth_spf_result(s);
	const char *word = mailauth_spf_result_name(got);
	const char *reason = mailauth_spf_reason(s);
	const char *said = mailauth_spf_explanation(s);

	if (status != MAILAUTH_DONE)
		cases_fail(cs, "order %d: %s", (int)order,
		    mailauth_strerror(status));
	else if (!cases_one_of(result, word))
		cases_fail(cs, "order %d, ahead %u: %s (%s), not %s",
		    (int)order, (unsigned)ahead, word,
		    reason != NULL ? reason : "", cases_words(result));
	else if (*first != 0 && got != *first)
		cases_fail(cs, "order %d, ahead %u: %s, before %s",
		    (int)order, (unsigned)ahead, word,
		    mailauth_spf_result_name(*first));
	else if (!explained(explanation, said))
		cases_fail(cs, "explained as %s", said != NULL ? said : "-");
	*first = got;
	mailauth_spf_free(s);
	mailauth_resolver_free(r);
}

int
main(int argc, char **argv)
{
	static const uint32_t ahead[] = { 10, 0, 100 };
	struct cases *cs = cases_open(argc, argv, "spf/rfc7208.json");

	while (cases_next(cs)) {
		int first = 0;

		for (int order = 0; order < CASES_ORDERS; order++)
			for (size_t i = 0; i < COUNT(ahead); i++)
				run(cs, (enum cases_order)order, ahead[i],
				    &first);
	}
	return cases_close(cs);
}
