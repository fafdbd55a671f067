/*
 * Tag lists: RFC 6376 section 3.2.
 */
#include <stdlib.h>

#include "text/text.h"

/* ALPHA *(ALPHA / DIGIT / "_") */
static bool
is_name(struct slice s)
{
	if (s.n == 0 || !ma_is_alpha(s.p[0]))
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (!ma_is_alnum(s.p[i]) && s.p[i] != '_')
			return false;
	return true;
}

/*
 * Printable ASCII, white space and UTF-8; the latter because RFC 8616 section 5
 * allows U-labels, and section 3.2 advises not to preclude it.
 */
static bool
is_value(struct slice s, bool (*blank)(int))
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c < ' ' || c == 0x7f) && !blank(c))
			return false;
	}
	return ma_is_utf8(s);
}

bool
ma_folds_ok(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\n')
			return false;
		if (s.p[i] != '\r')
			continue;
		if (s.n - i < 3 || s.p[i + 1] != '\n' || !ma_is_wsp(s.p[i + 2]))
			return false;
		i += 2;
	}
	return true;
}

enum tag_status
ma_tag_next(struct slice *list, enum tag_space space, struct tag *out)
{
	bool fws = space == TAG_SPACE_FWS;
	struct slice (*trim)(struct slice) = fws ? ma_trim_fws : ma_trim;
	struct slice spec;
	bool last;
	size_t eq;

	*out = (struct tag){ 0 };
	if (list->n == 0)
		return TAG_END;
	last = ma_find(*list, ';') == list->n;
	spec = ma_cut(list, ';');
	if (trim(spec).n == 0) {
		/* Only white space behind the ";" at the end. */
		return last ? TAG_END : TAG_EMPTY;
	}
	eq = ma_find(spec, '=');
	out->name = trim(ma_sub(spec, 0, eq));
	out->rest = ma_sub(spec, eq + 1, spec.n);
	out->value = trim(out->rest);
	if (eq == spec.n || !is_name(out->name) ||
	    !is_value(out->value, fws ? ma_is_fws : ma_is_wsp))
		return TAG_SYNTAX;
	return TAG_OK;
}

/* ---- Fields ---- */

bool
ma_fields_begin(struct slice text, struct slice version, struct slice *fields)
{
	if (!ma_starts(text, version))
		return false;
	*fields = ma_sub(text, version.n, text.n);
	while (fields->n > 0 && ma_is_wsp(fields->p[0]))
		*fields = ma_sub(*fields, 1, fields->n);
	if (fields->n == 0 || fields->p[0] != ';')
		return false;
	*fields = ma_sub(*fields, 1, fields->n);
	return true;
}

/* (ALPHA / DIGIT) *31(ALPHA / DIGIT / "_" / "-" / ".") */
bool
ma_is_field_key(struct slice s)
{
	if (s.n == 0 || s.n > 32 || !ma_is_alnum(s.p[0]))
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (!ma_is_alnum(s.p[i]) && s.p[i] != '_' && s.p[i] != '-' &&
		    s.p[i] != '.')
			return false;
	return true;
}

enum tag_status
ma_fields_next(struct slice *fields, struct tag *out)
{
	enum tag_status status = ma_tag_next(fields, TAG_SPACE_WSP, out);

	if (status == TAG_END || status == TAG_EMPTY)
		return status;
	return ma_is_field_key(out->name) && out->value.n > 0 &&
	    out->value.p == out->name.p + out->name.n + 1 ?
	    TAG_OK : TAG_SYNTAX;
}

bool
ma_is_extension(struct slice value)
{
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] <= ' ' || value.p[i] > '~' || value.p[i] == '=' ||
		    value.p[i] == ';')
			return false;
	return value.n > 0;
}

/* ---- Whole lists ---- */

static int
compare(const void *a, const void *b)
{
	return ma_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

/* Do two of these names agree?  They are sorted by this. */
static bool
has_twins(struct slice *names, size_t n)
{
	if (n > 1)
		qsort(names, n, sizeof *names, compare);
	for (size_t i = 1; i < n; i++)
		if (ma_eq(names[i - 1], names[i]))
			return true;
	return false;
}

enum tags_status
ma_tags_check(struct slice list, enum tag_space space)
{
	struct slice few[32], *names = few;
	size_t n = 0, most = 1;
	enum tags_status status = TAGS_OK;
	enum tag_status got;
	struct tag tag;

	if (list.n == 0 || (space == TAG_SPACE_FWS && !ma_folds_ok(list)))
		return TAGS_SYNTAX;
	for (size_t i = 0; i < list.n; i++)
		most += list.p[i] == ';';
	if (most > COUNT(few) &&
	    (names = ma_realloc(NULL, most * sizeof *names)) == NULL)
		return TAGS_NOMEM;
	while ((got = ma_tag_next(&list, space, &tag)) == TAG_OK)
		names[n++] = tag.name;
	if (got != TAG_END || n == 0)
		status = TAGS_SYNTAX;
	else if (has_twins(names, n))
		status = TAGS_DUPLICATE;
	if (names != few)
		ma_free(names);
	return status;
}
