/*
 * What is said about a result: the domain's explanation (RFC 7208 section
 * 6.2), and sentences of our own.
 */
#include "spf/spf.h"

/* ---- Sentences ---- */

enum { SHOWN = 120 };			/* octets of a stranger's text */

const char *
ma_spf_show(struct eval *e, struct slice text)
{
	size_t n = text.n < SHOWN ? text.n : SHOWN;
	char *s = ma_arena_alloc(e->run->arena, n + sizeof "...");

	if (s == NULL)
		return "";
	for (size_t i = 0; i < n; i++)
		s[i] = text.p[i] >= ' ' && text.p[i] < 0x7f ? text.p[i] : '?';
	if (n < text.n)
		memcpy(s + n, "...", 3);
	return s;
}

const char *
ma_spf_show_name(struct eval *e, const struct dname *d)
{
	char text[NAME_TEXT];

	ma_name_text(d, text);
	return ma_spf_show(e, ma_str(text));
}

static int
decide(struct eval *e, int result, const char *reason, const char *fmt,
    va_list ap)
{
	e->out->reason = reason;
	e->out->detail = ma_arena_vfmt(e->run->arena, fmt, ap);
	return e->error = result;
}

int
ma_spf_decide(struct eval *e, int result, const char *reason,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	decide(e, result, reason, fmt, ap);
	va_end(ap);
	return result;
}

enum match
ma_spf_error(struct eval *e, int result, const char *reason,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	decide(e, result, reason, fmt, ap);
	va_end(ap);
	return MATCH_ERROR;
}

int
ma_spf_dns_error(struct eval *e, const struct dname *name, uint16_t type,
    const struct answer *a)
{
	char type_text[TYPE_TEXT];

	ma_type_text(type, type_text);
	return ma_spf_decide(e, MAILAUTH_SPF_TEMPERROR,
	    ma_failure_reason(a->why), "the lookup of %s %s failed: %s",
	    ma_spf_show_name(e, name), type_text,
	    mailauth_failure_name(a->why));
}

/* A copy that is a string as well, and needs no packet. */
static struct slice
keep(struct eval *e, struct slice text)
{
	if (text.p != NULL)
		text.p = ma_arena_str(e->run->arena, text);
	return text;
}

void
ma_spf_conclude(struct eval *e, int result)
{
	static const char *const verbs[] = {
		[MAILAUTH_SPF_NEUTRAL] = "neither confirms nor denies",
		[MAILAUTH_SPF_PASS] = "designates",
		[MAILAUTH_SPF_FAIL] = "does not designate",
		[MAILAUTH_SPF_SOFTFAIL] = "probably does not designate",
	};
	char client[IP_TEXT];

	e->out->result = result;
	e->out->mechanism = keep(e, e->out->mechanism);
	e->out->record = keep(e, e->out->record);
	ma_ip_text(e->in->client, client);
	if (e->out->detail == NULL)
		e->out->detail = ma_arena_fmt(e->run->arena,
		    "%s %s %s as permitted sender: %s",
		    ma_spf_show(e, e->out->domain), verbs[result], client,
		    ma_spf_show(e, e->out->mechanism));
	ma_trace(e->run, "%s: %s", mailauth_spf_result_name(result),
	    e->out->detail != NULL ? e->out->detail : "");
}

/* ---- The domain's explanation ---- */

/* The name that exp= leads to.  False: none, or an answer is missing. */
static bool
find_target(struct eval *e, const struct frame *f, struct dname *out)
{
	const struct spf_term *exp = f->record->exp;
	struct slice validated = SLICE_LIT("");
	struct expansion text;

	if ((exp->macros.letters & e->values.unusable) != 0)
		return false;
	if (exp->macros.validated > 0 &&
	    !ma_spf_validated(e, f->domain, &validated))
		return false;
	ma_spf_expand_name(exp->spec, &e->values, f->name, validated, &text);
	return ma_spf_expansion_name(&text, out);
}

/* The explain-string, if the answer is one. */
static bool
is_explanation(const struct eval *e, const struct answer *a,
    struct spf_macros *macros)
{
	return a->status == ANSWER_RECORDS && a->count == 1 &&
	    ma_spf_explain_string_check(a->records[0].data, macros) &&
	    (macros->letters & e->values.unusable) == 0;
}

/* It goes into SMTP replies: US-ASCII, and what does not print is left out. */
static const char *
clean(struct eval *e, const struct expansion *x)
{
	char *s;
	size_t n = 0;

	if (!ma_is_ascii(ma_slice(x->text, x->n)) ||
	    (s = ma_arena_alloc(e->run->arena, x->n + 1)) == NULL)
		return NULL;
	for (size_t i = 0; i < x->n; i++)
		if (x->text[i] >= ' ' && x->text[i] != 0x7f)
			s[n++] = x->text[i];
	return n > 0 ? s : NULL;
}

/*
 * RFC 7208 section 6.2: any trouble is as if there were no exp=.  Its lookups
 * are made after the result is known and count as no term and as no void
 * lookup.
 */
void
ma_spf_explain(struct eval *e, const struct frame *f)
{
	struct slice validated = SLICE_LIT("");
	struct spf_macros macros;
	struct expansion text;
	const struct answer *a;
	struct dname name;

	if (f->record->exp == NULL || !find_target(e, f, &name) ||
	    (a = ma_ask(e->run, &name, TYPE_TXT)) == NULL)
		return;
	if (!is_explanation(e, a, &macros)) {
		ma_trace(e->run, "%.*s: no explanation (RFC 7208 section 6.2)",
		    SLICE_ARG(f->record->exp->text));
		return;
	}
	if (macros.validated > 0 && !ma_spf_validated(e, f->domain, &validated))
		return;
	ma_spf_expand_text(a->records[0].data, &e->values, f->name, validated,
	    &text);
	e->out->explanation = clean(e, &text);
	ma_trace(e->run, "%.*s: explained (RFC 7208 section 6.2)",
	    SLICE_ARG(f->record->exp->text));
}
