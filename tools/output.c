/*
 * One JSON object, printed as JSON or as text for people.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

/* ---- Octets ---- */

/*
 * Length of the UTF-8 sequence at p (RFC 3629 section 4), and its code point;
 * 0: it is none.
 */
static size_t
character(const char *p, size_t n, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char c = (unsigned char)p[0];
	size_t len = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 :
	    c < 0xf5 ? 4 : 0;

	if (len == 0 || len > n)
		return 0;
	*code = len == 1 ? c : c & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if (((unsigned char)p[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | ((unsigned char)p[i] & 0x3f);
	}
	return *code < least[len] || *code > 0x10ffff ||
	    (*code >= 0xd800 && *code <= 0xdfff) ? 0 : len;
}

/* A string of any octets: what is not UTF-8 becomes U+FFFD. */
static json_t *
string(const char *p, size_t n)
{
	char *text, *to;
	json_t *s;
	uint32_t code;

	if (n > SIZE_MAX / 4 || (text = malloc(3 * n + 1)) == NULL)
		return NULL;
	to = text;
	for (size_t i = 0; i < n;) {
		size_t len = character(p + i, n - i, &code);

		memcpy(to, len > 0 ? p + i : "\xef\xbf\xbd", len > 0 ? len : 3);
		to += len > 0 ? len : 3;
		i += len > 0 ? len : 1;
	}
	s = json_stringn(text, (size_t)(to - text));
	free(text);
	return s;
}

/* Controls, and what changes the direction of text or ends a line in Unicode. */
static bool
is_unsafe(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c ||
	    (c >= 0x200e && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

void
out_safely(FILE *f, const char *p, size_t n)
{
	uint32_t code;

	for (size_t i = 0; i < n;) {
		size_t len = character(p + i, n - i, &code);

		if (len == 0)
			fprintf(f, "\\x%02x", (unsigned char)p[i]);
		else if (is_unsafe(code))
			fprintf(f, "\\u%04x", (unsigned)code);
		else
			fwrite(p + i, 1, len, f);
		i += len > 0 ? len : 1;
	}
}

/* ---- Members ---- */

static void
put(struct tool *t, json_t *o, const char *key, json_t *value)
{
	if (json_object_set_new(o, key, value) != 0)
		t->nomem = true;
}

void
out_octets(struct tool *t, json_t *o, const char *key, const char *p, size_t n)
{
	put(t, o, key, p != NULL ? string(p, n) : json_null());
}

void
out_text(struct tool *t, json_t *o, const char *key, const char *text)
{
	out_octets(t, o, key, text, text != NULL ? strlen(text) : 0);
}

void
out_number(struct tool *t, json_t *o, const char *key, int64_t v)
{
	put(t, o, key, json_integer(v));
}

void
out_flag(struct tool *t, json_t *o, const char *key, bool v)
{
	put(t, o, key, json_boolean(v));
}

void
out_null(struct tool *t, json_t *o, const char *key)
{
	put(t, o, key, json_null());
}

/*
 * The caller's pointer is lent: the parent holds the value.  Without memory it
 * is NULL, which jansson's functions bear.
 */
json_t *
out_object(struct tool *t, json_t *o, const char *key)
{
	json_t *value = json_object();

	put(t, o, key, value);
	return json_object_get(o, key);
}

json_t *
out_list(struct tool *t, json_t *o, const char *key)
{
	json_t *value = json_array();

	put(t, o, key, value);
	return json_object_get(o, key);
}

static json_t *
append(struct tool *t, json_t *list, json_t *value)
{
	if (json_array_append_new(list, value) != 0) {
		t->nomem = true;
		return NULL;
	}
	return value;
}

json_t *
out_item(struct tool *t, json_t *list)
{
	return append(t, list, json_object());
}

void
out_item_octets(struct tool *t, json_t *list, const char *p, size_t n)
{
	append(t, list, string(p, n));
}

void
out_item_text(struct tool *t, json_t *list, const char *text)
{
	out_item_octets(t, list, text, strlen(text));
}

void
out_verdict(struct tool *t, json_t *o, const char *result, const char *reason,
    const char *detail)
{
	out_text(t, o, "result", result);
	out_text(t, o, "reason", reason);
	out_text(t, o, "detail", detail);
}

void
out_reply(struct tool *t, json_t *o, int code, const char *enhanced,
    const char *text)
{
	json_t *reply;

	if (code == 0) {
		out_null(t, o, "reply");
		return;
	}
	reply = out_object(t, o, "reply");
	out_number(t, reply, "code", code);
	out_text(t, reply, "enhanced", enhanced);
	out_text(t, reply, "text", text);
}

void
out_trace(struct tool *t, const char *line)
{
	if (t->trace == NULL && (t->trace = json_array()) == NULL)
		t->nomem = true;
	out_item_octets(t, t->trace, line, strlen(line));
}

/* ---- As JSON ---- */

/*
 * Outside of strings JSON is ASCII, so an unsafe character beyond it stands in
 * a string, where \u escapes it.  DEL is the one in ASCII that jansson leaves.
 */
static void
print_json(FILE *f, const char *text)
{
	size_t n = strlen(text);
	uint32_t code;

	for (size_t i = 0; i < n;) {
		size_t len = character(text + i, n - i, &code);

		if (code >= 0x7f && is_unsafe(code))
			fprintf(f, "\\u%04x", (unsigned)code);
		else
			fwrite(text + i, 1, len, f);
		i += len;
	}
	fputc('\n', f);
}

/* ---- As text ---- */

static void print_members(struct tool *, const json_t *, int indent);

static void
print_string(FILE *f, const json_t *s)
{
	out_safely(f, json_string_value(s), json_string_length(s));
}

static const char *
colour_of(const char *result, bool valid)
{
	static const char *const good[] = {
		"pass", "ok", "valid", "dane", "authenticated",
	};
	static const char *const bad[] = {
		"fail", "failed", "permerror", "invalid",
	};

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		if (valid && strcmp(result, good[i]) == 0)
			return "\033[32m";
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (strcmp(result, bad[i]) == 0)
			return "\033[31m";
	return "\033[33m";
}

static bool
is_verdict(const json_t *o)
{
	return json_object_get(o, "result") != NULL ||
	    json_object_get(o, "valid") != NULL;
}

/* "pass: the sentence [reason]" */
static void
print_heading(struct tool *t, const json_t *o)
{
	const json_t *result = json_object_get(o, "result");
	const json_t *detail = json_object_get(o, "detail");
	const json_t *reason = json_object_get(o, "reason");
	const char *word = json_string_value(result);

	if (word == NULL)
		word = json_is_true(json_object_get(o, "valid")) ? "valid" :
		    "invalid";
	if (t->colour)
		fprintf(t->out, "%s%s\033[0m", colour_of(word, true), word);
	else
		fputs(word, t->out);
	if (json_is_string(detail)) {
		fputs(": ", t->out);
		print_string(t->out, detail);
	}
	if (json_is_string(reason)) {
		fputs(" [", t->out);
		print_string(t->out, reason);
		fputs("]", t->out);
	}
	fputc('\n', t->out);
}

/* Shown by the heading, or of their own shape. */
static bool
is_apart(const char *key)
{
	static const char *const keys[] = {
		"result", "valid", "reason", "detail", "dns", "trace", "zone",
		"authentication_results",
	};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return false;
}

/* A value in a line: of an object its values, and the names of what is true. */
static void
print_inline(struct tool *t, const json_t *v)
{
	const char *key;
	json_t *item;
	size_t i;
	bool some = false;

	if (json_is_string(v))
		print_string(t->out, v);
	else if (json_is_integer(v))
		fprintf(t->out, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	else if (json_is_boolean(v))
		fputs(json_is_true(v) ? "yes" : "no", t->out);
	json_array_foreach(v, i, item) {
		fputs(i > 0 ? ", " : "", t->out);
		print_inline(t, item);
	}
	if (json_is_array(v) && json_array_size(v) == 0)
		fputs("(none)", t->out);
	json_object_foreach((json_t *)(uintptr_t)v, key, item) {
		if (json_is_null(item) || json_is_false(item))
			continue;
		fputs(some ? " " : "", t->out);
		some = true;
		if (json_is_true(item))
			fputs(key, t->out);
		else
			print_inline(t, item);
	}
}

enum { INDENT = 2, GAP = 2 };

static void
print_label(struct tool *t, const char *key, int width, int indent)
{
	fprintf(t->out, "%*s", indent, "");
	for (const char *p = key; *p != '\0'; p++)
		fputc(*p == '_' ? ' ' : *p, t->out);
	fprintf(t->out, "%*s", width - (int)strlen(key) + GAP, "");
}

static void
print_member(struct tool *t, const char *key, const json_t *v, int width,
    int indent)
{
	bool objects = json_is_array(v) && json_is_object(json_array_get(v, 0));
	json_t *item;
	size_t i;

	if (objects) {
		json_array_foreach(v, i, item)
			print_member(t, i == 0 ? key : "", item, width, indent);
		return;
	}
	print_label(t, key, width, indent);
	if (json_is_object(v) && is_verdict(v)) {
		print_heading(t, v);
		print_members(t, v, indent + INDENT);
		return;
	}
	print_inline(t, v);
	fputc('\n', t->out);
}

static void
print_members(struct tool *t, const json_t *o, int indent)
{
	const char *key;
	json_t *v;
	int width = 0;

	json_object_foreach((json_t *)(uintptr_t)o, key, v)
		if (!is_apart(key) && !json_is_null(v) &&
		    (int)strlen(key) > width)
			width = (int)strlen(key);
	json_object_foreach((json_t *)(uintptr_t)o, key, v)
		if (!is_apart(key) && !json_is_null(v))
			print_member(t, key, v, width, indent);
}

/* Lines as they stand; CRs at their ends go, on a terminal they do nothing. */
static void
print_lines(struct tool *t, const char *prefix, const json_t *text)
{
	const char *p = json_string_value(text);

	while (p != NULL && *p != '\0') {
		size_t n = strcspn(p, "\n"), shown = n;

		if (shown > 0 && p[shown - 1] == '\r')
			shown--;
		fputs(prefix, t->out);
		for (size_t i = 0, part; i < shown; i += part) {
			if (p[i] == '\t') {
				fputc('\t', t->out);
				part = 1;
				continue;
			}
			for (part = 0; i + part < shown && p[i + part] != '\t';)
				part++;
			out_safely(t->out, p + i, part);
		}
		fputc('\n', t->out);
		p += n + (p[n] == '\n');
	}
}

/* The trace as comment lines of the zone that follows it: one master file. */
static void
print_explanation(struct tool *t, const json_t *o)
{
	const json_t *zone = json_object_get(o, "zone");
	json_t *line;
	size_t i;

	if (zone == NULL)
		return;
	fputs("\n; What was done:\n", t->out);
	json_array_foreach(json_object_get(o, "trace"), i, line)
		print_lines(t, ";   ", line);
	fputs(";\n; What the DNS said, as --zone reads it:\n", t->out);
	print_lines(t, "", zone);
}

static void
print_text(struct tool *t, const json_t *o)
{
	const json_t *dns = json_object_get(o, "dns");
	const json_t *field = json_object_get(o, "authentication_results");
	json_int_t queries, rounds;

	if (is_verdict(o))
		print_heading(t, o);
	print_members(t, o, INDENT);
	if (dns != NULL) {
		queries = json_integer_value(json_object_get(dns, "queries"));
		rounds = json_integer_value(json_object_get(dns, "rounds"));
		fprintf(t->out, "  (%" JSON_INTEGER_FORMAT " question%s in %"
		    JSON_INTEGER_FORMAT " round%s)\n", queries,
		    queries == 1 ? "" : "s", rounds, rounds == 1 ? "" : "s");
	}
	if (json_is_string(field)) {
		fputc('\n', t->out);
		print_lines(t, "", field);
	}
	print_explanation(t, o);
}

/* ---- The end ---- */

static void
add_zone(struct tool *t, json_t *o, const struct mailauth_lookups *lookups)
{
	size_t n = lookups != NULL ? mailauth_lookups_zone(lookups, NULL, 0) : 0;
	char *text = malloc(n + 1);

	if (text == NULL) {
		t->nomem = true;
		return;
	}
	if (lookups != NULL)
		mailauth_lookups_zone(lookups, text, n + 1);
	out_octets(t, o, "zone", text, n);
	free(text);
}

static void
add_explanation(struct tool *t, json_t *o,
    const struct mailauth_lookups *lookups)
{
	if (t->trace == NULL)
		put(t, o, "trace", json_array());
	else
		put(t, o, "trace", json_incref(t->trace));
	add_zone(t, o, lookups);
}

int
out_finish(struct tool *t, json_t *o, const struct mailauth_lookups *lookups,
    int status)
{
	char *text = NULL;
	json_t *dns;

	if (lookups != NULL) {
		dns = out_object(t, o, "dns");
		out_number(t, dns, "queries", mailauth_lookups_queries(lookups));
		out_number(t, dns, "rounds", mailauth_lookups_rounds(lookups));
	}
	if (t->explain)
		add_explanation(t, o, lookups);
	if (t->json && !t->nomem &&
	    (text = json_dumps(o, JSON_INDENT(2))) == NULL)
		t->nomem = true;
	if (t->nomem)
		status = tool_broken(t, MAILAUTH_ENOMEM);
	else if (t->json)
		print_json(t->out, text);
	else
		print_text(t, o);
	free(text);
	json_decref(o);
	return status;
}
