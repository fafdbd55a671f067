/*
 * MTA-STS records: RFC 8461 section 3.1.
 *
 *	sts-text-record = sts-version 1*(sts-field-delim sts-field)
 *	    [sts-field-delim]
 *	sts-id = %s"id=" 1*32(ALPHA / DIGIT)
 */
#include <stdio.h>

#include "mtasts/mtasts.h"

static bool
begin(struct slice text, struct slice *fields)
{
	return ma_fields_begin(text, SLICE_LIT("v=STSv1"), fields);
}

bool
ma_mtasts_is_record(struct slice text)
{
	struct slice fields;

	return begin(text, &fields);
}

bool
ma_mtasts_is_id(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ma_is_alnum(s.p[i]))
			return false;
	return s.n >= 1 && s.n <= MTASTS_ID_MAX;
}

bool
ma_mtasts_record_parse(struct slice text, struct slice *id,
    const char **reason)
{
	struct slice fields;
	enum tag_status status;
	struct tag field;

	*id = (struct slice){ 0 };
	*reason = REASON("record-syntax");
	if (!begin(text, &fields))
		return false;
	while ((status = ma_fields_next(&fields, &field)) == TAG_OK) {
		if (!ma_is_extension(field.value))
			return false;
		/* "all entries except for the first SHALL be ignored":
		 * section 3.2. */
		if (id->p == NULL && ma_eq(field.name, SLICE_LIT("id")))
			*id = field.value;
	}
	if (status != TAG_END)
		return false;
	*reason = id->p == NULL ? REASON("record-id-missing") :
	    !ma_mtasts_is_id(*id) ? REASON("record-id") : NULL;
	return *reason == NULL;
}

int
mailauth_mtasts_record_text(const char *id, char *buf, size_t size)
{
	struct slice s = ma_str(id);

	if (!ma_mtasts_is_id(s) || (buf == NULL && size > 0))
		return MAILAUTH_EINVAL;
	return snprintf(buf, size, "v=STSv1; id=%.*s;", SLICE_ARG(s));
}
