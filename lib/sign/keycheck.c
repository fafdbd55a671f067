/*
 * Is a private key published?  What verifiers will find: RFC 6376 section
 * 6.1.2.
 */
#include "sign/sign.h"

enum { KEYS_MAX = 3, RSA_BITS_MAX = 16384 };

struct mailauth_key_check {
	struct task task;
	const struct mailauth_private_key *key;
	struct dname name;
	bool is_name;

	/* ---- What the last run found ---- */
	int result;
	struct finding why;
	struct slice record;
};

struct mailauth_key_check *
mailauth_key_check_new(struct mailauth_lookups *lookups, const char *domain,
    const char *selector, const struct mailauth_private_key *key)
{
	struct mailauth_key_check *c;
	bool nomem;

	if (domain == NULL || selector == NULL || key == NULL ||
	    (c = ma_calloc(sizeof *c)) == NULL)
		return NULL;
	c->key = key;
	c->is_name = ma_key_name(ma_str(domain), ma_str(selector), &c->name,
	    &nomem);
	if (nomem || !ma_task_init(&c->task, lookups)) {
		ma_free(c);
		return NULL;
	}
	return c;
}

void
mailauth_key_check_free(struct mailauth_key_check *c)
{
	if (c == NULL)
		return;
	ma_task_free(&c->task);
	ma_free(c);
}

struct mailauth_lookups *
mailauth_key_check_lookups(struct mailauth_key_check *c)
{
	return c != NULL ? c->task.lookups : NULL;
}

int
mailauth_key_check_set_trace(struct mailauth_key_check *c, int on)
{
	if (c == NULL)
		return MAILAUTH_EINVAL;
	if (c->task.started)
		return MAILAUTH_EUSE;
	c->task.trace_on = on != 0;
	return MAILAUTH_DONE;
}

/* ---- A run ---- */

/* The results stand in the order of their worth. */
static void
found(struct mailauth_key_check *c, int result, struct finding why,
    struct slice record)
{
	if (c->result != 0 && c->result <= result)
		return;
	c->result = result;
	c->why = why;
	c->record = record;
}

/* One well-formed record.  False: no memory. */
static bool
compare(struct mailauth_key_check *c, const struct key_record *record,
    struct slice text)
{
	struct finding why = ma_key_record_check(record,
	    ma_private_key_type(c->key));
	struct public_key *key;
	enum key_status status;
	uint32_t bits;

	/* Whatever else there is against it. */
	if (record->key.n == 0) {
		found(c, MAILAUTH_KEY_REVOKED, (struct finding){
			REASON("key-revoked"), "the key is revoked" }, text);
		return true;
	}
	if (why.reason != NULL) {
		found(c, record->email && record->sha256 && record->type != 0 ?
		    MAILAUTH_KEY_MISMATCH : MAILAUTH_KEY_INVALID, why, text);
		return true;
	}
	status = ma_key_parse(record->type, record->key, RSA_BITS_MAX, &key,
	    &bits);
	why = ma_key_finding(status);
	if (why.reason != NULL)
		found(c, MAILAUTH_KEY_INVALID, why, text);
	else if (status == KEY_OK && ma_key_belongs(key, c->key))
		found(c, MAILAUTH_KEY_VALID, (struct finding){ NULL,
			"the record publishes this key" }, text);
	else if (status == KEY_OK)
		found(c, MAILAUTH_KEY_MISMATCH, (struct finding){
			REASON("other-key"),
			"the record publishes another key" }, text);
	ma_key_free(key);
	return status != KEY_FAILED;
}

static void
look_at(struct run *r, struct mailauth_key_check *c,
    const struct answer *answer)
{
	struct slice *texts = ma_key_texts(answer, r->arena);
	struct key_record record;
	const char *detail;
	size_t seen = 0;

	for (size_t i = 0; texts != NULL && i < answer->count &&
	    seen < KEYS_MAX; i++) {
		if (i > 0 && ma_eq(texts[i - 1], texts[i]))
			continue;
		switch (ma_key_record_parse(texts[i], r->arena, &record,
		    &detail)) {
		case KEY_RECORD_INVALID:
			found(c, MAILAUTH_KEY_INVALID, (struct finding){
				REASON("key-syntax"), detail }, texts[i]);
			break;
		case KEY_RECORD_OK:
			seen++;
			if (!compare(c, &record, texts[i]))
				r->nomem = true;
			break;
		default:
			break;
		}
	}
}

/* As far as the answers go. */
static void
judge(struct run *r, struct mailauth_key_check *c)
{
	const struct answer *answer;

	c->result = 0;
	if (!c->is_name) {
		found(c, MAILAUTH_KEY_INVALID, (struct finding){
			REASON("domain"), "domain and selector are no name" },
		    ma_slice(NULL, 0));
		return;
	}
	if ((answer = ma_ask(r, &c->name, TYPE_TXT)) == NULL)
		return;
	if (answer->status == ANSWER_FAILED) {
		found(c, MAILAUTH_KEY_TEMPERROR, (struct finding){
			ma_failure_reason(answer->why),
			"the key could not be looked up" },
		    ma_slice(NULL, 0));
		return;
	}
	if (answer->status == ANSWER_RECORDS)
		look_at(r, c, answer);
	found(c, MAILAUTH_KEY_NONE, (struct finding){ REASON("no-key"),
		"there is no key record" }, ma_slice(NULL, 0));
}

static void
run(struct run *r, void *arg)
{
	struct mailauth_key_check *c = arg;

	judge(r, c);
	if (c->result != 0)
		ma_trace(r, "key: %s%s%s (RFC 6376 section 6.1.2)",
		    mailauth_key_check_result_name(c->result),
		    c->why.reason != NULL ? ", " : "",
		    c->why.reason != NULL ? c->why.reason : "");
}

int
mailauth_key_check_step(struct mailauth_key_check *c)
{
	return c != NULL ? ma_task_step(&c->task, run, c) : MAILAUTH_EINVAL;
}

static int
step(void *c)
{
	return mailauth_key_check_step(c);
}

int
mailauth_key_check_run(struct mailauth_key_check *c,
    struct mailauth_resolver *resolver)
{
	return c != NULL ? ma_task_drive(&c->task, resolver, step, c) :
	    MAILAUTH_EINVAL;
}

/* ---- Once done ---- */

static bool
is_done(const struct mailauth_key_check *c)
{
	return c != NULL && c->task.done;
}

int
mailauth_key_check_result(const struct mailauth_key_check *c)
{
	return is_done(c) ? c->result : 0;
}

const char *
mailauth_key_check_reason(const struct mailauth_key_check *c)
{
	return is_done(c) ? c->why.reason : NULL;
}

const char *
mailauth_key_check_detail(const struct mailauth_key_check *c)
{
	return is_done(c) ? c->why.detail : NULL;
}

const char *
mailauth_key_check_record(const struct mailauth_key_check *c, size_t *n)
{
	if (n != NULL)
		*n = is_done(c) ? c->record.n : 0;
	return is_done(c) ? c->record.p : NULL;
}

int
mailauth_key_check_secure(const struct mailauth_key_check *c)
{
	return is_done(c) && c->task.secure;
}

const char *
mailauth_key_check_trace(const struct mailauth_key_check *c, size_t line)
{
	return c != NULL ? ma_task_trace(&c->task, line) : NULL;
}
