/*
 * The public suffix list's own test vectors, with its list, by RFC 7489 section
 * 3.2; and what the companion library says of files it cannot use.
 */
#include <stdio.h>
#include <string.h>

#include "cases.h"
#include "mailauth/psl.h"
#include "orgdom/orgdom.h"

/* The registrable domain; false: it is no domain, or a public suffix. */
static bool
registrable(struct mailauth_psl *psl, const char *domain, char out[NAME_TEXT])
{
	struct dname name, org;
	bool nomem;

	if (!ma_name_parse_utf8(ma_str(domain), &name, &nomem))
		return false;
	ma_name_text(&name, out);
	if ((unsigned)mailauth_psl_suffix(psl, out) >= ma_name_labels(&name))
		return false;
	ma_suffix_organizational(mailauth_psl_suffix, psl, &name, &org);
	ma_name_text(&org, out);
	return true;
}

static void
run(struct cases *cs, struct mailauth_psl *psl)
{
	const char *want =
	    json_string_value(cases_expected(cs, "registrable"));
	char text[NAME_TEXT], wanted[NAME_TEXT] = "";
	bool got = registrable(psl, cases_text(cs, "domain", NULL), text);
	struct dname name;
	bool nomem;

	if (want != NULL && ma_name_parse_utf8(ma_str(want), &name, &nomem))
		ma_name_text(&name, wanted);
	if (got != (want != NULL) || (got && strcmp(text, wanted) != 0))
		cases_fail(cs, "%s", got ? text : "none");
}

/* What is no list, and what is no name. */
static int
check_refusals(struct mailauth_psl *psl, const char *folder)
{
	char path[4096];
	int error = 0, bad = 0;

	if (mailauth_psl_new("/nonexistent/list", &error) != NULL ||
	    error != MAILAUTH_ESYSTEM)
		bad = printf("a list that is not there: %d\n", error);
	snprintf(path, sizeof path, "%s/psl/test_psl.json/", folder);
	if (mailauth_psl_new(path, NULL) != NULL)
		bad = printf("a list under a file\n");
	if (mailauth_psl_suffix(NULL, "a") >= 0 ||
	    mailauth_psl_suffix(psl, NULL) >= 0 ||
	    mailauth_psl_suffix(psl, "") >= 0 ||
	    mailauth_psl_suffix(psl, ".com") >= 0 ||
	    mailauth_psl_suffix(psl, "com.") >= 0 ||
	    mailauth_psl_suffix(psl, "a..com") >= 0)
		bad = printf("names that are none\n");
	mailauth_psl_free(NULL);
	return bad != 0;
}

int
main(int argc, char **argv)
{
	struct cases *cs = cases_open(argc, argv, "psl/test_psl.json");
	struct mailauth_psl *psl;
	char path[4096];
	int error, bad, status;

	snprintf(path, sizeof path, "%s/psl/public_suffix_list.dat", argv[1]);
	if ((psl = mailauth_psl_new(path, &error)) == NULL) {
		fprintf(stderr, "%s: %s\n", path, mailauth_strerror(error));
		return 1;
	}
	while (cases_next(cs))
		run(cs, psl);
	bad = check_refusals(psl, argv[1]);
	mailauth_psl_free(psl);
	status = cases_close(cs);
	return status != 0 ? status : bad;
}
