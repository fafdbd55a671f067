/*
 * Inside the crypto room: what both halves of a pair have to do with.
 */
#ifndef MA_PAIR_H
#define MA_PAIR_H

#include <openssl/evp.h>

#include "crypto/crypto.h"

/* Lent. */
EVP_PKEY *ma_private_key_pkey(const struct mailauth_private_key *);

#endif
