/*
 * The header's ARC sets, and whether they are a chain: RFC 8617 section 4.2 and
 * 5.2 step 1 to 3.  Nothing is asked, and nothing is hashed.
 */
#include "arc/arc.h"

static const char *const names[ARC_FIELDS] = {
	[ARC_RESULTS] = "ARC-Authentication-Results",
	[ARC_MESSAGE] = "ARC-Message-Signature",
	[ARC_SEAL] = "ARC-Seal",
};

/* The first fault counts. */
static void
wrong(struct chain *c, uint32_t set, const char *reason, const char *detail)
{
	if (c->fault.reason == NULL) {
		c->fault = (struct finding){ reason, detail };
		c->fault_set = set;
	}
}

static void
skip_char(struct slice *s)
{
	*s = ma_sub(*s, 1, s->n);
}

static bool
is_digit(int c)
{
	return ma_is_digit(c);
}

/* [CFWS] "i" [CFWS] "=" [CFWS] 1*2DIGIT [CFWS] ";": section 4.1.1, 4.2.1. */
static uint32_t
read_results(struct slice value, struct slice *payload)
{
	static const char expected[] = "i=";
	struct slice digits;

	for (size_t i = 0; expected[i] != '\0'; i++) {
		if (!ma_cfws(&value) || value.n == 0 ||
		    value.p[0] != expected[i])
			return 0;
		skip_char(&value);
	}
	if (!ma_cfws(&value))
		return 0;
	digits = ma_span(&value, is_digit);
	if (!ma_cfws(&value) || value.n == 0 || value.p[0] != ';')
		return 0;
	skip_char(&value);
	*payload = value;
	return ma_instance_parse(digits);
}

/* ---- One field ---- */

/* Read a signature of a set; what is against it stands in its verdict. */
static bool
read_signature(struct arc *a, enum arc_field kind, uint32_t field,
    struct verification *v)
{
	v->field = field;
	v->kept = ma_verifier_read(&a->verifier, kind == ARC_SEAL ?
	    SIGNATURE_ARC_SEAL : SIGNATURE_ARC_MESSAGE, field, &a->chain.arena,
	    &v->verdict);
	return v->kept != NULL;
}

static int
take_field(struct arc *a, enum arc_field kind, uint32_t i)
{
	struct slice value = ma_message_field(a->verifier.message, i).value;
	struct chain *c = &a->chain;
	struct slice payload = { NULL, 0 };
	uint32_t instance = kind == ARC_RESULTS ?
	    read_results(value, &payload) :
	    ma_instance_parse(ma_signature_tag(value, SIG_I));
	struct arc_set *set;

	if (instance == 0) {
		wrong(c, 0, REASON("arc-instance"),
		    "an ARC field has no instance from 1 to 50");
		return MAILAUTH_DONE;
	}
	set = &c->sets[instance - 1];
	if (instance > c->n)
		c->n = instance;
	if (set->fields[kind] != NO_FIELD) {
		set->repeated = true;
		return MAILAUTH_DONE;
	}
	set->fields[kind] = i;
	if (kind == ARC_RESULTS)
		set->results = payload;
	else if (!read_signature(a, kind, i, kind == ARC_SEAL ? &set->seal :
	    &set->message))
		return MAILAUTH_ENOMEM;
	return MAILAUTH_DONE;
}

/* ---- The whole ---- */

struct slice
ma_chain_status(const struct arc_set *set)
{
	return set->seal.kept != NULL ?
	    set->seal.kept->sig.tags[SIG_CV].value : ma_slice(NULL, 0);
}

/* Section 5.2 step 3. */
static void
check_set(struct chain *c, uint32_t instance)
{
	const struct arc_set *set = &c->sets[instance - 1];
	struct slice right = instance == 1 ? SLICE_LIT("none") :
	    SLICE_LIT("pass");
	bool complete = !set->repeated;

	for (int k = 0; k < ARC_FIELDS; k++)
		complete = complete && set->fields[k] != NO_FIELD;
	if (!complete)
		wrong(c, instance, REASON("arc-set"),
		    "the set has not exactly one of each of its three fields");
	else if (!ma_caseeq(ma_chain_status(set), right))
		wrong(c, instance, REASON("arc-cv"), instance == 1 ?
		    "cv= of the first seal is not none" :
		    "cv= of a later seal is not pass");
}

/* What is malformed can never pass, and nothing need be asked. */
static void
check_signatures(struct chain *c)
{
	const struct arc_set *newest = &c->sets[c->n - 1];

	if (newest->message.verdict.result != 0)
		wrong(c, c->n, REASON("arc-message-signature"),
		    newest->message.verdict.why.detail);
	for (uint32_t i = c->n; i > 0; i--)
		if (c->sets[i - 1].seal.verdict.result != 0)
			wrong(c, i, REASON("arc-seal"),
			    c->sets[i - 1].seal.verdict.why.detail);
}

static void
check(struct arc *a)
{
	struct chain *c = &a->chain;

	if (c->n == 0)
		return;
	if (c->n > a->max_sets)
		wrong(c, 0, REASON("arc-limit"),
		    "the chain has more sets than the limit allows");
	/* Section 5.2 step 2. */
	c->ended = ma_caseeq(ma_chain_status(&c->sets[c->n - 1]),
	    SLICE_LIT("fail"));
	if (c->ended)
		wrong(c, c->n, REASON("arc-ended"),
		    "the newest seal says that the chain has failed");
	for (uint32_t i = 1; i <= c->n; i++)
		check_set(c, i);
	if (c->fault.reason == NULL)
		check_signatures(c);
}

int
ma_chain_collect(struct arc *a)
{
	struct mailauth_message *m = a->verifier.message;
	bool any = false;
	int r = MAILAUTH_DONE;

	for (size_t i = 0; i < COUNT(a->chain.sets); i++)
		for (int k = 0; k < ARC_FIELDS; k++)
			a->chain.sets[i].fields[k] = NO_FIELD;
	for (int k = 0; k < ARC_FIELDS; k++)
		any = any || ma_message_last(m, ma_str(names[k])) != NO_FIELD;
	for (size_t i = 0; any && r == MAILAUTH_DONE &&
	    i < ma_message_fields(m); i++)
		for (int k = 0; k < ARC_FIELDS && r == MAILAUTH_DONE; k++)
			if (ma_caseeq(ma_message_field(m, i).name,
			    ma_str(names[k])))
				r = take_field(a, (enum arc_field)k,
				    (uint32_t)i);
	if (r == MAILAUTH_DONE)
		check(a);
	return r;
}

void
ma_chain_free(struct chain *c)
{
	ma_arena_free(&c->arena);
}
