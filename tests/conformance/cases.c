/*
 * The loader of the conformance suites: files, cases, verdicts on them.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "cases.h"
#include "inside.h"

enum { SKIPPED = 77 };

static void
skip(const char *why, const char *what)
{
	printf("skipped: %s%s\n", why, what);
	exit(SKIPPED);
}

struct cases *
cases_open(int argc, char **argv, const char *file)
{
	struct cases *cs = calloc(1, sizeof *cs);
	json_error_t error;
	FILE *f;

	if (argc < 2 || *argv[1] == '\0')
		skip("no conformance_dir is given", "");
	if (cs == NULL)
		abort();
	snprintf(cs->path, sizeof cs->path, "%s/%s", argv[1], file);
	if ((f = fopen(cs->path, "r")) == NULL)
		skip("cannot open ", cs->path);
	cs->root = json_loadf(f, JSON_ALLOW_NUL, &error);
	fclose(f);
	cs->list = json_object_get(cs->root, "cases");
	if (!json_is_array(cs->list)) {
		fprintf(stderr, "%s:%d: %s\n", cs->path, error.line, error.text);
		exit(EXIT_FAILURE);
	}
	return cs;
}

/* A case has its DNS data in itself, or shares a zone with others. */
static const json_t *
dns_of(const struct cases *cs)
{
	const json_t *zone = json_object_get(cs->now, "zone");

	if (zone == NULL)
		return json_object_get(cs->now, "dns");
	return json_object_get(json_object_get(cs->root, "zones"),
	    json_string_value(zone));
}

bool
cases_next(struct cases *cs)
{
	cs->now = NULL;
	while (cs->at < json_array_size(cs->list)) {
		cs->now = json_array_get(cs->list, cs->at++);
		if (cs->take_doubtful ||
		    !json_is_true(json_object_get(cs->now, "doubtful")))
			break;
		cs->now = NULL;
		cs->doubtful++;
	}
	if (cs->now == NULL)
		return false;
	cs->done++;
	cs->failed_now = false;
	cases_dns_load(cs, dns_of(cs));
	return true;
}

void
cases_take_doubtful(struct cases *cs)
{
	cs->take_doubtful = true;
}

void
cases_fail(struct cases *cs, const char *fmt, ...)
{
	va_list ap;

	if (!cs->failed_now)
		cs->failed++;
	cs->failed_now = true;
	printf("%s: ", cases_name(cs));
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

int
cases_close(struct cases *cs)
{
	int status = cs->failed == 0 && cs->done > 0 ? EXIT_SUCCESS :
	    EXIT_FAILURE;

	printf("%s: %zu of %zu right, %zu doubtful left out\n", cs->path,
	    cs->done - cs->failed, cs->done, cs->doubtful);
	json_decref(cs->dns);
	json_decref(cs->root);
	free(cs);
	return status;
}

/* ---- The present case ---- */

const char *
cases_name(const struct cases *cs)
{
	return json_string_value(json_object_get(cs->now, "name"));
}

const char *
cases_protocol(const struct cases *cs)
{
	return json_string_value(json_object_get(cs->now, "protocol"));
}

const json_t *
cases_member(const struct cases *cs, const char *key)
{
	return json_object_get(cs->now, key);
}

const json_t *
cases_input(const struct cases *cs, const char *key)
{
	return json_object_get(json_object_get(cs->now, "inputs"), key);
}

const json_t *
cases_expected(const struct cases *cs, const char *key)
{
	return json_object_get(json_object_get(cs->now, "expected"), key);
}

const char *
cases_text(const struct cases *cs, const char *key, size_t *n)
{
	const json_t *text = cases_input(cs, key);

	if (n != NULL)
		*n = json_string_length(text);
	return json_is_string(text) ? json_string_value(text) : "";
}

bool
cases_one_of(const json_t *value, const char *word)
{
	size_t i;
	json_t *one;

	if (word == NULL)
		return false;
	if (json_is_string(value))
		return strcmp(json_string_value(value), word) == 0;
	json_array_foreach(value, i, one)
		if (cases_one_of(one, word))
			return true;
	return false;
}

const char *
cases_words(const json_t *value)
{
	static char text[200];
	size_t i, n = 0;
	json_t *one;

	if (json_is_string(value))
		return json_string_value(value);
	*text = '\0';
	json_array_foreach(value, i, one)
		if (n < sizeof text)
			n += (size_t)snprintf(text + n, sizeof text - n,
			    "%s%s", i > 0 ? " or " : "",
			    json_string_value(one));
	return text;
}

/* ---- Messages ---- */

static char *
from_base64(const json_t *text, size_t *n)
{
	struct slice in =
	    ma_slice(json_string_value(text), json_string_length(text));
	char *out = malloc(in.n / 4 * 3 + 3);

	if (out == NULL || !ma_base64_decode(in, (uint8_t *)out, n))
		abort();
	return out;
}

/* The file's path is relative to that of the corpus. */
static char *
from_file(const char *corpus, const char *name, size_t *n)
{
	const char *slash = strrchr(corpus, '/');
	char path[1000], *out = NULL;
	size_t cap = 0, got;
	FILE *f;

	snprintf(path, sizeof path, "%.*s/%s", (int)(slash - corpus), corpus,
	    name);
	if ((f = fopen(path, "r")) == NULL) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	*n = 0;
	do {
		cap += 65536;
		if ((out = realloc(out, cap)) == NULL)
			abort();
		got = fread(out + *n, 1, cap - *n, f);
		*n += got;
	} while (got > 0);
	fclose(f);
	return out;
}

/* Every LF, and every CRLF, becomes CRLF. */
static char *
with_crlf(char *in, size_t *n)
{
	char *out = malloc(2 * *n + 1);
	size_t to = 0;

	if (out == NULL)
		abort();
	for (size_t i = 0; i < *n; i++) {
		if (in[i] == '\n' && (i == 0 || in[i - 1] != '\r'))
			out[to++] = '\r';
		out[to++] = in[i];
	}
	free(in);
	*n = to;
	return out;
}

char *
cases_message(const struct cases *cs, size_t *n)
{
	const json_t *text = cases_input(cs, "message_b64");
	const json_t *file = cases_input(cs, "message_file");
	char *out;

	if (json_is_string(text))
		out = from_base64(text, n);
	else if (json_is_string(file))
		out = from_file(cs->path, json_string_value(file), n);
	else
		return NULL;
	return cases_one_of(cases_input(cs, "eol"), "lf2crlf") ?
	    with_crlf(out, n) : out;
}
