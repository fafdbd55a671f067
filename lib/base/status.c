/*
 * Words for what functions return, and the version.
 */
#include "base/base.h"

const char *
mailauth_strerror(int status)
{
	switch (status) {
	case MAILAUTH_DONE:
		return "done";
	case MAILAUTH_NEED:
		return "answers are needed";
	case MAILAUTH_MORE:
		return "the message has not ended";
	case MAILAUTH_ENOMEM:
		return "out of memory";
	case MAILAUTH_EINVAL:
		return "invalid argument";
	case MAILAUTH_EUSE:
		return "not allowed at this time";
	case MAILAUTH_EGONE:
		return "whoever asked is gone";
	case MAILAUTH_EUNSUPPORTED:
		return "not supported";
	case MAILAUTH_ESYSTEM:
		return "system error";
	case MAILAUTH_ESYNTAX:
		return "not what it should be";
	case MAILAUTH_ECRYPTO:
		return "the crypto library failed";
	default:
		return "unknown status";
	}
}

const char *
mailauth_version(void)
{
	return MAILAUTH_VERSION;
}

uint32_t
mailauth_version_number(void)
{
	return MAILAUTH_VERSION_NUMBER;
}
