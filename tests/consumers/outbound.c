/*
 * What an MTA does before it delivers, in a loop of its own: a route over answers
 * that come when they come, policies fetched by whatever it has, and kept.
 */
#include <mailauth.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPECT(what) do { if (!(what)) { \
	fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #what); \
	exit(1); } } while (0)

#define D "example.org"
#define TLSA "_25._tcp.a." D ". 60 TLSA 3 1 1 " \
    "0000000000000000000000000000000000000000000000000000000000000000\n"

static const char zone_text[] =
    D ". 60 MX 10 a." D ".\n" D ". 60 MX 20 b." D ".\n"
    D ". 60 MX 30 c.example.net.\n" TLSA
    "a." D ". 60 A 192.0.2.1\n" "b." D ". 60 A 192.0.2.2\n"
    "c.example.net. 60 A 192.0.2.3\n"
    "_mta-sts." D ". 60 TXT \"v=STSv1; id=1\"\n"
    ";! a." D ". A secure\n" ";! a." D ". AAAA secure\n"
    ";! _25._tcp.a." D ". TLSA secure\n";

static const char policy[] = "version: STSv1\nmode: enforce\n"
    "mx: *." D "\nmax_age: 86400\n";

/* The MTA's own store, of one domain here. */
static char kept[4096];
static size_t kept_n;
static unsigned fetches;

static void
answer(struct mailauth_question *q, struct mailauth_resolver *zone)
{
	struct mailauth_fetched got = { .size = sizeof got, .status = 200,
		.media_type = "text/plain", .body = policy,
		.body_size = sizeof policy - 1 };

	switch (mailauth_question_kind(q)) {
	case MAILAUTH_QUESTION_DNS:
		EXPECT(mailauth_resolver_known(zone, q) == 1);
		break;
	case MAILAUTH_QUESTION_FETCH:
		EXPECT(strcmp(mailauth_question_url(q), "https://mta-sts." D
		    "/.well-known/mta-sts.txt") == 0);
		EXPECT(mailauth_answer_fetched(q, &got) == MAILAUTH_DONE);
		fetches++;
		break;
	default:
		mailauth_answer_failed(q, MAILAUTH_FAILURE_UNSUPPORTED);
	}
}

/* The newest question first: the order does not matter. */
static void
run(struct mailauth_route *r, struct mailauth_resolver *zone)
{
	struct mailauth_question *out[64], *q;
	int n = 0, status;

	while ((status = mailauth_route_step(r)) == MAILAUTH_NEED) {
		while ((q = mailauth_lookups_next(
		    mailauth_route_lookups(r))) != NULL)
			out[n++] = q;
		EXPECT(n > 0);
		answer(out[--n], zone);
	}
	EXPECT(status == MAILAUTH_DONE);
	while (n > 0)
		mailauth_answer_failed(out[--n], MAILAUTH_FAILURE_TIMEOUT);
}

static void
deliver(struct mailauth_resolver *zone, int64_t now)
{
	static const char *const want[] = { "dane", "mta-sts", "refused" };
	struct mailauth_route *r = mailauth_route_new(NULL, now);
	struct mailauth_mtasts *m = mailauth_route_mtasts(r);
	const char *text;
	size_t n;

	EXPECT(mailauth_route_set_domain(r, "ada@" D, strlen("ada@" D)) == 0);
	EXPECT(mailauth_mx_set_seed(mailauth_route_mx(r), 1) == 0);
	if (kept_n > 0)
		EXPECT(mailauth_mtasts_set_cache(m, kept, kept_n, NULL, 0) ==
		    MAILAUTH_DONE);
	run(r, zone);
	EXPECT(mailauth_route_result(r) == MAILAUTH_ROUTE_OK);
	EXPECT(mailauth_route_count(r) == 3);
	for (size_t i = 0; i < 3; i++)
		EXPECT(strcmp(mailauth_route_tls_name(mailauth_route_tls(r, i)),
		    want[i]) == 0);
	EXPECT(strcmp(mailauth_dane_base_domain(mailauth_route_dane(r, 0)),
	    "a." D) == 0);
	if (mailauth_mtasts_action(m) == MAILAUTH_MTASTS_STORE) {
		text = mailauth_mtasts_cache(m, &n);
		EXPECT(n <= sizeof kept);
		memcpy(kept, text, n);
		kept_n = n;
	}
	mailauth_route_free(r);
}

int
main(void)
{
	struct mailauth_resolver *zone;

	EXPECT(mailauth_resolver_new_zone(zone_text, sizeof zone_text - 1,
	    "zone", &zone, NULL, 0) == MAILAUTH_DONE);
	deliver(zone, 1000);
	EXPECT(fetches == 1 && kept_n > 0);
	deliver(zone, 2000);
	EXPECT(fetches == 1);			/* the id is the kept one */
	deliver(zone, 1000 + 86401);
	EXPECT(fetches == 2);			/* its end has come */
	mailauth_resolver_free(zone);
	return 0;
}
