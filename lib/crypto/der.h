/*
 * DER as keys have it: X.690 section 10.1, lengths definite and as short as
 * can be.
 */
#ifndef MA_DER_H
#define MA_DER_H

#include "base/base.h"

enum {
	DER_INTEGER = 0x02, DER_BITS = 0x03, DER_OCTETS = 0x04,
	DER_SEQUENCE = 0x30,
	DER_ATTRIBUTES = 0xa0, DER_PUBLIC = 0x81	/* RFC 5958 section 2 */
};

/* What stands in an element of this type; what follows it stays in *in. */
bool ma_der_take(struct slice *in, uint8_t type, struct slice *out);
/* A positive INTEGER, without the octet of zeros that its sign needs. */
bool ma_der_positive(struct slice *in, struct slice *out);

/* rsaEncryption with parameters NULL (RFC 3279 section 2.3.1). */
#define DER_RSA SLICE_LIT( \
    "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00")
/* id-Ed25519 (RFC 8410 section 3). */
#define DER_ED25519 SLICE_LIT("\x06\x03\x2b\x65\x70")

#endif
