/*
 * What the unit programs share: Check, and a main that runs one suite.
 */
#ifndef UNIT_H
#define UNIT_H

#include <check.h>
#include <stdlib.h>
#include <time.h>

#include "base/base.h"

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

static inline double
unit_cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The least CPU time of three runs of work(row, n). */
static inline double
unit_least_time(void (*work)(int row, unsigned n), int row, unsigned n)
{
	double least = 1e9;

	for (int i = 0; i < 3; i++) {
		double before = unit_cpu_seconds(), t;

		work(row, n);
		t = unit_cpu_seconds() - before;
		if (t < least)
			least = t;
	}
	return least;
}

/*
 * Does the time that work takes grow with its size?  Four times the size takes
 * four times as long where it is linear, 16 times where it is quadratic; on a
 * fast or slow machine, and under valgrind.
 */
static inline void
unit_grows_linearly(void (*work)(int row, unsigned n), int row, unsigned n)
{
	double small = unit_least_time(work, row, n);
	double large = unit_least_time(work, row, 4 * n);

	ck_assert_msg(large < 9 * small + 0.005, "row %d: %u take %f s, %u %f s",
	    row, n, small, 4 * n, large);
}

/*
 * Tests of growth are a case of their own: CK_EXCLUDE_TAGS=growth leaves them
 * out, under valgrind, where they would take minutes.
 */
static inline TCase *
unit_growth(void)
{
	TCase *tc = tcase_create("growth");

	tcase_set_tags(tc, "growth");
	tcase_set_timeout(tc, 120);
	return tc;
}

static inline int
unit_run(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	/* CK_FORK=no in the environment keeps it in one process, for debuggers. */
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
