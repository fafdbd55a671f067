/*
 * The results' words: RFC 8617 section 4.4; and what becomes of a sealing.
 */
#include "arc/arc.h"

const char *
mailauth_arc_result_name(int result)
{
	static const char *const words[] = {
		[MAILAUTH_ARC_NONE] = "none", [MAILAUTH_ARC_PASS] = "pass",
		[MAILAUTH_ARC_FAIL] = "fail",
	};

	return result > 0 && result < (int)COUNT(words) ? words[result] :
	    "unknown";
}

const char *
mailauth_sealer_result_name(int result)
{
	static const char *const words[] = {
		[MAILAUTH_SEALER_SEALED] = "sealed",
		[MAILAUTH_SEALER_REFUSED] = "refused",
		[MAILAUTH_SEALER_TEMPERROR] = "temperror",
		[MAILAUTH_SEALER_ENDED] = "ended",
	};

	return result > 0 && result < (int)COUNT(words) ? words[result] :
	    "unknown";
}
