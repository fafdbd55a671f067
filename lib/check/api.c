/*
 * The handle of a whole message's check.
 */
#include "check/check.h"

/* ---- Life ---- */

static bool
make_parts(struct mailauth_check *c, int64_t now)
{
	struct mailauth_lookups *l = c->task.lookups;

	return (c->message = mailauth_message_new()) != NULL &&
	    (c->rdns = mailauth_rdns_new(l)) != NULL &&
	    (c->helo_spf = mailauth_spf_new(l, now)) != NULL &&
	    (c->spf = mailauth_spf_new(l, now)) != NULL &&
	    (c->dkim = mailauth_dkim_new(c->message, l, now)) != NULL &&
	    (c->arc = mailauth_arc_new(c->message, l, now)) != NULL &&
	    (c->dmarc = mailauth_dmarc_new(l)) != NULL;
}

struct mailauth_check *
mailauth_check_new(struct mailauth_lookups *lookups, int64_t now)
{
	struct mailauth_check *c = ma_calloc(sizeof *c);

	if (c == NULL)
		return NULL;
	if (!ma_task_init(&c->task, lookups)) {
		ma_free(c);
		return NULL;
	}
	if (!make_parts(c, now)) {
		mailauth_check_free(c);
		return NULL;
	}
	mailauth_dkim_set_unsigned_body(c->dkim, MAILAUTH_DKIM_POLICY);
	return c;
}

void
mailauth_check_free(struct mailauth_check *c)
{
	if (c == NULL)
		return;
	mailauth_dmarc_free(c->dmarc);
	mailauth_arc_free(c->arc);
	mailauth_dkim_free(c->dkim);
	mailauth_spf_free(c->spf);
	mailauth_spf_free(c->helo_spf);
	mailauth_rdns_free(c->rdns);
	mailauth_message_free(c->message);
	ma_buf_free(&c->field);
	ma_arena_free(&c->text);
	ma_task_free(&c->task);
	ma_free(c);
}

struct mailauth_lookups *
mailauth_check_lookups(struct mailauth_check *c)
{
	return c != NULL ? c->task.lookups : NULL;
}

struct mailauth_message *
mailauth_check_message(struct mailauth_check *c)
{
	return c != NULL ? c->message : NULL;
}

/* ---- Inputs ---- */

int
mailauth_check_set_client(struct mailauth_check *c, const char *address)
{
	struct ip ip;
	int r;

	if (c == NULL || address == NULL)
		return MAILAUTH_EINVAL;
	if (c->client.family != 0)
		return MAILAUTH_EUSE;
	if (!ma_ip_parse(ma_str(address), &ip))
		return MAILAUTH_EINVAL;
	if ((r = mailauth_rdns_set_client(c->rdns, address)) < 0 ||
	    (r = mailauth_spf_set_client(c->helo_spf, address)) < 0 ||
	    (r = mailauth_spf_set_client(c->spf, address)) < 0)
		return r;
	c->client = ma_ip_unmap(ip);
	return MAILAUTH_DONE;
}

static bool
copy_text(struct mailauth_check *c, const char *p, size_t n, struct slice *out)
{
	char *copy = ma_arena_str(&c->text, ma_slice(p, n));

	if (copy == NULL) {
		c->text.failed = false;
		return false;
	}
	*out = ma_slice(copy, n);
	return true;
}

int
mailauth_check_set_helo(struct mailauth_check *c, const char *p, size_t n)
{
	int r;

	if (c == NULL || (p == NULL && n > 0))
		return MAILAUTH_EINVAL;
	if (c->helo_given)
		return MAILAUTH_EUSE;
	if ((r = mailauth_spf_set_helo(c->helo_spf, p, n)) < 0 ||
	    (r = mailauth_spf_set_helo(c->spf, p, n)) < 0)
		return r;
	if (!copy_text(c, p, n, &c->helo))
		return MAILAUTH_ENOMEM;
	c->helo_given = true;
	return MAILAUTH_DONE;
}

