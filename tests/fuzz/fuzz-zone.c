/*
 * The reader of zone files takes or refuses any text; what it takes answers
 * questions; and the answers, printed as zone text and read again, are the
 * same answers.
 *
 * Input: the text of a zone.  Asked are a few names at example.
 */
#include "fuzz.h"
#include "lookups/lookups.h"
#include "mailauth/resolver.h"

static const char *const names[] = { "example", "a.example", "b.example",
	"c.example", "x.a.example", "*.example", ".", "a" };
static const uint16_t types[] = { TYPE_TXT, TYPE_A, TYPE_MX, TYPE_CNAME,
	TYPE_TLSA };

enum { QUESTIONS = COUNT(names) * COUNT(types) };

static void
fail(const char *why, const struct mailauth_question *q, const char *text)
{
	fprintf(stderr, "%s: %s %s\n%s\n", why,
	    q != NULL ? mailauth_question_name(q) : "",
	    q != NULL ? mailauth_question_type_name(q) : "", text);
	abort();
}

/* All questions; what is not known is a time-out. */
static struct mailauth_lookups *
ask_all(struct mailauth_resolver *r, struct mailauth_question **q)
{
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct dname name;

	for (size_t i = 0; i < QUESTIONS; i++) {
		ma_name_parse(ma_str(names[i / COUNT(types)]), &name);
		ma_lookups_question(l, &name, types[i % COUNT(types)]);
		q[i] = mailauth_lookups_next(l);
		if (mailauth_resolver_known(r, q[i]) != 1)
			mailauth_answer_failed(q[i], MAILAUTH_FAILURE_TIMEOUT);
	}
	return l;
}

static bool
same_records(const struct answer *a, const struct answer *b)
{
	if (a->count != b->count || a->aliases != b->aliases)
		return false;
	for (size_t i = 0; i < a->aliases; i++)
		if (!ma_eq(a->chain[i].target, b->chain[i].target) ||
		    a->chain[i].ttl != b->chain[i].ttl)
			return false;
	for (size_t i = 0; i < a->count; i++)
		if (!ma_eq(a->records[i].data, b->records[i].data) ||
		    a->records[i].preference != b->records[i].preference ||
		    a->records[i].ttl != b->records[i].ttl)
			return false;
	return true;
}

static void
compare(const struct mailauth_question *before,
    const struct mailauth_question *after, const char *text)
{
	const struct answer *a = ma_question_answer(before);
	const struct answer *b = ma_question_answer(after);

	if (a->status != b->status)
		fail("another status", before, text);
	if (a->secure != b->secure)
		fail("secure or not", before, text);
	if (!same_records(a, b))
		fail("other records", before, text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mailauth_resolver *r, *again;
	struct mailauth_question *before[QUESTIONS], *after[QUESTIONS];
	struct mailauth_lookups *l, *m;
	char error[200], *text;
	size_t n;
	int status = mailauth_resolver_new_zone((const char *)data, size,
	    "zone", &r, error, sizeof error);

	if (status != MAILAUTH_DONE) {
		if (status != MAILAUTH_ESYNTAX || r != NULL || *error == '\0')
			fail("an error that says nothing", NULL, error);
		return 0;
	}
	l = ask_all(r, before);
	n = mailauth_lookups_zone(l, NULL, 0);
	text = malloc(n + 1);
	mailauth_lookups_zone(l, text, n + 1);
	if (mailauth_resolver_new_zone(text, n, "again", &again, error,
	    sizeof error) != MAILAUTH_DONE) {
		fputs(text, stderr);
		fail("not read again", NULL, error);
	}
	m = ask_all(again, after);
	for (size_t i = 0; i < QUESTIONS; i++)
		compare(before[i], after[i], text);
	mailauth_lookups_free(m);
	mailauth_lookups_free(l);
	mailauth_resolver_free(again);
	mailauth_resolver_free(r);
	free(text);
	return 0;
}
