/*
 * What fuzz targets share.  A target is fuzz-NAME.c; its seeds, and whatever it
 * has stumbled over, are files in corpus/NAME, which `meson test` replays.  To
 * search for more:
 *
 *	CC=clang meson setup b-fuzz -Dfuzz=true && ninja -C b-fuzz
 *	mkdir new
 *	b-fuzz/tests/fuzz/fuzz-NAME -max_total_time=60 new \
 *	    tests/fuzz/corpus/NAME
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdio.h>
#include <stdlib.h>

#include "base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* What must hold, whatever the input. */
#define FUZZ_CHECK(what) \
	do { \
		if (!(what)) { \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, \
			    #what); \
			abort(); \
		} \
	} while (0)

#endif