int
mailauth_check_set_mail_from(struct mailauth_check *c, const char *p, size_t n)
{
	int r;

	if (c == NULL || (p == NULL && n > 0))
		return MAILAUTH_EINVAL;
	if (c->mail_from_given)
		return MAILAUTH_EUSE;
	if ((r = mailauth_spf_set_mail_from(c->spf, p, n)) < 0)
		return r;
	if (!copy_text(c, p, n, &c->mail_from))
		return MAILAUTH_ENOMEM;
	c->mail_from_given = true;
	return MAILAUTH_DONE;
}

int
mailauth_check_set_authserv_id(struct mailauth_check *c, const char *id)
{
	struct slice text = ma_str(id), copy;
	struct dname name;
	int r;

	if (c == NULL || !ma_is_authserv_id(text))
		return MAILAUTH_EINVAL;
	if (c->started || c->authserv_id != NULL)
		return MAILAUTH_EUSE;
	if (ma_name_parse(text, &name) && ma_name_is_host(&name) &&
	    ((r = mailauth_spf_set_receiver(c->helo_spf, id, text.n)) < 0 ||
	    (r = mailauth_spf_set_receiver(c->spf, id, text.n)) < 0))
		return r;
	if (!copy_text(c, id, text.n, &copy))
		return MAILAUTH_ENOMEM;
	c->authserv_id = copy.p;
	return MAILAUTH_DONE;
}

int
mailauth_check_set_trace(struct mailauth_check *c, int on)
{
	int r;

	if (c == NULL)
		return MAILAUTH_EINVAL;
	if (c->started)
		return MAILAUTH_EUSE;
	if ((r = mailauth_rdns_set_trace(c->rdns, on)) < 0 ||
	    (r = mailauth_spf_set_trace(c->helo_spf, on)) < 0 ||
	    (r = mailauth_spf_set_trace(c->spf, on)) < 0 ||
	    (r = mailauth_dkim_set_trace(c->dkim, on)) < 0 ||
	    (r = mailauth_arc_set_trace(c->arc, on)) < 0 ||
	    (r = mailauth_dmarc_set_trace(c->dmarc, on)) < 0)
		return r;
	c->trace_on = on != 0;
	return MAILAUTH_DONE;
}

/* ---- DMARC told of what the others do ---- */

/*
 * The domain that SPF checks for MAIL FROM: that of the null sender is the HELO
 * name (RFC 7208 section 2.4).
 */
static struct slice
spf_domain(const struct mailauth_check *c)
{
	struct slice s = c->mail_from;
	size_t at = ma_rfind(s, '@');

	if (s.n == 0)
		return c->helo;
	return at < s.n ? ma_sub(s, at + 1, s.n) : s;
}

/* What may count, by name.  A call that failed goes on where it was. */
static int
tell_names(struct mailauth_check *c)
{
	const char *author = mailauth_message_author_domain(c->message);
	struct slice domain;
	int r;

	/*
	 * Without one author domain for certain there is no evaluation, and no
	 * pass: RFC 9989 section 5.3.1.
	 */
	if (!c->author_told && author != NULL &&
	    (r = mailauth_dmarc_set_from_domain(c->dmarc, author,
	    strlen(author))) < 0)
		return r;
	c->author_told = true;
	if (!c->spf_told &&
	    (r = ma_dmarc_pend_spf(c->dmarc, spf_domain(c))) < 0)
		return r;
	c->spf_told = true;
	for (; c->told.seen < ma_dkim_signatures(c->dkim); c->told.seen++) {
		domain = ma_dkim_signature_domain(c->dkim, c->told.seen);
		if (domain.n == 0)
			continue;
		if ((r = ma_dmarc_pend_dkim(c->dmarc, domain)) < 0)
			return r;
		c->told.n++;
	}
	return MAILAUTH_DONE;
}

