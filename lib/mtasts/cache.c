/*
 * What callers keep of a domain, as text: a policy, and the fetch that failed
 * since.
 */
#include "mtasts/mtasts.h"

static bool
read_time(struct slice s, int64_t *out)
{
	uint64_t v;

	if (!ma_uint(s, UINT64_MAX, &v) || v > MTASTS_TIME_MAX)
		return false;
	*out = (int64_t)v;
	return true;
}

/* TIME ID REASON */
static bool
read_failed(struct slice s, struct mtasts_kept *k)
{
	struct slice time = ma_cut(&s, ' ');

	k->failed_id = ma_cut(&s, ' ');
	k->failure = ma_mtasts_fetch_reason(s);
	return read_time(time, &k->failed) && ma_mtasts_is_id(k->failed_id) &&
	    k->failure != NULL;
}

/* Just so many octets follow. */
static bool
read_policy(struct slice octets, struct slice rest, struct mtasts_kept *k)
{
	uint64_t n;

	k->text = rest;
	return ma_uint(octets, UINT64_MAX, &n) && n == rest.n;
}

/* A line, in the order in which they are written. */
static bool
read_line(struct slice key, struct slice value, struct slice *text,
    struct mtasts_kept *k)
{
	struct slice rest = *text;

	if (k->domain.p == NULL) {
		k->domain = value;
		return ma_eq(key, SLICE_LIT("domain"));
	}
	if (ma_eq(key, SLICE_LIT("id"))) {
		k->id = value;
		return ma_mtasts_is_id(value);
	}
	if (ma_eq(key, SLICE_LIT("fetched")))
		return read_time(value, &k->fetched);
	if (ma_eq(key, SLICE_LIT("failed")))
		return read_failed(value, k);
	*text = ma_slice(NULL, 0);
	return ma_eq(key, SLICE_LIT("policy")) && k->id.p != NULL &&
	    read_policy(value, rest, k);
}

bool
ma_mtasts_kept_read(struct slice text, struct mtasts_kept *k,
    struct mtasts_fault *fault)
{
	struct slice key, value;

	*k = (struct mtasts_kept){ 0 };
	*fault = (struct mtasts_fault){ .line = 1 };
	if (!ma_mtasts_line(&text, &key, &value) ||
	    !ma_eq(key, SLICE_LIT("mta-sts-cache")) ||
	    !ma_eq(value, SLICE_LIT("1"))) {
		fault->what = "it was not kept by this library";
		return false;
	}
	while (text.n > 0) {
		fault->line++;
		if (!ma_mtasts_line(&text, &key, &value) ||
		    !read_line(key, value, &text, k)) {
			fault->what = "the line is not what it should be";
			return false;
		}
	}
	fault->line = 0;
	/* An id alone is half of a policy. */
	if (k->domain.p == NULL ||
	    (k->id.p != NULL) != (k->text.p != NULL) ||
	    (k->text.p == NULL && k->failed_id.p == NULL)) {
		fault->what = "something is missing";
		return false;
	}
	return true;
}

bool
ma_mtasts_kept_write(struct buf *b, const struct mtasts_kept *k)
{
	ma_buf_fmt(b, "mta-sts-cache: 1\ndomain: %.*s\n", SLICE_ARG(k->domain));
	if (k->failed_id.p != NULL)
		ma_buf_fmt(b, "failed: %lld %.*s %s\n", (long long)k->failed,
		    SLICE_ARG(k->failed_id), k->failure);
	if (k->text.p != NULL) {
		ma_buf_fmt(b, "id: %.*s\nfetched: %lld\npolicy: %zu\n",
		    SLICE_ARG(k->id), (long long)k->fetched, k->text.n);
		ma_buf_slice(b, k->text);
	}
	return !b->failed;
}
