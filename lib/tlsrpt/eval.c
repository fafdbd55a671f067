/*
 * Who wants reports about TLS to a domain: RFC 8460 section 3.
 */
#include "tlsrpt/tlsrpt.h"

static void
conclude(struct run *r, struct tlsrpt_outcome *o, int result,
    const char *reason)
{
	o->result = result;
	o->reason = reason;
	ma_trace(r, "%s%s%s (RFC 8460 section 3)",
	    mailauth_tlsrpt_result_name(result), reason != NULL ? ", " : "",
	    reason != NULL ? reason : "");
}

/*
 * "records that do not begin with "v=TLSRPTv1;" are discarded.  If the number of
 * resulting records is not one, senders MUST assume the recipient domain does
 * not implement TLSRPT": section 3.
 */
static const char *
choose(const struct answer *a, struct slice *record)
{
	size_t n = 0;

	for (size_t i = 0; i < a->count; i++)
		if (ma_tlsrpt_is_record(a->records[i].data)) {
			*record = a->records[i].data;
			n++;
		}
	return n == 1 ? NULL : n == 0 ? REASON("no-record") :
	    REASON("several-records");
}

static void
read_record(struct run *r, struct tlsrpt_outcome *o, struct slice text)
{
	struct tlsrpt_record record;
	enum tlsrpt_record_status status =
	    ma_tlsrpt_record_parse(r->arena, text, &record);

	o->record = ma_slice(ma_arena_str(r->arena, text), text.n);
	o->rua = ma_arena_alloc(r->arena, (record.n + 1) * sizeof *o->rua);
	if (r->arena->failed)
		return;
	for (size_t i = 0; i < record.n; i++)
		o->rua[i] = ma_arena_str(r->arena, record.uris[i]);
	o->n = status == TLSRPT_RECORD_OK ? record.n : 0;
	conclude(r, o, status == TLSRPT_RECORD_OK ? MAILAUTH_TLSRPT_VALID :
	    MAILAUTH_TLSRPT_INVALID, record.reason);
}

void
ma_tlsrpt_run(struct run *r, void *arg)
{
	struct mailauth_tlsrpt *t = arg;
	struct tlsrpt_outcome *o = &t->out;
	const struct answer *a;
	struct slice record;
	struct dname name;
	const char *reason;

	*o = (struct tlsrpt_outcome){ 0 };
	if (t->where.family != MAILAUTH_ADDRESS_DOMAIN) {
		conclude(r, o, MAILAUTH_TLSRPT_NONE, t->where.family == 0 ?
		    t->wrong : REASON("address-literal"));
		return;
	}
	if (!ma_name_prepend(SLICE_LIT("_smtp._tls"), &t->where.name, &name)) {
		conclude(r, o, MAILAUTH_TLSRPT_NONE, REASON("domain-length"));
		return;
	}
	if ((a = ma_ask(r, &name, TYPE_TXT)) == NULL)
		return;
	if (a->status == ANSWER_FAILED)
		conclude(r, o, MAILAUTH_TLSRPT_TEMPERROR,
		    ma_failure_reason(a->why));
	else if ((reason = choose(a, &record)) != NULL)
		conclude(r, o, MAILAUTH_TLSRPT_NONE, reason);
	else
		read_record(r, o, record);
}