/* Results that have come; DMARC takes MAIL FROM's alone, never HELO's. */
static int
tell_results(struct mailauth_check *c)
{
	int result = mailauth_spf_result(c->spf), r;

	if (!c->spf_settled && result != 0) {
		if ((r = ma_dmarc_settle_spf(c->dmarc, result)) < 0)
			return r;
		c->spf_settled = true;
	}
	for (; c->settled.seen < c->told.seen; c->settled.seen++) {
		if (ma_dkim_signature_domain(c->dkim, c->settled.seen).n == 0)
			continue;
		result = ma_dkim_signature_result(c->dkim, c->settled.seen);
		if (result == 0)
			break;
		r = ma_dmarc_settle_dkim(c->dmarc, c->settled.n, result);
		if (r < 0)
			return r;
		c->settled.n++;
	}
	return MAILAUTH_DONE;
}

/* ---- Steps ---- */

static int
step_dmarc(struct mailauth_check *c)
{
	int r;

	if (!mailauth_message_header_done(c->message) || !c->helo_given ||
	    !c->mail_from_given)
		return MAILAUTH_MORE;
	if ((r = tell_names(c)) < 0 || (r = tell_results(c)) < 0)
		return r;
	return mailauth_dmarc_step(c->dmarc);
}

/* The worst of two: failure, then lacking answers, then lacking input. */
static int
both(int a, int b)
{
	if (a < 0 || b < 0)
		return a < 0 ? a : b;
	if (a == MAILAUTH_NEED || b == MAILAUTH_NEED)
		return MAILAUTH_NEED;
	return a == MAILAUTH_MORE || b == MAILAUTH_MORE ? MAILAUTH_MORE :
	    MAILAUTH_DONE;
}

static int
step_parts(struct mailauth_check *c)
{
	bool client = c->client.family != 0, helo = client && c->helo_given;
	int r;

	r = client ? mailauth_rdns_step(c->rdns) : MAILAUTH_MORE;
	r = both(r, helo ? mailauth_spf_step(c->helo_spf) : MAILAUTH_MORE);
	r = both(r, helo && c->mail_from_given ? mailauth_spf_step(c->spf) :
	    MAILAUTH_MORE);
	r = both(r, mailauth_dkim_step(c->dkim));
	r = both(r, mailauth_arc_step(c->arc));
	return both(r, step_dmarc(c));
}

/* ---- The end ---- */

struct lines {
	struct arena *arena;
	const char **v;			/* NULL: count only */
	size_t n;
};

static void
add_line(struct lines *l, const char *part, const char *line)
{
	if (l->v != NULL)
		l->v[l->n] = ma_arena_fmt(l->arena, "%s: %s", part, line);
	l->n++;
}

static void
collect(const struct mailauth_check *c, struct lines *l)
{
	const char *line;

	for (size_t i = 0; (line = mailauth_rdns_trace(c->rdns, i)) != NULL; i++)
		add_line(l, "iprev", line);
	for (size_t i = 0;
	    (line = mailauth_spf_trace(c->helo_spf, i)) != NULL; i++)
		add_line(l, "helo spf", line);
	for (size_t i = 0; (line = mailauth_spf_trace(c->spf, i)) != NULL; i++)
		add_line(l, "spf", line);
	for (size_t i = 0; (line = mailauth_dkim_trace(c->dkim, i)) != NULL; i++)
		add_line(l, "dkim", line);
	for (size_t i = 0; (line = mailauth_arc_trace(c->arc, i)) != NULL; i++)
		add_line(l, "arc", line);
	for (size_t i = 0;
	    (line = mailauth_dmarc_trace(c->dmarc, i)) != NULL; i++)
		add_line(l, "dmarc", line);
}

static bool
make_trace(struct mailauth_check *c)
{
	struct lines l = { .arena = &c->task.arena };

	collect(c, &l);
	if (l.n == 0)
		return true;
	if ((l.v = ma_arena_alloc(l.arena, l.n * sizeof *l.v)) == NULL)
		return false;
	l.n = 0;
	collect(c, &l);
	c->trace = l.v;
	c->lines = l.n;
	return !l.arena->failed;
}

static bool
make_field(struct mailauth_check *c)
{
	struct field_writer w = { 0 };

	if (!ma_check_field(&w, c) || !ma_buf_char(&w.text, '\0')) {
		ma_buf_free(&w.text);
		return false;
	}
	ma_buf_free(&c->field);
	c->field = w.text;
	return true;
}

