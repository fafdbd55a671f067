/*
 * DMARC: whole evaluations and records.  Cases of RFC 9989 walk the tree; those
 * of RFC 7489 use the suites' public suffix list, where libpsl is there.  The
 * answers come in each order.
 */
#include <stdio.h>
#include <string.h>

#include "cases.h"
#include "dmarc/dmarc.h"
#ifdef HAVE_PSL
#include "mailauth/psl.h"
#endif

static struct mailauth_psl *list;
static const char *const walk_rules = "rfc9989", *const psl_rules = "rfc7489";

static mailauth_public_suffix *
load_list(const char *folder)
{
#ifdef HAVE_PSL
	char path[4096];
	int error;

	snprintf(path, sizeof path, "%s/psl/public_suffix_list.dat", folder);
	list = mailauth_psl_new(path, &error);
	if (list != NULL)
		return mailauth_psl_suffix;
	fprintf(stderr, "%s: %s\n", path, mailauth_strerror(error));
	exit(1);
#else
	(void)folder;
	return NULL;
#endif
}

static void
free_list(void)
{
#ifdef HAVE_PSL
	mailauth_psl_free(list);
#endif
}

/* ---- Evaluations ---- */

static const char *
member(const json_t *object, const char *key)
{
	const char *s = json_string_value(json_object_get(object, key));

	return s != NULL ? s : "";
}

static void
add_components(struct cases *cs, struct mailauth_dmarc *d)
{
	const json_t *spf = cases_input(cs, "spf");
	const json_t *dkim = cases_input(cs, "dkim");
	const char *domain = member(spf, "domain");

	mailauth_dmarc_set_spf(d,
	    mailauth_spf_result_parse(member(spf, "result")), domain,
	    strlen(domain));
	for (size_t i = 0; i < json_array_size(dkim); i++) {
		const json_t *one = json_array_get(dkim, i);

		domain = member(one, "domain");
		mailauth_dmarc_add_dkim(d,
		    mailauth_dkim_result_parse(member(one, "result")), domain,
		    strlen(domain));
	}
}

/* Where the case expects this, is it so? */
static void
expect_word(struct cases *cs, const char *key, const char *got)
{
	const json_t *want = cases_expected(cs, key);

	if (want != NULL && (got == NULL || !cases_one_of(want, got)))
		cases_fail(cs, "%s %s, not %s", key, got != NULL ? got : "-",
		    cases_words(want));
}

static void
expect_truth(struct cases *cs, const char *key, int got)
{
	const json_t *want = cases_expected(cs, key);

	if (want != NULL && json_is_true(want) != got)
		cases_fail(cs, "%s %d", key, got);
}

static void
run(struct cases *cs, enum cases_order order, mailauth_public_suffix *suffix)
{
	struct mailauth_resolver *r = cases_resolver(cs, order, 0);
	struct mailauth_dmarc *d = mailauth_dmarc_new(NULL);
	const char *from;
	size_t n;
	int status;

	from = cases_text(cs, "from_domain", &n);
	mailauth_dmarc_set_from_domain(d, from, n);
	add_components(cs, d);
	if (suffix != NULL)
		mailauth_dmarc_set_discovery(d, MAILAUTH_DMARC_PSL, suffix,
		    list);
	status = mailauth_dmarc_align(d, r);
	if (status != MAILAUTH_DONE)
		cases_fail(cs, "order %d: %s", (int)order,
		    mailauth_strerror(status));
	expect_word(cs, "result",
	    mailauth_dmarc_result_name(mailauth_dmarc_result(d)));
	expect_word(cs, "policy",
	    mailauth_dmarc_policy_name(mailauth_dmarc_policy(d)));
	expect_word(cs, "disposition",
	    mailauth_dmarc_policy_name(mailauth_dmarc_disposition(d)));
	expect_word(cs, "org_domain",
	    mailauth_dmarc_organizational_domain(d));
	expect_word(cs, "record_domain", mailauth_dmarc_record_domain(d));
	expect_truth(cs, "spf_aligned", mailauth_dmarc_spf_aligned(d));
	expect_truth(cs, "dkim_aligned", mailauth_dmarc_dkim_aligned(d));
	mailauth_dmarc_free(d);
	mailauth_resolver_free(r);
}

