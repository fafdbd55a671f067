/*
 * What the unit programs share: Check, and a main that runs one suite.
 */
#ifndef UNIT_H
#define UNIT_H

#include <check.h>
#include <stdlib.h>

#include "base/base.h"

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

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
