/*
 * The public conformance suites, as JSON files of one shape
 * ("libmailauth-cases/1"): what every driver shares.
 *
 *	int main(int argc, char **argv)
 *	{
 *		struct cases *cs = cases_open(argc, argv, "spf/rfc7208.json");
 *
 *		while (cases_next(cs))
 *			...  cases_fail(cs, "result %s", word);
 *		return cases_close(cs);
 *	}
 *
 * The folder of the suites is the program's argument.  Without it, or without
 * the file, cases_open() says so and exits with 77: skipped.
 */
#ifndef CASES_H
#define CASES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "mailauth.h"

struct cases;

struct cases *cases_open(int argc, char **argv, const char *file);
/* To the next case that is not doubtful; false: there is none. */
bool cases_next(struct cases *);
/* From now on doubtful ones come too: for drivers that decide them. */
void cases_take_doubtful(struct cases *);
/* The present case is wrong: said by its name, counted once a case. */
void cases_fail(struct cases *, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Say how many there were; the program's exit status. */
int cases_close(struct cases *);

/* ---- The present case ---- */

const char *cases_name(const struct cases *);
const char *cases_protocol(const struct cases *);
const json_t *cases_member(const struct cases *, const char *key);	/* or NULL */
const json_t *cases_input(const struct cases *, const char *key);
const json_t *cases_expected(const struct cases *, const char *key);
/* Text of an input, "" where it is absent; *n (NULL allowed) its octets. */
const char *cases_text(const struct cases *, const char *key, size_t *n);
/* Is this word the value, or one of the list, as JSON has it? */
bool cases_one_of(const json_t *value, const char *word);
/* "pass or fail", for messages; lives until the next call. */
const char *cases_words(const json_t *value);

/*
 * inputs.message_b64 or inputs.message_file, its line ends as `eol` asks for
 * (RFC 5322 section 2.1).  NULL: the case has none.  free(3) it.
 */
char *cases_message(const struct cases *, size_t *n);

/* ---- Its DNS ---- */

enum cases_order {
	CASES_FIFO,		/* waits, the oldest question answered first */
	CASES_LIFO,		/* waits, the newest first */
	CASES_BLOCKING,		/* cannot wait: answers when asked */
	CASES_ORDERS
};

/*
 * A resolver over the case's DNS data; flags as of mailauth_answer_dns().  It
 * may be used until the next cases_next().
 */
struct mailauth_resolver *cases_resolver(struct cases *, enum cases_order,
    uint32_t flags);
/* Questions that the case's resolvers were asked so far. */
unsigned cases_questions(const struct cases *);
/* Answer a question with these TXT records, a list of texts. */
void cases_answer_txt(struct mailauth_question *, const json_t *texts);
/* Answer one question from the case's DNS data, for loops of one's own. */
void cases_answer(struct cases *, struct mailauth_question *, uint32_t flags);

#endif
