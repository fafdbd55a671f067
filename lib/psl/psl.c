/*
 * The companion library libmailauth-psl: a public suffix list by way of libpsl.
 *
 * The handle is libpsl's own: it is never changed after it was loaded, so
 * several threads may read it.
 */
#include <string.h>

#include <libpsl.h>

#include "mailauth/psl.h"

static psl_ctx_t *
list_of(void *psl)
{
	return psl;
}

static struct mailauth_psl *
fail(psl_ctx_t *list, int status, int *error)
{
	psl_free(list);
	if (error != NULL)
		*error = status;
	return NULL;
}

struct mailauth_psl *
mailauth_psl_new(const char *path, int *error)
{
	psl_ctx_t *list = path != NULL ? psl_load_file(path) :
	    psl_latest(NULL);

	if (list == NULL)
		return fail(NULL, path != NULL ? MAILAUTH_ESYSTEM :
		    MAILAUTH_EUNSUPPORTED, error);
	/* 0: none; negative: a compiled list does not tell. */
	if (path != NULL && psl_suffix_count(list) == 0)
		return fail(list, MAILAUTH_ESYNTAX, error);
	if (error != NULL)
		*error = MAILAUTH_DONE;
	return (struct mailauth_psl *)(void *)list;
}

void
mailauth_psl_free(struct mailauth_psl *psl)
{
	psl_free(list_of(psl));
}

static int
count_labels(const char *name)
{
	int n = 1;

	for (; *name != '\0'; name++)
		n += *name == '.';
	return n;
}

int
mailauth_psl_suffix(void *user, const char *domain)
{
	const char *suffix;
	size_t n;

	if (user == NULL || domain == NULL || (n = strlen(domain)) == 0 ||
	    domain[0] == '.' || domain[n - 1] == '.' ||
	    strstr(domain, "..") != NULL)
		return MAILAUTH_EINVAL;
	/* All of the domain, where it is a suffix itself. */
	suffix = psl_unregistrable_domain(list_of(user), domain);
	return suffix != NULL ? count_labels(suffix) : 0;
}
