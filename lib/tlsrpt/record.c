/*
 * TLS-RPT records: RFC 8460 section 3.
 *
 *	tlsrpt-record = tlsrpt-version 1*(field-delim tlsrpt-field) [field-delim]
 *	tlsrpt-rua = %s"rua=" tlsrpt-uri *(*WSP "," *WSP tlsrpt-uri)
 */
#include "tlsrpt/tlsrpt.h"

static bool
begin(struct slice text, struct slice *fields)
{
	return ma_fields_begin(text, SLICE_LIT("v=TLSRPTv1"), fields);
}

bool
ma_tlsrpt_is_record(struct slice text)
{
	struct slice fields;

	return begin(text, &fields);
}

/*
 * Others: a URI that is none spoils the record.  We: the others of the list
 * get their reports.
 */
static void
take_uris(struct slice list, struct tlsrpt_record *r)
{
	while (list.n > 0) {
		struct slice uri = ma_trim(ma_cut(&list, ','));

		if (ma_is_uri(uri) && (ma_is_mailto(uri) || ma_is_https(uri)))
			r->uris[r->n++] = uri;
	}
}

enum tlsrpt_record_status
ma_tlsrpt_record_parse(struct arena *arena, struct slice text,
    struct tlsrpt_record *r)
{
	struct slice fields;
	enum tag_status status;
	struct tag field;
	size_t most = 1;

	*r = (struct tlsrpt_record){ 0 };
	if (!begin(text, &fields))
		return TLSRPT_RECORD_ABSENT;
	for (size_t i = 0; i < text.n; i++)
		most += text.p[i] == ',' || text.p[i] == ';';
	if ((r->uris = ma_arena_alloc(arena, most * sizeof *r->uris)) == NULL)
		return TLSRPT_RECORD_INVALID;
	while ((status = ma_fields_next(&fields, &field)) == TAG_OK) {
		/* Section 3: there may be more than one, and they add up. */
		if (ma_eq(field.name, SLICE_LIT("rua")))
			take_uris(field.value, r);
		else if (!ma_is_extension(field.value))
			break;
	}
	if (status != TAG_END)
		r->reason = REASON("tlsrpt-syntax");
	else if (r->n == 0)
		r->reason = REASON("no-report-address");
	return r->reason == NULL ? TLSRPT_RECORD_OK : TLSRPT_RECORD_INVALID;
}