static int
finish(struct mailauth_check *c)
{
	ma_arena_reset(&c->task.arena);
	if (ma_check_override(c) != MAILAUTH_DONE ||
	    (c->trace_on && !make_trace(c)) ||
	    (c->authserv_id != NULL && !make_field(c)))
		return MAILAUTH_ENOMEM;
	c->done = true;
	return MAILAUTH_DONE;
}

int
mailauth_check_step(struct mailauth_check *c)
{
	int r;

	if (c == NULL)
		return MAILAUTH_EINVAL;
	if (c->done)
		return MAILAUTH_DONE;
	c->started = true;
	r = step_parts(c);
	return r == MAILAUTH_DONE ? finish(c) : r;
}

static int
step(void *handle)
{
	return mailauth_check_step(handle);
}

int
mailauth_check_run(struct mailauth_check *c, struct mailauth_resolver *resolver)
{
	return c != NULL ? ma_task_drive(&c->task, resolver, step, c) :
	    MAILAUTH_EINVAL;
}

/* ---- Parts and results ---- */

struct mailauth_rdns *
mailauth_check_rdns(const struct mailauth_check *c)
{
	return c != NULL ? c->rdns : NULL;
}

struct mailauth_spf *
mailauth_check_helo_spf(const struct mailauth_check *c)
{
	return c != NULL ? c->helo_spf : NULL;
}

struct mailauth_spf *
mailauth_check_spf(const struct mailauth_check *c)
{
	return c != NULL ? c->spf : NULL;
}

struct mailauth_dkim *
mailauth_check_dkim(const struct mailauth_check *c)
{
	return c != NULL ? c->dkim : NULL;
}

struct mailauth_arc *
mailauth_check_arc(const struct mailauth_check *c)
{
	return c != NULL ? c->arc : NULL;
}

struct mailauth_dmarc *
mailauth_check_dmarc(const struct mailauth_check *c)
{
	return c != NULL ? c->dmarc : NULL;
}

static bool
is_done(const struct mailauth_check *c)
{
	return c != NULL && c->done;
}

int
mailauth_check_signature_aligned(const struct mailauth_check *c, size_t i)
{
	size_t k = 0;

	if (!is_done(c) || i >= ma_dkim_signatures(c->dkim) ||
	    ma_dkim_signature_domain(c->dkim, i).n == 0)
		return 0;
	while (i-- > 0)
		k += ma_dkim_signature_domain(c->dkim, i).n > 0;
	return mailauth_dmarc_dkim_signature_aligned(c->dmarc, k);
}

int
mailauth_check_result(const struct mailauth_check *c)
{
	return is_done(c) ? mailauth_dmarc_result(c->dmarc) : 0;
}

const char *
mailauth_check_reason(const struct mailauth_check *c)
{
	return is_done(c) ? mailauth_dmarc_reason(c->dmarc) : NULL;
}

/* Where there is no author domain, the message knows better why. */
const char *
mailauth_check_detail(const struct mailauth_check *c)
{
	if (!is_done(c))
		return NULL;
	if (mailauth_message_author_domain(c->message) == NULL)
		return mailauth_message_author_detail(c->message);
	return mailauth_dmarc_detail(c->dmarc);
}

int
mailauth_check_disposition(const struct mailauth_check *c)
{
	return is_done(c) ? mailauth_dmarc_disposition(c->dmarc) : 0;
}

const char *
mailauth_check_trace(const struct mailauth_check *c, size_t i)
{
	return is_done(c) && i < c->lines ? c->trace[i] : NULL;
}

const char *
mailauth_check_authentication_results(const struct mailauth_check *c)
{
	return is_done(c) && c->field.n > 0 ? c->field.p : NULL;
}

int
mailauth_check_reply(const struct mailauth_check *c, const char **enhanced,
    const char **text)
{
	if (enhanced != NULL)
		*enhanced = NULL;
	if (text != NULL)
		*text = NULL;
	return is_done(c) && c->override_set == 0 ?
	    mailauth_dmarc_reply(c->dmarc, enhanced, text) : 0;
}
