/*
 * A small reader of structured header fields, for what lib/authres writes: made
 * from RFC 5322 section 3.2 and RFC 8601 section 2.2 alone, strict.
 */
#ifndef READ_FIELD_H
#define READ_FIELD_H

#include "base/base.h"

enum { ITEM_MAX = 1100, ITEMS_MAX = 400 };

struct item {
	char kind;			/* 'w'ord, 'p'air, 'c'omment or ';' */
	char key[ITEM_MAX];
	char value[ITEM_MAX];
	size_t n;			/* of the value */
};

struct items {
	struct item *list;		/* room for ITEMS_MAX */
	size_t n;
	const char *wrong;		/* NULL: nothing */
};

/* Lines: CRLF alone, no other control, at most 998 octets, none blank. */
static inline const char *
check_lines(const char *p, size_t n)
{
	size_t length = 0, seen = 0;

	if (n < 2 || memcmp(p + n - 2, "\r\n", 2) != 0)
		return "no CRLF at the end";
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c == '\r' && i + 1 < n && p[i + 1] == '\n') {
			if (length > 998 || seen == 0)
				return "a line is blank or too long";
			if (i + 2 < n && p[i + 2] != ' ' && p[i + 2] != '\t')
				return "a line begins with no blank";
			length = seen = 0;
			i++;
			continue;
		}
		if ((c < ' ' && c != '\t') || c == 0x7f)
			return "a control character";
		length++;
		seen += c != ' ' && c != '\t';
	}
	return ma_is_utf8(ma_slice(p, n)) ? NULL : "not UTF-8";
}

/* Text up to `close`, escapes undone, folds undone.  Index after it, or 0. */
static inline size_t
read_text(const char *p, size_t i, size_t n, char close, struct item *item)
{
	for (; i < n && item->n < ITEM_MAX; i++) {
		if (p[i] == close)
			return i + 1;
		if (p[i] == '\r' || p[i] == '\n')
			continue;
		if (p[i] == '\\' && ++i == n)
			return 0;
		else if (p[i - 1] != '\\' && close == ')' && p[i] == '(')
			return 0;
		item->value[item->n++] = p[i];
	}
	return 0;
}

static inline bool
is_end(char c)
{
	return memchr(" \t\r\n;(\"", c, 7) != NULL;
}

/* A word, key=word or key="text". */
static inline size_t
read_word(const char *p, size_t i, size_t n, struct item *item)
{
	size_t from = i;

	while (i < n && !is_end(p[i]) && p[i] != '=')
		i++;
	if (i == n || p[i] != '=') {
		item->kind = 'w';
		item->n = i - from;
		memcpy(item->value, p + from, item->n);
		return i;
	}
	item->kind = 'p';
	memcpy(item->key, p + from, i - from);
	from = ++i;
	if (i < n && p[i] == '"')
		return read_text(p, i + 1, n, '"', item);
	while (i < n && !is_end(p[i]))
		i++;
	item->n = i - from;
	memcpy(item->value, p + from, item->n);
	return i;
}

static inline void
read_field(const char *p, size_t n, const char *name, struct items *out)
{
	size_t i = strlen(name);

	out->n = 0;
	if ((out->wrong = check_lines(p, n)) != NULL)
		return;
	out->wrong = "another name";
	if (n < i || memcmp(p, name, i) != 0 || p[i++] != ':')
		return;
	while (i < n && out->n < ITEMS_MAX) {
		struct item *item = &out->list[out->n];

		if (ma_is_fws(p[i])) {
			i++;
			continue;
		}
		memset(item, 0, sizeof *item);
		item->kind = p[i];
		if (p[i] == ';') {
			i++;
		} else if (p[i] == '(') {
			item->kind = 'c';
			i = read_text(p, i + 1, n, ')', item);
		} else if (p[i] == '"') {
			item->kind = 'w';
			i = read_text(p, i + 1, n, '"', item);
		} else {
			i = read_word(p, i, n, item);
		}
		out->wrong = "a text without end";
		if (i == 0)
			return;
		out->n++;
		out->wrong = "two items without a blank between";
		if (item->kind != ';' && i < n && p[i] != ';' &&
		    !ma_is_fws(p[i]))
			return;
	}
	out->wrong = i < n ? "too many items" : NULL;
}

/* ---- What a hostile value should have become ---- */

/* Octets of the character at p, or 0: RFC 3629 section 4, row by row. */
static inline size_t
character(const unsigned char *p, size_t n)
{
#define IN(i, lo, hi) (n > (i) && p[i] >= (lo) && p[i] <= (hi))
	if (IN(0, 0x20, 0x7e))
		return 1;
	if (IN(0, 0xc2, 0xc2) && IN(1, 0xa0, 0xbf))
		return 2;
	if (IN(0, 0xc3, 0xdf) && IN(1, 0x80, 0xbf))
		return 2;
	if ((IN(0, 0xe0, 0xe0) && IN(1, 0xa0, 0xbf) && IN(2, 0x80, 0xbf)) ||
	    (IN(0, 0xe1, 0xec) && IN(1, 0x80, 0xbf) && IN(2, 0x80, 0xbf)) ||
	    (IN(0, 0xed, 0xed) && IN(1, 0x80, 0x9f) && IN(2, 0x80, 0xbf)) ||
	    (IN(0, 0xee, 0xef) && IN(1, 0x80, 0xbf) && IN(2, 0x80, 0xbf)))
		return 3;
	if ((IN(0, 0xf0, 0xf0) && IN(1, 0x90, 0xbf) && IN(2, 0x80, 0xbf) && IN(3, 0x80, 0xbf)) ||
	    (IN(0, 0xf1, 0xf3) && IN(1, 0x80, 0xbf) && IN(2, 0x80, 0xbf) && IN(3, 0x80, 0xbf)) ||
	    (IN(0, 0xf4, 0xf4) && IN(1, 0x80, 0x8f) && IN(2, 0x80, 0xbf) && IN(3, 0x80, 0xbf)))
		return 4;
#undef IN
	return 0;
}

/*
 * Does `got` stand for the value v?  What cannot stand there is "?"; U+0080 to
 * U+009F are one "?"; a long one may be cut before its end, with "...".
 */
static inline bool
stands_for(const struct item *got, const char *v, size_t n)
{
	size_t k = 0;

	for (size_t i = 0; i < n;) {
		const unsigned char *p = (const unsigned char *)v + i;
		size_t len = character(p, n - i), c1 = n - i > 1 &&
		    p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0;

		if (n > 390 && k + 3 == got->n &&
		    memcmp(got->value + k, "...", 3) == 0)
			return true;
		if (len == 0 ? k == got->n || got->value[k] != '?' :
		    k + len > got->n || memcmp(got->value + k, p, len) != 0)
			return false;
		k += len == 0 ? 1 : len;
		i += len == 0 ? 1 + c1 : len;
	}
	return k == got->n;
}

#endif
