/*
 * Mail routing and reverse DNS over what a hostile DNS says.
 *
 * Input: a line with the domain, then octets that answer the questions in turn:
 * how many records (255: a failure, 254: no such name), then for each its
 * length and data; for MX and PTR the data is a name's text, for CNAME (length
 * above 127) too.
 */
#include "fuzz.h"
#include "mx/mx.h"
#include "mailauth/rdns.h"

static struct slice
take(struct slice *in, size_t n)
{
	struct slice head = ma_sub(*in, 0, n);

	*in = ma_sub(*in, n, in->n);
	return head;
}

static uint8_t
octet(struct slice *in)
{
	struct slice one = take(in, 1);

	return one.n > 0 ? (uint8_t)one.p[0] : 0;
}

static void
add_record(struct mailauth_packet *p, struct mailauth_question *q,
    struct slice *in)
{
	uint8_t length = octet(in);
	struct slice data = take(in, length & 0x7f);
	uint16_t type = length > 127 ? TYPE_CNAME : mailauth_question_type(q);
	char text[128] = "";

	if (data.n > 0)
		memcpy(text, data.p, data.n);
	if (type == TYPE_A || type == TYPE_AAAA)
		mailauth_packet_add(p, NULL, type, 60, data.p, data.n);
	else
		mailauth_packet_add_name(p, NULL, type, 60,
		    (uint16_t)(length % 3), text);
}

static void
answer(struct mailauth_question *q, struct slice *in)
{
	uint8_t count = octet(in);
	struct mailauth_packet *p;
	const uint8_t *data;
	size_t n;

	if (count == 255) {
		mailauth_answer_failed(q, MAILAUTH_FAILURE_TIMEOUT);
		return;
	}
	p = mailauth_packet_new(q, count == 254 ? 3 : 0);
	FUZZ_CHECK(p != NULL);
	for (uint8_t i = 0; count < 254 && i < count && in->n > 0; i++)
		add_record(p, q, in);
	data = mailauth_packet_data(p, &n);
	FUZZ_CHECK(mailauth_answer_dns(q, data, n, 0) == MAILAUTH_DONE);
	mailauth_packet_free(p);
}

static void
run(struct mailauth_lookups *l, int (*step)(void *), void *handle,
    struct slice *in)
{
	struct mailauth_question *q;
	int r;

	while ((r = step(handle)) == MAILAUTH_NEED) {
		FUZZ_CHECK((q = mailauth_lookups_next(l)) != NULL);
		answer(q, in);
	}
	FUZZ_CHECK(r == MAILAUTH_DONE);
}

/* ---- Mail routing ---- */

static int
step_mx(void *m)
{
	return mailauth_mx_step(m);
}

/* Sorted, each name once, host names or the literal; ok: an address. */
static void
check_hosts(const struct mailauth_mx *m)
{
	size_t n = mailauth_mx_count(m), addresses = 0;
	struct dname name;

	for (size_t i = 0; i < n; i++) {
		const char *text = mailauth_mx_name(m, i);

		addresses += mailauth_mx_address(m, i, 0) != NULL;
		if (i > 0)
			FUZZ_CHECK(mailauth_mx_preference(m, i - 1) <=
			    mailauth_mx_preference(m, i));
		for (size_t k = 0; k < i; k++)
			FUZZ_CHECK(strcmp(text, mailauth_mx_name(m, k)) != 0);
		FUZZ_CHECK(text[0] == '[' || mailauth_mx_implicit(m) ||
		    (ma_name_parse(ma_str(text), &name) && ma_is_host(&name)));
		FUZZ_CHECK(strcmp(text, "me.example") != 0);
	}
	if (mailauth_mx_result(m) == MAILAUTH_MX_OK)
		FUZZ_CHECK(addresses > 0);
	else
		FUZZ_CHECK(addresses == 0 && mailauth_mx_reason(m) != NULL);
}

static void
run_mx(struct slice domain, struct slice in)
{
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_mx *m = mailauth_mx_new(l);

	FUZZ_CHECK(mailauth_mx_set_domain(m, domain.p, domain.n) == 0);
	mailauth_mx_set_seed(m, in.n);
	mailauth_mx_add_local(m, "me.example", 10);
	mailauth_mx_add_local(m, "1234", 4);
	mailauth_mx_set_trace(m, 1);
	run(l, step_mx, m, &in);
	FUZZ_CHECK(mailauth_lookups_queries(l) <= 201);
	check_hosts(m);
	mailauth_mx_free(m);
	mailauth_lookups_free(l);
}

/* ---- Reverse DNS ---- */

static int
step_rdns(void *d)
{
	return mailauth_rdns_step(d);
}

static void
run_rdns(struct slice in)
{
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_rdns *d = mailauth_rdns_new(l);
	size_t n = 0;

	FUZZ_CHECK(mailauth_rdns_set_client(d, "49.50.51.52") == 0);
	mailauth_rdns_set_trace(d, 1);
	run(l, step_rdns, d, &in);
	FUZZ_CHECK(mailauth_lookups_queries(l) <= 11);
	for (; mailauth_rdns_name(d, n) != NULL; n++)
		if (n > 0)
			FUZZ_CHECK(strcmp(mailauth_rdns_name(d, n - 1),
			    mailauth_rdns_name(d, n)) < 0);
	FUZZ_CHECK((mailauth_rdns_result(d) == MAILAUTH_RDNS_PASS) ==
	    (mailauth_rdns_confirmed(d, 0) != NULL));
	mailauth_rdns_free(d);
	mailauth_lookups_free(l);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice in = ma_slice(data, n), domain = ma_cut(&in, '\n');

	run_mx(domain, in);
	run_rdns(in);
	return 0;
}