static void
run_orders(struct cases *cs, mailauth_public_suffix *suffix)
{
	for (int order = 0; order < CASES_ORDERS; order++)
		run(cs, (enum cases_order)order, suffix);
}

/* ---- Records ---- */

static const char *
yes(bool set, const char *word, const char *other)
{
	return set ? word : other;
}

static void
expect_uris(struct cases *cs, const json_t *want, struct slice uris)
{
	struct slice uri;
	size_t n = 0;

	for (; ma_dmarc_uri(&uris, &uri); n++)
		if (!ma_eq(uri, ma_str(member(json_array_get(want, n),
		    "uri"))))
			cases_fail(cs, "URI %.*s", SLICE_ARG(uri));
	if (n != json_array_size(want))
		cases_fail(cs, "%zu URIs", n);
}

static void
expect_tag(struct cases *cs, const char *tag, const json_t *want,
    const struct dmarc_record *r)
{
	const char *got = NULL;
	char number[12];

	snprintf(number, sizeof number, "%d", r->pct);
	if (strcmp(tag, "rua") == 0 || strcmp(tag, "ruf") == 0) {
		expect_uris(cs, want, tag[2] == 'a' ? r->rua : r->ruf);
		return;
	}
	if (strcmp(tag, "p") == 0)
		got = mailauth_dmarc_policy_name(r->p);
	else if (strcmp(tag, "sp") == 0)
		got = mailauth_dmarc_policy_name(r->sp);
	else if (strcmp(tag, "np") == 0)
		got = mailauth_dmarc_policy_name(r->np);
	else if (strcmp(tag, "psd") == 0)
		got = r->psd == PSD_YES ? "y" : yes(r->psd == PSD_NO, "n", "u");
	else if (strcmp(tag, "t") == 0)
		got = yes(r->testing, "y", "n");
	else if (strcmp(tag, "aspf") == 0)
		got = yes(r->strict_spf, "s", "r");
	else if (strcmp(tag, "adkim") == 0)
		got = yes(r->strict_dkim, "s", "r");
	else if (strcmp(tag, "pct") == 0) {
		if (json_integer_value(want) != r->pct)
			cases_fail(cs, "pct %s", number);
		return;
	}
	if (got == NULL || !cases_one_of(want, got))
		cases_fail(cs, "%s %s", tag, got != NULL ? got : "-");
}

/* Usable: a policy applies, its own or p=none (RFC 9989 section 4.10.1). */
static void
run_record(struct cases *cs)
{
	const json_t *tags = cases_expected(cs, "tags"), *want;
	struct dmarc_record r;
	enum dmarc_record_status status;
	const char *tag;
	size_t n;
	const char *text = cases_text(cs, "txt", &n);

	status = ma_dmarc_record_parse(ma_slice(text, n), &r);
	expect_truth(cs, "usable", status == DMARC_RECORD_OK ||
	    (status == DMARC_RECORD_INVALID && r.reports));
	json_object_foreach((json_t *)tags, tag, want)
		expect_tag(cs, tag, want, &r);
}

/* ---- The files ---- */

static int
run_file(int argc, char **argv, const char *file)
{
	struct cases *cs = cases_open(argc, argv, file);
	mailauth_public_suffix *suffix = load_list(argv[1]);

	while (cases_next(cs)) {
		const json_t *rules = cases_member(cs, "rules");

		if (strcmp(cases_protocol(cs), "dmarc-record") == 0) {
			run_record(cs);
			continue;
		}
		if (cases_one_of(rules, walk_rules))
			run_orders(cs, NULL);
		if (cases_one_of(rules, psl_rules) && suffix != NULL)
			run_orders(cs, suffix);
	}
	free_list();
	return cases_close(cs);
}

int
main(int argc, char **argv)
{
	int whole = run_file(argc, argv, "dmarc/own-a.json");
	int records = run_file(argc, argv, "dmarc/records.json");

	return whole != 0 ? whole : records;
}
