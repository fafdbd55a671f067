/*
 * The policies of several domains, fetched at once over one flight.
 *
 * usage: policies CA-FILE ADDRESS@PORT MILLISECONDS DOMAIN...
 *
 * With a negative time whoever asked is gone before an answer comes: "gone".
 * Else it prints a line a domain, "DOMAIN RESULT REASON MODE", and at last the time that
 * all took, in milliseconds.  The TXT records come from a zone of its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mailauth.h"
#include "mailauth/https.h"

enum { MOST = 64 };

static struct mailauth_resolver *
make_zone(char **domains, int n)
{
	struct mailauth_resolver *zone;
	char text[65536], error[256];
	size_t at = 0;

	for (int i = 0; i < n; i++)
		at += (size_t)snprintf(text + at, sizeof text - at,
		    "_mta-sts.%s. 60 TXT \"v=STSv1; id=1\"\n", domains[i]);
	if (mailauth_resolver_new_zone(text, at, "zone", &zone, error,
	    sizeof error) != MAILAUTH_DONE) {
		fprintf(stderr, "%s\n", error);
		exit(2);
	}
	return zone;
}

/* Step all; hand out what they need.  How many are not done? */
static int
step(struct mailauth_mtasts **list, int n, struct mailauth_resolver *r,
    void *flight)
{
	struct mailauth_question *q;
	int open = 0;

	for (int i = 0; i < n; i++) {
		if (mailauth_mtasts_step(list[i]) == MAILAUTH_DONE)
			continue;
		open++;
		while ((q = mailauth_lookups_next(
		    mailauth_mtasts_lookups(list[i]))) != NULL)
			if (mailauth_resolver_ask(r, flight, q) < 0)
				exit(3);
	}
	return open;
}

/* Let the fetch begin, drop the evaluations, and wait for what comes. */
static void
leave(struct mailauth_mtasts **list, int n, struct mailauth_resolver *r,
    void *flight)
{
	for (int i = 0; i < 2; i++) {
		step(list, n, r, flight);
		if (i == 0)
			mailauth_resolver_wait(r, flight, 1000);
	}
	for (int i = 0; i < n; i++)
		mailauth_mtasts_free(list[i]);
	while (mailauth_resolver_wait(r, flight, 1000) >= 0)
		continue;
	mailauth_resolver_end(r, flight);
	mailauth_resolver_free(r);
	printf("gone\n");
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

int
main(int argc, char **argv)
{
	struct mailauth_https config = { .size = sizeof config };
	struct mailauth_mtasts *list[MOST];
	struct mailauth_resolver *zone, *r;
	void *flight;
	int n = argc - 4;
	double began;

	if (n < 1 || n > MOST)
		return 2;
	config.ca_file = argv[1];
	config.connect_to = argv[2];
	config.timeout = (uint32_t)abs(atoi(argv[3]));
	zone = make_zone(argv + 4, n);
	if (mailauth_resolver_new_https(zone, &config, &r) != MAILAUTH_DONE ||
	    mailauth_resolver_begin(r, &flight) < 0)
		return 2;
	for (int i = 0; i < n; i++) {
		list[i] = mailauth_mtasts_new(NULL, 1700000000);
		mailauth_mtasts_set_domain(list[i], argv[4 + i],
		    strlen(argv[4 + i]));
	}
	began = now();
	if (atoi(argv[3]) < 0) {
		leave(list, n, r, flight);
		mailauth_resolver_free(zone);
		return 0;
	}
	while (step(list, n, r, flight) > 0)
		if (mailauth_resolver_wait(r, flight, 5000) < 0)
			break;
	for (int i = 0; i < n; i++) {
		const char *reason = mailauth_mtasts_reason(list[i]);

		printf("%s %s %s %s\n", argv[4 + i],
		    mailauth_mtasts_result_name(mailauth_mtasts_result(list[i])),
		    reason != NULL ? reason : "-", mailauth_mtasts_mode_name(
		    mailauth_mtasts_policy_mode(
		    mailauth_mtasts_policy(list[i]))));
	}
	printf("%.0f\n", now() - began);
	mailauth_resolver_end(r, flight);
	for (int i = 0; i < n; i++)
		mailauth_mtasts_free(list[i]);
	mailauth_resolver_free(r);
	mailauth_resolver_free(zone);
	return 0;
}
