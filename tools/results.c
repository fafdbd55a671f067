/*
 * mailauth results: the Authentication-Results fields of a message.
 */
#include <string.h>
#include <strings.h>

#include "tool.h"

static void
out_property(struct tool *t, json_t *list, const char *ptype,
    const char *property, const char *value)
{
	json_t *item = json_array();

	out_item_text(t, item, ptype);
	out_item_text(t, item, property);
	out_item_text(t, item, value);
	if (item == NULL || json_array_append_new(list, item) != 0)
		t->nomem = true;
}

static void
out_result(struct tool *t, json_t *o, const struct mailauth_authres *a, int i)
{
	const char *ptype, *property, *value;
	json_t *list;

	out_text(t, o, "method", mailauth_authres_method(a, i));
	out_number(t, o, "method_version",
	    mailauth_authres_method_version(a, i));
	out_text(t, o, "result", mailauth_authres_result(a, i));
	out_text(t, o, "reason", mailauth_authres_reason(a, i));
	list = out_list(t, o, "properties");
	for (int k = 0; (value = mailauth_authres_property(a, i, k, &ptype,
	    &property)) != NULL; k++)
		out_property(t, list, ptype, property, value);
}

/* a NULL: it is none, and why. */
static void
out_field(struct tool *t, json_t *o, const struct mailauth_authres *a,
    const char *error)
{
	json_t *list;

	out_flag(t, o, "valid", a != NULL);
	out_text(t, o, "detail", a != NULL ? NULL : error);
	out_text(t, o, "authserv_id", mailauth_authres_authserv_id(a));
	if (a != NULL)
		out_number(t, o, "version", mailauth_authres_version(a));
	else
		out_null(t, o, "version");
	list = out_list(t, o, "results");
	for (int i = 0; i < mailauth_authres_count(a); i++)
		out_result(t, out_item(t, list), a, i);
}

static int
out_fields(struct tool *t, json_t *list, const struct mailauth_message *m)
{
	const char name[] = "Authentication-Results";
	struct mailauth_authres *a;
	const char *text;
	char error[256];
	size_t n;
	int r;

	for (size_t i = 0; i < mailauth_message_count(m); i++) {
		text = mailauth_message_field_name(m, i, &n);
		if (text == NULL || n != sizeof name - 1 ||
		    strncasecmp(text, name, n) != 0)
			continue;
		text = mailauth_message_field_value(m, i, &n);
		r = mailauth_authres_parse(text, n, &a, error, sizeof error);
		if (r != MAILAUTH_DONE && r != MAILAUTH_ESYNTAX)
			return tool_broken(t, r);
		out_field(t, out_item(t, list), a, error);
		mailauth_authres_free(a);
	}
	return 0;
}

static int
run(struct tool *t, int argc, char **argv)
{
	const struct option options[] = { { 0 } };
	struct mailauth_message *m;
	const char *path;
	int status = options_read(t, &command_results, options, argc, argv,
	    &path, 1);
	json_t *o;

	if (status != OPTIONS_GO_ON)
		return status;
	if ((m = mailauth_message_new()) == NULL)
		return tool_broken(t, MAILAUTH_ENOMEM);
	if ((status = input_message(t, path, m)) == 0) {
		o = json_object();
		status = out_fields(t, out_list(t, o, "fields"), m);
		out_text(t, o, "line_ends", input_line_ends(m));
		if (status == 0)
			status = out_finish(t, o, NULL, EXIT_PASS);
		else
			json_decref(o);
	}
	mailauth_message_free(m);
	return status;
}

const struct command command_results = {
	"results", "[FILE]",
	"The Authentication-Results fields of a message (RFC 8601)", run
};
