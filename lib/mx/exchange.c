/*
 * The order of exchanges: RFC 5321 section 5.1.
 */
#include <stdlib.h>

#include "mx/mx.h"

static int
compare_names(const void *a, const void *b)
{
	const struct mx_exchange *x = a, *y = b;
	int c = ma_cmp(x->name, y->name);

	return c != 0 ? c : x->preference - y->preference;
}

static int
compare_preferences(const void *a, const void *b)
{
	const struct mx_exchange *x = a, *y = b;

	return x->preference != y->preference ?
	    x->preference - y->preference : compare_names(a, b);
}

/* splitmix64: every seed gives a sequence of its own. */
static uint64_t
next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* Fisher and Yates. */
static void
shuffle(struct mx_exchange *list, size_t n, uint64_t *state)
{
	struct mx_exchange kept;

	for (size_t i = n; i > 1; i--) {
		size_t k = (size_t)((next_random(state) >> 32) * i >> 32);

		kept = list[i - 1];
		list[i - 1] = list[k];
		list[k] = kept;
	}
}

/* Of a name that is listed several times its best preference counts. */
static size_t
drop_repeated(struct mx_exchange *list, size_t n)
{
	size_t kept = 0;

	qsort(list, n, sizeof *list, compare_names);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || !ma_eq(list[kept - 1].name, list[i].name))
			list[kept++] = list[i];
	return kept;
}

static void
trace_skipped(struct run *r, const struct dname *name)
{
	char text[NAME_TEXT];

	if (r->trace == NULL)
		return;
	ma_name_text(name, text);
	ma_trace(r, "%s is no host name, it is left out "
	    "(RFC 5321 section 2.3.5)", text);
}

bool
ma_mx_exchanges(struct run *r, const struct answer *a, uint64_t seed,
    struct mx_exchanges *out)
{
	struct mx_exchange *list;
	struct dname name;
	size_t n = 0, roots = 0;

	*out = (struct mx_exchanges){ 0 };
	list = ma_arena_alloc(r->arena, a->count * sizeof *list);
	if (list == NULL)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (!ma_name_wire(a->records[i].data, &name))
			continue;
		if (name.n == 1)
			roots++;
		else if (!ma_is_host(&name))
			trace_skipped(r, &name);
		else {
			list[n].preference = a->records[i].preference;
			list[n++].name = a->records[i].data;
		}
	}
	/* RFC 7505 section 3 wants preference 0 and no other record.  We: any
	 * preference, because "." can mean nothing else; "." beside other
	 * records is left out, because they say where mail goes. */
	out->null = roots == a->count;
	n = drop_repeated(list, n);
	/* Sorted by name within a preference, so that the order in which the
	 * records came has no say. */
	qsort(list, n, sizeof *list, compare_preferences);
	for (size_t i = 0, k; i < n; i = k) {
		for (k = i + 1; k < n &&
		    list[k].preference == list[i].preference; k++)
			;
		/* "the sender-SMTP MUST randomize them": RFC 5321 section
		 * 5.1. */
		shuffle(list + i, k - i, &seed);
	}
	out->list = list;
	out->n = n;
	return true;
}
